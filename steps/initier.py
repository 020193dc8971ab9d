"""`python -m steps initier` : écrit un logiciel.yaml commenté pour un couloir, prêt à remplir."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from requirements.catalogue import Catalogue, charger, nommer_couloir
from requirements.erreurs import ErreurRequirements
from requirements.modele import PROFIL_GENERAL
from steps.logiciel import schema
from steps.logiciel.assemblage import MODULES, charger_type
from steps.logiciel.configuration import EXEMPLE
from steps.logiciel.connexion import SCHEMA as CONNEXION
from steps.logiciel.contrat import charger_contrat, groupes
from steps.logiciel.fautes import proche
from steps.logiciel.prise_declaree import ACTIONS
from steps.logiciel.prise_declaree import SCHEMA as PRISE
from steps.logiciel.types_adaptateur import TypeAdaptateur

_LARGEUR = 118
_COLONNE = 34
_NOMS = {
    "operateur": "poste",
    "http": "api",
    "commande": "outil",
    "page": "ecran",
    "depot": "pieces",
    "temoin": "temoin",
}
"""Sous quel nom un adaptateur de ce type est proposé."""


def types_proposes() -> list[str]:
    """Les types qui peuvent jouer toutes les actions d'un produit ; le témoin n'en est pas un."""
    return [nom for nom in MODULES if nom != "temoin" and charger_type(nom).joue]


def texte(catalogue: Catalogue, adaptateur: str, sortie: Path) -> str:
    """Le fichier entier. `sortie` : où il sera écrit, pour y nommer le schéma par un chemin relatif."""
    blocs = [
        _tete(catalogue, sortie),
        _logiciel(),
        [f"couloir: {catalogue.couloir.couloir}"],
        _profils(catalogue),
        _adaptateurs(adaptateur),
        _actions(_NOMS[adaptateur]),
        _pieces(),
        _comptes(),
        _prise(),
        _bouchons(),
        _connexion(),
    ]
    return "\n\n".join("\n".join(bloc) for bloc in blocs) + "\n"


def initier(options: argparse.Namespace) -> int:
    """La commande ; rend le code de sortie : 2 si rien n'a été écrit."""
    sortie: Path = options.sortie
    try:
        catalogue = charger(nommer_couloir(options.couloir, options.type_logiciel))
        if options.adaptateur not in (proposes := types_proposes()):
            raise ValueError(
                f"--adaptateur : attendu l'un de {', '.join(proposes)}, reçu {options.adaptateur!r}"
                f"{proche(options.adaptateur, proposes)}"
            )
        with sortie.open("x", encoding="utf-8") as fichier:
            fichier.write(texte(catalogue, options.adaptateur, sortie))
    except FileExistsError:
        print(f"{sortie} existe déjà : rien n'est écrit ; donnez un autre nom par --sortie", file=sys.stderr)
        return 2
    except OSError as erreur:
        print(f"{sortie} : écriture impossible ({erreur.strerror})", file=sys.stderr)
        return 2
    except (ValueError, ErreurRequirements) as erreur:
        print(erreur, file=sys.stderr)
        return 2
    print(
        f"{sortie} écrit. Donnez-y les valeurs « {EXEMPLE} », puis :\n"
        f"python -m steps diagnostic --couloir {catalogue.couloir.couloir} --logiciel {sortie}"
        + (f" --couloirs {options.couloirs}" if options.couloirs else "")
    )
    return 0


# ------------------------------------------------------------------- blocs
def _tete(catalogue: Catalogue, sortie: Path) -> list[str]:
    couloir = catalogue.couloir
    return [
        f"# yaml-language-server: $schema={_vers_le_schema(sortie)}",
        f"# Votre logiciel devant le banc SONS. {couloir.titre} (REM {catalogue.rem}).",
        f"# 1. Donnez les valeurs « {EXEMPLE} ». Une ligne commentée est facultative, avec sa valeur par défaut.",
        f"# 2. python -m steps diagnostic --couloir {couloir.couloir} --logiciel {sortie.name}",
        f"# 3. pytest --couloir={couloir.couloir} --logiciel={sortie.name}",
    ]


