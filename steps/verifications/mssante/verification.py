"""Toutes les règles d'un courriel, et ce qu'elles n'ont pas pu juger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.constat import Constat
from steps.verifications.mssante import objet, x_mss
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel, lire_courriel
from steps.verifications.mssante.portee import inconnu

Groupe = Callable[[Courriel, ContexteCourriel], Constat | list[Constat]]

ENVOI: tuple[Groupe, ...] = (
    x_mss.x_mss_nil, x_mss.x_mss_ins, x_mss.x_mss_codecda, x_mss.x_mss_mes, x_mss.x_mss_noms, objet.objet,
)  # fmt: skip
"""Ce que doit tout courriel qu'un logiciel envoie."""


@dataclass(frozen=True)
class Jugement:
    """Ce qu'un courriel est et vaut. `non_joues` : ce qui n'a pas été jugé, faute de savoir quoi, une phrase chacun."""

    courriel: Courriel
    constats: tuple[Constat, ...]
    non_joues: tuple[str, ...] = ()


def verifier_courriel(octets: bytes, contexte: ContexteCourriel | None = None) -> list[Constat]:
    """Tous les constats d'un courriel ; une règle dont le contexte manque n'en donne pas (voir `juger_courriel`)."""
    return list(juger_courriel(octets, contexte).constats)


def juger_courriel(octets: bytes, contexte: ContexteCourriel | None = None) -> Jugement:
    """Lit et juge des octets quelconques ; ne lève jamais."""
    courriel = lire_courriel(octets)
    return juger(courriel, contexte or ContexteCourriel(), ENVOI)


def juger(courriel: Courriel, contexte: ContexteCourriel, groupes: tuple[Groupe, ...]) -> Jugement:
    """Joue ces groupes de règles."""
    constats: list[Constat] = []
    for groupe in groupes:
        rendu = groupe(courriel, contexte)
        constats += rendu if isinstance(rendu, list) else [rendu]
    joues = tuple(constat for constat in constats if not inconnu(constat))
    phrases = [f"{constat.code} : {inconnu(constat)}" for constat in constats if inconnu(constat)]
    return Jugement(courriel, joues, tuple(dict.fromkeys(phrases)))
