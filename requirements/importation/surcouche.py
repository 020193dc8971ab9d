"""La surcouche : les textes officiels d'un classeur, dans le dossier de l'utilisateur, jamais dans le projet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from requirements.erreurs import ErreurClasseur
from requirements.importation.classeur import Revision
from requirements.importation.contenu import ExigenceLue, PreuveLue, ScenarioLu

VERSION = 1
FICHIER = "surcouche.yaml"
CORRESPONDANCES = "correspondances.yaml"
PROJET = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Surcouche:
    """Un import : d'où il vient et ce qu'il disait."""

    couloir: str
    rem: str
    revision: Revision
    exigences: tuple[ExigenceLue, ...]
    colonnes_inconnues: tuple[str, ...] = ()
    _par_exigence: dict[str, ExigenceLue] = field(default_factory=dict, repr=False, compare=False)
    _par_scenario: dict[str, ScenarioLu] = field(default_factory=dict, repr=False, compare=False)
    _par_preuve: dict[str, PreuveLue] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for exigence in self.exigences:
            if exigence.correspondance:
                self._par_exigence[exigence.correspondance] = exigence
            for scenario in exigence.scenarios:
                if scenario.correspondance:
                    self._par_scenario[scenario.correspondance] = scenario
                for preuve in scenario.preuves:
                    if preuve.correspondance:
                        self._par_preuve[preuve.correspondance] = preuve

    def exigence(self, numero: str) -> ExigenceLue | None:
        """L'exigence importée qui correspond à ce numéro du catalogue."""
        return self._par_exigence.get(numero)

    def texte_exigence(self, numero: str) -> str:
        """L'énoncé officiel importé ; vide si le classeur n'a pas cette exigence."""
        lue = self._par_exigence.get(numero)
        return lue.texte if lue else ""

    def texte_scenario(self, numero: str) -> str:
        """Le scénario officiel importé ; vide si le classeur n'a pas ce scénario."""
        lu = self._par_scenario.get(numero)
        return lu.texte if lu else ""

    def texte_preuve(self, repere: str) -> str:
        """La preuve officielle importée ; vide si le classeur n'a pas cette preuve."""
        lue = self._par_preuve.get(repere)
        return lue.texte if lue else ""

    @property
    def textes(self) -> dict[str, str]:
        """Les énoncés importés, par numéro du catalogue."""
        return {numero: lue.texte for numero, lue in self._par_exigence.items() if lue.texte}


def dossier_par_defaut(couloir: str) -> Path:
    """`./rem-importe/<couloir>` ; à côté du projet quand la commande est lancée depuis le projet."""
    ici = Path.cwd().resolve()
    base = PROJET.parent if ici.is_relative_to(PROJET) else ici
    return base / "rem-importe" / couloir


def refuser_dans_le_projet(dossier: Path) -> None:
    """Un texte officiel écrit dans le projet finirait publié avec lui."""
    if dossier.resolve().is_relative_to(PROJET):
        raise ErreurClasseur(
            f"Attendu un dossier hors du projet pour les textes officiels, reçu {dossier.resolve()}. "
            f"À faire : choisir par exemple --sortie {PROJET.parent / 'rem-importe'}."
        )


def ecrire_surcouche(surcouche: Surcouche, dossier: Path) -> Path:
    """Écrit la surcouche ; celle d'un autre classeur est gardée à côté, sous son empreinte."""
    refuser_dans_le_projet(dossier)
    dossier.mkdir(parents=True, exist_ok=True)
    fichier = dossier / FICHIER
    if fichier.is_file():
        ancienne = charger_surcouche(dossier)
        if ancienne.revision.sha256 != surcouche.revision.sha256:
            fichier.replace(dossier / f"surcouche-{ancienne.revision.sha256[:12]}.yaml")
    provisoire = dossier / f".{FICHIER}.provisoire"
    contenu = {
        "version": VERSION,
        "avertissement": "Textes officiels importés par l'utilisateur : ne pas publier avec le projet.",
        "couloir": surcouche.couloir,
        "rem": surcouche.rem,
        "classeur": asdict(surcouche.revision),
        "colonnes_inconnues": list(surcouche.colonnes_inconnues),
        "exigences": [asdict(exigence) for exigence in surcouche.exigences],
    }
    texte = yaml.dump(contenu, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)
    provisoire.write_text(texte, encoding="utf-8", newline="\n")
    provisoire.replace(fichier)
    return fichier


def charger_surcouche(dossier: Path, *, couloir: str = "") -> Surcouche:
    """Relit la surcouche d'un dossier ; `ErreurClasseur` si elle manque, est abîmée ou vient d'un autre couloir."""
    fichier = dossier / FICHIER
    contenu = _lire_yaml(fichier)
    try:
        if contenu["version"] != VERSION:
            raise ErreurClasseur(
                f"{fichier} : attendu la version {VERSION}, reçu {contenu['version']!r}. À faire : importer de nouveau."
            )
        surcouche = Surcouche(
            couloir=str(contenu["couloir"]),
            rem=str(contenu["rem"]),
            revision=Revision(**contenu["classeur"]),
            exigences=tuple(_exigence(ligne) for ligne in contenu["exigences"]),
            colonnes_inconnues=tuple(contenu["colonnes_inconnues"]),
        )
    except (KeyError, TypeError, AttributeError) as erreur:
        raise ErreurClasseur(
            f"{fichier} : attendu une surcouche écrite par « importer », reçu un contenu incomplet ({erreur}). "
            "À faire : importer de nouveau le classeur."
        ) from erreur
    if couloir and surcouche.couloir != couloir:
        raise ErreurClasseur(
            f"{fichier} : attendu une surcouche du couloir {couloir}, reçu {surcouche.couloir}. "
            "À faire : choisir le dossier de ce couloir."
        )
    return surcouche


def lire_correspondances(dossier: Path, catalogue_ids: Mapping[str, object]) -> dict[str, str]:
    """Les correspondances que l'utilisateur a confirmées : `<numéro du classeur>: <numéro du catalogue>`."""
    fichier = dossier / CORRESPONDANCES
    if not fichier.is_file():
        return {}
    lues = {str(cle).strip(): str(valeur).strip() for cle, valeur in _lire_yaml(fichier).items()}
    for cle, valeur in lues.items():
        if valeur not in catalogue_ids:
            raise ErreurClasseur(
                f"{fichier} : attendu un numéro du catalogue pour « {cle} », reçu « {valeur} ». À faire : le corriger."
            )
    return lues


def _lire_yaml(fichier: Path) -> dict[str, Any]:
    try:
        # Les numéros confirmés se lisent comme ils sont écrits : `01.01` n'est pas un nombre.
        lecteur = yaml.CBaseLoader if fichier.name == CORRESPONDANCES else yaml.CSafeLoader
        contenu = yaml.load(fichier.read_bytes(), Loader=lecteur)
    except (OSError, yaml.YAMLError) as erreur:
        raise ErreurClasseur(f"{fichier} illisible : {erreur}. À faire : importer de nouveau le classeur.") from erreur
    if not isinstance(contenu, dict):
        raise ErreurClasseur(f"{fichier} : attendu une table YAML, reçu autre chose. À faire : corriger le fichier.")
    return contenu


def _exigence(ligne: dict[str, Any]) -> ExigenceLue:
    scenarios = [
        ScenarioLu(**{**scenario, "preuves": [PreuveLue(**preuve) for preuve in scenario["preuves"]]})
        for scenario in ligne["scenarios"]
    ]
    return ExigenceLue(**{**ligne, "scenarios": scenarios})
