"""Ce qu'un client au plus près du fil peut faire à l'accès IMAP : littéraux, rafales, excès, coupures."""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from simulators.mssante.imap.cadrage import LIGNE_MAX
from simulators.mssante.reglages import Reglages
from tests.simulators.mssante.aides_imap import ALIX, BancImap, Fil, banc_imap, message

AUTRE = "morgane.analyste@labo.formation.mssante.fr"


@pytest.fixture(scope="module")
def monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BancImap]:
    with banc_imap(tmp_path_factory.mktemp("fil"), reglages=Reglages(taille_max=2**20)) as banc:
        yield banc


@pytest.fixture
def banc(monte: BancImap) -> Iterator[BancImap]:
    monte.operateur.pannes.vider()
    for dossier in monte.boites.boite(ALIX).dossiers:
        for reste in monte.boites.messages(ALIX, dossier):
            monte.boites.supprimer(ALIX, reste.uid, dossier)
    yield monte


@pytest.fixture(scope="module")
def suivie(monte: BancImap) -> Iterator[Fil]:
    """Une connexion que plusieurs essais se partagent."""
    with Fil(monte, adresse=AUTRE) as fil:
        yield fil


def test_litteral_synchrone_et_non(banc: BancImap) -> None:
    """APPEND par littéral synchrone, puis non synchrone, puis plusieurs messages d'un coup."""
    octets = message("littéral")
    with Fil(banc) as fil:
        fil.dire(f"a APPEND Drafts (\\Draft) {{{len(octets)}}}")
        assert fil.ligne().startswith(b"+ ")
        fil.ecrire(octets + b"\r\n")
        assert b"[APPENDUID" in fil.ligne()
        fil.ecrire(b"b APPEND Drafts {%d+}\r\n%b\r\n" % (len(octets), octets))
        assert b" 2]" in fil.ligne()
        fil.ecrire(b"c APPEND {6+}\r\nDrafts {%d+}\r\n%b (\\Seen) {%d+}\r\n%b\r\n" % (len(octets), octets, 3, b"abc"))
        assert b" 3:4]" in fil.ligne()
    assert [m.octets for m in banc.boites.messages(ALIX, "Drafts")] == [octets, octets, octets, b"abc"]


def test_litteral_trop_grand(banc: BancImap) -> None:
    """Au-delà d'APPENDLIMIT : NO [TOOBIG], sans invitation ; non synchrone, avalé ; la session continue."""
    with Fil(banc) as fil:
        fil.dire(f"a APPEND Drafts {{{2**20 + 1}}}")
        assert fil.ligne().startswith(b"a NO [TOOBIG]")
        fil.ecrire(b"b APPEND Drafts {%d+}\r\n" % (2**20 + 1))
        for _ in range(16):
            fil.ecrire(b"x" * 2**16)
        fil.ecrire(b"x\r\n")
        assert fil.ligne().startswith(b"b NO [TOOBIG]")
        fil.dire("c SELECT {100000}")
        assert fil.ligne().startswith(b"c NO [TOOBIG]")
        fil.ecrire(b"c2 SEARCH BODY {100000+}\r\n" + b"x" * 100000 + b"\r\n")
        assert fil.ligne().startswith(b"c2 NO [TOOBIG]")
        fil.dire("d APPEND Drafts {99999999999999999999}")
        assert fil.ligne().startswith(b"d NO [TOOBIG]")
        assert fil.demander("e NOOP") == [b"e OK NOOP completed"]
    assert banc.boites.messages(ALIX, "Drafts") == []


def test_ligne_trop_longue(banc: BancImap) -> None:
    """Une ligne sans fin est refusée et la connexion fermée, sans attendre la suite."""
    with Fil(banc) as fil:
        fil.ecrire(b"a SEARCH SUBJECT " + b"x" * (LIGNE_MAX + 10))
        assert fil.ligne() == b"a BAD Command line too long"
        assert fil.ligne().startswith(b"* BYE")
        assert fil.ligne() == b""


