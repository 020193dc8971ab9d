"""Vérifications d'une plateforme d'intermédiation : ce qu'elle fait d'un document confié, et son retour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda import CdaIllisible, lire_cda
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.acquittement import premier_message
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.echanges import MessageVu
from steps.verifications.hl7v2.segment import Segment
from steps.verifications.registre import verification

_REM = "REM PFI (travaux de concertation 2023), exigence"
_VOLET = "ANS, CI-SIS, volet de transmission d'un document CDA R2 en HL7 v2, v2.1.3, volume 2, § accusés métier"
OFFICIELLE = Confiance.OFFICIELLE

DEPOSE = Regle(
    "PFI-REL-01",
    "Un document destiné au DMP y est déposé, tel que reçu",
    f"{_REM} PFI.CDA/HL7.01 et PFI.INTRA/va1.01",
    OFFICIELLE,
    "Décodez OBX-5 et soumettez ces octets au DMP quand DESTDMP vaut Y.",
)
NON_DEPOSE = Regle(
    "PFI-REL-02",
    "Un document qui n'est pas destiné au DMP n'y est pas déposé",
    f"{_REM} PFI.INTRA/va1.01",
    OFFICIELLE,
    "Lisez DESTDMP avant toute soumission.",
)
RESTREINT = Regle(
    "PFI-REL-03",
    "Le masquage et la visibilité demandés sont ceux de la soumission",
    f"{_REM} PFI.INTRA/va1.01 et PFI.INTRA/va1.02",
    OFFICIELLE,
    "Écrivez dans la soumission le confidentialityCode que demandent MASQUE_PS, INVISIBLE_PATIENT…",
)
RETOUR = Regle(
    "PFI-RET-01",
    "Chaque opération demandée a son retour à l'émetteur, qui en dit l'issue",
    f"{_REM} PFI.CDA/HL7.02 ; {_VOLET}",
    OFFICIELLE,
    "Envoyez un ZAM^Z01 (DMP) et un ZAM^Z02 par destinataire (MSSanté) : OBX-4 le MSH-10 reçu, OBX-5 Y ou N.",
)
FORME = Regle(
    "PFI-RET-02",
    "Le retour suit le volet : en-tête, profil, erreur d'un échec",
    _VOLET,
    OFFICIELLE,
    "Écrivez MSH-9 ZAM^Z0n^ZAM_Z01 en 2.6, MSH-17 FRA, MSH-21 2.1^CISIS_CDA_HL7_V2 ; ERR-3 à ERR-5 si OBX-5 vaut N.",
)
PAS_AVANT = Regle(
    "PFI-RET-03",
    "Aucun accusé de lecture n'est rendu à l'émetteur d'un document que nul n'a lu",
    f"{_VOLET} (événement déclenchant de Z03 : le courriel d'accusé du lecteur)",
    OFFICIELLE,
    "Attendez l'accusé de lecture (MDN) du destinataire avant d'envoyer ZAM^Z03.",
)
_CODES = {
    "dmp": ("Z01", "ACK_RECEPTION_DMP"),
    "mssante": ("Z02", "ACK_RECEPTION_MSS"),
    "lecture": ("Z03", "ACK_LECTURE_MSS"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """Une opération demandée. `genre` : dmp, mssante ou lecture ; `adresse` : le destinataire, ou le lecteur."""

    genre: str
    message: str
    reussie: bool
    adresse: str = ""


@verification(DEPOSE)
def document_depose(deposes: Sequence[bytes], confie: bytes, quoi: str) -> Constat:
    """`deposes` : les documents arrivés au DMP du patient ; récrit sous le même identifiant, une personne compare."""
    if confie not in deposes and any(meme_document(octets, confie) for octets in deposes):
        return DEPOSE.a_regarder(
            f"{quoi} : déposé sous le même identifiant, mais pas à l'octet près.",
            recu=identifiant_du_document(confie),
            ou="soumissions au DMP",
        )
    return juger(
        DEPOSE,
        confie in deposes,
        f"{quoi} : le document confié n'est pas au DMP.",
        attendu=f"les {len(confie)} octets du document reçu",
        recu=", ".join(f"{len(octets)} octets" for octets in deposes) or "aucun document",
        ou="soumissions au DMP",
    )


def meme_document(depose: bytes, confie: bytes) -> bool:
    """Les mêmes octets, ou un CDA récrit sous le même identifiant."""
    identifiant = identifiant_du_document(confie)
    return depose == confie or bool(identifiant and identifiant_du_document(depose) == identifiant)


def identifiant_du_document(octets: bytes) -> str:
    """ClinicalDocument/id ; vide si le document ne se lit pas."""
    try:
        return str(lire_cda(octets).id or "")
    except CdaIllisible:
        return ""


@verification(NON_DEPOSE)
def document_non_depose(deposes: Sequence[bytes], confie: bytes, quoi: str, *, temoin: bool) -> Constat:
    """`temoin` : un autre document du scénario, destiné au DMP, y est bien arrivé."""
    if not temoin:
        return NON_DEPOSE.sans_objet(f"{quoi} : aucun document n'arrive au DMP, l'absence ne prouve rien")
    depose = any(meme_document(octets, confie) for octets in deposes)
    return juger(
        NON_DEPOSE,
        not depose,
        f"{quoi} : déposé au DMP sans que ce soit demandé.",
        attendu="aucun dépôt",
        recu="déposé" if depose else "aucun dépôt",
        ou="soumissions au DMP",
    )


@verification(NON_DEPOSE)
def rien_d_autre(deposes: Sequence[bytes], demandes: Sequence[bytes], quoi: str) -> Constat:
    """`demandes` : les documents confiés pour le DMP de ce patient ; un autre, ou l'un d'eux deux fois, se regarde."""
    if not deposes:
        return NON_DEPOSE.sans_objet(f"{quoi} : rien n'est arrivé au DMP")
    autres = [octets for octets in deposes if not any(meme_document(octets, confie) for confie in demandes)]
    doubles = [c for c in demandes if sum(meme_document(octets, c) for octets in deposes) > 1]
    if autres or doubles:
        return NON_DEPOSE.a_regarder(
            f"{quoi} : {len(autres)} document(s) que personne n'a confié, {len(doubles)} déposé(s) deux fois ; "
            "dire pourquoi.",
            recu=", ".join(
                identifiant_du_document(octets) or f"{len(octets)} octets" for octets in (*autres, *doubles)
            ),
            ou="soumissions au DMP",
        )
    return NON_DEPOSE.respectee(recu=f"{len(deposes)} document(s), tous confiés pour le DMP", ou="soumissions au DMP")


@verification(RESTREINT)
def restriction_deposee(codes: Sequence[str], demandes: Sequence[str], quoi: str) -> Constat:
    """`codes` : confidentialityCode de la soumission ; `demandes` : restrictions du message."""
    connus = {"MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"}
    lus = connus & set(codes)
    return juger(
        RESTREINT,
        lus == set(demandes),
        f"{quoi} : la soumission n'a pas les restrictions demandées.",
        attendu=", ".join(demandes) or "aucune restriction",
        recu=", ".join(sorted(lus)) or "aucune restriction",
        ou="confidentialityCode de la soumission",
    )


def retours_de(messages: Sequence[MessageVu], operation: Operation) -> list[MessageHl7]:
    """Les retours de cette opération, parmi les messages que l'émetteur a reçus."""
    evenement, code = _CODES[operation.genre]
    return [
        lu
        for vu in messages
        if (lu := premier_message(vu.octets)) is not None
        and (lu.code, lu.evenement) == ("ZAM", evenement)
        and (obx := _accuse(lu, code)) is not None
        and obx.valeur(4) == operation.message
        and (not operation.adresse or operation.adresse.casefold() in _adresses(lu))
    ]


