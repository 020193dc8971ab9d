"""Contrôles d'un lot soumis (ITI-41) : métadonnées, contenus, patient, auteur. Chaque écart est un `Refus`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulators.dmp import erreurs
from simulators.dmp.cda import EnteteCda, lire_entete
from simulators.dmp.depot import Contenu
from simulators.dmp.droits import est_sien
from simulators.dmp.ebrim import (
    APPROVED,
    DOCUMENT_STABLE,
    HAS_MEMBER,
    RPLC,
    DocumentEntry,
    LotSoumis,
    ObjetRegistre,
    SubmissionSet,
)
from simulators.dmp.erreurs import Refus
from simulators.dmp.etat import Dossier, EtatDMP
from simulators.dmp.reglages import Reglages
from simulators.dmp.signature_lot import controler_signature_lot, est_signature
from simulators.dmp.vihf import Vihf, lire_ins
from simulators.dmp.xml import ErreurXml

_DTM = re.compile(r"^\d{4}(\d\d){0,5}$")
_OID_OU_UUID = re.compile(r"^[0-2](\.(0|[1-9]\d*))+(\^.+)?$")
_CONFIDENTIALITE = "2.16.840.1.113883.5.25"
_REPRESENTANTS = "INVISIBLE_REPRESENTANTS_LEGAUX"
_CODES_OBLIGATOIRES = (
    "class_code",
    "type_code",
    "format_code",
    "healthcare_facility_type_code",
    "practice_setting_code",
)
_TEXTES_OBLIGATOIRES = (
    "title",
    "mime_type",
    "creation_time",
    "language_code",
    "legal_authenticator",
    "patient_id",
    "unique_id",
    "source_patient_id",
)
# Le document de signature n'a ni responsable ni patient source : il est fabriqué par le logiciel.
_PROPRES_AU_CDA = frozenset({"legal_authenticator", "source_patient_id"})
_DATES = ("creation_time", "service_start_time", "service_stop_time")


@dataclass(frozen=True)
class Soumission:
    """Un lot lu et ses contenus, par identifiant d'objet (`xdsb:Document/@id`)."""

    lot: LotSoumis
    contenus: Mapping[str, Contenu]


def controler(
    soumission: Soumission, *, vihf: Vihf, dossier: Dossier, etat: EtatDMP, reglages: Reglages
) -> list[Refus]:
    """Tous les refus du lot, dans l'ordre des contrôles ; vide si le lot est enregistrable."""
    lot = soumission.lot
    refus = list(_structure(lot))
    if refus:
        return refus
    refus += _lot(lot.lots[0])
    for fiche in lot.documents:
        refus += _fiche(fiche)
    refus += _patient(lot, vihf)
    refus += _contenus(soumission)
    if refus:
        return refus
    refus += _unicite(soumission, etat)
    refus += _remplacements(lot, vihf, dossier)
    refus += _auteurs(lot, vihf)
    refus += _mineur(lot, vihf, dossier)
    if reglages.controler_cda:
        refus += _cda(soumission, vihf)
    refus += controler_signature_lot(lot, soumission.contenus, exigee=reglages.exiger_signature_lot)
    return refus


def _structure(lot: LotSoumis) -> Iterator[Refus]:
    for anomalie in lot.anomalies:
        yield erreurs.metadonnees_registre(anomalie)
    if len(lot.lots) != 1:
        yield erreurs.metadonnees_registre(f"un lot de soumission attendu, {len(lot.lots)} reçus")
    if lot.classeurs:
        yield erreurs.metadonnees_registre("les classeurs ne sont pas admis")
    if not lot.documents:
        yield erreurs.metadonnees_registre("aucune fiche de document")
    identifiants = Counter([f.id for f in lot.documents] + [s.id for s in lot.lots])
    for identifiant, nombre in identifiants.items():
        if nombre > 1 or not identifiant:
            yield erreurs.metadonnees_registre("identifiant d'objet absent ou porté deux fois", identifiant)
    if len(lot.lots) == 1:
        yield from _liens(lot)


def _liens(lot: LotSoumis) -> Iterator[Refus]:
    source = lot.lots[0].id
    membres = {lien.cible: lien for lien in lot.liens(HAS_MEMBER) if lien.source == source}
    connus = {fiche.id for fiche in lot.documents} | {source}
    for fiche in lot.documents:
        lien = membres.get(fiche.id)
        if lien is None:
            yield erreurs.metadonnees_registre("document sans association HasMember depuis le lot", fiche.id)
        elif lien.submission_set_status != "Original":
            yield erreurs.metadonnees_registre("HasMember sans SubmissionSetStatus « Original »", fiche.id)
    for lien in lot.associations:
        if not lien.type.startswith("urn:"):
            yield erreurs.metadonnees_registre(f"associationType « {lien.type} » inconnu", lien.id)
        if lien.source not in connus:
            yield erreurs.metadonnees_registre(f"sourceObject « {lien.source} » hors du lot", lien.id)
        if lien.cible not in connus and not lien.cible.startswith("urn:uuid:"):
            yield erreurs.metadonnees_registre(f"targetObject « {lien.cible} » hors du lot", lien.id)


