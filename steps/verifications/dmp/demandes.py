"""Ce que demandent les transactions sans document : test d'existence, autorisation, recherche, lecture, mise à jour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import APPROVED, ARCHIVED, DELETED, DEPRECATED, HAS_MEMBER, UPDATE_AVAILABILITY_STATUS
from simulators.dmp.ebrim_lecture import lire_lot
from simulators.dmp.requetes import (
    FIND_DOCUMENTS,
    FIND_DOCUMENTS_BY_REFERENCE_ID,
    FIND_FOLDERS,
    FIND_SUBMISSION_SETS,
    GET_ALL,
    GET_ASSOCIATIONS,
    GET_DOCUMENTS,
    GET_DOCUMENTS_AND_ASSOCIATIONS,
    GET_RELATED_DOCUMENTS,
    GET_SUBMISSION_SET_AND_CONTENTS,
    GET_SUBMISSION_SETS,
)
from simulators.dmp.vihf import Ins, Vihf
from simulators.dmp.xml import NS, nom_local, texte
from simulators.socle.echange import Echange
from steps.jugements.marque import rejouable
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.coherence import patient_du_vihf
from steps.verifications.dmp.lot import attributs, lisible
from steps.verifications.dmp.message import message_ou_rien, vihf_de
from steps.verifications.dmp.soumission import Soumission
from steps.verifications.dmp.types_donnees import est_oid
from steps.verifications.registre import verification
from steps.verifications.xdm.metadonnees import codes_complets, identifiants

PATIENT = Regle(
    "DMP-COH-19", "Le patient de la requête HL7 v3 est celui du VIHF",
    "Échantillons officiels du DMP : resource-id et patientIdentifier portent le même INS", Confiance.OFFICIELLE,
    "Écrire dans patientIdentifier/value l'INS du VIHF : root l'OID, extension le matricule et sa clé.",
)  # fmt: skip
AUTORISATION = Regle(
    "DMP-HAB-01", "TD0.3 demande l'ajout ou la suppression d'une autorisation", "WSDL officiel du DMP, habilitations",
    Confiance.OFFICIELLE, "Écrire action, une fois : AJOUT ou SUPPRESSION.",
)  # fmt: skip
PARAMETRES = Regle(
    "DMP-RECH-06", "Les paramètres de la recherche sont ceux que sa requête exige, sous leur forme",
    "IHE ITI TF-2, ITI-18, § 3.18.4.1.2.3", Confiance.DOCUMENTEE,
    "Écrire $XDSDocumentEntryStatus en liste ('…'), le patient entre apostrophes, chaque paramètre simple une fois.",
)  # fmt: skip
INCONNUS = Regle(
    "DMP-RECH-07", "La recherche n'emploie que des paramètres et des requêtes que le banc connaît",
    "IHE ITI TF-2, ITI-18 (relevé du banc : une extension du DMP est possible)", Confiance.DEDUITE,
    "Vérifier l'orthographe, casse comprise, du paramètre ou de l'identifiant de la requête.",
)  # fmt: skip
LECTURE = Regle(
    "DMP-RECH-08", "La lecture désigne chaque document par son uniqueId, dans un entrepôt",
    "IHE ITI TF-2, ITI-43, § 3.43.4.1.2", Confiance.DOCUMENTEE,
    "Écrire dans DocumentUniqueId l'OID du document, dans RepositoryUniqueId celui de l'entrepôt rendus par TD3.1.",
)  # fmt: skip
MISE_A_JOUR = Regle(
    "DMP-MAJ-01", "La mise à jour dit quelle entrée change, et de quoi à quoi",
    "IHE ITI, ITI-57 ; ANS, CI-SIS, volet Partage de documents de santé (états)", Confiance.DOCUMENTEE,
    "Écrire l'association depuis le lot vers l'entryUUID, avec OriginalStatus et NewStatus, ou PreviousVersion.",
)  # fmt: skip

_CHEMIN_PATIENT = "/".join(
    f"hl7:{nom}" for nom in ("controlActProcess", "queryByParameter", "parameterList", "patientIdentifier", "value")
)
_UUID = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LITTERAL = r"'(?:[^']|'')*'"
_LISTE = re.compile(rf"\(\s*{_LITTERAL}(\s*,\s*{_LITTERAL})*\s*\)")
_SIMPLE = re.compile(_LITTERAL)
_ETATS = (APPROVED, DEPRECATED, ARCHIVED, DELETED)
_PASSAGES = {(APPROVED, DELETED), (ARCHIVED, DELETED), (APPROVED, ARCHIVED), (ARCHIVED, APPROVED)}
_P = "$XDSDocumentEntry"
_ET_PERMIS = frozenset({f"{_P}EventCodeList", f"{_P}ConfidentialityCode", f"{_P}ReferenceIdList"})
_BORNES = tuple(f"{moment}{b}" for moment in ("CreationTime", "ServiceStartTime", "ServiceStopTime")
                for b in ("From", "To"))  # fmt: skip
_CONNUS = frozenset(
    f"{_P}{nom}"
    for nom in (
        "PatientId", "ClassCode", "TypeCode", "PracticeSettingCode", "HealthcareFacilityTypeCode", "EventCodeList",
        "ConfidentialityCode", "AuthorPerson", "FormatCode", "Status", "Type", "ReferenceIdList", *_BORNES,
    )
)  # fmt: skip
_REQUETES = frozenset(
    {
        FIND_DOCUMENTS, FIND_SUBMISSION_SETS, FIND_FOLDERS, GET_ALL, GET_DOCUMENTS, GET_ASSOCIATIONS,
        GET_DOCUMENTS_AND_ASSOCIATIONS, GET_SUBMISSION_SETS, GET_SUBMISSION_SET_AND_CONTENTS, GET_RELATED_DOCUMENTS,
        FIND_DOCUMENTS_BY_REFERENCE_ID,
    }
)  # fmt: skip


@verification(PATIENT, AUTORISATION, PARAMETRES, INCONNUS, LECTURE, MISE_A_JOUR)
def demande(echange: Echange) -> list[Constat]:
    """Ce que la transaction demande, d'après le corps ; une alimentation a ses propres règles."""
    message = message_ou_rien(echange)
    contenu = message.contenu if message is not None else None
    juge = _JUGES.get(nom_local(contenu)) if contenu is not None else None
    return [] if juge is None or contenu is None else juge(contenu, vihf_de(echange), (echange.numero,))


