"""Ce que la liste des courriels reçus montre d'un objet, et ce que le dossier garde des CDA d'une archive."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS, exigence {} (travaux de concertation 2023)"
_LISTE = "liste des courriels reçus"
_PREFIXE = re.compile(r"(?i)\s*XDM\s*/\s*1\.0\s*/\s*DDM\s*\+?\s*")

R_PREFIXE = Regle(
    "MSS-LECTURE-07", "La liste des courriels reçus ne montre pas le préfixe XDM/1.0/DDM+", _REM.format("MSS/UX.28"),
    Confiance.OFFICIELLE, "Ôtez ce préfixe de l'objet, dans la liste, quand le courriel joint un CDA en archive.",
)  # fmt: skip
R_RESTE = Regle(
    "MSS-LECTURE-08", "Le reste de l'objet est montré entier dans la liste",
    "déduction du banc : MSS/UX.28 ne fait masquer que le préfixe", Confiance.DEDUITE,
    "N'ôtez de l'objet que le préfixe XDM/1.0/DDM+, et de ces courriels seulement.",
)  # fmt: skip
R_CDA_INTEGRES = Regle(
    "MSS-LECTURE-09", "Chaque document CDA de l'archive jointe est intégré au dossier", _REM.format("MSS/UX.39"),
    Confiance.OFFICIELLE, "Intégrez tous les CDA de l'archive IHE_XDM, sans faire ouvrir l'archive à l'utilisateur.",
)  # fmt: skip


@verification(R_PREFIXE, R_RESTE)
def objet_en_liste(montre: Mapping[str, Any], objet: str, *, transmission: bool) -> list[Constat]:
    """L'objet montré n'a pas le préfixe et garde le reste. `objet` : décodé, tel que reçu ; `transmission` : CDA."""
    affiche = str(montre.get("objet") or "")
    if not affiche.strip():
        return [R_PREFIXE.a_regarder("la liste ne dit pas l'objet du courriel : montrez-la", recu="aucun", ou=_LISTE)]
    attendu = _PREFIXE.sub("", objet, count=1).strip() if transmission else objet.strip()
    constats = []
    if transmission:
        constats.append(
            juger(
                R_PREFIXE, not _PREFIXE.search(affiche), "le préfixe technique se voit dans la liste", attendu=attendu,
                recu=affiche, ou=_LISTE,
            )
        )  # fmt: skip
    reste = _PREFIXE.sub("", affiche, count=1) if transmission else affiche
    constats.append(
        juger(
            R_RESTE, comparable(attendu) in comparable(reste), "l'objet montré n'est pas celui du courriel",
            attendu=attendu, recu=affiche, ou=_LISTE,
        )
    )  # fmt: skip
    return constats


@verification(R_CDA_INTEGRES)
def cdas_integres(gardes: Sequence[str], cdas: Sequence[bytes], quoi: str) -> Constat:
    """Chaque CDA de l'archive a son document au dossier.

    `gardes` : SHA-256 du CDA de chaque document intégré, vide quand le logiciel ne le dit pas.
    """
    attendus = {hashlib.sha256(octets).hexdigest() for octets in cdas}
    if not attendus:
        return R_CDA_INTEGRES.sans_objet(f"{quoi} : aucun CDA ne se lit dans l'archive jointe")
    recu = f"{len(gardes)} document(s) intégré(s) pour {len(attendus)} CDA"
    if len(gardes) < len(attendus):
        return R_CDA_INTEGRES.enfreinte(
            f"{quoi} : des CDA de l'archive ne sont pas intégrés", attendu=f"{len(attendus)} documents", recu=recu,
            ou="dossier du patient",
        )  # fmt: skip
    if manquants := attendus - {garde.lower() for garde in gardes}:
        return R_CDA_INTEGRES.a_regarder(
            f"{quoi} : le logiciel ne montre pas que {len(manquants)} CDA gardé(s) soi(en)t ceux de l'archive : "
            "montrez les fichiers stockés",
            recu=recu, ou="dossier du patient",
        )  # fmt: skip
    return R_CDA_INTEGRES.respectee(recu=recu, ou="dossier du patient")
