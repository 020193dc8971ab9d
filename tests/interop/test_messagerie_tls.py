"""La matrice TLS de l'opérateur lancé, lue ligne à ligne par openssl, CRL et OCSP comprises."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.interop.lancement import BancLance
from tests.interop.messagerie import exiger, lancer, port


def _s_client(banc: BancLance, ligne: str, protocole: str, *options: str) -> str:
    """Ce qu'openssl dit de cette ligne de la matrice."""
    rendu = lancer(
        exiger("openssl"), "s_client", "-connect", f"localhost:{port(banc, protocole, ligne)}", "-starttls", protocole,
        "-CAfile", banc.racines, "-servername", "localhost", *options,
    )  # fmt: skip
    return (rendu.stdout + rendu.stderr).decode("utf-8", "replace")


def _verifie(code: int) -> Callable[[str], bool]:
    return lambda texte: f"Verify return code: {code} " in texte or f"verify error:num={code}:" in texte


def _dit(phrase: str) -> Callable[[str], bool]:
    return lambda texte: phrase in texte and "BEGIN CERTIFICATE" not in texte


_NOM = ("-verify_hostname", "localhost")
_LIGNES: dict[str, tuple[tuple[str, ...], Callable[[str], bool]]] = {
    "valide": (_NOM, _verifie(0)),
    "tls_1_2": (_NOM, lambda texte: "TLSv1.2" in texte and "TLSv1.3" not in texte and _verifie(0)(texte)),
    "tls_1_3": (_NOM, lambda texte: "TLSv1.3" in texte and _verifie(0)(texte)),
    "expire": (_NOM, _verifie(10)),
    "pas_encore_valide": (_NOM, _verifie(9)),
    "autre_autorite": (_NOM, lambda texte: _verifie(20)(texte) or _verifie(19)(texte) or _verifie(21)(texte)),
    "autre_gamme": (_NOM, lambda texte: "IGC-SANTE FORT ORGANISATIONS" in texte),
    "autre_nom": (_NOM, _verifie(62)),
    "tls_ancien": (("-min_protocol", "TLSv1.2"), _dit("alert protocol version")),
    "suites_faibles": (
        ("-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"),
        lambda texte: "handshake failure" in texte,
    ),
    "groupe_dh_court": (("-tls1_2", "-cipher", "DHE:@SECLEVEL=0"), lambda texte: "Temp Key: DH, 1024 bits" in texte),
    "courbe_courte": (
        ("-tls1_2", "-groups", "secp224r1", "-cipher", "ECDHE:@SECLEVEL=0"),
        lambda texte: "secp224r1" in texte,
    ),
    "starttls_absent": ((), _dit("Didn't find STARTTLS")),
    # Lues d'un bloc avec l'accord donné à STARTTLS, les ordures sont perdues pour openssl, qui ne voit plus que la fin.
    "starttls_ordures": (
        (),
        lambda texte: ("wrong version number" in texte or "unexpected eof" in texte) and "find STARTTLS" not in texte,
    ),
}


@pytest.mark.parametrize("protocole", ["smtp", "imap"])
@pytest.mark.parametrize("ligne", sorted(_LIGNES))
def test_matrice_par_openssl(banc: BancLance, ligne: str, protocole: str) -> None:
    """openssl voit de chaque ligne de la matrice TLS le défaut qu'elle annonce."""
    options, voulu = _LIGNES[ligne]
    texte = _s_client(banc, ligne, protocole, *options)
    assert voulu(texte), texte
    if ligne == "valide":
        assert "IGC-SANTE ELEMENTAIRE ORGANISATIONS" in texte and "BEGIN CERTIFICATE" in texte


@pytest.mark.parametrize(
    ("ligne", "code"),
    [("valide", 0), ("revoque_crl", 23), ("crl_expiree", 12)],
)
def test_crl_par_openssl(banc: BancLance, tmp_path: Path, ligne: str, code: int) -> None:
    """openssl suit l'adresse de CRL inscrite dans le certificat : révoqué, périmée, ou rien à redire."""
    certificat = _certificat(banc, ligne, tmp_path)
    lu = lancer(exiger("openssl"), "x509", "-in", str(certificat), "-noout", "-ext", "crlDistributionPoints")
    adresse = re.search(rb"URI:(\S+)", lu.stdout)
    assert adresse is not None, lu.stderr
    rendu = requests.get(adresse[1].decode(), timeout=10)
    assert rendu.status_code == 200
    (tmp_path / "liste.crl").write_bytes(rendu.content)
    texte = _s_client(
        banc, ligne, "smtp", "-crl_check", "-CRL", str(tmp_path / "liste.crl"), "-CRLform", "DER"
    )  # fmt: skip
    assert _verifie(code)(texte), texte


def test_crl_indisponible(banc: BancLance, tmp_path: Path) -> None:
    """La CRL que désigne ce certificat ne se lit pas."""
    certificat = _certificat(banc, "crl_indisponible", tmp_path)
    lu = lancer(exiger("openssl"), "x509", "-in", str(certificat), "-noout", "-ext", "crlDistributionPoints")
    adresse = re.search(rb"URI:(\S+)", lu.stdout)
    assert adresse is not None
    assert requests.get(adresse[1].decode(), timeout=10).status_code == 503


@pytest.mark.parametrize(("ligne", "etat"), [("valide", "good"), ("revoque_ocsp", "revoked")])
def test_ocsp_par_openssl(banc: BancLance, tmp_path: Path, ligne: str, etat: str) -> None:
    """openssl interroge l'OCSP inscrit dans le certificat."""
    certificat = _certificat(banc, ligne, tmp_path)
    adresse = lancer(exiger("openssl"), "x509", "-in", str(certificat), "-noout", "-ocsp_uri").stdout.decode().strip()
    rendu = lancer(
        exiger("openssl"), "ocsp", "-issuer", str(tmp_path / "emetteur.pem"), "-cert", str(certificat), "-url", adresse,
        "-CAfile", banc.racines, "-no_nonce",
    )  # fmt: skip
    assert f"{certificat}: {etat}".encode() in rendu.stdout, rendu.stdout + rendu.stderr


def test_tls_ancien_repond(banc: BancLance) -> None:
    """La ligne ancienne parle bien TLS 1.1 à qui l'accepte : son refus d'un client moderne n'est pas une panne."""
    texte = _s_client(banc, "tls_ancien", "smtp", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    if "no protocols available" in texte:
        pytest.skip("l'openssl de cette machine ne sait plus parler TLS 1.1")
    assert "TLSv1.1" in texte and "BEGIN CERTIFICATE" in texte, texte


def test_ocsp_muet(banc: BancLance, tmp_path: Path) -> None:
    """L'OCSP que désigne ce certificat accepte la demande et n'y répond pas."""
    certificat = _certificat(banc, "ocsp_muet", tmp_path)
    adresse = lancer(exiger("openssl"), "x509", "-in", str(certificat), "-noout", "-ocsp_uri").stdout.decode().strip()
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(adresse, data=b"x", timeout=(5, 0.5))


def _certificat(banc: BancLance, ligne: str, dossier: Path) -> Path:
    """Certificat présenté par cette ligne, écrit à côté de celui de son émetteur."""
    texte = _s_client(banc, ligne, "smtp", "-showcerts")
    pems = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", texte, re.DOTALL)
    assert len(pems) >= 2, texte
    (dossier / "serveur.pem").write_text(pems[0], encoding="ascii")
    (dossier / "emetteur.pem").write_text(pems[1], encoding="ascii")
    return dossier / "serveur.pem"
