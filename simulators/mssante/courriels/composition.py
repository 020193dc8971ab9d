"""Assemblage d'un courriel de transmission : en-têtes, corps, archive, copies PDF/A-1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from simulators.mssante import mime
from simulators.mssante.courriels import archive as archives
from simulators.mssante.courriels.modele import DocumentJoint, Emetteur, TypeDocument, objet_du_courriel, oid_de
from simulators.mssante.mime import Partie
from simulators.socle.identites import IdentiteTest

NIL = "BANC-SONS-0001"
"""Référence produit fictive que portent les courriels du banc."""

TEXTE = "Bonjour,\n\nVeuillez trouver ci-joint un document de santé fictif.\n\nCordialement"
NOM_ARCHIVE = archives.NOM


@dataclass(frozen=True)
class Envoi:
    """Ce dont toute matière dépend : le patient, à qui elle arrive, qui l'écrit, quand.

    `graine` : même graine, mêmes identifiants de documents. `original` : courriel auquel un avis ou une réponse se
    rapporte. `taille` : octets d'une matière dont la taille se choisit.
    """

    patient: IdentiteTest
    destinataire: str
    emetteur: Emetteur
    instant: datetime
    graine: str
    original: bytes | None = None
    nil: str = NIL
    taille: int = 0

    @property
    def message_id(self) -> str:
        """Message-ID tiré de la graine."""
        return f"<{oid_de(self.graine, 'message').rpartition('.')[2]}@{self.domaine}>"

    @property
    def domaine(self) -> str:
        """Domaine de l'émetteur."""
        return self.emetteur.adresse.rpartition("@")[2]

    def document(self, type_document: TypeDocument, suffixe: str = "", **options: Any) -> DocumentJoint:
        """Un document de ce patient ; `suffixe` distingue plusieurs documents d'un même envoi."""
        patient = options.pop("patient", self.patient)
        graine = f"{self.graine}{suffixe}"
        return archives.fabriquer_document(
            type_document, patient, self.emetteur, instant=self.instant, graine=graine, **options
        )  # fmt: skip

    def archive(self, documents: Sequence[DocumentJoint], **options: Any) -> bytes:
        """L'archive de ces documents."""
        return archives.fabriquer_archive(
            self.patient, self.emetteur, documents, instant=self.instant, graine=self.graine, **options
        )  # fmt: skip

    def pour(self, **changements: Any) -> Envoi:
        """Le même envoi, à ces changements près."""
        return replace(self, **changements)


@dataclass(frozen=True)
class Courriel:
    """Un courriel entrant prêt à déposer. `message_id` vide s'il n'en porte pas."""

    octets: bytes
    message_id: str
    documents: tuple[DocumentJoint, ...] = ()
    objet: str = ""
    nom: str = ""
    note: str = ""
    conforme: bool = True


@dataclass
class Transmission:
    """Un courriel de transmission en préparation : ce qu'une matière change, puis `courriel()`."""

    envoi: Envoi
    documents: Sequence[DocumentJoint] = ()
    qualifiee: bool = True
    octets_archive: bytes | None = None
    avec_archive: bool = True
    avec_pdf: bool = True
    nom_archive: str = NOM_ARCHIVE
    type_archive: str = "application/zip"
    corps: Partie = field(default_factory=lambda: mime.texte(TEXTE))
    objet: str = ""
    message_id: str | None = None
    entetes: dict[str, str | None] = field(default_factory=dict)
    """Valeurs brutes qui remplacent ou ajoutent un en-tête ; None le retire."""
    parties: Sequence[Partie] = ()
    noms_pdf: Sequence[str] = ()

    def courriel(self) -> Courriel:
        """Les octets, et ce qu'il faut savoir pour les suivre."""
        objet = self.objet or (objet_du_courriel(self.envoi.patient, list(self.documents)) if self.documents else "")
        identifiant = self.envoi.message_id if self.message_id is None else self.message_id
        parties = self._pieces()
        corps = mime.multipart("mixed", [self.corps, *parties]) if parties else self.corps
        return Courriel(
            mime.courriel(self._entetes(objet, identifiant), corps), identifiant, tuple(self.documents), objet
        )

    def _pieces(self) -> list[Partie]:
        parties = []
        if self.documents and self.avec_archive:
            octets = self.octets_archive
            if octets is None:
                octets = self.envoi.archive(self.documents, qualifiee=self.qualifiee)
            parties.append(mime.piece(octets, self.type_archive, self.nom_archive))
        if self.avec_pdf:
            noms = list(self.noms_pdf) or [document.nom_pdf for document in self.documents]
            parties += [
                mime.piece(document.pdf, "application/pdf", nom)
                for document, nom in zip(self.documents, _distincts(noms), strict=True)
            ]
        return [*parties, *self.parties]

    def _entetes(self, objet: str, identifiant: str) -> list[tuple[str, str]]:
        e = self.envoi
        valeurs: dict[str, str | None] = {
            "Return-Path": f"<{e.emetteur.adresse}>",
            "Received": f"from mss.{e.domaine} by mss.{e.destinataire.rpartition('@')[2]};\r\n {mime.date(e.instant)}",
            "From": mime.boite(e.emetteur.libelle, e.emetteur.adresse),
            "To": e.destinataire,
            "Subject": mime.mot_encode(objet),
            "Date": mime.date(e.instant),
            "Message-ID": identifiant or None,
            "X-MSS-NIL": e.nil,
        }
        if self.documents and self.avec_archive:
            valeurs["X-MSS-CODECDA"] = ",".join(document.type.code for document in self.documents)
            valeurs["X-MSS-INS"] = "O" if self.qualifiee else "N"
        valeurs |= self.entetes
        return [(nom, valeur) for nom, valeur in valeurs.items() if valeur is not None]


def _distincts(noms: Sequence[str]) -> list[str]:
    """Noms de fichiers tous différents : un numéro de dossier départage deux copies de même nom."""
    vus: dict[str, int] = {}
    rendus = []
    for nom in noms:
        vus[nom] = vus.get(nom, 0) + 1
        base, point, extension = nom.rpartition(".")
        rendus.append(nom if vus[nom] == 1 else f"{base}_{vus[nom]}{point}{extension}")
    return rendus
