"""Documents attachés à un CDA structuré : la copie PDF du compte rendu, un PDF reçu d'un sous-traitant."""

from __future__ import annotations

import base64

from lxml import etree

from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_lecture import Code
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import XSI

_LOINC = "2.16.840.1.113883.6.1"
_COPIE = Code("55108-5", _LOINC, "Copie du document")


def copie_pdf(labo: Labo, section: etree._Element, contenu: bytes) -> None:
    """Section FR-Document-PDF-copie."""
    e(section, "templateId", root="1.2.250.1.213.1.1.2.243")
    e(section, "id", root=labo.oid_unique())
    code(section, "code", _COPIE)
    e(section, "title", "Copie du document")
    attacher(labo, section, contenu, "copie-pdf", "Copie PDF du compte rendu", _COPIE)


def attacher(labo: Labo, section: etree._Element, contenu: bytes, repere: str, titre: str, type_: Code | None) -> None:
    """Récit qui montre le document, et son entrée FR-Document-attache ; `type_` : son code, s'il en a un."""
    corps = e(e(e(section, "text"), "table"), "tbody")
    e(e(e(corps, "tr"), "td"), "content", titre, ID=f"titre-{repere}")
    e(e(e(corps, "tr"), "td"), "renderMultiMedia", referencedObject=repere)
    organisateur = e(e(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
    e(organisateur, "templateId", root="1.2.250.1.213.1.1.3.18")
    e(organisateur, "id", root=labo.oid_unique())
    code(organisateur, "code", Code("55107-7", _LOINC, "Document attaché"))
    e(organisateur, "statusCode", code="completed")
    nature = e(e(organisateur, "component"), "observation", classCode="OBS", moodCode="EVN")
    for modele in ("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48", "1.2.250.1.213.1.1.3.48.18"):
        e(nature, "templateId", root=modele)
    e(nature, "id", root=labo.oid_unique())
    code(nature, "code", Code("69764-9", _LOINC, "Type de document"))
    e(e(nature, "text"), "reference", value=f"#titre-{repere}")
    e(nature, "statusCode", code="completed")
    e(nature, "effectiveTime", nullFlavor="NA")
    valeur = code(nature, "value", type_) if type_ else e(nature, "value")
    valeur.set(f"{{{XSI}}}type", "CD")
    if type_ is None:
        e(e(valeur, "originalText"), "reference", value=f"#titre-{repere}")
    media = e(e(organisateur, "component"), "observationMedia", classCode="OBS", moodCode="EVN", ID=repere)
    octets = e(media, "value", base64.b64encode(contenu).decode())
    octets.set("mediaType", "application/pdf")
    octets.set("representation", "B64")
