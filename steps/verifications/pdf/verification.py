"""Le contrôle d'un fichier PDF pour lui-même : entier, lisible, sans danger, et ce qu'il déclare."""

from __future__ import annotations

import pikepdf

from reports.constat import Constat, Regle
from reports.verdict import Verdict
from steps.jugements.marque import rejouable
from steps.verifications.pdf.a1 import DocumentA1
from steps.verifications.pdf.a1_verification import POINTS, points_a1
from steps.verifications.pdf.actifs import chercher
from steps.verifications.pdf.fichier import Squelette, lire_squelette
from steps.verifications.pdf.flux import PdfDemesure, PdfIllisible
from steps.verifications.pdf.lecture import TAILLE_MAX, PdfChiffre, PdfLu, lire_pdf
from steps.verifications.pdf.objets import PdfProtege, affichable, avertissements, entree, message_de_qpdf, ouvrir
from steps.verifications.pdf.regles_fichier import (
    ACTIF,
    CHIFFREMENT,
    DECLARE,
    EN_TETE,
    FIN,
    JOINTS,
    OUVERTURE,
    PAGES,
    TABLE,
)
from steps.verifications.pdf.xmp import Xmp, XmpIllisible, lire_xmp
from steps.verifications.registre import verification

_AU_DELA = "au-delà de la limite du banc"


@rejouable
def verifier_pdf(octets: bytes, *, ou: str = "fichier", pdfa: str = "a_regarder") -> list[Constat]:
    """Toutes les règles d'un PDF.

    `ou` : où il est (« fichier », « nonXMLBody/text »…), repris dans chaque constat. `pdfa` : ce que vaut un PDF qui ne
    se déclare pas PDF/A-1 : `exige` (non conforme), `a_regarder` (à vérifier : rien ne dit à quoi le fichier sert),
    `signale` (remarque) ou `ignore`.
    """
    constats = structure(octets, ou=ou)
    if any(c.code in (EN_TETE.code, FIN.code) and c.verdict is not Verdict.CONFORME for c in constats):
        return constats
    try:
        with ouvrir(octets) as pdf:
            constats += [ouverture(pdf, ou=ou), chiffrement(pdf, ou=ou), *contenu_actif(pdf, ou=ou)]
            if pdfa != "ignore":
                constats += conformite_declaree(octets, pdf, ou=ou, exigence=pdfa)
            chiffre = pdf.is_encrypted
    except PdfDemesure as erreur:
        return [*constats, OUVERTURE.sans_objet(f"{erreur} : {_AU_DELA}")]
    except PdfProtege as erreur:
        return [*constats, _chiffre(str(erreur), ou)]
    except (PdfIllisible, pikepdf.PdfError) as erreur:
        # Une table fausse suffit à empêcher l'ouverture : le même défaut ne se dit pas deux fois.
        table_fausse = any(c.code == TABLE.code and c.verdict is not Verdict.CONFORME for c in constats)
        return constats if table_fausse else [*constats, _abime(message_de_qpdf(erreur), ou)]
    return constats if chiffre else [*constats, pages(octets, ou=ou)]


@verification(EN_TETE, FIN, TABLE)
def structure(octets: bytes, *, ou: str = "fichier") -> list[Constat]:
    """En-tête, fin et tables du fichier, sans l'ouvrir."""
    if len(octets) > TAILLE_MAX:
        return [EN_TETE.sans_objet(f"PDF de {len(octets)} octets (au plus {TAILLE_MAX}) : {_AU_DELA}")]
    squelette = lire_squelette(octets)
    if not squelette.version:
        return [
            EN_TETE.enfreinte(
                "Le fichier n'est pas un PDF.", attendu="%PDF-1.x dans les premiers octets",
                recu=repr(octets[:16]) if octets else "fichier vide", ou=ou,
            )
        ]  # fmt: skip
    constats = [EN_TETE.respectee(recu=f"PDF {squelette.version}", ou=ou)]
    constats.append(
        _liste(FIN, squelette.fin, "Le fichier ne se termine pas comme un PDF entier.",
               "startxref, une position, %%EOF à la fin", f"{len(octets)} octets", ou)
    )  # fmt: skip
    if not squelette.fin:
        constats.append(
            _liste(TABLE, squelette.table, "La table des références croisées ne décrit pas ce fichier.",
                   "chaque entrée à la position de son objet", _resume(squelette), ou)
        )  # fmt: skip
    return constats


@verification(OUVERTURE)
def ouverture(pdf: pikepdf.Pdf, *, ou: str = "fichier") -> Constat:
    """qpdf lit tous les objets et toutes les pages ; ce qu'il a dû tolérer est à regarder.

    Un contenu qui ne se décode pas est *non conforme*, comme un fichier que qpdf n'ouvre pas (voir `verifier_pdf`).
    """
    try:
        ecarts = dict.fromkeys([message_de_qpdf(ecart) for ecart in pdf.check_pdf_syntax()] + avertissements(pdf))
    except pikepdf.PdfError as erreur:
        return OUVERTURE.enfreinte(
            "Un contenu du fichier ne se décode pas.",
            attendu="des contenus entiers",
            recu=message_de_qpdf(erreur),
            ou=ou,
        )
    if not ecarts:
        return OUVERTURE.respectee(recu=f"{len(pdf.objects)} objets lus", ou=ou)
    message = "Le fichier s'ouvre, mais qpdf y tolère des écarts : une personne doit l'ouvrir et le regarder."
    return OUVERTURE.a_regarder(message, recu=" ; ".join(list(ecarts)[:5]), ou=ou)


