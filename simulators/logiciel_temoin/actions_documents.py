"""Actions métier sur les documents."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from simulators.logiciel_temoin import (
    alertes,
    alimentation,
    annonce_patient,
    auto_presentable,
    cda_lecture,
    complements,
    comptes_rendus_attente,
    documentation,
    documents,
    documents_entrants,
    documents_recus,
    messagerie_conduite,
    messagerie_noms,
    pdf,
    pfi,
    portabilite,
    presentation,
)
from simulators.logiciel_temoin.base import Analyse, Document, Sejour
from simulators.logiciel_temoin.dmp_client import ErreurDmp
from simulators.logiciel_temoin.erreurs import Echec, Enveloppe, ParametreInvalide, Refus, fait
from simulators.logiciel_temoin.horloge import lire_iso, maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.soap import ReponseIllisible
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def montrer(labo: Labo, document: Document) -> dict[str, object]:
    montre = document.en_dict(etat_visible=not labo.defaut("etat_envoi_invisible"))
    if labo.defaut("liste_creation_du_jour"):
        montre["date_creation"] = document.date_creation.isoformat(timespec="seconds")
    if document.sections:
        montre["etat_validation"] = comptes_rendus_attente.etat_montre(labo, document)
    if document.courriel_id:
        montre["signes"] = documents_recus.signes(labo, document, liste="patient")
    return montre


def _alimenter_seul(labo: Labo, utilisateur: Utilisateur, document: Document) -> str:
    """Envoi automatique : un refus ou une erreur se dit, l'action principale reste faite."""
    try:
        alimentation.envoyer(labo, utilisateur, document)
    except Refus as refus:
        return " ".join(refus.messages)
    except ErreurDmp as erreur:
        return "L'envoi au DMP a échoué." if labo.defaut("code_erreur_masque") else f"{erreur} (code {erreur.code})"
    return "Document envoyé au DMP."


