"""Une session IMAP ouverte sur une boîte : son état, ses commandes, ce qu'elle annonce sans qu'on le demande.

Aucune entrée-sortie ici : `executer` rend la réponse entière, que la connexion journalise puis envoie.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from simulators.mssante.boites import Boite
from simulators.mssante.boites_dossier import Dossier, Message, Vue
from simulators.mssante.imap import noms
from simulators.mssante.imap.analyse import Arguments, Mauvaise
from simulators.mssante.imap.fetch import Morceau
from simulators.mssante.imap.reponses import liste

SYSTEME = (r"\Answered", r"\Flagged", r"\Deleted", r"\Seen", r"\Draft")
CAPACITES = (
    b"IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE IDLE NAMESPACE UNSELECT UIDPLUS MOVE CHILDREN LIST-EXTENDED "
    b"LIST-STATUS SPECIAL-USE STATUS=SIZE ESEARCH SEARCHRES BINARY MULTIAPPEND QUOTA QUOTA=RES-STORAGE"
)
"""Capacités une fois identifié ; `APPENDLIMIT` s'y ajoute."""


class Non(Exception):
    """Commande bien formée, refusée : réponse NO, avec son code."""

    def __init__(self, code: str | None, texte: str) -> None:
        super().__init__(texte)
        self.code = code


class Adieu(Exception):
    """La session doit finir : BYE."""

    def __init__(self, code: str | None, texte: str) -> None:
        super().__init__(texte)
        self.code = code


@dataclass
class Resultat:
    """Réponse en construction : morceaux à envoyer, puis la ligne finale.

    Les textes sont en anglais et en ASCII, comme chez les opérateurs : la grammaire n'admet que cela.
    """

    etiquette: bytes
    morceaux: list[Morceau] = field(default_factory=list)
    statut: str = "OK"
    code: bytes = b""
    texte: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    fermer: bool = False

    def ligne(self, *morceaux: Morceau) -> None:
        """Ajoute une réponse non sollicitée."""
        self.morceaux += [b"* ", *morceaux, b"\r\n"]

    def ok(self, code: bytes, texte: str) -> None:
        """Ajoute un `* OK [code]`."""
        self.ligne(b"OK [%b] %b" % (code, texte.encode("ascii")))

    @property
    def finale(self) -> bytes:
        """Ligne finale ; un BYE n'a pas d'étiquette."""
        code = b"[%b] " % self.code if self.code else b""
        etiquette = b"*" if self.statut == "BYE" else self.etiquette
        return b"%b %b %b%b\r\n" % (etiquette, self.statut.encode(), code, self.texte.encode("ascii", "replace"))

    @property
    def envoi(self) -> list[Morceau]:
        """Tout ce qui part, dans l'ordre."""
        return [*self.morceaux, self.finale]


Execution = Callable[["Session", Arguments, Resultat], Awaitable[None]]


@dataclass(frozen=True)
class Verbe:
    """Une commande : ce qui la fait, si un dossier doit être ouvert, si les numéros peuvent bouger."""

    executer: Execution
    dossier_ouvert: bool = False
    retraits: bool = True


