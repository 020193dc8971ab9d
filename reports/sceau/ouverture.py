"""Ouvrir un dossier scellé sans risque, et en rebâtir une campagne que tout le banc sait lire."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from reports.allure import DOSSIER as ALLURE
from reports.preuves import RACINE as PREUVES
from reports.sceau import limites
from reports.sceau.anomalie import DossierIllisible
from reports.sceau.contenu import ALLURE_XZ, CORPS, FIXES, INDEX, JOURNAL, RACINE_CORPS, SOUS_DOSSIERS
from reports.sceau.lecture_zip import LecteurZip
from reports.sceau.manifeste import NOM, Enveloppe, Nature, ouvrir_enveloppe
from reports.sceau.tar_xz import deballer_xz, parcourir_tar
from reports.sceau.zip_canonique import Place, nom_permis
from simulators.socle.export_journal import LigneRefusee, importer, lire_ligne

ENVELOPPE = ("LISEZMOI.txt", NOM, "certificat.pem", "cle-publique.pem", "horodatage.tsr", "empreintes.sha256")


def membre_attendu(nom: str) -> bool:
    """Ce fichier est de ceux qu'un dossier scellé contient."""
    return nom in ENVELOPPE or nom in FIXES or nom.startswith(SOUS_DOSSIERS)


@dataclass(frozen=True)
class DossierOuvert:
    """Un dossier extrait. `dossier` : une campagne lisible ; `nature` : ce que le manifeste annonce, non vérifié."""

    dossier: Path
    enveloppe: Enveloppe

    @property
    def nature(self) -> Nature:
        """Ce que vaut le dossier, d'après lui."""
        return Nature(self.enveloppe.banc["nature"])


class ArchiveScellee:
    """Un dossier scellé ouvert en lecture : membres par nom, archives intérieures au fil de l'eau, tout est borné."""

    def __init__(self, fichier: BinaryIO) -> None:
        self.zip = LecteurZip(fichier)
        self.places: dict[str, Place] = {}
        for place in self.zip.places:
            if nom_permis(place.nom):
                self.places.setdefault(place.nom, place)
        if NOM not in self.places:
            raise DossierIllisible(f"ce zip n'est pas un dossier scellé : il n'a pas de {NOM}")
        if sum(place.taille for place in self.zip.places) > limites.DECOMPRESSE_MAX:
            raise DossierIllisible("tailles annoncées démesurées : ce dossier n'a pas été écrit par le banc")
        self.enveloppe = ouvrir_enveloppe(self.octets(NOM, limites.MANIFESTE_MAX))

    def octets(self, nom: str, plafond: int = limites.TEXTE_MAX) -> bytes:
        """Un membre entier ; `DossierIllisible` s'il manque, ment sur sa taille ou est abîmé."""
        return self.zip.octets(self._place(nom), plafond)

    def json(self, nom: str) -> Any:
        """Un membre JSON."""
        try:
            return json.loads(self.octets(nom))
        except (ValueError, RecursionError) as erreur:
            raise DossierIllisible(f"{nom} : JSON illisible ({erreur})") from erreur

    def flux_xz(self, nom: str, marge: int = 0) -> Iterator[bytes]:
        """Le contenu en clair d'un membre .xz, borné par la taille annoncée au manifeste, à `marge` octets près."""
        sujet = self.enveloppe.sujets.get(nom, {})
        annoncee = sujet.get("annotations", {}).get("contenu", 0)
        plafond = min(annoncee + marge, limites.DECOMPRESSE_MAX)
        return deballer_xz(self.zip.contenu(self._place(nom)), plafond, nom)

    def lignes_du_journal(self, marge: int = 0) -> Iterator[bytes]:
        """Les lignes du journal, saut de ligne compris."""
        return _lignes(self.flux_xz(JOURNAL, marge))

    def _place(self, nom: str) -> Place:
        place = self.places.get(nom)
        if place is None:
            raise DossierIllisible(f"{nom} : ce fichier manque au dossier")
        return place


def _lignes(blocs: Iterable[bytes]) -> Iterator[bytes]:
    reste = b""
    for bloc in blocs:
        *entieres, reste = (reste + bloc).split(b"\n") if reste else bloc.split(b"\n")
        for ligne in entieres:
            yield ligne + b"\n"
        if len(reste) > limites.LIGNE_MAX:
            raise DossierIllisible(f"{JOURNAL} : une ligne de plus de {limites.LIGNE_MAX // limites.MIO} Mio")
    if reste:
        yield reste


