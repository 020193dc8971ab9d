"""Sessions ouvertes par un fournisseur d'identité : l'identité retenue, et les jetons, gardés côté serveur seulement.

La session du produit suit celle du fournisseur : un rafraîchissement refusé la ferme ; elle ne dure pas plus de quatre
heures, ni plus que le délai d'inactivité.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin import psc_comptes
from simulators.logiciel_temoin.acces_sessions import DUREE_MAXIMALE_PSC, Session
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.environnement import Professionnel
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.psc_client import ClientOidc
from simulators.logiciel_temoin.psc_modele import (
    ErreurFournisseur,
    FournisseurIndisponible,
    Identite,
    Jetons,
    Situation,
)

if TYPE_CHECKING:
    from simulators.logiciel_temoin.psc_connexions import Connexion
    from simulators.logiciel_temoin.psc_service import Fournisseurs
    from simulators.logiciel_temoin.utilisateurs import Utilisateur

MARGE = timedelta(seconds=10)
"""Un jeton d'accès est renouvelé un peu avant sa fin : il doit encore valoir quand le service le lit."""


@dataclass
class SessionOuverte:
    """Ce que le serveur garde d'une session : jamais rendu par l'API, jamais donné au navigateur."""

    session: Session
    client: ClientOidc
    modalite: str
    identite: Identite
    jetons: Jetons = field(repr=False)
    sub: str
    """Celui que l'ID token a donné : tout jeton renouvelé porte le même."""
    situation: Situation | None = None
    jeton_api: str = field(repr=False, default="")
    """Jeton des API Pro Santé Connectées, obtenu contre celui de la personne."""
    fin_jeton_api: datetime = field(default_factory=maintenant)
    finie: str = ""
    verrou: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def est_psc(self) -> bool:
        return self.client.fournisseur.est_psc


