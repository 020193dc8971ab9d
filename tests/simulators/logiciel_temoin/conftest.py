"""Un environnement de produit fabriqué pour l'essai : certificats autosignés, services absents ou joués en mémoire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from simulators.banc import Banc
from simulators.logiciel_temoin.api import jouer
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import lire_environnement
from simulators.logiciel_temoin.erreurs import Enveloppe
from simulators.logiciel_temoin.labo import Labo
from simulators.socle.journal import JournalEchanges
from tests.simulators.logiciel_temoin.psc_essai import Essai, Fabrique

NOMS = ("insi_manu", "insi_auto", "org_auth_cli", "org_sign", "cps_auth_1", "cps_sign_1", "cps_auth_2", "cps_sign_2")
DOMAINE = "1.2.250.1.213.99.1"


def _certificat(dossier: Path, nom: str) -> dict[str, str]:
    cle: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    cle = rsa.generate_private_key(65537, 2048) if "sign" in nom else ec.generate_private_key(ec.SECP256R1())
    cn = {"insi_manu": "INSI-MANU", "insi_auto": "INSI-AUTO"}.get(nom, nom)
    sujet = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "LABORATOIRE DU BANC"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "1990000001"),
            x509.NameAttribute(NameOID.COMMON_NAME, cn),
        ]
    )
    maintenant = datetime.now(UTC)
    certificat = (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(sujet)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(maintenant - timedelta(days=1))
        .not_valid_after(maintenant + timedelta(days=1))
        .sign(cle, hashes.SHA256())
    )
    pem, fichier_cle = dossier / f"{nom}.pem", dossier / f"{nom}.key"
    pem.write_bytes(certificat.public_bytes(serialization.Encoding.PEM))
    fichier_cle.write_bytes(
        cle.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return {"pem": str(pem), "cle": str(fichier_cle), "p12": "", "mot_de_passe": ""}


@pytest.fixture(scope="session")
def environnement(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fichier d'environnement dont les services ne répondent pas (port 1)."""
    dossier = tmp_path_factory.mktemp("environnement")
    certificats = {nom: _certificat(dossier, nom) for nom in NOMS}
    contenu: dict[str, Any] = {
        "version": 1,
        "services": {
            "insi": {"url_certificat": "https://localhost:1/lps", "url_carte": "https://localhost:1/lps"},
            "dmp": {"url": "https://localhost:1/si-dmp-server/v2/services", "url_web_ps": "https://localhost:1"},
        },
        "autorites": {"racines_pem": certificats["org_auth_cli"]["pem"]},
        "certificats": certificats,
        "structure": {
            "nom": "LABORATOIRE DU BANC",
            "identifiant_national": "1990000001",
            "finess": "990000001",
            "secteur_activite": "SA25",
            "identifiant_facturation": "990000001",
            "oid_domaine": DOMAINE,
        },
        "professionnels": [
            {
                "role": f"biologiste_{rang}",
                "rpps": f"9990000000{rang}",
                "identifiant_national": f"89990000000{rang}",
                "nom": nom,
                "prenom": prenom,
                "profession": "10",
                "specialite": "SM03",
                "certificats": [f"cps_auth_{rang}", f"cps_sign_{rang}"],
            }
            for rang, nom, prenom in ((1, "BIOLOGUE", "ALIX"), (2, "ANALYSTE", "NOOR"))
        ],
        "lps": {"idam": "SIMAUT000001", "numero_homologation_dmp": "HOMOLOGATION-42"},
    }
    fichier = dossier / "env.json"
    fichier.write_text(json.dumps(contenu), encoding="utf-8")
    return fichier


@pytest.fixture
def labo(environnement: Path) -> Labo:
    """Le logiciel conforme, sans service au bout du fil."""
    return Labo(lire_environnement(environnement), Defauts())


@pytest.fixture
def labo_avec(environnement: Path) -> Callable[..., Labo]:
    """Fabrique un logiciel avec les défauts nommés."""
    return lambda *defauts: Labo(lire_environnement(environnement), Defauts(defauts))


Jouer = Callable[..., Enveloppe]


@pytest.fixture
def agir(labo: Labo) -> Jouer:
    """Joue une action sur le logiciel conforme, en biologiste par défaut."""

    def jouer_action(nom: str, utilisateur: str = "biologiste_1", /, **parametres: Any) -> Enveloppe:
        return jouer(labo, nom, {"utilisateur": utilisateur, **parametres})

    return jouer_action


@dataclass
class BancPsc:
    """Le banc partagé par les essais de connexion."""

    banc: Banc
    journal: JournalEchanges
    fichier: Path


@pytest.fixture(scope="session")
def banc_psc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BancPsc]:
    """Un banc démarré une fois."""
    dossier = tmp_path_factory.mktemp("banc-psc")
    journal = JournalEchanges.creer(dossier / "campagne")
    with Banc(journal, dossier_secrets=dossier / "secrets") as banc:
        fichier = dossier / "env.json"
        fichier.write_text(json.dumps(banc.environnement()), encoding="utf-8")
        yield BancPsc(banc, journal, fichier)
    journal.fermer()


@pytest.fixture
def psc(banc_psc: BancPsc) -> Iterator[Fabrique]:
    """Fabrique un logiciel neuf avec les défauts nommés, face au banc remis à zéro."""
    ouverts: list[Essai] = []

    def fabriquer(*defauts: str) -> Essai:
        ouverts.append(Essai(banc_psc.banc, banc_psc.journal, banc_psc.fichier, *defauts))
        return ouverts[-1]

    yield fabriquer
    for essai in ouverts:
        essai.fermer()
