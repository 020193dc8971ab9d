"""Un essai sans campagne : vrai journal, adaptateur dont l'essai écrit les réponses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from requirements.catalogue import charger
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps.essai import Essai
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.protocole import Apropos, ReponseAction
from steps.selection import ScenarioRetenu, selectionner

LOGICIEL = ConfigurationLogiciel(
    nom="Produit d'essai",
    version="3.1",
    profils=("Général",),
    adaptateur="http",
    comptes={"biologiste_1": "dupont"},
)


class AdaptateurEcrit:
    """Rend, action par action, ce que l'essai a écrit ; vérifie le contrat comme le vrai."""

    def __init__(self, **jeux: Callable[[Mapping[str, Any]], ReponseAction]) -> None:
        self.jeux = jeux
        self.offertes = frozenset(jeux)
        self.appels: list[tuple[str, str, dict[str, Any]]] = []

    def apropos(self) -> Apropos:
        return Apropos("Produit d'essai", "3.1")

    def actions(self) -> frozenset[str]:
        return self.offertes

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        charger_contrat().action(action).verifier_parametres(parametres)
        self.appels.append((action, utilisateur, dict(parametres)))
        if action not in self.jeux:
            return ReponseAction("non_gere", ("action absente du service",))
        return self.jeux[action](parametres)

    def fermer(self) -> None:
        """Rien à rendre."""


def rend(resultat: str = "fait", *messages: str, **donnees: Any) -> Callable[[Mapping[str, Any]], ReponseAction]:
    """Une action qui rend toujours cela."""
    return lambda _: ReponseAction(resultat, messages, donnees)


def retenu(numero: str = "INS/va1.20.01") -> ScenarioRetenu:
    """Le scénario de ce numéro, pour un logiciel au profil général."""
    (trouve,) = selectionner(charger("biologie"), exigences=[numero], profils_reclames=["Général"])
    return trouve


def essai(journal: JournalEchanges, banc: Banc, adaptateur: AdaptateurEcrit) -> Essai:
    """Un essai prêt à jouer sur ce journal et ce banc."""
    return Essai(retenu(), adaptateur, banc, journal, LOGICIEL)
