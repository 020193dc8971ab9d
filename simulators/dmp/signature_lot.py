"""Le document de signature du lot (XAdES, profil IHE DSG) : ce que l'entrepôt en exige."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import Any, cast

from lxml import etree

from simulators.dmp import erreurs
from simulators.dmp.algorithmes_signature import CANONISATIONS, CONDENSATS
from simulators.dmp.depot import Contenu
from simulators.dmp.ebrim import SIGNS, DocumentEntry, LotSoumis
from simulators.dmp.erreurs import Refus
from simulators.dmp.xml import NS, ErreurXml, lire_arbre, lire_xml

CLASSE_SIGNATURE = "urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1"
_OCTETS_MAX = 2 * 1024 * 1024


class _Puits(io.RawIOBase):
    """Fichier qui ne garde que le condensat de ce qu'on y écrit."""

    def __init__(self, calcul: hashlib._Hash) -> None:
        self._calcul = calcul

    def writable(self) -> bool:
        return True

    def write(self, octets: Any) -> int:
        self._calcul.update(octets)
        return len(octets)


def est_signature(fiche: DocumentEntry) -> bool:
    """Vrai si la fiche est celle du document de signature du lot."""
    return fiche.class_code is not None and fiche.class_code.code == CLASSE_SIGNATURE


def controler_signature_lot(lot: LotSoumis, contenus: Mapping[str, Contenu], *, exigee: bool) -> Iterator[Refus]:
    """Une signature au plus (une exactement si `exigee`), liée au lot, dont le manifeste couvre tout le lot."""
    signatures = [fiche for fiche in lot.documents if est_signature(fiche)]
    if not signatures and not exigee:
        return
    if len(signatures) != 1:
        yield erreurs.signature_lot(f"un document de signature attendu, {len(signatures)} reçus")
        return
    [signature] = signatures
    if not any(lien.source == signature.id and lien.cible == lot.lots[0].id for lien in lot.liens(SIGNS)):
        yield erreurs.signature_lot("association « signs » vers le lot absente", signature.id)
    if contenus[signature.id].taille > _OCTETS_MAX:
        yield erreurs.signature_lot("document de signature de plus de 2 Mio", signature.id)
        return
    try:
        racine = lire_xml(contenus[signature.id].corps.octets)
    except ErreurXml as erreur:
        yield erreurs.signature_lot(str(erreur), signature.id)
        return
    yield from _manifeste(racine, signature, lot, contenus)


def _manifeste(
    racine: etree._Element, signature: DocumentEntry, lot: LotSoumis, contenus: Mapping[str, Contenu]
) -> Iterator[Refus]:
    manifestes = list(racine.iter(f"{{{NS['ds']}}}Manifest"))
    if racine.tag != f"{{{NS['ds']}}}Signature" or len(manifestes) != 1:
        yield erreurs.signature_lot("ds:Signature avec un ds:Manifest attendu", signature.id)
        return
    references = {r.get("URI", ""): r for r in manifestes[0].findall("ds:Reference", NS)}
    documents = {f"urn:oid:{f.unique_id}": f for f in lot.documents if f is not signature}
    attendues = {f"urn:oid:{lot.lots[0].unique_id}", *documents}
    if set(references) != attendues:
        ecarts = ", ".join(sorted(set(references) ^ attendues))
        yield erreurs.signature_lot(f"le manifeste ne désigne pas exactement le lot ({ecarts})", signature.id)
        return
    for uri, fiche in documents.items():
        if not _condensat_exact(references[uri], contenus[fiche.id]):
            yield erreurs.signature_lot(f"condensat inexact pour {uri}", signature.id)


def _canoniser(arbre: etree._ElementTree, puits: _Puits, **options: bool) -> None:
    # lxml-stubs ignore encore les options de write_c14n.
    cast(Any, arbre).write_c14n(puits, **options)


def _condensat_exact(reference: etree._Element, contenu: Contenu) -> bool:
    methode = reference.find("ds:DigestMethod", NS)
    valeur = reference.findtext("ds:DigestValue", "", NS)
    algorithme = CONDENSATS.get(methode.get("Algorithm", "") if methode is not None else "")
    if algorithme is None:
        return False
    calcul = hashlib.new(algorithme, usedforsecurity=False)
    transformations = [t.get("Algorithm", "") for t in reference.iterfind("ds:Transforms/ds:Transform", NS)]
    if transformations:
        if len(transformations) != 1 or transformations[0] not in CANONISATIONS:
            return False
        exclusive, commentaires = CANONISATIONS[transformations[0]]
        try:
            with contenu.corps.ouvrir() as fichier:
                arbre = lire_arbre(fichier)
        except ErreurXml:
            return False
        _canoniser(arbre, _Puits(calcul), exclusive=exclusive, with_comments=commentaires)
    else:
        with contenu.corps.ouvrir() as fichier:
            while bloc := fichier.read(256 * 1024):
                calcul.update(bloc)
    try:
        return base64.b64decode("".join(valeur.split()), validate=True) == calcul.digest()
    except (binascii.Error, ValueError):
        return False
