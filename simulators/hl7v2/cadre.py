"""Le cadre MLLP (0x0B message 0x1C 0x0D) : le faire, et le retrouver au fil des octets, en mémoire bornée.

Source : HL7, guide d'implémentation, annexe C (Minimal Lower Layer Protocol).
"""

from __future__ import annotations

from dataclasses import dataclass

DEBUT, FIN, RETOUR = b"\x0b", b"\x1c", b"\r"
MESSAGE_MAX = 32 * 2**20
"""Octets d'un message, cadre compris, au-delà desquels le pair ne lit plus."""


class MessageTropGrand(ValueError):
    """Le message en cours dépasse la limite."""


@dataclass(frozen=True)
class Cadre:
    """Un message et son cadre, tels que reçus. `defaut` : ce qui manque au cadre, vide s'il est juste."""

    octets: bytes
    defaut: str = ""

    @property
    def contenu(self) -> bytes:
        """Le message sans son cadre."""
        return self.octets.removeprefix(DEBUT).removesuffix(RETOUR).removesuffix(FIN)


def encadrer(message: bytes) -> bytes:
    """Le message dans son cadre."""
    return DEBUT + message + FIN + RETOUR


class Cadrage:
    """Retrouve les messages dans un flux. `hors_cadre` : octets reçus entre deux cadres."""

    def __init__(self, maximum: int = MESSAGE_MAX) -> None:
        self._maximum = maximum
        self._tampon = bytearray()
        self._vus = 1
        self.hors_cadre = 0

    @property
    def en_cours(self) -> int:
        """Octets d'un message commencé et pas encore fini."""
        return len(self._tampon)

    def recevoir(self, bloc: bytes) -> list[Cadre]:
        """Les messages que ce bloc achève ; MessageTropGrand si celui en cours passe la limite."""
        self._tampon += bloc
        cadres = []
        while (cadre := self._suivant()) is not None:
            cadres.append(cadre)
        if len(self._tampon) > self._maximum:
            raise MessageTropGrand(f"message de plus de {self._maximum} octets")
        return cadres

    def reste(self) -> Cadre | None:
        """Ce qui était en cours quand la connexion a fini."""
        if not self._tampon:
            return None
        octets = bytes(self._tampon)
        self._tampon.clear()
        return Cadre(octets, "0x1C sans 0x0D" if octets.endswith(FIN) else "cadre non fermé")

    def _suivant(self) -> Cadre | None:
        tampon = self._tampon
        if not tampon.startswith(DEBUT):
            debut = tampon.find(DEBUT)
            self.hors_cadre += len(tampon) if debut < 0 else debut
            del tampon[: debut if debut >= 0 else len(tampon)]
            self._vus = 1
            if not tampon:
                return None
        fin = tampon.find(FIN, self._vus)
        autre = tampon.find(DEBUT, self._vus, fin if fin >= 0 else len(tampon))
        if autre >= 0:
            return self._retirer(autre, "cadre non fermé")
        if fin < 0:
            self._vus = len(tampon)
            return None
        if fin + 1 == len(tampon):
            self._vus = fin
            return None
        ferme = tampon[fin + 1] == RETOUR[0]
        return self._retirer(fin + 2 if ferme else fin + 1, "" if ferme else "0x1C sans 0x0D")

    def _retirer(self, longueur: int, defaut: str) -> Cadre:
        octets = bytes(self._tampon[:longueur])
        del self._tampon[:longueur]
        self._vus = 1
        return Cadre(octets, defaut)
