"""Défauts de ce que l'ouverture d'un dossier annonce du DMP."""

from __future__ import annotations

ANNONCES: dict[str, str] = {
    "annonce_dmp_absente": "L'ouverture d'un dossier n'annonce aucun nouveau document du DMP.",
    "annonce_dmp_sans_periode": "Les documents du DMP sont annoncés quelle que soit leur ancienneté.",
    "annonce_dmp_avec_les_siens": "Les documents que la structure a elle-même versés au DMP sont annoncés.",
    "annonce_dmp_sans_type": "Les nouveaux documents du DMP sont annoncés tous ensemble, sans leur type.",
    "version_dmp_muette": "La version plus récente d'un document venu du DMP n'est pas signalée.",
    "suppression_dmp_muette": "La suppression au DMP d'un document qui en vient n'est pas signalée.",
    "version_dmp_toujours_signalee": "Une version plus récente est signalée pour tout document venu du DMP.",
    "version_dmp_ecrase": "La nouvelle version intégrée du DMP chasse du dossier la précédente.",
    "document_dmp_non_supprimable": "Un document que le DMP n'a plus ne s'ôte pas du dossier.",
}
"""Défauts joués là où ils agissent, par leur nom."""
