"""Les règles d'un lot et de ses fiches qui ne demandent que les métadonnées, quel que soit ce qui les porte."""

from __future__ import annotations

import copy
import re
import uuid
from collections import Counter

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import HAS_MEMBER, RPLC, DocumentEntry
from simulators.dmp.ebrim_lecture import RIM, SCHEMAS_FICHE, SCHEMAS_LOT
from simulators.dmp.vihf import lire_ins
from simulators.dmp.xml import NS, espace, nom_local
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import OIDS_INS
from steps.verifications.dmp.fiche import patient as ins_en_cx
from steps.verifications.dmp.soumission import DocumentSoumis, LotLu
from steps.verifications.dmp.structure_messages import fautes_de_structure
from steps.verifications.dmp.types_donnees import composants, defauts_cx
from steps.verifications.registre import verification

_IHE = "IHE ITI TF-3, § 4.2 (métadonnées)"
_RIM = "OASIS ebRIM 3.0 ; IHE ITI TF-3, § 4.2.1 (objets du registre)"
_OBJETS = ("ExtrinsicObject", "RegistryPackage", "Association")
_ORDRE = {
    nom: rang
    for rang, nom in enumerate(
        ("Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier", "RegistryObjectList")
    )
}
_RACINES = {
    (NS["lcm"], "SubmitObjectsRequest"),
    (NS["xdsb"], "ProvideAndRegisterDocumentSetRequest"),
    (NS["rim"], "RegistryObjectList"),
}
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")

RACINE = Regle(
    "XDS-LEC-01", "Les métadonnées sont un SubmitObjectsRequest", f"{_RIM} ; IHE ITI TF-2, § 3.32 (ITI-32)",
    Confiance.DOCUMENTEE, "Écrire lcm:SubmitObjectsRequest, qui contient rim:RegistryObjectList (ebXML 3.0).",
)  # fmt: skip
STRUCTURE = Regle(
    "XDS-SCH-01", "Les métadonnées ont la structure des schémas d'ebXML RegRep",
    "OASIS, ebXML RegRep 3.0 (rim, rs, lcm) ; IHE ITI TF-2, § 3.32 (ITI-32)", Confiance.DOCUMENTEE,
    "Écrire les éléments et les attributs du schéma, dans leur espace de noms, leur ordre et leur nombre.",
)  # fmt: skip
COMPOSITION = Regle(
    "XDS-LOT-01", "Les métadonnées portent un lot et au moins un document", _IHE, Confiance.DOCUMENTEE,
    "Écrire un RegistryPackage classé comme lot de soumission et un ExtrinsicObject par document.",
)  # fmt: skip
IDENTIFIANTS = Regle(
    "XDS-IDS-01", "Chaque objet a son identifiant, symbolique ou urn:uuid", _RIM, Confiance.DOCUMENTEE,
    "Donner à chaque objet un id différent ; un id qui commence par urn:uuid: est un UUID.",
)  # fmt: skip
UNIQUES = Regle(
    "XDS-IDS-02", "Chaque uniqueId désigne un seul objet", f"{_IHE}, uniqueId", Confiance.DOCUMENTEE,
    "Donner un OID neuf à chaque document et à chaque lot.",
)  # fmt: skip
RENVOIS = Regle(
    "XDS-IDS-03", "Un identifiant externe renvoie à l'objet qui le porte", _RIM,
    Confiance.DOCUMENTEE, "Écrire dans registryObject l'id de l'objet qui contient l'ExternalIdentifier.",
)  # fmt: skip
CIBLES = Regle(
    "XDS-ASS-01", "Chaque association relie des objets qui existent", f"{_IHE}, associations", Confiance.DOCUMENTEE,
    "HasMember vise un objet du lot ou un entryUUID ; RPLC vise l'entryUUID (urn:uuid:) de l'entrée remplacée.",
)  # fmt: skip
CODES = Regle(
    "XDS-COD-01", "Chaque code a sa valeur, sa nomenclature et son libellé", f"{_IHE}, attributs codés",
    Confiance.DOCUMENTEE, "Écrire nodeRepresentation, le Slot codingScheme et Name/LocalizedString.",
)  # fmt: skip
MEME_PATIENT = Regle(
    "XDS-PAT-01", "Le lot et ses fiches désignent le même patient", f"{_IHE}, patientId du lot et des fiches",
    Confiance.DOCUMENTEE, "Écrire le même patientId dans le lot et dans chaque fiche.",
)  # fmt: skip
CX = Regle(
    "XDS-PAT-02", "patientId est un CX : identifiant, autorité, type", f"{_IHE}, patientId", Confiance.DOCUMENTEE,
    "Écrire <matricule>^^^&<OID>&ISO^NH pour une INS, <identifiant>^^^&<OID>&ISO^PI pour un identifiant local.",
)  # fmt: skip
INS = Regle(
    "XDS-PAT-03", "Le patient est désigné par son INS", "REM BIO, exigence MSS/CONF.24 (patient reconnu au patientId)",
    Confiance.OFFICIELLE, "Écrire l'INS dans patientId dès que l'identité est qualifiée.",
)  # fmt: skip
FORMES = Regle(
    "XDS-EMP-01", "hash est un SHA-1 et size un nombre d'octets", f"{_IHE}, hash et size", Confiance.DOCUMENTEE,
    "Écrire 40 chiffres hexadécimaux et un entier.",
)  # fmt: skip


