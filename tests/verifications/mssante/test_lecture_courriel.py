"""La lecture d'un courriel : mêmes parties, noms, textes et adresses que la bibliothèque `email`, sans ses pièges."""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steps.verifications.mssante.boites_lues import adresse_juste, lire_adresses
from steps.verifications.mssante.courriel_lecture import est_usager, lire_courriel
from steps.verifications.mssante.entetes import identifiants, lire_date
from steps.verifications.mssante.forme import ligne_trop_longue
from steps.verifications.mssante.mime import Partie
from steps.verifications.mssante.mots import decoder_mots, jeu_de_caracteres
from steps.verifications.mssante.parametres import lire_parametres
from steps.verifications.mssante.transfert import decoder_transfert
from tests.mutants.courriels.avis import BONS
from tests.mutants.courriels.catalogue import MUTANTS
from tests.verifications.mssante.fabrique_courriels import courriel, message
from tests.verifications.mssante.test_variantes_courriel import VARIANTES

_NOMS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)
_TEXTES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85"),
    max_size=400,
)


def _parties_de(lettre: Any) -> list[tuple[str, str, bytes]]:
    """(type, nom, octets) de chaque feuille, sans entrer dans les messages inclus."""
    if lettre.get_content_maintype() == "multipart" and lettre.is_multipart():
        return [feuille for partie in lettre.get_payload() for feuille in _parties_de(partie)]
    contenu = lettre.get_payload(decode=True)
    octets = contenu if isinstance(contenu, bytes) else b""
    return [(lettre.get_content_type(), lettre.get_filename() or "", octets)]


def _feuilles(parties: list[Partie]) -> list[tuple[str, str, bytes]]:
    return [
        (p.type, p.nom_de_fichier, b"" if p.type.startswith("message/") else p.contenu) for p in parties
    ]  # fmt: skip


BONS_COURRIELS: dict[str, Callable[[], bytes]] = {**VARIANTES, **BONS, "N1": lambda: courriel("N1"), "message": message}


@pytest.mark.parametrize("nom", BONS_COURRIELS)
def test_memes_parties_que_la_bibliotheque(nom: str) -> None:
    """Mêmes types, mêmes noms de fichiers, mêmes octets, et aucun défaut de part et d'autre."""
    octets = BONS_COURRIELS[nom]()
    lettre = email.message_from_bytes(octets, policy=email.policy.default)
    attendues = [(t, n, b"" if t.startswith("message/") else c) for t, n, c in _parties_de(lettre)]
    assert _feuilles(lire_courriel(octets).feuilles) == attendues
    assert not [defaut for partie in lettre.walk() for defaut in partie.defects]


@pytest.mark.parametrize(
    "mutant", [m for m in MUTANTS if m.code.startswith(("MSS-FRM", "MSS-ENT"))], ids=lambda m: m.nom
)
def test_ce_que_la_bibliotheque_releve_l_est_aussi(mutant: object) -> None:
    """Un défaut de structure que relève `email` est toujours l'un des nôtres."""
    octets = mutant.octets()  # type: ignore[attr-defined]
    lettre = email.message_from_bytes(octets, policy=email.policy.default)
    releves = [defaut for partie in lettre.walk() for defaut in partie.defects]
    lu = lire_courriel(octets)
    notres = [d for p in lu.parties for d in (*p.defauts, *p.defauts_de_transfert)]
    if releves:
        assert notres or not lu.racine.entetes, releves


@settings(max_examples=60, deadline=None)
@given(
    texte=_TEXTES, nom=_NOMS, objet=_NOMS, libelle=_NOMS, codage=st.sampled_from(["base64", "quoted-printable", "8bit"])
)
def test_ce_qu_ecrit_la_bibliotheque_se_relit(texte: str, nom: str, objet: str, libelle: str, codage: str) -> None:
    """Objet, libellé, nom de pièce et texte quelconques, écrits par `email`, se relisent tels quels."""
    lettre = EmailMessage(policy=email.policy.SMTP)
    lettre["Subject"] = objet
    lettre["From"] = Address(libelle, "a", "b.mssante.fr")
    lettre.set_content(texte, cte=codage)
    lettre.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename=nom)
    lu = lire_courriel(lettre.as_bytes())
    relue = email.message_from_bytes(lettre.as_bytes(), policy=email.policy.default)
    assert " ".join(lu.objet.split()) == " ".join(str(relue["Subject"]).split())
    assert lu.expediteur is not None
    assert lu.expediteur.adresse == "a@b.mssante.fr"
    assert lu.corps is not None
    assert lu.corps.texte.replace("\r\n", "\n").rstrip("\n") == texte.rstrip("\n")
    assert [p.contenu for p in lu.pieces] == [b"%PDF-1.4"]
    assert lu.pieces[0].nom_de_fichier == next(relue.iter_attachments()).get_filename()


