"""Lecture des arguments d'une commande IMAP (RFC 3501 § 9, RFC 9051 § 9) : stricte, bornée, sans entrée-sortie."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from simulators.mssante.imap.cadrage import Commande

ATOME = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
ASTRING = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\]+')
LISTE = re.compile(rb'[^\x00-\x20\x7f-\xff(){"\\]+')
ETIQUETTE = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\+]+')
_CITEE = re.compile(rb'"((?:[^"\\\r\n\0]|\\["\\])*)"')
_ECHAPPE = re.compile(rb'\\(["\\])')
_LITTERAL = re.compile(rb"(~?)\{([0-9]+)\+?\}")
_NOMBRE = re.compile(rb"[0-9]{1,20}")
_ENSEMBLE = re.compile(rb"[0-9*][0-9*:,]*")
_BORNE = re.compile(rb"\*|[1-9][0-9]{0,9}")
_DRAPEAU = re.compile(rb'\\?[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
_DATE = re.compile(rb'"?([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})"?')
_DATE_HEURE = re.compile(
    rb'"([ 0-9][0-9])-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"'
)
MOIS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RANG_MOIS = {nom.lower().encode(): rang for rang, nom in enumerate(MOIS, 1)}
INFINI = 2**32


class Mauvaise(Exception):
    """Commande mal formée : réponse BAD."""


Intervalle = tuple[int, int]
"""Bornes comprises, dans l'ordre ; `INFINI` vaut `*`."""


