"""Un scénario en train d'être joué : actions notées, longs textes rangés, remises en place, actions non gérées."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from reports.verdict import Verdict
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps.bilan import NonConcluant, ScenarioArrete
from steps.etapes.commun import regler
from steps.logiciel.contrat import ContratInvalide
from steps.logiciel.protocole import AdaptateurInjoignable, ReponseAction
from tests.steps import aides
from tests.steps.aides import AdaptateurEcrit, rend


@pytest.fixture(autouse=True)
def scenario(journal: JournalEchanges) -> Iterator[None]:
    """Le journal sait quel scénario est en cours."""
    journal.debuter_scenario("INS/va1.20.01")
    yield
    journal.finir_scenario()


def notees(journal: JournalEchanges, depuis: int) -> list[Mapping[str, Any]]:
    """Les actions notées depuis ce rang."""
    return [e.donnees for e in journal.enregistrements(type="action", depuis=depuis)]


def test_action_notee(journal: JournalEchanges, banc: Banc) -> None:
    """Chaque action laisse au journal qui, quoi, avec quoi, et ce que le logiciel a répondu."""
    essai = aides.essai(journal, banc, AdaptateurEcrit(creer_patient=rend("refuse", "non", patient_id="P1")))
    depuis = journal.position()
    reponse = essai.jouer("creer_patient", "agent_accueil", identite={"sexe": "F"})
    assert (essai.derniere, essai.depuis) == (reponse, depuis)
    assert notees(journal, depuis) == [
        {
            "scenario": "INS/va1.20.01",
            "action": "creer_patient",
            "utilisateur": "agent_accueil",
            "parametres": {"identite": {"sexe": "F"}},
            "resultat": "refuse",
            "messages": ["non"],
            "donnees": {"patient_id": "P1"},
        }
    ]


def test_longs_textes_ranges(journal: JournalEchanges, banc: Banc) -> None:
    """Un document en base64 est rangé une fois à part ; le journal n'en garde que la référence, à toute profondeur."""
    long = "QUJD" * 2000
    essai = aides.essai(journal, banc, AdaptateurEcrit(recevoir_document=rend(document={"document_id": long})))
    depuis = journal.position()
    essai.jouer(
        "recevoir_document", "biologiste_1", contenu_base64=long, emetteur={"nom": "x" * 4096, "domaine": "1.2"}
    )
    (notee,) = notees(journal, depuis)
    reference = notee["parametres"]["contenu_base64"]
    assert reference == notee["donnees"]["document"]["document_id"]
    assert reference["taille"] == len(long)
    assert journal.corps(reference["corps"]).octets == long.encode()
    assert notee["parametres"]["emetteur"]["nom"] == "x" * 4096


def test_sans_action(journal: JournalEchanges, banc: Banc) -> None:
    """Une étape qui parle de ce qui n'a pas eu lieu n'est pas jugeable, et le dit."""
    essai = aides.essai(journal, banc, AdaptateurEcrit())
    for lire in (lambda: essai.derniere, lambda: essai.patient("Zoé"), lambda: essai.document("CR")):
        with pytest.raises(NonConcluant, match=r"aucune action|Zoé|CR"):
            lire()


@pytest.mark.parametrize("resultat", ["refuse", "echec"])
def test_mise_en_place_manquee(journal: JournalEchanges, banc: Banc, resultat: str) -> None:
    """Une mise en place qui n'aboutit pas n'est pas un manquement : non concluant, avec ce que le logiciel a dit."""
    essai = aides.essai(journal, banc, AdaptateurEcrit(creer_patient=rend(resultat, "base pleine")))
    with pytest.raises(NonConcluant, match=f"creer_patient par agent_accueil a donné {resultat} : base pleine"):
        essai.preparer("creer_patient", "agent_accueil", identite={})
    assert essai.bilan.constats == []


def test_fonction_absente_du_logiciel(journal: JournalEchanges, banc: Banc) -> None:
    """L'adaptateur sait jouer l'action, le logiciel dit ne pas l'avoir : une personne doit regarder."""
    essai = aides.essai(journal, banc, AdaptateurEcrit(lire_traces=rend("non_gere", "pas de journal")))
    with pytest.raises(ScenarioArrete, match="déclare ne pas avoir la fonction « lire_traces »"):
        essai.jouer("lire_traces", "administrateur", categorie="insi")
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_action_absente_de_l_adaptateur(journal: JournalEchanges, banc: Banc) -> None:
    """L'adaptateur ne sait pas la jouer : non exécuté, à dérouler avec une personne."""
    essai = aides.essai(journal, banc, AdaptateurEcrit())
    with pytest.raises(ScenarioArrete, match="à dérouler avec une personne"):
        essai.jouer("lire_traces", "administrateur", categorie="insi")
    assert essai.bilan.verdict() is Verdict.NON_EXECUTE


