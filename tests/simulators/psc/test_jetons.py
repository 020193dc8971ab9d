"""Les jetons : ce qu'ils disent, ce qui les donne, ce qui les refuse."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from datetime import timedelta
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from simulators.psc.authentification import ASSERTION_JWT
from simulators.psc.liaison import empreinte_ans
from simulators.socle.jetons import JetonRefuse
from tests.simulators.psc.parcours import DEUX, RETOUR, UN, Essai, defi


def _refus(reponse: requests.Response) -> tuple[int, str]:
    assert reponse.headers["Cache-Control"] == "no-store"
    return reponse.status_code, reponse.json()["error"]


def _etat(psc: Essai, jeton: str, **choix: Any) -> str:
    """`valide`, ou l'état du refus."""
    try:
        psc.psc.verifier(jeton, **choix)
    except JetonRefuse as refus:
        assert len(jeton) < 20 or jeton not in str(refus)
        return refus.etat
    return "valide"


def test_reponse_complete(psc: Essai) -> None:
    """La forme documentée, et un ID token dont chaque revendication se recalcule."""
    demande_nonce = "nonce-" + secrets.token_urlsafe(16)
    connexion = psc.connecter(DEUX, nonce=demande_nonce)
    jetons, personne = connexion.jetons, psc.psc.personnes[DEUX]
    assert set(jetons) >= {"access_token", "refresh_token", "id_token", "session_state", "scope"}
    assert (jetons["token_type"], jetons["expires_in"], jetons["refresh_expires_in"]) == ("Bearer", 120, 1800)
    assert jetons["scope"] == "openid scope_all"
    lues = psc.revendications(connexion.id_token)
    assert lues["iss"] == psc.psc.contexte.issuer
    assert lues["aud"] == lues["azp"] == psc.client_id
    assert lues["nonce"] == demande_nonce
    assert lues["acr"] == "eidas1" and lues["typ"] == "ID"
    assert lues["sid"] == lues["session_state"] == jetons["session_state"]
    assert lues["SubjectNameID"] == lues["preferred_username"] == DEUX
    assert (lues["given_name"], lues["family_name"]) == (personne.prenom, personne.nom)
    assert lues["sub"] == personne.sub != DEUX
    assert lues["exp"] - lues["iat"] == 120 and lues["auth_time"] <= lues["iat"]
    moitie = hashlib.sha256(connexion.acces.encode()).digest()[:16]
    assert lues["at_hash"] == base64.urlsafe_b64encode(moitie).decode().rstrip("=")
    autre = psc.revendications(psc.connecter(UN, prompt="login").id_token)
    assert {lues["jti"], lues["sub"], lues["sid"]}.isdisjoint({autre["jti"], autre["sub"], autre["sid"]})


def test_sans_nonce(psc: Essai) -> None:
    """Un nonce que le logiciel n'a pas donné n'est pas inventé."""
    assert "nonce" not in psc.revendications(psc.connecter(nonce=None).id_token)


# -- le code -----------------------------------------------------------------------------------------------------


def test_rejeu_du_code(psc: Essai) -> None:
    """Un code ne sert qu'une fois ; rejoué, il révoque ce qu'il avait donné."""
    code = psc.code()
    jetons = psc.echanger(code).json()
    assert psc.userinfo(jetons["access_token"]).status_code == 200
    assert _refus(psc.echanger(code)) == (400, "invalid_grant")
    notes = psc.dernier("jeton").notes
    assert (notes["code_deja_utilise"], notes["refus"], notes["identifiant"]) == ("oui", "invalid_grant", UN)
    assert psc.userinfo(jetons["access_token"]).status_code == 401
    assert _refus(psc.rafraichir(jetons["refresh_token"])) == (400, "invalid_grant")
    assert _etat(psc, jetons["access_token"]) == "revoque"


