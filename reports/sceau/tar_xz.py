"""Une archive tar comprimée en xz : écriture déterministe, lecture au fil de l'eau qui ne fait confiance à rien.

Les corps se ressemblent d'un échange à l'autre : comprimés ensemble, dans l'ordre des opérations, ils pèsent sept fois
moins. Le lecteur n'accepte que des fichiers ordinaires (ustar), ni lien, ni extension.
"""

from __future__ import annotations

import lzma
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from reports.sceau import limites
from reports.sceau.anomalie import DossierIllisible
from reports.sceau.zip_canonique import nom_permis

_BLOC_TAR = 512
_FILTRES = [{"id": lzma.FILTER_LZMA2, "preset": 6}]


def ecrire_xz(sortie: Path, blocs: Iterable[bytes]) -> int:
    """Comprime un flux dans ce fichier ; rend sa taille en clair. Mêmes octets, même fichier."""
    compresseur = lzma.LZMACompressor(lzma.FORMAT_XZ, lzma.CHECK_SHA256, filters=_FILTRES)
    total = 0
    with sortie.open("wb") as fichier:
        for bloc in blocs:
            total += len(bloc)
            fichier.write(compresseur.compress(bloc))
        fichier.write(compresseur.flush())
    return total


def blocs_tar(fichiers: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    """Le flux tar de ces fichiers, dans l'ordre donné, sans date, ni propriétaire, ni droits propres au poste."""
    for nom, chemin in fichiers:
        taille = chemin.stat().st_size
        entete = tarfile.TarInfo(nom)
        entete.size, entete.mode = taille, 0o644
        yield entete.tobuf(tarfile.USTAR_FORMAT)
        lu = 0
        with chemin.open("rb") as fichier:
            while bloc := fichier.read(limites.BLOC):
                lu += len(bloc)
                yield bloc
        if lu != taille:
            raise OSError(f"{chemin} a changé pendant le scellement")
        if reste := -taille % _BLOC_TAR:
            yield bytes(reste)
    yield bytes(2 * _BLOC_TAR)


def deballer_xz(blocs: Iterable[bytes], plafond: int, quoi: str) -> Iterator[bytes]:
    """Décompresse au fil de l'eau ; `DossierIllisible` si le flux est abîmé, ou dépasse `plafond` ou la mémoire."""
    decompresseur = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limites.MEMOIRE_XZ)
    total = 0
    try:
        for bloc in blocs:
            attente = bloc
            while not decompresseur.eof and (attente or not decompresseur.needs_input):
                sorti = decompresseur.decompress(attente, limites.BLOC)
                attente = b""
                total += len(sorti)
                if total > plafond:
                    raise DossierIllisible(f"{quoi} : plus de {plafond} octets une fois décompressé")
                if sorti:
                    yield sorti
            if decompresseur.eof and (attente or decompresseur.unused_data):
                raise DossierIllisible(f"{quoi} : octets en trop après le flux xz")
    except lzma.LZMAError as erreur:
        raise DossierIllisible(f"{quoi} : flux xz abîmé, ou qui demande trop de mémoire ({erreur})") from erreur
    if not decompresseur.eof:
        raise DossierIllisible(f"{quoi} : flux xz coupé")


class _Flux:
    """Lecture exacte sur une suite de blocs."""

    def __init__(self, blocs: Iterable[bytes], quoi: str) -> None:
        self._blocs = iter(blocs)
        self._attente = b""
        self._quoi = quoi

    def morceaux(self, taille: int) -> Iterator[bytes]:
        """Exactement `taille` octets, par morceaux."""
        while taille:
            if not self._attente:
                self._attente = next(self._blocs, b"")
                if not self._attente:
                    raise DossierIllisible(f"{self._quoi} : archive tar coupée")
            morceau, self._attente = self._attente[:taille], self._attente[taille:]
            taille -= len(morceau)
            yield morceau

    def exact(self, taille: int) -> bytes:
        """Exactement `taille` octets."""
        return b"".join(self.morceaux(taille))

    def reste_nul(self) -> bool:
        """Ne reste-t-il que des zéros ? Lit tout jusqu'au bout."""
        nul = not self._attente.strip(b"\0")
        for bloc in self._blocs:
            nul = nul and not bloc.strip(b"\0")
        return nul


Visite = Callable[[str, int, Iterator[bytes]], object]


def parcourir_tar(blocs: Iterable[bytes], prefixe: str, quoi: str, visite: Visite) -> None:
    """Appelle `visite(nom, taille, morceaux)` pour chaque fichier.

    Chaque nom commence par `prefixe` et n'apparaît qu'une fois ; ce que la visite ne lit pas est sauté.
    `DossierIllisible` pour tout ce qui n'est pas un fichier ordinaire.
    """
    flux, vus = _Flux(blocs, quoi), set[str]()
    while (brut := flux.exact(_BLOC_TAR)) != bytes(_BLOC_TAR):
        try:
            entete = tarfile.TarInfo.frombuf(brut, "utf-8", "strict")
        except (tarfile.TarError, UnicodeError, ValueError) as erreur:
            raise DossierIllisible(f"{quoi} : en-tête tar illisible ({erreur})") from erreur
        nom = entete.name
        if entete.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or entete.linkname:
            raise DossierIllisible(f"{quoi} : {nom[:200]!r} n'est pas un fichier ordinaire (lien, dossier, extension)")
        if not nom_permis(nom) or not nom.startswith(prefixe):
            raise DossierIllisible(f"{quoi} : nom interdit {nom[:200]!r} (attendu sous {prefixe})")
        if nom.casefold() in vus or len(vus) >= limites.TAR_MEMBRES_MAX:
            raise DossierIllisible(f"{quoi} : {nom[:200]!r} y est deux fois, ou trop de fichiers")
        if not 0 <= entete.size <= limites.MEMBRE_MAX:
            raise DossierIllisible(f"{quoi} : {nom[:200]!r} annonce {entete.size} octets")
        vus.add(nom.casefold())
        morceaux = flux.morceaux(entete.size)
        visite(nom, entete.size, morceaux)
        for _ in morceaux:  # ce que la visite n'a pas lu
            pass
        flux.exact(-entete.size % _BLOC_TAR)
    if not flux.reste_nul():
        raise DossierIllisible(f"{quoi} : des octets suivent la fin de l'archive tar")
