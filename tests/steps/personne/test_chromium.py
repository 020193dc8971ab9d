"""La personne dans un vrai Chromium : gestes, redirections, cookies, certificats, comme les voit le navigateur HTTP."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qsl

import pytest
from PIL import Image

from simulators.socle.pki import IgcTest
from steps.personne.cdp import Chromium, executable
from steps.personne.chromium import NavigateurChromium
from steps.personne.chromium_confiance import Confiance
from steps.personne.navigateur import NavigationImpossible, origine

pytestmark = pytest.mark.skipif(executable() is None, reason="aucun Chromium sur cette machine (paquet chromium)")

ACCUEIL = """<!doctype html><meta charset=utf-8><title>Accueil</title><link rel=icon href=data:,>
<a href=/ailleurs>ailleurs</a> <a href=/saut target=_blank>Se connecter</a>
<button onclick="location.href='/saut?script=1'">Par script</button>
<form method=post action=/recu>
  <label>Identifiant <input name=identifiant value=ancien></label><input type=hidden name=cache value=c>
  <select name=choix><option value=1>Un<option value=2>Deux</select>
  <input type=radio name=moyen value=carte checked><input type=radio name=moyen value=telephone>
  <input type=checkbox name=accord value=oui>
  <button name=geste value=refuser>Refuser</button><button name=geste value=accepter>Accepter</button>
</form>
<script>localStorage.setItem("cle", "gardé"); document.title = "Accueil, script joué"</script>"""


class Site(BaseHTTPRequestHandler):
    """Un produit en miniature."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        chemin, _, requete = self.path.partition("?")
        match chemin:
            case "/":
                self._page(ACCUEIL)
            case "/saut":
                self._aller(f"/arrivee?{requete}", "JETON=valeur-secrete; Path=/; HttpOnly; SameSite=Lax")
            case "/appli":
                self._aller("mon-logiciel://retour?code=abc")
            case "/boucle":
                self._aller("/boucle")
            case "/attente":
                self._page("<meta http-equiv=refresh content='0;url=/arrivee?attendu'>patientez")
            case "/auto":
                self._page(
                    "<form method=post action=/recu><input type=hidden name=code value=é></form>"
                    "<script>document.forms[0].submit()</script>"
                )
            case "/longue":
                self._page("<style>body{margin:0}</style><div style='height:3000px'>haut</div>")
            case "/refus":
                self._page("<h1>Refusé</h1>", 403)
            case _:
                self._page(f"<title>Arrivée</title>{self.path} {self.headers.get('Cookie')}")

    def do_POST(self) -> None:
        corps = self.rfile.read(int(self.headers["Content-Length"])).decode()
        lus = "&".join(f"{nom}={valeur}" for nom, valeur in parse_qsl(corps))
        self._page(f"<title>Reçu</title><p id=recu>{lus}</p>")

    def _aller(self, vers: str, cookie: str = "") -> None:
        self.send_response(302)
        self.send_header("Location", vers)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, texte: str, statut: int = 200) -> None:
        octets = f"<!doctype html><meta charset=utf-8><link rel=icon href=data:,>{texte}".encode()
        self.send_response(statut)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *args: object) -> None:
        """Rien à la console."""


def _servir(contexte: ssl.SSLContext | None = None) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as serveur:
        serveur.daemon_threads = True
        if contexte is not None:
            serveur.socket = contexte.wrap_socket(serveur.socket, server_side=True)
        fil = threading.Thread(target=serveur.serve_forever, args=(0.02,))
        fil.start()
        yield f"{'https' if contexte else 'http'}://localhost:{serveur.server_address[1]}"
        serveur.shutdown()
        fil.join()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Le produit en clair."""
    yield from _servir()


@pytest.fixture(scope="module")
def igc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IgcTest]:
    """L'autorité de test du banc."""
    igc = IgcTest.creer(tmp_path_factory.mktemp("igc"))
    yield igc
    igc.fermer()


@pytest.fixture(scope="module")
def site_tls(igc: IgcTest) -> Iterator[str]:
    """Le produit en TLS, certificat de l'autorité de test."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serveur = igc.serveur()
    contexte.load_cert_chain(serveur.chemin_pem, serveur.chemin_cle)
    yield from _servir(contexte)


@pytest.fixture(scope="module")
def chromium(igc: IgcTest) -> Iterator[Chromium]:
    """Un navigateur qui croit l'autorité de test."""
    confiance = Confiance((igc.racines_pem,), (igc.serveur().certificat,))
    with Chromium(preparer=confiance.preparer) as navigateur:
        yield navigateur


@pytest.fixture
def personne(chromium: Chromium) -> Iterator[NavigateurChromium]:
    """Une personne devant un onglet neuf."""
    navigateur = NavigateurChromium(chromium, du_banc=lambda _: True, delai_s=15)
    yield navigateur
    navigateur.fermer()


def test_page_affichee(personne: NavigateurChromium, site: str) -> None:
    """La page est celle que le script a changée ; le passage en dit le titre et le statut ; l'écran est une image."""
    page = personne.aller(f"{site}/")
    assert (page.statut, page.titre, page.url) == (200, "Accueil, script joué", f"{site}/")
    (passage,) = personne.passages
    assert (passage.methode, passage.statut, passage.genre, passage.titre) == (
        "GET",
        200,
        "page",
        "Accueil, script joué",
    )
    capture = personne.capture()
    with Image.open(BytesIO(capture.octets)) as image:
        assert (capture.extension, image.format, image.size) == ("png", "PNG", (1280, 900))


