"""L'adaptateur `page` dans un vrai Chromium, devant un petit produit web."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from requirements.modele import TypePiece
from steps.bilan import Bilan
from steps.logiciel import page as module_page
from steps.logiciel import page_navigateur as module_navigateur
from steps.logiciel.page import AdaptateurPage, exiger_navigateur
from steps.logiciel.page_navigateur import ReglagesPage
from steps.logiciel.page_script import ScriptDePage
from steps.logiciel.protocole import AdaptateurInjoignable, AproposInconnu
from steps.personne.cdp import executable
from steps.personne.navigateur import origine
from tests.steps.logiciel_page.produit_web import ProduitWeb

pytestmark = pytest.mark.skipif(executable() is None, reason="aucun Chromium sur cette machine (paquet chromium)")

IDENTITE: dict[str, Any] = {"identite": {"nom_naissance": "DUPONT"}}
SCRIPT = """
    def apropos(page):
        return {"nom": page.locator("h1").text_content(), "version": "1"}

    def creer_patient(page, utilisateur, parametres):
        page.fill("input", parametres["identite"]["nom_naissance"])
        page.etape("nom saisi")
        page.click("button")
        dit = page.text_content("#dit")
        return {"resultat": "fait", "messages": [dit, utilisateur], "donnees": {"patient_id": "P1"}}

    def lire_patient(page, utilisateur, parametres):
        page.wait_for_function("document.getElementById('dehors').textContent != '…'")
        return {"resultat": "fait", "messages": [page.text_content("#dehors"), page.evaluate("document.cookie")]}

    def modifier_patient(page, utilisateur, parametres):
        page.click("#absent")

    def lister_documents(page, utilisateur, parametres):
        return {"resultat": "fait", "donnees": {"documents": "aucun"}}

    def recevoir_message(page, utilisateur, parametres):
        page.goto(parametres["contenu"])

    def lire_traces(page, utilisateur, parametres):
        return ["fait"]

    def ouvrir_session(page, utilisateur, parametres):
        page.fill("input", parametres["mot_de_passe"])
        raise ValueError(parametres["mot_de_passe"])

    def lire_liste_travail(page, utilisateur, parametres):
        page.context.browser.close()
        return {"resultat": "fait"}
"""


class JournalDouble:
    """Compte les actions, garde les incidents."""

    def __init__(self, actions: int) -> None:
        self.actions = actions
        self.incidents: list[str] = []
        self.etat = "ouvert"

    def enregistrements(self, *_: object) -> list[object]:
        return [None] * self.actions

    def ajouter(self, _: str, donnees: dict[str, str]) -> None:
        self.incidents.append(donnees["message"])


def scenario(*pieces: TypePiece) -> Any:
    """Un scénario dont une preuve accepte ces pièces."""
    return SimpleNamespace(numero="X", scenario=SimpleNamespace(preuves=(SimpleNamespace(pieces=pieces),)))


def finir(adaptateur: AdaptateurPage, actions: int = 1) -> tuple[Bilan, JournalDouble]:
    """Finit le scénario ; ce qu'il a joint."""
    essai: Any = SimpleNamespace(bilan=Bilan(), journal=JournalDouble(actions), debut=0, retenu=scenario())
    adaptateur.finir_scenario(essai)
    return essai.bilan, essai.journal


@pytest.fixture(scope="module")
def produit() -> Iterator[ProduitWeb]:
    """Le produit web."""
    with ProduitWeb() as en_marche:
        yield en_marche


@pytest.fixture(scope="module")
def fabriquer(produit: ProduitWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., AdaptateurPage]]:
    """Fabrique un adaptateur sur ce produit."""
    ouverts: list[AdaptateurPage] = []

    def neuf(texte: str = SCRIPT, **reglages: Any) -> AdaptateurPage:
        chemin = tmp_path_factory.mktemp("script") / "ecran.py"
        chemin.write_text(dedent(texte), encoding="utf-8")
        choisis = ReglagesPage(produit.url, frozenset({origine(produit.url)}), **{"delai_s": 20.0, **reglages})
        ouverts.append(AdaptateurPage(ScriptDePage(chemin), choisis, comptes={"biologiste_1": "dr.martin"}))
        return ouverts[-1]

    yield neuf
    for adaptateur in ouverts:
        adaptateur.fermer()


@pytest.fixture(scope="module")
def commun(fabriquer: Callable[..., AdaptateurPage]) -> AdaptateurPage:
    """Un adaptateur partagé."""
    return fabriquer()


@pytest.fixture(scope="module")
def presse(fabriquer: Callable[..., AdaptateurPage]) -> AdaptateurPage:
    """Un adaptateur qui attend peu : le temps d'un écran qui ne viendra pas."""
    return fabriquer(delai_s=5.0)


