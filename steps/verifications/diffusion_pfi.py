"""Règles sur un compte rendu transmis à une plateforme d'intermédiation : message, document, ce qui est demandé."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import IdentiteUsager
from steps.jugements.marque import rejouable
from steps.verifications.cda import CdaIllisible, EnTeteCda, lire_cda
from steps.verifications.cda import niveau as niveau_de
from steps.verifications.cda.corps import decoder, pdf_entier
from steps.verifications.cda.jugement import juger
from steps.verifications.confidentialite import dire
from steps.verifications.hl7v2.contenu import ins_transmise, traits_transmis
from steps.verifications.hl7v2.decoupage import AuDelaDesLimites, DecoupageImpossible, MessageHl7, decouper
from steps.verifications.hl7v2.encapsule import donnees_de
from steps.verifications.hl7v2.enveloppe import enveloppe
from steps.verifications.hl7v2.messages_documents import juger_message
from steps.verifications.hl7v2.metadonnees import valeurs_de
from steps.verifications.hl7v2.regles_documents import TYPE_MESSAGE
from steps.verifications.registre import verification

_REM = "REM BIO, exigence SGL.DOC/va1.20 (travaux de concertation 2023)"
_REM_MESSAGERIE = "REM BIO, scénario DOC/va1.20.01 ; REM RIS, scénario INTRA/va1.01.01 (travaux de concertation 2023)"
_VOLET = "ANS, CI-SIS, volet de transmission d'un document CDA R2 en HL7 v2"
TYPES_RESULTATS = ("ORU", "OUL")
"""Messages qu'un compte rendu d'analyses peut prendre."""
TYPES_DOCUMENTS = (*TYPES_RESULTATS, "MDM")
"""Ceux que tout autre document peut prendre (REM RIS, RIS.INTRA/va1.01)."""
RESTRICTIONS = {
    "MASQUE_PS": "MASQUE_PS",
    "INVISIBLE_PATIENT": "INVISIBLE_PATIENT",
    "INVISIBLE_REPRESENTANTS_LEGAUX": "INVISIBLE_REP_LEGAUX",
}
"""Code du DMP → métadonnée du message."""


def _regle(code: str, titre: str, a_faire: str, source: str = _REM) -> Regle:
    return Regle(f"PFI-{code}", titre, source, Confiance.OFFICIELLE, a_faire)


EMIS = _regle(
    "MSG-01", "La validation d'un document émet d'elle-même un message qui le porte, au niveau demandé",
    "Émettez un ORU^R01 (ou, pour un document qui n'est pas d'analyses, un MDM) à chaque validation, avec le CDA R2 "
    "au niveau réglé (N1 ou N3) dans un OBX de type ED.",
    "REM BIO, exigence SGL.DOC/va1.20 ; REM RIS, exigence RIS.INTRA/va1.01 (travaux de concertation 2023)",
)  # fmt: skip
DOCUMENT = _regle(
    "MSG-02", "Le document du message est le compte rendu validé, tel que le logiciel l'exporte",
    "Transmettez le fichier même que le logiciel garde et exporte, sans le refaire.",
)  # fmt: skip
PDF = _regle(
    "MSG-03", "Le document du message porte le compte rendu en PDF",
    "Mettez le PDF/A-1 dans le corps du N1, ou dans la section « copie du document » du N3.",
)  # fmt: skip
RESTREINT = _regle(
    "MET-01", "Le message dit les restrictions choisies pour ce document, toutes et elles seules",
    "Écrivez Y en MASQUE_PS, INVISIBLE_PATIENT, INVISIBLE_REP_LEGAUX ou CONNEXION_SECRETE quand c'est le choix fait, "
    "N sinon.",
    "REM BIO, exigence SGL.DOC/va1.20 ; REM DPI, exigence DPI.DMP/va1.04 (travaux de concertation 2023)",
)  # fmt: skip
PARTAGE = _regle("MET-02", "Le compte rendu, restreint ou non, est destiné au DMP", "Écrivez DESTDMP Y.")
PROFESSIONNELS = _regle(
    "MET-03", "Le compte rendu est destiné aux professionnels par MSSanté, sauf s'il leur est masqué",
    "Écrivez DESTMSSANTEPS Y, ou N pour un document masqué aux professionnels.", _REM_MESSAGERIE,
)  # fmt: skip
USAGER = _regle(
    "MET-04", "Le compte rendu est destiné au patient par MSSanté, sauf s'il lui est invisible",
    "Écrivez DESTMSSANTEPAT Y, ou N quand INVISIBLE_PATIENT vaut Y.", _REM_MESSAGERIE,
)  # fmt: skip
DESTINATAIRES = _regle(
    "PRT-01", "Le message nomme chaque destinataire choisi, par son adresse MSSanté",
    "Écrivez un PRT RCT par destinataire, son adresse en PRT-15.", f"{_VOLET}, § participants (PRT RCT) ; {_REM}",
)  # fmt: skip
SANS_LE_PATIENT = _regle(
    "PRT-02", "Un compte rendu invisible au patient ne porte pas l'adresse MSSanté du patient",
    "N'écrivez pas de PRT RCT à l'adresse du patient quand le document lui est invisible.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transmission:
    """Ce qu'un message doit dire. `adresses` : celles des destinataires choisis ; `adresse_demandeur` : à part.

    `analyses` : un compte rendu de biologie, dont le REM ne dit pas si le N1 s'échange par MSSanté ; celui des RIS le
    dit d'un N1 sans restriction, et d'un N1 masqué aux professionnels pour le patient seul.
    """

    quoi: str
    niveau: str
    patient: IdentiteUsager
    confidentialite: tuple[str, ...] = ()
    connexion_secrete: bool = False
    adresses: tuple[str, ...] = ()
    adresse_demandeur: str = ""
    adresse_patient: str = ""
    analyses: bool = True

    @property
    def echange_dit(self) -> bool:
        """Le REM dit à qui la messagerie porte ce document."""
        return not self.analyses and not self.connexion_secrete and self.confidentialite in ((), ("MASQUE_PS",))


def _messages(texte: str) -> tuple[MessageHl7, ...]:
    try:
        return decouper(texte.encode()).messages
    except (DecoupageImpossible, AuDelaDesLimites):
        return ()


def _documents(messages: Sequence[MessageHl7]) -> Iterator[tuple[bytes, EnTeteCda]]:
    for message in messages:
        for donnee in donnees_de(message):
            try:
                yield donnee.octets or b"", lire_cda(donnee.octets or b"")
            except CdaIllisible:
                continue


def document_porte(texte: str, niveau: str) -> bytes:
    """Le CDA de ce niveau que porte le message ; vide s'il n'en porte pas."""
    return next((octets for octets, cda in _documents(_messages(texte)) if niveau_de(cda) == niveau), b"")


@verification(EMIS)
def message_emis(messages: Sequence[str], niveau: str, quoi: str, types: Sequence[str] = TYPES_RESULTATS) -> Constat:
    """`messages` : ceux qui ont paru depuis la validation ; l'un d'eux, d'un de ces `types`, porte le document."""
    vus = [(_messages(texte), document_porte(texte, niveau)) for texte in messages]
    porteurs = [lus[0].type_message for lus, porte in vus if lus and lus[0].code in types and porte]
    recus = [lus[0].type_message if lus else "message illisible" for lus, _ in vus]
    return juger(
        EMIS, bool(porteurs), f"{quoi} : la validation n'a pas émis de message qui porte le compte rendu en {niveau}.",
        attendu=f"un {' ou un '.join(types)} portant un CDA {niveau}", recu=", ".join(recus) or "aucun message",
        ou="messages émis",
    )  # fmt: skip


