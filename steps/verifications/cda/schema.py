"""Le schéma XSD officiel, quand l'utilisateur le donne : verdict de libxml2, seconde lecture lisible de xmlschema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.chemins import sans_ligne
from steps.verifications.cda.lieux import lieu
from steps.verifications.registre import verification

ERREURS_MAX = 25
_CLARK = re.compile(r"\{(?:urn|http)[^}]*\}")
_MOT = re.compile(r"[A-Za-z]{3,}")
_PREFIXE = re.compile(r"[\w.-]+:")

SCHEMA = Regle(
    "XSD-CDA-01", "Le document est valide pour le schéma CDA_extended.xsd du kit de l'ANS",
    "ANS, kit de validation CDA, infrastructure/cda/CDA_extended.xsd (copie de l'utilisateur)", Confiance.OFFICIELLE,
    "Corriger l'élément désigné : la validation par le schéma est la première étape du contrôle officiel.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ErreurSchema:
    """Ce qu'un analyseur reproche. `chemin` : lieu normalisé (`lieux.lieu`), vide s'il ne le dit pas."""

    ligne: int
    message: str
    chemin: str = ""


Relecture = Callable[[etree._Element], Sequence[ErreurSchema]]


@verification(SCHEMA)
def valide_pour_le_schema(
    document: etree._Element, schema: etree.XMLSchema, relire: Relecture | None = None, deja: Sequence[Constat] = ()
) -> list[Constat]:
    """Le schéma accepte le document ; sinon, un constat par lieu refusé.

    `deja` : constats du banc sur le même document. Un refus dont ils disent déjà le lieu n'est pas redit : s'ils
    expliquent tout, un seul constat dit le refus. `relire` : seconde lecture, appelée au seul besoin.
    """
    refus = erreurs_de_libxml2(document, schema)
    if not refus:
        return [SCHEMA.respectee(recu="aucune erreur de schéma", ou="ClinicalDocument")]
    reste = [erreur for erreur in refus if not any(_dit(erreur, constat) for constat in deja)]
    if not reste:
        return [_constat(refus[0], "Le schéma refuse le document, pour ce que les constats du banc disent déjà.")]
    relues = list(relire(document)) if relire else []
    return [_constat(erreur, "Le schéma refuse le document.", relues) for erreur in reste]


def erreurs_de_libxml2(document: etree._Element, schema: etree.XMLSchema) -> list[ErreurSchema]:
    """Erreurs de validation du sous-arbre `ClinicalDocument`, une par ligne et par message, `ERREURS_MAX` au plus."""
    if schema.validate(document):
        return []
    vues: dict[tuple[int, str], ErreurSchema] = {}
    for entree in cast("Iterable[Any]", schema.error_log):
        message = _CLARK.sub("", entree.message)
        vues.setdefault((entree.line, message), ErreurSchema(entree.line, message, _chemin(document, entree.path)))
        if len(vues) >= ERREURS_MAX:
            break
    return list(vues.values()) or [ErreurSchema(0, "le schéma refuse le document sans dire pourquoi")]


def _chemin(document: etree._Element, brut: str | None) -> str:
    """Le chemin de libxml2, `/*/*[3]`, en noms locaux ; vide s'il ne se résout pas."""
    if not brut or "*" not in brut:
        return _PREFIXE.sub("", brut or "")
    try:
        trouves = document.getroottree().xpath(brut, namespaces=_prefixes(document))
    except etree.XPathError:
        return ""
    if not (isinstance(trouves, list) and trouves and isinstance(trouves[0], etree._Element)):
        return ""
    return sans_ligne(trouves[0])


def _prefixes(document: etree._Element) -> dict[str, str]:
    return {prefixe: espace for prefixe, espace in document.nsmap.items() if prefixe}


def _dit(erreur: ErreurSchema, constat: Constat) -> bool:
    """Vrai si le constat du banc est au lieu de l'erreur, ou à côté et sur un élément que l'erreur nomme.

    Un élément absent ou déplacé se dit chez nous à sa place, et par le schéma sur celui qu'il trouve au lieu de lui.
    """
    ici, la = lieu(erreur.chemin), lieu(constat.ou)
    if not ici or not la.startswith("ClinicalDocument"):
        return False
    parent, feuille = ici.rpartition("/")[::2]
    autre_parent, autre = la.rpartition("/")[::2]
    if ici in (la, autre_parent):
        return True
    mots = set(_MOT.findall(erreur.message))
    nommes = set(_MOT.findall(f"{constat.attendu} {constat.recu}"))
    return (autre_parent == parent and autre in mots) or (la == parent and bool(nommes & (mots | {feuille})))


def _constat(erreur: ErreurSchema, message: str, relues: Sequence[ErreurSchema] = ()) -> Constat:
    proche = next((lue for lue in relues if lue.ligne == erreur.ligne), None)
    proche = proche or next((lue for lue in relues if lue.chemin and lieu(lue.chemin) == lieu(erreur.chemin)), None)
    recu = f"{erreur.message} (libxml2)" + (f" ; {proche.message} (xmlschema)" if proche else "")
    ou = f"{erreur.chemin or 'document'} (ligne {erreur.ligne})"
    return SCHEMA.enfreinte(message, attendu="un document valide pour CDA_extended.xsd", recu=recu[:900], ou=ou)
