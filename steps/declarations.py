"""Ce qu'une personne déclare pendant une campagne : le cœur pur est dans `reports`, qui relit le journal."""

from reports.declaration import (
    CODE_PERSONNE,
    MARQUE_REJOUE,
    Declaration,
    IssueDeclaree,
    appliquer,
    jugeable,
    points_a_regarder,
    preuves_en_attente,
    revient_a_une_personne,
    sans_declaration,
)
from reports.declarer import DeclarationRefusee, declarer, preparer

__all__ = [
    "CODE_PERSONNE",
    "MARQUE_REJOUE",
    "Declaration",
    "DeclarationRefusee",
    "IssueDeclaree",
    "appliquer",
    "declarer",
    "jugeable",
    "points_a_regarder",
    "preparer",
    "preuves_en_attente",
    "revient_a_une_personne",
    "sans_declaration",
]
