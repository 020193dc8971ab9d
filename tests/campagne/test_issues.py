"""Codes de sortie d'une campagne, refus d'usage, reprise, arrêt sur un matricule réel."""

from __future__ import annotations

import json
import re
import socket
import ssl
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports.chargement_campagne import RAISON_INTERROMPUE
from simulators.socle.identite import cle_nir
from simulators.socle.journal import JournalEchanges
from tests.campagne.lancement import decrire_logiciel, decrire_temoin, lire_json, mener, module, verdicts
from tests.steps.produit import Repondeur, ServeurProduit, fait, logiciel

MATRICULE_REEL = "2790675113042"
OID_REEL = "1.2.250.1.213.1.4.8"


def test_defaut_du_temoin(tmp_path: Path) -> None:
    """Un défaut rend sortie 1, un constat lisible, et un scénario Allure en échec."""
    temoin = decrire_temoin(tmp_path / "temoin.yaml", "insi_appel_fictif")
    issue = mener("--exigence=INS/va1.20", f"--logiciel={temoin}", f"--dossier={tmp_path / 'c'}")
    assert issue.returncode == 1, issue.stdout
    assert verdicts(tmp_path / "c") == {"INS/va1.20.01": "conforme", "INS/va1.20.02": "non_conforme"}
    assert "✗ non conforme" in issue.stdout
    statuts = [lire_json(f) for f in (tmp_path / "c" / "allure-results").glob("*-result.json")]
    (echec,) = [resultat for resultat in statuts if resultat["status"] == "failed"]
    assert "INSI-BLOCAGE-01" in echec["statusDetails"]["message"]
    assert "attendu : aucun échange avec INSi" in echec["statusDetails"]["message"]
    resume = module("reports", "resumer", str(tmp_path / "c"), "--json")
    assert (resume.returncode, json.loads(resume.stdout)["code_de_sortie"]) == (1, 1)


def test_exiger_complet(tmp_path: Path) -> None:
    """`--exiger-complet` : un « non exécuté » à côté d'un conforme donne 1, et 0 sans l'option."""
    demande = ("--exigence=SGL.LOI/va1.01", "--exigence=SGL.LOI/va1.04")
    with ServeurProduit(catalogue_sans_import()) as produit:
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url)
        issue = mener(*demande, "--exiger-complet", f"--logiciel={description}", f"--dossier={tmp_path / 'c'}")
    assert set(verdicts(tmp_path / "c").values()) == {"conforme", "non_execute"}
    assert issue.returncode == 1, issue.stdout
    resume = module("reports", "resumer", str(tmp_path / "c"))
    assert resume.returncode == 0, resume.stdout


def test_rien_de_jugeable(tmp_path: Path) -> None:
    """Une campagne où la machine n'a rien jugé sort 3 : le silence n'est pas une réussite."""
    with ServeurProduit(logiciel(creer_patient=lambda _: fait(patient_id="P1"))) as produit:
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url)
        issue = mener("--exigence=SGL.LOI/va1.01", f"--logiciel={description}", f"--dossier={tmp_path / 'c'}")
    assert issue.returncode == 3, issue.stdout
    assert set(verdicts(tmp_path / "c").values()) == {"non_execute"}


def catalogue_sans_import() -> Repondeur:
    """Un logiciel qui montre et exporte dix chapitres, un examen et une analyse, et n'intègre aucun fichier."""
    chapitres = [{"nature": "chapitre", "code": f"C{rang}", "libelle": f"Chapitre {rang}"} for rang in range(10)]
    examens = [{"nature": "examen", "code": "E", "libelle": "Examen"}]
    analyses = [{"nature": "analyse", "code": "A", "libelle": "Analyse", "examens": ["E"]}]
    objets = {"chapitres": chapitres, "examens": examens, "analyses": analyses}
    export = "".join(f"{c['code']};{c['libelle']};;\r\n" for c in chapitres).encode()
    nom = f"LOINC_1_export_chapitres_{datetime.now(ZoneInfo('Europe/Paris')):%Y%m%d}.csv"
    return logiciel(
        lire_catalogue=lambda appel: fait(objets=objets[appel["objets"]]),
        exporter_catalogue=lambda _: fait(nom=nom, fichier_base64=b64encode(export).decode()),
    )


