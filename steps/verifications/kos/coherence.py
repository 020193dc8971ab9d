"""Le KOS devant sa fiche du DMP, et devant l'examen : le compte rendu reçu et les images du PACS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import Code, DocumentEntry
from simulators.dmp.vihf import lire_ins
from steps.verifications.cda.jugement import juger
from steps.verifications.kos.modele import SOP_KOS, Kos
from steps.verifications.registre import verification

_FICHE = "ANS, CI-SIS, jeux de valeurs du partage de documents et prototype DRIMbox (métadonnées du KOS)"
_REM = "REM DRIMbox (travaux de concertation 2023)"
SYSTEME_DICOM = "1.2.840.10008.2.6.1"
TRE_A05 = "1.2.250.1.213.1.1.4.12"
MODALITES = "1.2.250.1.213.1.1.5.618"
REGIONS = "1.2.250.1.213.1.1.5.695"
ETUDE = "urn:ihe:iti:xds:2016:studyInstanceUID"
ACCESSION = "urn:ihe:iti:xds:2013:accession"
COMMANDE = "urn:ihe:iti:xds:2013:order"


def _regle(code: str, titre: str, source: str, a_faire: str, confiance: Confiance = Confiance.DOCUMENTEE) -> Regle:
    return Regle(f"KOS-{code}", titre, source, confiance, a_faire)


FORME = _regle(
    "XDS-01", "La fiche dit un KOS : application/dicom, formatCode DICOM", f"{_FICHE} ; JDV_J60",
    f"Écrivez mimeType application/dicom et formatCode {SOP_KOS} ({SYSTEME_DICOM}).",
)  # fmt: skip
TYPE = _regle(
    "XDS-02", "La fiche a le type IMG-KOS et la classe 31", f"{_FICHE} ; TRE_A05, JDV_J57",
    f"Écrivez typeCode IMG-KOS ({TRE_A05}) et classCode 31.",
)  # fmt: skip
UNIQUE = _regle(
    "XDS-03", "L'identifiant de la fiche est le SOPInstanceUID du KOS", f"{_FICHE} ; IHE RAD TF, XDS-I.b",
    "Écrivez le SOPInstanceUID du KOS dans XDSDocumentEntry.uniqueId.",
)  # fmt: skip
REFERENCES = _regle(
    "XDS-04", "referenceIdList porte l'étude et l'Accession Number du KOS", f"{_FICHE} ; JDV_J231",
    "Écrivez l'étude, l'Accession Number (et la commande) du KOS, chacun sous son type, dans referenceIdList.",
)  # fmt: skip
EVENEMENTS = _regle(
    "XDS-05", "eventCodeList dit les modalités de l'examen, et la région dans sa nomenclature", _FICHE,
    f"Écrivez chaque modalité de l'examen ({MODALITES}) et la région ({REGIONS}) dans eventCodeList.",
)  # fmt: skip
PATIENT = _regle(
    "XDS-06", "L'INS du KOS est celle de la fiche", "REM DRIMbox (cohérence de l'identité) ; IHE RAD TF, XDS-I.b",
    "Écrivez dans le KOS l'INS du patient du DMP alimenté.",
)  # fmt: skip
EXAMEN_ETUDE = _regle(
    "EXA-01", "Le KOS porte sur l'étude du compte rendu", f"{_REM}, exigence DB.SO.12",
    "Reprenez le StudyInstanceUID de l'en-tête du compte rendu.", Confiance.OFFICIELLE,
)  # fmt: skip
EXAMEN_ACCESSION = _regle(
    "EXA-02", "L'Accession Number du KOS est l'un de ceux du compte rendu", f"{_REM}, exigence DB.SO.17",
    "Reprenez l'Accession Number de l'en-tête du compte rendu, contrôlé devant les images.", Confiance.OFFICIELLE,
)  # fmt: skip
EXAMEN_INS = _regle(
    "EXA-03", "L'INS du KOS est celle du patient du compte rendu", f"{_REM}, exigences DB.SO.11 et DB.SO.16",
    "Reprenez l'INS qualifiée du message qui porte le compte rendu.", Confiance.OFFICIELLE,
)  # fmt: skip
EXAMEN_IMAGES = _regle(
    "EXA-04", "Le KOS cite toutes les images de l'examen au PACS, et elles seules",
    f"{_REM}, exigences DB.SO.13 et DB.SO.27 ; IHE RAD TF, XDS-I.b",
    "Citez chaque image que le PACS rend pour cette étude, ni plus ni moins.", Confiance.OFFICIELLE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExamenAttendu:
    """Ce que le banc sait de l'examen. Une valeur vide n'est pas comparée."""

    etude: str
    accessions: tuple[str, ...] = ()
    matricule: str = ""
    images: tuple[tuple[str, str], ...] = ()
    """(SeriesInstanceUID, SOPInstanceUID) des images du PACS."""
    modalites: tuple[str, ...] = ()


@verification(FORME, TYPE, UNIQUE, REFERENCES, EVENEMENTS, PATIENT)
def accorde_a_la_fiche(
    kos: Kos, fiche: DocumentEntry, *, modalites: tuple[str, ...] = (), echange: int = 0
) -> list[Constat]:
    """La fiche du DMP est celle de ce KOS."""
    nums = (echange,) if echange else ()
    forme, genre, classe = fiche.format_code, fiche.type_code, fiche.class_code
    refs = references(fiche)
    commandes = {d.commande.valeur for d in kos.demandes if d.commande.valeur}
    # Ce que le KOS tait relève de KOS-DEM-01 et 02, de source secondaire : seul un désaccord se juge ici.
    accord = (
        refs.get(ETUDE) == set(kos.etudes)
        and bool(refs.get(ACCESSION))
        and set(kos.accessions) <= refs[ACCESSION]
        and (not commandes or refs.get(COMMANDE, set()) <= commandes)
    )
    dites = {c.code for c in fiche.event_codes if c.systeme == MODALITES} - {"KO"}
    inconnus = [c for c in fiche.event_codes if c.systeme not in (MODALITES, REGIONS)]
    ins = lire_ins(fiche.patient_id)
    constats = [
        juger(
            FORME, fiche.mime_type == "application/dicom" and _est(forme, SOP_KOS, SYSTEME_DICOM),
            "La fiche ne dit pas un KOS.", attendu=f"application/dicom, {SOP_KOS} ({SYSTEME_DICOM})",
            recu=f"{fiche.mime_type}, {_dire(forme)}", ou="mimeType, formatCode", echanges=nums,
        ),
        juger(
            TYPE, _est(genre, "IMG-KOS", TRE_A05) and classe is not None and classe.code == "31",
            "La fiche n'a pas le type ou la classe d'un KOS.", attendu=f"IMG-KOS ({TRE_A05}), classe 31",
            recu=f"{_dire(genre)}, classe {_dire(classe)}", ou="typeCode, classCode", echanges=nums,
        ),
        juger(
            UNIQUE, fiche.unique_id == kos.uid, "L'identifiant de la fiche n'est pas celui du KOS.", attendu=kos.uid,
            recu=fiche.unique_id, ou="XDSDocumentEntry.uniqueId", echanges=nums,
        ),
        juger(
            REFERENCES, accord, "referenceIdList ne s'accorde pas avec le KOS.",
            attendu=f"étude {', '.join(kos.etudes)} ; accession {', '.join(kos.accessions) or 'absente du KOS'}",
            recu=" ; ".join(fiche.reference_ids), ou="referenceIdList", echanges=nums,
        ),
        _ins(PATIENT, kos, ins.matricule if ins else "", "XDSDocumentEntry.patientId", nums),
    ]  # fmt: skip
    if modalites and inconnus and dites == set(modalites):
        constats.append(
            EVENEMENTS.a_regarder(
                "eventCodeList porte aussi un code d'une autre nomenclature : dire s'il y a sa place.",
                recu=" ; ".join(map(_dire, inconnus)), ou="eventCodeList", echanges=nums,
            )
        )  # fmt: skip
    elif modalites:
        constats.append(
            juger(
                EVENEMENTS, dites == set(modalites),
                "eventCodeList ne dit pas les modalités de l'examen dans leur nomenclature.",
                attendu=", ".join(modalites), recu=" ; ".join(map(_dire, fiche.event_codes)), ou="eventCodeList",
                echanges=nums,
            )
        )  # fmt: skip
    return constats


def references(fiche: DocumentEntry) -> dict[str, set[str]]:
    """Type → valeurs de referenceIdList (CXi : valeur^^^&domaine&ISO^type)."""
    lues: dict[str, set[str]] = {}
    for reference in fiche.reference_ids:
        composants = reference.split("^")
        lues.setdefault(composants[4] if len(composants) > 4 else "", set()).add(composants[0])
    return lues


@verification(EXAMEN_ETUDE, EXAMEN_ACCESSION, EXAMEN_INS, EXAMEN_IMAGES)
def accorde_a_l_examen(kos: Kos, examen: ExamenAttendu, *, echange: int = 0) -> list[Constat]:
    """Le KOS est celui de l'examen dont le compte rendu a été reçu et que le PACS garde."""
    nums = (echange,) if echange else ()
    constats = [
        juger(
            EXAMEN_ETUDE, kos.etudes == (examen.etude,), "Le KOS ne porte pas sur l'étude du compte rendu.",
            attendu=examen.etude, recu=", ".join(kos.etudes), ou="preuves, StudyInstanceUID", echanges=nums,
        )
    ]  # fmt: skip
    if examen.accessions and not kos.accessions:
        constats.append(
            EXAMEN_ACCESSION.a_regarder(
                "Le KOS ne porte aucun Accession Number : rien à comparer (voir KOS-DEM-01).",
                ou="ReferencedRequestSequence", echanges=nums,
            )
        )  # fmt: skip
    elif examen.accessions:
        constats.append(
            juger(
                EXAMEN_ACCESSION, set(kos.accessions) <= set(examen.accessions),
                "L'Accession Number du KOS n'est pas celui du compte rendu.", attendu=", ".join(examen.accessions),
                recu=", ".join(kos.accessions), ou="ReferencedRequestSequence, AccessionNumber", echanges=nums,
            )
        )  # fmt: skip
    if examen.matricule:
        constats.append(_ins(EXAMEN_INS, kos, examen.matricule, "PatientID, OtherPatientIDsSequence", nums))
    if examen.images:
        constats.append(_images(kos, examen, nums))
    return constats


