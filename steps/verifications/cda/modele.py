"""L'en-tête d'un CDA R2 en valeurs : ce que les vérifications et les scénarios en lisent, sans XML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OID_INS_NIR = "1.2.250.1.213.1.4.8"
OID_INS_NIA = "1.2.250.1.213.1.4.9"
OID_INS_TEST = "1.2.250.1.213.1.4.10"
OID_INS_DEMONSTRATION = "1.2.250.1.213.1.4.11"
OIDS_INS = frozenset({OID_INS_NIR, OID_INS_NIA, OID_INS_TEST, OID_INS_DEMONSTRATION})
OID_PS = "1.2.250.1.71.4.2.1"
OID_STRUCTURE = "1.2.250.1.71.4.2.2"
TYPE_CR_BIO = "11502-2"


@dataclass(frozen=True, slots=True)
class Identifiant:
    """Type `II` de HL7 : une racine (OID ou UUID) et une extension."""

    racine: str
    extension: str = ""

    @property
    def unique_id(self) -> str:
        """Forme employée dans les métadonnées XDS : `racine` ou `racine^extension`."""
        return f"{self.racine}^{self.extension}" if self.extension else self.racine

    def __str__(self) -> str:
        return self.unique_id


@dataclass(frozen=True, slots=True)
class CodeCda:
    """Valeur codée ; `nul` : nullFlavor."""

    code: str = ""
    systeme: str = ""
    libelle: str = ""
    nul: str = ""

    def __str__(self) -> str:
        return f"{self.code} ({self.systeme})" if self.systeme else self.code or self.nul


@dataclass(frozen=True, slots=True)
class Organisation:
    """Structure : identifiants, nom, cadre d'exercice."""

    ids: tuple[Identifiant, ...] = ()
    nom: str = ""
    cadre: CodeCda | None = None

    @property
    def identifiant_national(self) -> str:
        """Struct_IdNat, vide s'il manque."""
        return next((ident.extension for ident in self.ids if ident.racine == OID_STRUCTURE), "")


@dataclass(frozen=True, slots=True)
class Intervenant:
    """Auteur, responsable ou exécutant. `appareil` : l'auteur est un dispositif, pas une personne."""

    ids: tuple[Identifiant, ...] = ()
    code: CodeCda | None = None
    nom: str = ""
    prenom: str = ""
    instant: str = ""
    organisation: Organisation | None = None
    appareil: bool = False
    signature: str = ""

    @property
    def identifiant_national(self) -> str:
        """PS_IdNat, vide s'il manque."""
        return next((ident.extension for ident in self.ids if ident.racine == OID_PS), "")

    @property
    def identifiant(self) -> str:
        """Identifiant national, à défaut le premier identifiant écrit."""
        return self.identifiant_national or next((ident.extension for ident in self.ids if ident.extension), "")


@dataclass(frozen=True, slots=True)
class Patient:
    """Le patient de `recordTarget`. `noms`, `prenoms` : (qualificatif, valeur) dans l'ordre écrit."""

    ids: tuple[Identifiant, ...] = ()
    noms: tuple[tuple[str, str], ...] = ()
    prenoms: tuple[tuple[str, str], ...] = ()
    naissance: str = ""
    sexe: CodeCda | None = None
    lieu_naissance: str = ""

    @property
    def ins(self) -> Identifiant | None:
        """Identifiant sous un OID de l'INS."""
        return next((ident for ident in self.ids if ident.racine in OIDS_INS), None)

    def nom(self, qualificatif: str) -> str:
        return next((valeur for qualifie, valeur in self.noms if qualifie == qualificatif), "")

    def prenom(self, qualificatif: str) -> str:
        return next((valeur for qualifie, valeur in self.prenoms if qualifie == qualificatif), "")


@dataclass(frozen=True, slots=True)
class ActeDocumente:
    """Un `documentationOf/serviceEvent` ; `statut` : `lab:statusCode` des comptes rendus de biologie."""

    ids: tuple[Identifiant, ...] = ()
    code: CodeCda | None = None
    debut: str = ""
    fin: str = ""
    periodes: int = 0
    statut: str = ""
    executants: tuple[Intervenant, ...] = ()


@dataclass(frozen=True, slots=True)
class PriseEnCharge:
    """`componentOf/encompassingEncounter`."""

    debut: str = ""
    fin: str = ""
    periodes: int = 0
    secteur: CodeCda | None = None
    etablissement: Identifiant | None = None


@dataclass(frozen=True, slots=True)
class Remplacement:
    """Un `relatedDocument`."""

    type_lien: str = ""
    ids: tuple[Identifiant, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class ContenuEncapsule:
    """Contenu base64 du corps ou d'une copie (`observationMedia`), tel qu'écrit."""

    chemin: str
    media_type: str
    representation: str
    texte: str


@dataclass(frozen=True)
class EnTeteCda:
    """En-tête d'un CDA R2, plus ce qu'il faut savoir du corps. Une valeur absente vaut chaîne vide, None ou ().

    `comptes` : nombre d'éléments de chaque nom sous `ClinicalDocument`. `matricules` : tout identifiant sous un OID
    de l'INS, où qu'il soit dans le document. `enveloppe` : nom de la racine quand le CDA est enveloppé.
    """

    realm_codes: tuple[str, ...] = ()
    type_id: Identifiant | None = None
    template_ids: tuple[Identifiant, ...] = ()
    id: Identifiant | None = None
    code: CodeCda | None = None
    titre: str = ""
    date_creation: str = ""
    confidentialite: CodeCda | None = None
    langue: str = ""
    set_id: Identifiant | None = None
    version: str = ""
    patient: Patient = field(default_factory=Patient)
    auteurs: tuple[Intervenant, ...] = ()
    custodian: Organisation | None = None
    responsable: Intervenant | None = None
    actes: tuple[ActeDocumente, ...] = ()
    remplacements: tuple[Remplacement, ...] = ()
    prise_en_charge: PriseEnCharge | None = None
    telecoms: tuple[tuple[str, str], ...] = ()
    corps: str = ""
    contenu: ContenuEncapsule | None = None
    copies: tuple[ContenuEncapsule, ...] = ()
    statuts_resultats: tuple[str, ...] = ()
    matricules: tuple[Identifiant, ...] = ()
    comptes: Mapping[str, int] = field(default_factory=dict)
    encodage: str = ""
    enveloppe: str = ""

    @property
    def acte_principal(self) -> ActeDocumente | None:
        """Premier acte documenté : celui que les métadonnées datent."""
        return self.actes[0] if self.actes else None

    @property
    def remplace(self) -> Remplacement | None:
        """Lien RPLC vers la version précédente."""
        return next((lien for lien in self.remplacements if lien.type_lien == "RPLC"), None)

    @property
    def contenus(self) -> tuple[ContenuEncapsule, ...]:
        """Tout contenu encapsulé : le corps N1, puis les copies d'un N3."""
        return (*((self.contenu,) if self.contenu else ()), *self.copies)

    def modele(self, oid: str) -> Identifiant | None:
        """templateId de cet OID."""
        return next((modele for modele in self.template_ids if modele.racine == oid), None)
