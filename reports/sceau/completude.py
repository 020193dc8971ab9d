"""Ce qui manque à une campagne pour être scellée : calcul pur, le même au scellement et à la vérification."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reports.campagne import Campagne
from reports.ecarts import EcartConnu, etat_de
from reports.resultat import CleScenario, EtatPreuve, ResultatScenario
from reports.texte import pluriel
from reports.verdict import Moyen, Verdict
from requirements.catalogue import Catalogue


class Genre(StrEnum):
    """Une sorte de manque, dans l'ordre où une personne les règle."""

    INTERROMPUE = "interrompue"
    LIMITEE = "limitee"
    SANS_VERDICT = "sans_verdict"
    NON_EXECUTE = "non_execute"
    NON_CONCLUANT = "non_concluant"
    A_VERIFIER = "a_verifier"
    PREUVE = "preuve"
    REJOUEE = "rejouee"
    VERSIONS = "versions"
    CATALOGUE = "catalogue"
    ECART = "ecart"

    @property
    def titre(self) -> str:
        """Le groupe, tel qu'une personne le lit."""
        return _TITRES[self][0]

    @property
    def a_faire(self) -> str:
        """Ce qui le règle."""
        return _TITRES[self][1]


_TITRES: Mapping[Genre, tuple[str, str]] = {
    Genre.INTERROMPUE: ("Campagne interrompue", "la finir : pytest --couloir=… --reprendre=DIR"),
    Genre.LIMITEE: ("Campagne limitée", "la jouer entière : toutes les vagues, tous les profils, volume officiel"),
    Genre.SANS_VERDICT: ("Scénarios sans verdict", "reprendre la campagne : pytest --couloir=… --reprendre=DIR"),
    Genre.NON_EXECUTE: ("Scénarios non exécutés", "les jouer, par l'adaptateur ou par une personne (essai guidé)"),
    Genre.NON_CONCLUANT: ("Scénarios non concluants", "corriger l'environnement ou la configuration, puis reprendre"),
    Genre.A_VERIFIER: (
        "Scénarios à vérifier dont personne n'a rien dit",
        "une personne les regarde et le déclare, ou dépose ses pièces (essai guidé)",
    ),
    Genre.PREUVE: ("Preuves à apporter", "déposer les pièces (essai guidé, ou adaptateur « depot »)"),
    Genre.REJOUEE: ("Réponses rejouées", "faire répondre une personne : une réponse enregistrée ne prouve rien"),
    Genre.VERSIONS: ("Versions du logiciel mêlées", "rejouer les scénarios des autres versions sur une seule"),
    Genre.CATALOGUE: ("Catalogue changé depuis la campagne", "reprendre la campagne avec le catalogue du banc"),
    Genre.ECART: ("Écarts connus à corriger", "corriger le logiciel, revoir l'échéance, ou retirer l'écart disparu"),
}


@dataclass(frozen=True, slots=True)
class Manque:
    """Une chose qui manque. `preuve` : N° de preuve ; `scenario` : N° de scénario ; vides si cela touche tout."""

    genre: Genre
    message: str
    exigence: str = ""
    scenario: str = ""
    preuve: str = ""

    def en_dict(self) -> dict[str, str]:
        """Forme JSON, sans ce qui est vide."""
        brut = {
            "genre": self.genre.value,
            "exigence": self.exigence,
            "scenario": self.scenario,
            "preuve": self.preuve,
            "message": self.message,
        }
        return {cle: valeur for cle, valeur in brut.items() if valeur}


@dataclass(frozen=True, slots=True)
class Attendu:
    """Un scénario que le catalogue demande, et ses preuves."""

    cle: CleScenario
    vague: int
    profil: str
    preuves: tuple[str, ...]


def attendus(catalogue: Catalogue) -> tuple[Attendu, ...]:
    """Tous les scénarios d'un couloir, dans l'ordre du catalogue."""
    return tuple(
        Attendu(
            CleScenario(exigence.rem, exigence.id, scenario.id),
            exigence.vague,
            exigence.profil,
            tuple(preuve.repere for preuve in scenario.preuves),
        )
        for exigence in catalogue.exigences
        for scenario in exigence.scenarios
    )


