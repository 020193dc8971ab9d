"""Étapes communes de l'annuaire : publier des professionnels, les changer, mettre le logiciel à jour."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from simulators.annuaire.modele import BalPubliee, Professionnel, Situation, Structure, finess_de_test, rpps_de_test
from simulators.annuaire.population import METIERS, REFERENCE, SPECIALITES, jeton
from simulators.socle.echange import Echange
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.vocabulaire import PhraseInconnue
from steps.verifications.annuaire.api import verifier_appels
from steps.verifications.annuaire.contexte import PersonnePubliee

Table = Sequence[Sequence[str]]
DOMAINE = "cabinet.formation.mssante.fr"
_CLE = "professionnels de l'annuaire"


@dataclass
class Publies:
    """Les professionnels que la feature nomme : nom dans la feature → RPPS ; `lieux` → commune."""

    rpps: dict[str, str] = field(default_factory=dict)
    lieux: dict[str, str] = field(default_factory=dict)


def publies(essai: Essai) -> Publies:
    """Ceux du scénario."""
    trouve = essai.releves.setdefault(_CLE, Publies())
    assert isinstance(trouve, Publies)
    return trouve


def rpps_de(essai: Essai, nom: str) -> str:
    """RPPS du professionnel que la feature appelle ainsi."""
    try:
        return publies(essai).rpps[nom]
    except KeyError:
        raise NonConcluant(f"la feature parle du professionnel « {nom} » sans l'avoir présenté") from None


def fiche_publiee(essai: Essai, nom: str) -> Professionnel:
    """Le professionnel tel que l'annuaire le publie en ce moment."""
    personne = essai.banc.annuaire.etat.personne(rpps_de(essai, nom))
    if personne is None:
        raise NonConcluant(f"l'annuaire ne publie pas le professionnel « {nom} »")
    return personne


def publie(essai: Essai, nom: str) -> PersonnePubliee:
    """Ce que l'annuaire publie de lui, sous la forme que les vérifications attendent."""
    return PersonnePubliee.depuis(fiche_publiee(essai, nom))


def reserver_rpps(essai: Essai, nom: str) -> str:
    """RPPS fictif propre à ce scénario et à cette campagne : la base d'un produit garde ceux d'avant."""
    graine = f"{essai.graine}{essai.retenu.numero}/{nom}".encode()
    rang = 5_000_000 + int.from_bytes(hashlib.sha256(graine).digest()[:8], "big") % 4_000_000
    return publies(essai).rpps.setdefault(nom, rpps_de_test(rang))


def publier(
    essai: Essai, nom: str, *, nom_exercice: str, prenom: str, profession: str = "10", specialite: str = "",
    adresses: str = "1", lieu: str = "",
) -> Professionnel:  # fmt: skip
    """Publie un professionnel. `adresses` : nombre de BAL, « aucune » ou « liste rouge »."""
    rpps = reserver_rpps(essai, nom)
    metier = next((m for m in METIERS if profession in (m.code, m.libelle)), None)
    savoir = next((s for s in SPECIALITES if specialite and s.libelle.startswith(specialite)), None)
    if metier is None or (specialite and savoir is None):
        raise PhraseInconnue(f"profession ou spécialité inconnue dans la feature : {profession!r}, {specialite!r}")
    structure = _structure(essai, rpps, lieu)
    publies(essai).lieux[nom] = structure.commune
    return essai.banc.annuaire.etat.publier(
        Professionnel(
            rpps=rpps,
            nom=nom_exercice,
            prenom=prenom,
            metier=metier,
            maj=REFERENCE,
            civilite="MME",
            civilite_exercice="DR" if metier.code == "10" else "",
            savoir_faire=savoir,
            situations=(Situation(f"98{rpps[3:10]}", structure.finess),),
            bals=_bals(nom_exercice, prenom, rpps, adresses),
        )
    )


