"""Un Pro Santé Connect monté sur de vrais ports, et un logiciel qui demande par CIBA."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from simulators.psc import SimulateurPSC
from simulators.psc.ciba import GRANT
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle
from simulators.socle.pki import Identifiants

CLIENT = "lps-ciba"
UNE = "899900000011"
EMPLOYEE = "100000000000001/SIM0001"


@dataclass
class Montage:
    """Le fournisseur, son journal, son socle."""

    psc: SimulateurPSC
    journal: JournalEchanges
    socle: Socle

    @property
    def racines(self) -> str:
        """Autorités à croire."""
        return str(self.socle.igc.racines_pem)

    def poster(
        self, chemin: str, champs: dict[str, str], *, certificat: Identifiants | None = None, secret: bool = True
    ) -> requests.Response:
        """POST d'un formulaire, client authentifié par Basic ou, sans secret, par son certificat."""
        if not secret:
            champs = {"client_id": CLIENT, **champs}
        return requests.post(
            f"{self.psc.contexte.issuer}/protocol/openid-connect/{chemin}",
            champs,
            auth=(CLIENT, self.psc.clients[CLIENT].secret) if secret else None,
            cert=(str(certificat.chemin_pem), str(certificat.chemin_cle)) if certificat else None,
            verify=self.racines,
            timeout=10,
        )

    def demander(self, **champs: str) -> requests.Response:
        """Demande CIBA ; une valeur vide retire le champ."""
        voulus = {
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "login_hint": UNE,
            "binding_message": "07",
            "channel": "MOBILE",
            **champs,
        }
        return self.poster("ext/ciba/auth", {nom: valeur for nom, valeur in voulus.items() if valeur})

    def interroger(self, auth_req_id: str, **choix: Any) -> requests.Response:
        """Une interrogation du point d'accès des jetons."""
        return self.poster("token", {"grant_type": GRANT, "auth_req_id": auth_req_id}, **choix)

    def dernier(self, operation: str, service: str = "psc") -> Echange:
        """Dernier échange de cette opération."""
        return self.journal.echanges(service=service, operation=operation)[-1]


@contextmanager
def montage(dossier: Path) -> Iterator[Montage]:
    """Le fournisseur seul, avec un client qui a droit à CIBA."""
    with JournalEchanges.creer(dossier / "campagne") as journal, demarrer_socle(journal, dossier / "secrets") as socle:
        psc = SimulateurPSC(journal, socle.igc)
        psc.monter(socle.serveur)
        psc.clients.declarer(CLIENT, ciba=True)
        yield Montage(psc, journal, socle)


def champ_cache(page: str, nom: str) -> str:
    """Valeur d'un champ caché d'une page."""
    trouve = re.search(rf'name="{nom}" value="([^"]*)"', page)
    assert trouve is not None, page
    return trouve[1]
