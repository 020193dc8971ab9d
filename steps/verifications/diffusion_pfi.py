"""Règles sur un document transmis à une plateforme d'intermédiation : le message, le document porté, le patient."""

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
from steps.verifications.hl7v2.contenu import ins_transmise, traits_transmis
from steps.verifications.hl7v2.decoupage import AuDelaDesLimites, DecoupageImpossible, MessageHl7, decouper
from steps.verifications.hl7v2.encapsule import donnees_de
from steps.verifications.hl7v2.enveloppe import enveloppe
from steps.verifications.hl7v2.messages_documents import juger_message
from steps.verifications.hl7v2.regles_documents import TYPE_MESSAGE
from steps.verifications.registre import verification

REM = "REM BIO, exigence SGL.DOC/va1.20 (travaux de concertation 2023)"
TYPES_RESULTATS = ("ORU", "OUL")
"""Messages qu'un compte rendu d'analyses peut prendre."""
TYPES_DOCUMENTS = (*TYPES_RESULTATS, "MDM")
"""Ceux que tout autre document peut prendre (REM RIS, RIS.INTRA/va1.01)."""


def regle_pfi(code: str, titre: str, a_faire: str, source: str = REM) -> Regle:
    return Regle(f"PFI-{code}", titre, source, Confiance.OFFICIELLE, a_faire)


EMIS = regle_pfi(
    "MSG-01", "La validation d'un document émet d'elle-même un message qui le porte, au niveau demandé",
    "Émettez un ORU^R01 (ou, pour un document qui n'est pas d'analyses, un MDM) à chaque validation, avec le CDA R2 "
    "au niveau réglé (N1 ou N3) dans un OBX de type ED.",
    "REM BIO, exigence SGL.DOC/va1.20 ; REM RIS, exigence RIS.INTRA/va1.01 (travaux de concertation 2023)",
)  # fmt: skip
DOCUMENT = regle_pfi(
    "MSG-02", "Le document du message est le compte rendu validé, tel que le logiciel l'exporte",
    "Transmettez le fichier même que le logiciel garde et exporte, sans le refaire.",
)  # fmt: skip
PDF = regle_pfi(
    "MSG-03", "Le document du message porte le compte rendu en PDF",
    "Mettez le PDF/A-1 dans le corps du N1, ou dans la section « copie du document » du N3.",
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


def messages_de(texte: str) -> tuple[MessageHl7, ...]:
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
    return next((octets for octets, cda in _documents(messages_de(texte)) if niveau_de(cda) == niveau), b"")


@verification(EMIS)
def message_emis(messages: Sequence[str], niveau: str, quoi: str, types: Sequence[str] = TYPES_RESULTATS) -> Constat:
    """`messages` : ceux qui ont paru depuis la validation ; l'un d'eux, d'un de ces `types`, porte le document."""
    vus = [(messages_de(texte), document_porte(texte, niveau)) for texte in messages]
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


@rejouable
def patient_transmis(texte: str, attendu: Transmission) -> list[Constat]:
    """L'INS et les traits du PID sont ceux du patient (règles des messages d'identité).

    Nom utilisé, lieu de naissance et statut ne sont pas exigés d'un message qui porte un document ; ceux qu'il donne
    sont comparés à ceux du CDA par les règles du volet.
    """
    patient = replace(attendu.patient, nom_utilise="", prenom_utilise="", code_lieu_naissance="")
    if lus := messages_de(texte):
        # Séparateurs et échappements du message, quels qu'ils soient, ramenés aux usuels.
        texte = lus[0].canonique()
    return [*ins_transmise(texte, patient), *traits_transmis(texte, patient)]
