"""IGC d'essai : sujets, usages, variantes fautives, révocation, vérifiés aussi par openssl."""

from __future__ import annotations

import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509 import ocsp

from simulators.socle.acteurs import PROFESSIONNELS
from simulators.socle.montage import Socle
from simulators.socle.pki import TIERCES, IgcTest
from simulators.socle.profils_certificats import PROFILS, Usage, Variante
from simulators.socle.requete import RequeteRecue

OPENSSL = shutil.which("openssl")
avec_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl n'est pas installé ici")


def test_sujets(igc: IgcTest) -> None:
    """Les sujets ont la forme documentée : CN exact d'INSi, OU = Struct_IdNat, CN = PS_IdNat pour une carte."""
    insi = igc.identifiants("insi_auto").certificat.subject.rfc4514_string()
    assert insi == "CN=INSI-AUTO,OU=1990000001,O=LABORATOIRE DU BANC,ST=Paris (75),C=FR"
    carte = igc.identifiants("cps_sign_2").certificat.subject
    textes = {attribut.rfc4514_attribute_name: attribut.value for attribut in carte}
    assert textes["CN"] == PROFESSIONNELS[1].identifiant_national
    assert igc.identifiants("insi_auto", cn="Insi-Auto").certificat.subject.rfc4514_string().startswith("CN=Insi-Auto,")
    emetteur = igc.identifiants("insi_auto").certificat.issuer.rfc4514_string()
    assert emetteur.startswith("CN=TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS,")


def test_cles_et_usages(igc: IgcTest) -> None:
    """RSA-2048 pour ce qui signe un VIHF, EC ailleurs ; authentification et signature ne se confondent pas."""
    for nom in PROFILS:
        identifiants = igc.identifiants(nom)
        signe = nom == "org_sign" or "sign" in nom
        assert isinstance(identifiants.cle, rsa.RSAPrivateKey if signe else ec.EllipticCurvePrivateKey)
        if isinstance(identifiants.cle, rsa.RSAPrivateKey):
            assert identifiants.cle.key_size == 2048
        bon, mauvais = (Usage.SIGNATURE, Usage.AUTHENTIFICATION) if signe else (Usage.AUTHENTIFICATION, Usage.SIGNATURE)
        assert igc.anomalies(identifiants.certificat, usage=bon) == []
        assert any("usage de clé" in texte for texte in igc.anomalies(identifiants.certificat, usage=mauvais))


@pytest.mark.parametrize(
    ("variante", "attendu"),
    [
        (Variante.EXPIRE, "expiré"),
        (Variante.PAS_ENCORE_VALIDE, "pas encore valable"),
        (Variante.REVOQUE, "révoqué"),
        (Variante.AUTRE_AUTORITE, "autorité inconnue"),
        (Variante.AUTO_SIGNE, "autorité inconnue"),
    ],
)
def test_variantes(igc: IgcTest, variante: Variante, attendu: str) -> None:
    """Chaque variante est fautive d'une seule façon, et l'IGC la dit."""
    [anomalie] = igc.anomalies(igc.identifiants("org_auth_cli", variante).certificat)
    assert attendu in anomalie


def test_instant_de_verification(igc: IgcTest) -> None:
    """La validité se juge à l'instant demandé, pas à celui de la machine."""
    certificat = igc.identifiants("org_sign").certificat
    assert igc.anomalies(certificat, instant=datetime.now(UTC) + timedelta(days=3000)) != []


def test_fichiers(igc: IgcTest) -> None:
    """PEM (feuille puis chaîne) et PKCS#12 se relisent avec le mot de passe donné."""
    identifiants = igc.identifiants("insi_manu")
    assert x509.load_pem_x509_certificates(identifiants.chemin_pem.read_bytes())[1] == igc.autorites[0]
    cle, certificat, chaine = pkcs12.load_key_and_certificates(
        identifiants.chemin_p12.read_bytes(), identifiants.mot_de_passe.encode()
    )
    assert (certificat, chaine) == (identifiants.certificat, [igc.autorites[0]])
    assert cle is not None
    assert cle.public_key() == identifiants.certificat.public_key()
    assert identifiants.en_dict()["pem"] == str(identifiants.chemin_pem)


def test_profil_inconnu(igc: IgcTest) -> None:
    """Un profil mal écrit est refusé en nommant ceux qui existent."""
    with pytest.raises(KeyError, match="insi_auto"):
        igc.identifiants("insi-auto")


@avec_openssl
@pytest.mark.parametrize("variante", list(Variante))
def test_verifie_par_openssl(igc: IgcTest, variante: Variante, tmp_path: Path) -> None:
    """openssl, avec la CRL, accepte le certificat valable et refuse les autres."""
    identifiants = igc.identifiants("org_auth_cli", variante)
    assert OPENSSL is not None
    commande = [OPENSSL, "verify", "-crl_check", "-CAfile", str(igc.confiance_pem), "-purpose", "sslclient"]
    rendu = subprocess.run([*commande, str(identifiants.chemin_pem)], capture_output=True, text=True, check=False)
    assert (rendu.returncode == 0) == (variante is Variante.VALIDE), rendu.stderr


