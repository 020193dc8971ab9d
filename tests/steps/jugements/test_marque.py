"""La marque : aucune vérification publique ne l'oublie ; avec un carnet, chaque appel est noté."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

import steps.verifications
from reports.constat import Confiance, Constat, Regle
from simulators.socle.journal import JournalEchanges
from steps.jugements.carnet import CarnetEssai, constats_de
from steps.jugements.marque import nom_rejouable, rejouable, tenir
from steps.verifications.cda.controle import sans_redite

R = TypeVar("R")
RACINE = Path(steps.verifications.__path__[0])
CONSTRUCTEURS = {
    "steps.verifications.cda.jugement:juger",
    "steps.verifications.compte_rendu.lieux:pages_du_pdf",
    "steps.verifications.compte_rendu.structure:lire_ou_dire",
    "steps.verifications.compte_rendu.textes:juger_mots",
    "steps.verifications.compte_rendu.textes:juger_resultats",
    "steps.verifications.hl7v2.entete:d_une_autre_version",
    "steps.verifications.mssante.portee:sans_contexte",
}
"""Ce qui fabrique ou pondère un constat de ce qu'on lui dit, sans rien vérifier : une étape ne l'appelle pas."""
REGLE = Regle("ESSAI-JUG-01", "règle d'essai", "essai", Confiance.OFFICIELLE, "rien")


def _publiques() -> Iterator[tuple[str, ast.FunctionDef]]:
    for fichier in sorted(RACINE.rglob("*.py")):
        relatif = fichier.relative_to(RACINE.parents[1]).with_suffix("")
        module = ".".join(relatif.parts).removesuffix(".__init__")
        for noeud in ast.parse(fichier.read_text(encoding="utf-8")).body:
            if isinstance(noeud, ast.FunctionDef) and not noeud.name.startswith("_"):
                yield module, noeud


def _porteuses() -> set[str]:
    """Les noms de classes des vérifications dont un champ porte des constats : les rendre, c'est juger."""
    porteuses = {"Constat"}
    for fichier in RACINE.rglob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.ClassDef) and any(
                isinstance(champ, ast.AnnAssign) and "Constat" in _noms(champ.annotation) for champ in noeud.body
            ):
                porteuses.add(noeud.name)
    return porteuses


def _noms(annotation: ast.expr | None) -> set[str]:
    return {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)} if annotation is not None else set()


def test_aucune_verification_publique_n_oublie_la_marque() -> None:
    """Toute fonction publique des vérifications qui rend des constats se rejoue, sauf les constructeurs nommés."""
    porteuses = _porteuses() - {"ArchiveJointe", "Contenus"}
    oubliees = {
        f"{module}:{fonction.name}"
        for module, fonction in _publiques()
        if _noms(fonction.returns) & porteuses
        and nom_rejouable(getattr(importlib.import_module(module), fonction.name)) != f"{module}:{fonction.name}"
    }
    assert oubliees == CONSTRUCTEURS


def test_un_constat_rendu_dans_un_objet_est_compte() -> None:
    """Un constat seul, en liste, dans un n-uplet ou dans un objet qui l'accompagne est un constat."""
    constat = REGLE.respectee()
    assert [len(list(constats_de(rendu))) for rendu in (constat, [constat], ("lu", [constat, constat]), None, "")] == [
        1,
        1,
        2,
        0,
        0,
    ]


class _Compteur:
    """Un carnet qui ne fait que compter."""

    def __init__(self) -> None:
        self.noms: list[str] = []

    def appeler(
        self, nom: str, fonction: Callable[..., R], positionnels: tuple[Any, ...], nommes: Mapping[str, Any]
    ) -> R:
        self.noms.append(nom)
        return fonction(*positionnels, **nommes)


@rejouable
def _interieure(vu: str) -> Constat:
    return REGLE.respectee(recu=vu)


