"""Un lot lu dans des fichiers : ses métadonnées, ses documents, et ce que l'un dit de l'autre."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import unquote

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from reports.verdict import Verdict
from simulators.dmp.ebrim import DocumentEntry
from simulators.dmp.ebrim_lecture import lire_lot
from simulators.dmp.xml import NS, ErreurXml, lire_xml
from steps.jugements.marque import rejouable
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import coherence, fiche
from steps.verifications.dmp import lot as regles_lot
from steps.verifications.dmp.contexte import ContexteDmp
from steps.verifications.dmp.soumission import DocumentSoumis, LotLu
from steps.verifications.registre import verification
from steps.verifications.xdm import metadonnees

_ITI32 = "IHE ITI TF-2, § 3.32 (ITI-32)"
_TF3 = "IHE ITI TF-3, § 4.2.3.2"
TYPES_MIME = frozenset({"text/xml", "application/pdf", "application/dicom", "application/xslt+xml"})
_SANS_DMP = ContexteDmp()
_OBJET = re.compile(r"(ExtrinsicObject|RegistryPackage)\[@id='([^']*)'\]")
_EPOQUE = datetime(1970, 1, 1, tzinfo=UTC)

LISIBLE = Regle(
    "XDS-LEC-02", "Les métadonnées sont de l'XML lisible", "W3C, XML 1.0 ; IHE ITI TF-2, § 3.32 (ITI-32)",
    Confiance.DOCUMENTEE, "Écrire un XML bien formé, sans DTD.",
)  # fmt: skip
URI = Regle(
    "XDM-DOC-01", "L'URI de chaque fiche désigne un fichier du dossier du lot", f"{_ITI32} ; {_TF3} (URI)",
    Confiance.DOCUMENTEE, "Écrire dans le Slot URI le nom du fichier, relatif à METADATA.XML.",
)  # fmt: skip
SANS_FICHE = Regle(
    "XDM-DOC-02", "Chaque document du dossier a sa fiche", f"{_ITI32}, tel que le banc l'entend", Confiance.DEDUITE,
    "Décrire chaque document, copie PDF comprise, par un ExtrinsicObject.",
)  # fmt: skip
EMPREINTES = Regle(
    "XDM-DOC-03", "Chaque fiche porte hash et size", f"{_TF3} (hash et size, support XDM), non relu",
    Confiance.SECONDAIRE, "Écrire le SHA-1 et la taille du fichier dans la fiche.",
)  # fmt: skip
UN_FICHIER = Regle(
    "XDM-DOC-04", "Deux fiches ne désignent pas le même fichier",
    "Déduction du banc : une fiche décrit un document et un seul", Confiance.DEDUITE,
    "Écrire un fichier par fiche.",
)  # fmt: skip
NATURE = Regle(
    "XDM-DOC-05", "mimeType est celui du fichier", f"{_TF3} (mimeType)", Confiance.DOCUMENTEE,
    "Écrire text/xml pour un CDA, application/pdf pour un PDF.",
)  # fmt: skip


@dataclass(frozen=True)
class LotFichier:
    """Un lot lu : l'élément racine, le lot, et le fichier que désigne chaque fiche (id de la fiche → nom)."""

    racine: etree._Element
    lot: LotLu
    fichiers: Mapping[str, str] = field(default_factory=dict)


@rejouable
def lire_lot_fichier(octets: bytes, fichiers: Mapping[str, bytes] | None = None) -> LotFichier | Constat:
    """Lit des métadonnées. `fichiers` : ceux du dossier du lot, par nom relatif ; None : métadonnées seules.

    Sans dossier, les documents en base64 d'une soumission ITI-41 sont rendus à leurs fiches.
    """
    try:
        racine = lire_xml(octets)
    except ErreurXml as erreur:
        return LISIBLE.enfreinte(
            "Les métadonnées ne se lisent pas.", attendu="un XML bien formé, sans DTD", recu=str(erreur)[:300],
            ou="métadonnées",
        )  # fmt: skip
    lot = lire_lot(racine)
    if fichiers is None:
        en_ligne = _documents_en_ligne(racine)
        return LotFichier(racine, LotLu(lot, tuple(_document(f, en_ligne.get(f.id)) for f in lot.documents)))
    noms = {f.id: nom for f in lot.documents if (nom := _fichier(f.uri, fichiers)) is not None}
    documents = tuple(_document(f, fichiers[noms[f.id]] if f.id in noms else None) for f in lot.documents)
    return LotFichier(racine, LotLu(lot, documents), noms)


