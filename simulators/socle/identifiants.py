"""Un certificat d'essai et sa clé, posés dans des fichiers que le logiciel peut charger."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

ClePrivee = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, eq=False)
class Identifiants:
    """Certificat, clé et chaîne ; les fichiers PEM et PKCS#12 sont déjà écrits."""

    nom: str
    certificat: x509.Certificate
    cle: ClePrivee
    chaine: tuple[x509.Certificate, ...]
    chemin_pem: Path
    chemin_cle: Path
    chemin_p12: Path
    mot_de_passe: str

    @classmethod
    def ecrire(
        cls, dossier: Path, nom: str, certificat: x509.Certificate, cle: ClePrivee, chaine: tuple[x509.Certificate, ...]
    ) -> Identifiants:
        """Écrit les trois fichiers ; le mot de passe du PKCS#12 est tiré au hasard."""
        ecrits = cls(
            nom=nom,
            certificat=certificat,
            cle=cle,
            chaine=chaine,
            chemin_pem=dossier / f"{nom}.pem",
            chemin_cle=dossier / f"{nom}.cle.pem",
            chemin_p12=dossier / f"{nom}.p12",
            mot_de_passe=secrets.token_urlsafe(18),
        )
        ecrire_prive(ecrits.chemin_pem, ecrits.pem)
        ecrire_prive(
            ecrits.chemin_cle,
            cle.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        )
        # 2048 itérations : la valeur d'OpenSSL ; le mot de passe est aléatoire, l'allonger ne protégerait rien.
        chiffrement = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(2048)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(ecrits.mot_de_passe.encode())
        )
        contenu = pkcs12.serialize_key_and_certificates(nom.encode(), cle, certificat, chaine, chiffrement)
        ecrire_prive(ecrits.chemin_p12, contenu)
        return ecrits

    @cached_property
    def der(self) -> bytes:
        """Le certificat en DER."""
        return self.certificat.public_bytes(serialization.Encoding.DER)

    @cached_property
    def pem(self) -> bytes:
        """Le certificat puis sa chaîne, en PEM."""
        return b"".join(certificat.public_bytes(_PEM) for certificat in (self.certificat, *self.chaine))

    def en_dict(self) -> dict[str, str]:
        """Forme JSON du fichier d'environnement."""
        return {
            "pem": str(self.chemin_pem),
            "cle": str(self.chemin_cle),
            "p12": str(self.chemin_p12),
            "mot_de_passe": self.mot_de_passe,
        }


def ecrire_prive(chemin: Path, octets: bytes) -> None:
    """Fichier lisible du seul utilisateur (là où le système le permet)."""
    chemin.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    chemin.unlink(missing_ok=True)
    descripteur = os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descripteur, "wb") as fichier:
        fichier.write(octets)
