"""Dispositifs d'authentification propres au produit : TOTP et code par courriel, leur échéance, leur désactivation."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.logiciel_temoin import acces_totp
from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_courrier import Courrier
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import iso

TYPES = ("totp", "otp_courriel")
DUREE_CODE = timedelta(minutes=10)
DUREE_RENOUVELLEMENT = timedelta(minutes=10)


@dataclass
class Dispositif:
    """Un dispositif. `dernier_rang` : dernier pas de temps accepté, un code ne sert qu'une fois."""

    dispositif_id: str
    compte_id: str
    type: str
    population: str
    cree_le: datetime
    actif: bool = True
    secret: str = field(default="", repr=False)
    dernier_rang: int = -1
    code: tuple[str, datetime] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Marque:
    """La dernière connexion à deux facteurs d'un compte."""

    instant: datetime
    dispositif_id: str


class Dispositifs:
    """Les dispositifs de tous les comptes. `regler` : lecture d'un réglage du site."""

    def __init__(
        self, horloge: Callable[[], datetime], courrier: Courrier, regler: Callable[[str], Any], defauts: Defauts
    ) -> None:
        self._horloge = horloge
        self._courrier = courrier
        self._regler = regler
        self._defauts = defauts
        self._dispositifs: dict[str, Dispositif] = {}
        self._marques: dict[str, _Marque] = {}
        self._a_renouveler: dict[str, datetime] = {}
        self._numeros = itertools.count(1)
        self._verrou = threading.RLock()

    # -- vie d'un dispositif -----------------------------------------------------------------------------------

    def enroler(self, compte: Compte, genre: str) -> Dispositif:
        if genre not in TYPES:
            raise Refus(f"Le laboratoire propose ces dispositifs : {', '.join(TYPES)}.")
        if genre == "otp_courriel" and not compte.courriel_verifie:
            raise Refus("L'adresse de courriel du compte n'est pas vérifiée.")
        with self._verrou:
            dispositif = Dispositif(
                f"D{next(self._numeros):06d}", compte.compte_id, genre, compte.population, self._horloge()
            )
            dispositif.secret = acces_totp.nouveau_secret() if genre == "totp" else ""
            self._dispositifs[dispositif.dispositif_id] = dispositif
        return dispositif

    def de(self, compte: Compte, *, actifs: bool = False) -> list[Dispositif]:
        with self._verrou:
            siens = [d for d in self._dispositifs.values() if d.compte_id == compte.compte_id]
        return [d for d in siens if d.actif or not actifs]

    def exiger(self, compte: Compte, dispositif_id: str) -> Dispositif:
        dispositif = self._dispositifs.get(dispositif_id)
        if dispositif is None or dispositif.compte_id != compte.compte_id:
            raise Refus("Ce compte n'a pas ce dispositif.")
        return dispositif

    def desactiver(self, dispositif: Dispositif) -> None:
        """Perdu ou volé : il n'ouvre plus rien, et ne vaut plus pour un facteur unique."""
        if self._defauts.actif("dispositif_desactive_encore_accepte"):
            return
        vises = [dispositif]
        if self._defauts.actif("dispositif_desactive_chez_tous"):
            vises = [d for d in self._dispositifs.values() if d.type == dispositif.type]
        for vise in vises:
            vise.actif = False
        marque = self._marques.get(dispositif.compte_id)
        if marque and marque.dispositif_id == dispositif.dispositif_id:
            del self._marques[dispositif.compte_id]

    def renouveler(self, dispositif: Dispositif) -> None:
        """Nouveau secret ; l'ancien n'ouvre plus rien."""
        if not self._defauts.actif("renouvellement_sans_effet"):
            dispositif.secret = acces_totp.nouveau_secret() if dispositif.type == "totp" else ""
            dispositif.dernier_rang = -1
        dispositif.cree_le = self._horloge()
        self._a_renouveler.pop(dispositif.dispositif_id, None)

    def renouvellement_attendu(self, dispositif: Dispositif) -> bool:
        """Vrai si son titulaire vient de s'authentifier et doit le renouveler pour entrer."""
        fin = self._a_renouveler.get(dispositif.dispositif_id)
        return fin is not None and self._horloge() < fin

    def oublier(self, compte: Compte) -> None:
        with self._verrou:
            for dispositif in self.de(compte):
                del self._dispositifs[dispositif.dispositif_id]
            self._marques.pop(compte.compte_id, None)

    def en_dict(self, dispositif: Dispositif, *, secret: bool = False) -> dict[str, Any]:
        validite = self._validite(dispositif)
        montre = {
            "dispositif_id": dispositif.dispositif_id,
            "type": dispositif.type,
            "actif": dispositif.actif,
            "expire_le": iso(dispositif.cree_le + validite) if validite else None,
        }
        return {**montre, "secret": dispositif.secret} if secret and dispositif.secret else montre

    # -- connexion ---------------------------------------------------------------------------------------------

    def envoyer_codes(self, compte: Compte) -> None:
        """Un code neuf à l'adresse du compte, pour son dispositif de courriel."""
        for dispositif in self.de(compte, actifs=True):
            if dispositif.type == "otp_courriel" and compte.courriel and compte.courriel_verifie:
                code = f"{secrets.randbelow(10**6):06d}"
                dispositif.code = (code, self._horloge() + DUREE_CODE)
                self._courrier.envoyer(
                    compte.courriel, "Votre code de connexion", f"Votre code de connexion à usage unique : {code}"
                )

    def reconnaitre(self, compte: Compte, genre: str, code: str) -> Dispositif | None:
        """Le dispositif du compte que ce code prouve ; None si aucun."""
        if self._defauts.actif("second_facteur_non_controle"):
            return next((d for d in self.de(compte, actifs=True) if d.type == genre), None)
        return next((d for d in self.de(compte, actifs=True) if d.type == genre and self._prouve(d, code)), None)

    def _prouve(self, dispositif: Dispositif, code: str) -> bool:
        if dispositif.type == "otp_courriel":
            attendu, fin = dispositif.code or ("", self._horloge())
            if not attendu or self._horloge() >= fin or not secrets.compare_digest(attendu, code):
                return False
            dispositif.code = None
            return True
        present = acces_totp.rang(self._horloge())
        for numero in (present, present - 1, present + 1):
            if numero > dispositif.dernier_rang and secrets.compare_digest(
                acces_totp.code_du_rang(dispositif.secret, numero), code
            ):
                dispositif.dernier_rang = numero
                return True
        return False

    def echu(self, dispositif: Dispositif) -> bool:
        """Vrai s'il faut le renouveler ; son titulaire a alors quelques minutes pour le faire."""
        validite = self._validite(dispositif)
        if validite is None or self._horloge() - dispositif.cree_le < validite:
            return False
        if self._defauts.actif("renouvellement_non_impose"):
            return False
        self._a_renouveler[dispositif.dispositif_id] = self._horloge() + DUREE_RENOUVELLEMENT
        return True

    def _validite(self, dispositif: Dispositif) -> timedelta | None:
        if self._defauts.actif("renouvellement_frequence_constante"):
            return timedelta(days=365)
        regles = self._regler("renouvellement_dispositifs")
        tous_types = self._defauts.actif("renouvellement_type_ignore")
        toutes_populations = self._defauts.actif("renouvellement_population_ignoree")
        secondes = [
            regle["secondes"]
            for regle in regles
            if (tous_types or regle["type"] == dispositif.type)
            and (toutes_populations or regle["population"] == dispositif.population)
            and regle["secondes"]
        ]
        return timedelta(seconds=min(secondes)) if secondes else None

    # -- un seul facteur après deux ----------------------------------------------------------------------------

    def marquer(self, compte: Compte, dispositif: Dispositif) -> None:
        """Retient une connexion à deux facteurs : le mot de passe et ce dispositif."""
        self._marques[compte.compte_id] = _Marque(self._horloge(), dispositif.dispositif_id)

    def facteur_unique_admis(self, compte: Compte, dispositif: Dispositif | None = None) -> bool:
        """Vrai si un seul facteur suffit : le mot de passe, ou (s'il est donné) ce dispositif."""
        marque = self._marques.get(compte.compte_id)
        if self._defauts.actif("facteur_unique_pour_tous") and marque is None:
            marque = max(self._marques.values(), key=lambda m: m.instant, default=None)
        if marque is None:
            return False
        if dispositif and dispositif.dispositif_id != marque.dispositif_id:
            return self._defauts.actif("facteur_unique_autre_dispositif") and self._dans_le_delai(marque)
        admis = self._dans_le_delai(marque)
        if admis and self._defauts.actif("facteur_unique_glissant"):
            self._marques[compte.compte_id] = _Marque(self._horloge(), marque.dispositif_id)
        return admis

    def _dans_le_delai(self, marque: _Marque) -> bool:
        if self._defauts.actif("facteur_unique_sans_limite"):
            return True
        secondes = self._regler("delai_facteur_unique") or 0
        if self._defauts.actif("facteur_unique_delai_constant"):
            secondes = 1200
        return self._horloge() - marque.instant < timedelta(seconds=secondes)
