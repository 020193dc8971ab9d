"""À quel objet du catalogue se rapporte une ligne d'un export."""

from __future__ import annotations

from collections.abc import Sequence

from steps.verifications.loinc.catalogue import Objet, de_nature


def chapitre_de_ligne(champs: Sequence[str], objets: Sequence[Objet]) -> Objet | None:
    """Le chapitre d'une ligne de LOINC_1 : par son libellé, et par son code s'il y est."""
    code, libelle = champs[:2]
    return next((c for c in de_nature(objets, "chapitre") if c.libelle == libelle and code in ("", c.code)), None)


def partie_de_ligne(champs: Sequence[str], chapitre: Objet, objets: Sequence[Objet]) -> Objet | None:
    """Le sous-chapitre d'une ligne de LOINC_1 : par son code et son libellé, ou par l'un si l'autre est vide."""
    code, libelle = champs[2:4]
    if not code and not libelle:
        return None
    parents = {"", chapitre.code, chapitre.libelle}
    parties = (p for p in de_nature(objets, "sous_chapitre") if p.chapitre in parents)
    return next((p for p in parties if code in ("", p.code) and libelle in ("", p.libelle)), None)


def objets_de_ligne(fichier: str, champs: Sequence[str], objets: Sequence[Objet]) -> tuple[Objet | None, ...]:
    """Ce que le transcodeur code sur cette ligne : chapitre et sous-chapitre, examen, ou analyse."""
    if fichier == "LOINC_1":
        chapitre = chapitre_de_ligne(champs, objets)
        return chapitre, partie_de_ligne(champs, chapitre, objets) if chapitre else None
    nature = "examen" if fichier == "LOINC_2" else "analyse"
    return (next((o for o in de_nature(objets, nature) if o.code == champs[0]), None),)
