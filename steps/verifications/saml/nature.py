"""De quel profil est une assertion : VIHF du DMP, assertion de professionnel INSi, ou autre."""

from __future__ import annotations

from enum import StrEnum

from lxml import etree

from simulators.dmp.xml import NS

_MARQUES_VIHF = frozenset(
    {
        "VIHF_Version",
        "Ressource_URN",
        "authentification_mode",
        "LPS_ID_HOMOLOGATION_DMP",
        "urn:oasis:names:tc:xacml:2.0:resource:resource-id",
    }
)
_MARQUES_INSI = frozenset({"identifiantFacturation", "secteurActivite", "codeSpecialite", "codeSpecialiteAMO"})


class Nature(StrEnum):
    """Profil d'une assertion, tel qu'on le dit à une personne."""

    VIHF = "VIHF (DMP)"
    INSI = "assertion de professionnel (INSi)"
    AUTRE = "assertion d'un profil inconnu du banc"


def nature_de(assertion: etree._Element) -> Nature:
    """Profil, d'après les attributs et le qualifiant du sujet ; jamais d'après la signature."""
    noms = {attribut.get("Name", "") for attribut in assertion.iterfind("saml:AttributeStatement/saml:Attribute", NS)}
    if (noms | {nom.lower() for nom in noms}) & _MARQUES_VIHF:
        return Nature.VIHF
    sujet = assertion.find("saml:Subject/saml:NameID", NS)
    if noms & _MARQUES_INSI or (sujet is not None and sujet.get("NameQualifier") in ("CPS", "PSC")):
        return Nature.INSI
    return Nature.AUTRE
