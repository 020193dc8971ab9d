"""Écriture des réponses : enveloppe SOAP, faute, RegistryResponse, objets du registre."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from simulators.dmp.ebrim import APPROVED, Association, Auteur, Code, DocumentEntry, SubmissionSet
from simulators.dmp.ebrim_lecture import (
    IDENTIFIANTS_FICHE,
    IDENTIFIANTS_LOT,
    NOEUD_LOT,
    SCHEMAS_FICHE,
    SCHEMAS_LOT,
    SLOTS_FICHE,
    SLOTS_LOT,
)
from simulators.dmp.enveloppe import ANONYME
from simulators.dmp.erreurs import Refus, TableErreurs
from simulators.dmp.xml import NS

SUCCES = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
ECHEC = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
PARTIEL = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
_GRAVITE = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"
_ACTION_FAUTE = "http://www.w3.org/2005/08/addressing/soap/fault"


def enveloppe(corps: str, *, action: str, relates_to: str = "") -> bytes:
    """Enveloppe SOAP 1.2 de réponse, avec ses en-têtes WS-Addressing."""
    lien = f"<wsa:RelatesTo>{escape(relates_to)}</wsa:RelatesTo>" if relates_to else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<soap:Envelope xmlns:soap="{NS["soap"]}" xmlns:wsa="{NS["wsa"]}"><soap:Header>'
        f"<wsa:Action>{escape(action)}</wsa:Action><wsa:MessageID>urn:uuid:{uuid.uuid4()}</wsa:MessageID>"
        f"<wsa:To>{ANONYME}</wsa:To>{lien}"
        f"</soap:Header><soap:Body>{corps}</soap:Body></soap:Envelope>"
    ).encode()


def faute(table: TableErreurs, refus: Refus, *, relates_to: str = "") -> bytes:
    """SOAP Fault : Code soap:Sender (ou VersionMismatch) et Subcode portant le code du DMP."""
    ligne, message = table.rendre(refus)
    prefixe, _, local = ligne.code.rpartition(":")
    if prefixe == "soap":
        code = f"<soap:Value>soap:{local}</soap:Value>"
    else:
        espace = {"wsa": NS["wsa"], "wsse": NS["wsse"]}.get(prefixe)
        declaration = f' xmlns:{prefixe}="{espace}"' if espace else ""
        code = (
            "<soap:Value>soap:Sender</soap:Value>"
            f"<soap:Subcode><soap:Value{declaration}>{escape(ligne.code)}</soap:Value></soap:Subcode>"
        )
    corps = (
        f'<soap:Fault><soap:Code>{code}</soap:Code><soap:Reason><soap:Text xml:lang="fr">{escape(message)}</soap:Text>'
        "</soap:Reason></soap:Fault>"
    )
    return enveloppe(corps, action=_ACTION_FAUTE, relates_to=relates_to)


def statut_registre(table: TableErreurs, refus: Sequence[Refus], *, partiel: bool = False) -> str:
    """`rs:RegistryResponse` de succès, d'échec ou de succès partiel."""
    statut = SUCCES if not refus else PARTIEL if partiel else ECHEC
    erreurs = erreurs_registre(table, refus)
    return f'<rs:RegistryResponse xmlns:rs="{NS["rs"]}" status="{statut}">{erreurs}</rs:RegistryResponse>'


def erreurs_registre(table: TableErreurs, refus: Iterable[Refus]) -> str:
    """`rs:RegistryErrorList`, vide s'il n'y a aucun refus."""
    lignes = []
    for element in refus:
        ligne, message = table.rendre(element)
        lignes.append(
            f"<rs:RegistryError errorCode={quoteattr(ligne.code)} codeContext={quoteattr(message)} "
            f'severity="{_GRAVITE}" location={quoteattr(element.emplacement)}/>'
        )
    if not lignes:
        return ""
    return f'<rs:RegistryErrorList highestSeverity="{_GRAVITE}">{"".join(lignes)}</rs:RegistryErrorList>'


def fiche(entree: DocumentEntry) -> str:
    """`rim:ExtrinsicObject` complet."""
    slots = [_slot(nom, _valeurs(getattr(entree, champ))) for champ, nom in SLOTS_FICHE.items()]
    slots += [_slot(nom, valeurs) for nom, valeurs in entree.autres_slots]
    classements = [_auteur(entree.id, SCHEMAS_FICHE["authors"], auteur) for auteur in entree.authors]
    for champ, schema in SCHEMAS_FICHE.items():
        if champ != "authors":
            valeur = getattr(entree, champ)
            codes = valeur if isinstance(valeur, tuple) else (valeur,) if valeur else ()
            classements += [_code(entree.id, schema, code) for code in codes]
    return (
        f"<rim:ExtrinsicObject id={quoteattr(entree.id)} lid={quoteattr(entree.lid)} "
        f"objectType={quoteattr(entree.object_type)} status={quoteattr(entree.status)} "
        f'mimeType={quoteattr(entree.mime_type)} isOpaque="false">'
        f"{''.join(slots)}{_texte('Name', entree.title)}{_texte('Description', entree.comments)}"
        f"<rim:VersionInfo versionName={quoteattr(entree.version or '1')}/>"
        f"{''.join(classements)}{_externes(entree, IDENTIFIANTS_FICHE)}</rim:ExtrinsicObject>"
    )


