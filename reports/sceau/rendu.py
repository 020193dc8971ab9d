"""Ce qu'une vérification demande et ce qu'elle rend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography import x509

from reports.sceau import horodatage
from reports.sceau.anomalie import Anomalie, Domaine
from reports.sceau.completude import Manque
from reports.sceau.controle_archive import Signataire
from reports.sceau.manifeste import Nature


@dataclass(frozen=True)
class Confiance:
    """Ce en quoi l'utilisateur a confiance, venu d'ailleurs que du dossier."""

    cle_attendue: str = ""
    autorites: tuple[x509.Certificate, ...] = ()
    autorites_horodatage: tuple[x509.Certificate, ...] = ()
    maintenant: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)


@dataclass
class Verification:
    """Ce qu'une vérification a trouvé. `faits` : ce qui va, par contrôle ; `avertissements` : ce qu'il faut savoir."""

    nature: Nature
    manques: tuple[Manque, ...] = ()
    anomalies: list[Anomalie] = field(default_factory=list)
    faits: dict[Domaine, str] = field(default_factory=dict)
    avertissements: list[str] = field(default_factory=list)
    signataire: Signataire | None = None
    horodatage: horodatage.Horodatage | None = None
    comptes: Mapping[str, int] = field(default_factory=dict)
    logiciel: str = ""

    @property
    def intact(self) -> bool:
        """Rien n'a changé et tout s'accorde."""
        return not self.anomalies

    @property
    def code(self) -> int:
        """Code de sortie : 0 intact et complet, 1 sinon."""
        return 0 if self.intact and not self.manques else 1
