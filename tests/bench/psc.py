"""Pro Santé Connect : une connexion complète, la vérification d'un jeton, et ce que coûtent les secrets accumulés.

Chaque rapport se prend dans une même exécution : les mêmes demandes à un point d'accès du banc qui ne fait rien, le
décodage du même jeton par la bibliothèque seule, la même connexion sur un fournisseur neuf.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from simulators.psc import SimulateurPSC
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle
from simulators.socle.requete import ReponseSimulee, RequeteRecue
from simulators.socle.tls import ConfigTls
from tests.bench.mesure import Mesure, mediane, tour_a_tour

RETOUR = "https://lps.invalid/retour"
MEDECIN = "899900000011"
DEMANDES = 4
"""Autorisation, mire, jeton, UserInfo."""


@dataclass
class _Banc:
    """Le fournisseur dans ce processus, et un client qui garde ses connexions."""

    psc: SimulateurPSC
    socle: Socle
    session: requests.Session
    nu: str
    acces: str = ""

    def connecter(self) -> float:
        """Secondes d'une connexion, de la demande d'autorisation à l'identité lue ; la personne répond d'avance."""
        adresses, verificateur = self.psc.adresses(), secrets.token_urlsafe(48)
        defi = base64.urlsafe_b64encode(hashlib.sha256(verificateur.encode()).digest()).rstrip(b"=").decode()
        parametres = {
            "response_type": "code", "client_id": "mesure", "redirect_uri": RETOUR, "scope": "openid scope_all",
            "acr_values": "eidas1", "state": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16),
            "code_challenge": defi, "code_challenge_method": "S256",
        }  # fmt: skip
        self.session.cookies.clear()
        self.psc.repondre("prochaine", identifiant=MEDECIN)
        racine = f"{adresses['issuer']}/protocol/openid-connect"
        debut = time.perf_counter()
        mire = self.session.get(adresses["autorisation"], params=parametres, allow_redirects=False)
        retour = self.session.get(mire.headers["Location"], allow_redirects=False)
        (code,) = parse_qs(urlsplit(retour.headers["Location"]).query)["code"]
        corps = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": RETOUR, "code_verifier": verificateur,
        }  # fmt: skip
        jetons = self.session.post(f"{racine}/token", corps, auth=("mesure", "secret-de-mesure"))
        acces = str(jetons.json()["access_token"])
        lu = self.session.get(f"{racine}/userinfo", headers={"Authorization": f"Bearer {acces}"})
        duree = time.perf_counter() - debut
        if lu.json()["SubjectNameID"] != MEDECIN:
            raise RuntimeError(f"connexion ratée : {lu.text}")
        self.acces = acces
        return duree

    def rien(self) -> float:
        """Secondes du même nombre de demandes à un point d'accès du banc qui ne fait rien."""
        debut = time.perf_counter()
        for _ in range(DEMANDES):
            self.session.get(self.nu)
        return time.perf_counter() - debut


def mesurer(dossier: Path, *, rapide: bool = False) -> list[Mesure]:
    """Coût d'une connexion, d'une vérification, et croissance avec le nombre de sessions ouvertes."""
    fois, sessions = (3, 20) if rapide else (15, 300)
    with _monte(dossier / "psc") as banc:
        banc.connecter()
        banc.rien()
        ours, reference, rapport = tour_a_tour(banc.connecter, banc.rien, fois)
        connexion = Mesure(
            "psc_connexion_rapport",
            f"Connexion complète (autorisation, mire, jeton, UserInfo), sur {DEMANDES} demandes sans traitement",
            rapport,
            "fois",
            5.0,
            {"banc (ms)": 1000 * ours, "sans traitement (ms)": 1000 * reference},
        )
        verification = _verification(banc, rapide=rapide)
        banc.psc.remettre_a_zero()
        neuf = statistics.median(banc.connecter() for _ in range(fois))
        for _ in range(sessions):
            banc.connecter()
        plein = statistics.median(banc.connecter() for _ in range(fois))
    croissance = Mesure(
        "psc_sessions_rapport",
        f"Connexion quand {sessions} sessions sont ouvertes, sur un fournisseur neuf",
        plein / neuf,
        "fois",
        2.0,
        {"neuf (ms)": 1000 * neuf, f"{sessions} sessions (ms)": 1000 * plein},
    )
    return [connexion, verification, croissance]


def _verification(banc: _Banc, *, rapide: bool) -> Mesure:
    """Ce qu'un service paie pour savoir ce que vaut un jeton, face au seul décodage de sa signature."""
    fois = 20 if rapide else 300
    jeton = banc.acces
    publiees = banc.session.get(f"{banc.psc.adresses()['issuer']}/protocol/openid-connect/certs")
    cles = KeySet.import_key_set(publiees.json())
    ours = mediane(lambda: banc.psc.verifier(jeton), fois)
    reference = mediane(lambda: jwt.decode(jeton, cles), fois)
    detail = {"banc (ms)": 1000 * ours, "signature seule (ms)": 1000 * reference}
    return Mesure(
        "psc_verification_rapport", "Jeton d'accès vérifié, sur sa signature seule", ours / reference, "fois", 2, detail
    )


@contextmanager
def _monte(dossier: Path) -> Iterator[_Banc]:
    async def rien(requete: RequeteRecue) -> ReponseSimulee:
        return ReponseSimulee(200, b"{}", "application/json")

    with (
        JournalEchanges.creer(dossier) as journal,
        demarrer_socle(journal, dossier / "secrets") as socle,
        requests.Session() as session,
    ):
        psc = SimulateurPSC(journal, socle.igc)
        psc.monter(socle.serveur)
        psc.clients.declarer("mesure", redirect_uris=[RETOUR], secret="secret-de-mesure")
        nu = socle.serveur.ajouter("nu", rien, tls=ConfigTls())
        session.trust_env = False
        session.verify = str(socle.igc.racines_pem)
        yield _Banc(psc, socle, session, nu.url)
