"""L'en-tête d'un CDA R2, lu en valeurs : la seule source des métadonnées envoyées au DMP."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from lxml import etree

from simulators.logiciel_temoin.identite import OID_INS, identite_vide
from simulators.logiciel_temoin.soap import ReponseIllisible, lire_xml, texte

HL7 = "urn:hl7-org:v3"
NS = {"c": HL7}
_COPIE = ".//c:templateId[@root='1.2.250.1.213.1.1.2.243']/..//c:observationMedia/c:value"
"""La copie du document, avant tout autre document attaché."""
OID_PS = "1.2.250.1.71.4.2.1"
OID_STRUCTURE = "1.2.250.1.71.4.2.2"


@dataclass(frozen=True)
class Code:
    """Un code, son système et son libellé."""

    code: str
    systeme: str
    libelle: str = ""


@dataclass(frozen=True)
class Intervenant:
    """Auteur, signataire ou exécutant : personne (ou logiciel) et organisation."""

    identifiant: str
    nom: str
    prenom: str
    specialite: Code | None = None
    structure_nom: str = ""
    structure_id: str = ""
    racine: str = OID_PS
    personne_morale: bool = False


@dataclass(frozen=True)
class EnteteCda:
    """Ce que les métadonnées reprennent d'un CDA."""

    unique_id: str
    type_document: Code
    titre: str
    creation: str
    confidentialite: Code
    langue: str
    set_id: str
    version: str
    identifiants: tuple[tuple[str, str], ...]
    identite: dict[str, str | None]
    auteurs: tuple[Intervenant, ...]
    responsable: Intervenant | None
    service_debut: str
    service_fin: str
    cadre_exercice: Code
    etablissement: Code
    evenements: tuple[Code, ...]
    remplace: str | None
    media_type: str | None
    modeles: tuple[str, ...] = field(default=())

    @property
    def ins(self) -> tuple[str, str] | None:
        """(matricule, OID), si le patient est désigné par son INS."""
        return next(((ext, root) for root, ext in self.identifiants if root in OID_INS), None)

    @property
    def identifiant_local(self) -> tuple[str, str] | None:
        return next(((ext, root) for root, ext in self.identifiants if root not in OID_INS), None)


def lire_entete(octets: bytes) -> EnteteCda:
    """Lit l'en-tête ; `ReponseIllisible` si ce n'est pas un CDA R2."""
    racine = document(octets)
    un = racine.find
    patient = un("c:recordTarget/c:patientRole", NS)
    service = un("c:documentationOf/c:serviceEvent", NS)
    execution = un("c:documentationOf/c:serviceEvent/c:effectiveTime", NS)
    lieu = un("c:componentOf/c:encompassingEncounter/c:location/c:healthCareFacility/c:code", NS)
    cadre = un(".//c:performer//c:standardIndustryClassCode", NS)
    parent = un("c:relatedDocument[@typeCode='RPLC']/c:parentDocument/c:id", NS)
    corps = un("c:component/c:nonXMLBody/c:text", NS)
    responsable = un("c:legalAuthenticator/c:assignedEntity", NS)
    identifiants = patient.findall("c:id", NS) if patient is not None else []
    return EnteteCda(
        unique_id=_ii(un("c:id", NS)),
        type_document=_code(un("c:code", NS)),
        titre=texte(un("c:title", NS)),
        creation=_valeur(un("c:effectiveTime", NS)),
        confidentialite=_code(un("c:confidentialityCode", NS)),
        langue=_attribut(un("c:languageCode", NS), "code"),
        set_id=_ii(un("c:setId", NS)),
        version=_attribut(un("c:versionNumber", NS), "value"),
        identifiants=tuple((i.get("root", ""), i.get("extension", "")) for i in identifiants),
        identite=_identite(patient, tuple((i.get("root", ""), i.get("extension", "")) for i in identifiants)),
        auteurs=tuple(_intervenant(a) for a in racine.findall("c:author/c:assignedAuthor", NS)),
        responsable=_intervenant(responsable) if responsable is not None else None,
        service_debut=_borne(execution, "low"),
        service_fin=_borne(execution, "high"),
        cadre_exercice=_code(cadre),
        etablissement=_code(lieu),
        evenements=(_code(service.find("c:code", NS)),) if service is not None and _a_code(service) else (),
        remplace=_ii(parent) if parent is not None else None,
        media_type=corps.get("mediaType") if corps is not None else None,
        modeles=tuple(t.get("root", "") for t in racine.findall("c:templateId", NS)),
    )


def document(octets: bytes) -> etree._Element:
    """Racine `ClinicalDocument`, elle-même ou enveloppée (document signé ou auto-présentable)."""
    racine = lire_xml(octets)
    if racine.tag != f"{{{HL7}}}ClinicalDocument":
        trouve = racine.find(f".//{{{HL7}}}ClinicalDocument")
        if trouve is None:
            raise ReponseIllisible("ce n'est pas un document CDA R2")
        racine = trouve
    return racine


