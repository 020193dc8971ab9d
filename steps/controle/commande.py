"""`python -m steps controler` : trouve les fichiers, les fait examiner, écrit les sorties."""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from reports.texte import affichable
from steps.controle.atelier import Atelier, Limites
from steps.controle.interruption import INTERROMPU, Interruption
from steps.controle.jugement import Reglages
from steps.controle.options import OptionRefusee, lire_contexte, nombre_d_ouvriers
from steps.controle.recherche_fichiers import RienTrouve, trouver
from steps.controle.resultat import Resultat, code_de_sortie
from steps.controle.sorties.json import ListeJson
from steps.controle.sorties.terminal import RapportTerminal, couleurs_permises
from steps.controle.sorties.texte import nom_lisible

_MEGA = 1_000_000


def controler(options: argparse.Namespace) -> int:
    """La commande entière ; rend le code de sortie."""
    for flux in (sys.stdout, sys.stderr):
        # Ce qu'une console ne sait pas écrire (accents, octets d'un nom) est échappé plutôt que fatal.
        if isinstance(flux, io.TextIOWrapper):
            flux.reconfigure(errors="backslashreplace")
    try:
        contexte = lire_contexte(options)
        reglages = Reglages(contexte, options.taille_max * _MEGA, options.tout)
        limites = Limites(options.delai_max, options.memoire_max * _MEGA)
        if options.lot:
            from steps.controle.lots import controler_lot

            return controler_lot(options, reglages, limites)
        for sortie in (options.html, options.sarif, options.trace):
            verifier_sortie(sortie)
        return _Conduite(options, reglages, limites).mener()
    except (OptionRefusee, RienTrouve) as refus:
        print(f"python -m steps controler : {refus}", file=sys.stderr)
        return 2


def verifier_sortie(chemin: Path | None) -> None:
    """Lève `OptionRefusee` si la sortie ne pourra pas être écrite : mieux vaut le dire avant que des heures après."""
    if chemin is None:
        return
    if chemin.is_dir():
        raise OptionRefusee(f"{chemin} est un dossier ; attendu un fichier à écrire")
    if not chemin.absolute().parent.is_dir():
        raise OptionRefusee(f"le dossier de {chemin} n'existe pas")


class Progression:
    """Une ligne sur la sortie d'erreur, seulement si c'est un terminal."""

    def __init__(self, flux: TextIO, total: int):
        self._flux = flux
        self._total = total
        self._active = flux.isatty()
        self._derniere = 0.0

    def montrer(self, faits: int, nom: str) -> None:
        """Redessine la ligne, au plus dix fois par seconde."""
        maintenant = time.monotonic()
        if not self._active or (maintenant - self._derniere < 0.1 and faits < self._total):
            return
        self._derniere = maintenant
        largeur = shutil.get_terminal_size((80, 24)).columns
        texte = f"[{faits}/{self._total}] {affichable(nom)}"
        self._flux.write(f"\r\x1b[K{texte[: largeur - 1]}")
        self._flux.flush()

    def effacer(self) -> None:
        """Ôte la ligne avant d'écrire autre chose."""
        if self._active:
            self._flux.write("\r\x1b[K")
            self._flux.flush()


class _Conduite:
    """Un passage : les résultats vont à chaque sortie dès qu'ils sont prêts."""

    def __init__(self, options: argparse.Namespace, reglages: Reglages, limites: Limites):
        self._options = options
        self._reglages = reglages
        self._limites = limites
        self._gardes: list[Resultat] = []
        self._verdicts: set[str] = set()
        self._faits = 0
        self._json = ListeJson(sys.stdout.buffer) if options.json else None
        self._terminal = RapportTerminal(
            couleurs=couleurs_permises(sys.stdout), largeur=shutil.get_terminal_size((100, 24)).columns
        )

    def mener(self) -> int:
        """Contrôle tout et rend le code de sortie."""
        debut = time.perf_counter()
        interrompu = False
        total = 0
        with ExitStack() as pile:
            trace = pile.enter_context(self._options.trace.open("w", encoding="utf-8")) if self._options.trace else None
            atelier = Atelier(
                self._reglages, self._limites, nombre_d_ouvriers(self._options), bavard=bool(self._options.trace)
            )
            pile.callback(atelier.fermer)
            interruption = pile.enter_context(Interruption())
            try:
                taches = trouver(self._options.fichiers, tuple(self._options.exclure), self._reglages.taille_max)
                total = len(taches)
                self._progression = Progression(sys.stderr, total)
                self._progression.montrer(0, taches[0].fichier)
                for resultat, incident in atelier.controler(taches):
                    with interruption.a_l_abri():
                        self._rendre(resultat, incident, trace)
            except KeyboardInterrupt:
                interrompu = True
                atelier.fermer()
                for resultat, incident in atelier.rendre_le_reste():
                    self._rendre(resultat, incident, trace)
        self._clore(time.perf_counter() - debut, interrompu, total - self._faits)
        return INTERROMPU if interrompu else code_de_sortie(self._verdicts)

    def _rendre(self, resultat: Resultat, incident: str, trace: TextIO | None) -> None:
        self._faits += 1
        self._verdicts.add(resultat.verdict)
        self._progression.effacer()
        if self._json:
            self._json.ajouter(resultat)
        else:
            self._ecrire(self._terminal.fichier(resultat))
        if self._options.html or self._options.sarif:
            self._gardes.append(resultat)
        if incident and trace:
            trace.write(f"{nom_lisible(resultat.fichier)}\n{incident}\n")
            trace.flush()
        self._progression.montrer(self._faits, resultat.fichier)

    def _ecrire(self, lignes: Iterable[str]) -> None:
        """Écrit au terminal ; si son lecteur (`head`) s'arrête, les fichiers demandés sont écrits quand même."""
        try:
            for ligne in lignes:
                print(ligne)
            sys.stdout.flush()
        except BrokenPipeError:
            if not (self._options.html or self._options.sarif):
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _clore(self, secondes: float, interrompu: bool, restants: int) -> None:
        if self._faits or interrompu:
            getattr(self, "_progression", Progression(sys.stderr, 0)).effacer()
        if self._json:
            self._json.clore()
        else:
            self._ecrire(self._terminal.bilan(secondes, interrompu, restants))
        if self._options.html:
            from steps.controle.sorties.html import ecrire_html

            ecrire_html(self._options.html, self._gardes, self._reglages, secondes, interrompu)
        if self._options.sarif:
            from reports.fichiers import ecrire_json
            from steps.controle.sorties.sarif import en_sarif
            from steps.controle.version import version_du_banc

            ecrire_json(self._options.sarif, en_sarif(self._gardes, version=version_du_banc(), interrompu=interrompu))
