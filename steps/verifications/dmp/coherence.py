"""Les métadonnées d'un document disent la même chose que l'en-tête de son CDA et que le VIHF qui les porte."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import Code
from simulators.dmp.vihf import lire_ins
from steps.jugements.marque import rejouable
from steps.verifications.cda import EnTeteCda, niveau
from steps.verifications.cda.dates import en_utc, meme_instant
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import TYPE_CR_BIO, CodeCda
from steps.verifications.dmp.contexte import ContexteDmp
from steps.verifications.dmp.soumission import DocumentSoumis, LotLu, Soumission
from steps.verifications.registre import verification

_ANNEXE = "ANS, CI-SIS, annexe « Lien entre l'en-tête CDA et les métadonnées XDS »"
_ALIGNER = "Calculer la métadonnée depuis l'en-tête du CDA au moment de l'envoi."


def _regle(rang: int, titre: str, confiance: Confiance = Confiance.DOCUMENTEE, source: str = _ANNEXE) -> Regle:
    return Regle(f"DMP-COH-{rang:02d}", titre, source, confiance, _ALIGNER)


UNIQUE_ID = _regle(1, "uniqueId est l'identifiant du CDA")
TYPE = _regle(2, "typeCode est le type du CDA")
CREATION = _regle(3, "creationTime est la date du CDA, en temps universel")
CONFIDENTIALITE = _regle(4, "La confidentialité N/R/V est celle du CDA")
PATIENT = _regle(5, "patientId est l'INS du CDA")
PERSONNE = _regle(6, "Chaque auteur du CDA est un auteur de la fiche")
INSTITUTION = _regle(7, "La structure de chaque auteur du CDA est dans la fiche")
SECTEUR = _regle(8, "healthcareFacilityTypeCode est la modalité d'exercice du CDA")
CADRE = _regle(9, "practiceSettingCode est le cadre d'exercice de l'exécutant du CDA")
DEBUT = _regle(10, "serviceStartTime est le début de l'acte principal, en temps universel")
FIN = _regle(11, "serviceStopTime est la fin de l'acte principal, en temps universel")
TITRE = _regle(12, "title est le titre du CDA", Confiance.DEDUITE, "Rapprochement du banc")
LANGUE = _regle(13, "languageCode est la langue du CDA", Confiance.DEDUITE, "Rapprochement du banc")
RESPONSABLE = _regle(14, "legalAuthenticator est le responsable du CDA")
REMPLACEMENT = Regle(
    "DMP-COH-15", "Le remplacement est dit par le CDA et par le lot, pour le même document",
    f"{_ANNEXE} ; IHE ITI TF-3, § 4.2.2.2.3 (RPLC)", Confiance.DOCUMENTEE,
    "Écrire relatedDocument RPLC dans le CDA et l'association RPLC vers l'entryUUID du même document.",
)  # fmt: skip
FORMAT = _regle(16, "formatCode est celui du contenu", Confiance.DEDUITE, "JDV_J60, date du jeu de valeurs à confirmer")
PATIENT_VIHF = Regle(
    "DMP-COH-17", "Le patient du lot et des fiches est celui du VIHF",
    "Échantillons officiels du DMP : resource-id et patientId portent le même INS", Confiance.OFFICIELLE,
    "Écrire le même INS dans le VIHF, le lot et chaque fiche.",
)  # fmt: skip
AUTEUR_LIE = Regle(
    "DMP-COH-18", "L'auteur du document est lié à celui qui l'envoie",
    "Guide d'intégration DMP (SEL-MP-037), EX_2.1-1140", Confiance.SECONDAIRE,
    "En direct, NameID est un auteur ou le responsable ; en indirect, Identifiant_Structure est celle d'un auteur.",
)  # fmt: skip


def _code(valeur: Code | CodeCda | None) -> str:
    return f"{valeur.code} ({valeur.systeme})" if valeur is not None and valeur.code else ""


def _meme_code(metadonnee: Code | None, entete: CodeCda | None) -> bool:
    if metadonnee is None or entete is None:
        return False
    return (metadonnee.code, metadonnee.systeme) == (entete.code, entete.systeme)


def _ou(document: DocumentSoumis, attribut: str) -> str:
    return f"ExtrinsicObject[@id='{document.fiche.id}'] / {attribut}"


@verification(UNIQUE_ID, TYPE, CREATION, CONFIDENTIALITE, TITRE, LANGUE)
def identite_du_document(document: DocumentSoumis, cda: EnTeteCda) -> list[Constat]:
    """Identifiant, type, date, confidentialité, titre et langue sont ceux du CDA."""
    fiche, echanges = document.fiche, (document.echange,)
    identifiant = cda.id.unique_id if cda.id else ""
    nrv = [c for c in fiche.confidentiality_codes if c.systeme == "2.16.840.1.113883.5.25"]
    return [
        juger(
            UNIQUE_ID, fiche.unique_id == identifiant and bool(identifiant),
            "uniqueId n'est pas l'identifiant du CDA.",
            attendu=identifiant, recu=fiche.unique_id, ou=_ou(document, "uniqueId"), echanges=echanges,
        ),
        juger(
            TYPE, _meme_code(fiche.type_code, cda.code), "typeCode n'est pas le type du CDA.",
            attendu=_code(cda.code), recu=_code(fiche.type_code), ou=_ou(document, "typeCode"), echanges=echanges,
        ),
        juger(
            CREATION, meme_instant(cda.date_creation, fiche.creation_time),
            f"creationTime n'est pas la date du CDA ({cda.date_creation}) en temps universel.",
            attendu=en_utc(cda.date_creation), recu=fiche.creation_time, ou=_ou(document, "creationTime"),
            echanges=echanges,
        ),
        juger(
            CONFIDENTIALITE, len(nrv) == 1 and _meme_code(nrv[0], cda.confidentialite),
            "La confidentialité n'est pas celle du CDA.",
            attendu=_code(cda.confidentialite), recu=", ".join(map(_code, nrv)),
            ou=_ou(document, "confidentialityCode"), echanges=echanges,
        ),
        juger(
            TITRE, " ".join(fiche.title.split()) == cda.titre, "Le titre n'est pas celui du CDA.",
            attendu=cda.titre, recu=fiche.title, ou=_ou(document, "Name"), echanges=echanges,
        ),
        juger(
            LANGUE, fiche.language_code == cda.langue, "La langue n'est pas celle du CDA.",
            attendu=cda.langue, recu=fiche.language_code, ou=_ou(document, "languageCode"), echanges=echanges,
        ),
    ]  # fmt: skip


@verification(PATIENT)
def patient(document: DocumentSoumis, cda: EnTeteCda) -> Constat:
    """Le patient de la fiche est celui du CDA."""
    fiche = lire_ins(document.fiche.patient_id)
    ins = cda.patient.ins
    recu = (fiche.matricule, fiche.oid) if fiche else ("", "")
    return juger(
        PATIENT, ins is not None and recu == (ins.extension, ins.racine), "patientId n'est pas l'INS du CDA.",
        attendu=f"{ins.extension}^^^&{ins.racine}&ISO^NH" if ins else "un CDA portant l'INS",
        recu=document.fiche.patient_id, ou=_ou(document, "patientId"), echanges=(document.echange,),
    )  # fmt: skip


@verification(PERSONNE, INSTITUTION, RESPONSABLE)
def auteurs(document: DocumentSoumis, cda: EnTeteCda) -> list[Constat]:
    """Auteurs, structures et responsable de la fiche sont ceux du CDA ; la fiche peut porter d'autres auteurs."""
    fiche, echanges = document.fiche, (document.echange,)
    personnes = {auteur.identifiant for auteur in fiche.authors}
    structures = {numero for auteur in fiche.authors for numero in auteur.identifiants_institutions}
    attendues = [auteur.identifiant for auteur in cda.auteurs if auteur.identifiant]
    absentes = [identifiant for identifiant in attendues if identifiant not in personnes]
    organisations = [
        auteur.organisation.identifiant_national
        for auteur in cda.auteurs
        if auteur.organisation and auteur.organisation.identifiant_national
    ]
    manquantes = [numero for numero in organisations if numero not in structures]
    constats = [
        juger(
            PERSONNE, bool(attendues) and not absentes, "Un auteur du CDA n'est pas dans la fiche.",
            attendu=", ".join(absentes or attendues) or "un auteur identifié dans le CDA",
            recu=", ".join(sorted(personnes)), ou=_ou(document, "author/authorPerson"), echanges=echanges,
        )
    ]  # fmt: skip
    if organisations:
        constats.append(
            juger(
                INSTITUTION, not manquantes, "La structure d'un auteur du CDA n'est pas dans la fiche.",
                attendu=", ".join(manquantes or organisations), recu=", ".join(sorted(structures)),
                ou=_ou(document, "author/authorInstitution"), echanges=echanges,
            )
        )  # fmt: skip
    attendu = cda.responsable.identifiant if cda.responsable else ""
    recu = fiche.legal_authenticator.split("^", 1)[0].strip()
    constats.append(
        juger(
            RESPONSABLE, bool(attendu) and recu == attendu, "legalAuthenticator n'est pas le responsable du CDA.",
            attendu=attendu, recu=fiche.legal_authenticator, ou=_ou(document, "legalAuthenticator"), echanges=echanges,
        )
    )  # fmt: skip
    return constats


