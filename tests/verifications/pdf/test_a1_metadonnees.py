"""PDF/A-1 : les propriétés XMP devant leur type, les codages et les préfixes du paquet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Name

from reports.verdict import Verdict
from steps.verifications.pdf import verifier_pdf
from steps.verifications.pdf.xmp import XmpIllisible, lire_xmp
from steps.verifications.pdf.xmp_formes import hors_type
from steps.verifications.pdf.xmp_schemas import PREDEFINIS
from tests.verifications.pdf.fabrique_a1 import pdfa, xmp
from tests.verifications.pdf.test_fichier import en_cause

_NOMS = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "mm": "http://ns.adobe.com/xap/1.0/mm/",
    "rights": "http://ns.adobe.com/xap/1.0/rights/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "ref": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "evt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    "x": "http://exemple.invalid/ns/",
}


def _decrire(contenu: str, attributs: str = "") -> bytes:
    """Un paquet qui porte cette description."""
    noms = " ".join(f'xmlns:{prefixe}="{uri}"' for prefixe, uri in _NOMS.items())
    return xmp(ajout=f'<r:Description r:about="" {noms} {attributs}>{contenu}</r:Description>')


def _liste(genre: str, *valeurs: str) -> str:
    return f"<r:{genre}>{''.join(f'<r:li>{v}</r:li>' for v in valeurs)}</r:{genre}>"


def _extension(propriete: str, espace: str) -> str:
    return (
        '<pdfaExtension:schemas><r:Bag><r:li r:parseType="Resource">'
        f"<pdfaSchema:namespaceURI>{espace}</pdfaSchema:namespaceURI>"
        '<pdfaSchema:property><r:Seq><r:li r:parseType="Resource">'
        f"<pdfaProperty:name>{propriete}</pdfaProperty:name></r:li></r:Seq></pdfaSchema:property>"
        "</r:li></r:Bag></pdfaExtension:schemas>"
    )


VALIDES = {
    "auteurs en suite": _decrire(f"<dc:creator>{_liste('Seq', 'A', 'B')}</dc:creator>"),
    "suite vide": _decrire("<dc:creator><r:Seq/></dc:creator>"),
    "dates de toute précision": _decrire(
        f"<dc:date>{_liste('Seq', '2026', '2026-11', '2026-11-20T08:00Z', '2026-11-20T08:00:01.5+01:00')}</dc:date>"
    ),
    "date en attribut": _decrire("", 'xmp:MetadataDate="2026-11-20"'),
    "booléen": _decrire("<rights:Marked>True</rights:Marked>"),
    "valeur qualifiée": _decrire(
        '<xmp:Nickname r:parseType="Resource"><r:value>N</r:value><x:de>moi</x:de></xmp:Nickname>'
    ),
    "adresse en ressource": _decrire('<xmp:BaseURL r:resource="http://exemple.invalid/"/>'),
    "rationnel": _decrire("<tiff:XResolution>300/1</tiff:XResolution>"),
    "structure en enfants": _decrire(
        '<mm:DerivedFrom r:parseType="Resource"><ref:documentID>uuid:1</ref:documentID></mm:DerivedFrom>'
    ),
    "structure en attributs": _decrire('<mm:DerivedFrom ref:documentID="uuid:1" ref:versionID="2"/>'),
    "structure décrite": _decrire(
        '<mm:DerivedFrom><r:Description ref:documentID="uuid:1"/></mm:DerivedFrom>'
    ),
    "historique": _decrire(
        '<mm:History><r:Seq><r:li r:parseType="Resource"><evt:action>saved</evt:action>'
        "<evt:when>2026-11-20T08:00:00Z</evt:when></r:li></r:Seq></mm:History>"
    ),
    "propriété ajoutée et décrite": _decrire(_extension("Note", _NOMS["xmp"]) + "<xmp:Note>1</xmp:Note>"),
    "schéma ajouté et décrit": _decrire(_extension("a", _NOMS["x"]) + "<x:a>1</x:a>"),
}  # fmt: skip

FAUTIFS = {
    "auteur en texte": (_decrire("<dc:creator>A</dc:creator>"), "PDF-A1-672-P"),
    "auteurs en vrac": (_decrire(f"<dc:creator>{_liste('Bag', 'A')}</dc:creator>"), "PDF-A1-672-P"),
    "titre sans langue": (_decrire(f"<dc:rights>{_liste('Alt', 'A')}</dc:rights>"), "PDF-A1-672-P"),
    "suite d'une structure": (
        _decrire('<dc:creator><r:Seq><r:li r:parseType="Resource"><x:a>1</x:a></r:li></r:Seq></dc:creator>'),
        "PDF-A1-672-P",
    ),
    "propriété inconnue": (_decrire("<xmp:Author>A</xmp:Author>"), "PDF-A1-672-P"),
    "propriété inconnue en attribut": (_decrire("", 'xmp:Author="A"'), "PDF-A1-672-P"),
    "autre propriété décrite": (
        _decrire(_extension("Note", _NOMS["xmp"]) + "<xmp:Autre>1</xmp:Autre>"), "PDF-A1-672-P",
    ),
    "propriété d'un schéma ajouté, non décrite": (
        _decrire(_extension("a", _NOMS["x"]) + "<x:b>1</x:b>"), "PDF-A1-672-P",
    ),
    "date du calendrier": (_decrire("<xmp:MetadataDate>2026-02-30</xmp:MetadataDate>"), "PDF-A1-672-P"),
    "date française": (_decrire("<xmp:MetadataDate>20/11/2026</xmp:MetadataDate>"), "PDF-A1-672-P"),
    "booléen en minuscules": (_decrire("<rights:Marked>true</rights:Marked>"), "PDF-A1-672-P"),
    "entier à unité": (_decrire("<tiff:ImageWidth>256 mm</tiff:ImageWidth>"), "PDF-A1-672-P"),
    "structure en texte": (_decrire("<mm:DerivedFrom>uuid:1</mm:DerivedFrom>"), "PDF-A1-672-P"),
    "champ de structure inconnu": (_decrire('<mm:DerivedFrom ref:autre="1"/>'), "PDF-A1-672-P"),
    "réglages d'appareil": (_decrire("<crs:Version>1</crs:Version>"), "PDF-A1-679"),
    "autre préfixe": (xmp().replace(b"pdfaid", b"pdfid"), "PDF-A1-6711"),
    "espace par défaut": (
        xmp().replace(b'xmlns:pdfaid="', b'xmlns="').replace(b"pdfaid:part", b"part")
        .replace(b"pdfaid:conformance", b"conformance"), "PDF-A1-6711",
    ),
}  # fmt: skip


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    constats = verifier_pdf(pdfa(metadonnees=VALIDES[nom]))
    assert not en_cause(constats), "\n".join(c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME)


@pytest.mark.parametrize("nom", FAUTIFS)
def test_fautif(nom: str) -> None:
    """Chaque faute est prise par sa règle, et elle seule."""
    paquet, code = FAUTIFS[nom]
    assert en_cause(verifier_pdf(pdfa(metadonnees=paquet))) == {code: Verdict.NON_CONFORME}


@pytest.mark.parametrize(
    "codage", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_codages(codage: str) -> None:
    """XMP s'écrit en UTF-8, UTF-16 ou UTF-32, avec ou sans marque d'ordre."""
    paquet = xmp().decode().encode(codage)
    assert lire_xmp(paquet).declaration == "1B"
    assert not en_cause(verifier_pdf(pdfa(metadonnees=paquet)))


@pytest.mark.parametrize("octets", ["<é".encode("utf-16-le")[:-1], b"<\0\0\0\xff\xff\xff\xff", b"\xff\xfe\0\xd8"])
def test_codage_abime(octets: bytes) -> None:
    with pytest.raises(XmpIllisible):
        lire_xmp(octets)


def test_info_qui_n_est_pas_une_chaine() -> None:
    """Un titre qui n'est pas une chaîne ne dit rien : il ne concorde pas."""
    constats = verifier_pdf(pdfa(lambda pdf: pdf.trailer.Info.__setitem__("/Title", Name.Titre)))
    assert en_cause(constats) == {"PDF-A1-673": Verdict.NON_CONFORME}


