"""Étapes des courriels MSSanté reçus : relève, usager reconnu, pièces, réponse dans le fil."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.mssante import mime
from simulators.mssante.courriels import Envoi, emetteur_de
from simulators.mssante.courriels.composition import Transmission
from simulators.mssante.courriels.modele import BIOLOGIE, LETTRE
from simulators.mssante.etat import Bal
from simulators.socle.correspondants import CORRESPONDANTS
from simulators.socle.identites import IdentiteTest, fabriquer_identite
from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import amener_au_statut, presenter
from steps.etapes.mss_commun import attendre, boite_de, vus
from steps.etapes.mss_courriels import patient_voulu
from steps.etapes.mss_jugement import joindre_source, joindre_transmission, juger_sujets
from steps.flux.identite import comparable
from steps.flux.messages import Emetteur
from steps.logiciel.protocole import ReponseAction
from steps.verifications.mssante import dossier_envois as regles_envois
from steps.verifications.mssante import dossier_reception as regles
from steps.verifications.mssante.dossier_interdits import identifiant
from steps.verifications.mssante.dossier_lecture import CourrielVu

_DOMAINE_VOISIN = "1.2.250.1.213.99.8"
_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_PAR = r"reçu par (?P<qui>le professionnel|un autre professionnel)"
_FIL = ("<debut.echange@hopital.formation.mssante.fr>", "<suite.echange@labo.formation.mssante.fr>")


@dataclass
class Recu:
    """Un courriel déposé dans une boîte du logiciel, et ce que celui-ci en montre."""

    nom: str
    role: str
    bal: Bal
    vu: CourrielVu
    courriel_id: str = ""
    en_liste: Mapping[str, Any] = field(default_factory=dict)
    montre: Mapping[str, Any] = field(default_factory=dict)
    reponse: CourrielVu | None = None


def recu(essai: Essai, nom: str) -> Recu:
    """Le courriel reçu que la feature appelle ainsi."""
    trouve = essai.releves.get(f"courriel reçu {nom}")
    if not isinstance(trouve, Recu):
        raise NonConcluant(f"la feature parle du courriel reçu « {nom} » sans l'avoir déposé")
    return trouve


# ------------------------------------------------------------------- déposer
def deposer(essai: Essai, nom: str, role: str, octets: bytes) -> Recu:
    """Met ce courriel dans la boîte personnelle de cet utilisateur."""
    bal = boite_de(essai, role)
    essai.banc.mssante.deposer(bal.adresse, octets)
    depose = Recu(nom, role, bal, CourrielVu(octets))
    essai.releves[f"courriel reçu {nom}"] = depose
    return depose


def envoi_vers(essai: Essai, nom: str, role: str, patient: IdentiteTest) -> Envoi:
    """De quoi composer un courriel d'un confrère vers la boîte personnelle de cet utilisateur."""
    rang = int(essai.releves.get("courriels déposés", 0))
    essai.releves["courriels déposés"] = rang + 1
    emetteur = emetteur_de(CORRESPONDANTS[(3 + rang) % len(CORRESPONDANTS)].bal)
    graine = f"{essai.graine}{essai.retenu.numero}/{nom}"
    return Envoi(patient, boite_de(essai, role).adresse, emetteur, datetime.now(UTC), graine)


@given(motif(rf"un courriel « (?P<nom>[^»]+) » (?P<fil>déjà dans un fil, |lié à un seul message, )?{_PAR}$"))
def courriel_recu(essai: Essai, nom: str, fil: str | None, qui: str) -> None:
    """D'un confrère, par un client MSSanté ; `fil` : ses propres en-têtes de conversation."""
    role = vocabulaire.role(qui)
    liens: dict[str, str | None] = {}
    if fil and "déjà" in fil:
        liens = {"In-Reply-To": _FIL[1], "References": mime.replier(" ".join(_FIL))}
    elif fil:
        liens = {"In-Reply-To": _FIL[0]}
    envoi = envoi_vers(essai, nom, role, fabriquer_identite(f"{essai.graine}{nom}"))
    corps = mime.texte("Bonjour,\n\nPouvez-vous me rappeler ce résultat dès réception ?\n\nBien à vous")
    deposer(essai, nom, role, Transmission(envoi, corps=corps, objet=nom, entetes=liens).courriel().octets)


