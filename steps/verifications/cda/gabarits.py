"""Règles des modèles qu'un CDA déclare (templateId), selon son niveau et son type."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.aides import niveau
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration minimale des documents CDA R2 (IG-document-core), en-tête"
_OU = "ClinicalDocument/templateId"
HL7_FRANCE = "2.16.840.1.113883.2.8.2.1"
EN_TETE_CISIS = "1.2.250.1.213.1.1.1.1"
XDS_SD = "1.3.6.1.4.1.19376.1.2.20"
_MODELES = "1.2.250.1.213.1.1.1"

# Modèles N3 d'un type de document : ceux des volets publiés, sous 1.2.250.1.213.1.1.1. Un type absent n'est pas jugé.
MODELES_N3 = {
    "11502-2": ("55",),
    "96173-0": ("59",),
    "18748-4": ("45", "27", "28"),
    "55115-0": ("47",),
    "11490-0": ("29",),
    "18761-7": ("21",),
    "SYNTH": ("13",),
    "60591-5": ("51", "13"),
    "74207-2": ("22", "23", "24", "51"),
    "78341-5": ("61",),
    "60280-5": ("62",),
    "57833-6": ("39",),
    "60593-1": ("54",),
    "87273-9": ("46",),
    "11369-6": ("37",),
}
# Types larges, qu'un volet plus récent peut prendre : un autre modèle de l'ANS y est à regarder, pas fautif.
_TYPES_OUVERTS = frozenset({"18748-4", "60591-5", "74207-2"})

CONFORMITES = Regle(
    "CDA-ENT-03", "Les conformités HL7 France et en-tête CI-SIS sont déclarées", _GUIDE, Confiance.OFFICIELLE,
    "Ajouter les deux templateId, dans cet ordre, au début de l'en-tête.",
)  # fmt: skip
MODELE_N1 = Regle(
    "CDA-ENT-04", "Un document N1 déclare XDS-SD et aucun autre modèle", f"{_GUIDE}, documents non structurés",
    Confiance.OFFICIELLE, "Déclarer trois templateId : HL7 France, en-tête CI-SIS, XDS-SD.",
)  # fmt: skip
MODELE_N3 = Regle(
    "CDA-ENT-05", "Un document N3 déclare le modèle de son type",
    "ANS, exemples officiels et volets du CI-SIS (octobre 2025)",
    Confiance.DOCUMENTEE, "Déclarer le templateId du volet qui correspond au code du document.",
)  # fmt: skip


@verification(CONFORMITES)
def conformites(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Les deux templateId fixes sont là (leur rang n'est pas jugé : des exemples officiels en ont un autre)."""
    recus = ", ".join(map(str, cda.template_ids))
    return juger(
        CONFORMITES, all(cda.modele(oid) for oid in (HL7_FRANCE, EN_TETE_CISIS)),
        "Une conformité obligatoire de l'en-tête n'est pas déclarée.",
        attendu=f"{HL7_FRANCE} et {EN_TETE_CISIS}", recu=recus, ou=_OU, echanges=echanges,
    )  # fmt: skip


@verification(MODELE_N1, MODELE_N3)
def modele(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le modèle déclaré est celui du niveau et du type du document."""
    if niveau(cda) == "N1":
        return [_n1(cda, echanges)]
    return [_n3(cda, echanges)] if niveau(cda) == "N3" else []


def _n1(cda: EnTeteCda, echanges: tuple[int, ...]) -> Constat:
    fixes = (HL7_FRANCE, EN_TETE_CISIS, XDS_SD)
    autres = [ident for ident in cda.template_ids if ident.racine not in fixes]
    doubles = len({ident.racine for ident in cda.template_ids}) != len(cda.template_ids)
    return juger(
        MODELE_N1, cda.modele(XDS_SD) is not None and not autres and not doubles,
        "Le document N1 ne déclare pas exactement le modèle XDS-SD.",
        attendu=f"{XDS_SD} seul, avec les deux conformités de l'en-tête",
        recu=", ".join(map(str, cda.template_ids)), ou=_OU, echanges=echanges,
    )  # fmt: skip


def _n3(cda: EnTeteCda, echanges: tuple[int, ...]) -> Constat:
    code = cda.code.code if cda.code else ""
    recus = ", ".join(map(str, cda.template_ids))
    propres = [ident for ident in cda.template_ids if ident.racine not in (HL7_FRANCE, EN_TETE_CISIS, XDS_SD)]
    if cda.modele(XDS_SD) is not None or not propres:
        message = "Le document structuré ne déclare aucun modèle de document structuré."
        if propres:
            message = "Le document structuré déclare XDS-SD, le modèle des documents non structurés."
        return MODELE_N3.enfreinte(
            message, attendu="le modèle du volet, sans XDS-SD", recu=recus or "rien", ou=_OU, echanges=echanges
        )
    oids = [f"{_MODELES}.{rang}" for rang in MODELES_N3.get(code, ())]
    if not oids or any(cda.modele(oid) for oid in oids):
        return MODELE_N3.respectee(recu=recus, ou=_OU, echanges=echanges)
    message = f"Le document de type {cda.code} ne déclare pas le modèle de son volet."
    autre_volet = any(ident.racine.startswith(f"{_MODELES}.") for ident in propres)
    if code in _TYPES_OUVERTS and autre_volet:
        return MODELE_N3.a_regarder(f"{message} Attendu : {' ou '.join(oids)}.", recu=recus, ou=_OU, echanges=echanges)
    return MODELE_N3.enfreinte(message, attendu=" ou ".join(oids), recu=recus, ou=_OU, echanges=echanges)
