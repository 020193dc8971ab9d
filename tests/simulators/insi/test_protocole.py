"""HTTP et SOAP : ce qui n'est pas une demande bien formée est refusé proprement, et enregistré."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator

import pytest
from lxml import etree

from simulators.socle.identites import par_cas
from tests.simulators.insi import aides
from tests.simulators.insi.conftest import Banc

MESSAGE = aides.enveloppe(aides.traits_de(par_cas("nominal")))
MILLIARD = (
    "<!DOCTYPE s [<!ENTITY a0 'lol'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]><s>&a9;</s>"
)
XXE = '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><s>&x;</s>'
DTD_EXTERNE = '<!DOCTYPE s SYSTEM "http://127.0.0.1:9/x.dtd"><s/>'


def test_get_refuse(banc: Banc) -> None:
    """GET est refusé par 405 et l'appel est au journal."""
    identifiants = banc.socle.igc.identifiants("insi_auto")
    connexion = _connexion(banc, str(identifiants.chemin_pem), str(identifiants.chemin_cle))
    connexion.request("GET", "/lps")
    reponse = connexion.getresponse()
    reponse.read()
    connexion.close()
    assert reponse.status == 405
    assert banc.dernier().requete.methode == "GET"


@pytest.mark.parametrize("type_", ["text/plain", "application/xml", "application/json", "", "text/xml; charset=utf-8"])
def test_type_de_contenu(banc: Banc, type_: str) -> None:
    """Un type de contenu qui n'est pas celui de SOAP 1.2 donne 415."""
    reponse = banc.appeler(MESSAGE, headers={"Content-Type": type_})
    assert reponse.status_code == 415
    assert banc.dernier().notes["refus"] == "type de contenu"


@pytest.mark.parametrize("type_", ["text/xml; charset=utf-8", "application/soap+xml"])
def test_soap_1_1(banc: Banc, type_: str) -> None:
    """Une enveloppe SOAP 1.1 donne VersionMismatch, avec l'enveloppe attendue dans Upgrade."""
    message = aides.enveloppe(aides.traits_de(par_cas("nominal")), soap=aides.SOAP11)
    reponse = banc.appeler(message, headers={"Content-Type": type_})
    assert (reponse.status_code, aides.faute(reponse)) == (500, "VersionMismatch")
    assert etree.fromstring(reponse.content).find(f".//{{{aides.SOAP}}}SupportedEnvelope") is not None


def test_parametres_du_type_de_contenu(banc: Banc) -> None:
    """Casse, ordre et espaces du type de contenu sont libres."""
    type_ = f'Application/SOAP+XML;action="{aides.ACTIONS}{aides.TRAITS}" ;  charset=UTF-8'
    assert aides.code_cr(banc.appeler(MESSAGE, headers={"Content-Type": type_})) == "00"


@pytest.mark.parametrize(
    "corps",
    [
        b"",
        b"   ",
        b"\x00\xff\xfe garbage",
        MESSAGE[: len(MESSAGE) // 2],
        b"<a/>",
        MILLIARD.encode(),
        XXE.encode(),
        DTD_EXTERNE.encode(),
        XXE.encode("utf-16"),
        b'<?xml version="1.0" encoding="inconnu-42"?><a/>',
        b"<a>" * 5000,
    ],
    ids=["vide", "blancs", "bruit", "tronque", "autre_xml", "milliard", "xxe", "dtd_externe", "xxe_utf16", "codage",
         "profond"],
)  # fmt: skip
def test_corps_hostile(banc: Banc, corps: bytes) -> None:
    """Un corps hostile ou illisible reçoit une faute SOAP nette, ne révèle rien, et l'échange est au journal."""
    avant = banc.journal.position()
    reponse = banc.appeler(corps)
    assert reponse.status_code == 500
    assert aides.faute(reponse) in ("Sender", "VersionMismatch")
    assert "root:" not in reponse.text
    [echange] = banc.journal.echanges(service="insi", depuis=avant)
    assert echange.requete.corps.octets == corps
    assert "incident" not in echange.notes
    assert aides.code_cr(banc.appeler(MESSAGE)) == "00"


def test_corps_demesure(banc: Banc) -> None:
    """Un envoi de 200 Mo au fil de l'eau est arrêté net, et une trace en reste."""

    def blocs() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * (1 << 20)

    avant = banc.journal.position()
    identifiants = banc.socle.igc.identifiants("insi_auto")
    connexion = _connexion(banc, str(identifiants.chemin_pem), str(identifiants.chemin_cle))
    statut = 0
    try:
        connexion.request("POST", "/lps", body=blocs(), headers={"Content-Type": aides.type_contenu()},
                          encode_chunked=True)  # fmt: skip
        statut = connexion.getresponse().status
    except (ConnectionError, ssl.SSLError):
        pass  # le serveur a le droit de fermer avant que le client ait tout envoyé
    finally:
        connexion.close()
    assert statut in (0, 413)
    echange = banc.journal.attendre(lambda e: True, depuis=avant, delai=10, service="insi")
    assert echange is not None
    assert echange.notes.get("corps_tronque") == "oui"
    assert echange.requete.corps.taille < 8 << 20
    assert aides.code_cr(banc.appeler(MESSAGE)) == "00"


def test_action_verification_libre(banc: Banc) -> None:
    """L'action de la vérification unitaire, non publiée, n'est pas jugée ; la réponse est dite non normative."""
    personne = par_cas("nominal")
    reponse = banc.appeler(aides.enveloppe(aides.verification(personne), operation="autre"))
    assert reponse.status_code == 200
    assert "INSiLot2/REPUnitaire" in reponse.text
    notes = banc.dernier().notes
    assert notes["retour_verification"] == "OK"
    assert "non_normatif" in notes
    assert banc.dernier().operation == aides.VERIFICATION


def test_entete_pret_a_comprendre(banc: Banc) -> None:
    """Les en-têtes connus peuvent être marqués mustUnderstand, et l'ordre des en-têtes est libre."""
    entetes = aides.lps() + aides.bam().replace("<b:ContexteBAM ", '<b:ContexteBAM s:mustUnderstand="1" ')
    message = aides.enveloppe(aides.traits_de(par_cas("nominal")), entetes=entetes)
    reponse = banc.appeler(message)
    assert reponse.status_code == 200, reponse.text


def _connexion(banc: Banc, certificat: str, cle: str) -> http.client.HTTPSConnection:
    contexte = ssl.create_default_context(cafile=banc.racines)
    contexte.load_cert_chain(certificat, cle)
    port = int(banc.insi.adresses()["url_certificat"].rpartition(":")[2].partition("/")[0])
    return http.client.HTTPSConnection("localhost", port, context=contexte, timeout=20)
