"""Du YAML d'un couloir aux valeurs figées du modèle, avec une anomalie précise par faute."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from requirements.erreurs import Anomalie, ErreurCatalogue
from requirements.lecture import Champs, Lecture, apercu
from requirements.modele import Couloir, DocumentProduit, Exigence, Source
from requirements.reprises import Origines
from requirements.scenarios import Reservations
from requirements.section import Section

_COULOIR = frozenset(("couloir", "rem", "type_logiciel", "titre", "prefixe", "profils", "sources", "documents"))
_DOCUMENT = frozenset(("nom", "code", "libelle", "niveaux", "resultats"))
_NIVEAUX = ("N1", "N3")
_SOURCE = frozenset(("code", "titre", "date", "statut"))


class Chargement:
    """Le chargement d'un dossier de couloir."""

    def __init__(self, dossier: Path, *, reprises: bool = True) -> None:
        """Sans `reprises`, seules les exigences rédigées dans ce dossier sont lues."""
        self.dossier = dossier
        self._origines = Origines(dossier, _redigees) if reprises else None
        self.anomalies: list[Anomalie] = []
        self._reservations = Reservations()

    def lire(self) -> tuple[Couloir, tuple[Exigence, ...]]:
        """Le couloir et ses exigences ; lève `ErreurCatalogue` avec toutes les anomalies trouvées."""
        fichiers = fichiers_de_sections(self.dossier)
        couloir = self._couloir(tuple(sorted({vague for vague, _ in fichiers})))
        exigences: list[Exigence] = []
        if couloir is not None:
            sources = {source.code: source for source in couloir.sources}
            for vague, fichier in fichiers:
                section = Section(self._reservations, self.anomalies, couloir, sources, vague, fichier, self._origines)
                exigences.extend(section.lire())
            if not fichiers:
                Lecture(self.dossier, self.anomalies).noter(
                    0, "au moins un fichier vague-N/<section>.yaml", "aucun", "ajouter les exigences du couloir"
                )
        if self.anomalies or couloir is None:
            raise ErreurCatalogue(self.anomalies)
        return couloir, tuple(exigences)

    def type_logiciel(self) -> str:
        """Le type de logiciel du couloir, sans lire ses exigences."""
        couloir = self._couloir(())
        if couloir is None or self.anomalies:
            raise ErreurCatalogue(self.anomalies)
        return couloir.type_logiciel

    def _couloir(self, vagues: tuple[int, ...]) -> Couloir | None:
        lecture = Lecture(self.dossier / "couloir.yaml", self.anomalies)
        racine = lecture.racine()
        if racine is None:
            return None
        champs = lecture.table(racine, _COULOIR, "couloir")
        nom = lecture.texte(champs, "couloir", racine, "couloir")
        if nom and nom != self.dossier.name:
            lecture.noter(
                champs["couloir"], f"« {self.dossier.name} », le nom du dossier", apercu(nom), "aligner les deux noms"
            )
        return Couloir(
            couloir=nom,
            rem=lecture.texte(champs, "rem", racine, "couloir"),
            type_logiciel=lecture.texte(champs, "type_logiciel", racine, "couloir"),
            titre=lecture.texte(champs, "titre", racine, "couloir"),
            prefixe=lecture.texte(champs, "prefixe", racine, "couloir"),
            profils=lecture.textes(champs, "profils", racine, "couloir"),
            vagues=vagues,
            sources=self._sources(lecture, champs, racine),
            documents=self._documents(lecture, champs, racine),
        )

    def _documents(self, lecture: Lecture, champs: Champs, racine: yaml.Node) -> tuple[DocumentProduit, ...]:
        if "documents" not in champs:
            return ()
        produits: list[DocumentProduit] = []
        for noeud in lecture.elements(champs, "documents", racine, "couloir"):
            ligne = lecture.table(noeud, _DOCUMENT, "document")
            niveaux = lecture.textes(ligne, "niveaux", noeud, "document")
            for niveau in niveaux:
                if niveau not in _NIVEAUX:
                    lecture.noter(ligne["niveaux"], "des niveaux N1 ou N3", apercu(niveau), "corriger le niveau de CDA")
            produits.append(
                DocumentProduit(
                    nom=lecture.texte(ligne, "nom", noeud, "document"),
                    code=lecture.texte(ligne, "code", noeud, "document"),
                    libelle=lecture.texte(ligne, "libelle", noeud, "document"),
                    niveaux=niveaux,
                    resultats=lecture.booleen(ligne, "resultats", "document"),
                )
            )
        noms = [produit.nom for produit in produits]
        if len(set(noms)) != len(noms):
            lecture.noter(champs["documents"], "des noms distincts", apercu(", ".join(noms)), "renommer un document")
        return tuple(produits)

    def _sources(self, lecture: Lecture, champs: Champs, racine: yaml.Node) -> tuple[Source, ...]:
        sources: dict[str, Source] = {}
        for noeud in lecture.elements(champs, "sources", racine, "couloir"):
            ligne = lecture.table(noeud, _SOURCE, "source")
            code = lecture.texte(ligne, "code", noeud, "source")
            ecrite = lecture.texte(ligne, "date", noeud, "source")
            try:
                date = dt.date.fromisoformat(ecrite)
            except ValueError:
                date = dt.date.min
                if ecrite:
                    lecture.noter(ligne["date"], "une date AAAA-MM-JJ", apercu(ecrite), "corriger la date de la source")
            if code in sources:
                lecture.noter(noeud, "des codes de source distincts", apercu(code), "renommer ou retirer la source")
            titre = lecture.texte(ligne, "titre", noeud, "source")
            sources[code] = Source(code, titre, date, lecture.texte(ligne, "statut", noeud, "source"))
        return tuple(sources.values())


def _redigees(dossier: Path) -> tuple[Exigence, ...]:
    return Chargement(dossier, reprises=False).lire()[1]


def fichiers_de_sections(dossier: Path) -> list[tuple[int, Path]]:
    """Les fichiers de section d'un couloir, par vague puis par nom : l'ordre du catalogue."""
    trouves: list[tuple[int, Path]] = []
    for sous_dossier in dossier.glob("vague-*"):
        rang = sous_dossier.name.removeprefix("vague-")
        if rang.isdigit():
            trouves.extend((int(rang), fichier) for fichier in sous_dossier.glob("*.yaml"))
    return sorted(trouves, key=lambda couple: (couple[0], couple[1].name))
