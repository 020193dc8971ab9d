"""SEARCH : lecture des critères et jugement d'un message (RFC 3501 § 6.4.4, ESEARCH RFC 4731, SEARCHRES RFC 5182).

Un critère est une fonction (rang, message) → vrai ou faux, avec son coût : les moins chers sont essayés d'abord.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate

from simulators.mssante.boites_dossier import Message, Vue
from simulators.mssante.imap.analyse import INFINI, Arguments, Intervalle, Mauvaise
from simulators.mssante.imap.textes import corps_cherchable, entete_cherchable, entetes_cherchables

PROFONDEUR_MAX = 50
CRITERES_MAX = 2000

Juge = Callable[[int, Message], bool]


class JeuInconnu(Exception):
    """Jeu de caractères de recherche non pris en charge."""


@dataclass(frozen=True)
class Critere:
    """Un critère et ce qu'il coûte par message."""

    cout: int
    juge: Juge


_DRAPEAUX = {
    b"ANSWERED": r"\Answered",
    b"DELETED": r"\Deleted",
    b"DRAFT": r"\Draft",
    b"FLAGGED": r"\Flagged",
    b"SEEN": r"\Seen",
}
_ENTETES = {b"BCC": b"bcc", b"CC": b"cc", b"FROM": b"from", b"SUBJECT": b"subject", b"TO": b"to"}


class Lecteur:
    """Lit les critères d'une commande SEARCH."""

    def __init__(self, arguments: Arguments, vue: Vue, gardes: set[int]) -> None:
        self._a = arguments
        self._vue = vue
        self._gardes = gardes
        self._jeu = "utf-8"
        self._reste = CRITERES_MAX

    def lire(self) -> Juge:
        """Tous les critères jusqu'à la fin de la commande, `CHARSET` compris."""
        if self._a.accepter(b"CHARSET "):
            jeu = self._a.astring().upper()
            if jeu not in (b"UTF-8", b"US-ASCII"):
                raise JeuInconnu
            self._a.espace()
        criteres = [self._critere(0)]
        while not self._a.fini:
            self._a.espace()
            criteres.append(self._critere(0))
        return _tous(criteres).juge

    def _critere(self, profondeur: int) -> Critere:
        self._reste -= 1
        if profondeur > PROFONDEUR_MAX or self._reste < 0:
            raise Mauvaise("Search too complex")
        if self._a.accepter(b"("):
            criteres = [self._critere(profondeur + 1)]
            while self._a.accepter(b" "):
                criteres.append(self._critere(profondeur + 1))
            self._a.exiger(b")")
            return _tous(criteres)
        suivant = self._a.voir()
        if suivant.isdigit() or suivant == b"*":
            return self._rangs(self._a.ensemble())
        if suivant == b"$":
            self._a.ensemble()
            gardes = set(self._gardes)
            return Critere(0, lambda rang, message: message.uid in gardes)
        return self._cle(self._a.mot(), profondeur)

    def _cle(self, cle: bytes, profondeur: int) -> Critere:
        simple = _simple(cle, self._vue)
        if simple is not None:
            return Critere(0, simple)
        self._a.espace()
        if cle == b"NOT":
            nie = self._critere(profondeur + 1)
            return Critere(nie.cout, lambda rang, message: not nie.juge(rang, message))
        if cle == b"OR":
            gauche = self._critere(profondeur + 1)
            self._a.espace()
            droite = self._critere(profondeur + 1)
            return Critere(
                max(gauche.cout, droite.cout),
                lambda rang, message: gauche.juge(rang, message) or droite.juge(rang, message),
            )
        if cle == b"UID":
            return self._uids()
        if cle in (b"KEYWORD", b"UNKEYWORD"):
            voulu, sens = self._a.atome().decode("ascii").lower(), cle == b"KEYWORD"
            return Critere(0, lambda rang, m: any(d.lower() == voulu for d in m.drapeaux) is sens)
        if cle in (b"LARGER", b"SMALLER"):
            taille = self._a.nombre()
            if cle == b"LARGER":
                return Critere(0, lambda rang, m: len(m.contenu.octets) > taille)
            return Critere(0, lambda rang, m: len(m.contenu.octets) < taille)
        if cle in (b"BEFORE", b"ON", b"SINCE", b"SENTBEFORE", b"SENTON", b"SENTSINCE"):
            return _de_date(cle, self._a.date())
        return self._texte(cle)

    def _texte(self, cle: bytes) -> Critere:
        if cle == b"HEADER":
            nom = self._a.astring().lower()
            self._a.espace()
            cherche = self._chaine()
            return Critere(2, lambda rang, m: _dans(cherche, entete_cherchable(m.contenu, nom)))
        if cle in _ENTETES:
            nom, cherche = _ENTETES[cle], self._chaine()
            return Critere(2, lambda rang, m: _dans(cherche, entete_cherchable(m.contenu, nom)))
        if cle == b"BODY":
            cherche = self._chaine()
            return Critere(9, lambda rang, m: any(cherche in texte for texte in corps_cherchable(m.contenu)))
        if cle == b"TEXT":
            cherche = self._chaine()
            return Critere(
                9,
                lambda rang, m: (
                    cherche in entetes_cherchables(m.contenu)
                    or any(cherche in texte for texte in corps_cherchable(m.contenu))
                ),
            )
        raise Mauvaise("Unknown SEARCH key")

    def _chaine(self) -> str:
        try:
            return self._a.astring().decode(self._jeu).casefold()
        except UnicodeDecodeError:
            raise Mauvaise("Search text does not match its charset") from None

    def _rangs(self, intervalles: list[Intervalle]) -> Critere:
        bornes = resoudre(intervalles, len(self._vue.messages))
        return Critere(0, lambda rang, message: any(bas <= rang <= haut for bas, haut in bornes))

    def _uids(self) -> Critere:
        if self._a.voir() == b"$":
            self._a.ensemble()
            gardes = set(self._gardes)
            return Critere(0, lambda rang, message: message.uid in gardes)
        messages = self._vue.messages
        bornes = resoudre(self._a.ensemble(), messages[-1].uid if messages else 0)
        return Critere(0, lambda rang, message: any(bas <= message.uid <= haut for bas, haut in bornes))


