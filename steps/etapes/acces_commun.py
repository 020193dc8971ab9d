"""Outillage commun des accès : comptes d'essai, mots de passe tirés, sessions, traces, temps qui passe."""

from __future__ import annotations

import hashlib
import secrets
import string
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from reports.verdict import Verdict
from simulators.courriels.simulateur import DOMAINE
from simulators.socle.expurgation import LONGUEUR_MINIMALE
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.logiciel.protocole import Adaptateur, ReponseAction

Table = Sequence[Sequence[str]]
ATTENTE_REELLE_MAX_S = 90
DELAI = 5.0
"""Secondes laissées à un logiciel qui agit après avoir répondu : message envoyé, tâche planifiée."""
SPECIAUX = "!#$%&*+-./:=?@_"
_CLE = "comptes d'essai"
_AVANCES: WeakKeyDictionary[Adaptateur, timedelta] = WeakKeyDictionary()


@dataclass
class CompteEssai:
    """Un compte que la feature nomme. `dernier` : ce que le logiciel en a montré en dernier ; `sessions` par nom."""

    nom: str
    identifiant: str
    champs: dict[str, Any] = field(default_factory=dict)
    mot_de_passe: str = ""
    anciens: list[str] = field(default_factory=list)
    compte_id: str = ""
    dernier: Mapping[str, Any] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)


# ------------------------------------------------------------------ temps
def laisser_passer(essai: Essai, secondes: float) -> None:
    """Laisse passer ce temps : horloge d'essai du produit, sinon vraie attente, sinon scénario à vérifier."""
    entier = round(secondes)
    if sauter(essai, entier):
        return
    if entier > ATTENTE_REELLE_MAX_S:
        raison = (
            f"il faudrait attendre {entier} s : le logiciel n'a pas d'horloge d'essai, à dérouler avec une personne"
        )
        essai.bilan.echouer(Verdict.A_VERIFIER, raison)
        raise ScenarioArrete(raison)
    threading.Event().wait(entier)


def sauter(essai: Essai, secondes: int) -> bool:
    """Avance l'horloge d'essai du produit et celle du fournisseur d'identité ; faux si le produit n'en a pas."""
    duree, psc = timedelta(seconds=secondes), getattr(essai.banc, "psc", None)
    # Le fournisseur d'abord : un produit réveillé par le saut ne doit pas le trouver encore à l'heure d'avant.
    if psc is not None:
        psc.horloge.avancer(duree)
    reponse = essai.tenter("laisser_passer", "administrateur", secondes=secondes)
    if reponse.fait:
        _AVANCES[essai.adaptateur] = avance(essai) + duree
        return True
    if psc is not None:
        psc.horloge.avancer(-duree)
    if reponse.resultat != "non_gere":
        raise NonConcluant(f"laisser_passer {secondes} s a donné {reponse.en_phrase()}")
    return False


def avance(essai: Essai) -> timedelta:
    """De combien l'horloge d'essai du produit est en avance sur la vraie, depuis le début de la campagne."""
    return _AVANCES.get(essai.adaptateur, timedelta())


def instant(essai: Essai) -> datetime:
    """L'heure qu'il est pour le produit."""
    return datetime.now(UTC) + avance(essai)


# ------------------------------------------------------------------ mots de passe
def tirer_mot_de_passe(essai: Essai, longueur: int = 20, *, jeux: str = "aA0!") -> str:
    """Un mot de passe au hasard, protégé dans le journal, de cette longueur et de ces seuls jeux de caractères.

    `jeux` : `a` minuscules, `A` majuscules, `0` chiffres, `!` caractères spéciaux ; chacun y figure au moins une fois.
    """
    alphabets = [_ALPHABETS[jeu] for jeu in jeux]
    tires = [secrets.choice(alphabet) for alphabet in alphabets]
    tires += [secrets.choice("".join(alphabets)) for _ in range(longueur - len(tires))]
    secrets.SystemRandom().shuffle(tires)
    mot_de_passe = "".join(tires)
    essai.journal.proteger(mot_de_passe)
    return mot_de_passe


@contextmanager
def cache(essai: Essai, *secrets_du_moment: str) -> Iterator[None]:
    """Cache ces codes à usage unique dans ce qui est écrit pendant ce temps ; ensuite, ils ne valent plus rien."""
    longs = [secret for secret in secrets_du_moment if len(secret) >= LONGUEUR_MINIMALE]
    for secret in longs:
        essai.journal.proteger(secret)
    try:
        yield
    finally:
        essai.journal.oublier(longs)


_ALPHABETS = {"a": string.ascii_lowercase, "A": string.ascii_uppercase, "0": string.digits, "!": SPECIAUX}


# ------------------------------------------------------------------ données
def permissions(essai: Essai, phrase: str) -> list[str]:
    """Les permissions que la feature nomme, dans les mots du logiciel (`permissions` de logiciel.yaml)."""
    noms = [nom.strip() for nom in phrase.split(",") if nom.strip()]
    return [essai.logiciel.permissions.get(nom, nom) for nom in noms]


def adresse_neuve(essai: Essai, nom: str) -> str:
    """Une adresse de messagerie jamais donnée, dont le relais d'essai lit la boîte."""
    graine = f"{essai.graine}{essai.retenu.numero}/{nom}/{secrets.token_hex(4)}".encode()
    return f"ps.{hashlib.sha256(graine).hexdigest()[:10]}@{DOMAINE}"


# ------------------------------------------------------------------ comptes
def comptes(essai: Essai) -> dict[str, CompteEssai]:
    """Les comptes présentés par le scénario."""
    connus: dict[str, CompteEssai] = essai.releves.setdefault(_CLE, {})
    return connus


