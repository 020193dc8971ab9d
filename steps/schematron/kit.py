"""Le kit public de validation du CI-SIS, dans la copie de l'utilisateur : ce qu'il contient, ce qu'il faut en jouer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from lxml import etree

from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.lecture import lire
from steps.schematron.modele import Schematron
from steps.schematron.volets import TableVolets, declare_par_le_document, est_n1

GENERIQUES = (
    "IHE.sch",
    "terminologie.sch",
    "CI-SIS_ModelesDeContenusCDA.sch",
    "ASIP-STRUCT-MIN-StrucMin.sch",
    "CI-SIS_Modeles_ANS.sch",
)
"""Les schematrons joués sur tout document, dans l'ordre du kit ; le volet vient après."""

_PREFIXE_VOLET = "CI-SIS_"
_PROFONDEUR = 4
_DOSSIERS_MAXIMUM = 20_000
_VERSION_JDV = re.compile(rb"\b(?:version|revisionDate|effectiveDate)=[\"'](\d{4}-\d{2}-\d{2})")


class ErreurKit(ValueError):
    """Le dossier donné n'est pas un kit utilisable, ou le volet demandé n'y est pas ; le message dit ce qui manque."""


@dataclass(frozen=True)
class Choix:
    """Les schematrons à jouer sur un document.

    `volet` : nom du volet, vide si aucun ne s'applique ; `raison` : comment il a été choisi, ou pourquoi aucun.
    `volet_inconnu` : un document structuré dont le volet n'a pas pu être trouvé. `manques` : schematrons attendus que
    le kit n'a pas ou qui ne se lisent pas.
    """

    schematrons: tuple[Schematron, ...]
    volet: str
    raison: str
    volet_inconnu: bool = False
    manques: tuple[str, ...] = ()


