"""Étapes des codes LOINC : fichiers du transcodeur intégrés, rapports, corrections à la main, dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.loinc import ROLE, afficher, constater_ou_arreter
from steps.etapes.loinc_commun import a_coder, choisir, connus, derniere, integrer, reserve
from steps.flux import loinc as transcodeur
from steps.verifications.loinc import dates, integration, rapport
from steps.verifications.loinc.catalogue import Cle, de_nature, lire_objets
from steps.verifications.loinc.formats import IMPORTS

_ABSENTS = {
    "un chapitre et un sous-chapitre": ("LOINC_4", ("chapitre", "sous_chapitre")),
    "un examen": ("LOINC_5", ("examen",)),
    "une analyse": ("LOINC_6", ("analyse",)),
}


# ------------------------------------------------------------------- intégrer
@when(parse("l'administrateur intègre le fichier {fichier} du transcodeur, avec un code pour chacun"))
def integrer_tout(essai: Essai, fichier: str) -> None:
    """Chaque objet reçoit un code différent de celui qu'il a."""
    graine = f"{essai.graine}{essai.retenu.numero}"
    codes = transcodeur.distribuer(a_coder(essai, fichier), reserve(fichier), graine)
    integrer(essai, fichier, {cle: (code,) for cle, code in codes.items()})


@when(parse("l'administrateur intègre un nouveau fichier {fichier}, où un code sur deux a changé"))
def integrer_de_nouveau(essai: Essai, fichier: str) -> None:
    codes = transcodeur.echanger(a_coder(essai, fichier))
    integrer(essai, fichier, {cle: (code,) for cle, code in codes.items()})


@then("le logiciel intègre ce fichier, et chacun porte le code LOINC que le fichier lui donne")
def codes_en_place(essai: Essai) -> None:
    faite = derniere(essai)
    essai.bilan.exiger(integration.fichier_accepte(faite.nom, faite.reponse.resultat, faite.reponse.en_phrase()))
    essai.bilan.constater(integration.codes_integres(faite.fichier, faite.avant, faite.apres, faite.simples()))


# -------------------------------------------------------------------- rapport
@when(motif(r"l'administrateur intègre un fichier où (?P<qui>.+) (?:a|ont) un code absent du jeu de valeurs$"))
def integrer_des_absents(essai: Essai, qui: str) -> None:
    """Les autres objets reçoivent des codes du jeu : ils sont le témoin de ce qui ne se signale pas."""
    fichier, natures = _ABSENTS[qui]
    objets = a_coder(essai, fichier)
    codes = transcodeur.distribuer(objets, reserve(fichier), f"{essai.graine}{essai.retenu.numero}/{fichier}")
    vises = [choisir(objets, nature) for nature in natures]
    absents = transcodeur.distribuer(vises, transcodeur.HORS_JEU, f"{essai.graine}{fichier}")
    donnes = {cle: (code,) for cle, code in (codes | absents).items()}
    integrer(essai, fichier, donnes, {cle: (code,) for cle, code in absents.items()})


@then("le rapport d'import signale ces codes absents, et eux seuls, sans empêcher leur intégration")
def absents_dits(essai: Essai) -> None:
    faite = derniere(essai)
    essai.bilan.exiger(integration.fichier_accepte(faite.nom, faite.reponse.resultat, faite.reponse.en_phrase()))
    essai.bilan.exiger(rapport.rapport_produit(faite.nom, faite.rapport, faite.anomalies))
    absents = {cle: codes[0] for cle, codes in faite.cibles.items()}
    essai.bilan.constater(
        rapport.absents_signales(faite.nom, faite.anomalies, faite.avant, faite.apres, faite.simples(), absents)
    )
    if faite.rapport:
        essai.bilan.constater(rapport.rapport_parlant(faite.nom, faite.rapport, faite.avant, dict(faite.cibles)))


@when("l'administrateur intègre un fichier LOINC_6 où une analyse revient avec un autre code")
def integrer_des_lignes_multiples(essai: Essai) -> None:
    _integrer_multiples(essai, cote_a_cote=False)


@when("l'administrateur intègre un fichier LOINC_6 où une analyse a deux codes sur sa ligne")
def integrer_des_codes_cote_a_cote(essai: Essai) -> None:
    _integrer_multiples(essai, cote_a_cote=True)


def _integrer_multiples(essai: Essai, *, cote_a_cote: bool) -> None:
    objets = a_coder(essai, "LOINC_6")
    visee = choisir(objets, "analyse")
    libres = [code for code in transcodeur.ANALYSES if code != visee.code_loinc]
    codes = transcodeur.distribuer(objets, transcodeur.ANALYSES, f"{essai.graine}{cote_a_cote}")
    premier = codes[visee.cle] if codes[visee.cle] != visee.code_loinc else libres[0]
    cible = {visee.cle: (premier, next(code for code in libres if code != premier))}
    integrer(essai, "LOINC_6", {**{c: (code,) for c, code in codes.items()}, **cible}, cible, cote_a_cote=cote_a_cote)
    essai.releves["côte à côte"] = cote_a_cote


