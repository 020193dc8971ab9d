"""La fin de session demandée par un logiciel (OpenID Connect RP-Initiated Logout 1.0), par GET ou POST.

Avec un `id_token_hint` émis ici, la session finit sans question. Sans lui, la personne confirme. L'adresse de retour
doit être enregistrée ; sinon rien n'est fait, et rien n'est suivi.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from simulators.psc import pages
from simulators.psc.biscuits import cookie_sans_session, session_du_navigateur
from simulators.psc.clients import Client
from simulators.psc.demande import uniques
from simulators.psc.erreurs import SANS_CACHE, RefusPage
from simulators.psc.etat import Session, valeur_secrete
from simulators.psc.point import Appel, PointAcces, du_royaume
from simulators.psc.verification import lire_hint
from simulators.socle.requete import ReponseSimulee, texte_simple

_GARDES = ("id_token_hint", "post_logout_redirect_uri", "state", "client_id")


@dataclass(frozen=True)
class _Demande:
    valeurs: Mapping[str, str]
    hint: Mapping[str, Any] | None
    client: Client | None
    retour: str


def handle(appel: Appel) -> ReponseSimulee:
    """Termine la session, ou demande confirmation."""
    if appel.prendre("fin_session_indisponible"):
        appel.noter("terminee", False)
        return texte_simple(503, "Banc de test : fin de session indisponible, exprès.")
    demande = _lire(appel)
    etat = appel.contexte.etat
    with etat.verrou:
        du_navigateur = session_du_navigateur(appel)
        session = _session(appel, demande, du_navigateur)
        appel.noter("session", session.identifiant_session if session else "")
        if session is not None and demande.hint is None and not _confirmee(demande, session):
            return _demander_confirmation(appel, demande, session)
        terminee = session is not None and not session.terminee
        if session is not None:
            etat.terminer(session, "fin de session demandée par le logiciel")
        appel.noter("terminee", terminee)
    cookies = (cookie_sans_session(appel),) if session is du_navigateur else ()
    if demande.retour:
        state = demande.valeurs.get("state")
        separateur = "&" if "?" in demande.retour else "?"
        cible = demande.retour + (f"{separateur}{urlencode({'state': state})}" if state else "")
        return ReponseSimulee(302, b"", None, (("Location", cible), *SANS_CACHE, *cookies))
    page = pages.rendre("deconnecte.html", appel.contexte, terminee=terminee)
    return ReponseSimulee(200, page.corps, page.type_contenu, (*page.entetes, *cookies))


def _lire(appel: Appel) -> _Demande:
    paires = appel.paires_cible + (appel.paires_corps if appel.requete.methode == "POST" else ())
    valeurs, doubles = uniques(paires)
    appel.noter("terminee", False)
    appel.noter("id_token_hint", "id_token_hint" in valeurs)
    retour = valeurs.get("post_logout_redirect_uri", "")
    appel.noter("post_logout_redirect_uri_enregistree", False if retour else "sans_objet")
    if doubles:
        raise RefusPage(
            "invalid_request", "Demande ambiguë", f"Paramètre en double : {', '.join(sorted(doubles))[:100]}."
        )
    hint = None
    if "id_token_hint" in valeurs:
        hint = lire_hint(appel.contexte, valeurs["id_token_hint"])
        if hint is None:
            raise RefusPage("invalid_request", "Jeton refusé", "L'id_token_hint n'a pas été émis par ce fournisseur.")
        appel.noter("hint_session", hint.get("sid", ""))
    client = _client(appel, valeurs, hint)
    if retour:
        if client is None or retour not in client.post_logout_redirect_uris:
            raise RefusPage(
                "invalid_request",
                "Adresse de retour non enregistrée",
                "La post_logout_redirect_uri n'est pas une de celles que ce client a enregistrées, ou rien ne dit "
                "quel client la demande (id_token_hint ou client_id).",
            )
        appel.noter("post_logout_redirect_uri_enregistree", True)
    return _Demande(valeurs, hint, client, retour)


def _client(appel: Appel, valeurs: Mapping[str, str], hint: Mapping[str, Any] | None) -> Client | None:
    nomme = valeurs.get("client_id", "")
    du_hint = str(hint.get("azp", "")) if hint else ""
    if nomme and du_hint and nomme != du_hint:
        raise RefusPage("invalid_request", "Demande ambiguë", "L'id_token_hint est d'un autre client que client_id.")
    return appel.contexte.clients.get(du_hint or nomme)


def _session(appel: Appel, demande: _Demande, du_navigateur: Session | None) -> Session | None:
    """Celle du hint (même expiré), sinon celle du navigateur."""
    if demande.hint is not None:
        nom = str(demande.hint.get("sid", ""))
        appel.contexte.etat.session_vivante(nom)
        return appel.contexte.etat.sessions.get(nom)
    return du_navigateur


def _confirmee(demande: _Demande, session: Session) -> bool:
    jeton = demande.valeurs.get("jeton", "")
    return bool(session.jeton_fin) and hmac.compare_digest(jeton.encode(), session.jeton_fin.encode())


def _demander_confirmation(appel: Appel, demande: _Demande, session: Session) -> ReponseSimulee:
    if not session.jeton_fin:
        session.jeton_fin = appel.contexte.etat.proteger(valeur_secrete("fin-", 18))
    gardes = [(nom, demande.valeurs[nom]) for nom in _GARDES if nom in demande.valeurs]
    return pages.rendre(
        "deconnexion.html",
        appel.contexte,
        personne=appel.contexte.personnes[session.identifiant],
        jeton=session.jeton_fin,
        champs=gardes,
    )


POINT = PointAcces("fin_session", "royaume", ("GET", "POST"), du_royaume("fin_session"), handle)
