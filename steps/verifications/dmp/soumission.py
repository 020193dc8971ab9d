"""Une alimentation lue : métadonnées du lot, documents tels que reçus ; et la demande d'une recherche."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from lxml import etree

from simulators.dmp.ebrim import RPLC, UPDATE_AVAILABILITY_STATUS, Association, DocumentEntry, LotSoumis, SubmissionSet
from simulators.dmp.ebrim_lecture import lire_lot
from simulators.dmp.erreurs import Refus
from simulators.dmp.requetes import Recherche, lire_recherche
from simulators.dmp.signature_lot import est_signature
from simulators.dmp.vihf import Vihf
from simulators.dmp.xml import NS, nom_local
from simulators.socle.echange import Echange
from steps.verifications.cda import CdaIllisible, EnTeteCda, lire_cda
from steps.verifications.dmp.message import (
    ALIMENTATION,
    MessageIllisible,
    lire_message,
    lire_partie,
    message_ou_rien,
    reussi,
    vihf_de,
)


@dataclass(frozen=True)
class DocumentSoumis:
    """Un document d'un lot : sa fiche, et ses octets exactement tels que reçus (None s'ils manquent)."""

    fiche: DocumentEntry
    octets: bytes | None
    echange: int
    instant: datetime

    @property
    def unique_id(self) -> str:
        return self.fiche.unique_id

    @property
    def est_signature(self) -> bool:
        """Vrai pour le document de signature du lot."""
        return est_signature(self.fiche)

    @cached_property
    def sha256(self) -> str:
        """Empreinte des octets reçus, vide s'ils manquent."""
        return hashlib.sha256(self.octets).hexdigest() if self.octets is not None else ""

    @cached_property
    def sha1(self) -> str:
        """Condensat des métadonnées XDS."""
        return hashlib.sha1(self.octets or b"", usedforsecurity=False).hexdigest()

    @cached_property
    def cda(self) -> EnTeteCda | None:
        """En-tête du CDA ; None si le document n'est pas un CDA lisible (voir CDA-LEC-01)."""
        if self.octets is None or self.est_signature:
            return None
        try:
            return lire_cda(self.octets)
        except CdaIllisible:
            return None


@dataclass(frozen=True)
class LotLu:
    """Un lot de soumission et ses documents, quel que soit ce qui les porte (requête TD2.1, archive d'échange)."""

    lot: LotSoumis
    documents: tuple[DocumentSoumis, ...]

    @property
    def submission_set(self) -> SubmissionSet | None:
        return self.lot.lots[0] if self.lot.lots else None

    @property
    def documents_de_sante(self) -> tuple[DocumentSoumis, ...]:
        """Les documents, sans celui de signature du lot."""
        return tuple(document for document in self.documents if not document.est_signature)

    @property
    def remplacements(self) -> tuple[Association, ...]:
        return self.lot.liens(RPLC)

    @property
    def numeros(self) -> tuple[int, ...]:
        """Numéros des échanges qui portent le lot ; vide pour un fichier."""
        return ()

    def cible_remplacee(self, document: DocumentSoumis) -> str:
        """entryUUID que ce document remplace, vide s'il n'en remplace aucun."""
        return next((lien.cible for lien in self.remplacements if lien.source == document.fiche.id), "")


@dataclass(frozen=True)
class Soumission(LotLu):
    """Une requête TD2.1 lue."""

    echange: Echange
    vihf: Vihf | None
    orphelines: tuple[str, ...] = ()
    sans_fiche: tuple[str, ...] = ()
    repetes: tuple[str, ...] = ()

    @property
    def numeros(self) -> tuple[int, ...]:
        return (self.echange.numero,)

    @property
    def acceptee(self) -> bool:
        """Vrai si le DMP a accepté le lot."""
        return reussi(self.echange)


