"""Ce qu'un dossier garde d'un séjour : saisies des équipes, documents de sortie préparés et pas encore validés."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulators.logiciel_temoin.alertes import Alerte, PriseEnCharge
from simulators.logiciel_temoin.complements import Tiers
from simulators.logiciel_temoin.erreurs import Refus

RUBRIQUES = {
    "medecin_traitant": "Médecin traitant",
    "adresseur": "Médecin adresseur",
    "entree": "Entrée",
    "sortie": "Sortie",
    "motif": "Motif d'hospitalisation",
    "synthese": "Synthèse médicale du séjour",
    "evenement_indesirable": "Événements indésirables",
    "micro_organisme": "Micro-organismes multirésistants ou émergents",
    "produit_sanguin": "Produits sanguins administrés",
    "dispositif_implantable": "Dispositifs médicaux implantés",
    "traitement_sortie": "Traitements de sortie",
    "traitement_arrete": "Traitements arrêtés",
    "attente": "Résultats attendus",
    "suites": "Suites à donner",
    "suites_sociales": "Accompagnement médico-social",
}
STATUTS = ("en_cours", "a_valider")


@dataclass
class Prepare:
    """Un document de sortie tant qu'il n'est pas validé. `automatiques` : ses sections telles que préremplies."""

    document_id: str
    patient_id: str
    nature: tuple[str, str, str]
    auteur: str
    service: str
    sections: list[tuple[str, str]]
    automatiques: list[tuple[str, str]]
    destinataires: tuple[Tiers, ...]
    proposes: tuple[Tiers, ...]
    statut: str = "en_cours"
    valide: bool = False


@dataclass
class DossierSoins:
    """Les éléments saisis, patient par patient, et les documents préparés."""

    elements: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    prepares: dict[str, Prepare] = field(default_factory=dict)
    prises_en_charge: dict[str, PriseEnCharge] = field(default_factory=dict)
    alertes: list[Alerte] = field(default_factory=list)
    verrou: threading.RLock = field(default_factory=threading.RLock)

    def saisir(self, patient_id: str, elements: Iterable[tuple[str, str]]) -> list[str]:
        """Ajoute au dossier ; rend tout ce qu'il porte."""
        with self.verrou:
            dossier = self.elements.setdefault(patient_id, [])
            dossier += elements
            return [f"{RUBRIQUES[rubrique]} : {texte}" for rubrique, texte in dossier]

    def prepare(self, document_id: str) -> Prepare:
        trouve = self.prepares.get(document_id)
        if trouve is None or trouve.valide:
            raise Refus(f"Ce document n'est pas en attente de validation : {document_id}.")
        return trouve
