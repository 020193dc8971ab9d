"""Le catalogue en mémoire : couloir, exigence, scénario de conformité, preuve ; des valeurs figées."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Nature(StrEnum):
    """Ce que vaut une exigence : obligation ou faculté."""

    EXIGENCE = "EXIGENCE"
    PRECONISATION = "PRECONISATION"


class Criticite(StrEnum):
    """Libellés de la colonne « Criticité » des classeurs de REM."""

    MINEURE = "Mineure"
    MAJEURE = "Majeure"
    CRITIQUE = "Critique"
    NON_DEFINIE = "Non définie"


class Classe(StrEnum):
    """Où le verdict se lit : dans un échange, dans un fichier, dans l'état du logiciel, ou par une personne seule."""

    RESEAU = "reseau"
    FICHIER = "fichier"
    ADAPTATEUR = "adaptateur"
    HUMAIN = "humain"

    @property
    def libelle(self) -> str:
        """Le mot tel qu'une personne le lit."""
        return "réseau" if self is Classe.RESEAU else self.value


class Service(StrEnum):
    """Le service, ou le format, par lequel le scénario se voit."""

    INSI = "insi"
    DMP = "dmp"
    MSSANTE = "mssante"
    PSC = "psc"
    ANNUAIRE = "annuaire"
    HL7 = "hl7"
    CDA = "cda"
    AUCUN = "aucun"


class TypePiece(StrEnum):
    """Les formes de pièce qu'une preuve accepte."""

    VIDEO = "video"
    CAPTURE = "capture"
    DOCUMENT = "document"
    ATTESTATION = "attestation"
    MESSAGE = "message"
    TRACE = "trace/log"
    EXPORT = "export"
    FICHIER_CDA = "fichier-CDA"
    LIEN_PLATEFORME = "lien-plateforme-test"
    AUTRE = "autre"

    @property
    def libelle(self) -> str:
        """Le nom de la pièce tel qu'une personne le lit."""
        return _LIBELLES_PIECES[self]


_LIBELLES_PIECES = {
    TypePiece.VIDEO: "vidéo",
    TypePiece.CAPTURE: "capture d'écran",
    TypePiece.DOCUMENT: "document",
    TypePiece.ATTESTATION: "attestation",
    TypePiece.MESSAGE: "message échangé",
    TypePiece.TRACE: "extrait de trace ou de journal",
    TypePiece.EXPORT: "fichier exporté",
    TypePiece.FICHIER_CDA: "document CDA",
    TypePiece.LIEN_PLATEFORME: "lien vers un résultat de l'espace de test CI-SIS",
    TypePiece.AUTRE: "autre pièce",
}


class Modalite(StrEnum):
    """Les façons d'intégrer un fournisseur d'identité : un logiciel en réclame une au moins, rarement toutes."""

    WEB = "web"
    NAVIGATEUR_EXTERNE = "navigateur_externe"
    CIBA = "ciba"
    NAVIGATEUR_INTERNE = "navigateur_interne"

    @property
    def libelle(self) -> str:
        """La modalité telle qu'une personne la lit."""
        return _LIBELLES_MODALITES[self]


_LIBELLES_MODALITES = {
    Modalite.WEB: "mode web",
    Modalite.NAVIGATEUR_EXTERNE: "application native avec navigateur externe",
    Modalite.CIBA: "application native en CIBA",
    Modalite.NAVIGATEUR_INTERNE: "application native avec navigateur interne",
}


class Fournisseur(StrEnum):
    """Le fournisseur d'identité par lequel un scénario fait passer."""

    PSC = "psc"
    ETABLISSEMENT = "etablissement"

    @property
    def libelle(self) -> str:
        """Le fournisseur tel qu'une personne le nomme."""
        return "Pro Santé Connect" if self is Fournisseur.PSC else "le fournisseur d'identité de l'établissement"


PROFIL_GENERAL = "Général"
"""Le profil qui s'applique à tout logiciel du couloir."""


@dataclass(frozen=True, slots=True)
class Source:
    """D'où viennent les numéros et le sens d'une exigence, et l'état de ce texte à cette date."""

    code: str
    titre: str
    date: dt.date
    statut: str


@dataclass(frozen=True, slots=True)
class DocumentProduit:
    """Un type de document de santé que les logiciels d'un couloir produisent."""

    nom: str
    """Comme les features le nomment : « compte rendu d'imagerie »."""
    code: str
    """Code LOINC du type (`code` du CDA, `typeCode` du DMP)."""
    libelle: str
    """Libellé du code dans le jeu de valeurs."""
    niveaux: tuple[str, ...]
    """Niveaux de CDA attendus, le plus courant d'abord : N1, N3."""
    resultats: bool
    """Vrai : il porte des résultats d'analyses, et se valide par `valider_compte_rendu`."""


