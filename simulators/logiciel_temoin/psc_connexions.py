"""Les connexions demandées à un fournisseur d'identité : de la demande au retour vérifié, puis à la session.

`state`, `nonce` et vérificateur PKCE sont tirés à chaque demande, ne servent qu'une fois et ne quittent pas le serveur.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulators.logiciel_temoin.acces_sessions import Session
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.psc_client import ClientOidc
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur, Identite, Jetons

if TYPE_CHECKING:
    from simulators.logiciel_temoin.psc_service import Fournisseurs

WEB, EXTERNE, CIBA = "web", "navigateur_externe", "ciba"
EN_COURS, OUVERTE, REFUSEE = "en_cours", "ouverte", "refusee"
DUREE = timedelta(minutes=10)
"""Au-delà, une connexion commencée et pas finie est oubliée."""


@dataclass
class Connexion:
    """Une tentative. `poste` : cookie du navigateur qui l'a commencée (vide : navigateur externe au logiciel)."""

    connexion_id: str
    client: ClientOidc
    modalite: str
    creee: datetime
    rapprochement: str = ""
    """Session du compte à rapprocher ; vide pour une simple connexion."""
    state: str = field(repr=False, default="")
    nonce: str = field(repr=False, default="")
    verificateur: str = field(repr=False, default="")
    redirect_uri: str = ""
    poste: str = field(repr=False, default="")
    code_affiche: str = ""
    etat: str = EN_COURS
    message: str = ""
    session_id: str = ""
    erreur: ErreurFournisseur | None = None
    revenue: bool = False
    """Le navigateur est déjà revenu : un second retour est sans effet."""
    fin: threading.Event = field(default_factory=threading.Event, repr=False)

    def refuser(self, message: str) -> None:
        self.etat, self.message = REFUSEE, message
        self.fin.set()


class RetourInconnu(ErreurFournisseur):
    """Un retour qui ne répond à aucune demande de ce navigateur."""


