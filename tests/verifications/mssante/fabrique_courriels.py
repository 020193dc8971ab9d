"""Fabrique de courriels d'essai, octet par octet : un envoi de compte rendu conforme, et de quoi tout changer."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from steps.flux.identite import IdentiteUsager
from steps.verifications.mssante.contexte import BalEmission, ContexteCourriel
from tests.verifications.cda.fabrique import MATRICULE, OID_TEST, cda, corps_n1, corps_n3
from tests.verifications.dmp.fabrique import code
from tests.verifications.pdf.fabrique_a1 import pdfa
from tests.verifications.xdm.fabrique import Piece as PieceXdm
from tests.verifications.xdm.fabrique import archive as archive_xdm

NIL = "DEV935997"
APP = BalEmission("crbio@labo.formation.mssante.fr", "APP", "LABORATOIRE DU BANC")
ORG = BalEmission("secretariat@labo.formation.mssante.fr", "ORG", "LABORATOIRE DU BANC")
PER = BalEmission("alix.biologue@labo.formation.mssante.fr", "PER", "", "BIOLOGUE", "Alix")
CORRESPONDANT = "camille.medecin@cabinet.formation.mssante.fr"
USAGER = f"{MATRICULE}@patient.mssante.fr"
PATIENT = IdentiteUsager(
    "D'ÉTÉ-DURAND", "ANNE", "ANNE MARIE", "1990-12-31", "F", "99999", "", "", MATRICULE, OID_TEST
)  # fmt: skip
NOM_PDF = "20261119_CR d'examens biologiques_D'ÉTÉ-DURAND_ANNE.pdf"
OBJET = "XDM/1.0/DDM+CR d'examens biologiques D'ETE-DURAND ANNE 31/12/1990"
LIGNES = ("D'ÉTÉ-DURAND née le 31/12/1990", "Compte rendu d'examens biologiques", "CR d'examens biologiques",
          "Le 20/11/2026", "Dr ALIX BIOLOGUE", "LABORATOIRE DU BANC")  # fmt: skip
FORMAT_N1 = code("a09d5840-386c-46f2-b5ad-9c3699a4309d", "urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3")
TEXTE = "Bonjour,\r\n\r\nVeuillez trouver ci-joint le compte rendu de biologie. À bientôt.\r\n"
MENTION = f"\r\nCourriel envoyé automatiquement. Pour nous joindre : {ORG.adresse}\r\n"


@lru_cache(maxsize=8)
def pdf(lignes: tuple[str, ...] = LIGNES) -> bytes:
    """Un PDF/A-1b qui porte l'en-tête du CDA de la fabrique."""
    return pdfa(lignes=lignes)


@lru_cache(maxsize=8)
def document(niveau: str = "N3", **morceaux: str) -> bytes:
    """Un CDA conforme, sa copie PDF dedans."""
    return cda(niveau, **{"corps": corps_n1(pdf()) if niveau == "N1" else corps_n3(pdf()), **morceaux})


def piece_xdm(niveau: str = "N3", octets: bytes | None = None) -> PieceXdm:
    """Le CDA, avec sa fiche."""
    return PieceXdm(octets=octets or document(niveau), fiche={"formatCode": FORMAT_N1} if niveau == "N1" else {})


@lru_cache(maxsize=4)
def archive(niveau: str = "N3") -> bytes:
    """Une archive d'échange conforme d'un CDA."""
    return archive_xdm(piece_xdm(niveau))


@dataclass(frozen=True)
class Joint:
    """Une pièce jointe ; `entetes` remplace tous ses en-têtes."""

    nom: str
    type: str
    octets: bytes
    disposition: str = "attachment"
    entetes: str | None = None

    def en_octets(self) -> bytes:
        if self.entetes is not None:
            tete = self.entetes
        else:
            nom = f'filename="{self.nom}"' if self.nom.isascii() else f"filename*=utf-8''{_pour_cent(self.nom)}"
            tete = (
                f"Content-Type: {self.type}\r\nContent-Transfer-Encoding: base64\r\n"
                f"Content-Disposition: {self.disposition};\r\n {nom}\r\n"
            )
        return tete.encode() + b"\r\n" + en_base64(self.octets)


def en_base64(octets: bytes) -> bytes:
    """En lignes de 76 caractères."""
    texte = base64.b64encode(octets)
    return b"\r\n".join(texte[debut : debut + 76] for debut in range(0, len(texte), 76)) + b"\r\n"


