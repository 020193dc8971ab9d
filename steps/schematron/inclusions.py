"""Lecture des fichiers d'un schematron et résolution de ses `include`, sans sortir du dossier permis ni du disque."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from lxml import etree

ESPACE = "http://purl.oclc.org/dsdl/schematron"
_BALISE = f"{{{ESPACE}}}"
TAILLE_MAXIMALE = 20 * 1024 * 1024
"""Octets d'un fichier de schematron ; le plus gros vu dans un kit public en fait moins de deux millions."""
PROFONDEUR_MAXIMALE = 40
_FICHIERS_MAXIMUM = 20_000


class ErreurSchematron(ValueError):
    """Un schematron illisible ou refusé ; le message, en français, nomme le fichier."""


@dataclass(frozen=True, slots=True)
class Noeud:
    """Un élément et le fichier d'où il vient."""

    element: etree._Element
    fichier: Path

    @property
    def nom(self) -> str:
        """Nom local si l'élément est de Schematron, sinon la forme `{espace}nom`, `{}nom` sans espace."""
        etiquette = str(self.element.tag)
        if etiquette.startswith(_BALISE):
            return etiquette[len(_BALISE) :]
        return etiquette if etiquette.startswith("{") else "{}" + etiquette

    def attribut(self, nom: str) -> str:
        """Valeur d'un attribut, chaîne vide s'il est absent."""
        return self.element.get(nom) or ""

    @property
    def ligne(self) -> int:
        return cast("int | None", self.element.sourceline) or 0


def _sans_casse(nom: str) -> str:
    return unicodedata.normalize("NFC", nom).casefold()


def trouver(chemin: Path) -> Path | None:
    """Le fichier de ce chemin, sinon le seul du même nom à la casse et à la forme Unicode près, dossiers compris."""
    if chemin.is_file():
        return chemin
    parent = chemin.parent
    if not parent.is_dir():
        if parent == chemin:
            return None
        trouve = _dossier(parent)
        if trouve is None:
            return None
        parent = trouve
    voisins = [voisin for voisin in parent.iterdir() if _sans_casse(voisin.name) == _sans_casse(chemin.name)]
    return voisins[0] if len(voisins) == 1 and voisins[0].is_file() else None


def _dossier(chemin: Path) -> Path | None:
    if chemin.is_dir() or chemin == chemin.parent:
        return chemin if chemin.is_dir() else None
    parent = _dossier(chemin.parent)
    if parent is None:
        return None
    voisins = [voisin for voisin in parent.iterdir() if _sans_casse(voisin.name) == _sans_casse(chemin.name)]
    return voisins[0] if len(voisins) == 1 and voisins[0].is_dir() else None


def normaliser(chemin: Path) -> Path:
    """Chemin absolu, `..` réduits sans suivre de lien."""
    morceaux: list[str] = []
    absolu = chemin.absolute()
    for morceau in absolu.parts[1:]:
        if morceau == "..":
            if morceaux:
                morceaux.pop()
        elif morceau != ".":
            morceaux.append(morceau)
    return Path(absolu.anchor, *morceaux)


def analyser(octets: bytes, nom: str) -> etree._Element:
    """Racine d'un document XML lu sans entité, sans DTD et sans réseau ; `ErreurSchematron` s'il n'est pas admis."""
    analyseur = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        racine = etree.fromstring(octets, analyseur)
    except (etree.XMLSyntaxError, ValueError) as erreur:
        raise ErreurSchematron(f"{nom} : XML mal formé ({erreur})") from erreur
    if cast(Any, racine.getroottree()).docinfo.doctype:
        raise ErreurSchematron(f"{nom} : une déclaration DOCTYPE n'est pas admise dans un schematron")
    return racine


