"""Réponses gardées une à une sans secret, et rejouées à leur place ou refusées en disant pourquoi."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.pieces import liens
from simulators.socle.garde import JournalArrete
from simulators.socle.journal import JournalEchanges
from steps.operateur.consigne import Consigne, Genre, Issue, PieceDemandee, PieceDeposee, Reponse
from steps.operateur.enregistrement import ACTION, FICHIER, JUGEMENT, Enregistreur, empreinte_de
from steps.operateur.enregistrement_rejeu import Enregistrement, EnregistrementIllisible, RejeuImpossible, Rejoueur
from tests.simulators.socle.outils import echanger
from tests.steps.guidage.aides import GuichetEssai

CREER = Consigne(
    Genre.ACTION,
    "INS/va1.01.01",
    "INS/va1.01",
    "Un scénario",
    "Créez un patient",
    action="creer_patient",
    utilisateur="biologiste_1",
    parametres={"identite": {"nom_naissance": "DUPONT"}},
    service="insi",
)
ENROLER = replace(CREER, action="enroler_dispositif", parametres={"ancien": "motdepasse-1"}, service="")
JUGER = replace(
    CREER,
    genre=Genre.JUGEMENT,
    action="",
    utilisateur="",
    parametres={},
    pieces=(PieceDemandee("P.1", "", ("capture",)),),
)
FAIT = Reponse(Issue.FAIT, messages=("Créé",), donnees={"patient_id": "P-1"}, par="Anne")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalEchanges]:
    with JournalEchanges.creer(tmp_path / "campagne") as ouvert:
        yield ouvert


def enregistrer(
    journal: JournalEchanges,
    dossier: Path,
    *couples: tuple[Consigne, Reponse | Callable[[Consigne], Reponse]],
    graine: str = "g1",
) -> Path:
    """Une séance enregistrée : chaque demande et sa réponse."""
    enregistreur = Enregistreur(
        GuichetEssai(*(reponse for _, reponse in couples)), dossier, journal, {"graine": graine}
    )
    for consigne, _ in couples:
        enregistreur.demander(consigne)
    return dossier / FICHIER


def rejoueur(journal: JournalEchanges, chemin: Path, **variables: str) -> Rejoueur:
    return Rejoueur(Enregistrement(chemin), journal, environnement=variables)


def test_une_reponse_revient_marquee(journal: JournalEchanges, tmp_path: Path) -> None:
    """La même demande, à la même place, reçoit la même réponse, dite rejouée."""
    chemin = enregistrer(journal, tmp_path, (CREER, FAIT), (replace(CREER, action="valider_identite"), FAIT))
    rejeu = rejoueur(journal, chemin)
    assert rejeu.demander(CREER) == replace(FAIT, rejouee=True)
    assert rejeu.rejoues == {"INS/va1.01.01"}
    with pytest.raises(RejeuImpossible, match="l'ordre des actions a changé"):
        rejeu.demander(CREER)
    rejeu.debuter("INS/va1.01.01")
    assert rejeu.demander(CREER).rejouee


@pytest.mark.parametrize(
    ("demandee", "message"),
    [
        (replace(CREER, scenario="INS/va1.02.01"), "aucune dans"),
        (replace(CREER, utilisateur="biologiste_2"), "enregistré par biologiste_1"),
        (replace(CREER, action="ouvrir_session"), "l'ordre des actions a changé"),
        (replace(CREER, parametres={"identite": {"nom_naissance": "DURAND"}}), "ce qui est demandé a changé"),
    ],
)
def test_ce_qui_ne_correspond_plus_dit_pourquoi(
    journal: JournalEchanges, tmp_path: Path, demandee: Consigne, message: str
) -> None:
    """Action, auteur, paramètres ou scénario changés : aucune réponse n'est rendue, et rien n'est marqué rejoué."""
    rejeu = rejoueur(journal, enregistrer(journal, tmp_path, (CREER, FAIT)))
    with pytest.raises(RejeuImpossible, match=message):
        rejeu.demander(demandee)
    assert not rejeu.rejoues


def test_un_enregistrement_ne_fait_pas_agir_le_logiciel(journal: JournalEchanges, tmp_path: Path) -> None:
    """Une réponse accompagnée d'échanges n'est pas rejouée : le silence passerait pour un manquement."""

    def en_appelant(consigne: Consigne) -> Reponse:
        echanger(journal, service="insi")
        return FAIT

    chemin = enregistrer(journal, tmp_path, (CREER, en_appelant))
    assert Enregistrement(chemin).suite("INS/va1.01.01", ACTION)[0].echanges == {"insi": 1}
    with pytest.raises(RejeuImpossible, match="ne fait pas agir le logiciel"):
        rejoueur(journal, chemin).demander(CREER)


def test_aucun_secret_n_est_ecrit(journal: JournalEchanges, tmp_path: Path) -> None:
    """Mots de passe et secrets, nommés ou connus du banc, ne sont nulle part ; le rejeu les demande par variable."""
    journal.proteger("jeton-secret-tres-long")
    rendu = Reponse(
        Issue.FAIT,
        messages=("voici jeton-secret-tres-long",),
        donnees={"secret": "JBSWY3DP", "suite": {"cookie": "jeton-secret-tres-long"}},
        par="Anne",
    )
    chemin = enregistrer(journal, tmp_path, (ENROLER, rendu))
    texte = chemin.read_text(encoding="utf-8")
    for secret in ("JBSWY3DP", "jeton-secret-tres-long", "motdepasse-1"):
        assert secret not in texte
    with pytest.raises(RejeuImpossible, match="BANC_SONS_REJEU_INS_VA1_01_01_1_SECRET"):
        rejoueur(journal, chemin).demander(ENROLER)
    autre = replace(ENROLER, parametres={"ancien": "motdepasse-2"})  # tiré au hasard à chaque campagne
    variables = {
        "BANC_SONS_REJEU_INS_VA1_01_01_1_SECRET": "JBSWY3DP",
        "BANC_SONS_REJEU_INS_VA1_01_01_1_SUITE_COOKIE": "c",
    }
    assert rejoueur(journal, chemin, **variables).demander(autre).donnees == {
        "secret": "JBSWY3DP",
        "suite": {"cookie": "c"},
    }


def test_un_matricule_reel_arrete_avant_d_ecrire(journal: JournalEchanges, tmp_path: Path) -> None:
    """Ce qu'une personne recopie d'un vrai patient n'atteint pas le disque."""
    reel = {"matricule_ins": "279035121518989", "oid_ins": "1.2.250.1.213.1.4.8"}
    with pytest.raises(JournalArrete):
        enregistrer(journal, tmp_path, (CREER, Reponse(Issue.FAIT, donnees=reel, par="Anne")))
    assert not (tmp_path / FICHIER).exists()


