"""Défauts des documents joints : pièces, noms, archive, concordance, usagers."""

from __future__ import annotations

import zipfile
from functools import partial

from pikepdf import Pdf

from steps.flux.identite import IdentiteUsager
from tests.mutants.courriels.modele import A, E, R, mutant
from tests.verifications.cda.fabrique import OID_TEST, cda, corps_n3
from tests.verifications.dmp.fabrique import CX, externe, slot
from tests.verifications.mssante.fabrique_courriels import (
    LIGNES,
    NOM_PDF,
    SANS_XDM,
    USAGER,
    Joint,
    archive,
    courriel,
    document,
    joints,
    message,
    pdf,
    piece_xdm,
)
from tests.verifications.pdf.fabrique_a1 import pdfa, xmp
from tests.verifications.xdm.fabrique import DOSSIER, Piece, arborescence, empreinte, zipper
from tests.verifications.xdm.fabrique import archive as archive_xdm

AUTRE = "255129999900161"
AUTRE_OID = "1.2.250.1.213.1.4.8"
_ZIP = "application/zip"


def _pieces(*pieces: Joint, **entetes: str | None) -> partial[bytes]:
    return partial(courriel, entetes={nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}, pieces=pieces)


def _archive(octets: bytes, **entetes: str | None) -> partial[bytes]:
    return _pieces(Joint("IHE_XDM.zip", _ZIP, octets), joints()[1], **entetes)


def _pdf(nom: str = NOM_PDF, octets: bytes | None = None, **champs: str) -> partial[bytes]:
    type_ = champs.pop("type", "application/pdf")
    return _pieces(joints()[0], Joint(nom, type_, pdf() if octets is None else octets, **champs))


def _xdm(**options: object) -> partial[bytes]:
    return _archive(archive_xdm(piece_xdm(), **options))


def _fiche(**morceaux: str) -> partial[bytes]:
    return _archive(archive_xdm(Piece(octets=document(), fiche=morceaux)))


def _sans_xmp(pdf_: Pdf) -> None:
    del pdf_.Root.Metadata


_SANS_CDA: dict[str, str | None] = {"X_MSS_INS": None, "X_MSS_CODECDA": None}
_CDA_NU = Joint("DOC0001.XML", "text/xml", document())

PIECES = (
    mutant("aucune archive", "MSS-PJT-01", _pieces(joints()[1], **_SANS_CDA)),
    mutant("PDF sans archive ni objet de document", "MSS-PJT-01",
           _pieces(joints()[1], **{nom.replace("-", "_"): v for nom, v in SANS_XDM.items()}), A),
    mutant("deux archives", "MSS-PJT-01", _pieces(joints()[0], *joints()), E, "MSS-PJT-05", "MSS-OBJ-03"),
    mutant("CDA joint hors archive", "MSS-PJT-01", _pieces(_CDA_NU, joints()[1], **_SANS_CDA)),
    mutant("archive d'un autre nom", "MSS-PJT-02", _pieces(Joint("documents.zip", _ZIP, archive()), joints()[1])),
    mutant("archive de type octet-stream", "MSS-PJT-03",
           _pieces(Joint("IHE_XDM.zip", "application/octet-stream", archive()), joints()[1])),
    mutant("archive de type x-zip-compressed", "MSS-PJT-03",
           _pieces(Joint("IHE_XDM.zip", "application/x-zip-compressed", archive()), joints()[1])),
    mutant("PDF de type octet-stream", "MSS-PJT-04", _pdf(type="application/octet-stream")),
    mutant("PDF absent", "MSS-PJT-05", _pieces(joints()[0])),
    mutant("un PDF de trop", "MSS-PJT-05", _pieces(*joints(), Joint("note.pdf", "application/pdf", pdf())), A),
    mutant("pièces en ligne", "MSS-PJT-06", _pdf(disposition="inline"), R),
    mutant("une image en plus", "MSS-PJT-07", _pieces(*joints(), Joint("logo.png", "image/png", b"\x89PNG\r\n")), R),
    mutant("PDF au nom libre", "PDF-NOM-02", _pdf("compte-rendu.pdf")),
    mutant("PDF sans date", "PDF-NOM-02", _pdf("CR d'examens biologiques_D'ÉTÉ-DURAND_ANNE.pdf")),
    mutant("PDF au type de plus de 40 caractères", "PDF-NOM-02",
           _pdf("20261119_CR d'examens biologiques de la patiente du jour_D'ÉTÉ-DURAND_ANNE.pdf")),
    mutant("PDF au nom en minuscules", "PDF-NOM-02", _pdf("20261119_CR d'examens biologiques_d'été-durand_ANNE.pdf")),
    mutant("PDF au nom d'un autre patient", "PDF-NOM-03", _pdf("20261119_CR d'examens biologiques_MARTIN_LEA.pdf")),
    mutant("PDF à la date d'un autre jour", "PDF-NOM-04",
           _pdf("20261120_CR d'examens biologiques_D'ÉTÉ-DURAND_ANNE.pdf"), A),
    mutant("PDF d'un autre type", "PDF-NOM-04", _pdf("20261119_Ordonnance_D'ÉTÉ-DURAND_ANNE.pdf"), A),
    mutant("PDF qui n'est pas celui du N1", "PDF-CDA-01",
           lambda: courriel("N1", pieces=(joints("N1")[0], Joint(NOM_PDF, "application/pdf", pdf((*LIGNES, "!")))))),
    mutant("PDF d'un autre patient", "PDF-CDA-03",
           _pdf(octets=pdf(tuple(ligne.replace("D'ÉTÉ-DURAND", "MARTIN") for ligne in LIGNES))), A),
    mutant("PDF sans le titre ni le type", "PDF-CDA-02", _pdf(octets=pdf((LIGNES[0], *LIGNES[3:]))), A),
    mutant("PDF qui ne se dit pas PDF/A", "PDF-DEC-01", _pdf(octets=pdfa(_sans_xmp, lignes=LIGNES))),
    mutant("PDF/A-2", "PDF-DEC-01", _pdf(octets=pdfa(lignes=LIGNES, metadonnees=xmp("2")))),
    mutant("PDF vide", "PDF-FIC-01", _pdf(octets=b" "), E, "PDF-CDA-02"),
    mutant("PDF tronqué", "PDF-FIC-02", _pdf(octets=pdf()[:-200]), E, "PDF-CDA-02"),
)  # fmt: skip


