"""Chaque panne fait ce que son nom dit, une fois, et l'écrit au journal ; ensuite tout revient à la normale."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

import pytest
from joserfc import errors, jwt

from simulators.psc.pannes import NOMS_ID_TOKEN, PANNES
from tests.simulators.psc.parcours import DEUX, UN, Connexion, Essai, parametres

DU_CONTRAT = {
    "signature_fausse",
    "emetteur_faux",
    "audience_fausse",
    "azp_faux",
    "alg_none",
    "hs256_confusion",
    "nonce_faux",
    "nonce_absent",
    "id_token_expire",
    "iat_futur",
    "cle_inconnue",
    "cle_tournee",
    "acr_faux",
    "acr_absent",
    "sub_absent",
    "at_hash_faux",
    "id_token_absent",
    "jeton_illisible",
    "refresh_absent",
    "userinfo_autre_sub",
    "userinfo_401",
    "userinfo_jwt",
    "userinfo_sans_exercice",
    "userinfo_sub_absent",
    "state_faux",
    "state_absent",
    "code_absent",
    "iss_faux",
    "retour_double",
    "refus_personne",
    "autorisation_lente",
    "autorisation_erreur",
    "jeton_500",
    "jeton_lent",
    "jeton_invalid_grant",
    "ciba_refus",
    "ciba_expire",
    "ciba_slow_down",
    "ciba_muet",
    "session_terminee",
    "fin_session_indisponible",
    "decouverte_indisponible",
    "jwks_indisponible",
}


def test_noms_promis() -> None:
    """Les scénarios arment ces noms : aucun ne manque."""
    assert {panne.nom for panne in PANNES} == DU_CONTRAT


def _brut(jeton: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """En-tête et contenu, sans rien vérifier."""
    entete, contenu = (json.loads(base64.urlsafe_b64decode(m + "==")) for m in jeton.split(".")[:2])
    return entete, contenu


def _fautif(psc: Essai, nom: str) -> Connexion:
    psc.psc.panne(nom)
    connexion = psc.connecter(nonce="nonce-du-client")
    echange = psc.dernier("jeton")
    assert (echange.notes["defaut_jeton"], echange.panne) == (nom, nom)
    return connexion


@pytest.mark.parametrize(
    ("nom", "champ", "faux"),
    [
        ("emetteur_faux", "iss", lambda c, p: c["iss"] != p.psc.contexte.issuer),
        ("audience_fausse", "aud", lambda c, p: p.client_id not in c["aud"]),
        ("azp_faux", "azp", lambda c, p: p.client_id in c["aud"] and c["azp"] != p.client_id),
        ("nonce_faux", "nonce", lambda c, p: c["nonce"] != "nonce-du-client"),
        ("nonce_absent", "nonce", lambda c, p: "nonce" not in c),
        ("id_token_expire", "exp", lambda c, p: c["iat"] < c["exp"] < p.psc.horloge().timestamp() - 3000),
        ("iat_futur", "iat", lambda c, p: c["exp"] > c["iat"] > p.psc.horloge().timestamp() + 3000),
        ("acr_faux", "acr", lambda c, p: c["acr"] == "eidas0"),
        ("acr_absent", "acr", lambda c, p: "acr" not in c),
        ("sub_absent", "sub", lambda c, p: "sub" not in c),
        ("at_hash_faux", "at_hash", lambda c, p: len(c["at_hash"]) == 22),
    ],
)
def test_revendication_fautive(psc: Essai, nom: str, champ: str, faux: Any) -> None:
    """Une seule revendication change (et sa compagne), la signature reste juste."""
    contenu = psc.revendications(_fautif(psc, nom).id_token)
    assert faux(contenu, psc), contenu
    sain = psc.revendications(psc.connecter(prompt="login", nonce="nonce-du-client").id_token)
    assert not faux(sain, psc) or nom == "at_hash_faux"
    variables = {champ, "aud", "jti", "at_hash", "iat", "exp", "auth_time"}
    assert {k: v for k, v in contenu.items() if k not in variables} == {
        k: v for k, v in sain.items() if k not in variables
    }


@pytest.mark.parametrize("nom", ["signature_fausse", "alg_none", "hs256_confusion", "cle_inconnue", "jeton_illisible"])
def test_signature_fautive(psc: Essai, nom: str) -> None:
    """Avec les clés publiées et RS256, l'ID token ne se vérifie pas."""
    connexion = _fautif(psc, nom)
    with pytest.raises((errors.JoseError, ValueError)):
        psc.revendications(connexion.id_token)
    if nom in ("signature_fausse", "cle_inconnue"):
        entete, contenu = _brut(connexion.id_token)
        assert entete["alg"] == "RS256" and contenu["sub"] == psc.psc.personnes[UN].sub
        assert (entete["kid"] in psc.psc.cles.kids) == (nom == "signature_fausse")
    if nom == "alg_none":
        assert _brut(connexion.id_token)[0]["alg"] == "none" and connexion.id_token.endswith(".")


