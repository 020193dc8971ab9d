"""Ce qu'on sait d'un REM publié dont on n'a pas le classeur : des numéros, et par qui ils ont été lus.

`publication.yaml`, facultatif, à côté de `couloir.yaml`. Rien n'en entre dans le catalogue : une campagne ne joue que
les données de concertation. Seul l'import du classeur officiel dit ce qui a vraiment changé.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import yaml

from requirements import numeros
from requirements.catalogue import Catalogue
from requirements.erreurs import Anomalie, ErreurCatalogue
from requirements.lecture import Champs, Lecture, apercu

FICHIER = "publication.yaml"
_CONFIANCES = ("officielle", "documentee", "secondaire")
_RACINE = frozenset(("document", "revision", "confiance", "source", "exigences_comptees", "numeros"))
_NUMERO = frozenset(("id", "sujet", "proche"))


@dataclass(frozen=True, slots=True)
class NumeroPublie:
    """Un numéro vu dans un REM publié."""

    id: str
    sujet: str = ""
    """De quoi il parle, dans nos mots ; vide quand notre catalogue le dit."""
    proche: str = ""
    """Numéro de notre catalogue dont il paraît venir, à confirmer."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Un REM publié, tel que d'autres l'ont lu."""

    document: str
    revision: dt.date
    confiance: str
    source: str
    exigences_comptees: int
    numeros: tuple[NumeroPublie, ...]


@dataclass(frozen=True, slots=True)
class DevantPublication:
    """Notre catalogue devant ce qu'on sait de la publication."""

    publication: Publication
    couloir: str
    exigences: int
    gardees: dict[str, str]
    """Numéro publié → le nôtre, quand ils sont le même au préfixe près."""
    renumerotees: dict[str, str]
    """Celles devenues propres au REM (`LGC.DMP/UX.10`), ou qui paraissent venir d'une des nôtres."""
    inconnues: tuple[NumeroPublie, ...]

    def en_dict(self) -> dict[str, object]:
        """Pour un programme."""
        publication = self.publication
        return {
            "couloir": self.couloir,
            "document": publication.document,
            "revision": publication.revision.isoformat(),
            "confiance": publication.confiance,
            "source": publication.source,
            "exigences_comptees": publication.exigences_comptees,
            "exigences": self.exigences,
            "gardees": self.gardees,
            "renumerotees": self.renumerotees,
            "inconnues": {numero.id: numero.sujet for numero in self.inconnues},
        }

    def en_texte(self) -> str:
        """Pour une personne."""
        publication = self.publication
        lignes = [
            f"{publication.document}, révision du {publication.revision:%d/%m/%Y}, confiance {publication.confiance} : "
            f"{publication.source}",
            f"{publication.exigences_comptees} exigences y ont été comptées, {len(publication.numeros)} numéros sont "
            f"connus ; notre catalogue {self.couloir} en a {self.exigences}, des données de concertation.",
            f"{len(self.gardees)} numéros connus sont au catalogue, {len(self.renumerotees)} renumérotés, "
            f"{len(self.inconnues)} inconnus de lui. Un numéro absent de cette liste n'est pas pour autant retiré : "
            "seul l'import du classeur officiel le dira (python -m requirements importer).",
        ]
        if self.renumerotees:
            lignes += ["", "Renumérotés :", *(f"  {ancien} → {publie}" for publie, ancien in self.renumerotees.items())]
        if self.inconnues:
            lignes += ["", "Publiés, absents du catalogue :"]
            lignes += [f"  {numero.id} : {numero.sujet}" for numero in self.inconnues]
        return "\n".join(lignes)


def charger_publication(dossier: Path) -> Publication | None:
    """Ce qu'on sait de la publication ; None si rien n'est écrit. Lève `ErreurCatalogue` avec toutes les anomalies."""
    fichier = dossier / FICHIER
    if not fichier.is_file():
        return None
    anomalies: list[Anomalie] = []
    lecture = Lecture(fichier, anomalies)
    racine = lecture.racine()
    publication = _lire(lecture, racine) if racine is not None else None
    if anomalies or publication is None:
        raise ErreurCatalogue(anomalies)
    return publication


