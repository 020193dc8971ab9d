"""Actions sur les comptes : déclarer, afficher, modifier, supprimer, débloquer, extraire, mettre à jour en masse."""

from __future__ import annotations

import base64
from typing import Any

from simulators.logiciel_temoin import acces_fichiers as fichiers
from simulators.logiciel_temoin import acces_masse as masse
from simulators.logiciel_temoin import acces_modification as modification
from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_extensions import CREATIONS, MODIFICATIONS
from simulators.logiciel_temoin.acces_rpps import ABSENCES
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.erreurs import Enveloppe, ParametreInvalide, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def montrer(labo: Labo, compte: Compte) -> dict[str, Any]:
    """Le compte tel que l'écran le montre."""
    montre = compte.en_dict()
    if compte.rpps and labo.defaut("compte_sans_rpps_affiche"):
        montre["rpps"] = None
    if compte.rpps and labo.defaut("attribut_profession_perdu"):
        montre["profession"] = ""
    if (compte.recherche_rpps or {}).get("etat") in ABSENCES and labo.defaut("rpps_absence_tue"):
        del montre["recherche_rpps"]
    return montre


def exiger_gestionnaire(utilisateur: Utilisateur) -> None:
    """Les comptes sont gérés par l'administrateur et par le super utilisateur."""
    if not (utilisateur.administrateur or utilisateur.super_utilisateur):
        raise Refus("Seul un administrateur gère les comptes.")


