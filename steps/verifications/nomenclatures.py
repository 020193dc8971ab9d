"""Vérifications des terminologies d'un logiciel de cabinet : consultées par leurs codes, cherchées à la frappe."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM LGC, exigence {} (travaux de concertation 2023)"

CONSULTABLE = Regle(
    "ERGO-NOM-01",
    "Chaque terminologie que cite l'exigence se consulte dans le logiciel",
    _REM.format("LGC.ERGO/va1.01"),
    Confiance.OFFICIELLE,
    "Intégrez la terminologie, et montrez le libellé de ses codes.",
)
DES_TROIS_LETTRES = Regle(
    "ERGO-NOM-02",
    "Dès trois lettres, la recherche propose des entrées",
    _REM.format("LGC.ERGO/va1.02"),
    Confiance.OFFICIELLE,
    "Proposez les entrées qui correspondent dès la troisième lettre, sans attendre de validation.",
)
EN_RAPPORT = Regle(
    "ERGO-NOM-03",
    "Ce que la recherche propose se rapporte à ce qui est tapé",
    f"{_REM.format('LGC.ERGO/va1.02')} ; déduction du banc",
    Confiance.DEDUITE,
    "Proposez les entrées dont le libellé ou le code porte ces lettres.",
)


@dataclass(frozen=True, slots=True)
class CodeConsulte:
    """Un code demandé, un mot de son libellé, et les entrées montrées ; None si la terminologie n'est pas là."""

    code: str
    mot: str
    montrees: tuple[tuple[str, str], ...] | None


def plat(texte: str) -> str:
    """Minuscules sans diacritique."""
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    return "".join(c for c in decompose if not unicodedata.combining(c))


@verification(CONSULTABLE)
def terminologie_consultable(quoi: str, consultes: Sequence[CodeConsulte]) -> Constat:
    """Une terminologie simplifiée peut ignorer un code ; un libellé écrit autrement se lit par une personne."""
    if not consultes:
        return CONSULTABLE.sans_objet(f"{quoi} : aucun code demandé")
    vus = {c.code: [libelle for code, libelle in c.montrees or () if code == c.code] for c in consultes}
    lus = [f"{code} : {' / '.join(libelles)}" for code, libelles in vus.items() if libelles]
    recu = " ; ".join(lus) or ("aucune entrée" if any(c.montrees is not None for c in consultes) else "pas intégrée")
    justes = [c for c in consultes if any(plat(c.mot) in plat(libelle) for libelle in vus[c.code])]
    if lus and len(justes) < len(consultes):
        autres = ", ".join(c.code for c in consultes if c not in justes)
        return CONSULTABLE.a_regarder(
            f"{quoi} : dites si {autres}, absent ou autrement libellé, est bien celui de la terminologie.",
            recu=recu,
            ou=quoi,
        )
    return juger(
        CONSULTABLE,
        len(justes) == len(consultes),
        f"{quoi} ne se consulte pas dans le logiciel.",
        attendu=", ".join(f"{c.code} ({c.mot})" for c in consultes),
        recu=recu,
        ou=quoi,
    )


@verification(DES_TROIS_LETTRES, EN_RAPPORT)
def propositions_des_trois_lettres(quoi: str, lettres: str, propositions: Sequence[Mapping[str, Any]]) -> list[Constat]:
    """`propositions` : ce qui se voit après la troisième lettre, rien n'étant validé."""
    libelles = [str(p.get("libelle") or "") for p in propositions]
    textes = [plat(f"{p.get('code') or ''} {p.get('libelle') or ''}") for p in propositions]
    recu = " ; ".join(libelles[:5]) or "aucune proposition"
    constats = [
        juger(
            DES_TROIS_LETTRES,
            bool(libelles),
            f"{quoi} : rien n'est proposé quand « {lettres} » est tapé.",
            attendu="des propositions",
            recu=recu,
            ou=f"recherche, {quoi}",
        )
    ]
    if libelles:
        constats.append(
            juger(
                EN_RAPPORT,
                any(plat(lettres) in texte for texte in textes),
                f"{quoi} : dites en quoi ces propositions se rapportent à « {lettres} ».",
                attendu=f"une entrée qui porte « {lettres} »",
                recu=recu,
                ou=f"recherche, {quoi}",
            )
        )
    return constats
