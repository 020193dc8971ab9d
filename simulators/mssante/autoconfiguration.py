"""Autoconfiguration par fichier : `https://autoconfig.<domaine>/mail/config-v1.1.xml`, à la forme de Thunderbird.

Texte du début de 2023 pour MSS/CONF.04 ; une lecture plus tardive demande le DNS (RFC 6186). Le banc sert les deux et
note lequel le logiciel a employé.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from simulators.mssante.etat import EtatMSSante, domaine_de, est_usager
from simulators.socle.requete import ReponseSimulee, RequeteRecue, Route, texte_simple

CHEMIN = "/mail/config-v1.1.xml"
BIEN_CONNU = "/.well-known/autoconfig/mail/config-v1.1.xml"
PREFIXE = "autoconfig."


class Autoconfiguration:
    """Le fichier de chaque domaine de l'opérateur ; `points` rend (hôte, port SMTP, port IMAP) au moment de l'appel."""

    def __init__(self, etat: EtatMSSante, domaine: str, points: Callable[[], tuple[str, int, int]]) -> None:
        """`domaine` : celui qui est servi quand ni l'hôte ni `emailaddress` n'en nomment un."""
        self._etat = etat
        self._domaine = domaine
        self._points = points

    def routes(self) -> list[Route]:
        """Les deux chemins usuels, à monter sur un port HTTPS."""
        return [Route("GET", chemin, self._servir, lambda requete: "autoconfig") for chemin in (CHEMIN, BIEN_CONNU)]

    def xml(self, domaine: str) -> bytes:
        """La configuration de ce domaine."""
        hote, smtp, imap = self._points()
        racine = etree.Element("clientConfig", version="1.1")
        fournisseur = etree.SubElement(racine, "emailProvider", id=domaine)
        _e(fournisseur, "domain", domaine)
        _e(fournisseur, "displayName", f"Opérateur MSSanté de test ({domaine})")
        _e(fournisseur, "displayShortName", "MSSanté de test")
        for balise, genre, port in (("incomingServer", "imap", imap), ("outgoingServer", "smtp", smtp)):
            serveur = etree.SubElement(fournisseur, balise, type=genre)
            _e(serveur, "hostname", hote)
            _e(serveur, "port", str(port))
            _e(serveur, "socketType", "STARTTLS")
            _e(serveur, "username", "%EMAILADDRESS%")
            _e(serveur, "authentication", "OAuth2")
        return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")

    async def _servir(self, requete: RequeteRecue) -> ReponseSimulee:
        domaine = self._demande(requete)
        requete.noter("domaine", domaine)
        if domaine not in self._etat.domaines or est_usager(f"x@{domaine}"):
            return texte_simple(404, "Banc de test : aucun domaine de ce nom chez cet opérateur.")
        return ReponseSimulee(200, self.xml(domaine), "text/xml; charset=utf-8")

    def _demande(self, requete: RequeteRecue) -> str:
        """Domaine demandé : celui de `emailaddress`, sinon de l'hôte `autoconfig.<domaine>`, sinon le domaine servi."""
        adresse = requete.parametres.get("emailaddress", [""])[0]
        if domaine := domaine_de(adresse):
            return domaine
        hote = (requete.entete("Host") or "").rpartition(":")[0] or (requete.entete("Host") or "")
        hote = hote.lower().rstrip(".")
        return hote.removeprefix(PREFIXE) if hote.startswith(PREFIXE) else self._domaine


def _e(parent: etree._Element, nom: str, texte: str) -> None:
    etree.SubElement(parent, nom).text = texte
