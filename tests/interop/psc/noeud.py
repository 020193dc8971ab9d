"""openid-client (npm), client OpenID Connect certifié, dans un processus Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.interop.lancement import BancLance
from tests.interop.psc.commun import PARAMETRES, Inscription, Personne, RefusClient, inscrire

DOSSIER = Path(__file__).parent / "openid_client"
RETOUR, SORTIE = "https://lps-noeud.invalid/retour", "https://lps-noeud.invalid/sortie"


def exiger() -> None:
    """Saute l'essai si Node ou la bibliothèque manquent ; rien n'est téléchargé ici."""
    if shutil.which("node") is None:
        pytest.skip("node est absent de cette machine")
    if not (DOSSIER / "node_modules" / "openid-client").is_dir():
        pytest.skip("openid-client n'est pas installé : `npm install` dans tests/interop/psc/openid_client")


class ClientNoeud:
    """Le client, une demande à la fois."""

    nom = "openid-client"

    def __init__(self, processus: subprocess.Popen[str], inscription: Inscription) -> None:
        self._processus = processus
        self._inscription = inscription
        self._vieilli = False
        self._preparer()

    def _preparer(self) -> None:
        lue = self._inscription
        self._demander("preparer", decouverte=lue.decouverte, client_id=lue.client_id, client_secret=lue.client_secret)

    def connecter(self, personne: Personne) -> Mapping[str, Any]:
        ouverte = self._demander("ouvrir", redirect_uri=RETOUR, parametres=PARAMETRES)
        retour, page = personne.ouvrir(ouverte["url"])
        assert page is None, (retour, page and page.text)
        claims: Mapping[str, Any] = self._demander("recevoir", retour=retour)["claims"]
        return claims

    def userinfo(self) -> Mapping[str, Any]:
        lu: Mapping[str, Any] = self._demander("userinfo")
        return lu

    def rafraichir(self) -> bool:
        return bool(self._demander("rafraichir")["change"])

    def introspecter(self) -> Mapping[str, Any]:
        lu: Mapping[str, Any] = self._demander("introspecter")
        return lu

    def revoquer(self) -> None:
        self._demander("revoquer")

    def deconnecter(self, personne: Personne) -> str:
        return personne.ouvrir(self._demander("fin", post_logout_redirect_uri=SORTIE)["url"])[0]

    def secrets(self) -> Sequence[str]:
        return [*self._demander("secrets"), self._inscription.client_secret]

    def vieillir_les_cles(self, secondes: int) -> None:
        if secondes or self._vieilli:
            self._demander("vieillir", secondes=secondes)
            self._vieilli = bool(secondes)
        if not secondes:
            self._preparer()  # sans clé lue dans un futur qui n'est plus

    def _demander(self, action: str, **demande: object) -> Any:
        entree, sortie = self._processus.stdin, self._processus.stdout
        assert entree is not None and sortie is not None
        entree.write(json.dumps({"action": action, **demande}) + "\n")
        entree.flush()
        reponse = json.loads(sortie.readline())
        if "refus" in reponse:
            raise RefusClient("userinfo" if action == "userinfo" else "retour", reponse["refus"])
        return reponse["fait"]


@contextmanager
def lancer(banc: BancLance) -> Iterator[ClientNoeud]:
    """Le client en marche, inscrit au fournisseur."""
    exiger()
    inscription = inscrire(banc, "interop-noeud", RETOUR, SORTIE)
    with subprocess.Popen(
        ["node", "client.mjs"],
        cwd=DOSSIER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": banc.racines, "NODE_NO_WARNINGS": "1"},
    ) as processus:
        try:
            yield ClientNoeud(processus, inscription)
        finally:
            assert processus.stdin is not None
            processus.stdin.close()
            processus.wait(10)
