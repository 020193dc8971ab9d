"""Écriture de la matrice de couverture : Markdown pour le dépôt, CSV pour un tableur, JSON pour un programme."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence

from requirements.couverture import Couverture, LigneCouverture
from requirements.lectures import compter, en_lignes

COLONNES = (
    "Exigence",
    "Vague",
    "Section",
    "Profil",
    "Nature",
    "Scénario",
    "Titre",
    "Moyen",
    "Service",
    "Preuves",
    "Features",
    "Vérifications",
    "Défauts",
    "État",
    "Guidé",
    "Pourquoi pas la machine",
)


def en_markdown(couverture: Couverture) -> str:
    """La matrice telle qu'elle est versionnée : totaux, comptes par section, puis une table par section."""
    couloir = couverture.catalogue.couloir
    lignes = [
        f"# Couverture du REM {couloir.rem}",
        "",
        f"{couloir.titre}. Page produite par `python -m requirements couverture --couloir {couloir.couloir}` : "
        "ne pas la modifier à la main.",
        "",
        *_table(("Compte", "Nombre"), couverture.totaux.items()),
        "",
        "## Pourquoi pas la machine",
        "",
        *_non_jugees(couverture),
        "",
        *_supplements(couverture),
        "## Par section",
        "",
        *_table(
            ("Vague", "Section", "Exigences", "Scénarios", "Joués", "Jugés par la machine seule", "Guidés"),
            _par_section(couverture),
        ),
    ]
    for (vague, section), groupe in _groupes(couverture).items():
        lignes += ["", f"## Vague {vague}, {section} : {groupe[0].exigence.section}", ""]
        lignes += _table(
            ("Exigence", "Scénario", "Titre", "Moyen", "Preuves", "Features", "Vérifications", "Défauts", "État"),
            (
                (
                    ligne.exigence.id,
                    ligne.scenario.id if ligne.scenario else "—",
                    ligne.scenario.titre if ligne.scenario else ligne.exigence.resume,
                    ligne.scenario.moyen.libelle if ligne.scenario else "—",
                    len(ligne.scenario.preuves) if ligne.scenario else 0,
                    "<br>".join(ligne.features),
                    " ".join(ligne.verifications),
                    " ".join(ligne.defauts),
                    ligne.etat,
                )
                for ligne in groupe
            ),
        )
    return "\n".join([*lignes, *_lectures(couverture)]) + "\n"


def _non_jugees(couverture: Couverture) -> list[str]:
    attendues = [ligne for ligne in couverture.lignes if ligne.attendue_de_la_machine]
    restantes = [ligne for ligne in attendues if ligne.scenario and not ligne.jugee_par_la_machine]
    return [
        f"Des {len(attendues)} scénarios de moyen réseau, fichier ou adaptateur, la machine juge seule "
        f"{len(attendues) - len(restantes)}. Voici les autres ; une étape citée est celle par laquelle la feature s'en "
        "remet à une personne.",
        "",
        *_table(
            ("Scénario", "Titre", "Moyen", "Pourquoi", "Étape qui reste à une personne"),
            (
                (
                    ligne.scenario.id,
                    ligne.scenario.titre,
                    ligne.scenario.moyen.libelle,
                    ligne.scenario.non_jugee,
                    "<br>".join(ligne.reserves),
                )
                for ligne in restantes
                if ligne.scenario
            ),
        ),
    ]


def _supplements(couverture: Couverture) -> list[str]:
    """Les scénarios du banc que le REM n'a pas ; rien pour un couloir sans supplément."""
    if not couverture.supplements:
        return []
    return [
        "## Scénarios du banc, en supplément",
        "",
        f"{len(couverture.supplements)} scénarios que le REM n'a pas, pour des exigences qu'il laisse sans scénario : "
        "joués avec `--supplements` ou par leur numéro, ils ne sont comptés nulle part ailleurs.",
        "",
        *_table(
            ("Exigence", "Scénario", "Titre", "Features", "Vérifications", "Défauts", "État"),
            (
                (
                    ligne.exigence.id,
                    ligne.scenario.id,
                    ligne.scenario.titre,
                    "<br>".join(ligne.features),
                    " ".join(ligne.verifications),
                    " ".join(ligne.defauts),
                    ligne.etat,
                )
                for ligne in couverture.supplements
                if ligne.scenario
            ),
        ),
        "",
    ]


