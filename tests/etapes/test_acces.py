"""Étapes des comptes devant un logiciel feint : sans horloge d'essai, temporisé, sans synchronisation."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reports.verdict import Verdict
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.etapes import acces_commun, acces_comptes, acces_sessions, acces_tentatives
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.protocole import Apropos, ReponseAction

COMPTES = [["compte", "nom", "prénom", "permissions"], ["Zoé", "CHÂTEAU-D'ORGE", "Zoé", "consultation, export"]]


class Produit:
    """Un logiciel fait pour un essai : ses comptes en mémoire ; les actions de `sans` donnent `non_gere`."""

    def __init__(self, *, sans: tuple[str, ...] = (), attente_apres: int = 0, blocage_apres: int = 0) -> None:
        self.sans, self.attente_apres, self.blocage_apres = sans, attente_apres, blocage_apres
        self.comptes: dict[str, dict[str, Any]] = {}
        self.mots_de_passe: dict[str, str] = {}
        self.echecs = 0
        self.mauvais: list[str] = []

    def apropos(self) -> Apropos:
        return Apropos("Produit feint", "1")

    def actions(self) -> frozenset[str]:
        return frozenset({"creer_compte", "lire_compte", "ouvrir_session", "laisser_passer", *self.sans})

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        geste = getattr(self, action, None)
        return ReponseAction("non_gere") if geste is None or action in self.sans else geste(dict(parametres))

    def fermer(self) -> None:
        return

    def creer_compte(self, p: dict[str, Any]) -> ReponseAction:
        compte = {"compte_id": f"id-{len(self.comptes)}", **p["compte"]}
        self.comptes[compte["identifiant"]] = compte
        self.mots_de_passe[compte["identifiant"]] = p.get("mot_de_passe", "")
        return ReponseAction("fait", (), {"compte": compte})

    def lire_compte(self, p: dict[str, Any]) -> ReponseAction:
        trouve = next((c for c in self.comptes.values() if c["compte_id"] == p.get("compte_id")), None)
        return ReponseAction("fait", (), {"compte": dict(trouve)}) if trouve else ReponseAction("refuse")

    def modifier_referentiel(self, p: dict[str, Any]) -> ReponseAction:
        """La base suit le référentiel sans attendre la synchronisation."""
        self.comptes[p["identifiant"]].update({**p.get("attributs", {}), "permissions": p["permissions"]})
        return ReponseAction("fait")

    def synchroniser_comptes(self, p: dict[str, Any]) -> ReponseAction:
        return ReponseAction("fait")

    def extraire_comptes(self, p: dict[str, Any]) -> ReponseAction:
        return ReponseAction(
            "fait",
            (),
            {"comptes": list(self.comptes.values()), "fichier_base64": base64.b64encode(b"\x00\x01").decode()},
        )

    def ouvrir_session(self, p: dict[str, Any]) -> ReponseAction:
        if self.mots_de_passe[p["identifiant"]] == p["mot_de_passe"] and not self.echecs:
            return ReponseAction("fait", (), {"session": {"ouverte": True, "session_id": "s1"}})
        self.echecs += 1
        self.mauvais.append(p["mot_de_passe"])
        session: dict[str, Any] = {"ouverte": False, "bloque": 0 < self.blocage_apres <= self.echecs}
        if 0 < self.attente_apres <= self.echecs:
            session["attente_secondes"] = 60
        return ReponseAction("refuse", ("non",), {"session": session})

    def lire_session(self, p: dict[str, Any]) -> ReponseAction:
        return ReponseAction("fait", (), {"session": {"ouverte": True}})


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    with JournalEchanges.creer(tmp_path_factory.mktemp("journal") / "j") as journal, Banc(journal) as monte:
        yield monte


@pytest.fixture
def essayer(banc: Banc) -> Callable[..., Essai]:
    """Un scénario en cours pour ce produit, avec le compte de Zoé."""
    logiciel = ConfigurationLogiciel(
        "Produit feint", "1", ("Général",), "http", permissions={"export": "ROLE_EXPORT"}, delai_s=0.5
    )

    def ouvrir(produit: Produit, numero: str = "SSI/IE.36.01") -> Essai:
        essai = Essai(cast("Any", SimpleNamespace(numero=numero)), produit, banc, banc.journal, logiciel)
        acces_comptes.comptes_en_place(essai, COMPTES)
        return essai

    return ouvrir


def verdicts(essai: Essai) -> dict[str, Verdict]:
    return {constat.code: constat.verdict for constat in essai.bilan.constats}


def _limites(essai: Essai) -> dict[str, Verdict]:
    acces_tentatives.essayer_jusqu_a_restriction(essai, "Zoé")
    acces_tentatives.tentatives_limitees(essai, "Zoé")
    acces_tentatives.restriction_reelle(essai, "Zoé")
    return verdicts(essai)


@pytest.mark.parametrize(
    ("produit", "attendu"),
    [
        (Produit(attente_apres=5), Verdict.CONFORME),
        (Produit(blocage_apres=10), Verdict.CONFORME),
        (Produit(attente_apres=40), Verdict.A_VERIFIER),
        (Produit(), Verdict.NON_CONFORME),
    ],
)
def test_tentatives_limitees(essayer: Callable[..., Essai], produit: Produit, attendu: Verdict) -> None:
    """Temporiser vaut bloquer ; limiter tard se regarde ; ne jamais limiter est un manquement."""
    assert _limites(essayer(produit))["ACC-MDP-16"] is attendu


def test_permissions_du_logiciel(essayer: Callable[..., Essai]) -> None:
    """Les permissions des features prennent les noms du logiciel."""
    produit = Produit()
    essayer(produit)
    assert next(iter(produit.comptes.values()))["permissions"] == ["consultation", "ROLE_EXPORT"]


def test_mots_de_passe_proteges(essayer: Callable[..., Essai], banc: Banc) -> None:
    """Aucun mot de passe tiré ne se lit dans le journal de la campagne."""
    produit = Produit(blocage_apres=3)
    essai = essayer(produit)
    acces_tentatives.essayer_jusqu_a_restriction(essai, "Zoé")
    ecrit = "".join(str(enregistrement.donnees) for enregistrement in banc.journal.enregistrements())
    secrets = [*produit.mauvais, *produit.mots_de_passe.values()]
    assert len(produit.mauvais) == 3 and len(set(secrets)) == len(secrets)
    assert [secret for secret in secrets if secret in ecrit] == []


def test_sans_horloge_d_essai(essayer: Callable[..., Essai], monkeypatch: pytest.MonkeyPatch) -> None:
    """Le banc attend vraiment 90 secondes au plus ; au-delà, une personne déroule le scénario."""
    attendus: list[float | None] = []
    monkeypatch.setattr("threading.Event.wait", lambda _, delai=None: attendus.append(delai))
    essai = essayer(Produit(sans=("laisser_passer",)))
    acces_commun.laisser_passer(essai, 60)
    with pytest.raises(ScenarioArrete, match="horloge d'essai"):
        acces_commun.laisser_passer(essai, 91)
    assert 60 in attendus and 91 not in attendus
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_reference_lue_sans_synchronisation(essayer: Callable[..., Essai]) -> None:
    """Une base qui suit le référentiel à la lecture est jugée sur ce qu'elle montrait avant le changement."""
    essai = essayer(Produit(), "SSI/IAM.83.01")
    entete, ligne = ["nom", "prénom", "permissions"], ["PÂRIS", "Zoé", "consultation, biologie"]
    acces_comptes.modifier_referentiel(essai, "Zoé", [entete, ligne])
    acces_comptes.synchroniser(essai)
    acces_comptes.identite_du_referentiel(essai, "Zoé")
    acces_comptes.permissions_du_referentiel(essai, "Zoé")
    assert set(verdicts(essai).values()) == {Verdict.CONFORME}


