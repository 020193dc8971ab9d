"""PDF/A-1, article 6.1.12 : les limites d'une valeur, où qu'elle soit écrite."""

from __future__ import annotations

from decimal import Decimal

import pikepdf

from steps.verifications.pdf.objets import taille_du_nom

NOM_MAX = 127
COULEURS_MAX = 8
_ENTIER_MAX, _REEL_MAX, _CHAINE_MAX = 2**31 - 1, 32767, 65535


def hors_limite(valeur: object) -> str:
    """Ce qui dépasse, en français ; vide si la valeur tient dans ses limites."""
    if isinstance(valeur, bool):
        return ""
    if isinstance(valeur, int) and not -_ENTIER_MAX - 1 <= valeur <= _ENTIER_MAX:
        return f"entier {valeur}"
    if isinstance(valeur, Decimal) and abs(valeur) > _REEL_MAX:
        return f"réel {valeur}"
    if isinstance(valeur, pikepdf.String) and len(bytes(valeur)) > _CHAINE_MAX:
        return f"chaîne de {len(bytes(valeur))} octets"
    if isinstance(valeur, pikepdf.Name) and taille_du_nom(valeur) > NOM_MAX:
        return f"nom de {taille_du_nom(valeur)} caractères"
    return ""
