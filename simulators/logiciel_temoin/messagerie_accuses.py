"""Accusés reçus : distribution (DSN), lecture (MDN), non distribution ; chacun est porté à l'envoi dont il parle."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message

from simulators.logiciel_temoin.base import EnvoiMss
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_lecture import CourrielLu

_ID = re.compile(r"<[^<>\s]+>")
_REMIS = ("delivered", "relayed", "expanded")
_LU = ("displayed", "processed")


def rapprocher(labo: Labo, octets: bytes, courriel: CourrielLu) -> None:
    """Porte un avis à l'envoi qu'il désigne par son Message-ID ; un avis inconnu reste un simple courriel."""
    if courriel.origine != "systeme" or labo.defaut("mss_accuse_ignore"):
        return
    message = email.message_from_bytes(octets, policy=email.policy.compat32)
    envoi = _envoi(labo, [*_cites(message), *courriel.liens])
    if envoi is None:
        return
    with labo.base.verrou:
        if labo.defaut("mss_accuse_premier_venu"):
            envoi.recu = True
            return
        _porter(labo, envoi, message, courriel)


def _porter(labo: Labo, envoi: EnvoiMss, message: Message, courriel: CourrielLu) -> None:
    reconnu = False
    for partie in message.walk():
        match partie.get_content_type():
            case "message/delivery-status":
                reconnu = True
                for bloc in _blocs(partie):
                    _distribution(labo, envoi, bloc)
            case "message/disposition-notification":
                reconnu = True
                for bloc in _blocs(partie):
                    _lecture(labo, envoi, bloc)
    if not reconnu and courriel.echec:
        _echouer(labo, envoi, "", f"{courriel.objet} : {courriel.corps}"[:300])


def _distribution(labo: Labo, envoi: EnvoiMss, bloc: Message) -> None:
    action = _champ(bloc, "Action").lower()
    adresse = _adresse(_champ(bloc, "Original-Recipient")) or _adresse(_champ(bloc, "Final-Recipient"))
    if action in _REMIS:
        envoi.recu = True
    elif action == "failed":
        motif = _champ(bloc, "Diagnostic-Code") or _champ(bloc, "Status")
        _echouer(labo, envoi, adresse, f"non remis : {motif}")


def _lecture(labo: Labo, envoi: EnvoiMss, bloc: Message) -> None:
    etat = _champ(bloc, "Disposition").partition(";")[2].strip().lower()
    nature, _, precision = etat.partition("/")
    if not nature:
        return
    envoi.recu = True
    if "error" in precision or _champ(bloc, "Error"):
        motif = _champ(bloc, "Error") or precision
        adresse = _adresse(_champ(bloc, "Final-Recipient"))
        for destinataire in envoi.destinataires:
            if destinataire.adresse.lower() == adresse:
                destinataire.detail = f"reçu, mais non intégré par le destinataire : {motif}"
    elif nature.strip() in _LU and not labo.defaut("mss_lecture_non_montree"):
        envoi.lu = True


def _echouer(labo: Labo, envoi: EnvoiMss, adresse: str, motif: str) -> None:
    """Un échec tardif change l'état du destinataire ; sans adresse reconnue, celui du seul destinataire."""
    if labo.defaut("mss_echec_tardif_ignore"):
        return
    vises = [d for d in envoi.destinataires if d.adresse.lower() == adresse]
    if not vises and len(envoi.destinataires) == 1:
        vises = envoi.destinataires
    for destinataire in vises:
        destinataire.etat, destinataire.detail = "echec", motif


def _envoi(labo: Labo, cites: list[str]) -> EnvoiMss | None:
    envois = list(labo.base.envois_mss.values())
    if labo.defaut("mss_accuse_d_un_autre"):
        return envois[-1] if envois else None
    return next((envoi for cite in cites for envoi in envois if envoi.message_id == cite), None)


def _cites(message: Message) -> Iterator[str]:
    """Message-ID que l'avis désigne : Original-Message-ID, puis celui de l'original joint (entier ou ses en-têtes)."""
    for partie in message.walk():
        genre = partie.get_content_type()
        if genre == "message/disposition-notification":
            for bloc in _blocs(partie):
                yield from _ID.findall(_champ(bloc, "Original-Message-ID"))
    for partie in message.walk():
        genre = partie.get_content_type()
        if genre == "message/rfc822" and isinstance(partie.get_payload(), list):
            for joint in _blocs(partie):
                yield from _ID.findall(_champ(joint, "Message-ID"))
        elif genre == "text/rfc822-headers":
            entetes = email.message_from_bytes(_octets(partie))
            yield from _ID.findall(_champ(entetes, "Message-ID"))


def _blocs(partie: Message) -> list[Message]:
    """Groupes d'en-têtes d'une partie `message/*` ; relus du texte si la bibliothèque ne l'a pas fait."""
    contenu = partie.get_payload()
    if isinstance(contenu, list):
        blocs = [bloc for bloc in contenu if isinstance(bloc, Message)]
        if partie.get_content_type() == "message/disposition-notification" and blocs and not blocs[0].keys():
            return [email.message_from_string(str(blocs[0].get_payload()))]
        return blocs
    return [email.message_from_bytes(_octets(partie))]


def _octets(partie: Message) -> bytes:
    contenu = partie.get_payload(decode=True)
    return contenu if isinstance(contenu, bytes) else b""


def _champ(bloc: Message, nom: str) -> str:
    return " ".join(str(bloc.get(nom) or "").split())


def _adresse(champ: str) -> str:
    """`rfc822; a@b` devient `a@b`, en minuscules."""
    return champ.rpartition(";")[2].strip().strip("<>").lower()
