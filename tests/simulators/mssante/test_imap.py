"""L'accès IMAP de l'opérateur, vu par imaplib."""

from __future__ import annotations

import imaplib
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulators.mssante.etat import Bal
from simulators.socle.acteurs import PROFESSIONNELS
from tests.simulators.mssante.aides_imap import ALIX, APPLICATIVE, BancImap, Fil, banc_imap, message


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


def test_rien_avant_tls(banc: BancImap) -> None:
    """En clair : STARTTLS et LOGINDISABLED seulement ; toute identification est refusée, et le secret caché."""
    with Fil(banc, chiffrer=False) as fil:
        assert b"[CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED]" in fil.accueil
        assert fil.demander("a CAPABILITY")[0] == b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED"
        assert fil.demander("b LOGIN alix motdepasse-tres-secret")[0].startswith(b"b NO [PRIVACYREQUIRED]")
        assert fil.demander("c AUTHENTICATE XOAUTH2 dXNlcj1hbGl4AWF1dGg9QmVhcmVyIHNlY3JldAEB")[0].startswith(b"c NO")
        assert fil.demander("d SELECT INBOX")[0].startswith(b"d BAD")
        assert fil.demander("e ID NIL")[0].startswith(b"e BAD")
    ecrits = " ".join(e.requete.cible for e in banc.echanges())
    assert "motdepasse-tres-secret" not in ecrits and "dXNlcj1hbGl4" not in ecrits and "empreinte:" in ecrits


def test_identification_refusee_puis_acceptee(banc: BancImap) -> None:
    """Jeton faux : défi JSON, ligne vide, NO [AUTHENTICATIONFAILED] ; un bon jeton passe ensuite."""
    with Fil(banc, adresse=None) as fil:
        faux = b64encode(f"user={ALIX}\x01auth=Bearer nimporte.quoi.du.tout\x01\x01".encode())
        fil.dire("a AUTHENTICATE XOAUTH2")
        assert fil.ligne() == b"+ "
        fil.dire(faux)
        defi = fil.ligne()
        assert json.loads(b64decode(defi.removeprefix(b"+ ")))["status"] == "401"
        fil.dire("")
        assert fil.ligne().startswith(b"a NO [AUTHENTICATIONFAILED]")
        fil.dire(b"b AUTHENTICATE XOAUTH2 " + b64encode(banc.chaine_xoauth2()))
        assert fil.ligne().startswith(b"b OK [CAPABILITY IMAP4rev1")
    refusee, acceptee = banc.echanges("imap:AUTHENTICATE")[-2:]
    assert (refusee.reponse and refusee.reponse.statut, acceptee.reponse and acceptee.reponse.statut) == (500, 200)
    assert refusee.notes["initiale"] == "non" and acceptee.notes["initiale"] == "oui"
    assert acceptee.notes["mecanisme"] == "XOAUTH2" and acceptee.notes["bal"] == ALIX
    assert "nimporte" not in refusee.requete.cible and refusee.reponse and b"+ ey" in refusee.reponse.corps.octets


def test_jeton_d_un_autre(banc: BancImap) -> None:
    """Le jeton d'une autre personne n'ouvre pas la BAL."""
    autre = banc.operateur.etat.bal("morgane.analyste@labo.formation.mssante.fr")
    assert autre is not None
    chaine = f"user={ALIX}\x01auth=Bearer {banc.jetons.jeton_pour(autre)}\x01\x01".encode()
    client = banc.brut()
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.authenticate("XOAUTH2", lambda defi: chaine if not defi else b"")


def test_identification_abandonnee(banc: BancImap) -> None:
    """Un client qui annule, ou part au lieu de répondre au défi : la tentative est au journal."""
    with Fil(banc, adresse=None) as fil:
        fil.dire("a AUTHENTICATE XOAUTH2")
        assert fil.ligne() == b"+ "
        fil.dire("*")
        assert fil.ligne().startswith(b"a BAD")
        fil.dire("b AUTHENTICATE XOAUTH2 pas-du-base64")
        assert fil.ligne().startswith(b"b BAD")
        assert fil.demander("c AUTHENTICATE OAUTHBEARER")[-1].startswith(b"c NO [CANNOT]")
        fil.dire("d AUTHENTICATE XOAUTH2")
        assert fil.ligne() == b"+ "
        depuis = banc.journal.position()
    partie = banc.journal.attendre(
        lambda e: e.operation == "imap:AUTHENTICATE", depuis=depuis, delai=10, service="mssante"
    )
    assert partie is not None and partie.reponse is None


