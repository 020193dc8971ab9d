"""Le fichier d'autoconfiguration, lu par HTTPS sous tout nom d'hôte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from lxml import etree

from simulators.mssante.autoconfiguration import BIEN_CONNU, CHEMIN, Autoconfiguration
from simulators.mssante.etat import EtatMSSante
from simulators.mssante.reglages import DOMAINE_LABORATOIRE
from simulators.socle.journal import JournalEchanges
from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port
from simulators.socle.serveur import ServeurBanc
from simulators.socle.tls import ConfigTls


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalEchanges]:
    """Journal vide."""
    with JournalEchanges.creer(tmp_path / "campagne") as ouvert:
        yield ouvert


@pytest.fixture(scope="module")
def igc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IgcTest]:
    """Une IGC pour tous ces essais."""
    faite = IgcTest.creer(tmp_path_factory.mktemp("igc"), url_publication="http://127.0.0.1:9")
    yield faite
    faite.fermer()


@pytest.fixture
def port(journal: JournalEchanges, igc: IgcTest) -> Iterator[Port]:
    """Le fichier servi en HTTPS."""
    serveur = ServeurBanc(journal, igc)
    fichier = Autoconfiguration(
        EtatMSSante(), DOMAINE_LABORATOIRE, lambda: (f"mss.{DOMAINE_LABORATOIRE}", 20587, 20143)
    )  # fmt: skip
    yield serveur.ajouter("mssante", fichier.routes(), tls=ConfigTls())
    serveur.arreter()


@pytest.mark.parametrize("chemin", [CHEMIN, BIEN_CONNU])
def test_fichier(port: Port, igc: IgcTest, journal: JournalEchanges, chemin: str) -> None:
    """Serveurs IMAP et SMTP, STARTTLS, OAuth2 ; l'appel est au journal."""
    adresse = f"{port.url}{chemin}?emailaddress=alix.biologue%40{DOMAINE_LABORATOIRE}"
    reponse = requests.get(adresse, verify=str(igc.racines_pem), timeout=10)
    assert reponse.status_code == 200 and reponse.headers["Content-Type"].startswith("text/xml")
    (fournisseur,) = etree.fromstring(reponse.content)
    assert fournisseur.get("id") == fournisseur.findtext("domain") == DOMAINE_LABORATOIRE
    serveurs = [fournisseur.find("incomingServer"), fournisseur.find("outgoingServer")]
    lus = [
        (s.get("type"), *(s.findtext(nom) for nom in ("hostname", "port", "socketType", "username", "authentication")))
        for s in serveurs
        if s is not None
    ]
    hote = f"mss.{DOMAINE_LABORATOIRE}"
    assert lus == [
        ("imap", hote, "20143", "STARTTLS", "%EMAILADDRESS%", "OAuth2"),
        ("smtp", hote, "20587", "STARTTLS", "%EMAILADDRESS%", "OAuth2"),
    ]
    (echange,) = journal.echanges("mssante", "autoconfig")
    assert echange.notes["domaine"] == DOMAINE_LABORATOIRE


@pytest.mark.parametrize(
    ("hote", "requete", "statut"),
    [
        ("autoconfig.cabinet.formation.mssante.fr", "", 200),
        ("AUTOCONFIG.Cabinet.Formation.MSSante.FR.:443", "", 200),
        ("localhost", "", 200),
        ("autoconfig.ailleurs.fr", "", 404),
        ("autoconfig.cabinet.formation.mssante.fr", "?emailaddress=x@ailleurs.fr", 404),
        ("autoconfig.patient.mssante.fr", "", 404),
        ("[::1]:9", "?emailaddress=sans-arobase", 200),
    ],
)
def test_domaine_demande(port: Port, igc: IgcTest, hote: str, requete: str, statut: int) -> None:
    """Le domaine vient de l'adresse, sinon de l'hôte ; un domaine inconnu ou d'usagers n'a pas de fichier."""
    reponse = requests.get(
        f"{port.url}{CHEMIN}{requete}", headers={"Host": hote}, verify=str(igc.racines_pem), timeout=10
    )  # fmt: skip
    assert reponse.status_code == statut
