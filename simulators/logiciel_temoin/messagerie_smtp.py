"""Envoi : SMTP, STARTTLS, identification, transaction. Une connexion par BAL, gardée ouverte et réutilisée."""

from __future__ import annotations

import contextlib
import select
import smtplib
import ssl
import threading
from collections.abc import Callable, Sequence

from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.messagerie_connexion import DELAI, TRACE, Acces, ErreurConnexion, regler_socket
from simulators.logiciel_temoin.messagerie_jetons import SessionFermee
from simulators.logiciel_temoin.messagerie_reponses import Issue, Reponse, lire_reponse, traduire


class Coupure(Exception):
    """La connexion est tombée avant que le message soit confié : rien n'est parti."""


class ConnexionSmtp:
    """La connexion d'une BAL. Un seul fil à la fois s'en sert (`verrou`)."""

    def __init__(self, acces: Acces, bal: Bal) -> None:
        self._acces = acces
        self._bal = bal
        self._tracer: TRACE = _sans_trace
        self._smtp: smtplib.SMTP | None = None
        self._sans_canal = False
        self.verrou = threading.Lock()

    def envoyer(
        self, octets: bytes, destinataires: Sequence[str], tracer: TRACE, *, accuse: bool, expediteur: str | None = None
    ) -> Issue:
        """Confie le message à l'opérateur. Lève `ErreurConnexion` si la BAL n'est pas joignable.

        `accuse` : demande l'accusé de distribution dans l'enveloppe (NOTIFY), si l'opérateur l'annonce.
        `expediteur` : adresse d'enveloppe, celle de la BAL par défaut.
        """
        with self.verrou:
            self._tracer = tracer
            self._verifier_session()
            reprise = self._vivante()
            try:
                return self._transaction(self._ouverte(), octets, destinataires, accuse, expediteur)
            except Coupure as coupure:
                self._abandonner()
                if not reprise:
                    raise ErreurConnexion(f"connexion perdue : {coupure}", definitive=False) from coupure
            # La connexion gardée était morte sans qu'on le sache : une seconde, neuve, et pas davantage.
            try:
                return self._transaction(self._ouverte(), octets, destinataires, accuse, expediteur)
            except Coupure as coupure:
                self._abandonner()
                raise ErreurConnexion(f"connexion perdue : {coupure}", definitive=False) from coupure

    def _verifier_session(self) -> None:
        if self._smtp is None:
            return
        try:
            self._acces.verifier_session(self._bal)
        except SessionFermee as erreur:
            self._congedier()
            self._tracer("connexion", "session Pro Santé Connect", str(erreur))
            raise ErreurConnexion(str(erreur), definitive=True) from erreur

    def fermer(self) -> None:
        """Prend congé de l'opérateur."""
        with self.verrou:
            self._congedier()

    def _congedier(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _abandonner(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    # -- ouverture ---------------------------------------------------------------------------------------------

    def _vivante(self) -> bool:
        """Vrai si la connexion gardée peut servir : rien n'y est arrivé depuis la dernière réponse."""
        if self._smtp is None or self._smtp.sock is None:
            return False
        lisible, _, _ = select.select([self._smtp.sock], [], [], 0)
        if lisible:
            self._abandonner()
            self._acces.perdre(self._bal)
        return not lisible

    def _ouverte(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._ouvrir()
        return self._smtp

    def _ouvrir(self) -> smtplib.SMTP:
        hote, port = self._acces.service.smtp
        demande = f"SMTP {hote}:{port}, STARTTLS, {'PLAIN' if self._bal.type == 'APP' else 'XOAUTH2'}"
        try:
            smtp = self._ouvrir_sans_trace(hote, port)
        except ErreurConnexion as erreur:
            self._tracer("connexion", demande, str(erreur))
            raise
        self._tracer("connexion", demande, "connecté")
        return smtp

    def _ouvrir_sans_trace(self, hote: str, port: int) -> smtplib.SMTP:
        smtp = None
        try:
            smtp = smtplib.SMTP(hote, port, local_hostname="[127.0.0.1]", timeout=DELAI)
            try:
                self._etablir(smtp)
            except ssl.SSLError:
                if not self._acces.canal.defaut("mss_clair_apres_echec"):
                    raise
                smtp = self._reprendre_en_clair(hote, port)
            return smtp
        except BaseException as erreur:
            if smtp is not None:
                smtp.close()
            traduite = traduire(erreur)
            if traduite is erreur:
                raise
            raise traduite from erreur

    def _reprendre_en_clair(self, hote: str, port: int) -> smtplib.SMTP:
        smtp = smtplib.SMTP(hote, port, local_hostname="[127.0.0.1]", timeout=DELAI)
        self._sans_canal = True
        try:
            self._etablir(smtp)
        except BaseException:
            smtp.close()
            raise
        finally:
            self._sans_canal = False
        return smtp

    def _etablir(self, smtp: smtplib.SMTP) -> None:
        """Chiffre, contrôle l'opérateur, puis s'identifie ; rien de la BAL n'est dit avant."""
        if smtp.sock is not None:
            regler_socket(smtp.sock)
        smtp.ehlo()
        if self._en_clair(smtp):
            self._identifier_de_force(smtp)
            return
        if not smtp.has_extn("starttls"):
            raise ErreurConnexion("l'opérateur ne propose pas STARTTLS : rien n'est envoyé", definitive=True)
        code, texte = smtp.starttls(context=self._acces.contexte(self._bal))
        if code != 220 or not isinstance(smtp.sock, ssl.SSLSocket):
            raise ErreurConnexion(f"STARTTLS refusé : {lire_reponse(code, texte)}", definitive=False)
        self._acces.canal.controler(smtp.sock)
        smtp.ehlo()
        self._identifier(smtp)

    def _en_clair(self, smtp: smtplib.SMTP) -> bool:
        """Vrai quand un défaut fait parler sans canal TLS."""
        defaut = self._acces.canal.defaut
        absent = not smtp.has_extn("starttls") and defaut("mss_clair_sans_starttls")
        return absent or self._sans_canal or defaut("mss_sans_starttls")

    def _identifier_de_force(self, smtp: smtplib.SMTP) -> None:
        reponse = self._essayer(smtp, "PLAIN" if self._bal.type == "APP" else "XOAUTH2")
        if not reponse.acceptee:
            raise ErreurConnexion(f"identification refusée : {reponse}", definitive=True)

    def _identifier(self, smtp: smtplib.SMTP) -> None:
        mecanisme = "PLAIN" if self._bal.type == "APP" else "XOAUTH2"
        if mecanisme == "XOAUTH2" and self._acces.canal.defaut("mss_plain_personnelle"):
            mecanisme = "PLAIN"
            smtp.esmtp_features["auth"] = mecanisme
        if self._acces.sans_certificat(self._bal):
            smtp.esmtp_features["auth"] = mecanisme
        if mecanisme not in str(smtp.esmtp_features.get("auth", "")).upper().split():
            raise smtplib.SMTPNotSupportedError(f"{mecanisme} n'est pas proposé")
        reponse = self._essayer(smtp, mecanisme)
        if reponse.code == 535 and mecanisme == "XOAUTH2":
            # Jeton expiré plus tôt que prévu : un neuf, une fois.
            self._acces.jetons.oublier(self._bal)
            reponse = self._essayer(smtp, mecanisme)
        if not reponse.acceptee:
            raise ErreurConnexion(f"identification refusée : {reponse}", definitive=not reponse.temporaire)

    def _essayer(self, smtp: smtplib.SMTP, mecanisme: str) -> Reponse:
        preuve = self._acces.plain(self._bal) if mecanisme == "PLAIN" else self._acces.xoauth2(self._bal)

        def repondre(defi: bytes | None = None) -> str:
            # Un défi est le motif du refus (JSON) : la réponse est vide et l'opérateur conclut.
            return preuve if not defi else ""

        try:
            return lire_reponse(*smtp.auth(mecanisme, repondre))
        except smtplib.SMTPAuthenticationError as refus:
            return lire_reponse(refus.smtp_code, refus.smtp_error)

    # -- transaction -------------------------------------------------------------------------------------------

    def _transaction(
        self, smtp: smtplib.SMTP, octets: bytes, destinataires: Sequence[str], accuse: bool, expediteur: str | None
    ) -> Issue:
        issue = Issue()
        if self._acces.canal.defaut("mss_mail_from_autre"):
            expediteur = f"contact@{self._bal.domaine}"
        limite = str(smtp.esmtp_features.get("size", ""))
        if limite.isdigit() and 0 < int(limite) < len(octets):
            refus = Reponse(552, f"message de {len(octets)} octets, l'opérateur en admet {limite}")
            issue.reponses = dict.fromkeys(destinataires, refus)
            return issue
        options = [f"SIZE={len(octets)}"] if smtp.has_extn("size") else []
        demande = f"MAIL FROM:<{expediteur or self._bal.adresse}> {' '.join(options)}".strip()
        reponse = self._commander(smtp, lambda: smtp.mail(expediteur or self._bal.adresse, options))
        self._tracer("envoi", demande, str(reponse))
        if not reponse.acceptee:
            issue.reponses = dict.fromkeys(destinataires, reponse)
            self._annuler(smtp, reponse)
            return issue
        notification = ["NOTIFY=SUCCESS,FAILURE"] if accuse and smtp.has_extn("dsn") else []
        for destinataire in destinataires:
            reponse = self._commander(smtp, lambda d=destinataire: smtp.rcpt(d, notification))  # type: ignore[misc]
            for _ in range(3 if reponse.code >= 500 and self._acces.canal.defaut("mss_refus_en_boucle") else 0):
                reponse = self._commander(smtp, lambda d=destinataire: smtp.rcpt(d, notification))  # type: ignore[misc]
            self._tracer("envoi", f"RCPT TO:<{destinataire}> {' '.join(notification)}".strip(), str(reponse))
            issue.reponses[destinataire] = reponse
        admis = [d for d, r in issue.reponses.items() if r.acceptee]
        if not admis:
            self._annuler(smtp, reponse)
            return issue
        reponse = self._confier(smtp, octets, issue)
        self._tracer("envoi", f"DATA ({len(octets)} octets)", str(reponse))
        for destinataire in admis:
            issue.reponses[destinataire] = reponse
        if reponse.code == 421 or issue.incertaine:
            self._abandonner()
        return issue

    def _commander(self, smtp: smtplib.SMTP, commande: Callable[[], tuple[int, bytes]]) -> Reponse:
        try:
            return lire_reponse(*commande())
        except (smtplib.SMTPException, OSError) as erreur:
            raise Coupure(str(erreur) or type(erreur).__name__) from erreur

    def _confier(self, smtp: smtplib.SMTP, octets: bytes, issue: Issue) -> Reponse:
        reponse = self._commander(smtp, lambda: smtp.docmd("DATA"))
        if reponse.code != 354:
            return reponse
        try:
            smtp.send(_transparent(octets))
            return lire_reponse(*smtp.getreply())
        except (smtplib.SMTPException, OSError):
            issue.incertaine = True
            return Reponse(0, "l'opérateur n'a pas répondu")

    def _annuler(self, smtp: smtplib.SMTP, reponse: Reponse) -> None:
        """Rend la connexion disponible, ou la quitte si l'opérateur le demande (421)."""
        if reponse.code == 421:
            self._abandonner()
            return
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.rset()


def _sans_trace(_operation: str, _demande: str, _reponse: str) -> None:
    """Personne n'a encore demandé d'envoi."""


def _transparent(octets: bytes) -> bytes:
    """Message et ligne finale ; un point en début de ligne est doublé (RFC 5321, § 4.5.2)."""
    corps = octets if octets.endswith(b"\r\n") else octets + b"\r\n"
    corps = corps.replace(b"\r\n.", b"\r\n..")
    return (b"." + corps if corps.startswith(b".") else corps) + b".\r\n"
