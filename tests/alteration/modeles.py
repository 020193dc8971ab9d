"""Un document vrai, ou presque, de chaque type que le banc sait reconnaître."""

from __future__ import annotations

from functools import cache

from steps.controle.modele import TypeFichier
from tests.controle import documents
from tests.controle.hl7v2.fabrique import message
from tests.controle.jwt.fabrique import jeton
from tests.controle.saml.fabrique import vihf
from tests.simulators.insi import aides as insi
from tests.verifications.cda.fabrique import cda
from tests.verifications.kos.fabrique import kos
from tests.verifications.mssante.fabrique_courriels import message as courriel
from tests.verifications.pdf.fabrique_a1 import pdfa
from tests.verifications.xdm.fabrique import Piece, archive, metadonnees


@cache
def modeles() -> dict[TypeFichier, bytes]:
    """Le document de chaque type."""
    return {
        TypeFichier.CDA_N3: cda("N3"),
        TypeFichier.CDA_N1: cda("N1"),
        TypeFichier.PDF: pdfa(),
        TypeFichier.XDM: archive(Piece()),
        TypeFichier.METADATA: metadonnees(Piece()),
        TypeFichier.SOAP_INSI: insi.enveloppe(insi.traits("PAT-TROIS", "DOMINIQUE", "F", "1979-03-28")),
        TypeFichier.SOAP_DMP: documents.soap(
            metadonnees(Piece()).decode().partition("?>")[2], "<a:Action>urn:ihe:iti:2007:x</a:Action>"
        ).encode(),
        TypeFichier.SAML: vihf().encode(),
        TypeFichier.JWT: jeton().encode(),
        TypeFichier.HL7V2: message().encode(),
        TypeFichier.COURRIEL: courriel(),
        TypeFichier.KOS: kos(),
    }
