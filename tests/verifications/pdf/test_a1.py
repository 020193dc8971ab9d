"""PDF/A-1 : chaque point contrôlé est tenu par un PDF/A-1b, et chaque défaut est pris par le sien."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

from reports.verdict import Verdict
from steps.verifications.pdf import verifier_pdf
from steps.verifications.pdf.a1_verification import POINTS
from tests.verifications.pdf.fabrique_a1 import pdfa, profil_icc, xmp
from tests.verifications.pdf.test_fichier import en_cause


def _police(pdf: Pdf) -> Dictionary:
    polices = pdf.pages[0].Resources.Font
    vue = next(police for _, police in polices.items() if police.get("/Subtype") == Name.TrueType)
    assert isinstance(vue, Dictionary)
    return vue


def _contenu(octets: bytes) -> Callable[[Pdf], object]:
    """Ajoute ces instructions à la page."""
    return lambda pdf: pdf.pages[0].contents_add(octets)


def _etat(*, employe: bool = True, **champs: object) -> Callable[[Pdf], object]:
    """Ajoute un état graphique à la page, qui l'emploie."""

    def poser(pdf: Pdf) -> None:
        etat = Dictionary(Type=Name.ExtGState, **champs)  # type: ignore[arg-type]
        pdf.pages[0].Resources["/ExtGState"] = Dictionary(E=etat)
        if employe:
            pdf.pages[0].contents_add(b"/E gs")

    return poser


def _xobjet(octets: bytes = b"", *, dessine: bool = True, **champs: object) -> Callable[[Pdf], object]:
    """Ajoute un XObject à la page, qui le dessine."""

    def poser(pdf: Pdf) -> None:
        flux = pdf.make_stream(octets, Type=Name.XObject, **champs)
        pdf.pages[0].Resources["/XObject"] = Dictionary(X=pdf.make_indirect(flux))
        if dessine:
            pdf.pages[0].contents_add(b"/X Do")

    return poser


def _image(*, dessine: bool = True, **champs: object) -> Callable[[Pdf], object]:
    base = {"Subtype": Name.Image, "Width": 1, "Height": 1, "BitsPerComponent": 8, "ColorSpace": Name.DeviceRGB}
    return _xobjet(b"abc", dessine=dessine, **{**base, **champs})


def _motif(pdf: Pdf) -> None:
    """Un motif dont le dessin emploie une couleur sans profil de sortie."""
    motif = pdf.make_stream(b"0 0 0 1 k 0 0 1 1 re f", PatternType=1, PaintType=1, TilingType=1,
                            BBox=Array([0, 0, 1, 1]), XStep=1, YStep=1, Resources=Dictionary())  # fmt: skip
    pdf.pages[0].Resources["/Pattern"] = Dictionary(M=pdf.make_indirect(motif))
    pdf.pages[0].contents_add(b"/Pattern cs /M scn 0 0 1 1 re f")


def _degrade(pdf: Pdf) -> None:
    pdf.pages[0].Resources["/Shading"] = Dictionary(S=Dictionary(ShadingType=2, ColorSpace=Name.DeviceCMYK))
    pdf.pages[0].contents_add(b"/S sh")


def _apparence(pdf: Pdf) -> None:
    """Une annotation dont l'apparence, selon son état, emploie une couleur sans profil de sortie."""
    flux = pdf.make_stream(b"0 0 0 1 k 0 0 1 1 re f", Subtype=Name.Form, BBox=Array([0, 0, 1, 1]))
    _annotation(AP=Dictionary(N=Dictionary(Oui=pdf.make_indirect(flux))))(pdf)


def _type3(pdf: Pdf) -> None:
    """Un caractère Type3 dont le dessin emploie un opérateur inconnu."""
    dessin = pdf.make_indirect(pdf.make_stream(b"9 0 d0 1 2 zz"))
    police = Dictionary(Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 9, 9]),
                        CharProcs=Dictionary(a=dessin), FontMatrix=Array([1, 0, 0, 1, 0, 0]), FirstChar=97,
                        LastChar=97, Widths=Array([9]),
                        Encoding=Dictionary(Differences=Array([97, Name.a])))  # fmt: skip
    pdf.pages[0].Resources.Font["/T3"] = pdf.make_indirect(police)
    pdf.pages[0].contents_add(b"BT /T3 9 Tf (a) Tj ET")


