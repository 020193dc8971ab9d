"""Messagerie citoyenne de Mon espace santé : boîtes par matricule INS, refus, accusés, réponses du patient.

Source : ENS Mon espace santé, Messagerie v1.3, par des tiers qui la citent (§ 8 de notre relevé). Une boîte refuse
tard : l'opérateur a accepté le message, Mon espace santé en rend compte ensuite par courriel.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from simulators.mssante import mime
from simulators.mssante.accuses import (
    Accuses,
    Deposer,
    Horloge,
    Lecture,
    PrendrePanne,
    aucune_panne,
    entetes_de,
    maintenant,
    notify,
    orcpt,
)
from simulators.mssante.adresse_usager import adresse_usager, est_adresse_usager, matricule_de
from simulators.mssante.avis import MANUELLE, fabriquer_dsn, fabriquer_mes_non_distribue, statut_mes
from simulators.mssante.etat import MessageRecu
from simulators.socle.echange import Reponse, Requete
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import Panne

TAILLE_MAX = 25 * 2**20
"""Vingt-cinq mégaoctets, message entier (Messagerie v1.3, § 6)."""

PANNES_MES = (
    Panne("mes_ferme", "La boîte de l'usager répond comme si le patient l'avait fermée."),
    Panne("mes_inconnu", "La boîte de l'usager répond comme si personne ne la possédait."),
    Panne("mes_trop_gros", "Le message est refusé comme s'il dépassait la taille admise."),
)
_LECTURE = Lecture("displayed", MANUELLE)


class ReponseImpossible(Exception):
    """Le patient ne peut pas répondre à ce message."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Courriel ordinaire qui prévient le patient ; il n'en dit rien de plus."""

    matricule_ins: str
    expediteur: str
    objet: str
    instant: datetime


@dataclass(frozen=True, slots=True)
class PieceUsager:
    """Pièce jointe d'une réponse."""

    nom: str
    type_contenu: str
    octets: bytes


@dataclass(frozen=True)
class MessageUsager:
    """Un message dans la boîte d'un usager. `sans_reponse` : l'émetteur y a mis fin (X-MSS-MES ou [FIN])."""

    matricule_ins: str
    message: MessageRecu
    instant: datetime
    sans_reponse: bool = False

    @property
    def octets(self) -> bytes:
        """Le courriel tel que reçu."""
        return self.message.octets


