"""Actions de connexion par les moyens propres du produit, de session et de temps qui passe."""

from __future__ import annotations

from typing import Any

from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_extensions import ADRESSES_DE_FIN, CONTROLES_CONNEXION, SANS_MOT_DE_PASSE
from simulators.logiciel_temoin.acces_sessions import Session
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def en_dict(labo: Labo, session: Session | None, **supplement: Any) -> dict[str, Any]:
    """La session telle que l'écran la montre ; None : pas de session ouverte."""
    if session is None:
        return {"ouverte": False, "session_id": None, "compte": None, **supplement}
    compte = labo.comptes.lire(session.compte_id)
    return {
        "ouverte": True,
        "session_id": session.session_id,
        "compte": session.compte_id,
        "identifiant_national": session.identifiant_national,
        "nom": session.donnees.get("nom") or (compte.nom if compte else ""),
        "prenom": session.donnees.get("prenom") or (compte.prenom if compte else ""),
        "moyens": list(session.moyens),
        "situations": list(session.donnees.get("situations", ())),
        **supplement,
    }


@action("ouvrir_session")
def ouvrir_session(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    identifiant = p.texte("identifiant")
    population = p.choix("population", ("professionnel", "usager"), "professionnel")
    compte = labo.comptes.par_identifiant(identifiant, population)
    if compte is None or not compte.actif:
        tracer(labo, identifiant, "connexion", identifiant, reussi=False)
        raise Refus("Identifiant ou mot de passe incorrect.", session=en_dict(labo, None))
    mot_de_passe = p.texte_ou_vide("mot_de_passe")
    if not mot_de_passe:
        for suffisant in SANS_MOT_DE_PASSE:
            if moyens := suffisant(labo, compte, p):
                return _ouvrir(labo, compte, moyens)
        return Enveloppe("refuse", ("Saisissez votre mot de passe.",), {"session": _demande(labo, "mot_de_passe")})
    if not labo.mots_de_passe.essayer(compte, mot_de_passe):
        return _refuser(labo, compte)
    if labo.mots_de_passe.expire(compte):
        nouveau = p.texte_ou_rien("nouveau_mot_de_passe")
        if nouveau is None:
            return _refuser(labo, compte, "changement_mot_de_passe", "Votre mot de passe a expiré : changez-le.")
        _changer_expire(labo, compte, nouveau)
    moyens = ["mot_de_passe"]
    for controle in CONTROLES_CONNEXION:
        demande = controle(labo, compte, p, moyens)
        if demande:
            return _refuser(labo, compte, demande, "La connexion demande encore une étape.")
    return _ouvrir(labo, compte, moyens)


def _ouvrir(labo: Labo, compte: Compte, moyens: list[str]) -> Enveloppe:
    session = labo.sessions.ouvrir(compte.compte_id, compte.population, moyens)
    tracer(labo, compte.identifiant, "connexion", compte, moyens=moyens)
    return fait("Connexion établie.", session=en_dict(labo, session))


def _refuser(labo: Labo, compte: Compte, demande: str = "", message: str = "") -> Enveloppe:
    tracer(labo, compte.identifiant, "connexion", compte, reussi=False)
    if demande:
        return Enveloppe("refuse", (message,), {"session": _demande(labo, demande)})
    if compte.bloque:
        message = "Ce compte est bloqué après trop d'échecs ; adressez-vous à l'administrateur."
        return Enveloppe("refuse", (message,), {"session": en_dict(labo, None, bloque=True)})
    message = "Identifiant ou mot de passe incorrect."
    return Enveloppe("refuse", (message,), {"session": en_dict(labo, None, bloque=False)})


def _demande(labo: Labo, demande: str) -> dict[str, Any]:
    return en_dict(labo, None, demande=demande)


def _changer_expire(labo: Labo, compte: Compte, nouveau: str) -> None:
    try:
        labo.mots_de_passe.definir(compte, nouveau)
    except Refus as refus:
        labo.mots_de_passe.compter_echec(compte)
        tracer(labo, compte.identifiant, "mot_de_passe", compte, reussi=False)
        raise Refus(*refus.messages, session=_demande(labo, "changement_mot_de_passe")) from refus
    tracer(labo, compte.identifiant, "mot_de_passe", compte)


@action("lire_session")
def lire_session(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    session = labo.sessions.lire(p.texte("session_id"))
    if session is None:
        raise Refus("Votre session est fermée : reconnectez-vous.", session=en_dict(labo, None))
    return fait("Écran ouvert.", session=en_dict(labo, session))


@action("fermer_session")
def fermer_session(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    session = labo.sessions.lire(p.texte("session_id"))
    if session is None:
        raise Refus("Votre session est déjà fermée.", session=en_dict(labo, None), url=None)
    url = next(filter(None, (adresse(labo, session) for adresse in ADRESSES_DE_FIN)), None)
    sans_effet = session.population == "usager" and labo.defaut("usager_fermeture_sans_effet")
    sans_effet = sans_effet or labo.defaut("fermeture_sans_effet")
    if sans_effet or (url and labo.defaut("psc_ouverte_si_echec_de_fin")):
        return fait("Vous êtes déconnecté.", session=en_dict(labo, None), url=url)
    labo.sessions.fermer(session.session_id)
    if labo.defaut("fermeture_pour_tous"):
        for autre in [s for compte in labo.comptes.tous() for s in labo.sessions.de(compte.compte_id)]:
            labo.sessions.fermer(autre.session_id)
    compte = labo.comptes.lire(session.compte_id)
    if compte:
        tracer(labo, compte.identifiant, "deconnexion", compte)
        compte.bloque = compte.bloque or labo.defaut("deconnexion_definitive")
    return fait("Vous êtes déconnecté.", session=en_dict(labo, None), url=url)


@action("quitter_application")
def quitter_application(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """Onglet, navigateur, client ou poste : le produit perd la main sur la session et la ferme."""
    quoi = p.choix("quoi", ("onglet", "navigateur", "client", "poste"))
    session = labo.sessions.lire(p.texte("session_id"))
    if session and not labo.defaut(f"session_survit_{quoi}"):
        labo.sessions.fermer(session.session_id, "fermeture")
        session = None
    if session is None:
        return fait("Le logiciel rouvert demande de s'identifier.", session=en_dict(labo, None))
    return fait("Le logiciel rouvert montre la session en cours.", session=en_dict(labo, session))


@action("laisser_passer")
def laisser_passer(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    secondes = p.brut("secondes")
    if not isinstance(secondes, int) or isinstance(secondes, bool) or secondes < 0:
        raise Refus("Un nombre entier de secondes est attendu.")
    labo.horloge.avancer(secondes)
    return fait(f"L'horloge d'essai a avancé de {secondes} s.")
