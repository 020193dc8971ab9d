"""Connexion sans navigateur : demande, code montré, interrogation, réponses."""

from __future__ import annotations

import pytest

from simulators.logiciel_temoin import psc_ciba
from simulators.logiciel_temoin.erreurs import Enveloppe
from tests.simulators.logiciel_temoin.psc_essai import BIOLOGISTE_1, BIOLOGISTE_2, Essai, Fabrique


@pytest.fixture
def essai(psc: Fabrique) -> Essai:
    return psc()


def demander(essai: Essai, identifiant: str = BIOLOGISTE_1, canal: str = "MOBILE", **reponse: str) -> Enveloppe:
    """Demande, puis lit la connexion une fois la personne répondue."""
    if reponse:
        essai.banc.psc.repondre("prochaine", identifiant=identifiant, **reponse)
    ouverte = essai("ouvrir_connexion", fournisseur="psc", modalite="ciba", identifiant=identifiant, canal=canal)
    if ouverte.resultat != "fait":
        return ouverte
    lue = essai("lire_connexion", connexion_id=ouverte.donnees["connexion_id"])
    return Enveloppe(lue.resultat, lue.messages, {**ouverte.donnees, **lue.donnees})


def test_connexion_acceptee(essai: Essai) -> None:
    """Deux chiffres montrés, envoyés avec le canal et eidas1 ; la session est celle de la personne."""
    lue = demander(essai, decision="accepter")
    assert lue.donnees["session"]["identifiant_national"] == BIOLOGISTE_1
    [demande] = essai.echanges("ciba")
    assert demande.notes["binding_message"] == lue.donnees["code_affiche"]
    assert lue.donnees["code_affiche"].isdigit() and len(lue.donnees["code_affiche"]) == 2
    assert (demande.notes["canal"], demande.notes["acr"]) == ("MOBILE", "eidas1")
    [appel] = essai.jetons(psc_ciba.GRANT)
    assert appel.notes["ciba"] == "remis"


def test_deconnexion_de_serveur_a_serveur(essai: Essai) -> None:
    """Sans navigateur, le serveur ferme lui-même la session PSC ; la locale se ferme même s'il échoue."""
    session_id = demander(essai, canal="CARD", decision="accepter").donnees["session"]["session_id"]
    fermee = essai("fermer_session", session_id=session_id)
    assert fermee.donnees["url"] is None
    assert not essai.banc.psc.sessions.ouvertes(BIOLOGISTE_1)
    seconde = demander(essai, BIOLOGISTE_2, decision="accepter").donnees["session"]["session_id"]
    essai.banc.psc.panne("fin_session_indisponible")
    essai("fermer_session", session_id=seconde)
    assert not essai.ouverte(seconde)
    assert len(essai.echanges("revocation")) == 1


@pytest.mark.parametrize(("decision", "mot"), [("refuser", "refusée"), ("expirer", "expiré")])
def test_reponse_negative(essai: Essai, decision: str, mot: str) -> None:
    """Un refus ou une expiration arrête l'interrogation et n'ouvre rien."""
    lue = demander(essai, decision=decision)
    assert (lue.resultat, lue.donnees["session"]["ouverte"]) == ("refuse", False)
    assert mot in lue.messages[0]
    assert len(essai.jetons(psc_ciba.GRANT)) == 1


def test_personne_inconnue(essai: Essai) -> None:
    """Un identifiant que PSC ne connaît pas se dit tout de suite ; un champ vide aussi."""
    lue = demander(essai, "899999999999")
    assert (lue.resultat, "inconnu" in lue.messages[0]) == ("refuse", True)
    assert essai("ouvrir_connexion", fournisseur="psc", modalite="ciba").resultat == "refuse"


def test_attente_et_intervalle(essai: Essai, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tant que la personne n'a pas répondu, le logiciel attend ; slow_down allonge l'intervalle."""
    attentes: list[float] = []
    reponses = iter(["authorization_pending", "slow_down", "authorization_pending", "access_denied"])
    client = essai.labo.fournisseurs.client("psc")
    connexion = essai.labo.fournisseurs.connexions.ouvrir(client, "ciba")
    monkeypatch.setattr(client, "jeton", lambda champs: (400, {"error": next(reponses)}))

    def attendre(duree: float) -> bool:
        attentes.append(duree)
        return False

    demande = psc_ciba.Demande("demande-d-essai", 2.0, attendre)
    essai.labo.fournisseurs.ciba.suivre(connexion, demande, lambda: False)
    assert attentes == [2.0, 2.0, 7.0, 7.0]
    assert connexion.etat == "refusee"


def test_demande_perimee(essai: Essai, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passé sa durée, la demande n'est plus interrogée, même si le fournisseur dit encore d'attendre."""
    client = essai.labo.fournisseurs.client("psc")
    connexion = essai.labo.fournisseurs.connexions.ouvrir(client, "ciba")
    appels: list[dict[str, str]] = []

    def attendre_encore(champs: dict[str, str]) -> tuple[int, dict[str, str]]:
        appels.append(champs)
        return 400, {"error": "authorization_pending"}

    monkeypatch.setattr(client, "jeton", attendre_encore)
    essai.labo.fournisseurs.ciba.suivre(
        connexion, psc_ciba.Demande("demande-d-essai", 2.0, lambda duree: False), lambda: len(appels) >= 2
    )
    assert (len(appels), connexion.etat) == (2, "refusee")
