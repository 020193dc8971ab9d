"""Un échange DMP lu une fois : enveloppe SOAP, parties MTOM, VIHF. Rien n'est jugé, tout peut manquer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import BinaryIO

from lxml import etree

from simulators.dmp.enveloppe import Adressage, lire_adressage
from simulators.dmp.vihf import Ins, Vihf, lire_ins, lire_vihf
from simulators.dmp.xml import NS, ErreurXml, enfants, lire_xml, nom_local
from simulators.socle.echange import Corps, Echange
from simulators.socle.mtom import ErreurMtom, MessageMtom, decouper, est_multipart, parse_type_contenu

OCTETS_RACINE_MAX = 16 * 1024 * 1024
ALIMENTATION = frozenset({"TD2.1", "TD2.2"})


class MessageIllisible(ValueError):
    """L'échange ne porte pas un message SOAP lisible ; le texte dit pourquoi, en français."""


@dataclass(frozen=True)
class MessageDmp:
    """Un message SOAP lu : racine, élément du Body, découpage MTOM, action de l'en-tête HTTP."""

    racine: etree._Element
    contenu: etree._Element | None
    adressage: Adressage
    action_http: str
    type_contenu: str
    mtom: MessageMtom | None

    @property
    def assertions(self) -> list[etree._Element]:
        """Assertions SAML de l'en-tête Security."""
        return self.racine.findall("soap:Header/wsse:Security/saml:Assertion", NS)

    @cached_property
    def vihf(self) -> Vihf | None:
        """VIHF tel qu'écrit ; None s'il n'y a pas exactement une assertion."""
        assertions = self.assertions
        return lire_vihf(assertions[0]) if len(assertions) == 1 else None


@dataclass(frozen=True)
class _Source:
    """Clé de cache : le contenu et son type ; le corps n'est là que pour être lu."""

    sha256: str
    type_contenu: str
    corps: Corps = field(compare=False)


def lire_message(echange: Echange) -> MessageDmp:
    """Lit la requête ; lève `MessageIllisible`."""
    return _lire(
        _Source(echange.requete.corps.sha256, echange.requete.entete("Content-Type") or "", echange.requete.corps)
    )


def lire_reponse(echange: Echange) -> MessageDmp:
    """Lit la réponse ; lève `MessageIllisible` si elle manque ou n'est pas du SOAP."""
    if echange.reponse is None:
        raise MessageIllisible("aucune réponse")
    corps = echange.reponse.corps
    return _lire(_Source(corps.sha256, echange.reponse.entete("Content-Type") or "", corps))


@lru_cache(maxsize=256)
def _lire(source: _Source) -> MessageDmp:
    mtom: MessageMtom | None = None
    nature, parametres = parse_type_contenu(source.type_contenu)
    action = parametres.get("action", "")
    with source.corps.ouvrir() as fichier:
        if est_multipart(source.type_contenu):
            try:
                mtom = decouper(fichier, source.type_contenu)
                octets = mtom.racine.lire(fichier, OCTETS_RACINE_MAX)
            except ErreurMtom as erreur:
                raise MessageIllisible(f"MTOM : {erreur}") from erreur
            annonce = mtom.racine.parametres.get("type") or parametres.get("start-info") or mtom.racine.type_contenu
            nature = parse_type_contenu(annonce)[0]
            action = action or mtom.racine.parametres.get("action", "")
        else:
            octets = fichier.read(OCTETS_RACINE_MAX + 1)
            if len(octets) > OCTETS_RACINE_MAX:
                raise MessageIllisible(f"message de plus de {OCTETS_RACINE_MAX} octets")
    try:
        racine = lire_xml(octets)
    except ErreurXml as erreur:
        raise MessageIllisible(str(erreur)) from erreur
    corps = racine.find("soap:Body", NS)
    contenu = next(enfants(corps), None) if corps is not None else None
    return MessageDmp(racine, contenu, lire_adressage(racine), action, nature, mtom)


def message_ou_rien(echange: Echange) -> MessageDmp | None:
    """Le message, ou None s'il est illisible."""
    try:
        return lire_message(echange)
    except MessageIllisible:
        return None


def vihf_de(echange: Echange) -> Vihf | None:
    """VIHF de la requête, tel qu'écrit ; None s'il n'y en a pas exactement un."""
    message = message_ou_rien(echange)
    return message.vihf if message is not None else None


