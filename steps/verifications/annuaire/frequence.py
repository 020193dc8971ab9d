"""Règles sur la périodicité du chargement : réglage gardé, chargements faits sans intervention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.jugements.marque import rejouable
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_ANN04 = REM_BIO.format("ANN/va1.04")

R_GARDEE = Regle(
    "ANN-FRE-01", "La périodicité du chargement se règle, et la valeur choisie est gardée", _ANN04,
    Confiance.OFFICIELLE, "Offrez le réglage de la périodicité et enregistrez la valeur choisie.",
)  # fmt: skip
R_SUIVIE = Regle(
    "ANN-FRE-02", "L'annuaire se charge de lui-même, à la périodicité réglée", _ANN04, Confiance.OFFICIELLE,
    "Lancez le chargement à chaque échéance, sans geste de l'utilisateur.",
)  # fmt: skip


ILLISIBLE = "réglage que le logiciel ne laisse pas relire"


@verification(R_GARDEE)
def reglages_gardes(essais: Mapping[float, Any], dit: str) -> Constat:
    """Chaque valeur réglée, en heures, est relue telle quelle ; il en faut au moins deux."""
    if len(essais) < 2:
        return R_GARDEE.sans_objet("une seule valeur essayée : une constante passerait pour un réglage")
    if ILLISIBLE in essais.values():
        return R_GARDEE.a_regarder(
            "le réglage ne se relit pas par l'adaptateur : montrez la valeur gardée après chaque réglage",
            recu=dit, ou="réglage de la périodicité de l'annuaire",
        )  # fmt: skip
    perdues = {voulue: lue for voulue, lue in essais.items() if not _egales(lue, voulue)}
    return juger(
        R_GARDEE, not perdues, "la périodicité réglée n'est pas celle qui est relue",
        attendu=", ".join(f"{voulue:g} h" for voulue in perdues or essais),
        recu=", ".join(f"{lue!r}" for lue in (perdues or essais).values()) + (f" ; {dit}" if perdues and dit else ""),
        ou="réglage de la périodicité de l'annuaire",
    )  # fmt: skip


def _egales(lue: object, voulue: float) -> bool:
    return isinstance(lue, int | float) and not isinstance(lue, bool) and abs(lue - voulue) <= abs(voulue) * 1e-6


def passages(echanges: Sequence[Echange], periode: timedelta) -> list[datetime]:
    """Début de chaque chargement : demandes de l'extraction, sinon appels à l'API ; rapprochées, une seule compte."""
    annuaire = sorted((e for e in echanges if e.service == "annuaire"), key=lambda e: e.debut)
    demandes = [e for e in annuaire if e.operation == "extraction:PS_LibreAcces"] or annuaire
    debuts: list[datetime] = []
    dernier: datetime | None = None
    for echange in demandes:
        if dernier is None or echange.debut - dernier > periode * 0.2:
            debuts.append(echange.debut)
        dernier = echange.debut
    return debuts


@verification(R_SUIVIE)
def chargements_seuls(echanges: Sequence[Echange], periode: timedelta, *, voulus: int = 3) -> Constat:
    """Au moins `voulus` chargements, jamais à moins de la moitié de la période réglée.

    Des chargements plus espacés que le triple sont à regarder : l'intégration elle-même a pu prendre ce temps.
    """
    debuts = passages(echanges, periode)
    numeros = tuple(e.numero for e in echanges if e.service == "annuaire")
    ecarts = [suivant - debut for debut, suivant in pairwise(debuts)]
    attendu = f"{voulus} chargements sans intervention, un toutes les {periode.total_seconds():.1f} s"
    dits = ", ".join(f"{ecart.total_seconds():.1f} s" for ecart in ecarts)
    recu = f"{len(debuts)} chargement(s)" + (f", à {dits}" if dits else "")
    ou = "échanges avec l'annuaire"
    if len(debuts) < voulus:
        return R_SUIVIE.enfreinte(
            "l'annuaire ne s'est pas chargé de lui-même à la périodicité réglée", attendu=attendu, recu=recu, ou=ou,
            echanges=numeros,
        )  # fmt: skip
    if any(ecart > periode * 3 for ecart in ecarts):
        return R_SUIVIE.a_regarder(
            f"les chargements sont plus espacés que réglé ({periode.total_seconds():.1f} s)", recu=recu, ou=ou,
            echanges=numeros,
        )  # fmt: skip
    return juger(
        R_SUIVIE, all(ecart >= periode * 0.5 for ecart in ecarts),
        "l'annuaire se charge à un autre rythme que celui qui est réglé", attendu=attendu, recu=recu, ou=ou,
        echanges=numeros,
    )  # fmt: skip


@rejouable
def rythme_court_impossible(dit: str) -> Constat:
    """Le logiciel n'admet pas un rythme que le banc puisse attendre : une personne montre deux chargements datés."""
    return R_SUIVIE.a_regarder(
        "le logiciel n'admet pas une périodicité assez courte pour être observée ici : montrez deux chargements datés, "
        "faits sans intervention à la périodicité réglée",
        recu=dit, ou="réglage de la périodicité de l'annuaire",
    )  # fmt: skip
