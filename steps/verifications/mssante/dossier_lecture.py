"""Un courriel MSSanté tel que les scénarios le regardent : enveloppe, texte, pièces, documents de l'archive."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from steps.verifications.cda import EnTeteCda
from steps.verifications.cda.corps import decoder
from steps.verifications.mssante.courriel_lecture import DOMAINE_USAGERS, Courriel, est_usager, lire_courriel
from steps.verifications.mssante.envois import Issue, Transaction
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf

_EPOQUE = datetime(1970, 1, 1, tzinfo=UTC)
_ESPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class PieceLue:
    """Une pièce jointe : nom décodé, octets décodés."""

    nom: str
    octets: bytes

    @cached_property
    def empreinte(self) -> str:
        """SHA-256 des octets."""
        return hashlib.sha256(self.octets).hexdigest()

    @property
    def pdf(self) -> bool:
        return b"%PDF-" in self.octets[:1024]

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
        return "\n".join((self.octets.decode("utf-8", "replace"), *self._encapsules))

    @property
    def muet(self) -> bool:
        """Niveau 1 dont rien ne s'extrait (image, tracés) : ses résultats sont à lire par une personne."""
        return self.entete.corps == "nonXMLBody" and not any(self._encapsules)

    @cached_property
    def _encapsules(self) -> tuple[str, ...]:
        return tuple(_texte_pdf(octets) for contenu in self.entete.contenus if (octets := decoder(contenu)))


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
    def lu(self) -> Courriel:
        """Le courriel découpé, pour les règles qui jugent sa forme."""
        return lire_courriel(self.octets)

    def adresses(self, nom: str) -> tuple[str, ...]:
        """Les adresses d'un en-tête, en minuscules."""
        return tuple(adresse.adresse.lower() for adresse in self.lu.adresses(nom) if adresse.adresse)

    @property
    def message_id(self) -> str:
        return self.lu.valeur("Message-ID").strip()

    @property
    def objet(self) -> str:
        return self.lu.objet

    @property
    def usagers(self) -> tuple[str, ...]:
        """Destinataires d'enveloppe qui sont des usagers, en minuscules."""
        return tuple(a.lower() for a in self.destinataires if est_usager(a))

    @property
    def professionnels(self) -> tuple[str, ...]:
        """Destinataires d'enveloppe qui ne sont pas des usagers, en minuscules."""
        return tuple(a.lower() for a in self.destinataires if not est_usager(a))

    @property
    def texte(self) -> str:
        """Le corps en texte brut ; vide s'il n'y en a pas."""
        return self._corps("text/plain")

    @property
    def html(self) -> str:
        """Le corps en HTML, balises comprises ; vide s'il n'y en a pas."""
        return self._corps("text/html")

    @cached_property
    def pieces(self) -> tuple[PieceLue, ...]:
        """Les pièces jointes ; le corps n'en est pas une."""
        return tuple(PieceLue(partie.nom_de_fichier, partie.contenu) for partie in self.lu.pieces)

    @cached_property
    def documents(self) -> tuple[DocumentLu, ...]:
        """Les CDA lisibles des archives d'échange jointes."""
        return tuple(
            DocumentLu(cda.nom, cda.octets, cda.entete) for cda in self.lu.contenus.cdas if cda.entete is not None
        )

    @property
    def pdfs(self) -> tuple[PieceLue, ...]:
        return tuple(piece for piece in self.pieces if piece.pdf)

    def _corps(self, genre: str) -> str:
        parties = self.lu.corps.parcourir() if self.lu.corps is not None else []
        return next((partie.texte for partie in parties if partie.type == genre), "")


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
    # Le code 2951-2 n'est pas dans 12951-2.
    code_lu = re.search(rf"(?<!\d){re.escape(code)}(?!\d)", texte)
    return lue is not None and (code_lu is not None or aplatir(libelle) in aplatir(texte))


def aplatir(texte: str) -> str:
    """Texte comparable : espaces unifiées, casse pliée."""
    return _ESPACES.sub(" ", texte).strip().casefold()


def _texte_pdf(octets: bytes) -> str:
    if b"%PDF-" not in octets[:1024]:
        return ""
    try:
        return " ".join(lire_pdf(octets).texte.split())
    except PdfIllisible:
        return ""
