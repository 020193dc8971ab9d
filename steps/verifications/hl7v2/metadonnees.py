"""Les métadonnées DMP et MSSanté des OBX (table MetaDMPMSS), et les participants qu'elles demandent."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.encapsule import DonneeObx, est_meta
from steps.verifications.hl7v2.regles_documents import (
    DESTINATAIRES,
    EXPEDITEUR,
    META_CONNUE,
    META_INS,
    META_MASQUE,
    META_ORDRE,
    META_PATIENT,
    META_PRESENTES,
    META_TEXTE,
    META_VALEUR,
)
from steps.verifications.hl7v2.segment import Segment
from steps.verifications.registre import verification

REQUISES = (
    "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX", "CONNEXION_SECRETE", "MODIF_CONF_CODE", "DESTDMP",
    "DESTMSSANTEPS", "DESTMSSANTEPAT", "ACK_RECEPTION", "ACK_LECTURE_MSS",
)  # fmt: skip
TEXTES = ("CORPSMAIL_PS", "CORPSMAIL_PATIENT")
_CONNUES = frozenset({*REQUISES, *TEXTES})
_OID_STRUCTURE, _OID_PS = "1.2.250.1.71.4.2.2", "1.2.250.1.71.4.2.1"


def valeurs_de(message: MessageHl7) -> dict[str, str]:
    """Y ou N par métadonnée, première occurrence."""
    rendues: dict[str, str] = {}
    for segment in _metas(message):
        rendues.setdefault(segment.valeur(3, 1), segment.valeur(5, 1).upper())
    return rendues


def _metas(message: MessageHl7) -> list[Segment]:
    return [segment for segment in message.tous("OBX") if est_meta(segment)]


@verification(META_PRESENTES, META_ORDRE, META_CONNUE, META_VALEUR)
def metadonnees(message: MessageHl7) -> list[Constat]:
    """Les dix requises, une fois, dans l'ordre, avec leurs valeurs."""
    metas = _metas(message)
    codes = [segment.valeur(3, 1) for segment in metas]
    ecarts = [f"{code} absente" for code in REQUISES if code not in codes]
    ecarts += [f"{code} répétée" for code in _CONNUES if codes.count(code) > 1]
    inconnus = [code for code in codes if code not in _CONNUES]
    rangs = [(*REQUISES, *TEXTES).index(code) for code in codes if code in _CONNUES]
    constats = [
        juger(
            META_PRESENTES, not ecarts, "Une métadonnée requise manque ou est répétée.", attendu=", ".join(REQUISES),
            recu=", ".join(sorted(ecarts)) or f"{len(codes)} métadonnées", ou="OBX-3",
        ),
        juger(
            META_ORDRE, rangs == sorted(rangs), "Les métadonnées ne sont pas dans l'ordre du volet.",
            attendu=", ".join((*REQUISES, *TEXTES)), recu=", ".join(codes), ou="OBX-3",
        ),
        juger(
            META_CONNUE, not inconnus, "Un code n'est pas de la table MetaDMPMSS.", attendu=", ".join(sorted(_CONNUES)),
            recu=", ".join(inconnus) or "codes connus", ou="OBX-3.1",
        ),
    ]  # fmt: skip
    types = {"ORU": ("CE",), "MDM": ("CWE",)}.get(message.code, ("CE", "CWE"))
    jugees = [s for s in metas if s.valeur(3, 1) in REQUISES]
    fautes = [f"{s.valeur(3, 1)} ({defaut})" for s in jugees if (defaut := defaut_de_forme(s, types))]
    constats.append(
        juger(
            META_VALEUR, not fautes, "Une métadonnée n'a pas sa forme.",
            attendu="OBX-2 CE (ORU) ou CWE (MDM), OBX-5 Y ou N^^expandedYes-NoIndicator, OBX-11 F",
            recu=", ".join(fautes) or "conformes", ou="OBX",
        )
    )  # fmt: skip
    return constats


def defaut_de_forme(segment: Segment, types: Sequence[str]) -> str:
    """Ce qui, dans l'OBX d'une métadonnée à Y ou N, n'a pas sa forme ; vide si rien. `types` : valeurs d'OBX-2."""
    if segment.valeur(2) not in types:
        return f"OBX-2 {segment.valeur(2) or 'vide'}"
    if segment.valeur(5, 1) not in ("Y", "N"):
        return f"valeur « {segment.valeur(5, 1)[:20]} »"
    if segment.valeur(5, 3) != "expandedYes-NoIndicator":
        return f"nomenclature « {segment.valeur(5, 3)[:40]} »"
    return f"OBX-11 {segment.valeur(11) or 'vide'}" if segment.valeur(11) != "F" else ""


