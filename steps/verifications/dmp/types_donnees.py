"""Types HL7 v2 des métadonnées XDS : XCN, XON, CX, OID."""

from __future__ import annotations

import re

OID_PS = "1.2.250.1.71.4.2.1"
OID_STRUCTURE = "1.2.250.1.71.4.2.2"
_OID = re.compile(r"^[0-2](\.(0|[1-9]\d*))+$")
_AUTORITE = re.compile(r"^&[0-2](\.\d+)+&ISO$")


def est_oid(valeur: str) -> bool:
    """Vrai si `valeur` est un OID de 64 caractères au plus."""
    return bool(_OID.match(valeur)) and len(valeur) <= 64


def composants(valeur: str, nombre: int) -> list[str]:
    """Les `nombre` premiers composants (vides si absents)."""
    lus = [composant.strip() for composant in valeur.split("^")]
    return (lus + [""] * nombre)[:nombre]


def defauts_xcn(valeur: str) -> list[str]:
    """Ce qui manque à un XCN de professionnel ou de dispositif."""
    c = composants(valeur, 13)
    defauts = [] if c[0] else ["composant 1 (identifiant) vide"]
    defauts += [] if c[1] else ["composant 2 (nom) vide"]
    if c[8] and not _AUTORITE.match(c[8]):
        defauts.append(f"composant 9 « {c[8]} » au lieu de &OID&ISO")
    if c[12] == "IDNPS" and c[8] not in (f"&{OID_PS}&ISO", ""):
        defauts.append(f"composant 9 « {c[8]} » : l'autorité d'un identifiant national est {OID_PS}")
    if not c[8]:
        defauts.append("composant 9 (autorité) vide")
    if not c[12]:
        defauts.append("composant 13 (type d'identifiant) vide")
    return defauts


def defauts_xon(valeur: str) -> list[str]:
    """Ce qui manque à un XON : composants 1, 6, 7 et 10 requis."""
    c = composants(valeur, 10)
    noms = {0: "nom", 5: "autorité", 6: "type d'identifiant", 9: "identifiant"}
    defauts = [f"composant {rang + 1} ({nom}) vide" for rang, nom in noms.items() if not c[rang]]
    if c[5] and not _AUTORITE.match(c[5]):
        defauts.append(f"composant 6 « {c[5]} » au lieu de &OID&ISO")
    return defauts


def defauts_cx(valeur: str) -> list[str]:
    """Ce qui manque à un CX : identifiant, autorité, type."""
    c = composants(valeur, 5)
    defauts = [] if c[0] else ["composant 1 (identifiant) vide"]
    defauts += [] if _AUTORITE.match(c[3]) else [f"composant 4 « {c[3]} » au lieu de &OID&ISO"]
    return defauts + ([] if c[4] else ["composant 5 (type) vide"])
