"""Ce qu'un classeur dit des exigences : lignes assemblées, qu'il y ait une ligne par preuve ou par scénario."""

from __future__ import annotations

from dataclasses import dataclass, field

from requirements.importation.classeur import Classeur, Ligne
from requirements.importation.colonnes import Disposition

CHAMPS = (
    "perimetre",
    "id_section",
    "section",
    "bloc",
    "fonction",
    "commentaire",
    "nature",
    "conditionnelle",
    "profil",
    "profil_historique",
    "statut",
    "va_precedente",
    "criticite",
    "ordre",
)


@dataclass(slots=True)
class PreuveLue:
    """Une preuve du classeur."""

    id: str
    texte: str
    correspondance: str = ""
    """Repère de la preuve du catalogue, vide si aucune n'a le même numéro."""


@dataclass(slots=True)
class ScenarioLu:
    """Un scénario du classeur."""

    id: str
    texte: str
    ligne: int
    preuves: list[PreuveLue] = field(default_factory=list)
    correspondance: str = ""


@dataclass(slots=True)
class ExigenceLue:
    """Une exigence du classeur ; `correspondance` est le numéro du catalogue, vide si aucun n'est le même."""

    id: str
    texte: str
    ligne: int
    champs: dict[str, str] = field(default_factory=dict)
    autres: dict[str, str] = field(default_factory=dict)
    scenarios: list[ScenarioLu] = field(default_factory=list)
    correspondance: str = ""
    methode: str = ""


@dataclass(frozen=True, slots=True)
class Contenu:
    """Les exigences d'un classeur, dans son ordre, et ce qui a surpris à la lecture."""

    exigences: list[ExigenceLue]
    avertissements: list[str]


def assembler(classeur: Classeur) -> Contenu:
    """Regroupe les lignes par exigence puis par scénario ; une cellule vide prolonge la ligne du dessus."""
    return _Assemblage(classeur.disposition, list(classeur.avertissements)).conduire(classeur.lignes)


class _Assemblage:
    def __init__(self, disposition: Disposition, avertissements: list[str]) -> None:
        self.disposition = disposition
        self.connues = disposition.connues
        self.avertissements = avertissements
        self.exigences: dict[str, ExigenceLue] = {}
        self.prolongees = 0

    def conduire(self, lignes: tuple[Ligne, ...]) -> Contenu:
        courante: ExigenceLue | None = None
        for ligne in lignes:
            numero = " ".join(ligne[self.connues["id"]].split())
            if numero:
                courante = self._exigence(numero, ligne)
            elif courante is None or not self._a_une_suite(ligne):
                apercu = next(cellule for cellule in ligne.cellules if cellule)[:60]
                self.avertissements.append(
                    f"ligne {ligne.numero} sans numéro d'exigence, laissée de côté : « {apercu} »"
                )
                continue
            else:
                self.prolongees += 1
            self._scenario(courante, ligne)
        if self.prolongees:
            self.avertissements.append(
                f"{self.prolongees} ligne(s) sans numéro d'exigence, rattachées à l'exigence de la ligne du dessus"
            )
        return Contenu(list(self.exigences.values()), self.avertissements)

    def _a_une_suite(self, ligne: Ligne) -> bool:
        """Vrai si la ligne porte un scénario ou une preuve sans énoncer d'exigence."""
        if ligne[self.connues["texte"]]:
            return False
        positions = [self.connues.get("id_scenario"), self.connues.get("scenario")]
        positions += [position for couple in self.disposition.preuves for position in couple]
        return any(ligne[position] for position in positions)

    def _exigence(self, numero: str, ligne: Ligne) -> ExigenceLue:
        texte = ligne[self.connues["texte"]]
        connue = self.exigences.get(numero)
        if connue is None:
            connue = self.exigences[numero] = ExigenceLue(numero, texte, ligne.numero)
        elif texte and not connue.texte:
            connue.texte = texte
        elif texte and texte != connue.texte:
            self.avertissements.append(
                f"deux énoncés pour {numero}, lignes {connue.ligne} et {ligne.numero} : le premier est gardé"
            )
        for champ in CHAMPS:
            if valeur := ligne[self.connues.get(champ)]:
                connue.champs.setdefault(champ, valeur)
        for nom, position in self.disposition.inconnues.items():
            if valeur := ligne[position]:
                connue.autres.setdefault(nom, valeur)
        return connue

    def _scenario(self, exigence: ExigenceLue, ligne: Ligne) -> None:
        numero = " ".join(ligne[self.connues.get("id_scenario")].split())
        texte = ligne[self.connues.get("scenario")]
        preuves = self._preuves(ligne)
        if not numero and not texte:
            if not preuves:
                return
            if not exigence.scenarios:
                exigence.scenarios.append(ScenarioLu("", "", ligne.numero))
            scenario = exigence.scenarios[-1]
        else:
            scenario = self._meme_scenario(exigence, numero, texte) or ScenarioLu(numero, texte, ligne.numero)
            if scenario not in exigence.scenarios:
                exigence.scenarios.append(scenario)
        scenario.preuves.extend(preuve for preuve in preuves if preuve not in scenario.preuves)

    def _meme_scenario(self, exigence: ExigenceLue, numero: str, texte: str) -> ScenarioLu | None:
        for scenario in exigence.scenarios:
            if scenario.id != numero:
                continue
            if not texte or scenario.texte == texte:
                return scenario
            if not scenario.texte:
                scenario.texte = texte
                return scenario
        return None

    def _preuves(self, ligne: Ligne) -> list[PreuveLue]:
        lues = []
        for position_numero, position_texte in self.disposition.preuves:
            numero, texte = " ".join(ligne[position_numero].split()), ligne[position_texte]
            if numero or texte:
                lues.append(PreuveLue(numero, texte))
        return lues
