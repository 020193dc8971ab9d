"""Le catalogue d'un couloir : lu, validé, indexé. Un numéro n'a de sens que dans son REM : la clé est (rem, numéro)."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path
from typing import NoReturn, TypeVar

from requirements import lieux, numeros
from requirements.chargement import Chargement, fichiers_de_sections
from requirements.erreurs import CouloirInconnu, NumeroInconnu
from requirements.lieux import DOSSIER_COULOIRS
from requirements.modele import PROFIL_GENERAL, Classe, Couloir, Exigence, Preuve, ScenarioConformite, Service

__all__ = [
    "DOSSIER_COULOIRS",
    "Catalogue",
    "charger",
    "charger_de_campagne",
    "charger_dossier",
    "couloirs_disponibles",
    "est_du_couloir",
    "nommer_couloir",
    "numeros_du_dossier",
    "proches",
    "tous_les_numeros",
]

T = TypeVar("T")

# Lecture rapide des numéros, sans monter l'arbre YAML ; `valider` vérifie qu'elle trouve exactement les mêmes.
_LIGNE_ID = re.compile(r"^(?P<retrait> *)- id: *[\"']?(?P<numero>[^\"'#\n]+?)[\"']? *$", re.MULTILINE)
_RETRAIT_PREUVE = 4


class Catalogue:
    """Les exigences d'un couloir, dans l'ordre des fichiers, avec leurs index."""

    def __init__(self, couloir: Couloir, exigences: Iterable[Exigence], dossier: Path) -> None:
        self.couloir = couloir
        self.dossier = dossier
        self.exigences: tuple[Exigence, ...] = tuple(exigences)
        self._exigences = {exigence.id: exigence for exigence in self.exigences}
        tous = [s for exigence in self.exigences for s in (*exigence.scenarios, *exigence.supplements)]
        self._scenarios = {scenario.id: scenario for scenario in tous}
        self._preuves = {preuve.repere: preuve for scenario in tous for preuve in scenario.preuves}

    @property
    def rem(self) -> str:
        """Le code du REM."""
        return self.couloir.rem

    @property
    def preuves(self) -> tuple[Preuve, ...]:
        """Toutes les preuves des scénarios du REM, dans l'ordre."""
        return tuple(preuve for exigence in self.exigences for preuve in exigence.preuves)

    @property
    def supplements(self) -> tuple[ScenarioConformite, ...]:
        """Les scénarios du banc, en plus de ceux du REM, dans l'ordre."""
        return tuple(scenario for exigence in self.exigences for scenario in exigence.supplements)

    @property
    def sections(self) -> tuple[str, ...]:
        """Les codes de section, dans l'ordre du catalogue, chacun une fois."""
        return tuple(dict.fromkeys(exigence.id_section for exigence in self.exigences))

    @property
    def date(self) -> dt.date:
        """La date de la source la plus récente."""
        return max(exigence.source.date for exigence in self.exigences)

    @property
    def couloirs_repris(self) -> tuple[str, ...]:
        """Les couloirs d'où des exigences sont reprises."""
        return tuple(sorted({exigence.repris_de for exigence in self.exigences if exigence.repris_de}))

    @cached_property
    def empreinte(self) -> str:
        """SHA-256 des données du couloir et de ceux qu'il reprend ; les fins de ligne du poste n'y changent rien."""
        somme = hashlib.sha256()
        for dossier in (self.dossier, *(lieux.origine(couloir, self.dossier) for couloir in self.couloirs_repris)):
            racine = dossier if dossier == self.dossier else dossier.parent
            for fichier in (dossier / "couloir.yaml", *(fichier for _, fichier in fichiers_de_sections(dossier))):
                contenu = fichier.read_bytes().replace(b"\r\n", b"\n")
                nom = fichier.relative_to(racine).as_posix()
                somme.update(f"{nom}\0{len(contenu)}\0".encode())
                somme.update(contenu)
        return somme.hexdigest()

    def exigence(self, numero: str) -> Exigence:
        """L'exigence de ce numéro exact ; `NumeroInconnu` sinon."""
        return self._exigences.get(numero) or self._refuser(numero, "exigence", self._exigences)

    def scenario(self, numero: str) -> ScenarioConformite:
        """Le scénario de ce numéro exact ; `NumeroInconnu` sinon."""
        return self._scenarios.get(numero) or self._refuser(numero, "scénario", self._scenarios)

    def preuve(self, repere: str) -> Preuve:
        """La preuve de ce repère (le numéro, ou le numéro et son rang) ; `NumeroInconnu` sinon."""
        return self._preuves.get(repere) or self._refuser(repere, "preuve", self._preuves)

    def selectionner(
        self,
        *,
        vagues: Collection[int] | None = None,
        profils: Collection[str] | None = None,
        exigences: Collection[str] | None = None,
        sections: Collection[str] | None = None,
    ) -> tuple[Exigence, ...]:
        """Les exigences retenues ; un critère absent ne filtre pas, le profil Général est toujours retenu."""
        return tuple(
            exigence
            for exigence in self.exigences
            if (vagues is None or exigence.vague in vagues)
            and (profils is None or exigence.profil == PROFIL_GENERAL or exigence.profil in profils)
            and (exigences is None or exigence.id in exigences)
            and (sections is None or exigence.id_section in sections)
        )

    def scenarios(
        self,
        *,
        vagues: Collection[int] | None = None,
        profils: Collection[str] | None = None,
        exigences: Collection[str] | None = None,
        sections: Collection[str] | None = None,
        moyens: Collection[Classe] | None = None,
        services: Collection[Service] | None = None,
    ) -> tuple[ScenarioConformite, ...]:
        """Les scénarios du REM des exigences retenues, dans l'ordre du catalogue, sans les suppléments du banc."""
        retenues = self.selectionner(vagues=vagues, profils=profils, exigences=exigences, sections=sections)
        return tuple(
            scenario
            for exigence in retenues
            for scenario in exigence.scenarios
            if (moyens is None or scenario.moyen in moyens) and (services is None or scenario.service in services)
        )

    def resoudre(self, numero: str) -> Exigence | ScenarioConformite:
        """L'exigence, à défaut le scénario, que désigne un numéro écrit avec ou sans `SC.` ou préfixe de REM."""
        trouve = self._chercher(numero, self._exigences, self._nus_exigences) or self._chercher(
            numero, self._scenarios, self._nus_scenarios
        )
        return trouve or self._refuser(numero, "exigence ou scénario", {**self._exigences, **self._scenarios})

    def resoudre_exigence(self, numero: str) -> Exigence:
        """L'exigence que désigne un numéro écrit avec ou sans `SC.` ou préfixe de REM."""
        trouve = self._chercher(numero, self._exigences, self._nus_exigences)
        return trouve or self._refuser(numero, "exigence", self._exigences)

    def resoudre_scenario(self, numero: str) -> ScenarioConformite:
        """Le scénario que désigne un numéro écrit avec ou sans `SC.` ou préfixe de REM."""
        trouve = self._chercher(numero, self._scenarios, self._nus_scenarios)
        return trouve or self._refuser(numero, "scénario", self._scenarios)

    @cached_property
    def _nus_exigences(self) -> dict[str, list[Exigence]]:
        return _par_numero_nu(((e.id, e) for e in self.exigences), self.couloir.prefixe)

    @cached_property
    def _nus_scenarios(self) -> dict[str, list[ScenarioConformite]]:
        return _par_numero_nu(((s.id, s) for s in self._scenarios.values()), self.couloir.prefixe)

    def _chercher(self, numero: str, exacts: dict[str, T], nus: dict[str, list[T]]) -> T | None:
        demande = numero.strip()
        if demande in exacts:
            return exacts[demande]
        candidats = nus.get(numeros.sans_prefixe(demande, self.couloir.prefixe), [])
        if len(candidats) > 1:
            raise NumeroInconnu(
                demande, f"« {demande} » désigne plusieurs numéros du REM {self.rem} : écrire le numéro entier."
            )
        return candidats[0] if candidats else None

    def suggerer(self, numero: str, parmi: Iterable[str] | None = None) -> list[str]:
        """Jusqu'à trois numéros du REM qui ressemblent à celui-ci."""
        connus = [*self._exigences, *self._scenarios] if parmi is None else parmi
        return proches(numeros.sans_prefixe(numero.strip(), self.couloir.prefixe), connus)

    def _refuser(self, numero: str, quoi: str, connus: Iterable[str]) -> NoReturn:
        demande = numero.strip()
        propositions = self.suggerer(demande, connus)
        suite = f"Numéros proches : {', '.join(propositions)}." if propositions else "Aucun numéro proche."
        raise NumeroInconnu(
            demande, f"Le REM {self.rem} n'a pas de numéro « {demande} » ({quoi}). {suite}", propositions
        )


