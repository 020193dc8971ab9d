"""Le nom d'un PDF joint à un courriel de santé."""

from __future__ import annotations

import re

from reports.constat import Constat
from steps.verifications.cda.dates import jour
from steps.verifications.pdf.regles_fichier import NOM_DE_FICHIER
from steps.verifications.registre import verification

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
    base, point, extension = nom.rpartition(".")
    parties = base.split("_")
    if not point or extension.lower() != "pdf" or len(parties) < 4 or not all(parties):
        return "il n'a pas ses quatre parties"
    if not re.fullmatch(r"[0-9]{8}", parties[0]) or jour(parties[0]) is None:
        return f"« {parties[0]} » n'est pas une date"
    # Le type peut porter des soulignés, et le numéro de dossier manquer : une lecture juste suffit.
    lectures = [
        ("_".join(parties[1 : -1 - suite]), parties[-1 - suite]) for suite in (1, 2) if len(parties) > 2 + suite
    ]
    ecarts = [_lecture(type_, famille) for type_, famille in lectures]
    return "" if "" in ecarts else ecarts[0]


def _lecture(type_: str, famille: str) -> str:
    if len(type_) > TYPE_MAX:
        return f"le type dépasse {TYPE_MAX} caractères"
    return "" if famille == famille.upper() and any(map(str.isalpha, famille)) else "le nom n'est pas en capitales"
