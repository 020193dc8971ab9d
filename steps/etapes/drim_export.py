"""Étapes de l'export d'une DRIMbox consommatrice : ce qu'elle pousse vers le PACS de l'établissement."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.pacs.reseau import STOCKER
from simulators.socle.echange import Echange
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.drim_commun import ATTENTE_S, ExamenEssai, examen
from steps.etapes.drim_consultation import FAMILLES
from steps.etapes.flux import identifiant_emetteur
from steps.etapes.psc_commun import QUI, role_de
from steps.verifications.drim import export as regles


@dataclass(frozen=True)
class Export:
    """Une demande d'export : les examens, ce que le PACS avait et a reçu, la file montrée."""

    noms: tuple[str, ...]
    avant: tuple[Echange, ...]
    apres: tuple[Echange, ...]
    file: tuple[str, ...] | None


@when(motif(rf"{QUI} exporte vers le PACS (?:l'examen|les examens) (?P<noms>« .+ »)$"))
def exporter(essai: Essai, qui: str, noms: str) -> None:
    """D'un seul geste, après avoir choisi les examens dans la liste."""
    choisis = tuple(nom.strip("« »") for nom in noms.replace(", ", " et ").split(" et "))
    vises = [examen(essai, nom) for nom in choisis]
    depuis = essai.journal.position()
    avant = tuple(essai.journal.echanges("pacs", depuis=essai.debut))
    reponse = essai.jouer("exporter_examens", role_de(qui), unique_ids=[vise.uid for vise in vises])
    _attendre(essai, {uid for vise in vises for uid in _images(vise)}, depuis)
    file = reponse.donnees.get("file")
    essai.releves["export"] = Export(
        choisis, avant, tuple(essai.journal.echanges("pacs", depuis=depuis)),
        None if file is None else tuple(str(entree.get("unique_id")) for entree in file),
    )  # fmt: skip


def _attendre(essai: Essai, uids: set[str], depuis: int) -> None:
    """Un export peut se faire en tâche de fond : on laisse arriver ce qui manque."""
    echeance = monotonic() + (0.0 if essai.logiciel.temoin else ATTENTE_S)
    manquent = set(uids)
    while manquent:
        vu = essai.journal.attendre(
            lambda e: e.notes.get("instance") in manquent, depuis=depuis, delai=max(0.0, echeance - monotonic()),
            service="pacs", operation=STOCKER,
        )  # fmt: skip
        if vu is None:
            return
        manquent.discard(vu.notes["instance"])
        depuis = vu.numero


@then(motif(r"les images (?:de l'examen|des examens) (?P<noms>« .+ ») sont au PACS, et elles seules$"))
def au_pacs(essai: Essai, noms: str) -> None:
    voulus = [examen(essai, nom.strip("« »")) for nom in noms.split(" et ")]
    fait = _export(essai)
    attendues = [uid for vise in voulus for uid in _images(vise)]
    essai.bilan.constater(regles.images_poussees(fait.avant, fait.apres, attendues))


@then(parse("chaque image arrivée au PACS porte l'IPP local du patient « {nom} »"))
def sous_l_ipp_local(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    source = examen(essai, _export(essai).noms[0]).examen.patient.ipp
    local = identifiant_emetteur(patient)
    if source == local:
        raise NonConcluant("la source et l'appel contextuel donnent le même IPP : rien ne serait prouvé")
    essai.bilan.constater(regles.ipp_local(_export(essai).apres, local, source))


@then(motif(r"l'export des examens (?P<noms>« .+ ») garde leurs trois familles de syntaxes$"))
def trois_familles(essai: Essai, noms: str) -> None:
    vises = [examen(essai, nom.strip("« »")) for nom in noms.replace(", ", " et ").split(" et ")]
    familles = {famille: _images(vise) for famille, vise in zip(FAMILLES, vises, strict=True)}
    essai.bilan.constater(regles.syntaxes_exportees(_export(essai).apres, familles))


@then("la file d'attente de l'export dit ces examens, et tous sont exportés")
def file_d_attente(essai: Essai) -> None:
    fait = _export(essai)
    demandes = {vise.uid: _images(vise) for vise in (examen(essai, nom) for nom in fait.noms)}
    essai.bilan.constater(regles.file_exportee(fait.apres, demandes, fait.file))


def _images(vise: ExamenEssai) -> list[str]:
    return [image.uid for image in vise.examen.images]


def _export(essai: Essai) -> Export:
    fait = essai.releves.get("export")
    if not isinstance(fait, Export):
        raise NonConcluant("la feature juge un export sans l'avoir joué")
    return fait
