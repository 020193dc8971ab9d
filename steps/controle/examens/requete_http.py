"""Un message SOAP dans un fichier : corps seul, requête ou réponse HTTP entière, en-têtes et corps, ou multipart."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from simulators.socle.mtom import parse_type_contenu
from steps.controle.reconnaissance_http import recoller_blocs

ENTETES_MAX = 64 * 1024
CORPS_MAX = 64 * 1024 * 1024
_REQUETE = re.compile(rb"([A-Z]{3,10}) (\S{1,4096}) HTTP/(\d(?:\.\d)?)[ \t]*\r?\n")
_STATUT = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})[^\r\n]*\r?\n")
_ENTETE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")
_PARTIE = re.compile(rb"--([^\r\n]{1,200}?)[ \t]*\r?\n(?=[A-Za-z-]+:)")


class FichierIllisible(ValueError):
    """Le fichier annonce un message HTTP qu'on ne sait pas lire ; le texte dit pourquoi, en français."""


class AuDelaDesLimites(ValueError):
    """Le fichier dépasse une limite du banc ; le texte dit laquelle, en français."""


@dataclass(frozen=True)
class MessageFichier:
    """Ce que le fichier porte ; vide ou None pour ce qu'il ne porte pas.

    `entetes` vide : la couche HTTP n'a pas été vue. `deduits` : le type de contenu a été déduit du corps.
    """

    corps: bytes
    methode: str = ""
    cible: str = ""
    statut: int | None = None
    entetes: tuple[tuple[str, str], ...] = ()
    deduits: bool = False

    @property
    def type_contenu(self) -> str:
        """En-tête Content-Type, vide s'il manque."""
        return next((valeur for nom, valeur in self.entetes if nom.lower() == "content-type"), "")


def lire_message_fichier(octets: bytes) -> MessageFichier:
    """Lit un fichier ; lève `FichierIllisible` ou `AuDelaDesLimites`. CRLF et LF sont admis, comme dans une capture."""
    if len(octets) > CORPS_MAX:
        raise AuDelaDesLimites(f"message de {len(octets)} octets, {CORPS_MAX} au plus")
    debut = octets[3:] if octets.startswith(b"\xef\xbb\xbf") else octets
    utile = debut.lstrip(b" \t\r\n")
    requete, statut = _REQUETE.match(utile), _STATUT.match(utile)
    if requete:
        entetes, corps = _entetes_et_corps(utile[requete.end() :])
        cible = re.sub(r"\Ahttps?://[^/]*", "", requete[2].decode("latin-1"))
        return _decoder(MessageFichier(corps, requete[1].decode(), cible or "/", None, entetes))
    if statut:
        entetes, corps = _entetes_et_corps(utile[statut.end() :])
        return _decoder(MessageFichier(corps, statut=int(statut[1]), entetes=entetes))
    partie = _PARTIE.match(utile)
    if partie:
        type_contenu = (
            f'multipart/related; type="application/xop+xml"; start-info="application/soap+xml"; '
            f'boundary="{partie[1].decode("latin-1")}"'
        )
        return MessageFichier(utile, entetes=(("Content-Type", type_contenu),), deduits=True)
    if _ENTETE.match(utile) and not utile.startswith(b"<"):
        entetes, corps = _entetes_et_corps(utile)
        return _decoder(MessageFichier(corps, entetes=entetes))
    return MessageFichier(octets)


def _entetes_et_corps(suite: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    entetes: list[tuple[str, str]] = []
    position = 0
    while trouve := _ENTETE.match(suite, position):
        nom, _, valeur = trouve.group().decode("latin-1").partition(":")
        entetes.append((nom, " ".join(valeur.split())))
        position = trouve.end()
        if position > ENTETES_MAX:
            raise AuDelaDesLimites(f"en-têtes de plus de {ENTETES_MAX} octets")
    fin = re.compile(rb"\r?\n").match(suite, position)
    if not fin and position < len(suite):
        raise FichierIllisible("les en-têtes HTTP ne se terminent pas par une ligne vide")
    return tuple(entetes), suite[fin.end() :] if fin else b""


def _decoder(message: MessageFichier) -> MessageFichier:
    """Défait `chunked` et la compression annoncés, si le corps les porte encore (une capture les défait parfois)."""
    valeurs = {nom.lower(): valeur.lower() for nom, valeur in message.entetes}
    corps = message.corps
    if "chunked" in valeurs.get("transfer-encoding", "") and re.match(
        rb"\s*[0-9A-Fa-f]{1,8}[ \t]*(;[^\r\n]*)?\r?\n", corps
    ):
        corps = recoller_blocs(corps)
    codage = valeurs.get("content-encoding", "")
    if codage in ("gzip", "x-gzip", "deflate") and corps[:1] not in (b"<", b"-"):
        corps = _decompresser(corps)
    multipart = parse_type_contenu(message.type_contenu)[0].startswith("multipart/")
    return MessageFichier(
        corps if multipart else corps.lstrip(b"\r\n") or corps,
        message.methode,
        message.cible,
        message.statut,
        message.entetes,
    )


def _decompresser(corps: bytes) -> bytes:
    for fenetre in (47, -15):
        decompresseur = zlib.decompressobj(fenetre)
        try:
            sortie = decompresseur.decompress(corps, CORPS_MAX + 1)
        except zlib.error:
            continue
        if len(sortie) > CORPS_MAX:
            raise AuDelaDesLimites(f"corps de plus de {CORPS_MAX} octets une fois décompressé")
        return sortie
    raise FichierIllisible("le corps compressé ne se décompresse pas")
