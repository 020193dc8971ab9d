"""Vérification d'un journal : chaînage, colonnes d'index, corps présents et intacts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from simulators.socle.chaine import ORIGINE, chainer, horodater
from simulators.socle.citations import citations
from simulators.socle.codage import Enregistrement
from simulators.socle.corps import MagasinCorps


def verifier(enregistrements: Iterable[Enregistrement], magasin: MagasinCorps) -> list[str]:
    """Anomalies en français, dans l'ordre du journal ; liste vide si tout est intact."""
    anomalies: list[str] = []
    vus: dict[str, str | None] = {}
    precedent, attendu = ORIGINE, 1
    for enregistrement in enregistrements:
        numero = enregistrement.numero
        if numero != attendu:
            anomalies.append(f"enregistrement {attendu} attendu, {numero} trouvé : il manque des enregistrements")
        if enregistrement.precedent != precedent:
            anomalies.append(f"enregistrement {numero} : ne suit pas l'empreinte du précédent")
        calculee = chainer(
            enregistrement.precedent,
            numero,
            enregistrement.type,
            horodater(enregistrement.horodatage),
            enregistrement.donnees_brutes,
        )
        if calculee != enregistrement.empreinte:
            anomalies.append(f"enregistrement {numero} : empreinte attendue {calculee}, lue {enregistrement.empreinte}")
        if enregistrement.index != index(enregistrement.donnees):
            anomalies.append(
                f"enregistrement {numero} : les colonnes d'index ne disent pas la même chose que les données"
            )
        anomalies += _corps(enregistrement, magasin, vus)
        precedent, attendu = enregistrement.empreinte, numero + 1
    return anomalies


def index(donnees: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Colonnes d'index que ces données demandent : scénario, service, opération."""
    scenario, service, operation = (donnees.get(nom) for nom in ("scenario", "service", "operation"))
    return (
        scenario if isinstance(scenario, str) else None,
        service if isinstance(service, str) else None,
        operation if isinstance(operation, str) else None,
    )


def _corps(enregistrement: Enregistrement, magasin: MagasinCorps, vus: dict[str, str | None]) -> list[str]:
    anomalies = []
    for sha256, taille in citations(enregistrement.type, enregistrement.donnees):
        if sha256 not in vus:
            vus[sha256] = _defaut(sha256, taille, magasin)
        if defaut := vus[sha256]:
            anomalies.append(f"enregistrement {enregistrement.numero} : {defaut}")
    return anomalies


def _defaut(sha256: str, taille: int | None, magasin: MagasinCorps) -> str | None:
    chemin = magasin.chemin(sha256)
    if not chemin.is_file():
        return f"corps {sha256} absent"
    if taille is not None and chemin.stat().st_size != taille:
        return f"corps {sha256} : {taille} octets attendus, {chemin.stat().st_size} trouvés"
    with chemin.open("rb") as fichier:
        calcule = hashlib.file_digest(fichier, "sha256").hexdigest()
    return None if calcule == sha256 else f"corps {sha256} : contenu modifié (empreinte {calcule})"
