"""Les requêtes enregistrées d'ITI-18 : lecture de la demande et recherche dans un dossier. Fonctions pures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from lxml import etree

from simulators.dmp import erreurs
from simulators.dmp.ebrim import HAS_MEMBER, Association, Code, DocumentEntry, ObjetRegistre, SubmissionSet
from simulators.dmp.ebrim_lecture import lire_slots
from simulators.dmp.etat import Dossier, EntreeDocument
from simulators.dmp.xml import NS

FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
FIND_SUBMISSION_SETS = "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9"
FIND_FOLDERS = "urn:uuid:958f3006-baad-4929-a4de-ff1114824431"
GET_ALL = "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"
GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
GET_ASSOCIATIONS = "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155"
GET_DOCUMENTS_AND_ASSOCIATIONS = "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a"
GET_SUBMISSION_SETS = "urn:uuid:51224314-5390-4169-9b91-b1980040715a"
GET_SUBMISSION_SET_AND_CONTENTS = "urn:uuid:e8e3cb2c-e39c-46b9-99e4-c12f57260b83"
GET_RELATED_DOCUMENTS = "urn:uuid:d90e5407-b356-4d91-a89f-873917b4b0e6"
FIND_DOCUMENTS_BY_REFERENCE_ID = "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492"

# Paramètre de FindDocuments → champ de la fiche, pour les valeurs codées et les bornes de dates.
_CODES = {
    "$XDSDocumentEntryClassCode": "class_code",
    "$XDSDocumentEntryTypeCode": "type_code",
    "$XDSDocumentEntryFormatCode": "format_code",
    "$XDSDocumentEntryPracticeSettingCode": "practice_setting_code",
    "$XDSDocumentEntryHealthcareFacilityTypeCode": "healthcare_facility_type_code",
    "$XDSDocumentEntryEventCodeList": "event_codes",
    "$XDSDocumentEntryConfidentialityCode": "confidentiality_codes",
}
_DATES = {
    "$XDSDocumentEntryCreationTime": "creation_time",
    "$XDSDocumentEntryServiceStartTime": "service_start_time",
    "$XDSDocumentEntryServiceStopTime": "service_stop_time",
}
# Seuls ces paramètres peuvent être répétés, pour dire ET (ITI TF-2 § 3.18).
_REPETABLES = frozenset(
    {
        "$XDSDocumentEntryEventCodeList",
        "$XDSDocumentEntryConfidentialityCode",
        "$XDSDocumentEntryReferenceIdList",
    }
)

Groupes = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Recherche:
    """Une demande lue. `parametres` : nom → groupes de valeurs (OU dans un groupe, ET entre groupes)."""

    identifiant: str
    type_retour: str = "ObjectRef"
    parametres: dict[str, Groupes] = field(default_factory=dict)

    def valeurs(self, nom: str) -> tuple[str, ...]:
        """Toutes les valeurs du paramètre, groupes confondus."""
        return tuple(valeur for groupe in self.parametres.get(nom, ()) for valeur in groupe)

    def un(self, nom: str) -> str:
        """Valeur unique du paramètre, vide s'il manque."""
        valeurs = self.valeurs(nom)
        if len(valeurs) > 1:
            raise erreurs.parametre_en_trop(nom)
        return valeurs[0] if valeurs else ""

    @property
    def par_unique_id(self) -> bool:
        """Vrai pour la forme TD3.1b : retrouver un document connu par son uniqueId."""
        return self.identifiant == GET_DOCUMENTS and bool(self.valeurs("$XDSDocumentEntryUniqueId"))

    @property
    def transaction(self) -> str:
        """Ligne de la table des droits."""
        return "TD3.1b" if self.par_unique_id and self.type_retour == "ObjectRef" else "TD3.1a"


@dataclass(frozen=True)
class Resultats:
    """Objets trouvés, dans l'ordre de réponse."""

    documents: tuple[DocumentEntry, ...] = ()
    lots: tuple[SubmissionSet, ...] = ()
    associations: tuple[Association, ...] = ()

    @property
    def identifiants(self) -> tuple[str, ...]:
        objets: tuple[ObjetRegistre, ...] = (*self.documents, *self.lots)
        return (*(objet.id for objet in objets), *(lien.id for lien in self.associations))


