"""Les gestes d'une connexion : la demander, jouer la personne, relever ce que le logiciel montre, fermer, noter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from requirements.modele import Fournisseur as Chez
from simulators.psc.ciba import DemandeCiba
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import sauter
from steps.etapes.dmp_commun import delai_d_observation
from steps.etapes.psc_commun import (
    Connexion,
    attendu,
    connexions,
    fournisseur,
    identifiant_de,
    mode,
    nom_nu,
    role_de,
    simulateur,
)
from steps.logiciel.protocole import ReponseAction
from steps.personne.mire import ACCEPTER, ReponsePersonne
from steps.personne.navigateur import Navigateur, origine
from steps.personne.pages import sans_accents
from steps.personne.parcours import Parcours, se_connecter, se_deconnecter
from steps.verifications.psc import Tentative
from steps.verifications.psc.deconnexion import Deconnexion

_CANAUX = {"CPS": "CARD", "e-CPS": "MOBILE"}
_UNE_FOIS = frozenset({"ciba_slow_down"})
_ATTENTE_CIBA_S = 25.0
"""Secondes laissées au logiciel, entre deux interrogations du fournisseur, pour apprendre la réponse de la personne."""
_RYTHME_S = 0.5
"""La moitié de l'intervalle annoncé : personne ne doit interroger deux fois dans ce temps."""
_SECONDES_MAX = 10
_REVEIL_S = 0.25
"""Laissé au logiciel pour interroger le fournisseur une fois son horloge avancée."""


def connecter(
    essai: Essai,
    qui: str,
    *,
    moyen: str = "",
    navigateur: Navigateur | None = None,
    decision: str = ACCEPTER,
    d_avance: bool = False,
    rapprochement: str = "",
    pannes: tuple[str, ...] = (),
) -> Connexion:
    """Demande une connexion, joue la personne, relève ce que le logiciel montre.

    `d_avance` : le fournisseur tient la réponse pour donnée, sans montrer sa page ; pour les essais en nombre.
    `rapprochement` : session locale dont le titulaire demande le rapprochement. `pannes` : jouées pendant ce temps.
    """
    choisi, qui = mode(essai), nom_nu(qui)
    identifiant, role = identifiant_de(qui), role_de(qui)
    moyen = moyen or simulateur(essai, choisi.chez).profil.moyens[0]
    depuis = essai.journal.position()
    demande: dict[str, Any] = {"fournisseur": choisi.chez.value, "modalite": choisi.modalite.value}
    if rapprochement:
        demande["session_id"] = rapprochement
    if choisi.ciba:
        demande |= {"identifiant": identifiant, "canal": _CANAUX.get(moyen, "MOBILE")}
    vue = Connexion(qui, choisi, Tentative(identifiant, None), role, depuis, navigateur, moyen=moyen)
    with _pannes(essai, choisi.chez, pannes), _reponse_d_avance(essai, vue, decision, d_avance):
        ouverte = essai.jouer("ouvrir_connexion", role, **demande)
        vue.code_affiche = str(ouverte.donnees.get("code_affiche") or "")
        if ouverte.fait and not choisi.ciba:
            _naviguer(essai, vue, str(ouverte.donnees.get("url") or ""), decision, capturer=not d_avance)
        elif ouverte.fait and not d_avance:
            _approuver(essai, vue, decision)
        lue = ouverte
        if ouverte.fait:
            connexion_id = str(ouverte.donnees.get("connexion_id") or "")
            lue = _lire(essai, vue, connexion_id)
    session = lue.donnees.get("session")
    vue.tentative = Tentative(
        identifiant,
        session if isinstance(session, Mapping) else None,
        essai.journal.echanges(depuis=depuis),
        lue.resultat,
        (*ouverte.messages, *lue.messages),
        choisi.chez.value,
    )
    connexions(essai).append(vue)
    if vue.tentative.ouverte:
        # Une session laissée ouverte porterait cette identité dans les scénarios suivants.
        essai.a_la_fin(lambda: fermer(essai, vue, sans_navigateur=True))
    _noter(essai, vue, lue.resultat)
    return vue


