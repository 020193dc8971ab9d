"""Une campagne guidée, jouée dans un vrai Chromium par une personne d'essai qui lit la console et l'écran du produit.

En intégration continue : quelques exigences. `BANC_SONS_CONSOLE=tout` joue la biologie entière,
`BANC_SONS_CONSOLE=PSC.01,SSI/IAM.80` celles-là.
"""

from __future__ import annotations

import os
import queue
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from simulators.socle.journal import JournalEchanges
from steps.logiciel.temoin import ProcessusTemoin
from steps.personne.cdp import Chromium, executable
from tests.campagne.lancement import commande, environnement, lire_json, module
from tests.campagne.personne_console import LIEN, Onglet, Personne
from tests.interop.lancement import port_libre
from tests.reports.pieces import fichiers

pytestmark = pytest.mark.skipif(executable() is None, reason="aucun Chromium sur cette machine (paquet chromium)")

DEMANDE = os.environ.get("BANC_SONS_CONSOLE", "")
TOUT = DEMANDE == "tout"
EXIGENCES = tuple(f"--exigence={e}" for e in (DEMANDE or "INS/va1.20,CDA/INT.08,SSI/GEN.01").split(","))
PROFILS = (
    "[Général, Référentiel d'identités, Esclave de l'identité, Environnement hospitalier, Environnement de ville, "
    "IAM, IE ASPM, IE Usagers]"
)
NOM = "Camille Essai"
DELAI_S = 3600 if TOUT else 240


@dataclass
class Menee:
    """Une campagne guidée achevée, et ce que la personne en a vu."""

    dossier: Path
    sortie: str
    code: int
    personne: Personne
    anomalies: list[str]
    duree_s: float
    fin: str


