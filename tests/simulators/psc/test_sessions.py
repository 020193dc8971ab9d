"""Les durées et les fins de session, à l'horloge du banc : rien n'attend."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from tests.simulators.psc.parcours import DEUX, RETOUR, SORTIE, UN, Essai, champ_cache, parametres


def _sortir(
    psc: Essai, champs: dict[str, str], *, methode: str = "GET", client: requests.Session | None = None
) -> requests.Response:
    navigateur = client or psc.navigateur
    url = psc.url("fin_session")
    if methode == "GET":
        return navigateur.get(url, params=champs, allow_redirects=False, timeout=20)
    return navigateur.post(url, data=champs, allow_redirects=False, timeout=20)


def test_deux_minutes(psc: Essai) -> None:
    """Le jeton d'accès vaut deux minutes ; rafraîchi, la session continue."""
    connexion = psc.connecter()
    psc.psc.horloge.avancer(timedelta(seconds=119))
    assert psc.userinfo(connexion.acces).status_code == 200
    psc.psc.horloge.avancer(timedelta(seconds=1))
    refus = psc.userinfo(connexion.acces)
    assert refus.status_code == 401 and 'error="invalid_token"' in refus.headers["WWW-Authenticate"]
    notes = psc.dernier("userinfo").notes
    assert (notes["refus"], notes["identifiant"]) == ("invalid_token", UN)
    neuf = psc.rafraichir(connexion.rafraichissement).json()["access_token"]
    assert psc.userinfo(neuf).status_code == 200


def test_trente_minutes_sans_activite(psc: Essai) -> None:
    """Sans rien faire, la session finit : ni rafraîchissement, ni SSO. Active, elle dure."""
    connexion = psc.connecter()
    for _ in range(3):
        psc.psc.horloge.avancer(timedelta(minutes=29))
        reponse = psc.rafraichir(connexion.rafraichissement)
        assert reponse.status_code == 200
        connexion.jetons = reponse.json()
    psc.psc.horloge.avancer(timedelta(minutes=30))
    assert psc.rafraichir(connexion.rafraichissement).json()["error"] == "invalid_grant"
    assert psc.ouvrir().status_code == 303
    assert [s.terminee for s in psc.psc.sessions.toutes()] == ["inactivité"]


def test_quatre_heures_au_plus(psc: Essai) -> None:
    """Active sans cesse, la session finit quand même à quatre heures ; elle tient juste avant."""
    connexion = psc.connecter()
    for _ in range(11):
        psc.psc.horloge.avancer(timedelta(minutes=20))
        connexion.jetons = psc.rafraichir(connexion.rafraichissement).json()
    psc.psc.horloge.avancer(timedelta(minutes=19))
    assert psc.rafraichir(connexion.rafraichissement).status_code == 200
    psc.psc.horloge.avancer(timedelta(minutes=1))
    assert psc.rafraichir(connexion.rafraichissement).json()["error"] == "invalid_grant"
    assert [s.terminee for s in psc.psc.sessions.toutes()] == ["durée maximale atteinte"]


def test_finie_ailleurs(psc: Essai) -> None:
    """Le banc finit une session, par elle-même ou par sa personne ; celle d'un autre continue."""
    un = psc.connecter(UN)
    psc.navigateur.cookies.clear()
    deux = psc.connecter(DEUX)
    assert [s.identifiant for s in psc.psc.sessions.ouvertes()] == [UN, DEUX]
    (ouverte,) = psc.psc.sessions.ouvertes(UN)
    assert psc.psc.sessions.terminer(ouverte.identifiant_session) == (ouverte,)
    assert psc.userinfo(un.acces).status_code == 401 and psc.userinfo(deux.acces).status_code == 200
    assert psc.rafraichir(un.rafraichissement).json()["error"] == "invalid_grant"
    psc.psc.sessions.terminer(DEUX)
    assert psc.userinfo(deux.acces).status_code == 401
    with pytest.raises(LookupError):
        psc.psc.sessions.terminer("personne")


@pytest.mark.parametrize("methode", ["GET", "POST"])
def test_fin_de_session(psc: Essai, methode: str) -> None:
    """Avec l'ID token, la session finit sans question et le logiciel retrouve son state."""
    connexion = psc.connecter()
    champs = {"id_token_hint": connexion.id_token, "post_logout_redirect_uri": SORTIE, "state": "é&=fin"}
    reponse = _sortir(psc, champs, methode=methode)
    assert reponse.status_code == 302 and reponse.headers["Location"].startswith(f"{SORTIE}?")
    assert parametres(reponse.headers["Location"]) == {"state": "é&=fin"}
    assert "__Host-psc-sso=;" in reponse.headers["Set-Cookie"]
    notes = psc.dernier("fin_session").notes
    assert notes == {
        "id_token_hint": "oui",
        "hint_session": connexion.jetons["session_state"],
        "post_logout_redirect_uri_enregistree": "oui",
        "session": connexion.jetons["session_state"],
        "terminee": "oui",
    }
    assert psc.userinfo(connexion.acces).status_code == 401
    assert psc.ouvrir().status_code == 303, "plus de SSO"
    assert _sortir(psc, champs, methode=methode).status_code == 302
    assert psc.dernier("fin_session").notes["terminee"] == "non", "elle l'était déjà"