def _structure(essai: Essai, rpps: str, lieu: str) -> Structure:
    """Le cabinet du professionnel, avec un courriel ordinaire qui n'est pas une BAL."""
    rang = 600_000 + int(rpps[3:10]) % 300_000
    finess = finess_de_test(rang)
    return essai.banc.annuaire.etat.publier_structure(
        Structure(
            finess=finess,
            nom=f"CABINET {lieu or 'FICTIF'} {rang}",
            maj=REFERENCE,
            commune=lieu or "VILLE FICTIVE",
            courriel=f"accueil.{finess}@cabinet-fictif.test",
        )
    )


def _bals(nom: str, prenom: str, rpps: str, adresses: str) -> tuple[BalPubliee, ...]:
    base = f"{jeton(prenom)}.{jeton(nom)}.{rpps[6:10]}"
    if adresses == "liste rouge":
        return (BalPubliee(f"{base}@{DOMAINE}", rang=1, liste_rouge=True),)
    if adresses == "aucune":
        return ()
    # Publiées de la moins à la plus préférée : l'ordre ne dit pas la préférence.
    nombre = int(adresses)
    return tuple(BalPubliee(f"{base}.{rang}@{DOMAINE}", rang=rang) for rang in range(nombre, 0, -1))


@given("des professionnels publiés par l'Annuaire Santé")
def professionnels_publies(essai: Essai, datatable: Table) -> None:
    """Une ligne par professionnel : nom et prénom d'exercice, et au besoin profession, spécialité, adresses, lieu."""
    for ligne in vocabulaire.table(datatable):
        publier(
            essai,
            ligne["professionnel"],
            nom_exercice=ligne["nom"],
            prenom=ligne["prénom"],
            profession=ligne.get("profession") or "10",
            specialite=ligne.get("spécialité", ""),
            adresses=ligne.get("adresses MSSanté", "1"),
            lieu=ligne.get("lieu", ""),
        )


@given(parse("{nombre:d} homonymes de « {nom} » publiés par l'Annuaire Santé"))
def homonymes_publies(essai: Essai, nombre: int, nom: str) -> None:
    """Même nom et même prénom, autres RPPS, autres lieux, publiés avant lui dans l'annuaire."""
    modele = fiche_publiee(essai, nom)
    specialite = modele.savoir_faire.libelle if modele.savoir_faire else ""
    lieu = publies(essai).lieux[nom]
    for rang in range(nombre):
        publier(
            essai, f"{nom}, homonyme {rang}", nom_exercice=modele.nom, prenom=modele.prenom,
            profession=modele.metier.code, specialite=specialite, lieu="AUTRE VILLE",
        )  # fmt: skip
    essai.banc.annuaire.etat.republier_en_dernier(modele.rpps)
    publies(essai).lieux[nom] = lieu


@given("le logiciel est à jour de l'Annuaire Santé")
@when("le logiciel est à jour de l'Annuaire Santé")
def logiciel_a_jour(essai: Essai) -> None:
    """Un chargement, si le logiciel en a un ; celui qui interroge l'annuaire à chaque recherche n'en a pas besoin."""
    essai.tenter("importer_annuaire", "administrateur")


@when("l'Annuaire Santé change d'édition")
def changer_d_edition(essai: Essai) -> None:
    """Les identifiants techniques des professionnels changent, comme d'une version de l'API à l'autre."""
    essai.banc.annuaire.etat.renumeroter()


@when(parse("l'Annuaire Santé change l'adresse MSSanté de « {nom} »"))
def changer_adresse(essai: Essai, nom: str) -> None:
    personne = fiche_publiee(essai, nom)
    neuve = BalPubliee(f"{jeton(personne.prenom)}.{personne.rpps[5:10]}@maison-de-sante.formation.mssante.fr", rang=1)
    essai.banc.annuaire.etat.modifier(personne.rpps, bals=(neuve,))


@then("les appels à l'annuaire suivent ses règles d'emploi")
def appels_conformes(essai: Essai) -> None:
    """Un logiciel qui ne vit que des extractions n'appelle pas l'API : rien n'est à juger ici."""
    essai.bilan.constater(verifier_appels(essai.echanges("annuaire", tout=True)))


def echanges_de_la_campagne(essai: Essai) -> list[Echange]:
    """Tout ce que le logiciel a lu dans l'annuaire depuis le début : une copie chargée plus tôt compte."""
    return essai.journal.echanges(service="annuaire")