def test_capture_de_toute_la_page(personne: NavigateurChromium, site: str) -> None:
    """Une page plus haute que l'écran est capturée en entier."""
    personne.aller(f"{site}/longue")
    with Image.open(BytesIO(personne.capture().octets)) as image:
        assert image.size == (1280, 3000)


def test_formulaire(personne: NavigateurChromium, site: str) -> None:
    """Texte remplacé, option et radio choisies, case cochée, second bouton : le serveur reçoit ce qui a été fait."""
    (formulaire,) = personne.aller(f"{site}/").formulaires
    accepter = next(b for b in formulaire.boutons if b.libelle == "Accepter")
    valeurs = {"identifiant": "899900000011 é", "choix": "2", "moyen": "telephone", "accord": "oui"}
    page = personne.envoyer(formulaire, valeurs, accepter)
    recu = "identifiant=899900000011 é&cache=c&choix=2&moyen=telephone&accord=oui&geste=accepter"
    assert page.texte == recu
    assert [p.methode for p in personne.passages] == ["GET", "POST"]


def test_lien_redirection_cookies(personne: NavigateurChromium, site: str) -> None:
    """Lien vers un autre onglet suivi dans le même ; redirection notée avec son cookie, sans sa valeur ; traces."""
    page = personne.aller(f"{site}/")
    arrivee = personne.suivre(next(lien for lien in page.liens if lien.libelle == "Se connecter"))
    assert arrivee.url.startswith(f"{site}/arrivee")
    _, saut, fin = personne.passages
    assert (saut.genre, saut.statut, saut.vers, fin.genre) == ("redirection", 302, fin.url, "page")
    assert saut.cookies == ("JETON; Path=/; HttpOnly; SameSite=Lax",)
    assert "valeur-secrete" not in repr(personne.passages)
    gardes = {(t.ou, t.origine, t.nom): t.valeur for t in personne.traces()}
    assert gardes["localStorage", origine(site), "cle"] == "gardé"
    assert gardes["cookie", origine(site), "JETON"] == "valeur-secrete"


def test_onglets_separes(chromium: Chromium, site: str) -> None:
    """Deux personnes ne partagent ni cookie ni stockage."""
    premiere, seconde = (NavigateurChromium(chromium, du_banc=lambda _: True) for _ in range(2))
    premiere.aller(f"{site}/saut")
    assert "valeur-secrete" in premiere.aller(f"{site}/arrivee").texte
    assert "valeur-secrete" not in seconde.aller(f"{site}/arrivee").texte
    assert not seconde.traces()
    premiere.fermer()
    seconde.fermer()


def test_bouton_par_script(personne: NavigateurChromium, site: str) -> None:
    """Un bouton hors de tout formulaire joue son script, jusqu'à la page où il mène."""
    (bouton,) = personne.aller(f"{site}/").boutons_libres
    assert personne.cliquer(bouton).url == f"{site}/arrivee?script=1"


@pytest.mark.parametrize(("chemin", "attendu"), [("/attente", "/arrivee?attendu"), ("/auto", "code=é")])
def test_page_qui_continue_seule(personne: NavigateurChromium, site: str, chemin: str, attendu: str) -> None:
    """`meta refresh` et formulaire envoyé par script mènent à la page suivante sans autre geste."""
    assert attendu in personne.aller(f"{site}{chemin}").texte


def test_page_d_erreur(personne: NavigateurChromium, site: str) -> None:
    """Un refus est une page comme une autre."""
    assert personne.aller(f"{site}/refus").statut == 403


@pytest.mark.parametrize(
    ("chemin", "message"), [("/appli", "mon-logiciel://retour"), ("/boucle", "ERR_TOO_MANY_REDIRECTS")]
)
def test_impossible(personne: NavigateurChromium, site: str, chemin: str, message: str) -> None:
    """Schéma du poste et redirections sans fin : le banc le dit, et le navigateur sert encore."""
    with pytest.raises(NavigationImpossible, match=message):
        personne.aller(f"{site}{chemin}")
    assert any(p.genre == "redirection" for p in personne.passages)
    assert personne.aller(f"{site}/").statut == 200


def test_personne_au_bout(personne: NavigateurChromium) -> None:
    """Un port fermé : rien ne s'affiche, le passage est un échec."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as ferme:
        port = ferme.server_address[1]
    with pytest.raises(NavigationImpossible, match="ERR_CONNECTION_REFUSED"):
        personne.aller(f"http://localhost:{port}/")
    assert personne.passages[-1].genre == "echec"


def test_certificat_du_banc_verifie(personne: NavigateurChromium, site_tls: str) -> None:
    """Le certificat du banc est reconnu par la racine de test."""
    assert personne.aller(f"{site_tls}/").statut == 200


def test_certificat_inconnu(site_tls: str) -> None:
    """Sans la racine : refusé d'un service du banc, accepté et noté d'un logiciel en mise au point."""
    with Chromium() as sans_racine:
        exigeante = NavigateurChromium(sans_racine, du_banc=lambda _: True)
        with pytest.raises(NavigationImpossible, match="certificat refusé"):
            exigeante.aller(f"{site_tls}/")
        tolerante = NavigateurChromium(sans_racine)
        assert tolerante.aller(f"{site_tls}/").statut == 200
        assert [p.genre for p in tolerante.passages] == ["echec", "page"]
        assert "non reconnu, accepté" in tolerante.passages[0].titre
