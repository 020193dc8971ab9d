"""L'opérateur à refuser : refus prouvé, acceptation, repli en clair, hésitation, absence de preuve."""

from __future__ import annotations

import pytest

from reports.constat import Confiance
from simulators.socle.echange import Echange
from steps.verifications.mssante.dialogue import sessions
from steps.verifications.mssante.tls_client import (
    CAS,
    VERSION_UNIQUE,
    Attitude,
    CasOperateur,
    attitude,
    en_regle,
    operateur_accepte,
    operateur_refuse,
)
from tests.verifications.mssante.fabrique_dialogues import TLS12, Fil, envoi_normal, releve_normal

EXPIRE = CAS["au certificat expiré"]
SANS = CAS["qui n'annonce pas STARTTLS"]
ORDURES = CAS["qui répond n'importe quoi à la poignée TLS"]


def juger(cas: CasOperateur, face: list[Echange], temoins: list[Echange] | None = None, protocole: str = "smtp") -> str:
    temoins = envoi_normal() + releve_normal() if temoins is None else temoins
    return operateur_refuse(cas, protocole, sessions(face), sessions(temoins)).verdict.value


@pytest.mark.parametrize("protocole", ["smtp", "imap"])
@pytest.mark.parametrize("cas", CAS.values(), ids=lambda cas: cas.panne)
def test_poignee_refusee(cas: CasOperateur, protocole: str) -> None:
    """Poignée refusée, puis plus rien : refus, sur les deux protocoles et pour tous les défauts."""
    assert juger(cas, Fil(protocole).ouvrir().refuser_la_poignee(cas.panne).echanges, protocole=protocole) == "conforme"


@pytest.mark.parametrize("cas", CAS.values(), ids=lambda cas: cas.panne)
def test_operateur_accepte(cas: CasOperateur) -> None:
    """S'identifier auprès de cet opérateur est un manquement, à la mesure de la confiance de la règle."""
    fil = Fil().ouvrir().chiffrer(panne=cas.panne).identifier().envoyer()
    attendu = "non_conforme" if cas.regle.confiance in (Confiance.OFFICIELLE, Confiance.DOCUMENTEE) else "a_verifier"
    assert juger(cas, fil.finir()) == attendu


def test_controle_apres_la_poignee() -> None:
    """Un client qui contrôle après la poignée et ferme aussitôt, par QUIT ou non, a refusé."""
    for propre in (True, False):
        fil = Fil().ouvrir()
        fil.commande("STARTTLS", statut=220, panne=EXPIRE.panne)
        fil.tls = TLS12
        if not propre:
            fil.commande("fin", statut=0, certificat_serveur="expire")
        else:
            fil.commande("QUIT", statut=221)
        assert juger(EXPIRE, fil.echanges) == "conforme"


def test_capacites_demandees_puis_rien() -> None:
    """Canal ouvert, EHLO, fermeture par le client : il a renoncé ; coupé par l'opérateur, ou encore là : à voir."""
    assert juger(EXPIRE, Fil().ouvrir().chiffrer(panne=EXPIRE.panne).finir()) == "conforme"
    assert juger(EXPIRE, Fil().ouvrir().chiffrer(panne=EXPIRE.panne).echanges) == "a_verifier"
    rompue = Fil().ouvrir().chiffrer(panne=EXPIRE.panne)
    rompue.commande("fin", statut=0, motif="opérateur (connexion rompue)")
    assert juger(EXPIRE, rompue.echanges) == "a_verifier"


def test_repli_en_clair() -> None:
    """Après une poignée ratée, un envoi en clair sur une autre connexion, non touchée par la panne, se voit."""
    ratee = Fil().ouvrir().refuser_la_poignee(ORDURES.panne)
    claire = Fil().ouvrir()
    claire.commande("AUTH", "XOAUTH2 ***", 530)
    assert juger(ORDURES, ratee.echanges + claire.finir()) == "non_conforme"


def test_starttls_absent() -> None:
    """STARTTLS non annoncé : fermer est bien, s'identifier en clair ne l'est pas, tenter STARTTLS non plus un mal."""
    ferme = Fil().ouvrir()
    ferme.echanges[1].notes["vu"] = "oui"
    ferme.commande("QUIT", statut=221, panne=SANS.panne)
    assert juger(SANS, ferme.echanges) == "conforme"
    tente = Fil().ouvrir()
    tente.commande("STARTTLS", statut=454, panne=SANS.panne)
    assert juger(SANS, tente.finir()) == "conforme"
    clair = Fil().ouvrir()
    clair.commande("MAIL", "FROM:<a@b.fr>", 530, panne=SANS.panne)
    assert juger(SANS, clair.finir()) == "non_conforme"


