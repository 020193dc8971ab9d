"""Le canal : STARTTLS avant tout, version, suite, groupe, offre du client."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from simulators.socle.echange import Tls
from steps.verifications.mssante import connexion as regles
from steps.verifications.mssante.dialogue import Session, sessions
from tests.verifications.mssante.fabrique_dialogues import TLS12, TLS13, Fil, envoi_normal, releve_normal

CONFORME, NON_CONFORME = Verdict.CONFORME, Verdict.NON_CONFORME
NON_CONCLUANT, A_VERIFIER = Verdict.NON_CONCLUANT, Verdict.A_VERIFIER
RIEN: list[Session] = []


def lire(*fils: list) -> list[Session]:  # type: ignore[type-arg]
    return sessions(e for fil in fils for e in fil)


def test_rien_en_clair() -> None:
    """Un envoi et une relève sous TLS passent ; une identification en clair, même refusée, ne passe pas."""
    assert regles.rien_en_clair(lire(envoi_normal(), releve_normal())).verdict is CONFORME
    for verbe in ("AUTH", "MAIL"):
        fil = Fil().ouvrir()
        fil.commande(verbe, statut=530)
        assert regles.rien_en_clair(lire(envoi_normal(), fil.finir())).verdict is NON_CONFORME
    fil = Fil("imap").ouvrir()
    fil.commande("LOGIN", "*** ***", 500)
    assert regles.rien_en_clair(lire(fil.finir())).verdict is NON_CONFORME
    assert regles.rien_en_clair(RIEN).verdict is NON_CONCLUANT


def test_tls_implicite_n_est_pas_en_clair() -> None:
    """Une connexion chiffrée dès l'ouverture n'a rien dit en clair."""
    fil = Fil()
    fil.tls = TLS12
    assert regles.rien_en_clair(lire(fil.ouvrir().identifier().envoyer().finir())).verdict is CONFORME


@pytest.mark.parametrize(
    ("version", "attendu", "seul"),
    [
        ("TLSv1.2", CONFORME, CONFORME),
        ("TLSv1.3", CONFORME, A_VERIFIER),
        ("TLSv1.1", NON_CONFORME, NON_CONFORME),
        ("TLSv1", NON_CONFORME, NON_CONFORME),
        ("SSLv3", NON_CONFORME, NON_CONFORME),
    ],
)
def test_versions(version: str, attendu: Verdict, seul: Verdict) -> None:
    """CONF.01 demande 1.2 au moins ; va1.31 seulement 1.2, que CONF.02 contredit pour 1.3 : à vérifier."""
    vues = lire(envoi_normal(Tls(version, "ECDHE-RSA-AES128-GCM-SHA256")), releve_normal())
    assert regles.version_negociee(vues).verdict is attendu
    assert regles.tls_1_2_seul(vues).verdict is seul


def test_version_inconnue_de_rien() -> None:
    """Sans poignée aboutie, rien n'est dit de la version ni de la suite."""
    vues = lire(Fil().ouvrir().refuser_la_poignee().echanges)
    for juge in (regles.version_negociee, regles.tls_1_2_seul, regles.suite_negociee, regles.groupe_negocie):
        assert juge(vues).verdict is NON_CONCLUANT


def test_version_plus_recente() -> None:
    """TLS 1.3 est une faculté : employée, conforme ; refusée, remarque ; pas tentée, non concluant."""
    assert regles.version_plus_recente(lire(envoi_normal(TLS13))).verdict is CONFORME
    refus = regles.version_plus_recente(lire(Fil().ouvrir().refuser_la_poignee().echanges))
    assert refus.verdict is CONFORME and refus.attendu
    assert regles.version_plus_recente(lire(Fil().ouvrir().finir())).verdict is NON_CONCLUANT


@pytest.mark.parametrize("suite", regles.SUITES_ADMISES)
def test_suites_admises(suite: str) -> None:
    """Les six suites passent."""
    assert regles.suite_negociee(lire(envoi_normal(Tls("TLSv1.2", suite)))).verdict is CONFORME


@pytest.mark.parametrize(
    "suite", ["ECDHE-RSA-CHACHA20-POLY1305", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384", "DHE-RSA-AES256-SHA"]
)
def test_suites_hors_liste(suite: str) -> None:
    """Toute autre suite de TLS 1.2 est hors liste, même forte."""
    assert regles.suite_negociee(lire(envoi_normal(), envoi_normal(Tls("TLSv1.2", suite)))).verdict is NON_CONFORME


def test_suite_de_tls_1_3() -> None:
    """En TLS 1.3 la liste ne s'applique pas telle quelle : remarque, sans verdict."""
    constat = regles.suite_negociee(lire(envoi_normal(TLS13)))
    assert constat.verdict is CONFORME and "CONF.02" in constat.message


@pytest.mark.parametrize(
    ("groupe", "suite", "attendu"),
    [
        ("secp256r1", "ECDHE-RSA-AES128-GCM-SHA256", CONFORME),
        ("x25519", "ECDHE-RSA-AES128-GCM-SHA256", CONFORME),
        ("secp224r1", "ECDHE-RSA-AES128-GCM-SHA256", NON_CONFORME),
        ("dh2048", "DHE-RSA-AES128-GCM-SHA256", CONFORME),
        ("ffdhe3072", "DHE-RSA-AES128-GCM-SHA256", CONFORME),
        ("dh1024", "DHE-RSA-AES128-GCM-SHA256", NON_CONFORME),
        ("dh2047", "DHE-RSA-AES128-GCM-SHA256", NON_CONFORME),
        ("dh1024", "ADH-AES128-SHA", NON_CONFORME),
        ("", "DHE-RSA-AES128-GCM-SHA256", NON_CONCLUANT),
    ],
)
def test_groupes(groupe: str, suite: str, attendu: Verdict) -> None:
    """2048 bits en DHE, 256 en ECDHE ; un groupe inconnu ne prouve rien."""
    assert regles.groupe_negocie(lire(releve_normal(Tls("TLSv1.2", suite), groupe))).verdict is attendu


def test_offre() -> None:
    """Une offre réduite passe ; une suite de plus ou une courbe courte est à vérifier, jamais non conforme."""

    def offre(suites: str, groupes: str) -> Verdict:
        fil = Fil().ouvrir()
        fil.commande("STARTTLS", suites_offertes=suites, groupes_offerts=groupes)
        return regles.offre_du_client(lire(fil.echanges)).verdict

    assert offre("c030 c02f 009e 1301 00ff", "x25519 secp256r1 ffdhe2048") is CONFORME
    assert offre("c030 cca8", "secp256r1") is A_VERIFIER
    assert offre("c030", "secp256r1 secp224r1") is A_VERIFIER
    assert regles.offre_du_client(lire(envoi_normal())).verdict is NON_CONCLUANT
