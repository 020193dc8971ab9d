"""Moteur de référence et de repli : la feuille XSLT du schematron jouée par Saxon, un processeur par processus.

Saxon ne reçoit jamais un chemin de document : le texte de l'arbre déjà lu, sans DTD. Un processeur ne survit pas à
`fork` ; les travaux parallèles démarrent leurs processus par `spawn`.
"""

from __future__ import annotations

import os
import re
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor

from steps.schematron.cache import CacheXslt
from steps.schematron.chemins import chemin_de, descendre, ligne_de
from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.modele import ABSENT, Echec, Parties, Passage, Schematron
from steps.schematron.xslt import PARAMETRE_DOCUMENT, annexes_constantes, engendrer

FEUILLES_MAXIMUM = 12
"""Feuilles compilées gardées par processus ; au-delà, la moins récemment jouée est abandonnée."""


@dataclass(frozen=True, slots=True)
class _Compilee:
    executable: Any
    annexes: frozenset[str]
    etat: tuple[tuple[str, int, int], ...]


class _Arret(Exception):
    """Saxon refuse la feuille ou s'arrête ; le message dit pourquoi."""


class MoteurSaxon:
    """Joue des schematrons dans un processus ; garde les feuilles compilées et les documents annexes."""

    def __init__(self, cache: CacheXslt | None = None, feuilles_maximum: int = FEUILLES_MAXIMUM) -> None:
        self.processeur: Any = PySaxonProcessor(license=False)
        self.processeur.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
        self.processeur.set_configuration_property("http://saxon.sf.net/feature/standardErrorOutputFile", os.devnull)
        self._compilateur = self.processeur.new_xslt30_processor()
        self._cache = cache or CacheXslt(None)
        self._feuilles_maximum = feuilles_maximum
        self._feuilles: OrderedDict[tuple[str, str, Parties | None, bool], _Compilee] = OrderedDict()
        self._annexes: dict[Path, tuple[tuple[int, int], Any]] = {}

    def document(self, arbre: etree._ElementTree) -> Any:
        """Le document de Saxon pour cet arbre, à donner à chaque `juger` du même document."""
        if cast(Any, arbre).docinfo.doctype:
            raise ErreurSchematron("le document porte une déclaration DOCTYPE : il n'est pas donné aux schematrons")
        return self.processeur.parse_xml(xml_text=etree.tostring(arbre, encoding="unicode"))

    def juger(
        self,
        arbre: etree._ElementTree,
        schematron: Schematron,
        parties: Parties | None = None,
        document: Any = None,
    ) -> Passage:
        """Joue le schematron, ou seulement ces parties, sur l'arbre.

        Une annexe absente (FODC0002) ou une erreur d'évaluation rend le passage incomplet, avec la raison ; elle ne
        vaut ni conformité ni échec.
        """
        if document is None:
            document = self.document(arbre)
        try:
            sortie = self._jouer(schematron, parties, False, document)
        except _Arret:
            try:
                sortie = self._jouer(schematron, parties, True, document)
            except _Arret as erreur:
                raison = f"{schematron.nom} : règles non évaluables par Saxon ({_court(str(erreur))})"
                return Passage(schematron, (), incomplet=(*schematron.lacunes, raison))
        return _relire(sortie, arbre, schematron)

    def _jouer(self, schematron: Schematron, parties: Parties | None, prudent: bool, document: Any) -> str:
        """La sortie de la feuille ; `_Arret` si elle s'est arrêtée sur une erreur."""
        try:
            compilee = self._compiler(schematron, parties, prudent)
            sortie = str(compilee.executable.transform_to_string(xdm_node=document) or "")
        except PySaxonApiError as erreur:
            raise _Arret(str(erreur)) from erreur
        if sortie.startswith("X\t"):
            raise _Arret(sortie[2:])
        return sortie

    def _compiler(self, schematron: Schematron, parties: Parties | None, prudent: bool) -> _Compilee:
        cle = (str(schematron.chemin), schematron.empreinte, parties, prudent)
        if (connue := self._feuilles.get(cle)) and connue.etat == _etat(schematron, connue.annexes):
            self._feuilles.move_to_end(cle)
            return connue
        annexes = connue.annexes if connue else annexes_constantes(schematron)
        etat = _etat(schematron, annexes)
        presentes = tuple(nom for nom, _, _ in etat)
        feuille = self._cache.feuille(
            schematron, parties, presentes, prudent, lambda: engendrer(schematron, parties, presentes, prudent)
        )
        texte = feuille.avec_base(schematron.base.as_uri() + "/")
        executable = self._compilateur.compile_stylesheet(stylesheet_text=texte)
        for rang, nom in enumerate(feuille.documents):
            executable.set_parameter(f"{PARAMETRE_DOCUMENT}{rang}", self._annexe(schematron, nom))
        self._feuilles[cle] = _Compilee(executable, annexes, etat)
        self._feuilles.move_to_end(cle)
        while len(self._feuilles) > self._feuilles_maximum:
            self._feuilles.popitem(last=False)
        return self._feuilles[cle]

    def _annexe(self, schematron: Schematron, nom: str) -> Any:
        fichier = annexe(schematron, nom)
        assert fichier is not None
        etat = fichier.stat()
        version = (etat.st_mtime_ns, etat.st_size)
        if fichier not in self._annexes or self._annexes[fichier][0] != version:
            self._annexes[fichier] = (version, self.processeur.parse_xml(xml_text=_texte_xml(fichier)))
        return self._annexes[fichier][1]


