"""Où sont les couloirs : ceux que le banc livre, et ceux d'un dossier de l'utilisateur.

Le dossier de l'utilisateur se donne par `--couloirs=DIR`, ou par la variable d'environnement `BANC_SONS_COULOIRS` :
l'option ne fait que poser la variable, pour qu'un seul mécanisme serve à toutes les commandes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from requirements.erreurs import CouloirInconnu

DOSSIER_COULOIRS = Path(__file__).parent / "couloirs"
VARIABLE = "BANC_SONS_COULOIRS"
FEATURES = "features"
COPIE = "couloirs"
"""Sous le dossier d'une campagne : le couloir de l'utilisateur tel qu'il a été joué."""

AIDE = (
    "dossier de vos couloirs : DIR/<couloir>/couloir.yaml, vague-N/*.yaml, features/*.feature "
    f"(ou la variable {VARIABLE})"
)
_FICHE = "couloir.yaml"
_RESERVES = ("communs",)


def livres() -> dict[str, Path]:
    """Les couloirs que le banc livre, et leur dossier."""
    return _dans(DOSSIER_COULOIRS)


def est_livre(couloir: str) -> bool:
    """Vrai si le banc livre ce couloir."""
    return bool(couloir) and (DOSSIER_COULOIRS / couloir / _FICHE).is_file()


def dossier_utilisateur() -> Path | None:
    """Le dossier des couloirs de l'utilisateur, s'il en a donné un ; `CouloirInconnu` s'il ne convient pas."""
    donne = os.environ.get(VARIABLE, "").strip()
    if not donne:
        return None
    verifier(Path(donne))
    return Path(donne)


def verifier(dossier: Path) -> None:
    """Refuse un dossier absent ou vide de couloirs, et un couloir qui prendrait le nom d'un autre."""
    if not dossier.is_dir():
        raise CouloirInconnu(
            f"--couloirs : attendu un dossier qui existe, reçu {dossier}. "
            f"À faire : corriger --couloirs, ou la variable {VARIABLE}."
        )
    siens = _dans(dossier)
    if not siens:
        conseil = " ; donnez le dossier au-dessus de celui-ci" if (dossier / _FICHE).is_file() else ""
        raise CouloirInconnu(
            f"--couloirs : attendu au moins un <couloir>/{_FICHE} dans {dossier}, reçu aucun. "
            f"À faire : corriger --couloirs{conseil}, ou écrire un couloir par « python -m requirements gabarit »."
        )
    for nom in siens:
        if est_livre(nom) or nom in _RESERVES:
            raison = "le banc livre déjà ce couloir" if est_livre(nom) else "ce nom est réservé"
            raise CouloirInconnu(
                f"--couloirs : attendu un nom de couloir que le banc n'a pas, reçu « {nom} » dans {dossier} "
                f"({raison}). À faire : renommer ce dossier et le champ « couloir » de son {_FICHE}."
            )


def dossiers() -> dict[str, Path]:
    """Tous les couloirs, livrés puis de l'utilisateur, et leur dossier."""
    sien = dossier_utilisateur()
    return {**livres(), **(_dans(sien) if sien is not None else {})}


def origine(couloir: str, pres_de: Path) -> Path:
    """Le dossier d'un couloir nommé par celui de `pres_de` : son voisin, à défaut celui que le banc livre."""
    voisin = pres_de.parent / couloir
    return voisin if (voisin / _FICHE).is_file() or not est_livre(couloir) else DOSSIER_COULOIRS / couloir


@contextmanager
def employer(dossier: Path | None) -> Iterator[None]:
    """Fait connaître ce dossier le temps d'une commande ; rien de donné ne change rien."""
    avant = os.environ.get(VARIABLE)
    try:
        choisir(dossier)
        yield
    finally:
        if avant is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = avant


def choisir(dossier: Path | None) -> None:
    """Fait connaître ce dossier à tout le processus et à ceux qu'il lance."""
    if dossier is not None:
        verifier(dossier)
        os.environ[VARIABLE] = str(dossier.resolve())


def features_de_l_utilisateur() -> list[Path]:
    """Les dossiers de features des couloirs de l'utilisateur, ceux qui en ont."""
    sien = dossier_utilisateur()
    return [d / FEATURES for d in _dans(sien).values() if any((d / FEATURES).rglob("*.feature"))] if sien else []


def couloir_de_la_feature(fichier: Path) -> str:
    """Le couloir d'une feature : celui dont `features/` est le dossier, sinon le dossier rangé sous `features/`."""
    morceaux = fichier.parts
    rang = len(morceaux) - 1 - morceaux[::-1].index(FEATURES)
    proprietaire = Path(*morceaux[:rang])
    return proprietaire.name if (proprietaire / _FICHE).is_file() else morceaux[rang + 1]


def copier(couloir: Path, repris: Iterable[str], campagne: Path) -> None:
    """Garde dans le dossier de campagne un couloir de l'utilisateur et ceux des siens qu'il reprend.

    Un relecteur n'a pas ce dossier : sans cette copie, rien d'une campagne finie ne se rebâtirait chez lui.
    """
    if est_livre(couloir.name) and couloir.parent == DOSSIER_COULOIRS:
        return
    copie = campagne / COPIE
    for dossier in (couloir, *(origine(nom, couloir) for nom in repris)):
        cible = copie / dossier.name
        if dossier.parent == DOSSIER_COULOIRS or dossier.resolve() == cible.resolve():
            continue
        shutil.rmtree(cible, ignore_errors=True)
        for motif in ("*.yaml", "vague-*/*.yaml", f"{FEATURES}/**/*.feature"):
            for fichier in dossier.glob(motif):
                destination = cible / fichier.relative_to(dossier)
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(fichier, destination)


def racine_de_campagne(campagne: Path, couloir: str) -> Path | None:
    """Le dossier de couloirs que porte une campagne, si son couloir n'est pas livré."""
    copie = campagne / COPIE
    return copie if not est_livre(couloir) and couloir and (copie / couloir / _FICHE).is_file() else None


def _dans(racine: Path) -> dict[str, Path]:
    return {fiche.parent.name: fiche.parent for fiche in sorted(racine.glob(f"*/{_FICHE}"))}
