"""Étapes des courriels MSSanté que l'utilisateur écrit, à un correspondant ou à un usager."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pytest_bdd import when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.mssante.etat import Bal
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.mss_commun import (
    BOITES,
    NOMBRES,
    adresse_du_patient,
    attendre,
    boite_de,
    boite_de_type,
    choisir_correspondants,
    document_dans,
)
from steps.etapes.mss_jugement import juger_sujets
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.verifications.mssante import dossier_envois as regles
from steps.verifications.mssante.dossier_interdits import identifiant
from steps.verifications.mssante.dossier_lecture import CourrielVu

_CORPS = (
    "Bonjour,\n"
    "À propos de « {nom} » : la valeur relevée dépasse le seuil de 3,5 µmol/L, merci de recontrôler à jeûn.\n"
    "L'équipe du laboratoire, réf. {rang}"
)
"""Trois lignes, avec de quoi montrer que l'UTF-8 passe : accents, guillemets, lettre grecque."""


@dataclass
class Ecrit:
    """Un courriel que l'utilisateur a écrit, et ce que l'opérateur en a vu."""

    nom: str
    bal: Bal
    destinataires: tuple[str, ...]
    objet: str
    corps: str
    options: dict[str, Any]
    reponse: ReponseAction
    patient: PatientEssai | None = None
    vu: CourrielVu | None = None

    @property
    def envoi_id(self) -> str:
        envoi = self.reponse.donnees.get("envoi")
        return str(envoi.get("envoi_id") or "") if isinstance(envoi, dict) else ""


def ecrits(essai: Essai) -> list[Ecrit]:
    """Tous les courriels écrits dans le scénario, dans l'ordre."""
    liste: list[Ecrit] = essai.releves.setdefault("courriels écrits", [])
    return liste


def ecrit(essai: Essai, nom: str) -> Ecrit:
    """Le dernier courriel que la feature appelle ainsi, une fois vu par l'opérateur."""
    trouve = next((e for e in reversed(ecrits(essai)) if e.nom == nom), None)
    if trouve is None or trouve.vu is None:
        raise NonConcluant(f"la feature constate le courriel « {nom} » sans qu'il soit parti")
    return trouve


def patient_voulu(essai: Essai, vu: CourrielVu) -> PatientEssai | None:
    """Le patient pour qui l'utilisateur a voulu ce courriel : celui qu'il a choisi, ou celui du compte rendu envoyé."""
    for courriel in ecrits(essai):
        if courriel.vu is vu:
            return courriel.patient
    portes = [d for nom, d in essai.documents.items() if f"analyses {nom}" in essai.releves]
    return next((d.patient for d in portes if document_dans(essai, vu, d) is not None), None)


def ecrire(
    essai: Essai,
    role: str,
    nom: str,
    *,
    bal: Bal | None = None,
    destinataires: Sequence[str] = (),
    patient: PatientEssai | None = None,
    a_usager: bool = False,
    **options: Any,
) -> Ecrit:
    """Fait écrire et envoyer un courriel ; ne juge rien. `options` : paramètres facultatifs de l'action."""
    depuis = essai.journal.position()
    emission = bal or boite_de(essai, role)
    corps = _CORPS.format(nom=nom, rang=len(ecrits(essai)) + 1)
    parametres: dict[str, Any] = {"expediteur": emission.adresse, "objet": nom, "corps": corps, **options}
    if destinataires:
        parametres["destinataires"] = list(destinataires)
    if patient is not None:
        parametres["patient_id"] = patient.patient_id
    if a_usager:
        parametres["a_usager"] = True
    reponse = essai.jouer("envoyer_courriel", role, **parametres)
    attendus = (*destinataires, *((adresse_du_patient(patient),) if a_usager and patient else ()))
    courriel = Ecrit(nom, emission, attendus, nom, corps, options, reponse, patient)
    ecrits(essai).append(courriel)
    if reponse.fait:
        courriel.vu = _retrouver(essai, courriel, depuis)
    return courriel


def _retrouver(essai: Essai, courriel: Ecrit, depuis: int) -> CourrielVu | None:
    """Le courriel sur le fil : par le Message-ID que dit le logiciel, sinon le dernier parti de cette boîte."""
    envoi = courriel.reponse.donnees.get("envoi")
    annonce = identifiant(envoi.get("message_id")) if isinstance(envoi, dict) else ""
    boite = courriel.bal.adresse.lower()

    def candidats(partis: Sequence[CourrielVu]) -> list[CourrielVu]:
        if annonce and (exacts := [vu for vu in partis if identifiant(vu.message_id) == annonce]):
            return exacts
        return [vu for vu in partis if boite in (vu.expediteur.lower(), vu.bal)]

    trouves = candidats(attendre(essai, lambda partis: bool(candidats(partis)), depuis))
    return trouves[-1] if trouves else None


def exiger_parti(essai: Essai, courriel: Ecrit) -> CourrielVu:
    """Le courriel est passé, à ses destinataires ; sinon le scénario s'arrête là."""
    quoi, dit = f"« {courriel.nom} »", courriel.reponse.en_phrase()
    adresse = courriel.bal.adresse
    essai.bilan.exiger(regles.courriel_parti(courriel.vu, courriel.destinataires, quoi, dit, bal=adresse))
    assert courriel.vu is not None
    return courriel.vu


