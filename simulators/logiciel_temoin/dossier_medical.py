"""Le dossier médical d'un patient, sa synthèse, et les rappels de mise à jour de cette synthèse."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.logiciel_temoin import documents
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_vsm import RUBRIQUES, TYPE
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@dataclass
class DossierMedical:
    """Ce que le médecin a saisi ; `protocoles` : ceux où le patient est inclus."""

    rubriques: dict[str, list[str]] = field(default_factory=dict)
    protocoles: list[str] = field(default_factory=list)
    ald: bool = False


@dataclass
class Rappel:
    """Un rappel de mise à jour : critère (diagnostic, protocole ou ald, et sa valeur), période, lieu d'affichage."""

    rappel_id: str
    genre: str
    valeur: str
    periodicite_jours: int
    affichage: str

    def en_dict(self) -> dict[str, Any]:
        critere = {"genre": self.genre, **({"valeur": self.valeur} if self.valeur else {})}
        return {
            "rappel_id": self.rappel_id,
            "critere": critere,
            "periodicite_jours": self.periodicite_jours,
            "affichage": self.affichage,
        }


def dossier(labo: Labo, patient: Patient) -> DossierMedical:
    """Le dossier de ce patient, vide s'il n'y a rien encore."""
    connu: DossierMedical = labo.base.dossiers.setdefault(patient.patient_id, DossierMedical())
    return connu


def champs_de_synthese(labo: Labo, patient: Patient) -> dict[str, list[str]]:
    """Les champs du volet, remplis d'avance."""
    if labo.defaut("vsm_non_prerempli"):
        return {rubrique: [] for rubrique in RUBRIQUES}
    source = dossier(labo, patient)
    if labo.defaut("vsm_prerempli_d_un_autre") and labo.base.dossiers:
        source = next(iter(labo.base.dossiers.values()))
    return {rubrique: list(source.rubriques.get(rubrique, ())) for rubrique in RUBRIQUES}


def generer(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, corrections: dict[str, Any], date: datetime | None
) -> Document:
    """Le volet de synthèse médicale, CDA R2 N3, avec les corrections du médecin."""
    champs = champs_de_synthese(labo, patient)
    if not labo.defaut("vsm_corrections_ignorees"):
        champs |= {str(nom): [str(v) for v in valeurs] for nom, valeurs in corrections.items()}
    code, libelle, systeme = TYPE
    sections = [(nom.replace("_", " ").capitalize(), "\n".join(valeurs)) for nom, valeurs in champs.items() if valeurs]
    niveau = "N1" if labo.defaut("vsm_n1") else "N3"
    quoi = (code, libelle, "Synthèse médicale")
    document = documents.rediger(
        labo, utilisateur, patient, quoi, sections or [("Synthèse", "Rien à signaler.")], maintenant(), niveau, None
    )
    document.type_systeme, document.volet = systeme, champs
    if date is not None:
        document.date_creation = date
    return document


def regler(labo: Labo, rappel_id: str | None, critere: dict[str, Any], periodicite: int, affichage: str) -> Rappel:
    """Crée un rappel, ou modifie celui de cet identifiant."""
    genre, valeur = str(critere.get("genre", "")), str(critere.get("valeur") or "")
    if genre not in ("diagnostic", "protocole", "ald") or (genre != "ald" and not valeur):
        raise Refus("Un rappel porte sur un diagnostic, un protocole ou l'ALD.")
    if genre == "protocole" and labo.defaut("rappel_sans_protocole"):
        raise Refus("Un rappel porte sur un diagnostic ou l'ALD.")
    if rappel_id is None:
        if labo.defaut("rappel_periodicite_fixe"):
            periodicite = 365
        rappel = Rappel(labo.base.numero("R"), genre, valeur, periodicite, affichage)
        labo.base.rappels[rappel.rappel_id] = rappel
        return rappel
    connu: Rappel | None = labo.base.rappels.get(rappel_id)
    if connu is None:
        raise Refus(f"Rappel inconnu : {rappel_id}.")
    if not labo.defaut("rappel_modification_sans_effet"):
        connu.genre, connu.valeur, connu.periodicite_jours, connu.affichage = genre, valeur, periodicite, affichage
    return connu


def concernes(labo: Labo) -> list[dict[str, str]]:
    """Les patients dont la synthèse est à mettre à jour, et le rappel qui le dit."""
    trouves = []
    for rappel in labo.base.rappels.values():
        for patient in labo.base.patients.values():
            if _repond(labo, patient, rappel) and _echue(labo, patient, rappel):
                trouves.append({"patient_id": patient.patient_id, "rappel_id": rappel.rappel_id})
    return trouves


def _repond(labo: Labo, patient: Patient, rappel: Rappel) -> bool:
    if labo.defaut("rappel_tous_les_patients"):
        return True
    sien = dossier(labo, patient)
    match rappel.genre:
        case "ald":
            return sien.ald and not labo.defaut("rappel_ald_ignoree")
        case "protocole":
            return rappel.valeur in sien.protocoles
        case _:
            return any(rappel.valeur.casefold() in p.casefold() for p in sien.rubriques.get("pathologies", ()))


def _echue(labo: Labo, patient: Patient, rappel: Rappel) -> bool:
    volets = [d for d in labo.base.documents_de(patient.patient_id) if d.volet is not None]
    dernier = max((d.date_creation for d in volets), default=None)
    return dernier is None or maintenant() - dernier >= timedelta(days=rappel.periodicite_jours)
