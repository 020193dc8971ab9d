"""La matrice TLS : chaque ligne est ce qu'elle dit, un client prudent la refuse, openssl le confirme."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from simulators.mssante.simulateur import SimulateurMSSante
from simulators.mssante.tls import LIGNES, PREMIER_1024, PREMIER_2048, PUBLIEES, SUITES
from simulators.mssante.tls_observation import lire_client_hello, observer
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from tests.simulators.mssante.aides_smtp import APP, PER, Montage, Prise
from tests.simulators.mssante.jetons_essai import Fournisseur

OPENSSL = which("openssl")
REFUS_PAR_DEFAUT = {
    "expire": "CERTIFICATE_EXPIRED",
    "pas_encore_valide": "CERTIFICATE",
    "autre_autorite": "UNKNOWN_CA",
    "tls_ancien": "UNSUPPORTED_PROTOCOL",
    "courbe_courte": "NO_SHARED_CIPHER",
}
"""Lignes qu'un client ordinaire refuse de lui-même, et la raison notée."""


@pytest.fixture(scope="module")
def matrice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Montage]:
    """Un opérateur dont la matrice est ouverte."""
    dossier = tmp_path_factory.mktemp("matrice")
    with JournalEchanges.creer(dossier / "campagne") as journal, demarrer_socle(journal, dossier / "secrets") as socle:
        fournisseur = Fournisseur(journal)
        simulateur = SimulateurMSSante(journal, socle.igc, jetons=fournisseur)
        socle.publication_igc.panne = simulateur.panne_de_publication
        simulateur.monter(socle.serveur)
        simulateur.monter_matrice(socle.serveur)
        yield Montage(simulateur, journal, socle, fournisseur)


def _port(matrice: Montage, ligne: str, protocole: str = "smtp") -> int:
    numero = matrice.simulateur.adresses()["matrice_tls"][ligne][protocole]
    assert isinstance(numero, int)
    return numero


def _refus(matrice: Montage, depuis: int, ligne: str) -> Echange:
    """La fin de la connexion refusée de l'essai ; celle d'une connexion de l'essai d'avant peut arriver entre-temps."""
    fin = matrice.journal.attendre(
        lambda e: e.notes["certificat_serveur"] == ligne and "poignee" in e.notes,
        depuis=depuis,
        delai=10,
        operation="smtp:fin",
    )
    assert fin is not None
    return fin


def _certificat(montage: Montage, port: int, contexte: ssl.SSLContext) -> x509.Certificate:
    with Prise(port) as prise:
        prise.reponse()
        prise.dire(b"EHLO essai")
        prise.dire(b"STARTTLS")
        prise.chiffrer(contexte)
        assert isinstance(prise.socket, ssl.SSLSocket)
        der = prise.socket.getpeercert(binary_form=True)
        assert der is not None
        return x509.load_der_x509_certificate(der)


def _sans_controle(montage: Montage) -> ssl.SSLContext:
    return montage.socle.igc.contexte_client(verifier=False)


# -- la ligne valide -----------------------------------------------------------------------------------------------


