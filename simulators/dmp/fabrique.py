"""Fiche d'un document déposé hors échange (semis du banc) : tirée du CDA, complétée par ce qui est imposé."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from simulators.dmp.cda import OID_PS, OID_STRUCTURE, EnteteCda, lire_entete
from simulators.dmp.depot import Contenu
from simulators.dmp.ebrim import APPROVED, Auteur, Code, DocumentEntry, noms_des_champs
from simulators.dmp.vihf import Ins
from simulators.dmp.xml import ErreurXml

CONFIDENTIALITE = "2.16.840.1.113883.5.25"
VISIBILITE = "1.2.250.1.213.1.1.4.13"
NORMAL = Code("N", CONFIDENTIALITE, "Normal")
MASQUE_PS = Code("MASQUE_PS", VISIBILITE, "Masqué aux professionnels de santé")
INVISIBLE_PATIENT = Code("INVISIBLE_PATIENT", VISIBILITE, "Non visible par le patient")
INVISIBLE_REPRESENTANTS = Code(
    "INVISIBLE_REPRESENTANTS_LEGAUX", VISIBILITE, "Non visible par les représentants légaux du patient"
)
_CLASSE = Code("11", "1.2.250.1.213.1.1.4.1", "Comptes rendus")
_TYPE = Code("11502-2", "2.16.840.1.113883.6.1", "CR d'examens biologiques")
_FORMAT = Code("urn:ihe:lab:xd-lab:2008", "1.3.6.1.4.1.19376.1.2.3", "CR d'examens de biologie médicale")
_LIEU = Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel")
_CADRE = Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire")
_CHOIX = {"auteur", "structure", "masque_ps", "invisible_patient", "invisible_representants", "par_le_patient"}


def construire_fiche(octets: bytes, ins: Ins, contenu: Contenu, choix: Mapping[str, object]) -> DocumentEntry:
    """Fiche enregistrable ; tout champ de `DocumentEntry` donné dans `choix` l'emporte sur le CDA."""
    inconnus = set(choix) - _CHOIX - set(noms_des_champs(DocumentEntry))
    if inconnus:
        raise TypeError(f"métadonnées inconnues : {', '.join(sorted(inconnus))}")
    try:
        entete = lire_entete(io.BytesIO(octets))
    except ErreurXml:
        entete = EnteteCda()
    codes = [entete.confidentialite or NORMAL]
    codes += [MASQUE_PS] if choix.get("masque_ps") else []
    codes += [INVISIBLE_PATIENT] if choix.get("invisible_patient") else []
    codes += [INVISIBLE_REPRESENTANTS] if choix.get("invisible_representants") else []
    auteurs = _auteurs(entete, choix)
    identifiant = f"urn:uuid:{uuid.uuid4()}"
    date = en_utc(entete.date) or datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    fiche = DocumentEntry(
        id=identifiant,
        lid=identifiant,
        status=APPROVED,
        mime_type="text/xml",
        version="1",
        title=entete.titre or "Document de test",
        creation_time=date,
        service_start_time=en_utc(entete.debut_acte) or date,
        service_stop_time=en_utc(entete.fin_acte),
        language_code=entete.langue or "fr-FR",
        legal_authenticator=entete.responsable or auteurs[0].personne,
        source_patient_id=ins.cx,
        source_patient_info=(
            f"PID-5|{entete.nom or 'TEST'}^{entete.prenoms or 'PATIENT'}^^^^^L",
            f"PID-7|{entete.naissance or '19000101'}",
            f"PID-8|{entete.sexe or 'U'}",
        ),
        hash=contenu.sha1,
        size=str(contenu.taille),
        authors=auteurs,
        class_code=_CLASSE,
        type_code=entete.code or _TYPE,
        format_code=_FORMAT,
        healthcare_facility_type_code=entete.lieu or _LIEU,
        practice_setting_code=entete.cadre_exercice or _CADRE,
        confidentiality_codes=tuple(codes),
        patient_id=ins.cx,
        unique_id=entete.unique_id or f"2.25.{uuid.uuid4().int}",
    )
    imposes: dict[str, Any] = {nom: valeur for nom, valeur in choix.items() if nom not in _CHOIX}
    return replace(fiche, **imposes)


def en_utc(valeur: str) -> str:
    """Horodatage HL7 (`AAAAMMJJ[HHMM[SS]][+HHMM]`) en UTC à la seconde ; rendu tel quel sans heure ni décalage."""
    base, signe, decalage = valeur.partition("+") if "+" in valeur else valeur.partition("-")
    base = base.split(".", 1)[0]
    if len(base) <= 8 or not signe:
        return base
    try:
        instant = datetime.strptime((base + "00")[:14] + signe + decalage, "%Y%m%d%H%M%S%z")
    except ValueError:
        return base
    return instant.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _auteurs(entete: EnteteCda, choix: Mapping[str, object]) -> tuple[Auteur, ...]:
    if "auteur" in choix or "structure" in choix or not entete.auteurs:
        personne = str(choix.get("auteur", "899900000099"))
        structure = str(choix.get("structure", "1990000099"))
        return (
            Auteur(
                personne=f"{personne}^AUTEUR^TEST^^^^^^&{OID_PS}&ISO^D^^^IDNPS",
                institutions=(f"STRUCTURE DE TEST^^^^^&{OID_STRUCTURE}&ISO^IDNST^^^{structure}",),
                specialites=("G15_10/SM26^Médecin - Médecine générale (SM)^1.2.250.1.213.1.1.4.5",),
            ),
        )
    return entete.auteurs