def _vers_le_schema(sortie: Path) -> str:
    try:
        return Path(os.path.relpath(schema.FICHIER, sortie.resolve().parent)).as_posix()
    except ValueError:  # un autre lecteur, sous Windows
        return schema.FICHIER.as_uri()


def _logiciel() -> list[str]:
    lignes = ["logiciel:"]
    for nom, cle in schema.LOGICIEL["properties"].items():
        obligatoire = nom in schema.LOGICIEL["required"]
        lignes += _cle(nom, EXEMPLE if obligatoire else "", cle["description"], retrait=2, commentee=not obligatoire)
    return lignes


def _profils(catalogue: Catalogue) -> list[str]:
    lignes = [f"profils:{'':{_COLONNE - 8}}# {schema.COMMUNES['profils']['description']}"]
    employes = {exigence.profil for exigence in catalogue.exigences}
    for profil in sorted(catalogue.couloir.profils, key=lambda nom: nom != PROFIL_GENERAL):
        if profil in employes:
            general = profil == PROFIL_GENERAL
            debut = f"  {'' if general else '# '}- {_scalaire(profil)}"
            lignes += _commenter(debut, _apport(catalogue, profil, plus="" if general else "+ "))
    return lignes


def _apport(catalogue: Catalogue, profil: str, *, plus: str) -> str:
    """Ce que ce profil fait vérifier : combien de scénarios, dont combien par une personne, dans quelles sections."""
    exigences = [exigence for exigence in catalogue.exigences if exigence.profil == profil]
    scenarios = [scenario for exigence in exigences for scenario in exigence.scenarios]
    seuls = sum(scenario.laisse_a_une_personne for scenario in scenarios)
    sections = ", ".join(dict.fromkeys(exigence.id_section for exigence in exigences if exigence.scenarios))
    accord = "s" if len(scenarios) > 1 else ""
    jugent = f", dont {seuls} qu'une personne juge" if seuls else ""
    return f"{plus}{len(scenarios)} scénario{accord}{jugent} ({sections})" if scenarios else "aucun scénario"


def _adaptateurs(choisi: str) -> list[str]:
    lignes = ["# Comment le banc fait agir votre logiciel. Commencez par un, automatisez une action à la fois."]
    lignes.append("adaptateurs:")
    ordre = [choisi, *(nom for nom in MODULES if nom not in (choisi, "temoin"))]
    for nom in ordre:
        lignes += _adaptateur(charger_type(nom), commente=nom != choisi)
    return lignes


def _adaptateur(type_: TypeAdaptateur, *, commente: bool) -> list[str]:
    lignes = _plier(f"  # {type_.nom} : {type_.resume}", "  #   ")
    diese = "# " if commente else ""
    lignes.append(f"  {diese}{_NOMS[type_.nom]}:")
    lignes.append(f"  {diese}  type: {type_.nom}")
    for nom, cle in type_.cles.items():
        obligatoire = nom in type_.obligatoires
        valeur = cle["examples"][0] if cle.get("examples") else cle.get("default", EXEMPLE)
        lignes += _cle(
            nom,
            valeur,
            cle["description"],
            retrait=4,
            commentee=commente or not obligatoire,
            retrait_diese=2 if commente else 4,
        )
    return lignes


def _actions(nom: str) -> list[str]:
    lignes = [*_plier(f"# {schema.COMMUNES['actions']['description']}", "# ")]
    lignes += ["actions:", f"  {schema.DEFAUT}: {nom}"]
    contrat = charger_contrat()
    for groupe, actions in groupes().items():
        lignes.append(f"  # -- {groupe}")
        for action in actions:
            lignes += _commenter(f"  # {action}: {nom}", contrat.action(action).titre, colonne=44)
    return lignes


