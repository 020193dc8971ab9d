"""Plusieurs adaptateurs en un : chaque action va à celui que logiciel.yaml lui donne."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steps.logiciel.contrat import charger_contrat
from steps.logiciel.protocole import (
    AccompagneScenario,
    Adaptateur,
    AdaptateurInjoignable,
    ApportePieces,
    Apropos,
    AproposInconnu,
    ReponseAction,
)

if TYPE_CHECKING:
    from reports.resultat import ResultatScenario
    from steps.essai import Essai
    from steps.selection import ScenarioRetenu


class Aiguillage:
    """Un adaptateur fait de plusieurs.

    `actions` : action du contrat → nom de l'adaptateur ; `defaut` : celui des autres actions (vide : elles ne sont
    pas offertes, leurs scénarios ne sont pas exécutés).
    """

    def __init__(
        self, adaptateurs: Mapping[str, Adaptateur], *, actions: Mapping[str, str] | None = None, defaut: str = ""
    ) -> None:
        self.adaptateurs = dict(adaptateurs)
        self._actions = dict(actions or {})
        self._defaut = defaut

    def adaptateur_de(self, action: str) -> str:
        """Le nom de l'adaptateur qui joue cette action ; vide si aucun ne la joue."""
        return self._actions.get(action, self._defaut)

    def empechement(self, *actions: str) -> str:
        """Pourquoi ces actions ne peuvent se jouer en même temps ; vide si elles le peuvent."""
        joueurs = [self.adaptateur_de(action) for action in actions]
        for action, nom in zip(actions, joueurs, strict=True):
            if joueurs.count(nom) > 1 and getattr(self.adaptateurs.get(nom), "une_a_la_fois", False):
                return (
                    f"l'adaptateur « {nom} » joue une action à la fois, et ce scénario en demande plusieurs en même "
                    f"temps (dont {action}) : à vérifier par une personne, ou à confier à un adaptateur http"
                )
        return ""

    def actions_de(self, nom: str) -> frozenset[str]:
        """Les actions du contrat confiées à cet adaptateur et qu'il offre."""
        confiees = frozenset(action for action in charger_contrat().actions if self.adaptateur_de(action) == nom)
        return confiees & self.adaptateurs[nom].actions() if confiees else frozenset()

    def actions(self) -> frozenset[str]:
        return frozenset().union(*(self.actions_de(nom) for nom in self.adaptateurs))

    def apropos(self) -> Apropos:
        """Ce que disent ceux qui savent, s'ils s'accordent ; AproposInconnu si aucun ne sait."""
        connu: Apropos | None = None
        premier = ""
        for nom, adaptateur in self.adaptateurs.items():
            try:
                autre = adaptateur.apropos()
            except AproposInconnu:
                continue
            if connu is None:
                connu, premier = autre, nom
                continue
            if (autre.nom, autre.version) != (connu.nom, connu.version):
                raise AdaptateurInjoignable(
                    f"deux adaptateurs ne parlent pas du même logiciel : « {premier} » répond {connu.nom} "
                    f"{connu.version}, « {nom} » répond {autre.nom} {autre.version} ; attendu un seul produit, dans "
                    "une seule version : vérifiez ce que chacun pilote"
                )
            connu = replace(connu, pro_sante_connect=connu.pro_sante_connect.completer(autre.pro_sante_connect))
        if connu is None:
            raise AproposInconnu("aucun adaptateur ne sait demander au logiciel son nom et sa version")
        return connu

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        nom = self.adaptateur_de(action)
        if not nom:
            return ReponseAction("non_gere", (f"logiciel.yaml ne confie l'action {action} à aucun adaptateur",))
        return self.adaptateurs[nom].jouer(action, utilisateur, parametres)

    def debuter_scenario(self, retenu: ScenarioRetenu) -> None:
        for adaptateur in self.adaptateurs.values():
            if isinstance(adaptateur, AccompagneScenario):
                adaptateur.debuter_scenario(retenu)

    def finir_scenario(self, essai: Essai) -> None:
        for adaptateur in self.adaptateurs.values():
            if isinstance(adaptateur, AccompagneScenario):
                adaptateur.finir_scenario(essai)

    def apporter(self, resultat: ResultatScenario) -> None:
        for adaptateur in self.adaptateurs.values():
            if isinstance(adaptateur, ApportePieces):
                adaptateur.apporter(resultat)

    def bilan_des_apports(self) -> tuple[str, ...]:
        apportent = [a for a in self.adaptateurs.values() if isinstance(a, ApportePieces)]
        return tuple(ligne for adaptateur in apportent for ligne in adaptateur.bilan_des_apports())

    def fermer(self) -> None:
        """Ferme chacun, même si l'un échoue."""
        with ExitStack() as pile:
            for adaptateur in self.adaptateurs.values():
                pile.callback(adaptateur.fermer)


def qui_joue(adaptateur: Adaptateur, action: str) -> str:
    """Le nom de l'adaptateur qui joue cette action, pour le journal ; vide hors d'un aiguillage."""
    return adaptateur.adaptateur_de(action) if isinstance(adaptateur, Aiguillage) else ""
