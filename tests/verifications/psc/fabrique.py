"""Échanges Pro Santé Connect fabriqués pour les essais des vérifications : une bonne connexion, et de quoi la gâter.

`Fil` écrit des échanges comme le simulateur le fait (opérations, notes, secrets remplacés par leur empreinte). Chaque
méthode prend ce qu'il faut pour fausser un fait à la fois ; `connexion` enchaîne tout.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete, Tls

MEDECIN, PHARMACIENNE = "899900000011", "899900000037"
RETOUR, SORTIE = "https://lps.exemple.fr/psc/retour", "https://lps.exemple.fr/psc/sortie"
CLIENT = "banc-sons-lps"
EMETTEUR = "https://localhost:8443/auth/realms/esante-wallet"
FORMULAIRE = "application/x-www-form-urlencoded"
SERVEUR, MIRE = "python-requests/2.32", "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"
CIBA = "urn:openid:params:grant-type:ciba"


def empreinte(valeur: str) -> str:
    """Comme le journal en écrit."""
    return f"empreinte:{hashlib.sha256(valeur.encode()).hexdigest()[:32]}"


def jeton() -> str:
    """L'empreinte d'un jeton neuf."""
    return empreinte(secrets.token_hex(8))


INSTANT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""Le premier échange d'un fil. Rien ne suit l'horloge : un certificat périmé ce jour-là l'est à jamais."""


