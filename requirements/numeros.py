"""La grammaire des numéros de REM : exigence, scénario, preuve ; mise à plat des préfixes et des variantes d'écriture.

Un nom de section inconnu est accepté : les REM publiés en ajoutent sans prévenir. Un numéro de scénario ou de
preuve ne se reconstruit jamais depuis celui de son parent : il se lit.
"""

from __future__ import annotations

import re

PREFIXES_LOGICIEL = ("SGL", "RIS", "DPI", "PFI", "LGC")
PREFIXES_SOCLE = ("SC", "CH")

_SECTION = r"[A-Za-z]{2,12}(?:[/-][A-Za-z0-9_]+){0,3}"

EXIGENCE_VAGUE1 = re.compile(r"(?:(?:SGL|RIS|DPI|PFI|LGC)\.)?[A-Za-z]+/va1\.\d{2}")
EXIGENCE_SOCLE = re.compile(r"[A-Z]{3,4}(?:/[A-Z0-9]+){0,2}\.\d{2}p?")
EXIGENCE_PROPRE = re.compile(r"(?:SGL|RIS|DPI|PFI|LGC)\.[A-Z]{2,5}(?:/[A-Z0-9]+){0,2}\.\d{2}p?")
EXIGENCE_DRIMBOX = re.compile(r"DB(?:\.(?:CO|SO|CS|VI-CO|VI-CS|VI-SO|VI_SO)|/(?:RIS|DPI|LGC|AC|CO|SO))\.\d{2,3}")
EXIGENCE_PUBLIEE = re.compile(
    rf"(?:(?:SC|CH)\.)?(?:[A-Z]{{2,5}}\.)?{_SECTION}(?:\.{_SECTION})?\.\d{{2,3}}p?(?:[. ]BIS)?"
)
"""Formes vues dans les REM publiés et absentes des données de concertation : `SC.…`, `LABEL.06`, suffixe `BIS`."""

FORMES_EXIGENCE = (EXIGENCE_VAGUE1, EXIGENCE_SOCLE, EXIGENCE_PROPRE, EXIGENCE_DRIMBOX, EXIGENCE_PUBLIEE)

# Un scénario s'écrit comme son exigence, suivie d'un à trois couples de chiffres ; l'export en perd parfois le début.
SCENARIO = re.compile(r"(?:[A-Za-z]{2,12}[\w/.\-]*\.)?\d{2,3}(?:\.\d{2,3}){0,3}p?(?:[. ]BIS)?")
PREUVE = re.compile(r"(?:[A-Za-z]{2,12}[\w/.\-]*\.)?\d{2,3}(?:\.\d{2,3}){0,3}p?(?:[. ]BIS)?")
ID_VAGUE1 = re.compile(r"(?:SGL|RIS|DPI|PFI|LGC)\.[A-Za-z]+(?:/[A-Z0-9]+)?\.\d{2,3}")

_ESPACES = re.compile(r"\s+")
_BIS = re.compile(r"[. ]+bis$", re.IGNORECASE)


def est_exigence(numero: str) -> bool:
    """Vrai si le numéro a l'une des formes connues d'une exigence."""
    return any(forme.fullmatch(numero) for forme in FORMES_EXIGENCE)


def est_scenario(numero: str) -> bool:
    """Vrai si le numéro a l'une des formes connues d'un scénario de conformité."""
    return SCENARIO.fullmatch(numero) is not None


def est_preuve(numero: str) -> bool:
    """Vrai si le numéro a l'une des formes connues d'une preuve ; un numéro vide n'en est pas un."""
    return PREUVE.fullmatch(numero) is not None


def est_forme_sur(scenario: str, exigence: str, prefixe: str = "") -> bool:
    """Vrai si le numéro d'un scénario est celui de son exigence, ou commence par lui ; les préfixes n'y font rien."""
    nu, parent = sans_prefixe(scenario, prefixe), sans_prefixe(exigence, prefixe)
    return nu == parent or nu.startswith(f"{parent}.")


def sans_prefixe(numero: str, prefixe: str = "") -> str:
    """Le numéro nu, pour comparer deux écritures : espaces, `SC.`, préfixe de REM et variantes de `BIS` retirés.

    Un préfixe n'est retiré que s'il reste un nom de section derrière lui : `PSC.01` n'est jamais réduit à `01`.
    """
    reste = _ESPACES.sub(" ", numero.replace("\u00a0", " ")).strip()
    reste = _BIS.sub(".BIS", reste)
    connus = (*PREFIXES_SOCLE, *PREFIXES_LOGICIEL, prefixe) if prefixe else (*PREFIXES_SOCLE, *PREFIXES_LOGICIEL)
    while True:
        tete, point, suite = reste.partition(".")
        if not point or tete not in connus or not suite[:1].isalpha() or "." not in suite:
            return reste
        reste = suite
