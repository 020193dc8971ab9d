"""Le PACS de l'établissement : un pair réseau DICOM qui prend ce qu'on lui envoie (C-ECHO, C-STORE)."""

from simulators.pacs.simulateur import SimulateurPacs

__all__ = ["SimulateurPacs"]
