"""Un document imprimé dit qu'il est validé, quand, et par qui."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.compte_rendu.textes import plier
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.pdf.positions import lettres
from steps.verifications.registre import verification

_REM = "REM RIS, exigence RIS.CRI/va1.01 (travaux de concertation 2023)"
_PARIS = ZoneInfo("Europe/Paris")
_MOIS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
         "decembre")  # fmt: skip
_DATE = (
    r"(?:(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2}(?!\d))|(\d{4})-(\d{2})-(\d{2})"
    rf"|(\d{{1,2}})(?:er)? ({'|'.join(_MOIS)}) (\d{{4}}))"
)
_MOMENT = re.compile(rf"(?<!\d){_DATE}\D{{1,20}}?(\d{{1,2}})\s?[:h]\s?(\d{{2}})(?!\d)")
_HEURE = re.compile(r"(?<!\d)\d{1,2}\s?[:h]\s?\d{2}(?!\d)")
_STATUT = re.compile(r"(?<!non )(?<!pas )(?<!non-)\bvalidee?s?\b")

R_STATUT = Regle(
    "CRI-VALID-01", "Le compte rendu imprimé porte le statut « validé »", _REM, Confiance.OFFICIELLE,
    "Imprimez le statut « validé » sur le compte rendu validé.",
)  # fmt: skip
R_QUAND = Regle(
    "CRI-VALID-02", "Le compte rendu imprimé porte la date et l'heure de sa validation", _REM, Confiance.OFFICIELLE,
    "Imprimez la date et l'heure où le professionnel a validé, non celles de l'acte ou de l'édition.",
)  # fmt: skip
R_PAR_QUI = Regle(
    "CRI-VALID-03", "Le compte rendu imprimé porte le nom et le RPPS de celui qui l'a validé", _REM,
    Confiance.OFFICIELLE, "Imprimez le nom du professionnel qui a validé et son numéro RPPS.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Validation:
    """Qui a validé, et entre quels instants ; `rpps` : onze chiffres."""

    nom: str
    rpps: str
    avant: datetime
    apres: datetime


@verification(R_STATUT, R_QUAND, R_PAR_QUI)
def validation_inscrite(pdf: bytes, attendue: Validation, temoins: Sequence[str], quoi: str) -> list[Constat]:
    """Statut, date et heure, nom et RPPS dans le texte du PDF ; `temoins` : des textes qui y sont à coup sûr.

    L'heure est celle de Paris ; décalée d'heures entières, elle va à une personne (outre-mer, heure universelle).
    """
    try:
        brut = lire_pdf(pdf).texte
    except PdfIllisible as erreur:
        return [R_STATUT.sans_objet(f"{quoi} ne se lit pas : {erreur}")]
    texte = _sans_accents(brut)
    if not temoins or any(lettres(temoin) not in lettres(brut) for temoin in temoins):
        message = f"rien ne montre que le texte de {quoi} s'extrait : une personne y cherche statut, date, nom et RPPS"
        return [regle.a_regarder(message, ou=quoi) for regle in (R_STATUT, R_QUAND, R_PAR_QUI)]
    chiffres = re.sub(r"(?<=\d)[ .](?=\d)", "", texte)
    manquants = [
        dit
        for dit, present in (
            (f"nom {attendue.nom}", lettres(attendue.nom) in lettres(brut)),
            (f"RPPS {attendue.rpps}", re.search(rf"(?<!\d)8?{attendue.rpps}(?!\d)", chiffres) is not None),
        )
        if not present
    ]
    return [
        juger(
            R_STATUT, _STATUT.search(texte) is not None, f"{quoi} ne dit pas qu'il est validé", attendu="« validé »",
            recu="lu" if _STATUT.search(texte) else "absent du texte des pages", ou=quoi,
        ),
        _quand(texte, attendue, quoi),
        juger(
            R_PAR_QUI, not manquants, f"{quoi} ne dit pas qui l'a validé",
            attendu=f"{attendue.nom}, RPPS {attendue.rpps}",
            recu=f"absents : {', '.join(manquants)}" if manquants else "lus", ou=quoi,
        ),
    ]  # fmt: skip


def _quand(texte: str, attendue: Validation, quoi: str) -> Constat:
    attendu = attendue.avant.astimezone(_PARIS).strftime("%d/%m/%Y %H:%M")
    moments = [moment for trouve in _MOMENT.finditer(texte) if (moment := _moment(trouve)) is not None]
    debut = attendue.avant.astimezone(UTC) - timedelta(minutes=1)
    fin = attendue.apres.astimezone(UTC) + timedelta(minutes=1)
    lus = ", ".join(m.strftime("%d/%m/%Y %H:%M") for m in moments[:4])
    if any(debut <= moment.astimezone(UTC) <= fin for moment in moments):
        return R_QUAND.respectee(recu=lus, ou=quoi)
    decalages = [timedelta(minutes=30 * demi) for demi in range(-52, 53)]
    if any(debut <= moment.astimezone(UTC) + d <= fin for moment in moments for d in decalages):
        message = f"{quoi} porte une heure qui n'est pas celle de Paris : dire si c'est l'heure locale de la validation"
        return R_QUAND.a_regarder(message, recu=lus, ou=quoi)
    ecoulees = range(int((fin - debut).total_seconds() // 60) + 1)
    minutes = [(debut + timedelta(minutes=rang)).astimezone(_PARIS) for rang in ecoulees]
    if any(re.search(rf"(?<!\d)0?{m.hour}\s?[:h]\s?{m.minute:02d}(?!\d)", texte) for m in minutes):
        message = f"l'heure de la validation se lit dans {quoi}, sans la date devant : dire si le jour y est"
        return R_QUAND.a_regarder(message, recu=lus or "heure sans date", ou=quoi)
    if not moments and _HEURE.search(texte):
        message = f"une heure se lit dans {quoi}, sans date à côté : dire si c'est celle de la validation"
        return R_QUAND.a_regarder(message, recu="heure sans date", ou=quoi)
    return R_QUAND.enfreinte(
        f"{quoi} ne porte pas la date et l'heure de sa validation", attendu=attendu,
        recu=lus or "aucune date suivie d'une heure", ou=quoi,
    )  # fmt: skip


def _moment(trouve: re.Match[str]) -> datetime | None:
    jour, mois, an, an2, mois2, jour2, jour3, nom, an3, heure, minute = trouve.groups()
    if nom:
        an, mois, jour = an3, str(_MOIS.index(nom) + 1), jour3
    try:
        annee = int(an or an2)
        return datetime(
            annee if annee > 99 else 2000 + annee,
            int(mois or mois2),
            int(jour or jour2),
            int(heure),
            int(minute),
            tzinfo=_PARIS,
        )
    except ValueError:
        return None


def _sans_accents(texte: str) -> str:
    """Texte plié, sans accents : « Validé » et « VALIDE » s'y cherchent de même."""
    return "".join(c for c in unicodedata.normalize("NFD", plier(texte)) if not unicodedata.combining(c))
