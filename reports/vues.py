"""Ce que le gabarit de `rapport.html` affiche : des valeurs prêtes, groupées et ordonnées ; aucun jugement ici."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from reports.campagne import Campagne
from reports.chargement_campagne import profil_revendique
from reports.constat import Constat
from reports.defauts import TableDefauts, charger_defauts
from reports.ecarts import bilan_de
from reports.options import TextesOfficiels
from reports.preuves import dossier_de
from reports.resultat import CleScenario, EtatPreuve, PreuveProduite, ResultatScenario
from reports.synthese import Synthese, synthetiser
from reports.verdict import Verdict
from reports.vues_echanges import VueDialogue, VueEchange, VuesEchanges
from reports.vues_relecture import VueEpreuve, VueExigence, VueJugePar, epreuves, par_exigence, par_moyen
from requirements.catalogue import Catalogue
from requirements.modele import Exigence, ScenarioConformite, TypePiece
from simulators.socle.echange import Echange

_CONSTATS_MAX = 50


@dataclass(frozen=True, slots=True)
class VueConformes:
    """Les constats conformes d'une même règle : le premier, et combien d'échanges le confirment."""

    constat: Constat
    nombre: int
    echanges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VuePreuve:
    """Une preuve du scénario, son ancre dans la page et son dossier."""

    preuve: PreuveProduite
    ancre: str
    nom: str
    pieces: str
    dossier: str
    conseil: str = ""
    """Quoi cadrer, les mentions voulues, ce qui fait refuser la pièce."""


@dataclass(frozen=True, slots=True)
class VueScenario:
    """Un scénario prêt à afficher."""

    resultat: ResultatScenario
    ancre: str
    exigence: Exigence | None
    scenario: ScenarioConformite | None
    texte_exigence: str
    texte_scenario: str
    manquements: tuple[Constat, ...]
    manquements_omis: int
    conformes: tuple[VueConformes, ...]
    preuves: tuple[VuePreuve, ...]
    echanges: tuple[VueEchange | VueDialogue, ...]
    ecart: str = ""
    """L'écart connu qui annonce ce manquement."""

    @property
    def attention(self) -> bool:
        """Le détail s'ouvre d'emblée : quelqu'un doit le lire."""
        return self.resultat.verdict in (Verdict.NON_CONFORME, Verdict.NON_CONCLUANT)


@dataclass(frozen=True, slots=True)
class VueSection:
    """Une section du REM et ses scénarios."""

    code: str
    libelle: str
    scenarios: tuple[VueScenario, ...]


@dataclass(frozen=True, slots=True)
class ExigenceSansScenario:
    """Une exigence que la campagne ne juge pas, et pourquoi."""

    exigence: Exigence
    raison: str


