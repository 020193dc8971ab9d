"""Des centaines de jetons protégés : chacun reste caché, et en protéger un de plus ne coûte pas le prix de tous."""

from __future__ import annotations

import random
import re
import secrets

import pytest

from simulators.socle.expurgation import Expurgateur


def test_un_jeton_de_plus_ne_recompile_rien(monkeypatch: pytest.MonkeyPatch) -> None:
    """Un jeton s'écrit pareil dans une URL, du XML et du JSON : aucune expression n'est compilée pour lui."""
    expurgateur = Expurgateur(b"cle")

    def interdit(*arguments: object) -> None:
        raise AssertionError("une expression a été compilée")

    monkeypatch.setattr(re, "compile", interdit)
    jetons = [secrets.token_urlsafe(900) for _ in range(300)]
    for jeton in jetons:
        expurgateur.proteger(jeton)
    texte = " ".join(jetons)
    assert expurgateur.texte(texte) == " ".join(map(expurgateur.empreinte, jetons))


def test_secrets_qui_se_contiennent() -> None:
    """Le plus long l'emporte, quel que soit l'ordre de déclaration ; les deux sortes de secrets se mêlent."""
    court, long, compose = "abcdefgh", "abcdefgh-ijkl", "p&ss abcdefgh <1>"
    for ordre in ((court, long, compose), (compose, long, court)):
        expurgateur = Expurgateur(b"cle")
        for secret in ordre:
            expurgateur.proteger(secret)
        attendu = f"[{expurgateur.empreinte(long)}][{expurgateur.empreinte(court)}][{expurgateur.empreinte(compose)}]"
        assert expurgateur.texte(f"[{long}][{court}][{compose}]") == attendu
        assert expurgateur.texte("p%26ss%20abcdefgh%20%3C1%3E") == expurgateur.empreinte(compose)


def test_oublier_garde_les_autres() -> None:
    """Oublier un secret n'ôte que lui, de l'une ou l'autre sorte."""
    expurgateur = Expurgateur(b"cle")
    for secret in ("jeton-un", "jeton-deux", "mot & de passe", "autre & mot"):
        expurgateur.proteger(secret)
    expurgateur.oublier(["jeton-un", "mot & de passe", "jamais-vu"])
    rendu = expurgateur.texte("jeton-un jeton-deux mot & de passe autre & mot")
    assert (
        rendu == f"jeton-un {expurgateur.empreinte('jeton-deux')} mot & de passe {expurgateur.empreinte('autre & mot')}"
    )


def test_flux_coupe_n_importe_ou() -> None:
    """Par blocs de toute taille, le flux rend la même chose qu'en une fois."""
    hasard = random.Random(1)
    expurgateur = Expurgateur(b"cle")
    connus = [secrets.token_urlsafe(24) for _ in range(5)] + ["avec espace & signe"]
    for secret in connus:
        expurgateur.proteger(secret)
    octets = b"".join(bytes(hasard.choices(b"abc-_", k=20)) + hasard.choice(connus).encode() for _ in range(60))
    for taille in (1, 7, 64, 1000):
        sortie, attente = b"", b""
        for debut in range(0, len(octets), taille):
            pret, attente = expurgateur.bloc(attente + octets[debut : debut + taille])
            sortie += pret
        assert sortie + expurgateur.octets(attente) == expurgateur.octets(octets)


@pytest.mark.parametrize("graine", range(6))
def test_lu_par_blocs_comme_secret_par_secret(graine: int) -> None:
    """Cent secrets de toutes longueurs, entiers, coupés, répétés : tous remplacés, eux seuls, même après un oubli."""
    hasard = random.Random(graine)
    connus = {"".join(hasard.choices("abcd", k=hasard.choice((8, 9, 14, 15, 16, 17, 40, 200)))) for _ in range(100)}
    # Aucun n'en contient un autre : remplacer un à un ne dépend alors pas de l'ordre.
    connus = {secret for secret in connus if not any(autre in secret for autre in connus - {secret})}
    assert len(connus) > 60
    expurgateur = Expurgateur(b"cle")
    for secret in connus:
        expurgateur.proteger(secret)
    for _ in range(2):
        morceaux: list[str] = []
        attendu: list[str] = []
        for secret in hasard.choices(sorted(connus), k=150):
            for _ in range(hasard.choice((1, 1, 2))):
                vide = "-" * hasard.randrange(1, 20)
                morceaux += [vide, secret, vide, secret[:-1]]
                attendu += [vide, expurgateur.empreinte(secret), vide, secret[:-1]]
        # Un secret coupé peut en porter un autre plus court, lui entier : aucun ici, ils ne se contiennent pas.
        assert expurgateur.texte("".join(f"{m}|" for m in morceaux)) == "".join(f"{m}|" for m in attendu)
        oublies = set(hasard.sample(sorted(connus), 10))
        expurgateur.oublier(oublies)
        texte = "|".join(oublies)
        assert expurgateur.texte(texte) == texte
        connus -= oublies
