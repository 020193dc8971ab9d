"""Le datamatrix INS : contenu et dessin.

Structure de la spécification « Format datamatrix INS » de l'ANS (v2.2 du 26/09/2023, connue par des mises en œuvre
publiques) : en-tête de 26 caractères (`IS`, version `01`, 22 zéros), puis S1 matricule (15), S2 OID (20 au plus),
S3 prénoms (100), S4 nom de naissance (100), S5 sexe, S6 date `JJ-MM-AAAA`, S7 code lieu. Un champ variable qui
n'atteint pas sa longueur maximale est suivi du séparateur GS (ASCII 29).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from ppf.datamatrix import DataMatrix
from reportlab.pdfgen.canvas import Canvas

from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo

ENTETE = "IS01" + "0" * 22
GS = "\x1d"
_LONGUEUR_MAX = {"S2": 20, "S3": 100, "S4": 100}


def contenu(labo: Labo, patient: Patient) -> str:
    """Chaîne à coder pour une identité qualifiée."""
    annee, mois, jour = patient.trait("date_naissance").split("-")
    naissance = f"{annee}-{mois}-{jour}" if labo.defaut("datamatrix_date_iso") else f"{jour}-{mois}-{annee}"
    matricule = "100019999900149" if labo.defaut("datamatrix_constant") else patient.matricule or ""
    oid = "1.2.250.1.213.1.4.2" if labo.defaut("datamatrix_oid_faux") else patient.oid or ""
    separateur = "" if labo.defaut("datamatrix_sans_separateur") else GS
    champs = (
        ("S1", matricule),
        ("S2", oid),
        ("S3", patient.prenoms),
        ("S4", patient.trait("nom_naissance")),
        ("S5", patient.trait("sexe")),
        ("S6", naissance),
        ("S7", patient.trait("code_lieu_naissance") or "99999"),
    )
    texte = ENTETE
    for nom, valeur in champs:
        variable = nom in _LONGUEUR_MAX and len(valeur) < _LONGUEUR_MAX[nom]
        texte += nom + valeur + (separateur if variable else "")
    return texte


def dessiner(toile: Canvas, texte: str, x: float, y: float, cote: float) -> None:
    """Dessine le symbole, zone de silence comprise, dans un carré de côté `cote` posé en (x, y)."""
    matrice = _matrice(texte)
    module = cote / (len(matrice) + 4)
    # Un seul tracé, à l'échelle du module, un rectangle par suite de modules noirs : vingt fois moins d'ordres.
    toile.saveState()
    toile.translate(x + 2 * module, y + cote - 2 * module)
    toile.scale(module, module)
    ordres: list[str] = []
    for rang, ligne in enumerate(matrice):
        colonne = 0
        for noir, suite in groupby(ligne):
            longueur = len(list(suite))
            if noir:
                ordres.append(f"{colonne} {-rang - 1} {longueur} 1 re")
            colonne += longueur
    toile.addLiteral(" ".join((*ordres, "f")))
    toile.restoreState()


@lru_cache(maxsize=64)
def _matrice(texte: str) -> list[list[int]]:
    """Les modules, ligne à ligne ; les versions d'un compte rendu portent le même symbole."""
    # L'ASCII seul : c'est le seul codage qui admette le séparateur GS sans ambiguïté de bascule.
    matrice: list[list[int]] = DataMatrix(texte, codecs=["ascii"]).matrix
    return matrice
