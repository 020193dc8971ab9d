"""TD3.1 : recherche de documents (ITI-18), toutes les requêtes enregistrées."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.dmp import erreurs, reponses
from simulators.dmp.appel import Appel, Endpoint, Resultat
from simulators.dmp.droits import est_visible
from simulators.dmp.erreurs import Refus
from simulators.dmp.etat import EntreeDocument
from simulators.dmp.requetes import PARAMETRES_PATIENT, Recherche, Resultats, chercher, lire_recherche
from simulators.dmp.vihf import lire_ins
from simulators.dmp.xml import NS

_ACTION = "urn:ihe:iti:2007:RegistryStoredQuery"


def _traiter(appel: Appel) -> Resultat:
    recherche = lire_recherche(appel.enveloppe.contenu)
    appel.noter("requete", recherche.identifiant)
    appel.noter("type_retour", recherche.type_retour)
    appel.noter("variante", recherche.transaction)
    dossier = appel.dossier()
    appel.droits.exiger(recherche.transaction, appel.vihf, dossier)
    _controler_patient(appel, recherche)
    if dossier is None:
        raise erreurs.dossier_inconnu()
    if dossier.ferme:
        raise erreurs.dossier_ferme()

    def voir(entree: EntreeDocument) -> bool:
        return not appel.joue("documents_masques") and est_visible(entree, appel.vihf, dossier)

    resultats = chercher(recherche, dossier, voir)
    nombre = len(resultats.identifiants)
    appel.noter("resultats", nombre)
    if recherche.type_retour == "LeafClass" and nombre > appel.reglages.resultats_max:
        raise erreurs.trop_de_resultats(f"{nombre} objets, {appel.reglages.resultats_max} au plus")
    appel.noter("unique_ids", " ".join(fiche.unique_id for fiche in resultats.documents))
    return Resultat(reponses.reponse_recherche(_objets(recherche, resultats)))


def _controler_patient(appel: Appel, recherche: Recherche) -> None:
    """Sans patientId, l'INS du VIHF fait foi ; un autre patient est refusé."""
    for nom in PARAMETRES_PATIENT:
        valeur = recherche.un(nom)
        if valeur and lire_ins(valeur) != appel.vihf.ins:
            raise erreurs.patient_different(f"{nom} n'est pas l'INS du VIHF", nom)


def _objets(recherche: Recherche, resultats: Resultats) -> Sequence[str]:
    if recherche.type_retour == "ObjectRef":
        return [reponses.reference(identifiant) for identifiant in resultats.identifiants]
    return [
        *(reponses.fiche(fiche) for fiche in resultats.documents),
        *(reponses.lot(lot) for lot in resultats.lots),
        *(reponses.association(lien) for lien in resultats.associations),
    ]


def _refuser(appel: Appel, refus: Sequence[Refus]) -> Resultat:
    corps = reponses.reponse_recherche((), reponses.erreurs_registre(appel.table, refus), echec=True)
    return Resultat(corps, codes=tuple(appel.table[element.cle].code for element in refus))


ENDPOINT = Endpoint(
    service="registry",
    operation="TD3.1",
    action=_ACTION,
    action_reponse=f"{_ACTION}Response",
    racine=(NS["query"], "AdhocQueryRequest"),
    traiter=_traiter,
    refuser=_refuser,
)
