"""La campagne de biologie entière sur le témoin : verdicts, rapports, preuves, secrets."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from requirements.catalogue import charger
from requirements.modele import Classe
from simulators.socle.journal import JournalEchanges
from steps.collecte import features
from steps.couverture import regles_par_scenario
from steps.logiciel.besoins import besoins, relever
from tests.campagne.conftest import CampagneMenee
from tests.campagne.lancement import RACINE, lire_json, mener, module, verdicts

CONDUITE_DU_BANC = "BANC-CONDUITE-01"


@pytest.fixture(scope="module")
def resultats(entiere: CampagneMenee) -> list[dict[str, Any]]:
    """Les entrées de verdicts.json."""
    contenu: list[dict[str, Any]] = lire_json(entiere.dossier / "verdicts.json")["scenarios"]
    return contenu


@pytest.fixture(scope="module")
def allure(entiere: CampagneMenee) -> dict[str, list[dict[str, Any]]]:
    """Scénario → résultats Allure qui portent son numéro."""
    par_scenario: dict[str, list[dict[str, Any]]] = {}
    for fichier in (entiere.dossier / "allure-results").glob("*-result.json"):
        resultat = lire_json(fichier)
        for label in resultat["labels"]:
            if label["name"] == "scenario":
                par_scenario.setdefault(label["value"], []).append(resultat)
    return par_scenario


def test_le_temoin_est_conforme(entiere: CampagneMenee, resultats: list[dict[str, Any]]) -> None:
    """Sortie 0 : rien de non conforme ni de non concluant sur le logiciel témoin."""
    mauvais = [(s["scenario"], s["raison"]) for s in resultats if s["verdict"] in ("non_conforme", "non_concluant")]
    assert not mauvais
    assert entiere.issue.returncode == 0, entiere.issue.stdout[-3000:]
    assert "INTERNALERROR" not in entiere.issue.stdout


def test_exactement_un_verdict_par_scenario(entiere: CampagneMenee, resultats: list[dict[str, Any]]) -> None:
    """Chaque scénario du catalogue a un verdict, un seul, dans l'ordre du catalogue, et aucun autre n'apparaît."""
    attendus = [s.id for e in charger("biologie").exigences for s in e.scenarios]
    assert len(attendus) == 267
    assert [s["scenario"] for s in resultats] == attendus
    with JournalEchanges.ouvrir(entiere.dossier) as journal:
        ecrits = Counter(e.donnees["scenario"] for e in journal.enregistrements(type="verdict"))
        assert journal.verifier_chaine() == []
    assert ecrits == Counter(attendus)


def test_chaque_scenario_juge_l_est_sur_des_constats(resultats: list[dict[str, Any]]) -> None:
    """Un conforme repose sur au moins une règle nommée ; les autres disent pourquoi."""
    for scenario in resultats:
        if scenario["verdict"] == "conforme":
            assert any(not c["code"].startswith("BANC-") for c in scenario["constats"]), scenario["scenario"]
            assert scenario["moyen"] == "machine"
            assert scenario["etapes"]
            assert all(etape["etat"] == "passee" for etape in scenario["etapes"])
        else:
            assert scenario["raison"], scenario["scenario"]


def test_ce_que_la_machine_ne_juge_pas_est_dit(resultats: list[dict[str, Any]]) -> None:
    """Hors profil et modalité, un scénario de moyen réseau, fichier ou adaptateur est conforme, ou dit pourquoi non."""
    scenarios = {s.id: s for s in charger("biologie").scenarios()}
    for resultat in resultats:
        scenario = scenarios[resultat["scenario"]]
        if resultat["raison"].startswith("Joué à volume réduit"):
            continue  # conforme au volume officiel, que cette campagne ne joue pas
        if resultat["verdict"] == "non_applicable":
            assert "non réclamé" in resultat["raison"], scenario.id
        elif scenario.moyen is not Classe.HUMAIN:
            assert (resultat["verdict"] == "conforme") is not bool(scenario.non_jugee), scenario.id
        if resultat["verdict"] == "a_verifier":
            assert scenario.deroule, scenario.id


def test_une_ligne_par_scenario_au_terminal(entiere: CampagneMenee) -> None:
    """Le terminal compte de 1 à 267 et nomme le dossier du rapport."""
    rangs = [int(rang) for rang in re.findall(r"^\[ *(\d+)/267\]", entiere.issue.stdout, re.MULTILINE)]
    assert rangs == list(range(1, 268))
    assert str(entiere.dossier / "rapport.html") in entiere.issue.stdout
    assert "DÉMONSTRATION, non recevable" in entiere.issue.stdout


def test_chaque_scenario_est_dans_allure(
    allure: dict[str, list[dict[str, Any]]], resultats: list[dict[str, Any]]
) -> None:
    """Chaque scénario a sa ligne dans Allure, classée, du même verdict."""
    statuts = {
        "conforme": {"passed"},
        "non_conforme": {"failed"},
        "non_concluant": {"broken"},
        "a_verifier": {"skipped"},
        "non_applicable": {"skipped"},
        "non_execute": {"skipped"},
    }
    assert set(allure) == {s["scenario"] for s in resultats}
    for scenario in resultats:
        for ligne in allure[scenario["scenario"]]:
            assert ligne["status"] in statuts[scenario["verdict"]], scenario["scenario"]
            labels = {(label["name"], label.get("value")) for label in ligne["labels"]}
            assert {
                ("couloir", "biologie"),
                ("rem", "BIO"),
                ("exigence", scenario["exigence"]),
                ("vague", str(scenario["vague"])),
                ("tag", "DÉMONSTRATION, non recevable"),
            } <= labels
            preuves = {p["id"] for p in scenario["preuves"] if p["id"]}
            assert preuves <= {valeur for nom, valeur in labels if nom == "preuve"}


def test_etapes_telles_qu_ecrites(allure: dict[str, list[dict[str, Any]]], resultats: list[dict[str, Any]]) -> None:
    """Les étapes d'Allure et des verdicts sont les lignes mêmes des features, mots-clés français compris."""
    lignes = {
        re.sub(r"\s+", " ", ligne).strip()
        for fichier in features(RACINE / "features")
        for ligne in fichier.read_text(encoding="utf-8").splitlines()
    }
    vues = 0
    for scenario in resultats:
        ecrites = [f"{etape['mot']} {etape['texte']}" for etape in scenario["etapes"]]
        vues += len(ecrites)
        assert set(ecrites) <= lignes, (scenario["scenario"], set(ecrites) - lignes)
        if ecrites:
            assert any([e["name"] for e in r.get("steps", [])] == ecrites for r in allure[scenario["scenario"]])
    assert vues > 100