def test_commandes_en_rafale(banc: BancImap) -> None:
    """Des commandes envoyées d'un bloc sont exécutées dans l'ordre, IDLE et DONE compris."""
    banc.deposer(message())
    with Fil(banc) as fil:
        fil.ecrire(
            b"a SELECT INBOX\r\nb FETCH 1 (UID)\r\nc STORE 1 +FLAGS (\\Seen)\r\nd IDLE\r\nDONE\r\n"
            b"e SEARCH {4+}\r\nSEEN\r\nf NOOP\r\n"
        )
        lignes = fil.jusqu_a("f")
    finales = [ligne for ligne in lignes if not ligne.startswith((b"*", b"+"))]
    assert [ligne.split()[0] for ligne in finales] == [b"a", b"b", b"c", b"d", b"e", b"f"]
    # Une clé de recherche ne s'écrit pas en littéral (RFC 3501 § 9).
    assert [ligne.split()[1] for ligne in finales] == [b"OK", b"OK", b"OK", b"OK", b"BAD", b"OK"]


def test_octet_par_octet(banc: BancImap) -> None:
    """Une commande envoyée octet par octet vaut la même d'un bloc."""
    with Fil(banc) as fil:
        for octet in b'a LIST "" {1+}\r\n*\r\n':
            fil.ecrire(bytes([octet]))
        assert fil.jusqu_a("a")[-1] == b"a OK LIST completed"


def test_injection_avant_tls(banc: BancImap) -> None:
    """Ce qui suit STARTTLS en clair n'est jamais exécuté, et le journal dit combien d'octets ont été jetés."""
    with Fil(banc, chiffrer=False) as fil:
        fil.ecrire(b"a STARTTLS\r\nb NOOP\r\nc LOGIN intrus secret\r\n")
        assert fil.ligne().startswith(b"a OK")
        fil.prise = banc.contexte().wrap_socket(fil.prise, server_hostname="localhost")
        assert fil.demander("d NOOP") == [b"d OK NOOP completed"]
    starttls = banc.echanges("imap:STARTTLS")[-1]
    assert starttls.notes["octets_en_clair_jetes"] == "31"


@pytest.mark.parametrize(
    ("commande", "reponse"),
    [
        (b"a1.b-c_d/e NOOP", b"a1.b-c_d/e OK"),
        (b"]] NOOP", b"]] OK"),
        (b"a(b NOOP", b"* BAD"),
        (b'"a" NOOP', b"* BAD"),
        (b"a+b NOOP", b"* BAD"),
        (b"\xc3\xa9 NOOP", b"* BAD"),
        (b"", b"* BAD"),
        (b" NOOP", b"* BAD"),
        (b"a  NOOP", b"a BAD"),
        (b"a NOOP ", b"a BAD"),
        (b"a noop", b"a OK"),
        (b"a XYZZY", b"a BAD"),
        (b"a UID NOOP", b"a BAD"),
        (b"a UID EXPUNGE", b"a BAD"),
        (b"a SELECT", b"a BAD"),
        (b"a SELECT INBOX INBOX", b"a BAD"),
        (b'a SELECT "INBOX', b"a BAD"),
        (b'a SELECT "IN\\BOX"', b"a BAD"),
        (b"a SELECT {5}x", b"a BAD"),
        (b"a STATUS INBOX ()", b"a BAD"),
        (b"a STATUS INBOX (MESSAGES FOO)", b"a BAD"),
        (b'a LIST "" (', b"a BAD"),
        (b"a APPEND Drafts", b"a BAD"),
        (b"a APPEND Inconnu {1+}\r\nx", b"a NO [TRYCREATE]"),
        (b'a APPEND Drafts "32-Jan-2026 00:00:00 +0000" {1+}\r\nx', b"a BAD"),
        (b"a APPEND Drafts (\\Inconnu) {1+}\r\nx", b"a BAD"),
        (b"a APPEND Drafts {0+}\r\n", b"a NO"),
        (b"a NOOP\0", b"a BAD NUL"),
        (b"a AUTHENTICATE XOAUTH2", b"a BAD"),
        (b"a STARTTLS", b"a BAD"),
        (b"a RENAME Sent Sent/x", b"a NO [CANNOT]"),
        (b"a CREATE a//b", b"a NO [CANNOT]"),
        (b"a CREATE *", b"a BAD"),
        (b'a CREATE "a*"', b"a NO [CANNOT]"),
        (b"a SUBSCRIBE Inconnu", b"a NO [NONEXISTENT]"),
        (b"a UNSUBSCRIBE Inconnu", b"a OK"),
        (b"a GETQUOTA autre", b"a NO [NONEXISTENT]"),
        (b"a FETCH 1 FLAGS", b"a BAD No mailbox"),
        (b'a LSUB "" {1+}\r\n%', b"a OK"),
    ],
)
def test_commandes_justes_et_fausses(suivie: Fil, commande: bytes, reponse: bytes) -> None:
    """Chaque commande a la réponse qu'un serveur strict lui donne, et la session continue."""
    suivie.dire(commande)
    while (ligne := suivie.ligne()).startswith(b"* ") and not ligne.startswith(b"* BAD"):
        pass
    assert ligne.startswith(reponse)
    assert suivie.demander("fin NOOP") == [b"fin OK NOOP completed"]


