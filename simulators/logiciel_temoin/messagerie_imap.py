"""Réception : IMAP 4, STARTTLS, identification, lecture sans marquer lu. Une connexion par BAL, gardée ouverte."""

from __future__ import annotations

import contextlib
import imaplib
import re
import select
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.messagerie_connexion import DELAI, TRACE, Acces, ErreurConnexion, regler_socket
from simulators.logiciel_temoin.messagerie_jetons import SessionFermee
from simulators.logiciel_temoin.messagerie_reponses import traduire

TAILLE_MAX = 40 * 1024 * 1024
_UID = re.compile(rb"\bUID (\d+)")
_TAILLE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DRAPEAUX = re.compile(rb"\bFLAGS \(([^)]*)\)")
_LOT = 20
_T = TypeVar("_T")


@dataclass(frozen=True)
class Entree:
    """Un message de la boîte, sans son contenu."""

    uid: int
    drapeaux: frozenset[str]
    taille: int

    @property
    def lu(self) -> bool:
        return "\\seen" in self.drapeaux


class _Client(imaplib.IMAP4):
    """Refuse un littéral démesuré avant de le lire : il serait réservé en mémoire d'un bloc."""

    def read(self, size: int) -> bytes:
        if size > TAILLE_MAX:
            raise self.abort(f"message de {size} octets annoncé, {TAILLE_MAX} au plus")
        return super().read(size)