@verification(SECTEUR, CADRE, DEBUT, FIN)
def contexte_de_soins(document: DocumentSoumis, cda: EnTeteCda) -> list[Constat]:
    """Modalité et cadre d'exercice, début et fin de l'acte sont ceux du CDA."""
    fiche, echanges = document.fiche, (document.echange,)
    acte = cda.acte_principal
    secteur = cda.prise_en_charge.secteur if cda.prise_en_charge else None
    organisation = acte.executants[0].organisation if acte and acte.executants else None
    cadre = organisation.cadre if organisation else None
    debut, fin = (acte.debut, acte.fin) if acte else ("", "")
    constats = [
        juger(
            SECTEUR, _meme_code(fiche.healthcare_facility_type_code, secteur),
            "healthcareFacilityTypeCode n'est pas la modalité d'exercice du CDA.",
            attendu=_code(secteur) or "une modalité d'exercice, absente du CDA",
            recu=_code(fiche.healthcare_facility_type_code),
            ou=_ou(document, "healthcareFacilityTypeCode"), echanges=echanges,
        ),
        juger(
            CADRE, _meme_code(fiche.practice_setting_code, cadre),
            "practiceSettingCode n'est pas le cadre d'exercice du CDA.",
            attendu=_code(cadre) or "un cadre d'exercice, absent du CDA", recu=_code(fiche.practice_setting_code),
            ou=_ou(document, "practiceSettingCode"), echanges=echanges,
        ),
        juger(
            DEBUT, meme_instant(debut, fiche.service_start_time),
            f"serviceStartTime n'est pas le début de l'acte ({debut or 'absent du CDA'}) en temps universel.",
            attendu=en_utc(debut), recu=fiche.service_start_time, ou=_ou(document, "serviceStartTime"),
            echanges=echanges,
        ),
    ]  # fmt: skip
    if fiche.service_stop_time or fin:
        ou = _ou(document, "serviceStopTime")
        if fiche.service_stop_time:
            # Un acte sans fin écrite est un instant : sa fin peut être répétée égale à son début.
            constats.append(
                juger(
                    FIN, meme_instant(fin or debut, fiche.service_stop_time),
                    f"serviceStopTime n'est pas la fin de l'acte ({fin or 'absente du CDA'}) en temps universel.",
                    attendu=en_utc(fin or debut), recu=fiche.service_stop_time, ou=ou, echanges=echanges,
                )
            )  # fmt: skip
        else:
            constats.append(
                FIN.a_regarder(
                    "Le CDA dit la fin de l'acte, la fiche ne la porte pas.", recu=fin, ou=ou, echanges=echanges
                )
            )
    return constats


