"""Lecture d'un courriel reçu : objet, émetteur, texte, pièces, et ce que porte son archive IHE_XDM."""

from __future__ import annotations

import email
import email.policy
import email.utils
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import cast

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.horloge import iso
from simulators.logiciel_temoin.identite import OID_INS
from simulators.logiciel_temoin.messagerie_adresses import est_usager, matricule_de
from simulators.logiciel_temoin.messagerie_composition import texte_de
from simulators.logiciel_temoin.messagerie_noms import PREFIXE
from simulators.logiciel_temoin.soap import ReponseIllisible, lire_xml

_FICHIERS_MAX, _OCTETS_MAX, _RAPPORT_MAX = 200, 100 * 1024 * 1024, 200
_CX = re.compile(r"^([^^]*)\^\^\^&([0-9.]+)&ISO\^(\w*)$")
_PREFIXE = re.compile(rf"(?i)\s*{re.escape(PREFIXE)}\s*")
_NON_REMIS = re.compile(r"(?i)non[ -](distribu|remis|délivr)|undeliver|not delivered|returned to sender|échec")


@dataclass(frozen=True)
class Archive:
    """Le contenu utile d'une archive IHE_XDM : les patientId des métadonnées et les CDA."""

    patients: tuple[tuple[str, str, str], ...] = ()
    """(identifiant, OID, type) de chaque patientId, sans doublon."""
    documents: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class CourrielLu:
    """Un courriel reçu, analysé."""

    message_id: str | None
    objet: str
    expediteur: str
    libelle: str
    repondre_a: str
    origine: str
    date: str
    corps: str
    pieces: tuple[tuple[str, str], ...]
    references: tuple[str, ...]
    liens: tuple[str, ...]
    """Message-ID auxquels il se rapporte : In-Reply-To, puis References."""
    archive: Archive | None
    echec: bool
    """L'objet d'un message du système dit que quelque chose n'a pas été remis."""


def lire(octets: bytes) -> CourrielLu:
    """Analyse un courriel ; un message abîmé donne ce qui se lit, jamais une exception."""
    message = email.message_from_bytes(octets, policy=email.policy.default)
    libelle, expediteur = _premiere(message, "From")
    origine = _origine(message, expediteur)
    objet = _valeur(message, "Subject")
    pieces = [(nom, contenu) for partie in _parties(message) if (nom := _nom(partie)) for contenu in (_octets(partie),)]
    references = tuple(re.findall(r"<[^<>\s]+>", _valeur(message, "References")))
    parents = tuple(re.findall(r"<[^<>\s]+>", _valeur(message, "In-Reply-To")))
    archives = [a for nom, contenu in pieces if nom.lower().endswith(".zip") and (a := lire_archive(contenu))]
    return CourrielLu(
        message_id=next(iter(re.findall(r"<[^<>\s]+>", _valeur(message, "Message-ID"))), None),
        objet=objet,
        expediteur=expediteur,
        libelle=libelle,
        repondre_a=_premiere(message, "Reply-To")[1] or expediteur,
        origine=origine,
        date=_date(message),
        corps=_texte(message),
        pieces=tuple((nom, hashlib.sha256(contenu).hexdigest()) for nom, contenu in pieces),
        references=references,
        liens=tuple(dict.fromkeys((*parents, *references))),
        archive=archives[0] if archives else None,
        echec=origine == "systeme" and _NON_REMIS.search(objet) is not None,
    )


def objet_affiche(objet: str) -> str:
    """L'objet sans le préfixe technique des transmissions de documents (ECO.3.1.3)."""
    return _PREFIXE.sub(" ", objet).strip()


def lire_archive(octets: bytes) -> Archive | None:
    """Lit une archive IHE_XDM sans rien écrire ; None si ce n'en est pas une, ou si elle est piégée."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as fichier:
            if not _saine(fichier):
                return None
            noms = {nom.upper(): nom for nom in fichier.namelist()}
            metas = [nom for nom in noms if re.fullmatch(r"IHE_XDM/[^/]+/METADATA\.XML", nom)]
            if not metas:
                return None
            patients: list[tuple[str, str, str]] = []
            documents: list[bytes] = []
            for meta in sorted(metas):
                trouves, uris = _metadonnees(fichier.read(noms[meta]))
                patients += trouves
                dossier = meta.rpartition("/")[0]
                for uri in uris:
                    nom = noms.get(f"{dossier}/{uri.upper()}")
                    if nom is not None:
                        documents.append(fichier.read(nom))
            return Archive(tuple(dict.fromkeys(patients)), tuple(documents))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError, ReponseIllisible):
        return None


def _saine(fichier: zipfile.ZipFile) -> bool:
    """Ni trop de fichiers, ni trop d'octets, ni chiffrement, ni chemin qui sort du dossier."""
    entrees = fichier.infolist()
    total = sum(entree.file_size for entree in entrees)
    compresse = sum(entree.compress_size for entree in entrees) or 1
    noms = [entree.filename for entree in entrees]
    return (
        len(entrees) <= _FICHIERS_MAX
        and total <= _OCTETS_MAX
        and total // compresse <= _RAPPORT_MAX
        and len(set(noms)) == len(noms)
        and not any(entree.flag_bits & 0x1 for entree in entrees)
        and not any(nom.startswith("/") or ".." in nom.split("/") or "\\" in nom or ":" in nom for nom in noms)
    )


