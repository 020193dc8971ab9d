"""Règles sur l'accréditation : mentions Cofrac, marque des seuls examens accrédités, rien sans examen accrédité."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_document
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.lieux import (
    citer,
    contient_lettres,
    lignes_du_pdf,
    pages_du_pdf,
    rangee_du_resultat,
    rangees_affichees,
)
from steps.verifications.pdf.positions import PagePlacee, lettres
from steps.verifications.presentation import FeuilleInapplicable, appliquer
from steps.verifications.registre import verification

_EXIGENCE = "REM BIO, exigence SGL.DOC/va1.29 (travaux de concertation 2023)"
OID_ACCREDITATION = "1.2.250.1.213.6.3.1"
_NS = {"c": "urn:hl7-org:v3"}

R_PAGE = Regle(
    "CR-COFRAC-01", "Le numéro et la portée d'accréditation sont sur la page qui nomme le laboratoire", _EXIGENCE,
    Confiance.OFFICIELLE, "Imprimez numéro, portée et activité accréditée sous le nom ou le logo du laboratoire.",
)  # fmt: skip
R_AFFICHAGE = Regle(
    "CR-COFRAC-02", "L'affichage du compte rendu montre le numéro et la portée d'accréditation", _EXIGENCE,
    Confiance.OFFICIELLE, "Écrivez ces mentions dans le CDA et montrez-les à l'affichage.",
)  # fmt: skip
R_MARQUE = Regle(
    "CR-COFRAC-03", "Les examens accrédités se distinguent des autres", _EXIGENCE, Confiance.OFFICIELLE,
    "Accolez le signe réglé au libellé de chaque examen accrédité, et d'aucun autre.",
)  # fmt: skip
R_LEGENDE = Regle(
    "CR-COFRAC-04", "Une phrase dit que seuls les résultats marqués relèvent de l'accréditation", _EXIGENCE,
    Confiance.OFFICIELLE, "Ajoutez la phrase qui donne le sens du signe.",
)  # fmt: skip
R_ABSENTE = Regle(
    "CR-COFRAC-05", "Sans examen accrédité, le compte rendu ne porte aucune mention d'accréditation", _EXIGENCE,
    Confiance.OFFICIELLE, "N'écrivez ces mentions que si un examen au moins est accrédité.",
)  # fmt: skip
R_CDA = Regle(
    "CR-COFRAC-06", "Le CDA porte le numéro d'accréditation du laboratoire",
    f"{_EXIGENCE} ; ANS, volet CR-BIO 2024.01, exemples publiés : identifiant {OID_ACCREDITATION}",
    Confiance.DOCUMENTEE,
    f"Écrivez le numéro dans representedOrganization/id, racine {OID_ACCREDITATION}, du laboratoire responsable.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accreditation:
    """Ce que le laboratoire a réglé."""

    numero: str
    portee: str
    marque: str


@verification(R_PAGE, R_MARQUE, R_LEGENDE)
def accreditation_dans_le_pdf(
    pdf: bytes, laboratoire: str, reglee: Accreditation, resultats: Sequence[Resultat], quoi: str
) -> list[Constat]:
    """Numéro et portée sur une page qui nomme le laboratoire, signe sur les seuls examens accrédités, légende."""
    pages = pages_du_pdf(pdf, [r.libelle for r in resultats], R_PAGE, quoi)
    if isinstance(pages, Constat):
        return [pages]
    lignes = lignes_du_pdf(pages)
    return [
        _sur_la_page(pages, laboratoire, reglee, quoi),
        _marques(lignes, reglee, resultats, quoi),
        _legende(lignes, reglee, resultats, quoi),
    ]


def _sur_la_page(pages: Sequence[PagePlacee], laboratoire: str, reglee: Accreditation, quoi: str) -> Constat:
    portent = {page.numero for page in pages if _mentionne(page.lignes(), reglee)}
    nomment = {page.numero for page in pages if laboratoire and page.trouver(laboratoire)}
    if not nomment:
        message = f"{quoi} ne nomme le laboratoire « {laboratoire} » sur aucune page (logo ?) : voir où est la mention"
        return R_PAGE.a_regarder(message, recu=f"accréditation en page {sorted(portent)}", ou=quoi)
    recu = f"accréditation en page {sorted(portent) or '—'}, laboratoire nommé en page {sorted(nomment)}"
    attendu = f"n° {reglee.numero}, « {citer(reglee.portee, 120)} », sur une page qui nomme {laboratoire}"
    message = f"{quoi} ne porte pas l'accréditation sur une page qui nomme le laboratoire"
    return juger(R_PAGE, bool(portent & nomment), message, attendu=attendu, recu=recu, ou=quoi)


@verification(R_AFFICHAGE, R_MARQUE, R_LEGENDE)
def accreditation_a_l_affichage(
    affichage: str, reglee: Accreditation, resultats: Sequence[Resultat], quoi: str
) -> list[Constat]:
    """Numéro, portée, signe sur les seuls examens accrédités, légende, dans ce qui est affiché."""
    rangees = rangees_affichees(affichage)
    if absents := [r.libelle for r in resultats if not rangee_du_resultat(rangees, r)]:
        message = f"{quoi} ne montre pas {', '.join(absents)} : une personne doit le lire"
        return [R_AFFICHAGE.a_regarder(message, recu=citer(" ".join(rangees)), ou=quoi)]
    vu = _mentionne(rangees, reglee)
    attendu = f"n° {reglee.numero}, « {citer(reglee.portee, 120)} »"
    message = f"{quoi} ne montre pas le numéro et la portée d'accréditation"
    return [
        juger(R_AFFICHAGE, vu, message, attendu=attendu, recu="lus" if vu else citer(" ".join(rangees)), ou=quoi),
        _marques(rangees, reglee, resultats, quoi),
        _legende(rangees, reglee, resultats, quoi),
    ]


@verification(R_AFFICHAGE, R_MARQUE, R_LEGENDE)
def accreditation_par_la_feuille(
    cda: bytes, feuille: bytes, reglee: Accreditation, resultats: Sequence[Resultat], quoi: str
) -> list[Constat]:
    """La même chose dans le CDA transformé par la feuille de style fournie avec lui."""
    try:
        affichage = appliquer(feuille, cda)
    except FeuilleInapplicable as erreur:
        return [R_AFFICHAGE.a_regarder(f"la feuille de style de {quoi} ne s'applique pas : {erreur}", ou=quoi)]
    return accreditation_a_l_affichage(affichage, reglee, resultats, f"{quoi} transformé par sa feuille de style")


@verification(R_CDA)
def numero_dans_le_cda(cda: bytes, reglee: Accreditation, quoi: str) -> Constat:
    """L'identifiant d'accréditation est celui qui est réglé."""
    trouves = _numeros(cda)
    if isinstance(trouves, str):
        return R_CDA.sans_objet(f"{quoi} ne se lit pas : {trouves}")
    return juger(
        R_CDA, trouves == {reglee.numero}, f"{quoi} ne porte pas le numéro d'accréditation réglé",
        attendu=f"id root {OID_ACCREDITATION}, extension {reglee.numero}", recu=", ".join(sorted(trouves)) or "aucun",
        ou="representedOrganization/id",
    )  # fmt: skip


@verification(R_ABSENTE)
def accreditation_absente(
    pdf: bytes, affichage: str, cda: bytes, reglees: Sequence[Accreditation], resultats: Sequence[Resultat], quoi: str
) -> Constat:
    """Ni Cofrac, ni numéro, ni portée, ni signe, dans aucune forme ; cru si les résultats s'y lisent."""
    pages = pages_du_pdf(pdf, [r.libelle for r in resultats], R_ABSENTE, f"le PDF de {quoi}")
    if isinstance(pages, Constat):
        return pages
    rangees, numeros = rangees_affichees(affichage), _numeros(cda)
    if any(not rangee_du_resultat(rangees, r) for r in resultats) or isinstance(numeros, str):
        return R_ABSENTE.a_regarder(f"l'affichage ou le CDA de {quoi} ne se lit pas : une personne doit voir", ou=quoi)
    portes = [f"identifiant {n} dans le CDA" for n in sorted(numeros)]
    for forme, lignes in (("le PDF", lignes_du_pdf(pages)), ("l'affichage", rangees)):
        portes += [f"{faute}, dans {forme}" for faute in _traces(lignes, reglees, resultats)]
    return juger(
        R_ABSENTE, not portes, f"{quoi} porte des mentions d'accréditation, sans examen accrédité",
        attendu="aucune mention d'accréditation", recu=" ; ".join(portes) or "aucune", ou=quoi,
    )  # fmt: skip


