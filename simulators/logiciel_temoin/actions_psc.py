"""Actions de connexion par Pro Santé Connect ou par le fournisseur d'identité de l'établissement."""

from __future__ import annotations

from simulators.logiciel_temoin.acces_extensions import ADRESSES_DE_FIN
from simulators.logiciel_temoin.acces_sessions import Session
from simulators.logiciel_temoin.actions_sessions import en_dict
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur

ATTENTE_CIBA = 12.0
"""Secondes pendant lesquelles l'écran d'attente suit la réponse de la personne."""


@action("ouvrir_connexion")
def ouvrir_connexion(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    from simulators.logiciel_temoin.psc_ciba import CANAUX
    from simulators.logiciel_temoin.psc_modele import ErreurFournisseur
    from simulators.logiciel_temoin.psc_service import MODALITES

    client = labo.fournisseurs.client(p.choix("fournisseur", ("psc", "etablissement")))
    modalite = p.choix("modalite", (*MODALITES, "navigateur_interne"))
    if modalite not in MODALITES:
        return Enveloppe("non_gere", ("Le logiciel n'ouvre pas de navigateur intégré.",), {})
    service, rapprochement = labo.fournisseurs, p.texte_ou_vide("session_id")
    if rapprochement and labo.sessions.lire(rapprochement) is None:
        raise Refus("Votre session est fermée : reconnectez-vous pour rapprocher votre compte.")
    connexion = service.connexions.ouvrir(client, modalite, rapprochement=rapprochement)
    try:
        if modalite == "ciba":
            identifiant = p.texte_ou_vide("identifiant").strip()
            if not identifiant:
                raise Refus("Saisissez votre identifiant national.")
            service.ciba.demarrer(connexion, identifiant, p.choix("canal", CANAUX, "MOBILE"))
            message = f"Vérifiez que le code affiché sur votre appareil est {connexion.code_affiche}, puis approuvez."
            return fait(message, connexion_id=connexion.connexion_id, code_affiche=connexion.code_affiche)
        web = modalite == "web"
        url = service.pages.tentative(connexion.connexion_id) if web else service.connexions.adresse(connexion, "")
    except ErreurFournisseur as erreur:
        service.connexions.echouer(connexion, erreur)
        return _echec(labo, erreur, connexion.connexion_id)
    return fait("Le navigateur s'ouvre.", connexion_id=connexion.connexion_id, url=url)


@action("lire_connexion")
def lire_connexion(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    from simulators.logiciel_temoin.psc_modele import ErreurFournisseur

    service = labo.fournisseurs
    connexion = service.connexions.lire(p.texte("connexion_id"))
    if connexion is None:
        raise Refus("Cette connexion n'existe plus : recommencez.", session=en_dict(labo, None))
    if connexion.modalite == "ciba":
        connexion.fin.wait(ATTENTE_CIBA)
    if connexion.etat == "refusee":
        return _echec(labo, connexion.erreur or ErreurFournisseur(connexion.message))
    if connexion.etat == "en_cours":
        attente = en_dict(labo, None, demande=connexion.client.fournisseur.nom)
        return fait("La connexion attend votre réponse.", session=attente)
    session = labo.sessions.lire(connexion.session_id)
    if session is None:
        raise Refus("Votre session est fermée : reconnectez-vous.", session=en_dict(labo, None))
    messages = [connexion.message]
    ouverte = service.ouvertes.de_session(session.session_id)
    if ouverte is not None and labo.defaut("psc_jeton_dans_message"):
        messages.append(f"Jeton reçu : {ouverte.jetons.acces}")
    return fait(*messages, session=en_dict(labo, session))


def _echec(labo: Labo, erreur: Exception, connexion_id: str = "") -> Enveloppe:
    """`echec` si le fournisseur ne répond pas, `refuse` sinon : la personne n'est pas connectée."""
    from simulators.logiciel_temoin.psc_modele import FournisseurIndisponible

    resultat = "echec" if isinstance(erreur, FournisseurIndisponible) else "refuse"
    donnees = {"connexion_id": connexion_id} if connexion_id else {}
    return Enveloppe(resultat, (str(erreur),), {**donnees, "session": en_dict(labo, None)})


@action("choisir_situation")
def choisir_situation(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    rang = p.brut("rang")
    if not isinstance(rang, int) or isinstance(rang, bool):
        raise Refus("Un numéro de situation est attendu.")
    session = labo.fournisseurs.ouvertes.choisir(p.texte("session_id"), rang)
    return fait("Situation d'exercice retenue.", session=en_dict(labo, session, situation=rang))


@action("lire_ecran_connexion")
def lire_ecran_connexion(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    from simulators.logiciel_temoin import psc_gabarits as gabarits

    sans_bouton, sans_psc = labo.defaut("psc_bouton_absent"), labo.defaut("psc_cgu_sans_psc")
    moyens = [nom for nom in labo.environnement.fournisseurs if nom != "psc" or not sans_bouton]
    return fait(
        html=gabarits.ecran_connexion(moyens, ""),
        cgu=gabarits.texte_des_conditions(sans_psc=sans_psc),
        moyens=[*moyens, "mot_de_passe"],
    )


def _adresse_de_fin(labo: Labo, session: Session) -> str | None:
    return labo.fournisseurs.adresse_de_fin(session) if session.fournisseur else None


ADRESSES_DE_FIN.append(_adresse_de_fin)
