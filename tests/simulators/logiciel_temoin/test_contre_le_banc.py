"""Le logiciel lancé comme processus à part, face aux simulateurs, par de vraies prises."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from simulators.banc import Banc
from simulators.logiciel_temoin.registre import METIERS, actions_de
from simulators.socle.identites import IDENTITES_DE_TEST, IdentiteTest
from simulators.socle.journal import JournalEchanges

RACINE = Path(__file__).parents[3]
OPERATION_TRAITS = "rechercherInsAvecTraitsIdentite"
VERIFICATION = "verifierInsAvecTraitsIdentite"
ANALYSES = [{"code": "3016-3", "libelle": "Thyréostimuline", "valeur": "1.95", "unite": "m[IU]/L"}]


def identite(cas: str) -> IdentiteTest:
    return next(i for i in IDENTITES_DE_TEST if i.cas == cas)


class Logiciel:
    """Le processus et son API."""

    def __init__(self, environnement: Path, *defauts: str) -> None:
        commande = [sys.executable, "-m", "simulators.logiciel_temoin", "--environnement", str(environnement)]
        for defaut in defauts:
            commande += ["--defaut", defaut]
        self.processus = subprocess.Popen(commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.processus.stdout is not None
        self.url = json.loads(self.processus.stdout.readline())["url"]

    def __call__(self, action: str, utilisateur: str = "biologiste_1", /, **parametres: Any) -> dict[str, Any]:
        corps = {"utilisateur": utilisateur, **parametres}
        reponse = requests.post(f"{self.url}/actions/{action}", json=corps, timeout=30)
        assert reponse.status_code == 200, reponse.text
        enveloppe: dict[str, Any] = reponse.json()
        return enveloppe

    def fermer(self) -> int:
        assert self.processus.stdin is not None
        assert self.processus.stdout is not None
        self.processus.stdin.close()
        code = self.processus.wait(10)
        self.processus.stdout.close()
        return code


@dataclass
class Montage:
    """Les simulateurs et le fichier d'environnement qu'ils donnent."""

    banc: Banc
    journal: JournalEchanges
    fichier: Path

    def operations(self, depuis: int = 0, service: str | None = None) -> list[str]:
        return [e.operation for e in self.journal.echanges(service=service, depuis=depuis)]


@pytest.fixture(scope="module")
def montage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Montage]:
    dossier = tmp_path_factory.mktemp("banc")
    journal = JournalEchanges.creer(dossier / "campagne")
    with Banc(journal, dossier_secrets=dossier / "secrets") as banc:
        fichier = dossier / "env.json"
        fichier.write_text(json.dumps(banc.environnement()), encoding="utf-8")
        yield Montage(banc, journal, fichier)
    journal.fermer()


@pytest.fixture(scope="module")
def logiciel(montage: Montage) -> Iterator[Logiciel]:
    logiciel = Logiciel(montage.fichier)
    yield logiciel
    assert logiciel.fermer() == 0


def creer(logiciel: Logiciel, qui: IdentiteTest, **champs: str) -> str:
    traits = {
        "nom_naissance": qui.nom_naissance,
        "premier_prenom_naissance": qui.prenoms[0],
        "prenoms_naissance": " ".join(qui.prenoms),
        "date_naissance": qui.date_naissance,
        "sexe": qui.sexe,
        "code_lieu_naissance": qui.lieu_naissance or "99999",
    }
    reponse = logiciel("creer_patient", identite=traits | champs)
    assert reponse["resultat"] == "fait", reponse
    return str(reponse["donnees"]["patient_id"])


def qualifier(logiciel: Logiciel, qui: IdentiteTest) -> str:
    patient = creer(logiciel, qui)
    logiciel("renseigner_justificatif", patient_id=patient, nature="passeport")
    logiciel("valider_identite", patient_id=patient)
    reponse = logiciel("appeler_insi", patient_id=patient, modalite="traits")
    assert reponse["donnees"]["patient"]["statut"] == "QUAL", reponse
    return patient


@pytest.mark.parametrize(
    ("cas", "codes"),
    [
        ("nominal", ["00"]),
        ("deuxieme_prenom", ["01", "00"]),
        ("tous_les_prenoms", ["01", "01", "00"]),
        ("introuvable", ["01", "01", "01"]),
        ("plusieurs", ["02", "00"]),
        ("homonyme_parfait_1", ["02", "02"]),
        ("corse_2a", ["00"]),
        ("corse_2b", ["00"]),
        ("ne_etranger", ["00"]),
    ],
)
@pytest.mark.parametrize("authentification", ["certificat", "carte"])
def test_recuperation(montage: Montage, logiciel: Logiciel, cas: str, codes: list[str], authentification: str) -> None:
    """Les essais se suivent dans l'ordre, s'arrêtent au premier 00, et chacun est tracé."""
    qui = identite(cas)
    patient = creer(logiciel, qui)
    depuis = montage.journal.position()
    reponse = logiciel("appeler_insi", patient_id=patient, modalite="traits", authentification=authentification)
    assert reponse["resultat"] == "fait", reponse
    assert reponse["donnees"]["code_retour"] == codes[-1]
    assert montage.operations(depuis, "insi") == [OPERATION_TRAITS] * len(codes)
    traces = logiciel("lire_traces", categorie="insi", patient_id=patient)["donnees"]["traces"]
    assert [t["detail"]["code_retour"] for t in traces] == codes
    fiche = reponse["donnees"]["patient"]
    if codes[-1] == "00":
        assert (fiche["statut"], fiche["identite"]["matricule_ins"]) == ("RECUP", qui.matricule_ins)
        assert fiche["identite"]["oid_ins"] == qui.oid
    else:
        assert (fiche["statut"], fiche["identite"]["matricule_ins"]) == ("PROV", None)


def test_carte_vitale(montage: Montage, logiciel: Logiciel) -> None:
    """La carte Vitale ouvre l'appel par carte ; celle d'un autre est refusée."""
    qui = identite("nominal")
    patient = creer(logiciel, qui)
    carte = {
        "nir_assure": qui.matricule,
        "nir_individu": qui.matricule,
        "nom_naissance": qui.nom_naissance,
        "date_naissance": qui.date_naissance,
        "rang_naissance": "1",
    }
    reponse = logiciel("appeler_insi", patient_id=patient, modalite="carte_vitale", carte_vitale=carte)
    assert reponse["donnees"]["code_retour"] == "00", reponse
    autre = carte | {"nom_naissance": "AUTRE", "date_naissance": "1901-01-01"}
    refus = logiciel("appeler_insi", patient_id=patient, modalite="carte_vitale", carte_vitale=autre)
    assert refus["resultat"] == "refuse"


@pytest.mark.parametrize("panne", ["indisponible", "erreur_500_html", "html_200", "coupure", "corps_vide"])
def test_panne_d_insi(montage: Montage, logiciel: Logiciel, panne: str) -> None:
    """Une panne donne un échec tracé, un seul appel, et ne change pas la fiche."""
    patient = creer(logiciel, identite("deuxieme_prenom"))
    depuis = montage.journal.position()
    montage.banc.insi.panne(panne, fois=1)
    reponse = logiciel("appeler_insi", patient_id=patient, modalite="traits")
    assert (reponse["resultat"], reponse["donnees"]["code_retour"]) == ("echec", None)
    assert len(montage.operations(depuis, "insi")) == 1
    assert logiciel("lire_patient", patient_id=patient)["donnees"]["patient"]["statut"] == "PROV"


def message(qui: IdentiteTest, domaine: str, ins: str | None = None) -> str:
    pid = [""] * 33
    pid[0] = "PID"
    matricule = ins or qui.matricule_ins
    pid[3] = f"X{matricule}^^^X&{domaine}&ISO^PI~{matricule}^^^ASIP-SANTE-INS-NIR&{qui.oid}&ISO^INS"
    pid[5] = f"{qui.nom_naissance}^{qui.prenoms[0]}^{' '.join(qui.prenoms)}^^^^L"
    pid[7], pid[8], pid[32] = qui.date_naissance.replace("-", ""), qui.sexe, "VALI"
    pid[11] = f"^^^^^^BDL^^{qui.lieu_naissance}"
    return "\r".join(["MSH|^~\\&|CHU|CHU|LABO|LABO|20260101||ADT^A28^ADT_A05|1|P|2.5", "|".join(pid), "PV1||N"])


def test_reception_d_ailleurs(montage: Montage, logiciel: Logiciel) -> None:
    """Une INS d'un autre domaine est vérifiée d'office ; récupérée sans contrat, qualifiée avec, écartée si KO."""
    qui, autre, faux = identite("nominal_temoin"), identite("nominal_homme"), identite("nouveau_ne")
    depuis = montage.journal.position()
    emetteur = {"nom": "CHU", "domaine": "1.2.3.4.5"}
    recu = logiciel("recevoir_message", contenu=message(qui, "1.2.3.4.5"), emetteur=emetteur)
    assert montage.operations(depuis, "insi") == [VERIFICATION]
    fiche = logiciel("lire_patient", patient_id=recu["donnees"]["patient_id"])["donnees"]["patient"]
    assert (fiche["statut"], fiche["identite"]["matricule_ins"]) == ("RECUP", qui.matricule_ins)
    logiciel("recevoir_message", contenu=message(qui, "1.2.3.4.5"), emetteur=emetteur)
    assert montage.operations(depuis, "insi") == [VERIFICATION]
    logiciel("configurer", "administrateur", parametre="contrats_confiance", valeur=["1.2.3.4.5"])
    recu = logiciel("recevoir_message", contenu=message(autre, "1.2.3.4.5"), emetteur=emetteur)
    fiche = logiciel("lire_patient", patient_id=recu["donnees"]["patient_id"])["donnees"]["patient"]
    assert fiche["statut"] == "QUAL"
    recu = logiciel("recevoir_message", contenu=message(faux, "1.2.3.4.5", qui.matricule_ins), emetteur=emetteur)
    assert recu["resultat"] == "fait"
    logiciel("configurer", "administrateur", parametre="contrats_confiance", valeur=[])


def ouvrir_dmp(montage: Montage, qui: IdentiteTest, **choix: Any) -> Any:
    montage.banc.dmp.remettre_a_zero()
    return montage.banc.dmp.etat.ouvrir_dossier(
        qui.matricule_ins,
        qui.oid,
        nom=qui.nom_naissance,
        prenoms=qui.prenoms,
        sexe=qui.sexe,
        date_naissance=qui.date_naissance,
        **choix,
    )


def valider(logiciel: Logiciel, patient: str, **choix: Any) -> dict[str, Any]:
    parametres: dict[str, Any] = {"statut_cr": "complet", "analyses": ANALYSES} | choix
    reponse = logiciel("valider_compte_rendu", patient_id=patient, **parametres)
    assert reponse["resultat"] == "fait", reponse
    document: dict[str, Any] = reponse["donnees"]["document"]
    document["messages"] = reponse["messages"]
    return document


def deposes(montage: Montage, dossier: Any) -> list[Any]:
    """Les documents du dossier, sans les signatures de lot."""
    return [e for e in montage.banc.dmp.etat.documents(dossier) if e.fiche.language_code != "art"]


def test_alimenter_remplacer_supprimer(montage: Montage, logiciel: Logiciel) -> None:
    """Validation, nouvelle version, suppression : le DMP les enregistre, sans aucune demande d'autorisation."""
    qui = identite("nominal")
    dossier = ouvrir_dmp(montage, qui)
    patient = qualifier(logiciel, qui)
    depuis = montage.journal.position()
    partiel = valider(logiciel, patient, statut_cr="partiel", analyses=[{**ANALYSES[0], "valeur": None}])
    assert partiel["etat_dmp"] == "alimente", partiel["messages"]
    complet = valider(logiciel, patient, remplace=partiel["document_id"])
    assert complet["etat_dmp"] == "alimente", complet["messages"]
    supprime = logiciel("supprimer_dmp", document_id=complet["document_id"])
    assert supprime["resultat"] == "fait", supprime
    assert montage.operations(depuis, "dmp") == [
        "TD0.2", "TD2.1", "TD0.2", "TD3.1", "TD2.1", "TD0.2", "TD3.1", "TD3.3c",
    ]  # fmt: skip
    statuts = {e.unique_id: e.statut.rpartition(":")[2] for e in montage.banc.dmp.etat.documents(dossier, tous=True)}
    assert (statuts[partiel["unique_id"]], statuts[complet["unique_id"]]) == ("Deprecated", "Deleted")
    liste = logiciel("lister_documents", patient_id=patient)["donnees"]["documents"]
    assert [d["etat_dmp"] for d in liste] == ["remplace", "supprime"]


