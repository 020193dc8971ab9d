"""La porte : ranger, noter au journal, refuser les doublons sans rapport, retirer sans rien perdre."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from reports.chargement_campagne import charger_campagne
from reports.pieces.modele import PieceRangee, PieceRefusee
from reports.pieces.porte import DepotImpossible, PortePieces, ouvrir_porte
from reports.resultat import EtatPreuve, OriginePiece, PieceJointe, PreuveProduite
from reports.verdict import Verdict
from reports.verrou import DossierOccupe
from requirements.catalogue import Catalogue
from simulators.socle.journal import JournalEchanges
from tests.reports.fabrique import resultat
from tests.reports.pieces import fichiers

_PREUVE, _AUTRE = "INS/va1.01.01.01", "INS/va1.02.01.01"
_LIEN, _LIEN_AUTRE = "DOC/va1.19.01.01", "DOC/va1.22.01.01"
_QUI = "Jeanne Martin"


def _deposer(porte: PortePieces, preuve: str, octets: bytes, nom: str = "ecran.png", **choix: str) -> PieceRangee:
    rendu = porte.deposer(preuve, octets, nom, par=_QUI, **choix)  # type: ignore[arg-type]  # genre, description
    assert isinstance(rendu, PieceRangee), rendu
    return rendu


def _fichiers(dossier: Path) -> dict[str, str]:
    return {
        chemin.relative_to(dossier).as_posix(): hashlib.sha256(chemin.read_bytes()).hexdigest()
        for chemin in sorted(dossier.rglob("*"))
        if chemin.is_file() and chemin.suffix == ".png"
    }


def test_deposer(porte: PortePieces, dossier: Path) -> None:
    """Une pièce déposée est rangée sous son N°, avec qui, quand, quoi, sa vignette ; le journal en garde tout."""
    rangee = _deposer(porte, _PREUVE, fichiers.image())
    piece = rangee.piece
    assert rangee.etat is EtatPreuve.PRODUITE
    assert piece.chemin == "preuves/INS_va1.01.01.01/ecran.png"
    assert (piece.origine, piece.depose_par, piece.depose_le) == (
        OriginePiece.PERSONNE,
        _QUI,
        "2026-11-22T15:00:00+00:00",
    )
    assert (piece.genre, piece.type, piece.details["largeur"]) == ("capture", "image/png", 640)
    assert hashlib.sha256((dossier / piece.chemin).read_bytes()).hexdigest() == piece.sha256
    assert piece.vignette.startswith("vignettes/INS_va1.01.01.01/")
    assert (dossier / piece.vignette).read_bytes().startswith(b"\x89PNG")
    with JournalEchanges.ouvrir(dossier) as journal:
        [note] = [enregistrement.donnees for enregistrement in journal.enregistrements(type="piece")]
    assert PieceJointe.depuis_dict(note["piece"]) == piece
    assert (note["preuve"], note["scenario"], note["exigence"], note["rem"]) == (
        _PREUVE,
        "INS/va1.01.01",
        "INS/va1.01",
        "BIO",
    )


def test_relue(porte: PortePieces, dossier: Path, biologie: Catalogue) -> None:
    """La campagne relue montre la pièce à sa preuve ; ses voisines manquent encore, le verdict n'a pas bougé."""
    piece = _deposer(porte, _PREUVE, fichiers.image()).piece
    with JournalEchanges.ouvrir(dossier) as journal:
        campagne = charger_campagne(dossier, journal, biologie)
    [lu] = [r for r in campagne.resultats if r.scenario == "INS/va1.01.01"]
    assert lu.verdict is Verdict.NON_EXECUTE
    assert [(p.etat, p.fichiers) for p in lu.preuves] == [(EtatPreuve.PRODUITE, (piece,))]
    assert sum(p.etat is EtatPreuve.PRODUITE for r in campagne.resultats for p in r.preuves) == 1


def test_redeposer_ne_note_rien(porte: PortePieces, dossier: Path) -> None:
    """Le même fichier redéposé n'écrit ni fichier ni enregistrement, même sous un autre nom."""
    _deposer(porte, _PREUVE, fichiers.image())
    avant = _fichiers(dossier)
    for nom in ("ecran.png", "autre.png"):
        assert _deposer(porte, _PREUVE, fichiers.image(), nom).deja
    assert _fichiers(dossier) == avant
    with JournalEchanges.ouvrir(dossier) as journal:
        assert len(list(journal.enregistrements(type="piece"))) == 1


def test_meme_nom_autre_contenu(porte: PortePieces) -> None:
    """Un second écran du même nom ne remplace pas le premier."""
    un, deux = (_deposer(porte, _PREUVE, fichiers.image(graine)).piece for graine in (1, 2))
    assert (Path(un.chemin).name, Path(deux.chemin).name) == ("ecran.png", "ecran-2.png")
    assert porte.etat(_PREUVE).fichiers == (un, deux)


