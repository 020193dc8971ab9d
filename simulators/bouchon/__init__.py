"""Bouchon : un téléservice dont le contrat n'est pas public, remplacé par ce que son utilisateur en a écrit.

Il accepte, garde et répond d'après un fichier de l'éditeur. Il n'apprend rien sur la conformité d'un appel : aucune
exigence ne se prouve par lui, et le banc ne le lit dans aucune vérification.
"""

from simulators.bouchon.reponses import ReponsesInvalides, lire_reponses
from simulators.bouchon.simulateur import BOUCHONS, SimulateurBouchon

__all__ = ["BOUCHONS", "ReponsesInvalides", "SimulateurBouchon", "lire_reponses"]
