"""Le plafond d'entropie d'une valeur aléatoire : jamais au-dessous de ce qu'elle a, et une valeur faible reste vue."""

from __future__ import annotations

import random

import pytest

from steps.verifications.psc.alea import SEUIL, bits


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
