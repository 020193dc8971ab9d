"""Unicité des identifiants d'un appel à l'autre, stabilité de l'instance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.insi.appels import Appel
from steps.verifications.insi.contexte import ContexteInsi
from steps.verifications.insi.sources import BANC, CONTRAT
from steps.verifications.registre import verification

MESSAGE_ID_UNIQUE = Regle(
    "INSI-WSA-03",
    "Chaque appel a un wsa:MessageID neuf",
    f"{CONTRAT} ; W3C WS-Addressing 1.0 (MessageID désigne un message et un seul)",
    Confiance.DOCUMENTEE,
    "Tirer un MessageID neuf à chaque appel, nouvel essai compris.",
)
ID_UNIQUES = Regle(
    "INSI-CTX-09",
    "Chaque appel a des Id de contextes neufs",
    f"{CONTRAT}, messages relevés",
    Confiance.DOCUMENTEE,
    "Tirer un Id neuf pour chaque contexte à chaque appel, nouvel essai compris.",
)
INSTANCE_STABLE = Regle(
    "INSI-CTX-10",
    "LPS/Instance désigne la même installation à chaque appel",
    f"{BANC}, d'après les messages relevés",
    Confiance.DEDUITE,
    "Tirer l'identifiant d'instance une fois à l'installation et le garder.",
)


@verification(MESSAGE_ID_UNIQUE, ID_UNIQUES, INSTANCE_STABLE)
def unicite(appels: Sequence[Appel], contexte: ContexteInsi) -> list[Constat]:
    """Aucun identifiant ne sert deux fois ; l'instance, elle, ne change pas."""
    constats = _unique(MESSAGE_ID_UNIQUE, [(appel.message_id, appel) for appel in appels], "wsa:MessageID")
    for nom in ("bam", "lps"):
        ids = []
        for appel in appels:
            bloc = getattr(appel.message, nom) if appel.message else None
            ids.append((bloc.id if bloc else None, appel))
        constats += _unique(ID_UNIQUES, ids, f"Contexte{nom.upper()}/Id")
    return constats + _instance(appels)


def _unique(regle: Regle, valeurs: list[tuple[str | None, Appel]], ou: str) -> list[Constat]:
    par_valeur: dict[str, list[Appel]] = defaultdict(list)
    for valeur, appel in valeurs:
        if valeur:
            par_valeur[valeur.lower()].append(appel)
    doubles = {valeur: vus for valeur, vus in par_valeur.items() if len(vus) > 1}
    if not par_valeur:
        return []
    if not doubles:
        numeros = tuple(appel.numero for vus in par_valeur.values() for appel in vus)
        return [regle.respectee(recu=f"{len(par_valeur)} valeur(s) distincte(s) de {ou}", echanges=numeros)]
    return [
        regle.enfreinte(
            "identifiant employé plusieurs fois",
            attendu="une valeur neuve à chaque appel",
            recu=f"{valeur}, {len(vus)} fois",
            ou=ou,
            echanges=tuple(appel.numero for appel in vus),
        )
        for valeur, vus in doubles.items()
    ]


def _instance(appels: Sequence[Appel]) -> list[Constat]:
    vues: dict[str, list[int]] = defaultdict(list)
    for appel in appels:
        if appel.message and appel.message.lps and appel.message.lps.instance:
            vues[appel.message.lps.instance].append(appel.numero)
    numeros = tuple(numero for liste in vues.values() for numero in liste)
    if not vues:
        return []
    if len(vues) == 1:
        return [INSTANCE_STABLE.respectee(recu=next(iter(vues)), echanges=numeros)]
    return [
        INSTANCE_STABLE.enfreinte(
            "instance différente d'un appel à l'autre",
            attendu="une valeur constante",
            recu=", ".join(vues),
            ou="/Envelope/Header/ContexteLPS/LPS/Instance",
            echanges=numeros,
        )
    ]
