"""Les exemples officiels du CI-SIS, envoyés au DMP par le logiciel témoin et jugés par le banc.

Ils sont lus où dit `CI_SIS_CORPUS` ; sans cette variable, ces essais disent pourquoi ils ne sont pas joués.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulators.banc import Banc
from simulators.socle.acteurs import STRUCTURE
from simulators.socle.identites import IdentiteTest, cle_nir
from simulators.socle.journal import JournalEchanges
from steps.logiciel.http import AdaptateurHttp
from steps.logiciel.temoin import ProcessusTemoin
from steps.verifications.cda import lire_cda, matricules
from steps.verifications.dmp import lire_soumission

CORPUS = Path(os.environ.get("CI_SIS_CORPUS", ""))
EXEMPLES = sorted(CORPUS.glob("ExemplesCDA/*.xml")) if os.environ.get("CI_SIS_CORPUS") else []

pytestmark = pytest.mark.skipif(not EXEMPLES, reason="CI_SIS_CORPUS ne désigne pas le corpus d'exemples du CI-SIS")

MATRICULE = "2790351215189"
"""Le matricule de test que portent tous les exemples publiés."""


@dataclass
class Labo:
    """Banc, logiciel témoin et patient des exemples."""

    banc: Banc
    journal: JournalEchanges
    adaptateur: AdaptateurHttp
    patient_id: str


@pytest.fixture(scope="module")
def labo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labo]:
    """Le patient des exemples, à l'identité qualifiée, avec un DMP ouvert."""
    dossier = tmp_path_factory.mktemp("exemples")
    personne = IdentiteTest(
        matricule=MATRICULE,
        cle=cle_nir(MATRICULE),
        oid="1.2.250.1.213.1.4.10",
        nom_naissance="PAT-TROIS",
        prenoms=("DOMINIQUE",),
        sexe="F",
        date_naissance="1979-03-28",
        lieu_naissance="51215",
    )
    with (
        JournalEchanges.creer(dossier / "campagne") as journal,
        Banc(journal, dossier_secrets=dossier / "cles") as banc,
    ):
        journal.autoriser_matricules({personne.matricule, personne.matricule_ins})
        banc.insi.etat.inscrire(personne)
        banc.dmp.etat.ouvrir_dossier(personne.matricule_ins, personne.oid)
        environnement = dossier / "environnement.json"
        environnement.write_text(json.dumps(banc.environnement()), encoding="utf-8")
        with ProcessusTemoin(environnement) as temoin:
            adaptateur = AdaptateurHttp(temoin.url)
            traits = {
                "nom_naissance": personne.nom_naissance,
                "premier_prenom_naissance": "DOMINIQUE",
                "date_naissance": personne.date_naissance,
                "sexe": personne.sexe,
                "code_lieu_naissance": "51215",
            }
            cree = adaptateur.jouer("creer_patient", "agent_accueil", {"identite": traits})
            patient_id = str(cree.donnees["patient_id"])
            for action, parametres in (
                ("appeler_insi", {"modalite": "traits"}),
                ("renseigner_justificatif", {"nature": "passeport"}),
                ("valider_identite", {}),
            ):
                adaptateur.jouer(action, "biologiste_1", {"patient_id": patient_id, **parametres})
            lu = adaptateur.jouer("lire_patient", "biologiste_1", {"patient_id": patient_id})
            assert lu.donnees["patient"]["statut"] == "QUAL"
            yield Labo(banc, journal, adaptateur, patient_id)
            adaptateur.fermer()


@pytest.mark.parametrize("exemple", EXEMPLES, ids=lambda chemin: chemin.stem)
def test_exemple_lu(exemple: Path) -> None:
    """L'en-tête de chaque exemple se lit, et son patient porte l'INS de test."""
    octets = exemple.read_bytes()
    assert lire_cda(octets).patient.ids
    assert MATRICULE + cle_nir(MATRICULE) in matricules(octets)


@pytest.mark.parametrize("exemple", EXEMPLES, ids=lambda chemin: chemin.stem)
def test_exemple_envoye_au_dmp(labo: Labo, exemple: Path) -> None:
    """Le fichier part tel quel : octets, identifiant et type du document reçu sont ceux de l'exemple.

    L'auteur des exemples n'est pas de notre structure fictive : le DMP les refuse alors, comme le vrai ; le refus
    doit nommer l'auteur, et les octets reçus rester ceux du fichier.
    """
    octets = exemple.read_bytes()
    entete = lire_cda(octets)
    depuis = labo.journal.position()
    reponse = labo.adaptateur.jouer(
        "alimenter_dmp_fichier", "biologiste_1", {"patient_id": labo.patient_id, "chemin": str(exemple)}
    )
    envois = labo.journal.echanges(service="dmp", operation="TD2.1", depuis=depuis)
    assert len(envois) == 1, reponse.en_phrase()
    [envoi] = envois
    recu = [document for document in lire_soumission(envoi).documents if not document.est_signature]
    assert [document.sha256 for document in recu] == [hashlib.sha256(octets).hexdigest()], reponse.en_phrase()
    [document] = recu
    assert document.unique_id == (entete.id.unique_id if entete.id else "")
    assert document.fiche.type_code is not None and entete.code is not None
    assert document.fiche.type_code.code == entete.code.code
    if not reponse.fait:
        assert "auteur" in reponse.en_phrase().lower() or STRUCTURE.nom in reponse.en_phrase(), reponse.en_phrase()
