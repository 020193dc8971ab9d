"""Demandes sans document d'essai : test d'existence, autorisation, recherche, lecture, mise à jour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reports.constat import Constat
from simulators.socle.echange import CorpsMemoire, Echange
from steps.verifications.dmp import transport
from steps.verifications.dmp.demandes import demande
from steps.verifications.dmp.structure_messages import structure
from tests.verifications.dmp import fabrique as f
from tests.verifications.dmp.fabrique import ACTIFS, slot

Exemple = tuple[Callable[[], list[Constat]], set[str]]
_PATIENT = "$XDSDocumentEntryPatientId"
_STATUT = "$XDSDocumentEntryStatus"
_SCHEMA, _RECHERCHE, _MAJ = {"DMP-SOAP-08"}, {"DMP-RECH-06"}, {"DMP-MAJ-01"}


def _j(fabriquer: Callable[[], Echange], *changes: tuple[str, str]) -> Callable[[], list[Constat]]:
    """Diffère la fabrication, la retouche des octets et le jugement d'une demande."""

    def juger() -> list[Constat]:
        echange = fabriquer()
        octets = echange.requete.corps.octets
        for ancien, nouveau in changes:
            assert ancien.encode() in octets, ancien
            octets = octets.replace(ancien.encode(), nouveau.encode(), 1)
        lu = replace(echange, requete=replace(echange.requete, corps=CorpsMemoire(octets)))
        return [*transport.enveloppe(lu), *structure(lu), *demande(lu)]

    return juger


def _recherche(*slots: str, **options: str) -> Callable[[], Echange]:
    return lambda: f.td31(*(slots or (ACTIFS,)), **options)


_VERSION = '<ExtrinsicObject id="Doc1" lid="urn:uuid:0b9d6c1e-7e1b-4c55-9a1f-5d0f4b8a2c11"/>' + f.association(
    "HasMember", "Lot1", "Doc1", SubmissionSetStatus="Original", PreviousVersion="1"
)
_FIN = "</RegistryObjectList>"

CONFORMES: dict[str, Callable[[], list[Constat]]] = {
    "test d'existence": _j(f.td02),
    "autorisation": _j(f.td03),
    "suppression de l'autorisation": _j(lambda: f.td03("SUPPRESSION")),
    "recherche": _j(_recherche()),
    "recherche, liste aérée": _j(_recherche(ACTIFS.replace("('", "( '").replace("')", "' )"))),
    "recherche, deux états": _j(
        _recherche(slot(_STATUT, "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved' , "
                                 "'urn:asip:ci-sis:2010:StatusType:Archived')"))
    ),
    "recherche, deux événements": _j(
        _recherche(ACTIFS, *[slot("$XDSDocumentEntryEventCodeList", f"('{rang}^^1.2')") for rang in (1, 2)])
    ),
    "recherche, autres préfixes": _j(
        _recherche(), ("<q:AdhocQueryRequest xmlns:q=", "<b:AdhocQueryRequest xmlns:b="),
        ("<q:ResponseOption", "<!-- voici --><b:ResponseOption"), ("</q:AdhocQueryRequest", "</b:AdhocQueryRequest"),
    ),
    "lecture": _j(f.td32),
    "lecture d'un document à extension": _j(lambda: f.td32("1.2.3^A1")),
    "suppression": _j(f.td33c),
    "archivage": _j(lambda: f.td33c(arrivee="urn:asip:ci-sis:2010:StatusType:Archived")),
    "nouvelle version d'une fiche": _j(f.td33c, (_FIN, _VERSION + _FIN)),
}  # fmt: skip

FAUTIFS: dict[str, Exemple] = {
    "test d'existence d'un autre patient": (_j(f.td02, ('extension="2', 'extension="1')), {"DMP-COH-19"}),
    "test d'existence sous un autre OID": (_j(f.td02, ('213.1.4.10" ext', '213.1.4.11" ext')), {"DMP-COH-19"}),
    "test d'existence sans patient": (_j(f.td02, ("patientIdentifier>", "patientId>"),
                                         ("/patientIdentifier>", "/patientId>")), {"DMP-COH-19"}),
    "autorisation inventée": (_j(lambda: f.td03("ajout")), {"DMP-HAB-01"}),
    "autorisation muette": (_j(f.td03, ("<action>AJOUT</action>", "")), {"DMP-HAB-01"}),
    "corps d'un autre espace de noms": (_j(f.td03, ('"urn:si-dmp-habilitations"', '"urn:autre"')), {"DMP-SOAP-04"}),
    "action inconnue": (_j(lambda: f.td32(action="urn:autre")), {"DMP-SOAP-04"}),
    "recherche sans état": (_j(_recherche(slot("$XDSDocumentEntryFormatCode", "('x^^1.2')"))), _RECHERCHE),
    "état nu": (_j(_recherche(slot(_STATUT, "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"))), _RECHERCHE),
    "état inventé": (_j(_recherche(slot(_STATUT, "('Approved')"))), _RECHERCHE),
    "patient sans apostrophes": (_j(_recherche(patient="1^^^&amp;1.2&amp;ISO^NH")), _RECHERCHE),
    "patient répété": (_j(_recherche(ACTIFS, slot(_PATIENT, "'1^^^&amp;1.2&amp;ISO^NH'"))), _RECHERCHE),
    "retour inconnu": (_j(_recherche(), ('returnType="LeafClass"', "")), _RECHERCHE),
    "paramètre mal orthographié": (
        _j(_recherche(ACTIFS, slot("$XDSDocumentEntryClasscode", "('11^^1.2')"))), {"DMP-RECH-07"},
    ),
    "requête inconnue": (
        _j(_recherche(requete="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0e")), {"DMP-RECH-07"},
    ),
    "option absente": (_j(_recherche(), ('<q:ResponseOption returnType="LeafClass"/>', "")), _SCHEMA | _RECHERCHE),
    "slot d'un autre espace": (_j(_recherche(), (f'<Slot name="{_PATIENT}">', f'<Slot xmlns="" name="{_PATIENT}">')),
                               _SCHEMA),
    "lecture par entryUUID": (_j(lambda: f.td32(f.ENTREE)), {"DMP-RECH-08"}),
    "lecture sans entrepôt": (_j(lambda: f.td32(entrepot="")), {"DMP-RECH-08"}),
    "lecture de rien": (
        _j(f.td32, ("<DocumentRequest>", "<!--"), ("</DocumentRequest>", "-->")), _SCHEMA | {"DMP-RECH-08"},
    ),
    "deux documents dans une demande": (
        _j(f.td32, ("</DocumentRequest>", "<DocumentUniqueId>1.2.4</DocumentUniqueId></DocumentRequest>")), _SCHEMA,
    ),
    "mise à jour d'un uniqueId": (_j(lambda: f.td33c("1.2.3")), _MAJ),
    "mise à jour d'ailleurs": (_j(f.td33c, ('sourceObject="Lot1"', 'sourceObject="Lot2"')), _MAJ),
    "retour d'un supprimé": (
        _j(lambda: f.td33c(depart="urn:asip:ci-sis:2010:StatusType:Deleted",
                           arrivee="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved")), _MAJ,
    ),
    "état d'arrivée absent": (_j(lambda: f.td33c(arrivee="")), _MAJ),
    "version sans numéro": (
        _j(f.td33c, (_FIN, _VERSION.replace("PreviousVersion", "Previous") + _FIN)), _MAJ,
    ),
    "mise à jour vide": (_j(f.td33c, ("UpdateAvailabilityStatus", "Autre")), _MAJ),
}  # fmt: skip
