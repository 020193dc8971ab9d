"""Règles sur la création d'une identité : traits obligatoires, création minimale, date de naissance."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

R_DATE = Regle(
    "IDE-DATE-01",
    "Un jour ou un mois de naissance impossible est refusé",
    GUIDE_INS.format(1),
    Confiance.OFFICIELLE,
    "Refusez un jour hors de 1 à 31 et un mois hors de 1 à 12.",
)
R_DATE_ADMISE = Regle(
    "IDE-DATE-02",
    "Une date de naissance possible est acceptée",
    GUIDE_INS.format(1),
    Confiance.OFFICIELLE,
    "Acceptez toute date de naissance du calendrier.",
)
R_CREATION_REFUSEE = Regle(
    "IDE-CREATION-01",
    "Une identité sans l'un des cinq traits obligatoires n'est pas créée",
    GUIDE_INS.format(5),
    Confiance.OFFICIELLE,
    "Refusez la création tant que nom, premier prénom, date, sexe et code lieu de naissance ne sont pas tous remplis.",
)
R_CREATION_ADMISE = Regle(
    "IDE-CREATION-02",
    "Les cinq traits obligatoires suffisent à créer une identité",
    GUIDE_INS.format(5),
    Confiance.OFFICIELLE,
    "N'exigez aucun champ facultatif à la création.",
)


@verification(R_CREATION_REFUSEE)
def creation_sans_trait_refusee(trait: str, resultat: str, recu: str) -> Constat:
    """La création sans ce trait obligatoire est empêchée."""
    if resultat == "fait":
        return R_CREATION_REFUSEE.enfreinte(
            f"identité créée sans {trait}", attendu="refus de la création", recu=recu, ou="création de la fiche"
        )
    return R_CREATION_REFUSEE.respectee(f"création sans {trait} refusée", recu=recu, ou="création de la fiche")


@verification(R_CREATION_ADMISE)
def creation_minimale_admise(resultat: str, recu: str) -> Constat:
    """Les cinq traits obligatoires suffisent."""
    if resultat != "fait":
        return R_CREATION_ADMISE.enfreinte(
            "création refusée avec les cinq traits obligatoires",
            attendu="fiche créée",
            recu=recu,
            ou="création de la fiche",
        )
    return R_CREATION_ADMISE.respectee("fiche créée avec les cinq traits obligatoires", ou="création de la fiche")


@verification(R_DATE, R_DATE_ADMISE)
def date_de_naissance(date: str, *, possible: bool, resultat: str, recu: str) -> Constat:
    """Une date impossible est refusée ; une date possible est acceptée (contrôle positif)."""
    fait = resultat == "fait"
    if possible:
        if fait:
            return R_DATE_ADMISE.respectee(f"date {date} acceptée", ou="date de naissance")
        return R_DATE_ADMISE.enfreinte(
            f"date {date} refusée", attendu="date acceptée", recu=recu, ou="date de naissance"
        )
    if fait:
        return R_DATE.enfreinte(f"date {date} acceptée", attendu="refus", recu=recu, ou="date de naissance")
    return R_DATE.respectee(f"date {date} refusée", recu=recu, ou="date de naissance")
