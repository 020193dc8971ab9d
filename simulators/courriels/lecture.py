"""Lecture d'un courriel reçu : ce qu'une personne y voit, les codes et les liens qu'elle y trouve.

Rien n'est propre à un logiciel : un code est une suite de chiffres, ou un mot de capitales et de chiffres, isolés dans
le texte ; un lien est une adresse web. Ce que le texte appelle « code » passe d'abord.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from html import unescape

_LIEN = re.compile(r"""https?://[^\s<>"'«»]+""")
_CHIFFRES = re.compile(r"(?<![\w@./:+#-])(?:\d{4,10}|\d{2,4}(?:[ \u00a0\u202f-]\d{2,4}){1,2})(?![\w@/-]|[.,:]\d)")
_MELANGE = re.compile(r"(?<![\w@./:+#-])(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*(?![\w@/-])")
_CODE = re.compile(r"code|usage unique|otp|vérification|verification|confirmation", re.IGNORECASE)
_ANNEE = re.compile(r"(?:19|20)\d\d")
_TELEPHONE = re.compile(r"(?:\+33 ?|0)[1-9](?:[ .\u00a0\u202f-]?\d\d){4}")
_DATE = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2} ?[h:] ?\d{2}")
_BALISE = re.compile(r"<[^>]*>")
_BLOC = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)[^>]*>", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_INVISIBLE = re.compile(r"<(style|script|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LONGUEUR_MINIMALE = 4


@dataclass(frozen=True)
class Contenu:
    """Ce qu'une personne lit d'un courriel."""

    objet: str
    texte: str
    liens: tuple[str, ...]
    codes: tuple[str, ...]
    """Codes possibles, le plus vraisemblable d'abord, sans espace ni tiret."""


def lire(octets: bytes) -> Contenu:
    """Contenu d'un courriel ; un message illisible a un texte vide."""
    message = analyser(octets)
    parties = [partie_texte(partie) for partie in parties_de_texte(message)]
    html = any(partie.get_content_type() == "text/html" for partie in parties_de_texte(message))
    texte = "\n".join(_sans_balises(t) if html and _BALISE.search(t) else t for t in parties)
    retenus = liens_de("\n".join(parties))
    objet = str(message.get("Subject", "")).strip()
    return Contenu(objet, texte, retenus, codes_de(f"{texte}\n{objet}"))


def liens_de(texte: str) -> tuple[str, ...]:
    """Adresses web d'un texte ou d'un HTML, dans l'ordre, chacune une fois."""
    liens = [*map(unescape, _HREF.findall(texte)), *_LIEN.findall(unescape(texte))]
    return tuple(dict.fromkeys(lien.rstrip(".,;:!?)]") for lien in liens if lien.startswith("http")))


def codes_de(texte: str) -> tuple[str, ...]:
    """Codes possibles d'un texte : ceux que leur phrase annonce, puis les autres."""
    net = _LIEN.sub(" ", texte)
    net = _TELEPHONE.sub(" ", _DATE.sub(" ", net))
    annonces: list[str] = []
    autres: list[str] = []
    lignes = re.split(r"\n|(?<=[.!?;]) ", net)
    for rang, ligne in enumerate(lignes):
        voisine = " ".join(lignes[max(0, rang - 2) : rang + 1])
        for trouve in (*_CHIFFRES.finditer(ligne), *_MELANGE.finditer(ligne)):
            code = re.sub(r"[\s\u00a0\u202f-]", "", trouve[0])
            if len(code) < _LONGUEUR_MINIMALE or (_ANNEE.fullmatch(code) and not _CODE.search(ligne)):
                continue
            (annonces if _CODE.search(voisine) else autres).append(code)
    return tuple(dict.fromkeys([*annonces, *autres]))


def secrets_de(contenu: Contenu) -> tuple[str, ...]:
    """Ce qu'il faut cacher du journal : les codes, et ce que portent les liens après l'hôte."""
    portes = [
        morceau
        for lien in contenu.liens
        for morceau in re.split(r"[/?&=#]", lien.partition("://")[2].partition("/")[2])
        if len(morceau) >= 8 and re.search(r"\d", morceau)
    ]
    return tuple(dict.fromkeys([*contenu.codes, *portes]))


def analyser(octets: bytes) -> EmailMessage:
    """Message MIME, par la politique moderne de Python."""
    message = BytesParser(policy=policy.SMTP).parsebytes(octets)
    assert isinstance(message, EmailMessage)
    return message


def parties_de_texte(message: EmailMessage) -> list[MIMEPart]:
    """Parties qu'une messagerie montrerait."""
    parties: Iterable[MIMEPart] = message.walk()
    return [p for p in parties if p.get_content_maintype() == "text" and p.get_content_disposition() != "attachment"]


def partie_texte(partie: MIMEPart) -> str:
    """Texte décodé d'une partie, vide si son codage est inconnu."""
    try:
        return str(partie.get_content())
    except (LookupError, ValueError, KeyError):
        return ""


def _sans_balises(html: str) -> str:
    return unescape(_BALISE.sub(" ", _BLOC.sub("\n", _INVISIBLE.sub(" ", html))))
