"""Les écritures légitimes d'un même CDA ne donnent ni manquement ni remarque."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reports.verdict import Verdict
from steps.controle.examens.cda import examiner_cda
from steps.controle.modele import ContexteControle, Gravite, gravite
from steps.verifications.cda.structure import ecarts
from tests.mutants.documents import RPPS, STRUCTURE, bon
from tests.verifications.cda.fabrique import MORCEAUX, remplace


def _prefixer(document: bytes) -> bytes:
    """Le même document, tout élément de HL7 sous le préfixe `v3`, types compris."""
    texte = document.decode().replace("xmlns='urn:hl7-org:v3'", "xmlns:v3='urn:hl7-org:v3'")
    texte = re.sub(r"<(/?)(?![?!/]|lab:)", r"<\1v3:", texte)
    return re.sub(r"xsi:type='(\w+)'", r"xsi:type='v3:\1'", texte).encode()


def _attributs_inverses(document: bytes) -> bytes:
    racine = etree.fromstring(document)
    for element in racine.iter("*"):
        attributs = list(element.attrib.items())
        element.attrib.clear()
        for nom, valeur in reversed(attributs):
            element.set(nom, valeur)
    return etree.tostring(racine, encoding="UTF-8", xml_declaration=True)


_SANS_INS = '<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>'
_DISPOSITIF = (
    "<author><time value='20261120101530+0100'/><assignedAuthor>"
    f"<id root='1.2.250.1.71.4.2.2' extension='{STRUCTURE}'/>"
    "<assignedAuthoringDevice><softwareName>Automate</softwareName></assignedAuthoringDevice></assignedAuthor></author>"
)
_AUTEUR = MORCEAUX["authors"].replace("899900000017", RPPS).replace("1990000001", STRUCTURE)

VARIANTES = {
    "préfixe": _prefixer(bon()),
    "attributs inversés": _attributs_inverses(bon()),
    "sans prologue": bon(prologue=""),
    "BOM": b"\xef\xbb\xbf" + bon(),
    "fins de ligne de Windows": bon().replace(b"\n", b"\r\n"),
    "sur beaucoup de lignes": bon().replace(b"><", b">\n\t<"),
    "commentaires et instructions": bon().replace(b"<author>", b"<!-- auteur --><?app x?><author>"),
    "CDATA": bon().replace(b">Sang veineux.<", b"><![CDATA[Sang veineux < 2 h]]><"),
    "schemaLocation": bon().replace(
        b"<ClinicalDocument ",
        b'<ClinicalDocument xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        b'xsi:schemaLocation="urn:hl7-org:v3 http://exemple.invalid/CDA.xsd" ',
    ),
    "identifiant UUID": bon(id='<id root="8D5E778C-E155-4685-95C6-5FF65A362964"/>'),
    "identifiant avec extension": bon(id='<id root="1.2.250.1.213.99.1" extension="2026/17"/>'),
    "sans INS": bon(ids_patient=_SANS_INS, noms="<family>X</family><given>Y</given>", lieu=""),
    "naissance au mois près, sans INS": bon(
        ids_patient=_SANS_INS, noms="<family>X</family>", naissance='<birthTime value="199012"/>'
    ),
    "naissance lunaire": bon(naissance='<birthTime value="19900000"/>'),
    "dispositif auteur": bon(authors=_AUTEUR + _DISPOSITIF),
    "identifiant local de douze chiffres à côté du PS_IdNat": bon(
        authors=_AUTEUR.replace("<code ", '<id root="1.2.3.4" extension="812345678901"/><code ')
    ),
    "deux auteurs": bon(authors=_AUTEUR * 2),
    "version 2": bon(
        versionNumber='<versionNumber value="2"/>',
        relatedDocument=remplace("1.2.250.1.213.99.1.100.0"),
    ),
    "adresse en lignes": bon(
        telecom="<addr><streetAddressLine>12 rue</streetAddressLine></addr><telecom nullFlavor='NAV'/>"
    ),
    "adresse absente et motivée": bon(telecom="<addr nullFlavor='NASK'/>"),
    "extension laboratoire absente": bon(statut=""),
    "récit riche": bon().replace(
        b"<paragraph>Sang veineux.</paragraph>",
        "<list><caption>Prélèvement</caption><item>H<sub>2</sub>O<br/>à jeun</item></list>"
        "<paragraph>é<footnote ID='n1'>note</footnote></paragraph>".encode(),
    ),
    "texte N1": bon(
        "N1",
        corps="<component><nonXMLBody><text mediaType='text/plain' representation='B64'>Qm9uam91cg==</text>"
        "<languageCode code='en-GB'/></nonXMLBody></component>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("nom", VARIANTES)
def test_variante(nom: str) -> None:
    """Conforme, sans remarque."""
    examen = examiner_cda(VARIANTES[nom], ContexteControle())
    en_cause = [(c.code, c.recu, c.ou) for c in examen.constats if gravite(c) is not Gravite.RESPECTEE]
    assert en_cause == []
    assert examen.verdict is Verdict.CONFORME


_NOMS = st.sampled_from(["id", "code", "title", "author", "time", "observation", "value", "section", "text", "x"])


@given(
    st.recursive(
        _NOMS.map(lambda nom: f"<{nom}/>"),
        lambda fils: st.tuples(_NOMS, st.lists(fils, max_size=4)).map(lambda t: f"<{t[0]}>{''.join(t[1])}</{t[0]}>"),
        max_leaves=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_tout_arbre_se_juge(contenu: str) -> None:
    """N'importe quel contenu sous ClinicalDocument se juge, et n'est jamais pris pour un document conforme."""
    document = f"<ClinicalDocument xmlns='urn:hl7-org:v3'>{contenu}</ClinicalDocument>".encode()
    assert ecarts(etree.fromstring(document))
    assert examiner_cda(document, ContexteControle()).verdict is Verdict.NON_CONFORME
