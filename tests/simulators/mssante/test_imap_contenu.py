"""Le message vu par l'IMAP : structure, enveloppe, sections face à la bibliothèque standard ; octets hostiles."""

from __future__ import annotations

import email
import email.policy
import re
import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mssante.imap.contenu import PARTS_MAX, Contenu
from simulators.mssante.imap.structure import Section, enveloppe, liste_adresses, octets_de_section, structure, trouver
from simulators.mssante.imap.textes import corps_cherchable, decoder_mots, entete_cherchable, entetes_cherchables


def _courriel() -> bytes:
    """Courriel à archive, PDF et message inclus."""
    courriel = EmailMessage(policy=email.policy.SMTP)
    courriel["From"] = "Anaïs Été <anais.ete@labo.formation.mssante.fr>"
    courriel["To"] = 'a@b.fr, groupe: c@d.fr, e@f.fr;, "X, Y" <x.y@z.fr>'
    courriel["Subject"] = "XDM/1.0/DDM+CR d'examens biologiques ÉTÉ ANAÏS 01/02/1990"
    courriel["Message-ID"] = "<1@labo.formation.mssante.fr>"
    courriel.set_content("Voici l'été.\r\n", cte="quoted-printable")
    courriel.add_alternative("<p>Voici l'été.</p>\r\n", subtype="html", cte="base64")
    courriel.add_attachment(b"PK\x03\x04" * 50, "application", "zip", filename="IHE_XDM.ZIP")
    courriel.add_attachment(b"%PDF-1.4", "application", "pdf", filename="résultat d'été.pdf")
    inclus = EmailMessage(policy=email.policy.SMTP)
    inclus["Subject"] = "dedans"
    inclus.set_content("corps du dedans\r\n")
    courriel.add_attachment(inclus)
    return courriel.as_bytes()


def test_sections_face_a_la_bibliotheque_standard() -> None:
    """Chaque part numérotée a les octets que la bibliothèque standard lui trouve."""
    octets = _courriel()
    contenu = Contenu(octets)
    lu = email.message_from_bytes(octets, policy=email.policy.default)
    vues = 0

    def comparer(part: email.message.Message, numeros: tuple[int, ...]) -> None:
        nonlocal vues
        enfants = list(part.iter_parts()) if isinstance(part, EmailMessage) and part.is_multipart() else []
        if part.get_content_maintype() == "multipart":
            for rang, enfant in enumerate(enfants, 1):
                comparer(enfant, (*numeros, rang))
            return
        vues += 1
        trouvee = trouver(contenu, numeros or (1,))
        assert trouvee is not None
        assert b"/".join((trouvee.type.valeur, trouvee.type.sous_type)).decode() == part.get_content_type()
        if part.get_content_type() != "message/rfc822":
            assert trouvee.decode() == part.get_payload(decode=True)

    comparer(lu, ())
    assert vues == 5
    assert octets_de_section(contenu, Section((), b"")) == octets
    tete, corps = octets_de_section(contenu, Section((), b"HEADER")), octets_de_section(contenu, Section((), b"TEXT"))
    assert tete is not None and corps is not None and bytes(tete) + bytes(corps) == octets


@pytest.mark.parametrize(
    ("section", "attendu"),
    [
        (Section((4,), b"HEADER"), b"Subject: dedans"),
        (Section((4, 1)), b"corps du dedans"),
        (Section((4,), b"TEXT"), b"corps du dedans"),
        (Section((1, 1), b"MIME"), b"quoted-printable"),
        (Section((4,), b"HEADER.FIELDS", (b"SUBJECT",)), b"Subject: dedans\r\n\r\n"),
        (Section((4,), b"HEADER.FIELDS.NOT", (b"subject",)), b"MIME-Version: 1.0"),
        (Section((), b"HEADER.FIELDS", (b"X-Absent",)), b"\r\n"),
        (Section((1, 3)), None),
        (Section((5,)), None),
        (Section((4, 2)), None),
        (Section((1, 1, 1)), None),
        (Section((2,), b"HEADER"), None),
        (Section((2, 1)), None),
    ],
)
def test_sections(section: Section, attendu: bytes | None) -> None:
    """Sections de parts, de messages inclus, et parts absentes."""
    rendu = octets_de_section(Contenu(_courriel()), section)
    assert rendu is None if attendu is None else rendu is not None and attendu in bytes(rendu)


def test_structure() -> None:
    """BODYSTRUCTURE : types, paramètres (RFC 2231 tels quels), tailles, message inclus, disposition."""
    rendue = structure(Contenu(_courriel()).racine, etendue=True)
    assert rendue.startswith(b'((("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" ')
    assert b'"alternative" ("boundary" "' in rendue
    assert b'"application" "zip" NIL NIL NIL "base64" ' in rendue
    assert b'("attachment" ("filename" "IHE_XDM.ZIP"))' in rendue
    assert b'("filename*" "utf-8\'\'r%C3%A9sultat%20d%27%C3%A9t%C3%A9.pdf")' in rendue
    assert (
        b'"message" "rfc822" NIL NIL NIL "8bit" ' in rendue
        and b'(NIL "dedans" NIL NIL NIL NIL NIL NIL NIL NIL)' in rendue
    )
    assert rendue.count(b"(") == rendue.count(b")")


