"""Changer un compte : ce qui est exigé pour un attribut d'identité, ce qui est tracé, qui est prévenu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.acces_comptes import CHAMPS, Compte
from simulators.logiciel_temoin.acces_extensions import COORDONNEES_CHANGEES, prevenir
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.erreurs import Refus

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo

IDENTITE = ("nom", "prenom", "profession", "rpps", "identifiant_prive")
COORDONNEES = ("courriel", "telephone")
PREUVES = ("piece_identite", "psc", "cpx")
"""Justifications qui valent la vérification faite à l'enregistrement."""


def exiger_unicite(labo: Labo, identifiant_prive: str | None, compte: Compte | None = None) -> None:
    """Refuse un identifiant privé déjà donné à un autre compte."""
    if not identifiant_prive or labo.defaut("identifiant_prive_partage"):
        return
    if any(c.identifiant_prive == identifiant_prive for c in labo.comptes.tous() if c is not compte):
        raise Refus("Cet identifiant privé est déjà celui d'un autre compte.")


def exiger_verification(labo: Labo, champs: Mapping[str, Any], preuve: Mapping[str, Any] | None) -> None:
    """Refuse un changement d'identité sans justification valable, et dit ce qu'il faut présenter."""
    if not set(champs) & set(IDENTITE) or labo.defaut("modification_sans_verification"):
        return
    if labo.defaut("modification_toujours_refusee"):
        raise Refus("Ces attributs ne se modifient pas.", verification_demandee=list(PREUVES))
    presentee = (preuve or {}).get("moyen") in PREUVES
    valide = (preuve or {}).get("valide") is True or labo.defaut("modification_verification_non_controlee")
    if not (presentee and valide):
        raise Refus(
            "Un changement d'identité demande la même vérification qu'à l'enregistrement : présentez une pièce.",
            verification_demandee=list(PREUVES),
        )


def appliquer(labo: Labo, compte: Compte, champs: Mapping[str, Any], auteur: str, *, sync: bool = False) -> list[str]:
    """Pose ces champs, trace, prévient et fait vérifier une coordonnée neuve ; rend les champs changés.

    `sync` : les coordonnées viennent du référentiel, qui en répond.
    """
    inconnus = sorted(set(champs) - CHAMPS)
    if inconnus:
        raise Refus(f"Champs inconnus d'un compte : {', '.join(inconnus)}.")
    exiger_unicite(labo, champs.get("identifiant_prive"), compte)
    avant = {nom: getattr(compte, nom) for nom in champs}
    changes = [nom for nom, valeur in champs.items() if avant[nom] != valeur]
    if not changes:
        return []
    anciennes = [c for c in (compte.courriel, compte.telephone) if c]
    labo.comptes.modifier(compte.compte_id, {nom: champs[nom] for nom in changes})
    _tracer(labo, compte, avant, changes, auteur)
    for nature in COORDONNEES:
        if nature in changes and not sync:
            a_verifier(labo, compte, nature, avant[nature])
    if set(changes) & {*IDENTITE, *COORDONNEES} and not sync:
        _prevenir(labo, compte, changes, anciennes)
    return changes


def a_verifier(labo: Labo, compte: Compte, nature: str, ancienne: str | None) -> None:
    """Une coordonnée neuve n'est pas vérifiée tant que la personne ne l'a pas confirmée."""
    if getattr(compte, nature) and not (ancienne and labo.defaut("coordonnee_modifiee_sans_verification")):
        setattr(compte, f"{nature}_verifie", labo.defaut("coordonnee_verifiee_d_office"))
        for suite in COORDONNEES_CHANGEES:
            suite(labo, compte, nature, ancienne)


def _tracer(labo: Labo, compte: Compte, avant: Mapping[str, Any], changes: list[str], auteur: str) -> None:
    attributs = [nom for nom in changes if nom != "permissions"]
    if attributs:
        tracer(labo, auteur, "modification_attributs", compte, attributs=attributs)
    if "permissions" in changes:
        avant_p, apres_p = set(avant["permissions"]), set(compte.permissions)
        detail = {"ajoutees": sorted(apres_p - avant_p), "retirees": sorted(avant_p - apres_p)}
        tracer(labo, auteur, "modification_permissions", compte, permissions=detail)


def _prevenir(labo: Labo, compte: Compte, changes: list[str], anciennes: list[str]) -> None:
    if labo.defaut("modification_non_notifiee"):
        return
    actuelles = [c for c in (compte.courriel, compte.telephone) if c]
    destinataires = anciennes
    if labo.defaut("notification_a_la_nouvelle_adresse"):
        destinataires = actuelles
    elif labo.defaut("notification_adresse_seule") and not set(changes) & set(COORDONNEES):
        destinataires = []
    if len(destinataires) > 1 and labo.defaut("notification_sans_autre_coordonnee"):
        destinataires = destinataires[:1]
    for coordonnee in dict.fromkeys(destinataires):
        prevenir(
            labo, coordonnee, "Votre compte a été modifié",
            f"Les informations de votre compte {compte.identifiant} ont été modifiées ({', '.join(changes)}). "
            "Si vous n'êtes pas à l'origine de ce changement, prévenez l'administrateur du laboratoire.",
        )  # fmt: skip
