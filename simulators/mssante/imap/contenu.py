"""Le contenu d'un message vu par l'IMAP : arbre MIME par positions dans les octets, jamais recopiés.

Rien n'est supposé de ce qui est déposé : limites de profondeur et de nombre de parts, en-têtes bornés, types
illisibles ramenés à `text/plain` (RFC 2045 § 5.2). Une part au-delà des limites reste une feuille.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

PROFONDEUR_MAX = 30
PARTS_MAX = 2000
ENTETES_MAX = 2**20
VALEUR_MAX = 2**16

_FIN_ENTETES = re.compile(rb"\r?\n\r?\n")
_CHAMP = re.compile(rb"^([!-9;-~]+)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*\n?", re.MULTILINE)
_PLI = re.compile(rb"\r?\n(?=[ \t])")
_TYPE = re.compile(rb"\s*([^\s/;()<>@,:\\\"\[\]?=]+)\s*/\s*([^\s/;()<>@,:\\\"\[\]?=]+)")
_MOT = re.compile(rb"\s*([^\s;()<>@,:\\\"/\[\]?=]+)")
_PARAMETRE = re.compile(rb';\s*([^\s=;()<>@,:\\"/\[\]?]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;"]*))', re.DOTALL)
_ECHAPPE = re.compile(rb"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Declaration:
    """Valeur d'un champ à paramètres : `Content-Type`, `Content-Disposition`."""

    valeur: bytes
    sous_type: bytes = b""
    parametres: tuple[tuple[bytes, bytes], ...] = ()

    def parametre(self, nom: bytes) -> bytes | None:
        """Première valeur de ce paramètre, sans distinction de casse."""
        return next((valeur for cle, valeur in self.parametres if cle.lower() == nom), None)


@dataclass
class Partie:
    """Une part : `debut` de ses en-têtes, `corps` et `fin` dans les octets du message."""

    octets: bytes
    debut: int
    corps: int
    fin: int
    type_defaut: Declaration
    enfants: list[Partie] = field(default_factory=list)
    message: Partie | None = None

    @cached_property
    def entetes(self) -> list[tuple[bytes, int, int]]:
        """(nom en minuscules, début, fin) de chaque champ, fin de ligne comprise."""
        return list(champs(self.octets, self.debut, self.corps))

    @cached_property
    def _places(self) -> dict[bytes, tuple[int, int]]:
        """Place du premier champ de chaque nom."""
        places: dict[bytes, tuple[int, int]] = {}
        for nom, debut, fin in self.entetes:
            places.setdefault(nom, (debut, fin))
        return places

    def valeur(self, nom: bytes) -> bytes | None:
        """Première valeur d'un champ, dépliée ; None s'il est absent."""
        place = self._places.get(nom)
        return None if place is None else self._deplier(*place)

    def valeurs(self, nom: bytes) -> Iterator[bytes]:
        """Valeurs d'un champ, dépliées."""
        return (self._deplier(debut, fin) for cle, debut, fin in self.entetes if cle == nom)

    def _deplier(self, debut: int, fin: int) -> bytes:
        brut = self.octets[debut : min(fin, debut + VALEUR_MAX)].partition(b":")[2]
        return _PLI.sub(b"", brut).strip()

    @cached_property
    def type(self) -> Declaration:
        """`Content-Type`, ou celui que la RFC suppose."""
        brut = self.valeur(b"content-type")
        trouve = _TYPE.match(brut) if brut is not None else None
        if brut is None or trouve is None:
            return self.type_defaut
        return Declaration(trouve[1].lower(), trouve[2].lower(), _parametres(brut))

    @cached_property
    def disposition(self) -> Declaration | None:
        """`Content-Disposition`."""
        brut = self.valeur(b"content-disposition")
        trouve = _MOT.match(brut) if brut is not None else None
        return Declaration(trouve[1], b"", _parametres(brut)) if brut is not None and trouve else None

    @property
    def encodage(self) -> bytes:
        """`Content-Transfer-Encoding` en minuscules ; `7bit` à défaut."""
        trouve = _MOT.match(self.valeur(b"content-transfer-encoding") or b"")
        return trouve[1].lower() if trouve else b"7bit"

    @property
    def taille(self) -> int:
        """Octets du corps."""
        return self.fin - self.corps

    @cached_property
    def lignes(self) -> int:
        """Fins de ligne du corps."""
        return self.octets.count(b"\n", self.corps, self.fin)

    def decode(self) -> bytes | None:
        """Corps sans son encodage de transfert ; None si l'encodage est inconnu ou faux (`BINARY`, RFC 3516)."""
        brut = self.octets[self.corps : self.fin]
        match self.encodage:
            case b"7bit" | b"8bit" | b"binary":
                return brut
            case b"quoted-printable":
                return quopri.decodestring(brut)
            case b"base64":
                try:
                    return binascii.a2b_base64(brut)
                except binascii.Error:
                    return None
        return None

    def parcourir(self) -> Iterator[Partie]:
        """Cette part, puis toutes celles qu'elle contient."""
        pile = [self]
        while pile:
            part = pile.pop()
            yield part
            pile += reversed(part.enfants)
            if part.message is not None:
                pile.append(part.message)


