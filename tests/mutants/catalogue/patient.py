"""Mutants : patient et INS."""

from __future__ import annotations

from tests.mutants.catalogue.modele import A, E, R, angle_mort, defaut
from tests.mutants.documents import MATRICULE
from tests.mutants.gestes import (
    attribut,
    avant,
    retirer,
    retirer_tous,
    texte,
)

INS = "h:recordTarget/h:patientRole/h:id[starts-with(@root,'1.2.250.1.213.1.4.')]"
PATIENT = "h:recordTarget/h:patientRole/h:patient"


PATIENTS = (
    angle_mort("OID de l'INS non attribué", "CDA-PAT-02", attribut(INS, "root", "1.2.250.1.213.1.4.7")),
    angle_mort("INS-C", "CDA-PAT-02", attribut(INS, "root", "1.2.250.1.213.1.4.2")),
    angle_mort("INS sous un OID local", "CDA-PAT-02", attribut(INS, "root", "1.2.250.1.999.1.4.8"), A),
    angle_mort("INS sous l'OID du NSS", "CDA-PAT-02", attribut(INS, "root", "1.2.250.1.213.1.4.13"), A),
    angle_mort("matricule sans clé", "CDA-PAT-03", attribut(INS, "extension", MATRICULE[:13])),
    angle_mort(
        "clé fausse", "CDA-PAT-03", attribut(INS, "extension", lambda m: m[:13] + f"{int(m[13:]) % 97 + 1:02d}")
    ),
    angle_mort("matricule avec une espace", "CDA-PAT-03", attribut(INS, "extension", lambda m: f"{m[:13]} {m[13:]}")),
    defaut("matricule absent", "CDA-PAT-02", attribut(INS, "extension", None), E, "CDA-PAT-03"),
    defaut("OID de production", "CDA-PAT-05", attribut(INS, "root", "1.2.250.1.213.1.4.8"), R),
    defaut("deux INS", "CDA-PAT-07", avant(INS, "<id root='1.2.250.1.213.1.4.10' extension='277076322082910'/>"), A),
    defaut("patient sans identifiant", "CDA-PAT-01", retirer_tous("h:recordTarget/h:patientRole/h:id")),
    defaut(
        "sans nom de naissance",
        "CDA-PAT-04",
        attribut(f"{PATIENT}/h:name/h:family[@qualifier='BR']", "qualifier", "CL"),
    ),
    defaut("sans premier prénom", "CDA-PAT-04", retirer(f"{PATIENT}/h:name/h:given[@qualifier='BR']")),
    defaut("sans lieu de naissance", "CDA-PAT-04", retirer(f"{PATIENT}/h:birthplace")),
    defaut("lieu de naissance en clair", "CDA-PAT-04", texte(f"{PATIENT}/h:birthplace//h:county", "PARIS")),
    defaut("sans date de naissance", "CDA-PAT-04", retirer(f"{PATIENT}/h:birthTime")),
    defaut("sexe hors du jeu", "CDA-PAT-06", attribut(f"{PATIENT}/h:administrativeGenderCode", "code", "X")),
)