def _document(entree: DocumentEntry, octets: bytes | None) -> DocumentSoumis:
    return DocumentSoumis(entree, octets, 0, _EPOQUE)


def _documents_en_ligne(racine: etree._Element) -> dict[str, bytes]:
    trouves = {}
    for element in racine.iterfind(".//xdsb:Document", NS):
        texte = "".join("".join(map(str, element.itertext())).split())
        try:
            octets = base64.b64decode(texte, validate=True)
        except (binascii.Error, ValueError):
            continue
        if octets:
            trouves[element.get("id", "")] = octets
    return trouves


def _fichier(uri: str, fichiers: Mapping[str, bytes]) -> str | None:
    """Le fichier que désigne une URI relative : nom exact, `%20` décodé, ou à la casse près ; None sinon."""
    if not uri or uri.startswith("/") or "\\" in uri:
        return None
    for candidate in (uri, unquote(uri)):
        nom = posixpath.normpath(candidate)
        if nom in fichiers:
            return nom
    plies = [nom for nom in fichiers if nom.casefold() == posixpath.normpath(unquote(uri)).casefold()]
    return plies[0] if len(plies) == 1 else None


@rejouable
def verifier_metadonnees(lu: LotFichier) -> list[Constat]:
    """Toutes les règles que les métadonnées seules permettent, documents en ligne compris ; sans numéro d'échange."""
    lot = lu.lot
    constats = [metadonnees.racine(lu.racine)]
    if constats[0].verdict is not Verdict.CONFORME:
        return constats
    constats += [metadonnees.structure(lu.racine), metadonnees.composition(lot), regles_lot.lisible(lot)]
    constats += [*metadonnees.identifiants(lu.racine), metadonnees.uniques(lot), metadonnees.codes_complets(lu.racine)]
    if lot.submission_set is not None:
        constats += [
            *regles_lot.attributs(lot, ""),
            *regles_lot.associations(lot),
            metadonnees.cibles(lot),
            metadonnees.meme_patient(lot),
        ]
    for document in lot.documents:
        constats += verifier_fiche(document)
        constats += verifier_concordance(lot, document)
    return [_situer(replace(constat, echanges=()), lu.racine) for constat in constats]


def _situer(constat: Constat, racine: etree._Element) -> Constat:
    """Ajoute la ligne de l'objet que le constat nomme."""
    nomme = _OBJET.search(constat.ou) if constat.verdict is not Verdict.CONFORME else None
    if nomme is None:
        return constat
    objets = racine.iter(f"{{{NS['rim']}}}{nomme[1]}")
    ligne = next((objet.sourceline for objet in objets if objet.get("id") == nomme[2]), None)
    return constat if ligne is None else replace(constat, ou=f"{constat.ou} (ligne {ligne})")


@rejouable
def verifier_fiche(document: DocumentSoumis) -> list[Constat]:
    """Les règles de la fiche d'un document, hors DMP : types de fichiers plus larges, patient local admis."""
    constats = [*fiche.identification(document), fiche.objet(document, TYPES_MIME), *metadonnees.patient(document)]
    constats += [*fiche.auteurs(document), fiche.dates(document), *metadonnees.formes_empreinte(document.fiche)]
    constats += fiche.confidentialite(document, _SANS_DMP)
    if not document.est_signature:
        constats += [*fiche.codes(document), *fiche.patient_local(document)]
    return [*constats, *fiche.empreinte(document)]


@rejouable
def verifier_concordance(lot: LotLu, document: DocumentSoumis) -> list[Constat]:
    """La fiche dit la même chose que l'en-tête du CDA qu'elle décrit ; rien si ce n'est pas un CDA lisible."""
    cda = document.cda if document.fiche.mime_type == "text/xml" else None
    if cda is None:
        return []
    constats = coherence.verifier_document(lot, document, cda, _SANS_DMP)
    if cda.patient.ins is not None or metadonnees.est_ins(document.fiche.patient_id):
        constats.append(coherence.patient(document, cda))
    return constats


