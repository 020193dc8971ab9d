"""Mutants : en-tête."""

from __future__ import annotations

from lxml import etree

from tests.mutants.catalogue.modele import A, E, R, angle_mort, defaut
from tests.mutants.gestes import Geste, attribut, avant, doubler, retirer, texte

PATIENT = "h:recordTarget/h:patientRole/h:patient"
ACTE = "h:documentationOf[1]/h:serviceEvent"


def remplacement(type_lien: str, *, soi: bool = False, version: str = "") -> Geste:
    """Ajoute un relatedDocument à un document qui n'en a pas."""

    def geste(document: etree._Element) -> bool:
        identifiant = document.find("{*}id")
        racine = identifiant.get("root") if soi and identifiant is not None else "1.2.3"
        extension = (identifiant.get("extension") if soi and identifiant is not None else None) or ""
        numero = f"<versionNumber value='{version}'/>" if version else ""
        suite = f" extension='{extension}'" if extension else ""
        return avant(
            "h:componentOf[not(../h:relatedDocument)]",
            f"<relatedDocument typeCode='{type_lien}'><parentDocument><id root='{racine}'{suite}/>{numero}"
            "</parentDocument></relatedDocument>",
        )(document)

    return geste


ENTETE = (
    defaut("realmCode US", "CDA-ENT-06", attribut("h:realmCode", "code", "US")),
    defaut("typeId d'un autre modèle", "CDA-ENT-02", attribut("h:typeId", "extension", "POCD_HD000020")),
    defaut("typeId absent", "CDA-ENT-02", retirer("h:typeId"), E, "CDA-ENT-18"),
    defaut(
        "sans conformité France",
        "CDA-ENT-03",
        attribut("h:templateId[@root='2.16.840.1.113883.2.8.2.1']", "root", "2.16.840.1.113883.2.8.2.9"),
        E,
        "CDA-ENT-04",
    ),
    defaut(
        "sans conformité CI-SIS", "CDA-ENT-03", retirer("h:templateId[@root='1.2.250.1.213.1.1.1.1']"), E, "CDA-ENT-18"
    ),
    defaut(
        "N1 à quatre templateId",
        "CDA-ENT-04",
        avant("h:id", "<templateId root='1.3.6.1.4.1.19376.1.3.3'/>"),
        ou=("N1",),
    ),
    defaut(
        "N1 à templateId doublé", "CDA-ENT-04", doubler("h:templateId[@root='1.3.6.1.4.1.19376.1.2.20']"), ou=("N1",)
    ),
    angle_mort(
        "N3 d'un autre volet",
        "CDA-ENT-05",
        attribut("h:templateId[@root='1.2.250.1.213.1.1.1.55']", "root", "1.2.250.1.213.1.1.1.45"),
        E,
        "CDA-COR-05",
        ou=("N3",),
    ),
    angle_mort("N3 sans modèle", "CDA-ENT-05", retirer("h:templateId[@root='1.2.250.1.213.1.1.1.55']"), E, ou=("N3",)),
    defaut(
        "N3 qui se dit XDS-SD", "CDA-ENT-05", avant("h:id", "<templateId root='1.3.6.1.4.1.19376.1.2.20'/>"), ou=("N3",)
    ),
    defaut("identifiant libre", "CDA-ENT-07", attribut("h:id", "root", "CR-2026-1")),
    defaut("code sans libellé", "CDA-ENT-08", attribut("h:code", "displayName", None)),
    defaut("code d'un autre système", "CDA-ENT-08", attribut("h:code", "codeSystem", "1.2.3.4")),
    defaut("titre absent", "CDA-ENT-18", retirer("h:title"), E, "CDA-ENT-09"),
    defaut("titre vide", "CDA-ENT-09", texte("h:title", " ")),
    defaut("deux titres", "CDA-ENT-18", doubler("h:title")),
    defaut("date sans heure", "CDA-ENT-10", attribut("h:effectiveTime", "value", "20261120"), E, "CDA-ENT-11"),
    defaut("date impossible", "CDA-ENT-10", attribut("h:effectiveTime", "value", "20261331101500+0100")),
    angle_mort("effectiveTime sans fuseau", "CDA-ENT-11", attribut("h:effectiveTime", "value", "20261120101530"), A),
    defaut("confidentialité inconnue", "CDA-ENT-12", attribut("h:confidentialityCode", "code", "X")),
    defaut(
        "confidentialité d'un autre système", "CDA-ENT-12", attribut("h:confidentialityCode", "codeSystem", "1.2.3")
    ),
    defaut("confidentialité sans libellé", "CDA-ENT-24", attribut("h:confidentialityCode", "displayName", None)),
    defaut(
        "secteur sans libellé",
        "CDA-ENT-24",
        attribut("h:componentOf//h:healthCareFacility/h:code", "displayName", None),
    ),
    defaut("langue sans pays", "CDA-ENT-13", attribut("h:languageCode", "code", "fr")),
    defaut("setId absent", "CDA-ENT-18", retirer("h:setId"), E, "CDA-ENT-14"),
    defaut("version nulle", "CDA-ENT-15", attribut("h:versionNumber", "value", "0")),
    defaut("version non entière", "CDA-ENT-15", attribut("h:versionNumber", "value", "1.0")),
    angle_mort(
        "version 2 sans RPLC", "CDA-ENT-17", attribut("h:versionNumber[not(../h:relatedDocument)]", "value", "2"), A
    ),
    defaut("lien APND", "CDA-ENT-16", remplacement("APND")),
    defaut("se remplace lui-même", "CDA-ENT-16", remplacement("RPLC", soi=True), E, "CDA-ENT-17"),
    defaut("version remplacée postérieure", "CDA-ENT-23", remplacement("RPLC", version="9"), A, "CDA-ENT-17"),
    defaut("absence mal motivée", "CDA-ENT-19", attribut("h:custodian//h:name", "nullFlavor", "NI")),
    defaut("auteur absent motivé", "CDA-ENT-19", attribut("h:author", "nullFlavor", "UNK")),
    defaut(
        "heure du responsable impossible",
        "CDA-ACT-04",
        attribut("h:legalAuthenticator/h:time", "value", "20261120250000+0100"),
    ),
    defaut("naissance impossible", "CDA-ENT-20", attribut(f"{PATIENT}/h:birthTime", "value", "19901331")),
    defaut("décalage à trois chiffres", "CDA-ENT-21", attribut("h:author/h:time", "value", "20261120101530+100"), R),
    defaut(
        "période à l'envers",
        "CDA-ENT-22",
        attribut(f"{ACTE}/h:effectiveTime[h:high[@value]]/h:low", "value", "20991119083000+0100"),
        A,
    ),
    defaut("deux prises en charge", "CDA-ENT-18", doubler("h:componentOf")),
    defaut(
        "sans documentationOf",
        "CDA-ENT-18",
        retirer("h:documentationOf[not(../h:documentationOf[2])]"),
        E,
        "CDA-ACT-05",
    ),
    defaut("sans legalAuthenticator", "CDA-ENT-18", retirer("h:legalAuthenticator"), E, "CDA-ACT-04"),
)