def lire_soumission(echange: Echange) -> Soumission:
    """Lit une alimentation ; lève `MessageIllisible` si ce n'en est pas une."""
    message = lire_message(echange)
    contenu = message.contenu
    if contenu is None or nom_local(contenu) != "ProvideAndRegisterDocumentSetRequest":
        raise MessageIllisible("le corps n'est pas un ProvideAndRegisterDocumentSetRequest")
    lot = lire_lot(contenu)
    octets: dict[str, bytes | None] = {}
    repetes: list[str] = []
    utilisees: set[str] = set()
    for document in contenu.iterfind(".//xdsb:Document", NS):
        if document.get("id", "") in octets:
            repetes.append(document.get("id", ""))
        inclusion = document.find("xop:Include", NS)
        if inclusion is None:
            octets[document.get("id", "")] = _base64(document)
            continue
        href = inclusion.get("href", "")
        partie = message.mtom.resoudre(href) if message.mtom else None
        if partie is not None:
            utilisees.add(partie.content_id)
        octets[document.get("id", "")] = lire_partie(echange.requete.corps, message, href)
    fiches = {fiche.id for fiche in lot.documents}
    parties = message.mtom.parties if message.mtom else ()
    racine = message.mtom.racine if message.mtom else None
    return Soumission(
        lot,
        tuple(DocumentSoumis(fiche, octets.get(fiche.id), echange.numero, echange.debut) for fiche in lot.documents),
        echange,
        vihf_de(echange),
        tuple(p.content_id for p in parties if p is not racine and p.content_id not in utilisees),
        tuple(identifiant for identifiant in octets if identifiant not in fiches),
        tuple(repetes),
    )


def _base64(element: etree._Element) -> bytes | None:
    try:
        return base64.b64decode("".join("".join(map(str, element.itertext())).split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def alimentations(echanges: Iterable[Echange]) -> list[Echange]:
    """Les échanges d'alimentation, dans l'ordre du journal."""
    return [echange for echange in echanges if echange.service == "dmp" and echange.operation in ALIMENTATION]


def soumissions(echanges: Iterable[Echange], *, acceptees: bool = False) -> list[Soumission]:
    """Alimentations lisibles ; avec `acceptees`, celles que le DMP a enregistrées seulement."""
    lues: list[Soumission] = []
    for echange in alimentations(echanges):
        try:
            soumission = lire_soumission(echange)
        except MessageIllisible:
            continue
        if not acceptees or soumission.acceptee:
            lues.append(soumission)
    return lues


def documents_soumis(echanges: Iterable[Echange], *, acceptees: bool = False) -> list[DocumentSoumis]:
    """Documents de santé envoyés au DMP, dans l'ordre, sans les signatures de lot."""
    return [
        document
        for soumission in soumissions(echanges, acceptees=acceptees)
        for document in soumission.documents_de_sante
    ]


def criteres_de(echange: Echange) -> Recherche | None:
    """Demande d'une recherche TD3.1 : requête enregistrée, type de retour, paramètres ; None si ce n'en est pas une."""
    message = message_ou_rien(echange)
    if message is None or message.contenu is None or nom_local(message.contenu) != "AdhocQueryRequest":
        return None
    try:
        return lire_recherche(message.contenu)
    except Refus:
        return None


def est_consultation(echange: Echange) -> bool:
    """Vrai pour TD3.2 et TD3.1, sauf TD3.1b : retrouver la référence d'un document connu n'est pas consulter."""
    if echange.service != "dmp" or not echange.operation.startswith(("TD3.1", "TD3.2")):
        return False
    criteres = criteres_de(echange) if echange.operation.startswith("TD3.1") else None
    return criteres is None or criteres.transaction != "TD3.1b"


def documents_demandes(echange: Echange) -> tuple[str, ...]:
    """uniqueId des documents demandés par TD3.2."""
    message = message_ou_rien(echange)
    if message is None or message.contenu is None:
        return ()
    return tuple((e.text or "").strip() for e in message.contenu.iterfind(".//xdsb:DocumentUniqueId", NS))


def changements_de_statut(echange: Echange) -> tuple[Association, ...]:
    """Associations UpdateAvailabilityStatus d'une mise à jour TD3.3."""
    message = message_ou_rien(echange)
    if message is None or message.contenu is None:
        return ()
    return lire_lot(message.contenu).liens(UPDATE_AVAILABILITY_STATUS)


def action_autorisation(echange: Echange) -> str:
    """AJOUT ou SUPPRESSION d'un TD0.3, vide si ce n'en est pas un."""
    message = message_ou_rien(echange)
    if message is None or message.contenu is None or nom_local(message.contenu) != "setAuthorization":
        return ""
    return next(
        ((e.text or "").strip() for e in message.contenu.iter(etree.Element) if nom_local(e) == "action"),
        "",
    )