def _lectures(couverture: Couverture) -> list[str]:
    """Les deux lectures de chaque scénario, et ce qui les sépare ; rien pour un couloir sans lectures."""
    if not couverture.lectures:
        return []
    lus = sum(len(lue.scenarios) for lue in couverture.lectures)
    return [
        "",
        "## Écarts de lecture",
        "",
        f"{lus} scénarios lus en deux passes par le même lecteur : l'une suit la feature jusqu'à ses vérifications, "
        "l'autre part du seul texte officiel.",
        "",
        *_table(("Écart", "Corrigés", "Laissés"), compter(couverture.lectures)),
        "",
        *_table(
            ("Scénarios", "Ce que le texte demande", "Ce que le banc joue et juge", "Écarts"),
            en_lignes(couverture.lectures),
        ),
    ]


def en_csv(couverture: Couverture) -> str:
    """La matrice à plat, séparée par des points-virgules comme l'attend un tableur français."""
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\n")
    ecrivain.writerow(COLONNES)
    for ligne in couverture.lignes:
        valeurs = _plate(ligne)
        ecrivain.writerow([" | ".join(valeur) if isinstance(valeur, list) else valeur for valeur in valeurs.values()])
    return sortie.getvalue()


def en_json(couverture: Couverture) -> str:
    """La matrice et ses totaux."""
    contenu = {
        "version": 1,
        "couloir": couverture.catalogue.couloir.couloir,
        "rem": couverture.catalogue.rem,
        "empreinte_catalogue": couverture.catalogue.empreinte,
        "totaux": couverture.totaux,
        "lignes": [_plate(ligne) for ligne in couverture.lignes],
    }
    return json.dumps(contenu, ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Couverture], str]] = {"markdown": en_markdown, "csv": en_csv, "json": en_json}


def _plate(ligne: LigneCouverture) -> dict[str, object]:
    exigence, scenario = ligne.exigence, ligne.scenario
    preuves = [preuve.repere for preuve in scenario.preuves] if scenario else []
    return dict(
        zip(
            COLONNES,
            (
                exigence.id,
                exigence.vague,
                exigence.id_section,
                exigence.profil,
                exigence.nature.value,
                scenario.id if scenario else "",
                scenario.titre if scenario else "",
                scenario.moyen.value if scenario else "",
                (scenario or exigence).service.value,
                preuves,
                list(ligne.features),
                list(ligne.verifications),
                list(ligne.defauts),
                ligne.etat,
                "oui" if ligne.guidee else "",
                scenario.non_jugee if scenario else "",
            ),
            strict=True,
        )
    )


def _groupes(couverture: Couverture) -> dict[tuple[int, str], list[LigneCouverture]]:
    groupes: dict[tuple[int, str], list[LigneCouverture]] = {}
    for ligne in couverture.lignes:
        groupes.setdefault((ligne.exigence.vague, ligne.exigence.id_section), []).append(ligne)
    return groupes


def _par_section(couverture: Couverture) -> list[tuple[object, ...]]:
    comptes: list[tuple[object, ...]] = []
    for (vague, section), groupe in _groupes(couverture).items():
        avec = [ligne for ligne in groupe if ligne.scenario is not None]
        comptes.append(
            (
                vague,
                section,
                len({ligne.exigence.id for ligne in groupe}),
                len(avec),
                sum(bool(ligne.features) for ligne in avec),
                sum(ligne.jugee_par_la_machine for ligne in avec),
                sum(ligne.guidee for ligne in avec),
            )
        )
    return comptes


def _table(entetes: Sequence[str], lignes: Iterable[Sequence[object]]) -> list[str]:
    rendu = ["| " + " | ".join(entetes) + " |", "|" + " --- |" * len(entetes)]
    rendu += ["| " + " | ".join(str(valeur).replace("|", "\\|") for valeur in ligne) + " |" for ligne in lignes]
    return rendu
