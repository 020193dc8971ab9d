"""Étapes d'un seul facteur après deux : délai réglé, personne et dispositif de la connexion à deux facteurs."""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import compte, instant, laisser_passer
from steps.etapes.acces_facteurs import (
    connecter,
    connecter_par_dispositif_seul,
    connecter_par_mot_de_passe,
    dispositifs,
    regler_et_relire,
)
from steps.verifications.acces import dispositifs as regles


@when(parse("l'administrateur fixe à {secondes:d} secondes le délai d'un seul facteur"))
def fixer_delai(essai: Essai, secondes: int) -> None:
    reponse, lue = regler_et_relire(essai, "delai_facteur_unique", secondes)
    essai.bilan.constater(regles.delai_regle(reponse.fait, lue, secondes, reponse.en_phrase()))


@when(parse("« {nom} » se connecte avec ses deux facteurs, « {cle} » compris, puis se déconnecte"))
def deux_facteurs(essai: Essai, nom: str, cle: str) -> None:
    vue = connecter(essai, nom, cle, session="deux")
    essai.releves[f"deux facteurs {nom}"] = vue
    essai.releves[f"instant {nom}"] = instant(essai)
    _deconnecter(essai, nom, "deux")


@then(parse("un seul facteur suffit à « {nom} » {secondes:d} secondes après"))
def un_facteur_suffit(essai: Essai, nom: str, secondes: int) -> None:
    _aller_a(essai, nom, secondes)
    vue = connecter_par_mot_de_passe(essai, nom, cle="un")
    _deconnecter(essai, nom, "un")
    essai.releves[f"un facteur {nom}"] = vue
    deux = essai.releves[f"deux facteurs {nom}"]
    essai.bilan.constater(regles.un_facteur_dans_le_delai(deux, vue, f"{secondes} s après"))


@then(parse("un second facteur est exigé de « {nom} » {secondes:d} secondes après, « {cle} » compris"))
def second_facteur_exige(essai: Essai, nom: str, secondes: int, cle: str) -> None:
    _aller_a(essai, nom, secondes)
    hors = connecter_par_mot_de_passe(essai, nom, cle="hors")
    _deconnecter(essai, nom, "hors")
    complet = connecter(essai, nom, cle, session="complet")
    _deconnecter(essai, nom, "complet")
    dans = essai.releves.get(f"un facteur {nom}") or essai.releves[f"deux facteurs {nom}"]
    essai.bilan.constater(regles.second_facteur_au_dela(dans, hors, complet, f"{secondes} s après"))


@then(parse("un seul facteur ne suffit pas à « {nom} », qui ne s'est pas connecté à deux, comme à « {dispense} »"))
def dispense_personnelle(essai: Essai, nom: str, dispense: str) -> None:
    autre = connecter_par_mot_de_passe(essai, nom)
    essai.bilan.constater(regles.dispense_personnelle(essai.releves[f"un facteur {dispense}"], autre))


@then(parse("« {cle} » de « {nom} », qui n'a pas servi, ne suffit pas seul"))
def autre_dispositif_refuse(essai: Essai, cle: str, nom: str) -> None:
    if cle not in dispositifs(essai, nom):
        return
    autre = connecter_par_dispositif_seul(essai, nom, cle)
    essai.bilan.constater(regles.facteur_du_dispositif_initial(essai.releves[f"un facteur {nom}"], autre))


def _aller_a(essai: Essai, nom: str, secondes: int) -> None:
    depuis = essai.releves.get(f"instant {nom}")
    if depuis is None:
        raise NonConcluant(f"« {nom} » ne s'est pas connecté à deux facteurs dans ce scénario")
    reste = (depuis + timedelta(seconds=secondes) - instant(essai)).total_seconds()
    laisser_passer(essai, max(0, reste))


def _deconnecter(essai: Essai, nom: str, session: str) -> None:
    session_id = compte(essai, nom).sessions.pop(session, "")
    if session_id:
        essai.jouer("fermer_session", "personne_morale", session_id=session_id)
