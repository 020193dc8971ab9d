"""Actions métier sur le DMP."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from simulators.logiciel_temoin import (
    alimentation,
    annonces,
    cda_lecture,
    consultation,
    documents,
    documents_entrants,
    historique,
)
from simulators.logiciel_temoin.actions_documents import montrer
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.dmp_client import ErreurDmp
from simulators.logiciel_temoin.erreurs import Echec, Enveloppe, Refus, fait
from simulators.logiciel_temoin.horloge import lire_ts
from simulators.logiciel_temoin.identite import QUAL, RECUP, Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.soap import ReponseIllisible
from simulators.logiciel_temoin.transport import ErreurTransport
from simulators.logiciel_temoin.utilisateurs import Utilisateur
from simulators.logiciel_temoin.xds_requetes import Criteres


def _echec(labo: Labo, erreur: ErreurDmp, **donnees: Any) -> Enveloppe:
    """Une erreur du DMP se montre toujours avec son code."""
    if labo.defaut("code_erreur_masque"):
        return Enveloppe("echec", ("Le DMP n'a pas abouti.",), {**donnees, "code_erreur": None})
    return Enveloppe("echec", (f"{erreur} (code {erreur.code})",), {**donnees, "code_erreur": erreur.code})


@action("enregistrer_opposition")
def enregistrer_opposition(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    valeur = p.choix("valeur", ("opposition", "non_opposition", "non_renseigne"))
    if labo.defaut("opposition_definitive") and patient.consultation_dmp != "non_renseigne":
        raise Refus("Le choix du patient est déjà enregistré.")
    labo.traces.ajouter(
        "dmp",
        utilisateur.compte,
        "choix du patient sur la consultation",
        patient.patient_id,
        transaction="choix du patient",
        resultat=valeur,
    )
    patient.consultation_dmp = valeur
    return fait("Choix du patient enregistré.", valeur=valeur)


@action("lire_opposition")
def lire_opposition(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    if labo.defaut("opposition_par_session"):
        patient.consultation_dmp = "non_renseigne"
    return fait(valeur=patient.consultation_dmp)


@action("alimenter_dmp")
def alimenter_dmp(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    choisis = [labo.base.document(str(d)) for d in p.liste("documents")]
    if any(d.patient_id != patient.patient_id for d in choisis):
        raise Refus("Un des documents n'est pas au dossier de ce patient.")
    if labo.defaut("envoi_de_tout_le_dossier"):
        choisis = list(labo.base.documents_de(patient.patient_id))
    if any(d.historique for d in choisis) and labo.defaut("envoi_ancien_sans_effet"):
        choisis = [d for d in choisis if not d.historique]
    messages: list[str] = []
    refus, echec = 0, None
    for document in choisis:
        try:
            alimentation.envoyer(labo, utilisateur, document)
            messages.append(f"{document.titre} : envoyé au DMP.")
        except Refus as motif:
            refus += 1
            messages += motif.messages
        except ErreurDmp as erreur:
            echec = echec or erreur
    donnees = {"documents": [montrer(labo, d) for d in choisis], "code_erreur": None}
    if echec is not None:
        return _echec(labo, echec, documents=donnees["documents"])
    return Enveloppe("refuse" if refus and refus == len(choisis) else "fait", tuple(messages), donnees)


@action("alimenter_dmp_fichier")
def alimenter_dmp_fichier(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    try:
        octets = Path(p.texte("chemin")).read_bytes()
        entete = cda_lecture.lire_entete(octets)
        date_acte = lire_ts(entete.service_debut or entete.creation)
    except (OSError, ReponseIllisible, ValueError) as erreur:
        raise Echec(f"Fichier inexploitable : {erreur}", code_erreur=None) from erreur
    if entete.ins is None or entete.ins != (patient.matricule, patient.oid):
        raise Refus("L'INS du fichier n'est pas celle du patient.", code_erreur=None)
    if not entete.auteurs:
        raise Refus("Le fichier n'a pas d'auteur.", code_erreur=None)
    document = Document(
        document_id=labo.base.numero("D"),
        patient_id=patient.patient_id,
        titre=entete.titre,
        type_local="FICHIER",
        type_code=entete.type_document.code,
        type_systeme=entete.type_document.systeme,
        date_acte=date_acte,
        auteur=entete.auteurs[0],
        version=int(entete.version) if entete.version.isdecimal() else 1,
        origine="fichier",
        set_id=entete.set_id,
        unique_id=entete.unique_id,
        cda=octets,
    )
    document.precedent = _version_precedente(labo, patient.patient_id, entete.remplace)
    labo.base.documents[document.document_id] = document
    try:
        alimentation.envoyer(labo, utilisateur, document)
    except ErreurDmp as erreur:
        return _echec(labo, erreur, document=montrer(labo, document))
    return fait("Fichier envoyé au DMP.", document=montrer(labo, document), code_erreur=None)


def _version_precedente(labo: Labo, patient_id: str, unique_id: str | None) -> str | None:
    return next(
        (d.document_id for d in labo.base.documents_de(patient_id) if unique_id and d.unique_id == unique_id), None
    )


@action("supprimer_dmp")
def supprimer_dmp(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    try:
        alimentation.supprimer(labo, utilisateur, document)
    except ErreurDmp as erreur:
        return _echec(labo, erreur, document=montrer(labo, document))
    return fait("Document supprimé du DMP.", document=montrer(labo, document), code_erreur=None)


def _criteres(p: Parametres) -> Criteres:
    brut = p.objet_ou_rien("criteres") or {}

    def liste(nom: str) -> tuple[str, ...]:
        return tuple(str(v) for v in brut.get(nom) or ())

    return Criteres(
        types=liste("type_code"),
        classes=liste("classe"),
        cadres=liste("cadre_exercice"),
        du=brut.get("date_acte_du"),
        au=brut.get("date_acte_au"),
        statuts=liste("statut"),
    )


@action("consulter_dmp")
def consulter_dmp(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    confirmer = p.booleen("confirmer_autorisation", True)
    try:
        session = consultation.ouvrir(labo, utilisateur, patient, confirmer=confirmer)
        trouves = consultation.lister(labo, session, _criteres(p))
        if labo.defaut("liste_titre_constant"):
            trouves = [{**trouve, "titre": "Document"} for trouve in trouves]
    except ErreurDmp as erreur:
        return _echec(labo, erreur)
    return fait(
        f"{len(trouves)} document(s) dans le DMP.",
        documents=trouves,
        code_erreur=None,
        filtres=[] if labo.defaut("filtres_non_proposes") else list(consultation.FILTRES),
    )


@action("lire_document_dmp")
def lire_document_dmp(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    present = documents_entrants.deja_au_dossier(labo, patient, p.texte("unique_id"))
    if present is not None and not labo.defaut("doublon_dmp_non_reconnu"):
        return _montrer_du_dossier(labo, utilisateur, patient, present)
    try:
        octets, depuis_cache = consultation.lire(labo, utilisateur, patient, p.texte("unique_id"))
    except ErreurDmp as erreur:
        return _echec(labo, erreur)
    empreinte = hashlib.sha256(octets).hexdigest()
    return fait("Document affiché.", contenu_sha256=empreinte, depuis_cache=depuis_cache, code_erreur=None)


def _montrer_du_dossier(labo: Labo, utilisateur: Utilisateur, patient: Patient, present: Document) -> Enveloppe:
    """Le document est déjà là : on le dit, et l'on montre celui du dossier."""
    octets = documents.cda_de(labo, present)
    if labo.defaut("doublon_dmp_exemplaire_distant"):
        octets, _ = consultation.lire(labo, utilisateur, patient, present.unique_id or "")
    muet = labo.defaut("doublon_dmp_muet")
    return fait(
        *(() if muet else ("Ce document est déjà intégré au dossier du patient ; voici celui du dossier.",)),
        contenu_sha256=hashlib.sha256(octets).hexdigest(),
        deja_integre=not muet,
        document_id=None if labo.defaut("doublon_dmp_exemplaire_distant") else present.document_id,
        code_erreur=None,
    )


