"""Fabrique des échanges de messagerie, dans la forme où l'opérateur simulé les écrit."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete, Tls

DEBUT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BAL = "alix.biologue@labo.formation.mssante.fr"
TLS12 = Tls("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", sni="localhost")
TLS13 = Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", sni="localhost")
COURRIEL = (
    b"From: ALIX_BIOLOGUE <" + BAL.encode() + b">\r\nTo: dest@cabinet.formation.mssante.fr\r\n"
    b"Message-ID: <m1@labo.formation.mssante.fr>\r\nSubject: essai\r\n\r\nBonjour\r\n"
)
_numeros = itertools.count(1)


class Fil:
    """Écrit les échanges d'une connexion ; `commande` rend l'échange écrit."""

    def __init__(self, protocole: str = "smtp", connexion: str = "", *, bal: str = BAL, certificat: str = "") -> None:
        self.protocole = protocole
        self.connexion = connexion or f"{protocole[0]}{next(_numeros)}"
        self.bal = bal
        self.certificat = certificat
        self.tls: Tls | None = None
        self.authentifie = False
        self.echanges: list[Echange] = []

    def commande(
        self,
        verbe: str,
        arguments: str = "",
        statut: int | None = None,
        *,
        corps: bytes = b"",
        reponse: bytes = b"",
        panne: str | None = None,
        groupe: str = "",
        **notes: str,
    ) -> Echange:
        """Un échange. `statut` None : 250 (SMTP) ou 200 (IMAP) ; 0 : connexion coupée avant la réponse."""
        if statut is None:
            statut = 250 if self.protocole == "smtp" else 200
        numero = next(_numeros)
        toutes = {"protocole": self.protocole, "connexion": self.connexion, "chiffre": "oui" if self.tls else "non"}
        toutes |= {"certificat_serveur": self.certificat} if self.certificat and self.tls else {}
        toutes |= {"groupe": groupe} if groupe else {}
        toutes |= {"bal": self.bal} if self.authentifie else {}
        echange = Echange(
            numero=numero,
            service="mssante",
            operation=f"{self.protocole}:{verbe}",
            debut=DEBUT + timedelta(seconds=numero),
            fin=DEBUT + timedelta(seconds=numero),
            requete=Requete(methode=verbe, cible=arguments, corps=CorpsMemoire(corps), version_http=""),
            reponse=Reponse(statut, corps=CorpsMemoire(reponse or f"{statut} ok\r\n".encode())) if statut else None,
            tls=self.tls,
            panne=panne,
            notes=toutes | notes,
        )
        self.echanges.append(echange)
        return echange

    def ouvrir(self) -> Fil:
        self.commande("connexion", statut=220 if self.protocole == "smtp" else 200)
        self.commande("EHLO" if self.protocole == "smtp" else "CAPABILITY")
        return self

    def chiffrer(self, tls: Tls = TLS12, *, panne: str | None = None, groupe: str = "") -> Fil:
        self.commande("STARTTLS", statut=220 if self.protocole == "smtp" else 200, panne=panne)
        self.tls = tls
        self.commande("EHLO" if self.protocole == "smtp" else "CAPABILITY", groupe=groupe)
        return self

    def refuser_la_poignee(self, panne: str | None = None) -> Fil:
        """Le client n'accepte pas l'opérateur : poignée sans suite, fin de connexion."""
        self.commande("STARTTLS", statut=220 if self.protocole == "smtp" else 200, panne=panne)
        self.commande("fin", statut=0, poignee="refusee", certificat_serveur=self.certificat)
        return self

    def identifier(self, mecanisme: str = "XOAUTH2", statut: int | None = None, *, bal: str = "") -> Fil:
        bon = 235 if self.protocole == "smtp" else 200
        self.bal = bal or self.bal
        verbe = "AUTH" if self.protocole == "smtp" else "AUTHENTICATE"
        self.authentifie = (statut or bon) in (235, 200)
        self.commande(verbe, f"{mecanisme} ***", statut or bon, mecanisme=mecanisme, bal=self.bal)
        return self

    def envoyer(
        self,
        *destinataires: str,
        expediteur: str = "",
        courriel: bytes = COURRIEL,
        statut: int | None = 250,
        parametres: str = "",
        rcpt: str = "",
        refuses: dict[str, int] | None = None,
        panne: str | None = None,
    ) -> Fil:
        self.commande("MAIL", f"FROM:<{expediteur or self.bal}> SIZE={len(courriel)}{parametres}")
        acceptes = []
        for adresse in destinataires or ("dest@cabinet.formation.mssante.fr",):
            code = (refuses or {}).get(adresse, 250)
            self.commande("RCPT", f"TO:<{adresse}>{rcpt}", code)
            acceptes += [adresse] if code == 250 else []
        if acceptes:
            self.commande("DATA", statut=statut or 0, corps=courriel, panne=panne)
        return self

    def finir(self, *, propre: bool = True) -> list[Echange]:
        if propre:
            dernier = "QUIT" if self.protocole == "smtp" else "LOGOUT"
            self.commande(dernier, statut=221 if self.protocole == "smtp" else 200)
        self.commande("fin", statut=0)
        return self.echanges


def envoi_normal(tls: Tls = TLS12, **choix: object) -> list[Echange]:
    """Une connexion d'envoi sans reproche."""
    return Fil().ouvrir().chiffrer(tls).identifier().envoyer(**choix).finir()  # type: ignore[arg-type]


def releve_normal(tls: Tls = TLS12, groupe: str = "") -> list[Echange]:
    """Une relève sans reproche : INBOX ouverte en lecture, en-têtes puis message lus sans marquer."""
    fil = Fil("imap").ouvrir().chiffrer(tls, groupe=groupe).identifier()
    fil.commande("SELECT", "INBOX")
    fil.commande("UID SEARCH", "ALL")
    fil.commande("UID FETCH", "1:* (FLAGS BODY.PEEK[HEADER])")
    fil.commande("UID FETCH", "1 (BODY.PEEK[])")
    return fil.finir()
