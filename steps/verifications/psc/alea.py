"""Ce qu'une valeur aléatoire peut contenir au plus, vu de l'extérieur ; et son réemploi d'une demande à l'autre.

L'estimation est un plafond : longueur × bits de l'alphabet observé, moins ce qui est commun à toutes les valeurs vues
(au moins quatre caractères de tête ou de queue, sans ceux que le hasard peut avoir rendus égaux), moins ce qu'un format
fixe (UUID, JWT). Une valeur sous le seuil est
donc sûrement trop courte ; une valeur au-dessus peut encore être devinable, ce qu'aucune observation ne montre.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

SEUIL = 128.0
"""Bits exigés d'un state (RFC 6749, 10.10)."""
SEUIL_NONCE = 64.0
"""Bits attendus d'un nonce : aucun texte ne les chiffre ; des bibliothèques courantes en tirent 119."""
BITS_UUID4 = 122.0
_UUID = re.compile(
    r"(?P<a>[0-9a-f]{8})-(?P<b>[0-9a-f]{4})-(?P<v>[1-8])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.I
)
_UUID_NU = re.compile(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", re.I)
_BITS_UUID = {"4": BITS_UUID4, "7": 74.0}
"""Bits tirés au hasard ; les autres versions viennent d'une horloge, d'un nom ou d'une adresse."""
_JWT = re.compile(r"(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_ALPHABETS = (
    (10, re.compile(r"[0-9]*")),
    (16, re.compile(r"[0-9a-f]*")),
    (16, re.compile(r"[0-9A-F]*")),
    (26, re.compile(r"[a-z]*")),
    (26, re.compile(r"[A-Z]*")),
    (32, re.compile(r"[A-Z2-7]*")),
    (36, re.compile(r"[0-9a-z]*")),
    (36, re.compile(r"[0-9A-Z]*")),
    (62, re.compile(r"[0-9A-Za-z]*")),
    (64, re.compile(r"[0-9A-Za-z_-]*")),
    (66, re.compile(r"[0-9A-Za-z_.~+/=-]*")),
)
_COMMUN_MINIMAL = 4
"""Deux valeurs au hasard ont rarement quatre caractères de tête en commun (1 fois sur 65 536 en hexadécimal)."""
_COINCIDENCE = 1e-9
"""Après une partie fixe, le hasard peut rendre égaux quelques caractères de plus : ils comptent, à ce risque près."""


def bits(valeur: str, autres: Sequence[str] = ()) -> float:
    """Plafond de l'entropie de cette valeur, connaissant d'autres valeurs du même logiciel."""
    if lu := _UUID.fullmatch(valeur):
        return _BITS_UUID.get(lu["v"], 0.0)
    if jwt := _JWT.fullmatch(valeur):
        # Signé, un JWT ne se devine pas sans la clé ; sinon, ce que son contenu peut avoir de propre.
        contenus = [lu[2] for autre in autres if (lu := _JWT.fullmatch(autre)) and autre != valeur]
        return max(_capacite(jwt[3]), _capacite(_propre(jwt[2], contenus)))
    return _capacite(_propre(valeur, [a for a in autres if a != valeur]))


def est_uuid4(valeur: str) -> bool:
    """UUID tiré au hasard (RFC 9562, version 4) : 122 bits, usage courant, avec ou sans tirets."""
    lu = _UUID.fullmatch(valeur)
    return (lu is not None and lu["v"] == "4") or _UUID_NU.fullmatch(valeur) is not None


def decrire(valeur: str, autres: Sequence[str] = ()) -> str:
    """Ce qui peut s'écrire d'une valeur : sa longueur et son plafond."""
    return f"{len(valeur)} caractères, {bits(valeur, autres):.0f} bits au plus"


def _propre(valeur: str, autres: Sequence[str]) -> str:
    """La valeur sans la tête ni la queue communes à toutes les valeurs vues."""
    if not autres:
        return valeur
    tete = _commun([valeur, *autres])
    queue = _commun([v[::-1] for v in (valeur, *autres)])
    hasard = _egaux_par_hasard(len(autres), valeur[tete : len(valeur) - queue])
    debut = max(tete - hasard, 0) if tete >= _COMMUN_MINIMAL else 0
    fin = max(queue - hasard, 0) if queue >= _COMMUN_MINIMAL else 0
    return valeur[debut : len(valeur) - fin] if debut + fin < len(valeur) else ""


def _egaux_par_hasard(autres: int, tire: str) -> int:
    """Combien de caractères tirés comme ceux-là peuvent être égaux d'une valeur à toutes les autres, sans faute."""
    return int(-math.log(_COINCIDENCE) / (autres * math.log(max(_taille(tire), 2))))


def _commun(valeurs: Sequence[str]) -> int:
    """Longueur de la tête commune à toutes."""
    premiere, derniere = min(valeurs), max(valeurs)
    paires = enumerate(zip(premiere, derniere, strict=False))
    return next((i for i, (a, b) in paires if a != b), len(premiere))


def _taille(texte: str) -> int:
    """Nombre de signes du plus petit alphabet qui contient ce texte."""
    return next((n for n, motif in _ALPHABETS if motif.fullmatch(texte)), 94)


def _capacite(texte: str) -> float:
    taille = _taille(texte)
    # Un caractère toujours répété ne porte rien : « 0000… » n'a pas la capacité de sa longueur.
    distincts = len(set(texte))
    return len(texte) * math.log2(min(taille, max(distincts, 1) ** 2)) if texte else 0.0
