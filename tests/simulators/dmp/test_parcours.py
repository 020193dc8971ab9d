"""Le parcours nominal : existence, autorisation, alimentation, recherche, consultation, remplacement."""

from __future__ import annotations

from dataclasses import replace

from simulators.dmp.ebrim import APPROVED, DEPRECATED
from simulators.dmp.requetes import FIND_DOCUMENTS, GET_DOCUMENTS
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai


def test_existence(essai: Essai) -> None:
    """TD0.2 répond OK avec l'autorisation quand le dossier existe, NF sinon, et consigne ce qu'il a vu."""
    recu = essai.appeler("patients", messages.td02(), messages.ACTION_TD02)
    assert (recu.statut, recu.codes) == (200, ["OK"])
    assert b'code="VALIDE"' in recu.octets
    essai.dmp.etat.vider()
    assert essai.appeler("patients", messages.td02(), messages.ACTION_TD02).codes == ["NF"]
    premier, second = essai.echanges()
    assert [premier.operation, second.operation] == ["TD0.2", "TD0.2"]
    assert (premier.notes["code"], second.notes["code"]) == ("OK", "NF")
    assert premier.notes["matricule"] == messages.INS


def test_alimentation_puis_lecture(essai: Essai) -> None:
    """Un document alimenté se retrouve par FindDocuments et revient identique octet pour octet."""
    document = essai.document()
    assert essai.alimenter([document]).codes == ["Success"]
    recu = essai.chercher(
        FIND_DOCUMENTS, XDSDocumentEntryPatientId=f"'{messages.cx()}'", XDSDocumentEntryStatus=f"('{APPROVED}')"
    )
    assert recu.unique_ids == [document.unique_id]
    corps = messages.td32(document.unique_id)
    lu = essai.appeler("repository", corps, messages.ACTION_TD32, essai.demande("DIRECTE"))
    assert lu.codes == ["Success"]
    assert lu.type_contenu.startswith("multipart/related")
    assert document.octets in lu.octets
    assert [e.operation for e in essai.echanges()] == ["TD2.1", "TD3.1", "TD3.2"]


def test_remplacement(essai: Essai) -> None:
    """Un RPLC rend l'ancienne version Deprecated et la nouvelle Approved ; la remplacer encore est refusé."""
    ancien, nouveau, tardif = (essai.document() for _ in range(3))
    essai.alimenter([ancien])
    recu = essai.chercher(GET_DOCUMENTS, XDSDocumentEntryUniqueId=f"('{ancien.unique_id}')", retour="ObjectRef")
    [reference] = recu.references
    assert essai.alimenter([replace(nouveau, remplace=reference)]).codes == ["Success"]
    etats = {e.unique_id: e.statut for e in essai.dmp.etat.documents(messages.INS)}
    assert etats == {ancien.unique_id: DEPRECATED, nouveau.unique_id: APPROVED}
    refuse = essai.alimenter([replace(tardif, remplace=reference)])
    assert refuse.codes == ["XDSRegistryDeprecatedDocumentError"]


def test_autorisation(essai: Essai) -> None:
    """TD0.3 ajoute puis retire l'autorisation, qui commande la consultation ; redire AJOUT reste DMPOk."""
    essai.dmp.etat.ouvrir_dossier(messages.INS, messages.OID)
    direct = essai.demande("DIRECTE")
    refuse = essai.chercher(FIND_DOCUMENTS, XDSDocumentEntryStatus=f"('{APPROVED}')")
    assert refuse.codes == ["DMPAccessDeniedByRightsService"]
    for _ in range(2):
        assert essai.appeler("habilitations", messages.td03(), messages.ACTION_TD03, direct).codes == ["DMPOk"]
    assert essai.chercher(FIND_DOCUMENTS, XDSDocumentEntryStatus=f"('{APPROVED}')").codes == ["Success"]
    retrait = messages.td03("SUPPRESSION")
    assert essai.appeler("habilitations", retrait, messages.ACTION_TD03, direct).codes == ["DMPOk"]
    assert essai.chercher(FIND_DOCUMENTS, XDSDocumentEntryStatus=f"('{APPROVED}')").codes == refuse.codes
