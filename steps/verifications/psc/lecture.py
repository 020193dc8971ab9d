"""Le dialogue avec un fournisseur d'identité relu dans les échanges : demandes, retours, jetons, usages, fins.

`lire(echanges, service)` ne regarde que les échanges de ce service ; `usages(echanges)` trouve les jetons présentés aux
autres (INSi, DMP, MSSanté, API). Une requête incomplète ou illisible donne un élément incomplet, jamais une exception.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulators.socle.echange import Echange

SERVICES_A_JETON = ("insi", "dmp", "mssante", "api_psc", "proxy_psc")
CODE, RAFRAICHIR, CIBA = "authorization_code", "refresh_token", "urn:openid:params:grant-type:ciba"

Parametres = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Appel:
    """Un échange et ses paramètres, de l'adresse (`adresse`) et du formulaire (`formulaire`), doublons gardés."""

    echange: Echange
    adresse: Parametres = field(default_factory=dict)
    formulaire: Parametres = field(default_factory=dict)

    @property
    def numero(self) -> int:
        return self.echange.numero

    @property
    def statut(self) -> int:
        """0 quand rien n'a été répondu."""
        return self.echange.reponse.statut if self.echange.reponse else 0

    @property
    def reussi(self) -> bool:
        return 200 <= self.statut < 300

    def note(self, nom: str) -> str:
        return self.echange.notes.get(nom, "")

    def tous(self, nom: str) -> tuple[str, ...]:
        """Toutes les valeurs du paramètre, où qu'il soit."""
        return (*self.adresse.get(nom, ()), *self.formulaire.get(nom, ()))

    def un(self, nom: str) -> str:
        """Première valeur du paramètre ; vide s'il est absent."""
        return next(iter(self.tous(nom)), "")

    def entete(self, nom: str) -> str:
        return self.echange.requete.entete(nom) or ""

    @cached_property
    def rendu(self) -> Mapping[str, Any]:
        """L'objet JSON de la réponse ; vide s'il n'y en a pas."""
        return _json(self.echange)


@dataclass(frozen=True)
class Retour:
    """Une redirection du fournisseur vers le logiciel : `code` y est une empreinte."""

    numero: int
    transaction: str
    url: str
    parametres: Parametres

    def un(self, nom: str) -> str:
        return next(iter(self.parametres.get(nom, ())), "")


@dataclass(frozen=True)
class Usage:
    """Un jeton d'accès présenté à un service, d'après les notes du simulateur."""

    echange: Echange

    @property
    def numero(self) -> int:
        return self.echange.numero

    @property
    def service(self) -> str:
        return self.echange.service

    @property
    def session(self) -> str:
        return self.echange.notes.get("jeton_session", "")

    @property
    def identifiant(self) -> str:
        return self.echange.notes.get("jeton_identifiant", "")

    @property
    def etat(self) -> str:
        return self.echange.notes.get("jeton_etat", "")

    @property
    def porteur(self) -> str:
        return self.echange.notes.get("jeton_porteur", "")


@dataclass(frozen=True)
class Dialogue:
    """Tout ce qui a été échangé avec un fournisseur, dans l'ordre."""

    decouvertes: tuple[Appel, ...] = ()
    demandes: tuple[Appel, ...] = ()
    mires: tuple[Appel, ...] = ()
    retours: tuple[Retour, ...] = ()
    jetons: tuple[Appel, ...] = ()
    userinfos: tuple[Appel, ...] = ()
    introspections: tuple[Appel, ...] = ()
    revocations: tuple[Appel, ...] = ()
    fins: tuple[Appel, ...] = ()
    jwks: tuple[Appel, ...] = ()
    ciba: tuple[Appel, ...] = ()

    def par_grant(self, grant: str) -> tuple[Appel, ...]:
        """Appels au point de jetons de cette sorte."""
        return tuple(a for a in self.jetons if (a.note("grant_type") or a.un("grant_type")) == grant)

    @property
    def du_serveur(self) -> tuple[Appel, ...]:
        """Les appels que le logiciel fait lui-même, sans la personne ni son navigateur."""
        appels = (
            *self.decouvertes, *self.jetons, *self.userinfos, *self.introspections, *self.revocations, *self.jwks,
            *self.ciba,
        )  # fmt: skip
        return tuple(sorted(appels, key=lambda a: a.numero))

    @property
    def emis(self) -> tuple[Appel, ...]:
        """Les appels qui ont rendu des jetons."""
        return tuple(a for a in self.jetons if a.reussi and a.rendu.get("access_token"))

    @property
    def sessions(self) -> tuple[str, ...]:
        """Sessions du fournisseur pour lesquelles des jetons ont été rendus, dans l'ordre, sans doublon."""
        return tuple(dict.fromkeys(a.note("session") for a in self.emis if a.note("session")))


