"""Étapes des résultats de biologie reçus : unités, signes hors du document, mise à jour et sa trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import then
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes.liste_travail import Entrant, documents_de, entrant, entrants, ligne_de, non_lus
from steps.verifications.documents_recus import resultats as regles
from steps.verifications.documents_recus import signes as annonces
from steps.verifications.documents_recus.attendus import lire_compte_rendu

_ROLE = "biologiste_1"
_NON_LUS, _PATIENT = "liste des documents non lus", "documents du patient"


def _montres(essai: Essai, document: Entrant, **options: Any) -> list[Mapping[str, Any]]:
    """Les résultats du dossier qui viennent de ce document ; tous, si le logiciel ne dit pas d'où ils viennent."""
    reponse = essai.preparer("lire_resultats_biologie", _ROLE, patient_id=document.patient.patient_id, **options)
    return [
        resultat
        for resultat in reponse.donnees.get("resultats", [])
        if str(resultat.get("document_id") or document.document_id) == document.document_id
    ]


def _signes(document: Entrant, montres: Sequence[Mapping[str, Any]]) -> Sequence[str] | None:
    ligne = ligne_de(document, montres)
    return None if ligne is None else [str(signe) for signe in ligne.get("signes") or ()]


def _dans_les_deux_listes(essai: Essai) -> list[tuple[Entrant, Sequence[str] | None, str]]:
    lues = non_lus(essai)
    return [
        (document, _signes(document, montres), ou)
        for document in entrants(essai).values()
        for montres, ou in ((lues, _NON_LUS), (documents_de(essai, document.patient), _PATIENT))
    ]


@then("la liste des documents non lus annonce les résultats critiques, et eux seuls")
def critiques(essai: Essai) -> None:
    """Un logiciel qui prévient ailleurs que dans la liste le montre par ses alertes."""
    montres, recus = non_lus(essai), list(entrants(essai).values())
    signes = {document.nom: _signes(document, montres) for document in recus}
    tus = [d for d in recus if lire_compte_rendu(d.joint.cda).critique and "critique" not in (signes[d.nom] or ())]
    alertes = essai.tenter("lire_alertes", _ROLE).donnees.get("alertes", []) if tus else []
    for document in recus:
        essai.bilan.constater(
            annonces.critique_annonce(
                document.joint.cda, signes[document.nom], document.nom, document.document_id, alertes
            )
        )


@then("la liste des documents non lus et celle du patient annoncent interprétations et commentaires")
def interpretations(essai: Essai) -> None:
    for document, signes, ou in _dans_les_deux_listes(essai):
        essai.bilan.constater(annonces.interpretation_annoncee(document.joint.cda, signes, document.nom, ou))


@then("la liste des documents non lus et celle du patient annoncent les écarts à l'intervalle de référence")
def ecarts(essai: Essai) -> None:
    for document, signes, ou in _dans_les_deux_listes(essai):
        essai.bilan.constater(annonces.ecart_annonce(document.joint.cda, signes, document.nom, ou))


@then(parse("les résultats de « {nom} » sont intégrés avec leur valeur et leur unité"))
def integres(essai: Essai, nom: str) -> None:
    document = entrant(essai, nom)
    essai.bilan.constater(regles.resultats_integres(document.joint.cda, _montres(essai, document)))


@then(parse("chaque résultat de « {nom} » se lit dans l'unité que l'utilisateur choisit"))
def dans_l_unite(essai: Essai, nom: str) -> None:
    """Chaque unité des résultats qui en ont deux est choisie tour à tour."""
    document = entrant(essai, nom)
    lus = lire_compte_rendu(document.joint.cda).resultats
    unites = list(dict.fromkeys(unite for r in lus if len(r.mesures) > 1 for _, unite in r.mesures))
    par_unite = {unite: _montres(essai, document, unite=unite) for unite in unites}
    essai.bilan.constater(regles.unite_choisie(document.joint.cda, par_unite))


@then("seules les versions remplacées ne sont plus présentées comme actuelles")
def remplacees(essai: Essai) -> None:
    remplaces = {document.remplace: document for document in entrants(essai).values()}
    for document in entrants(essai).values():
        signes, suivant = _signes(document, documents_de(essai, document.patient)), remplaces.get(document.nom)
        essai.bilan.constater(
            annonces.mise_a_jour_montree(
                suivant is not None,
                signes,
                document.nom,
                meme_entree=suivant is not None and suivant.document_id == document.document_id,
            )
        )


@then(parse("les résultats que « {nom} » modifie ou supprime sont tracés"))
def traces(essai: Essai, nom: str) -> None:
    nouveau = entrant(essai, nom)
    ancien = entrant(essai, nouveau.remplace)
    reponse = essai.preparer("lire_traces", _ROLE, categorie="resultats", patient_id=nouveau.patient.patient_id)
    lues = reponse.donnees.get("traces", [])
    essai.bilan.constater(regles.changements_traces(ancien.joint.cda, nouveau.joint.cda, lues))


@then("les deux listes, pour un document reçu en CDA R2 N1 et en PDF/A-1 seul, sont à montrer")
def autres_structurations(essai: Essai) -> None:
    """Ni le N1 ni le PDF/A-1 ne portent ces éléments sous une forme codée : une machine ne peut les recalculer."""
    essai.bilan.constater(
        annonces.R_STRUCTURATIONS.a_regarder("montrez les deux listes pour un CDA R2 N1 et pour un PDF/A-1 seul")
    )
