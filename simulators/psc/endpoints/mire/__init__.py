"""La mire : les pages et formulaires que la personne parcourt, jusqu'au retour vers son logiciel."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from simulators.psc import pages, parcours, retour
from simulators.psc.biscuits import (
    cookie_sans_mire,
    cookie_session,
    est_le_meme_navigateur,
    session_du_navigateur,
)
from simulators.psc.demande import uniques
from simulators.psc.erreurs import RefusPage
from simulators.psc.etat import Transaction
from simulators.psc.point import Appel, PointAcces
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """Montre l'étape en cours (GET) ou la franchit (POST)."""
    etat = appel.contexte.etat
    with etat.verrou:
        transaction = _transaction(appel)
        if appel.requete.methode == "POST":
            valeurs, doubles = uniques(appel.paires_corps)
            if doubles or not hmac.compare_digest(valeurs.get("jeton", "").encode(), transaction.jeton.encode()):
                raise RefusPage("csrf", "Formulaire refusé", "Ce formulaire ne vient pas de cette page.", 403)
            return _franchir(appel, transaction, valeurs)
        if transaction.reponse is not None:
            return _repondre_d_avance(appel, transaction)
        return _montrer(appel, transaction)


def _transaction(appel: Appel) -> Transaction:
    """La transaction que ce navigateur a ouverte ; `RefusPage` sinon."""
    nom = appel.requete.chemin.rpartition("/")[2]
    transaction = appel.contexte.etat.transactions.get(nom)
    appel.noter("etape", "erreur")
    if transaction is None:
        raise RefusPage("inconnue", "Demande introuvable", "Cette demande de connexion n'existe pas, ou plus.", 404)
    appel.noter("transaction", transaction.identifiant)
    if transaction.finie:
        raise RefusPage("finie", "Demande déjà traitée", "Cette demande de connexion a déjà eu sa réponse.", 410)
    if not est_le_meme_navigateur(appel, transaction):
        raise RefusPage(
            "autre_navigateur", "Autre navigateur", "Cette demande a été ouverte dans un autre navigateur.", 403
        )
    return transaction


def _franchir(appel: Appel, transaction: Transaction, valeurs: Mapping[str, str]) -> ReponseSimulee:
    action = valeurs.get("action", "")
    if action == "annuler":
        return _annuler(appel, transaction, "la personne a annule")
    if parcours.expiree(appel.contexte, transaction):
        return _montrer(appel, transaction)
    transaction.message = ""
    appel.noter("etape", transaction.etape)
    if action == "retour":
        psc = len(appel.contexte.profil.moyens) > 1
        transaction.etape = "choix" if transaction.etape == "identification" and psc else "identification"
    elif action == "choix" and transaction.etape == "choix":
        _choisir(appel, transaction, valeurs.get("moyen", ""))
    elif action == "identification" and transaction.etape == "identification":
        _identifier(appel, transaction, valeurs)
    elif action == "confirmation" and transaction.etape == "confirmation":
        return _accepter(appel, transaction)
    return ReponseSimulee(303, b"", None, (("Location", appel.requete.cible), ("Cache-Control", "no-store")))


def _choisir(appel: Appel, transaction: Transaction, moyen: str) -> None:
    if moyen not in appel.contexte.profil.moyens:
        transaction.message = "Choisissez un moyen de connexion."
        return
    transaction.moyen = moyen
    transaction.etape = "identification"
    appel.noter("moyen", moyen)


def _identifier(appel: Appel, transaction: Transaction, valeurs: Mapping[str, str]) -> None:
    saisi = valeurs.get("identifiant", "").strip()
    identifiant = saisi or valeurs.get("personne", "")
    if identifiant not in appel.contexte.personnes:
        transaction.message = (
            f"L'identifiant {saisi[:60]} n'est à aucune personne fictive." if saisi else "Choisissez une personne."
        )
        return
    transaction.personne = identifiant
    transaction.nombre = f"{secrets.randbelow(100):02d}"
    transaction.etape = "confirmation"
    appel.noter("moyen", transaction.moyen)


