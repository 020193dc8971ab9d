"""Le monde d'une DRIMbox : examens fictifs, source distante en WADO-RS."""

from simulators.drim.source import SimulateurDrim

__all__ = ["SimulateurDrim"]
