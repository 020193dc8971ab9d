"""Un fichier de section : les valeurs communes, puis chaque exigence ; ses scénarios sont lus par `scenarios.py`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from requirements import numeros
from requirements.erreurs import Anomalie
from requirements.lecture import Champs, Lecture, apercu, joindre
from requirements.modele import Classe, Couloir, Criticite, Exigence, Nature, Service, Source
from requirements.scenarios import Reservations, Scenarios

_HERITES = ("section", "source", "profil", "statut", "nature", "criticite", "bloc", "fonction", "classe", "service")
_FICHIER = frozenset((*_HERITES, "id_section", "exigences"))
_EXIGENCE = frozenset((*_HERITES, "id", "ids_vague1", "id_socle", "resume", "precontrole", "non_verifiee", "scenarios"))
SANS_SOCLE = "aucun"
"""Valeur de `id_socle` pour une exigence propre au REM dont le numéro n'a pas de préfixe."""


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
        self.scenarios = Scenarios(reservations, self.lecture, couloir)
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
        scenarios = self.scenarios.lire(propres, noeud, numero, classe, service)
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
