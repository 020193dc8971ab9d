"""Ce qu'une reprise garde, refait et refuse ; l'empreinte d'un scénario ; pièces et déclarations d'avant."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from reports.constat import Constat
from reports.depots import Depot, appliquer
from reports.resultat import EtatPreuve, OriginePiece, PieceJointe, PreuveProduite, ResultatScenario
from reports.seances import seances_de
from reports.verdict import Moyen, Verdict
from reports.versions import par_version, phrase_versions_melees
from requirements.modele import TypePiece
from simulators.socle.journal import JournalEchanges
from steps.depart import Depart
from steps.deroule import RACINE, SUIVIS, fermeture, importes_de
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.protocole import Apropos
from steps.reprise import (
    Motif,
    RepriseRefusee,
    annoncer,
    decider,
    empreinte_du_scenario,
    garder_les_apports,
    relire_pour_reprendre,
    scenario_coupe,
    version_du_logiciel,
    versions_du_scenario,
)
from tests.steps.aides import retenu

R = retenu()
VERSIONS = versions_du_scenario(R, logiciel="1.0", banc="banc 1", verifications="v", deroule="d")


def _resultat(verdict: Verdict, **choix: object) -> ResultatScenario:
    base = ResultatScenario(
        *R.cle, titre="", section="INS", vague=1, profil="Général", verdict=verdict, moyen=Moyen.MACHINE
    )
    return replace(base, versions=VERSIONS, **choix)  # type: ignore[arg-type]  # champs choisis par chaque essai


@pytest.mark.parametrize(
    ("verdict", "motif"),
    [
        (Verdict.CONFORME, None),
        (Verdict.A_VERIFIER, None),
        (Verdict.NON_CONFORME, Motif.NON_CONFORME),
        (Verdict.NON_CONCLUANT, Motif.NON_CONCLUANT),
        (Verdict.NON_EXECUTE, Motif.NON_EXECUTE),
    ],
)
def test_ce_qui_a_echoue_est_refait(verdict: Verdict, motif: Motif | None) -> None:
    """Conforme et à vérifier restent, le reste est à refaire."""
    assert decider(R, _resultat(verdict), VERSIONS).motif is motif


def test_jamais_joue() -> None:
    """Un scénario sans verdict manque."""
    assert decider(R, None, VERSIONS).motif is Motif.JAMAIS_JOUE


@pytest.mark.parametrize(
    ("cle", "raison"),
    [
        ("logiciel", "version du logiciel : 1.0, maintenant autre"),
        ("catalogue", "le catalogue ne demande plus la même chose"),
        ("deroule", "le scénario joué ou ses vérifications ont changé"),
    ],
)
def test_perime(cle: str, raison: str) -> None:
    """Chaque version qui compte périme le verdict, et la raison est dite."""
    decision = decider(R, _resultat(Verdict.CONFORME), {**VERSIONS, cle: "autre"})
    assert (decision.motif, decision.detail) == (Motif.PERIME, raison)
    assert decision.en_phrase == f"périmé ({raison})"


@pytest.mark.parametrize("cle", ["banc", "verifications"])
def test_le_reste_du_banc_ne_perime_rien(cle: str) -> None:
    """Une version du banc ou une vérification d'un autre scénario ne fait pas rejouer celui-ci."""
    assert decider(R, _resultat(Verdict.CONFORME), {**VERSIONS, cle: "autre"}).motif is None


def test_verdict_sans_versions() -> None:
    """Un verdict d'avant l'enregistrement des versions est refait : rien ne dit ce qu'il éprouvait."""
    ancien = replace(_resultat(Verdict.CONFORME), versions={})
    assert decider(R, ancien, VERSIONS).detail == "ses versions ne sont pas connues"