def test_bal_applicative_par_certificat(banc: BancImap) -> None:
    """PLAIN n'est offert que sous un certificat d'organisation, et n'ouvre qu'une BAL applicative."""
    banc.deposer(message("pour la BAL applicative"), APPLICATIVE)
    sans = banc.brut()
    assert "AUTH=PLAIN" not in sans.capabilities and "AUTH=XOAUTH2" in sans.capabilities
    avec = banc.brut("org_auth_cli")
    assert "AUTH=PLAIN" in avec.capabilities
    avec.authenticate("PLAIN", lambda defi: f"\0{APPLICATIVE}\0peu-importe".encode())
    assert avec.select("INBOX")[1] == [b"1"]
    personnel = banc.brut("org_auth_cli")
    with pytest.raises(imaplib.IMAP4.error):
        personnel.authenticate("PLAIN", lambda defi: f"\0{ALIX}\0peu-importe".encode())
    carte = banc.brut("cps_auth_1")
    assert "AUTH=PLAIN" not in carte.capabilities


def test_cinq_echecs_ferment(banc: BancImap) -> None:
    """Trop d'échecs d'identification : BYE."""
    with Fil(banc, adresse=None) as fil:
        faux = b64encode(f"user={ALIX}\x01auth=Bearer nimporte.quoi.du.tout\x01\x01".encode())
        for _ in range(5):
            fil.dire(b"a AUTHENTICATE XOAUTH2 " + faux)
            fil.ligne()
            fil.dire("")
            assert fil.ligne().startswith(b"a NO")
        assert fil.ligne().startswith(b"* BYE")
        assert fil.ligne() == b""


def test_gestion_des_messages(banc: BancImap) -> None:
    """APPEND, SEARCH, STORE, COPY, MOVE et EXPUNGE par imaplib."""
    for rang in range(4):
        banc.deposer(message(f"message {rang}"))
    client = banc.client()
    statut, _ = client.append("Sent", r"(\Seen)", imaplib.Time2Internaldate(0), message("envoyé"))
    assert statut == "OK"
    client.select("INBOX")
    assert client.search(None, "SUBJECT", '"message 2"')[1] == [b"3"]
    assert client.store("1", "+FLAGS", r"(\Deleted)")[0] == "OK"
    assert client.copy("2", "Trash")[0] == "OK"
    assert client.uid("MOVE", "3", "Sent")[0] == "OK"
    assert client.expunge()[1] == [b"3", b"1"]  # le premier est celui de MOVE
    assert [m.octets for m in banc.boites.messages(ALIX, "Trash")] == [message("message 1")]
    envoyes = banc.boites.messages(ALIX, "Sent")
    assert [m.octets for m in envoyes] == [message("envoyé"), message("message 2")]
    assert r"\Seen" in envoyes[0].drapeaux and envoyes[0].date.year == 1970
    assert [m.uid for m in banc.boites.messages(ALIX)] == [2, 4]
    ajout = banc.echanges("imap:APPEND")[-1]
    assert ajout.requete.corps.octets == message("envoyé") and ajout.notes["vers"] == "Sent"


def test_idle_annonce_ce_qui_arrive_d_un_autre_fil(banc: BancImap) -> None:
    """Un dépôt fait par un autre fil que la boucle réveille IDLE ; la poussée est au journal avant de partir."""
    with Fil(banc) as fil:
        fil.demander("a SELECT INBOX")
        fil.dire("b IDLE")
        assert fil.ligne() == b"+ idling"
        fils = [threading.Thread(target=banc.deposer, args=(message(f"arrivé {rang}"),)) for rang in range(5)]
        for depot in fils:
            depot.start()
        while fil.ligne() != b"* 5 EXISTS":
            pass
        assert fil.ligne() == b"* 5 RECENT"
        assert any(e.reponse and b"* 5 EXISTS" in e.reponse.corps.octets for e in banc.echanges("imap:poussee"))
        for depot in fils:
            depot.join()
        banc.boites.supprimer(ALIX, 2)
        assert fil.ligne() == b"* 2 EXPUNGE"
        fil.dire("done")
        assert fil.ligne() == b"b OK IDLE terminated"
        assert fil.demander("c NOOP") == [b"c OK NOOP completed"]
    assert banc.echanges("imap:IDLE") and banc.echanges("imap:DONE")


def test_numeros_stables_pendant_fetch(banc: BancImap) -> None:
    """Un message effacé ailleurs garde son rang jusqu'à une commande où les rangs peuvent bouger."""
    for rang in range(3):
        banc.deposer(message(f"m{rang}"))
    with Fil(banc) as fil:
        fil.demander("a SELECT INBOX")
        banc.boites.supprimer(ALIX, 1)
        banc.deposer(message("m3"))
        lignes = fil.demander("b FETCH 2 (UID)")
        assert lignes == [b"* 2 FETCH (UID 2)", b"* 4 EXISTS", b"* 4 RECENT", b"b OK FETCH completed"]
        assert fil.demander("c COPY 1 Sent") == [b"* 1 EXPUNGE", b"c NO [EXPUNGEISSUED] Some messages were expunged"]
        assert fil.demander("d FETCH 1:* (UID)")[:3] == [
            b"* 1 FETCH (UID 2)",
            b"* 2 FETCH (UID 3)",
            b"* 3 FETCH (UID 4)",
        ]


