"""Le journal ne coûte pas plus cher plein que vide : scénarios et requêtes, de 100 à 10 000."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from simulators.socle.echange import CorpsMemoire, Reponse, Requete
from simulators.socle.journal import JournalEchanges
from tests.bench.mesure import Mesure, mediane

_ENTETES = (("Host", "localhost"), ("Content-Type", "application/soap+xml"), ("Authorization", "Bearer abcdef"))


def mesurer(dossier: Path, *, rapide: bool) -> list[Mesure]:
    """Coût des 100 derniers scénarios sur celui des 100 premiers ; requêtes au journal plein sur presque vide."""
    total = 500 if rapide else 10_000
    fois = 20 if rapide else 100
    with JournalEchanges.creer(dossier / "journal") as journal:
        durees = [_scenario(journal, rang) for rang in range(100)]
        debut, petites = statistics.median(durees), _requetes(journal, 50, fois)
        durees += [_scenario(journal, rang) for rang in range(100, total)]
        fin, grandes = statistics.median(durees[-100:]), _requetes(journal, total - 50, fois)
    return [
        Mesure(
            "journal_scenario",
            f"Scénario au journal : les 100 derniers de {total} sur les 100 premiers",
            fin / debut,
            "fois",
            1.5,
            {"100 premiers (ms)": 1000 * debut, f"100 derniers de {total} (ms)": 1000 * fin},
        ),
        Mesure(
            "journal_requetes",
            f"Requêtes d'un scénario : journal de {total} scénarios sur journal de 100",
            sum(grandes.values()) / sum(petites.values()),
            "fois",
            1.5,
            {f"{nom} (ms)": 1000 * duree for nom, duree in grandes.items()},
        ),
    ]


def _scenario(journal: JournalEchanges, rang: int) -> float:
    """Un scénario ordinaire : deux actions, trois échanges, six étapes relues, un verdict."""
    debut = time.perf_counter()
    journal.debuter_scenario(f"INS/va1.{rang:05d}")
    depuis = journal.position()
    instant = datetime.now(UTC)
    for service, operation in (("insi", "rechercher"), ("dmp", "TD0.2"), ("dmp", "TD2.1")):
        journal.ajouter("action", {"action": "verifier", "utilisateur": "biologiste_1", "parametres": {"id": rang}})
        journal.ajouter_echange(
            service=service,
            operation=operation,
            debut=instant,
            fin=instant,
            requete=Requete("POST", "/lps", _ENTETES, CorpsMemoire(b"<a>%d</a>" % rang)),
            reponse=Reponse(200, _ENTETES[:2], CorpsMemoire(b"<ok/>")),
        )
    for _ in range(6):
        journal.echanges(depuis=depuis)
    journal.echanges(service="dmp", operation="TD2.1", depuis=depuis)
    journal.ajouter("verdict", {"scenario": f"INS/va1.{rang:05d}", "constats": [{"message": "x" * 200}] * 5})
    journal.finir_scenario()
    return time.perf_counter() - debut


def _requetes(journal: JournalEchanges, rang: int, fois: int) -> dict[str, float]:
    """Durée médiane des requêtes qu'une campagne fait, sur le scénario de ce rang ou sur les derniers échanges."""
    scenario, fin = f"INS/va1.{rang:05d}", journal.position()
    return {
        "échanges d'un scénario": mediane(lambda: journal.echanges(scenario=scenario), fois),
        "échanges récents": mediane(lambda: journal.echanges(depuis=fin - 20), fois),
        "échanges récents d'une opération": mediane(
            lambda: journal.echanges(service="dmp", operation="TD2.1", depuis=fin - 20), fois
        ),
        "poignées refusées": mediane(lambda: journal.poignees_refusees(depuis=fin - 20), fois),
        "attente déjà satisfaite": mediane(
            lambda: journal.attendre(lambda echange: True, depuis=fin - 20, delai=1, service="dmp"), fois
        ),
    }