_FAMILLES = {
    "decouverte": "decouvertes", "autorisation": "demandes", "mire": "mires", "jeton": "jetons",
    "userinfo": "userinfos", "introspection": "introspections", "revocation": "revocations", "fin_session": "fins",
    "jwks": "jwks", "ciba": "ciba",
}  # fmt: skip


def lire(echanges: Iterable[Echange], service: str = "psc") -> Dialogue:
    """Le dialogue avec ce fournisseur."""
    familles: dict[str, list[Appel]] = {nom: [] for nom in _FAMILLES.values()}
    for echange in sorted((e for e in echanges if e.service == service), key=lambda e: e.numero):
        if nom := _FAMILLES.get(echange.operation):
            familles[nom].append(appel(echange))
    retours = _retours(familles["demandes"], familles["mires"])
    return Dialogue(**{nom: tuple(appels) for nom, appels in familles.items()}, retours=retours)


def appel(echange: Echange) -> Appel:
    """L'échange et ses paramètres."""
    requete = echange.requete
    formulaire: Parametres = {}
    if "x-www-form-urlencoded" in (requete.entete("content-type") or "").lower():
        formulaire = _parametres(requete.corps.octets.decode("utf-8", "replace"))
    return Appel(echange, _parametres(_requete_de(requete.cible)), formulaire)


def usages(echanges: Iterable[Echange]) -> tuple[Usage, ...]:
    """Les jetons présentés aux services, dans l'ordre."""
    vus = (e for e in echanges if e.service in SERVICES_A_JETON and e.notes.get("jeton_etat"))
    return tuple(Usage(e) for e in sorted(vus, key=lambda e: e.numero))


def numeros(appels: Iterable[Appel | Usage | Retour]) -> tuple[int, ...]:
    """Leurs numéros au journal, sans doublon."""
    return tuple(dict.fromkeys(a.numero for a in appels))


def _retours(demandes: Sequence[Appel], mires: Sequence[Appel]) -> tuple[Retour, ...]:
    adresses = {a.note("transaction"): a.un("redirect_uri") for a in demandes}
    retours = []
    for vu in sorted((*demandes, *mires), key=lambda a: a.numero):
        url = vu.echange.reponse.entete("location") if vu.echange.reponse else None
        transaction = vu.note("transaction")
        if not url:
            continue
        parametres = _parametres(_requete_de(url))
        voulue = adresses.get(transaction, "")
        if (voulue and url.startswith(voulue)) or {"code", "error"} & parametres.keys():
            retours.append(Retour(vu.numero, transaction, url, parametres))
    return tuple(retours)


def _requete_de(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return url.partition("?")[2]


def _parametres(texte: str) -> Parametres:
    lus: dict[str, list[str]] = {}
    try:
        paires = parse_qsl(texte, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return {}
    for nom, valeur in paires:
        lus.setdefault(nom, []).append(valeur)
    return {nom: tuple(valeurs) for nom, valeurs in lus.items()}


def _json(echange: Echange) -> Mapping[str, Any]:
    if echange.reponse is None:
        return {}
    try:
        lu = json.loads(echange.reponse.corps.octets)
    except (ValueError, RecursionError):
        return {}
    return lu if isinstance(lu, dict) else {}
