"""Ce qu'on lit d'un courriel : codes et liens, sans rien savoir du logiciel qui l'a écrit."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from simulators.courriels.lecture import codes_de, lire


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Votre code : 493817", "493817"),
        ("Saisissez 493 817 dans les 10 minutes.", "493817"),
        ("Code de confirmation :\n\n    83-91-02\n", "839102"),
        ("Dossier 20261122. Votre code à usage unique est 0042.", "0042"),
        ("Code : A7K9-QX2M", "A7K9QX2M"),
        ("Bonjour, voici votre code de vérification\n\n7719\n\nLe laboratoire, 75013 Paris", "7719"),
    ],
)
def test_code_trouve(texte: str, attendu: str) -> None:
    """Le code annoncé vient en premier, quelle que soit son écriture."""
    assert codes_de(texte)[0] == attendu


@pytest.mark.parametrize(
    "texte",
    [
        "Votre compte a été modifié le 22/11/2026 à 10:32.",
        "Appelez le 01 99 00 12 34 ou le +33 1 99 00 12 34.",
        "Voir https://labo.example/aide/2026/493817 ou écrire à bob.1234@example.org",
        "En 2026, votre laboratoire évolue.",
    ],
)
def test_rien_n_est_pris_pour_un_code(texte: str) -> None:
    """Dates, téléphones, adresses et années n'en sont pas."""
    assert codes_de(texte) == ()


def test_lien_d_un_html_seul() -> None:
    """Le lien d'un bouton se lit, entités comprises."""
    message = EmailMessage()
    message.set_content(
        '<style>p{margin:1234px}</style><p>Activez : <a href="https://labo.example/a?u=1&amp;j=abc12345">ici</a></p>',
        subtype="html",
    )
    contenu = lire(message.as_bytes())
    assert contenu.liens == ("https://labo.example/a?u=1&j=abc12345",) and "1234" not in contenu.texte


def test_octets_quelconques() -> None:
    """Rien d'illisible ne fait tomber la lecture."""
    for octets in (b"", b"\xff\xfe\x00", b"Content-Type: text/plain; charset=inconnu\r\n\r\nabc\xe9"):
        lire(octets)
