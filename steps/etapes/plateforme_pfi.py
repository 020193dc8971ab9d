"""Étapes d'une plateforme d'intermédiation (PFI) : le banc joue les systèmes qui lui confient leurs documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.hl7v2.emission import Envoi
from simulators.socle.acteurs import STRUCTURE
from simulators.socle.correspondants import CORRESPONDANTS
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import mss_commun, vocabulaire
from steps.etapes import plateforme_commun as commun
from steps.etapes.commun import Table, preuve_du_scenario
from steps.etapes.dmp_commun import envois_du_patient
from steps.etapes.flux import envoi_hl7
from steps.etapes.plateforme_documents import fabriquer
from steps.flux.identite import IdentiteUsager
from steps.flux.plateforme import DocumentConfie, document_confie
from steps.patients import PatientEssai
from steps.verifications.hl7v2 import acquittement
from steps.verifications.hl7v2 import retours_plateforme as regles
from steps.verifications.hl7v2.echanges import MessageVu

_SYSTEMES = {"DPI": True, "SGL": False, "RIS": False}
"""Système émetteur → vrai s'il écrit un MDM plutôt qu'un ORU."""
_ATTENTE_TEMOIN_S = 3.0


@dataclass
class Confie:
    """Un document confié à la plateforme."""

    nom: str
    systeme: str
    type_: str
    patient: PatientEssai
    cda: bytes
    message: bytes
    identifiant: str
    demandes: tuple[str, ...]
    adresses: tuple[str, ...]
    envoi: Envoi
    depuis: int


def confies(essai: Essai) -> dict[str, Confie]:
    """Les documents confiés jusqu'ici, par leur nom."""
    tous: dict[str, Confie] = essai.releves.setdefault("documents confiés", {})
    return tous


def _confier(
    essai: Essai,
    nom: str,
    systeme: str,
    type_: str,
    patient: PatientEssai,
    demandes: tuple[str, ...],
    preuve: str = "",
) -> None:
    tous = confies(essai)
    rang = len(tous) + 1
    compose = _composer(essai, systeme, type_, patient, demandes)
    depuis = essai.journal.position()
    envoi = commun.envoyer(essai, compose.message)
    tous[nom] = Confie(
        nom, systeme, type_, patient, compose.cda, compose.message, compose.identifiant, demandes, compose.adresses,
        envoi, depuis,
    )  # fmt: skip
    quoi = f"message confié : « {nom} »"
    essai.bilan.joindre(f"message-{rang}.hl7", "message", compose.message, quoi, complement=True, preuve=preuve)


@dataclass(frozen=True)
class Compose:
    """Un message écrit, pas encore envoyé."""

    cda: bytes
    message: bytes
    identifiant: str
    adresses: tuple[str, ...]


def _composer(essai: Essai, systeme: str, type_: str, patient: PatientEssai, demandes: tuple[str, ...]) -> Compose:
    """Un document neuf, dans un message neuf."""
    rang = len(confies(essai)) + 1
    fabrique = fabriquer(essai, type_, patient, rang)
    adresses = [CORRESPONDANTS[rang % len(CORRESPONDANTS)].bal] if "DESTMSSANTEPS" in demandes else []
    adresses += [mss_commun.adresse_du_patient(patient)] if "DESTMSSANTEPAT" in demandes else []
    document = DocumentConfie(
        fabrique.cda, fabrique.oid, fabrique.code, fabrique.libelle, systeme, fabrique.patient_id, fabrique.domaine,
        STRUCTURE.identifiant_national, (*demandes, "ACK_RECEPTION"), tuple(adresses), fabrique.auteur,
    )  # fmt: skip
    quand = envoi_hl7(essai)
    identite = IdentiteUsager.depuis_reference(patient.reference)
    message = document_confie(document, identite, quand, mdm=_SYSTEMES[systeme]).encode()
    return Compose(fabrique.cda, message, quand.identifiant, tuple(adresses))


_A_FAIRE = {
    "DMP": ("DESTDMP",),
    "professionnel": ("DESTMSSANTEPS",),
    "patient": ("DESTMSSANTEPAT",),
    "accusé de lecture": ("ACK_LECTURE_MSS",),
}
_RESTRICTIONS = {
    "": (),
    "masqué aux professionnels": ("MASQUE_PS",),
    "invisible au patient": ("INVISIBLE_PATIENT",),
}