def proches(numero: str, connus: Iterable[str]) -> list[str]:
    """Jusqu'à trois numéros connus qui ressemblent à celui-ci, du plus proche au moins proche, casse ignorée."""
    par_forme: dict[str, str] = {}
    for connu in connus:
        par_forme.setdefault(connu.casefold(), connu)
        par_forme.setdefault(numeros.sans_prefixe(connu).casefold(), connu)
    formes = difflib.get_close_matches(numero.strip().casefold(), par_forme, n=6, cutoff=0.6)
    return list(dict.fromkeys(par_forme[forme] for forme in formes))[:3]


def couloirs_disponibles(racine: Path | None = None) -> tuple[str, ...]:
    """Les couloirs d'un dossier ; sans `racine`, ceux que le banc livre et ceux de l'utilisateur."""
    return tuple(sorted(_dossiers(racine)))


def _dossiers(racine: Path | None) -> dict[str, Path]:
    if racine is None:
        return lieux.dossiers()
    return {fichier.parent.name: fichier.parent for fichier in racine.glob("*/couloir.yaml")}


def nommer_couloir(couloir: str, type_logiciel: str = "", *, racine: Path | None = None) -> str:
    """Le couloir que désigne un nom, et un type de logiciel quand le couloir en a plusieurs.

    « hopital » et « PFI » donnent « hopital-pfi ». Lève `CouloirInconnu`, qui nomme ce qui existe.
    """
    connus = _dossiers(racine)
    disponibles = tuple(sorted(connus))
    if couloir in disponibles and not type_logiciel:
        return couloir
    voisins = [nom for nom in disponibles if nom == couloir or nom.startswith(f"{couloir}-")]
    if not voisins:
        suite = f"couloirs disponibles : {', '.join(disponibles)}" if disponibles else f"aucun couloir dans {racine}"
        proposes = difflib.get_close_matches(couloir, disponibles, n=1)
        suite += f" ; le plus proche : « {proposes[0]} »" if proposes else ""
        raise CouloirInconnu(
            f"Couloir inconnu : « {couloir} » ; {suite}. Un couloir à vous se donne par --couloirs=DIR."
        )
    types = {nom: Chargement(connus[nom]).type_logiciel() for nom in voisins}
    convenus = [nom for nom, genre in types.items() if not type_logiciel or genre.lower() == type_logiciel.lower()]
    if len(convenus) == 1:
        return convenus[0]
    recu = f"« {type_logiciel} »" if type_logiciel else "rien"
    raise CouloirInconnu(
        f"Couloir {couloir} : attendu un type de logiciel parmi {', '.join(types.values())}, reçu {recu} ; "
        f"par exemple --couloir={couloir} --type-logiciel={types[voisins[0]]}, ou --couloir={voisins[0]}."
    )


