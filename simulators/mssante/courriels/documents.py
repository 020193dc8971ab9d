"""Courriels de professionnels avec documents : conformes, remplacés, retirés, incomplets, douteux."""

from __future__ import annotations

from dataclasses import replace

from simulators.mssante import mime
from simulators.mssante.courriels.catalogue import matiere
from simulators.mssante.courriels.composition import Courriel, Envoi, Transmission
from simulators.mssante.courriels.metadonnees import entree
from simulators.mssante.courriels.modele import BIOLOGIE, IMAGERIE, LETTRE, objet_du_courriel, oid_de
from simulators.socle.identites import fabriquer_identite


@matiere("pro_n1", "Lettre de liaison, CDA N1 et sa copie PDF/A-1.")
def pro_n1(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(LETTRE)]).courriel()


@matiere("pro_n3", "Compte rendu de biologie, CDA N3 et sa copie PDF/A-1.")
def pro_n3(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)]).courriel()


@matiere("pro_plusieurs", "Trois documents d'un même patient dans une archive.")
def pro_plusieurs(envoi: Envoi) -> Courriel:
    types = (BIOLOGIE, LETTRE, IMAGERIE)
    return Transmission(envoi, [envoi.document(t, f"/{t.code}") for t in types]).courriel()


@matiere("pro_texte", "Courriel d'un professionnel sans document.")
def pro_texte(envoi: Envoi) -> Courriel:
    corps = mime.texte("Bonjour,\n\nPouvez-vous me rappeler au sujet de ce dossier ?\n\nCordialement")
    return Transmission(envoi, corps=corps, objet="Question sur un dossier").courriel()


@matiere("pro_reponse", "Réponse d'un professionnel à un courriel reçu de nous, avec le fil de la conversation.")
def pro_reponse(envoi: Envoi) -> Courriel:
    entetes = mime.lire_entetes(_original(envoi))
    cite = mime.brute(entetes, "Message-ID")
    fil = " ".join(filter(None, [mime.brute(entetes, "References"), cite]))
    objet = f"Re: {mime.valeur(entetes, 'Subject')}"
    liens: dict[str, str | None] = {"In-Reply-To": cite, "References": mime.replier(fil)}
    corps = mime.texte("Merci pour cet envoi.")
    return Transmission(envoi, corps=corps, objet=objet, entetes=liens).courriel()


@matiere("pro_demande_lecture", "Document pour lequel un accusé de lecture est demandé.")
def pro_demande_lecture(envoi: Envoi) -> Courriel:
    demande: dict[str, str | None] = {"Disposition-Notification-To": envoi.emetteur.adresse}
    return Transmission(envoi, [envoi.document(BIOLOGIE)], entetes=demande).courriel()


@matiere(
    "pro_demande_lecture_autre",
    "Accusé de lecture demandé pour une autre adresse que le chemin de retour : jamais rendu sans l'utilisateur.",
)
def pro_demande_lecture_autre(envoi: Envoi) -> Courriel:
    demande: dict[str, str | None] = {"Disposition-Notification-To": f"erreurs@{envoi.domaine}"}
    return Transmission(envoi, [envoi.document(BIOLOGIE)], entetes=demande).courriel()


@matiere("pro_remplacement", "Version 2 qui remplace le document de la même graine (`pro_n3`).")
def pro_remplacement(envoi: Envoi) -> Courriel:
    premier = oid_de(envoi.graine, "document/1")
    document = envoi.document(BIOLOGIE, version=2, remplace=premier, mention="Annule et remplace la version 1.")
    corps = mime.texte("Bonjour,\n\nCe document annule et remplace celui que vous avez reçu.\n\nCordialement")
    return Transmission(envoi, [document], corps=corps, message_id=_suivant(envoi, "2")).courriel()


