"""Grands lots (`controler --lot`) : le même contrôle sur une grappe dask, repris où il s'est arrêté."""

from __future__ import annotations

import argparse
import hashlib
import importlib
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from reports.texte import duree_lisible, nombre, pluriel
from steps.controle import incidents
from steps.controle.atelier import Limites
from steps.controle.interruption import INTERROMPU, Interruption
from steps.controle.jugement import Reglages
from steps.controle.lots_journal import Journal
from steps.controle.lots_ouvrier import juger_paquet, sonder
from steps.controle.lots_sources import Element, enumerer
from steps.controle.modele import Controle
from steps.controle.options import OptionRefusee, nombre_d_ouvriers
from steps.controle.resultat import code_de_sortie, ecrire
from steps.controle.sorties.texte import ORDRE, compter
from steps.controle.version import empreinte_du_banc, empreinte_du_kit

_PAQUET = 16
_PAQUET_OCTETS = 32_000_000
_PAQUETS_PAR_FIL = 3
_ATTENTE_OUVRIERS = 60
_ATTENTE_GRAPPE = 20


def controler_lot(options: argparse.Namespace, reglages: Reglages, limites: Limites) -> int:
    """La commande `controler … --lot SORTIE` ; rend le code de sortie. Lève `OptionRefusee`."""
    _exiger_les_dependances()
    sortie = Path(options.lot)
    if sortie.suffix.lower() not in (".jsonl", ".parquet"):
        raise OptionRefusee(f"--lot : attendu une sortie en .jsonl ou .parquet, reçu {sortie}")
    if not sortie.absolute().parent.is_dir():
        raise OptionRefusee(f"--lot : le dossier de {sortie} n'existe pas")
    elements = enumerer(options.fichiers, tuple(options.exclure))
    premier = next(elements, None)
    if premier is None or (premier.taille < 0 and not os.path.lexists(premier.chemin) and len(options.fichiers) == 1):
        raise OptionRefusee(f"aucun fichier trouvé pour : {', '.join(options.fichiers)}")
    try:
        journal = Journal(sortie)
    except ValueError as erreur:
        raise OptionRefusee(f"--lot : {erreur} ; donner un autre nom") from erreur
    lot = Lot(journal, reglages, limites)
    debut = time.perf_counter()
    interrompu = False
    try:
        with lot.interruption, grappe(options.scheduler, nombre_d_ouvriers(options)) as client:
            _verifier_la_grappe(client, reglages)
            lot.mener(client, itertools.chain([premier], elements))
    except KeyboardInterrupt:
        interrompu = True
    finally:
        try:
            comptes = journal.comptes()
            if not interrompu:
                journal.achever()
        finally:
            journal.fermer()
    _resumer(sortie, comptes, lot, time.perf_counter() - debut, interrompu)
    return INTERROMPU if interrompu else code_de_sortie(set(comptes))


