"""Coordonnées des comptes : vérifiées par un code ou un lien à usage unique, et notifiées quand elles changent."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_courrier import Courrier
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.erreurs import Refus

CHAMPS = ("courriel", "telephone")
DUREE = timedelta(minutes=15)
ESSAIS_MAX = 5
_LIEN = "https://labo-temoin.example/coordonnees/confirmer?jeton="


@dataclass
class _Attente:
    """Une coordonnée à confirmer."""

    compte_id: str
    champ: str
    valeur: str
    code: str
    jeton: str
    fin: datetime
    essais: int = 0


class Coordonnees:
    """Une coordonnée ne sert et ne vaut qu'une fois confirmée par qui la lit."""

    def __init__(self, horloge: Callable[[], datetime], courrier: Courrier, defauts: Defauts) -> None:
        self._horloge = horloge
        self._courrier = courrier
        self._defauts = defauts
        self._attentes: dict[tuple[str, str], _Attente] = {}
        self._suites: list[Callable[[Compte, str], object]] = []
        self._verrou = threading.Lock()

    def demander(
        self, compte: Compte, champ: str, valeur: str, *, ancienne: str | None = None, texte: str = ""
    ) -> None:
        """Envoie un code et un lien à cette coordonnée, qui attend sa confirmation."""
        code = "407193" if self._defauts.actif("coordonnee_code_commun") else f"{secrets.randbelow(10**6):06d}"
        attente = _Attente(compte.compte_id, champ, valeur, code, secrets.token_urlsafe(24), self._horloge() + DUREE)
        with self._verrou:
            self._attentes[compte.compte_id, champ] = attente
        if self._defauts.actif("coordonnee_verifiee_d_emblee"):
            self._adopter(compte, attente)
        if self._defauts.actif("coordonnee_sans_message"):
            return
        vers = ancienne if ancienne and self._defauts.actif("coordonnee_message_a_l_ancienne") else valeur
        intro = f"{texte}\n\n" if texte else ""
        self._courrier.envoyer(
            vers,
            "Confirmez vos coordonnées",
            f"{intro}Pour confirmer {valeur}, saisissez ce code à usage unique : {code}\n"
            f"ou ouvrez ce lien : {_LIEN}{attente.jeton}\nIl vaut {DUREE.seconds // 60} minutes.",
        )

    def confirmer(self, compte: Compte, coordonnee: str, *, code: str | None, lien: str | None) -> None:
        """Vérifie la coordonnée si le code ou le lien est le bon ; `Refus` sinon."""
        with self._verrou:
            attente = next(
                (a for (qui, _), a in self._attentes.items() if qui == compte.compte_id and a.valeur == coordonnee),
                None,
            )
            if attente is None or attente.fin < self._horloge() or attente.essais >= ESSAIS_MAX:
                raise Refus("Aucune confirmation n'est attendue pour cette coordonnée, ou elle a expiré.")
            jeton = (lien or "").partition("jeton=")[2]
            juste = bool(code) and secrets.compare_digest(str(code), attente.code)
            juste = juste or (bool(jeton) and secrets.compare_digest(jeton, attente.jeton))
            if not juste and not self._defauts.actif("coordonnee_code_quelconque"):
                attente.essais += 1
                raise Refus("Ce code n'est pas celui qui a été envoyé.")
            del self._attentes[compte.compte_id, attente.champ]
        if not self._defauts.actif("coordonnee_confirmation_sans_effet"):
            self._adopter(compte, attente)

    def changer(self, compte: Compte, champ: str, valeur: str) -> None:
        """La nouvelle coordonnée attend sa confirmation ; l'ancienne est prévenue tout de suite."""
        ancienne = getattr(compte, champ)
        if self._defauts.actif("coordonnee_changee_sans_confirmation"):
            setattr(compte, champ, valeur)
            setattr(compte, f"{champ}_verifie", True)
        self.demander(compte, champ, valeur, ancienne=ancienne)
        if ancienne and not self._defauts.actif("coordonnee_changement_non_notifie"):
            vers = valeur if self._defauts.actif("coordonnee_notifiee_a_la_nouvelle") else ancienne
            self.notifier_a(vers, "vos coordonnées")

    def notifier(self, compte: Compte, quoi: str) -> None:
        """Prévient le titulaire d'une modification, sur chacune de ses coordonnées vérifiées."""
        for champ in CHAMPS:
            if getattr(compte, champ) and getattr(compte, f"{champ}_verifie"):
                self.notifier_a(str(getattr(compte, champ)), quoi)

    def notifier_a(self, coordonnee: str, quoi: str) -> None:
        """Prévient à cette coordonnée, quelle qu'elle soit."""
        self._courrier.envoyer(
            coordonnee,
            "Votre compte a été modifié",
            f"Une modification de {quoi} vient d'être demandée sur votre compte. Si vous n'en êtes pas à l'origine, "
            "prévenez le laboratoire.",
        )

    def abonner(self, suite: Callable[[Compte, str], object]) -> None:
        """Appelle `suite(compte, champ)` après chaque confirmation."""
        self._suites.append(suite)

    def oublier(self, compte: Compte) -> None:
        with self._verrou:
            for champ in CHAMPS:
                self._attentes.pop((compte.compte_id, champ), None)

    def _adopter(self, compte: Compte, attente: _Attente) -> None:
        setattr(compte, attente.champ, attente.valeur)
        setattr(compte, f"{attente.champ}_verifie", True)
        for suite in self._suites:
            suite(compte, attente.champ)