def _sans(nom: str) -> bytes:
    return zipper({autre: octets for autre, octets in arborescence(piece_xdm()).items() if autre != nom})


def _avec(nom: str, octets: bytes) -> bytes:
    return zipper({**arborescence(piece_xdm()), nom: octets})


def _remplacer(avant: bytes, apres: bytes) -> bytes:
    """L'archive, où METADATA.XML a changé."""
    fichiers = arborescence(piece_xdm())
    nom = f"{DOSSIER}METADATA.XML"
    assert avant in fichiers[nom]
    return zipper({**fichiers, nom: fichiers[nom].replace(avant, apres)})


def _chiffree() -> bytes:
    octets = bytearray(archive())
    for marque, decalage in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = octets.find(marque)
        while position >= 0:
            octets[position + decalage] |= 1
            position = octets.find(marque, position + 4)
    return bytes(octets)


def _nom_hors_utf8() -> bytes:
    return _avec(f"{DOSSIER}DOC\u00e9.XML", b"<a/>").replace("DOC\u00e9.XML".encode(), b"DOC\xff\xfe.XML")


def _crc_faux() -> bytes:
    octets = bytearray(zipper(arborescence(piece_xdm()), zipfile.ZIP_STORED))
    octets[octets.find(b"LABORATOIRE DU BANC")] ^= 1
    return bytes(octets)


def _autre_patient(nom: str = "MARTIN", matricule: str = AUTRE) -> bytes:
    """Un second lot, d'un autre patient, dans la même archive."""
    second = cda(
        ids_patient=f'<id root="{OID_TEST}" extension="{matricule}"/>', corps=corps_n3(pdf()),
        noms=f'<family qualifier="BR">{nom}</family><given>LEA</given><given qualifier="BR">LEA</given>',
        id='<id root="1.2.250.1.213.99.1.100.7"/>', setId='<setId root="1.2.250.1.213.99.1.107"/>',
    )  # fmt: skip
    cx = CX.replace("290129999900192", matricule)
    fiche = {
        "patientId": externe("58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId", cx),
        "sourcePatientId": "",
        "sourcePatientInfo": slot("sourcePatientInfo", "PID-5|MARTIN^LEA^^^^^L", "PID-7|19901231", "PID-8|F"),
    }
    piece = Piece("DOC0002.XML", second, fiche, "Doc2", "1.2.250.1.213.99.1.100.7")
    return archive_xdm(piece_xdm(), piece)