def test_les_pieces_se_retrouvent_par_leur_empreinte(journal: JournalEchanges, tmp_path: Path) -> None:
    """Une pièce rejouée est celle du dossier enregistré ; disparue, le rejeu le dit."""
    capture = tmp_path / "preuves" / "P.1" / "ecran.png"
    capture.parent.mkdir(parents=True)
    capture.write_bytes(b"image")
    rendu = Reponse(Issue.CONFORME, pieces=(PieceDeposee("P.1", "ecran.png", capture),), par="Anne")
    chemin = enregistrer(journal, tmp_path, (JUGER, rendu))
    [piece] = rejoueur(journal, chemin).demander(JUGER).pieces
    assert piece.chemin.read_bytes() == b"image"
    capture.unlink()
    with pytest.raises(RejeuImpossible, match=r"gardez reponses\.jsonl avec son dossier"):
        rejoueur(journal, chemin).demander(JUGER)


def test_un_lien_se_retrouve_sous_sa_forme_gardee(journal: JournalEchanges, tmp_path: Path) -> None:
    """Un lien donné en texte est gardé en JSON : son rejeu redonne le même lien."""
    donne = tmp_path / "lien.txt"
    donne.write_bytes(b"https://interop.esante.gouv.fr/evs/report.seam?oid=1.2.3\n")
    depose = PieceDeposee("P.1", "lien.txt", donne, "lien-plateforme-test")
    chemin = enregistrer(journal, tmp_path, (JUGER, Reponse(Issue.CONFORME, pieces=(depose,), par="Anne")))
    garde = tmp_path / "preuves" / "P.1" / "lien.url.json"
    garde.parent.mkdir(parents=True)
    garde.write_bytes(liens.en_fichier(liens.lire_lien(donne.read_bytes())))
    [piece] = rejoueur(journal, chemin).demander(JUGER).pieces
    assert liens.lire_lien(piece.chemin.read_bytes()) == liens.lire_lien(donne.read_bytes())


