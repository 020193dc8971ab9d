"""L'environnement donné au produit : adresses des services, certificats, structure, professionnels."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from simulators.logiciel_temoin.psc_environnement import ApiPsc, Fournisseur, lire_api, lire_fournisseurs


@dataclass(frozen=True)
class Certificat:
    """Certificat (feuille puis chaîne) et sa clé, tous deux en PEM."""

    pem: Path
    cle: Path

    @cached_property
    def chaine(self) -> list[x509.Certificate]:
        return x509.load_pem_x509_certificates(self.pem.read_bytes())

    @cached_property
    def cle_privee(self) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
        # La clé vient de l'installation : vérifier ses nombres à chaque démarrage coûterait un dixième de seconde.
        cle = serialization.load_pem_private_key(
            self.cle.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(cle, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError(f"type de clé non géré : {self.cle}")
        return cle

    def autosigne(self, *, perime: bool = False) -> Certificat:
        """Même sujet, même clé, mais sans autorité, périmé ou non : pour les défauts."""
        maintenant = datetime.now(UTC) - timedelta(days=60 if perime else 0)
        seul = x509.CertificateBuilder(
            self.feuille.subject,
            self.feuille.subject,
            self.cle_privee.public_key(),
            x509.random_serial_number(),
            maintenant - timedelta(days=1),
            maintenant + timedelta(days=30),
            list(self.feuille.extensions),
        ).sign(self.cle_privee, hashes.SHA256())
        copie = Certificat(self.pem, self.cle)
        copie.__dict__["chaine"] = [seul]
        return copie

    @property
    def feuille(self) -> x509.Certificate:
        return self.chaine[0]

    @property
    def sujet(self) -> str:
        """DN du sujet, RFC 2253 (l'attribut le plus précis d'abord)."""
        return self.feuille.subject.rfc4514_string({NameOID.GIVEN_NAME: "GN", NameOID.SURNAME: "SN"})

    @property
    def unite(self) -> str:
        """OU du sujet : l'identifiant national de la structure."""
        return _attribut(self.feuille, NameOID.ORGANIZATIONAL_UNIT_NAME)


