"""Lecture d'un CDA R2 reçu d'un inconnu : ni DTD, ni entité, ni réseau, taille bornée ; par espace de noms."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from lxml import etree

from simulators.dmp.xml import enfants, nom_local, texte
from steps.verifications.cda.chemins import chemin
from steps.verifications.cda.modele import (
    OIDS_INS,
    ActeDocumente,
    CodeCda,
    ContenuEncapsule,
    EnTeteCda,
    Identifiant,
    Intervenant,
    Organisation,
    Patient,
    PriseEnCharge,
    Remplacement,
)
from steps.verifications.cda.surete import TAILLE_MAX, CdaDemesure, CdaIllisible, analyser

HL7 = "urn:hl7-org:v3"
LAB = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
_ENTREE_RESULTATS = "1.3.6.1.4.1.19376.1.3.1"
CONTENUS_MAX = 500
_GROS = 8 * 1024 * 1024
_NS = {"h": HL7, "lab": LAB}


def lire_cda(octets: bytes, *, taille_max: int = TAILLE_MAX) -> EnTeteCda:
    """Lit l'en-tête d'un CDA ; lève `CdaIllisible` si les octets ne sont pas un CDA lisible sans danger.

    `CdaDemesure`, une `CdaIllisible`, dit que le document dépasse les bornes du banc et non qu'il est fautif.
    """
    if len(octets) > taille_max:
        raise CdaDemesure(f"document de {len(octets)} octets, au-delà de la limite du banc ({taille_max})")
    return _lire(octets) if len(octets) < _GROS else _lire_gros(octets)


@lru_cache(maxsize=1)
def _lire_gros(octets: bytes) -> EnTeteCda:
    """Comme `_lire`, sans en garder plusieurs en mémoire."""
    return _lire.__wrapped__(octets)


@lru_cache(maxsize=4)
def _lire(octets: bytes) -> EnTeteCda:
    document = lire_document(octets)
    return _lire_document(document, document.getroottree().getroot())


@lru_cache(maxsize=1)
def lire_document(octets: bytes) -> etree._Element:
    """L'élément `ClinicalDocument`, enveloppé ou non ; à ne pas modifier. Lève `CdaIllisible`."""
    racine = analyser(octets)
    document = racine if racine.tag == f"{{{HL7}}}ClinicalDocument" else racine.find(".//h:ClinicalDocument", _NS)
    if document is None:
        raise CdaIllisible(f"ClinicalDocument absent (espace de noms {HL7}) : la racine est « {racine.tag} »")
    return document


def _lire_document(document: etree._Element, racine: etree._Element) -> EnTeteCda:
    corps = document.find("h:component/h:structuredBody", _NS)
    non_xml = document.find("h:component/h:nonXMLBody", _NS)
    version = document.find("h:versionNumber", _NS)
    langue = document.find("h:languageCode", _NS)
    return EnTeteCda(
        realm_codes=tuple(element.get("code", "") for element in document.findall("h:realmCode", _NS)),
        type_id=_identifiant(document.find("h:typeId", _NS)),
        template_ids=_identifiants(document, "h:templateId"),
        id=_identifiant(document.find("h:id", _NS)),
        code=_code(document.find("h:code", _NS)),
        titre=_tout_le_texte(document.find("h:title", _NS)),
        date_creation=_valeur(document.find("h:effectiveTime", _NS)),
        confidentialite=_code(document.find("h:confidentialityCode", _NS)),
        langue=langue.get("code", "") if langue is not None else "",
        set_id=_identifiant(document.find("h:setId", _NS)),
        version=version.get("value", "") if version is not None else "",
        patient=_patient(document.find("h:recordTarget/h:patientRole", _NS)),
        auteurs=tuple(
            _intervenant(auteur.find("h:assignedAuthor", _NS), auteur) for auteur in document.findall("h:author", _NS)
        ),
        custodian=_organisation(
            document.find("h:custodian/h:assignedCustodian/h:representedCustodianOrganization", _NS)
        ),
        responsable=_responsable(document.find("h:legalAuthenticator", _NS)),
        actes=tuple(_acte(acte) for acte in document.findall("h:documentationOf/h:serviceEvent", _NS)),
        remplacements=tuple(_remplacement(lien) for lien in document.findall("h:relatedDocument", _NS)),
        prise_en_charge=_prise_en_charge(document.find("h:componentOf/h:encompassingEncounter", _NS)),
        telecoms=_telecoms(document),
        corps="structuredBody" if corps is not None else "nonXMLBody" if non_xml is not None else "",
        contenu=_contenu(non_xml.find("h:text", _NS)) if non_xml is not None else None,
        copies=_copies(corps),
        statuts_resultats=_statuts(corps),
        matricules=_matricules(document),
        comptes=Counter(nom_local(enfant) for enfant in enfants(document)),
        encodage=(racine.getroottree().docinfo.encoding or "").upper(),
        enveloppe="" if racine is document else nom_local(racine),
    )


