"""Règles sur les documents de santé d'un établissement : en-tête, prescription, destinataires, document reçu."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import IdentiteUsager, comparable
from steps.verifications.cda.corps import decoder
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.modele import Patient
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.compte_rendu.destinataires import Destinataire, texte_du_pdf
from steps.verifications.compte_rendu.textes import contient, plier
from steps.verifications.dossier_documents import Affichage
from steps.verifications.pdf.positions import lettres
from steps.verifications.presentation import absents, sections, texte_affiche
from steps.verifications.registre import verification

_REM = "REM DPI, exigence {} (travaux de concertation 2023)"
_MINIMALE = "ANS, CI-SIS, structuration minimale"
_PATIENT = "ClinicalDocument/recordTarget/patientRole/patient"
_MOT = re.compile(r"[^\W\d_]{4,}")

R_TRAITS = Regle(
    "HOP-INS-01", "L'en-tête du document porte les traits de l'identité qualifiée du patient",
    f"{_REM.format('DPI.DOC/va1.07')} ; {_MINIMALE}, recordTarget", Confiance.OFFICIELLE,
    "Écrivez dans recordTarget les traits de l'identité qualifiée, tels qu'INSi les a rendus.",
)  # fmt: skip
R_PRESCRIPTION = Regle(
    "HOP-ORD-01", "Le PDF encapsulé d'une prescription en porte chaque ligne, avec sa posologie et sa durée",
    f"{_REM.format('DPI.DOC/va1.08')} : la prescription, en PDF encapsulé", Confiance.OFFICIELLE,
    "Éditez le PDF encapsulé à partir de toutes les lignes prescrites.",
)  # fmt: skip
R_MONTRE = Regle(
    "HOP-REC-01", "Le contenu d'un CDA reçu s'affiche depuis le dossier, par son PDF ou par sa feuille de style",
    _REM.format("DPI.HOP/va1.09"), Confiance.OFFICIELLE,
    "Montrez le PDF que porte le document, ou le récit de toutes ses sections.",
)  # fmt: skip
R_DESTINATAIRES_PDF = Regle(
    "HOP-DEST-01", "Le PDF encapsulé nomme lui aussi les destinataires du document",
    f"{_REM.format('DPI.DOC/va1.06')} (rapprochement du banc : le texte ne dit pas où)", Confiance.DEDUITE,
    "Nommez les destinataires sur le document imprimé comme dans l'en-tête du CDA.",
)  # fmt: skip


@verification(R_TRAITS)
def traits_qualifies(octets: bytes, identite: IdentiteUsager, quoi: str) -> Constat:
    """Nom et prénoms de naissance, sexe, date et lieu de naissance de recordTarget sont ceux de l'identité."""
    try:
        patient = lire_cda(octets).patient
    except CdaIllisible as erreur:
        return R_TRAITS.sans_objet(f"{quoi} ne se lit pas : {erreur}")
    lus = _traits(patient)
    voulus = {
        "nom de naissance": identite.nom_naissance,
        "premier prénom": identite.premier_prenom_naissance,
        "prénoms": identite.prenoms_naissance,
        "date de naissance": identite.date_naissance.replace("-", ""),
        "lieu de naissance": identite.code_lieu_naissance,
        "sexe": identite.sexe if identite.sexe in ("M", "F") else "",
    }
    ecarts = [
        f"{trait} : {lus[trait] or 'absent'} au lieu de {voulu}"
        for trait, voulu in voulus.items()
        if voulu and comparable(lus[trait]) != comparable(voulu)
    ]
    return juger(
        R_TRAITS, not ecarts, f"{quoi} ne porte pas les traits de l'identité qualifiée",
        attendu=", ".join(f"{trait} {voulu}" for trait, voulu in voulus.items() if voulu),
        recu=" ; ".join(ecarts) or ", ".join(lus.values()), ou=_PATIENT,
    )  # fmt: skip


def _traits(patient: Patient) -> dict[str, str]:
    return {
        "nom de naissance": patient.nom("BR"),
        "premier prénom": patient.prenom("BR"),
        "prénoms": " ".join(valeur for qualificatif, valeur in patient.prenoms if not qualificatif),
        "date de naissance": patient.naissance[:8],
        "lieu de naissance": patient.lieu_naissance,
        "sexe": patient.sexe.code if patient.sexe else "",
    }


