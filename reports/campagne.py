"""Une campagne : son en-tête, le logiciel, ses résultats, et leur écriture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports.fichiers import ecrire_json
from reports.options import MENTION_DEMONSTRATION
from reports.resultat import (
    CleScenario,
    EtapeJouee,
    EtatEtape,
    EtatPreuve,
    PieceJointe,
    PreuveProduite,
    ResultatScenario,
)

__all__ = [
    "Campagne",
    "CleScenario",
    "ErreurCampagne",
    "EtapeJouee",
    "EtatEtape",
    "EtatPreuve",
    "Logiciel",
    "PieceJointe",
    "PreuveProduite",
    "ResultatScenario",
    "ecrire_verdicts",
]

VERSION = 1


class ErreurCampagne(Exception):
    """Le dossier ne porte pas de campagne lisible ; le message dit quel fichier et pourquoi."""


@dataclass(frozen=True, slots=True)
class Logiciel:
    """Le logiciel éprouvé, tel qu'il se déclare."""

    nom: str = ""
    version: str = ""
    editeur: str = ""
    nil: str = ""
    type: str = ""

    @property
    def designation(self) -> str:
        """« Nom version (éditeur) », sans ce qui manque."""
        nom = " ".join(partie for partie in (self.nom, self.version) if partie) or "logiciel non nommé"
        return f"{nom} ({self.editeur})" if self.editeur else nom


@dataclass(frozen=True, slots=True)
class Campagne:
    """L'en-tête de `campagne.json` et les résultats, dans l'ordre du catalogue.

    `autres` garde les clés inconnues de l'en-tête, pour qu'une réécriture ne perde rien.
    """

    produit_banc: str
    couloir: str
    rem: str
    vagues: tuple[int, ...]
    profils: tuple[str, ...] = ()
    exigences_demandees: tuple[str, ...] = ()
    logiciel: Logiciel = Logiciel()
    demonstration: bool = False
    debut: str = ""
    fin: str | None = None
    interrompue: bool = False
    catalogue: Mapping[str, str] = field(default_factory=dict)
    systeme: Mapping[str, str] = field(default_factory=dict)
    journal: Mapping[str, Any] = field(default_factory=dict)
    resultats: tuple[ResultatScenario, ...] = ()
    autres: Mapping[str, Any] = field(default_factory=dict)

    def en_dict(self) -> dict[str, Any]:
        """Forme de `campagne.json` : l'en-tête seul, sans les résultats."""
        return {
            "version": VERSION,
            "produit_banc": self.produit_banc,
            "couloir": self.couloir,
            "rem": self.rem,
            "vagues": list(self.vagues),
            "profils": list(self.profils),
            "exigences_demandees": list(self.exigences_demandees),
            "logiciel": {
                "nom": self.logiciel.nom,
                "version": self.logiciel.version,
                "editeur": self.logiciel.editeur,
                "nil": self.logiciel.nil,
                "type": self.logiciel.type,
            },
            "demonstration": self.demonstration,
            "debut": self.debut,
            "fin": self.fin,
            "interrompue": self.interrompue,
            "catalogue": dict(self.catalogue),
            "systeme": dict(self.systeme),
            "journal": dict(self.journal),
            **self.autres,
            **_mention(self),
        }

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any], resultats: Iterable[ResultatScenario] = ()) -> Campagne:
        """Relit un en-tête écrit par `en_dict`."""
        logiciel = brut.get("logiciel") or {}
        return cls(
            produit_banc=brut.get("produit_banc", ""),
            couloir=brut["couloir"],
            rem=brut["rem"],
            vagues=tuple(brut["vagues"]),
            profils=tuple(brut.get("profils") or ()),
            exigences_demandees=tuple(brut.get("exigences_demandees") or ()),
            logiciel=Logiciel(**{nom: str(logiciel.get(nom) or "") for nom in Logiciel.__dataclass_fields__}),
            demonstration=bool(brut.get("demonstration", False)),
            debut=brut.get("debut") or "",
            fin=brut.get("fin"),
            interrompue=bool(brut.get("interrompue", False)),
            catalogue=dict(brut.get("catalogue") or {}),
            systeme=dict(brut.get("systeme") or {}),
            journal=dict(brut.get("journal") or {}),
            resultats=tuple(resultats),
            autres={cle: valeur for cle, valeur in brut.items() if cle not in _CLES},
        )


def _mention(campagne: Campagne) -> dict[str, str]:
    return {"mention": MENTION_DEMONSTRATION} if campagne.demonstration else {}


_CLES = frozenset(Campagne("", "", "", (), demonstration=True).en_dict())


def ecrire_verdicts(dossier: Path, campagne: Campagne) -> list[Path]:
    """Écrit `campagne.json` et `verdicts.json`, dans l'ordre des résultats reçus."""
    return [
        ecrire_json(dossier / "campagne.json", campagne.en_dict()),
        ecrire_json(
            dossier / "verdicts.json",
            {**_mention(campagne), "scenarios": [resultat.en_dict() for resultat in campagne.resultats]},
        ),
    ]
