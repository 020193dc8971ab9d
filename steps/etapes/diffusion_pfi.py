"""Étapes de la transmission à une plateforme d'intermédiation : régler, valider, lire les messages émis, les juger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from simulators.socle.correspondants import CORRESPONDANTS, Correspondant
from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir, vocabulaire
from steps.etapes.commun import Table, changer_reglage, preuve_du_scenario, relire
from steps.etapes.confidentialite import codes
from steps.etapes.dmp_commun import exiger_cr, valider_cr
from steps.etapes.documents import octets
from steps.etapes.flux_emis import emis_depuis, messages_emis
from steps.etapes.mss_commun import adresse_du_patient
from steps.flux.identite import IdentiteUsager
from steps.releves import retirer
from steps.verifications import diffusion_pfi as regles
from steps.verifications import diffusion_pfi_choix
from steps.verifications.confidentialite import choix_montre


@dataclass(frozen=True)
class Emission:
    """Un compte rendu validé, les messages parus depuis, et ce qu'ils doivent dire."""

    document: DocumentEssai
    messages: tuple[str, ...]
    attendu: regles.Transmission


def _emissions(essai: Essai) -> dict[str, Emission]:
    emissions: dict[str, Emission] = essai.releves.setdefault("transmissions à la plateforme", {})
    return emissions


@when(parse("l'administrateur fait transmettre les comptes rendus à la plateforme d'intermédiation en {niveau}"))
def regler_transmission(essai: Essai, niveau: str) -> None:
    """Un logiciel sans ce réglage transmet peut-être toujours, et dans les deux formes : les messages le diront."""
    reponse = changer_reglage(essai, "transmission_pfi", {"actif": True, "niveaux": [niveau]})
    if not reponse.fait and reponse.resultat != "non_gere":
        raise NonConcluant(f"transmission_pfi en {niveau} : {reponse.en_phrase()}")
    essai.releves["niveau transmis"] = niveau


@when("le professionnel valide ces comptes rendus, avec leurs destinataires")
def valider_et_transmettre(essai: Essai, datatable: Table) -> None:
    """Colonnes : « compte rendu », « patient », « masquage et visibilité » ; « connexion secrète » : oui ou non.

    « preuve » : celle que le message apporte ; vide, il les accompagne toutes.
    """
    niveau = retirer(essai, "niveau transmis", str)
    for ligne in vocabulaire.table(datatable):
        nom, patient = ligne["compte rendu"], relire(essai, essai.patient(ligne["patient"]))
        preuve = preuve_du_scenario(essai, ligne.get("preuve", ""))
        choisis, secrete = codes(ligne["masquage et visibilité"]), ligne.get("connexion secrète") == "oui"
        # Deux correspondants différents d'un compte rendu à l'autre : une liste figée ne conviendrait pas.
        rang = len(_emissions(essai))
        demandeur, autre = (CORRESPONDANTS[(rang + n) % len(CORRESPONDANTS)] for n in (0, 1))
        avant = messages_emis(essai, patient)
        options: dict[str, Any] = {"confidentialite": list(choisis)} if choisis else {}
        options |= {"connexion_secrete": True} if secrete else {}
        document = valider_cr(
            essai, nom, patient, demandeur=_tiers(demandeur), destinataires=[_tiers(autre)], **options
        )
        exiger_cr(essai, document, f"compte rendu « {nom} »")
        assert document is not None
        attendu = regles.Transmission(
            f"« {nom} »",
            niveau,
            IdentiteUsager.depuis_traits(patient.identite),
            choisis,
            secrete,
            (autre.bal,),
            demandeur.bal,
            adresse_du_patient(patient),
            document_couloir.principal(essai).resultats,
        )
        messages = tuple(emis_depuis(essai, patient, avant))
        _emissions(essai)[nom] = Emission(document, messages, attendu)
        for numero, message in enumerate(messages, 1):
            essai.bilan.joindre(
                f"message-{nom}-{numero}.hl7",
                "message",
                message.encode(),
                f"message de « {nom} »",
                complement=not preuve,
                preuve=preuve,
            )


def _tiers(correspondant: Correspondant) -> dict[str, str]:
    return {
        "nom": correspondant.nom,
        "prenom": correspondant.prenom,
        "rpps": correspondant.rpps,
        "adresse_mss": correspondant.bal,
    }


def _porteur(emission: Emission) -> str:
    """Le message qui porte le compte rendu ; les autres (identité) ne sont pas jugés ici."""
    niveau = emission.attendu.niveau
    return next((m for m in emission.messages if regles.document_porte(m, niveau)), "")


@then("chaque compte rendu est parti de lui-même dans un message qui porte son document")
def emis(essai: Essai) -> None:
    """Le document du message est comparé à celui que le logiciel exporte au même niveau."""
    for nom, emission in _emissions(essai).items():
        niveau = emission.attendu.niveau
        types = regles.TYPES_RESULTATS if document_couloir.principal(essai).resultats else regles.TYPES_DOCUMENTS
        essai.bilan.exiger(regles.message_emis(emission.messages, niveau, f"« {nom} »", types))
        reponse = essai.tenter(
            "exporter_document", "biologiste_1", document_id=emission.document.document_id, niveau=niveau
        )
        exporte = octets(reponse, "cda_base64") if reponse.fait else None
        essai.bilan.constater(regles.document_transmis(_porteur(emission), emission.attendu, exporte))


@then("chaque message dit les restrictions choisies, à qui le compte rendu est destiné, et à qui il ne l'est pas")
def restrictions_dites(essai: Essai) -> None:
    for emission in _emissions(essai).values():
        message = _porteur(emission)
        essai.bilan.constater(diffusion_pfi_choix.demande_transmise(message, emission.attendu))
        essai.bilan.constater(diffusion_pfi_choix.destinataires_transmis(message, emission.attendu))


@then("chaque message dit le masquage et la visibilité choisis pour son document, et eux seuls")
def masquage_dit(essai: Essai) -> None:
    for emission in _emissions(essai).values():
        essai.bilan.constater(diffusion_pfi_choix.restrictions_transmises(_porteur(emission), emission.attendu))


@then("chaque document rouvert montre le masquage et la visibilité choisis pour lui")
def choix_relus(essai: Essai) -> None:
    """Tous validés : un choix reporté d'un document sur l'autre se voit."""
    for nom, emission in _emissions(essai).items():
        document_id = emission.document.document_id
        reponse = essai.jouer("lire_confidentialite", "biologiste_1", document_id=document_id)
        montre = reponse.donnees.get("confidentialite") if reponse.fait else None
        essai.bilan.constater(choix_montre(montre, emission.attendu.confidentialite, f"« {nom} »"))


@then("chaque message porte l'identité qualifiée de son patient et suit le volet de transmission d'un document")
def messages_conformes(essai: Essai) -> None:
    for emission in _emissions(essai).values():
        message = _porteur(emission)
        essai.bilan.constater(regles.patient_transmis(message, emission.attendu))
        essai.bilan.constater(regles.message_conforme(message))
