"""Dépôts et retraits appliqués aux résultats : une fonction pure, qui ne juge pas."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.depots import COMPLEMENT, PERIMEE, Depot, appliquer, appliquer_a
from reports.resultat import EtatPreuve, OriginePiece, PieceJointe, PreuveProduite
from reports.verdict import Verdict
from tests.reports.fabrique import exigence, resultat

_EX = exigence("INS/va1.01")
_PREUVE = PreuveProduite("P", "", EtatPreuve.A_APPORTER, ("video", "capture"), (), "P")
_MACHINE = PieceJointe("preuves/P/m.xml", "00" * 32, 1, "application/xml")
_ECRAN = replace(_MACHINE, chemin="preuves/P/e.png", details={COMPLEMENT: True})


def _piece(nom: str, genre: str = "capture", **details: str) -> PieceJointe:
    machine = PieceJointe(f"preuves/P/{nom}", hashlib.sha256(nom.encode()).hexdigest(), 1, "image/png")
    return replace(machine, origine=OriginePiece.PERSONNE, depose_par="Éva", genre=genre, details=details)


def _depot(piece: PieceJointe, version: str = "4.2") -> Depot:
    return Depot("P", "S", "E", "BIO", piece=piece, logiciel=("LaboTest", version))


def _retrait(piece: PieceJointe) -> Depot:
    return Depot("P", "S", "E", "BIO", retiree=piece.sha256, raison="x", par="Éva")


def _avec(*fichiers: PieceJointe) -> PreuveProduite:
    return replace(_PREUVE, etat=EtatPreuve.PRODUITE, fichiers=fichiers)


_A, _B = _piece("a.png"), _piece("b.png")


@pytest.mark.parametrize(
    ("preuve", "depots", "etat"),
    [
        (_PREUVE, [], EtatPreuve.A_APPORTER),
        (_PREUVE, [_depot(_A)], EtatPreuve.PRODUITE),
        (_PREUVE, [_depot(_A), _retrait(_A)], EtatPreuve.A_APPORTER),
        (_PREUVE, [_depot(_A), _retrait(_A), _depot(_A)], EtatPreuve.PRODUITE),
        (_PREUVE, [_depot(_A), _depot(_B), _retrait(_A)], EtatPreuve.PRODUITE),
        (_PREUVE, [_depot(_A, "4.1")], EtatPreuve.A_APPORTER),
        (_PREUVE, [_depot(_A, "4.1"), _depot(_A)], EtatPreuve.PRODUITE),
        (_PREUVE, [_depot(_piece("t.txt", "trace/log"))], EtatPreuve.A_APPORTER),
        (_PREUVE, [_depot(_piece("h.pdf", "capture", a_verifier="autre version"))], EtatPreuve.A_VERIFIER),
        (replace(_PREUVE, etat=EtatPreuve.MANQUANTE), [_depot(_A), _retrait(_A)], EtatPreuve.MANQUANTE),
        (replace(_PREUVE, etat=EtatPreuve.SANS_OBJET), [_depot(_A)], EtatPreuve.SANS_OBJET),
        (_avec(_MACHINE), [_depot(_A), _retrait(_A)], EtatPreuve.PRODUITE),
        # Un verdict écrit après le dépôt porte déjà la pièce : le retrait l'ôte aussi, un complément ne suffit pas.
        (_avec(_ECRAN, _A), [_depot(_A), _retrait(_A)], EtatPreuve.A_APPORTER),
    ],
)  # fmt: skip
def test_etat(preuve: PreuveProduite, depots: list[Depot], etat: EtatPreuve) -> None:
    """L'état d'une preuve après ses dépôts et retraits, dans l'ordre."""
    assert appliquer_a(preuve, depots, ("LaboTest", "4.2")).etat is etat


@pytest.mark.parametrize(
    ("acceptees", "genres", "etat"),
    [
        (("lien-plateforme-test", "document"), ["lien-plateforme-test"], EtatPreuve.A_VERIFIER),
        (("lien-plateforme-test", "document"), ["document"], EtatPreuve.A_VERIFIER),
        (("video", "capture", "lien-plateforme-test"), ["capture"], EtatPreuve.A_APPORTER),
        (("video", "capture", "lien-plateforme-test"), ["capture", "lien-plateforme-test"], EtatPreuve.A_VERIFIER),
    ],
)
def test_lien_jamais_mieux_qu_a_verifier(acceptees: tuple[str, ...], genres: list[str], etat: EtatPreuve) -> None:
    """Une preuve qui attend un résultat officiel n'est jamais tenue pour produite, et pas sans lui."""
    preuve = replace(_PREUVE, pieces_acceptees=acceptees)
    depots = [_depot(_piece(f"{rang}.png", genre)) for rang, genre in enumerate(genres)]
    assert appliquer_a(preuve, depots).etat is etat


def test_perimee_visible() -> None:
    """Une pièce d'une autre version reste au dossier et dit laquelle."""
    [piece] = appliquer_a(_PREUVE, [_depot(_A, "4.1")], ("LaboTest", "4.2")).fichiers
    assert piece.details[PERIMEE] == "LaboTest 4.1"


def test_ailleurs_rien_ne_bouge() -> None:
    """Les autres preuves, les autres REM et le verdict restent tels quels."""
    joue = resultat(_EX, _EX.scenarios[0], Verdict.A_VERIFIER)
    une, autre = joue.preuves
    depots = [replace(_depot(_A), preuve=une.id), replace(_depot(_B), preuve=autre.id, rem="RIS")]
    [apres] = appliquer([joue], depots)
    assert apres.preuves[0].etat is EtatPreuve.PRODUITE
    assert apres.preuves[1] is autre
    assert replace(apres, preuves=joue.preuves) == joue


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.booleans()), max_size=12))
def test_modele(suite: list[tuple[str, bool]]) -> None:
    """Les pièces présentes sont celles qu'un ensemble donnerait ; appliquer deux fois ne change rien de plus."""
    presentes: set[str] = set()
    depots = []
    for nom, depose in suite:
        piece = _piece(nom)
        depots.append(_depot(piece) if depose else _retrait(piece))
        (presentes.add if depose else presentes.discard)(piece.chemin)
    une = appliquer_a(_PREUVE, depots)
    assert {piece.chemin for piece in une.fichiers} == presentes
    assert une.etat is (EtatPreuve.PRODUITE if presentes else EtatPreuve.A_APPORTER)
    assert appliquer_a(une, depots) == une


def test_aller_retour() -> None:
    """Un enregistrement relu donne le même dépôt ; une pièce d'avant les dépôts se relit comme venue de la machine."""
    brut = {"preuve": "P", "scenario": "S", "exigence": "E", "rem": "BIO", "piece": _A.en_dict()}
    assert Depot.depuis_dict(brut).piece == _A
    ancienne = {"chemin": "p", "sha256": "0" * 64, "taille": 1, "type": "t", "description": ""}
    assert PieceJointe.depuis_dict(ancienne).origine is OriginePiece.MACHINE
