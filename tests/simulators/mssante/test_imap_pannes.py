"""Les pannes de l'accès IMAP : chacune se voit du client, se note au journal, et ne joue qu'une fois."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress

import pytest

from simulators.mssante.imap.pannes import PANNES_IMAP, demande_du_contenu
from tests.simulators.mssante.aides_imap import ALIX, BancImap, Fil, banc_imap, message


@pytest.fixture(scope="module")
def monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BancImap]:
    with banc_imap(tmp_path_factory.mktemp("pannes")) as banc:
        yield banc


@pytest.fixture
def banc(monte: BancImap) -> Iterator[BancImap]:
    """Deux messages dans la boîte, aucune panne."""
    monte.operateur.pannes.vider()
    monte.boites.vider()
    monte.deposer(message("un"))
    monte.deposer(message("deux", corps="x" * 1000))
    yield monte
    monte.operateur.pannes.vider()


@pytest.fixture
def fil(banc: BancImap) -> Iterator[Fil]:
    """Session ouverte sur INBOX."""
    with Fil(banc) as fil:
        fil.demander("s SELECT INBOX")
        yield fil


def _jouee(banc: BancImap, nom: str) -> bool:
    return any(e.panne == nom and e.notes["panne"] == nom for e in banc.echanges())


def test_uidvalidity_change(banc: BancImap, fil: Fil) -> None:
    """À la prochaine ouverture, UIDVALIDITY et UID sont neufs ; une session restée ouverte est congédiée."""
    banc.boites.supprimer(ALIX, 1)
    avant = banc.boites.boite(ALIX).dossier("INBOX").uidvalidity
    banc.operateur.pannes.armer("uidvalidity_change")
    with Fil(banc) as autre:
        ouverture = autre.demander("a SELECT INBOX")
        assert not any(b"[UIDVALIDITY %d]" % avant in ligne for ligne in ouverture)
        assert autre.demander("b FETCH 1 (UID)")[0] == b"* 1 FETCH (UID 1)"
        assert fil.demander("c NOOP")[0].startswith(b"* BYE")
    assert _jouee(banc, "uidvalidity_change")


def test_lecture_seule(banc: BancImap, fil: Fil) -> None:
    """Le dossier s'ouvre en lecture seule : rien ne s'y marque."""
    banc.operateur.pannes.armer("lecture_seule")
    assert fil.demander("a SELECT INBOX")[-1].startswith(b"a OK [READ-ONLY]")
    assert fil.demander(r"b STORE 1 +FLAGS (\Deleted)")[-1].startswith(b"b NO")
    fil.demander("c FETCH 1 BODY[]")
    assert banc.boites.messages(ALIX)[0].drapeaux == frozenset()
    assert fil.demander("d SELECT INBOX")[-1].startswith(b"d OK [READ-WRITE]")
    assert _jouee(banc, "lecture_seule")


def test_dossier_en_lecture_seule(banc: BancImap, fil: Fil) -> None:
    """Un dossier que l'opérateur protège : ni APPEND, ni drapeaux."""
    banc.boites.lecture_seule(ALIX, "Sent")
    fil.ecrire(b"a APPEND Sent {1+}\r\nx\r\n")
    assert fil.ligne().startswith(b"a NO [NOPERM]")
    assert fil.demander("b SELECT Sent")[-1].startswith(b"b OK [READ-ONLY]")


def test_message_disparu(banc: BancImap, fil: Fil) -> None:
    """Le message visé vient d'être effacé : UID FETCH ne rend rien, FETCH dit EXPUNGEISSUED ; la session continue."""
    banc.operateur.pannes.armer("message_disparu", fois=2)
    assert fil.demander("a UID FETCH 1 (FLAGS)")[0].startswith(b"* 1 FETCH")
    assert fil.demander("b UID FETCH 1 (BODY.PEEK[])") == [b"* 1 EXPUNGE", b"b OK UID FETCH completed"]
    assert fil.demander("c FETCH 1 (BODY.PEEK[])")[-1].startswith(b"c NO [EXPUNGEISSUED]")
    assert fil.demander("d NOOP") == [b"* 1 EXPUNGE", b"d OK NOOP completed"]
    assert _jouee(banc, "message_disparu")


