"""Le point d'autorisation : contrôle la demande, puis ouvre la mire, ou répond d'emblée (SSO, refus)."""

from __future__ import annotations

from simulators.psc import parcours, retour
from simulators.psc.biscuits import cookie_mire, cookie_session, session_du_navigateur
from simulators.psc.demande import Demande, Paires, chercher_retour, controler, uniques
from simulators.psc.erreurs import SANS_CACHE, RefusAutorisation
from simulators.psc.etat import Session
from simulators.psc.pannes import NOMS_RETOUR
from simulators.psc.point import Appel, PointAcces
from simulators.psc.verification import lire_hint
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """Redirige vers la mire ou vers le logiciel ; `RefusPage` si l'adresse de retour n'est pas sûre."""
    appel.noter("sso", False)
    paires = _paires(appel)
    _noter(appel, paires)
    vers = chercher_retour(paires, appel.contexte.clients)
    try:
        if panne := appel.prendre("autorisation_erreur"):
            raise RefusAutorisation(str(panne.parametres.get("erreur", "server_error")), "panne jouee expres")
        demande = controler(paires, vers, appel.contexte.profil)
        appel.noter("acr_par_acr", demande.acr_par_acr)
        return _ouvrir(appel, demande)
    except RefusAutorisation as refus:
        appel.noter("refus", refus.code)
        return retour.rendre(appel.contexte, vers, retour.erreur(refus.code, refus.description))


def _paires(appel: Appel) -> Paires:
    """La chaîne de requête, et le corps d'un POST (OpenID Connect Core, 3.1.2.1)."""
    if appel.requete.methode == "POST":
        return appel.paires_cible + appel.paires_corps
    return appel.paires_cible


def _noter(appel: Appel, paires: Paires) -> None:
    valeurs, _ = uniques(paires)
    client = appel.contexte.clients.get(valeurs.get("client_id", ""))
    appel.noter("client", valeurs.get("client_id", "")[:200])
    enregistree = client is not None and client.revient_a(valeurs.get("redirect_uri", ""))
    appel.noter("redirect_uri_enregistree", enregistree)


def _ouvrir(appel: Appel, demande: Demande) -> ReponseSimulee:
    contexte = appel.contexte
    session = session_du_navigateur(appel)
    possible = parcours.sso_possible(contexte, demande, session) and _meme_personne(appel, demande, session)
    if "none" in demande.prompt and not possible:
        raise RefusAutorisation("login_required", "aucune session ouverte dans ce navigateur")
    panne = appel.prendre(*NOMS_RETOUR)
    transaction = parcours.ouvrir(contexte, demande, panne.nom if panne else "") if not possible else None
    if transaction is not None:
        appel.noter("transaction", transaction.identifiant)
        adresse = f"{contexte.url_wallet}{contexte.profil.chemins.mire}/{transaction.identifiant}"
        entetes = (("Location", adresse), cookie_mire(appel, transaction), *SANS_CACHE)
        return ReponseSimulee(303, b"", None, entetes)
    assert session is not None, "le SSO demande une session"
    return _par_sso(appel, demande, session, panne.nom if panne else "")


def _par_sso(appel: Appel, demande: Demande, session: Session, panne: str) -> ReponseSimulee:
    """Répond sans mire, au nom de la session déjà ouverte dans ce navigateur."""
    if panne == "refus_personne":
        raise RefusAutorisation("access_denied", "la personne a refuse")
    appel.noter("sso", True)
    code = parcours.emettre_code(appel.contexte, f"sso-{session.identifiant_session[:12]}", demande, session)
    code.transaction = f"sso-{code.famille[:12]}"
    appel.noter("transaction", code.transaction)
    appel.noter("identifiant", session.identifiant)
    reponse = {"code": code.valeur, "session_state": session.identifiant_session}
    return retour.rendre(appel.contexte, demande, reponse, panne, (cookie_session(appel, session),))


def _meme_personne(appel: Appel, demande: Demande, session: Session | None) -> bool:
    """Un `id_token_hint` désigne qui doit être connecté."""
    if not demande.id_token_hint or session is None:
        return True
    contenu = lire_hint(appel.contexte, demande.id_token_hint)
    if contenu is None:
        raise RefusAutorisation("invalid_request", "id_token_hint illisible")
    return bool(contenu.get("sub") == appel.contexte.personnes[session.identifiant].sub)


POINT = PointAcces("autorisation", "wallet", ("GET", "POST"), lambda profil: (profil.chemins.autorisation,), handle)
