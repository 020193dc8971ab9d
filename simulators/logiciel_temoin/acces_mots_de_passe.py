"""Mots de passe des comptes : construction, réutilisation, échéance, blocage après des échecs de suite."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.erreurs import Refus

POLITIQUES: dict[str, dict[str, Any]] = {
    "professionnel": {"longueur": 12, "jeux": 4, "validite_secondes": None, "historique": 1, "echecs_max": 10},
    "privilegie": {
        "longueur": 15, "jeux": 4, "validite_secondes": 90 * 86400, "historique": 5, "echecs_max": 5,
    },
    "usager": {"longueur": 12, "jeux": 4, "validite_secondes": None, "historique": 1, "echecs_max": 10},
}  # fmt: skip
"""Politiques à l'installation ; `jeux` : nombre de jeux de caractères exigés, sur quatre."""


def politique_de(compte: Compte) -> str:
    """La politique qui s'applique à ce compte."""
    if compte.population == "usager":
        return "usager"
    return "privilegie" if compte.privilegie else "professionnel"


@dataclass
class _Etat:
    """Ce qui est gardé d'un compte : des empreintes, jamais un mot de passe."""

    empreintes: list[tuple[bytes, bytes]] = field(default_factory=list, repr=False)
    defini_le: datetime | None = None
    echecs: int = 0


