"""Les pièces qu'une personne apporte : leur examen (`examen`), leur entrée au dossier et leur retrait (`porte`).

Console, terminal et adaptateur `depot` passent tous par `PortePieces` : rien n'entre sans avoir été lu en entier.
"""
