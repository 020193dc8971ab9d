"""Étapes de la reprise d'historique : patients choisis, filtres, types locaux, vitesse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, regler
from steps.etapes.dmp_commun import (
    contexte,
    type_code,
)
from steps.etapes.dmp_deposes import jour
from steps.etapes.dmp_historique import (
    LOCAUX,
    anciens_envoyes,
    attendre_anciens,
    exiger_close,
    hors_cloture,
    noms_cites,
)
from steps.releves import retirer
from steps.verifications import dossier_reprise as regles_reprise
from steps.verifications.dmp import verifier_alimentation
from steps.verifications.dmp.cycle import vitesse_respectee


# ---------------------------------------------------------------------- reprise
@when(parse("le professionnel lance la reprise d'historique pour les patients {noms}"))
def reprendre(essai: Essai, noms: str, datatable: Table | None = None) -> None:
    """Le tableau (filtre, valeur) : « types », « acte du », « acte au »."""
    _reprendre(essai, noms, datatable, simuler=False)


@when(parse("le professionnel simule la reprise d'historique pour les patients {noms}"))
def simuler(essai: Essai, noms: str, datatable: Table | None = None) -> None:
    _reprendre(essai, noms, datatable, simuler=True)


def _reprendre(essai: Essai, noms: str, datatable: Table | None, *, simuler: bool) -> None:
    filtres: dict[str, Any] = {"patients": [essai.patient(nom).patient_id for nom in noms_cites(noms)]}
    for ligne in vocabulaire.table(datatable) if datatable else []:
        match ligne["filtre"]:
            case "types":
                filtres["types_locaux"] = [LOCAUX[genre] for genre in ligne["valeur"].split(", ")]
            case "acte du":
                filtres["du"] = jour(ligne["valeur"]).isoformat()
            case "acte au":
                filtres["au"] = jour(ligne["valeur"]).isoformat()
            case autre:
                raise vocabulaire.PhraseInconnue(f"filtre de reprise inconnu dans la feature : {autre!r}")
    if simuler:
        filtres["simuler"] = True
    reponse = essai.jouer("reprendre_historique", "biologiste_1", **filtres)
    par_id = {d.document_id: d.nom for d in essai.documents.values()}
    annonces = [par_id.get(str(i), str(i)) for i in reponse.donnees.get("envoyes", [])]
    essai.releves["reprise"] = (essai.depuis, annonces, reponse)


_REPRISE = r"la reprise envoie (?P<noms>(?:« [^»]+ »(?:, | et )?)+)"


@then(motif(_REPRISE + "$"))
@then(motif(_REPRISE + " et écarte$"))
def reprise_jugee(essai: Essai, noms: str, datatable: Table | None = None) -> None:
    """Jugée sur ce que le DMP a reçu, quoi que le logiciel annonce ; le tableau donne le motif de chaque écart."""
    retenus = noms_cites(noms)
    rang, annonces, reponse = retirer(essai, "reprise", tuple)
    attendre_anciens(essai, rang, retenus)
    ecartes = {ligne["document"]: ligne["motif"] for ligne in (vocabulaire.table(datatable) if datatable else ())}
    arrives = hors_cloture(essai, anciens_envoyes(essai, rang))
    tentes = [nom for nom in hors_cloture(essai, anciens_envoyes(essai, rang, acceptes=False)) if nom not in arrives]
    dit = f"{reponse.en_phrase()} ; envoyés selon lui : {', '.join(annonces) or 'aucun'}"
    constats = regles_reprise.selection_respectee(arrives, retenus, ecartes, dit, tentes=tentes)
    essai.bilan.constater(constats)
    exiger_close(essai, constats)


@then(motif(r"la simulation annonce (?P<noms>(?:« [^»]+ »(?:, | et )?)+) sans rien envoyer$"))
def simulation_jugee(essai: Essai, noms: str) -> None:
    """La fenêtre se ferme sur la réponse du logiciel à la simulation."""
    rang, annonces, _ = retirer(essai, "reprise", tuple)
    numeros = [d.echange for d in anciens_envoyes(essai, rang, acceptes=False).values()]
    essai.bilan.constater(regles_reprise.rien_envoye(numeros, annonces, noms_cites(noms)))


@then("chaque document repris porte le type du DMP donné à son type local")
def types_appliques(essai: Essai) -> None:
    rang, _, _ = retirer(essai, "reprise", tuple)
    correspondance = essai.preparer("lire_configuration", "administrateur", parametre="types_documents_dmp")
    reglee = essai.releves.get("correspondance", {local: type_code(genre) for genre, local in LOCAUX.items()})
    relue = correspondance.donnees.get("valeur")
    envoyes = anciens_envoyes(essai, rang)
    for nom in hors_cloture(essai, envoyes):
        soumis = envoyes[nom]
        genre, _, _ = retirer(essai, f"ancien {nom}", tuple)
        local = LOCAUX[genre]
        recu = soumis.fiche.type_code.code if soumis.fiche.type_code else ""
        essai.bilan.constater(regles_reprise.type_applique(nom, local, reglee[local], recu, soumis.echange))
    if isinstance(relue, Mapping):
        texte = "\n".join(f"{local} : {relue.get(local)}" for local in reglee)
        essai.bilan.joindre("correspondance.txt", "document", texte.encode(), "correspondance des types relue")


@when(parse("l'administrateur donne au type local des « {genre} » le type « {autre} » du DMP"))
def changer_type(essai: Essai, genre: str, autre: str) -> None:
    reglee = {local: type_code(genre) for genre, local in LOCAUX.items()} | {LOCAUX[genre]: type_code(autre)}
    lu = essai.preparer("lire_configuration", "administrateur", parametre="types_documents_dmp").donnees.get("valeur")
    regler(essai, "types_documents_dmp", {**(lu if isinstance(lu, Mapping) else {}), **reglee})
    essai.releves["correspondance"] = reglee


@when(parse("l'administrateur limite l'alimentation du DMP à {vitesse:d} transactions par seconde"))
def limiter_vitesse(essai: Essai, vitesse: int) -> None:
    regler(essai, "vitesse_alimentation_dmp", vitesse)
    relue = essai.preparer("lire_configuration", "administrateur", parametre="vitesse_alimentation_dmp")
    essai.bilan.constater(regles_reprise.vitesse_reglee(vitesse, relue.donnees.get("valeur")))


@then(parse("le DMP n'a jamais reçu plus de {vitesse:d} envois par seconde"))
def vitesse_tenue(essai: Essai, vitesse: int) -> None:
    """Mesurée à l'arrivée, sur toute seconde glissante de la reprise."""
    rang, _, _ = retirer(essai, "reprise", tuple)
    echanges = essai.journal.echanges(service="dmp", depuis=rang)
    essai.bilan.constater(vitesse_respectee(echanges, vitesse))


@then("le réglage du déclencheur, de l'unité de soins et du rattrapage planifié reste à montrer")
def declencheur_a_montrer(essai: Essai) -> None:
    """Le contrat des actions ne les porte pas : une personne les montre dans le logiciel."""
    essai.bilan.constater(
        regles_reprise.R_DECLENCHEUR.a_regarder(
            "montrez dans le logiciel le réglage du déclencheur, de l'unité de soins et du rattrapage planifié"
        )
    )


@then("les documents repris suivent le guide d'intégration")
def reprise_conforme(essai: Essai) -> None:
    rang, _, _ = retirer(essai, "reprise", tuple)
    echanges = essai.journal.echanges(service="dmp", depuis=rang)
    essai.bilan.constater(verifier_alimentation(echanges, contexte(essai)))