def test_code_perime(psc: Essai) -> None:
    """Une minute, pas plus ; juste avant, il vaut."""
    code = psc.code()
    psc.psc.horloge.avancer(timedelta(seconds=50))
    assert psc.echanger(code).status_code == 200
    assert int(psc.dernier("jeton").notes["code_age"]) >= 50
    code = psc.code(prompt="login")
    psc.psc.horloge.avancer(timedelta(seconds=61))
    assert _refus(psc.echanger(code)) == (400, "invalid_grant")


def test_code_d_un_autre_client(psc: Essai) -> None:
    """Le code d'un client n'est bon que pour lui, et reste bon pour lui."""
    psc.psc.clients.declarer("second", redirect_uris=[RETOUR])
    code = psc.code()
    autre = ("second", psc.psc.clients["second"].secret)
    assert _refus(psc.echanger(code, auth=autre)) == (400, "invalid_grant")
    assert psc.echanger(code).status_code == 200


@pytest.mark.parametrize("adresse", [None, RETOUR + "/", RETOUR.upper(), "https://pirate.test/"])
def test_redirect_uri_differente(psc: Essai, adresse: str | None) -> None:
    """La même adresse qu'à la demande, caractère pour caractère."""
    champs = {"grant_type": "authorization_code", "code": psc.code()}
    if adresse is not None:
        champs["redirect_uri"] = adresse
    assert _refus(psc.jeton(champs)) == (400, "invalid_grant")
    assert psc.dernier("jeton").notes["redirect_uri_identique"] == "non"


@pytest.mark.parametrize(
    ("methode", "presente", "etat"),
    [
        ("S256", "juste", "conforme"),
        ("plain", "juste", "conforme"),
        (None, "juste", "conforme"),
        ("S256", "defi", "faux"),
        ("S256", "autre", "faux"),
        ("S256", "", "absent"),
        ("plain", "", "absent"),
        ("S256", "court", "faux"),
    ],
)
def test_pkce(psc: Essai, methode: str | None, presente: str, etat: str) -> None:
    """Le vérifieur répond au défi, ou le code est refusé sans être consommé."""
    verifieur = secrets.token_urlsafe(48)
    annonce = defi(verifieur) if methode == "S256" else verifieur
    code = psc.code(code_challenge=annonce, code_challenge_method=methode)
    donne = {"juste": verifieur, "defi": annonce, "autre": secrets.token_urlsafe(48), "court": "abc"}.get(presente, "")
    reponse = psc.echanger(code, verifieur=donne)
    assert psc.dernier("jeton").notes["pkce"] == etat
    assert (reponse.status_code == 200) == (etat == "conforme")
    if etat != "conforme":
        assert psc.echanger(code, verifieur=verifieur).status_code == 200


def test_pkce_inattendu_ou_exige(psc: Essai) -> None:
    """Un vérifieur sans défi est refusé (RFC 9700, 2.1.1) ; un client peut exiger PKCE de lui-même."""
    assert _refus(psc.echanger(psc.code(), verifieur="v" * 43)) == (400, "invalid_grant")
    assert psc.dernier("jeton").notes["pkce"] == "faux"
    psc.echanger(psc.code())
    assert psc.dernier("jeton").notes["pkce"] == "sans_objet"
    psc.psc.clients.declarer(psc.client_id, redirect_uris=[RETOUR], pkce_exige=True)
    assert "error=invalid_request" in psc.ouvrir().headers["Location"]


# -- le client ---------------------------------------------------------------------------------------------------


def _assertion(psc: Essai, cle: Any, alg: str, **changes: Any) -> dict[str, str]:
    maintenant = int(time.time())
    contenu = {
        "iss": psc.client_id, "sub": psc.client_id, "aud": psc.url("jeton"), "jti": secrets.token_hex(8),
        "iat": maintenant, "exp": maintenant + 60, **changes,
    }  # fmt: skip
    contenu = {nom: valeur for nom, valeur in contenu.items() if valeur is not None}
    return {"client_assertion_type": ASSERTION_JWT, "client_assertion": jwt.encode({"alg": alg}, contenu, cle)}


def _signer_hs256(jeton: str, secret: bytes) -> str:
    """Le même contenu, signé en HS256 d'une clé publique prise pour un secret."""
    entete = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=").decode()
    signe = f"{entete}.{jeton.split('.')[1]}"
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signe.encode(), "sha256")).rstrip(b"=").decode()
    return f"{signe}.{signature}"


