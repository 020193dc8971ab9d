"""L'affichage d'un document du dossier, joint comme complément."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from steps.bilan import Bilan
from steps.essai import Essai
from steps.etapes.cda_documents import afficher
from steps.logiciel.protocole import ReponseAction

_DONNEES: dict[str, Any] = {"affichage": "<p>Dossier de sortie</p>"}


def test_affichage_n_apporte_pas_la_preuve() -> None:
    """Le rendu que le logiciel déclare n'est pas une capture de son écran : il ne tient pas lieu de preuve."""
    bilan = Bilan()
    reponse = ReponseAction("fait", donnees=_DONNEES)
    essai = SimpleNamespace(bilan=bilan, jouer=lambda *_args, **_kw: reponse)
    afficher(cast(Essai, essai), "D1")
    assert [(piece.genre, piece.complement) for piece in bilan.pieces] == [("capture", True)]
    assert bilan.pieces[0].octets == b"<p>Dossier de sortie</p>"
