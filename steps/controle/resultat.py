"""La forme écrite d'un contrôle : ce que lisent le terminal, le JSON, le HTML, le SARIF et les lots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from reports.verdict import Verdict
from steps.controle.modele import Controle, Examen, Gravite, constat_en_dict
from steps.verifications.registre import REGLES

Ecrit = dict[str, Any]
_VERDICTS = frozenset({Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.NON_CONCLUANT})
ORDRE_GRAVITES = (
    Gravite.ERREUR,
    Gravite.INDETERMINE,
    Gravite.AVERTISSEMENT,
    Gravite.REMARQUE,
    Gravite.RESPECTEE,
)
"""Du plus grave au moins grave, comme les verdicts qu'elles donnent."""
_RANGS = {gravite.value: rang for rang, gravite in enumerate(ORDRE_GRAVITES)}


@dataclass(frozen=True, slots=True)
class Resultat:
    """Un fichier contrôlé, en types JSON. `duree` en secondes, `taille` en octets.

    `constats` : les plus graves d'abord, ceux des documents contenus compris (clé `document`). `respectees` : nombre de
    règles respectées, écrites ou non. `inclus` : nom, type, verdict et périmètre des documents contenus.
    """

    fichier: str
    type: str
    verdict: str
    constats: list[Ecrit]
    perimetre: list[str] = field(default_factory=list)
    inclus: list[Ecrit] = field(default_factory=list)
    sha256: str = ""
    taille: int = 0
    duree: float = 0.0
    respectees: int = 0
    avertissements: list[str] = field(default_factory=list)

    def en_dict(self) -> Ecrit:
        """Les clés du contrat `--json`, et les nôtres à la suite."""
        return asdict(self)


def ecrire(controle: Controle, *, tout: bool) -> Resultat:
    """Met un contrôle sous sa forme écrite ; sans `tout`, les règles respectées ne sont que comptées."""
    constats: list[Ecrit] = []
    respectees = 0
    for document, examen in _documents("", controle.examen):
        for constat in examen.constats:
            ecrit = constat_en_dict(constat)
            if ecrit["gravite"] == Gravite.RESPECTEE:
                respectees += 1
                if not tout:
                    continue
            # Le registre est rempli par l'examen lui-même ; un schematron du kit n'y a pas ses règles.
            if regle := REGLES.get(constat.code):
                ecrit["titre"] = regle.titre
            if document:
                ecrit["document"] = document
            constats.append(ecrit)
    constats.sort(key=lambda ecrit: _RANGS[ecrit["gravite"]])
    return Resultat(
        fichier=controle.fichier,
        type=controle.examen.type.value,
        verdict=verdict_de_fichier(controle.examen).value,
        constats=constats,
        perimetre=list(controle.examen.perimetre),
        inclus=[
            {
                "document": document,
                "type": examen.type.value,
                "verdict": verdict_de_fichier(examen).value,
                "perimetre": list(examen.perimetre),
            }
            for document, examen in _documents("", controle.examen)
            if document
        ],
        sha256=controle.empreinte,
        taille=controle.taille,
        duree=round(controle.duree, 4),
        respectees=respectees,
        avertissements=list(controle.avertissements),
    )


def verdict_de_fichier(examen: Examen) -> Verdict:
    """Un des quatre verdicts d'un fichier ; un examen sans rien d'applicable n'a rien conclu."""
    verdict = examen.verdict
    return verdict if verdict in _VERDICTS else Verdict.NON_CONCLUANT


def code_de_sortie(verdicts: set[str]) -> int:
    """1 s'il y a un *non conforme*, sinon 3 s'il y a un *non concluant*, sinon 0."""
    if Verdict.NON_CONFORME.value in verdicts:
        return 1
    return 3 if Verdict.NON_CONCLUANT.value in verdicts else 0


def _documents(nom: str, examen: Examen) -> Iterator[tuple[str, Examen]]:
    yield nom, examen
    for sous_nom, inclus in examen.inclus:
        yield from _documents(f"{nom} › {sous_nom}" if nom else sous_nom, inclus)
