"""Réunir les constats du banc et ceux du kit : une fois chacun, le plus sévère, rien de perdu."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from reports.verdict import Verdict
from steps.controle.examens.cda_fusion import fusionner

_BANC = Regle("CDA-X-01", "titre", "guide", Confiance.OFFICIELLE, "corriger")
_KIT = Regle("SCH-ENTETE-1", "titre", "schematron, ligne 3", Confiance.DOCUMENTEE, "corriger")


def _notre(ou: str, attendu: str = "fr-FR", *, remarque: bool = False) -> Constat:
    dire = _BANC.signalee if remarque else _BANC.enfreinte
    return dire("Faux.", attendu=attendu, recu="x", ou=ou)


def _kit(ou: str, message: str = "languageCode SHALL be fr-FR", *, remarque: bool = False) -> Constat:
    dire = _KIT.signalee if remarque else _KIT.enfreinte
    return dire(message, attendu="vrai : @code='fr-FR'", recu="x", ou=ou)


def test_meme_valeur() -> None:
    """Deux constats sur le même élément simple n'en font qu'un, qui cite l'assertion."""
    [constat] = fusionner(
        [_notre("ClinicalDocument/languageCode/@code")], [_kit("/ClinicalDocument/languageCode (ligne 3)")]
    )
    assert (constat.code, constat.verdict) == ("CDA-X-01", Verdict.NON_CONFORME)
    assert "SCH-ENTETE-1" in constat.source
    assert "SHALL be fr-FR" in constat.message


def test_element_absent() -> None:
    """Un élément absent se dit à sa place chez nous, sur son parent dans le kit : c'est le même fait."""
    du_kit = _kit("/ClinicalDocument", "element setId is required")
    assert len(fusionner([_notre("ClinicalDocument/setId", "setId")], [du_kit])) == 1


def test_autre_sujet() -> None:
    """Au même lieu, deux sujets différents restent deux constats."""
    du_kit = _kit("/ClinicalDocument/recordTarget/patientRole", "telecom is required")
    notre = _notre("ClinicalDocument/recordTarget/patientRole", "birthTime")
    assert fusionner([notre], [du_kit]) == [notre, du_kit]


def test_autre_lieu() -> None:
    """Le même élément ailleurs reste un autre constat."""
    notre = _notre("ClinicalDocument/author/time")
    du_kit = _kit("/ClinicalDocument/legalAuthenticator/time", "time is wrong")
    assert fusionner([notre], [du_kit]) == [notre, du_kit]


def test_plusieurs_lieux() -> None:
    """Un constat du kit n'est absorbé que si tous ses lieux le sont."""
    du_kit = _kit("/ClinicalDocument/languageCode ; /ClinicalDocument/component/section/languageCode")
    assert len(fusionner([_notre("ClinicalDocument/languageCode")], [du_kit])) == 2


def test_le_plus_severe() -> None:
    """Une remarque du banc que le kit tient pour une erreur devient une erreur ; l'inverse ne l'adoucit pas."""
    ou = "ClinicalDocument/languageCode"
    [monte] = fusionner([_notre(ou, remarque=True)], [_kit(f"/{ou}")])
    assert monte.verdict is Verdict.NON_CONFORME
    assert monte.a_faire
    [reste] = fusionner([_notre(ou)], [_kit(f"/{ou}", remarque=True)])
    assert reste.verdict is Verdict.NON_CONFORME


def test_non_concluant_garde() -> None:
    """Ce que le kit n'a pas pu jouer reste dit."""
    manque = _KIT.sans_objet("jeu de valeurs absent")
    assert fusionner([_notre("ClinicalDocument/languageCode")], [manque])[1:] == [manque]