@pytest.fixture
def adaptateur(commun: AdaptateurPage) -> Iterator[AdaptateurPage]:
    """Le même, dans un scénario qui accepte captures et vidéo."""
    commun.debuter_scenario(scenario(TypePiece.CAPTURE, TypePiece.VIDEO))
    yield commun
    finir(commun)


def test_action_jouee(adaptateur: AdaptateurPage) -> None:
    """Le script agit dans la page et rend ce qu'il y lit ; le compte du logiciel lui est donné ; la trace le suit."""
    reponse = adaptateur.jouer("creer_patient", "biologiste_1", IDENTITE)
    assert (reponse.resultat, reponse.messages) == ("fait", ("Fiche de DUPONT", "dr.martin"))
    assert reponse.donnees == {"patient_id": "P1"}
    assert reponse.trace.splitlines() == ["creer_patient, avant", "nom saisi", "creer_patient, après"]
    assert adaptateur.jouer("verifier_ins", "biologiste_1", {"patient_id": "P"}).resultat == "non_gere"
    assert "verifier_ins" not in adaptateur.actions()


def test_captures_et_video(adaptateur: AdaptateurPage) -> None:
    """Avant, pendant, après : une image par écran différent, et une vidéo ; tenues pour des preuves."""
    adaptateur.jouer("creer_patient", "a", IDENTITE)
    bilan, _ = finir(adaptateur)
    genres = [(p.genre, p.complement) for p in bilan.pieces]
    assert genres == [("capture", False)] * 3 + [("video", False)]
    assert [p.description for p in bilan.pieces[:3]] == [
        "écran n° 1 : creer_patient, avant",
        "écran n° 2 : nom saisi",
        "écran n° 3 : creer_patient, après",
    ]
    assert all(p.octets.startswith(b"\x89PNG") for p in bilan.pieces[:3])
    assert len({p.octets for p in bilan.pieces}) == 4
    assert bilan.pieces[3].octets.startswith(b"\x1aE\xdf\xa3")


def test_joue_en_partie(adaptateur: AdaptateurPage) -> None:
    """Si un autre adaptateur a joué une part du scénario, ces images ne sont qu'un complément."""
    adaptateur.jouer("creer_patient", "a", IDENTITE)
    bilan, _ = finir(adaptateur, actions=2)
    assert {p.complement for p in bilan.pieces} == {True}


def test_rien_si_rien_ne_l_accepte(commun: AdaptateurPage) -> None:
    """Un scénario dont aucune preuve n'accepte d'image n'en fait aucune."""
    commun.debuter_scenario(scenario(TypePiece.MESSAGE))
    commun.jouer("creer_patient", "a", IDENTITE)
    assert finir(commun)[0].pieces == []


def test_contexte_neuf_et_reseau_ferme(commun: AdaptateurPage) -> None:
    """Chaque scénario a ses cookies à lui ; une adresse étrangère est bloquée, et notée une fois par campagne."""
    incidents = []
    for _ in range(2):
        commun.debuter_scenario(scenario())
        assert commun.jouer("lire_patient", "a", {"patient_id": "P"}).messages == ("bloqué", "vu=neuf")
        incidents += finir(commun)[1].incidents
    assert [i for i in incidents if "192.0.2.1:80" in i] == incidents
    assert len(incidents) <= 1


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 n'est ouverte d'office que sous Linux")
def test_redirection_hors_du_produit(commun: AdaptateurPage, produit: ProduitWeb) -> None:
    """Une redirection, qu'aucun filtre de requêtes ne voit, ne mène pas non plus hors du produit."""
    with ProduitWeb(hote="127.0.0.2") as etranger:
        commun.debuter_scenario(scenario())
        adresse = f"{produit.url}/vers?{etranger.url}/fuite"
        with pytest.raises(AdaptateurInjoignable, match="ERR_NAME_NOT_RESOLVED"):
            commun.jouer("recevoir_message", "a", {"contenu": adresse, "emetteur": {"nom": "", "domaine": ""}})
        finir(commun)
        assert etranger.demandes == []


@pytest.mark.parametrize(
    ("action", "parametres", "message"),
    [
        (
            "modifier_patient",
            {"patient_id": "P", "modifications": {}},
            r"ecran\.py ligne \d+, dans modifier_patient : T",
        ),
        ("lister_documents", {"patient_id": "P"}, r"réponse hors contrat : .*attendu une liste.*documents"),
        ("lire_traces", {"categorie": "dmp"}, "attendu un dictionnaire resultat, messages, donnees, reçu list"),
    ],
)
def test_fautes_du_script(presse: AdaptateurPage, action: str, parametres: dict[str, Any], message: str) -> None:
    """Exception, délai, retour hors contrat : le banc n'a pas pu faire agir le logiciel, et dit où."""
    presse.debuter_scenario(scenario(TypePiece.CAPTURE))
    with pytest.raises(AdaptateurInjoignable, match=message):
        presse.jouer(action, "a", parametres)
    bilan, _ = finir(presse)
    assert bilan.pieces