def resoudre(intervalles: list[Intervalle], dernier: int) -> list[Intervalle]:
    """Remplace `*` par le dernier numéro ; fusionne, pour que l'examen d'un message ne dépende pas de leur nombre."""
    bornes = sorted(
        (min(bas, dernier), max(bas, dernier) if bas != INFINI else dernier) if haut == INFINI else (bas, haut)
        for bas, haut in intervalles
    )
    fusion: list[Intervalle] = []
    for bas, haut in bornes:
        if fusion and bas <= fusion[-1][1] + 1:
            fusion[-1] = (fusion[-1][0], max(haut, fusion[-1][1]))
        else:
            fusion.append((bas, haut))
    return fusion


def _tous(criteres: list[Critere]) -> Critere:
    if len(criteres) == 1:
        return criteres[0]
    juges = [critere.juge for critere in sorted(criteres, key=lambda critere: critere.cout)]
    return Critere(
        max(critere.cout for critere in criteres),
        lambda rang, message: all(juge(rang, message) for juge in juges),
    )


def _simple(cle: bytes, vue: Vue) -> Juge | None:
    """Critères sans argument."""
    if cle in _DRAPEAUX:
        drapeau = _DRAPEAUX[cle]
        return lambda rang, message: drapeau in message.drapeaux
    if cle.startswith(b"UN") and cle[2:] in _DRAPEAUX:
        absent = _DRAPEAUX[cle[2:]]
        return lambda rang, message: absent not in message.drapeaux
    recents = vue.recents
    return {
        b"ALL": lambda rang, message: True,
        b"RECENT": lambda rang, message: message.uid in recents,
        b"OLD": lambda rang, message: message.uid not in recents,
        b"NEW": lambda rang, message: message.uid in recents and r"\Seen" not in message.drapeaux,
    }.get(cle)


def _de_date(cle: bytes, jour: date) -> Critere:
    envoi = cle.startswith(b"SENT")

    def lue(message: Message) -> date | None:
        return _date_envoi(message) if envoi else message.date.date()

    def juge(rang: int, message: Message) -> bool:
        vue = lue(message)
        if vue is None:
            return False
        if cle.endswith(b"BEFORE"):
            return vue < jour
        return vue >= jour if cle.endswith(b"SINCE") else vue == jour

    return Critere(2 if envoi else 0, juge)


def _date_envoi(message: Message) -> date | None:
    """Date de l'en-tête `Date`, sans heure ni fuseau ; None si elle ne se lit pas."""
    lu = parsedate(entete_cherchable(message.contenu, b"date") or "")
    try:
        return None if lu is None else date(*lu[:3])
    except (ValueError, OverflowError):
        return None


def _dans(cherche: str, texte: str | None) -> bool:
    return texte is not None and cherche in texte