def test_doublon_sans_rapport(porte: PortePieces, dossier: Path) -> None:
    """Le fichier d'une autre exigence est refusé en la nommant ; rien n'est écrit."""
    _deposer(porte, _PREUVE, fichiers.image())
    avant = _fichiers(dossier)
    rendu = porte.deposer(_AUTRE, fichiers.image(), "autre.png", par=_QUI)
    assert isinstance(rendu, PieceRefusee)
    assert rendu.code == "doublon"
    assert _PREUVE in rendu.message
    assert _fichiers(dossier) == avant
    assert porte.etat(_AUTRE).etat is EtatPreuve.MANQUANTE


def test_meme_video_pour_deux_preuves_d_un_scenario(porte: PortePieces, biologie: Catalogue, tmp_path: Path) -> None:
    """Deux preuves d'un même scénario qui acceptent la même vidéo la partagent, et cela se dit."""
    scenario = next(
        s for e in biologie.exigences for s in e.scenarios if sum("video" in p.pieces for p in s.preuves) >= 2
    )
    une, autre = [p.repere for p in scenario.preuves if "video" in p.pieces][:2]
    film = fichiers.video(tmp_path / "film.mp4")
    assert isinstance(porte.deposer(une, film, film.name, par=_QUI), PieceRangee)
    rendu = porte.deposer(autre, film, film.name, par=_QUI)
    assert isinstance(rendu, PieceRangee)
    assert rendu.avertissements == (f"ce fichier sert aussi à la preuve {une} : il vaut pour les deux",)


def test_images_presque_identiques(porte: PortePieces) -> None:
    """La même image recompressée pour une autre exigence entre, avec un avertissement."""
    _deposer(porte, _PREUVE, fichiers.image())
    rendu = _deposer(porte, _AUTRE, fichiers.image(format_="JPEG", quality=85), "autre.jpg")
    assert "presque identique à ecran.png" in rendu.avertissements[0]


def test_lien(porte: PortePieces, dossier: Path) -> None:
    """Un lien est gardé, la preuve reste à vérifier ; le même sert à deux exigences."""
    url = b"https://interop.esante.gouv.fr/r/12"
    for preuve in (_LIEN, _LIEN_AUTRE):
        rangee = _deposer(porte, preuve, url, "rapport.txt", genre="lien-plateforme-test")
        assert rangee.etat is EtatPreuve.A_VERIFIER
        assert json.loads((dossier / rangee.piece.chemin).read_bytes())["valeur"] == url.decode()
    assert f"sert aussi à la preuve {_LIEN}" in rangee.avertissements[0]


def test_piece_de_la_machine(porte: PortePieces, biologie: Catalogue, dossier: Path) -> None:
    """La pièce que le banc a produite ne se redépose pas, ne se retire pas, ne sert pas une autre exigence."""
    octets = fichiers.image()
    chemin = dossier / "preuves" / "INS_va1.01.01.01" / "banc.png"
    chemin.parent.mkdir(parents=True)
    chemin.write_bytes(octets)
    piece = PieceJointe(
        "preuves/INS_va1.01.01.01/banc.png", hashlib.sha256(octets).hexdigest(), len(octets), "image/png"
    )
    exigence = next(e for e in biologie.exigences if e.id == "INS/va1.01")
    joue = resultat(exigence, exigence.scenarios[0], Verdict.CONFORME)
    produite = PreuveProduite(_PREUVE, "", EtatPreuve.PRODUITE, ("capture",), (piece,), _PREUVE)

    porte.connaitre([replace(joue, preuves=(produite,))])
    for preuve in (_PREUVE, _AUTRE):
        rendu = porte.deposer(preuve, octets, "mien.png", par=_QUI)
        assert isinstance(rendu, PieceRefusee) and rendu.code == "doublon"
    with pytest.raises(DepotImpossible, match="celles de la machine"):
        porte.retirer(_PREUVE, "banc.png", par=_QUI, raison="x")


def test_sans_objet(porte: PortePieces, biologie: Catalogue) -> None:
    """Une preuve d'un profil non revendiqué ne reçoit rien."""
    preuve = next(p.repere for e in biologie.exigences if e.profil == "IE Usagers" for p in e.preuves)
    exigence = next(e for e in biologie.exigences if preuve in {p.repere for p in e.preuves})

    ecarte = resultat(exigence, exigence.scenarios[0], Verdict.NON_APPLICABLE)
    sans_objet = PreuveProduite(preuve, "", EtatPreuve.SANS_OBJET, ("capture",), (), preuve)
    porte.connaitre([replace(ecarte, preuves=(sans_objet,))])
    rendu = porte.deposer(preuve, fichiers.image(), "a.png", par=_QUI)
    assert isinstance(rendu, PieceRefusee) and rendu.code == "sans_objet"


