"""Actions métier sur les documents reçus par messagerie : liste de travail, classement, rattachement, résultats."""

from __future__ import annotations

from simulators.logiciel_temoin import documents_recus, messagerie_reception
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def _recu(labo: Labo, p: Parametres) -> Document:
    document = labo.base.document(p.texte("document_id"))
    if not document.recu:
        raise Refus("Ce document n'a pas été reçu.")
    return document


@action("verser_liste_travail")
def verser_liste_travail(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    recu = messagerie_reception.courriel(labo, p.texte("courriel_id"))
    verses = messagerie_reception.verser(labo, recu)
    return fait(
        f"{len(verses)} document(s) dans la liste de travail.",
        documents=[documents_recus.montrer_ligne(labo, document) for document in verses],
    )


@action("lire_documents_non_lus")
def lire_documents_non_lus(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    tri = p.choix("tri", ("date", "patient", "type"), "date")
    liste = documents_recus.non_lus(labo, tri, p.objet_ou_rien("filtres") or {})
    return fait(documents=[documents_recus.montrer_ligne(labo, document) for document in liste])


@action("ouvrir_logiciel")
def ouvrir_logiciel(labo: Labo, utilisateur: Utilisateur, _p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    if labo.defaut("recus_rien_a_l_ouverture"):
        return fait("Bienvenue.", documents=[], acces_liste=False)
    liste = documents_recus.non_lus(labo, "date", {})
    return fait(
        f"{len(liste)} document(s) non lu(s).",
        documents=[documents_recus.montrer_ligne(labo, document) for document in liste],
        acces_liste=True,
    )


@action("comparer_traits_document")
def comparer_traits_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document, patient = _recu(labo, p), labo.base.patient(p.texte("patient_id"))
    return fait(traits=documents_recus.comparer(labo, document, patient))


@action("rattacher_document")
def rattacher_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document, patient = _recu(labo, p), labo.base.patient(p.texte("patient_id"))
    if labo.defaut("recus_rattachement_homonyme"):
        nom = patient.trait("nom_naissance")
        patient = next(
            (q for q in labo.base.patients.values() if q is not patient and q.trait("nom_naissance") == nom), patient
        )
    documents_recus.rattacher(labo, utilisateur.compte, document, patient)
    return fait("Document rattaché au dossier.", document=documents_recus.montrer_ligne(labo, document))


@action("lire_resultats_biologie")
def lire_resultats_biologie(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    return fait(resultats=documents_recus.resultats(labo, patient, p.texte_ou_rien("unite")))
