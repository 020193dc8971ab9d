"""La copie locale de l'annuaire : ce que les extractions ont apporté, et le rapport de chaque chargement."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from simulators.logiciel_temoin import annuaire_extraction as extraction
from simulators.logiciel_temoin.annuaire_extraction import ArchiveRecue, ExtractionInvalide
from simulators.logiciel_temoin.annuaire_fiche import Criteres, FicheAnnuaire, rpps_valide
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import translitterer


@dataclass
class Rapport:
    """Un chargement. `lus` : lignes d'activité du fichier ; `crees`, `modifies`, `retires` : professionnels."""

    source: str
    debut: datetime
    lus: int = 0
    crees: int = 0
    modifies: int = 0
    retires: int = 0
    rejetes: int = 0
    fin: datetime | None = None

    def en_dict(self) -> dict[str, Any]:
        fin = self.fin or self.debut
        return {
            "lus": self.lus,
            "crees": self.crees,
            "modifies": self.modifies,
            "rejetes": self.rejetes,
            "source": self.source,
            "debut": self.debut.isoformat(timespec="seconds"),
            "fin": fin.isoformat(timespec="seconds"),
        }


class AnnuaireLocal:
    """Les fiches par RPPS. Un chargement qui échoue laisse les fiches d'avant."""

    def __init__(self, defauts: Defauts) -> None:
        self._defauts = defauts
        self._fiches: dict[str, FicheAnnuaire] = {}
        self._verrou = threading.Lock()
        self.dernier: Rapport | None = None

    def __len__(self) -> int:
        return len(self._fiches)

    def integrer(self, activites: ArchiveRecue, correspondance: ArchiveRecue | None) -> Rapport:
        """Crée, met à jour et rend inactives les fiches d'après l'archive ; tout ou rien."""
        rapport = Rapport(activites.nom, maintenant())
        lues: dict[str, FicheAnnuaire] = {}
        for ligne in extraction.lignes(activites, extraction.ACTIVITE, self._defauts):
            rapport.lus += 1
            if self._defauts.actif("annuaire_import_partiel") and rapport.lus > 5:
                continue
            if not rpps_valide(ligne.get("Identifiant PP", "")):
                rapport.rejetes += 1
                continue
            lues.setdefault(ligne["Identifiant PP"], extraction.fiche(ligne))
        if not lues:
            raise ExtractionInvalide("le fichier ne porte aucun professionnel : l'annuaire en place est gardé")
        if correspondance is not None:
            self._ajouter_bals(lues, correspondance)
        with self._verrou:
            self._remplacer(lues, rapport)
        if self._defauts.actif("annuaire_rapport_faux"):
            rapport.lus, rapport.crees = 1_000, 1_000
        rapport.fin = maintenant()
        self.dernier = rapport
        return rapport

    def _ajouter_bals(self, lues: dict[str, FicheAnnuaire], correspondance: ArchiveRecue) -> None:
        for ligne in extraction.lignes(correspondance, extraction.CORRESPONDANCE, self._defauts):
            porteur = lues.get(ligne["Identifiant PP"])
            if porteur is not None and ligne["Adresse BAL"] not in porteur.adresses_mss:
                lues[porteur.rpps] = replace(porteur, adresses_mss=(*porteur.adresses_mss, ligne["Adresse BAL"]))

    def _remplacer(self, lues: dict[str, FicheAnnuaire], rapport: Rapport) -> None:
        neuves = dict(self._fiches)
        for rpps, fiche in lues.items():
            connue = neuves.get(rpps)
            if connue is None:
                rapport.crees += 1
            elif self._defauts.actif("annuaire_import_sans_maj"):
                continue
            elif connue != fiche:
                rapport.modifies += 1
            neuves[rpps] = fiche
        for rpps, fiche in self._fiches.items():
            if rpps not in lues and fiche.actif and not self._defauts.actif("annuaire_radies_gardes"):
                neuves[rpps] = replace(fiche, actif=False)
                rapport.retires += 1
        self._fiches = neuves

    def lire(self, rpps: str) -> FicheAnnuaire | None:
        return self._fiches.get(rpps)

    def chercher(self, criteres: Criteres) -> list[FicheAnnuaire]:
        """Fiches actives : début de nom et de prénom sans accent, profession et spécialité par code, lieu contenu."""
        return [
            fiche
            for fiche in self._fiches.values()
            if fiche.actif
            and (not criteres.rpps or fiche.rpps == criteres.rpps)
            and _commence(fiche.nom, criteres.nom)
            and _commence(fiche.prenom, criteres.prenom)
            and criteres.profession in ("", fiche.profession)
            and criteres.specialite in ("", fiche.specialite)
            and criteres.lieu.casefold() in fiche.lieu.casefold()
        ]


def _commence(valeur: str, debut: str) -> bool:
    return translitterer(valeur).startswith(translitterer(debut))
