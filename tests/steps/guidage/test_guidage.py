"""Ce qui reste à une personne : la bonne demande, au bon moment, et ce que sa réponse change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reports.constat import Confiance, Constat, Regle
from reports.verdict import Moyen, Verdict
from simulators.socle.journal import JournalEchanges
from steps.declarations import CODE_PERSONNE, IssueDeclaree, appliquer, preparer
from steps.operateur.consigne import Consigne, Genre, Issue, PieceDeposee, Reponse
from steps.operateur.guidage import Guidage, consigne_restante, restes
from tests.steps.guidage.aides import EXIGENCE, GuichetEssai, PorteEssai, codes, resultat, retenu

OFFICIELLE = Regle("X-OFF-01", "une règle", "un texte", Confiance.OFFICIELLE, "corriger")
DEDUITE = Regle("X-DED-01", "une règle", "le banc", Confiance.DEDUITE, "corriger")
VU = OFFICIELLE.respectee(recu="vu")
REGARDER = OFFICIELLE.a_regarder("la mention se lit-elle ?", recu="une mention")
DOUTE = DEDUITE.enfreinte("manque", attendu="A", recu="B", ou="là")
MANQUEMENT = OFFICIELLE.enfreinte("manque", attendu="A", recu="B", ou="là")
SEULE = Constat(CODE_PERSONNE, Verdict.A_VERIFIER, "le verdict revient à une personne")
A_ECRIRE = Constat(CODE_PERSONNE, Verdict.NON_EXECUTE, "aucune feature ne joue encore ce scénario")
HORS_PROFIL = Constat("BANC-CONDUITE-05", Verdict.NON_APPLICABLE, "profil non réclamé")
SILENCE = OFFICIELLE.sans_objet("rien vu")


@pytest.mark.parametrize(
    ("constats", "moyen", "genre"),
    [
        ((SEULE,), None, Genre.JUGEMENT),
        ((A_ECRIRE,), None, Genre.JUGEMENT),
        ((VU, REGARDER), Moyen.MACHINE, Genre.JUGEMENT),
        ((VU,), Moyen.MACHINE, Genre.PIECES),
        ((VU, DOUTE), Moyen.MACHINE, Genre.PIECES),
        ((VU, MANQUEMENT), Moyen.MACHINE, None),
        ((SILENCE,), Moyen.MACHINE, None),
        ((HORS_PROFIL,), None, None),
    ],
)
def test_ce_qui_se_demande(constats: tuple[Constat, ...], moyen: Moyen | None, genre: Genre | None) -> None:
    """Un jugement où il faut un regard, des pièces après un verdict, rien pour ce qui est à rejouer."""
    demande = consigne_restante(retenu(), resultat(retenu(), *constats, moyen=moyen))
    assert (demande.genre if demande else None) is genre


def test_la_demande_dit_tout_dans_nos_mots() -> None:
    """L'exigence, ce qui doit s'observer, les points à regarder, et la pièce la moins coûteuse d'abord."""
    demande = consigne_restante(retenu(), resultat(retenu(), VU, REGARDER))
    assert demande is not None
    for texte in (EXIGENCE.resume, EXIGENCE.scenarios[0].attendu, "1 point"):
        assert texte in demande.quoi_faire
    assert codes(demande.constats) == ["X-OFF-01"]
    assert [piece.genres[0] for piece in demande.pieces] == ["capture", "capture"]
    assert demande.deroule == EXIGENCE.scenarios[0].deroule != ()
    assert [piece.conseil.splitlines()[0] for piece in demande.pieces] == ["Cadrez la fenêtre entière."] * 2
    assert "Suivez les étapes" in getattr(consigne_restante(retenu(), resultat(retenu(), SEULE)), "quoi_faire", "")


def test_une_declaration_ferme_la_demande() -> None:
    """Un scénario déclaré sans objet n'est plus demandé ; déclaré conforme sans pièces, elles le restent."""
    machine = resultat(retenu(), SEULE, moyen=None)
    sans_objet = appliquer(machine, preparer(machine, IssueDeclaree.SANS_OBJET, raison="hors sujet", par="Anne"))
    assert consigne_restante(retenu(), sans_objet) is None
    conforme = appliquer(machine, preparer(machine, IssueDeclaree.CONFORME, par="Anne"))
    demande = consigne_restante(retenu(), conforme)
    assert demande is not None
    assert demande.genre is Genre.PIECES
    assert [reste.resultat for reste in restes([retenu()], [sans_objet, conforme])] == [conforme]


