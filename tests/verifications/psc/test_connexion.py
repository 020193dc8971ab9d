"""Une bonne connexion passe toutes les règles du fil ; chaque faute est prise par son code et lui seul."""

from __future__ import annotations

import json
import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.socle.echange import CorpsMemoire, Echange
from steps.verifications.psc import ETABLISSEMENT, ClientDeclare, lire, usages, verifier_connexions
from tests.verifications.psc import fabrique as f

NC, AV, CO = Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.CONFORME
CLIENT = ClientDeclare(
    f.CLIENT, (f.RETOUR,), (f.SORTIE,), authentification="client_secret_basic", pkce=True, modalites=("web",)
)
SANS_PKCE = ClientDeclare(f.CLIENT, (f.RETOUR,), authentification="client_secret_basic", pkce=False)
MUTUEL = ClientDeclare(f.CLIENT, (f.RETOUR,), authentification="tls_client_auth", pkce=True)


def juger(echanges: list[Echange], client: ClientDeclare = CLIENT) -> list[Constat]:
    return verifier_connexions(lire(echanges, client.fournisseur.service), client, usages(echanges))


def fautes(constats: list[Constat]) -> set[tuple[str, Verdict]]:
    return {(c.code, c.verdict) for c in constats if c.verdict is not CO}


def _demande(**changes: Any) -> Callable[[], list[Echange]]:
    return lambda: f.deux_connexions(demande=changes)


def _echange(**changes: Any) -> Callable[[], list[Echange]]:
    return lambda: f.deux_connexions(echange=changes)


def _formulaire_repete() -> list[Echange]:
    echanges = f.deux_connexions()
    rang = next(rang for rang, echange in enumerate(echanges) if echange.operation == "jeton")
    requete = echanges[rang].requete
    corps = CorpsMemoire(requete.corps.octets + b"&grant_type=authorization_code")
    echanges[rang] = replace(echanges[rang], requete=replace(requete, corps=corps))
    return echanges


def _code_rejoue() -> list[Echange]:
    fil = f.Fil().decouverte()
    transaction, parametres = fil.autorisation()
    code = fil.mire(transaction, parametres)
    fil.jeton(transaction, code)
    fil.jeton(transaction, code, statut=400, refus="invalid_grant", deja="oui")
    return fil.connexion(f.PHARMACIENNE, session="s2").echanges


def _rotation(*, permanent: bool = False, ancien: bool = False) -> list[Echange]:
    fil = f.Fil().connexion()
    fil.connexion(session="s2")
    premier = f.jeton()
    rendu = fil.rafraichir(premier, permanent=permanent)
    fil.rafraichir(premier if ancien else rendu["refresh_token"], permanent=permanent)
    return fil.echanges


def _perime(*, suite: bool) -> list[Echange]:
    fil = f.Fil().connexion().connexion(session="s2")
    fil.usage(etat="expire")
    if suite:
        fil.rafraichir(f.jeton())
        fil.usage()
    return fil.echanges


_GUIDS = (str(uuid.uuid1()) for _ in iter(int, 1))

