"""Le choix du patient sur l'alimentation de son DMP : ce qu'il permet, ce qu'il bloque, et sa trace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM LGC, {} DMP/CONF.09 (travaux de concertation 2023)"

R_OPPOSITION = Regle(
    "DMP-CHOIX-01",
    "Rien ne part au DMP d'un patient dont l'opposition à l'alimentation est enregistrée",
    _REM.format("exigence"),
    Confiance.OFFICIELLE,
    "Bloquez les alimentations d'un patient qui s'y oppose, envois automatiques compris.",
)
R_SANS_CHOIX = Regle(
    "DMP-CHOIX-02",
    "Rien ne part au DMP tant que la non-opposition du patient n'est pas enregistrée",
    f"{_REM.format('scénario')} ; l'exigence ne bloque qu'en cas d'opposition",
    Confiance.DEDUITE,
    "Enregistrez la non-opposition avant d'alimenter, ou montrez que le choix n'a pas à être recueilli d'avance.",
)
R_TRACE = Regle(
    "DMP-CHOIX-03",
    "Chaque choix du patient sur l'alimentation de son DMP laisse sa trace",
    _REM.format("exigence"),
    Confiance.OFFICIELLE,
    "Tracez l'enregistrement de chaque choix : patient, date, auteur.",
)


@verification(R_OPPOSITION, R_SANS_CHOIX)
def envoi_bloque(
    opposition: bool, partis: Sequence[str], permis: int, quoi: str, *, echanges: tuple[int, ...] = ()
) -> Constat:
    """`partis` : documents de ce patient partis sans y être permis ; `permis` : documents arrivés, choix favorable.

    Sans rien d'arrivé quand le choix le permet, l'absence ne prouve rien.
    """
    regle = R_OPPOSITION if opposition else R_SANS_CHOIX
    pourquoi = "malgré son opposition" if opposition else "sans choix enregistré"
    if not permis:
        return regle.sans_objet("aucun document n'est arrivé au DMP, choix favorable enregistré : rien n'est prouvé")
    return juger(
        regle,
        not partis,
        f"« {quoi} » : un document est parti au DMP {pourquoi}",
        attendu="aucun envoi",
        recu=", ".join(partis) or "aucun envoi",
        ou="alimentations du DMP",
        echanges=echanges,
    )


@verification(R_TRACE)
def choix_trace(nouvelles: Sequence[Mapping[str, Any]], patient_id: str, compte: str, choix: str) -> Constat:
    """`nouvelles` : traces parues avec l'enregistrement ; l'une nomme le patient et l'auteur, à une date.

    Elle doit dire ce choix : la trace d'un simple accès au dossier paraît au même moment, et ne le trace pas.
    """
    siennes = [
        t
        for t in nouvelles
        if t.get("patient_id") == patient_id and t.get("utilisateur") == compte and t.get("horodatage")
    ]
    dits = [" ".join(map(str, (t.get("action"), t.get("detail") or ""))) for t in siennes]
    if siennes and not any(_dit(texte, choix) for texte in dits):
        return R_TRACE.a_regarder(
            f"une trace paraît avec l'enregistrement « {choix} » sans le nommer : dites si elle est celle de ce choix",
            recu=" ; ".join(dits),
            ou="traces du logiciel",
        )
    return juger(
        R_TRACE,
        bool(siennes),
        f"l'enregistrement « {choix} » n'est pas tracé",
        attendu=f"une trace datée, par {compte}",
        recu=" ; ".join(f"{t.get('utilisateur')} {t.get('action')}" for t in nouvelles) or "aucune trace nouvelle",
        ou="traces du logiciel",
    )


def _dit(texte: str, choix: str) -> bool:
    """Le texte nomme ce choix ; « non opposition » et « opposition » ne se confondent pas."""
    vus = {bool(trouve[1]) for trouve in re.finditer(r"(NON[-_ ]*)?OPPOSITION", comparable(texte))}
    return choix.startswith("non") in vus
