"""Règles des identifiants de professionnels et de structures : OID, forme, clé de Luhn."""

from __future__ import annotations

import re

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.chemins import chemin
from steps.verifications.cda.formes import CONSTATS_MAX, de_l_en_tete, local
from steps.verifications.cda.modele import OID_PS, OID_STRUCTURE, OIDS_INS
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration minimale des documents CDA R2 (IG-document-core), en-tête"
_NOMENCLATURE = f"{_GUIDE} ; PS_IdNat, Struct_IdNat"
_RPPS = re.compile(r"8\d{11}")
# Chiffre de type, puis FINESS (9), SIREN (9), SIRET (14), ou identifiant de cabinet.
_STRUCTURE = re.compile(r"1[0-9AB]{9}|2\d{9}|3\d{14}|[04].{1,}|[56789].{1,}/.{1,}", re.IGNORECASE)
_NS = {"h": "urn:hl7-org:v3"}

OID_AUTEUR = Regle(
    "CDA-ACT-11", "L'auteur est identifié sous l'OID qui convient à ce qu'il est", _NOMENCLATURE, Confiance.OFFICIELLE,
    f"Écrire le PS_IdNat d'un professionnel sous {OID_PS}, le Struct_IdNat d'une organisation sous {OID_STRUCTURE}.",
)  # fmt: skip
FORME_STRUCTURE = Regle(
    "CDA-ACT-12", "Un identifiant national de structure a sa forme", _NOMENCLATURE, Confiance.DEDUITE,
    "Écrire le chiffre de type puis l'identifiant : 1 et le FINESS, 2 et le SIREN, 3 et le SIRET.",
)  # fmt: skip
LUHN = Regle(
    "CDA-ACT-13", "RPPS, FINESS et SIREN finissent par une clé de Luhn juste", "ISO/IEC 7812-1, annexe B",
    Confiance.DEDUITE, "Vérifier l'identifiant : la clé signale une faute de frappe.",
)  # fmt: skip


def luhn(chiffres: str) -> bool:
    """Vrai si la clé de Luhn est juste."""
    somme = 0
    for rang, chiffre in enumerate(reversed(chiffres)):
        valeur = int(chiffre) * (2 if rang % 2 else 1)
        somme += valeur - 9 if valeur > 9 else valeur
    return somme % 10 == 0


@verification(OID_AUTEUR)
def oid_auteur(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les auteurs, le responsable et les exécutants ont un identifiant sous l'OID de ce qu'ils sont.

    Un professionnel : PS_IdNat. Un patient : son INS. Un dispositif : son organisation ou un identifiant local.
    """
    constats, vus = [], []
    for role in document.iterfind("h:author/h:assignedAuthor", _NS):
        dispositif = role.find("h:assignedPerson", _NS) is None
        constat = _juger_role(role, dispositif, echanges)
        vus += [identifiant.get("extension", "") for identifiant in role.iterfind("h:id", _NS)]
        constats += [constat] if constat else []
        if len(constats) >= CONSTATS_MAX:
            return constats
    for chemin_ in (
        "h:legalAuthenticator/h:assignedEntity",
        "h:authenticator/h:assignedEntity",
        "h:documentationOf/h:serviceEvent/h:performer/h:assignedEntity",
    ):
        for role in document.iterfind(chemin_, _NS):
            constat = _juger_role(role, role.find("h:assignedPerson", _NS) is None, echanges)
            constats += [constat] if constat else []
            if len(constats) >= CONSTATS_MAX:
                return constats
    ou = "ClinicalDocument/author/assignedAuthor/id/@root"
    return constats or [OID_AUTEUR.respectee(recu=", ".join(vus)[:200], ou=ou, echanges=echanges)]


def _juger_role(role: etree._Element, dispositif: bool, echanges: tuple[int, ...]) -> Constat | None:
    ids = [(i.get("root", ""), i.get("extension", ""), i) for i in role.iterfind("h:id", _NS) if i.get("root")]
    national = any(racine == OID_PS for racine, _, _ in ids)
    # À côté d'un PS_IdNat, un identifiant local peut avoir n'importe quelle forme.
    for racine, extension, element in () if national else ids:
        deplace = _RPPS.fullmatch(extension) is not None
        if deplace or (racine == OID_STRUCTURE and not dispositif):
            return OID_AUTEUR.enfreinte(
                "Un professionnel est identifié sous un OID qui n'est pas celui des professionnels.",
                attendu=f"{OID_PS} pour un PS_IdNat", recu=f"{racine}^{extension}", ou=f"{chemin(element)}/@root",
                echanges=echanges,
            )  # fmt: skip
    if ids and not dispositif and not national and not any(racine in OIDS_INS for racine, _, _ in ids):
        return OID_AUTEUR.a_regarder(
            "Une personne n'a qu'un identifiant local : vérifier qu'elle n'a pas de PS_IdNat.",
            recu=", ".join(f"{racine}^{extension}" for racine, extension, _ in ids), ou=chemin(role),
            echanges=echanges,
        )  # fmt: skip
    return None


@verification(FORME_STRUCTURE, LUHN)
def formes_nationales(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les identifiants nationaux de l'en-tête ont leur forme et une clé de Luhn juste ; un écart est signalé.

    Près de la moitié des RPPS des exemples officiels ont une clé fausse, et un quart de ces exemples un Struct_IdNat
    d'une autre forme : ce n'est jamais un refus.
    """
    structures, cles = [], []
    vus = 0
    for element in de_l_en_tete(document):
        racine, extension = element.get("root"), element.get("extension", "")
        if racine not in (OID_PS, OID_STRUCTURE) or not extension or local(element) != "id":
            continue
        vus += 1
        if racine == OID_STRUCTURE and not _STRUCTURE.fullmatch(extension):
            structures.append((extension, element))
        numero = _avec_cle(racine, extension)
        if numero and not luhn(numero):
            cles.append((extension, element))
    constats = []
    if structures:
        constats.append(
            FORME_STRUCTURE.signalee(
                "Un identifiant national de structure n'a pas la forme attendue.",
                attendu="1 + FINESS (9), 2 + SIREN (9), 3 + SIRET (14), 0 ou 4 + cabinet",
                recu=", ".join(dict.fromkeys(extension for extension, _ in structures)), ou=chemin(structures[0][1]),
                echanges=echanges,
            )
        )  # fmt: skip
    else:
        constats.append(FORME_STRUCTURE.respectee(recu=f"{vus} identifiants", ou="en-tête", echanges=echanges))
    if cles:
        constats.append(
            LUHN.signalee(
                "La clé de Luhn d'un identifiant est fausse : faute de frappe, ou identifiant d'essai.",
                attendu="une clé juste", recu=", ".join(dict.fromkeys(extension for extension, _ in cles)),
                ou=chemin(cles[0][1]), echanges=echanges,
            )
        )  # fmt: skip
    else:
        constats.append(LUHN.respectee(recu=f"{vus} identifiants", ou="en-tête", echanges=echanges))
    return constats


def _avec_cle(racine: str, extension: str) -> str:
    """Chiffres à éprouver : RPPS, FINESS numérique, SIREN, SIREN d'un SIRET ; vide si rien n'en porte."""
    if racine == OID_PS:
        return extension[1:] if _RPPS.fullmatch(extension) else ""
    if re.fullmatch(r"[12]\d{9}", extension):
        return extension[1:]
    return extension[1:10] if re.fullmatch(r"3\d{14}", extension) else ""
