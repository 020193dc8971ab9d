"""Résultats critiques d'un compte rendu reçu : qui en est alerté dans le logiciel, et qui en est averti au-dehors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_lecture import HL7, OID_PS
from simulators.logiciel_temoin.utilisateurs import ROLES

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo

CRITIQUES = {"AA": "anormal critique", "HH": "trop haut, critique", "LL": "trop bas, critique"}
_NS = {"c": HL7}


@dataclass(frozen=True)
class PriseEnCharge:
    """L'équipe d'un patient ; elle reste celle qui l'a pris en charge une fois qu'il est sorti."""

    service: str
    equipe: tuple[str, ...]
    sortie: bool = False


@dataclass(frozen=True)
class Alerte:
    """Une alerte, pour les comptes qui la voient."""

    patient_id: str
    document_id: str
    texte: str
    comptes: tuple[str, ...]

    def en_dict(self) -> dict[str, Any]:
        return {"texte": self.texte, "patient_id": self.patient_id, "document_id": self.document_id}


def a_la_reception(labo: Labo, document: Document) -> None:
    """Alerte pour chaque résultat critique du document, et avertit les adresses réglées."""
    racine = etree.fromstring(document.recu)
    critiques = _critiques(labo, racine)
    if not critiques:
        return
    reglage = labo.reglages.lire("alertes_resultats")
    adresses = reglage["adresses"]
    avertis = adresses and not labo.defaut("avertissement_absent")
    if not (avertis and labo.defaut("avertissement_sans_alerte")):
        comptes = _comptes(labo, document, racine, reglage)
        lieu = _lieu(labo, document)
        labo.soins.alertes += [
            Alerte(lieu, document.document_id, f"Résultat critique à lire sans attendre : {quoi}", comptes)
            for quoi in critiques
        ]
    if avertis:
        for adresse in adresses:
            labo.courrier.envoyer(adresse, "Résultat à consulter", _texte(labo, document, critiques))


def _critiques(labo: Labo, racine: etree._Element) -> list[str]:
    retenus = dict(CRITIQUES)
    if labo.defaut("alerte_bas_oublie"):
        del retenus["LL"]
    if labo.defaut("alerte_absente"):
        return []
    trouves = []
    for observation in racine.iterfind(".//c:observation", _NS):
        interpretation = observation.find("c:interpretationCode", _NS)
        lu = interpretation.get("code", "") if interpretation is not None else ""
        if lu in retenus or (lu and labo.defaut("alerte_tout_resultat")):
            code = observation.find("c:code", _NS)
            libelle = code.get("displayName", "") if code is not None else ""
            trouves.append(f"{libelle}, {retenus.get(lu, lu)}")
    return trouves


def _comptes(labo: Labo, document: Document, racine: etree._Element, reglage: dict[str, Any]) -> tuple[str, ...]:
    comptes: list[str] = []
    if reglage["prescripteur"] and not labo.defaut("alerte_prescripteur_oublie"):
        demandeurs = {
            i.get("extension")
            for i in racine.iterfind("c:participant[@typeCode='REF']//c:id", _NS)
            if i.get("root") == OID_PS
        }
        professionnels = ((role, labo.environnement.professionnel(role)) for role in ROLES)
        comptes += [role for role, ps in professionnels if ps and ps.identifiant_national in demandeurs]
    charge = labo.soins.prises_en_charge.get(document.patient_id)
    oubliee = labo.defaut("alerte_equipe_oubliee") or (
        charge is not None and charge.sortie and labo.defaut("alerte_patient_sorti_oublie")
    )
    if charge and reglage["equipe"] and not oubliee:
        comptes += charge.equipe
    return tuple(ROLES) if labo.defaut("alerte_a_tous") else tuple(comptes)


def _lieu(labo: Labo, document: Document) -> str:
    if labo.defaut("alerte_autre_dossier"):
        return next((p for p in labo.base.patients if p != document.patient_id), document.patient_id)
    return document.patient_id


def _texte(labo: Labo, document: Document, critiques: list[str]) -> str:
    patient = labo.base.patient(document.patient_id)
    texte = "Un résultat critique vous attend. Connectez-vous au logiciel pour le lire."
    if labo.defaut("avertissement_nomme_le_patient"):
        texte += f" Patient : {patient.trait('premier_prenom_naissance')} {patient.trait('nom_naissance')}."
    if labo.defaut("avertissement_dit_le_resultat"):
        texte += f" {' ; '.join(critiques)}."
    return texte