def _pieces() -> list[str]:
    """Les autres clés d'une seule valeur, chacune avec son exemple."""
    exemples = {"pieces": _NOMS["depot"], "environnement": "environnement-banc.json"}
    lignes: list[str] = []
    for nom, cle in schema.COMMUNES.items():
        if cle["type"] == "string" and nom != "couloir":
            lignes += _cle(nom, exemples.get(nom, EXEMPLE), cle["description"], commentee=True)
    return lignes


def _comptes() -> list[str]:
    lignes = _plier(f"# {schema.COMMUNES['comptes']['description']}", "# ")
    lignes.append("# comptes:")
    for role, sens in charger_contrat().roles.items():
        lignes += _commenter(f"#   {role}: {role}", sens, colonne=44)
    lignes += _plier(f"# {schema.COMMUNES['permissions']['description']}", "# ")
    lignes.append("# permissions: {consultation: consultation}")
    return lignes


def _prise() -> list[str]:
    lignes = [f"# {PRISE['description']} : le banc y envoie et y relève les messages (docs/adaptateurs.md)"]
    lignes.append("# mllp:")
    for nom, cle in PRISE["properties"].items():
        valeur = cle.get("default", 2575 if nom == "port" else list(ACTIONS))
        lignes += _cle(nom, valeur, cle["description"], retrait=2, commentee=True, retrait_diese=0)
    return lignes


def _bouchons() -> list[str]:
    lignes = _plier(f"# {schema.COMMUNES['bouchons']['description']}", "# ")
    lignes += _cle("bouchons", {}, "par exemple {eprescription: reponses.yaml}", commentee=True)
    return lignes


def _connexion() -> list[str]:
    lignes = [f"# {schema.COMMUNES['pro_sante_connect']['description']} (guide de l'éditeur, section 9)"]
    lignes.append("# pro_sante_connect:")
    for nom, cle in CONNEXION["properties"].items():
        lignes += _cle(nom, cle["examples"][0], cle["description"], retrait=2, commentee=True, retrait_diese=0)
    return lignes


# ------------------------------------------------------------------ lignes
def _cle(
    nom: str, valeur: Any, sens: str, *, retrait: int = 0, commentee: bool = False, retrait_diese: int | None = None
) -> list[str]:
    """Une clé, sa valeur, ce qu'elle est. `retrait_diese` : où se met le # d'une clé commentée."""
    corps = f"{nom}: {_scalaire(valeur)}"
    if not commentee:
        return _commenter(" " * retrait + corps, sens)
    place = retrait if retrait_diese is None else retrait_diese
    return _commenter(f"{' ' * place}# {' ' * (retrait - place)}{corps}", sens)


def _commenter(debut: str, sens: str, *, colonne: int = _COLONNE) -> list[str]:
    """La ligne et son commentaire, sur d'autres lignes au-dessus s'il n'y tient pas."""
    entiere = f"{debut:<{colonne}} # {sens}"
    if len(entiere) <= _LARGEUR:
        return [entiere]
    marge = re.match(r" *", debut)
    tete = f"{marge.group() if marge else ''}# "
    return [*_plier(f"{tete}({sens})", tete), debut]


def _plier(ligne: str, tete: str) -> list[str]:
    """Coupe un commentaire trop long entre deux mots."""
    return list(_couper(ligne, tete))


def _couper(ligne: str, tete: str) -> Iterator[str]:
    while len(ligne) > _LARGEUR:
        fin = ligne.rindex(" ", 0, _LARGEUR)
        yield ligne[:fin]
        ligne = tete + ligne[fin + 1 :]
    yield ligne


def _scalaire(valeur: Any) -> str:
    """La valeur telle qu'un YAML d'une ligne la relit."""
    if isinstance(valeur, str) and re.fullmatch(r"[^\W\d][\w .'éèàê/-]*", valeur) and yaml.safe_load(valeur) == valeur:
        return valeur if valeur != EXEMPLE else json.dumps(valeur, ensure_ascii=False)
    if isinstance(valeur, Mapping) or (isinstance(valeur, Sequence) and not isinstance(valeur, str)):
        return json.dumps(valeur, ensure_ascii=False)
    return "null" if valeur is None else json.dumps(valeur, ensure_ascii=False)
