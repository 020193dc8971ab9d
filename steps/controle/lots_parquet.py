"""Résultats de lot en Parquet : un fichier, une ligne par document, les constats en liste de structures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from steps.controle.resultat import Ecrit

_PAR_GROUPE = 5_000
_CHAMPS_CONSTAT = (
    "code",
    "gravite",
    "message",
    "ou",
    "attendu",
    "recu",
    "source",
    "confiance",
    "a_faire",
    "document",
    "titre",
)


def ecrire_parquet(chemin: Path, resultats: Iterator[Ecrit]) -> None:
    """Écrit les résultats par groupes de lignes ; la mémoire ne dépend pas de leur nombre."""
    import pyarrow
    import pyarrow.parquet

    schema = _schema(pyarrow)
    with pyarrow.parquet.ParquetWriter(chemin, schema, compression="zstd") as ecrivain:
        groupe: list[Ecrit] = []
        for resultat in resultats:
            groupe.append(_sans_octets_faux(resultat))
            if len(groupe) >= _PAR_GROUPE:
                ecrivain.write_table(pyarrow.Table.from_pylist(groupe, schema=schema))
                groupe = []
        ecrivain.write_table(pyarrow.Table.from_pylist(groupe, schema=schema))


def lire_parquet(chemin: Path) -> Iterator[Ecrit]:
    """Relit un Parquet écrit par `ecrire_parquet` ; `ValueError` s'il n'en est pas un."""
    import pyarrow
    import pyarrow.parquet

    try:
        fichier = pyarrow.parquet.ParquetFile(chemin)
    except (pyarrow.ArrowInvalid, OSError) as erreur:
        raise ValueError(f"{chemin} : ce n'est pas un Parquet lisible") from erreur
    with fichier:
        if not {"cle", "fichier", "verdict", "constats"} <= set(fichier.schema_arrow.names):
            raise ValueError(f"{chemin} : ce n'est pas un résultat de lot")
        for lot in fichier.iter_batches(batch_size=_PAR_GROUPE):
            yield from lot.to_pylist()


def _schema(pyarrow: Any) -> Any:
    texte = pyarrow.string()
    inclus = [("document", texte), ("type", texte), ("verdict", texte), ("perimetre", pyarrow.list_(texte))]
    return pyarrow.schema(
        [
            ("cle", texte),
            ("fichier", texte),
            ("type", texte),
            ("verdict", texte),
            ("constats", pyarrow.list_(pyarrow.struct([(champ, texte) for champ in _CHAMPS_CONSTAT]))),
            ("perimetre", pyarrow.list_(texte)),
            ("inclus", pyarrow.list_(pyarrow.struct(inclus))),
            ("sha256", texte),
            ("taille", pyarrow.int64()),
            ("duree", pyarrow.float64()),
            ("respectees", pyarrow.int64()),
            ("avertissements", pyarrow.list_(texte)),
        ]
    )


def _sans_octets_faux(valeur: Any) -> Any:
    """Arrow n'accepte que de l'UTF-8 : un demi-caractère isolé devient un échappement."""
    if isinstance(valeur, str):
        return valeur.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(valeur, dict):
        return {cle: _sans_octets_faux(partie) for cle, partie in valeur.items()}
    return [_sans_octets_faux(partie) for partie in valeur] if isinstance(valeur, list) else valeur
