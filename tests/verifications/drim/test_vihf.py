"""Le VIHF d'une consommatrice devant UserInfo : l'identifiant et la profession se jugent, le nom se regarde."""

from __future__ import annotations

from reports.verdict import Verdict
from simulators.psc.personnes import Exercice, Personne
from steps.verifications.drim.vihf import vihf_de_userinfo
from tests.verifications.cda.fabrique import MATRICULE
from tests.verifications.dmp import fabrique as f
from tests.verifications.dmp.fabrique_vihf import PS


def verdict(nom: str = "BIOLOGUE", prenom: str = "Alix", code: str = "10", qui: str = PS, **vihf: str) -> Verdict:
    exercices = (Exercice(code),) if code else ()
    userinfo = Personne(qui, nom, prenom, "", exercices=exercices).userinfo()
    return vihf_de_userinfo([f.td31(vihf=vihf)], MATRICULE, userinfo).verdict


def test_celui_que_le_fournisseur_dit() -> None:
    """Même identifiant, même profession ; l'ordre et les accents du nom n'importent pas."""
    assert verdict() is Verdict.CONFORME
    assert verdict(prenom="Alïx", nom="biologue") is Verdict.CONFORME
    assert verdict(code="") is Verdict.CONFORME
    assert verdict(code="40") is Verdict.NON_CONFORME
    assert verdict(qui="899900000001") is Verdict.NON_CONFORME


def test_ce_qui_ne_se_juge_pas() -> None:
    """Un autre nom se regarde ; un rôle hors des professions n'est pas comparé ; sans demande, rien n'est prouvé."""
    assert verdict(nom="AUTREMENT") is Verdict.A_VERIFIER
    assert verdict(code="40", profession="AUTOMATE^1.2.250.1.213.1.1.4.6") is Verdict.CONFORME
    userinfo = Personne(PS, "BIOLOGUE", "Alix", "").userinfo()
    assert vihf_de_userinfo([], MATRICULE, userinfo).verdict is Verdict.NON_CONCLUANT
    assert vihf_de_userinfo([f.td31()], "100019999900149", userinfo).verdict is Verdict.NON_CONCLUANT
