"""Trois clients OpenID Connect que nous n'avons pas écrits se connectent, et refusent ce qu'ils doivent refuser."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import cast

import pytest

from simulators.psc.pannes import PANNES_CIBA, PANNES_ID_TOKEN, PANNES_RETOUR, PANNES_USERINFO
from simulators.socle.journal import JournalEchanges
from tests.interop.lancement import BancLance
from tests.interop.messagerie import gerer
from tests.interop.psc import tableau
from tests.interop.psc.commun import MEDECIN, Client, Personne, RefusClient
from tests.interop.psc.noeud import ClientNoeud

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "simulateurs.md"
SAGE_FEMME = "899900000029"
tous = pytest.mark.parametrize("client", tableau.CLIENTS, indirect=True)


@tous
def test_vie_d_une_connexion(banc: BancLance, client: Client, personne: Personne) -> None:
    """Connexion, identité, rafraîchissement, déconnexion : le journal dit la même chose que le client."""
    depuis = banc.position()
    personne.repondre()
    claims = client.connecter(personne)
    assert claims["SubjectNameID"] == claims["preferred_username"] == MEDECIN
    assert (claims["iss"], claims["acr"]) == (banc.service("psc", "issuer"), "eidas1")
    identite = client.userinfo()
    assert identite["sub"] == claims["sub"]
    assert identite["SubjectRefPro"]["exercices"][0]["codeProfession"] == "10"
    assert client.rafraichir()
    client.deconnecter(personne)
    echanges = banc.echanges(depuis, "psc")
    jetons = {e.notes["grant_type"]: e.notes for e in echanges if e.operation == "jeton"}
    assert set(jetons) == {"authorization_code", "refresh_token"}
    premier = jetons["authorization_code"]
    assert premier["authentification"] == "client_secret_basic"
    assert (premier["pkce"], premier["redirect_uri_identique"], premier["identifiant"]) == ("conforme", "oui", MEDECIN)
    assert {e.notes["porteur"] for e in echanges if e.operation == "userinfo"} == {"entete"}
    (fin,) = [e.notes for e in echanges if e.operation == "fin_session" and e.notes.get("terminee") == "oui"]
    assert (fin["id_token_hint"], fin["post_logout_redirect_uri_enregistree"]) == ("oui", "oui")
    assert fin["session"] == premier["session"]


@tous
def test_deux_personnes(banc: BancLance, client: Client, personne: Personne) -> None:
    """Deux navigateurs, deux personnes : chacune a son identité ; le premier revient par sa session, sans mire."""
    seconde = Personne(banc, personne.arrets)
    personne.repondre(MEDECIN)
    assert client.connecter(personne)["SubjectNameID"] == MEDECIN
    seconde.repondre(SAGE_FEMME)
    assert client.connecter(seconde)["SubjectNameID"] == SAGE_FEMME
    seconde.fermer()


@tous
@pytest.mark.parametrize("panne", list(tableau.ISSUES))
def test_panne(banc: BancLance, client: Client, personne: Personne, panne: str) -> None:
    """La panne jouée a l'issue du tableau ; la connexion d'après, sans panne, se fait : c'est bien elle qui a gêné."""
    attendue = tableau.ISSUES[panne][tableau.CLIENTS.index(client.nom)]
    depuis = banc.position()
    if panne == "cle_tournee":
        _connecter(banc, client)  # les clés d'avant sont en mémoire
        client.vieillir_les_cles(61)
    gerer(banc, "/pannes", service="psc", nom=panne)
    try:
        personne.repondre()
        client.connecter(personne)
        client.userinfo()
        constatee = tableau.ACCEPTE
    except RefusClient as refus:
        constatee = tableau.REFUSE
        assert refus.etape == ("userinfo" if panne.startswith("userinfo") else "retour"), refus
    finally:
        client.vieillir_les_cles(0)
    assert _jouee(banc, depuis) == [panne]
    assert constatee == (tableau.ACCEPTE if attendue == tableau.N_EXAMINE_PAS else attendue)
    _connecter(banc, client)


def _connecter(banc: BancLance, client: Client) -> None:
    """Une connexion ordinaire, dans un navigateur neuf."""
    from tests.interop.psc.conftest import ARRETS

    autre = Personne(banc, ARRETS)
    autre.repondre()
    assert client.connecter(autre)["SubjectNameID"] == MEDECIN
    assert client.userinfo()["SubjectNameID"] == MEDECIN
    autre.fermer()


def _jouee(banc: BancLance, depuis: int) -> list[str]:
    """Pannes que le banc a jouées, d'après son journal."""
    with JournalEchanges.ouvrir(banc.dossier) as journal:
        return [str(e.donnees["nom"]) for e in journal.enregistrements("panne", depuis)]


@pytest.mark.parametrize("client", ["openid-client"], indirect=True)
def test_introspection_et_revocation(client: Client, personne: Personne) -> None:
    """Un jeton vivant est actif et nomme la personne ; après révocation du rafraîchissement, on n'en obtient plus."""
    noeud = cast(ClientNoeud, client)
    personne.repondre()
    noeud.connecter(personne)
    lu = noeud.introspecter()
    assert (lu["active"], lu["SubjectNameID"]) == (True, MEDECIN)
    noeud.revoquer()
    with pytest.raises(RefusClient, match="invalid_grant"):
        noeud.rafraichir()


@tous
def test_aucun_jeton_au_journal(banc: BancLance, client: Client, personne: Personne) -> None:
    """Ni le jeton d'accès ni le secret du client ne sont écrits, tels quels ou en base64."""
    personne.repondre()
    client.connecter(personne)
    client.userinfo()
    brut = b"".join(fichier.read_bytes() for fichier in sorted(banc.dossier.rglob("*")) if fichier.is_file())
    for secret in client.secrets():
        assert len(secret) > 20
        assert secret.encode() not in brut
        assert base64.b64encode(secret.encode()).rstrip(b"=")[:-1] not in brut


def test_tableau_publie() -> None:
    """La documentation porte le tableau que ces essais constatent, et aucune panne du retour n'y est oubliée."""
    assert tableau.en_markdown() in DOCUMENTATION.read_text(encoding="utf-8")
    voulues = {panne.nom for panne in (*PANNES_ID_TOKEN, *PANNES_RETOUR, *PANNES_USERINFO)}
    assert voulues - {panne.nom for panne in PANNES_CIBA} <= set(tableau.ISSUES)
