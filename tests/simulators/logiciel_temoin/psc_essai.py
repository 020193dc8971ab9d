"""Le produit face au fournisseur d'identité du banc, une personne devant son navigateur."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulators.banc import Banc
from simulators.logiciel_temoin.api import declaration, jouer
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import lire_environnement
from simulators.logiciel_temoin.erreurs import Enveloppe
from simulators.logiciel_temoin.labo import Labo
from simulators.psc.simulateur import SimulateurPSC
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from steps.personne.http import NavigateurHttp
from steps.personne.mire import MOTS_ETABLISSEMENT, MOTS_PSC, Fournisseur, ReponsePersonne
from steps.personne.navigateur import origine
from steps.personne.parcours import Parcours, se_connecter

BIOLOGISTE_1, BIOLOGISTE_2 = "899900000011", "899900000029"
SANS_PROFESSION, SECRETAIRE, EDIT = "ANS20260101000001", "100000000000001/SIM0001", "ANS20260101000002"


class Essai:
    """Un logiciel neuf, ses défauts, et le banc partagé, remis à zéro."""

    def __init__(self, banc: Banc, journal: JournalEchanges, fichier: Path, *defauts: str) -> None:
        banc.remettre_a_zero()
        self.banc, self.journal = banc, journal
        self.depuis = max((e.numero for e in journal.echanges()), default=0)
        self.env: Mapping[str, Any] = json.loads(fichier.read_text(encoding="utf-8"))
        self.labo = Labo(lire_environnement(fichier), Defauts(defauts))
        self.declaration = declaration(self.labo)["pro_sante_connect"]
        adresses = {n: self.declaration[n] for n in ("redirect_uris", "post_logout_redirect_uris")}
        for nom, simulateur in self._fournisseurs():
            client = self.env["services"][nom]["client_id"]
            simulateur.clients.declarer(client, ciba=nom == "psc", **adresses)

    def _fournisseurs(self) -> tuple[tuple[str, SimulateurPSC], ...]:
        return ("psc", self.banc.psc), ("etablissement", self.banc.etablissement)

    def __call__(self, nom: str, utilisateur: str = "biologiste_1", /, **parametres: Any) -> Enveloppe:
        return jouer(self.labo, nom, {"utilisateur": utilisateur, **parametres})

    def navigateur(self) -> NavigateurHttp:
        return NavigateurHttp(racines=Path(self.env["autorites"]["racines_pem"]))

    def fournisseur(self, nom: str) -> Fournisseur:
        adresses = self.env["services"][nom]
        origines = frozenset(origine(adresses[champ]) for champ in ("issuer", "autorisation") if champ in adresses)
        return Fournisseur(nom, origines, MOTS_PSC if nom == "psc" else MOTS_ETABLISSEMENT)

    def connecter(
        self,
        identifiant: str = BIOLOGISTE_1,
        *,
        fournisseur: str = "psc",
        modalite: str = "web",
        navigateur: NavigateurHttp | None = None,
        **parametres: Any,
    ) -> tuple[Enveloppe, Parcours]:
        """Toute une connexion par le navigateur ; ce que le logiciel en montre ensuite."""
        ouverte = self("ouvrir_connexion", fournisseur=fournisseur, modalite=modalite, **parametres)
        assert ouverte.resultat == "fait", ouverte
        moyen = "e-CPS" if fournisseur == "psc" else "compte"
        reponse = ReponsePersonne(identifiant, moyen=moyen)
        parcours = se_connecter(
            navigateur or self.navigateur(), ouverte.donnees["url"], self.fournisseur(fournisseur), reponse
        )
        return self("lire_connexion", connexion_id=ouverte.donnees["connexion_id"]), parcours

    def session(self, identifiant: str = BIOLOGISTE_1, **choix: Any) -> str:
        """Connexion qui doit aboutir ; rend l'identifiant de session."""
        lue, parcours = self.connecter(identifiant, **choix)
        assert lue.donnees["session"]["ouverte"], (lue, parcours.en_phrase())
        return str(lue.donnees["session"]["session_id"])

    def ouverte(self, session_id: str) -> bool:
        return bool(self("lire_session", session_id=session_id).donnees["session"]["ouverte"])

    def avancer(self, secondes: int) -> None:
        """Le temps passe, chez le fournisseur et dans le logiciel."""
        self.banc.psc.horloge.avancer(timedelta(seconds=secondes))
        self("laisser_passer", secondes=secondes)

    def echanges(self, operation: str, service: str = "psc") -> list[Echange]:
        return self.journal.echanges(service, operation, depuis=self.depuis)

    def demande(self, rang: int = -1, service: str = "psc") -> dict[str, str]:
        """Paramètres d'une demande d'autorisation."""
        return dict(parse_qsl(urlsplit(self.echanges("autorisation", service)[rang].requete.cible).query))

    def jetons(self, grant: str) -> list[Echange]:
        return [e for e in self.echanges("jeton") if e.notes.get("grant_type") == grant]

    def fermer(self) -> None:
        self.labo.fermer()


Fabrique = Callable[..., Essai]
