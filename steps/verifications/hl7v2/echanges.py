"""Vérifications des échanges HL7 v2 : ce que le logiciel répond, ce qu'il envoie, ce qu'il montre ensuite."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.constat import Constat, Regle
from reports.verdict import Verdict
from steps.jugements.marque import rejouable
from steps.verifications.cda.jugement import juger
from steps.verifications.documents_hopital import contenu_montre
from steps.verifications.dossier_documents import Affichage
from steps.verifications.hl7v2 import regles_echanges as r
from steps.verifications.hl7v2.acquittement import premier_message
from steps.verifications.hl7v2.decoupage import AuDelaDesLimites, DecoupageImpossible, decouper
from steps.verifications.hl7v2.encapsule import donnees_de
from steps.verifications.hl7v2.enveloppe import enveloppe
from steps.verifications.hl7v2.messages_documents import juger_message
from steps.verifications.hl7v2.metadonnees import valeurs_de
from steps.verifications.registre import verification

_TRANSPORTS = ("ORU", "OUL", "MDM")
_MOTS_DU_CHOIX = ("opposition", "oppos", "consent", "alimentation", "choix")


@dataclass(frozen=True, slots=True)
class MessageVu:
    """Un message que le banc a reçu. `numero` : son échange au journal ; `acquittement` : le MSA-1 rendu."""

    numero: int
    octets: bytes
    acquittement: str = ""


def documents_de(octets: bytes) -> list[bytes]:
    """Les documents que porte un message qui en transmet ; aucun pour un autre message."""
    message = premier_message(octets)
    if message is None or message.code not in _TRANSPORTS:
        return []
    return [donnee.octets for donnee in donnees_de(message) if donnee.est_document and donnee.octets]


def identifiant_de(octets: bytes) -> str:
    """MSH-10 ; vide si le message ne se lit pas."""
    message = premier_message(octets)
    return message.msh.valeur(10) if message else ""


@rejouable
def message_conforme(octets: bytes) -> list[Constat]:
    """Toutes les règles des messages HL7 v2, sur les octets du fil."""
    try:
        fichier = decouper(octets)
    except (DecoupageImpossible, AuDelaDesLimites) as erreur:
        return [r.TRANSMIS.sans_objet(f"le message ne se découpe pas : {erreur}")]
    return [*enveloppe(fichier), *(c for message in fichier.messages for c in juger_message(message).constats)]


# ---- ce que le logiciel envoie
def _porteurs(messages: Sequence[MessageVu]) -> list[MessageVu]:
    return [message for message in messages if documents_de(message.octets)]


def _aucun(regle: Regle, fautifs: Sequence[MessageVu], manquement: str, *, attendu: str, sain: str) -> Constat:
    """Aucun message fautif à la prise du banc ; ceux qui le sont se disent par leur MSH-10."""
    return juger(
        regle,
        not fautifs,
        manquement,
        attendu=attendu,
        recu=", ".join(identifiant_de(vu.octets) for vu in fautifs) or sain,
        ou="prise HL7 v2 du banc",
        echanges=tuple(vu.numero for vu in fautifs),
    )


@verification(r.TRANSMIS)
def document_parvenu(messages: Sequence[MessageVu], quoi: str) -> Constat:
    """`messages` : ceux reçus depuis que le document devait partir ; l'un au moins porte un document."""
    porteurs = _porteurs(messages)
    recus = [
        message.type_message if (message := premier_message(vu.octets)) else "message illisible" for vu in messages
    ]
    return juger(
        r.TRANSMIS,
        bool(porteurs),
        f"{quoi} : aucun message qui porte un document n'est arrivé à la plateforme.",
        attendu="un ORU ou un MDM qui porte un CDA",
        recu=", ".join(recus) or "aucun message",
        ou="prise HL7 v2 du banc",
        echanges=tuple(vu.numero for vu in porteurs),
    )


@verification(r.UNE_FOIS)
def parvenu_une_fois(messages: Sequence[MessageVu], quoi: str) -> Constat:
    """Chaque document n'est arrivé qu'une fois après avoir été accepté ; N1 et N3 sont deux documents."""
    acceptes: set[bytes] = set()
    de_trop = []
    for vu in _porteurs(messages):
        portes = documents_de(vu.octets)
        if any(octets in acceptes for octets in portes):
            de_trop.append(vu)
        if vu.acquittement in ("AA", "CA"):
            acceptes.update(portes)
    manquement = f"{quoi} : le document est revenu après avoir été accepté."
    return _aucun(r.UNE_FOIS, de_trop, manquement, attendu="un envoi accepté par document", sain="un envoi")


@verification(r.RENVOYE)
def renvoye(messages: Sequence[MessageVu], quoi: str) -> Constat:
    """Le premier message porteur est resté sans acquittement : le même revient, sous le même MSH-10, jusqu'à AA."""
    porteurs = _porteurs(messages)
    if not porteurs or porteurs[0].acquittement in ("AA", "CA"):
        return r.RENVOYE.sans_objet(f"{quoi} : aucun message n'est resté sans acquittement")
    premier = identifiant_de(porteurs[0].octets)
    memes = [vu for vu in porteurs[1:] if identifiant_de(vu.octets) == premier]
    autres = [identifiant_de(vu.octets) for vu in porteurs[1:] if vu not in memes]
    return juger(
        r.RENVOYE,
        any(vu.acquittement in ("AA", "CA") for vu in memes),
        f"{quoi} : le message resté sans acquittement n'est pas revenu tel quel.",
        attendu=f"de nouveau MSH-10 {premier}, jusqu'à AA",
        recu=", ".join(autres) or (f"{len(memes)} renvoi(s) sans acquittement" if memes else "aucun renvoi"),
        ou="prise HL7 v2 du banc",
        echanges=tuple(vu.numero for vu in porteurs),
    )


