"""PDF/A-1 devant un corpus : ce que le banc prend et ce qu'il refuse à tort, section par section.

`python -m tests.controle.mesure_pdfa DOSSIER [--json]`, DOSSIER portant des PDF nommés comme ceux du corpus public de
veraPDF (« …6-1-2-t01-fail-a.pdf », « …-pass-a.pdf »). Un « fail » est pris s'il reçoit un constat non conforme ou à
vérifier ; un « pass » doit n'en recevoir aucun. Sortie 1 si un « pass » est refusé.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from reports.verdict import Verdict
from steps.verifications.pdf import verifier_pdf

_NOM = re.compile(r"(?P<section>\d+(?:-\d+)+)-t(?P<essai>\d+)-(?P<attendu>pass|fail)-", re.IGNORECASE)
_REFUS = (Verdict.NON_CONFORME, Verdict.A_VERIFIER)


def main() -> int:
    """Juge chaque fichier et rend 0 si aucun « pass » n'est refusé."""
    analyseur = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    analyseur.add_argument("dossier", type=Path)
    analyseur.add_argument("--json", action="store_true")
    options = analyseur.parse_args()
    comptes: dict[str, Counter[str]] = defaultdict(Counter)
    passes, refuses = [], []
    for chemin in sorted(options.dossier.rglob("*.pdf")):
        nom = _NOM.search(chemin.name)
        if nom is None:
            continue
        codes = sorted({c.code for c in verifier_pdf(chemin.read_bytes(), pdfa="exige") if c.verdict in _REFUS})
        section, attendu = nom["section"].replace("-", "."), nom["attendu"].lower()
        comptes[section][attendu if attendu == "pass" or codes else "manque"] += 1
        if attendu == "fail" and not codes:
            passes.append(chemin.name)
        if attendu == "pass" and codes:
            refuses.append((chemin.name, codes))
    if options.json:
        print(json.dumps({"sections": comptes, "passes": passes, "refuses": refuses}, ensure_ascii=False, indent=1))
        return 1 if refuses else 0
    for section in sorted(comptes, key=lambda s: [int(n) for n in s.split(".")]):
        c = comptes[section]
        print(f"{section:10} {c['fail']:3} pris sur {c['fail'] + c['manque']:3} ; {c['pass']:3} bons")
    total = sum(comptes.values(), Counter[str]())
    print(f"ensemble : {total['fail']} pris sur {total['fail'] + total['manque']}, "
          f"{len(refuses)} bons refusés sur {total['pass']}")  # fmt: skip
    for nom_manque in passes:
        print(f"manqué : {nom_manque}")
    for nom_refuse, codes in refuses:
        print(f"refusé à tort : {nom_refuse} : {', '.join(codes)}")
    return 1 if refuses else 0


if __name__ == "__main__":
    raise SystemExit(main())
