"""Étapes des traces du cycle de vie des comptes : faire chaque opération, la retenir, la chercher dans les traces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.acces_commun import (
    CompteEssai,
    Table,
    avance,
    compte,
    comptes,
    ouverte,
    ouvrir_session,
    permissions,
    preparer_session,
    retenir,
    tirer_mot_de_passe,
    traces_comptes,
)
from steps.logiciel.protocole import ReponseAction
from steps.verifications.acces import traces as regles
from steps.verifications.acces.traces import Operation

_CHAMPS = {"nom": "nom", "prénom": "prenom", "profession": "profession"}
PIECE = {"moyen": "piece_identite", "valide": True}
"""Justification présentée à l'appui d'un changement d'identité, pour un logiciel qui en demande une."""


# ------------------------------------------------------------------ agir
@when(motif(r"(?P<qui>l'administrateur|le super utilisateur) modifie « (?P<nom>[^»]+) »$"))
def modifier_attributs(essai: Essai, qui: str, nom: str, datatable: Table) -> None:
    (ligne,) = vocabulaire.table(datatable)
    modifications = {_CHAMPS[titre]: valeur for titre, valeur in ligne.items()}
    _modifier(essai, qui, nom, modifications, "modification_attributs", attributs=frozenset(modifications))


@when(
    motif(
        r"(?P<qui>l'administrateur|le super utilisateur) donne à « (?P<nom>[^»]+) » les permissions « (?P<noms>.+) »$"
    )
)
def modifier_permissions(essai: Essai, qui: str, nom: str, noms: str) -> None:
    connues, neuves = set(compte(essai, nom).champs["permissions"]), set(permissions(essai, noms))
    changements = {"ajoutees": frozenset(neuves - connues), "retirees": frozenset(connues - neuves)}
    _modifier(essai, qui, nom, {"permissions": sorted(neuves)}, "modification_permissions", **changements)


def _modifier(
    essai: Essai, qui: str, nom: str, modifications: Mapping[str, Any], operation: str, **nature: frozenset[str]
) -> None:
    role = vocabulaire.role(qui)
    vise, debut = compte(essai, nom), datetime.now(UTC)
    reponse = essai.preparer(
        "modifier_compte", role, compte_id=vise.compte_id, modifications=dict(modifications),
        verification_identite=PIECE,
    )  # fmt: skip
    retenir(vise, reponse)
    _noter(essai, vise, operation, debut, auteurs=frozenset({role, essai.compte(role)}), nature=nature)


@when(parse("« {nom} » échoue à se connecter"))
def connexion_manquee(essai: Essai, nom: str) -> None:
    vise, debut = compte(essai, nom), datetime.now(UTC)
    reponse = ouvrir_session(essai, nom, _essayer(essai, tirer_mot_de_passe(essai)))
    if ouverte(reponse):
        raise NonConcluant(f"un mauvais mot de passe a ouvert la session de « {nom} »")
    _noter(essai, vise, "connexion", debut, reussie=False)


@when(parse("« {nom} » se connecte"))
def connexion_reussie(essai: Essai, nom: str) -> None:
    debut = datetime.now(UTC)
    preparer_session(essai, nom)
    _noter(essai, compte(essai, nom), "connexion", debut)


@when(parse("« {nom} » se voit refuser un nouveau mot de passe"))
def changement_refuse(essai: Essai, nom: str) -> None:
    """Six minuscules : trop court pour toute politique admise."""
    vise, debut = compte(essai, nom), datetime.now(UTC)
    reponse = _changer(essai, vise, _essayer(essai, tirer_mot_de_passe(essai, 6, jeux="a")))
    if reponse.fait:
        raise NonConcluant(f"« {nom} » devait se voir refuser un mot de passe de six minuscules ; il est accepté")
    _noter(essai, vise, "mot_de_passe", debut, reussie=False)


@when(parse("« {nom} » change de mot de passe"))
def changement_reussi(essai: Essai, nom: str) -> None:
    vise, debut = compte(essai, nom), datetime.now(UTC)
    neuf = tirer_mot_de_passe(essai)
    reponse = _changer(essai, vise, _essayer(essai, neuf))
    if not reponse.fait:
        raise NonConcluant(f"« {nom} » n'a pas pu changer de mot de passe : {reponse.en_phrase()}")
    vise.anciens.append(vise.mot_de_passe)
    vise.mot_de_passe = neuf
    _noter(essai, vise, "mot_de_passe", debut)


def _changer(essai: Essai, vise: CompteEssai, neuf: str) -> ReponseAction:
    sessions = {"session_id": vise.sessions[""]} if "" in vise.sessions else {}
    return essai.jouer(
        "changer_mot_de_passe", "personne_morale", compte_id=vise.compte_id, ancien=vise.mot_de_passe, nouveau=neuf,
        **sessions,
    )  # fmt: skip


# ------------------------------------------------------------------ chercher
@then("ces opérations sont dans les traces des comptes")
def operations_tracees(essai: Essai) -> None:
    essai.bilan.constater(regles.operations_tracees(traces_comptes(essai), _operations(essai)))


@then("aucun mot de passe n'est dans les traces des comptes")
def aucun_mot_de_passe(essai: Essai) -> None:
    secrets = [m for connu in comptes(essai).values() for m in (connu.mot_de_passe, *connu.anciens)]
    essayes = essai.releves.get("mots de passe essayés", [])
    essai.bilan.constater(regles.aucun_mot_de_passe(traces_comptes(essai), [*secrets, *essayes]))


def _operations(essai: Essai) -> list[Operation]:
    jouees: list[Operation] = essai.releves.setdefault("opérations jouées", [])
    return jouees


def _noter(
    essai: Essai, vise: CompteEssai, operation: str, debut: datetime, *, reussie: bool = True,
    auteurs: frozenset[str] | None = None, nature: Mapping[str, frozenset[str]] | None = None,
) -> None:  # fmt: skip
    """Sans autre auteur, c'est le titulaire du compte qui agit."""
    noms, fin, changes = frozenset({vise.identifiant, vise.compte_id}), datetime.now(UTC), nature or {}
    _operations(essai).append(
        Operation(
            operation, reussie, noms, auteurs or noms, debut, fin, avance(essai),
            changes.get("attributs", frozenset()), changes.get("ajoutees", frozenset()),
            changes.get("retirees", frozenset()),
        )
    )  # fmt: skip


def _essayer(essai: Essai, mot_de_passe: str) -> str:
    """Retient un mot de passe présenté : aucune trace ne doit le porter."""
    essai.releves.setdefault("mots de passe essayés", []).append(mot_de_passe)
    return mot_de_passe
