"""Ce que les essais des règles PSC se partagent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.psc import ClientDeclare, Tentative
from tests.verifications.constats import en_liste
from tests.verifications.psc import fabrique as f

NC, AV, CO, RIEN = Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.CONFORME, Verdict.NON_CONCLUANT
CLIENT = ClientDeclare(f.CLIENT, (f.RETOUR,), (f.SORTIE,))


def fautes(constats: Iterable[Constat] | Constat) -> set[tuple[str, Verdict]]:
    liste = en_liste(constats)
    assert liste
    return {(c.code, c.verdict) for c in liste if c.verdict is not CO}


def connexion(identifiant: str = f.MEDECIN, *, session: str = "s1", **champs: Any) -> Tentative:
    return Tentative(
        identifiant, f.session(identifiant, **champs), f.Fil().connexion(identifiant, session=session).echanges
    )