def est_du_couloir(declare: str, demande: str) -> bool:
    """Vrai si un logiciel déclaré dans ce couloir se vérifie dans celui-là : « hopital » convient à « hopital-pfi »."""
    return declare == demande or demande.startswith(f"{declare}-")


def charger(couloir: str, *, racine: Path | None = None) -> Catalogue:
    """Lit et valide le catalogue d'un couloir, livré ou de l'utilisateur ; `racine` : seulement ceux de ce dossier.

    Lève `CouloirInconnu` si aucun dossier ne porte ce nom, `ErreurCatalogue` avec toutes les anomalies des données.
    """
    return charger_dossier(_dossiers(racine)[nommer_couloir(couloir, racine=racine)])


def charger_de_campagne(campagne: Path, couloir: str) -> Catalogue:
    """Le catalogue d'une campagne : celui que son dossier garde si le couloir n'est pas livré, sinon celui du banc."""
    return charger(couloir, racine=lieux.racine_de_campagne(campagne, couloir))


def charger_dossier(dossier: Path) -> Catalogue:
    """Lit et valide le catalogue d'un dossier quelconque ; lève `ErreurCatalogue` avec toutes les anomalies."""
    couloir, exigences = Chargement(dossier).lire()
    return Catalogue(couloir, exigences, dossier)


def tous_les_numeros(racine: Path | None = None) -> frozenset[str]:
    """Les numéros d'exigence et de scénario de tous les couloirs, lus sans monter les catalogues."""
    return frozenset(numero for dossier in _dossiers(racine).values() for numero in numeros_du_dossier(dossier))


def numeros_du_dossier(dossier: Path) -> set[str]:
    """Les numéros d'exigence et de scénario d'un couloir, par lecture rapide des lignes `- id: …`."""
    trouves: set[str] = set()
    for _, fichier in fichiers_de_sections(dossier):
        texte = fichier.read_text(encoding="utf-8")
        trouves.update(
            ligne["numero"].strip() for ligne in _LIGNE_ID.finditer(texte) if len(ligne["retrait"]) < _RETRAIT_PREUVE
        )
    return trouves


def _par_numero_nu(couples: Iterable[tuple[str, T]], prefixe: str) -> dict[str, list[T]]:
    index: dict[str, list[T]] = defaultdict(list)
    for numero, valeur in couples:
        index[numeros.sans_prefixe(numero, prefixe)].append(valeur)
    return index
