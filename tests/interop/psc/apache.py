"""mod_auth_openidc (Debian), dans un Apache lancé par l'essai sur un port libre, jamais en root."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.interop.lancement import BancLance, port_libre
from tests.interop.psc.commun import PARAMETRES, Inscription, Personne, RefusClient, inscrire

MODULES = Path("/usr/lib/apache2/modules")
_CHARGES = ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "auth_openidc")
_CONFIGURATION = Template("""
ServerRoot "$dossier"
ServerName localhost
Listen 127.0.0.1:$port
PidFile "$dossier/apache.pid"
Mutex file:$dossier default
KeepAlive Off
ErrorLog "$dossier/erreurs.log"
LogLevel warn
$modules
TypesConfig /dev/null
DocumentRoot "$dossier/pages"
DirectoryIndex index.txt
StartServers 1
OIDCProviderMetadataURL $decouverte
OIDCClientID $client_id
OIDCClientSecret $client_secret
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI $retour
OIDCCryptoPassphrase $phrase
OIDCCABundlePath "$dossier/racines.pem"
OIDCScope "$scope"
OIDCAuthRequestParams acr_values=$acr
OIDCPKCEMethod S256
OIDCCacheType file
OIDCCacheDir "$dossier/cache"
OIDCRedirectURLsAllowed ^http://localhost:$port/
OIDCStateMaxNumberOfCookies 20 true
OIDCInfoHook access_token id_token userinfo refresh_token session
<Location /prive>
  AuthType openid-connect
  Require claim acr:$acr
</Location>
""")


def exiger() -> str:
    """Le chemin d'Apache ; l'essai est sauté si lui ou le module manquent."""
    chemin = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if chemin is None:
        pytest.skip("apache2 est absent de cette machine (paquet apache2-bin)")
    if not (MODULES / "mod_auth_openidc.so").is_file():
        pytest.skip("mod_auth_openidc est absent de cette machine (paquet libapache2-mod-auth-openidc)")
    return chemin


class ClientApache:
    """Le serveur et sa session en cours."""

    nom = "mod_auth_openidc"

    def __init__(self, inscription: Inscription, dossier: Path) -> None:
        self._inscription = inscription
        self._racine = inscription.redirect_uri.removesuffix("/prive/retour")
        self._dossier = dossier
        self._personne: Personne | None = None
        self._avant = 0

    def connecter(self, personne: Personne) -> Mapping[str, Any]:
        journal = self._dossier / "erreurs.log"
        self._avant = journal.stat().st_size
        _, page = personne.ouvrir(f"{self._racine}/prive/")
        assert page is not None
        if page.status_code != 200 or "espace privé" not in page.text:
            self._exiger_aucun_acces(personne)
            raise RefusClient("retour", f"{page.status_code} {_titre(page.text)} {self._dit()}")
        self._personne = personne
        claims: Mapping[str, Any] = self._lire()["id_token"]
        return claims

    def userinfo(self) -> Mapping[str, Any]:
        lu = self._lire()
        if not lu.get("userinfo"):
            raise RefusClient("userinfo", self._dit())
        identite: Mapping[str, Any] = lu["userinfo"]
        return identite

    def rafraichir(self) -> bool:
        assert self._personne is not None
        ancien = str(self._lire()["access_token"])
        demande = urlencode({"refresh": f"{self._racine}/prive/", "access_token": ancien})
        self._personne.ouvrir(f"{self._inscription.redirect_uri}?{demande}")
        return bool(self._lire()["access_token"] != ancien)

    def deconnecter(self, personne: Personne) -> str:
        demande = urlencode({"logout": self._inscription.post_logout_redirect_uri})
        return personne.ouvrir(f"{self._inscription.redirect_uri}?{demande}")[0]

    def secrets(self) -> Sequence[str]:
        lu = self._lire()
        return [lu["access_token"], lu["refresh_token"], self._inscription.client_secret]

    def vieillir_les_cles(self, secondes: int) -> None:
        """Rien à faire : le module relit les clés dès qu'il n'y trouve pas la bonne."""

    def _exiger_aucun_acces(self, personne: Personne) -> None:
        """Un refus n'a de sens que si l'espace privé reste fermé à ce navigateur."""
        page = personne.session.get(f"{self._racine}/prive/", allow_redirects=False, timeout=20)
        assert page.status_code in (302, 401, 403), page.status_code

    def _dit(self) -> str:
        """Ce que le module a écrit depuis le début de la connexion, sans l'horodatage."""
        with (self._dossier / "erreurs.log").open("rb") as lu:
            lu.seek(self._avant)
            lignes = lu.read().decode("utf-8", "replace").splitlines()
        return " | ".join(re.sub(r"^(\[[^]]*\] )+", "", ligne) for ligne in lignes)

    def _lire(self) -> Mapping[str, Any]:
        """Ce que le module garde de la session, tel qu'il le dit."""
        assert self._personne is not None
        _, page = self._personne.ouvrir(f"{self._inscription.redirect_uri}?info=json")
        assert page is not None and page.status_code == 200, page
        lu: Mapping[str, Any] = page.json()
        return lu


