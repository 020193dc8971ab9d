"""Une recherche quelconque est servie ou refusée, jamais une erreur du simulateur."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.annuaire.erreurs import RefusFhir
from simulators.annuaire.etat import EtatAnnuaire
from simulators.annuaire.index import TYPES
from simulators.annuaire.recherche.execution import chercher, rendre
from simulators.annuaire.recherche.parametres import PARAMETRES

ETAT = EtatAnnuaire(30)
NOMS = sorted({nom for parametres in PARAMETRES.values() for nom in parametres})
REGLAGES = ["_count", "_total", "_elements", "_include", "_revinclude", "_format", "_sort", ""]
_noms = st.builds(
    lambda nom, modificateur: nom + modificateur,
    st.sampled_from(NOMS + REGLAGES) | st.text(max_size=8),
    st.sampled_from(["", ":exact", ":contains", ":missing", ":", ":family"]),
)
_valeurs = st.text(max_size=12) | st.sampled_from(
    ["|", "a|b|c", "\\,", "\\", ",", "ge", "ge2026", "ap9999-12-31", "ne0001", "*", "Device/", "99900000011"]
)  # fmt: skip


@settings(max_examples=400)
@given(type_=st.sampled_from(TYPES), paires=st.lists(st.tuples(_noms, _valeurs), max_size=4))
def test_recherche_quelconque(type_: str, paires: list[tuple[str, str]]) -> None:
    """Le résultat est un Bundle lisible, ou un refus 400 expliqué."""
    try:
        page = chercher(ETAT.index, type_, paires)
    except RefusFhir as refus:
        assert (refus.refus.statut, bool(refus.refus.message)) == (400, True)
        return
    paquet = json.loads(json.dumps(rendre(page, base="https://localhost/fhir/v2", suivante=None)))
    assert len(paquet.get("entry", ())) >= min(len(page.trouvees), page.recherche.taille)