def copie_pdf(octets: bytes) -> bytes | None:
    """Le PDF que porte le document : corps non structuré, ou copie d'un document structuré."""
    racine = document(octets)
    for chemin in ("c:component/c:nonXMLBody/c:text", _COPIE, ".//c:observationMedia/c:value"):
        for noeud in racine.iterfind(chemin, NS):
            if noeud.get("mediaType") == "application/pdf":
                try:
                    return base64.b64decode("".join(str(t) for t in noeud.itertext()), validate=False)
                except binascii.Error:
                    continue
    return None


def textes(octets: bytes) -> list[str]:
    """Le texte lisible d'un document structuré, ligne à ligne."""
    lignes: list[str] = []
    for bloc in document(octets).iterfind(".//c:section", NS):
        titre = texte(bloc.find("c:title", NS))
        corps = bloc.find("c:text", NS)
        contenu = " ".join(" ".join(str(t) for t in corps.itertext()).split()) if corps is not None else ""
        lignes += [ligne for ligne in (titre, contenu) if ligne]
    return lignes


def _a_code(service: etree._Element) -> bool:
    code = service.find("c:code", NS)
    return code is not None and bool(code.get("code"))


def _attribut(element: etree._Element | None, nom: str) -> str:
    return element.get(nom, "") if element is not None else ""


def _valeur(element: etree._Element | None) -> str:
    return _attribut(element, "value")


def _borne(element: etree._Element | None, nom: str) -> str:
    if element is None:
        return ""
    return _valeur(element.find(f"c:{nom}", NS)) or (element.get("value", "") if nom == "low" else "")


def _ii(element: etree._Element | None) -> str:
    """`root`, suivi de `^extension` s'il y en a une."""
    if element is None:
        return ""
    racine, extension = element.get("root", ""), element.get("extension", "")
    return f"{racine}^{extension}" if extension else racine


def _code(element: etree._Element | None) -> Code:
    return Code(_attribut(element, "code").strip(), _attribut(element, "codeSystem"), _attribut(element, "displayName"))


def _intervenant(element: etree._Element) -> Intervenant:
    identifiant = element.find("c:id", NS)
    nom = element.find("c:assignedPerson/c:name", NS)
    appareil = element.find("c:assignedAuthoringDevice", NS)
    structure = element.find("c:representedOrganization", NS)
    specialite = element.find("c:code", NS)
    return Intervenant(
        identifiant=_attribut(identifiant, "extension"),
        nom=texte(nom.find("c:family", NS)) if nom is not None else _appareil(appareil, "softwareName"),
        prenom=texte(nom.find("c:given", NS)) if nom is not None else _appareil(appareil, "manufacturerModelName"),
        specialite=_code(specialite) if _attribut(specialite, "code") else None,
        structure_nom=texte(structure.find("c:name", NS)) if structure is not None else "",
        structure_id=_attribut(structure.find("c:id", NS), "extension") if structure is not None else "",
        racine=_attribut(identifiant, "root"),
        personne_morale=appareil is not None,
    )


def _appareil(appareil: etree._Element | None, nom: str) -> str:
    return texte(appareil.find(f"c:{nom}", NS)) if appareil is not None else ""


def _identite(role: etree._Element | None, identifiants: tuple[tuple[str, str], ...]) -> dict[str, str | None]:
    identite = identite_vide()
    patient = role.find("c:patient", NS) if role is not None else None
    if patient is None:
        return identite
    nom = patient.find("c:name", NS)
    if nom is not None:
        # Les exemples officiels ont des commentaires entre ces éléments.
        for element in nom.iterchildren("{*}*"):
            champ = _CHAMPS_NOM.get((etree.QName(element).localname, element.get("qualifier", "")))
            if champ and not identite[champ]:
                identite[champ] = texte(element)
    if not identite["nom_naissance"]:
        identite["nom_naissance"] = texte(patient.find("c:name/c:family", NS))
    prenoms = (identite["prenoms_naissance"] or "").split()
    identite["premier_prenom_naissance"] = identite["premier_prenom_naissance"] or (prenoms[0] if prenoms else "")
    naissance = _valeur(patient.find("c:birthTime", NS))
    if len(naissance) >= 8:
        identite["date_naissance"] = f"{naissance[:4]}-{naissance[4:6]}-{naissance[6:8]}"
    genre = _attribut(patient.find("c:administrativeGenderCode", NS), "code")
    identite["sexe"] = {"M": "M", "F": "F"}.get(genre, "I" if genre else "")
    identite["code_lieu_naissance"] = texte(patient.find("c:birthplace/c:place/c:addr/c:county", NS))
    for racine, extension in identifiants:
        if racine in OID_INS:
            identite["matricule_ins"], identite["oid_ins"] = extension, racine
    return identite


_CHAMPS_NOM = {
    ("family", "BR"): "nom_naissance",
    ("family", "CL"): "nom_utilise",
    ("given", "BR"): "premier_prenom_naissance",
    ("given", ""): "prenoms_naissance",
    ("given", "CL"): "prenom_utilise",
}
