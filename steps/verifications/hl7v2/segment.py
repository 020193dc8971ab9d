"""Un segment HL7 v2 : ses champs, répétitions et composants, quels que soient les séparateurs du message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_USUELS = "|^~\\&"
_ENTETES = ("MSH", "FHS", "BHS")


@dataclass(frozen=True, slots=True)
class Separateurs:
    """Les caractères de structure d'un message (MSH-1 et MSH-2)."""

    champ: str = "|"
    composant: str = "^"
    repetition: str = "~"
    echappement: str = "\\"
    sous_composant: str = "&"

    @classmethod
    def depuis_entete(cls, ligne: str) -> Separateurs | None:
        """Séparateurs d'un segment d'en-tête ; None s'ils manquent ou ne sont pas distincts. MSH-2 peut être court."""
        champ = ligne[3:4]
        if not champ or champ.isalnum() or champ.isspace():
            return None
        suite = ligne[4:].split(champ, 1)[0]
        if not 1 <= len(suite) <= 5 or any(c.isalnum() or c.isspace() or c == "\x00" for c in suite):
            return None
        complets = suite[:4] + _USUELS[1 + len(suite[:4]) :]
        if len({champ, *complets}) != 5:
            return None
        return cls(champ, *complets)

    def desechapper(self, valeur: str) -> str:
        """Remplace les séquences d'échappement par leurs caractères ; une séquence inconnue reste telle quelle."""
        if self.echappement not in valeur:
            return valeur
        e = re.escape(self.echappement)
        return re.sub(rf"{e}([A-Za-z.][^{e}]{{0,4096}}?){e}", self._remplacer, valeur)

    def _remplacer(self, trouve: re.Match[str]) -> str:
        code = trouve[1]
        simples = {
            "F": self.champ,
            "S": self.composant,
            "T": self.sous_composant,
            "R": self.repetition,
            "E": self.echappement,
            ".br": "\n",
        }
        if code in simples:
            return simples[code]
        if code[0] == "X" and len(code) % 2 and re.fullmatch("[0-9A-Fa-f]+", code[1:]):
            octets = bytes.fromhex(code[1:])
            try:
                return octets.decode("utf-8")
            except UnicodeDecodeError:
                return octets.decode("latin-1")
        return trouve[0]


@dataclass(frozen=True)
class Segment:
    """Un segment. Les rangs partent de 1, comme dans le standard."""

    brut: str
    separateurs: Separateurs

    @property
    def nom(self) -> str:
        """Trois premiers caractères."""
        return self.brut[:3]

    @cached_property
    def _champs(self) -> list[str]:
        parties = self.brut.split(self.separateurs.champ)
        return [parties[0], self.separateurs.champ, *parties[1:]] if self.nom in _ENTETES else parties

    @cached_property
    def _decoupes(self) -> dict[int, list[list[str]]]:
        return {}

    @property
    def nombre(self) -> int:
        """Rang du dernier champ écrit."""
        return len(self._champs) - 1

    def champ(self, rang: int) -> str:
        """Le champ tel qu'écrit, vide s'il manque."""
        return self._champs[rang] if rang < len(self._champs) else ""

    def repetitions(self, rang: int) -> list[str]:
        """Répétitions d'un champ, telles qu'écrites."""
        brut = self.champ(rang)
        return brut.split(self.separateurs.repetition) if brut else []

    def composants(self, rang: int, repetition: int = 1) -> list[str]:
        """Composants d'une répétition, tels qu'écrits."""
        if rang not in self._decoupes:
            # Une donnée encapsulée fait des dizaines de mégaoctets : elle n'est découpée qu'une fois.
            self._decoupes[rang] = [brut.split(self.separateurs.composant) for brut in self.repetitions(rang)]
        repetitions = self._decoupes[rang]
        return repetitions[repetition - 1] if len(repetitions) >= repetition else []

    def valeur(self, rang: int, composant: int = 1, sous: int = 1, repetition: int = 1) -> str:
        """Valeur d'un sous-composant, échappements défaits, sans blancs autour ; vide si elle manque."""
        composants = self.composants(rang, repetition)
        if len(composants) < composant:
            return ""
        parties = composants[composant - 1].split(self.separateurs.sous_composant)
        return self.separateurs.desechapper(parties[sous - 1]).strip() if len(parties) >= sous else ""

    def ecrit(self, rang: int) -> str:
        """Le champ tel qu'écrit, abrégé, pour un constat."""
        brut = self.champ(rang)
        return brut if len(brut) <= 200 else f"{brut[:200]}…"

    def canonique(self) -> str:
        """Le segment dans les séparateurs usuels ; une donnée encapsulée (ED) y est tue."""
        if self.nom in _ENTETES:
            champs = [self.nom, "^~\\&", *(self._canonique(self.champ(rang)) for rang in range(3, self.nombre + 1))]
            return "|".join(champs)
        encapsule = 5 if self.nom == "OBX" and self.champ(2).strip() == "ED" else 0
        champs = ["" if rang == encapsule else self._canonique(self.champ(rang)) for rang in range(1, self.nombre + 1)]
        return "|".join([self.nom, *champs])

    def _canonique(self, champ: str) -> str:
        s = self.separateurs
        if (s.champ, s.composant, s.repetition, s.echappement, s.sous_composant) == tuple(_USUELS):
            return champ
        morceaux = re.split(f"([{re.escape(s.composant + s.repetition + s.sous_composant)}])", champ)
        usuels = {s.composant: "^", s.repetition: "~", s.sous_composant: "&"}
        return "".join(usuels.get(morceau) or _echapper(s.desechapper(morceau)) for morceau in morceaux)


def _echapper(valeur: str) -> str:
    """Échappe pour les séparateurs usuels (HL7 v2 § 2.7.1)."""
    table = {"|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\\": "\\E\\", "\n": "\\.br\\", "\r": "\\.br\\"}
    return "".join(table.get(caractere, caractere) for caractere in valeur)
