"""Les résultats d'un compte rendu de biologie structuré, lus de son CDA."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lxml import etree

from simulators.logiciel_temoin.cda_lecture import NS, document

MODELE = "1.2.250.1.213.1.1.3.80"
CRITIQUES = ("AA", "HH", "LL")
_COMMENTAIRE = "48767-8"


@dataclass(frozen=True)
class ResultatLu:
    """Un résultat ; `mesures` : (valeur, unité), celle du document d'abord, puis ses autres unités."""

    code: str
    libelle: str
    mesures: tuple[tuple[str, str], ...]
    bas: str = ""
    haut: str = ""
    interpretation: str = ""
    commentaire: str = ""

    @property
    def critique(self) -> bool:
        return self.interpretation in CRITIQUES

    @property
    def hors_intervalle(self) -> bool:
        valeur, bas, haut = (_nombre(texte) for texte in (self.mesures[0][0] if self.mesures else "", *self.bornes))
        if valeur is None:
            return False
        return (bas is not None and valeur < bas) or (haut is not None and valeur > haut)

    @property
    def bornes(self) -> tuple[str, str]:
        return self.bas, self.haut


@dataclass(frozen=True)
class CompteRenduLu:
    """Les résultats d'un compte rendu et son commentaire général."""

    resultats: tuple[ResultatLu, ...] = ()
    commentaire: str = ""


def lire(octets: bytes) -> CompteRenduLu:
    """Lit le corps structuré ; vide si le document n'en a pas."""
    corps = document(octets).find("c:component/c:structuredBody", NS)
    if corps is None:
        return CompteRenduLu()
    textes = {str(e.get("ID")): " ".join("".join(map(str, e.itertext())).split()) for e in corps.iterfind(".//*[@ID]")}
    observations = [
        o
        for o in corps.iterfind(".//c:observation", NS)
        if any(m.get("root") == MODELE for m in o.findall("c:templateId", NS))
    ]
    resultats = tuple(_resultat(o, textes) for o in observations)
    generaux = [_texte(acte, textes) for acte in corps.iterfind(".//c:entry/c:act/c:entryRelationship/c:act", NS)]
    return CompteRenduLu(resultats, " ".join(filter(None, generaux)))


def _resultat(observation: etree._Element, textes: dict[str, str]) -> ResultatLu:
    quoi = observation.find("c:code", NS)
    valeur = observation.find("c:value", NS)
    plage = observation.find("c:referenceRange/c:observationRange/c:value", NS)
    interpretation = observation.find("c:interpretationCode", NS)
    commentaires = [_texte(acte, textes) for acte in observation.iterfind("c:entryRelationship/c:act", NS)]
    return ResultatLu(
        code=quoi.get("code", "") if quoi is not None else "",
        libelle=quoi.get("displayName", "") if quoi is not None else "",
        mesures=tuple(_mesures(valeur)) if valeur is not None else (),
        bas=_borne(plage, "low"),
        haut=_borne(plage, "high"),
        interpretation=interpretation.get("code", "") if interpretation is not None else "",
        commentaire=" ".join(filter(None, commentaires)),
    )


def _mesures(valeur: etree._Element) -> list[tuple[str, str]]:
    if not valeur.get("value"):
        return [(" ".join("".join(map(str, valeur.itertext())).split()) or valeur.get("displayName", ""), "")]
    autres = [(t.get("value", ""), t.get("code", "")) for t in valeur.findall("c:translation", NS)]
    return [(valeur.get("value", ""), valeur.get("unit", "")), *autres]


def _borne(plage: etree._Element | None, nom: str) -> str:
    borne = plage.find(f"c:{nom}", NS) if plage is not None else None
    return borne.get("value", "") if borne is not None else ""


def _texte(acte: etree._Element, textes: dict[str, str]) -> str:
    """Le commentaire que porte cette entrée, cité du récit ou écrit sur place ; vide si ce n'en est pas un."""
    code = acte.find("c:code", NS)
    texte = acte.find("c:text", NS)
    if code is None or code.get("code") != _COMMENTAIRE or texte is None:
        return ""
    reference = texte.find("c:reference", NS)
    if reference is not None:
        return textes.get(reference.get("value", "").lstrip("#"), "")
    return " ".join("".join(map(str, texte.itertext())).split())


def _nombre(texte: str) -> Decimal | None:
    try:
        return Decimal(texte.replace(",", "."))
    except InvalidOperation:
        return None
