"""Greffon chargé dans une campagne d'essai : recueille chaque secret à sa naissance, pour le chercher ensuite partout.

Trois sources qui ne se doivent rien : ce que le banc déclare secret, ce qui passe sur le fil (en-têtes, cookies, champs
et paramètres qui nomment un secret), et les fichiers de clés que la campagne donne au logiciel.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from simulators.socle import expurgation
from simulators.socle.journal import JournalEchanges

LONGUEUR_UTILE = 8
"""En deçà, une valeur se rencontre par hasard : un code à six chiffres n'est pas cherché."""
NOMS = frozenset(
    {
        "access_token", "refresh_token", "id_token", "id_token_hint", "subject_token", "actor_token", "client_secret",
        "client_assertion", "code", "code_verifier", "auth_req_id", "device_code", "password", "mot_de_passe",
        "nouveau_mot_de_passe", "jeton_rafraichissement", "proxy_session_id", "nouveau", "ancien", "secret", "otpauth",
    }
)  # fmt: skip
"""Champs dont la valeur est un secret d'une connexion, quel que soit le message qui les porte."""
_JSON = re.compile(rf'"({"|".join(sorted(NOMS))})"\s*:\s*"((?:[^"\\]|\\.)+)"'.encode())
_PAIRE = re.compile(rf"(?<![\w-])({'|'.join(sorted(NOMS))})=([^&\s\"'<>#;,]+)".encode())
_BEARER = re.compile(rb"Bearer ([A-Za-z0-9._~+/=-]{8,})")
_XOAUTH2 = re.compile(rb"(?:AUTH(?:ENTICATE)? XOAUTH2 |\A)([A-Za-z0-9+/=]{40,})", re.IGNORECASE)
_EMPREINTE = (b"empreinte:", b"empreinte%3A", b"empreinte%3a")
"""Ce qui remplace déjà un secret n'en est pas un."""


class Recolte:
    """Écrit chaque secret sur une ligne JSON, en base64, aussitôt connu : la campagne peut mourir sans rien perdre."""

    def __init__(self, sortie: Path) -> None:
        sortie.parent.mkdir(parents=True, exist_ok=True)
        self._fichier = sortie.open("a", encoding="ascii")
        self._verrou = threading.Lock()
        self._vus: set[tuple[str, bytes]] = set()

    def noter(self, origine: str, valeur: str | bytes) -> None:
        """Un secret de plus."""
        octets = valeur.encode("utf-8", "surrogatepass") if isinstance(valeur, str) else valeur
        with self._verrou:
            if len(octets) < LONGUEUR_UTILE or (origine, octets) in self._vus or octets.startswith(_EMPREINTE):
                return
            self._vus.add((origine, octets))
            self._fichier.write(json.dumps([origine, base64.b64encode(octets).decode()]) + "\n")
            self._fichier.flush()

    def lire(self, octets: bytes, ou: str) -> None:
        """Les secrets qu'un message nomme ou porte."""
        for nom, valeur in lire_message(octets):
            self.noter(f"{ou} : {nom}", valeur)

    def entetes(self, entetes: Iterable[tuple[str, str]], ou: str) -> None:
        """Authorization, cookies, adresses."""
        for nom, valeur in entetes:
            for quoi, secret in lire_entete(nom.lower(), valeur):
                self.noter(f"{ou} : {quoi}", secret)


