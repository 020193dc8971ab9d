"""Assertions SAML : VIHF du DMP, assertion de professionnel INSi, ou toute autre assertion SAML 2.0."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from reports.constat import Constat
from simulators.dmp.vihf import lire_instant, lire_vihf
from simulators.dmp.vihf_signature import ErreurSignature, verifier_signature
from simulators.dmp.xml import NS, ErreurXml, lire_xml
from simulators.insi.assertion import lire_profil_signature
from simulators.insi.enveloppe import lire_message
from simulators.insi.espaces import EXC_C14N
from simulators.socle.echange import CorpsMemoire, Echange, Requete
from steps.controle.examens.gardes import au_dela, depassement_xml, sans_numero
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.verifications import insi
from steps.verifications.dmp import ContexteDmp
from steps.verifications.dmp import assertion as vihf_saml
from steps.verifications.dmp.identites import verifier_vihf
from steps.verifications.insi import Appel, ContexteInsi
from steps.verifications.insi.assertions import principale
from steps.verifications.saml import (
    Nature,
    assertion_lisible,
    assertions_de,
    autorite,
    certificat_valable,
    identifiants_uniques,
    nature_de,
    profil_connu,
    sans_assertion_contenue,
    signature_valide,
    verifier_assertion,
)

TAILLE_MAX = 8 * 1024 * 1024
_INSTANT_INCONNU = datetime(1970, 1, 1, tzinfo=UTC)


def examiner_saml(octets: bytes, contexte: ContexteControle) -> Examen:
    """Examine la ou les assertions d'un fichier : signature, validité, sujet, attributs de leur profil."""
    if len(octets) > TAILLE_MAX:
        return au_dela(TypeFichier.SAML, f"assertion de {len(octets)} octets, {TAILLE_MAX} au plus")
    raison = depassement_xml(octets)
    if raison:
        return au_dela(TypeFichier.SAML, raison)
    try:
        racine = lire_xml(octets.lstrip(b" \t\r\n"))
    except ErreurXml as erreur:
        return Examen(TypeFichier.SAML, (assertion_lisible(None, str(erreur)),), ("joué : lecture",))
    constats = [assertion_lisible(racine), *identifiants_uniques(racine)]
    perimetre: list[str] = []
    for assertion in assertions_de(racine):
        nature = nature_de(assertion)
        constats.append(profil_connu(nature, assertion))
        constats += _juger(assertion, nature, contexte)
        perimetre.append(f"joué : SAML 2.0 et règles du profil « {nature.value} »")
    if not contexte.ancres:
        perimetre.append("non joué : autorité du certificat signataire (aucune autorité donnée)")
    if contexte.a_l_instant is None:
        perimetre.append("non joué : validité à l'heure du contrôle (aucun instant donné) ; les bornes sont comparées")
    return Examen(TypeFichier.SAML, sans_numero(constats), tuple(dict.fromkeys(perimetre)))


def _juger(assertion: etree._Element, nature: Nature, contexte: ContexteControle) -> list[Constat]:
    connue = nature is not Nature.AUTRE
    constats = verifier_assertion(assertion, contexte.a_l_instant, profil=connue)
    if connue:
        constats.append(sans_assertion_contenue(assertion))
    if nature is Nature.VIHF:
        return constats + _vihf(assertion, contexte)
    if nature is Nature.INSI:
        return constats + _insi(assertion, contexte)
    constats += signature_valide(assertion) + autorite(assertion, contexte.ancres)
    return constats + certificat_valable(assertion, contexte.a_l_instant)


def _vihf(assertion: etree._Element, contexte: ContexteControle) -> list[Constat]:
    """Un VIHF : les règles des échanges DMP, sur ce que la signature couvre si elle vaut."""
    dmp = ContexteDmp(ancres=contexte.ancres, instant_connu=contexte.a_l_instant is not None)
    constats = vihf_saml.signature_de(assertion, dmp)
    try:
        lu = lire_vihf(verifier_signature(assertion, sha1_accepte=True).element)
    except ErreurSignature:
        lu = lire_vihf(assertion)
    echange = _echange(contexte.a_l_instant or _INSTANT_INCONNU)
    constats += vihf_saml.assertion(echange, lu, dmp) + verifier_vihf(lu, dmp)
    return constats + certificat_valable(assertion, contexte.a_l_instant)


def _insi(assertion: etree._Element, contexte: ContexteControle) -> list[Constat]:
    """Une assertion INSi : les règles des appels, dans une enveloppe qui tient lieu de message."""
    enveloppe = _envelopper(assertion)
    octets = etree.tostring(enveloppe)
    instant = contexte.a_l_instant or lire_instant(assertion.get("IssueInstant", "")) or _INSTANT_INCONNU
    echange = replace(_echange(instant), requete=Requete("", "", (), CorpsMemoire(octets)))
    appel = Appel(echange, lire_message(enveloppe))
    declare = ContexteInsi(instant_connu=contexte.a_l_instant is not None)
    constats = [
        *_signature_insi(assertion, appel, declare),
        *insi.algorithmes(appel, declare),
        *insi.identite(appel, declare),
        *insi.fraicheur(appel, declare),
        *insi.attributs(appel, declare),
        *insi.valeurs(appel, declare),
        *insi.forme(appel, declare),
    ]
    return constats + autorite(assertion, contexte.ancres)


def _signature_insi(assertion: etree._Element, appel: Appel, declare: ContexteInsi) -> list[Constat]:
    """La signature de la carte, par la règle d'INSi si l'enveloppe qui tient lieu de message le permet."""
    if principale(appel) is None:
        # Plusieurs assertions imbriquées : les règles d'INSi ne choisissent pas, le banc juge celle du dehors.
        return signature_valide(assertion)
    if lire_profil_signature(assertion).canonicalisation not in (None, EXC_C14N):
        # Une canonisation inclusive couvre le contexte, que l'enveloppe change : la règle des algorithmes la refuse.
        return []
    return insi.signature(appel, declare)


def _envelopper(assertion: etree._Element) -> etree._Element:
    """Enveloppe SOAP neuve autour d'une copie de l'assertion, pour les règles qui lisent un message INSi."""
    isolee = etree.fromstring(
        etree.tostring(assertion, with_tail=False), etree.XMLParser(resolve_entities=False, no_network=True)
    )
    soap, wsse = NS["soap"], NS["wsse"]
    enveloppe = etree.Element(f"{{{soap}}}Envelope", nsmap={"banc-soap": soap})
    entete = etree.SubElement(enveloppe, f"{{{soap}}}Header")
    etree.SubElement(entete, f"{{{wsse}}}Security", nsmap={"banc-wsse": wsse}).append(isolee)
    etree.SubElement(enveloppe, f"{{{soap}}}Body")
    return enveloppe


def _echange(instant: datetime) -> Echange:
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return Echange(0, "", "", instant, instant, Requete("", ""))