@then("le rapport d'import bloque cette analyse, qui ne prend aucun des deux codes")
def multiples_dits(essai: Essai) -> None:
    faite = derniere(essai)
    cote_a_cote: bool = essai.releves["côte à côte"]
    multiples = dict(faite.cibles)
    essai.bilan.constater(
        rapport.multiples_bloques(faite.nom, faite.anomalies, faite.avant, faite.apres, multiples, cote_a_cote)
    )
    if faite.rapport and not cote_a_cote:
        essai.bilan.constater(rapport.rapport_parlant(faite.nom, faite.rapport, faite.avant, multiples))


# ------------------------------------------------------------------- à la main
_DU_CODE = ("code_loinc", "libelle_loinc", "loinc_cree_le", "loinc_modifie_le")
"""Ce qu'une personne relève de l'objet qu'elle vient de changer."""


@when("l'administrateur change à la main le code LOINC d'un chapitre, d'un sous-chapitre, d'un examen et d'une analyse")
def modifier_les_quatre(essai: Essai) -> None:
    """Un code par objet, et chaque changement a son heure."""
    avant = connus(essai, *IMPORTS.values())
    objets = lire_objets(avant)
    montres: list[Mapping[str, Any]] = []
    attendus: dict[Cle, str] = {}
    changements: dict[Cle, dates.Changement] = {}
    for nature in ("chapitre", "sous_chapitre", "examen", "analyse"):
        objet = choisir(objets, nature)
        codes = transcodeur.CHAPITRES if "chapitre" in nature else transcodeur.ANALYSES
        portes = {o.code_loinc for o in de_nature(objets, nature)} | set(attendus.values())
        libres = [code for code in codes if code not in portes] or [c for c in codes if c != objet.code_loinc]
        code = libres[len(attendus) % len(libres)]
        debut = datetime.now(UTC)
        reponse = essai.jouer("modifier_code_loinc", ROLE, objet=nature, code=objet.reference, code_loinc=code)
        essai.bilan.exiger(integration.modification_acceptee(objet.nom, code, reponse.resultat, reponse.en_phrase()))
        attendus[objet.cle] = code
        changements[objet.cle] = dates.Changement(debut, datetime.now(UTC))
        montre = reponse.donnees.get("objet")
        if isinstance(montre, Mapping):
            connu = next(brut for brut in avant if lire_objets([brut])[0].cle == objet.cle)
            montres.append({**connu, **{nom: montre.get(nom) for nom in _DU_CODE}})
    apres = afficher(essai)
    essai.releves["modification"] = (avant, apres or montres, attendus, changements, bool(apres))


@then("chacun des quatre porte son nouveau code LOINC, et aucun autre objet n'a changé")
def quatre_modifies(essai: Essai) -> None:
    """Un changement qui n'a pas eu lieu n'a pas de date : la suite ne se juge pas."""
    avant, apres, attendus, _, complet = essai.releves["modification"]
    constater_ou_arreter(essai, integration.codes_modifies(avant, apres, attendus, complet))


@then("chacun des quatre montre la date de son changement, et aucune autre date n'a changé")
def quatre_dates(essai: Essai) -> None:
    avant, apres, _, changements, complet = essai.releves["modification"]
    essai.bilan.constater(dates.changements_dates(avant, apres, changements))
    essai.bilan.constater(dates.autres_dates_gardees(avant, apres, sorted(changements), complet))
    releve = dates.releve(avant, apres, changements).encode()
    essai.bilan.joindre(
        "dates-des-codes-loinc.txt", "document", releve, "codes LOINC changés à la main, et leurs dates"
    )


@then("chaque code LOINC changé par le fichier montre la date de l'intégration, et aucune autre date n'a changé")
def integration_datee(essai: Essai) -> None:
    """Une ligne qui redonne le même code peut le dater de nouveau ou non : le texte ne le dit pas."""
    faite = derniere(essai)
    anciens = {objet.cle: objet.code_loinc for objet in lire_objets(faite.avant)}
    vus = {objet.cle: objet.code_loinc for objet in lire_objets(faite.apres)}
    changes = {cle: faite.changement for cle in faite.codes if cle in vus and vus[cle] != anciens[cle]}
    if not faite.apres:
        changes = dict.fromkeys(faite.codes, faite.changement)
    if not changes:
        raise NonConcluant(f"le fichier {faite.nom} n'a changé aucun code : {faite.reponse.en_phrase()}")
    essai.bilan.constater(dates.changements_dates(faite.avant, faite.apres, changes))
    complet = bool(faite.apres)
    essai.bilan.constater(dates.autres_dates_gardees(faite.avant, faite.apres, sorted(faite.codes), complet))
