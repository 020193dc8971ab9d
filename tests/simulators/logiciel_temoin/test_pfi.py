"""Masquage, visibilité, transmission à une plateforme et export de l'historique, chez le logiciel témoin."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from simulators.logiciel_temoin import complements
from simulators.logiciel_temoin.api import jouer
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_conduite import usager_du_document
from tests.simulators.logiciel_temoin.conftest import Jouer
from tests.simulators.logiciel_temoin.test_documents import exporter, valider
from tests.simulators.logiciel_temoin.test_identite import creer, qualifier

DEMANDEUR = {"nom": "DEMANDEUR", "prenom": "ALIX", "rpps": "99900000011", "adresse_mss": "alix@labo.mssante.test"}


def _regler(agir: Jouer, *niveaux: str) -> None:
    reglage = {"actif": bool(niveaux), "niveaux": list(niveaux)}
    agir("configurer", "administrateur", parametre="transmission_pfi", valeur=reglage)


def _oru(agir: Jouer, patient: str) -> list[str]:
    messages = agir("lire_messages_emis", patient_id=patient).donnees["messages_hl7"]
    return [message for message in messages if "|ORU^R01" in message]


def _metas(message: str) -> dict[str, str]:
    lignes = [ligne.split("|") for ligne in message.split("\r") if "^MetaDMPMSS" in ligne]
    return {champs[3].partition("^")[0]: champs[5][0] for champs in lignes}


def test_un_message_par_forme(labo: Labo, agir: Jouer) -> None:
    """Chaque forme réglée part dans son message, avec le fichier même qui s'exporte ; rien n'est appelé."""
    patient = creer(agir)
    qualifier(labo, patient)
    _regler(agir, "N1", "N3")
    document = valider(agir, patient, demandeur=DEMANDEUR)
    un, trois = _oru(agir, patient)
    for message, niveau in ((un, "N1"), (trois, "N3")):
        cda = agir("exporter_document", document_id=document["document_id"], niveau=niveau).donnees["cda_base64"]
        assert f"^TEXT^XML^Base64^{cda}|" in message
        assert "^^X.400^alix@labo.mssante.test" in message
    assert base64.b64encode(exporter(agir, document)).decode() in trois
    assert document["etat_dmp"] == "non_envoye"
    _regler(agir)
    valider(agir, patient)
    assert len(_oru(agir, patient)) == 2


@pytest.mark.parametrize(
    ("choix", "restreintes", "destinations"),
    [
        ({}, "", "DESTDMP DESTMSSANTEPS DESTMSSANTEPAT"),
        ({"confidentialite": ["INVISIBLE_PATIENT"]}, "INVISIBLE_PATIENT", "DESTDMP DESTMSSANTEPS"),
        ({"confidentialite": ["MASQUE_PS"]}, "MASQUE_PS", "DESTDMP DESTMSSANTEPAT"),
        (
            {"confidentialite": ["INVISIBLE_REPRESENTANTS_LEGAUX"], "connexion_secrete": True},
            "INVISIBLE_REP_LEGAUX CONNEXION_SECRETE",
            "DESTDMP DESTMSSANTEPS",
        ),
        ({"bloquer_dmp": True}, "", "DESTMSSANTEPS DESTMSSANTEPAT"),
    ],
)
def test_restrictions(labo: Labo, agir: Jouer, choix: dict[str, Any], restreintes: str, destinations: str) -> None:
    """Le message dit les restrictions choisies et ce que la plateforme doit faire du document."""
    patient = creer(agir)
    qualifier(labo, patient)
    _regler(agir, "N3")
    valider(agir, patient, demandeur=DEMANDEUR, **choix)
    oui = {meta for meta, valeur in _metas(_oru(agir, patient)[0]).items() if valeur == "Y"}
    assert oui == {*restreintes.split(), *destinations.split(), "ACK_RECEPTION"}


def test_sans_ins_rien_pour_le_dmp(agir: Jouer) -> None:
    """Sans INS qualifiée, ni DMP ni messagerie du patient, et aucun matricule dans le message."""
    patient = creer(agir)
    _regler(agir, "N3")
    valider(agir, patient, demandeur=DEMANDEUR)
    message = _oru(agir, patient)[0]
    assert (_metas(message)["DESTDMP"], _metas(message)["DESTMSSANTEPAT"]) == ("N", "N")
    assert "^INS" not in message


def test_cumul_refuse(agir: Jouer) -> None:
    """Un document que ni les professionnels ni le patient ne verraient n'est pas validé."""
    patient = creer(agir)
    analyses = [{"code": "3016-3", "libelle": "TSH", "valeur": "1", "unite": ""}]
    codes = ["MASQUE_PS", "INVISIBLE_PATIENT"]
    reponse = agir(
        "valider_compte_rendu", patient_id=patient, statut_cr="complet", analyses=analyses, confidentialite=codes
    )
    assert reponse.resultat == "refuse"
    with pytest.raises(Refus):
        complements.confidentialite(list(codes))


def test_choix_apres_validation(labo: Labo, agir: Jouer) -> None:
    """Le choix se change tant que le document n'est pas dans le DMP ; l'invisible ne part pas au patient."""
    patient = creer(agir)
    qualifier(labo, patient)
    document = valider(agir, patient)
    choix = {"document_id": document["document_id"], "confidentialite": ["INVISIBLE_PATIENT"]}
    assert agir("definir_confidentialite", **choix).donnees["confidentialite"] == ["INVISIBLE_PATIENT"]
    garde = labo.base.document(document["document_id"])
    assert usager_du_document(labo, labo.base.patient(patient), garde)[0] == ""
    agir("definir_confidentialite", **(choix | {"confidentialite": []}))
    assert usager_du_document(labo, labo.base.patient(patient), garde)[0].endswith("@patient.mssante.fr")
    garde.etat_dmp = "alimente"
    assert agir("definir_confidentialite", **choix).resultat == "refuse"


def test_export_de_l_historique(labo: Labo, agir: Jouer) -> None:
    """L'archive porte les comptes rendus de la période, bornes comprises à l'heure de Paris, et leur index."""
    patient = creer(agir)
    for instant in ("2024-02-02T23:59:00+01:00", "2024-02-03T00:00:00+01:00", "2024-02-29T23:59:00+01:00"):
        valider(agir, patient, date_acte=instant)
    reponse = agir("exporter_historique", "administrateur", du="2024-02-03", au="2024-02-29")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(reponse.donnees["fichier_base64"]))) as archive:
        noms = archive.namelist()
        index = archive.read("index.csv").decode()
    assert [nom.rpartition(".")[2] for nom in noms] == ["xml", "pdf", "xml", "pdf", "csv"]
    assert (index.count("2024-02-03T00:00"), index.count("2024-02-02")) == (1, 0)
    assert agir("exporter_historique", du="2024-02-03", au="2024-02-29").resultat == "refuse"
    assert agir("exporter_historique", "administrateur", du="2024-02-29", au="2024-02-03").resultat == "refuse"
    assert agir("exporter_historique", "administrateur", du="1990-01-01", au="2024-02-03").resultat == "refuse"


def test_defauts_de_l_export(labo_avec: Callable[..., Labo]) -> None:
    """L'export propriétaire ne commence pas comme une archive."""
    labo = labo_avec("export_format_proprietaire")
    parametres = {"utilisateur": "administrateur", "du": "2024-02-03", "au": "2024-02-29"}
    contenu = jouer(labo, "exporter_historique", parametres).donnees["fichier_base64"]
    assert not base64.b64decode(contenu).startswith(b"PK")