class MotsDePasse:
    """Contrôle et changement des mots de passe, selon la politique réglée pour chaque population."""

    def __init__(
        self, horloge: Callable[[], datetime], politique: Callable[[str], dict[str, Any]], defauts: Defauts
    ) -> None:
        self._horloge = horloge
        self._politique = politique
        self._defauts = defauts
        self._etats: dict[str, _Etat] = {}
        self._verrou = threading.RLock()
        self._usager_bloque = False

    def existe(self, compte: Compte) -> bool:
        """Vrai si ce compte peut se connecter par mot de passe."""
        return bool(self._etat(compte).empreintes)

    def definir(self, compte: Compte, nouveau: str) -> None:
        """Pose le mot de passe s'il suit la politique ; sinon `Refus`, qui dit tout ce qui manque."""
        manques = self.manquements(compte, nouveau)
        if manques and not (compte.population == "usager" and self._faible_admis(nouveau)):
            raise Refus(*manques)
        if compte.population == "usager" and self._defauts.actif("usager_mdp_toujours_refuse") and self.existe(compte):
            raise Refus("Ce mot de passe n'est pas accepté.")
        sel = secrets.token_bytes(16)
        with self._verrou:
            etat = self._etat(compte)
            if not etat.empreintes or not self._defauts.actif("mdp_changement_sans_effet"):
                etat.empreintes.append((sel, _empreinte(nouveau, sel)))
            etat.defini_le = self._horloge()
            etat.echecs = 0

    def juste(self, compte: Compte, mot_de_passe: str) -> bool:
        """Vrai si c'est le mot de passe du compte ; ne compte rien."""
        empreintes = self._etat(compte).empreintes
        if any(_empreinte(mot_de_passe, sel) == trouvee for sel, trouvee in empreintes[-1:]):
            return True
        ancien = any(_empreinte(mot_de_passe, sel) == trouvee for sel, trouvee in empreintes[:-1])
        return ancien and self._defauts.actif("mdp_ancien_encore_accepte")

    def essayer(self, compte: Compte, mot_de_passe: str) -> bool:
        """Comme `juste`, en comptant : un échec de trop bloque le compte ; bloqué, rien n'est juste."""
        if compte.bloque and not self._defauts.actif("blocage_de_facade"):
            return False
        if compte.population == "usager" and self._usager_bloque and self._defauts.actif("usager_blocage_de_tous"):
            return False
        if self.juste(compte, mot_de_passe):
            self._etat(compte).echecs = 0
            return True
        self.compter_echec(compte)
        return False

    def compter_echec(self, compte: Compte) -> None:
        """Un échec de connexion ou de changement ; le dernier permis bloque le compte."""
        with self._verrou:
            etat = self._etat(compte)
            etat.echecs += 1
            if etat.echecs >= self._regle(compte)["echecs_max"] and not self._sans_limite(compte):
                compte.bloque = True
                self._usager_bloque = self._usager_bloque or compte.population == "usager"

    def debloquer(self, compte: Compte) -> None:
        self._etat(compte).echecs = 0
        if not self._defauts.actif("deblocage_sans_effet"):
            compte.bloque = False

    def expire(self, compte: Compte) -> bool:
        """Vrai si le mot de passe a dépassé la durée que la politique lui donne."""
        validite = self._regle(compte)["validite_secondes"]
        defini = self._etat(compte).defini_le
        if validite is None or defini is None or self._horloge() - defini < timedelta(seconds=validite):
            return False
        return not self._defauts.actif("mdp_expiration_absente")

    def oublier(self, compte: Compte) -> None:
        self._etats.pop(compte.compte_id, None)

    def manquements(self, compte: Compte, nouveau: str) -> list[str]:
        """Ce qui, dans ce mot de passe, ne suit pas la politique du compte."""
        regle, actif = self._regle(compte), self._defauts.actif
        usine = POLITIQUES[politique_de(compte)]["longueur"]
        if regle["longueur"] != usine and actif("politique_longueur_constante"):
            regle["longueur"] = usine
        manques = []
        if len(nouveau) < regle["longueur"] and not actif("mdp_longueur_non_controlee"):
            manques.append(f"Le mot de passe compte au moins {regle['longueur']} caractères.")
        presents = {
            "une minuscule": any(c.islower() for c in nouveau) or actif("mdp_minuscule_non_exigee"),
            "une majuscule": any(c.isupper() for c in nouveau) or actif("mdp_majuscule_non_exigee"),
            "un chiffre": any(c.isdigit() for c in nouveau) or actif("mdp_chiffre_non_exige"),
            "un caractère spécial": any(not c.isalnum() for c in nouveau) or actif("mdp_special_non_exige"),
        }
        if sum(presents.values()) < regle["jeux"]:
            manques.append(f"Il manque {', '.join(nom for nom, present in presents.items() if not present)}.")
        if self._deja_utilise(compte, nouveau, regle["historique"]):
            manques.append("Ce mot de passe a déjà servi.")
        if not manques:
            refuse = self.existe(compte) and actif("mdp_toujours_refuse")
            return ["Ce mot de passe n'est pas accepté."] if refuse else []
        if nouveau.isdigit() and len(nouveau) >= 14 and actif("mdp_chiffres_seuls_acceptes"):
            return []
        return [] if len(nouveau) == 8 and actif("mdp_court_accepte") else manques

    def _faible_admis(self, nouveau: str) -> bool:
        court = len(nouveau) == 5 and self._defauts.actif("usager_mdp_court_accepte")
        return court or (nouveau.isdigit() and len(nouveau) == 7 and self._defauts.actif("usager_mdp_chiffres_accepte"))

    def _deja_utilise(self, compte: Compte, nouveau: str, historique: int) -> bool:
        connues = self._etat(compte).empreintes[-historique:] if historique else []
        deja = any(_empreinte(nouveau, sel) == vue for sel, vue in connues)
        return deja and not self._defauts.actif("mdp_reutilisation_permise")

    def _sans_limite(self, compte: Compte) -> bool:
        usager = compte.population == "usager"
        return self._defauts.actif("blocage_absent") or (usager and self._defauts.actif("usager_essais_illimites"))

    def _regle(self, compte: Compte) -> dict[str, Any]:
        return self._politique(politique_de(compte))

    def _etat(self, compte: Compte) -> _Etat:
        with self._verrou:
            return self._etats.setdefault(compte.compte_id, _Etat())


def _empreinte(mot_de_passe: str, sel: bytes) -> bytes:
    return hashlib.scrypt(mot_de_passe.encode(), salt=sel, n=2**10, r=8, p=1)