class ConnexionImap:
    """La connexion d'une BAL. Un seul fil à la fois s'en sert."""

    def __init__(self, acces: Acces, bal: Bal) -> None:
        self._acces = acces
        self._bal = bal
        self._imap: imaplib.IMAP4 | None = None
        self._sans_canal = False
        self._verrou = threading.Lock()

    def relever(self, connus: Callable[[int], set[int]], tracer: TRACE) -> tuple[int, list[Entree], dict[int, bytes]]:
        """(UIDVALIDITY, messages présents, octets des nouveaux). `connus` : uid déjà lus pour un UIDVALIDITY."""
        return self._jouer(lambda imap: self._relever(imap, connus, tracer), tracer)

    def marquer_lu(self, uidvalidity: int, uid: int, tracer: TRACE) -> None:
        """Pose `\\Seen` ; une boîte en lecture seule ou un message disparu ne sont pas une erreur."""
        self._jouer(lambda imap: self._marquer(imap, uidvalidity, uid, tracer), tracer)

    def fermer(self) -> None:
        with self._verrou:
            self._congedier()

    def _congedier(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                imap.logout()

    # -- conduite ----------------------------------------------------------------------------------------------

    def _jouer(self, geste: Callable[[imaplib.IMAP4], _T], tracer: TRACE) -> _T:
        """Joue sur la connexion gardée ; si elle était morte, sur une neuve, une seule fois."""
        with self._verrou:
            self._verifier_session(tracer)
            gardee = self._vivante()
            try:
                return self._essayer(geste, tracer)
            except ErreurConnexion as erreur:
                if not gardee or erreur.definitive:
                    raise
            return self._essayer(geste, tracer)

    def _verifier_session(self, tracer: TRACE) -> None:
        if self._imap is None:
            return
        try:
            self._acces.verifier_session(self._bal)
        except SessionFermee as erreur:
            self._congedier()
            tracer("connexion", "session Pro Santé Connect", str(erreur))
            raise ErreurConnexion(str(erreur), definitive=True) from erreur

    def _essayer(self, geste: Callable[[imaplib.IMAP4], _T], tracer: TRACE) -> _T:
        if self._imap is None:
            self._imap = self._ouvrir(tracer)
        try:
            return geste(self._imap)
        except imaplib.IMAP4.abort as erreur:
            self._abandonner()
            raise ErreurConnexion(f"connexion perdue : {erreur}", definitive=False) from erreur
        except imaplib.IMAP4.error as erreur:
            raise ErreurConnexion(f"l'opérateur refuse : {erreur}", definitive=True) from erreur
        except OSError as erreur:
            self._abandonner()
            raise ErreurConnexion(f"connexion perdue : {erreur}", definitive=False) from erreur

    def _vivante(self) -> bool:
        if self._imap is None:
            return False
        lisible, _, _ = select.select([self._imap.sock], [], [], 0)
        if lisible:
            self._abandonner()
            self._acces.perdre(self._bal)
        return not lisible

    def _abandonner(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                imap.shutdown()

    def _ouvrir(self, tracer: TRACE) -> imaplib.IMAP4:
        hote, port = self._acces.service.imap
        demande = f"IMAP {hote}:{port}, STARTTLS, {'PLAIN' if self._bal.type == 'APP' else 'XOAUTH2'}"
        imap: imaplib.IMAP4 | None = None
        try:
            imap = _Client(hote, port, timeout=DELAI)
            try:
                self._etablir(imap)
            except ssl.SSLError:
                if not self._acces.canal.defaut("mss_clair_apres_echec"):
                    raise
                imap = self._reprendre_en_clair(hote, port)
        except BaseException as erreur:
            if imap is not None:
                with contextlib.suppress(OSError):
                    imap.shutdown()
            traduite = _traduire(erreur)
            tracer("connexion", demande, str(traduite))
            if traduite is erreur:
                raise
            raise traduite from erreur
        tracer("connexion", demande, "connecté")
        return imap

    def _reprendre_en_clair(self, hote: str, port: int) -> imaplib.IMAP4:
        imap = _Client(hote, port, timeout=DELAI)
        self._sans_canal = True
        try:
            self._etablir(imap)
        except BaseException:
            imap.shutdown()
            raise
        finally:
            self._sans_canal = False
        return imap

    def _etablir(self, imap: imaplib.IMAP4) -> None:
        """Chiffre, contrôle l'opérateur, puis s'identifie."""
        regler_socket(imap.sock)
        defaut = self._acces.canal.defaut
        if defaut("mss_login_imap"):
            with contextlib.suppress(imaplib.IMAP4.error):
                imap.login(self._bal.adresse, "jeton-de-session")
        absent = "STARTTLS" not in imap.capabilities and defaut("mss_clair_sans_starttls")
        if absent or self._sans_canal or defaut("mss_sans_starttls"):
            self._identifier(imap, "PLAIN" if self._bal.type == "APP" else "XOAUTH2")
            return
        if "STARTTLS" not in imap.capabilities:
            raise ErreurConnexion("l'opérateur ne propose pas STARTTLS : rien n'est demandé", definitive=True)
        sans_igc = defaut("mss_igc_sante_absente_en_releve")
        imap.starttls(ssl_context=ssl.create_default_context() if sans_igc else self._acces.contexte(self._bal))
        if not isinstance(imap.sock, ssl.SSLSocket):
            raise ErreurConnexion("STARTTLS refusé", definitive=False)
        self._acces.canal.controler(imap.sock)
        mecanisme = "PLAIN" if self._bal.type == "APP" else "XOAUTH2"
        if mecanisme == "XOAUTH2" and defaut("mss_plain_personnelle"):
            mecanisme = "PLAIN"
        elif f"AUTH={mecanisme}" not in imap.capabilities and not self._acces.sans_certificat(self._bal):
            raise ErreurConnexion(f"l'opérateur ne propose pas {mecanisme}", definitive=True)
        try:
            self._identifier(imap, mecanisme)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as refus:
            if mecanisme != "XOAUTH2":
                raise ErreurConnexion(f"identification refusée : {refus}", definitive=True) from refus
            # Jeton expiré plus tôt que prévu : un neuf, une fois.
            self._acces.jetons.oublier(self._bal)
            try:
                self._identifier(imap, mecanisme)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as encore:
                raise ErreurConnexion(f"identification refusée : {encore}", definitive=True) from encore

    def _identifier(self, imap: imaplib.IMAP4, mecanisme: str) -> None:
        preuve = self._acces.plain(self._bal) if mecanisme == "PLAIN" else self._acces.xoauth2(self._bal)
        # Un défi est le motif du refus (JSON) : la réponse est vide et l'opérateur conclut.
        imap.authenticate(mecanisme, lambda defi: b"" if defi else preuve.encode())

    # -- gestes ------------------------------------------------------------------------------------------------

    def _relever(
        self, imap: imaplib.IMAP4, connus: Callable[[int], set[int]], tracer: TRACE
    ) -> tuple[int, list[Entree], dict[int, bytes]]:
        validite = self._choisir(imap, tracer)
        if self._acces.canal.defaut("mss_releve_sans_lecture"):
            return validite, [], {}
        reponse, lignes = imap.uid("FETCH", "1:*", "(UID FLAGS RFC822.SIZE)")
        tracer("consultation", "UID FETCH 1:* (UID FLAGS RFC822.SIZE)", reponse)
        entrees = [entree for ligne in lignes if (entree := _entree(ligne)) is not None]
        nouveaux = [e.uid for e in entrees if e.uid not in connus(validite) and e.taille <= TAILLE_MAX]
        octets: dict[int, bytes] = {}
        for debut in range(0, len(nouveaux), _LOT):
            lot = ",".join(str(uid) for uid in nouveaux[debut : debut + _LOT])
            reponse, lignes = imap.uid("FETCH", lot, "(UID BODY.PEEK[])")
            tracer("consultation", f"UID FETCH {lot} (UID BODY.PEEK[])", reponse)
            octets |= dict(_contenus(lignes))
        return validite, entrees, octets

    def _choisir(self, imap: imaplib.IMAP4, tracer: TRACE) -> int:
        reponse, lignes = imap.select("INBOX")
        tracer("consultation", "SELECT INBOX", reponse)
        if reponse != "OK":
            motif = (lignes[0] or b"").decode("utf-8", "replace") if lignes else ""
            raise ErreurConnexion(f"la boîte ne s'ouvre pas : {motif}", definitive=False)
        _, validite = imap.response("UIDVALIDITY")
        return int(validite[0]) if validite and validite[0] else 0

    def _marquer(self, imap: imaplib.IMAP4, uidvalidity: int, uid: int, tracer: TRACE) -> None:
        if self._choisir(imap, tracer) != uidvalidity or getattr(imap, "is_readonly", False):
            return
        reponse, _ = imap.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)")
        tracer("lecture", f"UID STORE {uid} +FLAGS.SILENT (\\Seen)", reponse)


def _entree(ligne: Any) -> Entree | None:
    texte = ligne if isinstance(ligne, bytes) else ligne[0] if isinstance(ligne, tuple) else b""
    uid = _UID.search(texte)
    if uid is None:
        return None
    taille, drapeaux = _TAILLE.search(texte), _DRAPEAUX.search(texte)
    noms = drapeaux.group(1).decode("ascii", "replace").lower().split() if drapeaux else []
    return Entree(int(uid.group(1)), frozenset(noms), int(taille.group(1)) if taille else 0)


def _contenus(lignes: list[Any]) -> list[tuple[int, bytes]]:
    """(uid, octets) de chaque littéral ; l'UID peut suivre le littéral."""
    trouves = []
    for rang, ligne in enumerate(lignes):
        if not isinstance(ligne, tuple):
            continue
        suite = lignes[rang + 1] if rang + 1 < len(lignes) and isinstance(lignes[rang + 1], bytes) else b""
        uid = _UID.search(ligne[0]) or _UID.search(suite)
        if uid is not None:
            trouves.append((int(uid.group(1)), bytes(ligne[1])))
    return trouves


def _traduire(erreur: BaseException) -> BaseException:
    if isinstance(erreur, imaplib.IMAP4.error):
        return ErreurConnexion(f"l'opérateur ne répond pas : {erreur}", definitive=False)
    return traduire(erreur)
