"""Le serveur vu par des clients que nous n'avons pas écrits : tout est noté, rien ne passe sans trace."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from simulators.socle.echange import CorpsFichier, CorpsMemoire
from simulators.socle.identites import OID_INS_NIR
from simulators.socle.journal import EtatJournal, JournalEchanges
from simulators.socle.pki import IgcTest
from simulators.socle.profils_certificats import Variante
from simulators.socle.serveur import ConfigTls, ModeClient, Port, ReponseSimulee, RequeteRecue, Route, ServeurBanc
from tests.simulators.socle.outils import poster

RACINE = Path(__file__).parents[3]


async def echo(requete: RequeteRecue) -> ReponseSimulee:
    """Renvoie le corps et note ce qu'il a vu."""
    requete.noter("taille", requete.corps.taille)
    return ReponseSimulee(200, requete.corps, "text/xml", (("X-Un", "1"), ("X-Un", "2")))


async def defaillant(requete: RequeteRecue) -> ReponseSimulee:
    """Un simulateur qui a un défaut."""
    raise RuntimeError("défaut voulu")


ROUTES = [
    Route("POST", "/lps", echo, lambda requete: "verifier" if b"verif" in requete.corps.octets else ""),
    Route("*", "/web/*", echo),
    Route("POST", "/defaut", defaillant),
    Route("POST", "/illisible", echo, lambda requete: str(int("x"))),
]


@pytest.fixture
def mutuel(serveur: ServeurBanc) -> Port:
    """Port en TLS mutuel."""
    return serveur.ajouter("insi", ROUTES, tls=ConfigTls(client=ModeClient.REQUIS))


@pytest.fixture
def clair(serveur: ServeurBanc) -> Port:
    """Port sans TLS, aux limites étroites."""
    return serveur.ajouter("dmp", ROUTES, corps_max=10_000, delai_lecture=0.3)


@pytest.fixture
def prise(clair: Port) -> Iterator[socket.socket]:
    """Connexion brute au port sans TLS."""
    with socket.create_connection(("127.0.0.1", clair.numero), timeout=10) as ouverte:
        yield ouverte


def test_echange_entier(igc: IgcTest, serveur: ServeurBanc, journal: JournalEchanges, mutuel: Port) -> None:
    """Requête, réponse, TLS, certificat et chaîne du client sont au journal dès que le client a sa réponse."""
    client = igc.identifiants("insi_auto")
    rendu = poster(igc, f"{mutuel.url}/lps?a=%C3%A9", b"<verif/>", client=client, headers={"X-Accent": "é".encode()})
    [echange] = journal.echanges("insi")
    assert (rendu.status_code, rendu.content, rendu.headers["X-Un"]) == (200, b"<verif/>", "1, 2")
    assert rendu.headers["X-Banc-SONS"] == "serveur de test"
    assert (echange.operation, echange.requete.cible, echange.notes) == ("verifier", "/lps?a=%C3%A9", {"taille": "8"})
    assert ("X-Accent", "é") in echange.requete.entetes
    assert echange.requete.corps.octets == echange.reponse.corps.octets == b"<verif/>"  # type: ignore[union-attr]
    assert echange.reponse is not None
    assert dict(rendu.headers)["Date"] == echange.reponse.entete("date")
    assert echange.tls is not None
    assert echange.tls.version == "TLSv1.3"
    assert echange.tls.sni == "localhost"
    assert echange.tls.certificat == client.der
    assert len(echange.tls.chaine) == 3
    assert echange.tls.chaine[0] == client.der
    assert echange.pair.startswith(("127.0.0.1:", "::1:"))
    assert echange.debut <= echange.fin


