"""Le catalogue du laboratoire : chapitres, examens prescriptibles, analyses de résultat, et le code LOINC de chacun."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.logiciel_temoin.horloge import iso


@dataclass
class Rubrique:
    """Ce que tous les objets du catalogue ont : un code (facultatif), un libellé, un code LOINC et ses deux dates."""

    nature: str
    code: str
    libelle: str
    code_loinc: str = ""
    libelle_loinc: str = ""
    loinc_cree_le: datetime | None = None
    loinc_modifie_le: datetime | None = None

    @property
    def reference(self) -> str:
        """Ce qui désigne l'objet : son code, ou son libellé s'il n'en a pas."""
        return self.code or self.libelle

    def en_dict(self) -> dict[str, Any]:
        return {
            "nature": self.nature,
            "code": self.code or None,
            "libelle": self.libelle,
            "code_loinc": self.code_loinc or None,
            "libelle_loinc": self.libelle_loinc or None,
            "loinc_cree_le": iso(self.loinc_cree_le) if self.loinc_cree_le else None,
            "loinc_modifie_le": iso(self.loinc_modifie_le) if self.loinc_modifie_le else None,
        }


@dataclass
class SousChapitre(Rubrique):
    """Une partie d'un chapitre."""

    chapitre: str = ""

    def en_dict(self) -> dict[str, Any]:
        return {**super().en_dict(), "chapitre": self.chapitre}


@dataclass
class AnalyseCatalogue(Rubrique):
    """Une analyse dont le laboratoire rend le résultat."""

    synonyme: str = ""
    grandeur: str = ""
    code_unite: str = ""
    unite: str = ""
    temporalite: str = ""
    code_milieu: str = ""
    milieu: str = ""
    echelle: str = ""
    technique: str = ""
    nabm: str = ""


@dataclass
class Examen(Rubrique):
    """Un examen prescriptible : une ou plusieurs analyses."""

    synonyme: str = ""
    chapitre: str = ""
    sous_chapitre: str = ""
    milieu: str = ""
    nabm: str = ""
    analyses: tuple[str, ...] = ()

    def en_dict(self) -> dict[str, Any]:
        return {
            **super().en_dict(),
            "synonyme": self.synonyme or None,
            "chapitre": self.chapitre or None,
            "sous_chapitre": self.sous_chapitre or None,
            "milieu": self.milieu or None,
            "nabm": self.nabm or None,
        }


@dataclass
class Catalogue:
    """Tout le catalogue, dans l'ordre où le laboratoire le range."""

    chapitres: list[Rubrique] = field(default_factory=list)
    sous_chapitres: list[SousChapitre] = field(default_factory=list)
    examens: list[Examen] = field(default_factory=list)
    analyses: list[AnalyseCatalogue] = field(default_factory=list)

    def parties(self, chapitre: Rubrique) -> list[SousChapitre]:
        """Les sous-chapitres de ce chapitre."""
        return [s for s in self.sous_chapitres if s.chapitre == chapitre.reference]

    def analyses_de(self, examen: Examen) -> list[AnalyseCatalogue]:
        """Les analyses de cet examen, dans l'ordre où il les nomme."""
        par_code = {analyse.code: analyse for analyse in self.analyses}
        return [par_code[code] for code in examen.analyses]

    def de_nature(self, nature: str) -> list[Rubrique]:
        """Tous les objets d'une nature."""
        listes: dict[str, list[Rubrique]] = {
            "chapitre": self.chapitres,
            "sous_chapitre": list(self.sous_chapitres),
            "examen": list(self.examens),
            "analyse": list(self.analyses),
        }
        return listes[nature]

    def trouver(self, nature: str, reference: str) -> Rubrique | None:
        """L'objet de cette nature que ce code, ou à défaut ce libellé, désigne."""
        objets = self.de_nature(nature)
        return next((o for o in objets if o.code == reference), None) or next(
            (o for o in objets if not o.code and o.libelle == reference), None
        )

    def analyse_en_dict(self, analyse: AnalyseCatalogue) -> dict[str, Any]:
        """Une analyse et les examens qui la portent."""
        return {
            **analyse.en_dict(),
            "examens": [e.code for e in self.examens if analyse.code in e.analyses],
            "unite": analyse.unite or None,
            **{
                nom: getattr(analyse, nom) or None
                for nom in ("synonyme", "grandeur", "temporalite", "milieu", "echelle", "technique", "nabm")
            },
        }
