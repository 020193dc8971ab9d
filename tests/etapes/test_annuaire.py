"""Étapes de l'annuaire devant d'autres logiciels que le témoin : API seule, extraction seule, heures entières."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests

from reports.verdict import Verdict
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps.bilan import ScenarioArrete
from steps.essai import Essai
from steps.etapes import annuaire, annuaire_chargement, annuaire_commun, annuaire_fiches
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.protocole import Apropos, ReponseAction

Action = Callable[[Mapping[str, Any]], ReponseAction]
ENTETE = ["professionnel", "nom", "prénom", "adresses MSSanté"]


class Produit:
    """Un logiciel dont chaque essai choisit les actions ; celles qu'il n'a pas donnent `non_gere`."""

    def __init__(self, **actions: Action) -> None:
        self._actions = actions
        self.reglages: dict[str, Any] = {}

    def apropos(self) -> Apropos:
        return Apropos("Produit feint", "1")

    def actions(self) -> frozenset[str]:
        return frozenset(self._actions)

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        return self._actions[action](parametres) if action in self._actions else ReponseAction("non_gere")

    def fermer(self) -> None:
        return


def fait(**donnees: Any) -> ReponseAction:
    return ReponseAction("fait", (), donnees)


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    with JournalEchanges.creer(tmp_path_factory.mktemp("journal") / "j") as journal, Banc(journal) as monte:
        yield monte


@pytest.fixture
def essayer(banc: Banc) -> Iterator[Callable[[Produit], Essai]]:
    """Un scénario en cours pour ce produit."""
    banc.remettre_a_zero()
    retenu = cast("Any", SimpleNamespace(numero="ANN/va1.05.01"))
    logiciel = ConfigurationLogiciel("Produit feint", "1", ("Général",), "http", delai_s=0.5)
    ouverts: list[Essai] = []

    def ouvrir(produit: Produit) -> Essai:
        ouverts.append(Essai(retenu, produit, banc, banc.journal, logiciel))
        return ouverts[-1]

    yield ouvrir
    for essai in ouverts:
        essai.terminer()


def verdicts(essai: Essai) -> dict[str, Verdict]:
    """Le dernier verdict de chaque règle."""
    return {constat.code: constat.verdict for constat in essai.bilan.constats}


def appeler(banc: Banc, adresse: str, **entetes: str) -> requests.Response:
    racines = banc.environnement()["autorites"]["racines_pem"]
    with requests.Session() as session:
        session.trust_env = False
        return session.get(adresse, headers=entetes, verify=racines, timeout=10)


def par_api(banc: Banc) -> Action:
    """Une recherche écrite sans le témoin : un appel, les BAL du professionnel, rien d'autre."""

    def chercher(parametres: Mapping[str, Any]) -> ReponseAction:
        acces = banc.annuaire.adresses()
        recu = appeler(
            banc, f"{acces['fhir']}/Practitioner?identifier={parametres['rpps']}", **{"ESANTE-API-KEY": acces["cle"]}
        )
        if recu.status_code != 200:
            return ReponseAction("echec", ("annuaire indisponible",))
        trouves = [
            {
                "rpps": personne["identifier"][1]["value"],
                "nom": personne["name"][0]["family"],
                "prenom": personne["name"][0]["given"][0],
                "adresses_mss": [t["value"] for t in personne.get("telecom", ())],
            }
            for personne in (entree["resource"] for entree in recu.json().get("entry", ()))
        ]
        return fait(professionnels=trouves)

    return chercher


def test_api_seule(banc: Banc, essayer: Callable[[Produit], Essai]) -> None:
    """Un logiciel sans copie locale est conforme sur la recherche, à vérifier sur ce qu'il a chargé."""
    essai = essayer(Produit(rechercher_annuaire=par_api(banc)))
    annuaire_commun.professionnels_publies(essai, [ENTETE, ["A", "D'ÉTÉ", "Zoé", "2"], ["B", "AUTRE", "Léo", "aucune"]])
    annuaire_commun.logiciel_a_jour(essai)
    annuaire.chercher(essai, "le professionnel", "A", "par son RPPS")
    annuaire.adresse_publiee(essai, "A")
    annuaire.chercher(essai, "le professionnel", "B", "par son RPPS")
    annuaire.sans_adresse(essai, "B")
    annuaire_commun.appels_conformes(essai)
    assert set(verdicts(essai).values()) == {Verdict.CONFORME}
    assert {"ANN-BAL-01", "ANN-BAL-02", "ANN-BAL-03", "ANN-API-01"} <= set(verdicts(essai))
    resultats, api_appelee, _ = annuaire_chargement._chercher_sans_api(essai, annuaire_commun.rpps_de(essai, "A"))
    assert (resultats, api_appelee) == ([], True)


