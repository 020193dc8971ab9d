"""Étapes des comptes d'usagers : inscription, coordonnées, modification, attributs enregistrés."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from reports.verdict import Verdict
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.acces_commun import (
    CompteEssai,
    Table,
    compte,
    lire_compte,
    retenir,
    tirer_mot_de_passe,
)
from steps.etapes.acces_facteurs import (
    confirmer,
    lire_nouveau,
    marquer_lus,
    messages_depuis,
)
from steps.etapes.acces_inscription import (
    connecter_usager,
    inscrire,
    moyens,
    preparer_usager,
    presenter_usager,
    session_d_usager,
    verification_admise,
)
from steps.logiciel.protocole import ReponseAction
from steps.verifications.acces import coordonnees, usagers

CHAMP_IDENTITE = {"nom utilisé": "nom_utilise", "prénom utilisé": "prenom_utilise"}


# ------------------------------------------------------------------ mise en place
@given("des usagers inscrits")
def usagers_inscrits(essai: Essai, datatable: Table) -> None:
    """Une ligne par usager : compte, nom et prénoms de naissance ; adresse confirmée, mot de passe tiré."""
    for ligne in vocabulaire.table(datatable):
        preparer_usager(essai, ligne["compte"], nom_naissance=ligne["nom"], prenoms=ligne["prénoms"])


@given("des personnes qui n'ont pas encore de compte")
def personnes(essai: Essai, datatable: Table) -> None:
    for ligne in vocabulaire.table(datatable):
        presenter_usager(essai, ligne["compte"], nom_naissance=ligne["nom"], prenoms=ligne["prénoms"])


# ------------------------------------------------------------------ inscription
@when("une personne s'inscrit par chacun des moyens de vérification proposés")
def inscription_par_chaque_moyen(essai: Essai) -> None:
    """Une personne neuve par moyen : la vérification réussit pour l'une, échoue pour une autre."""
    proposes = moyens(essai)
    essai.bilan.constater(usagers.moyens_admis(proposes))
    essai.bilan.joindre(
        "moyens-de-verification.txt", "document", "\n".join(proposes).encode(),
        "moyens de vérification d'identité que le logiciel dit proposer",
    )  # fmt: skip
    retenus = [moyen for moyen in proposes if moyen in usagers.MOYENS_ADMIS] or [verification_admise(essai)["moyen"]]
    for moyen in retenus:
        nom = f"vérifiée par {moyen}"
        vise = presenter_usager(essai, nom)
        reponse = inscrire(essai, nom, {"moyen": moyen, "valide": True})
        lu = lire_compte(essai, nom) if reponse.fait else None
        identite = _attendus(vise)
        essai.bilan.constater(usagers.compte_inscrit(lu, moyen, identite, reponse.en_phrase()))
        if lu is not None:
            essai.releves["inscription réussie"] = f"« {nom} »"
            _confirmer_adresse(essai, nom)
            essai.bilan.constater(usagers.usager_connecte(connecter_usager(essai, nom)))
        _inscription_refusee(essai, f"échouée par {moyen}", {"moyen": moyen, "valide": False})


@then("une personne ne s'inscrit pas sans vérification de son identité")
def inscription_sans_verification(essai: Essai) -> None:
    _inscription_refusee(essai, "sans vérification", None)


def _inscription_refusee(essai: Essai, nom: str, verification: Mapping[str, Any] | None) -> None:
    presenter_usager(essai, nom)
    reponse = inscrire(essai, nom, verification)
    connexion = None
    if reponse.fait:
        _confirmer_adresse(essai, nom)
        connexion = connecter_usager(essai, nom)
    quoi = "vérification échouée" if verification else "aucune vérification"
    essai.bilan.constater(
        usagers.inscription_refusee(
            reponse.fait, connexion, quoi, reponse.en_phrase(), echouee=verification is not None,
            controle=str(essai.releves.get("inscription réussie", "")),
        )
    )  # fmt: skip


def _confirmer_adresse(essai: Essai, nom: str) -> None:
    adresse = str(compte(essai, nom).champs["courriel"])
    message = lire_nouveau(essai, adresse)
    if message is not None:
        confirmer(essai, nom, adresse, message)


