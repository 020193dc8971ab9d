"""Toutes les règles d'un courriel, et ce qu'elles n'ont pas pu juger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.constat import Constat
from steps.jugements.marque import rejouable
from steps.verifications.mssante import (
    accuses,
    adresses,
    archive,
    avis,
    conversation,
    corps,
    entetes,
    expediteur,
    forme,
    objet,
    pieces,
    x_mss,
)
from steps.verifications.mssante.avis_lecture import lire_avis
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel, est_usager, lire_courriel
from steps.verifications.mssante.portee import inconnu

Groupe = Callable[[Courriel, ContexteCourriel], Constat | list[Constat]]

MESSAGE: tuple[Groupe, ...] = (
    forme.lisible, forme.lignes, forme.octets_annonces, forme.structure, forme.transfert, forme.jeux_de_caracteres,
    forme.mots_encodes, entetes.presence, entetes.message_id, entetes.date, entetes.adresses_formees,
    conversation.formes,
)  # fmt: skip
"""Ce que doit tout message, avis compris."""
ENVOI: tuple[Groupe, ...] = (
    entetes.copies_cachees, expediteur.expediteur, expediteur.reponse_a, conversation.reponse,
    accuses.demande_de_distribution, accuses.demande_de_lecture,
    x_mss.x_mss_nil, x_mss.x_mss_ins, x_mss.x_mss_codecda, x_mss.x_mss_mes, x_mss.x_mss_noms,
    corps.forme, corps.meme_contenu, corps.utf8, corps.html_sobre, corps.mention_automatique,
    objet.objet, pieces.archive, pieces.pdfs, pieces.concordance, pieces.presentation,
    archive.usager, adresses.adresses_d_usagers,
)  # fmt: skip
"""Ce que doit un courriel qu'un logiciel envoie, hors le contenu de ses documents."""
DOCUMENTS: tuple[Groupe, ...] = (archive.archive_xdm, archive.documents_cda, archive.documents_pdf)
"""Ce que doivent les documents joints, pour eux-mêmes."""


@dataclass(frozen=True)
class Jugement:
    """Ce qu'un courriel est et vaut. `non_joues` : ce qui n'a pas été jugé, faute de savoir quoi, une phrase chacun.

    `nature` : envoi, avis, usager (message venu d'une boîte d'usager, qu'aucun logiciel n'a écrit) ou illisible.
    """

    courriel: Courriel
    constats: tuple[Constat, ...]
    non_joues: tuple[str, ...] = ()
    nature: str = "envoi"


@rejouable
def verifier_courriel(octets: bytes, contexte: ContexteCourriel | None = None) -> list[Constat]:
    """Tous les constats d'un courriel, documents joints compris.

    Une règle dont le contexte manque n'en donne pas (`juger_courriel` la nomme). Un avis (MDN, DSN) est jugé comme tel.
    """
    return list(juger_courriel(octets, contexte).constats)


@rejouable
def juger_courriel(octets: bytes, contexte: ContexteCourriel | None = None, *, documents: bool = True) -> Jugement:
    """Lit et juge des octets quelconques ; ne lève jamais. `documents` : juger aussi les pièces pour elles-mêmes."""
    courriel, contexte = lire_courriel(octets), contexte or ContexteCourriel()
    if courriel.limite or not courriel.racine.entetes:
        return jouer(courriel, contexte, (forme.lisible, forme.lignes), "illisible")
    if lire_avis(courriel) is not None:
        propres: tuple[Groupe, ...] = (x_mss.x_mss_nil, x_mss.x_mss_noms) if contexte.nil else ()
        return jouer(courriel, contexte, (*MESSAGE, avis.verifier_avis, *propres), "avis")
    joints = DOCUMENTS if documents else ()
    expediteur_lu = courriel.expediteur
    if contexte.bal_emission is None and expediteur_lu is not None and est_usager(expediteur_lu.adresse):
        return jouer(courriel, contexte, (*MESSAGE, *joints), "usager")
    return jouer(courriel, contexte, (*MESSAGE, *ENVOI, *joints))


@rejouable
def jouer(
    courriel: Courriel, contexte: ContexteCourriel, groupes: tuple[Groupe, ...], nature: str = "envoi"
) -> Jugement:
    """Joue ces groupes de règles."""
    constats: list[Constat] = []
    for groupe in groupes:
        rendu = groupe(courriel, contexte)
        constats += rendu if isinstance(rendu, list) else [rendu]
    joues = tuple(constat for constat in constats if not inconnu(constat))
    phrases = [f"{inconnu(constat)} ({constat.code})" for constat in constats if inconnu(constat)]
    return Jugement(courriel, joues, tuple(dict.fromkeys(phrases)), nature)