# -------------------------------------------------------------------- écrire
_ACCUSES = {
    "un accusé de distribution": {"accuse_distribution": True},
    "un accusé de lecture": {"accuse_lecture": True},
    "les accusés de distribution et de lecture": {"accuse_distribution": True, "accuse_lecture": True},
}
_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_OPTIONS = (
    rf"(?: avec (?:le document|les documents) (?P<documents>« .+? »(?:, « .+? »)*))?"
    rf"(?: en demandant (?P<accuses>{'|'.join(_ACCUSES)}))?"
)


@when(
    motif(
        rf"{_QUI} envoie (?:depuis la boîte (?P<boite>{'|'.join(BOITES)}) )?à (?P<combien>{'|'.join(NOMBRES)}) "
        rf"correspondants? le courriel (?P<forme>mis en forme )?« (?P<nom>[^»]+) »{_OPTIONS}$"
    )
)
def envoyer_aux_correspondants(
    essai: Essai,
    qui: str,
    boite: str | None,
    combien: str,
    forme: str | None,
    nom: str,
    documents: str | None,
    accuses: str | None,
) -> None:
    """À des correspondants de la liste fictive, depuis la boîte de l'utilisateur ou celle qui est dite."""
    role = vocabulaire.role(qui)
    adresses = [c.bal for c in choisir_correspondants(essai, NOMBRES[combien])]
    options, patient = _options(essai, documents, accuses)
    if forme:
        options["mise_en_forme"] = True
    bal = boite_de_type(essai, BOITES[boite]) if boite else None
    exiger_parti(essai, ecrire(essai, role, nom, bal=bal, destinataires=adresses, patient=patient, **options))


@when(
    motif(
        rf"{_QUI} envoie au patient « (?P<patient>[^»]+) » le courriel « (?P<nom>[^»]+) »{_OPTIONS}"
        r"(?P<fin> sans souhaiter de réponse)?$"
    )
)
def envoyer_au_patient(
    essai: Essai, qui: str, patient: str, nom: str, documents: str | None, accuses: str | None, fin: str | None
) -> None:
    """À l'usager lui-même, choisi depuis son dossier ; l'adresse est au logiciel de la former."""
    options, _ = _options(essai, documents, accuses)
    if fin:
        options["sans_reponse"] = True
    malade = essai.patient(patient)
    courriel = ecrire(essai, vocabulaire.role(qui), nom, patient=malade, a_usager=True, **options)
    if courriel.vu is not None:
        # L'adresse se juge d'abord : à une autre, le courriel est bien parti, et ce constat-là dit pourquoi c'est faux.
        essai.bilan.constater(regles.adresse_de_l_usager(courriel.vu, adresse_du_patient(malade)))
        juger_sujets(essai, [(courriel.vu, malade, {})], "usager")
        courriel.destinataires = courriel.vu.destinataires
    exiger_parti(essai, courriel)


def _options(essai: Essai, documents: str | None, accuses: str | None) -> tuple[dict[str, Any], PatientEssai | None]:
    options: dict[str, Any] = dict(_ACCUSES[accuses]) if accuses else {}
    noms = [nom.strip("« »") for nom in documents.split(" », « ")] if documents else []
    joints = [essai.document(nom) for nom in noms]
    if joints:
        options["documents"] = [document.document_id for document in joints]
    return options, joints[0].patient if joints else None


@when(motif(rf"{_QUI} essaie d'envoyer au patient « (?P<patient>[^»]+) » le courriel « (?P<nom>[^»]+) »$"))
def essayer_d_envoyer(essai: Essai, qui: str, patient: str, nom: str) -> None:
    """Le logiciel peut refuser : c'est à l'étape « Alors » de le dire."""
    essai.releves[f"depuis {nom}"] = essai.journal.position()
    ecrire(essai, vocabulaire.role(qui), nom, patient=essai.patient(patient), a_usager=True)


@when(
    parse(
        "le professionnel essaie d'envoyer le courriel « {nom} » à l'adresse d'usager du patient « {patient} », "
        "saisie à la main"
    )
)
def essayer_a_la_main(essai: Essai, nom: str, patient: str) -> None:
    """Une adresse tapée n'est pas formée d'une INS qualifiée ; un logiciel peut aussi ne pas offrir de la taper."""
    malade = essai.patient(patient)
    bal = boite_de(essai, "biologiste_1")
    essai.releves[f"depuis {nom}"] = essai.journal.position()
    corps = _CORPS.format(nom=nom, rang=len(ecrits(essai)) + 1)
    adresses = [adresse_du_patient(malade)]
    parametres = {"expediteur": bal.adresse, "destinataires": adresses, "objet": nom, "corps": corps}
    reponse = essai.tenter("envoyer_courriel", "biologiste_1", **parametres)
    ecrits(essai).append(Ecrit(nom, bal, tuple(adresses), nom, corps, {}, reponse, malade))