def test_applicabilite_changee() -> None:
    """Un profil réclamé ou abandonné entre deux séances rejuge le scénario, dans les deux sens."""
    assert decider(R, _resultat(Verdict.NON_APPLICABLE), VERSIONS).motif is Motif.PERIME
    hors = replace(R, hors_profil="profil « X » non réclamé")
    assert decider(hors, _resultat(Verdict.CONFORME), VERSIONS).detail == "profil « X » non réclamé"
    assert decider(hors, _resultat(Verdict.NON_APPLICABLE), VERSIONS).motif is None


def test_volume_reduit() -> None:
    """Joué à volume réduit, un scénario est refait au volume officiel, et gardé tant que le volume reste réduit."""
    ancien = _resultat(Verdict.A_VERIFIER, constats=(Constat("TBB-VOLUME-01", Verdict.A_VERIFIER, "réduit"),))
    assert decider(R, ancien, VERSIONS, volume_reduit=True).motif is None
    assert decider(R, ancien, VERSIONS).motif is Motif.PERIME


def test_reponses_rejouees() -> None:
    """Un verdict tiré de réponses enregistrées est refait dès qu'une vraie personne peut répondre."""
    ancien = _resultat(Verdict.CONFORME, rejoue=True)
    assert decider(R, ancien, VERSIONS, rejeu=True).motif is None
    assert decider(R, ancien, VERSIONS).detail == "des réponses de personne venaient d'un enregistrement"


def test_empreinte_propre_a_chaque_scenario() -> None:
    """L'empreinte change avec ce que le REM demande de ce scénario, pas avec ce qu'il demande d'un autre."""
    autres = (*R.exigence.scenarios, replace(R.scenario, id="INS/va1.20.99"))
    assert empreinte_du_scenario(replace(R, exigence=replace(R.exigence, scenarios=autres))) == VERSIONS["catalogue"]
    changes = [
        replace(R, exigence=replace(R.exigence, resume="autre chose")),
        replace(R, scenario=replace(R.scenario, attendu="autre chose")),
        replace(R, scenario=replace(R.scenario, preuves=())),
        replace(R, scenario=replace(R.scenario, preuves=(replace(R.scenario.preuves[0], pieces=(TypePiece.AUTRE,)),))),
    ]
    assert len({VERSIONS["catalogue"], *map(empreinte_du_scenario, changes)}) == 5


def _fichiers() -> list[Path]:
    return [f for nom in SUIVIS for f in RACINE.joinpath(*nom.split(".")).rglob("*.py")]


def test_imports_lus_comme_python() -> None:
    """La lecture rapide des imports trouve les mêmes modules que l'analyse de Python, dans tout ce qui agit ou juge."""
    for fichier in _fichiers():
        source = fichier.read_text(encoding="utf-8")
        attendus = set()
        for noeud in ast.walk(ast.parse(source)):
            if isinstance(noeud, ast.Import):
                assert not any(alias.name.startswith("steps") for alias in noeud.names), fichier
            elif isinstance(noeud, ast.ImportFrom) and (noeud.module or "").startswith("steps"):
                assert noeud.level == 0, fichier
                attendus.add(str(noeud.module))
                membres = (f"{noeud.module}.{alias.name}" for alias in noeud.names)
                attendus |= {m for m in membres if RACINE.joinpath(*m.split(".")).with_suffix(".py").is_file()}
        assert attendus <= set(importes_de(source)), fichier


def test_une_verification_n_engage_que_ceux_qui_l_appellent() -> None:
    """Ce qu'une étape d'INSi emploie ne contient aucune vérification de messagerie, et contient celles d'INSi."""
    modules = fermeture(["steps.etapes.insi"])
    assert any(module.startswith("steps.verifications.insi") for module in modules)
    assert not any("mssante" in module for module in modules)


def _piece() -> PieceJointe:
    return PieceJointe("preuves/x/v.mp4", "a" * 64, 3, "video/mp4", origine=OriginePiece.PERSONNE, depose_par="Mme X")


