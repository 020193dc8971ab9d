"""Une campagne rejouée défaut après défaut, sur un seul jeu de simulateurs, avec un logiciel témoin neuf chaque fois.

Le premier tour, sans défaut, relève à chaque scénario quels défauts du témoin auraient pu agir. Un défaut que le témoin
n'a pas rencontré dans un scénario ne peut rien y changer : les tours suivants ne jouent que les scénarios concernés, et
reprennent pour les autres le résultat du premier.

Plusieurs processus peuvent jouer la même liste : chacun prend les défauts que personne n'a pris (`Prises`). Un renfort
venu plus tard lit le premier tour dans le fichier de celui qui l'a joué.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from reports.resultat import ResultatScenario
from steps.collecte import ScenarioSansFeature
from steps.logiciel.adaptateur_temoin import AdaptateurTemoin
from steps.logiciel.besoins import besoins
from steps.selection import ScenarioRetenu
from tests.defauts.groupes import membres
from tests.defauts.pepiniere import Pepiniere, TemoinNe

SANS_DEFAUT = ""


_COURT = 12
_LONG = 50
"""Actions au-delà desquelles un scénario ne se rejoue pas pour le seul plaisir d'en rejouer d'autres.

Des actions et non des secondes : la charge de la machine ne change pas ce qui est joué, donc pas ce qui est comparé."""

_NON_MESUREES = ("DOC/", "LOI/", "PORT/")
"""Sections plus jeunes que bien des lignes de la table : sans le tour complet, une ligne ne dit pas tout d'elles."""

_LENTES = ("ANN/",)
"""Sections où une seule action charge un annuaire entier."""