def test_hs256_se_verifie_avec_la_cle_publique(psc: Essai) -> None:
    """La confusion est réelle : un client qui suit l'`alg` du jeton avec la clé publique l'accepterait."""
    import hmac

    jeton = _fautif(psc, "hs256_confusion").id_token
    signe, _, signature = jeton.rpartition(".")
    calcule = hmac.digest(psc.psc.cles.courante.as_pem(private=False), signe.encode(), "sha256")
    assert base64.urlsafe_b64decode(signature + "=") == calcule


def test_cle_tournee(psc: Essai) -> None:
    """Légitime : l'ancien JWKS ne suffit plus, le nouveau oui."""
    avant = psc.cles()
    jeton = _fautif(psc, "cle_tournee").id_token
    with pytest.raises((errors.JoseError, ValueError)):
        jwt.decode(jeton, avant, algorithms=["RS256"])
    assert psc.revendications(jeton)["typ"] == "ID"
    psc.psc.cles.remettre()


@pytest.mark.parametrize("nom", NOMS_ID_TOKEN)
def test_le_rafraichissement_ne_la_prend_pas(psc: Essai, nom: str) -> None:
    """Armée pour la prochaine connexion, la panne attend : un rafraîchissement en cours ne la consomme pas."""
    connexion = psc.connecter()
    armee = psc.psc.panne(nom)
    assert psc.rafraichir(connexion.rafraichissement).status_code == 200
    assert armee.jouees == 0


def test_reponse_amputee(psc: Essai) -> None:
    """Sans ID token, ou sans jeton de rafraîchissement."""
    psc.psc.panne("id_token_absent")
    assert "id_token" not in psc.connecter().jetons
    assert psc.dernier("jeton").notes["defaut_jeton"] == "id_token_absent"
    psc.psc.panne("refresh_absent")
    assert "refresh_token" not in psc.connecter(prompt="login").jetons


@pytest.mark.parametrize(
    ("nom", "statut", "code"), [("jeton_500", 500, "server_error"), ("jeton_invalid_grant", 400, "invalid_grant")]
)
def test_jeton_refuse(psc: Essai, nom: str, statut: int, code: str) -> None:
    """L'erreur, puis le même code sert : rien n'a été consommé."""
    valeur = psc.code()
    psc.psc.panne(nom)
    reponse = psc.echanger(valeur)
    assert (reponse.status_code, reponse.json()["error"]) == (statut, code)
    assert psc.dernier("jeton").notes["refus"] == code
    assert psc.echanger(valeur).status_code == 200


def test_jeton_503_a_la_demande(psc: Essai) -> None:
    """Le statut est un paramètre."""
    psc.psc.panne("jeton_500", statut=503)
    assert psc.echanger(psc.code()).status_code == 503


@pytest.mark.parametrize("operation", ["jeton", "userinfo"])
def test_session_terminee(psc: Essai, operation: str) -> None:
    """La session finit sous le logiciel, au rafraîchissement ou à UserInfo."""
    connexion = psc.connecter()
    psc.psc.panne("session_terminee", operation=operation)
    if operation == "jeton":
        assert psc.rafraichir(connexion.rafraichissement).json()["error"] == "invalid_grant"
    else:
        assert psc.userinfo(connexion.acces).status_code == 401
    assert psc.psc.sessions.ouvertes() == ()


