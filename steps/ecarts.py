"""`ecarts.yaml` : les manquements que l'éditeur connaît, avec leur raison et leur échéance."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from reports.ecarts import EcartConnu
from requirements.catalogue import Catalogue
from requirements.erreurs import ErreurRequirements
from requirements.modele import Exigence
from steps.logiciel.configuration import ConfigurationInvalide
from steps.logiciel.fautes import Faute, fautes
from steps.logiciel.lecture_yaml import YamlInvalide, YamlLu, lire_yaml

_TEXTE = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["raison", "jusqu_au"],
        "properties": {
            "exigence": {**_TEXTE, "description": "numéro d'une exigence : tous ses scénarios sont annoncés"},
            "scenario": {**_TEXTE, "description": "numéro d'un seul scénario de conformité"},
            "raison": {**_TEXTE, "description": "pourquoi le logiciel s'en écarte ; un relecteur la lira"},
            "jusqu_au": {"description": "dernier jour où l'écart vaut, AAAA-MM-JJ"},
            "lien": {**_TEXTE, "description": "où suivre la correction"},
        },
    },
}


def lire_ecarts(fichier: Path, catalogue: Catalogue) -> tuple[EcartConnu, ...]:
    """Lit `ecarts.yaml` ; ConfigurationInvalide en français, avec la ligne de chaque faute.

    Un numéro inconnu n'arrête pas la campagne : l'écart qui le vise est rapporté comme une anomalie.
    """
    try:
        lu = lire_yaml(fichier)
    except YamlInvalide as erreur:
        raise ConfigurationInvalide(f"{fichier} : {erreur}") from erreur
    brut = [] if lu.valeur is None else lu.valeur
    trouvees = [*fautes(SCHEMA, brut, lu)] or [*_fautes_ensemble(brut)]
    if trouvees:
        trouvees.sort(key=lambda faute: lu.ligne(faute.chemin))
        lignes = dict.fromkeys(f"  - {faute.en_texte(lu)}" for faute in trouvees)
        raise ConfigurationInvalide("\n".join([f"{fichier} : écarts connus invalides", *lignes]))
    return tuple(_ecart(entree, rang, lu, fichier, catalogue) for rang, entree in enumerate(brut))


def _fautes_ensemble(brut: list[dict[str, Any]]) -> list[Faute]:
    trouvees = []
    vues: dict[str, int] = {}
    for rang, entree in enumerate(brut):
        cibles = [entree[nom] for nom in ("exigence", "scenario") if nom in entree]
        if len(cibles) != 1:
            attendu = "attendu « exigence » ou « scenario », l'un des deux"
            trouvees.append(Faute((rang,), attendu if cibles else f"{attendu}, reçu ni l'un ni l'autre"))
        elif cibles[0] in vues:
            trouvees.append(Faute((rang,), f"{cibles[0]} est déjà annoncé (écart n° {vues[cibles[0]] + 1})"))
        else:
            vues[cibles[0]] = rang
        if not _est_un_jour(entree["jusqu_au"]):
            recu = entree["jusqu_au"]
            trouvees.append(Faute((rang, "jusqu_au"), f"attendu un jour AAAA-MM-JJ, reçu {str(recu)!r}"))
    return trouvees


def _est_un_jour(valeur: Any) -> bool:
    try:
        _jour(valeur)
    except (TypeError, ValueError):
        return False
    return True


def _jour(valeur: Any) -> date:
    """YAML lit lui-même une date non protégée par des guillemets."""
    if isinstance(valeur, datetime):
        raise ValueError("un jour, sans heure")
    return valeur if isinstance(valeur, date) else date.fromisoformat(valeur)


def _ecart(entree: dict[str, Any], rang: int, lu: YamlLu, fichier: Path, catalogue: Catalogue) -> EcartConnu:
    cible = entree.get("exigence") or entree["scenario"]
    return EcartConnu(
        cible=cible,
        genre="exigence" if "exigence" in entree else "scenario",
        scenarios=_scenarios(cible, catalogue, exigence="exigence" in entree),
        raison=entree["raison"],
        jusqu_au=_jour(entree["jusqu_au"]),
        lien=entree.get("lien", ""),
        ou=f"{fichier.name}, ligne {lu.ligne((rang,))}",
    )


def _scenarios(cible: str, catalogue: Catalogue, *, exigence: bool) -> tuple[str, ...]:
    try:
        trouve = catalogue.resoudre_exigence(cible) if exigence else catalogue.resoudre_scenario(cible)
    except ErreurRequirements:
        return ()
    return tuple(s.id for s in trouve.scenarios) if isinstance(trouve, Exigence) else (trouve.id,)
