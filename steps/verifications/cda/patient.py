"""Règles du patient d'un CDA : INS, clé, traits."""

from __future__ import annotations

import re

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import (
    OID_INS_DEMONSTRATION,
    OID_INS_NIA,
    OID_INS_NIR,
    OID_INS_TEST,
    EnTeteCda,
    Identifiant,
)
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration minimale des documents CDA R2 (IG-document-core), recordTarget"
_OU = "ClinicalDocument/recordTarget/patientRole"
_MATRICULE = re.compile(r"^[1-8]\d{4}(?:\d{2}|2A|2B)\d{8}$")
# OID qui ressemblent à un INS et n'en sont pas : INS-C historique, NIR et NIA d'assuré (médico-social).
_INS_C = "1.2.250.1.213.1.4.2"
OIDS_ASSURE = {
    "1.2.250.1.213.1.4.13": "NIR employé comme numéro de sécurité sociale",
    "1.2.250.1.213.1.4.14": "NIA employé comme numéro de sécurité sociale",
}

PRESENT = Regle(
    "CDA-PAT-01", "Le patient est identifié", _GUIDE, Confiance.OFFICIELLE,
    "Ajouter patientRole/id : l'INS qualifiée, sinon l'identifiant local.",
)  # fmt: skip
OID = Regle(
    "CDA-PAT-02", "L'INS est sous un OID de l'INS", f"{_GUIDE} ; ANS, OID de l'identité nationale de santé",
    Confiance.OFFICIELLE, "Employer l'OID renvoyé par INSi (.8 NIR, .9 NIA ; .10 test, .11 démonstration).",
)  # fmt: skip
CLE = Regle(
    "CDA-PAT-03", "Chaque matricule INS a 15 caractères et une clé juste",
    "Référentiel INS ; format du NIR et de sa clé",
    Confiance.OFFICIELLE, "Écrire les 13 caractères et la clé : 97 − (N modulo 97), avec 2A → 19 et 2B → 18.",
)  # fmt: skip
TRAITS = Regle(
    "CDA-PAT-04", "Les traits de l'INS accompagnent le matricule", _GUIDE, Confiance.OFFICIELLE,
    "Renseigner nom et premier prénom de naissance (qualifier BR), liste des prénoms, date, sexe, code du lieu.",
)  # fmt: skip
TEST = Regle(
    "CDA-PAT-05", "Le matricule est celui d'une identité de test", "ANS, OID de l'identité nationale de santé",
    Confiance.OFFICIELLE, "Vérifier qu'aucune identité réelle n'a servi : les essais emploient l'OID .10 ou .11.",
)  # fmt: skip
SEXE = Regle(
    "CDA-PAT-06", "Le sexe est dans JDV_J143", f"{_GUIDE} ; JDV_J143", Confiance.OFFICIELLE,
    "Écrire M, F ou UN dans le système 2.16.840.1.113883.5.1.",
)  # fmt: skip
ASSIGNES = frozenset(
    {OID_INS_NIR, OID_INS_NIA, OID_INS_TEST, OID_INS_DEMONSTRATION, "1.2.250.1.213.1.4.2", "1.2.250.1.213.1.4.13",
     "1.2.250.1.213.1.4.14"}
)  # fmt: skip
"""Identifiants connus sous l'arc de l'INS : tout autre n'est l'identifiant de personne."""
_ARC_INS = re.compile(r"1\.2\.250\.1\.213\.1\.4(\.\d+)*")
# Matricules fictifs de l'ANS, dans ses exemples publiés (octobre 2025), dont la clé est fausse : signalés seulement.
FICTIFS_PUBLIES = frozenset(
    {"221042545611404", "223042545611404", "222127505611201", "224027511583555", "276059205062865"}
)
UN_SEUL = Regle(
    "CDA-PAT-07", "Le patient porte une seule INS", "Rapprochement du banc", Confiance.DEDUITE,
    "N'écrire qu'un identifiant sous un OID de l'INS.",
)  # fmt: skip


def cle_juste(matricule: str) -> bool:
    """Vrai si le matricule a 15 caractères et une clé juste (Corse comprise)."""
    if not _MATRICULE.match(matricule):
        return False
    numero = matricule[:13].replace("2A", "19", 1) if matricule[5:7] == "2A" else matricule[:13]
    numero = numero.replace("2B", "18", 1) if matricule[5:7] == "2B" else numero
    return int(matricule[13:]) == 97 - int(numero) % 97


