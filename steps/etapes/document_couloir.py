"""Le document que les logiciels d'un couloir produisent : compte rendu, lettre, prescription… et comment le valider.

Un compte rendu de biologie porte des analyses (`valider_compte_rendu`) ; tout autre document porte des sections
(`valider_document`). Les deux se reconnaissent ensuite à leurs repères : des valeurs propres à chacun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from requirements.modele import DocumentProduit
from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import vocabulaire
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.verifications import documents_produits as produits
from steps.verifications import dossier_dmp as regles_dmp
from steps.verifications.dmp import DocumentSoumis

BIOLOGIE = DocumentProduit("compte rendu de biologie", "11502-2", "CR d'examens biologiques", ("N3", "N1"), True)
"""Le document d'un couloir qui n'en dit aucun."""


def principal(essai: Essai) -> DocumentProduit:
    """Le document que les features communes font produire dans ce couloir."""
    return essai.produits[0] if essai.produits else BIOLOGIE


def produit(essai: Essai, nom: str) -> DocumentProduit:
    """Le document de ce nom ; « compte rendu » et « document » désignent celui du couloir."""
    if nom in ("compte rendu", "document"):
        return principal(essai)
    connus = essai.produits or (BIOLOGIE,)
    trouve = next((document for document in connus if document.nom == nom), None)
    if trouve is None:
        raise vocabulaire.PhraseInconnue(
            f"document inconnu : {nom!r} ; attendu l'un de {[d.nom for d in connus]} (couloir.yaml, documents)"
        )
    return trouve


def autre_que(essai: Essai, *codes: str) -> DocumentProduit:
    """Le premier document du couloir dont le type n'est aucun de ces codes ; le principal s'ils les ont tous."""
    return next((document for document in essai.produits if document.code not in codes), principal(essai))


def niveau_produit(essai: Essai) -> str:
    """Le niveau auquel les features jugent le contenu : N3 pour des résultats structurés, N1 (un PDF) sinon."""
    return "N3" if principal(essai).resultats else "N1"


def structure(essai: Essai) -> DocumentProduit:
    """Le premier document que le couloir produit en CDA de niveau 3 ; lève NonConcluant s'il n'en a pas."""
    trouve = next((document for document in essai.produits or (BIOLOGIE,) if "N3" in document.niveaux), None)
    if trouve is None:
        raise NonConcluant("aucun document de ce couloir n'est un CDA de niveau 3 (couloir.yaml, documents)")
    return trouve


def reperes(rang: int, *, partiel: bool = False) -> list[dict[str, Any]]:
    """Deux analyses ; leurs valeurs, propres à chaque document (`rang`), le font reconnaître. `partiel` : une manque."""
    return [
        {"code": "718-7", "libelle": "Hémoglobine", "valeur": f"1{rang % 10}.{rang % 7 + 2}", "unite": "g/dL"},
        {
            "code": "2951-2",
            "libelle": "Sodium",
            "valeur": None if partiel else str(130 + rang),
            "unite": "mmol/L",
        },
    ]


def valider(
    essai: Essai,
    patient: PatientEssai,
    portes: Sequence[Mapping[str, Any]],
    *,
    role: str = "biologiste_1",
    quoi: DocumentProduit | None = None,
    partiel: bool = False,
    preparer: bool = False,
    **options: Any,
) -> ReponseAction:
    """Fait valider le document du couloir (ou `quoi`), qui porte ces repères ; `options` : celles des deux actions.

    `preparer` : mise en place, le scénario n'est pas jugeable si elle échoue. Un document sans analyses n'a pas de
    forme partielle : le demander lève `NonConcluant`.
    """
    vise = quoi or principal(essai)
    jouer = essai.preparer if preparer else essai.jouer
    if vise.resultats:
        return jouer(
            "valider_compte_rendu",
            role,
            patient_id=patient.patient_id,
            statut_cr="partiel" if partiel else "complet",
            analyses=[dict(repere) for repere in portes],
            **options,
        )
    if partiel:
        raise NonConcluant(f"« {vise.nom} » n'a pas de forme partielle : ce scénario ne convient pas à ce couloir")
    if options.get("niveau") not in vise.niveaux:
        options["niveau"] = vise.niveaux[0]
    options.setdefault("titre", vise.libelle)
    options["sections"] = [*options.pop("sections", sections(portes)), *options.pop("sections_ajoutees", ())]
    return jouer(
        "valider_document",
        role,
        patient_id=patient.patient_id,
        type_code=vise.code,
        type_libelle=vise.libelle,
        **options,
    )


def sections(portes: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Deux sections ; la seconde porte les repères, écrits « libellé : valeur unité »."""
    ecrits = [
        f"{r['libelle']} : {r['valeur']} {r.get('unite') or ''}".strip() for r in portes if r["valeur"] is not None
    ]
    return [
        {"titre": "Motif", "texte": "Suivi demandé par le médecin traitant."},
        {"titre": "Conclusion", "texte": f"Relevé du jour. {' ; '.join(ecrits)}."},
    ]


def document_rendu(essai: Essai, nom: str, patient: PatientEssai, reponse: ReponseAction) -> DocumentEssai | None:
    """Le document que l'action a rendu, retenu sous ce nom ; None si elle n'en a pas rendu."""
    donnees = reponse.donnees.get("document")
    if not reponse.fait or not isinstance(donnees, Mapping):
        return None
    document = DocumentEssai(nom, patient, str(donnees["document_id"]), donnees)
    essai.documents[nom] = document
    return document


def juger_envoi(essai: Essai, soumis: DocumentSoumis, portes: Sequence[Mapping[str, Any]], *, partiel: bool) -> None:
    """Le document arrivé au DMP est celui du couloir, et porte ce qui vient d'être validé."""
    vise = principal(essai)
    if vise.resultats:
        essai.bilan.constater(regles_dmp.compte_rendu_envoye(soumis, partiel=partiel, analyses=portes))
        return
    essai.bilan.constater(
        produits.document_produit(
            soumis.octets,
            code=vise.code,
            niveaux=vise.niveaux,
            reperes=[repere for repere in portes if repere["valeur"] is not None],
            ou="document envoyé au DMP",
            echanges=(soumis.echange,),
        )
    )