@rejouable
def message_conforme(texte: str) -> list[Constat]:
    """Toutes les règles des messages HL7 v2 qui portent un document ; l'OUL, que l'exigence admet, reste à regarder."""
    try:
        fichier = decouper(texte.encode())
    except (DecoupageImpossible, AuDelaDesLimites) as erreur:
        return [EMIS.sans_objet(f"le message ne se découpe pas : {erreur}")]
    constats = list(enveloppe(fichier))
    for message in fichier.messages:
        juges = juger_message(message).constats
        if message.code == "OUL":
            juges = tuple(_tolerer(constat) for constat in juges)
        constats += juges
    return constats


def _tolerer(constat: Constat) -> Constat:
    if constat.code != TYPE_MESSAGE.code:
        return constat
    return TYPE_MESSAGE.a_regarder(
        "L'exigence admet un OUL ; le volet en vigueur ne décrit que l'ORU.", recu=constat.recu, ou=constat.ou
    )


@verification(DOCUMENT, PDF)
def document_transmis(texte: str, attendu: Transmission, exporte: bytes | None) -> list[Constat]:
    """Le CDA du message est, octet pour octet, celui que le logiciel exporte au même niveau ; il porte un PDF."""
    porte = document_porte(texte, attendu.niveau)
    if not porte:
        return [DOCUMENT.sans_objet(f"{attendu.quoi} : le message ne porte pas de CDA {attendu.niveau}")]
    cda = lire_cda(porte)
    return [_meme_document(porte, cda, attendu, exporte), _avec_pdf(cda, attendu)]


