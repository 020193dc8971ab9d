"""Fabrique des avis : DSN (RFC 3464), MDN (RFC 8098 et volet Transmission au LPS), refus de Mon espace santé.

Tout avis part d'un chemin de retour vide (RFC 3464, § 2) : il ne doit jamais en provoquer un autre. Textes, sujets et
émetteurs sont des données (`avis.yaml`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from simulators.mssante import mime
from simulators.mssante.reglages import DOMAINE_USAGERS

ACTIONS = ("delivered", "failed", "delayed", "relayed", "expanded")
DISPOSITIONS = ("displayed", "processed", "deleted", "dispatched")
AUTOMATIQUE = "automatic-action/MDN-sent-automatically"
MANUELLE = "manual-action/MDN-sent-manually"
MOTIFS_MES = ("ferme", "inconnu", "invalide", "trop_gros")
AGENT = "banc-sons; serveur de test"
_STATUTS = {"delivered": "2.0.0", "failed": "5.0.0", "delayed": "4.0.0", "relayed": "2.0.0", "expanded": "2.0.0"}


class PorteurOctets(Protocol):
    """Ce qui porte un courriel : un message reçu de l'opérateur, un courriel fabriqué."""

    @property
    def octets(self) -> bytes: ...


Original = bytes | PorteurOctets


@dataclass(frozen=True, slots=True)
class ErreurMetier:
    """Motif d'échec d'intégration : code du volet (900 à 906) ou d'HL7, et son libellé."""

    code: str
    libelle: str = ""

    def __str__(self) -> str:
        return f"{self.code}^{self.libelle}"


def erreur_metier(code: str | int) -> ErreurMetier:
    """L'erreur de ce code, avec notre libellé ; KeyError si le volet ne le connaît pas."""
    return ErreurMetier(str(code), textes()["erreurs"][str(code)])


def fabriquer_dsn(
    original: Original,
    *,
    adresse: str,
    action: str = "delivered",
    statut: str = "",
    destinataire: str = "",
    diagnostic: str = "",
    mta: str = "",
    adresse_originale: str = "",
    enveloppe: str = "",
    entier: bool = False,
    arrivee: datetime | None = None,
    instant: datetime | None = None,
    message_id: str = "",
    sujet: str = "",
    texte: str = "",
) -> bytes:
    """DSN en trois parties sur le sort d'un destinataire.

    `adresse` : celui dont on parle ; `destinataire` : à qui va l'avis (par défaut l'émetteur de l'original, `From`).
    `action` : delivered, failed, delayed, relayed, expanded ; `statut` : x.y.z (RFC 3463), tiré de l'action par défaut.
    `adresse_originale` : ORCPT ; `enveloppe` : ENVID. `entier` : original joint en entier (RET=FULL), sinon en-têtes.
    """
    if action not in ACTIONS:
        raise ValueError(f"action {action!r} inconnue (attendu : {', '.join(ACTIONS)})")
    octets = _octets(original)
    entetes = mime.lire_entetes(octets)
    quand = instant or datetime.now(UTC)
    domaine = adresse.rpartition("@")[2] or DOMAINE_USAGERS
    modele = textes()["dsn"][action]
    diagnostic = diagnostic or ("smtp; 550 5.1.1 boîte inconnue" if action == "failed" else "")
    message = [("Reporting-MTA", f"dns; {mta or domaine}")]
    message = [("Original-Envelope-Id", enveloppe), *message] if enveloppe else message
    message.append(("Arrival-Date", mime.date(arrivee or quand)))
    sort = [("Original-Recipient", _typee(adresse_originale))] if adresse_originale else []
    sort += [("Final-Recipient", _typee(adresse)), ("Action", action), ("Status", statut or _STATUTS[action])]
    if diagnostic:
        sort.append(("Diagnostic-Code", diagnostic))
    sort.append(("Last-Attempt-Date", mime.date(quand)))
    contenu = texte or modele["texte"].format(adresse=adresse, diagnostic=diagnostic)
    rapport = mime.multipart(
        "report",
        [
            mime.texte(contenu),
            mime.champs("message/delivery-status", message, sort),
            mime.message_joint(octets) if entier else mime.entetes_joints(octets),
        ],
        " report-type=delivery-status;",
    )
    systeme = textes()["systeme"]
    return mime.courriel(
        [
            ("Return-Path", "<>"),
            ("From", mime.boite(systeme["nom"], f"{systeme['local']}@{domaine}")),
            ("To", destinataire or _adresse(entetes, "From")),
            ("Subject", mime.mot_encode(sujet or modele["sujet"])),
            ("Date", mime.date(quand)),
            ("Message-ID", message_id or mime.identifiant(domaine)),
            ("Auto-Submitted", "auto-replied"),
        ],
        rapport,
    )


