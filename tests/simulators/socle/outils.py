"""Petits outils communs aux essais du socle."""

from __future__ import annotations

from datetime import UTC, datetime

import requests

from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete
from simulators.socle.journal import JournalEchanges
from simulators.socle.pki import Identifiants, IgcTest


def instant() -> datetime:
    """Instant fixe."""
    return datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)


def echanger(
    journal: JournalEchanges,
    corps: bytes = b"<a/>",
    *,
    service: str = "insi",
    operation: str = "rechercher",
    entetes: tuple[tuple[str, str], ...] = (),
    cible: str = "/lps",
) -> Echange:
    """Ajoute un échange simple."""
    return journal.ajouter_echange(
        service=service,
        operation=operation,
        debut=instant(),
        fin=instant(),
        requete=Requete("POST", cible, entetes, CorpsMemoire(corps)),
        reponse=Reponse(200, (("Content-Type", "text/xml"),), CorpsMemoire(b"<ok/>")),
    )


def poster(
    igc: IgcTest,
    url: str,
    corps: bytes = b"<a/>",
    *,
    client: Identifiants | None = None,
    delai: float = 10,
    **choix: object,
) -> requests.Response:
    """POST par un client que nous n'avons pas écrit."""
    certificat = (str(client.chemin_pem), str(client.chemin_cle)) if client else None
    return requests.post(url, data=corps, cert=certificat, verify=str(igc.racines_pem), timeout=delai, **choix)  # type: ignore[arg-type]
