"""L'écran de connexion et le rapprochement de comptes."""

from __future__ import annotations

from steps.verifications.psc import ecran
from tests.verifications.psc import fabrique as f
from tests.verifications.psc.aides import AV, NC, RIEN, fautes


def test_ecran() -> None:
    """Jamais conforme par la machine : à vérifier avec la capture, non conforme quand il manque sûrement."""
    bon = {"html": "<button>S'identifier avec Pro&nbsp;Sant&eacute; Connect</button>", "cgu": "… PRO SANTÉ CONNECT …"}
    assert fautes(ecran.ecran_de_connexion(bon)) == {("PSC-ECR-01", AV), ("PSC-ECR-02", AV)}
    assert fautes(ecran.ecran_de_connexion({"moyens": ["mot_de_passe", "psc"]})) == {
        ("PSC-ECR-01", AV), ("PSC-ECR-02", AV),
    }  # fmt: skip
    assert fautes(ecran.ecran_de_connexion({})) == {("PSC-ECR-01", AV), ("PSC-ECR-02", AV)}
    sans = {"html": "<button>Connexion</button>", "moyens": ["mot_de_passe"], "cgu": "Conditions du service."}
    assert fautes(ecran.ecran_de_connexion(sans)) == {("PSC-ECR-01", NC), ("PSC-ECR-02", NC)}
    assert fautes(ecran.deconnexion_visible()) == {("PSC-ECR-03", AV)}


def test_rapprochement() -> None:
    """Les deux moyens mènent au même compte ; une identité d'un autre RPPS n'y est pas attachée."""
    locale = f.session() | {"moyens": ["mot_de_passe"]}
    assert fautes(ecran.meme_compte(f.session(), locale)) == set()
    assert fautes(ecran.meme_compte(f.session(), locale | {"compte": "c-2"})) == {("PSC-RAP-01", NC)}
    assert fautes(ecran.meme_compte(f.session(), locale | {"compte": None})) == {("PSC-RAP-01", AV)}
    assert fautes(ecran.meme_compte(f.session(), f.session(ouverte=False))) == {("PSC-RAP-01", RIEN)}
    autre = f.PHARMACIENNE
    refuse = ecran.rapprochement_refuse(locale, f.session(ouverte=False), identifiant=autre)
    assert fautes(refuse) == set()
    inchangee = ecran.rapprochement_refuse(locale, locale, identifiant=autre)
    assert fautes(inchangee) == set()
    mele = ecran.rapprochement_refuse(locale, locale | {"identifiant_national": autre}, identifiant=autre)
    assert fautes(mele) == {("PSC-RAP-02", NC)}
    assert fautes(ecran.rapprochement_refuse(None, None, identifiant=autre)) == {("PSC-RAP-02", RIEN)}


def test_seul_moyen() -> None:
    """Les moyens proposés sont ceux déclarés."""
    assert fautes(ecran.seul_moyen(True, ["psc"])) == set()
    assert fautes(ecran.seul_moyen(False, ["psc", "mot_de_passe"])) == set()
    assert fautes(ecran.seul_moyen(True, ["psc", "mot_de_passe"])) == {("PSC-RAP-03", AV)}
    assert fautes(ecran.seul_moyen(False, ["psc"])) == {("PSC-RAP-03", AV)}
    assert fautes(ecran.seul_moyen(True, [])) == {("PSC-RAP-03", RIEN)}
