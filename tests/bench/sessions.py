"""La mémoire des simulateurs quand un logiciel tient des sessions IMAP ouvertes."""

from __future__ import annotations

import json
import socket
import ssl
import urllib.request
from base64 import b64encode
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.mesure import Mesure
from tests.interop.lancement import BancLance, lancer

BAL = "alix.biologue@labo.formation.mssante.fr"


def mesurer(dossier: Path, *, rapide: bool) -> Mesure:
    """Mémoire résidente ajoutée par session IMAP chiffrée, identifiée, en IDLE, et tenue ouverte."""
    nombre = 20 if rapide else 200
    dossier.mkdir()
    with lancer(dossier) as banc, ExitStack() as pile:
        chaine = _chaine(banc)
        pile.callback(_ouvrir_session(banc, chaine).close)  # ce que la première charge n'est pas compté
        avant = banc.memoire_mo()
        for _ in range(nombre):
            pile.callback(_ouvrir_session(banc, chaine).close)
        apres = banc.memoire_mo()
    titre = f"Mémoire d'une session IMAP tenue ouverte ({nombre} sessions)"
    detail = {"avant (Mo)": avant, "avec les sessions (Mo)": apres}
    return Mesure("sessions_memoire", titre, 1024 * (apres - avant) / nombre, "Ko", None, detail)


def _chaine(banc: BancLance) -> bytes:
    bal = next(b for b in banc.environnement["bals"] if b["adresse"] == BAL)
    psc = banc.environnement["services"]["psc"]
    champs = {"grant_type": "refresh_token", "refresh_token": bal["jeton_rafraichissement"]}
    client = {"client_id": psc["client_id"], "client_secret": psc["client_secret"]}
    adresse, demande = f"{psc['issuer']}/protocol/openid-connect/token", urlencode({**champs, **client}).encode()
    contexte = ssl.create_default_context(cafile=banc.racines)
    with urllib.request.urlopen(adresse, demande, timeout=30, context=contexte) as reponse:
        jeton = json.load(reponse)["access_token"]
    return b64encode(f"user={BAL}\x01auth=Bearer {jeton}\x01\x01".encode())


def _ouvrir_session(banc: BancLance, chaine: bytes) -> ssl.SSLSocket:
    imap = banc.environnement["services"]["mssante"]["imap"]
    prise = socket.create_connection((imap["hote"], imap["port"]), timeout=60)
    with ExitStack() as pile:
        pile.callback(prise.close)
        prise.recv(4096)
        prise.sendall(b"a STARTTLS\r\n")
        prise.recv(4096)
        chiffree = ssl.create_default_context(cafile=banc.racines).wrap_socket(prise, server_hostname="localhost")
        for commande in (b"b AUTHENTICATE XOAUTH2 " + chaine, b"c SELECT INBOX", b"d IDLE"):
            chiffree.sendall(commande + b"\r\n")
            reponse = b""
            while not reponse.startswith(b"+ ") and b"\n" + commande[:1] not in b"\n" + reponse:
                recu = chiffree.recv(65536)
                if not recu:
                    raise RuntimeError(f"session fermée par le serveur : {reponse!r}")
                reponse += recu
        pile.pop_all()
    return chiffree