@given("la prise HL7 v2 de la plateforme, où le banc joue les systèmes de l'établissement")
def prise(essai: Essai) -> None:
    commun.exiger_prise(essai)


@when("les systèmes de l'établissement confient ces documents à la plateforme")
def confier(essai: Essai, datatable: Table) -> None:
    """Colonnes : « document », « système », « type », « patient », « à faire », « restriction ».

    « preuve » : celle que le message accompagne ; vide, il les accompagne toutes.
    """
    for ligne in vocabulaire.table(datatable):
        a_faire = tuple(code for quoi in ligne["à faire"].split(", ") for code in _A_FAIRE[quoi])
        demandes = (*a_faire, *_RESTRICTIONS[ligne.get("restriction", "")])
        patient, preuve = essai.patient(ligne["patient"]), preuve_du_scenario(essai, ligne.get("preuve", ""))
        _confier(essai, ligne["document"], ligne["système"], ligne["type"], patient, demandes, preuve)


@when(parse("un destinataire de « {nom} » devient injoignable par MSSanté, et le DPI confie de nouveau son {type_}"))
def injoignable(essai: Essai, nom: str, type_: str) -> None:
    """Le refus de l'opérateur vise la seule adresse que portera le message suivant."""
    patient = confies(essai)[nom].patient
    adresse = CORRESPONDANTS[(len(confies(essai)) + 1) % len(CORRESPONDANTS)].bal
    panne = essai.banc.mssante.panne("destinataire_inconnu", fois=None, adresse=adresse)
    essai.a_la_fin(panne.retirer)
    _confier(essai, f"{nom} (injoignable)", "DPI", type_, patient, ("DESTMSSANTEPS",))


# ------------------------------------------------------------------------------------------------------- acquitter
@then("la plateforme acquitte et accepte chacun de ces messages")
def acquittes(essai: Essai) -> None:
    for confie in confies(essai).values():
        numero = confie.envoi.echange.numero
        reponse = confie.envoi.reponse
        essai.bilan.constater(acquittement.acquittement_rendu(confie.message, reponse, numero))
        essai.bilan.constater(acquittement.message_accepte(confie.envoi.code, f"« {confie.nom} »", numero))


_DEFAUTS: dict[str, Callable[[bytes], bytes]] = {
    "sans patient": lambda m: re.sub(rb"\rPID[^\r]*", b"", m),
    "dont le document ne se décode pas": lambda m: re.sub(rb"(Base64\^)[A-Za-z0-9+/=]{40}", rb"\1!!!!", m, count=1),
    "d'un type inconnu": lambda m: re.sub(rb"\|(?:ORU|MDM)\^[^|]*\|", b"|XYZ^Z99^XYZ_Z99|", m, count=1),
}


@then(
    motif(
        r"elle refuse, en disant pourquoi, « (?P<nom>[^»]+) » (?P<defaut>sans patient|dont le document ne se décode pas|"
        r"d'un type inconnu)$"
    )
)
def refuse(essai: Essai, nom: str, defaut: str) -> None:
    """Le même message, juste, a été accepté ; celui-ci porte un autre document, qu'elle n'a jamais vu."""
    confie = confies(essai)[nom]
    neuf = _composer(essai, confie.systeme, confie.type_, confie.patient, confie.demandes)
    fautif = _DEFAUTS[defaut](neuf.message)
    envoi = commun.envoyer(essai, fautif)
    reponse = envoi.reponse
    essai.bilan.constater(acquittement.acquittement_rendu(fautif, reponse, envoi.echange.numero))
    essai.bilan.constater(
        acquittement.refus_honnete(envoi.code, defaut, envoi.echange.numero, temoin=confie.envoi.code)
    )


# --------------------------------------------------------------------------------------------- ce qu'elle en a fait
def au_dmp(essai: Essai, confie: Confie) -> list[bytes]:
    """Les documents arrivés au DMP du patient."""
    return [
        document.octets
        for soumission in envois_du_patient(essai, confie.patient)
        for document in soumission.documents_de_sante
        if document.octets is not None
    ]