def test_blocage_et_refus(montage: Montage, logiciel: Logiciel) -> None:
    """Un compte rendu bloqué ne part pas, le suivant part ; l'erreur du DMP se montre avec son code."""
    qui = identite("nominal_homme")
    ouvrir_dmp(montage, qui)
    patient = qualifier(logiciel, qui)
    depuis = montage.journal.position()
    assert valider(logiciel, patient, bloquer_dmp=True)["etat_dmp"] == "bloque"
    assert montage.operations(depuis, "dmp") == []
    assert valider(logiciel, patient)["etat_dmp"] == "alimente"
    montage.banc.dmp.remettre_a_zero()
    sans_dmp = valider(logiciel, patient)
    assert sans_dmp["etat_dmp"] == "echec"
    assert "NF" in sans_dmp["messages"][-1]


def test_document_recu_alimente(montage: Montage, logiciel: Logiciel) -> None:
    """Un document reçu est intégré puis envoyé au DMP en N1 par le laboratoire."""
    qui = identite("nominal")
    dossier = ouvrir_dmp(montage, qui)
    patient = qualifier(logiciel, qui)
    document = valider(logiciel, patient, niveau="N3", bloquer_dmp=True)
    contenu = logiciel("exporter_document", document_id=document["document_id"])["donnees"]["cda_base64"]
    recu = logiciel("recevoir_document", contenu_base64=contenu, emetteur={"nom": "CHU", "domaine": "1.2.3.4"})
    assert recu["donnees"]["document"]["etat_dmp"] == "alimente", recu
    [entree] = deposes(montage, dossier)
    assert entree.fiche.format_code is not None
    assert entree.fiche.format_code.code == "urn:ihe:iti:xds-sd:pdf:2008"


