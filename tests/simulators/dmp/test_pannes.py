"""Les pannes : chacune se joue, se voit sur le fil et dans le journal ; la table des erreurs s'étend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulators.dmp import erreurs
from simulators.dmp.ebrim import APPROVED
from simulators.dmp.erreurs import Refus, TableErreurs
from simulators.dmp.pannes import PANNES
from simulators.dmp.requetes import FIND_DOCUMENTS
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai, Recu

STATUT = f"('{APPROVED}')"


def _existence(essai: Essai) -> Recu:
    return essai.appeler("patients", messages.td02(), messages.ACTION_TD02, essai.demande("DIRECTE"))


def _alimenter(essai: Essai) -> Recu:
    return essai.alimenter([essai.document()])


def _lister(essai: Essai) -> Recu:
    return essai.chercher(FIND_DOCUMENTS, XDSDocumentEntryStatus=STATUT)


JEU: dict[str, tuple[Any, list[str]]] = {
    "dossier_absent": (_existence, ["NF"]),
    "dossier_ferme": (_alimenter, ["DMPClosed"]),
    "professionnel_bloque": (_lister, ["DMPAccessDeniedByRightsService"]),
    "autorisation_expiree": (_lister, ["DMPAccessDeniedByRightsService"]),
    "autorisation_absente": (_lister, ["DMPAccessDeniedByRightsService"]),
    "certificat_invalide": (_existence, ["DMPInvalidCertificate"]),
    "vihf_expire": (_existence, ["wsse:MessageExpired"]),
    "vihf_refuse": (_existence, ["wsse:FailedCheck"]),
    "specialite_absente": (_existence, ["wsse:InvalidSecurityToken"]),
    "structure_inconnue": (_existence, ["wsse:FailedAuthentication"]),
    "ps_structure_non_lies": (_existence, ["wsse:FailedAuthentication"]),
    "acces_refuse": (_alimenter, ["DMPAccessDeniedByRightsService"]),
    "identifiant_deja_pris": (_alimenter, ["XDSDuplicateUniqueIdInRegistry"]),
    "auteur_non_lie": (_alimenter, ["XDSRepositoryMetadataError"]),
    "document_deja_remplace": (_alimenter, ["XDSRegistryDeprecatedDocumentError"]),
    "entrepot_occupe": (_alimenter, ["XDSRepositoryBusy"]),
    "registre_occupe": (_lister, ["XDSRegistryBusy"]),
    "trop_de_resultats": (_lister, ["XDSTooManyResults"]),
}
# Jouées par un essai à part, ci-dessous.
A_PART = {
    "opposition_bris_de_glace",
    "documents_masques",
    "succes_partiel",
    "reponse_mtom",
    "sans_relates_to",
    "erreur",
    "conflit_de_version",
}


def test_toutes_les_pannes_sont_essayees() -> None:
    """Aucune panne du DMP n'échappe aux essais."""
    assert set(JEU) | A_PART == {panne.nom for panne in PANNES}


@pytest.mark.parametrize("nom", JEU)
def test_panne(essai: Essai, nom: str) -> None:
    """La panne donne son code une fois, rien n'est enregistré, et l'appel suivant passe."""
    appeler, codes = JEU[nom]
    depuis = essai.journal.position()
    with essai.dmp.panne(nom):
        assert appeler(essai).codes == codes
        assert appeler(essai).codes in (["Success"], ["OK"])
    premier, second = essai.echanges()
    assert (premier.panne, second.panne) == (nom, None)
    assert [e.donnees["nom"] for e in essai.journal.enregistrements("panne", depuis)] == [nom]


