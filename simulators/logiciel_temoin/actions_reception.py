"""Actions métier sur les documents reçus par messagerie : à traiter, entrés d'eux-mêmes, statistiques."""

from __future__ import annotations

from datetime import datetime

from simulators.logiciel_temoin import documents_recus, messagerie_reception, reception_recus
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.horloge import lire_iso
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("lire_liste_reception")
def lire_liste_reception(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    tous = messagerie_reception.tous_verses(labo)
    if p.choix("vue", ("a_traiter", "integres_automatiquement")) == "a_traiter":
        liste = reception_recus.a_traiter(labo, tous)
    else:
        liste = reception_recus.a_consulter(labo, tous, _instant(p, "debut"), _instant(p, "fin"))
    lignes = [documents_recus.montrer_ligne(labo, document) for document in liste]
    for ligne in lignes:
        if labo.defaut("recus_auto_liste_avec_manuels"):
            ligne["integration"] = "automatique"
        if labo.defaut("recus_auto_liste_consultes"):
            ligne["lu"] = False
    return fait(documents=lignes)


@action("traiter_document_recu")
def traiter_document_recu(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    if not document.courriel_id or document.integration or document.supprime:
        raise Refus("Ce document n'est pas à traiter.")
    issue, patient_id = p.choix("issue", ("integrer", "remplacer", "supprimer")), p.texte_ou_rien("patient_id")
    if issue == "supprimer":
        reception_recus.supprimer(labo, utilisateur.compte, document)
        return fait("Document supprimé.", document=documents_recus.montrer_ligne(labo, document))
    if patient_id is None:
        raise Refus("Choisissez le dossier du patient.")
    remplace = labo.base.document(p.texte("remplace")) if issue == "remplacer" else None
    patient = labo.base.patient(patient_id)
    reception_recus.ranger(labo, utilisateur.compte, document, patient, remplace)
    return fait("Document au dossier.", document=documents_recus.montrer_ligne(labo, document))


@action("lire_statistiques_reception")
def lire_statistiques_reception(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    debut, fin = lire_iso(p.texte("debut")), lire_iso(p.texte("fin"))
    return fait(types=reception_recus.statistiques(labo, messagerie_reception.tous_verses(labo), debut, fin))


def _instant(p: Parametres, nom: str) -> datetime | None:
    texte = p.texte_ou_rien(nom)
    return lire_iso(texte) if texte else None