@pytest.mark.parametrize(
    ("brut", "attendu"),
    [
        ("=?utf-8?q?=C3=A9t=C3=A9?=", "été"), ("=?UTF-8?B?w6k=?=  =?utf-8?q?t=C3=A9?=", "été"),
        ("=?iso-8859-1?q?=E9?= x =?utf-8?q?=C3=A9?=", "é x é"), ("a=?utf-8?q?b?=", "ab"), ("1 + 1 =?", "1 + 1 =?"),
        ("=?utf-8*fr?q?a_b?=", "a b"), ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"), ("=?windows-1252?q?=80?=", "€"),
    ],
)  # fmt: skip
def test_mots_encodes(brut: str, attendu: str) -> None:
    """Les mots encodés se décodent, voisins recollés."""
    assert decoder_mots(brut)[0] == attendu


@pytest.mark.parametrize("brut", ["=?x-rien?q?a?=", "=?utf-8?b?***?=", "=?utf-8?q?=E9?=",
                                  "=?utf-8?q?=C3?= =?utf-8?q?=A9?=",
                                  f"=?utf-8?q?{'a' * 80}?=", "=?utf-8?q?a"])  # fmt: skip
def test_mots_encodes_abimes(brut: str) -> None:
    """Ce qui est abîmé est relevé, et un texte est rendu."""
    texte, defauts = decoder_mots(brut)
    assert defauts
    assert isinstance(texte, str)


@pytest.mark.parametrize(
    "nom", ["punycode", "idna", "base64", "zlib", "unicode_escape", "utf-8\0", "a" * 60, "", "../x"]
)
def test_codecs_qui_ne_sont_pas_des_jeux(nom: str) -> None:
    """Un codec de Python qui n'est pas un jeu de caractères n'est jamais employé."""
    assert jeu_de_caracteres(nom) == ""


@pytest.mark.parametrize(
    ("valeur", "nom", "attendu"),
    [
        ('attachment; filename="a;b.pdf"', "filename", "a;b.pdf"),
        ("attachment; filename*=utf-8''%C3%A9.pdf; filename=e.pdf", "filename", "é.pdf"),
        ('attachment; filename*1="b.pdf"; filename*0="a"', "filename", "ab.pdf"),
        ("attachment; filename*0*=iso-8859-1'fr'%E9; filename*1=.pdf", "filename", "é.pdf"),
        ('attachment (joint) ; filename = "a\\"b.pdf"', "filename", 'a"b.pdf'),
        ('attachment; filename="=?utf-8?q?=C3=A9?="', "filename", "é"), ("inline", "filename", ""),
    ],
)  # fmt: skip
def test_parametres(valeur: str, nom: str, attendu: str) -> None:
    """Guillemets, commentaires, RFC 2231 en un ou plusieurs morceaux."""
    lu = lire_parametres(valeur)
    assert lu.parametres.get(nom, "") == attendu
    assert lu.valeur in ("attachment", "inline")


@pytest.mark.parametrize("valeur", ["a/b; x", "a/b; x=1; x=2", "a/b; x*=rien''a", "a/b; x*1=a", "a/b; x*=utf-8''%Z",
                                    'a/b; x="', "a/b; (", "a/b; x=a b", "a/b; x*=a"])  # fmt: skip
