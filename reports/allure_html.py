"""Rend `allure-results/` en une page HTML avec Allure 3 (Node), sans mesure d'audience ni adresse appelée."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from reports.fichiers import dossier_de_cache, ecrire_atomique

VERSION_ALLURE = "3.18.0"
"""Version d'Allure installée par npm quand aucune n'est présente."""

_DELAI_INSTALLATION_S = 600
_DELAI_RENDU_S = 600

# Allure 3 écrit toujours un script de mesure d'audience (allure3#476).
_BALISE_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script\s*>", re.DOTALL | re.IGNORECASE)
_AUDIENCE = re.compile(r"googletagmanager|google-analytics|\bgtag\s*\(|dataLayer", re.IGNORECASE)
_LANGUE = re.compile(r"<html\b[^>]*>", re.IGNORECASE)
_TETE = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_POLITIQUE = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src data: blob: 'unsafe-inline' 'unsafe-eval'; form-action 'none'\">"
)
# Ce qu'un navigateur irait chercher ou appeler seul ; un lien que l'on clique, ou un espace de noms, n'en est pas.
_ADRESSES = (
    re.compile(
        r"<(?:script|img|iframe|source|video|audio|embed|object|input)\b[^>]*?\s(?:src|data|srcset)\s*=\s*"
        r"[\"']?\s*(?P<adresse>(?:https?:)?//[^\"'\s>]+)",
        re.IGNORECASE,
    ),
    re.compile(r"<link\b[^>]*?\shref\s*=\s*[\"']?\s*(?P<adresse>(?:https?:)?//[^\"'\s>]+)", re.IGNORECASE),
    re.compile(r"(?:@import\s+|\burl\(\s*)[\"']?(?P<adresse>(?:https?:)?//[^\"'\s)]+)", re.IGNORECASE),
)


class AllureIndisponible(Exception):
    """Node ou Allure manquent, ou le rendu a échoué ; le message dit que faire."""


def rendre_allure(dossier_allure: Path, sortie: Path, titre: str) -> Path:
    """Rend les résultats en un seul fichier HTML, nettoyé et vérifié."""
    if not any(dossier_allure.glob("*-result.json")):
        raise AllureIndisponible(
            f"{dossier_allure} ne contient aucun résultat Allure. À faire : lancer d'abord "
            "« python -m reports generer »."
        )
    commande = _commande_allure()
    with tempfile.TemporaryDirectory(prefix="banc-sons-allure-", ignore_cleanup_errors=True) as travail:
        rendu = Path(travail) / "rendu"
        # Allure lit sa configuration dans le dossier courant : le sien, jamais celui de l'utilisateur.
        _executer(
            [*commande, "awesome", str(dossier_allure.resolve()), "--single-file", "--report-language", "fr",
             "--report-name", titre, "--output", str(rendu)],
            Path(travail),
            _DELAI_RENDU_S,
        )  # fmt: skip
        pages = sorted(rendu.rglob("index.html"))
        if not pages:
            raise AllureIndisponible("Allure n'a écrit aucune page index.html.")
        page = nettoyer(pages[0].read_text(encoding="utf-8"))
    return ecrire_atomique(sortie, page.encode())


def nettoyer(page: str) -> str:
    """Retire la mesure d'audience, annonce la langue, puis refuse une page qui appellerait encore l'extérieur."""
    page = _BALISE_SCRIPT.sub(lambda trouve: "" if _est_audience(trouve.group()) else trouve.group(), page)
    page = _LANGUE.sub(_en_francais, page, count=1)
    # Le navigateur lui-même refuse alors tout appel vers l'extérieur, y compris depuis le programme d'Allure.
    page = _TETE.sub(lambda trouve: trouve.group() + _POLITIQUE, page, count=1)
    restes = adresses_exterieures(page)
    if restes:
        raise AllureIndisponible(
            "La page rendue par Allure appelle encore une adresse extérieure : "
            + ", ".join(restes[:5])
            + ". Elle n'a pas été gardée."
        )
    return page


def adresses_exterieures(page: str) -> list[str]:
    """Les adresses extérieures que la page ferait appeler en s'ouvrant, chacune une fois."""
    trouvees = {trouve["adresse"] for motif in _ADRESSES for trouve in motif.finditer(page)}
    trouvees |= {trouve.group() for trouve in re.finditer(r"https?://[^\"'\s]*googletagmanager[^\"'\s]*", page)}
    return sorted(trouvees)


def _est_audience(balise: str) -> bool:
    """Un petit script de mesure ; le programme d'Allure lui-même pèse des centaines de Ko."""
    return len(balise) < 4000 and _AUDIENCE.search(balise) is not None


def _en_francais(trouve: re.Match[str]) -> str:
    sans_langue = re.sub(r"\s+lang\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", "", trouve.group(), flags=re.IGNORECASE)
    return sans_langue[:5] + ' lang="fr"' + sans_langue[5:]


def _commande_allure() -> list[str]:
    if trouve := shutil.which("allure"):
        version = _executer([trouve, "--version"], Path.cwd(), 60)
        if version.strip().startswith("3."):
            return [trouve]
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise AllureIndisponible(
            "Le rendu HTML d'Allure demande Node.js (18 ou plus) et npm, absents de ce poste. "
            "À faire : installer Node.js, ou lire rapport.html, qui n'en a pas besoin."
        )
    racine = dossier_de_cache() / f"allure-{VERSION_ALLURE}"
    programme = racine / "node_modules" / "allure" / "cli.js"
    if not programme.is_file():
        racine.mkdir(parents=True, exist_ok=True)
        _executer(
            [npm, "install", "--prefix", str(racine), "--no-audit", "--no-fund", "--ignore-scripts",
             f"allure@{VERSION_ALLURE}"],
            racine,
            _DELAI_INSTALLATION_S,
        )  # fmt: skip
        if not programme.is_file():
            raise AllureIndisponible(f"npm a installé allure@{VERSION_ALLURE} sans {programme.name}.")
    return [node, str(programme)]


def _executer(commande: list[str], dossier: Path, delai: float) -> str:
    try:
        fini = subprocess.run(
            commande, cwd=dossier, capture_output=True, text=True, encoding="utf-8", errors="replace",
            timeout=delai, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as erreur:
        raise AllureIndisponible(f"« {Path(commande[0]).name} » n'a pas abouti : {erreur}") from erreur
    if fini.returncode != 0:
        fin = (fini.stderr or fini.stdout).strip()[-1500:]
        raise AllureIndisponible(f"« {Path(commande[0]).name} » a échoué (code {fini.returncode}) :\n{fin}")
    return fini.stdout


def titre_du_rapport(dossier: Path) -> str:
    """Le nom du rapport écrit dans `executor.json`, à défaut un nom neutre."""
    chemin = dossier / "executor.json"
    try:
        return str(json.loads(chemin.read_text(encoding="utf-8"))["reportName"])
    except (OSError, ValueError, KeyError):
        return "Conformité SONS"