def _lire(lecture: Lecture, racine: yaml.Node) -> Publication:
    champs = lecture.table(racine, _RACINE, "publication")
    confiance = lecture.texte(champs, "confiance", racine, "la publication")
    if confiance and confiance not in _CONFIANCES:
        attendu = f"« confiance » parmi {', '.join(_CONFIANCES)}"
        lecture.noter(champs["confiance"], attendu, apercu(confiance), "choisir une des valeurs admises")
    comptees = lecture.texte(champs, "exigences_comptees", racine, "la publication")
    if comptees and not comptees.isdigit():
        lecture.noter(champs["exigences_comptees"], "un nombre entier", apercu(comptees), "corriger le nombre")
    return Publication(
        document=lecture.texte(champs, "document", racine, "la publication"),
        revision=_date(lecture, champs, racine),
        confiance=confiance,
        source=lecture.redaction(champs, "source", racine, "la publication"),
        exigences_comptees=int(comptees) if comptees.isdigit() else 0,
        numeros=_numeros(lecture, champs, racine),
    )


def _date(lecture: Lecture, champs: Champs, racine: yaml.Node) -> dt.date:
    ecrite = lecture.texte(champs, "revision", racine, "la publication")
    try:
        return dt.date.fromisoformat(ecrite)
    except ValueError:
        if ecrite:
            lecture.noter(champs["revision"], "une date AAAA-MM-JJ", apercu(ecrite), "corriger la date de révision")
        return dt.date.min


def _numeros(lecture: Lecture, champs: Champs, racine: yaml.Node) -> tuple[NumeroPublie, ...]:
    lus: dict[str, NumeroPublie] = {}
    for noeud in lecture.elements(champs, "numeros", racine, "la publication"):
        ligne = lecture.table(noeud, _NUMERO, "numéro publié")
        numero = lecture.texte(ligne, "id", noeud, "numéro publié")
        if numero and not numeros.est_exigence(numero):
            lecture.noter(
                ligne["id"], "un numéro d'exigence comme « SC.MSS/CONF.27 »", apercu(numero), "corriger le numéro"
            )
        if numero in lus:
            lecture.noter(noeud, "chaque numéro une fois", apercu(numero), "retirer la répétition")
        sujet = lecture.redaction(ligne, "sujet", noeud, f"le numéro {numero}", defaut="")
        proche = lecture.texte(ligne, "proche", noeud, f"le numéro {numero}", defaut="")
        lus[numero] = NumeroPublie(numero, sujet, proche)
    return tuple(lus.values())


def devant_publication(catalogue: Catalogue, publication: Publication) -> DevantPublication:
    """Ce que notre catalogue garde, renumérote ou ignore de ce qu'on sait de la publication."""
    prefixe = catalogue.couloir.prefixe
    notres = {numeros.sans_prefixe(exigence.id, prefixe): exigence.id for exigence in catalogue.exigences}
    gardees: dict[str, str] = {}
    renumerotees: dict[str, str] = {}
    inconnues: list[NumeroPublie] = []
    for publie in publication.numeros:
        ancien = notres.get(numeros.sans_prefixe(publie.id, prefixe))
        if ancien is None:
            inconnues.append(publie)
            if publie.proche in notres.values():
                renumerotees[publie.id] = publie.proche
            continue
        gardees[publie.id] = ancien
        # Un tiers écrit souvent le numéro sans le préfixe du REM : ce n'est pas un nouveau numéro.
        if publie.id.removeprefix("SC.") not in (ancien, ancien.removeprefix(f"{prefixe}.")):
            renumerotees[publie.id] = ancien
    return DevantPublication(
        publication, catalogue.couloir.couloir, len(catalogue.exigences), gardees, renumerotees, tuple(inconnues)
    )
