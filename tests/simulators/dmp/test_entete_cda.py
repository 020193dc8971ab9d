"""L'en-tête que le simulateur lit d'un CDA reçu."""

from __future__ import annotations

import io

import pytest

from simulators.dmp.cda import lire_entete
from simulators.dmp.xml import ErreurXml
from tests.mutants.documents import bon

_COMMENTAIRE = b"<!--" + b"x" * (2 * 1024 * 1024) + b"-->"


def _prologue(ajout: bytes) -> io.BytesIO:
    octets = bon()
    racine = octets.index(b"<ClinicalDocument")
    return io.BytesIO(octets[:racine] + ajout + octets[racine:])


def test_long_prologue() -> None:
    """Un document dont la racine vient après deux mébioctets de commentaire se lit."""
    assert lire_entete(_prologue(_COMMENTAIRE)) == lire_entete(io.BytesIO(bon()))


@pytest.mark.parametrize("avant", [b"", _COMMENTAIRE], ids=["au début", "loin"])
def test_dtd(avant: bytes) -> None:
    """Une DTD est refusée, si loin soit-elle dans le prologue."""
    with pytest.raises(ErreurXml, match="DTD interdite"):
        lire_entete(_prologue(avant + b'<!DOCTYPE a [<!ENTITY b "c">]>'))
