"""Les métadonnées d'un document : nomenclatures, formes, empreintes recalculées sur les octets reçus."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import DOCUMENT_STABLE, Code
from simulators.dmp.vihf import lire_ins
from steps.jugements.marque import rejouable
from steps.verifications.cda import cle_juste
from steps.verifications.cda.acteurs import CADRES_EXERCICE
from steps.verifications.cda.dates import dtm_valide
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import nomenclatures as n
from steps.verifications.dmp.contexte import ContexteDmp
from steps.verifications.dmp.soumission import DocumentSoumis
from steps.verifications.dmp.types_donnees import defauts_cx, defauts_xcn, defauts_xon, est_oid
from steps.verifications.registre import verification

_CISIS = "ANS, CI-SIS, volet Partage de documents de santé, métadonnées XDS"
_LANGUE = re.compile(r"^[a-z]{2,3}(-[A-Z]{2})?$")
_INFO_PATIENT = re.compile(r"^PID-(\d+)\|(.*)$")
_SEXES = ("F", "M", "U", "O", "A", "N", "I")
_SECTEUR = re.compile(r"^SA\d{2}$")
_SPECIALITE = re.compile(r"^[^^]+\^[^^]*\^[0-2](\.\d+)+$")


def _regle(rang: int, titre: str, a_faire: str, confiance: Confiance = Confiance.DOCUMENTEE, source: str = "") -> Regle:
    return Regle(f"DMP-XDS-{rang:02d}", titre, source or _CISIS, confiance, a_faire)


LECTURE = _regle(1, "La fiche se lit sans ambiguïté", "Employer les schémas et les noms de Slot des métadonnées XDS.")
OBJET = _regle(2, "La fiche est celle d'un document stable", "Écrire objectType et mimeType du volet.")
AUTEURS = _regle(3, "La fiche a un auteur", "Écrire au moins une classification d'auteur.")
XCN = _regle(
    4, "authorPerson est un XCN complet", "Écrire ID^NOM^Prénom^^^^^^&OID&ISO^D^^^IDNPS.", Confiance.OFFICIELLE
)
XON = _regle(5, "authorInstitution est un XON complet", "Écrire Nom^^^^^&OID&ISO^IDNST^^^ID.", Confiance.OFFICIELLE)
SPECIALITE = _regle(
    6, "authorSpecialty est code^libellé^nomenclature", "Écrire les trois composants.", Confiance.OFFICIELLE
)
CLASSE = _regle(
    7, "classCode est dans JDV_J57", "Dériver classCode de typeCode (ASS_X04).", source=f"{_CISIS} ; JDV_J57"
)
TYPE = _regle(8, "typeCode est en LOINC ou en TRE_A05", "Employer le code du document et sa nomenclature.")
CONFIDENTIALITE = _regle(
    9, "confidentialityCode : N, R ou V une fois, et des codes de visibilité connus",
    "Écrire une confidentialité (N, R ou V) et, s'il y a lieu, les codes de visibilité.", source=f"{_CISIS} ; JDV_J58",
)  # fmt: skip
CUMUL = _regle(
    10, "Un document n'est pas à la fois masqué aux professionnels et invisible au patient",
    "Ne pas cumuler MASQUE_PS et INVISIBLE_PATIENT tant que le paramètre du DMP ne le permet pas.",
    Confiance.SECONDAIRE, "Guide d'intégration DMP (SEL-MP-037), EX_2.1-1050",
)  # fmt: skip
FORMAT = _regle(
    11, "formatCode est dans une nomenclature de JDV_J60", "Employer le code et la nomenclature de JDV_J60."
)
SECTEUR = _regle(12, "healthcareFacilityTypeCode est codé dans JDV_J61", "Écrire SAxx dans 1.2.250.1.71.4.2.4.")
CADRE = _regle(13, "practiceSettingCode est dans JDV_J04", "Employer un code de JDV_J04.", source=f"{_CISIS} ; JDV_J04")
EVENEMENT = _regle(
    14, "eventCodeList emploie une nomenclature relevée", "Vérifier la nomenclature.", Confiance.DEDUITE,
    "Nomenclatures relevées par le banc (CCAM, CIM-10, LOINC, modalité, région)",
)  # fmt: skip
PATIENT = _regle(15, "patientId est un INS en CX, avec une clé juste", "Écrire <15 caractères>^^^&<OID>&ISO^NH.")
UNIQUE_ID = _regle(16, "uniqueId est un OID", "Écrire un OID (suivi de ^extension si le CDA en a une).")
DATES = _regle(17, "Les dates sont en temps universel, sans fuseau", "Écrire AAAAMMJJhhmmss en UTC.")
LANGUE = _regle(18, "languageCode est un code de langue", "Écrire fr-FR.")
RESPONSABLE = _regle(19, "legalAuthenticator est présent, en XCN", "Écrire le responsable du CDA en XCN.")
SOURCE_PATIENT = _regle(
    20, "sourcePatientId et sourcePatientInfo ont leur forme", "Écrire un CX et des valeurs PID-n|….",
    Confiance.OFFICIELLE,
)  # fmt: skip
EMPREINTE = _regle(
    21, "hash et size, s'ils sont écrits, sont ceux des octets reçus",
    "Calculer SHA-1 et taille sur le fichier envoyé.",
    source="IHE ITI TF-3, § 4.2.3.2 (hash, size)",
)  # fmt: skip
TITRE = _regle(22, "La fiche a un titre", "Écrire Name/LocalizedString.")
REFERENCES = _regle(
    23, "referenceIdList n'emploie que les types du DMP", "Employer accession, order ou studyInstanceUID.",
    source=f"{_CISIS} ; JDV_J231",
)  # fmt: skip


def _ou(document: DocumentSoumis, attribut: str) -> str:
    return f"ExtrinsicObject[@id='{document.fiche.id}'] / {attribut}"


def _lire(code: Code | None) -> str:
    return f"{code.code} ({code.systeme or 'sans nomenclature'})" if code else ""


def _code(
    document: DocumentSoumis, regle: Regle, nom: str, code: Code | None, attendu: str, permis: Callable[[Code], bool]
) -> Constat:
    return juger(
        regle, code is not None and permis(code), f"{nom} manque ou n'est pas dans sa nomenclature.",
        attendu=attendu, recu=_lire(code), ou=_ou(document, nom), echanges=(document.echange,),
    )  # fmt: skip


@verification(CLASSE, TYPE, FORMAT, SECTEUR, CADRE, EVENEMENT)
def codes(document: DocumentSoumis) -> list[Constat]:
    """Les attributs codés sont dans leurs nomenclatures (documents de santé)."""
    fiche = document.fiche
    constats = [
        _code(
            document, CLASSE, "classCode", fiche.class_code, f"un code de JDV_J57 ({n.SYSTEME_CLASSE})",
            lambda c: c.systeme == n.SYSTEME_CLASSE and c.code in n.CLASSES,
        ),
        _code(
            document, TYPE, "typeCode", fiche.type_code, f"un code de {n.LOINC} ou {n.TRE_A05}",
            lambda c: bool(c.code) and c.systeme in n.SYSTEMES_TYPE,
        ),
        _code(document, FORMAT, "formatCode", fiche.format_code, "un code de JDV_J60, sa nomenclature", _format_connu),
        _code(
            document, SECTEUR, "healthcareFacilityTypeCode", fiche.healthcare_facility_type_code,
            f"SAxx ({n.SYSTEME_SECTEUR})",
            lambda c: (c.systeme == n.SYSTEME_SECTEUR and bool(_SECTEUR.match(c.code)))
            or (c.systeme == n.SYSTEME_SECTEUR_PATIENT and c.code in n.SECTEURS_PATIENT),
        ),
        _code(
            document, CADRE, "practiceSettingCode", fiche.practice_setting_code,
            f"un code de JDV_J04 ({n.SYSTEME_CADRE})",
            lambda c: c.systeme == n.SYSTEME_CADRE and c.code in CADRES_EXERCICE,
        ),
    ]  # fmt: skip
    inconnus = [_lire(code) for code in fiche.event_codes if code.systeme not in n.SYSTEMES_EVENEMENT]
    if fiche.event_codes:
        constats.append(
            juger(
                EVENEMENT, not inconnus, "eventCodeList emploie une nomenclature que le banc ne connaît pas.",
                attendu=", ".join(sorted(n.SYSTEMES_EVENEMENT)),
                recu=", ".join(inconnus or map(_lire, fiche.event_codes)), ou=_ou(document, "eventCodeList"),
                echanges=(document.echange,),
            )
        )  # fmt: skip
    return constats


def _format_connu(code: Code) -> bool:
    if code.code.startswith(n.PREFIXES_FORMAT_ANS):
        return bool(code.systeme)
    if code.code.startswith(n.PREFIXE_FORMAT_IHE):
        return code.systeme == n.SYSTEME_FORMAT_IHE
    return code.systeme in (n.SYSTEME_FORMAT_DICOM, "URN")


@verification(CONFIDENTIALITE, CUMUL)
def confidentialite(document: DocumentSoumis, contexte: ContexteDmp) -> list[Constat]:
    """Une confidentialité et une seule, des codes de visibilité connus, et pas le cumul interdit."""
    fiche = document.fiche
    nrv = [c for c in fiche.confidentiality_codes if c.systeme == n.SYSTEME_CONFIDENTIALITE]
    visibilites = [c for c in fiche.confidentiality_codes if c.systeme == n.SYSTEME_VISIBILITE]
    correct = (
        len(nrv) == 1
        and nrv[0].code in n.CONFIDENTIALITES
        and all(c.code in n.VISIBILITES for c in visibilites)
        and len(set(visibilites)) == len(visibilites)
        and len(nrv) + len(visibilites) == len(fiche.confidentiality_codes)
    )
    recu, ou = ", ".join(map(_lire, fiche.confidentiality_codes)), _ou(document, "confidentialityCode")
    constats = [
        juger(
            CONFIDENTIALITE, correct, "Les codes de confidentialité ne sont pas ceux attendus.",
            attendu=f"N, R ou V ({n.SYSTEME_CONFIDENTIALITE}) une fois, puis 0 à 3 parmi "
            f"{', '.join(sorted(n.VISIBILITES))} ({n.SYSTEME_VISIBILITE})",
            recu=recu, ou=ou, echanges=(document.echange,),
        )
    ]  # fmt: skip
    if not document.est_signature and not contexte.cumul_invisible_masque:
        constats.append(
            juger(
                CUMUL, not (fiche.porte("MASQUE_PS") and fiche.porte("INVISIBLE_PATIENT")),
                "Le document est à la fois masqué aux professionnels et invisible au patient.",
                attendu="au plus un des deux", recu=recu, ou=ou, echanges=(document.echange,),
            )
        )  # fmt: skip
    return constats


@verification(AUTEURS, XCN, XON, SPECIALITE, RESPONSABLE)
def auteurs(document: DocumentSoumis) -> list[Constat]:
    """Auteurs, structures, spécialités et responsable ont leur forme."""
    fiche, echanges = document.fiche, (document.echange,)
    personnes = [auteur.personne for auteur in fiche.authors if auteur.personne]
    structures = [institution for auteur in fiche.authors for institution in auteur.institutions]
    specialites = [specialite for auteur in fiche.authors for specialite in auteur.specialites]
    formes: Iterable[tuple[Regle, str, list[str], list[str], str]] = (
        (XCN, "authorPerson", personnes, _defauts(personnes, defauts_xcn), "ID^NOM^Prénom^^^^^^&OID&ISO^D^^^IDNPS"),
        (XON, "authorInstitution", structures, _defauts(structures, defauts_xon), "Nom^^^^^&OID&ISO^IDNST^^^ID"),
        (
            SPECIALITE, "authorSpecialty", specialites, [s for s in specialites if not _SPECIALITE.match(s)],
            "code^libellé^OID",
        ),
    )  # fmt: skip
    return [
        juger(
            AUTEURS, bool(fiche.authors) and all(a.personne or a.institutions for a in fiche.authors),
            "La fiche n'a pas d'auteur.",
            attendu="au moins un auteur", recu=", ".join(personnes or structures), ou=_ou(document, "author"),
            echanges=echanges,
        ),
        *(
            juger(
                regle, not defauts, f"{nom} n'a pas la forme attendue.",
                attendu=forme, recu=" ; ".join(defauts or valeurs), ou=_ou(document, f"author/{nom}"),
                echanges=echanges,
            )
            for regle, nom, valeurs, defauts, forme in formes
            if valeurs
        ),
        juger(
            RESPONSABLE, bool(fiche.legal_authenticator) and not defauts_xcn(fiche.legal_authenticator),
            "legalAuthenticator manque ou n'est pas un XCN.",
            attendu="ID^NOM^Prénom^^^^^^&OID&ISO^D^^^IDNPS", recu=fiche.legal_authenticator,
            ou=_ou(document, "legalAuthenticator"), echanges=echanges,
        ),
    ]  # fmt: skip


def _defauts(valeurs: list[str], chercher: Callable[[str], list[str]]) -> list[str]:
    return [f"{valeur} : {', '.join(defauts)}" for valeur in valeurs if (defauts := chercher(valeur))]


@verification(OBJET)
def objet(document: DocumentSoumis, types_mime: Collection[str] = n.TYPES_MIME) -> Constat:
    """La fiche est celle d'un document stable, d'un type permis."""
    fiche = document.fiche
    return juger(
        OBJET, fiche.object_type == DOCUMENT_STABLE and fiche.mime_type in types_mime,
        "La fiche n'est pas celle d'un document stable d'un type accepté.",
        attendu=f"{DOCUMENT_STABLE}, mimeType {', '.join(sorted(types_mime))}",
        recu=f"{fiche.object_type}, {fiche.mime_type}", ou=_ou(document, "@objectType, @mimeType"),
        echanges=(document.echange,),
    )  # fmt: skip


@verification(PATIENT)
def patient(document: DocumentSoumis) -> Constat:
    """Le patient de la fiche est un INS."""
    ins = lire_ins(document.fiche.patient_id)
    return juger(
        PATIENT, ins is not None and cle_juste(ins.matricule),
        "patientId n'est pas un INS en CX avec une clé juste.",
        attendu="<15 caractères>^^^&<OID>&ISO^NH", recu=document.fiche.patient_id, ou=_ou(document, "patientId"),
        echanges=(document.echange,),
    )  # fmt: skip


@verification(LECTURE, UNIQUE_ID, TITRE, LANGUE)
def identification(document: DocumentSoumis) -> list[Constat]:
    """La fiche se lit sans ambiguïté et identifie le document."""
    fiche, echanges = document.fiche, (document.echange,)
    racine = fiche.unique_id.partition("^")[0]
    permis = {"art", "fr-FR"} if document.est_signature else set()
    return [
        juger(
            LECTURE, not fiche.anomalies, "La fiche porte des attributs qui ne se lisent pas.",
            attendu="chaque attribut une fois, sous son schéma", recu=" ; ".join(fiche.anomalies) or "rien d'anormal",
            ou=_ou(document, ""), echanges=echanges,
        ),
        juger(
            UNIQUE_ID, est_oid(racine) and len(fiche.unique_id) <= 128 and not fiche.unique_id.endswith("^"),
            "uniqueId n'est pas un OID.",
            attendu="OID, ou OID^extension", recu=fiche.unique_id, ou=_ou(document, "uniqueId"), echanges=echanges,
        ),
        juger(
            TITRE, bool(fiche.title.strip()), "La fiche n'a pas de titre.",
            attendu="un titre", recu=fiche.title, ou=_ou(document, "Name"), echanges=echanges,
        ),
        juger(
            LANGUE, bool(_LANGUE.match(fiche.language_code)) and (not permis or fiche.language_code in permis),
            "languageCode n'est pas un code de langue.",
            attendu="art" if document.est_signature else "fr-FR", recu=fiche.language_code,
            ou=_ou(document, "languageCode"), echanges=echanges,
        ),
    ]  # fmt: skip


@verification(DATES)
def dates(document: DocumentSoumis) -> Constat:
    """Les dates sont des DTM en temps universel ; creationTime est présente, la fin ne précède pas le début."""
    fiche = document.fiche
    valeurs = {
        "creationTime": fiche.creation_time,
        "serviceStartTime": fiche.service_start_time,
        "serviceStopTime": fiche.service_stop_time,
    }
    ecrites = {nom: valeur for nom, valeur in valeurs.items() if valeur or nom == "creationTime"}
    fausses = [f"{nom} « {valeur} »" for nom, valeur in ecrites.items() if not dtm_valide(valeur)]
    debut, fin = fiche.service_start_time, fiche.service_stop_time
    commun = min(len(debut), len(fin))
    if not fausses and commun and fin[:commun] < debut[:commun]:
        fausses.append(f"serviceStopTime {fin} avant serviceStartTime {debut}")
    return juger(
        DATES, not fausses, "Une date n'est pas en temps universel, ou n'est pas une date.",
        attendu="AAAAMMJJhhmmss, sans fuseau", recu=", ".join(fausses or (f"{k} {v}" for k, v in ecrites.items())),
        ou=_ou(document, "creationTime, serviceStartTime, serviceStopTime"), echanges=(document.echange,),
    )  # fmt: skip


@verification(SOURCE_PATIENT, REFERENCES)
def patient_local(document: DocumentSoumis) -> list[Constat]:
    """Identifiant et traits locaux du patient, références, ont leur forme."""
    fiche, echanges = document.fiche, (document.echange,)
    defauts = defauts_cx(fiche.source_patient_id) if fiche.source_patient_id else []
    for valeur in fiche.source_patient_info:
        trouve = _INFO_PATIENT.match(valeur)
        if trouve is None:
            defauts.append(f"sourcePatientInfo « {valeur} »")
        elif trouve[1] == "7" and not dtm_valide(trouve[2]):
            defauts.append(f"PID-7 « {trouve[2]} »")
        elif trouve[1] == "5" and not trouve[2].split("^")[0]:
            defauts.append("PID-5 sans nom")
        elif trouve[1] == "8" and trouve[2] not in _SEXES:
            defauts.append(f"PID-8 « {trouve[2]} »")
    constats: list[Constat] = []
    if fiche.source_patient_id or fiche.source_patient_info:
        constats.append(
            juger(
                SOURCE_PATIENT, not defauts, "sourcePatientId ou sourcePatientInfo n'a pas la forme attendue.",
                attendu="CX ; PID-5|NOM^Prénom^^^^^L, PID-7|AAAAMMJJ, PID-8|F",
                recu=" ; ".join(defauts or [fiche.source_patient_id, *fiche.source_patient_info]),
                ou=_ou(document, "sourcePatientId, sourcePatientInfo"), echanges=echanges,
            )
        )  # fmt: skip
    if fiche.reference_ids:
        inconnus = [v for v in fiche.reference_ids if v.split("^")[-1] not in n.TYPES_REFERENCE]
        constats.append(
            juger(
                REFERENCES, not inconnus, "Une référence est d'un type que le DMP n'accepte pas.",
                attendu=", ".join(sorted(n.TYPES_REFERENCE)), recu=", ".join(inconnus or fiche.reference_ids),
                ou=_ou(document, "referenceIdList"), echanges=echanges,
            )
        )  # fmt: skip
    return constats


@verification(EMPREINTE)
def empreinte(document: DocumentSoumis) -> list[Constat]:
    """hash et size, facultatifs, sont recalculés sur les octets reçus."""
    fiche = document.fiche
    if document.octets is None or not (fiche.hash or fiche.size):
        return []
    faux = [] if fiche.hash.lower() in ("", document.sha1) else [f"hash {fiche.hash}"]
    faux += [] if fiche.size in ("", str(len(document.octets))) else [f"size {fiche.size}"]
    return [
        juger(
            EMPREINTE, not faux, "hash ou size n'est pas celui des octets reçus.",
            attendu=f"hash {document.sha1}, size {len(document.octets)}",
            recu=", ".join(faux) or f"hash {fiche.hash or 'absent'}, size {fiche.size or 'absent'}",
            ou=_ou(document, "hash, size"), echanges=(document.echange,),
        )
    ]  # fmt: skip


@rejouable
def verifier_fiche(document: DocumentSoumis, contexte: ContexteDmp) -> list[Constat]:
    """Toutes les règles de la fiche d'un document ; le document de signature a ses propres codes."""
    constats = [*identification(document), objet(document), patient(document), *auteurs(document), dates(document)]
    constats += [*empreinte(document), *confidentialite(document, contexte)]
    if not document.est_signature:
        constats += [*codes(document), *patient_local(document)]
    return constats