@given(
    motif(
        r"un courriel « (?P<nom>[^»]+) » portant les documents (?P<inconnu>d'un homonyme inconnu )?du patient "
        rf"« (?P<patient>[^»]+) »(?: et citant le patient « (?P<cite>[^»]+) »)?, {_PAR}$"
    )
)
def transmission_recue(essai: Essai, nom: str, inconnu: str | None, patient: str, cite: str | None, qui: str) -> None:
    """Deux documents en archive et en PDF/A-1. Le corps peut nommer quelqu'un d'autre : il ne fait pas foi."""
    role = vocabulaire.role(qui)
    reference = essai.patient(patient).reference
    if inconnu:
        reference = homonyme_inconnu(essai, reference, nom)
    envoi = envoi_vers(essai, nom, role, reference)
    documents = [envoi.document(genre, f"/{genre.code}") for genre in (BIOLOGIE, LETTRE)]
    transmission = Transmission(envoi, documents)
    if cite:
        autre = essai.patient(cite).reference
        transmission.corps = mime.texte(
            f"Bonjour,\n\nVoici les documents de {autre.prenoms[0]} {autre.nom_naissance}, "
            f"INS {autre.matricule_ins}, comme convenu.\n\nBien à vous"
        )
    deposer(essai, nom, role, transmission.courriel().octets)


def homonyme_inconnu(essai: Essai, reference: IdentiteTest, graine: str) -> IdentiteTest:
    """Même nom, même prénom, même jour de naissance, autre INS."""
    autre = fabriquer_identite(
        f"{essai.graine}{essai.retenu.numero}/homonyme/{graine}",
        nom_naissance=reference.nom_naissance,
        prenoms=reference.prenoms,
        sexe=reference.sexe,
        date_naissance=reference.date_naissance,
    )
    if autre.matricule_ins == reference.matricule_ins:
        raise NonConcluant("l'homonyme fabriqué a la même INS : changez le nom du courriel dans la feature")
    essai.journal.autoriser_matricules({autre.matricule, autre.matricule_ins})
    return autre


@given(parse("un homonyme « {autre} » du patient « {nom} », à l'INS qualifiée"))
def homonyme(essai: Essai, autre: str, nom: str) -> None:
    """Même nom, même prénom, même jour ; INSi ne connaît que lui le temps de récupérer son INS."""
    premier = essai.patient(nom).reference
    essai.banc.insi.etat.radier(premier)
    second = presenter(
        essai,
        autre,
        connu=True,
        nom_naissance=premier.nom_naissance,
        prenoms=premier.prenoms,
        sexe=premier.sexe,
        date_naissance=premier.date_naissance,
    )
    if second.reference.matricule_ins == premier.matricule_ins:
        raise NonConcluant("l'homonyme fabriqué a la même INS : changez son nom dans la feature")
    amener_au_statut(essai, second, "QUAL")
    essai.banc.insi.etat.inscrire(premier)


@given(parse("une lettre de liaison « {nom} » reçue pour le patient « {patient} »"))
def lettre_recue(essai: Essai, nom: str, patient: str) -> None:
    """Un document d'un autre type au dossier, CDA de niveau 1 au PDF/A-1, venu d'un établissement voisin."""
    malade = essai.patient(patient)
    envoi = envoi_vers(essai, nom, "biologiste_1", malade.reference)
    emetteur = Emetteur(application="DPI VOISIN", structure=envoi.emetteur.structure, domaine=_DOMAINE_VOISIN)
    reponse = essai.preparer(
        "recevoir_document",
        "biologiste_1",
        contenu_base64=base64.b64encode(envoi.document(LETTRE).cda).decode(),
        emetteur=emetteur.pour_contrat(),
    )
    donnees = reponse.donnees.get("document")
    if not isinstance(donnees, Mapping):
        raise NonConcluant(f"recevoir_document n'a pas rendu de document : {reponse.en_phrase()}")
    essai.documents[nom] = DocumentEssai(nom, malade, str(donnees["document_id"]), donnees)