_Juge = Callable[[etree._Element, Vihf | None, tuple[int, ...]], list[Constat]]


def _patient(contenu: etree._Element, vihf: Vihf | None, numero: tuple[int, ...]) -> list[Constat]:
    ecrits = [
        Ins(valeur.get("extension", ""), valeur.get("root", "")) for valeur in contenu.iterfind(_CHEMIN_PATIENT, NS)
    ]
    ins = vihf.ins if vihf is not None else None
    return [
        juger(
            PATIENT, ins is not None and ecrits == [ins], "La requête ne vise pas le patient du VIHF, et lui seul.",
            attendu=ins.cx if ins else "l'INS du VIHF", recu=", ".join(ecrit.cx for ecrit in ecrits),
            ou="queryByParameter//patientIdentifier/value", echanges=numero,
        )
    ]  # fmt: skip


def _autorisation(contenu: etree._Element, vihf: Vihf | None, numero: tuple[int, ...]) -> list[Constat]:
    actions = [texte(element) for element in contenu.iter(etree.Element) if nom_local(element) == "action"]
    return [
        juger(
            AUTORISATION, len(actions) == 1 and actions[0] in ("AJOUT", "SUPPRESSION"),
            "L'action demandée n'est pas celle d'une autorisation.", attendu="AJOUT ou SUPPRESSION, une fois",
            recu=", ".join(actions), ou="setAuthorization//action", echanges=numero,
        )
    ]  # fmt: skip


def _recherche(contenu: etree._Element, vihf: Vihf | None, numero: tuple[int, ...]) -> list[Constat]:
    requete = contenu.find("rim:AdhocQuery", NS)
    option = contenu.find("query:ResponseOption", NS)
    if requete is None:
        return []
    identifiant = requete.get("id", "")
    slots = [
        (slot.get("name", ""), [texte(valeur) for valeur in slot.iterfind("rim:ValueList/rim:Value", NS)])
        for slot in requete.iterfind("rim:Slot", NS)
    ]
    documents = identifiant in (FIND_DOCUMENTS, FIND_DOCUMENTS_BY_REFERENCE_ID)
    faux = list(_parametres_faux(slots, documents=documents))
    retour = option.get("returnType", "absent") if option is not None else "absent"
    faux += [] if retour in ("LeafClass", "ObjectRef") else [f"returnType {retour}"]
    inconnus = [] if identifiant in _REQUETES else [f"requête {identifiant}"]
    inconnus += [nom for nom, _ in slots if documents and nom not in _CONNUS]
    return [
        juger(
            PARAMETRES, not faux, "Un paramètre exigé manque, est répété ou n'a pas sa forme.",
            attendu="returnType LeafClass ou ObjectRef ; pour FindDocuments, $XDSDocumentEntryStatus en liste ('…')",
            recu=" ; ".join(faux) or ", ".join(nom for nom, _ in slots), ou="AdhocQueryRequest", echanges=numero,
        ),
        juger(
            INCONNUS, not inconnus, "La recherche emploie un paramètre ou une requête que le banc ne connaît pas.",
            attendu="les requêtes et les paramètres d'ITI-18", recu=", ".join(inconnus) or identifiant,
            ou="AdhocQuery", echanges=numero,
        ),
    ]  # fmt: skip


