"""Un PDF entier, ouvrable, sans danger ; chaque défaut de fichier est pris par sa règle, et elle seule."""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable, Iterable

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf

from reports.constat import Constat
from reports.verdict import Verdict, cumuler
from steps.verifications.pdf import verifier_pdf
from steps.verifications.pdf.fichier import lire_squelette
from tests.verifications.pdf.aides import edition
from tests.verifications.pdf.fabrique_a1 import LIGNES, pdfa, xmp

HOSTILE_S = 20.0


def en_cause(constats: Iterable[Constat]) -> dict[str, Verdict]:
    """Verdict de chaque règle non tenue."""
    return {constat.code: constat.verdict for constat in constats if constat.verdict is not Verdict.CONFORME}


def page(corps: bytes, mediabox: str = "0 0 200 200", ajout: bytes = b"", filtre: bytes = b"") -> bytes:
    """Un PDF écrit à la main, table juste ; `corps` : le contenu de sa page."""
    objets = [
        b"<</Type/Catalog/Pages 2 0 R" + ajout + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[" + mediabox.encode() + b"]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(corps), filtre, corps),
    ]
    sortie = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    positions = []
    for numero, objet in enumerate(objets, 1):
        positions.append(len(sortie))
        sortie += b"%d 0 obj\n%s\nendobj\n" % (numero, objet)
    table = b"".join(b"%010d 00000 n \n" % position for position in positions)
    return sortie + b"xref\n0 5\n0000000000 65535 f \n%strailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table, len(sortie),
    )  # fmt: skip


def _incrementale() -> bytes:
    """Le PDF, puis une mise à jour incrémentale qui réécrit un objet."""
    base = pdfa()
    position = int(base.rsplit(b"startxref\n", 1)[1].split()[0])
    ajout = len(base)
    objet = b"2 0 obj\n<</Title(Compte rendu)/Producer(Banc)>>\nendobj\n"
    trailer = base[base.index(b"trailer", position) : base.index(b"startxref", position)]
    debut = ajout + len(objet)
    return (
        base + objet + b"xref\n2 1\n%010d 00000 n \n" % ajout
        + trailer.replace(b"/Size", b"/Prev %d /Size" % position) + b"startxref\n%d\n%%%%EOF\n" % debut
    )  # fmt: skip


VALIDES: dict[str, Callable[[], bytes]] = {
    "PDF/A-1b": pdfa,
    "PDF/A-1b linéarisé": lambda: pdfa(linearize=True),
    "PDF/A-1b, mise à jour incrémentale": _incrementale,
    "PDF/A-1a balisé": lambda: pdfa(
        lambda p: (
            p.Root.__setitem__("/MarkInfo", Dictionary(Marked=True)),
            p.Root.__setitem__("/StructTreeRoot", p.make_indirect(Dictionary(Type=Name.StructTreeRoot))),
        ),
        metadonnees=xmp(niveau="A"),
    ),
    "fin de ligne après la fin": lambda: pdfa().rstrip() + b"\r\n",
    "fins de ligne CRLF dans la table": lambda: page(b"0 0 10 10 re f").replace(b" \n", b"\r\n"),
}
SANS_PDFA: dict[str, Callable[[], bytes]] = {
    "flux d'objets (PDF 1.5)": lambda: pdfa(
        lambda p: p.Root.__delitem__("/Metadata"), objets=pikepdf.ObjectStreamMode.generate, min_version="1.5"
    ),
    "reportlab tel quel": lambda: edition(LIGNES),
    "octets avant l'en-tête": lambda: b"\r\n" + page(b"f"),
    "blancs après la fin": lambda: page(b"f") + b"\n\n\0\0",
    "écrit à la main": lambda: page(b"0 0 10 10 re f"),
}


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    """Un PDF valide n'enfreint rien, et les points de PDF/A-1 sont dits."""
    constats = verifier_pdf(VALIDES[nom]())
    permis = {"PDF-DEC-01"} if nom.startswith("fins de ligne CRLF") else set()
    assert set(en_cause(constats)) <= permis, "\n".join(c.en_texte() for c in constats)
    if not permis:
        declare = next(c for c in constats if c.code == "PDF-DEC-01")
        assert "validateur" in declare.message