# -------------------------------------------------------------------- relever
def relever(essai: Essai, depose: Recu) -> None:
    """Relève la boîte et retrouve ce courriel dans la liste affichée."""
    if depose.courriel_id:
        return
    reponse = essai.preparer("relever_boite", depose.role, adresse=depose.bal.adresse)
    montres = reponse.donnees.get("courriels", [])
    cherche = identifiant(depose.vu.message_id)
    par_message = [m for m in montres if identifiant(m.get("message_id")) == cherche]
    # Un logiciel peut ne pas montrer le Message-ID : l'objet, préfixe retiré ou non, désigne alors le courriel.
    objet = comparable(depose.vu.objet)
    par_objet = [m for m in montres if (dit := comparable(str(m.get("objet") or ""))) and objet.endswith(dit)]
    trouve = next(iter((*par_message, *reversed(par_objet))), None)
    if trouve is None:
        raise NonConcluant(f"le courriel « {depose.nom} », déposé dans la boîte, n'est pas dans la liste relevée")
    depose.courriel_id, depose.en_liste = str(trouve["courriel_id"]), trouve


@when(motif(rf"{_QUI} relève la boîte du courriel « (?P<nom>[^»]+) »$"))
def relever_sans_ouvrir(essai: Essai, qui: str, nom: str) -> None:
    relever(essai, recu(essai, nom))


@when(motif(rf"{_QUI} ouvre le courriel « (?P<nom>[^»]+) »$"))
def ouvrir(essai: Essai, qui: str, nom: str) -> None:
    depose = recu(essai, nom)
    relever(essai, depose)
    reponse = essai.preparer("lire_courriel", vocabulaire.role(qui), courriel_id=depose.courriel_id)
    montre = reponse.donnees.get("courriel")
    if not isinstance(montre, Mapping):
        raise NonConcluant(f"lire_courriel n'a pas rendu le courriel : {reponse.en_phrase()}")
    depose.montre = montre


@when(motif(rf"{_QUI} répond au courriel « (?P<nom>[^»]+) »$"))
def repondre(essai: Essai, qui: str, nom: str) -> None:
    depose = recu(essai, nom)
    relever(essai, depose)
    depuis = essai.journal.position()
    corps = f"Bonjour,\nRéponse à « {nom} » : le résultat est confirmé.\nBien à vous"
    reponse = essai.jouer("repondre_courriel", vocabulaire.role(qui), courriel_id=depose.courriel_id, corps=corps)
    boite = depose.bal.adresse.lower()

    def parties(partis: Sequence[CourrielVu]) -> list[CourrielVu]:
        return [vu for vu in partis if boite in (vu.expediteur.lower(), vu.bal)]

    trouvees = parties(attendre(essai, lambda partis: bool(parties(partis)), depuis)) if reponse.fait else []
    depose.reponse = trouvees[-1] if trouvees else None
    admises = _reponse_a(depose.vu)
    quoi = f"réponse à « {nom} »"
    if depose.reponse is None:
        essai.bilan.exiger(regles_envois.courriel_parti(None, admises[:1], quoi, reponse.en_phrase()))
    assert depose.reponse is not None
    essai.bilan.constater(regles_envois.reponse_adressee(depose.reponse, admises))


def _reponse_a(vu: CourrielVu) -> list[str]:
    return [*vu.adresses("Reply-To"), *vu.adresses("From")]