@verification(RACINE)
def racine(element: etree._Element) -> Constat:
    """La racine est celle d'une soumission, en ebXML 3.0."""
    vue = f"{{{espace(element)}}}{nom_local(element)}"
    connue = (espace(element), nom_local(element)) in _RACINES
    liste = nom_local(element) == "RegistryObjectList" or element.find(f".//{{{RIM}}}RegistryObjectList") is not None
    return juger(
        RACINE, connue and liste, "Ce ne sont pas des métadonnées de soumission ebXML 3.0.",
        attendu=f"{{{NS['lcm']}}}SubmitObjectsRequest et {{{RIM}}}RegistryObjectList",
        recu=vue if liste else f"{vue}, sans RegistryObjectList", ou=f"racine (ligne {element.sourceline})",
    )  # fmt: skip


@verification(STRUCTURE)
def structure(element: etree._Element) -> Constat:
    """Chaque élément et chaque attribut est permis là où il est écrit ; le seul désordre se regarde."""
    faux = fautes_de_structure(element)
    if faux and not fautes_de_structure(_range(element)):
        return STRUCTURE.a_regarder(
            "L'ordre des éléments n'est pas celui des schémas : un destinataire qui les valide refuserait le lot.",
            recu=" ; ".join(faux[:5]), ou="métadonnées",
        )  # fmt: skip
    return juger(
        STRUCTURE, not faux, "Les métadonnées n'ont pas la structure de leurs schémas.",
        attendu="éléments et attributs des schémas rim, rs et lcm", recu=" ; ".join(faux[:5]) or nom_local(element),
        ou="métadonnées",
    )  # fmt: skip


def _range(element: etree._Element) -> etree._Element:
    """Une copie où le contenu de chaque objet du registre est dans l'ordre du schéma."""
    copie = copy.deepcopy(element)
    for objet in list(copie.iter(*(f"{{{RIM}}}{nom}" for nom in (*_OBJETS, "Classification", "ExternalIdentifier")))):
        objet[:] = sorted(objet, key=lambda enfant: _ORDRE.get(nom_local(enfant), len(_ORDRE)))
    return copie


@verification(COMPOSITION)
def composition(lot: LotLu) -> Constat:
    """Un lot, et au moins un document."""
    return juger(
        COMPOSITION, len(lot.lot.lots) == 1 and bool(lot.documents), "Le lot n'a pas la composition attendue.",
        attendu="un lot de soumission, au moins un document",
        recu=f"{len(lot.lot.lots)} lot(s), {len(lot.documents)} document(s), {lot.lot.classeurs} classeur(s)",
        ou="RegistryObjectList",
    )  # fmt: skip


