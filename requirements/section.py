"""Un fichier de section : les valeurs communes, puis chaque exigence, ses scénarios et leurs preuves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from requirements import numeros
from requirements.deroule import exiger_deroule, lire_deroule
from requirements.erreurs import Anomalie
from requirements.lecture import Champs, Lecture, apercu, joindre
from requirements.modele import (
    Classe,
    Couloir,
    Criticite,
    Exigence,
    Fournisseur,
    Modalite,
    Nature,
    Preuve,
    ScenarioConformite,
    Service,
    Source,
    TypePiece,
)

_HERITES = ("section", "source", "profil", "statut", "nature", "criticite", "bloc", "fonction", "classe", "service")
_FICHIER = frozenset((*_HERITES, "id_section", "exigences"))
_EXIGENCE = frozenset((*_HERITES, "id", "ids_vague1", "id_socle", "resume", "precontrole", "non_verifiee", "scenarios"))
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

SANS_SOCLE = "aucun"
"""Valeur de `id_socle` pour une exigence propre au REM dont le numéro n'a pas de préfixe."""


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


class Section:
    """La lecture d'un fichier de section : valeurs communes du fichier, puis chaque exigence."""

    def __init__(
        self,
        reservations: Reservations,
        anomalies: list[Anomalie],
        couloir: Couloir,
        sources: dict[str, Source],
        vague: int,
        fichier: Path,
    ) -> None:
        self.reservations = reservations
        self.couloir = couloir
        self.sources = sources
        self.vague = vague
        self.lecture = Lecture(fichier, anomalies)
        self.communs: Champs = {}
        self.id_section = ""

    def lire(self) -> list[Exigence]:
        racine = self.lecture.racine()
        if racine is None:
            return []
        champs = self.lecture.table(racine, _FICHIER, "fichier de section")
        self.id_section = self.lecture.texte(champs, "id_section", racine, "fichier de section")
        if self.id_section:
            self.reservations.reserver(
                f"section de la vague {self.vague}", self.id_section, self.lecture, champs["id_section"]
            )
        self.communs = {nom: champs[nom] for nom in _HERITES if nom in champs}
        return [
            self._exigence(noeud) for noeud in self.lecture.elements(champs, "exigences", racine, "fichier de section")
        ]

    def _exigence(self, noeud: yaml.Node) -> Exigence:
        lecture, couloir = self.lecture, self.couloir
        propres = lecture.table(noeud, _EXIGENCE, "exigence")
        champs = {**self.communs, **propres}
        numero = lecture.texte(champs, "id", noeud, "exigence")
        quoi = f"l'exigence {numero or '(sans numéro)'}"
        if numero:
            if not numeros.est_exigence(numero):
                lecture.noter(
                    champs["id"], "un numéro d'exigence comme « INS/va1.01 »", apercu(numero), "corriger le numéro"
                )
            self.reservations.reserver("exigence", numero, lecture, champs["id"])
        classe = lecture.choix(champs, "classe", noeud, quoi, Classe)
        service = lecture.choix(champs, "service", noeud, quoi, Service)
        scenarios = self._scenarios(propres, noeud, numero, classe, service)
        raison = lecture.redaction(champs, "non_verifiee", noeud, quoi, defaut="")
        if not scenarios and not raison:
            lecture.noter(
                noeud,
                f"« non_verifiee » pour {quoi}, qui n'a aucun scénario",
                "rien",
                "dire pourquoi elle n'est pas vérifiée",
            )
        if scenarios and raison:
            lecture.noter(
                champs["non_verifiee"],
                f"pas de « non_verifiee » : {quoi} a des scénarios",
                apercu(raison),
                "retirer le champ",
            )
        precontrole = None
        if "precontrole" in champs:
            precontrole = lecture.choix(champs, "precontrole", noeud, quoi, Classe)
            if precontrole not in (Classe.RESEAU, Classe.FICHIER):
                lecture.noter(
                    champs["precontrole"],
                    "« precontrole » parmi reseau, fichier",
                    apercu(precontrole),
                    "corriger ou retirer",
                )
        return Exigence(
            id=numero,
            id_court=numero.removeprefix(f"{couloir.prefixe}."),
            ids_vague1=self._ids_vague1(champs, noeud, quoi),
            id_socle=self._socle(champs, noeud, numero, quoi),
            rem=couloir.rem,
            vague=self.vague,
            profil=self._reference(champs, "profil", noeud, quoi, couloir.profils, "couloir.yaml"),
            id_section=self.id_section,
            section=lecture.texte(champs, "section", noeud, quoi),
            bloc=lecture.texte(champs, "bloc", noeud, quoi),
            fonction=lecture.texte(champs, "fonction", noeud, quoi),
            nature=lecture.choix(champs, "nature", noeud, quoi, Nature),
            criticite=lecture.choix(champs, "criticite", noeud, quoi, Criticite),
            statut=lecture.texte(champs, "statut", noeud, quoi),
            resume=lecture.redaction(champs, "resume", noeud, quoi),
            classe=classe,
            service=service,
            source=self._source(champs, noeud, quoi),
            scenarios=scenarios,
            precontrole=precontrole,
            non_verifiee=raison,
        )

    def _reference(self, champs: Champs, nom: str, noeud: yaml.Node, quoi: str, admis: tuple[str, ...], ou: str) -> str:
        valeur = self.lecture.texte(champs, nom, noeud, quoi)
        if valeur and valeur not in admis:
            self.lecture.noter(
                champs[nom],
                f"« {nom} » de {quoi} parmi {joindre(admis)}",
                apercu(valeur),
                f"corriger, ou déclarer la valeur dans {ou}",
            )
        return valeur

    def _source(self, champs: Champs, noeud: yaml.Node, quoi: str) -> Source:
        code = self._reference(champs, "source", noeud, quoi, tuple(self.sources), "couloir.yaml")
        return self.sources.get(code) or Source(code, "", dt.date.min, "")

    def _ids_vague1(self, champs: Champs, noeud: yaml.Node, quoi: str) -> tuple[str, ...]:
        valeurs = self.lecture.textes(champs, "ids_vague1", noeud, quoi, facultatif=True)
        for valeur in valeurs:
            if not numeros.ID_VAGUE1.fullmatch(valeur):
                self.lecture.noter(
                    champs["ids_vague1"],
                    "des numéros de vague 1 comme « SGL.INS.01 »",
                    apercu(valeur),
                    "corriger le numéro",
                )
        return valeurs

    def _socle(self, champs: Champs, noeud: yaml.Node, numero: str, quoi: str) -> str:
        """Sauf mention contraire, `SC.` suivi du numéro ; rien quand le numéro porte le préfixe du REM."""
        defaut = "" if numero.startswith(f"{self.couloir.prefixe}.") else f"SC.{numero}"
        valeur = self.lecture.texte(champs, "id_socle", noeud, quoi, defaut=defaut)
        if valeur == SANS_SOCLE:
            return ""
        if "id_socle" in champs and not valeur.startswith("SC."):
            self.lecture.noter(
                champs["id_socle"],
                f"« id_socle » en « SC.… », ou « {SANS_SOCLE} »",
                apercu(valeur),
                "corriger le numéro",
            )
        return valeur

    def _scenarios(
        self, champs: Champs, exigence: yaml.Node, numero: str, classe: Classe, service: Service
    ) -> tuple[ScenarioConformite, ...]:
        lecture = self.lecture
        scenarios = []
        titres: set[str] = set()
        noeuds = lecture.elements(champs, "scenarios", exigence, f"l'exigence {numero}", facultatif=True)
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
        court = exigence.removeprefix(f"{self.couloir.prefixe}.")
        sien = identifiant in (exigence, court) or identifiant.startswith((f"{exigence}.", f"{court}."))
        if not sien and not anomalie:
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
            repere = f"{numero}~{rang}"
        else:
            repere = numero
            if not numeros.est_preuve(numero):
                self.lecture.noter(
                    ligne["id"], "un numéro de preuve comme « INS/va1.01.01.01 »", apercu(numero), "corriger le numéro"
                )
        self.reservations.reserver("preuve", repere, self.lecture, noeud)
        return repere
