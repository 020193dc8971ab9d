"""La page de la console dans un vrai Chromium : ce qui s'affiche, se saisit au clavier, survit à un rechargement."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from requirements.catalogue import charger
from requirements.modele import EtapeGuidee
from simulators.socle.journal import JournalEchanges
from steps.logiciel.protocole import ReponseAction
from steps.operateur.adaptateur import AdaptateurOperateur
from steps.operateur.consigne import Consigne, Genre, Issue, PieceDemandee
from steps.operateur.guichet import Guichet
from steps.operateur.serveur import ServeurConsole
from steps.operateur.tableau import Annonce, Tableau
from steps.personne.cdp import Chromium, executable
from steps.selection import ScenarioRetenu, selectionner
from tests.campagne.personne_console import Onglet
from tests.steps.operateur.test_serveur import Examinateur

pytestmark = pytest.mark.skipif(executable() is None, reason="aucun Chromium sur cette machine (paquet chromium)")
HOSTILE = "<img src=x onerror=\"document.title='pris'\"><script>document.title='pris'</script>"


@dataclass
class Page:
    """Une console ouverte dans Chromium, un guichet où poser des actions."""

    onglet: Onglet
    guichet: Guichet
    adaptateur: AdaptateurOperateur
    executeur: ThreadPoolExecutor

    def poser(self, action: str, **parametres: Any) -> Future[ReponseAction]:
        """Pose une action et attend qu'elle soit affichée."""
        futur = self.executeur.submit(self.adaptateur.jouer, action, "biologiste_1", parametres)
        assert self.onglet.jouer("lireDemande", 15_000)
        return futur

    def lire(self, expression: str) -> Any:
        """Ce que vaut une expression dans la page."""
        return self.onglet.appeler(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )["result"].get("value")

    def touche(self, touche: str, *, code: str = "", modificateur: int) -> None:
        """Une touche du clavier ; `modificateur` : 1 Alt, 2 Ctrl."""
        for genre in ("keyDown", "keyUp"):
            self.onglet.appeler(
                "Input.dispatchKeyEvent", type=genre, key=touche, code=code or touche, modifiers=modificateur
            )


class Recueil:
    """Une preuve demandée à chaque scénario."""

    def demandees(self, retenu: ScenarioRetenu) -> tuple[PieceDemandee, ...]:
        officiel = PieceDemandee("P.2", "une homologation", ("lien-plateforme-test", "attestation"))
        return PieceDemandee("P.1", "un écran", ("capture",)), officiel

    def recevoir(self, *_: object) -> None:
        return None


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """La console, commencée, devant un scénario."""
    retenu = selectionner(charger("biologie"), vagues=(1,), profils_reclames=("Général",))[0]
    with JournalEchanges.creer(tmp_path / "c") as journal, ThreadPoolExecutor(1) as executeur, Chromium() as chromium:
        guichet = Guichet()
        tableau = Tableau(
            Annonce("biologie", HOSTILE, str(tmp_path), True, 1, 1, rejeu=True, produit="Labo", version="1"),
            [(retenu, True, 60.0)],
        )
        serveur = ServeurConsole(guichet, tableau, journal, tmp_path / "c", Examinateur())
        adaptateur = AdaptateurOperateur(guichet, delai_s=600, recueil=Recueil())
        adaptateur.debuter_scenario(retenu)
        onglet = Onglet(chromium)
        onglet.aller(serveur.lien(), pages=2)
        assert onglet.jouer("attendreAccueil")
        onglet.jouer("entrer", "Camille")
        tableau.attendre_le_depart()
        yield Page(onglet, guichet, adaptateur, executeur)
        guichet.fermer()
        serveur.fermer()


def test_texte_hostile_reste_du_texte(page: Page) -> None:
    """Une valeur de patient faite de balises s'affiche telle quelle, et ne s'exécute pas."""
    futur = page.poser("creer_patient", identite={"nom_naissance": HOSTILE})
    assert page.lire("document.querySelector('[data-valeur]').textContent") == HOSTILE
    assert page.lire("document.querySelectorAll('main img, main script').length") == 0
    assert "pris" not in page.lire("document.title")
    assert page.onglet.jouer("repondre", "refuse", [HOSTILE], []) == ""
    assert futur.result(10).messages == (HOSTILE,)
    assert page.onglet.anomalies() == []


