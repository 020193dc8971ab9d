"""L'identité qu'une requête vers un service porte : VIHF du DMP, assertion d'INSi, BAL ouverte par XOAUTH2."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from simulators.dmp.vihf import lire_vihf
from simulators.insi.assertion import lire_assertion
from simulators.socle.echange import Echange

_SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
_XML = re.compile(rb"<(?:[\w.-]+:)?Envelope[\s>].*</(?:[\w.-]+:)?Envelope\s*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Portee:
    """Une identité lue dans une requête."""

    numero: int
    service: str
    identifiant: str
    ou: str


def portees_dmp(echanges: Sequence[Echange]) -> list[Portee]:
    """NameID du VIHF de chaque requête au DMP."""
    return [
        Portee(e.numero, "dmp", lire_vihf(assertion).name_id, "VIHF/NameID")
        for e in echanges
        if e.service == "dmp"
        for assertion in _assertions(e)
    ]


def portees_insi(echanges: Sequence[Echange]) -> list[Portee]:
    """NameID de l'assertion de chaque requête à INSi."""
    return [
        Portee(e.numero, "insi", lire_assertion(assertion).name_id or "", "assertion/NameID")
        for e in echanges
        if e.service == "insi"
        for assertion in _assertions(e)
    ]


def portees_mssante(echanges: Sequence[Echange], titulaires: Mapping[str, str]) -> list[Portee]:
    """Titulaire de la BAL demandée à chaque identification par jeton.

    `titulaires` : adresse de BAL personnelle, en minuscules → identifiant national. Une autre BAL (d'organisation,
    applicative, inconnue) n'est à personne en particulier : elle n'est pas comparée.
    """
    vues = ((e, e.notes.get("bal_demandee") or e.notes.get("bal", "")) for e in echanges if _par_jeton(e))
    return [
        Portee(e.numero, "mssante", titulaires[bal.lower()], f"XOAUTH2, BAL {bal}")
        for e, bal in vues
        if bal.lower() in titulaires
    ]


def _par_jeton(echange: Echange) -> bool:
    return echange.service == "mssante" and bool(echange.notes.get("jeton_etat"))


def _assertions(echange: Echange) -> list[etree._Element]:
    """Les assertions SAML de la requête ; aucune si elle ne se lit pas."""
    octets = echange.requete.corps.octets
    trouve = _XML.search(octets)
    try:
        racine = etree.fromstring(
            trouve[0] if trouve else octets, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        )
    except (etree.XMLSyntaxError, ValueError):
        return []
    return list(racine.iter(_SAML))
