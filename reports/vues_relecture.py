"""Ce que le relecteur cherche d'abord : qui a jugé quoi, chaque exigence, ce que le banc sait prendre en faute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.constat import Confiance
from reports.defauts import Defaut, TableDefauts
from reports.verdict import Moyen, Verdict, cumuler
from requirements.modele import Exigence

if TYPE_CHECKING:
    from reports.vues import VueScenario

_DEFAUTS_MONTRES = 6
_SANS_EFFET: dict[Confiance | None, str] = {
    Confiance.SECONDAIRE: "source secondaire : un manquement n'y vaut qu'à vérifier",
    Confiance.DEDUITE: "règle déduite par le banc : un manquement n'y vaut qu'à vérifier",
}


@dataclass(frozen=True, slots=True)
class VueExigence:
    """Une exigence et ses scénarios ; `verdict` : le plus grave des leurs."""

    exigence: Exigence | None
    id: str
    verdict: Verdict
    scenarios: tuple[VueScenario, ...]


@dataclass(frozen=True, slots=True)
class VueJugePar:
    """Les scénarios dont le verdict vient du même moyen."""

    moyen: Moyen
    titre: str
    sens: str
    scenarios: tuple[VueScenario, ...]


@dataclass(frozen=True, slots=True)
class VueEpreuve:
    """Ce qui montre qu'un scénario sait échouer : règles établies, celles qu'un défaut prend en faute, les défauts."""

    scenario: VueScenario
    regles: tuple[str, ...]
    eprouvees: tuple[str, ...]
    sans: tuple[tuple[str, str], ...]
    """Règles qu'aucun défaut ne prend en faute, et pourquoi."""
    defauts: tuple[Defaut, ...]

    @property
    def noms(self) -> str:
        """Les premiers défauts, et combien d'autres."""
        noms = ", ".join(defaut.nom for defaut in self.defauts[:_DEFAUTS_MONTRES])
        reste = len(self.defauts) - _DEFAUTS_MONTRES
        return f"{noms} et {reste} de plus" if reste > 0 else noms


_MOYENS = (
    (
        Moyen.MACHINE,
        "Ce qu'une machine a jugé",
        "Le verdict sort de vérifications faites sur ce que le banc a enregistré. « python -m steps relire » les "
        "refait toutes, hors ligne, à partir du dossier.",
    ),
    (
        Moyen.PERSONNE,
        "Ce qu'une personne a jugé",
        "Une personne a regardé et dit ce qu'elle a vu, pièces à l'appui. Le banc a contrôlé les pièces, pas le "
        "regard : à vous de les ouvrir.",
    ),
    (
        Moyen.DECLARATION,
        "Ce que l'éditeur a déclaré",
        "Le verdict repose sur une attestation ou un document de l'éditeur. Le banc n'en a vérifié que la forme et les "
        "mentions.",
    ),
)


def par_exigence(scenarios: Iterable[VueScenario]) -> tuple[VueExigence, ...]:
    """Les scénarios groupés par exigence, dans l'ordre de la campagne."""
    groupes: dict[str, list[VueScenario]] = {}
    for vue in scenarios:
        groupes.setdefault(vue.resultat.exigence, []).append(vue)
    return tuple(
        VueExigence(membres[0].exigence, numero, cumuler(m.resultat.verdict for m in membres), tuple(membres))
        for numero, membres in groupes.items()
    )


def par_moyen(scenarios: Sequence[VueScenario]) -> tuple[VueJugePar, ...]:
    """Qui a jugé quoi, du plus vérifiable au moins vérifiable ; un moyen sans scénario n'y figure pas."""
    vues = (
        VueJugePar(moyen, titre, sens, tuple(v for v in scenarios if v.resultat.moyen is moyen))
        for moyen, titre, sens in _MOYENS
    )
    return tuple(vue for vue in vues if vue.scenarios)


def epreuves(scenarios: Sequence[VueScenario], table: TableDefauts) -> tuple[VueEpreuve, ...]:
    """Pour chaque scénario jugé par la machine, les règles établies et celles qu'un défaut prend en faute."""
    vues = []
    for vue in scenarios:
        if vue.resultat.moyen is not Moyen.MACHINE:
            continue
        confiances = {c.code: c.confiance for c in vue.resultat.constats if c.source}
        eprouvees = table.eprouvees(confiances)
        sans = tuple(
            (code, table.sans_defaut.get(code) or _SANS_EFFET.get(confiance, ""))
            for code, confiance in confiances.items()
            if code not in eprouvees
        )
        vues.append(VueEpreuve(vue, tuple(confiances), eprouvees, sans, table.du_scenario(vue.resultat.scenario)))
    return tuple(vues)


def declaration_lisible(declaration: Any) -> str:
    """« C'est conforme, par Mme X le …» : ce qu'une personne a dit d'un scénario ; vide si personne n'a rien dit."""
    if not declaration:
        return ""
    issue = _ISSUES.get(str(declaration.get("issue", "")), str(declaration.get("issue", "")))
    qui = str(declaration.get("par") or "une personne qui ne s'est pas nommée")
    texte = f"{issue}, dit {qui}"
    if declaration.get("le"):
        texte += f" le {str(declaration['le'])[:10]}"
    if declaration.get("raison"):
        texte += f" : {declaration['raison']}"
    texte += " (réponse rejouée)" if declaration.get("rejouee") else ""
    return f"Déclaration périmée, {declaration['perimee']} : {texte}" if declaration.get("perimee") else texte


_ISSUES = {
    "conforme": "C'est conforme",
    "non_conforme": "Ce n'est pas conforme",
    "sans_objet": "Ne s'applique pas",
    "impossible": "N'a pas pu être déroulé",
}