def _lot(lot: SubmissionSet) -> Iterator[Refus]:
    for anomalie in lot.anomalies:
        yield erreurs.metadonnees_registre(anomalie, lot.id)
    if len(lot.authors) != 1:
        yield erreurs.metadonnees_registre(f"un auteur de lot attendu, {len(lot.authors)} reçus", lot.id)
    if lot.content_type_code is None:
        yield erreurs.metadonnees_registre("contentTypeCode absent", lot.id)
    for champ in ("patient_id", "source_id", "unique_id", "submission_time"):
        if not getattr(lot, champ):
            yield erreurs.metadonnees_registre(f"{champ} du lot absent", lot.id)
    if lot.submission_time and not _DTM.match(lot.submission_time):
        yield erreurs.metadonnees_registre(f"submissionTime « {lot.submission_time} » : date UTC attendue", lot.id)
    if lot.unique_id and not _OID_OU_UUID.match(lot.unique_id):
        yield erreurs.metadonnees_registre(f"uniqueId du lot « {lot.unique_id} » : OID attendu", lot.id)


def _fiche(fiche: DocumentEntry) -> Iterator[Refus]:
    for anomalie in fiche.anomalies:
        yield erreurs.metadonnees_registre(anomalie, fiche.id)
    if fiche.object_type != DOCUMENT_STABLE:
        yield erreurs.metadonnees_registre(f"objectType « {fiche.object_type} »", fiche.id)
    for champ in _TEXTES_OBLIGATOIRES:
        if not getattr(fiche, champ) and not (est_signature(fiche) and champ in _PROPRES_AU_CDA):
            yield erreurs.metadonnees_registre(f"{champ} absent", fiche.id)
    for champ in _CODES_OBLIGATOIRES:
        code = getattr(fiche, champ)
        if code is None or not code.code or not code.systeme:
            yield erreurs.metadonnees_registre(f"{champ} absent ou sans code ou codingScheme", fiche.id)
    for champ in _DATES:
        valeur = getattr(fiche, champ)
        if valeur and not _DTM.match(valeur):
            yield erreurs.metadonnees_registre(f"{champ} « {valeur} » : date UTC AAAAMMJJhhmmss attendue", fiche.id)
    if fiche.unique_id and not _OID_OU_UUID.match(fiche.unique_id):
        yield erreurs.metadonnees_registre(f"uniqueId « {fiche.unique_id} » : OID attendu", fiche.id)
    niveaux = [code for code in fiche.confidentiality_codes if code.systeme == _CONFIDENTIALITE]
    if len(niveaux) != 1 or niveaux[0].code not in ("N", "R", "V"):
        yield erreurs.metadonnees_registre("un niveau de confidentialité N, R ou V attendu", fiche.id)
    if not fiche.authors:
        yield erreurs.metadonnees_registre("aucun auteur", fiche.id)


def _patient(lot: LotSoumis, vihf: Vihf) -> Iterator[Refus]:
    attendu = vihf.ins
    objets: tuple[ObjetRegistre, ...] = (*lot.lots, *lot.documents)
    for objet in objets:
        recu = lire_ins(objet.patient_id)
        if recu is None:
            yield erreurs.metadonnees_registre("patientId n'est pas un INS en CX", objet.id)
        elif recu != attendu:
            yield erreurs.patient_different("patientId différent de l'INS du VIHF", objet.id)


def _contenus(soumission: Soumission) -> Iterator[Refus]:
    fiches = {fiche.id: fiche for fiche in soumission.lot.documents}
    for identifiant in soumission.contenus:
        if identifiant not in fiches:
            yield erreurs.metadonnees_absentes(identifiant)
    for identifiant, fiche in fiches.items():
        contenu = soumission.contenus.get(identifiant)
        if contenu is None:
            yield erreurs.document_absent(identifiant)
            continue
        if fiche.hash and fiche.hash.lower() != contenu.sha1:
            yield erreurs.metadonnees_entrepot(f"hash annoncé {fiche.hash}, calculé {contenu.sha1}", identifiant)
        if fiche.size and fiche.size != str(contenu.taille):
            yield erreurs.metadonnees_entrepot(f"size annoncé {fiche.size}, reçu {contenu.taille}", identifiant)


