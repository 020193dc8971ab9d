"""Ce qu'une personne fait et voit des échanges avec la plateforme d'intermédiation."""

from __future__ import annotations

from typing import Any

from simulators.logiciel_temoin import pfi
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur

_TRANSMISSION = {"acquitte": "succes", "refuse": "echec", "attente": "attente"}


@action("transmettre_plateforme")
def transmettre_plateforme(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    if not pfi.active(labo):
        raise Refus("La transmission à la plateforme d'intermédiation n'est pas active.")
    patient = labo.base.patient(document.patient_id)
    choix = pfi.Choix(p.booleen("dmp", False), p.booleen("mssante", False), p.booleen("mssante_patient", False))
    return fait(*pfi.transmettre(labo, utilisateur, patient, document, choix))


@action("lire_retours_plateforme")
def lire_retours_plateforme(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    retours: list[dict[str, Any]] = []
    for suivi in labo.emission.du_document(document.document_id):
        retours.append({"operation": "transmission", "resultat": _TRANSMISSION[suivi.etat], "detail": suivi.detail})
        retours += [
            {
                "operation": retour.operation,
                "resultat": "succes" if retour.reussi else "echec",
                "destinataire": retour.destinataire,
                "detail": retour.detail,
            }
            for retour in suivi.retours
        ]
    return fait(retours=retours)


@action("enregistrer_choix_alimentation")
def enregistrer_choix_alimentation(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    valeur = p.choix("valeur", ("opposition", "non_opposition", "non_renseigne"))
    with labo.base.verrou:
        labo.base.choix_alimentation[patient.patient_id] = valeur
    if not labo.defaut("prise_choix_du_patient_non_trace"):
        labo.traces.ajouter(
            "dmp", utilisateur.compte, f"alimentation du DMP : {valeur.replace('_', '-')}", patient.patient_id
        )
    return fait("Choix du patient enregistré.", valeur=valeur)