def test_echanges_joints_a_l_etape_qui_les_a_vus(
    entiere: CampagneMenee, allure: dict[str, list[dict[str, Any]]], resultats: list[dict[str, Any]]
) -> None:
    """Chaque échange d'une étape y est joint dans Allure, et sa pièce existe."""
    vus: set[int] = set()
    for scenario in resultats:
        lignes = [r for r in allure[scenario["scenario"]] if len(r.get("steps", [])) == len(scenario["etapes"])]
        for rang, etape in enumerate(scenario["etapes"]):
            for numero in etape["echanges"]:
                vus.add(numero)
                pieces = [p for r in lignes for p in r["steps"][rang].get("attachments", [])]
                jointes = [p for p in pieces if p["name"].startswith(f"n° {numero} ·")]
                assert jointes, (scenario["scenario"], etape["texte"], numero)
                assert (entiere.dossier / "allure-results" / jointes[0]["source"]).stat().st_size
        assert {n for e in scenario["etapes"] for n in e["echanges"]} <= set(scenario["echanges"])
    with JournalEchanges.ouvrir(entiere.dossier) as journal:
        hors = [echange for echange in journal.echanges() if echange.numero not in vus]
    adieux = {f"{protocole}:{verbe}" for protocole in ("smtp", "imap") for verbe in ("QUIT", "LOGOUT", "fin")}
    # Une session laissée ouverte par un scénario est fermée à sa fin, après la dernière étape ; un chargement
    # périodique de l'annuaire, commencé pendant elle, peut s'achever après.
    adieux |= {"fin_session", "jeton", "extraction:PS_LibreAcces", "extraction:Extraction_Correspondance_MSSante"}
    assert {echange.operation for echange in hors} <= adieux, "un échange échappe à toute étape"
    assert len(vus) > 100 * len(hors)


