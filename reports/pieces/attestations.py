"""Une attestation ou une homologation vaut pour un produit, une version, une durée : ses métadonnées le disent."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from reports.campagne import Logiciel
from reports.pieces.refus import Refus

CHAMPS = ("numero", "date", "produit", "version", "expire_le", "editeur", "nil")
OBLIGATOIRES = ("numero", "date", "produit", "version")
PREAVIS = dt.timedelta(days=90)
"""Une expiration plus proche est signalée : l'instruction d'un dossier dure des semaines."""
_CORRIGER = "corrigez les métadonnées (<nom>.meta.yaml), ou joignez l'attestation de ce logiciel"


def juger(meta: Mapping[str, Any] | None, logiciel: Logiciel, jour: dt.date) -> tuple[dict[str, str], list[str], str]:
    """Détails à garder, avertissements, et pourquoi une personne doit encore regarder (vide : rien).

    Refus : autre produit, autre NIL, autre version majeure, expirée, datée de demain, champ inconnu ou illisible.
    À vérifier : métadonnées absentes ou incomplètes, version mineure différente (une homologation porte sur la version
    éprouvée ; seul l'organisme qui l'a délivrée dit si elle s'étend aux correctifs), éditeur écrit autrement.
    """
    if meta is None:
        return (
            {},
            [],
            (
                "aucune métadonnée (numéro, date, produit, version) : le banc n'a pas pu rapprocher cette attestation "
                "du logiciel"
            ),
        )
    champs = _lire(meta)
    avertissements: list[str] = []
    a_verifier = (
        [f"{', '.join(absents)} absent(s) des métadonnées"]
        if (absents := [nom for nom in OBLIGATOIRES if not champs.get(nom)])
        else []
    )
    _juger_dates(champs, jour, avertissements)
    if (produit := champs.get("produit")) and logiciel.nom and _cle(produit) != _cle(logiciel.nom):
        raise Refus("autre_produit", f"une attestation pour « {logiciel.nom} »", f"« {produit} »", _CORRIGER)
    if (nil := champs.get("nil")) and logiciel.nil and _cle(nil) != _cle(logiciel.nil):
        raise Refus("autre_produit", f"une attestation pour le NIL {logiciel.nil}", f"le NIL {nil}", _CORRIGER)
    if champs.get("version"):
        a_verifier += _juger_version(champs["version"], logiciel.version)
    if (editeur := champs.get("editeur")) and logiciel.editeur and _cle(editeur) != _cle(logiciel.editeur):
        a_verifier.append(f"délivrée à « {editeur} », alors que logiciel.yaml nomme « {logiciel.editeur} »")
    return champs, avertissements, " ; ".join(a_verifier)


def _lire(meta: Mapping[str, Any]) -> dict[str, str]:
    inconnus = [str(nom) for nom in meta if nom not in CHAMPS]
    if inconnus:
        recu = f"champ inconnu : {', '.join(inconnus)[:120]}"
        raise Refus("meta", f"les champs {', '.join(CHAMPS)}", recu, "renommez ou retirez ce champ")
    champs = {}
    for nom in CHAMPS:
        valeur = meta.get(nom)
        if valeur is None or not str(valeur).strip():
            continue
        if isinstance(valeur, dict | list | bool):
            raise Refus("meta", f"{nom} : un texte ou une date", repr(valeur)[:80], "écrivez une seule valeur")
        champs[nom] = _date(nom, valeur).isoformat() if nom in ("date", "expire_le") else str(valeur).strip()[:200]
    return champs


def _date(nom: str, valeur: Any) -> dt.date:
    if isinstance(valeur, dt.datetime):
        return valeur.date()
    if isinstance(valeur, dt.date):
        return valeur
    texte = str(valeur).strip()
    francaise = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", texte)
    try:
        if francaise:
            return dt.date(int(francaise[3]), int(francaise[2]), int(francaise[1]))
        return dt.date.fromisoformat(texte)
    except ValueError:
        recu = repr(texte[:40])
        raise Refus("meta", f"{nom} : une date (2026-11-22 ou 22/11/2026)", recu, "écrivez la date ainsi") from None


def _juger_dates(champs: Mapping[str, str], jour: dt.date, avertissements: list[str]) -> None:
    if "date" in champs and (date := dt.date.fromisoformat(champs["date"])) > jour:
        raise Refus("meta", "une attestation déjà délivrée", f"la date du {_fr(date)}", _CORRIGER)
    if "expire_le" not in champs:
        return
    fin = dt.date.fromisoformat(champs["expire_le"])
    if "date" in champs and fin < dt.date.fromisoformat(champs["date"]):
        raise Refus("meta", "une expiration après la date de délivrance", f"le {_fr(fin)}", _CORRIGER)
    if fin < jour:
        raise Refus(
            "expiree", f"une attestation en cours de validité le {_fr(jour)}", f"expirée le {_fr(fin)}", "renouvelez-la"
        )
    if fin - jour <= PREAVIS:
        avertissements.append(f"expire le {_fr(fin)}, dans {(fin - jour).days} jour(s) : prévoyez son renouvellement")


def _juger_version(lue: str, voulue: str) -> list[str]:
    if not voulue or _cle(lue) == _cle(voulue):
        return []
    if _majeure(lue) != _majeure(voulue):
        raise Refus(
            "autre_version",
            f"une attestation pour la version {voulue}, ou de même version majeure",
            f"la version {lue}",
            _CORRIGER,
        )
    return [
        f"délivrée pour la version {lue}, alors que la version {voulue} est éprouvée : seul l'organisme qui l'a "
        "délivrée dit si elle s'étend à cette version"
    ]


def _majeure(version: str) -> str:
    trouve = re.search(r"[0-9]+", version)
    return str(int(trouve[0])) if trouve else _cle(version)


def _cle(texte: str) -> str:
    """Sans accent, sans casse, sans ponctuation ni « v » de version : « LaboTest® v4.2 » se compare."""
    simple = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"\bv(?:ersion)?\s*(?=\d)", "", simple)).strip()


def _fr(date: dt.date) -> str:
    return f"{date:%d/%m/%Y}"
