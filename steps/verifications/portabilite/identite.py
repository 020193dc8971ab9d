"""Règles sur ce qu'un export donne, hors des documents eux-mêmes : de quoi les reprendre dans un autre logiciel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.jugement import juger
from steps.verifications.portabilite.lecture import ExportIllisible, lire_export
from steps.verifications.registre import verification

_OU = "export de la période"

IDENTITE = Regle(
    "PORT-EXP-05", "L'export donne, sous une forme structurée, l'identité du patient de chaque document",
    "REM LGC, exigence PORT/va1.01 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Joignez aux documents des données structurées (CDA, FHIR, CSV…) : nom, prénom, date de naissance et sexe du "
    "patient, et s'ils sont en base son INS, la date de production et le type.",
)  # fmt: skip
PROFESSIONNEL = Regle(
    "PORT-EXP-06", "Le professionnel de santé concerné se choisit dans la procédure d'export",
    "REM RIS, exigence PORT/va1.01 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Laissez choisir le professionnel dont on exporte l'historique.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PatientExporte:
    """Ce que l'export doit dire d'un patient ; `naissance` : AAAA-MM-JJ ; `ins` vide sans identité qualifiée."""

    nom: str
    prenom: str
    naissance: str
    ins: str = ""


@verification(IDENTITE)
def identite_structuree(octets: bytes, patients: Sequence[PatientExporte]) -> Constat:
    """Un fichier structuré de l'export nomme chaque patient, avec son prénom, sa date de naissance et son INS.

    Un PDF n'en est pas un. Un fichier que le banc ne sait pas lire peut porter ces données : il se regarde. Le sexe, la
    date de production et le type, sans forme qui les fasse reconnaître partout, ne sont pas jugés.
    """
    try:
        fichiers = lire_export(octets)
    except ExportIllisible as erreur:
        return IDENTITE.sans_objet(f"l'export de la période ne se lit pas : {erreur}")
    if not patients:
        return IDENTITE.sans_objet("aucun patient attendu dans l'export")
    textes = [comparable(f.texte) for f in fichiers if f.format not in ("", "PDF")]
    ecarts = [f"{p.nom} : {', '.join(dits)}" for p in patients if (dits := _manques(p, textes))]
    inconnus = [f.chemin for f in fichiers if not f.format]
    if ecarts and inconnus:
        message = "Des fichiers de l'export ne se lisent pas : dites s'ils donnent l'identité des patients."
        return IDENTITE.a_regarder(message, recu=", ".join(inconnus[:4]), ou=_OU)
    return juger(
        IDENTITE, not ecarts, "L'identité d'un patient n'est pas donnée sous une forme structurée.",
        attendu="nom, prénom, date de naissance, et INS s'il est en base",
        recu="; ".join(ecarts) or f"{len(patients)} patients, dans {len(textes)} fichier(s) structuré(s)", ou=_OU,
    )  # fmt: skip


def _manques(patient: PatientExporte, textes: Sequence[str]) -> list[str]:
    """Ce que dit de moins le fichier qui en dit le plus."""
    siens = [texte for texte in textes if comparable(patient.nom) in texte]
    if not siens:
        return ["dans aucun fichier structuré"]
    annee, mois, jour = patient.naissance.split("-")
    dates = (f"{annee}-{mois}-{jour}", f"{annee}{mois}{jour}", f"{jour}/{mois}/{annee}", f"{jour}-{mois}-{annee}")
    return min((_absents(patient, dates, texte) for texte in siens), key=len)


def _absents(patient: PatientExporte, dates: Sequence[str], texte: str) -> list[str]:
    portes = (
        ("prénom", comparable(patient.prenom) in texte),
        ("date de naissance", any(re.search(rf"(?<!\d){date}", texte) for date in dates)),
        ("INS", patient.ins[:13] in texte.replace(" ", "")),
    )
    return [quoi for quoi, porte in portes if not porte]
