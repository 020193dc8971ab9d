"""Une table de cas par vérification : (règle, verdict, ce qui est vérifié), et sa lecture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.constat import Constat, Regle
from reports.verdict import Verdict

OUI, NON, VOIR, RIEN = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.NON_CONCLUANT
Cas = tuple[str, Regle, Verdict, Callable[[], Constat | list[Constat]]]
"""Nom du cas, règle, verdict attendu, vérification à faire."""


def juger(cas: Cas) -> None:
    """Le constat de la règle a ce verdict ; un manquement dit attendu, reçu, où, source et que faire."""
    nom, regle, verdict, verifier = cas
    rendu = verifier()
    constats = [c for c in ([rendu] if isinstance(rendu, Constat) else rendu) if c.code == regle.code]
    assert {c.verdict for c in constats} == {verdict}, (nom, [c.en_texte() for c in constats])
    for constat in constats:
        assert constat.message
        assert constat.source == regle.source
        if verdict is NON:
            assert constat.attendu, nom
            assert constat.recu, nom
            assert constat.ou, nom
            assert constat.a_faire == regle.a_faire


def regles_sans_cas(module: object, tables: Sequence[Cas]) -> set[str]:
    """Codes des règles d'un module auxquels il manque un cas respecté ou un cas enfreint."""
    manquent = set()
    for regle in vars(module).values():
        if isinstance(regle, Regle) and regle.source and vars(module)["__name__"]:
            verdicts = {verdict for _, r, verdict, _ in tables if r is regle}
            if OUI not in verdicts or not verdicts & {NON, VOIR}:
                manquent.add(regle.code)
    return manquent
