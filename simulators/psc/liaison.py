"""Jetons liés au certificat TLS du client (RFC 8705, 3) : `cnf.x5t#S256`.

Les exemples publiés par l'ANS portent le base64 du texte hexadécimal de l'empreinte, là où la RFC veut le base64url des
octets : le banc émet la forme de l'ANS et accepte les deux.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def empreinte_ans(certificat_der: bytes) -> str:
    """Forme des exemples de l'ANS."""
    return base64.b64encode(hashlib.sha256(certificat_der).hexdigest().encode()).decode()


def empreinte_rfc(certificat_der: bytes) -> str:
    """Forme de la RFC 8705."""
    return base64.urlsafe_b64encode(hashlib.sha256(certificat_der).digest()).rstrip(b"=").decode()


def est_lie(cnf: str, certificat_der: bytes | None) -> bool:
    """Vrai si ce certificat est celui auquel le jeton est lié, sous l'une ou l'autre forme."""
    if certificat_der is None:
        return False
    formes = (empreinte_ans(certificat_der), empreinte_rfc(certificat_der))
    return any(hmac.compare_digest(cnf.encode(), forme.encode()) for forme in formes)