def test_deux_sessions_se_voient(banc: BancImap) -> None:
    """Les drapeaux posés par l'une sont annoncés à l'autre, sauf à celle qui les pose en silence."""
    banc.deposer(message())
    with Fil(banc) as une, Fil(banc) as autre:
        une.demander("a SELECT INBOX")
        autre.demander("a SELECT INBOX")
        assert une.demander(r"b STORE 1 +FLAGS.SILENT (\Flagged)") == [b"b OK STORE completed"]
        assert autre.demander("b NOOP") == [b"* 1 FETCH (UID 1 FLAGS (\\Flagged))", b"b OK NOOP completed"]
        une.demander(r"c STORE 1 +FLAGS.SILENT (\Deleted)")
        assert une.demander("d CLOSE") == [b"d OK CLOSE completed"]
        assert autre.demander("c NOOP") == [b"* 1 EXPUNGE", b"c OK NOOP completed"]


def test_dossiers(banc: BancImap) -> None:
    """LIST avec usages, création à plusieurs niveaux en UTF-7 modifié, renommage, abonnements, effacement."""
    with Fil(banc) as fil:
        assert fil.demander('a LIST "" "%"')[:-1] == [
            b'* LIST (\\HasNoChildren) "/" INBOX',
            b'* LIST (\\HasNoChildren \\Drafts) "/" Drafts',
            b'* LIST (\\HasNoChildren \\Sent) "/" Sent',
            b'* LIST (\\HasNoChildren \\Trash) "/" Trash',
        ]
        assert fil.demander("b CREATE R&AOk-sultats/2026/")[-1].startswith(b"b OK")
        assert banc.boites.boite(ALIX).dossiers.keys() >= {"Résultats", "Résultats/2026"}
        assert fil.demander('c LIST "R&AOk-sultats/" "*"')[0] == b'* LIST (\\HasNoChildren) "/" R&AOk-sultats/2026'
        assert fil.demander("d CREATE R&AOk-sultats")[-1].startswith(b"d NO [ALREADYEXISTS]")
        assert fil.demander("e DELETE R&AOk-sultats")[-1].startswith(b"e NO [HASCHILDREN]")
        assert fil.demander("f RENAME R&AOk-sultats Archives")[-1].startswith(b"f OK")
        assert fil.demander("g DELETE Archives/2026")[-1].startswith(b"g OK")
        assert fil.demander("h SELECT Archives/2026")[-1].startswith(b"h NO [NONEXISTENT]")
        assert fil.demander("i DELETE inbox")[-1].startswith(b"i NO")
        assert fil.demander("j SUBSCRIBE Archives")[-1].startswith(b"j OK")
        assert b'* LSUB () "/" Archives' in fil.demander('k LSUB "" "*"')
        assert fil.demander('l LIST (SUBSCRIBED) "" "A*" RETURN (CHILDREN)')[0] == (
            b'* LIST (\\HasNoChildren \\Subscribed) "/" Archives'
        )
        assert fil.demander("m CREATE R\xe9s".encode("latin-1"))[-1].startswith(b"m BAD")
        assert fil.demander("n CREATE &AOk")[-1].startswith(b"n NO [CANNOT]")
        assert fil.demander('o LIST "" ""')[0] == b'* LIST (\\Noselect) "/" ""'


def test_renommer_inbox_deplace_ses_messages(banc: BancImap) -> None:
    """INBOX renommée reste là, vide."""
    banc.deposer(message())
    with Fil(banc) as fil:
        fil.demander("a RENAME INBOX Vieux")
    assert not banc.boites.messages(ALIX) and len(banc.boites.messages(ALIX, "Vieux")) == 1


def test_quota(banc: BancImap) -> None:
    """QUOTA dit la place ; APPEND et COPY au-delà sont refusés, le dépôt du banc jamais."""
    bal = Bal("petite@labo.formation.mssante.fr", "PER", rpps=PROFESSIONNELS[0].rpps, quota=4096)
    banc.operateur.etat.ajouter_bal(bal)
    banc.deposer(message(corps="x" * 3000), bal.adresse)
    with Fil(banc, adresse=bal.adresse) as fil:
        assert fil.demander("a GETQUOTAROOT INBOX")[:2] == [b"* QUOTAROOT INBOX BAL", b"* QUOTA BAL (STORAGE 4 4)"]
        octets = message(corps="y" * 1000)
        fil.ecrire(b"b APPEND Drafts {%d+}\r\n%b\r\n" % (len(octets), octets))
        assert fil.ligne().startswith(b"b NO [OVERQUOTA]")
        fil.demander("c SELECT INBOX")
        assert fil.demander("d COPY 1 Sent")[-1].startswith(b"d NO [OVERQUOTA]")
        assert fil.demander("e MOVE 1 Sent")[-1].startswith(b"e OK")
        assert fil.demander("f SETQUOTA BAL (STORAGE 1)")[-1].startswith(b"f NO")