# code → verdict, ce qui est faussé, échanges, déclaration
DEFAUTS: list[tuple[str, Verdict, str, Callable[[], list[Echange]], ClientDeclare]] = [
    ("PSC-AUT-01", AV, "nom standard", lambda: _decouverte("openid-configuration"), CLIENT),
    ("PSC-AUT-02", NC, "implicite", _demande(response_type="id_token token"), CLIENT),
    ("PSC-AUT-02", NC, "hybride", _demande(response_type="code id_token"), CLIENT),
    ("PSC-AUT-03", NC, "openid seul", _demande(scope="openid"), CLIENT),
    ("PSC-AUT-03", NC, "scope_all seul", _demande(scope="scope_all"), CLIENT),
    ("PSC-AUT-04", NC, "absent", _demande(retires=("acr_values",)), CLIENT),
    ("PSC-AUT-04", NC, "eidas2", _demande(acr_values="eidas2"), CLIENT),
    ("PSC-AUT-04", NC, "casse", _demande(acr_values="eIDAS1"), CLIENT),
    ("PSC-AUT-04", AV, "par acr", _demande(retires=("acr_values",), acr="eidas1"), CLIENT),
    ("PSC-AUT-04", AV, "deux niveaux", _demande(acr_values="eidas1 eidas2"), CLIENT),
    ("PSC-AUT-05", NC, "autre client", _demande(client_id="autre"), CLIENT),
    ("PSC-AUT-06", NC, "barre finale", _demande(redirect_uri=f.RETOUR + "/"), CLIENT),
    ("PSC-AUT-06", NC, "paramètre", _demande(redirect_uri=f.RETOUR + "?a=1"), CLIENT),
    ("PSC-AUT-06", NC, "casse", _demande(redirect_uri=f.RETOUR.replace("retour", "Retour")), CLIENT),
    ("PSC-AUT-06", NC, "inconnue du fournisseur", _demande(enregistree="non"),
     ClientDeclare(f.CLIENT, pkce=True)),
    ("PSC-AUT-07", NC, "http", _demande(redirect_uri="http://lps.exemple.fr/psc"),
     ClientDeclare(f.CLIENT, ("http://lps.exemple.fr/psc",), pkce=True)),
    ("PSC-AUT-08", NC, "state répété", _demande(repetes=("state",)), CLIENT),
    ("PSC-ALE-01", NC, "sans state", _demande(retires=("state",)), CLIENT),
    ("PSC-ALE-02", NC, "seize bits", lambda: _state(lambda: secrets.token_hex(2)), CLIENT),
    ("PSC-ALE-02", NC, "horloge", lambda: _state(iter(map(str, range(1_700_000_000, 1_700_000_099, 7))).__next__),
     CLIENT),
    ("PSC-ALE-02", NC, "UUID d'horloge", lambda: _state(_GUIDS.__next__), CLIENT),
    ("PSC-ALE-02", NC, "tête longue", lambda: _state(lambda: "connexion-psc-au-logiciel-" + secrets.token_hex(4)),
     CLIENT),
    ("PSC-ALE-03", NC, "constant", _demande(state="Q" * 8 + "x7Kd0pLm2Vb9Zr4TnW1sYc6HgJ"), CLIENT),
    ("PSC-ALE-04", AV, "sans nonce", _demande(retires=("nonce",)), CLIENT),
    ("PSC-ALE-05", AV, "court", lambda: _nonce(lambda: secrets.token_hex(6)), CLIENT),
    ("PSC-ALE-06", NC, "constant", _demande(nonce="Q" * 8 + "x7Kd0pLm2Vb9Zr4TnW1sYc6HgJ"), CLIENT),
    ("PSC-PKC-01", AV, "déclaré, absent", _demande(defi=False), CLIENT),
    ("PSC-PKC-02", AV, "plain", _demande(code_challenge_method="plain"), CLIENT),
    ("PSC-PKC-02", AV, "méthode absente", _demande(retires=("code_challenge_method",)), CLIENT),
    ("PSC-PKC-03", NC, "remplissage", lambda: _defi(lambda: secrets.token_urlsafe(32) + "="), CLIENT),
    ("PSC-PKC-03", NC, "hexadécimal", lambda: _defi(lambda: secrets.token_hex(32)), CLIENT),
    ("PSC-PKC-04", NC, "constant", _demande(code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), CLIENT),
    ("PSC-PKC-05", NC, "faux", _echange(pkce="faux"), CLIENT),
    ("PSC-PKC-05", NC, "absent", _echange(pkce="absent"), CLIENT),
    ("PSC-COD-01", NC, "rejoué", _code_rejoue, CLIENT),
    ("PSC-JET-05", NC, "paramètre du point de jetons répété", _formulaire_repete, CLIENT),
    ("PSC-COD-02", AV, "trente secondes", _echange(age="30"), CLIENT),
    ("PSC-COD-03", NC, "CORS", _echange(entetes={"Origin": "https://lps.exemple.fr"}), CLIENT),
    ("PSC-COD-03", NC, "User-Agent", _echange(entetes={"User-Agent": f.MIRE}), CLIENT),
    ("PSC-COD-04", NC, "autre retour", _echange(redirect_uri=f.RETOUR + "/"), CLIENT),
    ("PSC-CLI-01", NC, "aucune", _echange(authentification="aucune"), CLIENT),
    ("PSC-CLI-01", NC, "deux", _echange(champs={"client_secret": f.empreinte("secret")}), CLIENT),
    ("PSC-CLI-02", AV, "post", _echange(authentification="client_secret_post"), CLIENT),
    ("PSC-CLI-03", NC, "adresse", _echange(cible="/token?client_secret=" + f.empreinte("secret")), CLIENT),
    ("PSC-CLI-03", NC, "navigateur", _demande(client_secret=f.empreinte("secret")), CLIENT),
    ("PSC-CLI-04", NC, "sans certificat", _echange(authentification="tls_client_auth"), MUTUEL),
    ("PSC-CLI-05", NC, "périmé", _echange(der=f.certificat(jours=-1)), CLIENT),
    ("PSC-CLI-05", NC, "usage serveur", _echange(der=f.certificat(usage="serveur")), CLIENT),
    ("PSC-TLS-01", NC, "TLS 1.1", _echange(tls="TLSv1.1"), CLIENT),
    ("PSC-JET-01", NC, "adresse", lambda: f.deux_connexions(porteur="parametre"), CLIENT),
    ("PSC-JET-01", AV, "corps", lambda: f.deux_connexions(porteur="corps"), CLIENT),
    ("PSC-JET-02", NC, "ancien", lambda: _rotation(ancien=True), CLIENT),
    ("PSC-JET-03", AV, "périmé", lambda: _perime(suite=False), CLIENT),
]  # fmt: skip


