"""Le message reçu après DATA : fin trouvée au fil de l'eau, points déspécialisés, octets versés au journal.

Le corps n'est jamais tenu deux fois : les petits messages en mémoire, les grands dans un fichier temporaire chiffré, le
temps que la garde ait tout vu.
"""

from __future__ import annotations

from simulators.socle.corps import Reception

FIN = b"\r\n.\r\n"
_DEBUTS = tuple(FIN[:taille] for taille in range(len(FIN) - 1, 0, -1))


class Depointage:
    """Sépare un message SMTP de ce qui le suit (RFC 5321, section 4.5.2), bloc après bloc."""

    def __init__(self) -> None:
        self._reste = b"\r\n"  # une ligne d'un seul point peut être la première
        self._debut = True
        self.suite = b""
        """Octets venus après la fin du message."""

    def verser(self, bloc: bytes) -> tuple[bytes, bool]:
        """Octets du message que ce bloc complète, et s'il est fini."""
        tampon = self._reste + bloc
        place = tampon.find(FIN)
        if place >= 0:
            self._reste, self.suite = b"", tampon[place + len(FIN) :]
            return self._sortir(tampon[: place + 2]), True
        attente = next((len(debut) for debut in _DEBUTS if tampon.endswith(debut)), 0)
        coupe = len(tampon) - attente
        self._reste = tampon[coupe:]
        return self._sortir(tampon[:coupe]), False

    def reste(self) -> bytes:
        """Ce qui attendait une suite qui ne viendra pas."""
        attente, self._reste = self._reste, b""
        return attente[2:] if self._debut else attente

    def _sortir(self, octets: bytes) -> bytes:
        octets = octets.replace(b"\r\n.", b"\r\n")
        if self._debut and octets:
            self._debut = False
            return octets[2:]
        return octets


class MessageEntrant:
    """Un message en cours de réception ; au-delà de `limite` octets, il est lu jusqu'au bout mais oublié."""

    def __init__(self, reception: Reception, limite: int) -> None:
        self._reception: Reception | None = reception
        self._limite = limite
        self._depointage = Depointage()
        self.taille = 0

    @property
    def trop_gros(self) -> bool:
        """Vrai si la limite est dépassée : rien n'est gardé."""
        return self._reception is None

    @property
    def suite(self) -> bytes:
        """Octets reçus après le message."""
        return self._depointage.suite

    @property
    def reception(self) -> Reception:
        """Les octets reçus."""
        assert self._reception is not None
        return self._reception

    def verser(self, bloc: bytes) -> bool:
        """Ajoute un bloc ; vrai quand le message est complet. `MatriculeReel` si la garde l'y voit."""
        octets, fini = self._depointage.verser(bloc)
        self.taille += len(octets)
        if self._reception is not None:
            if self.taille > self._limite:
                self.abandonner()
            elif octets:
                self._reception.ecrire(octets)
        return fini

    def interrompre(self) -> None:
        """Le message ne sera jamais complet : ce qui attendait rejoint le reste."""
        octets = self._depointage.reste()
        self.taille += len(octets)
        if self._reception is not None and octets:
            self._reception.ecrire(octets)

    def abandonner(self) -> None:
        """Oublie ce qui a été reçu."""
        if self._reception is not None:
            self._reception.abandonner()
            self._reception = None