def _champ(genre: str, *, par_etat: bool) -> Callable[[Pdf], object]:
    """Un champ dont l'apparence est une, ou une par état ; son genre lui vient de son parent."""

    def poser(pdf: Pdf) -> None:
        flux = pdf.make_indirect(pdf.make_stream(b"", Subtype=Name.Form, BBox=Array([0, 0, 1, 1])))
        parent = pdf.make_indirect(Dictionary(FT=Name(f"/{genre}")))
        normale = Dictionary(Oui=flux, Off=flux) if par_etat else flux
        _annotation(Subtype=Name.Widget, Parent=parent, AP=Dictionary(N=normale))(pdf)
        parent.Kids = Array([pdf.pages[0].obj.Annots[0]])
        pdf.Root.AcroForm = Dictionary(Fields=Array([parent]))

    return poser


def _section(avant: bytes, apres: bytes) -> bytes:
    """Le PDF dont le début de la table est récrit ; rien d'autre ne se déplace après elle que la fin."""
    octets = pdfa()
    debut = octets.rindex(b"xref\n0 ", 0, octets.rindex(b"startxref"))
    return octets[:debut] + octets[debut:].replace(avant, apres, 1)


def _herite(pdf: Pdf) -> None:
    """Les ressources de la page viennent du nœud qui la porte."""
    page = pdf.pages[0].obj
    page.Parent["/Resources"] = page.Resources
    del page["/Resources"]
    page.Parent.Resources["/ColorSpace"] = Dictionary(C=Array([Name.DeviceCMYK]))
    pdf.pages[0].contents_add(b"/C cs 0 0 0 1 scn 0 0 1 1 re f")


def _annotation(**champs: object) -> Callable[[Pdf], object]:
    """Ajoute une annotation à la page."""
    base: dict[str, object] = {"Type": Name.Annot, "Subtype": Name.Link, "Rect": Array([0, 0, 9, 9]), "F": 4}
    base |= champs
    annotation = Dictionary(**{nom: valeur for nom, valeur in base.items() if valeur is not None})  # type: ignore[arg-type]
    return lambda pdf: pdf.pages[0].obj.__setitem__("/Annots", Array([pdf.make_indirect(annotation)]))


def _catalogue(cle: str, valeur: object) -> Callable[[Pdf], object]:
    return lambda pdf: pdf.Root.__setitem__(cle, valeur)


def _sans_intention(pdf: Pdf) -> None:
    del pdf.Root["/OutputIntents"]


def _profil(octets: bytes) -> Callable[[Pdf], object]:
    def poser(pdf: Pdf) -> None:
        pdf.Root.OutputIntents[0].DestOutputProfile = pdf.make_indirect(pdf.make_stream(octets, N=3))

    return poser


def _icc(position: int, octets: bytes) -> bytes:
    profil = bytearray(profil_icc())
    profil[position : position + len(octets)] = octets
    return bytes(profil)


def _standard(pdf: Pdf) -> None:
    police = _police(pdf)
    for cle in list(police.keys()):
        del police[cle]
    police.Type, police.Subtype, police.BaseFont = Name.Font, Name.Type1, Name.Helvetica


def _composite(pdf: Pdf, *, map_: bool = True, codage: str = "/Identity-H", ensemble: bool = True) -> None:
    police = _police(pdf)
    descripteur = police.FontDescriptor
    if ensemble:
        descripteur.CIDSet = pdf.make_stream(b"\xff")
    descendante = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=police.BaseFont, FontDescriptor=descripteur
    )
    if map_:
        descendante.CIDToGIDMap = Name.Identity
    for cle in ("/FirstChar", "/LastChar", "/Widths", "/ToUnicode"):
        if cle in police:
            del police[cle]
    police.Subtype, police.Encoding = Name.Type0, Name(codage)
    police.DescendantFonts = Array([pdf.make_indirect(descendante)])


def _lzw(pdf: Pdf) -> None:
    _image(Width=3)(pdf)
    pdf.pages[0].Resources.XObject.X.write(b"\x80\x0b`P\x22\x0c\x0c\x85\x01", filter=Name.LZWDecode)


def _oter(*cles: str) -> Callable[[Pdf], object]:
    def oter(pdf: Pdf) -> None:
        for cle in cles:
            del _police(pdf)[cle]

    return oter


def _xmp_compresse() -> bytes:
    """Le flux XMP compressé sur place : qpdf ne l'écrirait pas."""
    octets, paquet = pdfa(), xmp()
    cles = b"/Subtype /XML /Type /Metadata"
    assert octets.count(cles) == octets.count(paquet) == 1
    octets = octets.replace(cles, b"/Filter /FlateDecode".ljust(len(cles)))
    return octets.replace(paquet, zlib.compress(paquet).ljust(len(paquet)))


