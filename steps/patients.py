"""Les patients fictifs d'un scénario : ce qu'INSi sait d'eux, ce qui est saisi dans le logiciel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulators.socle.identites import IdentiteTest

CHAMPS_IDENTITE = (
    "matricule_ins",
    "oid_ins",
    "nom_naissance",
    "premier_prenom_naissance",
    "prenoms_naissance",
    "date_naissance",
    "sexe",
    "code_lieu_naissance",
    "nom_utilise",
    "prenom_utilise",
)
"""Les dix champs que la règle 1 du guide d'implémentation de l'INS demande d'enregistrer."""

TRAITS_STRICTS = (
    "matricule_ins",
    "oid_ins",
    "nom_naissance",
    "prenoms_naissance",
    "date_naissance",
    "sexe",
    "code_lieu_naissance",
)
"""Les sept champs verrouillés d'une identité récupérée ou qualifiée (règle 26)."""

TRAITS_OBLIGATOIRES = (
    "nom_naissance",
    "premier_prenom_naissance",
    "date_naissance",
    "sexe",
    "code_lieu_naissance",
)
"""Les cinq champs sans lesquels une identité ne peut pas être créée (règle 5)."""

LIBELLES_CHAMPS: Mapping[str, str] = {
    "matricule_ins": "matricule INS",
    "oid_ins": "OID",
    "nom_naissance": "nom de naissance",
    "premier_prenom_naissance": "premier prénom de naissance",
    "prenoms_naissance": "prénoms de naissance",
    "date_naissance": "date de naissance",
    "sexe": "sexe",
    "code_lieu_naissance": "code lieu de naissance",
    "nom_utilise": "nom utilisé",
    "prenom_utilise": "prénom utilisé",
    "telephone": "téléphone",
    "numero_securite_sociale": "numéro de sécurité sociale",
}
"""Les champs du contrat, dans les mots qu'une personne lit."""


def nommer(champ: str) -> str:
    """Le champ tel qu'une personne le nomme ; un champ inconnu garde son nom de contrat."""
    return LIBELLES_CHAMPS.get(champ, champ)


LIEU_INCONNU = "99999"


@dataclass
class PatientEssai:
    """Un patient fictif, désigné par `nom` dans la feature.

    `reference` : l'identité telle qu'INSi la connaît. `saisie` : traits entrés dans le logiciel à la création.
    `patient_id` : identifiant donné par le logiciel, vide tant que la fiche n'existe pas.
    """

    nom: str
    reference: IdentiteTest
    saisie: dict[str, str] = field(default_factory=dict)
    patient_id: str = ""
    dernier: Mapping[str, Any] = field(default_factory=dict)

    @property
    def statut(self) -> str:
        """Dernier statut relevé dans le logiciel, vide s'il ne l'a jamais été."""
        return str(self.dernier.get("statut", ""))

    @property
    def identite(self) -> Mapping[str, Any]:
        """Derniers traits relevés dans le logiciel."""
        valeur = self.dernier.get("identite", {})
        return valeur if isinstance(valeur, Mapping) else {}


def traits_saisis(reference: IdentiteTest, **remplacements: str) -> dict[str, str]:
    """Les cinq traits obligatoires qu'une personne saisirait, d'après la pièce d'identité."""
    traits = {
        "nom_naissance": reference.nom_naissance,
        "premier_prenom_naissance": reference.prenoms[0] if reference.prenoms else "",
        "date_naissance": reference.date_naissance,
        "sexe": reference.sexe,
        "code_lieu_naissance": reference.lieu_naissance or LIEU_INCONNU,
    }
    return {**traits, **remplacements}
