"""Règles sur les appels à INSi : ceux que le logiciel empêche, permet, et ce qu'il dit de leur retour."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.alertes import sans_valeurs
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

R_BLOCAGE_INSI = Regle(
    "INSI-BLOCAGE-01",
    "Aucun appel à INSi pour une identité douteuse ou fictive",
    GUIDE_INS.format(25),
    Confiance.OFFICIELLE,
    "Bloquez l'appel à INSi dès que l'attribut douteux ou fictif est posé.",
)
R_APPEL_POSSIBLE = Regle(
    "INSI-BLOCAGE-02",
    "L'appel à INSi est possible pour une identité sans attribut douteux ou fictif",
    GUIDE_INS.format("25 et 37"),
    Confiance.OFFICIELLE,
    "Permettez l'appel à INSi pour cette identité.",
)
R_APPEL_ABOUTI = Regle(
    "INSI-RETOUR-01",
    "L'appel à INSi obtient le retour que l'identité de test donne",
    GUIDE_INS.format("25 et 37"),
    Confiance.OFFICIELLE,
    "Corrigez l'appel : la réponse d'INSi dit pourquoi il est refusé.",
)
R_ALERTE = Regle(
    "INSI-ALERTE-01",
    "L'utilisateur est alerté d'un écart entre le premier prénom saisi et les prénoms rendus par INSi",
    GUIDE_INS.format(6),
    Confiance.OFFICIELLE,
    "Comparez le premier prénom au début de la liste rendue et alertez l'utilisateur.",
)
R_ECARTS = Regle(
    "INSI-ALERTE-02",
    "Les écarts entre traits saisis et traits rendus par INSi sont montrés à l'utilisateur",
    GUIDE_INS.format(6),
    Confiance.OFFICIELLE,
    "Montrez, avant acceptation, chaque trait local et le trait rendu quand ils diffèrent.",
)
R_MESSAGE_BLOCAGE = Regle(
    "INSI-ALERTE-03",
    "L'utilisateur est averti que l'INS rendue ne peut pas être rapatriée",
    GUIDE_INS.format("11 et 12"),
    Confiance.OFFICIELLE,
    "Dites à l'utilisateur pourquoi l'INS rendue n'est pas reprise.",
)
_ECART = re.compile(r"ECART|INCOHER|DIFFER|DIVERG|DISTINCT|CORRESPOND|CONCORD|COMMENCE|ATTENTION|ALERTE|IDENTIQUE")


@verification(R_BLOCAGE_INSI)
def aucun_appel_insi(numeros: Sequence[int], attribut: str, resultat: str) -> Constat:
    """INSi n'a rien reçu pour l'identité marquée ; la fenêtre se ferme sur la réponse de l'action."""
    if numeros:
        return R_BLOCAGE_INSI.enfreinte(
            f"INSi a été appelé pour une identité marquée « {attribut} »",
            attendu="aucun échange avec INSi",
            recu=f"{len(numeros)} échange(s)",
            ou="échanges avec INSi",
            echanges=tuple(numeros),
        )
    if resultat == "fait":
        return R_BLOCAGE_INSI.enfreinte(
            f"le logiciel annonce avoir appelé INSi pour une identité marquée « {attribut} »",
            attendu="blocage",
            recu="fait, sans échange observé",
            ou="réponse du logiciel",
        )
    return R_BLOCAGE_INSI.respectee(f"appel bloqué : identité « {attribut} »", recu=resultat, ou="échanges avec INSi")


@verification(R_APPEL_POSSIBLE)
def appel_insi_observe(numeros: Sequence[int], circonstance: str) -> Constat:
    """Contrôle positif : INSi a bien reçu un appel."""
    if not numeros:
        return R_APPEL_POSSIBLE.enfreinte(
            f"INSi n'a reçu aucun appel {circonstance}",
            attendu="au moins un échange avec INSi",
            recu="aucun échange",
            ou="échanges avec INSi",
        )
    return R_APPEL_POSSIBLE.respectee(
        f"{len(numeros)} appel(s) {circonstance}", ou="échanges avec INSi", echanges=tuple(numeros)
    )


