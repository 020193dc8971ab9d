"""Des clients que nous n'avons pas écrits lisent les boîtes : mbsync et curl ; sautés là où ils manquent."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators.mssante.aides_imap import ALIX, APPLICATIVE, BancImap, banc_imap, message


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BancImap]:
    with banc_imap(tmp_path_factory.mktemp("clients")) as banc:
        for rang in range(3):
            banc.deposer(message(f"message {rang}", X_MSS_NIL=f"DEV{rang}"))
        banc.deposer(message("envoyé"), dossier="Sent", drapeaux=(r"\Seen",))
        banc.deposer(message("applicatif"), APPLICATIVE)
        yield banc


def _executer(*commande: str, entree: str | None = None) -> subprocess.CompletedProcess[str]:
    if shutil.which(commande[0]) is None:
        pytest.skip(f"{commande[0]} n'est pas sur cette machine")
    return subprocess.run(commande, capture_output=True, text=True, timeout=60, check=False, input=entree)


def _curl(banc: BancImap, chemin: str, *suite: str, jeton: bool = True) -> subprocess.CompletedProcess[str]:
    bal = banc.operateur.etat.bal(ALIX)
    assert bal is not None
    identite = ("--user", ALIX, "--oauth2-bearer", banc.jetons.jeton_pour(bal)) if jeton else ()
    return _executer(
        "curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", str(banc.socle.igc.racines_pem),
        "--url", f"imap://localhost:{banc.port}/{chemin}", *identite, *suite,
    )  # fmt: skip


def test_curl_lit_un_message(banc: BancImap) -> None:
    """STARTTLS, XOAUTH2, SELECT, FETCH."""
    lu = _curl(banc, "INBOX;MAILINDEX=2")
    assert lu.returncode == 0, lu.stderr
    assert lu.stdout.replace("\r\n", "\n") == message("message 1", X_MSS_NIL="DEV1").decode().replace("\r\n", "\n")


def test_curl_cherche_et_liste(banc: BancImap) -> None:
    """SEARCH et LIST ; la forme initiale de SASL passe aussi."""
    assert _curl(banc, "INBOX", "-X", "SEARCH HEADER X-MSS-NIL DEV2").stdout.strip() == "* SEARCH 3"
    liste = _curl(banc, "", "--sasl-ir")
    assert liste.returncode == 0 and r'* LIST (\HasNoChildren \Sent) "/" Sent' in liste.stdout


def test_curl_depose(banc: BancImap, tmp_path: Path) -> None:
    """APPEND par littéral."""
    fichier = tmp_path / "brouillon.eml"
    fichier.write_bytes(message("brouillon de curl"))
    depose = _curl(banc, "Drafts", "-T", str(fichier))
    assert depose.returncode == 0, depose.stderr
    assert [m.octets for m in banc.boites.messages(ALIX, "Drafts")] == [message("brouillon de curl")]


def test_curl_bal_applicative(banc: BancImap) -> None:
    """Certificat d'organisation, puis PLAIN : le login est l'adresse de la BAL."""
    identifiants = banc.socle.igc.identifiants("org_auth_cli")
    lu = _curl(
        banc, "INBOX;MAILINDEX=1", "--cert", str(identifiants.chemin_pem), "--key", str(identifiants.chemin_cle),
        "--user", f"{APPLICATIVE}:peu-importe", "--login-options", "AUTH=PLAIN", jeton=False,
    )  # fmt: skip
    assert lu.returncode == 0 and "Subject: applicatif" in lu.stdout, lu.stderr


def test_mbsync_copie_une_boite(banc: BancImap, tmp_path: Path) -> None:
    """mbsync recopie INBOX et Sent dans un Maildir, puis rapporte les drapeaux posés localement."""
    bal = banc.operateur.etat.bal(ALIX)
    assert bal is not None
    (tmp_path / "mail").mkdir()
    reglage = tmp_path / "mbsyncrc"
    reglage.write_text(
        f"""
IMAPAccount banc
Host localhost
Port {banc.port}
User {ALIX}
PassCmd "printf %s '{banc.jetons.jeton_pour(bal)}'"
SSLType STARTTLS
CertificateFile {banc.socle.igc.racines_pem}
AuthMechs XOAUTH2

IMAPStore loin
Account banc

MaildirStore ici
Path {tmp_path}/mail/
Inbox {tmp_path}/mail/INBOX

Channel tout
Far :loin:
Near :ici:
Patterns INBOX Sent
Create Near
Sync All
SyncState *
""",
        encoding="utf-8",
    )
    copie = _executer("mbsync", "-c", str(reglage), "tout")
    if "XOAUTH2" in copie.stderr and "mechanism" in copie.stderr.lower():
        pytest.skip("mbsync est là, mais sans le greffon SASL XOAUTH2")
    assert copie.returncode == 0, copie.stderr
    copies = [f for f in (tmp_path / "mail").rglob("*") if f.is_file() and f.parent.name in ("new", "cur")]
    assert len(copies) == 4
    assert {f.read_bytes().count(b"Subject: ") for f in copies} == {1}
    recu = next(f for f in copies if b"Subject: message 0" in f.read_bytes())
    recu.rename(recu.parent.parent / "cur" / f"{recu.name.partition(':')[0]}:2,FS")
    retour = _executer("mbsync", "-c", str(reglage), "tout")
    assert retour.returncode == 0, retour.stderr
    assert banc.boites.messages(ALIX)[0].drapeaux == {r"\Flagged", r"\Seen"}
