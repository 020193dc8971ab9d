"""Pannes que l'accès IMAP sait jouer ; celles de TLS et des jetons sont communes avec la soumission."""

from __future__ import annotations

import re
from collections.abc import Sequence

from simulators.mssante.imap.fetch import Morceau
from simulators.socle.pannes import Panne, PanneArmee

PANNES_IMAP: tuple[Panne, ...] = (
    Panne("uidvalidity_change", "UIDVALIDITY et UID neufs à la prochaine ouverture d'un dossier."),
    Panne("message_disparu", "Le message demandé par le prochain FETCH de contenu vient d'être effacé ailleurs."),
    Panne("quota_depasse", "APPEND, COPY ou MOVE refusé : NO [OVERQUOTA]."),
    Panne("lecture_seule", "Le prochain dossier ouvert l'est en lecture seule."),
    Panne("bye", "BYE puis fermeture, en réponse à une commande de session."),
    Panne(
        "litteral_enorme",
        "Le prochain FETCH de contenu annonce un littéral démesuré, puis la connexion est coupée.",
        {"taille": "octets annoncés (4 294 967 295)"},
    ),
    Panne("indisponible", "NO [UNAVAILABLE], commande non exécutée."),
    Panne("idle_muet", "IDLE accepté, mais rien n'y est annoncé."),
    Panne("coupure_dans_fetch", "Connexion coupée net au milieu de la réponse d'un FETCH de contenu."),
)

SANS_ECHEC = frozenset({"CAPABILITY", "LOGOUT", "ID", "ENABLE", "NOOP"})
"""Commandes que ni `bye` ni `indisponible` ne visent : elles ne demandent rien à la boîte."""

PAR_VERBE: dict[str, tuple[str, ...]] = {
    "SELECT": ("uidvalidity_change", "lecture_seule"),
    "EXAMINE": ("uidvalidity_change",),
    "APPEND": ("quota_depasse",),
    "COPY": ("quota_depasse",),
    "UID COPY": ("quota_depasse",),
    "MOVE": ("quota_depasse",),
    "UID MOVE": ("quota_depasse",),
    "IDLE": ("idle_muet",),
}
"""Pannes à prendre avant d'exécuter une commande, en plus de `bye` et `indisponible`."""

PENDANT_FETCH = ("litteral_enorme", "coupure_dans_fetch")
"""Pannes qui abîment la réponse d'un FETCH de contenu."""

ANNONCE_ENORME = 2**32 - 1

_CONTENU = re.compile(rb"\b(?:(?:BODY|BINARY)(?:\.PEEK)?\[(?!HEADER)|RFC822(?![.\w])|RFC822\.TEXT)", re.IGNORECASE)
_LITTERAL = re.compile(rb"\{[0-9]+\}\r\n$")


def demande_du_contenu(arguments: bytes) -> bool:
    """Vrai si ce FETCH demande plus que des en-têtes et des métadonnées."""
    return _CONTENU.search(arguments) is not None


def abimer(panne: PanneArmee, envoi: Sequence[Morceau]) -> list[Morceau]:
    """Réponse de FETCH telle que la panne la déforme."""
    if panne.nom == "litteral_enorme":
        return _gonfler(envoi, int(str(panne.parametres.get("taille", ANNONCE_ENORME))))
    reste = sum(map(len, envoi)) // 2
    garde: list[Morceau] = []
    for morceau in envoi:
        garde.append(morceau[:reste])
        reste -= len(garde[-1])
        if not reste:
            break
    return garde


def _gonfler(envoi: Sequence[Morceau], taille: int) -> list[Morceau]:
    """Le premier littéral est annoncé de cette taille ; ce qui le suit n'est pas envoyé."""
    for rang, morceau in enumerate(envoi):
        tete = bytes(morceau) if len(morceau) < 512 else b""
        if _LITTERAL.search(tete):
            return [*envoi[:rang], _LITTERAL.sub(b"{%d}\r\n" % taille, tete), *envoi[rang + 1 : rang + 2]]
    return list(envoi)