@pytest.mark.parametrize("nom", SANS_PDFA)
def test_valide_sans_pdfa(nom: str) -> None:
    """Un PDF sain qui ne se déclare pas PDF/A-1 n'est que *à vérifier*, et selon ce que l'appelant en exige."""
    octets = SANS_PDFA[nom]()
    assert en_cause(verifier_pdf(octets)) == {"PDF-DEC-01": Verdict.A_VERIFIER}
    assert en_cause(verifier_pdf(octets, pdfa="exige")) == {"PDF-DEC-01": Verdict.NON_CONFORME}
    assert not en_cause(verifier_pdf(octets, pdfa="signale"))
    assert not any(c.code == "PDF-DEC-01" for c in verifier_pdf(octets, pdfa="ignore"))


def _action(genre: str, **champs: object) -> Callable[[Pdf], object]:
    return lambda p: p.Root.__setitem__("/OpenAction", Dictionary(S=Name(f"/{genre}"), **champs))  # type: ignore[arg-type]


def _embarquer(pdf: Pdf) -> None:
    pdf.attachments["note.txt"] = pikepdf.AttachedFileSpec(  # type: ignore[call-arg]
        pdf, b"note", filename="note.txt"
    )


def _sans_pages(pdf: Pdf) -> None:
    del pdf.pages[0]


def _abime() -> bytes:
    corps = bytearray(zlib.compress(bytes(range(256)) * 8))
    corps[40:60] = b"\xff" * 20
    return page(bytes(corps), filtre=b"/Filter/FlateDecode")


