"""TD3.3 a à d : masquer, rendre visible, supprimer, archiver (ITI-57)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simulators.dmp import erreurs, reponses
from simulators.dmp.appel import Appel, Endpoint, Resultat
from simulators.dmp.droits import exiger_mise_a_jour
from simulators.dmp.ebrim import (
    APPROVED,
    ARCHIVED,
    DELETED,
    HAS_MEMBER,
    UPDATE_AVAILABILITY_STATUS,
    Association,
    DocumentEntry,
    LotSoumis,
    ObjetRegistre,
)
from simulators.dmp.ebrim_lecture import lire_lot
from simulators.dmp.enveloppe import Enveloppe
from simulators.dmp.erreurs import Refus
from simulators.dmp.etat import Dossier, EntreeDocument, EtatDMP
from simulators.dmp.vihf import lire_ins
from simulators.dmp.xml import NS

_ACTION = "urn:ihe:iti:2010:UpdateDocumentSet"
_TRANSITIONS = {
    (APPROVED, ARCHIVED): "TD3.3d",
    (ARCHIVED, APPROVED): "TD3.3d",
    (APPROVED, DELETED): "TD3.3c",
    (ARCHIVED, DELETED): "TD3.3c",
}
_VISIBILITES = ("INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")
_INTANGIBLES = ("unique_id", "patient_id", "mime_type", "object_type")


def preciser(enveloppe: Enveloppe, etat: EtatDMP) -> str:
    """Laquelle des quatre : d'après le statut demandé, ou la différence avec la version enregistrée."""
    lot = lire_lot(enveloppe.contenu)
    changements = lot.liens(UPDATE_AVAILABILITY_STATUS)
    if changements:
        return "TD3.3c" if changements[0].new_status == DELETED else "TD3.3d"
    if not lot.documents:
        return "TD3.3"
    fiche = lot.documents[0]
    ancienne = next((e for d in etat.dossiers() for e in d.entrees.values() if e.derniere and _meme(e, fiche)), None)
    if ancienne is None:
        return "TD3.3a"
    return _transaction(ancienne.fiche, fiche)


def _meme(entree: EntreeDocument, fiche: DocumentEntry) -> bool:
    return entree.fiche.lid == fiche.lid or entree.unique_id == fiche.unique_id


def _transaction(ancienne: DocumentEntry, nouvelle: DocumentEntry) -> str:
    change = any(ancienne.porte(code) != nouvelle.porte(code) for code in _VISIBILITES)
    return "TD3.3b" if change and ancienne.porte("MASQUE_PS") == nouvelle.porte("MASQUE_PS") else "TD3.3a"


def _traiter(appel: Appel) -> Resultat:
    lot = lire_lot(appel.enveloppe.contenu)
    dossier = appel.dossier()
    transaction = appel.requete.operation
    appel.droits.exiger(transaction, appel.vihf, dossier)
    if dossier is None:
        raise erreurs.dossier_inconnu()
    if dossier.ferme:
        raise erreurs.dossier_ferme()
    if len(lot.lots) != 1:
        raise erreurs.mise_a_jour_refusee(f"un lot de soumission attendu, {len(lot.lots)} reçus")
    objets: tuple[ObjetRegistre, ...] = (*lot.lots, *lot.documents)
    for objet in objets:
        if lire_ins(objet.patient_id) != appel.vihf.ins:
            raise Refus("patient_different_mise_a_jour", "patientId différent de l'INS du VIHF", objet.id)
    with appel.etat.verrou:
        if appel.etat.empreinte_de(lot.lots[0].unique_id) is not None:
            raise erreurs.identifiant_deja_pris(lot.lots[0].unique_id)
        if lot.liens(UPDATE_AVAILABILITY_STATUS):
            _changer_statuts(appel, dossier, lot, transaction)
        else:
            _changer_visibilite(appel, dossier, lot, transaction)
    return Resultat(reponses.statut_registre(appel.table, ()))


def _changer_statuts(appel: Appel, dossier: Dossier, lot: LotSoumis, transaction: str) -> None:
    liens = lot.liens(UPDATE_AVAILABILITY_STATUS)
    vises: list[tuple[Association, EntreeDocument]] = []
    for lien in liens:
        entree = dossier.entrees.get(lien.cible)
        if entree is None or not entree.derniere:
            raise erreurs.mise_a_jour_refusee("fiche inconnue ou périmée", lien.cible)
        if lien.source != lot.lots[0].id:
            raise erreurs.mise_a_jour_refusee("sourceObject n'est pas le lot", lien.id)
        if lien.original_status != entree.statut:
            raise erreurs.version_perimee(f"statut actuel {entree.statut}", lien.cible)
        if _TRANSITIONS.get((lien.original_status, lien.new_status)) != transaction:
            raise erreurs.mise_a_jour_refusee(f"passage à « {lien.new_status} » non admis", lien.cible)
        exiger_mise_a_jour(transaction, entree, appel.vihf, dossier, masque=False)
        vises.append((lien, entree))
    appel.noter("unique_ids", " ".join(entree.unique_id for _, entree in vises))
    for lien, entree in vises:
        appel.etat.changer_statut(dossier, entree.entry_uuid, lien.new_status)
    appel.etat.inscrire_lot(dossier, lot.lots[0], liens)