def test_declaration_signalee_perimee_et_pieces_gardees() -> None:
    """Rejoué, un scénario garde la déclaration d'avant, signalée périmée, et les pièces d'une preuve disparue."""
    declaration = {"issue": "conforme", "raison": "", "par": "Mme X", "le": "2026-11-20T09:00:00+00:00"}
    disparue = PreuveProduite("P.99", "vidéo", EtatPreuve.PRODUITE, ("video",), (_piece(),), repere="P.99")
    ancien = _resultat(Verdict.CONFORME, declaration=declaration, preuves=(disparue,))
    nouveau = garder_les_apports(ancien, _resultat(Verdict.A_VERIFIER), "périmé (version)")
    assert nouveau.declaration == {**declaration, "perimee": "périmé (version)"}
    assert [(p.id, p.etat, p.fichiers) for p in nouveau.preuves] == [("P.99", EtatPreuve.A_APPORTER, (_piece(),))]
    nouvelle = {**declaration, "issue": "non_conforme"}
    assert garder_les_apports(ancien, _resultat(Verdict.A_VERIFIER, declaration=nouvelle)).declaration == nouvelle


@pytest.mark.parametrize(
    ("version", "etat"), [("1.0", EtatPreuve.PRODUITE), ("1.1", EtatPreuve.A_APPORTER)], ids=["la même", "une autre"]
)
def test_une_piece_ancienne_n_a_qu_un_avis(version: str, etat: EtatPreuve) -> None:
    """Rejoué, un scénario garde sa pièce à la même version ; à une autre, elle est à apporter : le journal le dit."""
    piece = replace(_piece(), genre="video")
    depot = Depot("P.99", R.numero, R.cle.exigence, R.cle.rem, piece=piece, logiciel=("L", "1.0"))
    disparue = PreuveProduite("P.99", "vidéo", EtatPreuve.PRODUITE, ("video",), (piece,), repere="P.99")
    ancien = _resultat(Verdict.CONFORME, preuves=(disparue,))
    for nouveau in (
        _resultat(Verdict.A_VERIFIER),
        _resultat(Verdict.A_VERIFIER, preuves=(replace(disparue, fichiers=()),)),
    ):
        rejoue = garder_les_apports(ancien, nouveau, "non conforme")
        assert [p.etat for r in appliquer([rejoue], [depot], ("L", version)) for p in r.preuves] == [etat]


# --------------------------------------------------------------------------- dossier repris
def _entete(**choix: object) -> dict[str, object]:
    entete: dict[str, object] = {
        "etat": "debut",
        "produit_banc": "banc 1",
        "couloir": "biologie",
        "rem": "BIO",
        "vagues": [1],
    }
    entete |= {"logiciel": {"nom": "L", "version": "1.0"}, "demonstration": False, "debut": "2026-11-20T09:00:00+00:00"}
    return {**entete, **choix}


def _dossier(tmp_path: Path, **choix: object) -> Path:
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("campagne", _entete(**choix))
    return tmp_path


def _logiciel(nom: str = "L", adaptateur: str = "http") -> ConfigurationLogiciel:
    return ConfigurationLogiciel(nom=nom, version="1.0", profils=("Général",), adaptateur=adaptateur)


@pytest.mark.parametrize(
    ("entete", "couloir", "logiciel", "message"),
    [
        ({"couloir": "imagerie"}, "biologie", _logiciel(), "--couloir=imagerie"),
        ({"demonstration": True}, "biologie", _logiciel(), "est une démonstration menée sur le logiciel témoin"),
        ({}, "biologie", _logiciel(adaptateur="temoin"), "est la campagne de L ; le logiciel témoin ne peut pas"),
        ({}, "biologie", _logiciel("Autre"), "décrit 'Autre' ; un dossier ne porte qu'un logiciel"),
    ],
    ids=["couloir", "demonstration", "temoin", "autre-logiciel"],
)
def test_reprise_refusee(
    tmp_path: Path, entete: dict[str, object], couloir: str, logiciel: ConfigurationLogiciel, message: str
) -> None:
    """Un dossier d'un autre couloir, d'un autre logiciel ou d'une autre nature ne se continue pas."""
    with pytest.raises(RepriseRefusee, match=message):
        relire_pour_reprendre(_dossier(tmp_path, **entete), couloir, logiciel)