def test_pannes_de_contenu(essai: Essai) -> None:
    """Documents masqués, opposition, succès partiel, réponse MTOM inattendue, RelatesTo absent."""
    documents = [essai.document(id=f"Document{rang:02d}") for rang in range(2)]
    essai.alimenter(documents)
    with essai.dmp.panne("documents_masques"):
        assert _lister(essai).unique_ids == []
    with essai.dmp.panne("opposition_bris_de_glace"):
        demande = essai.demande("DIRECTE", usage="bris_de_glace")
        refuse = essai.chercher(FIND_DOCUMENTS, demande, XDSDocumentEntryStatus=STATUT)
        assert refuse.codes == ["DMPAccessDeniedByRightsService"]
    with essai.dmp.panne("succes_partiel"):
        corps = messages.td32(*(d.unique_id for d in documents))
        lu = essai.appeler("repository", corps, messages.ACTION_TD32, essai.demande("DIRECTE"))
        assert lu.codes == ["XDSDocumentUniqueIdError"]
        assert b"urn:ihe:iti:2007:ResponseStatusType:PartialSuccess" in lu.octets
        assert documents[0].octets in lu.octets
        assert documents[1].octets not in lu.octets
    with essai.dmp.panne("reponse_mtom"):
        assert _lister(essai).type_contenu.startswith("multipart/related")
    with essai.dmp.panne("sans_relates_to"):
        assert b"RelatesTo" not in _lister(essai).octets


def test_erreur_au_choix(essai: Essai) -> None:
    """La panne « erreur » joue toute ligne de la table, par clé ou par code."""
    with essai.dmp.panne("erreur", cle="registre_epuise"):
        assert _lister(essai).codes == ["XDSRegistryOutOfResources"]
    with essai.dmp.panne("erreur", code="XDSRegistryNotAvailable"):
        assert _alimenter(essai).codes == ["XDSRegistryNotAvailable"]
    with essai.dmp.panne("conflit_de_version"):
        corps = messages.changement_de_statut("urn:uuid:0b9d6c1e-7e1b-4c55-9a1f-5d0f4b8a2c11", "a", "b")
        recu = essai.appeler("registry", corps, messages.ACTION_TD33, essai.demande("DIRECTE"))
        assert recu.codes == ["XDSMetadataVersionError"]


def test_pannes_de_transport(essai: Essai) -> None:
    """Les pannes communes valent pour le DMP, et un envoi repris après une panne n'est pas un doublon."""
    document = essai.document()
    with essai.dmp.panne("indisponible", operation="TD2.1"):
        assert _existence(essai).codes == ["OK"]
        assert essai.alimenter([document]).statut == 503
        assert essai.alimenter([document]).codes == ["Success"]
    assert [e.panne for e in essai.echanges()] == [None, "indisponible", None]


def test_table_etendue(tmp_path: Path) -> None:
    """Un éditeur remplace un code ou ajoute une ligne par son fichier ; une ligne fautive est nommée."""
    supplement = tmp_path / "codes.yaml"
    supplement.write_text(
        "erreurs:\n  - {cle: auteur_non_lie, code: DMPAuteur}\n"
        "  - {cle: nouveau, code: DMPNouveau, canal: faute, message: 'Nouveau {detail}'}\n",
        encoding="utf-8",
    )
    table = TableErreurs.charger(supplement)
    ligne, message = table.rendre(erreurs.auteur_non_lie("x"))
    assert (ligne.code, ligne.canal, message.endswith("x")) == ("DMPAuteur", "registre", True)
    assert table.rendre(Refus("nouveau", "y"))[1] == "Nouveau y"
    assert {"DMPNouveau", "DMPOk", "DMPPatientAccessOTPAlreadyExists"} <= table.codes
    supplement.write_text("erreurs:\n  - {cle: nouveau, code: X}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="nouveau : code, canal et message"):
        TableErreurs.charger(supplement)


def test_chaque_constructeur_a_sa_ligne() -> None:
    """Tout constructeur de `erreurs` désigne une ligne de la table, dans un canal connu."""
    table = TableErreurs.charger()
    constructeurs = [
        valeur
        for nom, valeur in vars(erreurs).items()
        if callable(valeur) and getattr(valeur, "__module__", "") == erreurs.__name__ and nom[0].islower()
    ]
    assert len(constructeurs) > 30
    for constructeur in constructeurs:
        nombre = constructeur.__code__.co_argcount - len(constructeur.__defaults__ or ())
        refus = constructeur(*["x"] * nombre)
        assert table[refus.cle].canal in erreurs.CANAUX
