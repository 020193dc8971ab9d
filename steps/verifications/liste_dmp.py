"""Règles sur la liste des documents du DMP : ce qu'elle montre, ses métadonnées, ses filtres, le document ouvert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import DocumentEntry
from steps.verifications.cda.dates import PARIS, instant_de
from steps.verifications.cda.jugement import juger
from steps.verifications.dossier_consultation import LISTE
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

R_LISTE = Regle(
    "DOS-LISTE-01",
    "La liste montrée est celle des documents que le DMP a rendus",
    REM_BIO.format("DMP/UX.14 et DMP/UX.27"),
    Confiance.OFFICIELLE,
    "Montrez tous les documents rendus par le DMP, désignés par leur uniqueId, et eux seuls.",
)
R_METADONNEES = Regle(
    "DOS-LISTE-02",
    "Les informations montrées pour chaque document sont ses métadonnées",
    REM_BIO.format("DMP/UX.14"),
    Confiance.OFFICIELLE,
    "Montrez titre et type tels que le DMP les rend.",
)
R_DATE_LOCALE = Regle(
    "DOS-LISTE-03",
    "Les dates du DMP sont montrées à l'heure locale",
    "Guide d'intégration DMP (SEL-MP-037), EX_3.1-1070",
    Confiance.SECONDAIRE,
    "Convertissez en heure locale les dates du DMP, écrites en temps universel.",
)
R_FILTRES = Regle(
    "DOS-LISTE-04",
    "Des filtres sur les métadonnées sont proposés",
    REM_BIO.format("DMP/UX.14"),
    Confiance.OFFICIELLE,
    "Proposez des filtres (type, date, cadre…) sur la liste des documents du DMP.",
)
R_DOCUMENT_OUVERT = Regle(
    "DOS-LISTE-05",
    "Chaque document de la liste peut être ouvert, tel que le DMP le tient",
    REM_BIO.format("DMP/UX.14"),
    Confiance.OFFICIELLE,
    "Ouvrez le document désigné par son uniqueId (TD3.2) sans en changer le contenu.",
)


# ------------------------------------------------------------------------ liste
@verification(R_LISTE)
def liste_montree(montres: Sequence[Mapping[str, Any]], attendus: Sequence[str], circonstance: str) -> Constat:
    """Les uniqueId montrés sont ceux que le registre tient pour cette recherche."""
    vus = [str(d.get("unique_id", "")) for d in montres]
    return juger(
        R_LISTE, sorted(vus) == sorted(attendus), f"la liste montrée n'est pas celle attendue ({circonstance})",
        attendu=", ".join(attendus) or "aucun document", recu=", ".join(vus) or "aucun document", ou=LISTE,
    )  # fmt: skip


@verification(R_METADONNEES, R_DATE_LOCALE)
def metadonnees_montrees(montres: Sequence[Mapping[str, Any]], fiches: Mapping[str, DocumentEntry]) -> list[Constat]:
    """Titre et type de chaque document montré sont ceux de sa fiche ; sa date est le même instant, en heure locale.

    Ce qui n'est montré pour aucun document ne se compare pas : une personne regarde.
    """
    connus = [(m, fiche) for m in montres if (fiche := fiches.get(str(m.get("unique_id", "")))) is not None]
    if not connus:
        return [R_METADONNEES.sans_objet("aucun document du DMP parmi ceux montrés")]
    ecarts: list[str] = []
    decalees: list[str] = []
    datees = 0
    for montre, fiche in connus:
        if montre.get("titre") != fiche.title:
            ecarts.append(f"titre {montre.get('titre')!r} au lieu de {fiche.title!r}")
        type_attendu = fiche.type_code.code if fiche.type_code else ""
        if montre.get("type_code") and str(montre["type_code"]).split("^")[0] != type_attendu:
            ecarts.append(f"type {montre['type_code']} au lieu de {type_attendu}")
        juste = _meme_date_locale(str(montre.get("date_acte") or ""), fiche.service_start_time)
        datees += juste is not None
        if juste is False:
            decalees.append(f"{montre.get('date_acte')} pour {fiche.service_start_time} UTC")
    if not ecarts and not any(montre.get("type_code") for montre, _ in connus):
        metadonnees = R_METADONNEES.a_regarder(
            "le type des documents n'a pas été relevé : montrez les informations de la liste", ou=LISTE
        )
    else:
        metadonnees = juger(
            R_METADONNEES, not ecarts, "des informations montrées ne sont pas celles du DMP",
            attendu="titre et type de la fiche", recu=", ".join(ecarts) or f"{len(connus)} document(s) justes",
            ou=LISTE,
        )  # fmt: skip
    if not datees:
        dates = R_DATE_LOCALE.a_regarder("aucune date de l'acte n'a pu être lue dans la liste : montrez-la", ou=LISTE)
    else:
        dates = juger(
            R_DATE_LOCALE, not decalees, "des dates montrées ne sont pas à l'heure locale",
            attendu="la date de l'acte, en heure de Paris", recu=", ".join(decalees) or f"{datees} date(s) justes",
            ou=LISTE,
        )  # fmt: skip
    return [metadonnees, dates]


def _meme_date_locale(montree: str, dtm: str) -> bool | None:
    """Compare avec la précision de ce qui est montré ; None si la date n'est pas montrée, ou sous une autre forme."""
    attendu = instant_de(f"{dtm}+0000")
    if attendu is None or not montree:
        return None
    try:
        lue = datetime.fromisoformat(montree)
    except ValueError:
        return None
    if len(montree) <= len("AAAA-MM-JJ"):
        return attendu.astimezone(PARIS).date() == lue.date()
    lue = lue if lue.tzinfo else lue.replace(tzinfo=PARIS)
    return abs((lue - attendu).total_seconds()) < 60


@verification(R_FILTRES)
def filtres_proposes(filtres: Sequence[str]) -> Constat:
    """Au moins deux filtres sont proposés à l'utilisateur."""
    return juger(
        R_FILTRES, len(set(filtres)) >= 2, "pas de filtres proposés sur la liste",
        attendu="plusieurs filtres sur les métadonnées", recu=", ".join(filtres) or "aucun", ou=LISTE,
    )  # fmt: skip


@verification(R_DOCUMENT_OUVERT)
def document_ouvert(attendu: str, recu: Any, titre: str, phrase: str) -> Constat:
    """Le document ouvert est, octet pour octet, celui du DMP. `attendu` : SHA-256 du contenu de l'entrepôt."""
    return juger(
        R_DOCUMENT_OUVERT, str(recu or "").lower() == attendu,
        f"« {titre} » : le document ouvert n'est pas celui du DMP",
        attendu=attendu, recu=f"{recu or 'aucun contenu'} ({phrase})", ou="document affiché",
    )  # fmt: skip
