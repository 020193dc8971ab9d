"""Ce que chaque page fait : commencer une connexion, en revenir, choisir sa situation, se déconnecter."""

from __future__ import annotations

import hmac
import secrets
import threading
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.logiciel_temoin import psc_gabarits as gabarits
from simulators.logiciel_temoin.acces_sessions import Session
from simulators.logiciel_temoin.erreurs import ParametreInvalide, Refus
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.psc_connexions import EXTERNE, WEB, Connexion, RetourInconnu
from simulators.logiciel_temoin.psc_environnement import PSC
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur, FournisseurIndisponible
from simulators.logiciel_temoin.psc_sessions import SessionOuverte
from simulators.logiciel_temoin.registre import ACTIONS

if TYPE_CHECKING:
    from simulators.logiciel_temoin.psc_pages import ServeurPages
    from simulators.logiciel_temoin.psc_service import Fournisseurs

ACTEUR = "agent_accueil"
"""Compte au nom duquel l'écran de connexion appelle les actions : il n'en tire aucun droit."""

PROFESSIONS = {
    "10": "Médecin",
    "21": "Pharmacien",
    "40": "Chirurgien-dentiste",
    "50": "Sage-femme",
    "60": "Infirmier",
    "70": "Masseur-kinésithérapeute",
    "80": "Pédicure-podologue",
    "91": "Orthophoniste",
}
"""Libellés de quelques codes de la table TRE_G15 ; les autres se montrent tels quels."""


@dataclass
class Demande:
    """Une requête du navigateur. `poste`, `session` : ses cookies ; `jeton_attendu` : celui des formulaires."""

    methode: str
    chemin: str
    parametres: dict[str, str]
    champs: dict[str, str]
    session: str = field(repr=False, default="")
    poste: str = field(repr=False, default="")
    jeton_attendu: str = field(repr=False, default="")

    @property
    def jeton_juste(self) -> bool:
        return hmac.compare_digest(self.champs.get("jeton", "").encode(), self.jeton_attendu.encode())


@dataclass
class Reponse:
    """Une page, ou une redirection si `vers` est donné. Un cookie vide est effacé."""

    statut: int
    html: str = ""
    vers: str = ""
    cookies: dict[str, str] = field(default_factory=dict)


def rediriger(vers: str, **cookies: str) -> Reponse:
    return Reponse(303, vers=vers, cookies=cookies)