@verification(IDENTIFIANTS, RENVOIS)
def identifiants(element: etree._Element) -> list[Constat]:
    """Identifiants des objets, et renvois de leurs identifiants externes."""
    objets = [objet for objet in element.iter(*(f"{{{RIM}}}{nom}" for nom in _OBJETS)) if _dans_la_liste(objet)]
    ids = Counter(objet.get("id", "") for objet in objets)
    fautes = [f"id « {valeur} » écrit {nombre} fois" for valeur, nombre in ids.items() if valeur and nombre > 1]
    fautes += [f"{nom_local(o)} sans id (ligne {o.sourceline})" for o in objets if not o.get("id")]
    fautes += [f"« {valeur} » n'est pas un UUID" for valeur in ids if not _uuid_juste(valeur)]
    renvois = [
        f"registryObject « {externe.get('registryObject')} » dans l'objet « {objet.get('id', '')} »"
        for objet in objets
        for externe in objet.findall(f"{{{RIM}}}ExternalIdentifier")
        if externe.get("registryObject", objet.get("id", "")) != objet.get("id", "")
    ]
    return [
        juger(
            IDENTIFIANTS, not fautes, "Un objet n'a pas d'identifiant qui lui soit propre.",
            attendu="un id par objet, symbolique ou urn:uuid", recu=" ; ".join(fautes) or f"{len(objets)} objets",
            ou="RegistryObjectList",
        ),
        juger(
            RENVOIS, not renvois, "Un identifiant externe renvoie à un autre objet que celui qui le porte.",
            attendu="l'id de l'objet qui contient l'élément", recu=" ; ".join(renvois) or "renvois justes",
            ou="ExternalIdentifier",
        ),
    ]  # fmt: skip


def _dans_la_liste(objet: etree._Element) -> bool:
    parent = objet.getparent()
    return parent is not None and nom_local(parent) == "RegistryObjectList"


def _uuid_juste(valeur: str) -> bool:
    if not valeur.startswith("urn:uuid:"):
        return True
    try:
        return str(uuid.UUID(valeur[9:])) == valeur[9:].lower()
    except ValueError:
        return False


@verification(UNIQUES)
def uniques(lot: LotLu) -> Constat:
    """Aucun uniqueId n'est porté par deux objets."""
    objets = [*lot.lot.documents, *lot.lot.lots]
    comptes = Counter(objet.unique_id for objet in objets if objet.unique_id)
    doubles = [valeur for valeur, nombre in comptes.items() if nombre > 1]
    return juger(
        UNIQUES, not doubles, "Un uniqueId est porté par plusieurs objets.", attendu="un uniqueId par objet",
        recu=", ".join(doubles) or f"{len(comptes)} distincts", ou="uniqueId",
    )  # fmt: skip


@verification(CIBLES)
def cibles(lot: LotLu) -> Constat:
    """Sources et cibles des associations."""
    objets = {objet.id for objet in (*lot.lot.documents, *lot.lot.lots)}
    fautes = []
    for lien in lot.lot.associations:
        nom = lien.type.rsplit(":", 1)[-1]
        if not lien.cible or (lien.cible not in objets and not lien.cible.startswith("urn:uuid:")):
            fautes.append(f"{nom} vise « {lien.cible} », absent du lot")
        elif lien.type == RPLC and not lien.cible.startswith("urn:uuid:"):
            fautes.append(f"RPLC vise « {lien.cible} », qui n'est pas un entryUUID")
        elif lien.type == RPLC and lien.cible in objets:
            fautes.append(f"RPLC vise « {lien.cible} », un document de ce lot")
        elif lien.type == HAS_MEMBER and lien.source == lien.cible:
            fautes.append(f"HasMember relie « {lien.source} » à lui-même")
    return juger(
        CIBLES, not fautes, "Une association vise un objet qui n'existe pas.",
        attendu="un objet du lot, ou l'entryUUID d'une entrée du registre",
        recu=" ; ".join(fautes) or f"{len(lot.lot.associations)} association(s)", ou="Association",
    )  # fmt: skip