def lire_message(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """(nom, valeur) de chaque secret nommé dans du JSON, un formulaire, une adresse ou une commande de messagerie."""
    for nom, valeur in _JSON.findall(octets):
        if nom == b"code":
            continue  # en JSON, c'est celui d'une erreur ou d'une règle
        yield nom.decode(), json.loads(b'"' + valeur + b'"').encode("utf-8", "surrogatepass")
    for nom, valeur in _PAIRE.findall(octets):
        yield nom.decode(), unquote_to_bytes(valeur.replace(b"+", b" "))
    for jeton in _BEARER.findall(octets):
        yield "Bearer", jeton
    for code in _XOAUTH2.findall(octets):
        try:
            clair = base64.b64decode(code, validate=True)
        except binascii.Error:
            continue
        for jeton in _BEARER.findall(clair):
            yield "XOAUTH2", jeton


def lire_entete(nom: str, valeur: str) -> Iterator[tuple[str, bytes]]:
    """(nom, valeur) de chaque secret d'un en-tête HTTP."""
    if nom in ("authorization", "proxy-authorization"):
        sorte, _, suite = valeur.strip().partition(" ")
        yield sorte, suite.strip().encode()
        if sorte.lower() == "basic":
            try:
                _, _, mot_de_passe = base64.b64decode(suite).partition(b":")
            except binascii.Error:
                return
            yield "Basic", unquote_to_bytes(mot_de_passe)
    elif nom in ("cookie", "set-cookie"):
        try:
            lus = SimpleCookie(valeur if nom == "cookie" else valeur.partition(";")[0])
        except CookieError:
            return
        for cookie, morceau in lus.items():
            yield f"cookie {cookie}", morceau.value.encode()
    elif nom in ("location", "referer"):
        decoupee = urlsplit(valeur)
        for cle, lu in (*parse_qsl(decoupee.query), *parse_qsl(decoupee.fragment)):
            if cle in NOMS:
                yield f"{nom} {cle}", lu.encode()


def cles_privees(dossier: Path) -> Iterator[tuple[str, bytes]]:
    """Une ligne de chaque clé privée, le milieu de chaque PKCS#12, et tout ce que l'environnement nomme secret."""
    for fichier in sorted(f for f in dossier.rglob("*") if f.is_file()):
        octets = fichier.read_bytes()
        if b"PRIVATE KEY-----" in octets:
            yield f"clé {fichier.name}", octets.split(b"PRIVATE KEY-----")[1].split()[1]
            yield f"nombre {fichier.name}", _nombre_prive(octets)
        if fichier.suffix == ".p12":
            yield f"PKCS#12 {fichier.name}", octets[len(octets) // 2 :][:40]
        if fichier.suffix == ".json":
            yield from _secrets_nommes(json.loads(octets))


def _nombre_prive(pem: bytes) -> bytes:
    """Ce qui fait qu'une clé est privée : d'RSA, ou le scalaire d'une courbe."""
    cle = load_pem_private_key(pem, None)
    if isinstance(cle, RSAPrivateKey):
        return cle.private_numbers().d.to_bytes(cle.key_size // 8)
    assert isinstance(cle, EllipticCurvePrivateKey)
    return cle.private_numbers().private_value.to_bytes((cle.key_size + 7) // 8)


def _secrets_nommes(valeur: Any, nom: str = "") -> Iterator[tuple[str, bytes]]:
    if isinstance(valeur, dict):
        for cle, contenu in valeur.items():
            yield from _secrets_nommes(contenu, cle)
    elif isinstance(valeur, list):
        for contenu in valeur:
            yield from _secrets_nommes(contenu, nom)
    elif isinstance(valeur, str) and nom in NOMS:
        yield f"environnement {nom}", valeur.encode()


def _doubler(objet: type, methode: str, avant: Callable[..., None]) -> None:
    """`avant` voit les arguments de chaque appel, puis l'appel se fait."""
    origine = getattr(objet, methode)

    def doublee(soi: Any, *arguments: Any, **nommes: Any) -> Any:
        avant(*arguments, **nommes)
        return origine(soi, *arguments, **nommes)

    setattr(objet, methode, doublee)


def pytest_configure(config: pytest.Config) -> None:
    """Se place avant que la campagne ne crée son journal."""
    recolte = Recolte(Path(os.environ["RECOLTE_SORTIE"]))

    def echange(*, requete: Any, reponse: Any = None, service: str = "", **_: Any) -> None:
        recolte.lire(requete.cible.encode("utf-8", "replace"), service)
        recolte.entetes(requete.entetes, service)
        if reponse is not None:
            recolte.entetes(reponse.entetes, service)

    def empreinte(valeur: str | bytes) -> None:
        recolte.noter("masqué", valeur)
        recolte.lire(valeur.encode() if isinstance(valeur, str) else valeur, "masqué")

    _doubler(JournalEchanges, "proteger", lambda valeur: recolte.noter("déclaré", valeur))
    # Ce qui n'est écrit que par son empreinte passe ici en clair : réponses SASL, codes, mots de passe.
    _doubler(JournalEchanges, "empreinte_secret", empreinte)
    _doubler(JournalEchanges, "ajouter_echange", echange)
    _doubler(JournalEchanges, "ajouter", lambda type, donnees: recolte.lire(json.dumps(donnees).encode(), type))
    # Tout corps passe par là avant d'être écrit, entier ou par blocs.
    _doubler(expurgation.Expurgateur, "octets", lambda octets: recolte.lire(octets, "corps"))
    _doubler(expurgation.Expurgateur, "bloc", lambda tampon: recolte.lire(tampon, "corps"))
    _doubler(expurgation.Expurgateur, "formulaire", lambda octets: recolte.lire(octets, "formulaire"))
    config.pluginmanager.register(_Cles(recolte), "recolte-cles")
    _suivre_le_navigateur(recolte)


def _suivre_le_navigateur(recolte: Recolte) -> None:
    """Les cookies que le logiciel pose à la personne ne passent pas par le banc."""
    from steps.personne.cookies import Cookies

    def recevoir(origine: str, url: str, entete: str) -> None:
        recolte.entetes([("set-cookie", entete)], f"navigateur {urlsplit(origine).scheme}")
        recolte.entetes([("location", url)], "navigateur")

    _doubler(Cookies, "recevoir", recevoir)


class _Cles:
    """Les fichiers de clés, lus quand le premier scénario commence : ils sont effacés à la fin."""

    def __init__(self, recolte: Recolte) -> None:
        self._recolte = recolte
        self._lus = False

    def pytest_runtest_logstart(self) -> None:
        if self._lus:
            return
        self._lus = True
        for dossier in Path(tempfile.gettempdir()).glob("banc-sons-*"):
            if (dossier / "environnement.json").exists():
                copie = Path(tempfile.mkdtemp())
                shutil.copytree(dossier, copie / "c")
                for nom, valeur in cles_privees(copie / "c"):
                    self._recolte.noter(nom, valeur)
                shutil.rmtree(copie)


def relire(sortie: Path) -> dict[bytes, str]:
    """Secret → d'où il vient, toutes sources réunies."""
    rendus: dict[bytes, str] = {}
    for ligne in sortie.read_text(encoding="ascii").splitlines():
        origine, code = json.loads(ligne)
        secret = base64.b64decode(code)
        rendus[secret] = f"{rendus[secret]} + {origine}" if secret in rendus else origine
    return rendus
