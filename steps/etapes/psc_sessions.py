"""Étapes de la fin d'une session : déconnexion, reconnexion, session close ailleurs, temps qui passe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import laisser_passer
from steps.etapes.psc_commun import DE_QUI, QUI, Connexion, connexions, derniere, mode, nom_nu, sans_compte, simulateur
from steps.etapes.psc_gestes import fermer
from steps.verifications.oidc import jeton_reutilise, page_affichee
from steps.verifications.psc.deconnexion import Deconnexion, deconnexion
from steps.verifications.psc.sessions import session_apres

_QUATRE_HEURES = (25 * 60, 10)
"""Secondes entre deux gestes de l'utilisateur, et leur nombre : quatre heures dix, sans trente minutes d'absence."""
_ABSENCE_S = 31 * 60
_JETON_PERIME_S = 150
"""Au-delà des deux minutes d'un jeton d'accès : le logiciel doit le renouveler, et apprend que la session est close."""


# --------------------------------------------------------------- déconnexion
@when(motif(rf"{QUI} ferme sa session(?P<muet> alors que le fournisseur d'identité ne répond plus)?$"))
def se_deconnecter(essai: Essai, qui: str, muet: str | None) -> None:
    vue = derniere(essai, nom_nu(qui))
    pannes = ("fin_session_indisponible",) if muet else ()
    essai.releves[f"déconnexion {vue.qui}"] = (vue, fermer(essai, vue, pannes=pannes))


@then(motif(rf"la session {DE_QUI} est fermée, dans le logiciel comme chez le fournisseur d'identité$"))
def session_fermee(essai: Essai, qui: str) -> None:
    _juger(essai, qui, reconnexion=False)


@then(motif(rf"la session {DE_QUI} est fermée dans le logiciel$"))
def session_fermee_malgre_tout(essai: Essai, qui: str) -> None:
    """Le fournisseur ne répond plus : c'est la session du logiciel qui compte."""
    _juger(essai, qui, reconnexion=False)


@then(motif(rf"la session {DE_QUI} avait été fermée, et une nouvelle authentification est demandée$"))
def nouvelle_authentification(essai: Essai, qui: str) -> None:
    _juger(essai, qui, reconnexion=True)


def _juger(essai: Essai, qui: str, *, reconnexion: bool) -> None:
    vue, faits = _deconnexion(essai, qui)
    suivante = derniere(essai, vue.qui)
    if reconnexion:
        if suivante is vue:
            raise NonConcluant(f"{qui} ne s'est pas reconnecté dans ce scénario")
        faits = replace(faits, reconnexion=suivante.tentative)
    if not sans_compte(essai, vue):
        essai.bilan.constater(deconnexion(faits))


def _deconnexion(essai: Essai, qui: str) -> tuple[Connexion, Deconnexion]:
    trouvee: tuple[Connexion, Deconnexion] | None = essai.releves.get(f"déconnexion {nom_nu(qui)}")
    if trouvee is None:
        raise NonConcluant(f"{qui} ne s'est pas déconnecté dans ce scénario")
    return trouvee


# ------------------------------------------------------------------- le temps
@when(motif(rf"la session {DE_QUI} est close depuis un autre logiciel$"))
def close_ailleurs(essai: Essai, qui: str) -> None:
    vue = derniere(essai, nom_nu(qui))
    if not vue.session_psc:
        raise NonConcluant(f"{qui} n'a pas de session ouverte chez le fournisseur d'identité")
    _passer(
        essai,
        vue,
        "terminee_ailleurs",
        avant=lambda: simulateur(essai, vue.mode.chez).sessions.terminer(vue.session_psc),
    )


@when(motif(rf"quatre heures passent, {QUI} restant actif$"))
def quatre_heures(essai: Essai, qui: str) -> None:
    """Un geste toutes les vingt-cinq minutes : ce n'est pas l'absence qui doit fermer la session."""
    _passer(essai, derniere(essai, nom_nu(qui)), "duree_maximale")


@when(motif(rf"une demi-heure passe sans que {QUI} fasse rien$"))
def absence(essai: Essai, qui: str) -> None:
    _passer(essai, derniere(essai, nom_nu(qui)), "inactivite")


@then(motif(rf"{QUI} doit s'authentifier de nouveau$"))
def doit_se_reauthentifier(essai: Essai, qui: str) -> None:
    cause, vue, apres, depuis, resultat = _passe(essai, qui)
    if sans_compte(essai, vue):
        return
    echanges = essai.journal.echanges(depuis=depuis)
    service = vue.tentative.service
    essai.bilan.constater(
        session_apres(cause, vue.tentative.session, apres, echanges, resultat=resultat, service=service)
    )


def _passer(essai: Essai, vue: Connexion, cause: str, avant: Any = None) -> None:
    """Fait passer le temps de cette cause, lit la session, retient ce qui s'est vu."""
    pas, fois = {"duree_maximale": _QUATRE_HEURES, "inactivite": (_ABSENCE_S, 1)}.get(cause, (_JETON_PERIME_S, 1))
    depuis = essai.journal.position()
    if avant is not None:
        avant()
    lue = None
    for _ in range(fois):
        laisser_passer(essai, pas)
        lue = essai.tenter("lire_session", vue.role, session_id=vue.session_id)
        if not _ouverte(lue.donnees):
            break
    assert lue is not None
    session = lue.donnees.get("session")
    apres = session if isinstance(session, Mapping) else None
    essai.releves[f"temps passé {vue.qui}"] = (cause, vue, apres, depuis, lue.resultat)


def _passe(essai: Essai, qui: str) -> tuple[str, Connexion, Mapping[str, Any] | None, int, str]:
    trouve: tuple[str, Connexion, Mapping[str, Any] | None, int, str] | None = essai.releves.get(
        f"temps passé {nom_nu(qui)}"
    )
    if trouve is None:
        raise NonConcluant(f"le scénario n'a pas fait passer de temps pour {qui}")
    return trouve


def _ouverte(donnees: Mapping[str, Any]) -> bool:
    session = donnees.get("session")
    return isinstance(session, Mapping) and bool(session.get("ouverte"))


# --------------------------------------------------------- jeton déjà valide
@then("le logiciel a mené de lui-même à la page du fournisseur d'identité")
def page_du_fournisseur(essai: Essai) -> None:
    if not mode(essai).ciba:
        essai.bilan.constater(page_affichee(connexions(essai)[0].tentative))


@then(motif(rf"le jeton déjà valide {DE_QUI} a servi, sans nouvelle authentification$"))
def jeton_servi(essai: Essai, qui: str) -> None:
    siennes = [c for c in connexions(essai) if c.qui == nom_nu(qui)]
    if len(siennes) < 2:
        raise NonConcluant(f"{qui} ne s'est pas connecté deux fois dans ce scénario")
    essai.bilan.constater(jeton_reutilise(siennes[-2].tentative, siennes[-1].tentative))