def ce_qui_manque(campagne: Campagne, demandes: Sequence[Attendu], catalogue: str) -> tuple[Manque, ...]:
    """Tout ce qui empêche de sceller. Un *non conforme* n'y est pas : il se voit, il n'empêche rien.

    `catalogue` : empreinte de celui dont `demandes` vient.
    """
    joues = {resultat.cle: resultat for resultat in campagne.resultats}
    manques = [*_entete(campagne, demandes), *_sans_verdict(demandes, joues, campagne)]
    for resultat in campagne.resultats:
        manques += _scenario(resultat)
    manques += _versions(campagne.resultats)
    joue = str(campagne.catalogue.get("empreinte") or "")
    if joue != catalogue:
        manques.append(
            Manque(
                Genre.CATALOGUE,
                f"campagne menée avec le catalogue {joue[:16] or 'inconnu'}…, le banc a {catalogue[:16]}…",
            )
        )
    manques += _ecarts(campagne)
    rangs = list(Genre)
    return tuple(sorted(manques, key=lambda manque: rangs.index(manque.genre)))


def _entete(campagne: Campagne, demandes: Sequence[Attendu]) -> Iterable[Manque]:
    if campagne.interrompue or campagne.fin is None:
        yield Manque(Genre.INTERROMPUE, "la campagne n'est pas allée à son terme")
    if campagne.exigences_demandees:
        yield Manque(Genre.LIMITEE, f"limitée par --exigence à {', '.join(campagne.exigences_demandees)}")
    if profils := campagne.autres.get("profils_demandes"):
        yield Manque(Genre.LIMITEE, f"limitée par --profil à {_liste(profils)}")
    absentes = sorted({attendu.vague for attendu in demandes} - set(campagne.vagues))
    if absentes:
        yield Manque(Genre.LIMITEE, f"sans la vague {', '.join(map(str, absentes))}")
    if campagne.autres.get("volume_reduit"):
        yield Manque(Genre.LIMITEE, "volume réduit (--volume=reduit) : les essais de volume n'ont pas été faits")
    if rejeu := campagne.autres.get("rejeu"):
        quoi = str(rejeu.get("fichier") or "") if isinstance(rejeu, Mapping) else ""
        yield Manque(Genre.REJOUEE, f"la campagne rejoue un enregistrement{f' ({quoi})' if quoi else ''}")


def _liste(valeur: Any) -> str:
    return ", ".join(map(str, valeur)) if isinstance(valeur, list | tuple) else str(valeur)


def _sans_verdict(
    demandes: Sequence[Attendu], joues: Mapping[CleScenario, ResultatScenario], campagne: Campagne
) -> Iterable[Manque]:
    """Les scénarios que le catalogue demande et que la campagne n'a pas ; ceux d'une vague absente sont déjà dits."""
    for attendu in demandes:
        resultat = joues.get(attendu.cle)
        if resultat is None:
            if attendu.vague in campagne.vagues:
                yield Manque(
                    Genre.SANS_VERDICT, "aucun verdict", exigence=attendu.cle.exigence, scenario=attendu.cle.scenario
                )
            continue
        portees = {preuve.designation for preuve in resultat.preuves} | {preuve.id for preuve in resultat.preuves}
        for preuve in attendu.preuves:
            if preuve not in portees:
                yield Manque(
                    Genre.PREUVE,
                    "absente du résultat du scénario",
                    exigence=attendu.cle.exigence,
                    scenario=attendu.cle.scenario,
                    preuve=preuve or "sans numéro",
                )


def _scenario(resultat: ResultatScenario) -> Iterable[Manque]:
    def manque(genre: Genre, message: str, preuve: str = "") -> Manque:
        return Manque(genre, message, exigence=resultat.exigence, scenario=resultat.scenario, preuve=preuve)

    if resultat.verdict is Verdict.NON_EXECUTE:
        yield manque(Genre.NON_EXECUTE, resultat.raison or "non exécuté")
    elif resultat.verdict is Verdict.NON_CONCLUANT:
        yield manque(Genre.NON_CONCLUANT, resultat.raison or "non concluant")
    elif resultat.verdict is Verdict.A_VERIFIER and not _declare(resultat) and not _piece_de_personne(resultat):
        yield manque(Genre.A_VERIFIER, resultat.raison or "une personne doit regarder")
    if resultat.rejoue or (resultat.declaration or {}).get("rejouee"):
        yield manque(Genre.REJOUEE, "des réponses viennent d'un enregistrement")
    if resultat.verdict is Verdict.NON_APPLICABLE or (resultat.declaration or {}).get("issue") == "sans_objet":
        return
    for preuve in resultat.preuves:
        if preuve.etat in (EtatPreuve.A_APPORTER, EtatPreuve.MANQUANTE):
            yield manque(Genre.PREUVE, f"{preuve.etat.libelle} : {preuve.attendu}", preuve.designation or "sans numéro")