def _decouverte(document: str) -> list[Echange]:
    fil = f.Fil()
    for rang in range(2):
        fil.decouverte(document)
        transaction, parametres = fil.autorisation()
        fil.jeton(transaction, fil.mire(transaction, parametres), session=f"s{rang}")
        fil.jwks().userinfo(session=f"s{rang}")
    return fil.echanges


def _tirer(nom: str, tirage: Callable[[], str]) -> list[Echange]:
    fil = f.Fil()
    for rang in range(3):
        fil.connexion(session=f"s{rang}", demande={nom: tirage()})
    return fil.echanges


def _state(tirage: Callable[[], str]) -> list[Echange]:
    return _tirer("state", tirage)


def _nonce(tirage: Callable[[], str]) -> list[Echange]:
    return _tirer("nonce", tirage)


def _defi(tirage: Callable[[], str]) -> list[Echange]:
    return _tirer("code_challenge", tirage)


@pytest.mark.parametrize(
    ("code", "verdict", "quoi", "faire", "client"), DEFAUTS, ids=[f"{code} {quoi}" for code, _, quoi, _, _ in DEFAUTS]
)
def test_defaut(
    code: str, verdict: Verdict, quoi: str, faire: Callable[[], list[Echange]], client: ClientDeclare
) -> None:
    """Une faute, un code."""
    assert fautes(juger(faire(), client)) == {(code, verdict)}


def _jws(contenu: dict[str, Any], signature: str) -> str:
    return ".".join(
        (
            *(urlsafe_b64encode(json.dumps(c).encode()).rstrip(b"=").decode() for c in ({"alg": "HS256"}, contenu)),
            signature,
        )
    )


def _recharge() -> list[Echange]:
    """La personne recharge la page de la mire avant de répondre : la même demande arrive deux fois."""
    fil = f.Fil().connexion()
    _, parametres = fil.autorisation()
    demande: dict[str, Any] = dict(parametres)
    transaction, _ = fil.autorisation(**demande)
    fil.jeton(transaction, fil.mire(transaction, parametres), session="s2")
    return fil.echanges


def _reprise_apres_panne() -> list[Echange]:
    fil = f.Fil().connexion()
    transaction, parametres = fil.autorisation()
    code = fil.mire(transaction, parametres)
    fil.jeton(transaction, code, statut=503)
    fil.jeton(transaction, code)
    return fil.echanges