def _avec(psc: Essai, champs: dict[str, str], **choix: Any) -> requests.Response:
    code = {"grant_type": "authorization_code", "code": psc.code(), "redirect_uri": RETOUR}
    return psc.jeton({**code, **champs}, auth=None, **choix)


def test_secret_dans_le_corps(psc: Essai) -> None:
    """client_secret_post."""
    champs = {"client_id": psc.client_id, "client_secret": psc.secret}
    assert _avec(psc, champs).status_code == 200
    assert psc.dernier("jeton").notes["authentification"] == "client_secret_post"
    assert _refus(_avec(psc, champs | {"client_secret": psc.secret + "x"})) == (401, "invalid_client")


def test_basic_encode(psc: Essai) -> None:
    """RFC 6749, 2.3.1 : identifiant et secret sont encodés avant d'être mis en base64."""
    psc.psc.clients.declarer("client:à la carte", redirect_uris=[RETOUR], secret="s ecret%:é+&")
    code = psc.code(client_id="client:à la carte")
    entete = base64.b64encode(b"client%3A%C3%A0+la+carte:s+ecret%25%3A%C3%A9%2B%26").decode()
    reponse = psc.echanger(code, auth=None, headers={"Authorization": f"Basic {entete}"})
    assert reponse.status_code == 200
    assert psc.dernier("jeton").notes["client"] == "client:à la carte"


@pytest.mark.parametrize(
    "entete", ["Basic", "Basic !!!", "Basic " + base64.b64encode(b"sans-separateur").decode(), "Bearer x", "Digest a=b"]
)
def test_entete_illisible(psc: Essai, entete: str) -> None:
    """Un en-tête Authorization qui ne se lit pas : invalid_client, avec un défi Basic."""
    reponse = psc.echanger(psc.code(), auth=None, headers={"Authorization": entete})
    assert _refus(reponse) == (401, "invalid_client")
    assert reponse.headers["WWW-Authenticate"].startswith("Basic")


def test_private_key_jwt(psc: Essai) -> None:
    """Une assertion signée de la clé déclarée, une seule fois, pour ce fournisseur, avant son terme."""
    cle, etrangere = (RSAKey.generate_key(2048, {"kid": nom}) for nom in ("un", "deux"))
    psc.psc.clients.declarer(psc.client_id, redirect_uris=[RETOUR], jwks={"keys": [cle.as_dict(private=False)]})
    champs = _assertion(psc, cle, "RS256")
    assert _avec(psc, champs).status_code == 200
    notes = psc.dernier("jeton").notes
    assert (notes["authentification"], notes["client"]) == ("private_key_jwt", psc.client_id)
    assert _refus(_avec(psc, champs)) == (401, "invalid_client"), "rejouée"
    assert _avec(psc, _assertion(psc, cle, "RS256", aud=[psc.psc.contexte.issuer])).status_code == 200
    fautives: list[dict[str, Any]] = [
        {"aud": "https://ailleurs.test"}, {"exp": 1}, {"exp": None}, {"jti": None}, {"iss": "un-autre"},
        {"sub": "un-autre", "iss": "un-autre"}, {"exp": True},
    ]  # fmt: skip
    for changes in fautives:
        assert _refus(_avec(psc, _assertion(psc, cle, "RS256", **changes))) == (401, "invalid_client"), changes
    assert _refus(_avec(psc, _assertion(psc, etrangere, "RS256"))) == (401, "invalid_client")
    for illisible in ("", "a.b", "a.b.c", "é.é.é", "eyJhbGciOiJub25lIn0.e30."):
        champs = {"client_assertion_type": ASSERTION_JWT, "client_assertion": illisible}
        assert _refus(_avec(psc, champs)) == (401, "invalid_client")
    confondue = _signer_hs256(_assertion(psc, cle, "RS256")["client_assertion"], cle.as_pem(private=False))
    champs = {"client_assertion_type": ASSERTION_JWT, "client_assertion": confondue}
    assert _refus(_avec(psc, champs)) == (401, "invalid_client")


