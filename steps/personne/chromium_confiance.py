"""Faire croire à Chromium l'autorité de test du banc, dans son seul profil, sans toucher à la machine."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True)
class Confiance:
    """Ce que le navigateur doit croire : `racines`, fichiers PEM d'autorités ; `serveurs`, certificats du banc.

    Là où `certutil` existe, les racines entrent dans le magasin propre à ce profil, et Chromium vérifie tout comme
    d'habitude. Ailleurs, il admet les seules clés des `serveurs`, qu'il connaît par leur empreinte.
    """

    racines: tuple[Path, ...] = ()
    serveurs: tuple[x509.Certificate, ...] = ()

    def preparer(self, dossier: Path) -> Sequence[str]:
        """Prépare le dossier personnel de Chromium ; rend les options à lui donner."""
        if self.par_la_racine:
            magasin = dossier / ".pki" / "nssdb"
            magasin.mkdir(parents=True)
            _certutil("-N", "--empty-password", magasin=magasin)
            for rang, racine in enumerate(self._racines()):
                pem = dossier / f"racine-{rang}.pem"
                pem.write_bytes(racine.public_bytes(Encoding.PEM))
                _certutil("-A", "-n", f"banc {rang}", "-t", "C,,", "-i", str(pem), magasin=magasin)
            return ()
        cles = [certificat.public_key() for certificat in self.serveurs]
        empreintes = [
            base64.b64encode(
                hashlib.sha256(cle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
            ).decode()
            for cle in cles
        ]
        return (f"--ignore-certificate-errors-spki-list={','.join(empreintes)}",) if empreintes else ()

    @property
    def par_la_racine(self) -> bool:
        """Vrai si Chromium vérifie la chaîne jusqu'à la racine de test."""
        return sys.platform.startswith("linux") and shutil.which("certutil") is not None

    def _racines(self) -> list[x509.Certificate]:
        return [lu for racine in self.racines for lu in x509.load_pem_x509_certificates(racine.read_bytes())]


def _certutil(*arguments: str, magasin: Path) -> None:
    subprocess.run(
        ["certutil", *arguments, "-d", f"sql:{magasin}"],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(magasin.parents[1])},
    )
