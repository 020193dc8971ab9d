"""Le rapport d'import : nouveau, changé, disparu, contre notre catalogue et contre l'import précédent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass

from requirements.catalogue import Catalogue
from requirements.importation.contenu import ExigenceLue
from requirements.importation.rapprochement import AMBIGUE, Proposition
from requirements.importation.surcouche import CORRESPONDANCES, Surcouche
from requirements.modele import Exigence

_NATURES = {"obligatoire": "exigence", "preconisee": "preconisation"}
# Champs d'une exigence du classeur, et ce qu'en dit le catalogue.
_COMPARES: tuple[tuple[str, Callable[[Exigence], str]], ...] = (
    ("profil", lambda exigence: exigence.profil),
    ("id_section", lambda exigence: exigence.id_section),
    ("section", lambda exigence: exigence.section),
    ("bloc", lambda exigence: exigence.bloc),
    ("fonction", lambda exigence: exigence.fonction),
    ("nature", lambda exigence: exigence.nature.value),
    ("criticite", lambda exigence: exigence.criticite.value),
)


@dataclass(frozen=True, slots=True)
class Ecart:
    """Une différence : sur quel numéro, quoi, ce que l'on avait, ce que dit le classeur."""

    numero: str
    quoi: str
    avant: str
    apres: str


@dataclass(frozen=True, slots=True)
class Rapport:
    """Ce qu'un import apprend."""

    surcouche: Surcouche
    nouvelles: tuple[str, ...]
    disparues: tuple[str, ...]
    disparues_sans_scenario: tuple[str, ...]
    """Parmi les disparues, celles qui n'ont aucun scénario : l'export Convergence ne les porte jamais."""
    obsoletes: tuple[str, ...]
    ambigues: tuple[str, ...]
    changements: tuple[Ecart, ...]
    propositions: tuple[Proposition, ...]
    depuis_import: tuple[Ecart, ...] | None
    """Écarts avec l'import précédent ; rien s'il n'y en avait pas."""
    avertissements: tuple[str, ...]

    @property
    def reprises(self) -> int:
        """Combien d'exigences du classeur correspondent à une exigence du catalogue."""
        return sum(bool(lue.correspondance) for lue in self.surcouche.exigences)

    def en_dict(self) -> dict[str, object]:
        """Pour un programme."""
        return {
            "version": 1,
            "couloir": self.surcouche.couloir,
            "classeur": asdict(self.surcouche.revision),
            "colonnes_inconnues": list(self.surcouche.colonnes_inconnues),
            "exigences_du_classeur": len(self.surcouche.exigences),
            "reprises": self.reprises,
            "nouvelles": list(self.nouvelles),
            "disparues": list(self.disparues),
            "disparues_sans_scenario": list(self.disparues_sans_scenario),
            "obsoletes": list(self.obsoletes),
            "ambigues": list(self.ambigues),
            "changements": [asdict(ecart) for ecart in self.changements],
            "propositions": [asdict(proposition) for proposition in self.propositions],
            "depuis_import": None if self.depuis_import is None else [asdict(ecart) for ecart in self.depuis_import],
            "avertissements": list(self.avertissements),
        }

    def en_texte(self) -> str:
        """Pour une personne."""
        revision = self.surcouche.revision
        lignes = [
            f"Classeur {revision.nom}, feuille « {revision.feuille} »",
            f"Enregistré le : {revision.modifie_le or 'date inconnue'}",
            f"SHA-256 : {revision.sha256}",
            f"Exigences du classeur : {len(self.surcouche.exigences)}, dont {self.reprises} reconnues par leur numéro.",
        ]
        if self.surcouche.colonnes_inconnues:
            lignes.append(
                f"Colonnes inconnues, gardées telles quelles : {', '.join(self.surcouche.colonnes_inconnues)}."
            )
        lignes += _paragraphe("Nouvelles (dans le classeur, pas dans notre catalogue)", self.nouvelles)
        lignes += _paragraphe("Non retrouvées dans le classeur importé", self.disparues)
        if self.disparues_sans_scenario:
            nombre = len(self.disparues_sans_scenario)
            lignes.append(
                f"  (dont {nombre} sans scénario : une exigence sans scénario n'est pas dans l'export Convergence)"
            )
        lignes += _paragraphe("Obsolètes dans le classeur", self.obsoletes)
        lignes += _paragraphe("Numéros ambigus, sans correspondance", self.ambigues)
        lignes += _paragraphe("Changées par rapport à notre catalogue", map(dire, self.changements))
        lignes += _paragraphe(
            f"Ressemblances à confirmer (écrire la ligne dans {CORRESPONDANCES}, puis importer de nouveau)",
            (
                f'"{p.classeur}": "{p.catalogue}"   # ressemblance {p.score:.2f} avec {p.contre}'
                for p in self.propositions
            ),
        )
        if self.depuis_import is not None:
            lignes += _paragraphe("Depuis l'import précédent", map(dire, self.depuis_import))
        lignes += _paragraphe("À la lecture", self.avertissements)
        return "\n".join(lignes)


