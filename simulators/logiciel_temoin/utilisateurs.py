"""Comptes du logiciel, leurs habilitations et leur identité professionnelle."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.logiciel_temoin.environnement import Environnement, Professionnel
from simulators.logiciel_temoin.erreurs import ParametreInvalide, Refus

if TYPE_CHECKING:
    from simulators.logiciel_temoin.psc_sessions import SessionOuverte

ROLES = {
    "biologiste_1": (True, True),
    "biologiste_2": (True, True),
    "agent_accueil": (True, True),
    "super_utilisateur": (True, True),
    "sans_acces_ins": (False, False),
    "sans_acces_insi": (True, False),
    "administrateur": (True, False),
    "personne_morale": (True, False),
}
"""Droits à l'installation : accès à l'INS des usagers, appel du téléservice INSi."""


@dataclass(frozen=True)
class Utilisateur:
    """Le compte connecté."""

    compte: str
    acces_ins: bool
    acces_insi: bool
    professionnel: Professionnel | None
    session_psc: SessionOuverte | None = None
    """Sa session Pro Santé Connect : `professionnel` est alors l'identité qu'elle prouve."""

    @property
    def preuve(self) -> dict[str, str]:
        """Ce que les traces disent de plus d'un utilisateur connecté par Pro Santé Connect."""
        if self.session_psc is None:
            return {}
        return {"mode": "psc", "identifiant_national": self.session_psc.identite.identifiant_national}

    @property
    def super_utilisateur(self) -> bool:
        return self.compte == "super_utilisateur"

    @property
    def administrateur(self) -> bool:
        return self.compte == "administrateur"

    def exiger_ins(self) -> None:
        if not self.acces_ins:
            raise Refus("Vous n'êtes pas habilité à accéder à l'identité INS des patients.")

    def exiger_insi(self) -> None:
        self.exiger_ins()
        if not self.acces_insi:
            raise Refus("Vous n'êtes pas habilité à appeler le téléservice INSi.")

    def exiger_professionnel(self) -> Professionnel:
        if self.professionnel is None:
            raise Refus("Action réservée à un professionnel de santé doté d'un identifiant national.")
        return self.professionnel


class Annuaire:
    """Les comptes, avec les habilitations que l'administrateur modifie."""

    def __init__(self, environnement: Environnement) -> None:
        self._environnement = environnement
        self._droits = dict(ROLES)
        self._verrou = threading.Lock()

    def ouvrir(self, role: str) -> Utilisateur:
        with self._verrou:
            droits = self._droits.get(role)
        if droits is None:
            raise ParametreInvalide(f"compte inconnu : {role!r}")
        return Utilisateur(role, droits[0], droits[1], self._environnement.professionnel(role))

    def habiliter(self, role: str, acces_ins: bool | None, acces_insi: bool | None) -> dict[str, object]:
        with self._verrou:
            if role not in self._droits:
                raise Refus(f"Compte inconnu : {role}.")
            ins, insi = self._droits[role]
            self._droits[role] = (
                ins if acces_ins is None else acces_ins,
                insi if acces_insi is None else acces_insi,
            )
            ins, insi = self._droits[role]
        return {"utilisateur": role, "acces_ins": ins, "acces_insi": insi}

    def habilitations(self) -> list[dict[str, object]]:
        with self._verrou:
            return [{"utilisateur": r, "acces_ins": i, "acces_insi": n} for r, (i, n) in self._droits.items()]
