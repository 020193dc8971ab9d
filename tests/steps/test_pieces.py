"""Ce qui répond à chaque N° de preuve : produit, à apporter, sans objet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.resultat import EtatPreuve
from reports.verdict import Verdict
from requirements.modele import Preuve, ScenarioConformite, Service, TypePiece
from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete
from steps.bilan import Piece
from steps.pieces import preuves_du_scenario
from tests.steps.aides import retenu

INSTANT = datetime(2026, 1, 2, tzinfo=UTC)
ECHANGE = Echange(
    numero=7,
    service="insi",
    operation="rechercherInsAvecTraitsIdentite",
    debut=INSTANT,
    fin=INSTANT,
    requete=Requete("POST", "/lps", (("Content-Type", "application/soap+xml"),), CorpsMemoire(b"<demande/>")),
    reponse=Reponse(200, (("Content-Type", "text/html; charset=utf-8"),), CorpsMemoire(b"<html/>")),
    tls=None,
)
LOG = Piece("journal.txt", TypePiece.TRACE.value, b"ligne", "Journal du logiciel")


def scenario(*pieces: TypePiece) -> ScenarioConformite:
    """Un scénario à une seule preuve, qui accepte ces genres."""
    base = retenu().scenario
    return replace(base, preuves=(Preuve("A.01.01", "A.01.01", base.id, "attendu", pieces),))


def juger(dossier: Path, verdict: Verdict, *genres: TypePiece, echanges: tuple[Echange, ...] = (ECHANGE,)) -> list[str]:
    """État de la preuve puis noms de ses fichiers."""
    (preuve,) = preuves_du_scenario(dossier, scenario(*genres), verdict, [LOG], echanges)
    assert all((dossier / piece.chemin).is_file() for piece in preuve.fichiers)
    assert all(piece.chemin.startswith("preuves/") for piece in preuve.fichiers)
    return [preuve.etat.value, *(piece.chemin.rpartition("/")[2] for piece in preuve.fichiers)]


REQUETE = "echange-000007-insi-requete.xml"
REPONSE = "echange-000007-insi-reponse.html"


@pytest.mark.parametrize("verdict", [Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER])
def test_produites(tmp_path: Path, verdict: Verdict) -> None:
    """Un message enregistré et une trace jointe répondent à une preuve qui les accepte."""
    assert juger(tmp_path, verdict, TypePiece.TRACE) == ["produite", "journal.txt", REQUETE, REPONSE]
    assert juger(tmp_path, verdict, TypePiece.MESSAGE) == ["produite", REQUETE, REPONSE]


def test_video_a_apporter(tmp_path: Path) -> None:
    """Aucun enregistrement ne remplace une vidéo ou une capture d'écran."""
    assert juger(tmp_path, Verdict.CONFORME, TypePiece.VIDEO, TypePiece.CAPTURE) == ["a_apporter"]


def test_captures_en_complement_d_une_video(tmp_path: Path) -> None:
    """Les écrans vus par la personne accompagnent une vidéo attendue, qui reste à apporter."""
    ecran = Piece("connexion-01.png", TypePiece.CAPTURE.value, b"\x89PNG", "écran 1")
    (preuve,) = preuves_du_scenario(tmp_path, scenario(TypePiece.VIDEO), Verdict.A_VERIFIER, [ecran, LOG], [])
    assert preuve.etat is EtatPreuve.A_APPORTER
    [piece] = preuve.fichiers
    assert (piece.chemin.rpartition("/")[2], piece.description) == ("connexion-01.png", "en complément : écran 1")
    (preuve,) = preuves_du_scenario(tmp_path, scenario(TypePiece.CAPTURE), Verdict.A_VERIFIER, [ecran, LOG], [])
    assert (preuve.etat, len(preuve.fichiers)) == (EtatPreuve.PRODUITE, 1)


def test_piece_d_une_seule_preuve(tmp_path: Path) -> None:
    """Une pièce qui vise une preuve n'en apporte pas d'autre du même genre."""
    autre = replace(LOG, preuve="A.01.02")
    (preuve,) = preuves_du_scenario(tmp_path, scenario(TypePiece.TRACE), Verdict.CONFORME, [autre], [])
    assert (preuve.etat, preuve.fichiers) == (EtatPreuve.A_APPORTER, ())
    visee = replace(LOG, preuve="A.01.01")
    (preuve,) = preuves_du_scenario(tmp_path, scenario(TypePiece.TRACE), Verdict.CONFORME, [visee], [])
    assert (preuve.etat, len(preuve.fichiers)) == (EtatPreuve.PRODUITE, 1)


@pytest.mark.parametrize("verdict", [Verdict.NON_CONCLUANT, Verdict.NON_EXECUTE])
def test_rien_sans_jugement(tmp_path: Path, verdict: Verdict) -> None:
    """Un scénario non jugé ne prouve rien : ses pièces ne sont pas présentées comme des preuves."""
    assert juger(tmp_path, verdict, TypePiece.MESSAGE, TypePiece.TRACE) == ["a_apporter"]