@pytest.mark.parametrize(
    ("variante", "code"),
    [
        (Variante.EXPIRE, "CERTIFICATE_VERIFY_FAILED 10 "),
        (Variante.PAS_ENCORE_VALIDE, "CERTIFICATE_VERIFY_FAILED 9 "),
        (Variante.REVOQUE, "CERTIFICATE_VERIFY_FAILED 23 "),
        (Variante.AUTRE_AUTORITE, "CERTIFICATE_VERIFY_FAILED 20 "),
        (Variante.AUTO_SIGNE, "CERTIFICATE_VERIFY_FAILED 18 "),
        (None, "PEER_DID_NOT_RETURN_A_CERTIFICATE"),
    ],
)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_poignee_refusee(
    igc: IgcTest,
    serveur: ServeurBanc,
    journal: JournalEchanges,
    mutuel: Port,
    variante: Variante | None,
    code: str,
    version: ssl.TLSVersion,
) -> None:
    """Un certificat refusé est noté avec sa raison et l'adresse du client ; celui-ci reçoit une alerte TLS."""
    contexte = igc.contexte_client(igc.identifiants("insi_auto", variante) if variante else None)
    contexte.maximum_version = version
    with socket.create_connection(("127.0.0.1", mutuel.numero), timeout=10) as brute:
        pair = f"127.0.0.1:{brute.getsockname()[1]}"
        with (
            pytest.raises(ssl.SSLError, match=r"(?i)alert"),
            contexte.wrap_socket(brute, server_hostname="localhost") as connexion,
        ):
            connexion.recv(1)
    trouvee = journal.attendre_enregistrement(lambda e: e.type == "poignee_refusee", depuis=0, delai=10)
    assert trouvee is not None
    [refus] = journal.poignees_refusees("insi")
    assert refus.raison.startswith(code)
    assert refus.pair == pair
    assert journal.echanges("insi") == []


def test_revocation_en_cours(igc: IgcTest, serveur: ServeurBanc, journal: JournalEchanges, mutuel: Port) -> None:
    """Un certificat révoqué pendant la campagne est refusé à la connexion suivante."""
    client = igc.identifiants("insi_manu", cn="A REVOQUER")
    assert poster(igc, f"{mutuel.url}/lps", client=client).status_code == 200
    igc.revoquer(client.certificat)
    with pytest.raises(requests.ConnectionError):
        poster(igc, f"{mutuel.url}/lps", client=client)
    attendu = journal.attendre_enregistrement(
        lambda e: "révoqué" in e.donnees["raison"], depuis=0, delai=10, type="poignee_refusee"
    )
    assert attendu is not None


def test_client_qui_refuse_le_serveur(serveur: ServeurBanc, journal: JournalEchanges, mutuel: Port) -> None:
    """Le refus du client (autorité inconnue de lui) est une preuve : il est noté."""
    with pytest.raises(requests.exceptions.SSLError):
        requests.post(f"{mutuel.url}/lps", timeout=10)
    trouvee = journal.attendre_enregistrement(lambda e: e.type == "poignee_refusee", depuis=0, delai=10)
    assert trouvee is not None
    assert "le client ne connaît pas l'autorité" in trouvee.donnees["raison"]


def test_certificat_optionnel(igc: IgcTest, serveur: ServeurBanc, journal: JournalEchanges) -> None:
    """Port optionnel : avec ou sans certificat la requête passe, et le journal dit lequel."""
    port = serveur.ajouter("dmp", echo, tls=ConfigTls(client=ModeClient.OPTIONNEL))
    client = igc.identifiants("org_auth_cli")
    assert poster(igc, port.url).status_code == poster(igc, port.url, client=client).status_code == 200
    assert [bool(e.tls and e.tls.certificat) for e in journal.echanges("dmp")] == [False, True]


@pytest.mark.parametrize(
    "suite", ["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"]
)
def test_suites_rsa_et_ecdsa(igc: IgcTest, serveur: ServeurBanc, journal: JournalEchanges, suite: str) -> None:
    """Le serveur a une clé RSA et une clé EC : un client TLS 1.2 limité à l'une ou l'autre est servi."""
    port = serveur.ajouter("dmp", echo, tls=ConfigTls(suites="DEFAULT:@SECLEVEL=1"))
    contexte = igc.contexte_client()
    contexte.maximum_version = ssl.TLSVersion.TLSv1_2
    contexte.set_ciphers(suite)
    connexion = http.client.HTTPSConnection("localhost", port.numero, context=contexte, timeout=10)
    connexion.request("GET", "/")
    assert connexion.getresponse().read() == b""
    connexion.close()
    [echange] = journal.echanges("dmp")
    assert echange.tls is not None
    assert (echange.tls.version, echange.tls.suite) == ("TLSv1.2", suite)


