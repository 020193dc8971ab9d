"""Le banc qui dure : des milliers d'échanges et de remises à zéro, sans que la mémoire ni le coût croissent."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.mesure import Mesure
from tests.interop.lancement import BancLance, lancer
from tests.simulators.insi import aides

PAR_SCENARIO = 10
"""Échanges entre deux remises à zéro, dans la passe des échanges."""


def mesurer(dossier: Path, *, rapide: bool) -> list[Mesure]:
    """Dernier dixième sur premier dixième, après un dixième de mise en route ; sous Linux seulement.

    Une passe d'échanges INSi (dix par scénario), une passe de scénarios courts (remise à zéro, un échange). Mille
    campagnes de biologie font 267 000 scénarios : la passe en joue 5 000, ou `BANC_SONS_ENDURANCE`.
    """
    if not Path("/proc/self/status").is_file():
        return []
    echanges, scenarios = (300, 60) if rapide else (10_000, int(os.environ.get("BANC_SONS_ENDURANCE", "5000")))
    ici = dossier / "endurance"
    ici.mkdir()
    with lancer(ici) as banc:
        client = _Client(banc)
        mesures = _passe(
            banc, client, "endurance_echanges", f"{echanges} échanges", echanges // PAR_SCENARIO, PAR_SCENARIO
        )
        mesures += _passe(banc, client, "endurance_scenarios", f"{scenarios} scénarios courts", scenarios, 1)
    return mesures


class _Client:
    """Un logiciel qui appelle INSi sur une connexion gardée, et celui qui pilote le port de gestion."""

    def __init__(self, banc: BancLance) -> None:
        contexte = ssl.create_default_context(cafile=banc.racines)
        contexte.load_cert_chain(*banc.certificat("insi_auto"))
        insi = urlsplit(banc.service("insi", "url_certificat"))
        gestion = urlsplit(banc.annonce["console"])
        self._chemin, self._identite = insi.path, banc.identite()
        self._insi = http.client.HTTPSConnection(insi.hostname or "", insi.port, context=contexte, timeout=60)
        self._gestion = http.client.HTTPConnection(gestion.hostname or "", gestion.port, timeout=60)
        self._entetes = {"Content-Type": aides.type_contenu()}

    def appeler(self) -> None:
        """Une recherche par traits ; RuntimeError si le service n'a pas servi."""
        demande = aides.enveloppe(aides.traits_de(self._identite))
        self._insi.request("POST", self._chemin, demande, self._entetes)
        reponse = self._insi.getresponse()
        if b"<CodeCR>00<" not in (lu := reponse.read()) and b":CodeCR>00<" not in lu:
            raise RuntimeError(f"INSi n'a pas rendu d'identité (statut {reponse.status})")

    def gerer(self, chemin: str, demande: dict[str, object]) -> None:
        """Un ordre au port de gestion."""
        self._gestion.request("POST", chemin, json.dumps(demande), {"Content-Type": "application/json"})
        reponse = self._gestion.getresponse()
        if (corps := reponse.read()) and reponse.status >= 400:
            raise RuntimeError(f"{chemin} : {reponse.status} {corps[:200]!r}")


def _passe(banc: BancLance, client: _Client, cle: str, titre: str, scenarios: int, echanges: int) -> list[Mesure]:
    durees, memoires = [], []
    for _ in range(scenarios):
        debut = time.perf_counter()
        client.gerer("/remise-a-zero", {})
        for _ in range(echanges):
            client.appeler()
        durees.append(time.perf_counter() - debut)
        memoires.append(banc.memoire_mo())
    part = max(1, scenarios // 10)
    premiers, derniers = statistics.median(durees[part : 2 * part]), statistics.median(durees[-part:])
    depart, arrivee = statistics.median(memoires[part : 2 * part]), statistics.median(memoires[-part:])
    return [
        Mesure(
            f"{cle}_cout",
            f"Coût d'un scénario, derniers sur premiers, de {titre}",
            derniers / premiers,
            "fois",
            1.5,
            {"premiers (ms)": 1000 * premiers, "derniers (ms)": 1000 * derniers},
        ),
        Mesure(
            f"{cle}_memoire",
            f"Mémoire résidente, derniers sur premiers, de {titre}",
            arrivee / depart,
            "fois",
            1.2,
            {"premiers (Mo)": depart, "derniers (Mo)": arrivee},
        ),
    ]
