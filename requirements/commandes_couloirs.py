"""Les commandes qui écrivent un couloir de l'utilisateur : gabarit, et import d'un classeur d'un couloir non livré."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from requirements.erreurs import ErreurRequirements
from requirements.gabarit import ecrire_gabarit
from requirements.importation.nouveau import Demande, dossier_par_defaut, importer_nouveau

_REUSSITE = 0
_PROPRES = ("titre", "rem", "reprendre_socle", "type_logiciel")


class OptionsContradictoires(ErreurRequirements):
    """Des options qui ne vont pas ensemble."""


def refuser_sans_nouveau(arguments: Namespace) -> None:
    """Les options d'un couloir neuf n'ont pas de sens pour un couloir connu."""
    donnees = [f"--{nom.replace('_', '-')}" for nom in _PROPRES if getattr(arguments, nom)]
    if donnees:
        raise OptionsContradictoires(f"{', '.join(donnees)} : attendu avec --nouveau. À faire : ajouter --nouveau.")


def importer(arguments: Namespace) -> int:
    """`importer --nouveau` : écrit un couloir entier et affiche le bilan."""
    if not arguments.type_logiciel:
        raise OptionsContradictoires(
            "--nouveau : attendu --type-logiciel, reçu rien. À faire : par exemple --type-logiciel LGO."
        )
    if len(arguments.vague or ()) > 1 or any(vague not in (1, 2) for vague in arguments.vague or ()):
        raise OptionsContradictoires(
            "--vague : attendu 1 ou 2, une seule fois, avec --nouveau. À faire : en garder une."
        )
    bilan = importer_nouveau(
        arguments.classeur,
        Demande(
            couloir=arguments.couloir,
            type_logiciel=arguments.type_logiciel,
            dossier=arguments.sortie or dossier_par_defaut(),
            titre=arguments.titre,
            rem=arguments.rem,
            vague=next(iter(arguments.vague or ()), 0),
            feuille=arguments.feuille or "",
            reprendre_socle=arguments.reprendre_socle,
        ),
    )
    print(bilan.en_json() if arguments.json else f"{bilan.en_texte()}\n\n{_suite(arguments.couloir, bilan.dossier)}")
    return _REUSSITE


def gabarit(arguments: Namespace) -> int:
    """Écrit un couloir minuscule, à remplir."""
    dossier = arguments.sortie or dossier_par_defaut()
    cible = ecrire_gabarit(
        arguments.couloir, arguments.type_logiciel, dossier, titre=arguments.titre, rem=arguments.rem
    )
    print(f"Couloir écrit dans {cible}\n\n{_suite(arguments.couloir, cible)}")
    return _REUSSITE


def _suite(couloir: str, cible: Path) -> str:
    dossier = cible.parent
    return (
        "Ensuite :\n"
        f"  python -m requirements valider --couloirs {dossier}\n"
        f"  python -m steps initier --couloir {couloir} --couloirs {dossier}\n"
        f"  pytest --couloir={couloir} --couloirs={dossier} --logiciel=logiciel.yaml"
    )
