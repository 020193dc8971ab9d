"""Ce que les tests des flux partagent : émetteur, envois et identités fixes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from simulators.socle.identites import par_cas
from steps.flux import AuteurDocument, Emetteur, EnvoiDocument, EnvoiHl7, IdentiteUsager, StructureEmettrice

INSTANT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=1)))
EMETTEUR = Emetteur("GAM", "CLINIQUE DU BANC", "1.2.250.1.213.99.7")
ENVOI = EnvoiHl7("MSG-42", INSTANT)
AUTEUR = AuteurDocument("899900000010", "LETTREUR", "CAMILLE")
STRUCTURE = StructureEmettrice("1990000027", "CLINIQUE DU BANC", "1.2.250.1.213.99.7")
ENVOI_DOCUMENT = EnvoiDocument("1.2.250.1.213.99.7.1.1", "1.2.250.1.213.99.7.1", INSTANT, "IPP7")


def usager(cas: str = "nominal_homme") -> IdentiteUsager:
    """L'identité de test de ce cas, avec son INS."""
    return IdentiteUsager.depuis_reference(par_cas(cas))
