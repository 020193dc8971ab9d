"""TD0.2 : test d'existence d'un DMP et état de l'autorisation du professionnel (HL7 V3 PRPA_IN201307UV02)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from simulators.dmp import erreurs
from simulators.dmp.appel import Appel, Endpoint, Resultat
from simulators.dmp.erreurs import Refus
from simulators.dmp.etat import Dossier
from simulators.dmp.vihf import Ins
from simulators.dmp.xml import NS

_RACINE = "PRPA_IN201307UV02"
_OID_DMP = "1.2.250.1.213.4.1.1.1"
_OBLIGATOIRES = (
    "hl7:id",
    "hl7:creationTime",
    "hl7:interactionId",
    "hl7:processingCode",
    "hl7:processingModeCode",
    "hl7:acceptAckCode",
    "hl7:receiver/hl7:device/hl7:id",
    "hl7:sender/hl7:device/hl7:id",
    "hl7:controlActProcess/hl7:queryByParameter/hl7:queryId",
)


def _traiter(appel: Appel) -> Resultat:
    message = appel.enveloppe.contenu
    for chemin in _OBLIGATOIRES:
        if message.find(chemin, NS) is None:
            raise erreurs.hl7_invalide(f"{chemin.replace('hl7:', '')} absent.")
    motif = _attribut(message, "hl7:controlActProcess/hl7:reasonCode", "code")
    appel.noter("motif", motif)
    if motif != "TEST_EXST":
        raise erreurs.hl7_invalide(f"reasonCode « {motif} » : TEST_EXST attendu.")
    demande = _lire_patient(message)
    if demande != appel.vihf.ins:
        raise erreurs.hl7_patient(f"Reçu {demande.matricule}.")
    dossier = appel.dossier()
    appel.droits.exiger("TD0.2", appel.vihf, dossier)
    if dossier is None:
        return Resultat(_reponse(message, "AA", "NF", "", ""), codes=("NF",))
    appel.noter("autorisation", dossier.autorisation(appel.vihf.name_id))
    appel.noter("statut_dmp", dossier.statut)
    return Resultat(
        _reponse(message, "AA", "OK", _attention(dossier, appel.vihf.name_id), _sujet(dossier)), codes=("OK",)
    )


def _refuser(appel: Appel, refus: Sequence[Refus]) -> Resultat:
    details, codes = [], []
    for element in refus:
        ligne, texte = appel.table.rendre(element)
        codes.append(ligne.code)
        details.append(
            f'<acknowledgementDetail typeCode="E"><code code={quoteattr(ligne.code)}/><text>{escape(texte)}</text>'
            "</acknowledgementDetail>"
        )
    corps = _reponse(appel.enveloppe.contenu, "AE", "AE", "", "", "".join(details))
    return Resultat(corps, codes=tuple(codes))


def _lire_patient(message: etree._Element) -> Ins:
    base = "hl7:controlActProcess/hl7:queryByParameter/hl7:parameterList/hl7:patientIdentifier/hl7:value"
    valeurs = message.findall(base, NS)
    if len(valeurs) != 1:
        raise erreurs.hl7_invalide(f"un patientIdentifier/value attendu, {len(valeurs)} reçus.")
    return Ins(valeurs[0].get("extension", ""), valeurs[0].get("root", ""))


def _attribut(message: etree._Element, chemin: str, nom: str) -> str:
    element = message.find(chemin, NS)
    return element.get(nom, "") if element is not None else ""


def _attention(dossier: Dossier, professionnel: str) -> str:
    traitant = "true" if professionnel in dossier.medecins_traitants else "false"
    date = dossier.dates_autorisation.get(professionnel, "")
    validite = f"<low value={quoteattr(date)}/>" if date else ""
    return (
        '<attentionLine><keyWordText code="AUTORISATION" codeSystem="1.2.250.1.213.4.1.2.6.1"/>'
        f'<value xmlns:xsi="{NS["xsi"]}" xsi:type="CV" code="{dossier.autorisation(professionnel)}" '
        f'codeSystem="1.2.250.1.213.4.1.2.6.2">{validite}</value></attentionLine>'
        '<attentionLine><keyWordText code="STATUT_MT" codeSystem="1.2.250.1.213.4.1.2.6.3"/>'
        f'<value xmlns:xsi="{NS["xsi"]}" xsi:type="BL" value="{traitant}"/></attentionLine>'
    )


def _sujet(dossier: Dossier) -> str:
    prenoms = "".join(f"<given>{escape(prenom)}</given>" for prenom in dossier.prenoms)
    sexe = f"<administrativeGenderCode code={quoteattr(dossier.sexe)}/>" if dossier.sexe else ""
    naissance = dossier.date_naissance.replace("-", "")
    date = f"<birthTime value={quoteattr(naissance)}/>" if naissance else ""
    compte = _observation("1.2.250.1.213.4.1.2.9", "COMPTE_INTERNET_OUVERT", _bl(dossier.compte_internet))
    rattachement = _observation("1.2.250.1.213.4.1.2.3", "RATTACHEMENT_ENS", _bl(dossier.rattache_ens))
    fermeture = ""
    if dossier.ferme:
        fermeture = (
            f"<effectiveTime><high value={quoteattr(dossier.date_fermeture)}/></effectiveTime>"
            f"<subjectOf1>{_observation('1.2.250.1.213.4.1.2.4', dossier.motif_fermeture, 'true')}</subjectOf1>"
        )
    return (
        '<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN"><statusCode code="completed"/>'
        '<subject1 typeCode="SBJ"><patient classCode="PAT">'
        f'<id root="{dossier.oid}" extension="{dossier.matricule_ins}"/>'
        f'<statusCode code="{dossier.statut}"/>{fermeture}'
        f'<patientPerson classCode="PSN" determinerCode="INSTANCE">'
        f"<name><family>{escape(dossier.nom)}</family>{prenoms}"
        f"</name>{sexe}{date}</patientPerson>"
        f"<subjectOf1>{compte}</subjectOf1><subjectOf1>{rattachement}</subjectOf1>"
        '</patient></subject1><custodian typeCode="CST"><assignedEntity classCode="ASSIGNED">'
        f'<id root="{_OID_DMP}"/></assignedEntity></custodian></registrationEvent></subject>'
    )


def _observation(systeme: str, code: str, valeur: str) -> str:
    return (
        '<administrativeObservation classCode="OBS" moodCode="EVN">'
        f'<code code={quoteattr(code)} codeSystem="{systeme}"/>'
        f'<value xmlns:xsi="{NS["xsi"]}" xsi:type="BL" value="{valeur}"/></administrativeObservation>'
    )


def _bl(valeur: bool) -> str:
    return "true" if valeur else "false"


def _reponse(message: etree._Element, accuse: str, code: str, attention: str, sujet: str, details: str = "") -> str:
    origine = message.find("hl7:id", NS)
    requete = message.find("hl7:controlActProcess/hl7:queryByParameter/hl7:queryId", NS)
    emetteur = message.find("hl7:sender/hl7:device/hl7:id", NS)
    return (
        f'<PRPA_IN201308UV02 xmlns="{NS["hl7"]}" ITSVersion="XML_1.0"><id root="{uuid.uuid4()}"/>'
        f"<creationTime value={quoteattr(_attribut(message, 'hl7:creationTime', 'value'))}/>"
        '<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201308UV02"/>'
        f"<processingCode code={quoteattr(_attribut(message, 'hl7:processingCode', 'code'))}/>"
        '<processingModeCode code="T"/><acceptAckCode code="NE"/>'
        '<receiver typeCode="RCV"><device classCode="DEV" determinerCode="INSTANCE">'
        f"{_ii('id', emetteur)}</device></receiver>"
        '<sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE">'
        f'<id root="{_OID_DMP}"/><softwareName>DMP de test (banc SONS)</softwareName></device></sender>'
        f'<acknowledgement><typeCode code="{accuse}"/><targetMessage>{_ii("id", origine)}</targetMessage>'
        f"{details}</acknowledgement>"
        '<controlActProcess classCode="CACT" moodCode="EVN">'
        '<code code="PRPA_TE201308UV02" codeSystem="2.16.840.1.113883.1.6"/>'
        f"{attention}{sujet}"
        f'<queryAck>{_ii("queryId", requete)}<queryResponseCode code="{code}"/></queryAck>'
        "</controlActProcess></PRPA_IN201308UV02>"
    )


def _ii(nom: str, element: etree._Element | None) -> str:
    if element is None:
        return ""
    extension = f" extension={quoteattr(element.get('extension', ''))}" if element.get("extension") else ""
    return f"<{nom} root={quoteattr(element.get('root', ''))}{extension}/>"


ENDPOINT = Endpoint(
    service="patients",
    operation="TD0.2",
    action="urn:hl7-org:v3:PRPA_IN201307UV02",
    action_reponse="urn:hl7-org:v3:PRPA_IN201308UV02",
    racine=(NS["hl7"], _RACINE),
    traiter=_traiter,
    refuser=_refuser,
)