@dataclass(frozen=True, slots=True)
class Couloir:
    """Un couloir de SONS et le REM qui le régit."""

    couloir: str
    rem: str
    type_logiciel: str
    titre: str
    prefixe: str
    """Préfixe des exigences propres à ce REM, sans le point (`SGL`)."""
    profils: tuple[str, ...]
    vagues: tuple[int, ...]
    sources: tuple[Source, ...]
    documents: tuple[DocumentProduit, ...] = ()
    """Le premier est celui que les features communes font produire ; vide : un compte rendu de biologie."""


@dataclass(frozen=True, slots=True)
class EtapeGuidee:
    """Une étape qu'une personne suit pour juger un scénario, dans nos mots."""

    faire: str
    """Ce qu'elle fait dans le produit, ou réunit."""
    voir: str
    """Ce qui doit se voir, ou se lire."""
    ecart: str = ""
    """Ce qui, vu là, ferait juger non conforme ; vide quand l'étape ne fait que préparer."""


@dataclass(frozen=True, slots=True)
class Preuve:
    """Ce qui doit être remis pour un scénario."""

    id: str
    """Le numéro tel qu'il est dans les données : il peut être vide, répété ou incomplet."""
    repere: str
    """Désignation unique dans le REM : le numéro, suivi d'un rang si le numéro manque ou se répète."""
    scenario: str
    attendu: str
    pieces: tuple[TypePiece, ...]
    anomalie: str = ""
    """Pourquoi le numéro est irrégulier, quand il l'est."""
    conseil: str = ""
    """Quoi cadrer, les mentions voulues, ce qui fait refuser la pièce."""


@dataclass(frozen=True, slots=True)
class ScenarioConformite:
    """Ce que l'éditeur doit exécuter et ce qui doit s'observer."""

    id: str
    rem: str
    exigence: str
    titre: str
    attendu: str
    moyen: Classe
    service: Service
    ordre: int
    """Rang parmi les scénarios de l'exigence, à partir de 1."""
    preuves: tuple[Preuve, ...]
    prerequis: str = ""
    anomalie: str = ""
    modalite: Modalite | None = None
    """Modalité d'intégration hors de laquelle le scénario ne s'applique pas ; None : il s'applique toujours."""
    fournisseur: Fournisseur = Fournisseur.PSC
    """Chez qui cette modalité est réclamée."""
    deroule: tuple[EtapeGuidee, ...] = ()
    """La forme guidée ; obligatoire quand une personne juge, en tout ou en partie."""
    non_jugee: str = ""
    """Pourquoi la machine ne rend pas seule ce verdict, quand le moyen du scénario le laisserait attendre."""
    repris_de: str = ""
    """Couloir où ce scénario est rédigé, quand ce n'est pas le sien."""
    feature_impropre: str = ""
    """Pourquoi la feature commune qui porte ce numéro ne convient pas à ce REM ; vide quand elle convient."""

    @property
    def laisse_a_une_personne(self) -> bool:
        """Une personne juge ce scénario, en tout ou en partie."""
        return self.moyen is Classe.HUMAIN or bool(self.non_jugee)


@dataclass(frozen=True, slots=True)
class Exigence:
    """Une obligation, ou une préconisation, numérotée d'un REM."""

    id: str
    """Référence Squash, avec le préfixe du REM quand l'exigence lui est propre (`SGL.DMP/va1.15`)."""
    id_court: str
    ids_vague1: tuple[str, ...]
    id_socle: str
    """Numéro dans le socle commun (`SC.…`) ; vide quand l'exigence est propre au REM."""
    rem: str
    vague: int
    profil: str
    id_section: str
    section: str
    bloc: str
    fonction: str
    nature: Nature
    criticite: Criticite
    statut: str
    resume: str
    """L'exigence dans nos mots, jamais la phrase officielle."""
    classe: Classe
    service: Service
    source: Source
    scenarios: tuple[ScenarioConformite, ...]
    precontrole: Classe | None = None
    """Classe où un contrôle préalable reste possible quand le verdict revient à une personne."""
    non_verifiee: str = ""
    """Pourquoi l'exigence n'est pas vérifiée, quand elle n'a aucun scénario."""
    repris_de: str = ""
    """Couloir où cette exigence est rédigée, quand ce n'est pas le sien."""
    supplements: tuple[ScenarioConformite, ...] = ()
    """Scénarios du banc, que le REM n'a pas : joués à la demande seulement, jamais comptés avec les siens."""

    @property
    def titre(self) -> str:
        """Une ligne pour une liste : section et fonction."""
        return f"{self.section} : {self.fonction}"

    @property
    def preuves(self) -> tuple[Preuve, ...]:
        """Toutes les preuves des scénarios, dans l'ordre."""
        return tuple(preuve for scenario in self.scenarios for preuve in scenario.preuves)
