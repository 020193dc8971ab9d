"""L'adaptateur `page` : un script Playwright de l'éditeur joue les actions d'un produit web dans Chromium."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import threading
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from requirements.modele import TypePiece
from simulators.socle.journal import EtatJournal
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.enveloppe import lire_apropos, lire_reponse
from steps.logiciel.page_navigateur import CHROMIUM, INSTALLER, Onglet, Poste, ReglagesPage
from steps.logiciel.page_script import FonctionPage, ScriptDePage
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos, AproposInconnu, ReponseAction
from steps.logiciel.types_adaptateur import DELAI_S, DescriptionAdaptateur, TypeAdaptateur
from steps.personne.cdp import executable
from steps.personne.chromium_confiance import Confiance
from steps.personne.navigateur import origine
from steps.secrets_action import ACTIONS as ACTIONS_SECRETES

if TYPE_CHECKING:
    from collections.abc import Callable

    from steps.essai import Essai
    from steps.logiciel.contexte import ContexteAdaptateur
    from steps.selection import ScenarioRetenu

CAPTURES_MAX = 40
"""Par scénario : au-delà, les suivantes ne sont plus gardées, et la trace le dit."""

_OUVERTURE_S = 60.0
"""Pour démarrer Chromium et ouvrir la page : ce temps n'est pas pris sur celui de la première action."""


