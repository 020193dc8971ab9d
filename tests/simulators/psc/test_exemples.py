"""Chaque point d'accès répond à ses propres exemples."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from simulators.psc.point import points_acces
from tests.simulators.psc.parcours import RETOUR, SORTIE, Essai

RACINE = Path(__file__).parents[3] / "simulators" / "psc" / "endpoints"
EXEMPLES = sorted(RACINE.glob("*/exemples/*/*.http"))
_NOM = re.compile(r"\{([a-z_]+)\}")


def _valeurs(psc: Essai) -> dict[str, Callable[[], str]]:
    """Ce que les exemples ne peuvent pas porter d'avance."""
    return {
        "client": lambda: psc.client_id,
        "secret": lambda: psc.secret,
        "retour": lambda: quote(RETOUR, safe=""),
        "sortie": lambda: quote(SORTIE, safe=""),
        "basic": lambda: "Basic " + base64.b64encode(f"{psc.client_id}:{psc.secret}".encode()).decode(),
        "code": psc.code,
        "acces": lambda: psc.connecter().acces,
        "rafraichissement": lambda: psc.connecter().rafraichissement,
        "id_token": lambda: psc.connecter().id_token,
        "transaction": lambda: psc.ouvrir().headers["Location"].rpartition("/")[2],
    }


@pytest.mark.parametrize("chemin", EXEMPLES, ids=lambda chemin: f"{chemin.parts[-4]}/{chemin.stem}")
def test_exemple(chemin: Path, psc: Essai) -> None:
    """La réponse a le statut du début du nom ; un refus est expliqué, en JSON ou à l'écran."""
    possibles = _valeurs(psc)
    texte = chemin.read_text(encoding="utf-8")
    obtenues = {nom: possibles[nom]() for nom in sorted(set(_NOM.findall(texte)))}
    if "id_token" in obtenues or "acces" in obtenues:
        psc.navigateur.cookies.clear()
    tete, _, corps = _NOM.sub(lambda lu: obtenues[lu[1]], texte).partition("\n\n")
    premiere, *lignes = tete.strip().split("\n")
    methode, cible = premiere.split(" ", 1)
    port = next((p.port for p in points_acces() if p.operation == chemin.parts[-4]), "royaume")
    racine = psc.psc.contexte.url_wallet if port == "wallet" else psc.psc.contexte.issuer.partition("/auth")[0]
    recu = psc.navigateur.request(
        methode, racine + cible, headers=dict(ligne.split(": ", 1) for ligne in lignes),
        data=corps.strip().encode() or None, allow_redirects=False, timeout=20,
    )  # fmt: skip
    assert recu.status_code == int(chemin.stem.split("_")[0]), recu.text[:400]
    if chemin.parts[-2] == "invalides" and recu.status_code not in (404, 405):
        explique = recu.headers.get("Location", "") + recu.text
        assert re.search(r"error=\w+&|\"error\": \"|role=\"alert\"", explique), explique


def test_chaque_point_a_des_exemples() -> None:
    """Tout dossier de `endpoints/` est un point d'accès et porte des exemples valides et invalides."""
    dossiers = {chemin.name for chemin in RACINE.iterdir() if (chemin / "__init__.py").exists()}
    assert dossiers <= {point.operation for point in points_acces()}
    for sorte in ("valides", "invalides"):
        assert dossiers == {chemin.parts[-4] for chemin in EXEMPLES if chemin.parts[-2] == sorte}
