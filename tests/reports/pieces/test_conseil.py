"""La forme de pièce proposée : la moins coûteuse que le texte accepte."""

from __future__ import annotations

import pytest

from reports.pieces.conseil import genres_proposes
from requirements.catalogue import Catalogue
from requirements.modele import TypePiece

_LIEN = "lien-plateforme-test"


@pytest.mark.parametrize(
    ("genres", "ordre", "dit"),
    [
        (("video", "capture"), ("capture", "video"), "Le texte accepte aussi une vidéo"),
        (("document", "video", "capture"), ("document", "capture", "video"), "le document tel que"),
        (("capture", "video"), ("capture", "video"), "une capture d'écran par étape"),
        (("video",), ("video",), "n'admet pas de captures"),
        (("document", "lien-plateforme-test"), ("lien-plateforme-test", "document"), "aucun outil du banc ne remplace"),
        (("video", "capture", _LIEN), (_LIEN, "capture", "video"), "Joignez-y des captures"),
        (("attestation",), ("attestation",), "métadonnées"),
        ((), (), ""),
        (("inconnu",), (), ""),
    ],
)  # fmt: skip
def test_ordre_et_conseil(genres: tuple[str, ...], ordre: tuple[str, ...], dit: str) -> None:
    """Captures avant vidéo, lien avant tout, le reste dans l'ordre du catalogue ; et quoi faire, en français."""
    proposition = genres_proposes(genres)
    assert proposition.genres == ordre
    assert dit in proposition.conseil


def test_catalogue(biologie: Catalogue) -> None:
    """Des captures admises passent toujours avant une vidéo ; aucun genre n'est perdu."""
    for preuve in biologie.preuves:
        proposition = genres_proposes(preuve.pieces)
        assert set(proposition.genres) == set(preuve.pieces)
        assert proposition.conseil
        if TypePiece.CAPTURE in preuve.pieces:
            assert proposition.premier is not TypePiece.VIDEO