@matiere("pro_suppression", "Annonce que le document de la même graine (`pro_n3`) a été supprimé ; aucun document.")
def pro_suppression(envoi: Envoi) -> Courriel:
    document = envoi.document(BIOLOGIE)
    corps = mime.texte(
        f"Bonjour,\n\nLe document « {document.titre} » du {document.acte:%d/%m/%Y} a été supprimé par son auteur : "
        "ne plus en tenir compte.\n\nCordialement"
    )
    objet = f"Suppression : {objet_du_courriel(envoi.patient, [document]).removeprefix('XDM/1.0/DDM+')}"
    return Transmission(envoi, corps=corps, objet=objet, message_id=_suivant(envoi, "3")).courriel()


@matiere(
    "pro_lot_suppression",
    "Lot sans document, qui déclare supprimé celui de la même graine (ITI-57 en archive : forme déduite).",
    conforme=False,
)
def pro_lot_suppression(envoi: Envoi) -> Courriel:
    document = envoi.document(BIOLOGIE)
    archive = envoi.archive([], supprime=entree(document.oid))
    piece = mime.piece(archive, "application/zip", "IHE_XDM.zip")
    objet = objet_du_courriel(envoi.patient, [document])
    return Transmission(envoi, parties=[piece], objet=objet, message_id=_suivant(envoi, "4")).courriel()


@matiere("patient_inconnu", "Document conforme d'une personne que le logiciel ne connaît pas.")
def patient_inconnu(envoi: Envoi) -> Courriel:
    return pro_n3(envoi.pour(patient=fabriquer_identite(f"inconnu/{envoi.graine}")))


@matiere("ins_non_qualifiee", "Document sans INS : identifiant local seul, X-MSS-INS à N.")
def ins_non_qualifiee(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE, qualifiee=False)], qualifiee=False).courriel()


@matiere("ins_differente", "Le patientId de METADATA.XML n'est pas l'INS du CDA.", conforme=False)
def ins_differente(envoi: Envoi) -> Courriel:
    document = envoi.document(BIOLOGIE)
    autre = envoi.pour(patient=fabriquer_identite(f"autre/{envoi.graine}"))
    return Transmission(envoi, [document], octets_archive=autre.archive([document])).courriel()


@matiere("deux_patients", "Une archive qui mêle les documents de deux personnes.", conforme=False)
def deux_patients(envoi: Envoi) -> Courriel:
    autre = fabriquer_identite(f"second/{envoi.graine}")
    documents = [envoi.document(BIOLOGIE, "/a"), envoi.document(LETTRE, "/b", patient=autre)]
    return Transmission(envoi, documents).courriel()


@matiere("deux_documents_meme_id", "Deux documents différents sous un même identifiant.", conforme=False)
def deux_documents_meme_id(envoi: Envoi) -> Courriel:
    oid = oid_de(envoi.graine, "commun")
    documents = [envoi.document(BIOLOGIE, "/a", oid=oid), envoi.document(LETTRE, "/b", oid=oid)]
    return Transmission(envoi, documents).courriel()


@matiere(
    "pdf_sans_archive", "La copie PDF seule, sans archive : aucun en-tête X-MSS-CODECDA ni X-MSS-INS.", conforme=False
)
def pdf_sans_archive(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], avec_archive=False).courriel()


@matiere("archive_sans_pdf", "L'archive seule, sans copie PDF.", conforme=False)
def archive_sans_pdf(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], avec_pdf=False).courriel()


@matiere("pdf_non_archivable", "La copie est un PDF ordinaire.", conforme=False)
def pdf_non_archivable(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE, archivable=False)]).courriel()


@matiere("pdf_d_un_autre", "La copie PDF jointe est celle d'une autre personne.", conforme=False)
def pdf_d_un_autre(envoi: Envoi) -> Courriel:
    document = envoi.document(LETTRE)
    autre = envoi.document(LETTRE, patient=fabriquer_identite(f"autre/{envoi.graine}"))
    archive = envoi.archive([document])
    return Transmission(envoi, [replace(document, pdf=autre.pdf)], octets_archive=archive).courriel()


def _suivant(envoi: Envoi, rang: str) -> str:
    """Message-ID d'un autre courriel sur le document de cette graine."""
    return envoi.message_id.replace("<", f"<{rang}.")


def _original(envoi: Envoi) -> bytes:
    if envoi.original is None:
        raise ValueError("cette matière répond à un courriel : donner `original`")
    return envoi.original