# ------------------------------------------------------------------ inscription par un professionnel
@when(parse("le professionnel inscrit « {nom} »"))
def inscription_par_professionnel(essai: Essai, nom: str) -> None:
    vise = compte(essai, nom)
    adresse = str(vise.champs["courriel"])
    marquer_lus(essai, adresse)
    position = essai.journal.position()
    reponse = essai.jouer("creer_compte", "biologiste_1", compte=dict(vise.champs), mode="professionnel")
    retenir(vise, reponse)
    lu = lire_compte(essai, nom) if reponse.fait else None
    essai.bilan.constater(usagers.compte_par_professionnel(lu, _attendus(vise), reponse.en_phrase()))
    if lu is not None:
        essai.bilan.constater(usagers.compte_annonce(messages_depuis(essai, adresse, position), adresse))


@then(parse("« {nom} » se connecte à l'aide du message reçu et y trouve l'identité saisie"))
def connexion_apres_annonce(essai: Essai, nom: str) -> None:
    """Le message permet de confirmer l'adresse, puis de choisir un mot de passe."""
    vise = compte(essai, nom)
    if not vise.compte_id:
        return
    adresse = str(vise.champs["courriel"])
    message = lire_nouveau(essai, adresse)
    if message is not None:
        confirmer(essai, nom, adresse, message)
    vise.mot_de_passe = tirer_mot_de_passe(essai)
    essai.jouer("changer_mot_de_passe", "personne_morale", compte_id=vise.compte_id, nouveau=vise.mot_de_passe)
    essai.bilan.constater(usagers.usager_connecte(connecter_usager(essai, nom)))
    essai.bilan.constater(
        usagers.compte_par_professionnel(lire_compte(essai, nom), _attendus(vise), "relu après connexion")
    )


# ------------------------------------------------------------------ identité
@when(parse("« {nom} », connecté, demande à changer son {champ} en « {valeur} »"))
def changer_identite(essai: Essai, nom: str, champ: str, valeur: str) -> None:
    """Sans vérification, avec une vérification qui échoue, puis avec une vérification réussie."""
    cle = CHAMP_IDENTITE[champ]
    session_id = session_d_usager(essai, nom, session="identité")
    avant = _identite(lire_compte(essai, nom)).get(cle)
    admise = verification_admise(essai)
    refus: list[tuple[str, ReponseAction, object]] = []
    for quoi, verification in (
        ("sans vérification", None),
        ("malgré une vérification échouée", {**admise, "valide": False}),
    ):
        reponse = _modifier(essai, nom, session_id, {cle: valeur}, verification)
        refus.append((quoi, reponse, _identite(lire_compte(essai, nom)).get(cle)))
    adresse = str(compte(essai, nom).champs["courriel"])
    position = essai.journal.position()
    reponse = _modifier(essai, nom, session_id, {cle: valeur}, admise)
    apres = _identite(lire_compte(essai, nom)).get(cle)
    faite = usagers.modification_faite(apres, valeur, reponse.en_phrase())
    for quoi, refusee, vu in refus:
        essai.bilan.constater(
            usagers.modification_refusee(
                avant, vu, valeur, quoi, refusee.en_phrase(), controle=faite.verdict is Verdict.CONFORME
            )
        )
    essai.bilan.constater(faite)
    essai.bilan.constater(coordonnees.identite_notifiee(messages_depuis(essai, adresse, position), adresse))


def _modifier(
    essai: Essai, nom: str, session_id: str, identite: Mapping[str, Any], verification: Mapping[str, Any] | None
) -> ReponseAction:
    parametres = {"verification_identite": dict(verification)} if verification else {}
    return essai.jouer(
        "modifier_compte", "personne_morale", compte_id=compte(essai, nom).compte_id,
        modifications={"identite": dict(identite)}, session_id=session_id, **parametres,
    )  # fmt: skip


def _attendus(vise: CompteEssai) -> dict[str, Any]:
    """Les six attributs que l'exigence demande, tels qu'ils ont été saisis."""
    return {champ: vise.champs["identite"][champ] for champ in usagers.ATTRIBUTS}


def _identite(lu: Mapping[str, Any] | None) -> Mapping[str, Any]:
    identite: Mapping[str, Any] = (lu or {}).get("identite") or {}
    return identite


@then("les attributs minimaux de chaque usager sont enregistrés")
def attributs_enregistres(essai: Essai, datatable: Table) -> None:
    lus = [
        (nom, lire_compte(essai, nom), _attendus(compte(essai, nom)))
        for nom in (ligne["compte"] for ligne in vocabulaire.table(datatable))
    ]
    essai.bilan.constater(usagers.attributs_enregistres(lus))