def test_sans_preuve() -> None:
    """Aucune connexion, connexion sur l'autre protocole, client qui ferme avant STARTTLS, pas de témoin : rien."""
    refus = Fil().ouvrir().refuser_la_poignee(EXPIRE.panne).echanges
    assert juger(EXPIRE, []) == "non_concluant"
    assert juger(EXPIRE, refus, protocole="imap") == "non_concluant"
    assert juger(EXPIRE, refus, temoins=[]) == "non_concluant"
    assert juger(EXPIRE, refus, temoins=releve_normal()) == "non_concluant"
    avant = Fil(certificat="expire").ouvrir()
    avant.commande("QUIT", statut=221, panne=EXPIRE.panne)
    assert juger(EXPIRE, avant.echanges) == "non_concluant"
    aussitot = Fil(certificat="expire")
    aussitot.commande("connexion", statut=220)
    aussitot.commande("QUIT", statut=221, panne=EXPIRE.panne)
    assert juger(EXPIRE, aussitot.echanges) == "non_concluant"
    muet = Fil(certificat="expire")
    muet.commande("connexion", statut=220, panne=EXPIRE.panne)
    assert juger(EXPIRE, muet.echanges) == "non_concluant"


def test_un_temoin_defaillant_ne_temoigne_pas() -> None:
    """Une acceptation face à un autre opérateur défaillant ne montre pas qu'un opérateur en règle est accepté."""
    autre = Fil().ouvrir().chiffrer(panne="courbe_courte").identifier().envoyer().finir()
    refus = Fil().ouvrir().refuser_la_poignee(EXPIRE.panne).echanges
    assert juger(EXPIRE, refus, temoins=autre) == "non_concluant"
    assert not en_regle(sessions(autre)[0])


def test_plusieurs_essais() -> None:
    """Un client qui insiste et finit par accepter est pris ; un qui insiste et refuse chaque fois ne l'est pas."""
    refus = [Fil().ouvrir().refuser_la_poignee(EXPIRE.panne).echanges for _ in range(3)]
    assert juger(EXPIRE, [e for r in refus for e in r]) == "conforme"
    accepte = Fil().ouvrir().chiffrer(panne=EXPIRE.panne).identifier().finir()
    assert juger(EXPIRE, refus[0] + accepte) == "non_conforme"


def test_attitudes() -> None:
    """Une connexion normale est acceptée ; une connexion sans STARTTLS ni rien d'autre renonce."""
    assert attitude(sessions(envoi_normal())[0]) is Attitude.ACCEPTE
    assert attitude(sessions(Fil().ouvrir().finir())[0]) is Attitude.RENONCE


def test_operateur_limite_a_tls_1_2() -> None:
    """Une poignée aboutie passe ; une poignée tentée qui échoue, non ; aucune tentative ne dit rien."""
    etablie = Fil(certificat="tls_1_2").ouvrir().chiffrer().identifier().finir()
    assert operateur_accepte("smtp", sessions(etablie)).verdict.value == "conforme"
    assert en_regle(sessions(etablie)[0])
    refusee = Fil(certificat="tls_1_2").ouvrir().refuser_la_poignee().echanges
    assert operateur_accepte("smtp", sessions(refusee)).verdict.value == "non_conforme"
    assert operateur_accepte("imap", sessions(refusee)).verdict.value == "non_concluant"


def test_fuite_avant_starttls() -> None:
    """Un LOGIN en clair, puis une poignée refusée : la règle du canal le prend, celle du certificat non."""
    fil = Fil("imap").ouvrir()
    fil.commande("LOGIN", "*** ***", 500)
    fil.refuser_la_poignee(EXPIRE.panne)
    assert juger(EXPIRE, fil.echanges, protocole="imap") == "conforme"


def test_regle_de_l_exigence() -> None:
    """Deux exigences disent la même chose de TLS 1.1 : le constat porte la règle de celle que l'étape juge."""
    cas = CAS["limité à TLS 1.1"]
    accepte = sessions(Fil().ouvrir().chiffrer(panne=cas.panne).identifier().finir())
    refuse = sessions(Fil().ouvrir().refuser_la_poignee(cas.panne).echanges)
    for face, attendu in ((accepte, "non_conforme"), (refuse, "conforme")):
        constat = operateur_refuse(cas, "smtp", face, sessions(envoi_normal()), regle=VERSION_UNIQUE)
        assert (constat.code, constat.verdict.value) == ("MSS-OPE-13", attendu)
