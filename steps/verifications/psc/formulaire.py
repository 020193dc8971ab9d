"""Le formulaire envoyé au point de jetons : chaque paramètre une fois."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.psc import sources
from steps.verifications.psc.lecture import Dialogue, numeros
from steps.verifications.registre import verification

UNE_VALEUR = Regle(
    "PSC-JET-05", "Aucun paramètre n'est répété au point de jetons", sources.RFC6749.format("3.2"),
    Confiance.OFFICIELLE, "N'envoyer chaque paramètre qu'une fois, dans le corps de la demande.",
)  # fmt: skip
_REPETABLES = frozenset({"resource", "audience"})


@verification(UNE_VALEUR)
def une_valeur(dialogue: Dialogue) -> list[Constat]:
    """Tous les appels au point de jetons ; resource et audience peuvent se répéter (RFC 8707, RFC 8693)."""
    appels = dialogue.jetons
    if not appels:
        return []
    fautifs = [
        (appel, nom)
        for appel in appels
        for nom in {*appel.adresse, *appel.formulaire} - _REPETABLES
        if len(appel.tous(nom)) > 1
    ]
    repetes = sorted({nom for _, nom in fautifs})
    ou = "point de jetons, paramètres"
    if not repetes:
        return [UNE_VALEUR.respectee(recu=f"{len(appels)} appel(s)", ou=ou, echanges=numeros(appels))]
    return [
        UNE_VALEUR.enfreinte(
            "Des paramètres sont répétés.", attendu="une valeur par paramètre", recu=", ".join(repetes)[:300], ou=ou,
            echanges=numeros(appel for appel, _ in fautifs),
        )
    ]  # fmt: skip
