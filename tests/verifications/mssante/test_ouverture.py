"""L'ouverture d'une boîte : par jeton, par certificat, chez l'IGC Santé, et de nouveau après une coupure."""

from __future__ import annotations

from dataclasses import replace

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.mssante import ouverture as regles
from steps.verifications.mssante.dialogue import Session, sessions
from tests.verifications.mssante.fabrique_dialogues import BAL, TLS12, Fil, envoi_normal, releve_normal

CONFORME, NON_CONFORME = Verdict.CONFORME, Verdict.NON_CONFORME
NON_CONCLUANT, A_VERIFIER = Verdict.NON_CONCLUANT, Verdict.A_VERIFIER
APP, ORG = "crbio@labo.formation.mssante.fr", "secretariat@labo.formation.mssante.fr"
TYPES = {BAL: "PER", APP: "APP", ORG: "ORG"}
CERTIFIE = replace(TLS12, certificat=b"der")
RIEN: list[Session] = []


def lues(*fils: Fil) -> list[Session]:
    return sessions(e for fil in fils for e in fil.echanges)


def par_jeton(*fils: Fil) -> Verdict:
    return regles.ouverte_par_jeton("smtp", lues(*fils), TYPES).verdict


def par_certificat(*fils: Fil) -> Verdict:
    return regles.ouverte_par_certificat("smtp", lues(*fils), TYPES).verdict


def test_par_jeton() -> None:
    """STARTTLS, XOAUTH2, accord, commandes ; un jeton périmé remplacé dans la même session n'est pas une faute."""
    assert par_jeton(Fil().ouvrir().chiffrer().identifier().envoyer()) is CONFORME
    assert par_jeton(Fil().ouvrir().chiffrer().identifier(statut=535).identifier().envoyer()) is CONFORME
    assert par_jeton(Fil().ouvrir().chiffrer().identifier(bal=ORG)) is CONFORME
    assert par_jeton(Fil().ouvrir().chiffrer().identifier("PLAIN")) is NON_CONFORME
    assert par_jeton(Fil().ouvrir().identifier()) is NON_CONFORME
    assert par_jeton(Fil().ouvrir().chiffrer().identifier(statut=535)) is NON_CONFORME
    presse = Fil().ouvrir().chiffrer()
    presse.commande("MAIL", f"FROM:<{BAL}>", 530)
    assert par_jeton(presse.identifier().envoyer()) is NON_CONFORME
    assert par_jeton() is NON_CONCLUANT
    assert par_jeton(Fil().ouvrir().chiffrer(CERTIFIE).identifier("PLAIN", bal=APP)) is NON_CONCLUANT


def test_mecanisme_refuse_d_emblee() -> None:
    """L'opérateur qui refuse le mécanisme ne sait pas de quelle boîte il s'agit : la faute se voit tout de même."""
    fil = Fil().ouvrir().chiffrer()
    fil.commande("AUTH", "PLAIN ***", 504, mecanisme="PLAIN")
    assert par_jeton(fil) is NON_CONFORME


def test_organisationnelle() -> None:
    """La boîte du service ouverte, ou une personne dit que le logiciel n'en a pas."""
    ouverte = lues(Fil().ouvrir().chiffrer().identifier(bal=ORG))
    assert regles.organisationnelle_ouverte(ouverte, ORG).verdict is CONFORME
    assert regles.organisationnelle_ouverte(sessions(envoi_normal()), ORG).verdict is A_VERIFIER


def test_par_certificat() -> None:
    """PLAIN sous certificat client ; sans certificat, par jeton ou refusée, la boîte applicative n'est pas ouverte."""
    assert par_certificat(Fil().ouvrir().chiffrer(CERTIFIE).identifier("PLAIN", bal=APP).envoyer()) is CONFORME
    assert par_certificat(Fil().ouvrir().chiffrer().identifier("PLAIN", bal=APP)) is NON_CONFORME
    assert par_certificat(Fil().ouvrir().chiffrer(CERTIFIE).identifier(bal=APP)) is NON_CONFORME
    assert par_certificat(Fil().ouvrir().chiffrer(CERTIFIE).identifier("PLAIN", 535, bal=APP)) is NON_CONFORME
    assert par_certificat(Fil().ouvrir().chiffrer().identifier()) is NON_CONCLUANT


def coupee() -> Fil:
    fil = Fil().ouvrir().chiffrer().identifier().envoyer()
    fil.commande("fin", statut=0, motif="opérateur (connexion rompue)")
    return fil


def rouverte(avant: Fil, *apres: Fil, saisies: int = 0) -> Constat:
    return regles.session_rouverte("smtp", lues(avant), lues(*apres), saisies)


def test_reouverture() -> None:
    """La même boîte rouverte sans la personne ; une session que le logiciel avait fermée ne montre rien."""
    neuve = Fil().ouvrir().chiffrer().identifier()
    assert rouverte(coupee(), neuve).verdict is CONFORME
    assert rouverte(coupee(), neuve, saisies=1).verdict is NON_CONFORME
    assert rouverte(coupee()).verdict is NON_CONFORME
    assert rouverte(coupee(), Fil().ouvrir().chiffrer().identifier(bal=ORG)).verdict is NON_CONFORME
    assert rouverte(coupee(), Fil().ouvrir().chiffrer().identifier(statut=535)).verdict is NON_CONFORME
    fermee = Fil()
    fermee.echanges = envoi_normal()
    assert rouverte(fermee, neuve).verdict is A_VERIFIER
    assert regles.session_rouverte("imap", lues(coupee()), lues(neuve), 0).verdict is NON_CONCLUANT


def test_igc_sante() -> None:
    """Accepté en envoi, refusé en relève : le logiciel est en cause. Refusé partout : l'installation, peut-être."""
    envoi, releve = sessions(envoi_normal()), sessions(releve_normal())
    assert regles.igc_sante_acceptee("smtp", envoi, envoi).verdict is CONFORME
    assert regles.igc_sante_acceptee("imap", releve, releve).verdict is CONFORME
    refus = lues(Fil("imap").ouvrir().refuser_la_poignee())
    assert regles.igc_sante_acceptee("imap", refus, [*envoi, *refus]).verdict is NON_CONFORME
    assert regles.igc_sante_acceptee("imap", refus, refus).verdict is A_VERIFIER
    arret = Fil("imap").ouvrir().chiffrer()
    assert regles.igc_sante_acceptee("imap", lues(arret), envoi).verdict is A_VERIFIER
    assert regles.igc_sante_acceptee("smtp", RIEN, envoi).verdict is NON_CONCLUANT
