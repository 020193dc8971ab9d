"""Qui ouvre quelle boîte : XOAUTH2 avec un jeton Pro Santé Connect, PLAIN avec un certificat ORG AUTH_CLI.

BAL personnelle, de cabinet ou organisationnelle : XOAUTH2 (ECO.1.2.1). BAL applicative : certificat dans la poignée de
main TLS, puis PLAIN, l'adresse de la BAL en identifiant (CONF.12) ; le mot de passe n'est pas regardé.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from cryptography import x509

from simulators.mssante.connexions import Connexion
from simulators.mssante.etat import Bal
from simulators.socle.jetons import JetonRefuse
from simulators.socle.journal import JournalEchanges
from simulators.socle.pki import IgcTest
from simulators.socle.porteur import presenter
from simulators.socle.profils_certificats import Usage
from simulators.socle.requete import RequeteRecue

MECANISMES = ("XOAUTH2", "PLAIN")
AUTORITE = "ORGANISATIONS"
_PANNES = ("jeton_expire", "jeton_autre_bal", "jeton_invalide")
_MOTIFS_DE_PANNE = {
    "jeton_expire": "jeton expiré",
    "jeton_autre_bal": "le titulaire du jeton n'a pas accès à cette BAL",
    "jeton_invalide": "jeton illisible ou signature fausse",
}
_LONGUEUR_DE_JETON = 20


class ReponseSaslIllisible(ValueError):
    """Réponse du client qui n'est pas du base64, ou n'a pas la forme du mécanisme."""


@dataclass(frozen=True)
class Identification:
    """Résultat : la BAL ouverte, ou None et pourquoi. `defi` : JSON à envoyer avant le refus de XOAUTH2."""

    bal: Bal | None
    motif: str = ""
    defi: bytes = b""

    @property
    def defi_base64(self) -> str:
        """Le défi, prêt à partir."""
        return base64.b64encode(self.defi).decode("ascii")


def mecanismes(connexion: Connexion, requete: RequeteRecue) -> tuple[str, ...]:
    """Mécanismes annoncés sur cette connexion : aucun en clair, PLAIN seulement sous certificat d'organisation."""
    if connexion.tls is None:
        return ()
    plain = ("PLAIN",) if certificat_organisation(connexion) else ()
    if connexion.xoauth2_offert is None:
        connexion.xoauth2_offert = connexion.prendre(requete, "xoauth2_absent") is None
    return ("XOAUTH2", *plain) if connexion.xoauth2_offert else plain


def identifier(connexion: Connexion, requete: RequeteRecue, mecanisme: str, reponse: bytes) -> Identification:
    """Juge une réponse SASL (en base64, telle que reçue) et le note sur la requête.

    `ReponseSaslIllisible` si elle n'a pas la forme attendue. Les notes n'ont que des empreintes de secrets.
    """
    try:
        clair = base64.b64decode(reponse, validate=True)
    except binascii.Error:
        raise ReponseSaslIllisible("base64 attendu") from None
    requete.noter("mecanisme", mecanisme)
    resultat = _xoauth2(connexion, requete, clair) if mecanisme == "XOAUTH2" else _plain(connexion, requete, clair)
    if resultat.bal is None:
        requete.noter("motif", resultat.motif)
    else:
        connexion.bal, connexion.mecanisme = resultat.bal.adresse, mecanisme
    return resultat


def empreinte_sasl(journal: JournalEchanges, reponse: bytes) -> str:
    """Ce qui remplace une réponse SASL au journal ; vide et abandon restent lisibles."""
    return reponse.decode("ascii") if reponse in (b"", b"=", b"*") else journal.empreinte_secret(reponse)