def test_client_secret_jwt(psc: Essai) -> None:
    """Une assertion signée du secret ; sans clé publique déclarée, private_key_jwt est refusé."""
    assert _avec(psc, _assertion(psc, OctKey.import_key(psc.secret), "HS256")).status_code == 200
    assert psc.dernier("jeton").notes["authentification"] == "client_secret_jwt"
    faux = OctKey.import_key("un-secret-qui-n-est-pas-le-bon-du-tout")
    assert _refus(_avec(psc, _assertion(psc, faux, "HS256"))) == (401, "invalid_client")
    cle = RSAKey.generate_key(2048)
    assert _refus(_avec(psc, _assertion(psc, cle, "RS256"))) == (401, "invalid_client")


def test_tls_client_auth(psc: Essai) -> None:
    """Un certificat de l'IGC de test vaut authentification si le client l'a déclaré ; son sujet peut être exigé."""
    igc = psc.socle.igc.identifiants("org_auth_cli")
    certificat = (str(igc.chemin_pem), str(igc.chemin_cle))
    sans_secret = {"client_id": psc.client_id}
    reponse = _avec(psc, sans_secret, cert=certificat)
    assert reponse.status_code == 200, reponse.text
    notes = psc.dernier("jeton").notes
    sujet = notes["certificat"]
    assert notes["authentification"] == "tls_client_auth" and "CN=" in sujet
    psc.psc.clients.declarer(psc.client_id, redirect_uris=[RETOUR], sujet_certificat=sujet)
    with psc.neuf() as client:
        psc.serveur, avant = client, psc.serveur
        assert _avec(psc, sans_secret, cert=certificat).status_code == 200
        psc.psc.clients.declarer(psc.client_id, redirect_uris=[RETOUR], sujet_certificat="CN=UN AUTRE")
        assert _refus(_avec(psc, sans_secret, cert=certificat)) == (401, "invalid_client")
        psc.psc.clients.declarer(psc.client_id, redirect_uris=[RETOUR], methodes=["client_secret_basic"])
        assert _refus(_avec(psc, sans_secret, cert=certificat)) == (401, "invalid_client")
        psc.serveur = avant


def test_methode_non_declaree(psc: Essai) -> None:
    """Le client s'authentifie comme il l'a déclaré, ou pas du tout."""
    psc.psc.clients.declarer(psc.client_id, redirect_uris=[RETOUR], methodes=["client_secret_post"])
    assert _refus(psc.echanger(psc.code())) == (401, "invalid_client")
    assert _avec(psc, {"client_id": psc.client_id, "client_secret": psc.secret}).status_code == 200


def test_rien_dans_l_adresse(psc: Essai) -> None:
    """Ni code ni secret dans l'adresse du point d'accès des jetons."""
    url = f"{psc.url('jeton')}?client_id={psc.client_id}"
    champs = {"grant_type": "authorization_code", "code": psc.code(), "redirect_uri": RETOUR}
    reponse = psc.serveur.post(url, data=champs, auth=(psc.client_id, psc.secret), timeout=20)
    assert _refus(reponse) == (400, "invalid_request")


# -- rafraîchir, introspecter, révoquer --------------------------------------------------------------------------


def test_rafraichissement(psc: Essai) -> None:
    """De nouveaux jetons de la même session ; le scope peut se réduire, pas s'étendre."""
    connexion = psc.connecter()
    neufs = psc.rafraichir(connexion.rafraichissement).json()
    assert neufs["access_token"] != connexion.acces and neufs["refresh_token"] != connexion.rafraichissement
    assert neufs["session_state"] == connexion.jetons["session_state"]
    lues = psc.revendications(neufs["id_token"])
    assert lues["sub"] == psc.psc.personnes[UN].sub and "nonce" not in lues
    champs = {"grant_type": "refresh_token", "refresh_token": neufs["refresh_token"]}
    reduit = psc.jeton({**champs, "scope": "openid"}).json()
    assert reduit["scope"] == "openid"
    assert psc.userinfo(reduit["access_token"]).json() == {"sub": psc.psc.personnes[UN].sub}
    assert _refus(psc.jeton({**champs, "scope": "openid profile"})) == (400, "invalid_scope")
    assert _refus(psc.rafraichir(connexion.acces)) == (400, "invalid_grant")
    psc.psc.clients.declarer("second")
    second = ("second", psc.psc.clients["second"].secret)
    assert _refus(psc.rafraichir(neufs["refresh_token"], auth=second)) == (400, "invalid_grant")