def test_une_reponse_corrigee_repond_a_la_premiere_demande(journal: JournalEchanges, tmp_path: Path) -> None:
    """La demande revenue avec un rappel ne se rejoue pas : sa réponse vaut pour la demande d'origine."""
    fausse = replace(FAIT, donnees={"patient_id": "P-0"})
    chemin = enregistrer(journal, tmp_path, (CREER, fausse), (replace(CREER, rappel="à corriger"), FAIT))
    rejeu = rejoueur(journal, chemin)
    assert rejeu.demander(CREER).donnees == {"patient_id": "P-1"}
    with pytest.raises(RejeuImpossible, match="1 seulement"):
        rejeu.demander(CREER)


def test_une_reprise_remplace_ce_qu_elle_rejoue(journal: JournalEchanges, tmp_path: Path) -> None:
    """Un scénario rejoué plus tard donne ses réponses et sa graine ; un jugement seul s'ajoute au reste."""
    enregistrer(journal, tmp_path, (CREER, FAIT), (replace(CREER, scenario="B"), FAIT))
    refus = Reponse(Issue.REFUSE, par="Anne")
    enregistrer(journal, tmp_path, (CREER, refus), graine="g2")
    chemin = enregistrer(
        journal, tmp_path, (replace(JUGER, scenario="B"), Reponse(Issue.IMPOSSIBLE, raison="non", par="A")), graine="g3"
    )
    relu = Enregistrement(chemin)
    assert [r.issue for r in relu.suite("INS/va1.01.01", ACTION)] == [Issue.REFUSE]
    assert (relu.graine("INS/va1.01.01"), relu.graine("B"), relu.graine("C")) == ("g2", "g1", None)
    assert len(relu.suite("B", ACTION)) == len(relu.suite("B", JUGEMENT)) == 1


def test_une_ligne_coupee_n_emporte_rien(journal: JournalEchanges, tmp_path: Path) -> None:
    """Un arrêt brutal pendant l'écriture perd au plus la réponse en cours, et la suite s'écrit à part."""
    chemin = enregistrer(journal, tmp_path, (CREER, FAIT))
    with chemin.open("a", encoding="utf-8") as fichier:
        fichier.write('{"type": "reponse", "scen')
    assert len(Enregistrement(chemin).suite("INS/va1.01.01", ACTION)) == 1
    enregistrer(journal, tmp_path, (replace(CREER, scenario="B"), FAIT))
    assert Enregistrement(chemin).scenarios == {"INS/va1.01.01", "B"}


@pytest.mark.parametrize(
    ("texte", "message"),
    [
        ("", "aucune séance"),
        ('{"type": "reponse", "scenario": "A"}\n{"type": "reponse"}\n', "ligne 1"),
        ('{"type": "seance", "version": 9}\n', "version 9"),
        ('{"type": "seance", "version": 1}\n[1]\n{"type": "reponse"}\n', "ligne 2"),
    ],
)
def test_un_fichier_illisible_dit_ou(tmp_path: Path, texte: str, message: str) -> None:
    """Un fichier d'une autre version, vide ou abîmé est refusé avec sa ligne."""
    (tmp_path / FICHIER).write_text(texte, encoding="utf-8")
    with pytest.raises(EnregistrementIllisible, match=message):
        Enregistrement(tmp_path / FICHIER)


def test_chaque_ligne_est_un_objet(journal: JournalEchanges, tmp_path: Path) -> None:
    """Le fichier se lit ligne à ligne par un autre outil : un en-tête de séance, puis une réponse par ligne."""
    chemin = enregistrer(journal, tmp_path, (CREER, FAIT))
    lignes: list[dict[str, Any]] = [json.loads(ligne) for ligne in chemin.read_text(encoding="utf-8").splitlines()]
    assert [ligne["type"] for ligne in lignes] == ["seance", "reponse"]
    assert lignes[1]["empreinte"] == empreinte_de(CREER)
    assert (lignes[1]["par"], lignes[1]["issue"]) == ("Anne", "fait")
