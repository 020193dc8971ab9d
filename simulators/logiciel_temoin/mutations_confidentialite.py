"""Défauts du masquage et de la visibilité, de la transmission à une plateforme, et de l'export de l'historique."""

from __future__ import annotations

CONFIDENTIALITE = {
    "confidentialite_ignoree": "Le masquage et la visibilité choisis ne partent pas au DMP.",
    "confidentialite_un_seul_code": "De deux choix de masquage ou de visibilité, le premier seul part au DMP.",
    "confidentialite_confondue": "« Invisible au patient » part comme « invisible aux représentants légaux ».",
    "confidentialite_heritee": "Le choix fait pour un compte rendu vaut aussi pour les suivants du patient.",
    "confidentialite_toujours_masquee": "Tout compte rendu part masqué aux professionnels.",
    "confidentialite_sans_effet": "Le choix fait après la validation se voit à l'écran, mais ne part pas au DMP.",
    "confidentialite_non_montree": "Le logiciel ne montre pas le masquage et la visibilité choisis.",
    "confidentialite_sans_niveau": "Un code de visibilité prend la place du niveau N dans confidentialityCode.",
    "confidentialite_oid_faux": "Les codes de visibilité sont écrits sous la nomenclature des niveaux.",
}