def _naviguer(essai: Essai, vue: Connexion, url: str, decision: str, *, capturer: bool) -> None:
    if not url:
        raise NonConcluant("ouvrir_connexion n'a pas rendu url ; attendu l'adresse que le navigateur ouvre")
    if vue.navigateur is None:
        vue.navigateur = essai.ouvrir_navigateur()
    reponse = ReponsePersonne(vue.identifiant, vue.moyen, decision)
    vue.parcours = se_connecter(vue.navigateur, url, fournisseur(essai), reponse, capturer=capturer)


def _approuver(essai: Essai, vue: Connexion, decision: str) -> None:
    """La personne répond sur son téléphone ou sa carte, une fois que le logiciel a commencé d'attendre."""
    chez = vue.mode.chez
    _faire_interroger(essai, vue, une_fois=True)
    delai = delai_d_observation(essai) + 5.0
    essai.journal.attendre(lambda _: True, depuis=vue.depuis, delai=delai, service=chez.value, operation="jeton")
    if not essai.releves.get("rythme observé"):
        # Une fois par scénario, sans toucher aux horloges : un logiciel trop pressé interroge de nouveau.
        essai.releves["rythme observé"] = True
        rang = essai.journal.position()
        essai.journal.attendre(lambda _: True, depuis=rang, delai=_RYTHME_S, service=chez.value, operation="jeton")
    attentes = simulateur(essai, chez).etat.attentes
    siennes = [
        cle for cle, a in list(attentes.items()) if isinstance(a, DemandeCiba) and a.identifiant == vue.identifiant
    ]
    if siennes:
        simulateur(essai, chez).repondre(siennes[-1], identifiant=vue.identifiant, moyen=vue.moyen, decision=decision)


def _lire(essai: Essai, vue: Connexion, connexion_id: str) -> ReponseAction:
    """Ce que le logiciel montre ; sans navigateur, jusqu'à ce qu'il n'attende plus la réponse de la personne."""
    fin = monotonic() + _ATTENTE_CIBA_S
    if vue.mode.ciba:
        _faire_interroger(essai, vue)
    while True:
        rang = essai.journal.position()
        lue = essai.tenter("lire_connexion", vue.role, connexion_id=connexion_id)
        session = lue.donnees.get("session")
        attend = lue.fait and isinstance(session, Mapping) and not session.get("ouverte") and session.get("demande")
        reste = fin - monotonic()
        if not vue.mode.ciba or not attend or reste <= 0:
            return lue
        essai.journal.attendre(lambda _: True, depuis=rang, delai=reste, service=vue.mode.chez.value)


def _faire_interroger(essai: Essai, vue: Connexion, *, une_fois: bool = False) -> None:
    """Le logiciel interroge à l'intervalle annoncé : s'il a une horloge d'essai, le temps passe aussitôt.

    Jusqu'à une réponse définitive du fournisseur, ou une première réponse quelconque (`une_fois`) ; au plus quelques
    secondes d'horloge : au-delà, le logiciel n'attend plus l'intervalle mais la personne.
    """
    service = vue.mode.chez.value
    for _ in range(_SECONDES_MAX):
        rang = essai.journal.position()
        if not sauter(essai, 1):
            return
        essai.journal.attendre(lambda _: True, depuis=rang, delai=_REVEIL_S, service=service, operation="jeton")
        reponses = [
            echange.notes.get("ciba", "")
            for echange in essai.journal.echanges(service=service, operation="jeton", depuis=vue.depuis)
        ]
        if any(une_fois or reponse not in ("pending", "slow_down") for reponse in reponses):
            return


@contextmanager
def _pannes(essai: Essai, chez: Chez, noms: tuple[str, ...]) -> Iterator[None]:
    armees = [simulateur(essai, chez).panne(nom, fois=1 if nom in _UNE_FOIS else None) for nom in noms]
    try:
        yield
    finally:
        for armee in armees:
            armee.retirer()


@contextmanager
def _reponse_d_avance(essai: Essai, vue: Connexion, decision: str, d_avance: bool) -> Iterator[None]:
    if not d_avance:
        yield
        return
    service = simulateur(essai, vue.mode.chez)
    service.repondre("prochaine", identifiant=vue.identifiant, moyen=vue.moyen, decision=decision)
    try:
        yield
    finally:
        service.etat.reponse_prochaine = None


