"""Appel contextuel sortant vers une autre application : l'URL ou la commande émise porte l'INS du patient ouvert."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from urllib.parse import unquote_plus

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import IdentiteUsager, comparable, porte_suite
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS, exigence RIS.AC/va1.01 (travaux de concertation 2023)"
_OU = "URL ou commande émise"

R_INS = Regle(
    "AC-SORTANT-01", "L'appel contextuel sortant porte le matricule INS du patient ouvert, et son OID", _REM,
    Confiance.OFFICIELLE, "Écrivez dans l'URL ou la commande le matricule INS entier et l'OID qui le qualifie.",
)  # fmt: skip
R_TRAITS = Regle(
    "AC-SORTANT-02", "L'appel contextuel sortant porte les traits d'identité qui vont avec le matricule",
    f"{_REM} : l'INS complète, que le texte ne détaille pas ; référentiel INS, matricule, OID et cinq traits",
    Confiance.DEDUITE,
    "Joignez au matricule le nom de naissance, les prénoms, le sexe, la date et le lieu de naissance.",
)  # fmt: skip
R_AUTRE = Regle(
    "AC-SORTANT-03", "L'appel contextuel sortant ne porte l'INS d'aucun autre patient", _REM, Confiance.OFFICIELLE,
    "Composez l'appel au moment où il est lancé, avec l'identité du dossier ouvert.",
)  # fmt: skip

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_OPAQUE = re.compile(r"[A-Za-z0-9+/_=-]{40,}")
_URL_SUR = str.maketrans("-_", "+/")
_MOTS = re.compile(r"[A-Z0-9]+")


def _formes(appel: str) -> list[str]:
    """L'appel tel qu'émis, ses caractères échappés rendus, et ce que ses valeurs en base64 laissent lire."""
    clair = unquote_plus(unquote_plus(appel))
    formes = [appel, clair]
    for code in _BASE64.findall(clair):
        nu = code.rstrip("=").translate(_URL_SUR)
        try:
            formes.append(base64.b64decode(nu + "=" * (-len(nu) % 4)).decode())
        except (binascii.Error, ValueError):
            continue
    return formes


@verification(R_INS)
def ins_portee(appel: str, identite: IdentiteUsager, quoi: str) -> Constat:
    """Le matricule entier et l'OID se lisent dans l'appel ; un appel chiffré ou un matricule sans clé se regardent."""
    if not appel.strip():
        return R_INS.enfreinte(f"{quoi} : aucun appel relevé", attendu="une URL ou une commande", recu="rien", ou=_OU)
    formes = _formes(appel)
    matricule, oid = identite.matricule_ins, identite.oid_ins
    entier = any(porte_suite(forme, matricule) for forme in formes)
    sans_cle = any(porte_suite(forme, matricule[:13]) for forme in formes)
    porte_oid = any(oid in forme for forme in formes)
    if not sans_cle and not porte_oid and _OPAQUE.search(unquote_plus(appel)):
        return R_INS.a_regarder(
            f"{quoi} : l'appel a une valeur que le banc ne sait pas lire ; montrez le matricule et l'OID transmis",
            recu=appel, ou=_OU,
        )  # fmt: skip
    if sans_cle and not entier and porte_oid:
        return R_INS.a_regarder(
            f"{quoi} : treize caractères du matricule se suivent ; montrez que la clé est transmise aussi",
            recu=appel, ou=_OU,
        )  # fmt: skip
    manques = [nom for nom, present in (("le matricule", entier), ("l'OID", porte_oid)) if not present]
    return juger(
        R_INS, not manques, f"{quoi} : il manque {' et '.join(manques)}",
        attendu=f"{matricule} et {oid}", recu=appel, ou=_OU,
    )  # fmt: skip


@verification(R_TRAITS)
def traits_portes(appel: str, identite: IdentiteUsager, quoi: str) -> Constat:
    """Nom, prénoms, date, sexe et lieu de naissance, sous leurs écritures usuelles."""
    formes = [comparable(forme) for forme in _formes(appel)]
    annee, mois, jour = identite.date_naissance.split("-")
    dates = (f"{annee}{mois}{jour}", f"{annee}-{mois}-{jour}", f"{jour}/{mois}/{annee}", f"{jour}{mois}{annee}",
             f"{jour}-{mois}-{annee}")  # fmt: skip
    sexes = {"M": {"M", "MALE", "MASCULIN", "H", "HOMME"}, "F": {"F", "FEMALE", "FEMININ", "FEMME"}}
    mots = {mot for forme in formes for mot in _MOTS.findall(forme)}
    voulus = {
        "le nom de naissance": [comparable(identite.nom_naissance)],
        "les prénoms": [comparable(identite.prenoms_naissance or identite.premier_prenom_naissance)],
        "la date de naissance": list(dates),
    }
    manques = [nom for nom, valeurs in voulus.items() if not any(v and v in f for v in valeurs for f in formes)]
    # Le matricule contient le code du lieu : il ne vaut que comme valeur à part.
    if identite.code_lieu_naissance.upper() not in mots:
        manques.append("le lieu de naissance")
    if not mots & sexes.get(identite.sexe, {identite.sexe}):
        manques.append("le sexe")
    return juger(
        R_TRAITS, not manques, f"{quoi} : ne se lisent pas {', '.join(manques)}",
        attendu="nom de naissance, prénoms, sexe, date et lieu de naissance", recu=appel, ou=_OU,
    )  # fmt: skip


@verification(R_AUTRE)
def aucune_autre(appel: str, autres: Collection[str], quoi: str) -> Constat:
    """`autres` : matricules des autres patients de l'essai, déjà appelés."""
    if not autres:
        return R_AUTRE.sans_objet(f"{quoi} : aucun autre patient n'a été appelé avant lui")
    intrus = [m for m in autres if any(porte_suite(forme, m[:13]) for forme in _formes(appel))]
    return juger(
        R_AUTRE, not intrus, f"{quoi} : l'appel porte l'INS d'un autre patient",
        attendu="l'INS du patient ouvert, elle seule", recu=appel, ou=_OU,
    )  # fmt: skip