def test_classeur_de_convergence(entiere: CampagneMenee, resultats: list[dict[str, Any]]) -> None:
    """Une ligne par preuve (ou par scénario sans preuve), avec le verdict de verdicts.json."""
    classeur = openpyxl.load_workbook(entiere.dossier / "convergence.xlsx", read_only=True)
    entetes, *lignes = classeur["Exigences"].iter_rows(values_only=True)
    scenario, preuve, verdict = (entetes.index(nom) for nom in ("N° scénario", "N° preuve", "Verdict"))
    libelles = {"non_execute": "non exécuté", "a_verifier": "à vérifier"}
    recus = Counter((ligne[scenario], ligne[preuve] or "", ligne[verdict]) for ligne in lignes if ligne[scenario])
    attendus = Counter(
        (s["scenario"], p["id"], libelles.get(s["verdict"], s["verdict"].replace("_", " ")))
        for s in resultats
        for p in s["preuves"] or [{"id": ""}]
    )
    assert recus == attendus


def test_rapport_sans_adresse_externe(entiere: CampagneMenee) -> None:
    """rapport.html n'appelle rien : ni script, ni feuille, ni image, ni lien hors du dossier."""
    page = (entiere.dossier / "rapport.html").read_text(encoding="utf-8")
    appels = re.findall(r"""(?:src|href|action|data|poster)\s*=\s*["']?([^"'\s>]+)""", page)
    externes = [adresse for adresse in appels if re.match(r"(?:[a-z][a-z0-9+.-]*:|//)", adresse, re.IGNORECASE)]
    assert not [adresse for adresse in externes if not adresse.startswith("data:")]
    assert "@import" not in page
    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", page)
    assert "DÉMONSTRATION, non recevable" in page


def test_pieces_citees_presentes(entiere: CampagneMenee, resultats: list[dict[str, Any]]) -> None:
    """Chaque pièce citée existe à l'empreinte dite, et `verifier-journal` ne trouve rien."""
    pieces = [p for s in resultats for preuve in s["preuves"] for p in preuve["fichiers"]]
    assert pieces
    assert all((entiere.dossier / piece["chemin"]).stat().st_size == piece["taille"] for piece in pieces)
    verifie = module("reports", "verifier-journal", str(entiere.dossier), "--json")
    assert verifie.returncode == 0, verifie.stdout
    assert json.loads(verifie.stdout)["pieces"] == []


def test_aucun_secret_dans_le_dossier(entiere: CampagneMenee) -> None:
    """Ni clé privée, ni mot de passe, ni PKCS#12 de la campagne dans un seul octet du dossier."""
    interdits = dict(_secrets(entiere.secrets))
    assert sum(nom.endswith(".key") or "cle" in nom for nom in interdits) >= 4, sorted(interdits)
    assert any(nom.startswith("mot de passe") for nom in interdits)
    fichiers = [f for f in entiere.dossier.rglob("*") if f.is_file()]
    assert len(fichiers) > 300
    for fichier in fichiers:
        octets = fichier.read_bytes()
        assert b"PRIVATE KEY-----" not in octets, fichier
        trouves = [nom for nom, secret in interdits.items() if secret in octets]
        assert not trouves, (fichier, trouves)


def _secrets(dossier: Path) -> Iterator[tuple[str, bytes]]:
    """Chaque clé privée (deuxième ligne de son PEM), chaque mot de passe, chaque PKCS#12."""
    for fichier in sorted(f for f in dossier.rglob("*") if f.is_file()):
        octets = fichier.read_bytes()
        for rang, bloc in enumerate(re.findall(rb"PRIVATE KEY-----\s+(.*?)-----END", octets, re.DOTALL)):
            yield f"cle {fichier.name} {rang}", bloc.split()[1]
        if fichier.suffix == ".p12":
            yield f"p12 {fichier.name}", octets[64:128]
        if fichier.name == "environnement.json":
            for nom, certificat in json.loads(octets)["certificats"].items():
                yield f"mot de passe {nom}", certificat["mot_de_passe"].encode()


def test_aucun_chemin_de_la_machine(entiere: CampagneMenee) -> None:
    """Le dossier s'envoie : il ne dit pas où le banc est installé."""
    suspects = (f for f in entiere.dossier.rglob("*") if f.suffix in (".json", ".html", ".xml"))
    assert [f.name for f in suspects if str(RACINE).encode() in f.read_bytes()] == []


def test_rien_ne_reste_dans_les_fichiers_temporaires(entiere: CampagneMenee) -> None:
    """Les clés sont effacées à la fin de la campagne."""
    assert [f.name for f in entiere.temporaire.iterdir() if f.name.startswith("banc-sons")] == []


