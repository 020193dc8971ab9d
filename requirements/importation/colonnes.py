"""Les colonnes d'un classeur de REM, reconnues par leur en-tête et jamais par leur position."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

# Pour chaque colonne connue, les en-têtes vus, le plus sûr d'abord, après `normaliser`.
_SYNONYMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "n exigence", "identifiant", "identifiant exigence", "id exigence", "n exi"),
    "texte": (
        "enonce de l'exigence (doit) ou de la preconisation (peut)",
        "enonce de l'exigence",
        "enonce",
        "libelle de l'exigence",
        "exigence",
    ),
    "perimetre": ("perimetre",),
    "id_section": ("id section",),
    "section": ("section",),
    "bloc": ("chapitre", "bloc"),
    "fonction": ("fonction",),
    "commentaire": ("commentaire", "commentaires"),
    "nature": ("nature de l'exigence", "nature"),
    "conditionnelle": ("exigence conditionnelle oui/non", "exigence conditionnelle"),
    "profil": ("profil", "profils"),
    "profil_historique": ("profil historique",),
    "id_scenario": ("n scenario", "n scenario de conformite", "id scenario"),
    "scenario": ("scenario de conformite", "scenarios de conformite", "scenario"),
    "statut": ("statut publication", "statut de publication"),
    "va_precedente": ("va n-1",),
    "criticite": ("criticite",),
    "ordre": ("ordre",),
}
_N_PREUVE = re.compile(r"(?:n|id) preuve ?(\d*)")
_PREUVE = re.compile(r"preuve ?(\d*)")
_NUMERO = re.compile(r"(?:n ?°|n ?o(?=[ .])|num(?:ero)?\b)\.? ?(?:de l'|d'|de la |de |du )?")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "´": "'", "\u00a0": " ", "\u202f": " ", "_": " "})

OBLIGATOIRES = ("id", "texte")


def normaliser(entete: str) -> str:
    """L'en-tête sans accents, casse, apostrophes typographiques, retours à la ligne ni ponctuation finale."""
    plat = unicodedata.normalize("NFKD", entete.translate(_APOSTROPHES).lower())
    plat = "".join(signe for signe in plat if not unicodedata.combining(signe))
    plat = re.sub(r"\s+", " ", plat).strip(" :*.")
    numero = _NUMERO.match(plat)
    return f"n {plat[numero.end() :].strip()}" if numero else plat


@dataclass(frozen=True, slots=True)
class Disposition:
    """Où se trouve chaque colonne dans une feuille : positions à partir de 0."""

    ligne: int
    """Numéro de la ligne d'en-tête, à partir de 1."""
    connues: dict[str, int]
    preuves: tuple[tuple[int | None, int | None], ...]
    """Couples (colonne du numéro, colonne du texte), par rang de preuve."""
    inconnues: dict[str, int] = field(default_factory=dict)

    @property
    def nombre(self) -> int:
        """Combien de colonnes sont reconnues."""
        return len(self.connues) + sum(position is not None for couple in self.preuves for position in couple)

    @property
    def est_complete(self) -> bool:
        """Vrai si la feuille a de quoi désigner et énoncer une exigence."""
        return all(nom in self.connues for nom in OBLIGATOIRES)


def reconnaitre(ligne: int, entetes: Sequence[str]) -> Disposition:
    """La disposition que dessine une ligne d'en-têtes ; les colonnes inconnues sont gardées sous leur nom."""
    formes = [normaliser(entete) for entete in entetes]
    connues: dict[str, int] = {}
    prises: set[int] = set()
    for nom, synonymes in _SYNONYMES.items():
        trouvee = next((formes.index(synonyme) for synonyme in synonymes if synonyme in formes), None)
        if trouvee is not None:
            connues[nom] = trouvee
            prises.add(trouvee)
    couples: dict[int, list[int | None]] = {}
    for position, forme in enumerate(formes):
        for rang_du_couple, motif in enumerate((_N_PREUVE, _PREUVE)):
            reconnue = motif.fullmatch(forme)
            if reconnue and position not in prises:
                couple = couples.setdefault(int(reconnue.group(1) or 1), [None, None])
                if couple[rang_du_couple] is None:
                    couple[rang_du_couple] = position
                    prises.add(position)
    inconnues: dict[str, int] = {}
    for position, entete in enumerate(entetes):
        nom = " ".join(entete.split())
        if nom and position not in prises:
            unique, rang = nom, 2
            while unique in inconnues:
                unique, rang = f"{nom} ({rang})", rang + 1
            inconnues[unique] = position
    preuves = tuple((couples[rang][0], couples[rang][1]) for rang in sorted(couples))
    return Disposition(ligne, connues, preuves, inconnues)
