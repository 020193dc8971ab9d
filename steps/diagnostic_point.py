"""Un point du diagnostic : ce qui était attendu, ce qui a été trouvé, que faire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """Un point vérifié. `recu` : ce qui a été trouvé, bon ou non.

    `bloquant` : une campagne ne peut pas commencer tant qu'il n'est pas bon.
    """

    nom: str
    bon: bool
    recu: str
    attendu: str = ""
    que_faire: str = ""
    bloquant: bool = True

    @property
    def arrete(self) -> bool:
        """Vrai si ce point empêche la campagne."""
        return self.bloquant and not self.bon

    def en_texte(self) -> str:
        """Le point sur une ligne, ou trois s'il n'est pas bon."""
        if self.bon:
            return f"✓ {self.nom:<14} {self.recu}"
        signe = "✗" if self.bloquant else "!"
        suites = [("attendu", self.attendu), ("à faire", self.que_faire)]
        return "\n".join(
            [f"{signe} {self.nom:<14} {self.recu}", *(f"{'':17}{quoi} : {texte}" for quoi, texte in suites if texte)]
        )

    def en_dict(self) -> dict[str, object]:
        """La forme JSON."""
        return {
            "point": self.nom,
            "bon": self.bon,
            "bloquant": self.bloquant,
            "recu": self.recu,
            "attendu": self.attendu,
            "que_faire": self.que_faire,
        }