def test_consulter(montage: Montage, logiciel: Logiciel) -> None:
    """Choix du patient, droit d'accès, autorisation, recherche, lecture, préchargement, intégration."""
    qui = identite("nominal")
    dossier = ouvrir_dmp(montage, qui)
    patient = qualifier(logiciel, qui)
    depose = valider(logiciel, patient, date_acte="2024-02-03T08:15:00+01:00")
    depuis = montage.journal.position()
    assert logiciel("consulter_dmp", patient_id=patient)["resultat"] == "refuse"
    assert montage.operations(depuis, "dmp") == []
    logiciel("enregistrer_opposition", patient_id=patient, valeur="non_opposition")
    sans = logiciel("consulter_dmp", patient_id=patient, confirmer_autorisation=False)
    assert (sans["resultat"], montage.operations(depuis, "dmp")) == ("refuse", ["TD0.2"])
    depuis = montage.journal.position()
    criteres = {
        "type_code": ["11502-2^^2.16.840.1.113883.6.1"],
        "date_acte_du": "2024-02-03",
        "date_acte_au": "2024-02-03",
    }
    lue = logiciel("consulter_dmp", patient_id=patient, criteres=criteres)
    assert montage.operations(depuis, "dmp") == ["TD0.2", "TD0.3", "TD3.1"], lue
    [document] = lue["donnees"]["documents"]
    assert (document["unique_id"], document["date_acte"][:19]) == (depose["unique_id"], "2024-02-03T08:15:00")
    rien = logiciel("consulter_dmp", patient_id=patient, criteres=criteres | {"date_acte_au": "2024-02-02"})
    assert rien["donnees"]["documents"] == []
    [entree] = deposes(montage, dossier)
    depuis = montage.journal.position()
    present = logiciel("lire_document_dmp", patient_id=patient, unique_id=depose["unique_id"])["donnees"]
    assert (present["deja_integre"], present["document_id"]) == (True, depose["document_id"])
    assert present["contenu_sha256"] == hashlib.sha256(entree.octets).hexdigest()
    assert montage.operations(depuis, "dmp") == [], "le document du dossier s'affiche sans le demander au DMP"
    # Le même document sous un autre identifiant : un confrère l'a déposé, le dossier ne l'a pas.
    octets = entree.octets.replace(depose["unique_id"].encode(), f"{depose['unique_id']}.1".encode())
    distant = montage.banc.dmp.etat.deposer(dossier, octets)
    ouvert = logiciel("lire_document_dmp", patient_id=patient, unique_id=distant.unique_id)
    assert ouvert["donnees"]["contenu_sha256"] == hashlib.sha256(distant.octets).hexdigest()
    precharge = logiciel("precharger_dmp", patients=[patient])["donnees"]["precharges"]
    assert {p["unique_id"] for p in precharge} == {depose["unique_id"], distant.unique_id}
    depuis = montage.journal.position()
    garde = logiciel("lire_document_dmp", patient_id=patient, unique_id=distant.unique_id)
    assert (garde["donnees"]["depuis_cache"], montage.operations(depuis, "dmp")) == (True, [])
    integre = logiciel("integrer_document_dmp", patient_id=patient, unique_id=distant.unique_id)
    assert integre["donnees"]["conservation"]["archivage"] is False
    assert logiciel("integrer_document_dmp", patient_id=patient, unique_id=distant.unique_id)["resultat"] == "refuse"
    acces = logiciel("ouvrir_acces_web_ps", patient_id=patient, fonction="DossierPatient")
    assert acces["donnees"]["url"].endswith(f"/AccesDirect/DossierPatient/{qui.matricule_ins}")
    assert montage.operations(depuis, "dmp")[-1] == "TD0.9"
    autre = logiciel("consulter_dmp", "biologiste_2", patient_id=patient)
    assert autre["resultat"] == "fait", autre