def _identifiant(element: etree._Element | None) -> Identifiant | None:
    if element is None or not element.get("root"):
        return None
    return Identifiant(element.get("root", ""), element.get("extension", ""))


def _identifiants(parent: etree._Element, chemin: str) -> tuple[Identifiant, ...]:
    lus = (_identifiant(element) for element in parent.findall(chemin, _NS))
    return tuple(ident for ident in lus if ident is not None)


def _code(element: etree._Element | None) -> CodeCda | None:
    if element is None:
        return None
    return CodeCda(
        element.get("code", ""),
        element.get("codeSystem", ""),
        element.get("displayName", ""),
        element.get("nullFlavor", ""),
    )


def _valeur(element: etree._Element | None) -> str:
    return element.get("value", "") if element is not None else ""


def _tout_le_texte(element: etree._Element | None) -> str:
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def _patient(role: etree._Element | None) -> Patient:
    if role is None:
        return Patient()
    patient = role.find("h:patient", _NS)
    if patient is None:
        return Patient(ids=_identifiants(role, "h:id"))
    return Patient(
        ids=_identifiants(role, "h:id"),
        noms=_parties_du_nom(patient, "h:name/h:family"),
        prenoms=_parties_du_nom(patient, "h:name/h:given"),
        naissance=_valeur(patient.find("h:birthTime", _NS)),
        sexe=_code(patient.find("h:administrativeGenderCode", _NS)),
        lieu_naissance=texte(patient.find("h:birthplace/h:place/h:addr/h:county", _NS)),
    )


def _parties_du_nom(element: etree._Element, chemin: str) -> tuple[tuple[str, str], ...]:
    return tuple((partie.get("qualifier", ""), _tout_le_texte(partie)) for partie in element.findall(chemin, _NS))


def _intervenant(element: etree._Element | None, porteur: etree._Element) -> Intervenant:
    instant = _valeur(porteur.find("h:time", _NS))
    if element is None:
        return Intervenant(instant=instant)
    nom = element.find("h:assignedPerson/h:name", _NS)
    return Intervenant(
        ids=_identifiants(element, "h:id"),
        code=_code(element.find("h:code", _NS)),
        nom=_tout_le_texte(nom.find("h:family", _NS)) if nom is not None else "",
        prenom=_tout_le_texte(nom.find("h:given", _NS)) if nom is not None else "",
        instant=instant,
        organisation=_organisation(element.find("h:representedOrganization", _NS)),
        appareil=element.find("h:assignedAuthoringDevice", _NS) is not None,
    )


def _responsable(element: etree._Element | None) -> Intervenant | None:
    if element is None:
        return None
    signature = element.find("h:signatureCode", _NS)
    lu = _intervenant(element.find("h:assignedEntity", _NS), element)
    return Intervenant(
        lu.ids, lu.code, lu.nom, lu.prenom, lu.instant, lu.organisation, lu.appareil,
        signature.get("code", "") if signature is not None else "",
    )  # fmt: skip


def _organisation(element: etree._Element | None) -> Organisation | None:
    if element is None:
        return None
    return Organisation(
        _identifiants(element, "h:id"),
        _tout_le_texte(element.find("h:name", _NS)),
        _code(element.find("h:standardIndustryClassCode", _NS)),
    )


def _bornes(periode: etree._Element | None) -> tuple[str, str]:
    """Début et fin : `low`/`high`, ou la seule valeur d'un instant."""
    if periode is None:
        return "", ""
    debut = _valeur(periode.find("h:low", _NS)) or _valeur(periode)
    return debut, _valeur(periode.find("h:high", _NS))


