"""Simulateur du téléservice INSi."""

from simulators.insi.simulateur import SimulateurINSi

__all__ = ["SimulateurINSi"]
