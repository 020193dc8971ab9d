"""L'objet montré dans la liste des courriels reçus, et les CDA d'une archive intégrés au dossier."""

from __future__ import annotations

import hashlib

import pytest

from reports.verdict import Verdict
from steps.verifications.mssante import dossier_lu as regles

CONFORME, NON_CONFORME, A_VERIFIER = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER
OBJET = "XDM/1.0/DDM+CR d'imagerie MONTCHARMONT ADELAIDE 02/03/1950"
RESTE = "CR d'imagerie MONTCHARMONT ADELAIDE 02/03/1950"


@pytest.mark.parametrize(
    ("affiche", "transmission", "attendus"),
    [
        (RESTE, True, [CONFORME, CONFORME]),
        (f"✉ {RESTE} (2 pièces)", True, [CONFORME, CONFORME]),
        (OBJET, True, [NON_CONFORME, CONFORME]),
        (f"xdm/1.0/ddm + {RESTE}", True, [NON_CONFORME, CONFORME]),
        ("CR d'imagerie", True, [CONFORME, A_VERIFIER]),
        ("", True, [A_VERIFIER]),
        ("Question sur l'archive XDM", False, [CONFORME]),
        ("Question sur l'archive", False, [A_VERIFIER]),
    ],
)
def test_objet_en_liste(affiche: str, transmission: bool, attendus: list[Verdict]) -> None:
    """Le préfixe masqué, le reste entier ; un objet sans préfixe reste tel quel."""
    objet = OBJET if transmission else "Question sur l'archive XDM"
    constats = regles.objet_en_liste({"objet": affiche}, objet, transmission=transmission)
    assert [c.verdict for c in constats] == attendus


def test_cdas_integres() -> None:
    """Chaque CDA a son document ; un de moins est un manquement, une empreinte tue est à montrer."""
    cdas = [b"<a/>", b"<b/>"]
    sommes = [hashlib.sha256(octets).hexdigest() for octets in cdas]

    def verdict(*gardes: str) -> Verdict:
        return regles.cdas_integres(gardes, cdas, "« essai »").verdict

    assert verdict(*sommes) is CONFORME
    assert verdict(*(somme.upper() for somme in sommes), "autre") is CONFORME
    assert verdict(sommes[0]) is NON_CONFORME
    assert verdict() is NON_CONFORME
    assert verdict(sommes[0], "") is A_VERIFIER
    assert verdict(sommes[0], "0" * 64) is A_VERIFIER
    assert regles.cdas_integres([], [], "« essai »").verdict is Verdict.NON_CONCLUANT
