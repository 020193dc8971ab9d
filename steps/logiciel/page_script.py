"""Le script de page d'un éditeur : chargé depuis son chemin, jamais mis sur notre chemin d'import."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from steps.logiciel.contrat import charger_contrat
from steps.logiciel.protocole import AdaptateurInjoignable

FonctionPage = Callable[..., Any]
_LIGNES_MESSAGE = 3


class ScriptDePage:
    """Les fonctions d'un script : une par action du contrat, de même nom, ou rangées dans `ACTIONS`.

    `ouvrir(page)`, facultative, prépare chaque page neuve (se connecter, fermer un bandeau) ; `apropos(page)`,
    facultative, lit à l'écran le nom et la version du logiciel.
    """

    def __init__(self, chemin: Path) -> None:
        self.chemin = chemin
        self._module = self._charger()
        self.actions: Mapping[str, FonctionPage] = self._recenser()
        self.ouvrir = self._facultative("ouvrir", 1)
        self.apropos = self._facultative("apropos", 1)

    def oublier(self) -> None:
        """Le script n'est plus un module connu."""
        sys.modules.pop(self._module.__name__, None)

    def situer(self, erreur: BaseException) -> str:
        """« ecran.py ligne 12, dans creer_patient : TimeoutError : … », pour dire à l'éditeur où regarder."""
        if isinstance(erreur, SyntaxError) and erreur.lineno:
            return f"{self.chemin} ligne {erreur.lineno} : {erreur.msg}"
        siennes = [c for c in traceback.extract_tb(erreur.__traceback__) if Path(c.filename) == self.chemin]
        ou = f"{self.chemin} ligne {siennes[-1].lineno}, dans {siennes[-1].name}" if siennes else str(self.chemin)
        dites = [ligne.strip() for ligne in str(erreur).splitlines() if ligne.strip()]
        return f"{ou} : {type(erreur).__name__} : {' ; '.join(dites[:_LIGNES_MESSAGE]) or 'sans message'}"

    # -- chargement --------------------------------------------------------------------------------------------

    def _charger(self) -> ModuleType:
        if not self.chemin.is_file():
            raise AdaptateurInjoignable(
                f"script de page introuvable : {self.chemin} ; attendu un fichier Python, relatif à logiciel.yaml"
            )
        nom = f"_script_de_page_{hashlib.sha256(str(self.chemin).encode()).hexdigest()[:16]}"
        fiche = importlib.util.spec_from_file_location(nom, self.chemin)
        if fiche is None or fiche.loader is None:
            raise AdaptateurInjoignable(f"script de page : attendu un fichier .py, reçu {self.chemin}")
        module = importlib.util.module_from_spec(fiche)
        # Une dataclass du script se cherche elle-même dans sys.modules ; sous ce nom, elle n'y gêne personne.
        sys.modules[nom] = module
        ecrire, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            fiche.loader.exec_module(module)
        except (Exception, SystemExit) as erreur:
            sys.modules.pop(nom, None)
            raise AdaptateurInjoignable(f"le script de page ne se charge pas : {self.situer(erreur)}") from erreur
        finally:
            sys.dont_write_bytecode = ecrire
        return module

    def _recenser(self) -> dict[str, FonctionPage]:
        connues = charger_contrat().actions
        trouvees: dict[str, Any] = {n: getattr(self._module, n) for n in connues if hasattr(self._module, n)}
        declarees = getattr(self._module, "ACTIONS", {})
        if not isinstance(declarees, Mapping):
            raise AdaptateurInjoignable(f"{self.chemin} : ACTIONS, attendu un dictionnaire action → fonction")
        for nom in declarees:
            if nom not in connues:
                proches = get_close_matches(str(nom), connues, n=1)
                suite = f" ; vouliez-vous {proches[0]} ?" if proches else " ; voir python -m steps contrat --actions"
                raise AdaptateurInjoignable(
                    f"{self.chemin} : ACTIONS nomme une action inconnue du contrat, {nom!r}{suite}"
                )
        trouvees |= declarees
        if not trouvees:
            raise AdaptateurInjoignable(
                f"{self.chemin} ne joue aucune action ; attendu des fonctions nommées comme les actions du contrat "
                "(def creer_patient(page, utilisateur, parametres)), ou un dictionnaire ACTIONS"
            )
        for nom, fonction in trouvees.items():
            self._verifier(nom, fonction, 3)
        return trouvees

    def _facultative(self, nom: str, arguments: int) -> FonctionPage | None:
        fonction = getattr(self._module, nom, None)
        if fonction is not None:
            self._verifier(nom, fonction, arguments)
        return fonction

    def _verifier(self, nom: str, fonction: Any, arguments: int) -> None:
        attendu = "(page, utilisateur, parametres)" if arguments == 3 else "(page)"
        if not callable(fonction) or inspect.iscoroutinefunction(fonction) or inspect.isgeneratorfunction(fonction):
            raise AdaptateurInjoignable(f"{self.chemin} : {nom}, attendu une fonction ordinaire {nom}{attendu}")
        try:
            inspect.signature(fonction).bind(*([None] * arguments))
        except TypeError as erreur:
            raise AdaptateurInjoignable(f"{self.chemin} : {nom}, attendu {nom}{attendu} ; {erreur}") from erreur
        except ValueError:
            return  # écrite en C : pas de signature à lire