def test_non_applicable(tmp_path: Path) -> None:
    """Un profil non réclamé n'a rien à prouver."""
    assert juger(tmp_path, Verdict.NON_APPLICABLE, TypePiece.MESSAGE) == [EtatPreuve.SANS_OBJET.value]


def test_sans_echange(tmp_path: Path) -> None:
    """Sans échange ni pièce du bon genre, la preuve reste à apporter."""
    assert juger(tmp_path, Verdict.CONFORME, TypePiece.MESSAGE, echanges=()) == ["a_apporter"]


def test_corps_vides_et_multipart(tmp_path: Path) -> None:
    """Un corps vide n'est pas une pièce ; un multipart garde son genre ; une réponse perdue n'en est pas une."""
    requete = replace(
        ECHANGE.requete, entetes=(("content-type", "multipart/related; boundary=x"),), corps=CorpsMemoire(b"--x--")
    )
    perdu = replace(ECHANGE, requete=requete, reponse=None)
    assert juger(tmp_path, Verdict.CONFORME, TypePiece.MESSAGE, echanges=(perdu,)) == [
        "produite",
        "echange-000007-insi-requete.mime",
    ]
    vide = replace(ECHANGE, requete=replace(requete, corps=CorpsMemoire(b"")), reponse=None)
    assert juger(tmp_path, Verdict.CONFORME, TypePiece.MESSAGE, echanges=(vide,)) == ["a_apporter"]


COURRIEL = b"From: labo@labo.fr\r\nTo: a@b.fr\r\nSubject: essai\r\n\r\nBonjour\r\n"


def _commande(numero: int, verbe: str, cible: str, reponse: str, **champs: Any) -> Echange:
    corps = CorpsMemoire(champs.pop("corps", b""))
    return Echange(
        numero=numero,
        service="mssante",
        operation=f"smtp:{verbe}",
        debut=INSTANT,
        fin=INSTANT,
        requete=Requete("" if verbe == "connexion" else verbe, cible, corps=corps, version_http=""),
        reponse=Reponse(int(reponse[:3]), (), CorpsMemoire(reponse.encode())) if reponse else None,
        notes={"connexion": "s1", **champs},
    )


DIALOGUE = (
    _commande(1, "connexion", "", "220 prêt"),
    _commande(2, "MAIL", "FROM:<labo@labo.fr>", "250 2.1.0 OK"),
    _commande(3, "DATA", "", "250 accepté", corps=COURRIEL, mail_from="labo@labo.fr", destinataires="a@b.fr c@d.fr"),
    _commande(4, "DATA", "", "552 trop gros", corps=COURRIEL),
    _commande(5, "DATA", "", "", corps=COURRIEL),
)


def test_source_d_un_courriel(tmp_path: Path) -> None:
    """Un courriel accepté devient une pièce `.eml`, octet pour octet ; refusé ou coupé, il n'en est pas une."""
    (preuve,) = preuves_du_scenario(tmp_path, scenario(TypePiece.MESSAGE), Verdict.CONFORME, [], DIALOGUE)
    [piece] = preuve.fichiers
    assert piece.chemin.endswith("/courriel-000003.eml") and piece.type == "message/rfc822"
    assert (tmp_path / piece.chemin).read_bytes() == COURRIEL
    assert "a@b.fr, c@d.fr" in piece.description


def test_courriels_seuls(tmp_path: Path) -> None:
    """Dans un scénario de messagerie, les appels qui ont préparé le patient ne sont pas des pièces."""
    mss = replace(scenario(TypePiece.MESSAGE), service=Service.MSSANTE)
    (preuve,) = preuves_du_scenario(tmp_path, mss, Verdict.CONFORME, [], (ECHANGE, *DIALOGUE))
    assert [piece.chemin.rpartition("/")[2] for piece in preuve.fichiers] == ["courriel-000003.eml"]


def test_dialogue_en_trace(tmp_path: Path) -> None:
    """Le dialogue se lit dans l'ordre, corps désignés par leur empreinte, coupure dite."""
    (preuve,) = preuves_du_scenario(tmp_path, scenario(TypePiece.TRACE), Verdict.CONFORME, [], DIALOGUE)
    [piece] = preuve.fichiers
    texte = (tmp_path / piece.chemin).read_text(encoding="utf-8")
    assert piece.chemin.endswith("/dialogue-mssante.txt")
    attendues = ["S: 220 prêt", "C: MAIL FROM:<labo@labo.fr>", "S: 250 2.1.0 OK", "S: 552 trop gros", "coupée sans"]
    places = [texte.index(attendue) for attendue in attendues]
    assert places == sorted(places)
    assert "Bonjour" not in texte


def test_resultat_de_plateforme(tmp_path: Path) -> None:
    """Le résultat d'une plateforme officielle reste à apporter, quoi que le banc ait enregistré."""
    assert juger(tmp_path, Verdict.CONFORME, TypePiece.LIEN_PLATEFORME, TypePiece.TRACE) == ["a_apporter"]
