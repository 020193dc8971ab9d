"""L'adaptateur `temoin` : le logiciel témoin, lancé pour la campagne et piloté comme un produit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from steps.logiciel.http import AdaptateurHttp
from steps.logiciel.temoin import ProcessusTemoin
from steps.logiciel.types_adaptateur import DELAI_S, DescriptionAdaptateur, TypeAdaptateur

if TYPE_CHECKING:
    from steps.logiciel.contexte import ContexteAdaptateur


class _Processus(Protocol):
    url: str

    def arreter(self) -> None: ...


class AdaptateurTemoin(AdaptateurHttp):
    """Pilote un logiciel témoin lancé pour la campagne, et l'arrête avec elle."""

    def __init__(self, processus: _Processus, *, delai_s: float = 60.0) -> None:
        super().__init__(processus.url, delai_s=delai_s)
        self._processus = processus
        self.port_hl7v2 = int(getattr(processus, "port_hl7v2", 0))

    def fermer(self) -> None:
        super().fermer()
        self._processus.arreter()


def _fabriquer(description: DescriptionAdaptateur, contexte: ContexteAdaptateur) -> AdaptateurTemoin:
    processus = ProcessusTemoin(
        contexte.environnement, defauts=contexte.logiciel.defauts, journal=contexte.dossier / "temoin.log"
    )
    return AdaptateurTemoin(processus, delai_s=description.reglages["delai_s"])


TYPE_ADAPTATEUR = TypeAdaptateur(
    nom="temoin",
    resume="le logiciel témoin du banc : démonstration, non recevable",
    cles={"delai_s": DELAI_S},
    fabrique=_fabriquer,
)
