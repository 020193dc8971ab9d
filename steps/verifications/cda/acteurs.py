"""Règles des intervenants et du contexte : auteurs, responsable, conservation, acte documenté, prise en charge."""

from __future__ import annotations

import re

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.dates import ts_valide
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import OID_PS, OID_STRUCTURE, EnTeteCda
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration minimale des documents CDA R2 (IG-document-core), en-tête"
HEBERGEUR = "1.2.250.1.213.4.1"
_PS_IDNAT = re.compile(r"^(8\d{11}|0[0-9A-Z]{9}|[1-7][0-9A-Za-z./-]+|0[0-9A-Z]{8,})$")
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:\S")
# JDV_J04, cadres d'exercice.
CADRES_EXERCICE = frozenset(
    {
        "AMBULATOIRE", "AMO", "DEPISTAGE", "ESSMS", "ETABLISSEMENT", "HAD", "MAD", "PALLIATIF", "SAD", "SAMU_SMUR",
        "EXP_PATIENT", "SNR",
    }
)  # fmt: skip
SYSTEME_CADRES = "1.2.250.1.213.1.1.4.9"

AUTEUR = Regle(
    "CDA-ACT-01", "Chaque auteur a une date et un identifiant", _GUIDE, Confiance.OFFICIELLE,
    "Renseigner author/time et assignedAuthor/id.",
)  # fmt: skip
FORME_PS = Regle(
    "CDA-ACT-02", "Un identifiant national de professionnel a sa forme", f"{_GUIDE} ; PS_IdNat", Confiance.DEDUITE,
    "Écrire le chiffre de type puis l'identifiant : 8 suivi du RPPS à 11 chiffres dans le cas courant.",
)  # fmt: skip
CONSERVATION = Regle(
    "CDA-ACT-03", "L'organisation qui conserve le document a un identifiant national", _GUIDE, Confiance.OFFICIELLE,
    "Renseigner custodian avec un Struct_IdNat sous 1.2.250.1.71.4.2.2.",
)  # fmt: skip
RESPONSABLE = Regle(
    "CDA-ACT-04", "Le responsable du document est présent, daté et signataire", _GUIDE, Confiance.OFFICIELLE,
    "Renseigner legalAuthenticator : time, signatureCode=S, identifiant du professionnel.",
)  # fmt: skip
ACTE = Regle(
    "CDA-ACT-05", "L'acte principal a une période et un exécutant", _GUIDE, Confiance.OFFICIELLE,
    "Donner au premier serviceEvent un effectiveTime et un performer, et un seul de chaque.",
)  # fmt: skip
CADRE = Regle(
    "CDA-ACT-06", "L'exécutant de l'acte principal a un cadre d'exercice du jeu de valeurs", f"{_GUIDE} ; JDV_J04",
    Confiance.OFFICIELLE, "Renseigner standardIndustryClassCode de la structure de l'exécutant.",
)  # fmt: skip
CONTEXTE = Regle(
    "CDA-ACT-07", "La prise en charge dit sa période et la modalité d'exercice", f"{_GUIDE} ; JDV_J02",
    Confiance.OFFICIELLE, "Renseigner encompassingEncounter : effectiveTime et healthCareFacility/code (SAxx).",
)  # fmt: skip
TELECOM = Regle(
    "CDA-ACT-08", "Les coordonnées de télécommunication sont des URL", _GUIDE, Confiance.OFFICIELLE,
    "Préfixer la valeur : tel:, mailto:…",
)  # fmt: skip


