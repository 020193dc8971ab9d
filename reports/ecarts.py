"""Écarts connus : un manquement annoncé, avec sa raison et son échéance, est rapporté comme tel sans être blanchi."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reports.campagne import Campagne
from reports.resultat import CleScenario, ResultatScenario
from reports.texte import affichable
from reports.verdict import Verdict


@dataclass(frozen=True, slots=True)
class EcartConnu:
    """Un manquement que l'éditeur connaît et annonce.

    `cible` : le numéro qu'il a écrit, celui d'une exigence ou d'un `scenario` (`genre`) ; `scenarios` : ceux qu'elle
    désigne dans le catalogue, vide si ce numéro n'existe pas. `jusqu_au` : dernier jour où l'écart vaut. `ou` : fichier
    et ligne.
    """

    cible: str
    scenarios: tuple[str, ...]
    raison: str
    jusqu_au: date
    lien: str = ""
    ou: str = ""
    genre: str = "exigence"

    @property
    def en_phrase(self) -> str:
        """« écart connu, jusqu'au 31/12/2026 : raison (lien) »."""
        suite = f" ({self.lien})" if self.lien else ""
        return affichable(f"écart connu, jusqu'au {self.jusqu_au:%d/%m/%Y} : {self.raison}{suite}")

    def en_dict(self, etat: str = "") -> dict[str, Any]:
        """Forme JSON, celle de `campagne.json`. `etat` : ce qu'il vaut devant les résultats, quand ils sont connus."""
        return {
            self.genre: self.cible,
            "etat": etat,
            "scenarios": list(self.scenarios),
            "raison": self.raison,
            "jusqu_au": self.jusqu_au.isoformat(),
            "lien": self.lien,
            "ou": self.ou,
        }

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any]) -> EcartConnu:
        """Relit un écart écrit par `en_dict`."""
        genre = "scenario" if "scenario" in brut else "exigence"
        return cls(
            cible=str(brut[genre]),
            genre=genre,
            scenarios=tuple(str(numero) for numero in brut["scenarios"]),
            raison=str(brut["raison"]),
            jusqu_au=date.fromisoformat(brut["jusqu_au"]),
            lien=str(brut.get("lien", "")),
            ou=str(brut.get("ou", "")),
        )


@dataclass(frozen=True, slots=True)
class BilanEcarts:
    """Les écarts devant les résultats. `couverts` : *non conformes* annoncés ; `anomalies` : écarts à corriger."""

    couverts: Mapping[CleScenario, EcartConnu] = field(default_factory=dict)
    anomalies: tuple[str, ...] = ()

    def phrase(self, resultat: ResultatScenario) -> str:
        """Ce qu'il faut dire à côté du verdict ; vide si aucun écart ne l'annonce."""
        ecart = self.couverts.get(resultat.cle)
        return ecart.en_phrase if ecart else ""


SANS_ECART = BilanEcarts()


def confronter(resultats: Sequence[ResultatScenario], ecarts: Iterable[EcartConnu], jour: date) -> BilanEcarts:
    """Ce que les écarts annoncés couvrent ce jour-là, et ceux qui sont à corriger : inconnus, expirés, disparus."""
    ecarts = tuple(ecarts)
    par_scenario = {resultat.scenario: resultat for resultat in resultats}
    couverts: dict[CleScenario, EcartConnu] = {}
    anomalies = []
    for ecart in ecarts:
        vises = [par_scenario[numero] for numero in ecart.scenarios if numero in par_scenario]
        if etat := etat_de(ecart, vises, jour):
            anomalies.append(_anomalie(ecart, etat))
        else:
            couverts |= {r.cle: ecart for r in vises if r.verdict is Verdict.NON_CONFORME and r.cle not in couverts}
    return BilanEcarts(couverts, tuple(anomalies))


def etat_de(ecart: EcartConnu, resultats: Iterable[ResultatScenario], jour: date) -> str:
    """`inconnu`, `expire` ou `disparu` pour un écart à corriger ; vide tant qu'il vaut."""
    if not ecart.scenarios:
        return "inconnu"
    if jour > ecart.jusqu_au:
        return "expire"
    vises = [resultat.verdict for resultat in resultats if resultat.scenario in ecart.scenarios]
    # Tous jugés, aucun manquement : tant qu'un scénario visé attend son verdict, l'écart peut encore servir.
    if len(vises) == len(ecart.scenarios) and Verdict.CONFORME in vises and set(vises) <= _SANS_MANQUEMENT:
        return "disparu"
    return ""


_SANS_MANQUEMENT = frozenset({Verdict.CONFORME, Verdict.NON_APPLICABLE})


def _anomalie(ecart: EcartConnu, etat: str) -> str:
    designation = f"{ecart.ou} : l'écart connu de {ecart.cible}" if ecart.ou else f"l'écart connu de {ecart.cible}"
    suite = {
        "inconnu": "vise un numéro inconnu du catalogue : corrigez-le",
        "expire": f"a expiré le {ecart.jusqu_au:%d/%m/%Y} : corrigez le logiciel, ou fixez une autre échéance",
        "disparu": "a disparu, tout y est conforme : retirez-le",
    }
    return affichable(f"{designation} {suite[etat]}")


def ecarts_de(campagne: Campagne) -> tuple[EcartConnu, ...]:
    """Les écarts annoncés à cette campagne, relus de son en-tête."""
    bruts = campagne.autres.get("ecarts")
    return tuple(EcartConnu.depuis_dict(brut) for brut in bruts) if isinstance(bruts, list) else ()


def bilan_de(campagne: Campagne) -> BilanEcarts:
    """Les écarts de cette campagne devant ses résultats, au jour de sa fin : un rapport rebâti plus tard dit pareil."""
    ecarts = ecarts_de(campagne)
    return confronter(campagne.resultats, ecarts, jour_de(campagne)) if ecarts else SANS_ECART


def jour_de(campagne: Campagne) -> date:
    """Le jour de la fin de la campagne ; interrompue, celui de son dernier verdict, à défaut celui de son début."""
    fins = [campagne.fin or "", *(resultat.fin or "" for resultat in campagne.resultats)]
    instant = campagne.fin or max(fins) or campagne.debut
    return date.fromisoformat(instant[:10]) if instant else date.max