def _traces(lignes: Sequence[str], reglees: Sequence[Accreditation], resultats: Sequence[Resultat]) -> list[str]:
    texte = " ".join(lignes)
    traces = ["« Cofrac »"] if contient_lettres(texte, "cofrac") else []
    for reglee in reglees:
        traces += [f"numéro {reglee.numero}"] if _porte_numero(texte, reglee.numero) else []
        traces += ["portée"] if contient_lettres(texte, reglee.portee) else []
        marques = [r.libelle for r in resultats if reglee.marque in rangee_du_resultat(lignes, r)]
        traces += [f"« {reglee.marque} » sur {', '.join(marques)}"] if marques else []
    return traces


def _mentionne(lignes: Sequence[str], reglee: Accreditation) -> bool:
    texte = " ".join(lignes)
    return _porte_numero(texte, reglee.numero) and contient_lettres(texte, reglee.portee)


def _porte_numero(texte: str, numero: str) -> bool:
    """Le numéro entier, aux espaces et à la forme du tiret près."""
    nu = re.sub(r"[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", texte))
    suite = r"\s*".join(map(re.escape, numero))
    return re.search(rf"(?<![\d-]){suite}(?!\d)", nu) is not None


def _marques(lignes: Sequence[str], reglee: Accreditation, resultats: Sequence[Resultat], quoi: str) -> Constat:
    if confus := _confus(lignes, resultats):
        message = f"plusieurs examens de {quoi} sont sur une même ligne : dire lesquels portent « {reglee.marque} »"
        return R_MARQUE.a_regarder(message, recu=citer(confus), ou=quoi)
    fautes = []
    for resultat in resultats:
        marque = reglee.marque in rangee_du_resultat(lignes, resultat)
        if marque is not resultat.accredite:
            fautes.append(f"{resultat.libelle} {'marqué' if marque else 'sans signe'}")
    accredites = ", ".join(r.libelle for r in resultats if r.accredite)
    return juger(
        R_MARQUE, not fautes, f"{quoi} ne distingue pas les examens accrédités",
        attendu=f"« {reglee.marque} » sur {accredites}, et sur eux seuls",
        recu=" ; ".join(fautes) or f"« {reglee.marque} » sur {accredites}", ou=quoi,
    )  # fmt: skip


