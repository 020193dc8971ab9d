"""Vérification d'une signature XML par signxml, sans refuser une écriture que le standard permet."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

_DS = "http://www.w3.org/2000/09/xmldsig#"
_PREFIXES = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"


def verifier(
    donnees: etree._Element | bytes, racine: etree._Element, configuration: SignatureConfiguration, certificat: Any
) -> list[VerifyResult] | VerifyResult:
    """Vérifie la signature que `configuration` désigne ; lève ce que lève signxml.

    `racine` : l'arbre de `donnees`. Le schéma livré avec signxml ne connaît pas `InclusiveNamespaces`, que la
    canonisation exclusive permet et que des bibliothèques courantes écrivent toujours : il est joué sans lui.
    """
    verificateur = XMLVerifier()
    for signature in racine.iter(f"{{{_DS}}}Signature"):
        copie = copy.deepcopy(signature)
        for prefixes in list(copie.iter(_PREFIXES)):
            parent = prefixes.getparent()
            if parent is not None and parent.get("Algorithm", "").startswith("http://www.w3.org/2001/10/xml-exc-c14n#"):
                parent.remove(prefixes)
        verificateur.validate_schema(copie)  # type: ignore[no-untyped-call]  # signxml n'annote pas cette méthode
    return verificateur.verify(
        donnees, x509_cert=certificat, id_attribute="ID", expect_config=configuration, validate_schema=False
    )
