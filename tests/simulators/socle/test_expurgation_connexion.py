"""Ce qu'une connexion échange de secret, caché dans une adresse, une redirection ou un formulaire."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest

from simulators.socle.expurgation import Expurgateur

SECRET = "code-du-banc-Q7"
NOMS = ("code", "code_verifier", "client_assertion", "auth_req_id", "subject_token", "device_code", "token")


@pytest.mark.parametrize("nom", NOMS)
def test_secrets_d_une_connexion(nom: str) -> None:
    """Cachés partout sous la même empreinte, même inconnus ; `state` et `nonce` restent lisibles."""
    expurgateur = Expurgateur(b"k" * 32)
    valeur = "a+b/c=é 1"
    cache = f"{nom}={expurgateur.empreinte(valeur)}&state=s&nonce=n"
    ecrit = f"{nom}={quote_plus(valeur)}&state=s&nonce=n"
    assert expurgateur.cible(f"/retour?{ecrit}") == f"/retour?{cache}"
    adresses = (("Location", f"https://lps/r?{ecrit}"), ("Referer", f"https://lps/r#{ecrit}"))
    assert expurgateur.entetes(adresses) == (
        ("Location", f"https://lps/r?{cache}"),
        ("Referer", f"https://lps/r#{cache}"),
    )
    assert expurgateur.formulaire(ecrit.encode()) == cache.encode()


def test_secret_connu_dans_une_adresse() -> None:
    """Un secret connu n'a qu'une empreinte, lu dans une adresse ou dans un corps ; `code` d'une erreur JSON reste."""
    expurgateur = Expurgateur(b"k" * 32)
    expurgateur.proteger(SECRET)
    vu = expurgateur.empreinte(SECRET)
    assert expurgateur.cible(f"/retour?code={SECRET}&autre={SECRET}") == f"/retour?code={vu}&autre={vu}"
    assert expurgateur.octets(SECRET.encode()) == vu.encode()
    lu = expurgateur.json({"code": "insi_102", "auth_req_id": "abc"})
    assert lu == {"code": "insi_102", "auth_req_id": expurgateur.empreinte("abc")}