def test_secret_jamais_montre(commun: AdaptateurPage) -> None:
    """Une action à secrets n'est ni photographiée ni filmée, et son échec ne cite pas ce qui a été saisi."""
    commun.debuter_scenario(scenario(TypePiece.CAPTURE, TypePiece.VIDEO))
    commun.jouer("creer_patient", "a", IDENTITE)
    with pytest.raises(AdaptateurInjoignable) as attrapee:
        commun.jouer("ouvrir_session", "a", {"identifiant": "i", "mot_de_passe": "TrèsSecret!"})
    assert "TrèsSecret" not in str(attrapee.value) and "ValueError" in str(attrapee.value)
    commun.jouer("creer_patient", "a", IDENTITE)
    bilan, _ = finir(commun, actions=3)
    assert [p.genre for p in bilan.pieces] == ["capture"] * 3 + ["video"]
    assert bilan.pieces[-1].complement and "secrets" in bilan.pieces[-1].description


def test_une_action_a_la_fois(fabriquer: Callable[..., AdaptateurPage]) -> None:
    """Deux actions demandées ensemble : la seconde est refusée, jamais mise en file, ce qui fausserait un jugement."""
    adaptateur = fabriquer(
        """
        import threading
        DEDANS, SORTIR = threading.Event(), threading.Event()

        def creer_patient(page, utilisateur, parametres):
            DEDANS.set()
            SORTIR.wait(20)
            return {"resultat": "fait"}
        """
    )
    espace = adaptateur._script.actions["creer_patient"].__globals__
    dedans, sortir = espace["DEDANS"], espace["SORTIR"]
    assert isinstance(dedans, threading.Event)
    with ThreadPoolExecutor(1) as fils:
        premiere = fils.submit(adaptateur.jouer, "creer_patient", "a", IDENTITE)
        assert dedans.wait(20)
        with pytest.raises(AdaptateurInjoignable, match="une action à la fois"):
            adaptateur.jouer("creer_patient", "a", IDENTITE)
        sortir.set()
        assert premiere.result(20).fait


def test_script_qui_ne_rend_pas_la_main(
    fabriquer: Callable[..., AdaptateurPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le banc n'attend pas sans fin un script bloqué ; tant qu'il l'est, rien d'autre ne se joue, puis tout reprend."""
    adaptateur = fabriquer(
        """
        import threading
        SORTIR = threading.Event()

        def creer_patient(page, utilisateur, parametres):
            SORTIR.wait(30)
            return {"resultat": "fait"}

        def lire_patient(page, utilisateur, parametres):
            return {"resultat": "fait"}
        """,
        delai_s=15.0,
    )
    assert adaptateur.jouer("lire_patient", "a", {"patient_id": "P"}).fait
    monkeypatch.setattr(module_navigateur, "_RESTE_S", -14.9)
    with pytest.raises(AdaptateurInjoignable, match="n'a pas rendu la main en 15 s"):
        adaptateur.jouer("creer_patient", "a", IDENTITE)
    with pytest.raises(AdaptateurInjoignable, match="encore pris par une action précédente"):
        adaptateur.jouer("lire_patient", "a", {"patient_id": "P"})
    monkeypatch.undo()
    promesse = adaptateur._poste._en_cours
    adaptateur._script.actions["creer_patient"].__globals__["SORTIR"].set()
    assert promesse is not None and promesse.result(20) == {"resultat": "fait"}
    assert adaptateur.jouer("lire_patient", "a", {"patient_id": "P"}).fait


def test_chromium_disparu(fabriquer: Callable[..., AdaptateurPage]) -> None:
    """Un navigateur fermé sous le script se dit, et le scénario suivant en a un neuf."""
    adaptateur = fabriquer()
    adaptateur.debuter_scenario(scenario(TypePiece.CAPTURE))
    with pytest.raises(AdaptateurInjoignable, match="has been closed"):
        adaptateur.jouer("lire_liste_travail", "a", {})
    finir(adaptateur)
    adaptateur.debuter_scenario(scenario())
    assert adaptateur.jouer("creer_patient", "a", IDENTITE).fait


def test_apropos(commun: AdaptateurPage, fabriquer: Callable[..., AdaptateurPage]) -> None:
    """Le nom se lit à l'écran ; sans fonction apropos, un autre le dira."""
    assert commun.apropos().nom == "Fiche"
    with pytest.raises(AproposInconnu):
        fabriquer("def creer_patient(p, u, d): ...").apropos()


def test_playwright_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sans Playwright, ou sans Chromium, le message dit quoi installer."""
    monkeypatch.setattr(module_page, "executable", lambda: None)
    with pytest.raises(AdaptateurInjoignable, match="installez le paquet chromium"):
        exiger_navigateur()
    monkeypatch.setattr(module_page, "find_spec", lambda nom: None)
    with pytest.raises(AdaptateurInjoignable, match=r"pip install 'banc-sons\[navigateur\]'"):
        exiger_navigateur()