VARIANTES: list[tuple[str, Callable[[], list[Echange]], ClientDeclare]] = [
    ("ordinaire", _demande(), CLIENT),
    ("PKCE absent, non déclaré", _demande(defi=False), SANS_PKCE),
    ("PKCE employé, non déclaré", _demande(), SANS_PKCE),
    ("rien de déclaré", _demande(), ClientDeclare()),
    ("TLS 1.2", _echange(tls="TLSv1.2"), CLIENT),
    ("state hexadécimal", lambda: _state(lambda: secrets.token_hex(16)), CLIENT),
    ("state base64url de 16 octets", lambda: _state(lambda: secrets.token_urlsafe(16)), CLIENT),
    ("state uuid4", lambda: _state(lambda: str(uuid.uuid4())), CLIENT),
    ("state uuid4 sans tirets", lambda: _state(lambda: uuid.uuid4().hex), CLIENT),
    ("state uuid4 en majuscules", lambda: _state(lambda: str(uuid.uuid4()).upper()), CLIENT),
    ("state JWT signé", lambda: _state(lambda: _jws({"r": secrets.token_hex(4)}, secrets.token_urlsafe(32))), CLIENT),
    ("state préfixé", lambda: _state(lambda: "psc-" + secrets.token_urlsafe(24)), CLIENT),
    ("state long", lambda: _state(lambda: secrets.token_urlsafe(200)), CLIENT),
    ("state en base64 ordinaire", lambda: _state(lambda: secrets.token_urlsafe(24).replace("_", "/") + "=="), CLIENT),
    ("nonce de vingt caractères (authlib)", lambda: _nonce(lambda: secrets.token_hex(40)[:20]), CLIENT),
    ("jetons demandés par Node", _echange(entetes={"Sec-Fetch-Mode": "cors", "User-Agent": "node"}), CLIENT),
    ("nonce uuid4", lambda: _nonce(lambda: str(uuid.uuid4())), CLIENT),
    ("scope dans un autre ordre, avec d'autres", _demande(scope="scope_all profile openid"), CLIENT),
    ("prompt, ui_locales, login_hint", _demande(prompt="login", ui_locales="fr", login_hint=f.MEDECIN), CLIENT),
    ("demande en POST", _demande(methode="POST"), CLIENT),
    ("sans découverte", lambda: [e for e in f.deux_connexions() if e.operation != "decouverte"], CLIENT),
    ("les deux documents", lambda: [*_decouverte("wallet-openid-configuration"), *f.Fil().decouverte(
        "openid-configuration").echanges], CLIENT),
    ("client lourd, boucle locale", _demande(redirect_uri="http://127.0.0.1:51004/retour"),
     ClientDeclare(f.CLIENT, ("http://127.0.0.1:51004/retour",), pkce=True)),
    ("application native, schéma privé", _demande(redirect_uri="fr.exemple.lps:/retour"),
     ClientDeclare(f.CLIENT, ("fr.exemple.lps:/retour",), pkce=True)),
    ("deux adresses enregistrées", _demande(), ClientDeclare(f.CLIENT, ("https://autre.fr/", f.RETOUR), pkce=True)),
    ("secret dans le corps", _echange(authentification="client_secret_post"),
     ClientDeclare(f.CLIENT, (f.RETOUR,), authentification="client_secret_post", pkce=True)),
    ("assertion signée", _echange(authentification="private_key_jwt", champs={"client_assertion": f.jeton()}),
     ClientDeclare(f.CLIENT, (f.RETOUR,), authentification="private_key_jwt", pkce=True)),
    ("secret et certificat", _echange(der=f.certificat()), CLIENT),
    ("certificat sans usage restreint", _echange(der=f.certificat(usage="")), CLIENT),
    ("page de la mire rechargée", _recharge, CLIENT),
    ("reprise après 503", _reprise_apres_panne, CLIENT),
    ("rotation du rafraîchissement", _rotation, CLIENT),
    ("rafraîchissement qui ne tourne pas", lambda: _rotation(permanent=True, ancien=True), CLIENT),
    ("jeton périmé puis rafraîchi", lambda: _perime(suite=True), CLIENT),
    ("sans UserInfo ni JWKS", lambda: [e for e in f.deux_connexions() if e.operation not in ("userinfo", "jwks")],
     CLIENT),
    ("fournisseur de l'établissement", lambda: f.deux_connexions(service="etablissement"),
     ClientDeclare(f.CLIENT, (f.RETOUR,), pkce=True, fournisseur=ETABLISSEMENT)),
]  # fmt: skip


