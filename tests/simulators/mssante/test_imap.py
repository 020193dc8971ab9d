"""L'accès IMAP de l'opérateur, vu par imaplib."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulators.mssante.aides_imap import ALIX, BancImap, banc_imap, message


@pytest.fixture(scope="module")
def monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BancImap]:
    with banc_imap(tmp_path_factory.mktemp("imap")) as banc:
        yield banc


@pytest.fixture
def banc(monte: BancImap) -> Iterator[BancImap]:
    """Le même accès, boîtes vides et aucune panne."""
    monte.boites.vider()
    monte.operateur.pannes.vider()
    yield monte
    monte.fermer_clients()


def test_un_message_depose_se_lit(banc: BancImap) -> None:
    """Déposé par le banc, lu par imaplib après STARTTLS et XOAUTH2, octet pour octet ; le journal a tout."""
    octets = message("XDM/1.0/DDM+CR ETE ANNE")
    uid = banc.deposer(octets)
    client = banc.client()
    assert client.select("INBOX") == ("OK", [b"1"])
    statut, lus = client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    assert statut == "OK" and lus[0][1] == octets
    client.logout()
    verbes = [e.operation.removeprefix("imap:") for e in banc.echanges()]
    for verbe in ("connexion", "CAPABILITY", "STARTTLS", "AUTHENTICATE", "SELECT", "UID FETCH", "LOGOUT"):
        assert verbe in verbes, verbes
    lecture = banc.echanges("imap:UID FETCH")[0]
    assert lecture.reponse is not None and octets in lecture.reponse.corps.octets
    assert lecture.notes["bal"] == ALIX and lecture.notes["uids"] == str(uid) and lecture.tls is not None