def _accuse(message: MessageHl7, code: str) -> Segment | None:
    """L'OBX qui porte l'accusé, où qu'il soit parmi les autres."""
    return next((segment for segment in message.tous("OBX") if segment.valeur(3) == code), None)


def _adresses(message: MessageHl7) -> set[str]:
    qui = ("DESTINATAIRE_MSS", "LECTEUR_MSS")
    return {
        segment.valeur(5, 4, repetition=rang).casefold()
        for segment in message.tous("OBX")
        if segment.valeur(3) in qui
        for rang in range(1, len(segment.repetitions(5)) + 1)
    }


@verification(RETOUR, FORME)
def retour_rendu(messages: Sequence[MessageVu], operation: Operation, quoi: str) -> list[Constat]:
    """L'émetteur a reçu le retour de cette opération, avec la bonne issue et dans la forme du volet."""
    siens = retours_de(messages, operation)
    voulu = "Y" if operation.reussie else "N"
    code = _CODES[operation.genre][1]
    issues = [obx.valeur(5) for lu in siens if (obx := _accuse(lu, code)) is not None]
    recus = [lu.type_message for vu in messages if (lu := premier_message(vu.octets)) is not None]
    constats = [
        juger(
            RETOUR,
            bool(issues) and set(issues) == {voulu},
            f"{quoi} : le retour de l'opération n'est pas rendu, ou ne dit pas son issue.",
            attendu=f"{code} {voulu}, OBX-4 {operation.message}",
            recu=", ".join(issues) or f"aucun retour de cette opération parmi : {', '.join(recus) or 'aucun message'}",
            ou="messages reçus par l'émetteur",
        )
    ]
    return constats + [_forme(lu, code, quoi) for lu in siens]