ORDINAIRE = page(b"0 0 10 10 re f")
MUTANTS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "pas un PDF": (lambda: b"PK\x03\x04 rien", {"PDF-FIC-01"}),
    "vide": (lambda: b"", {"PDF-FIC-01"}),
    "sans %%EOF": (lambda: ORDINAIRE.replace(b"%%EOF", b""), {"PDF-FIC-02"}),
    "tronqué de moitié": (lambda: ORDINAIRE[: len(ORDINAIRE) // 2], {"PDF-FIC-02"}),
    "linéarisé, tronqué après sa première fin": (
        lambda: (o := pdfa(linearize=True))[: o.index(b"%%EOF") + 6], {"PDF-FIC-03"},
    ),
    "sans startxref": (lambda: ORDINAIRE.replace(b"startxref", b"startxxxx"), {"PDF-FIC-02"}),
    "startxref au-delà de la fin": (
        lambda: ORDINAIRE.rsplit(b"startxref", 1)[0] + b"startxref\n999999\n%%EOF\n", {"PDF-FIC-03"},
    ),
    "startxref à côté": (
        lambda: ORDINAIRE.rsplit(b"startxref", 1)[0] + b"startxref\n20\n%%EOF\n", {"PDF-FIC-03"},
    ),
    "fins de ligne converties": (
        lambda: pdfa().replace(b"\n", b"\r\n"), {"PDF-FIC-03"},
    ),
    "des octets perdus au milieu": (lambda: ORDINAIRE.replace(b"/Type/Pages/Kids", b"/Kids"), {"PDF-FIC-03"}),
    "sans Kids": (lambda: ORDINAIRE.replace(b"/Kids[3 0 R]", b"            "), {"PDF-FIC-04"}),
    "données Flate abîmées": (lambda: _abime(), {"PDF-FIC-04"}),
    "chaîne jamais finie": (lambda: page(b"(jamais finie"), {"PDF-FIC-04"}),
    "déchets après la fin": (lambda: ORDINAIRE + b"x" * 2000, {"PDF-FIC-02"}),
    "sans pages": (lambda: pdfa(_sans_pages), {"PDF-FIC-05"}),
    "chiffré": (
        lambda: pdfa(encryption=pikepdf.Encryption(owner="a", user="b"), deterministic_id=False), {"PDF-SEC-01"},
    ),
    "restreint sans mot de passe": (
        lambda: pdfa(encryption=pikepdf.Encryption(owner="a", user=""), deterministic_id=False), {"PDF-SEC-01"},
    ),
    "JavaScript": (lambda: pdfa(_action("JavaScript", JS="app.alert(1)")), {"PDF-SEC-02", "PDF-A1-66"}),
    "Launch": (lambda: pdfa(_action("Launch", F="cmd.exe")), {"PDF-SEC-02", "PDF-A1-66"}),
    "XFA": (lambda: pdfa(lambda p: p.Root.__setitem__("/AcroForm", Dictionary(XFA=p.make_stream(b"<x/>")))),
            {"PDF-SEC-02"}),
    "fichier embarqué": (lambda: pdfa(_embarquer), {"PDF-SEC-03", "PDF-A1-6111"}),
    "PDF/A-2b": (lambda: pdfa(metadonnees=xmp("2")), {"PDF-DEC-01"}),
}  # fmt: skip


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Un défaut est pris par sa règle, et elle seule ; sans déclaration PDF/A-1, elle est à vérifier en plus."""
    fabrique, attendus = MUTANTS[nom]
    constats = verifier_pdf(fabrique())
    assert set(en_cause(constats)) - {"PDF-DEC-01"} == attendus - {"PDF-DEC-01"}, "\n".join(
        c.en_texte() for c in constats
    )
    if "PDF-DEC-01" in attendus:
        assert "PDF-DEC-01" in en_cause(constats)


def test_tolerances() -> None:
    """Ce que qpdf n'ouvre pas est non conforme ; ce qu'il tolère est à regarder."""
    for nom in ("sans Kids", "données Flate abîmées"):
        assert en_cause(verifier_pdf(MUTANTS[nom][0]()))["PDF-FIC-04"] is Verdict.NON_CONFORME
    assert en_cause(verifier_pdf(MUTANTS["chaîne jamais finie"][0]()))["PDF-FIC-04"] is Verdict.A_VERIFIER


def test_hors_limite() -> None:
    """Un flux qui gonfle au-delà de la limite n'est pas jugé, et rien n'est conclu contre le fichier."""
    bombe = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pdf.make_stream(b" " * (40 * 1024 * 1024))
        pdf.save(bombe, compress_streams=True, static_id=True)
    assert cumuler(c.verdict for c in verifier_pdf(bombe.getvalue())) is Verdict.NON_CONCLUANT


@pytest.mark.parametrize(
    "octets",
    [
        page(b"f", "0 0 1e9 1e9"), page(b"f", "0 0 1 999999999"), page(b"f", "0 0 0 0"), page(b"q " * 200_000),
        page(b"f", ajout=b"/Names" + b"[" * 100_000 + b"]" * 100_000), b"%PDF-1.4\n%%EOF",
        b"%PDF-1.4 startxref 0 %%EOF",
        b"%PDF-1.4\nxref\n0 999999999\n" + b"0000000000 65535 f \n" * 3 + b"startxref\n9\n%%EOF",
    ],
    ids=["page géante", "page en ruban", "page nulle", "q sans fin", "imbrication", "presque rien", "nul", "menteur"],
)  # fmt: skip
def test_hostile(octets: bytes) -> None:
    """Un PDF hostile est refusé ou jugé en temps borné, sans trace."""
    debut = time.monotonic()
    assert verifier_pdf(octets)
    assert time.monotonic() - debut < HOSTILE_S


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400))
def test_octets_quelconques(bruit: bytes, ou: int) -> None:
    """Le squelette et la vérification n'échouent sur aucun octet, ni sur un PDF abîmé."""
    for octets in (bruit, b"%PDF-1.4\n" + bruit + b"\nstartxref\n9\n%%EOF", ORDINAIRE[:ou] + bruit + ORDINAIRE[ou:]):
        lire_squelette(octets)
        constats = verifier_pdf(octets)
        assert all(c.code.startswith("PDF-") for c in constats)


def test_tableau_en_boucle() -> None:
    """Une chaîne de tables qui boucle est dite."""
    position = int(ORDINAIRE.rsplit(b"startxref\n", 1)[1].split()[0])
    boucle = ORDINAIRE.replace(b"/Size", b"/Prev %d/Size" % position)
    assert any("revient" in faute for faute in lire_squelette(boucle).table)


def test_pieces_imbriquees() -> None:
    """Un tableau d'actions suivantes est fouillé."""

    def enchainer(pdf: Pdf) -> None:
        suite = Array([Dictionary(S=Name.GoTo, D=Array([])), Dictionary(S=Name.JavaScript, JS="x")])
        pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([]), Next=suite)

    assert {"PDF-SEC-02", "PDF-A1-66"} == set(en_cause(verifier_pdf(pdfa(enchainer))))
