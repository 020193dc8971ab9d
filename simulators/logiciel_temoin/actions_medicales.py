"""Actions métier du dossier médical : saisie, volet de synthèse, rappels de mise à jour."""

from __future__ import annotations

from simulators.logiciel_temoin import dossier_medical, nomenclatures
from simulators.logiciel_temoin.actions_documents import montrer
from simulators.logiciel_temoin.cda_vsm import RUBRIQUES
from simulators.logiciel_temoin.erreurs import Enveloppe, ParametreInvalide, fait
from simulators.logiciel_temoin.horloge import lire_iso
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("renseigner_dossier_medical", "LGC")
def renseigner_dossier_medical(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    dossier = dossier_medical.dossier(labo, labo.base.patient(p.texte("patient_id")))
    for rubrique, contenus in p.objet("rubriques").items():
        if rubrique not in RUBRIQUES:
            raise ParametreInvalide(f"rubrique inconnue : {rubrique}")
        dossier.rubriques[rubrique] = [str(contenu) for contenu in contenus]
    dossier.protocoles = list(p.textes_ou_rien("protocoles") or ())
    dossier.ald = p.booleen("ald", False)
    return fait("Dossier médical enregistré.")


@action("preparer_synthese", "LGC")
def preparer_synthese(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    return fait(champs=dossier_medical.champs_de_synthese(labo, labo.base.patient(p.texte("patient_id"))))


@action("generer_synthese", "LGC")
def generer_synthese(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    date = lire_iso(p.texte("date")) if p.texte_ou_rien("date") else None
    document = dossier_medical.generer(labo, utilisateur, patient, p.objet_ou_rien("corrections") or {}, date)
    return fait("Volet de synthèse médicale généré.", document=montrer(labo, document))


@action("regler_rappel_synthese", "LGC")
def regler_rappel_synthese(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    periodicite = p.brut("periodicite_jours")
    if not isinstance(periodicite, int) or periodicite < 1:
        raise ParametreInvalide("periodicite_jours : un nombre de jours")
    affichage = p.choix("affichage", ("ouverture_logiciel", "ouverture_dossier"))
    rappel = dossier_medical.regler(labo, p.texte_ou_rien("rappel_id"), p.objet("critere"), periodicite, affichage)
    return fait("Rappel enregistré.", rappel=rappel.en_dict())


@action("lire_rappels_synthese", "LGC")
def lire_rappels_synthese(labo: Labo, utilisateur: Utilisateur, _p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    rappels = [rappel.en_dict() for rappel in labo.base.rappels.values()]
    return fait(rappels=rappels, a_mettre_a_jour=dossier_medical.concernes(labo))


@action("consulter_nomenclature", "LGC")
def consulter_nomenclature(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    code = p.texte("code")
    entrees = nomenclatures.entrees(labo, p.choix("nomenclature", tuple(nomenclatures.CODES)))
    return fait(entrees=[entree for entree in entrees if entree["code"] == code])


@action("proposer_nomenclature", "LGC")
def proposer_nomenclature(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    ou = p.choix("nomenclature", (*nomenclatures.CODES, "MEDICAMENTS"))
    return fait(propositions=nomenclatures.propositions(labo, ou, p.texte("texte")))
