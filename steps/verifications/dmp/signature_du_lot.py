"""Le document de signature du lot : présent, lié, et son manifeste désigne le lot entier avec les bons condensats."""

from __future__ import annotations

import base64
import binascii
import hashlib

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.algorithmes_signature import CANONISATIONS, CONDENSATS
from simulators.dmp.ebrim import SIGNS
from simulators.dmp.xml import NS, ErreurXml, lire_xml
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.soumission import DocumentSoumis, Soumission
from steps.verifications.registre import verification

_SOURCE = "ANS, CI-SIS, volet Partage de documents de santé, signature du lot (XAdES, IHE DSG)"

PRESENTE = Regle(
    "DMP-SIG-01", "Le lot porte un document de signature et un seul", _SOURCE, Confiance.OFFICIELLE,
    "Ajouter au lot son document de signature XAdES, avec sa fiche.",
)  # fmt: skip
FICHE = Regle(
    "DMP-SIG-02", "La fiche du document de signature a ses codes propres", _SOURCE, Confiance.OFFICIELLE,
    "Écrire classe URN, type E1762 (ASTM), langue art, N + MASQUE_PS + INVISIBLE_PATIENT, titre Source.",
)  # fmt: skip
LIEN = Regle(
    "DMP-SIG-03", "Le document de signature est lié au lot par signs", _SOURCE, Confiance.OFFICIELLE,
    "Écrire l'association signs du document de signature vers le lot.",
)  # fmt: skip
MANIFESTE = Regle(
    "DMP-SIG-04", "Le manifeste désigne le lot et chacun de ses documents, rien d'autre", _SOURCE, Confiance.OFFICIELLE,
    "Écrire une Reference urn:oid: pour le lot et une par document.",
)  # fmt: skip
CONDENSAT = Regle(
    "DMP-SIG-05", "Les condensats du manifeste sont ceux des documents reçus", _SOURCE, Confiance.OFFICIELLE,
    "Calculer chaque condensat sur le document tel qu'envoyé, après la transformation annoncée.",
)  # fmt: skip


@verification(PRESENTE, FICHE, LIEN, MANIFESTE, CONDENSAT)
def signature_du_lot(soumission: Soumission, *, exigee: bool = True) -> list[Constat]:
    """Un document de signature, sa fiche, son lien, son manifeste, ses condensats."""
    signatures = [document for document in soumission.documents if document.est_signature]
    if not signatures and not exigee:
        return []
    constats = [
        juger(
            PRESENTE, len(signatures) == 1, "Le lot ne porte pas un document de signature et un seul.",
            attendu="un document de signature", recu=str(len(signatures)), ou="RegistryObjectList",
            echanges=soumission.numeros,
        )
    ]  # fmt: skip
    if len(signatures) != 1:
        return constats
    [signature] = signatures
    lot = soumission.submission_set
    lie = any(
        lien.source == signature.fiche.id and lot is not None and lien.cible == lot.id
        for lien in soumission.lot.liens(SIGNS)
    )
    return [
        *constats,
        _fiche(signature),
        juger(
            LIEN, lie, "Le document de signature n'est pas lié au lot.",
            attendu=f"signs {signature.fiche.id} → {lot.id if lot else 'lot'}",
            recu=", ".join(f"{lien.source} → {lien.cible}" for lien in soumission.lot.liens(SIGNS)),
            ou="Association signs",
            echanges=soumission.numeros,
        ),
        *_manifeste(soumission, signature),
    ]  # fmt: skip


def _fiche(signature: DocumentSoumis) -> Constat:
    fiche = signature.fiche
    type_code, formats = fiche.type_code, ("http://www.w3.org/2000/09/xmldsig#", "urn:ihe:iti:dsg:detached:2014")
    attendus = {
        "typeCode E1762": type_code is not None and type_code.code == "E1762",
        "formatCode de signature": fiche.format_code is not None and fiche.format_code.code in formats,
        "languageCode art": fiche.language_code == "art",
        "N, MASQUE_PS et INVISIBLE_PATIENT": all(map(fiche.porte, ("N", "MASQUE_PS", "INVISIBLE_PATIENT"))),
    }
    absents = [nom for nom, present in attendus.items() if not present]
    return juger(
        FICHE, not absents, "La fiche du document de signature n'a pas ses codes propres.",
        attendu=", ".join(attendus), recu=f"faux ou absents : {', '.join(absents)}" if absents else "tous",
        ou=f"ExtrinsicObject[@id='{fiche.id}']", echanges=(signature.echange,),
    )  # fmt: skip


def _manifeste(soumission: Soumission, signature: DocumentSoumis) -> list[Constat]:
    ou, lot = "ds:Signature//ds:Manifest", soumission.submission_set
    try:
        racine = lire_xml(signature.octets or b"")
    except ErreurXml as erreur:
        return [
            MANIFESTE.enfreinte(
                "Le document de signature ne se lit pas.", attendu="ds:Signature avec un ds:Manifest", recu=str(erreur),
                ou=ou, echanges=soumission.numeros,
            )
        ]  # fmt: skip
    manifestes = list(racine.iter(f"{{{NS['ds']}}}Manifest"))
    references = [r for m in manifestes for r in m.findall("ds:Reference", NS)]
    recues = {r.get("URI", ""): r for r in references}
    documents = {f"urn:oid:{d.unique_id}": d for d in soumission.documents if d is not signature}
    attendues = {*documents, f"urn:oid:{lot.unique_id if lot else ''}"}
    faux = [uri for uri, d in documents.items() if uri in recues and not _condensat_juste(recues[uri], d)]
    exact = len(manifestes) == 1 and set(recues) == attendues and len(references) == len(attendues)
    return [
        juger(
            MANIFESTE, exact, "Le manifeste ne désigne pas exactement le lot.",
            attendu=", ".join(sorted(attendues)), recu=", ".join(r.get("URI", "") for r in references), ou=ou,
            echanges=soumission.numeros,
        ),
        juger(
            CONDENSAT, bool(documents) and not faux and set(documents) <= set(recues),
            "Un condensat du manifeste n'est pas celui du document reçu.",
            attendu="le condensat de chaque document, recalculé",
            recu=", ".join(faux) or f"{len(documents)} condensat(s) examiné(s)", ou=f"{ou}/ds:Reference/ds:DigestValue",
            echanges=soumission.numeros,
        ),
    ]  # fmt: skip


def _condensat_juste(reference: etree._Element, document: DocumentSoumis) -> bool:
    methode = reference.find("ds:DigestMethod", NS)
    nom = CONDENSATS.get(methode.get("Algorithm", "") if methode is not None else "")
    octets = document.octets
    transformations = [t.get("Algorithm", "") for t in reference.iterfind("ds:Transforms/ds:Transform", NS)]
    if nom is None or octets is None or len(transformations) > 1:
        return False
    if transformations:
        if transformations[0] not in CANONISATIONS:
            return False
        exclusive, commentaires = CANONISATIONS[transformations[0]]
        analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        try:
            arbre = etree.fromstring(octets, analyseur).getroottree()
        except etree.XMLSyntaxError:
            return False
        octets = etree.tostring(arbre, method="c14n", exclusive=exclusive, with_comments=commentaires)
    try:
        recu = base64.b64decode("".join(reference.findtext("ds:DigestValue", "", NS).split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hashlib.new(nom, octets, usedforsecurity=False).digest() == recu
