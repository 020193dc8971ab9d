"""Entrées hostiles : un refus net, un enregistrement au journal, rien d'autre."""

from __future__ import annotations

import http.client
import ssl

import pytest

from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai

DTD = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
SOAP12 = "application/soap+xml; charset=utf-8"

CAS = {
    "vide": (b"", SOAP12, "soap:Sender"),
    "bruit": (bytes(range(256)) * 20, SOAP12, "soap:Sender"),
    "texte": (b"bonjour", SOAP12, "soap:Sender"),
    "json": (b"{}", "application/json", "soap:Sender"),
    "sans_type": (b"<a/>", "", "soap:Sender"),
    "dtd": (DTD + b"<x>&b;</x>", SOAP12, "soap:Sender"),
    "xxe": (XXE + b"<x>&e;</x>", SOAP12, "soap:Sender"),
    "xxe_utf16": ((XXE + b"<x>&e;</x>").decode().encode("utf-16"), SOAP12, "soap:Sender"),
    "encodage": (b'<?xml version="1.0" encoding="klingon"?><x/>', SOAP12, "soap:Sender"),
    "profondeur": (b"<a>" * 5000 + b"</a>" * 5000, SOAP12, "soap:Sender"),
    "soap11": (
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
        "text/xml",
        "soap:VersionMismatch",
    ),
    "soap11_deguise": (
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
        SOAP12,
        "soap:VersionMismatch",
    ),
    "mime_sans_frontiere": (b"--a\r\n\r\nx\r\n--a--", "multipart/related", "soap:Sender"),
    "mime_tronque": (b"--a\r\n\r\nx\r\n", 'multipart/related; boundary="a"', "soap:Sender"),
    "mime_trop_de_parties": (
        b"--a\r\n\r\nx\r\n" * 500 + b"--a--",
        'multipart/related; boundary="a"; type="application/xop+xml"',
        "soap:Sender",
    ),
    "mime_entetes_sans_fin": (
        b"--a\r\nX: " + b"y" * 100_000 + b"\r\n\r\nx\r\n--a--",
        'multipart/related; boundary="a"',
        "soap:Sender",
    ),
}


@pytest.mark.parametrize("cas", CAS)
def test_refus_net(essai: Essai, cas: str) -> None:
    """Chaque message hostile reçoit une faute SOAP et laisse un échange au journal, sans incident."""
    octets, type_contenu, code = CAS[cas]
    tls = essai.identifiants("INDIRECTE")[0]
    recu = essai.poster("registry", octets, type_contenu, tls=tls)
    assert (recu.statut, recu.codes) == (500, [code])
    [echange] = essai.echanges()
    assert echange.requete.corps.octets == octets
    assert echange.notes["code"] == code
    assert "incident" not in echange.notes


def test_corps_trop_grand(essai: Essai) -> None:
    """Un corps au-delà de la limite est refusé par 413 dès que la limite est franchie."""
    tls = essai.identifiants("INDIRECTE")[0]
    port = int(essai.dmp.adresses()["url"].split(":")[2].split("/")[0])
    connexion = http.client.HTTPSConnection("localhost", port, context=essai.contexte(tls), timeout=20)
    try:
        connexion.putrequest("POST", "/si-dmp-server/v2/services/repository")
        connexion.putheader("Content-Type", SOAP12)
        connexion.putheader("Content-Length", str(200 * 2**20))
        connexion.endheaders()
        assert connexion.getresponse().status == 413
    finally:
        connexion.close()
    assert essai.echanges()[0].notes["corps_tronque"] == "oui"


def test_sans_certificat(essai: Essai) -> None:
    """Sans certificat client, la poignée de main échoue et sa raison est consignée."""
    depuis = essai.journal.position()
    with pytest.raises((ssl.SSLError, OSError)):
        essai.poster("patients", b"<a/>", SOAP12)
    attendu = essai.journal.attendre_enregistrement(lambda _: True, depuis=depuis, delai=5, type="poignee_refusee")
    assert attendu is not None
    assert essai.journal.poignees_refusees(service="dmp", depuis=depuis)[0].raison


def test_chemin_inconnu(essai: Essai) -> None:
    """Un service inconnu répond 404 et laisse un échange sans opération."""
    recu = essai.poster("inconnu", b"<a/>", SOAP12, tls=essai.identifiants("INDIRECTE")[0])
    assert recu.statut == 404
    assert [e.operation for e in essai.echanges()] == [""]


def test_injection_dans_les_valeurs(essai: Essai) -> None:
    """Des valeurs pleines de balises reviennent échappées dans la réponse d'erreur."""
    corps = messages.td31('urn:uuid:&lt;x a="1"/>'.replace('"', "&quot;"), XDSDocumentEntryStatus="('x')")
    recu = essai.appeler("registry", corps, messages.ACTION_TD31, essai.demande("DIRECTE"))
    assert recu.codes == ["XDSUnknownStoredQuery"]
