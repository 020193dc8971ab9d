"""Export de l'historique hors du logiciel : les comptes rendus d'une période, un index, vingt ans au plus."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, timedelta

from simulators.logiciel_temoin import documents, pdf
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import PARIS, maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo

PROFONDEUR_ANS = 20
INDEX = "index.csv"
DOSSIER = "comptes-rendus"
COLONNES = {
    "fichier_cda": "chemin du compte rendu en CDA R2 dans l'archive",
    "fichier_pdf": "chemin du même compte rendu en PDF",
    "titre": "titre du compte rendu",
    "type_code": "code LOINC du type de document",
    "date_acte": "date et heure du prélèvement ou de l'acte, ISO 8601",
    "date_production": "date et heure de production du compte rendu, ISO 8601",
    "version": "numéro de version du compte rendu",
    "patient": "identifiant du patient dans le laboratoire",
    "nom_naissance": "nom de naissance du patient",
    "prenoms_naissance": "prénoms de naissance du patient",
    "date_naissance": "date de naissance du patient, AAAA-MM-JJ",
    "sexe": "sexe du patient, M, F ou I",
    "matricule_ins": "matricule INS du patient, s'il est qualifié",
    "oid_ins": "OID de ce matricule",
    "sha256_cda": "empreinte SHA-256 du fichier CDA",
}
"""Colonnes de l'index, dans l'ordre, et ce qu'elles portent."""


def exporter(labo: Labo, du: date, au: date, patients: list[str] | None) -> tuple[str, bytes]:
    """(nom, archive) des comptes rendus dont l'acte est daté de cette période, bornes comprises."""
    if au < du:
        raise Refus("La fin de la période précède son début.")
    aujourd_hui = maintenant().astimezone(PARIS).date()
    profondeur = 5 if labo.defaut("export_cinq_ans") else PROFONDEUR_ANS
    limite = _annees_avant(aujourd_hui, profondeur)
    if du < limite:
        if not labo.defaut("export_cinq_ans"):
            raise Refus(f"L'historique s'exporte sur {PROFONDEUR_ANS} ans au plus : depuis le {limite.isoformat()}.")
        du = limite
    choisis = [d for d in labo.base.documents.values() if _choisi(labo, d, du, au, patients)]
    if labo.defaut("export_un_par_patient"):
        choisis = list({d.patient_id: d for d in choisis}.values())
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        lignes = [_ranger(labo, archive, d) for d in sorted(choisis, key=lambda d: d.date_acte)]
        archive.writestr(INDEX, _index(lignes))
    contenu = tampon.getvalue()
    if labo.defaut("export_format_proprietaire"):
        contenu = bytes(octet ^ 0x5A for octet in contenu)
    return f"historique-{du.isoformat()}-{au.isoformat()}.zip", contenu


def _annees_avant(jour: date, annees: int) -> date:
    try:
        return jour.replace(year=jour.year - annees)
    except ValueError:
        return jour.replace(year=jour.year - annees, day=28)


def _choisi(labo: Labo, document: Document, du: date, au: date, patients: list[str] | None) -> bool:
    if document.origine not in ("valide", "ancien") or document.supprime or not document.patient_id:
        return False
    if patients is not None and document.patient_id not in patients:
        return False
    if labo.defaut("export_periode_ignoree"):
        return True
    if labo.defaut("export_bornes_exclues"):
        du, au = du + timedelta(days=1), au - timedelta(days=1)
    jour = document.date_acte.astimezone(UTC if labo.defaut("export_jours_utc") else PARIS).date()
    return du <= jour <= au


