"""Ce qu'un compte rendu N3 porte dans son corps : observations, isolats, récits, documents attachés, liens, images."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from steps.verifications.cda.lecture import lire_document

_NS = {"h": "urn:hl7-org:v3"}
MODELE_ENTREE = "1.3.6.1.4.1.19376.1.3.1"
MODELE_ISOLAT = "1.3.6.1.4.1.19376.1.3.1.5"
MODELES_CHAPITRE = ("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70")
MODELE_COPIE = "1.2.250.1.213.1.1.2.243"
MODELE_SECONDE_INTENTION = "1.2.250.1.213.1.1.2.60"


@dataclass(frozen=True, slots=True)
class ExecutantLu:
    """Un exécutant : nom et identifiants de son organisation, tout ce qui en est écrit."""

    nom: str
    identifiants: tuple[str, ...]
    texte: str


@dataclass(frozen=True, slots=True)
class ObservationLue:
    """Une observation. `valeurs` : (valeur, unité) ; `texte` : valeur non numérique ; `chapitre` : code, vide sinon."""

    codes: tuple[str, ...]
    libelle: str
    valeurs: tuple[tuple[str, str], ...]
    texte: str
    interpretations: tuple[str, ...]
    executant: ExecutantLu | None
    chapitre: str
    dans_une_entree: bool
    recit: str


@dataclass(frozen=True, slots=True)
class IsolatLu:
    """Un germe isolé, et les observations de son antibiogramme. `libelles` : ceux de son code."""

    codes: tuple[str, ...]
    libelles: tuple[str, ...]
    observations: tuple[ObservationLue, ...]


@dataclass(frozen=True, slots=True)
class AttacheLue:
    """Un contenu attaché. `octets` vide s'il n'est pas dans le document (`adresse` dit alors où il serait)."""

    modeles: tuple[str, ...]
    media: str
    octets: bytes
    adresse: str


@dataclass(frozen=True, slots=True)
class CorpsLu:
    """Le corps structuré d'un compte rendu. `liens` : adresses du récit, chacune avec le texte de sa section."""

    observations: tuple[ObservationLue, ...]
    isolats: tuple[IsolatLu, ...]
    recits: tuple[str, ...]
    attaches: tuple[AttacheLue, ...]
    liens: tuple[tuple[str, str], ...]

    @property
    def recit(self) -> str:
        """Tous les récits, section après section."""
        return "\n".join(self.recits)


@lru_cache(maxsize=4)
def lire_corps(octets: bytes) -> CorpsLu:
    """Lit le corps structuré ; vide pour un N1. Lève `CdaIllisible`."""
    document = lire_document(octets)
    corps = document.find("h:component/h:structuredBody", _NS)
    if corps is None:
        return CorpsLu((), (), (), (), ())
    isolats = [o for o in corps.iterfind(".//h:organizer", _NS) if MODELE_ISOLAT in _modeles(o)]
    return CorpsLu(
        observations=tuple(_observation(o) for o in corps.iterfind(".//h:observation", _NS)),
        isolats=tuple(_isolat(organisateur) for organisateur in isolats),
        recits=tuple(_texte(section) for section in corps.iterfind(".//h:section", _NS)),
        attaches=tuple(_attache(media) for media in corps.iterfind(".//h:observationMedia", _NS)),
        liens=tuple(_liens(corps)),
    )


def _modeles(element: etree._Element) -> tuple[str, ...]:
    return tuple(modele.get("root", "") for modele in element.findall("h:templateId", _NS))


def _texte(section: etree._Element) -> str:
    """Titre et récit d'une section, sans ses sous-sections ; une espace entre deux morceaux."""
    morceaux = [section.findtext("h:title", "", _NS)]
    recit = section.find("h:text", _NS)
    if recit is not None:
        morceaux += [str(t) for t in recit.itertext()]
    return " ".join(" ".join(morceaux).split())


def _codes(code: etree._Element | None) -> tuple[etree._Element, ...]:
    return (code, *code.findall("h:translation", _NS)) if code is not None else ()


def _observation(observation: etree._Element) -> ObservationLue:
    codes = _codes(observation.find("h:code", _NS))
    sections = list(observation.iterancestors("{urn:hl7-org:v3}section"))
    chapitre = next((s for s in sections if any(m in MODELES_CHAPITRE for m in _modeles(s))), None)
    code = chapitre.find("h:code", _NS) if chapitre is not None else None
    entree = next(observation.iterancestors("{urn:hl7-org:v3}entry"), None)
    valeurs, texte = _valeurs(observation)
    return ObservationLue(
        codes=tuple(filter(None, (c.get("code", "") for c in codes))),
        libelle=next((c.get("displayName", "") for c in codes if c.get("displayName")), ""),
        valeurs=valeurs,
        texte=texte,
        interpretations=tuple(i.get("code", "") for i in observation.findall("h:interpretationCode", _NS)),
        executant=_executant(observation),
        chapitre=code.get("code", "") if code is not None else "",
        dans_une_entree=entree is not None and MODELE_ENTREE in _modeles(entree),
        recit=_texte(sections[0]) if sections else "",
    )


