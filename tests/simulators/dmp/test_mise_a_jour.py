"""TD3.3 : masquer, rendre visible, supprimer, archiver, et les droits de chacun ; visibilité selon l'appelant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulators.dmp.ebrim import APPROVED, ARCHIVED, DELETED, DEPRECATED
from simulators.dmp.etat import EntreeDocument
from simulators.dmp.requetes import FIND_DOCUMENTS, GET_DOCUMENTS
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai, Recu
from tests.simulators.dmp.messages import Document

STATUT = f"('{APPROVED}')"


def _semer(essai: Essai, unique_id: str = "1.2.7", *, sien: bool = True, **choix: Any) -> EntreeDocument:
    dossier = essai.dmp.etat.dossier(messages.INS)
    assert dossier is not None
    auteur = {"auteur": essai.professionnel, "structure": messages.STRUCTURE} if sien else {"auteur": "899911111119"}
    return essai.dmp.etat.deposer(dossier, messages.cda(unique_id), **(auteur | choix))


def _statut(essai: Essai, entree: EntreeDocument, apres: str, mode: str = "DIRECTE", usage: str = "normal") -> Recu:
    avant = essai.dmp.etat.document(entree.unique_id)
    assert avant is not None
    corps = messages.changement_de_statut(avant.entry_uuid, avant.statut, apres)
    return essai.appeler("registry", corps, messages.ACTION_TD33, essai.demande(mode, usage=usage))


def _visibilite(essai: Essai, entree: EntreeDocument, *codes: str, version: str = "1", **choix: Any) -> Recu:
    fiche = Document(unique_id=entree.unique_id, lid=entree.fiche.lid, hash="", size="", visibilite=codes)
    corps = messages.objets([replace(fiche, **choix)], version=version)
    return essai.appeler("registry", corps, messages.ACTION_TD33, essai.demande("DIRECTE"))


def _visibles(essai: Essai, mode: str = "DIRECTE", usage: str = "normal") -> list[str]:
    demande = essai.demande(mode, usage=usage)
    return essai.chercher(FIND_DOCUMENTS, demande, XDSDocumentEntryStatus=STATUT).unique_ids


@pytest.mark.parametrize("mode", ["DIRECTE", "INDIRECTE", "INDIRECTE_RENFORCEE"])
def test_suppression(essai: Essai, mode: str) -> None:
    """Son document se supprime dans tous les modes ; il n'est plus ni trouvé ni lu, mais le banc le voit encore."""
    entree = _semer(essai)
    assert _statut(essai, entree, DELETED, mode).codes == ["Success"]
    apres = essai.dmp.etat.document(entree.unique_id)
    assert apres is not None and apres.statut == DELETED
    assert _visibles(essai) == []
    lu = essai.appeler("repository", messages.td32("1.2.7"), messages.ACTION_TD32, essai.demande("DIRECTE"))
    assert lu.codes == ["XDSDocumentUniqueIdError"]
    assert essai.echanges()[0].operation == "TD3.3c"


def test_suppression_du_document_d_un_autre(essai: Essai) -> None:
    """Le document d'un autre ne se supprime pas, ni en direct ni par une autre structure."""
    entree = _semer(essai, sien=False)
    for mode in ("DIRECTE", "INDIRECTE"):
        assert _statut(essai, entree, DELETED, mode).codes == ["DMPAccessDeniedByRightsService"]
    apres = essai.dmp.etat.document(entree.unique_id)
    assert apres is not None and apres.statut == APPROVED


def test_archivage(essai: Essai) -> None:
    """Archiver retire des documents actifs, désarchiver les y remet ; un statut de départ inexact est refusé."""
    entree = _semer(essai)
    assert _statut(essai, entree, ARCHIVED).codes == ["Success"]
    assert _visibles(essai) == []
    perime = messages.changement_de_statut(entree.entry_uuid, APPROVED, DELETED)
    recu = essai.appeler("registry", perime, messages.ACTION_TD33, essai.demande("DIRECTE"))
    assert recu.codes == ["XDSMetadataVersionError"]
    assert _statut(essai, entree, APPROVED).codes == ["Success"]
    assert _visibles(essai) == ["1.2.7"]
    assert _statut(essai, entree, DEPRECATED).codes == ["XDSMetadataUpdateError"]
    assert [e.operation for e in essai.echanges() if e.operation.startswith("TD3.3")][:3] == [
        "TD3.3d",
        "TD3.3c",
        "TD3.3d",
    ]


def test_masquage(essai: Essai) -> None:
    """Masquer crée une version 2 (même lid, nouvel entryUUID) ; l'auteur voit toujours, un autre non."""
    entree = _semer(essai)
    assert _visibilite(essai, entree, "MASQUE_PS").codes == ["Success"]
    courante = essai.dmp.etat.document(entree.unique_id)
    assert courante is not None
    assert (courante.fiche.version, courante.fiche.lid) == ("2", entree.fiche.lid)
    assert courante.entry_uuid != entree.entry_uuid
    ancienne = next(e for e in essai.dmp.etat.documents(tous=True) if e.entry_uuid == entree.entry_uuid)
    assert (ancienne.statut, ancienne.derniere) == (DEPRECATED, False)
    assert _visibles(essai) == ["1.2.7"]
    assert _visibilite(essai, entree, version="1").codes == ["XDSMetadataVersionError"]
    assert _visibilite(essai, entree, version="2").codes == ["Success"]
    assert essai.echanges()[0].operation == "TD3.3a"


