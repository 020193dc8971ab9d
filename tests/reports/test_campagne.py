"""Relecture d'une campagne : journal, arrêt brutal, reprise, allers-retours JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.campagne import Campagne, ErreurCampagne, ecrire_verdicts
from reports.chargement_campagne import charger_campagne, completer
from reports.rebatir import avec_tete
from reports.resultat import EtatPreuve, PieceJointe, ResultatScenario
from reports.verdict import Verdict
from simulators.socle.journal import JournalEchanges
from tests.reports.fabrique import HOSTILES, campagne, catalogue, exigence, jeu_complet, jeu_hostile, resultat


def test_aller_retour_json() -> None:
    """Un résultat et un en-tête relus depuis leur JSON sont égaux à l'original."""
    for lue in (jeu_complet(12)[0], jeu_hostile()[0]):
        for original in lue.resultats:
            assert ResultatScenario.depuis_dict(json.loads(json.dumps(original.en_dict()))) == original
        relue = Campagne.depuis_dict(json.loads(json.dumps(lue.en_dict())), lue.resultats)
        assert relue == lue


def test_cle_inconnue_conservee() -> None:
    """Une clé d'en-tête que cette version ignore n'est pas perdue à la réécriture."""
    brut = {**campagne().en_dict(), "reprise_de": "campagnes/autre"}
    assert Campagne.depuis_dict(brut).en_dict()["reprise_de"] == "campagnes/autre"


@given(st.text(), st.text(), st.integers(min_value=0, max_value=2**40))
def test_aller_retour_piece(chemin: str, description: str, taille: int) -> None:
    """Une pièce survit au JSON, quels que soient son nom et sa description."""
    piece = PieceJointe(chemin, "0" * 64, taille, "text/plain", description)
    assert PieceJointe.depuis_dict(json.loads(json.dumps(piece.en_dict()))) == piece


def test_verdict_inconnu_refuse(tmp_path: Path) -> None:
    """Un verdict qui n'existe pas arrête la lecture, avec le nom de la source."""
    lue, _, _ = jeu_complet(1)
    ecrire_verdicts(tmp_path, lue)
    brut = json.loads((tmp_path / "verdicts.json").read_text(encoding="utf-8"))
    brut["scenarios"][0]["verdict"] = "parfait"
    (tmp_path / "verdicts.json").write_text(json.dumps(brut), encoding="utf-8")
    with pytest.raises(ErreurCampagne, match=r"verdicts\.json"):
        charger_campagne(tmp_path)


def test_campagne_tuee_en_route(tmp_path: Path) -> None:
    """Après un arrêt brutal, chaque scénario demandé sans verdict est non exécuté, « campagne interrompue »."""
    lue, livre, _ = jeu_complet(6)
    en_cours = replace(lue, fin=None, journal={})
    with JournalEchanges.creer(tmp_path) as journal:
        ecrire_verdicts(tmp_path, replace(en_cours, resultats=()))
        for fait in lue.resultats[:2]:
            journal.ajouter("verdict", fait.en_dict())
    with JournalEchanges.ouvrir(tmp_path) as journal:
        relue = charger_campagne(tmp_path, journal, livre)
        assert relue.journal["derniere_empreinte"] == journal.derniere_empreinte()
        assert relue.journal["enregistrements"] == 2
    assert relue.interrompue
    assert [vu.cle for vu in relue.resultats] == [vu.cle for vu in lue.resultats]
    assert list(relue.resultats[:2]) == list(lue.resultats[:2])
    for absent in relue.resultats[2:]:
        assert absent.verdict is Verdict.NON_EXECUTE
        assert absent.raison == "campagne interrompue"
        assert [preuve.etat for preuve in absent.preuves] == [EtatPreuve.MANQUANTE] * 2


def test_entete_relu_du_journal(tmp_path: Path) -> None:
    """Sans campagne.json, l'en-tête vient du dernier enregistrement « campagne » du journal."""
    lue, livre, _ = jeu_complet(2)
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("campagne", {**lue.en_dict(), "fin": None})
        relue = charger_campagne(tmp_path, journal, livre)
    assert relue.logiciel == lue.logiciel
    assert relue.interrompue


def test_fin_relue_du_journal(tmp_path: Path) -> None:
    """Un enregistrement de fin complète l'en-tête du début : la campagne n'est pas dite interrompue."""
    lue, _, _ = jeu_complet(1)
    debut = {cle: valeur for cle, valeur in lue.en_dict().items() if cle not in ("fin", "interrompue")}
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("campagne", {"etat": "debut", **debut})
        journal.ajouter("campagne", {"etat": "fin"})
        relue = charger_campagne(tmp_path, journal)
    assert relue.fin is not None
    assert not relue.interrompue


def test_reprise_tuee_oublie_la_fin_d_avant(tmp_path: Path) -> None:
    """Finie, reprise, tuée : la campagne est interrompue ; reprise jusqu'au bout, sa fin est la dernière."""
    lue, _, _ = jeu_complet(1)
    debut = {cle: valeur for cle, valeur in lue.en_dict().items() if cle not in ("fin", "interrompue")}
    with JournalEchanges.creer(tmp_path) as journal:
        for donnees in ({"etat": "debut", **debut}, {"etat": "fin"}, {"etat": "reprise", **debut}):
            journal.ajouter("campagne", donnees)
        tuee = charger_campagne(tmp_path, journal)
        assert tuee.fin is None
        assert tuee.interrompue
        numero = journal.ajouter("campagne", {"etat": "fin"})
        finie = charger_campagne(tmp_path, journal)
        [fin] = [e for e in journal.enregistrements(type="campagne") if e.numero == numero]
    assert (finie.fin, finie.interrompue) == (fin.horodatage.isoformat(), False)


