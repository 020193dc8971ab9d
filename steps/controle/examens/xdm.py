"""Examen d'une archive d'échange (IHE_XDM.ZIP) et de métadonnées seules (METADATA.XML, soumission ITI-41)."""

from __future__ import annotations

from dataclasses import replace

from reports.constat import Constat
from steps.controle.examens.gardes import au_dela, depassement_xml, sans_numero
from steps.controle.examens.inclus import DOCUMENTS, examiner_document, nommer
from steps.controle.examens.pdf import examiner_pdf
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.controle.reconnaissance import reconnaitre
from steps.flux.identite import IdentiteUsager
from steps.verifications.datamatrix import identite_du_cda
from steps.verifications.xdm import (
    Dossier,
    LotFichier,
    dossiers,
    lire_et_verifier,
    lire_lot_fichier,
    verifier_structure,
)
from steps.verifications.xdm.archive import copies_pdf, entre_lots
from steps.verifications.xdm.lots import LISIBLE, verifier_lot_fichier, verifier_metadonnees

_REGISTRE = "non joué : état de l'entrée remplacée (le registre n'est pas connu)"


def examiner_xdm(octets: bytes, contexte: ContexteControle) -> Examen:
    """Enveloppe zip, arborescence, métadonnées de chaque lot, fichiers, puis chaque CDA et chaque PDF contenu."""
    lue, constats = lire_et_verifier(octets)
    if lue.illisible:
        return Examen(TypeFichier.XDM, tuple(constats), ("joué : enveloppe zip seulement (elle ne se lit pas)",))
    constats += verifier_structure(lue.fichiers, complete=lue.complete)
    perimetre = ["joué : enveloppe zip, arborescence, métadonnées de chaque lot, empreintes, concordance avec les CDA"]
    lots: list[tuple[str, LotFichier]] = []
    inclus: list[tuple[str, Examen]] = []
    for dossier in dossiers(lue.fichiers):
        lu = _lot(dossier)
        if isinstance(lu, Constat):
            constats.append(lu)
        else:
            lots.append((dossier.chemin, lu))
            juges = verifier_lot_fichier(lu, dossier.fichiers, complete=lue.complete)
            constats += [replace(c, ou=f"{dossier.chemin}METADATA.XML : {c.ou}") if c.ou else c for c in juges]
            constats += copies_pdf(lu, dossier.chemin)
            if lu.lot.remplacements:
                perimetre.append(_REGISTRE)
        examines, ignores = _documents(dossier, contexte, None if isinstance(lu, Constat) else _identite(lu))
        inclus += examines
        perimetre += ignores
    constats += entre_lots(lots)
    return Examen(TypeFichier.XDM, sans_numero(constats), tuple(dict.fromkeys(perimetre)), tuple(inclus))


def _lot(dossier: Dossier) -> LotFichier | Constat:
    if limite := depassement_xml(dossier.metadonnees):
        return LISIBLE.sans_objet(f"{dossier.chemin}METADATA.XML au-delà de la limite du banc : {limite}")
    lu = lire_lot_fichier(dossier.metadonnees, dossier.fichiers)
    return replace(lu, ou=f"{dossier.chemin}METADATA.XML") if isinstance(lu, Constat) else lu


def _identite(lu: LotFichier) -> IdentiteUsager | None:
    """L'identité INS d'un CDA du lot : une archive ne concerne qu'un patient."""
    identites = (identite_du_cda(document.cda) for document in lu.lot.documents if document.cda is not None)
    return next((identite for identite in identites if identite is not None), None)


def _documents(
    dossier: Dossier, contexte: ContexteControle, identite: IdentiteUsager | None
) -> tuple[list[tuple[str, Examen]], list[str]]:
    """Les CDA et les PDF du dossier, examinés ; une phrase pour chaque autre fichier."""
    sans_nom = replace(contexte, nom="")
    examens: list[tuple[str, Examen]] = []
    ignores: list[str] = []
    for nom, octets in dossier.fichiers.items():
        nature = reconnaitre(octets).type
        if nature is TypeFichier.PDF:
            examens.append((dossier.chemin + nom, examiner_pdf(octets, sans_nom, identite=identite)))
        elif nature in DOCUMENTS:
            examens.append((dossier.chemin + nom, examiner_document(octets, sans_nom)))
        else:
            ignores.append(f"non joué : contenu de {dossier.chemin}{nom} (ni CDA ni PDF)")
    return examens, ignores


def examiner_metadata(octets: bytes, contexte: ContexteControle) -> Examen:
    """Métadonnées seules, ou soumission ITI-41 hors SOAP ; les documents en base64 qu'elle porte sont examinés."""
    if limite := depassement_xml(octets):
        return au_dela(TypeFichier.METADATA, limite)
    lu = lire_lot_fichier(octets)
    if isinstance(lu, Constat):
        return Examen(TypeFichier.METADATA, (lu,))
    constats = verifier_metadonnees(lu)
    perimetre = ["joué : lot, fiches, associations, identifiants"]
    presents = [d for d in lu.lot.documents_de_sante if d.octets is not None]
    if len(presents) < len(lu.lot.documents_de_sante):
        perimetre.append("non joué : empreintes, contenu des documents et concordance avec eux (ils ne sont pas là)")
    if lu.lot.remplacements:
        perimetre.append(_REGISTRE)
    noms = nommer(d.fiche.id or d.unique_id for d in presents)
    inclus = tuple(
        (nom, examiner_document(d.octets or b"", replace(contexte, nom="")))
        for nom, d in zip(noms, presents, strict=True)
    )
    return Examen(TypeFichier.METADATA, sans_numero(constats), tuple(perimetre), inclus)
