"""Actions sur l'Annuaire Santé : charger, chercher, créer et tenir à jour les utilisateurs."""

from __future__ import annotations

from simulators.logiciel_temoin.annuaire_fiche import Criteres, FicheAnnuaire
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def reprendre(labo: Labo, rpps: str) -> FicheAnnuaire:
    """La fiche à jour de ce RPPS : `.rpps .nom .prenom .profession_affichee .specialite_affichee .adresses_mss`.

    `Refus` si le RPPS est faux, inconnu ou radié ; `Echec` si l'annuaire ne répond pas et qu'il n'y a pas de copie.
    """
    return labo.annuaire_sante.reprendre(rpps)


@action("importer_annuaire")
def importer_annuaire(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    rapport = labo.annuaire_sante.charger()
    labo.planification.charge()
    return fait(
        f"Annuaire chargé depuis {rapport.source} : {rapport.lus} lignes lues, {rapport.crees} professionnels créés, "
        f"{rapport.modifies} mis à jour, {rapport.retires} rendus inactifs, {rapport.rejetes} lignes rejetées.",
        rapport=rapport.en_dict(),
    )


@action("rechercher_annuaire")
def rechercher_annuaire(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    champs = ("rpps", "nom", "prenom", "profession", "specialite", "lieu")
    criteres = Criteres(**{nom: p.texte_ou_vide(nom).strip() for nom in champs})
    trouves = labo.annuaire_sante.chercher(criteres)
    return fait(
        f"{len(trouves)} professionnel(s) trouvé(s) dans l'Annuaire Santé.",
        professionnels=[fiche.en_dict() for fiche in trouves],
    )


@action("creer_utilisateur")
def creer_utilisateur(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_administrateur(utilisateur)
    cree = labo.annuaire_sante.creer_compte(p.texte("compte"), p.texte("rpps"))
    return fait(f"Utilisateur {cree.compte} créé d'après l'Annuaire Santé.", utilisateur=cree.en_dict())


@action("modifier_utilisateur")
def modifier_utilisateur(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    _exiger_administrateur(utilisateur)
    if p.objet_ou_rien("modifications"):
        raise Refus("Les données de l'utilisateur viennent de l'Annuaire Santé : faites-les corriger à la source.")
    actualise = labo.annuaire_sante.actualiser_compte(p.texte("compte"))
    return fait(f"Utilisateur {actualise.compte} à jour de l'Annuaire Santé.", utilisateur=actualise.en_dict())


def _exiger_administrateur(utilisateur: Utilisateur) -> None:
    if not (utilisateur.administrateur or utilisateur.super_utilisateur):
        raise Refus("Seul l'administrateur gère les comptes des utilisateurs.")
