"""Le référentiel local des utilisateurs : un fichier LDIF, comme un annuaire de structure l'exporte."""

from __future__ import annotations

import base64
import shutil
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BASE = "ou=utilisateurs,dc=labo-temoin,dc=test"
ATTRIBUTS = {
    "nom": "sn",
    "prenom": "givenName",
    "courriel": "mail",
    "telephone": "mobile",
    "profession": "title",
    "rpps": "employeeNumber",
    "identifiant_prive": "uidNumber",
}
"""Champs d'un compte que le référentiel porte, et l'attribut LDAP de chacun."""
PERMISSION = "memberOf"
_CHAMPS = {attribut: champ for champ, attribut in ATTRIBUTS.items()}

Entree = dict[str, Any]


class Referentiel:
    """Le fichier, écrit par l'administrateur du référentiel et lu par la synchronisation."""

    def __init__(self) -> None:
        self._dossier = Path(tempfile.mkdtemp(prefix="labo-temoin-"))
        self.chemin = self._dossier / "utilisateurs.ldif"
        self._verrou = threading.Lock()

    def modifier(self, identifiant: str, attributs: Mapping[str, Any], permissions: list[str] | None) -> None:
        """Change l'entrée, ou l'ajoute ; None laisse les permissions en place."""
        with self._verrou:
            entrees = self._lire()
            entree = entrees.setdefault(identifiant, {"permissions": []})
            entree.update({champ: str(valeur) for champ, valeur in attributs.items()})
            if permissions is not None:
                entree["permissions"] = list(permissions)
            self.chemin.write_text(
                "version: 1\n\n" + "\n".join(_ecrire(nom, e) for nom, e in entrees.items()), encoding="ascii"
            )

    def lire(self) -> dict[str, Entree]:
        """Chaque entrée par identifiant de connexion : champs du compte, et `permissions`."""
        with self._verrou:
            return self._lire()

    def fermer(self) -> None:
        shutil.rmtree(self._dossier, ignore_errors=True)

    def _lire(self) -> dict[str, Entree]:
        if not self.chemin.exists():
            return {}
        entrees: dict[str, Entree] = {}
        for bloc in self.chemin.read_text(encoding="ascii").split("\n\n"):
            lignes = [_valeur(ligne) for ligne in bloc.splitlines() if ":" in ligne]
            attributs = dict(lignes)
            if "uid" not in attributs:
                continue
            entree: Entree = {_CHAMPS[nom]: valeur for nom, valeur in lignes if nom in _CHAMPS}
            entree["permissions"] = [valeur for nom, valeur in lignes if nom == PERMISSION]
            entrees[attributs["uid"]] = entree
        return entrees


def _ecrire(identifiant: str, entree: Entree) -> str:
    lignes = [_ligne("dn", f"uid={identifiant},{BASE}"), "objectClass: inetOrgPerson", _ligne("uid", identifiant)]
    lignes += [_ligne(attribut, entree[champ]) for champ, attribut in ATTRIBUTS.items() if champ in entree]
    lignes += [_ligne(PERMISSION, permission) for permission in entree["permissions"]]
    return "\n".join(lignes) + "\n"


def _ligne(nom: str, valeur: str) -> str:
    """Une valeur qui n'est pas de l'ASCII sûr s'écrit en base64, après deux deux-points."""
    if valeur.isascii() and valeur.isprintable() and valeur[:1] not in (" ", ":", "<") and valeur == valeur.rstrip():
        return f"{nom}: {valeur}"
    return f"{nom}:: {base64.b64encode(valeur.encode()).decode()}"


def _valeur(ligne: str) -> tuple[str, str]:
    nom, _, valeur = ligne.partition(":")
    if valeur.startswith(":"):
        return nom, base64.b64decode(valeur[1:].strip()).decode()
    return nom, valeur.strip()
