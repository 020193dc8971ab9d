"""L'adaptateur http devant un vrai petit serveur, bien ou mal élevé."""

from __future__ import annotations

import json
import threading

import pytest

from steps.logiciel.contrat import ContratInvalide
from steps.logiciel.http import AdaptateurHttp
from steps.logiciel.protocole import AdaptateurInjoignable
from tests.steps.produit import APROPOS, Brute, Repondeur, ServeurProduit, fait, logiciel


def toujours(statut: int, corps: bytes) -> Repondeur:
    """Un serveur qui répond toujours cela."""
    return lambda methode, chemin, recu: (statut, corps)


def enveloppe(**valeurs: object) -> bytes:
    """Une réponse d'action."""
    return json.dumps(valeurs).encode()


def test_action_jouee() -> None:
    """L'appel porte le compte du rôle, les paramètres et les en-têtes ; la réponse est rendue telle quelle."""
    with ServeurProduit(logiciel(creer_patient=lambda recu: fait(patient_id="P1", propre=1))) as serveur:
        adaptateur = AdaptateurHttp(
            f"{serveur.url}/", comptes={"biologiste_1": "dupont"}, entetes={"Authorization": "Bearer abcdef"}
        )
        assert adaptateur.apropos().nom == APROPOS["nom"]
        assert adaptateur.actions() == {"creer_patient"}
        reponse = adaptateur.jouer("creer_patient", "biologiste_1", {"identite": {"sexe": "F"}})
        adaptateur.jouer("creer_patient", "agent_accueil", {"identite": {}})
        adaptateur.fermer()
    assert reponse.fait
    assert reponse.donnees == {"patient_id": "P1", "propre": 1}
    envois = [json.loads(corps) for _, _, corps in serveur.appels if corps]
    assert envois[0] == {"utilisateur": "dupont", "identite": {"sexe": "F"}}
    assert envois[1]["utilisateur"] == "agent_accueil"
    assert {entetes["authorization"] for entetes in serveur.entetes} == {"Bearer abcdef"}


def test_action_absente() -> None:
    """404 sur une action : non gérée, avec un message ; ailleurs, 404 est une panne."""
    with ServeurProduit(logiciel()) as serveur:
        reponse = AdaptateurHttp(serveur.url).jouer("lire_liste_travail", "biologiste_1", {})
        assert reponse.resultat == "non_gere"
        assert reponse.messages
        with pytest.raises(AdaptateurInjoignable, match="attendu 200, reçu 404"):
            AdaptateurHttp(f"{serveur.url}/ailleurs").apropos()


@pytest.mark.parametrize(
    ("repondre", "message"),
    [
        (toujours(500, b"<h1>Erreur</h1>"), r"attendu 200, reçu 500 : <h1>Erreur</h1>"),
        (toujours(302, b""), r"attendu 200, reçu 302"),
        (toujours(200, b"<html>"), r"attendu du JSON, reçu '<html>'"),
        (toujours(200, b"\xff\xfe"), r"attendu du JSON"),
        (toujours(200, b"[" * 100_000), r"attendu du JSON"),
        (toujours(200, b"[]"), r"attendu un objet JSON, reçu \[\]"),
        (toujours(200, b"null"), r"attendu un objet JSON, reçu None"),
        (toujours(200, enveloppe(resultat="ok")), r"resultat attendu parmi fait, refuse, echec, non_gere, reçu 'ok'"),
        (toujours(200, enveloppe(resultat=["fait"])), r"resultat attendu parmi"),
        (toujours(200, enveloppe(resultat="fait", donnees=[1])), r"attendu donnees objet et messages liste"),
        (toujours(200, enveloppe(resultat="fait", messages="oui")), r"attendu donnees objet et messages liste"),
        (toujours(200, enveloppe(resultat="fait", donnees={"retour": 3})), r"réponse hors contrat : .*à retour"),
        (lambda *_: None, r"le logiciel est injoignable à http://127\.0\.0\.1"),
    ],
    ids=[
        "500",
        "302",
        "html",
        "binaire",
        "json-profond",
        "liste",
        "null",
        "resultat",
        "resultat-liste",
        "donnees",
        "messages",
        "hors-contrat",
        "coupure",
    ],
)
def test_reponse_fautive(repondre: Repondeur, message: str) -> None:
    """Toute réponse hors contrat est une panne de l'adaptateur, dite en français : jamais un manquement."""
    with ServeurProduit(repondre) as serveur:
        adaptateur = AdaptateurHttp(serveur.url)
        with pytest.raises(AdaptateurInjoignable, match=message):
            adaptateur.jouer("verifier_ins", "biologiste_1", {"patient_id": "P1"})
        adaptateur.fermer()