class AdaptateurPage:
    """Joue chaque action dans la page du scénario : un contexte neuf par scénario, un navigateur par campagne.

    Captures et vidéo ne sont faites que pour un scénario dont une preuve les accepte. Une action à secrets (mot de
    passe, code) les arrête jusqu'à la fin du scénario : rien de ce qu'elle affiche ne va au dossier.
    """

    une_a_la_fois = True

    def __init__(
        self, script: ScriptDePage, reglages: ReglagesPage, *, comptes: Mapping[str, str] | None = None
    ) -> None:
        self._script = script
        self._reglages = reglages
        self._comptes = dict(comptes or {})
        self._poste = Poste(reglages)
        self._verrou = threading.Lock()
        self._bloquees_dites: set[str] = set()
        self._remettre_a_zero(None)

    def _remettre_a_zero(self, retenu: ScenarioRetenu | None) -> None:
        acceptes = {piece for preuve in retenu.scenario.preuves for piece in preuve.pieces} if retenu else set()
        self._filmer = TypePiece.VIDEO in acceptes
        self._capturer = self._filmer or TypePiece.CAPTURE in acceptes
        self._jouees = 0
        self._captures: list[tuple[str, bytes, str]] = []
        self._derniere = ""
        self._trace: list[str] = []

    # -- adaptateur --------------------------------------------------------------------------------------------

    def apropos(self) -> Apropos:
        fonction = self._script.apropos
        if fonction is None:
            raise AproposInconnu(f"{self._script.chemin} n'a pas de fonction apropos(page)")
        lu = self._executer("apropos", lambda onglet: fonction(onglet.page))
        with contextlib.suppress(AdaptateurInjoignable):
            self._poste.executer(self._poste.fermer_onglet)
        if not isinstance(lu, Mapping):
            raise AdaptateurInjoignable(f"{self._script.chemin}, apropos : attendu un dictionnaire, reçu {lu!r}")
        return lire_apropos(lu, f"{self._script.chemin}, apropos")

    def actions(self) -> frozenset[str]:
        return frozenset(self._script.actions)

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        description = charger_contrat().action(action)
        description.verifier_parametres(parametres)
        self._jouees += 1
        fonction = self._script.actions.get(action)
        if fonction is None:
            return ReponseAction("non_gere", (f"le script de page n'a pas de fonction {action}",))
        compte = self._comptes.get(utilisateur, utilisateur)
        recu = copy.deepcopy(dict(parametres))
        brut = self._executer(action, lambda onglet: self._agir(onglet, action, fonction, compte, recu))
        lieu = f"{self._script.chemin}, {action}"
        if not isinstance(brut, Mapping):
            raise AdaptateurInjoignable(
                f"{lieu} : attendu un dictionnaire resultat, messages, donnees, reçu {type(brut).__name__}"
            )
        reponse = lire_reponse(brut, description, lieu)
        trace, self._trace = "\n".join(self._trace), []
        return ReponseAction(reponse.resultat, reponse.messages, reponse.donnees, trace)

    def fermer(self) -> None:
        """Arrête le navigateur."""
        self._poste.fermer()
        self._script.oublier()

    # -- scénario ----------------------------------------------------------------------------------------------

    def debuter_scenario(self, retenu: ScenarioRetenu) -> None:
        """La page s'ouvrira à la première action : un scénario joué par d'autres n'en a pas besoin."""
        self._remettre_a_zero(retenu)

    def finir_scenario(self, essai: Essai) -> None:
        """Ferme la page ; captures et vidéo rejoignent les preuves qui les acceptent."""
        onglet = self._poste.onglet
        if onglet is None:
            return
        try:
            self._poste.executer(self._poste.fermer_onglet)
        except AdaptateurInjoignable as erreur:
            _incident(essai, f"la page du scénario ne s'est pas fermée : {erreur}")
        if neuves := sorted(set(onglet.bloquees) - self._bloquees_dites):
            self._bloquees_dites.update(neuves)
            _incident(essai, f"adresse hors du produit et du banc, non ouverte à la page : {', '.join(neuves)}")
        # D'autres ont joué une part du scénario : ce que la page a montré ne suffit pas à en faire la preuve.
        seul = sum(1 for _ in essai.journal.enregistrements("action", essai.debut, essai.retenu.numero)) <= self._jouees
        for nom, png, description in self._captures:
            essai.bilan.joindre(nom, TypePiece.CAPTURE.value, png, description, complement=not seul)
        if self._filmer and (video := onglet.pellicule.developper(None if onglet.coupe else time.time())):
            dite = "vidéo du scénario, jouée par le script de page"
            dite += " ; arrêtée avant une action qui affiche des secrets" if onglet.coupe else ""
            essai.bilan.joindre(
                "scenario.webm", TypePiece.VIDEO.value, video, dite, complement=onglet.coupe or not seul
            )
        self._remettre_a_zero(None)

    # -- dans le fil du navigateur -----------------------------------------------------------------------------

    def _executer(self, action: str, travail: Callable[[Onglet], Any]) -> Any:
        """Joue dans le fil du navigateur ; toute erreur du script dit où elle est."""
        if not self._verrou.acquire(blocking=False):
            raise AdaptateurInjoignable(
                f"{action} demandée pendant qu'une autre action se joue : le type page n'a qu'une page, et joue une "
                "action à la fois ; confiez l'une des deux à un autre adaptateur"
            )
        try:
            onglet = self._poste.executer(lambda: self._onglet(action), max(_OUVERTURE_S, self._reglages.delai_s))
            return self._poste.executer(lambda: travail(onglet))
        except AdaptateurInjoignable as erreur:
            raise AdaptateurInjoignable(f"{self._script.chemin}, {action} : {erreur}") from erreur
        except Exception as erreur:
            if action in ACTIONS_SECRETES:
                # Le message de Playwright peut citer le texte saisi.
                dit = f"{self._script.chemin}, {action} : {type(erreur).__name__} (message tu : action à secrets)"
                raise AdaptateurInjoignable(dit) from None
            raise AdaptateurInjoignable(f"le script de page a échoué : {self._script.situer(erreur)}") from erreur
        finally:
            self._verrou.release()

    def _onglet(self, action: str) -> Onglet:
        """La page du scénario ; à la première action, neuve, à l'adresse du produit."""
        secret = action in ACTIONS_SECRETES
        onglet = self._poste.onglet
        if onglet is None:
            onglet = self._poste.ouvrir(filmer=self._filmer and not secret)
            # Le script dit ce qu'il fait par un geste de la page, sans rien importer du banc.
            onglet.page.etape = lambda titre: self._garder(onglet, str(titre))  # type: ignore[attr-defined]
            onglet.page.goto(self._reglages.url, timeout=_OUVERTURE_S * 1000)
            if self._script.ouvrir is not None:
                self._script.ouvrir(onglet.page)
        if secret:
            onglet.cesser_de_filmer()
            self._capturer = False
        return onglet

    def _agir(
        self, onglet: Onglet, action: str, fonction: FonctionPage, compte: str, parametres: dict[str, Any]
    ) -> Any:
        self._garder(onglet, f"{action}, avant")
        try:
            rendu = fonction(onglet.page, compte, parametres)
        except Exception:
            with contextlib.suppress(Exception):
                self._garder(onglet, f"{action}, à l'échec du script")
            raise
        self._garder(onglet, f"{action}, après")
        return rendu

    def _garder(self, onglet: Onglet, titre: str) -> None:
        """Une capture, sauf si l'écran n'a pas changé depuis la précédente."""
        self._trace.append(titre)
        if not self._capturer:
            return
        if len(self._captures) >= CAPTURES_MAX:
            self._trace.append(f"capture non gardée : {CAPTURES_MAX} le sont déjà dans ce scénario")
            return
        png = onglet.capturer()
        empreinte = hashlib.sha256(png).hexdigest()
        if empreinte != self._derniere:
            self._derniere = empreinte
            rang = len(self._captures) + 1
            self._captures.append((f"ecran-{rang:03d}.png", png, f"écran n° {rang} : {titre}"))


