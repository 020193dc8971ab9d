"""Ce qui tourne le temps d'une campagne : journal, simulateurs, navigateurs, logiciel piloté ; monté, puis démonté."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from reports.verrou import Verrou
from requirements.modele import Fournisseur
from simulators.banc import Banc
from simulators.socle.expurgation import LONGUEUR_MINIMALE
from simulators.socle.journal import JournalEchanges
from steps.logiciel.assemblage import assembler
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.connexion import ConnexionDeclaree, enregistrer
from steps.logiciel.contexte import ContexteAdaptateur, ScenarioEnCours
from steps.logiciel.protocole import Adaptateur, AdaptateurInjoignable, ApportePieces
from steps.personne.ouverture import Navigateurs

if TYPE_CHECKING:
    from reports.pieces.porte import PortePieces
    from steps.operateur.adaptateur import Demandeur


class Services:
    """À monter dans l'ordre : `ouvrir_journal`, `monter_banc`, `piloter` ; ce qui l'est à moitié se démonte aussi."""

    def __init__(self, dossier: Path, logiciel: ConfigurationLogiciel, type_logiciel: str) -> None:
        self.dossier = dossier
        self.type_logiciel = type_logiciel
        self.logiciel = logiciel
        self.navigateurs: Navigateurs | None = None
        self.apports: tuple[str, ...] = ()
        self._journal: JournalEchanges | None = None
        self._banc: Banc | None = None
        self._adaptateur: Adaptateur | None = None
        self._secrets: Path | None = None
        self._verrou: Verrou | None = None

    # ------------------------------------------------------------ montage
    def ouvrir_journal(self, *, reprendre: bool) -> JournalEchanges:
        """Crée le dossier, en devient le seul écrivain, y ouvre le journal."""
        self.dossier.mkdir(parents=True, exist_ok=True)
        self._verrou = Verrou(self.dossier, "campagne").prendre()
        self._journal = JournalEchanges.reprendre(self.dossier) if reprendre else JournalEchanges.creer(self.dossier)
        return self._journal

    def monter_banc(self, navigateur: str) -> None:
        """Lance les simulateurs ; les secrets du logiciel sont protégés avant que rien ne s'échange."""
        for secret in self.logiciel.secrets:
            if len(secret.encode()) >= LONGUEUR_MINIMALE:
                self.journal.proteger(secret)
        self._secrets = Path(tempfile.mkdtemp(prefix="banc-sons-"))
        self._banc = Banc(self.journal, dossier_secrets=self._secrets, bouchons=self.logiciel.bouchons)
        self.navigateurs = Navigateurs.de(self._banc, navigateur)
        if self.logiciel.idam:
            self._banc.insi.etat.idam_autorises = frozenset({self.logiciel.idam})

    def piloter(
        self,
        *,
        guichet: Demandeur | None,
        porte: PortePieces | None,
        scenario_en_cours: Callable[[], ScenarioEnCours | None],
    ) -> Adaptateur:
        """Prépare l'adaptateur du logiciel ; lance le logiciel témoin s'il est demandé."""
        chemin = Path(self.logiciel.environnement or _vivant(self._secrets) / "environnement.json")
        contexte = ContexteAdaptateur(
            logiciel=self.logiciel,
            banc=self.banc,
            journal=self.journal,
            dossier=self.dossier,
            environnement=self.ecrire_environnement(chemin),
            guichet=guichet,
            porte=porte,
            scenario_en_cours=scenario_en_cours,
        )
        self._adaptateur = assembler(contexte)
        return self._adaptateur

    def ecrire_environnement(self, chemin: Path) -> Path:
        """Écrit adresses, certificats et identités de test pour le logiciel ; jamais dans le dossier de campagne."""
        environnement = self.banc.environnement()
        # La référence produit de Convergence n'est connue que de qui décrit le logiciel : X-MSS-NIL doit la porter.
        environnement["lps"] |= {"nil": self.logiciel.nil, "type_logiciel": self.type_logiciel}
        if self.logiciel.connexion.client_id:
            environnement["services"]["psc"]["client_id"] = self.logiciel.connexion.client_id
        chemin.write_text(dumps(environnement, ensure_ascii=False, indent=2), encoding="utf-8")
        return chemin

    def enregistrer(self, connexion: ConnexionDeclaree) -> None:
        """Fait connaître le logiciel aux fournisseurs d'identité du banc, tel qu'il se décrit."""
        banc = self.banc
        for service, nom in ((banc.psc, Fournisseur.PSC), (banc.etablissement, Fournisseur.ETABLISSEMENT)):
            try:
                enregistrer(connexion, service.clients, service.profil.client_id, nom)
            except ValueError as erreur:
                raise AdaptateurInjoignable(f"pro_sante_connect : {erreur}") from erreur

    # ---------------------------------------------------------- démontage
    def arreter(self) -> None:
        """Arrête logiciel témoin et simulateurs ; le journal reste ouvert. Sans effet la seconde fois."""
        if self.navigateurs is not None:
            self.navigateurs.arreter()
            self.navigateurs = None
        if self._adaptateur is not None:
            if isinstance(self._adaptateur, ApportePieces):
                self.apports = self._adaptateur.bilan_des_apports()
            self._adaptateur.fermer()
            self._adaptateur = None
        if self._banc is not None:
            self._banc.arreter()
            self._banc = None

    def rendre(self) -> None:
        """Ferme le journal, efface les clés, rend le dossier ; sans effet la seconde fois."""
        if self._journal is not None:
            self._journal.fermer()
            self._journal = None
        if self._secrets is not None:
            shutil.rmtree(self._secrets, ignore_errors=True)
            self._secrets = None
        if self._verrou is not None:
            self._verrou.rendre()
            self._verrou = None

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

    @adaptateur.setter
    def adaptateur(self, adaptateur: Adaptateur) -> None:
        self._adaptateur = adaptateur


T = TypeVar("T")


def _vivant(objet: T | None) -> T:
    if objet is None:
        raise RuntimeError("la campagne n'est pas démarrée")
    return objet
