"""Étapes des retours de la plateforme : ses accusés métier, ses refus, et ce que le logiciel en montre."""

from __future__ import annotations

from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.flux import envoi_hl7
from steps.etapes.mss_commun import adresse_du_patient
from steps.flux.plateforme import AccuseMetier, accuse_metier
from steps.releves import retirer
from steps.verifications.hl7v2 import acquittement, echanges
from steps.verifications.hl7v2 import suivi_montre as suivi

_OPERATIONS = {"dépôt au DMP": "dmp", "envoi au professionnel": "mssante", "envoi au patient": "mssante"}


@when("la plateforme rend ces accusés")
def rendre_accuses(essai: Essai, datatable: Table) -> None:
    """Colonnes : « document », « opération », « issue » (réussite ou échec)."""
    for ligne in vocabulaire.table(datatable):
        fait = commun.un_transmis(essai, ligne["document"])
        message, operation = commun.porteur(essai, fait), _OPERATIONS[ligne["opération"]]
        if not message:
            raise NonConcluant(f"« {fait.nom} » n'est pas arrivé à la plateforme : elle n'a rien à en dire")
        patient = ligne["opération"] == "envoi au patient"
        accuse = AccuseMetier(
            operation,
            echanges.identifiant_de(message),
            ligne["issue"] == "réussite",
            (adresse_du_patient(fait.patient) if patient else fait.destinataire.bal) if operation == "mssante" else "",
        )
        envoye = accuse_metier(accuse, commun.a_qui_repondre(essai), envoi_hl7(essai)).encode()
        envoi = commun.envoyer(essai, envoye)
        if envoi.echange.reponse is None:
            # Attendre chaque accusé suivant n'apprendrait rien de plus.
            essai.bilan.constater(acquittement.acquittement_rendu(envoye, b"", envoi.echange.numero))
            raise ScenarioArrete(f"le logiciel n'a pas acquitté l'accusé {operation} de « {fait.nom} »")
        fait.accuses.append((operation, accuse.reussi, accuse.adresse))
        releves: list[Any] = essai.releves.setdefault("messages du banc", [])
        releves.append((f"accusé {operation} de « {fait.nom} »", envoye, envoi))


@then("chaque message de la plateforme est acquitté et accepté")
def acquittes(essai: Essai) -> None:
    for quoi, envoye, envoi in retirer(essai, "messages du banc", list):
        reponse = envoi.reponse
        essai.bilan.constater(acquittement.acquittement_rendu(envoye, reponse, envoi.echange.numero))
        essai.bilan.constater(acquittement.message_accepte(envoi.code, quoi, envoi.echange.numero))


@then("le logiciel montre de chaque document ce que la plateforme en a dit, et rien d'autre")
def accuses_montres(essai: Essai) -> None:
    for fait in commun.transmis(essai).values():
        if fait.retours is not None:
            continue
        retours = commun.attendre_retours(essai, fait, len(fait.accuses))
        quoi = f"« {fait.nom} »"
        essai.bilan.constater(suivi.transmission_montree(retours, quoi, acceptee=True, temoin=True))
        essai.bilan.constater(suivi.accuses_montres(retours, quoi, tuple(fait.accuses)))
        if any(retour.operation == "transmission" and retour.resultat == "succes" for retour in retours):
            essai.releves["transmission montrée"] = True


@then(parse("le logiciel ne montre pas « {document} » comme transmis"))
def pas_montre(essai: Essai, document: str) -> None:
    """`transmission montrée` : un document accepté du même scénario l'est, l'absence se croit donc."""
    fait = commun.un_transmis(essai, document)
    temoin = bool(essai.releves.get("transmission montrée"))
    essai.bilan.constater(
        suivi.transmission_montree(fait.retours or (), f"« {document} »", acceptee=False, temoin=temoin)
    )
