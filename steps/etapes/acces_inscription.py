"""Faire naître un usager : identité fictive, moyen de vérification, compte, adresse confirmée, première connexion."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from simulators.courriels.simulateur import DOMAINE
from simulators.socle.identites import IdentiteTest, fabriquer_identite
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import (
    CompteEssai,
    compte,
    presenter_compte,
    retenir,
    tirer_mot_de_passe,
)
from steps.etapes.acces_facteurs import (
    connecter,
    connecter_par_mot_de_passe,
    dispositifs,
    marquer_lus,
    preparer_coordonnee,
)
from steps.logiciel.protocole import ReponseAction
from steps.verifications.acces.connexions import Connexion
from steps.verifications.acces.usagers import MOYENS_ADMIS

_MOYENS = "moyens de vérification proposés"
PREFERES = ("piece_identite", "franceconnect_plus", "franceconnect", "apcv", "pvid")


def presenter_usager(essai: Essai, nom: str, *, nom_naissance: str = "", prenoms: str = "") -> CompteEssai:
    """Une personne fictive, son adresse au relais du banc, son compte à créer ; rien n'est demandé au logiciel."""
    graine = f"{essai.graine}{essai.retenu.numero}/{nom}/{secrets.token_hex(4)}"
    choix: dict[str, Any] = {"nom_naissance": nom_naissance} if nom_naissance else {}
    if prenoms:
        choix["prenoms"] = tuple(prenoms.split())
    reference = fabriquer_identite(graine, cas=nom, **choix)
    essai.journal.autoriser_matricules(reference.matricules)
    adresse = f"usager.{hashlib.sha256(graine.encode()).hexdigest()[:10]}@{DOMAINE}"
    return presenter_compte(essai, nom, population="usager", courriel=adresse, identite=identite_de(reference))


def identite_de(reference: IdentiteTest) -> dict[str, str]:
    """Les attributs d'identité, tels que la pièce, la carte Vitale ou l'ApCV les portent."""
    return {
        "matricule_ins": reference.matricule_ins,
        "oid_ins": reference.oid,
        "nom_naissance": reference.nom_naissance,
        "premier_prenom_naissance": reference.prenoms[0] if reference.prenoms else "",
        "prenoms_naissance": " ".join(reference.prenoms),
        "date_naissance": reference.date_naissance,
        "sexe": reference.sexe,
        "code_lieu_naissance": reference.lieu_naissance or "99999",
    }


def inscrire(
    essai: Essai, nom: str, verification: Mapping[str, Any] | None, *, avec_adresse: bool = True
) -> ReponseAction:
    """L'usager s'inscrit lui-même, avec son mot de passe et cette vérification d'identité."""
    vise = compte(essai, nom)
    vise.mot_de_passe = vise.mot_de_passe or tirer_mot_de_passe(essai)
    marquer_lus(essai, str(vise.champs["courriel"]))
    parametres: dict[str, Any] = {"verification_identite": dict(verification)} if verification else {}
    champs = dict(vise.champs) if avec_adresse else {c: v for c, v in vise.champs.items() if c != "courriel"}
    reponse = essai.jouer(
        "creer_compte", "personne_morale", compte=champs, mode="inscription", mot_de_passe=vise.mot_de_passe,
        **parametres,
    )  # fmt: skip
    retenir(vise, reponse)
    _retenir_moyens(essai, reponse)
    return reponse


def moyens(essai: Essai) -> list[str]:
    """Moyens de vérification que le logiciel montre ; demandés une fois, par une inscription sans vérification."""
    if _MOYENS not in essai.releves:
        presenter_usager(essai, "une personne qui s'informe")
        inscrire(essai, "une personne qui s'informe", None)
    connus: list[str] = essai.releves.setdefault(_MOYENS, [])
    return connus


def verification_admise(essai: Essai) -> dict[str, Any]:
    """Une vérification d'identité réussie, par un moyen que le logiciel propose."""
    proposes = moyens(essai)
    choisi = next((m for m in PREFERES if m in proposes), next((m for m in proposes if m in MOYENS_ADMIS), ""))
    return {"moyen": choisi or PREFERES[0], "valide": True}


def preparer_usager(essai: Essai, nom: str, *, nom_naissance: str = "", prenoms: str = "") -> CompteEssai:
    """Un usager inscrit, vérifié, adresse confirmée ; par un professionnel si l'inscription n'est pas offerte."""
    vise = presenter_usager(essai, nom, nom_naissance=nom_naissance, prenoms=prenoms)
    reponse = inscrire(essai, nom, verification_admise(essai))
    if not reponse.fait:
        reponse = essai.jouer(
            "creer_compte", "biologiste_1", compte=dict(vise.champs), mode="professionnel",
            mot_de_passe=vise.mot_de_passe,
        )  # fmt: skip
        retenir(vise, reponse)
    if not reponse.fait or not vise.compte_id:
        raise NonConcluant(f"mise en place : l'usager « {nom} » n'a pas de compte, {reponse.en_phrase()}")
    preparer_coordonnee(essai, nom)
    return vise


def connecter_usager(essai: Essai, nom: str, *, session: str = "") -> Connexion:
    """Connecte l'usager par tout ce qu'il a : son dispositif enrôlé par le banc, sinon le code reçu par message."""
    cle = next(iter(dispositifs(essai, nom)), "otp_courriel")
    return connecter(essai, nom, cle, session=session)


def session_d_usager(essai: Essai, nom: str, *, session: str = "") -> str:
    """Une session de mise en place ; sans elle, le scénario n'est pas jugeable."""
    vue = connecter_usager(essai, nom, session=session)
    if not vue.ouverte:
        raise NonConcluant(f"mise en place : l'usager « {nom} » n'a pas pu se connecter, {vue.recu}")
    return compte(essai, nom).sessions[session]


def mot_de_passe_admis(essai: Essai, nom: str, mot_de_passe: str | None = None, *, quoi: str = "") -> Connexion:
    """Présente le seul mot de passe, pour voir s'il est admis (session ouverte, ou second facteur demandé)."""
    return connecter_par_mot_de_passe(essai, nom, mot_de_passe, quoi=quoi or "bon mot de passe")


def _retenir_moyens(essai: Essai, reponse: ReponseAction) -> None:
    montres = [str(moyen) for moyen in reponse.donnees.get("moyens_verification") or []]
    if montres:
        essai.releves[_MOYENS] = montres