def lot(soumission: SubmissionSet) -> str:
    """`rim:RegistryPackage` d'un lot, avec son nœud de classification."""
    slots = "".join(_slot(nom, _valeurs(getattr(soumission, champ))) for champ, nom in SLOTS_LOT.items())
    auteurs = "".join(_auteur(soumission.id, SCHEMAS_LOT["authors"], auteur) for auteur in soumission.authors)
    contenu = soumission.content_type_code
    code = _code(soumission.id, SCHEMAS_LOT["content_type_code"], contenu) if contenu else ""
    return (
        f'<rim:RegistryPackage id={quoteattr(soumission.id)} lid={quoteattr(soumission.id)} status="{APPROVED}" '
        'objectType="urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage">'
        f"{slots}{_texte('Name', soumission.title)}{_texte('Description', soumission.comments)}"
        f'<rim:VersionInfo versionName="1"/>{auteurs}{code}'
        f'<rim:Classification id="{_urn()}" classifiedObject={quoteattr(soumission.id)} '
        f'classificationNode="{NOEUD_LOT}" '
        'objectType="urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Classification"/>'
        f"{_externes(soumission, IDENTIFIANTS_LOT)}</rim:RegistryPackage>"
    )


def association(lien: Association) -> str:
    """`rim:Association`."""
    slots = "".join(_slot(nom, valeurs) for nom, valeurs in lien.slots)
    return (
        f"<rim:Association id={quoteattr(lien.id)} lid={quoteattr(lien.id)} associationType={quoteattr(lien.type)} "
        f"sourceObject={quoteattr(lien.source)} targetObject={quoteattr(lien.cible)} "
        f"status={quoteattr(lien.status or APPROVED)}>{slots}</rim:Association>"
    )


def reference(identifiant: str) -> str:
    """`rim:ObjectRef`."""
    return f"<rim:ObjectRef id={quoteattr(identifiant)}/>"


def reponse_recherche(objets: Sequence[str], refus: str = "", *, echec: bool = False) -> str:
    """`query:AdhocQueryResponse`."""
    statut = ECHEC if echec else SUCCES
    return (
        f'<query:AdhocQueryResponse xmlns:query="{NS["query"]}" xmlns:rim="{NS["rim"]}" xmlns:rs="{NS["rs"]}" '
        f'status="{statut}" startIndex="0" totalResultCount="{len(objets)}">{refus}'
        f"<rim:RegistryObjectList>{''.join(objets)}</rim:RegistryObjectList></query:AdhocQueryResponse>"
    )


def _urn() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def _valeurs(valeur: object) -> tuple[str, ...]:
    if isinstance(valeur, tuple):
        return tuple(str(element) for element in valeur)
    return (str(valeur),) if valeur else ()


def _slot(nom: str, valeurs: Sequence[str]) -> str:
    if not valeurs:
        return ""
    textes = "".join(f"<rim:Value>{escape(valeur)}</rim:Value>" for valeur in valeurs)
    return f"<rim:Slot name={quoteattr(nom)}><rim:ValueList>{textes}</rim:ValueList></rim:Slot>"


def _texte(nom: str, valeur: str) -> str:
    if not valeur:
        return ""
    return f'<rim:{nom}><rim:LocalizedString xml:lang="FR" charset="UTF8" value={quoteattr(valeur)}/></rim:{nom}>'


def _classement(objet: str, schema: str, representation: str, interieur: str) -> str:
    return (
        f'<rim:Classification id="{_urn()}" classificationScheme="{schema}" classifiedObject={quoteattr(objet)} '
        f"nodeRepresentation={quoteattr(representation)} "
        'objectType="urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Classification">'
        f"{interieur}</rim:Classification>"
    )


def _code(objet: str, schema: str, code: Code) -> str:
    return _classement(objet, schema, code.code, _slot("codingScheme", (code.systeme,)) + _texte("Name", code.libelle))


def _auteur(objet: str, schema: str, auteur: Auteur) -> str:
    slots = (
        _slot("authorPerson", (auteur.personne,) if auteur.personne else ())
        + _slot("authorInstitution", auteur.institutions)
        + _slot("authorRole", auteur.roles)
        + _slot("authorSpecialty", auteur.specialites)
    )
    return _classement(objet, schema, "", slots)


def _externes(objet: DocumentEntry | SubmissionSet, identifiants: dict[str, tuple[str, str]]) -> str:
    return "".join(
        f'<rim:ExternalIdentifier id="{_urn()}" registryObject={quoteattr(objet.id)} identificationScheme="{schema}" '
        f"value={quoteattr(getattr(objet, champ))} "
        'objectType="urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:ExternalIdentifier">'
        f"{_texte('Name', nom)}</rim:ExternalIdentifier>"
        for champ, (schema, nom) in identifiants.items()
    )