def test_quota_depasse(banc: BancImap, fil: Fil) -> None:
    """APPEND et COPY : NO [OVERQUOTA]."""
    banc.operateur.pannes.armer("quota_depasse", fois=2)
    fil.ecrire(b"a APPEND Sent {1+}\r\nx\r\n")
    assert fil.ligne().startswith(b"a NO [OVERQUOTA]")
    assert fil.demander("b COPY 1 Sent")[-1].startswith(b"b NO [OVERQUOTA]")
    assert fil.demander("c COPY 1 Sent")[-1].startswith(b"c OK")
    assert _jouee(banc, "quota_depasse")


def test_bye(banc: BancImap, fil: Fil) -> None:
    """BYE en réponse à une commande, puis fermeture."""
    banc.operateur.pannes.armer("bye")
    assert fil.demander("a NOOP")[-1].startswith(b"a OK")
    fil.dire("b FETCH 1 FLAGS")
    assert fil.ligne().startswith(b"* BYE") and fil.ligne() == b""
    bye = next(e for e in banc.echanges() if e.panne == "bye")
    assert bye.reponse is not None and bye.reponse.statut == 421


def test_indisponible(banc: BancImap, fil: Fil) -> None:
    """NO [UNAVAILABLE], puis tout reprend."""
    banc.operateur.pannes.armer("indisponible")
    assert fil.demander("a FETCH 1 FLAGS") == [b"a NO [UNAVAILABLE] Temporarily unavailable, try again later"]
    assert fil.demander("b FETCH 1 FLAGS")[-1].startswith(b"b OK")
    assert _jouee(banc, "indisponible")


def test_litteral_enorme(banc: BancImap, fil: Fil) -> None:
    """Le littéral annoncé est démesuré et la connexion coupée : le client ne doit pas réserver la mémoire."""
    banc.operateur.pannes.armer("litteral_enorme")
    fil.dire("a FETCH 2 (BODY.PEEK[])")
    assert fil.ligne() == b"* 2 FETCH (BODY[] {4294967295}"
    assert fil.octets(10**6) == message("deux", corps="x" * 1000)
    assert [e.reponse for e in banc.echanges() if e.panne == "litteral_enorme"] == [None]


def test_coupure_dans_fetch(banc: BancImap, fil: Fil) -> None:
    """La réponse s'arrête au milieu ; les en-têtes seuls n'y sont pas sujets."""
    banc.operateur.pannes.armer("coupure_dans_fetch")
    assert fil.demander("a FETCH 2 (BODY.PEEK[HEADER])")[-1].startswith(b"a OK")
    fil.dire("b UID FETCH 2 (BODY.PEEK[])")
    recu = fil.octets(10**6)
    assert 300 < len(recu) < 1000 and recu.startswith(b"* 2 FETCH (UID 2 BODY[] {")
    assert [e.reponse for e in banc.echanges() if e.panne == "coupure_dans_fetch"] == [None]


def test_idle_muet(banc: BancImap, fil: Fil) -> None:
    """IDLE n'annonce rien ; la fin d'IDLE dit ce qui était arrivé."""
    banc.operateur.pannes.armer("idle_muet")
    fil.dire("a IDLE")
    assert fil.ligne() == b"+ idling"
    banc.deposer(message("trois"))
    fil.dire("DONE")
    assert fil.jusqu_a("a") == [b"* 3 EXISTS", b"* 3 RECENT", b"a OK IDLE terminated"]
    assert not banc.echanges("imap:poussee") and _jouee(banc, "idle_muet")