@verification(R_APPEL_ABOUTI)
def appel_insi_abouti(retours: Mapping[int, str], voulu: str, circonstance: str) -> Constat:
    """L'appel a eu le retour que l'identité de test donne : sinon c'est l'appel qu'il faut corriger, pas ce qui suit.

    `retours` : par numéro d'échange, le code retour (`00`, `OK`…) ou la faute, en clair.
    """
    if voulu not in retours.values():
        return R_APPEL_ABOUTI.enfreinte(
            f"INSi n'a pas donné le retour {voulu} {circonstance} : la suite du scénario ne peut pas être jugée",
            attendu=f"retour {voulu}",
            recu=" ; ".join(retours.values()) or "aucune réponse",
            ou="réponse d'INSi",
            echanges=tuple(retours),
        )
    return R_APPEL_ABOUTI.respectee(recu=f"retour {voulu} {circonstance}", ou="réponse d'INSi", echanges=tuple(retours))


@verification(R_ALERTE)
def alerte_prenom(
    alertes: Sequence[str], messages: Sequence[str], *, attendue: bool, comparaisons: Sequence[str] = ()
) -> Constat:
    """Une alerte parle du prénom quand il y a incohérence, et seulement alors.

    Un message n'est une alerte que s'il dit aussi l'écart : « prénom » seul peut venir de la liste des traits repris.
    `comparaisons` : valeurs rendues par INSi que l'écran compare à la saisie ; les montrer n'est pas alerter.
    """
    vus = [texte for texte in alertes if "PRENOM" in comparable(texte)]
    dits = [texte for texte in messages if "PRENOM" in comparable(texte) and texte not in vus]
    fermes = [texte for texte in dits if _ECART.search(comparable(texte))]
    compares = [texte for texte in dits if texte not in fermes and any(valeur in texte for valeur in comparaisons)]
    dits = [texte for texte in dits if texte not in compares]
    recu = " ; ".join([*vus, *dits, *compares]) or "aucune alerte sur le prénom"
    if not vus and ((attendue and dits and not fermes) or (not attendue and fermes)):
        return R_ALERTE.a_regarder(
            "un message parle du prénom : dire s'il alerte d'une incohérence"
            + ("" if attendue else ", alors qu'il n'y en a pas"),
            recu=recu,
            ou="messages à l'utilisateur",
        )
    if bool(vus or fermes) is not attendue:
        return R_ALERTE.enfreinte(
            "alerte sur le premier prénom absente" if attendue else "alerte sur le prénom sans incohérence",
            attendu="une alerte" if attendue else "aucune alerte",
            recu=recu,
            ou="messages à l'utilisateur",
        )
    return R_ALERTE.respectee("alerte montrée" if attendue else "aucune alerte sans incohérence", recu=recu)


@verification(R_ECARTS)
def ecarts_montres(ecarts: Sequence[Mapping[str, Any]], attendus: Mapping[str, tuple[str, str]]) -> Constat:
    """Chaque écart réel est montré avec ses deux valeurs. `attendus` : champ → (local, rendu par INSi)."""
    montres = {str(e.get("champ")): (e.get("local"), e.get("retourne")) for e in ecarts}
    # Le logiciel peut ajouter le libellé d'un code (commune) à sa valeur.
    manquants = [
        champ
        for champ, valeurs in attendus.items()
        if champ not in montres
        or any(
            voulue not in str(montree or "") for voulue, montree in zip(valeurs, montres[champ], strict=True) if voulue
        )
    ]
    if manquants:
        return R_ECARTS.enfreinte(
            f"écart(s) non montrés ou faux : {', '.join(manquants)}",
            attendu=str(dict(attendus)),
            recu=str(montres),
            ou="comparaison des traits",
        )
    return R_ECARTS.respectee(f"{len(attendus)} écart(s) montrés", recu=str(montres), ou="comparaison des traits")


@verification(R_MESSAGE_BLOCAGE)
def blocage_explique(messages: Sequence[str], ordinaires: Sequence[str] = ()) -> Constat:
    """L'utilisateur voit un message qu'il ne voit pas quand tout va bien (`ordinaires`)."""
    connus = {sans_valeurs(message) for message in ordinaires}
    textes = [message for message in messages if message.strip() and sans_valeurs(message) not in connus]
    if not textes:
        return R_MESSAGE_BLOCAGE.enfreinte(
            "aucun message ne dit que l'INS n'est pas reprise",
            attendu="un message propre à ce blocage",
            recu=" ; ".join(messages) or "aucun message",
            ou="messages à l'utilisateur",
        )
    return R_MESSAGE_BLOCAGE.respectee("blocage expliqué à l'utilisateur", recu=" ; ".join(textes))
