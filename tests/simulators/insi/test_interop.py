"""Des clients qui ne sont pas de nous : zeep, curl, openssl."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
import zeep.exceptions
from lxml import etree
from zeep.transports import Transport
from zeep.wsa import WsAddressingPlugin

from reports.verdict import Verdict
from simulators.socle.identites import par_cas
from steps.verifications.insi import ContexteInsi, verifier_requetes_insi
from tests.simulators.insi import aides
from tests.simulators.insi.conftest import Banc

WSDL = Path(__file__).with_name("insi_essai.wsdl")


@pytest.fixture(scope="module")
def client(banc_monte: Banc) -> Any:
    """Client zeep en TLS mutuel."""
    identifiants = banc_monte.socle.igc.identifiants("insi_auto")
    session = requests.Session()
    session.trust_env = False  # une autorité imposée par l'environnement passerait avant la nôtre
    session.verify = banc_monte.racines
    session.cert = (str(identifiants.chemin_pem), str(identifiants.chemin_cle))
    fabrique: Any = zeep.Client  # zeep n'est pas typé
    transport: Any = Transport
    client = fabrique(str(WSDL), transport=transport(session=session), plugins=[WsAddressingPlugin()])
    return client.create_service("{urn:banc:essai}InsiLiaison", banc_monte.insi.adresses()["url_certificat"])


def _contextes() -> dict[str, object]:
    temps = datetime.now(UTC)
    return {
        "bam": {
            "Version": "01_02",
            "Nature": "CTXBAM",
            "Id": str(uuid.uuid4()),
            "Temps": temps,
            "Emetteur": aides.EMETTEUR,
            "COUVERTURE": {},
        },
        "lps": {
            "Version": "01_00",
            "Nature": "CTXLPS",
            "Id": str(uuid.uuid4()),
            "Temps": temps,
            "Emetteur": aides.EMETTEUR,
            "LPS": {
                "IDAM": {"_value_1": "SIMAUT000001", "R": "4"},
                "Version": "1.0",
                "Instance": str(uuid.uuid4()),
                "Nom": "urn:lps:zeep",
            },
        },
    }


def test_zeep_par_traits(banc: Banc, client: Any) -> None:
    """zeep obtient une identité, son historique, et sa demande est conforme."""
    avant = banc.journal.position()
    personne = par_cas("historique_n")
    resultat = client.rechercherInsAvecTraitsIdentite(
        NomNaissance=personne.nom_naissance,
        Prenom=[personne.prenoms[0]],
        Sexe=personne.sexe,
        DateNaissance=personne.date_naissance,
        _soapheaders=_contextes(),
    )
    assert resultat.CR.CodeCR == "00"
    assert resultat.INDIVIDU.INSACTIF.IdIndividu.NumIdentifiant == personne.matricule
    assert [ancien.IdIndividu.NumIdentifiant for ancien in resultat.INDIVIDU.INSHISTO] == [
        ancien.matricule for ancien in personne.historique
    ]
    constats = verifier_requetes_insi(
        banc.journal.echanges(service="insi", depuis=avant), ContexteInsi(idam="SIMAUT000001")
    )
    reproches = [constat.en_texte() for constat in constats if constat.verdict is not Verdict.CONFORME]
    assert not reproches, "\n".join(reproches)


def test_zeep_par_carte(banc: Banc, client: Any) -> None:
    """zeep cherche par carte Vitale ; une personne inconnue donne 01 sans INDIVIDU."""
    personne = par_cas("corse_2b")
    demande = {"MatriculeIndividu": {"NumIdentifiant": personne.matricule}, "DateNaissance": personne.date_naissance}
    resultat = client.rechercherInsAvecCarteVitale(**demande, _soapheaders=_contextes())
    assert resultat.INDIVIDU.INSACTIF.IdIndividu.NumIdentifiant == personne.matricule
    inconnue = {"MatriculeIndividu": {"NumIdentifiant": "1990199999999"}, "DateNaissance": "1999-01-01"}
    resultat = client.rechercherInsAvecCarteVitale(**inconnue, _soapheaders=_contextes())
    assert (resultat.CR.CodeCR, resultat.INDIVIDU) == ("01", None)


def test_zeep_lit_les_fautes(banc: Banc, client: Any) -> None:
    """zeep lève la faute avec son code, dans les deux présentations."""
    for disposition in ("a", "b"):
        banc.insi.panne("desir_1020", disposition=disposition)
        with pytest.raises(zeep.exceptions.Fault) as faute:
            client.rechercherInsAvecTraitsIdentite(NomNaissance="X", _soapheaders=_contextes())
        assert b"desir_1020" in etree.tostring(faute.value.detail)


@pytest.mark.parametrize(
    "particularite", ["prefixes_env", "declarations_inutiles", "avec_prenom", "gzip", "marque_ordre"]
)
def test_zeep_lit_les_particularites(banc: Banc, client: Any, particularite: str) -> None:
    """Les écritures équivalentes restent lisibles par un client ordinaire."""
    personne = par_cas("nominal")
    banc.insi.panne(particularite)
    resultat = client.rechercherInsAvecTraitsIdentite(
        NomNaissance=personne.nom_naissance,
        Prenom=[personne.prenoms[0]],
        Sexe=personne.sexe,
        DateNaissance=personne.date_naissance,
        _soapheaders=_contextes(),
    )
    assert resultat.INDIVIDU.TIQ.ListePrenom == personne.prenoms[0]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl n'est pas installé ici")
@pytest.mark.parametrize("tls", ["--tls-max=1.2", "--tlsv1.3"])
def test_curl(banc: Banc, tmp_path: Path, tls: str) -> None:
    """curl complète un échange en TLS 1.2 comme en TLS 1.3."""
    identifiants = banc.socle.igc.identifiants("insi_manu")
    message = tmp_path / "demande.xml"
    message.write_bytes(aides.enveloppe(aides.traits_de(par_cas("nominal"))))
    options = tls.split("=")
    sortie = subprocess.run(
        ["curl", "--silent", "--show-error", *options, "--cacert", banc.racines, "--cert", identifiants.chemin_pem,
         "--key", identifiants.chemin_cle, "-H", f"Content-Type: {aides.type_contenu()}",
         "--data-binary", f"@{message}", banc.insi.adresses()["url_certificat"]],
        capture_output=True, text=True, check=True, timeout=20,
    )  # fmt: skip
    assert "<CodeCR>00</CodeCR>" in sortie.stdout
    tls_vu = banc.dernier().tls
    assert tls_vu is not None
    assert tls_vu.version == ("TLSv1.2" if "1.2" in tls else "TLSv1.3")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl n'est pas installé ici")
def test_openssl(banc: Banc) -> None:
    """openssl s_client, HTTP écrit à la main, obtient une réponse."""
    identifiants = banc.socle.igc.identifiants("insi_auto")
    message = aides.enveloppe(aides.traits_de(par_cas("nominal")))
    port = banc.insi.adresses()["url_certificat"].rpartition(":")[2].partition("/")[0]
    entete = (
        f"POST /lps HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: {aides.type_contenu()}\r\n"
        f"Content-Length: {len(message)}\r\nConnection: close\r\n\r\n"
    )
    sortie = subprocess.run(
        ["openssl", "s_client", "-quiet", "-verify_return_error", "-connect", f"localhost:{port}", "-servername",
         "localhost", "-CAfile", banc.racines, "-cert", str(identifiants.chemin_pem), "-cert_chain",
         str(identifiants.chemin_pem), "-key", str(identifiants.chemin_cle)],
        input=entete.encode() + message, capture_output=True, check=False, timeout=20,
    )  # fmt: skip
    assert b"<CodeCR>00</CodeCR>" in sortie.stdout, sortie.stderr.decode()