def test_certificat_valide(matrice: Montage) -> None:
    """RSA, CN et SAN remplis, émis par l'autorité nommée comme celle de l'IGC Santé, CRL et OCSP indiqués."""
    certificat = _certificat(matrice, matrice.port, matrice.tls())
    assert isinstance(certificat.public_key(), rsa.RSAPublicKey)
    assert certificat.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "localhost"
    noms = certificat.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    attendus = {"localhost", "mss.labo.formation.mssante.fr", "autoconfig.labo.formation.mssante.fr"}
    assert attendus <= set(noms.get_values_for_type(x509.DNSName))
    assert [str(ip) for ip in noms.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    assert "IGC-SANTE ELEMENTAIRE ORGANISATIONS" in certificat.issuer.rfc4514_string()


@pytest.mark.parametrize("suite", SUITES.split(":"))
def test_suites_permises(matrice: Montage, suite: str) -> None:
    """Chacune des six suites permises en TLS 1.2 se négocie ; le journal le dit, avec le groupe."""
    contexte = matrice.tls()
    contexte.maximum_version = ssl.TLSVersion.TLSv1_2
    contexte.set_ciphers(suite)
    depuis = matrice.journal.position()
    with smtplib.SMTP("localhost", matrice.port, timeout=20) as client:
        client.starttls(context=contexte)
        client.ehlo()
    [apres] = [e for e in matrice.journal.echanges("mssante", "smtp:QUIT", depuis=depuis) if e.tls]
    assert apres.tls is not None
    assert (apres.tls.version, apres.tls.suite) == ("TLSv1.2", suite)
    assert apres.notes["groupe"] == ("dh2048" if suite.startswith("DHE") else "x25519")


def test_suite_interdite(matrice: Montage) -> None:
    """Un client qui n'offre que d'autres suites n'obtient rien ; ce qu'il offrait est noté."""
    contexte = matrice.tls()
    contexte.maximum_version = ssl.TLSVersion.TLSv1_2
    contexte.set_ciphers("AES128-SHA")
    depuis = matrice.journal.position()
    with smtplib.SMTP("localhost", matrice.port, timeout=20) as client, pytest.raises(ssl.SSLError):
        client.starttls(context=contexte)
    fin = _refus(matrice, depuis, "valide")
    assert fin.notes["poignee"] == "refusee"
    assert fin.notes["suites_offertes"].split() == ["002f"]
    [poignee] = matrice.journal.poignees_refusees("mssante", depuis=depuis)
    assert poignee.raison.startswith("NO_SHARED_CIPHER")


def test_client_ancien(matrice: Montage) -> None:
    """TLS 1.1 n'est pas accepté sur la ligne valide."""
    depuis = matrice.journal.position()
    with smtplib.SMTP("localhost", matrice.port, timeout=20) as client, pytest.raises(ssl.SSLError):
        client.starttls(context=_ancien(matrice))
    _refus(matrice, depuis, "valide")
    [poignee] = matrice.journal.poignees_refusees("mssante", depuis=depuis)
    assert poignee.raison.startswith("UNSUPPORTED_PROTOCOL")


def _ancien(montage: Montage) -> ssl.SSLContext:
    contexte = montage.tls()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        contexte.minimum_version = ssl.TLSVersion.TLSv1
        contexte.maximum_version = ssl.TLSVersion.TLSv1_1
    contexte.set_ciphers("ALL:@SECLEVEL=0")
    return contexte


# -- les lignes fautives -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ligne", REFUS_PAR_DEFAUT)
def test_refusee_par_un_client_ordinaire(matrice: Montage, ligne: str) -> None:
    """Le client refuse ; rien d'autre n'est dit en clair ; la raison et la ligne sont au journal."""
    depuis = matrice.journal.position()
    with smtplib.SMTP("localhost", _port(matrice, ligne), timeout=20) as client, pytest.raises(ssl.SSLError):
        client.starttls(context=matrice.tls())
    fin = _refus(matrice, depuis, ligne)
    assert fin.notes["certificat_serveur"] == ligne
    assert fin.notes["poignee"] == "refusee"
    [poignee] = matrice.journal.poignees_refusees("mssante", depuis=depuis)
    assert REFUS_PAR_DEFAUT[ligne] in poignee.raison
    assert [e.operation for e in matrice.journal.echanges("mssante", depuis=depuis)] == [
        "smtp:connexion",
        "smtp:EHLO",
        "smtp:STARTTLS",
        "smtp:fin",
    ]


def test_autre_nom(matrice: Montage) -> None:
    """Le nom du certificat est un autre : refusé par qui compare les noms, accepté par qui ne le fait pas."""
    client = smtplib.SMTP("localhost", _port(matrice, "autre_nom"), timeout=20)
    with client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=matrice.tls())
    certificat = _certificat(matrice, _port(matrice, "autre_nom"), _sans_controle(matrice))
    noms = certificat.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" not in noms.get_values_for_type(x509.DNSName)