def test_junit_compte_chaque_scenario(entiere: CampagneMenee) -> None:
    """junit.xml a un cas par scénario."""
    assert (entiere.dossier / "junit.xml").read_text(encoding="utf-8").count("<testcase ") == 267


def test_generer_rend_les_memes_verdicts(entiere: CampagneMenee, resultats: list[dict[str, Any]]) -> None:
    """`python -m reports generer` rebâtit les rapports du journal seul, à l'identique."""
    avant = (entiere.dossier / "verdicts.json").read_bytes()
    (entiere.dossier / "verdicts.json").unlink()
    genere = module("reports", "generer", str(entiere.dossier))
    assert genere.returncode == 0, genere.stdout
    assert "interrompue" not in genere.stdout
    assert (entiere.dossier / "verdicts.json").read_bytes() == avant


def test_deux_campagnes_donnent_les_memes_verdicts(entiere: CampagneMenee, tmp_path: Path) -> None:
    """Une partie rejouée seule donne les verdicts et les constats de la campagne entière."""
    demandes = ["INS/va1.08", "INS/va1.20", "INS/va1.31", "DMP/va1.01"]
    mener(*(f"--exigence={numero}" for numero in demandes), f"--dossier={tmp_path / 'c'}")
    rejoues = verdicts(tmp_path / "c")
    assert len(rejoues) >= 6
    assert rejoues.items() <= verdicts(entiere.dossier).items()
    assert _codes(tmp_path / "c", set(rejoues)) == _codes(entiere.dossier, set(rejoues))


def _codes(dossier: Path, scenarios: set[str]) -> dict[str, list[tuple[str, str]]]:
    return {
        s["scenario"]: [(c["code"], c["verdict"]) for c in s["constats"]]
        for s in lire_json(dossier / "verdicts.json")["scenarios"]
        if s["scenario"] in scenarios
    }


def test_regles_par_scenario(entiere: CampagneMenee, tmp_path: Path) -> None:
    """`python -m steps verifications` relève les règles établies ; celles du banc n'y sont pas."""
    sortie = tmp_path / "regles.json"
    releve = module("steps", "verifications", str(entiere.dossier), "--sortie", str(sortie))
    assert releve.returncode == 0, releve.stdout
    regles = lire_json(sortie)
    assert set(regles) >= {cle for cle, verdict in verdicts(entiere.dossier).items() if verdict == "conforme"}
    assert CONDUITE_DU_BANC not in {code for codes in regles.values() for code in codes}


def test_couverture_publiee_vraie(entiere: CampagneMenee) -> None:
    """`docs/verifications.json` dit les règles que chaque scénario établit vraiment."""
    # Les autres REM y sont aussi : chacun se relève dans sa campagne.
    numeros = {scenario.id for scenario in charger("biologie").scenarios()}
    lues = lire_json(RACINE / "docs" / "verifications.json")
    etablies = regles_par_scenario(entiere.dossier)
    ecarts = {n for n in etablies.keys() | (lues.keys() & numeros) if lues.get(n) != etablies.get(n)}
    assert not ecarts, (
        f"{sorted(ecarts)} à refaire : python -m steps verifications D1 D2… --sortie docs/verifications.json, "
        "puis python -m requirements couverture --couloir C --sortie docs/couverture-C.md"
    )


def test_actions_de_chaque_scenario_a_jour(entiere: CampagneMenee) -> None:
    """La table que lisent le diagnostic et l'essai guidé est ce que cette campagne a appelé.

    Combien de fois n'y est pas comparé : une action répétée jusqu'à ce que le logiciel ait fini dépend de la machine.
    Les lignes des numéros d'autres REM se relisent dans leurs campagnes (tests/campagne/test_rem_livres.py).
    """
    releve = relever(entiere.dossier)
    numeros = {scenario.id for scenario in charger("biologie").scenarios()}
    relues = {numero: (besoin.deroule, set(besoin.actions)) for numero, besoin in releve.items()}
    connues = {
        numero: (besoin.deroule, set(besoin.actions)) for numero, besoin in besoins().items() if numero in numeros
    }
    ecarts = {n for n in relues.keys() | connues.keys() if relues.get(n) != connues.get(n)}
    assert not ecarts, f"python -m steps actions-par-scenario D1 D2… : {sorted(ecarts)}"
