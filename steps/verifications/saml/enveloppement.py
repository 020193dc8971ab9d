"""Attaques par enveloppement : assertion déplacée, identifiant en double."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from reports.constat import Constat
from simulators.dmp.xml import NS, nom_local
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification
from steps.verifications.saml.regles import EN_PLACE, IDENTIFIANTS

_ASSERTION = f"{{{NS['saml']}}}Assertion"
_SECURITY = f"{{{NS['wsse']}}}Security"
_NOMS_ID = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id",
            "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id")  # fmt: skip


@verification(EN_PLACE)
def assertions_en_place(enveloppe: etree._Element) -> list[Constat]:
    """Dans une enveloppe SOAP, toute assertion est enfant direct de wsse:Security, lui-même dans l'en-tête."""
    partout = list(enveloppe.iter(_ASSERTION))
    if not partout:
        return []
    perdues = [assertion for assertion in partout if not _a_sa_place(assertion, enveloppe)]
    return [
        juger(
            EN_PLACE, not perdues, "Une assertion est ailleurs que dans l'en-tête Security.",
            attendu="/Envelope/Header/Security/Assertion",
            recu=", ".join(_chemin(assertion) for assertion in perdues) or f"{len(partout)} assertion(s) à sa place",
            ou=_lignes(perdues) or "/Envelope/Header/Security",
        )
    ]  # fmt: skip


@verification(EN_PLACE)
def sans_assertion_contenue(assertion: etree._Element) -> Constat:
    """Une assertion de professionnel n'en contient aucune autre, ni dans Advice ni dans sa signature."""
    contenues = [autre for autre in assertion.iter(_ASSERTION) if autre is not assertion]
    return juger(
        EN_PLACE, not contenues, "Une assertion en contient une autre : laquelle est signée, laquelle est lue ?",
        attendu="une assertion seule", recu=", ".join(map(_chemin, contenues)) or "aucune autre",
        ou=_lignes(contenues) or "Assertion",
    )  # fmt: skip


def _a_sa_place(assertion: etree._Element, enveloppe: etree._Element) -> bool:
    securite = assertion.getparent()
    entete = securite.getparent() if securite is not None else None
    return (
        securite is not None
        and securite.tag == _SECURITY
        and entete is not None
        and nom_local(entete) == "Header"
        and entete.getparent() is enveloppe
    )


@verification(IDENTIFIANTS)
def identifiants_uniques(racine: etree._Element) -> list[Constat]:
    """Aucun identifiant XML du document n'est porté par deux éléments.

    Le `id` d'un message métier (ebRIM, HL7 v3) n'est pas visé par une signature d'assertion : seuls comptent les
    éléments dont l'identifiant est aussi celui d'une assertion ou d'une signature, ou une référence de signature.
    """
    comptes: Counter[str] = Counter()
    for element in racine.iter(etree.Element):
        valeurs = {element.get(nom) for nom in _NOMS_ID} - {None, ""}
        comptes.update(str(valeur) for valeur in valeurs)
    vises = {str(element.get("ID")) for element in racine.iter(_ASSERTION) if element.get("ID")}
    vises |= {str(reference.get("URI", ""))[1:] for reference in racine.iter(f"{{{NS['ds']}}}Reference")}
    doubles = sorted(valeur for valeur in vises if comptes[valeur] > 1)
    if not vises:
        return []
    return [
        juger(
            IDENTIFIANTS, not doubles, "Un identifiant désigne plusieurs éléments : la signature en couvre un autre.",
            attendu="un élément par identifiant", recu=", ".join(doubles) or f"{len(vises)} identifiant(s) unique(s)",
            ou="attributs ID, Id, id, xml:id",
        )
    ]  # fmt: skip


def _chemin(element: etree._Element) -> str:
    return "/" + "/".join([*(nom_local(a) for a in reversed(list(element.iterancestors()))), nom_local(element)])


def _lignes(elements: list[etree._Element]) -> str:
    return ", ".join(f"ligne {element.sourceline}" for element in elements)
