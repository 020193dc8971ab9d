"""Les accusés demandés : distribution (DSN) et lecture (MDN)."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.portee import sans_contexte
from steps.verifications.registre import verification

_VU = "vu à travers la documentation publique d'un éditeur"

DISTRIBUTION = Regle(
    "MSS-ACC-01", "Une demande d'accusé de distribution est dans le message : Return-Receipt-To",
    "REM BIO, exigence MSS/va1.15 ; MSSanté référentiel #2, ECO.2.3.1", Confiance.OFFICIELLE,
    "Écrire Return-Receipt-To quand l'utilisateur demande un accusé de distribution ; NOTIFY en plus.",
)  # fmt: skip
RETOUR_DSN = Regle(
    "MSS-ACC-02", "Return-Receipt-To est l'adresse de l'émetteur", f"MSSanté référentiel #2, ECO.2.3.1, {_VU}",
    Confiance.SECONDAIRE, "Écrire dans Return-Receipt-To l'adresse de la boîte d'émission.",
)  # fmt: skip
LECTURE = Regle(
    "MSS-ACC-03", "Une demande d'accusé de lecture est dans le message : Disposition-Notification-To",
    "MSSanté référentiel #2, ECO.2.3.2 ; RFC 8098, § 2.1", Confiance.DOCUMENTEE,
    "Écrire Disposition-Notification-To quand l'utilisateur demande un accusé de lecture.",
)  # fmt: skip
RETOUR_MDN = Regle(
    "MSS-ACC-04", "Disposition-Notification-To est l'adresse de l'émetteur",
    f"Mon espace santé, messagerie, v1.3 ; MSSanté référentiel #2, ECO.2.3.2, {_VU}", Confiance.SECONDAIRE,
    "Écrire dans Disposition-Notification-To l'adresse de la boîte d'émission.",
)  # fmt: skip


@verification(DISTRIBUTION, RETOUR_DSN)
def demande_de_distribution(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Return-Receipt-To est là quand l'accusé est demandé, et porte l'adresse de l'émetteur.

    La demande par l'enveloppe seule (NOTIFY, RFC 3461) est à regarder : le texte nomme l'en-tête. Un en-tête que
    l'utilisateur n'a pas voulu l'est aussi : une demande constante ne montre pas que l'accusé se choisit.
    """
    entete, echanges = courriel.entete("Return-Receipt-To"), contexte.echanges
    par_enveloppe = [n for n in contexte.notify or () if "SUCCESS" in n.upper()]
    if entete is not None:
        recu = f"{entete.valeur[:150]}{f' ; NOTIFY={par_enveloppe[0]}' if par_enveloppe else ''}"
        if contexte.demande_distribution is False:
            message = "Un accusé de distribution est demandé sans que l'utilisateur l'ait choisi : montrez le choix."
            return [DISTRIBUTION.a_regarder(message, recu=recu, ou=entete.ou, echanges=echanges)]
        return [DISTRIBUTION.respectee(recu=recu, ou=entete.ou, echanges=echanges), _retour(RETOUR_DSN, courriel,
                                                                                           contexte)]  # fmt: skip
    if contexte.demande_distribution is None:
        return [sans_contexte(DISTRIBUTION, "si un accusé de distribution a été demandé", echanges)]
    ou = "en-tête Return-Receipt-To"
    if not contexte.demande_distribution:
        return [DISTRIBUTION.respectee("aucun accusé de distribution n'est demandé", recu="aucun en-tête", ou=ou,
                                       echanges=echanges)]  # fmt: skip
    if par_enveloppe:
        message = "L'accusé de distribution est demandé par l'enveloppe seule, sans l'en-tête que nomme le texte."
        return [DISTRIBUTION.a_regarder(message, recu=f"NOTIFY={par_enveloppe[0]}", ou=ou, echanges=echanges)]
    return [
        DISTRIBUTION.enfreinte(
            "L'accusé de distribution demandé ne l'est pas dans le message.", attendu="Return-Receipt-To: <adresse>",
            recu="rien" if contexte.notify is None else "rien, ni NOTIFY=SUCCESS", ou=ou, echanges=echanges,
        )
    ]  # fmt: skip


@verification(LECTURE, RETOUR_MDN)
def demande_de_lecture(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Disposition-Notification-To est là quand l'accusé est demandé, et porte l'adresse de l'émetteur.

    Un en-tête que l'utilisateur n'a pas voulu est à regarder : une demande constante ne montre pas qu'elle se choisit.
    """
    entete, echanges = courriel.entete("Disposition-Notification-To"), contexte.echanges
    if entete is not None and contexte.demande_lecture is False:
        message = "Un accusé de lecture est demandé sans que l'utilisateur l'ait choisi : montrez le choix."
        return [LECTURE.a_regarder(message, recu=entete.valeur[:150], ou=entete.ou, echanges=echanges)]
    if entete is not None:
        return [
            LECTURE.respectee(recu=entete.valeur[:200], ou=entete.ou, echanges=echanges),
            _retour(RETOUR_MDN, courriel, contexte),
        ]
    if contexte.demande_lecture is None:
        return [sans_contexte(LECTURE, "si un accusé de lecture a été demandé", echanges)]
    return [
        juger(
            LECTURE, not contexte.demande_lecture, "L'accusé de lecture demandé ne l'est pas dans le message.",
            attendu="Disposition-Notification-To: <adresse>",
            recu="rien" if contexte.demande_lecture else "aucun en-tête, aucun accusé demandé",
            ou="en-tête Disposition-Notification-To", echanges=echanges,
        )
    ]  # fmt: skip


def _retour(regle: Regle, courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """L'adresse de retour de l'accusé est celle de la boîte d'émission, à défaut celle du From."""
    nom = "Return-Receipt-To" if regle is RETOUR_DSN else "Disposition-Notification-To"
    bal = contexte.bal_emission
    expediteur = courriel.expediteur
    attendue = bal.adresse if bal is not None else expediteur.adresse if expediteur is not None else ""
    recues = [adresse.adresse for adresse in courriel.adresses(nom)]
    entete = courriel.entete(nom)
    if not attendue:
        return sans_contexte(regle, "la boîte d'émission (From est illisible)", contexte.echanges)
    return juger(
        regle, [a.lower() for a in recues] == [attendue.lower()], f"{nom} n'est pas l'adresse de l'émetteur.",
        attendu=attendue, recu=", ".join(recues) or "aucune adresse",
        ou=entete.ou if entete is not None else f"en-tête {nom}", echanges=contexte.echanges,
    )  # fmt: skip