_AJOUT = '<r:Description r:about="" xmlns:z="urn:essai"><z:champ>1</z:champ></r:Description>'
_DECRIT = (
    '<r:Description r:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    '<pdfaExtension:schemas><r:Bag><r:li r:parseType="Resource">'
    "<pdfaSchema:namespaceURI>urn:essai</pdfaSchema:namespaceURI><pdfaSchema:property><r:Seq>"
    '<r:li r:parseType="Resource"><pdfaProperty:name>champ</pdfaProperty:name></r:li></r:Seq></pdfaSchema:property>'
    "</r:li></r:Bag></pdfaExtension:schemas></r:Description>"
)
_HELVETICA = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
_CREE = '<r:Description r:about="" xmlns:x="http://ns.adobe.com/xap/1.0/" x:CreateDate="2026-11-20T09:15:30Z"/>'
_TRANSPARENT = Dictionary(Type=Name.Group, S=Name.Transparency)

VALIDES: dict[str, Callable[[], bytes]] = {
    **{
        f"intention {nom}": lambda nom=nom: pdfa(_etat(RI=Name(f"/{nom}")))  # type: ignore[misc]
        for nom in ("RelativeColorimetric", "AbsoluteColorimetric", "Perceptual", "Saturation")
    },
    "bouton à deux apparences": lambda: pdfa(_champ("Btn", par_etat=True)),
    "texte à une apparence": lambda: pdfa(_champ("Tx", par_etat=False)),
    "entier et réel dans les limites": lambda: pdfa(_contenu(b"32767.0 Tz 60000 Tz")),
    "état graphique jamais employé": lambda: pdfa(_etat(employe=False, TR=Name.Identity, ca=0.5)),
    "XObject PostScript jamais dessiné": lambda: pdfa(_xobjet(b"%!PS", dessine=False, Subtype=Name.PS)),
    "formulaire jamais dessiné": lambda: pdfa(_xobjet(b"0 0 0 1 k 1 2 zz", dessine=False, Subtype=Name.Form)),
    "image jamais dessinée": lambda: pdfa(_image(dessine=False, ColorSpace=Name.DeviceCMYK, Interpolate=True)),
    "police composite": lambda: pdfa(_composite),
    "image sans transparence": lambda: pdfa(_image()),
    "état graphique opaque": lambda: pdfa(_etat(CA=1, ca=1, BM=Name.Normal, SMask=Name("/None"))),
    "lien imprimable": lambda: pdfa(_annotation(A=Dictionary(S=Name.URI, URI="https://exemple.test"))),
    "schéma décrit": lambda: pdfa(metadonnees=xmp(ajout=_AJOUT + _DECRIT)),
    "texte invisible sans police incorporée": lambda: pdfa(
        lambda p: (
            p.pages[0].Resources.Font.__setitem__("/FX", _HELVETICA),
            _contenu(b"BT /FX 9 Tf 3 Tr (a) Tj ET")(p),
        )
    ),
    "police déclarée mais jamais employée": lambda: pdfa(
        lambda p: p.pages[0].Resources.Font.__setitem__("/FX", _HELVETICA)
    ),
    "opérateur inconnu sous BX EX": lambda: pdfa(_contenu(b"BX zz EX")),
    "dates concordantes": lambda: pdfa(
        lambda p: p.trailer.Info.__setitem__("/CreationDate", String("D:20261120101530+01'00'")),
        metadonnees=xmp(ajout=_CREE),
    ),
    "ouverture à une page": lambda: pdfa(_catalogue("/OpenAction", Dictionary(S=Name.GoTo, D=Array([])))),
}  # fmt: skip