def tout_deposer(chemin: Path, issue: Issue, *, rejouee: bool = False) -> Callable[[Consigne], Reponse]:
    """Une réponse qui apporte chaque pièce demandée."""

    def repondre(consigne: Consigne) -> Reponse:
        pieces = tuple(PieceDeposee(piece.preuve, f"{n}.png", chemin) for n, piece in enumerate(consigne.pieces))
        return Reponse(issue, pieces=pieces, par="Anne", rejouee=rejouee)

    return repondre


def test_juge_avec_ses_pieces(tmp_path: Path) -> None:
    """Pièces acceptées et jugement rendu : conforme, par une personne, et le journal le sait."""
    capture = tmp_path / "capture.png"
    capture.write_bytes(b"image")
    with JournalEchanges.creer(tmp_path / "campagne") as journal:
        guidage = Guidage(GuichetEssai(tout_deposer(capture, Issue.CONFORME)), journal, PorteEssai())
        apres = guidage.poser(retenu(), resultat(retenu(), VU, REGARDER))
        assert (apres.verdict, apres.moyen) == (Verdict.CONFORME, Moyen.PERSONNE)
        [note] = journal.enregistrements(type="declaration")
        assert note.donnees["constats"] == ["X-OFF-01"]
        assert note.donnees["par"] == "Anne"


def test_une_piece_refusee_ramene_la_demande(tmp_path: Path) -> None:
    """Ce qui est accepté reste, ce qui est refusé revient avec sa raison, et le jugement attend."""
    vide, capture = tmp_path / "vide.png", tmp_path / "capture.png"
    vide.touch()
    capture.write_bytes(b"image")
    premiere, seconde = (preuve.repere for preuve in EXIGENCE.scenarios[0].preuves)
    guichet = GuichetEssai(
        Reponse(
            Issue.CONFORME,
            pieces=(PieceDeposee(premiere, "a.png", capture), PieceDeposee(seconde, "b.png", vide)),
            par="Anne",
        ),
        tout_deposer(capture, Issue.CONFORME),
    )
    with JournalEchanges.creer(tmp_path / "campagne") as journal:
        apres = Guidage(guichet, journal, PorteEssai()).poser(retenu(), resultat(retenu(), SEULE, moyen=None))
    assert apres.verdict is Verdict.CONFORME
    assert [piece.preuve for piece in guichet.demandes[1].pieces] == [seconde]
    assert "b.png" in guichet.demandes[1].rappel


def test_pieces_seules_puis_raisons(tmp_path: Path) -> None:
    """Après un verdict de la machine, ni pièces ni impossibilité n'y changent rien ; un sans objet se relit."""
    capture = tmp_path / "capture.png"
    capture.write_bytes(b"image")
    attendus: dict[Issue, tuple[Reponse | Callable[[Consigne], Reponse], Verdict, int]] = {
        Issue.FAIT: (tout_deposer(capture, Issue.FAIT), Verdict.CONFORME, 0),
        Issue.IMPOSSIBLE: (Reponse(Issue.IMPOSSIBLE, raison="poste en panne", par="Anne"), Verdict.CONFORME, 1),
        Issue.SANS_OBJET: (Reponse(Issue.SANS_OBJET, raison="pas d'écran", par="Anne"), Verdict.A_VERIFIER, 1),
    }
    for issue, (reponse, verdict, declarations) in attendus.items():
        with JournalEchanges.creer(tmp_path / issue.value) as journal:
            apres = Guidage(GuichetEssai(reponse), journal, PorteEssai()).poser(retenu(), resultat(retenu(), VU))
            assert apres.verdict is verdict
            assert len(list(journal.enregistrements(type="declaration"))) == declarations


def test_une_reponse_rejouee_se_voit(tmp_path: Path) -> None:
    """Déclaration et pièces rejouées le disent, et une pièce refusée au rejeu ne tourne pas sans fin."""
    capture, vide = tmp_path / "capture.png", tmp_path / "vide.png"
    capture.write_bytes(b"image")
    vide.touch()
    porte = PorteEssai()
    with JournalEchanges.creer(tmp_path / "campagne") as journal:
        bonne = GuichetEssai(tout_deposer(capture, Issue.CONFORME, rejouee=True))
        apres = Guidage(bonne, journal, porte).poser(retenu(), resultat(retenu(), SEULE, moyen=None))
        assert apres.rejoue
        assert porte.par == ["Anne (rejoué)"] * 2
        mauvaise = GuichetEssai(tout_deposer(vide, Issue.CONFORME, rejouee=True))
        apres = Guidage(mauvaise, journal, PorteEssai()).poser(retenu(), resultat(retenu(), SEULE, moyen=None))
        assert apres.verdict is Verdict.A_VERIFIER
        assert [note.donnees["scenario"] for note in journal.enregistrements(type="incident")] == [retenu().numero]
