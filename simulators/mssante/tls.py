"""Matrice TLS de l'opérateur : une ligne valide, et une par façon d'être refusé par un client prudent.

Certificat RSA (les suites permises sont ECDHE-RSA et DHE-RSA), émis par l'autorité nommée comme celle de l'IGC Santé,
gamme Élémentaire, domaine Organisations. Toutes les variantes partagent la même clé.
"""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulators.mssante.tls_observation import observer
from simulators.socle.pki import Identifiants, IgcTest
from simulators.socle.profils_certificats import PUBLICATION, Publication, Variante
from simulators.socle.tls import ConfigTls, ModeClient, contexte_serveur

SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:"
    "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256"
)
"""Suites permises en TLS 1.2 (référentiel socle, ECO.1.1.3, texte de 2023)."""

SUITES_FAIBLES = "AES128-SHA:AES256-SHA:AES128-SHA256:AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
SUITES_HORS_LISTE = "ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES256-SHA256:DHE-RSA-AES128-SHA256"
"""Suites réputées sûres, que la liste ne nomme pas."""
SUITES_ANCIENNES = "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:AES128-SHA:AES256-SHA:@SECLEVEL=0"
SUITES_DHE = "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"
SUITES_ECDHE = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"
AUTRE_NOM = "mss.autre-operateur.formation.mssante.fr"

_DEBUT = (
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF95"
    "19B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB"
    "5A899FA5AE9F24117C4B1FE649286651ECE"
)
PREMIER_1024 = int(f"{_DEBUT}65381FFFFFFFFFFFFFFFF", 16)
"""Second groupe d'Oakley, 1024 bits (RFC 2409, section 6.2)."""
PREMIER_2048 = int(
    f"{_DEBUT}45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3"
    "AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E8603"
    "9B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFF"
    "FFFFFFFFFFFF",
    16,
)
"""Groupe 14, 2048 bits (RFC 3526, section 3)."""


@dataclass(frozen=True)
class LigneTls:
    """Une ligne de la matrice. `panne` : nom de la panne qui la joue, vide pour la ligne valide."""

    nom: str
    panne: str
    variante: Variante = Variante.VALIDE
    gamme: str = "organisations"
    autre_nom: bool = False
    publication: Publication = PUBLICATION
    revoque_par: str = ""
    mini: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maxi: ssl.TLSVersion | None = None
    suites: str = SUITES
    courbe: str | None = None
    dh_court: bool = False
    starttls: str = "offert"
    """`offert`, `absent`, ou `ordures` (accepté, puis autre chose que du TLS)."""

    @property
    def ancienne(self) -> bool:
        """Vrai si elle offre TLS 1.0 : Python en avertit, seul le fil qui monte le banc peut le taire sans risque."""
        return self.mini < ssl.TLSVersion.TLSv1_2

    @property
    def certificat_propre(self) -> bool:
        """Vrai si cette ligne présente un autre certificat que la ligne valide."""
        ordinaire = (Variante.VALIDE, "organisations", False, PUBLICATION, "")
        return (self.variante, self.gamme, self.autre_nom, self.publication, self.revoque_par) != ordinaire


