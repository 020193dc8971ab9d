"""`python -m tests.mutations` : sème des fautes dans les vérifications et compte celles qu'aucun essai ne voit.

Long (compter les heures pour tout) : ni la suite d'essais ni l'intégration continue ne le jouent.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.mutations.bilan import compter, en_json, intervalle, lire_survivants, tableau
from tests.mutations.couverture import RACINE
from tests.mutations.essai import Issue
from tests.mutations.fil import noter, reprendre
from tests.mutations.seance import ESSAIS, Resultat, Seance, fichier_de
from tests.mutations.tirage import tirer, tirer_parmi_tous

_PAQUET = "steps.verifications"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 : tout mutant est pris ou examiné ; 1 : des survivants restent à examiner ; autre : pytest n'a pas pu."""
    options = _analyser(arguments)
    modules = _modules(options.module)
    if options.tirage is None:
        tires = tirer(modules, options.echantillon, options.graine, options.genre)
    else:
        tires = tirer_parmi_tous(modules, options.tirage, options.graine, options.genre)
    if options.lister:
        for mutant in tires:
            print(f"{mutant.module}:{mutant.ligne} {mutant.genre} : {mutant.avant} → {mutant.apres}")
        return 0
    raisons = lire_survivants()
    racines = options.essais or ESSAIS
    connus = reprendre(options.fil, tires, rejouer=options.rejouer) if options.fil else {}
    restent = [mutant for mutant in tires if mutant.cle not in connus]

    def suivre(rang: int, resultat: Resultat) -> None:
        mutant = resultat.mutant
        if options.fil:
            noter(options.fil, resultat)
        if not resultat.issue.pris and mutant.cle not in raisons:
            lieu = fichier_de(mutant.module).relative_to(RACINE)
            print(
                f"{lieu}:{mutant.ligne} {resultat.issue.value} ({resultat.essais} essais) "
                f"{mutant.genre} : {mutant.avant} → {mutant.apres}",
                flush=True,
            )
        if (rang + 1) % 100 == 0:
            print(f"  … {rang + 1} mutants sur {len(restent)}", flush=True)

    code = 0
    if restent:
        with tempfile.TemporaryDirectory(prefix="mutations-") as dossier:
            seance = Seance(restent, options.carte, suivre, lambda texte: print(texte, flush=True))
            code = pytest.main(
                [
                    *(str(RACINE / racine) for racine in racines),
                    f"--rootdir={RACINE}",
                    f"--basetemp={dossier}/essais",
                    *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:allure_pytest"),
                    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
                ],
                plugins=[seance],
            )
        connus |= {resultat.mutant.cle: resultat for resultat in seance.resultats}
    resultats = [connus[mutant.cle] for mutant in tires if mutant.cle in connus]
    tirage = {
        "modules": options.module or [_PAQUET],
        "echantillon": options.echantillon,
        "tirage": options.tirage,
        "graine": options.graine,
        "essais": list(racines),
    }
    comptes = compter(resultats, raisons)
    print(tableau(comptes))
    if options.tirage is not None:
        bas, haut = intervalle(comptes)
        print(
            f"Intervalle de confiance à 95 % (Wilson) : {bas:.1f} % à {haut:.1f} %, sur {len(resultats)} mutants tirés."
        )
    if options.json:
        options.json.write_text(en_json(resultats, raisons, tirage) + "\n", encoding="utf-8")
    if len(resultats) < len(tires):
        return int(code) or 3
    survivants = [r for r in resultats if not r.issue.pris and r.issue is not Issue.INGREFFABLE]
    return int(any(r.mutant.cle not in raisons for r in survivants))


def _modules(demandes: Sequence[str] | None) -> list[str]:
    racine = RACINE / Path(*_PAQUET.split("."))
    tous = sorted(
        ".".join(fichier.relative_to(RACINE).with_suffix("").parts).removesuffix(".__init__")
        for fichier in racine.rglob("*.py")
    )
    if not demandes:
        return tous
    voulus = [demande if demande.startswith(_PAQUET) else f"{_PAQUET}.{demande}" for demande in demandes]
    return [module for module in tous if any(module == v or module.startswith(f"{v}.") for v in voulus)]


def _analyser(arguments: Sequence[str] | None) -> argparse.Namespace:
    analyseur = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    analyseur.add_argument("--module", action="append", help="module ou paquet (« cda », « psc.alea ») ; répétable")
    nombre = analyseur.add_mutually_exclusive_group()
    nombre.add_argument("--echantillon", type=int, metavar="N", help="N mutants au plus par module, tirés au sort")
    nombre.add_argument(
        "--tirage",
        type=int,
        metavar="N",
        help="N mutants tirés au sort parmi tous, et l'intervalle de confiance du score",
    )
    analyseur.add_argument("--graine", type=int, default=1, help="graine du tirage (1 par défaut)")
    analyseur.add_argument("--genre", action="append", default=[], help="ce genre de faute seulement ; répétable")
    analyseur.add_argument(
        "--essais", action="append", metavar="CHEMIN", help="ces essais seulement (par défaut ceux des vérifications)"
    )
    analyseur.add_argument("--json", type=Path, metavar="FICHIER", help="écrit chaque mutant et son sort")
    analyseur.add_argument(
        "--fil", type=Path, metavar="FICHIER", help="un résultat par ligne, au fil de l'eau ; s'y reprend"
    )
    analyseur.add_argument("--rejouer", action="store_true", help="rejoue ceux du fil que nul essai n'avait pris")
    analyseur.add_argument("--lister", action="store_true", help="dit les mutants tirés, sans les jouer")
    analyseur.add_argument(
        "--carte",
        type=Path,
        default=RACINE / ".pytest_cache" / "mutations.json",
        help="où garder la couverture relevée (refaite si un essai ou une vérification a changé)",
    )
    return analyseur.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
