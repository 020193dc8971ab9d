"""Ce qu'un dossier scellé peut peser : des plafonds que rien d'annoncé dans le dossier ne relève."""

from __future__ import annotations

MIO = 2**20

ARCHIVE_MAX = 4 * 1024 * MIO - 1
"""Taille du zip : la forme sans Zip64 s'arrête là."""
MEMBRES_MAX = 65_534
MEMBRE_MAX = 2 * 1024 * MIO
"""Taille décompressée d'un membre du zip."""
TEXTE_MAX = 512 * MIO
"""Taille d'un membre lu en mémoire (verdicts, rapport, index)."""
MANIFESTE_MAX = 64 * MIO
DECOMPRESSE_MAX = 8 * 1024 * MIO
"""Total décompressé du dossier, archives intérieures comprises."""
TAR_MEMBRES_MAX = 1_000_000
LIGNE_MAX = 64 * MIO
"""Une ligne du journal."""
MEMOIRE_XZ = 64 * MIO
"""Mémoire laissée au décompresseur LZMA ; ce que nous écrivons en demande 9 Mio."""
CLASSEUR_MAX = 256 * MIO
"""Total décompressé de `convergence.xlsx`, lui-même un zip."""
BLOC = 2**18
MARGE = 16 * MIO
"""Ce que la vérification lit au-delà d'une taille annoncée, pour dire ce qui a été ajouté plutôt que renoncer."""