@pytest.mark.parametrize(
    ("suite", "avance"), [(["incident", "piece"], True), (["declaration"], True), (["incident", "verdict"], False)]
)
def test_tete_du_journal_apres_coup(tmp_path: Path, suite: list[str], avance: bool) -> None:
    """Les apports d'une personne et ce qui en a été refusé avancent la tête annoncée ; un verdict, jamais."""
    lue, _, _ = jeu_complet(1)
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("campagne", {"etat": "fin"})
        annonce = replace(lue, journal={"derniere_empreinte": journal.derniere_empreinte(), "enregistrements": 1})
        for genre in suite:
            journal.ajouter(genre, {"message": "pièce refusée"})
        attendu = journal.position() if avance else 1
        assert avec_tete(annonce, journal).journal["enregistrements"] == attendu


def test_scenarios_retenus_ecrits_au_depart() -> None:
    """Quand l'en-tête donne les scénarios retenus, ceux-là seuls sont attendus."""
    livre = catalogue(exigence("INS.01", scenarios=2), exigence("INS.02"))
    lue = campagne(autres={"retenus": ["INS.01.02"]})
    assert [vu.scenario for vu in completer(lue, livre).resultats] == ["INS.01.02"]
    lue = campagne(autres={"profils_demandes": ["IE Usagers"]})
    assert completer(lue, livre).resultats == ()


def test_reprise_garde_le_dernier_verdict(tmp_path: Path) -> None:
    """Un scénario rejoué n'a qu'un verdict : le dernier écrit."""
    lue, livre, _ = jeu_complet(1)
    [premier] = lue.resultats
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("campagne", lue.en_dict())
        journal.ajouter("verdict", replace(premier, verdict=Verdict.NON_CONCLUANT).en_dict())
        journal.ajouter("verdict", premier.en_dict())
        relue = charger_campagne(tmp_path, journal, livre)
    assert [vu.verdict for vu in relue.resultats] == [premier.verdict]


def test_profil_non_revendique() -> None:
    """Un scénario sans verdict d'un profil non revendiqué est non applicable, avec le profil pour raison."""
    saas = exigence("SSI/GEN.01", profil="IE Usagers")
    [vu] = completer(campagne(interrompue=True), catalogue(saas)).resultats
    assert vu.verdict is Verdict.NON_APPLICABLE
    assert "IE Usagers" in vu.raison
    assert vu.preuves[0].etat is EtatPreuve.SANS_OBJET
    [vu] = completer(campagne(profils=("IE Usagers",)), catalogue(saas)).resultats
    assert vu.verdict is Verdict.NON_EXECUTE


def test_vague_et_exigences_demandees() -> None:
    """Seuls les scénarios des vagues et exigences demandées sont attendus."""
    livre = catalogue(exigence("INS.01", vague=1), exigence("INS.02"), exigence("INS.03", scenarios=2))
    assert [vu.scenario for vu in completer(campagne(vagues=(1,)), livre).resultats] == ["INS.01.01"]
    demande = campagne(exigences_demandees=("INS.03",))
    assert [vu.scenario for vu in completer(demande, livre).resultats] == ["INS.03.01", "INS.03.02"]


def test_ordre_du_catalogue() -> None:
    """Les résultats sortent dans l'ordre du catalogue, ceux qu'il ignore à la fin."""
    un, deux, inconnue = exigence("INS.02"), exigence("INS.01"), exigence("AAA.01")
    faits = [resultat(ex, ex.scenarios[0], Verdict.CONFORME) for ex in (inconnue, deux, un)]
    ordonnee = completer(campagne(*faits), catalogue(un, deux))
    assert [vu.exigence for vu in ordonnee.resultats] == ["INS.02", "INS.01", "AAA.01"]


def test_dossier_sans_campagne(tmp_path: Path) -> None:
    """Un dossier vide est refusé avec un message qui dit ce qui manque."""
    with pytest.raises(ErreurCampagne, match=r"ni campagne\.json, ni journal"):
        charger_campagne(tmp_path)


def test_demonstration_partout(tmp_path: Path) -> None:
    """Une campagne de démonstration porte la mention dans ses deux fichiers JSON ; une vraie, jamais."""
    lue, _, _ = jeu_complet(1)
    for demonstration in (True, False):
        for chemin in ecrire_verdicts(tmp_path, replace(lue, demonstration=demonstration)):
            assert ("DÉMONSTRATION, non recevable" in chemin.read_text(encoding="utf-8")) is demonstration


def test_json_hostile_ecrit_et_relu(tmp_path: Path) -> None:
    """Des textes hostiles, demi-caractères compris, s'écrivent et se relisent à l'identique."""
    lue, livre, _ = jeu_hostile()
    premier = replace(lue.resultats[0], raison="\ud800" + HOSTILES[5])
    lue = replace(lue, resultats=(premier, *lue.resultats[1:]))
    ecrire_verdicts(tmp_path, lue)
    assert charger_campagne(tmp_path, None, livre).resultats == lue.resultats
