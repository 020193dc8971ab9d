"""Tout ce qui se juge d'un message HL7 v2, avec ou sans document, hors l'examen des documents eux-mêmes."""

from __future__ import annotations

from dataclasses import dataclass

from reports.constat import Constat
from steps.flux.lecture import IdentiteHl7, MessageIllisible, identite_du_message
from steps.jugements.marque import rejouable
from steps.verifications.cda import CdaIllisible, EnTeteCda, lire_cda
from steps.verifications.hl7v2 import concordance, demande, entete, metadonnees, structure, valeurs, volet_lps
from steps.verifications.hl7v2.contenu import forme_de_l_ins, message_lisible
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.encapsule import DonneeObx, donnees_de
from steps.verifications.hl7v2.entete import Profil, profil_de
from steps.verifications.hl7v2.regles import LISIBLE
from steps.verifications.hl7v2.regles_documents import TYPE_DOCUMENT, TYPE_DOCUMENT_LPS
from steps.verifications.hl7v2.segment import Segment

_TYPES_DOCUMENT = {
    **dict.fromkeys(Profil, TYPE_DOCUMENT), Profil.VOLET_1: None, Profil.LPS: TYPE_DOCUMENT_LPS,
}  # fmt: skip
"""La règle de chaque profil sur le type du document ; sans annonce, celle du volet en vigueur."""
PORTEURS = frozenset({"ORU", "MDM", "OUL"})


@dataclass(frozen=True)
class MessageJuge:
    """Constats d'un message, documents qu'il porte, et ce qui a été joué ou non."""

    constats: tuple[Constat, ...]
    documents: tuple[DonneeObx, ...]
    perimetre: tuple[str, ...]


@rejouable
def juger_message(message: MessageHl7) -> MessageJuge:
    """Structure, identité, puis, si le message porte un document, les règles du volet et la concordance avec le CDA."""
    texte = message.canonique()
    constats = [entete.identifie(message), *structure.structure(message), *valeurs.valeurs(message)]
    perimetre = [_perimetre_structure(message)]
    lu, illisible = _identite(message, texte)
    constats += illisible
    if lu is not None:
        constats += forme_de_l_ins(lu) + entete.matricules(lu)
    # Décodées une fois : elles font des dizaines de mégaoctets.
    demandes = [(demande_portee, donnees_de(demande_portee)) for demande_portee in message.demandes()]
    portes = [donnee for _, donnees in demandes for donnee in donnees if donnee.est_document]
    profil = profil_de(message)
    annonce = profil not in (Profil.SANS, Profil.AUTRE)
    if (message.code in PORTEURS or portes) and (annonce or any(map(_est_cda, portes))):
        du_volet = list(entete.entete(message))
        if profil is Profil.LPS:
            du_volet.append(entete.patient(message))
        elif profil is not Profil.VOLET_1:
            du_volet += entete.patient_et_venue(message)
        for demande_portee, donnees in demandes:
            du_volet += _volet(demande_portee, donnees, profil, lu, texte)
        constats += entete.d_une_autre_version(message, du_volet)
        perimetre.append(f"joué : message {message.type_message}, {len(portes)} document(s) ; {profil.value}")
    else:
        perimetre.append(f"joué : message {message.type_message or 'sans type'}, sans document ; identité seule")
    return MessageJuge(tuple(dict.fromkeys(constats)), tuple(portes), tuple(perimetre))


def _perimetre_structure(message: MessageHl7) -> str:
    motif = structure.motif_hors_de_portee(message)
    return f"non joué : structure ({motif})" if motif else f"joué : structure du standard, version {message.version}"


def _identite(message: MessageHl7, texte: str) -> tuple[IdentiteHl7 | None, list[Constat]]:
    """L'identité du PID ; un message qui en demande une et n'en a pas est illisible, un acquittement n'en a pas."""
    if message.premier("PID") is None and message.code not in (*PORTEURS, "ADT"):
        return None, []
    if sum(segment.brut.count(separateur) for segment in message.tous("PID") for separateur in _structure(segment)) > (
        structure.ELEMENTS_MAX
    ):
        return None, [LISIBLE.sans_objet("Identité non jugée, au-delà de la limite du banc : PID trop découpé.")]
    try:
        return identite_du_message(texte), []
    except MessageIllisible:
        return None, [message_lisible(texte)]


def _structure(segment: Segment) -> tuple[str, ...]:
    s = segment.separateurs
    return s.champ, s.repetition, s.composant, s.sous_composant


def _est_cda(donnee: DonneeObx) -> bool:
    """Un message sans profil qui porte une image ou un PDF n'est pas du volet ; s'il porte un CDA, il en est."""
    return b"ClinicalDocument" in (donnee.octets or b"")[:65536]


def _volet(
    message: MessageHl7, donnees: list[DonneeObx], profil: Profil, lu: IdentiteHl7 | None, texte: str
) -> list[Constat]:
    portes = [donnee for donnee in donnees if donnee.est_document]
    constats = demande.documents(message, portes)
    constats += demande.segments_obx(message, portes, type_document=_TYPES_DOCUMENT[profil])
    if profil not in (Profil.VOLET_1, Profil.LPS):
        constats += metadonnees.metadonnees(message) + metadonnees.participants(message)
    if profil is Profil.LPS:
        constats += volet_lps.restrictions(message) + volet_lps.courriel(message, donnees)
        constats += [volet_lps.correspondants(message), volet_lps.classe(message)]
    if profil is not Profil.VOLET_1:
        constats += demande.demande(message, portes) + demande.txa(message)
        constats += metadonnees.coherence(message, donnees, ins=lu is not None and bool(lu.ins))
    cdas: list[EnTeteCda] = []
    for donnee in portes:
        try:
            cda = lire_cda(donnee.octets or b"")
        except CdaIllisible:
            continue
        cdas.append(cda)
        constats += _avec_le_cda(message, donnee, cda, profil, lu, texte)
    return constats + concordance.paire(cdas)


def _avec_le_cda(
    message: MessageHl7, donnee: DonneeObx, cda: EnTeteCda, profil: Profil, lu: IdentiteHl7 | None, texte: str
) -> list[Constat]:
    constats = concordance.type_de_document(message, donnee, cda)
    if lu is not None:
        constats += concordance.patient(lu, cda) + concordance.traits(texte, lu, cda)
    if profil is not Profil.VOLET_1:
        constats += concordance.identifiants_txa(message, cda) + concordance.demande_et_document(message, donnee, cda)
    return constats
