"""Le journal en lignes JSON : un enregistrement par ligne, tel qu'il est chaîné ; et l'inverse.

Une ligne est le JSON canonique de l'enregistrement et de ses deux empreintes. Le chaînage se recalcule donc depuis le
fichier seul, sans SQLite et sans nous.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.socle import base
from simulators.socle.chaine import ORIGINE, canonique, chainer, horodater, lire_horodatage
from simulators.socle.citations import citations
from simulators.socle.journal import TYPES, JournalEchanges
from simulators.socle.verification_chaine import index

CHAMPS = frozenset({"donnees", "empreinte", "horodatage", "numero", "precedent", "type"})
EMPREINTE = re.compile(r"[0-9a-f]{64}")


class LigneRefusee(ValueError):
    """Cette ligne n'est pas un enregistrement ; le message dit en quoi."""


@dataclass(frozen=True, slots=True)
class LigneJournal:
    """Un enregistrement relu d'une ligne, forme vérifiée, chaîne non vérifiée."""

    numero: int
    type: str
    horodatage: str
    donnees: dict[str, Any]
    precedent: str
    empreinte: str

    @property
    def calculee(self) -> str:
        """L'empreinte que cet enregistrement doit porter, d'après ce qu'il contient."""
        return chainer(self.precedent, self.numero, self.type, self.horodatage, canonique(self.donnees))

    @property
    def corps(self) -> tuple[tuple[str, int | None], ...]:
        """Empreinte et taille des corps cités."""
        return tuple(citations(self.type, self.donnees))


def exporter(journal: JournalEchanges) -> Iterator[bytes]:
    """Les lignes du journal, dans l'ordre, chacune terminée par un saut de ligne."""
    for lu in journal.enregistrements():
        yield (
            f'{{"donnees":{lu.donnees_brutes},"empreinte":"{lu.empreinte}",'
            f'"horodatage":"{horodater(lu.horodatage)}","numero":{lu.numero},'
            f'"precedent":"{lu.precedent}","type":"{lu.type}"}}\n'
        ).encode()


def lire_ligne(ligne: bytes) -> LigneJournal:
    """Relit une ligne, saut de ligne compris ; `LigneRefusee` si elle n'est pas exactement celle qu'on écrirait."""
    try:
        texte = ligne.decode("utf-8")
        brut = json.loads(texte)
    except (UnicodeDecodeError, ValueError, RecursionError) as erreur:
        raise LigneRefusee(f"JSON illisible ({erreur})") from erreur
    if not isinstance(brut, dict) or set(brut) != CHAMPS:
        raise LigneRefusee(f"champs attendus : {', '.join(sorted(CHAMPS))}")
    try:
        if canonique(brut) + "\n" != texte:
            raise LigneRefusee("la ligne n'est pas sous sa forme canonique : un caractère y a changé")
        relue = LigneJournal(**brut)
        _controler(relue)
    except LigneRefusee:
        raise
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as erreur:
        raise LigneRefusee(f"valeur absente ou inattendue ({erreur})") from erreur
    return relue


def _controler(ligne: LigneJournal) -> None:
    if type(ligne.numero) is not int or not 0 < ligne.numero < 2**63:
        raise LigneRefusee(f"numero : un entier positif est attendu, reçu {str(ligne.numero)[:80]!r}")
    if ligne.type not in TYPES:
        raise LigneRefusee(f"type inconnu : {str(ligne.type)[:80]!r}")
    if not isinstance(ligne.donnees, dict):
        raise LigneRefusee("donnees : un objet est attendu")
    for nom in ("precedent", "empreinte"):
        if not EMPREINTE.fullmatch(getattr(ligne, nom)):
            raise LigneRefusee(f"{nom} : un SHA-256 en hexadécimal est attendu")
    if horodater(lire_horodatage(ligne.horodatage)) != ligne.horodatage:
        raise LigneRefusee(f"horodatage : forme attendue {horodater(lire_horodatage(ligne.horodatage))}")
    for sha256, taille in ligne.corps:
        # Le nom d'un corps devient un chemin : rien d'autre qu'une empreinte ne doit y passer.
        if not EMPREINTE.fullmatch(sha256) or not (taille is None or (type(taille) is int and taille >= 0)):
            raise LigneRefusee(f"corps cité par {str(sha256)[:80]!r} : un SHA-256 et une taille sont attendus")


