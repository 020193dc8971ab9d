"""Lecture des échanges : ne jamais échouer, et rendre ce que les étapes attendent."""

from __future__ import annotations

import gzip
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from simulators.insi.lecture import XmlRefuse, analyser
from simulators.insi.rendu import OptionsRendu, rendre_resultat
from simulators.insi.resultat import Individu, InsRendu, Resultat
from simulators.socle.echange import CorpsMemoire, Reponse
from steps.verifications.insi import ContexteInsi, Mode, lire_appel, retour_en_clair, verifier_requetes_insi
from steps.verifications.insi.schema_lisible import defauts
from tests.simulators.insi import aides
from tests.verifications.insi import fabrique as f

INDIVIDU = Individu(
    InsRendu("1790499999001", "1.2.250.1.213.1.4.10", "68"),
    (InsRendu("1790499999002", "1.2.250.1.213.1.4.10", None, date_fin="2011-01-01"),),
    {"NomNaissance": "AUBRIVAL", "ListePrenom": "ELOISE ANNE", "Sexe": "F", "DateNaissance": "1979-04-23"},
)


def _reponse(options: OptionsRendu) -> Reponse:
    xml = rendre_resultat(Resultat("00", INDIVIDU), action="a", message_id="uuid:1", options=options)
    return Reponse(200, (), CorpsMemoire(xml.encode()))


def test_lecture_d_un_appel() -> None:
    """Opération, mode, traits, identifiant et réponse sont rendus, quels que soient les préfixes."""
    for options in (OptionsRendu(), OptionsRendu(enveloppe="env", corps="S", resultat="x")):
        appel = lire_appel(replace(f.echange(), reponse=_reponse(options)))
        assert (appel.operation, appel.mode, appel.code) == (aides.TRAITS, Mode.CERTIFICAT, "00")
        assert appel.traits is not None
        assert appel.traits.nom_naissance == "AUBRIVAL"
        assert (appel.message_id or "").startswith("uuid:")
        identite = appel.reponse.identite
        assert identite is not None
        assert identite.actif.matricule_ins == "179049999900168"
        assert identite.historique[0].date_fin == "2011-01-01"
        assert identite.traits.prenoms == ("ELOISE", "ANNE")
        assert identite.traits.lieu_naissance is None


def test_mode_carte() -> None:
    """Sans certificat, le mode est celui de l'assertion."""
    assert lire_appel(f.par_carte()).mode is Mode.CARTE
    assert lire_appel(f.echange(feuille=None)).mode is Mode.INCONNU


def test_faute_et_silence() -> None:
    """Une faute, une réponse illisible ou absente ne sont pas des codes."""
    assert lire_appel(f.echange(code=None)).reponse.faute is not None
    for reponse in (None, Reponse(200, (), CorpsMemoire(b"<html>")), Reponse(503)):
        appel = lire_appel(replace(f.echange(), reponse=reponse))
        assert (appel.code, appel.reponse.faute, appel.reponse.identite) == (None, None, None)


def test_retour_en_clair() -> None:
    """Ce que l'opérateur lit d'un retour : le code, la faute et son message, ou que rien ne se lit."""
    for echange, attendu in (
        (f.echange(code="02"), "02"),
        (f.echange(code=None), "faute Receiver : x"),
        (replace(f.echange(), reponse=Reponse(503)), "réponse illisible"),
    ):
        assert retour_en_clair(lire_appel(echange).reponse) == attendu
    sans_motif = f.reponse_code(None).corps.octets.replace(
        b"<s:Reason><s:Text xml:lang='fr'>x</s:Text></s:Reason>", b""
    )
    muette = lire_appel(replace(f.echange(), reponse=Reponse(500, (), CorpsMemoire(sans_motif)))).reponse
    assert retour_en_clair(muette) == "faute Receiver : "


def test_reponse_comprimee() -> None:
    """Une réponse en gzip se lit comme une autre ; coupée, elle est illisible."""
    octets = gzip.compress(f.reponse_code("02").corps.octets)
    for envoyes, code in ((octets, "02"), (octets[:-20], None)):
        reponse = Reponse(200, (("Content-Encoding", "GZIP"),), CorpsMemoire(envoyes))
        assert lire_appel(replace(f.echange(), reponse=reponse)).code == code


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(min_value=0, max_value=1200), st.booleans())
def test_octets_quelconques(bruit: bytes, position: int, insere: bool) -> None:
    """Quels que soient les octets reçus et répondus, lecture et vérifications rendent des constats sans échouer."""
    bon = f.recherche()
    octets = bon[:position] + bruit + bon[position:] if insere else bon[:position] + bruit
    echange = replace(f.echange(octets), reponse=Reponse(200, (), CorpsMemoire(bruit)))
    assert verifier_requetes_insi([echange], ContexteInsi(idam="SIMAUT000001"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_analyse_sure(octets: bytes) -> None:
    """`analyser` rend une racine ou refuse en français, rien d'autre."""
    try:
        assert isinstance(analyser(octets), etree._Element)
    except XmlRefuse as refus:
        assert str(refus)


def test_defauts_lisibles() -> None:
    """Un écart au schéma dit où, ce qui était attendu et ce qui a été reçu."""
    element = etree.fromstring(aides.traits("A", "B", "X1", "1979-04-23").replace("DateNaissance", "Date"))
    sexe, inconnu = defauts("recsans.xsd", element)
    assert sexe.chemin.endswith("RECSANSVITALE/q:Sexe")
    assert "[A-Z]" in sexe.attendu
    assert sexe.recu == "'X1'"
    assert inconnu.recu.startswith("Date en position 4")
    assert "DateNaissance" in inconnu.attendu
