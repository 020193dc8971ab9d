"""Étapes des documents d'un établissement : lettre, compte rendu, prescription ; destinataires, identité, contenu."""

from __future__ import annotations

from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir, vocabulaire
from steps.etapes.commun import Table, relire
from steps.etapes.compte_rendu_commun import exporter
from steps.etapes.compte_rendu_destinataires import personne, pour_contrat
from steps.etapes.mss_commun import choisir_correspondants
from steps.flux.identite import IdentiteUsager
from steps.verifications import diffusion, documents_produits
from steps.verifications import documents_hopital as regles
from steps.verifications.cda.controle import verifier_cda
from steps.verifications.compte_rendu.destinataires import Destinataire, destinataires_nommes, eux_seuls
from steps.verifications.compte_rendu.niveau_1 import forme_n1

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_QUOI = r"(?P<quoi>lettre de liaison|prescription|compte rendu hospitalier|compte rendu d'imagerie)"
_CONFRERE = "un confrère"
_DU_DOSSIER = "les correspondants du dossier"


def valider(
    essai: Essai,
    nom: str,
    patient: str,
    *,
    qui: str = "le professionnel",
    quoi: str = "document",
    niveau: str = "N1",
    **options: Any,
) -> DocumentEssai:
    """Valide un document du couloir aux repères propres à ce nom ; sans document rendu, rien n'est à juger."""
    rang = int(essai.releves.get("documents validés", 0)) + 1
    essai.releves["documents validés"] = rang
    portes = document_couloir.reperes(rang)
    cible, produit = relire(essai, essai.patient(patient)), document_couloir.produit(essai, quoi)
    reponse = document_couloir.valider(
        essai, cible, portes, role=vocabulaire.role(qui), quoi=produit, niveau=niveau, **options
    )
    document = document_couloir.document_rendu(essai, nom, cible, reponse)
    if document is None:
        raise NonConcluant(f"la validation de « {nom} » n'a pas rendu de document : {reponse.en_phrase()}")
    essai.releves[f"repères {nom}"] = portes
    return document


# ---------------------------------------------------------------- destinataires
@when(
    motif(
        rf"{_QUI} valide pour le patient « (?P<patient>[^»]+) » l[ae] {_QUOI} « (?P<nom>[^»]+) », "
        r"adressée? (?P<aussi>aussi )?à$"
    )
)
def valider_adresse(
    essai: Essai, qui: str, patient: str, quoi: str, nom: str, aussi: str | None, datatable: Table
) -> None:
    """« un confrère » : inconnu du dossier ; « les correspondants du dossier » ; tout autre mot nomme un service.

    « adressé aussi à » : le professionnel ne redit pas les correspondants du dossier, que le logiciel ajoute de lui-même.
    """
    choisis = designer(essai, patient, datatable)
    valider(essai, nom, patient, qui=qui, quoi=quoi, destinataires=[pour_contrat(d) for d in choisis])
    if aussi:
        choisis += tuple(personne(c) for c in essai.releves.get(f"correspondants {patient}", ()))
    essai.releves.setdefault("destinataires des documents", {})[nom] = choisis


def designer(essai: Essai, patient: str, datatable: Table) -> tuple[Destinataire, ...]:
    """Les destinataires d'un tableau à une colonne, « destinataire »."""
    choisis: list[Destinataire] = []
    for ligne in vocabulaire.table(datatable):
        mot = ligne["destinataire"]
        if mot == _DU_DOSSIER:
            choisis += [personne(c) for c in essai.releves.get(f"correspondants {patient}", ())]
        elif mot == _CONFRERE:
            choisis.append(personne(choisir_correspondants(essai, 1)[0]))
        else:
            choisis.append(Destinataire(mot))
    return tuple(choisis)


@then(parse("le document « {nom} » nomme tous ses destinataires, et eux seuls"))
def tous_nommes(essai: Essai, nom: str) -> None:
    connus = essai.releves["destinataires des documents"]
    patient = essai.document(nom).patient
    etrangers = tuple(d for autre, ceux in connus.items() if essai.document(autre).patient is not patient for d in ceux)
    cda, attendus, quoi = exporter(essai, nom, "N1"), connus[nom], f"« {nom} »"
    essai.bilan.constater(destinataires_nommes(cda, attendus, quoi))
    essai.bilan.constater(eux_seuls(cda, etrangers, attendus, quoi))
    essai.bilan.constater(regles.destinataires_imprimes(cda, attendus, patient.reference.nom_naissance, quoi))


# --------------------------------------------------------------------- contenu
@then(motif(rf"le document « (?P<nom>[^»]+) » est une? {_QUOI} en CDA R2 N1, avec tout son texte$"))
def du_bon_type(essai: Essai, nom: str, quoi: str) -> None:
    cda = exporter(essai, nom, "N1")
    essai.bilan.constater(forme_n1(cda, f"« {nom} »"))
    produit = document_couloir.produit(essai, quoi)
    essai.bilan.constater(
        documents_produits.document_produit(
            cda, code=produit.code, niveaux=("N1",), reperes=essai.releves[f"repères {nom}"], ou=f"« {nom} »"
        )
    )


@then(parse("le document « {nom} » porte l'INS et les traits qualifiés de son patient, et suit le volet"))
def ins_portee(essai: Essai, nom: str) -> None:
    cda, patient = exporter(essai, nom, "N1"), essai.document(nom).patient
    identite = IdentiteUsager.depuis_traits(patient.identite)
    essai.bilan.constater(diffusion.ins_presente(cda, identite))
    essai.bilan.constater(regles.traits_qualifies(cda, identite, f"« {nom} »"))
    essai.bilan.constater(verifier_cda(cda))


# ---------------------------------------------------------------- prescription
@when(motif(rf"{_QUI} prescrit au patient « (?P<patient>[^»]+) » dans le document « (?P<nom>[^»]+) »$"))
def prescrire(essai: Essai, qui: str, patient: str, nom: str, datatable: Table) -> None:
    """Colonnes : « médicament », « posologie », « durée »."""
    lignes = [
        {"libelle": ligne["médicament"], "posologie": ligne["posologie"], "duree": ligne["durée"]}
        for ligne in vocabulaire.table(datatable)
    ]
    valider(essai, nom, patient, qui=qui, quoi="prescription", prescriptions=lignes)
    essai.releves[f"prescriptions {nom}"] = lignes


@then(parse("le document « {nom} » porte chaque médicament prescrit, sa posologie et sa durée"))
def prescription_portee(essai: Essai, nom: str) -> None:
    temoin = essai.document(nom).patient.reference.nom_naissance
    essai.bilan.constater(
        regles.prescription_imprimee(
            exporter(essai, nom, "N1"), essai.releves[f"prescriptions {nom}"], temoin, f"« {nom} »"
        )
    )