class SessionsFournisseur:
    """Les sessions ouvertes par PSC ou par l'établissement. Sûr entre fils d'exécution."""

    def __init__(self, service: Fournisseurs) -> None:
        self._service = service
        self._labo = service.labo
        self._ouvertes: dict[str, SessionOuverte] = {}
        self._verrou = threading.RLock()
        self._premiere: Identite | None = None
        self._du_poste: dict[str, Identite] = {}
        self._labo.sessions.abonner_fin(self._finie)
        self._labo.sessions.ajouter_controle(self._controler)

    # -- ouverture ---------------------------------------------------------------------------------------------

    def ouvrir(self, connexion: Connexion, identite: Identite, jetons: Jetons) -> Session:
        """Rattache l'identité à un compte et ouvre sa session ; `ErreurFournisseur` si aucun compte ne convient."""
        labo, client = self._labo, connexion.client
        sub, identite = identite.sub, self._retenue(identite, connexion.poste)
        if connexion.rapprochement:
            session = psc_comptes.rapprocher(labo, connexion.rapprochement, client, identite)
        else:
            compte = psc_comptes.compte_de(labo, client, identite)
            if compte is None or not compte.actif or compte.bloque:
                raise ErreurFournisseur(
                    "Aucun compte de ce logiciel ne correspond à cette identité. Connectez-vous par un autre moyen "
                    "pour demander le rapprochement de votre compte, ou adressez-vous à l'administrateur."
                )
            nom = client.fournisseur.nom
            session = labo.sessions.ouvrir(
                compte.compte_id, compte.population, ["psc" if client.fournisseur.est_psc else "oidc"],
                identifiant_national=identite.identifiant_national if client.fournisseur.est_psc else None,
                fournisseur=nom,
            )  # fmt: skip
        ouverte = SessionOuverte(session, client, connexion.modalite, identite, jetons, sub)
        self._proposer_situations(ouverte)
        session.donnees["nom"], session.donnees["prenom"] = identite.nom, identite.prenom
        with self._verrou:
            self._ouvertes[session.session_id] = ouverte
        labo.postes.rouvrir(identite.rpps or "")
        detail: dict[str, Any] = {"jeton": jetons.acces} if labo.defaut("psc_jeton_dans_trace") else {}
        auteur = labo.comptes.exiger(session.compte_id)
        tracer(
            labo, auteur.identifiant, "connexion", auteur, moyens=list(session.moyens), mode=client.fournisseur.nom,
            modalite=connexion.modalite, identifiant_national=session.identifiant_national, **detail,
        )  # fmt: skip
        return session

    def _retenue(self, identite: Identite, poste: str) -> Identite:
        """Ce que les défauts font de l'identité reçue."""
        with self._verrou:
            self._premiere = self._premiere or identite
        if self._labo.defaut("psc_personnes_confondues"):
            return self._du_poste.setdefault(poste, identite)
        if self._labo.defaut("psc_identite_constante"):
            return self._premiere
        if self._labo.defaut("psc_identifiant_tronque"):
            return replace(identite, identifiant_national=identite.identifiant_national[-11:])
        return identite

    # -- situations d'exercice ---------------------------------------------------------------------------------

    def _proposer_situations(self, ouverte: SessionOuverte) -> None:
        """Une seule situation est retenue d'office ; entre plusieurs, la personne choisit."""
        situations = ouverte.identite.situations
        if self._labo.defaut("psc_plantage_sans_exercice") and ouverte.est_psc:
            ouverte.situation = situations[0]
        if self._labo.defaut("psc_situation_imposee"):
            situations = situations[:1]
        if len(situations) == 1:
            ouverte.situation = situations[0]
        ouverte.session.donnees["situations"] = [situation.en_dict() for situation in situations]
        ouverte.session.donnees["situation"] = 0 if ouverte.situation else None

    def choisir(self, session_id: str, rang: int) -> Session:
        """Retient la situation de ce rang (la première est la n° 1) ; l'utilisateur peut en changer."""
        session, ouverte = self._labo.sessions.lire(session_id), self.de_session(session_id)
        if session is None or ouverte is None:
            raise Refus("Votre session est fermée : reconnectez-vous.")
        proposees = len(session.donnees["situations"])
        if not 1 <= rang <= proposees:
            raise Refus("Cette situation d'exercice n'est pas proposée.")
        ouverte.situation = ouverte.identite.situations[rang - 1]
        session.donnees["situation"] = rang - 1
        return session

    # -- jetons ------------------------------------------------------------------------------------------------

    def de_session(self, session_id: str) -> SessionOuverte | None:
        with self._verrou:
            return self._ouvertes.get(session_id)

    def acces(self, ouverte: SessionOuverte) -> str:
        """Jeton d'accès encore valable. `ErreurFournisseur` : la session est finie, elle vient d'être fermée."""
        labo = self._labo
        with ouverte.verrou:
            if ouverte.finie:
                raise ErreurFournisseur("Votre session est fermée : reconnectez-vous.")
            valable = ouverte.jetons.valable(labo.horloge.maintenant(), MARGE)
            if (valable and not labo.defaut("psc_refresh_a_chaque_appel")) or labo.defaut("psc_sans_refresh"):
                return ouverte.jetons.acces
            try:
                if not ouverte.jetons.rafraichissement:
                    raise ErreurFournisseur("La session du fournisseur est finie.")
                ouverte.jetons = ouverte.client.rafraichir(ouverte.jetons, ouverte.sub)
            except FournisseurIndisponible:
                raise
            except ErreurFournisseur as erreur:
                if labo.defaut("psc_session_survit_a_psc") or self._prolongee(ouverte):
                    return ouverte.jetons.acces
                ouverte.finie = "fournisseur"
                labo.sessions.fermer(ouverte.session.session_id, "fournisseur")
                nom = ouverte.client.fournisseur.libelle
                raise ErreurFournisseur(f"Votre session {nom} est finie : reconnectez-vous.") from erreur
            return ouverte.jetons.acces

    def _prolongee(self, ouverte: SessionOuverte) -> bool:
        """Le défaut : passé quatre heures, la fin de la session du fournisseur est ignorée."""
        duree = self._labo.horloge.maintenant() - ouverte.session.ouverte_le
        return self._labo.defaut("psc_session_plus_de_4h") and duree >= DUREE_MAXIMALE_PSC

    def _controler(self, session: Session) -> bool:
        """Vrai si la session peut continuer ; un fournisseur muet ne la ferme pas."""
        ouverte = self.de_session(session.session_id)
        if ouverte is None:
            return True
        try:
            self.acces(ouverte)
        except FournisseurIndisponible:
            return True
        except ErreurFournisseur:
            return False
        return True

    def acces_du_titulaire(self, rpps: str, *, neuf: bool) -> str | None:
        """Jeton d'accès de ce professionnel s'il est connecté ; `neuf` : le précédent vient d'être refusé."""
        with self._verrou:
            siennes = [o for o in self._ouvertes.values() if o.est_psc and o.identite.rpps == rpps]
        if not siennes:
            return None
        ouverte = self.d_un_autre(siennes[-1]) if self._labo.defaut("psc_mss_jeton_d_un_autre") else siennes[-1]
        if neuf:
            with ouverte.verrou:
                ouverte.jetons = replace(ouverte.jetons, fin_acces=self._labo.horloge.maintenant())
        return self.acces(ouverte)

    def d_un_autre(self, ouverte: SessionOuverte) -> SessionOuverte:
        """Le défaut : la session d'une autre personne, s'il y en a une."""
        with self._verrou:
            autres = [
                o for o in self._ouvertes.values() if o.est_psc and o.session.compte_id != ouverte.session.compte_id
            ]
        return autres[-1] if autres else ouverte

    def vivantes(self, compte_id: str) -> Iterator[SessionOuverte]:
        """Sessions PSC ouvertes de ce compte, la plus récente d'abord ; s'en servir est une activité."""
        with self._verrou:
            toutes = [o for o in reversed(self._ouvertes.values()) if o.est_psc]
        for ouverte in toutes:
            sienne = ouverte.session.compte_id == compte_id
            if sienne and self._labo.sessions.lire(ouverte.session.session_id) is not None:
                yield ouverte

    # -- l'identité portée -------------------------------------------------------------------------------------

    def identifier(self, utilisateur: Utilisateur) -> Utilisateur:
        """L'utilisateur tel que sa session PSC le dit ; inchangé s'il n'en a pas."""
        ouverte = next(self.vivantes(utilisateur.compte), None)
        if ouverte is None:
            return utilisateur
        return replace(utilisateur, professionnel=self._professionnel(utilisateur, ouverte), session_psc=ouverte)

    def _professionnel(self, utilisateur: Utilisateur, ouverte: SessionOuverte) -> Professionnel:
        labo, identite, base = self._labo, ouverte.identite, utilisateur.professionnel
        if labo.defaut("psc_identite_premier_ps"):
            return labo.environnement.responsable
        choisie = ouverte.situation or _commune(identite.situations)
        national = identite.identifiant_national
        if labo.defaut("psc_identite_generique"):
            national = f"3{labo.environnement.structure.finess}/LABO"
        return Professionnel(
            role=utilisateur.compte,
            rpps=identite.rpps or "",
            identifiant_national=national,
            nom=choisie.nom or identite.nom,
            prenom=choisie.prenom or identite.prenom,
            profession=choisie.profession,
            specialite=choisie.savoir_faire,
            certificats=base.certificats if base else (),
        )

    # -- fin ---------------------------------------------------------------------------------------------------

    def _finie(self, session: Session, motif: str) -> None:
        """La session du produit se ferme : ses jetons sont oubliés, et la session du fournisseur finie avec elle."""
        with self._verrou:
            ouverte = self._ouvertes.pop(session.session_id, None)
        if ouverte is None:
            return
        deja, ouverte.finie = ouverte.finie, motif
        self._labo.postes.rouvrir(ouverte.identite.rpps or "")
        if not deja and motif != "deconnexion":
            with contextlib.suppress(ErreurFournisseur):
                ouverte.client.deconnecter(ouverte.jetons)


def _commune(situations: tuple[Situation, ...]) -> Situation:
    """Ce que toutes les situations ont en commun, tant que la personne n'a pas choisi."""
    professions = {s.profession for s in situations}
    if len(professions) != 1:
        return Situation()
    savoir_faire = {s.savoir_faire for s in situations}
    seul = savoir_faire.pop() if len(savoir_faire) == 1 else ""
    return Situation(
        profession=professions.pop(), savoir_faire=seul, nom=situations[0].nom, prenom=situations[0].prenom
    )