def _parametres_faux(slots: list[tuple[str, list[str]]], *, documents: bool) -> Iterator[str]:
    noms = [nom for nom, _ in slots]
    for nom in dict.fromkeys(noms):
        if noms.count(nom) > 1 and nom not in _ET_PERMIS:
            yield f"{nom} répété"
    for nom, valeurs in slots:
        if not valeurs or not all(valeurs):
            yield f"{nom} sans valeur"
        elif nom == f"{_P}PatientId" and not (len(valeurs) == 1 and _SIMPLE.fullmatch(valeurs[0])):
            yield f"{nom} : {', '.join(valeurs)}"
        elif nom == f"{_P}Status":
            etats = [etat for valeur in valeurs for etat in re.findall(r"'((?:[^']|'')*)'", valeur)]
            if not all(map(_LISTE.fullmatch, valeurs)) or not set(etats) <= set(_ETATS):
                yield f"{nom} : {', '.join(valeurs)}"
    if documents and f"{_P}Status" not in noms:
        yield f"{_P}Status absent"


def _lecture(contenu: etree._Element, vihf: Vihf | None, numero: tuple[int, ...]) -> list[Constat]:
    demandes = contenu.findall("xdsb:DocumentRequest", NS)
    lus = [
        (texte(demande.find("xdsb:DocumentUniqueId", NS)), texte(demande.find("xdsb:RepositoryUniqueId", NS)))
        for demande in demandes
    ]
    faux = [f"{unique} dans {entrepot}" for unique, entrepot in lus
            if not est_oid(unique.partition("^")[0]) or unique.endswith("^") or not est_oid(entrepot)]  # fmt: skip
    return [
        juger(
            LECTURE, bool(lus) and not faux, "Un document n'est pas désigné par son uniqueId, dans un entrepôt.",
            attendu="DocumentUniqueId et RepositoryUniqueId : OID",
            recu=" ; ".join(faux) or ", ".join(unique for unique, _ in lus), ou="DocumentRequest", echanges=numero,
        )
    ]  # fmt: skip


def _mise_a_jour(contenu: etree._Element, vihf: Vihf | None, numero: tuple[int, ...]) -> list[Constat]:
    lot = lire_lot(contenu)
    lots = {package.get("id", "") for package in contenu.iter(f"{{{NS['rim']}}}RegistryPackage")}
    fiches = {fiche.id: fiche for fiche in lot.documents}
    faux: list[str] = [] if len(lot.lots) == 1 else [f"{len(lot.lots)} lot(s) de soumission"]
    for lien in lot.associations:
        depuis_le_lot = lien.source in lots
        if lien.type == UPDATE_AVAILABILITY_STATUS:
            if not depuis_le_lot or not _UUID.fullmatch(lien.cible):
                faux.append(f"{lien.source} → {lien.cible}")
            if (lien.original_status, lien.new_status) not in _PASSAGES:
                faux.append(
                    f"OriginalStatus {lien.original_status or 'absent'}, NewStatus {lien.new_status or 'absent'}"
                )
        elif lien.type == HAS_MEMBER:
            fiche = fiches.get(lien.cible)
            if not depuis_le_lot or fiche is None or not lien.previous_version.isdecimal() or not fiche.lid:
                faux.append(f"HasMember vers {lien.cible} : lot, fiche, lid ou PreviousVersion manquant")
    vues = [lien.type for lien in lot.associations if lien.type in (UPDATE_AVAILABILITY_STATUS, HAS_MEMBER)]
    return [
        juger(
            MISE_A_JOUR, bool(vues) and not faux, "La mise à jour ne dit pas quelle entrée change, ou de quoi à quoi.",
            attendu="UpdateAvailabilityStatus du lot vers un urn:uuid:, ou HasMember d'une fiche avec PreviousVersion",
            recu=" ; ".join(faux) or ", ".join(nature.rsplit(":", 1)[-1] for nature in vues), ou="Association",
            echanges=numero,
        )
    ]  # fmt: skip


@rejouable
def lot_de_mise_a_jour(echange: Echange, structure: str) -> list[Constat]:
    """Le lot d'une mise à jour (TD3.3) porte ce que porte celui d'une alimentation, pour le patient du VIHF."""
    message = message_ou_rien(echange)
    contenu = message.contenu if message is not None else None
    if contenu is None or contenu.tag != f"{{{NS['lcm']}}}SubmitObjectsRequest":
        return []
    soumission = Soumission(lire_lot(contenu), (), echange, vihf_de(echange))
    if not soumission.lot.lots:
        return []
    lus = [*identifiants(contenu), codes_complets(contenu)]
    return [
        lisible(soumission),
        *attributs(soumission, structure),
        patient_du_vihf(soumission),
        *(replace(constat, echanges=(echange.numero,)) for constat in lus),
    ]


_JUGES: dict[str, _Juge] = {
    "PRPA_IN201307UV02": _patient,
    "setAuthorization": _autorisation,
    "AdhocQueryRequest": _recherche,
    "RetrieveDocumentSetRequest": _lecture,
    "SubmitObjectsRequest": _mise_a_jour,
}
