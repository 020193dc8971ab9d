"""Jetons d'accès Pro Santé Connect : un par BAL, en mémoire seulement, rafraîchis avant d'expirer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulators.logiciel_temoin.environnement import Bal

Demandeur = Callable[[dict[str, str]], tuple[int, dict[str, Any]]]
"""Poste un formulaire au point de jeton, client authentifié ; rend le statut et le JSON, ou `JetonsIndisponibles`."""

Personne = Callable[[Bal, bool], str | None]
"""Jeton d'accès de la personne connectée dont c'est la BAL (vrai : un neuf), ou None si elle n'est pas connectée.

Lève `SessionFermee` ou `JetonsIndisponibles`.
"""

_MARGE = 5.0
"""Secondes gardées avant l'expiration : le jeton doit encore valoir quand l'opérateur le lit."""


class SessionFermee(Exception):
    """Le serveur de jetons refuse : la personne doit se reconnecter à Pro Santé Connect."""


class JetonsIndisponibles(Exception):
    """Le serveur de jetons ne répond pas."""


@dataclass
class _Jeton:
    rafraichissement: str
    acces: str = ""
    fin: float = 0.0


class Jetons:
    """Les jetons des BAL. Rien n'est écrit : ni fichier, ni trace. Sûr entre fils d'exécution."""

    def __init__(self, demandeur: Demandeur, personne: Personne) -> None:
        self._demandeur = demandeur
        self._personne = personne
        self._refuses: set[str] = set()
        self._jetons: dict[str, _Jeton] = {}
        self._verrou = threading.Lock()

    def acces(self, bal: Bal) -> str:
        """Jeton d'accès encore valable ; lève `SessionFermee` ou `JetonsIndisponibles`.

        Celui de la personne, si elle est connectée au logiciel par Pro Santé Connect ; sinon celui de l'installation.
        """
        personnel = self._personne(bal, bal.adresse in self._refuses)
        if personnel is not None:
            self._refuses.discard(bal.adresse)
            return personnel
        with self._verrou:
            jeton = self._jetons.setdefault(bal.adresse, _Jeton(bal.jeton_rafraichissement))
            if not jeton.acces or time.monotonic() >= jeton.fin:
                self._rafraichir(bal, jeton)
            return jeton.acces

    def oublier(self, bal: Bal) -> None:
        """L'opérateur a refusé ce jeton : le prochain sera neuf."""
        self._refuses.add(bal.adresse)
        with self._verrou:
            if bal.adresse in self._jetons:
                self._jetons[bal.adresse].acces = ""

    def _rafraichir(self, bal: Bal, jeton: _Jeton) -> None:
        statut, contenu = self._demander(jeton.rafraichissement)
        if statut in (400, 401) and jeton.rafraichissement != bal.jeton_rafraichissement:
            # Le serveur a pu être remis dans son état de départ : le jeton d'installation y vaut encore.
            statut, contenu = self._demander(bal.jeton_rafraichissement)
        jeton.acces = ""
        if statut in (400, 401):
            raise SessionFermee("la session Pro Santé Connect n'est plus valable : reconnectez-vous")
        if statut != 200 or not isinstance(contenu.get("access_token"), str):
            raise JetonsIndisponibles(f"le serveur de jetons a répondu {statut}")
        jeton.acces = contenu["access_token"]
        jeton.rafraichissement = str(contenu.get("refresh_token") or jeton.rafraichissement)
        jeton.fin = time.monotonic() + float(contenu.get("expires_in") or 60) - _MARGE

    def _demander(self, rafraichissement: str) -> tuple[int, dict[str, Any]]:
        return self._demandeur({"grant_type": "refresh_token", "refresh_token": rafraichissement})
