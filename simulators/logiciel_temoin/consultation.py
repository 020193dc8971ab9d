"""Consultation du DMP : choix du patient, droit d'accès, recherche, lecture, préchargement, intégration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulators.logiciel_temoin import dmp_existence, documents, documents_entrants, xds_requetes
from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.dmp_client import ErreurDmp, Session
from simulators.logiciel_temoin.dmp_vihf import cx_patient, demandeur_consultation
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import iso, lire_dtm, maintenant
from simulators.logiciel_temoin.identite import QUAL, RECUP, Patient
from simulators.logiciel_temoin.labo import EntreeCache, Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur
from simulators.logiciel_temoin.xds_requetes import Criteres, FicheDistante

FILTRES = ("type_code", "classe", "date_acte_du", "date_acte_au", "cadre_exercice", "statut")
_PROFESSIONS = ("10", "21", "40", "50", "60", "70", "80")
_STATUTS = {"Approved": "actif", "Archived": "archive", "Deprecated": "remplace", "Deleted": "supprime"}


def exiger_choix(labo: Labo, patient: Patient, *, prechargement: bool = False) -> None:
    """Le patient a dit qu'il ne s'oppose pas, et son INS est qualifiée."""
    recupere = labo.defaut("consultation_non_qualifiee") and patient.statut == RECUP
    if not (patient.statut == QUAL or recupere) or not patient.matricule:
        raise Refus("Le DMP ne se consulte que pour une identité qualifiée.")
    if labo.defaut("consultation_toujours_refusee"):
        raise Refus("La consultation du DMP n'est pas ouverte.")
    ignore = "prechargement_malgre_opposition" if prechargement else "consultation_malgre_opposition"
    if patient.consultation_dmp == "opposition" and not labo.defaut(ignore):
        raise Refus("Le patient s'oppose à la consultation de son DMP.")
    if patient.consultation_dmp == "non_renseigne" and not labo.defaut("consultation_sans_choix"):
        raise Refus("Enregistrez d'abord la non-opposition du patient à la consultation de son DMP.")


def ouvrir(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, *, confirmer: bool = True, prechargement: bool = False
) -> Session:
    """Session de consultation : droit d'accès vérifié, autorisation positionnée s'il le faut."""
    professionnel = utilisateur.exiger_professionnel()
    if professionnel.profession not in _PROFESSIONS:
        raise Refus("Votre profession ne permet pas la consultation du DMP.")
    exiger_choix(labo, patient, prechargement=prechargement)
    demandeur = demandeur_consultation(labo, utilisateur)
    session = Session(labo, utilisateur, demandeur, patient.patient_id, cx_patient(patient))
    if labo.defaut("consultation_sans_td02"):
        return session
    etat = dmp_existence.tester(session)
    if not etat.existe:
        raise ErreurDmp("NF", "Aucun DMP n'existe pour ce patient (code NF).")
    if not etat.actif:
        raise ErreurDmp("DMPClosed", "Le DMP de ce patient est fermé (code DMPClosed).")
    if etat.autorisation == "INTERDIT" and not labo.defaut("consultation_malgre_interdiction"):
        raise Refus("Le patient vous a interdit l'accès à son DMP.")
    if etat.autorisation == "VALIDE" and not labo.defaut("consultation_td03_systematique"):
        return session
    if not confirmer and not labo.defaut("consultation_sans_confirmation"):
        raise Refus(
            "Avez-vous l'autorisation du patient pour consulter son DMP ? Sans confirmation, l'accès est fermé."
        )
    if not labo.defaut("consultation_sans_td03"):
        dmp_existence.autoriser(session)
    return session


def lister(labo: Labo, session: Session, criteres: Criteres) -> list[dict[str, Any]]:
    """Les documents du DMP qui répondent aux critères, prêts à afficher."""
    fiches = xds_requetes.chercher(session, criteres)
    for fiche in fiches:
        labo.entrepots[(session.patient_id, fiche.unique_id)] = fiche.entrepot
    if labo.defaut("liste_sans_documents"):
        return []
    if labo.defaut("recherche_filtre_local") and criteres.types:
        codes = {t.split("^")[0] for t in criteres.types}
        fiches = [f for f in fiches if f.type_code in codes]
    return [_affichee(labo, fiche) for fiche in fiches]


def _affichee(labo: Labo, fiche: FicheDistante) -> dict[str, Any]:
    return {
        "unique_id": fiche.entry_uuid if labo.defaut("recherche_entry_uuid") else fiche.unique_id,
        "titre": fiche.titre,
        "type_code": fiche.type_code,
        "date_acte": _date(labo, fiche.date_acte),
        "date_creation": _date(labo, fiche.date_creation),
        "auteur": fiche.auteur,
        "statut": _STATUTS.get(fiche.statut, fiche.statut),
    }


def _date(labo: Labo, dtm: str) -> str:
    if len(dtm) < 10:
        return "-".join(p for p in (dtm[:4], dtm[4:6], dtm[6:8]) if p)
    if labo.defaut("dates_dmp_utc"):
        return lire_dtm(dtm).isoformat(timespec="seconds").removesuffix("+00:00")
    return iso(lire_dtm(dtm))


def lire(labo: Labo, utilisateur: Utilisateur, patient: Patient, unique_id: str) -> tuple[bytes, bool]:
    """(octets, vrai s'ils viennent du préchargement)."""
    garde = labo.cache_dmp.get((patient.patient_id, unique_id))
    if garde is not None and garde.compte == utilisateur.compte and not labo.defaut("cache_absent"):
        if garde.expire_le > maintenant() or labo.defaut("cache_ignore_duree"):
            exiger_choix(labo, patient)
            return garde.octets, True
        labo.cache_dmp.pop((patient.patient_id, unique_id), None)
    session = ouvrir(labo, utilisateur, patient)
    return _telecharger(labo, session, unique_id), False


def _telecharger(labo: Labo, session: Session, unique_id: str) -> bytes:
    entrepot = labo.entrepots.get((session.patient_id, unique_id), s.ENTREPOT)
    return xds_requetes.lire_document(session, unique_id, entrepot)


def precharger(labo: Labo, utilisateur: Utilisateur, patient: Patient) -> list[dict[str, Any]]:
    """Télécharge et garde les documents que les critères du site retiennent."""
    reglage = labo.reglages.lire("prechargement_dmp")
    if not reglage.get("actif", True):
        raise Refus("Le préchargement est désactivé.")
    session = ouvrir(labo, utilisateur, patient, prechargement=True)
    types = tuple(t if "^^" in t else f"{t}^^{documents.LOINC}" for t in reglage.get("types") or ())
    criteres = Criteres(types=types, du=reglage.get("depuis") or None)
    if labo.defaut("prechargement_criteres_ignores"):
        criteres = Criteres()
    expire_le = maintenant() + timedelta(
        hours=24.0 if labo.defaut("cache_duree_constante") else float(reglage.get("duree_heures", 0))
    )
    precharges = []
    for fiche in xds_requetes.chercher(session, criteres):
        labo.entrepots[(patient.patient_id, fiche.unique_id)] = fiche.entrepot
        octets = xds_requetes.lire_document(session, fiche.unique_id, fiche.entrepot)
        labo.cache_dmp[(patient.patient_id, fiche.unique_id)] = EntreeCache(octets, utilisateur.compte, expire_le)
        precharges.append({"patient_id": patient.patient_id, "unique_id": fiche.unique_id, "expire_le": iso(expire_le)})
    return precharges


def integrer(labo: Labo, utilisateur: Utilisateur, patient: Patient, unique_id: str) -> tuple[Document, dict[str, Any]]:
    """Range au dossier un document du DMP, avec les règles de conservation du site."""
    octets, _ = lire(labo, utilisateur, patient, unique_id)
    reglage = labo.reglages.lire("conservation_documents_dmp")
    jours = 365 if labo.defaut("conservation_constante") else int(reglage.get("duree_jours", 0))
    conservation: dict[str, Any] = {
        "expire_le": iso(maintenant() + timedelta(days=jours)),
        "archivage": bool(reglage.get("archivage", False)),
    }
    if labo.defaut("conservation_ignoree"):
        conservation = {}
    return documents_entrants.depuis_dmp(labo, patient, unique_id, octets, conservation), conservation
