"""Étapes de la recherche d'une adresse MSSanté dans l'annuaire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.annuaire_commun import echanges_de_la_campagne, fiche_publiee, publie, publies, rpps_de
from steps.releves import retirer
from steps.verifications.annuaire import adresses as regles

_CRITERES = {
    "par son RPPS": ("rpps",),
    "par son nom et son prénom": ("nom", "prenom"),
    "par son nom, son prénom et son lieu": ("nom", "prenom", "lieu"),
}


@when("l'Annuaire Santé refuse pour excès le prochain appel")
def refus_pour_exces(essai: Essai) -> None:
    essai.banc.annuaire.panne("debit_depasse")


@when(motif(r"(?P<qui>.+?) cherche « (?P<nom>[^»]+) » dans l'annuaire (?P<comment>par son .+)$"))
def chercher(essai: Essai, qui: str, nom: str, comment: str) -> None:
    """Les critères sont ceux que l'annuaire publie en ce moment."""
    if comment not in _CRITERES:
        raise vocabulaire.PhraseInconnue(f"manière de chercher inconnue : {comment!r} ; {list(_CRITERES)}")
    personne = fiche_publiee(essai, nom)
    valeurs = {
        "rpps": rpps_de(essai, nom),
        "nom": personne.nom,
        "prenom": personne.prenom,
        "lieu": publies(essai).lieux.get(nom, ""),
    }
    criteres = {champ: valeurs[champ] for champ in _CRITERES[comment]}
    reponse = essai.jouer("rechercher_annuaire", vocabulaire.role(qui), **criteres)
    resultats: Sequence[Mapping[str, Any]] = reponse.donnees.get("professionnels") or []
    essai.releves["recherche dans l'annuaire"] = (resultats, reponse.en_phrase())


@then(parse("l'adresse MSSanté montrée pour « {nom} » est celle que l'annuaire publie"))
def adresse_publiee(essai: Essai, nom: str) -> None:
    """La valeur attendue vient de la publication en cours, et une réponse de l'annuaire doit l'avoir portée."""
    resultats, dit = retirer(essai, "recherche dans l'annuaire", tuple)
    personne = publie(essai, nom)
    constat = regles.adresse_trouvee(resultats, personne, dit)
    essai.bilan.constater(constat)
    montrees = regles.adresses_montrees(resultats, personne) or []
    essai.releves.setdefault("adresses montrées", []).extend(montrees)
    if montrees:
        essai.bilan.constater(regles.adresse_lue_dans_l_annuaire(resultats, personne, echanges_de_la_campagne(essai)))
    if montrees and len(personne.adresses) > 1:
        essai.bilan.constater(regles.preferee_d_abord(resultats, personne))


@then(parse("aucune adresse MSSanté n'est montrée pour « {nom} »"))
def sans_adresse(essai: Essai, nom: str) -> None:
    """L'annuaire n'en publie pas ; les adresses montrées plus tôt dans le scénario sont le contrôle positif."""
    resultats, _ = retirer(essai, "recherche dans l'annuaire", tuple)
    temoins = list(essai.releves.get("adresses montrées", []))
    essai.bilan.constater(regles.aucune_adresse(resultats, publie(essai, nom), temoins=temoins))