ARCHIVES = (
    mutant("archive tronquée", "XDM-ZIP-01", _archive(archive()[:-40]), E, "MSS-XMS-02", "MSS-XMS-03", "MSS-OBJ-02"),
    mutant("archive qui n'est pas un zip", "XDM-ZIP-01", _archive(b"bonjour"), E, "MSS-XMS-02", "MSS-XMS-03",
           "MSS-OBJ-02"),
    mutant("archive chiffrée", "XDM-ZIP-05", _archive(_chiffree()), E, "MSS-XMS-02", "MSS-XMS-03", "MSS-OBJ-02",
           "XDM-STR-01", "XDM-STR-02"),
    mutant("CRC faux", "XDM-ZIP-08", _archive(_crc_faux()), E, "MSS-XMS-03", "XDM-STR-02"),
    mutant("nom qui remonte", "XDM-ZIP-02", _archive(_avec("../../etc/passe", b"x")), E, "XDM-STR-03", "XDM-STR-04"),
    mutant("nom annoncé en UTF-8 qui n'en est pas", "XDM-ZIP-02", _archive(_nom_hors_utf8()), E, "XDM-STR-03",
           "XDM-DOC-02"),
    mutant("archive dans l'archive", "XDM-ZIP-11", _archive(_avec(f"{DOSSIER}AUTRE.ZIP", archive())), A, "XDM-DOC-02"),
    mutant("README absent", "XDM-STR-02", _archive(_sans("README.TXT"))),
    mutant("METADATA absent", "XDM-STR-01", _archive(_sans(f"{DOSSIER}METADATA.XML")), E, "XDM-STR-04"),
    mutant("DTD dans METADATA", "XDS-LEC-02",
           _archive(_remplacer(b"<l:Submit", b'<!DOCTYPE x [<!ENTITY a "b">]><l:Submit'))),
    mutant("METADATA mal formé", "XDS-LEC-02", _archive(_remplacer(b"</l:SubmitObjectsRequest>", b""))),
    mutant("empreinte d'un autre fichier", "DMP-XDS-21", _fiche(hash=empreinte(b"autre", "DOC0001.XML"))),
    mutant("URI d'un fichier absent", "XDM-DOC-01", _fiche(hash=empreinte(document(), "DOC0009.XML")), E, "XDM-DOC-02"),
    mutant("patientId d'un autre", "DMP-COH-05",
           _fiche(patientId=externe("58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId",
                                    CX.replace("290129999900192", AUTRE))), E, "XDM-PAT-01", "XDS-PAT-01",
           "DMP-XDS-15"),
)  # fmt: skip


def _avec_ins(racine: str) -> bytes:
    abime = document(ids_patient=f'<id root="{racine}" extension="290129999900192"/>')
    cx = CX.replace(OID_TEST, racine)
    return archive_xdm(
        Piece(
            octets=abime,
            fiche={
                "patientId": externe("58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId", cx),
                "sourcePatientId": "",
            },
        ),
        lot={"patientId": externe("6b5aea1a-874d-4603-a4bc-96a0a7b38446", "XDSSubmissionSet.patientId", cx)},
    )


USAGERS = (
    mutant("documents de deux patients", "MSS-ARC-01",
           _pieces(Joint("IHE_XDM.zip", _ZIP, _autre_patient()), joints()[1],
                   Joint("20261119_CR d'examens biologiques_MARTIN_LEA.pdf", "application/pdf",
                         pdf(tuple(ligne.replace("D'ÉTÉ-DURAND", "MARTIN LEA") for ligne in LIGNES))),
                   Subject="XDM/1.0/DDM+2 documents D'ETE-DURAND ANNE"), E, "XDM-PAT-01", "XDS-PAT-01", "DMP-XDS-15"),
    mutant("documents d'un autre usager", "MSS-ARC-02", courriel, A, patient=IdentiteUsager(
        "MARTIN", "LEA", "LEA", "1955-12-01", "F", "", "", "", AUTRE, OID_TEST)),
    mutant("INS sous un OID de production", "MSS-ARC-03", _archive(_avec_ins(AUTRE_OID)), A, "CDA-PAT-05"),
    mutant("INS sous un OID de production, fichier", "MSS-ARC-03",
           _archive(_avec_ins(AUTRE_OID)), R, "CDA-PAT-05",
           echanges=()),
    mutant("adresse d'usager à la clé fausse", "MSS-ADR-01",
           partial(message, To="290129999900193@patient.mssante.fr"), E,
           "MSS-ADR-02"),
    mutant("adresse d'usager sans clé", "MSS-ADR-01", partial(message, To="2901299999001@patient.mssante.fr"), E,
           "MSS-ADR-02"),
    mutant("adresse d'un autre usager", "MSS-ADR-02", partial(courriel, entetes={"To": f"{AUTRE}@patient.mssante.fr"})),
    mutant("envoi à un usager d'INS non qualifiée", "MSS-ADR-03", partial(courriel, entetes={"To": USAGER}),
           ins_qualifiee=False),
    mutant("deux usagers", "MSS-ADR-04", partial(message, To=f"{USAGER}, {AUTRE}@patient.mssante.fr"), E, "MSS-ADR-02"),
)  # fmt: skip