def test_publication(socle: Socle) -> None:
    """CRL, OCSP (POST et GET) et certificat d'autorité sont servis aux adresses inscrites, et notés au journal."""
    bon, revoque = (socle.igc.identifiants("insi_auto", variante) for variante in ("valide", "revoque"))
    emetteur = socle.igc.autorites[0]
    points = bon.certificat.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    [adresse] = points[0].full_name or []
    crl = x509.load_der_x509_crl(requests.get(adresse.value, timeout=10).content)
    assert crl.is_signature_valid(emetteur.public_key())  # type: ignore[arg-type]
    assert crl.get_revoked_certificate_by_serial_number(revoque.certificat.serial_number) is not None
    assert crl.get_revoked_certificate_by_serial_number(bon.certificat.serial_number) is None
    for identifiants, attendu in [(bon, ocsp.OCSPCertStatus.GOOD), (revoque, ocsp.OCSPCertStatus.REVOKED)]:
        demande = ocsp.OCSPRequestBuilder().add_certificate(identifiants.certificat, emetteur, hashes.SHA1()).build()
        rendu = requests.post(f"{socle.publication.url}/ocsp", demande.public_bytes(Encoding.DER), timeout=10)
        assert ocsp.load_der_ocsp_response(rendu.content).certificate_status == attendu
    illisible = requests.get(f"{socle.publication.url}/ocsp/abc", timeout=10)
    assert ocsp.load_der_ocsp_response(illisible.content).response_status == ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    autorite = requests.get(f"{socle.publication.url}/ac/organisations.cer", timeout=10)
    assert x509.load_der_x509_certificate(autorite.content) == emetteur
    assert requests.get(f"{socle.publication.url}/crl/autre.crl", timeout=10).status_code == 404
    operations = [echange.operation for echange in socle.serveur.journal.echanges("igc")]
    assert operations == ["crl", "ocsp", "ocsp", "ocsp", "certificat_autorite", "crl"]


def test_ocsp_muet_client_parti(socle: Socle) -> None:
    """La demande d'un client qui renonce est au journal dès qu'il part : elle montre qu'il a demandé."""
    journal = socle.serveur.journal
    depuis = journal.position()
    socle.publication_igc.panne = lambda _: "ocsp_muet"
    with pytest.raises(requests.Timeout):
        requests.post(f"{socle.publication.url}/ocsp", b"x", timeout=0.2)
    vu = journal.attendre(lambda _: True, depuis=depuis, delai=20, service="igc", operation="ocsp")
    assert vu is not None and vu.reponse is None
    assert vu.notes["incident"] == "le client a fermé la connexion avant la réponse"


def test_ocsp_muet_a_l_arret(socle: Socle) -> None:
    """L'arrêt n'attend pas la fin du silence : la demande retenue part avec sa réponse, sans être coupée."""
    arrivee = threading.Event()

    def muet(_: RequeteRecue) -> str:
        arrivee.set()
        return "ocsp_muet"

    socle.publication_igc.panne = muet
    with ThreadPoolExecutor(1) as fil:
        demande = fil.submit(requests.post, f"{socle.publication.url}/ocsp", b"x", timeout=20)
        assert arrivee.wait(20)
        socle.serveur.arreter()
        assert demande.result(20).status_code == 503


@avec_openssl
def test_ocsp_par_openssl(socle: Socle) -> None:
    """openssl interroge l'OCSP du banc et en comprend les deux réponses."""
    assert OPENSSL is not None
    emetteur = socle.igc.dossier / "emetteur.pem"
    emetteur.write_bytes(socle.igc.autorites[0].public_bytes(Encoding.PEM))
    for variante, mot in [("valide", ": good"), ("revoque", ": revoked")]:
        feuille = socle.igc.identifiants("org_sign", variante).chemin_pem
        rendu = subprocess.run(
            [OPENSSL, "ocsp", "-issuer", str(emetteur), "-cert", str(feuille), "-url", f"{socle.publication.url}/ocsp",
             "-CAfile", str(socle.igc.racines_pem)],
            capture_output=True, text=True, check=False, timeout=20,
        )  # fmt: skip
        assert mot in rendu.stdout, rendu.stderr
        assert "Response verify OK" in rendu.stderr


def test_structures_tierces(igc: IgcTest) -> None:
    """Un certificat au nom de la structure ; révoqué, il l'est sans que la liste de révocation ait changé."""
    avant = x509.load_der_x509_crl(igc.crl("organisations"))
    valide = igc.emettre_structure(0, "CLINIQUE D'ESSAI", "1990001236")
    revoque = igc.emettre_structure(0, "CLINIQUE D'ESSAI", "1990001236", Variante.REVOQUE)
    apres = x509.load_der_x509_crl(igc.crl("organisations"))
    assert {r.serial_number for r in apres} == {r.serial_number for r in avant}
    assert apres.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 1
    assert igc.anomalies(valide.certificat, usage=Usage.AUTHENTIFICATION) == []
    assert igc.anomalies(revoque.certificat) == ["certificat révoqué"]
    assert valide.certificat.subject.rfc4514_string().count("1990001236") == 1
    with pytest.raises(ValueError, match="rang"):
        igc.emettre_structure(TIERCES, "X", "1990001236")