@pytest.mark.parametrize(("faire", "client"), [v[1:] for v in VARIANTES], ids=[v[0] for v in VARIANTES])
def test_variante(faire: Callable[[], list[Echange]], client: ClientDeclare) -> None:
    """Une variante légitime ne donne aucune alerte, et quelque chose est bien constaté."""
    constats = juger(faire(), client)
    assert fautes(constats) == set()
    vues = {"PSC-AUT-02", "PSC-ALE-01", "PSC-ALE-03", "PSC-COD-01", "PSC-CLI-03", "PSC-COD-03"}
    assert vues <= {c.code for c in constats}


def test_mutuel_complet() -> None:
    """En TLS mutuel, le certificat est présenté au point de jetons et à UserInfo."""
    fil = f.Fil()
    for rang in range(2):
        transaction, parametres = fil.decouverte().autorisation()
        code = fil.mire(transaction, parametres)
        fil.jeton(transaction, code, session=f"s{rang}", authentification="tls_client_auth", der=f.certificat())
    constats = juger(fil.echanges, MUTUEL)
    assert fautes(constats) == set()
    assert any(c.code == "PSC-CLI-04" and not c.attendu for c in constats)


def test_remarques() -> None:
    """Ce qui n'est pas une faute mais se dit : PKCE absent, uuid4, http local, aucune découverte, pas de certificat."""
    echanges = [e for e in f.deux_connexions(demande={"defi": False, "redirect_uri": "http://localhost/r"})
                if e.operation != "decouverte"]  # fmt: skip
    constats = juger(echanges, ClientDeclare(f.CLIENT, ("http://localhost/r",)))
    dits = {c.code for c in constats if c.verdict is CO and c.attendu}
    assert dits == {"PSC-PKC-01", "PSC-AUT-07", "PSC-AUT-01", "PSC-CLI-04"}
    uuids = juger(_state(lambda: str(uuid.uuid4())))
    assert {c.code for c in uuids if c.verdict is CO and c.attendu} == {"PSC-ALE-02", "PSC-CLI-04"}


def test_faits_regroupes() -> None:
    """Deux connexions qui montrent le même fait donnent un seul constat, qui cite les deux échanges."""
    [constat] = [c for c in juger(f.deux_connexions()) if c.code == "PSC-AUT-04"]
    assert len(constat.echanges) == 2


def test_rien() -> None:
    """Sans échange, rien n'est conforme."""
    constats = juger([])
    assert constats and {c.verdict for c in constats} == {Verdict.NON_CONCLUANT}


def test_octets_hostiles() -> None:
    """Une requête illisible donne des constats, jamais une exception."""
    fil = f.Fil()
    fil.ajouter("autorisation", "GET", "/auth?%ff&=&&;state=%00&redirect_uri=http://[::1")
    fil.ajouter(
        "jeton", "POST", "/token?", champs={"grant_type": "\udcff".encode("utf-8", "replace").decode()}, statut=0
    )
    fil.ajouter("autorisation", "GET", "/auth?state=a", statut=0, notes={"transaction": "coupee"})
    fil.ajouter("fin_session", "GET", "/logout?" + "&" * 5000)
    fil.ajouter("mire", "GET", "/mire", statut=302, location="http://[oups?code=1")
    assert juger(fil.echanges)


def test_aucun_secret_dans_les_constats() -> None:
    """Les constats ne recopient ni state, ni nonce, ni code, ni jeton."""
    echanges = f.deux_connexions()
    texte = json.dumps([c.en_dict() for c in juger(echanges)])
    dialogue = lire(echanges)
    valeurs = [d.un(nom) for d in dialogue.demandes for nom in ("state", "nonce", "code_challenge")]
    valeurs += [str(a.rendu["access_token"]) for a in dialogue.emis]
    assert valeurs and not [v for v in valeurs if v in texte]
