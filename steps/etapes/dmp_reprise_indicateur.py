"""Étapes de l'indicateur de reprise : séjours clos du mois, part dont les documents sont au DMP, formule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.dmp_historique import ancien_deja_envoye, ranger_ancien
from steps.releves import retirer
from steps.verifications import dossier_reprise as regles_reprise
from steps.verifications.cda.dates import PARIS


# ------------------------------------------------------------------- indicateur
def _mois_dernier() -> datetime:
    """Milieu du mois précédent, heure de Paris : loin des bords du mois."""
    premier = datetime.now(UTC).astimezone(PARIS).replace(day=1, hour=10, minute=0, second=0, microsecond=0)
    return (premier - timedelta(days=1)).replace(day=14)


def _indicateur(essai: Essai) -> Mapping[str, Any]:
    reponse = essai.jouer("lire_indicateur_historique", "biologiste_1", mois=f"{_mois_dernier():%Y-%m}")
    return reponse.donnees


@given("l'indicateur de reprise du mois dernier")
def indicateur_avant(essai: Essai) -> None:
    """Relevé avant les séjours du scénario : seul ce qu'ils ajoutent est jugé."""
    essai.releves["indicateur avant"] = _indicateur(essai)


@given("des séjours clôturés")
def sejours(essai: Essai, datatable: Table) -> None:
    """Un séjour par ligne, avec un document daté de ce séjour, envoyé au DMP ou non."""
    for rang, ligne in enumerate(vocabulaire.table(datatable), start=1):
        fin = _fin_du_sejour(ligne["fin"])
        nom = f"document du séjour {rang}"
        document = ranger_ancien(
            essai,
            nom,
            ligne["patient"],
            genre="compte rendu hospitalier",
            acte=fin - timedelta(days=1),
            auteur="inscrit au RPPS",
        )
        if ligne["document au DMP"] == "oui":
            ancien_deja_envoye(essai, nom)
        essai.preparer(
            "enregistrer_sejour",
            "biologiste_1",
            patient_id=essai.patient(ligne["patient"]).patient_id,
            debut=(fin - timedelta(days=2)).isoformat(),
            fin=fin.isoformat(),
            documents=[document.document_id],
        )


def _fin_du_sejour(texte: str) -> datetime:
    """« le mois dernier » ou « N ans avant »."""
    mois_dernier = _mois_dernier()
    if texte == "le mois dernier":
        return mois_dernier
    ans = int(texte.split()[0])
    return mois_dernier - timedelta(days=round(365.25 * ans))


@when("le professionnel affiche l'indicateur de reprise du mois dernier")
def afficher_indicateur(essai: Essai) -> None:
    essai.releves["indicateur après"] = _indicateur(essai)


@then(
    parse("l'indicateur compte {denominateur:d} séjours de plus, dont {numerateur:d} avec un document antérieur au DMP")
)
def indicateur_compte(essai: Essai, denominateur: int, numerateur: int) -> None:
    essai.bilan.constater(
        regles_reprise.indicateur_juste(
            retirer(essai, "indicateur avant", Mapping),
            retirer(essai, "indicateur après", Mapping),
            numerateur=numerateur,
            denominateur=denominateur,
        )
    )


@then("sa formule est montrée")
def formule(essai: Essai) -> None:
    texte = str(retirer(essai, "indicateur après", Mapping).get("formule") or "")
    essai.bilan.constater(regles_reprise.formule_montree(texte))
    if texte:
        essai.bilan.joindre("formule.txt", "document", texte.encode(), "formule montrée par le logiciel")