def test_de_serveur_a_serveur(psc: Essai) -> None:
    """Un POST sans navigateur finit la session du jeton ; le navigateur n'est plus connecté."""
    connexion = psc.connecter()
    assert _sortir(psc, {"id_token_hint": connexion.id_token}, methode="POST", client=psc.serveur).status_code == 200
    assert psc.ouvrir().status_code == 303


def test_id_token_expire_vaut_encore(psc: Essai) -> None:
    """Un ID token de trois heures désigne encore sa session."""
    connexion = psc.connecter()
    for _ in range(6):
        psc.psc.horloge.avancer(timedelta(minutes=25))
        assert psc.rafraichir(connexion.rafraichissement).status_code in (200, 400)
        psc.connecter(prompt="none")
    _sortir(psc, {"id_token_hint": connexion.id_token})
    assert psc.dernier("fin_session").notes["terminee"] == "oui"


def test_adresse_non_enregistree(psc: Essai) -> None:
    """Rien n'est suivi et rien n'est fini : la page explique."""
    connexion = psc.connecter()
    for piege in ("https://pirate.test/", SORTIE + "/", RETOUR, "javascript:alert(1)"):
        reponse = _sortir(psc, {"id_token_hint": connexion.id_token, "post_logout_redirect_uri": piege})
        assert reponse.status_code == 400 and "Location" not in reponse.headers and "pirate" not in reponse.text
        notes = psc.dernier("fin_session").notes
        assert (notes["post_logout_redirect_uri_enregistree"], notes["terminee"]) == ("non", "non")
        assert notes["refus"] == "invalid_request"
    assert psc.userinfo(connexion.acces).status_code == 200


def test_sans_hint_la_personne_confirme(psc: Essai) -> None:
    """Sans ID token, une page demande ; un formulaire forgé ne suffit pas ; confirmée, la session finit."""
    connexion = psc.connecter()
    champs = {"post_logout_redirect_uri": SORTIE, "client_id": psc.client_id, "state": "s"}
    page = _sortir(psc, champs)
    assert page.status_code == 200 and "Se déconnecter" in page.text
    assert _sortir(psc, {"jeton": "faux", "confirmation": "oui"}, methode="POST").status_code == 200
    assert psc.userinfo(connexion.acces).status_code == 200
    confirme = {**champs, "jeton": champ_cache(page.text, "jeton"), "confirmation": "oui"}
    reponse = _sortir(psc, confirme, methode="POST")
    assert reponse.headers["Location"] == f"{SORTIE}?state=s"
    assert psc.userinfo(connexion.acces).status_code == 401
    assert psc.dernier("fin_session").notes["id_token_hint"] == "non"


def test_hint_d_ailleurs(psc: Essai, etablissement: Essai) -> None:
    """Un jeton d'un autre fournisseur, un jeton d'accès, ou un client_id qui ne va pas avec : refusés."""
    autre = etablissement.connecter().id_token
    connexion = psc.connecter()
    psc.psc.clients.declarer("second", post_logout_redirect_uris=[SORTIE])
    assert _sortir(psc, {"id_token_hint": autre}).status_code == 400
    assert _sortir(psc, {"id_token_hint": connexion.acces}).status_code == 400
    assert _sortir(psc, {"id_token_hint": connexion.id_token, "client_id": "second"}).status_code == 400
    assert psc.userinfo(connexion.acces).status_code == 200


def test_session_permanente(psc: Essai) -> None:
    """Ouverte d'avance par le banc : ni le temps ni une remise à zéro ne la ferment ; une fin de session, si."""
    jeton = psc.psc.rafraichissement_permanent(DEUX)
    psc.psc.horloge.avancer(timedelta(hours=9))
    neufs = psc.rafraichir(jeton).json()
    assert neufs["refresh_token"] == jeton
    assert psc.psc.verifier(neufs["access_token"]).identifiant == DEUX
    assert psc.psc.sessions.toutes() == ()
    psc.psc.sessions.terminer(DEUX)
    assert psc.rafraichir(jeton).json()["error"] == "invalid_grant"
    psc.preparer()
    assert psc.rafraichir(jeton).status_code == 200


def test_remise_a_zero(psc: Essai) -> None:
    """Sessions, jetons, codes et pannes s'oublient ; les clients et l'émetteur restent."""
    connexion, code = psc.connecter(), psc.code(prompt="login")
    psc.psc.panne("jeton_500", fois=None)
    psc.psc.horloge.avancer(timedelta(hours=1))
    psc.psc.remettre_a_zero()
    assert psc.psc.horloge.decalage == timedelta(0)
    assert psc.userinfo(connexion.acces).status_code == 401
    assert psc.echanger(code).json()["error"] == "invalid_grant"
    assert psc.psc.clients[psc.client_id].redirect_uris == (RETOUR,)
    assert psc.connecter().acces


def test_secrets_gardes_quelques_scenarios(psc: Essai) -> None:
    """Un jeton qu'un logiciel garde d'un scénario à l'autre reste caché, puis n'alourdit plus le journal."""
    connexion = psc.connecter()
    connus = psc.journal._expurgateur._valeurs
    for _ in range(3):
        psc.preparer()
        assert connexion.acces.encode() in psc.journal._expurgateur._valeurs
    psc.preparer()
    restants = psc.journal._expurgateur._valeurs
    assert connexion.acces.encode() not in restants and len(restants) < len(connus)