def certificat_organisation(connexion: Connexion) -> bool:
    """Vrai si le client a présenté un certificat de l'autorité Organisations, valable et fait pour s'authentifier."""
    if connexion.tls is None or connexion.tls.certificat is None:
        return False
    certificat = x509.load_der_x509_certificate(connexion.tls.certificat)
    igc: IgcTest = connexion.operateur.igc
    emetteur = certificat.issuer.rfc4514_string().upper()
    return AUTORITE in emetteur and not igc.anomalies(certificat, usage=Usage.AUTHENTIFICATION)


# -- mécanismes ----------------------------------------------------------------------------------------------------


def _xoauth2(connexion: Connexion, requete: RequeteRecue, clair: bytes) -> Identification:
    champs = _champs(clair)
    adresse = champs.get("user", "")
    sorte, _, jeton = champs.get("auth", "").partition(" ")
    requete.noter("bal_demandee", adresse)
    if sorte.lower() != "bearer" or not jeton:
        return _refus("XOAUTH2 sans « auth=Bearer … »", "400")
    journal = connexion.operateur.journal
    requete.noter("jeton", journal.empreinte_secret(jeton))
    if len(jeton) >= _LONGUEUR_DE_JETON:
        journal.proteger(jeton)
        connexion.operateur.jetons_vus.add(jeton)
    panne = connexion.prendre(requete, *_PANNES)
    if panne is not None:
        return _refus(_MOTIFS_DE_PANNE[panne.nom])
    try:
        verifie = presenter(connexion.operateur.jetons, requete, jeton, porte_par="xoauth2")
    except JetonRefuse as refus:
        return _refus(str(refus))
    if not verifie.rpps:
        return _refus("jeton sans RPPS : aucune BAL n'est à cette personne")
    requete.noter("titulaire", verifie.rpps)
    requete.noter("jeton_expire_le", verifie.expire.isoformat())
    bal = connexion.operateur.etat.bal(adresse)
    if bal is None:
        return _refus("BAL inconnue de l'opérateur")
    if not bal.ouverte_par(verifie.rpps):
        return _refus("le titulaire du jeton n'a pas accès à cette BAL")
    connexion.session_psc = verifie.session
    return Identification(bal)


def _champs(clair: bytes) -> dict[str, str]:
    """`user=…^Aauth=Bearer …^A^A` : les champs, sans distinction de casse de leurs noms."""
    try:
        texte = clair.decode("utf-8")
    except UnicodeDecodeError:
        raise ReponseSaslIllisible("UTF-8 attendu") from None
    if not texte.endswith("\x01\x01"):
        raise ReponseSaslIllisible("réponse XOAUTH2 sans sa fin (deux ^A)")
    paires = (champ.partition("=") for champ in texte.removesuffix("\x01\x01").split("\x01"))
    return {nom.lower(): valeur for nom, signe, valeur in paires if signe}


def _refus(motif: str, statut: str = "401") -> Identification:
    defi = {"status": statut, "schemes": "Bearer", "scope": "openid scope_all"}
    return Identification(None, motif, json.dumps(defi, separators=(",", ":")).encode())


def _plain(connexion: Connexion, requete: RequeteRecue, clair: bytes) -> Identification:
    morceaux = clair.split(b"\0")
    if len(morceaux) != 3:
        raise ReponseSaslIllisible("réponse PLAIN : trois champs séparés par NUL attendus")
    autorisation, identifiant = (morceau.decode("utf-8", "replace") for morceau in morceaux[:2])
    requete.noter("bal_demandee", identifiant)
    bal = connexion.operateur.etat.bal(identifiant)
    if not certificat_organisation(connexion):
        return Identification(None, "PLAIN sans certificat ORG AUTH_CLI")
    if bal is None:
        return Identification(None, "BAL inconnue de l'opérateur")
    if bal.type != "APP":
        return Identification(None, f"PLAIN est réservé aux BAL applicatives : celle-ci est {bal.type}")
    if autorisation and autorisation.lower() != identifiant.lower():
        return Identification(None, "identité d'autorisation autre que la BAL")
    return Identification(bal)
