"""La relève : effective, sans marquage, sans rafale, comprise."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications.mssante import reception as regles
from steps.verifications.mssante.dialogue import sessions
from tests.verifications.mssante.fabrique_dialogues import BAL, Fil, envoi_normal, releve_normal


def ouvert(commande: str = "SELECT", reponse: bytes = b"") -> Fil:
    fil = Fil("imap").ouvrir().chiffrer().identifier()
    fil.commande(commande, "INBOX", reponse=reponse)
    return fil


def test_releve() -> None:
    """Lue sur le fil par la bonne boîte et montrée : passe ; lue sans être montrée, ou d'une autre boîte : non."""

    def verdict(echanges: list, montres: list[str], adresse: str = BAL) -> Verdict:  # type: ignore[type-arg]
        return regles.releve_effective(sessions(echanges), adresse, "<m@x>", montres).verdict

    assert verdict(releve_normal(), ["<m@x>"]) is Verdict.CONFORME
    assert verdict(releve_normal(), ["m@x"], BAL.upper()) is Verdict.CONFORME
    assert verdict(releve_normal(), ["<autre@x>"]) is Verdict.NON_CONFORME
    assert verdict(releve_normal(), ["<m@x>"], "autre@labo.fr") is Verdict.NON_CONFORME
    assert verdict(ouvert().finir(), ["<m@x>"]) is Verdict.NON_CONFORME
    refus = Fil("imap").ouvrir().chiffrer().identifier(statut=500).finir()
    assert verdict(refus, []) is Verdict.A_VERIFIER
    assert verdict(envoi_normal(), ["<m@x>"]) is Verdict.NON_CONCLUANT


@pytest.mark.parametrize(
    ("demande", "marque"),
    [
        ("1 (BODY.PEEK[])", False),
        ("1 (UID RFC822.SIZE FLAGS)", False),
        ("1 (RFC822.HEADER)", False),
        ("1 (BODYSTRUCTURE)", False),
        ("1 BODY", False),
        ("1 (BODY[])", True),
        ("1 (body[HEADER])", True),
        ("1 RFC822", True),
        ("1 (RFC822.TEXT)", True),
        ("1 (BODY[]<0.1024>)", True),
    ],
)
def test_marquage(demande: str, marque: bool) -> None:
    """Seules les lectures sans PEEK marquent lu, et seulement dans une boîte ouverte en écriture."""
    fil = ouvert()
    fil.commande("UID FETCH", demande)
    attendu = Verdict.A_VERIFIER if marque else Verdict.CONFORME
    assert regles.sans_marquer_lu(sessions(fil.echanges)).verdict is attendu
    for lecture_seule in (ouvert("EXAMINE"), ouvert(reponse=b"a1 OK [READ-ONLY] done\r\n")):
        lecture_seule.commande("FETCH", demande)
        assert regles.sans_marquer_lu(sessions(lecture_seule.echanges)).verdict is Verdict.CONFORME


@pytest.mark.parametrize(
    ("demande", "marque"),
    [
        ("1 +FLAGS.SILENT (\\Seen)", True),
        ("1 FLAGS (\\Answered \\Seen)", True),
        ("1 +flags \\seen", True),
        ("1 -FLAGS (\\Seen)", False),
        ("1 +FLAGS (\\Answered)", False),
    ],
)
def test_marquage_par_store(demande: str, marque: bool) -> None:
    """Poser le drapeau pendant une relève marque lu tout autant ; l'ôter, non."""
    fil = ouvert()
    fil.commande("UID FETCH", "1 (BODY.PEEK[])")
    fil.commande("UID STORE", demande)
    attendu = Verdict.A_VERIFIER if marque else Verdict.CONFORME
    assert regles.sans_marquer_lu(sessions(fil.echanges)).verdict is attendu


def test_rafale() -> None:
    """Cinq fois la même lecture sur une connexion, au plus."""
    fil = ouvert()
    for _ in range(5):
        fil.commande("UID FETCH", "1 (BODY.PEEK[])")
    assert regles.sans_rafale(sessions(fil.echanges)).verdict is Verdict.CONFORME
    fil.commande("UID FETCH", "1 (BODY.PEEK[])")
    assert regles.sans_rafale(sessions(fil.echanges)).verdict is Verdict.A_VERIFIER
    assert regles.sans_rafale(sessions(envoi_normal())).verdict is Verdict.NON_CONCLUANT


def test_commandes_comprises() -> None:
    """BAD est à vérifier, sauf s'il vient d'une panne jouée."""
    assert regles.commandes_comprises(sessions(releve_normal())).verdict is Verdict.CONFORME
    fil = ouvert()
    fil.commande("FETCHE", "1", 400)
    assert regles.commandes_comprises(sessions(fil.echanges)).verdict is Verdict.A_VERIFIER
    joue = ouvert()
    joue.commande("SELECT", "X", 400, panne="indisponible")
    assert regles.commandes_comprises(sessions(joue.echanges)).verdict is Verdict.CONFORME
    assert regles.commandes_comprises([]).verdict is Verdict.NON_CONCLUANT
    assert regles.sans_marquer_lu([]).verdict is Verdict.NON_CONCLUANT
