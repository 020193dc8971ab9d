"""L'analyse des demandes, sous un déluge : ni exception imprévue, ni retour à une adresse non enregistrée."""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl, urlencode, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from simulators.psc.clients import Client
from simulators.psc.demande import chercher_retour, controler, lire_paires, uniques
from simulators.psc.erreurs import RefusAutorisation, RefusPage
from simulators.psc.profil import ETABLISSEMENT, PSC
from tests.simulators.psc.parcours import Essai

CLIENT = Client("lps", "secret-d-essai", ("https://localhost/retour", "http://127.0.0.1/cb"))
JUSTE = {
    "client_id": "lps", "redirect_uri": "https://localhost/retour", "response_type": "code",
    "scope": "openid scope_all", "acr_values": "eidas1", "state": "s",
}  # fmt: skip
_NOMS = st.sampled_from(
    [*JUSTE, "nonce", "prompt", "max_age", "response_mode", "code_challenge", "code_challenge_method", "request", "acr"]
)
_VALEURS = st.one_of(
    st.text(max_size=60),
    st.sampled_from([*JUSTE.values(), "none", "login", "S256", "plain", "0", "-1", "form_post", "openid", "a" * 43]),
)
_PAIRES = st.lists(st.tuples(st.one_of(_NOMS, st.text(max_size=12)), _VALEURS), max_size=20)


@given(_PAIRES, st.booleans())
def test_toujours_une_demande_ou_un_refus(paires: list[tuple[str, str]], sur_une_juste: bool) -> None:
    """Une demande acceptée est cohérente ; un refus est nommé, et sa description tient dans une adresse."""
    toutes = tuple([*JUSTE.items(), *paires] if sur_une_juste else paires)
    try:
        vers = chercher_retour(toutes, {"lps": CLIENT})
        assert CLIENT.revient_a(vers.redirect_uri)
        demande = controler(toutes, vers, PSC)
    except RefusPage as refus:
        assert refus.statut == 400 and refus.titre and refus.explication
    except RefusAutorisation as refus:
        assert refus.code.isascii() and refus.description.isascii() and refus.description.isprintable()
        assert not {'"', "\\"} & set(refus.description)
    else:
        valeurs, doubles = uniques(toutes)
        assert not doubles and valeurs["response_type"] == "code" and "openid" in demande.scope.split()
        assert demande.acr == "eidas1" and demande.redirect_uri == valeurs["redirect_uri"]
        assert bool(demande.code_challenge) == bool(demande.code_challenge_method)


@given(st.text(max_size=80))
def test_une_seule_adresse_au_caractere_pres(adresse: str) -> None:
    """Toute adresse acceptée est enregistrée, ou est celle de bouclage à son port près."""
    if CLIENT.revient_a(adresse) and adresse not in CLIENT.redirect_uris:
        decoupee = urlsplit(adresse)
        assert (decoupee.scheme, decoupee.hostname, decoupee.path) == ("http", "127.0.0.1", "/cb")


@given(st.sampled_from(CLIENT.redirect_uris), st.integers(0, 40), st.characters(), st.booleans())
def test_adresse_deformee(adresse: str, rang: int, caractere: str, remplacer: bool) -> None:
    """Un caractère ajouté ou changé n'importe où suffit à la refuser (sauf un port de bouclage)."""
    coupe = min(rang, len(adresse))
    deformee = adresse[:coupe] + caractere + adresse[coupe + remplacer :]
    if deformee not in CLIENT.redirect_uris and not deformee.startswith("http://127.0.0.1:"):
        assert not CLIENT.revient_a(deformee)


@given(st.binary(max_size=200))
def test_chaine_quelconque(octets: bytes) -> None:
    """Des octets quelconques se lisent en paires, ou sont refusés avec une page."""
    try:
        paires = lire_paires(octets.decode("latin-1"))
    except RefusPage:
        return
    assert all(isinstance(nom, str) and isinstance(valeur, str) for nom, valeur in paires)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=12))
def test_aller_et_retour(paires: list[tuple[str, str]]) -> None:
    """Ce qui est encodé se relit à l'identique ; un nom répété n'a plus de valeur."""
    lues = lire_paires(urlencode(paires))
    assert list(lues) == paires == parse_qsl(urlencode(paires), keep_blank_values=True)
    valeurs, doubles = uniques(lues)
    assert not doubles & valeurs.keys()
    assert doubles == {nom for nom, _ in paires if sum(nom == autre for autre, _ in paires) > 1}


def test_scopes_de_chaque_profil() -> None:
    """Ce qu'un fournisseur donne comme scope au logiciel, il l'accepte."""
    for profil in (PSC, ETABLISSEMENT):
        champs = {**JUSTE, "scope": profil.scope}
        vers = chercher_retour(tuple(champs.items()), {"lps": CLIENT})
        assert controler(tuple(champs.items()), vers, profil).scope == profil.scope


def test_corps_hostiles(psc: Essai) -> None:
    """Corps binaires, immenses, mal typés, aux champs répétés : un refus JSON, jamais une erreur du serveur."""
    basic = {"Authorization": "Basic " + base64.b64encode(f"{psc.client_id}:{psc.secret}".encode()).decode()}
    formulaire = {"Content-Type": "application/x-www-form-urlencoded"}
    corps = [b"", b"\xff\xfe", b"grant_type", b"&&&", b"grant_type=" + b"x" * 60_000, b"a=1&" * 5000, b"%00=%00", b"{}"]
    for nom in ("jeton", "introspection", "revocation"):
        for octets in corps:
            for entetes in (formulaire, {"Content-Type": "text/plain"}, {**formulaire, **basic}):
                reponse = psc.serveur.post(psc.url(nom), data=octets, headers=entetes, timeout=20)
                assert reponse.status_code in (400, 401), (nom, octets[:20])
                assert reponse.json()["error"] and reponse.json()["error_description"]
    trop = psc.serveur.post(psc.url("jeton"), data=b"x" * 200_000, headers=formulaire, timeout=20)
    assert trop.status_code == 413
    for nom in ("fin_session", "userinfo"):
        for octets in corps:
            reponse = psc.serveur.post(psc.url(nom), data=octets, headers=formulaire, timeout=20)
            assert reponse.status_code < 500
