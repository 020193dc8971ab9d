"""Mutants : intervenants, adresses, coordonnées."""

from __future__ import annotations

from tests.mutants.catalogue.modele import A, E, R, angle_mort, defaut
from tests.mutants.gestes import attribut, inserer, retirer

AUTEUR = "h:author/h:assignedAuthor[h:assignedPerson]"
ACTE = "h:documentationOf[1]/h:serviceEvent"


ACTEURS = (
    angle_mort(
        "auteur sous l'OID des structures",
        "CDA-ACT-11",
        attribut(f"{AUTEUR}/h:id", "root", "1.2.250.1.71.4.2.2"),
        E,
        "CDA-ACT-12",
    ),
    angle_mort("RPPS sous un OID local", "CDA-ACT-11", attribut(f"{AUTEUR}/h:id", "root", "1.2.250.1.999.1")),
    defaut(
        "auteur à identifiant local",
        "CDA-ACT-11",
        lambda d: (
            attribut(f"{AUTEUR}/h:id", "root", "1.2.3.4")(d) and attribut(f"{AUTEUR}/h:id", "extension", "DURAND")(d)
        ),
        A,
    ),
    defaut(
        "RPPS sans type",
        "CDA-ACT-02",
        attribut(f"{AUTEUR}/h:id", "extension", lambda v: v[1:] if v[1:2] != "0" else f"9{v[1:]}"),
        A,
    ),
    defaut("FINESS sans type", "CDA-ACT-12", attribut("h:custodian//h:id", "extension", "990000002"), R),
    defaut("RPPS à clé fausse", "CDA-ACT-13", attribut(f"{AUTEUR}/h:id", "extension", "899900000007"), R),
    defaut("conservation sans identifiant national", "CDA-ACT-03", attribut("h:custodian//h:id", "root", "1.2.3")),
    defaut("responsable non signataire", "CDA-ACT-04", attribut("h:legalAuthenticator/h:signatureCode", "code", "X")),
    defaut("acte sans période", "CDA-ACT-05", retirer(f"{ACTE}/h:effectiveTime")),
    defaut("acte sans exécutant", "CDA-ACT-05", retirer(f"{ACTE}/h:performer")),
    defaut("cadre d'exercice inconnu", "CDA-ACT-06", attribut(f"{ACTE}//h:standardIndustryClassCode", "code", "LABO")),
    defaut("sans secteur d'activité", "CDA-ACT-07", retirer("h:componentOf//h:healthCareFacility/h:code")),
    defaut("téléphone nu", "CDA-ACT-08", attribut("h:author//h:telecom[@value]", "value", "0612345678")),
    defaut(
        "adresse mêlée",
        "CDA-ACT-09",
        inserer("h:recordTarget/h:patientRole/h:addr[h:city]", "<streetAddressLine>12 rue</streetAddressLine>"),
    ),
    defaut("usage d'adresse inconnu", "CDA-ACT-10", attribut("h:recordTarget/h:patientRole/h:addr", "use", "PST")),
)
