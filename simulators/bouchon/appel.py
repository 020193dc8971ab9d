"""Ce qu'un bouchon comprend d'un appel : son opération et son identifiant, s'il en porte."""

from __future__ import annotations

import re

from lxml import etree

from simulators.socle.requete import RequeteRecue

_ACTION = re.compile(r'action="?([^";]+)')
_WSA = ("http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing")


def operation_de(requete: RequeteRecue) -> str:
    """L'action SOAP (en-tête, type de contenu ou WS-Addressing), sinon « MÉTHODE chemin »."""
    annoncee = (requete.entete("SOAPAction") or "").strip('" ')
    if not annoncee and (trouvee := _ACTION.search(requete.entete("Content-Type") or "")):
        annoncee = trouvee.group(1)
    return annoncee or _adressage(requete, "Action") or f"{requete.methode} {requete.chemin}"


def message_id(requete: RequeteRecue) -> str:
    """`wsa:MessageID` de l'appel ; vide s'il n'en a pas."""
    return _adressage(requete, "MessageID")


def _adressage(requete: RequeteRecue, nom: str) -> str:
    octets = requete.corps.octets
    if octets.lstrip()[:1] != b"<":
        return ""
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        racine = etree.fromstring(octets, analyseur)
    except etree.XMLSyntaxError:
        return ""
    textes = (racine.findtext(f".//{{{espace}}}{nom}") for espace in _WSA)
    return next((texte.strip() for texte in textes if texte), "")