_12, _13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
LIGNES: dict[str, LigneTls] = {
    ligne.nom: ligne
    for ligne in (
        LigneTls("valide", ""),
        LigneTls("tls_1_2", "tls_1_2", maxi=_12),
        LigneTls("tls_1_3", "tls_1_3", mini=_13),
        LigneTls("expire", "certificat_expire", Variante.EXPIRE),
        LigneTls("pas_encore_valide", "certificat_pas_encore_valide", Variante.PAS_ENCORE_VALIDE),
        LigneTls("revoque_crl", "certificat_revoque_crl", revoque_par="crl"),
        LigneTls("revoque_ocsp", "certificat_revoque_ocsp", revoque_par="ocsp"),
        LigneTls("crl_indisponible", "crl_indisponible", publication=Publication(crl="/crl-indisponible")),
        LigneTls("crl_expiree", "crl_expiree", publication=Publication(crl="/crl-expiree")),
        LigneTls("ocsp_muet", "ocsp_muet", publication=Publication(ocsp="/ocsp-muet")),
        LigneTls("autre_autorite", "certificat_autre_autorite", Variante.AUTRE_AUTORITE),
        LigneTls("autre_gamme", "certificat_autre_gamme", gamme="fort_organisations"),
        LigneTls("autre_nom", "certificat_autre_nom", autre_nom=True),
        LigneTls(
            "tls_ancien",
            "tls_ancien",
            mini=ssl.TLSVersion.TLSv1,
            maxi=ssl.TLSVersion.TLSv1_1,
            suites=SUITES_ANCIENNES,
        ),
        LigneTls("suites_hors_liste", "suites_hors_liste", maxi=_12, suites=SUITES_HORS_LISTE),
        LigneTls("suites_faibles", "suites_faibles", maxi=_12, suites=SUITES_FAIBLES),
        LigneTls("groupe_dh_court", "groupe_dh_court", maxi=_12, suites=SUITES_DHE, dh_court=True),
        LigneTls("courbe_courte", "courbe_courte", maxi=_12, suites=SUITES_ECDHE, courbe="secp224r1"),
        LigneTls("starttls_absent", "starttls_absent", starttls="absent"),
        LigneTls("starttls_ordures", "starttls_ordures", starttls="ordures"),
    )
}
VALIDE = LIGNES["valide"]
PUBLIEES = frozenset({"crl_indisponible", "crl_expiree", "ocsp_muet"})
"""Lignes dont la panne agit sur la publication : le certificat présenté reste le même."""
LIGNE_DE_PANNE: dict[str, LigneTls] = {ligne.panne: ligne for ligne in LIGNES.values() if ligne.panne}


class MatriceTls:
    """Certificats et contextes des lignes, faits à la première demande. Sûre entre fils d'exécution."""

    def __init__(self, igc: IgcTest, noms: Sequence[str]) -> None:
        """`noms` : noms et adresses portés par le certificat, le premier en CN."""
        self._igc = igc
        self._noms = tuple(noms)
        self._verrou = threading.Lock()
        self._contextes: dict[str, ssl.SSLContext] = {}

    def certificat(self, ligne: LigneTls = VALIDE) -> Identifiants:
        """Certificat que cette ligne présente."""
        cle = self._igc.serveur(cle_rsa=True).cle
        propre = ligne.certificat_propre
        return self._igc.serveur_particulier(
            f"mssante-{ligne.nom}" if propre else "mssante",
            (AUTRE_NOM,) if ligne.autre_nom else self._noms,
            cle,
            ligne.variante,
            gamme=ligne.gamme,
            publication=ligne.publication,
            revoque_par=ligne.revoque_par,
        )

    def contexte(self, ligne: LigneTls) -> ssl.SSLContext:
        """Contexte de serveur de cette ligne ; le certificat du client est demandé, jamais exigé."""
        with self._verrou:
            if ligne.nom not in self._contextes:
                self._contextes[ligne.nom] = contexte_serveur(self._igc, self._config(ligne))
            return self._contextes[ligne.nom]

    def _config(self, ligne: LigneTls) -> ConfigTls:
        return ConfigTls(
            client=ModeClient.OPTIONNEL,
            certificat=self.certificat(ligne),
            version_minimale=ligne.mini,
            version_maximale=ligne.maxi,
            suites=ligne.suites,
            alpn=(),
            dh=self._groupe_dh(PREMIER_1024 if ligne.dh_court else PREMIER_2048),
            courbe=ligne.courbe,
            observer=observer,
        )

    def _groupe_dh(self, premier: int) -> Path:
        """Fichier PEM du groupe, générateur 2."""
        chemin = self._igc.dossier / f"dh-{premier.bit_length()}.pem"
        if not chemin.exists():
            chemin.write_bytes(_pem_dh(premier))
        return chemin


def _pem_dh(premier: int) -> bytes:
    """PKCS#3 : SEQUENCE { premier, générateur 2 }."""
    contenu = _der(0x02, premier.to_bytes(premier.bit_length() // 8 + 1, "big")) + _der(0x02, b"\x02")
    corps = base64.encodebytes(_der(0x30, contenu)).replace(b"\n", b"")
    lignes = b"\n".join(corps[debut : debut + 64] for debut in range(0, len(corps), 64))
    return b"-----BEGIN DH PARAMETERS-----\n" + lignes + b"\n-----END DH PARAMETERS-----\n"


def _der(marque: int, contenu: bytes) -> bytes:
    taille = len(contenu)
    if taille < 128:
        return bytes([marque, taille]) + contenu
    longueur = taille.to_bytes((taille.bit_length() + 7) // 8, "big")
    return bytes([marque, 0x80 | len(longueur)]) + longueur + contenu
