"""Règles sur ce qu'un message à une plateforme demande : restrictions, partage au DMP, destinataires."""

from __future__ import annotations

from collections.abc import Iterator

from reports.constat import Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.confidentialite import dire
from steps.verifications.diffusion_pfi import REM, Transmission, messages_de, regle_pfi
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.metadonnees import valeurs_de
from steps.verifications.registre import verification

_REM_MESSAGERIE = "REM BIO, scénario DOC/va1.20.01 ; REM RIS, scénario INTRA/va1.01.01 (travaux de concertation 2023)"
_VOLET = "ANS, CI-SIS, volet de transmission d'un document CDA R2 en HL7 v2"
RESTRICTIONS = {
    "MASQUE_PS": "MASQUE_PS",
    "INVISIBLE_PATIENT": "INVISIBLE_PATIENT",
    "INVISIBLE_REPRESENTANTS_LEGAUX": "INVISIBLE_REP_LEGAUX",
}
"""Code du DMP → métadonnée du message."""
RESTREINT = regle_pfi(
    "MET-01", "Le message dit les restrictions choisies pour ce document, toutes et elles seules",
    "Écrivez Y en MASQUE_PS, INVISIBLE_PATIENT, INVISIBLE_REP_LEGAUX ou CONNEXION_SECRETE quand c'est le choix fait, "
    "N sinon.",
    "REM BIO, exigence SGL.DOC/va1.20 ; REM DPI, exigence DPI.DMP/va1.04 (travaux de concertation 2023)",
)  # fmt: skip
PARTAGE = regle_pfi("MET-02", "Le compte rendu, restreint ou non, est destiné au DMP", "Écrivez DESTDMP Y.")
PROFESSIONNELS = regle_pfi(
    "MET-03", "Le compte rendu est destiné aux professionnels par MSSanté, sauf s'il leur est masqué",
    "Écrivez DESTMSSANTEPS Y, ou N pour un document masqué aux professionnels.", _REM_MESSAGERIE,
)  # fmt: skip
USAGER = regle_pfi(
    "MET-04", "Le compte rendu est destiné au patient par MSSanté, sauf s'il lui est invisible",
    "Écrivez DESTMSSANTEPAT Y, ou N quand INVISIBLE_PATIENT vaut Y.", _REM_MESSAGERIE,
)  # fmt: skip
DESTINATAIRES = regle_pfi(
    "PRT-01", "Le message nomme chaque destinataire choisi, par son adresse MSSanté",
    "Écrivez un PRT RCT par destinataire, son adresse en PRT-15.", f"{_VOLET}, § participants (PRT RCT) ; {REM}",
)  # fmt: skip
SANS_LE_PATIENT = regle_pfi(
    "PRT-02", "Un compte rendu invisible au patient ne porte pas l'adresse MSSanté du patient",
    "N'écrivez pas de PRT RCT à l'adresse du patient quand le document lui est invisible.",
)  # fmt: skip


@verification(RESTREINT, PARTAGE, PROFESSIONNELS, USAGER)
def demande_transmise(texte: str, attendu: Transmission) -> list[Constat]:
    """Restrictions, puis ce que la plateforme doit faire du document."""
    lus = messages_de(texte)
    if not lus:
        return [RESTREINT.sans_objet(f"{attendu.quoi} : le message ne se découpe pas")]
    v, choix = valeurs_de(lus[0]), _choix(attendu)
    constats = [_restrictions(v, attendu), _destine(PARTAGE, v, "DESTDMP", "Y", attendu, choix)]
    if "MASQUE_PS" not in attendu.confidentialite:
        constats.append(_destine(PROFESSIONNELS, v, "DESTMSSANTEPS", "Y", attendu, choix))
    elif attendu.echange_dit:
        constats.append(_destine(PROFESSIONNELS, v, "DESTMSSANTEPS", "N", attendu, choix))
    if "INVISIBLE_PATIENT" in attendu.confidentialite:
        constats.append(_destine(USAGER, v, "DESTMSSANTEPAT", "N", attendu, choix))
    elif attendu.echange_dit or (not attendu.confidentialite and not attendu.connexion_secrete):
        constats.append(_destine(USAGER, v, "DESTMSSANTEPAT", "Y", attendu, choix))
    return constats


@verification(RESTREINT)
def restrictions_transmises(texte: str, attendu: Transmission) -> Constat:
    """Les seules restrictions : à qui le document est destiné n'est pas jugé. Sans message, une personne regarde."""
    if not texte:
        message = f"{attendu.quoi} : aucun message qui porte ce document ; ses restrictions sont à lire où il est remis"
        return RESTREINT.a_regarder(message, recu="aucun message", ou="messages émis")
    lus = messages_de(texte)
    if not lus:
        return RESTREINT.sans_objet(f"{attendu.quoi} : le message ne se découpe pas")
    return _restrictions(valeurs_de(lus[0]), attendu)


