"""Le point d'autorisation : ce qu'il accepte, ce qu'il refuse, et où il répond."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
import requests

from tests.simulators.psc.parcours import RETOUR, UN, Essai, champ_cache, defi, parametres

PIRATE = "https://pirate.test/"


@pytest.mark.parametrize(
    ("changes", "erreur"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "scope_all"}, "invalid_scope"),
        ({"scope": "openid inconnu"}, "invalid_scope"),
        ({"acr_values": None}, "invalid_request"),
        ({"acr_values": "eidas3"}, "invalid_request"),
        ({"acr_values": "", "acr": "eidas2"}, "invalid_request"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "toujours"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "un"}, "invalid_request"),
        ({"code_challenge": "court"}, "invalid_request"),
        ({"code_challenge": "x" * 50, "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://localhost/r"}, "request_uri_not_supported"),
        ({"nonce": "n" * 3000}, "invalid_request"),
    ],
)
def test_refus_qui_retourne_au_logiciel(psc: Essai, changes: dict[str, str | None], erreur: str) -> None:
    """Le refus revient par l'adresse enregistrée, avec le state et l'émetteur, jamais avec un code."""
    demande = psc.demande(**changes)
    reponse = psc.ouvrir(demande)
    assert reponse.status_code == 302, reponse.text
    assert reponse.headers["Location"].startswith(f"{RETOUR}?")
    lus = parametres(reponse.headers["Location"])
    assert (lus["error"], lus["state"], lus["iss"]) == (erreur, demande["state"], psc.psc.contexte.issuer)
    assert "code" not in lus
    notes = psc.dernier("autorisation").notes
    assert (notes["refus"], notes["redirect_uri_enregistree"]) == (erreur, "oui")


@pytest.mark.parametrize(
    "changes",
    [
        {"acr_values": "eidas1 eidas2"},
        {"scope": "openid"},
        {"scope": "scope_all openid"},
        {"state": None},
        {"nonce": None},
        {"prompt": "login"},
        {"prompt": "consent"},
        {"max_age": "0"},
        {"parametre_inconnu": "1"},
        {"ui_locales": "fr"},
        {"code_challenge": "x" * 43},
        {"code_challenge": "x" * 128, "code_challenge_method": "plain"},
        {"response_mode": "form_post"},
        {"kc_idp_hint": "local"},
    ],
)
def test_variantes_admises(psc: Essai, changes: dict[str, str | None]) -> None:
    """Ce que la norme permet ouvre la mire."""
    reponse = psc.ouvrir(psc.demande(**changes))
    assert reponse.status_code == 303, reponse.headers
    assert reponse.headers["Location"].startswith(f"{psc.psc.contexte.url_wallet}/mire/")
    assert "refus" not in psc.dernier("autorisation").notes


def test_acr_tolere_et_note(psc: Essai) -> None:
    """`acr=eidas1`, écrit par un exemple de l'ANS, passe ; il est noté pour qui juge."""
    assert psc.ouvrir(psc.demande(acr_values=None, acr="eidas1")).status_code == 303
    assert psc.dernier("autorisation").notes["acr_par_acr"] == "oui"
    psc.ouvrir()
    assert psc.dernier("autorisation").notes["acr_par_acr"] == "non"


@pytest.mark.parametrize(
    "piege",
    [
        PIRATE,
        RETOUR + "/",
        RETOUR + "?a=1",
        RETOUR + "#f",
        RETOUR.upper(),
        RETOUR.replace("https", "http"),
        RETOUR.replace("localhost", "localhost.pirate.test"),
        RETOUR.replace("localhost", "localhost@pirate.test"),
        RETOUR.replace(":4443", ""),
        RETOUR.replace(":4443", ":4444"),
        RETOUR + "/../ailleurs",
        RETOUR + "%2F..",
        f"{RETOUR}\r\nLocation: {PIRATE}",
        f" {RETOUR}",
        "//pirate.test",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "",
        "x" * 5000,
    ],
)
def test_jamais_vers_une_adresse_non_enregistree(psc: Essai, piege: str) -> None:
    """Ni redirection, ni lien, ni formulaire : la page explique, et ne mène nulle part."""
    reponse = psc.ouvrir(psc.demande(redirect_uri=piege))
    assert reponse.status_code == 400
    assert "Location" not in reponse.headers
    assert "pirate.test" not in reponse.text and "alert(1)" not in reponse.text and "<a " not in reponse.text
    assert psc.dernier("autorisation").notes["redirect_uri_enregistree"] == "non"


