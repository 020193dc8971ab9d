"""Règles de l'en-tête d'un CDA : identité du document, modèle, dates, version."""

from __future__ import annotations

import re

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.dates import a_un_decalage, ts_valide
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import EnTeteCda, Identifiant
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration minimale des documents CDA R2 (IG-document-core), en-tête"
_KIT = "ANS, kit de validation CDA (TestContenuCDA 3.0, octobre 2025)"
_OID = re.compile(r"^[0-2](\.(0|[1-9]\d*))+$")
_UUID = re.compile(r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")

# Cardinalités de l'en-tête : (minimum, maximum ou None).
CARDINALITES: dict[str, tuple[int, int | None]] = {
    "realmCode": (1, 1),
    "typeId": (1, 1),
    "templateId": (3, None),
    "id": (1, 1),
    "code": (1, 1),
    "title": (1, 1),
    "effectiveTime": (1, 1),
    "confidentialityCode": (1, 1),
    "languageCode": (1, 1),
    "setId": (1, 1),
    "versionNumber": (1, 1),
    "recordTarget": (1, 1),
    "author": (1, None),
    "dataEnterer": (0, 1),
    "custodian": (1, 1),
    "legalAuthenticator": (1, 1),
    "documentationOf": (1, None),
    "relatedDocument": (0, 1),
    "componentOf": (1, 1),
    "component": (1, 1),
}

ENCODAGE = Regle(
    "CDA-ENT-01", "Le document est déclaré en UTF-8", f"{_GUIDE}, § encodage", Confiance.OFFICIELLE,
    "Produire le CDA en UTF-8 et le déclarer dans le prologue XML.",
)  # fmt: skip
TYPE_ID = Regle(
    "CDA-ENT-02", "typeId désigne le modèle CDA R2", _GUIDE, Confiance.OFFICIELLE,
    "Écrire typeId root=2.16.840.1.113883.1.3 extension=POCD_HD000040 : sans lui, le kit officiel ne contrôle rien.",
)  # fmt: skip
REALM = Regle(
    "CDA-ENT-06", "realmCode vaut FR", _GUIDE, Confiance.OFFICIELLE, "Écrire realmCode code=FR.",
)  # fmt: skip
ID = Regle(
    "CDA-ENT-07", "L'identifiant du document est un OID ou un UUID", _GUIDE, Confiance.OFFICIELLE,
    "Donner à chaque version un identifiant propre, OID ou UUID dans id/@root.",
)  # fmt: skip
CODE = Regle(
    "CDA-ENT-08", "Le type du document est codé, avec son libellé", f"{_GUIDE} ; JDV_J07", Confiance.OFFICIELLE,
    "Écrire code/@code, @codeSystem (LOINC ou TRE_A05) et @displayName.",
)  # fmt: skip
TITRE = Regle(
    "CDA-ENT-09", "Le document a un titre", f"{_KIT}, schématron de l'en-tête", Confiance.OFFICIELLE,
    "Renseigner title : le kit officiel le demande.",
)  # fmt: skip
DATE = Regle(
    "CDA-ENT-10", "effectiveTime porte une date et une heure réelles", _GUIDE, Confiance.OFFICIELLE,
    "Écrire la date de création en AAAAMMJJhhmmss+hhmm.",
)  # fmt: skip
DECALAGE = Regle(
    "CDA-ENT-11", "effectiveTime dit son décalage par rapport au temps universel", _GUIDE, Confiance.DEDUITE,
    "Ajouter le décalage (+0100, +0200…) après l'heure.",
)  # fmt: skip
CONFIDENTIALITE = Regle(
    "CDA-ENT-12", "confidentialityCode vaut N, R ou V", f"{_GUIDE} ; jeu de valeurs du kit", Confiance.OFFICIELLE,
    "Employer N, R ou V dans le système 2.16.840.1.113883.5.25.",
)  # fmt: skip
LANGUE = Regle(
    "CDA-ENT-13", "languageCode vaut fr-FR", _GUIDE, Confiance.OFFICIELLE,
    "Écrire fr-FR ; la langue d'un corps N1 étranger va dans nonXMLBody/languageCode.",
)  # fmt: skip
SET_ID = Regle(
    "CDA-ENT-14", "setId identifie la lignée de versions", f"{_KIT}, schématron de l'en-tête", Confiance.OFFICIELLE,
    "Renseigner setId, le même pour toutes les versions du document.",
)  # fmt: skip
VERSION = Regle(
    "CDA-ENT-15", "versionNumber est un entier positif", _GUIDE, Confiance.OFFICIELLE,
    "Numéroter les versions à partir de 1.",
)  # fmt: skip
NOMBRES = Regle(
    "CDA-ENT-18", "Chaque élément de l'en-tête est présent le nombre de fois voulu", f"{_GUIDE} ; {_KIT}",
    Confiance.OFFICIELLE, "Ajouter l'élément manquant ou retirer celui de trop.",
)  # fmt: skip


def _form(ident: Identifiant | None) -> str:
    return str(ident) if ident else ""


@verification(ENCODAGE)
def encodage(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Le document est en UTF-8 ; sans déclaration, c'est l'UTF-8 de règle en XML."""
    return juger(
        ENCODAGE, cda.encodage in ("UTF-8", "UTF8"), "Le document n'est pas en UTF-8.",
        attendu="UTF-8", recu=cda.encodage, ou="prologue XML", echanges=echanges,
    )  # fmt: skip


@verification(TYPE_ID)
def type_id(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """typeId est celui de CDA R2."""
    attendu = Identifiant("2.16.840.1.113883.1.3", "POCD_HD000040")
    return juger(
        TYPE_ID, cda.type_id == attendu, "typeId n'est pas celui de CDA R2.",
        attendu=str(attendu), recu=_form(cda.type_id), ou="ClinicalDocument/typeId", echanges=echanges,
    )  # fmt: skip


@verification(REALM)
def realm(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """realmCode vaut FR."""
    return juger(
        REALM, cda.realm_codes == ("FR",), "realmCode n'est pas FR.",
        attendu="FR", recu=", ".join(cda.realm_codes), ou="ClinicalDocument/realmCode", echanges=echanges,
    )  # fmt: skip


@verification(ID)
def identifiant(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """L'identifiant du document est un OID ou un UUID."""
    racine = cda.id.racine if cda.id else ""
    return juger(
        ID, bool(_OID.match(racine) or _UUID.match(racine)) and len(racine) <= 128,
        "L'identifiant du document n'est ni un OID ni un UUID.",
        attendu="OID (chiffres et points) ou UUID", recu=_form(cda.id), ou="ClinicalDocument/id/@root",
        echanges=echanges,
    )  # fmt: skip


@verification(CODE)
def code(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Le type du document est codé en LOINC ou dans la nomenclature française, avec son libellé."""
    recu = cda.code
    systemes = ("2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.12")
    return juger(
        CODE, recu is not None and bool(recu.code and recu.libelle) and recu.systeme in systemes,
        "Le type du document n'est pas codé complètement.",
        attendu=f"code, codeSystem parmi {' et '.join(systemes)}, displayName",
        recu=f"{recu} « {recu.libelle} »" if recu else "", ou="ClinicalDocument/code", echanges=echanges,
    )  # fmt: skip


@verification(TITRE)
def titre(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Le titre n'est pas vide."""
    return juger(
        TITRE, bool(cda.titre), "Le document n'a pas de titre.",
        attendu="un titre", recu=cda.titre, ou="ClinicalDocument/title", echanges=echanges,
    )  # fmt: skip


@verification(DATE, DECALAGE)
def date_creation(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """effectiveTime est une date réelle, avec l'heure et le décalage."""
    valeur, ou = cda.date_creation, "ClinicalDocument/effectiveTime/@value"
    avec_heure = ts_valide(valeur) and len(re.split(r"[.+-]", valeur)[0]) >= 12
    return [
        juger(
            DATE, avec_heure, "La date de création n'est pas une date et une heure réelles.",
            attendu="AAAAMMJJhhmm[ss]+hhmm", recu=valeur, ou=ou, echanges=echanges,
        ),
        juger(
            DECALAGE, a_un_decalage(valeur), "L'heure de création ne dit pas son décalage.",
            attendu="un décalage, par exemple +0200", recu=valeur, ou=ou, echanges=echanges,
        ),
    ]  # fmt: skip


@verification(CONFIDENTIALITE)
def confidentialite(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """La confidentialité du document est N, R ou V."""
    recu = cda.confidentialite
    return juger(
        CONFIDENTIALITE,
        recu is not None and recu.code in ("N", "R", "V") and recu.systeme == "2.16.840.1.113883.5.25",
        "La confidentialité du document n'est pas dans le jeu de valeurs.",
        attendu="N, R ou V (2.16.840.1.113883.5.25)", recu=str(recu) if recu else "",
        ou="ClinicalDocument/confidentialityCode", echanges=echanges,
    )  # fmt: skip


@verification(LANGUE)
def langue(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """La langue du document est fr-FR."""
    return juger(
        LANGUE, cda.langue == "fr-FR", "La langue du document n'est pas fr-FR.",
        attendu="fr-FR", recu=cda.langue, ou="ClinicalDocument/languageCode/@code", echanges=echanges,
    )  # fmt: skip


@verification(SET_ID, VERSION)
def lignee(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """setId et versionNumber situent le document dans sa lignée."""
    return [
        juger(
            SET_ID, cda.set_id is not None, "setId manque.",
            attendu="un identifiant commun à toutes les versions", recu=_form(cda.set_id),
            ou="ClinicalDocument/setId", echanges=echanges,
        ),
        juger(
            VERSION, cda.version.isdecimal() and int(cda.version) > 0, "versionNumber n'est pas un entier positif.",
            attendu="entier positif", recu=cda.version, ou="ClinicalDocument/versionNumber/@value", echanges=echanges,
        ),
    ]  # fmt: skip


@verification(NOMBRES)
def nombres(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Les éléments de l'en-tête sont présents le nombre de fois voulu."""
    ecarts = [
        f"{nom} : {cda.comptes.get(nom, 0)} au lieu de {mini}..{'*' if maxi is None else maxi}"
        for nom, (mini, maxi) in CARDINALITES.items()
        if cda.comptes.get(nom, 0) < mini or (maxi is not None and cda.comptes.get(nom, 0) > maxi)
    ]
    return juger(
        NOMBRES, not ecarts, "Des éléments de l'en-tête manquent ou sont de trop.",
        attendu="les cardinalités de la structuration minimale",
        recu=" ; ".join(ecarts) or f"{sum(cda.comptes.values())} éléments", ou="ClinicalDocument", echanges=echanges,
    )  # fmt: skip