def test_rotation(psc: Essai) -> None:
    """Par défaut l'ancien jeton de rafraîchissement sert encore ; réglée stricte, son rejeu révoque tout."""
    connexion = psc.connecter()
    assert psc.rafraichir(connexion.rafraichissement).status_code == 200
    assert psc.rafraichir(connexion.rafraichissement).status_code == 200
    psc.psc.reglages.rotation_stricte = True
    neufs = psc.rafraichir(connexion.rafraichissement).json()
    assert psc.userinfo(neufs["access_token"]).status_code == 200
    assert _refus(psc.rafraichir(connexion.rafraichissement)) == (400, "invalid_grant")
    assert _refus(psc.rafraichir(neufs["refresh_token"])) == (400, "invalid_grant")
    assert psc.userinfo(neufs["access_token"]).status_code == 401


def test_introspection(psc: Essai) -> None:
    """SubjectNameID n'accompagne qu'un jeton d'accès ; inconnu, expiré, révoqué se disent pareil."""
    connexion = psc.connecter(DEUX)
    acces, rafraichissement = psc.introspecter(connexion.acces), psc.introspecter(connexion.rafraichissement)
    assert acces["active"] is rafraichissement["active"] is True
    assert acces["SubjectNameID"] == DEUX and "SubjectNameID" not in rafraichissement
    assert acces["exp"] - acces["iat"] == 120 and rafraichissement["exp"] - rafraichissement["iat"] == 1800
    assert psc.introspecter("inconnu") == {"active": False}
    assert psc.dernier("introspection").notes["type_jeton"] == "inconnu"
    psc.psc.horloge.avancer(timedelta(seconds=121))
    assert psc.introspecter(connexion.acces) == {"active": False}
    assert psc.introspecter(connexion.rafraichissement)["active"] is True
    assert psc.dernier("introspection").notes["actif"] == "oui"


def test_revocation(psc: Essai) -> None:
    """Un jeton d'accès seul, ou toute la famille par le rafraîchissement ; jamais le jeton d'un autre."""

    def revoquer(jeton: str, client: str = psc.client_id) -> requests.Response:
        identite = (client, psc.psc.clients[client].secret)
        return psc.serveur.post(psc.url("revocation"), data={"token": jeton}, auth=identite, timeout=20)

    connexion = psc.connecter()
    psc.psc.clients.declarer("second")
    assert revoquer(connexion.acces, "second").status_code == 400
    assert _etat(psc, connexion.acces) == "valide"
    assert revoquer(connexion.acces).status_code == 200
    assert psc.userinfo(connexion.acces).status_code == 401
    neufs = psc.rafraichir(connexion.rafraichissement).json()
    assert revoquer(connexion.rafraichissement).status_code == 200
    assert psc.dernier("revocation").notes["type_jeton"] == "rafraichissement"
    assert psc.userinfo(neufs["access_token"]).status_code == 401
    assert _refus(psc.rafraichir(neufs["refresh_token"])) == (400, "invalid_grant")


# -- ce qu'un service en sait ------------------------------------------------------------------------------------