@cache
def certificat(*, jours: int = 10, usage: str = "client") -> bytes:
    """Certificat client en DER ; `jours` : fin de validité à partir d'`INSTANT`."""
    cle = ec.generate_private_key(ec.SECP256R1())
    nom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "LPS ESSAI")])
    fabrique = (
        x509.CertificateBuilder()
        .subject_name(nom)
        .issuer_name(nom)
        .public_key(cle.public_key())
        .serial_number(7)
        .not_valid_before(INSTANT - timedelta(days=30))
        .not_valid_after(INSTANT + timedelta(days=jours))
    )
    if usage:
        oid = ExtendedKeyUsageOID.CLIENT_AUTH if usage == "client" else ExtendedKeyUsageOID.SERVER_AUTH
        fabrique = fabrique.add_extension(x509.ExtendedKeyUsage([oid]), critical=False)
    return fabrique.sign(cle, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class Fil:
    """Les échanges d'un logiciel, dans l'ordre ; `service` : psc ou etablissement."""

    def __init__(self, service: str = "psc") -> None:
        self.service = service
        self.echanges: list[Echange] = []
        self._instant = INSTANT
        self._rang = 0

    # -- un échange ----------------------------------------------------------------------------------------------

    def ajouter(
        self,
        operation: str,
        methode: str,
        cible: str,
        *,
        champs: Mapping[str, str] | None = None,
        statut: int = 200,
        rendu: Mapping[str, Any] | None = None,
        location: str = "",
        entetes: Mapping[str, str] | None = None,
        notes: Mapping[str, str] | None = None,
        panne: str | None = None,
        service: str = "",
        tls: str = "TLSv1.3",
        der: bytes | None = None,
        corps: bytes = b"",
        ecoule: float = 1.0,
    ) -> Echange:
        self._instant += timedelta(seconds=ecoule)
        lus = {"User-Agent": SERVEUR, **(entetes or {})}
        if champs is not None:
            lus["Content-Type"] = FORMULAIRE
            corps = urlencode(champs).encode()
        reponse = None
        if statut:
            paires = (("Location", location),) if location else ()
            octets = json.dumps(rendu).encode() if rendu is not None else b""
            reponse = Reponse(statut, paires, CorpsMemoire(octets))
        echange = Echange(
            numero=len(self.echanges) + 1,
            service=service or self.service,
            operation=operation,
            debut=self._instant,
            fin=self._instant,
            requete=Requete(methode, cible, tuple(lus.items()), CorpsMemoire(corps)),
            reponse=reponse,
            pair="127.0.0.1:40000",
            tls=Tls(tls, "TLS_AES_256_GCM_SHA384", "localhost", der),
            panne=panne,
            notes={cle: valeur for cle, valeur in (notes or {}).items() if valeur != ""},
        )
        self.echanges.append(echange)
        return echange

    # -- les étapes d'une connexion ------------------------------------------------------------------------------

    def decouverte(self, document: str = "wallet-openid-configuration") -> Fil:
        self.ajouter("decouverte", "GET", f"/auth/realms/esante-wallet/.well-known/{document}",
                     notes={"document": document})  # fmt: skip
        return self

    def autorisation(
        self,
        *,
        transaction: str = "",
        defi: bool = True,
        retires: tuple[str, ...] = (),
        repetes: tuple[str, ...] = (),
        methode: str = "GET",
        panne: str | None = None,
        enregistree: str = "oui",
        **changes: str,
    ) -> tuple[str, dict[str, str]]:
        """Une demande ; rend sa transaction et ses paramètres."""
        self._rang += 1
        transaction = transaction or f"t{self._rang}"
        parametres = {
            "response_type": "code", "client_id": CLIENT, "redirect_uri": RETOUR, "scope": "openid scope_all",
            "acr_values": "eidas1", "state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32),
        }  # fmt: skip
        if self.service == "etablissement":
            parametres |= {"scope": "openid profile email"}
            del parametres["acr_values"]
        if defi:
            parametres |= {"code_challenge": secrets.token_urlsafe(32), "code_challenge_method": "S256"}
        parametres = {nom: valeur for nom, valeur in (parametres | changes).items() if nom not in retires}
        paires = [*parametres.items(), *((nom, parametres[nom]) for nom in repetes)]
        chaine = urlencode(paires)
        self.ajouter(
            "autorisation", methode, "/auth" if methode == "POST" else f"/auth?{chaine}", statut=303,
            champs=dict(paires) if methode == "POST" else None, location=f"/mire/{transaction}",
            entetes={"User-Agent": MIRE}, panne=panne,
            notes={"client": CLIENT, "transaction": transaction, "redirect_uri_enregistree": enregistree, "sso": "non"},
        )  # fmt: skip
        return transaction, parametres

    def mire(self, transaction: str, parametres: Mapping[str, str], identifiant: str = MEDECIN, **retour: str) -> str:
        """La personne répond ; rend l'empreinte du code."""
        code = jeton()
        paires = {"code": code, "state": parametres.get("state", ""), "iss": EMETTEUR} | retour
        paires = {nom: valeur for nom, valeur in paires.items() if valeur}
        self.ajouter(
            "mire", "POST", f"/mire/{transaction}", statut=302, champs={},
            location=f"{parametres.get('redirect_uri', RETOUR)}?{urlencode(paires, safe=':')}",
            entetes={"User-Agent": MIRE},
            notes={"transaction": transaction, "etape": "confirmation", "identifiant": identifiant, "moyen": "e-CPS"},
        )  # fmt: skip
        return code

    def jeton(
        self,
        transaction: str,
        code: str,
        *,
        identifiant: str = MEDECIN,
        session: str = "s1",
        redirect_uri: str = RETOUR,
        authentification: str = "client_secret_basic",
        pkce: str = "conforme",
        age: str = "1",
        deja: str = "non",
        statut: int = 200,
        refus: str = "",
        panne: str = "",
        cible: str = "/token",
        champs: Mapping[str, str] | None = None,
        entetes: Mapping[str, str] | None = None,
        der: bytes | None = None,
        tls: str = "TLSv1.3",
        rendu: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """L'échange du code ; rend la réponse."""
        envoyes = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": jeton(),
        }  # fmt: skip
        return self._point_de_jetons(
            envoyes | dict(champs or {}), identifiant=identifiant, session=session, authentification=authentification,
            statut=statut, refus=refus, panne=panne, cible=cible, entetes=entetes, der=der, tls=tls, rendu=rendu,
            notes={
                "transaction": transaction, "pkce": pkce, "code_age": age, "code_deja_utilise": deja,
                "redirect_uri_identique": "oui" if redirect_uri == RETOUR else "non",
            },
        )  # fmt: skip

    def rafraichir(
        self, precedent: str, *, session: str = "s1", identifiant: str = MEDECIN, statut: int = 200, refus: str = "",
        permanent: bool = False,
    ) -> Mapping[str, Any]:  # fmt: skip
        """Un rafraîchissement ; rend la réponse."""
        rendu = _jetons() | ({"refresh_token": precedent} if permanent else {})
        return self._point_de_jetons(
            {"grant_type": "refresh_token", "refresh_token": precedent}, session=session, identifiant=identifiant,
            statut=statut, refus=refus, rendu=rendu, notes={"pkce": "sans_objet"},
        )  # fmt: skip

    def interroger(
        self, auth_req_id: str, etat: str, *, intervalle: str = "5.0", session: str = "s1", refus: str = "",
        ecoule: float = 5.0,
    ) -> Mapping[str, Any]:  # fmt: skip
        """Une interrogation CIBA."""
        return self._point_de_jetons(
            {"grant_type": CIBA, "auth_req_id": auth_req_id}, session=session if etat == "remis" else "",
            statut=200 if etat == "remis" else 400, refus=refus, ecoule=ecoule,
            notes={"auth_req_id": auth_req_id, "ciba": etat, "intervalle": intervalle},
        )  # fmt: skip

    def _point_de_jetons(
        self,
        champs: Mapping[str, str],
        *,
        notes: Mapping[str, str],
        identifiant: str = MEDECIN,
        session: str = "s1",
        authentification: str = "client_secret_basic",
        statut: int = 200,
        refus: str = "",
        panne: str = "",
        cible: str = "/token",
        entetes: Mapping[str, str] | None = None,
        der: bytes | None = None,
        tls: str = "TLSv1.3",
        rendu: Mapping[str, Any] | None = None,
        ecoule: float = 1.0,
    ) -> Mapping[str, Any]:
        basique = {"Authorization": jeton()} if authentification == "client_secret_basic" else {}
        if authentification == "client_secret_post":
            champs = {**champs, "client_secret": empreinte("secret")}
        contenu = (rendu or _jetons()) if statut == 200 else {"error": refus or "invalid_grant"}
        self.ajouter(
            "jeton", "POST", cible, champs=champs, statut=statut, rendu=contenu, entetes={**basique, **(entetes or {})},
            der=der, tls=tls, panne=panne or None, ecoule=ecoule,
            notes={
                "client": CLIENT, "grant_type": champs["grant_type"], "authentification": authentification,
                "session": session, "identifiant": identifiant, "refus": refus, "defaut_jeton": panne,
                "certificat": "CN=LPS ESSAI" if der else "", **notes,
            },
        )  # fmt: skip
        return contenu

    def userinfo(
        self, *, session: str = "s1", identifiant: str = MEDECIN, porteur: str = "entete", panne: str | None = None,
        acces: str = "",
    ) -> Fil:  # fmt: skip
        cible = f"/userinfo?access_token={acces}" if porteur == "parametre" else "/userinfo"
        self.ajouter(
            "userinfo", "GET", cible, rendu={"sub": f"f:uuid:{identifiant}"}, panne=panne,
            entetes={"Authorization": jeton()} if porteur == "entete" else None,
            notes={"session": session, "identifiant": identifiant, "porteur": porteur},
        )  # fmt: skip
        return self

    def jwks(self) -> Fil:
        self.ajouter("jwks", "GET", "/certs", rendu={"keys": []}, notes={"cles": "k1"})
        return self

    def usage(
        self, service: str = "dmp", *, session: str = "s1", identifiant: str = MEDECIN, etat: str = "valide",
        corps: bytes = b"", bal: str = "",
    ) -> Fil:  # fmt: skip
        """Un jeton présenté à un service."""
        self.ajouter(
            "appel", "POST", "/", service=service, corps=corps,
            notes={"jeton_identifiant": identifiant, "jeton_session": session, "jeton_etat": etat,
                   "jeton_porteur": "entete", "bal_demandee": bal},
        )  # fmt: skip
        return self

    def fin(
        self, *, hint: bool = True, session: str = "s1", sortie: str = SORTIE, state: str = "abc", statut: int = 302,
        panne: str | None = None,
    ) -> Fil:  # fmt: skip
        """L'appel de déconnexion au fournisseur."""
        parametres = {"post_logout_redirect_uri": sortie, "state": state}
        if hint:
            parametres["id_token_hint"] = jeton()
        paires = {nom: valeur for nom, valeur in parametres.items() if valeur}
        self.ajouter(
            "fin_session", "GET", f"/logout?{urlencode(paires, safe=':')}", statut=statut, panne=panne,
            entetes={"User-Agent": MIRE},
            notes={"id_token_hint": "oui" if hint else "non", "hint_session": session if hint else "",
                   "session": session, "terminee": "oui" if statut == 302 else "non",
                   "post_logout_redirect_uri_enregistree": "oui" if sortie == SORTIE else "non"},
        )  # fmt: skip
        return self

    def demande_ciba(self, *, message: str = "42", intervalle: str = "5", retires: tuple[str, ...] = (),
                     **changes: str) -> str:  # fmt: skip
        """Une demande CIBA ; rend l'empreinte d'auth_req_id."""
        auth_req_id = jeton()
        champs = {
            "scope": "openid scope_all", "acr_values": "eidas1", "login_hint": MEDECIN, "binding_message": message,
            "channel": "MOBILE",
        } | changes  # fmt: skip
        champs = {nom: valeur for nom, valeur in champs.items() if nom not in retires}
        self.ajouter(
            "ciba", "POST", "/ext/ciba/auth", champs=champs,
            rendu={"auth_req_id": auth_req_id, "interval": 5}, entetes={"Authorization": jeton()},
            notes={
                "client": CLIENT, "authentification": "client_secret_basic", "auth_req_id": auth_req_id,
                "intervalle": intervalle, "canal": champs.get("channel", ""),
                "binding_message": champs.get("binding_message", ""), "acr": champs.get("acr_values", ""),
                "identifiant": champs.get("login_hint", ""),
            },
        )  # fmt: skip
        return auth_req_id

    # -- tout ----------------------------------------------------------------------------------------------------

    def connexion(
        self,
        identifiant: str = MEDECIN,
        *,
        session: str = "s1",
        demande: Mapping[str, Any] | None = None,
        echange: Mapping[str, Any] | None = None,
        porteur: str = "entete",
    ) -> Fil:
        """Découverte, demande, mire, code, clés, UserInfo."""
        etablissement = self.service == "etablissement"
        self.decouverte("openid-configuration" if etablissement else "wallet-openid-configuration")
        transaction, parametres = self.autorisation(**(demande or {}))
        code = self.mire(transaction, parametres, identifiant)
        envoi: dict[str, Any] = {"redirect_uri": parametres.get("redirect_uri", "")}
        if "code_challenge" not in parametres:
            envoi["pkce"] = "sans_objet"
        self.jeton(transaction, code, identifiant=identifiant, session=session, **(envoi | dict(echange or {})))
        return self.jwks().userinfo(session=session, identifiant=identifiant, porteur=porteur)


def _jetons() -> dict[str, Any]:
    return {"access_token": jeton(), "refresh_token": jeton(), "id_token": jeton(), "token_type": "Bearer",
            "expires_in": 120}  # fmt: skip


def deux_connexions(**choix: Any) -> list[Echange]:
    """Deux connexions de suite, de deux personnes ; ce qui est faussé l'est dans les deux."""
    fil = Fil(choix.pop("service", "psc"))
    fil.connexion(MEDECIN, session="s1", **choix).connexion(PHARMACIENNE, session="s2", **choix)
    return fil.echanges


def session(identifiant: str | None = MEDECIN, *, ouverte: bool = True, **champs: Any) -> dict[str, Any]:
    """Une session telle que le logiciel la montre."""
    if not ouverte:
        return {"ouverte": False, **champs}
    return {"ouverte": True, "session_id": f"l-{identifiant}", "compte": f"c-{identifiant}",
            "identifiant_national": identifiant, "moyens": ["psc"], **champs}  # fmt: skip