def test_imap4rev2(banc: BancImap) -> None:
    """ENABLE IMAP4rev2 : ESEARCH d'office, plus de RECENT, noms en UTF-8, LIST dans SELECT."""
    banc.deposer(message())
    with Fil(banc) as fil:
        assert fil.demander("a ENABLE IMAP4rev2 CONDSTORE") == [b"* ENABLED IMAP4rev2", b"a OK ENABLE completed"]
        fil.demander('b CREATE "Résultats"')
        assert b'* LIST (\\HasNoChildren) "/" "R\xc3\xa9sultats"' in fil.demander('c LIST "" *')
        ouverture = fil.demander("d SELECT INBOX")
        assert b'* LIST () "/" INBOX' in ouverture and not any(b"RECENT" in ligne for ligne in ouverture)
        assert fil.demander("e SEARCH ALL")[0] == b'* ESEARCH (TAG "e") ALL 1'
        assert fil.demander("f FETCH 1 FLAGS")[0] == b"* 1 FETCH (FLAGS ())"
        assert fil.demander("g ENABLE IMAP4rev2")[-1].startswith(b"g BAD")
    assert "Résultats" in banc.boites.boite(ALIX).dossiers


def test_recherches(banc: BancImap) -> None:
    """Critères de date, taille, en-tête, texte décodé, drapeaux, combinaisons, résultat gardé."""
    codee = "=?utf-8?q?r=C3=A9sultat_d=27ana?="
    banc.deposer(message(codee, X_MSS_NIL="DEV1"), date=datetime(2026, 1, 5, tzinfo=UTC))
    banc.deposer(message("autre", "corps à chercher\r\n" + "x" * 3000), drapeaux=(r"\Seen", "Urgent"))
    banc.deposer(message("troisième", Date="Mon, 02 Mar 2026 23:30:00 -0500"))
    with Fil(banc) as fil:
        fil.demander("a SELECT INBOX")

        def cherche(criteres: str) -> str:
            lignes = fil.demander(f"s SEARCH {criteres}")
            assert lignes[-1].startswith(b"s OK"), lignes
            return lignes[0].removeprefix(b"* SEARCH").decode().strip()

        assert cherche('SUBJECT "RÉSULTAT d\'ANA"') == "1"
        assert cherche("HEADER X-MSS-NIL DEV1") == "1"
        assert cherche('HEADER X-MSS-NIL ""') == "1"
        assert cherche("BEFORE 1-Feb-2026") == "1" and cherche("SINCE 1-Feb-2026") == "2 3"
        assert cherche("SENTON 2-Mar-2026") == "3"
        assert cherche("LARGER 3000") == "2" and cherche("SMALLER 3000") == "1 3"
        assert cherche('BODY "à chercher"') == "2"
        assert cherche("KEYWORD urgent") == "2" and cherche("UNKEYWORD urgent") == "1 3"
        assert cherche("OR SEEN SUBJECT troisi NOT LARGER 3000") == "3"
        assert cherche("(NOT SEEN) UID 2:*") == "3"
        assert cherche("FROM ana TO alix 1:2") == "1 2"
        assert cherche("NEW") == "1 3" and cherche("OLD") == ""
        assert fil.demander("b SEARCH RETURN (SAVE) SEEN") == [b"b OK SEARCH completed"]
        assert fil.demander("c FETCH $ (UID)")[0] == b"* 2 FETCH (UID 2)"
        assert fil.demander("d UID SEARCH RETURN (MIN COUNT) NOT $")[0] == b'* ESEARCH (TAG "d") UID MIN 1 COUNT 2'


def test_arret_pendant_une_session(tmp_path: Path) -> None:
    """L'arrêt du banc ferme les sessions ouvertes, et le journal garde leur fin."""
    with banc_imap(tmp_path) as banc:
        with Fil(banc) as fil:
            fil.demander("a SELECT INBOX")
            fil.dire("b IDLE")
            fil.ligne()
            banc.socle.serveur.arreter()
            assert fil.ligne().startswith(b"* BYE")
        assert len(banc.echanges("imap:fin")) == 1


def test_inactivite(tmp_path: Path) -> None:
    """Sans commande, la session finit par BYE."""
    with banc_imap(tmp_path, inactivite=0.2) as banc, Fil(banc) as fil:
        assert fil.ligne().startswith(b"* BYE [UNAVAILABLE]")
        assert fil.ligne() == b""