@verification(REMPLACEMENT)
def remplacement(soumission: LotLu, document: DocumentSoumis, cda: EnTeteCda, contexte: ContexteDmp) -> list[Constat]:
    """Le CDA et le lot disent ensemble que le document en remplace un autre, et lequel."""
    lien = cda.remplace
    parent = lien.ids[0].unique_id if lien and lien.ids else ""
    cible = soumission.cible_remplacee(document)
    if not parent and not cible:
        return []
    connue = contexte.entree(cible)
    accord = bool(parent) and bool(cible) and (connue is None or connue.unique_id == parent)
    vise = f"{cible or 'aucune association RPLC'}{f' (document {connue.unique_id})' if connue else ''}"
    return [
        juger(
            REMPLACEMENT, accord, "Le CDA et le lot ne remplacent pas le même document.",
            attendu=f"relatedDocument et RPLC vers un même document ; le CDA dit {parent or 'rien'}", recu=vise,
            ou=_ou(document, "Association RPLC"), echanges=soumission.numeros,
        )
    ]  # fmt: skip


@verification(FORMAT)
def format_du_contenu(document: DocumentSoumis, cda: EnTeteCda) -> list[Constat]:
    """formatCode correspond à la nature du document (compte rendu de biologie N3, PDF ou texte N1)."""
    attendu = ""
    if niveau(cda) == "N1" and cda.contenu is not None:
        attendu = {
            "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
            "text/plain": "urn:ihe:iti:xds-sd:text:2008",
        }.get(cda.contenu.media_type, "")
    elif niveau(cda) == "N3" and cda.code is not None and cda.code.code == TYPE_CR_BIO:
        attendu = "urn:ihe:lab:xd-lab:2008"
    if not attendu:
        return []
    recu = document.fiche.format_code
    return [
        juger(
            FORMAT, recu is not None and recu.code == attendu, "formatCode n'est pas celui de ce contenu.",
            attendu=attendu, recu=_code(recu), ou=_ou(document, "formatCode"), echanges=(document.echange,),
        )
    ]  # fmt: skip