def lire_recherche(element: etree._Element) -> Recherche:
    """Lit un `query:AdhocQueryRequest`."""
    option = element.find("query:ResponseOption", NS)
    requete = element.find("rim:AdhocQuery", NS)
    if requete is None:
        raise erreurs.message_illisible("AdhocQuery absent.")
    type_retour = option.get("returnType", "ObjectRef") if option is not None else "ObjectRef"
    if type_retour not in ("LeafClass", "ObjectRef"):
        raise erreurs.message_illisible(f"returnType « {type_retour} » : LeafClass ou ObjectRef attendu.")
    groupes: dict[str, list[tuple[str, ...]]] = {}
    for nom, textes in lire_slots(requete):
        groupes.setdefault(nom, []).append(tuple(valeur for texte in textes for valeur in lire_valeurs(texte)))
    return Recherche(requete.get("id", ""), type_retour, {nom: tuple(valeurs) for nom, valeurs in groupes.items()})


_LITTERAL = re.compile(r"'((?:[^']|'')*)'|([^\s,()']+)")


def lire_valeurs(texte: str) -> list[str]:
    """Valeurs d'un `rim:Value` : `'x'`, `('x','y')`, ou un nombre ; l'apostrophe doublée vaut une apostrophe."""
    return [nu if nu else cite.replace("''", "'") for cite, nu in _LITTERAL.findall(texte)]


def chercher(recherche: Recherche, dossier: Dossier, voir: Callable[[EntreeDocument], bool]) -> Resultats:
    """Exécute la demande sur le dossier ; `voir` dit si l'appelant peut voir un document."""
    executer = _REQUETES.get(recherche.identifiant)
    if executer is None:
        raise erreurs.requete_inconnue(recherche.identifiant)
    for nom, groupes in recherche.parametres.items():
        if len(groupes) > 1 and nom not in _REPETABLES:
            raise erreurs.parametre_en_trop(nom)
    return executer(recherche, _Vue(dossier, voir))


class _Vue:
    """Le dossier tel que l'appelant le voit."""

    def __init__(self, dossier: Dossier, voir: Callable[[EntreeDocument], bool]) -> None:
        self.toutes = tuple(entree for entree in dossier.entrees.values() if voir(entree))
        self.fiches = {entree.fiche.id: entree.fiche for entree in self.toutes}
        self.dernieres = tuple(entree.fiche for entree in self.toutes if entree.derniere)
        self.lots = {
            lot.id: lot
            for lot in dossier.lots.values()
            if not (membres := _membres(dossier, lot.id)) or any(membre in self.fiches for membre in membres)
        }
        # Un lien dont un bout est caché à l'appelant trahirait le document masqué.
        cachees = set(dossier.entrees) - set(self.fiches)
        self.liens = tuple(
            lien for lien in dossier.associations.values() if lien.source not in cachees and lien.cible not in cachees
        )

    def liens_de(self, identifiants: Iterable[str]) -> tuple[Association, ...]:
        vises = set(identifiants)
        return tuple(lien for lien in self.liens if lien.source in vises or lien.cible in vises)


def _membres(dossier: Dossier, lot: str) -> list[str]:
    return [lien.cible for lien in dossier.associations.values() if lien.source == lot and lien.type == HAS_MEMBER]


def _exiger(recherche: Recherche, *noms: str) -> None:
    """Au moins un de ces paramètres, et un seul."""
    presents = [nom for nom in noms if recherche.valeurs(nom)]
    if not presents:
        raise erreurs.parametre_absent(" ou ".join(noms))
    if len(presents) > 1:
        raise erreurs.parametre_en_trop(", ".join(presents))


def _find_documents(recherche: Recherche, vue: _Vue) -> Resultats:
    statuts = recherche.valeurs("$XDSDocumentEntryStatus")
    if not statuts:
        raise erreurs.parametre_absent("$XDSDocumentEntryStatus")
    return Resultats(documents=tuple(f for f in vue.dernieres if f.status in statuts and _retenue(f, recherche)))


def _find_by_reference(recherche: Recherche, vue: _Vue) -> Resultats:
    if not recherche.valeurs("$XDSDocumentEntryReferenceIdList"):
        raise erreurs.parametre_absent("$XDSDocumentEntryReferenceIdList")
    trouves = _find_documents(recherche, vue)
    groupes = recherche.parametres["$XDSDocumentEntryReferenceIdList"]
    return Resultats(
        documents=tuple(
            f for f in trouves.documents if all(any(v in f.reference_ids for v in groupe) for groupe in groupes)
        )
    )


