"""Greffon d'ouvrier dask : le fichier « tueur » arrête l'ouvrier qui le lit, chez chaque ouvrier, neuf ou non."""

from __future__ import annotations

import os
from typing import Any

from distributed import WorkerPlugin

from steps.controle import lots_ouvrier
from steps.controle.jugement import Tache
from steps.controle.lots_sources import Element

_TACHE = lots_ouvrier.tache


class Tueur(WorkerPlugin):
    """Posé par `client.register_plugin`."""

    def setup(self, worker: Any) -> None:
        """Remplace la lecture d'un élément."""
        del worker
        lots_ouvrier.tache = _lire_ou_mourir


def _lire_ou_mourir(element: Element, taille_max: int) -> Tache:
    if element.chemin.endswith("tueur"):
        os._exit(9)
    return _TACHE(element, taille_max)
