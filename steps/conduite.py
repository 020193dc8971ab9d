"""Une campagne en cours : son dossier, son journal, ses simulateurs, le logiciel piloté, ses résultats."""

from __future__ import annotations

import platform
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from reports.campagne import Campagne, Logiciel, charger_campagne
from reports.ecarts import BilanEcarts, EcartConnu, confronter, etat_de
from reports.ecriture import ecrire_tout
from reports.fichiers import ecrire_json
from reports.options import OptionsRapports
from reports.resultat import CleScenario, EtapeJouee, EtatPreuve, ResultatScenario
from reports.seances import incidents_d_horloge, seances_de
from reports.verdict import Moyen
from reports.verrou import Verrou
from requirements.catalogue import Catalogue
from requirements.modele import Fournisseur, Preuve
from simulators.banc import Banc
from simulators.socle.expurgation import LONGUEUR_MINIMALE
from simulators.socle.journal import EtatJournal, JournalArrete, JournalEchanges, JournalEnPanne
from steps.bilan import Bilan
from steps.depart import Depart
from steps.essai import Essai
from steps.jugements.empreinte import empreinte_des_verifications
from steps.logiciel.assemblage import assembler
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.connexion import enregistrer
from steps.logiciel.contexte import ContexteAdaptateur, ScenarioEnCours
from steps.logiciel.protocole import (
    AccompagneScenario,
    Adaptateur,
    AdaptateurInjoignable,
    ApportePieces,
    Apropos,
    AproposInconnu,
)
from steps.logiciel.temoin import RACINE
from steps.logiciel.temoin_deguise import refuser_un_temoin_deguise
from steps.operateur.enregistrement_rejeu import Enregistrement
from steps.operateur.poste import Poste
from steps.options import OptionsCampagne
from steps.personne.ouverture import Navigateurs
from steps.pieces import preuves_du_scenario
from steps.reprise import (
    Decision,
    decider,
    demandes_d_avant,
    garder_les_apports,
    scenario_coupe,
    version_du_logiciel,
    versions_du_scenario,
)
from steps.selection import ScenarioRetenu
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
        self._secrets: Path | None = None
        self.poste: Poste | None = None
        self.porte: PortePieces | None = None
        self.rejeu: Enregistrement | None = None
        self._en_cours: ScenarioEnCours | None = None
        self._journal: JournalEchanges | None = None
        self._banc: Banc | None = None
        self._adaptateur: Adaptateur | None = None
        self._navigateurs: Navigateurs | None = None
        self._verrou: Verrou | None = None
        self.apports: tuple[str, ...] = ()
        """Ce que sont devenues les pièces déjà produites que le logiciel apporte (adaptateur `depot`)."""

    # ------------------------------------------------------------ marche
    def demarrer(self) -> None:
        """Crée le dossier, lance simulateurs et logiciel témoin, vérifie que le logiciel répond.

        Lève AdaptateurInjoignable, OSError ou JournalArrete : la campagne ne peut pas commencer.
        """
        self.dossier.mkdir(parents=True, exist_ok=True)
        self._verrou = Verrou(self.dossier, "campagne").prendre()
        if self.options.reprendre:
            self._journal = JournalEchanges.reprendre(self.dossier)
            if self.precedente is not None:
                self.precedente = charger_campagne(self.dossier, self._journal)
                self.resultats = {resultat.cle: resultat for resultat in self.precedente.resultats}
                self.scenario_coupe = scenario_coupe(self._journal)
        else:
            self._journal = JournalEchanges.creer(self.dossier)
        for secret in self.logiciel.secrets:
            if len(secret.encode()) >= LONGUEUR_MINIMALE:
                self._journal.proteger(secret)
        self._secrets = Path(tempfile.mkdtemp(prefix="banc-sons-"))
        self._banc = Banc(self._journal, dossier_secrets=self._secrets)
        self._navigateurs = Navigateurs.de(self._banc, self.options.navigateur)
        if self.logiciel.idam:
            self._banc.insi.etat.idam_autorises = frozenset({self.logiciel.idam})
        self._journal.ajouter("campagne", {"etat": "reprise" if self.precedente else "debut", **self._en_tete()})
        demandeur = self._relier_le_poste(self._journal)
        self._adaptateur = assembler(self._contexte(self._banc, self._secrets, demandeur))
        try:
            self.apropos = self._adaptateur.apropos()
            refuser_un_temoin_deguise(self.logiciel, self.apropos)
            self.connexion = self.logiciel.connexion.completer(self.apropos.pro_sante_connect)
        except AproposInconnu:
            self.apropos = None
        self._enregistrer()
        self._ecrire_en_tete(None, interrompue=True)

    def _contexte(self, banc: Banc, secrets: Path, demandeur: Demandeur | None) -> ContexteAdaptateur:
        environnement = Path(self.logiciel.environnement or secrets / "environnement.json")
        return ContexteAdaptateur(
            logiciel=self.logiciel,
            banc=banc,
            journal=self.journal,
            dossier=self.dossier,
            environnement=self.ecrire_environnement(environnement),
            guichet=demandeur,
            porte=self.porte,
            scenario_en_cours=lambda: self._en_cours,
        )

    def _relier_le_poste(self, journal: JournalEchanges) -> Demandeur | None:
        """Où les adaptateurs demandent à la personne, si la campagne en a une."""
        if self.poste is None:
            return None
        from reports.pieces.porte import PortePieces  # lit images et vidéos : lourd, et inutile sans personne

        logiciel = self.logiciel
        produit = Logiciel(nom=logiciel.nom, version=logiciel.version, editeur=logiciel.editeur, nil=logiciel.nil)
        self.porte = PortePieces(self.dossier, journal, self.catalogue, produit, tuple(self.resultats.values()))
        return self.poste.relier(journal, self.dossier, self.porte, self._seance())

    def ecrire_environnement(self, chemin: Path) -> Path:
        """Écrit adresses, certificats et identités de test pour le logiciel ; jamais dans le dossier de campagne."""
        environnement = self.banc.environnement()
        # La référence produit de Convergence n'est connue que de qui décrit le logiciel : X-MSS-NIL doit la porter.
        environnement["lps"]["nil"] = self.logiciel.nil
        if self.logiciel.connexion.client_id:
            environnement["services"]["psc"]["client_id"] = self.logiciel.connexion.client_id
        chemin.write_text(dumps(environnement, ensure_ascii=False, indent=2), encoding="utf-8")
        return chemin

    def _enregistrer(self) -> None:
        """Fait connaître le logiciel aux fournisseurs d'identité du banc, tel qu'il se décrit."""
        banc = self.banc
        for service, nom in ((banc.psc, Fournisseur.PSC), (banc.etablissement, Fournisseur.ETABLISSEMENT)):
            try:
                enregistrer(self.connexion, service.clients, service.profil.client_id, nom)
            except ValueError as erreur:
                raise AdaptateurInjoignable(f"pro_sante_connect : {erreur}") from erreur

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
        graine = self._graine() if rejouee is None else rejouee
        return Essai(
            retenu,
            self.adaptateur,
            self.banc,
            self.journal,
            self.logiciel,
            graine=graine,
            volume_reduit=self.options.volume_reduit,
            navigateurs=self._navigateurs,
            connexion=self.connexion,
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

    def _graine(self) -> str:
        return "" if self.logiciel.temoin else self.debut.isoformat()

    def _seance(self) -> dict[str, Any]:
        """L'en-tête des réponses que cette séance enregistre."""
        return {
            "graine": self._graine(),
            "debut": self.debut.isoformat(),
            "couloir": self.options.couloir,
            "logiciel": {"nom": self.logiciel.nom, "version": self.logiciel.version},
            "demonstration": self.logiciel.demonstration,
            "banc": version_du_banc(),
        }

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
            self._ecrire_en_tete(datetime.now(UTC), interrompue=interrompue)
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
        vides = [self.dossier / "allure-results"]
        if not (self.options.dossier or self.options.reprendre):
            vides += [self.dossier, self.dossier.parent]
        for dossier in vides:
            try:
                dossier.rmdir()
            except OSError:
                return

    def arreter(self) -> None:
        """Arrête logiciel témoin et simulateurs, ferme le journal, efface les clés ; sans effet la seconde fois."""
        self._arreter_services()
        if self._journal is not None:
            self._journal.fermer()
            self._journal = None
        if self._secrets is not None:
            shutil.rmtree(self._secrets, ignore_errors=True)
            self._secrets = None
        if self._verrou is not None:
            self._verrou.rendre()
            self._verrou = None

    def _arreter_services(self) -> None:
        if self.poste is not None:
            self.poste.fermer()
        if self._navigateurs is not None:
            self._navigateurs.arreter()
            self._navigateurs = None
        if self._adaptateur is not None:
            if isinstance(self._adaptateur, ApportePieces):
                self.apports = self._adaptateur.bilan_des_apports()
            self._adaptateur.fermer()
            self._adaptateur = None
        if self._banc is not None:
            self._banc.arreter()
            self._banc = None

    def _en_tete(self) -> dict[str, Any]:
        logiciel = self.logiciel
        return {
            "version": 1,
            "produit_banc": version_du_banc(),
            "couloir": self.options.couloir,
            "rem": self.catalogue.couloir.rem,
            "vagues": list(self.options.vagues or self.catalogue.couloir.vagues),
            "profils": list(logiciel.profils),
            "profils_demandes": list(self.options.profils),
            "exigences_demandees": list(self.options.exigences),
            "volume_reduit": self.options.volume_reduit,
            "navigateur": self.options.navigateur,
            "logiciel": {
                "nom": logiciel.nom,
                "version": logiciel.version,
                "editeur": logiciel.editeur,
                "nil": logiciel.nil,
                "type": self.catalogue.couloir.type_logiciel,
            },
            "pilotage": {
                "adaptateur": logiciel.adaptateur,
                "adaptateurs": {description.nom: description.type for description in logiciel.adaptateurs},
                "actions": dict(logiciel.actions),
                "defauts": list(logiciel.defauts),
                "pro_sante_connect": self.connexion.en_dict(),
                "declare": {"nom": self.apropos.nom, "version": self.apropos.version} if self.apropos else None,
            },
            "demonstration": logiciel.demonstration,
            "debut": self.precedente.debut if self.precedente else self.debut.isoformat(),
            "catalogue": {"empreinte": self.catalogue.empreinte, "date": self.catalogue.date.isoformat()},
            "systeme": {"python": platform.python_version(), "os": f"{platform.system()} {platform.release()}"},
            "retenus": self._demandes(),
            "ecarts": [
                ecart.en_dict(etat_de(ecart, self.resultats.values(), datetime.now(UTC).date()))
                for ecart in self.ecarts
            ],
            "rejeu": self._rejeu(),
        }

    def _rejeu(self) -> dict[str, str] | None:
        """L'enregistrement d'où viennent les réponses de personne ; None si une personne répond."""
        return {"fichier": self.rejeu.chemin.name, "sha256": self.rejeu.empreinte} if self.rejeu else None

    def _demandes(self) -> list[str]:
        """Tout ce que la campagne doit juger, dans l'ordre du catalogue : une reprise élargit, ne retire rien."""
        demandes = {*demandes_d_avant(self.precedente), *(retenu.numero for retenu in self.retenus)}
        return [s.id for exigence in self.catalogue.exigences for s in exigence.scenarios if s.id in demandes]

    def ecarts_annonces(self, numeros: Sequence[str]) -> list[str]:
        """Les écarts connus qui annoncent un manquement de ces scénarios, avant de savoir s'il est là."""
        vus = [ecart for ecart in self.ecarts if set(ecart.scenarios) & set(numeros)]
        return [ecart.en_phrase for ecart in vus if datetime.now(UTC).date() <= ecart.jusqu_au]

    def confronter_les_ecarts(self) -> BilanEcarts:
        """Les écarts annoncés devant les résultats d'aujourd'hui."""
        return confronter(list(self.resultats.values()), self.ecarts, datetime.now(UTC).date())

    def _ecrire_en_tete(self, fin: datetime | None, *, interrompue: bool) -> None:
        contenu = {
            **self._en_tete(),
            "fin": fin.isoformat() if fin else None,
            "interrompue": interrompue,
            "seances": seances_de(self.journal),
            "incidents_horloge": incidents_d_horloge(self.journal),
            "journal": {
                "derniere_empreinte": self.journal.derniere_empreinte(),
                "enregistrements": self.journal.position(),
            },
        }
        ecrire_json(self.dossier / "campagne.json", contenu)

    # -------------------------------------------------------------- accès
    @property
    def journal(self) -> JournalEchanges:
        return _vivant(self._journal)

    @property
    def banc(self) -> Banc:
        return _vivant(self._banc)

    @property
    def adaptateur(self) -> Adaptateur:
        return _vivant(self._adaptateur)


T = TypeVar("T")


def _vivant(objet: T | None) -> T:
    if objet is None:
        raise RuntimeError("la campagne n'est pas démarrée")
    return objet


def choisir_dossier(options: OptionsCampagne, instant: datetime) -> Path:
    """Le dossier de la campagne ; par défaut `campagnes/<couloir>-<date>-<heure>/`, jamais un dossier déjà pris."""
    if options.reprendre:
        return options.reprendre
    if options.dossier:
        return options.dossier
    local = instant.astimezone()
    base = Path("campagnes") / f"{options.couloir}-{local:%Y%m%d}-{local:%H%M%S}"
    candidat, rang = base, 2
    while candidat.exists():
        candidat, rang = base.with_name(f"{base.name}-{rang}"), rang + 1
    return candidat


@lru_cache(maxsize=1)
def version_du_banc() -> str:
    """« banc-sons x.y.z », lu dans pyproject.toml : les paquets ne sont pas installés."""
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{projet['name']} {projet['version']}"