def ouvrir_dossier(zip: Path, vers: Path) -> DossierOuvert:
    """Extrait en sûreté et rebâtit dans `vers` (absent ou vide) un dossier de campagne.

    `charger_campagne(vers, journal)` et `JournalEchanges.ouvrir(vers)` le lisent : `journal.sqlite` est refait depuis
    les lignes, `preuves/` depuis les corps. Vérifie noms, tailles et empreintes des corps et des pièces ; ni la
    signature, ni la chaîne, ni l'accord des traces, qui sont l'affaire de `verifier_dossier`.
    Lève `DossierIllisible` si le dossier ne peut pas s'ouvrir sans risque.
    """
    if vers.exists() and any(vers.iterdir()):
        raise FileExistsError(f"{vers} n'est pas vide : extraire dans un dossier neuf")
    vers.mkdir(parents=True, exist_ok=True)
    with zip.open("rb") as fichier:
        archive = ArchiveScellee(fichier)
        for nom, place in archive.places.items():
            if not membre_attendu(nom):
                raise DossierIllisible(f"{nom} : ce fichier n'a rien à faire dans un dossier scellé")
            if nom not in (JOURNAL, CORPS, ALLURE_XZ):
                _ecrire(vers / nom, archive.zip.contenu(place))
        _extraire_corps(archive, vers)
        if ALLURE_XZ in archive.places:
            parcourir_tar(
                archive.flux_xz(ALLURE_XZ),
                f"{ALLURE}/",
                ALLURE_XZ,
                lambda nom, taille, morceaux: _ecrire(vers / nom, morceaux),
            )
        try:
            importer(map(lire_ligne, archive.lignes_du_journal()), vers)
        except (LigneRefusee, ValueError) as erreur:
            raise DossierIllisible(f"{JOURNAL} : {erreur}") from erreur
        _rebatir_preuves(archive, vers)
        return DossierOuvert(vers, archive.enveloppe)


def _extraire_corps(archive: ArchiveScellee, vers: Path) -> None:
    def visiter(nom: str, taille: int, morceaux: Iterator[bytes]) -> None:
        sha256 = nom.rpartition("/")[2]
        if nom != f"{RACINE_CORPS}/{sha256[:2]}/{sha256}":
            raise DossierIllisible(f"{CORPS} : nom inattendu {nom[:200]!r}")
        calculee = _ecrire(vers / nom, morceaux)
        if calculee != sha256:
            raise DossierIllisible(f"{CORPS} : le corps {sha256} a pour empreinte {calculee}")

    parcourir_tar(archive.flux_xz(CORPS), f"{RACINE_CORPS}/", CORPS, visiter)


def _rebatir_preuves(archive: ArchiveScellee, vers: Path) -> None:
    """Remet à sa place chaque pièce qui est un corps du journal, et contrôle l'empreinte de toutes."""
    try:
        pieces = [piece for preuve in archive.json(INDEX)["preuves"] for piece in preuve["fichiers"]]
        voulues = [(str(p["chemin"]), str(p["sha256"]), bool(p.get("corps"))) for p in pieces]
    except (KeyError, TypeError, AttributeError) as erreur:
        raise DossierIllisible(f"{INDEX} : valeur absente ou inattendue ({erreur})") from erreur
    for chemin, sha256, est_un_corps in voulues:
        if not nom_permis(chemin) or not chemin.startswith(f"{PREUVES}/"):
            raise DossierIllisible(f"{INDEX} : chemin interdit {chemin[:200]!r}")
        cible, corps = vers / chemin, vers / RACINE_CORPS / sha256[:2] / sha256
        if est_un_corps and not cible.exists():
            if not nom_permis(f"{RACINE_CORPS}/{sha256[:2]}/{sha256}") or not corps.is_file():
                raise DossierIllisible(f"{INDEX} : la pièce {chemin} est un corps absent du dossier ({sha256[:80]})")
            cible.parent.mkdir(parents=True, exist_ok=True)
            _copier(corps, cible)
        if not cible.is_file():
            raise DossierIllisible(f"{chemin} : pièce annoncée et absente")
        with cible.open("rb") as fichier:
            calculee = hashlib.file_digest(fichier, "sha256").hexdigest()
        if calculee != sha256:
            raise DossierIllisible(f"{chemin} : empreinte attendue {sha256[:80]}, calculée {calculee}")


def _copier(source: Path, cible: Path) -> None:
    with source.open("rb") as lue:
        _ecrire(cible, iter(lambda: lue.read(limites.BLOC), b""))


def _ecrire(cible: Path, morceaux: Iterable[bytes]) -> str:
    """Écrit un fichier neuf ; rend son empreinte. Jamais par-dessus un autre, ni à travers un lien."""
    cible.parent.mkdir(parents=True, exist_ok=True)
    hache = hashlib.sha256()
    with cible.open("xb") as sortie:
        for morceau in morceaux:
            sortie.write(morceau)
            hache.update(morceau)
    return hache.hexdigest()
