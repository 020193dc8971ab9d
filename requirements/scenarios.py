"""Les scénarios d'une exigence et leurs preuves, lus du YAML ; les numéros déjà pris d'un fichier à l'autre."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import yaml

from requirements import numeros
from requirements.deroule import exiger_deroule, lire_deroule
from requirements.lecture import Champs, Lecture, apercu
from requirements.modele import (
    Classe,
    Couloir,
    Fournisseur,
    Modalite,
    Preuve,
    ScenarioConformite,
    Service,
    TypePiece,
)

_SCENARIO = frozenset(
    (
        "id",
        "titre",
        "attendu",
        "moyen",
        "service",
        "prerequis",
        "anomalie",
        "modalite",
        "fournisseur",
        "non_jugee",
        "deroule",
        "preuves",
    )
)
_PREUVE = frozenset(("id", "attendu", "pieces", "conseil", "anomalie"))


class Reservations:
    """Les numéros déjà pris dans un REM, d'un fichier à l'autre."""

    def __init__(self) -> None:
        self._vus: dict[tuple[str, str], str] = {}

    def reserver(self, genre: str, numero: str, lecture: Lecture, noeud: yaml.Node) -> bool:
        """Retient un numéro ; note une anomalie et rend faux s'il est déjà pris dans ce REM."""
        premier = self._vus.get((genre, numero))
        if premier is not None:
            lecture.noter(
                noeud,
                f"un numéro de {genre} unique dans le REM",
                f"« {numero} », déjà écrit en {premier}",
                "retirer la répétition ou corriger le numéro",
            )
            return False
        self._vus[genre, numero] = f"{lecture.fichier.name}:{noeud.start_mark.line + 1}"
        return True

    def deja_vu(self, genre: str, numero: str) -> bool:
        """Vrai si ce numéro est déjà pris."""
        return (genre, numero) in self._vus