def test_demasquage_par_un_autre(essai: Essai) -> None:
    """Chacun peut masquer le document d'un autre ; seuls l'auteur et le médecin traitant démasquent."""
    entree = _semer(essai, sien=False)
    assert _visibilite(essai, entree, "MASQUE_PS").codes == ["Success"]
    assert _visibilite(essai, entree, version="2").codes == ["DMPAccessDeniedByRightsService"]
    dossier = essai.dmp.etat.dossier(messages.INS)
    assert dossier is not None
    dossier.medecins_traitants.add(essai.professionnel)
    assert _visibilite(essai, entree, version="2").codes == ["Success"]


def test_visible_au_patient(essai: Essai) -> None:
    """Rendre visible au patient est TD3.3b ; le cacher de nouveau est refusé."""
    entree = _semer(essai, invisible_patient=True)
    assert _visibilite(essai, entree).codes == ["Success"]
    assert _visibilite(essai, entree, "INVISIBLE_PATIENT", version="2").codes == ["XDSMetadataUpdateError"]
    assert [e.operation for e in essai.echanges()] == ["TD3.3b", "TD3.3b"]


@pytest.mark.parametrize(
    ("choix", "code"),
    [
        ({"unique_id": "1.2.8"}, "XDSMetadataUpdateError"),
        ({"mime": "application/pdf"}, "XDSMetadataUpdateError"),
        ({"hash": "0" * 40}, "XDSMetadataUpdateError"),
        ({"lid": "urn:uuid:9a1c2f60-5b7e-4d0a-8f43-0d6f1c2b3a45"}, "XDSMetadataUpdateError"),
        ({"patient": messages.cx(messages.AUTRE_INS)}, "XDSPatientIDReconciliationError"),
    ],
)
def test_ce_qui_ne_change_pas(essai: Essai, choix: dict[str, Any], code: str) -> None:
    """Une mise à jour ne change ni l'identité, ni le contenu, ni le patient d'un document."""
    entree = _semer(essai)
    assert _visibilite(essai, entree, "MASQUE_PS", **choix).codes == [code]
    assert len(essai.dmp.etat.documents(tous=True)) == 1


def test_masque_selon_l_appelant(essai: Essai) -> None:
    """Un document masqué : caché aux autres, visible du médecin traitant et en bris de glace sans opposition."""
    _semer(essai, sien=False, masque_ps=True)
    dossier = essai.dmp.etat.dossier(messages.INS)
    assert dossier is not None
    assert _visibles(essai) == []
    cache = essai.chercher(GET_DOCUMENTS, XDSDocumentEntryUniqueId="('1.2.7')")
    assert cache.unique_ids == []
    assert _visibles(essai, usage="bris_de_glace") == ["1.2.7"]
    dossier.medecins_traitants.add(essai.professionnel)
    assert _visibles(essai) == ["1.2.7"]
    dossier.medecins_traitants.clear()
    dossier.opposition_bris_de_glace = True
    demande = essai.demande("DIRECTE", usage="bris_de_glace")
    refuse = essai.chercher(FIND_DOCUMENTS, demande, XDSDocumentEntryStatus=STATUT)
    assert refuse.codes == ["DMPAccessDeniedByRightsService"]


def test_invisible_au_patient_lisible_par_le_professionnel(essai: Essai) -> None:
    """Un document invisible au patient reste lisible par le professionnel."""
    _semer(essai, sien=False, invisible_patient=True)
    assert _visibles(essai) == ["1.2.7"]


@pytest.mark.parametrize("autorisation", ["EXPIRE", "INTERDIT", None])
def test_autorisation_exigee(essai: Essai, autorisation: str | None) -> None:
    """Sans autorisation valide, ni liste ni lecture ; le bris de glace passe, sauf pour un professionnel bloqué."""
    autorisations = {essai.professionnel: autorisation} if autorisation else {}
    essai.dmp.etat.ouvrir_dossier(messages.INS, messages.OID, autorisations=autorisations)
    _semer(essai)
    lire = messages.td32("1.2.7")
    for usage, passe in (("normal", False), ("bris_de_glace", autorisation != "INTERDIT")):
        demande = essai.demande("DIRECTE", usage=usage)
        liste = essai.chercher(FIND_DOCUMENTS, demande, XDSDocumentEntryStatus=STATUT)
        lu = essai.appeler("repository", lire, messages.ACTION_TD32, essai.demande("DIRECTE", usage=usage))
        attendu = ["Success"] if passe else ["DMPAccessDeniedByRightsService"]
        assert (liste.codes, lu.codes) == (attendu, attendu)
        assert lu.type_contenu.startswith("multipart/related")
    existence = essai.appeler("patients", messages.td02(), messages.ACTION_TD02, essai.demande("DIRECTE"))
    assert f'code="{autorisation or "NON_EXISTE"}"'.encode() in existence.octets


def test_medecine_du_travail(essai: Essai) -> None:
    """Le médecin du travail liste les documents mais n'en lit pas le contenu."""
    _semer(essai)
    roles = (("10", "1.2.250.1.71.1.2.7"), ("SM25", "1.2.250.1.71.4.2.5"))
    demande = essai.demande("DIRECTE", roles=roles)
    assert essai.chercher(FIND_DOCUMENTS, demande, XDSDocumentEntryStatus=STATUT).codes == ["Success"]
    lu = essai.appeler(
        "repository", messages.td32("1.2.7"), messages.ACTION_TD32, essai.demande("DIRECTE", roles=roles)
    )
    assert lu.codes == ["DMPAccessDeniedByRightsService"]
