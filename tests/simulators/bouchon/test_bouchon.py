"""Un bouchon appelé par un vrai client : il garde tout, rend ce qui a été écrit, et ne prouve rien."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from simulators.banc import Banc
from simulators.bouchon import BOUCHONS, ReponsesInvalides, SimulateurBouchon, lire_reponses
from simulators.bouchon.simulateur import AVERTISSEMENT
from simulators.socle.journal import JournalEchanges
from steps.essai import Essai
from steps.logiciel import bouchons
from steps.logiciel.configuration import ConfigurationInvalide, lire_configuration
from steps.logiciel.temoin import RACINE
from steps.logiciel.temoin_couloir import TEMOIN

REPONSES = """\
- quand: {operation: "urn:EP:enregistrer", contient: "<Refus/>"}
  reponse: {statut: 500, corps: "<Fault>refus écrit</Fault>"}
- quand: {operation: "urn:EP:enregistrer"}
  reponse:
    entetes: {X-Suite: "1"}
    corps: "<Reponse><RelatesTo>${message_id}</RelatesTo><Op>${operation}</Op></Reponse>"
- quand: {methode: GET, chemin: /etat}
  reponse: {type: application/json, fichier: etat.json}
"""
APPEL = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">'
    "<s:Header><a:MessageID>urn:uuid:42</a:MessageID><a:Action>urn:EP:enregistrer</a:Action></s:Header>"
    "<s:Body>{}</s:Body></s:Envelope>"
)


@pytest.fixture(scope="module")
def ecrites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    fichier = tmp_path_factory.mktemp("bouchon") / "reponses.yaml"
    fichier.write_text(REPONSES, encoding="utf-8")
    fichier.with_name("etat.json").write_text('{"etat": "prêt"}', encoding="utf-8")
    return fichier


@pytest.fixture(scope="module")
def banc(ecrites: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    dossier = tmp_path_factory.mktemp("banc")
    with (
        JournalEchanges.creer(dossier / "journal") as journal,
        Banc(journal, dossier_secrets=dossier, bouchons={"eprescription": lire_reponses(ecrites)}) as banc,
    ):
        yield banc


@pytest.fixture(scope="module")
def client(banc: Banc) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.verify = str(banc.igc.racines_pem)
        session.trust_env = False
        yield session


def _url(banc: Banc) -> str:
    adresses = banc.environnement()["services"]["eprescription"]
    assert adresses["avertissement"] == AVERTISSEMENT
    return str(adresses["url"])


@pytest.mark.parametrize(
    "entetes",
    [
        {"Content-Type": "application/soap+xml"},
        {"Content-Type": 'application/soap+xml; action="urn:EP:enregistrer"'},
        {"Content-Type": "text/xml", "SOAPAction": '"urn:EP:enregistrer"'},
    ],
)
def test_reponse_ecrite(banc: Banc, client: requests.Session, entetes: dict[str, str]) -> None:
    """L'opération se lit où l'appel la dit ; la réponse reprend l'identifiant de l'appel ; le tout est au journal."""
    depuis = banc.journal.position()
    recu = client.post(f"{_url(banc)}/ep4", data=APPEL.format("<A/>"), headers=entetes, timeout=10)
    assert (recu.status_code, recu.headers["X-Banc-SONS-Bouchon"], recu.headers["X-Suite"]) == (
        200,
        "contrat inconnu",
        "1",
    )
    assert recu.text == "<Reponse><RelatesTo>urn:uuid:42</RelatesTo><Op>urn:EP:enregistrer</Op></Reponse>"
    (echange,) = banc.journal.echanges(service="eprescription", depuis=depuis)
    assert (echange.operation, echange.notes["bouchon"]) == ("urn:EP:enregistrer", AVERTISSEMENT)


def test_selon_le_contenu_et_le_chemin(banc: Banc, client: requests.Session) -> None:
    refus = client.post(_url(banc) + "/ep4", data=APPEL.format("<Refus/>"), timeout=10)
    assert (refus.status_code, refus.content.decode()) == (500, "<Fault>refus écrit</Fault>")
    assert client.get(_url(banc) + "/etat", timeout=10).json() == {"etat": "prêt"}


@pytest.mark.parametrize("corps", [b"", b"<a", b"\xff\xfe\x00", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", b"{}"])
def test_sans_reponse_ecrite(banc: Banc, client: requests.Session, corps: bytes) -> None:
    """Rien n'est inventé : le refus dit quoi écrire, pour n'importe quel corps."""
    recu = client.post(_url(banc) + "/inconnu", data=corps, timeout=10)
    assert recu.status_code == 501
    assert "aucune réponse écrite pour POST /inconnu" in recu.text


def test_panne_de_transport(banc: Banc, client: requests.Session) -> None:
    with banc.bouchons[0].panne("indisponible"):
        assert client.post(_url(banc), data=b"x", timeout=10).status_code == 503
    assert "eprescription" in banc.registres


def test_les_memes_noms_partout() -> None:
    assert bouchons.NOMS == BOUCHONS


def test_nom_inconnu(banc: Banc) -> None:
    with pytest.raises(ValueError, match="attendu l'un de eprescription, apcv"):
        SimulateurBouchon(banc.journal, banc.igc, "autre", ())


FAUTES = {
    "rien: 1": "attendu une liste de réponses",
    "- {}": "reponse : attendu corps, entetes, fichier, statut, type, reçu rien",
    "- reponse: {}": "attendu corps (le texte) ou fichier",
    "- reponse: {corps: a, fichier: b}": "l'un ou l'autre",
    "- reponse: {corps: a, statut: 700}": "statut HTTP de 100 à 599, reçu 700",
    "- reponse: {corps: '${autre}'}": "variable inconnue autre ; attendu message_id, operation",
    "- {reponse: {corps: a}, si: {}}": "champ inconnu si",
    "- {quand: {verbe: GET}, reponse: {corps: a}}": "champ inconnu verbe",
    "- reponse: {fichier: absent.xml}": "absent.xml",
    '- reponse: {corps: a, entetes: {X: "a\\nb"}}': "un en-tête tient sur une ligne",
    "- {": "YAML illisible",
}


@pytest.mark.parametrize("texte", FAUTES)
def test_fichier_fautif(tmp_path: Path, texte: str) -> None:
    fichier = tmp_path / "r.yaml"
    fichier.write_text(texte, encoding="utf-8")
    with pytest.raises(ReponsesInvalides, match=re.escape(FAUTES[texte])):
        lire_reponses(fichier)


def test_declare_dans_logiciel_yaml(tmp_path: Path, ecrites: Path) -> None:
    """Le fichier se lit avec logiciel.yaml ; une faute s'y dit à sa place."""
    base = TEMOIN.read_text(encoding="utf-8")
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_text(f"{base}bouchons: {{apcv: {ecrites}}}\n", encoding="utf-8")
    assert len(lire_configuration(fichier).bouchons["apcv"]) == 3
    for faux, attendu in (("{autre: x.yaml}", "autre"), ("{apcv: absent.yaml}", "absent.yaml")):
        fichier.write_text(f"{base}bouchons: {faux}\n", encoding="utf-8")
        with pytest.raises(ConfigurationInvalide, match=attendu):
            lire_configuration(fichier)


def test_aucune_etape_ne_lit_un_bouchon() -> None:
    """Ni étape ni vérification ne lit les échanges d'un bouchon : rien n'y prouve une exigence."""
    for dossier in ("steps/etapes", "steps/verifications"):
        for fichier in (RACINE / dossier).rglob("*.py"):
            texte = fichier.read_text(encoding="utf-8")
            assert not re.search(rf'(service=|echanges\()"({"|".join(BOUCHONS)})"', texte), fichier
    with pytest.raises(ValueError, match="aucune étape ne le lit"):
        Essai.echanges(object(), "apcv")  # type: ignore[arg-type]