@verification(CHIFFREMENT)
def chiffrement(pdf: pikepdf.Pdf, *, ou: str = "fichier") -> Constat:
    """Le fichier ne porte pas de dictionnaire de chiffrement."""
    if pdf.is_encrypted:
        return _chiffre("chiffré, sans mot de passe d'ouverture", ou)
    return CHIFFREMENT.respectee(recu="aucun chiffrement", ou=ou)


@verification(ACTIF, JOINTS)
def contenu_actif(pdf: pikepdf.Pdf, *, ou: str = "fichier") -> list[Constat]:
    """Rien à exécuter, aucun fichier embarqué."""
    trouve = chercher(pdf)
    return [
        _liste(ACTIF, trouve.commandes, "Le PDF peut faire exécuter quelque chose à celui qui l'ouvre.",
               "ni script, ni commande, ni média", "rien d'actif", ou),
        _liste(JOINTS, trouve.fichiers, "Le PDF embarque des fichiers.", "aucun fichier embarqué", "aucun", ou),
    ]  # fmt: skip


@rejouable
def conformite_declaree(octets: bytes, pdf: pikepdf.Pdf, *, ou: str = "fichier", exigence: str) -> list[Constat]:
    """La déclaration PDF/A-1 et, si elle y est, les points que le banc sait contrôler."""
    xmp = xmp_de(pdf)
    constats = declaration(xmp, ou=ou, exigence=exigence)
    return constats + points_a1(DocumentA1(octets, pdf, xmp), ou=ou) if xmp.declaration in ("1A", "1B") else constats


@verification(DECLARE)
def declaration(xmp: Xmp, *, ou: str = "fichier", exigence: str = "a_regarder") -> list[Constat]:
    """Les métadonnées déclarent PDF/A-1a ou PDF/A-1b."""
    declaree = xmp.declaration
    if declaree in ("1A", "1B"):
        message = (
            f"PDF/A-1{declaree[1].lower()} déclaré ; {len(POINTS)} points contrôlés par le banc ; "
            "la preuve complète demande un validateur PDF/A"
        )
        return [DECLARE.respectee(message, recu=f"pdfaid part=1, conformance={declaree[1]}", ou=ou)]
    recu = f"PDF/A-{declaree.lower()} déclaré" if declaree else "aucune déclaration PDF/A"
    attendu, message = "PDF/A-1a ou PDF/A-1b", "Le PDF ne se déclare pas PDF/A-1."
    if exigence == "exige":
        return [DECLARE.enfreinte(message, attendu=attendu, recu=recu, ou=ou)]
    if exigence == "signale":
        return [DECLARE.signalee(message, attendu=attendu, recu=recu, ou=ou)]
    return [
        DECLARE.a_regarder(
            f"{message} Un document de santé envoyé ou encapsulé doit l'être ; rien ne dit à quoi sert ce fichier.",
            recu=recu, ou=ou,
        )
    ]  # fmt: skip


@verification(PAGES)
def pages(octets: bytes, *, ou: str = "fichier") -> Constat:
    """pdfium charge chaque page et son texte."""
    lu = lire_ou_constat(octets, PAGES, ou)
    return lu if isinstance(lu, Constat) else PAGES.respectee(recu=f"{len(lu.pages)} page(s)", ou=ou)


def xmp_de(pdf: pikepdf.Pdf) -> Xmp:
    """Métadonnées XMP du document ; vides si elles manquent ou sont illisibles."""
    flux = entree(pdf.Root, "/Metadata")
    if not isinstance(flux, pikepdf.Stream):
        return Xmp()
    try:
        return lire_xmp(flux.read_bytes())
    except (XmpIllisible, pikepdf.PdfError):
        return Xmp()


@rejouable
def lire_ou_constat(octets: bytes, regle: Regle, ou: str) -> PdfLu | Constat:
    """Le PDF lu par pdfium, ou le constat qui dit pourquoi il ne l'est pas."""
    try:
        return lire_pdf(octets)
    except PdfDemesure as erreur:
        return regle.sans_objet(f"{erreur} : {_AU_DELA}")
    except PdfChiffre as erreur:
        return regle.sans_objet(f"le PDF ne se lit pas : {erreur}")
    except PdfIllisible as erreur:
        return regle.enfreinte("Le PDF ne se lit pas.", attendu="un PDF lisible", recu=str(erreur), ou=ou)


def _chiffre(recu: str, ou: str) -> Constat:
    return CHIFFREMENT.enfreinte("Le PDF est chiffré.", attendu="un PDF en clair", recu=recu, ou=ou)


def _abime(recu: str, ou: str) -> Constat:
    return OUVERTURE.enfreinte("Le fichier ne s'ouvre pas sans réparation.", attendu="un PDF intact", recu=recu, ou=ou)


def _liste(regle: Regle, ecarts: list[str], message: str, attendu: str, vu: str, ou: str) -> Constat:
    if not ecarts:
        return regle.respectee(recu=vu, ou=ou)
    suite = f" ; et {len(ecarts) - 5} autre(s)" if len(ecarts) > 5 else ""
    return regle.enfreinte(message, attendu=attendu, recu=affichable(" ; ".join(ecarts[:5]) + suite), ou=ou)


def _resume(squelette: Squelette) -> str:
    return f"{squelette.tables} table(s) de {squelette.entrees} entrée(s), {squelette.flux} flux de références"
