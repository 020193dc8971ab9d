"""Ce qu'un scénario a saisi dans un compte rendu, et que chaque forme du document doit redire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resultat:
    """Une analyse saisie. `valeur` vide : résultat en attente ; `sous_traite` : exécutée par un autre laboratoire.

    `accredite` : examen couvert par l'accréditation ; `automatique` : validé sans revue d'un biologiste.
    """

    code: str
    libelle: str
    valeur: str
    unite: str
    sous_traite: bool = False
    accredite: bool = False
    automatique: bool = False

    @property
    def ecrit(self) -> str:
        """« Sodium : 141 mmol/L »."""
        return f"{self.libelle} : {self.valeur or 'en attente'} {self.unite}".strip()


@dataclass(frozen=True, slots=True)
class Laboratoire:
    """Le laboratoire sous-traitant et ses coordonnées."""

    nom: str
    finess: str
    adresse: str
    code_postal: str
    ville: str
    telephone: str

    @property
    def coordonnees(self) -> tuple[tuple[str, str], ...]:
        """(nature, valeur) de ce qui permet de le joindre."""
        return (
            ("adresse", self.adresse),
            ("code postal", self.code_postal),
            ("ville", self.ville),
            ("téléphone", self.telephone),
        )


@dataclass(frozen=True, slots=True)
class Sensibilite:
    """Une ligne d'antibiogramme. `resultat` : S, I ou R ; `cmi` en mg/L, vide si elle n'a pas été mesurée."""

    code: str
    libelle: str
    resultat: str
    cmi: str = ""


@dataclass(frozen=True, slots=True)
class GermeIsole:
    """Un germe saisi, trouvé dans un prélèvement, et son antibiogramme."""

    prelevement: str
    code: str
    libelle: str
    antibiogramme: tuple[Sensibilite, ...]
