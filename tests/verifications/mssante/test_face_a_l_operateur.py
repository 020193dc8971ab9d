"""Des clients de la bibliothèque standard face à l'opérateur : ce que le dialogue enregistré en fait juger."""

from __future__ import annotations

import contextlib
import imaplib
import smtplib
import ssl
import warnings
from collections.abc import Iterator

import pytest

from reports.constat import Confiance
from simulators.mssante.simulateur import SimulateurMSSante
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from steps.verifications.mssante import connexion, enveloppe
from steps.verifications.mssante.dialogue import IMAP, SMTP, Issue, Session, sessions
from steps.verifications.mssante.tls_client import CAS, CasOperateur, operateur_accepte, operateur_refuse
from tests.simulators.mssante.aides_smtp import CONFRERE, MESSAGE, PER, Montage, xoauth2
from tests.simulators.mssante.jetons_essai import Fournisseur

ADMIS_PAR_UN_CLIENT_ORDINAIRE = {
    "certificat_autre_gamme",
    "certificat_revoque_crl",
    "certificat_revoque_ocsp",
    "suites_hors_liste",
}
"""Ce qu'un contexte TLS par défaut de Python accepte : il ne contrôle ni révocation, ni gamme, ni liste de suites."""


@pytest.fixture(scope="module")
def operateur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Montage]:
    dossier = tmp_path_factory.mktemp("mssante")
    with (
        JournalEchanges.creer(dossier / "campagne") as journal,
        demarrer_socle(journal, dossier / "secrets") as socle,
    ):
        fournisseur = Fournisseur(journal)
        simulateur = SimulateurMSSante(journal, socle.igc, jetons=fournisseur)
        socle.publication_igc.panne = simulateur.panne_de_publication
        simulateur.monter(socle.serveur)
        yield Montage(simulateur, journal, socle, fournisseur)


def ordinaire(operateur: Montage) -> ssl.SSLContext:
    """Nom, dates et autorité contrôlés ; rien de plus."""
    return ssl.create_default_context(cafile=str(operateur.socle.igc.racines_pem))


def credule() -> ssl.SSLContext:
    """Accepte tout ce qui chiffre."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    contexte.check_hostname = False
    contexte.verify_mode = ssl.CERT_NONE
    contexte.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        contexte.minimum_version = ssl.TLSVersion.TLSv1
    return contexte


def envoyer(operateur: Montage, contexte: ssl.SSLContext, *, repli: bool = False) -> None:
    """Envoie par smtplib ; `repli` : poursuit en clair quand STARTTLS manque ou échoue."""
    with contextlib.suppress(smtplib.SMTPException, OSError), smtplib.SMTP("localhost", operateur.port) as client:
        client.ehlo()
        if client.has_extn("starttls") or not repli:
            client.starttls(context=contexte)
            client.ehlo()
        client.docmd("AUTH", f"XOAUTH2 {xoauth2(PER, operateur.jeton())}")
        client.sendmail(PER, [CONFRERE], MESSAGE)


def relever(operateur: Montage, contexte: ssl.SSLContext, *, repli: bool = False) -> None:
    """Relève par imaplib."""
    port = operateur.simulateur.adresses()["imap"]["port"]
    with contextlib.suppress(imaplib.IMAP4.error, OSError), imaplib.IMAP4("localhost", port) as client:
        if "STARTTLS" in client.capabilities or not repli:
            client.starttls(contexte)
        jeton = f"user={PER}\1auth=Bearer {operateur.jeton()}\1\1".encode()
        client.authenticate("XOAUTH2", lambda _: jeton)
        client.select("INBOX", readonly=True)
        client.uid("FETCH", "1:*", "(FLAGS)")


AGIR = {SMTP: envoyer, IMAP: relever}


def observer(operateur: Montage, depuis: int, connexions: int = 1) -> list[Session]:
    """Les connexions ouvertes depuis, une fois finies."""

    def finies(_: object = None) -> bool:
        vues = sessions(operateur.journal.echanges("mssante", depuis=depuis))
        return len(vues) >= connexions and all(s.fin for s in vues)

    if not finies():
        assert operateur.journal.attendre(finies, depuis=depuis, delai=10, service="mssante")
    return sessions(operateur.journal.echanges("mssante", depuis=depuis))


def jouer(
    operateur: Montage, protocole: str, contexte: ssl.SSLContext, panne: str = "", **choix: bool
) -> list[Session]:
    depuis = operateur.journal.position()
    with contextlib.ExitStack() as pile:
        if panne:
            pile.enter_context(operateur.simulateur.panne(panne, fois=None, protocole=protocole))
        AGIR[protocole](operateur, contexte, **choix)
        return observer(operateur, depuis)


@pytest.fixture(scope="module")
def temoins(operateur: Montage) -> list[Session]:
    """Chaque client accepte l'opérateur en règle."""
    return [s for protocole in AGIR for s in jouer(operateur, protocole, ordinaire(operateur))]


