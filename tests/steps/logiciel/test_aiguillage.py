"""L'aiguillage : chaque action au bon adaptateur, un seul produit derrière tous."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.logiciel import assemblage
from steps.logiciel.aiguillage import Aiguillage
from steps.logiciel.assemblage import MODULES, assembler, charger_type
from steps.logiciel.connexion import ConnexionDeclaree
from steps.logiciel.contexte import ContexteAdaptateur
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos, AproposInconnu, ReponseAction
from steps.logiciel.types_adaptateur import DescriptionAdaptateur, TypeAdaptateur
from tests.steps.aides import LOGICIEL, AdaptateurEcrit, rend, retenu


class Muet(AdaptateurEcrit):
    """Ne sait pas qui est le logiciel."""

    def apropos(self) -> Apropos:
        raise AproposInconnu("ne sait pas")


class Suivant(AdaptateurEcrit):
    """Suit les scénarios."""

    def __init__(self) -> None:
        super().__init__()
        self.suivis: list[str] = []

    def debuter_scenario(self, retenu: Any) -> None:
        self.suivis.append(f"début {retenu.numero}")

    def finir_scenario(self, essai: Essai) -> None:
        essai.bilan.joindre("ecran.png", "capture", b"x", "écran")
        self.suivis.append("fin")


class Bavard(AdaptateurEcrit):
    """Dit d'autres nom et version, et sa connexion."""

    def __init__(self, apropos: Apropos) -> None:
        super().__init__()
        self._apropos = apropos

    def apropos(self) -> Apropos:
        return self._apropos


def test_chaque_action_a_son_adaptateur(journal: JournalEchanges, banc: Banc) -> None:
    """L'action nommée, puis celle par défaut ; le journal dit qui a agi, même en panne."""
    api = AdaptateurEcrit(lire_patient=rend("refuse"))
    poste = AdaptateurEcrit(lire_liste_travail=rend())
    aiguillage = Aiguillage({"api": api, "poste": poste}, actions={"lire_patient": "api"}, defaut="poste")
    depuis = journal.position()
    essai = Essai(retenu(), aiguillage, banc, journal, LOGICIEL)
    essai.jouer("lire_patient", "biologiste_1", patient_id="P1")
    essai.jouer("lire_liste_travail", "biologiste_1")

    def tomber(parametres: Mapping[str, Any]) -> ReponseAction:
        raise AdaptateurInjoignable("en panne")

    poste.jeux["lire_liste_travail"] = tomber
    with pytest.raises(NonConcluant):
        essai.jouer("lire_liste_travail", "biologiste_1")
    notes = [e.donnees for e in journal.enregistrements(type="action", depuis=depuis)]
    assert [(n["action"], n["adaptateur"]) for n in notes] == [
        ("lire_patient", "api"),
        ("lire_liste_travail", "poste"),
        ("lire_liste_travail", "poste"),
    ]
    assert [action for action, _, _ in api.appels] == ["lire_patient"]


def test_actions_offertes() -> None:
    """L'union de ce que chacun offre parmi ce qui lui est confié : une action confiée à qui ne l'offre pas manque."""
    api = AdaptateurEcrit(lire_patient=rend(), creer_patient=rend())
    poste = AdaptateurEcrit(lire_patient=rend(), lire_liste_travail=rend(), danser=rend())
    aiguillage = Aiguillage(
        {"api": api, "poste": poste}, actions={"lire_patient": "api", "alimenter_dmp": "api"}, defaut="poste"
    )
    assert aiguillage.actions() == {"lire_patient", "lire_liste_travail"}
    assert aiguillage.actions_de("api") == {"lire_patient"}


def test_action_confiee_a_personne(journal: JournalEchanges, banc: Banc) -> None:
    """Sans adaptateur par défaut, le scénario n'est pas exécuté, et dit pourquoi."""
    aiguillage = Aiguillage({"api": AdaptateurEcrit()}, actions={"creer_patient": "api"})
    essai = Essai(retenu(), aiguillage, banc, journal, LOGICIEL)
    with pytest.raises(ScenarioArrete):
        essai.jouer("lire_patient", "biologiste_1", patient_id="P1")
    assert essai.bilan.verdict() == "non_execute"