@dataclass
class Kit:
    """Un kit ouvert ; les schematrons sont lus au premier besoin et gardés. `racine` : dossier qui a `schematrons/`."""

    racine: Path
    schematrons: Path
    xsd: Path | None
    manques: tuple[str, ...] = ()
    _lus: dict[Path, Schematron] = field(default_factory=dict)

    @classmethod
    def ouvrir(cls, dossier: Path) -> Kit:
        """Le kit que contient ce dossier, ou dont ce dossier fait partie.

        `ErreurKit` si aucun schematron n'y est ; ce qui manque sans empêcher de juger est dans `manques`.
        """
        if not dossier.is_dir():
            raise ErreurKit(f"le dossier du kit CI-SIS n'existe pas : {dossier}")
        racine = _racine(dossier.absolute())
        if racine is None:
            raise ErreurKit(
                f"{dossier} n'est pas un kit CI-SIS : ni lui, ni ses dossiers parents, ni ses sous-dossiers n'ont de "
                "dossier « schematrons » avec des fichiers .sch ; donner la copie entière du kit de validation publié"
            )
        schematrons = _sous_dossier(racine, "schematrons")
        assert schematrons is not None
        xsd = next(iter(sorted((_sous_dossier(racine, "infrastructure") or racine).rglob("CDA_extended.xsd"))), None)
        manques = [] if xsd else ["schéma XSD (infrastructure/cda/CDA_extended.xsd)"]
        if _sous_dossier(racine, "jeuxDeValeurs") is None:
            manques.append("jeux de valeurs (jeuxDeValeurs/)")
        kit = cls(racine, schematrons, xsd)
        manques += [f"schematron {nom}" for nom in GENERIQUES if nom.lower() not in kit._par_nom]
        kit.manques = tuple(manques)
        return kit

    @cached_property
    def _par_nom(self) -> dict[str, Path]:
        """Schematrons de tête, par nom de fichier en minuscules."""
        trouves = {chemin.name.lower(): chemin for chemin in self.schematrons.glob("profils/**/*.sch")
                   if "include" not in chemin.parts}  # fmt: skip
        return {nom: trouves[nom] for nom in (generique.lower() for generique in GENERIQUES) if nom in trouves}

    @cached_property
    def volets(self) -> dict[str, Path]:
        """Les volets du kit : nom sans préfixe (`BIO-CR-BIO_2024.01`), fichier."""
        return {
            chemin.stem.removeprefix(_PREFIXE_VOLET): chemin
            for chemin in sorted(self.schematrons.glob("*.sch"))
            if chemin.name.startswith(_PREFIXE_VOLET)
        }

    @cached_property
    def tables(self) -> tuple[Path, ...]:
        """Tables de terminologie présentes, une par système de codes ; le nom de fichier est l'OID."""
        return tuple(sorted(self.schematrons.glob("profils/terminologies/terminologie/*.*")))

    @cached_property
    def _fichiers(self) -> list[Path]:
        dossiers = [self.schematrons, _sous_dossier(self.racine, "jeuxDeValeurs")]
        if self.xsd:
            dossiers.append(self.xsd.parent)
        return sorted(
            chemin
            for dossier in dossiers
            if dossier
            for chemin in dossier.rglob("*")
            if chemin.suffix.lower() in (".sch", ".xml", ".rdf", ".xsd") and chemin.is_file()
        )

    @cached_property
    def empreinte(self) -> str:
        """SHA-256 des schematrons, jeux de valeurs, tables et schémas du kit, noms compris."""
        condense = hashlib.sha256()
        for chemin in self._fichiers:
            condense.update(f"{chemin.relative_to(self.racine).as_posix()}\0".encode())
            condense.update(hashlib.sha256(chemin.read_bytes()).digest())
        return condense.hexdigest()

    @cached_property
    def date(self) -> date:
        """La plus récente des dates que portent les jeux de valeurs, sinon celle du fichier le plus récent."""
        dossier = _sous_dossier(self.racine, "jeuxDeValeurs")
        dates: list[str] = []
        for chemin in dossier.glob("*.xml") if dossier else ():
            with chemin.open("rb") as flux:
                dates += [trouve.decode() for trouve in _VERSION_JDV.findall(flux.read(4096))]
        if dates:
            return date.fromisoformat(max(dates))
        recent = max((chemin.stat().st_mtime for chemin in self._fichiers), default=0.0)
        return datetime.fromtimestamp(recent, UTC).date()

    @cached_property
    def table_volets(self) -> TableVolets:
        """Modèles et codes de document que vérifient les volets du kit."""
        return TableVolets.lire(self.volets, self.racine)

    def schematron(self, chemin: Path) -> Schematron:
        """Le schematron de ce fichier, lu une fois par processus. `ErreurSchematron` s'il ne se lit pas."""
        if chemin not in self._lus:
            self._lus[chemin] = lire(chemin, self.racine)
        return self._lus[chemin]

    def schematrons_pour(self, arbre: etree._ElementTree, volet: str = "") -> Choix:
        """Les schematrons génériques du kit, puis le volet du document s'il en a un.

        Volet : celui demandé, sinon celui que nomme l'instruction `<?oxygen SCHSchema=…?>` du document si le kit l'a,
        sinon celui du modèle (templateId) ou du code du document, dans la version que dit l'extension du templateId,
        sinon la plus récente. Un N1 n'a pas d'autre volet que celui qu'il nomme. Un document qui
        nomme des schematrons génériques du kit et aucun volet n'en a pas : la raison dit celui que désigne son modèle.
        `ErreurKit` si le volet demandé n'est pas dans le kit.
        """
        nom, raison, inconnu = self._volet(arbre, volet)
        chemins = [*self._par_nom.values(), *([self.volets[nom]] if nom else [])]
        lus: list[Schematron] = []
        manques = [f"{generique} absent du kit" for generique in GENERIQUES if generique.lower() not in self._par_nom]
        for chemin in chemins:
            try:
                lus.append(self.schematron(chemin))
            except ErreurSchematron as erreur:
                manques.append(str(erreur))
        return Choix(tuple(lus), nom, raison, inconnu, tuple(manques))

    def _volet(self, arbre: etree._ElementTree, demande: str) -> tuple[str, str, bool]:
        if demande:
            return self._demande(demande), "volet demandé", False
        nommes = list(declare_par_le_document(arbre))
        declare = next((nom for nom in map(self._nom, nommes) if nom), "")
        if est_n1(arbre) and not declare:
            return "", "document de niveau 1 : aucun volet ne s'y applique", False
        deduit, raison = self.table_volets.choisir(arbre)
        if declare:
            suite = ""
            if deduit and self.table_volets.base(deduit) != self.table_volets.base(declare):
                suite = f" ; attention, {raison} désigne plutôt {deduit}"
            return declare, f"volet nommé par l'instruction SCHSchema du document{suite}", False
        if any(f"{nom}.sch".lower() in self._par_nom for nom in nommes):
            suite = f" ; {raison} ; demander {deduit} pour le jouer" if deduit else ""
            return "", f"le document nomme les schematrons à jouer (SCHSchema), sans volet{suite}", False
        return deduit, raison, not deduit

    def _nom(self, nom: str) -> str:
        """Le volet du kit de ce nom, à la casse, au préfixe et à l'extension près ; chaîne vide s'il n'y en a pas."""
        voulu = re.sub(r"\.sch$", "", nom.strip(), flags=re.IGNORECASE).casefold()
        voulu = voulu.removeprefix(_PREFIXE_VOLET.casefold())
        return next((volet for volet in self.volets if volet.casefold() == voulu), "")

    def _demande(self, demande: str) -> str:
        if nom := self._nom(demande):
            return nom
        proches = [volet for volet in self.volets if demande.casefold() in volet.casefold()]
        raise ErreurKit(
            f"le volet {demande} n'est pas dans le kit"
            + (f" ; proches : {', '.join(proches)}" if proches else f" ; volets : {', '.join(self.volets)}")
        )


def _sous_dossier(dossier: Path, nom: str) -> Path | None:
    exact = dossier / nom
    if exact.is_dir():
        return exact
    return next((d for d in sorted(dossier.iterdir()) if d.is_dir() and d.name.casefold() == nom.casefold()), None)


def _est_racine(dossier: Path) -> bool:
    try:
        schematrons = _sous_dossier(dossier, "schematrons")
        return schematrons is not None and (any(schematrons.glob("*.sch")) or any(schematrons.glob("profils/**/*.sch")))
    except OSError:
        return False


def _racine(dossier: Path) -> Path | None:
    for candidat in (dossier, *dossier.parents):
        if _est_racine(candidat):
            return candidat
    return next((candidat for candidat in _descendants(dossier, _PROFONDEUR) if _est_racine(candidat)), None)


def _descendants(dossier: Path, profondeur: int) -> Iterator[Path]:
    """Sous-dossiers, par niveaux, sans suivre les liens ; on ne cherche pas sans fin dans un grand dossier."""
    niveau = [dossier]
    vus = 0
    for _ in range(profondeur):
        suivant: list[Path] = []
        for parent in niveau:
            try:
                suivant += sorted(d for d in parent.iterdir() if d.is_dir() and not d.is_symlink())
            except OSError:
                continue
            if vus + len(suivant) > _DOSSIERS_MAXIMUM:
                break
        vus += len(suivant)
        yield from suivant
        niveau = suivant