def test_autre_gamme(matrice: Montage) -> None:
    """La chaîne se vérifie, mais l'émetteur n'est pas celui de la gamme Élémentaire."""
    certificat = _certificat(matrice, _port(matrice, "autre_gamme"), matrice.tls())
    assert "IGC-SANTE FORT ORGANISATIONS" in certificat.issuer.rfc4514_string()


@pytest.mark.parametrize(
    ("ligne", "crl", "etat_ocsp"),
    [("valide", False, "GOOD"), ("revoque_crl", True, "GOOD"), ("revoque_ocsp", False, "REVOKED")],
)
def test_revocations(matrice: Montage, ligne: str, crl: bool, etat_ocsp: str) -> None:
    """Révoqué par la CRL seule, ou par l'OCSP seul ; le certificat valide ne l'est par aucun."""
    certificat = _certificat(matrice, _port(matrice, ligne), matrice.tls())
    adresse_crl, adresse_ocsp = _publication(certificat)
    liste = x509.load_der_x509_crl(requests.get(adresse_crl, timeout=10).content)
    assert (liste.get_revoked_certificate_by_serial_number(certificat.serial_number) is not None) is crl
    assert _statut_ocsp(matrice, certificat, adresse_ocsp) == etat_ocsp


def _publication(certificat: x509.Certificate) -> tuple[str, str]:
    [point] = certificat.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    acces = certificat.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    [adresse] = [a.access_location.value for a in acces if a.access_method == AuthorityInformationAccessOID.OCSP]
    return str(point.full_name[0].value), str(adresse)


def _statut_ocsp(montage: Montage, certificat: x509.Certificate, adresse: str) -> str:
    emetteur = next(a for a in montage.socle.igc.autorites if a.subject == certificat.issuer)
    demande = ocsp.OCSPRequestBuilder().add_certificate(certificat, emetteur, hashes.SHA256()).build()
    octets = demande.public_bytes(serialization.Encoding.DER)
    rendu = requests.post(adresse, octets, headers={"Content-Type": "application/ocsp-request"}, timeout=10)
    return ocsp.load_der_ocsp_response(rendu.content).certificate_status.name


def test_publication_fautive(matrice: Montage) -> None:
    """CRL indisponible, CRL périmée, OCSP muet : l'adresse du certificat y mène."""
    indisponible, _ = _publication(_certificat(matrice, _port(matrice, "crl_indisponible"), matrice.tls()))
    assert requests.get(indisponible, timeout=10).status_code == 503
    expiree, _ = _publication(_certificat(matrice, _port(matrice, "crl_expiree"), matrice.tls()))
    liste = x509.load_der_x509_crl(requests.get(expiree, timeout=10).content)
    valide, _ = _publication(_certificat(matrice, _port(matrice, "valide"), matrice.tls()))
    bonne = x509.load_der_x509_crl(requests.get(valide, timeout=10).content)
    assert liste.next_update_utc is not None
    assert liste.next_update_utc < bonne.last_update_utc
    _, muet = _publication(_certificat(matrice, _port(matrice, "ocsp_muet"), matrice.tls()))
    with pytest.raises(requests.Timeout):
        requests.post(muet, b"", timeout=0.3)


def test_lignes_faibles(matrice: Montage) -> None:
    """TLS 1.0 et 1.1, suites hors liste, groupe de 1024 bits, courbe de 224 bits : un client laxiste les négocie."""
    cas = [
        ("tls_ancien", _ancien(matrice), "TLSv1.1"),
        ("suites_faibles", _laxiste(matrice), "TLSv1.2"),
        ("groupe_dh_court", _laxiste(matrice), "TLSv1.2"),
        ("courbe_courte", _laxiste(matrice, courbe="secp224r1"), "TLSv1.2"),
    ]
    for ligne, contexte, version in cas:
        depuis = matrice.journal.position()
        with smtplib.SMTP("localhost", _port(matrice, ligne), timeout=20) as client:
            client.starttls(context=contexte)
            client.ehlo()
        [apres] = matrice.journal.echanges("mssante", "smtp:QUIT", depuis=depuis)
        assert apres.tls is not None
        assert apres.tls.version == version
        assert apres.tls.suite not in SUITES.split(":") or ligne in ("groupe_dh_court", "courbe_courte")
        attendu = {"groupe_dh_court": "dh1024", "courbe_courte": "secp224r1"}
        assert apres.notes.get("groupe", "") == attendu.get(ligne, apres.notes.get("groupe", ""))