def _metadonnees(octets: bytes) -> tuple[list[tuple[str, str, str]], list[str]]:
    """patientId et URI de chaque fiche de document CDA."""
    racine = lire_xml(octets)
    patients, uris = [], []
    for fiche in racine.iter(f"{{{s.RIM}}}ExtrinsicObject"):
        for externe in fiche.iterfind(f"{{{s.RIM}}}ExternalIdentifier"):
            trouve = _CX.match((externe.get("value") or "").strip())
            if externe.get("identificationScheme") == s.PATIENT_ID and trouve:
                patients.append((trouve.group(1).upper(), trouve.group(2), trouve.group(3)))
        if (fiche.get("mimeType") or "").lower() in ("text/xml", "application/xml"):
            for slot in fiche.iterfind(f"{{{s.RIM}}}Slot"):
                if slot.get("name") == "URI":
                    uris.append("".join(str(v.text or "") for v in slot.iter(f"{{{s.RIM}}}Value")).strip())
    return patients, uris


def matricule_de_courriel(courriel: CourrielLu) -> str | None:
    """L'INS que le courriel désigne : celle de l'archive, sinon celle de l'usager qui écrit ; None s'il y en a deux."""
    if courriel.archive is not None:
        ins = {identifiant for identifiant, oid, _ in courriel.archive.patients if oid in OID_INS}
        return ins.pop() if len(ins) == 1 else None
    return matricule_de(courriel.expediteur)


# -- détails -------------------------------------------------------------------------------------------------------


def _origine(message: Message, expediteur: str) -> str:
    """`systeme` : avis automatiques ; `patient` : la boîte d'un usager ; `professionnel` sinon."""
    automatique = _valeur(message, "Auto-Submitted").lower()
    rapport = message.get_content_type() == "multipart/report"
    service = expediteur.partition("@")[0].lower() in ("mailer-daemon", "postmaster")
    if rapport or service or automatique.startswith(("auto-replied", "auto-generated")):
        return "systeme"
    if est_usager(expediteur):
        return "patient" if matricule_de(expediteur) else "systeme"
    return "professionnel"


def _parties(message: Message) -> Iterator[Message]:
    """Les parties du courriel, sans entrer dans un message joint : ce qu'il porte n'est pas à ce courriel."""
    yield message
    if message.get_content_maintype() != "message" and isinstance(message.get_payload(), list):
        for partie in cast("list[Message]", message.get_payload()):
            yield from _parties(partie)


def _valeur(message: Message, nom: str) -> str:
    try:
        valeur = message.get(nom)
    except (ValueError, IndexError, LookupError):
        return ""
    return " ".join(str(valeur or "").split())


def _premiere(message: Message, nom: str) -> tuple[str, str]:
    """(libellé, adresse) de la première adresse d'un en-tête."""
    return next(
        ((lu, adresse) for lu, adresse in email.utils.getaddresses([_valeur(message, nom)]) if adresse), ("", "")
    )


def _date(message: Message) -> str:
    try:
        instant: datetime = email.utils.parsedate_to_datetime(_valeur(message, "Date"))
    except (ValueError, TypeError, IndexError):
        return ""
    return iso(instant)


def _nom(partie: Message) -> str:
    try:
        return "" if partie.is_multipart() else partie.get_filename() or ""
    except (ValueError, LookupError):
        return ""


def _octets(partie: Message) -> bytes:
    contenu = partie.get_payload(decode=True)
    return contenu if isinstance(contenu, bytes) else b""


def _texte(message: Message) -> str:
    """Le texte affiché : la première partie en texte, sinon le texte de l'HTML ; jamais une pièce jointe."""
    trouves: dict[str, str] = {}
    for partie in _parties(message):
        genre = partie.get_content_type()
        if partie.is_multipart() or _nom(partie) or genre not in ("text/plain", "text/html"):
            continue
        trouves.setdefault(genre, _decoder(partie))
    brut = trouves.get("text/plain")
    return (brut if brut is not None else texte_de(trouves.get("text/html", ""))).replace("\r\n", "\n").strip()


def _decoder(partie: Message) -> str:
    jeu = partie.get_content_charset() or "utf-8"
    try:
        return _octets(partie).decode(jeu, "replace")
    except LookupError:
        return _octets(partie).decode("utf-8", "replace")
