"""Des clients que nous n'avons pas écrits : curl, openssl, zeep ; et les exemples officiels de CDA en charge utile."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from simulators.dmp.cda import lire_entete
from simulators.dmp.ebrim import APPROVED
from simulators.dmp.requetes import FIND_DOCUMENTS
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai

WSDL = Path(__file__).with_name("wsdl")
CORPUS = os.environ.get("CI_SIS_CORPUS", "")
EXEMPLES = sorted(Path(CORPUS, "ExemplesCDA").glob("*.xml")) if CORPUS else []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl absent de cette machine")
def test_curl(essai: Essai, tmp_path: Path) -> None:
    """curl mène TD0.2 puis TD2.1 en MTOM de bout en bout."""
    tls, signature = essai.identifiants("INDIRECTE")
    document = essai.document()
    appels = (
        ("patients", messages.td02(), messages.ACTION_TD02, b">code="),
        ("repository", messages.td21([document]), messages.ACTION_TD21, b"ResponseStatusType:Success"),
    )
    for service, corps, action, _ in appels:
        octets = messages.enveloppe(corps, action, messages.vihf(signature, essai.demande()))
        nature = f'application/soap+xml; action="{action}"'
        if service == "repository":
            octets = messages.multipart(octets, [("Document01@essai", document.octets)])
            nature = messages.type_multipart(action)
        fichier = tmp_path / service
        fichier.write_bytes(octets)
        resultat = subprocess.run(
            [
                *("curl", "-sS", "--fail-with-body", "--cacert", str(essai.socle.igc.racines_pem)),
                *("--cert", str(tls.chemin_pem), "--key", str(tls.chemin_cle), "-H", f"Content-Type: {nature}"),
                *("--data-binary", f"@{fichier}", f"{essai.dmp.adresses()['url']}/{service}"),
            ],
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert resultat.returncode == 0, resultat.stderr
    assert [e.notes["code"] for e in essai.echanges()] == ["OK", "Success"]
    assert [e.unique_id for e in essai.dmp.etat.documents()] == [document.unique_id]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl absent de cette machine")
def test_openssl(essai: Essai) -> None:
    """openssl : TLS 1.2 et 1.3 avec certificat aboutissent ; TLS 1.1 est refusé et consigné."""
    tls = essai.identifiants("INDIRECTE")[0]
    port = essai.dmp.adresses()["url"].split("/")[2]
    commande = [
        "openssl",
        "s_client",
        "-connect",
        port,
        "-CAfile",
        str(essai.socle.igc.racines_pem),
        "-verify_return_error",
    ]
    client = ["-cert", str(tls.chemin_pem), "-key", str(tls.chemin_cle)]
    for version in ("-tls1_2", "-tls1_3"):
        resultat = subprocess.run(
            [*commande, *client, version], input=b"", capture_output=True, timeout=20, check=False
        )
        assert b"Verify return code: 0 (ok)" in resultat.stdout
    depuis = essai.journal.position()
    refuse = subprocess.run(
        [*commande, *client, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        input=b"",
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert refuse.returncode != 0
    assert essai.journal.attendre_enregistrement(lambda _: True, depuis=depuis, delai=5, type="poignee_refusee")


@pytest.fixture
def zeep(essai: Essai) -> Iterator[Any]:
    """Fabrique de clients zeep : WS-Addressing par lui, VIHF ajouté à l'en-tête."""
    module = pytest.importorskip("zeep")
    import requests
    from zeep.plugins import Plugin
    from zeep.transports import Transport

    wsa = "{http://www.w3.org/2005/08/addressing}"
    tls, signature = essai.identifiants("DIRECTE")

    class Vihf(Plugin):
        def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> Any:
            entete = envelope.find("{http://www.w3.org/2003/05/soap-envelope}Header")
            retour = etree.SubElement(entete, f"{wsa}ReplyTo")
            etree.SubElement(retour, f"{wsa}Address").text = f"{wsa[1:-1]}/anonymous"
            espace = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
            securite = etree.SubElement(entete, f"{{{espace}}}Security")
            securite.append(messages.vihf(signature, essai.demande("DIRECTE")))
            return envelope, http_headers

    session = requests.Session()
    session.trust_env = False  # REQUESTS_CA_BUNDLE l'emporterait sur notre autorité
    session.cert, session.verify = (str(tls.chemin_pem), str(tls.chemin_cle)), str(essai.socle.igc.racines_pem)

    transport: Any = Transport(session=session)  # type: ignore[no-untyped-call]  # zeep n'est pas typé

    def ouvrir(nom: str) -> Any:
        client = module.Client(str(WSDL / f"{nom}.wsdl"), transport=transport, plugins=[Vihf()])
        liaison = next(iter(client.wsdl.bindings))
        return client.create_service(liaison, f"{essai.dmp.adresses()['url']}/{nom}")

    yield ouvrir
    session.close()


def test_zeep(essai: Essai, zeep: Any) -> None:
    """zeep, client SOAP du commerce, se déclare autorisé puis trouve un document par ITI-18."""
    essai.dmp.etat.ouvrir_dossier(messages.INS, messages.OID)
    reponse = zeep("habilitations").setAuthorization(input={"action": "AJOUT"})
    assert reponse["status"] == "DMPOk"
    dossier = essai.dmp.etat.dossier(messages.INS)
    assert dossier is not None
    entree = essai.dmp.etat.deposer(dossier, messages.cda("1.2.3.4"))
    statut = {"name": "$XDSDocumentEntryStatus", "ValueList": {"Value": [f"('{APPROVED}')"]}}
    trouve = zeep("registry").RegistryStoredQuery(
        ResponseOption={"returnType": "ObjectRef", "returnComposedObjects": True},
        AdhocQuery={"id": FIND_DOCUMENTS, "Slot": [statut]},
    )
    assert trouve["totalResultCount"] == 1
    assert [reference["id"] for reference in trouve["RegistryObjectList"]["ObjectRef"]] == [entree.entry_uuid]


@pytest.mark.skipif(not EXEMPLES, reason="CI_SIS_CORPUS ne désigne pas de dossier d'exemples officiels")
def test_exemples_officiels(essai: Essai) -> None:
    """Chaque exemple officiel de CDA s'alimente et revient identique, octet pour octet."""
    for chemin in EXEMPLES:
        octets = chemin.read_bytes()
        entete = lire_entete(io.BytesIO(octets))
        ins, code = entete.ins, entete.code
        assert ins is not None and code is not None and entete.unique_id, chemin.name
        essai.dmp.remettre_a_zero()
        essai.dmp.etat.ouvrir_dossier(ins.matricule, ins.oid, autorisations={essai.professionnel: "VALIDE"})
        patient = messages.cx(ins.matricule, ins.oid)
        document = essai.document(contenu=octets, unique_id=entete.unique_id, type_code=code.code, patient=patient)
        recu = essai.alimenter([document], essai.demande(ins=patient))
        assert recu.codes == ["Success"], chemin.name
        demande = essai.demande("DIRECTE", ins=patient)
        lu = essai.appeler("repository", messages.td32(entete.unique_id), messages.ACTION_TD32, demande)
        assert octets in lu.octets, chemin.name