def test_adresse_inventee(essayer: Callable[[Produit], Essai]) -> None:
    """Une réponse juste que rien n'a lue dans l'annuaire n'est pas conforme."""
    produit = Produit()
    essai = essayer(produit)
    annuaire_commun.professionnels_publies(essai, [ENTETE, ["A", "UN", "Zoé", "1"]])
    publie = annuaire_commun.publie(essai, "A")
    produit._actions["rechercher_annuaire"] = lambda _: fait(
        professionnels=[{"rpps": publie.rpps, "nom": "UN", "adresses_mss": list(publie.adresses)}]
    )
    annuaire.chercher(essai, "le professionnel", "A", "par son RPPS")
    annuaire.adresse_publiee(essai, "A")
    assert verdicts(essai) == {"ANN-BAL-01": Verdict.CONFORME, "ANN-BAL-02": Verdict.NON_CONFORME}


def _configurable(entier: bool) -> Produit:
    produit = Produit()

    def configurer(parametres: Mapping[str, Any]) -> ReponseAction:
        if entier and isinstance(parametres["valeur"], float):
            return ReponseAction("refuse", ("nombre entier d'heures attendu",))
        produit.reglages[parametres["parametre"]] = parametres["valeur"]
        return fait(valeur=parametres["valeur"])

    produit._actions |= {
        "configurer": configurer,
        "lire_configuration": lambda p: fait(valeur=produit.reglages.get(p["parametre"])),
    }
    return produit


def test_heures_entieres(essayer: Callable[[Produit], Essai]) -> None:
    """Un logiciel qui n'admet que des heures entières : réglage conforme, chargement automatique à vérifier."""
    essai = essayer(_configurable(entier=True))
    for heures in (24, 168):
        annuaire_chargement.regler_frequence(essai, heures)
    annuaire_chargement.frequences_gardees(essai)
    annuaire_chargement.regler_rythme_court(essai)
    annuaire_chargement.chargements_seuls(essai)
    assert verdicts(essai) == {"ANN-FRE-01": Verdict.CONFORME, "ANN-FRE-02": Verdict.A_VERIFIER}


def test_rythme_garde_mais_ignore(essayer: Callable[[Produit], Essai]) -> None:
    """Une fraction d'heure gardée sans qu'aucun chargement ne suive n'est pas conforme."""
    essai = essayer(_configurable(entier=False))
    annuaire_chargement.regler_rythme_court(essai)
    annuaire_chargement.chargements_seuls(essai)
    assert verdicts(essai) == {"ANN-FRE-02": Verdict.NON_CONFORME}


def test_reglage_sans_lecture(essayer: Callable[[Produit], Essai]) -> None:
    """Un adaptateur qui ne relit pas les réglages laisse la personne juger."""
    produit = _configurable(entier=True)
    del produit._actions["lire_configuration"]
    essai = essayer(produit)
    for heures in (24, 168):
        annuaire_chargement.regler_frequence(essai, heures)
    annuaire_chargement.frequences_gardees(essai)
    assert verdicts(essai) == {"ANN-FRE-01": Verdict.A_VERIFIER}


def test_sans_chargement(essayer: Callable[[Produit], Essai]) -> None:
    """Un logiciel sans action de chargement n'est pas jugé par la machine ; un chargement sans téléchargement l'est."""
    with pytest.raises(ScenarioArrete):
        annuaire_chargement.charger(essayer(Produit()))
    essai = essayer(Produit(importer_annuaire=lambda _: fait(rapport={"lus": 1_117})))
    annuaire_chargement.charger(essai)
    with pytest.raises(ScenarioArrete):
        annuaire_chargement.telechargee(essai)
    assert verdicts(essai) == {"ANN-IMP-01": Verdict.NON_CONFORME}


def test_fiche_relue(essayer: Callable[[Produit], Essai]) -> None:
    """La fiche relue dans le dossier l'emporte sur celle que l'ajout a rendue."""
    essai = essayer(Produit())
    annuaire_commun.professionnels_publies(essai, [ENTETE, ["A", "UN", "Zoé", "1"]])
    rpps = annuaire_commun.rpps_de(essai, "A")
    gardee = {"correspondant_id": "c1", "rpps": rpps, "nom": "VIEUX NOM", "prenom": "Zoé"}
    cast("Produit", essai.adaptateur)._actions |= {
        "ajouter_correspondant": lambda _: fait(correspondant={**gardee, "nom": "UN"}),
        "lister_correspondants": lambda _: fait(correspondants=[gardee]),
    }
    essai.patients["P"] = cast("Any", SimpleNamespace(patient_id="p1"))
    annuaire_fiches.ajouter_correspondant(essai, "A", "P")
    annuaire_fiches.correspondant_cree(essai, "A")
    assert verdicts(essai) == {"ANN-FIC-01": Verdict.NON_CONFORME}
