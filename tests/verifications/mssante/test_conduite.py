"""La conduite d'un envoi : boucle, reprise, état montré, coupure, QUIT."""

from __future__ import annotations

from reports.verdict import Verdict
from simulators.socle.echange import Echange
from steps.verifications.mssante import conduite as regles
from steps.verifications.mssante.dialogue import Transaction, sessions, transactions
from tests.verifications.mssante.fabrique_dialogues import COURRIEL, Fil, envoi_normal, releve_normal

DEST = "dest@cabinet.formation.mssante.fr"


def pret() -> Fil:
    return Fil().ouvrir().chiffrer().identifier()


def refus(fois: int, code: int = 550) -> list[Transaction]:
    fil = pret()
    for _ in range(fois):
        fil.envoyer(DEST, refuses={DEST: code})
    return transactions(fil.finir())


def test_boucle() -> None:
    """Un refus définitif : une fois va, deux se remarque, trois est une boucle ; un 4xx n'en est pas une."""
    assert regles.pas_de_boucle(refus(1)).verdict is Verdict.CONFORME
    deux = regles.pas_de_boucle(refus(2))
    assert deux.verdict is Verdict.CONFORME and deux.attendu
    assert regles.pas_de_boucle(refus(3)).verdict is Verdict.NON_CONFORME
    assert regles.pas_de_boucle(refus(9, 450)).verdict is Verdict.NON_CONCLUANT
    assert regles.pas_de_boucle(transactions(envoi_normal())).verdict is Verdict.NON_CONCLUANT


def test_boucle_sur_le_message() -> None:
    """Le même message refusé après DATA est reconnu à son Message-ID ; des messages différents n'en sont pas un."""
    memes = pret()
    autres = pret()
    for rang in range(4):
        memes.envoyer(statut=554)
        autres.envoyer(statut=554, courriel=COURRIEL.replace(b"<m1@", f"<m{rang}@".encode()))
    assert regles.pas_de_boucle(transactions(memes.finir())).verdict is Verdict.NON_CONFORME
    assert regles.pas_de_boucle(transactions(autres.finir())).verdict is Verdict.CONFORME


def test_reprise() -> None:
    """Repris et accepté, ou montré en attente : bien. Montré envoyé, ou rien : à vérifier."""
    repris = transactions(pret().envoyer(DEST, refuses={DEST: 451}).envoyer(DEST).finir())
    assert regles.reprise_apres_refus_temporaire(repris).verdict is Verdict.CONFORME
    assert regles.reprise_apres_refus_temporaire(refus(1, 451), ["en_attente"]).verdict is Verdict.CONFORME
    assert regles.reprise_apres_refus_temporaire(refus(1, 451), ["envoye"]).verdict is Verdict.A_VERIFIER
    assert regles.reprise_apres_refus_temporaire(refus(1, 451)).verdict is Verdict.A_VERIFIER
    assert regles.reprise_apres_refus_temporaire(refus(1)).verdict is Verdict.NON_CONCLUANT


def test_etat_montre() -> None:
    """Un refus montré comme un échec passe ; montré comme un envoi, non ; sans état, rien ne se dit."""
    assert regles.refus_montre(refus(1), ["echec"]).verdict is Verdict.CONFORME
    assert regles.refus_montre(refus(1), ["envoye"]).verdict is Verdict.A_VERIFIER
    assert regles.refus_montre(refus(1), []).verdict is Verdict.NON_CONCLUANT
    assert regles.refus_montre(transactions(envoi_normal()), ["envoye"]).verdict is Verdict.NON_CONCLUANT


def test_non_transmis() -> None:
    """Rien n'est parti : un échec montré passe, un envoi montré non, sans état rien ne se dit."""
    assert regles.non_transmis_montre(["echec"]).verdict is Verdict.CONFORME
    assert regles.non_transmis_montre(["envoye"]).verdict is Verdict.A_VERIFIER
    assert regles.non_transmis_montre([]).verdict is Verdict.NON_CONCLUANT


def coupe(*reprises: bytes) -> list[Transaction]:
    echanges: list[Echange] = pret().envoyer(statut=None, panne="coupure_avant_reponse").finir(propre=False)
    for octets in reprises:
        echanges += pret().envoyer(courriel=octets).finir()
    return transactions(echanges)


def test_une_seule_remise() -> None:
    """Repris une fois sous le même Message-ID, ou pas repris : bien ; autre Message-ID, ou deux fois : à vérifier."""
    autre = COURRIEL.replace(b"<m1@", b"<m2@")
    assert regles.une_seule_remise(coupe()).verdict is Verdict.CONFORME
    assert regles.une_seule_remise(coupe(COURRIEL)).verdict is Verdict.CONFORME
    assert regles.une_seule_remise(coupe(autre)).verdict is Verdict.A_VERIFIER
    assert regles.une_seule_remise(coupe(COURRIEL, COURRIEL)).verdict is Verdict.A_VERIFIER
    assert regles.une_seule_remise(transactions(envoi_normal())).verdict is Verdict.NON_CONCLUANT


def test_quit() -> None:
    """QUIT ferme la session ; l'oublier est un manquement, sauf coupure du serveur, panne ou connexion ouverte."""

    def verdict(echanges: list[Echange]) -> Verdict:
        return regles.fin_par_quit(sessions(echanges)).verdict

    assert verdict(envoi_normal()) is Verdict.CONFORME
    assert verdict(pret().envoyer().finir(propre=False)) is Verdict.NON_CONFORME
    assert verdict(pret().envoyer().echanges) is Verdict.NON_CONCLUANT
    assert verdict(pret().envoyer(statut=421).finir(propre=False)) is Verdict.NON_CONCLUANT
    assert verdict(pret().envoyer(statut=None, panne="coupure_avant_reponse").finir(propre=False)) is (
        Verdict.NON_CONCLUANT
    )
    delai = pret().envoyer()
    delai.commande("fin", statut=0, motif="inactivité")
    assert verdict(delai.echanges) is Verdict.NON_CONCLUANT
    assert verdict(releve_normal()) is Verdict.NON_CONCLUANT
