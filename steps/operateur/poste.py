"""La place de la personne dans une campagne : guichet, réponses gardées, pièces, et la vue qu'elle a choisie."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.resultat import ResultatScenario
from simulators.socle.journal import JournalArrete, JournalEchanges
from steps.logiciel.protocole import AdaptateurInjoignable
from steps.operateur.adaptateur import Demandeur
from steps.operateur.enregistrement import Enregistreur
from steps.operateur.guichet import Guichet, GuichetFerme, OperateurAbsent
from steps.operateur.guidage import Guidage, restes
from steps.operateur.tableau import Annonce, Tableau
from steps.selection import ScenarioRetenu

if TYPE_CHECKING:
    from reports.pieces.porte import PortePieces
    from steps.operateur.serveur import ServeurConsole
    from steps.operateur.terminal import Terminal

CONSOLE, TERMINAL = VUES = ("console", "terminal")


def vue_par_defaut(demandee: str) -> str:
    """La vue demandée ; sinon la console si quelqu'un est devant un terminal, sinon aucune."""
    return demandee or (CONSOLE if sys.stdin is not None and sys.stdin.isatty() else "")


@dataclass(frozen=True, slots=True)
class Prevision:
    """Un scénario à venir : demande-t-il une personne, combien de secondes devrait-il durer, et d'actions à la main."""

    retenu: ScenarioRetenu
    personne: bool
    duree_s: float
    actions: int = 0


class Poste:
    """Une campagne l'appelle : `relier` au départ, `debuter` et `conclure` à chaque scénario, `achever`, `fermer`.

    `annoncer` : écrit une ligne au terminal.
    """

    def __init__(
        self, vue: str, *, nom: str = "", ouvrir_navigateur: bool = False, annoncer: Callable[[str], object] = print
    ) -> None:
        self.vue = vue
        self.nom = nom
        self.guichet = Guichet()
        self.tableau: Tableau | None = None
        self._annoncer = annoncer
        self._ouvrir_navigateur = ouvrir_navigateur
        self._serveur: ServeurConsole | None = None
        self._terminal: Terminal | None = None
        self._demandeur: Demandeur | None = None
        self._guidage: Guidage | None = None
        self._depart = 0
        self._absence = ""

    def relier(
        self, journal: JournalEchanges, dossier: Path, porte: PortePieces, entete: Mapping[str, Any]
    ) -> Demandeur:
        """Le guichet où demander ; chaque réponse y est gardée avant d'être rendue."""
        self._journal, self._dossier, self._porte = journal, dossier, porte
        self._demandeur = Enregistreur(self.guichet, dossier, journal, entete)
        self._guidage = Guidage(self._demandeur, journal, porte)
        return self._demandeur

    def ouvrir(self, annonce: Annonce, previsions: Sequence[Prevision], faits: Sequence[ResultatScenario] = ()) -> bool:
        """Montre la campagne et attend « Commencer » ; faux si elle s'arrête avant."""
        annonce = replace(annonce, rejeu=annonce.rejeu or any(resultat.rejoue for resultat in faits))
        self.tableau = Tableau(annonce, [(p.retenu, p.personne, p.duree_s) for p in previsions])
        for resultat in faits:
            self.tableau.conclure(resultat)
        if self.vue == TERMINAL:
            self._ouvrir_terminal()
        else:
            self._ouvrir_console()
        return self.tableau.attendre_le_depart()

    def debuter(self, retenu: ScenarioRetenu) -> None:
        """Ce scénario commence."""
        self._depart = self.guichet.etat().numero
        if self.tableau is not None:
            self.tableau.jouer(retenu.numero)

    def rejoue(self, scenario: str) -> bool:
        """Des réponses de ce scénario viennent d'un enregistrement : jamais, ici, c'est une personne qui répond."""
        return False

    def conclure(self, retenu: ScenarioRetenu, resultat: ResultatScenario, *, joue: bool) -> ResultatScenario:
        """Le scénario est jugé par la machine ; ce qu'il en reste à qui vient d'agir lui est demandé aussitôt."""
        self._porte.connaitre([resultat])
        if joue and self.guichet.etat().numero > self._depart:
            resultat = self._poser(retenu, resultat)
        if self.tableau is not None:
            self.tableau.conclure(resultat)
        return resultat

    def achever(
        self, retenus: Sequence[ScenarioRetenu], resultats: Sequence[ResultatScenario]
    ) -> list[ResultatScenario]:
        """Ce que la machine a joué sans elle, et ce qu'aucune feature ne joue ; rend les résultats changés."""
        changes = []
        self._porte.connaitre(resultats)
        for reste in restes(retenus, [self._porte.appliquer(resultat) for resultat in resultats]):
            if self.tableau is not None:
                self.tableau.jouer(reste.retenu.numero)
            apres = self._poser(reste.retenu, reste.resultat)
            if apres != reste.resultat:
                changes.append(apres)
            if self.tableau is not None:
                self.tableau.conclure(apres)
            if self._absence:
                self._annoncer(f"Ce qui reste à une personne n'a pas été demandé : {self._absence}")
                break
        return changes

    def finir(self, message: str) -> None:
        """La campagne est finie : les vues le disent."""
        if self.tableau is not None:
            self.tableau.finir(message)

    def fermer(self) -> None:
        """Rend tout ; sans effet la seconde fois."""
        if self.tableau is not None and not self.tableau.fin:
            self.tableau.finir("La campagne est arrêtée.")
        self.guichet.fermer()
        if self._terminal is not None:
            self._terminal.fermer()
            self._terminal = None
        if self._serveur is not None:
            self._serveur.fermer()
            self._serveur = None

    # -- intérieur ---------------------------------------------------------------------------------------------

    def _poser(self, retenu: ScenarioRetenu, resultat: ResultatScenario) -> ResultatScenario:
        assert self._guidage is not None
        try:
            return self._guidage.poser(retenu, resultat)
        except (OperateurAbsent, GuichetFerme) as erreur:
            self._absence = str(erreur)
        except AdaptateurInjoignable as erreur:
            try:
                self._journal.ajouter("incident", {"message": str(erreur), "scenario": retenu.numero})
            except JournalArrete:
                return resultat
        return self._porte.appliquer(resultat)

    def _ouvrir_console(self) -> None:
        from steps.operateur.serveur import ServeurConsole  # aiohttp.web : lourd, et inutile sans personne

        assert self.tableau is not None
        self._serveur = ServeurConsole(
            self.guichet,
            self.tableau,
            self._journal,
            self._dossier,
            self._porte,
            nom=self.nom,
            annoncer=self._dire_le_lien,
        )
        lien = self._serveur.lien()
        self._dire_le_lien(lien)
        if self._ouvrir_navigateur and not webbrowser.open(lien):
            self._annoncer("Aucun navigateur ne s'ouvre d'ici : copiez le lien dans le vôtre.")

    def _dire_le_lien(self, lien: str) -> None:
        self._annoncer(f"Console de l'essai guidé (ce lien ne sert qu'une fois) : {lien}")

    def _ouvrir_terminal(self) -> None:
        from steps.operateur.terminal import Terminal  # inutile à qui répond dans la console

        assert self.tableau is not None
        self._terminal = Terminal(self.guichet, self.tableau, self._journal, self._porte, nom=self.nom)
        self._terminal.demarrer()