def _ranger(labo: Labo, archive: zipfile.ZipFile, document: Document) -> dict[str, str]:
    """Écrit les deux formes du compte rendu ; rend sa ligne d'index."""
    patient = labo.base.patient(document.patient_id)
    base = f"{DOSSIER}/{patient.patient_id}/{document.document_id}"
    octets = documents.cda_de(labo, document)
    if labo.defaut("export_sans_contenu"):
        octets = b""
    else:
        if not labo.defaut("export_sans_identite"):
            archive.writestr(f"{base}.xml", octets)
        archive.writestr(f"{base}.pdf", document.pdf or pdf.editer(labo, patient, document))
    return {
        "fichier_cda": f"{base}.xml",
        "fichier_pdf": f"{base}.pdf",
        "titre": document.titre,
        "type_code": document.type_code,
        "date_acte": document.date_acte.astimezone(PARIS).isoformat(timespec="seconds"),
        "date_production": document.creation.astimezone(PARIS).isoformat(timespec="seconds"),
        "version": str(document.version),
        **_identite(labo, patient),
        "sha256_cda": hashlib.sha256(octets).hexdigest(),
    }


def _identite(labo: Labo, patient: Patient) -> dict[str, str]:
    qualifiee = patient.statut == "QUAL"
    if labo.defaut("export_sans_identite"):
        return {"patient": patient.patient_id}
    return {
        "patient": patient.patient_id,
        "nom_naissance": patient.trait("nom_naissance"),
        "prenoms_naissance": patient.prenoms,
        "date_naissance": patient.trait("date_naissance"),
        "sexe": patient.trait("sexe"),
        "matricule_ins": (patient.matricule or "") if qualifiee else "",
        "oid_ins": (patient.oid or "") if qualifiee else "",
    }


def _index(lignes: Iterable[dict[str, str]]) -> str:
    sortie = io.StringIO()
    ecrivain = csv.DictWriter(sortie, list(COLONNES), delimiter=";", lineterminator="\r\n")
    ecrivain.writeheader()
    ecrivain.writerows(lignes)
    return sortie.getvalue()


def documentation(labo: Labo) -> tuple[str, str]:
    """(titre, texte) : ce qui s'exporte, sous quel format, et où le trouver."""
    if labo.defaut("export_documentation_vide"):
        return "Exporter l'historique du laboratoire", ""
    donnees = [
        f"Données mises à disposition : les comptes rendus de biologie médicale validés par le laboratoire et "
        f"les documents anciens qu'il a repris, sur {PROFONDEUR_ANS} ans au plus, avec l'identité de chaque patient.",
    ]
    formats = [
        "Format : une archive ZIP. Chaque compte rendu s'y trouve deux fois, en CDA R2 (XML, HL7) et en PDF/A-1 ; "
        "l'index est un fichier CSV en UTF-8, séparé par des points-virgules.",
    ]
    emplacements = [
        f"Emplacement : le CDA du compte rendu est {DOSSIER}/<patient>/<document>.xml, son PDF "
        f"{DOSSIER}/<patient>/<document>.pdf ; l'identité du patient et la description du compte rendu sont dans "
        f"{INDEX}, une ligne par compte rendu, dont voici les colonnes :",
        *(f"- {nom} : {quoi} ;" for nom, quoi in COLONNES.items()),
    ]
    methode = [
        "Méthode : l'administrateur ouvre « Paramétrage », puis « Exporter l'historique », donne le premier et le "
        "dernier jour de la période (tous deux compris) et, s'il le veut, des patients, puis enregistre l'archive.",
    ]
    if labo.defaut("export_documentation_sans_format"):
        formats = ["Le fichier obtenu se remet au nouveau logiciel."]
        emplacements = [f"Emplacement : les comptes rendus sont dans {DOSSIER}, leur description dans l'index."]
    if labo.defaut("export_documentation_sans_emplacement"):
        emplacements = []
    if labo.defaut("export_documentation_sans_donnees"):
        donnees = []
        emplacements = [f"Emplacement : {DOSSIER}/ et {INDEX}."]
        formats = ["Format : une archive ZIP de fichiers XML et PDF, et un fichier CSV."]
    return "Exporter l'historique du laboratoire", "\n".join([*donnees, *formats, *emplacements, *methode])
