"""Du flux d'octets aux commandes : lignes et littéraux (RFC 3501 § 4.3, RFC 7888), sans entrée-sortie.

Le résultat ne dépend pas du découpage du flux. La mémoire est bornée : un littéral trop grand est avalé sans être
gardé et sa commande refusée ; une ligne trop longue ferme la connexion, car on ne sait plus où commence la suite.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

LIGNE_MAX = 2**16
"""Octets d'une commande hors littéraux."""

AVALE_MAX = 2**27
LITTERAL_SIMPLE = 2**16
"""Littéraux d'une commande autre qu'APPEND, octets."""

_APPEND = re.compile(rb"[^ ]+ APPEND ", re.IGNORECASE)
_LITTERAL = re.compile(rb"(~?)\{([0-9]{1,20})(\+?)\}$")


@dataclass(frozen=True)
class Commande:
    """Une commande entière : segments de ligne sans CRLF, et entre deux segments un littéral."""

    segments: tuple[bytes, ...]
    litteraux: tuple[bytes, ...] = ()

    @property
    def octets(self) -> bytes:
        """La commande telle que reçue, CRLF final exclu."""
        morceaux = [self.segments[0]]
        for litteral, segment in zip(self.litteraux, self.segments[1:], strict=True):
            morceaux += [b"\r\n", litteral, segment]
        return b"".join(morceaux)


@dataclass(frozen=True)
class Invitation:
    """Le client attend une ligne `+` avant d'envoyer un littéral de cette taille."""

    taille: int


class Motif(Enum):
    """Pourquoi une commande est refusée avant d'être lue."""

    LIGNE = "ligne trop longue"
    LITTERAL = "littéral trop grand"
    NUL = "octet nul dans une commande"


@dataclass(frozen=True)
class Refus:
    """Commande refusée : son début, et si la connexion doit être fermée."""

    motif: Motif
    debut: bytes
    fermer: bool = False


Evenement = Commande | Invitation | Refus


@dataclass
class Decoupeur:
    """Découpe un flux ; `litteral_max` borne la somme des littéraux d'une commande, et peut changer entre deux."""

    litteral_max: int = 8192
    _tampon: bytearray = field(default_factory=bytearray)
    _vu: int = 0
    _segments: list[bytes] = field(default_factory=list)
    _litteraux: list[bytes] = field(default_factory=list)
    _attendu: int | None = None
    _a_avaler: int = 0
    _refus: Motif | None = None
    _avales: int = 0

    def recevoir(self, octets: bytes) -> None:
        """Ajoute des octets reçus."""
        self._tampon += octets

    @property
    def en_attente(self) -> int:
        """Octets reçus et pas encore rendus."""
        return len(self._tampon) + sum(map(len, self._litteraux)) + sum(map(len, self._segments))

    @property
    def entamee(self) -> bool:
        """Vrai si une commande est commencée."""
        return bool(self._tampon or self._segments)

    def vider(self) -> int:
        """Jette ce qui n'a pas été lu (octets en clair après STARTTLS) ; rend leur nombre."""
        perdus = len(self._tampon)
        self._recommencer()
        self._tampon.clear()
        self._vu = 0
        return perdus

    def ligne(self) -> bytes | None:
        """Prochaine ligne brute, hors commande (réponse à un défi SASL, DONE) ; None s'il faut attendre.

        Une ligne trop longue est rendue tronquée : elle ne peut de toute façon rien valoir.
        """
        fin = self._tampon.find(b"\n")
        if fin < 0:
            if len(self._tampon) > LIGNE_MAX:
                del self._tampon[LIGNE_MAX:]
            return None
        lue = bytes(self._tampon[:fin])
        del self._tampon[: fin + 1]
        return lue.removesuffix(b"\r")

    def suivant(self) -> Evenement | None:
        """Prochain événement complet ; None s'il faut d'autres octets."""
        while True:
            if self._a_avaler:
                avales = min(self._a_avaler, len(self._tampon))
                del self._tampon[:avales]
                self._a_avaler -= avales
                if self._a_avaler:
                    return None
            if self._attendu is not None:
                if len(self._tampon) < self._attendu:
                    return None
                self._litteraux.append(bytes(memoryview(self._tampon)[: self._attendu]))
                del self._tampon[: self._attendu]
                self._attendu, self._vu = None, 0
            fin = self._tampon.find(b"\n", self._vu)
            if fin < 0:
                return self._attendre()
            ligne = bytes(self._tampon[:fin])
            del self._tampon[: fin + 1]
            self._vu = 0
            evenement = self._ligne(ligne)
            if evenement is not None:
                return evenement

    def _attendre(self) -> Refus | None:
        """La ligne n'est pas finie ; au-delà de la limite, elle ne sera pas attendue."""
        self._vu = len(self._tampon)
        if self._vu <= LIGNE_MAX + 1:  # le CR du CRLF peut être arrivé
            return None
        return self._trop_longue(bytes(self._tampon[:256]))

    def _ligne(self, ligne: bytes) -> Evenement | None:
        ligne = ligne.removesuffix(b"\r")
        if len(ligne) + sum(map(len, self._segments)) > LIGNE_MAX:
            return self._trop_longue(ligne[:256])
        if b"\0" in ligne:
            self._refuser(Motif.NUL)
        self._segments.append(ligne)
        trouve = _LITTERAL.search(ligne)
        if trouve is None:
            if self._refus is not None:
                return self._finir_refus()
            commande = Commande(tuple(self._segments), tuple(self._litteraux))
            self._recommencer()
            return commande
        return self._litteral(int(trouve[2]), synchrone=not trouve[3])

    def _trop_longue(self, debut: bytes) -> Refus:
        self._segments = self._segments or [debut]
        self._refus = Motif.LIGNE
        self._tampon.clear()
        self._vu = 0
        return self._finir_refus(fermer=True)

    def _litteral(self, taille: int, *, synchrone: bool) -> Evenement | None:
        limite = self.litteral_max if _APPEND.match(self._segments[0]) else min(self.litteral_max, LITTERAL_SIMPLE)
        if taille + sum(map(len, self._litteraux)) > limite:
            self._refuser(Motif.LITTERAL)
        if self._refus is None:
            self._attendu = taille
            return Invitation(taille) if synchrone else None
        if synchrone:  # sans invitation le client n'enverra rien
            return self._finir_refus()
        self._avales += taille
        if self._avales > AVALE_MAX:
            return self._finir_refus(fermer=True)
        self._a_avaler = taille
        return None

    def _refuser(self, motif: Motif) -> None:
        if self._refus is None:
            self._refus = motif
            self._litteraux = [b""] * len(self._litteraux)

    def _finir_refus(self, *, fermer: bool = False) -> Refus:
        refus = Refus(self._refus or Motif.LIGNE, self._segments[0][:256] if self._segments else b"", fermer)
        self._recommencer()
        return refus

    def _recommencer(self) -> None:
        self._segments, self._litteraux = [], []
        self._attendu, self._refus = None, None
        self._a_avaler = self._avales = 0