class Pieces:
    """Un fichier neuf, et vraiment différent, pour chaque preuve."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier
        self._rang = 0

    def __call__(self, preuve: str, formes: Sequence[str]) -> tuple[str, bytes]:
        self._rang += 1
        graine = 1000 * self._rang
        nom = re.sub(r"[^A-Za-z0-9.]", "_", preuve)
        if any(forme.startswith("lien") for forme in formes):
            return LIEN, f"https://interop.esante.gouv.fr/evs/report.seam?oid=1.3.6.1.4.1.{graine}\n".encode()
        if "capture d'écran" in formes:
            return f"{nom}.png", fichiers.image(graine)
        if {"document", "attestation", "fichier exporté", "autre pièce"} & set(formes):
            return f"{nom}.pdf", fichiers.pdf(
                f"{preuve} : Labo Témoin 1.0.0, pièce {self._rang}", image_=fichiers.image(graine)
            )
        if "vidéo" in formes:
            chemin = fichiers.video(self._dossier / f"{nom}.mp4", graines=(graine, graine + 1, graine + 2))
            return chemin.name, chemin.read_bytes()
        if "document CDA" in formes:
            return f"{nom}.xml", fichiers.cda(preuve)
        return f"{nom}.txt", f"{preuve} : extrait du journal du produit, pièce {self._rang}\n".encode()


def decrire(chemin: Path, env: Path, port_pages: int) -> Path:
    """Un `logiciel.yaml` où toute action est confiée à une personne."""
    pages = f"http://localhost:{port_pages}"
    chemin.write_text(
        "logiciel: {nom: Labo Témoin, version: '1.0.0', editeur: Banc SONS, nil: TEMOIN-0001, idam: SIMAUT000001}\n"
        f"profils: {PROFILS}\n"
        "adaptateur: {type: operateur}\n"
        f"environnement: {env}\n"
        "pro_sante_connect:\n"
        "  modalites: [web, navigateur_externe, ciba, navigateur_interne]\n"
        "  modalites_etablissement: [web, navigateur_externe, navigateur_interne]\n"
        "  pkce: true\n"
        "  seul_moyen: false\n"
        f"  redirect_uris: [{pages}/retour/psc, {pages}/retour/etablissement]\n"
        f"  post_logout_redirect_uris: [{pages}/deconnexion/retour]\n",
        encoding="utf-8",
    )
    return chemin


class Lancee:
    """Le processus de la campagne, et ses lignes au fil de l'eau."""

    def __init__(self, *options: str) -> None:
        self.lignes: list[str] = []
        self._file: queue.Queue[str | None] = queue.Queue()
        self._processus = subprocess.Popen(
            commande(*options),
            cwd=Path(__file__).parents[2],
            env=environnement(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        threading.Thread(target=self._lire, daemon=True).start()

    def _lire(self) -> None:
        assert self._processus.stdout is not None
        for ligne in self._processus.stdout:
            self.lignes.append(ligne)
            self._file.put(ligne)
        self._file.put(None)

    def lien(self) -> str:
        """Le lien de la console, tel que le terminal l'affiche."""
        while True:
            ligne = self._file.get(timeout=60)
            assert ligne is not None, "".join(self.lignes)
            if trouve := re.search(r"http://127\.0\.0\.1:\d+/entrer\?jeton=\S+", ligne):
                return trouve[0]

    def finir(self) -> int:
        """Attend la fin."""
        code = self._processus.wait(120)
        assert self._processus.stdout is not None
        self._processus.stdout.close()
        return code

    def tuer(self) -> None:
        if self._processus.poll() is None:
            self._processus.kill()
            self._processus.wait()
        if self._processus.stdout is not None:
            self._processus.stdout.close()


def mener(base: Path, *options: str) -> Menee:
    """Une campagne guidée, du lien au rapport."""
    env, dossier, port = base / "environnement.json", base / "campagne", port_libre()
    lancee = Lancee(
        f"--logiciel={decrire(base / 'logiciel.yaml', env, port)}",
        "--operateur=console",
        f"--dossier={dossier}",
        "--volume=reduit",
        "--junit",
        *options,
    )
    try:
        lien = lancee.lien()
        debut = monotonic()
        with (
            ProcessusTemoin(env, ecran=True, port_pages=port, journal=base / "temoin.log") as produit,
            Chromium() as chromium,
        ):
            console = Onglet(chromium)
            console.aller(lien, pages=2)
            console.jouer("attendreAccueil")
            personne = Personne(console, lambda: Onglet(chromium), produit.url, Pieces(base))
            console.jouer("entrer", NOM)
            fin = personne.travailler()
            anomalies = console.anomalies()
        code = lancee.finir()
    finally:
        lancee.tuer()
    return Menee(dossier, "".join(lancee.lignes), code, personne, anomalies, monotonic() - debut, fin)


@pytest.fixture(scope="module")
def menee(tmp_path_factory: pytest.TempPathFactory) -> Menee:
    """La campagne guidée que les essais regardent."""
    base = Path(os.environ["BANC_SONS_CONSOLE_DOSSIER"]) if "BANC_SONS_CONSOLE_DOSSIER" in os.environ else None
    base = base or tmp_path_factory.mktemp("console")
    shutil.rmtree(base / "campagne", ignore_errors=True)
    return mener(base, *(() if TOUT else EXIGENCES))


def test_va_au_bout(menee: Menee) -> None:
    """La personne répond à tout ; la console dit la fin, sans erreur de script."""
    assert "La campagne est finie" in menee.fin, menee.fin
    assert menee.anomalies == []
    assert "INTERNALERROR" not in menee.sortie and "Traceback" not in menee.sortie, menee.sortie
    assert menee.code == 0, menee.sortie
    assert Counter(demande["genre"] for demande in menee.personne.demandes)["action"] >= 3


def test_verdicts(menee: Menee) -> None:
    """Joués par une personne, les scénarios ont le verdict que la machine leur donne ; rien n'est non conforme."""
    scenarios = lire_json(menee.dossier / "verdicts.json")["scenarios"]
    par_verdict: dict[str, list[str]] = {}
    for scenario in scenarios:
        par_verdict.setdefault(scenario["verdict"], []).append(f"{scenario['scenario']} : {scenario['raison'][:300]}")
    assert "non_conforme" not in par_verdict, par_verdict["non_conforme"]
    if not DEMANDE:
        assert set(par_verdict) == {"conforme"}, par_verdict


def test_pieces_au_dossier(menee: Menee) -> None:
    """Chaque pièce déposée est sous son numéro de preuve, avec qui l'a déposée ; aucune n'a été refusée."""
    assert menee.personne.refus == []
    deposees = [
        piece
        for scenario in lire_json(menee.dossier / "verdicts.json")["scenarios"]
        for preuve in scenario["preuves"]
        for piece in preuve["fichiers"]
        if piece["origine"] == "personne"
    ]
    assert deposees and all(piece["depose_par"] == NOM and piece["depose_le"] for piece in deposees)
    assert all((menee.dossier / piece["chemin"]).is_file() for piece in deposees)
    assert len({piece["sha256"] for piece in deposees}) == len(deposees)
    [attestation] = [piece for piece in deposees if piece["genre"] == "attestation"] if not DEMANDE else [None]
    assert attestation is None or attestation["details"]["numero"] == "ATT-SSI/GEN.01.01.01"
    assert not (menee.dossier / "depots").exists(), "un dépôt en attente est resté"


def test_reponses_gardees(menee: Menee) -> None:
    """Chaque réponse est au journal comme une action, et dans reponses.jsonl au nom de la personne."""
    with JournalEchanges.ouvrir(menee.dossier) as journal:
        actions = sum(e.donnees.get("adaptateur") == "operateur" for e in journal.enregistrements("action"))
        assert journal.verifier_chaine() == []
    assert actions == Counter(demande["genre"] for demande in menee.personne.demandes)["action"]
    texte = (menee.dossier / "reponses.jsonl").read_text(encoding="utf-8")
    assert texte.count(f'"par": "{NOM}"') == len(menee.personne.demandes)


def test_scellee_verifiee_relue(menee: Menee, tmp_path: Path) -> None:
    """La campagne guidée se scelle ; le dossier est intact, et chaque verdict de machine se refait hors ligne."""
    # Quelques exigences, ou des preuves qu'aucune personne d'essai ne peut apporter, ne font pas un dossier complet.
    # Le logiciel témoin reste une démonstration, même piloté par une personne.
    options = (f"--sortie={tmp_path / 'dossier.zip'}", "--cle-ephemere", "--provisoire", "--demonstration")
    scelle = module("reports", "sceller", str(menee.dossier), *options)
    assert scelle.returncode == 0, scelle.stdout
    [dossier] = tmp_path.glob("*.zip")
    verifie = module("reports", "verifier", str(dossier))
    assert "dossier intact" in verifie.stdout, verifie.stdout
    relu = module("steps", "relire", str(dossier))
    assert relu.returncode == 0 and "Différents : 0" in relu.stdout, relu.stdout
