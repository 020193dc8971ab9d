"""Actions métier sur les correspondants de santé d'un dossier."""

from __future__ import annotations

from simulators.logiciel_temoin import messagerie_correspondants as correspondants
from simulators.logiciel_temoin.erreurs import Enveloppe, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("ajouter_correspondant")
def ajouter_correspondant(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    patient = labo.base.patient(p.texte("patient_id"))
    ajoute = correspondants.ajouter(labo, patient, p.objet("correspondant"))
    return fait("Correspondant ajouté au dossier.", correspondant=ajoute.en_dict())


@action("modifier_correspondant")
def modifier_correspondant(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    patient = labo.base.patient(p.texte("patient_id"))
    modifie = correspondants.modifier(labo, patient, p.texte("correspondant_id"), p.objet_ou_rien("modifications"))
    return fait("Correspondant mis à jour.", correspondant=modifie.en_dict())


@action("lister_correspondants")
def lister_correspondants(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    patient = labo.base.patient(p.texte("patient_id"))
    return fait(correspondants=[c.en_dict() for c in correspondants.lister(labo, patient)])