class VueRapport:
    """La campagne entière, prête à afficher."""

    def __init__(
        self,
        campagne: Campagne,
        catalogue: Catalogue,
        echanges: Mapping[int, Echange],
        textes: TextesOfficiels,
    ) -> None:
        self.campagne = campagne
        self.catalogue = catalogue
        self.textes = textes
        self._exigences = {exigence.id: exigence for exigence in catalogue.exigences}
        self._scenarios = {
            CleScenario(exigence.rem, exigence.id, scenario.id): scenario
            for exigence in catalogue.exigences
            for scenario in exigence.scenarios
        }
        self.ecarts = bilan_de(campagne)
        self._ancres: set[str] = set()
        self._ancres_preuves: dict[str, int] = {}
        vues_echanges = VuesEchanges(echanges, campagne.resultats)
        self.scenarios = tuple(self._scenario(resultat, vues_echanges) for resultat in campagne.resultats)

    @cached_property
    def synthese(self) -> Synthese:
        """Les comptes de la campagne."""
        return synthetiser(self.campagne.resultats)

    @cached_property
    def libelles_sections(self) -> Mapping[str, str]:
        """Le libellé de chaque code de section."""
        return {exigence.id_section: exigence.section for exigence in self.catalogue.exigences}

    def ayant(self, verdict: Verdict) -> tuple[VueScenario, ...]:
        """Les scénarios de ce verdict."""
        return tuple(vue for vue in self.scenarios if vue.resultat.verdict is verdict)

    @cached_property
    def sections(self) -> tuple[VueSection, ...]:
        """Les scénarios par section, dans l'ordre de leur première apparition."""
        groupes: dict[str, list[VueScenario]] = {}
        for vue in self.scenarios:
            groupes.setdefault(vue.resultat.section, []).append(vue)
        return tuple(
            VueSection(code, self.libelles_sections.get(code, ""), tuple(membres)) for code, membres in groupes.items()
        )

    @cached_property
    def exigences(self) -> tuple[VueExigence, ...]:
        """Chaque exigence jugée, son verdict le plus grave et ses scénarios."""
        return par_exigence(self.scenarios)

    @cached_property
    def juges(self) -> tuple[VueJugePar, ...]:
        """Qui a jugé quoi : la machine, une personne, une déclaration."""
        return par_moyen(self.scenarios)

    @cached_property
    def defauts(self) -> TableDefauts:
        """Les défauts du logiciel témoin que le banc sait prendre en faute."""
        return charger_defauts()

    @cached_property
    def epreuves(self) -> tuple[VueEpreuve, ...]:
        """Par scénario jugé par la machine, ce qui montre que ses vérifications savent échouer."""
        return epreuves(self.scenarios, self.defauts)

    @cached_property
    def rejoues(self) -> tuple[VueScenario, ...]:
        """Les scénarios où des réponses de personne viennent d'un enregistrement."""
        return tuple(vue for vue in self.scenarios if vue.resultat.rejoue)

    def preuves_en_attente(self, etat: EtatPreuve) -> tuple[tuple[VueScenario, VuePreuve], ...]:
        """Les preuves dans cet état (à apporter, manquante), hors scénarios non applicables."""
        return tuple(
            (vue, preuve)
            for vue in self.scenarios
            if vue.resultat.verdict is not Verdict.NON_APPLICABLE
            for preuve in vue.preuves
            if preuve.preuve.etat is etat
        )

    @cached_property
    def exigences_retenues(self) -> tuple[Exigence, ...]:
        """Les exigences des vagues de la campagne, ou celles qui ont été demandées."""
        demandees = set(self.campagne.exigences_demandees)
        profils = self.campagne.autres.get("profils_demandes")
        jugees = {resultat.exigence for resultat in self.campagne.resultats}
        return tuple(
            exigence
            for exigence in self.catalogue.exigences
            if exigence.vague in self.campagne.vagues
            and (not profils or exigence.profil in profils)
            and (not demandees or exigence.id in jugees or demandees & {exigence.id, exigence.id_court})
        )

    @cached_property
    def exigences_sans_scenario(self) -> tuple[ExigenceSansScenario, ...]:
        """Les exigences retenues qu'aucun scénario ne vérifie, avec la raison du catalogue."""
        jugees = {resultat.exigence for resultat in self.campagne.resultats}
        return tuple(
            ExigenceSansScenario(
                exigence,
                exigence.non_verifiee
                if profil_revendique(exigence, self.campagne.profils)
                else f"profil « {exigence.profil} » non revendiqué. {exigence.non_verifiee}".strip(),
            )
            for exigence in self.exigences_retenues
            if exigence.id not in jugees
        )

    def _scenario(self, resultat: ResultatScenario, vues_echanges: VuesEchanges) -> VueScenario:
        exigence = self._exigences.get(resultat.exigence)
        scenario = self._scenarios.get(resultat.cle)
        manquements = [constat for constat in resultat.constats if constat.verdict is not Verdict.CONFORME]
        conseils = {preuve.repere: preuve.conseil for preuve in scenario.preuves} if scenario else {}
        manquements.sort(key=lambda constat: _RANG_CONSTAT[constat.verdict])
        return VueScenario(
            resultat=resultat,
            ancre=self._ancre(f"scenario-{resultat.scenario}"),
            exigence=exigence,
            scenario=scenario,
            texte_exigence=self.textes.exigences.get(resultat.exigence, ""),
            texte_scenario=self.textes.scenarios.get(resultat.scenario, ""),
            manquements=tuple(manquements[:_CONSTATS_MAX]),
            manquements_omis=max(0, len(manquements) - _CONSTATS_MAX),
            conformes=_grouper_conformes(resultat.constats),
            preuves=tuple(
                self._preuve(resultat, preuve, conseils.get(preuve.designation, "")) for preuve in resultat.preuves
            ),
            echanges=vues_echanges.du_scenario(resultat),
            ecart=self.ecarts.phrase(resultat),
        )

    def _preuve(self, resultat: ResultatScenario, preuve: PreuveProduite, conseil: str) -> VuePreuve:
        return VuePreuve(
            preuve=preuve,
            ancre=self._ancre(f"preuve-{preuve.id or resultat.scenario + '-sans-numero'}"),
            nom=preuve.id or "sans numéro",
            pieces=", ".join(libelle_piece(piece) for piece in preuve.pieces_acceptees),
            dossier=dossier_de(preuve),
            conseil=conseil if preuve.reste_a_apporter else "",
        )

    def _ancre(self, souhaitee: str) -> str:
        """Une ancre unique : le numéro tel quel, suivi d'un rang s'il se répète."""
        base = "".join(
            caractere if caractere.isprintable() and not caractere.isspace() else "_" for caractere in souhaitee
        )
        ancre, rang = base, self._ancres_preuves.get(base, 1)
        while ancre in self._ancres:
            rang += 1
            ancre = f"{base}~{rang}"
        self._ancres_preuves[base] = rang
        self._ancres.add(ancre)
        return ancre


_RANG_CONSTAT = {
    Verdict.NON_CONFORME: 0,
    Verdict.NON_CONCLUANT: 1,
    Verdict.A_VERIFIER: 2,
    Verdict.NON_EXECUTE: 3,
    Verdict.NON_APPLICABLE: 4,
    Verdict.CONFORME: 5,
}


def _grouper_conformes(constats: Sequence[Constat]) -> tuple[VueConformes, ...]:
    groupes: dict[str, list[Constat]] = {}
    for constat in constats:
        if constat.verdict is Verdict.CONFORME:
            groupes.setdefault(constat.code, []).append(constat)
    return tuple(
        VueConformes(
            constat=membres[0],
            nombre=len(membres),
            echanges=tuple(sorted({numero for constat in membres for numero in constat.echanges})),
        )
        for membres in groupes.values()
    )


def libelle_piece(piece: str) -> str:
    """Une forme de pièce acceptée, telle qu'une personne la lit ; inconnue du catalogue, telle quelle."""
    try:
        return TypePiece(piece).libelle
    except ValueError:
        return piece


def lien_local(chemin: str) -> str:
    """Une adresse relative au rapport ; un chemin hostile ne peut ni sortir par un schéma, ni casser l'attribut."""
    return "./" + quote(chemin.replace("\\", "/").lstrip("/"), safe="/~", errors="replace")


def lien_ancre(ancre: str) -> str:
    """L'adresse d'une ancre de la page."""
    return "#" + quote(ancre, safe="/~", errors="replace")
