"""Aides des essais de messagerie : le client cherché, le port publié, un jeton, un courriel, une boîte relevée."""

from __future__ import annotations

import imaplib
import shutil
import ssl
import subprocess
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from typing import Any

import pytest
import requests

from simulators.socle.echange import Echange
from tests.interop.lancement import BancLance

ALIX = "alix.biologue@labo.formation.mssante.fr"
MORGANE = "morgane.analyste@labo.formation.mssante.fr"
APP = "crbio@labo.formation.mssante.fr"


def exiger(commande: str) -> str:
    """Le chemin de ce client ; l'essai est sauté s'il manque."""
    chemin = shutil.which(commande)
    if chemin is None:
        pytest.skip(f"{commande} est absent de cette machine")
    return chemin


def lancer(*commande: str, entree: bytes = b"", delai: float = 30) -> subprocess.CompletedProcess[bytes]:
    """Le client, jusqu'à sa fin."""
    return subprocess.run(commande, input=entree, capture_output=True, check=False, timeout=delai)


def port(banc: BancLance, protocole: str, ligne: str = "") -> int:
    """Port publié d'un protocole ; d'une ligne de la matrice TLS si elle est nommée."""
    mss = banc.environnement["services"]["mssante"]
    return int(mss["matrice_tls"][ligne][protocole] if ligne else mss[protocole]["port"])


def jeton(banc: BancLance, adresse: str) -> str:
    """Un jeton d'accès neuf, obtenu comme le fait un logiciel."""
    (bal,) = [bal for bal in banc.environnement["bals"] if bal["adresse"] == adresse]
    champs = {"grant_type": "refresh_token", "refresh_token": bal["jeton_rafraichissement"]}
    psc = banc.environnement["services"]["psc"]
    adresse_des_jetons = f"{psc['issuer']}/protocol/openid-connect/token"
    client = (psc["client_id"], psc["client_secret"])
    rendu = requests.post(adresse_des_jetons, data=champs, auth=client, verify=banc.racines, timeout=10)
    rendu.raise_for_status()
    return str(rendu.json()["access_token"])


def message(destinataire: str, expediteur: str = ALIX, **entetes: str) -> bytes:
    """Un courriel ordinaire."""
    courriel = EmailMessage(policy=SMTP)
    courriel["From"], courriel["To"] = expediteur, destinataire
    courriel["Subject"] = "Résultat d'essai"
    courriel["Message-ID"] = f"<{abs(hash((destinataire, *entetes)))}@labo.formation.mssante.fr>"
    for nom, valeur in entetes.items():
        courriel[nom.replace("_", "-")] = valeur
    courriel.set_content("Bonjour,\r\nà bientôt.\r\n")
    return courriel.as_bytes()


def gerer(banc: BancLance, chemin: str, **demande: object) -> Any:
    """Demande au port de gestion."""
    rendu = requests.post(f"{banc.service('gestion', 'url')}{chemin}", json=demande, timeout=20)
    assert rendu.status_code == 200, rendu.text
    return rendu.json()


def operations(banc: BancLance, depuis: int, prefixe: str) -> list[Echange]:
    """Échanges de messagerie de ce protocole."""
    return [e for e in banc.echanges(depuis, "mssante") if e.operation.startswith(prefixe)]


def imap(banc: BancLance, adresse: str) -> imaplib.IMAP4:
    """Session imaplib ouverte par XOAUTH2 sur INBOX."""
    client = imaplib.IMAP4("localhost", port(banc, "imap"), timeout=20)
    client.starttls(ssl.create_default_context(cafile=banc.racines))
    client.authenticate("XOAUTH2", lambda _: f"user={adresse}\1auth=Bearer {jeton(banc, adresse)}\1\1".encode())
    assert client.select("INBOX")[0] == "OK"
    return client


def relever(banc: BancLance, adresse: str) -> list[Message]:
    """Tous les courriels d'INBOX."""
    client = imap(banc, adresse)
    numeros = client.search(None, "ALL")[1][0].split()
    lus = [client.fetch(numero.decode(), "(BODY.PEEK[])")[1][0] for numero in numeros]
    client.logout()
    return [message_from_bytes(ligne[1]) for ligne in lus if isinstance(ligne, tuple)]
