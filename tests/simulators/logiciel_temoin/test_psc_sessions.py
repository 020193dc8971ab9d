"""La session du logiciel suit celle du fournisseur : durée, inactivité, fin ailleurs, rafraîchissement."""

from __future__ import annotations

import pytest

from tests.simulators.logiciel_temoin.psc_essai import BIOLOGISTE_1, BIOLOGISTE_2, Essai, Fabrique

UNE_MINUTE, VINGT_MINUTES = 60, 1200


@pytest.fixture
def essai(psc: Fabrique) -> Essai:
    return psc()


def test_jeton_garde_puis_rafraichi(essai: Essai) -> None:
    """Encore valable, le jeton sert ; expiré, il est renouvelé une fois, avec le dernier jeton reçu."""
    session_id = essai.session()
    for _ in range(3):
        assert essai.ouverte(session_id)
    assert essai.jetons("refresh_token") == []
    for attendu in (1, 2):
        essai.avancer(2 * UNE_MINUTE)
        assert essai.ouverte(session_id) and essai.ouverte(session_id)
        assert len(essai.jetons("refresh_token")) == attendu


def test_quatre_heures(essai: Essai) -> None:
    """Une session active se ferme au bout de quatre heures, pas avant."""
    session_id = essai.session()
    for _ in range(11):
        essai.avancer(VINGT_MINUTES)
        assert essai.ouverte(session_id)
    essai.avancer(VINGT_MINUTES)
    assert not essai.ouverte(session_id)


def test_inactivite(essai: Essai) -> None:
    """Trente minutes sans rien faire ferment la session, et celle du fournisseur."""
    session_id = essai.session()
    essai.avancer(VINGT_MINUTES)
    essai.avancer(VINGT_MINUTES)
    assert not essai.ouverte(session_id)
    assert not essai.banc.psc.sessions.ouvertes(BIOLOGISTE_1)


def test_session_finie_ailleurs(essai: Essai) -> None:
    """Le rafraîchissement refusé ferme la session de cette personne, et d'elle seule ; le jeton mort ne sert plus."""
    premiere, seconde = essai.session(BIOLOGISTE_1), essai.session(BIOLOGISTE_2)
    essai.banc.psc.sessions.terminer(BIOLOGISTE_1)
    essai.avancer(2 * UNE_MINUTE)
    assert not essai.ouverte(premiere)
    assert not essai.ouverte(premiere)
    assert essai.ouverte(seconde)
    assert len([e for e in essai.jetons("refresh_token") if e.notes.get("refus")]) == 1


def test_fournisseur_en_panne(essai: Essai) -> None:
    """Un fournisseur muet ne ferme pas la session ; revenu, il la prolonge."""
    session_id = essai.session()
    essai.avancer(2 * UNE_MINUTE)
    essai.banc.psc.panne("jeton_500")
    assert essai.ouverte(session_id)
    assert essai.ouverte(session_id)
    assert len(essai.jetons("refresh_token")) == 2


def test_sans_jeton_de_rafraichissement(essai: Essai) -> None:
    """Sans jeton de rafraîchissement, la session s'ouvre et finit avec le jeton d'accès."""
    essai.banc.psc.panne("refresh_absent")
    session_id = essai.session()
    assert essai.ouverte(session_id)
    essai.avancer(2 * UNE_MINUTE)
    assert not essai.ouverte(session_id)


@pytest.mark.parametrize("quoi", ["onglet", "navigateur", "client", "poste"])
def test_quitter(essai: Essai, quoi: str) -> None:
    """Quitter sans se déconnecter ferme les deux sessions."""
    session_id = essai.session()
    essai("quitter_application", session_id=session_id, quoi=quoi)
    assert not essai.ouverte(session_id)
    assert not essai.banc.psc.sessions.ouvertes(BIOLOGISTE_1)


def test_panne_de_revocation(essai: Essai) -> None:
    """Un compte désactivé n'ouvre pas de session, même si la révocation échoue."""
    essai.labo.comptes.exiger("biologiste_1").actif = False
    lue, _ = essai.connecter()
    assert lue.resultat == "refuse"
