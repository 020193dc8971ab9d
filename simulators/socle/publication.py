"""Publication de l'IGC d'essai : CRL, OCSP et certificats d'autorité, en HTTP sur la boucle locale."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote

from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, ReponseSimulee, RequeteRecue, Route, texte_simple
from simulators.socle.serveur import ServeurBanc


class PublicationIgc:
    """Service `igc` : ses appels sont au journal, ils montrent qu'un logiciel contrôle la révocation."""

    def __init__(self) -> None:
        self.igc: IgcTest | None = None

    def monter(self, serveur: ServeurBanc, *, port: int = 0) -> Port:
        """Ouvre le port ; l'IGC, qui inscrit son adresse dans les certificats, est donnée ensuite."""
        routes = [
            Route("GET", "/crl/*", self._crl, lambda requete: "crl"),
            Route("GET", "/ac/*", self._autorite, lambda requete: "certificat_autorite"),
            Route("POST", "/ocsp", self._ocsp, lambda requete: "ocsp"),
            Route("GET", "/ocsp/*", self._ocsp_get, lambda requete: "ocsp"),
        ]
        return serveur.ajouter("igc", routes, port=port, corps_max=2**16)

    async def _crl(self, requete: RequeteRecue) -> ReponseSimulee:
        return self._fichier(requete, ".crl", "application/pkix-crl")

    async def _autorite(self, requete: RequeteRecue) -> ReponseSimulee:
        return self._fichier(requete, ".cer", "application/pkix-cert")

    async def _ocsp(self, requete: RequeteRecue) -> ReponseSimulee:
        return self._repondre_ocsp(requete.corps.octets)

    async def _ocsp_get(self, requete: RequeteRecue) -> ReponseSimulee:
        """RFC 6960, annexe A.1 : la demande est en base64 dans le chemin."""
        try:
            demande = base64.b64decode(unquote(requete.chemin.removeprefix("/ocsp/")), validate=True)
        except (binascii.Error, ValueError):
            demande = b""
        return self._repondre_ocsp(demande)

    def _repondre_ocsp(self, demande: bytes) -> ReponseSimulee:
        if self.igc is None:
            return texte_simple(503, "Banc de test : IGC pas encore prête.")
        return ReponseSimulee(200, self.igc.repondre_ocsp(demande), "application/ocsp-response")

    def _fichier(self, requete: RequeteRecue, extension: str, type_contenu: str) -> ReponseSimulee:
        if self.igc is None:
            return texte_simple(503, "Banc de test : IGC pas encore prête.")
        code = requete.chemin.rpartition("/")[2].removesuffix(extension)
        try:
            octets = self.igc.crl(code) if extension == ".crl" else self.igc.autorite_der(code)
        except KeyError:
            return texte_simple(404, "Banc de test : autorité inconnue.")
        return ReponseSimulee(200, octets, type_contenu)