def test_version_trop_ancienne(igc: IgcTest, serveur: ServeurBanc, journal: JournalEchanges, mutuel: Port) -> None:
    """TLS 1.1 est refusé et noté."""
    contexte = igc.contexte_client(verifier=False)
    with pytest.warns(DeprecationWarning):
        contexte.minimum_version = contexte.maximum_version = ssl.TLSVersion.TLSv1_1
    contexte.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", mutuel.numero), timeout=10) as brute, pytest.raises(ssl.SSLError):
        contexte.wrap_socket(brute)
    trouvee = journal.attendre_enregistrement(lambda e: e.type == "poignee_refusee", depuis=0, delai=10)
    assert trouvee is not None
    assert trouvee.donnees["raison"].startswith("UNSUPPORTED_PROTOCOL")


@pytest.mark.parametrize(("envoi", "debut"), [(b"GET / HTTP/1.1\r\n\r\n", "HTTP_REQUEST"), (b"", "CONNECTION_CLOSED")])
def test_pas_de_tls_sur_un_port_tls(journal: JournalEchanges, mutuel: Port, envoi: bytes, debut: str) -> None:
    """Du HTTP en clair, ou une connexion fermée aussitôt, sur un port TLS : noté, sans requête."""
    with socket.create_connection(("127.0.0.1", mutuel.numero), timeout=10) as brute:
        brute.sendall(envoi)
        brute.shutdown(socket.SHUT_WR)
    trouvee = journal.attendre_enregistrement(lambda e: e.type == "poignee_refusee", depuis=0, delai=10)
    assert trouvee is not None
    assert trouvee.donnees["raison"].startswith(debut)


# -- HTTP -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("methode", "chemin", "statut"),
    [
        ("POST", "/absent", 404),
        ("GET", "/lps", 405),
        ("PUT", "/web/a/b", 200),
        ("GET", "//[", 404),
        ("POST", "/illisible", 200),
    ],
)
def test_routes(journal: JournalEchanges, clair: Port, methode: str, chemin: str, statut: int) -> None:
    """Chemin exact, préfixe, méthode : ce qui n'est pas servi est noté aussi, sans opération."""
    connexion = http.client.HTTPConnection("127.0.0.1", clair.numero, timeout=10)
    connexion.request(methode, chemin, b"")
    assert connexion.getresponse().status == statut
    connexion.close()
    [echange] = journal.echanges("dmp")
    assert (echange.requete.methode, echange.requete.cible, echange.operation) == (methode, chemin, "")
    assert echange.reponse is not None
    assert echange.reponse.statut == statut


def test_defaut_du_simulateur(journal: JournalEchanges, clair: Port) -> None:
    """Un défaut du simulateur donne 500, un échange noté et un incident qui le dit : ce n'est pas le produit."""
    assert requests.post(f"{clair.url}/defaut", b"x", timeout=10).status_code == 500
    [echange] = journal.echanges("dmp")
    assert echange.notes["incident"] == "défaut du simulateur : RuntimeError"
    assert echange.requete.corps.octets == b"x"
    [incident] = journal.enregistrements("incident")
    assert incident.donnees["message"] == "RuntimeError : défaut voulu"


@pytest.mark.parametrize("annoncee", [True, False], ids=["taille annoncée", "par morceaux"])
def test_corps_trop_grand(journal: JournalEchanges, clair: Port, annoncee: bool) -> None:
    """Au-delà de la limite : 413 net, marque de troncature au journal, corps non gardé."""
    corps = b"x" * 20_000
    rendu = requests.post(f"{clair.url}/lps", corps if annoncee else iter([corps[:9000], corps[9000:]]), timeout=10)
    assert rendu.status_code == 413
    [echange] = journal.echanges("dmp")
    assert echange.notes["corps_tronque"] == "oui"
    assert echange.requete.corps.taille == 0


def test_bombe_gzip(journal: JournalEchanges, clair: Port) -> None:
    """La limite vaut pour ce qui sort de la décompression."""
    bombe = gzip.compress(b"\0" * 30_000_000)
    rendu = requests.post(f"{clair.url}/lps", bombe[:9_999], headers={"Content-Encoding": "gzip"}, timeout=10)
    assert rendu.status_code in (400, 413)
    assert journal.echanges("dmp")[0].requete.corps.taille == 0


