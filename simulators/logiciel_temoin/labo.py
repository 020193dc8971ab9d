"""Le laboratoire : toutes ses parties assemblées, pour un environnement et des défauts donnés."""

from __future__ import annotations

import copy
import itertools
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from simulators.logiciel_temoin import acces_rpps, acces_usagers
from simulators.logiciel_temoin.acces_comptes import Comptes
from simulators.logiciel_temoin.acces_coordonnees import Coordonnees
from simulators.logiciel_temoin.acces_courrier import Courrier
from simulators.logiciel_temoin.acces_dispositifs import Dispositifs
from simulators.logiciel_temoin.acces_horloge import HorlogeEssai
from simulators.logiciel_temoin.acces_mots_de_passe import MotsDePasse
from simulators.logiciel_temoin.acces_referentiel import Referentiel
from simulators.logiciel_temoin.acces_sessions import Sessions
from simulators.logiciel_temoin.acces_structures import PorteStructures
from simulators.logiciel_temoin.annuaire_planification import Planification
from simulators.logiciel_temoin.annuaire_sante import AnnuaireSante
from simulators.logiciel_temoin.base import Base
from simulators.logiciel_temoin.catalogue_donnees import catalogue_installe
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import Environnement
from simulators.logiciel_temoin.hl7v2_cadre import Recu
from simulators.logiciel_temoin.hl7v2_emission import Emission
from simulators.logiciel_temoin.messagerie_postes import Postes
from simulators.logiciel_temoin.messagerie_psc import demandeur, personne
from simulators.logiciel_temoin.reglages import Reglages
from simulators.logiciel_temoin.soins_modele import DossierSoins
from simulators.logiciel_temoin.traces import JournalTraces
from simulators.logiciel_temoin.transport import Transport
from simulators.logiciel_temoin.utilisateurs import ROLES, Annuaire

if TYPE_CHECKING:
    from simulators.logiciel_temoin.drim_conso import Appel
    from simulators.logiciel_temoin.drim_source import Source
    from simulators.logiciel_temoin.messagerie_reception import CourrielRecu
    from simulators.logiciel_temoin.psc_service import Fournisseurs
    from simulators.logiciel_temoin.utilisateurs import Utilisateur

NOM = "Labo Témoin"
VERSION = "1.0.0"
EDITEUR = "Banc SONS"
NOM_LPS = "LABO-TEMOIN"
REFERENCE_PRODUIT = "TEMOIN-0001"
"""Référence produit (NIL), quand l'installation n'en donne pas."""


@dataclass(frozen=True)
class EntreeCache:
    """Un document du DMP gardé pour un temps, pour le compte qui l'a préchargé."""

    octets: bytes
    compte: str
    expire_le: datetime


