"""Étapes de la connexion des usagers : deux facteurs, mots de passe, déconnexion, inactivité, fermeture du client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import compte, instant, laisser_passer, lire_session, ouverte, tirer_mot_de_passe
from steps.etapes.acces_facteurs import connecter, connecter_par_mot_de_passe, regler_et_relire
from steps.etapes.acces_inscription import connecter_usager, mot_de_passe_admis, session_d_usager
from steps.etapes.commun import changer_reglage
from steps.etapes.vocabulaire import PhraseInconnue
from steps.verifications.acces import usagers_connexion as regles
from steps.verifications.acces.mots_de_passe import TENTATIVES_JOUEES

MARGE_S = 10
"""De part et d'autre de la durée d'inactivité réglée."""
_QUOI = {"son onglet": "onglet", "son navigateur": "navigateur", "son client": "client", "son poste": "poste"}
_JEUX = {"caractères alphanumériques": "aA0", "chiffres": "0"}


@dataclass(frozen=True)
class _Tir:
    """Un mot de passe essayé, en clair pour une personne, et ce que le logiciel en a dit."""

    quoi: str
    accepte: bool
    dit: str


# ------------------------------------------------------------------ deux facteurs
@then(parse("un seul facteur n'ouvre pas la session de « {nom} », deux l'ouvrent, sans rien régler"))
def deux_facteurs_par_defaut(essai: Essai, nom: str) -> None:
    un = connecter_par_mot_de_passe(essai, nom)
    deux = connecter_usager(essai, nom)
    essai.bilan.constater(regles.un_facteur_refuse(un, deux, impose=False))
    essai.bilan.constater(regles.deux_facteurs_ouvrent(deux))


@then(parse("« {cle} » avec le mot de passe ouvre aussi la session de « {nom} »"))
def autre_moyen(essai: Essai, cle: str, nom: str) -> None:
    essai.bilan.constater(regles.deux_facteurs_ouvrent(connecter(essai, nom, cle)))


@when("l'administrateur relâche puis impose les deux facteurs des usagers")
def imposer_deux_facteurs(essai: Essai) -> None:
    """Relâcher peut être refusé : un logiciel qui les impose toujours fait mieux que l'exigence."""
    changer_reglage(essai, "double_facteur_usagers", False)
    reponse = changer_reglage(essai, "double_facteur_usagers", True)
    essai.releves["deux facteurs imposés"] = reponse.en_phrase()


@then(parse("un seul facteur n'ouvre pas la session de « {nom} » une fois les deux imposés"))
def deux_facteurs_imposes(essai: Essai, nom: str) -> None:
    un = connecter_par_mot_de_passe(essai, nom)
    essai.bilan.constater(regles.un_facteur_refuse(un, connecter_usager(essai, nom), impose=True))


# ------------------------------------------------------------------ mots de passe
@when(parse("de mauvais mots de passe sont essayés sur le compte de « {nom} » jusqu'à une restriction"))
def mauvais_mots_de_passe(essai: Essai, nom: str) -> None:
    essai.releves["avant la restriction"] = mot_de_passe_admis(essai, nom)
    tentatives = []
    mauvais = [tirer_mot_de_passe(essai) for _ in range(10)]
    for rang in range(1, TENTATIVES_JOUEES + 1):
        vue = connecter_par_mot_de_passe(essai, nom, mauvais[rang % len(mauvais)], quoi=f"mot de passe faux n° {rang}")
        tentatives.append(vue)
        if regles.restreinte(vue) or vue.ouverte:
            break
    essai.bilan.constater(regles.tentatives_limitees(tentatives))
    essai.releves["restriction vue"] = any(map(regles.restreinte, tentatives))


@then(parse("le bon mot de passe n'est plus admis de « {nom} » pendant la restriction"))
def restriction_tenue(essai: Essai, nom: str) -> None:
    if not essai.releves.get("restriction vue"):
        return
    pendant = mot_de_passe_admis(essai, nom, quoi="bon mot de passe pendant la restriction")
    essai.bilan.constater(regles.restriction_tenue(essai.releves["avant la restriction"], pendant))


@then(parse("le mot de passe de « {nom} » est toujours admis"))
def autre_usager_libre(essai: Essai, nom: str) -> None:
    essai.bilan.constater(regles.autres_usagers_libres(mot_de_passe_admis(essai, nom)))


@when(parse("« {nom} », connecté, essaie de prendre un mot de passe de {longueur:d} {jeux}"))
def mot_de_passe_faible(essai: Essai, nom: str, longueur: int, jeux: str) -> None:
    if jeux not in _JEUX:
        raise PhraseInconnue(f"jeu de caractères inconnu dans la feature : {jeux!r}")
    accepte, dit = _changer(essai, nom, _tirer_faible(essai, longueur, _JEUX[jeux]))
    tirs: list[_Tir] = essai.releves.setdefault("mots de passe faibles", [])
    tirs.append(_Tir(f"mot de passe de {longueur} {jeux}", accepte, dit))


