"""Le squelette ISO fourni avec le kit de l'utilisateur, joué tel quel : le moteur indépendant auquel se comparer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonProcessor

from steps.schematron.chemins import chemin_de, est_element
from steps.schematron.modele import Passage

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_PAS = re.compile(r"/([^\[/]+)(?:\[(\d+)\])?")


@dataclass(frozen=True)
class Releve:
    """Ce qu'un moteur a vu : nœuds pris par contexte, puis (contexte, chemin, message) des échecs, dans l'ordre."""

    tirees: Counter[str]
    echecs: tuple[tuple[str, str, str], ...]


def _blancs(texte: str) -> str:
    return " ".join(texte.split())


def _sans_blanc(message: str) -> str:
    """Un message sans ses blancs : le squelette perd ceux qui sont seuls entre deux valeurs."""
    return "".join(message.split())


class Squelette:
    """Compile et joue des schematrons par les feuilles `iso_*.xsl` d'un kit ; `cache` garde les feuilles compilées."""

    def __init__(self, kit: Path, cache: Path) -> None:
        self._moteur = kit / "schematrons" / "moteur"
        self._cache = cache
        self.processeur: Any = PySaxonProcessor(license=False)
        self._xslt = self.processeur.new_xslt30_processor()
        self._etapes: dict[str, Any] = {}
        self._feuilles: dict[Path, Any] = {}

    def _etape(self, nom: str) -> Any:
        if nom not in self._etapes:
            self._etapes[nom] = self._xslt.compile_stylesheet(stylesheet_file=str(self._moteur / nom))
        return self._etapes[nom]

    def engendrer(self, fichier: Path) -> str:
        """La feuille SVRL de ce schematron, par les trois étapes du squelette."""
        colle = self._etape("iso_dsdl_include.xsl").transform_to_string(source_file=str(fichier))
        concret = self._etape("iso_abstract_expand.xsl").transform_to_string(
            xdm_node=self.processeur.parse_xml(xml_text=colle)
        )
        return str(
            self._etape("iso_svrl_for_xslt2.xsl").transform_to_string(
                xdm_node=self.processeur.parse_xml(xml_text=concret)
            )
        )

    def feuille(self, fichier: Path) -> Any:
        """La feuille compilée, gardée en mémoire et, sous forme de texte, sur disque."""
        if fichier not in self._feuilles:
            garde = self._cache / f"{fichier.stem}.svrl.xsl"
            if not garde.is_file():
                garde.write_text(self.engendrer(fichier), encoding="utf-8")
            texte = garde.read_text(encoding="utf-8").replace(
                "<xsl:stylesheet ", f'<xsl:stylesheet xml:base="{fichier.parent.as_uri()}/" ', 1
            )
            self._feuilles[fichier] = self._xslt.compile_stylesheet(stylesheet_text=texte)
        return self._feuilles[fichier]

    def oublier(self, fichier: Path) -> None:
        """Libère la feuille compilée."""
        self._feuilles.pop(fichier, None)

    def document(self, arbre: etree._ElementTree) -> Any:
        """Le document de Saxon pour cet arbre."""
        return self.processeur.parse_xml(xml_text=etree.tostring(arbre, encoding="unicode"))

    def juger(self, arbre: etree._ElementTree, fichier: Path, document: Any = None) -> Releve:
        """Joue le schematron ; une erreur de Saxon (annexe absente) sort telle quelle."""
        document = document if document is not None else self.document(arbre)
        svrl = str(self.feuille(fichier).transform_to_string(xdm_node=document))
        return lire_svrl(svrl, arbre)


def lire_svrl(svrl: str, arbre: etree._ElementTree) -> Releve:
    """Les faits d'un rapport SVRL, ramenés à la forme de comparaison."""
    racine = etree.fromstring(svrl.encode())
    tirees: Counter[str] = Counter()
    echecs: list[tuple[str, str, str]] = []
    contexte = ""
    for element in racine.iter(f"{_SVRL}fired-rule", f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        if element.tag == f"{_SVRL}fired-rule":
            contexte = _blancs(element.get("context", ""))
            tirees[contexte] += 1
        else:
            message = _sans_blanc(str(element.xpath("string(s:text)", namespaces={"s": _SVRL[1:-1]})))
            # le squelette du kit situe un échec du nœud document sur son élément racine
            chemin = "/" if contexte == "/" else _chemin(element.get("location", ""), arbre)
            echecs.append((contexte, chemin, message))
    return Releve(tirees, tuple(echecs))


def _chemin(lieu: str, arbre: etree._ElementTree) -> str:
    """Notre chemin pour un lieu écrit par le kit (noms qualifiés, rang à partir du deuxième), en descendant l'arbre."""
    pas = _PAS.findall(lieu)
    if not pas:
        return "/"
    element = arbre.getroot()
    for nom, rang in pas[1:]:
        element = [enfant for enfant in element if _nom(enfant) == nom][int(rang or 1) - 1]
    return chemin_de(element)


def _nom(element: etree._Element) -> str:
    if not est_element(element):
        return ""
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local


def releve(passage: Passage) -> Releve:
    """Notre passage dans la même forme."""
    tirees: Counter[str] = Counter()
    for (motif, regle), nombre in passage.tirees.items():
        tirees[_blancs(passage.schematron.motifs[motif].regles[regle].contexte)] += nombre
    echecs = tuple((_blancs(e.contexte), e.chemin, _sans_blanc(e.message)) for e in passage.echecs)
    return Releve(tirees, echecs)
