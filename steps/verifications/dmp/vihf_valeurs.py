"""Les valeurs du VIHF : une seule là où une seule est attendue, et les codes dans leurs éléments HL7."""

from __future__ import annotations

import re

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import Code
from simulators.dmp.vihf import (
    ATTRIBUT_RESSOURCE,
    ATTRIBUT_SUJET,
    ATTRIBUT_USAGE,
    NOMS_MODE,
    Vihf,
)
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import nomenclatures as n
from steps.verifications.registre import verification

_OU = "VIHF"
_UNIQUES = (
    "Identifiant_Structure", "Secteur_Activite", ATTRIBUT_SUJET, "VIHF_Version", *NOMS_MODE, ATTRIBUT_RESSOURCE,
    "Ressource_URN", ATTRIBUT_USAGE, "LPS_ID", "LPS_Nom", "LPS_Version", "LPS_ID_HOMOLOGATION_DMP",
)  # fmt: skip
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+", re.ASCII)
_PROFESSION = re.compile(r"\d{2}", re.ASCII)
_SAVOIR_FAIRE = re.compile(r"[A-Z]{1,5}\d{1,4}", re.ASCII)
# OASIS, Authentication Context for SAML 2.0 (15/03/2005), § 3.4.
_CLASSES = re.compile(
    r"InternetProtocol(Password)?|Kerberos|Mobile(One|Two)Factor(Unregistered|Contract)|Password(ProtectedTransport)?"
    r"|PreviousSession|X509|PGP|SPKI|XMLDSig|Smartcard(PKI)?|SoftwarePKI|(Nomad|Personal|Authenticated)?Telephony"
    r"|SecureRemotePassword|TLSClient|TimeSyncToken|unspecified"
)
_PREFIXE_CLASSE = "urn:oasis:names:tc:SAML:2.0:ac:classes:"

VALEUR_UNIQUE = Regle(
    "DMP-VIHF-37", "Un attribut du VIHF qui dit une chose la dit une fois",
    "Échantillons officiels de VIHF (DMP) : une AttributeValue par attribut, hors rôles (lecture du banc)",
    Confiance.DEDUITE, "N'écrire qu'une AttributeValue : avec deux, rien ne dit laquelle le DMP retient.",
)  # fmt: skip
ELEMENTS_CODES = Regle(
    "DMP-VIHF-38", "Rôles et mode d'accès sont écrits dans des éléments Role et PurposeOfUse de HL7 v3",
    "Échantillons officiels de VIHF (DMP) ; ANS, volet Transport synchrone pour client lourd", Confiance.OFFICIELLE,
    "Écrire <Role> ou <PurposeOfUse> dans urn:hl7-org:v3, un par AttributeValue.",
)  # fmt: skip


@verification(VALEUR_UNIQUE, ELEMENTS_CODES)
def valeurs(vihf: Vihf, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Une valeur par attribut simple, un élément codé par valeur de rôle ou de mode d'accès."""
    multiples = [
        f"{nom.rsplit(':', 1)[-1]} : {len(vihf.attributs[nom])} valeurs"
        for nom in _UNIQUES
        if len(vihf.attributs.get(nom, ())) > 1
    ]
    return [
        juger(
            VALEUR_UNIQUE, not multiples, "Un attribut du VIHF porte plusieurs valeurs.", attendu="une valeur",
            recu=", ".join(multiples) or "une valeur par attribut", ou=_OU, echanges=echanges,
        ),
        juger(
            ELEMENTS_CODES, not vihf.codes_mal_formes, "Un rôle ou le mode d'accès n'est pas dans son élément.",
            attendu="Role et PurposeOfUse (urn:hl7-org:v3)",
            recu=", ".join(vihf.codes_mal_formes) or "Role, PurposeOfUse",
            ou=f"{_OU}/subject:role, {_OU}/purposeofuse", echanges=echanges,
        ),
    ]  # fmt: skip


def roles_corrects(roles: tuple[Code, ...]) -> bool | None:
    """Vrai ou faux ; None quand la profession est d'une nomenclature de JDV_J65 dont la liste n'a pas été lue."""
    if not roles or not all(role.code and _OID.fullmatch(role.systeme) for role in roles):
        return False
    profession, *autres = roles
    if profession.systeme == n.SYSTEME_AUTOMATE:
        return profession.code == "AUTOMATE" and not autres
    if profession.systeme == n.SYSTEME_SPECIALITE_MEDECIN:
        return False
    if profession.systeme != n.SYSTEME_PROFESSION:
        return None if len(autres) <= 1 else False
    if not _PROFESSION.fullmatch(profession.code):
        return False
    if profession.code == n.MEDECIN:
        return (
            len(autres) == 1
            and autres[0].systeme == n.SYSTEME_SPECIALITE_MEDECIN
            and bool(_SAVOIR_FAIRE.fullmatch(autres[0].code))
        )
    return len(autres) == (1 if profession.code == n.PHARMACIEN else 0)


def classe_saml(valeur: str) -> bool:
    """Vrai pour une classe d'authentification que SAML 2.0 définit."""
    return valeur.startswith(_PREFIXE_CLASSE) and bool(_CLASSES.fullmatch(valeur.removeprefix(_PREFIXE_CLASSE)))


def connexion_secrete(valeur: str) -> bool:
    """Vrai pour le code de la connexion secrète, seul ou suivi de sa nomenclature."""
    code, separateur, suite = valeur.partition("^")
    return code == "INVISIBLE_REPRESENTANTS_LEGAUX" and (
        not separateur or suite.rpartition("^")[2] == n.SYSTEME_VISIBILITE
    )
