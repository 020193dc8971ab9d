"""Qui verra un document dans le DMP : masquage aux professionnels, visibilité du patient et de ses représentants."""

from __future__ import annotations

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_lecture import Code
from simulators.logiciel_temoin.documents import FIGES
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.labo import Labo

LIBELLES = {
    "MASQUE_PS": "Masqué aux professionnels de santé",
    "INVISIBLE_PATIENT": "Non visible par le patient",
    "INVISIBLE_REPRESENTANTS_LEGAUX": "Non visible par les représentants légaux du patient",
}


def choisir(labo: Labo, document: Document, codes: tuple[str, ...]) -> None:
    """Change le choix d'un document qui n'est pas encore parti."""
    if document.etat_dmp in FIGES:
        raise Refus("Ce document est déjà dans le DMP : sa visibilité ne se règle plus d'ici.")
    if not labo.defaut("confidentialite_sans_effet"):
        document.complements.confidentialite = codes


def codes_de(labo: Labo, document: Document) -> tuple[str, ...]:
    """Les codes qui accompagnent le document quand il part."""
    codes = document.complements.confidentialite
    if labo.defaut("confidentialite_heritee") and not codes:
        codes = next((c for d in _anterieurs(labo, document) if (c := d.complements.confidentialite)), ())
    if labo.defaut("confidentialite_toujours_masquee") and "MASQUE_PS" not in codes:
        codes = ("MASQUE_PS",)
    if labo.defaut("confidentialite_ignoree"):
        return ()
    if labo.defaut("confidentialite_un_seul_code"):
        return codes[:1]
    if labo.defaut("confidentialite_confondue"):
        return tuple("INVISIBLE_REPRESENTANTS_LEGAUX" if c == "INVISIBLE_PATIENT" else c for c in codes[:1])
    return codes


def _anterieurs(labo: Labo, document: Document) -> list[Document]:
    return [d for d in reversed(list(labo.base.documents_de(document.patient_id))) if d is not document]


def en_codes(labo: Labo, codes: tuple[str, ...]) -> tuple[Code, ...]:
    """Ces choix, dans la nomenclature du DMP."""
    systeme = s.OID_CONFIDENTIALITE if labo.defaut("confidentialite_oid_faux") else s.OID_VISIBILITE
    return tuple(Code(code, systeme, LIBELLES[code]) for code in codes)
