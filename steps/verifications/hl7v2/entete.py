"""MSH, PID et PV1 d'un message qui porte un document : champs requis, profil, INS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from reports.constat import Constat
from reports.verdict import Verdict
from steps.flux.lecture import IdentiteHl7
from steps.verifications.cda import cle_juste
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import OID_INS_NIA, OID_INS_NIR, OIDS_INS
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.regles_documents import (
    CHAMPS,
    IDENTIFIE,
    INS_CLE,
    INS_REELLE,
    JEU,
    PATIENT,
    PAYS,
    PROFIL,
    SOURCE_LPS,
    SOURCE_VOLET,
    TYPE_MESSAGE,
    VENUE,
)
from steps.verifications.registre import verification

_AVEC_VENUE = frozenset("EIOR")
_EVENEMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_VERSIONS_0354 = frozenset({"2.5", "2.5.1", "2.6"})
_STRUCTURES_ADT = {
    evenement: f"ADT_{structure}"
    for structure, evenements in {
        "A01": "A01 A04 A08 A13", "A02": "A02", "A03": "A03", "A05": "A05 A14 A28 A31", "A06": "A06 A07",
        "A09": "A09 A10 A11", "A21": "A21 A22 A23 A25 A26 A27 A29 A32 A33", "A24": "A24", "A37": "A37", "A38": "A38",
        "A30": "A30 A34 A35 A36 A46 A47 A48 A49", "A39": "A39 A40 A41 A42", "A43": "A43 A44", "A45": "A45",
        "A50": "A50 A51", "A52": "A52 A53", "A54": "A54", "A60": "A60", "A61": "A61 A62",
    }.items()
    for evenement in evenements.split()
}  # fmt: skip
"""Événement → structure du message (HL7 v2.5 et v2.6, table 0354)."""
_REQUIS = (3, 4, 5, 6, 7, 9, 10, 11, 12)
_TYPES = {"ORU^R01^ORU_R01": "2.5", "MDM^T02^MDM_T02": "2.6", "MDM^T04^MDM_T02": "2.6", "MDM^T10^MDM_T02": "2.6"}


class Profil(StrEnum):
    """Le volet auquel un message se rattache, d'après MSH-21."""

    VOLET_2 = "transmission d'un document CDA en HL7 v2, version 2"
    VOLET_1 = "transmission d'un document CDA en HL7 v2, version 1"
    LPS = "transmission au LPS d'un document reçu par MSSanté"
    SANS = "profil non annoncé"
    AUTRE = "autre profil"


def profil_de(message: MessageHl7) -> Profil:
    """Profil annoncé ; un MSH-21 absent n'est pas un autre profil."""
    annonce = message.profil.upper()
    if not annonce:
        return Profil.SANS
    for marque, profil in (("CDA_HL7_LPS", Profil.LPS), ("CDA_HL7_V1", Profil.VOLET_1), ("CDA_HL7_V2", Profil.VOLET_2)):
        if marque in annonce:
            return profil
    return Profil.AUTRE


_VERSIONS_LUES = {Profil.VOLET_2: "2.1", Profil.LPS: "1.1"}
"""La version de chaque volet dont les règles sont écrites."""
_MARQUES = {Profil.VOLET_2: "CDA_HL7_V2", Profil.LPS: "CDA_HL7_LPS"}


def d_une_autre_version(message: MessageHl7, constats: Iterable[Constat]) -> list[Constat]:
    """Un manquement au volet devient à vérifier quand le message en annonce une version que le banc n'a pas lue."""
    profil = profil_de(message)
    lue, annoncee = _VERSIONS_LUES.get(profil, ""), _version_annoncee(message, profil)
    if not annoncee or _meme_version(annoncee, lue):
        return list(constats)
    suite = f" Le message annonce la version {annoncee} du volet ; les règles du banc sont celles de la {lue}."
    return [
        replace(c, verdict=Verdict.A_VERIFIER, message=c.message + suite)
        if c.verdict is Verdict.NON_CONFORME and (SOURCE_VOLET in c.source or SOURCE_LPS in c.source)
        else c
        for c in constats
    ]


def _version_annoncee(message: MessageHl7, profil: Profil) -> str:
    """Le premier composant de la répétition de MSH-21 qui nomme ce volet ; vide si elle n'en dit rien."""
    msh, marque = message.msh, _MARQUES.get(profil, "")
    for rang in range(1, len(msh.repetitions(21)) + 1):
        if marque and marque in msh.valeur(21, 2, repetition=rang).upper():
            return msh.valeur(21, 1, repetition=rang)
    return ""


@verification(IDENTIFIE)
def identifie(message: MessageHl7) -> Constat:
    """Les champs de MSH que tout message porte ; MSH-9.3 commence d'ordinaire par le code du message (table 0354)."""
    vides = [f"MSH-{rang}" for rang in (9, 10, 11, 12) if not message.msh.champ(rang).strip()]
    vides += ["MSH-9.1"] if not message.code and "MSH-9" not in vides else []
    if not vides and (texte := _type_douteux(message)):
        return IDENTIFIE.a_regarder(texte, recu=message.type_message, ou="MSH-9")
    return juger(
        IDENTIFIE, not vides, "MSH ne dit pas ce qu'est le message.", attendu="MSH-9, MSH-10, MSH-11 et MSH-12",
        recu=f"vides : {', '.join(vides)}" if vides else f"{message.type_message}, {message.version}", ou="MSH",
    )  # fmt: skip


