"""Un courriel se reconnaît à ses en-têtes, jamais à son nom."""

from __future__ import annotations

import re

_DEBUT = 64 * 1024
_CHAMP = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_DE_COURRIEL = frozenset(
    {"from", "to", "cc", "bcc", "subject", "message-id", "date", "received", "return-path", "reply-to", "sender",
     "delivered-to", "in-reply-to", "references", "disposition-notification-to", "return-receipt-to", "mime-version",
     "dkim-signature", "x-mss-nil", "x-mss-ins", "x-mss-codecda", "x-mss-mes", "auto-submitted"}
)  # fmt: skip
_D_HTTP = frozenset({"host", "soapaction", "server", "accept", "cookie", "set-cookie", "authorization"})


def est_courriel(octets: bytes) -> bool:
    """Vrai si les octets commencent par au moins deux en-têtes de courriel, et aucun de HTTP.

    Un en-tête qui dépasse à lui seul ce que la reconnaissance lit compte pour deux.
    """
    debut = octets[:_DEBUT].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if debut.startswith(b"From "):
        debut = debut.partition(b"\n")[2]
    vus: set[str] = set()
    lu = 0
    for ligne in debut.split(b"\n"):
        lu += len(ligne) + 1
        if ligne.strip(b"\r") == b"":
            break
        if ligne[:1] in (b" ", b"\t"):
            continue
        champ = _CHAMP.match(ligne)
        if champ is None:
            break
        vus.add(champ[1].decode().lower())
    if vus & _D_HTTP:
        return False
    return len(vus & _DE_COURRIEL) + (lu > len(debut) and len(octets) > _DEBUT) > 1
