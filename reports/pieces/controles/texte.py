"""Une trace, un export, un message en texte : lisible, non vide, de la forme que son nom annonce."""

from __future__ import annotations

import csv
import email
import email.policy
import json
from itertools import islice
from pathlib import Path

from reports.pieces.controles.lecture import Lecture
from reports.pieces.refus import Refus, illisible

_EXPORTER = "exportez-le de nouveau en texte (UTF-8 de préférence), sans le recopier"
_BINAIRE = frozenset(range(32)) - {8, 9, 10, 11, 12, 13, 27, 28, 29, 30, 31}
"""Les commandes d'un terminal, et les séparateurs de message (HL7 MLLP : 0x0b, 0x1c), restent admis."""


def decoder(octets: bytes) -> tuple[str, str]:
    """Le texte et son encodage : UTF-8 ou UTF-16 annoncé, sinon l'encodage d'un poste Windows français."""
    for marque, encodage in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if octets.startswith(marque):
            try:
                return octets.decode(encodage), encodage
            except UnicodeDecodeError:
                continue
    return octets.decode("cp1252", "replace"), "cp1252"


def controler(chemin: Path, nom: str) -> Lecture:
    """Contrôle un texte ; un `.csv` doit avoir des lignes de même forme."""
    octets = chemin.read_bytes()
    texte, encodage = decoder(octets)
    commandes = sum(ord(c) in _BINAIRE for c in texte)
    if commandes > 8 + len(texte) // 500:
        recu = f"des octets qui n'en sont pas ({commandes} caractères de commande)"
        raise illisible("un texte", recu, _EXPORTER)
    lignes = [ligne for ligne in texte.splitlines() if ligne.strip()]
    if not lignes:
        raise Refus("vide", "un texte qui dit quelque chose", "des blancs seulement", _EXPORTER)
    details: dict[str, object] = {"lignes": len(lignes), "encodage": encodage.removesuffix("-sig")}
    if nom.lower().endswith((".csv", ".tsv")):
        details["colonnes"] = _colonnes(texte)
    return Lecture(details, textes=[texte.encode()] if encodage == "utf-16" else ())


def _colonnes(texte: str) -> int:
    try:
        dialecte = csv.Sniffer().sniff(texte[:65_536], delimiters=";,\t|")
    except csv.Error:
        return 1  # une seule colonne : le détecteur ne trouve pas de séparateur
    try:
        return max((len(ligne) for ligne in islice(csv.reader(texte.splitlines(), dialecte), 1_000)), default=0)
    except csv.Error as erreur:
        raise illisible("un CSV", f"une ligne illisible ({erreur})", _EXPORTER) from erreur


def controler_json(chemin: Path) -> Lecture:
    """Contrôle un JSON, ou un JSON par ligne."""
    texte, _ = decoder(chemin.read_bytes())
    try:
        valeur = json.loads(texte)
    except (ValueError, RecursionError):
        return Lecture({"lignes": _json_par_ligne(texte)})
    if valeur in ({}, [], "", None):
        raise Refus("vide", "un JSON qui porte des données", "un JSON vide", _EXPORTER)
    return Lecture({"elements": len(valeur)} if isinstance(valeur, dict | list) else {})


def _json_par_ligne(texte: str) -> int:
    lignes = [ligne for ligne in texte.splitlines() if ligne.strip()]
    for rang, ligne in enumerate(lignes, 1):
        try:
            json.loads(ligne)
        except (ValueError, RecursionError) as erreur:
            ou = f"ligne {rang} : " if len(lignes) > 1 else ""
            raise illisible("un JSON", f"une erreur de syntaxe ({ou}{str(erreur)[:120]})", _EXPORTER) from erreur
    return len(lignes)


def controler_courriel(chemin: Path) -> Lecture:
    """Contrôle un courriel : un expéditeur, une date ou un identifiant, et un corps."""
    message = email.message_from_bytes(chemin.read_bytes(), policy=email.policy.compat32)
    if not message.get("From") or not (message.get("Date") or message.get("Message-ID")):
        raise illisible("la source d'un courriel", "un texte sans From, Date ni Message-ID", "enregistrez-le en .eml")
    parties = [partie for partie in message.walk() if not partie.is_multipart()]
    contenus = [charge for partie in parties if isinstance(charge := partie.get_payload(decode=True), bytes)]
    if not any(contenu.strip() for contenu in contenus):
        raise Refus("vide", "un courriel avec un corps", "des en-têtes seuls", "enregistrez le courriel entier en .eml")
    details = {"objet": str(message.get("Subject", ""))[:200], "parties": len(parties)}
    return Lecture(details, textes=contenus)


def controler_hl7(chemin: Path) -> Lecture:
    """Contrôle un ou plusieurs messages HL7 v2 : un segment MSH complet, des segments bien nommés."""
    texte, _ = decoder(chemin.read_bytes())
    segments = [s.strip("\x0b\x1c ") for s in texte.replace("\r\n", "\r").replace("\n", "\r").split("\r")]
    segments = [segment for segment in segments if segment]
    entetes = [segment for segment in segments if segment.startswith("MSH|")]
    if not entetes or any(len(entete.split("|")) < 12 for entete in entetes):
        raise illisible("un message HL7 v2", "un segment MSH absent ou incomplet", _EXPORTER)
    mal_nommes = [s for s in segments if not (s[:3].isalnum() and s[:3].isupper() and s[3:4] in ("|", ""))]
    if mal_nommes:
        raise illisible("un message HL7 v2", f"un segment mal formé : {mal_nommes[0][:40]!r}", _EXPORTER)
    types = sorted({entete.split("|")[8] for entete in entetes})
    return Lecture({"messages": len(entetes), "types": types[:10]})
