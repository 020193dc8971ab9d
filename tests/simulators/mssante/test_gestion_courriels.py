"""Le port de gestion fait arriver des courriels et agit à la place d'un patient."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.banc import Banc
from simulators.socle.identites import par_cas
from simulators.socle.journal import JournalEchanges
from tests.simulators.mssante.aides_avis import recu

BAL = "alix.biologue@labo.formation.mssante.fr"


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Un banc peuplé."""
    dossier = tmp_path_factory.mktemp("gestion-mss")
    with (
        JournalEchanges.creer(dossier / "journal") as journal,
        Banc(journal, dossier_secrets=Path(dossier / "secrets"), peupler=True) as ouvert,
    ):
        yield ouvert


def poster(banc: Banc, chemin: str, **demande: object) -> tuple[int, Any]:
    """POST JSON ; (statut, réponse)."""
    rendu = requests.post(f"{banc.url_console.rstrip('/')}{chemin}", json=demande, timeout=20)
    return rendu.status_code, rendu.json()


def test_deposer_une_matiere(banc: Banc) -> None:
    """Une matière nommée, ou des octets, arrivent dans la BAL ; les noms sont publiés avec leur note."""
    connues = requests.get(f"{banc.url_console}mssante/matieres", timeout=10).json()
    assert {"nom", "note", "conforme"} == set(connues[0]) and len(connues) > 100
    statut, rendu = poster(banc, "/mssante/courriels", adresse=BAL, nom="pro_n3", cas="corse_2a")
    assert statut == 200 and rendu["objet"].startswith("XDM/1.0/DDM+CR d'examens biologiques MONTESORO")
    octets = b"Subject: brut\r\n\r\nx\r\n"
    statut, rendu = poster(banc, "/mssante/courriels", adresse=BAL, octets_base64=base64.b64encode(octets).decode())
    assert statut == 200 and banc.mssante.boites.messages(BAL)[-1].octets == octets


@pytest.mark.parametrize(
    ("demande", "mot"),
    [
        ({"adresse": BAL, "nom": "pro_n4"}, "inconnue"),
        ({"adresse": BAL}, "nom"),
        ({"nom": "pro_n3"}, "adresse"),
        ({"adresse": "x@ailleurs.fr", "nom": "pro_texte"}, "ailleurs"),
        ({"adresse": BAL, "nom": "pro_n3", "cas": "nul"}, "nul"),
        ({"adresse": BAL, "nom": "gros", "taille": 10**9}, "taille"),
        ({"adresse": BAL, "octets_base64": "é"}, "base64"),
        ({"adresse": "secretariat@labo.formation.mssante.fr", "nom": "pro_reponse"}, "original"),
    ],
)
def test_demande_refusee(banc: Banc, demande: dict[str, object], mot: str) -> None:
    """Une demande qu'on ne peut pas suivre est refusée, et dit pourquoi."""
    statut, rendu = poster(banc, "/mssante/courriels", **demande)
    assert statut == 400 and mot in rendu["erreur"]


def test_usager(banc: Banc) -> None:
    """Le patient reçoit et répond ; sa boîte fermée refuse ; une remise à zéro la rouvre."""
    patient = par_cas("nominal")
    adresse = f"{patient.matricule_ins}@patient.mssante.fr"
    assert poster(banc, "/mssante/usagers/reponse", cas="nominal", texte="?")[0] == 400
    banc.mssante.usagers.recevoir(recu(adresse, expediteur=BAL))
    avant = len(banc.mssante.boites.messages(BAL))
    statut, rendu = poster(banc, "/mssante/usagers/reponse", cas="nominal", texte="Merci, à bientôt")
    assert statut == 200 and len(banc.mssante.boites.messages(BAL)) == avant + 1 and rendu["uid"]
    assert poster(banc, "/mssante/usagers", cas="nominal", etat="fermee") == (
        200,
        {"adresse": adresse, "etat": "fermee"},
    )
    assert not banc.mssante.usagers.ouverte(patient.matricule_ins)
    assert poster(banc, "/mssante/usagers", cas="nominal", etat="oui")[0] == 400
    banc.remettre_a_zero()
    assert banc.mssante.usagers.ouverte(patient.matricule_ins)


def test_accuse_tardif(banc: Banc) -> None:
    """Un accusé retenu part sur ordre."""
    adresse = f"{par_cas('nominal').matricule_ins}@patient.mssante.fr"
    banc.mssante.panne("dsn_tardif")
    banc.mssante.usagers.recevoir(recu(adresse, expediteur=BAL, Return_Receipt_To=BAL))
    assert poster(banc, "/mssante/accuses-tardifs") == (200, {"deposes": 1})
