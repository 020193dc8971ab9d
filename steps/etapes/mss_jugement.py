"""Les règles qu'un scénario MSSanté demande, par sujet, et les pièces qui les prouvent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.mss_commun import contexte
from steps.patients import PatientEssai
from steps.verifications.mssante import (
    accuses,
    adresses,
    archive,
    conversation,
    corps,
    entetes,
    expediteur,
    forme,
    objet,
    pieces,
    x_mss,
)
from steps.verifications.mssante.dossier_lecture import CourrielVu
from steps.verifications.mssante.verification import Groupe

_ARCHIVE: tuple[Groupe, ...] = (
    pieces.archive,
    pieces.pdfs,
    pieces.concordance,
    archive.usager,
    archive.archive_xdm,
    archive.documents_pdf,
    adresses.adresses_d_usagers,
)

_CONTENU: frozenset[Groupe] = frozenset({archive.archive_xdm, archive.documents_pdf, archive.documents_cda})
"""Règles qui ne dépendent que des octets des pièces jointes."""

SUJETS: Mapping[str, tuple[Groupe, ...]] = {
    "identifiant": (entetes.message_id,),
    "corps": (
        corps.forme,
        corps.meme_contenu,
        corps.utf8,
        forme.lignes,
        forme.structure,
        forme.transfert,
        forme.jeux_de_caracteres,
    ),
    "distribution": (accuses.demande_de_distribution,),
    "lecture": (accuses.demande_de_lecture,),
    "expéditeur": (
        entetes.presence,
        entetes.date,
        entetes.adresses_formees,
        expediteur.expediteur,
        forme.octets_annonces,
        forme.mots_encodes,
    ),
    "usager": (adresses.adresses_d_usagers,),
    "conversation": (entetes.message_id, conversation.reponse, conversation.formes),
    "automatique": (expediteur.reponse_a, corps.mention_automatique),
    "transmission": (objet.objet, *_ARCHIVE),
    "transmission et CDA": (objet.objet, *_ARCHIVE, archive.documents_cda),
    "pièces": _ARCHIVE,
    "objet": (objet.objet,),
    "X-MSS-NIL": (x_mss.x_mss_nil, x_mss.x_mss_noms),
    "X-MSS-INS": (x_mss.x_mss_ins,),
    "X-MSS-CODECDA": (x_mss.x_mss_codecda,),
    "X-MSS-MES": (x_mss.x_mss_mes,),
}
"""Les règles de chaque sujet : un scénario ne juge que ce que son exigence demande."""

Vue = tuple[CourrielVu | None, PatientEssai | None, Mapping[str, Any]]


def juger_sujets(essai: Essai, courriels: Iterable[Vue], sujet: str) -> None:
    """Joue les règles d'un sujet sur ces courriels : (courriel, son patient, ce que l'étape sait en plus).

    Sans courriel, le scénario n'est pas jugeable.
    """
    retenus = [(vu, patient, su) for vu, patient, su in courriels if vu is not None]
    if not retenus:
        raise NonConcluant("aucun courriel n'a été observé sur le fil : rien à juger")
    deja: set[tuple[str, ...]] = set()
    for vu, patient, su in retenus:
        connu = contexte(essai, vu, patient, **su)
        pieces_jointes = tuple(piece.empreinte for piece in vu.pieces)
        for groupe in SUJETS[sujet]:
            # Le même compte rendu envoyé à dix correspondants ne se juge, pour son contenu, qu'une fois.
            if groupe not in _CONTENU or pieces_jointes not in deja:
                essai.bilan.constater(groupe(vu.lu, connu))
        deja.add(pieces_jointes)
    if sujet == "identifiant":
        numeros = tuple(vu.numero for vu, _, _ in retenus)
        essai.bilan.constater(entetes.message_ids_distincts([vu.lu for vu, _, _ in retenus], numeros))


def joindre_transmission(essai: Essai, courriels: Sequence[CourrielVu], *, source: bool = False) -> None:
    """Garde les PDF et les CDA envoyés comme pièces ; `source` : aussi le message, pour une preuve « autre »."""
    for vu in courriels:
        for pdf in vu.pdfs:
            essai.bilan.joindre(pdf.nom, "document", pdf.octets, f"PDF joint au courriel n° {vu.numero}")
        for document in vu.documents:
            nom = document.nom.rpartition("/")[2].lower()
            description = f"CDA de l'archive jointe au courriel n° {vu.numero}"
            essai.bilan.joindre(f"{vu.numero}-{nom}", "fichier-CDA", document.octets, description)
        if source:
            joindre_source(
                essai, f"emis-{vu.numero}", vu.octets, f"courriel n° {vu.numero}, tel que l'opérateur l'a reçu"
            )


def joindre_source(essai: Essai, nom: str, octets: bytes, description: str) -> None:
    """Garde la source d'un courriel pour les preuves qui demandent « autre »."""
    essai.bilan.joindre(f"{nom}.eml", "autre", octets, description)
