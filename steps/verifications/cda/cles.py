"""Clés de contrôle des codes LOINC et SNOMED CT : une faute de frappe s'y voit sans table de codes."""

from __future__ import annotations

import re

_LOINC = re.compile(r"([1-9]\d{0,6})-(\d)")
_ANNEXE = re.compile(r"(L[ACGLP]\d{1,9})-(\d)")
_CLES_FAUSSES_PUBLIEES = frozenset(
    {
        "11491-6", "11501-6", "5895-7", "5896-5", "5897-3", "5928-1", "6028-3", "6415-5", "6580-7", "6645-7", "6646-5",
        "6647-3", "6648-1", "6649-9",
    }
)  # fmt: skip
"""Codes que LOINC a publiés avec une clé fausse, et que son guide énumère (tous retirés depuis)."""

# Groupe diédral d'ordre 10 et permutation de Verhoeff.
_PRODUIT = tuple(
    tuple(
        (a + b) % 5 if a < 5 and b < 5 else 5 + (a + b) % 5 if a < 5 else 5 + (a - b) % 5 if b < 5 else (a - b) % 5
        for b in range(10)
    )
    for a in range(10)
)
_PAS = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def forme_loinc(code: str) -> bool:
    """Vrai pour la forme d'un code LOINC : des chiffres, un tiret, la clé."""
    return _LOINC.fullmatch(code) is not None


def annexe_loinc(code: str) -> bool:
    """Vrai pour la forme des identifiants annexes de LOINC : réponse (LA), liste (LL), groupe (LG), partie (LP)."""
    return _ANNEXE.fullmatch(code) is not None


def cle_loinc(numero: str) -> int:
    """Clé d'un numéro LOINC : les rangs impairs, lus depuis la droite, forment un nombre qu'on double."""
    impairs, pairs = numero[::-1][::2][::-1], numero[::-1][1::2]
    return -sum(map(int, f"{pairs}{int(impairs) * 2}")) % 10


def loinc_juste(code: str) -> bool:
    """Vrai si la clé d'un code de forme LOINC est juste, ou si LOINC l'a publié ainsi."""
    trouve = _LOINC.fullmatch(code)
    return trouve is not None and (cle_loinc(trouve[1]) == int(trouve[2]) or code in _CLES_FAUSSES_PUBLIEES)


def cle_annexe(identifiant: str) -> int:
    """Clé d'un identifiant annexe : le mod 10 étendu aux lettres, comptées par leur rang dans la table ASCII."""
    somme = 0
    for rang, lettre in enumerate(reversed(identifiant)):
        poids = ord(lettre) - 48
        somme += poids if rang % 2 else 2 * poids - poids // 5 * 9
    return -somme % 10


def annexe_juste(code: str) -> bool:
    """Vrai si la clé d'un identifiant annexe de LOINC est juste."""
    trouve = _ANNEXE.fullmatch(code)
    return trouve is not None and cle_annexe(trouve[1]) == int(trouve[2])


def snomed_juste(code: str) -> bool:
    """Vrai pour un identifiant SNOMED CT : six à dix-huit chiffres, clé de Verhoeff comprise."""
    if not (code.isascii() and code.isdecimal() and 6 <= len(code) <= 18 and code[0] != "0"):
        return False
    cle = 0
    for rang, chiffre in enumerate(reversed(code)):
        valeur = int(chiffre)
        for _ in range(rang % 8):
            valeur = _PAS[valeur]
        cle = _PRODUIT[cle][valeur]
    return cle == 0
