"""Règles sur plusieurs documents du DMP choisis ensemble : tous au dossier, eux seuls, tels que dans le DMP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS et DPI, exigence DMP/UX.31 (travaux de concertation 2023)"
_OU = "dossier du patient"

R_CHOISIS = Regle(
    "DMP-SEL-01", "Les documents du DMP choisis ensemble sont tous intégrés au dossier, tels que dans le DMP",
    _REM, Confiance.OFFICIELLE,
    "Intégrez chaque document de la sélection, et gardez ses octets.",
)  # fmt: skip
R_EUX_SEULS = Regle(
    "DMP-SEL-02", "Un document du DMP qui n'a pas été choisi n'est pas intégré", _REM, Confiance.OFFICIELLE,
    "N'intégrez que les documents de la sélection.",
)  # fmt: skip


@verification(R_CHOISIS, R_EUX_SEULS)
def selection_integree(
    nouveaux: Mapping[str, str], choisis: Mapping[str, str], autres: Mapping[str, str], recu: str
) -> list[Constat]:
    """`nouveaux` : document_id entré au dossier → SHA-256 du CDA gardé (vide s'il n'est pas dit).

    `choisis`, `autres` : nom du document dans le scénario → SHA-256 de ses octets dans le DMP. Un logiciel qui ne dit
    pas ce qu'il garde est jugé sur le nombre, et le contenu se regarde.
    """
    attendu, empreintes = ", ".join(f"« {nom} »" for nom in choisis), set(nouveaux.values())
    absents = [nom for nom, sha in choisis.items() if sha not in empreintes]
    intrus = [nom for nom, sha in autres.items() if sha in empreintes]
    if "" in empreintes and len(nouveaux) >= len(choisis):
        message = "le logiciel ne dit pas quels octets il garde : comparez chaque document intégré à celui du DMP"
        constats = [R_CHOISIS.a_regarder(message, recu=f"{len(nouveaux)} documents", ou=_OU)]
    else:
        vus = f"{len(nouveaux)} document(s) de plus au dossier ; logiciel : {recu}"
        manque = f"{_nommer(absents)} n'y sont pas, ou plus tels que dans le DMP ; {vus}" if absents else vus
        message = "la sélection n'est pas au dossier"
        constats = [juger(R_CHOISIS, not absents, message, attendu=attendu, recu=manque, ou=_OU)]
    if not nouveaux:
        return [*constats, R_EUX_SEULS.sans_objet("aucun document n'est entré au dossier")]
    en_trop = len(nouveaux) > len(choisis)
    return [
        *constats,
        juger(
            R_EUX_SEULS, not intrus and not en_trop, "un document qui n'a pas été choisi est au dossier",
            attendu=attendu, recu=_nommer(intrus) or f"{len(nouveaux)} document(s) de plus", ou=_OU,
        ),
    ]  # fmt: skip


def _nommer(noms: Sequence[str]) -> str:
    return ", ".join(f"« {nom} »" for nom in noms)