class Lot:
    """Un passage : paquets de taille bornée, en nombre borné ; ce que dask n'a pas pu rejouer est rejugé seul.

    `interruption` : à ouvrir autour de `mener` pour que Ctrl-C attende la fin d'un paquet.
    `faits`, `repris`, `rejoues` : fichiers jugés, déjà jugés, et jugés seuls après la perte de leur ouvrier.
    """

    def __init__(self, journal: Journal, reglages: Reglages, limites: Limites):
        self._journal = journal
        self._reglages = reglages
        self._limites = limites
        self._fond = _fond_de_cle(reglages)
        self._suspects: list[Element] = []
        self._dernier = 0.0
        self.interruption = Interruption()
        self.faits = 0
        self.repris = 0
        self.rejoues = 0

    def mener(self, client: Any, elements: Iterator[Element]) -> None:
        """Juge tous les éléments qui n'ont pas encore leur résultat."""
        paquets = _paquets(element for element in elements if self._a_juger(element))
        en_vol: dict[Any, list[Element]] = {}
        suite = _distributed().as_completed()
        epuise = False
        while en_vol or not epuise:
            while not epuise and len(en_vol) < self._places(client):
                paquet = next(paquets, None)
                if paquet is None:
                    epuise = True
                    break
                future = client.submit(juger_paquet, paquet, self._reglages, self._limites, pure=False)
                en_vol[future] = paquet
                suite.add(future)
            if not en_vol:
                break
            future = next(suite)
            self._recueillir(future, en_vol.pop(future))
        self._juger_les_suspects(client)

    def _a_juger(self, element: Element) -> bool:
        a_juger = self._journal.a_juger(element.chemin, self._cle(element))
        self.repris += a_juger is False
        return bool(a_juger)

    def _places(self, client: Any) -> int:
        fils = sum(client.nthreads().values()) or 1
        return int(fils) * _PAQUETS_PAR_FIL

    def _recueillir(self, future: Any, paquet: list[Element]) -> None:
        if future.status == "finished":
            ecrits = future.result()
            with self.interruption.a_l_abri():
                for element, ecrit in zip(paquet, ecrits, strict=True):
                    self._ecrire(element, ecrit)
        else:
            self._suspects += paquet
        future.release()

    def _juger_les_suspects(self, client: Any) -> None:
        """Un seul fichier en vol à la fois : si son ouvrier se perd encore, c'est bien lui."""
        for element in self._suspects:
            self.rejoues += 1
            future = client.submit(juger_paquet, [element], self._reglages, self._limites, pure=False)
            erreur = future.exception()
            if erreur is None:
                self._ecrire(element, future.result()[0])
                continue
            examen = incidents.ouvrier_perdu(type(erreur).__name__)
            self._ecrire(element, ecrire(Controle(element.chemin, examen), tout=False).en_dict())
        self._suspects = []

    def _ecrire(self, element: Element, ecrit: dict[str, Any]) -> None:
        self._journal.ajouter(self._cle(element), ecrit)
        self.faits += 1
        maintenant = time.monotonic()
        if sys.stderr.isatty() and maintenant - self._dernier > 0.2:
            self._dernier = maintenant
            sys.stderr.write(f"\r\x1b[K{nombre(self.faits)} jugés, {nombre(self.repris)} repris")
            sys.stderr.flush()

    def _cle(self, element: Element) -> str:
        """Ce qui, inchangé, rend inutile de rejuger : chemin, taille, date ou etag, kit, banc, réglages."""
        brut = "\0".join((element.chemin, str(element.taille), element.marque, self._fond))
        return hashlib.blake2b(brut.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


@contextmanager
def grappe(adresse: str, ouvriers: int) -> Iterator[Any]:
    """Un client dask : de la grappe à cette adresse, ou d'une grappe locale d'un fil par ouvrier."""
    distributed = _distributed()
    if adresse:
        try:
            client = distributed.Client(adresse, timeout=_ATTENTE_GRAPPE)
        except (OSError, ValueError) as erreur:
            raise OptionRefusee(f"--scheduler : {adresse} ne répond pas ({type(erreur).__name__})") from erreur
        with client:
            yield client
        return
    travail = tempfile.mkdtemp(prefix="banc-sons-dask-")
    try:
        with (
            distributed.LocalCluster(
                n_workers=ouvriers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                local_directory=travail,
                silence_logs=50,
                preload=["steps.controle.lots_preparation"],
            ) as local,
            distributed.Client(local) as client,
        ):
            yield client
    finally:
        shutil.rmtree(travail, ignore_errors=True)


def _distributed() -> Any:
    """dask.distributed, sans types publiés pour ce qu'on en appelle."""
    return importlib.import_module("distributed")


def _verifier_la_grappe(client: Any, reglages: Reglages) -> None:
    """Refuse une grappe sans ouvrier, sans le projet, ou dont le code ou le kit n'est pas celui d'ici."""
    try:
        client.wait_for_workers(1, timeout=_ATTENTE_OUVRIERS)
    except TimeoutError as erreur:
        raise OptionRefusee(f"la grappe n'a aucun ouvrier après {_ATTENTE_OUVRIERS} s") from erreur
    kit = reglages.contexte.kit_ci_sis
    try:
        vus = client.run(sonder, kit)
    except Exception as erreur:
        raise OptionRefusee(
            "les ouvriers de la grappe n'ont pas ce projet (PYTHONPATH) ou ses dépendances "
            f"({type(erreur).__name__} : {erreur})"
        ) from erreur
    attendu = (empreinte_du_banc(), empreinte_du_kit(kit))
    for ouvrier, vu in vus.items():
        if vu != attendu:
            raise OptionRefusee(f"l'ouvrier {ouvrier} n'a pas le même banc ou le même kit : attendu {attendu}, vu {vu}")


def _paquets(elements: Iterator[Element]) -> Iterator[list[Element]]:
    """Des paquets bornés en nombre et en octets ; énumération paresseuse."""
    paquet: list[Element] = []
    octets = 0
    for element in elements:
        paquet.append(element)
        octets += max(0, element.taille)
        if len(paquet) >= _PAQUET or octets >= _PAQUET_OCTETS:
            yield paquet
            paquet, octets = [], 0
    if paquet:
        yield paquet


def _fond_de_cle(reglages: Reglages) -> str:
    """Empreinte de tout ce qui, hors du fichier, peut changer un verdict."""
    contexte = reglages.contexte
    parties = [empreinte_du_banc(), empreinte_du_kit(contexte.kit_ci_sis), str(reglages.taille_max)]
    for champ in fields(contexte):
        if champ.name not in ("kit_ci_sis", "cache", "nom", "maintenant"):
            parties.append(f"{champ.name}={getattr(contexte, champ.name)!r}")
    return hashlib.sha256("\0".join(parties).encode()).hexdigest()


def _exiger_les_dependances() -> None:
    try:
        for module in ("distributed", "fsspec", "pyarrow"):
            importlib.import_module(module)
    except ImportError as erreur:
        raise OptionRefusee(
            f"--lot demande l'extra « lots » ({erreur.name} manque) : pip install -e '.[lots]' dans le projet"
        ) from erreur


def _resumer(sortie: Path, comptes: dict[str, int], lot: Lot, secondes: float, interrompu: bool) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    total = Counter(comptes)
    restants = total.pop("", 0)
    print(
        f"{pluriel(lot.faits, 'fichier jugé', 'fichiers jugés')} en {duree_lisible(secondes)}"
        + (f" ({lot.faits / secondes:.0f} par seconde)" if lot.faits and secondes else "")
        + (f", {pluriel(lot.repris, 'résultat repris', 'résultats repris')}" if lot.repris else "")
        + (f", {pluriel(lot.rejoues, 'fichier rejugé seul', 'fichiers rejugés seuls')}" if lot.rejoues else "")
    )
    print(", ".join(compter(total[v], v) for v in ORDRE if total[v]) or "aucun verdict")
    if interrompu:
        print(f"Interrompu{f', {restants} en attente' if restants else ''} : relancer la même commande reprendra.")
    print(f"Résultat : {sortie}")
