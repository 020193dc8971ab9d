"""La matrice de couverture : exigence × scénario × feature × vérification × défaut."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from requirements.catalogue import Catalogue
from requirements.erreurs import Anomalie, ErreurCatalogue
from requirements.features import COMMUNS, ScenarioGherkin
from requirements.lecture import Lecture
from requirements.lectures import LectureDeScenario
from requirements.modele import Classe, Exigence, ScenarioConformite

_DEFAUT = frozenset(
    ("scenarios", "description", "autres", "regles", "non_concluants", "a_verifier_en_plus", "temoins", "lot")
)

Numeros = Mapping[str, tuple[str, ...]]
"""Pour chaque numéro de scénario, les codes (de vérification ou de défaut) qui le touchent."""


@dataclass(frozen=True, slots=True)
class LigneCouverture:
    """Une ligne de la matrice : un scénario, ou une exigence qui n'en a aucun."""

    exigence: Exigence
    scenario: ScenarioConformite | None
    features: tuple[str, ...]
    verifications: tuple[str, ...]
    defauts: tuple[str, ...]
    reserves: tuple[str, ...] = ()
    """Les étapes de ces features qui laissent une pièce ou un point à une personne."""

    @property
    def jugee_par_la_machine(self) -> bool:
        """Une feature joue le scénario, et n'y laisse rien à une personne."""
        return bool(self.features) and not self.reserves

    @property
    def attendue_de_la_machine(self) -> bool:
        """Le moyen du scénario (réseau, fichier, adaptateur) laisse attendre un verdict de la machine."""
        return self.scenario is not None and self.scenario.moyen is not Classe.HUMAIN

    @property
    def guidee(self) -> bool:
        """Ce qui revient à une personne a sa forme guidée."""
        return self.scenario is not None and bool(self.scenario.deroule)

    @property
    def etat(self) -> str:
        """Ce que le banc fait de ce scénario aujourd'hui."""
        if self.scenario is None:
            return f"non vérifiée : {self.exigence.non_verifiee}"
        if self.jugee_par_la_machine:
            return "joué par le banc"
        if self.features:
            return (
                "joué par le banc, guidé pour le reste" if self.guidee else "joué par le banc, le reste à une personne"
            )
        return "guidé" if self.guidee else "pas encore de feature"


@dataclass(frozen=True, slots=True)
class Couverture:
    """La matrice d'un couloir et ses totaux."""

    catalogue: Catalogue
    lignes: tuple[LigneCouverture, ...]
    lectures: tuple[LectureDeScenario, ...] = ()
    """Ce que le texte demande et ce que le banc en joue, scénario par scénario."""
    supplements: tuple[LigneCouverture, ...] = ()
    """Les scénarios du banc que le REM n'a pas ; hors des comptes."""

    @property
    def totaux(self) -> dict[str, int]:
        """Les comptes que tout le monde doit retrouver."""
        avec = [ligne for ligne in self.lignes if ligne.scenario is not None]
        return {
            "exigences": len(self.catalogue.exigences),
            "scenarios": len(avec),
            "preuves": len(self.catalogue.preuves),
            "exigences sans scénario": sum(ligne.scenario is None for ligne in self.lignes),
            "scénarios de moyen réseau, fichier ou adaptateur": sum(ligne.attendue_de_la_machine for ligne in avec),
            "scénarios joués par une feature": sum(bool(ligne.features) for ligne in avec),
            "scénarios que la machine juge seule": sum(ligne.jugee_par_la_machine for ligne in avec),
            "scénarios joués, dont une pièce ou un point reste à une personne": sum(
                bool(ligne.features and ligne.reserves) for ligne in avec
            ),
            "scénarios guidés": sum(ligne.guidee for ligne in avec),
            "scénarios sans feature ni déroulé": sum(not ligne.features and not ligne.guidee for ligne in avec),
            "scénarios touchés par une vérification": sum(bool(ligne.verifications) for ligne in avec),
            "scénarios mis à l'épreuve par un défaut": sum(bool(ligne.defauts) for ligne in avec),
        }


