"""Ce que le logiciel montre de son catalogue : des objets, chacun avec son code LOINC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from steps.verifications.loinc.lecture import net

CHAMPS = ("synonyme", "milieu", "nabm", "grandeur", "unite", "temporalite", "echelle", "technique")
"""Ce que le logiciel peut montrer en plus, et que les exports portent."""
Cle = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Objet:
    """Un chapitre, un sous-chapitre, un examen ou une analyse, tel que le logiciel le montre."""

    nature: str
    code: str
    libelle: str
    chapitre: str
    sous_chapitre: str
    examens: tuple[str, ...]
    code_loinc: str
    cree_le: str
    modifie_le: str
    champs: Mapping[str, str]

    @property
    def cle(self) -> Cle:
        """Ce qui le distingue : un sous-chapitre ne l'est que dans son chapitre."""
        return self.nature, self.chapitre if self.nature == "sous_chapitre" else "", self.code or self.libelle

    @property
    def reference(self) -> str:
        """Son code, ou son libellé s'il n'en a pas."""
        return self.code or self.libelle

    @property
    def nom(self) -> str:
        """Pour un constat : « l'examen IONO (Ionogramme sanguin) »."""
        return f"{ARTICLES.get(self.nature, '')}{self.code or '(sans code)'} ({self.libelle})"


ARTICLES = {
    "chapitre": "le chapitre ",
    "sous_chapitre": "le sous-chapitre ",
    "examen": "l'examen ",
    "analyse": "l'analyse ",
}


def lire_objets(bruts: Iterable[Mapping[str, Any]]) -> list[Objet]:
    """Les objets que l'adaptateur a rendus."""
    return [
        Objet(
            nature=str(brut.get("nature")),
            code=net(brut.get("code")),
            libelle=net(brut.get("libelle")),
            chapitre=net(brut.get("chapitre")),
            sous_chapitre=net(brut.get("sous_chapitre")),
            examens=tuple(net(str(code)) for code in brut.get("examens") or ()),
            code_loinc=net(brut.get("code_loinc")),
            cree_le=net(brut.get("loinc_cree_le")),
            modifie_le=net(brut.get("loinc_modifie_le")),
            champs={nom: net(str(brut[nom])) for nom in CHAMPS if brut.get(nom) is not None},
        )
        for brut in bruts
    ]


def de_nature(objets: Iterable[Objet], nature: str) -> list[Objet]:
    """Les objets d'une nature."""
    return [objet for objet in objets if objet.nature == nature]


def designations(objets: Iterable[Objet], nature: str, reference: str) -> set[str]:
    """Le code et le libellé de l'objet que cette référence désigne : le logiciel montre l'un ou l'autre."""
    noms = {reference}
    for objet in de_nature(objets, nature):
        if reference in (objet.code, objet.libelle):
            noms |= {objet.code, objet.libelle} - {""}
    return noms
