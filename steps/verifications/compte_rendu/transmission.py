"""Règles sur la transmission d'examens sous-traités : ni document à part, ni lien, ni image à la place du résultat."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.compte_rendu.attendu import Laboratoire, Resultat
from steps.verifications.compte_rendu.lecture import lire_corps
from steps.verifications.compte_rendu.niveau_1 import corps_pdf
from steps.verifications.compte_rendu.structure import porte, texte_du_pdf
from steps.verifications.compte_rendu.textes import Lecture, contient, plier, situer
from steps.verifications.registre import verification

_EXIGENCE = "REM BIO, exigence SGL.DOC/va1.19 (travaux de concertation 2023)"

R_SEPARE = Regle(
    "CR-SST-06",
    "Le compte rendu du sous-traitant ne part pas à part, au DMP ni par MSSanté",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Ne transmettez que votre compte rendu, qui porte les résultats du sous-traitant.",
)
R_LIEN = Regle(
    "CR-SST-07",
    "Les résultats du sous-traitant ne sont pas un lien dans le compte rendu",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Écrivez les résultats du sous-traitant dans le compte rendu ; n'y renvoyez pas par une adresse.",
)
R_IMAGE = Regle(
    "CR-SST-08",
    "Les résultats du sous-traitant ne sont pas une image dans le compte rendu",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Écrivez les résultats du sous-traitant en texte et en données structurées, pas en image.",
)


@dataclass(frozen=True, slots=True)
class Transmis:
    """Un fichier transmis. `canal` : « DMP » ou « MSSanté » ; `numero` : l'échange qui le porte."""

    canal: str
    nom: str
    octets: bytes
    numero: int = 0


@verification(R_SEPARE)
def rien_a_part(
    transmis: Sequence[Transmis], pdf_recu: bytes, marque: str, propres: Sequence[Resultat], canaux: Sequence[str]
) -> Constat:
    """`marque` : texte que seul le PDF du sous-traitant porte ; `propres` : des résultats du laboratoire.

    Un document qui porte le compte rendu du sous-traitant sans aucun résultat du laboratoire est un document à part. Le
    compte rendu doit avoir été vu sur chaque canal, sinon le silence ne prouve rien.
    """
    a_part, vus, numeros = [], set(), []
    for fichier in transmis:
        textes = _textes(fichier.octets)
        complet = any(_lit(plier(texte), propre) for texte in textes for propre in propres)
        if complet:
            vus.add(fichier.canal)
        elif fichier.octets == pdf_recu or any(contient(plier(t), marque) for t in textes):
            a_part.append(f"{fichier.canal} : {fichier.nom}")
            numeros.append(fichier.numero)
    if manquants := [canal for canal in canaux if canal not in vus]:
        return R_SEPARE.sans_objet(f"le compte rendu n'a pas été vu sur : {', '.join(manquants)}")
    return juger(
        R_SEPARE,
        not a_part,
        "le compte rendu du sous-traitant est transmis à part",
        attendu="le seul compte rendu du laboratoire",
        recu=" ; ".join(a_part) or f"{len(transmis)} fichier(s), tous du laboratoire",
        ou="documents transmis",
        echanges=tuple(sorted(set(numeros))),
    )


@verification(R_LIEN, R_IMAGE)
def ni_lien_ni_image_n3(
    cda: bytes, resultats: Sequence[Resultat], labo: Laboratoire, pdf_recu: bytes, quoi: str
) -> list[Constat]:
    """Dans le N3, un lien ne tient lieu ni des résultats ni du PDF du sous-traitant ; une image non plus."""
    try:
        corps = lire_corps(cda)
    except CdaIllisible as erreur:
        return [R_LIEN.sans_objet(f"{quoi} ne se lit pas : {erreur}")]
    siens = [r for r in resultats if r.sous_traite and r.valeur]
    structures = bool(siens) and all(any(r.code in o.codes and porte(o, r) for o in corps.observations) for r in siens)
    integre = bool(pdf_recu) and any(attache.octets == pdf_recu for attache in corps.attaches)
    present = structures or integre
    liens = [adresse for adresse, section in corps.liens if not present or _parle(section, labo, siens)]
    liens += [a.adresse for a in corps.attaches if a.adresse and not a.octets]
    images = [a.media for a in corps.attaches if a.media.startswith("image/")]
    recu = "résultats structurés" if structures else "PDF intégré" if integre else "ni résultat ni PDF"
    constats = [
        juger(
            R_LIEN,
            not liens and (present or bool(images)),
            f"{quoi} renvoie aux résultats du sous-traitant au lieu de les porter",
            attendu="résultats structurés ou PDF intégré, sans lien",
            recu=" ; ".join(dict.fromkeys(liens)) or recu,
            ou="récit et contenus attachés",
        )
    ]
    if present and images:
        constats.append(
            R_IMAGE.a_regarder(f"{quoi} porte aussi une image : dites ce qu'elle montre", recu=", ".join(images))
        )
    elif present or images:
        constats.append(
            juger(
                R_IMAGE,
                present,
                f"{quoi} ne montre les résultats du sous-traitant que par une image",
                attendu="résultats structurés ou PDF intégré",
                recu=", ".join(images) or recu,
                ou="contenus attachés",
            )
        )
    return constats


