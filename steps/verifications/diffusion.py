"""Règles de diffusion de l'INS dans un document CDA : présente si l'identité est qualifiée, absente sinon."""

from __future__ import annotations

import re

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import OIDS_INS, IdentiteUsager, comparable, porte_suite
from steps.verifications.cda import CdaIllisible, lire_cda
from steps.verifications.registre import verification

_GUIDE = "Guide d'implémentation de l'INS, règle 28 (reprise par le REM, travaux de concertation 2023)"
_OU = "document CDA, recordTarget/patientRole"
_OID = re.compile("|".join(rf"(?<![0-9.]){re.escape(oid)}(?![0-9.]*[0-9])" for oid in sorted(OIDS_INS)))

R_ABSENTE = Regle(
    "DIF-CDA-01",
    "Le document d'une identité non qualifiée ne porte ni matricule INS ni OID d'INS",
    _GUIDE,
    Confiance.OFFICIELLE,
    "Ne mettez dans le document que les traits et l'identifiant local tant que l'identité n'est pas qualifiée.",
)
R_PRESENTE = Regle(
    "DIF-CDA-02",
    "Le document d'une identité qualifiée porte le matricule INS et son OID",
    _GUIDE,
    Confiance.OFFICIELLE,
    "Référencez le document par le matricule INS et son OID quand l'identité est qualifiée.",
)


@verification(R_ABSENTE)
def ins_absente(octets: bytes, identite: IdentiteUsager) -> Constat:
    """Aucun OID d'INS ni le matricule nulle part dans le document, espaces compris.

    L'absence n'est crue que si le nom de naissance se lit dans ce même document.
    """
    try:
        entete = lire_cda(octets)
    except CdaIllisible as erreur:
        return R_ABSENTE.sans_objet(f"le document exporté ne se lit pas : {erreur}")
    texte = octets.decode("utf-8", "replace")
    if comparable(identite.nom_naissance) not in comparable(texte):
        return R_ABSENTE.sans_objet(f"le nom {identite.nom_naissance!r} ne se lit pas dans le document exporté")
    oids = [f"{i.racine}|{i.extension}" for i in entete.patient.ids if i.racine in OIDS_INS]
    oids += [oid[0] for oid in _OID.finditer(texte) if not oids]
    if oids or porte_suite(texte, identite.matricule_ins[:13]):
        return R_ABSENTE.enfreinte(
            "le document d'une identité non qualifiée porte son INS",
            attendu="ni matricule INS ni OID d'INS",
            recu=", ".join(oids) or f"matricule {identite.matricule_ins[:13]} dans le texte",
            ou=_OU,
        )
    return R_ABSENTE.respectee(recu=f"{len(entete.patient.ids)} identifiant(s), aucun INS", ou=_OU)


@verification(R_PRESENTE)
def ins_presente(octets: bytes, identite: IdentiteUsager) -> Constat:
    """Un identifiant du patient porte exactement le matricule et l'OID attendus."""
    try:
        entete = lire_cda(octets)
    except CdaIllisible as erreur:
        return R_PRESENTE.sans_objet(f"le document exporté ne se lit pas : {erreur}")
    recus = [(i.racine, i.extension) for i in entete.patient.ids]
    attendu = (identite.oid_ins, identite.matricule_ins)
    if attendu not in recus:
        return R_PRESENTE.enfreinte(
            "le document ne porte pas l'INS de l'identité qualifiée",
            attendu="|".join(attendu),
            recu=", ".join(f"{root}|{extension}" for root, extension in recus) or "aucun identifiant",
            ou=_OU,
        )
    return R_PRESENTE.respectee(recu="|".join(attendu), ou=_OU)