def _etat(schematron: Schematron, noms: Iterable[str]) -> tuple[tuple[str, int, int], ...]:
    """Nom, date et taille des annexes présentes ; s'il change, la feuille et ses paramètres sont refaits."""
    etats: list[tuple[str, int, int]] = []
    for nom in sorted(noms):
        if (fichier := annexe(schematron, nom)) is not None:
            etat = fichier.stat()
            etats.append((nom, etat.st_mtime_ns, etat.st_size))
    return tuple(etats)


def annexe(schematron: Schematron, nom: str) -> Path | None:
    """Fichier que désigne ce chemin relatif vu du schematron ; None s'il n'existe pas ou n'est pas local."""
    lien = urlsplit(urljoin(schematron.base.as_uri() + "/", nom))
    fichier = Path(unquote(lien.path))
    return fichier if lien.scheme == "file" and fichier.is_file() else None


def _texte_xml(fichier: Path) -> str:
    analyseur = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
    return etree.tostring(etree.parse(str(fichier), analyseur).getroot(), encoding="unicode", with_tail=False)


@lru_cache(maxsize=4)
def moteur_du_processus(cache: Path | None = None, processus: int = 0) -> MoteurSaxon:
    """Le moteur chaud de ce processus pour ce dossier de cache ; créé au premier usage."""
    return MoteurSaxon(CacheXslt(cache))


def moteur(cache: Path | None = None) -> MoteurSaxon:
    """Comme `moteur_du_processus`, mais jamais celui d'un processus parent."""
    return moteur_du_processus(cache, os.getpid())


def _relire(sortie: str, arbre: etree._ElementTree, schematron: Schematron) -> Passage:
    tirees: Counter[tuple[int, int]] = Counter()
    echecs: list[Echec] = []
    incomplet: dict[str, None] = dict.fromkeys(schematron.lacunes)
    for ligne in sortie.split("\n"):
        champs = ligne.split("\t")
        if champs[0] == "T":
            tirees[int(champs[1]), int(champs[2])] += 1
        elif champs[0] == "E":
            echecs.append(_echec(champs, arbre, schematron))
        elif champs[0] == "I":
            incomplet[_manque(champs, schematron)] = None
    return Passage(schematron, tuple(echecs), dict(tirees), tuple(incomplet))


def _echec(champs: list[str], arbre: etree._ElementTree, schematron: Schematron) -> Echec:
    rang_motif, rang_regle, rang, ou, message = int(champs[1]), int(champs[2]), int(champs[3]), champs[4], champs[5]
    motif = schematron.motifs[rang_motif]
    regle = motif.regles[rang_regle]
    rangs, _, attribut = ou.partition("@")
    rangs, _, genre = rangs.partition("#")
    chemin, ligne = "/", 0
    if rangs:
        element = descendre(arbre.getroot(), [int(r) for r in rangs.split("/")])
        chemin, ligne = chemin_de(element), ligne_de(element)
    if attribut:
        chemin += f"/@{attribut}"
    elif genre:
        chemin += f"/{genre}"
    return Echec(motif.id or motif.nom, regle.contexte, regle.assertions[rang], message, chemin, ligne)


def _manque(champs: list[str], schematron: Schematron) -> str:
    assertion = schematron.motifs[int(champs[1])].regles[int(champs[2])].assertions[int(champs[3])]
    code, description = champs[4], champs[5]
    if code in ("FODC0002", "FODC0005"):
        cible = re.search(r"(?:file|https?|ftp|jar):[^\s(]+", description)
        nom = unquote(cible[0]).rstrip(":.,").rsplit("/", 1)[-1] if cible else _court(description)
        return f"{ABSENT}{nom}"
    return f"{assertion.fichier}, ligne {assertion.ligne} : assertion non évaluable ({code}, {_court(description)})"


def _court(texte: str) -> str:
    mots = " ".join(texte.split())
    return mots if len(mots) <= 200 else mots[:200] + "…"
