"""Un petit catalogue montré, et ses trois exports, pour les essais."""

from __future__ import annotations

from typing import Any

ANCIEN = "2025-03-14T09:30:00.000+01:00"


def _objet(nature: str, code: str | None, libelle: str, **reste: Any) -> dict[str, Any]:
    return {"nature": nature, "code": code, "libelle": libelle, **reste}


def catalogue() -> list[dict[str, Any]]:
    """Deux chapitres dont un sans code, deux sous-chapitres, deux examens, trois analyses."""
    return [
        _objet("chapitre", "BIO", "Biochimie ; sang", code_loinc="18719-5", loinc_cree_le=ANCIEN),
        _objet("chapitre", None, "Hématologie"),
        _objet("sous_chapitre", "S1", "Électrolytes", chapitre="BIO"),
        _objet("sous_chapitre", None, "Numération", chapitre="Hématologie"),
        _objet(
            "examen",
            "IONO",
            "Ionogramme",
            chapitre="BIO",
            sous_chapitre="S1",
            synonyme="Iono ; Na K",
            nabm="1610, 1609",
        ),
        _objet("examen", "NFS", "Numération formule", chapitre="Hématologie", milieu="Sang total"),
        _objet("analyse", "NA", "Sodium", examens=["IONO"], unite="mmol/L", temporalite="PT", echelle="QN"),
        _objet(
            "analyse", "K", "Potassium", examens=["IONO"], unite="mmol/L", code_loinc="2823-3", loinc_cree_le=ANCIEN
        ),
        _objet("analyse", "HB", "Hémoglobine", examens=["NFS"], unite="g/dL", nabm="1104"),
    ]


LOINC_1 = 'BIO;"Biochimie ; sang";S1;Électrolytes\r\n;Hématologie;;Numération\r\n'
LOINC_2 = (
    'IONO;Ionogramme;"Iono ; Na K";BIO;S1;;1609 1610;NA;Sodium\r\n'
    'IONO;Ionogramme;"Iono ; Na K";BIO;S1;;1610 / 1609;K;Potassium\r\n'
    "NFS;Numération formule;;Hématologie;;Sang total;;HB;Hémoglobine\r\n"
)
LOINC_3 = "NA;Sodium;;;MMOLL;mmol/L;PT;;;QN;;\r\nK;Potassium;;;;mmol/L;;;;;;HN\r\nHB;Hémoglobine;;;;g/dL;;;;;;1104\r\n"
EXPORTS = {"LOINC_1": LOINC_1, "LOINC_2": LOINC_2, "LOINC_3": LOINC_3}


def grand_catalogue(nombre: int) -> list[dict[str, Any]]:
    """`nombre` chapitres, et autant d'analyses d'un même examen."""
    return [
        *(_objet("chapitre", f"C{rang}", f"Chapitre {rang}") for rang in range(nombre)),
        *(_objet("analyse", f"A{rang}", f"Analyse {rang}", examens=["E"]) for rang in range(nombre)),
    ]


def grand_export(fichier: str, nombre: int) -> bytes:
    """L'export du catalogue précédent."""
    lignes = {
        "LOINC_1": [f"C{rang};Chapitre {rang};;" for rang in range(nombre)],
        "LOINC_2": [f"E;Examen;;;;;;A{rang};Analyse {rang}" for rang in range(nombre)],
        "LOINC_3": [f"A{rang};Analyse {rang}" + ";" * 10 for rang in range(nombre)],
    }
    return "\n".join(lignes[fichier]).encode()