class Contenu:
    """Octets d'un message et ce qui s'en déduit, calculé une fois."""

    __slots__ = ("__dict__", "octets")

    def __init__(self, octets: bytes) -> None:
        self.octets = octets

    @cached_property
    def racine(self) -> Partie:
        """Arbre MIME."""
        return _Analyse(self.octets).message(0, len(self.octets), 0)

    @cached_property
    def racine_seule(self) -> Partie:
        """Première part sans ses enfants : assez pour les en-têtes, sans parcourir le corps."""
        if "racine" in self.__dict__:
            return self.racine
        return _Analyse(self.octets).en_tete(0, len(self.octets), _TEXTE)

    def enveloppe(self, fabrique: Callable[[Partie], bytes]) -> bytes:
        """ENVELOPE, faite une fois : un client la redemande à chaque ouverture du dossier."""
        if "_enveloppe" not in self.__dict__:
            self.__dict__["_enveloppe"] = fabrique(self.racine_seule)
        return bytes(self.__dict__["_enveloppe"])


_TEXTE = Declaration(b"text", b"plain", ((b"charset", b"us-ascii"),))
_MESSAGE = Declaration(b"message", b"rfc822")
_INCLUS = ((b"message", b"rfc822"), (b"message", b"global"))
_EN_CLAIR = (b"7bit", b"8bit", b"binary")


class _Analyse:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._reste = PARTS_MAX

    def message(self, debut: int, fin: int, profondeur: int, defaut: Declaration = _TEXTE) -> Partie:
        part = self.en_tete(debut, fin, defaut)
        self._reste -= 1
        if profondeur >= PROFONDEUR_MAX or self._reste <= 0:
            return part
        type_ = part.type
        if type_.valeur == b"multipart":
            separateur = type_.parametre(b"boundary")
            if separateur:
                enfants = _MESSAGE if type_.sous_type == b"digest" else _TEXTE
                for debut_enfant, fin_enfant in _decouper(self._octets, part.corps, fin, separateur):
                    if self._reste <= 0:
                        break
                    part.enfants.append(self.message(debut_enfant, fin_enfant, profondeur + 1, enfants))
        elif (type_.valeur, type_.sous_type) in _INCLUS and part.encodage in _EN_CLAIR:
            part.message = self.message(part.corps, fin, profondeur + 1)
        return part

    def en_tete(self, debut: int, fin: int, defaut: Declaration) -> Partie:
        octets = self._octets
        if octets.startswith((b"\r\n", b"\n"), debut, fin):  # aucun en-tête
            corps = debut + (2 if octets.startswith(b"\r\n", debut) else 1)
        else:
            trouve = _FIN_ENTETES.search(octets, debut, min(fin, debut + ENTETES_MAX))
            corps = trouve.end() if trouve else fin
        return Partie(octets, debut, corps, fin, defaut)


def champs(octets: bytes, debut: int, fin: int) -> Iterator[tuple[bytes, int, int]]:
    """Champs d'en-tête : (nom en minuscules, début, fin), lignes de suite comprises ; toute autre ligne est sautée."""
    return ((trouve[1].lower(), trouve.start(), trouve.end()) for trouve in _CHAMP.finditer(octets, debut, fin))


def _decouper(octets: bytes, debut: int, fin: int, separateur: bytes) -> Iterator[tuple[int, int]]:
    """Limites des parts d'un multipart ; le saut de ligne qui précède un séparateur lui appartient."""
    marque = b"--" + separateur
    ouverte: int | None = None
    position = debut
    while (trouve := octets.find(marque, position, fin)) >= 0:
        position = trouve + len(marque)
        if trouve > debut and octets[trouve - 1] != 0x0A:
            continue
        saut = octets.find(b"\n", position, fin)
        ligne_finie = saut + 1 if saut >= 0 else fin
        suite = octets[position : min(ligne_finie, position + 80)].rstrip(b" \t\r\n")
        if suite not in (b"", b"--"):
            continue
        if ouverte is not None:
            yield ouverte, max(ouverte, _avant_saut(octets, trouve))
            ouverte = None
        if suite == b"--":
            return
        ouverte = position = ligne_finie
    if ouverte is not None:  # jamais fermé : la dernière part va jusqu'au bout
        yield ouverte, fin


def _avant_saut(octets: bytes, position: int) -> int:
    if octets.endswith(b"\r\n", 0, position):
        return position - 2
    return position - 1


def _parametres(brut: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(
        (nom, _ECHAPPE.sub(rb"\1", cite) if cite else simple) for nom, cite, simple in _PARAMETRE.findall(brut)
    )
