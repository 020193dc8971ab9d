"""Chaque point d'accès répond à ses propres exemples."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulators.insi.etat import EtatInsi
from simulators.insi.point import points_acces
from simulators.insi.resultat import Resultat, ResultatVerification
from simulators.insi.traitement import Demande, Traitee, Voie, jouer, recevoir

RACINE = Path(__file__).parents[3] / "simulators" / "insi" / "endpoints"
VALIDES = sorted(RACINE.glob("*/exemples/valides/*.xml"))
INVALIDES = sorted(RACINE.glob("*/exemples/invalides/*.xml"))


def _certificat() -> x509.Certificate:
    """Certificat auto-signé au bon CN : le transport n'est pas l'objet de ces essais."""
    cle = ec.generate_private_key(ec.SECP256R1())
    nom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "INSI-AUTO")])
    return (
        x509.CertificateBuilder()
        .subject_name(nom)
        .issuer_name(nom)
        .public_key(cle.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(cle, hashes.SHA256())
    )


CERTIFICAT = _certificat()


def _traiter(chemin: Path) -> Traitee:
    demande = Demande(
        chemin.read_bytes(), "application/soap+xml; charset=utf-8", datetime.now(UTC), Voie.CERTIFICAT, CERTIFICAT
    )
    etat = EtatInsi()
    traitee = recevoir(demande, etat, lambda certificat, instant: [])
    if traitee.faute is None and traitee.http is None:
        jouer(traitee, etat)
    return traitee


def _nom(chemin: Path) -> str:
    return f"{chemin.parts[-4]}/{chemin.stem}"


@pytest.mark.parametrize("chemin", VALIDES, ids=_nom)
def test_exemple_valide(chemin: Path) -> None:
    """Un exemple valide obtient la réponse que dit le début de son nom."""
    traitee = _traiter(chemin)
    assert traitee.faute is None, traitee.faute
    assert traitee.issue is not None
    resultat = traitee.issue.resultat
    attendu = chemin.stem.partition("_")[0]
    if isinstance(resultat, Resultat):
        assert resultat.code == attendu
    else:
        assert resultat == ResultatVerification(attendu == "OK")


@pytest.mark.parametrize("chemin", INVALIDES, ids=_nom)
def test_exemple_invalide(chemin: Path) -> None:
    """Un exemple invalide est refusé avec la faute que dit le début de son nom."""
    traitee = _traiter(chemin)
    assert traitee.issue is None
    assert traitee.faute is not None
    assert traitee.faute.libelle == chemin.stem.partition("__")[0], traitee.faute


def test_chaque_point_a_des_exemples() -> None:
    """Tout dossier de `endpoints/` est un point d'accès et porte des exemples valides et invalides."""
    dossiers = {chemin.name for chemin in RACINE.iterdir() if (chemin / "__init__.py").exists()}
    assert len(points_acces()) == len(dossiers)
    for nom in dossiers:
        assert any(chemin.parts[-4] == nom for chemin in INVALIDES), nom
        assert nom == "verification_masse" or any(chemin.parts[-4] == nom for chemin in VALIDES), nom
