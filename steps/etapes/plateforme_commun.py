"""Ce que les étapes de la plateforme d'intermédiation partagent : la prise, ce qu'elle a vu, les documents transmis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

from reports.verdict import Verdict
from requirements.modele import DocumentProduit
from simulators.hl7v2.emission import AdressePair, Envoi
from simulators.socle.correspondants import CORRESPONDANTS, Correspondant
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir
from steps.etapes.flux import attente
from steps.flux.plateforme import Destinataire
from steps.logiciel.aiguillage import Aiguillage
from steps.patients import PatientEssai
from steps.verifications.hl7v2.acquittement import premier_message
from steps.verifications.hl7v2.echanges import MessageVu, documents_de
from steps.verifications.hl7v2.suivi_montre import RetourMontre

_SUITE_S = 1.0
"""Après un premier message, le temps laissé à un second : un logiciel envoie le N1 et le N3 l'un après l'autre."""
_ATTENTE_TEMOIN_S = 0.2
"""Le témoin émet avant de répondre à l'action : attendre un message qu'il n'a pas envoyé n'apprendrait rien."""


@dataclass
class Transmis:
    """Un document que le logiciel devait transmettre, et la part du journal où ses messages sont arrivés."""

    nom: str
    patient: PatientEssai
    produit: DocumentProduit
    document: DocumentEssai
    destinataire: Correspondant
    depuis: int
    jusque: int | None = None
    retours: tuple[RetourMontre, ...] | None = None
    accuses: list[tuple[str, bool, str]] = field(default_factory=list)
    """Opération, réussite, destinataire MSSanté (vide pour le DMP)."""
    reperes: list[dict[str, Any]] = field(default_factory=list)


def exiger_prise(essai: Essai) -> None:
    """Sans prise déclarée, le banc ne peut pas jouer la plateforme."""
    if essai.logiciel.prise is None:
        raison = (
            "logiciel.yaml ne déclare pas mllp : le banc ne sait ni où le logiciel écoute en HL7 v2, ni s'il émet vers "
            "l'adresse du banc (services.hl7v2)"
        )
        essai.bilan.echouer(Verdict.NON_EXECUTE, raison)
        raise ScenarioArrete(raison)


def adresse(essai: Essai) -> AdressePair:
    """Où le logiciel écoute en MLLP."""
    exiger_prise(essai)
    assert essai.logiciel.prise is not None
    seul = {"": essai.adaptateur}
    trouvee = essai.logiciel.prise.adresse(
        essai.adaptateur.adaptateurs if isinstance(essai.adaptateur, Aiguillage) else seul
    )
    if trouvee is None:
        raise NonConcluant("logiciel.yaml, mllp.port : le banc ne sait pas où le logiciel écoute en HL7 v2")
    return trouvee


def delai(essai: Essai) -> float:
    """Secondes laissées au logiciel pour émettre ou acquitter."""
    exiger_prise(essai)
    assert essai.logiciel.prise is not None
    return essai.logiciel.prise.delai_s


def envoyer(essai: Essai, message: str | bytes) -> Envoi:
    """Un message du banc au logiciel ; sa prise fermée n'est pas un manquement."""
    octets = message.encode() if isinstance(message, str) else message
    envoi = essai.banc.hl7v2.envoyer(adresse(essai), octets, delai=delai(essai))
    if envoi.issue == "injoignable":
        raise NonConcluant(f"prise HL7 v2 du logiciel : {envoi.detail}")
    return envoi


def transmis(essai: Essai) -> dict[str, Transmis]:
    """Les documents validés jusqu'ici, par leur nom."""
    tous: dict[str, Transmis] = essai.releves.setdefault("documents transmis", {})
    return tous


def un_transmis(essai: Essai, nom: str) -> Transmis:
    """Le document de ce nom."""
    if nom not in transmis(essai):
        raise NonConcluant(f"la feature parle du document « {nom} » sans l'avoir fait valider")
    return transmis(essai)[nom]


def vus(essai: Essai, depuis: int, jusque: int | None = None) -> tuple[MessageVu, ...]:
    """Les messages que le banc a reçus dans cette part du journal."""
    return tuple(
        MessageVu(message.numero, message.octets, message.acquittement)
        for message in essai.banc.hl7v2.recus(depuis=depuis)
        if jusque is None or message.numero <= jusque
    )


def vus_de(essai: Essai, document: Transmis) -> tuple[MessageVu, ...]:
    """Les messages arrivés depuis la validation de ce document, jusqu'à celle du suivant."""
    return vus(essai, document.depuis, document.jusque)