@pytest.mark.parametrize(
    ("commande", "reponse"),
    [
        (b"a FETCH 1 (FLAGS", b"a BAD"),
        (b"a FETCH 1 FLAGS)", b"a BAD"),
        (b"a FETCH 1 ()", b"a BAD"),
        (b"a FETCH 1 (FLAGS  UID)", b"a BAD"),
        (b"a FETCH 1,,2 FLAGS", b"a BAD"),
        (b"a FETCH 0 FLAGS", b"a BAD"),
        (b"a FETCH 2 FLAGS", b"a BAD"),
        (b"a FETCH 1:2 FLAGS", b"a BAD"),
        (b"a FETCH 1:* FLAGS", b"a OK"),
        (b"a FETCH *:1 FLAGS", b"a OK"),
        (b"a FETCH 4294967296 FLAGS", b"a BAD"),
        (b"a FETCH 1 BODY[0]", b"a BAD"),
        (b"a FETCH 1 BODY[MIME]", b"a BAD"),
        (b"a FETCH 1 BODY[HEADER.FIELDS ()]", b"a BAD"),
        (b"a FETCH 1 BODY[TEXT]<0.0>", b"a BAD"),
        (b"a FETCH 1 BODY[1.HEADER.FIELDS (To)]", b"a OK"),
        (b"a FETCH 1 BINARY[1]", b"a OK"),
        (b"a FETCH 1 BINARY[HEADER]", b"a BAD"),
        (b"a FETCH 1 BODYSTRUCTURE[1]", b"a BAD"),
        (b"a FETCH 1 FULL", b"a OK"),
        (b"a FETCH 1 (FULL)", b"a BAD"),
        (b"a UID FETCH 99 FLAGS", b"a OK"),
        (b"a STORE 1 FLAGS \\Seen \\Flagged", b"a OK"),
        (b"a STORE 1 FLAGS ()", b"a OK"),
        (b"a STORE 1 *FLAGS (\\Seen)", b"a BAD"),
        (b"a STORE 1 FLAGS (\\Recent)", b"a BAD"),
        (b"a SEARCH", b"a BAD"),
        (b"a SEARCH ALL ALL", b"a OK"),
        (b"a SEARCH OR ALL", b"a BAD"),
        (b"a SEARCH BEFORE 31-Feb-2026", b"a BAD"),
        (b'a SEARCH SINCE "1-Feb-2026"', b"a OK"),
        (b"a SEARCH CHARSET UTF-8 SUBJECT \xe9", b"a BAD"),
        (b'a SEARCH SUBJECT "\xc3\xa9t\xc3\xa9"', b"a OK"),
        (b"a SEARCH SUBJECT {3+}\r\n\xc3\xa9t", b"a OK"),
        (b"a SEARCH " + b"NOT " * 60 + b"ALL", b"a BAD"),
        (b"a SEARCH 99", b"a OK"),
        (b"a COPY 1 Inconnu", b"a NO [TRYCREATE]"),
        (b"a COPY 1 Sent", b"a OK [COPYUID"),
        (b"a UID COPY 99 Sent", b"a OK"),
        (b"a UID EXPUNGE 1", b"a OK"),
        (b"a EXPUNGE 1", b"a BAD"),
        (b"a ENABLE CONDSTORE", b"a BAD"),
        (b"a CHECK", b"a OK"),
    ],
)
def test_commandes_de_session(monte: BancImap, suivie: Fil, commande: bytes, reponse: bytes) -> None:
    """Dossier ouvert avec un message : chaque commande a sa réponse."""
    for reste in monte.boites.messages(AUTRE):
        monte.boites.supprimer(AUTRE, reste.uid)
    monte.deposer(message(), AUTRE)
    suivie.demander("s SELECT INBOX")
    suivie.dire(commande)
    assert suivie.jusqu_a("a")[-1].startswith(reponse)


