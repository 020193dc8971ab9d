"""Un courriel MSSanté tel que les scénarios le regardent : enveloppe, texte, pièces, documents de l'archive.

La lecture est tolérante : ce qui ne se lit pas manque, et c'est aux règles du courriel de dire pourquoi.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from functools import cached_property
from typing import Any

from simulators.dmp.xml import ErreurXml
from steps.verifications.cda import CdaIllisible, EnTeteCda, lire_cda
from steps.verifications.cda.corps import decoder
from steps.verifications.mssante.envois import Issue, Transaction
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.xdm import lire_et_verifier

DOMAINE_USAGERS = "patient.mssante.fr"
"""Domaine des boîtes d'usagers (ENS Mon espace santé, messagerie)."""

_EPOQUE = datetime(1970, 1, 1, tzinfo=UTC)
_ESPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class PieceLue:
    """Une pièce jointe : nom décodé, octets décodés."""

    nom: str
    octets: bytes

    @property
    def pdf(self) -> bool:
        return b"%PDF-" in self.octets[:1024]

    @property
    def archive(self) -> bool:
        return self.octets.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    @cached_property
    def texte(self) -> str:
        """Texte d'un PDF ; vide s'il ne se lit pas ou n'en est pas un."""
        return _texte_pdf(self.octets) if self.pdf else ""


@dataclass(frozen=True)
class DocumentLu:
    """Un CDA d'une archive jointe."""

    nom: str
    octets: bytes
    entete: EnTeteCda

    @property
    def matricule(self) -> str:
        """Matricule INS du patient, vide sans INS."""
        return self.entete.patient.ins.extension if self.entete.patient.ins else ""

    @cached_property
    def texte(self) -> str:
        """Le XML du document et, pour un corps encapsulé, le texte de son PDF."""
        encapsules = [_texte_pdf(octets) for contenu in self.entete.contenus if (octets := decoder(contenu))]
        return "\n".join((self.octets.decode("utf-8", "replace"), *encapsules))


@dataclass(frozen=True)
class CourrielVu:
    """Un courriel que l'opérateur a accepté. `numero` : échange qui porte le message ; adresses de l'enveloppe."""

    octets: bytes
    expediteur: str = ""
    destinataires: tuple[str, ...] = ()
    numero: int = 0
    instant: datetime = _EPOQUE
    bal: str = ""
    notify: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def message(self) -> Message:
        return email.message_from_bytes(self.octets, policy=compat32)

    def entete(self, nom: str) -> str:
        """Première valeur dépliée et décodée d'un en-tête ; vide s'il manque."""
        return _decoder(self.message.get(nom))

    def adresses(self, nom: str) -> tuple[str, ...]:
        """Les adresses d'un en-tête, en minuscules."""
        valeurs = [str(v) for v in self.message.get_all(nom, [])]
        return tuple(adresse.lower() for _, adresse in getaddresses(valeurs) if adresse)

    @property
    def message_id(self) -> str:
        return self.entete("Message-ID").strip()

    @property
    def objet(self) -> str:
        return self.entete("Subject")

    @property
    def usagers(self) -> tuple[str, ...]:
        """Destinataires d'enveloppe qui sont des usagers, en minuscules."""
        return tuple(a.lower() for a in self.destinataires if est_usager(a))

    @property
    def professionnels(self) -> tuple[str, ...]:
        """Destinataires d'enveloppe qui ne sont pas des usagers, en minuscules."""
        return tuple(a.lower() for a in self.destinataires if not est_usager(a))

    @cached_property
    def texte(self) -> str:
        """Le corps en texte brut ; vide s'il n'y en a pas."""
        return self._corps("text/plain")

    @cached_property
    def html(self) -> str:
        """Le corps en HTML, balises comprises ; vide s'il n'y en a pas."""
        return self._corps("text/html")

    @cached_property
    def pieces(self) -> tuple[PieceLue, ...]:
        """Les pièces jointes ; le corps n'en est pas une."""
        return tuple(
            PieceLue(_nom(partie), _contenu(partie)) for partie in _feuilles(self.message) if not _est_corps(partie)
        )

    @cached_property
    def documents(self) -> tuple[DocumentLu, ...]:
        """Les CDA des archives jointes, dans l'ordre des archives."""
        return tuple(document for piece in self.pieces if piece.archive for document in _cda(piece.octets))

    @property
    def pdfs(self) -> tuple[PieceLue, ...]:
        return tuple(piece for piece in self.pieces if piece.pdf)

    def porte(self, analyses: Sequence[Mapping[str, Any]]) -> bool:
        """Vrai si un document de l'archive porte tous ces résultats (code et valeur, hors des identifiants)."""
        return any(porte_resultats(document.texte, analyses) for document in self.documents)

    def _corps(self, genre: str) -> str:
        for partie in _feuilles(self.message):
            if _est_corps(partie) and partie.get_content_type() == genre:
                charset = partie.get_content_charset() or "utf-8"
                try:
                    return _contenu(partie).decode(charset, "replace")
                except LookupError:
                    return _contenu(partie).decode("utf-8", "replace")
        return ""