def _ins(regle: Regle, kos: Kos, attendue: str, ou: str, echanges: Sequence[int]) -> Constat:
    """Un INS différent est une erreur d'identité ; l'absence d'INS relève de KOS-PAT-01, de source secondaire."""
    lues = {i.valeur for i in kos.ins if i.valeur}
    if not lues and attendue:
        return regle.a_regarder(
            "Le KOS ne porte aucune INS : rien à comparer (voir KOS-PAT-01).", recu=kos.patient.valeur or "rien",
            ou=ou, echanges=tuple(echanges),
        )  # fmt: skip
    return juger(
        regle, attendue in lues, "Le KOS porte une autre INS.", attendu=attendue or "une INS dans la fiche",
        recu=", ".join(sorted(lues)), ou=ou, echanges=tuple(echanges),
    )  # fmt: skip


def _images(kos: Kos, examen: ExamenAttendu, echanges: tuple[int, ...]) -> Constat:
    citees = {(serie.uid, instance.uid) for serie in kos.series for instance in serie.instances}
    attendues = set(examen.images)
    en_trop, manquent = sorted(citees - attendues), sorted(attendues - citees)
    return juger(
        EXAMEN_IMAGES, citees == attendues, "Le KOS ne cite pas exactement les images de l'examen.",
        attendu=f"{len(attendues)} image(s)", ou="CurrentRequestedProcedureEvidenceSequence", echanges=echanges,
        recu=f"{len(citees)} image(s)"
        + (f" ; manque {manquent[0][1]}" if manquent else "")
        + (f" ; en trop {en_trop[0][1]}" if en_trop else ""),
    )  # fmt: skip


def _est(code: Code | None, attendu: str, systeme: str) -> bool:
    return code is not None and (code.code, code.systeme) == (attendu, systeme)


def _dire(code: Code | None) -> str:
    return f"{code.code} ({code.systeme or 'sans nomenclature'})" if code else "absent"
