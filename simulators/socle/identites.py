"""Identités de test : les types, la fabrique et le jeu fixe, d'un seul endroit."""

from simulators.socle.identite import (
    OID_INS_NIA,
    OID_INS_NIR,
    OID_INS_NIR_DEMO,
    OID_INS_NIR_TEST,
    OIDS_PRODUCTION,
    AncienIns,
    IdentiteTest,
    cle_nir,
    fabriquer_identite,
)
from simulators.socle.jeu_identites import IDENTITES_DE_TEST, MATRICULES_PUBLICS_DE_TEST, par_cas

__all__ = [
    "IDENTITES_DE_TEST",
    "MATRICULES_PUBLICS_DE_TEST",
    "OIDS_PRODUCTION",
    "OID_INS_NIA",
    "OID_INS_NIR",
    "OID_INS_NIR_DEMO",
    "OID_INS_NIR_TEST",
    "AncienIns",
    "IdentiteTest",
    "cle_nir",
    "fabriquer_identite",
    "par_cas",
]
