"""Chaque endpoint a ses exemples, et le simulateur leur répond ce qu'ils annoncent."""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree

import simulators.dmp.endpoints
from simulators.dmp.simulateur import charger_endpoints
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai

RACINE = Path(simulators.dmp.endpoints.__file__).parent
EXEMPLES = sorted(RACINE.glob("*/exemples/*/*"))
SOAP = [chemin for chemin in EXEMPLES if chemin.suffix == ".xml"]
WEB = [chemin for chemin in EXEMPLES if chemin.suffix == ".url"]
ENTRY_UUID = "urn:uuid:0b9d6c1e-7e1b-4c55-9a1f-5d0f4b8a2c11"


def _nom(chemin: Path) -> str:
    return f"{chemin.parts[-4]}/{chemin.parts[-2]}/{chemin.stem}"


def _semer(essai: Essai) -> None:
    dossier = essai.dmp.etat.dossier(messages.INS)
    assert dossier is not None
    essai.dmp.etat.deposer(
        dossier,
        messages.cda("1.2.250.1.213.99.9.1"),
        id=ENTRY_UUID,
        lid=ENTRY_UUID,
        auteur=essai.professionnel,
        structure=messages.STRUCTURE,
    )


def test_chaque_endpoint_a_ses_exemples() -> None:
    """Un endpoint sans exemple valide ou sans exemple invalide n'est pas admis."""
    dossiers = {chemin.name for chemin in RACINE.iterdir() if (chemin / "__init__.py").exists()}
    for genre in ("valides", "invalides"):
        assert {chemin.parts[-4] for chemin in EXEMPLES if chemin.parent.name == genre} == dossiers
    soap, pages = charger_endpoints()
    assert len(soap) + len(pages) == len(dossiers)


@pytest.mark.parametrize("chemin", SOAP, ids=_nom)
def test_exemple(essai: Essai, chemin: Path) -> None:
    """Envoyé dans une enveloppe conforme, l'exemple reçoit le code qu'il annonce en tête."""
    _semer(essai)
    texte = chemin.read_text(encoding="utf-8")
    annonces = dict(re.findall(r"^\s*(mode|acces|attendu) : (\S+)$", texte, re.MULTILINE))
    corps = etree.tostring(etree.fromstring(texte.encode()), encoding="unicode")
    [endpoint] = [e for e in charger_endpoints()[0] if e.traiter.__module__.endswith(f".{chemin.parts[-4]}")]
    ins = messages.AUTRE_INS if "sans_dmp" in chemin.stem else messages.INS
    demande = essai.demande(annonces["mode"], usage=annonces["acces"], ins=messages.cx(ins))
    recu = essai.appeler(endpoint.service, corps, endpoint.action, demande)
    assert set(recu.codes) == {annonces["attendu"]}
    [echange] = essai.echanges()
    assert echange.operation.startswith(endpoint.operation)
    assert ("refus" in echange.notes) == (chemin.parent.name == "invalides")


@pytest.mark.parametrize("chemin", WEB, ids=_nom)
def test_page_web(essai: Essai, chemin: Path) -> None:
    """Le portail sert une page en français qui se nomme comme un essai, et consigne l'adresse demandée."""
    annonce, cible = chemin.read_text(encoding="utf-8").splitlines()
    url = urlsplit(essai.dmp.adresses()["url_web_ps"])
    connexion = http.client.HTTPSConnection(url.hostname or "", url.port, context=essai.contexte(None), timeout=10)
    try:
        connexion.request("GET", cible)
        reponse = connexion.getresponse()
        page = reponse.read().decode()
    finally:
        connexion.close()
    assert reponse.status == 200
    assert "Serveur de test" in page
    [echange] = essai.echanges()
    assert echange.operation == "TD0.9"
    assert echange.notes["code"] == annonce.removeprefix("attendu : ")
    assert echange.requete.cible == cible
    assert ("Tableau de bord" in page) == (chemin.parent.name == "invalides")