@dataclass(eq=False)
class Session:
    """Session identifiée."""

    boite: Boite
    reveil: Callable[[], None]
    ajout_max: int
    vue: Vue | None = None
    rev2: bool = False
    gardes: set[int] = field(default_factory=set)
    panne: str = ""
    """Panne que la commande en cours doit jouer."""

    async def executer(self, verbe: Verbe, arguments: Arguments, resultat: Resultat) -> None:
        """Exécute une commande ; ses refus deviennent NO, BAD ou BYE dans le résultat."""
        try:
            if self.boite.fermee or (self.vue is not None and self.vue.perdue):
                raise Adieu("UNAVAILABLE", "Mailbox is no longer available")
            if verbe.dossier_ouvert and self.vue is None:
                raise Mauvaise("No mailbox selected")
            await verbe.executer(self, arguments, resultat)
            self.annoncer(resultat, retraits=verbe.retraits)
        except Mauvaise as erreur:
            resultat.statut, resultat.texte, resultat.code = "BAD", str(erreur), b""
        except noms.NomImpossible as erreur:
            resultat.statut, resultat.texte, resultat.code = "NO", str(erreur), b"CANNOT"
        except Non as erreur:
            resultat.statut, resultat.texte = "NO", str(erreur)
            resultat.code = (erreur.code or "").encode()
            self.annoncer(resultat, retraits=verbe.retraits)
        except Adieu as erreur:
            resultat.statut, resultat.texte, resultat.fermer = "BYE", str(erreur), True
            resultat.code = (erreur.code or "").encode()

    # -- dossier ouvert ----------------------------------------------------------------------------------------

    @property
    def ouverte(self) -> Vue:
        """La vue du dossier ouvert."""
        if self.vue is None:
            raise Mauvaise("No mailbox selected")
        return self.vue

    def quitter(self) -> None:
        """Ferme le dossier ouvert."""
        if self.vue is not None:
            self.vue.quitter()
            self.vue = None
        self.gardes = set()

    def annoncer(self, resultat: Resultat, *, retraits: bool) -> None:
        """Dit ce qui a changé dans le dossier ouvert (RFC 3501 § 7) ; vide si rien n'a changé."""
        vue = self.vue
        if vue is None or vue.perdue or not vue.en_attente:
            return
        nouvelles = vue.rattraper(retraits=retraits)
        for rang in nouvelles.retires:
            resultat.ligne(b"%d EXPUNGE" % rang)
        if nouvelles.present is not None:
            resultat.ligne(b"%d EXISTS" % nouvelles.present)
            if not self.rev2:
                resultat.ligne(b"%d RECENT" % len(vue.recents))
        for message in nouvelles.drapeaux:
            rang_courant = vue.rang(message.uid)
            resultat.ligne(
                b"%d FETCH (UID %d FLAGS %b)" % (rang_courant or 0, message.uid, liste(self.drapeaux(message)))
            )

    def drapeaux(self, message: Message) -> list[str]:
        """Drapeaux d'un message pour cette session, `\\Recent` compris."""
        rendus = sorted(message.drapeaux)
        if not self.rev2 and self.vue is not None and message.uid in self.vue.recents:
            rendus.append(r"\Recent")
        return rendus

    # -- noms --------------------------------------------------------------------------------------------------

    def lire_nom(self, brut: bytes) -> str:
        """Nom de dossier reçu."""
        return noms.decoder(brut, utf8=self.rev2)

    def ecrire_nom(self, nom: str) -> bytes:
        """Nom de dossier à envoyer."""
        return noms.coder(nom, utf8=self.rev2)


def message_a_modifier(vue: Vue) -> None:
    """Refuse d'écrire dans un dossier ouvert en lecture seule."""
    if vue.lecture_seule:
        raise Non(None, "Mailbox is read-only")


def exiger_inscriptible(dossier: Dossier) -> None:
    """Refuse d'ajouter à un dossier que le client ne peut pas modifier."""
    if dossier.lecture_seule:
        raise Non("NOPERM", "Mailbox is read-only")


def drapeaux_permis(drapeaux: Sequence[str]) -> list[str]:
    """Drapeaux normalisés ; un drapeau système inconnu ou `\\Recent` est une erreur du client."""
    permis: list[str] = []
    for drapeau in drapeaux:
        if drapeau.startswith("\\"):
            connu = next((systeme for systeme in SYSTEME if systeme.lower() == drapeau.lower()), None)
            if connu is None:
                raise Mauvaise("Invalid system flag")
            permis.append(connu)
        elif len(drapeau) > 100:
            raise Non("LIMIT", "Keyword too long")
        else:
            permis.append(drapeau)
    if len(permis) > 50:
        raise Non("LIMIT", "Too many keywords")
    return permis
