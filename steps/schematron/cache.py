"""Feuilles XSLT engendrées, gardées sur disque par empreinte : un fichier abîmé est refait, jamais cru."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from steps.schematron.modele import Parties, Schematron
from steps.schematron.xslt import VERSION, Feuille


class CacheXslt:
    """Dossier de feuilles ; `dossier` None : rien n'est gardé.

    Une écriture est atomique : deux processus qui compilent la même feuille ne se gênent pas. Un dossier qui refuse
    l'écriture ne gêne pas le jugement.
    """

    def __init__(self, dossier: Path | None) -> None:
        self.dossier = dossier

    def feuille(
        self,
        schematron: Schematron,
        parties: Parties | None,
        documents: Iterable[str],
        prudent: bool,
        engendrer: Callable[[], Feuille],
    ) -> Feuille:
        """La feuille gardée pour cette demande, sinon celle que rend `engendrer`, aussitôt gardée."""
        if self.dossier is None:
            return engendrer()
        fichier = self.dossier / f"{_cle(schematron, parties, documents, prudent)}.xslt"
        gardee = _lire(fichier)
        if gardee is None:
            gardee = engendrer()
            _ecrire(fichier, gardee)
        return gardee


def _cle(schematron: Schematron, parties: Parties | None, documents: Iterable[str], prudent: bool) -> str:
    demande = [VERSION, schematron.empreinte, sorted(parties) if parties is not None else None, [*documents], prudent]
    condense = hashlib.sha256(json.dumps(demande).encode()).hexdigest()
    return f"{schematron.nom}-{condense[:32]}"


def _lire(fichier: Path) -> Feuille | None:
    try:
        contenu = fichier.read_bytes()
        entete, _, texte = contenu.partition(b"\n")
        dit = json.loads(entete)
        if dit["sha256"] != hashlib.sha256(texte).hexdigest():
            return None
        return Feuille(texte.decode(), tuple(str(nom) for nom in dit["documents"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _ecrire(fichier: Path, feuille: Feuille) -> None:
    texte = feuille.texte.encode()
    entete = json.dumps({"sha256": hashlib.sha256(texte).hexdigest(), "documents": list(feuille.documents)})
    provisoire = ""
    try:
        fichier.parent.mkdir(parents=True, exist_ok=True)
        descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=".", suffix=".tmp")
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(entete.encode() + b"\n" + texte)
        Path(provisoire).replace(fichier)
    except OSError:
        with contextlib.suppress(OSError):
            if provisoire:
                Path(provisoire).unlink(missing_ok=True)