def test_meme_avec_une_panne_ou_un_refus(psc: Essai) -> None:
    """Une autre erreur dans la même demande, ou une panne armée, n'ouvre pas la redirection."""
    psc.psc.panne("autorisation_erreur", fois=None)
    psc.psc.panne("refus_personne", fois=None)
    for changes in ({}, {"response_type": "token"}, {"prompt": "none"}, {"response_mode": "form_post"}):
        reponse = psc.ouvrir(psc.demande(redirect_uri=PIRATE, **changes))
        assert reponse.status_code == 400 and "Location" not in reponse.headers and PIRATE not in reponse.text


@pytest.mark.parametrize("nom", ["client_id", "redirect_uri"])
def test_double_dont_depend_le_retour(psc: Essai, nom: str) -> None:
    """Deux clients ou deux adresses, même égales : on ne choisit pas à la place du logiciel."""
    demande = psc.demande()
    for double in (demande[nom], PIRATE):
        chaine = f"{urlencode(demande)}&{nom}={quote(double, safe='')}"
        reponse = psc.navigateur.get(f"{psc.psc.contexte.url_autorisation}?{chaine}", allow_redirects=False, timeout=20)
        assert reponse.status_code == 400 and "Location" not in reponse.headers


@pytest.mark.parametrize("nom", ["state", "nonce", "scope", "prompt", "code_challenge"])
def test_double_refuse_au_logiciel(psc: Essai, nom: str) -> None:
    """Un paramètre doublé est refusé (RFC 6749, 3.1) ; un state doublé n'est pas rendu."""
    demande = psc.demande(prompt="login", code_challenge="x" * 43)
    chaine = f"{urlencode(demande)}&{nom}=autre"
    reponse = psc.navigateur.get(f"{psc.psc.contexte.url_autorisation}?{chaine}", allow_redirects=False, timeout=20)
    lus = parametres(reponse.headers["Location"])
    assert lus["error"] == "invalid_request" and nom in lus["error_description"]
    assert ("state" in lus) == (nom != "state")


def test_client_inconnu_ou_absent(psc: Essai) -> None:
    """Une page, pas de redirection : l'adresse d'un inconnu n'est pas sûre."""
    for client_id in ("personne", None, psc.client_id.upper(), f"{psc.client_id} "):
        reponse = psc.ouvrir(psc.demande(client_id=client_id))
        assert reponse.status_code == 400 and "Location" not in reponse.headers
        assert "Logiciel inconnu" in reponse.text


def test_post(psc: Essai) -> None:
    """La demande peut venir par formulaire ; ce qui est à la fois dans l'adresse et dans le corps est un doublon."""
    url, demande = psc.psc.contexte.url_autorisation, psc.demande()
    assert psc.navigateur.post(url, data=demande, allow_redirects=False, timeout=20).status_code == 303
    mele = psc.navigateur.post(f"{url}?scope=openid", data=demande, allow_redirects=False, timeout=20)
    assert parametres(mele.headers["Location"])["error"] == "invalid_request"
    json = psc.navigateur.post(url, json=demande, allow_redirects=False, timeout=20)
    assert json.status_code == 415 and "Formulaire attendu" in json.text


def test_bouclage_de_tout_port(psc: Essai) -> None:
    """Une application native écoute où elle peut (RFC 8252, 7.3) : le port seul est libre, sur une adresse IP seule."""
    psc.psc.clients.declarer(psc.client_id, redirect_uris=["http://127.0.0.1/cb", "http://localhost/cb"])
    assert psc.ouvrir(psc.demande(redirect_uri="http://127.0.0.1:51234/cb")).status_code == 303
    for piege in (
        "http://localhost:5123/cb",
        "http://127.0.0.1:51234/cb2",
        "https://127.0.0.1:5/cb",
        "http://127.0.0.1:5@pirate.test/cb",
    ):
        assert psc.ouvrir(psc.demande(redirect_uri=piege)).status_code == 400


def test_modes_de_reponse(psc: Essai) -> None:
    """`query`, `fragment` et `form_post` rendent les mêmes paramètres."""
    for mode in ("query", "fragment", "form_post"):
        psc.navigateur.cookies.clear()
        demande = psc.demande(response_mode=mode)
        reponse = psc.parcourir(psc.ouvrir(demande, suivre=True), UN)
        if mode == "form_post":
            assert f'action="{RETOUR}"' in reponse.text
            code, state = champ_cache(reponse.text, "code"), champ_cache(reponse.text, "state")
        else:
            separateur = "#" if mode == "fragment" else "?"
            assert reponse.headers["Location"].startswith(RETOUR + separateur)
            lus = parametres(reponse.headers["Location"])
            code, state = lus["code"], lus["state"]
        assert state == demande["state"]
        assert psc.echanger(code).status_code == 200


def test_adresse_de_retour_deja_parametree(psc: Essai) -> None:
    """Une adresse enregistrée avec une chaîne de requête la garde."""
    avec = f"{RETOUR}?fournisseur=psc"
    psc.psc.clients.declarer(psc.client_id, redirect_uris=[avec])
    reponse = psc.ouvrir(psc.demande(redirect_uri=avec, prompt="none"))
    assert reponse.headers["Location"].startswith(f"{avec}&error=login_required")


