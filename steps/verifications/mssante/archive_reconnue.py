"""Règles sur la liste des courriels reçus : ceux qui portent une archive IHE XDM s'y reconnaissent, et eux seuls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS, DPI et PFI, exigence MSS/UX.01 (travaux de concertation 2023)"
_OU = "liste des courriels reçus"

R_RECONNU = Regle(
    "MSS-RECONNU-01", "Un courriel qui porte une archive IHE XDM est reconnu comme tel",
    _REM, Confiance.OFFICIELLE, "Ouvrez chaque archive jointe : c'est son contenu qui la fait reconnaître.",
)  # fmt: skip
R_AUTRES = Regle(
    "MSS-RECONNU-02", "Un courriel sans archive IHE XDM n'est pas pris pour tel", _REM, Confiance.OFFICIELLE,
    "Ne prenez pas un fichier zip ordinaire pour une archive IHE XDM.",
)  # fmt: skip


@verification(R_RECONNU)
def archive_reconnue(montre: Mapping[str, Any], quoi: str, *, renommee: bool = False) -> Constat:
    """`montre` : le courriel tel que la liste le montre ; ce qui n'y est pas dit est à regarder.

    `renommee` : l'archive n'a pas le nom que lui veut le référentiel, IHE_XDM.zip. L'exigence ne dit pas à quoi la
    reconnaître : un logiciel qui se fie à ce nom est à regarder.
    """
    marque = montre.get("archive_xdm")
    if renommee and marque is False:
        return R_RECONNU.a_regarder(
            f"{quoi} porte une archive sous un autre nom, et n'est pas reconnu : dites ce qui la fait reconnaître",
            recu="non reconnu", ou=_OU,
        )  # fmt: skip
    if marque is None:
        return R_RECONNU.a_regarder(f"la liste relevée ne dit pas si {quoi} porte une archive : à montrer", ou=_OU)
    return juger(
        R_RECONNU, marque is True, f"{quoi} porte une archive IHE XDM, et n'est pas reconnu comme tel",
        attendu="reconnu", recu="reconnu" if marque is True else "non reconnu", ou=_OU,
    )  # fmt: skip


@verification(R_AUTRES)
def archive_non_reconnue(montre: Mapping[str, Any], temoin: Mapping[str, Any], quoi: str) -> Constat:
    """`temoin` : un courriel à archive montré dans la même liste ; s'il n'est pas reconnu, rien n'est prouvé."""
    marque = montre.get("archive_xdm")
    if marque is None and temoin.get("archive_xdm") is None:
        return R_AUTRES.a_regarder(f"la liste relevée ne dit pas si {quoi} porte une archive : à montrer", ou=_OU)
    if marque is not True and temoin.get("archive_xdm") is not True:
        return R_AUTRES.sans_objet("aucun courriel à archive n'est reconnu : ce qui ne l'est pas ne prouve rien")
    return juger(
        R_AUTRES, marque is not True, f"{quoi} ne porte pas d'archive IHE XDM, et passe pour en porter une",
        attendu="non reconnu", recu="reconnu" if marque is True else "non reconnu", ou=_OU,
    )  # fmt: skip