def _acte(element: etree._Element) -> ActeDocumente:
    periodes = element.findall("h:effectiveTime", _NS)
    debut, fin = _bornes(periodes[0] if periodes else None)
    statut = element.find("lab:statusCode", _NS)
    return ActeDocumente(
        ids=_identifiants(element, "h:id"),
        code=_code(element.find("h:code", _NS)),
        debut=debut,
        fin=fin,
        periodes=len(periodes),
        statut=statut.get("code", "") if statut is not None else "",
        executants=tuple(
            _intervenant(executant.find("h:assignedEntity", _NS), executant)
            for executant in element.findall("h:performer", _NS)
        ),
    )


def _prise_en_charge(element: etree._Element | None) -> PriseEnCharge | None:
    if element is None:
        return None
    periodes = element.findall("h:effectiveTime", _NS)
    debut, fin = _bornes(periodes[0] if periodes else None)
    lieu = element.find("h:location/h:healthCareFacility", _NS)
    return PriseEnCharge(
        debut,
        fin,
        len(periodes),
        _code(lieu.find("h:code", _NS)) if lieu is not None else None,
        _identifiant(lieu.find("h:id", _NS)) if lieu is not None else None,
    )


def _remplacement(element: etree._Element) -> Remplacement:
    parent = element.find("h:parentDocument", _NS)
    if parent is None:
        return Remplacement(element.get("typeCode", ""))
    return Remplacement(
        element.get("typeCode", ""), _identifiants(parent, "h:id"), _valeur(parent.find("h:versionNumber", _NS))
    )


def _telecoms(document: etree._Element) -> tuple[tuple[str, str], ...]:
    arbre = document.getroottree()
    return tuple(
        (_chemin(arbre, telecom), telecom.get("value", ""))
        for enfant in enfants(document)
        if nom_local(enfant) != "component"
        for telecom in enfant.iter(f"{{{HL7}}}telecom")
        if "value" in telecom.attrib
    )


def _chemin(arbre: etree._ElementTree, element: etree._Element) -> str:
    """Chemin lisible : les noms locaux, sans rang ni espace de noms."""
    noms = [nom_local(element), *(nom_local(ancetre) for ancetre in element.iterancestors())]
    return f"{'/'.join(reversed(noms))} (ligne {element.sourceline})"


def _contenu(element: etree._Element | None) -> ContenuEncapsule:
    if element is None:
        return ContenuEncapsule("ClinicalDocument/component/nonXMLBody", "", "", "")
    return ContenuEncapsule(
        chemin(element),
        element.get("mediaType", ""),
        element.get("representation", ""),
        "".join(map(str, element.itertext())),
    )


def _copies(corps: etree._Element | None) -> tuple[ContenuEncapsule, ...]:
    if corps is None:
        return ()
    valeurs = [
        valeur
        for valeur in corps.iterfind(".//h:observationMedia/h:value", _NS)
        # Un contenu désigné par son adresse n'est pas dans le document.
        if valeur.find("h:reference", _NS) is None
    ]
    if len(valeurs) > CONTENUS_MAX:
        raise CdaDemesure(f"{len(valeurs)} contenus encapsulés, au-delà de la limite du banc ({CONTENUS_MAX})")
    return tuple(_contenu(valeur) for valeur in valeurs)


def _statuts(corps: etree._Element | None) -> tuple[str, ...]:
    """statusCode des actes portant les résultats d'un compte rendu de biologie."""
    if corps is None:
        return ()
    return tuple(
        statut.get("code", "")
        for entree in corps.iterfind(".//h:entry", _NS)
        if any(modele.get("root") == _ENTREE_RESULTATS for modele in entree.findall("h:templateId", _NS))
        for statut in entree.findall("h:act/h:statusCode", _NS)
    )


def _matricules(document: etree._Element) -> tuple[Identifiant, ...]:
    return tuple(
        Identifiant(element.get("root", ""), element.get("extension", ""))
        for element in document.iter(f"{{{HL7}}}id")
        if element.get("root") in OIDS_INS
    )
