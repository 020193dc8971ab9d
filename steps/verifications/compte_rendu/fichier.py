"""Le fichier PDF que le logiciel édite : son nom, tiré du CDA du même document, et le type d'une lettre de liaison."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.pdf.nommage import nom_du_pdf_joint
from steps.verifications.pdf.regles_fichier import NOM_ACTE, NOM_JOINT, NOM_PATIENT
from steps.verifications.registre import verification

TYPE_LETTRE = "11490-0"
R_LETTRE = Regle(
    "CR-LETTRE-01", "La lettre de liaison à la sortie est un document de type 11490-0",
    "REM BIO, scénario DOC/va1.03.01 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Donnez à la lettre de liaison le type 11490-0 (LOINC) dans le code du CDA.",
)  # fmt: skip


@verification(NOM_JOINT, NOM_PATIENT, NOM_ACTE)
def nom_du_pdf_edite(nom: str, cda: bytes, quoi: str) -> list[Constat]:
    """Le nom du fichier édité suit la règle d'un PDF joint : date de l'acte, type, NOM, prénom, lus dans le CDA."""
    if not nom:
        message = f"le nom du fichier de {quoi} n'est pas relevé : montrez-le tel que le logiciel l'enregistre"
        return [NOM_JOINT.a_regarder(message, ou=quoi)]
    try:
        entete = lire_cda(cda)
    except CdaIllisible as erreur:
        return [NOM_JOINT.sans_objet(f"le CDA de {quoi} ne se lit pas : {erreur}")]
    return nom_du_pdf_joint(nom, entete, ou=quoi)


@verification(R_LETTRE)
def type_de_la_lettre(cda: bytes, quoi: str) -> Constat:
    """Le code du document, dans son CDA."""
    try:
        code = lire_cda(cda).code
    except CdaIllisible as erreur:
        return R_LETTRE.sans_objet(f"le CDA de {quoi} ne se lit pas : {erreur}")
    recu = str(code) if code is not None else "aucun code"
    return juger(
        R_LETTRE, code is not None and code.code == TYPE_LETTRE, f"{quoi} n'est pas une lettre de liaison à la sortie",
        attendu=TYPE_LETTRE, recu=recu, ou="ClinicalDocument/code",
    )  # fmt: skip