def test_reprise_acceptee(tmp_path: Path) -> None:
    """Le même logiciel, dans une autre version, se reprend ; une campagne morte avant son en-tête repart de zéro."""
    campagne = relire_pour_reprendre(_dossier(tmp_path / "a"), "biologie", replace(_logiciel(), version="2.0"))
    assert campagne is not None
    assert campagne.logiciel.version == "1.0"
    with JournalEchanges.creer(tmp_path / "b"):
        pass
    assert relire_pour_reprendre(tmp_path / "b", "biologie", _logiciel()) is None


def test_journal_d_un_autre_usage(tmp_path: Path) -> None:
    """Le journal des simulateurs seuls n'est pas une campagne."""
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("incident", {})
    with pytest.raises(RepriseRefusee, match="ni en-tête de campagne"):
        relire_pour_reprendre(tmp_path, "biologie", _logiciel())


def test_scenario_coupe(tmp_path: Path) -> None:
    """Le scénario en cours à l'arrêt est connu ; aucun s'ils sont tous finis."""
    with JournalEchanges.creer(tmp_path) as journal:
        assert scenario_coupe(journal) == ""
        journal.debuter_scenario("INS/va1.20.01")
        assert scenario_coupe(journal) == "INS/va1.20.01"
        journal.finir_scenario()
        assert scenario_coupe(journal) == ""


def test_seances(tmp_path: Path) -> None:
    """Chaque séance a son début, sa version, et sa fin quand elle n'a pas été coupée."""
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("campagne", _entete())
        journal.ajouter("campagne", _entete(etat="reprise", logiciel={"nom": "L", "version": "1.1"}))
        journal.ajouter("campagne", {"etat": "fin"})
        seances = seances_de(journal)
    assert [(s["logiciel"], s["fin"] is None) for s in seances] == [("1.0", True), ("1.1", False)]


def test_annonce() -> None:
    """Le terminal dit combien sont repris, et pourquoi chacun des autres est à refaire."""
    decisions = [decider(R, _resultat(Verdict.CONFORME), VERSIONS), decider(R, None, VERSIONS)]
    lignes = annoncer(decisions, interrompu="INS/va1.20.02")
    assert lignes[0] == "Reprise : 1 scénario repris, 1 scénario à refaire"
    assert lignes[1] == "  INS/va1.20.01 : jamais joué"
    assert "INS/va1.20.02 était en cours" in lignes[2]
    assert "clé d'expurgation" in lignes[3]


def test_versions_melees() -> None:
    """Deux versions du logiciel dans un dossier se disent, avec le nombre de scénarios de chacune."""
    un = _resultat(Verdict.CONFORME)
    deux = replace(un, scenario="INS/va1.20.02", versions={**VERSIONS, "logiciel": "1.1"})
    assert phrase_versions_melees([un]) == ""
    assert "1.0 (1 scénario), 1.1 (1 scénario)" in phrase_versions_melees([un, deux])
    assert par_version([un, deux]) == {"1.0": ("INS/va1.20.01",), "1.1": ("INS/va1.20.02",)}


def test_version_que_le_logiciel_dit() -> None:
    """Un logiciel qui se dit d'une autre version que sa description est d'une autre version."""
    logiciel = _logiciel()
    assert version_du_logiciel(logiciel, None) == version_du_logiciel(logiciel, Apropos("L", "1.0")) == "1.0"
    assert version_du_logiciel(logiciel, Apropos("L", "1.1")) == "1.0 (se dit 1.1)"


def test_duree_sans_recul() -> None:
    """Une durée se mesure à une horloge qui ne recule pas, et la fin n'est jamais avant le début."""
    instants = iter([10.0, 12.5, 12.5])
    depart = Depart(horloge=lambda: next(instants))
    assert depart.duree_s == 2.5
    assert (depart.fin - depart.instant).total_seconds() == 2.5