@then(parse("ces mots de passe sont refusés, et « {nom} » en prend un long et varié"))
def mot_de_passe_fort(essai: Essai, nom: str) -> None:
    vise = compte(essai, nom)
    ancien, nouveau = vise.mot_de_passe, tirer_mot_de_passe(essai)
    accepte, dit = _changer(essai, nom, nouveau)
    neuf = connecter_par_mot_de_passe(essai, nom, nouveau, quoi="nouveau mot de passe")
    vieux = connecter_par_mot_de_passe(essai, nom, ancien, quoi="ancien mot de passe")
    essai.bilan.constater(regles.fort_accepte(accepte, neuf, vieux, dit))
    for tir in essai.releves.get("mots de passe faibles", []):
        essai.bilan.constater(regles.faible_refuse(tir.accepte, tir.quoi, tir.dit, controle=accepte))


def _tirer_faible(essai: Essai, longueur: int, jeux: str) -> str:
    """Trop court pour être protégé partout : le journal le cache là où il est nommé."""
    fort = tirer_mot_de_passe(essai, max(longueur, 6), jeux=jeux)
    return fort[:longueur]


def _changer(essai: Essai, nom: str, nouveau: str) -> tuple[bool, str]:
    """Change depuis une session de l'usager, avec son mot de passe en vigueur."""
    vise = compte(essai, nom)
    session_id = vise.sessions.get("mot de passe") or session_d_usager(essai, nom, session="mot de passe")
    reponse = essai.jouer(
        "changer_mot_de_passe", "personne_morale", compte_id=vise.compte_id, ancien=vise.mot_de_passe,
        nouveau=nouveau, session_id=session_id,
    )  # fmt: skip
    if reponse.fait:
        vise.anciens.append(vise.mot_de_passe)
        vise.mot_de_passe = nouveau
    return reponse.fait, reponse.en_phrase()


# ------------------------------------------------------------------ sessions
@when(parse("l'usager « {nom} » se connecte puis se déconnecte"))
def se_deconnecter(essai: Essai, nom: str) -> None:
    session_id = session_d_usager(essai, nom)
    avant = ouverte(lire_session(essai, session_id))
    fermee = essai.jouer("fermer_session", "personne_morale", session_id=session_id)
    apres = lire_session(essai, session_id)
    essai.bilan.constater(regles.session_fermee(avant, ouverte(apres), f"{fermee.en_phrase()} ; {apres.en_phrase()}"))


@then(parse("l'usager « {nom} » se reconnecte"))
def se_reconnecter(essai: Essai, nom: str) -> None:
    vue = connecter_usager(essai, nom)
    essai.bilan.constater(regles.deux_facteurs_ouvrent(vue))


@when(parse("l'administrateur règle l'inactivité des usagers à {secondes:d} secondes"))
def regler_inactivite(essai: Essai, secondes: int) -> None:
    reponse, valeur = regler_et_relire(essai, "delai_inactivite_usagers", secondes)
    essai.bilan.constater(regles.duree_reglee(reponse.fait, valeur, secondes, reponse.en_phrase()))
    essai.releves["inactivité"] = secondes


@then(parse("la session de « {actif} » tient jusqu'à cette durée, celle de « {inactif} », inactif, se ferme ensuite"))
def inactivite(essai: Essai, actif: str, inactif: str) -> None:
    """Regarder une session est une activité : l'un est regardé juste avant, l'autre seulement après."""
    duree = int(essai.releves.get("inactivité") or 0)
    if not duree:
        raise NonConcluant("la feature n'a pas réglé l'inactivité des usagers")
    temoin, debut_temoin = session_d_usager(essai, actif), instant(essai)
    oubliee, debut_oubliee = session_d_usager(essai, inactif), instant(essai)
    _aller_a(essai, debut_temoin, duree - MARGE_S)
    avant = lire_session(essai, temoin)
    quand = f"{duree - MARGE_S} s sans activité"
    essai.bilan.constater(regles.ouverte_avant_le_terme(ouverte(avant), f"après {quand}", avant.en_phrase()))
    _aller_a(essai, debut_oubliee, duree + MARGE_S)
    apres = lire_session(essai, oubliee)
    passee = f"après {duree + MARGE_S} s sans activité"
    essai.bilan.constater(regles.inactive_fermee(True, ouverte(apres), passee, apres.en_phrase()))


def _aller_a(essai: Essai, debut: datetime, secondes: int) -> None:
    """Laisse passer ce qu'il faut pour être à tant de secondes de ce début, quelle que soit la durée des gestes."""
    reste = (debut + timedelta(seconds=secondes) - instant(essai)).total_seconds()
    laisser_passer(essai, max(0, reste))


@when(parse("l'usager « {nom} » se connecte puis ferme {quoi} sans se déconnecter"))
def fermer_le_client(essai: Essai, nom: str, quoi: str) -> None:
    if quoi not in _QUOI:
        raise PhraseInconnue(f"fermeture inconnue dans la feature : {quoi!r}")
    session_id = session_d_usager(essai, nom)
    avant = ouverte(lire_session(essai, session_id))
    rouvert = essai.jouer("quitter_application", "personne_morale", session_id=session_id, quoi=_QUOI[quoi])
    montree = ouverte(rouvert)
    apres = montree or ouverte(lire_session(essai, session_id))
    essai.bilan.constater(regles.session_fermee_avec_le_client(avant, apres, quoi, rouvert.en_phrase()))
