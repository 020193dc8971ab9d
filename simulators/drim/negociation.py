"""L'en-tête Accept d'une demande WADO-RS (DICOM PS3.18, 8.7.3) : le lire, choisir une syntaxe de transfert."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

EXPLICITE = "1.2.840.10008.1.2.1"
"""Syntaxe rendue quand la demande n'en nomme pas (PS3.18, 8.7.3.5.2)."""
_LONGUEUR_MAX = 8192


class AcceptIllisible(ValueError):
    """Accept mal formé : 400."""


@dataclass(frozen=True)
class Offre:
    """Un type demandé. `partie` : type des parties d'un multipart/related ; `syntaxe` : vide si elle n'est pas dite."""

    media: str
    partie: str
    syntaxe: str
    q: float


def lire_accept(texte: str) -> tuple[Offre, ...]:
    """Les types demandés, dans l'ordre écrit ; lève `AcceptIllisible`."""
    if len(texte) > _LONGUEUR_MAX:
        raise AcceptIllisible(f"Accept de plus de {_LONGUEUR_MAX} caractères")
    return tuple(_offre(morceau) for morceau in _couper(texte, ",") if morceau.strip())


def _offre(texte: str) -> Offre:
    media, *reste = (morceau.strip() for morceau in _couper(texte, ";"))
    if "/" not in media:
        raise AcceptIllisible(f"« {media} » n'est pas un type de média")
    parametres = {}
    for parametre in reste:
        nom, egal, valeur = parametre.partition("=")
        if not egal or not nom.strip():
            raise AcceptIllisible(f"paramètre « {parametre} » mal formé")
        parametres[nom.strip().lower()] = valeur.strip().strip('"')
    try:
        q = float(parametres.get("q", "1"))
    except ValueError as erreur:
        raise AcceptIllisible(f"q={parametres['q']} n'est pas un nombre") from erreur
    if not 0 <= q <= 1:
        raise AcceptIllisible(f"q={q} hors de 0 à 1")
    return Offre(media.lower(), parametres.get("type", "").lower(), parametres.get("transfer-syntax", ""), q)


def _couper(texte: str, separateur: str) -> list[str]:
    """Coupe hors des guillemets ; lève `AcceptIllisible` si l'un n'est pas fermé."""
    morceaux, debut, cite = [], 0, False
    for rang, caractere in enumerate(texte):
        if caractere == '"':
            cite = not cite
        elif caractere == separateur and not cite:
            morceaux.append(texte[debut:rang])
            debut = rang + 1
    if cite:
        raise AcceptIllisible("guillemet non fermé")
    return [*morceaux, texte[debut:]]


def sert_dicom(offre: Offre) -> bool:
    """Vrai si cette offre admet des objets DICOM en plusieurs parties."""
    return offre.q > 0 and (
        offre.media in ("*/*", "multipart/*")
        or (offre.media == "multipart/related" and offre.partie in ("", "application/dicom", "*/*"))
    )


def choisir(offres: Collection[Offre], tenues: Collection[str]) -> str | None:
    """La syntaxe à rendre, par q décroissant puis dans l'ordre écrit ; None : rien ne convient (406)."""
    for offre in sorted(filter(sert_dicom, offres), key=lambda offre: -offre.q):
        if offre.syntaxe == "*":
            return next(iter(tenues), None)
        if (voulue := offre.syntaxe or EXPLICITE) in tenues:
            return voulue
    return None
