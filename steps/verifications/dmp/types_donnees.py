"""Types HL7 v2 des métadonnées XDS : XCN, XON, CX, OID."""

from __future__ import annotations

import re

OID_PS = "1.2.250.1.71.4.2.1"
OID_STRUCTURE = "1.2.250.1.71.4.2.2"
_OID = re.compile(r"^[0-2](\.(0|[1-9]\d*))+$")
_PS = {"8": re.compile(r"8\d{11}", re.ASCII), "0": re.compile(r"0[0-9A-Z]{9}")}
_PS_AUTRE = re.compile(r"[0-9][0-9A-Za-z][0-9A-Za-z./-]{3,}")
# Un identifiant technique de structure est plus long qu'un FINESS ou un SIREN : il peut commencer par 1 ou 2.
_STRUCTURES = {
    "1": re.compile(r"1[0-9AB]{9}|1[0-9A-Za-z./-]{11,}"),
    "2": re.compile(r"2\d{9}|2[0-9A-Za-z./-]{11,}", re.ASCII),
    "3": re.compile(r"3\d{14}", re.ASCII),
}
_STRUCTURE_AUTRE = re.compile(r"[0-9][0-9A-Za-z./-]{5,}")
_AUTORITE = re.compile(r"^&[0-2](\.\d+)+&ISO$")


def est_oid(valeur: str) -> bool:
    """Vrai si `valeur` est un OID de 64 caractères au plus."""
    return bool(_OID.match(valeur)) and len(valeur) <= 64


def est_ps_idnat(valeur: str) -> bool:
    """Vrai pour un PS_IdNat : 8 et les onze chiffres du RPPS, 0 et l'ADELI, ou une autre forme à préfixe."""
    return bool(_PS.get(valeur[:1], _PS_AUTRE).fullmatch(valeur))


def est_struct_idnat(valeur: str) -> bool:
    """Vrai pour un Struct_IdNat : 1 et le FINESS, 2 et le SIREN, 3 et le SIRET, ou une autre forme à préfixe."""
    return bool(_STRUCTURES.get(valeur[:1], _STRUCTURE_AUTRE).fullmatch(valeur))


def composants(valeur: str, nombre: int) -> list[str]:
    """Les `nombre` premiers composants (vides si absents)."""
    lus = [composant.strip(" \t\r\n") for composant in valeur.split("^")]
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
    if c[8] == f"&{OID_PS}&ISO":
        defauts += [] if c[12] in ("IDNPS", "EI", "") else [f"composant 13 « {c[12]} » au lieu de IDNPS ou EI"]
        if c[12] == "IDNPS" and c[0] and not est_ps_idnat(c[0]):
            defauts.append(f"composant 1 « {c[0]} » : ce n'est pas un PS_IdNat")
    return defauts


def defauts_xon(valeur: str) -> list[str]:
    """Ce qui manque à un XON : composants 1, 6, 7 et 10 requis."""
    c = composants(valeur, 10)
    noms = {0: "nom", 5: "autorité", 6: "type d'identifiant", 9: "identifiant"}
    defauts = [f"composant {rang + 1} ({nom}) vide" for rang, nom in noms.items() if not c[rang]]
    if c[5] and not _AUTORITE.match(c[5]):
        defauts.append(f"composant 6 « {c[5]} » au lieu de &OID&ISO")
    if c[5] == f"&{OID_STRUCTURE}&ISO":
        defauts += [] if c[6] in ("IDNST", "") else [f"composant 7 « {c[6]} » au lieu de IDNST"]
        defauts += [] if not c[9] or est_struct_idnat(c[9]) else [f"composant 10 « {c[9]} » : pas un Struct_IdNat"]
    return defauts


def defauts_cx(valeur: str) -> list[str]:
    """Ce qui manque à un CX : identifiant, autorité, type."""
    c = composants(valeur, 5)
    defauts = [] if c[0] else ["composant 1 (identifiant) vide"]
    defauts += [] if _AUTORITE.match(c[3]) else [f"composant 4 « {c[3]} » au lieu de &OID&ISO"]
    return defauts + ([] if c[4] else ["composant 5 (type) vide"])