@verification(R_PRESCRIPTION)
def prescription_imprimee(octets: bytes, lignes: Sequence[Mapping[str, str]], temoin: str, quoi: str) -> Constat:
    """Chaque ligne (`libelle`, `posologie`, `duree`) se lit au PDF encapsulé ; `temoin` : le nom du patient.

    Une posologie ou une durée écrites autrement vont à une personne ; dont rien ne reste, elles manquent.
    """
    texte = plier(texte_du_pdf(octets))
    ou = f"PDF encapsulé de {quoi}"
    if not lignes:
        return R_PRESCRIPTION.sans_objet(f"aucune ligne prescrite dans {quoi}")
    if not contient(texte, temoin):
        message = f"rien ne montre que le texte de {quoi} s'extrait (« {temoin} » n'y est pas) : une personne le lit"
        return R_PRESCRIPTION.a_regarder(message, recu=f"{len(texte)} caractères", ou=ou)
    absents = [f"{champ} « {ligne[champ]} »" for ligne in lignes for champ in ligne if _perdu(texte, champ, ligne)]
    if absents:
        return R_PRESCRIPTION.enfreinte(
            f"{quoi} ne porte pas tout ce qui a été prescrit", attendu=" ; ".join(absents), recu=texte[:300], ou=ou
        )
    reecrits = [f"« {valeur} »" for ligne in lignes for valeur in ligne.values() if not contient(texte, valeur)]
    if reecrits:
        message = f"écrit autrement dans {quoi}, à comparer : {', '.join(reecrits)}"
        return R_PRESCRIPTION.a_regarder(message, recu=texte[:300], ou=ou)
    return R_PRESCRIPTION.respectee(recu=" ; ".join(", ".join(ligne.values()) for ligne in lignes), ou=ou)


def _perdu(texte: str, champ: str, ligne: Mapping[str, str]) -> bool:
    """Rien de cette valeur ne se lit : ni ses mots (libellé, posologie), ni son nombre (durée)."""
    valeur = ligne[champ]
    if contient(texte, valeur):
        return False
    morceaux = re.findall(r"\d+", valeur) if champ == "duree" else _MOT.findall(valeur)
    return not any(contient(texte, morceau) for morceau in morceaux)


@verification(R_MONTRE)
def contenu_montre(affichage: Affichage, cda: bytes, quoi: str) -> Constat:
    """Le PDF affiché est l'un de ceux du document, ou tous ses textes se lisent à l'écran."""
    try:
        entete, lues = lire_cda(cda), sections(cda)
    except CdaIllisible as erreur:
        return R_MONTRE.sans_objet(f"{quoi} ne se lit pas : {erreur}")
    pdfs = {hashlib.sha256(octets).hexdigest() for c in entete.contenus if (octets := decoder(c))}
    if affichage.corps_sha256 in pdfs:
        return R_MONTRE.respectee(recu=f"PDF du document, SHA-256 {affichage.corps_sha256}", ou="affichage")
    textes = [texte for section in lues for texte in (section.titre, *section.textes)]
    textes = textes or [ligne for ligne in map(str.strip, texte_du_pdf(cda).splitlines()) if ligne]
    if not textes:
        return R_MONTRE.a_regarder(f"rien ne s'extrait de {quoi} : une personne compare l'affichage", ou="affichage")
    manques = absents(texte_affiche(affichage.contenu), textes)
    return juger(
        R_MONTRE, not manques, f"le contenu de {quoi} ne s'affiche pas", attendu=" ; ".join(manques or textes),
        recu=texte_affiche(affichage.contenu)[:300], ou="affichage",
    )  # fmt: skip


@verification(R_DESTINATAIRES_PDF)
def destinataires_imprimes(octets: bytes, attendus: Sequence[Destinataire], temoin: str, quoi: str) -> Constat:
    """Chaque destinataire se lit au PDF encapsulé d'un N1 ; `temoin` : le nom du patient."""
    texte = lettres(texte_du_pdf(octets))
    ou = f"PDF encapsulé de {quoi}"
    if not attendus:
        return R_DESTINATAIRES_PDF.sans_objet(f"aucun destinataire attendu pour {quoi}")
    if lettres(temoin) not in texte:
        message = f"rien ne montre que le texte de {quoi} s'extrait : une personne y cherche les destinataires"
        return R_DESTINATAIRES_PDF.a_regarder(message, recu=f"{len(texte)} caractères", ou=ou)
    absents = [d.ecrit for d in attendus if lettres(d.nom) not in texte]
    return juger(
        R_DESTINATAIRES_PDF, not absents, f"{quoi} ne nomme pas tous ses destinataires dans son PDF",
        attendu=" ; ".join(d.ecrit for d in attendus), recu=" ; ".join(absents) or f"{len(attendus)} nommés", ou=ou,
    )  # fmt: skip