def couvrir(
    catalogue: Catalogue,
    gherkin: Collection[ScenarioGherkin],
    connus: Collection[str],
    anomalies: list[Anomalie],
    *,
    racine: Path,
    verifications: Numeros | None = None,
    defauts: Numeros | None = None,
    lectures: tuple[LectureDeScenario, ...] = (),
) -> Couverture:
    """La matrice du couloir.

    `connus` : les numéros de tous les couloirs. Un numéro de feature qui n'y est pas est une anomalie, comme un numéro
    qui n'est pas du couloir dans un fichier de ce couloir.
    """
    features: dict[str, list[str]] = defaultdict(list)
    reserves: dict[str, list[str]] = defaultdict(list)
    siens = {scenario.id for scenario in (*catalogue.scenarios(), *catalogue.supplements)} | {
        exigence.id for exigence in catalogue.exigences
    }
    for ecrit in gherkin:
        du_couloir = ecrit.couloir == catalogue.couloir.couloir
        for numero in ecrit.numeros:
            if numero not in (siens if du_couloir else connus):
                anomalies.append(_numero_inconnu(catalogue, ecrit, numero))
            elif du_couloir or ecrit.couloir == COMMUNS:
                features[numero].append(f"{_relatif(ecrit.fichier, racine)} : {ecrit.nom}")
                reserves[numero].extend(ecrit.reserves)

    def ligne(exigence: Exigence, scenario: ScenarioConformite) -> LigneCouverture:
        joue = tuple(dict.fromkeys(features.get(scenario.id, ())))
        # Deux REM peuvent donner un même numéro à deux scénarios : ce que rien ne joue ici n'y est pas vérifié.
        return LigneCouverture(
            exigence,
            scenario,
            joue,
            (verifications or {}).get(scenario.id, ()) if joue else (),
            (defauts or {}).get(scenario.id, ()) if joue else (),
            tuple(dict.fromkeys(reserves.get(scenario.id, ()))),
        )

    lignes: list[LigneCouverture] = []
    for exigence in catalogue.exigences:
        if not exigence.scenarios:
            lignes.append(LigneCouverture(exigence, None, (), (), ()))
        lignes += [ligne(exigence, scenario) for scenario in exigence.scenarios]
    supplements = tuple(ligne(e, scenario) for e in catalogue.exigences for scenario in e.supplements)
    return Couverture(catalogue, tuple(lignes), lectures, supplements)


def ecarts_de_jugement(couverture: Couverture) -> list[Anomalie]:
    """Ce que la machine devrait juger et ne juge pas, sans que le catalogue dise pourquoi, ou l'inverse."""
    anomalies = []
    for ligne in (*couverture.lignes, *couverture.supplements):
        if ligne.scenario is None:
            continue
        quoi = f"le scénario {ligne.scenario.id}"
        if ligne.attendue_de_la_machine and not ligne.jugee_par_la_machine:
            recu = (
                f"une étape qui s'en remet à une personne : {ligne.reserves[0]}" if ligne.reserves else "aucune feature"
            )
            if not ligne.scenario.non_jugee:
                anomalies.append(_ecart(couverture, f"« non_jugee » pour {quoi} : pourquoi pas la machine", recu))
            if ligne.features and not ligne.guidee:
                anomalies.append(_ecart(couverture, f"« deroule » pour {quoi} : ce que la personne fait et voit", recu))
        elif ligne.scenario.non_jugee:
            recu = "une feature le juge" if ligne.jugee_par_la_machine else "son moyen, « humain », le dit déjà"
            anomalies.append(_ecart(couverture, f"pas de « non_jugee » pour {quoi}", recu, "retirer le champ"))
    return anomalies


def _ecart(couverture: Couverture, attendu: str, recu: str, a_faire: str = "l'écrire dans le catalogue") -> Anomalie:
    return Anomalie(couverture.catalogue.dossier, 0, attendu, recu, a_faire)


