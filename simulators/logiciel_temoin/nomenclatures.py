"""Les terminologies du cabinet : quelques entrées de chacune, consultées par leur code ou proposées à la frappe."""

from __future__ import annotations

import unicodedata

from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.labo import Labo

Entree = dict[str, str]
CODES: dict[str, dict[str, str]] = {
    "CIM": {"E11": "Diabète sucré de type 2", "I10": "Hypertension essentielle", "J45": "Asthme"},
    "CISP2": {"T90": "Diabète non insulino-dépendant", "K86": "Hypertension non compliquée", "R96": "Asthme"},
    "DRC": {},
    "BIOLOGIE": {"718-7": "Hémoglobine [masse/volume] sang", "2823-3": "Potassium [moles/volume] sérum ou plasma"},
    "CCAM": {
        "HHFA001": "Appendicectomie, par abord de la fosse iliaque",
        "DEQP003": "Électrocardiographie sur au moins 12 dérivations",
    },
    "ATC": {"A10BA02": "metformine", "C09AA05": "ramipril"},
}
_MEDICAMENTS = {"60000001": "METFORMINE 1000 mg, comprimé", "60000002": "RAMIPRIL 5 mg, comprimé"}
_LETTRES_MIN = 3


def entrees(labo: Labo, ou: str) -> list[Entree]:
    """Les entrées d'une terminologie ; refuse celle que le logiciel n'a pas."""
    if ou == "DRC" or (ou == "CCAM" and labo.defaut("nomenclature_absente")):
        raise Refus(f"La terminologie {ou} n'est pas intégrée.")
    connues = _MEDICAMENTS if ou == "MEDICAMENTS" else CODES[ou]
    return [{"code": code, "libelle": libelle} for code, libelle in connues.items()]


def propositions(labo: Labo, ou: str, texte: str) -> list[Entree]:
    """Celles dont un mot commence par ce qui est tapé, dès trois lettres."""
    tape = _plat(texte)
    if len(tape) < _LETTRES_MIN:
        return []
    entier = labo.defaut("nomenclature_recherche_mot_entier")
    return [
        entree
        for entree in entrees(labo, ou)
        if any(
            mot == tape if entier else mot.startswith(tape)
            for mot in _plat(entree["libelle"]).replace(",", " ").split()
        )
    ]


def _plat(texte: str) -> str:
    """Minuscules sans diacritique."""
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    return "".join(c for c in decompose if not unicodedata.combining(c))