# --------------------------------------------------------------------- fermer
def fermer(essai: Essai, vue: Connexion, *, sans_navigateur: bool = False, pannes: tuple[str, ...] = ()) -> Deconnexion:
    """Déconnecte ; suit l'adresse de déconnexion dans le navigateur de la connexion. Sans effet la seconde fois."""
    client = attendu(essai)
    avant, depuis = vue.tentative.session, essai.journal.position()
    faits = Deconnexion(
        vue.session_psc, avant, None, (), fournisseur=client.fournisseur,
        par_navigateur=not vue.mode.ciba, post_logout_redirect_uris=client.post_logout_redirect_uris,
    )  # fmt: skip
    if vue.fermee or not vue.session_id:
        return faits
    vue.fermee = True
    with _pannes(essai, vue.mode.chez, pannes):
        close = essai.tenter("fermer_session", vue.role, session_id=vue.session_id)
        url = str(close.donnees.get("url") or "")
        if url and vue.navigateur is not None and not sans_navigateur:
            # La page d'après est celle où le bouton du fournisseur se montre de nouveau.
            parcours = se_deconnecter(vue.navigateur, url, fournisseur(essai), capturer=True)
            _garder_les_ecrans(essai, parcours, "déconnexion")
            vue.passages += _ecrire(essai, vue, parcours, "déconnexion")
    if sans_navigateur:
        return faits
    lue = essai.tenter("lire_session", vue.role, session_id=vue.session_id)
    session = lue.donnees.get("session")
    return Deconnexion(
        vue.session_psc, avant, session if isinstance(session, Mapping) else None,
        essai.journal.echanges(depuis=depuis), resultat=lue.resultat, panne=" ".join(pannes),
        par_navigateur=not vue.mode.ciba, post_logout_redirect_uris=client.post_logout_redirect_uris,
        fournisseur=client.fournisseur,
    )  # fmt: skip


# ---------------------------------------------------------------------- noter
def expurger(essai: Essai, texte: str) -> str:
    """Le texte tel que le journal l'écrit : chaque secret connu y est une empreinte."""
    return essai.journal.expurger(texte)


def _noter(essai: Essai, vue: Connexion, resultat: str) -> None:
    """Garde le parcours au journal, et chaque écran parmi les pièces."""
    if vue.parcours is None:
        return
    vue.passages += _ecrire(essai, vue, vue.parcours, "connexion", resultat)
    _garder_les_ecrans(essai, vue.parcours, "connexion")


def _garder_les_ecrans(essai: Essai, parcours: Parcours, quoi: str) -> None:
    for page, capture in zip(parcours.pages, parcours.captures, strict=False):
        rang = int(essai.releves.get("écrans gardés", 0)) + 1
        essai.releves["écrans gardés"] = rang
        # Une image ne se relit pas : aucun jeton ne s'affiche, et le texte d'une page HTML est expurgé.
        octets, genre = capture.octets, "capture"
        if capture.extension == "html":
            octets, genre = expurger(essai, octets.decode("utf-8", "replace")).encode(), "trace/log"
        titre = re.sub(r"\s+", " ", page.titre)[:80] or origine(page.url)
        essai.bilan.joindre(
            f"ecran-{rang:02d}-{sans_accents(quoi)}.{capture.extension}",
            genre,
            octets,
            f"{quoi}, écran {rang} : {titre}",
            complement=True,
        )


def _ecrire(
    essai: Essai, vue: Connexion, parcours: Parcours, quoi: str, resultat: str = "fait"
) -> list[Mapping[str, Any]]:
    """Écrit les passages au journal et les rend tels qu'il les a écrits."""
    passages = [
        {"methode": p.methode, "url": p.url, "statut": p.statut, "genre": p.genre, "titre": p.titre, "vers": p.vers,
         "cookies": list(p.cookies)}
        for p in parcours.passages
    ]  # fmt: skip
    numero = essai.journal.ajouter(
        "action",
        {
            "action": f"navigateur ({quoi})",
            "utilisateur": vue.qui,
            "parametres": {"fournisseur": vue.mode.chez.value, "modalite": vue.mode.modalite.value},
            "resultat": resultat,
            "messages": [parcours.en_phrase()],
            "donnees": {"passages": passages},
        },
    )
    ecrit = next(iter(essai.journal.enregistrements("action", numero - 1)))
    gardes: list[Mapping[str, Any]] = ecrit.donnees["donnees"]["passages"]
    return gardes