def test_trop_de_fautes(banc: BancImap) -> None:
    """Un client qui n'envoie que des commandes inconnues est congédié."""
    with Fil(banc, adresse=None) as fil:
        lignes = []
        for _ in range(12):
            fil.dire("GET / HTTP/1.1")
        while ligne := fil.ligne():
            lignes.append(ligne)
    assert lignes[-1].startswith(b"* BYE") and len(lignes) == 11


def test_coupures(banc: BancImap) -> None:
    """Un client qui part au milieu d'une ligne, d'un littéral, d'IDLE, d'une réponse : la fin est au journal."""
    banc.deposer(message(corps="x" * 2**19))
    avant, ouvertes = len(banc.echanges("imap:fin")), len(banc.facade.connexions)
    for debut in (b"a SEL", b"a APPEND Drafts {500+}\r\nabc", b"a IDLE\r\n", b"a FETCH 1 BODY[]\r\n"):
        depuis = banc.journal.position()
        with Fil(banc) as fil:
            fil.demander("s SELECT INBOX")
            fil.ecrire(debut)
        assert banc.journal.attendre(lambda e: e.operation == "imap:fin", depuis=depuis, delai=10, service="mssante"), (
            debut
        )
    assert len(banc.echanges("imap:fin")) == avant + 4
    assert len(banc.facade.connexions) == ouvertes and banc.boites.messages(ALIX, "Drafts") == []


@pytest.mark.parametrize("marge", [0, 2**20])
def test_matricule_reel_dans_un_append(tmp_path: Path, marge: int) -> None:
    """Un matricule de production dans une pièce en base64 arrête la campagne avant d'être écrit."""
    reel = b"255069999999934^^^&1.2.250.1.213.1.4.8&ISO^NH" + bytes(marge)
    cache = encodebytes(reel).replace(b"\n", b"\r\n")
    octets = b"Content-Transfer-Encoding: base64\r\nContent-Type: text/xml\r\n\r\n" + cache
    with banc_imap(tmp_path) as banc, Fil(banc) as fil:
        fil.ecrire(b"a APPEND Drafts {%d+}\r\n%b\r\n" % (len(octets), octets))
        assert fil.ligne().startswith(b"* BYE")
        assert banc.boites.messages(ALIX, "Drafts") == []
        fichiers = [chemin for chemin in (tmp_path / "journal").rglob("*") if chemin.is_file()]
        assert fichiers and not any(cache[:76] in fichier.read_bytes() for fichier in fichiers)


def test_sessions_tenues_ouvertes(banc: BancImap) -> None:
    """Seize sessions en IDLE sont toutes prévenues ; parties sans rien dire, aucune ne reste suivie."""
    avant = len(banc.facade.connexions)
    with ExitStack() as pile:
        fils = [pile.enter_context(Fil(banc)) for _ in range(16)]
        for fil in fils:
            fil.dire("a SELECT INBOX")
            fil.dire("b IDLE")
        for fil in fils:
            while fil.ligne() != b"+ idling":
                pass
        assert len(banc.facade.connexions) == avant + 16
        banc.deposer(message("pour tous"))
        assert all(fil.ligne() == b"* 1 EXISTS" for fil in fils)
        depuis = banc.journal.position()
    finies: set[str] = set()
    while len(finies) < 16:
        fin = banc.journal.attendre(
            lambda e: e.operation == "imap:fin" and e.notes["connexion"] not in finies,
            depuis=depuis,
            delai=10,
            service="mssante",
        )
        assert fin is not None
        finies.add(fin.notes["connexion"])
    assert len(banc.facade.connexions) == avant
    dossier = banc.boites.boite(ALIX).dossier("INBOX")
    assert not dossier.vues and not dossier.changements
