"""L'adaptateur `operateur` : une personne fait l'action dans le logiciel, et recopie ce qu'il montre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from reports.verdict import Verdict
from steps.bilan import ActionAbandonnee
from steps.logiciel.contrat import Action, ContratInvalide, charger_contrat
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos, AproposInconnu, ReponseAction
from steps.logiciel.types_adaptateur import DescriptionAdaptateur, TypeAdaptateur
from steps.operateur.consigne import Consigne, Genre, Issue, PieceDemandee, PieceDeposee, Reponse
from steps.operateur.guichet import GuichetFerme, OperateurAbsent
from steps.operateur.recueil import RecueilPieces
from steps.operateur.valeurs import aplatir, lisible

if TYPE_CHECKING:
    from steps.essai import Essai
    from steps.logiciel.contexte import ContexteAdaptateur
    from steps.selection import ScenarioRetenu

ATTENTES: Mapping[str, str] = {
    "": "Rien sur le réseau : le banc attend ce que vous relevez à l'écran.",
    "insi": "Le banc guette un appel au téléservice INSi.",
    "dmp": "Le banc guette un échange avec le DMP.",
    "mssante": "Le banc guette une connexion au serveur MSSanté.",
    "psc": "Le banc guette la demande de connexion à Pro Santé Connect.",
    "annuaire": "Le banc guette un appel à l'Annuaire Santé.",
    "drim": "Le banc guette une demande d'images à la DRIMbox distante.",
    "pacs": "Le banc guette un envoi d'images au PACS.",
}
"""Ce que le banc attend de son côté, par service guetté."""
_SILENCE = " Si le logiciel bloque l'action, il ne verra rien : dites « Le logiciel l'a refusé »."


class Demandeur(Protocol):
    """Le guichet, ou ce qui répond à sa place (un enregistrement rejoué)."""

    def demander(self, consigne: Consigne) -> Reponse:
        """Pose la demande et attend la réponse."""
        ...


class Recueil(Protocol):
    """Où vont les pièces déposées pendant une action."""

    def demandees(self, retenu: ScenarioRetenu) -> tuple[PieceDemandee, ...]:
        """Les pièces qu'une personne peut apporter à ce scénario."""
        ...

    def recevoir(self, essai: Essai, pieces: tuple[tuple[PieceDeposee, str], ...]) -> None:
        """Range les pièces du scénario qui finit, chacune avec le nom de qui l'a déposée."""
        ...


class AdaptateurOperateur:
    """Pose chaque action du contrat au guichet. `delai_s` : None, la personne a tout son temps.

    `comptes` : rôle du contrat → compte du logiciel, pour dire à la personne avec quel compte agir.
    """

    une_a_la_fois = True

    def __init__(
        self,
        guichet: Demandeur,
        *,
        comptes: Mapping[str, str] | None = None,
        delai_s: float | None = None,
        recueil: Recueil | None = None,
    ) -> None:
        self._guichet = guichet
        self._comptes = dict(comptes or {})
        self._delai_s = delai_s
        self._recueil = recueil
        self._retenu: ScenarioRetenu | None = None
        self._demandees: tuple[PieceDemandee, ...] = ()
        self._deposees: list[tuple[PieceDeposee, str]] = []

    def apropos(self) -> Apropos:
        raise AproposInconnu("une personne agit : le nom et la version du logiciel sont ceux de logiciel.yaml")

    def actions(self) -> frozenset[str]:
        return frozenset(charger_contrat().actions)

    # -- scénario ----------------------------------------------------------------------------------------------

    def debuter_scenario(self, retenu: ScenarioRetenu) -> None:
        """Les actions qui suivent sont de ce scénario."""
        self._retenu = retenu
        self._deposees = []
        self._demandees = self._recueil.demandees(retenu) if self._recueil else ()

    def finir_scenario(self, essai: Essai) -> None:
        """Les pièces déposées en agissant rejoignent les preuves du scénario."""
        deposees, self._deposees, self._retenu = tuple(self._deposees), [], None
        if self._recueil and deposees:
            self._recueil.recevoir(essai, deposees)

    # -- actions -----------------------------------------------------------------------------------------------

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        description = charger_contrat().action(action)
        description.verifier_parametres(parametres)
        consigne = self.consigne(description, utilisateur, parametres)
        while True:
            reponse = self._demander(consigne)
            self._deposees += [(piece, reponse.par) for piece in reponse.pieces]
            _exiger_suite(description, reponse)
            donnees = releve(reponse.donnees)
            try:
                description.verifier_donnees(donnees)
            except ContratInvalide as erreur:
                # Une saisie à corriger n'est jamais un manquement du logiciel : la même demande revient, expliquée.
                consigne = replace(consigne, rappel=f"La réponse précédente ne peut pas être lue : {erreur}")
                continue
            return ReponseAction(reponse.issue.value, tuple(reponse.messages), donnees)

    def consigne(self, action: Action, utilisateur: str, parametres: Mapping[str, Any]) -> Consigne:
        """L'action telle qu'elle se demande à une personne."""
        retenu = self._retenu
        attente = ATTENTES[action.guette] + (_SILENCE if action.guette else "")
        return Consigne(
            genre=Genre.ACTION,
            scenario=retenu.numero if retenu else "",
            exigence=retenu.exigence.id if retenu else "",
            titre=action.titre,
            quoi_faire=action.consigne_pour({nom: lisible(valeur) for nom, valeur in parametres.items()}),
            action=action.nom,
            utilisateur=self._comptes.get(utilisateur, utilisateur),
            role=charger_contrat().roles.get(utilisateur, ""),
            parametres=parametres,
            valeurs=aplatir(parametres),
            schema=action.schema_reponse,
            attente=attente,
            service=action.guette,
            pieces=self._demandees,
            delai_s=self._delai_s,
        )

    def fermer(self) -> None:
        """Le guichet est à la campagne : rien à rendre."""

    def _demander(self, consigne: Consigne) -> Reponse:
        try:
            return self._guichet.demander(consigne)
        except (OperateurAbsent, GuichetFerme) as erreur:
            raise AdaptateurInjoignable(str(erreur)) from erreur