@verification(CODES)
def codes_complets(element: etree._Element) -> Constat:
    """Chaque classification codée a sa valeur, sa nomenclature et son libellé."""
    noms = {schema: nom for nom, schema in (*SCHEMAS_FICHE.items(), *SCHEMAS_LOT.items()) if nom != "authors"}
    fautes, vus = [], 0
    for classement in element.iter(f"{{{RIM}}}Classification"):
        nom = noms.get(classement.get("classificationScheme", ""))
        if nom is None:
            continue
        vus += 1
        manque = [] if classement.get("nodeRepresentation", "").strip() else ["nodeRepresentation"]
        valeurs = classement.iterfind(f"{{{RIM}}}Slot[@name='codingScheme']/{{{RIM}}}ValueList/{{{RIM}}}Value")
        manque += [] if any((valeur.text or "").strip() for valeur in valeurs) else ["codingScheme"]
        local = classement.find(f"{{{RIM}}}Name/{{{RIM}}}LocalizedString")
        manque += [] if local is not None and local.get("value", "").strip() else ["libellé"]
        if manque:
            fautes.append(f"{nom} (ligne {classement.sourceline}) sans {' ni '.join(manque)}")
    return juger(
        CODES, not fautes, "Un code est incomplet.", attendu="valeur, nomenclature et libellé",
        recu=" ; ".join(fautes) or f"{vus} codes", ou="Classification",
    )  # fmt: skip


@verification(MEME_PATIENT)
def meme_patient(lot: LotLu) -> Constat:
    """Le lot et ses fiches désignent le même patient."""
    patients = {objet.id or "?": objet.patient_id for objet in lot.lot.lots}
    # Une fiche sans patientId est l'affaire de la règle sur sa forme.
    patients |= {objet.id or "?": objet.patient_id for objet in lot.lot.documents if objet.patient_id}
    distincts = {_noyau(valeur) for valeur in patients.values()}
    return juger(
        MEME_PATIENT, len(distincts) == 1 and "" not in distincts,
        "Le lot et ses fiches ne désignent pas un seul patient.",
        attendu="le même patientId partout",
        recu=", ".join(f"{nom} : {valeur or 'rien'}" for nom, valeur in patients.items()), ou="patientId",
    )  # fmt: skip


def _noyau(cx: str) -> str:
    """Identifiant, autorité et type ; les composants de dates sont facultatifs."""
    return "^".join(composants(cx, 5)) if cx else ""


@verification(CX, INS)
def patient(document: DocumentSoumis) -> list[Constat]:
    """patientId : un CX ; une INS à la clé juste (règle DMP-XDS-15), ou un identifiant local, à regarder."""
    fiche = document.fiche
    ou = f"ExtrinsicObject[@id='{fiche.id}'] / patientId"
    defauts = defauts_cx(fiche.patient_id)
    if defauts:
        attendu = "<identifiant>^^^&<OID>&ISO^<type>"
        return [
            CX.enfreinte(f"patientId n'est pas un CX : {', '.join(defauts)}.", attendu=attendu,
                         recu=fiche.patient_id or "rien", ou=ou)
        ]  # fmt: skip
    constats = [CX.respectee(recu=fiche.patient_id, ou=ou)]
    if est_ins(fiche.patient_id):
        return [*constats, ins_en_cx(document)]
    message = "patientId n'est pas une INS : le destinataire devra reconnaître le patient autrement."
    return [*constats, INS.a_regarder(message, recu=fiche.patient_id, ou=ou)]


def est_ins(cx: str) -> bool:
    """Vrai si l'autorité du CX est un OID de l'INS, ou si le reste en a la forme."""
    autorite = composants(cx, 4)[3].split("&")
    return (len(autorite) > 1 and autorite[1] in OIDS_INS) or (
        lire_ins(cx) is not None and len(composants(cx, 1)[0]) == 15
    )


@verification(FORMES)
def formes_empreinte(fiche: DocumentEntry) -> list[Constat]:
    """hash et size, s'ils sont écrits, ont leur forme."""
    if not (fiche.hash or fiche.size):
        return []
    fautes = [] if not fiche.hash or _SHA1.fullmatch(fiche.hash) else [f"hash « {fiche.hash[:80]} »"]
    fautes += (
        [] if not fiche.size or (fiche.size.isascii() and fiche.size.isdecimal()) else [f"size « {fiche.size[:80]} »"]
    )
    return [
        juger(
            FORMES, not fautes, "hash ou size n'a pas sa forme.", attendu="40 chiffres hexadécimaux, un entier",
            recu=", ".join(fautes) or f"{fiche.hash or 'pas de hash'}, {fiche.size or 'pas de size'}",
            ou=f"ExtrinsicObject[@id='{fiche.id}'] / hash, size",
        )
    ]  # fmt: skip
