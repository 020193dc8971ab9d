"""Ce qu'une poignée de main TLS montre en clair : ce que le client offre, le groupe que le serveur a retenu.

Numéros : registre « TLS Parameters » de l'IANA. Une poignée illisible ne lève rien : elle ne montre rien.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

GROUPES = {
    19: "secp192r1",
    21: "secp224r1",
    22: "secp256k1",
    23: "secp256r1",
    24: "secp384r1",
    25: "secp521r1",
    29: "x25519",
    30: "x448",
    256: "ffdhe2048",
    257: "ffdhe3072",
    258: "ffdhe4096",
    4588: "x25519mlkem768",
}
VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
_CLIENT_HELLO, _SERVER_HELLO, _SERVER_KEY_EXCHANGE = 1, 2, 12
_EXT_GROUPES, _EXT_VERSIONS, _EXT_PARTS = 10, 43, 51


@dataclass(frozen=True)
class Offre:
    """Ce que le client offre, dans son ordre : suites en quatre chiffres hexadécimaux, versions et groupes nommés."""

    suites: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    groupes: tuple[str, ...] = ()

    def en_notes(self) -> dict[str, str]:
        """Notes d'échange."""
        return {
            "suites_offertes": " ".join(self.suites),
            "versions_offertes": " ".join(self.versions),
            "groupes_offerts": " ".join(self.groupes),
        }


@dataclass
class Observation:
    """Ce qui a été vu d'une connexion."""

    offre: Offre | None = None
    groupe: str = ""


def observer(objet: Any, sens: str, version: Any, enregistrement: Any, sorte: Any, octets: bytes) -> None:
    """À donner à `ConfigTls.observer` ; retient l'observation sur l'objet TLS (`objet.observation`)."""
    if len(octets) < 4 or octets[0] not in (_CLIENT_HELLO, _SERVER_HELLO, _SERVER_KEY_EXCHANGE):
        return
    if getattr(enregistrement, "name", "") != "HANDSHAKE":
        return
    vu = getattr(objet, "observation", None)
    if vu is None:
        vu = objet.observation = Observation()
    try:
        if octets[0] == _CLIENT_HELLO and sens == "read":
            vu.offre = lire_client_hello(octets[4:])
        elif octets[0] == _SERVER_HELLO and sens == "write":
            vu.groupe = groupe_tls13(octets[4:]) or vu.groupe
        elif octets[0] == _SERVER_KEY_EXCHANGE and sens == "write":
            vu.groupe = groupe_tls12(octets[4:], objet)
    except (struct.error, IndexError, ValueError):
        return


def observation(objet: Any) -> Observation:
    """Ce qui a été vu de cette connexion ; vide si Python ne le montre pas."""
    vu = getattr(objet, "observation", None)
    return vu if isinstance(vu, Observation) else Observation()


def lire_client_hello(corps: bytes) -> Offre:
    """Lit un ClientHello sans son en-tête (RFC 8446, section 4.1.2)."""
    ancienne = struct.unpack_from(">H", corps)[0]
    place = 34 + 1 + corps[34]
    longueur = struct.unpack_from(">H", corps, place)[0]
    suites = _mots(corps[place + 2 : place + 2 + longueur])
    place += 2 + longueur
    place += 1 + corps[place]
    extensions = dict(_extensions(corps[place:]))
    versions = tuple(_mots(extensions[_EXT_VERSIONS][1:])) if _EXT_VERSIONS in extensions else (ancienne,)
    groupes = tuple(_mots(extensions[_EXT_GROUPES][2:])) if _EXT_GROUPES in extensions else ()
    return Offre(
        suites=tuple(f"{suite:04x}" for suite in suites if not _graisse(suite)),
        versions=tuple(VERSIONS.get(v, f"{v:04x}") for v in versions if not _graisse(v)),
        groupes=tuple(GROUPES.get(g, str(g)) for g in groupes if not _graisse(g)),
    )


def groupe_tls13(corps: bytes) -> str:
    """Groupe de l'échange de clés d'un ServerHello de TLS 1.3 ; vide s'il n'en dit rien."""
    place = 34 + 1 + corps[34] + 3
    part = dict(_extensions(corps[place:])).get(_EXT_PARTS)
    return _nom(struct.unpack_from(">H", part)[0]) if part else ""


def groupe_tls12(corps: bytes, objet: Any) -> str:
    """Groupe d'un ServerKeyExchange (RFC 8422, section 5.4 ; RFC 5246, section 7.4.3)."""
    suite = objet.cipher()
    if suite is not None and suite[0].startswith("DHE-"):
        return f"dh{8 * struct.unpack_from('>H', corps)[0]}"
    if corps[0] == 3:
        return _nom(struct.unpack_from(">H", corps, 1)[0])
    return f"dh{8 * struct.unpack_from('>H', corps)[0]}"


def _nom(numero: int) -> str:
    return GROUPES.get(numero, str(numero))


def _graisse(valeur: int) -> bool:
    """Valeurs que les clients glissent pour éprouver les serveurs (GREASE, RFC 8701), et signal de renégociation."""
    return (valeur & 0x0F0F == 0x0A0A and valeur >> 8 == valeur & 0xFF) or valeur == 0x00FF


def _mots(octets: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(octets) // 2}H", octets[: len(octets) // 2 * 2])


def _extensions(octets: bytes) -> Iterator[tuple[int, bytes]]:
    if len(octets) < 2:
        return
    fin = 2 + struct.unpack_from(">H", octets)[0]
    place = 2
    while place + 4 <= min(fin, len(octets)):
        sorte, longueur = struct.unpack_from(">HH", octets, place)
        yield sorte, octets[place + 4 : place + 4 + longueur]
        place += 4 + longueur