def _laxiste(montage: Montage, courbe: str | None = None) -> ssl.SSLContext:
    contexte = montage.tls()
    contexte.maximum_version = ssl.TLSVersion.TLSv1_2
    contexte.set_ciphers("ALL:@SECLEVEL=0")
    if courbe:
        contexte.set_ecdh_curve(courbe)
    return contexte


def test_starttls_absent(matrice: Montage) -> None:
    """Ni annoncé, ni accepté ; une identification tentée en clair est vue et refusée."""
    depuis = matrice.journal.position()
    with Prise(_port(matrice, "starttls_absent")) as prise:
        prise.reponse()
        assert prise.dire(b"EHLO essai") == b"250 mss.labo.formation.mssante.fr\r\n"
        assert prise.dire(b"STARTTLS").startswith(b"502 5.5.1")
        assert prise.dire(b"AUTH PLAIN eHh4").startswith(b"530 5.7.0")
    [auth] = matrice.journal.echanges("mssante", "smtp:AUTH", depuis=depuis)
    assert auth.notes["identifiants_en_clair"] == "oui"
    assert auth.notes["certificat_serveur"] == "starttls_absent"


def test_starttls_ordures(matrice: Montage) -> None:
    """L'accord est donné puis trahi : le client échoue, et ce qu'il dirait ensuite en clair serait vu."""
    depuis = matrice.journal.position()
    client = smtplib.SMTP("localhost", _port(matrice, "starttls_ordures"), timeout=20)
    with client, pytest.raises(ssl.SSLError):
        client.starttls(context=matrice.tls())
    fin = _refus(matrice, depuis, "starttls_ordures")
    assert fin.notes["poignee"] == "refusee"
    with Prise(_port(matrice, "starttls_ordures")) as prise:
        prise.reponse()
        prise.dire(b"EHLO essai")
        prise.dire(b"STARTTLS")
        prise.envoyer(b"MAIL FROM:<a@b.fr>\r\n")
        while not (ligne := prise.ligne()).startswith(b"530"):
            assert ligne
    assert matrice.journal.echanges("mssante", "smtp:MAIL", depuis=depuis)[0].notes["chiffre"] == "non"


# -- les mêmes par pannes, sur les ports ordinaires ----------------------------------------------------------------


@pytest.mark.parametrize("nom", [ligne.nom for ligne in LIGNES.values() if ligne.panne and ligne.nom not in PUBLIEES])
def test_par_panne(operateur: Montage, nom: str) -> None:
    """La panne joue sa ligne une fois, sur le port ordinaire ; la connexion d'après est valide."""
    ligne = LIGNES[nom]
    armee = operateur.simulateur.panne(ligne.panne, protocole="smtp")
    client = smtplib.SMTP("localhost", operateur.port, timeout=20)
    with client, contextlib.suppress(ssl.SSLError, smtplib.SMTPException):
        client.starttls(context=operateur.tls())
    assert armee.jouees == 1
    fin = operateur.fin()
    assert fin.notes["certificat_serveur"] == nom
    with operateur.connecte() as client:
        assert client.noop()[0] == 250
    assert operateur.fin("s2").notes["certificat_serveur"] == "valide"


def test_panne_de_l_autre_protocole(operateur: Montage) -> None:
    """Une panne visée sur l'IMAP ne touche pas la soumission."""
    operateur.simulateur.panne("certificat_expire", protocole="imap")
    with operateur.connecte():
        pass
    assert len(operateur.simulateur.pannes.armees()) == 1
    with pytest.raises(ValueError, match="protocole"):
        operateur.simulateur.panne("certificat_expire", protocole="http")