def test_etapes_a_suivre(page: Page) -> None:
    """Un jugement montre ses étapes, numérotées, à voir et non conforme ; un texte hostile y reste du texte."""
    deroule = (EtapeGuidee("Ouvrez la fiche.", "Le bandeau."), EtapeGuidee(HOSTILE, HOSTILE, HOSTILE))
    consigne = Consigne(Genre.JUGEMENT, "X.01.01", "X.01", "Un scénario", "Jugez", deroule=deroule)
    futur = page.executeur.submit(page.guichet.demander, consigne)
    assert page.onglet.jouer("lireDemande", 15_000)
    lues = page.lire(
        "[...document.querySelectorAll('#deroule li')].map(li => [...li.children].map(p => p.textContent))"
    )
    assert lues == [
        ["Ouvrez la fiche.", "À voir : Le bandeau."],
        [HOSTILE, f"À voir : {HOSTILE}", f"Non conforme : {HOSTILE}"],
    ]
    assert not page.lire("document.getElementById('bloc-deroule').hidden")
    assert "pris" not in page.lire("document.title")
    page.lire("document.querySelector('[data-issue=conforme]').click()")
    assert futur.result(10).issue is Issue.CONFORME
    page.poser("verifier_ins", patient_id="P-1")
    assert page.lire("document.getElementById('bloc-deroule').hidden")


def test_rechargement_garde_la_saisie(page: Page) -> None:
    """Une page rechargée retrouve la demande, ce qui était saisi, et n'a rien envoyé."""
    futur = page.poser("lire_patient", patient_id="P-1")
    saisie = "const s=document.querySelector('[name=\"patient.statut\"]'); s.value='\"QUAL\"'; "
    page.lire(saisie + "s.dispatchEvent(new Event('change',{bubbles:true}))")
    # Le brouillon part quand la saisie s'arrête ; la page dit elle-même quand il est reçu.
    garde = "performance.getEntriesByType('resource').some(r => r.name.endsWith('/brouillon') && r.responseEnd > 0)"
    page.lire(f"new Promise(r => {{ const v = setInterval(() => {garde} && (clearInterval(v), r()), 50); }})")
    page.onglet.agir(lambda: page.onglet.appeler("Page.reload"))
    assert page.onglet.jouer("lireDemande", 15_000)["titre"] == "Afficher la fiche d'un patient"
    assert page.lire("document.querySelector('[name=\"patient.statut\"]').value") == '"QUAL"'
    assert page.lire("document.querySelector('[name=\"patient.patient_id\"]').value") == "P-1"
    assert not futur.done()
    page.lire("document.querySelector('[data-issue=fait]').click()")
    assert futur.result(10).donnees == {"patient": {"patient_id": "P-1", "identite": {}, "statut": "QUAL"}}


def test_clavier(page: Page) -> None:
    """Pause, réponse et refus s'obtiennent au clavier ; une raison manquante se dit et reçoit le curseur."""
    futur = page.poser("verifier_ins", patient_id="P-1")
    page.touche("5", code="Digit5", modificateur=1)
    assert page.lire("document.activeElement.id") == "raison"
    assert "raison écrite" in page.lire("document.getElementById('erreur').textContent")
    page.touche("p", code="KeyP", modificateur=1)
    vue = page.guichet.etat().version
    while not page.guichet.etat().en_pause:
        vue = page.guichet.attendre(vue, 10)
    page.touche("Enter", modificateur=2)
    assert futur.result(10).resultat == "fait"


def test_coller_le_json(page: Page) -> None:
    """Un relevé collé remplit le formulaire ; un texte illisible est expliqué, sans rien effacer."""
    futur = page.poser("rechercher_patients", nom="X")
    lu = {
        "patients": [
            {"patient_id": "P-1", "identite": {"nom_naissance": "X"}, "statut": "VALI", "attributs": ["fictif"]}
        ]
    }
    page.lire("document.getElementById('coller').value='{'; document.getElementById('appliquer').click()")
    assert "ne se lit pas" in page.lire("document.getElementById('coller-erreur').textContent")
    colle = json.dumps(json.dumps(lu))
    page.lire(f"document.getElementById('coller').value={colle}; document.getElementById('appliquer').click()")
    assert page.lire("document.querySelector('[name=\"patients.0.identite.nom_naissance\"]').value") == "X"
    page.lire("document.querySelector('[data-issue=fait]').click()")
    assert futur.result(10).donnees == lu


