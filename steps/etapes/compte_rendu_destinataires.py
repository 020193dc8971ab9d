"""Étapes de ceux qu'un compte rendu nomme : destinataires et demandeur."""

from __future__ import annotations

from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from simulators.socle.correspondants import Correspondant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.compte_rendu_commun import ANALYSES, exporter, saisir
from steps.etapes.mss_commun import choisir_correspondants
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.destinataires import (
    Destinataire,
    adresse_du_demandeur,
    destinataires_nommes,
    eux_seuls,
)

_RESULTATS = (Resultat(ANALYSES["Potassium"], "Potassium", "4.4", "mmol/L"),)
_CONFRERE = "un confrère"


@when(parse("le professionnel valide pour le patient « {patient} » le compte rendu « {nom} », adressé aussi à"))
def valider_adresse(essai: Essai, patient: str, nom: str, datatable: Table) -> None:
    """« un confrère » : un professionnel que le dossier ne connaît pas ; tout autre mot : le nom d'un service."""
    ajoutes = []
    for ligne in vocabulaire.table(datatable):
        if ligne["destinataire"] == _CONFRERE:
            ajoutes.append(personne(choisir_correspondants(essai, 1)[0]))
        else:
            ajoutes.append(Destinataire(ligne["destinataire"]))
    saisir(essai, nom, patient, _RESULTATS, destinataires=[pour_contrat(d) for d in ajoutes])
    du_dossier = [personne(c) for c in essai.releves.get(f"correspondants {patient}", ())]
    essai.releves.setdefault("destinataires des comptes rendus", {})[nom] = (*ajoutes, *du_dossier)


@then(parse("le compte rendu « {nom} » nomme tous ses destinataires, et eux seuls"))
def tous_nommes(essai: Essai, nom: str) -> None:
    cda, connus = exporter(essai, nom, "N3", complement=True), essai.releves["destinataires des comptes rendus"]
    attendus = connus[nom]
    etrangers = tuple(d for autre, ceux in connus.items() if autre != nom for d in ceux)
    essai.bilan.constater(destinataires_nommes(cda, attendus, f"« {nom} »"))
    essai.bilan.constater(eux_seuls(cda, etrangers, attendus, f"« {nom} »"))


@when(parse("le professionnel valide pour le patient « {patient} » le compte rendu « {nom} », demandé par {qui}"))
def valider_demande(essai: Essai, patient: str, nom: str, qui: str) -> None:
    """« un médecin » ou « un autre médecin » : un correspondant fictif différent à chaque fois."""
    if qui not in ("un médecin", "un autre médecin"):
        raise vocabulaire.PhraseInconnue(
            f"demandeur inconnu : {qui!r} ; attendu « un médecin » ou « un autre médecin »"
        )
    demandeur = personne(choisir_correspondants(essai, 1)[0])
    saisir(essai, nom, patient, _RESULTATS, demandeur=pour_contrat(demandeur))
    essai.releves[f"demandeur {nom}"] = demandeur


@then(parse("le compte rendu « {nom} » porte l'adresse MSSanté de son demandeur"))
def demandeur_joignable(essai: Essai, nom: str) -> None:
    cda, demandeur = exporter(essai, nom, "N3", complement=True), essai.releves[f"demandeur {nom}"]
    essai.bilan.constater(adresse_du_demandeur(cda, demandeur, f"« {nom} »"))


def personne(correspondant: Correspondant) -> Destinataire:
    """Le correspondant fictif comme destinataire d'un document."""
    return Destinataire(correspondant.nom, correspondant.prenom, correspondant.rpps, correspondant.bal)


def pour_contrat(destinataire: Destinataire) -> dict[str, Any]:
    """Ce destinataire dans les champs du contrat, ceux qu'il a."""
    champs = ("nom", "prenom", "rpps", "adresse_mss")
    return {champ: valeur for champ in champs if (valeur := getattr(destinataire, champ))}
