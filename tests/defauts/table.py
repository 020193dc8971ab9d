"""`tests/defauts.yaml` : ce que chaque défaut du logiciel témoin doit donner, lu, comparé, écrit."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from requirements.catalogue import charger
from requirements.features import COMMUNS, features_du_couloir

TABLE = Path(__file__).resolve().parents[1] / "defauts.yaml"
"""Celle de la biologie, communs compris ; `defauts.COULOIR.yaml` : ce qu'un couloir joue de plus."""
PREMIER = "biologie"
SANS_DEFAUT = TABLE.with_name("regles_sans_defaut.yaml")


@dataclass(frozen=True)
class Resultat:
    """Ce qu'une campagne donne de plus que celle d'un logiciel sans défaut.

    `scenarios` : ceux qui deviennent non conformes ; `regles` : les codes qui le disent. `temoins` : peu de scénarios
    qui suffisent à montrer toutes ces règles ; le tour abrégé les joue, la comparaison les ignore. `lot` : les
    défauts d'un même lot se jouent ensemble ; qui s'y cache passe au suivant (`groupes.py`).
    """

    scenarios: tuple[str, ...] = ()
    regles: tuple[str, ...] = ()
    non_concluants: tuple[str, ...] = ()
    a_verifier_en_plus: tuple[str, ...] = ()
    temoins: tuple[str, ...] = field(default=(), compare=False)
    lot: int = field(default=0, compare=False)

    def sans_ordre(self) -> tuple[frozenset[str], ...]:
        """Pour comparer : l'ordre des scénarios suit celui des features, qui change."""
        return tuple(map(frozenset, (self.scenarios, self.regles, self.non_concluants, self.a_verifier_en_plus)))

    def parmi(self, joues: Container[str]) -> Resultat:
        """Ce qu'il reste à attendre quand seuls les scénarios `joues` l'ont été ; les règles, elles, y sont toutes."""
        return Resultat(
            tuple(n for n in self.scenarios if n in joues),
            self.regles,
            tuple(n for n in self.non_concluants if n in joues),
            tuple(n for n in self.a_verifier_en_plus if n in joues),
        )


def fichier(couloir: str = PREMIER) -> Path:
    """Où est la table d'un couloir."""
    return TABLE if couloir == PREMIER else TABLE.with_name(f"defauts.{couloir}.yaml")


def couloirs_suivants() -> tuple[str, ...]:
    """Les couloirs qui ont leur table, hors le premier."""
    return tuple(sorted(trouve.name.split(".")[1] for trouve in TABLE.parent.glob("defauts.*.yaml")))


