"""Aucun secret d'une campagne n'est écrit dans son dossier ; et l'essai saurait l'y trouver."""

from __future__ import annotations

import base64
import gzip
import json
import secrets
import shutil
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest

from tests.campagne import recolte
from tests.campagne.lancement import lire_json, mener
from tests.campagne.recherche import Chercheur

EXIGENCES = (
    "PSC.01.01", "PSC.01.03", "PSC.02", "DMP/PSC.01", "INS/PSC.01", "SSI/IAM.80", "SSI/IE.34", "SSI/IE.36", "SSI/IE.42",
    "SSI/IE.50", "INS/va1.20", "DMP/va1.01", "MSS/CONF.01", "MSS/CONF.03", "MSS/va1.04",
)  # fmt: skip
GENRES = {
    "access_token", "auth_req_id", "Basic", "Bearer", "client_secret", "code", "code_verifier", "id_token",
    "id_token_hint",
    "labo_session", "mot_de_passe", "__Host-psc-sso", "refresh_token", "subject_token", "XOAUTH2",
}  # fmt: skip
"""Ce qui doit être né, vu sur le fil, dans le navigateur de la personne ou dans les actions."""


@dataclass(frozen=True)
class Menee:
    """Une campagne achevée, ce qu'elle a dit, et les secrets qui y sont nés."""

    dossier: Path
    sortie: str
    secrets: dict[bytes, str]


@pytest.fixture(scope="module")
def menee(tmp_path_factory: pytest.TempPathFactory) -> Menee:
    """Quelques exigences de chaque service, sur le logiciel témoin, secrets recueillis à leur naissance."""
    base = tmp_path_factory.mktemp("secrets")
    (base / "tmp").mkdir()
    issue = mener(
        *("-p", "tests.campagne.recolte"),
        *(f"--exigence={exigence}" for exigence in EXIGENCES),
        "--volume=reduit",
        "--junit",
        f"--dossier={base / 'c'}",
        TMPDIR=str(base / "tmp"),
        delai=900,
        RECOLTE_SORTIE=str(base / "recolte.jsonl"),
    )
    assert issue.returncode in (0, 1), issue.stdout[-3000:]
    return Menee(base / "c", issue.stdout, recolte.relire(base / "recolte.jsonl"))


def test_aucun_secret_dans_le_dossier(menee: Menee) -> None:
    """Jetons, secrets de client, mots de passe, cookies, codes, vérifieurs, clés : rien, sous aucune forme."""
    fichiers = [f for f in menee.dossier.rglob("*") if f.is_file()]
    assert {f.suffix for f in fichiers} >= {".sqlite", ".json", ".html", ".xlsx", ".log", ".xml"}
    trouvees = Chercheur(menee.secrets).dans_le_dossier(menee.dossier)
    assert not trouvees, "\n".join(sorted({f"{t.origine} · {t.fichier} · {t.vue}" for t in trouvees})[:40])


def test_aucun_secret_au_terminal(menee: Menee) -> None:
    """Ce que la campagne affiche n'en porte pas non plus."""
    assert not Chercheur(menee.secrets).dans(menee.sortie.encode())


def test_tous_les_genres_recueillis(menee: Menee) -> None:
    """La récolte n'est pas vide : chaque genre de secret est né au moins une fois, vu sur le fil."""
    sources = Counter(source for origine in menee.secrets.values() for source in origine.split(" + "))
    genres = {source.rpartition(" ")[2] for source in sources}
    assert genres >= GENRES, sorted(GENRES - genres)
    debuts = Counter(source.split()[0] for source in sources.elements())
    assert min(debuts[nom] for nom in ("clé", "nombre", "PKCS#12", "déclaré", "navigateur", "masqué")) >= 8, debuts


def _html(dossier: Path, secret: str) -> None:
    rapport = dossier / "rapport.html"
    rapport.write_text(
        rapport.read_text(encoding="utf-8").replace("</body>", f"{quote(secret)}</body>"), encoding="utf-8"
    )


def _base(dossier: Path, secret: str) -> None:
    with closing(sqlite3.connect(dossier / "journal.sqlite")) as connexion, connexion:
        connexion.execute("CREATE TABLE IF NOT EXISTS oubli (valeur TEXT)")
        # Plus longue qu'une page : la lecture brute du fichier ne la verrait qu'en morceaux.
        connexion.execute("INSERT INTO oubli VALUES (?)", ("x" * 4070 + secret + "y" * 9000,))