def _incident(essai: Essai, message: str) -> None:
    if essai.journal.etat is not EtatJournal.ARRETE:
        essai.journal.ajouter("incident", {"message": message})


# ---------------------------------------------------------------------------------------------------- fabrique


def reglages_pour(url: str, contexte: ContexteAdaptateur, **choix: Any) -> ReglagesPage:
    """Les réglages d'un produit à cette adresse, devant ce banc : seuls lui et les services du banc sont ouverts."""
    igc, serveur = contexte.banc.igc, contexte.banc.serveur
    certificats = (igc.serveur().certificat, igc.serveur(cle_rsa=True).certificat)
    autres = choix.pop("origines", ())
    return ReglagesPage(
        url=url,
        origines=frozenset(map(origine, (url, *autres))),
        du_banc=lambda ou: ou in {origine(port.url) for port in serveur.ports},
        confiance=Confiance((igc.racines_pem,), certificats),
        **choix,
    )


def exiger_navigateur() -> None:
    """AdaptateurInjoignable, avec ce qu'il faut installer, s'il manque Playwright ou Chromium."""
    if find_spec("playwright") is None:
        raise AdaptateurInjoignable(INSTALLER)
    if executable() is None:
        raise AdaptateurInjoignable(CHROMIUM)


def _fabriquer(description: DescriptionAdaptateur, contexte: ContexteAdaptateur) -> AdaptateurPage:
    exiger_navigateur()
    lus = description.reglages
    for cle, adresse in [("url", lus["url"]), *(("origines", ou) for ou in lus["origines"])]:
        if not origine(adresse):
            raise AdaptateurInjoignable(f"{cle} : attendu une adresse http:// ou https://, reçu {adresse!r}")
    reglages = reglages_pour(
        lus["url"],
        contexte,
        origines=lus["origines"],
        delai_s=float(lus["delai_s"]),
        certificat_inconnu=lus["certificat_inconnu"],
    )
    chemin = Path(description.chemin("script")).resolve()
    return AdaptateurPage(ScriptDePage(chemin), reglages, comptes=contexte.logiciel.comptes)


TYPE_ADAPTATEUR = TypeAdaptateur(
    nom="page",
    resume="un script Playwright à vous joue les actions d'un produit web dans Chromium, captures et vidéo gardées",
    cles={
        "script": {
            "type": "string",
            "minLength": 1,
            "description": "fichier Python des actions, relatif à ce fichier ; voir docs/adaptateurs.md",
        },
        "url": {"type": "string", "minLength": 1, "description": "adresse où s'ouvre le produit"},
        "origines": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "default": [],
            "description": "autres adresses que le produit appelle ; tout le reste, hors du banc, est bloqué et noté",
        },
        "certificat_inconnu": {
            "type": "boolean",
            "default": False,
            "description": "vrai : un certificat non reconnu est accepté (produit en mise au point)",
        },
        "delai_s": DELAI_S,
    },
    obligatoires=("script", "url"),
    fabrique=_fabriquer,
)
