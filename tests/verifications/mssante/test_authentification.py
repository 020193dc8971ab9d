"""Identification : mécanisme selon la boîte, LOGIN, boîte ouverte, jeton renouvelé."""

from __future__ import annotations

from dataclasses import replace

from reports.verdict import Verdict
from steps.verifications.mssante import authentification as regles
from steps.verifications.mssante.dialogue import sessions
from tests.verifications.mssante.fabrique_dialogues import BAL, TLS12, Fil, envoi_normal, releve_normal

APP = "crbio@labo.formation.mssante.fr"
TYPES = {BAL: "PER", APP: "APP"}


def test_mecanismes() -> None:
    """XOAUTH2 pour une BAL personnelle ; PLAIN sous certificat pour une applicative ; le reste est à vérifier."""

    def verdicts(fil: Fil) -> list[str]:
        return [c.verdict.value for c in regles.mecanismes_admis(sessions(fil.echanges), TYPES)]

    certificat = replace(TLS12, certificat=b"der")
    assert verdicts(Fil().ouvrir().chiffrer().identifier()) == ["conforme"]
    assert verdicts(Fil().ouvrir().chiffrer().identifier("PLAIN")) == ["a_verifier"]
    assert verdicts(Fil().ouvrir().chiffrer(certificat).identifier("PLAIN", bal=APP)) == ["conforme"]
    assert verdicts(Fil().ouvrir().chiffrer().identifier("PLAIN", bal=APP)) == ["a_verifier"]
    assert verdicts(Fil().ouvrir().chiffrer(certificat).identifier("XOAUTH2", bal=APP)) == ["a_verifier"]
    assert verdicts(Fil().ouvrir().chiffrer().identifier(bal="inconnue@ailleurs.fr")) == ["non_concluant"]


def test_login() -> None:
    """LOGIN après LOGINDISABLED est un manquement ; sans annonce, ou levée dans le canal TLS, il n'y a rien à dire."""

    def fil(annonce: bytes) -> Fil:
        depart = Fil("imap")
        depart.commande("connexion")
        depart.commande("CAPABILITY", reponse=b"* CAPABILITY IMAP4rev1 STARTTLS " + annonce + b"\r\n")
        return depart

    interdit = fil(b"LOGINDISABLED")
    interdit.commande("LOGIN", "*** ***", 500)
    assert regles.login_interdit(sessions(interdit.echanges)).verdict is Verdict.NON_CONFORME
    sage = fil(b"LOGINDISABLED").chiffrer().identifier()
    assert regles.login_interdit(sessions(sage.echanges)).verdict is Verdict.CONFORME
    leve = fil(b"LOGINDISABLED").chiffrer()
    leve.commande("LOGIN", "*** ***")
    assert regles.login_interdit(sessions(leve.echanges)).verdict is Verdict.CONFORME
    permis = fil(b"")
    permis.commande("LOGIN", "*** ***")
    assert regles.login_interdit(sessions(permis.echanges)).verdict is Verdict.NON_CONCLUANT


def test_boite() -> None:
    """La boîte choisie est ouverte, quelle que soit la casse ; une autre est à vérifier."""
    assert regles.boite_choisie(sessions(envoi_normal()), BAL.upper()).verdict is Verdict.CONFORME
    assert regles.boite_choisie(sessions(envoi_normal()), APP).verdict is Verdict.A_VERIFIER
    assert regles.boite_choisie([], APP).verdict is Verdict.NON_CONCLUANT


def test_renouvellement() -> None:
    """Un refus suivi d'une réussite, même sur une autre connexion, passe ; un refus sans suite est à vérifier."""
    avant = envoi_normal()
    refus = Fil().ouvrir().chiffrer().identifier(statut=535).finir()
    assert regles.jeton_renouvele(sessions(refus + envoi_normal())).verdict is Verdict.CONFORME
    assert regles.jeton_renouvele(sessions(avant + refus)).verdict is Verdict.A_VERIFIER
    assert regles.jeton_renouvele(sessions(releve_normal())).verdict is Verdict.NON_CONCLUANT
