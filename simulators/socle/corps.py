"""Magasin des corps : un fichier par SHA-256, sous `corps/<2 hex>/<sha256>`."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn, Self

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from simulators.socle.echange import VIDE, Corps, CorpsFichier
from simulators.socle.expurgation import Expurgateur
from simulators.socle.garde import GardeMatricules, MatriculeReel

SEUIL_MEMOIRE = 4 * 2**20
"""Au-delà, un corps reçu déborde sur un fichier temporaire chiffré."""

_BLOC = 2**18
_ECRITURE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class MagasinCorps:
    """Range des octets par empreinte ; deux corps égaux n'occupent qu'un fichier."""

    def __init__(self, dossier: Path, *, lecture: bool = False) -> None:
        self.racine = dossier / "corps"
        self._racine_texte = str(self.racine)
        self._sous_dossiers: set[str] = set()
        if not lecture:
            self.racine.mkdir(parents=True, exist_ok=True)

    def chemin(self, sha256: str) -> Path:
        """Emplacement d'un corps, présent ou non."""
        return self.racine / sha256[:2] / sha256

    def lire(self, sha256: str, taille: int) -> Corps:
        """Le corps désigné, lu à la demande."""
        return CorpsFichier(self.chemin(sha256), sha256, taille) if taille else VIDE

    @lru_cache(maxsize=64)  # noqa: B019 (borné ; le magasin vit autant que le journal)
    def octets(self, sha256: str) -> bytes:
        """Octets d'un petit corps souvent relu (certificat)."""
        return self.chemin(sha256).read_bytes()

    def ecrire(self, octets: bytes) -> Corps:
        """Range des octets déjà expurgés. Un fichier tronqué par un arrêt brutal est réécrit."""
        if not octets:
            return VIDE
        sha256 = hashlib.sha256(octets).hexdigest()
        chemin = self._preparer(sha256)
        try:
            descripteur = os.open(chemin, _ECRITURE, 0o644)
        except FileExistsError:
            if os.stat(chemin).st_size != len(octets):  # noqa: PTH116 (chemin en texte : voie rapide)
                self._remplacer(Path(chemin), octets)
        else:
            try:
                reste = memoryview(octets)
                while reste:
                    reste = reste[os.write(descripteur, reste) :]
            except OSError:
                # Disque plein : un corps coupé ne reste pas, la place est rendue.
                with contextlib.suppress(OSError):
                    os.unlink(chemin)  # noqa: PTH108 (chemin en texte : voie rapide)
                raise
            finally:
                os.close(descripteur)
        return CorpsFichier(Path(chemin), sha256, len(octets))

    def adopter(self, source: Path, sha256: str, taille: int) -> Corps:
        """Fait d'un fichier temporaire du même volume un corps du magasin."""
        chemin = Path(self._preparer(sha256))
        source.replace(chemin)
        return CorpsFichier(chemin, sha256, taille)

    def _preparer(self, sha256: str) -> str:
        """Chemin du corps, sous-dossier créé. En texte : cette voie est celle de chaque échange."""
        prefixe = sha256[:2]
        if prefixe not in self._sous_dossiers:
            (self.racine / prefixe).mkdir(parents=True, exist_ok=True)
            self._sous_dossiers.add(prefixe)
        return f"{self._racine_texte}{os.sep}{prefixe}{os.sep}{sha256}"

    def _remplacer(self, chemin: Path, octets: bytes) -> None:
        provisoire = chemin.with_suffix(".partiel")
        provisoire.write_bytes(octets)
        provisoire.replace(chemin)


