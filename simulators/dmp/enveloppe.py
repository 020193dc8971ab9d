"""L'enveloppe SOAP 1.2 reçue : en-têtes WS-Addressing, VIHF, corps. Stricte, comme le service."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from simulators.dmp import erreurs
from simulators.dmp.xml import NS, ErreurXml, enfants, espace, lire_xml, nom_local, texte

ANONYME = "http://www.w3.org/2005/08/addressing/anonymous"
_MESSAGE_ID = re.compile(r"^(urn:)?uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


@dataclass(frozen=True)
class Adressage:
    """En-têtes WS-Addressing reçus ; chaîne vide si absent."""

    action: str = ""
    message_id: str = ""
    to: str = ""
    reply_to: str = ""


@dataclass(frozen=True)
class Enveloppe:
    """Enveloppe lue : adressage, en-tête SOAP, unique élément du Body."""

    racine: etree._Element
    adressage: Adressage
    contenu: etree._Element

    @property
    def action(self) -> str:
        return self.adressage.action


def lire_enveloppe(octets: bytes) -> Enveloppe:
    """Lit l'enveloppe ; lève un `Refus` pour tout ce qui n'est pas une enveloppe SOAP 1.2 exploitable."""
    try:
        racine = lire_xml(octets)
    except ErreurXml as erreur:
        raise erreurs.message_illisible(str(erreur)) from erreur
    if nom_local(racine) != "Envelope" or espace(racine) != NS["soap"]:
        raise erreurs.version_soap(f"Racine reçue : {racine.tag}")
    corps = racine.find("soap:Body", NS)
    contenus = list(enfants(corps)) if corps is not None else []
    if len(contenus) != 1:
        raise erreurs.message_illisible(f"Un seul élément attendu dans soap:Body, {len(contenus)} reçus")
    return Enveloppe(racine, lire_adressage(racine), contenus[0])


def lire_adressage(racine: etree._Element) -> Adressage:
    """Relève les en-têtes WS-Addressing sans les juger."""
    entete = racine.find("soap:Header", NS)
    if entete is None:
        return Adressage()
    return Adressage(
        action=texte(entete.find("wsa:Action", NS)),
        message_id=texte(entete.find("wsa:MessageID", NS)),
        to=texte(entete.find("wsa:To", NS)),
        reply_to=texte(entete.find("wsa:ReplyTo/wsa:Address", NS)),
    )


def controler_adressage(enveloppe: Enveloppe, action_http: str = "") -> None:
    """Les quatre en-têtes sont présents une fois, MessageID est un URN d'UUID, les actions concordent."""
    entete = enveloppe.racine.find("soap:Header", NS)
    for nom in ("Action", "MessageID", "To", "ReplyTo"):
        recus = entete.findall(f"wsa:{nom}", NS) if entete is not None else []
        if not recus:
            raise erreurs.adressage_absent(nom)
        if len(recus) > 1:
            raise erreurs.adressage_invalide(f"{nom} présent {len(recus)} fois")
    adressage = enveloppe.adressage
    if not _MESSAGE_ID.match(adressage.message_id):
        raise erreurs.adressage_invalide(f"MessageID « {adressage.message_id} » : urn:uuid: attendu")
    if adressage.reply_to != ANONYME:
        raise erreurs.adressage_invalide(f"ReplyTo « {adressage.reply_to} » : adresse anonyme attendue")
    if not adressage.action:
        raise erreurs.adressage_absent("Action")
    if action_http and action_http != adressage.action:
        raise erreurs.action_discordante(f"HTTP « {action_http} », WS-Addressing « {adressage.action} »")


def trouver_assertion(enveloppe: Enveloppe) -> etree._Element:
    """L'unique assertion du message, dans l'unique `wsse:Security` de l'en-tête.

    Une seconde assertion ailleurs (corps compris) trahit une attaque par enveloppement : refusée.
    """
    partout = list(enveloppe.racine.iter(f"{{{NS['saml']}}}Assertion"))
    dans_entete = enveloppe.racine.findall("soap:Header/wsse:Security/saml:Assertion", NS)
    if len(dans_entete) != 1:
        raise erreurs.vihf_absent(f"{len(dans_entete)} assertion dans wsse:Security, une attendue.")
    if len(partout) != 1:
        raise erreurs.vihf_absent(f"{len(partout)} assertions dans le message, une attendue.")
    return dans_entete[0]