def _changer_visibilite(appel: Appel, dossier: Dossier, lot: LotSoumis, transaction: str) -> None:
    if len(lot.documents) != 1:
        raise erreurs.mise_a_jour_refusee(f"une fiche attendue, {len(lot.documents)} reçues")
    [fiche] = lot.documents
    appel.noter("unique_ids", fiche.unique_id)
    ancienne = next((e for e in dossier.entrees.values() if e.derniere and e.fiche.lid == fiche.lid), None)
    if ancienne is None:
        raise erreurs.mise_a_jour_refusee(f"lid « {fiche.lid} » inconnu", fiche.id)
    _controler_version(lot, fiche, ancienne)
    _controler_fiche(fiche, ancienne.fiche)
    masque = fiche.porte("MASQUE_PS") and not ancienne.fiche.porte("MASQUE_PS")
    exiger_mise_a_jour(transaction, ancienne, appel.vihf, dossier, masque=masque)
    appel.noter("visibilite", " ".join(code.code for code in fiche.confidentiality_codes))
    # Seule la visibilité change : le reste de la fiche renvoyée n'écrase pas ce qui est enregistré.
    neuve = replace(ancienne.fiche, confidentiality_codes=fiche.confidentiality_codes)
    faite = appel.etat.nouvelle_version(dossier, ancienne, neuve, lot.lots[0])
    appel.noter("entry_uuids", faite.entry_uuid)


def _controler_version(lot: LotSoumis, fiche: DocumentEntry, ancienne: EntreeDocument) -> None:
    lien = next((lien for lien in lot.liens(HAS_MEMBER) if lien.cible == fiche.id), None)
    if lien is None or lien.source != lot.lots[0].id or lien.submission_set_status != "Original":
        raise erreurs.mise_a_jour_refusee("HasMember « Original » depuis le lot attendu", fiche.id)
    if not lien.previous_version:
        raise erreurs.mise_a_jour_refusee("Slot PreviousVersion absent", fiche.id)
    if lien.previous_version != str(ancienne.fiche.version_metadonnees):
        detail = f"PreviousVersion {lien.previous_version}, version actuelle {ancienne.fiche.version_metadonnees}"
        raise erreurs.version_perimee(detail, fiche.id)
    if ancienne.statut not in (APPROVED, ARCHIVED):
        raise erreurs.mise_a_jour_refusee("le document n'est plus actif", fiche.id)


def _controler_fiche(fiche: DocumentEntry, ancienne: DocumentEntry) -> None:
    for champ in _INTANGIBLES:
        if getattr(fiche, champ) != getattr(ancienne, champ):
            raise erreurs.mise_a_jour_refusee(f"{champ} ne peut pas changer", fiche.id)
    for champ in ("hash", "size"):
        if getattr(fiche, champ) and getattr(fiche, champ).lower() != getattr(ancienne, champ):
            raise erreurs.mise_a_jour_refusee(f"{champ} ne peut pas changer", fiche.id)
    avant = {code.code for code in ancienne.confidentiality_codes}
    apres = {code.code for code in fiche.confidentiality_codes}
    if avant == apres:
        raise erreurs.mise_a_jour_refusee("aucun changement de visibilité", fiche.id)
    if avant & {"N", "R", "V"} != apres & {"N", "R", "V"}:
        raise erreurs.mise_a_jour_refusee("le niveau de confidentialité ne peut pas changer", fiche.id)
    ajoutes = sorted((apres - avant) & set(_VISIBILITES))
    if ajoutes:
        raise erreurs.mise_a_jour_refusee(f"{', '.join(ajoutes)} ne peut pas être rétabli", fiche.id)
    if (apres - avant) - {"MASQUE_PS"}:
        raise erreurs.mise_a_jour_refusee(f"code de visibilité inconnu : {apres - avant}", fiche.id)


def _refuser(appel: Appel, refus: Sequence[Refus]) -> Resultat:
    codes = tuple(appel.table[element.cle].code for element in refus)
    return Resultat(reponses.statut_registre(appel.table, refus), codes=codes)


ENDPOINT = Endpoint(
    service="registry",
    operation="TD3.3",
    action=_ACTION,
    action_reponse=f"{_ACTION}-Response",
    racine=(NS["lcm"], "SubmitObjectsRequest"),
    traiter=_traiter,
    refuser=_refuser,
    preciser=preciser,
)
