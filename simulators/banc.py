"""Le banc entier : IGC, serveur, simulateurs et gestion, démarrés et arrêtés ensemble."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulators.annuaire import SimulateurAnnuaire
from simulators.bouchon import SimulateurBouchon
from simulators.bouchon.reponses import Reponse
from simulators.courriels import SimulateurCourriels
from simulators.dmp import SimulateurDMP
from simulators.drim import SimulateurDrim
from simulators.drim.gestion import GestionDrim
from simulators.hl7v2 import SimulateurHl7v2
from simulators.insi import SimulateurINSi
from simulators.mssante.gestion import GestionMSSante
from simulators.mssante.simulateur import SimulateurMSSante
from simulators.pacs import SimulateurPacs
from simulators.psc import SimulateurPSC
from simulators.psc.echange import ServeurApi
from simulators.psc.gestion import GestionPSC
from simulators.psc.profil import ETABLISSEMENT
from simulators.psc.proxy import ProxyESante
from simulators.psc.verification import Verificateur
from simulators.socle.acteurs import PROFESSIONNELS, STRUCTURE
from simulators.socle.gestion import Gestion
from simulators.socle.identites import IDENTITES_DE_TEST, MATRICULES_PUBLICS_DE_TEST, IdentiteTest
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from simulators.socle.pannes import RegistrePannes
from simulators.socle.profils_certificats import PROFILS

AVERTISSEMENT = (
    "SERVEURS DE TEST du banc SONS : certificats, professionnels et identités sont fictifs et sans valeur. "
    "N'y envoyer aucune donnée de patient réel."
)
LPS = {"idam": "SIMAUT000001", "numero_homologation_dmp": "BANC-SONS-0001", "nom": "LOGICIEL A L'ESSAI"}


class Banc:
    """Tous les simulateurs d'une campagne, sur un journal donné.

    Les clés vivent dans un sous-dossier neuf de `dossier_secrets` (par défaut celui des fichiers temporaires du
    système), effacé à l'arrêt : jamais dans le dossier de campagne.
    """

    def __init__(
        self,
        journal: JournalEchanges,
        *,
        dossier_secrets: Path | None = None,
        port_base: int | None = None,
        exposer: bool = False,
        peupler: bool = False,
        matrice: bool = False,
        bouchons: Mapping[str, Sequence[Reponse]] | None = None,
    ) -> None:
        """`peupler` : ouvre un DMP à chaque personne qu'INSi connaît, aussi après une remise à zéro.

        `bouchons` : téléservices au contrat inconnu à remplacer, et les réponses que leur utilisateur a écrites.
        `matrice` : ouvre aussi deux ports par ligne de la matrice TLS de l'opérateur MSSanté.
        """
        self.journal = journal
        self._peupler = peupler
        if dossier_secrets is not None:
            dossier_secrets.mkdir(parents=True, exist_ok=True)
        self._secrets = Path(tempfile.mkdtemp(prefix="banc-sons-", dir=dossier_secrets)).resolve()
        permis = {matricule for identite in IDENTITES_DE_TEST for matricule in identite.matricules}
        journal.autoriser_matricules(permis | MATRICULES_PUBLICS_DE_TEST)
        try:
            self._socle = demarrer_socle(journal, self._secrets, port_base=port_base, exposer=exposer)
        except OSError:
            shutil.rmtree(self._secrets, ignore_errors=True)
            raise
        self.serveur = self._socle.serveur
        self.igc = self._socle.igc
        self.psc = SimulateurPSC(journal, self.igc)
        # Rien ne dit qu'INSi (port « carte ») ou l'opérateur MSSanté exige le certificat d'un jeton lié.
        self._porteurs = Verificateur(self.psc.contexte, liaison=False)
        self.insi = SimulateurINSi(journal, self.igc)
        self.dmp = SimulateurDMP(journal, self.igc)
        self.mssante = SimulateurMSSante(
            journal, self.igc, jetons=self._porteurs, rafraichissement=self.psc.rafraichissement_permanent
        )
        self._socle.publication_igc.panne = self.mssante.panne_de_publication
        self.annuaire = SimulateurAnnuaire(journal, self.igc)
        self.drim = SimulateurDrim(journal, self.igc, self._porteurs)
        self.api_psc = ServeurApi(journal, self.igc, self.psc)
        self.proxy_psc = ProxyESante(journal, self.igc, self.psc, self.api_psc)
        self._relier()
        self.etablissement = SimulateurPSC(journal, self.igc, profil=ETABLISSEMENT, horloge=self.psc.horloge)
        self.courriels = SimulateurCourriels(journal, self.igc)
        self.bouchons = tuple(SimulateurBouchon(journal, self.igc, nom, r) for nom, r in (bouchons or {}).items())
        self.hl7v2 = SimulateurHl7v2(journal, self.igc)
        self.pacs = SimulateurPacs(journal)
        try:
            messagerie = GestionMSSante(self.mssante)
            identite = GestionPSC(self.psc, self.etablissement)
            imagerie = GestionDrim(self.drim, self.dmp)
            lectures = {
                **messagerie.lectures(),
                "/courriels": self.courriels.boites_en_json,
                "/hl7v2": self.hl7v2.messages_en_json,
                **identite.lectures(),
                **imagerie.lectures(),
            }
            ecritures = {**messagerie.ecritures(), **identite.ecritures(), **imagerie.ecritures()}
            gestion = Gestion(self, lectures=lectures, ecritures=ecritures)
            self._gestion = gestion.monter(self.serveur)
            self.insi.monter(self.serveur)
            self.dmp.monter(self.serveur)
            self.mssante.monter(self.serveur)
            self.annuaire.monter(self.serveur)
            self.psc.monter(self.serveur)
            self.etablissement.monter(self.serveur)
            self.api_psc.monter(self.serveur)
            self.proxy_psc.monter(self.serveur)
            self.proxy_psc.servir({"insi": self.insi.url_api_psc, "dmp": self.dmp.url_api_psc})
            self.courriels.monter(self.serveur)
            for bouchon in self.bouchons:
                bouchon.monter(self.serveur)
            self.hl7v2.monter(self.serveur)
            self.drim.monter(self.serveur)
            self.pacs.monter(self.serveur)
            if matrice:
                self.mssante.monter_matrice(self.serveur)
            self._certificats = {nom: self.igc.identifiants(nom) for nom in PROFILS}
        except OSError:
            self.arreter()
            raise
        for identifiants in self._certificats.values():
            journal.proteger(identifiants.mot_de_passe)
        self.remettre_a_zero()

    def _relier(self) -> None:
        """Un seul émetteur de jetons : les services les font vérifier par Pro Santé Connect."""
        self.insi.jetons = self._porteurs
        self.insi.jetons_api = self.dmp.jetons_api = self.api_psc
        self.psc.etat.abonnes_fin.append(self.mssante.finir_session)
        self.mssante.pannes.relais["psc_indisponible"] = partial(self.psc.panne, "indisponible", operation="jeton")

    @property
    def registres(self) -> Mapping[str, RegistrePannes]:
        """Pannes de chaque service."""
        return {
            "insi": self.insi.pannes,
            "dmp": self.dmp.pannes,
            "mssante": self.mssante.pannes,
            "annuaire": self.annuaire.pannes,
            "psc": self.psc.pannes,
            "etablissement": self.etablissement.pannes,
            "api_psc": self.api_psc.pannes,
            "proxy_psc": self.proxy_psc.pannes,
            **{bouchon.nom: bouchon.pannes for bouchon in self.bouchons},
            "hl7v2": self.hl7v2.pannes,
            "drim": self.drim.pannes,
            "pacs": self.pacs.pannes,
        }

    @property
    def url_console(self) -> str:
        """Adresse de la console, à ouvrir dans un navigateur."""
        return f"{self._gestion.url}/"

    def environnement(self) -> dict[str, Any]:
        """Ce qu'un logiciel doit savoir pour appeler le banc ; forme du fichier d'environnement."""
        publication = self._socle.publication.url
        return {
            "version": 1,
            "avertissement": AVERTISSEMENT,
            "services": {
                "insi": self.insi.adresses(),
                "dmp": self.dmp.adresses(),
                "mssante": self.mssante.adresses(),
                "annuaire": self.annuaire.adresses(),
                "psc": {**self.psc.adresses(), **self._adresses_api()},
                "etablissement": self.etablissement.adresses(),
                "courriels": self.courriels.adresses(),
                **{bouchon.nom: bouchon.adresses() for bouchon in self.bouchons},
                "hl7v2": self.hl7v2.adresses(),
                "drim": self.drim.adresses(),
                "pacs": self.pacs.adresses(),
                "gestion": {"url": self._gestion.url},
            },
            "autorites": {
                "racines_pem": str(self.igc.racines_pem),
                "crl": f"{publication}/crl/organisations.crl",
                "ocsp": f"{publication}/ocsp",
            },
            "certificats": {nom: identifiants.en_dict() for nom, identifiants in self._certificats.items()},
            "structure": STRUCTURE.en_dict(),
            "professionnels": [professionnel.en_dict() for professionnel in PROFESSIONNELS],
            "professionnels_psc": self.psc.professionnels(),
            "lps": dict(LPS),
            "bals": self.mssante.bals(),
            "identites": [identite.en_dict() for identite in IDENTITES_DE_TEST],
        }

    def _adresses_api(self) -> dict[str, Any]:
        """Où échanger un jeton Pro Santé Connect, et où appeler les API qu'il ouvre."""
        return {
            "url_api_jeton": self.api_psc.url_jeton,
            "api": {"insi": self.insi.url_api_psc, "dmp": self.dmp.url_api_psc},
            "proxy": self.proxy_psc.url,
        }

    def remettre_a_zero(self) -> None:
        """Simulateurs vides, pannes retirées ; le journal et les certificats restent."""
        self.insi.remettre_a_zero()
        self.dmp.remettre_a_zero()
        self.mssante.remettre_a_zero()
        self.annuaire.remettre_a_zero()
        self.psc.remettre_a_zero()
        self.api_psc.remettre_a_zero()
        self.proxy_psc.remettre_a_zero()
        self.etablissement.remettre_a_zero()
        self.courriels.remettre_a_zero()
        for bouchon in self.bouchons:
            bouchon.remettre_a_zero()
        self.hl7v2.remettre_a_zero()
        self.drim.remettre_a_zero()
        self.pacs.remettre_a_zero()
        if self._peupler:
            for identite in IDENTITES_DE_TEST:
                if identite.attendu != "01":
                    self._ouvrir_dossier(identite)
                    self.mssante.usagers.ouvrir(identite.matricule_ins)

    def _ouvrir_dossier(self, identite: IdentiteTest) -> None:
        self.dmp.etat.ouvrir_dossier(
            identite.matricule_ins,
            identite.oid,
            nom=identite.nom_naissance,
            prenoms=identite.prenoms,
            sexe=identite.sexe,
            date_naissance=identite.date_naissance,
        )

    def arreter(self) -> None:
        """Ferme les ports et efface les clés. Le journal reste à qui l'a donné."""
        self.pacs.arreter()
        self._socle.arreter()
        shutil.rmtree(self._secrets, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.arreter()