@pytest.mark.parametrize(
    "brut", [b"\x16\x03\x01\x00garbage\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"]
)
def test_http_illisible(journal: JournalEchanges, prise: socket.socket, brut: bytes) -> None:
    """Des octets qui ne sont pas du HTTP : refus net, échange noté sans ces octets."""
    prise.sendall(brut)
    assert b" 400 " in prise.recv(4096).splitlines()[0]
    [echange] = journal.echanges("dmp")
    assert echange.notes["incident"].startswith("requête HTTP illisible")


@pytest.mark.parametrize(
    ("brut", "statut", "incident"),
    [
        (b"POST /lps HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nabc", 408, "corps non reçu"),
        (b"POST /lps HTTP/1.1\r\nHost: a\r\nX-Lent", 408, "en-têtes non reçus"),
    ],
    ids=["corps", "en-têtes"],
)
def test_client_lent(journal: JournalEchanges, prise: socket.socket, brut: bytes, statut: int, incident: str) -> None:
    """Un client qui n'en finit pas est renvoyé au bout du délai de lecture, et noté."""
    prise.sendall(brut)
    assert str(statut).encode() in prise.recv(4096).splitlines()[0]
    echange = journal.attendre(lambda e: True, depuis=0, delai=10, service="dmp")
    assert echange is not None
    assert incident in echange.notes["incident"]


@pytest.mark.parametrize(
    "brut", [b"POST /lps HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nabc", b"POST /lps HTTP/1.1\r\nHo"]
)
def test_client_qui_coupe(journal: JournalEchanges, prise: socket.socket, brut: bytes) -> None:
    """Un client qui coupe au milieu de sa requête laisse une trace, sans réponse."""
    prise.sendall(brut)
    prise.close()
    echange = journal.attendre(lambda e: True, depuis=0, delai=10, service="dmp")
    assert echange is not None
    assert echange.reponse is None
    assert echange.notes["incident"]


