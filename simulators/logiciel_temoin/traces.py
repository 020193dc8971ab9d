"""Journal de traces du produit : qui a fait quoi, quand, sur quel usager."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.horloge import iso, maintenant

CATEGORIES = ("acces_ins", "insi", "identite", "echanges_ins", "dmp", "mssante", "comptes", "resultats")

PREUVE: ContextVar[Mapping[str, str]] = ContextVar("preuve", default=MappingProxyType({}))
"""Comment s'est identifiée la personne qui joue l'action en cours : repris dans chacune de ses traces."""


@dataclass(frozen=True)
class Trace:
    """Une ligne du journal de traces."""

    categorie: str
    horodatage: datetime
    utilisateur: str
    action: str
    patient_id: str | None
    detail: dict[str, Any] = field(default_factory=dict)

    def en_dict(self) -> dict[str, Any]:
        return {
            "horodatage": iso(self.horodatage),
            "utilisateur": self.utilisateur,
            "action": self.action,
            "patient_id": self.patient_id,
            "detail": self.detail,
        }


class JournalTraces:
    """Traces en mémoire, par catégorie, dans l'ordre."""

    def __init__(self, defauts: Defauts, horloge_comptes: Callable[[], datetime] = maintenant) -> None:
        self._horloges = {"comptes": horloge_comptes}
        self._lignes: list[Trace] = []
        self._verrou = threading.Lock()
        self._defauts = defauts

    def ajouter(self, categorie: str, utilisateur: str, action: str, patient_id: str | None, **detail: Any) -> None:
        instant = self._horloges.get(categorie, maintenant)()
        with self._verrou:
            self._lignes.append(Trace(categorie, instant, utilisateur, action, patient_id, {**PREUVE.get(), **detail}))

    def lire(self, categorie: str, patient_id: str | None) -> list[dict[str, Any]]:
        if self._defauts.actif(f"trace_{categorie}_absente"):
            return []
        with self._verrou:
            return [
                ligne.en_dict() | self._responsable() | self._heure(ligne) | {"detail": self._detail(ligne)}
                for ligne in self._lignes
                if ligne.categorie == categorie and patient_id in (None, ligne.patient_id)
            ]

    def _detail(self, ligne: Trace) -> dict[str, Any]:
        detail = dict(ligne.detail)
        if "reponse" in detail and self._defauts.actif("mss_trace_refus_favorable"):
            detail["reponse"] = "250 OK"
        if "operation" in detail and self._defauts.actif("mss_trace_sans_action"):
            del detail["operation"]
        for champ in ("demande", "reponse"):
            if champ in detail and self._defauts.actif(f"mss_trace_sans_{champ}"):
                del detail[champ]
        if "code_retour" in detail and self._defauts.actif("trace_insi_sans_code"):
            del detail["code_retour"]
        if "historique" in detail and self._defauts.actif("trace_insi_sans_historique"):
            detail["historique"] = []
        if "traits" in detail and self._defauts.actif("trace_insi_sans_traits"):
            for champ in ("matricule_ins", "oid_ins", "historique", "traits"):
                detail.pop(champ, None)
        return detail

    def _heure(self, ligne: Trace) -> dict[str, str]:
        """Ce qu'un défaut met à la place de l'heure locale, ou de l'action."""
        if ligne.categorie == "mssante" and self._defauts.actif("mss_trace_utc"):
            return {"horodatage": ligne.horodatage.isoformat(timespec="seconds").replace("+00:00", "Z")}
        if ligne.categorie == "mssante" and self._defauts.actif("mss_trace_sans_heure"):
            return {"horodatage": iso(ligne.horodatage)[:10]}
        if ligne.categorie == "mssante" and self._defauts.actif("mss_trace_sans_action"):
            return {"action": ""}
        return {}

    def _responsable(self) -> dict[str, str]:
        """Ce que les défauts mettent à la place de l'utilisateur."""
        if self._defauts.actif("trace_sans_utilisateur"):
            return {"utilisateur": ""}
        if self._defauts.actif("trace_utilisateur_constant"):
            return {"utilisateur": "biologiste_1"}
        return {}