class Scenarios:
    """La lecture des scénarios d'une exigence."""

    def __init__(self, reservations: Reservations, lecture: Lecture, couloir: Couloir) -> None:
        self.reservations = reservations
        self.lecture = lecture
        self.couloir = couloir

    def lire(
        self,
        champs: Champs,
        exigence: yaml.Node,
        numero: str,
        classe: Classe,
        service: Service,
        *,
        champ: str = "scenarios",
    ) -> tuple[ScenarioConformite, ...]:
        """Les scénarios, dans l'ordre ; `classe` et `service` : ceux de l'exigence, à défaut."""
        lecture = self.lecture
        scenarios = []
        titres: set[str] = set()
        noeuds = lecture.elements(champs, champ, exigence, f"l'exigence {numero}", facultatif=True)
        for ordre, noeud in enumerate(noeuds, start=1):
            ligne = lecture.table(noeud, _SCENARIO, "scénario")
            identifiant = lecture.texte(ligne, "id", noeud, "scénario")
            quoi = f"le scénario {identifiant or '(sans numéro)'}"
            anomalie = lecture.redaction(ligne, "anomalie", noeud, quoi, defaut="")
            if identifiant:
                self._numero_scenario(ligne, identifiant, numero, anomalie)
            titre = lecture.redaction(ligne, "titre", noeud, quoi)
            if titre and titre in titres:
                lecture.noter(
                    ligne["titre"], f"des titres distincts dans l'exigence {numero}", apercu(titre), "préciser le titre"
                )
            titres.add(titre)
            moyen = lecture.choix(ligne, "moyen", noeud, quoi, Classe, defaut=classe)
            deroule = lire_deroule(lecture, ligne, noeud, quoi)
            preuves = self._preuves(ligne, noeud, identifiant)
            exiger_deroule(lecture, noeud, quoi, moyen=moyen, deroule=deroule, preuves=preuves)
            scenarios.append(
                ScenarioConformite(
                    id=identifiant,
                    rem=self.couloir.rem,
                    exigence=numero,
                    titre=titre,
                    attendu=lecture.redaction(ligne, "attendu", noeud, quoi),
                    moyen=moyen,
                    service=lecture.choix(ligne, "service", noeud, quoi, Service, defaut=service),
                    ordre=ordre,
                    preuves=preuves,
                    prerequis=lecture.redaction(ligne, "prerequis", noeud, quoi, defaut=""),
                    anomalie=anomalie,
                    modalite=self._modalite(ligne, noeud, quoi),
                    fournisseur=lecture.choix(ligne, "fournisseur", noeud, quoi, Fournisseur, defaut=Fournisseur.PSC),
                    deroule=deroule,
                    non_jugee=lecture.redaction(ligne, "non_jugee", noeud, quoi, defaut=""),
                )
            )
        return tuple(scenarios)

    def reprendre(self, scenarios: tuple[ScenarioConformite, ...], noeud: yaml.Node) -> tuple[ScenarioConformite, ...]:
        """Les scénarios d'une exigence reprise d'un autre couloir ; leurs numéros sont pris dans ce REM aussi."""
        for scenario in scenarios:
            self.reservations.reserver("scénario", scenario.id, self.lecture, noeud)
            for preuve in scenario.preuves:
                self.reservations.reserver("preuve", preuve.repere, self.lecture, noeud)
        return tuple(replace(scenario, rem=self.couloir.rem) for scenario in scenarios)

    def _modalite(self, ligne: Champs, noeud: yaml.Node, quoi: str) -> Modalite | None:
        lecture = self.lecture
        if "modalite" in ligne:
            return lecture.choix(ligne, "modalite", noeud, quoi, Modalite)
        if "fournisseur" in ligne:
            lecture.noter(
                ligne["fournisseur"],
                f"« modalite » avec « fournisseur » pour {quoi}",
                "« fournisseur » seul",
                "dire la modalité réclamée, ou retirer le fournisseur",
            )
        return None

    def _numero_scenario(self, ligne: Champs, identifiant: str, exigence: str, anomalie: str) -> None:
        lecture, noeud = self.lecture, ligne["id"]
        if not numeros.est_scenario(identifiant):
            lecture.noter(
                noeud, "un numéro de scénario comme « INS/va1.01.01 »", apercu(identifiant), "corriger le numéro"
            )
        self.reservations.reserver("scénario", identifiant, lecture, noeud)
        if not numeros.est_forme_sur(identifiant, exigence, self.couloir.prefixe) and not anomalie:
            lecture.noter(
                noeud,
                f"un numéro formé sur celui de l'exigence {exigence}",
                apercu(identifiant),
                "corriger le numéro, ou dire dans « anomalie » pourquoi il est irrégulier",
            )

    def _preuves(self, champs: Champs, scenario: yaml.Node, identifiant: str) -> tuple[Preuve, ...]:
        lecture = self.lecture
        preuves = []
        noeuds = lecture.elements(champs, "preuves", scenario, f"le scénario {identifiant}", facultatif=True)
        for rang, noeud in enumerate(noeuds, start=1):
            ligne = lecture.table(noeud, _PREUVE, "preuve")
            anomalie = lecture.redaction(ligne, "anomalie", noeud, "preuve", defaut="")
            numero = lecture.texte(
                ligne, "id", noeud, f"la preuve {rang} de {identifiant}", defaut="" if anomalie else None
            )
            quoi = f"la preuve {numero or rang} de {identifiant}"
            pieces = tuple(
                lecture.convertir(piece, ligne["pieces"], "pieces", quoi, TypePiece)
                for piece in lecture.textes(ligne, "pieces", noeud, quoi)
            )
            repere = self._repere(ligne, noeud, numero, identifiant, rang, anomalie)
            attendu = lecture.redaction(ligne, "attendu", noeud, quoi)
            conseil = lecture.redaction(ligne, "conseil", noeud, quoi, defaut="")
            preuves.append(Preuve(numero, repere, identifiant, attendu, pieces, anomalie, conseil))
        return tuple(preuves)

    def _repere(self, ligne: Champs, noeud: yaml.Node, numero: str, scenario: str, rang: int, anomalie: str) -> str:
        if not numero:
            repere = f"{scenario}~{rang}"
        elif anomalie and self.reservations.deja_vu("preuve", numero):
            repere = next(r for n in count(rang) if not self.reservations.deja_vu("preuve", r := f"{numero}~{n}"))
        else:
            repere = numero
            if not numeros.est_preuve(numero):
                self.lecture.noter(
                    ligne["id"], "un numéro de preuve comme « INS/va1.01.01.01 »", apercu(numero), "corriger le numéro"
                )
        self.reservations.reserver("preuve", repere, self.lecture, noeud)
        return repere
