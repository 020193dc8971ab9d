"""Le score par paquet, les survivants examinés, et leur lecture dans `survivants.yaml`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.mutations.essai import Issue
from tests.mutations.seance import Resultat
from tests.mutations.tirage import wilson

SURVIVANTS = Path(__file__).with_name("survivants.yaml")
_PREFIXE = "steps.verifications."


def lire_survivants(fichier: Path = SURVIVANTS) -> dict[str, str]:
    """Clé du mutant → pourquoi aucun essai ne peut, ou n'a à, le tuer."""
    brut = yaml.safe_load(fichier.read_text(encoding="utf-8")) or {}
    raisons: dict[str, str] = {}
    for raison, cles in brut.items():
        for cle in cles:
            if cle in raisons:
                raise ValueError(f"deux raisons pour {cle}")
            raisons[cle] = raison
    return raisons


def paquet(module: str) -> str:
    """Le paquet d'un module : « cda », « mssante »… ; les modules de tête vont ensemble."""
    reste = module.removeprefix(_PREFIXE).split(".")
    return reste[0] if len(reste) > 1 or not reste[0] else "(modules de tête)"


def compter(resultats: Iterable[Resultat], raisons: Mapping[str, str]) -> dict[str, Counter[str]]:
    """Par paquet : combien de mutants de chaque sort ; un survivant examiné compte à part."""
    comptes: dict[str, Counter[str]] = {}
    for resultat in resultats:
        compte = comptes.setdefault(paquet(resultat.mutant.module), Counter())
        issue: str = resultat.issue.value
        if not resultat.issue.pris and resultat.mutant.cle in raisons:
            issue = "équivalent"
        compte[issue] += 1
    return comptes


def score(compte: Mapping[str, int]) -> float:
    """Part des mutants pris, hors équivalents et ingreffables ; NaN s'il n'en reste pas."""
    pris, juges = _pris_et_juges(compte)
    return 100 * pris / juges if juges else float("nan")


def intervalle(comptes: Mapping[str, Counter[str]]) -> tuple[float, float]:
    """L'intervalle de confiance à 95 % du score d'ensemble ; il ne vaut que pour un tirage simple parmi tous."""
    return wilson(*_pris_et_juges(sum(comptes.values(), Counter())))


def _pris_et_juges(compte: Mapping[str, int]) -> tuple[int, int]:
    pris = compte.get(Issue.TUE, 0) + compte.get(Issue.DELAI, 0)
    return pris, pris + compte.get(Issue.SURVIVANT, 0) + compte.get(Issue.SANS_ESSAI, 0)


_COLONNES = (*(issue.value for issue in Issue), "équivalent")


def tableau(comptes: Mapping[str, Counter[str]]) -> str:
    """Le tableau en Markdown, une ligne par paquet puis l'ensemble."""
    total: Counter[str] = sum(comptes.values(), Counter())
    lignes = [
        f"| Paquet | Mutants | {' | '.join(_COLONNES)} | Score |",
        f"| --- |{' ---: |' * (len(_COLONNES) + 2)}",
    ]
    for nom, compte in [*sorted(comptes.items()), ("**ensemble**", total)]:
        cases = " | ".join(str(compte[colonne]) for colonne in _COLONNES)
        lignes.append(f"| {nom} | {compte.total()} | {cases} | {score(compte):.1f} % |")
    return "\n".join(lignes)


def en_json(resultats: Sequence[Resultat], raisons: Mapping[str, str], tirage: Mapping[str, Any]) -> str:
    """Tout le passage : le tirage, le compte, chaque mutant."""
    comptes = compter(resultats, raisons)
    # Un tirage égal par module n'est pas un tirage simple : cet intervalle n'y voudrait rien dire.
    bornes = [round(borne, 1) for borne in intervalle(comptes)] if tirage.get("tirage") is not None else None
    return json.dumps(
        {
            "tirage": dict(tirage),
            "score": round(score(sum(comptes.values(), Counter())), 1),
            "intervalle_95": bornes,
            "paquets": {nom: {**compte, "score": round(score(compte), 1)} for nom, compte in sorted(comptes.items())},
            "mutants": [
                {
                    "cle": r.mutant.cle,
                    "module": r.mutant.module,
                    "ligne": r.mutant.ligne,
                    "genre": r.mutant.genre,
                    "avant": r.mutant.avant,
                    "apres": r.mutant.apres,
                    "issue": r.issue.value,
                    "essais": r.essais,
                    "raison": raisons.get(r.mutant.cle, ""),
                }
                for r in resultats
            ],
        },
        ensure_ascii=False,
        indent=1,
    )
