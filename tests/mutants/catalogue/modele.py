"""Ce qu'est un mutant : un défaut, le code qui doit le prendre, et avec quelle gravité."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from steps.controle.modele import Gravite
from tests.mutants.gestes import Geste

TOUS = ("N1", "N3")
E, A, R = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.REMARQUE


@dataclass(frozen=True)
class Mutant:
    """Un défaut. `aussi` : codes qu'il entraîne forcément. `angle_mort` : que le kit officiel ne voit pas."""

    nom: str
    code: str
    geste: Geste | None = None
    gravite: Gravite = E
    niveaux: tuple[str, ...] = TOUS
    aussi: frozenset[str] = field(default_factory=frozenset)
    octets: Callable[[bytes], bytes] | None = None
    angle_mort: bool = False

    def appliquer(self, document: bytes) -> bytes | None:
        """Le document abîmé ; None si le défaut n'y trouve pas sa place."""
        if self.octets is not None:
            abime = self.octets(document)
            return abime if abime != document else None
        assert self.geste is not None
        racine = etree.fromstring(document, etree.XMLParser(huge_tree=True, resolve_entities=False))
        cible = (
            racine if racine.tag.endswith("}ClinicalDocument") else racine.find(".//{urn:hl7-org:v3}ClinicalDocument")
        )
        if cible is None or not self.geste(cible):
            return None
        return etree.tostring(racine.getroottree(), encoding="UTF-8", xml_declaration=True)


def defaut(nom: str, code: str, geste: Geste, gravite: Gravite = E, *aussi: str, ou: tuple[str, ...] = TOUS) -> Mutant:
    return Mutant(nom, code, geste, gravite, ou, frozenset(aussi))


def angle_mort(
    nom: str, code: str, geste: Geste, gravite: Gravite = E, *aussi: str, ou: tuple[str, ...] = TOUS
) -> Mutant:
    return Mutant(nom, code, geste, gravite, ou, frozenset(aussi), angle_mort=True)


def sur_octets(
    nom: str, code: str, octets: Callable[[bytes], bytes], gravite: Gravite = E, *, mort: bool = False
) -> Mutant:
    return Mutant(nom, code, None, gravite, TOUS, octets=octets, angle_mort=mort)
