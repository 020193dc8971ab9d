"""Ce que l'on demande d'envoyer, et les pièces que cela fait joindre : l'archive des CDA, le PDF de chacun."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from simulators.logiciel_temoin import cda_lecture, documents, messagerie_noms, pdf, pdfa
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_composition import Documents, Jointe
from simulators.logiciel_temoin.messagerie_xdm import NOM_ARCHIVE, Piece, archive


@dataclass(frozen=True)
class Demande:
    """Ce que l'utilisateur (ou un automatisme) demande d'envoyer."""

    bal: Bal
    canal: str
    objet: str
    corps: str
    destinataires: tuple[str, ...]
    copies: tuple[str, ...] = ()
    copies_cachees: tuple[str, ...] = ()
    mise_en_forme: bool = False
    patient_id: str | None = None
    documents: tuple[Document, ...] = ()
    jointes: Documents | None = None
    """Pièces déjà préparées, quand plusieurs courriels portent les mêmes."""
    accuse_distribution: bool = False
    accuse_lecture: bool = False
    sans_reponse: bool = False
    parent: str = ""
    ancetres: tuple[str, ...] = ()

    def pour(self, *destinataires: str) -> Demande:
        """La même demande, à ces destinataires."""
        return replace(self, destinataires=destinataires)


def adresse_de_retour(labo: Labo, bal: Bal, canal: str) -> str:
    """À qui répondre à un message de la BAL applicative : le réglage, sinon le secrétariat, sinon une BAL PER."""
    if bal.type != "APP":
        return ""
    reglee = labo.reglages.lire("adresse_retour_mss").get(canal)
    if reglee and not labo.defaut("mss_adresse_retour_ignoree"):
        return str(reglee)
    environnement = labo.environnement
    recours = environnement.bal_de_type("ORG") or environnement.bal_de_type("PER") or bal
    return recours.adresse


def joindre(labo: Labo, demande: Demande) -> Documents | None:
    """L'archive des CDA demandés, et le PDF de chacun."""
    if not demande.documents:
        return None
    retenus = [*demande.documents, *_en_trop(labo, demande)]
    pieces = [_piece(labo, document) for document in retenus]
    entetes = tuple(piece.entete for piece in pieces)
    contact = adresse_de_retour(labo, demande.bal, demande.canal) or demande.bal.adresse
    nom_archive = "documents.zip" if labo.defaut("mss_archive_mal_nommee") else NOM_ARCHIVE
    genre = "application/octet-stream" if labo.defaut("mss_archive_type_faux") else "application/zip"
    jointes = []
    if not labo.defaut("mss_sans_archive"):
        jointes.append(Jointe(nom_archive, genre, archive(labo, pieces, contact)))
    noms = messagerie_noms.noms_pdf(entetes, [document.document_id for document in retenus])
    if labo.defaut("mss_pdf_nom_faux"):
        noms = [f"{document.document_id}.pdf" for document in retenus]
    for nom, piece, document in zip(noms, pieces, retenus, strict=True):
        if not labo.defaut("mss_sans_pdf"):
            jointes.append(Jointe(nom, "application/pdf", _pdf(labo, piece, document)))
    return Documents(entetes, tuple(jointes))


def _piece(labo: Labo, document: Document) -> Piece:
    octets = documents.cda_de(labo, document)
    remplace = labo.base.document(document.precedent).entree_mss if document.precedent else None
    if remplace and labo.defaut("mss_remplacement_sans_lien"):
        remplace = None
    if remplace and labo.defaut("mss_remplacement_autre_cible"):
        remplace = f"urn:uuid:{uuid.uuid4()}"
    return Piece(document.entree_mss, octets, cda_lecture.lire_entete(octets), remplace)


def _pdf(labo: Labo, piece: Piece, document: Document) -> bytes:
    """Le PDF que porte le CDA, à l'octet près (ECO.2.1.5) ; refuse celui d'un autre s'il n'est pas PDF/A-1."""
    if document.complements.pdf_sous_traitant and labo.defaut("mss_pdf_du_sous_traitant"):
        return document.complements.pdf_sous_traitant
    octets = cda_lecture.copie_pdf(piece.octets)
    if octets is None or labo.defaut("mss_pdf_different"):
        return pdf.editer_texte(piece.entete.titre, cda_lecture.textes(piece.octets))
    if document.origine != "valide" and not pdfa.est_declare(octets):
        raise Refus(f"Le PDF du document {document.document_id} n'est pas PDF/A-1 : il ne peut pas être joint.")
    return octets


def _en_trop(labo: Labo, demande: Demande) -> list[Document]:
    """Ce que les défauts ajoutent à l'archive."""
    choisis = {document.document_id for document in demande.documents}
    autres = [d for d in list(labo.base.documents.values()) if d.document_id not in choisis and d.patient_id]
    if labo.defaut("mss_document_en_trop"):
        return [d for d in autres if d.patient_id == demande.patient_id][:1]
    if labo.defaut("mss_deux_patients"):
        return [d for d in autres if d.patient_id != demande.patient_id][:1]
    return []