def patient_de(echange: Echange) -> Ins | None:
    """INS du patient visé : celui du VIHF, à défaut celui de la requête."""
    vihf = vihf_de(echange)
    return (vihf.ins if vihf else None) or patient_du_corps(echange)


def patient_du_corps(echange: Echange) -> Ins | None:
    """INS écrit dans le corps de la requête (TD0.2, TD3.1), None s'il n'y en a pas."""
    message = message_ou_rien(echange)
    if message is None or message.contenu is None:
        return None
    for valeur in message.contenu.iterfind(".//hl7:patientIdentifier/hl7:value", NS):
        return Ins(valeur.get("extension", ""), valeur.get("root", ""))
    for slot in message.contenu.iterfind(".//rim:Slot", NS):
        if slot.get("name") in ("$XDSDocumentEntryPatientId", "$patientId", "$XDSSubmissionSetPatientId"):
            return lire_ins("".join(map(str, slot.itertext())).strip().strip("'"))
    return None


def utilisateur_de(echange: Echange) -> str:
    """Identifiant de l'utilisateur (NameID du VIHF), vide s'il manque."""
    vihf = vihf_de(echange)
    return vihf.name_id if vihf else ""


def reussi(echange: Echange) -> bool:
    """Vrai si le DMP a répondu sans faute et sans erreur : la transaction a eu lieu."""
    if echange.reponse is None or echange.reponse.statut != 200:
        return False
    try:
        reponse = lire_reponse(echange)
    except MessageIllisible:
        return False
    contenu = reponse.contenu
    if contenu is None or nom_local(contenu) == "Fault":
        return False
    statuts = [str(element.get("status")) for element in contenu.iter(etree.Element) if element.get("status")]
    if nom_local(contenu).startswith("PRPA_"):
        # L'acquittement se dit en attribut ou en élément, selon la version du schéma HL7.
        acquittements = [element.get("typeCode", "") for element in contenu.iterfind("hl7:acknowledgement", NS)]
        acquittements += [e.get("code", "") for e in contenu.iterfind("hl7:acknowledgement/hl7:typeCode", NS)]
        return not any(code in ("AE", "AR", "CE", "CR") for code in acquittements)
    registre = [statut for statut in statuts if "ResponseStatusType" in statut]
    if registre:
        return registre[0].endswith(":Success")
    codes = [element.text or "" for element in contenu.iter(etree.Element) if nom_local(element) == "status"]
    return not codes or codes[0].strip() == "DMPOk"


def autorisation_rendue(echange: Echange) -> str:
    """État d'autorisation rendu par TD0.2 : VALIDE, EXPIRE, INTERDIT, NON_EXISTE ; vide s'il n'est pas dit."""
    try:
        contenu = lire_reponse(echange).contenu
    except MessageIllisible:
        return ""
    if contenu is None:
        return ""
    for ligne in contenu.iter(f"{{{NS['hl7']}}}attentionLine"):
        valeurs = [*_textes(ligne, "keyWordText"), "|", *_textes(ligne, "value")]
        if "AUTORISATION" in valeurs[: valeurs.index("|")]:
            return next((valeur for valeur in valeurs[valeurs.index("|") + 1 :] if valeur), "")
    return ""


def _textes(ligne: etree._Element, nom: str) -> list[str]:
    """Code puis texte des éléments `nom` : l'état a été vu sous les deux formes."""
    return [
        texte.strip()
        for element in ligne.iter(f"{{{NS['hl7']}}}{nom}")
        for texte in (element.get("code", ""), "".join(map(str, element.itertext())))
        if texte.strip()
    ]


def numeros(echanges: Sequence[Echange]) -> tuple[int, ...]:
    """Numéros des échanges dans le journal, pour les constats."""
    return tuple(echange.numero for echange in echanges)


def lire_partie(corps: Corps, message: MessageDmp, href: str) -> bytes | None:
    """Octets de la partie désignée par un `xop:Include`, None si elle manque ou ne se décode pas."""
    partie = message.mtom.resoudre(href) if message.mtom else None
    if partie is None:
        return None
    fichier: BinaryIO
    with corps.ouvrir() as fichier:
        try:
            return partie.lire(fichier)
        except ErreurMtom:
            return None