def _unicite(soumission: Soumission, etat: EtatDMP) -> Iterator[Refus]:
    lot = soumission.lot
    compte = Counter([fiche.unique_id for fiche in lot.documents] + [lot.lots[0].unique_id])
    for unique_id, nombre in compte.items():
        if nombre > 1:
            yield erreurs.identifiant_deja_pris(unique_id)
    if etat.empreinte_de(lot.lots[0].unique_id) is not None:
        yield erreurs.identifiant_deja_pris(lot.lots[0].unique_id)
    for fiche in lot.documents:
        connue = etat.empreinte_de(fiche.unique_id)
        if connue is None:
            continue
        meme = connue == soumission.contenus[fiche.id].sha1
        yield erreurs.identifiant_deja_pris(fiche.unique_id) if meme else erreurs.condensat_different(fiche.unique_id)


def _remplacements(lot: LotSoumis, vihf: Vihf, dossier: Dossier) -> Iterator[Refus]:
    neufs = {fiche.id for fiche in lot.documents}
    for lien in lot.liens(RPLC):
        ancienne = dossier.entrees.get(lien.cible)
        if lien.source not in neufs:
            yield erreurs.remplacement_impossible("la source du RPLC n'est pas un document du lot", lien.source)
        elif ancienne is None:
            yield erreurs.remplacement_impossible("document visé inconnu dans le DMP du patient", lien.cible)
        elif ancienne.statut != APPROVED:
            yield erreurs.document_deja_remplace(lien.cible)
        elif not est_sien(ancienne, vihf) and vihf.identifiant_structure not in _structures(ancienne.fiche):
            yield erreurs.remplacement_impossible("document d'un autre auteur", lien.cible)


def _auteurs(lot: LotSoumis, vihf: Vihf) -> Iterator[Refus]:
    """Direct : l'appelant est auteur ou responsable. Indirect : sa structure est celle d'un auteur."""
    for fiche in lot.documents:
        if est_signature(fiche):
            continue
        if vihf.mode == "DIRECTE":
            personnes = {auteur.identifiant for auteur in fiche.authors}
            if vihf.name_id not in personnes | {fiche.legal_authenticator.split("^", 1)[0]}:
                yield erreurs.auteur_non_lie(f"Identifiant {vihf.name_id} absent des auteurs.", fiche.id)
        elif vihf.identifiant_structure not in _structures(fiche):
            detail = f"Aucune structure d'auteur ne porte l'identifiant {vihf.identifiant_structure}."
            yield erreurs.auteur_non_lie(detail, fiche.id)


def _mineur(lot: LotSoumis, vihf: Vihf, dossier: Dossier) -> Iterator[Refus]:
    """Le secret vis-à-vis des représentants légaux n'existe que pour un mineur, et alors il est seul (EX_2.1-1050)."""
    for fiche in lot.documents:
        if est_signature(fiche):
            continue
        secret = fiche.porte(_REPRESENTANTS)
        if secret and not dossier.mineur:
            yield erreurs.metadonnees_registre(f"{_REPRESENTANTS} : le patient n'est pas mineur", fiche.id)
        autres = fiche.porte("MASQUE_PS") or fiche.porte("INVISIBLE_PATIENT")
        if dossier.mineur and vihf.connexion_secrete and (not secret or autres):
            yield erreurs.metadonnees_registre(f"connexion secrète : {_REPRESENTANTS} seul attendu", fiche.id)


def _structures(fiche: DocumentEntry) -> set[str]:
    return {identifiant for auteur in fiche.authors for identifiant in auteur.identifiants_institutions}


def _cda(soumission: Soumission, vihf: Vihf) -> Iterator[Refus]:
    for fiche in soumission.lot.documents:
        if fiche.mime_type != "text/xml" or est_signature(fiche):
            continue
        try:
            with soumission.contenus[fiche.id].corps.ouvrir() as fichier:
                entete = lire_entete(fichier)
        except ErreurXml as erreur:
            yield erreurs.cda_incoherent(str(erreur), fiche.id)
            continue
        yield from _coherence(fiche, entete, vihf)


def _coherence(fiche: DocumentEntry, entete: EnteteCda, vihf: Vihf) -> Iterator[Refus]:
    if entete.unique_id != fiche.unique_id:
        yield erreurs.cda_incoherent(f"id du CDA {entete.unique_id}, uniqueId {fiche.unique_id}", fiche.id)
    if entete.ins is not None and entete.ins != vihf.ins:
        yield erreurs.cda_incoherent("l'INS du CDA n'est pas celui du VIHF", fiche.id)
    if entete.code is not None and fiche.type_code is not None and entete.code.code != fiche.type_code.code:
        yield erreurs.cda_incoherent(f"code du CDA {entete.code.code}, typeCode {fiche.type_code.code}", fiche.id)