@pytest.mark.parametrize("protocole", AGIR)
@pytest.mark.parametrize("cas", CAS.values(), ids=lambda cas: cas.panne)
def test_client_ordinaire(operateur: Montage, temoins: list[Session], cas: CasOperateur, protocole: str) -> None:
    """Un client qui contrôle nom, dates et autorité refuse ce que ces contrôles prennent, et rien d'autre."""
    face = jouer(operateur, protocole, ordinaire(operateur), cas.panne)
    verdict = operateur_refuse(cas, protocole, face, temoins).verdict.value
    assert verdict == (_manquement(cas) if cas.panne in ADMIS_PAR_UN_CLIENT_ORDINAIRE else "conforme")


@pytest.mark.parametrize("protocole", AGIR)
@pytest.mark.parametrize("cas", CAS.values(), ids=lambda cas: cas.panne)
def test_client_credule(operateur: Montage, temoins: list[Session], cas: CasOperateur, protocole: str) -> None:
    """Un client qui accepte tout, et parle en clair sans STARTTLS, est pris partout ; des ordures, il ne fait rien."""
    face = jouer(operateur, protocole, credule(), cas.panne, repli=True)
    if cas.panne == "courbe_courte":
        # OpenSSL n'offre pas P-224 sans qu'on le lui demande : la poignée n'a pas lieu.
        assert operateur_refuse(cas, protocole, face, temoins).verdict.value == "conforme"
        return
    verdict = operateur_refuse(cas, protocole, face, temoins).verdict.value
    assert verdict == ("conforme" if cas.panne == "starttls_ordures" else _manquement(cas))
    assert (connexion.rien_en_clair(face).verdict.value == "non_conforme") is (cas.panne == "starttls_absent")


def _manquement(cas: CasOperateur) -> str:
    return "non_conforme" if cas.regle.confiance in (Confiance.OFFICIELLE, Confiance.DOCUMENTEE) else "a_verifier"


@pytest.mark.parametrize("protocole", AGIR)
def test_versions_de_tls(operateur: Montage, protocole: str) -> None:
    """Limité à 1.2, le client s'en accommode ; limité à 1.3, il s'en sert, ce qui ne tranche pas va1.31."""
    assert operateur_accepte(protocole, jouer(operateur, protocole, ordinaire(operateur), "tls_1_2")).verdict.value == (
        "conforme"
    )
    recentes = jouer(operateur, protocole, ordinaire(operateur), "tls_1_3")
    assert connexion.version_plus_recente(recentes).recu.endswith("TLSv1.3")
    assert connexion.tls_1_2_seul(recentes).verdict.value == "a_verifier"
    assert connexion.offre_du_client(recentes).verdict.value == "a_verifier"
    assert connexion.groupe_negocie(recentes).verdict.value == "conforme"


def test_envoi_complet(operateur: Montage, temoins: list[Session]) -> None:
    """L'envoi d'un client ordinaire se relit : enveloppe, octets, réponse, fermeture."""
    [envoi] = [t for s in temoins for t in s.transactions]
    assert (envoi.expediteur, envoi.adresses, envoi.bal, envoi.issue) == (PER, (CONFRERE,), PER, Issue.ACCEPTE)
    assert envoi.message == MESSAGE
    assert enveloppe.achemine([envoi], [CONFRERE]).verdict.value == "conforme"
    assert enveloppe.destinataires_de_l_enveloppe([envoi]).verdict.value == "conforme"
    assert all(s.fermee_par_le_client for s in temoins)


def test_rompre(operateur: Montage) -> None:
    """Les connexions ouvertes se ferment, le journal dit par qui ; le client s'en aperçoit, la suivante aboutit."""
    depuis = operateur.journal.position()
    port = operateur.simulateur.adresses()["imap"]["port"]
    envoi = operateur.connecte()
    releve = imaplib.IMAP4("localhost", port)
    releve.starttls(ordinaire(operateur))
    assert operateur.simulateur.rompre() == 2
    vues = observer(operateur, depuis, 2)
    assert all(s.fermee_par_l_operateur for s in vues)
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        envoi.noop()
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        releve.noop()
    envoi.close()
    releve.shutdown()
    assert operateur.simulateur.rompre() == 0
    assert jouer(operateur, SMTP, ordinaire(operateur))[0].transactions
