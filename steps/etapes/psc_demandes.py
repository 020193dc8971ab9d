"""Étapes qui jugent les demandes faites à Pro Santé Connect : forme, secrets, modalités."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pytest_bdd import given, then
from pytest_bdd.parsers import parse

from requirements.modele import Fournisseur as Chez
from requirements.modele import Modalite
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import acces_commun
from steps.etapes.psc_commun import (
    attendu,
    choisir_mode,
    connexions,
    constater_si_jugeable,
    demander,
    fournisseur,
    mode,
    simulateur,
)
from steps.etapes.psc_gestes import connecter, expurger
from steps.personne.navigateur import origine
from steps.verifications.psc import lire, usages, verifier_connexions
from steps.verifications.psc.authentification import authentification, transport
from steps.verifications.psc.ciba import verifier_ciba
from steps.verifications.psc.fuites import (
    Vu,
    adresses_sans_jeton,
    reste_utile,
    rien_dans_le_navigateur,
    rien_dans_les_traces,
    secrets_du_dialogue,
)
from steps.verifications.psc.jetons import verifier_jetons
from steps.verifications.psc.niveau import niveau_demande


# ------------------------------------------------------------ règles de la demande
@then("chaque demande de connexion suit les règles du fournisseur d'identité")
def demandes_en_regle(essai: Essai) -> None:
    """Toutes les demandes du scénario : c'est à plusieurs qu'une valeur constante se voit."""
    client, echanges = attendu(essai), essai.journal.echanges(depuis=essai.debut)
    dialogue = lire(echanges, client.fournisseur.service)
    if mode(essai).ciba:
        siennes = connexions(essai)
        essai.bilan.constater(
            verifier_ciba(
                dialogue,
                client,
                [c.code_affiche for c in siennes],
                ["CARD" if c.moyen == "CPS" else "MOBILE" for c in siennes],
                [c.identifiant for c in siennes],
            )
        )
        constater_si_jugeable(essai, *verifier_jetons(dialogue, client, usages(echanges)), transport(dialogue))
    else:
        constats = verifier_connexions(dialogue, client, usages(echanges))
        # Les règles d'appoint se taisent ; sans demande d'autorisation, rien n'est prouvé et cela se dit.
        if not dialogue.demandes:
            essai.bilan.constater(constats)
        constater_si_jugeable(essai, *constats)
    constater_si_jugeable(essai, *authentification(dialogue, client))


@then("rien de secret n'est resté dans le navigateur, ni dans les adresses, les messages et les traces du logiciel")
def rien_de_secret(essai: Essai) -> None:
    client, service = attendu(essai), simulateur(essai, mode(essai).chez)
    echanges = essai.journal.echanges(depuis=essai.debut)
    secrets = secrets_du_dialogue(lire(echanges, client.fournisseur.service))
    if not secrets:
        raise NonConcluant("aucun jeton n'a été rendu au logiciel : il n'y a rien à chercher")
    emetteur = service.contexte.issuer
    essai.bilan.constater(adresses_sans_jeton(echanges, secrets))
    if not mode(essai).ciba:
        vus = list(_vus_du_navigateur(essai))
        essai.bilan.constater(rien_dans_le_navigateur(vus, secrets, emetteur=emetteur, retours=client.redirect_uris))
    essai.bilan.constater(rien_dans_les_traces(list(_vus_du_logiciel(essai)), secrets, emetteur=emetteur))


def _vus_du_navigateur(essai: Essai) -> Iterator[Vu]:
    """Ce que les navigateurs ont reçu du logiciel et gardent de lui, secrets remplacés ; rien du fournisseur."""
    ailleurs = fournisseur(essai).origines
    for vue in connexions(essai):
        for passage in vue.passages:
            for url in (str(passage["url"]), str(passage["vers"])):
                if url and origine(url) not in ailleurs:
                    yield Vu("adresse", url)
        for page in vue.parcours.pages if vue.parcours else ():
            if origine(page.url) not in ailleurs:
                yield Vu("page", expurger(essai, page.html))
        for trace in vue.navigateur.traces() if vue.navigateur else ():
            if trace.origine not in ailleurs:
                reste = reste_utile(expurger(essai, trace.valeur), essai.journal.empreinte_secret(trace.valeur))
                yield Vu(trace.ou, f"{trace.nom}={reste}")


def _vus_du_logiciel(essai: Essai) -> Iterator[Vu]:
    for vue in connexions(essai):
        if vue.tentative.messages:
            yield Vu("message", expurger(essai, "\n".join(vue.tentative.messages)))
    for trace in acces_commun.traces_comptes(essai) if _traces_offertes(essai) else ():
        yield Vu("trace", expurger(essai, json.dumps(trace, ensure_ascii=False)))


def _traces_offertes(essai: Essai) -> bool:
    return essai.tenter("lire_traces", "administrateur", categorie="comptes").fait


@then("la valeur d'acr_values demandée est eidas1, et l'engagement écrit est à joindre")
def acr_demande(essai: Essai) -> None:
    client, echanges = attendu(essai), essai.journal.echanges(depuis=essai.debut)
    siens = niveau_demande(lire(echanges, client.fournisseur.service), client)
    if not siens:
        raise NonConcluant("aucune demande d'authentification n'est arrivée à Pro Santé Connect")
    essai.bilan.constater(siens)
    demander(
        essai,
        "À joindre : l'engagement écrit de l'éditeur sur la valeur d'acr_values ; "
        "les demandes observées sont au journal",
    )


@given(parse("un logiciel dont chaque façon de se connecter par Pro Santé Connect est essayée"))
def toutes_les_modalites(essai: Essai) -> None:
    """Une connexion par modalité réclamée : la valeur peut être écrite à plusieurs endroits."""
    reclamees = essai.connexion.modalites_chez(Chez.PSC)
    if not reclamees:
        choisir_mode(essai, Chez.PSC)
    for modalite in reclamees:
        choisir_mode(essai, Chez.PSC, Modalite(modalite))
        connecter(essai, "le professionnel")