@dataclass
class Sources:
    """Les fichiers lus pour un schematron ; `racine` : le dossier dont aucune inclusion ne sort.

    `lacunes` et `avertissements` : comme dans `Schematron`.
    """

    racine: Path
    lus: dict[Path, bytes] = field(default_factory=dict)
    lacunes: list[str] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)
    _arbres: dict[Path, etree._Element] = field(default_factory=dict)
    _noms: dict[Path, str] = field(default_factory=dict)

    def nom(self, fichier: Path) -> str:
        """Chemin d'un fichier, relatif à la racine, avec des `/`."""
        if fichier not in self._noms:
            dedans = fichier.is_relative_to(self.racine)
            self._noms[fichier] = fichier.relative_to(self.racine).as_posix() if dedans else fichier.name
        return self._noms[fichier]

    def ouvrir(self, fichier: Path) -> Noeud:
        """Racine d'un fichier, lu une seule fois. `ErreurSchematron` s'il est illisible, trop gros ou mal formé."""
        if fichier not in self._arbres:
            if len(self._arbres) >= _FICHIERS_MAXIMUM:
                raise ErreurSchematron(f"plus de {_FICHIERS_MAXIMUM} fichiers inclus")
            try:
                if fichier.stat().st_size > TAILLE_MAXIMALE:
                    raise ErreurSchematron(f"{self.nom(fichier)} : plus de {TAILLE_MAXIMALE} octets")
                octets = fichier.read_bytes()
            except OSError as erreur:
                raise ErreurSchematron(f"{self.nom(fichier)} : fichier illisible ({erreur.strerror})") from erreur
            self._arbres[fichier] = analyser(octets, self.nom(fichier))
            self.lus[fichier] = octets
        return Noeud(self._arbres[fichier], fichier)

    def enfants(self, noeud: Noeud, pile: tuple[tuple[Path, str], ...] = ()) -> Iterator[Noeud]:
        """Éléments enfants, chaque `include` remplacé par ce qu'il désigne."""
        for element in noeud.element:
            enfant = Noeud(element, noeud.fichier)
            if enfant.nom == "include":
                yield from self._inclure(enfant, pile)
            else:
                yield enfant

    def _inclure(self, include: Noeud, pile: tuple[tuple[Path, str], ...]) -> Iterator[Noeud]:
        cible = self.cible(include)
        if cible is None:
            return
        inclus, fragment = cible
        cle = (inclus.fichier, fragment)
        if cle in pile or len(pile) >= PROFONDEUR_MAXIMALE:
            raise ErreurSchematron(f"{self.nom(include.fichier)}, ligne {include.ligne} : inclusion circulaire")
        pile = (*pile, cle)
        if inclus.nom == "schema":
            raise ErreurSchematron(
                f"{self.nom(include.fichier)}, ligne {include.ligne} : {include.attribut('href')} est un schéma "
                "entier ; seuls un motif, une règle ou leurs pareils peuvent être inclus"
            )
        if inclus.nom == "include":
            yield from self._inclure(inclus, pile)
        elif inclus.nom.startswith("{"):
            yield from self.enfants(inclus, pile)
        else:
            yield inclus

    def cible(self, include: Noeud) -> tuple[Noeud, str] | None:
        """Ce que désigne le `href` d'un `include` ou d'un `extends`, avec son fragment ; None : absent, noté."""
        href = include.attribut("href").strip()
        ou = f"{self.nom(include.fichier)}, ligne {include.ligne}"
        lien = urlsplit(href.replace("\\", "/"))
        if not href or lien.scheme or lien.netloc or lien.path.startswith("/"):
            raise ErreurSchematron(f"{ou} : inclusion de « {href} » refusée ; seul un chemin relatif est admis")
        voulu = normaliser(include.fichier.parent / unquote(lien.path)) if lien.path else include.fichier
        if not voulu.is_relative_to(self.racine):
            raise ErreurSchematron(f"{ou} : inclusion de « {href} » refusée ; elle sort du dossier du kit")
        fichier = trouver(voulu)
        if fichier is None:
            self.lacunes.append(f"{ou} : fichier inclus absent, {self.nom(voulu)}")
            return None
        if not fichier.resolve().is_relative_to(self.racine.resolve()):
            raise ErreurSchematron(f"{ou} : inclusion de « {href} » refusée ; elle sort du dossier du kit")
        if fichier.name != voulu.name:
            self.avertissements.append(
                f"{ou} : {voulu.name} n'existe pas sous cette casse ; {fichier.name} lu à la place"
            )
        racine = self.ouvrir(fichier)
        if not lien.fragment:
            return racine, ""
        for element in racine.element.iter():
            if element.get("id") == lien.fragment:
                return Noeud(element, fichier), lien.fragment
        self.lacunes.append(f"{ou} : {self.nom(fichier)} n'a pas d'élément d'identifiant {lien.fragment}")
        return None

    def empreinte(self) -> str:
        """SHA-256 des fichiers lus, noms compris, dans l'ordre des noms."""
        condense = hashlib.sha256()
        for nom, octets in sorted((self.nom(fichier), octets) for fichier, octets in self.lus.items()):
            condense.update(f"{nom}\0{len(octets)}\0".encode())
            condense.update(octets)
        return condense.hexdigest()