@action("creer_compte")
def creer_compte(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    champs = p.objet("compte")
    traitement = CREATIONS.get(str(champs.get("population") or "professionnel"))
    if traitement:
        return traitement(labo, utilisateur, p)
    mode = p.choix("mode", ("administrateur", "import", "inscription", "professionnel"), "administrateur")
    if mode != "inscription":
        exiger_gestionnaire(utilisateur)
    mot_de_passe = p.texte_ou_rien("mot_de_passe")
    auteur = str(champs.get("identifiant")) if mode == "inscription" else utilisateur.compte
    compte, signale = masse.creer(labo, champs, auteur)
    if mot_de_passe is not None:
        try:
            labo.mots_de_passe.definir(compte, mot_de_passe)
        except Refus:
            labo.comptes.supprimer(compte.compte_id)
            raise
    return fait(*filter(None, (f"Compte {compte.identifiant} créé.", signale)), compte=montrer(labo, compte))


@action("lire_compte")
def lire_compte(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    return fait(compte=montrer(labo, _viser(labo, p)))


@action("modifier_compte")
def modifier_compte(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    compte = _viser(labo, p)
    traitement = MODIFICATIONS.get(compte.population)
    if traitement:
        return traitement(labo, utilisateur, p)
    auteur = _auteur(labo, utilisateur, compte, p.texte_ou_rien("session_id"))
    champs = p.objet("modifications")
    if set(champs) & {"permissions", "privilegie", "actif"} and auteur == compte.identifiant:
        raise Refus("Seul un administrateur change les permissions d'un compte.")
    try:
        modification.exiger_verification(labo, champs, p.objet_ou_rien("verification_identite"))
        modification.appliquer(labo, compte, champs, auteur)
    except Refus:
        tracer(labo, auteur, "modification_attributs", compte, reussi=False, attributs=sorted(champs))
        raise
    return fait("Compte modifié.", compte=montrer(labo, compte))


@action("supprimer_compte")
def supprimer_compte(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    exiger_gestionnaire(utilisateur)
    compte = _viser(labo, p)
    masse.supprimer(labo, compte, utilisateur.compte)
    return fait(f"Compte {compte.identifiant} supprimé.")


@action("debloquer_compte")
def debloquer_compte(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    exiger_gestionnaire(utilisateur)
    compte = _viser(labo, p)
    labo.mots_de_passe.debloquer(compte)
    return fait(f"Compte {compte.identifiant} débloqué.", compte=montrer(labo, compte))


@action("changer_mot_de_passe")
def changer_mot_de_passe(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """L'ancien mot de passe, ou une session du titulaire ; un échec compte comme un échec de connexion."""
    compte = _viser(labo, p)
    ancien, nouveau, session_id = p.texte_ou_rien("ancien"), p.texte("nouveau"), p.texte_ou_rien("session_id")
    auteur = _auteur(labo, utilisateur, compte, session_id) if session_id else compte.identifiant
    if compte.bloque:
        tracer(labo, auteur, "mot_de_passe", compte, reussi=False)
        raise Refus("Ce compte est bloqué ; adressez-vous à l'administrateur.", bloque=True)
    try:
        if labo.mots_de_passe.existe(compte) and not labo.mots_de_passe.juste(compte, ancien or ""):
            raise Refus("L'ancien mot de passe n'est pas le bon.")
        labo.mots_de_passe.definir(compte, nouveau)
    except Refus as refus:
        if not labo.defaut("blocage_changements_absent"):
            labo.mots_de_passe.compter_echec(compte)
        tracer(labo, auteur, "mot_de_passe", compte, reussi=False, **_en_clair(labo, nouveau))
        raise Refus(*refus.messages, bloque=compte.bloque) from refus
    tracer(labo, auteur, "mot_de_passe", compte, **_en_clair(labo, nouveau))
    return fait("Mot de passe changé.", bloque=False)


def _en_clair(labo: Labo, nouveau: str) -> dict[str, Any]:
    return {"valeur": nouveau} if labo.defaut("trace_mot_de_passe_en_clair") else {}


@action("extraire_comptes")
def extraire_comptes(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    exiger_gestionnaire(utilisateur)
    comptes = labo.comptes.tous()
    montres = comptes[:-1] if labo.defaut("extraction_partielle") else comptes
    fichier = fichiers.extraire(montres)
    if labo.defaut("extraction_perimee"):
        fichier = base64.b64decode(labo.identifiants_fixes.setdefault("extraction", _base64(fichier)))
    return fait(
        f"{len(comptes)} comptes extraits.",
        nom="comptes.csv",
        fichier_base64=_base64(fichier),
        comptes=[montrer(labo, compte) for compte in comptes],
    )


@action("mettre_a_jour_comptes")
def mettre_a_jour_comptes(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    exiger_gestionnaire(utilisateur)
    lignes = p.liste("lignes")
    if not all(isinstance(ligne, dict) and {"action", "identifiant"} <= set(ligne) for ligne in lignes):
        raise ParametreInvalide("lignes : objets {action, identifiant, champs, permission} attendus")
    fichier = fichiers.preparer(lignes)
    rapport, rejets = masse.charger(labo, fichier, utilisateur.compte)
    return fait("Fichier chargé.", *rejets, nom="mise_a_jour.csv", fichier_base64=_base64(fichier), rapport=rapport)


@action("modifier_referentiel")
def modifier_referentiel(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    attributs = p.objet_ou_rien("attributs") or {}
    labo.referentiel.modifier(p.texte("identifiant"), attributs, p.textes_ou_rien("permissions"))
    return fait("Référentiel local modifié.")


@action("synchroniser_comptes")
def synchroniser_comptes(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    exiger_gestionnaire(utilisateur)
    rapport = masse.synchroniser(labo, utilisateur.compte)
    return fait(f"{rapport['lus']} utilisateurs lus, {rapport['modifies']} mis à jour.", rapport=rapport)


def _viser(labo: Labo, p: Parametres) -> Compte:
    compte_id, identifiant = p.texte_ou_rien("compte_id"), p.texte_ou_rien("identifiant")
    if compte_id is None and identifiant is None:
        raise ParametreInvalide("compte_id ou identifiant attendu")
    if compte_id is not None:
        return labo.comptes.exiger(compte_id)
    compte = labo.comptes.par_identifiant(str(identifiant), None)
    if compte is None:
        raise Refus(f"Compte inconnu : {identifiant}.")
    return compte


def _auteur(labo: Labo, utilisateur: Utilisateur, compte: Compte, session_id: str | None) -> str:
    """Le titulaire par sa session, sinon un gestionnaire des comptes."""
    if session_id is None:
        exiger_gestionnaire(utilisateur)
        return utilisateur.compte
    session = labo.sessions.lire(session_id)
    if session is None or session.compte_id != compte.compte_id:
        raise Refus("Votre session est fermée : reconnectez-vous.")
    return compte.identifiant


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
