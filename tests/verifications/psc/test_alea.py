"""Le plafond d'entropie d'une valeur aléatoire : jamais au-dessous de ce qu'elle a, et une valeur faible reste vue."""

from __future__ import annotations

import math
import random

import pytest

from steps.verifications.psc.alea import SEUIL, SEUIL_NONCE, bits


def _tirages(prefixe: str, alphabet: str, taille: int, suffixe: str, nombre: int, graine: int) -> list[str]:
    alea = random.Random(graine)
    return [prefixe + "".join(alea.choices(alphabet, k=taille)) + suffixe for _ in range(nombre)]


_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize("nombre", [1, 2, 3, 20])
@pytest.mark.parametrize(
    ("prefixe", "suffixe"), [("", ""), ("etat-", ""), ("lps_", "-fin"), ("connexion-au-logiciel-", "")]
)
def test_une_partie_fixe_n_abaisse_pas_un_tirage_suffisant(prefixe: str, suffixe: str, nombre: int) -> None:
    """128 bits tirés après un préfixe constant restent 128 bits, même si le hasard allonge la partie commune."""
    for graine in range(400):
        valeurs = _tirages(prefixe, _BASE64URL, 22, suffixe, nombre, graine)
        assert min(bits(v, valeurs) for v in valeurs) >= SEUIL, valeurs


@pytest.mark.parametrize("nombre", [2, 3, 20])
def test_une_partie_fixe_ne_compte_pas(nombre: int) -> None:
    """Une longue partie constante ne fait pas d'un tirage court une valeur imprévisible."""
    for graine in range(50):
        valeurs = _tirages("connexion-psc-au-logiciel-", "0123456789abcdef", 8, "", nombre, graine)
        assert max(bits(v, valeurs) for v in valeurs) < SEUIL


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        ("5df41881-3aed-4515-88a7-2f4a814cf09e", 122.0),
        ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 74.0),
        ("c232ab00-9414-11ec-b3c8-9f6bdeced846", 0.0),
    ],
)
def test_un_uuid_ne_vaut_que_ses_bits_tires(valeur: str, attendu: float) -> None:
    """Versions 4 et 7 : ce que la RFC 9562 laisse au hasard ; version 1 : une horloge et une adresse, rien."""
    assert bits(valeur) == attendu
    assert (bits(valeur) >= SEUIL_NONCE) is (attendu > 0)


@pytest.mark.parametrize(
    ("valeur", "signes"),
    [
        ("7402918365", 10),
        ("0f3a9c71be", 16),
        ("0F3A9C71BE", 16),
        ("qzxkvjwmpt", 26),
        ("QZXKVJWMPT", 26),
        ("QZ2KV7WMPT", 32),
        ("qz8kv1wmpt", 36),
        ("QZ8KV1WMPT", 36),
        ("Qz8kV1wMpt", 62),
        ("Qz8-V1w_pt", 64),
        ("Qz8~V1w.pt", 66),
        ("Qz8 V1w!pt", 94),
    ],
)
def test_chaque_alphabet_a_sa_taille(valeur: str, signes: int) -> None:
    """Le plus petit alphabet qui contient la valeur compte, à un signe près."""
    assert bits(valeur) == pytest.approx(10 * math.log2(signes))


def test_quatre_signes_egaux_par_hasard_ne_coutent_rien() -> None:
    """Deux tirages de 132 bits qui commencent pareil par hasard restent deux tirages de 132 bits."""
    valeurs = ("Qz8kxV1wMpT0aB3cD4eF5g", "Qz8kJr7-sLm2Nq_9uW6yHi")
    assert bits(valeurs[0], valeurs) == bits(valeurs[0]) >= SEUIL


def test_un_jwt_non_signe_ne_vaut_que_son_contenu() -> None:
    """L'en-tête d'un JWT « alg: none » est connu de tous ; une signature ne se devine pas."""
    assert bits("eyJhbGciOiJub25lIn0.eyJuIjoxfQ.") < SEUIL
    assert bits("eyJhbGciOiJIUzI1NiJ9.eyJuIjoxfQ.5mhBHqs5_DTLdINd9p5m7ZJ6XD0Xc55kIaCRY5r6HRA") >= SEUIL