@verification(R_LIEN, R_IMAGE)
def ni_lien_ni_image_pdf(pdf: bytes, resultats: Sequence[Resultat], propre: Resultat, quoi: str) -> list[Constat]:
    """Dans un PDF, les résultats du sous-traitant se lisent en texte ; `propre`, lu lui aussi, montre l'extraction."""
    texte = plier(texte_du_pdf(pdf))
    if not _lit(texte, propre):
        return [R_IMAGE.a_regarder(f"rien ne montre que le texte de {quoi} s'extrait : une personne doit le lire")]
    siens = [r for r in resultats if r.sous_traite and r.valeur]
    absents = [r.ecrit for r in siens if not _lit(texte, r)]
    lus = _liens_et_images(pdf)
    liens, images = lus or ([], 0)
    attendu = " ; ".join(r.ecrit for r in siens)
    constats = []
    if not absents or not liens:
        constats.append(
            juger(
                R_IMAGE,
                not absents,
                f"les résultats du sous-traitant ne se lisent pas en texte dans {quoi}",
                attendu=attendu,
                recu=f"absents du texte : {' ; '.join(absents)}, {images} image(s)" if absents else attendu,
                ou=quoi,
            )
        )
    if lus is None:
        constats.append(R_LIEN.a_regarder(f"les liens de {quoi} ne se lisent pas : dites s'il en porte un"))
    elif liens and not absents:
        constats.append(R_LIEN.a_regarder(f"{quoi} porte un lien : dites où il mène", recu=", ".join(liens)))
    else:
        constats.append(
            juger(
                R_LIEN,
                not liens,
                f"{quoi} renvoie par un lien aux résultats du sous-traitant",
                attendu=attendu,
                recu=", ".join(liens) or "aucun lien",
                ou=quoi,
            )
        )
    return constats


def _lit(texte: str, resultat: Resultat) -> bool:
    return situer(texte, resultat.libelle, resultat.valeur, resultat.unite) is not Lecture.ABSENTE


def _parle(section: str, labo: Laboratoire, resultats: Sequence[Resultat]) -> bool:
    texte = plier(section)
    mots = ("sous-traitant", "seconde intention", labo.nom, *(r.libelle for r in resultats))
    return any(plier(mot) in texte for mot in mots)


def _textes(octets: bytes) -> list[str]:
    """Les textes d'un fichier transmis : d'un PDF, d'un CDA (récit, PDF encapsulé, copie)."""
    if octets[:1024].find(b"%PDF-") >= 0:
        return [texte_du_pdf(octets)]
    try:
        entete, corps = lire_cda(octets), lire_corps(octets)
    except CdaIllisible:
        return []
    if entete.corps == "nonXMLBody":
        return [texte_du_pdf(corps_pdf(entete))]
    return [corps.recit]


def _liens_et_images(pdf: bytes) -> tuple[list[str], int] | None:
    """(adresses des liens, nombre d'images) d'un PDF ; None s'il ne se lit pas."""
    liens, images = [], 0
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            for page in document.pages:
                images += len(page.get_images())
                for annotation in page.obj.get("/Annots", ()):
                    action = annotation.get("/A")
                    if annotation.get("/Subtype") == "/Link" and action is not None and action.get("/URI") is not None:
                        liens.append(str(action["/URI"]))
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError):
        return None
    return liens, images
