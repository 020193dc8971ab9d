"""Le courriel tel que le journal le garde : codes et liens à usage unique remplacés par leur empreinte.

Un code de six chiffres ne peut pas être protégé partout dans le journal, il s'y trouverait par hasard ; il l'est donc
ici, dans le seul message qui le porte, sous la même empreinte que partout ailleurs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from simulators.courriels.lecture import (
    Contenu,
    analyser,
    codes_de,
    liens_de,
    partie_texte,
    parties_de_texte,
    secrets_de,
)


def masquer(octets: bytes, contenu: Contenu, empreinte: Callable[[str], str]) -> tuple[bytes, int]:
    """Octets à ranger, et nombre de secrets remplacés ; un message sans secret est rendu tel quel."""
    secrets = secrets_de(contenu)
    if not secrets:
        return octets, 0
    message = analyser(octets)
    for partie in parties_de_texte(message):
        texte = partie_texte(partie)
        cache = _cacher(texte, secrets, empreinte)
        if cache != texte:
            sorte = partie.get_content_subtype()
            for nom in ("Content-Type", "Content-Transfer-Encoding"):
                del partie[nom]
            partie.set_content(cache, subtype=sorte, charset="utf-8", cte="8bit")
    objet = _cacher(contenu.objet, secrets, empreinte)
    if objet != contenu.objet:
        del message["Subject"]
        message["Subject"] = " ".join(objet.split())
    return message.as_bytes(), len(secrets)


def cacher_texte(texte: str, empreinte: Callable[[str], str]) -> str:
    """Le texte d'un message lu ailleurs qu'au relais, codes et liens remplacés."""
    return _cacher(texte, secrets_de(Contenu("", texte, liens_de(texte), codes_de(texte))), empreinte)


def _cacher(texte: str, secrets: Sequence[str], empreinte: Callable[[str], str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        # Un code peut être écrit par groupes : « 123 456 ».
        motif = r"[\s\u00a0\u202f-]?".join(map(re.escape, secret)) if len(secret) <= 12 else re.escape(secret)
        texte = re.sub(rf"(?<![0-9A-Za-z]){motif}(?![0-9A-Za-z])", empreinte(secret), texte)
    return texte
