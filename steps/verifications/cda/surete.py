"""Analyse d'un XML reçu d'un inconnu : ni DTD, ni entité, ni réseau ; taille, éléments et profondeur bornés."""

from __future__ import annotations

import re

from lxml import etree

from simulators.dmp.xml import ErreurXml, refuser_dtd

TAILLE_MAX = 64 * 1024 * 1024
BALISES_MAX = 500_000
"""Cent fois le plus gros exemple officiel ; libxml2 emploie près de 200 octets par élément et par attribut."""
ATTRIBUTS_MAX = 1_500_000
_DECLARATION = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF8 = frozenset({"UTF-8", "UTF8"})


class CdaIllisible(ValueError):
    """Le document ne peut pas être lu comme un CDA ; le texte dit pourquoi, en français."""


class CdaDemesure(CdaIllisible):
    """Le document dépasse les bornes du banc : il n'est ni lu ni jugé."""


class CdaMalEncode(CdaIllisible):
    """Les octets ne sont pas dans l'encodage annoncé."""


def analyser(octets: bytes) -> etree._Element:
    """Racine du document ; lève `CdaIllisible`, `CdaDemesure` ou `CdaMalEncode`.

    Les comptes se font sur les octets, avant toute analyse : un document de 64 Mio fait de balises vides prendrait
    plusieurs Gio en arbre.
    """
    if len(octets) > TAILLE_MAX:
        raise CdaDemesure(f"document de {len(octets)} octets, au-delà de la limite du banc ({TAILLE_MAX})")
    for signe, maximum, quoi in ((b"<", BALISES_MAX, "balises"), (b"=", ATTRIBUTS_MAX, "attributs")):
        if (nombre := octets.count(signe)) > maximum:
            raise CdaDemesure(f"de l'ordre de {nombre} {quoi}, au-delà de la limite du banc ({maximum})")
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        refuser_dtd(octets)
        return etree.fromstring(octets, analyseur)
    except ErreurXml as erreur:
        _refuser_encodage(octets)
        raise CdaIllisible(str(erreur)) from erreur
    except (etree.XMLSyntaxError, ValueError) as erreur:
        if "depth" in str(erreur):
            raise CdaDemesure("imbrication d'éléments au-delà de la limite de l'analyseur") from erreur
        _refuser_encodage(octets)
        raise CdaIllisible(f"XML mal formé : {erreur}") from erreur


def encodage_annonce(octets: bytes) -> str:
    """Encodage que dit le prologue, en majuscules ; vide s'il n'en dit pas (l'UTF-8 est alors de règle)."""
    trouve = _DECLARATION.match(octets[:512])
    return trouve[1].decode().upper() if trouve else ""


def _refuser_encodage(octets: bytes) -> None:
    """Lève `CdaMalEncode` si le document annonce un autre encodage que le sien : la cause est dite avant l'effet."""
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
        raise CdaMalEncode("les octets sont de l'UTF-16, le prologue dit autre chose")
    annonce = encodage_annonce(octets)
    if annonce.startswith(("UTF-16", "UTF-32")):
        raise CdaMalEncode(f"le prologue dit {annonce}, les octets sont d'un encodage à un octet")
    if annonce not in (*_UTF8, ""):
        return
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        ligne = octets.count(b"\n", 0, erreur.start) + 1
        recu = f"octet 0x{octets[erreur.start]:02X} à la ligne {ligne}"
        raise CdaMalEncode(f"{recu} : ce n'est pas de l'UTF-8, quoi qu'en dise le prologue") from erreur
