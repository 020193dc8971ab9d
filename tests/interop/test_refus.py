"""Ce que le banc lancé refuse : entrées hostiles et poignées de main, avec une trace chaque fois."""

from __future__ import annotations

import http.client
import shutil
import ssl
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from tests.interop.conftest import Curl
from tests.interop.lancement import BancLance
from tests.simulators.dmp.test_hostile import CAS as CAS_DMP
from tests.simulators.dmp.test_hostile import DTD, SOAP12, XXE
from tests.simulators.insi import aides

CAS = {nom: CAS_DMP[nom][0] for nom in ("vide", "bruit", "soap11_deguise")} | {
    "xxe": XXE + b"<x>&e;</x>",
    "dtd": DTD + b"<x>&b;</x>",
}


@pytest.mark.parametrize("cas", CAS)
@pytest.mark.parametrize(("service", "certificat"), [("insi", "insi_auto"), ("dmp", "org_auth_cli")])
def test_entree_hostile(banc: BancLance, curl: Curl, service: str, certificat: str, cas: str) -> None:
    """Le client reçoit un refus net, l'échange est au journal tel qu'envoyé, et le banc sert encore ensuite."""
    adresse = {"insi": banc.service("insi", "url_certificat"), "dmp": f"{banc.service('dmp', 'url')}/registry"}
    avant = banc.position()
    rendu = curl(adresse[service], CAS[cas], SOAP12, certificat)
    assert rendu.returncode == 0, rendu.stderr
    corps, _, statut = rendu.stdout.rpartition(b"\n")
    assert statut in (b"400", b"500") and b"Fault" in corps
    assert b"root:" not in corps
    [echange] = banc.echanges(avant)
    assert echange.service == service and echange.requete.corps.octets == CAS[cas]
    suite = curl(adresse["insi"], aides.enveloppe(aides.traits_de(banc.identite())), aides.type_contenu(), "insi_auto")
    assert suite.stdout.endswith(b"\n200")


def test_version_soap(banc: BancLance, curl: Curl) -> None:
    """Un message SOAP 1.1 est refusé par une faute de version."""
    ancien = aides.enveloppe(aides.traits_de(banc.identite()), soap=aides.SOAP11)
    rendu = curl(banc.service("insi", "url_certificat"), ancien, "text/xml; charset=utf-8", "insi_auto")
    assert b"VersionMismatch" in rendu.stdout


@pytest.mark.parametrize("service", ["insi", "dmp"])
def test_deux_cents_megaoctets(banc: BancLance, service: str) -> None:
    """Un corps de 200 Mo est refusé dès son annonce, sans être lu, et noté comme tronqué."""
    url, nom = {
        "insi": (banc.service("insi", "url_certificat"), "insi_auto"),
        "dmp": (f"{banc.service('dmp', 'url')}/repository", "org_auth_cli"),
    }[service]
    avant, decoupee = banc.position(), urlsplit(url)
    contexte = ssl.create_default_context(cafile=banc.racines)
    contexte.load_cert_chain(*banc.certificat(nom))
    connexion = http.client.HTTPSConnection(decoupee.hostname or "", decoupee.port, context=contexte, timeout=20)
    try:
        connexion.putrequest("POST", decoupee.path)
        connexion.putheader("Content-Type", SOAP12)
        connexion.putheader("Content-Length", str(200 * 2**20))
        connexion.endheaders()
        assert connexion.getresponse().status == 413
    finally:
        connexion.close()
    [echange] = banc.echanges(avant)
    assert echange.notes["corps_tronque"] == "oui"


@pytest.mark.parametrize(("service", "adresse"), [("insi", "url_certificat"), ("dmp", "url")])
def test_sans_certificat(banc: BancLance, curl: Curl, service: str, adresse: str) -> None:
    """Sans certificat client, curl n'obtient rien et la raison du refus est écrite."""
    avant = banc.position()
    rendu = curl(banc.service(service, adresse), b"<a/>", SOAP12)
    assert rendu.returncode != 0
    assert banc.refus(avant)
    assert banc.echanges(avant) == []


def test_certificat_etranger(banc: BancLance, curl: Curl, tmp_path: Path) -> None:
    """Un certificat qu'openssl vient de fabriquer, hors de l'IGC, est refusé à la poignée de main."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl est absent de cette machine")
    pem, cle = tmp_path / "e.pem", tmp_path / "e.cle"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", "/C=FR/O=AILLEURS/CN=INSI-AUTO", "-days", "1", "-keyout", str(cle), "-out", str(pem)),
        ],
        capture_output=True,
        check=True,
    )
    avant = banc.position()
    options = ("--cert", str(pem), "--key", str(cle))
    assert curl(banc.service("insi", "url_certificat"), b"<a/>", SOAP12, "", *options).returncode != 0
    assert banc.refus(avant)


def test_tls_1_1(banc: BancLance) -> None:
    """Un client openssl limité à TLS 1.1 est refusé, et le journal le dit."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl est absent de cette machine")
    avant, (pem, cle) = banc.position(), banc.certificat("org_auth_cli")
    rendu = subprocess.run(
        [
            *("openssl", "s_client", "-connect", urlsplit(banc.service("dmp", "url")).netloc, "-tls1_1"),
            *("-cipher", "ALL:@SECLEVEL=0", "-CAfile", banc.racines, "-cert", pem, "-key", cle),
        ],
        input=b"",
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert rendu.returncode != 0
    assert banc.refus(avant)


@pytest.mark.parametrize(
    ("variante", "raison"),
    [("expire", "expiré"), ("revoque", "révoqué"), ("autre_autorite", ""), ("pas_encore_valide", "")],
)
def test_certificat_hors_service(tmp_path: Path, variante: str, raison: str) -> None:
    """Expiré, révoqué, d'une autre autorité ou pas encore valable : refus, et sa raison au journal.

    Le banc lancé ne publie que des certificats valables : ceux-ci demandent son IGC, donc un banc de ce processus.
    """
    with JournalEchanges.creer(tmp_path / "journal") as journal, Banc(journal) as banc:
        client = banc.igc.identifiants("org_auth_cli", variante)
        avant = journal.position()
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.post(
                f"{banc.dmp.adresses()['url']}/patients",
                b"<a/>",
                cert=(str(client.chemin_pem), str(client.chemin_cle)),
                verify=str(banc.igc.racines_pem),
                timeout=10,
            )
        assert journal.attendre_enregistrement(lambda _: True, depuis=avant, delai=5, type="poignee_refusee")
        [poignee] = journal.poignees_refusees(depuis=avant)
        assert raison in poignee.raison