@verification(PATIENT_VIHF)
def patient_du_vihf(soumission: Soumission) -> Constat:
    """Un seul patient dans toute la requête : VIHF, lot, fiches."""
    ins = soumission.vihf.ins if soumission.vihf else None
    objets = {fiche.id: fiche.patient_id for fiche in soumission.lot.documents}
    objets |= {lot.id: lot.patient_id for lot in soumission.lot.lots}
    autres = {nom: cx for nom, cx in objets.items() if lire_ins(cx) != ins}
    return juger(
        PATIENT_VIHF, ins is not None and bool(objets) and not autres,
        "Un objet de la requête ne désigne pas le patient du VIHF.",
        attendu=ins.cx if ins else "un INS dans resource-id du VIHF",
        recu=", ".join(f"{nom} : {cx or 'rien'}" for nom, cx in (autres or objets).items()),
        ou="patientId", echanges=soumission.numeros,
    )  # fmt: skip


@verification(AUTEUR_LIE)
def auteur_lie(soumission: Soumission, document: DocumentSoumis) -> list[Constat]:
    """Celui qui envoie est lié au document : la personne en direct, la structure en indirect."""
    vihf = soumission.vihf
    if vihf is None or not vihf.mode:
        return []
    fiche = document.fiche
    if vihf.mode == "DIRECTE":
        attendu = vihf.name_id
        recus = [auteur.identifiant for auteur in fiche.authors] + [fiche.legal_authenticator.split("^", 1)[0]]
        ou = "author/authorPerson ou legalAuthenticator"
    else:
        attendu = vihf.identifiant_structure
        recus = [numero for auteur in fiche.authors for numero in auteur.identifiants_institutions]
        ou = "author/authorInstitution"
    return [
        juger(
            AUTEUR_LIE, bool(attendu) and attendu in recus, f"Aucun auteur n'est lié à l'émetteur ({vihf.mode}).",
            attendu=attendu, recu=", ".join(recus), ou=_ou(document, ou), echanges=soumission.numeros,
        )
    ]  # fmt: skip


@rejouable
def verifier_coherence(soumission: Soumission, contexte: ContexteDmp) -> list[Constat]:
    """Toutes les concordances d'une alimentation."""
    constats = [patient_du_vihf(soumission)]
    for document in soumission.documents_de_sante:
        constats += auteur_lie(soumission, document)
        cda = document.cda
        if cda is None:
            continue
        constats.append(patient(document, cda))
        constats += verifier_document(soumission, document, cda, contexte)
    return constats


@rejouable
def verifier_document(
    soumission: LotLu, document: DocumentSoumis, cda: EnTeteCda, contexte: ContexteDmp
) -> list[Constat]:
    """Concordances d'une fiche et de son CDA, hors patient."""
    return [
        *identite_du_document(document, cda),
        *auteurs(document, cda),
        *contexte_de_soins(document, cda),
        *remplacement(soumission, document, cda, contexte),
        *format_du_contenu(document, cda),
    ]
