"""Règles sur les textes réglés par le laboratoire : information du patient (RGPD), validation automatique."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.compte_rendu.lieux import citer, contient_lettres, pages_du_pdf, rangees_affichees, zones
from steps.verifications.pdf.positions import Zone
from steps.verifications.presentation import FeuilleInapplicable, appliquer
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_RGPD = REM_BIO.format("DOC/va1.05 (et DOC/va1.03)") + " ; REM RIS et LGC, même exigence"
_AUTOMATISME = REM_BIO.format("SGL.DOC/va1.18")
BAS_DE_PAGE = 1 / 3
"""Fraction de la page, comptée du bas, où un texte est sans conteste en bas de page."""

R_REGLE = Regle(
    "CR-REGLAGE-01", "Le texte réglé est gardé tel qu'il a été écrit", f"{_RGPD} ; {_AUTOMATISME}",
    Confiance.OFFICIELLE, "Enregistrez le texte réglé, accents et ponctuation compris, et montrez-le au réglage.",
)  # fmt: skip
R_RGPD_PDF = Regle(
    "CR-RGPD-01", "Le PDF porte les mentions RGPD réglées", _RGPD, Confiance.OFFICIELLE,
    "Imprimez sur chaque document validé le texte réglé à ce moment.",
)  # fmt: skip
R_RGPD_BAS = Regle(
    "CR-RGPD-02", "Les mentions RGPD sont au bas de la page", _RGPD, Confiance.OFFICIELLE,
    "Réservez un espace en pied de page aux mentions d'information du patient.",
)  # fmt: skip
R_RGPD_AFFICHAGE = Regle(
    "CR-RGPD-03", "L'affichage du compte rendu (CDA et sa feuille de style) montre les mentions RGPD réglées", _RGPD,
    Confiance.OFFICIELLE, "Écrivez le texte réglé dans le récit du CDA, et montrez-le à l'affichage.",
)  # fmt: skip
R_AUTO_PDF = Regle(
    "CR-AUTO-01", "Le PDF dit la validation automatique, par le texte réglé", _AUTOMATISME, Confiance.OFFICIELLE,
    "Imprimez le texte réglé dès qu'un examen est validé sans revue d'un biologiste.",
)  # fmt: skip
R_AUTO_AFFICHAGE = Regle(
    "CR-AUTO-02", "L'affichage du compte rendu dit la validation automatique, par le texte réglé", _AUTOMATISME,
    Confiance.OFFICIELLE, "Écrivez le texte réglé dans le récit du CDA, et montrez-le à l'affichage.",
)  # fmt: skip
R_AUTO_ABSENT = Regle(
    "CR-AUTO-03", "Un compte rendu dont un biologiste a revu tous les examens ne dit pas le contraire",
    f"{_AUTOMATISME} : la mention vaut dans le cas où un examen au moins est validé automatiquement",
    Confiance.OFFICIELLE, "N'écrivez la mention que si un examen du compte rendu est validé automatiquement.",
)  # fmt: skip


@verification(R_REGLE)
def texte_garde(parametre: str, ecrit: str, relu: Any) -> Constat:
    """Le réglage, relevé après coup, est le texte écrit."""
    return juger(
        R_REGLE, relu == ecrit, f"le réglage « {parametre} » ne montre pas le texte écrit", attendu=citer(ecrit),
        recu=citer(str(relu)), ou="paramétrage",
    )  # fmt: skip


@verification(R_RGPD_PDF, R_RGPD_BAS)
def rgpd_en_bas_du_pdf(pdf: bytes, texte: str, corps: Sequence[str], quoi: str) -> list[Constat]:
    """Le texte réglé se lit dans le PDF, au-dessous de tout le corps, dans le tiers bas d'une page.

    `corps` : ce que le document dit d'autre (libellés des résultats, texte de la lettre) ; il prouve aussi que le texte
    du PDF s'extrait. Sous le corps mais plus haut que le tiers bas, une personne regarde.
    """
    pages = pages_du_pdf(pdf, corps, R_RGPD_PDF, quoi)
    if isinstance(pages, Constat):
        return [pages]
    trouvees = zones(pages, texte)
    porte = juger(
        R_RGPD_PDF, bool(trouvees), f"{quoi} ne porte pas les mentions RGPD réglées", attendu=f"« {citer(texte)} »",
        recu=f"lu en page {trouvees[0].page}" if trouvees else "absent du texte des pages", ou=quoi,
    )  # fmt: skip
    if not trouvees:
        return [porte]
    places = [_place(zone, [z for t in corps for z in zones(pages, t) if z.page == zone.page]) for zone in trouvees]
    for place in places:
        if place == "bas":
            recu = f"haut du texte à {round(100 * min(z.haut for z in trouvees))} % de la hauteur de la page"
            return [porte, R_RGPD_BAS.respectee(recu=recu, ou=quoi)]
    ou = ", ".join(f"page {z.page}, à {round(100 * z.haut)} % de la hauteur" for z in trouvees[:3])
    if "suite" in places:
        message = (
            f"les mentions RGPD de {quoi} suivent le corps sans être au pied de la page : dire si l'espace convient"
        )
        return [porte, R_RGPD_BAS.a_regarder(message, recu=ou, ou=quoi)]
    message = f"les mentions RGPD de {quoi} ne sont pas au bas de la page"
    attendu = "sous le corps du document, dans le bas de la page"
    return [porte, R_RGPD_BAS.enfreinte(message, attendu=attendu, recu=ou, ou=quoi)]


def _place(zone: Zone, corps: Sequence[Zone]) -> str:
    """« bas », « suite » (sous le corps, sans être en pied), ou « haut » (au-dessus d'une partie du corps)."""
    if any(zone.haut > autre.haut for autre in corps):
        return "haut"
    return "bas" if zone.haut <= BAS_DE_PAGE else "suite"


@verification(R_RGPD_AFFICHAGE)
def rgpd_a_l_affichage(affichage: str, texte: str, corps: Sequence[str], quoi: str) -> Constat:
    """Le texte réglé se lit dans ce qui est affiché."""
    return _affiche(R_RGPD_AFFICHAGE, affichage, texte, corps, quoi, "les mentions RGPD réglées")


@verification(R_RGPD_AFFICHAGE)
def rgpd_au_pdf_affiche(pdf: bytes, texte: str, corps: Sequence[str], quoi: str) -> Constat:
    """Le texte réglé se lit dans le PDF que l'affichage d'un CDA N1 montre."""
    pages = pages_du_pdf(pdf, corps, R_RGPD_AFFICHAGE, quoi)
    if isinstance(pages, Constat):
        return pages
    trouvees = zones(pages, texte)
    return juger(
        R_RGPD_AFFICHAGE, bool(trouvees), f"l'affichage de {quoi} ne montre pas les mentions RGPD réglées",
        attendu=f"« {citer(texte)} »", recu=f"lu en page {trouvees[0].page}" if trouvees else "absent du PDF montré",
        ou=quoi,
    )  # fmt: skip


@verification(R_RGPD_AFFICHAGE)
def rgpd_par_la_feuille(cda: bytes, feuille: bytes, texte: str, corps: Sequence[str], quoi: str) -> Constat:
    """Le texte réglé se lit dans le CDA transformé par la feuille de style fournie avec lui."""
    return _transforme(R_RGPD_AFFICHAGE, cda, feuille, texte, corps, quoi, "les mentions RGPD réglées")


@verification(R_AUTO_PDF)
def automatisme_dans_le_pdf(pdf: bytes, texte: str, corps: Sequence[str], quoi: str) -> Constat:
    """Le texte réglé se lit dans le PDF d'un compte rendu dont un examen est validé automatiquement."""
    pages = pages_du_pdf(pdf, corps, R_AUTO_PDF, quoi)
    if isinstance(pages, Constat):
        return pages
    trouvees = zones(pages, texte)
    return juger(
        R_AUTO_PDF, bool(trouvees), f"{quoi} ne dit pas la validation automatique", attendu=f"« {citer(texte)} »",
        recu=f"lu en page {trouvees[0].page}" if trouvees else "absent du texte des pages", ou=quoi,
    )  # fmt: skip


@verification(R_AUTO_AFFICHAGE)
def automatisme_a_l_affichage(affichage: str, texte: str, corps: Sequence[str], quoi: str) -> Constat:
    """Le texte réglé se lit dans ce qui est affiché."""
    return _affiche(R_AUTO_AFFICHAGE, affichage, texte, corps, quoi, "la validation automatique")


@verification(R_AUTO_AFFICHAGE)
def automatisme_par_la_feuille(cda: bytes, feuille: bytes, texte: str, corps: Sequence[str], quoi: str) -> Constat:
    """Le texte réglé se lit dans le CDA transformé par la feuille de style fournie avec lui."""
    return _transforme(R_AUTO_AFFICHAGE, cda, feuille, texte, corps, quoi, "la validation automatique")


@verification(R_AUTO_ABSENT)
def automatisme_absent(pdf: bytes, affichage: str, textes: Sequence[str], corps: Sequence[str], quoi: str) -> Constat:
    """Aucun des textes réglés ne se lit quand un biologiste a revu tous les examens ; l'extraction est montrée."""
    pages = pages_du_pdf(pdf, corps, R_AUTO_ABSENT, f"le PDF de {quoi}")
    if isinstance(pages, Constat):
        return pages
    affiche = " ".join(rangees_affichees(affichage))
    if any(not contient_lettres(affiche, temoin) for temoin in corps):
        return R_AUTO_ABSENT.a_regarder(f"l'affichage de {quoi} ne montre pas ses résultats : à lire", ou=quoi)
    portes = [f"le PDF : « {citer(t, 80)} »" for t in textes if zones(pages, t)]
    portes += [f"l'affichage : « {citer(t, 80)} »" for t in textes if contient_lettres(affiche, t)]
    return juger(
        R_AUTO_ABSENT, not portes, f"{quoi} se dit validé automatiquement, alors que tous ses examens ont été revus",
        attendu="aucune mention de validation automatique", recu=" ; ".join(portes) or "aucune mention", ou=quoi,
    )  # fmt: skip


def _affiche(regle: Regle, affichage: str, texte: str, corps: Sequence[str], quoi: str, mention: str) -> Constat:
    affiche = " ".join(rangees_affichees(affichage))
    absents = [temoin for temoin in corps if not contient_lettres(affiche, temoin)]
    if absents:
        message = f"l'affichage de {quoi} ne montre pas {', '.join(absents)} : une personne doit le lire"
        return regle.a_regarder(message, recu=citer(affiche), ou=quoi)
    return juger(
        regle, contient_lettres(affiche, texte), f"l'affichage de {quoi} ne montre pas {mention}",
        attendu=f"« {citer(texte)} »", recu=citer(affiche[-300:]), ou=f"affichage de {quoi}",
    )  # fmt: skip


def _transforme(
    regle: Regle, cda: bytes, feuille: bytes, texte: str, corps: Sequence[str], quoi: str, mention: str
) -> Constat:
    try:
        affichage = appliquer(feuille, cda)
    except FeuilleInapplicable as erreur:
        return regle.a_regarder(f"la feuille de style de {quoi} ne s'applique pas : {erreur}", ou=quoi)
    return _affiche(regle, affichage, texte, corps, f"{quoi} (CDA transformé par sa feuille de style)", mention)
