"""Échanges INSi fabriqués pour les essais des vérifications : un bon échange, et de quoi le gâter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete, Tls
from simulators.socle.pki import Identifiants
from tests.simulators.insi import aides

AC = "TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS"
PS = "899900000001"


@cache
def _cle() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificat(
    cn: str = "INSI-AUTO",
    *,
    ac: str = AC,
    ou: str | None = aides.EMETTEUR,
    debut: int = -10,
    fin: int = 10,
    usage: str | None = "client",
    signature: bool = True,
) -> x509.Certificate:
    """Certificat de bonne forme ; `debut` et `fin` en jours à partir d'aujourd'hui."""
    unites = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, ou)] if ou else []
    noms = [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), *unites, x509.NameAttribute(NameOID.COMMON_NAME, cn)]
    maintenant = datetime.now(UTC)
    fabrique = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(noms))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ac)]))
        .public_key(_cle().public_key())
        .serial_number(1)
        .not_valid_before(maintenant + timedelta(days=debut))
        .not_valid_after(maintenant + timedelta(days=fin))
        .add_extension(
            x509.KeyUsage(signature, False, False, False, not signature, False, False, False, False), critical=True
        )
    )
    if usage:
        oid = ExtendedKeyUsageOID.CLIENT_AUTH if usage == "client" else ExtendedKeyUsageOID.SERVER_AUTH
        fabrique = fabrique.add_extension(x509.ExtendedKeyUsage([oid]), critical=False)
    return fabrique.sign(_cle(), hashes.SHA256())


def carte(**choix: object) -> Identifiants:
    """Identifiants d'une carte CPx de test."""
    feuille = certificat(**{"cn": PS, "ou": None, "usage": None, **choix})
    rien = Path("absent")
    return Identifiants("carte", feuille, _cle(), (), rien, rien, rien, "")


def reponse_code(code: str | None) -> Reponse:
    """Réponse du téléservice : un code, ou une faute si `code` vaut None."""
    contenu = (
        f'<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>{code}</CodeCR><LibelleCR>x</LibelleCR></CR>'
        "</RESULTAT>"
        if code
        else "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang='fr'>x</s:Text>"
        "</s:Reason></s:Fault>"
    )
    message = f'<s:Envelope xmlns:s="{aides.SOAP}"><s:Body>{contenu}</s:Body></s:Envelope>'
    return Reponse(200 if code else 500, (), CorpsMemoire(message.encode()))


def echange(
    message: bytes | None = None,
    *,
    numero: int = 1,
    operation: str = aides.TRAITS,
    feuille: x509.Certificate | bool | None = True,
    version_tls: str = "TLSv1.3",
    methode: str = "POST",
    cible: str = "/lps",
    type_contenu: str | None = None,
    code: str | None = "00",
) -> Echange:
    """Un échange ; `feuille` True = certificat INSI-AUTO, None = port carte."""
    maintenant = datetime.now(UTC)
    der = None
    if feuille is not None:
        choisi = certificat() if isinstance(feuille, bool) else feuille
        der = choisi.public_bytes(serialization.Encoding.DER)
    return Echange(
        numero=numero,
        service="insi",
        operation=operation,
        debut=maintenant,
        fin=maintenant,
        requete=Requete(
            methode,
            cible,
            (("content-type", aides.type_contenu(operation) if type_contenu is None else type_contenu),),
            CorpsMemoire(recherche() if message is None else message),
        ),
        reponse=reponse_code(code),
        tls=Tls(version_tls, "TLS_AES_256_GCM_SHA384", "localhost", der),
    )


def recherche(prenom: str = "ELOISE", lieu: str | None = None, nom: str = "AUBRIVAL", **choix: str) -> bytes:
    """Message d'une bonne recherche par traits."""
    return aides.enveloppe(aides.traits(nom, prenom, "F", "1979-04-23", lieu), **choix)


def par_carte(identifiants: Identifiants | None = None, **choix: object) -> Echange:
    """Bon échange en mode carte."""
    identifiants = identifiants or carte()
    emetteur = str(choix.get("name_id", PS))
    message = aides.enveloppe(
        aides.traits("AUBRIVAL", "ELOISE", "F", "1979-04-23"),
        entetes=aides.bam(emetteur=emetteur) + aides.lps(emetteur=emetteur),
        securite=aides.securite(aides.assertion_carte(identifiants, **choix)),
    )
    return echange(message, feuille=None)


def suite(*essais: tuple[str, str | None] | tuple[str, str | None, str]) -> list[Echange]:
    """Suite de recherches : (prénom, code obtenu — None pour une faute —, lieu)."""
    return [
        replace(echange(recherche(essai[0], essai[2] if len(essai) > 2 else None), code=essai[1]), numero=rang)
        for rang, essai in enumerate(essais, start=1)
    ]


def remplacer(ancien: str, nouveau: str, message: bytes | None = None, *, fois: int = -1) -> bytes:
    """Un bon message où un fragment a été changé ; échoue si le fragment n'y est pas."""
    source = recherche() if message is None else message
    assert ancien.encode() in source, ancien
    return source.replace(ancien.encode(), nouveau.encode(), fois)
