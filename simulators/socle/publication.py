"""Publication de l'IGC d'essai : CRL, OCSP et certificats d'autorité, en HTTP sur la boucle locale.

Les certificats ordinaires nomment `/crl` et `/ocsp`. D'autres adresses sont fautives à demeure, pour les certificats de
serveur qui les nomment : `/crl-indisponible`, `/crl-expiree`, `/ocsp-muet`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import unquote

from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, ReponseSimulee, RequeteRecue, Route, texte_simple
from simulators.socle.retenue import Retenue
from simulators.socle.serveur import ServeurBanc

PATIENCE = 60.0
"""Secondes pendant lesquelles un OCSP muet laisse attendre, avant une erreur."""


def _sans_panne(requete: RequeteRecue) -> str:
    return ""


class PublicationIgc:
    """Service `igc` : ses appels sont au journal, ils montrent qu'un logiciel contrôle la révocation.

    `panne` : donne, pour une requête, `crl_indisponible`, `crl_expiree`, `ocsp_muet` ou rien.
    """

    def __init__(self) -> None:
        self.igc: IgcTest | None = None
        self.panne: Callable[[RequeteRecue], str] = _sans_panne
        self._silence = Retenue()

    def monter(self, serveur: ServeurBanc, *, port: int = 0) -> Port:
        """Ouvre le port ; l'IGC, qui inscrit son adresse dans les certificats, est donnée ensuite."""
        routes = [
            Route("GET", "/crl/*", self._crl, lambda requete: "crl"),
            Route("GET", "/crl-expiree/*", self._crl_expiree, lambda requete: "crl"),
            Route("GET", "/crl-indisponible/*", self._indisponible, lambda requete: "crl"),
            Route("GET", "/ac/*", self._autorite, lambda requete: "certificat_autorite"),
            Route("POST", "/ocsp", self._ocsp, lambda requete: "ocsp"),
            Route("GET", "/ocsp/*", self._ocsp_get, lambda requete: "ocsp"),
            Route("POST", "/ocsp-muet", self._muet, lambda requete: "ocsp"),
            Route("GET", "/ocsp-muet/*", self._muet, lambda requete: "ocsp"),
        ]
        serveur.a_l_arret(self._silence.liberer)
        return serveur.ajouter("igc", routes, port=port, corps_max=2**16)

    async def _crl(self, requete: RequeteRecue) -> ReponseSimulee:
        panne = self.panne(requete)
        if panne == "crl_indisponible":
            return await self._indisponible(requete)
        return self._fichier(requete, ".crl", "application/pkix-crl", expiree=panne == "crl_expiree")

    async def _crl_expiree(self, requete: RequeteRecue) -> ReponseSimulee:
        return self._fichier(requete, ".crl", "application/pkix-crl", expiree=True)

    async def _indisponible(self, requete: RequeteRecue) -> ReponseSimulee:
        return texte_simple(503, "Banc de test : liste de révocation indisponible, exprès.")

    async def _muet(self, requete: RequeteRecue) -> ReponseSimulee:
        await self._silence.retenir(PATIENCE, requete.parti)
        return texte_simple(503, "Banc de test : OCSP muet, exprès.")

    async def _autorite(self, requete: RequeteRecue) -> ReponseSimulee:
        return self._fichier(requete, ".cer", "application/pkix-cert")

    async def _ocsp(self, requete: RequeteRecue) -> ReponseSimulee:
        return await self._repondre_ocsp(requete, requete.corps.octets)

    async def _ocsp_get(self, requete: RequeteRecue) -> ReponseSimulee:
        """RFC 6960, annexe A.1 : la demande est en base64 dans le chemin."""
        try:
            demande = base64.b64decode(unquote(requete.chemin.removeprefix("/ocsp/")), validate=True)
        except (binascii.Error, ValueError):
            demande = b""
        return await self._repondre_ocsp(requete, demande)

    async def _repondre_ocsp(self, requete: RequeteRecue, demande: bytes) -> ReponseSimulee:
        if self.panne(requete) == "ocsp_muet":
            return await self._muet(requete)
        if self.igc is None:
            return texte_simple(503, "Banc de test : IGC pas encore prête.")
        return ReponseSimulee(200, self.igc.repondre_ocsp(demande), "application/ocsp-response")

    def _fichier(
        self, requete: RequeteRecue, extension: str, type_contenu: str, *, expiree: bool = False
    ) -> ReponseSimulee:
        if self.igc is None:
            return texte_simple(503, "Banc de test : IGC pas encore prête.")
        code = requete.chemin.rpartition("/")[2].removesuffix(extension)
        try:
            octets = self.igc.crl(code, expiree=expiree) if extension == ".crl" else self.igc.autorite_der(code)
        except KeyError:
            return texte_simple(404, "Banc de test : autorité inconnue.")
        return ReponseSimulee(200, octets, type_contenu)
