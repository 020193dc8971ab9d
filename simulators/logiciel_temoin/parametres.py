"""Lecture des paramètres d'une action ; ce qui manque ou n'a pas le bon type est une erreur d'appel."""

from __future__ import annotations

from typing import Any

from simulators.logiciel_temoin.erreurs import ParametreInvalide


class Parametres:
    """Accès typé au corps JSON d'un appel."""

    def __init__(self, valeurs: dict[str, Any]) -> None:
        self._valeurs = valeurs

    def brut(self, nom: str) -> Any:
        if nom not in self._valeurs:
            raise ParametreInvalide(f"paramètre manquant : {nom}")
        return self._valeurs[nom]

    def texte(self, nom: str) -> str:
        valeur = self.brut(nom)
        if not isinstance(valeur, str):
            raise ParametreInvalide(f"{nom} : texte attendu")
        return valeur

    def texte_ou_rien(self, nom: str) -> str | None:
        return self.texte(nom) if self._valeurs.get(nom) is not None else None

    def texte_ou_vide(self, nom: str) -> str:
        return self.texte_ou_rien(nom) or ""

    def choix(self, nom: str, valeurs: tuple[str, ...], defaut: str | None = None) -> str:
        valeur = self._valeurs.get(nom) or defaut
        if valeur not in valeurs:
            raise ParametreInvalide(f"{nom} : une valeur parmi {', '.join(valeurs)} (reçu {valeur!r})")
        return str(valeur)

    def booleen(self, nom: str, defaut: bool | None = None) -> bool:
        valeur = self._valeurs.get(nom, defaut)
        if valeur is None and defaut is not None:
            return defaut
        if not isinstance(valeur, bool):
            raise ParametreInvalide(f"{nom} : booléen attendu")
        return valeur

    def objet(self, nom: str) -> dict[str, Any]:
        valeur = self.brut(nom)
        if not isinstance(valeur, dict):
            raise ParametreInvalide(f"{nom} : objet attendu")
        return valeur

    def objet_ou_rien(self, nom: str) -> dict[str, Any] | None:
        return self.objet(nom) if self._valeurs.get(nom) is not None else None

    def liste(self, nom: str) -> list[Any]:
        valeur = self.brut(nom)
        if not isinstance(valeur, list):
            raise ParametreInvalide(f"{nom} : liste attendue")
        return valeur

    def liste_ou_vide(self, nom: str) -> list[Any]:
        return self.liste(nom) if self._valeurs.get(nom) is not None else []

    def textes_ou_rien(self, nom: str) -> list[str] | None:
        return [str(v) for v in self.liste(nom)] if self._valeurs.get(nom) is not None else None