def test_logiciel_qui_tombe(journal: JournalEchanges, banc: Banc) -> None:
    """Une panne du logiciel est notée au journal, et rend le scénario non concluant."""

    def tomber(_: Mapping[str, Any]) -> ReponseAction:
        raise AdaptateurInjoignable("connexion refusée")

    essai = aides.essai(journal, banc, AdaptateurEcrit(lire_liste_travail=tomber))
    depuis = journal.position()
    with pytest.raises(NonConcluant, match="connexion refusée"):
        essai.jouer("lire_liste_travail", "biologiste_1")
    assert notees(journal, depuis)[0]["erreur"] == "connexion refusée"


def test_appel_hors_contrat(journal: JournalEchanges, banc: Banc) -> None:
    """Une étape qui appelle hors contrat est un défaut du banc : jamais un verdict sur le logiciel."""
    essai = aides.essai(journal, banc, AdaptateurEcrit(lire_patient=rend()))
    with pytest.raises(ContratInvalide):
        essai.jouer("lire_patient", "biologiste_1")
    assert essai.adaptateur.appels == []  # type: ignore[attr-defined]  # c'est l'adaptateur écrit de cet essai


def test_en_fond(journal: JournalEchanges, banc: Banc) -> None:
    """Une action en fond laisse jouer les autres ; la fin du scénario l'attend."""
    liberer = threading.Event()

    def attendre(_: Mapping[str, Any]) -> ReponseAction:
        liberer.wait(10)
        return ReponseAction("fait")

    essai = aides.essai(journal, banc, AdaptateurEcrit(lire_liste_travail=attendre, lire_utilisateur=rend()))
    longue = essai.jouer_en_fond("lire_liste_travail", "biologiste_1")
    assert essai.jouer("lire_utilisateur", "biologiste_1").fait
    assert not longue.done()
    liberer.set()
    essai.terminer()
    assert longue.result(0).fait


def test_comptes(journal: JournalEchanges, banc: Banc) -> None:
    """Un rôle a le compte que le logiciel lui donne, sinon son propre nom."""
    essai = aides.essai(journal, banc, AdaptateurEcrit())
    assert (essai.compte("biologiste_1"), essai.compte("biologiste_2")) == ("dupont", "biologiste_2")


class Reglages:
    """Le paramétrage d'un logiciel."""

    def __init__(self) -> None:
        self.valeurs: dict[str, Any] = {"contrats_confiance": ["1.2.3"], "validation_automatique": True}

    def lire(self, parametres: Mapping[str, Any]) -> ReponseAction:
        return ReponseAction("fait", (), {"valeur": self.valeurs[parametres["parametre"]]})

    def ecrire(self, parametres: Mapping[str, Any]) -> ReponseAction:
        self.valeurs[parametres["parametre"]] = parametres["valeur"]
        return ReponseAction("fait")


def test_reglages_remis(journal: JournalEchanges, banc: Banc) -> None:
    """Un réglage changé plusieurs fois revient à sa première valeur, même si le scénario échoue."""
    reglages = Reglages()
    essai = aides.essai(journal, banc, AdaptateurEcrit(configurer=reglages.ecrire, lire_configuration=reglages.lire))
    avant = dict(reglages.valeurs)
    regler(essai, "contrats_confiance", [])
    regler(essai, "contrats_confiance", ["9.9"])
    regler(essai, "validation_automatique", False)
    assert reglages.valeurs == {"contrats_confiance": ["9.9"], "validation_automatique": False}
    with pytest.raises(ScenarioArrete):
        essai.jouer("lire_traces", "administrateur", categorie="insi")
    essai.terminer()
    assert reglages.valeurs == avant


def test_remise_en_place_ratee(journal: JournalEchanges, banc: Banc) -> None:
    """Une remise en place qui échoue est notée ; les autres sont faites quand même, de la dernière à la première."""
    essai = aides.essai(journal, banc, AdaptateurEcrit(configurer=rend("echec", "base occupée")))
    faites: list[str] = []
    essai.a_la_fin(lambda: faites.append("première"))
    essai.a_la_fin(lambda: essai.preparer("configurer", "administrateur", parametre="justificatifs", valeur=[]))
    essai.a_la_fin(lambda: essai.jouer("lire_traces", "administrateur", categorie="dmp"))
    essai.a_la_fin(lambda: faites.append("dernière"))
    depuis = journal.position()
    essai.terminer()
    assert faites == ["dernière", "première"]
    incidents = [str(e.donnees["message"]) for e in journal.enregistrements(type="incident", depuis=depuis)]
    assert len(incidents) == 2
    assert "base occupée" in incidents[1]
