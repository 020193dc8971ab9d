"""Le logiciel témoin lancé avec son seul écran."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
import requests

from simulators.logiciel_temoin.ecran.contrat import Fonction
from simulators.logiciel_temoin.ecran.libelles import AUTRES
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.temoin import ProcessusTemoin
from tests.simulators.logiciel_temoin.ecran.personne import Ecran

TRAITS = {
    "nom_naissance": "DURAND",
    "premier_prenom_naissance": "ZOE",
    "prenoms_naissance": "ZOE",
    "date_naissance": "1990-02-03",
    "sexe": "F",
    "code_lieu_naissance": "75113",
}


@pytest.fixture(scope="module")
def url(environnement: Path) -> Iterator[str]:
    """L'adresse de l'écran."""
    with ProcessusTemoin(environnement, ecran=True) as processus:
        yield processus.url


@pytest.fixture
def ecran(url: str) -> Iterator[Ecran]:
    """Une personne devant cet écran."""
    personne = Ecran(url)
    yield personne
    personne.fermer()


@pytest.mark.parametrize("chemin", ["/actions", "/actions/creer_patient", "/apropos", "/defauts"])
def test_api_fermee(url: str, chemin: str) -> None:
    """L'API d'actions répond 404 et dit que le logiciel se pilote à l'écran."""
    for reponse in (requests.get(url + chemin, timeout=5), requests.post(url + chemin, json={}, timeout=5)):
        assert reponse.status_code == 404
        assert "se pilote à l'écran" in reponse.json()["erreur"]


def test_une_personne_cree_un_patient(ecran: Ecran) -> None:
    """Fiche créée, relue, refusée : l'écran dit l'issue, le message et les données."""
    ecran.ouvrir("agent_accueil")
    issue, _, donnees = ecran.jouer("creer_patient", {"identite": TRAITS})
    assert (issue, donnees["statut"]) == ("fait", "PROV")
    issue, _, lues = ecran.jouer("lire_patient", {"patient_id": donnees["patient_id"]})
    assert (issue, lues["patient"]["identite"]["nom_naissance"]) == ("fait", "DURAND")
    issue, messages, _ = ecran.jouer("lire_patient", {"patient_id": "inconnu"})
    assert issue == "refuse" or messages


def test_sans_session(ecran: Ecran) -> None:
    """Sans compte choisi, la page demande d'en choisir un et rien ne se joue : un autre site ne peut rien."""
    assert ecran.lire("/fonctions/creer_patient").xpath("//input[@name='compte']")
    ecran.envoyer("creer_patient", {})
    assert ecran.dernier is not None
    assert ecran.dernier.status_code == 403


def test_hote_inattendu(url: str) -> None:
    """Un nom public qui désigne la boucle locale n'ouvre pas l'écran."""
    assert requests.get(url, headers={"Host": "piege.example"}, timeout=5).status_code == 421


def test_parametre_refuse(ecran: Ecran) -> None:
    """Ce que le logiciel refuse de lire rend le formulaire, motif en tête."""
    ecran.ouvrir("biologiste_1")
    page = ecran.envoyer("laisser_passer", {"secondes": ""})
    assert ecran.dernier is not None
    assert ecran.dernier.status_code == 422
    assert "secondes" in page.xpath("//*[@role='alert']")[0].text_content()


def test_a_propos(ecran: Ecran) -> None:
    """Nom et version se lisent dans « À propos »."""
    ecran.ouvrir("administrateur")
    page = ecran.lire("/a-propos")
    assert page.xpath("string(//*[@data-chemin='nom'])") == "Labo Témoin"


def test_tout_le_contrat(ecran: Ecran, fonctions: dict[str, Fonction]) -> None:
    """Chaque action du contrat a sa page, nommée et rangée dans un sujet ; aucune n'est absente du témoin."""
    ecran.ouvrir("biologiste_1")
    assert set(fonctions) == set(charger_contrat().actions)
    assert AUTRES not in {f.sujet for f in fonctions.values()}
    for nom, fonction in fonctions.items():
        page = ecran.lire(f"/fonctions/{nom}")
        assert page.xpath("string(//h1)") == fonction.titre
        _verifier_accessible(page)


def _verifier_accessible(page: lxml.html.HtmlElement) -> None:
    """Chaque champ a une étiquette, chaque identifiant est unique, rien ne vient d'ailleurs ni d'un script."""
    identifiants = page.xpath("//@id")
    assert len(identifiants) == len(set(identifiants))
    for champ in page.xpath("//main//*[self::input or self::select or self::textarea]"):
        etiquettes = page.xpath("//label[@for=$i]", i=champ.get("id", "aucun")) or champ.xpath("ancestor::label")
        assert etiquettes or champ.get("aria-label"), champ.get("name")
    for cible in page.xpath("//@aria-describedby"):
        assert all(cle in identifiants for cle in cible.split())
    assert not page.xpath("//script | //@onclick")
    assert all(adresse.startswith(("/", "#")) for adresse in page.xpath("//@href | //@src | //@action"))
    assert page.xpath("count(//h1)") == 1


def test_ecran_sans_contrat(environnement: Path) -> None:
    """`--ecran` sans `--contrat` se refuse au lancement, avec la raison."""
    commande = [sys.executable, "-m", "simulators.logiciel_temoin", "--environnement", str(environnement), "--ecran"]
    lance = subprocess.run(commande, capture_output=True, text=True, check=False, timeout=30)
    assert lance.returncode == 2
    assert "--ecran et --contrat vont ensemble" in lance.stderr
