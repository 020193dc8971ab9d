"""Une exigence de classeur changée en exigence de catalogue : chaque scénario guidé, chaque anomalie de numéro dite."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from requirements import numeros
from requirements.importation.contenu import ExigenceLue, PreuveLue, ScenarioLu
from requirements.importation.etapes import decouper
from requirements.importation.genres import conseil, genres
from requirements.lecture import ATTENTE, TAILLE_MINIMALE
from requirements.modele import PROFIL_GENERAL, Criticite, Nature

SUIT = "Ce que l'étape annonce s'observe dans le produit."
DEMANDE = "Ce que le scénario demande s'observe dans le produit."
ECART = "Ce que l'étape attend ne s'observe pas."
SANS_SCENARIO = "Le classeur ne donne aucun scénario de conformité pour cette exigence."
_MARQUE = "[non précisé par le classeur]"


@dataclass
class Ebauche:
    """Ce qui est en cours d'écriture dans un REM : les numéros déjà pris, et ce qu'il faut dire de l'import."""

    prefixe: str
    annonces: frozenset[str] = frozenset()
    """Les numéros que le classeur donne : aucun de ceux que le banc invente n'en prend la place."""
    anomalies: list[str] = field(default_factory=list)
    _pris: dict[str, set[str]] = field(default_factory=lambda: {"exigence": set(), "scénario": set(), "preuve": set()})

    def numero_exigence(self, lue: ExigenceLue) -> str:
        """Un numéro que la grammaire des REM admet, et libre ; celui du classeur chaque fois que c'est possible."""
        candidat = lue.id
        if not numeros.est_exigence(candidat):
            candidat = _dans_la_grammaire(lue.id)
        essai, rang_libre = candidat, 1
        while (essai != lue.id and essai in self.annonces) or not self.prendre("exigence", essai):
            rang_libre += 1
            essai = f"{candidat.rpartition('.')[0]}-{rang_libre}.{candidat.rpartition('.')[2]}"
        if essai != lue.id:
            self.anomalies.append(f"exigence « {lue.id} », ligne {lue.ligne} : numéro hors grammaire, écrit {essai}")
        return essai

    def exigence(self, lue: ExigenceLue, numero: str, *, id_socle: str) -> dict[str, Any]:
        """L'exigence entière, telle qu'elle s'écrit en YAML."""
        rappel = f"N° du classeur : {lue.id}. " if numero != lue.id else ""
        ecrite: dict[str, Any] = {
            "id": numero,
            "id_socle": id_socle or "aucun",
            "profil": profil(lue),
            "nature": nature(lue).value,
            "criticite": criticite(lue).value,
            "statut": lue.champs.get("statut") or "Non dit par le classeur",
            "bloc": une_ligne(lue.champs.get("bloc", "")) or "Non dit par le classeur",
            "fonction": une_ligne(lue.champs.get("fonction", "")) or "Non dite par le classeur",
            "resume": self.rediger(rappel + une_ligne(lue.texte), "Le classeur ne donne pas d'énoncé.", numero),
        }
        if lue.scenarios:
            ecrite["scenarios"] = [self._scenario(s, numero, rang) for rang, s in enumerate(lue.scenarios, 1)]
        else:
            ecrite["non_verifiee"] = SANS_SCENARIO
        return ecrite

    def rediger(self, texte: str, defaut: str, quoi: str) -> str:
        """Le texte du classeur sur une ligne ; une marque d'attente y est remplacée, et c'est dit."""
        propre = ATTENTE.sub(_MARQUE, une_ligne(texte))
        if propre != une_ligne(texte):
            self.anomalies.append(f"{quoi} : texte d'attente dans le classeur, remplacé par « {_MARQUE} »")
        if len(propre) >= TAILLE_MINIMALE:
            return propre
        return f"Texte du classeur : {propre}" if propre else defaut

    def prendre(self, genre: str, numero: str) -> bool:
        """Retient un numéro ; faux s'il est déjà pris."""
        if numero in self._pris[genre]:
            return False
        self._pris[genre].add(numero)
        return True

    def est_pris(self, genre: str, numero: str) -> bool:
        """Vrai si ce numéro est déjà pris."""
        return numero in self._pris[genre]

    # ------------------------------------------------------------- scénarios
    def _scenario(self, lu: ScenarioLu, exigence: str, rang: int) -> dict[str, Any]:
        numero, anomalie = self._numero_scenario(lu, exigence, rang)
        decoupage = decouper(lu.texte)
        ecrit: dict[str, Any] = {"id": numero, "titre": f"Scénario {numero}"}
        ecrit["attendu"] = self.rediger(lu.texte, "Le classeur ne décrit pas ce scénario.", numero)
        if len(decoupage.avant) >= TAILLE_MINIMALE:
            ecrit["prerequis"] = self.rediger(decoupage.avant, "", numero)
        if anomalie:
            ecrit["anomalie"] = anomalie
        preuves = [self._preuve(preuve, numero, rang_preuve) for rang_preuve, preuve in enumerate(lu.preuves, 1)]
        ecrit["deroule"] = self._deroule(decoupage.etapes, [preuve["attendu"] for preuve in preuves], numero)
        if preuves:
            ecrit["preuves"] = preuves
        return ecrit

    def _deroule(self, etapes: tuple[str, ...], preuves: list[str], numero: str) -> list[dict[str, str]]:
        textes = etapes or ("Faites dans le produit ce que l'exigence demande.",)
        derniere = "À montrer : " + " ; ".join(preuves) if preuves else DEMANDE
        return [
            {
                "faire": self.rediger(texte, "", numero),
                "voir": derniere if rang == len(textes) else SUIT,
                "ecart": ECART,
            }
            for rang, texte in enumerate(textes, 1)
        ]

    def _numero_scenario(self, lu: ScenarioLu, exigence: str, rang: int) -> tuple[str, str]:
        if lu.id and numeros.est_scenario(lu.id) and self.prendre("scénario", lu.id):
            if numeros.est_forme_sur(lu.id, exigence, self.prefixe):
                return lu.id, ""
            anomalie = f"Le classeur donne ce numéro, qui n'est pas formé sur celui de l'exigence {exigence}."
            self.anomalies.append(f"scénario {lu.id}, ligne {lu.ligne} : {anomalie}")
            return lu.id, anomalie
        raison = (
            "sans numéro" if not lu.id else "numéro répété" if numeros.est_scenario(lu.id) else "numéro hors grammaire"
        )
        essai = f"{exigence}.{rang:02d}"
        while essai in self.annonces or not self.prendre("scénario", essai):
            rang += 1
            essai = f"{exigence}.{rang:02d}"
        recu = f" (« {lu.id} »)" if lu.id else ""
        self.anomalies.append(f"scénario de {exigence}, ligne {lu.ligne} : {raison}{recu}, écrit {essai}")
        return essai, f"Dans le classeur, ce scénario est {raison}{recu} ; ce numéro est celui du banc."

    def _preuve(self, lue: PreuveLue, scenario: str, rang: int) -> dict[str, Any]:
        pieces = genres(lue.texte)
        ecrite: dict[str, Any] = {"id": lue.id}
        anomalie = ""
        if not lue.id or not numeros.est_preuve(lue.id):
            ecrite.pop("id")
            anomalie = f"Le classeur ne numérote pas cette preuve ; il écrit « {lue.id} »." if lue.id else ""
            anomalie = anomalie or "Le classeur ne numérote pas cette preuve."
            self.anomalies.append(f"preuve {rang} de {scenario} : sans numéro" + (f" (« {lue.id} »)" if lue.id else ""))
        elif not self.prendre("preuve", lue.id):
            anomalie = f"Le classeur répète le numéro {lue.id}."
            self.anomalies.append(f"preuve {rang} de {scenario} : numéro répété, {lue.id}")
            if not self.prendre("preuve", f"{lue.id}~{rang}"):
                ecrite.pop("id")
        ecrite["attendu"] = self.rediger(lue.texte, "Le classeur ne décrit pas cette preuve.", lue.id or scenario)
        ecrite["pieces"] = [piece.value for piece in pieces]
        ecrite["conseil"] = conseil(pieces)
        if anomalie:
            ecrite["anomalie"] = anomalie
        return ecrite if "id" in ecrite else {"attendu": ecrite.pop("attendu"), **ecrite}


