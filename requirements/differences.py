"""Ce qui change entre deux vagues d'un couloir, ou entre deux jeux d'exigences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from requirements.catalogue import Catalogue
from requirements.modele import Exigence

CHAMPS_COMPARES = (
    "vague",
    "profil",
    "section",
    "bloc",
    "fonction",
    "nature",
    "criticite",
    "statut",
    "resume",
    "classe",
)


@dataclass(frozen=True, slots=True)
class DifferencesVagues:
    """Les exigences de deux vagues d'un même couloir, par section."""

    de: int
    vers: int
    reprises: dict[str, tuple[Exigence, ...]]
    """Exigences de la première vague, toujours demandées dans la seconde, avec leur nouveau numéro."""
    nouvelles: dict[str, tuple[Exigence, ...]]

    def en_dict(self) -> dict[str, object]:
        """Pour un programme : numéros par section, et anciens numéros des exigences reprises."""
        return {
            "de": self.de,
            "vers": self.vers,
            "nouvelles": {section: [e.id for e in exigences] for section, exigences in self.nouvelles.items()},
            "reprises": {
                section: [{"id": e.id, "anciens": list(e.ids_vague1)} for e in exigences]
                for section, exigences in self.reprises.items()
            },
        }

    def en_texte(self) -> str:
        """Pour une personne."""
        nouvelles, reprises = _compter(self.nouvelles), _compter(self.reprises)
        lignes = [
            f"De la vague {self.de} à la vague {self.vers} : {nouvelles} exigences nouvelles, {reprises} reprises.",
            "Un logiciel qui se présente à la seconde vague doit prouver les unes et les autres.",
        ]
        for titre, groupes in (("Nouvelles", self.nouvelles), ("Reprises", self.reprises)):
            lignes += ["", f"{titre} :"]
            for section, exigences in groupes.items():
                lignes.append(f"  {section} ({len(exigences)})")
                for exigence in exigences:
                    anciens = f" (anciennement {', '.join(exigence.ids_vague1)})" if exigence.ids_vague1 else ""
                    lignes.append(f"    {exigence.id}{anciens} : {exigence.resume}")
        return "\n".join(lignes)


@dataclass(frozen=True, slots=True)
class Changement:
    """Un champ qui diffère, pour une exigence, un scénario ou une preuve."""

    exigence: str
    quoi: str
    avant: str
    apres: str


@dataclass(frozen=True, slots=True)
class DifferencesCatalogues:
    """Ce qui sépare deux catalogues du même REM."""

    nouvelles: tuple[str, ...]
    disparues: tuple[str, ...]
    changements: tuple[Changement, ...]

    def en_dict(self) -> dict[str, object]:
        """Pour un programme."""
        return {
            "nouvelles": list(self.nouvelles),
            "disparues": list(self.disparues),
            "changements": [
                {"exigence": c.exigence, "quoi": c.quoi, "avant": c.avant, "apres": c.apres} for c in self.changements
            ],
        }

    def en_texte(self) -> str:
        """Pour une personne."""
        lignes = [
            f"{len(self.nouvelles)} exigences nouvelles, {len(self.disparues)} disparues, "
            f"{len(self.changements)} changements."
        ]
        lignes += [f"+ {numero}" for numero in self.nouvelles]
        lignes += [f"- {numero}" for numero in self.disparues]
        lignes += [f"~ {c.exigence}, {c.quoi} : « {c.avant} » devient « {c.apres} »" for c in self.changements]
        return "\n".join(lignes)


def entre_vagues(catalogue: Catalogue, de: int, vers: int) -> DifferencesVagues:
    """Ce que la vague `vers` ajoute et ce qu'elle reprend de la vague `de`."""
    return DifferencesVagues(
        de=de,
        vers=vers,
        reprises=_par_section(catalogue.selectionner(vagues=(de,))),
        nouvelles=_par_section(catalogue.selectionner(vagues=(vers,))),
    )


def entre_catalogues(avant: Catalogue, apres: Catalogue) -> DifferencesCatalogues:
    """Ce qui sépare deux états du catalogue d'un même REM."""
    anciennes = {exigence.id: exigence for exigence in avant.exigences}
    actuelles = {exigence.id: exigence for exigence in apres.exigences}
    changements: list[Changement] = []
    for numero, exigence in actuelles.items():
        if numero in anciennes:
            changements.extend(_comparer(anciennes[numero], exigence))
    return DifferencesCatalogues(
        nouvelles=tuple(numero for numero in actuelles if numero not in anciennes),
        disparues=tuple(numero for numero in anciennes if numero not in actuelles),
        changements=tuple(changements),
    )


def _comparer(avant: Exigence, apres: Exigence) -> Iterable[Changement]:
    for champ in CHAMPS_COMPARES:
        ancien, actuel = str(getattr(avant, champ)), str(getattr(apres, champ))
        if ancien != actuel:
            yield Changement(apres.id, champ, ancien, actuel)
    scenarios_avant = {scenario.id: scenario for scenario in avant.scenarios}
    scenarios_apres = {scenario.id: scenario for scenario in apres.scenarios}
    yield from _ensembles(apres.id, "scénario", scenarios_avant, scenarios_apres)
    yield from _ensembles(apres.id, "preuve", (p.repere for p in avant.preuves), (p.repere for p in apres.preuves))
    for numero in scenarios_avant.keys() & scenarios_apres.keys():
        ancien, actuel = scenarios_avant[numero].attendu, scenarios_apres[numero].attendu
        if ancien != actuel:
            yield Changement(apres.id, f"attendu du scénario {numero}", ancien, actuel)


def _ensembles(exigence: str, quoi: str, avant: Iterable[str], apres: Iterable[str]) -> Iterable[Changement]:
    anciens, actuels = list(avant), list(apres)
    for numero in anciens:
        if numero not in actuels:
            yield Changement(exigence, f"{quoi} {numero}", "présent", "absent")
    for numero in actuels:
        if numero not in anciens:
            yield Changement(exigence, f"{quoi} {numero}", "absent", "présent")


def _par_section(exigences: Iterable[Exigence]) -> dict[str, tuple[Exigence, ...]]:
    groupes: dict[str, tuple[Exigence, ...]] = {}
    for exigence in exigences:
        groupes[exigence.id_section] = (*groupes.get(exigence.id_section, ()), exigence)
    return groupes


def _compter(groupes: dict[str, tuple[Exigence, ...]]) -> int:
    return sum(len(exigences) for exigences in groupes.values())
