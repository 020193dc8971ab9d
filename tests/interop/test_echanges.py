"""Échanges complets par zeep, curl et openssl, avec ce que la commande publie et rien d'autre."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from lxml import etree

from simulators.dmp.ebrim import APPROVED
from simulators.dmp.requetes import FIND_DOCUMENTS
from tests.interop import lots
from tests.interop.conftest import Curl
from tests.interop.lancement import BancLance
from tests.simulators.dmp import messages
from tests.simulators.insi import aides

WSA = "http://www.w3.org/2005/08/addressing"
SIMULATEURS = Path(__file__).parents[1] / "simulators"
SOAP12 = "application/soap+xml; charset=utf-8"


def zeep_vers(banc: BancLance, wsdl: Path, liaison: str, url: str, certificat: str, *greffons: Any) -> Any:
    """Client zeep en TLS mutuel."""
    zeep = pytest.importorskip("zeep", reason="zeep est absent de cet environnement")
    transports = pytest.importorskip("zeep.transports")
    session = requests.Session()
    session.trust_env = False  # une autorité imposée par l'environnement passerait avant la nôtre
    session.verify, session.cert = banc.racines, banc.certificat(certificat)
    client = zeep.Client(str(wsdl), transport=transports.Transport(session=session), plugins=list(greffons))
    return client.create_service(liaison or next(iter(client.wsdl.bindings)), url)


def test_zeep_insi(banc: BancLance) -> None:
    """zeep retrouve par ses traits chaque personne publiée comme unique, et lit son matricule."""
    wsa = pytest.importorskip("zeep.wsa")
    service = zeep_vers(
        banc,
        SIMULATEURS / "insi" / "insi_essai.wsdl",
        "{urn:banc:essai}InsiLiaison",
        banc.service("insi", "url_certificat"),
        "insi_auto",
        wsa.WsAddressingPlugin(),
    )
    emetteur, temps = banc.environnement["structure"]["identifiant_national"], datetime.now(UTC)
    for cas in ("nominal", "historique_n", "corse_2a"):
        personne = banc.identite(cas)
        commun = {"Id": str(uuid.uuid4()), "Temps": temps, "Emetteur": emetteur}
        lps = {"IDAM": {"_value_1": banc.environnement["lps"]["idam"], "R": "4"}, "Version": "1.0"}
        resultat = service.rechercherInsAvecTraitsIdentite(
            NomNaissance=personne.nom_naissance,
            Prenom=[personne.prenom_reconnu or personne.prenoms[0]],
            Sexe=personne.sexe,
            DateNaissance=personne.date_naissance,
            _soapheaders={
                "bam": {**commun, "Version": "01_02", "Nature": "CTXBAM", "COUVERTURE": {}},
                "lps": {
                    **commun,
                    "Version": "01_00",
                    "Nature": "CTXLPS",
                    "LPS": {**lps, "Instance": str(uuid.uuid4()), "Nom": "urn:lps:zeep"},
                },
            },
        )
        assert resultat.CR.CodeCR == "00"
        assert resultat.INDIVIDU.INSACTIF.IdIndividu.NumIdentifiant == personne.matricule


def test_curl_insi(banc: BancLance, curl: Curl) -> None:
    """curl obtient l'INS par certificat logiciel, et l'échange entier est au journal."""
    avant, personne = banc.position(), banc.identite()
    corps = aides.enveloppe(aides.traits_de(personne))
    rendu = curl(banc.service("insi", "url_certificat"), corps, aides.type_contenu(), "insi_auto")
    assert rendu.stdout.endswith(b"\n200"), rendu.stderr
    assert personne.matricule.encode() in rendu.stdout
    [echange] = banc.echanges(avant)
    assert (echange.service, echange.operation) == ("insi", aides.TRAITS)
    assert echange.requete.corps.octets == corps
    assert echange.tls is not None and echange.tls.certificat is not None


def test_openssl_insi(banc: BancLance) -> None:
    """openssl s_client, sans bibliothèque HTTP, obtient une réponse complète en TLS 1.2 comme en 1.3."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl est absent de cette machine")
    url = urlsplit(banc.service("insi", "url_certificat"))
    pem, cle = banc.certificat("insi_manu")
    for version in ("-tls1_2", "-tls1_3"):
        avant, corps = banc.position(), aides.enveloppe(aides.traits_de(banc.identite()))
        tete = (
            f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: {aides.type_contenu()}\r\n"
            f"Content-Length: {len(corps)}\r\nConnection: close\r\n\r\n"
        )
        rendu = subprocess.run(
            [
                *("openssl", "s_client", "-quiet", "-ign_eof", "-verify_return_error", version),
                *("-connect", url.netloc, "-servername", "localhost", "-CAfile", banc.racines),
                *("-cert", pem, "-cert_chain", pem, "-key", cle),
            ],
            input=tete.encode() + corps,
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert b"<CodeCR>00</CodeCR>" in rendu.stdout, rendu.stderr
        [echange] = banc.echanges(avant)
        assert echange.tls is not None and echange.tls.version == version.removeprefix("-").replace("tls1_", "TLSv1.")


def test_curl_dmp(banc: BancLance, curl: Curl) -> None:
    """curl vérifie l'existence du DMP, dépose un document et sa signature en MTOM, puis le relit à l'identique."""
    avant, personne = banc.position(), banc.identite()
    existence = lots.enveloppe(
        banc, personne, messages.td02(personne.matricule_ins, personne.oid), messages.ACTION_TD02
    )
    rendu = curl(f"{banc.service('dmp', 'url')}/patients", existence, f'{SOAP12}; action="{messages.ACTION_TD02}"',
                 "org_auth_cli")  # fmt: skip
    assert b'queryResponseCode code="OK"' in rendu.stdout, rendu.stdout
    envoi = lots.alimentation(banc, personne)
    rendu = curl(envoi.url, envoi.octets, envoi.type_contenu, "org_auth_cli")
    assert b"ResponseStatusType:Success" in rendu.stdout, rendu.stdout
    assert [(e.operation, e.notes["code"]) for e in banc.echanges(avant)] == [("TD0.2", "OK"), ("TD2.1", "Success")]


def test_zeep_dmp(banc: BancLance) -> None:
    """zeep se déclare autorisé (TD0.3), puis retrouve par TD3.1 le document que curl ou un autre a déposé."""
    plugin: Any = pytest.importorskip("zeep.plugins", reason="zeep est absent de cet environnement").Plugin
    personne = banc.identite()
    cps = banc.identifiants("cps_sign_1")

    class Vihf(plugin):  # type: ignore[misc]  # zeep n'est pas typé
        def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> Any:
            entete = envelope.find("{http://www.w3.org/2003/05/soap-envelope}Header")
            retour = etree.SubElement(entete, f"{{{WSA}}}ReplyTo")
            etree.SubElement(retour, f"{{{WSA}}}Address").text = f"{WSA}/anonymous"
            espace = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
            securite = etree.SubElement(entete, f"{{{espace}}}Security")
            securite.append(messages.vihf(cps, lots.demande(banc, personne, "DIRECTE")))
            return envelope, http_headers

    def ouvrir(nom: str) -> Any:
        wsdl = SIMULATEURS / "dmp" / "wsdl" / f"{nom}.wsdl"
        return zeep_vers(banc, wsdl, "", f"{banc.service('dmp', 'url')}/{nom}", "cps_auth_1", Vihf())

    assert ouvrir("habilitations").setAuthorization(input={"action": "AJOUT"})["status"] == "DMPOk"
    envoi = lots.alimentation(banc, personne)
    depot = requests.post(
        envoi.url,
        envoi.octets,
        headers={"Content-Type": envoi.type_contenu},
        cert=banc.certificat("org_auth_cli"),
        verify=banc.racines,
        timeout=20,
    )
    assert b"ResponseStatusType:Success" in depot.content
    statut = {"name": "$XDSDocumentEntryStatus", "ValueList": {"Value": [f"('{APPROVED}')"]}}
    trouve = ouvrir("registry").RegistryStoredQuery(
        ResponseOption={"returnType": "ObjectRef", "returnComposedObjects": True},
        AdhocQuery={"id": FIND_DOCUMENTS, "Slot": [statut]},
    )
    assert trouve["totalResultCount"] >= 1