def _legende(lignes: Sequence[str], reglee: Accreditation, resultats: Sequence[Resultat], quoi: str) -> Constat:
    """Une ligne, hors des résultats, qui porte le signe et parle d'accréditation ; sur deux lignes au plus."""
    if confus := _confus(lignes, resultats):
        message = f"plusieurs examens de {quoi} sont sur une même ligne : voir si une phrase dit le sens du signe"
        return R_LEGENDE.a_regarder(message, recu=citer(confus), ou=quoi)
    examens = {rangee_du_resultat(lignes, r) for r in resultats}
    hors = ["" if ligne in examens else ligne for ligne in lignes]
    for rang, ligne in enumerate(hors):
        autour = "".join(hors[max(rang - 1, 0) : rang + 2])
        if reglee.marque in ligne and "accredit" in lettres(autour):
            return R_LEGENDE.respectee(recu=citer(ligne), ou=quoi)
    return R_LEGENDE.enfreinte(
        f"{quoi} ne dit pas ce que signifie « {reglee.marque} »",
        attendu=f"une phrase avec « {reglee.marque} » et l'accréditation", recu="aucune telle phrase", ou=quoi,
    )  # fmt: skip


def _confus(lignes: Sequence[str], resultats: Sequence[Resultat]) -> str:
    """Une rangée qui porte deux examens : on ne sait pas auquel va le signe ; vide s'il n'y en a pas."""
    rangees = [rangee_du_resultat(lignes, r) for r in resultats]
    return next((rangee for rangee in rangees if rangees.count(rangee) > 1), "")


def _numeros(cda: bytes) -> set[str] | str:
    try:
        document = lire_document(cda)
    except CdaIllisible as erreur:
        return str(erreur)
    return {i.get("extension", "") for i in document.iterfind(".//c:id", _NS) if i.get("root") == OID_ACCREDITATION}