def _depose(essai: Essai, confie: Confie) -> bool:
    return any(regles.meme_document(octets, confie.cda) for octets in au_dmp(essai, confie))


def _operations(essai: Essai, confie: Confie) -> list[regles.Operation]:
    """Ce qui a été demandé, et l'issue que les services simulés ont vue."""
    rendues = []
    if "DESTDMP" in confie.demandes:
        rendues.append(regles.Operation("dmp", confie.identifiant, _depose(essai, confie)))
    partis = {d.casefold() for vu in mss_commun.vus(essai, confie.depuis) for d in vu.destinataires}
    for adresse in confie.adresses:
        reussie = adresse.casefold() in partis
        rendues.append(regles.Operation("mssante", confie.identifiant, reussie, adresse))
    return rendues


def attendre_retours(essai: Essai) -> None:
    """Dort jusqu'à l'arrivée du retour de chaque opération demandée, au plus le temps laissé au logiciel."""
    echeance = monotonic() + (_ATTENTE_TEMOIN_S if essai.logiciel.temoin else commun.delai(essai))
    for confie in confies(essai).values():
        attendues = [("dmp", "")] if "DESTDMP" in confie.demandes else []
        attendues += [("mssante", adresse) for adresse in confie.adresses]
        for genre, adresse in attendues:
            operation = regles.Operation(genre, confie.identifiant, True, adresse)
            essai.banc.hl7v2.attendre(
                lambda m, operation=operation: bool(  # type: ignore[misc]
                    regles.retours_de([MessageVu(m.numero, m.octets)], operation)
                ),
                depuis=confie.depuis,
                delai=max(0.0, echeance - monotonic()),
            )


@then("chaque document destiné au DMP y est arrivé tel quel, avec ses restrictions, et aucun autre")
def deposes(essai: Essai) -> None:
    attendre_retours(essai)
    tous = confies(essai).values()
    arrives = [c for c in tous if "DESTDMP" in c.demandes and _depose(essai, c)]
    for confie in tous:
        quoi, arrives_la = f"« {confie.nom} »", au_dmp(essai, confie)
        if "DESTDMP" not in confie.demandes:
            essai.bilan.constater(regles.document_non_depose(arrives_la, confie.cda, quoi, temoin=bool(arrives)))
            continue
        essai.bilan.constater(regles.document_depose(arrives_la, confie.cda, quoi))
        codes = [
            code.code
            for soumission in envois_du_patient(essai, confie.patient)
            for document in soumission.documents_de_sante
            if document.octets is not None and regles.meme_document(document.octets, confie.cda)
            for code in document.fiche.confidentiality_codes
        ]
        if codes or confie in arrives:
            voulues = tuple(d for d in confie.demandes if d in ("MASQUE_PS", "INVISIBLE_PATIENT"))
            essai.bilan.constater(regles.restriction_deposee(codes, voulues, quoi))
    for confie in {c.patient.nom: c for c in tous}.values():
        if arrives_la := au_dmp(essai, confie):
            demandes = [c.cda for c in tous if c.patient is confie.patient and "DESTDMP" in c.demandes]
            quoi = f"DMP de « {confie.patient.nom} »"
            essai.bilan.constater(regles.rien_d_autre(arrives_la, demandes, quoi))


@then("l'émetteur de chaque document reçoit le retour de chaque opération, réussie ou non")
def retours(essai: Essai) -> None:
    """L'issue attendue est celle que le DMP et la messagerie simulés ont vue ; il en faut des deux sortes."""
    attendre_retours(essai)
    issues = set()
    for confie in confies(essai).values():
        messages = commun.vus(essai, confie.depuis)
        for operation in _operations(essai, confie):
            issues.add((operation.genre, operation.reussie))
            a_qui = f", {operation.adresse}" if operation.adresse else ""
            essai.bilan.constater(
                regles.retour_rendu(messages, operation, f"« {confie.nom} » ({operation.genre}{a_qui})")
            )
    manquent = {(genre, issue) for genre in ("dmp", "mssante") for issue in (True, False)} - issues
    if manquent:
        dites = ", ".join(sorted(f"{genre} {'réussie' if issue else 'refusée'}" for genre, issue in manquent))
        raise NonConcluant(f"il faut des opérations réussies et refusées pour juger les retours ; manquent : {dites}")