def test_parametres_abimes(valeur: str) -> None:
    """Un paramètre abîmé est relevé."""
    assert lire_parametres(valeur).defauts


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        ("a@b.fr", [("", "a@b.fr")]), ("A B <a@b.fr>, <c@d.fr>", [("A B", "a@b.fr"), ("", "c@d.fr")]),
        ('"B, A" (note) <a@b.fr>', [("B, A", "a@b.fr")]), ("G: a@b.fr, C <c@d.fr>;", [("", "a@b.fr"), ("C", "c@d.fr")]),
        ("=?utf-8?q?=C3=89?= T <a@b.fr>", [("É T", "a@b.fr")]), ('"a b"@c.fr', [("", '"a b"@c.fr')]),
        ("undisclosed-recipients:;", []), ("a@[127.0.0.1]", [("", "a@[127.0.0.1]")]),
    ],
)  # fmt: skip
def test_adresses(valeur: str, attendu: list[tuple[str, str]]) -> None:
    """Libellés, guillemets, commentaires, groupes."""
    adresses, defauts = lire_adresses(valeur)
    assert [(a.libelle, a.adresse) for a in adresses] == attendu
    assert not defauts
    assert all(not a.defauts for a in adresses)


@pytest.mark.parametrize(
    "valeur", ["a", "a@", "@b.fr", "A <a@b.fr", "a@b.fr x", "a b@c.fr", "<>", "a@b..fr", "a@b@c d", '"a"b@c.fr']
)
def test_adresses_abimees(valeur: str) -> None:
    """Une adresse mal formée est relevée."""
    adresses, defauts = lire_adresses(valeur)
    assert defauts or any(a.defauts for a in adresses)


def test_adresses_d_usagers() -> None:
    """Le domaine des usagers, formation comprise ; un domaine voisin n'en est pas un."""
    assert est_usager("290129999900192@Patient.mssante.fr")
    assert est_usager("x@patient.formation.mssante.fr")
    assert not est_usager("x@patient.mssante.fr.test")
    assert not est_usager("x@monpatient.mssante.fr")
    assert adresse_juste("a@xn--bcher-kva.fr")


@pytest.mark.parametrize("valeur", ["<a@b>", "<a.b$1@c.d> (note)", "<a@[1.2.3.4]>\r\n <b@c>"])
def test_identifiants(valeur: str) -> None:
    """Des identifiants de messages justes."""
    assert identifiants(valeur)


@pytest.mark.parametrize("valeur", ["a@b", "<a b@c>", "<a@b", "<@b>", "<a@>", "<a..b@c>", "<a@b>;<c@d>"])
def test_identifiants_abimes(valeur: str) -> None:
    """Autre chose qu'un identifiant."""
    assert not identifiants(valeur)


@pytest.mark.parametrize("valeur", ["Thu, 29 Feb 2024 23:59:60 +0000", "fri , 20 nov 2026 10:15:30 -0500",
                                    "Fri, 20 Nov 2026 10:15:30 +0100 (a (b) \\) c)"])  # fmt: skip
def test_dates(valeur: str) -> None:
    """Des dates justes."""
    assert not lire_date(valeur).faute


@pytest.mark.parametrize("valeur", ["", "x", "29 Feb 2026 10:00:00 +0000", "20 Nov 26 10:00:00 +0000",
                                    "20 Nov 2026 24:00 +0000",
                                    "20 Nov 2026 10:00:00", "20 Nov 2026 10:00:00 +0160", "0 Nov 2026 10:00:00 +0000",
                                    "20 Nov 99999999999 10:00 +0000", "20 Brumaire 2026 10:00:00 +0000"])  # fmt: skip
def test_dates_fausses(valeur: str) -> None:
    """Des dates fausses."""
    assert lire_date(valeur).faute


@given(st.binary(max_size=300))
def test_base64_relu(octets: bytes) -> None:
    """Ce que le module standard code se relit sans défaut, et un caractère ôté est relevé."""
    code = base64.encodebytes(octets)
    assert decoder_transfert(code, "base64") == (octets, [])
    if octets:
        assert decoder_transfert(code.rstrip(b"=\n")[:-1], "base64")[1]


@pytest.mark.parametrize(("longueur", "fautive"), [(998, False), (999, True), (5000, True)])
@pytest.mark.parametrize("fin", [b"\r\n", b""])
def test_longueur_des_lignes(longueur: int, fautive: bool, fin: bytes) -> None:
    """998 octets sont admis, pas 999, où que soit la ligne."""
    octets = b"a\r\n" * 700 + b"x" * longueur + fin
    assert (ligne_trop_longue(octets) >= 0) is fautive
    assert (ligne_trop_longue(octets + b"y\r\n" * 900) >= 0) is (fautive or (not fin and longueur == 998))
