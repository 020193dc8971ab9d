"""Le texte d'un HTML de courriel tel qu'une personne le lit, et ce qu'il irait chercher ou ferait exécuter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

TAILLE_MAX = 2_000_000
_MUETS = frozenset({"script", "style", "head", "title", "template", "noscript"})
_ACTIFS = frozenset({"script", "iframe", "object", "embed", "form", "applet", "frame"})
_BLOCS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "td",
     "th", "section", "article", "header", "footer", "pre", "dt", "dd"}
)  # fmt: skip
_ADRESSE = re.compile(r"^\s*(?:https?:)?//", re.IGNORECASE)
_URL_CSS = re.compile(r"url\(\s*[\"']?(?:https?:)?//[^)\"']{0,200}|@import\s+[\"'](?:https?:)?//[^\"']{0,200}", re.I)
_CACHE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendu:
    """`texte` : ce qui se lit, une ligne par bloc. `externes` : ce qui se charge. `actifs` : ce qui s'exécute."""

    texte: str
    externes: tuple[str, ...] = ()
    actifs: tuple[str, ...] = ()
    limite: str = ""


def rendre(html: str) -> Rendu:
    """Rend un HTML quelconque ; ne lève jamais, ne charge rien."""
    if len(html) > TAILLE_MAX:
        return Rendu("", limite=f"HTML de {len(html)} caractères (au plus {TAILLE_MAX})")
    analyseur = etree.HTMLParser(no_network=True, recover=True, huge_tree=False, encoding="utf-8")
    try:
        racine = etree.fromstring(html.encode("utf-8", "replace") or b"<p/>", analyseur)
    except (etree.XMLSyntaxError, ValueError) as erreur:
        return Rendu("", limite=f"HTML illisible : {str(erreur)[:120]}")
    if racine is None:
        return Rendu("")
    morceaux: list[str] = []
    externes: list[str] = []
    actifs: list[str] = []
    muet: etree._Element | None = None
    for moment, element in etree.iterwalk(racine, events=("start", "end", "comment", "pi")):
        nom = element.tag.lower() if isinstance(element.tag, str) else ""
        if moment == "start":
            _relever(element, nom, externes, actifs)
            if muet is None and (nom in _MUETS or _CACHE.search(element.get("style", ""))):
                muet = element
            if nom in _BLOCS:
                morceaux.append("\n")
            if muet is None and element.text:
                morceaux.append(element.text)
            continue
        if moment == "end" and muet is element:
            muet = None
        if moment == "end" and nom in _BLOCS:
            morceaux.append("\n")
        if muet is None and element.tail and element is not racine:
            morceaux.append(element.tail)
    return Rendu("".join(morceaux), tuple(dict.fromkeys(externes)), tuple(dict.fromkeys(actifs)))


def _relever(element: etree._Element, nom: str, externes: list[str], actifs: list[str]) -> None:
    for attribut in ("src", "background", "poster", "srcset"):
        valeur = element.get(attribut, "")
        if _ADRESSE.match(valeur):
            externes.append(f"<{nom} {attribut}> {valeur.strip()[:100]}")
    if nom == "link" and _ADRESSE.match(element.get("href", "")):
        externes.append(f"<link> {element.get('href', '').strip()[:100]}")
    styles = element.get("style", "") + (element.text or "" if nom == "style" else "")
    externes += [f"<{nom} style> {trouve[0][:100]}" for trouve in _URL_CSS.finditer(styles)]
    if nom in _ACTIFS:
        actifs.append(f"<{nom}>")
    actifs += [f"<{nom} {attribut}>" for attribut in map(str, element.attrib) if attribut.lower().startswith("on")]
    if element.get("href", "").strip().lower().startswith("javascript:"):
        actifs.append(f"<{nom} href=javascript:>")
