"""Étapes des documents CDA du dossier : intégrés, affichés, triés."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir, vocabulaire
from steps.etapes.commun import Table, relire
from steps.etapes.dmp_deposes import instant
from steps.etapes.documents import octets, valider
from steps.flux.documents import (
    AuteurDocument,
    EnvoiDocument,
    SectionDocument,
    StructureEmettrice,
    compte_rendu_structure,
    lettre_de_liaison,
)
from steps.flux.feuilles import NOM, feuille_du_producteur
from steps.flux.identite import IdentiteUsager
from steps.flux.messages import Emetteur
from steps.logiciel.protocole import ReponseAction
from steps.verifications import dossier_documents as regles
from steps.verifications import tri_documents

_EMETTEUR = Emetteur(application="DPI VOISIN", structure="HOPITAL VOISIN", domaine="1.2.250.1.213.99.6")
_DATE_HABITUELLE = "14/03/2024 10:20"
_TYPES_RECUS = ("11490-0", "11488-4")
"""Lettre de liaison (N1) et consultation (N3) : ce que `recevoir` fabrique."""
_FORMES = ("N1", "N3 avec feuille de style", "N3 sans feuille de style")


@dataclass(frozen=True)
class Recu:
    """Un document que le banc a fait recevoir au logiciel. `lignes` : textes que son corps porte."""

    cda: bytes
    feuille: bytes | None
    marque: str
    lignes: tuple[str, ...]


# ------------------------------------------------------------------- recevoir
@when(parse("le logiciel intègre un document CDA R2 {forme} « {nom} » du patient « {patient} »"))
def integrer(essai: Essai, forme: str, nom: str, patient: str) -> None:
    """Document d'un établissement voisin, reçu puis rangé au dossier du patient."""
    recevoir(essai, forme, nom, patient, instant(_DATE_HABITUELLE))


@given(parse("des documents reçus dans le dossier du patient « {patient} »"))
def documents_recus(essai: Essai, patient: str, datatable: Table) -> None:
    """Un document par ligne : « document », « forme » (N1 : lettre de liaison, N3 : consultation), « créé le »."""
    for ligne in vocabulaire.table(datatable):
        recevoir(essai, ligne["forme"], ligne["document"], patient, instant(ligne["créé le"]))


def recevoir(essai: Essai, forme: str, nom: str, nom_patient: str, creation: datetime) -> None:
    """Fabrique le document, le fait recevoir, et garde sous son nom ce qui a été envoyé."""
    if forme not in _FORMES:
        raise vocabulaire.PhraseInconnue(f"forme de document inconnue : {forme!r} ; attendu l'une de {_FORMES}")
    patient = essai.patient(nom_patient)
    rang = len(_recus(essai)) + 1
    recu = _fabriquer(essai, forme, nom, IdentiteUsager.depuis_reference(patient.reference), rang, creation)
    reponse = essai.preparer(
        "recevoir_document",
        "biologiste_1",
        contenu_base64=base64.b64encode(recu.cda).decode(),
        emetteur=_EMETTEUR.pour_contrat(),
        **({"feuille_style_base64": base64.b64encode(recu.feuille).decode()} if recu.feuille else {}),
    )
    donnees = reponse.donnees.get("document")
    if reponse.donnees.get("integre") is not True or not isinstance(donnees, Mapping):
        raise NonConcluant(f"« {nom} » n'a pas été intégré au dossier : {reponse.en_phrase()}")
    essai.documents[nom] = DocumentEssai(nom, patient, str(donnees["document_id"]), donnees)
    _recus(essai)[nom] = recu


def _recus(essai: Essai) -> dict[str, Recu]:
    recus: dict[str, Recu] = essai.releves.setdefault("documents reçus", {})
    return recus


