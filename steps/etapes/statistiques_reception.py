"""Étapes des statistiques d'intégration des documents reçus par MSSanté."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from pytest_bdd import given, then

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.liste_travail import entrant
from steps.releves import retirer
from steps.verifications.documents_recus import statistiques as regles

_ISSUES = {
    "intégré de lui-même": regles.AUTOMATIQUES,
    "intégré à la main": regles.MANUELS,
    "non intégré": regles.NON_INTEGRES,
}


def _lire(essai: Essai, *, passee: bool = False) -> dict[str, dict[str, int]]:
    """Les comptes par type : du jour du scénario, ou d'une semaine qui finit la veille."""
    debut, fin = essai.instant_debut - timedelta(hours=1), datetime.now(UTC) + timedelta(minutes=1)
    if passee:
        debut, fin = debut - timedelta(days=8), debut - timedelta(days=1)
    bornes = {"debut": debut.isoformat(timespec="seconds"), "fin": fin.isoformat(timespec="seconds")}
    lignes = essai.preparer("lire_statistiques_reception", "biologiste_1", **bornes).donnees.get("types", [])
    return {
        str(ligne["type_code"]): {issue: int(ligne.get(issue) or 0) for issue in _ISSUES.values()} for ligne in lignes
    }


@given("les statistiques d'intégration relevées avant toute réception")
def relever(essai: Essai) -> None:
    essai.releves["statistiques du jour"] = _lire(essai)
    essai.releves["statistiques passées"] = _lire(essai, passee=True)


@then("les statistiques d'intégration comptent ces documents")
def comptes(essai: Essai, datatable: Table) -> None:
    """Tableau : document, issue. Le produit peut avoir déjà des documents : seul ce que le scénario ajoute est jugé."""
    attendus: dict[str, Counter[str]] = {}
    for ligne in vocabulaire.table(datatable):
        type_ = entrant(essai, ligne["document"]).joint.type.code
        attendus.setdefault(type_, Counter())[_ISSUES[ligne["issue"]]] += 1
    avant, apres = retirer(essai, "statistiques du jour", dict), _lire(essai)
    essai.releves["statistiques changées"] = avant != apres
    essai.bilan.constater(regles.comptes_justes(avant, apres, attendus))


@then("celles d'une période passée n'en comptent aucun")
def passees(essai: Essai) -> None:
    avant = retirer(essai, "statistiques passées", dict)
    temoin = bool(essai.releves.get("statistiques changées"))
    essai.bilan.constater(regles.periode_suivie(avant, _lire(essai, passee=True), temoin=temoin))
