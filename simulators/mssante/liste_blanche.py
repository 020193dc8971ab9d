"""Liste blanche de l'espace de confiance : les domaines que l'opérateur simulé connaît, en XML, sur HTTPS.

Éléments relevés dans du code public (§ 12 de notre relevé) ; le nom de la racine n'y est pas, il est déduit. La vraie
liste est publiée par le gestionnaire de l'espace de confiance ; un logiciel n'a pas à la lire.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree

from simulators.mssante.etat import DomaineOperateur, EtatMSSante
from simulators.socle.requete import ReponseSimulee, RequeteRecue, Route

CHEMIN = "/listeblanchemssante.xml"
ESPACE = "https://listeblanche.mssante.fr/schema"
_DN = ("CN", "OU", "O", "ST", "C")


class ListeBlanche:
    """La liste, à jour de l'état de l'opérateur à chaque lecture."""

    def __init__(self, etat: EtatMSSante, horloge: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._etat = etat
        self._horloge = horloge

    def routes(self) -> list[Route]:
        """`GET /listeblanchemssante.xml`, à monter sur un port HTTPS."""
        return [Route("GET", CHEMIN, self._servir, lambda requete: "liste_blanche")]

    def xml(self) -> bytes:
        """Le document entier, domaines par ordre alphabétique."""
        instant = self._horloge().strftime("%Y-%m-%dT%H:%M:%SZ")
        racine = etree.Element(f"{{{ESPACE}}}ListeBlanche", nsmap={None: ESPACE})  # type: ignore[dict-item]
        _e(racine, "DateDeGeneration", instant)
        for _, domaine in sorted(self._etat.domaines.items()):
            element = _e(racine, "Domaine")
            _e(element, "Nom", domaine.nom)
            _e(element, "Description", domaine.description)
            _e(element, "DNCertificatOperateur", nom_distinctif(domaine))
            _e(element, "ResponsableContact", f"responsable@{domaine.nom}")
            _e(element, "SupportContact", f"support@{domaine.nom}")
            _e(element, "DateMAJ", instant)
        return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")

    async def _servir(self, requete: RequeteRecue) -> ReponseSimulee:
        return ReponseSimulee(200, self.xml(), "application/xml")


def nom_distinctif(domaine: DomaineOperateur) -> str:
    """Nom du certificat de l'opérateur, CN d'abord ; celui du banc si l'inscription n'en donne pas."""
    parties = domaine.dn_certificat or {"CN": f"mss.{domaine.nom}", "O": domaine.operateur, "C": "FR"}
    return ",".join(f"{cle}={parties[cle]}" for cle in _DN if cle in parties)


def _e(parent: etree._Element, nom: str, texte: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{ESPACE}}}{nom}")
    element.text = texte or None
    return element
