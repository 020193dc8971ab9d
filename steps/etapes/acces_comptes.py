"""Étapes de la base de comptes : comptes de mise en place, référentiel local, extraction, mise à jour en masse."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.acces_commun import (
    Table,
    adresse_neuve,
    compte,
    comptes,
    lire_compte,
    permissions,
    preparer_compte,
    presenter_compte,
)
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications.acces import masse, synchronisation
from steps.verifications.acces.masse import Extraction

PROFESSION = "Technicien de laboratoire"
"""Profession des comptes de mise en place : une mention, que l'Annuaire Santé ne connaît pas."""


# ------------------------------------------------------------------ mise en place
@given("des comptes de professionnels dans le logiciel")
def comptes_en_place(essai: Essai, datatable: Table) -> None:
    """Une ligne par compte : nom, prénom et permissions ; mot de passe tiré par le banc."""
    for ligne in vocabulaire.table(datatable):
        preparer_compte(
            essai, ligne["compte"], nom=ligne["nom"], prenom=ligne["prénom"], profession=PROFESSION,
            permissions=permissions(essai, ligne["permissions"]),
        )  # fmt: skip


# ------------------------------------------------------------------ référentiel local
@dataclass
class _Source:
    """Ce que le référentiel dit d'un compte ; `avant` : ce que le logiciel en montrait avant de changer la source."""

    identite: dict[str, Any] = field(default_factory=dict)
    permissions: list[str] = field(default_factory=list)
    avant: Mapping[str, Any] | None = None


@given(parse("le référentiel local donne « {nom} »"))
def modifier_referentiel(essai: Essai, nom: str, datatable: Table) -> None:
    vise = compte(essai, nom)
    (ligne,) = vocabulaire.table(datatable)
    attributs = {champ: ligne[titre] for titre, champ in (("nom", "nom"), ("prénom", "prenom")) if titre in ligne}
    if "courriel" in ligne:
        attributs["courriel"] = adresse_neuve(essai, nom)
    source = _sources(essai).setdefault(nom, _Source())
    source.identite.update(attributs)
    source.permissions = permissions(essai, ligne["permissions"])
    source.avant = lire_compte(essai, nom)
    essai.preparer(
        "modifier_referentiel", "administrateur", identifiant=vise.identifiant, permissions=source.permissions,
        **({"attributs": attributs} if attributs else {}),
    )  # fmt: skip


@when("l'administrateur synchronise les comptes")
def synchroniser(essai: Essai) -> None:
    essai.jouer("synchroniser_comptes", "administrateur")


@then(parse("l'identité de « {nom} » est celle du référentiel"))
def identite_du_referentiel(essai: Essai, nom: str) -> None:
    source = _source(essai, nom)
    montre = lire_compte(essai, nom)
    essai.bilan.constater(
        synchronisation.identite_synchronisee(montre, source.avant, source.identite, f"compte « {nom} »")
    )


@then(parse("les permissions de « {nom} » sont celles du référentiel"))
def permissions_du_referentiel(essai: Essai, nom: str) -> None:
    source = _source(essai, nom)
    montre = lire_compte(essai, nom)
    essai.bilan.constater(
        synchronisation.permissions_synchronisees(montre, source.avant, source.permissions, f"compte « {nom} »")
    )


@then(parse("« {nom} » est resté ce que dit le référentiel"))
def toujours_celui_du_referentiel(essai: Essai, nom: str) -> None:
    source = _source(essai, nom)
    essai.bilan.constater(
        synchronisation.toujours_synchronise(
            lire_compte(essai, nom), source.identite, source.permissions, f"compte « {nom} »"
        )
    )


def _sources(essai: Essai) -> dict[str, _Source]:
    connues: dict[str, _Source] = essai.releves.setdefault("référentiel local", {})
    return connues


def _source(essai: Essai, nom: str) -> _Source:
    try:
        return _sources(essai)[nom]
    except KeyError:
        raise NonConcluant(f"le référentiel local ne dit rien de « {nom} » dans cette feature") from None


# ------------------------------------------------------------------ mise à jour en masse
@given(parse("un compte « {nom} » absent du logiciel"))
def compte_absent(essai: Essai, nom: str, datatable: Table) -> None:
    (ligne,) = vocabulaire.table(datatable)
    presenter_compte(essai, nom, nom=ligne["nom"], prenom=ligne["prénom"], profession=PROFESSION)


@when("l'administrateur extrait les comptes")
def extraire_avant(essai: Essai) -> None:
    essai.releves["extraction d'avant"] = essai.releves["extraction"] = _extraire(essai)


