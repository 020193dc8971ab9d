"""Le contenu d'un datamatrix INS, découpé en champs.

Le format n'a pas été lu dans le document de l'ANS (« Format datamatrix », v2.2 du 26/09/2023) mais dans deux codes
publics indépendants qui s'accordent et, pour l'un, citent ses paragraphes : en-tête de 26 caractères, puis des blocs
« identifiant de 2 caractères, valeur » ; un champ variable plus court que son maximum finit par GS, sauf le dernier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

EN_TETE = "IS01" + "0" * 22
GS = "\x1d"
LIEU_INCONNU = "99999"
LONGUEURS: dict[str, tuple[int, int]] = {
    "S1": (15, 15),
    "S2": (19, 20),
    "S3": (1, 100),
    "S4": (1, 100),
    "S5": (1, 1),
    "S6": (10, 10),
    "S7": (5, 5),
}
_NOMS = re.compile(r"[A-Z' -]+")


class DatamatrixInvalide(ValueError):
    """Ce contenu n'est pas celui d'un datamatrix INS ; le message dit où il s'en écarte."""


@dataclass(frozen=True, slots=True)
class DatamatrixIns:
    """Les champs d'un datamatrix INS, et les écarts sans conséquence sur la lecture."""

    matricule: str
    oid: str
    prenoms: str
    nom: str
    sexe: str
    date_naissance: str
    code_lieu_naissance: str
    remarques: tuple[str, ...] = ()


def analyser_datamatrix(contenu: str) -> DatamatrixIns:
    """Découpe le contenu d'un datamatrix INS ; `DatamatrixInvalide` s'il ne suit pas le format."""
    if not contenu.startswith(EN_TETE):
        raise DatamatrixInvalide(f"en-tête {contenu[:26]!r} au lieu de {EN_TETE!r}")
    champs: dict[str, str] = {}
    remarques: list[str] = []
    position = len(EN_TETE)
    while position < len(contenu):
        nom = contenu[position : position + 2]
        if nom not in LONGUEURS:
            raise DatamatrixInvalide(
                f"bloc {nom!r} inconnu à la position {position} (GS manquant, ou valeur trop longue)"
            )
        if nom in champs:
            raise DatamatrixInvalide(f"bloc {nom} en double à la position {position}")
        valeur, position = _valeur(contenu, position + 2, nom)
        champs[nom] = valeur
        if contenu[position : position + 1] == GS:
            if len(valeur) == LONGUEURS[nom][1]:
                remarques.append(f"GS superflu après {nom}")
            position += 1
            if position == len(contenu):
                remarques.append("GS superflu à la fin")
    manquants = [nom for nom in LONGUEURS if nom not in champs and nom != "S7"]
    if manquants:
        raise DatamatrixInvalide(f"bloc(s) absent(s) : {', '.join(manquants)}")
    remarques += [f"{nom} porte des caractères hors A-Z" for nom in ("S3", "S4") if not _NOMS.fullmatch(champs[nom])]
    return DatamatrixIns(
        matricule=champs["S1"],
        oid=champs["S2"],
        prenoms=champs["S3"],
        nom=champs["S4"],
        sexe=champs["S5"],
        date_naissance=champs["S6"],
        code_lieu_naissance=champs.get("S7", ""),
        remarques=tuple(remarques),
    )


def _valeur(contenu: str, debut: int, nom: str) -> tuple[str, int]:
    minimum, maximum = LONGUEURS[nom]
    fin = min(debut + maximum, len(contenu))
    separateur = contenu.find(GS, debut, fin)
    if separateur >= 0:
        fin = separateur
    valeur = contenu[debut:fin]
    if len(valeur) < minimum:
        raise DatamatrixInvalide(f"{nom} fait {len(valeur)} caractère(s), {minimum} au moins attendus")
    return valeur, fin


def lisible(contenu: str) -> str:
    """Le contenu, caractères de commande montrés entre chevrons."""
    return "".join(c if c.isprintable() else "<GS>" if c == GS else f"<{ord(c):02X}>" for c in contenu)
