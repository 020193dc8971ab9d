"""Ce que le service répond, avant mise en XML : `RESULTAT`, `INDIVIDU`, INS actif et historique, traits."""

from __future__ import annotations

from dataclasses import dataclass, field

LIBELLES = {"00": "OK", "01": "Aucune identite trouvee", "02": "Plusieurs identites trouvees"}

ORDRE_TIQ = ("NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance")


@dataclass(frozen=True, slots=True)
class InsRendu:
    """Un `INSACTIF` ou un `INSHISTO` ; None = élément absent."""

    numero: str
    oid: str
    cle: str | None = None
    type_matricule: str | None = None
    date_debut: str | None = None
    date_fin: str | None = None


@dataclass(frozen=True, slots=True)
class Individu:
    """Contenu de `INDIVIDU`. `tiq` : nom d'élément → valeur, chaîne vide pour un élément vide."""

    actif: InsRendu
    historique: tuple[InsRendu, ...] = ()
    tiq: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resultat:
    """Un compte rendu du service."""

    code: str
    individu: Individu | None = None
    libelle: str | None = None

    @property
    def texte(self) -> str:
        """`LibelleCR`, celui du service quand il est connu."""
        return self.libelle if self.libelle is not None else LIBELLES.get(self.code, "Code inconnu")


@dataclass(frozen=True, slots=True)
class ResultatVerification:
    """Réponse de la vérification unitaire. Forme du banc, **non normative** : le contrat n'est pas public."""

    concorde: bool
