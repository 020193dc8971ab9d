"""Un couloir entier, écrit chez l'utilisateur depuis son classeur : le banc ne le livre pas, il le joue quand même."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from requirements import lieux, numeros
from requirements.catalogue import Catalogue, charger_dossier
from requirements.erreurs import ErreurClasseur
from requirements.features import COMMUNS, lire_features
from requirements.importation.bilan import Bilan
from requirements.importation.classeur import Revision, ouvrir
from requirements.importation.contenu import Contenu, ExigenceLue, assembler
from requirements.importation.ebauche import Ebauche, profil, une_ligne
from requirements.importation.surcouche import PROJET, refuser_dans_le_projet
from requirements.modele import PROFIL_GENERAL, Exigence

SOURCE = "classeur"
RAPPORT = "rapport-import.txt"
_NOM = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{2,5}")
_DEFAUTS = {"profil": "Général", "nature": "EXIGENCE", "criticite": "Non définie"}
_VAGUE = re.compile(r"vague\s*(\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Demande:
    """Ce que l'utilisateur demande d'un couloir neuf. `vague` : 0 quand le classeur doit le dire."""

    couloir: str
    type_logiciel: str
    dossier: Path
    titre: str = ""
    rem: str = ""
    vague: int = 0
    feuille: str = ""
    reprendre_socle: bool = False


def importer_nouveau(chemin: Path, demande: Demande) -> Bilan:
    """Écrit le couloir sous `demande.dossier` et rend le bilan ; rien n'est écrit si quelque chose est refusé."""
    _refuser(demande)
    classeur = ouvrir(chemin, feuille=demande.feuille)
    contenu = assembler(classeur)
    if not contenu.exigences:
        raise ErreurClasseur(
            f"{chemin.name} : attendu au moins une exigence, reçu aucune. À faire : vérifier la feuille."
        )
    obsoletes = [lue for lue in contenu.exigences if lue.champs.get("statut", "").casefold().startswith("obsol")]
    contenu.avertissements.extend(
        f"colonne absente : {champ} ; chaque exigence reçoit « {valeur} »"
        for champ, valeur in _DEFAUTS.items()
        if champ not in classeur.disposition.connues
    )
    ecriture = _Ecriture(demande, classeur.revision, contenu, {lue.id for lue in obsoletes})
    cible = demande.dossier / demande.couloir
    demande.dossier.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=demande.dossier) as atelier:
        provisoire = Path(atelier) / demande.couloir
        ecriture.ecrire(provisoire)
        catalogue = charger_dossier(provisoire)
        bilan = ecriture.bilan(catalogue, cible)
        bilan.obsoletes = tuple(lue.id for lue in obsoletes)
        bilan.colonnes_inconnues = tuple(classeur.disposition.inconnues)
        (provisoire / RAPPORT).write_text(bilan.en_texte() + "\n", encoding="utf-8", newline="\n")
        shutil.move(provisoire, cible)
    return bilan


def dossier_par_defaut() -> Path:
    """`./couloirs` ; à côté du projet quand la commande est lancée depuis le projet."""
    ici = Path.cwd().resolve()
    return (PROJET.parent if ici.is_relative_to(PROJET) else ici) / "couloirs"


def verifier_nom(couloir: str, type_logiciel: str, rem: str, dossier: Path) -> None:
    """Refuse un couloir qui ne peut pas s'écrire là : nom livré ou mal formé, dossier pris ou dans le projet."""
    if lieux.est_livre(couloir):
        raise ErreurClasseur(
            f"--couloir : attendu un couloir que le banc ne livre pas, reçu « {couloir} ». "
            f"À faire : importer sans --nouveau, ou choisir un autre nom (par exemple {couloir}-essai)."
        )
    if not _NOM.fullmatch(couloir) or couloir == "communs":
        raise ErreurClasseur(
            f"--couloir : attendu un nom en minuscules sans accent, comme « officine » ou « medico-social », "
            f"reçu « {couloir} ». À faire : corriger le nom."
        )
    for option, code in (("--type-logiciel", type_logiciel), ("--rem", rem)):
        if not _CODE.fullmatch(code):
            raise ErreurClasseur(
                f"{option} : attendu un code de deux à cinq majuscules, comme LGO ou DUI, reçu « {code} ». "
                "À faire : donner le code du REM."
            )
    refuser_dans_le_projet(dossier)
    if (dossier / couloir).exists():
        raise ErreurClasseur(
            f"{dossier / couloir} existe déjà : rien n'est écrit. À faire : choisir un autre --sortie ; pour suivre "
            f"une révision : « importer CLASSEUR.xlsx --couloir {couloir} --couloirs {dossier} », sans --nouveau."
        )