@rejouable
def exterieure(vus: list[str]) -> list[Constat]:
    """Une vérification qui en appelle une autre."""
    return [_interieure(vu) for vu in vus]


def test_seul_l_appel_le_plus_exterieur_est_note() -> None:
    """Ce qu'une vérification demande à une autre fait partie d'elle ; hors du bloc, plus rien n'est noté."""
    carnet = _Compteur()
    with tenir(carnet):
        exterieure(["a", "b"])
        _interieure("c")
    exterieure(["d"])
    assert carnet.noms == [f"{__name__}:exterieure", f"{__name__}:_interieure"]


def test_le_journal_garde_les_arguments_et_le_nombre_de_constats(tmp_path: Path) -> None:
    """L'enregistrement nomme la vérification, code ses arguments, compte ses constats ; son numéro va au bilan."""
    numeros: list[int] = []
    with JournalEchanges.creer(tmp_path) as journal:
        with tenir(CarnetEssai(journal, numeros)):
            exterieure(["a", "b"])
            exterieure(vus=[])
        enregistrements = list(journal.enregistrements(type="jugement"))
    assert [e.numero for e in enregistrements] == numeros
    assert [(e.donnees["constats"], e.donnees["arguments"]) for e in enregistrements] == [
        (2, {"positionnels": [["a", "b"]], "nommes": []}),
        (0, {"positionnels": [], "nommes": [["vus", []]]}),
    ]


def test_un_argument_qui_ne_se_garde_pas_se_dit(tmp_path: Path) -> None:
    """Un argument non codable n'empêche pas de juger : le jugement est noté non rejouable, avec la raison."""
    constats = [REGLE.respectee(), REGLE.respectee()]
    with JournalEchanges.creer(tmp_path) as journal:
        with tenir(CarnetEssai(journal, [])):
            assert len(sans_redite(constats, [])) == 2
        (enregistrement,) = journal.enregistrements(type="jugement")
    assert enregistrement.donnees["arguments"] is None
    assert "reports.constat:Constat" in enregistrement.donnees["non_rejouable"]


def test_une_verification_qui_leve_est_notee_et_leve_encore(tmp_path: Path) -> None:
    """L'exception suit son cours, et le journal en garde le type."""
    with JournalEchanges.creer(tmp_path) as journal:
        with tenir(CarnetEssai(journal, [])), pytest.raises(TypeError):
            exterieure(3)  # type: ignore[arg-type]  # c'est l'essai
        (enregistrement,) = journal.enregistrements(type="jugement")
    assert enregistrement.donnees["leve"] == "TypeError"


def test_un_iterateur_est_lu_une_seule_fois(tmp_path: Path) -> None:
    """Un itérateur donné à une vérification est gardé en entier, et la vérification le reçoit encore entier."""
    with JournalEchanges.creer(tmp_path) as journal:
        with tenir(CarnetEssai(journal, [])):
            assert len(exterieure(str(rang) for rang in range(3))) == 3  # type: ignore[arg-type]  # c'est l'essai
        (enregistrement,) = journal.enregistrements(type="jugement")
    assert json.dumps(enregistrement.donnees["arguments"]["positionnels"]).count('"tuple"') == 1
    assert enregistrement.donnees["constats"] == 3


@pytest.mark.parametrize("nommer", [False, True])
def test_un_long_argument_n_alourdit_pas_le_journal(tmp_path: Path, nommer: bool) -> None:
    """Donné par position ou par nom, un long argument est rangé comme un corps : l'enregistrement reste court."""
    vus = [f"ligne {rang}" for rang in range(2000)]
    with JournalEchanges.creer(tmp_path) as journal:
        with tenir(CarnetEssai(journal, [])):
            assert len(exterieure(vus=vus) if nommer else exterieure(vus)) == 2000
        (enregistrement,) = journal.enregistrements(type="jugement")
    assert len(enregistrement.donnees_brutes) < 400
