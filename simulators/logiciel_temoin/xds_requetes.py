"""Recherche (TD3.1) et lecture (TD3.2) dans le DMP."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree

from simulators.logiciel_temoin import mtom
from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.dmp_client import ErreurDmp, Service, Session
from simulators.logiciel_temoin.horloge import debut_de_jour, en_dtm
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import ajouter, texte

TD31 = Service("TD3.1", "registry", "urn:ihe:iti:2007:RegistryStoredQuery")
TD32 = Service("TD3.2", "repository", "urn:ihe:iti:2007:RetrieveDocumentSet")


@dataclass(frozen=True)
class Criteres:
    """Critères d'une recherche multicritère."""

    types: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    cadres: tuple[str, ...] = ()
    du: str | None = None
    au: str | None = None
    statuts: tuple[str, ...] = ()


@dataclass(frozen=True)
class FicheDistante:
    """Un document du DMP, tel que sa fiche le décrit."""

    unique_id: str
    entry_uuid: str
    titre: str
    type_code: str
    date_acte: str
    date_creation: str
    auteur: str
    statut: str
    entrepot: str = s.ENTREPOT
    structures: tuple[str, ...] = ()
    """Les structures de ses auteurs (authorInstitution, type XON)."""
    extra: dict[str, str] = field(default_factory=dict)


def chercher(session: Session, criteres: Criteres) -> list[FicheDistante]:
    """TD3.1a : les fiches qui répondent à tous les critères."""
    requete, liste = _requete(s.FIND_DOCUMENTS, "LeafClass")
    _slot(liste, "$XDSDocumentEntryPatientId", f"'{session.patient_cx}'")
    statuts = [s.ACTIF] + ([s.ARCHIVE] if "archive" in criteres.statuts else [])
    if criteres.statuts and "actif" not in criteres.statuts:
        statuts = [s.ARCHIVE]
    _slot(liste, "$XDSDocumentEntryStatus", _valeurs(statuts))
    for nom, valeur in _slots_de_criteres(session.labo, criteres):
        _slot(liste, nom, valeur)
    reponse = session.appeler(TD31, requete)
    return [_fiche(objet) for objet in reponse.iter(f"{{{s.RIM}}}ExtrinsicObject") if not _est_signature(objet)]


def _est_signature(objet: etree._Element) -> bool:
    """Les signatures de lot que nous avons déposées ne sont pas des documents à montrer."""
    return any(
        c.get("classificationScheme") == s.CLASSE and c.get("nodeRepresentation") == s.CLASSE_SIGNATURE
        for c in objet.findall(f"{{{s.RIM}}}Classification")
    )


def _slots_de_criteres(labo: Labo, criteres: Criteres) -> list[tuple[str, str]]:
    slots: list[tuple[str, str]] = []
    if criteres.types and not labo.defaut("recherche_filtre_type_ignore"):
        types = [t.split("^")[0] for t in criteres.types] if labo.defaut("recherche_type_sans_systeme") else None
        slots.append(("$XDSDocumentEntryTypeCode", _valeurs(types or list(criteres.types))))
    if criteres.classes:
        slots.append(("$XDSDocumentEntryClassCode", _valeurs(_complets(criteres.classes, s.OID_CLASSES))))
    if criteres.cadres:
        slots.append(("$XDSDocumentEntryPracticeSettingCode", _valeurs(_complets(criteres.cadres, s.OID_CADRES))))
    if not labo.defaut("recherche_filtre_date_ignore"):
        if criteres.du:
            slots.append(("$XDSDocumentEntryServiceStartTimeFrom", en_dtm(debut_de_jour(criteres.du))))
        if criteres.au:
            lendemain: datetime = debut_de_jour(criteres.au) + timedelta(days=1)
            slots.append(("$XDSDocumentEntryServiceStartTimeTo", en_dtm(lendemain)))
    return slots[:1] if labo.defaut("recherche_filtre_local") else slots


def _complets(codes: tuple[str, ...], systeme: str) -> list[str]:
    return [code if "^^" in code else f"{code}^^{systeme}" for code in codes]


def trouver_entree(session: Session, unique_id: str) -> str | None:
    """TD3.1b : l'identifiant technique d'un document connu par son uniqueId."""
    requete, liste = _requete(s.GET_DOCUMENTS, "ObjectRef")
    _slot(liste, "$XDSDocumentEntryUniqueId", f"('{unique_id}')")
    reponse = session.appeler(TD31, requete)
    references = [str(o.get("id")) for o in reponse.iter(f"{{{s.RIM}}}ObjectRef", f"{{{s.RIM}}}ExtrinsicObject")]
    return references[-1] if references else None


def lire_fiche(session: Session, unique_id: str) -> etree._Element | None:
    """TD3.1b : la fiche entière d'un document, dans sa dernière version."""
    requete, liste = _requete(s.GET_DOCUMENTS, "LeafClass")
    _slot(liste, "$XDSDocumentEntryUniqueId", f"('{unique_id}')")
    fiches = list(session.appeler(TD31, requete).iter(f"{{{s.RIM}}}ExtrinsicObject"))
    return fiches[-1] if fiches else None