def _retenue(fiche: DocumentEntry, recherche: Recherche) -> bool:
    for nom, champ in _CODES.items():
        valeur: Code | tuple[Code, ...] | None = getattr(fiche, champ)
        codes = valeur if isinstance(valeur, tuple) else (valeur,) if valeur else ()
        ecrits = {f"{code.code}^^{code.systeme}" for code in codes}
        if not all(ecrits.intersection(groupe) for groupe in recherche.parametres.get(nom, ())):
            return False
    for nom, champ in _DATES.items():
        if not _dans(getattr(fiche, champ), recherche.un(f"{nom}From"), recherche.un(f"{nom}To")):
            return False
    motifs = recherche.valeurs("$XDSDocumentEntryAuthorPerson")
    if motifs and not any(_semblable(auteur.personne, motif) for auteur in fiche.authors for motif in motifs):
        return False
    types = recherche.valeurs("$XDSDocumentEntryType")
    return not types or fiche.object_type in types


def _dans(valeur: str, debut: str, fin: str) -> bool:
    """Borne basse comprise, borne haute exclue ; une date moins précise vaut le début de sa période."""
    if not debut and not fin:
        return True
    if not valeur:
        return False
    complet = _completer(valeur)
    return (not debut or _completer(debut) <= complet) and (not fin or complet < _completer(fin))


def _completer(valeur: str) -> str:
    return valeur + "00000101000000"[len(valeur) :]


def _semblable(valeur: str, motif: str) -> bool:
    """LIKE de SQL : % et _."""
    expression = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in motif)
    return re.fullmatch(expression, valeur) is not None


def _find_submission_sets(recherche: Recherche, vue: _Vue) -> Resultats:
    statuts = recherche.valeurs("$XDSSubmissionSetStatus")
    if not statuts:
        raise erreurs.parametre_absent("$XDSSubmissionSetStatus")
    debut, fin = recherche.un("$XDSSubmissionSetSubmissionTimeFrom"), recherche.un("$XDSSubmissionSetSubmissionTimeTo")
    sources = recherche.valeurs("$XDSSubmissionSetSourceId")
    types = recherche.valeurs("$XDSSubmissionSetContentType")
    motif = recherche.un("$XDSSubmissionSetAuthorPerson")

    def garder(lot: SubmissionSet) -> bool:
        code = lot.content_type_code
        return (
            lot.status in statuts
            and _dans(lot.submission_time, debut, fin)
            and (not sources or lot.source_id in sources)
            and (not types or (code is not None and f"{code.code}^^{code.systeme}" in types))
            and (not motif or any(_semblable(auteur.personne, motif) for auteur in lot.authors))
        )

    return Resultats(lots=tuple(lot for lot in vue.lots.values() if garder(lot)))


def _find_folders(recherche: Recherche, vue: _Vue) -> Resultats:
    """Le DMP n'emploie pas de classeurs : toujours vide."""
    if not recherche.valeurs("$XDSFolderStatus"):
        raise erreurs.parametre_absent("$XDSFolderStatus")
    return Resultats()


def _get_all(recherche: Recherche, vue: _Vue) -> Resultats:
    for nom in ("$XDSDocumentEntryStatus", "$XDSSubmissionSetStatus", "$XDSFolderStatus"):
        if not recherche.valeurs(nom):
            raise erreurs.parametre_absent(nom)
    statuts = recherche.valeurs("$XDSDocumentEntryStatus")
    filtre = {nom: g for nom, g in recherche.parametres.items() if nom in _CODES}
    codes = Recherche(recherche.identifiant, recherche.type_retour, filtre)
    fiches = tuple(f for f in vue.dernieres if f.status in statuts and _retenue(f, codes))
    lots = tuple(lien for lien in vue.lots.values() if lien.status in recherche.valeurs("$XDSSubmissionSetStatus"))
    return Resultats(fiches, lots, vue.liens_de([f.id for f in fiches]))


def _choisir_documents(recherche: Recherche, vue: _Vue) -> tuple[DocumentEntry, ...]:
    _exiger(
        recherche,
        "$XDSDocumentEntryEntryUUID",
        "$XDSDocumentEntryUniqueId",
        "$XDSDocumentEntryLogicalID",
    )
    uuids = recherche.valeurs("$XDSDocumentEntryEntryUUID")
    unique_ids = recherche.valeurs("$XDSDocumentEntryUniqueId")
    logiques = recherche.valeurs("$XDSDocumentEntryLogicalID")
    if uuids:
        return tuple(vue.fiches[identifiant] for identifiant in uuids if identifiant in vue.fiches)
    if logiques:
        return tuple(f for f in vue.fiches.values() if f.lid in logiques)
    return tuple(f for f in vue.dernieres if f.unique_id in unique_ids)


