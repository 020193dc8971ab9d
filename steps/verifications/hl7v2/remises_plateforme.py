"""Vérifications d'une plateforme : les documents d'un courriel MSSanté remis en HL7 v2, et l'accusé rendu."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.acquittement import premier_message
from steps.verifications.hl7v2.echanges import MessageVu, documents_de
from steps.verifications.hl7v2.entete import Profil, profil_de
from steps.verifications.hl7v2.retours_plateforme import identifiant_du_document, meme_document
from steps.verifications.mssante.avis_lecture import Avis, Nature, lire_avis
from steps.verifications.mssante.dossier_lecture import CourrielVu
from steps.verifications.registre import verification

_REM = "REM PFI (travaux de concertation 2023), exigence"
_PRISE = "prise HL7 v2 du banc"
_FIL = "courriels acceptés par l'opérateur MSSanté"

REMIS = Regle(
    "PFI-REM-01",
    "Chaque document de l'archive d'un courriel MSSanté est remis en HL7 v2, inchangé, au système destinataire",
    f"{_REM} PFI.CDA/HL7.03",
    Confiance.OFFICIELLE,
    "Extrayez chaque CDA de l'archive IHE_XDM.zip et envoyez-le, octets inchangés, dans un message qui le porte.",
)
SEULS = Regle(
    "PFI-REM-02",
    "Aucun document n'est remis qui ne soit dans l'archive des courriels reçus",
    f"{_REM} PFI.CDA/HL7.03 ; déduction du banc",
    Confiance.DEDUITE,
    "Ne transmettez que les documents du courriel, une fois.",
)
VOLET = Regle(
    "PFI-REM-03",
    "Le message de remise se rattache au volet de transmission au LPS d'un document reçu par MSSanté",
    f"{_REM} PFI.CDA/HL7.03, qui laisse le volet à définir ; ANS, volet de transmission au LPS, 1.1",
    Confiance.DEDUITE,
    "Écrivez un MDM^T02 en 2.6, MSH-21 1.1^CISIS_CDA_HL7_LPS, ou dites quel volet vous suivez.",
)
ACCUSE = Regle(
    "PFI-ACC-01",
    "À l'accusé du destinataire répond un accusé MSSanté, qui désigne le courriel d'origine et dit la même issue",
    f"{_REM} PFI.CDA/HL7.04 ; ANS, volet de transmission au LPS, 1.1 (accusé tiré de l'acquittement du MDM)",
    Confiance.OFFICIELLE,
    "Renvoyez à l'émetteur du courriel un accusé (MDN) : processed si le document est intégré, processed/error sinon.",
)
PAS_AVANT = Regle(
    "PFI-ACC-02",
    "Aucun accusé d'intégration ne part avant celui du système destinataire",
    f"{_REM} PFI.CDA/HL7.04 ; déduction du banc",
    Confiance.DEDUITE,
    "Attendez l'acquittement du message de remise pour chaque courriel.",
)


def porteurs_de(messages: Sequence[MessageVu], document: bytes) -> list[MessageVu]:
    """Les messages qui portent ce document, tel quel ou récrit."""
    return [vu for vu in messages if any(meme_document(octets, document) for octets in documents_de(vu.octets))]


@verification(REMIS)
def document_remis(messages: Sequence[MessageVu], document: bytes, quoi: str) -> Constat:
    """`document` : un CDA de l'archive ; récrit sous le même identifiant, une personne compare."""
    portes = [octets for vu in messages for octets in documents_de(vu.octets)]
    identifiant = identifiant_du_document(document)
    if document not in portes and any(meme_document(octets, document) for octets in portes):
        return REMIS.a_regarder(f"{quoi} : remis sous le même identifiant, pas à l'octet près.", recu=identifiant)
    types = [lu.type_message for vu in messages if (lu := premier_message(vu.octets)) is not None]
    return juger(
        REMIS,
        document in portes,
        f"{quoi} : le document du courriel n'est pas arrivé au système destinataire.",
        attendu=f"un message qui porte le document {identifiant}",
        recu=", ".join(types) or "aucun message",
        ou=_PRISE,
        echanges=tuple(vu.numero for vu in porteurs_de(messages, document)),
    )