MUTANTS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "octets avant l'en-tête": (lambda: b"\n" + pdfa(), {"PDF-A1-612"}),
    "sans commentaire binaire": (
        lambda: (o := pdfa()).replace(o[9:15], b"%abcd\n", 1), {"PDF-A1-612"},
    ),
    "deux fins de ligne après la fin": (lambda: pdfa() + b"\n\n", {"PDF-A1-613"}),
    "sans ID": (lambda: _sans_id(pdfa()), {"PDF-A1-613"}),
    "flux d'objets": (lambda: pdfa(objets=ObjectStreamMode.generate), {"PDF-A1-614"}),
    "flux externe": (lambda: pdfa(_xobjet(Subtype=Name.Form, BBox=Array([0, 0, 1, 1]), F="x.bin")), {"PDF-A1-617"}),
    "LZW": (lambda: pdfa(_lzw), {"PDF-A1-6110"}),
    "entier hors limite": (lambda: pdfa(_catalogue("/Essai", 2**31)), {"PDF-A1-6112"}),
    "chaîne trop longue": (lambda: pdfa(_catalogue("/Essai", String("x" * 65536))), {"PDF-A1-6112"}),
    "q trop imbriqué": (lambda: pdfa(_contenu(b"q " * 29 + b"Q " * 29)), {"PDF-A1-6112"}),
    "calques": (lambda: pdfa(_catalogue("/OCProperties", Dictionary(OCGs=Array([])))), {"PDF-A1-6113"}),
    "profil ICC de version 4": (lambda: pdfa(_profil(_icc(8, b"\x04"))), {"PDF-A1-622"}),
    "profil d'entrée": (lambda: pdfa(_profil(_icc(12, b"scnr"))), {"PDF-A1-622"}),
    "sans intention de rendu": (lambda: pdfa(_sans_intention), {"PDF-A1-623"}),
    "CMJN sous profil RVB": (lambda: pdfa(_contenu(b"0 0 0 1 k 0 0 1 1 re f")), {"PDF-A1-623"}),
    "CMJN dans un motif": (lambda: pdfa(_motif), {"PDF-A1-623"}),
    "CMJN d'un dégradé": (lambda: pdfa(_degrade), {"PDF-A1-623"}),
    "CMJN d'une apparence": (lambda: pdfa(_apparence), {"PDF-A1-623"}),
    "CMJN de ressources héritées": (lambda: pdfa(_herite), {"PDF-A1-623"}),
    "opérateur inconnu d'un caractère": (lambda: pdfa(_type3), {"PDF-A1-6210"}),
    "réel hors limites dans un contenu": (lambda: pdfa(_contenu(b"60000.5 Tz")), {"PDF-A1-6112"}),
    "chaîne trop longue dans un contenu": (
        lambda: pdfa(_contenu(b"BT [(" + b"a" * 65536 + b")] TJ ET")), {"PDF-A1-6112"},
    ),
    "neuf couleurs DeviceN": (
        lambda: pdfa(_image(ColorSpace=Array([Name.DeviceN, Array([Name(f"/C{n}") for n in range(9)])]))),
        {"PDF-A1-6112"},
    ),
    "table mal séparée": (lambda: _section(b"xref\n0", b"xref \n0"), {"PDF-A1-614"}),
    "section à deux blancs": (lambda: _section(b"xref\n0 ", b"xref\n0  "), {"PDF-A1-614"}),
    "intention d'une image en ligne": (
        lambda: pdfa(_contenu(b"BI /W 1 /H 1 /BPC 1 /CS /G /Intent /Joli ID \0 EI")), {"PDF-A1-629"},
    ),
    "bouton à une apparence": (lambda: pdfa(_champ("Btn", par_etat=False)), {"PDF-A1-65"}),
    "texte à deux apparences": (lambda: pdfa(_champ("Tx", par_etat=True)), {"PDF-A1-65"}),
    "image interpolée": (lambda: pdfa(_image(Interpolate=True)), {"PDF-A1-624"}),
    "XObject PostScript": (lambda: pdfa(_xobjet(b"%!PS", Subtype=Name.PS)), {"PDF-A1-625"}),
    "fonction de transfert": (lambda: pdfa(_etat(TR=Name.Identity)), {"PDF-A1-628"}),
    "intention de rendu inventée": (lambda: pdfa(_etat(RI=Name.Joli)), {"PDF-A1-629"}),
    "opérateur inconnu": (lambda: pdfa(_contenu(b"1 2 zz")), {"PDF-A1-6210"}),
    "largeurs absentes": (lambda: pdfa(_oter("/Widths")), {"PDF-A1-632"}),
    "CIDToGIDMap absent": (lambda: pdfa(lambda p: _composite(p, map_=False)), {"PDF-A1-633"}),
    "CMap non incorporée": (lambda: pdfa(lambda p: _composite(p, codage="/UniJIS-UCS2-H")), {"PDF-A1-633"}),
    "police non incorporée": (lambda: pdfa(_standard), {"PDF-A1-634"}),
    "CIDSet absent": (lambda: pdfa(lambda p: _composite(p, ensemble=False)), {"PDF-A1-635"}),
    "symbolique, avec un codage": (lambda: pdfa(lambda p: _police(p).__setitem__("/Encoding", Name.WinAnsiEncoding)),
                                   {"PDF-A1-637"}),
    "opacité": (lambda: pdfa(_etat(ca=0.5)), {"PDF-A1-64"}),
    "mode de fusion": (lambda: pdfa(_etat(BM=Name.Multiply)), {"PDF-A1-64"}),
    "groupe de transparence": (
        lambda: pdfa(lambda p: p.pages[0].obj.__setitem__("/Group", _TRANSPARENT)), {"PDF-A1-64"},
    ),
    "masque progressif": (lambda: pdfa(lambda p: _image(SMask=p.make_stream(b"a"))(p)), {"PDF-A1-64"}),
    "annotation non imprimable": (lambda: pdfa(_annotation(F=None)), {"PDF-A1-65"}),
    "annotation cachée": (lambda: pdfa(_annotation(F=6)), {"PDF-A1-65"}),
    "genre d'annotation interdit": (lambda: pdfa(_annotation(Subtype=Name.Watermark)), {"PDF-A1-65"}),
    "action d'état": (lambda: pdfa(_annotation(A=Dictionary(S=Name.SetOCGState))), {"PDF-A1-66"}),
    "action nommée inventée": (lambda: pdfa(_annotation(A=Dictionary(S=Name.Named, N=Name.Print))), {"PDF-A1-66"}),
    "actions automatiques": (lambda: pdfa(_catalogue("/AA", Dictionary())), {"PDF-A1-66"}),
    "XMP compressé": (_xmp_compresse, {"PDF-A1-672"}),
    "titre discordant": (lambda: pdfa(metadonnees=xmp(titre="Autre")), {"PDF-A1-673"}),
    "date discordante": (
        lambda: pdfa(lambda p: p.trailer.Info.__setitem__("/CreationDate", String("D:20261120101530Z"))),
        {"PDF-A1-673"},
    ),
    "attribut bytes du paquet": (
        lambda: pdfa(metadonnees=xmp().replace(b' id="W5', b' bytes="9" id="W5')), {"PDF-A1-675"},
    ),
    "schéma inconnu": (lambda: pdfa(metadonnees=xmp(ajout=_AJOUT)), {"PDF-A1-679"}),
    "1a sans balisage": (lambda: pdfa(metadonnees=xmp(niveau="A")), {"PDF-A1-68"}),
    "NeedAppearances": (lambda: pdfa(_catalogue("/AcroForm", Dictionary(NeedAppearances=True))), {"PDF-A1-69"}),
}  # fmt: skip