def _attribut(certificat: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    valeurs = certificat.subject.get_attributes_for_oid(oid)
    return str(valeurs[0].value) if valeurs else ""


@dataclass(frozen=True)
class Professionnel:
    """Un professionnel de santé du laboratoire et ses cartes."""

    role: str
    rpps: str
    identifiant_national: str
    nom: str
    prenom: str
    profession: str
    specialite: str
    certificats: tuple[str, ...]

    @property
    def carte_signature(self) -> str | None:
        return next((nom for nom in self.certificats if "sign" in nom), None)

    @property
    def carte_authentification(self) -> str | None:
        return next((nom for nom in self.certificats if "auth" in nom), None)


@dataclass(frozen=True)
class Structure:
    """Le laboratoire qui emploie le logiciel."""

    nom: str
    identifiant_national: str
    finess: str
    secteur_activite: str
    identifiant_facturation: str
    oid_domaine: str


@dataclass(frozen=True)
class Bal:
    """Une boîte MSSanté du logiciel : `PER` (d'un professionnel), `ORG` (d'un service) ou `APP` (applicative)."""

    adresse: str
    type: str
    intitule: str
    rpps: str | None
    nom: str
    prenom: str
    jeton_rafraichissement: str = field(repr=False)

    @property
    def domaine(self) -> str:
        return self.adresse.rpartition("@")[2]


@dataclass(frozen=True)
class ServiceMss:
    """Où joindre l'opérateur MSSanté."""

    domaine: str
    smtp: tuple[str, int]
    imap: tuple[str, int]
    autoconfiguration: str = ""


@dataclass(frozen=True)
class AccesAnnuaire:
    """Où lire l'Annuaire Santé : API et sa clé, extractions publiques."""

    fhir: str
    cle: str = field(repr=False)
    extraction: str
    correspondance: str


@dataclass(frozen=True)
class Environnement:
    """Tout ce que l'installation du logiciel a reçu."""

    url_insi_certificat: str
    url_insi_carte: str
    url_dmp: str
    url_web_ps: str
    racines: Path
    certificats: dict[str, Certificat]
    structure: Structure
    professionnels: tuple[Professionnel, ...]
    idam: str
    numero_homologation_dmp: str
    reference_produit: str = ""
    type_logiciel: str = "SGL"
    """Le métier que le logiciel joue : SGL, RIS, LGC, DPI, PFI, DRIMbox."""
    mssante: ServiceMss | None = None
    bals: tuple[Bal, ...] = ()
    annuaire: AccesAnnuaire | None = None
    courriels: tuple[str, int] | None = None
    """Le relais SMTP ordinaire de l'établissement."""
    hl7v2: tuple[str, int] | None = None
    """Le partenaire à qui vont les messages HL7 v2 (MLLP)."""
    fournisseurs: dict[str, Fournisseur] = field(default_factory=dict)
    api_psc: ApiPsc | None = None
    pacs: tuple[str, int, str] | None = None
    """Le PACS de l'établissement (DICOM) : hôte, port, AE title."""
    wado_distant: str = ""
    """Base DICOMweb de la source distante, quand un KOS ne dit pas où prendre ses images."""

    def professionnel(self, role: str) -> Professionnel | None:
        return next((ps for ps in self.professionnels if ps.role == role), None)

    @property
    def responsable(self) -> Professionnel:
        """Le biologiste responsable des traitements automatiques."""
        return self.professionnels[0]

    def bal(self, adresse: str) -> Bal | None:
        return next((bal for bal in self.bals if bal.adresse.lower() == adresse.strip().lower()), None)

    def bal_de_type(self, nature: str) -> Bal | None:
        """La première BAL `PER`, `ORG` ou `APP`."""
        return next((bal for bal in self.bals if bal.type == nature), None)


def lire_environnement(chemin: Path) -> Environnement:
    """Lit le fichier d'environnement écrit par le banc (ou par l'exploitant)."""
    brut: dict[str, Any] = json.loads(chemin.read_text(encoding="utf-8"))
    services, lps = brut["services"], brut.get("lps", {})
    return Environnement(
        url_insi_certificat=services["insi"]["url_certificat"],
        url_insi_carte=services["insi"]["url_carte"],
        url_dmp=services["dmp"]["url"].rstrip("/"),
        url_web_ps=services["dmp"]["url_web_ps"].rstrip("/"),
        racines=Path(brut["autorites"]["racines_pem"]),
        certificats={nom: Certificat(Path(c["pem"]), Path(c["cle"])) for nom, c in brut["certificats"].items()},
        structure=Structure(**{nom: str(brut["structure"][nom]) for nom in Structure.__dataclass_fields__}),
        professionnels=tuple(_professionnel(ps) for ps in brut["professionnels"]),
        idam=str(lps.get("idam", "")),
        numero_homologation_dmp=str(lps.get("numero_homologation_dmp", "")),
        reference_produit=str(lps.get("nil") or ""),
        type_logiciel=str(lps.get("type_logiciel") or "SGL"),
        mssante=_mssante(services["mssante"]) if "mssante" in services else None,
        bals=tuple(_bal(bal) for bal in brut.get("bals", ())),
        annuaire=_annuaire(services["annuaire"]) if "annuaire" in services else None,
        courriels=(str(c["hote"]), int(c["port"])) if (c := services.get("courriels")) else None,
        hl7v2=(str(h["hote"]), int(h["port"])) if (h := services.get("hl7v2")) else None,
        fournisseurs=lire_fournisseurs(services),
        api_psc=lire_api(services),
        pacs=(str(d["hote"]), int(d["port"]), str(d["ae"])) if (d := services.get("pacs")) else None,
        wado_distant=str(services.get("drim", {}).get("wado", "")),
    )


def _annuaire(brut: dict[str, Any]) -> AccesAnnuaire:
    return AccesAnnuaire(
        fhir=brut["fhir"].rstrip("/"),
        cle=brut["cle"],
        extraction=brut["extraction"],
        correspondance=brut["correspondance"],
    )


def _mssante(brut: dict[str, Any]) -> ServiceMss:
    return ServiceMss(
        domaine=brut["domaine"],
        smtp=(brut["smtp"]["hote"], int(brut["smtp"]["port"])),
        imap=(brut["imap"]["hote"], int(brut["imap"]["port"])),
        autoconfiguration=str(brut.get("autoconfig") or ""),
    )


def _bal(brut: dict[str, Any]) -> Bal:
    return Bal(
        adresse=brut["adresse"],
        type=brut["type"],
        intitule=str(brut.get("intitule") or ""),
        rpps=brut.get("rpps"),
        nom=str(brut.get("nom") or ""),
        prenom=str(brut.get("prenom") or ""),
        jeton_rafraichissement=str(brut.get("jeton_rafraichissement") or ""),
    )


def _professionnel(brut: dict[str, Any]) -> Professionnel:
    return Professionnel(
        role=brut["role"],
        rpps=str(brut["rpps"]),
        identifiant_national=str(brut["identifiant_national"]),
        nom=brut["nom"],
        prenom=brut["prenom"],
        profession=str(brut.get("profession", "10")),
        specialite=str(brut.get("specialite", "SM03")),
        certificats=tuple(brut.get("certificats", ())),
    )