def _dans_la_grammaire(numero: str) -> str:
    """« EXI EDC PSC 102 » devient « EXI-EDC-PSC.102 » : des mots, puis deux ou trois chiffres."""
    plat = re.sub(r"[^A-Za-z0-9]+", "-", numero).strip("-")
    chiffres = (re.search(r"\d*$", plat) or [""])[0]
    morceaux = [mot for mot in plat[: len(plat) - len(chiffres)].split("-") if mot]
    if not morceaux or not re.fullmatch(r"[A-Za-z]{2,12}", morceaux[0]):
        morceaux.insert(0, "EXI")
    return f"{'-'.join(morceaux[:3])}.{chiffres[-3:].zfill(2) if chiffres else '01'}"


def profil(lue: ExigenceLue) -> str:
    """Le profil du classeur ; « Général » quand il n'en dit pas, quelle que soit son écriture."""
    ecrit = une_ligne(lue.champs.get("profil", ""))
    return PROFIL_GENERAL if ecrit.casefold() in ("", "general", "général") else ecrit


def nature(lue: ExigenceLue) -> Nature:
    """La nature du classeur ; sans cette colonne (export Convergence), un numéro en `p` est une préconisation."""
    ecrite = lue.champs.get("nature", "").strip().casefold()
    preconise = ecrite.startswith(("préco", "preco")) or (not ecrite and lue.id.rstrip().endswith("p"))
    return Nature.PRECONISATION if preconise else Nature.EXIGENCE


def criticite(lue: ExigenceLue) -> Criticite:
    """La criticité du classeur ; « Non définie » quand il n'en dit pas ou dit autre chose."""
    ecrite = lue.champs.get("criticite", "").strip().casefold()
    return next((valeur for valeur in Criticite if valeur.value.casefold() == ecrite), Criticite.NON_DEFINIE)


def une_ligne(texte: str) -> str:
    """Le texte sans retours à la ligne : le catalogue se relit ligne par ligne."""
    return " ".join("".join(signe if signe.isprintable() else " " for signe in texte).split())