class Parcours:
    """Les pages, une méthode chacune."""

    def __init__(self, service: Fournisseurs, pages: ServeurPages) -> None:
        self._service = service
        self._labo = service.labo
        self._pages = pages
        self._verrou = threading.Lock()
        self._navigateurs: dict[str, str] = {}
        self._sorties: dict[str, tuple[str, str]] = {}
        self._retours: dict[str, str] = {}

    def jouer(self, d: Demande) -> Reponse:
        """Rend la page demandée ; une erreur interne se dit sans détail."""
        try:
            return self._aiguiller(d)
        except RetourInconnu as erreur:
            return Reponse(400, gabarits.echec(str(erreur)))
        except FournisseurIndisponible as erreur:
            return Reponse(502, gabarits.echec(str(erreur)))
        except ErreurFournisseur as erreur:
            return Reponse(403, gabarits.echec(str(erreur)))
        except (Refus, ParametreInvalide) as refus:
            return Reponse(403, gabarits.echec(str(refus)))
        except Exception:  # noqa: BLE001 - frontière du produit
            traceback.print_exc()
            return Reponse(500, gabarits.echec("Le logiciel a rencontré une erreur interne."))

    def _aiguiller(self, d: Demande) -> Reponse:
        match d.methode, d.chemin.strip("/").split("/"):
            case "GET", ["" | "accueil"]:
                return self._accueil(d)
            case "GET", ["connexion"]:
                return Reponse(200, self._ecran(d))
            case "POST", ["connexion"]:
                return self._mot_de_passe(d)
            case "GET", ["connexion", "tentative", connexion_id]:
                return self._tentative(d, connexion_id)
            case "GET", ["connexion", fournisseur] if fournisseur in self._service.clients:
                return self._partir(d, self._service.connexions.ouvrir(self._service.client(fournisseur), WEB))
            case "GET", ["retour", fournisseur] if fournisseur in self._service.clients:
                return self._revenir(d, fournisseur)
            case "GET" | "POST", ["situation"]:
                return self._situation(d)
            case "POST", ["deconnexion"]:
                return self._deconnecter(d)
            case "GET", ["deconnexion", "retour"]:
                return self._apres_deconnexion(d)
            case "GET", ["deconnexion", billet]:
                return self._sortir(billet)
            case "GET", ["cgu"]:
                return Reponse(200, gabarits.conditions(sans_psc=self._labo.defaut("psc_cgu_sans_psc")))
        return Reponse(404, gabarits.introuvable())

    # -- se connecter ------------------------------------------------------------------------------------------

    def moyens(self) -> list[str]:
        """Fournisseurs d'identité proposés à l'écran."""
        return [nom for nom in self._service.clients if nom != PSC or not self._labo.defaut("psc_bouton_absent")]

    def _ecran(self, d: Demande, avis: str = "") -> str:
        return gabarits.ecran_connexion(self.moyens(), d.jeton_attendu, avis)

    def _tentative(self, d: Demande, connexion_id: str) -> Reponse:
        """Une adresse donnée par le logiciel : elle ne sert qu'une fois."""
        connexion = self._service.connexions.lire(connexion_id)
        if connexion is None or connexion.redirect_uri:
            raise RetourInconnu("Cette connexion est déjà commencée ou n'existe plus : recommencez.")
        return self._partir(d, connexion)

    def _partir(self, d: Demande, connexion: Connexion) -> Reponse:
        try:
            return rediriger(self._service.connexions.adresse(connexion, d.poste))
        except ErreurFournisseur as erreur:
            self._service.connexions.echouer(connexion, erreur)
            raise

    def _revenir(self, d: Demande, fournisseur: str) -> Reponse:
        connexion = self._service.connexions.revenir(fournisseur, d.parametres, d.poste)
        if connexion.modalite == EXTERNE:
            return Reponse(200, gabarits.retour_externe())
        session = self._labo.sessions.lire(connexion.session_id)
        if session is None:
            raise RetourInconnu("Votre session est fermée : reconnectez-vous.")
        cookies = {"labo_session": self._ouvrir_navigateur(session)}
        if len(session.donnees.get("situations", ())) > 1:
            return rediriger("/situation", **cookies)
        ouverte = self._service.ouvertes.de_session(session.session_id)
        if ouverte is not None and self._labo.defaut("psc_jeton_au_navigateur"):
            cookies["labo_jeton"] = ouverte.jetons.acces
        if ouverte is not None and self._labo.defaut("psc_jeton_dans_url"):
            return rediriger(f"/accueil?access_token={ouverte.jetons.acces}", **cookies)
        return rediriger("/accueil", **cookies)

    def _mot_de_passe(self, d: Demande) -> Reponse:
        if not d.jeton_juste:
            return Reponse(403, self._ecran(d, "Cette page a expiré : recommencez."))
        champs = {nom: d.champs.get(nom, "") for nom in ("identifiant", "mot_de_passe")}
        try:
            enveloppe = ACTIONS["ouvrir_session"](self._labo, self._labo.annuaire.ouvrir(ACTEUR), Parametres(champs))
        except Refus as refus:
            return Reponse(403, self._ecran(d, str(refus)))
        session = self._labo.sessions.lire(str(enveloppe.donnees["session"].get("session_id") or ""))
        if session is None:
            return Reponse(403, self._ecran(d, " ".join(enveloppe.messages)))
        return rediriger("/accueil", labo_session=self._ouvrir_navigateur(session))

    def _ouvrir_navigateur(self, session: Session) -> str:
        """Cookie neuf à chaque connexion : celui d'avant ne mène à rien."""
        cookie = secrets.token_urlsafe(32)
        with self._verrou:
            self._navigateurs = {
                c: s for c, s in self._navigateurs.items() if self._labo.sessions.existe(s) and s != session.session_id
            }
            self._navigateurs[cookie] = session.session_id
        return cookie

    # -- connecté ----------------------------------------------------------------------------------------------

    def _session(self, d: Demande) -> Session | None:
        return self._labo.sessions.lire(self._navigateurs.get(d.session, ""))

    def _accueil(self, d: Demande) -> Reponse:
        session = self._session(d)
        if session is None:
            return rediriger("/connexion")
        compte = self._labo.comptes.lire(session.compte_id)
        situations = session.donnees.get("situations", [])
        choisie = session.donnees.get("situation")
        lignes = [
            ("Vous êtes", f"{session.donnees.get('prenom', '')} {session.donnees.get('nom', '')}".strip()),
            ("Identifiant national", session.identifiant_national or ""),
            ("Compte", compte.identifiant if compte else ""),
            ("Situation d'exercice", _libelle(situations[choisie]) if choisie is not None and situations else ""),
        ]
        return Reponse(200, gabarits.accueil(lignes, d.jeton_attendu, choix=len(situations) > 1))

    def _situation(self, d: Demande) -> Reponse:
        session = self._session(d)
        if session is None:
            return rediriger("/connexion")
        if d.methode == "POST" and d.jeton_juste:
            rang = d.champs.get("rang", "")
            self._service.ouvertes.choisir(session.session_id, int(rang) if rang.isdigit() else 0)
            return rediriger("/accueil")
        libelles = [_libelle(situation) for situation in session.donnees.get("situations", ())]
        choisie = session.donnees.get("situation")
        rang_choisi = None if choisie is None else choisie + 1
        return Reponse(200, gabarits.choix_de_situation(libelles, rang_choisi, d.jeton_attendu))

    # -- se déconnecter ----------------------------------------------------------------------------------------

    def _deconnecter(self, d: Demande) -> Reponse:
        session = self._session(d)
        if session is None or not d.jeton_juste:
            return rediriger("/connexion")
        acteur, parametres = self._labo.annuaire.ouvrir(ACTEUR), Parametres({"session_id": session.session_id})
        url = ACTIONS["fermer_session"](self._labo, acteur, parametres).donnees.get("url")
        return rediriger(url or "/deconnexion/retour", labo_session="")

    def preparer_deconnexion(self, ouverte: SessionOuverte) -> str:
        """Adresse à usage unique qui mène à la fin de session du fournisseur : l'ID token n'est écrit que là."""
        billet, state = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
        vers = ouverte.client.adresse_deconnexion(ouverte.jetons, self._pages.apres_deconnexion, state)
        with self._verrou:
            self._sorties[billet] = (vers, state)
            self._retours[state] = ouverte.session.session_id
            for gardes in (self._sorties, self._retours):
                while len(gardes) > 200:
                    del gardes[next(iter(gardes))]
        return f"{self._pages.url}/deconnexion/{billet}"

    def _sortir(self, billet: str) -> Reponse:
        with self._verrou:
            sortie = self._sorties.pop(billet, None)
        if sortie is None:
            return rediriger("/connexion", labo_session="")
        return rediriger(sortie[0], labo_session="")

    def _apres_deconnexion(self, d: Demande) -> Reponse:
        with self._verrou:
            session_id = self._retours.pop(d.parametres.get("state", ""), None)
        if session_id and self._labo.defaut("psc_ouverte_si_echec_de_fin"):
            self._labo.sessions.fermer(session_id)
        if session_id and self._labo.defaut("psc_reconnexion_silencieuse"):
            return rediriger("/connexion/psc")
        return Reponse(200, gabarits.deconnecte("Votre session est fermée.", self.moyens()))


def _libelle(situation: dict[str, str]) -> str:
    """Une situation en clair, à partir de ce que le fournisseur en dit."""
    code = situation.get("profession", "")
    morceaux = [PROFESSIONS.get(code, code), situation.get("structure", "") or situation.get("secteur", "")]
    return " – ".join(m for m in morceaux if m) or "Sans structure d'exercice"
