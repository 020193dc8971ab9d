"""Accusé de lecture (MDN) rendu d'un courriel reçu qui le demande, une fois l'utilisateur d'accord."""

from __future__ import annotations

import email
import email.policy
from email.header import Header
from email.utils import formatdate, make_msgid, parseaddr
from typing import TYPE_CHECKING

from simulators.logiciel_temoin.messagerie_connexion import ErreurConnexion
from simulators.logiciel_temoin.messagerie_envois import traceur
from simulators.logiciel_temoin.messagerie_mime import multiple, texte
from simulators.logiciel_temoin.messagerie_reception import CourrielRecu

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.utilisateurs import Utilisateur


def rendre(labo: Labo, utilisateur: Utilisateur, recu: CourrielRecu) -> str:
    """Rend l'accusé à l'adresse qui l'a demandé, et dit ce qui s'est passé ; sans demande, rien ne part."""
    message = email.message_from_bytes(recu.octets, policy=email.policy.compat32)
    demande = parseaddr(str(message.get("Disposition-Notification-To", "")))[1]
    if not demande and labo.defaut("mss_lecture_rendue_d_office"):
        demande = recu.contenu.expediteur
    if not demande:
        return "Ce courriel ne demande pas d'accusé de lecture."
    if labo.defaut("mss_lecture_jamais_rendue"):
        return "Accusé de lecture noté."
    vers = recu.bal if labo.defaut("mss_lecture_rendue_a_soi") else demande
    bal = labo.postes.bal(recu.bal)
    octets = _composer(recu, vers, ordinaire=labo.defaut("mss_lecture_rendue_en_texte"))
    try:
        labo.postes.smtp(bal).envoyer(
            octets, [vers], traceur(labo, utilisateur, bal, None, recu.contenu.message_id), accuse=False
        )
    except ErreurConnexion as erreur:
        return f"L'accusé de lecture n'a pas pu partir : {erreur}."
    return f"Accusé de lecture rendu à {vers}."


def _composer(recu: CourrielRecu, vers: str, *, ordinaire: bool) -> bytes:
    """Trois parties : un texte, les champs de la RFC 8098, le courriel lu."""
    cite = recu.contenu.message_id or ""
    entetes = [
        ("From", recu.bal),
        ("To", vers),
        ("Subject", Header(f"Lu : {recu.contenu.objet}", "utf-8", header_name="Subject").encode(linesep="\r\n")),
        ("Date", formatdate(localtime=True)),
        ("Message-ID", make_msgid(domain=recu.bal.rpartition("@")[2])),
        *((("In-Reply-To", cite), ("References", cite)) if cite else ()),
        ("Auto-Submitted", "auto-replied"),
        ("MIME-Version", "1.0"),
    ]
    phrase = texte(f"Le courriel « {recu.contenu.objet} » a été affiché à son destinataire, {recu.bal}.")
    champs = [
        ("Final-Recipient", f"rfc822;{recu.bal}"),
        *((("Original-Message-ID", cite),) if cite else ()),
        ("Disposition", "manual-action/MDN-sent-manually; displayed"),
    ]
    machine = b"Content-Type: message/disposition-notification\r\n\r\n" + _lignes(champs)
    original = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + recu.octets
    rapport = multiple("report; report-type=disposition-notification", [phrase, machine, original])
    return _lignes(entetes) + (phrase if ordinaire else rapport)


def _lignes(champs: list[tuple[str, str]]) -> bytes:
    return "".join(f"{nom}: {valeur}\r\n" for nom, valeur in champs).encode()