@verification(r.RETENU)
def rien_parti(messages: Sequence[MessageVu], quand: str, *, temoin: Sequence[MessageVu]) -> Constat:
    """`quand` : pourquoi rien ne devait partir ; `temoin` : ce qui est parti dans le cas permis du même scénario."""
    if not _porteurs(temoin):
        return r.RETENU.sans_objet(f"{quand} : rien ne part non plus quand c'est permis, l'absence ne prouve rien")
    manquement = f"Un document est parti vers la plateforme {quand}."
    attendu = "aucun message qui porte un document"
    return _aucun(r.RETENU, _porteurs(messages), manquement, attendu=attendu, sain="aucun")


@verification(r.DEMANDE)
def demande_conforme(octets: bytes, quoi: str, demandes: Sequence[tuple[str, str]]) -> list[Constat]:
    """`demandes` : métadonnée du message → Y ou N attendu."""
    message = premier_message(octets)
    if message is None or not documents_de(octets):
        return [r.DEMANDE.sans_objet(f"{quoi} : aucun message porteur à lire")]
    valeurs = valeurs_de(message)
    return [
        juger(
            r.DEMANDE,
            valeurs.get(meta, "") == voulue,
            f"{quoi} : la plateforme ne reçoit pas la demande faite.",
            attendu=f"{meta} {voulue}",
            recu=f"{meta} {valeurs.get(meta) or 'absente'}",
            ou=f"OBX {meta}",
        )
        for meta, voulue in demandes
    ]


# ---- documents reçus
@verification(r.INTEGRE)
def document_integre(
    nouveaux: Sequence[str], quoi: str, type_code: str, *, cda: bytes, affiches: Sequence[Affichage]
) -> Constat:
    """`nouveaux` : types des documents parus au dossier du patient depuis le message ; `affiches` : ce qu'ils montrent.

    Un document du bon type n'est celui transmis (`cda`) que s'il en montre le texte, ou est gardé à l'octet près.
    """
    empreinte = hashlib.sha256(cda).hexdigest()
    reconnu = any(
        vu.cda_sha256 == empreinte or contenu_montre(vu, cda, quoi).verdict is Verdict.CONFORME for vu in affiches
    )
    if nouveaux and (type_code not in nouveaux or not reconnu):
        pourquoi = "rien n'y montre le texte transmis" if type_code in nouveaux else "sous un autre type"
        return r.INTEGRE.a_regarder(f"{quoi} : un document est paru, {pourquoi}.", recu=", ".join(nouveaux), ou=quoi)
    return juger(
        r.INTEGRE,
        bool(nouveaux),
        f"{quoi} : le document n'est pas au dossier du patient.",
        attendu=f"un document {type_code}",
        recu=", ".join(nouveaux) or "aucun document nouveau",
        ou=quoi,
    )


@verification(r.AILLEURS)
def nulle_part_ailleurs(nouveaux: Sequence[str], quoi: str) -> Constat:
    """`nouveaux` : documents parus, depuis le message, au dossier d'un autre patient."""
    return juger(
        r.AILLEURS,
        not nouveaux,
        f"{quoi} : un document est paru au dossier d'un autre patient.",
        attendu="aucun document nouveau",
        recu=", ".join(nouveaux) or "aucun",
        ou=quoi,
    )


@verification(r.SANS_DOUBLON)
def integre_une_fois(avant: int, apres: int, quoi: str) -> Constat:
    """Nombre de documents au dossier avant et après la seconde réception du même message."""
    if avant == 0:
        return r.SANS_DOUBLON.sans_objet(f"{quoi} : le premier envoi n'a rien intégré")
    return juger(
        r.SANS_DOUBLON,
        apres == avant,
        f"{quoi} : le message reçu deux fois a fait deux documents.",
        attendu=f"{avant} document(s)",
        recu=f"{apres} document(s)",
        ou=quoi,
    )


# ---- le choix du patient
@verification(r.CHOIX_TRACE)
def choix_trace(nouvelles: Sequence[Mapping[str, Any]], choix: str, *, patient_id: str, compte: str) -> Constat:
    """`nouvelles` : traces parues avec l'enregistrement ; l'une nomme le patient et l'auteur, à une date."""
    siennes = [
        trace
        for trace in nouvelles
        if trace.get("patient_id") == patient_id and trace.get("utilisateur") == compte and trace.get("horodatage")
    ]
    if siennes and not any(mot in str(trace).casefold() for trace in siennes for mot in _MOTS_DU_CHOIX):
        # Ouvrir le dossier laisse aussi une trace : elle ne dit rien du choix.
        return r.CHOIX_TRACE.a_regarder(
            f"{choix} : une trace est parue, qui ne dit pas de quoi ; dire si c'est celle du choix.",
            recu=" ; ".join(f"{t.get('horodatage')} {t.get('action')}" for t in siennes),
            ou="traces du logiciel",
        )
    return juger(
        r.CHOIX_TRACE,
        bool(siennes),
        f"L'enregistrement de {choix} n'est pas tracé.",
        attendu=f"une trace datée, par {compte}",
        recu=" ; ".join(f"{t.get('horodatage')} {t.get('utilisateur')} {t.get('action')}" for t in nouvelles)
        or "aucune trace nouvelle",
        ou="traces du logiciel",
    )