def test_userinfo(psc: Essai) -> None:
    """Autre personne, sans sub, sans exercice, refus, JWT : chacune une fois."""
    connexion = psc.connecter(DEUX)
    sain = psc.userinfo(connexion.acces).json()
    vus: dict[str, Any] = {}
    for nom in ("userinfo_autre_sub", "userinfo_sub_absent", "userinfo_sans_exercice", "userinfo_jwt", "userinfo_401"):
        psc.psc.panne(nom)
        reponse = psc.userinfo(connexion.acces)
        assert psc.dernier("userinfo").panne == nom
        vus[nom] = reponse
    autre = vus["userinfo_autre_sub"].json()
    assert autre["sub"] != sain["sub"] and autre["SubjectNameID"] == UN
    assert vus["userinfo_sub_absent"].json() == {k: v for k, v in sain.items() if k != "sub"}
    minimal = vus["userinfo_sans_exercice"].json()
    assert minimal["SubjectNameID"] == DEUX and not {"SubjectRefPro", "SubjectRole"} & set(minimal)
    assert vus["userinfo_jwt"].headers["Content-Type"] == "application/jwt"
    signe = psc.revendications(vus["userinfo_jwt"].text)
    assert {k: v for k, v in signe.items() if k not in ("iss", "aud")} == sain
    assert (signe["iss"], signe["aud"]) == (psc.psc.contexte.issuer, psc.client_id)
    assert vus["userinfo_401"].status_code == 401
    assert psc.userinfo(connexion.acces).json() == sain


@pytest.mark.parametrize("sso", [False, True])
@pytest.mark.parametrize(
    "nom", ["state_faux", "state_absent", "code_absent", "iss_faux", "refus_personne", "retour_double"]
)
def test_retour(psc: Essai, nom: str, sso: bool) -> None:
    """Le retour au logiciel est altéré, par la mire comme par le SSO ; le suivant ne l'est plus."""
    if sso:
        psc.connecter()
    psc.psc.panne(nom, operation="autorisation")
    demande = psc.demande()
    location = psc.obtenir(demande, UN).headers["Location"]
    assert psc.dernier("autorisation").panne == nom
    if nom == "retour_double":
        assert location.count("code=") == location.count("&state=") == 2
        code = location.partition("code=")[2].partition("&")[0]
        assert psc.echanger(code).status_code == 200, "le premier code est le bon"
        return
    lus = parametres(location)
    assert ("code" in lus) == (nom not in ("code_absent", "refus_personne"))
    assert (lus.get("state") == demande["state"]) == (nom not in ("state_faux", "state_absent"))
    assert ("state" in lus) == (nom != "state_absent")
    assert (lus["iss"] == psc.psc.contexte.issuer) == (nom != "iss_faux")
    assert (lus.get("error") == "access_denied") == (nom == "refus_personne")
    if nom not in ("code_absent", "refus_personne"):
        assert psc.echanger(lus["code"]).status_code == 200
    assert psc.connecter(prompt="login").acces


def test_autorisation_en_erreur(psc: Essai) -> None:
    """Un retour d'erreur immédiat, du code voulu."""
    psc.psc.panne("autorisation_erreur", erreur="temporarily_unavailable")
    assert parametres(psc.ouvrir().headers["Location"])["error"] == "temporarily_unavailable"
    assert psc.ouvrir().status_code == 303


@pytest.mark.parametrize("nom", ["autorisation_lente", "jeton_lent"])
def test_lenteurs(psc: Essai, nom: str) -> None:
    """La réponse est retenue jusqu'à ce qu'on la libère."""
    code = psc.code() if nom == "jeton_lent" else ""
    armee = psc.psc.panne(nom, duree=60)
    statuts: list[int] = []
    appel = threading.Thread(
        target=lambda: statuts.append((psc.echanger(code) if code else psc.ouvrir()).status_code), daemon=True
    )
    appel.start()
    assert armee.attendre_jouee(20)
    assert statuts == []
    armee.liberer()
    appel.join(20)
    assert statuts == [200 if code else 303]


def test_indisponibilites(psc: Essai) -> None:
    """Découverte, clés, fin de session : 503 une fois ; la session reste ouverte."""
    connexion = psc.connecter()
    for nom, url in (
        ("decouverte_indisponible", psc.psc.adresses()["decouverte"]),
        ("jwks_indisponible", psc.url("jwks")),
        ("fin_session_indisponible", psc.url("fin_session")),
    ):
        psc.psc.panne(nom)
        assert psc.navigateur.get(url, timeout=20).status_code == 503
        assert psc.navigateur.get(url, timeout=20).status_code == 200
    assert psc.userinfo(connexion.acces).status_code == 200