def test_state_rendu_tel_quel(psc: Essai) -> None:
    """Un state hostile revient octet pour octet, et n'injecte rien : ni en-tête, ni HTML."""
    for hostile in ("<script>alert(1)</script>", "a\r\nSet-Cookie: x=1", "é&=#%00+ \u202e", "\"'><img src=x>"):
        for mode in ("query", "form_post"):
            reponse = psc.ouvrir(psc.demande(state=hostile, prompt="none", response_mode=mode))
            assert "x" not in reponse.cookies
            if mode == "query":
                assert parametres(reponse.headers["Location"])["state"] == hostile
            else:
                assert "<script" not in reponse.text and "<img" not in reponse.text
                # Un formulaire HTML normalise les fins de ligne à l'envoi, pas à l'affichage.
                assert champ_cache(reponse.text, "state").splitlines() == hostile.splitlines()


def test_pages_sans_injection(psc: Essai) -> None:
    """Rien de ce qu'un client ou une demande porte ne devient du HTML."""
    mechant = "<script>alert(1)</script>"
    psc.psc.clients.declarer(mechant, redirect_uris=[RETOUR])
    page = psc.ouvrir(psc.demande(client_id=mechant, login_hint=mechant), suivre=True)
    page = psc.envoyer(page, "choix", moyen="CPS")
    page = psc.envoyer(page, "identification", identifiant=mechant)
    assert "&lt;script&gt;" in page.text and "<script" not in page.text
    psc.psc.clients.declarer(mechant)


def test_demandes_demesurees(psc: Essai) -> None:
    """Trop de paramètres, UTF-8 faux, adresse géante : un refus clair, jamais une erreur du serveur."""
    url = psc.psc.contexte.url_autorisation
    for chaine in (
        "&".join(f"p{i}=1" for i in range(200)),
        "state=%ff%fe",
        "state=" + "x" * 9_000,
        "=&&==",
        "a%00b=%00",
    ):
        reponse = psc.serveur.get(f"{url}?{chaine}", allow_redirects=False, timeout=20)
        assert reponse.status_code == 400, chaine[:40]
        assert "Location" not in reponse.headers


def test_iss_et_session_state(psc: Essai) -> None:
    """Le retour porte l'émetteur (RFC 9207) et la session."""
    connexion = psc.connecter()
    assert set(connexion.retour) == {"code", "state", "iss", "session_state"}
    assert connexion.retour["iss"] == psc.psc.contexte.issuer
    assert connexion.retour["session_state"] == connexion.jetons["session_state"]


def test_decouverte(psc: Essai, etablissement: Essai) -> None:
    """Le nom propre et le nom standard servent le même document ; le second peut être ôté, pas ailleurs."""
    document = psc.document
    assert document["issuer"] == psc.psc.contexte.issuer
    assert document["authorization_endpoint"].startswith(psc.psc.contexte.url_wallet)
    assert psc.psc.contexte.url_wallet not in document["token_endpoint"], "deux ports distincts"
    assert document["authorization_response_iss_parameter_supported"] is True
    standard = psc.psc.contexte.issuer + "/.well-known/openid-configuration"
    assert psc.serveur.get(standard, timeout=20).json() == document
    assert [e.notes["document"] for e in psc.echanges("decouverte")[-2:]] == [
        "wallet-openid-configuration",
        "openid-configuration",
    ]
    psc.psc.reglages.decouverte_standard = False
    assert psc.serveur.get(standard, timeout=20).status_code == 404
    assert psc.document == document
    etablissement.psc.reglages.decouverte_standard = False
    assert etablissement.document["issuer"] == etablissement.psc.contexte.issuer


def test_sans_certificat_sur_la_mire(psc: Essai) -> None:
    """Le port de la mire ne demande aucun certificat ; celui du royaume le permet."""
    certificat = psc.socle.igc.identifiants("org_auth_cli")
    with requests.Session() as client:
        client.verify, client.trust_env = str(psc.socle.igc.racines_pem), False
        client.cert = (str(certificat.chemin_pem), str(certificat.chemin_cle))
        client.get(psc.psc.contexte.url_autorisation, params=psc.demande(), allow_redirects=False, timeout=20)
        client.get(psc.url("jwks"), timeout=20)
    autorisation, jwks = psc.dernier("autorisation"), psc.dernier("jwks")
    assert autorisation.tls is not None and autorisation.tls.certificat is None
    assert jwks.tls is not None and jwks.tls.certificat is not None
    assert jwks.notes["cles"] == " ".join(psc.psc.cles.kids)


def test_defi_de_la_norme() -> None:
    """Le vecteur de la RFC 7636, annexe B."""
    assert defi("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
