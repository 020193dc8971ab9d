"""Ceux que l'en-tête d'un compte rendu nomme en plus : demandeur, destinataires, laboratoire accrédité."""

from __future__ import annotations

from lxml import etree

from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_lecture import HL7, OID_PS, OID_STRUCTURE, Code
from simulators.logiciel_temoin.complements import Tiers
from simulators.logiciel_temoin.horloge import en_ts
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import XSI

OID_ACCREDITATION = "1.2.250.1.213.6.3.1"
_MEDECIN = Code("G15_10", "1.2.250.1.213.1.1.4.5", "Médecin")


def destinataires(labo: Labo, racine: etree._Element, document: Document) -> None:
    """Un `informationRecipient` par destinataire : une personne, ou un service quand il n'y a pas de prénom."""
    if labo.defaut("destinataires_pdf_seul"):
        return
    for tiers in document.complements.destinataires:
        recepteur = e(e(racine, "informationRecipient"), "intendedRecipient")
        personne = bool(tiers.prenom or tiers.rpps)
        if tiers.rpps:
            e(recepteur, "id", root=OID_PS, extension=f"8{tiers.rpps}")
        if tiers.adresse_mss:
            e(recepteur, "telecom", value=f"mailto:{tiers.adresse_mss}", use="WP")
        if personne:
            _nom(e(recepteur, "informationRecipient"), tiers)
        else:
            service = e(recepteur, "receivedOrganization")
            if tiers.finess:
                e(service, "id", root=OID_STRUCTURE, extension=f"1{tiers.finess}")
            e(service, "name", tiers.nom)


def demandeur(racine: etree._Element, document: Document) -> None:
    """`participant` REF : le professionnel qui a demandé les examens, avec sa boîte MSSanté."""
    tiers = document.complements.demandeur
    if tiers is None:
        return
    participant = e(racine, "participant", typeCode="REF")
    e(participant, "templateId", root="1.3.6.1.4.1.19376.1.3.3.1.6")
    instant = e(participant, "time")
    instant.set(f"{{{XSI}}}type", "IVL_TS")
    e(instant, "high", value=en_ts(document.date_acte))
    associe = e(participant, "associatedEntity", classCode="PROV")
    if tiers.rpps:
        e(associe, "id", root=OID_PS, extension=f"8{tiers.rpps}")
    code(associe, "code", _MEDECIN)
    e(associe, "addr", nullFlavor="NAV")
    adresse = f"mailto:{tiers.adresse_mss}" if tiers.adresse_mss else None
    e(associe, "telecom", value=adresse, use="WP") if adresse else e(associe, "telecom", nullFlavor="NASK")
    _nom(e(associe, "associatedPerson"), tiers)


def accreditation(responsable: etree._Element, numero: str) -> None:
    """Le numéro Cofrac, après l'identifiant du laboratoire responsable."""
    identifiant = responsable.find(f".//{{{HL7}}}representedOrganization/{{{HL7}}}id")
    if identifiant is None or not numero:
        return
    cofrac = etree.Element(f"{{{HL7}}}id")
    for attribut, valeur in (
        ("root", OID_ACCREDITATION),
        ("extension", numero),
        ("assigningAuthorityName", "COFRAC"),
    ):
        cofrac.set(attribut, valeur)
    identifiant.addnext(cofrac)


def _nom(parent: etree._Element, tiers: Tiers) -> None:
    nom = e(parent, "name")
    if tiers.prenom:
        e(nom, "given", tiers.prenom)
    e(nom, "family", tiers.nom)