def _fabriquer(essai: Essai, forme: str, nom: str, identite: IdentiteUsager, rang: int, creation: datetime) -> Recu:
    """Les textes portent un repère tiré du scénario : un affichage figé ne les contiendrait pas."""
    repere = hashlib.sha256(f"{essai.graine}{essai.retenu.numero}/{nom}".encode()).hexdigest()[:8]
    domaine = _EMETTEUR.domaine
    base = f"{domaine}.8.{int(identite.matricule_ins or '0', 36)}.{rang}"
    auteur = AuteurDocument(identifiant=f"89990000066{rang % 10}", nom="LOINTAIN", prenom="CLAUDE")
    structure = StructureEmettrice(identifiant="1990000666", nom=_EMETTEUR.structure, domaine=domaine)
    envoi = EnvoiDocument(oid=base, oid_lot=f"{base}.1", instant=creation, patient_id=f"EXT{rang}")
    if forme == "N1":
        ligne = f"Dossier de sortie {repere}"
        cda = lettre_de_liaison(identite, auteur, structure, envoi, mention=ligne)
        return Recu(cda, None, "", (ligne,))
    sections = (
        SectionDocument("29299-5", f"Motif {repere}", (f"Suivi d'un traitement, repère {repere}-A.",)),
        SectionDocument(
            "11329-0",
            "Antécédents",
            (f"Allergie connue : pénicilline ({repere}-B).",),
            (SectionDocument("10157-6", "Antécédents familiaux", (f"Diabète du père, repère {repere}-C.",)),),
        ),
        SectionDocument("18776-5", "Conclusion", (f"Contrôle à prévoir ; réf. {repere}-D.", "Revoir à 3 mois.")),
    )
    marque = f"Mise en page de l'hôpital voisin {repere}"
    feuille = feuille_du_producteur(marque) if forme == "N3 avec feuille de style" else None
    cda = compte_rendu_structure(identite, auteur, structure, envoi, sections, feuille=NOM if feuille else "")
    return Recu(cda, feuille, marque, ())


# ------------------------------------------------------------------- afficher
def afficher(essai: Essai, document_id: str) -> regles.Affichage:
    """Affiche un document du dossier et joint ce qui en est montré ; NonConcluant s'il ne s'affiche pas."""
    reponse = essai.jouer("afficher_document", "biologiste_1", document_id=document_id)
    if not reponse.fait:
        raise NonConcluant(f"le document {document_id} ne s'affiche pas : {reponse.en_phrase()}")
    affichage = regles.Affichage.depuis(reponse.donnees)
    essai.bilan.joindre(
        f"affichage-{document_id}.html",
        "capture",
        affichage.contenu.encode(),
        f"affichage du document {document_id}",
        complement=True,
    )
    return affichage


@then(parse("le document « {nom} » est gardé tel que reçu et s'affiche, {comment}"))
def garde_et_affiche(essai: Essai, nom: str, comment: str) -> None:
    """`comment` : « corps compris », « avec la feuille de style de son producteur » ou « avec celle du logiciel »."""
    recu = _recus(essai)[nom]
    affichage = afficher(essai, essai.document(nom).document_id)
    quoi = f"« {nom} »"
    essai.bilan.constater(regles.document_garde(affichage, recu.cda, recu.feuille, quoi))
    essai.bilan.constater(regles.entete_affiche(affichage, recu.cda, quoi))
    if comment == "corps compris":
        essai.bilan.constater(regles.corps_n1_affiche(affichage, recu.cda, recu.lignes, quoi))
        return
    producteur = comment == "avec la feuille de style de son producteur"
    if not producteur and comment != "avec celle du logiciel":
        raise vocabulaire.PhraseInconnue(f"façon d'afficher inconnue : {comment!r}")
    essai.bilan.constater(regles.recit_affiche(affichage, recu.cda, quoi))
    # La marque cherchée est celle que le producteur écrit dans tous ses documents du scénario.
    marque = next(r.marque for r in _recus(essai).values() if r.feuille is not None)
    essai.bilan.constater(regles.feuille_appliquee(affichage, marque, producteur=producteur, quoi=quoi))


