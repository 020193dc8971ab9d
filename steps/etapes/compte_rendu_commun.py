"""Ce que partagent les étapes du contenu d'un compte rendu : saisir, exporter, garder ce qui a été saisi."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes.commun import relire
from steps.etapes.documents import octets
from steps.etapes.vocabulaire import PhraseInconnue
from steps.verifications.compte_rendu.attendu import GermeIsole, Resultat, Sensibilite

ANALYSES: Mapping[str, str] = {
    "Hémoglobine": "718-7",
    "Sodium": "2951-2",
    "Potassium": "2823-3",
    "Protéine C réactive": "1988-5",
    "TSH": "3016-3",
    "Ferritine": "2276-4",
    "Vitamine D (25-OH)": "1989-3",
    "Leucocytes": "6690-2",
    "INR": "6301-6",
}
"""Libellés employés dans les features, et leur code LOINC."""
ANTIBIOTIQUES: Mapping[str, str] = {
    "Amoxicilline": "18861-5",
    "Ampicilline": "18864-9",
    "Ceftriaxone": "18895-3",
    "Ciprofloxacine": "18906-8",
    "Gentamicine": "18928-2",
    "Vancomycine": "19000-9",
}
GERMES: Mapping[str, str] = {
    "Escherichia coli": "ECOL",
    "Enterococcus faecalis": "EFAE",
    "Klebsiella pneumoniae": "KPNE",
}
"""Germes des features, et leur code dans la nomenclature d'un laboratoire."""


def resultats(lignes: Sequence[Mapping[str, str]]) -> tuple[Resultat, ...]:
    """Un tableau « analyse, valeur, unité ».

    « exécutée par » : « le sous-traitant » pour celles qui le sont ; « accrédité » : oui ou non ; « validé par » :
    « un automate » quand aucun biologiste ne revoit le résultat.
    """
    lus = []
    for ligne in lignes:
        if ligne["analyse"] not in ANALYSES:
            raise PhraseInconnue(f"analyse inconnue : {ligne['analyse']!r} ; attendu l'une de {', '.join(ANALYSES)}")
        valeur = "" if ligne["valeur"] == "en attente" else ligne["valeur"]
        sous_traite = ligne.get("exécutée par") == "le sous-traitant"
        accredite, automatique = ligne.get("accrédité") == "oui", ligne.get("validé par") == "un automate"
        code = ANALYSES[ligne["analyse"]]
        lus.append(Resultat(code, ligne["analyse"], valeur, ligne["unité"], sous_traite, accredite, automatique))
    return tuple(lus)


def germes(lignes: Sequence[Mapping[str, str]]) -> tuple[GermeIsole, ...]:
    """Un tableau « prélèvement, germe, antibiotique, sensibilité, CMI », une ligne par antibiotique."""
    groupes: dict[tuple[str, str], list[Sensibilite]] = {}
    for ligne in lignes:
        if ligne["germe"] not in GERMES or ligne["antibiotique"] not in ANTIBIOTIQUES:
            raise PhraseInconnue(f"germe ou antibiotique inconnu : {ligne['germe']!r}, {ligne['antibiotique']!r}")
        nom = ligne["antibiotique"]
        lue = Sensibilite(ANTIBIOTIQUES[nom], nom, ligne["sensibilité"], ligne.get("CMI", ""))
        groupes.setdefault((ligne["prélèvement"], ligne["germe"]), []).append(lue)
    return tuple(GermeIsole(ou, GERMES[germe], germe, tuple(lues)) for (ou, germe), lues in groupes.items())


def prevoir(essai: Essai, nom: str, **complements: Any) -> None:
    """Retient ce qui accompagnera les résultats du compte rendu de ce nom, à sa validation."""
    essai.releves.setdefault(f"compléments {nom}", {}).update(complements)


