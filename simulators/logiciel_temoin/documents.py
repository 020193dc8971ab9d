"""Les documents du dossier : validation, versions, documents anciens, niveaux du CDA."""

from __future__ import annotations

from datetime import datetime

from simulators.logiciel_temoin import cda, cda_mentions, comptes_rendus_attente
from simulators.logiciel_temoin.base import Analyse, Document
from simulators.logiciel_temoin.cda_entete import specialite
from simulators.logiciel_temoin.cda_lecture import Intervenant
from simulators.logiciel_temoin.complements import Complements
from simulators.logiciel_temoin.environnement import Professionnel
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur

LOINC = "2.16.840.1.113883.6.1"
TITRE_CR = "Compte rendu d'examens biologiques"
LIBELLES_TYPES = {
    "11502-2": "CR d'examens biologiques",
    "11490-0": "Lettre de liaison à la sortie d'un établissement de soins",
    "11488-4": "CR de consultation",
    "18761-7": "Lettre de liaison à l'entrée d'un établissement de soins",
    "34112-3": "CR hospitalier",
}
FIGES = ("alimente", "remplace", "supprime")


def intervenant_de(labo: Labo, professionnel: Professionnel) -> Intervenant:
    structure = labo.environnement.structure
    return Intervenant(
        professionnel.identifiant_national,
        professionnel.nom,
        professionnel.prenom,
        specialite(professionnel.profession, professionnel.specialite),
        structure.nom,
        structure.identifiant_national,
    )


def valider(
    labo: Labo,
    utilisateur: Utilisateur,
    patient: Patient,
    statut_cr: str,
    analyses: list[Analyse],
    date_acte: datetime,
    niveau: str,
    remplace: str | None,
    sections: list[tuple[str, str]] | None = None,
    complements: Complements | None = None,
) -> Document:
    """Validation biologique d'un compte rendu, ou d'une nouvelle version ; `sections` ajoutées : (titre, texte)."""
    professionnel = utilisateur.exiger_professionnel()
    if not analyses:
        raise Refus("Un compte rendu porte au moins une analyse.")
    if statut_cr == "complet" and any(a.valeur is None for a in analyses):
        raise Refus("Un résultat manque : le compte rendu ne peut pas être complet.")
    document = Document(
        document_id=labo.base.numero("D"),
        patient_id=patient.patient_id,
        titre=TITRE_CR,
        type_local="CR-BIO",
        type_code="11502-2",
        type_libelle=LIBELLES_TYPES["11502-2"],
        date_acte=date_acte,
        auteur=intervenant_de(labo, professionnel),
        statut_cr=statut_cr,
        analyses=analyses,
        niveau=niveau,
        set_id=labo.oid_unique(),
        unique_id=labo.oid_unique(),
        sections=sections or [],
        complements=complements or Complements(),
    )
    if remplace:
        _enchainer(labo, patient, document, labo.base.document(remplace))
    if remplace or labo.defaut("mss_mention_remplacement_toujours"):
        document.mention = _mention(labo)
    cda_mentions.figer(labo, patient, document)
    labo.base.documents[document.document_id] = document
    return document


def rediger(
    labo: Labo,
    utilisateur: Utilisateur,
    patient: Patient,
    nature: tuple[str, str, str],
    sections: list[tuple[str, str]],
    date_acte: datetime,
    niveau: str,
    remplace: str | None,
    *,
    statut: str = "complet",
    complements: Complements | None = None,
) -> Document:
    """Un document de santé d'un autre type qu'un compte rendu de biologie ; `nature` : (code, libellé, titre).

    `statut` : `complet`, `provisoire` ou `non_valide`. Un document en attente garde son identifiant quand il est
    validé : rien n'en était sorti.
    """
    code, libelle, titre = nature
    if labo.defaut("document_type_constant"):
        code, libelle = "11502-2", LIBELLES_TYPES["11502-2"]
    if labo.defaut("document_derniere_section_oubliee"):
        sections = sections[:-1] or sections
    if labo.defaut("n1_remplace_par_n3"):
        niveau = "N3"
    if not any(texte.strip() for _, texte in sections):
        raise Refus("Un document validé a au moins une section remplie.")
    document = Document(
        document_id=labo.base.numero("D"),
        patient_id=patient.patient_id,
        titre=titre,
        type_local=code,
        type_code=code,
        type_libelle=libelle,
        date_acte=date_acte,
        auteur=intervenant_de(labo, utilisateur.exiger_professionnel()),
        statut_cr=statut,
        attente_depuis=labo.horloge.maintenant() if statut in comptes_rendus_attente.EN_ATTENTE else None,
        niveau=niveau,
        set_id=labo.oid_unique(),
        unique_id=labo.oid_unique(),
        sections=sections,
        complements=complements or Complements(),
    )
    if remplace:
        ancien = labo.base.document(remplace)
        if ancien.statut_cr in comptes_rendus_attente.EN_ATTENTE:
            document.document_id, document.set_id = ancien.document_id, ancien.set_id
            document.attente_depuis = ancien.attente_depuis
        else:
            _enchainer(labo, patient, document, ancien)
    if document.precedent or labo.defaut("mss_mention_remplacement_toujours"):
        document.mention = _mention(labo)
    cda_mentions.figer(labo, patient, document)
    labo.base.documents[document.document_id] = document
    return document