@verification(AUTEUR, FORME_PS)
def auteurs(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Chaque auteur est daté et identifié."""
    ou = "ClinicalDocument/author"
    incomplets = [
        f"auteur {rang} ({'identifiant absent' if not auteur.ids else f'date « {auteur.instant} »'})"
        for rang, auteur in enumerate(cda.auteurs, 1)
        if not auteur.ids or not ts_valide(auteur.instant)
    ]
    vus = ", ".join(auteur.identifiant for auteur in cda.auteurs)
    constats = [
        juger(
            AUTEUR, bool(cda.auteurs) and not incomplets, "Un auteur n'a pas de date ou d'identifiant.",
            attendu="time et assignedAuthor/id pour chaque auteur", recu=", ".join(incomplets) or vus,
            ou=ou, echanges=echanges,
        )
    ]  # fmt: skip
    nationaux = [auteur.identifiant_national for auteur in cda.auteurs if auteur.identifiant_national]
    if nationaux:
        faux = [valeur for valeur in nationaux if not _PS_IDNAT.match(valeur)]
        constats.append(
            juger(
                FORME_PS, not faux, "Un identifiant national de professionnel n'a pas la forme attendue.",
                attendu="8 + RPPS (11 chiffres), 0 + ADELI…", recu=", ".join(faux or nationaux),
                ou=f"{ou}/assignedAuthor/id[@root={OID_PS}]", echanges=echanges,
            )
        )  # fmt: skip
    return constats


@verification(CONSERVATION)
def conservation(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """L'organisation de conservation est identifiée."""
    ids = cda.custodian.ids if cda.custodian else ()
    propres = [
        ident for ident in ids if ident.racine == HEBERGEUR or (ident.racine == OID_STRUCTURE and ident.extension)
    ]
    return juger(
        CONSERVATION, bool(propres), "L'organisation de conservation n'a pas d'identifiant national.",
        attendu=f"un identifiant sous {OID_STRUCTURE} (ou {HEBERGEUR})", recu=", ".join(map(str, ids)),
        ou="ClinicalDocument/custodian/assignedCustodian/representedCustodianOrganization/id", echanges=echanges,
    )  # fmt: skip


@verification(RESPONSABLE)
def responsable(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Le responsable du document est identifié, daté et signataire."""
    recu = cda.responsable
    manques = ["legalAuthenticator"] if recu is None else []
    if recu is not None:
        manques += [] if recu.signature == "S" else [f"signatureCode « {recu.signature} »"]
        manques += [] if ts_valide(recu.instant) else [f"time « {recu.instant} »"]
        manques += [] if any(ident.extension for ident in recu.ids) else ["identifiant"]
    return juger(
        RESPONSABLE, not manques, "Le responsable du document n'est pas décrit complètement.",
        attendu="time, signatureCode=S et identifiant",
        recu=f"absents ou faux : {', '.join(manques)}" if manques else (recu.identifiant if recu else ""),
        ou="ClinicalDocument/legalAuthenticator", echanges=echanges,
    )  # fmt: skip


@verification(ACTE, CADRE)
def acte_principal(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le premier acte documenté est daté et a un exécutant dont le cadre d'exercice est codé."""
    acte, ou = cda.acte_principal, "ClinicalDocument/documentationOf[1]/serviceEvent"
    if acte is None:
        return [
            ACTE.enfreinte("Aucun acte documenté.", attendu="un serviceEvent", recu="rien", ou=ou, echanges=echanges)
        ]
    dates = [valeur for valeur in (acte.debut, acte.fin) if valeur]
    constats = [
        juger(
            ACTE,
            acte.periodes == 1 and len(acte.executants) == 1 and bool(dates) and all(map(ts_valide, dates)),
            "L'acte principal n'a pas exactement une période lisible et un exécutant.",
            attendu="un effectiveTime et un performer",
            recu=f"{acte.periodes} période(s) « {' / '.join(dates)} », {len(acte.executants)} exécutant(s)",
            ou=ou, echanges=echanges,
        )
    ]  # fmt: skip
    if acte.executants:
        organisation = acte.executants[0].organisation
        cadre = organisation.cadre if organisation else None
        constats.append(
            juger(
                CADRE, cadre is not None and cadre.code in CADRES_EXERCICE and cadre.systeme == SYSTEME_CADRES,
                "Le cadre d'exercice de l'exécutant n'est pas dans le jeu de valeurs.",
                attendu=f"un code de JDV_J04 ({SYSTEME_CADRES})", recu=str(cadre) if cadre else "",
                ou=f"{ou}/performer/assignedEntity/representedOrganization/standardIndustryClassCode",
                echanges=echanges,
            )
        )  # fmt: skip
    return constats


@verification(CONTEXTE)
def prise_en_charge(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """La prise en charge a une période et une modalité d'exercice."""
    recu = cda.prise_en_charge
    secteur = recu.secteur if recu else None
    correct = recu is not None and recu.periodes == 1 and secteur is not None and bool(secteur.code)
    return juger(
        CONTEXTE, correct, "Le contexte de prise en charge est incomplet.",
        attendu="effectiveTime et location/healthCareFacility/code", recu=f"{secteur or ''}" if recu else "",
        ou="ClinicalDocument/componentOf/encompassingEncounter", echanges=echanges,
    )  # fmt: skip


@verification(TELECOM)
def telecoms(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Chaque coordonnée écrite est une URL."""
    if not cda.telecoms:
        return []
    faux = [(chemin, valeur) for chemin, valeur in cda.telecoms if not _URL.match(valeur)]
    return [
        juger(
            TELECOM, not faux, "Une coordonnée de télécommunication n'est pas une URL.",
            attendu="tel:…, mailto:…",
            recu=", ".join(valeur for _, valeur in faux) or f"{len(cda.telecoms)} coordonnées",
            ou=faux[0][0] if faux else "en-tête", echanges=echanges,
        )
    ]  # fmt: skip