@verification(PAS_AVANT)
def pas_de_lecture(messages: Sequence[MessageVu], operation: Operation, quoi: str, *, temoin: bool) -> Constat:
    """`messages` : tant que nul n'a lu ; `temoin` : un accusé de lecture a été rendu dans le scénario."""
    if not temoin:
        return PAS_AVANT.sans_objet(f"{quoi} : aucun accusé de lecture n'est rendu, l'absence ne prouve rien")
    rendus = retours_de(messages, operation)
    return juger(
        PAS_AVANT,
        not rendus,
        f"{quoi} : un accusé de lecture est rendu, personne n'a lu le courriel.",
        attendu="aucun ZAM^Z03",
        recu=f"{len(rendus)} ZAM^Z03",
        ou="messages reçus par l'émetteur",
    )


def _forme(lu: MessageHl7, code: str, quoi: str) -> Constat:
    ecarts = [] if lu.type_message == f"ZAM^{lu.evenement}^ZAM_Z01" else [f"MSH-9 {lu.type_message}"]
    ecarts += [] if lu.version == "2.6" else [f"MSH-12 {lu.version}"]
    ecarts += [] if lu.msh.valeur(17) == "FRA" else [f"MSH-17 {lu.msh.valeur(17)}"]
    ecarts += [] if "CISIS_CDA_HL7_V2" in lu.profil.upper() else [f"MSH-21 {lu.profil or 'vide'}"]
    err, accuse = lu.premier("ERR"), _accuse(lu, code)
    if accuse is not None and accuse.valeur(5) == "N":
        ecarts += [f"ERR-{rang} vide" for rang in (3, 4, 5) if err is None or not err.champ(rang)]
    return juger(
        FORME,
        not ecarts,
        f"{quoi} : le retour n'a pas la forme du volet.",
        attendu="ZAM^Z0n^ZAM_Z01 en 2.6, FRA, CISIS_CDA_HL7_V2, ERR d'un échec",
        recu=", ".join(ecarts) or lu.type_message,
        ou=f"retour {lu.evenement}",
    )
