"""Le contrôle d'un document : schéma et règles du banc, à chaud."""

from __future__ import annotations

from lxml import etree

from simulators.insi.point import schema
from steps.verifications.cda import verifier_cda
from tests.bench.mesure import Mesure, mediane
from tests.simulators.insi import aides
from tests.verifications.cda import fabrique


def mesurer(*, rapide: bool) -> list[Mesure]:
    """Un CDA avec le PDF d'un compte rendu d'une page, et une demande INSi contre son schéma."""
    fois = 5 if rapide else 50
    octets = fabrique.cda("N3", corps=fabrique.corps_n3(fabrique.PDF + b"%" * 100_000 + b"\n%%EOF\n"))
    demande = etree.fromstring(aides.traits("PAT-TROIS", "DOMINIQUE", "F", "1979-03-28"))
    valideur = schema("recsans.xsd")
    par_schema = 1000 * mediane(lambda: valideur(demande), fois)
    return [
        Mesure(
            "cda_par_document",
            "Règles du banc sur un CDA",
            1000 * mediane(lambda: verifier_cda(octets), fois),
            "ms",
            30,
            {
                "octets": len(octets),
                "schéma XSD d'une demande INSi (ms)": par_schema,
            },
        )
    ]
