"""Examen d'un CDA : sûreté, schéma ou structure, règles du banc, puis les schematrons du kit de l'utilisateur.

Ordre : celui du contrôle officiel (bien formé, schéma, en-tête, terminologies, volet). Sans kit, notre contrôle
structurel tient lieu de schéma et le périmètre dit ce qui n'a pas été joué.
"""

from __future__ import annotations

from dataclasses import replace

from reports.constat import Constat
from reports.verdict import Verdict
from steps.controle.examens.cda_fusion import fusionner
from steps.controle.examens.cda_kit import juger_avec_kit, juger_schema, schema_accepte
from steps.controle.examens.pdf import examiner_pdf
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.verifications.cda import CdaIllisible, lire_cda, lire_document, niveau, verifier_cda
from steps.verifications.cda.chronologie import a_venir
from steps.verifications.cda.corps import decoder
from steps.verifications.cda.entete import TYPE_ID
from steps.verifications.cda.lieux import avec_ligne, lieu
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.datamatrix import identite_du_cda
from steps.verifications.pdf.concordance import transcrit_le_cda
from steps.verifications.pdf.regles_fichier import PATIENT
from steps.verifications.pdf.verification import structure as structure_du_pdf

_NOS_CONTROLES = (
    "règles du banc : lecture, en-tête, patient et INS, intervenants, versions, récit, "
    "clés et systèmes des codes, dates, contenus encapsulés décodés"
)
_STRUCTURE = (
    "structure : celle du banc (ordre, nombres, attributs, valeurs simples), faute du schéma XSD du kit ; le contenu "
    "des extensions et les plus larges vocabulaires de HL7 (rôles, participations) ne sont pas contrôlés"
)
_SANS_KIT = (
    "non joué, faute de kit (--kit-ci-sis) : schéma XSD, schematrons de l'en-tête, des modèles, des terminologies et "
    "du volet, jeux de valeurs"
)


def examiner_cda(octets: bytes, contexte: ContexteControle) -> Examen:
    """Examine un CDA N1 ou N3, nu ou enveloppé ; un document illisible ou démesuré n'est jugé que pour cela."""
    try:
        document, entete = lire_document(octets), lire_cda(octets)
    except CdaIllisible:
        return Examen(
            _type_suppose(octets), tuple(verifier_cda(octets)), ("lecture seulement : rien d'autre n'est jugé",)
        )
    accepte = contexte.kit_ci_sis is not None and schema_accepte(document, contexte.kit_ci_sis)
    constats = verifier_cda(octets, avec_structure=not accepte)
    perimetre = [_NOS_CONTROLES]
    if entete.enveloppe:
        perimetre.append(
            f"document enveloppé dans {entete.enveloppe} : seul ClinicalDocument est jugé, rien n'est exécuté"
        )
    if contexte.maintenant is not None:
        constats += [replace(c, ou=avec_ligne(c.ou, document)) for c in a_venir(entete, contexte.maintenant)]
    constats += _pdf(octets, constats)
    inclus, dit = _pdf_a_fond(entete, contexte)
    perimetre += dit
    if contexte.kit_ci_sis is None:
        perimetre += [_STRUCTURE, _SANS_KIT]
        return Examen(_type(octets), tuple(_type_id_d_abord(constats)), tuple(perimetre), inclus)
    schema, joue = juger_schema(document, contexte.kit_ci_sis, constats, accepte)
    perimetre.append(joue or _STRUCTURE)
    du_kit, dits = juger_avec_kit(document, contexte)
    perimetre += dits
    fusionnes = fusionner([*constats, *schema], du_kit)
    return Examen(_type(octets), tuple(_type_id_d_abord(fusionnes)), tuple(perimetre), inclus)


def _type(octets: bytes) -> TypeFichier:
    return TypeFichier.CDA_N1 if niveau(lire_cda(octets)) == "N1" else TypeFichier.CDA_N3


def _type_suppose(octets: bytes) -> TypeFichier:
    return TypeFichier.CDA_N1 if b"nonXMLBody" in octets else TypeFichier.CDA_N3


def _pdf(octets: bytes, constats: list[Constat]) -> list[Constat]:
    """Fin et tables des PDF encapsulés, pour ceux dont rien n'a encore été dit de faux."""
    fautifs = {lieu(constat.ou) for constat in constats if constat.verdict is not Verdict.CONFORME}
    entete, trouves = lire_cda(octets), []
    for contenu in entete.contenus:
        if contenu.media_type != "application/pdf" or lieu(contenu.chemin) in fautifs:
            continue
        pdf = decoder(contenu)
        if pdf:
            trouves += structure_du_pdf(pdf, ou=contenu.chemin)
    return trouves


def _pdf_a_fond(entete: EnTeteCda, contexte: ContexteControle) -> tuple[tuple[tuple[str, Examen], ...], list[str]]:
    """Les PDF encapsulés, examinés comme des fichiers si c'est demandé ; leur datamatrix est comparé à l'INS du CDA."""
    contenus = [contenu for contenu in entete.contenus if contenu.media_type == "application/pdf"]
    if not contenus:
        return (), []
    if not contexte.pdf_encapsules:
        return (), ["non joué sans --pdf-encapsules : PDF/A-1 complet et datamatrix INS du PDF que porte le document"]
    identite = identite_du_cda(entete)
    sans_nom = replace(contexte, nom="")
    examens = []
    for contenu in contenus:
        pdf = decoder(contenu)
        if not pdf:
            continue
        examen = examiner_pdf(pdf, sans_nom, identite=identite)
        # Seul PDF du document : c'est le document lui-même (N1), ou sa copie (N3), dont le REM veut qu'elle porte
        # l'en-tête. À plusieurs, ce peuvent être des pièces quelconques.
        if len(contenus) == 1:
            n3 = entete.corps == "structuredBody"
            transcrits = [c for c in transcrit_le_cda(pdf, entete) if n3 or c.code == PATIENT.code]
            examen = replace(examen, constats=(*examen.constats, *transcrits))
        examens.append((contenu.chemin, examen))
    return tuple(examens), []


def _type_id_d_abord(constats: list[Constat]) -> list[Constat]:
    """typeId faux en tête : les règles officielles de l'en-tête ne s'appliquent pas sans lui."""
    return sorted(constats, key=lambda c: not (c.code == TYPE_ID.code and c.verdict is not Verdict.CONFORME))
