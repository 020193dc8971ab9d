"""Action métier sur le masquage et la visibilité d'un document."""

from __future__ import annotations

from simulators.logiciel_temoin import annonce_patient, complements, confidentialite
from simulators.logiciel_temoin.actions_documents import montrer
from simulators.logiciel_temoin.dmp_client import ErreurDmp
from simulators.logiciel_temoin.erreurs import Enveloppe, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("lire_confidentialite")
def lire_confidentialite(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    codes = document.complements.confidentialite
    if labo.defaut("confidentialite_relue_du_dernier"):
        codes = list(labo.base.documents_de(document.patient_id))[-1].complements.confidentialite
    return fait(confidentialite=[] if labo.defaut("confidentialite_non_relue") else list(codes))


@action("enregistrer_annonce", "RIS")
def enregistrer_annonce(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    try:
        messages = annonce_patient.annoncee(labo, utilisateur, document)
    except ErreurDmp as erreur:
        return Enveloppe("echec", (f"{erreur} (code {erreur.code})",), {"document": montrer(labo, document)})
    return fait(*messages, document=montrer(labo, document))


@action("definir_confidentialite")
def definir_confidentialite(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    codes = complements.confidentialite(p.liste("confidentialite"))
    confidentialite.choisir(labo, document, codes)
    labo.traces.ajouter("dmp", utilisateur.compte, "choix du masquage et de la visibilité", document.patient_id)
    montres = [] if labo.defaut("confidentialite_non_montree") else list(codes)
    return fait("Masquage et visibilité enregistrés.", document=montrer(labo, document), confidentialite=montres)
