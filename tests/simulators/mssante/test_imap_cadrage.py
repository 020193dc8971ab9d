"""Le découpage du flux en commandes : le même résultat quelles que soient les coupures, et une mémoire bornée."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mssante.imap import noms
from simulators.mssante.imap.analyse import Arguments, Mauvaise
from simulators.mssante.imap.cadrage import (
    AVALE_MAX,
    LIGNE_MAX,
    Commande,
    Decoupeur,
    Evenement,
    Invitation,
    Motif,
    Refus,
)
from simulators.mssante.imap.reponses import ensemble

_MORCEAUX = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [b"\r\n", b"\n", b"\r", b"{3}\r\n", b"{3+}\r\n", b"{9999+}\r\n", b"a NOOP\r\n", b"{", b"}", b"\0"]
        ),
    ),
    max_size=30,
)


def _tout(flux: bytes, coupes: list[int], litteral_max: int = 100) -> tuple[list[Evenement], Decoupeur]:
    decoupeur = Decoupeur(litteral_max)
    evenements: list[Evenement] = []
    bornes = [0, *sorted(coupe % (len(flux) + 1) for coupe in coupes), len(flux)]
    for debut, fin in itertools.pairwise(bornes):
        decoupeur.recevoir(flux[debut:fin])
        while (evenement := decoupeur.suivant()) is not None:
            evenements.append(evenement)
    return evenements, decoupeur


@given(_MORCEAUX, st.lists(st.integers(0, 10_000), max_size=20))
def test_le_decoupage_ne_change_rien(morceaux: list[bytes], coupes: list[int]) -> None:
    """D'un bloc, octet par octet ou par morceaux quelconques : mêmes commandes, mêmes refus."""
    flux = b"".join(morceaux)
    attendus, _ = _tout(flux, [])
    assert _tout(flux, coupes)[0] == attendus
    assert _tout(flux, list(range(len(flux))))[0] == attendus


@given(st.binary(max_size=500))
def test_octets_quelconques(flux: bytes) -> None:
    """Rien ne lève : chaque commande se lit ou est refusée, jusque dans ses arguments."""
    for evenement in _tout(flux + b"\r\n", [])[0]:
        if isinstance(evenement, Commande):
            arguments = Arguments(evenement)
            for lecture in (
                arguments.astring,
                arguments.drapeaux,
                arguments.ensemble,
                arguments.date,
                arguments.terminer,
            ):
                try:
                    lecture()
                except Mauvaise:
                    continue


@given(st.binary(max_size=60).filter(lambda octets: b"\0" not in octets), st.booleans())
def test_un_litteral_est_rendu_exact(octets: bytes, synchrone: bool) -> None:
    """Un littéral contient n'importe quels octets, fins de ligne et faux littéraux compris."""
    marque = b"" if synchrone else b"+"
    evenements, _ = _tout(b"a X {%d%b}\r\n%b y\r\n" % (len(octets), marque, octets), [])
    commande = evenements[-1]
    assert isinstance(commande, Commande) and commande.litteraux == (octets,)
    assert [e for e in evenements if isinstance(e, Invitation)] == [Invitation(len(octets))] * synchrone
    arguments = Arguments(commande)
    assert arguments.atome() == b"a"
    arguments.espace()
    assert arguments.atome() == b"X"
    arguments.espace()
    assert arguments.astring() == octets


def test_ligne_sans_fin() -> None:
    """Une ligne trop longue est refusée dès que la limite est passée, et rien n'en reste en mémoire."""
    decoupeur = Decoupeur()
    for _ in range(20):
        decoupeur.recevoir(b"x" * 2**14)
        refus = decoupeur.suivant()
        if refus is not None:
            break
    assert isinstance(refus, Refus) and refus.motif is Motif.LIGNE and refus.fermer
    assert len(refus.debut) == 256 and decoupeur.en_attente == 0


@pytest.mark.parametrize("exces", [-1, 0, 1])
def test_ligne_a_la_limite(exces: int) -> None:
    """La limite est la même d'un bloc ou par morceaux."""
    flux = b"x" * (LIGNE_MAX + exces) + b"\r\n"
    d_un_bloc, _ = _tout(flux, [])
    assert isinstance(d_un_bloc[0], Refus) is (exces > 0)
    assert type(_tout(flux, list(range(0, len(flux), 1000)))[0][0]) is type(d_un_bloc[0])


def test_litteral_refuse_est_avale_sans_etre_garde() -> None:
    """Un littéral non synchrone trop grand est jeté au fil de l'eau ; la commande suivante se lit."""
    decoupeur = Decoupeur(100)
    decoupeur.recevoir(b"a APPEND x {%d+}\r\n" % 10**6)
    for _ in range(100):
        assert decoupeur.suivant() is None
        assert decoupeur.en_attente < 200
        decoupeur.recevoir(b"y" * 10**4)
    decoupeur.recevoir(b" suite\r\nb NOOP\r\n")
    assert decoupeur.suivant() == Refus(Motif.LITTERAL, b"a APPEND x {1000000+}")
    assert decoupeur.suivant() == Commande((b"b NOOP",))


def test_litteral_demesure_ferme() -> None:
    """Au-delà de ce qui peut s'avaler, la connexion est fermée."""
    evenements, _ = _tout(b"a APPEND x {%d+}\r\n" % (AVALE_MAX + 1), [])
    assert evenements == [Refus(Motif.LITTERAL, b"a APPEND x {%d+}" % (AVALE_MAX + 1), fermer=True)]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_noms_de_dossiers(nom: str) -> None:
    """UTF-7 modifié et UTF-8 font l'aller-retour, et le premier reste en ASCII imprimable."""
    code = noms.coder(nom)
    assert code.isascii() and noms.decoder(code) == nom
    assert noms.decoder(noms.coder(nom, utf8=True), utf8=True) == nom


@pytest.mark.parametrize("code", [b"&", b"&AOk", b"a&b", b"&!!!-", b"&2AA-", b"\xc3\xa9", b"a\x01"])
def test_noms_mal_codes(code: bytes) -> None:
    """Un nom mal codé est refusé."""
    with pytest.raises(noms.NomImpossible):
        noms.decoder(code)


@given(st.sets(st.integers(1, 60)))
def test_ensembles(numeros: set[int]) -> None:
    """Un ensemble écrit se relit égal."""
    tries = sorted(numeros)
    texte = ensemble(tries)
    relus = Arguments(Commande((texte,))).ensemble() if texte else []
    assert [n for bas, haut in relus for n in range(bas, haut + 1)] == tries
