"""Passage entre les valeurs (échange, poignée) et leur enregistrement JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from simulators.socle.chaine import horodater, lire_horodatage
from simulators.socle.corps import MagasinCorps
from simulators.socle.echange import Corps, Echange, PoigneeRefusee, Reponse, Requete, Tls


@dataclass(frozen=True, slots=True)
class Enregistrement:
    """Une ligne du journal. `donnees_brutes` : le JSON canonique, octet pour octet celui qui est chaîné."""

    numero: int
    type: str
    horodatage: datetime
    donnees: dict[str, Any]
    scenario: str | None
    precedent: str
    empreinte: str
    donnees_brutes: str
    index: tuple[str | None, str | None, str | None]
    """Colonnes d'index (scénario, service, opération), pour les comparer à `donnees`."""


def lire_enregistrement(ligne: tuple[Any, ...]) -> Enregistrement:
    """Depuis une ligne SQLite, dans l'ordre des colonnes de la table."""
    numero, genre, horodatage, scenario, service, operation, donnees, precedent, empreinte = ligne
    return Enregistrement(
        numero=numero,
        type=genre,
        horodatage=lire_horodatage(horodatage),
        donnees=json.loads(donnees),
        scenario=scenario,
        precedent=precedent,
        empreinte=empreinte,
        donnees_brutes=donnees,
        index=(scenario, service, operation),
    )


def coder_echange(echange: Echange) -> dict[str, object]:
    """Données JSON d'un échange : corps et certificats y sont cités par leur SHA-256."""
    requete, reponse, tls = echange.requete, echange.reponse, echange.tls
    return {
        "service": echange.service,
        "operation": echange.operation,
        "debut": horodater(echange.debut),
        "fin": horodater(echange.fin),
        "scenario": echange.scenario,
        "pair": echange.pair,
        "panne": echange.panne,
        "notes": echange.notes,
        "requete": {
            "methode": requete.methode,
            "cible": requete.cible,
            "version_http": requete.version_http,
            "entetes": [list(entete) for entete in requete.entetes],
            "corps": _coder_corps(requete.corps),
        },
        "reponse": reponse
        and {
            "statut": reponse.statut,
            "entetes": [list(entete) for entete in reponse.entetes],
            "corps": _coder_corps(reponse.corps),
        },
        "tls": tls
        and {
            "version": tls.version,
            "suite": tls.suite,
            "sni": tls.sni,
            "certificat": tls.certificat and _sha256(tls.certificat),
            "chaine": [_sha256(der) for der in tls.chaine],
        },
    }


def decoder_echange(numero: int, donnees: dict[str, Any], magasin: MagasinCorps) -> Echange:
    """Inverse de `coder_echange` ; les corps sont lus à la demande."""
    requete, reponse, tls = donnees["requete"], donnees["reponse"], donnees["tls"]
    return Echange(
        numero=numero,
        service=donnees["service"],
        operation=donnees["operation"],
        debut=lire_horodatage(donnees["debut"]),
        fin=lire_horodatage(donnees["fin"]),
        requete=Requete(
            methode=requete["methode"],
            cible=requete["cible"],
            entetes=_entetes(requete["entetes"]),
            corps=magasin.lire(**requete["corps"]),
            version_http=requete["version_http"],
        ),
        reponse=reponse and Reponse(reponse["statut"], _entetes(reponse["entetes"]), magasin.lire(**reponse["corps"])),
        pair=donnees["pair"],
        tls=tls
        and Tls(
            version=tls["version"],
            suite=tls["suite"],
            sni=tls["sni"],
            certificat=tls["certificat"] and magasin.octets(tls["certificat"]),
            chaine=tuple(magasin.octets(sha256) for sha256 in tls["chaine"]),
        ),
        panne=donnees["panne"],
        scenario=donnees["scenario"],
        notes=donnees["notes"],
    )


def coder_poignee(poignee: PoigneeRefusee) -> dict[str, object]:
    """Données JSON d'une poignée de main refusée."""
    return {
        "service": poignee.service,
        "instant": horodater(poignee.instant),
        "raison": poignee.raison,
        "pair": poignee.pair,
        "scenario": poignee.scenario,
    }


def decoder_poignee(numero: int, donnees: dict[str, Any]) -> PoigneeRefusee:
    """Inverse de `coder_poignee`."""
    instant = lire_horodatage(donnees["instant"])
    return PoigneeRefusee(
        numero, donnees["service"], instant, donnees["raison"], donnees["pair"], donnees.get("scenario")
    )


def corps_cites(donnees: dict[str, Any]) -> Iterator[tuple[str, int | None]]:
    """Empreinte et taille des corps qu'un échange cite (taille None pour un certificat)."""
    for message in (donnees.get("requete"), donnees.get("reponse")):
        if message and message["corps"]["taille"]:
            yield message["corps"]["sha256"], message["corps"]["taille"]
    if tls := donnees.get("tls"):
        yield from ((sha256, None) for sha256 in {tls["certificat"], *tls["chaine"]} - {None})


def certificats(tls: Tls | None) -> frozenset[bytes]:
    """Certificats DER à ranger avec l'échange."""
    return frozenset() if tls is None else frozenset({*tls.chaine, *([tls.certificat] if tls.certificat else [])})


def _coder_corps(corps: Corps) -> dict[str, object]:
    return {"sha256": corps.sha256, "taille": corps.taille}


def _entetes(entetes: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((nom, valeur) for nom, valeur in entetes)


@lru_cache(maxsize=256)
def _sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()