def rediger_lettre(labo: Labo, utilisateur: Utilisateur, patient: Patient, titre: str, texte: str) -> Document:
    """Une lettre de liaison à la sortie, en CDA N1 : son texte est dans le PDF encapsulé."""
    code = "11502-2" if labo.defaut("lettre_type_du_compte_rendu") else "11490-0"
    document = Document(
        document_id=labo.base.numero("D"),
        patient_id=patient.patient_id,
        titre=titre,
        type_local="LETTRE-LIAISON",
        type_code=code,
        type_libelle=LIBELLES_TYPES[code],
        date_acte=maintenant(),
        auteur=intervenant_de(labo, utilisateur.exiger_professionnel()),
        niveau="N1",
        set_id=labo.oid_unique(),
        unique_id=labo.oid_unique(),
        sections=[("", texte)],
    )
    cda_mentions.figer(labo, patient, document)
    labo.base.documents[document.document_id] = document
    return document


def _enchainer(labo: Labo, patient: Patient, document: Document, precedent: Document) -> None:
    if precedent.patient_id != patient.patient_id or precedent.origine != "valide":
        raise Refus("La version précédente n'est pas un compte rendu de ce patient.")
    if precedent.remplace_par or precedent.etat_dmp == "supprime":
        raise Refus("Cette version a déjà été remplacée ou supprimée.")
    document.version = precedent.version + 1
    document.precedent = precedent.document_id
    if not labo.defaut("cda_set_id_neuf"):
        document.set_id = precedent.set_id
    precedent.remplace_par = document.document_id


def _mention(labo: Labo) -> str:
    """Ce qu'une nouvelle version dit d'elle-même, dans le CDA comme dans le PDF."""
    if labo.defaut("mss_mention_remplacement_absente"):
        return ""
    if labo.defaut("mss_mention_remplacement_figee"):
        return "Ce compte rendu annule et remplace le précédent."
    return str(labo.reglages.lire("mention_remplacement"))


def ranger_ancien(
    labo: Labo,
    patient: Patient,
    type_local: str,
    titre: str,
    date_acte: datetime,
    contenu: bytes,
    auteur: dict[str, object],
) -> Document:
    """Range un PDF ancien, avec sa date d'acte et son auteur."""
    if not contenu.startswith(b"%PDF"):
        raise Refus("Le fichier n'est pas un PDF.")
    rpps = str(auteur["rpps"]) if auteur.get("rpps") else None
    nom, prenom = str(auteur.get("nom", "")), str(auteur.get("prenom", ""))
    structure = labo.environnement.structure
    # Sans identifiant national : identifiant interne de la structure (type 3 : FINESS/identifiant local).
    identifiant = f"8{rpps}" if rpps else f"3{structure.finess}/{nom}.{prenom}".replace(" ", "-")
    document = Document(
        document_id=labo.base.numero("D"),
        patient_id=patient.patient_id,
        titre=titre,
        type_local=type_local,
        type_code="",
        date_acte=date_acte,
        auteur=Intervenant(
            identifiant, nom, prenom, specialite("10", "SM03"), structure.nom, structure.identifiant_national
        ),
        origine="ancien",
        historique=True,
        set_id=labo.oid_unique(),
        unique_id=labo.oid_unique(),
        pdf=contenu,
        auteur_hors_rpps=rpps is None,
    )
    typer(labo, document)
    labo.base.documents[document.document_id] = document
    return document


def sous_traite_a_part(labo: Labo, patient: Patient, document: Document) -> Document:
    """Le PDF du sous-traitant rangé comme un document à lui : ce que l'exigence interdit de transmettre."""
    auteur = {"nom": document.auteur.nom, "prenom": document.auteur.prenom}
    contenu = document.complements.pdf_sous_traitant
    a_part = ranger_ancien(labo, patient, "CR-BIO", "Examen sous-traité", document.date_acte, contenu, dict(auteur))
    a_part.auteur, a_part.auteur_hors_rpps, a_part.origine = document.auteur, False, "fichier_a_part"
    a_part.type_code, a_part.type_libelle = document.type_code, document.type_libelle
    return a_part


def typer(labo: Labo, document: Document) -> None:
    """Donne au document son typeCode, d'après la correspondance réglée par le site."""
    if document.origine != "ancien":
        return
    choix = str(labo.reglages.lire("types_documents_dmp").get(document.type_local, ""))
    if labo.defaut("historique_type_code_constant") and choix:
        choix = "11502-2"
    code, _, systeme = choix.partition("^^")
    document.type_code, document.type_systeme = code, systeme or LOINC
    document.type_libelle = LIBELLES_TYPES.get(code, document.titre)


def cda_de(labo: Labo, document: Document) -> bytes:
    """Le CDA du document ; refait si l'identité a changé, figé dès qu'il est parti."""
    if document.cda and (document.etat_dmp in FIGES or document.origine == "fichier" or not document.patient_id):
        return document.cda
    patient = labo.base.patient(document.patient_id)
    cle = (patient.statut, tuple(patient.identite.items()), document.personne_morale, document.type_code)
    if not document.cda or document.cle_cda != cle:
        document.cda, document.cle_cda = cda.construire(labo, patient, document), cle
        if labo.dossier is not None:
            labo.dossier.mkdir(parents=True, exist_ok=True)
            (labo.dossier / f"{document.document_id}.xml").write_bytes(document.cda)
    return document.cda


def cda_au_niveau(labo: Labo, document: Document, niveau: str | None) -> bytes:
    """Le CDA du document sous l'autre forme, s'il en a deux ; sinon le sien."""
    if niveau in (None, document.niveau) or document.origine != "valide":
        return cda_de(labo, document)
    patient = labo.base.patient(document.patient_id)
    cle = (str(niveau), patient.statut, tuple(patient.identite.items()))
    if document.autre_cda is None or document.autre_cda[0] != cle:
        document.autre_cda = (cle, cda.construire(labo, patient, cda.sous_forme(labo, document, str(niveau))))
    return document.autre_cda[1]