def _declare(resultat: ResultatScenario) -> bool:
    """Une déclaration faite d'une exécution plus ancienne (`perimee`) ne dit rien de celle-ci."""
    return bool(resultat.declaration) and not (resultat.declaration or {}).get("perimee")


def _piece_de_personne(resultat: ResultatScenario) -> bool:
    return any(piece.de_personne for preuve in resultat.preuves for piece in preuve.fichiers)


def _versions(resultats: Sequence[ResultatScenario]) -> Iterable[Manque]:
    """Chaque scénario joué porte la version du logiciel : deux versions, ou une absente parmi d'autres, sont mêlées."""
    par_version: dict[str, list[str]] = defaultdict(list)
    for resultat in resultats:
        version = resultat.versions.get("logiciel", "")
        if version or (resultat.moyen is Moyen.MACHINE and resultat.etapes):
            par_version[version].append(resultat.scenario)
    if len(par_version) < 2:
        return
    for version, scenarios in sorted(par_version.items()):
        nom = f"version {version}" if version else "version non enregistrée"
        cites = ", ".join(scenarios[:12]) + (f" et {len(scenarios) - 12} autres" if len(scenarios) > 12 else "")
        yield Manque(Genre.VERSIONS, f"{nom} : {pluriel(len(scenarios), 'scénario')} ({cites})")


def _ecarts(campagne: Campagne) -> Iterable[Manque]:
    """Les écarts connus à corriger : expirés à la fin de la campagne, disparus, ou sur un numéro inconnu."""
    ecarts = campagne.autres.get("ecarts")
    if not ecarts:
        return
    try:
        jour = dt.date.fromisoformat((campagne.fin or campagne.debut)[:10])
        annonces = [EcartConnu.depuis_dict(ecart) for ecart in ecarts]
    except (KeyError, TypeError, ValueError, AttributeError) as erreur:
        yield Manque(Genre.ECART, f"liste des écarts connus illisible ({erreur})")
        return
    for ecart in annonces:
        if etat := etat_de(ecart, campagne.resultats, jour):
            message = f"{_ETATS_ECARTS[etat].format(jour=f'{ecart.jusqu_au:%d/%m/%Y}')} : {ecart.raison}"
            yield Manque(Genre.ECART, message, **{ecart.genre: ecart.cible})


_ETATS_ECARTS = {
    "inconnu": "numéro inconnu du catalogue",
    "expire": "expiré depuis le {jour}",
    "disparu": "disparu, tout y est conforme",
}


def en_lignes(manques: Sequence[Manque], maximum: int = 400) -> list[str]:
    """La liste groupée, telle qu'une personne la lit : genre, combien, que faire, puis chaque scénario et preuve."""
    lignes: list[str] = []
    for genre in Genre:
        groupe = [manque for manque in manques if manque.genre is genre]
        if not groupe:
            continue
        lignes.append(f"{genre.titre} ({len(groupe)}) ; à faire : {genre.a_faire}")
        par_scenario: dict[str, list[Manque]] = defaultdict(list)
        for manque in groupe[:maximum]:
            par_scenario[manque.scenario or manque.exigence].append(manque)
        for scenario, membres in par_scenario.items():
            for manque in membres:
                quoi = " · ".join(
                    partie for partie in (scenario, manque.preuve and f"preuve {manque.preuve}") if partie
                )
                lignes.append(f"  - {quoi + ' : ' if quoi else ''}{_une_ligne(manque.message)}")
        if len(groupe) > maximum:
            lignes.append(f"  - et {len(groupe) - maximum} autres")
    return lignes


def _une_ligne(texte: str) -> str:
    propre = " ".join(texte.split())
    return propre if len(propre) <= 200 else propre[:199] + "…"
