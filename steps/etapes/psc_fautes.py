"""Étapes des réponses fautives, ou seulement inhabituelles, d'un fournisseur d'identité : ce qui n'ouvre pas de session."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_bdd import then, when
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.commun import Table
from steps.etapes.psc_commun import A_QUI, DE_QUI, QUI, Connexion, derniere, mode, nom_nu
from steps.etapes.psc_gestes import connecter, fermer
from steps.etapes.vocabulaire import PhraseInconnue, table
from steps.verifications.oidc import refus_de_la_personne
from steps.verifications.psc import lire
from steps.verifications.psc.ciba import interrogations
from steps.verifications.psc.refus import acceptation_attendue, refus_attendu

FAUTES: Mapping[str, str] = {
    # Le retour dans le logiciel.
    "un retour au state d'une autre demande": "state_faux",
    "un retour sans state": "state_absent",
    "un retour sans code": "code_absent",
    "un retour venu d'un autre fournisseur": "iss_faux",
    "un retour en erreur": "autorisation_erreur",
    # Le jeton d'identité.
    "un jeton à la signature fausse": "signature_fausse",
    "un jeton non signé": "alg_none",
    "un jeton signé avec la clé publique": "hs256_confusion",
    "un jeton signé par un inconnu": "cle_inconnue",
    "un jeton d'un autre émetteur": "emetteur_faux",
    "un jeton destiné à un autre logiciel": "audience_fausse",
    "un jeton délivré pour un autre logiciel": "azp_faux",
    "un jeton au nonce d'une autre demande": "nonce_faux",
    "un jeton sans nonce": "nonce_absent",
    "un jeton périmé": "id_token_expire",
    "un jeton émis dans le futur": "iat_futur",
    "un jeton sans identité": "sub_absent",
    "un jeton d'un niveau trop faible": "acr_faux",
    "un jeton sans niveau": "acr_absent",
    "un jeton lié à un autre jeton d'accès": "at_hash_faux",
    "un jeton illisible": "jeton_illisible",
    "aucun jeton d'identité": "id_token_absent",
    # Les autres réponses.
    "les données d'une autre personne": "userinfo_autre_sub",
    "des données sans identité": "userinfo_sub_absent",
    "un refus de donner les données": "userinfo_401",
    "une erreur au lieu d'un jeton": "jeton_500",
    "un refus au lieu d'un jeton": "jeton_invalid_grant",
    "une demande expirée sur le téléphone": "ciba_expire",
}
"""Ce que la feature dit → la panne du fournisseur."""
JUSTES: Mapping[str, str] = {
    "un jeton signé d'une clé neuve et publiée": "cle_tournee",
    "des données signées": "userinfo_jwt",
    "des données sans exercice": "userinfo_sans_exercice",
}


@when(motif(rf"{QUI} s'identifie et reçoit tour à tour$"))
def recevoir(essai: Essai, qui: str, datatable: Table) -> None:
    """D'abord une connexion sans faute, puis une par ligne ; chaque session ouverte est fermée avant la suivante."""
    fautes = [_panne(ligne["réponse"]) for ligne in table(datatable)]
    temoin = connecter(essai, qui, d_avance=True)
    fermer(essai, temoin)
    recues: list[tuple[str, Connexion]] = []
    for panne in fautes:
        recue = connecter(essai, qui, d_avance=True, pannes=(panne,))
        fermer(essai, recue)
        recues.append((panne, recue))
    essai.releves["réponses reçues"] = (temoin, recues)


@then(motif(rf"aucune de ces réponses n'ouvre de session {A_QUI}$"))
def aucune_session(essai: Essai, qui: str) -> None:
    temoin, recues = _relues(essai, qui)
    for panne, recue in recues:
        essai.bilan.constater(refus_attendu(panne, recue.tentative, temoin.tentative))


@then(motif(rf"chacune de ces réponses, inhabituelle mais juste, ouvre la session {DE_QUI}$"))
def sessions_ouvertes(essai: Essai, qui: str) -> None:
    temoin, recues = _relues(essai, qui)
    for panne, recue in recues:
        essai.bilan.constater(acceptation_attendue(panne, recue.tentative, temoin.tentative))


@then(motif(rf"aucune session n'est ouverte {A_QUI}$"))
def personne_qui_refuse(essai: Essai, qui: str) -> None:
    essai.bilan.constater(refus_de_la_personne(derniere(essai, nom_nu(qui)).tentative))


# ------------------------------------------------------------ sans navigateur
@when(motif(rf"le fournisseur d'identité demande d'attendre plus longtemps, et {QUI} s'identifie$"))
def ralentir(essai: Essai, qui: str) -> None:
    """La personne a déjà répondu : seule la demande d'attendre explique que le logiciel attende."""
    fermer(essai, connecter(essai, qui, d_avance=True, pannes=("ciba_slow_down",)))


@then("le logiciel interroge le fournisseur d'identité au rythme demandé")
def au_rythme(essai: Essai) -> None:
    """Toutes les demandes du scénario, celles qui ont été ralenties comprises."""
    service = mode(essai).chez.value
    dialogue = lire(essai.journal.echanges(service=service, depuis=essai.debut), service)
    constats = interrogations(dialogue)
    if not any(a.note("ciba") == "slow_down" for a in dialogue.jetons):
        raise NonConcluant("le fournisseur d'identité n'a pas eu l'occasion de demander d'attendre")
    essai.bilan.constater(constats)


def _relues(essai: Essai, qui: str) -> tuple[Connexion, list[tuple[str, Connexion]]]:
    lues: tuple[Connexion, list[tuple[str, Connexion]]] | None = essai.releves.get("réponses reçues")
    if lues is None or lues[0].qui != nom_nu(qui):
        raise NonConcluant(f"{qui} n'a encore reçu aucune de ces réponses")
    return lues


def _panne(phrase: str) -> str:
    try:
        return {**FAUTES, **JUSTES}[phrase]
    except KeyError:
        raise PhraseInconnue(
            f"réponse inconnue dans la feature : {phrase!r} ; attendu l'une de {[*FAUTES, *JUSTES]}"
        ) from None
