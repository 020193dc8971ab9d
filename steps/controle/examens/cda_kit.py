"""Ce que le kit de l'utilisateur ajoute à l'examen d'un CDA : schéma XSD et schematrons, ouverts une fois."""

from __future__ import annotations

import copy
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.controle.modele import ContexteControle
from steps.schematron.constats import constats_de
from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.jugement import Moteur, juger
from steps.schematron.kit import Choix, ErreurKit, Kit
from steps.verifications.cda.schema import SCHEMA, ErreurSchema, valide_pour_le_schema

_HL7 = "{urn:hl7-org:v3}"
_RELUES_MAX = 50

COMPLET = Regle(
    "KIT-CDA-01", "Le kit a tout ce qu'il faut pour juger ce document", "Kit de validation CDA de l'ANS, copie donnée",
    Confiance.DOCUMENTEE, "Donner une copie entière du kit, ou le volet du document par --volet.",
)  # fmt: skip


@lru_cache(maxsize=2)
def _ouvrir(dossier: Path) -> Kit:
    return Kit.ouvrir(dossier)


@lru_cache(maxsize=2)
def _schema(xsd: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(xsd), etree.XMLParser(no_network=True, load_dtd=False)))


@lru_cache(maxsize=1)
def _second_schema(xsd: Path) -> Any:
    # Plusieurs secondes : importé et compilé au premier document que libxml2 refuse et que le banc n'explique pas.
    import xmlschema

    return xmlschema.XMLSchema10(str(xsd), validation="lax", allow="local")


def schema_accepte(document: etree._Element, dossier: Path) -> bool:
    """Vrai si le kit a un schéma et qu'il accepte le document : notre contrôle de structure n'apprendrait rien."""
    try:
        xsd = _ouvrir(dossier).xsd
        return xsd is not None and bool(_schema(xsd).validate(document))
    except (ErreurKit, etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError):
        return False


def juger_schema(
    document: etree._Element, dossier: Path, constats: list[Constat], accepte: bool
) -> tuple[list[Constat], str]:
    """Constats du schéma et phrase de périmètre, vide si le kit n'a pas de schéma utilisable."""
    try:
        kit = _ouvrir(dossier)
        if kit.xsd is None:
            return [], ""
        dit = f"schéma XSD du kit ({kit.xsd.name}), par libxml2"
        if accepte:
            return [SCHEMA.respectee(recu="aucune erreur de schéma", ou="ClinicalDocument")], dit
        schema = _schema(kit.xsd)
    except ErreurKit:
        return [], ""
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as erreur:
        raison = f"Le schéma du kit ne se compile pas : {' '.join(str(erreur).split())[:200]}"
        return [COMPLET.sans_objet(raison)], ""
    xsd = kit.xsd
    de_structure = [constat for constat in constats if constat.code.startswith("CDA-") and constat.attendu]
    return (
        valide_pour_le_schema(document, schema, lambda racine: relire(racine, xsd), de_structure),
        f"{dit} ; refusé : structure du banc, puis xmlschema pour ce qu'elle n'explique pas",
    )


def relire(document: etree._Element, xsd: Path) -> list[ErreurSchema]:
    """Ce que xmlschema reproche au document ; rien s'il n'y arrive pas, le verdict étant déjà rendu."""
    try:
        erreurs = _second_schema(xsd).iter_errors(etree.fromstring(etree.tostring(document)))
        return [
            ErreurSchema(int(e.sourceline or 0), " ".join(str(e.reason or "").split())[:300], _noms(str(e.path or "")))
            for e, _ in zip(erreurs, range(_RELUES_MAX), strict=False)
        ]
    except Exception:  # noqa: BLE001 -- une seconde lecture qui échoue ne change ni n'empêche le verdict
        return []


def _noms(chemin: str) -> str:
    """Chemin de xmlschema, `/p:a/p:b[2]`, sans préfixes."""
    return "/".join(pas.rpartition(":")[2] for pas in chemin.strip("/").split("/"))


def juger_avec_kit(document: etree._Element, contexte: ContexteControle) -> tuple[list[Constat], list[str]]:
    """Constats des schematrons et phrases de périmètre ; ce que le kit n'a pas est dit *non concluant*."""
    assert contexte.kit_ci_sis is not None
    arbre, repare = _arbre(document)
    try:
        kit = _ouvrir(contexte.kit_ci_sis)
        choix = kit.schematrons_pour(arbre, contexte.volet)
        moteur = cast(Moteur, contexte.moteur)
        passages = juger(arbre, choix.schematrons, moteur, contexte.cache)
    except (ErreurKit, ErreurSchematron) as erreur:
        return [COMPLET.sans_objet(f"Les schematrons du kit n'ont pas été joués : {erreur}")], [
            f"schematrons non joués : {erreur}"
        ]
    constats = constats_de(passages, arbre, f"kit du {kit.date:%d/%m/%Y}")
    constats += [COMPLET.sans_objet(f"Le kit est incomplet : {manque}.") for manque in choix.manques]
    return constats, _dire(kit, choix, repare)


def _dire(kit: Kit, choix: Choix, repare: bool) -> list[str]:
    joues = ", ".join(schematron.nom for schematron in choix.schematrons)
    dits = [f"schematrons du kit du {kit.date:%d/%m/%Y} : {joues}", f"volet : {choix.volet or 'aucun'}, {choix.raison}"]
    if choix.volet_inconnu:
        dits.append("non joué : le volet de ce document structuré, que le kit n'a pas ou que le document ne dit pas")
    dits += [f"absent du kit : {manque}" for manque in kit.manques]
    if repare:
        dits.append(
            "typeId est faux : les schematrons ont été joués comme s'il était juste, sans quoi ils se tairaient"
        )
    return dits


def _arbre(document: etree._Element) -> tuple[etree._ElementTree, bool]:
    """L'arbre à donner aux schematrons : `ClinicalDocument` en racine, typeId juste. Vrai si typeId a été réparé."""
    type_id = document.find(f"{_HL7}typeId")
    faux = type_id is None or (type_id.get("root"), type_id.get("extension")) != (_RACINE, _EXTENSION)
    if not faux and document.getparent() is None:
        return document.getroottree(), False
    racine = copy.deepcopy(document)
    instructions = cast("list[etree._Element]", document.getroottree().xpath("//processing-instruction()"))
    for instruction in instructions:
        racine.addprevious(copy.deepcopy(instruction))
    if faux:
        _reparer(racine)
    return racine.getroottree(), faux


def _reparer(document: etree._Element) -> None:
    type_id = document.find(f"{_HL7}typeId")
    if type_id is None:
        type_id = etree.Element(f"{_HL7}typeId")
        realm = document.findall(f"{_HL7}realmCode")
        document.insert(document.index(realm[-1]) + 1 if realm else 0, type_id)
    type_id.set("root", _RACINE)
    type_id.set("extension", _EXTENSION)


_RACINE = "2.16.840.1.113883.1.3"
_EXTENSION = "POCD_HD000040"
