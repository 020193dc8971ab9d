"""Règles sur les fiches reprises de l'annuaire : utilisateurs du logiciel, correspondants d'un dossier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.annuaire.contexte import PersonnePubliee, comparable, ecarts
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_SOURCE = REM_BIO.format("ANN/va1.02 (utilisateurs) et ANN/va1.03 (correspondants)")

R_CREATION = Regle(
    "ANN-FIC-01", "La fiche créée d'après un RPPS porte les données que l'annuaire publie", _SOURCE,
    Confiance.OFFICIELLE, "Reprenez de l'annuaire nom, prénom, profession et spécialité du RPPS saisi.",
)  # fmt: skip
R_MISE_A_JOUR = Regle(
    "ANN-FIC-02", "La fiche mise à jour porte les données en vigueur dans l'annuaire", _SOURCE, Confiance.OFFICIELLE,
    "À la mise à jour, relisez l'annuaire par le RPPS, jamais une copie gardée ni un identifiant technique.",
)  # fmt: skip
R_INCONNU = Regle(
    "ANN-FIC-03", "Un RPPS absent de l'annuaire ne donne pas de fiche reprise de l'annuaire", _SOURCE,
    Confiance.OFFICIELLE, "Refusez, ou dites que l'annuaire ne connaît pas ce RPPS ; n'inventez aucune donnée.",
)  # fmt: skip

Fiche = Mapping[str, Any]


@verification(R_CREATION)
def fiche_creee(fiche: Fiche | None, personne: PersonnePubliee, quoi: str, dit: str) -> Constat:
    """Chaque champ montré est celui de l'annuaire ; RPPS, nom et prénom sont exigés."""
    return _comparer(R_CREATION, fiche, personne, quoi, dit)


@verification(R_MISE_A_JOUR)
def fiche_mise_a_jour(fiche: Fiche | None, personne: PersonnePubliee, quoi: str, dit: str) -> Constat:
    """Comme à la création, avec ce que l'annuaire publie maintenant."""
    return _comparer(R_MISE_A_JOUR, fiche, personne, quoi, dit)


def _comparer(regle: Regle, fiche: Fiche | None, personne: PersonnePubliee, quoi: str, dit: str) -> Constat:
    if fiche is None:
        return regle.enfreinte(f"{quoi} : aucune fiche montrée", attendu=personne.lisible, recu=dit or "rien", ou=quoi)
    differences = ecarts(fiche, personne, exiger_rpps=True)
    return juger(
        regle, not differences, f"{quoi} : la fiche n'est pas celle que l'annuaire publie",
        attendu="; ".join(f"{champ} {voulu}" for champ, voulu, _ in differences) or personne.lisible,
        recu="; ".join(f"{champ} {recu}" for champ, _, recu in differences) or personne.lisible, ou=quoi,
    )  # fmt: skip


@verification(R_INCONNU)
def rpps_inconnu_non_repris(resultat: str, fiche: Fiche | None, rpps: str, *, temoin: str, dit: str) -> Constat:
    """Refus ou échec ; ou une fiche sans aucune donnée, qu'une personne doit regarder."""
    if not temoin:
        return R_INCONNU.sans_objet("aucune fiche n'a été reprise d'un RPPS connu : le refus ne prouve rien")
    ou = f"création d'après le RPPS {rpps}"
    if resultat != "fait":
        return R_INCONNU.respectee(recu=f"{dit} ; témoin : {temoin}", ou=ou)
    donnees = [str((fiche or {}).get(champ) or "") for champ in ("nom", "prenom", "profession", "specialite")]
    if not any(comparable(valeur) for valeur in donnees):
        return R_INCONNU.a_regarder(
            "la fiche est créée sans donnée : montrez que l'utilisateur en est averti", recu=dit, ou=ou
        )
    return R_INCONNU.enfreinte(
        "un RPPS que l'annuaire ne connaît pas a donné une fiche", attendu="un refus, ou aucune donnée reprise",
        recu=", ".join(filter(None, donnees)), ou=ou,
    )  # fmt: skip