@given(st.sampled_from(sorted((e, n) for e, table in PREDEFINIS.items() for n in table)), st.text(max_size=20))
def test_toute_propriete_se_juge(propriete: tuple[str, str], texte: str) -> None:
    """Aucune valeur d'aucune propriété prédéfinie ne fait échouer le jugement."""
    espace, nom = propriete
    valeur = "".join(f"&#{ord(c)};" for c in texte if c.isprintable())
    lu = lire_xmp(xmp(ajout=f'<r:Description xmlns:z="{espace}"><z:{nom}>{valeur}</z:{nom}></r:Description>'))
    assert all(isinstance(ecart, str) for ecart in hors_type(lu))


@pytest.mark.parametrize("cle", ["Title", "Author", "Subject", "Keywords", "Creator", "Producer"])
def test_chaque_entree_d_info_se_retrouve_dans_xmp(cle: str) -> None:
    """Une entrée que XMP ne dit pas, ou dit autrement, ne concorde pas."""
    constats = verifier_pdf(pdfa(lambda pdf: pdf.trailer.Info.__setitem__(f"/{cle}", "Autre chose")))
    assert en_cause(constats) == {"PDF-A1-673": Verdict.NON_CONFORME}


@pytest.mark.parametrize(
    ("pdf_date", "xmp_date", "concorde"),
    [
        ("D:20261120101530+01'00'", "2026-11-20T09:15:30Z", True),
        ("D:20261120101530+01'00'", "2026-11-20T10:15:30+01:00", True),
        ("D:20261120101530", "2026-11-20", True),
        ("D:20261120101530Z", "2026-11-20T10:15Z", True),
        ("D:20261120101530Z", "2026-11-20T10:17Z", False),
        ("D:20261120101530Z", "2026-11-22", False),
        ("D:20261120101530Z", "2026-11-20T10:15:32Z", False),
    ],
)
@pytest.mark.parametrize(("cle", "nom"), [("CreationDate", "CreateDate"), ("ModDate", "ModifyDate")])
def test_dates(cle: str, nom: str, pdf_date: str, xmp_date: str, concorde: bool) -> None:
    """La date d'Info et celle de XMP disent le même instant, à la précision que XMP écrit."""
    constats = verifier_pdf(
        pdfa(
            lambda pdf: pdf.trailer.Info.__setitem__(f"/{cle}", pdf_date),
            metadonnees=_decrire("", f'xmp:{nom}="{xmp_date}"'),
        )
    )
    assert en_cause(constats) == ({} if concorde else {"PDF-A1-673": Verdict.NON_CONFORME})