@when(parse("le professionnel valide pour le patient « {nom} » un compte rendu avec des sections ajoutées"))
def valider_avec_sections(essai: Essai, nom: str, datatable: Table) -> None:
    """Sections que le volet ne prévoit pas, écrites par le professionnel (titre, texte)."""
    ajoutees = [(ligne["titre"], ligne["texte"]) for ligne in vocabulaire.table(datatable)]
    patient = relire(essai, essai.patient(nom))
    document = valider(
        essai,
        patient,
        f"compte rendu de {nom}",
        quoi=document_couloir.structure(essai),
        niveau="N3",
        sections_ajoutees=[{"titre": titre, "texte": texte} for titre, texte in ajoutees],
    )
    reponse = essai.jouer("exporter_document", "biologiste_1", document_id=document.document_id)
    essai.releves[f"export {nom}"] = (octets(reponse, "cda_base64"), _feuille(reponse), ajoutees)


def _feuille(reponse: ReponseAction) -> bytes | None:
    return octets(reponse, "feuille_style_base64") if reponse.donnees.get("feuille_style_base64") else None


@then(parse("la feuille de style fournie avec le compte rendu du patient « {nom} » en montre toutes les sections"))
def feuille_complete(essai: Essai, nom: str) -> None:
    cda, feuille, ajoutees = essai.releves[f"export {nom}"]
    essai.bilan.joindre(f"compte-rendu-{nom}.xml", "document", cda, f"compte rendu de « {nom} », sections ajoutées")
    if feuille is not None:
        essai.bilan.joindre(f"feuille-de-style-{nom}.xsl", "document", feuille, "feuille de style fournie")
    quoi = f"compte rendu de « {nom} »"
    essai.bilan.constater(regles.feuille_complete(cda, feuille, ajoutees, quoi))
    affichage = afficher(essai, essai.document(f"compte rendu de {nom}").document_id)
    essai.bilan.constater(regles.recit_affiche(affichage, cda, quoi))


# ----------------------------------------------------------------------- trier
@given(parse("un compte rendu « {document} » du patient « {nom} » produit pour un acte du {jour}"))
def compte_rendu_produit(essai: Essai, document: str, nom: str, jour: str) -> None:
    """Validé aujourd'hui pour un acte ancien : la date de création n'est pas celle de l'acte, ni le type un type reçu."""
    patient = relire(essai, essai.patient(nom))
    quoi = document_couloir.autre_que(essai, *_TYPES_RECUS)
    valider(essai, patient, document, quoi=quoi, date_acte=instant(jour).isoformat())


@when(parse("le professionnel trie les documents du patient « {nom} » par {critere}"))
def trier(essai: Essai, nom: str, critere: str) -> None:
    tri = {"date de création": "date_creation", "code de type": "type_code"}[critere]
    reponse = essai.jouer("lister_documents", "biologiste_1", patient_id=essai.patient(nom).patient_id, tri=tri)
    if not reponse.fait:
        raise NonConcluant(f"la liste des documents ne s'affiche pas : {reponse.en_phrase()}")
    essai.releves["liste triée"] = (tri, reponse.donnees.get("documents", []))


@then(parse("les documents reçus et produits du patient « {nom} » sont tous là, dans l'ordre demandé"))
def tries(essai: Essai, nom: str) -> None:
    tri, liste = essai.releves["liste triée"]
    cdas, origines = _documents_du_dossier(essai, nom)
    essai.bilan.constater(tri_documents.documents_tries(liste, tri, cdas, origines))


def _documents_du_dossier(essai: Essai, nom: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """document_id → CDA (envoyé au logiciel, ou exporté par lui) et document_id → origine."""
    cdas, origines = {}, {}
    for cle, document in essai.documents.items():
        if document.patient is not essai.patient(nom):
            continue
        recu = _recus(essai).get(cle)
        if recu is None:
            reponse = essai.preparer("exporter_document", "biologiste_1", document_id=document.document_id)
            cdas[document.document_id] = octets(reponse, "cda_base64")
        else:
            cdas[document.document_id] = recu.cda
        origines[document.document_id] = "importé" if recu else "produit"
    return cdas, origines