@verification(PRESENT)
def identifie(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Le patient porte au moins un identifiant."""
    ids = ", ".join(map(str, cda.patient.ids))
    return juger(
        PRESENT, bool(cda.patient.ids), "Le patient n'a aucun identifiant.",
        attendu="au moins un patientRole/id", recu=ids, ou=f"{_OU}/id", echanges=echanges,
    )  # fmt: skip


@verification(OID, UN_SEUL, TEST)
def oid_ins(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """L'INS est sous un OID de l'INS, une seule fois ; un OID de production est signalé.

    Un OID de production n'est pas une faute (dix exemples officiels en portent un) : un document réel en porte toujours
    un. Le banc arrête de lui-même une campagne où paraît le matricule d'une personne qui n'est pas de ses identités.
    """
    ou = f"{_OU}/id/@root"
    ins = [ident for ident in cda.patient.ids if ident in cda.matricules]
    recus = ", ".join(map(str, cda.patient.ids))
    constats = [_juger_oid(cda, ins, recus, ou, echanges)]
    if ins:
        constats.append(
            juger(
                UN_SEUL, len(set(ins)) == 1, "Le patient porte plusieurs INS.",
                attendu="une INS", recu=recus, ou=f"{_OU}/id", echanges=echanges,
            )
        )  # fmt: skip
        reelles = [ident for ident in ins if ident.racine in (OID_INS_NIR, OID_INS_NIA)]
        if reelles:
            constats.append(
                TEST.signalee(
                    "Le matricule est sous un OID de production : ce peut être une personne réelle.",
                    attendu=f"{OID_INS_TEST} ou {OID_INS_DEMONSTRATION} pour un document d'essai",
                    recu=reelles[0].racine, ou=ou, echanges=echanges,
                )
            )  # fmt: skip
        else:
            constats.append(TEST.respectee(recu=ins[0].racine, ou=ou, echanges=echanges))
    return constats


def _juger_oid(cda: EnTeteCda, ins: list[Identifiant], recus: str, ou: str, echanges: tuple[int, ...]) -> Constat:
    """Juge les racines des identifiants du patient.

    Fautifs : l'INS-C, un OID non attribué de l'arc de l'INS, un OID de l'INS sans matricule. À regarder, faute d'INS à
    côté : un numéro d'assuré, ou un identifiant local qui a tout d'un matricule.
    """
    attendu = f"{OID_INS_NIR}, {OID_INS_NIA}, {OID_INS_TEST} ou {OID_INS_DEMONSTRATION}"
    for ident in cda.patient.ids:
        if ident.racine == _INS_C:
            pourquoi = "c'est l'INS-C, historique"
        elif _ARC_INS.fullmatch(ident.racine) and ident.racine not in ASSIGNES:
            pourquoi = "cet OID de l'arc de l'INS n'est pas attribué"
        elif ident in ins and not ident.extension:
            pourquoi = "il n'a pas de matricule"
        else:
            continue
        return OID.enfreinte(
            f"Un identifiant du patient n'est pas une INS sous un OID de l'INS : {pourquoi}.",
            attendu=attendu, recu=recus, ou=ou, echanges=echanges,
        )  # fmt: skip
    for ident in cda.patient.ids if not ins else ():
        if ident.racine in OIDS_ASSURE or cle_juste(ident.extension):
            sens = OIDS_ASSURE.get(ident.racine, "identifiant local de la forme d'un matricule INS")
            return OID.a_regarder(
                f"Le patient n'a pas d'INS mais un {sens} : vérifier que ce n'est pas une INS sous un autre OID.",
                recu=recus, ou=ou, echanges=echanges,
            )  # fmt: skip
    return OID.respectee(recu=recus, ou=ou, echanges=echanges)


@verification(CLE)
def cles(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Tout matricule INS du document a 15 caractères et une clé juste ; un patient fictif publié est signalé."""
    if not cda.matricules:
        return []
    vus = sorted({ident.extension for ident in cda.matricules})
    fictifs = [extension for extension in vus if extension in FICTIFS_PUBLIES]
    faux = [extension for extension in vus if not cle_juste(extension) and extension not in FICTIFS_PUBLIES]
    if fictifs and not faux:
        return [
            CLE.signalee(
                "Le matricule est celui d'un patient fictif de l'ANS, dont la clé publiée est fausse.",
                attendu="une clé juste", recu=", ".join(fictifs), ou=f"{_OU}/id/@extension", echanges=echanges,
            )
        ]  # fmt: skip
    return [
        juger(
            CLE, not faux, "Un matricule INS n'a pas la forme ou la clé attendues.",
            attendu="13 caractères et une clé de 2 chiffres juste", recu=", ".join(faux or vus),
            ou=f"{_OU}/id/@extension", echanges=echanges,
        )
    ]  # fmt: skip


@verification(TRAITS)
def traits(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Avec une INS, tous les traits de l'identité sont écrits."""
    patient = cda.patient
    if patient.ins is None:
        return []
    lieu = re.fullmatch(r"[0-9][0-9AB][0-9]{3}", patient.lieu_naissance) is not None
    presents = {
        "nom de naissance (family qualifier=BR)": bool(patient.nom("BR")),
        "premier prénom de naissance (given qualifier=BR)": bool(patient.prenom("BR")),
        "prénoms de naissance (given sans qualifier)": bool(patient.prenom("")),
        "date de naissance (birthTime)": bool(patient.naissance),
        "sexe (administrativeGenderCode)": patient.sexe is not None and bool(patient.sexe.code),
        "code du lieu de naissance (birthplace/place/addr/county, 5 caractères)": lieu,
    }
    absents = [nom for nom, present in presents.items() if not present]
    return [
        juger(
            TRAITS, not absents, "L'INS n'est pas accompagnée de tous ses traits.",
            attendu=", ".join(absents) or "tous les traits",
            recu=f"absents : {', '.join(absents)}" if absents else "tous",
            ou=f"{_OU}/patient", echanges=echanges,
        )
    ]  # fmt: skip


@verification(SEXE)
def sexe(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le sexe est codé dans le jeu de valeurs."""
    recu = cda.patient.sexe
    if recu is None or recu.nul:
        return []
    return [
        juger(
            SEXE, recu.code in ("M", "F", "UN") and recu.systeme == "2.16.840.1.113883.5.1",
            "Le sexe du patient n'est pas dans le jeu de valeurs.",
            attendu="M, F ou UN (2.16.840.1.113883.5.1)", recu=str(recu),
            ou=f"{_OU}/patient/administrativeGenderCode", echanges=echanges,
        )
    ]  # fmt: skip
