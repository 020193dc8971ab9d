"""Étapes des comptes à privilège : politique réglée, chaque critère éprouvé seul, expiration, blocage, déblocage."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from reports.constat import Constat
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import (
    compte,
    laisser_passer,
    lire_compte,
    nombre,
    ouverte,
    ouvrir_session,
    preparer_compte,
    preparer_session,
    session,
    tirer_mot_de_passe,
)
from steps.etapes.commun import garder_reglage
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications.acces import mots_de_passe as regles

JOUR = 86400
_SANS = {"majuscule": "a0!", "minuscule": "A0!", "chiffre": "aA!", "caractère spécial": "aA0"}


@dataclass
class _Privilege:
    """Ce qu'on a fait d'un compte à privilège. `refus` : changements refusés depuis le dernier accepté."""

    refus: int = 0
    accepte: bool = False
    ouverte_avant: bool = False
    manquees: int = 0
    dit: str = ""
    bloque: bool = False


# ------------------------------------------------------------------ comptes à privilège
@given(
    parse("la politique des comptes à privilège réglée à {longueur:d} caractères, {echecs:d} échecs et {jours:d} jours")
)
def politique_reglee(essai: Essai, longueur: int, echecs: int, jours: int) -> None:
    garder_reglage(essai, "politique_mots_de_passe")
    essai.preparer(
        "configurer", "administrateur", parametre="politique_mots_de_passe",
        valeur={
            "population": "privilegie", "longueur": longueur, "jeux": 4, "validite_secondes": jours * JOUR,
            "historique": 5, "echecs_max": echecs,
        },
    )  # fmt: skip
    essai.releves["longueur réglée"] = longueur
    essai.releves["validité réglée"] = f"{jours} jours"
    essai.releves["échecs réglés"] = echecs


@given(parse("un compte à privilège « {nom} »"))
def compte_a_privilege(essai: Essai, nom: str) -> None:
    preparer_compte(
        essai, nom, nom="DUPRÉ-D'ALBON", prenom="Aïcha", profession="Exploitant informatique", privilegie=True,
        permissions=[],
    )  # fmt: skip
    _suivi(essai)[nom] = _Privilege()


@given(parse("un compte à privilège « {nom} » dont le mot de passe a déjà changé une fois"))
def compte_deja_change(essai: Essai, nom: str) -> None:
    compte_a_privilege(essai, nom)
    _prendre(essai, nom, 20)
    essai.bilan.exiger(_seul_le_nouveau(essai, nom))


@when(parse("{jours:d} jours passent"))
def jours_passent(essai: Essai, jours: int) -> None:
    laisser_passer(essai, jours * JOUR)


@then(parse("« {nom} » se connecte encore"))
def se_connecte_encore(essai: Essai, nom: str) -> None:
    reponse = ouvrir_session(essai, nom)
    _suivi(essai)[nom].ouverte_avant = ouverte(reponse)
    if not ouverte(reponse):
        raise NonConcluant(f"« {nom} » ne peut déjà plus se connecter avant l'expiration : {reponse.en_phrase()}")


@then(parse("« {nom} » doit changer de mot de passe"))
def doit_changer(essai: Essai, nom: str) -> None:
    reponse = ouvrir_session(essai, nom)
    essai.bilan.constater(
        regles.changement_impose(
            _suivi(essai)[nom].ouverte_avant, ouverte(reponse), str(session(reponse).get("demande") or ""),
            str(essai.releves.get("validité réglée")),
        )
    )  # fmt: skip


@then(parse("« {nom} » se voit refuser un mot de passe de {longueur:d} caractères"))
def refus_longueur(essai: Essai, nom: str, longueur: int) -> None:
    _eprouver(essai, nom, "longueur", tirer_mot_de_passe(essai, longueur), f"{longueur} caractères des quatre jeux")


@then(
    motif(
        r"« (?P<nom>[^»]+) » se voit refuser un mot de passe sans (?P<quoi>majuscule|minuscule|chiffre|caractère spécial)$"
    )
)
def refus_jeu(essai: Essai, nom: str, quoi: str) -> None:
    """Assez long, les trois autres jeux présents : seul ce critère manque."""
    longueur = retirer(essai, "longueur réglée", int) + 3
    essaye = f"{longueur} caractères, sans {quoi}"
    _eprouver(essai, nom, quoi, tirer_mot_de_passe(essai, longueur, jeux=_SANS[quoi]), essaye)


@then(parse("« {nom} » se voit refuser son mot de passe d'avant"))
def refus_reutilisation(essai: Essai, nom: str) -> None:
    _eprouver(essai, nom, "réutilisation", compte(essai, nom).anciens[0], "un mot de passe déjà utilisé")


@when(parse("« {nom} » prend un mot de passe conforme"))
def prend_conforme(essai: Essai, nom: str) -> None:
    _prendre(essai, nom, 20)


@then(parse("« {nom} » prend un mot de passe de {longueur:d} caractères"))
def prend_longueur(essai: Essai, nom: str, longueur: int) -> None:
    """Exactement la longueur réglée : refusé, c'est une autre longueur qui s'applique."""
    _prendre(essai, nom, longueur)


@then(parse("le compte « {nom} » est bloqué par ces changements refusés"))
def bloque_par_changements(essai: Essai, nom: str) -> None:
    """Un critère non appliqué a fait accepter un mot de passe : on complète alors le compte des refus."""
    suivi, voulus = _suivi(essai)[nom], retirer(essai, "échecs réglés", int)
    for _ in range(voulus):
        if suivi.refus >= voulus:
            break
        _changer(essai, nom, tirer_mot_de_passe(essai, 6, jeux="a"))
    bloque = suivi.bloque or bool((lire_compte(essai, nom) or {}).get("bloque"))
    essai.bilan.constater(regles.compte_bloque(suivi.refus, bloque, suivi.dit, changements=True))
    suivi.bloque = bloque


@then(parse("un mot de passe conforme n'est plus accepté de « {nom} »"))
def bloque_refuse_changement(essai: Essai, nom: str) -> None:
    suivi = _suivi(essai)[nom]
    if not suivi.bloque:
        return
    reponse = _changer(essai, nom, tirer_mot_de_passe(essai, 20))
    essai.bilan.constater(regles.bloque_refuse(suivi.accepte, reponse.fait, reponse.en_phrase()))


@when(parse("l'administrateur débloque « {nom} »"))
def debloquer(essai: Essai, nom: str) -> None:
    reponse = essai.jouer("debloquer_compte", "administrateur", compte_id=compte(essai, nom).compte_id)
    encore = bool((lire_compte(essai, nom) or {}).get("bloque"))
    essai.bilan.exiger(regles.debloque_utilisable(reponse.fait and not encore, reponse.en_phrase()))
    _suivi(essai)[nom].refus, _suivi(essai)[nom].bloque = 0, False


@then(parse("seul le nouveau mot de passe de « {nom} » ouvre une session"))
def nouveau_seul(essai: Essai, nom: str) -> None:
    essai.bilan.constater(_seul_le_nouveau(essai, nom))


@when(parse("« {nom} » échoue à se connecter jusqu'au blocage"))
def echouer_jusqu_au_blocage(essai: Essai, nom: str) -> None:
    """Le bon mot de passe d'abord, puis dix mauvais au plus ; une attente imposée est respectée."""
    suivi = _suivi(essai)[nom]
    preparer_session(essai, nom)
    suivi.ouverte_avant = True
    for rang in range(1, regles.ECHECS_MAX + 1):
        reponse = ouvrir_session(essai, nom, tirer_mot_de_passe(essai))
        suivi.manquees, suivi.dit = rang, reponse.en_phrase()
        if session(reponse).get("bloque") or (lire_compte(essai, nom) or {}).get("bloque"):
            suivi.bloque = True
            return
        if attente := nombre(session(reponse).get("attente_secondes")):
            laisser_passer(essai, attente + 1)


