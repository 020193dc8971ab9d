"""Fonctions de F&O sur les nœuds, les noms qualifiés et les dates, sur des arguments déjà convertis."""

from __future__ import annotations

from typing import Any

from .dates import Instant
from .erreurs import ErreurXPath
from .noeuds import ATTRIBUT, ELEMENT, INSTRUCTION, Noeud
from .regex import reconnaisseur
from .valeurs import (
    Item,
    QNom,
    Ua,
    Uri,
    nom_type,
    un_atome,
)


def prefixe_de(n: Noeud) -> str:
    """Préfixe d'un nœud tel qu'écrit, vide sans préfixe."""
    uri = n.nom[1:].partition("}")[0] if n.nom[:1] == "{" else ""
    if not uri:
        return ""
    if n.g == ELEMENT:
        return n.el.prefix or ""
    if uri == "http://www.w3.org/XML/1998/namespace":
        return "xml"
    porteur = n.p
    choix = [p for p, u in porteur.el.nsmap.items() if u == uri and p] if porteur is not None else []
    return min(choix) if choix else ""


def nom(n: Noeud | None) -> str:
    """`fn:name`."""
    if n is None or n.g not in (ELEMENT, ATTRIBUT, INSTRUCTION):
        return ""
    p = prefixe_de(n)
    return f"{p}:{nom_local(n)}" if p else nom_local(n)


def nom_local(n: Noeud | None) -> str:
    """`fn:local-name`."""
    return n.nom.rpartition("}")[2] if n is not None else ""


def espace(n: Noeud | None) -> Uri:
    """`fn:namespace-uri`."""
    return Uri(n.nom[1:].partition("}")[0] if n is not None and n.nom[:1] == "{" else "")


def nom_qualifie(n: Noeud | None) -> list[QNom]:
    """`fn:node-name`."""
    if n is None or n.g not in (ELEMENT, ATTRIBUT, INSTRUCTION):
        return []
    return [QNom(espace(n), nom_local(n), prefixe_de(n))]


def resoudre_qnom(s: str | None, n: Noeud | None) -> list[QNom]:
    """`resolve-QName`. Lève FOCA0002 (forme) ou FONS0004 (préfixe inconnu de l'élément)."""
    if s is None:
        return []
    if n is None or n.g != ELEMENT:
        raise ErreurXPath("XPTY0004", "resolve-QName attend un élément")
    p, deux_points, local = s.strip(" \t\r\n").rpartition(":")
    if not _ncname(local) or (deux_points and not _ncname(p)):
        raise ErreurXPath("FOCA0002", f"{s[:60]!r} n'est pas un nom qualifié")
    if p == "xml":
        return [QNom("http://www.w3.org/XML/1998/namespace", local, p)]
    uri = n.el.nsmap.get(p or None)
    if uri is None and p:
        raise ErreurXPath("FONS0004", f"préfixe {p!r} inconnu")
    return [QNom(uri or "", local, p)]


def faire_qnom(uri: str | None, qualifie: str) -> QNom:
    """`fn:QName`."""
    p, deux_points, local = qualifie.rpartition(":")
    if not _ncname(local) or (deux_points and (not _ncname(p) or not uri)):
        raise ErreurXPath("FOCA0002", f"{qualifie[:60]!r} n'est pas un nom qualifié")
    return QNom(uri or "", local, p)


def _ncname(s: str) -> bool:
    return reconnaisseur(r"^[\i-[:]][\c-[:]]*$")(s)


def partie_qnom(items: list[Item], champ: int) -> list[Item]:
    """`namespace-uri-from-QName` (0), `local-name-from-QName` (1), `prefix-from-QName` (2)."""
    x = un_atome(items)
    if x is None:
        return []
    if not isinstance(x, QNom):
        raise ErreurXPath("XPTY0004", f"un xs:QName attendu, {nom_type(x)} reçu")
    if champ == 0:
        return [Uri(x.uri)]
    return [x[champ]] if x[champ] else []


def sommet(n: Noeud | None) -> list[Noeud]:
    """`fn:root`."""
    return [] if n is None else [n.arbre.racine]


def langue(cherchee: str, n: Noeud | None) -> bool:
    """`fn:lang`."""
    xml_lang = "{http://www.w3.org/XML/1998/namespace}lang"
    while n is not None:
        if xml_lang in n.a:
            trouvee = n.a[xml_lang].lower()
            return trouvee == cherchee.lower() or trouvee.startswith(cherchee.lower() + "-")
        n = n.p
    return False


def composant(items: list[Item], genre: str, champ: str) -> list[Item]:
    """`year-from-date` et semblables."""
    x = un_atome(items)
    if x is None:
        return []
    if isinstance(x, Ua):
        x = Instant.lire(genre, x)
    if not isinstance(x, Instant) or x.genre != genre:
        raise ErreurXPath("XPTY0004", f"un xs:{genre} attendu")
    return [getattr(x, champ)]


def erreur(*_args: Any) -> Item:
    """`fn:error`."""
    raise ErreurXPath("FOER0000", "erreur demandée par l'expression")