def test_expect_continue(journal: JournalEchanges, prise: socket.socket) -> None:
    """Qui attend `100 Continue` le reçoit avant d'envoyer son corps."""
    prise.sendall(b"POST /lps HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    assert prise.recv(4096).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    prise.sendall(b"abc")
    assert prise.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
    assert journal.echanges("dmp")[0].requete.corps.octets == b"abc"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl n'est pas installé ici")
def test_curl(igc: IgcTest, serveur: ServeurBanc, journal: JournalEchanges, mutuel: Port) -> None:
    """curl, avec sa propre pile TLS, poste un gros corps par le PEM donné et reçoit le même."""
    client = igc.identifiants("insi_auto")
    envoi = os.urandom(3_000_000)
    rendu = subprocess.run(
        ["curl", "-sS", "--cacert", str(igc.racines_pem), "--cert", str(client.chemin_pem), "--key",
         str(client.chemin_cle), "--data-binary", "@-", f"{mutuel.url}/web/x"],
        input=envoi, capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    assert rendu.stdout == envoi
    assert journal.echanges("insi")[0].requete.corps.sha256 == hashlib.sha256(envoi).hexdigest()


def test_petit_et_grand_corps(serveur: ServeurBanc, mutuel: Port) -> None:
    """Petit corps en mémoire, grand corps dans un fichier : le simulateur lit les mêmes octets."""
    recus: list[type] = []

    async def voir(requete: RequeteRecue) -> ReponseSimulee:
        recus.append(type(requete.corps))
        return ReponseSimulee(200, hashlib.sha256(requete.corps.octets).hexdigest().encode())

    port = serveur.ajouter("dmp", voir)
    for taille in (0, 10, 2_500_000):
        octets = os.urandom(taille)
        assert requests.post(port.url, octets, timeout=10).text == hashlib.sha256(octets).hexdigest()
    assert recus == [CorpsMemoire, CorpsMemoire, CorpsFichier]


GRAND_ENVOI = """
import sys, resource
from pathlib import Path
from http.client import HTTPConnection
from simulators.socle.journal import JournalEchanges
from simulators.socle.serveur import ReponseSimulee, ServeurBanc
async def echo(requete): return ReponseSimulee(200, requete.corps)
with JournalEchanges.creer(Path(sys.argv[1])) as journal:
    serveur = ServeurBanc(journal)
    port = serveur.ajouter("dmp", echo)
    avant = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connexion = HTTPConnection("127.0.0.1", port.numero)
    connexion.request("POST", "/", (b"%06d" % rang * 10_000 for rang in range(1000)), {"Content-Length": "60000000"})
    reponse, recu = connexion.getresponse(), 0
    while bloc := reponse.read(65536): recu += len(bloc)
    connexion.close()
    serveur.arreter()
    print(recu, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - avant) // 1024)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="la mesure de mémoire demande le module resource")
def test_60_mo_sans_memoire(tmp_path: Path) -> None:
    """Un corps de 60 Mo, reçu et renvoyé, ne grossit pas la mémoire du serveur de plus de 25 Mo."""
    rendu = subprocess.run(
        [sys.executable, "-c", GRAND_ENVOI, str(tmp_path / "campagne")],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=True,
    )
    recu, croissance = map(int, rendu.stdout.split())
    assert recu == 60_000_000
    assert croissance < 25


def test_matricule_reel_arrete_tout(serveur: ServeurBanc, journal: JournalEchanges, clair: Port) -> None:
    """Un matricule réel : 503 explicite, rien de l'échange au disque, et plus rien n'est accepté ensuite."""
    corps = f'<n>DUPONT</n><id root="{OID_INS_NIR}" extension="185057800608436"/>'.encode()
    for _ in range(2):
        rendu = requests.post(f"{clair.url}/lps", corps, timeout=10)
        assert rendu.status_code == 503
        assert "campagne a été arrêtée" in rendu.text
    assert journal.etat is EtatJournal.ARRETE
    assert journal.echanges() == []
    assert all(b"DUPONT" not in chemin.read_bytes() for chemin in journal.dossier.rglob("*") if chemin.is_file())


def test_en_tetes_secrets_vus_du_simulateur_seul(serveur: ServeurBanc, journal: JournalEchanges) -> None:
    """Le simulateur lit l'en-tête en clair, le journal n'en garde que l'empreinte."""
    vus: list[str | None] = []

    async def voir(requete: RequeteRecue) -> ReponseSimulee:
        vus.append(requete.entete("authorization"))
        return ReponseSimulee(204)

    port = serveur.ajouter("dmp", voir)
    requests.get(port.url, headers={"Authorization": "Bearer secret"}, timeout=10)
    assert vus == ["Bearer secret"]
    assert journal.echanges("dmp")[0].requete.entete("authorization") == journal.empreinte_secret("Bearer secret")


def test_scenario_du_debut(serveur: ServeurBanc, journal: JournalEchanges, clair: Port) -> None:
    """Un échange appartient au scénario où sa requête est arrivée."""
    journal.debuter_scenario("S1")
    requests.post(f"{clair.url}/lps", b"", timeout=10)
    journal.finir_scenario()
    assert [e.scenario for e in journal.echanges("dmp")] == ["S1"]


def test_requetes_paralleles(igc: IgcTest, serveur: ServeurBanc, journal: JournalEchanges, mutuel: Port) -> None:
    """Plusieurs clients à la fois : chaque échange est au journal une fois, avec son corps."""
    client = igc.identifiants("insi_auto")
    fils = [
        threading.Thread(target=lambda rang=rang: poster(igc, f"{mutuel.url}/lps", b"corps %d" % rang, client=client))
        for rang in range(12)
    ]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(e.requete.corps.octets for e in journal.echanges("insi")) == sorted(
        b"corps %d" % r for r in range(12)
    )
    assert journal.verifier_chaine() == []


def test_ports(journal: JournalEchanges) -> None:
    """Boucle locale seulement ; numéros qui se suivent si on le demande ; un port pris est dit en français."""
    serveur = ServeurBanc(journal)
    try:
        pris = serveur.ajouter("a", echo)
        with pytest.raises(OSError, match=f"le port {pris.numero} n'est pas libre"):
            serveur.ajouter("b", echo, port=pris.numero)
        with pytest.raises(ValueError, match="demande une IGC"):
            serveur.ajouter("c", echo, tls=ConfigTls())
        adresses = {prise.getsockname()[0] for ecoute in serveur._ecoutes for prise in ecoute.sockets}
        assert adresses <= {"127.0.0.1", "::1"}
    finally:
        serveur.arreter()
    serveur.arreter()
