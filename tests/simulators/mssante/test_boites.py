"""Le dépôt de messages derrière l'IMAP, sans connexion : dépôts, suppressions, validité, vues, fils d'exécution."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mssante.boites import BoiteInconnue, BoitesMemoire, DossierInconnu, QuotaDepasse
from simulators.mssante.boites_dossier import Vue

ADRESSE = "Alix.Biologue@labo.formation.mssante.fr"


@dataclass(frozen=True)
class _Bal:
    adresse: str = ADRESSE
    quota: int = 1000


@pytest.fixture
def boites() -> BoitesMemoire:
    """Une boîte ouverte, vide."""
    boites = BoitesMemoire()
    boites.ouvrir(_Bal())
    return boites


def test_depot_et_lecture(boites: BoitesMemoire) -> None:
    """Un message déposé se relit, dans l'ordre des UID, sans distinction de casse de l'adresse."""
    date = datetime(2026, 1, 2, tzinfo=UTC)
    assert boites.deposer(ADRESSE.lower(), b"un", drapeaux=(r"\Seen",), date=date) == 1
    assert boites.deposer(ADRESSE.upper(), b"deux", dossier="inbox") == 2
    assert boites.deposer(ADRESSE, b"trois", dossier="Sent") == 1
    lus = boites.messages(ADRESSE)
    assert [(m.uid, m.octets, m.dossier) for m in lus] == [(1, b"un", "INBOX"), (2, b"deux", "INBOX")]
    assert lus[0].drapeaux == {r"\Seen"} and lus[0].date == date


def test_inconnus(boites: BoitesMemoire) -> None:
    """Adresse ou dossier inconnus : une LookupError qui le dit."""
    with pytest.raises(BoiteInconnue, match="personne"):
        boites.deposer("personne@labo.formation.mssante.fr", b"x")
    with pytest.raises(DossierInconnu, match="Archives"):
        boites.deposer(ADRESSE, b"x", dossier="Archives")
    assert not boites.supprimer(ADRESSE, 12)


def test_boite_ouverte_a_la_demande() -> None:
    """Une BAL ajoutée en cours de scénario a sa boîte dès qu'on s'en sert."""
    bals = {"x@y": _Bal("x@y")}
    boites = BoitesMemoire(lambda adresse: bals.get(adresse.lower()))
    assert boites.deposer("X@y", b"un") == 1
    boites.vider()
    assert boites.messages("x@y") == []


def test_uid_jamais_reutilise(boites: BoitesMemoire) -> None:
    """Un UID effacé ne revient pas ; changer l'UIDVALIDITY renumérote."""
    for _ in range(3):
        boites.deposer(ADRESSE, b"x")
    assert boites.supprimer(ADRESSE, 3) and boites.supprimer(ADRESSE, 1)
    assert boites.deposer(ADRESSE, b"y") == 4
    avant = boites.boite(ADRESSE).dossier("INBOX").uidvalidity
    assert boites.changer_uidvalidity(ADRESSE) > avant
    assert [m.uid for m in boites.messages(ADRESSE)] == [1, 2] and boites.deposer(ADRESSE, b"z") == 3


def test_validites_distinctes(boites: BoitesMemoire) -> None:
    """Un dossier effacé puis recréé n'a pas la même UIDVALIDITY, même après remise à zéro."""
    boite = boites.boite(ADRESSE)
    premiere = boite.creer("A").uidvalidity
    boite.effacer("A")
    assert boite.creer("A").uidvalidity > premiere
    boites.vider()
    boites.ouvrir(_Bal())
    assert boites.boite(ADRESSE).dossier("INBOX").uidvalidity > premiere


def test_quota_et_occupation(boites: BoitesMemoire) -> None:
    """La place suit les ajouts, copies et retraits."""
    boite = boites.boite(ADRESSE)
    boites.deposer(ADRESSE, b"x" * 400)
    inbox, sent = boite.dossier("INBOX"), boite.dossier("Sent")
    inbox.copier(inbox.messages, sent)
    assert boite.occupation == 800
    with pytest.raises(QuotaDepasse):
        boite.exiger_place(201)
    boite.exiger_place(200)
    sent.retirer(sent.messages)
    inbox.deplacer(inbox.messages, sent)
    assert boite.occupation == 400


def test_fils_d_execution(boites: BoitesMemoire) -> None:
    """Huit fils déposent en même temps : aucun UID double, aucun message perdu, une vue qui suit tout."""
    vue = Vue(boites.boite(ADRESSE).dossier("INBOX"), lambda: None)
    recus: list[int] = []

    def deposer() -> None:
        recus.extend(boites.deposer(ADRESSE, b"x") for _ in range(200))

    fils = [threading.Thread(target=deposer) for _ in range(8)]
    for fil in fils:
        fil.start()
    while any(fil.is_alive() for fil in fils):
        vue.rattraper(retraits=True)
    vue.rattraper(retraits=True)
    assert sorted(recus) == list(range(1, 1601))
    assert [m.uid for m in vue.messages] == list(range(1, 1601))
    assert not vue.en_attente and len(vue.dossier.changements) < 1100


_ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("deposer"), st.integers(0, 3)),
        st.tuples(st.just("supprimer"), st.integers(1, 30)),
        st.tuples(st.just("marquer"), st.integers(1, 30)),
        st.tuples(st.just("rattraper"), st.integers(0, 1)),
    ),
    max_size=60,
)


@given(_ACTIONS)
def test_une_vue_dit_toujours_vrai(actions: list[tuple[str, int]]) -> None:
    """Ce que la vue annonce, appliqué par un client, redonne exactement le dossier ; les rangs ne sautent jamais."""
    boites = BoitesMemoire()
    boites.ouvrir(_Bal())
    dossier = boites.boite(ADRESSE).dossier("INBOX")
    vue = Vue(dossier, lambda: None)
    client: list[int] = []

    def rattraper(*, retraits: bool) -> None:
        nouvelles = vue.rattraper(retraits=retraits)
        for rang in nouvelles.retires:
            assert 1 <= rang <= len(client)
            del client[rang - 1]
        if nouvelles.present is not None:
            assert nouvelles.present >= len(client)
            client.extend(m.uid for m in vue.messages[len(client) : nouvelles.present])
        assert client == [m.uid for m in vue.messages]
        assert all(vue.rang(m.uid) for m in nouvelles.drapeaux)

    for action, valeur in actions:
        if action == "deposer":
            for _ in range(valeur):
                boites.deposer(ADRESSE, b"x")
        elif action == "supprimer":
            boites.supprimer(ADRESSE, valeur)
        elif action == "marquer" and (message := dossier.message(valeur)) is not None:
            dossier.marquer(message, message.drapeaux ^ {r"\Seen"})
        elif action == "rattraper":
            rattraper(retraits=bool(valeur))
    rattraper(retraits=True)
    assert client == [m.uid for m in dossier.messages]
    assert not dossier.changements


def test_vue_perdue(boites: BoitesMemoire) -> None:
    """Effacer le dossier, changer sa validité ou vider les boîtes perd les vues ouvertes, et les réveille."""
    reveils: list[int] = []
    boite = boites.boite(ADRESSE)
    for perdre in (
        lambda: boites.changer_uidvalidity(ADRESSE),
        lambda: boite.effacer("Sent"),
        boites.vider,
    ):
        vue = Vue(boite.dossier("Sent" if "Sent" in boite.dossiers and reveils else "INBOX"), lambda: reveils.append(1))
        perdre()
        assert vue.perdue and reveils