def _exiger_suite(action: Action, reponse: Reponse) -> None:
    """Lève ActionAbandonnee quand la personne dit que l'action ne se fera pas."""
    if reponse.issue is Issue.SANS_OBJET:
        raise ActionAbandonnee(
            Verdict.A_VERIFIER, f"déclaré sans objet à l'action « {action.titre} » : {reponse.raison.strip()}"
        )
    if reponse.issue is Issue.IMPOSSIBLE:
        raise ActionAbandonnee(
            Verdict.NON_EXECUTE, f"la personne n'est pas parvenue à « {action.titre} » : {reponse.raison.strip()}"
        )


def releve(valeur: Any) -> Any:
    """Ce qui a été relevé, tel que le contrat l'attend : un message HL7 v2 collé retrouve ses retours chariot."""
    if isinstance(valeur, Mapping):
        return {nom: releve(element) for nom, element in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [releve(element) for element in valeur]
    if isinstance(valeur, str) and valeur.startswith("MSH|") and "\n" in valeur:
        return valeur.replace("\r\n", "\r").replace("\n", "\r")
    return valeur


def _fabriquer(description: DescriptionAdaptateur, contexte: ContexteAdaptateur) -> AdaptateurOperateur:
    if contexte.guichet is None:
        raise AdaptateurInjoignable(
            "logiciel.yaml confie des actions à une personne (type operateur), mais aucune console ne peut s'ouvrir ; "
            "attendu une campagne lancée d'un terminal, ou --operateur=console"
        )
    return AdaptateurOperateur(
        contexte.guichet,
        comptes=contexte.logiciel.comptes,
        delai_s=description.reglages.get("delai_s"),
        recueil=RecueilPieces(contexte.porte) if contexte.porte is not None else None,
    )


TYPE_ADAPTATEUR = TypeAdaptateur(
    nom="operateur",
    resume="une personne fait l'action dans le logiciel, guidée par la console ou le terminal",
    cles={
        "delai_s": {
            "type": ["number", "null"],
            "exclusiveMinimum": 0,
            "maximum": 86400,
            "default": None,
            "description": "secondes laissées à la personne pour chaque demande ; sans elle, tout son temps",
        },
        "rejouer": {
            "type": "string",
            "minLength": 1,
            "description": "reponses.jsonl d'une campagne précédente : rend ses réponses sans personne, tout étant "
            "marqué « rejoué »",
        },
    },
    fabrique=_fabriquer,
    humain=True,
)
