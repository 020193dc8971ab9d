"""Un journal relu comme source d'arguments : chaque corps est recompté, chaque empreinte a la forme d'une empreinte."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from simulators.socle.codage import corps_cites
from simulators.socle.echange import Corps, Echange, PoigneeRefusee
from simulators.socle.journal import JournalEchanges
from steps.jugements.classes import NonCodable

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class SourceJournal:
    """Corps, échanges et poignées de main d'un journal ; lève `NonCodable` devant ce qui manque ou a été modifié."""

    def __init__(self, journal: JournalEchanges) -> None:
        self._journal = journal
        self._corps: dict[str, Corps | str] = {}
        self._echanges: dict[int, Echange] = {}
        self._cites: dict[int, tuple[object, ...]] | None = None
        self._poignees: dict[int, PoigneeRefusee] | None = None

    def corps(self, sha256: object) -> Corps:
        """Le corps de cette empreinte, une fois son contenu recompté."""
        if not isinstance(sha256, str) or not _SHA256.match(sha256):
            raise NonCodable(f"empreinte de corps attendue, reçu {sha256!r}")
        if sha256 not in self._corps:
            self._corps[sha256] = self._recompter(sha256)
        trouve = self._corps[sha256]
        if isinstance(trouve, str):
            raise NonCodable(trouve)
        return trouve

    def _recompter(self, sha256: str) -> Corps | str:
        try:
            corps = self._journal.corps(sha256)
            calcule = _empreinte(corps)
        except KeyError:
            return f"corps {sha256} absent du dossier"
        except OSError as erreur:
            return f"corps {sha256} illisible : {erreur.strerror}"
        return corps if calcule == sha256 else f"corps {sha256} : contenu modifié (empreinte {calcule})"

    def echange(self, numero: object) -> Echange:
        """L'échange de ce numéro, ses corps et ses certificats recomptés."""
        if type(numero) is not int:
            raise NonCodable(f"numéro d'échange attendu, reçu {numero!r}")
        if numero not in self._echanges:
            self._echanges[numero] = self._lire_echange(numero)
        return self._echanges[numero]

    def _lire_echange(self, numero: int) -> Echange:
        if self._cites is None:
            self._cites = dict(self._lire_cites())
        if numero not in self._cites:
            raise NonCodable(f"le journal n'a pas d'échange numéro {numero}")
        for sha256 in self._cites[numero]:
            self.corps(sha256)
        try:
            return self._journal.echange(numero)
        except (KeyError, TypeError, ValueError, AttributeError) as erreur:
            raise NonCodable(f"échange numéro {numero} illisible : {type(erreur).__name__} : {erreur}") from erreur

    def _lire_cites(self) -> Iterator[tuple[int, tuple[object, ...]]]:
        """Les corps que cite chaque échange : il n'est décodé qu'une fois ses corps recomptés."""
        for enregistrement in self._journal.enregistrements(type="echange"):
            try:
                yield enregistrement.numero, tuple(sha256 for sha256, _ in corps_cites(enregistrement.donnees))
            except (KeyError, TypeError, ValueError, AttributeError):
                # Un échange mal formé n'a pas d'empreinte de corps : le demander dira pourquoi.
                yield enregistrement.numero, (None,)

    def poignee(self, numero: object) -> PoigneeRefusee:
        """La poignée de main refusée de ce numéro."""
        if self._poignees is None:
            self._poignees = {poignee.numero: poignee for poignee in self._journal.poignees_refusees()}
        if type(numero) is not int or numero not in self._poignees:
            raise NonCodable(f"le journal n'a pas de poignée de main refusée numéro {numero!r}")
        return self._poignees[numero]


def _empreinte(corps: Corps) -> str:
    total = hashlib.sha256()
    with corps.ouvrir() as fichier:
        while bloc := fichier.read(2**18):
            total.update(bloc)
    return total.hexdigest()
