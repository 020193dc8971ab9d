"""Chaque règle des dispositifs, coordonnées, usagers et structures a un exemple qui la suit et un qui l'enfreint."""

from __future__ import annotations

import pytest

from reports.constat import Confiance, Constat
from reports.verdict import Verdict
from steps.logiciel.protocole import ReponseAction
from steps.regles import charger_les_regles
from steps.verifications.acces.connexions import Connexion
from steps.verifications.acces.coordonnees import MessageVu, messages_de
from steps.verifications.registre import REGLES
from tests.verifications.acces.exemples_usagers import A_REGARDER, CONFORMES, FAUTIFS, SANS_OBJET
from tests.verifications.acces.fabrique_usagers import ADRESSE, courriel

FAMILLES = ("DIS", "COO", "USA", "STR")
JAMAIS_ENFREINTES = {"ACC-DIS-12", "ACC-USA-23"}
"""Un seul facteur toujours refusé : la fonction est absente, une personne le confirme ; jamais un manquement."""


def _en_cause(constats: list[Constat]) -> set[str]:
    return {constat.code for constat in constats if constat.verdict is not Verdict.CONFORME}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Un exemple conforme, ou une variante légitime, n'est mis en cause par aucune règle."""
    constats = CONFORMES[nom]()
    assert constats
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME or c.attendu] == []


@pytest.mark.parametrize("nom", FAUTIFS)
def test_fautif(nom: str) -> None:
    """Un exemple fautif enfreint ses règles et elles seules ; non conforme si la source le permet."""
    constats, attendues = FAUTIFS[nom][0](), FAUTIFS[nom][1]
    assert _en_cause(constats) == attendues
    for constat in constats:
        if constat.verdict is not Verdict.CONFORME and constat.code != "ACC-USA-02":
            sure = constat.confiance in (Confiance.OFFICIELLE, Confiance.DOCUMENTEE)
            assert constat.verdict is (Verdict.NON_CONFORME if sure else Verdict.A_VERIFIER)


@pytest.mark.parametrize("nom", SANS_OBJET)
def test_sans_objet(nom: str) -> None:
    """Sans contrôle positif, ou rien à examiner : jamais conforme."""
    assert {c.verdict for c in SANS_OBJET[nom]()} == {Verdict.NON_CONCLUANT}


@pytest.mark.parametrize("nom", A_REGARDER)
def test_a_regarder(nom: str) -> None:
    """Ce que le banc ne peut pas trancher est à vérifier par une personne."""
    assert {c.verdict for c in A_REGARDER[nom]()} == {Verdict.A_VERIFIER}


def test_chaque_regle_a_ses_deux_exemples() -> None:
    """Toute règle est suivie par un exemple et enfreinte par un autre, qui s'explique."""
    charger_les_regles()
    tous = [*(f() for f in CONFORMES.values()), *(f() for f, _ in FAUTIFS.values())]
    suivies, enfreintes = set[str](), set[str]()
    for constat in (c for constats in tous for c in constats):
        if constat.verdict is Verdict.CONFORME:
            suivies.add(constat.code)
            assert constat.recu and constat.ou, constat.code
        else:
            enfreintes.add(constat.code)
            assert constat.message and constat.recu and constat.ou and constat.source, constat.code
    regles = {code for code in REGLES if code.startswith(tuple(f"ACC-{famille}-" for famille in FAMILLES))}
    assert (regles - suivies, regles - enfreintes) == (set(), JAMAIS_ENFREINTES)


def test_connexion_lue_d_une_reponse() -> None:
    """Ouverte seulement si l'action a abouti ; ce qui manque reste vide."""
    session = {"ouverte": True, "moyens": ["mot_de_passe"], "demande": None, "attente_secondes": None}
    assert Connexion.depuis("essai", ReponseAction("fait", (), {"session": session})).ouverte
    assert not Connexion.depuis("essai", ReponseAction("refuse", (), {"session": session})).ouverte
    refusee = {**session, "ouverte": False, "attente_secondes": 30}
    lue = Connexion.depuis("essai", ReponseAction("fait", (), {"session": refusee}))
    assert (lue.ouverte, lue.attente_s) == (False, 30.0)
    vide = Connexion.depuis("essai", ReponseAction("echec", ("panne",), {}))
    assert (vide.ouverte, vide.demande, vide.moyens, vide.attente_s) == (False, "", (), 0.0)


def test_messages_lus_du_relais() -> None:
    """Ceux de cette adresse, sans casse ; ni les refus, ni ceux d'une adresse voisine."""
    remis = [courriel(ADRESSE.upper(), secrets=2), courriel("x" + ADRESSE), courriel(ADRESSE, operation="refus")]
    assert messages_de(remis, ADRESSE) == [MessageVu(ADRESSE, "Bonjour", 2, 3)]
    assert messages_de([courriel(f"x@a.test {ADRESSE}")], ADRESSE.upper()) == [
        MessageVu(ADRESSE.upper(), "Bonjour", 1, 3)
    ]


def test_connexion_lue_de_la_reponse() -> None:
    """Ce que le logiciel montre d'une ouverture de session, tel qu'il le montre."""
    session = {"ouverte": False, "demande": "captcha", "moyens": ["totp"], "bloque": True, "attente_secondes": 30}
    lue = Connexion.depuis("TOTP", ReponseAction("fait", donnees={"session": session}))
    assert (lue.ouverte, lue.demande, lue.moyens, lue.bloque, lue.attente_s) == (
        False,
        "captcha",
        ("totp",),
        True,
        30.0,
    )
    assert lue.recu == "TOTP : refusée, demande captcha, bloqué, moyens totp (fait (sans message))"
    assert not Connexion.depuis("TOTP", ReponseAction("refuse", donnees={"session": {"ouverte": True}})).ouverte
