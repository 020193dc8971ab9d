"""Toutes les règles d'un CDA qui ne demandent pas le kit officiel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from reports.verdict import Verdict
from steps.jugements.marque import rejouable
from steps.verifications.cda import (
    acteurs,
    chronologie,
    codes,
    corps,
    dates_corps,
    entete,
    formes,
    gabarits,
    identifiants,
    patient,
    recit,
    structurel,
    versions,
)
from steps.verifications.cda.lecture import lire_cda, lire_document
from steps.verifications.cda.lieux import avec_ligne, lieu
from steps.verifications.cda.surete import CdaDemesure, CdaIllisible, CdaMalEncode
from steps.verifications.registre import verification

LISIBLE = Regle(
    "CDA-LEC-01",
    "Le document est un CDA lisible sans danger",
    "HL7 CDA R2 ; ANS, CI-SIS, structuration minimale, § encodage",
    Confiance.OFFICIELLE,
    "Produire un XML bien formé, sans DTD, dont ClinicalDocument est dans l'espace de noms urn:hl7-org:v3.",
)
ENCODE = Regle(
    "CDA-LEC-02",
    "Les octets du document sont dans l'encodage qu'il annonce",
    "W3C XML 1.0, § 4.3.3 ; ANS, CI-SIS, structuration minimale, § encodage",
    Confiance.OFFICIELLE,
    "Écrire réellement le fichier en UTF-8 : l'annoncer dans le prologue ne suffit pas.",
)

_RACINE = "ClinicalDocument"
_UNIQUES = (
    entete.encodage, entete.type_id, gabarits.conformites, entete.realm, entete.identifiant, entete.code, entete.titre,
    entete.confidentialite, entete.langue, entete.nombres, patient.identifie, acteurs.conservation, acteurs.responsable,
    acteurs.prise_en_charge, corps.nature,
)  # fmt: skip
_MULTIPLES = (
    gabarits.modele, entete.date_creation, entete.lignee, versions.remplacement, versions.rang, patient.oid_ins,
    patient.cles, patient.traits, patient.sexe, chronologie.naissance, acteurs.auteurs, acteurs.acte_principal,
    acteurs.telecoms, corps.encapsule, corps.contenus, corps.types_reels, corps.copie,
)  # fmt: skip
_SUR_ARBRE = (
    formes.absences, formes.dates, formes.adresses, identifiants.oid_auteur, identifiants.formes_nationales,
    recit.sections, recit.reperes, recit.statuts, codes.codes, codes.type_de_document, codes.interpretations,
    dates_corps.dates,
)  # fmt: skip


@verification(LISIBLE, ENCODE)
def verifier_cda(octets: bytes, echanges: tuple[int, ...] = (), *, avec_structure: bool = True) -> list[Constat]:
    """Examine un CDA de bout en bout : lecture, structure, en-tête, patient, intervenants, corps.

    `avec_structure` : faux quand un schéma XSD juge déjà la structure. Un écart déjà dit par une règle plus précise
    n'est pas redit par la structure.
    """
    try:
        document = lire_document(octets)
        cda = lire_cda(octets)
    except CdaDemesure as erreur:
        return [LISIBLE.sans_objet(f"Au-delà de la limite du banc : {erreur}.", echanges=echanges)]
    except CdaIllisible as erreur:
        regle = ENCODE if isinstance(erreur, CdaMalEncode) else LISIBLE
        return [
            regle.enfreinte(
                "Le document n'est pas dans l'encodage annoncé."
                if regle is ENCODE
                else "Le document ne peut pas être lu comme un CDA.",
                attendu="de l'UTF-8, annoncé et réel" if regle is ENCODE else "un CDA R2 bien formé, sans DTD",
                recu=str(erreur),
                ou="document",
                echanges=echanges,
            )
        ]
    constats = [
        LISIBLE.respectee(recu=f"{len(octets)} octets", ou="document", echanges=echanges),
        ENCODE.respectee(recu=cda.encodage, ou="document", echanges=echanges),
    ]
    constats += [verifier(cda, echanges) for verifier in _UNIQUES] + [formes.libelles(document, echanges)]
    for verifier_tout in _MULTIPLES:
        constats += verifier_tout(cda, echanges)
    for verifier_arbre in _SUR_ARBRE:
        constats += sans_redite(verifier_arbre(document, echanges), constats)
    if avec_structure:
        constats += sans_redite(structurel.structure(document, echanges), constats)
    return [_situer(constat, document) for constat in constats]


def _situer(constat: Constat, document: etree._Element) -> Constat:
    """Ajoute la ligne au lieu d'un manquement ou d'une remarque."""
    if constat.verdict is Verdict.CONFORME and not constat.attendu:
        return constat
    return replace(constat, ou=avec_ligne(constat.ou, document))


@rejouable
def sans_redite(nouveaux: Sequence[Constat], deja: Sequence[Constat]) -> list[Constat]:
    """Les nouveaux constats, sans les manquements dont le lieu porte déjà un manquement au moins aussi grave."""
    fautifs = {lieu(constat.ou) for constat in deja if constat.verdict is Verdict.NON_CONFORME}
    douteux = fautifs | {lieu(constat.ou) for constat in deja if constat.verdict is Verdict.A_VERIFIER}
    return [
        constat
        for constat in nouveaux
        if constat.verdict is Verdict.CONFORME
        or not _dit(constat, fautifs if constat.verdict is Verdict.NON_CONFORME else douteux)
    ]


def _dit(constat: Constat, dits: set[str]) -> bool:
    """Vrai si le lieu du constat, ou celui de l'élément qu'il dit manquer, est déjà en cause."""
    ou = lieu(constat.ou)
    parent = ou.rpartition("/")[0]
    if constat.code == structurel.NOMBRE.code:
        return ou in dits or f"{ou}/{constat.attendu}" in dits or (parent == _RACINE and _RACINE in dits)
    return ou in dits or (constat.code == formes.REELLES.code and parent != _RACINE and parent in dits)