def lire_verifications(fichier: Path, connus: Collection[str]) -> Numeros:
    """`{"<scénario>": ["<code de règle>", …]}` ; lève `ErreurCatalogue` si la forme ou un numéro est faux."""
    try:
        contenu = json.loads(fichier.read_text(encoding="utf-8"))
    except (OSError, ValueError) as erreur:
        raise ErreurCatalogue(
            [Anomalie(fichier, 0, "un JSON lisible", str(erreur), "régénérer le fichier")]
        ) from erreur
    attendu = "une table numéro de scénario → liste de codes de règle"
    if not isinstance(contenu, dict):
        raise ErreurCatalogue([Anomalie(fichier, 1, attendu, type(contenu).__name__, "régénérer le fichier")])
    anomalies: list[Anomalie] = []
    lus: dict[str, tuple[str, ...]] = {}
    for numero, codes in contenu.items():
        if numero not in connus:
            anomalies.append(Anomalie(fichier, 0, "un scénario du catalogue", f"« {numero} »", "corriger le numéro"))
        elif not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            anomalies.append(Anomalie(fichier, 0, attendu, f"{codes!r} pour « {numero} »", "régénérer le fichier"))
        else:
            lus[numero] = tuple(sorted(set(codes)))
    if anomalies:
        raise ErreurCatalogue(anomalies)
    return lus


def lire_defauts(fichier: Path, connus: Collection[str], couloir: str = "") -> Numeros:
    """`<défaut>: {scenarios: [<scénario>, …], description: …}` ; lève `ErreurCatalogue` si un numéro est inconnu.

    Avec `couloir`, la table de ce couloir s'y ajoute, si elle est à côté (`defauts.<couloir>.yaml`).
    """
    anomalies: list[Anomalie] = []
    lus: dict[str, list[str]] = defaultdict(list)
    propre = fichier.with_name(f"{fichier.stem}.{couloir}{fichier.suffix}")
    for table in (fichier, *((propre,) if couloir and propre.is_file() else ())):
        _lire_defauts(Lecture(table, anomalies), connus, lus)
    if anomalies:
        raise ErreurCatalogue(anomalies)
    return {numero: tuple(sorted(set(noms))) for numero, noms in lus.items()}


def _lire_defauts(lecture: Lecture, connus: Collection[str], lus: dict[str, list[str]]) -> None:
    racine = lecture.racine()
    if isinstance(racine, yaml.MappingNode):
        for cle, noeud in racine.value:
            champs = lecture.table(noeud, _DEFAUT, f"défaut {cle.value}")
            lecture.redaction(champs, "description", noeud, f"défaut {cle.value}")
            for numero in lecture.textes(champs, "scenarios", noeud, f"défaut {cle.value}"):
                if numero not in connus:
                    lecture.noter(
                        champs["scenarios"], "un scénario du catalogue", f"« {numero} »", "corriger le numéro"
                    )
                lus[numero].append(str(cle.value))
    elif racine is not None:
        lecture.noter(racine, "une table défaut → scénarios", "autre chose", "écrire un défaut par clé")


def _numero_inconnu(catalogue: Catalogue, ecrit: ScenarioGherkin, numero: str) -> Anomalie:
    propositions = catalogue.suggerer(numero)
    suite = (
        f"corriger l'étiquette ; numéros proches : {', '.join(propositions)}"
        if propositions
        else "corriger l'étiquette"
    )
    attendu = f"un numéro du REM {catalogue.rem}" if ecrit.couloir != COMMUNS else "un numéro d'un REM livré"
    return Anomalie(ecrit.fichier, ecrit.ligne, attendu, f"« @{numero} »", suite)


def _relatif(fichier: Path, racine: Path) -> str:
    return (fichier.relative_to(racine) if fichier.is_relative_to(racine) else fichier).as_posix()
