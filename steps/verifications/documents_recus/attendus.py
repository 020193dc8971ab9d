"""Ce qu'un CDA envoyé porte et que le logiciel doit montrer : résultats, interprétation, commentaires, enveloppe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lxml import etree

from steps.verifications.cda.lecture import lire_document

MODELE_RESULTAT = "1.2.250.1.213.1.1.3.80"
"""FR-Resultat-examens-de-biologie-element-clinique-pertinent (CI-SIS, volet CR-BIO)."""
CRITIQUES = frozenset({"AA", "HH", "LL"})
_COMMENTAIRE = "48767-8"
_NS = {"h": "urn:hl7-org:v3"}


@dataclass(frozen=True, slots=True)
class ResultatEnvoye:
    """Un résultat du CDA. `mesures` : (valeur, unité), la première puis ses traductions ; bornes vides si absentes."""

    code: str
    libelle: str
    mesures: tuple[tuple[str, str], ...]
    bas: str
    haut: str
    interpretations: tuple[str, ...]
    commentaire: str

    @property
    def critique(self) -> bool:
        """Un de ses codes d'interprétation est AA, HH ou LL."""
        return bool(CRITIQUES & set(self.interpretations))

    @property
    def hors_intervalle(self) -> bool:
        """La première mesure sort de l'intervalle, bornes admises ; faux quand rien ne permet de le dire."""
        valeur, bas, haut = (nombre(t) for t in (self.mesures[0][0] if self.mesures else "", self.bas, self.haut))
        if valeur is None:
            return False
        return (bas is not None and valeur < bas) or (haut is not None and valeur > haut)


@dataclass(frozen=True, slots=True)
class CompteRenduEnvoye:
    """Les résultats d'un compte rendu et son commentaire général ; vides pour un document sans corps structuré."""

    resultats: tuple[ResultatEnvoye, ...] = ()
    commentaire: str = ""

    @property
    def commente(self) -> bool:
        """Un commentaire, général ou propre à une analyse."""
        return bool(self.commentaire) or any(r.commentaire for r in self.resultats)

    @property
    def critique(self) -> bool:
        """Un résultat au moins est critique."""
        return any(r.critique for r in self.resultats)

    @property
    def interprete(self) -> bool:
        """Un code d'interprétation au moins, autre que N (normal) : rien n'oblige à signaler celui-là."""
        return any(set(r.interpretations) - {"N"} for r in self.resultats)

    @property
    def normal(self) -> bool:
        """Ni interprétation ni écart à un intervalle : rien n'y appelle un signe."""
        return not self.interprete and not any(r.hors_intervalle for r in self.resultats)


@dataclass(frozen=True, slots=True)
class EnveloppeEnvoyee:
    """Les mots de l'enveloppe que la liste doit restituer ; chaque mot est (libellé ou code : l'un suffit)."""

    actes: tuple[tuple[tuple[str, ...], ...], ...]
    prise_en_charge: tuple[tuple[str, ...], ...]


def lire_compte_rendu(octets: bytes) -> CompteRenduEnvoye:
    """Lit les résultats d'un CDA. Lève `CdaIllisible`."""
    corps = lire_document(octets).find("h:component/h:structuredBody", _NS)
    if corps is None:
        return CompteRenduEnvoye()
    cites = {str(e.get("ID")): _texte(e) for e in corps.iterfind(".//*[@ID]")}
    observations = [o for o in corps.iterfind(".//h:observation", _NS) if MODELE_RESULTAT in _modeles(o)]
    generaux = [
        _commentaire(acte, cites)
        for acte in corps.iterfind(".//h:act", _NS)
        if not any(o.tag == "{urn:hl7-org:v3}observation" for o in acte.iterancestors())
    ]
    return CompteRenduEnvoye(tuple(_resultat(o, cites) for o in observations), " ".join(filter(None, generaux)))


def lire_enveloppe(octets: bytes) -> EnveloppeEnvoyee:
    """Lit actes et prise en charge de l'en-tête. Lève `CdaIllisible`."""
    document = lire_document(octets)
    actes = [
        tuple(_mots(acte, ("code", "standardIndustryClassCode")))
        for acte in document.iterfind("h:documentationOf/h:serviceEvent", _NS)
    ]
    venue = document.find("h:componentOf/h:encompassingEncounter", _NS)
    codes = ("dischargeDispositionCode",)
    return EnveloppeEnvoyee(tuple(filter(None, actes)), tuple(_mots(venue, codes)) if venue is not None else ())


def nombre(texte: str) -> Decimal | None:
    """Le nombre écrit, virgule ou point ; None si ce n'en est pas un."""
    try:
        lu = Decimal(texte.strip().replace(",", ".").replace("\u202f", "").replace("\u00a0", ""))
    except InvalidOperation:
        return None
    return lu if lu.is_finite() else None


def _resultat(observation: etree._Element, cites: dict[str, str]) -> ResultatEnvoye:
    quoi = observation.find("h:code", _NS)
    plage = observation.find("h:referenceRange/h:observationRange/h:value", _NS)
    commentaires = (_commentaire(a, cites) for a in observation.iterfind("h:entryRelationship/h:act", _NS))
    interpretations = (i.get("code", "") for i in observation.findall("h:interpretationCode", _NS))
    return ResultatEnvoye(
        code=quoi.get("code", "") if quoi is not None else "",
        libelle=quoi.get("displayName", "") if quoi is not None else "",
        mesures=tuple(_mesures(observation)),
        bas=_borne(plage, "low"),
        haut=_borne(plage, "high"),
        interpretations=tuple(filter(None, interpretations)),
        commentaire=" ".join(filter(None, commentaires)),
    )


def _mesures(observation: etree._Element) -> Iterator[tuple[str, str]]:
    for valeur in observation.findall("h:value", _NS):
        if valeur.get("value"):
            yield valeur.get("value", ""), valeur.get("unit", "")
        for traduite in valeur.findall("h:translation", _NS):
            if traduite.get("value"):
                yield traduite.get("value", ""), traduite.get("code", "")


def _borne(plage: etree._Element | None, nom: str) -> str:
    borne = plage.find(f"h:{nom}", _NS) if plage is not None else None
    return borne.get("value", "") if borne is not None else ""


def _commentaire(acte: etree._Element, cites: dict[str, str]) -> str:
    code, texte = acte.find("h:code", _NS), acte.find("h:text", _NS)
    if code is None or code.get("code") != _COMMENTAIRE or texte is None:
        return ""
    reference = texte.find("h:reference", _NS)
    return cites.get(reference.get("value", "").lstrip("#"), "") if reference is not None else _texte(texte)


def _mots(element: etree._Element, codes: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Chaque code (libellé, code), chaque nom de personne ou d'organisation."""
    for enfant in element.iter("{urn:hl7-org:v3}*"):
        nom = etree.QName(enfant).localname
        if nom in codes and _designe(enfant):
            formes = tuple(filter(None, (enfant.get("displayName", ""), enfant.get("code", ""))))
            if formes:
                yield formes
        elif nom in ("family", "name") and (texte := " ".join((enfant.text or "").split())):
            yield (texte,)


def _designe(code: etree._Element) -> bool:
    """Un `code` est celui de l'acte s'il est son enfant direct ; celui d'une personne est sa profession."""
    parent = code.getparent()
    nom = etree.QName(parent).localname if parent is not None else ""
    return etree.QName(code).localname != "code" or nom == "serviceEvent"


def _modeles(element: etree._Element) -> tuple[str, ...]:
    return tuple(modele.get("root", "") for modele in element.findall("h:templateId", _NS))


def _texte(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())