def test_pannes_de_publication(operateur: Montage) -> None:
    """CRL indisponible ou périmée, OCSP muet : le même certificat, la même adresse, tant que la panne est armée."""
    adresse_crl, adresse_ocsp = _publication(_certificat(operateur, operateur.port, operateur.tls()))
    simulateur = operateur.simulateur
    assert requests.get(adresse_crl, timeout=10).status_code == 200
    with simulateur.panne("crl_indisponible", fois=None) as panne:
        assert [requests.get(adresse_crl, timeout=10).status_code for _ in range(2)] == [503, 503]
        assert panne.jouees == 2
        with operateur.connecte():
            pass
        assert operateur.fin("s2").notes["certificat_serveur"] == "crl_indisponible"
    with simulateur.panne("crl_expiree", fois=None):
        liste = x509.load_der_x509_crl(requests.get(adresse_crl, timeout=10).content)
        assert liste.next_update_utc is not None
        assert liste.next_update_utc < liste.last_update_utc.replace(year=liste.last_update_utc.year + 1)
    with simulateur.panne("ocsp_muet"), pytest.raises(requests.Timeout):
        requests.post(adresse_ocsp, b"x", timeout=0.3)
    assert requests.get(adresse_crl, timeout=10).status_code == 200
    assert operateur.fin("s1").notes["certificat_serveur"] == "valide"


# -- ce qui est observé --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("octets", [b"", b"\x03\x03", b"\x03\x03" + b"\x00" * 40, bytes(range(256)) * 2])
def test_observation_d_une_poignee_illisible(octets: bytes) -> None:
    """Des octets quelconques ne lèvent rien dans l'observateur."""

    class Objet:
        observation: object = None

        def cipher(self) -> None:
            return None

    class Sorte:
        name = "HANDSHAKE"

    for tete in (1, 2, 12):
        observer(Objet(), "read", None, Sorte(), None, bytes([tete, 0, 0, 1]) + octets)
        observer(Objet(), "write", None, Sorte(), None, bytes([tete, 0, 0, 1]) + octets)


def test_offre_sans_graisse() -> None:
    """Les valeurs GREASE que glissent les clients ne comptent pas parmi ce qu'ils offrent."""
    suites = bytes.fromhex("0a0a130213011a1ac02f00ff")
    groupes = bytes.fromhex("0a0a001d0017")
    extension = b"\x00\x0a" + (len(groupes) + 2).to_bytes(2) + len(groupes).to_bytes(2) + groupes
    corps = b"\x03\x03" + b"\x00" * 32 + b"\x00" + len(suites).to_bytes(2) + suites + b"\x01\x00"
    offre = lire_client_hello(corps + len(extension).to_bytes(2) + extension)
    assert offre.suites == ("1302", "1301", "c02f")
    assert offre.groupes == ("x25519", "secp256r1")
    assert offre.versions == ("TLSv1.2",)


@pytest.mark.parametrize(("premier", "bits"), [(PREMIER_1024, 1024), (PREMIER_2048, 2048)])
def test_groupes_dh(premier: int, bits: int) -> None:
    """Les groupes sont de la taille dite, et premiers sûrs (test de Fermat)."""
    assert premier.bit_length() == bits
    assert pow(2, premier - 1, premier) == 1
    assert pow(3, (premier - 1) // 2 - 1, (premier - 1) // 2) == 1


# -- openssl -------------------------------------------------------------------------------------------------------

ATTENDU_OPENSSL: dict[str, tuple[list[str], str]] = {
    "valide": (["-tls1_2", "-cipher", SUITES], "Verify return code: 0 (ok)"),
    "expire": ([], "certificate has expired"),
    "pas_encore_valide": ([], "certificate is not yet valid"),
    "revoque_crl": (["-crl_check", "-crl_download"], "certificate revoked"),
    "revoque_ocsp": ([], "Verify return code: 0 (ok)"),
    "crl_indisponible": (["-crl_check", "-crl_download"], "unable to get certificate CRL"),
    "crl_expiree": (["-crl_check", "-crl_download"], "CRL has expired"),
    "ocsp_muet": ([], "Verify return code: 0 (ok)"),
    "autre_autorite": ([], "unable to get local issuer certificate"),
    "autre_gamme": ([], "IGC-SANTE FORT ORGANISATIONS"),
    "autre_nom": (["-verify_hostname", "localhost"], "hostname mismatch"),
    "tls_1_2": ([], "TLSv1.2"),
    "tls_1_3": ([], "TLSv1.3"),
    "tls_ancien": (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], "TLSv1.1"),
    "suites_faibles": (["-tls1_2", "-cipher", "ALL"], "Verify return code: 0 (ok)"),
    "suites_hors_liste": (["-tls1_2", "-cipher", "ALL"], "Verify return code: 0 (ok)"),
    "groupe_dh_court": (["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"], "DH, 1024 bits"),
    "courbe_courte": (["-tls1_2", "-groups", "P-224", "-cipher", "ALL:@SECLEVEL=0"], "224 bits"),
    "starttls_absent": ([], "Didn't find STARTTLS"),
    "starttls_ordures": ([], "wrong version number"),
}