@when("l'administrateur extrait de nouveau les comptes")
def extraire_apres(essai: Essai) -> None:
    essai.releves["extraction"] = _extraire(essai)


@when("l'administrateur charge un fichier de mise à jour")
def charger_fichier(essai: Essai, datatable: Table) -> None:
    """Une ligne par action ; une case vide ne change rien."""
    lignes = [_ligne(essai, ligne) for ligne in vocabulaire.table(datatable)]
    reponse = essai.jouer("mettre_a_jour_comptes", "administrateur", lignes=lignes)
    if reponse.donnees.get("fichier_base64"):
        nom = str(reponse.donnees.get("nom") or "mise-a-jour")
        essai.bilan.joindre(nom, "document", _octets(reponse), "fichier de mise à jour en masse")


def _ligne(essai: Essai, ligne: Mapping[str, str]) -> dict[str, Any]:
    vise = compte(essai, ligne["compte"])
    champs = {champ: ligne[titre] for titre, champ in (("nom", "nom"), ("prénom", "prenom")) if ligne.get(titre)}
    if ligne["action"] == "creer":
        champs = {**champs, "profession": PROFESSION}
    essai.releves[f"champs demandés de {vise.nom}"] = champs
    rendue: dict[str, Any] = {"action": ligne["action"], "identifiant": vise.identifiant}
    if champs:
        rendue["champs"] = champs
    if ligne.get("permission"):
        rendue["permission"] = permissions(essai, ligne["permission"])[0]
    return rendue


@then(parse("le compte « {nom} » apparaît dans l'extraction"))
def cree_dans_l_extraction(essai: Essai, nom: str) -> None:
    champs = retirer(essai, f"champs demandés de {nom}", dict)
    essai.bilan.constater(masse.compte_cree(*_extractions(essai), compte(essai, nom).identifiant, champs))


@then(parse("le compte « {nom} » porte les données du fichier dans l'extraction"))
def modifie_dans_l_extraction(essai: Essai, nom: str) -> None:
    champs = retirer(essai, f"champs demandés de {nom}", dict)
    essai.bilan.constater(masse.compte_modifie(*_extractions(essai), compte(essai, nom).identifiant, champs))


@then(parse("le compte « {nom} » n'apparaît plus dans l'extraction"))
def supprime_de_l_extraction(essai: Essai, nom: str) -> None:
    essai.bilan.constater(masse.compte_supprime(*_extractions(essai), compte(essai, nom).identifiant))


@then(
    motif(
        r"le compte « (?P<nom>[^»]+) » a la permission « (?P<voulue>[^»]+) » en (?P<sens>plus|moins) dans l'extraction$"
    )
)
def permission_dans_l_extraction(essai: Essai, nom: str, voulue: str, sens: str) -> None:
    essai.bilan.constater(
        masse.permission_changee(
            *_extractions(essai), compte(essai, nom).identifiant, permissions(essai, voulue)[0], ajout=sens == "plus"
        )
    )


@then(parse("les comptes « {noms} » n'ont pas changé"))
def temoins_inchanges(essai: Essai, noms: str) -> None:
    identifiants = [compte(essai, nom.strip()).identifiant for nom in noms.split(",")]
    essai.bilan.constater(masse.temoins_inchanges(*_extractions(essai), identifiants))


@then("le fichier extrait porte les comptes tels qu'ils sont")
def fichier_fidele(essai: Essai) -> None:
    """Le fichier lui-même, comparé à la fiche de chaque compte de ce scénario."""
    extraction = retirer(essai, "extraction", Extraction)
    fiches = [lire_compte(essai, nom) for nom, connu in comptes(essai).items() if connu.compte_id]
    essai.bilan.constater(masse.fichier_fidele(extraction, [fiche for fiche in fiches if fiche]))


def _extraire(essai: Essai) -> Extraction:
    reponse = essai.preparer("extraire_comptes", "administrateur")
    octets = _octets(reponse)
    if octets:
        essai.bilan.joindre(str(reponse.donnees.get("nom") or "comptes"), "document", octets, "extraction des comptes")
    return Extraction.depuis(list(reponse.donnees.get("comptes") or []), octets)


def _extractions(essai: Essai) -> tuple[Extraction, Extraction]:
    return retirer(essai, "extraction d'avant", Extraction), retirer(essai, "extraction", Extraction)


def _octets(reponse: ReponseAction) -> bytes:
    try:
        return base64.b64decode(str(reponse.donnees.get("fichier_base64") or ""), validate=True)
    except binascii.Error as erreur:
        raise NonConcluant(f"fichier_base64 illisible : {erreur}") from erreur