@dataclass(frozen=True, slots=True)
class AnomalieJournal:
    """Ce qui ne va pas dans le journal. `ligne` : rang dans le fichier, depuis 1 ; `numero` : de l'enregistrement."""

    ligne: int
    numero: int | None
    message: str


def controler_lignes(
    lignes: Iterable[bytes],
    anomalies: list[AnomalieJournal],
    corps: Callable[[str], int | None] | None = None,
) -> Iterator[LigneJournal]:
    """Relit toutes les lignes et recalcule la chaîne ; rend ce qui se lit, ajoute à `anomalies` ce qui ne va pas.

    `corps` : taille du corps de cette empreinte, None s'il manque ; sans elle, les corps ne sont pas contrôlés.
    """
    vus: set[int] = set()
    precedent, attendu, apres_trou = ORIGINE, 1, False
    for rang, brute in enumerate(lignes, start=1):
        try:
            ligne = lire_ligne(brute)
        except LigneRefusee as refus:
            anomalies.append(AnomalieJournal(rang, attendu, f"enregistrement {attendu} : {refus}"))
            attendu, apres_trou = attendu + 1, True
            continue
        messages = [*_chaine(ligne, attendu, precedent, vus, apres_trou=apres_trou)]
        if corps is not None:
            messages += _corps(ligne, corps)
        anomalies += [AnomalieJournal(rang, ligne.numero, message) for message in messages]
        vus.add(ligne.numero)
        precedent, attendu, apres_trou = ligne.empreinte, max(attendu, ligne.numero + 1), False
        yield ligne


def _chaine(ligne: LigneJournal, attendu: int, precedent: str, vus: set[int], *, apres_trou: bool) -> Iterator[str]:
    numero = ligne.numero
    if numero in vus:
        yield f"enregistrement {numero} : présent deux fois ; l'un des deux a été ajouté"
    elif numero > attendu:
        manquants = f"{attendu}" if numero == attendu + 1 else f"{attendu} à {numero - 1}"
        yield f"enregistrement {manquants} absent de sa place : {numero} y est ; retiré, ou déplacé"
    elif numero < attendu:
        yield f"enregistrement {numero} : hors de sa place, après le {attendu - 1} ; déplacé"
    if ligne.precedent != precedent and not apres_trou:
        yield (
            f"enregistrement {numero} : suit l'empreinte {ligne.precedent[:16]}…, alors que l'enregistrement qui le "
            f"précède porte {precedent[:16]}…"
        )
    if ligne.calculee != ligne.empreinte:
        yield (
            f"enregistrement {numero} ({ligne.type}) : son contenu a changé ; empreinte attendue "
            f"{ligne.empreinte}, calculée {ligne.calculee}"
        )


def _corps(ligne: LigneJournal, taille_de: Callable[[str], int | None]) -> Iterator[str]:
    for sha256, taille in ligne.corps:
        trouvee = taille_de(sha256)
        if trouvee is None:
            yield f"enregistrement {ligne.numero} : le corps {sha256} qu'il cite est absent"
        elif taille is not None and taille != trouvee:
            yield f"enregistrement {ligne.numero} : corps {sha256}, {taille} octets annoncés, {trouvee} trouvés"


def importer(lignes: Iterable[LigneJournal], dossier: Path) -> Path:
    """Rebâtit `journal.sqlite` ; `FileExistsError` s'il y en a un, `ValueError` si un numéro se répète."""
    dossier.mkdir(parents=True, exist_ok=True)
    chemin = dossier / base.FICHIER
    if chemin.exists():
        raise FileExistsError(f"un journal existe déjà dans {dossier}")
    with closing(base.ouvrir(dossier, creer=True)) as connexion:
        connexion.execute("BEGIN")
        try:
            for ligne in lignes:
                base.inserer(connexion, _valeurs(ligne))
        except sqlite3.IntegrityError as erreur:
            raise ValueError(f"deux enregistrements portent le même numéro ({erreur})") from erreur
        connexion.execute("COMMIT")
        # Un dossier extrait se relit aussi depuis un support en lecture seule : pas de fichier -wal à côté.
        connexion.execute("PRAGMA journal_mode=DELETE")
    return chemin


def _valeurs(ligne: LigneJournal) -> tuple[object, ...]:
    scenario, service, operation = index(ligne.donnees)
    return (
        ligne.numero,
        ligne.type,
        ligne.horodatage,
        scenario,
        service,
        operation,
        canonique(ligne.donnees),
        ligne.precedent,
        ligne.empreinte,
    )