def test_reprise_d_historique(montage: Montage, logiciel: Logiciel) -> None:
    """La reprise envoie ce que les filtres retiennent, une seule fois, daté de l'acte."""
    qui = identite("corse_2b")
    dossier = ouvrir_dmp(montage, qui)
    patient = qualifier(logiciel, qui)
    pdf = base64.b64encode(b"%PDF-1.4 ancien").decode()
    ranges = []
    for rang, (type_local, rpps) in enumerate((("LETTRE-LIAISON", None), ("CR-CONSULTATION", "99900000077"))):
        reponse = logiciel(
            "enregistrer_document",
            patient_id=patient,
            type_local=type_local,
            titre=f"Ancien {rang}",
            date_acte=f"201{rang}-06-01T10:00:00+02:00",
            pdf_base64=pdf,
            auteur={"nom": "SORTI", "prenom": "ANNE", "rpps": rpps},
        )
        ranges.append(reponse["donnees"]["document"]["document_id"])
    logiciel("configurer", "administrateur", parametre="vitesse_alimentation_dmp", valeur=50)
    simulee = logiciel("reprendre_historique", "personne_morale", patients=[patient], simuler=True)["donnees"]
    filtree = logiciel("reprendre_historique", "personne_morale", patients=[patient], du="2011-01-01")["donnees"]
    entiere = logiciel("reprendre_historique", "personne_morale", patients=[patient])["donnees"]
    logiciel("configurer", "administrateur", parametre="vitesse_alimentation_dmp", valeur=None)
    assert (simulee["envoyes"], filtree["envoyes"], entiere["envoyes"]) == (ranges, ranges[1:], ranges[:1])
    fiches = {e.fiche.service_start_time: e.fiche for e in deposes(montage, dossier)}
    assert sorted(fiches) == ["20100601080000", "20110601080000"]
    assert any("1990000001" in a.personne for a in fiches["20100601080000"].authors)


