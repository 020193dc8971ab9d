"""`python -m tests.defauts.publier [--verifier]` : écrit `docs/defauts.md` d'après la table."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from reports.defauts import TableDefauts, charger_defauts
from steps.regles import lister

PAGE = Path(__file__).resolve().parents[2] / "docs" / "defauts.md"
COMMANDE = "python -m tests.defauts.publier"


def rendre(table: TableDefauts, enonces: Mapping[str, str]) -> str:
    """La page entière, en Markdown ; `enonces` : ce que dit chaque règle, par code."""
    prises = table.par_regle
    return "\n".join(
        [
            "# Comment le banc montre qu'il sait échouer",
            "",
            f"Page produite par `{COMMANDE}` d'après `tests/defauts*.yaml` : ne pas la modifier à la main.",
            "",
            "Le logiciel témoin a une construction conforme et des défauts nommés. Chacun, activé seul, doit rendre",
            "non conformes les scénarios de sa ligne et aucun autre ; l'intégration continue le rejoue, avec d'autres",
            "que les mêmes scénarios montrent par d'autres règles quand le tour donne la réunion de leurs lignes.",
            "Une règle qu'aucun défaut ne prend en faute est à la fin, avec la raison ; ses exemples (un juste, un",
            "fautif) sont dans `python -m steps regles CODE`. La biologie joue toutes les features communes ; la table",
            "d'un autre couloir ne dit que ce qu'il a de plus, ou joue autrement.",
            "",
            "| Compte | Nombre |",
            "| --- | --- |",
            f"| défauts, tous couloirs (un défaut joué devant deux couloirs compte deux fois) | {len(table.defauts)} |",
            f"| règles qu'un défaut au moins prend en faute | {len(prises)} |",
            f"| règles sans défaut, avec leur raison | {len(table.sans_defaut)} |",
            f"| scénarios mis à l'épreuve | {len({s for d in table.defauts for s in d.scenarios})} |",
            "",
            *chain.from_iterable(_par_defaut(table, c) for c in dict.fromkeys(d.couloir for d in table.defauts)),
            "## Par règle",
            "",
            "| Règle | Énoncé | Défauts qui la prennent en faute |",
            "| --- | --- | --- |",
            *(
                _ligne(code, enonces.get(code, ""), _liste(dict.fromkeys(f"`{d.nom}`" for d in prises[code])))
                for code in sorted(prises)
            ),
            "",
            "## Règles sans défaut",
            "",
            "| Règle | Pourquoi |",
            "| --- | --- |",
            *(_ligne(code, raison) for code, raison in sorted(table.sans_defaut.items())),
            "",
        ]
    )


def _par_defaut(table: TableDefauts, couloir: str) -> list[str]:
    """La section d'un couloir : ses défauts, et ce que chacun rend non conforme."""
    siens = sorted((d for d in table.defauts if d.couloir == couloir), key=lambda d: d.nom)
    return [
        f"## Par défaut : {couloir} ({len(siens)})",
        "",
        "| Défaut | Ce que fait le logiciel | Scénarios non conformes | À vérifier | Règles |",
        "| --- | --- | --- | --- | --- |",
        *(_ligne(f"`{d.nom}`", d.description, *map(_liste, (d.scenarios, d.a_verifier, d.regles))) for d in siens),
        "",
    ]


def _ligne(*cellules: str) -> str:
    return f"| {' | '.join(' '.join(cellule.split()).replace('|', chr(92) + '|') for cellule in cellules)} |"


def _liste(elements: Iterable[str]) -> str:
    return ", ".join(elements)


def main(arguments: list[str]) -> int:
    """Écrit la page ; avec `--verifier`, dit seulement si elle est à jour (sortie 1 sinon)."""
    voulue = rendre(charger_defauts(), {regle["code"]: regle["titre"] for regle in lister()})
    if "--verifier" in arguments:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == voulue:
            return 0
        print(f"{PAGE.name} n'est plus à jour ; la refaire : {COMMANDE}")
        return 1
    PAGE.write_text(voulue, encoding="utf-8")
    print(f"{PAGE} écrit")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