def _titre(html: str) -> str:
    return " ".join(re.findall(r"<(?:title|h3|p)>([^<]+)<", html))


@contextmanager
def lancer(banc: BancLance) -> Iterator[ClientApache]:
    """Apache en marche, inscrit au fournisseur ; arrêté et effacé à la fin."""
    chemin = exiger()
    port = port_libre()
    racine = f"http://localhost:{port}"
    inscription = inscrire(banc, "interop-apache", f"{racine}/prive/retour", f"{racine}/sortie.txt")
    with tempfile.TemporaryDirectory(prefix="banc-sons-apache-") as temporaire:
        dossier = Path(temporaire)
        _preparer(dossier, port, banc, inscription)
        with subprocess.Popen([chemin, "-X", "-f", str(dossier / "apache.conf")], **_sans_droits(dossier)) as processus:
            try:
                _attendre(port, processus, dossier)
                yield ClientApache(inscription, dossier)
            finally:
                processus.terminate()
                processus.wait(10)


def _preparer(dossier: Path, port: int, banc: BancLance, inscription: Inscription) -> None:
    (dossier / "pages" / "prive").mkdir(parents=True)
    (dossier / "cache").mkdir()
    (dossier / "pages" / "prive" / "index.txt").write_text("espace privé\n", encoding="utf-8")
    (dossier / "pages" / "sortie.txt").write_text("au revoir\n", encoding="utf-8")
    shutil.copyfile(banc.racines, dossier / "racines.pem")
    configuration = _CONFIGURATION.substitute(
        dossier=dossier,
        port=port,
        modules="\n".join(f"LoadModule {nom}_module {MODULES}/mod_{nom}.so" for nom in _CHARGES),
        decouverte=inscription.decouverte,
        client_id=inscription.client_id,
        client_secret=inscription.client_secret,
        retour=inscription.redirect_uri,
        phrase=secrets.token_hex(16),
        scope=PARAMETRES["scope"],
        acr=PARAMETRES["acr_values"],
    )
    (dossier / "apache.conf").write_text(configuration, encoding="utf-8")


def _sans_droits(dossier: Path) -> dict[str, Any]:
    """Un essai lancé par root ne fait pas tourner Apache en root."""
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if os.geteuid() != 0:
        return options
    import pwd  # absent sous Windows, où cet essai est sauté

    personne = pwd.getpwnam("nobody")
    for chemin in (dossier, *dossier.rglob("*")):
        os.chown(chemin, personne.pw_uid, personne.pw_gid)
    return {**options, "user": personne.pw_uid, "group": personne.pw_gid, "extra_groups": []}


def _attendre(port: int, processus: subprocess.Popen[bytes], dossier: Path) -> None:
    fin = time.monotonic() + 15
    while time.monotonic() < fin and processus.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    journal = dossier / "erreurs.log"
    raise AssertionError(
        f"Apache n'a pas démarré : {journal.read_text() if journal.exists() else processus.returncode}"
    )