def fabriquer_mdn(
    original: Original,
    *,
    adresse: str,
    destinataire: str = "",
    disposition: str = "processed",
    mode: str = AUTOMATIQUE,
    erreur: ErreurMetier | None = None,
    ancienne_forme: bool = False,
    message_id_original: str | None = None,
    adresse_originale: str = "",
    nom: str = "",
    instant: datetime | None = None,
    message_id: str = "",
    sujet: str = "",
) -> bytes:
    """MDN en trois parties, l'original entier dans la troisième (exigé par le volet).

    `adresse` : qui a reçu l'original ; `destinataire` : à qui va l'avis (par défaut `Disposition-Notification-To`).
    `erreur` : échec d'intégration, rendu par le champ `Error` ; `ancienne_forme` l'écrit dans `Disposition`, comme
    avant la version 1.1.3 du volet. `message_id_original` : pour désigner un autre message, ou aucun (vide).
    """
    if disposition not in DISPOSITIONS:
        raise ValueError(f"disposition {disposition!r} inconnue (attendu : {', '.join(DISPOSITIONS)})")
    octets = _octets(original)
    entetes = mime.lire_entetes(octets)
    quand = instant or datetime.now(UTC)
    cite = mime.brute(entetes, "Message-ID") if message_id_original is None else message_id_original
    etat = f"{mode}; {disposition}"
    if erreur is not None:
        etat += f"/Error: {_ascii(str(erreur))}" if ancienne_forme else "/error"
    sort = [
        ("Reporting-UA", AGENT),
        ("Original-Recipient", _typee(adresse_originale or adresse)),
        ("Final-Recipient", _typee(adresse)),
    ]
    if cite:
        sort.append(("Original-Message-ID", cite))
    sort.append(("Disposition", etat))
    if erreur is not None and not ancienne_forme:
        sort.append(("Error", _ascii(str(erreur))))
    modele = textes()["mdn"]["erreur" if erreur else disposition]
    rapport = mime.multipart(
        "report",
        [
            mime.texte(modele.format(adresse=adresse, erreur=erreur)),
            mime.champs("message/disposition-notification", sort),
            mime.message_joint(octets),
        ],
        " report-type=disposition-notification;",
    )
    prefixe = f"[KO Intégration système !][{erreur.code}] " if erreur else ""
    liens = [("In-Reply-To", cite), ("References", cite)] if cite else []
    return mime.courriel(
        [
            ("Return-Path", "<>"),
            ("From", mime.boite(nom, adresse)),
            ("To", destinataire or _adresse(entetes, "Disposition-Notification-To") or _adresse(entetes, "From")),
            ("Subject", mime.mot_encode(sujet or prefixe + mime.valeur(entetes, "Subject"))),
            ("Date", mime.date(quand)),
            ("Message-ID", message_id or mime.identifiant(adresse.rpartition("@")[2])),
            *liens,
            ("Auto-Submitted", "auto-replied"),
        ],
        rapport,
    )


def fabriquer_mes_non_distribue(
    original: Original,
    *,
    adresse: str,
    motif: str,
    destinataire: str = "",
    limite: int = 0,
    instant: datetime | None = None,
    message_id: str = "",
) -> bytes:
    """Refus de Mon espace santé : fermée, inconnue, adresse invalide (courriel de texte), trop gros (DSN du relais)."""
    if motif not in MOTIFS_MES:
        raise ValueError(f"motif {motif!r} inconnu (attendu : {', '.join(MOTIFS_MES)})")
    octets = _octets(original)
    entetes = mime.lire_entetes(octets)
    modele = textes()["mes"]["motifs"][motif]
    texte = modele["texte"].format(adresse=adresse, limite=limite)
    if modele.get("systeme"):
        return fabriquer_dsn(
            original, adresse=adresse, action="failed", statut=modele["statut"], destinataire=destinataire,
            diagnostic=f"smtp; 552 {modele['statut']} message trop gros", mta=DOMAINE_USAGERS, instant=instant,
            message_id=message_id, sujet=modele["sujet"], texte=texte,
        )  # fmt: skip
    emetteur = textes()["mes"]["emetteur"]
    cite = mime.brute(entetes, "Message-ID")
    liens = [("In-Reply-To", cite), ("References", cite)] if cite else []
    return mime.courriel(
        [
            ("Return-Path", "<>"),
            ("From", mime.boite(emetteur["nom"], emetteur["adresse"])),
            ("To", destinataire or _adresse(entetes, "From")),
            ("Subject", mime.mot_encode(modele["sujet"])),
            ("Date", mime.date(instant or datetime.now(UTC))),
            ("Message-ID", message_id or mime.identifiant(DOMAINE_USAGERS)),
            *liens,
            ("Auto-Submitted", "auto-replied"),
        ],
        mime.texte(texte),
    )


def statut_mes(motif: str) -> str:
    """Code de statut (RFC 3463) d'un refus de Mon espace santé."""
    return str(textes()["mes"]["motifs"][motif]["statut"])


@lru_cache(maxsize=1)
def textes() -> dict[str, Any]:
    """Les données d'`avis.yaml`."""
    contenu = Path(__file__).with_name("avis.yaml").read_text(encoding="utf-8")
    lu: dict[str, Any] = yaml.load(contenu, Loader=yaml.CSafeLoader)
    return lu


def _octets(original: Original) -> bytes:
    return original if isinstance(original, bytes) else original.octets


def _adresse(entetes: Message, nom: str) -> str:
    return next(iter(mime.adresses(entetes, nom)), "")


def _ascii(valeur: str) -> str:
    """Sans accents : les champs d'un rapport sont en ASCII (RFC 8098, § 3.1.1)."""
    return unicodedata.normalize("NFKD", valeur).encode("ascii", "ignore").decode()


def _typee(adresse: str) -> str:
    return adresse if ";" in adresse else f"rfc822; {adresse}"
