"""Le relevé de couverture gardé d'un passage à l'autre : seuls les essais touchés par un changement sont refaits."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutations.couverture import RACINE, Releve

Carte = dict[str, dict[int, list[str]]]
"""Fichier (depuis la racine) → ligne → essais qui la traversent."""


@dataclass(frozen=True, slots=True)
class Relevees:
    """Par essai : l'empreinte de son dossier, ce qu'il coûte, les lignes qu'il traverse."""

    fichiers: dict[str, str]
    """Fichier de vérification → son empreinte au moment du relevé."""
    dossiers: dict[str, str]
    durees: dict[str, float]
    lignes: dict[str, dict[str, list[int]]]

    @classmethod
    def lire(cls, fichier: Path) -> Relevees:
        """Le relevé gardé, vide s'il n'y en a pas."""
        if not fichier.exists():
            return cls({}, {}, {}, {})
        return cls(**json.loads(fichier.read_text(encoding="utf-8")))

    def ecrire(self, fichier: Path) -> None:
        """Garde le relevé."""
        fichier.parent.mkdir(parents=True, exist_ok=True)
        brut = {nom: getattr(self, nom) for nom in self.__slots__}
        neuf = fichier.with_name(f"{fichier.name}.neuf")
        neuf.write_text(json.dumps(brut, ensure_ascii=False), encoding="utf-8")
        neuf.replace(fichier)

    def a_refaire(self, essai: str) -> bool:
        """Jamais relevé, ou son dossier a changé, ou une vérification qu'il traverse."""
        if self.dossiers.get(essai) != _empreinte_du_dossier(essai):
            return True
        return any(self.fichiers.get(nom) != empreinte(nom) for nom in self.lignes[essai])

    def completer(self, releve: Releve) -> Relevees:
        """Ces essais-ci, et ceux du relevé gardé qui valent encore."""
        neuves = releve.lignes()
        gardes = [essai for essai in self.lignes if essai not in neuves and not self.a_refaire(essai)]
        lignes = {**{essai: self.lignes[essai] for essai in gardes}, **neuves}
        return Relevees(
            fichiers={nom: empreinte(nom) for vues in lignes.values() for nom in vues},
            dossiers={essai: _empreinte_du_dossier(essai) for essai in lignes},
            durees={**{essai: self.durees[essai] for essai in gardes}, **releve.durees},
            lignes=lignes,
        )

    def carte(self) -> Carte:
        """Le relevé, retourné : de la ligne vers ses essais."""
        carte: Carte = {}
        for essai, vues in self.lignes.items():
            for nom, lignes in vues.items():
                for ligne in lignes:
                    carte.setdefault(nom, {}).setdefault(ligne, []).append(essai)
        return carte


@cache
def empreinte(nom: str) -> str:
    """D'un fichier, depuis la racine ; vide s'il n'est plus là."""
    fichier = RACINE / nom
    return hashlib.sha256(fichier.read_bytes()).hexdigest() if fichier.is_file() else ""


def _empreinte_du_dossier(essai: str) -> str:
    return _empreinte_de(str(Path(essai.split("::")[0]).parent))


@cache
def _empreinte_de(dossier: str) -> str:
    """Les essais et leurs fabriques, à l'octet."""
    noms = sorted(str(fichier.relative_to(RACINE)) for fichier in (RACINE / dossier).glob("*.py"))
    return hashlib.sha256("".join(f"{nom}:{empreinte(nom)}\n" for nom in noms).encode()).hexdigest()