class Connexions:
    """Les tentatives en cours. Sûr entre fils d'exécution."""

    def __init__(self, service: Fournisseurs) -> None:
        self._service = service
        self._labo = service.labo
        self._connexions: dict[str, Connexion] = {}
        self._verrou = threading.Lock()
        self._constantes: dict[str, str] = {}

    def ouvrir(self, client: ClientOidc, modalite: str, *, rapprochement: str = "") -> Connexion:
        connexion = Connexion(
            secrets.token_urlsafe(18), client, modalite, self._labo.horloge.maintenant(), rapprochement
        )
        with self._verrou:
            limite = connexion.creee - DUREE
            self._connexions = {nom: c for nom, c in self._connexions.items() if c.creee > limite or c.etat != EN_COURS}
            while len(self._connexions) > 500:
                self._connexions.pop(next(iter(self._connexions)))
            self._connexions[connexion.connexion_id] = connexion
        return connexion

    def lire(self, connexion_id: str) -> Connexion | None:
        return self._connexions.get(connexion_id)

    # -- la demande --------------------------------------------------------------------------------------------

    def adresse(self, connexion: Connexion, poste: str) -> str:
        """Adresse du fournisseur que le navigateur ouvre ; tire des valeurs neuves à chaque fois."""
        labo, client = self._labo, connexion.client
        client.decouvrir()
        connexion.state = "" if labo.defaut("psc_state_absent") else self._tirer("state", "psc_state_constant")
        if labo.defaut("psc_state_court"):
            connexion.state = secrets.token_hex(2)
        connexion.nonce = "" if labo.defaut("psc_nonce_absent") else self._tirer("nonce", "psc_nonce_constant")
        methodes = client.annonce("code_challenge_methods_supported")
        pkce = isinstance(methodes, list) and "S256" in methodes
        connexion.verificateur = self._tirer("pkce", "psc_pkce_constant") if pkce else ""
        connexion.redirect_uri = self._service.pages.retour(client.fournisseur.nom)
        connexion.poste = poste
        connexion.revenue = False
        return client.adresse_autorisation(
            connexion.redirect_uri, connexion.state, connexion.nonce, connexion.verificateur
        )

    def _tirer(self, usage: str, defaut: str) -> str:
        """256 bits imprévisibles."""
        neuf = secrets.token_urlsafe(32)
        return self._constantes.setdefault(usage, neuf) if self._labo.defaut(defaut) else neuf

    # -- le retour ---------------------------------------------------------------------------------------------

    def revenir(self, fournisseur: str, parametres: Mapping[str, str], poste: str) -> Connexion:
        """Le navigateur revient : vérifie le retour, échange le code, ouvre la session. Rend la connexion close."""
        connexion = self._retrouver(fournisseur, parametres.get("state", ""), poste)
        with self._verrou:
            deja, connexion.revenue = connexion.revenue, True
        if deja and not self._labo.defaut("psc_code_rejoue"):
            raise RetourInconnu("Cette connexion est déjà terminée : recommencez depuis l'écran de connexion.")
        try:
            session = self._conclure(connexion, parametres)
        except ErreurFournisseur as erreur:
            self.echouer(connexion, erreur)
            raise
        self.reussir(connexion, session)
        return connexion

    def _retrouver(self, fournisseur: str, state: str, poste: str) -> Connexion:
        """La demande de ce `state`, faite par ce navigateur ; le plus récent d'abord."""
        with self._verrou:
            candidates = [
                c
                for c in reversed(self._connexions.values())
                if c.client.fournisseur.nom == fournisseur and c.redirect_uri and c.modalite != CIBA
            ]
        siennes = [c for c in candidates if not c.poste or secrets.compare_digest(c.poste.encode(), poste.encode())]
        trouvee = next((c for c in siennes if c.state and secrets.compare_digest(c.state, state)), None)
        relache = self._labo.defaut("psc_state_non_verifie") or self._labo.defaut("psc_state_absent")
        if trouvee is None and relache:
            trouvee = next(iter(siennes), None)
        if trouvee is None:
            self._compter_un_retour_inconnu(siennes)
            raise RetourInconnu("Ce retour ne répond à aucune connexion demandée par ce navigateur : il est ignoré.")
        return trouvee

    def _compter_un_retour_inconnu(self, siennes: list[Connexion]) -> None:
        """La tentative que ce navigateur avait commencée n'aboutira pas : l'écran le dit."""
        en_cours = next((c for c in siennes if c.etat == EN_COURS), None)
        if en_cours is not None:
            erreur = ErreurFournisseur("Le retour reçu ne répond pas à la connexion demandée : elle est refusée.")
            en_cours.revenue = True
            self.echouer(en_cours, erreur)

    def _conclure(self, connexion: Connexion, parametres: Mapping[str, str]) -> Session:
        client, labo = connexion.client, self._labo
        attendu, recu = client.fournisseur.issuer, parametres.get("iss")
        # RFC 9207 : un `iss` reçu est toujours comparé ; son absence ne compte que si le fournisseur l'annonce.
        exige = client.annonce("authorization_response_iss_parameter_supported") is True
        if (recu is not None or exige) and recu != attendu and not labo.defaut("psc_iss_retour_non_verifie"):
            raise ErreurFournisseur("Le retour reçu ne vient pas du fournisseur demandé : la connexion est refusée.")
        if "error" in parametres:
            raise ErreurFournisseur(_refus(client, parametres["error"]), parametres["error"])
        code = parametres.get("code")
        if not code:
            raise ErreurFournisseur("Le retour ne porte pas de code : la connexion est refusée.")
        redirect_uri = connexion.redirect_uri
        if labo.defaut("psc_redirect_uri_autre_au_jeton"):
            redirect_uri += "/"
        jetons, _ = client.echanger_code(code, redirect_uri, connexion.verificateur)
        nonce = connexion.nonce
        identite = self.identifier(client, jetons, nonce or None)
        try:
            return self._service.ouvertes.ouvrir(connexion, identite, jetons)
        except ErreurFournisseur:
            # Ces jetons ne serviront pas : ils n'ont pas à rester valables.
            with contextlib.suppress(ErreurFournisseur):
                client.revoquer(jetons)
            raise

    def identifier(self, client: ClientOidc, jetons: Jetons, nonce: str | None) -> Identite:
        """L'ID token vérifié, puis UserInfo de la même personne."""
        contenu = client.verifier_identite(jetons, nonce)
        return client.identite(jetons, contenu)

    # -- la fin ------------------------------------------------------------------------------------------------

    def reussir(self, connexion: Connexion, session: Session) -> None:
        connexion.session_id = session.session_id
        connexion.etat, connexion.message = OUVERTE, "Connexion établie."
        connexion.fin.set()

    def echouer(self, connexion: Connexion, erreur: ErreurFournisseur) -> None:
        """La tentative est close ; la trace dit pourquoi, sans rien de secret."""
        connexion.erreur = erreur
        connexion.refuser(str(erreur))
        qui = connexion.client.fournisseur.libelle
        tracer(
            self._labo, qui, "connexion", qui, reussi=False, mode=connexion.client.fournisseur.nom,
            modalite=connexion.modalite, motif=str(erreur),
        )  # fmt: skip


def _refus(client: ClientOidc, code: str) -> str:
    nom = client.fournisseur.libelle
    if code == "access_denied":
        return f"Vous avez annulé la connexion par {nom}."
    if code in ("temporarily_unavailable", "server_error"):
        return f"{nom} est momentanément indisponible : réessayez dans quelques instants."
    return f"{nom} a refusé la demande de connexion."