@pytest.mark.parametrize(
    ("valeur", "attendue"),
    [
        (b"a@b", b'((NIL NIL "a" "b"))'),
        (b"Nom Simple <a@b>, c@d", b'(("Nom Simple" NIL "a" "b")(NIL NIL "c" "d"))'),
        (b'"Nom, \\"dit\\" Z" <a@b>', b'(("Nom, \\"dit\\" Z" NIL "a" "b"))'),
        (b"<a@b> (commentaire)", b'((NIL NIL "a" "b"))'),
        (b"groupe: a@b, c@d;", b'((NIL NIL "groupe" NIL)(NIL NIL "a" "b")(NIL NIL "c" "d")(NIL NIL NIL NIL))'),
        (b"undisclosed-recipients:;", b'((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL))'),
        (b"<@relais:a@b>", b'((NIL NIL "a" "b"))'),
        (b'"a b"@c', b'((NIL NIL "a b" "c"))'),
        (b"sans-domaine", b'((NIL NIL "sans-domaine" ""))'),
        (b"", b"NIL"),
        (b" , ,", b"NIL"),
        (None, b"NIL"),
    ],
)
def test_adresses(valeur: bytes | None, attendue: bytes) -> None:
    """Listes d'adresses de l'enveloppe."""
    assert liste_adresses(valeur) == attendue


@given(st.binary(max_size=400))
def test_octets_quelconques(octets: bytes) -> None:
    """Rien ne lève, et les sections couvrent le message."""
    _tout_lire(Contenu(octets))


_LIGNES = st.lists(
    st.sampled_from(
        [
            b"Content-Type: multipart/mixed; boundary=a",
            b'Content-Type: multipart/alternative; boundary="b c"',
            b"Content-Type: message/rfc822",
            b"Content-Type: text/plain; charset=punycode",
            b"Content-Type: text/plain; charset=zlib",
            b"Content-Type: ;;;=",
            b"Content-Transfer-Encoding: base64",
            b"Content-Transfer-Encoding: quoted-printable",
            b'Content-Disposition: attachment; filename*0=x; filename*1="',
            b"Subject: =?utf-8?b?w6k?= =?x?q?=",
            b'From: (((<<>>,;:"',
            b" suite",
            b"",
            b"--a",
            b"--a--",
            b"--b c",
            b"--b c--",
            b"texte\0\xff",
            b"bsOp",
        ]
    ),
    max_size=25,
)


@given(_LIGNES, st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_mime_hostile(lignes: list[bytes], fin: bytes) -> None:
    """Des courriels faits de travers se lisent sans exception."""
    _tout_lire(Contenu(fin.join(lignes)))


def _tout_lire(contenu: Contenu) -> None:
    for part in contenu.racine.parcourir():
        assert part.debut <= part.corps <= part.fin <= len(contenu.octets)
        part.decode()
    rendue = structure(contenu.racine, etendue=True) + enveloppe(contenu.racine)
    assert b"\0" not in rendue
    sans_chaines = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", _sans_litteraux(rendue))
    assert sans_chaines.count(b"(") == sans_chaines.count(b")")
    for nom in (b"subject", b"from", b"date"):
        entete_cherchable(contenu, nom)
    entetes_cherchables(contenu)
    list(corps_cherchable(contenu))


def _sans_litteraux(rendue: bytes) -> bytes:
    sortie, place = b"", 0
    # Une chaîne entre guillemets n'a pas de fin de ligne : `{n}` suivi de CRLF ne peut être qu'un littéral.
    while (trouve := re.compile(rb"\{([0-9]+)\}\r\n").search(rendue, place)) is not None:
        sortie += rendue[place : trouve.start()]
        place = trouve.end() + int(trouve[1])
    return sortie + rendue[place:]


def test_imbrication_et_nombre_bornes() -> None:
    """Mille niveaux ou cent mille parts : temps et arbre bornés."""
    profond = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))
    large = b"Content-Type: multipart/mixed; boundary=z\r\n\r\n" + b"--z\r\n\r\nx\r\n" * 100_000
    inclus = b"Content-Type: message/rfc822\r\n\r\n" * 5000
    for octets in (profond, large, inclus):
        debut = time.perf_counter()
        contenu = Contenu(octets)
        assert sum(1 for _ in contenu.racine.parcourir()) <= PARTS_MAX + 1
        structure(contenu.racine, etendue=True)
        assert time.perf_counter() - debut < 20


def test_mots_codes() -> None:
    """RFC 2047 : décodés, ou laissés tels quels s'ils sont faux."""
    assert decoder_mots(b"=?utf-8?q?=C3=A9t=C3=A9?=") == "été"
    assert decoder_mots(b"=?iso-8859-1?b?6Q==?= suite") == "é suite"
    assert "=?" in decoder_mots(b"=?inconnu?x?y?=")
    assert decoder_mots(b"\xe9t\xe9") == "été"
