"""Petits schematrons et documents d'essai, écrits ici pour les essais."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from steps.schematron.jugement import juger
from steps.schematron.lecture import lire
from steps.schematron.modele import Passage, Schematron
from steps.schematron.saxon import moteur

SCH = 'xmlns="http://purl.oclc.org/dsdl/schematron"'


def schema(corps: str, attributs: str = "") -> str:
    """Un schéma entier autour de ce corps, avec le préfixe `n` pour l'espace `urn:essai`."""
    return (
        f'<schema {SCH} queryBinding="xslt2" {attributs}><title>Essai</title>'
        f'<ns prefix="n" uri="urn:essai"/>{corps}</schema>'
    )


def motif(corps: str, attributs: str = "") -> str:
    """Un fichier qui est un motif."""
    return f"<pattern {SCH} {attributs}>{corps}</pattern>"


def deposer(dossier: Path, **fichiers: str) -> Path:
    """Écrit des fichiers `.sch` (un `__` dans le nom sépare les dossiers) et rend le chemin de `tete.sch`."""
    for nom, contenu in fichiers.items():
        chemin = dossier / (nom.replace("__", "/") + ".sch")
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.write_text(contenu, encoding="utf-8")
    return dossier / "tete.sch"


def lu(dossier: Path, corps: str, attributs: str = "", **fichiers: str) -> Schematron:
    """Le schematron de ce corps, avec ses fichiers inclus."""
    return lire(deposer(dossier, tete=schema(corps, attributs), **fichiers), dossier)


def arbre(xml: str) -> etree._ElementTree:
    """Le document de ce texte."""
    return etree.ElementTree(etree.fromstring(xml.encode()))


def jouer_par_saxon(schematron: Schematron, xml: str) -> Passage:
    """Le passage de Saxon seul."""
    return moteur().juger(arbre(xml), schematron)


def jouer(schematron: Schematron, xml: str) -> Passage:
    """Le passage de Saxon sur ce document, après avoir vérifié que le moteur rapide, repli compris, rend le même."""
    document = arbre(xml)
    passage = moteur().juger(document, schematron)
    (rapide,) = juger(document, [schematron], "rapide")
    assert _faits(rapide) == _faits(passage)
    return passage


def _faits(passage: Passage) -> tuple[object, ...]:
    """Ce que deux moteurs doivent rendre pareil."""
    faits = [(e.motif, e.contexte, e.assertion.test, e.message, e.chemin, e.ligne) for e in passage.echecs]
    return sorted(faits), passage.tirees, set(passage.incomplet)


def echecs(passage: Passage) -> list[tuple[str, str]]:
    """(chemin, message) des échecs, dans l'ordre."""
    return [(echec.chemin, echec.message) for echec in passage.echecs]


def volet(nom: str, modele: str = "", code: str = "") -> str:
    """Un volet d'essai : ce que son en-tête demande du document, et une règle sur le corps."""
    tests = f"<assert test=\"cda:templateId[@root='{modele}']\">modèle {modele}</assert>" if modele else ""
    tests += f"<assert test=\"cda:code/@code = '{code}'\">code</assert>" if code and not modele else ""
    return (
        f'<schema {SCH} queryBinding="xslt2"><title>{nom}</title><ns prefix="cda" uri="urn:hl7-org:v3"/>'
        f'<pattern><rule context="cda:ClinicalDocument">{tests}</rule></pattern></schema>'
    )


def kit_d_essai(dossier: Path) -> Path:
    """Un kit minuscule, de la forme du kit public : un schematron générique, la terminologie, trois volets, un jeu."""
    generique = (
        f'<schema {SCH} queryBinding="xslt2"><ns prefix="cda" uri="urn:hl7-org:v3"/><ns prefix="svs" '
        'uri="urn:ihe:iti:svs:2008"/><let name="jdv" value="\'../../jeuxDeValeurs/jdv-essai.xml\'"/>'
        '<pattern><rule context="cda:code"><let name="c" value="@code"/><assert role="error" '
        'test="document($jdv)//svs:Concept[@code = $c]">le code <value-of select="$c"/> est inconnu</assert>'
        '<assert role="warning" test="@displayName">libellé attendu</assert>'
        '<assert role="info" test="@codeSystemName">nom du système attendu</assert></rule></pattern></schema>'
    )
    terminologie = (
        f'<schema {SCH} queryBinding="xslt2"><ns prefix="cda" uri="urn:hl7-org:v3"/><pattern>'
        '<rule context="cda:value[@unit]">'
        "<assert test=\"doc('../terminologie/unites.xml')//code = @unit\">unité</assert></rule></pattern></schema>"
    )
    deposer(
        dossier / "schematrons",
        profils__IHE=generique,
        profils__terminologies__schematron__terminologie=terminologie,
        **{
            "CI-SIS_ESSAI-A_2022.01": volet("A 2022", "1.2.250.1.213.1.1.1.901"),
            "CI-SIS_ESSAI-A_2024.01": volet("A 2024", "1.2.250.1.213.1.1.1.901"),
            "CI-SIS_ESSAI-B_2023.01": volet("B", "", "B-1"),
        },
    )
    (dossier / "jeuxDeValeurs").mkdir()
    (dossier / "jeuxDeValeurs" / "jdv-essai.xml").write_text(
        '<?xml version="1.0"?><RetrieveValueSetResponse xmlns="urn:ihe:iti:svs:2008"><ValueSet displayName="jdv-essai" '
        'id="1.2.3" effectiveDate="2020-01-02T00:00:00" version="2024-05-06T10:00:00"><ConceptList>'
        '<Concept code="A-1"/><Concept code="B-1"/></ConceptList></ValueSet></RetrieveValueSetResponse>'
    )
    (dossier / "infrastructure" / "cda").mkdir(parents=True)
    (dossier / "infrastructure" / "cda" / "CDA_extended.xsd").write_text("<schema/>")
    return dossier


def cda(corps: str = "", modele: str = "1.2.250.1.213.1.1.1.901", extension: str = "", code: str = "A-1") -> str:
    """Un ClinicalDocument réduit à ce que regardent les schematrons d'essai."""
    suffixe = f' extension="{extension}"' if extension else ""
    return (
        f'<ClinicalDocument xmlns="urn:hl7-org:v3"><templateId root="1.2.250.1.213.1.1.1.1"/>'
        f'<templateId root="{modele}"{suffixe}/><code code="{code}" displayName="x" codeSystemName="y"/>'
        f"<component><structuredBody>{corps}</structuredBody></component></ClinicalDocument>"
    )
