"""Un scénario de conformité en train d'être joué : faire agir le logiciel, observer, constater."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reports.verdict import Verdict
from requirements.modele import DocumentProduit
from simulators.banc import Banc
from simulators.bouchon import BOUCHONS
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalArrete, JournalEchanges
from steps.bilan import ActionAbandonnee, Bilan, NonConcluant, ScenarioArrete
from steps.jugements.carnet import CarnetEssai
from steps.logiciel.aiguillage import Aiguillage, qui_joue
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree
from steps.logiciel.protocole import Adaptateur, AdaptateurInjoignable, ReponseAction
from steps.patients import PatientEssai
from steps.personne.cdp import Chromium
from steps.personne.navigateur import Navigateur
from steps.personne.ouverture import Navigateurs
from steps.secrets_action import cacher
from steps.selection import ScenarioRetenu

_TEXTE_LONG = 4096


@dataclass
class DocumentEssai:
    """Un document créé pendant le scénario. `donnees` : ce que le logiciel en a dit en dernier."""

    nom: str
    patient: PatientEssai
    document_id: str
    donnees: Mapping[str, Any] = field(default_factory=dict)


class Essai:
    """Ce que les étapes d'un scénario se partagent.

    `releves` : ce qu'une étape « Quand » laisse aux étapes « Alors ». `derniere` : réponse de la dernière
    action ; `depuis` : rang du journal à son début, pour ne juger que ce qu'elle a provoqué.
    `graine` : ce qui distingue les patients de cette campagne de ceux des précédentes, que le logiciel connaît encore.
    `volume_reduit` : un scénario de volume joue un dixième de ce qu'il demande, et le dit.
    `connexion` : comment le logiciel dit se connecter par un fournisseur d'identité.
    `produits` : les documents que produisent les logiciels de ce couloir, le principal d'abord.
    `navigateurs` : de quoi mettre une personne devant un navigateur (par défaut, le navigateur HTTP).
    """

    def __init__(
        self,
        retenu: ScenarioRetenu,
        adaptateur: Adaptateur,
        banc: Banc,
        journal: JournalEchanges,
        logiciel: ConfigurationLogiciel,
        *,
        graine: str = "",
        volume_reduit: bool = False,
        navigateurs: Navigateurs | None = None,
        connexion: ConnexionDeclaree = NON_DECLAREE,
        produits: tuple[DocumentProduit, ...] = (),
    ) -> None:
        self.retenu = retenu
        self.adaptateur = adaptateur
        self.banc = banc
        self.journal = journal
        self.logiciel = logiciel
        self.graine = graine
        self.volume_reduit = volume_reduit
        self.connexion = connexion
        self.produits = produits
        self._navigateurs = navigateurs
        self.bilan = Bilan()
        self.carnet = CarnetEssai(journal, self.bilan.jugements)
        self.patients: dict[str, PatientEssai] = {}
        self.documents: dict[str, DocumentEssai] = {}
        self.reponses: dict[str, ReponseAction] = {}
        self.reglages: dict[tuple[str, str], Any] = {}
        self.releves: dict[str, Any] = {}
        self.instant_debut = datetime.now(UTC)
        self.debut = journal.position()
        self.depuis = self.debut
        self._derniere: ReponseAction | None = None
        self._executeur: ThreadPoolExecutor | None = None
        self._fin: list[Callable[[], object]] = []

    @property
    def derniere(self) -> ReponseAction:
        """La réponse de la dernière action."""
        if self._derniere is None:
            raise NonConcluant("aucune action n'a encore été jouée dans ce scénario")
        return self._derniere

    # -------------------------------------------------------------- agir
    def jouer(self, action: str, utilisateur: str, **parametres: Any) -> ReponseAction:
        """Fait jouer une action ; `derniere` et `depuis` la désignent ensuite."""
        self.depuis = self.journal.position()
        self._derniere = self._jouer(action, utilisateur, parametres)
        return self._derniere

    def tenter(self, action: str, utilisateur: str, **parametres: Any) -> ReponseAction:
        """Comme `jouer`, mais une fonction que le logiciel n'a pas (`non_gere`) n'arrête pas le scénario."""
        self.depuis = self.journal.position()
        self._derniere = self._jouer(action, utilisateur, parametres, facultative=True)
        return self._derniere

    def preparer(self, action: str, utilisateur: str, **parametres: Any) -> ReponseAction:
        """Fait jouer une action de mise en place : si elle n'aboutit pas, le scénario n'est pas jugeable."""
        reponse = self.jouer(action, utilisateur, **parametres)
        if not reponse.fait:
            raise NonConcluant(f"mise en place impossible : {action} par {utilisateur} a donné {reponse.en_phrase()}")
        return reponse

    def exiger_simultane(self, *actions: str) -> None:
        """Arrête le scénario, à vérifier, si l'adaptateur ne sait pas jouer ces actions en même temps."""
        raison = self.adaptateur.empechement(*actions) if isinstance(self.adaptateur, Aiguillage) else ""
        if raison:
            self.bilan.echouer(Verdict.A_VERIFIER, raison)
            raise ScenarioArrete(raison)

    def jouer_en_fond(self, action: str, utilisateur: str, **parametres: Any) -> Future[ReponseAction]:
        """Fait jouer une action sans attendre ; pour vérifier que le logiciel reste utilisable pendant ce temps."""
        if self._executeur is None:
            self._executeur = ThreadPoolExecutor(max_workers=4, thread_name_prefix="action")
        self.depuis = self.journal.position()
        return self._executeur.submit(self._jouer, action, utilisateur, parametres)

    def _jouer(
        self, action: str, utilisateur: str, parametres: Mapping[str, Any], *, facultative: bool = False
    ) -> ReponseAction:
        try:
            reponse = self.adaptateur.jouer(action, utilisateur, parametres)
        except AdaptateurInjoignable as erreur:
            self._noter(action, utilisateur, parametres, {"erreur": str(erreur)})
            raise NonConcluant(str(erreur)) from erreur
        except ActionAbandonnee as abandon:
            self._noter(action, utilisateur, parametres, {"erreur": str(abandon)})
            self.bilan.echouer(abandon.verdict, str(abandon))
            raise ScenarioArrete(str(abandon)) from abandon
        self._noter(
            action,
            utilisateur,
            parametres,
            {
                "resultat": reponse.resultat,
                "messages": list(reponse.messages),
                "donnees": self._alleger(reponse.donnees),
                **({"trace": self._alleger(reponse.trace)} if reponse.trace else {}),
            },
        )
        if reponse.resultat == "non_gere" and not facultative:
            if action in self._actions_offertes():
                raison = f"le logiciel déclare ne pas avoir la fonction « {action} » : {reponse.en_phrase()}"
                self.bilan.echouer(Verdict.A_VERIFIER, raison)
            else:
                raison = f"l'adaptateur ne sait pas jouer l'action « {action} » : scénario à dérouler avec une personne"
                self.bilan.echouer(Verdict.NON_EXECUTE, raison)
            raise ScenarioArrete(raison)
        return reponse

    def _actions_offertes(self) -> frozenset[str]:
        try:
            return self.adaptateur.actions()
        except AdaptateurInjoignable as erreur:
            raise NonConcluant(str(erreur)) from erreur

    def _noter(self, action: str, utilisateur: str, parametres: Mapping[str, Any], issue: Mapping[str, Any]) -> None:
        par = {"adaptateur": nom} if (nom := qui_joue(self.adaptateur, action)) else {}
        note = {"action": action, **par, "utilisateur": utilisateur, "parametres": self._alleger(parametres), **issue}
        self.journal.ajouter("action", cacher(action, note, self.journal.empreinte_secret))

    def _alleger(self, valeur: Any) -> Any:
        """Remplace les longs textes (documents en base64) par la référence d'un corps rangé dans le journal."""
        if isinstance(valeur, str) and len(valeur) > _TEXTE_LONG:
            corps = self.journal.ranger(valeur.encode())
            return {"corps": corps.sha256, "taille": corps.taille}
        if isinstance(valeur, Mapping):
            return {cle: self._alleger(element) for cle, element in valeur.items()}
        if isinstance(valeur, list | tuple):
            return [self._alleger(element) for element in valeur]
        return valeur

    # -------------------------------------------------------------- observer
    def echanges(self, service: str, operation: str | None = None, *, tout: bool = False) -> list[Echange]:
        """Échanges vus depuis la dernière action (ou depuis le début du scénario si `tout`), dans l'ordre.

        Lève ValueError pour un bouchon : rien ne se juge sur un téléservice dont le contrat est inconnu.
        """
        if service in BOUCHONS:
            raise ValueError(f"{service} est un bouchon : aucune étape ne le lit")
        return self.journal.echanges(service=service, operation=operation, depuis=self.debut if tout else self.depuis)

    def patient(self, nom: str) -> PatientEssai:
        """Le patient que la feature appelle ainsi."""
        try:
            return self.patients[nom]
        except KeyError:
            raise NonConcluant(f"la feature parle du patient « {nom} » sans l'avoir présenté") from None

    def compte(self, role: str) -> str:
        """Le compte du logiciel qui joue ce rôle."""
        return self.logiciel.comptes.get(role, role)

    def document(self, nom: str) -> DocumentEssai:
        """Le document que la feature appelle ainsi."""
        try:
            return self.documents[nom]
        except KeyError:
            raise NonConcluant(f"la feature parle du document « {nom} » sans l'avoir créé") from None

    def ouvrir_navigateur(self) -> Navigateur:
        """Une personne devant un navigateur neuf, fermé à la fin du scénario."""
        if self._navigateurs is None:
            self._navigateurs = Navigateurs.de(self.banc)
        navigateur = self._navigateurs.ouvrir()
        self.a_la_fin(navigateur.fermer)
        return navigateur

    def chromium(self) -> Chromium | None:
        """Le Chromium de la campagne ; None quand elle joue la personne en HTTP."""
        return self._navigateurs.chromium() if self._navigateurs is not None else None

    # -------------------------------------------------------------- finir
    def a_la_fin(self, action: Callable[[], object]) -> None:
        """Remet en place un réglage quand le scénario s'achève, quoi qu'il arrive."""
        self._fin.append(action)

    def terminer(self) -> None:
        """Défait les mises en place, de la dernière à la première ; une remise en place ratée est un incident noté."""
        for action in reversed(self._fin):
            try:
                action()
            except JournalArrete:
                # L'action a été jouée ; le journal arrêté n'en garde plus rien.
                continue
            except (NonConcluant, ScenarioArrete) as erreur:
                self.journal.ajouter("incident", {"message": f"remise en place impossible : {erreur}"})
        if self._executeur is not None:
            self._executeur.shutdown(wait=True, cancel_futures=True)