def _get_documents(recherche: Recherche, vue: _Vue) -> Resultats:
    return Resultats(documents=_choisir_documents(recherche, vue))


def _get_associations(recherche: Recherche, vue: _Vue) -> Resultats:
    if not recherche.valeurs("$uuid"):
        raise erreurs.parametre_absent("$uuid")
    return Resultats(associations=vue.liens_de(recherche.valeurs("$uuid")))


def _get_documents_and_associations(recherche: Recherche, vue: _Vue) -> Resultats:
    fiches = _choisir_documents(recherche, vue)
    return Resultats(documents=fiches, associations=vue.liens_de([f.id for f in fiches]))


def _get_submission_sets(recherche: Recherche, vue: _Vue) -> Resultats:
    vises = set(recherche.valeurs("$uuid"))
    if not vises:
        raise erreurs.parametre_absent("$uuid")
    liens = tuple(
        lien for lien in vue.liens if lien.type == HAS_MEMBER and lien.cible in vises and lien.source in vue.lots
    )
    lots = {lien.source: vue.lots[lien.source] for lien in liens}
    return Resultats(lots=tuple(lots.values()), associations=liens)


def _get_submission_set_and_contents(recherche: Recherche, vue: _Vue) -> Resultats:
    _exiger(recherche, "$XDSSubmissionSetEntryUUID", "$XDSSubmissionSetUniqueId")
    uuids, unique_ids = recherche.valeurs("$XDSSubmissionSetEntryUUID"), recherche.valeurs("$XDSSubmissionSetUniqueId")
    lots = tuple(lien for lien in vue.lots.values() if lien.id in uuids or lien.unique_id in unique_ids)
    sources = {lot.id for lot in lots}
    membres = [lien.cible for lien in vue.liens if lien.type == HAS_MEMBER and lien.source in sources]
    filtre = {nom: g for nom, g in recherche.parametres.items() if nom in _CODES}
    codes = Recherche(recherche.identifiant, recherche.type_retour, filtre)
    fiches = tuple(vue.fiches[m] for m in membres if m in vue.fiches and _retenue(vue.fiches[m], codes))
    gardees = {f.id for f in fiches}
    liens = tuple(
        lien for lien in vue.liens if lien.source in sources and (lien.cible in gardees or lien.cible not in vue.fiches)
    )
    return Resultats(fiches, lots, liens)


def _get_related_documents(recherche: Recherche, vue: _Vue) -> Resultats:
    types = recherche.valeurs("$AssociationTypes")
    if not types:
        raise erreurs.parametre_absent("$AssociationTypes")
    depart = {f.id for f in _choisir_documents(recherche, vue)}
    liens = tuple(
        lien
        for lien in vue.liens_de(depart)
        if lien.type in types and lien.source in vue.fiches and lien.cible in vue.fiches
    )
    if not liens:
        return Resultats()
    fiches = depart | {lien.source for lien in liens} | {lien.cible for lien in liens}
    return Resultats(tuple(vue.fiches[i] for i in vue.fiches if i in fiches), (), liens)


_REQUETES: dict[str, Callable[[Recherche, _Vue], Resultats]] = {
    FIND_DOCUMENTS: _find_documents,
    FIND_SUBMISSION_SETS: _find_submission_sets,
    FIND_FOLDERS: _find_folders,
    GET_ALL: _get_all,
    GET_DOCUMENTS: _get_documents,
    GET_ASSOCIATIONS: _get_associations,
    GET_DOCUMENTS_AND_ASSOCIATIONS: _get_documents_and_associations,
    GET_SUBMISSION_SETS: _get_submission_sets,
    GET_SUBMISSION_SET_AND_CONTENTS: _get_submission_set_and_contents,
    GET_RELATED_DOCUMENTS: _get_related_documents,
    FIND_DOCUMENTS_BY_REFERENCE_ID: _find_by_reference,
}

PARAMETRES_PATIENT: Sequence[str] = (
    "$XDSDocumentEntryPatientId",
    "$XDSSubmissionSetPatientId",
    "$XDSFolderPatientId",
    "$patientId",
)