def version_suivante(session: Session, unique_id: str) -> str | None:
    """TD3.1 : l'uniqueId de la version en vigueur qui remplace ce document, s'il y en a une."""
    requete, liste = _requete(s.GET_RELATED_DOCUMENTS, "LeafClass")
    _slot(liste, "$XDSDocumentEntryUniqueId", f"('{unique_id}')")
    _slot(liste, "$AssociationTypes", f"('{s.RPLC}')")
    reponse = session.appeler(TD31, requete)
    fiches = [_fiche(objet) for objet in reponse.iter(f"{{{s.RIM}}}ExtrinsicObject")]
    actives = [f.unique_id for f in fiches if f.statut == "Approved" and f.unique_id != unique_id]
    return actives[-1] if actives else None


def lire_document(session: Session, unique_id: str, entrepot: str) -> bytes:
    """TD3.2 : les octets du document."""
    demande = etree.Element(f"{{{s.XDSB}}}RetrieveDocumentSetRequest", nsmap={"xdsb": s.XDSB})
    document = ajouter(demande, s.XDSB, "DocumentRequest")
    ajouter(document, s.XDSB, "RepositoryUniqueId", entrepot)
    ajouter(document, s.XDSB, "DocumentUniqueId", unique_id)
    reponse = session.appeler(TD32, demande)
    for rendu in reponse.iter(f"{{{s.XDSB}}}DocumentResponse"):
        if texte(rendu.find(f"{{{s.XDSB}}}DocumentUniqueId")) != unique_id:
            continue
        contenu = rendu.find(f"{{{s.XDSB}}}Document")
        if contenu is None:
            continue
        inclusion = contenu.find(f"{{{s.XOP}}}Include")
        if inclusion is None:
            return base64.b64decode(texte(contenu))
        octets = mtom.resoudre(session.pieces, str(inclusion.get("href")))
        if octets is not None:
            return octets
    raise ErreurDmp("REPONSE_ILLISIBLE", "Le DMP n'a pas rendu le document demandé.")


def _requete(identifiant: str, retour: str) -> tuple[etree._Element, etree._Element]:
    demande = etree.Element(f"{{{s.QUERY}}}AdhocQueryRequest", nsmap={"query": s.QUERY, "rim": s.RIM})
    ajouter(demande, s.QUERY, "ResponseOption", returnType=retour, returnComposedObjects="true")
    return demande, ajouter(demande, s.RIM, "AdhocQuery", id=identifiant)


def _slot(liste: etree._Element, nom: str, valeur: str) -> None:
    ajouter(ajouter(ajouter(liste, s.RIM, "Slot", name=nom), s.RIM, "ValueList"), s.RIM, "Value", valeur)


def _valeurs(codes: list[str]) -> str:
    return "(" + ",".join("'" + code.replace("'", "''") + "'" for code in codes) + ")"


def _fiche(objet: etree._Element) -> FicheDistante:
    slots = {
        slot.get("name", ""): texte(slot.find(f"{{{s.RIM}}}ValueList/{{{s.RIM}}}Value"))
        for slot in objet.findall(f"{{{s.RIM}}}Slot")
    }
    identifiants = {
        i.get("identificationScheme"): i.get("value", "") for i in objet.findall(f"{{{s.RIM}}}ExternalIdentifier")
    }
    type_code = auteur = ""
    structures: list[str] = []
    for classement in objet.findall(f"{{{s.RIM}}}Classification"):
        valeurs = {
            v.get("name", ""): texte(v.find(f"{{{s.RIM}}}ValueList/{{{s.RIM}}}Value"))
            for v in classement.findall(f"{{{s.RIM}}}Slot")
        }
        if classement.get("classificationScheme") == s.TYPE:
            type_code = classement.get("nodeRepresentation", "")
        elif classement.get("classificationScheme") == s.AUTEUR:
            structures.append(valeurs.get("authorInstitution", ""))
            if auteur:
                continue
            parties = valeurs.get("authorPerson", "").split("^")
            auteur = " ".join(p for p in (parties[2:3] + parties[1:2]) if p)
    nom = objet.find(f"{{{s.RIM}}}Name/{{{s.RIM}}}LocalizedString")
    return FicheDistante(
        unique_id=identifiants.get(s.UNIQUE_ID, ""),
        entry_uuid=str(objet.get("id")),
        titre=nom.get("value", "") if nom is not None else "",
        type_code=type_code,
        date_acte=slots.get("serviceStartTime", ""),
        date_creation=slots.get("creationTime", ""),
        auteur=auteur,
        statut=str(objet.get("status", "")).rpartition(":")[2],
        entrepot=slots.get("repositoryUniqueId") or s.ENTREPOT,
        structures=tuple(structures),
    )