@when(parse("le professionnel intègre les documents du courriel « {nom} »"))
def integrer(essai: Essai, nom: str) -> None:
    depose = recu(essai, nom)
    relever(essai, depose)
    essai.releves[f"intégration {nom}"] = essai.jouer(
        "integrer_courriel", "biologiste_1", courriel_id=depose.courriel_id
    )


# ------------------------------------------------------------------ constater
@then("chaque réponse se rattache à son courriel d'origine")
def conversation(essai: Essai) -> None:
    reponses = [
        (depose.reponse, None, {"en_reponse_a": depose.vu.octets})
        for depose in essai.releves.values()
        if isinstance(depose, Recu) and depose.reponse is not None
    ]
    juger_sujets(essai, reponses, "conversation")


@then(parse("le courriel « {nom} » est montré avec toutes ses pièces"))
def pieces(essai: Essai, nom: str) -> None:
    depose = recu(essai, nom)
    essai.bilan.constater(regles.pieces_montrees(depose.montre, depose.vu))


@then(parse("le courriel « {nom} » est reconnu du patient « {patient} »"))
def reconnu(essai: Essai, nom: str, patient: str) -> None:
    depose, malade = recu(essai, nom), essai.patient(patient)
    matricule = malade.reference.matricule_ins
    essai.bilan.constater(regles.usager_reconnu(depose.montre, malade.patient_id, matricule, f"« {nom} »"))
    _joindre_recu(essai, depose)


@then(parse("le courriel « {nom} » n'est reconnu d'aucun patient"))
def non_reconnu(essai: Essai, nom: str) -> None:
    essai.bilan.constater(regles.usager_inconnu(recu(essai, nom).montre, f"« {nom} »"))


@then(parse("les documents du courriel « {nom} » sont au dossier du patient « {patient} »"))
def ranges(essai: Essai, nom: str, patient: str) -> None:
    """Relus dans le dossier, après l'intégration ; ceux d'un autre dossier n'y seraient pas."""
    reponse = essai.releves.get(f"intégration {nom}")
    if not isinstance(reponse, ReponseAction):
        raise NonConcluant(f"la feature constate l'intégration de « {nom} » sans l'avoir demandée")
    malade = essai.patient(patient)
    integres = [str(d.get("document_id")) for d in reponse.donnees.get("documents", [])]
    lus = essai.preparer("lister_documents", "biologiste_1", patient_id=malade.patient_id).donnees.get("documents", [])
    propose = reponse.donnees.get("patient_id")
    essai.bilan.constater(regles.documents_ranges(propose, integres, lus, malade.patient_id, reponse.en_phrase()))


@then(parse("l'objet du courriel « {nom} » se lit avec le nom de l'usager"))
def objet_lu(essai: Essai, nom: str) -> None:
    """Le nom attendu est celui de l'INS portée par l'archive."""
    depose = recu(essai, nom)
    document = depose.vu.documents[0].entete.patient
    essai.bilan.constater(regles.objet_lisible(depose.montre, document.nom("BR"), document.prenom("BR")))
    _joindre_recu(essai, depose)


def _joindre_recu(essai: Essai, depose: Recu) -> None:
    joindre_source(essai, f"recu-{depose.nom}", depose.vu.octets, f"« {depose.nom} » tel que déposé dans la boîte")


def _emises(essai: Essai) -> list[CourrielVu]:
    return [vu for vu in vus(essai) if vu.pieces and not vu.lu.rapport]


@then("chaque transmission émise ne concerne qu'un usager, archive et PDF/A-1 joints")
def transmissions_emises(essai: Essai) -> None:
    juger_sujets(essai, [(vu, patient_voulu(essai, vu), {}) for vu in _emises(essai)], "pièces")
    joindre_transmission(essai, _emises(essai), source=True)


@then("l'objet de chaque transmission émise est recalculé de ses documents")
def objets_emis(essai: Essai) -> None:
    juger_sujets(essai, [(vu, None, {}) for vu in _emises(essai)], "objet")
    joindre_transmission(essai, _emises(essai), source=True)