def _meme_document(porte: bytes, cda: EnTeteCda, attendu: Transmission, exporte: bytes | None) -> Constat:
    ou = f"{attendu.quoi}, OBX-5"
    empreinte = hashlib.sha256(porte).hexdigest()
    if exporte is None:
        return DOCUMENT.a_regarder(
            f"{attendu.quoi} : le logiciel n'exporte pas ce niveau, le document transmis n'est comparé à rien.",
            recu=f"SHA-256 {empreinte}", ou=ou,
        )  # fmt: skip
    if exporte == porte:
        return DOCUMENT.respectee(recu=f"SHA-256 {empreinte}", ou=ou)
    try:
        autre = lire_cda(exporte)
    except CdaIllisible as erreur:
        return DOCUMENT.sans_objet(f"{attendu.quoi} : le document exporté ne se lit pas : {erreur}")
    if autre.id == cda.id:
        return DOCUMENT.a_regarder(
            f"{attendu.quoi} : même identifiant, mais le fichier exporté n'a pas les mêmes octets que le transmis.",
            recu=f"transmis {empreinte}, exporté {hashlib.sha256(exporte).hexdigest()}", ou=ou,
        )  # fmt: skip
    return DOCUMENT.enfreinte(
        f"{attendu.quoi} : le message porte un autre document que le compte rendu validé.",
        attendu=f"ClinicalDocument/id {autre.id}", recu=f"ClinicalDocument/id {cda.id}", ou=ou,
    )  # fmt: skip


def _avec_pdf(cda: EnTeteCda, attendu: Transmission) -> Constat:
    contenus = [cda.contenu] if cda.contenu is not None else list(cda.copies)
    pdfs = [octets for c in contenus if c.media_type == "application/pdf" and (octets := decoder(c))]
    return juger(
        PDF, any(map(pdf_entier, pdfs)), f"{attendu.quoi} : le document ne porte pas le compte rendu en PDF.",
        attendu="un PDF entier, en base64",
        recu=", ".join(f"PDF de {len(octets)} octets" for octets in pdfs)
        or ", ".join(c.media_type for c in contenus)
        or "aucun contenu encapsulé", ou=f"CDA {attendu.niveau}",
    )  # fmt: skip


@verification(RESTREINT, PARTAGE, PROFESSIONNELS, USAGER)
def demande_transmise(texte: str, attendu: Transmission) -> list[Constat]:
    """Restrictions, puis ce que la plateforme doit faire du document."""
    lus = _messages(texte)
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
    lus = _messages(texte)
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
    lus = _messages(texte)
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


@rejouable
def patient_transmis(texte: str, attendu: Transmission) -> list[Constat]:
    """L'INS et les traits du PID sont ceux du patient (règles des messages d'identité).

    Nom utilisé, lieu de naissance et statut ne sont pas exigés d'un message qui porte un document ; ceux qu'il donne
    sont comparés à ceux du CDA par les règles du volet.
    """
    patient = replace(attendu.patient, nom_utilise="", prenom_utilise="", code_lieu_naissance="")
    if lus := _messages(texte):
        # Séparateurs et échappements du message, quels qu'ils soient, ramenés aux usuels.
        texte = lus[0].canonique()
    return [*ins_transmise(texte, patient), *traits_transmis(texte, patient)]