def _sans_id(octets: bytes) -> bytes:
    debut = octets.rindex(b"/ID [")
    fin = octets.index(b"]", debut) + 1
    return octets[:debut] + b" " * (fin - debut) + octets[fin:]


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    """Ce que PDF/A-1 permet n'est pas mis en cause."""
    constats = verifier_pdf(VALIDES[nom]())
    assert not en_cause(constats), "\n".join(c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME)


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Un défaut est pris par son point, et lui seul."""
    fabrique, attendus = MUTANTS[nom]
    constats = verifier_pdf(fabrique())
    assert en_cause(constats) == dict.fromkeys(attendus, Verdict.NON_CONFORME), "\n".join(
        c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME
    )


@pytest.mark.parametrize("remplacement", [b"/Info 2 0", b"/B\x9ffo 2 0", b"/Roo\xe9", b"/\xff\xfe 1 0"])
def test_noms_abimes(remplacement: bytes) -> None:
    """Un nom qui n'est pas de l'UTF-8 ne fait pas échouer l'examen, et les constats s'écrivent."""
    octets = pdfa(lambda p: p.Root.__setitem__("/AbimeXY", Name.AbimeXY))
    abime = octets.replace(b"/AbimeXY", remplacement[:8].ljust(8, b"z"))
    for constat in verifier_pdf(abime) + verifier_pdf(pdfa(_contenu(b"1 x\xed"))):
        assert (constat.message + constat.recu + constat.ou).encode()


def test_tous_les_points_sont_tues() -> None:
    """Chaque point contrôlé a son mutant, ici, dans les défauts de fichier, le balisage ou les métadonnées."""
    ailleurs = {"PDF-A1-6111", "PDF-A1-638", "PDF-A1-672-P", "PDF-A1-6711", "PDF-A1-684"}
    tues = {code for _, codes in MUTANTS.values() for code in codes} | ailleurs
    assert {regle.code for regle in POINTS} == tues