def test_interface_non_bloquee(montage: Montage, logiciel: Logiciel) -> None:
    """Pendant une requête retenue par le DMP, les autres actions répondent."""
    qui = identite("nominal")
    ouvrir_dmp(montage, qui)
    patient = qualifier(logiciel, qui)
    logiciel("enregistrer_opposition", patient_id=patient, valeur="non_opposition")
    panne = montage.banc.dmp.panne("retenue", fois=1)
    finie: list[dict[str, Any]] = []
    attente = threading.Thread(target=lambda: finie.append(logiciel("consulter_dmp", patient_id=patient)))
    attente.start()
    try:
        assert logiciel("lire_patient", patient_id=patient)["resultat"] == "fait"
        assert not finie
    finally:
        panne.liberer()
        attente.join(20)
    assert finie[0]["resultat"] == "fait", finie


def test_api(logiciel: Logiciel) -> None:
    """L'API se décrit, et dit en français ce qu'elle ne connaît pas."""
    apropos = requests.get(f"{logiciel.url}/apropos", timeout=5).json()
    assert (apropos["nom"], apropos["type_logiciel"], apropos["defauts"]) == ("Labo Témoin", "SGL", [])
    contrat = yaml.safe_load((RACINE / "steps/logiciel/contrat.yaml").read_text(encoding="utf-8"))
    siennes = requests.get(f"{logiciel.url}/actions", timeout=5).json()
    assert siennes == actions_de("SGL") and set(siennes) | set(METIERS) == set(contrat["actions"])
    inconnue = requests.post(f"{logiciel.url}/actions/danser", json={}, timeout=5)
    assert (inconnue.status_code, inconnue.json()) == (404, {"erreur": "action inconnue : danser"})
    mal_formee = requests.post(f"{logiciel.url}/actions/lire_patient", json={"utilisateur": "biologiste_1"}, timeout=5)
    assert mal_formee.status_code == 400