def rediger(
    surcouche: Surcouche,
    catalogue: Catalogue,
    *,
    propositions: Iterable[Proposition],
    precedente: Surcouche | None,
    avertissements: Iterable[str],
    vagues: Collection[int] = (),
) -> Rapport:
    """Le rapport d'un import ; `vagues` limite ce qui est attendu du classeur."""
    lues = surcouche.exigences
    attendues = catalogue.selectionner(vagues=vagues or None)
    trouvees = {lue.correspondance for lue in lues}
    absentes = [exigence for exigence in attendues if exigence.id not in trouvees]
    changements = [
        ecart
        for lue in lues
        if lue.correspondance and not _est_obsolete(lue)
        for ecart in _comparer(lue, catalogue.exigence(lue.correspondance))
    ]
    return Rapport(
        surcouche=surcouche,
        nouvelles=tuple(lue.id for lue in lues if not lue.correspondance and lue.methode != AMBIGUE),
        disparues=tuple(exigence.id for exigence in absentes),
        disparues_sans_scenario=tuple(exigence.id for exigence in absentes if not exigence.scenarios),
        obsoletes=tuple(lue.id for lue in lues if _est_obsolete(lue)),
        ambigues=tuple(lue.id for lue in lues if lue.methode == AMBIGUE),
        changements=tuple(changements),
        propositions=tuple(propositions),
        depuis_import=None if precedente is None else tuple(entre_surcouches(precedente, surcouche)),
        avertissements=tuple(avertissements),
    )


def _comparer(lue: ExigenceLue, exigence: Exigence) -> Iterable[Ecart]:
    for champ, valeur in _COMPARES:
        recu, attendu = lue.champs.get(champ, ""), valeur(exigence)
        if recu and _plat(recu) != _plat(attendu):
            yield Ecart(exigence.id, champ, attendu, recu)
    vus = {scenario.correspondance for scenario in lue.scenarios}
    for attendu_scenario in exigence.scenarios:
        if attendu_scenario.id not in vus:
            yield Ecart(exigence.id, f"scénario {attendu_scenario.id}", "présent", "absent")
    attendus = {scenario.id: scenario for scenario in exigence.scenarios}
    for scenario in lue.scenarios:
        if not scenario.correspondance:
            yield Ecart(exigence.id, f"scénario {scenario.id or '(sans numéro)'}", "absent", "présent")
            continue
        preuves = {preuve.correspondance for preuve in scenario.preuves}
        for preuve in attendus[scenario.correspondance].preuves:
            if preuve.id and preuve.repere not in preuves:
                yield Ecart(exigence.id, f"preuve {preuve.repere}", "présente", "absente")
        for lue_preuve in scenario.preuves:
            if lue_preuve.id and not lue_preuve.correspondance:
                yield Ecart(exigence.id, f"preuve {lue_preuve.id}", "absente", "présente")


def entre_surcouches(avant: Surcouche, apres: Surcouche) -> Iterable[Ecart]:
    """Ce qui sépare deux imports : énoncés, libellés, scénarios et preuves."""
    anciens, actuels = _textes(avant), _textes(apres)
    for cle, texte in actuels.items():
        if cle not in anciens:
            yield Ecart(cle[0], cle[1], "absent", "présent")
        elif _plat(anciens[cle]) != _plat(texte):
            yield Ecart(cle[0], cle[1], anciens[cle], texte)
    for cle in anciens:
        if cle not in actuels:
            yield Ecart(cle[0], cle[1], "présent", "absent")


def _textes(surcouche: Surcouche) -> dict[tuple[str, str], str]:
    textes: dict[tuple[str, str], str] = {}
    for exigence in surcouche.exigences:
        textes[exigence.id, "énoncé"] = exigence.texte
        for champ, valeur in exigence.champs.items():
            textes[exigence.id, champ] = valeur
        for rang, scenario in enumerate(exigence.scenarios, start=1):
            textes[exigence.id, f"scénario {scenario.id or rang}"] = scenario.texte
            for rang_preuve, preuve in enumerate(scenario.preuves, start=1):
                textes[exigence.id, f"preuve {preuve.id or rang_preuve} de {scenario.id or rang}"] = preuve.texte
    return textes


def _est_obsolete(lue: ExigenceLue) -> bool:
    return _plat(lue.champs.get("statut", "")) == "obsolete"


def _plat(texte: str) -> str:
    """Sans accents, casse ni espaces superflus, apostrophes unifiées : deux écritures du même libellé sont égales."""
    sans_accents = unicodedata.normalize("NFKD", texte.replace("’", "'").lower())
    plat = re.sub(r"\s+", " ", "".join(signe for signe in sans_accents if not unicodedata.combining(signe))).strip()
    return _NATURES.get(plat, plat)


def dire(ecart: Ecart) -> str:
    """Un écart en une ligne."""
    return f"{ecart.numero}, {ecart.quoi} : « {_court(ecart.avant)} » → « {_court(ecart.apres)} »"


def _court(texte: str) -> str:
    plat = " ".join(texte.split())
    return plat if len(plat) <= 120 else plat[:119] + "…"


def _paragraphe(titre: str, lignes: Iterable[str]) -> list[str]:
    contenu = [f"  {ligne}" for ligne in lignes]
    return ["", f"{titre} : {len(contenu)}", *contenu] if contenu else []
