"""Résultats d'un compte rendu de biologie fabriqué : valeur, seconde unité, intervalle, interprétation, commentaire."""

from __future__ import annotations

from dataclasses import dataclass

UCUM = "2.16.840.1.113883.6.8"
INTERPRETATION = "2.16.840.1.113883.5.83"


@dataclass(frozen=True, slots=True)
class ResultatBio:
    """Un résultat : code LOINC, libellé, valeur et unité UCUM, et ce qu'il porte en plus.

    `autre` : la même grandeur dans une seconde unité, (valeur, unité). `intervalle` : bornes de référence dans la
    première unité, vides si elles manquent. `interpretation` : code HL7 ObservationInterpretation (H, LL, AA…).
    """

    code: str
    libelle: str
    valeur: str
    unite: str
    autre: tuple[str, str] | None = None
    intervalle: tuple[str, str] = ("", "")
    interpretation: str = ""
    commentaire: str = ""

    @property
    def ecrit(self) -> str:
        """Le résultat comme il se lit dans le récit."""
        lu = f"{self.valeur} {self.unite}"
        if self.autre:
            lu += f" ({self.autre[0]} {self.autre[1]})"
        if any(self.intervalle):
            lu += f" [{self.intervalle[0]} à {self.intervalle[1]}]"
        return " ".join(filter(None, (lu, self.interpretation, self.commentaire)))


RESULTATS = (
    ResultatBio("14749-6", "Glucose", "5.1", "mmol/L"),
    ResultatBio("2951-2", "Sodium", "140", "mmol/L"),
    ResultatBio("2823-3", "Potassium", "4.2", "mmol/L"),
)
"""Résultats fictifs du compte rendu structuré qui n'en choisit pas d'autres."""