def _choix(attendu: Transmission) -> str:
    return dire(attendu.confidentialite) + (", en connexion secrète" if attendu.connexion_secrete else "")


def _restrictions(v: dict[str, str], attendu: Transmission) -> Constat:
    voulues = {meta: "Y" if code in attendu.confidentialite else "N" for code, meta in RESTRICTIONS.items()}
    voulues["CONNEXION_SECRETE"] = "Y" if attendu.connexion_secrete else "N"
    ecarts = [meta for meta, valeur in voulues.items() if v.get(meta) != valeur]
    return juger(
        RESTREINT, not ecarts, f"{attendu.quoi} ({_choix(attendu)}) : le message ne dit pas les restrictions choisies.",
        attendu=", ".join(f"{meta} {valeur}" for meta, valeur in voulues.items()),
        recu=", ".join(f"{meta} {v.get(meta, 'absente')}" for meta in voulues), ou="OBX MetaDMPMSS",
    )  # fmt: skip


def _destine(regle: Regle, v: dict[str, str], meta: str, valeur: str, attendu: Transmission, choix: str) -> Constat:
    recu = v.get(meta, "")
    if attendu.niveau == "N1" and meta != "DESTDMP" and valeur == "Y" and recu == "N" and not attendu.echange_dit:
        # Le scénario demande l'échange du N1, puis dit que MSSanté ne prend que le N3.
        return regle.a_regarder(
            f"{attendu.quoi} : l'échange par MSSanté n'est pas demandé pour le N1 ; le texte se lit des deux façons.",
            recu=f"{meta} {recu}", ou=f"OBX {meta}",
        )  # fmt: skip
    return juger(
        regle, recu == valeur, f"{attendu.quoi} ({choix}) : la destination du document n'est pas celle attendue.",
        attendu=f"{meta} {valeur}", recu=f"{meta} {recu or 'absente'}", ou=f"OBX {meta}",
    )  # fmt: skip


@verification(DESTINATAIRES, SANS_LE_PATIENT)
def destinataires_transmis(texte: str, attendu: Transmission) -> list[Constat]:
    """Chaque adresse choisie est celle d'un PRT RCT ; celle du patient n'y est pas s'il ne doit rien recevoir.

    Le demandeur n'est pas toujours destinataire : absent, une personne regarde.
    """
    lus = messages_de(texte)
    adresses = {adresse.casefold() for message in lus for adresse in _adresses(message)}
    constats = []
    if "MASQUE_PS" not in attendu.confidentialite and attendu.adresses:
        absentes = [adresse for adresse in attendu.adresses if adresse.casefold() not in adresses]
        constats.append(
            juger(
                DESTINATAIRES, not absentes, f"{attendu.quoi} : un destinataire choisi manque au message.",
                attendu=", ".join(attendu.adresses), recu=", ".join(sorted(adresses)), ou="PRT-15",
            )
        )  # fmt: skip
    if "MASQUE_PS" not in attendu.confidentialite and attendu.adresse_demandeur.casefold() not in {"", *adresses}:
        constats.append(
            DESTINATAIRES.a_regarder(
                f"{attendu.quoi} : le demandeur n'est pas parmi les destinataires du message.",
                recu=", ".join(sorted(adresses)) or "aucune adresse", ou="PRT-15",
            )
        )  # fmt: skip
    if "INVISIBLE_PATIENT" in attendu.confidentialite and attendu.adresse_patient:
        if not adresses:
            # Une absence ne se croit que si d'autres adresses se lisent dans ce même message.
            return [*constats, SANS_LE_PATIENT.sans_objet(f"{attendu.quoi} : aucune adresse ne se lit dans ce message")]
        constats.append(
            juger(
                SANS_LE_PATIENT, attendu.adresse_patient.casefold() not in adresses,
                f"{attendu.quoi} : le document invisible au patient porte son adresse.",
                attendu="aucun PRT RCT à l'adresse du patient", recu=", ".join(sorted(adresses)), ou="PRT-15",
            )
        )  # fmt: skip
    return constats


def _adresses(message: MessageHl7) -> Iterator[str]:
    for segment in message.tous("PRT"):
        if segment.valeur(4) != "RCT":
            continue
        for rang in range(1, len(segment.repetitions(15)) + 1):
            yield segment.valeur(15, 4, repetition=rang)