def test_capture_collee(page: Page) -> None:
    """Ctrl-V d'une image la dépose sur la preuve choisie, avec sa vignette ; un fichier refusé dit pourquoi."""
    page.poser("verifier_ins", patient_id="P-1")
    coller = (
        "(octets => {{ const p = new DataTransfer(); p.items.add(new File([Uint8Array.from(atob(octets), "
        "c => c.charCodeAt(0))], 'image.png', {{type: 'image/png'}})); "
        "document.dispatchEvent(new ClipboardEvent('paste', "
        "{{clipboardData: p, bubbles: true, cancelable: true}})); return personne.attendre(() => "
        "document.querySelector('.piece li, .refus-piece'), 15000); }})('{0}')"
    )
    page.lire(coller.format(base64.b64encode(b"PNG un").decode()))
    assert "Acceptée" in page.lire("document.querySelector('.piece li').innerText")
    assert page.lire("document.querySelector('.piece img').src").split("/")[-2] == "vignettes"
    assert page.onglet.jouer("deposer", "P.1", "x<b>.txt", base64.b64encode(b"non").decode()).startswith(
        "x<b>.txt refusé"
    )


def test_attestation_et_lien(page: Page) -> None:
    """Métadonnées préremplies, écart dit à côté de son champ, expiration lue ; le lien reste à vérifier."""
    futur = page.poser("verifier_ins", patient_id="P-1")
    champ = "document.querySelector('[data-meta={}]')"
    assert page.lire(f"{champ.format('produit')}.value") == "Labo"
    page.lire(f"{champ.format('version')}.value = '2'; {champ.format('expire_le')}.value = '2028-03-01'")
    octets = base64.b64encode(b"PNG h").decode()
    assert "refusé" in page.onglet.jouer("deposer", "P.2", "h.png", octets)
    assert page.lire("document.activeElement.dataset.meta") == "version"
    assert "version 1" in page.lire("document.getElementById('meta1-version-erreur').textContent")
    page.lire(f"{champ.format('version')}.value = '1'")
    page.lire(
        "document.getElementById('lien1').value = 'PNG-4211'; document.querySelector('#lien1 ~ button').click(); "
        "personne.attendre(() => document.querySelector('.piece li'), 15000)"
    )
    assert "À vérifier par un relecteur" in page.lire("document.querySelector('.piece li').innerText")
    assert page.onglet.jouer("deposer", "P.2", "h.png", octets) == ""
    assert "expire le 01/03/2028" in page.lire("document.querySelector('.piece li:last-child').innerText")
    assert "Rien d'autre ne le remplace" in page.lire("document.getElementById('pieces').innerText")
    assert page.lire("document.getElementById('rejeu').hidden") is False
    page.lire("document.querySelector('[data-issue=fait]').click()")
    assert futur.result(10).resultat == "fait"


@pytest.mark.parametrize("largeur", [1024, 1440])
def test_lisible(page: Page, largeur: int) -> None:
    """À chaque largeur : rien ne dépasse, tout champ a une étiquette, tout bouton un nom ; la démonstration se voit."""
    page.poser("lire_patient", patient_id="P-1")
    page.onglet.image(largeur, 900)
    assert page.lire("document.documentElement.scrollWidth") <= largeur
    assert page.lire("getComputedStyle(document.getElementById('demonstration')).display") != "none"
    assert (
        page.lire("""[...document.querySelectorAll('input, select, textarea')].filter(e => e.offsetParent &&
        !e.labels?.length && !e.getAttribute('aria-label')).map(e => e.name || e.id)""")
        == []
    )
    assert (
        page.lire("[...document.querySelectorAll('button')].filter(b => b.offsetParent && !b.textContent.trim())") == []
    )
    assert page.lire("document.getElementById('tour').getAttribute('aria-live')") == "polite"
