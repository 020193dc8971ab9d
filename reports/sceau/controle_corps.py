"""Les corps qu'un argument de jugement, rangé entier, cite à son tour."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from reports.sceau import limites
from reports.sceau.anomalie import Anomalie, Domaine
from reports.sceau.contenu import CORPS, RACINE_CORPS
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.tar_xz import parcourir_tar
from simulators.socle.citations import Citation, citations_d_arguments


def controler_arguments(
    archive: ArchiveScellee,
    ranges: Mapping[str, int],
    presents: Mapping[str, int],
    noter: Callable[[set[str]], object],
) -> list[Anomalie]:
    """Chaque corps cité par un argument rangé est au dossier, à sa taille.

    `ranges` : corps d'un argument → numéro du jugement ; `presents` : corps du dossier → taille ; `noter` : reçoit ce
    qui est cité.
    """
    anomalies: list[Anomalie] = []
    if not ranges:
        return anomalies

    def visiter(nom: str, taille: int, morceaux: Iterator[bytes]) -> None:
        sha256 = nom.rpartition("/")[2]
        if sha256 in ranges and presents.get(sha256) == taille:
            suite = tuple(citations_d_arguments(json.loads(b"".join(morceaux))))
            noter({cite for cite, _ in suite})
            anomalies.extend(
                _anomalie(sha256, ranges[sha256], cite, presents) for cite in suite if presents.get(cite[0]) != cite[1]
            )

    # Lu une seconde fois : un argument ne se reconnaît qu'une fois le journal lu.
    parcourir_tar(archive.flux_xz(CORPS, limites.MARGE), f"{RACINE_CORPS}/", CORPS, visiter)
    return anomalies


def _anomalie(argument: str, numero: int, citation: Citation, presents: Mapping[str, int]) -> Anomalie:
    cite, taille = citation
    trouvee = presents.get(cite)
    return Anomalie(
        Domaine.CORPS,
        f"enregistrement {numero} : le corps {cite}, que cite son argument {argument}, "
        + ("est absent" if trouvee is None else "n'a pas la taille annoncée"),
        CORPS,
        enregistrement=numero,
        attendu=f"{taille} octets",
        recu="rien" if trouvee is None else f"{trouvee} octets",
    )