def test_retirer(porte: PortePieces, dossier: Path) -> None:
    """Un retrait garde le fichier sous retirees/, la chaîne entière, et rend la preuve à apporter."""
    piece = _deposer(porte, _PREUVE, fichiers.image()).piece
    retiree = porte.retirer(_PREUVE, "ecran.png", par="Paul", raison="mauvais patient")
    assert retiree.chemin == "retirees/INS_va1.01.01.01/ecran.png"
    assert hashlib.sha256((dossier / retiree.chemin).read_bytes()).hexdigest() == piece.sha256
    assert not (dossier / piece.chemin).exists() and not (dossier / piece.vignette).exists()
    assert (porte.etat(_PREUVE).etat, porte.etat(_PREUVE).fichiers) == (EtatPreuve.MANQUANTE, ())
    with JournalEchanges.ouvrir(dossier) as journal:
        assert journal.verifier_chaine() == []
        *_, note = journal.enregistrements(type="piece")
    assert (note.donnees["retiree"], note.donnees["par"], note.donnees["raison"]) == (
        piece.sha256,
        "Paul",
        "mauvais patient",
    )
    # Retiré, le fichier peut servir ailleurs, ou revenir.
    assert _deposer(porte, _AUTRE, fichiers.image()).etat is EtatPreuve.PRODUITE
    assert _deposer(porte, _PREUVE, fichiers.image(2)).etat is EtatPreuve.PRODUITE


def test_retirer_deux_fois_le_meme_nom(porte: PortePieces, dossier: Path) -> None:
    """Deux fichiers retirés du même nom sont gardés tous les deux."""
    for graine in (1, 2):
        _deposer(porte, _PREUVE, fichiers.image(graine))
        porte.retirer(_PREUVE, "ecran.png", par=_QUI, raison="à refaire")
    assert sorted(p.name for p in (dossier / "retirees" / "INS_va1.01.01.01").iterdir()) == ["ecran-2.png", "ecran.png"]


@pytest.mark.parametrize(
    ("preuve", "fichier", "par", "raison", "dit"),
    [
        (_PREUVE, "absent.png", _QUI, "x", "pièces déposées : ecran.png"),
        (_AUTRE, "ecran.png", _QUI, "x", "pièces déposées : aucune"),
        ("INS/va9.01", "ecran.png", _QUI, "x", "inconnue du REM BIO"),
        (_PREUVE, "ecran.png", _QUI, "  ", "se motive"),
        (_PREUVE, "ecran.png", "", "x", "se signe"),
    ],
)
def test_retrait_impossible(
    porte: PortePieces, dossier: Path, preuve: str, fichier: str, par: str, raison: str, dit: str
) -> None:
    """Un retrait mal désigné, sans nom ou sans raison ne change rien."""
    _deposer(porte, _PREUVE, fichiers.image())
    avant = _fichiers(dossier)
    with pytest.raises(DepotImpossible, match=dit):
        porte.retirer(preuve, fichier, par=par, raison=raison)
    assert _fichiers(dossier) == avant


def test_deposer_sans_nom(porte: PortePieces) -> None:
    """Qui dépose se dit toujours."""
    with pytest.raises(DepotImpossible, match="qui dépose"):
        porte.deposer(_PREUVE, fichiers.image(), "a.png", par=" ")


def test_numero_voisin_propose(porte: PortePieces) -> None:
    """Un numéro incomplet propose ceux qui commencent ainsi."""
    with pytest.raises(DepotImpossible, match=r"INS/va1\.01\.01\.01"):
        porte.etat("INS/va1.01.01")


def test_version_changee(dossier: Path, porte: PortePieces, biologie: Catalogue) -> None:
    """Une pièce apportée pour une autre version reste visible et ne compte plus ; redéposée, elle compte de nouveau."""
    _deposer(porte, _PREUVE, fichiers.image())
    entete = json.loads((dossier / "campagne.json").read_text(encoding="utf-8"))
    entete["logiciel"]["version"] = "4.3"
    (dossier / "campagne.json").write_text(json.dumps(entete), encoding="utf-8")
    with JournalEchanges.ouvrir(dossier) as journal:
        campagne = charger_campagne(dossier, journal, biologie)
    [preuve] = [p for r in campagne.resultats for p in r.preuves if p.repere == _PREUVE]
    assert preuve.etat is EtatPreuve.MANQUANTE
    assert preuve.fichiers[0].details["perimee"] == "LaboTest 4.2"


def test_depots_de_plusieurs_fils(porte: PortePieces, biologie: Catalogue) -> None:
    """Deux vues qui déposent en même temps ne se gênent pas : chaque dépôt est noté une fois."""
    preuves = [p.repere for p in biologie.preuves if "capture" in p.pieces][:6]
    rendus: list[object] = []

    def deposer(rang: int) -> None:
        rendus.append(porte.deposer(preuves[rang], fichiers.image(rang + 10), "a.png", par=_QUI))

    fils = [threading.Thread(target=deposer, args=(rang,)) for rang in range(len(preuves))]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sum(isinstance(rendu, PieceRangee) for rendu in rendus) == len(preuves)
    assert all(porte.etat(preuve).etat is EtatPreuve.PRODUITE for preuve in preuves)


def test_dossier_occupe(porte: PortePieces, dossier: Path) -> None:
    """Un second dépôt sur le même dossier est refusé en disant qui l'occupe."""
    with pytest.raises(DossierOccupe, match=r"dépôt de pièces en cours \(processus \d+"), ouvrir_porte(dossier):
        pass