class Labo:
    """État et services communs du logiciel."""

    def __init__(self, environnement: Environnement, defauts: Defauts, dossier: Path | None = None) -> None:
        self.environnement = environnement
        self.type_logiciel = environnement.type_logiciel
        self.defauts = defauts
        self.dossier = dossier
        self.port_pages = 0
        self.base = Base()
        self.soins = DossierSoins()
        self.catalogue = catalogue_installe()
        self.horloge = HorlogeEssai()
        self.traces = JournalTraces(defauts, self.horloge.maintenant)
        self.reglages = Reglages()
        self.annuaire = Annuaire(environnement)
        self.transport = Transport(environnement.racines)
        self.annuaire_sante = AnnuaireSante(environnement.annuaire, self.transport, defauts)
        self.planification = Planification(self.annuaire_sante.charger_seul, defauts)
        self.reglages.observer("frequence_annuaire", self.planification.regler)
        self.postes = Postes(environnement, demandeur(self), personne(self), defauts)
        self.comptes = Comptes({role: environnement.professionnel(role) for role in ROLES})
        self.sessions = Sessions(self.horloge.maintenant, defauts)
        self.mots_de_passe = MotsDePasse(self.horloge.maintenant, self.reglages.politique, defauts)
        self.referentiel = Referentiel()
        self.courrier = Courrier(environnement.courriels, environnement.racines)
        self.coordonnees = Coordonnees(self.horloge.maintenant, self.courrier, defauts)
        self.dispositifs = Dispositifs(self.horloge.maintenant, self.courrier, self.reglages.lire, defauts)
        self.porte_structures = PorteStructures(self.comptes, environnement.racines, defauts)
        self.emission = Emission(environnement.hl7v2, defauts)
        self.relais: list[threading.Thread] = []
        """Envois d'une plateforme qui attendent que l'acquittement soit rendu."""
        self.lectures: dict[str, Recu] = {}
        """Envoi dont l'accusé de lecture est attendu → le message qui a confié le document."""
        self._suivre_les_acces()
        self.instance = str(uuid.uuid4())
        self.entrepots: dict[tuple[str, str], str] = {}
        self.cache_dmp: dict[tuple[str, str], EntreeCache] = {}
        self.identifiants_fixes: dict[str, str] = {}
        self.courriels: dict[str, CourrielRecu] = {}
        self.imagerie: Source | None = None
        self.appel_imagerie: Appel | None = None
        self._messages = itertools.count(1)

    def _suivre_les_acces(self) -> None:
        """Ce que les réglages, le temps et la suppression d'un compte changent aux sessions."""
        self.horloge.a_l_avance(self.sessions.balayer)
        self.horloge.a_l_avance(lambda: acces_rpps.jouer_les_echeances(self))
        self.reglages.observer("delai_inactivite", lambda s: self.sessions.regler_delai("professionnel", s))
        self.reglages.observer("delai_inactivite_usagers", lambda s: self.sessions.regler_delai("usager", s))
        self.comptes.abonner_suppression(self.mots_de_passe.oublier)
        self.comptes.abonner_suppression(
            lambda compte: [
                self.sessions.fermer(s.session_id, "compte_supprime") for s in self.sessions.de(compte.compte_id)
            ]
        )

        self.comptes.abonner_suppression(self.coordonnees.oublier)
        self.comptes.abonner_suppression(self.dispositifs.oublier)
        self.coordonnees.abonner(lambda compte, champ: acces_usagers.enroler_a_la_confirmation(self, compte, champ))

    def defaut(self, nom: str) -> bool:
        return self.defauts.actif(nom)

    @cached_property
    def fournisseurs(self) -> Fournisseurs:
        """Pro Santé Connect et le fournisseur de l'établissement ; créé à la première connexion demandée."""
        from simulators.logiciel_temoin.psc_service import Fournisseurs

        return Fournisseurs(self)

    def identifier(self, utilisateur: Utilisateur) -> Utilisateur:
        """L'utilisateur avec l'identité de sa session Pro Santé Connect, s'il en a une."""
        return self.fournisseurs.ouvertes.identifier(utilisateur) if self.connexions_ouvertes else utilisateur

    @property
    def connexions_ouvertes(self) -> bool:
        """Vrai dès qu'un fournisseur d'identité a servi."""
        return "fournisseurs" in self.__dict__

    def sans_defauts(self) -> Labo:
        """Le même laboratoire, mêmes données, sans aucun défaut : pour une fonction prêtée à un autre usage."""
        neutre = copy.copy(self)
        neutre.defauts = Defauts()
        return neutre

    @property
    def reference_produit(self) -> str:
        return self.environnement.reference_produit or REFERENCE_PRODUIT

    def identifiant(self, usage: str) -> str:
        """Nouvel UUID ; le défaut nommé d'après l'usage le fige."""
        if self.defauts.actif(f"{usage}_constant"):
            return self.identifiants_fixes.setdefault(usage, str(uuid.uuid4()))
        return str(uuid.uuid4())

    def oid_unique(self) -> str:
        """OID unique au monde, tiré d'un UUID (arc 2.25)."""
        return f"2.25.{uuid.uuid4().int}"

    def fermer(self) -> None:
        """Ferme toutes les connexions du logiciel."""
        self.planification.arreter()
        if self.imagerie is not None:
            self.imagerie.fermer()
        if self.connexions_ouvertes:
            self.fournisseurs.fermer()
        self.postes.fermer()
        self.referentiel.fermer()
        self.porte_structures.fermer()
        self.courrier.fermer()
        self.transport.fermer()

    def numero_message(self) -> str:
        return f"LT{next(self._messages):08d}"