def courriel_de(transaction: Transaction) -> CourrielVu | None:
    """Le courriel d'un envoi accepté ; None pour un envoi refusé, coupé ou abandonné."""
    octets = transaction.message
    if transaction.issue is not Issue.ACCEPTE or transaction.data is None or octets is None:
        return None
    return CourrielVu(
        octets=octets,
        expediteur=transaction.expediteur,
        destinataires=transaction.acceptes,
        numero=transaction.data.numero,
        instant=transaction.data.echange.debut,
        bal=transaction.bal,
        notify=tuple(d.parametres.get("NOTIFY", "") for d in transaction.destinataires if d.accepte),
    )


def courriels(transactions: Iterable[Transaction]) -> list[CourrielVu]:
    """Les courriels des envois acceptés, dans l'ordre."""
    return [vu for transaction in transactions if (vu := courriel_de(transaction)) is not None]


def est_usager(adresse: str) -> bool:
    """Vrai pour une boîte de Mon espace santé."""
    return adresse.rpartition("@")[2].lower() == DOMAINE_USAGERS


def adresse_usager(matricule_ins: str) -> str:
    """Adresse de l'usager : matricule INS de 15 caractères, clé comprise, sans séparateur."""
    return f"{matricule_ins}@{DOMAINE_USAGERS}".lower()


def porte_resultats(texte: str, analyses: Sequence[Mapping[str, Any]]) -> bool:
    """Chaque résultat se lit : son code, et sa valeur qui n'est pas un morceau d'un autre nombre ou d'un OID."""
    attendus = [a for a in analyses if a["valeur"] is not None]
    return bool(attendus) and all(_porte(texte, str(a["code"]), str(a["libelle"]), str(a["valeur"])) for a in attendus)


def _porte(texte: str, code: str, libelle: str, valeur: str) -> bool:
    forme = re.escape(valeur).replace(r"\.", "[.,]")
    lue = re.search(rf"(?<![\d.,]){forme}(?![\d]|[.,]\d)", texte)
    return lue is not None and (code in texte or aplatir(libelle) in aplatir(texte))


def aplatir(texte: str) -> str:
    """Texte comparable : espaces unifiées, casse pliée."""
    return _ESPACES.sub(" ", texte).strip().casefold()


def _decoder(brut: Any) -> str:
    if brut is None:
        return ""
    deplie = "".join(str(brut).splitlines()).strip()
    try:
        return str(make_header(decode_header(deplie)))
    except (LookupError, ValueError):
        return deplie


def _feuilles(message: Message) -> Iterator[Message]:
    """Les parties sans enfant ; un message joint est une feuille, ses pièces ne sont pas celles du courriel."""
    if message.get_content_maintype() == "multipart" and isinstance(charge := message.get_payload(), list):
        for partie in charge:
            if isinstance(partie, Message):
                yield from _feuilles(partie)
    else:
        yield message


def _est_corps(partie: Message) -> bool:
    joint = partie.get_content_disposition() == "attachment" or partie.get_filename() is not None
    return not joint and partie.get_content_maintype() == "text"


def _nom(partie: Message) -> str:
    return _decoder(partie.get_filename())


def _contenu(partie: Message) -> bytes:
    if partie.get_content_maintype() == "message" and isinstance(charge := partie.get_payload(), list):
        return b"".join(joint.as_bytes() for joint in charge if isinstance(joint, Message))
    octets = partie.get_payload(decode=True)
    return octets if isinstance(octets, bytes) else b""


def _cda(archive: bytes) -> Iterator[DocumentLu]:
    lue, _ = lire_et_verifier(archive)
    for nom, octets in lue.fichiers.items():
        if not nom.upper().endswith(".XML") or nom.upper().endswith("METADATA.XML"):
            continue
        try:
            yield DocumentLu(nom, octets, lire_cda(octets))
        except (CdaIllisible, ErreurXml):
            continue


def _texte_pdf(octets: bytes) -> str:
    if b"%PDF-" not in octets[:1024]:
        return ""
    try:
        return " ".join(lire_pdf(octets).texte.split())
    except PdfIllisible:
        return ""