def _type_douteux(message: MessageHl7) -> str:
    """Ce qui, dans MSH-9, demande un regard ; vide si rien. Un acquittement peut ne rien dire de plus que son code."""
    structure, evenement = message.msh.valeur(9, 3), message.msh.valeur(9, 2)
    if structure and not structure.startswith(message.code):
        return "La structure annoncée n'est pas celle de ce code de message : l'un des deux est faux, ou très rare."
    if message.code == "ACK":
        return ""
    if not _EVENEMENT.fullmatch(evenement):
        return "MSH-9 ne dit pas l'événement du message, ou par un code d'une autre forme que ceux de HL7."
    attendue = _STRUCTURES_ADT.get(evenement) if message.code == "ADT" and message.version in _VERSIONS_0354 else None
    if structure and attendue and structure != attendue:
        return f"La structure de l'événement {evenement} est {attendue} : l'événement ou la structure est faux."
    return ""


@verification(CHAMPS, TYPE_MESSAGE, PAYS, JEU, PROFIL)
def entete(message: MessageHl7) -> list[Constat]:
    """Les champs de MSH qu'exige le volet."""
    msh = message.msh
    absents = [f"MSH-{rang}" for rang in _REQUIS if not msh.champ(rang).strip()]
    version = _TYPES.get(message.type_message)
    return [
        juger(
            CHAMPS, not absents, "Un champ requis de MSH manque.", attendu="MSH-3 à 7, 9, 10, 11, 12",
            recu=", ".join(absents) or msh.valeur(10), ou="MSH",
        ),
        juger(
            TYPE_MESSAGE, version is not None and message.version == version,
            "Le type ou la version du message ne sont pas ceux du volet.",
            attendu="ORU^R01^ORU_R01 en 2.5 ; MDM^T02, T04 ou T10^MDM_T02 en 2.6",
            recu=f"{message.type_message} en {message.version or 'version absente'}", ou="MSH-9, MSH-12",
        ),
        juger(
            PAYS, msh.valeur(17) == "FRA", "MSH-17 ne vaut pas FRA.", attendu="FRA", recu=msh.ecrit(17), ou="MSH-17",
        ),
        juger(
            JEU, msh.valeur(18).upper() in ("UNICODE UTF-8", "8859/15"), "MSH-18 n'est pas un jeu du volet.",
            attendu="UNICODE UTF-8 ou 8859/15", recu=msh.ecrit(18), ou="MSH-18",
        ),
        _profil(message),
    ]  # fmt: skip


def _profil(message: MessageHl7) -> Constat:
    """Le volet est annoncé, dans une version ; une autre que celle dont le banc a les règles se regarde."""
    profil, recu = profil_de(message), message.msh.ecrit(21)
    lue = _VERSIONS_LUES.get(profil)
    annoncee = _version_annoncee(message, profil)
    if lue is not None and annoncee and not _meme_version(annoncee, lue):
        texte = f"Le message annonce la version {annoncee[:20]} du volet ; les règles du banc sont celles de la {lue}."
        return PROFIL.a_regarder(texte, recu=recu, ou="MSH-21")
    juste = profil not in (Profil.SANS, Profil.AUTRE) and (lue is None or bool(annoncee))
    return juger(
        PROFIL, juste, "MSH-21 n'annonce pas le volet et sa version.", attendu="2.1^CISIS_CDA_HL7_V2", recu=recu,
        ou="MSH-21",
    )  # fmt: skip


def _meme_version(annoncee: str, lue: str) -> bool:
    return annoncee == lue or annoncee.startswith(f"{lue}.")


@verification(PATIENT)
def patient(message: MessageHl7) -> Constat:
    """PID-3 et PID-5 sont renseignés."""
    pid = message.premier("PID")
    vides = [f"PID-{rang}" for rang in (3, 5) if pid is None or not pid.champ(rang).strip()]
    return juger(
        PATIENT, not vides, "L'identité du patient est incomplète.", attendu="PID-3 et PID-5",
        recu=f"vides : {', '.join(vides)}" if vides else "PID-3, PID-5", ou="PID",
    )  # fmt: skip


@verification(PATIENT, VENUE)
def patient_et_venue(message: MessageHl7) -> list[Constat]:
    """PID-3 et PID-5 sont renseignés ; PV1 dit la classe, et la venue quand elle est requise."""
    pv1 = message.premier("PV1")
    classe = pv1.valeur(2) if pv1 else ""
    venue = pv1.valeur(19) if pv1 else ""
    manque = "PV1" if pv1 is None else "PV1-2" if not classe else ""
    if classe in _AVEC_VENUE and not venue:
        manque = "PV1-19"
    return [
        patient(message),
        juger(
            VENUE, not manque, "PV1 ne dit pas la classe ou la venue du patient.",
            attendu="PV1-2, et PV1-19 si PV1-2 vaut E, I, O ou R",
            recu=f"{manque} absent" if manque else f"PV1-2 {classe}, PV1-19 {venue or 'vide'}", ou="PV1",
        ),
    ]  # fmt: skip


@verification(INS_CLE, INS_REELLE)
def matricules(lu: IdentiteHl7) -> list[Constat]:
    """La clé de chaque INS de PID-3, et l'alerte d'une identité peut-être réelle."""
    constats = []
    for ins in lu.ins:
        constats.append(
            juger(
                INS_CLE, cle_juste(ins.numero), "Le matricule INS n'a pas la forme ou la clé attendues.",
                attendu="13 caractères et une clé de 2 chiffres juste", recu=ins.numero, ou="PID-3.1",
            )
        )  # fmt: skip
        if ins.oid in (OID_INS_NIR, OID_INS_NIA):
            constats.append(
                INS_REELLE.a_regarder(
                    "Le matricule est sous un OID de production : ce peut être une personne réelle.", recu=ins.oid,
                    ou="PID-3.4",
                )
            )  # fmt: skip
        elif ins.oid in OIDS_INS:
            constats.append(INS_REELLE.respectee(recu=ins.oid, ou="PID-3.4"))
    return constats