def _accepter(appel: Appel, transaction: Transaction) -> ReponseSimulee:
    appel.noter("etape", "confirmation")
    appel.noter("moyen", transaction.moyen)
    if transaction.panne == "refus_personne":
        return _annuler(appel, transaction, "la personne a refuse")
    appel.noter("identifiant", transaction.personne)
    session = parcours.accepter(appel.contexte, transaction, session_du_navigateur(appel))
    code = parcours.emettre_code(appel.contexte, transaction.identifiant, transaction.demande, session)
    reponse = {"code": code.valeur, "session_state": session.identifiant_session}
    return _finir(appel, transaction, reponse, cookie_session(appel, session))


def _annuler(appel: Appel, transaction: Transaction, description: str) -> ReponseSimulee:
    appel.noter("etape", "annulation")
    return _finir(appel, transaction, retour.erreur("access_denied", description))


def _finir(
    appel: Appel, transaction: Transaction, reponse: Mapping[str, str], *cookies: tuple[str, str]
) -> ReponseSimulee:
    transaction.finie = True
    if transaction.panne:
        appel.noter("panne_retour", transaction.panne)
    tous = (cookie_sans_mire(appel, transaction), *cookies)
    return retour.rendre(appel.contexte, transaction.demande, reponse, transaction.panne, tous)


def _repondre_d_avance(appel: Appel, transaction: Transaction) -> ReponseSimulee:
    """Le banc a répondu à la place de la personne (`repondre`)."""
    reponse = transaction.reponse
    assert reponse is not None
    transaction.reponse = None
    if reponse.decision == "expirer":
        transaction.etape = "expiration"
        return _montrer(appel, transaction)
    transaction.personne, transaction.moyen = reponse.identifiant, reponse.moyen
    if reponse.decision == "refuser":
        return _annuler(appel, transaction, "la personne a refuse")
    return _accepter(appel, transaction)


def _montrer(appel: Appel, transaction: Transaction) -> ReponseSimulee:
    contexte = appel.contexte
    etape = "expiration" if parcours.expiree(contexte, transaction) else transaction.etape
    appel.noter("etape", "erreur" if etape == "expiration" else etape)
    if transaction.moyen:
        appel.noter("moyen", transaction.moyen)
    communs: dict[str, Any] = {
        "logiciel": _logiciel(transaction),
        "jeton": transaction.jeton,
        "message": transaction.message,
        "moyen": transaction.moyen,
    }
    if etape == "choix":
        return pages.rendre("choix.html", contexte, moyens=contexte.profil.moyens, **communs)
    if etape == "identification":
        choisie, saisi = _proposee(appel, transaction)
        return pages.rendre(
            "identification.html", contexte, personnes=contexte.personnes.values(), choisie=choisie, saisi=saisi,
            **communs,
        )  # fmt: skip
    if etape == "confirmation":
        personne = contexte.personnes[transaction.personne]
        return pages.rendre("confirmation.html", contexte, personne=personne, nombre=transaction.nombre, **communs)
    return pages.rendre("expiration.html", contexte, **communs)


def _proposee(appel: Appel, transaction: Transaction) -> tuple[str, str]:
    """Qui est coché d'avance : le choix précédent, ou celui que le logiciel suggère (`login_hint`)."""
    suggeree = transaction.personne or transaction.demande.login_hint
    return (suggeree, "") if suggeree in appel.contexte.personnes else ("", "")


def _logiciel(transaction: Transaction) -> str:
    """Ce qui désigne le logiciel à la personne : son identifiant et l'hôte où elle retournera."""
    demande = transaction.demande
    return f"{demande.client_id} ({urlsplit(demande.redirect_uri).netloc or demande.redirect_uri})"


POINT = PointAcces("mire", "wallet", ("GET", "POST"), lambda profil: (f"{profil.chemins.mire}/*",), handle)
