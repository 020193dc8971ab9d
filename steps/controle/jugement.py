"""Le contrôle d'un fichier : lecture bornée, type d'après le contenu, examen, et tout incident contenu."""

from __future__ import annotations

import hashlib
import os
import stat
import time
import traceback
from dataclasses import dataclass, field, replace

from steps.controle import incidents
from steps.controle.modele import ContexteControle, Controle, Examen, TypeFichier
from steps.controle.reconnaissance import reconnaitre
from steps.controle.registre import examinateur

TAILLE_MAX = 200 * 1000 * 1000
_BLOC = 1024 * 1024


@dataclass(frozen=True)
class Reglages:
    """Ce qui vaut pour tous les fichiers. `taille_max` en octets ; `tout` : écrire aussi les règles respectées."""

    contexte: ContexteControle = field(default_factory=ContexteControle)
    taille_max: int = TAILLE_MAX
    tout: bool = False


@dataclass(frozen=True)
class Tache:
    """Un fichier à contrôler : son nom dans les sorties, et ses octets s'ils sont déjà lus (sinon `chemin` est lu)."""

    fichier: str
    chemin: str = ""
    octets: bytes | None = None
    refus: Examen | None = None


def controler(tache: Tache, reglages: Reglages) -> tuple[Controle, str]:
    """Contrôle un fichier ; rend aussi la trace d'un incident, vide sinon. Seul Ctrl-C interrompt."""
    debut = time.perf_counter()
    octets, refus = lire(tache, reglages.taille_max)
    trace = ""
    if refus is None:
        contexte = replace(reglages.contexte, nom=os.path.basename(tache.fichier))  # noqa: PTH119 -- un nom, pas un chemin
        examen, trace = examiner(octets, contexte)
    else:
        examen = refus
    return (
        Controle(
            fichier=tache.fichier,
            examen=examen,
            duree=time.perf_counter() - debut,
            empreinte=hashlib.sha256(octets).hexdigest() if refus is None else "",
            taille=len(octets),
        ),
        trace,
    )


def examiner(octets: bytes, contexte: ContexteControle) -> tuple[Examen, str]:
    """Reconnaît et examine des octets ; rend aussi la trace d'un incident, vide sinon."""
    type_fichier = TypeFichier.INCONNU
    try:
        reconnu = reconnaitre(octets)
        type_fichier = reconnu.type
        if type_fichier is TypeFichier.INCONNU:
            return incidents.type_inconnu(reconnu.vu), ""
        return examinateur(type_fichier)(octets, contexte), ""
    except KeyboardInterrupt:
        raise
    except BaseException as erreur:  # noqa: BLE001 -- une bibliothèque native peut lever autre chose qu'Exception
        return incidents.incident(type_fichier, erreur), traceback.format_exc()


def lire(tache: Tache, taille_max: int) -> tuple[bytes, Examen | None]:
    """Les octets d'une tâche, ou l'examen qui dit pourquoi ils ne sont pas lus ; la taille est vérifiée d'abord."""
    if tache.refus is not None:
        return b"", tache.refus
    if tache.octets is not None:
        if len(tache.octets) > taille_max:
            return b"", incidents.trop_grand(len(tache.octets), taille_max)
        return tache.octets, None
    try:
        etat = os.stat(tache.chemin)  # noqa: PTH116 -- le nom peut venir d'octets qui ne sont pas de l'UTF-8
        if not stat.S_ISREG(etat.st_mode):
            return b"", incidents.illisible("ce n'est pas un fichier ordinaire")
        if etat.st_size > taille_max:
            return b"", incidents.trop_grand(etat.st_size, taille_max)
        with open(tache.chemin, "rb") as fichier:  # noqa: PTH123
            octets = fichier.read(taille_max + 1)
    except (OSError, ValueError) as erreur:
        return b"", incidents.illisible(raison_systeme(erreur))
    except MemoryError:
        return b"", incidents.illisible("mémoire insuffisante pour le lire")
    if len(octets) > taille_max:
        return b"", incidents.trop_grand(len(octets), taille_max)
    return octets, None


_RAISONS = {
    FileNotFoundError: "il n'existe pas, ou son lien est cassé",
    PermissionError: "lecture refusée par le système",
    IsADirectoryError: "c'est un dossier",
}


def raison_systeme(erreur: BaseException) -> str:
    """Une erreur du système, en français."""
    for espece, raison in _RAISONS.items():
        if isinstance(erreur, espece):
            return raison
    if isinstance(erreur, OSError) and erreur.errno == 40:
        return "liens symboliques en boucle"
    return f"erreur du système ({type(erreur).__name__} {getattr(erreur, 'errno', None) or ''})".replace(" )", ")")
