"""Corps d'un volet de synthèse médicale : ses trois sections, leurs sous-sections, le texte de chaque rubrique."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_lecture import Code
from simulators.logiciel_temoin.labo import Labo

MODELE = "1.2.250.1.213.1.1.1.13|201310"
TYPE = ("SYNTH", "Synthèse", "1.2.250.1.213.1.1.4.12")
RUBRIQUES = (
    "pathologies",
    "antecedents",
    "allergies",
    "facteurs_de_risque",
    "points_de_vigilance",
    "traitements",
)
_LOINC = "2.16.840.1.113883.6.1"


def remplir(labo: Labo, corps: etree._Element, volet: Mapping[str, Sequence[str]]) -> None:
    """Écrit `structuredBody` ; une rubrique vide n'a pas de sous-section, les trois sections y sont toujours."""
    structure = e(corps, "structuredBody")
    conclusions = _section(structure, "46612-8", "1.2.250.1.213.1.1.2.29", "Pathologies, antécédents, allergies")
    historique = _section(conclusions, "34117-2", "1.2.250.1.213.1.1.2.30", "Pathologies en cours, antécédents")
    _rubrique(historique, "11450-4", "1.2.250.1.213.1.1.2.132", "Pathologies en cours", volet.get("pathologies", ()))
    antecedents, traitements = volet.get("antecedents", ()), volet.get("traitements", ())
    if labo.defaut("vsm_traitements_mal_ranges"):
        antecedents, traitements = [*antecedents, *traitements], ()
    _rubrique(historique, "11348-0", "1.2.250.1.213.1.1.2.134", "Antécédents médicaux", antecedents)
    allergies = () if labo.defaut("vsm_allergies_oubliees") else volet.get("allergies", ())
    _rubrique(historique, "48765-2", "1.2.250.1.213.1.1.2.137", "Allergies et hypersensibilités", allergies)
    if volet.get("facteurs_de_risque"):
        risques = _section(conclusions, "57207-3", "1.2.250.1.213.1.1.2.31", "Facteurs de risque")
        _rubrique(risques, "29762-2", "1.2.250.1.213.1.1.2.138", "Mode de vie", volet["facteurs_de_risque"])
    if not labo.defaut("vsm_sans_points_de_vigilance"):
        vigilance = _section(structure, "30954-2", "1.2.250.1.213.1.1.2.150", "Points de vigilance")
        _texte(vigilance, volet.get("points_de_vigilance", ()) or ("Aucun",))
    plan = _section(structure, "18776-5", "1.2.250.1.213.1.1.2.32", "Traitement au long cours")
    _rubrique(plan, "10160-0", "1.2.250.1.213.1.1.2.143", "Traitements", traitements)


def _section(parent: etree._Element, quoi: str, modele: str, titre: str) -> etree._Element:
    section = e(e(parent, "component"), "section")
    e(section, "templateId", root=modele)
    code(section, "code", Code(quoi, _LOINC, titre))
    e(section, "title", titre)
    return section


def _rubrique(parent: etree._Element, quoi: str, modele: str, titre: str, contenus: Sequence[str]) -> None:
    if contenus:
        _texte(_section(parent, quoi, modele, titre), contenus)


def _texte(section: etree._Element, contenus: Sequence[str]) -> None:
    tableau = e(e(e(section, "text"), "table"), "tbody")
    for contenu in contenus:
        e(e(tableau, "tr"), "td", contenu)
