"""Le raccourci de l'expurgation ne laisse rien passer de ce que le parcours entier aurait remplacé."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from simulators.socle.expurgation import CLES_SECRETES, ENTETES_SECRETS, Expurgateur

SECRETS = ("jeton-du-banc", 'a"b\\c\nd', "mot de passe é&<>", "%41bcdef")
_TEXTES = st.one_of(
    st.text(max_size=8), st.sampled_from(SECRETS), st.sampled_from(SECRETS).map(json.dumps), st.just("-----BEGIN X")
)
_NOMS = sorted(CLES_SECRETES | ENTETES_SECRETS)
_CLES = st.one_of(st.text(max_size=5), st.sampled_from(_NOMS), st.just("Mot_De_Passe"))
_VALEURS = st.recursive(
    st.one_of(_TEXTES, st.integers(), st.booleans(), st.none()),
    lambda suite: st.one_of(st.lists(suite, max_size=3), st.dictionaries(_CLES, suite, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(_CLES, _VALEURS, max_size=3), st.sets(st.sampled_from(SECRETS)))
def test_raccourci(donnees: dict[str, object], secrets: set[str]) -> None:
    """« Rien à cacher » n'est dit que d'un contenu que l'expurgation rendrait tel quel."""
    expurgateur = Expurgateur(b"k" * 32)
    for secret in secrets:
        expurgateur.proteger(secret)
    brut = json.dumps(donnees, ensure_ascii=False)
    if expurgateur.rien_a_cacher(brut):
        assert expurgateur.json(donnees) == json.loads(brut)


def test_cas_courant() -> None:
    """Un contenu ordinaire prend le raccourci, une clé ou une valeur secrète non."""
    expurgateur = Expurgateur(b"k" * 32)
    expurgateur.proteger("jeton-du-banc")
    assert expurgateur.rien_a_cacher('{"a": "é", "jetons": 2}')
    assert not expurgateur.rien_a_cacher('{"a": "x jeton-du-banc x"}')
    assert not expurgateur.rien_a_cacher('{"PassWord": "x"}')