def _refuser(demande: Demande) -> None:
    verifier_nom(demande.couloir, demande.type_logiciel, demande.rem or code_de(demande.couloir), demande.dossier)


def code_de(couloir: str) -> str:
    """Le code de REM proposé pour un couloir : ses premières lettres."""
    return re.sub(r"[^A-Z]", "", couloir.upper())[:3].ljust(2, "X")


class _Ecriture:
    """L'écriture des fichiers d'un couloir, section par section."""

    def __init__(self, demande: Demande, revision: Revision, contenu: Contenu, ecartees: set[str]) -> None:
        self.demande = demande
        self.revision = revision
        self.exigences = [lue for lue in contenu.exigences if lue.id not in ecartees]
        annonces = {lue.id for lue in self.exigences} | {s.id for lue in self.exigences for s in lue.scenarios}
        self.ebauche = Ebauche(demande.type_logiciel, frozenset(annonces), list(contenu.avertissements))
        self.livrees = dict(_livrees())
        self.communs = {n for e in lire_features(PROJET / "features", []) if e.couloir == COMMUNS for n in e.numeros}
        self.connues: dict[str, str] = {}
        self.reprises: list[str] = []

    def ecrire(self, dossier: Path) -> None:
        """Écrit couloir.yaml et chaque section de chaque vague."""
        sections: dict[tuple[int, str], list[ExigenceLue]] = defaultdict(list)
        for lue in self.exigences:
            sections[self._vague(lue), self._section(lue)].append(lue)
        fichiers: dict[tuple[int, str], tuple[str, list[ExigenceLue]]] = {}
        for (vague, section), lues in sections.items():
            base = nom = re.sub(r"[^a-z0-9]+", "_", section.lower()).strip("_") or "section"
            rang = 1
            while (vague, f"{nom}.yaml") in fichiers:
                rang, nom = rang + 1, f"{base}_{rang + 1}"
            fichiers[vague, f"{nom}.yaml"] = (section, lues)
        # Dans l'ordre où le catalogue se lira : c'est la seconde fois qu'un numéro paraît qu'il est répété.
        for (vague, nom), (section, lues) in sorted(fichiers.items()):
            _yaml(dossier / f"vague-{vague}" / nom, self._fichier(section, lues))
        profils = dict.fromkeys([PROFIL_GENERAL, *(profil(lue) for lue in self.exigences)])
        _yaml(dossier / "couloir.yaml", self._couloir(list(profils)))

    def bilan(self, catalogue: Catalogue, cible: Path) -> Bilan:
        """Ce qu'il faut dire du couloir écrit."""
        etapes = sum(len(scenario.deroule) for scenario in catalogue.scenarios())
        return Bilan(
            revision=self.revision,
            dossier=cible,
            comptes={
                "exigences": len(catalogue.exigences),
                "scénarios": len(catalogue.scenarios()),
                "étapes guidées": etapes,
                "preuves": len(catalogue.preuves),
                "exigences sans scénario": sum(not exigence.scenarios for exigence in catalogue.exigences),
            },
            profils=catalogue.couloir.profils,
            connues_ailleurs=self.connues,
            reprises=tuple(self.reprises),
            anomalies=tuple(self.ebauche.anomalies),
        )

    def _couloir(self, profils: Sequence[str]) -> dict[str, Any]:
        demande, revision = self.demande, self.revision
        date = revision.modifie_le[:10] or dt.datetime.now().astimezone().date().isoformat()
        return {
            "couloir": demande.couloir,
            "rem": demande.rem or code_de(demande.couloir),
            "type_logiciel": demande.type_logiciel,
            "titre": demande.titre or f"{demande.couloir.capitalize()} ({demande.type_logiciel})",
            "prefixe": demande.type_logiciel,
            "profils": list(profils),
            "sources": [
                {
                    "code": SOURCE,
                    "titre": f"{revision.nom}, feuille « {revision.feuille} », SHA-256 {revision.sha256}",
                    "date": date,
                    "statut": "Classeur importé par l'utilisateur ; scénarios à juger par une personne.",
                }
            ],
        }

    def _fichier(self, section: str, lues: Sequence[ExigenceLue]) -> dict[str, Any]:
        titre = next((t for lue in lues if (t := une_ligne(lue.champs.get("section", "")))), "") or section
        communs = {"id_section": section, "section": titre, "source": SOURCE, "classe": "humain", "service": "aucun"}
        return {**communs, "exigences": [self._exigence(lue) for lue in lues]}

    def _exigence(self, lue: ExigenceLue) -> dict[str, Any]:
        nu = numeros.sans_prefixe(lue.id, self.demande.type_logiciel)
        livree = self.livrees.get(nu)
        if livree is not None:
            couloir, exigence = livree
            self.connues[lue.id] = couloir
            if self.demande.reprendre_socle and self._peut_reprendre(exigence):
                self.reprises.append(lue.id)
                return {"id": exigence.id, "reprend": couloir, "profil": profil(lue)}
        socle = lue.id if lue.id.startswith("SC.") else livree[1].id_socle if livree is not None else ""
        return self.ebauche.exigence(lue, self.ebauche.numero_exigence(lue), id_socle=socle)

    def _peut_reprendre(self, exigence: Exigence) -> bool:
        """Vrai si tout s'y joue ou s'y guide, et qu'aucun de ses numéros n'est déjà pris ; ils le sont alors."""
        if not all(s.laisse_a_une_personne or s.id in self.communs for s in exigence.scenarios):
            return False
        pris = [("exigence", exigence.id), *(("scénario", scenario.id) for scenario in exigence.scenarios)]
        # Le repère d'une preuve au numéro répété dépend du couloir qui la lit : son numéro est pris aussi.
        pris += [("preuve", numero) for p in exigence.preuves for numero in dict.fromkeys((p.id or p.repere, p.repere))]
        if any(self.ebauche.est_pris(genre, numero) for genre, numero in pris):
            return False
        for genre, numero in pris:
            self.ebauche.prendre(genre, numero)
        return True

    def _vague(self, lue: ExigenceLue) -> int:
        if self.demande.vague:
            return self.demande.vague
        dite = _VAGUE.search(lue.champs.get("perimetre", ""))
        if dite and dite[1] in "12":
            return int(dite[1])
        return 1 if "/va1." in lue.id else 2

    def _section(self, lue: ExigenceLue) -> str:
        ecrite = une_ligne(lue.champs.get("id_section", ""))
        nu = numeros.sans_prefixe(lue.id, self.demande.type_logiciel)
        return ecrite or nu.rpartition(".")[0].removesuffix("/va1") or nu


def _livrees() -> Iterator[tuple[str, tuple[str, Exigence]]]:
    """Numéro nu → couloir livré et exigence du socle qui y est rédigée ; le premier couloir l'emporte."""
    vus: set[str] = set()
    for couloir, dossier in lieux.livres().items():
        catalogue = charger_dossier(dossier)
        for exigence in catalogue.exigences:
            nu = numeros.sans_prefixe(exigence.id, catalogue.couloir.prefixe)
            if exigence.id_socle and not exigence.repris_de and nu not in vus:
                vus.add(nu)
                yield nu, (couloir, exigence)


def _yaml(fichier: Path, contenu: Mapping[str, Any]) -> None:
    fichier.parent.mkdir(parents=True, exist_ok=True)
    texte = yaml.dump(dict(contenu), Dumper=yaml.SafeDumper, allow_unicode=True, sort_keys=False, width=10**6)
    fichier.write_text(texte, encoding="utf-8", newline="\n")