def attendre_document(essai: Essai, depuis: int) -> None:
    """Laisse au logiciel le temps d'émettre : dort jusqu'à l'arrivée d'un message qui porte un document, et sa suite."""
    duree = _ATTENTE_TEMOIN_S if essai.logiciel.temoin else delai(essai)
    vu = essai.banc.hl7v2.attendre(lambda m: bool(documents_de(m.octets)), depuis=depuis, delai=duree)
    while vu is not None and not essai.logiciel.temoin:
        vu = essai.banc.hl7v2.attendre(lambda m: bool(documents_de(m.octets)), depuis=vu.numero, delai=_SUITE_S)


def clore_les_fenetres(essai: Essai) -> None:
    """Ce qui arrive désormais n'est plus d'un document déjà validé."""
    position = essai.journal.position()
    for document in transmis(essai).values():
        document.jusque = position if document.jusque is None else document.jusque


def vus_portant(essai: Essai, document: Transmis, exporte: bytes | None) -> tuple[MessageVu, ...]:
    """Les messages, même tardifs, qui portent ce fichier."""
    return tuple(vu for vu in vus(essai, document.depuis) if exporte and exporte in documents_de(vu.octets))


def porteur(essai: Essai, document: Transmis, exporte: bytes | None = None) -> bytes:
    """Les octets du dernier message qui porte ce document ; vide s'il n'y en a pas.

    `exporte` : le fichier du logiciel ; le message qui le porte, s'il y en a un, est le bon.
    """
    siens = [*(vu for vu in vus_de(essai, document) if documents_de(vu.octets)), *vus_portant(essai, document, exporte)]
    return siens[-1].octets if siens else b""


def valider(
    essai: Essai, nom: str, patient: PatientEssai, type_: str, *, statut: str = "valide", **options: Any
) -> Transmis:
    """Fait valider un document du couloir ; deux documents n'ont jamais le même destinataire que le précédent."""
    tous = transmis(essai)
    rang = len(tous)
    quoi = document_couloir.produit(essai, type_)
    a_qui = CORRESPONDANTS[rang % len(CORRESPONDANTS)]
    depuis = essai.journal.position()
    clore_les_fenetres(essai)
    if statut != "valide":
        options["statut"] = statut
    tiers = {"nom": a_qui.nom, "prenom": a_qui.prenom, "rpps": a_qui.rpps, "adresse_mss": a_qui.bal}
    reperes = document_couloir.reperes(rang)
    reponse = document_couloir.valider(
        essai, patient, reperes, quoi=quoi, preparer=True, destinataires=[tiers], **options
    )
    document = document_couloir.document_rendu(essai, nom, patient, reponse)
    if document is None:
        raise NonConcluant(f"« {nom} » : la validation n'a pas rendu le document : {reponse.en_phrase()}")
    tous[nom] = Transmis(nom, patient, quoi, document, a_qui, depuis, reperes=reperes)
    return tous[nom]


def lire_retours(essai: Essai, document: Transmis) -> tuple[RetourMontre, ...]:
    """Ce que le logiciel montre du devenir de ce document."""
    reponse = essai.preparer("lire_retours_plateforme", "biologiste_1", document_id=document.document.document_id)
    montres: list[Mapping[str, Any]] = list(reponse.donnees.get("retours", []))
    return tuple(
        RetourMontre(str(montre["operation"]), str(montre["resultat"]), str(montre.get("destinataire") or ""))
        for montre in montres
    )


def retours_sous_panne(essai: Essai, document: Transmis) -> tuple[RetourMontre, ...]:
    """Comme `lire_retours`, en laissant au logiciel le temps de se tromper : il lit l'acquittement après l'envoi."""
    echeance = monotonic() + attente(essai)
    while True:
        retours = lire_retours(essai, document)
        tranche = any(r.operation == "transmission" and r.resultat in ("succes", "echec") for r in retours)
        if tranche or monotonic() >= echeance:
            return retours
        sleep(0.25)


def attendre_retours(essai: Essai, document: Transmis, combien: int) -> tuple[RetourMontre, ...]:
    """Comme `lire_retours`, en laissant au logiciel le temps de porter `combien` accusés au document."""
    echeance = monotonic() + attente(essai)
    while True:
        retours = lire_retours(essai, document)
        if sum(retour.operation != "transmission" for retour in retours) >= combien or monotonic() >= echeance:
            return retours
        sleep(0.25)


def a_qui_repondre(essai: Essai) -> Destinataire:
    """MSH-3 et MSH-4 du logiciel, lus dans ce qu'il a déjà envoyé ; à défaut, des noms génériques."""
    for message in essai.banc.hl7v2.recus(depuis=essai.debut):
        lu = premier_message(message.octets)
        if lu is not None and lu.msh.valeur(3):
            return Destinataire(lu.msh.valeur(3), lu.msh.valeur(4))
    return Destinataire("LOGICIEL", "ETABLISSEMENT")
