"""Les octets des documents déposés : en mémoire s'ils sont petits, sinon dans un fichier du simulateur."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simulators.socle.echange import Corps, CorpsFichier, CorpsMemoire

_EN_MEMOIRE = 1024 * 1024


@dataclass(frozen=True)
class Contenu:
    """Un contenu rangé et ses empreintes ; `sha1` en hexadécimal, comme l'attribut XDS `hash`."""

    corps: Corps
    sha1: str

    @property
    def taille(self) -> int:
        return self.corps.taille


class ContenuTropGrand(ValueError):
    """Le contenu dépasse la taille admise."""


class Depot:
    """Range des contenus lus par blocs ; tout disparaît avec l'objet."""

    def __init__(self) -> None:
        self._dossier: Path | None = None

    def ranger(self, blocs: Iterable[bytes], maximum: int | None = None) -> Contenu:
        """Lit les blocs une seule fois, calcule les empreintes au passage, et range."""
        sha1, sha256, taille = hashlib.sha1(usedforsecurity=False), hashlib.sha256(), 0
        debut: list[bytes] = []
        fichier = None
        chemin: Path | None = None
        try:
            for bloc in blocs:
                taille += len(bloc)
                if maximum is not None and taille > maximum:
                    raise ContenuTropGrand(f"plus de {maximum} octets")
                sha1.update(bloc)
                sha256.update(bloc)
                if fichier is None and taille > _EN_MEMOIRE:
                    with tempfile.NamedTemporaryFile(dir=self._ouvrir_dossier(), delete=False) as temporaire:
                        chemin = Path(temporaire.name)
                    fichier = chemin.open("wb")
                    fichier.writelines(debut)
                    debut.clear()
                if fichier is None:
                    debut.append(bloc)
                else:
                    fichier.write(bloc)
        except BaseException:
            if fichier is not None:
                fichier.close()
            if chemin is not None:
                chemin.unlink(missing_ok=True)
            raise
        if fichier is not None and chemin is not None:
            fichier.close()
            corps: Corps = CorpsFichier(chemin, sha256.hexdigest(), taille)
        else:
            corps = CorpsMemoire(b"".join(debut))
        return Contenu(corps, sha1.hexdigest())

    def vider(self) -> None:
        """Supprime tous les fichiers rangés."""
        if self._dossier is not None:
            shutil.rmtree(self._dossier, ignore_errors=True)
            self._dossier = None

    def _ouvrir_dossier(self) -> Path:
        if self._dossier is None:
            self._dossier = Path(tempfile.mkdtemp(prefix="banc-sons-dmp-"))
            weakref.finalize(self, shutil.rmtree, self._dossier, ignore_errors=True)
        return self._dossier