def test_extraction_d_un_format_inconnu(essayer: Callable[..., Essai]) -> None:
    """Un fichier que le banc ne lit pas est à vérifier, jamais conforme."""
    essai = essayer(Produit(), "SSI/IAM.88.01")
    acces_comptes.extraire_avant(essai)
    acces_comptes.fichier_fidele(essai)
    assert verdicts(essai) == {"ACC-MAS-07": Verdict.A_VERIFIER}


def test_fonction_absente(essayer: Callable[..., Essai]) -> None:
    """Un logiciel qui dit ne pas avoir la fonction est à vérifier, avec sa raison."""
    essai = essayer(Produit(sans=("synchroniser_comptes",)), "SSI/IAM.83.02")
    with pytest.raises(ScenarioArrete):
        acces_comptes.synchroniser(essai)
    assert (essai.bilan.verdict(), "synchroniser_comptes" in essai.bilan.motif()) == (Verdict.A_VERIFIER, True)


def test_session_inutilisable(essayer: Callable[..., Essai]) -> None:
    """Une personne absente de la feature, ou une session jamais ouverte, est une faute du scénario."""
    essai = essayer(Produit())
    with pytest.raises(NonConcluant, match="sans l'avoir ouverte"):
        acces_sessions.session_fermee(essai, "Zoé")
    with pytest.raises(NonConcluant, match="sans l'avoir présenté"):
        acces_commun.compte(essai, "Noé")