def _valeurs(observation: etree._Element) -> tuple[tuple[tuple[str, str], ...], str]:
    """(valeurs chiffrées, texte) : grandeurs, intervalles et leurs traductions ; un texte ou un libellé sinon."""
    chiffrees, textes = [], []
    for valeur in observation.findall("h:value", _NS):
        bornes = [valeur, *valeur.findall("h:low", _NS), *valeur.findall("h:high", _NS)]
        for borne in (*bornes, *valeur.findall("h:translation", _NS)):
            if borne.get("value"):
                chiffrees.append((borne.get("value", ""), borne.get("unit", "")))
        textes += ["".join(map(str, valeur.itertext())), valeur.get("displayName", "")]
    return tuple(chiffrees), " ".join(" ".join(textes).split())


def _executant(observation: etree._Element) -> ExecutantLu | None:
    """L'exécutant le plus proche : de l'observation, de son groupe, de son acte."""
    for porteur in (observation, *observation.iterancestors()):
        if (executant := porteur.find("h:performer", _NS)) is not None:
            return _lire_executant(executant)
        if porteur.tag == "{urn:hl7-org:v3}entry":
            break
    return None


def _lire_executant(executant: etree._Element) -> ExecutantLu:
    organisation = executant.find("h:assignedEntity/h:representedOrganization", _NS)
    identifiants = organisation.findall("h:id", _NS) if organisation is not None else []
    telecoms = [telecom.get("value", "") for telecom in executant.iterfind(".//h:telecom", _NS)]
    textes = [*(str(t) for t in executant.itertext()), *telecoms]
    return ExecutantLu(
        nom=" ".join(organisation.findtext("h:name", "", _NS).split()) if organisation is not None else "",
        identifiants=tuple(filter(None, (i.get("extension", "") for i in identifiants))),
        texte=" ".join(" ".join(textes).split()),
    )


def _isolat(organisateur: etree._Element) -> IsolatLu:
    code = organisateur.find("h:specimen/h:specimenRole/h:specimenPlayingEntity/h:code", _NS)
    codes = _codes(code)
    return IsolatLu(
        codes=tuple(filter(None, (c.get("code", "") for c in codes))),
        libelles=tuple(filter(None, (c.get("displayName", "") for c in codes))) or _cite(code),
        observations=tuple(_observation(o) for o in organisateur.iterfind(".//h:observation", _NS)),
    )


def _cite(code: etree._Element | None) -> tuple[str, ...]:
    """Un germe sans code est nommé par le passage du récit qu'il cite."""
    reference = code.find("h:originalText/h:reference", _NS) if code is not None else None
    if code is None or code.get("code") or reference is None:
        return ()
    repere = reference.get("value", "").lstrip("#")
    cites = (e for e in code.getroottree().getroot().iter() if e.get("ID") == repere)
    return tuple(" ".join("".join(map(str, e.itertext())).split()) for e in cites)


def _attache(media: etree._Element) -> AttacheLue:
    section = next(media.iterancestors("{urn:hl7-org:v3}section"), None)
    valeur = media.find("h:value", _NS)
    reference = valeur.find("h:reference", _NS) if valeur is not None else None
    return AttacheLue(
        modeles=_modeles(section) if section is not None else (),
        media=valeur.get("mediaType", "") if valeur is not None else "",
        octets=_decoder("".join(map(str, valeur.itertext()))) if valeur is not None else b"",
        adresse=reference.get("value", "") if reference is not None else "",
    )


def _decoder(texte: str) -> bytes:
    try:
        return base64.b64decode("".join(texte.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _liens(corps: etree._Element) -> list[tuple[str, str]]:
    """Adresses que le récit ou un contenu attaché désigne hors du document, avec le texte de leur section."""
    trouves = []
    for element in corps.iter("{*}linkHtml", "{*}reference"):
        nom = etree.QName(element).localname
        adresse = element.get("href" if nom == "linkHtml" else "value", "")
        if not adresse or adresse.startswith("#") or ":" not in adresse:
            continue
        section = next(element.iterancestors("{urn:hl7-org:v3}section"), None)
        trouves.append((adresse, _texte(section) if section is not None else ""))
    return trouves