@verification(URI, SANS_FICHE, EMPREINTES, UN_FICHIER)
def fiches_et_fichiers(lu: LotFichier, fichiers: Mapping[str, bytes], *, complete: bool = True) -> list[Constat]:
    """Fiches et fichiers se répondent. `complete` : tous les fichiers de l'archive ont été lus."""
    documents = lu.lot.documents
    perdues = [f"{d.fiche.id} : URI « {d.fiche.uri[:100]} »" for d in documents if d.fiche.id not in lu.fichiers]
    sans_fiche = [nom for nom in fichiers if nom not in lu.fichiers.values()]
    manques = {
        d.fiche.id: [nom for nom, valeur in (("hash", d.fiche.hash), ("size", d.fiche.size)) if not valeur]
        for d in documents
    }
    nues = [f"{nom} sans {' ni '.join(absents)}" for nom, absents in manques.items() if absents]
    doubles = [nom for nom, nombre in Counter(lu.fichiers.values()).items() if nombre > 1]
    if perdues and not complete:
        uri = URI.sans_objet("des fichiers de l'archive n'ont pas pu être lus : les URI ne sont pas jugées")
    else:
        uri = juger(
            URI, not perdues, "Une fiche ne désigne aucun fichier du dossier.",
            attendu="le nom d'un fichier du dossier",
            recu=" ; ".join(perdues) or ", ".join(lu.fichiers.values()), ou="ExtrinsicObject / URI",
        )  # fmt: skip
    return [
        uri,
        juger(
            SANS_FICHE, not sans_fiche, "Un fichier du dossier n'a pas de fiche.", attendu="une fiche par fichier",
            recu=", ".join(sans_fiche[:8]) or f"{len(fichiers)} fichier(s) décrits", ou="dossier du lot",
        ),
        juger(
            EMPREINTES, not nues, "Une fiche ne porte pas l'empreinte ou la taille de son fichier.",
            attendu="hash et size dans chaque fiche", recu=" ; ".join(nues) or f"{len(documents)} fiche(s)",
            ou="ExtrinsicObject / hash, size",
        ),
        juger(
            UN_FICHIER, not doubles, "Deux fiches désignent le même fichier.", attendu="un fichier par fiche",
            recu=", ".join(doubles) or f"{len(lu.fichiers)} fichier(s)", ou="ExtrinsicObject / URI",
        ),
    ]  # fmt: skip


@verification(NATURE)
def nature(document: DocumentSoumis) -> list[Constat]:
    """Le fichier est de la nature que dit mimeType ; un type dont le banc ne connaît pas la forme n'est pas jugé."""
    octets, annonce = document.octets, document.fiche.mime_type
    if octets is None or annonce not in ("text/xml", "application/pdf"):
        return []
    juste = b"%PDF-" in octets[:1024] if annonce == "application/pdf" else _est_xml(octets)
    return [
        juger(
            NATURE, juste, "Le fichier n'est pas de la nature que dit la fiche.", attendu=annonce,
            recu=f"{octets[:24]!r}", ou=f"ExtrinsicObject[@id='{document.fiche.id}'] / @mimeType",
        )
    ]  # fmt: skip


def _est_xml(octets: bytes) -> bool:
    """Premier caractère utile « < », en UTF-8 ou en UTF-16."""
    debut = octets[:64].lstrip(b"\xef\xbb\xbf\xfe\xff\xff\xfe").replace(b"\0", b"").lstrip(b" \t\r\n")
    return debut.startswith(b"<")


@rejouable
def verifier_lot_fichier(lu: LotFichier, fichiers: Mapping[str, bytes], *, complete: bool = True) -> list[Constat]:
    """Métadonnées, fichiers, concordance d'un dossier de lot."""
    constats = verifier_metadonnees(lu)
    if constats[0].verdict is not Verdict.CONFORME:
        return constats
    constats += fiches_et_fichiers(lu, fichiers, complete=complete)
    for document in lu.lot.documents:
        constats += nature(document)
    return constats
