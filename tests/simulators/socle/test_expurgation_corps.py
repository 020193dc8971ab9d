"""Secrets dans les grands corps et les formulaires, secrets oubliés, réception relue, contenu gardé."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.socle.expurgation import Expurgateur
from simulators.socle.garde import MatriculeReel
from simulators.socle.journal import JournalEchanges

GRAND = 2**14

SECRET = "jeton-du-banc-Q7"


@given(st.integers(0, GRAND), st.sampled_from([SECRET, "a+b c=é&f", "x" * 40]))
def test_grand_corps(place: int, secret: str) -> None:
    """Un secret se remplace à n'importe quelle place d'un grand corps, entier ou par blocs."""
    expurgateur = Expurgateur(b"k" * 32)
    expurgateur.proteger(secret)
    corps = b"-" * place + secret.encode() + b"-" * (GRAND * 2 - place)
    attendu = corps.replace(secret.encode(), expurgateur.empreinte(secret).encode())
    assert expurgateur.octets(corps) == attendu
    rendu, attente = b"", b""
    for debut in range(0, len(corps), 1000):
        pret, attente = expurgateur.bloc(attente + corps[debut : debut + 1000])
        rendu += pret
    assert rendu + expurgateur.octets(attente) == attendu


def test_oublier() -> None:
    """Un secret oublié n'est plus cherché, les autres le sont encore ; oublier l'inconnu est sans effet."""
    expurgateur = Expurgateur(b"k" * 32)
    for secret in (SECRET, "autre-secret"):
        expurgateur.proteger(secret)
    expurgateur.oublier([SECRET, "jamais-vu"])
    assert expurgateur.texte(f"{SECRET} autre-secret") == f"{SECRET} {expurgateur.empreinte('autre-secret')}"
    expurgateur.oublier(["autre-secret"])
    assert expurgateur.octets(b"autre-secret") == b"autre-secret"
    assert expurgateur.bloc(b"autre-secret") == (b"autre-secret", b"")


@given(st.text(min_size=1, max_size=20))
def test_formulaire(secret: str) -> None:
    """Les champs secrets d'un formulaire sont remplacés même inconnus ; les autres restent."""
    expurgateur = Expurgateur(b"k" * 32)
    corps = f"grant_type=refresh_token&refresh_token={quote_plus(secret)}&client_id=labo".encode()
    rendu = expurgateur.formulaire(corps)
    assert rendu == f"grant_type=refresh_token&refresh_token={expurgateur.empreinte(secret)}&client_id=labo".encode()
    assert expurgateur.formulaire(b"pas_refresh_token=x") == b"pas_refresh_token=x"


@pytest.mark.parametrize("en_memoire", [10, 10_000_000])
def test_reception_relue(tmp_path: Path, en_memoire: int) -> None:
    """Ce qui est reçu se relit avant d'être rangé, en mémoire ou débordé, et la réception continue."""
    with JournalEchanges.creer(tmp_path) as journal:
        journal.proteger(SECRET)
        reception = journal.receptionner(en_memoire=en_memoire)
        debut = b"abc" * 50_000 + SECRET.encode()[:5]
        reception.ecrire(debut)
        assert reception.contenu() == debut
        reception.ecrire(SECRET.encode()[5:] + b"fin")
        attendu = b"abc" * 50_000 + journal.empreinte_secret(SECRET).encode() + b"fin"
        assert reception.contenu() == attendu
        assert not [f for f in tmp_path.rglob("*") if f.is_file() and b"abcabc" in f.read_bytes()]
        assert reception.terminer().octets == attendu


def test_contenu_garde(tmp_path: Path) -> None:
    """Un matricule réel dans un contenu qu'on n'écrit pas arrête la campagne, même à cheval sur deux blocs."""
    with JournalEchanges.creer(tmp_path) as journal:
        journal.garder_contenu([b"<a/>", b"1.2.250.1.213.1.4.10 199019999999937"])
        assert journal.etat.value == "ouvert"
        with pytest.raises(MatriculeReel):
            journal.garder_contenu([b'<id root="1.2.250.1.213', b'.1.4.8" extension="1990199', b'99999937"/>'])
        assert journal.etat.value == "arrete"
