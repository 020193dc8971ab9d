"""Les cookies du fournisseur dans le navigateur de la personne : session SSO, et attache d'une mire ouverte.

Préfixe `__Host-` : Secure, sans Domain, Path=/. Les cookies ignorent les ports : chaque fournisseur a ses propres noms.
"""

from __future__ import annotations

from simulators.psc.etat import Session, Transaction
from simulators.psc.point import Appel

Entete = tuple[str, str]


def _nom(appel: Appel, quoi: str) -> str:
    return f"__Host-{appel.contexte.profil.service}-{quoi}"


def session_du_navigateur(appel: Appel) -> Session | None:
    """La session SSO du navigateur, si elle vit encore."""
    return appel.contexte.etat.session_du_cookie(appel.cookies.get(_nom(appel, "sso"), ""))


def cookie_session(appel: Appel, session: Session) -> Entete:
    """Pose la session dans le navigateur, jusqu'à ce qu'il se ferme."""
    return _poser(_nom(appel, "sso"), session.cookie)


def cookie_sans_session(appel: Appel) -> Entete:
    """Ôte la session du navigateur."""
    return _poser(_nom(appel, "sso"), "", "; Max-Age=0")


def cookie_mire(appel: Appel, transaction: Transaction) -> Entete:
    """Attache cette mire à ce navigateur : personne d'autre ne peut la poursuivre."""
    return _poser(_nom(appel, f"mire-{transaction.identifiant}"), transaction.cookie, "; Max-Age=900")


def cookie_sans_mire(appel: Appel, transaction: Transaction) -> Entete:
    """Ôte l'attache d'une mire finie."""
    return _poser(_nom(appel, f"mire-{transaction.identifiant}"), "", "; Max-Age=0")


def est_le_meme_navigateur(appel: Appel, transaction: Transaction) -> bool:
    """Vrai si la mire a été ouverte dans ce navigateur."""
    return appel.cookies.get(_nom(appel, f"mire-{transaction.identifiant}"), "") == transaction.cookie


def _poser(nom: str, valeur: str, suite: str = "") -> Entete:
    return ("Set-Cookie", f"{nom}={valeur}; Path=/; Secure; HttpOnly; SameSite=Lax{suite}")
