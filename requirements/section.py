"""Un fichier de section : les valeurs communes, puis chaque exigence ; ses scénarios sont lus par `scenarios.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from requirements import numeros
from requirements.erreurs import Anomalie, ErreurCatalogue
from requirements.lecture import Champs, Lecture, apercu, joindre
from requirements.modele import Classe, Couloir, Criticite, Exigence, Nature, Service, Source
from requirements.reprises import AUCUNE, Origines, RepriseImpossible
from requirements.scenarios import Reservations, Scenarios

_COMMUNS = (
    "section",
    "source",
    "profil",
    "statut",
    "nature",
    "criticite",
    "bloc",
    "fonction",
    "classe",
    "service",
)
"""Les champs que le fichier dit une fois pour ses exigences, et que chacune peut redire."""

_HERITES = ("reprend", *_COMMUNS)
_FICHIER = frozenset((*_HERITES, "id_section", "exigences"))
_EXIGENCE = frozenset(
    (
        *_HERITES,
        "id",
        "ids_vague1",
        "id_socle",
        "resume",
        "precontrole",
        "non_verifiee",
        "feature_impropre",
        "scenarios",
        "supplements",
    )
)
_VALEURS = (*_COMMUNS, "ids_vague1", "id_socle", "resume", "precontrole", "non_verifiee")
"""Les champs d'une exigence qui se lisent seuls, sous le même nom que dans le modèle."""

