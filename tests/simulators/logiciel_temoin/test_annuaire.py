"""Le logiciel témoin devant l'annuaire : recherche, reprises, chargements, pannes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulators.annuaire import SimulateurAnnuaire
from simulators.annuaire.modele import BalPubliee
from simulators.logiciel_temoin.annuaire_fiche import Criteres, rpps_valide
from simulators.logiciel_temoin.annuaire_sante import AnnuaireSante
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import AccesAnnuaire
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.transport import Transport
from simulators.socle.acteurs import PROFESSIONNELS, rpps_de_test
from simulators.socle.correspondants import CORRESPONDANTS
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle

ALIX = PROFESSIONNELS[0].rpps


@dataclass
class Poste:
    """Le logiciel et l'annuaire qu'il appelle."""

    annuaire: SimulateurAnnuaire
    logiciel: AnnuaireSante


@pytest.fixture(scope="module")
def _monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SimulateurAnnuaire, Transport]]:
    dossier: Path = tmp_path_factory.mktemp("annuaire-temoin")
    with JournalEchanges.creer(dossier / "j") as journal, demarrer_socle(journal, dossier / "s") as socle:
        annuaire = SimulateurAnnuaire(journal, socle.igc, nombre=120)
        annuaire.monter(socle.serveur)
        transport = Transport(socle.igc.racines_pem)
        yield annuaire, transport
        transport.fermer()


@pytest.fixture
def poste(_monte: tuple[SimulateurAnnuaire, Transport]) -> Poste:
    annuaire, transport = _monte
    annuaire.remettre_a_zero()
    return Poste(annuaire, AnnuaireSante(AccesAnnuaire(**annuaire.adresses()), transport, Defauts()))


def test_reprise_des_correspondants(poste: Poste) -> None:
    """Chaque correspondant du banc se reprend par son RPPS, avec son adresse et son lieu."""
    for correspondant in CORRESPONDANTS:
        fiche = poste.logiciel.reprendre(correspondant.rpps)
        assert (fiche.nom, fiche.adresses_mss) == (correspondant.nom, (correspondant.bal,))
        assert correspondant.structure.ville in fiche.lieu


def test_refus(poste: Poste) -> None:
    """Clé de RPPS fausse, RPPS inconnu, professionnel radié : refus, sans appel inutile."""
    poste.annuaire.etat.retirer(ALIX)
    for rpps in ("12345678901", "1", rpps_de_test(77), ALIX):
        with pytest.raises(Refus):
            poste.logiciel.reprendre(rpps)
    assert not rpps_valide(ALIX[:-1] + "x")
    with pytest.raises(Refus):
        poste.logiciel.chercher(Criteres())


def test_preference_et_liste_rouge(poste: Poste) -> None:
    """La BAL de rang 1 vient d'abord ; celle en liste rouge ne paraît pas, par l'API comme par la copie."""
    bals = (BalPubliee("b@x.fr", rang=2), BalPubliee("a@x.fr", rang=1), BalPubliee("r@x.fr", liste_rouge=True))
    poste.annuaire.etat.modifier(ALIX, bals=bals)
    assert poste.logiciel.reprendre(ALIX).adresses_mss == ("a@x.fr", "b@x.fr")
    poste.logiciel.charger()
    copie = poste.logiciel.local.lire(ALIX)
    assert copie is not None
    assert set(copie.adresses_mss) == {"a@x.fr", "b@x.fr"}


@pytest.mark.parametrize(
    "panne", ["page_vide", "doublon_entre_pages", "total_absent", "bal_en_double", "debit_depasse"]
)
def test_pannes_surmontees(poste: Poste, panne: str) -> None:
    """Ces pannes ne changent rien au résultat : ni doublon, ni oubli."""
    attendus = {p.rpps for p in poste.annuaire.etat.personnes() if p.metier.code == "10"}
    poste.annuaire.panne(panne)
    trouves = [fiche.rpps for fiche in poste.logiciel.chercher(Criteres(profession="Médecin"))]
    assert sorted(trouves) == sorted(attendus)
    assert all(
        len(set(f.adresses_mss)) == len(f.adresses_mss) for f in poste.logiciel.chercher(Criteres(nom="TRAITANT"))
    )


@pytest.mark.parametrize(
    "panne", ["bundle_tronque", "erreur_interne", "cle_revoquee", "indisponible", "html_200", "coupure", "corps_vide"]
)
def test_annuaire_en_panne(poste: Poste, panne: str) -> None:
    """Sans copie, l'échec est dit ; avec une copie, elle répond."""
    with poste.annuaire.panne(panne, fois=None, operation="fhir:Practitioner"):
        with pytest.raises(Echec):
            poste.logiciel.reprendre(ALIX)
        poste.logiciel.charger()
        assert poste.logiciel.reprendre(ALIX).nom == "BIOLOGUE"


@pytest.mark.parametrize(
    "panne", ["archive_tronquee", "colonne_absente", "fichier_vide", "fichier_sans_octet", "extraction_absente",
              "trop_de_demandes", "reponse_tronquee"],
)  # fmt: skip
def test_chargement_rate(poste: Poste, panne: str) -> None:
    """Un chargement raté se dit et laisse l'annuaire d'avant ; le suivant met à jour."""
    premier = poste.logiciel.charger()
    assert (premier.crees, premier.modifies, premier.rejetes) == (len(poste.logiciel.local), 0, 0)
    poste.annuaire.etat.modifier(ALIX, nom="NEUVE")
    poste.annuaire.panne(panne, operation="extraction:PS_LibreAcces")
    with pytest.raises(Echec):
        poste.logiciel.charger()
    ancienne = poste.logiciel.local.lire(ALIX)
    assert ancienne is not None and ancienne.nom == "BIOLOGUE"
    second = poste.logiciel.charger()
    assert (second.crees, second.modifies, second.retires) == (0, 1, 0)


def test_radiation(poste: Poste) -> None:
    """Qui n'est plus dans l'extraction devient inactif dans la copie."""
    poste.logiciel.charger()
    poste.annuaire.etat.retirer(ALIX)
    assert poste.logiciel.charger().retires == 1
    assert poste.logiciel.local.chercher(Criteres(rpps=ALIX)) == []
