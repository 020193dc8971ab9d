"""Règles sur le compte rendu en CDA R2 N1 : un PDF/A-1 encapsulé, qui dit tout ce qui a été saisi."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.corps import decoder, pdf_entier
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.modele import TYPE_CR_BIO, EnTeteCda
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.textes import juger_resultats
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.registre import verification

_EXIGENCE = "REM BIO, exigence SGL.DOC/va1.27, et REM RIS, RIS.DOC/va1.16 (travaux de concertation 2023)"
_CORPS = "ClinicalDocument/component/nonXMLBody/text"

R_FORME = Regle(
    "CR-N1-01",
    "Le compte rendu se produit en CDA R2 N1, un PDF encapsulé en base64",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Écrivez le PDF en base64 dans nonXMLBody/text, avec mediaType application/pdf et representation B64.",
)
R_CONTENU = Regle(
    "CR-N1-02",
    "Le PDF encapsulé porte chaque résultat saisi, avec sa valeur et son unité",
    f"{_EXIGENCE} : le compte rendu, en N1",
    Confiance.OFFICIELLE,
    "Éditez le PDF encapsulé à partir des mêmes résultats que le compte rendu.",
)
R_MEME = Regle(
    "CR-N1-03",
    "Le CDA N1 est le compte rendu de biologie du même patient, et un document à part du N3",
    f"{_EXIGENCE} ; ANS, structuration minimale (id : un par document)",
    Confiance.OFFICIELLE,
    "Gardez le type 11502-2 et l'INS du patient ; donnez au N1 son propre identifiant.",
)


@verification(R_FORME)
def forme_n1(octets: bytes, quoi: str) -> Constat:
    """Corps nonXMLBody, PDF entier en base64, rien de structuré."""
    cda = _lire(octets)
    if isinstance(cda, str):
        return R_FORME.enfreinte(f"{quoi} n'est pas un CDA lisible", attendu="un CDA R2 N1", recu=cda, ou=quoi)
    pdf = corps_pdf(cda)
    contenu = cda.contenu
    recu = "structuredBody" if cda.corps == "structuredBody" else "aucun corps"
    if contenu is not None:
        recu = f"{contenu.media_type or 'type absent'}, {contenu.representation or 'codage absent'}, "
        recu += f"{len(pdf)} octets" if pdf else "base64 illisible ou PDF incomplet"
    return juger(
        R_FORME,
        contenu is not None
        and (contenu.media_type, contenu.representation) == ("application/pdf", "B64")
        and pdf_entier(pdf),
        f"{quoi} n'encapsule pas un PDF en base64",
        attendu="nonXMLBody/text, mediaType application/pdf, representation B64, PDF entier",
        recu=recu,
        ou=_CORPS,
    )


@verification(R_CONTENU)
def contenu_n1(octets: bytes, resultats: Sequence[Resultat], temoin: str, quoi: str) -> Constat:
    """Chaque résultat saisi se lit dans le PDF encapsulé ; `temoin` : le nom de naissance du patient."""
    cda = _lire(octets)
    pdf = b"" if isinstance(cda, str) else corps_pdf(cda)
    try:
        texte = lire_pdf(pdf).texte
    except PdfIllisible as erreur:
        return R_CONTENU.sans_objet(f"le PDF encapsulé de {quoi} ne se lit pas : {erreur}")
    return juger_resultats(R_CONTENU, texte, resultats, f"le PDF encapsulé de {quoi}", temoin)


@verification(R_MEME)
def meme_compte_rendu(n1: bytes, n3: bytes | None, matricule: str, quoi: str) -> Constat:
    """Type et patient du N1 ; son identifiant n'est pas celui du N3, quand il y en a un."""
    cda = _lire(n1)
    if isinstance(cda, str):
        return R_MEME.sans_objet(f"{quoi} ne se lit pas : {cda}")
    autre = _lire(n3) if n3 else ""
    id_n3 = autre.id if isinstance(autre, EnTeteCda) else None
    code = cda.code.code if cda.code else ""
    porte = cda.patient.ins.extension if cda.patient.ins else ""
    ecarts = []
    if code != TYPE_CR_BIO:
        ecarts.append(f"type {code or 'absent'}")
    if porte != matricule:
        ecarts.append(f"matricule {porte or 'absent'}")
    if id_n3 is not None and cda.id == id_n3:
        ecarts.append(f"identifiant {cda.id}, celui du N3")
    return juger(
        R_MEME,
        not ecarts,
        f"{quoi} n'est pas le compte rendu attendu",
        attendu=f"type {TYPE_CR_BIO}, matricule {matricule}"
        + (f", identifiant autre que {id_n3}" if id_n3 is not None else ""),
        recu=", ".join(ecarts) or f"type {code}, matricule {porte}, identifiant {cda.id}",
        ou="en-tête du CDA N1",
    )


def corps_pdf(cda: EnTeteCda) -> bytes:
    """Les octets du corps N1 décodés ; vide s'il n'y en a pas ou s'ils ne se décodent pas."""
    return (decoder(cda.contenu) if cda.contenu is not None else None) or b""


def _lire(octets: bytes) -> EnTeteCda | str:
    try:
        return lire_cda(octets)
    except CdaIllisible as erreur:
        return str(erreur)