@action("valider_compte_rendu", "SGL")
def valider_compte_rendu(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    date_acte = _instant(p.texte("date_acte")) if p.texte_ou_rien("date_acte") else maintenant()
    document = documents.valider(
        labo,
        utilisateur,
        patient,
        p.choix("statut_cr", ("partiel", "complet")),
        [_analyse(a) for a in p.liste("analyses")],
        date_acte,
        p.choix("niveau", ("N3", "N1"), "N3"),
        p.texte_ou_rien("remplace"),
        [_section(brute) for brute in p.liste_ou_vide("sections_ajoutees")],
        complements.lire(p),
    )
    return apres_validation(labo, utilisateur, patient, document, bloquer=p.booleen("bloquer_dmp", False))


def apres_validation(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, document: Document, *, bloquer: bool
) -> Enveloppe:
    """Ce qui suit toute validation : DMP, messagerie ou plateforme d'intermédiation, selon les réglages."""
    documents.cda_de(labo, document)
    if bloquer:
        document.bloque = True
        if not labo.defaut("blocage_ignore"):
            document.etat_dmp = "bloque"
        labo.identifiants_fixes[f"bloque {patient.patient_id}"] = document.document_id
    elif labo.defaut("blocage_tous") and f"bloque {patient.patient_id}" in labo.identifiants_fixes:
        document.bloque, document.etat_dmp = True, "bloque"
    quoi = "Compte rendu validé." if document.analyses else "Document validé."
    if pfi.active(labo):
        transmis = pfi.a_la_validation(labo, utilisateur, patient, document)
        return fait(quoi, *transmis, document=montrer(labo, document))
    messages = [quoi]
    if not labo.reglages.lire("alimentation_automatique_dmp") or labo.defaut("alimentation_automatique_absente"):
        messages.append("L'envoi automatique au DMP est désactivé.")
    else:
        messages.append(_alimenter_seul(labo, utilisateur, document))
        if document.complements.pdf_sous_traitant and labo.defaut("dmp_sous_traitant_a_part"):
            messages.append(_alimenter_seul(labo, utilisateur, documents.sous_traite_a_part(labo, patient, document)))
    messages += messagerie_conduite.apres_validation(labo, utilisateur, patient, document)
    return fait(*messages, document=montrer(labo, document))


@action("valider_document")
def valider_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    statut = p.choix("statut", ("valide", *comptes_rendus_attente.EN_ATTENTE), "valide")
    if statut == "valide" or labo.defaut("provisoire_vaut_validation"):
        statut = "complet"
    joints = complements.lire(p)
    if p.booleen("annonce_necessaire", False):
        joints = annonce_patient.a_annoncer(labo, joints)
    document = documents.rediger(
        labo,
        utilisateur,
        patient,
        (p.texte("type_code"), p.texte("type_libelle"), p.texte("titre")),
        [_section(brute) for brute in p.liste("sections")],
        _instant(p.texte("date_acte")) if p.texte_ou_rien("date_acte") else maintenant(),
        p.choix("niveau", ("N1", "N3"), "N1"),
        p.texte_ou_rien("remplace"),
        statut=statut,
        complements=joints,
    )
    if statut in comptes_rendus_attente.EN_ATTENTE and not labo.defaut("provisoire_transmis"):
        return fait("Document enregistré sans être validé : rien n'est transmis.", document=montrer(labo, document))
    return apres_validation(labo, utilisateur, patient, document, bloquer=p.booleen("bloquer_dmp", False))


def _analyse(brut: object) -> Analyse:
    if not isinstance(brut, dict) or not brut.get("code"):
        raise ParametreInvalide("analyse : code, libelle, valeur, unite attendus")
    valeur = brut.get("valeur")
    return Analyse(
        str(brut["code"]),
        str(brut.get("libelle") or brut["code"]),
        None if valeur is None else str(valeur),
        str(brut.get("unite") or ""),
        bool(brut.get("accreditee")),
        bool(brut.get("validation_automatique")),
        bool(brut.get("sous_traitee")),
    )


def _section(brute: object) -> tuple[str, str]:
    if not isinstance(brute, dict) or not brute.get("titre"):
        raise ParametreInvalide("section ajoutée : titre et texte attendus")
    return str(brute["titre"]), str(brute.get("texte") or "")


def _instant(texte: str) -> datetime:
    try:
        return lire_iso(texte)
    except ValueError as erreur:
        raise ParametreInvalide(f"date ISO 8601 attendue : {texte!r}") from erreur


def _base64(p: Parametres, nom: str) -> bytes:
    try:
        return base64.b64decode(p.texte(nom), validate=True)
    except (binascii.Error, ValueError) as erreur:
        raise ParametreInvalide(f"{nom} : base64 attendu") from erreur


@action("enregistrer_document")
def enregistrer_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = documents.ranger_ancien(
        labo,
        labo.base.patient(p.texte("patient_id")),
        p.texte("type_local"),
        p.texte("titre"),
        _instant(p.texte("date_acte")),
        _base64(p, "pdf_base64"),
        p.objet("auteur"),
    )
    return fait("Document rangé au dossier.", document=montrer(labo, document))


@action("recevoir_document")
def recevoir_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    emetteur = p.objet("emetteur")
    try:
        document, integre, messages = documents_entrants.recevoir(
            labo,
            utilisateur,
            _base64(p, "contenu_base64"),
            str(emetteur.get("nom", "")),
            str(emetteur.get("domaine", "")),
            _base64(p, "feuille_style_base64") if p.texte_ou_rien("feuille_style_base64") else None,
        )
    except (ReponseIllisible, ValueError) as erreur:
        if isinstance(erreur, ParametreInvalide):
            raise
        raise Echec(f"Document reçu illisible : {erreur}", integre=False) from erreur
    if integre:
        alertes.a_la_reception(labo, document)
        messages += messagerie_conduite.apres_reception(labo, utilisateur, document)
    automatique = labo.reglages.lire("alimentation_automatique_dmp")
    if integre and automatique and not labo.defaut("alimentation_recus_absente"):
        messages.append(_alimenter_seul(labo, utilisateur, document))
    return fait(*messages, document=montrer(labo, document), integre=integre)


@action("lister_documents")
def lister_documents(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    liste = list(labo.base.documents_de(patient.patient_id))
    return fait(documents=[montrer(labo, d) for d in _trier(labo, liste, p.texte_ou_rien("tri"))])


def _trier(labo: Labo, liste: list[Document], tri: str | None) -> list[Document]:
    if tri and labo.defaut("tri_sans_importes"):
        liste = [d for d in liste if d.origine not in ("recu", "dmp", "mssante")]
    if tri == "type_code" and labo.defaut("tri_toujours_par_date"):
        tri = "date_creation"
    if tri == "date_creation" and not labo.defaut("tri_date_ignore"):
        return sorted(liste, key=lambda d: d.date_acte if labo.defaut("tri_date_acte") else d.creation)
    if tri == "type_code" and not labo.defaut("tri_type_ignore"):
        return sorted(liste, key=lambda d: d.type_code)
    return liste


@action("editer_document")
def editer_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    document = labo.base.document(p.texte("document_id"))
    if document.patient_id != patient.patient_id:
        raise Refus("Ce document n'est pas au dossier de ce patient.")
    contenu = document.pdf or pdf.editer(labo, patient, document)
    nom = nom_du_fichier(labo, patient, document)
    labo.traces.ajouter("acces_ins", utilisateur.compte, "édition d'un document", patient.patient_id)
    return fait("Document édité.", pdf_base64=base64.b64encode(contenu).decode(), nom_fichier=nom)


def nom_du_fichier(labo: Labo, patient: Patient, document: Document) -> str:
    """Le nom du PDF édité : celui d'un PDF joint à un courriel (ECO.2.1.5 et ECO.2.1.6)."""
    if labo.defaut("edition_nom_constant"):
        return "compte-rendu.pdf"
    nom = messagerie_noms.nom_pdf(cda_lecture.lire_entete(documents.cda_de(labo, document)))
    if labo.defaut("edition_nom_autre_patient"):
        return nom.replace(patient.trait("nom_naissance"), "AUTREPERSONNE")
    return nom.lower() if labo.defaut("edition_nom_minuscules") else nom


@action("rediger_lettre")
def rediger_lettre(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    document = documents.rediger_lettre(labo, utilisateur, patient, p.texte("titre"), p.texte("texte"))
    return fait("Lettre de liaison rédigée.", document=montrer(labo, document))


@action("exporter_document")
def exporter_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    feuille = presentation.feuille_du_laboratoire(labo)
    niveau = p.choix("niveau", ("N3", "N1"), document.niveau)
    if p.booleen("auto_presentable", False):
        octets = auto_presentable.produire(labo, document)
    else:
        octets = documents.cda_au_niveau(labo, document, niveau)
    return fait(
        cda_base64=base64.b64encode(octets).decode(),
        feuille_style_base64=base64.b64encode(feuille).decode(),
    )


@action("lire_documentation")
def lire_documentation(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    if p.choix("sujet", ("suppression_dmp", "portabilite")) == "portabilite":
        titre, contenu = portabilite.documentation(labo)
        return fait(titre=titre, contenu=contenu)
    imagerie = labo.type_logiciel == "DRIMbox"
    titre, contenu = documentation.DEPUBLICATION_KOS if imagerie else documentation.SUPPRESSION_DMP
    return fait(titre=titre, contenu="" if labo.defaut("documentation_vide") else contenu)


@action("enregistrer_sejour")
def enregistrer_sejour(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    debut, fin = _instant(p.texte("debut")), _instant(p.texte("fin"))
    if fin < debut:
        raise Refus("La fin du séjour précède son début.")
    rattaches = tuple(p.textes_ou_rien("documents") or ())
    for document_id in rattaches:
        if labo.base.document(document_id).patient_id != patient.patient_id:
            raise Refus(f"Le document {document_id} n'est pas au dossier de ce patient.")
    sejour = Sejour(labo.base.numero("S"), patient.patient_id, debut, fin, rattaches)
    labo.base.sejours[sejour.sejour_id] = sejour
    return fait("Séjour enregistré.", sejour_id=sejour.sejour_id)
