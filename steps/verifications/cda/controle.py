"""Toutes les règles d'un CDA qui ne demandent pas le kit officiel."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda import acteurs, corps, entete, patient
from steps.verifications.cda.lecture import CdaIllisible, lire_cda
from steps.verifications.registre import verification

LISIBLE = Regle(
    "CDA-LEC-01",
    "Le document est un CDA lisible sans danger",
    "HL7 CDA R2 ; ANS, CI-SIS, structuration minimale, § encodage",
    Confiance.OFFICIELLE,
    "Produire un XML bien formé, sans DTD, dont ClinicalDocument est dans l'espace de noms urn:hl7-org:v3.",
)

_UNIQUES = (
    entete.encodage, entete.type_id, entete.conformites, entete.realm, entete.identifiant, entete.code, entete.titre,
    entete.confidentialite, entete.langue, entete.nombres, patient.identifie, acteurs.conservation, acteurs.responsable,
    acteurs.prise_en_charge, corps.nature,
)  # fmt: skip
_MULTIPLES = (
    entete.modele, entete.date_creation, entete.lignee, entete.remplacement, patient.oid_ins, patient.cles,
    patient.traits, patient.sexe, acteurs.auteurs, acteurs.acte_principal, acteurs.telecoms, corps.encapsule,
    corps.contenus, corps.copie,
)  # fmt: skip


@verification(LISIBLE)
def verifier_cda(octets: bytes, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Examine un CDA de bout en bout : lecture, en-tête, patient, intervenants, corps."""
    try:
        cda = lire_cda(octets)
    except CdaIllisible as erreur:
        return [
            LISIBLE.enfreinte(
                "Le document ne peut pas être lu comme un CDA.",
                attendu="un CDA R2 bien formé, sans DTD",
                recu=str(erreur),
                ou="document",
                echanges=echanges,
            )
        ]
    constats = [LISIBLE.respectee(recu=f"{len(octets)} octets", ou="document", echanges=echanges)]
    constats += [verifier(cda, echanges) for verifier in _UNIQUES]
    for verifier_tout in _MULTIPLES:
        constats += verifier_tout(cda, echanges)
    return constats
