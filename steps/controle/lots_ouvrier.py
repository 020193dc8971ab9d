"""Ce qu'un ouvrier dask exécute : un paquet d'éléments, chacun dans un processus d'examen à part."""

from __future__ import annotations

import atexit
import threading
from pathlib import Path
from typing import Any

from steps.controle import incidents
from steps.controle.atelier import Limites, Poste
from steps.controle.jugement import Reglages, Tache
from steps.controle.lots_sources import Element, est_adresse, ouvrir_systeme
from steps.controle.options import OptionRefusee
from steps.controle.version import empreinte_du_banc, empreinte_du_kit

_LOCAL = threading.local()


def sonder(kit: Path | None) -> tuple[str, str]:
    """Empreintes du banc et du kit telles que l'ouvrier les voit."""
    return empreinte_du_banc(), empreinte_du_kit(kit)


def juger_paquet(elements: list[Element], reglages: Reglages, limites: Limites) -> list[dict[str, Any]]:
    """Un résultat écrit par élément, dans l'ordre ; un fichier gâté n'empêche pas les autres."""
    poste = _poste(reglages, limites)
    return [poste.controler(tache(element, reglages.taille_max))[0].en_dict() for element in elements]


def tache(element: Element, taille_max: int) -> Tache:
    """La tâche d'un élément ; une adresse est lue ici, sans dépasser la limite de taille."""
    if not est_adresse(element.chemin):
        return Tache(element.chemin, element.chemin)
    if element.taille > taille_max:
        return Tache(element.chemin, refus=incidents.trop_grand(element.taille, taille_max))
    try:
        systeme, chemin = ouvrir_systeme(element.chemin)
        with systeme.open(chemin, "rb") as fichier:
            return Tache(element.chemin, octets=fichier.read(taille_max + 1))
    except OptionRefusee as refus:
        return Tache(element.chemin, refus=incidents.illisible(str(refus)))
    except Exception as erreur:  # noqa: BLE001 -- chaque stockage a ses propres erreurs
        return Tache(element.chemin, refus=incidents.illisible(f"le stockage a refusé ({type(erreur).__name__})"))


def _poste(reglages: Reglages, limites: Limites) -> Poste:
    """Un processus d'examen par fil d'exécution, gardé chaud d'un paquet à l'autre."""
    connu: tuple[Reglages, Limites, Poste] | None = getattr(_LOCAL, "poste", None)
    if connu is not None and connu[:2] == (reglages, limites):
        return connu[2]
    if connu is not None:
        connu[2].fermer()
        atexit.unregister(connu[2].fermer)
    poste = Poste(reglages, limites)
    atexit.register(poste.fermer)
    _LOCAL.poste = (reglages, limites, poste)
    return poste