def lire_table(couloir: str = PREMIER) -> dict[str, Resultat]:
    """La table, défaut par défaut ; vide tant qu'elle n'est pas écrite."""
    if not fichier(couloir).exists():
        return {}
    contenu = yaml.load(fichier(couloir).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {nom: _attendu(ligne) for nom, ligne in contenu.items()}


def propres(couloir: str) -> frozenset[str] | None:
    """Les scénarios que ce couloir joue autrement que le premier, ou de plus : sa table ne dit qu'eux. None : tous."""
    if couloir == PREMIER:
        return None
    deja = set(_joues(PREMIER))
    return frozenset(joue[1] for joue in _joues(couloir) if joue not in deja)


def _joues(couloir: str) -> Iterator[tuple[tuple[Path, int], str]]:
    """((fichier, ligne), numéro) de chaque scénario que les features jouent pour ce couloir."""
    catalogue = charger(couloir)
    connus = {scenario.id for scenario in (*catalogue.scenarios(), *catalogue.supplements)}
    for ecrit in features_du_couloir(catalogue, TABLE.parents[1] / "features", []):
        if ecrit.couloir in (COMMUNS, couloir):
            yield from (((ecrit.fichier, ecrit.ligne), numero) for numero in ecrit.numeros if numero in connus)


def _attendu(ligne: Mapping[str, Any]) -> Resultat:
    listes = {champ: tuple(ligne.get(champ, ())) for champ in Resultat.__dataclass_fields__ if champ != "lot"}
    return Resultat(**listes, lot=ligne.get("lot", 0))


def lire_sans_defaut() -> dict[str, str]:
    """Les règles qu'aucun défaut de la table ne prend en faute, et pourquoi."""
    contenu = yaml.load(SANS_DEFAUT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return dict(contenu)


def comparer(reference: Mapping[str, Any], joues: Mapping[str, Any]) -> Resultat:
    """Ce que le tour `joues` change par rapport au tour sans défaut ; dans l'ordre de celui-ci."""
    par_verdict: dict[str, list[str]] = {"non_conforme": [], "non_concluant": [], "a_verifier": []}
    par_scenario: dict[str, set[str]] = {}
    for numero, avant in reference.items():
        apres = joues.get(numero, avant)
        if apres["verdict"] != avant["verdict"]:
            par_verdict.setdefault(apres["verdict"], []).append(numero)
        par_scenario[numero] = {c["code"] for c in apres["constats"] if c["verdict"] == "non_conforme"}
    imprevus = {v: n for v, n in par_verdict.items() if v not in ("non_conforme", "non_concluant", "a_verifier")}
    if imprevus:
        raise ValueError(f"verdicts imprévus : {imprevus}")
    return Resultat(
        tuple(par_verdict["non_conforme"]),
        tuple(sorted(set().union(*par_scenario.values()))),
        tuple(par_verdict["non_concluant"]),
        tuple(par_verdict["a_verifier"]),
        _couvrir(par_scenario, {numero: float(avant.get("duree_s", 0.0)) for numero, avant in reference.items()}),
    )


_COUT_FIXE_S = 0.1
"""Ce que coûte un scénario de plus, si court soit-il."""


def _couvrir(par_scenario: Mapping[str, set[str]], durees: Mapping[str, float]) -> tuple[str, ...]:
    """Peu de scénarios, et de courts, dont les règles enfreintes sont toutes les règles."""
    restent = {numero: set(regles) for numero, regles in par_scenario.items()}
    choisis: list[str] = []
    while any(restent.values()):
        choisi = max(restent, key=lambda numero: len(restent[numero]) / (_COUT_FIXE_S + durees.get(numero, 0.0)))
        choisis.append(choisi)
        vues = restent.pop(choisi)
        for regles in restent.values():
            regles -= vues
    return tuple(numero for numero in par_scenario if numero in choisis)


def ecrire_table(resultats: Mapping[str, Resultat], descriptions: Mapping[str, str], couloir: str = PREMIER) -> None:
    """Écrit la table ; à relire défaut par défaut : chaque scénario doit être touché pour la bonne raison."""
    contenu = {
        nom: {
            "description": descriptions[nom],
            **{c: v if isinstance(v, int) else list(v) for c, v in asdict(resultat).items() if v},
        }
        for nom, resultat in sorted(resultats.items())
    }
    texte = yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False, default_flow_style=None, width=118)
    fichier(couloir).write_text(_ENTETE + texte, encoding="utf-8")


def numeros(resultats: Iterable[Resultat]) -> set[str]:
    """Tous les scénarios qu'au moins un défaut rend non conformes."""
    return {numero for resultat in resultats for numero in resultat.scenarios}


_ENTETE = """\
# Ce que chaque défaut du logiciel témoin doit donner, et rien d'autre. Comparé en entier par tests/test_defauts.py.
# scenarios : non conformes ; regles : codes qui le disent ; non_concluants : le défaut empêche la mise en place ;
# temoins : les scénarios que le tour abrégé joue, qui montrent ensemble toutes ces règles ;
# lot : ne se joue qu'avec les défauts du même lot, 0 s'il n'est pas dit (tests/defauts/groupes.py).
"""