@then(parse("le compte « {nom} » est bloqué par ces connexions manquées"))
def bloque_par_connexions(essai: Essai, nom: str) -> None:
    suivi = _suivi(essai)[nom]
    essai.bilan.constater(regles.compte_bloque(suivi.manquees, suivi.bloque, suivi.dit, changements=False))


@then(parse("le bon mot de passe n'ouvre plus la session de « {nom} »"))
def bloque_refuse_connexion(essai: Essai, nom: str) -> None:
    if _suivi(essai)[nom].bloque:
        reponse = ouvrir_session(essai, nom)
        essai.bilan.constater(regles.bloque_refuse(True, ouverte(reponse), reponse.en_phrase()))


@then(parse("le bon mot de passe ouvre la session de « {nom} »"))
def debloque_ouvre(essai: Essai, nom: str) -> None:
    reponse = ouvrir_session(essai, nom)
    essai.bilan.constater(regles.debloque_utilisable(ouverte(reponse), reponse.en_phrase()))


def _suivi(essai: Essai) -> dict[str, _Privilege]:
    connus: dict[str, _Privilege] = essai.releves.setdefault("comptes à privilège", {})
    return connus


def _changer(essai: Essai, nom: str, neuf: str) -> ReponseAction:
    """Demande le changement et tient le compte des refus de suite ; accepté, il devient le mot de passe courant."""
    vise, suivi = compte(essai, nom), _suivi(essai)[nom]
    reponse = essai.jouer(
        "changer_mot_de_passe", "personne_morale", compte_id=vise.compte_id, ancien=vise.mot_de_passe, nouveau=neuf
    )
    suivi.dit = reponse.en_phrase()
    suivi.bloque = bool(reponse.donnees.get("bloque"))
    if reponse.fait:
        vise.anciens.append(vise.mot_de_passe)
        vise.mot_de_passe, suivi.refus = neuf, 0
    else:
        suivi.refus += 1
    return reponse


def _seul_le_nouveau(essai: Essai, nom: str) -> Constat:
    """L'ancien d'abord : la connexion réussie qui suit efface cet échec."""
    ancien = ouvrir_session(essai, nom, compte(essai, nom).anciens[-1])
    neuf = ouvrir_session(essai, nom)
    return regles.changement_effectif(ouverte(neuf), ouverte(ancien), neuf.en_phrase())


def _eprouver(essai: Essai, nom: str, critere: str, neuf: str, essaye: str) -> None:
    controle = _suivi(essai)[nom].accepte
    reponse = _changer(essai, nom, neuf)
    essai.bilan.constater(regles.critere_exige(critere, reponse.fait, essaye, reponse.en_phrase(), controle=controle))


def _prendre(essai: Essai, nom: str, longueur: int) -> None:
    reponse = _changer(essai, nom, tirer_mot_de_passe(essai, longueur))
    essaye = f"{longueur} caractères des quatre jeux, jamais utilisés"
    essai.bilan.exiger(regles.conforme_accepte(reponse.fait, essaye, reponse.en_phrase()))
    _suivi(essai)[nom].accepte = True
