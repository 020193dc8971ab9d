"""Actions métier sur les identités."""

from __future__ import annotations

from simulators.logiciel_temoin import (
    actions_drim,
    diffusion,
    flux_identites,
    hl7v2,
    identites,
    recuperation,
    verification,
)
from simulators.logiciel_temoin import insi_messages as m
from simulators.logiciel_temoin.acces_traces import montrer as traces_des_comptes
from simulators.logiciel_temoin.base import ElementTravail
from simulators.logiciel_temoin.erreurs import Echec, Enveloppe, Refus, fait
from simulators.logiciel_temoin.horloge import iso, maintenant
from simulators.logiciel_temoin.identite import PROV
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.recherche import rechercher
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.traces import CATEGORIES
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def _exiger_acces(labo: Labo, utilisateur: Utilisateur) -> None:
    try:
        utilisateur.exiger_ins()
    except Refus:
        if not labo.defaut("habilitation_ins_ignoree"):
            raise


def _exiger_insi(labo: Labo, utilisateur: Utilisateur) -> None:
    try:
        utilisateur.exiger_insi()
    except Refus:
        if not labo.defaut("habilitation_insi_ignoree"):
            raise


@action("creer_patient")
def creer_patient(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = identites.creer(labo, utilisateur, p.objet("identite"), p.texte_ou_rien("justificatif"))
    return fait("Fiche créée.", patient_id=patient.patient_id, statut=patient.statut)


@action("lire_patient")
def lire_patient(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    labo.traces.ajouter("acces_ins", utilisateur.compte, "consultation", patient.patient_id)
    champs = identites.champs_de_la_fiche(labo, utilisateur, patient)
    return fait(patient=patient.en_dict(), champs=champs)


@action("modifier_patient")
def modifier_patient(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    modifications = p.objet("modifications")
    refuses, messages = identites.modifier(labo, utilisateur, patient, modifications)
    tout_refuse = bool(refuses) and len(refuses) == len(modifications)
    donnees = {"patient": patient.en_dict(), "champs_refuses": refuses}
    return Enveloppe("refuse" if tout_refuse else "fait", tuple(messages), donnees)


@action("rechercher_patients")
def rechercher_patients(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    trouves = rechercher(
        list(labo.base.patients.values()),
        labo.defauts,
        date_naissance=p.texte_ou_vide("date_naissance"),
        nom=p.texte_ou_vide("nom"),
        prenom=p.texte_ou_vide("prenom"),
        matricule=p.texte_ou_vide("matricule_ins"),
    )
    if p.texte_ou_vide("matricule_ins"):
        for patient in trouves:
            labo.traces.ajouter("acces_ins", utilisateur.compte, "recherche par matricule", patient.patient_id)
    return fait(f"{len(trouves)} patient(s) trouvé(s).", patients=[patient.en_dict() for patient in trouves])


@action("renseigner_justificatif")
def renseigner_justificatif(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    messages = identites.appliquer_justificatif(labo, utilisateur, patient, p.texte("nature"))
    return fait("Justificatif enregistré.", *messages, patient=patient.en_dict())


@action("valider_identite")
def valider_identite(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    if patient.statut != PROV or not labo.defaut("validation_manuelle_sans_effet"):
        identites.valider(labo, utilisateur, patient)
    return fait(f"Identité au statut {patient.statut}.", patient=patient.en_dict())


@action("attribuer_attribut")
def attribuer_attribut(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    attribut = p.choix("attribut", ("douteux", "fictif", "homonyme"))
    messages = identites.poser_attribut(labo, utilisateur, patient, attribut, p.booleen("actif"))
    return fait(*messages, patient=patient.en_dict())


@action("lire_historique_statuts")
def lire_historique_statuts(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    sans_anterieur = labo.defaut("historique_sans_statut_anterieur")
    constant = labo.defaut("historique_responsable_constant")
    retenus = patient.historique_statuts[:1] if labo.defaut("historique_statuts_absent") else patient.historique_statuts
    changements = [
        {
            "statut_anterieur": None if sans_anterieur else c.statut_anterieur,
            "statut": c.statut,
            "horodatage": iso(c.horodatage),
            "responsable": "systeme" if constant else c.responsable,
        }
        for c in retenus
    ]
    return fait(changements=changements)


@action("appeler_insi")
def appeler_insi(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    _exiger_insi(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    modalite = p.choix("modalite", ("traits", "carte_vitale"))
    demandee = p.texte_ou_rien("authentification")
    authentification = p.choix("authentification", ("certificat", "carte", "psc")) if demandee else None
    resultat = recuperation.appeler(labo, utilisateur, patient, modalite, authentification, _carte(p))
    suite = recuperation.rapatrier(labo, utilisateur, patient, resultat, p.booleen("accepter", True))
    donnees = {
        "code_retour": suite.code,
        "ecarts": suite.ecarts,
        "alertes": suite.alertes,
        "patient": patient.en_dict(),
    }
    return Enveloppe("refuse" if suite.refusee else "fait", tuple(suite.messages), donnees)


def _carte(p: Parametres) -> m.CarteVitale | None:
    brut = p.objet_ou_rien("carte_vitale")
    if brut is None:
        return None
    return m.CarteVitale(
        nir_assure=str(brut.get("nir_assure", "")),
        nir_individu=str(brut["nir_individu"]) if brut.get("nir_individu") else None,
        nom_naissance=str(brut.get("nom_naissance", "")),
        date_naissance=str(brut.get("date_naissance", "")),
        rang_naissance=str(brut.get("rang_naissance") or "1"),
    )


@action("verifier_ins")
def verifier_ins(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    _exiger_insi(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    retour = verification.verifier_patient(labo, utilisateur, patient)
    message = "INSi confirme l'identité." if retour == "OK" else "INSi ne confirme pas l'identité : statut provisoire."
    return fait(message, retour=retour, patient=patient.en_dict())


@action("recevoir_message")
def recevoir_message(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    emetteur = p.objet("emetteur")
    document = actions_drim.porte_un_document(p.texte("contenu"))
    try:
        recue = hl7v2.lire_message(p.texte("contenu"))
    except hl7v2.MessageIllisible as erreur:
        labo.base.mettre_en_liste(ElementTravail(f"Message HL7 v2 illisible : {erreur}"))
        raise Echec(f"Message HL7 v2 illisible : {erreur}") from erreur
    domaine = str(emetteur.get("domaine", ""))
    if document:
        dits = actions_drim.recevoir_compte_rendu(labo, utilisateur, p.texte("contenu"))
        qui = diffusion.adressage(labo, recue.emetteur)
        accuse = hl7v2.acquittement(recue, qui, labo.numero_message(), maintenant(), "AA")
        return fait(*dits, patient_id=None, acquittement=accuse)
    reception = flux_identites.recevoir_identite(labo, utilisateur, recue, domaine)
    if recue.matricule:
        labo.traces.ajouter(
            "echanges_ins",
            utilisateur.compte,
            "réception d'identité",
            reception.patient.patient_id if reception.patient else None,
            partenaire=str(emetteur.get("nom", "")),
            nature=f"HL7 v2 ADT^{recue.evenement} reçu",
        )
    accuse = hl7v2.acquittement(
        recue, diffusion.adressage(labo, recue.emetteur), labo.numero_message(), maintenant(), "AA"
    )
    patient_id = reception.patient.patient_id if reception.patient else None
    return fait(*reception.messages, patient_id=patient_id, acquittement=accuse)


@action("transmettre_identite")
def transmettre_identite(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    destinataire = p.texte("destinataire")
    message = diffusion.publier(labo, utilisateur, patient, "A28", destinataire=destinataire)
    return fait(f"Identité transmise à {destinataire}.", message=labo.defauts.muter_texte("hl7", message))


@action("lire_messages_emis")
def lire_messages_emis(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    patient = labo.base.patient(p.texte("patient_id"))
    emis = labo.base.messages_emis.get(patient.patient_id, [])
    return fait(messages_hl7=[labo.defauts.muter_texte("hl7", message) for message in emis])


@action("lire_liste_travail")
def lire_liste_travail(labo: Labo, utilisateur: Utilisateur, _p: Parametres) -> Enveloppe:
    _exiger_acces(labo, utilisateur)
    elements = [
        {"patient_id": e.patient_id, "document_id": e.document_id, "motif": e.motif, "matricule_ins": e.matricule_ins}
        for e in list(labo.base.liste_travail)
    ]
    return fait(elements=elements)


@action("lire_traces")
def lire_traces(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    categorie = p.choix("categorie", CATEGORIES)
    traces = labo.traces.lire(categorie, p.texte_ou_rien("patient_id"))
    return fait(traces=traces_des_comptes(labo, traces) if categorie == "comptes" else traces)


@action("lire_utilisateur")
def lire_utilisateur(_labo: Labo, utilisateur: Utilisateur, _p: Parametres) -> Enveloppe:
    ps = utilisateur.professionnel
    return fait(
        compte=utilisateur.compte,
        identifiant_national=ps.rpps if ps else None,
        nom=ps.nom if ps else "",
        prenom=ps.prenom if ps else "",
    )