class Arguments:
    """Curseur sur une commande."""

    def __init__(self, commande: Commande) -> None:
        self._segments = commande.segments
        self._litteraux = commande.litteraux
        self._segment = 0
        self._place = 0

    # -- lecture élémentaire -----------------------------------------------------------------------------------

    @property
    def fini(self) -> bool:
        """Vrai s'il ne reste rien."""
        return self._segment == len(self._segments) - 1 and self._place >= len(self._ligne)

    @property
    def reste(self) -> bytes:
        """Ce qui n'est pas encore lu, littéraux compris, sans l'espace qui le précède."""
        morceaux = [self._ligne[self._place :]]
        suite = range(self._segment, len(self._segments) - 1)
        for rang in suite:
            morceaux += [b"\r\n", self._litteraux[rang], self._segments[rang + 1]]
        return b"".join(morceaux).removeprefix(b" ")

    def terminer(self) -> None:
        """Exige la fin de la commande."""
        if not self.fini:
            raise Mauvaise("Unexpected extra argument")

    def espace(self) -> None:
        """Exige une espace, et une seule."""
        self.exiger(b" ")

    def exiger(self, attendu: bytes) -> None:
        """Exige ces octets."""
        if not self.accepter(attendu):
            raise Mauvaise(f"Expected {attendu.decode()!r}" if attendu != b" " else "Expected a single space")

    def accepter(self, attendu: bytes) -> bool:
        """Consomme ces octets s'ils sont là (sans distinction de casse)."""
        bout = self._ligne[self._place : self._place + len(attendu)]
        if bout.upper() != attendu.upper():
            return False
        self._place += len(attendu)
        return True

    def voir(self) -> bytes:
        """Octet suivant, vide à la fin du segment."""
        return self._ligne[self._place : self._place + 1]

    def motif(self, motif: re.Pattern[bytes], quoi: str) -> re.Match[bytes]:
        """Exige ce motif à cette place."""
        trouve = motif.match(self._ligne, self._place)
        if trouve is None:
            raise Mauvaise(f"Expected {quoi}")
        self._place = trouve.end()
        return trouve

    @property
    def _ligne(self) -> bytes:
        return self._segments[self._segment]

    # -- valeurs -----------------------------------------------------------------------------------------------

    def atome(self) -> bytes:
        """Atome."""
        return self.motif(ATOME, "an atom")[0]

    def mot(self) -> bytes:
        """Atome en capitales."""
        return self.atome().upper()

    def chaine(self) -> bytes:
        """Chaîne : entre guillemets ou littérale."""
        if self.voir() == b'"':
            return _ECHAPPE.sub(rb"\1", self.motif(_CITEE, "a quoted string")[1])
        return self.litteral()

    def litteral(self, *, binaire: bool = False) -> bytes:
        """Littéral ; `binaire` : un littéral à octets nuls (`~{n}`) est admis."""
        trouve = self.motif(_LITTERAL, "a string")
        if self._place != len(self._ligne) or self._segment + 1 >= len(self._segments):
            raise Mauvaise("Misplaced literal")
        contenu = self._litteraux[self._segment]
        self._segment += 1
        self._place = 0
        if trouve[1] and not binaire:
            raise Mauvaise("literal8 not allowed here")
        if not trouve[1] and b"\0" in contenu:
            raise Mauvaise("NUL octet in a literal")
        return contenu

    def astring(self) -> bytes:
        """Atome (crochet fermant admis) ou chaîne."""
        if self.voir() in (b'"', b"{"):
            return self.chaine()
        return self.motif(ASTRING, "a string")[0]

    def motif_liste(self) -> bytes:
        """Nom de dossier avec jokers."""
        if self.voir() in (b'"', b"{"):
            return self.chaine()
        return self.motif(LISTE, "a mailbox pattern")[0]

    def nombre(self) -> int:
        """Entier naturel sur 63 bits."""
        valeur = int(self.motif(_NOMBRE, "a number")[0])
        if valeur >= 2**63:
            raise Mauvaise("Number too big")
        return valeur

    def liste(self) -> list[bytes]:
        """Liste entre parenthèses d'atomes, en capitales ; vide refusée."""
        self.exiger(b"(")
        mots = [self.mot()]
        while self.accepter(b" "):
            mots.append(self.mot())
        self.exiger(b")")
        return mots

    def drapeaux(self) -> list[str]:
        """Liste de drapeaux, avec ou sans parenthèses (STORE)."""
        entre = self.accepter(b"(")
        if entre and self.accepter(b")"):
            return []
        mots = [self.motif(_DRAPEAU, "a flag")[0].decode("ascii")]
        while self.accepter(b" "):
            mots.append(self.motif(_DRAPEAU, "a flag")[0].decode("ascii"))
        if entre:
            self.exiger(b")")
        return mots

    def ensemble(self) -> list[Intervalle]:
        """Ensemble de numéros ou d'UID."""
        if self.accepter(b"$"):
            return []
        texte = self.motif(_ENSEMBLE, "a sequence set")[0]
        intervalles = []
        for morceau in texte.split(b","):
            bornes = morceau.split(b":")
            if len(bornes) > 2 or not all(_BORNE.fullmatch(borne) for borne in bornes):
                raise Mauvaise("Malformed sequence set")
            valeurs = sorted(INFINI if borne == b"*" else int(borne) for borne in bornes)
            if valeurs[-1] > INFINI or (valeurs[-1] == INFINI and b"*" not in morceau):
                raise Mauvaise("Message number too big")
            intervalles.append((valeurs[0], valeurs[-1]))
        return intervalles

    def date(self) -> date:
        """Date de SEARCH (`1-Jan-2026`)."""
        trouve = self.motif(_DATE, "a date")
        if trouve[0].startswith(b'"') is not trouve[0].endswith(b'"'):
            raise Mauvaise("Malformed date")
        try:
            return date(int(trouve[3]), _RANG_MOIS[trouve[2].lower()], int(trouve[1]))
        except (KeyError, ValueError):
            raise Mauvaise("Invalid date") from None

    def date_heure(self) -> datetime:
        """Date d'APPEND, entre guillemets."""
        jour, mois, annee, heure, minute, seconde, signe, zone_h, zone_m = self.motif(
            _DATE_HEURE, "a date-time"
        ).groups()
        decalage = timedelta(hours=int(zone_h), minutes=int(zone_m))
        try:
            zone = timezone(-decalage if signe == b"-" else decalage) if decalage else UTC
            return datetime(
                int(annee),
                _RANG_MOIS[mois.lower()],
                int(jour),
                int(heure),
                int(minute),
                min(int(seconde), 59),
                tzinfo=zone,
            )
        except (KeyError, ValueError):
            raise Mauvaise("Invalid date-time") from None