def test_logiciel_injoignable(tmp_path: Path) -> None:
    """Personne au bout de adaptateur.url : sortie 3 avant tout scénario, adresse et conseil donnés."""
    with socket.socket() as reserve:
        reserve.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserve.getsockname()[1]}"
        description = decrire_logiciel(tmp_path / "l.yaml", url)
        issue = mener("--exigence=INS/va1.20", f"--logiciel={description}", f"--dossier={tmp_path / 'c'}")
    assert issue.returncode == 3, issue.stdout
    assert url in issue.stdout
    assert "vérifiez qu'il est lancé" in issue.stdout
    assert "Traceback" not in issue.stdout


def test_configuration_refusee(tmp_path: Path) -> None:
    """Une mauvaise description du logiciel : sortie 3, en français, sans trace de pile ni dossier créé."""
    fichier = tmp_path / "l.yaml"
    fichier.write_text(
        "logiciel: {nom: L, version: '1'}\nadaptateur: {type: temoin}\nprofils: [Général]\ncouloir: pharmacie\n",
        encoding="utf-8",
    )
    issue = mener(f"--logiciel={fichier}", f"--dossier={tmp_path / 'c'}")
    assert issue.returncode == 3, issue.stdout
    assert "couloir 'pharmacie', alors que --couloir=biologie est demandé" in issue.stdout
    assert "Traceback" not in issue.stdout
    assert not (tmp_path / "c").exists()


def test_reprendre_ne_rejoue_que_ce_qui_n_est_pas_conforme(tmp_path: Path) -> None:
    """La reprise garde les conformes, rejoue les autres, dans le même journal ; la chaîne reste intacte."""
    dossier = tmp_path / "c"
    demande = ("--exigence=INS/va1.20", "--exigence=SSI/GEN.15")
    mener(*demande, f"--logiciel={decrire_temoin(tmp_path / 't.yaml', 'insi_appel_fictif')}", f"--dossier={dossier}")
    avant = verdicts(dossier)
    assert avant["INS/va1.20.02"] == "non_conforme"
    assert avant["SSI/GEN.15.01"] == "non_applicable"
    with JournalEchanges.ouvrir(dossier) as journal:
        depuis = journal.position()
    issue = mener(*demande, f"--reprendre={dossier}")
    assert issue.returncode == 0, issue.stdout
    repris = [ligne for ligne in issue.stdout.splitlines() if ligne.endswith("(repris)")]
    assert {re.findall(r"(?:INS|SSI)/\S+", ligne)[0] for ligne in repris} == set(avant) - {"INS/va1.20.02"}
    apres = verdicts(dossier)
    assert apres == {**avant, "INS/va1.20.02": "conforme"}
    with JournalEchanges.ouvrir(dossier) as journal:
        joues = [e.donnees["scenario"] for e in journal.enregistrements(type="verdict", depuis=depuis)]
        assert joues == ["INS/va1.20.02"]
        assert journal.verifier_chaine() == []


def _dossier_reel(_: Mapping[str, Any]) -> dict[str, Any]:
    identite = {
        "matricule_ins": MATRICULE_REEL + cle_nir(MATRICULE_REEL),
        "oid_ins": OID_REEL,
        "nom_naissance": "PERSONNE",
        "premier_prenom_naissance": "VRAIE",
        "date_naissance": "1979-06-01",
        "sexe": "F",
        "code_lieu_naissance": "75113",
    }
    return fait(patient={"patient_id": "P1", "identite": identite, "statut": "PROV"})


def _refuse_toute_trace(dossier: Path, sortie: str) -> None:
    """Le matricule n'est écrit nulle part, le journal dit l'incident, les rapports existent."""
    for fichier in (f for f in dossier.rglob("*") if f.is_file()):
        assert MATRICULE_REEL.encode() not in fichier.read_bytes(), fichier
    assert MATRICULE_REEL not in sortie
    assert "OID de production" in sortie
    assert "INTERNALERROR" not in sortie
    with JournalEchanges.ouvrir(dossier) as journal:
        *_, dernier = journal.enregistrements()
        assert (dernier.type, dernier.donnees["nature"]) == ("incident", "matricule_reel")
        assert journal.verifier_chaine() == []
    assert lire_json(dossier / "campagne.json")["interrompue"] is True
    raisons = {s["raison"] for s in lire_json(dossier / "verdicts.json")["scenarios"]}
    assert RAISON_INTERROMPUE in raisons
    assert "interrompue" in (dossier / "rapport.html").read_text(encoding="utf-8")


