"""Relais SMTP ordinaire d'essai : ce que le logiciel écrit aux personnes (codes, liens), lu par le banc."""

from simulators.courriels.simulateur import SimulateurCourriels

__all__ = ["SimulateurCourriels"]