@pytest.mark.skipif(OPENSSL is None, reason="la commande openssl n'est pas installée")
@pytest.mark.parametrize("protocole", ["smtp", "imap"])
@pytest.mark.parametrize("ligne", LIGNES)
def test_openssl_confirme(matrice: Montage, ligne: str, protocole: str) -> None:
    """`openssl s_client` voit de chaque ligne ce qu'elle annonce, en SMTP et en IMAP."""
    options, attendu = ATTENDU_OPENSSL[ligne]
    rendu = _s_client(matrice, _port(matrice, ligne, protocole), protocole, options)
    if ligne == "starttls_ordures":
        assert "wrong version number" in rendu or "packet length too long" in rendu or "unexpected" in rendu, rendu
        return
    assert attendu in rendu, rendu


def _s_client(montage: Montage, port: int, protocole: str, options: list[str]) -> str:
    commande = [str(OPENSSL), "s_client", "-connect", f"127.0.0.1:{port}", "-starttls", protocole]
    commande += ["-CAfile", str(montage.socle.igc.racines_pem), "-verify_return_error", *options]
    rendu = subprocess.run(commande, input=b"", capture_output=True, timeout=30, check=False)
    return (rendu.stdout + rendu.stderr).decode("utf-8", "replace")


@pytest.mark.skipif(OPENSSL is None, reason="la commande openssl n'est pas installée")
def test_openssl_ocsp(matrice: Montage, tmp_path: Path) -> None:
    """`openssl ocsp` : bon pour la ligne valide, révoqué pour celle qui ne l'est que par OCSP."""
    emetteur = tmp_path / "emetteur.pem"
    for ligne, attendu in (("valide", "good"), ("revoque_ocsp", "revoked")):
        certificat = _certificat(matrice, _port(matrice, ligne), matrice.tls())
        feuille = tmp_path / f"{ligne}.pem"
        feuille.write_bytes(certificat.public_bytes(serialization.Encoding.PEM))
        autorite = next(a for a in matrice.socle.igc.autorites if a.subject == certificat.issuer)
        emetteur.write_bytes(autorite.public_bytes(serialization.Encoding.PEM))
        _, adresse = _publication(certificat)
        commande = [str(OPENSSL), "ocsp", "-issuer", str(emetteur), "-cert", str(feuille), "-url", adresse]
        commande += ["-CAfile", str(matrice.socle.igc.racines_pem)]
        rendu = subprocess.run(commande, capture_output=True, timeout=30, check=False, text=True)
        assert f"{feuille}: {attendu}" in rendu.stdout, rendu.stdout + rendu.stderr


def test_certificat_client_au_journal(operateur: Montage) -> None:
    """Le certificat présenté par le client est au journal ; il est demandé, jamais exigé."""
    with operateur.connecte(APP):
        pass
    with operateur.connecte(PER):
        pass
    avec, sans = operateur.fin("s1"), operateur.fin("s2")
    assert avec.tls is not None
    assert avec.tls.certificat == operateur.socle.igc.identifiants("org_auth_cli").der
    assert sans.tls is not None
    assert sans.tls.certificat is None
