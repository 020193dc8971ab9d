"""Ce que les étapes des codes LOINC partagent : l'export repris, le fichier du transcodeur, son intégration."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.loinc import ROLE, afficher, exporter
from steps.flux import loinc as transcodeur
from steps.logiciel.protocole import ReponseAction
from steps.verifications.cda.dates import PARIS
from steps.verifications.loinc import dates
from steps.verifications.loinc.catalogue import Cle, Objet, de_nature, lire_objets
from steps.verifications.loinc.export import Export, lire_export
from steps.verifications.loinc.fichiers import forme
from steps.verifications.loinc.formats import IMPORTS, NOMS_IMPORTS
from steps.verifications.loinc.lecture import CsvIllisible
from steps.verifications.loinc.rattachement import objets_de_ligne

NATURES = {"LOINC_4": ("chapitre", "sous_chapitre"), "LOINC_5": ("examen",), "LOINC_6": ("analyse",)}
Catalogue = Sequence[Mapping[str, Any]]
Codes = Mapping[Cle, tuple[str, ...]]


@dataclass(frozen=True)
class Integration:
    """Un fichier du transcodeur présenté au logiciel. `codes` : ceux qu'il donne ; `cibles` : ceux qui sont fautifs."""

    fichier: str
    nom: str
    avant: Catalogue
    apres: Catalogue
    codes: Codes
    cibles: Codes
    reponse: ReponseAction
    changement: dates.Changement

    def simples(self) -> dict[Cle, str]:
        """Un code par objet."""
        return {cle: codes[0] for cle, codes in self.codes.items()}

    @property
    def rapport(self) -> bytes:
        """Le rapport rendu, vide s'il n'y en a pas."""
        try:
            return base64.b64decode(str(self.reponse.donnees.get("rapport_base64") or ""), validate=True)
        except ValueError as erreur:
            raise NonConcluant(f"rapport_base64 : base64 illisible ({erreur})") from erreur

    @property
    def anomalies(self) -> list[Mapping[str, Any]] | None:
        """Ce qui a été relevé du rapport ; None si rien ne l'a été."""
        relevees = self.reponse.donnees.get("anomalies")
        return list(relevees) if isinstance(relevees, list) else None


def exporte(essai: Essai, fichier: str) -> Export:
    """L'export du logiciel, fait une fois par scénario : les codes LOINC n'y sont pas."""
    faits: dict[str, Export] = essai.releves.setdefault("exports", {})
    if fichier in faits:
        return faits[fichier]
    avant: Catalogue = essai.releves["catalogue"]
    _, octets = exporter(essai, fichier, complement=True)
    try:
        faits[fichier] = lire_export(fichier, octets, {objet.libelle for objet in lire_objets(avant)})
    except CsvIllisible as erreur:
        raise NonConcluant(f"l'export {fichier} ne se lit pas : {erreur}") from erreur
    manque = next((c for c in forme(fichier, octets, avant) if c.attendu), None)
    if manque:
        raise NonConcluant(f"l'export {fichier} n'a pas la forme prévue : {manque.message}")
    return faits[fichier]


def connus(essai: Essai, *fichiers: str) -> Catalogue:
    """Le catalogue montré ; à défaut, les objets de ces exports, avec les codes que le banc leur a donnés."""
    montre: Catalogue = essai.releves["catalogue"]
    if montre:
        return montre
    donnes: dict[Cle, str] = essai.releves.setdefault("codes donnés", {})
    bruts = [brut for fichier in fichiers for brut in transcodeur.objets_de_l_export(exporte(essai, fichier))]
    return [
        {**brut, "code_loinc": donnes.get(objet.cle)} for brut, objet in zip(bruts, lire_objets(bruts), strict=True)
    ]


def a_coder(essai: Essai, fichier: str) -> list[Objet]:
    objets = lire_objets(connus(essai, IMPORTS[fichier]))
    return [objet for nature in NATURES[fichier] for objet in de_nature(objets, nature)]


def reserve(fichier: str) -> dict[str, str]:
    return transcodeur.CHAPITRES if fichier == "LOINC_4" else transcodeur.ANALYSES


def integrer(
    essai: Essai, fichier: str, codes: Codes, cibles: Codes | None = None, *, cote_a_cote: bool = False
) -> Integration:
    """Exporte, complète l'export des codes, le fait intégrer, relit le catalogue.

    Sans `cibles`, fichier et rapport ne sont que des aides : la preuve est ce que l'écran montre.
    """
    avant = connus(essai, IMPORTS[fichier])
    objets = lire_objets(avant)
    export = exporte(essai, IMPORTS[fichier])
    lignes = [objets_de_ligne(export.fichier, champs, objets) for champs in export.lignes()]
    absents = set(codes) - {objet.cle for portes in lignes for objet in portes if objet}
    if absents:
        manquant = " ".join(sorted(absents)[0])
        raise NonConcluant(
            f"l'export {export.fichier} omet {len(absents)} objet(s) ({manquant}) : le transcodeur ne peut pas les coder"
        )
    nom = f"{NOMS_IMPORTS[fichier]}_{datetime.now(PARIS):%Y%m%d}.csv"
    contenu = transcodeur.composer(export, objets, codes, cote_a_cote=cote_a_cote)
    rang = len(essai.releves.setdefault("intégrations", [])) + 1
    aide = cibles is None
    essai.bilan.joindre(f"{rang}-{nom}", "export", contenu, f"fichier {fichier} intégré", complement=aide)
    debut = datetime.now(UTC)
    reponse = essai.jouer(
        "importer_loinc",
        ROLE,
        fichier=fichier,
        nom=nom,
        fichier_base64=base64.b64encode(contenu).decode(),
        jeu_de_valeurs=transcodeur.JEU_DE_VALEURS,
    )
    changement = dates.Changement(debut, datetime.now(UTC))
    faite = Integration(fichier, nom, avant, afficher(essai), codes, cibles or {}, reponse, changement)
    essai.releves.setdefault("codes donnés", {}).update(faite.simples())
    if faite.rapport:
        description = f"rapport d'import {fichier}"
        piece = f"{rang}-rapport-{fichier}{_suffixe(faite.rapport)}"
        essai.bilan.joindre(piece, "document", faite.rapport, description, complement=aide)
    essai.releves["intégrations"].append(faite)
    return faite


def _suffixe(rapport: bytes) -> str:
    """Ce que l'on reconnaît du rapport, pour que la pièce s'ouvre ; le contrat n'en donne pas le nom."""
    marques = {b"%PDF": ".pdf", b"PK": ".zip", b"<": ".html"}
    return next((suffixe for marque, suffixe in marques.items() if rapport.lstrip().startswith(marque)), ".txt")


def derniere(essai: Essai) -> Integration:
    faite: Integration = essai.releves["intégrations"][-1]
    return faite


def choisir(objets: Sequence[Objet], nature: str) -> Objet:
    """Un objet que sa seule référence désigne ; de préférence déjà codé, et depuis longtemps."""
    candidats = de_nature(objets, nature)
    references = [objet.reference for objet in candidats]
    seuls = [objet for objet in candidats if references.count(objet.reference) == 1]
    if not seuls:
        raise NonConcluant(f"aucun objet de nature « {nature} » que son code ou son libellé désigne seul")
    dates_vues = [objet.modifie_le or objet.cree_le or "9999" for objet in seuls]
    return seuls[len(seuls) - 1 - dates_vues[::-1].index(min(dates_vues))]