def _pour_cent(texte: str) -> str:
    return "".join(chr(o) if chr(o).isalnum() and o < 128 else f"%{o:02X}" for o in texte.encode())


def texte_brut(texte: str = TEXTE, charset: str = "utf-8") -> bytes:
    """Une partie text/plain."""
    tete = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return tete.encode() + en_base64(texte.encode(charset))


def texte_html(html: str, charset: str = "utf-8") -> bytes:
    """Une partie text/html."""
    tete = f"Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return tete.encode() + en_base64(html.encode(charset))


def alternative(*parties: bytes, frontiere: str = "alternative-1") -> bytes:
    """Une partie multipart/alternative."""
    return f'Content-Type: multipart/alternative; boundary="{frontiere}"\r\n\r\n'.encode() + assembler(
        parties, frontiere
    )


def assembler(parties: Sequence[bytes], frontiere: str) -> bytes:
    """Les parties entre leurs frontières."""
    corps = b"".join(b"--" + frontiere.encode() + b"\r\n" + partie.rstrip(b"\r\n") + b"\r\n" for partie in parties)
    return corps + b"--" + frontiere.encode() + b"--\r\n"


ENTETES = {
    "Date": "Fri, 20 Nov 2026 10:15:30 +0100",
    "From": f"LABORATOIRE DU BANC <{APP.adresse}>",
    "To": f"Camille MEDECIN <{CORRESPONDANT}>",
    "Reply-To": ORG.adresse,
    "Subject": OBJET,
    "Message-ID": "<20261120.101530.1@labo.formation.mssante.fr>",
    "X-MSS-NIL": NIL,
    "X-MSS-INS": "O",
    "X-MSS-CODECDA": "11502-2",
    "MIME-Version": "1.0",
}


def joints(niveau: str = "N3", *, nom_pdf: str = NOM_PDF) -> tuple[Joint, ...]:
    """L'archive et la copie PDF."""
    return Joint("IHE_XDM.zip", "application/zip", archive(niveau)), Joint(nom_pdf, "application/pdf", pdf())


@dataclass(frozen=True)
class Lettre:
    """Un courriel. `entetes` : remplacés, None les ôte ; `suite` : en-têtes ajoutés tels quels."""

    entetes: dict[str, str | None] = field(default_factory=dict)
    suite: bytes = b""
    corps: bytes = field(default_factory=lambda: texte_brut(TEXTE + MENTION))
    pieces: tuple[Joint, ...] = field(default_factory=joints)
    frontiere: str = "principale-1"

    def en_octets(self) -> bytes:
        valeurs = {**ENTETES, **self.entetes}
        tete = b"".join(f"{nom}: {valeur}\r\n".encode() for nom, valeur in valeurs.items() if valeur is not None)
        tete += self.suite
        if not self.pieces:
            return tete + self.corps
        parties = [self.corps, *(piece.en_octets() for piece in self.pieces)]
        tete += f'Content-Type: multipart/mixed;\r\n boundary="{self.frontiere}"\r\n\r\n'.encode()
        return tete + assembler(parties, self.frontiere)


SANS_XDM: dict[str, str | None] = {"Subject": "Nouvelles de votre patiente", "X-MSS-INS": None, "X-MSS-CODECDA": None}


def courriel(niveau: str = "N3", **champs: object) -> bytes:
    """L'envoi conforme d'un compte rendu par une BAL applicative, sauf les champs donnés."""
    return Lettre(**{"pieces": joints(niveau), **champs}).en_octets()  # type: ignore[arg-type]


def message(texte: str = TEXTE + MENTION, **entetes: str | None) -> bytes:
    """Un message sans document, de la BAL applicative ; les en-têtes s'écrivent avec des tirets bas."""
    nommes = {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}
    return Lettre({**SANS_XDM, **nommes}, corps=texte_brut(texte), pieces=()).en_octets()


def contexte(**champs: object) -> ContexteCourriel:
    """Tout ce que l'on sait de l'envoi conforme, sauf les champs donnés."""
    base: dict[str, object] = {
        "nil": NIL, "bal_emission": APP, "mail_from": APP.adresse, "destinataires": (CORRESPONDANT,),
        "adresse_retour": ORG.adresse, "patient": PATIENT, "ins_qualifiee": True, "demande_distribution": False,
        "demande_lecture": False, "sans_reponse": False, "notify": (),
        "types_de_bal": {APP.adresse: "APP", ORG.adresse: "ORG", PER.adresse: "PER"}, "echanges": (1,),
    }  # fmt: skip
    return ContexteCourriel(**{**base, **champs})  # type: ignore[arg-type]
