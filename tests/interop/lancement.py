"""`python -m simulators lancer` dans son processus, vu de l'extérieur : son annonce, son environnement, son journal."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from simulators.socle.echange import Echange
from simulators.socle.identites import IdentiteTest, par_cas
from simulators.socle.journal import JournalEchanges
from simulators.socle.pki import Identifiants

RACINE = Path(__file__).parents[2]


@dataclass
class BancLance:
    """Un banc en service, connu par ce qu'il publie et par son journal, jamais par sa mémoire."""

    processus: subprocess.Popen[str]
    annonce: dict[str, Any]
    environnement: dict[str, Any]

    @property
    def dossier(self) -> Path:
        """Dossier du journal."""
        return Path(self.annonce["journal"])

    @property
    def racines(self) -> str:
        """Autorités à croire."""
        return str(self.environnement["autorites"]["racines_pem"])

    def service(self, nom: str, adresse: str) -> str:
        """Adresse publiée d'un service."""
        return str(self.environnement["services"][nom][adresse])

    def certificat(self, nom: str) -> tuple[str, str]:
        """(certificat et chaîne, clé) en PEM."""
        certificat = self.environnement["certificats"][nom]
        return certificat["pem"], certificat["cle"]

    def identifiants(self, nom: str) -> Identifiants:
        """Certificat et clé relus des fichiers publiés, pour signer un VIHF."""
        pem, cle = (Path(chemin) for chemin in self.certificat(nom))
        publie = self.environnement["certificats"][nom]
        return Identifiants(
            nom=nom,
            certificat=x509.load_pem_x509_certificate(pem.read_bytes()),
            cle=serialization.load_pem_private_key(cle.read_bytes(), None),  # type: ignore[arg-type]
            chaine=tuple(x509.load_pem_x509_certificates(pem.read_bytes())[1:]),
            chemin_pem=pem,
            chemin_cle=cle,
            chemin_p12=Path(publie["p12"]),
            mot_de_passe=publie["mot_de_passe"],
        )

    def identite(self, cas: str = "nominal") -> IdentiteTest:
        """Identité de test publiée pour ce cas."""
        assert cas in {identite["cas"] for identite in self.environnement["identites"]}
        return par_cas(cas)

    def memoire_mo(self, champ: str = "VmRSS") -> float:
        """Mémoire du processus, en Mo, sous Linux ; `champ` : VmRSS celle du moment, VmHWM la plus haute."""
        lignes = Path(f"/proc/{self.processus.pid}/status").read_text(encoding="utf-8").splitlines()
        return int(next(ligne for ligne in lignes if ligne.startswith(f"{champ}:")).split()[1]) / 1024

    def position(self) -> int:
        """Rang du journal maintenant."""
        with JournalEchanges.ouvrir(self.dossier) as journal:
            return journal.position()

    def echanges(self, depuis: int = 0, service: str | None = None) -> list[Echange]:
        """Échanges enregistrés depuis ce rang."""
        with JournalEchanges.ouvrir(self.dossier) as journal:
            return journal.echanges(service=service, depuis=depuis)

    def refus(self, depuis: int, delai: float = 5.0) -> list[str]:
        """Raisons des poignées de main refusées depuis ce rang : la trace peut suivre de peu la coupure du client."""
        fin = time.monotonic() + delai
        while True:
            with JournalEchanges.ouvrir(self.dossier) as journal:
                raisons = [poignee.raison for poignee in journal.poignees_refusees(depuis=depuis)]
            if raisons or time.monotonic() > fin:
                return raisons
            time.sleep(0.02)

    def arreter(self) -> int:
        """Arrêt demandé comme le fait un superviseur ; rend le code de sortie."""
        self.processus.send_signal(signal.SIGTERM)
        return self.processus.wait(20)


def port_libre() -> int:
    """Un port que rien n'occupe, hors de ceux que le système donne : nul autre essai ne le prend d'ici qu'il serve."""
    for port in random.sample(range(10_000, 32_000), 200):
        with socket.socket() as prise, suppress(OSError):
            prise.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("aucun des deux cents ports essayés n'est libre")


@contextmanager
def lancer(dossier: Path, *options: str, erreurs: Path | None = None) -> Iterator[BancLance]:
    """Le banc lancé dans `dossier` ; tué s'il vit encore à la sortie. `erreurs` : où va sa sortie d'erreur."""
    environnement = dossier / "environnement.json"
    commande = [sys.executable, "-m", "simulators", "lancer", "--environnement", str(environnement), "--json"]
    commande += ["--dossier", str(dossier / "journal"), *options]
    with (
        erreurs.open("wb") if erreurs else nullcontext() as plainte,
        subprocess.Popen(commande, cwd=RACINE, stdout=subprocess.PIPE, stderr=plainte, text=True) as processus,
    ):
        assert processus.stdout is not None
        try:
            annonce = json.loads(processus.stdout.readline())
            yield BancLance(processus, annonce, json.loads(environnement.read_text(encoding="utf-8")))
        finally:
            if processus.poll() is None:
                processus.kill()