class MessagerieUsagers:
    """Les boîtes `<matricule>@patient.mssante.fr` et ce qu'elles répondent. Sûre entre fils d'exécution."""

    def __init__(
        self,
        deposer: Deposer,
        *,
        panne: PrendrePanne = aucune_panne,
        journal: JournalEchanges | None = None,
        horloge: Horloge = maintenant,
        taille_max: int = TAILLE_MAX,
        lecture_immediate: bool = True,
    ) -> None:
        """`lecture_immediate` : le patient ouvre aussitôt ce qu'il reçoit ; sinon sur ordre, par `lire`."""
        self.taille_max = taille_max
        self.lecture_immediate = lecture_immediate
        self.notifications: list[Notification] = []
        self.accuses = Accuses(deposer, panne, horloge)
        self._deposer = deposer
        self._panne = panne
        self._journal = journal
        self._horloge = horloge
        self._verrou = threading.RLock()
        self._boites: dict[str, str] = {}
        self._recus: list[MessageUsager] = []
        self._arrets: dict[tuple[str, str], int] = {}

    # -- boîtes ------------------------------------------------------------------------------------------------

    def ouvrir(self, matricule_ins: str) -> str:
        """Ouvre (ou rouvre) la boîte de ce matricule et rend son adresse."""
        adresse = adresse_usager(matricule_ins)
        with self._verrou:
            self._boites[matricule_ins.upper()] = ""
        return adresse

    def fermer(self, matricule_ins: str, motif: str = "fermée par le patient") -> None:
        """Le patient ferme sa messagerie ; `motif` est gardé pour le journal."""
        adresse_usager(matricule_ins)
        with self._verrou:
            self._boites[matricule_ins.upper()] = motif or "fermée"

    def connue(self, matricule_ins: str) -> bool:
        """Vrai si une boîte existe, ouverte ou fermée."""
        with self._verrou:
            return matricule_ins.upper() in self._boites

    def ouverte(self, matricule_ins: str) -> bool:
        """Vrai si la boîte existe et reçoit."""
        with self._verrou:
            return self._boites.get(matricule_ins.upper()) == ""

    def messages(self, matricule_ins: str = "") -> list[MessageUsager]:
        """Messages distribués, dans l'ordre ; ceux d'un usager s'il est donné."""
        with self._verrou:
            return [recu for recu in self._recus if matricule_ins.upper() in ("", recu.matricule_ins)]

    def vider(self, ouvertes: Iterable[str] = ()) -> None:
        """Plus aucune boîte ni message, sauf les boîtes de ces matricules, ouvertes."""
        with self._verrou:
            self._boites = {}
            self._recus = []
            self._arrets = {}
            self.notifications = []
        self.accuses.vider()
        for matricule in ouvertes:
            self.ouvrir(matricule)

    # -- réception ---------------------------------------------------------------------------------------------

    def recevoir(self, message: MessageRecu) -> None:
        """Remet ce message à chaque usager de son enveloppe, ou rend compte du refus à l'émetteur."""
        for adresse in message.destinataires:
            if est_adresse_usager(adresse):
                self._remettre(message, adresse)

    def _remettre(self, message: MessageRecu, adresse: str) -> None:
        matricule = matricule_de(adresse)
        motif = self._refus(message, adresse, matricule)
        self._noter(message, adresse, motif)
        if motif or matricule is None:
            self._refuser(message, adresse, motif)
            return
        self._ranger(message, matricule)
        lecture = _LECTURE if self.lecture_immediate else None
        self.accuses.rendre(message, adresse, lecture=lecture)

    def _refus(self, message: MessageRecu, adresse: str, matricule: str | None) -> str:
        """Motif de refus (clé d'`avis.yaml`), vide si la boîte reçoit ; la taille est jugée d'abord, par le relais."""
        if self._panne("mes_trop_gros", adresse) or message.corps.taille > self.taille_max:
            return "trop_gros"
        if matricule is None:
            return "invalide"
        with self._verrou:
            boite = self._boites.get(matricule)
        if self._panne("mes_inconnu", adresse) or boite is None:
            return "inconnu"
        return "ferme" if self._panne("mes_ferme", adresse) or boite else ""

    def _refuser(self, message: MessageRecu, adresse: str, motif: str) -> None:
        if not message.expediteur:  # un avis n'en provoque pas un autre
            return
        instant = self._horloge()
        avis = [
            fabriquer_mes_non_distribue(
                message, adresse=adresse, motif=motif, destinataire=message.expediteur, limite=self.taille_max,
                instant=instant,
            )
        ]  # fmt: skip
        # Un refus pour la taille est déjà une DSN ; les autres n'en sont pas une et n'en tiennent pas lieu.
        if "FAILURE" in (notify(message, adresse) or ()) and motif != "trop_gros":
            statut = statut_mes(motif)
            avis.append(
                fabriquer_dsn(
                    message, adresse=adresse, action="failed", statut=statut, destinataire=message.expediteur,
                    diagnostic=f"smtp; 550 {statut}", adresse_originale=orcpt(message, adresse),
                    entier=message.dsn.ret.upper() == "FULL", enveloppe=message.dsn.envid, instant=instant,
                )
            )  # fmt: skip
        for octets in avis:
            try:
                self._deposer(message.expediteur, octets)
            except LookupError:  # émetteur qu'aucune BAL ne reçoit
                return

    def _ranger(self, message: MessageRecu, matricule: str) -> None:
        entetes = entetes_de(message)
        objet = mime.valeur(entetes, "Subject")
        tout_arreter = "[FIN]" in objet
        sans_reponse = tout_arreter or mime.brute(entetes, "X-MSS-MES").strip() == "FIN"
        recu = MessageUsager(matricule, message, self._horloge(), sans_reponse)
        with self._verrou:
            self._recus.append(recu)
            if tout_arreter:
                self._arrets[matricule, message.expediteur.lower()] = len(self._recus)
            self.notifications.append(Notification(matricule, message.expediteur, objet, recu.instant))

    def _noter(self, message: MessageRecu, adresse: str, motif: str) -> None:
        if self._journal is None:
            return
        instant = self._horloge()
        self._journal.ajouter_echange(
            service="mssante",
            operation="mes:reception",
            debut=instant,
            fin=instant,
            requete=Requete("", adresse, version_http=""),
            reponse=Reponse(550 if motif else 250),
            notes={
                "issue": motif or "distribue",
                "mail_from": message.expediteur,
                "message_id": mime.brute(entetes_de(message), "Message-ID"),
            },
        )

    # -- le patient agit ---------------------------------------------------------------------------------------

    def lire(self, message: MessageRecu | MessageUsager, matricule_ins: str = "") -> list[bytes]:
        """Le patient ouvre ce message : l'accusé de lecture part s'il a été demandé ; rend ce qui est parti."""
        recu = self._trouver(message, matricule_ins)
        return self.accuses.accuser_lecture(recu.message, adresse_usager(recu.matricule_ins), _LECTURE)

    def repondre(
        self,
        message: MessageRecu | MessageUsager,
        texte: str,
        pieces: Iterable[PieceUsager] = (),
        *,
        matricule_ins: str = "",
    ) -> object:
        """Réponse du patient, déposée dans la BAL de l'émetteur (ou de `Reply-To`) ; rend ce que rend le dépôt.

        `matricule_ins` : lequel des destinataires répond, le premier par défaut. Lève `ReponseImpossible`.
        """
        recu = self._trouver(message, matricule_ins)
        if not self.peut_repondre(recu):
            raise ReponseImpossible("l'émetteur a mis fin à la conversation (X-MSS-MES: FIN, ou [FIN] dans l'objet)")
        entetes = entetes_de(recu.message)
        vers = [*mime.adresses(entetes, "Reply-To"), *mime.adresses(entetes, "From"), recu.message.expediteur]
        if not vers[0]:
            raise ReponseImpossible("le message n'a ni Reply-To ni From ni chemin de retour")
        return self._deposer(vers[0], _reponse(recu, vers[0], texte, list(pieces), self._horloge()))

    def peut_repondre(self, recu: MessageUsager) -> bool:
        """Faux si ce message, ou un message ultérieur du même émetteur par [FIN], a retiré la réponse."""
        if recu.sans_reponse:
            return False
        with self._verrou:
            arret = self._arrets.get((recu.matricule_ins, recu.message.expediteur.lower()), 0)
            return next(rang for rang, autre in enumerate(self._recus) if autre is recu) >= arret

    def _trouver(self, message: MessageRecu | MessageUsager, matricule_ins: str) -> MessageUsager:
        for recu in self.messages(matricule_ins):
            if recu.message is message or recu is message:
                return recu
        raise ReponseImpossible("ce message n'a été distribué à aucun usager")


def _reponse(recu: MessageUsager, vers: str, texte: str, pieces: list[PieceUsager], instant: datetime) -> bytes:
    entetes = entetes_de(recu.message)
    cite = mime.brute(entetes, "Message-ID")
    objet = mime.valeur(entetes, "Subject")
    adresse = adresse_usager(recu.matricule_ins)
    fil = " ".join(filter(None, [mime.brute(entetes, "References"), cite]))
    corps = mime.texte(texte)
    if pieces:
        corps = mime.multipart(
            "mixed", [corps, *(mime.piece(p.octets, p.type_contenu, p.nom) for p in pieces)]
        )  # fmt: skip
    return mime.courriel(
        [
            ("Return-Path", f"<{adresse}>"),
            ("From", adresse),
            ("To", vers),
            ("Subject", mime.mot_encode(objet if objet.lower().startswith("re:") else f"Re: {objet}")),
            ("Date", mime.date(instant)),
            ("Message-ID", mime.identifiant(adresse.partition("@")[2])),
            *([("In-Reply-To", cite), ("References", mime.replier(fil))] if cite else []),
        ],
        corps,
    )
