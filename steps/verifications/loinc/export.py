"""Un fichier exporté, lu selon son format : lignes de données, en-tête écartée."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from steps.verifications.loinc.formats import EXPORTS, Format
from steps.verifications.loinc.lecture import Csv, CsvIllisible, Enregistrement, lire_csv, net

_MOT_D_EN_TETE = re.compile(r"\b(lib|libell|nom\b|intitul|d[ée]signation|label|name|code)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Export:
    """Les lignes de données d'un export, chacune complétée de champs vides jusqu'au nombre prévu."""

    fichier: str
    csv: Csv
    entete: Enregistrement | None
    donnees: tuple[Enregistrement, ...]

    @property
    def format(self) -> Format:
        return EXPORTS[self.fichier]

    def lignes(self) -> list[tuple[str, ...]]:
        """Les champs de chaque ligne, prêts à comparer."""
        voulus = len(self.format.champs)
        return [tuple(net(champ) for champ in (*e.champs, *[""] * voulus)[:voulus]) for e in self.donnees]


def lire_export(fichier: str, octets: bytes, libelles: Iterable[str]) -> Export:
    """Lit un export ; `libelles` : ceux que le logiciel montre, pour ne pas prendre la première ligne pour une en-tête.

    Lève `CsvIllisible`.
    """
    csv = lire_csv(octets)
    premier, *suite = csv.enregistrements
    if _est_entete(premier, EXPORTS[fichier].obligatoires, set(libelles)):
        if not suite:
            raise CsvIllisible("le fichier n'a qu'une ligne d'en-tête")
        return Export(fichier, csv, premier, tuple(suite))
    return Export(fichier, csv, None, csv.enregistrements)


def _est_entete(ligne: Enregistrement, obligatoires: tuple[int, ...], libelles: set[str]) -> bool:
    """Les champs obligatoires d'une en-tête disent « code », « libellé »… et ne sont le libellé de rien."""
    voulus = [net(ligne.champs[rang]) for rang in obligatoires if rang < len(ligne.champs)]
    return bool(voulus) and all(_MOT_D_EN_TETE.search(mot) and mot not in libelles for mot in voulus)