def test_deux_actions_a_la_fois(journal: JournalEchanges, banc: Banc) -> None:
    """Une personne ne joue pas deux actions à la fois : le scénario est à vérifier, le logiciel n'est pas dit figé."""

    class Personne(AdaptateurEcrit):
        une_a_la_fois = True

    actions = ("consulter_dmp", "lire_patient")
    seule = Aiguillage({"poste": Personne(), "api": AdaptateurEcrit()}, defaut="poste")
    essai = Essai(retenu(), seule, banc, journal, LOGICIEL)
    with pytest.raises(ScenarioArrete, match="« poste » joue une action à la fois"):
        essai.exiger_simultane(*actions)
    assert essai.bilan.verdict() == "a_verifier"
    aidee = Aiguillage({"poste": Personne(), "api": AdaptateurEcrit()}, actions={"lire_patient": "api"}, defaut="poste")
    Essai(retenu(), aidee, banc, journal, LOGICIEL).exiger_simultane(*actions)
    Essai(retenu(), AdaptateurEcrit(), banc, journal, LOGICIEL).exiger_simultane(*actions)


def test_apropos() -> None:
    """Le premier qui sait répond ; les autres doivent s'accorder, et complètent sa connexion."""
    connexion = ConnexionDeclaree(modalites=("web",))
    dit = Bavard(Apropos("Produit d'essai", "3.1", pro_sante_connect=connexion))
    ensemble = Aiguillage({"poste": Muet(), "api": AdaptateurEcrit(), "outil": dit})
    assert ensemble.apropos() == Apropos("Produit d'essai", "3.1", pro_sante_connect=connexion)
    with pytest.raises(AproposInconnu):
        Aiguillage({"poste": Muet()}).apropos()
    autre = Aiguillage({"api": AdaptateurEcrit(), "outil": Bavard(Apropos("Produit d'essai", "3.2"))})
    with pytest.raises(AdaptateurInjoignable, match=r"« api » répond .* 3\.1, « outil » répond .* 3\.2"):
        autre.apropos()


def test_suivi_des_scenarios(journal: JournalEchanges, banc: Banc) -> None:
    """Qui veut suivre les scénarios les suit ; les autres n'ont rien à offrir."""
    suivant = Suivant()
    aiguillage = Aiguillage({"api": AdaptateurEcrit(), "ecran": suivant})
    essai = Essai(retenu(), aiguillage, banc, journal, LOGICIEL)
    aiguillage.debuter_scenario(essai.retenu)
    aiguillage.finir_scenario(essai)
    assert suivant.suivis == [f"début {essai.retenu.numero}", "fin"]
    assert [piece.nom for piece in essai.bilan.pieces] == ["ecran.png"]


def test_fermer_meme_si_l_un_echoue() -> None:
    """La panne d'un adaptateur à la fermeture n'empêche pas de fermer les autres."""
    fermes: list[str] = []

    class Ferme(AdaptateurEcrit):
        def fermer(self) -> None:
            fermes.append("ferme")
            raise OSError("déjà parti")

    with pytest.raises(OSError, match="déjà parti"):
        Aiguillage({"a": Ferme(), "b": Ferme()}).fermer()
    assert fermes == ["ferme", "ferme"]


def test_assemblage_rend_ce_qu_il_a_fait(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, banc: Banc, journal: JournalEchanges
) -> None:
    """Un adaptateur impossible à fabriquer rend ceux déjà faits ; les autres partagent comptes et secrets."""
    fermes: list[str] = []

    class Ferme(AdaptateurEcrit):
        def fermer(self) -> None:
            fermes.append("ferme")

    def fabriquer(description: DescriptionAdaptateur, contexte: ContexteAdaptateur) -> AdaptateurEcrit:
        assert (contexte.logiciel.comptes, contexte.scenario_en_cours()) == (LOGICIEL.comptes, None)
        if description.nom == "b":
            raise AdaptateurInjoignable("pas de b")
        return Ferme()

    monkeypatch.setattr(assemblage, "charger_type", lambda nom: TypeAdaptateur(nom, "essai", {}, fabriquer))
    descriptions = (DescriptionAdaptateur("a", "http"), DescriptionAdaptateur("b", "http"))
    logiciel = replace(LOGICIEL, adaptateurs=descriptions, defaut="a")
    contexte = ContexteAdaptateur(logiciel, banc, journal, tmp_path, tmp_path / "env.json")
    with pytest.raises(AdaptateurInjoignable, match="pas de b"):
        assembler(contexte)
    assert fermes == ["ferme"]


@pytest.mark.parametrize("nom", MODULES)
def test_chaque_type_se_tient(nom: str) -> None:
    """Chaque type porte son nom, dit ce qu'il est, et ses clés obligatoires sont décrites."""
    type_ = charger_type(nom)
    assert type_.nom == nom and type_.resume
    assert set(type_.obligatoires) <= set(type_.cles)
    assert all(cle["description"] for cle in type_.cles.values())