@pytest.mark.parametrize(
    ("corps", "message"),
    [(b'{"nom": "L"}', "attendu un objet avec nom et version"), (b'{"nom": 1, "version": "2"}', "nom et version")],
)
def test_apropos_incomplet(corps: bytes, message: str) -> None:
    """Sans nom ni version, on ne sait pas quel logiciel est vérifié."""
    with ServeurProduit(toujours(200, corps)) as serveur, pytest.raises(AdaptateurInjoignable, match=message):
        AdaptateurHttp(serveur.url).apropos()


@pytest.mark.parametrize("corps", [b"{}", b"[1]", b'"creer_patient"'])
def test_liste_d_actions_fautive(corps: bytes) -> None:
    """/actions rend une liste de noms."""
    with ServeurProduit(toujours(200, corps)) as serveur, pytest.raises(AdaptateurInjoignable, match="liste de noms"):
        AdaptateurHttp(serveur.url).actions()


def test_logiciel_qui_attend() -> None:
    """Un logiciel bloqué (boîte de dialogue ouverte) : le délai et le conseil sont dits."""
    liberer = threading.Event()

    def bloquer(methode: str, chemin: str, corps: bytes) -> Brute:
        liberer.wait(10)
        return 200, b"{}"

    with ServeurProduit(bloquer) as serveur:
        with pytest.raises(AdaptateurInjoignable, match=r"n'a pas répondu .* vérifiez qu'il n'attend pas une saisie"):
            AdaptateurHttp(serveur.url, delai_s=0.05).apropos()
        liberer.set()


def test_adresse_sans_serveur() -> None:
    """Rien à cette adresse : l'adresse et le champ à corriger sont dits."""
    with ServeurProduit(logiciel()) as serveur:
        url = serveur.url
    with pytest.raises(AdaptateurInjoignable, match=r"injoignable à .*/apropos .*adaptateur\.url est juste"):
        AdaptateurHttp(url).apropos()


@pytest.mark.parametrize("url", ["", "127.0.0.1:80", "ftp://x", "file:///etc/passwd", "http://", "http:///chemin"])
def test_adresse_mal_ecrite(url: str) -> None:
    """Une adresse qui n'est pas http est refusée avant tout appel."""
    with pytest.raises(AdaptateurInjoignable, match=r"attendu http://… ou https://…, reçu"):
        AdaptateurHttp(url)


@pytest.mark.parametrize("url", ["http://exa mple", "http://127.0.0.1:abc", "http://[::1"])
def test_adresse_impossible(url: str) -> None:
    """Une adresse que rien ne peut atteindre est une panne de l'adaptateur, pas une erreur du banc."""
    with pytest.raises(AdaptateurInjoignable):
        AdaptateurHttp(url).apropos()


def test_appel_hors_contrat_jamais_envoye() -> None:
    """Un appel hors contrat est une erreur du banc : le logiciel ne reçoit rien."""
    produit = ServeurProduit(logiciel(lire_patient=lambda _: fait()))
    with produit as serveur, pytest.raises(ContratInvalide, match="patient_id"):
        AdaptateurHttp(serveur.url).jouer("lire_patient", "biologiste_1", {})
    assert serveur.appels == []


def test_secret_repete_masque() -> None:
    """Un secret que le logiciel répète n'arrive jamais jusqu'à un constat."""
    corps = enveloppe(resultat="echec", messages=["jeton abcdef123 refusé"])
    with ServeurProduit(toujours(200, corps)) as serveur:
        adaptateur = AdaptateurHttp(serveur.url, secrets=["abcdef123"])
        assert adaptateur.jouer("lire_utilisateur", "x", {}).messages == ("jeton [secret masqué] refusé",)
    with ServeurProduit(toujours(500, b"abcdef123")) as serveur, pytest.raises(AdaptateurInjoignable) as panne:
        AdaptateurHttp(serveur.url, secrets=["abcdef123"]).apropos()
    assert "abcdef123" not in str(panne.value)
