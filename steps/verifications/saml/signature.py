"""Signature XML d'une assertion et certificat du signataire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from lxml import etree

from reports.constat import Constat
from simulators.dmp.vihf import lire_certificat, lire_instant, lire_vihf
from simulators.dmp.vihf_signature import ErreurSignature, verifier_signature
from simulators.dmp.xml import NS
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import certificats
from steps.verifications.registre import verification
from steps.verifications.saml.regles import ALGORITHME, AUTORITE, CERTIFICAT, SIGNATURE

_OU = "Assertion/Signature"
_FAIBLES = ("sha1", "md5")


@verification(SIGNATURE, ALGORITHME)
def signature_valide(assertion: etree._Element) -> list[Constat]:
    """La signature est valide par le certificat qu'elle porte, et couvre l'assertion ; SHA-1 est signalé."""
    if next(assertion.iter(f"{{{NS['ds']}}}Signature"), None) is None:
        return [SIGNATURE.a_regarder("L'assertion n'est pas signée : son profil le permet-il ?", ou=_OU)]
    try:
        signee = verifier_signature(assertion, sha1_accepte=True)
    except ErreurSignature as erreur:
        return [
            SIGNATURE.enfreinte(
                "La signature de l'assertion n'est pas valide.",
                attendu="une signature enveloppée valide de l'assertion", recu=str(erreur), ou=_OU,
            )
        ]  # fmt: skip
    lu = lire_vihf(assertion)
    algorithmes = f"{lu.algorithme_signature}, {lu.algorithme_condensat}"
    return [
        SIGNATURE.respectee(recu=f"signée par {certificats.sujet(signee.certificat)}", ou=_OU),
        juger(
            ALGORITHME, not any(faible in algorithmes.lower() for faible in _FAIBLES),
            "La signature emploie un condensat déprécié.", attendu="SHA-256 ou mieux", recu=algorithmes,
            ou=f"{_OU}/SignedInfo",
        ),
    ]  # fmt: skip


@verification(AUTORITE)
def autorite(assertion: etree._Element, ancres: Sequence[bytes]) -> list[Constat]:
    """Le certificat du signataire est émis par une des autorités (DER) ; rien n'est dit si aucune n'est donnée."""
    certificat = _signataire(assertion)
    if certificat is None or not ancres:
        return []
    return [
        juger(
            AUTORITE, certificats.emis_par(certificat, ancres),
            "Le certificat du signataire ne vient d'aucune des autorités données.",
            attendu=", ".join(_noms(ancres)) or "une autorité donnée", recu=certificat.issuer.rfc4514_string(),
            ou=f"{_OU}/KeyInfo",
        )
    ]  # fmt: skip


@verification(CERTIFICAT)
def certificat_valable(assertion: etree._Element, instant: datetime | None = None) -> list[Constat]:
    """Dates et usage du certificat du signataire. `instant` None : à l'heure de l'assertion (IssueInstant)."""
    certificat = _signataire(assertion)
    moment = instant or lire_instant(assertion.get("IssueInstant", ""))
    return [] if certificat is None or moment is None else [_valable(certificat, moment.astimezone(UTC))]


def _signataire(assertion: etree._Element) -> x509.Certificate | None:
    """Certificat de la signature ; None s'il ne se lit pas, ce que dit déjà la règle de signature."""
    unique = len(assertion.findall("ds:Signature", NS)) == 1
    return certificats.charger(lire_certificat(assertion)) if unique else None


def _valable(certificat: x509.Certificate, moment: datetime) -> Constat:
    debut, fin = certificat.not_valid_before_utc, certificat.not_valid_after_utc
    signe = _peut_signer(certificat)
    return juger(
        CERTIFICAT, debut <= moment <= fin and signe,
        "Le certificat du signataire n'est pas valable ou ne peut pas signer.",
        attendu=f"valable le {moment:%d/%m/%Y à %H:%M} (UTC), usage digitalSignature ou contentCommitment",
        recu=f"valable du {debut:%d/%m/%Y} au {fin:%d/%m/%Y}, {'peut signer' if signe else 'ne peut pas signer'}",
        ou=f"{_OU}/KeyInfo",
    )  # fmt: skip


def _peut_signer(certificat: x509.Certificate) -> bool:
    """Sans extension d'usage de la clé, rien n'est restreint (RFC 5280 § 4.2.1.3)."""
    try:
        usage = certificat.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return True
    return usage.digital_signature or usage.content_commitment


def _noms(ancres: Sequence[bytes]) -> list[str]:
    return [certificats.sujet(autorite) for autorite in map(certificats.charger, ancres) if autorite is not None][:5]
