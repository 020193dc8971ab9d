"""Documents de sortie : préremplis des saisies du séjour, modifiés, listés tant qu'ils attendent, validés."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulators.logiciel_temoin import documents, messagerie_correspondants
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.complements import Complements, Tiers
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soins_modele import RUBRIQUES, Prepare
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def montrer(labo: Labo, prepare: Prepare) -> dict[str, Any]:
    """Ce que l'écran montre d'un document préparé."""
    return {
        "document": {
            "document_id": prepare.document_id,
            "patient_id": prepare.patient_id,
            "titre": prepare.nature[2],
        },
        "sections": [{"titre": titre, "texte": texte} for titre, texte in prepare.sections],
        "destinataires": [_montre(labo, tiers) for tiers in prepare.destinataires],
    }


def _montre(labo: Labo, tiers: Tiers) -> dict[str, str]:
    vus = {"nom": tiers.nom, "prenom": tiers.prenom, "rpps": tiers.rpps, "adresse_mss": tiers.adresse_mss}
    if labo.defaut("prepare_destinataires_sans_adresse"):
        vus["adresse_mss"] = ""
    return {champ: valeur for champ, valeur in vus.items() if valeur}


def preparer(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, nature: tuple[str, str, str], service: str
) -> Prepare:
    """Un document prérempli des saisies du dossier, selon la maquette de son type."""
    sections = _preremplir(labo, patient, nature[0])
    destinataires = tuple(
        Tiers(c.nom, c.prenom, c.rpps or "", c.adresse_mss or "")
        for c in messagerie_correspondants.lister(labo, patient)
    )
    prepare = Prepare(
        labo.base.numero("P"), patient.patient_id, nature, utilisateur.compte, service,
        list(sections), sections, destinataires, destinataires,
    )  # fmt: skip
    with labo.soins.verrou:
        labo.soins.prepares[prepare.document_id] = prepare
    return prepare


def _preremplir(labo: Labo, patient: Patient, type_code: str) -> list[tuple[str, str]]:
    dossiers = labo.soins.elements
    elements = list(dossiers.get(patient.patient_id, []))
    voisins = [patient_id for patient_id in dossiers if patient_id != patient.patient_id]
    if voisins and labo.defaut("prepare_dossier_voisin"):
        elements += dossiers[voisins[-1]]
    maquettes = {} if labo.defaut("maquette_ignoree") else labo.reglages.lire("maquettes_documents")
    voulues = maquettes.get(type_code, list(RUBRIQUES))
    sections = []
    for rubrique, titre in RUBRIQUES.items():
        if rubrique == "traitement_arrete" and labo.defaut("prepare_traitements_arretes_oublies"):
            continue
        textes = [texte for nom, texte in elements if nom == rubrique]
        if labo.defaut("prepare_premier_element_seul"):
            textes = textes[:1]
        if textes and rubrique in voulues:
            sections.append((titre, " ; ".join(textes)))
    return sections


def modifier(
    labo: Labo,
    prepare: Prepare,
    sections: dict[str, str],
    destinataires: tuple[Tiers, ...] | None,
    statut: str | None,
) -> None:
    """Les changements du rédacteur ; tout se modifie tant que rien n'est validé."""
    if sections and labo.defaut("prepare_verrouille"):
        raise Refus("Un champ rempli par le logiciel ne se modifie pas.")
    connues = {titre for titre, _ in prepare.sections}
    neuves = [(titre, texte) for titre, texte in sections.items() if titre not in connues]
    if not labo.defaut("prepare_correction_non_enregistree"):
        prepare.sections = [(titre, sections.get(titre, texte)) for titre, texte in prepare.sections] + neuves
    if destinataires is not None:
        prepare.destinataires = destinataires
        if labo.defaut("prepare_destinataire_retire_garde"):
            gardes = tuple(tiers for tiers in prepare.proposes if tiers not in destinataires)
            prepare.destinataires = (*destinataires, *gardes)
    if statut:
        prepare.statut = statut


def valider(labo: Labo, utilisateur: Utilisateur, prepare: Prepare) -> Document:
    """Le document validé : celui que le rédacteur a laissé."""
    sections = prepare.automatiques if labo.defaut("prepare_correction_perdue") else prepare.sections
    destinataires = prepare.proposes if labo.defaut("prepare_destinataires_d_origine") else prepare.destinataires
    document = documents.rediger(
        labo, utilisateur, labo.base.patient(prepare.patient_id), prepare.nature, sections, maintenant(), "N1", None,
        complements=Complements(destinataires=destinataires, destinataires_arretes=True),
    )  # fmt: skip
    prepare.valide = True
    return document


def en_attente(labo: Labo, compte: str | None, service: str | None, statut: str | None) -> list[Prepare]:
    """La liste de travail, filtrée."""
    liste = [p for p in labo.soins.prepares.values() if not p.valide or labo.defaut("attente_garde_valides")]
    if compte and not labo.defaut("attente_professionnel_ignore"):
        liste = [p for p in liste if p.auteur == compte]
    if service and not labo.defaut("attente_service_ignore"):
        liste = [p for p in liste if p.service == service]
    if statut and not labo.defaut("attente_statut_ignore"):
        liste = [p for p in liste if p.statut == statut]
    if labo.defaut("attente_dernier_seul"):
        liste = liste[-1:]
    return [replace(p, statut="a_valider") for p in liste] if labo.defaut("attente_statut_constant") else liste