def _classeur(dossier: Path, secret: str) -> None:
    classeur = openpyxl.load_workbook(dossier / "convergence.xlsx")
    classeur.worksheets[0].append([f"Bearer {secret}"])
    classeur.save(dossier / "convergence.xlsx")


def _journal_du_temoin(dossier: Path, secret: str) -> None:
    with (dossier / "temoin.log").open("a", encoding="utf-8") as journal:
        journal.write(json.dumps({"entetes": {"Authorization": f"Bearer {secret}"}}) + "\n")


def _allure(dossier: Path, secret: str) -> None:
    xoauth2 = base64.b64encode(f"user=a@b.mssante.fr\1auth=Bearer {secret}\1\1".encode())
    (dossier / "allure-results" / f"{len(secret)}-attachment.txt").write_bytes(b"C: AUTH XOAUTH2 " + xoauth2 + b"\r\n")


def _archive(dossier: Path, secret: str) -> None:
    with zipfile.ZipFile(dossier / "preuves" / f"{len(secret)}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dedans.gz", gzip.compress(b"{" + secret.encode().hex().encode() + b"}"))


def _courriel(dossier: Path, secret: str) -> None:
    """Pièce jointe en base64 repliée, dont le contenu porte lui-même du base64."""
    contenu = base64.encodebytes(b"0123456789" * 9 + base64.b64encode(b"ab" + secret.encode() + b"\n") + b"fin" * 30)
    (dossier / "preuves" / f"{len(secret)}.eml").write_bytes(contenu.replace(b"\n", b"\r\n"))


def _nom(dossier: Path, secret: str) -> None:
    (dossier / f"{secret[-99:]}.txt").touch()


@pytest.mark.parametrize("glisser", [_html, _base, _classeur, _journal_du_temoin, _allure, _archive, _courriel, _nom])
def test_un_secret_glisse_est_trouve(menee: Menee, tmp_path: Path, glisser: Callable[[Path, str], None]) -> None:
    """Un secret glissé exprès dans le vrai dossier est trouvé, qu'il soit court ou long ; un autre ne l'est pas."""
    for nom in ("rapport.html", "journal.sqlite", "convergence.xlsx", "temoin.log"):
        shutil.copyfile(menee.dossier / nom, tmp_path / nom)
    for nom in ("allure-results", "preuves"):
        (tmp_path / nom).mkdir()
    glisses = {secrets.token_urlsafe(longueur): f"glissé, {longueur}" for longueur in (9, 24, 300)}
    for secret in glisses:
        glisser(tmp_path, secret)
    cherches = {secret.encode(): origine for secret, origine in glisses.items()}
    trouvees = Chercheur(cherches | {secrets.token_bytes(40): "jamais écrit"}).dans_le_dossier(tmp_path)
    assert {t.origine for t in trouvees} == set(glisses.values())


def test_ce_que_la_recolte_sait_lire() -> None:
    """Secrets nommés dans un formulaire, du JSON, une commande de messagerie, des en-têtes ; pas un code métier."""
    lire, entete = recolte.lire_message, recolte.lire_entete
    formulaire = b"grant_type=authorization_code&code=c-abc%2Bdef&code_verifier=verif-1234&state=non"
    assert dict(lire(formulaire)) == {"code": b"c-abc+def", "code_verifier": b"verif-1234"}
    assert dict(lire(b'{"code": "INSI_01", "access_token": "a.b\\u00e9"}')) == {"access_token": "a.bé".encode()}
    xoauth2 = base64.b64encode(b"user=a@b.fr\1auth=Bearer jeton-d-acces-12345\1\1")
    assert ("XOAUTH2", b"jeton-d-acces-12345") in list(lire(b"a1 AUTHENTICATE XOAUTH2 " + xoauth2 + b"\r\n"))
    basic = base64.b64encode(b"client:secret%2Bclient").decode()
    assert ("Basic", b"secret+client") in list(entete("authorization", f"Basic {basic}"))
    assert list(entete("set-cookie", "SESSION=valeur; Path=/; HttpOnly")) == [("cookie SESSION", b"valeur")]
    assert list(entete("location", "https://lps/r?code=c-1&state=s")) == [("location code", b"c-1")]


def test_cles_de_la_campagne(menee: Menee) -> None:
    """Le dossier porte bien des preuves et des échanges : l'absence de secret n'est pas celle de tout contenu."""
    assert len(lire_json(menee.dossier / "verdicts.json")["scenarios"]) >= len(EXIGENCES)
    assert any((menee.dossier / "corps").rglob("*"))