def compte(essai: Essai, nom: str) -> CompteEssai:
    """Le compte que la feature appelle ainsi."""
    try:
        return comptes(essai)[nom]
    except KeyError:
        raise NonConcluant(f"la feature parle du compte « {nom} » sans l'avoir présenté") from None


def presenter_compte(essai: Essai, nom: str, /, **champs: Any) -> CompteEssai:
    """Un compte à créer, d'identifiant propre à ce scénario et à cette campagne ; rien n'est demandé au logiciel."""
    graine = f"{essai.graine}{essai.retenu.numero}/{nom}/{secrets.token_hex(4)}".encode()
    identifiant = f"essai.{hashlib.sha256(graine).hexdigest()[:12]}"
    presente = CompteEssai(nom, identifiant, {"population": "professionnel", **champs, "identifiant": identifiant})
    comptes(essai)[nom] = presente
    return presente


def creer_compte(
    essai: Essai, nom: str, *, utilisateur: str = "administrateur", avec_mot_de_passe: bool = True, **parametres: Any
) -> ReponseAction:
    """Déclare le compte présenté sous ce nom ; retient son `compte_id` et ce que le logiciel en montre."""
    vise = compte(essai, nom)
    if avec_mot_de_passe:
        vise.mot_de_passe = vise.mot_de_passe or tirer_mot_de_passe(essai)
        parametres = {"mot_de_passe": vise.mot_de_passe, **parametres}
    reponse = essai.jouer("creer_compte", utilisateur, compte=dict(vise.champs), **parametres)
    retenir(vise, reponse)
    return reponse


def preparer_compte(essai: Essai, nom: str, /, *, avec_mot_de_passe: bool = True, **champs: Any) -> CompteEssai:
    """Présente puis déclare un compte de mise en place ; sans lui, le scénario n'est pas jugeable."""
    presente = presenter_compte(essai, nom, **champs)
    reponse = creer_compte(essai, nom, avec_mot_de_passe=avec_mot_de_passe)
    if not reponse.fait or not presente.compte_id:
        raise NonConcluant(f"mise en place : le compte « {nom} » n'a pas été créé, {reponse.en_phrase()}")
    return presente


def lire_compte(essai: Essai, nom: str, utilisateur: str = "administrateur") -> Mapping[str, Any] | None:
    """Le compte tel que le logiciel le montre maintenant ; None s'il ne le connaît pas."""
    vise = compte(essai, nom)
    cles = {"compte_id": vise.compte_id} if vise.compte_id else {"identifiant": vise.identifiant}
    reponse = essai.jouer("lire_compte", utilisateur, **cles)
    retenir(vise, reponse)
    return reponse.donnees.get("compte") if reponse.fait else None


def retenir(vise: CompteEssai, reponse: ReponseAction) -> None:
    """Garde ce que le logiciel vient de dire du compte, quand il l'a dit."""
    rendu = reponse.donnees.get("compte")
    if isinstance(rendu, Mapping):
        vise.dernier = rendu
        vise.compte_id = str(rendu.get("compte_id") or vise.compte_id)


# ------------------------------------------------------------------ sessions
def ouvrir_session(
    essai: Essai, nom: str, mot_de_passe: str | None = None, *, cle: str = "", **parametres: Any
) -> ReponseAction:
    """Connecte ce compte par mot de passe ; la session, si elle s'ouvre, est retenue sous `cle`."""
    vise = compte(essai, nom)
    if vise.champs.get("population") == "usager":
        parametres = {"population": "usager", **parametres}
    reponse = essai.jouer(
        "ouvrir_session", "personne_morale", identifiant=vise.identifiant,
        mot_de_passe=vise.mot_de_passe if mot_de_passe is None else mot_de_passe, **parametres,
    )  # fmt: skip
    if ouverte(reponse):
        vise.sessions[cle] = str(reponse.donnees["session"].get("session_id") or "")
    return reponse


def preparer_session(essai: Essai, nom: str, cle: str = "") -> str:
    """Ouvre une session de mise en place et rend son identifiant ; sans elle, le scénario n'est pas jugeable."""
    reponse = ouvrir_session(essai, nom, cle=cle)
    if not ouverte(reponse) or not compte(essai, nom).sessions.get(cle):
        raise NonConcluant(f"mise en place : « {nom} » n'a pas pu se connecter, {reponse.en_phrase()}")
    return compte(essai, nom).sessions[cle]


def session(reponse: ReponseAction) -> Mapping[str, Any]:
    """La session que cette réponse montre ; vide si elle n'en montre pas."""
    montree = reponse.donnees.get("session")
    return montree if isinstance(montree, Mapping) else {}


def ouverte(reponse: ReponseAction) -> bool:
    """Vrai si l'action a eu lieu et montre une session ouverte."""
    return reponse.fait and bool(session(reponse).get("ouverte"))


def lire_session(essai: Essai, session_id: str) -> ReponseAction:
    """Essaie d'ouvrir un écran protégé avec cette session (ce qui est une activité de l'utilisateur)."""
    return essai.jouer("lire_session", "personne_morale", session_id=session_id)


# ------------------------------------------------------------------ traces
def traces_comptes(essai: Essai, utilisateur: str = "administrateur") -> list[Mapping[str, Any]]:
    """Les traces du cycle de vie des comptes, telles que le logiciel les montre."""
    reponse = essai.jouer("lire_traces", utilisateur, categorie="comptes")
    return [trace for trace in reponse.donnees.get("traces") or [] if isinstance(trace, Mapping)]


def nombre(valeur: object) -> float:
    """Le nombre rendu ; 0 si ce n'en est pas un."""
    return float(valeur) if isinstance(valeur, int | float) and not isinstance(valeur, bool) else 0.0
