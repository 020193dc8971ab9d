"""Mutants : sûreté de lecture et encodage."""

from __future__ import annotations

from tests.mutants.catalogue.modele import sur_octets


def sans_prologue(document: bytes) -> bytes:
    document = document.removeprefix(b"\xef\xbb\xbf")
    return document[document.index(b"?>") + 2 :] if document.startswith(b"<?xml") else document


def prologue(encodage: str, ajout: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="{encodage}"?>{ajout}\n'.encode()


SURETE = (
    sur_octets("pas du XML", "CDA-LEC-01", lambda d: d.replace(b"</ClinicalDocument>", b"</Clinical>")),
    sur_octets("tronqué", "CDA-LEC-01", lambda d: d[: len(d) * 2 // 3]),
    sur_octets(
        "DOCTYPE seul", "CDA-LEC-01", lambda d: prologue("UTF-8", "<!DOCTYPE ClinicalDocument>") + sans_prologue(d)
    ),
    sur_octets(
        "DOCTYPE et entités",
        "CDA-LEC-01",
        lambda d: (
            prologue("UTF-8", '<!DOCTYPE ClinicalDocument [<!ENTITY x "y">]>')
            + sans_prologue(d).replace(b"<title>", b"<title>&x;")
        ),
        mort=True,
    ),
    sur_octets(
        "entité externe",
        "CDA-LEC-01",
        lambda d: (
            prologue("UTF-8", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
            + sans_prologue(d).replace(b"<title>", b"<title>&x;")
        ),
    ),
    sur_octets(
        "latin-1 annoncé UTF-8",
        "CDA-LEC-02",
        lambda d: prologue("UTF-8") + sans_prologue(d).replace(b"<title>", "<title>é".encode("latin-1"), 1),
    ),
    sur_octets(
        "UTF-16 annoncé UTF-8", "CDA-LEC-02", lambda d: (prologue("UTF-8") + sans_prologue(d)).decode().encode("utf-16")
    ),
    sur_octets("UTF-16", "CDA-ENT-01", lambda d: (prologue("UTF-16") + sans_prologue(d)).decode().encode("utf-16")),
    sur_octets(
        "latin-1 annoncé",
        "CDA-ENT-01",
        lambda d: prologue("ISO-8859-1") + sans_prologue(d).decode().encode("latin-1", "xmlcharrefreplace"),
    ),
    sur_octets("autre espace de noms", "CDA-LEC-01", lambda d: d.replace(b"urn:hl7-org:v3", b"urn:hl7-org:v4")),
)