_LISTES: Mapping[str, type[Enum]] = {"nature": Nature, "criticite": Criticite, "classe": Classe, "service": Service}

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
        origines: Origines | None = None,
    ) -> None:
        """`origines` : d'où les exigences se reprennent ; sans elles, seules celles rédigées ici sont rendues."""
        self.reservations = reservations
        self.couloir = couloir
        self.sources = sources
        self.vague = vague
        self.origines = origines
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
        noeuds = self.lecture.elements(champs, "exigences", racine, "fichier de section")
        return [self._exigence(noeud) for noeud in noeuds if self.origines is not None or self._redigee_ici(noeud)]

    def _redigee_ici(self, noeud: yaml.Node) -> bool:
        propres = self.lecture.table(noeud, _EXIGENCE, "exigence")
        return self.lecture.texte({**self.communs, **propres}, "reprend", noeud, "exigence", defaut=AUCUNE) == AUCUNE

    def _exigence(self, noeud: yaml.Node) -> Exigence:
        propres = self.lecture.table(noeud, _EXIGENCE, "exigence")
        numero = self.lecture.texte(propres, "id", noeud, "exigence")
        quoi = f"l'exigence {numero or '(sans numéro)'}"
        if numero:
            if not numeros.est_exigence(numero):
                self.lecture.noter(
                    propres["id"], "un numéro d'exigence comme « INS/va1.01 »", apercu(numero), "corriger le numéro"
                )
            self.reservations.reserver("exigence", numero, self.lecture, propres["id"])
        reprise = self._reprise({**self.communs, **propres}, noeud, numero)
        exigence = (
            self._redigee({**self.communs, **propres}, noeud, numero, quoi)
            if reprise is None
            else self._reprendre(reprise, propres, noeud, quoi)
        )
        self._exiger_une_issue(exigence, propres, noeud, quoi)
        return self._sans_feature(exigence, propres, noeud, quoi)

    def _sans_feature(self, exigence: Exigence, propres: Champs, noeud: yaml.Node, quoi: str) -> Exigence:
        """Confie à une personne ce qu'une feature commune jouerait mal pour ce REM, avec la raison écrite ici."""
        raison = self.lecture.redaction(propres, "feature_impropre", noeud, quoi, defaut="")
        if not raison:
            return exigence
        scenarios = tuple(
            replace(s, feature_impropre=raison, non_jugee="" if s.moyen is Classe.HUMAIN else raison)
            for s in exigence.scenarios
        )
        return replace(exigence, scenarios=scenarios)

    def _reprise(self, champs: Champs, noeud: yaml.Node, numero: str) -> Exigence | None:
        couloir = self.lecture.texte(champs, "reprend", noeud, "exigence", defaut=AUCUNE)
        if couloir == AUCUNE or not (couloir and numero) or self.origines is None:
            return None
        try:
            return self.origines.exigence(couloir, numero)
        except RepriseImpossible as erreur:
            self.lecture.noter(noeud, erreur.attendu, erreur.recu, erreur.a_faire)
        except ErreurCatalogue as erreur:
            premiere = erreur.anomalies[0] if erreur.anomalies else erreur
            self.lecture.noter(
                noeud, f"un couloir {couloir} lisible", apercu(str(premiere)), f"corriger d'abord le couloir {couloir}"
            )
        return None

    def _redigee(self, champs: Champs, noeud: yaml.Node, numero: str, quoi: str) -> Exigence:
        """Une exigence rédigée ici : ses champs, à défaut ceux du fichier."""
        lire = partial(self._valeur, champs=champs, noeud=noeud, numero=numero, quoi=quoi)
        classe, service = lire("classe"), lire("service")
        return Exigence(
            id=numero,
            id_court=numero.removeprefix(f"{self.couloir.prefixe}."),
            rem=self.couloir.rem,
            vague=self.vague,
            id_section=self.id_section,
            classe=classe,
            service=service,
            scenarios=self.scenarios.lire(champs, noeud, numero, classe, service),
            supplements=self.scenarios.lire(champs, noeud, numero, classe, service, champ="supplements"),
            **{nom: lire(nom) for nom in _VALEURS if nom not in ("classe", "service")},
        )

    def _reprendre(self, reprise: Exigence, propres: Champs, noeud: yaml.Node, quoi: str) -> Exigence:
        """Une exigence rédigée ailleurs : ce qui n'est pas redit ici vient de là, jamais des valeurs du fichier."""
        lire = partial(self._valeur, champs=propres, noeud=noeud, numero=reprise.id, quoi=quoi)
        redits = {nom: lire(nom) for nom in _VALEURS if nom in propres}
        redits.setdefault("ids_vague1", ())  # ceux de l'origine désignent le REM de l'origine
        if "section" in self.communs:
            redits.setdefault("section", self._texte("section", self.communs, noeud, quoi))
        exigence = replace(reprise, rem=self.couloir.rem, vague=self.vague, id_section=self.id_section, **redits)
        if exigence.profil not in self.couloir.profils:
            self._reference({}, "profil", noeud, quoi, self.couloir.profils, "couloir.yaml", defaut=exigence.profil)
        if "scenarios" in propres:
            siens = self.scenarios.lire(propres, noeud, exigence.id, exigence.classe, exigence.service)
            # La raison de n'être pas vérifiée, là-bas, ne vaut plus ici.
            raison = exigence.non_verifiee if "non_verifiee" in propres else ""
            return replace(exigence, scenarios=siens, supplements=(), non_verifiee=raison)
        return replace(exigence, scenarios=self.scenarios.reprendre(exigence.scenarios, noeud), supplements=())

    def _exiger_une_issue(self, exigence: Exigence, propres: Champs, noeud: yaml.Node, quoi: str) -> None:
        lecture = self.lecture
        if not exigence.scenarios and not exigence.non_verifiee:
            lecture.noter(
                noeud,
                f"« non_verifiee » pour {quoi}, qui n'a aucun scénario",
                "rien",
                "dire pourquoi elle n'est pas vérifiée",
            )
        if exigence.scenarios and exigence.non_verifiee:
            lecture.noter(
                propres.get("non_verifiee", noeud),
                f"pas de « non_verifiee » : {quoi} a des scénarios",
                apercu(exigence.non_verifiee),
                "retirer le champ",
            )

    def _valeur(self, nom: str, *, champs: Champs, noeud: yaml.Node, numero: str, quoi: str) -> Any:
        """Un champ d'exigence, lu et vérifié ; `nom` est celui du champ dans le YAML et dans le modèle."""
        lecture = self.lecture
        match nom:
            case "nature" | "criticite" | "classe" | "service":
                return lecture.choix(champs, nom, noeud, quoi, _LISTES[nom])
            case "resume":
                return lecture.redaction(champs, nom, noeud, quoi)
            case "non_verifiee":
                return lecture.redaction(champs, nom, noeud, quoi, defaut="")
            case "profil":
                return self._reference(champs, nom, noeud, quoi, self.couloir.profils, "couloir.yaml")
            case "source":
                return self._source(champs, noeud, quoi)
            case "ids_vague1":
                return self._ids_vague1(champs, noeud, quoi)
            case "id_socle":
                return self._socle(champs, noeud, numero, quoi)
            case "precontrole":
                return self._precontrole(champs, noeud, quoi)
            case _:
                return self._texte(nom, champs, noeud, quoi)

    def _texte(self, nom: str, champs: Champs, noeud: yaml.Node, quoi: str) -> str:
        return self.lecture.texte(champs, nom, noeud, quoi)

    def _precontrole(self, champs: Champs, noeud: yaml.Node, quoi: str) -> Classe | None:
        if "precontrole" not in champs:
            return None
        precontrole = self.lecture.choix(champs, "precontrole", noeud, quoi, Classe)
        if precontrole not in (Classe.RESEAU, Classe.FICHIER):
            self.lecture.noter(
                champs["precontrole"],
                "« precontrole » parmi reseau, fichier",
                apercu(precontrole),
                "corriger ou retirer",
            )
        return precontrole

    def _reference(
        self,
        champs: Champs,
        nom: str,
        noeud: yaml.Node,
        quoi: str,
        admis: tuple[str, ...],
        ou: str,
        *,
        defaut: str | None = None,
    ) -> str:
        valeur = self.lecture.texte(champs, nom, noeud, quoi, defaut=defaut)
        if valeur and valeur not in admis:
            self.lecture.noter(
                champs.get(nom, noeud),
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