@action("ouvrir_dossier")
def ouvrir_dossier(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    patient = labo.base.patient(p.texte("patient_id"))
    try:
        return fait(**annonces.annoncer(labo, utilisateur, patient))
    except (ErreurDmp, ErreurTransport, Refus) as erreur:
        # Le dossier s'ouvre quoi qu'il en soit du DMP.
        return fait(f"Le DMP n'a pas été interrogé : {erreur}", nouveaux_documents=[], versions=[])


@action("supprimer_document")
def supprimer_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    document = labo.base.document(p.texte("document_id"))
    if document.origine not in ("dmp", "recu"):
        raise Refus("Seul un document venu d'ailleurs s'ôte ainsi du dossier.")
    if not labo.defaut("document_dmp_non_supprimable"):
        labo.base.documents.pop(document.document_id)
    labo.traces.ajouter("dmp", utilisateur.compte, "document ôté du dossier", document.patient_id)
    return fait("Document ôté du dossier.")


@action("integrer_document_dmp")
def integrer_document_dmp(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    if documents_entrants.deja_au_dossier(labo, patient, p.texte("unique_id")) and not labo.defaut(
        "doublon_dmp_integre"
    ):
        raise Refus("Ce document est déjà intégré au dossier du patient.")
    try:
        document, conservation = consultation.integrer(labo, utilisateur, patient, p.texte("unique_id"))
    except ErreurDmp as erreur:
        return _echec(labo, erreur)
    except ReponseIllisible as erreur:
        raise Echec(f"Document du DMP illisible : {erreur}") from erreur
    if labo.defaut("version_dmp_ecrase"):
        for ancien in labo.base.documents_de(patient.patient_id):
            if ancien.origine == "dmp" and ancien.type_code == document.type_code and ancien is not document:
                labo.base.documents.pop(ancien.document_id)
    return fait("Document intégré au dossier.", document=montrer(labo, document), conservation=conservation)


@action("integrer_documents_dmp")
def integrer_documents_dmp(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """Une sélection de la liste du DMP, intégrée en une fois ; ce qui est déjà au dossier ne l'est pas de nouveau."""
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    choisis = [str(unique_id) for unique_id in p.liste("unique_ids")]
    if labo.defaut("dmp_selection_premier_seul"):
        choisis = choisis[:1]
    if labo.defaut("dmp_selection_tout_integre"):
        session = consultation.ouvrir(labo, utilisateur, patient)
        choisis = [str(fiche["unique_id"]) for fiche in consultation.lister(labo, session, _criteres(p))]
    try:
        integres = [
            consultation.integrer(labo, utilisateur, patient, unique_id)[0]
            for unique_id in choisis
            if not documents_entrants.deja_au_dossier(labo, patient, unique_id)
        ]
    except ErreurDmp as erreur:
        return _echec(labo, erreur)
    return fait(f"{len(integres)} documents intégrés.", documents=[montrer(labo, d) for d in integres])


@action("precharger_dmp")
def precharger_dmp(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    precharges: list[dict[str, Any]] = []
    messages: list[str] = []
    faits = 0
    erreurs = 0
    for patient_id in p.liste("patients"):
        patient = labo.base.patient(str(patient_id))
        try:
            precharges += consultation.precharger(labo, utilisateur, patient)
            faits += 1
        except Refus as refus:
            messages += [f"{patient.patient_id} : {m}" for m in refus.messages]
        except ErreurDmp as erreur:
            erreurs += 1
            messages.append(f"{patient.patient_id} : {erreur} (code {erreur.code})")
    resultat = "fait" if faits else "echec" if erreurs else "refuse"
    return Enveloppe(resultat, tuple(messages), {"precharges": precharges})


@action("reprendre_historique")
def reprendre_historique(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    filtres = historique.Filtres(
        p.textes_ou_rien("patients"), p.textes_ou_rien("types_locaux"), p.texte_ou_rien("du"), p.texte_ou_rien("au")
    )
    reprise = historique.reprendre(labo, utilisateur, filtres, p.booleen("simuler", False))
    return fait(*reprise.messages, envoyes=reprise.envoyes, ecartes=reprise.ecartes)


@action("lire_indicateur_historique")
def lire_indicateur_historique(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    valeur = historique.indicateur(labo, p.texte("mois"))
    return fait(
        pourcentage=valeur.pourcentage,
        numerateur=valeur.numerateur,
        denominateur=valeur.denominateur,
        formule="Taux de reprise" if labo.defaut("indicateur_formule_vague") else historique.FORMULE,
    )


@action("ouvrir_acces_web_ps")
def ouvrir_acces_web_ps(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """TD0.9 : compose l'adresse, et l'ouvre avec la carte du professionnel comme le ferait son navigateur."""
    professionnel = utilisateur.exiger_professionnel()
    fonction = p.choix("fonction", ("TableauDeBord", "DossierPatient"))
    url = f"{labo.environnement.url_web_ps}/AccesDirect/{fonction}"
    patient_id = p.texte_ou_rien("patient_id")
    if fonction == "DossierPatient":
        if patient_id is None:
            raise Refus("Ouvrez d'abord le dossier d'un patient.")
        patient = labo.base.patient(patient_id)
        recupere = labo.defaut("web_ps_non_qualifie") and patient.statut == RECUP
        if not (patient.statut == QUAL or recupere) or not patient.matricule:
            raise Refus("L'accès au dossier DMP demande une INS qualifiée.")
        if not labo.defaut("web_ps_sans_ins"):
            url += f"/{patient.matricule}"
    carte = professionnel.carte_authentification
    certificat = labo.environnement.certificats[carte] if carte else None
    resultat = "ouvert"
    if labo.defaut("web_ps_absent"):
        return fait("Ouvrez le site du DMP dans votre navigateur.", url="")
    try:
        labo.transport.lire(url, certificat)
    except ErreurTransport as erreur:
        resultat = str(erreur)
    labo.traces.ajouter("dmp", utilisateur.compte, "TD0.9", patient_id, transaction="TD0.9", resultat=resultat)
    return fait(f"Accès web-PS : {resultat}.", url=url)
