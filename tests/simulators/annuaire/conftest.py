"""Un annuaire monté sur de vrais ports, et un client HTTP que nous n'avons pas écrit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.annuaire import SimulateurAnnuaire
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle


@dataclass(frozen=True)
class Recu:
    """Réponse reçue."""

    statut: int
    entetes: dict[str, str]
    octets: bytes
    json: dict[str, Any]

    @property
    def ressources(self) -> list[dict[str, Any]]:
        """Ressources trouvées, sans celles qui sont incluses."""
        return [e["resource"] for e in self.json.get("entry", ()) if e["search"]["mode"] == "match"]

    @property
    def incluses(self) -> list[dict[str, Any]]:
        """Ressources incluses."""
        return [e["resource"] for e in self.json.get("entry", ()) if e["search"]["mode"] == "include"]

    @property
    def suivante(self) -> str | None:
        """Adresse de la page suivante."""
        return next((lien["url"] for lien in self.json.get("link", ()) if lien["relation"] == "next"), None)

    @property
    def diagnostic(self) -> str:
        """Explication d'un refus."""
        assert self.json["resourceType"] == "OperationOutcome", self.octets[:200]
        return str(self.json["issue"][0]["diagnostics"])


class Essai:
    """Un simulateur, un journal, et de quoi lui parler comme un logiciel."""

    def __init__(self, journal: JournalEchanges, socle: Socle) -> None:
        self.journal = journal
        self.annuaire = SimulateurAnnuaire(journal, socle.igc, nombre=400)
        self.annuaire.monter(socle.serveur)
        self.adresses = self.annuaire.adresses()
        self._client = requests.Session()
        self._client.verify = str(socle.igc.racines_pem)
        self._client.trust_env = False

    def appeler(
        self,
        url: str,
        methode: str = "GET",
        *,
        cle: str | None = "",
        entetes: dict[str, str] | None = None,
        **choix: Any,
    ) -> Recu:
        """`url` : adresse entière, ou chemin après la base de l'API. `cle` : vide, la bonne ; None, aucune."""
        if not url.startswith("http"):
            url = f"{self.adresses['fhir']}/{url}"
        envoyes = dict(entetes or {})
        if cle is not None:
            envoyes["ESANTE-API-KEY"] = cle or self.adresses["cle"]
        # Le quota a ses propres essais : les autres ne doivent pas en dépendre.
        if not choix.pop("au_quota", False):
            self.annuaire._debit.vider()
            self.annuaire._telechargements.vider()
        reponse = self._client.request(methode, url, headers=envoyes, timeout=20, **choix)
        genre = reponse.headers.get("Content-Type", "")
        try:
            contenu = reponse.json() if "json" in genre and reponse.content else {}
        except ValueError:
            contenu = {}
        return Recu(reponse.status_code, dict(reponse.headers), reponse.content, contenu)

    def echanges(self) -> list[Echange]:
        """Échanges avec l'annuaire, dans l'ordre."""
        return self.journal.echanges(service="annuaire")

    def fermer(self) -> None:
        self._client.close()


@pytest.fixture(scope="package")
def _essai(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Essai]:
    dossier: Path = tmp_path_factory.mktemp("annuaire")
    with (
        JournalEchanges.creer(dossier / "journal") as journal,
        demarrer_socle(journal, dossier / "secrets") as socle,
    ):
        essai = Essai(journal, socle)
        yield essai
        essai.fermer()


@pytest.fixture
def essai(_essai: Essai) -> Essai:
    """L'annuaire, dans son état de départ."""
    _essai.annuaire.remettre_a_zero()
    return _essai
