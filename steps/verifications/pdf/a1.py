"""Un PDF qui se déclare PDF/A-1, prêt à contrôler."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pikepdf

from steps.verifications.pdf.a1_contenu import Usages, relever
from steps.verifications.pdf.fichier import Squelette, lire_squelette
from steps.verifications.pdf.objets import Objet, parcourir
from steps.verifications.pdf.xmp import Xmp


@dataclass
class DocumentA1:
    """Un PDF ouvert qui se déclare PDF/A-1. `xmp` : ses métadonnées ; `niveau` : « A » ou « B »."""

    octets: bytes
    pdf: pikepdf.Pdf
    xmp: Xmp

    @property
    def niveau(self) -> str:
        return self.xmp.declaration[1:]

    @cached_property
    def squelette(self) -> Squelette:
        return lire_squelette(self.octets)

    @cached_property
    def objets(self) -> tuple[Objet, ...]:
        """Tous les objets, atteignables ou non ; lève `PdfDemesure`."""
        return tuple(parcourir(self.pdf))

    @cached_property
    def usages(self) -> Usages:
        return relever(self.pdf)