@verification(META_PATIENT, META_INS, META_MASQUE, META_TEXTE)
def coherence(message: MessageHl7, donnees: Sequence[DonneeObx], *, ins: bool) -> list[Constat]:
    """Les métadonnées ne se contredisent pas. `ins` : PID-3 porte une INS."""
    v = valeurs_de(message)
    vues = ", ".join(f"{code} {valeur}" for code, valeur in v.items() if code in REQUISES)
    masque = v.get("MASQUE_PS") == "Y"
    constats = []
    if v.get("INVISIBLE_PATIENT") == "Y":
        constats.append(
            juger(
                META_PATIENT, v.get("DESTMSSANTEPAT") != "Y", "Un document invisible au patient lui est envoyé.",
                attendu="DESTMSSANTEPAT N", recu=vues, ou="OBX, INVISIBLE_PATIENT et DESTMSSANTEPAT",
            )
        )  # fmt: skip
    if v.get("DESTDMP") == "Y":
        constats.append(
            juger(
                META_INS, ins, "Le document est pour le DMP, mais PID-3 n'a pas d'INS.", attendu="une INS en PID-3",
                recu="INS en PID-3" if ins else "aucune INS", ou="PID-3 et OBX, DESTDMP",
            )
        )  # fmt: skip
    if masque:
        constats.append(
            juger(
                META_MASQUE, v.get("DESTMSSANTEPS") != "Y" and v.get("INVISIBLE_PATIENT") != "Y",
                "Un document masqué aux professionnels leur est envoyé, ou est aussi invisible au patient.",
                attendu="DESTMSSANTEPS N et INVISIBLE_PATIENT N", recu=vues, ou="OBX, MASQUE_PS",
            )
        )  # fmt: skip
    textes = [donnee for donnee in donnees if donnee.segment.valeur(3, 1) in TEXTES]
    faux = [f"{d.segment.valeur(3, 1)} : {d.defaut or 'pas de l’UTF-8'}" for d in textes if not _en_texte(d)]
    if textes:
        constats.append(
            juger(
                META_TEXTE, not faux, "Le corps de courriel proposé ne se décode pas en texte.",
                attendu="un texte UTF-8 en base64", recu=" ; ".join(faux) or "du texte", ou="OBX, CORPSMAIL",
            )
        )  # fmt: skip
    return constats


def _en_texte(donnee: DonneeObx) -> bool:
    try:
        return donnee.octets is not None and bool(donnee.octets.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@verification(EXPEDITEUR, DESTINATAIRES)
def participants(message: MessageHl7) -> list[Constat]:
    """L'expéditeur pour le DMP, les destinataires pour MSSanté."""
    v = valeurs_de(message)
    constats = []
    if v.get("DESTDMP") == "Y":
        expediteurs = _participants(message, "SB")
        manques = ["PRT SB"] if not expediteurs else [m for s in expediteurs for m in _manques_expediteur(s)]
        constats.append(
            juger(
                EXPEDITEUR, not manques, "L'expéditeur du document pour le DMP est absent ou incomplet.",
                attendu="PRT-4 SB, PRT-5 (OID des professionnels) ou PRT-10, PRT-8 (OID des structures, identifiant)",
                recu=", ".join(manques) or expediteurs[0].ecrit(5), ou="PRT",
            )
        )  # fmt: skip
    if "Y" in (v.get("DESTMSSANTEPS"), v.get("DESTMSSANTEPAT")):
        adresses = [a for s in _participants(message, "RCT") for a in _adresses(s)]
        patients = [a for a in adresses if a.lower().endswith(("@patient.mssante.fr", "@patient.mssante.test"))]
        manques = []
        if v.get("DESTMSSANTEPS") == "Y" and len(adresses) == len(patients):
            manques.append("aucune adresse de professionnel, d'organisation ou d'application")
        if v.get("DESTMSSANTEPAT") == "Y" and not adresses:
            manques.append("aucune adresse du patient")
        constats.append(
            juger(
                DESTINATAIRES, not manques, "L'échange MSSanté ne désigne pas son destinataire.",
                attendu="PRT-4 RCT, PRT-15 : ^^X.400^adresse MSSanté", recu=", ".join(manques or adresses), ou="PRT",
            )
        )  # fmt: skip
    return constats


def _participants(message: MessageHl7, role: str) -> list[Segment]:
    return [segment for segment in message.tous("PRT") if segment.valeur(4, 1) == role]


def _adresses(segment: Segment) -> list[str]:
    rangs = range(1, len(segment.repetitions(15)) + 1)
    lues = [segment.valeur(15, 4, repetition=rang) for rang in rangs]
    return [adresse for adresse in lues if "@" in adresse]


def _manques_expediteur(s: Segment) -> list[str]:
    manques = []
    if not s.valeur(10) and not (s.valeur(5, 1) and s.valeur(5, 2)):
        manques.append("PRT-5 (identifiant et nom) ou PRT-10")
    if s.valeur(5, 1) and s.valeur(5, 9, 2) != _OID_PS:
        manques.append(f"PRT-5.9 OID « {s.valeur(5, 9, 2)} »")
    if not s.valeur(8, 10) or s.valeur(8, 6, 2) != _OID_STRUCTURE:
        manques.append("PRT-8 (identifiant et OID de la structure)")
    return manques
