"""Simulateur du Dossier Médical Partagé."""

from simulators.dmp.simulateur import SimulateurDMP

__all__ = ["SimulateurDMP"]