class Prises:
    """Les défauts déjà pris, un fichier chacun : le premier qui le crée le joue."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier
        dossier.mkdir(exist_ok=True)

    def prendre(self, nom: str) -> bool:
        """Vrai si ce défaut est maintenant à nous."""
        try:
            (self._dossier / nom).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class Boucle:
    """Remplace la boucle d'essais de pytest ; écrit une ligne JSON par tour dans `sortie`."""

    def __init__(
        self,
        defauts: Sequence[str],
        sortie: Path,
        *,
        tout: bool = False,
        plafond: int | None = None,
        temoins: Mapping[str, Collection[str]] | None = None,
        prises: Prises | None = None,
        premier_tour: Path | None = None,
        seulement: Collection[str] | None = None,
    ) -> None:
        """`defauts` : un nom par tour ; `a+b` les active ensemble.

        `premier_tour` : fichier dont la première ligne est le tour sans défaut, à ne pas rejouer.

        `seulement` : numéros des scénarios joués ; None : tous.
        """
        self._defauts = list(defauts)
        self._prises = prises
        self._premier_tour = premier_tour
        self._sortie = sortie
        self._tout = tout
        self._plafond = plafond
        self._temoins = temoins or {}
        self._seulement = seulement
        self._rencontres: dict[str, list[pytest.Item]] = {}
        self._temoin = TemoinNe(0, "")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        # Les rouages de la conduite : seul ce module d'essai y touche, pour changer de témoin sans changer de banc.
        # Le témoin agit avant de répondre : attendre plus longtemps un envoi qu'il n'a pas fait n'apprendrait rien.
        sys.modules["steps.etapes.dmp_commun"]._DELAI_TEMOIN = 0.3  # type: ignore[attr-defined]
        sys.modules["steps.etapes.acces_commun"].DELAI = 0.3  # type: ignore[attr-defined]
        sys.modules["steps.etapes.psc_gestes"]._ATTENTE_CIBA_S = 2.0  # type: ignore[attr-defined]
        campagne: Any = session.config.pluginmanager.get_plugin("banc-sons-campagne")
        conduite = campagne.conduite
        items = [
            item
            for item in session.items
            if not isinstance(item, ScenarioSansFeature) and self._garde(campagne.elements[item])
        ]
        pepiniere = Pepiniere()
        environnement = conduite.ecrire_environnement(conduite.dossier / "environnement.json")
        try:
            with self._sortie.open("w", encoding="utf-8") as fichier:
                for nom in self._a_faire(items):
                    self._changer_temoin(conduite, pepiniere, environnement, nom)
                    debut = perf_counter()
                    choisis = items if self._tout or not nom else self._avec_leurs_freres(campagne, items, nom)
                    resultats = self._tour(campagne, choisis, releve=not nom)
                    tour = {
                        "defaut": nom,
                        "duree_s": round(perf_counter() - debut, 2),
                        "joues": len(choisis),
                        "rencontres": {n: [i.nodeid for i in r] for n, r in self._rencontres.items()}
                        if not nom
                        else {},
                        "scenarios": {r.scenario: _resume(r) for r in resultats},
                    }
                    print(json.dumps(tour, ensure_ascii=False), file=fichier, flush=True)
        finally:
            environnement.unlink()
            campagne._demarree = False
            conduite.arreter()
            pepiniere.fermer()
        return True

    def _garde(self, retenus: Sequence[ScenarioRetenu]) -> bool:
        return self._seulement is None or any(retenu.numero in self._seulement for retenu in retenus)

    def _a_faire(self, items: Sequence[pytest.Item]) -> Iterator[str]:
        if self._premier_tour is None:
            yield SANS_DEFAUT
        else:
            tour = next(iter(lire_tours(self._premier_tour)))
            par_nom = {item.nodeid: item for item in items}
            self._rencontres = {nom: [par_nom[i] for i in rencontres] for nom, rencontres in tour["rencontres"].items()}
        for nom in self._defauts:
            if self._prises is None or self._prises.prendre(nom):
                yield nom

    def _changer_temoin(self, conduite: Any, pepiniere: Pepiniere, environnement: Path, nom: str) -> None:
        conduite._adaptateur.fermer()
        self._temoin = pepiniere.naitre(environnement, membres(nom), releve=not nom)
        conduite._adaptateur = AdaptateurTemoin(self._temoin)
        # Ses adresses de retour ont changé de port : les fournisseurs d'identité les apprennent.
        conduite.connexion = conduite.logiciel.connexion.completer(conduite._adaptateur.apropos().pro_sante_connect)
        conduite._enregistrer()

    def _tour(self, campagne: Any, items: list[pytest.Item], *, releve: bool) -> list[ResultatScenario]:
        campagne.conduite.resultats.clear()
        campagne.elements.recommencer(items)
        for item in items:
            # Un élément pytest ne se rejoue qu'avec une demande de fixtures neuve.
            item._initrequest()  # type: ignore[attr-defined]
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            if releve:
                with urllib.request.urlopen(self._temoin.url + "/defauts", timeout=10) as reponse:
                    for nom in json.load(reponse):
                        self._rencontres.setdefault(nom, []).append(item)
        return list(campagne.conduite.resultats.values())

    def _plafonnes(self, campagne: Any, nom: str) -> set[pytest.Item]:
        """Les éléments qui rencontrent le tour ; au-delà du plafond, ses témoins et quelques autres, espacés."""
        noms = membres(nom)
        temoins = {numero for defaut in noms for numero in self._temoins.get(defaut, ())}
        rencontres = list(dict.fromkeys(item for defaut in noms for item in self._rencontres.get(defaut, [])))
        gardes = {i for i in rencontres if any(retenu.numero in temoins for retenu in campagne.elements[i])}
        if gardes and self._plafond is not None:
            # Un scénario de volume rencontre presque tous les défauts : il n'est rejoué que comme témoin.
            rencontres = [i for i in rencontres if i in gardes or _poids(campagne, i) <= _LONG]
        if self._plafond is None or len(rencontres) <= self._plafond:
            return set(rencontres)
        autres = [
            item
            for item in rencontres
            if item not in gardes
            and not any(retenu.numero.startswith(_NON_MESUREES) for retenu in campagne.elements[item])
        ]
        if gardes:
            # Un scénario de plus montre que le défaut n'y agit pas, quelle que soit sa durée : un court suffit.
            autres = [item for item in autres if _poids(campagne, item) <= _COURT]
        voulus = max(self._plafond - len(gardes), 0)
        return gardes | set(autres[:: max(1, len(autres) // max(1, voulus))][:voulus])

    def _avec_leurs_freres(self, campagne: Any, items: list[pytest.Item], nom: str) -> list[pytest.Item]:
        """Les éléments qui rencontrent le défaut, et tous ceux qui établissent les mêmes scénarios qu'eux."""
        choisis = self._plafonnes(campagne, nom)
        avant = -1
        while len(choisis) != avant:
            avant = len(choisis)
            numeros = {retenu.numero for item in choisis for retenu in campagne.elements[item]}
            choisis = {i for i in items if numeros & {retenu.numero for retenu in campagne.elements[i]}}
        return [item for item in items if item in choisis]


def _poids(campagne: Any, item: pytest.Item) -> int:
    """Combien d'actions cet élément demande au logiciel ; un scénario dont on ne le sait pas pèse plus que tout."""
    numeros = [retenu.numero for retenu in campagne.elements[item]]
    table = besoins(campagne.elements[item][0].scenario.rem)
    connus = [table[numero] for numero in numeros if numero in table]
    if len(connus) < len(numeros) or any(numero.startswith(_LENTES) for numero in numeros):
        return sys.maxsize
    return max(sum(besoin.actions.values()) for besoin in connus)


def _resume(resultat: ResultatScenario) -> dict[str, Any]:
    contenu = resultat.en_dict()
    constats = [constat for constat in contenu["constats"] if constat["verdict"] != "conforme"]
    etablies = sorted({constat["code"] for constat in contenu["constats"]})
    return {
        "verdict": contenu["verdict"],
        "raison": contenu["raison"],
        "constats": constats,
        "etablies": etablies,
        "duree_s": contenu["duree_s"],
    }


def lire_tours(fichier: Path) -> Iterator[dict[str, Any]]:
    """Les tours écrits par `Boucle`."""
    with fichier.open(encoding="utf-8") as lignes:
        for ligne in lignes:
            yield json.loads(ligne)