def test_verifier(psc: Essai) -> None:
    """L'interface des autres services : qui, quelle session, jusqu'à quand ; chaque refus a son état."""
    connexion = psc.connecter(DEUX)
    verifie = psc.psc.verifier(connexion.acces)
    assert (verifie.identifiant, verifie.rpps, verifie.client) == (DEUX, DEUX[1:], psc.client_id)
    assert verifie.session == connexion.jetons["session_state"]
    assert 0 < (verifie.expire - psc.psc.horloge()).total_seconds() <= 120
    for inconnu in ("", "inconnu", connexion.acces + "x", connexion.acces[:-1]):
        assert _etat(psc, inconnu) == "inconnu"
    for detourne in (connexion.rafraichissement, connexion.id_token):
        with pytest.raises(JetonRefuse) as refus:
            psc.psc.verifier(detourne)
        assert (refus.value.etat, refus.value.identifiant) == ("autre_audience", DEUX)
        assert refus.value.session == verifie.session
    psc.psc.horloge.avancer(timedelta(seconds=120))
    assert _etat(psc, connexion.acces) == "expire"
    neuf = psc.rafraichir(connexion.rafraichissement).json()["access_token"]
    psc.psc.sessions.terminer(DEUX)
    assert _etat(psc, neuf) == "revoque"


def test_jeton_lie_au_certificat(psc: Essai) -> None:
    """Déclaré lié, le jeton porte l'empreinte du certificat et ne vaut qu'avec lui."""
    psc.psc.clients.declarer(psc.client_id, redirect_uris=[RETOUR], certificats_lies=True)
    un, deux = (psc.socle.igc.identifiants(nom) for nom in ("org_auth_cli", "cps_auth_1"))
    der = {nom: requests_der(i.chemin_pem.read_bytes()) for nom, i in (("un", un), ("deux", deux))}
    with psc.neuf() as client:
        client.cert = (str(un.chemin_pem), str(un.chemin_cle))
        psc.serveur, avant = client, psc.serveur
        acces = psc.echanger(psc.code()).json()["access_token"]
        assert psc.dernier("jeton").notes["lie"] == "oui"
        assert psc.userinfo(acces).status_code == 200
        psc.serveur = avant
    assert psc.userinfo(acces).status_code == 401
    assert psc.introspecter(acces)["cnf"] == {"x5t#S256": empreinte_ans(der["un"])}
    assert _etat(psc, acces, certificat_der=der["un"]) == "valide"
    assert _etat(psc, acces, certificat_der=der["deux"]) == _etat(psc, acces) == "non_lie"


def requests_der(pem: bytes) -> bytes:
    """Premier certificat d'un PEM, en DER."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def test_rotation_des_cles(psc: Essai) -> None:
    """Après une rotation, l'ancien ID token se vérifie encore : son kid reste publié."""
    ancien = psc.connecter().id_token
    kid = psc.psc.cles.tourner()
    assert psc.psc.cles.kids[0] == kid and len(psc.cles().keys) == 2
    neuf = psc.connecter().id_token
    assert psc.revendications(ancien)["typ"] == psc.revendications(neuf)["typ"] == "ID"
    psc.psc.cles.remettre()


def test_rien_en_clair_au_journal(psc: Essai) -> None:
    """Aucun jeton, code, secret ni cookie ne reste en clair dans le dossier de campagne ; l'empreinte se compare."""
    connexion = psc.connecter()
    psc.rafraichir(connexion.rafraichissement)
    psc.userinfo(connexion.acces)
    psc.serveur.get(f"{psc.url('userinfo')}?access_token={connexion.acces}", timeout=20)
    psc.introspecter(connexion.acces)
    fin = {"id_token_hint": connexion.id_token}
    psc.navigateur.get(psc.url("fin_session"), params=fin, allow_redirects=False, timeout=20)
    secrets_emis = [
        connexion.acces, connexion.rafraichissement, connexion.id_token, connexion.retour["code"],
        connexion.verifieur, psc.secret, *(s.cookie for s in psc.psc.sessions.toutes()),
    ]  # fmt: skip
    for fichier in psc.journal.dossier.rglob("*"):
        if fichier.is_file():
            octets = fichier.read_bytes()
            assert not [nom for nom in secrets_emis if nom.encode() in octets], fichier
    corps = psc.dernier("introspection").requete.corps.octets
    assert psc.journal.empreinte_secret(connexion.acces).encode() in corps
