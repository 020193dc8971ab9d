"""Correspondants de santé d'un dossier : saisis, ou repris de l'Annuaire Santé par leur RPPS."""

from __future__ import annotations

from typing import Any

from simulators.logiciel_temoin.base import Correspondant
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_adresses import est_adresse, est_usager

CHAMPS = ("rpps", "nom", "prenom", "profession", "specialite", "adresse_mss")


def ajouter(labo: Labo, patient: Patient, saisie: dict[str, Any]) -> Correspondant:
    """Ajoute un correspondant ; avec un RPPS seul, ses données viennent de l'annuaire."""
    champs = _champs(saisie)
    if champs.get("rpps") and not champs.get("nom"):
        champs = {**_de_l_annuaire(labo, str(champs["rpps"])), **{c: v for c, v in champs.items() if v}}
    if not champs.get("nom"):
        raise Refus("Le nom du correspondant est obligatoire.")
    with labo.base.verrou:
        dossier = labo.base.correspondants.setdefault(patient.patient_id, [])
        if len(dossier) >= 9 and labo.defaut("mss_neuf_correspondants"):
            raise Refus("Ce dossier a déjà neuf correspondants.")
        if champs.get("rpps") and any(c.rpps == champs["rpps"] for c in dossier):
            raise Refus("Ce professionnel est déjà correspondant de ce dossier.")
        correspondant = Correspondant(labo.base.numero("K"), "")
        _ecrire(correspondant, champs)
        dossier.append(correspondant)
    return correspondant


def modifier(
    labo: Labo, patient: Patient, correspondant_id: str, modifications: dict[str, Any] | None
) -> Correspondant:
    """Change des champs ; sans modification donnée, relit l'annuaire."""
    trouve = next((c for c in lister(labo, patient) if c.correspondant_id == correspondant_id), None)
    if trouve is None:
        raise Refus(f"Correspondant inconnu de ce dossier : {correspondant_id}.")
    if modifications:
        champs = _champs(modifications)
    elif trouve.rpps:
        champs = _de_l_annuaire(labo, trouve.rpps)
    else:
        raise Refus("Ce correspondant n'a pas de RPPS : l'annuaire ne peut pas le mettre à jour.")
    if "nom" in champs and not champs["nom"]:
        raise Refus("Le nom du correspondant est obligatoire.")
    with labo.base.verrou:
        _ecrire(trouve, champs)
    return trouve


def lister(labo: Labo, patient: Patient) -> list[Correspondant]:
    with labo.base.verrou:
        return list(labo.base.correspondants.get(patient.patient_id, ()))


def _champs(saisie: dict[str, Any]) -> dict[str, str | None]:
    inconnus = sorted(set(saisie) - {*CHAMPS, "correspondant_id"})
    if inconnus:
        raise Refus("Champs inconnus : " + ", ".join(inconnus))
    champs = {champ: str(saisie[champ]).strip() if saisie[champ] else None for champ in CHAMPS if champ in saisie}
    rpps, adresse = champs.get("rpps"), champs.get("adresse_mss")
    if rpps and not (len(rpps) == 11 and rpps.isdigit()):
        raise Refus("Un RPPS a 11 chiffres.")
    if adresse and (not est_adresse(adresse) or est_usager(adresse)):
        raise Refus("L'adresse MSSanté d'un correspondant est celle d'une BAL professionnelle.")
    return champs


def _ecrire(correspondant: Correspondant, champs: dict[str, str | None]) -> None:
    for champ, valeur in champs.items():
        setattr(correspondant, champ, valeur if champ in ("rpps", "adresse_mss") else valeur or "")


def _de_l_annuaire(labo: Labo, rpps: str) -> dict[str, str | None]:
    fiche = labo.annuaire_sante.reprendre(rpps)
    return {**fiche.identite(), "adresse_mss": next(iter(fiche.adresses_mss), None)}
