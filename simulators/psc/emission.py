"""Émission des jetons : accès (JWT), rafraîchissement (opaque), ID token (RS256). Tous protégés au journal."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from simulators.psc import falsification
from simulators.psc.clients import Client
from simulators.psc.contexte import Contexte
from simulators.psc.etat import Jeton, Session, valeur_secrete
from simulators.psc.liaison import empreinte_ans, empreinte_rfc
from simulators.psc.personnes import Personne


@dataclass(frozen=True)
class Emission:
    """Ce qu'on émet, pour qui. `famille` : le code d'origine ; vide, une famille neuve."""

    client: Client
    session: Session
    scope: str
    nonce: str = ""
    famille: str = ""
    transaction: str = ""
    certificat_der: bytes | None = None
    """Certificat du client : ses jetons y sont liés s'il l'a déclaré."""
    defaut: str = ""
    """Nom de la panne à jouer sur l'ID token (`falsification.DEFAUTS`)."""
    avec_rafraichissement: bool = True


def emettre(contexte: Contexte, emission: Emission) -> dict[str, Any]:
    """La réponse du point d'accès des jetons, en JSON."""
    durees = contexte.profil.durees
    session = emission.session
    famille = emission.famille or secrets.token_hex(12)
    acces = emettre_acces(contexte, emission, famille)
    reponse: dict[str, Any] = {
        "access_token": acces.valeur,
        "token_type": "Bearer",
        "expires_in": durees.acces,
        "scope": emission.scope,
        "session_state": session.identifiant_session,
        "not-before-policy": 0,
    }
    if emission.avec_rafraichissement:
        rafraichissement = emettre_rafraichissement(contexte, emission, famille)
        reponse["refresh_token"] = rafraichissement.valeur
        reponse["refresh_expires_in"] = durees.rafraichissement
    if "openid" in emission.scope.split():
        reponse["id_token"] = emettre_id_token(contexte, emission, acces.valeur)
    session.clients.add(emission.client.client_id)
    contexte.etat.toucher(session)
    return reponse


def emettre_acces(contexte: Contexte, emission: Emission, famille: str) -> Jeton:
    """Jeton d'accès : un JWT que le logiciel doit tenir pour opaque."""
    maintenant = contexte.horloge()
    expire = maintenant + timedelta(seconds=contexte.profil.durees.acces)
    personne = contexte.personnes[emission.session.identifiant]
    contenu: dict[str, Any] = {
        **_communs(contexte, emission, personne, int(maintenant.timestamp()), int(expire.timestamp())),
        "typ": "Bearer",
        "scope": emission.scope,
    }
    cnf = ""
    if emission.client.certificats_lies and emission.certificat_der is not None:
        forme = empreinte_rfc if contexte.reglages.cnf_rfc8705 else empreinte_ans
        cnf = forme(emission.certificat_der)
        contenu["cnf"] = {"x5t#S256": cnf}
    valeur = falsification.signer(contexte.cles.courante, contenu)
    return contexte.etat.ranger(
        Jeton(
            valeur,
            "acces",
            emission.client.client_id,
            emission.session.identifiant_session,
            emission.session.identifiant,
            emission.scope,
            maintenant,
            expire,
            famille,
            emission.nonce,
            False,
            cnf,
            emission.transaction,
            contenu,
        )
    )


def emettre_rafraichissement(contexte: Contexte, emission: Emission, famille: str, *, permanent: bool = False) -> Jeton:
    """Jeton de rafraîchissement, opaque. `permanent` : il n'expire pas (sessions ouvertes d'avance par le banc)."""
    maintenant = contexte.horloge()
    expire = None if permanent else maintenant + timedelta(seconds=contexte.profil.durees.rafraichissement)
    return contexte.etat.ranger(
        Jeton(
            valeur_secrete("rt-"),
            "rafraichissement",
            emission.client.client_id,
            emission.session.identifiant_session,
            emission.session.identifiant,
            emission.scope,
            maintenant,
            expire,
            famille,
            emission.nonce,
            transaction=emission.transaction,
        )
    )


def emettre_id_token(contexte: Contexte, emission: Emission, acces: str) -> str:
    """ID token, avec le défaut demandé s'il y en a un."""
    maintenant = int(contexte.horloge().timestamp())
    personne = contexte.personnes[emission.session.identifiant]
    contenu: dict[str, Any] = {
        **_communs(contexte, emission, personne, maintenant, maintenant + contexte.profil.durees.acces),
        "typ": "ID",
        "at_hash": demi_empreinte(acces),
    }
    if emission.nonce:
        contenu["nonce"] = emission.nonce
    jeton = falsification.id_token(contexte.cles, contenu, emission.defaut)
    contexte.etat.proteger(jeton)
    return jeton


def demi_empreinte(valeur: str) -> str:
    """`at_hash` : moitié gauche du SHA-256, en base64url (OpenID Connect Core, 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(valeur.encode()).digest()[:16]).rstrip(b"=").decode()


def _communs(contexte: Contexte, emission: Emission, personne: Personne, emis: int, expire: int) -> dict[str, Any]:
    session = emission.session
    contenu: dict[str, Any] = {
        "iss": contexte.issuer,
        "aud": emission.client.client_id,
        "azp": emission.client.client_id,
        "sub": personne.sub,
        "iat": emis,
        "exp": expire,
        "auth_time": int(session.auth_time.timestamp()),
        "jti": secrets.token_hex(16),
        "session_state": session.identifiant_session,
        "sid": session.identifiant_session,
    }
    return contenu | identite(contexte, personne)


def identite(contexte: Contexte, personne: Personne) -> dict[str, Any]:
    """Les revendications d'identité d'un jeton, selon le profil du fournisseur."""
    courantes: dict[str, Any] = {
        "preferred_username": personne.identifiant_national,
        "given_name": personne.prenom,
        "family_name": personne.nom,
        "name": personne.nom_complet,
        "email_verified": False,
    }
    if contexte.profil.revendications_psc:
        return {**courantes, "acr": contexte.profil.acr, "SubjectNameID": personne.identifiant_national}
    return {**courantes, "email": personne.courriel, "email_verified": True}
