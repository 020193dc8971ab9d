"""Courriels écrits octet par octet : la bibliothèque standard corrigerait ce que le banc veut parfois écrire faux.

RFC 5322 (en-têtes), 2045 et 2046 (parties), 2047 (texte des en-têtes), 2231 (noms de fichiers).
"""

from __future__ import annotations

import base64
import hashlib
import quopri
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header, decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import format_datetime, getaddresses
from urllib.parse import quote
from uuid import uuid4

EnTetes = Sequence[tuple[str, str]]
_LIGNE = 76


@dataclass(frozen=True)
class Partie:
    """En-têtes et contenu déjà encodé d'une partie, ou d'un courriel entier."""

    entetes: tuple[tuple[str, str], ...]
    contenu: bytes

    @property
    def octets(self) -> bytes:
        """Les octets, lignes terminées par CRLF ; une valeur non ASCII part telle quelle en UTF-8."""
        lignes = "".join(f"{nom}: {valeur}\r\n" for nom, valeur in self.entetes)
        return lignes.encode("utf-8", "surrogateescape") + b"\r\n" + self.contenu


def texte(contenu: str, sous_type: str = "plain", *, charset: str = "utf-8", encodage: str = "8bit") -> Partie:
    """Partie `text/…` ; `encodage` : 7bit, 8bit, quoted-printable ou base64. Les fins de ligne deviennent CRLF."""
    octets = "\r\n".join(contenu.splitlines()).encode(charset) + (b"\r\n" if contenu else b"")
    if encodage == "base64":
        octets = en_base64(octets)
    elif encodage == "quoted-printable":
        # quopri laisse les fins de ligne telles quelles hors mode binaire.
        octets = quopri.encodestring(octets.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    entetes = (("Content-Type", f"text/{sous_type}; charset={charset}"), ("Content-Transfer-Encoding", encodage))
    return Partie(entetes, octets)


def piece(octets: bytes, type_contenu: str, nom: str, *, disposition: str = "attachment") -> Partie:
    """Pièce jointe en base64 ; son nom est écrit selon la RFC 2231 s'il n'est pas en ASCII."""
    return Partie(
        (
            ("Content-Type", f"{type_contenu};{parametre('name', nom)}"),
            ("Content-Disposition", f"{disposition};{parametre('filename', nom)}"),
            ("Content-Transfer-Encoding", "base64"),
        ),
        en_base64(octets),
    )


def message_joint(octets: bytes) -> Partie:
    """Partie `message/rfc822` : l'original entier, intact. La RFC 2046 (§ 5.2.1) n'y permet pas d'encodage."""
    return Partie((("Content-Type", "message/rfc822"), ("Content-Transfer-Encoding", _transfert(octets))), octets)


def entetes_joints(octets: bytes) -> Partie:
    """Partie `text/rfc822-headers` (RFC 6522, § 4) : les seuls en-têtes de l'original."""
    bloc = bloc_entetes(octets)
    entetes = (("Content-Type", "text/rfc822-headers"), ("Content-Transfer-Encoding", _transfert(bloc)))
    return Partie(entetes, bloc + b"\r\n")


def champs(type_contenu: str, *groupes: EnTetes) -> Partie:
    """Partie faite de groupes de champs, séparés par une ligne vide (RFC 3464 et 8098)."""
    blocs = ["".join(f"{nom}: {valeur}\r\n" for nom, valeur in groupe) for groupe in groupes]
    octets = "\r\n".join(blocs).encode()
    transfert = () if octets.isascii() else (("Content-Transfer-Encoding", "8bit"),)
    return Partie((("Content-Type", type_contenu), *transfert), octets)


def multipart(sous_type: str, parties: Iterable[Partie], parametres: str = "") -> Partie:
    """Assemblage ; la frontière est tirée du contenu et ne s'y trouve pas."""
    blocs = [partie.octets for partie in parties]
    condense = hashlib.sha256(b"\0".join(blocs)).hexdigest()
    frontiere = f"=_banc_{condense[:32]}"
    assert not any(frontiere.encode() in bloc for bloc in blocs)
    limite = b"--" + frontiere.encode()
    contenu = b"".join(limite + b"\r\n" + bloc + b"\r\n" for bloc in blocs) + limite + b"--\r\n"
    return Partie((("Content-Type", f'multipart/{sous_type};{parametres} boundary="{frontiere}"'),), contenu)


def courriel(entetes: EnTetes, corps: Partie) -> bytes:
    """Un courriel entier : ses en-têtes, `MIME-Version`, puis ceux du corps."""
    return Partie((*entetes, ("MIME-Version", "1.0"), *corps.entetes), corps.contenu).octets


def mot_encode(valeur: str, nom: str = "Subject", *, encodage: str = "") -> str:
    """Valeur d'un en-tête de texte : telle quelle en ASCII, sinon en mots encodés (RFC 2047), repliée.

    `encodage` : charset imposé (`iso-8859-15`…) ; UTF-8 par défaut.
    """
    charset = encodage or ("us-ascii" if valeur.isascii() else "utf-8")
    return Header(valeur, charset, header_name=nom, maxlinelen=_LIGNE).encode(linesep="\r\n")


def boite(nom: str, adresse: str) -> str:
    """`nom <adresse>`, nom encodé s'il le faut ; l'adresse seule sans nom."""
    if not nom:
        return adresse
    if nom.isascii():
        nom = nom if all(c.isalnum() or c in " -_'" for c in nom) else '"' + nom.replace('"', r"\"") + '"'
        return f"{nom} <{adresse}>"
    return f"{mot_encode(nom, 'From')}\r\n <{adresse}>"


def parametre(nom: str, valeur: str) -> str:
    """Paramètre d'un en-tête MIME, précédé d'un repli ; RFC 2231 (continuations comprises) hors ASCII."""
    if valeur.isascii():
        protege = valeur.replace("\\", r"\\").replace('"', r"\"")
        return f'\r\n {nom}="{protege}"'
    octets = [quote(caractere, safe="") for caractere in valeur]
    morceaux, courant = [], "UTF-8''"
    for code in octets:
        if len(courant) + len(code) > _LIGNE - len(nom) - 8:
            morceaux.append(courant)
            courant = ""
        courant += code
    morceaux.append(courant)
    if len(morceaux) == 1:
        return f"\r\n {nom}*={morceaux[0]}"
    return ";".join(f"\r\n {nom}*{rang}*={morceau}" for rang, morceau in enumerate(morceaux))


def replier(valeurs: str) -> str:
    """Valeurs séparées par des espaces, une par ligne : une liste de références peut être longue."""
    return "\r\n ".join(valeurs.split())


def date(instant: datetime) -> str:
    """Valeur de `Date` (RFC 5322, § 3.3) ; l'instant porte son décalage."""
    if instant.tzinfo is None:
        raise ValueError("l'instant d'un courriel porte un décalage horaire")
    return format_datetime(instant.replace(microsecond=0))


def identifiant(domaine: str) -> str:
    """Message-ID neuf sous ce domaine (RFC 5322, § 3.6.4)."""
    return f"<{uuid4()}@{domaine or 'banc.invalid'}>"


def en_base64(octets: bytes) -> bytes:
    """Base64 en lignes de 76 caractères, CRLF à la fin de chacune."""
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def lire_entetes(octets: bytes) -> Message:
    """En-têtes d'un courriel, aussi mal formés soient-ils."""
    return BytesHeaderParser(policy=compat32).parsebytes(bloc_entetes(octets) + b"\r\n\r\n")


def bloc_entetes(octets: bytes) -> bytes:
    """Ce qui précède la première ligne vide, CRLF ou LF ; tout, s'il n'y en a pas."""
    fins = [rang for fin in (b"\r\n\r\n", b"\n\n") if (rang := octets.find(fin)) >= 0]
    return octets[: min(fins)] if fins else octets


def brute(entetes: Message, nom: str) -> str:
    """Première valeur dépliée d'un en-tête, sans décodage ; vide s'il manque."""
    trouvee = entetes.get(nom)
    return "" if trouvee is None else _sans_commande("".join(str(trouvee).splitlines()))


def valeur(entetes: Message, nom: str) -> str:
    """Première valeur dépliée et décodée (RFC 2047) d'un en-tête ; vide s'il manque."""
    depliee = brute(entetes, nom)
    try:
        return _sans_commande(str(make_header(decode_header(depliee))))
    except (LookupError, ValueError):  # charset inconnu, base64 faux : la forme brute
        return depliee


def adresses(entetes: Message, nom: str) -> list[str]:
    """Adresses d'un en-tête, sans leurs libellés ; lues avant tout décodage, pour qu'un libellé n'en fabrique pas."""
    lues = getaddresses([brute(entetes, nom)])
    return [adresse for _, adresse in lues if "@" in adresse and adresse.isprintable()]


def _sans_commande(texte: str) -> str:
    """Sans fin de ligne ni caractère de commande : un avis ne doit pas laisser passer un en-tête de plus."""
    return "".join(c if c.isprintable() else " " for c in texte).strip()


def _transfert(octets: bytes) -> str:
    return "7bit" if octets.isascii() else "8bit"