def saisir(essai: Essai, nom: str, patient: str, saisis: Sequence[Resultat], **options: Any) -> DocumentEssai:
    """Valide un compte rendu portant ces résultats et retient ce qui a été saisi ; sans document, rien à juger."""
    cible = relire(essai, essai.patient(patient))
    attente = any(not resultat.valeur for resultat in saisis)
    depuis = essai.journal.position()
    analyses = [_analyse(resultat) for resultat in saisis]
    reponse = essai.jouer(
        "valider_compte_rendu",
        "biologiste_1",
        patient_id=cible.patient_id,
        statut_cr="partiel" if attente else "complet",
        analyses=analyses,
        **{**essai.releves.get(f"compléments {nom}", {}), **options},
    )
    donnees = reponse.donnees.get("document")
    if not reponse.fait or not isinstance(donnees, Mapping):
        raise NonConcluant(f"valider_compte_rendu n'a pas rendu de document : {reponse.en_phrase()}")
    document = DocumentEssai(nom, cible, str(donnees["document_id"]), donnees)
    essai.documents[nom] = document
    essai.releves[f"saisis {nom}"] = tuple(saisis)
    essai.releves[f"analyses {nom}"] = analyses
    essai.releves[f"depuis {nom}"] = depuis
    return document


def _analyse(resultat: Resultat) -> dict[str, Any]:
    analyse: dict[str, Any] = {
        "code": resultat.code,
        "libelle": resultat.libelle,
        "valeur": resultat.valeur or None,
        "unite": resultat.unite,
    }
    drapeaux = {
        "sous_traitee": resultat.sous_traite,
        "accreditee": resultat.accredite,
        "validation_automatique": resultat.automatique,
    }
    return analyse | {nom: True for nom, vrai in drapeaux.items() if vrai}


def saisis(essai: Essai, nom: str) -> tuple[Resultat, ...]:
    """Les résultats saisis dans ce compte rendu."""
    connus: tuple[Resultat, ...] = essai.releves.get(f"saisis {nom}", ())
    if not connus:
        raise NonConcluant(f"la feature parle des résultats de « {nom} » sans les avoir saisis")
    return connus


def exporter(essai: Essai, nom: str, niveau: str, *, complement: bool = False) -> bytes:
    """Le CDA du compte rendu à ce niveau, exporté une fois et joint ; `complement` : ce n'est pas la preuve demandée."""
    cle = f"CDA {niveau} {nom}"
    if cle not in essai.releves:
        document = essai.document(nom)
        reponse = essai.jouer("exporter_document", "biologiste_1", document_id=document.document_id, niveau=niveau)
        essai.releves[cle] = octets(reponse, "cda_base64")
        fichier = f"{document.document_id}-{niveau}.xml"
        description = f"compte rendu « {nom} » en CDA {niveau}"
        essai.bilan.joindre(fichier, "document", essai.releves[cle], description, complement=complement)
    exporte: bytes = essai.releves[cle]
    return exporte


def imprimer(essai: Essai, nom: str, *, complement: bool = False, preuves: Sequence[str] = ("",)) -> bytes:
    """Le PDF du compte rendu, édité une fois et joint, à ces preuves s'il y en a de données.

    `complement` : ce n'est pas la preuve demandée.
    """
    cle = f"PDF {nom}"
    if cle not in essai.releves:
        document = essai.document(nom)
        reponse = essai.jouer(
            "editer_document",
            "biologiste_1",
            patient_id=document.patient.patient_id,
            document_id=document.document_id,
        )
        essai.releves[cle] = octets(reponse, "pdf_base64")
        nomme = str(reponse.donnees.get("nom_fichier") or "")
        essai.releves[f"nom du PDF {nom}"] = nomme
        fichier = nomme or f"{document.document_id}.pdf"
        description = f"compte rendu « {nom} » en PDF"
        for preuve in preuves:
            essai.bilan.joindre(
                fichier, "document", essai.releves[cle], description, complement=complement, preuve=preuve
            )
    edite: bytes = essai.releves[cle]
    return edite
