"""Un autre client de messagerie que le témoin, fait de la bibliothèque standard, mené par la vraie commande."""

from __future__ import annotations

import email
import email.policy
import imaplib
import json
import smtplib
import ssl
import threading
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from tests.campagne.lancement import decrire_logiciel, lire_json, mener, verdicts
from tests.steps.produit import ServeurProduit, fait, logiciel

ICI = "localhost"


class Client:
    """Envoie dans un fil à part et n'annonce qu'un état d'attente ; relève par EXAMINE et RFC822, sans Message-ID."""

    def __init__(self, environnement: Path) -> None:
        self._environnement = environnement
        self._fils: list[threading.Thread] = []
        self._etats: dict[str, str] = {}

    def envoyer(self, demande: Mapping[str, Any]) -> dict[str, Any]:
        rang = f"E{len(self._etats) + 1}"
        self._etats[rang] = "en_attente"
        fil = threading.Thread(target=self._envoyer, args=(rang, demande))
        self._fils.append(fil)
        fil.start()
        return fait(envoi={"envoi_id": rang, "etat": "en_attente"})

    def lister(self, _: Mapping[str, Any]) -> dict[str, Any]:
        self.attendre()
        return fait(envois=[{"envoi_id": rang, "etat": etat} for rang, etat in self._etats.items()])

    def relever(self, demande: Mapping[str, Any]) -> dict[str, Any]:
        adresse, courriels = demande["adresse"], []
        reglages = lire_json(self._environnement)
        try:
            with imaplib.IMAP4(ICI, reglages["services"]["mssante"]["imap"]["port"], timeout=20) as client:
                client.starttls(self._contexte(reglages))
                client.authenticate("XOAUTH2", lambda defi: b"" if defi else self._preuve(reglages, adresse))
                client.select("INBOX", readonly=True)
                _, lignes = client.fetch("1:*", "(RFC822)")
                for rang, ligne in enumerate(ligne for ligne in lignes if isinstance(ligne, tuple)):
                    lu = email.message_from_bytes(ligne[1], policy=email.policy.default)
                    courriels.append(
                        {"courriel_id": str(rang), "objet": str(lu["Subject"]), "expediteur": str(lu["From"])}
                    )
        except (imaplib.IMAP4.error, OSError) as erreur:
            return {"resultat": "echec", "messages": [str(erreur)], "donnees": {}}
        return fait(courriels=courriels)

    def attendre(self) -> None:
        for fil in self._fils:
            fil.join(30)

    def _envoyer(self, rang: str, demande: Mapping[str, Any]) -> None:
        reglages = lire_json(self._environnement)
        message = EmailMessage()
        message["From"], message["To"] = demande["expediteur"], ", ".join(demande["destinataires"])
        message["Subject"], message["Message-ID"] = demande["objet"], make_msgid(domain="labo.formation.mssante.fr")
        message.set_content(demande["corps"])
        try:
            with smtplib.SMTP(ICI, reglages["services"]["mssante"]["smtp"]["port"], timeout=20) as client:
                client.starttls(context=self._contexte(reglages))
                client.ehlo()
                code, texte = client.docmd(
                    "AUTH", "XOAUTH2 " + b64encode(self._preuve(reglages, demande["expediteur"])).decode()
                )
                if code != 235:
                    raise smtplib.SMTPAuthenticationError(code, texte)
                client.send_message(message)
            self._etats[rang] = "envoye"
        except (smtplib.SMTPException, OSError):
            self._etats[rang] = "echec"

    def _contexte(self, reglages: Mapping[str, Any]) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=reglages["autorites"]["racines_pem"])

    def _preuve(self, reglages: Mapping[str, Any], adresse: str) -> bytes:
        rafraichissement = next(b["jeton_rafraichissement"] for b in reglages["bals"] if b["adresse"] == adresse)
        psc = reglages["services"]["psc"]
        client = {"client_id": psc["client_id"], "client_secret": psc["client_secret"]}
        champs = {"grant_type": "refresh_token", "refresh_token": rafraichissement, **client}
        corps = urllib.parse.urlencode(champs).encode()
        adresse_des_jetons = f"{psc['issuer']}/protocol/openid-connect/token"
        with urllib.request.urlopen(adresse_des_jetons, corps, 20, context=self._contexte(reglages)) as reponse:
            return f"user={adresse}\1auth=Bearer {json.load(reponse)['access_token']}\1\1".encode()


def _mener(tmp_path: Path, *exigences: str, releve: bool = True) -> dict[str, str]:
    environnement = tmp_path / "environnement.json"
    client = Client(environnement)
    actions = {"envoyer_courriel": client.envoyer, "lister_envois": client.lister}
    if releve:
        actions["relever_boite"] = client.relever
    with ServeurProduit(logiciel(**actions)) as produit:
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url, environnement=environnement.name)
        demandes = [f"--exigence={exigence}" for exigence in exigences]
        issue = mener(*demandes, f"--logiciel={description}", f"--dossier={tmp_path / 'c'}")
        client.attendre()
    assert issue.returncode in (0, 1, 3), issue.stdout
    return verdicts(tmp_path / "c")


def test_client_de_la_bibliotheque_standard(tmp_path: Path) -> None:
    """Jugé sur ce qu'il fait : conforme là où il contrôle, en faute sur les suites, à vérifier pour sa version."""
    joues = ("MSS/va1.04", "MSS/va1.31", "MSS/CONF.01", "MSS/CONF.03", "MSS/CONF.05", "MSS/CONF.06", "MSS/CONF.17")
    assert _mener(tmp_path, *joues) == {
        "MSS/va1.04.01": "conforme",
        "MSS/va1.31.01": "a_verifier",
        "MSS/CONF.01.01": "conforme",
        "MSS/CONF.03.01": "non_conforme",
        "MSS/CONF.05.01": "conforme",
        "MSS/CONF.06.01": "conforme",
        "MSS/CONF.17.01": "non_execute",
    }


def test_sans_releve(tmp_path: Path) -> None:
    """Un adaptateur qui ne sait pas relever n'a pas de verdict sur la relève, ni sur ce qui vaut pour les deux."""
    joues = ("MSS/CONF.01", "MSS/CONF.05", "MSS/CONF.06")
    assert _mener(tmp_path, *joues, releve=False) == {
        "MSS/CONF.01.01": "non_execute",
        "MSS/CONF.05.01": "conforme",
        "MSS/CONF.06.01": "non_execute",
    }
