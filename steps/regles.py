"""`python -m steps regles` : chaque règle, sa source, sa confiance, un exemple suivi et un exemple enfreint."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import steps.verifications
from reports.texte import pluriel
from steps.verifications.registre import REGISTRE, REGLES

EXEMPLES = Path(steps.verifications.__path__[0]) / "exemples.json"
"""Exemples relevés pendant les essais (tests/exemples.py)."""


def charger_les_regles() -> None:
    """Importe toutes les vérifications, pour que le registre soit complet."""
    for module in pkgutil.walk_packages(steps.verifications.__path__, "steps.verifications."):
        importlib.import_module(module.name)


def lire_exemples() -> dict[str, dict[str, dict[str, str]]]:
    """Par code de règle : `suivie` (recu, ou) et `enfreinte` (message, attendu, recu, ou)."""
    contenu: dict[str, dict[str, dict[str, str]]] = json.loads(EXEMPLES.read_text(encoding="utf-8"))
    return contenu


def lister(prefixe: str = "") -> list[dict[str, Any]]:
    """Les règles dont le code commence par `prefixe`, par code."""
    charger_les_regles()
    exemples = lire_exemples()
    par_regle: dict[str, list[str]] = {code: [] for code in REGLES}
    for nom, verification in REGISTRE.items():
        for regle in verification.regles:
            par_regle[regle.code].append(nom)
    return [
        {
            "code": regle.code,
            "titre": regle.titre,
            "source": regle.source,
            "confiance": regle.confiance.value,
            "a_faire": regle.a_faire,
            "verifications": par_regle[regle.code],
            "exemple": exemples.get(regle.code, {}),
        }
        for regle in sorted(REGLES.values(), key=lambda regle: regle.code)
        if regle.code.startswith(prefixe.upper())
    ]


def montrer(options: argparse.Namespace) -> int:
    """La commande : texte ou JSON sur la sortie standard."""
    lignes = lister(options.code)
    if options.json:
        print(json.dumps(lignes, ensure_ascii=False, indent=2))
        return 0
    for ligne in lignes:
        print(f"{ligne['code']:<22} {ligne['titre']}\n{'':<22} {ligne['source']} ({ligne['confiance']})")
        suivie, enfreinte = ligne["exemple"].get("suivie"), ligne["exemple"].get("enfreinte")
        if suivie:
            print(f"{'':<22} suivie, par exemple : {suivie['recu']}")
        if enfreinte:
            recu = f" ; attendu {enfreinte['attendu']}, reçu {enfreinte['recu']}" if "attendu" in enfreinte else ""
            print(f"{'':<22} enfreinte, par exemple : {enfreinte['message']}{recu}")
    print(pluriel(len(lignes), "règle"))
    return 0
