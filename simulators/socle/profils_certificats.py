"""Les certificats d'essai qui s'émettent : usages, variantes fautives, sujets aux formes de l'IGC-Santé."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from cryptography import x509
from cryptography.x509.oid import NameOID

from simulators.socle.acteurs import PROFESSIONNELS, STRUCTURE, Professionnel
from simulators.socle.identifiants import ClePrivee

NOMS_DE_SERVEUR = (
    "localhost",
    "127.0.0.1",
    "::1",
    "services-ps.ameli.fr",
    "services-ps-tlsm.ameli.fr",
    "qualiflps.services-ps.ameli.fr",
    "qualiflps-services-ps-tlsm.ameli.fr",
    "lps2.dmp.gouv.fr",
    "dev6.lps2.dmp.gouv.fr",
    "dev9.lps2.dmp.gouv.fr",
    "dev6.lps-igc-sante.dmp.gouv.fr",
)
"""Noms portés par les certificats de serveur d'essai : boucle locale et services imités."""


class Variante(StrEnum):
    """Certificat valable, ou fautif d'une seule façon."""

    VALIDE = "valide"
    EXPIRE = "expire"
    PAS_ENCORE_VALIDE = "pas_encore_valide"
    REVOQUE = "revoque"
    AUTRE_AUTORITE = "autre_autorite"
    AUTO_SIGNE = "auto_signe"


class Usage(Enum):
    """À quoi sert le certificat."""

    AUTHENTIFICATION = "authentification"
    SIGNATURE = "signature"
    CACHET = "cachet"
    SERVEUR = "serveur"


@dataclass(frozen=True)
class Profil:
    """Sujet, usage et autorité d'un certificat."""

    usage: Usage
    autorite: str
    sujet: tuple[tuple[x509.ObjectIdentifier, str], ...]
    rsa: bool = False


@dataclass(frozen=True)
class Publication:
    """Chemins, sous l'adresse de publication, que le certificat donne pour sa révocation."""

    crl: str = "/crl"
    ocsp: str = "/ocsp"


PUBLICATION = Publication()


@dataclass(frozen=True)
class Forme:
    """Ce qu'un certificat a de particulier ; tout est facultatif."""

    cle: ClePrivee | None = None
    publication: Publication = PUBLICATION
    serie: int | None = None


def _organisation(cn: str, usage: Usage, *, cle_rsa: bool = False) -> Profil:
    sujet = (
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.STATE_OR_PROVINCE_NAME, "Paris (75)"),
        (NameOID.ORGANIZATION_NAME, STRUCTURE.nom),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, STRUCTURE.identifiant_national),
        (NameOID.COMMON_NAME, cn),
    )
    return Profil(usage, "organisations", sujet, cle_rsa)


def personne(professionnel: Professionnel, usage: Usage) -> Profil:
    """Le profil de la carte d'un professionnel."""
    sujet = (
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.ORGANIZATION_NAME, "CARTES D'ESSAI DU BANC"),
        (NameOID.COMMON_NAME, professionnel.identifiant_national),
        (NameOID.SURNAME, professionnel.nom),
        (NameOID.GIVEN_NAME, professionnel.prenom),
    )
    return Profil(usage, "personnes", sujet, rsa=usage is Usage.SIGNATURE)


PROFILS: dict[str, Profil] = {
    "insi_manu": _organisation("INSI-MANU", Usage.AUTHENTIFICATION),
    "insi_auto": _organisation("INSI-AUTO", Usage.AUTHENTIFICATION),
    "org_auth_cli": _organisation(STRUCTURE.nom, Usage.AUTHENTIFICATION),
    "org_sign": _organisation(STRUCTURE.nom, Usage.CACHET, cle_rsa=True),
    **{f"cps_auth_{rang}": personne(ps, Usage.AUTHENTIFICATION) for rang, ps in enumerate(PROFESSIONNELS, 1)},
    **{f"cps_sign_{rang}": personne(ps, Usage.SIGNATURE) for rang, ps in enumerate(PROFESSIONNELS, 1)},
}
