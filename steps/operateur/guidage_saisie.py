"""Relever à la main ce que le logiciel montre : champ par champ d'après le schéma de l'action, ou en JSON collé."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from steps.operateur.valeurs import libelle

METADONNEES = {
    "numero": "Numéro",
    "date": "Délivrée le (22/11/2026)",
    "produit": "Produit",
    "version": "Version",
    "editeur": "Éditeur",
    "expire_le": "Expire le",
}

AIDE = (
    "Entrée seule : non relevé (ou la valeur proposée entre crochets). Un choix numéroté se donne par son numéro.",
    "Un texte vide s'écrit \"\" ; une absence (valeur vide dans le logiciel) s'écrit « aucun ».",
    "Un fichier se donne par son chemin. Au premier champ, un objet JSON entier peut être collé sur une ligne.",
    "« fin » : laisser tous les champs qui suivent ; « annuler » : revenir à la demande sans répondre.",
)
_OUI, _NON = frozenset({"o", "oui", "1", "vrai"}), frozenset({"n", "non", "0", "faux"})
_ELEMENTS_MAX = 1000


class SaisieAnnulee(Exception):
    """La personne revient à la demande sans rien rendre."""


class _Fin(Exception):
    """La personne laisse tous les champs qui suivent."""


class _Colle(Exception):
    """Un objet JSON entier a été collé."""

    def __init__(self, objet: dict[str, Any]) -> None:
        self.objet = objet


_RIEN = object()


class Saisie:
    """Demande les champs d'un schéma. `lire(invite)` rend une ligne ; `dire` écrit une ligne ; `connues` : défauts."""

    def __init__(
        self, lire: Callable[[str], str], dire: Callable[[str], object], connues: Mapping[str, str] | None = None
    ) -> None:
        self._lire = lire
        self._dire = dire
        self._connues = dict(connues or {})

    def relever(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """L'objet relevé ; SaisieAnnulee si la personne y renonce."""
        proprietes = schema.get("properties") or {}
        if not proprietes:
            return {}
        self._dire("Ce que le logiciel montre (? pour l'aide) :")
        objet: dict[str, Any] = {}
        try:
            self._objet(schema, "", objet, premier=True)
        except _Fin:
            pass
        except _Colle as colle:
            return colle.objet
        return objet

    # -- selon la forme ----------------------------------------------------------------------------------------

    def _objet(self, schema: Mapping[str, Any], titre: str, objet: dict[str, Any], *, premier: bool = False) -> None:
        exigees = set(schema.get("required") or ())
        for rang, (nom, sous) in enumerate(schema["properties"].items()):
            valeur = self._valeur(nom, sous, _joindre(titre, libelle(nom)), nom in exigees, premier and rang == 0)
            if valeur is not _RIEN:
                objet[nom] = valeur

    def _valeur(self, nom: str, schema: Mapping[str, Any], titre: str, exigee: bool, premier: bool) -> Any:
        forme = schema.get("type")
        if forme == "array":
            return self._liste(nom, schema, titre, exigee, premier)
        if forme == "object" and schema.get("properties"):
            if not exigee and not self._oui(f"{titre} : à relever ? [o/N] ", premier=premier):
                return _RIEN
            objet: dict[str, Any] = {}
            self._objet(schema, titre, objet)
            return objet
        return self._simple(nom, schema, titre, exigee, premier)

    def _liste(self, nom: str, schema: Mapping[str, Any], titre: str, exigee: bool, premier: bool) -> Any:
        while True:
            brut = self._ligne(f"{titre} : combien ? [{'0' if exigee else 'non relevé'}] ", premier)
            if not brut:
                return [] if exigee else _RIEN
            if brut.startswith("["):
                try:
                    return list(json.loads(brut))
                except ValueError as erreur:
                    self._dire(f"  Liste JSON illisible : {erreur}")
                    continue
            if brut.isdecimal() and int(brut) <= _ELEMENTS_MAX:
                break
            self._dire(f"  Attendu un nombre d'éléments (au plus {_ELEMENTS_MAX}) ou une liste JSON, reçu {brut!r}.")
        elements = schema.get("items") or {}
        return [
            self._valeur(nom, elements, f"{titre} n° {rang}", True, premier=False) for rang in range(1, int(brut) + 1)
        ]

    def _simple(self, nom: str, schema: Mapping[str, Any], titre: str, exigee: bool, premier: bool) -> Any:
        self._montrer_choix(titre, schema)
        defaut = self._connues.get(nom, "")
        while True:
            brut = self._ligne(f"{titre}{f' [{defaut}]' if defaut else ''} : ", premier, schema)
            brut = brut or defaut
            if not brut:
                if not exigee:
                    return _RIEN
                self._dire('  Cette valeur est attendue : tapez-la, ou "" si le logiciel montre un champ vide.')
                continue
            try:
                return _convertir(nom, brut, schema)
            except ValueError as erreur:
                self._dire(f"  {erreur}")

    def _montrer_choix(self, titre: str, schema: Mapping[str, Any]) -> None:
        choix = [valeur for valeur in schema.get("enum") or () if valeur is not None]
        if choix:
            self._dire(
                f"{titre} : " + "  ".join(f"{rang}) {valeur or '(vide)'}" for rang, valeur in enumerate(choix, 1))
            )

    # -- lignes ------------------------------------------------------------------------------------------------

    def _oui(self, invite: str, *, premier: bool = False) -> bool:
        while True:
            brut = self._ligne(invite, premier).lower()
            if not brut or brut in _NON:
                return False
            if brut in _OUI:
                return True
            self._dire(f"  Attendu o ou n, reçu {brut!r}.")

    def _ligne(self, invite: str, premier: bool, schema: Mapping[str, Any] | None = None) -> str:
        while True:
            brut = self._lire(invite).strip()
            mot = brut.lower()
            if mot in ("?", "aide"):
                for ligne in AIDE:
                    self._dire(f"  {ligne}")
                if schema and schema.get("description"):
                    self._dire(f"  Ici : {schema['description']}")
                continue
            if mot == "fin":
                raise _Fin
            if mot == "annuler":
                raise SaisieAnnulee
            if premier and brut.startswith("{"):
                try:
                    raise _Colle(dict(json.loads(brut)))
                except ValueError as erreur:
                    self._dire(f"  JSON illisible : {erreur}")
                    continue
            return brut


def demander_metadonnees(lire: Callable[[str], str], connues: Mapping[str, str]) -> dict[str, str]:
    """Les métadonnées d'une attestation, champ par champ ; Entrée garde la valeur proposée, ou laisse vide."""
    lues = {}
    for nom, titre in METADONNEES.items():
        defaut = connues.get(nom, "")
        if valeur := lire(f"  {titre}{f' [{defaut}]' if defaut else ''} : ").strip() or defaut:
            lues[nom] = valeur
    return lues


def _joindre(titre: str, mot: str) -> str:
    return f"{titre}, {mot[:1].lower()}{mot[1:]}" if titre else mot


def _convertir(nom: str, brut: str, schema: Mapping[str, Any]) -> Any:
    """La valeur saisie, dans le type attendu ; ValueError dit ce qui l'était."""
    formes = schema.get("type", [])
    formes = [formes] if isinstance(formes, str) else list(formes)
    if "null" in formes and brut.lower() == "aucun":
        return None
    texte = "" if brut == '""' else brut
    choix = [valeur for valeur in schema.get("enum") or () if valeur is not None]
    if choix:
        if texte in choix:
            return texte
        if brut.isdecimal() and 1 <= int(brut) <= len(choix):
            return choix[int(brut) - 1]
        raise ValueError(f"Attendu un numéro de 1 à {len(choix)}, ou l'une des valeurs montrées ; reçu {brut!r}.")
    if "boolean" in formes:
        if brut.lower() in _OUI | _NON:
            return brut.lower() in _OUI
        raise ValueError(f"Attendu o ou n, reçu {brut!r}.")
    if "integer" in formes or "number" in formes:
        try:
            return int(brut) if "integer" in formes else float(brut.replace(",", "."))
        except ValueError:
            raise ValueError(f"Attendu un nombre, reçu {brut!r}.") from None
    if nom.endswith("_base64"):
        return _fichier(brut)
    if "object" in formes or not formes:
        try:
            return json.loads(brut)
        except ValueError:
            if formes:
                raise ValueError("Attendu un objet JSON sur une ligne.") from None
    return texte


def _fichier(brut: str) -> str:
    """Le contenu du fichier nommé, en base64."""
    chemin = Path(brut.strip("\"'")).expanduser()
    try:
        return base64.b64encode(chemin.read_bytes()).decode()
    except OSError as erreur:
        raise ValueError(f"Attendu le chemin d'un fichier lisible, reçu {brut!r} ({erreur.strerror}).") from None