def test_matricule_reel_rendu_par_le_logiciel(tmp_path: Path) -> None:
    """Un logiciel qui montre un matricule sous OID de production arrête la campagne (3), rien n'en est écrit."""
    actions = {
        "creer_patient": lambda _: fait(patient_id="P1"),
        "lire_patient": _dossier_reel,
        "configurer": lambda _: fait(),
        "lire_configuration": lambda _: fait(valeur=None),
    }
    with ServeurProduit(logiciel(**actions)) as produit:
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url)
        issue = mener(
            "--exigence=INS/va1.20",
            "--exigence=INS/va1.01",
            f"--logiciel={description}",
            f"--dossier={tmp_path / 'c'}",
        )
    assert issue.returncode == 3, issue.stdout
    _refuse_toute_trace(tmp_path / "c", issue.stdout)


def test_matricule_reel_envoye_a_insi(tmp_path: Path) -> None:
    """Le même matricule dans un appel à INSi : l'échange n'est pas écrit, la campagne s'arrête (3)."""
    environnement = tmp_path / "environnement.json"

    def appeler(_: Mapping[str, Any]) -> dict[str, Any]:
        appeler_insi(environnement, f"<NumIdentifiant>{MATRICULE_REEL}</NumIdentifiant><OID>{OID_REEL}</OID>")
        return fait(patient_id="P1")

    with ServeurProduit(logiciel(creer_patient=appeler)) as produit:
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url, environnement=environnement.name)
        issue = mener("--exigence=INS/va1.20", f"--logiciel={description}", f"--dossier={tmp_path / 'c'}")
    assert issue.returncode == 3, issue.stdout
    _refuse_toute_trace(tmp_path / "c", issue.stdout)


def appeler_insi(environnement: Path, contenu: str) -> int:
    """Appelle INSi comme un produit, avec les certificats que le banc lui donne ; rend le statut HTTP, 0 si coupé."""
    reglages = lire_json(environnement)
    tls = ssl.create_default_context(cafile=reglages["autorites"]["racines_pem"])
    certificat = reglages["certificats"]["insi_manu"]
    tls.load_cert_chain(certificat["pem"], certificat["cle"])
    requete = urllib.request.Request(
        reglages["services"]["insi"]["url_certificat"],
        f"<a>{contenu}</a>".encode(),
        {"Content-Type": "application/soap+xml"},
    )
    try:
        with urllib.request.urlopen(requete, context=tls, timeout=20) as reponse:
            return int(reponse.status)
    except urllib.error.HTTPError as erreur:
        return erreur.code
    except OSError:
        return 0


def test_jeton_du_logiciel_jamais_ecrit(tmp_path: Path) -> None:
    """Le jeton donné par l'environnement part vers le logiciel, et n'est écrit nulle part, même s'il le répète."""
    jeton = "jeton-tres-secret-84218"
    with ServeurProduit(logiciel(creer_patient=lambda _: {"resultat": "echec", "messages": [jeton]})) as produit:
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url)
        texte = description.read_text(encoding="utf-8")
        description.write_text(
            texte.replace("delai_s: 20", "entetes: {Authorization: 'Bearer ${JETON_ESSAI}'}"), encoding="utf-8"
        )
        issue = mener(
            "--exigence=INS/va1.20",
            f"--logiciel={description}",
            f"--dossier={tmp_path / 'c'}",
            JETON_ESSAI=jeton,
        )
        assert {entetes["authorization"] for entetes in produit.entetes} == {f"Bearer {jeton}"}
    assert issue.returncode == 3, issue.stdout
    ou = [f for f in (tmp_path / "c").rglob("*") if f.is_file() and jeton.encode() in f.read_bytes()]
    assert not ou


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--exigence=INS/va1.99"], r"n'a pas de numéro « INS/va1\.99 ».*Numéros proches"),
        (["--couloir=biologi"], r"Couloir inconnu : « biologi » ; couloirs disponibles : biologie"),
        (["--couloir=", "--exigence=INS/va1.20", "--junit"], r"--exigence, --junit : attendu avec --couloir=…"),
    ],
    ids=["exigence", "couloir", "sans-couloir"],
)
def test_usage_refuse(options: list[str], message: str) -> None:
    """Une demande qui ne veut rien dire est refusée en français (code d'usage de pytest), sans trace de pile."""
    issue = mener(*options)
    assert issue.returncode == 4, issue.stdout
    assert re.search(message, issue.stdout), issue.stdout
    assert "Traceback" not in issue.stdout