@verification(SEULS)
def rien_d_autre(messages: Sequence[MessageVu], documents: Sequence[bytes]) -> Constat:
    """`documents` : ceux de toutes les archives reçues ; chacun n'est remis qu'une fois après avoir été accepté."""
    connus = {identifiant_du_document(document) for document in documents}
    portes = [(vu, octets) for vu in messages for octets in documents_de(vu.octets)]
    if not portes:
        return SEULS.sans_objet("aucun message ne porte de document")
    acceptes: set[str] = set()
    de_trop: list[MessageVu] = []
    for vu, octets in portes:
        identifiant = identifiant_du_document(octets)
        if identifiant not in connus or identifiant in acceptes:
            de_trop.append(vu)
        if vu.acquittement in ("AA", "CA"):
            acceptes.add(identifiant)
    return juger(
        SEULS,
        not de_trop,
        "Un document est remis deux fois, ou n'est d'aucun courriel reçu.",
        attendu=f"{len(documents)} document(s), une fois chacun",
        recu=f"{len(portes)} document(s)",
        ou=_PRISE,
        echanges=tuple(vu.numero for vu in de_trop),
    )


@verification(VOLET)
def volet_de_remise(octets: bytes, quoi: str) -> Constat:
    """Le REM ne nomme pas le volet : un autre que le sien se regarde."""
    lu = premier_message(octets)
    if lu is None:
        return VOLET.sans_objet(f"{quoi} : aucun message à lire")
    return juger(
        VOLET,
        profil_de(lu) is Profil.LPS,
        f"{quoi} : dites quel volet suit ce message.",
        attendu="MSH-21 1.1^CISIS_CDA_HL7_LPS",
        recu=f"{lu.type_message}, MSH-21 {lu.profil or 'vide'}",
        ou="MSH-21",
    )


def avis_de(vus: Sequence[CourrielVu], message_id: str) -> list[tuple[CourrielVu, Avis]]:
    """Les accusés (MDN), et les courriels d'échec d'intégration, qui désignent ce courriel."""
    lus = [(vu, avis) for vu in vus if (avis := lire_avis(vu.lu)) is not None]
    return [(vu, a) for vu, a in lus if a.nature in (Nature.MDN, Nature.KO) and a.original_id == message_id]


@verification(ACCUSE)
def accuse_rendu(vus: Sequence[CourrielVu], message_id: str, quoi: str, *, reussi: bool) -> Constat:
    """`vus` : les courriels passés depuis que le sien est arrivé. Un courriel d'une autre forme se regarde."""
    siens = avis_de(vus, message_id)
    voulu = "processed" if reussi else "processed/error"
    if not siens:
        autres = [vu for vu in vus if message_id.encode() in vu.octets and lire_avis(vu.lu) is None]
        if autres:
            return ACCUSE.a_regarder(
                f"{quoi} : un courriel qui n'est pas un accusé (MDN) parle du courriel d'origine.",
                recu=autres[0].objet,
                ou=_FIL,
            )
    dits = [avis.champs.get("disposition") or vu.objet for vu, avis in siens]
    return juger(
        ACCUSE,
        bool(siens) and all(avis.echec is not reussi for _, avis in siens),
        f"{quoi} : l'accusé n'est pas rendu à l'émetteur du courriel, ou ne dit pas l'issue.",
        attendu=f"un accusé de {message_id} : {voulu}",
        recu=" ; ".join(dits) or f"{len(vus)} courriel(s), aucun accusé de celui-ci",
        ou=_FIL,
        echanges=tuple(vu.numero for vu, _ in siens),
    )


@verification(PAS_AVANT)
def pas_d_accuse(vus: Sequence[CourrielVu], message_id: str, quoi: str, *, temoin: bool) -> Constat:
    """`vus` : tant que le système destinataire s'est tu ; `temoin` : un accusé a été rendu dans le scénario."""
    if not temoin:
        return PAS_AVANT.sans_objet(f"{quoi} : aucun accusé n'est rendu, l'absence ne prouve rien")
    partis = avis_de(vus, message_id)
    return juger(
        PAS_AVANT,
        not partis,
        f"{quoi} : un accusé est parti sans que le système destinataire ait répondu.",
        attendu="aucun accusé",
        recu=f"{len(partis)} accusé(s)",
        ou=_FIL,
        echanges=tuple(vu.numero for vu, _ in partis),
    )
