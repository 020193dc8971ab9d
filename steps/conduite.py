"""Une campagne en cours : son dossier, son journal, ses simulateurs, le logiciel piloté, ses résultats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reports.campagne import Campagne, Logiciel
from reports.chargement_campagne import charger_campagne
from reports.ecarts import BilanEcarts, EcartConnu, confronter
from reports.ecriture import ecrire_tout
from reports.options import OptionsRapports
from reports.resultat import CleScenario, EtapeJouee, EtatPreuve, ResultatScenario
from reports.verdict import Moyen
from requirements import lieux
from requirements.catalogue import Catalogue
from requirements.modele import Preuve
from simulators.banc import Banc
from simulators.socle.journal import EtatJournal, JournalArrete, JournalEchanges, JournalEnPanne
from steps.bilan import Bilan
from steps.depart import Depart
from steps.dossier_campagne import choisir_dossier, retirer_dossier_vide
from steps.en_tete import ecrire_en_tete, en_tete, en_tete_de_seance, version_du_banc
from steps.essai import Essai
from steps.jugements.empreinte import empreinte_des_verifications
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.contexte import ScenarioEnCours
from steps.logiciel.protocole import AccompagneScenario, Adaptateur, ApportePieces, Apropos, AproposInconnu
from steps.logiciel.temoin_deguise import refuser_un_temoin_deguise
from steps.operateur.enregistrement_rejeu import Enregistrement
from steps.operateur.poste import Poste
from steps.options import OptionsCampagne
from steps.pieces import preuves_du_scenario
from steps.reprise import (
    Decision,
    decider,
    garder_les_apports,
    scenario_coupe,
    version_du_logiciel,
    versions_du_scenario,
)
from steps.selection import ScenarioRetenu
from steps.services import Services
from steps.support import rapports_a_rebatir

if TYPE_CHECKING:
    from reports.pieces.porte import PortePieces
    from steps.operateur.adaptateur import Demandeur


class Conduite:
    """Tient tout ce qui vit le temps d'une campagne ; `demarrer`, un `Essai` par scénario, `clore`."""

    def __init__(
        self,
        options: OptionsCampagne,
        catalogue: Catalogue,
        retenus: Sequence[ScenarioRetenu],
        logiciel: ConfigurationLogiciel,
        precedente: Campagne | None = None,
        ecarts: Sequence[EcartConnu] = (),
    ) -> None:
        """`precedente` : la campagne du dossier, quand elle est reprise. `ecarts` : manquements annoncés."""
        self.options = options
        self.catalogue = catalogue
        self.retenus = tuple(retenus)
        self.logiciel = logiciel
        self.precedente = precedente
        self.ecarts = tuple(ecarts)
        self.debut = datetime.now(UTC)
        self.dossier = choisir_dossier(options, self.debut)
        self.resultats: dict[CleScenario, ResultatScenario] = {}
        self.apropos: Apropos | None = None
        self.connexion = logiciel.connexion
        self.campagne: Campagne | None = None
        self.scenario_coupe = ""
        self.sans_rapport = ""
        self.deroules: Callable[[ScenarioRetenu], str] = lambda retenu: ""
        self.poste: Poste | None = None
        self.porte: PortePieces | None = None
        self.rejeu: Enregistrement | None = None
        self._en_cours: ScenarioEnCours | None = None
        self._services = Services(self.dossier, logiciel, catalogue.couloir.type_logiciel)

    # ------------------------------------------------------------ marche
    def demarrer(self) -> None:
        """Crée le dossier, lance simulateurs et logiciel témoin, vérifie que le logiciel répond.

        Lève AdaptateurInjoignable, OSError ou JournalArrete : la campagne ne peut pas commencer.
        """
        journal = self._services.ouvrir_journal(reprendre=self.options.reprendre is not None)
        lieux.copier(self.catalogue.dossier, self.catalogue.couloirs_repris, self.dossier)
        if self.precedente is not None:
            self.precedente = charger_campagne(self.dossier, journal)
            self.resultats = {resultat.cle: resultat for resultat in self.precedente.resultats}
            self.scenario_coupe = scenario_coupe(journal)
        self._services.monter_banc(self.options.navigateur)
        journal.ajouter("campagne", {"etat": "reprise" if self.precedente else "debut", **en_tete(self)})
        guichet = self._relier_le_poste(journal)
        adaptateur = self._services.piloter(guichet=guichet, porte=self.porte, scenario_en_cours=lambda: self._en_cours)
        try:
            self.apropos = adaptateur.apropos()
            refuser_un_temoin_deguise(self.logiciel, self.apropos)
            self.connexion = self.logiciel.connexion.completer(self.apropos.pro_sante_connect)
        except AproposInconnu:
            self.apropos = None
        self._enregistrer()
        ecrire_en_tete(self, None, interrompue=True)

    def _relier_le_poste(self, journal: JournalEchanges) -> Demandeur | None:
        """Où les adaptateurs demandent à la personne, si la campagne en a une."""
        if self.poste is None:
            return None
        from reports.pieces.porte import PortePieces  # lit images et vidéos : lourd, et inutile sans personne

        logiciel = self.logiciel
        produit = Logiciel(nom=logiciel.nom, version=logiciel.version, editeur=logiciel.editeur, nil=logiciel.nil)
        self.porte = PortePieces(self.dossier, journal, self.catalogue, produit, tuple(self.resultats.values()))
        return self.poste.relier(journal, self.dossier, self.porte, en_tete_de_seance(self))

    def ecrire_environnement(self, chemin: Path) -> Path:
        """Écrit adresses, certificats et identités de test pour le logiciel ; jamais dans le dossier de campagne."""
        return self._services.ecrire_environnement(chemin)

    def _enregistrer(self) -> None:
        """Fait connaître le logiciel aux fournisseurs d'identité du banc, tel qu'il se décrit."""
        self._services.enregistrer(self.connexion)

    def essai(self, retenu: ScenarioRetenu) -> Essai:
        """Ouvre un scénario : état des simulateurs vidé, journal marqué."""
        self.banc.remettre_a_zero()
        self.journal.debuter_scenario(retenu.numero)
        self._en_cours = ScenarioEnCours(retenu, self._preuves_manquantes(retenu))
        if self.poste is not None:
            self.poste.debuter(retenu)
        if isinstance(self.adaptateur, AccompagneScenario):
            self.adaptateur.debuter_scenario(retenu)
        # La base d'un éditeur survit à la campagne : des patients déjà connus de lui fausseraient tout.
        # Des réponses rejouées parlent des patients de leur enregistrement.
        rejouee = self.rejeu.graine(retenu.numero) if self.rejeu else None
        graine = self.graine() if rejouee is None else rejouee
        return Essai(
            retenu,
            self.adaptateur,
            self.banc,
            self.journal,
            self.logiciel,
            graine=graine,
            volume_reduit=self.options.volume_reduit,
            navigateurs=self._services.navigateurs,
            connexion=self.connexion,
            produits=self.catalogue.couloir.documents,
        )

    def fermer_essai(self, essai: Essai) -> None:
        """Ferme le scénario : réglages remis, réponses retenues libérées, journal démarqué."""
        essai.terminer()
        if isinstance(self.adaptateur, AccompagneScenario):
            self.adaptateur.finir_scenario(essai)
        self._en_cours = None
        self.banc.remettre_a_zero()
        if self.journal.etat is not EtatJournal.ARRETE:
            self.journal.finir_scenario()

    def _preuves_manquantes(self, retenu: ScenarioRetenu) -> tuple[Preuve, ...]:
        """Les preuves du scénario auxquelles aucune campagne précédente du dossier n'a répondu."""
        avant = self.resultats.get(retenu.cle)
        apportees = {p.repere for p in avant.preuves if p.etat is not EtatPreuve.A_APPORTER} if avant else set()
        return tuple(preuve for preuve in retenu.scenario.preuves if preuve.repere not in apportees)

    def graine(self) -> str:
        """Ce qui distingue les patients de cette campagne ; vide pour le logiciel témoin, dont la base est neuve."""
        return "" if self.logiciel.temoin else self.debut.isoformat()

    def motif_d_arret(self, erreur: JournalArrete) -> str:
        """Pourquoi le journal s'est arrêté : l'incident noté, plus complet que le refus d'écrire qui a suivi."""
        incidents = [e.donnees for e in self.journal.enregistrements(type="incident")]
        motifs = [str(donnees["message"]) for donnees in incidents if donnees.get("nature") == "matricule_reel"]
        return motifs[-1] if motifs else str(erreur)

    # ---------------------------------------------------------- résultats
    def conclure(
        self,
        retenu: ScenarioRetenu,
        bilan: Bilan,
        *,
        moyen: Moyen | None,
        etapes: Sequence[EtapeJouee] = (),
        depart: Depart,
        depuis: int | None = None,
    ) -> ResultatScenario:
        """Écrit le verdict du scénario dans le journal, avec ses preuves, dès qu'il est connu."""
        echanges = self.journal.echanges(depuis=depuis) if depuis is not None else []
        verdict = bilan.verdict()
        exigence = retenu.exigence
        resultat = ResultatScenario(
            rem=exigence.rem,
            exigence=exigence.id,
            scenario=retenu.scenario.id,
            titre=retenu.scenario.titre,
            section=exigence.id_section,
            vague=exigence.vague,
            profil=exigence.profil,
            verdict=verdict,
            moyen=moyen,
            raison=bilan.raison or bilan.motif(),
            constats=tuple(bilan.constats),
            preuves=preuves_du_scenario(self.dossier, retenu.scenario, verdict, bilan.pieces, echanges),
            debut=depart.instant.isoformat(),
            fin=depart.fin.isoformat(),
            duree_s=depart.duree_s,
            echanges=tuple(echange.numero for echange in echanges),
            etapes=tuple(etapes),
            versions=self.versions(retenu),
            jugements=tuple(bilan.jugements),
            rejoue=depuis is not None and self.poste is not None and self.poste.rejoue(retenu.numero),
        )
        ancien = self.resultats.get(resultat.cle)
        if ancien is not None:
            resultat = garder_les_apports(ancien, resultat, decider(retenu, ancien, resultat.versions).en_phrase)
        self.journal.ajouter("verdict", resultat.en_dict())
        if isinstance(self.adaptateur, ApportePieces):
            self.adaptateur.apporter(resultat)
        if self.poste is not None:
            resultat = self.poste.conclure(retenu, resultat, joue=depuis is not None)
        self.resultats[resultat.cle] = resultat
        return resultat

    def achever(self) -> list[ResultatScenario]:
        """Pose à la personne ce que la machine a laissé ; rend les résultats changés."""
        if self.poste is None:
            return []
        changes = self.poste.achever(self.retenus, list(self.resultats.values()))
        self.resultats.update({resultat.cle: resultat for resultat in changes})
        return changes

    def versions(self, retenu: ScenarioRetenu) -> dict[str, str]:
        """Les versions que ce scénario aurait s'il était joué maintenant."""
        return versions_du_scenario(
            retenu,
            logiciel=version_du_logiciel(self.logiciel, self.apropos),
            banc=version_du_banc(),
            verifications=empreinte_des_verifications(),
            deroule=self.deroules(retenu),
        )

    def decider(self, retenu: ScenarioRetenu) -> Decision:
        """Ce qu'une reprise fait de ce scénario."""
        ancien = self.resultats.get(retenu.cle)
        return decider(
            retenu,
            ancien,
            self.versions(retenu),
            volume_reduit=self.options.volume_reduit,
            rejeu=self.rejeu is not None,
        )

    # --------------------------------------------------------------- fin
    def clore(self, *, interrompue: bool) -> list[Path]:
        """Écrit les rapports puis rend tout ; rend les chemins des fichiers écrits."""
        try:
            if self.poste is not None:
                etat = "interrompue ; reprenez-la par --reprendre" if interrompue else "finie"
                self.poste.finir(f"La campagne est {etat}. Rapport : {self.dossier / 'rapport.html'}")
            # Les connexions gardées ouvertes se ferment d'abord : leur fin entre au journal, sa tête est relevée après.
            self._arreter_services()
            if self.journal.etat is not EtatJournal.ARRETE:
                self.journal.ajouter("campagne", {"etat": "interrompue" if interrompue else "fin"})
            ecrire_en_tete(self, datetime.now(UTC), interrompue=interrompue)
            self.campagne = charger_campagne(self.dossier, self.journal, self.catalogue)
            junit = self.dossier / "junit.xml" if self.options.junit else None
            return ecrire_tout(self.dossier, self.campagne, self.catalogue, self.journal, OptionsRapports(junit=junit))
        except (JournalEnPanne, OSError) as erreur:
            # Le journal suffit à tout rebâtir : ce qui manque se dit, et le résumé reste.
            self.sans_rapport = rapports_a_rebatir(self.dossier, erreur)
            self.campagne = charger_campagne(self.dossier, self.journal, self.catalogue)
            return []
        finally:
            self.arreter()

    def retirer_dossier_vide(self) -> None:
        """Retire ce qu'Allure a préparé pour une campagne qui n'a pas commencé ; un dossier non vide reste."""
        retirer_dossier_vide(self.options, self.dossier)

    def arreter(self) -> None:
        """Arrête logiciel témoin et simulateurs, ferme le journal, efface les clés ; sans effet la seconde fois."""
        self._arreter_services()
        self._services.rendre()

    def _arreter_services(self) -> None:
        if self.poste is not None:
            self.poste.fermer()
        self._services.arreter()

    def ecarts_annonces(self, numeros: Sequence[str]) -> list[str]:
        """Les écarts connus qui annoncent un manquement de ces scénarios, avant de savoir s'il est là."""
        vus = [ecart for ecart in self.ecarts if set(ecart.scenarios) & set(numeros)]
        return [ecart.en_phrase for ecart in vus if datetime.now(UTC).date() <= ecart.jusqu_au]

    def confronter_les_ecarts(self) -> BilanEcarts:
        """Les écarts annoncés devant les résultats d'aujourd'hui."""
        return confronter(list(self.resultats.values()), self.ecarts, datetime.now(UTC).date())

    # -------------------------------------------------------------- accès
    @property
    def journal(self) -> JournalEchanges:
        return self._services.journal

    @property
    def banc(self) -> Banc:
        return self._services.banc

    @property
    def adaptateur(self) -> Adaptateur:
        return self._services.adaptateur

    @property
    def apports(self) -> tuple[str, ...]:
        """Ce que sont devenues les pièces déjà produites que le logiciel apporte (adaptateur `depot`)."""
        return self._services.apports

    @property
    def _adaptateur(self) -> Adaptateur:
        """Le logiciel piloté ; un essai en change sans changer de banc."""
        return self._services.adaptateur

    @_adaptateur.setter
    def _adaptateur(self, adaptateur: Adaptateur) -> None:
        self._services.adaptateur = adaptateur