def test_pannes_communes(banc: BancImap) -> None:
    """Connexion refusée, STARTTLS absent, ordures, XOAUTH2 absent, jeton tenu pour expiré : en IMAP aussi."""
    armer = banc.operateur.pannes.armer
    armer("connexion_refusee", protocole="imap")
    with suppress(ConnectionError), Fil(banc, chiffrer=False) as fil:  # la coupure peut se voir dès la connexion
        assert fil.accueil == b""
    armer("starttls_absent", protocole="imap")
    with Fil(banc, chiffrer=False) as fil:
        assert b"STARTTLS" not in fil.accueil and fil.demander("a STARTTLS")[-1].startswith(b"a BAD")
    armer("starttls_ordures", protocole="imap")
    with Fil(banc, chiffrer=False) as fil:
        assert fil.demander("a STARTTLS")[-1].startswith(b"a OK")
        with pytest.raises(ssl.SSLError):
            banc.contexte().wrap_socket(fil.prise, server_hostname="localhost")
    armer("xoauth2_absent", protocole="imap")
    with Fil(banc, adresse=None) as fil:
        assert fil.demander("a CAPABILITY")[0].endswith(b"LOGINDISABLED")
    armer("jeton_expire", protocole="imap")
    with Fil(banc, adresse=None) as fil:
        fil.dire(b"a AUTHENTICATE XOAUTH2 " + b64encode(banc.chaine_xoauth2()))
        assert fil.ligne().startswith(b"+ ey")
        fil.dire("")
        assert fil.ligne().startswith(b"a NO [AUTHENTICATIONFAILED]")


@pytest.mark.parametrize("panne", ["certificat_expire", "certificat_autre_nom", "certificat_autre_autorite"])
def test_pannes_de_certificat(banc: BancImap, panne: str) -> None:
    """Le client prudent refuse ; la poignée refusée et la fin de connexion le disent."""
    depuis = banc.journal.position()
    banc.operateur.pannes.armer(panne, protocole="imap")
    with Fil(banc, chiffrer=False) as fil:
        assert fil.demander("a STARTTLS")[-1].startswith(b"a OK")
        with pytest.raises(ssl.SSLCertVerificationError):
            banc.contexte().wrap_socket(fil.prise, server_hostname="localhost")
    # La fin d'une connexion d'avant peut n'être notée que maintenant : seule celle d'une poignée manquée compte.
    fin = banc.journal.attendre(
        lambda e: e.operation == "imap:fin" and "poignee" in e.notes, depuis=depuis, delai=10, service="mssante"
    )
    assert fin is not None and fin.notes["poignee"] == "refusee"
    assert fin.notes["certificat_serveur"] == panne.removeprefix("certificat_")
    assert banc.journal.poignees_refusees("mssante", depuis=depuis)


def test_toutes_les_pannes_sont_essayees() -> None:
    """Une panne ajoutée demande son essai ici."""
    assert {panne.nom for panne in PANNES_IMAP} <= {nom.removeprefix("test_") for nom in globals()}


@pytest.mark.parametrize(
    ("arguments", "contenu"),
    [
        (b"1 BODY[]", True),
        (b"1 (UID BODY.PEEK[TEXT])", True),
        (b"1 rfc822", True),
        (b"1 BODY[1.2]", True),
        (b"1 BINARY.PEEK[1]", True),
        (b"1 RFC822.TEXT", True),
        (b"1 BODY.PEEK[HEADER]", False),
        (b"1 (RFC822.SIZE FLAGS)", False),
        (b"1 RFC822.HEADER", False),
        (b"1 BODYSTRUCTURE", False),
        (b"1 BODY", False),
    ],
)
def test_contenu_demande(arguments: bytes, contenu: bool) -> None:
    """Les pannes de contenu ne visent ni les en-têtes ni les métadonnées."""
    assert demande_du_contenu(arguments) is contenu