class Reception:
    """Un corps en cours de réception : gardé, expurgé et haché au fil de l'eau.

    Rien n'atteint le disque en clair avant que la garde ait vu tout le corps : les petits restent en mémoire, les
    grands débordent sur un fichier temporaire chiffré dont la clé ne vit que dans cet objet.
    """

    def __init__(
        self,
        magasin: MagasinCorps,
        garde: GardeMatricules,
        expurgateur: Expurgateur,
        en_memoire: int = SEUIL_MEMOIRE,
        tomber: Callable[[OSError], NoReturn] | None = None,
    ) -> None:
        """`tomber` : ce qu'il advient d'une écriture refusée par le support ; par défaut elle lève OSError."""
        self._tomber = tomber
        self._magasin = magasin
        self._en_memoire = en_memoire
        self._expurgateur = expurgateur
        self._examen = garde.examen()
        self._hache = hashlib.sha256()
        self._attente = b""
        self._memoire = bytearray()
        self._debordement: _Debordement | None = None
        self.taille = 0

    def ecrire(self, bloc: bytes) -> None:
        """Ajoute un bloc ; `MatriculeReel` si un matricule interdit y apparaît, et rien n'en reste."""
        if self._examen.suivre(bloc):
            self._refuser()
        pret, self._attente = self._expurgateur.bloc(self._attente + bloc if self._attente else bloc)
        try:
            self._verser(pret)
        except OSError as erreur:
            self._echouer(erreur)

    def terminer(self) -> Corps:
        """Range le corps entier et le rend."""
        if self._examen.finir():
            self._refuser()
        try:
            if self._debordement is None:
                return self._magasin.ecrire(self._expurgateur.octets(bytes(self._memoire) + self._attente))
            self._verser(self._expurgateur.octets(self._attente))
            return self._debordement.ranger(self._magasin, self._hache.hexdigest(), self.taille)
        except OSError as erreur:
            self._echouer(erreur)

    def contenu(self) -> bytes:
        """Tout ce qui a été reçu jusqu'ici, secrets remplacés : pour regarder dedans avant de le ranger."""
        debut = bytes(self._memoire) if self._debordement is None else self._debordement.relire()
        return self._expurgateur.octets(debut + self._attente) if self._attente else debut

    def abandonner(self) -> None:
        """Oublie tout ce qui a été reçu."""
        self._memoire.clear()
        if self._debordement is not None:
            self._debordement.fermer()
            self._debordement = None

    def _verser(self, bloc: bytes) -> None:
        self.taille += len(bloc)
        self._hache.update(bloc)
        if self._debordement is None and self.taille > self._en_memoire:
            self._debordement = _Debordement(self._magasin.racine)
            self._debordement.ecrire(bytes(self._memoire))
            self._memoire.clear()
        if self._debordement is None:
            self._memoire += bloc
        else:
            self._debordement.ecrire(bloc)

    def _echouer(self, erreur: OSError) -> NoReturn:
        with contextlib.suppress(OSError):
            self.abandonner()
        if self._tomber is None:
            raise erreur
        self._tomber(erreur)

    def _refuser(self) -> None:
        self.abandonner()
        raise MatriculeReel("un corps reçu")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandonner()


class _Debordement:
    """Fichier temporaire chiffré (AES-CTR, clé éphémère), effacé à la fermeture."""

    def __init__(self, racine: Path) -> None:
        self._racine = racine
        self._fichier: IO[bytes] = tempfile.TemporaryFile(dir=racine, prefix="reception-")  # noqa: SIM115 (fermé par fermer)
        self._chiffre = Cipher(algorithms.AES(os.urandom(16)), modes.CTR(os.urandom(16)))
        self._encryptor: CipherContext = self._chiffre.encryptor()

    def ecrire(self, bloc: bytes) -> None:
        self._fichier.write(self._encryptor.update(bloc))

    def relire(self) -> bytes:
        """Le contenu en clair, en mémoire seulement ; l'écriture peut reprendre ensuite."""
        self._fichier.seek(0)
        clair = self._chiffre.decryptor().update(self._fichier.read())
        self._fichier.seek(0, os.SEEK_END)
        return clair

    def ranger(self, magasin: MagasinCorps, sha256: str, taille: int) -> Corps:
        """Déchiffre vers le magasin : le fichier n'y prend son nom qu'une fois complet."""
        self._fichier.seek(0)
        dechiffre = self._chiffre.decryptor()
        descripteur, nom = tempfile.mkstemp(dir=self._racine, prefix="corps-")
        try:
            with os.fdopen(descripteur, "wb") as sortie:
                while bloc := self._fichier.read(_BLOC):
                    sortie.write(dechiffre.update(bloc))
        except OSError:
            Path(nom).unlink(missing_ok=True)
            raise
        self.fermer()
        return magasin.adopter(Path(nom), sha256, taille)

    def fermer(self) -> None:
        self._fichier.close()
