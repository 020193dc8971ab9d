"""Le nom d'un PDF joint à un courriel de santé."""

from __future__ import annotations

import re

from reports.constat import Constat
from steps.verifications.cda.dates import jour
from steps.verifications.pdf.regles_fichier import NOM_DE_FICHIER
from steps.verifications.registre import verification

_FORME = re.compile(
    r"(?P<date>\d{8})_(?P<type>.+)_(?P<nom>[^_]+)_(?P<prenom>[^_]+?)(?:_(?P<dossier>[^_]+))?\.pdf", re.I
)
TYPE_MAX = 40
ATTENDU = "AAAAMMJJ_type_NOM_prenom.pdf (ou …_prenom_numéro de dossier.pdf)"


@verification(NOM_DE_FICHIER)
def nom_de_fichier(nom: str) -> Constat:
    """Date de l'acte, type de 40 caractères au plus, NOM, prénom, puis s'il y a lieu le numéro de dossier.

    Un écart est une remarque : la règle vaut pour un PDF joint à un courriel, et rien ne dit que celui-ci le soit.
    """
    ecart = _ecart(nom)
    if not ecart:
        return NOM_DE_FICHIER.respectee(recu=nom[:200], ou="nom du fichier")
    message = f"Le nom n'est pas celui d'un document joint à un courriel de santé : {ecart}."
    return NOM_DE_FICHIER.signalee(message, attendu=ATTENDU, recu=nom[:200], ou="nom du fichier")


def _ecart(nom: str) -> str:
    lu = _FORME.fullmatch(nom)
    if lu is None:
        return "il n'a pas ses quatre parties"
    if jour(lu["date"]) is None:
        return f"« {lu['date']} » n'est pas une date"
    # Sans numéro de dossier, le type peut lui-même porter des soulignés : l'une des deux lectures suffit.
    types = [lu["type"], *([] if lu["dossier"] is None else [f"{lu['type']}_{lu['nom']}"])]
    if all(len(valeur) > TYPE_MAX for valeur in types):
        return f"le type dépasse {TYPE_MAX} caractères"
    noms = [lu["nom"], *([] if lu["dossier"] is None else [lu["prenom"]])]
    return "" if any(valeur == valeur.upper() for valeur in noms) else "le nom n'est pas en capitales"
