"""Règles de la recherche d'antériorité (règle 17 du guide d'implémentation de l'INS)."""

from __future__ import annotations

import re
from collections.abc import Collection

from reports.constat import Confiance, Constat, Regle
from steps.verifications.registre import verification

_SOURCE = "Guide d'implémentation de l'INS, règle 17 (reprise par le REM, travaux de concertation 2023)"
_OU = "résultats de la recherche d'antériorité"
_CONTROLE = re.compile(r"\bcl[ée]f?\b|caract|\b15\b|incomplet|invalide|erron", re.IGNORECASE)

R_RESULTATS = Regle(
    "IDE-RECHERCHE-01",
    "La recherche d'antériorité rend tous les patients qui répondent aux critères",
    _SOURCE,
    Confiance.OFFICIELLE,
    "Cherchez sur la date de naissance, complétée du début du nom (de naissance ou utilisé) ou du prénom "
    "(premier, liste ou utilisé).",
)
R_PRECISION = Regle(
    "IDE-RECHERCHE-02",
    "La recherche d'antériorité ne rend pas de patients étrangers aux critères",
    _SOURCE,
    Confiance.OFFICIELLE,
    "Appliquez tous les critères saisis : la date de naissance et le début du nom ou du prénom.",
)
R_INSENSIBLE = Regle(
    "IDE-RECHERCHE-03",
    "La recherche d'antériorité ignore apostrophes, tirets simples ou doubles, accents et signes diacritiques",
    _SOURCE,
    Confiance.OFFICIELLE,
    "Comparez les noms et prénoms sans ces signes, des deux côtés.",
)
R_MATRICULE_TROUVE = Regle(
    "IDE-RECHERCHE-04",
    "La recherche par matricule INS complet retrouve le patient",
    _SOURCE,
    Confiance.OFFICIELLE,
    "Permettez la recherche par les 15 caractères du matricule INS.",
)
R_MATRICULE_CONTROLE = Regle(
    "IDE-RECHERCHE-05",
    "La recherche par matricule INS exige 15 caractères et une clé juste",
    _SOURCE,
    Confiance.OFFICIELLE,
    "Refusez la recherche tant que les 15 caractères ne sont pas saisis et que la clé n'est pas vérifiée.",
)


@verification(R_RESULTATS, R_PRECISION)
def patients_rendus(
    trouves: Collection[str], attendus: Collection[str], exclus: Collection[str], criteres: str
) -> list[Constat]:
    """Tous les patients attendus sont rendus, aucun des patients exclus ne l'est.

    `trouves`, `attendus`, `exclus` : identifiants du logiciel ; les autres patients de sa base ne comptent pas.
    """
    manquants = sorted(set(attendus) - set(trouves))
    intrus = sorted(set(exclus) & set(trouves))
    recu = f"{len(trouves)} résultat(s)"
    if manquants:
        complet = R_RESULTATS.enfreinte(
            f"patient(s) non retrouvés avec {criteres}",
            attendu=", ".join(sorted(attendus)),
            recu=", ".join(sorted(trouves)) or "aucun résultat",
            ou=_OU,
        )
    else:
        complet = R_RESULTATS.respectee(
            f"{len(attendus)} patient(s) attendus retrouvés avec {criteres}", recu=recu, ou=_OU
        )
    if intrus:
        precis = R_PRECISION.enfreinte(
            f"patient(s) rendus à tort avec {criteres}",
            attendu=f"sans {', '.join(intrus)}",
            recu=", ".join(sorted(trouves)),
            ou=_OU,
        )
    else:
        precis = R_PRECISION.respectee(f"aucun patient étranger à {criteres}", recu=recu, ou=_OU)
    return [complet, precis]


@verification(R_INSENSIBLE)
def retrouve_malgre_la_graphie(trouves: Collection[str], attendu: str, saisi: str, enregistre: str) -> Constat:
    """Le patient enregistré sous une graphie est retrouvé par une autre."""
    if attendu not in trouves:
        return R_INSENSIBLE.enfreinte(
            f"patient enregistré {enregistre!r} non retrouvé en cherchant {saisi!r}",
            attendu=attendu,
            recu=", ".join(sorted(trouves)) or "aucun résultat",
            ou=_OU,
        )
    return R_INSENSIBLE.respectee(f"{enregistre!r} retrouvé en cherchant {saisi!r}", ou=_OU)


@verification(R_MATRICULE_TROUVE)
def retrouve_par_matricule(trouves: Collection[str], attendu: str) -> Constat:
    """Le matricule complet et juste retrouve le patient, et lui seul."""
    if set(trouves) != {attendu}:
        return R_MATRICULE_TROUVE.enfreinte(
            "la recherche par matricule INS ne rend pas ce patient, et lui seul",
            attendu=attendu,
            recu=", ".join(sorted(trouves)) or "aucun résultat",
            ou=_OU,
        )
    return R_MATRICULE_TROUVE.respectee(recu=attendu, ou=_OU)


@verification(R_MATRICULE_CONTROLE)
def matricule_incomplet_refuse(
    resultat: str, trouves: Collection[str], saisi: str, defaut: str, messages: Collection[str] = ()
) -> Constat:
    """Une saisie incomplète ou de clé fausse n'aboutit à aucune recherche."""
    if resultat == "fait" and not trouves and any(_CONTROLE.search(message) for message in messages):
        return R_MATRICULE_CONTROLE.a_regarder(
            f"matricule {defaut} : un message le dit, dire s'il empêche la recherche",
            recu=" ; ".join(messages),
            ou="saisie du matricule INS",
        )
    if resultat == "fait":
        return R_MATRICULE_CONTROLE.enfreinte(
            f"recherche lancée sur un matricule {defaut} ({len(saisi)} caractères)",
            attendu="refus avant toute recherche",
            recu=f"recherche faite, {len(trouves)} résultat(s)",
            ou="saisie du matricule INS",
        )
    return R_MATRICULE_CONTROLE.respectee(f"matricule {defaut} refusé", recu=resultat, ou="saisie du matricule INS")
