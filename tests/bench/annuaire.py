"""L'annuaire : recherche FHIR, chargement et écriture de l'extraction, dont le coût ne doit pas croître trop vite."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable

from simulators.annuaire.etat import LIBRE_ACCES, EtatAnnuaire
from simulators.annuaire.extraction import ecrire_libre_acces
from simulators.annuaire.extraction_lignes import CORRESPONDANCE
from simulators.annuaire.pannes import en_octets
from simulators.annuaire.population import REFERENCE, Population
from simulators.annuaire.recherche.execution import chercher, rendre
from simulators.logiciel_temoin.annuaire_extraction import ArchiveRecue
from simulators.logiciel_temoin.annuaire_local import AnnuaireLocal
from simulators.logiciel_temoin.defauts import Defauts
from tests.bench.mesure import Mesure, chronometrer, mediane, tour_a_tour


def mesurer(*, rapide: bool) -> list[Mesure]:
    """Trois mesures : recherche, chargement, écriture de l'extraction."""
    petit, grand = (200, 1_000) if rapide else (1_000, 10_000)
    etats = EtatAnnuaire(petit), EtatAnnuaire(grand)
    return [_recherche(*etats, rapide=rapide), _chargement(*etats, rapide=rapide), _ecriture(petit, grand)]


def _recherche(petit: EtatAnnuaire, grand: EtatAnnuaire, *, rapide: bool) -> Mesure:
    """Recherche par RPPS, du critère au JSON ; en détail, une recherche de texte sur tout l'annuaire."""
    rpps = next(petit.personnes()).rpps
    fois = 5 if rapide else 50

    def demander(etat: EtatAnnuaire, nom: str, valeur: str) -> Callable[[], bytes]:
        return lambda: en_octets(rendre(chercher(etat.index, "Practitioner", [(nom, valeur)]), base="", suivante=None))

    petite, grande, rapport = tour_a_tour(
        lambda: mediane(demander(petit, "identifier", rpps), fois),
        lambda: mediane(demander(grand, "identifier", rpps), fois),
        5,
    )
    texte = mediane(demander(petit, "name:contains", "martin"), 3)
    return Mesure(
        "annuaire_recherche_rapport",
        f"Recherche FHIR par RPPS : annuaire de {grand.nombre} sur {petit.nombre}",
        1 / rapport,
        "fois",
        2.0,
        {"ms_petit": petite * 1e3, "ms_grand": grande * 1e3, "ms_texte_petit": texte * 1e3},
    )


def _chargement(petit: EtatAnnuaire, grand: EtatAnnuaire, *, rapide: bool) -> Mesure:
    """Chargement par le logiciel témoin, archive déjà téléchargée, ramené à la ligne."""
    fois = 2 if rapide else 5

    def charger(etat: EtatAnnuaire) -> float:
        archives = [ArchiveRecue("x", etat.archive(nom).octets) for nom in (LIBRE_ACCES, CORRESPONDANCE)]
        lignes = AnnuaireLocal(Defauts()).integrer(*archives).lus
        durees = chronometrer(lambda: AnnuaireLocal(Defauts()).integrer(*archives), fois)
        return statistics.median(durees) / lignes

    petite, grande, rapport = tour_a_tour(lambda: charger(petit), lambda: charger(grand), 3)
    return Mesure(
        "annuaire_chargement_rapport",
        f"Chargement de l'extraction, par ligne : {grand.nombre} professionnels sur {petit.nombre}",
        1 / rapport,
        "fois",
        1.5,
        {"us_par_ligne_petit": petite * 1e6, "us_par_ligne_grand": grande * 1e6},
    )


def _ecriture(petit: int, grand: int) -> Mesure:
    """Écriture de l'archive, ramenée au professionnel."""

    def ecrire(nombre: int) -> float:
        population = Population(nombre)
        structures = {s.finess: s for s in (*population.structures, *population.juridiques)}
        with tempfile.TemporaryFile() as sortie:
            (duree,) = chronometrer(lambda: ecrire_libre_acces(sortie, population, structures, REFERENCE), 1)
        return duree / nombre

    petite, grande, rapport = tour_a_tour(lambda: ecrire(petit), lambda: ecrire(grand), 3)
    return Mesure(
        "annuaire_ecriture_rapport",
        f"Écriture de l'extraction, par professionnel : {grand} sur {petit}",
        1 / rapport,
        "fois",
        1.5,
        {"us_par_professionnel_petit": petite * 1e6, "us_par_professionnel_grand": grande * 1e6},
    )
