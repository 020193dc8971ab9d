"""Le serveur de la console : qui entre, ce qui s'écrit, ce qui se lit ; par le réseau."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from reports.constat import Constat
from reports.pieces.modele import PieceExaminee, PieceRefusee
from reports.resultat import ResultatScenario
from reports.verdict import Verdict
from requirements.catalogue import charger
from requirements.modele import TypePiece
from simulators.socle.journal import JournalEchanges
from steps.operateur.consigne import Consigne, Genre, PieceDemandee, Reponse, Valeur
from steps.operateur.guichet import Guichet
from steps.operateur.serveur import ServeurConsole
from steps.operateur.tableau import Annonce, Tableau
from steps.selection import ScenarioRetenu, selectionner

HOSTILE = "<img src=x onerror=alert(1)>\"'&\r\nX-Injecte: oui"


class Examinateur:
    """Accepte ce qui commence par PNG, refuse le reste."""

    def examiner(
        self, preuve: str, source: Path, nom: str, *, genre: str = "", meta: Mapping[str, str] | None = None
    ) -> PieceExaminee | PieceRefusee:
        octets = source.read_bytes()
        if meta is not None and meta.get("version", "1") != "1":
            return PieceRefusee("autre_version", "la version 1", meta["version"], "corrigez")
        if genre == "lien-plateforme-test":
            return PieceExaminee(
                TypePiece.LIEN_PLATEFORME,
                "application/json",
                nom,
                str(hash(octets)),
                len(octets),
                a_verifier="officiel",
            )
        if genre == "attestation":
            return PieceExaminee(
                TypePiece.ATTESTATION, "image/png", nom, str(hash(octets)), len(octets), details=dict(meta or {})
            )
        if not octets.startswith(b"PNG"):
            return PieceRefusee("format", "une image", "autre chose", "déposez une capture")
        return PieceExaminee(
            TypePiece.CAPTURE, "image/png", nom, str(hash(octets)), len(octets), vignette=b"\x89PNG vignette"
        )


@dataclass
class Console:
    """Une console ouverte, et de quoi lui parler comme un navigateur."""

    serveur: ServeurConsole
    guichet: Guichet
    tableau: Tableau
    dossier: Path
    retenus: list[ScenarioRetenu]
    liens: list[str]
    executeur: ThreadPoolExecutor
    cookie: str = ""
    csrf: str = ""

    @property
    def hote(self) -> str:
        return self.serveur.origine.removeprefix("http://")

    def demander(
        self, methode: str, chemin: str, corps: bytes | None = None, **entetes: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Une requête ; un en-tête vide n'est pas envoyé."""
        poses = {"Host": self.hote, "Cookie": self.cookie}
        if methode == "POST":
            poses |= {"Origin": self.serveur.origine, "X-Banc-Sons": self.csrf, "Content-Type": "application/json"}
        poses |= {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}
        client = http.client.HTTPConnection("127.0.0.1", urlsplit(self.serveur.origine).port, timeout=20)
        try:
            client.putrequest(methode, chemin, skip_host=True, skip_accept_encoding=True)
            for nom, valeur in poses.items():
                if valeur:
                    client.putheader(nom, valeur)
            client.putheader("Content-Length", str(len(corps or b"")))
            client.endheaders(corps)
            reponse = client.getresponse()
            return reponse.status, {n.lower(): v for n, v in reponse.getheaders()}, reponse.read()
        finally:
            client.close()

    def poster(self, chemin: str, valeur: object, **entetes: str) -> tuple[int, dict[str, Any]]:
        statut, _, corps = self.demander("POST", chemin, json.dumps(valeur).encode(), **entetes)
        lu: dict[str, Any] = json.loads(corps)
        return statut, lu

    def entrer(self) -> None:
        lien = urlsplit(self.serveur.lien())
        statut, entetes, _ = self.demander("GET", f"{lien.path}?{lien.query}")
        assert statut == 200
        self.cookie = entetes["set-cookie"].partition(";")[0]
        page = self.demander("GET", "/")[2].decode()
        trouve = re.search(r'name="csrf" content="([^"]+)"', page)
        assert trouve
        self.csrf = trouve[1]

    def demande(self, **champs: Any) -> Future[Reponse]:
        """Pose une demande au guichet ; rend sa réponse à venir, une fois la demande affichée."""
        consigne = Consigne(
            Genre.ACTION, self.retenus[0].numero, self.retenus[0].exigence.id, "Vérifier l'INS", "Vérifiez l'INS.",
            **{"action": "verifier_ins", "schema": {"type": "object", "properties": {}}, **champs},
        )  # fmt: skip
        vue = self.guichet.etat().version
        futur = self.executeur.submit(self.guichet.demander, consigne)
        while self.guichet.etat().consigne is None:
            vue = self.guichet.attendre(vue, 5)
        return futur

    def flux(self, cookie: str = "") -> Flux:
        return Flux(self.hote, cookie or self.cookie)


class Flux:
    """Une page ouverte : les événements qu'elle reçoit, dans l'ordre."""

    def __init__(self, hote: str, cookie: str) -> None:
        nom, _, port = hote.partition(":")
        self._prise = socket.create_connection((nom, int(port)), timeout=20)
        self._prise.sendall(f"GET /evenements HTTP/1.1\r\nHost: {hote}\r\nCookie: {cookie}\r\n\r\n".encode())
        self._lecture = self._prise.makefile("rb")

    def attendre(self, nom: str) -> Any:
        """Les données du prochain événement de ce nom."""
        while ligne := self._lecture.readline():
            if ligne.rstrip() == f"event: {nom}".encode():
                return json.loads(self._lecture.readline().partition(b":")[2])
        raise AssertionError(f"le flux s'est fermé sans {nom}")

    def fermer(self) -> None:
        self._lecture.close()
        self._prise.close()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """Une console sur un guichet vide, pour trois scénarios."""
    retenus = selectionner(charger("biologie"), vagues=(2,), profils_reclames=("Général",))[:3]
    with JournalEchanges.creer(tmp_path / "c") as journal:
        guichet, executeur, liens = Guichet(), ThreadPoolExecutor(2), list[str]()
        annonce = Annonce("biologie", "Essai 1", str(tmp_path), False, 3, 2, "environ 10 min")
        tableau = Tableau(annonce, [(retenu, True, 60.0) for retenu in retenus])
        serveur = ServeurConsole(
            guichet, tableau, journal, tmp_path / "c", Examinateur(),
            nom="Camille", annoncer=liens.append, reponse_max=1 << 16, depot_max=1 << 18,
        )  # fmt: skip
        ouverte = Console(serveur, guichet, tableau, tmp_path / "c", retenus, liens, executeur)
        ouverte.entrer()
        yield ouverte
        guichet.fermer()
        executeur.shutdown()
        serveur.fermer()


# -- entrer ----------------------------------------------------------------------------------------------------------


def test_lien_a_usage_unique(console: Console) -> None:
    """Le lien brûle au premier usage ; un autre navigateur est refusé, et un lien neuf paraît au terminal."""
    lien = urlsplit(console.serveur.lien())
    assert len(lien.query.removeprefix("jeton=")) >= 43  # 256 bits en base64
    chemin = f"{lien.path}?{lien.query}"
    statut, entetes, _ = console.demander("GET", chemin, Cookie="")
    assert statut == 200
    cookie = entetes["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    statut, entetes, corps = console.demander("GET", chemin, Cookie="")
    assert statut == 403 and "set-cookie" not in entetes
    assert "a déjà servi" in corps.decode()
    [neuf] = console.liens
    assert console.demander("GET", urlsplit(neuf).path + "?" + urlsplit(neuf).query, Cookie="")[0] == 200


def test_lien_rouvert_par_le_meme_navigateur(console: Console) -> None:
    """Le navigateur déjà admis qui rouvre son lien retrouve la console, sans jeton neuf."""
    assert console.demander("GET", "/entrer?jeton=perdu")[0] == 200
    assert console.liens == []


@pytest.mark.parametrize("chemin", ["/", "/pages/console.js", "/evenements", "/vignettes/x", "/valeurs/1/x", "/rien"])
def test_sans_cookie(console: Console, chemin: str) -> None:
    """Sans session, rien ne se lit, pas même les scripts."""
    statut, _, corps = console.demander("GET", chemin, Cookie="")
    assert statut == 403 and "lien que le terminal affiche" in corps.decode()
    assert console.demander("GET", chemin, Cookie="banc_sons_console_1=faux")[0] == 403


@pytest.mark.parametrize("hote", ["exemple.fr", "127.0.0.1", "127.0.0.1.exemple.fr:80", "[::1]:80"])
def test_hote_etranger(console: Console, hote: str) -> None:
    """Un nom public qui désigne 127.0.0.1 (DNS rebinding) n'obtient rien, même avec le cookie."""
    assert console.demander("GET", "/", Host=hote)[0] == 403


@pytest.mark.parametrize("origine", ["http://exemple.fr", "null", "", "http://127.0.0.1", "https://127.0.0.1:1"])
def test_origine_etrangere(console: Console, origine: str) -> None:
    """Une autre page du même navigateur ne peut rien écrire."""
    statut, lu = console.poster("/pause", {"pause": True}, Origin=origine)
    assert statut == 403 and "ne vient pas de la console" in lu["erreur"]
    assert not console.guichet.etat().en_pause


def test_sans_csrf(console: Console) -> None:
    """Le cookie ne suffit pas à écrire : la page rappelle un secret que lui seul ne donne pas."""
    for csrf in ("", "faux", console.csrf + "x"):
        assert console.poster("/pause", {"pause": True}, X_Banc_Sons=csrf)[0] == 403
    assert console.poster("/pause", {"pause": True})[0] == 200
    assert console.guichet.etat().en_pause


def test_entetes_de_garde(console: Console) -> None:
    """Chaque réponse interdit toute adresse extérieure, l'encadrement, le cache."""
    for methode, chemin in (("GET", "/"), ("GET", "/pages/console.js"), ("GET", "/rien"), ("POST", "/pause")):
        _, entetes, _ = console.demander(methode, chemin, b"{}" if methode == "POST" else None)
        politique = entetes["content-security-policy"]
        assert "default-src 'none'" in politique and "http" not in politique and "unsafe" not in politique
        assert entetes["x-content-type-options"] == "nosniff" and entetes["cache-control"] == "no-store"


def test_aucune_adresse_exterieure() -> None:
    """Les pages n'appellent rien d'autre que la console."""
    from steps.operateur.serveur import PAGES

    for fichier in PAGES.iterdir():
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", fichier.read_text(encoding="utf-8")), fichier.name


def test_fichier_hors_des_pages(console: Console) -> None:
    """Seuls les scripts et le style de la page se servent ; aucun chemin ne remonte."""
    for nom in ("index.html", "..%2Fserveur.py", "..", "console.js/..", "%2e%2e%2f%2e%2e%2fpyproject.toml"):
        assert console.demander("GET", f"/pages/{nom}")[0] in (403, 404)


# -- répondre --------------------------------------------------------------------------------------------------------


def test_commencer(console: Console) -> None:
    """La campagne attend « Commencer » et un nom ; ce nom signe ensuite chaque réponse."""
    depart = console.executeur.submit(console.tableau.attendre_le_depart)
    statut, lu = console.poster("/commencer", {"nom": "  "})
    assert statut == 422 and "votre nom" in lu["erreur"] and not depart.done()
    assert console.poster("/commencer", {"nom": "Dr Martin"})[0] == 200
    assert depart.result(5)
    futur = console.demande()
    assert console.poster("/reponse", {"numero": 1, "issue": "fait", "donnees": {"retour": "OK"}})[0] == 200
    assert futur.result(5) == Reponse(issue=futur.result().issue, donnees={"retour": "OK"}, par="Dr Martin")


@pytest.mark.parametrize(
    ("reponse", "mots"),
    [
        ({"issue": "peut-être"}, "réponse inconnue"),
        ({"issue": "fait", "donnees": []}, "attendu un objet JSON"),
        ({"issue": "fait", "messages": "un texte"}, "attendu une liste"),
        ({"issue": "fait", "donnees": {"retour": "?"}}, "ne suit pas le contrat"),
        ({"issue": "impossible"}, "raison écrite"),
        ({"issue": "conforme"}, "ne répond pas à cette demande"),
        ({"issue": "fait", "numero": 7}, "n'est plus en cours"),
        ({"issue": "fait", "numero": "un"}, "attendu un entier"),
    ],
)
def test_reponse_refusee(console: Console, reponse: dict[str, Any], mots: str) -> None:
    """Une réponse qui ne convient pas est expliquée ; la demande reste posée, rien n'est perdu."""
    futur = console.demande()
    statut, lu = console.poster("/reponse", {"numero": 1, **reponse})
    assert statut == 422 and mots in lu["erreur"]
    assert not futur.done() and console.guichet.etat().numero == 1


@pytest.mark.parametrize("corps", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 60_000])
def test_corps_illisible(console: Console, corps: bytes) -> None:
    """Un corps qui n'est pas un objet JSON est refusé sans trace ni arrêt."""
    assert console.demander("POST", "/reponse", corps)[0] == 422
    assert console.demander("GET", "/")[0] == 200


def test_corps_enorme(console: Console) -> None:
    """Une réponse au-delà de la borne n'est pas lue en mémoire."""
    statut, lu = console.poster("/reponse", {"numero": 1, "raison": "x" * (1 << 17)})
    assert statut == 413 and "déposez plutôt un fichier" in lu["erreur"]


# -- voir ------------------------------------------------------------------------------------------------------------


def test_deux_fenetres(console: Console) -> None:
    """Deux pages voient la même demande ; la seconde à répondre apprend qu'elle a déjà sa réponse."""
    un, deux = console.flux(), console.flux()
    futur = console.demande()
    for flux in (un, deux):
        while (vue := flux.attendre("demande"))["consigne"] is None:
            continue
        assert vue["numero"] == 1 and vue["consigne"]["titre"] == "Vérifier l'INS"
    assert console.poster("/reponse", {"numero": 1, "issue": "echec"})[0] == 200
    statut, lu = console.poster("/reponse", {"numero": 1, "issue": "fait"})
    assert statut == 422 and "n'est plus en cours" in lu["erreur"]
    assert futur.result(5).issue.value == "echec"
    for flux in (un, deux):
        while flux.attendre("demande")["consigne"] is not None:
            continue
        flux.fermer()


def test_page_rechargee(console: Console) -> None:
    """Une page rouverte retrouve la demande, le brouillon, les pièces déposées et les verdicts déjà rendus."""
    console.tableau.conclure(_non_conforme(console.retenus[1]))
    futur = console.demande(pieces=(PieceDemandee("P.1", "un écran", ("capture",)),))
    brouillon = {"donnees": {"retour": "OK"}, "messages": ["vu"], "raison": ""}
    assert console.poster("/brouillon", {"numero": 1, "brouillon": brouillon})[0] == 200
    assert _deposer(console, "P.1", "a.png", b"PNG 1")[0] == 200
    flux = console.flux()
    lignes = {ligne["numero"]: ligne for ligne in flux.attendre("scenarios")}
    fini = lignes[console.retenus[1].numero]
    assert (fini["verdict"], fini["constats"][0]["attendu"], fini["constats"][0]["recu"]) == ("non_conforme", "A", "B")
    assert flux.attendre("campagne")["phrase"] == "3 scénarios, dont 2 demandent une personne, environ 10 min"
    vue = flux.attendre("demande")
    assert vue["numero"] == 1 and vue["brouillon"] == brouillon
    [depot] = flux.attendre("depots")
    assert depot["nom"] == "a.png"
    assert console.demander("GET", f"/vignettes/{depot['id']}")[2] == b"\x89PNG vignette"
    flux.fermer()
    assert not futur.done()


def test_echanges_en_direct(console: Console) -> None:
    """Un enregistrement du journal paraît dans la page sans qu'elle le demande."""
    flux = console.flux()
    flux.attendre("demande")
    journal = console.serveur._journal
    fil = threading.Thread(target=lambda: journal.ajouter_poignee_refusee(service="dmp", raison="certificat révoqué"))
    fil.start()
    [vu] = flux.attendre("echanges")
    fil.join()
    assert (vu["service_libelle"], vu["operation"], vu["statut"]) == (
        "DMP",
        "connexion TLS refusée",
        "certificat révoqué",
    )
    flux.fermer()


def test_valeurs_hostiles(console: Console) -> None:
    """Une valeur de patient faite de HTML et d'en-têtes reste du texte, dans le flux comme au téléchargement."""
    console.demande(valeurs=(Valeur("identite.nom", "Nom", HOSTILE), Valeur("a\r\nb_base64", "F", "PGI+")))
    flux = console.flux()
    recue = flux.attendre("demande")["consigne"]["valeurs"][0]["texte"]
    assert recue == HOSTILE
    flux.fermer()
    statut, entetes, corps = console.demander("GET", "/valeurs/1/identite.nom")
    assert statut == 200 and corps.decode() == HOSTILE
    assert entetes["content-type"] == "application/octet-stream" and "x-injecte" not in entetes
    assert entetes["content-disposition"].startswith("attachment")
    statut, entetes, corps = console.demander("GET", "/valeurs/1/a%0D%0Ab_base64")
    assert (statut, corps) == (200, b"<b>") and entetes["content-disposition"] == 'attachment; filename="a__b.xml"'
    assert console.demander("GET", "/valeurs/2/identite.nom")[0] == 404


# -- déposer ---------------------------------------------------------------------------------------------------------


def test_depots(console: Console) -> None:
    """Un dépôt est examiné, joint à la réponse, puis son fichier temporaire disparaît avec la console."""
    pieces = (PieceDemandee("P.1", "un écran", ("capture",)), PieceDemandee("P.2", "un autre", ("capture",)))
    futur = console.demande(pieces=pieces)
    statut, refus = _deposer(console, "P.1", "a.txt", b"du texte")
    assert statut == 422 and "déposez une capture" in refus["erreur"]
    assert _deposer(console, "P.1", "a.png", b"PNG 1")[0] == 200
    statut, refus = _deposer(console, "P.2", "b.png", b"PNG 1")
    assert statut == 422 and "déjà déposé ici" in refus["erreur"]
    statut, retire = _deposer(console, "P.2", "c.png", b"PNG 2")
    assert statut == 200 and console.poster(f"/depots/{retire['id']}/retrait", {})[0] == 200
    assert len(list((console.dossier / "depots").iterdir())) == 1
    assert console.poster("/reponse", {"numero": 1, "issue": "fait"})[0] == 200
    [piece] = futur.result(5).pieces
    assert (piece.preuve, piece.nom, piece.chemin.read_bytes()) == ("P.1", "a.png", b"PNG 1")
    console.serveur.fermer()
    assert not (console.dossier / "depots").exists()


@pytest.mark.parametrize(
    ("nom", "garde"),
    [("../../../etc/passwd", "passwd"), ("C:\\Windows\\x.png", "x.png"), ("", "fichier"), ("..", "fichier")],
)
def test_nom_hostile(console: Console, nom: str, garde: str) -> None:
    """Le nom d'un fichier n'est jamais un chemin."""
    console.demande(pieces=(PieceDemandee("P.1", "un écran", ("capture",)),))
    statut, lu = _deposer(console, "P.1", nom, b"PNG 1")
    assert (statut, lu["nom"]) == (200, garde)
    assert {f.parent for f in console.dossier.rglob("*") if f.is_file() and f.read_bytes() == b"PNG 1"} == {
        console.dossier / "depots"
    }


def test_depot_attestation_et_lien(console: Console) -> None:
    """Métadonnées et genre vont à la porte puis à la réponse ; un refus nomme le champ ; l'expiration se lit."""
    genres = ("attestation", "lien-plateforme-test")
    futur = console.demande(pieces=(PieceDemandee("P.1", "une homologation", genres),))
    meta = {"numero": "H-1", "version": "2", "expire_le": "2028-03-01"}
    statut, refus = _deposer(console, "P.1", "h.png", b"PNG h", genre="attestation", meta=json.dumps(meta))
    assert (statut, refus["champ"]) == (422, "version")
    meta["version"] = "1"
    statut, accepte = _deposer(console, "P.1", "h.png", b"PNG h", genre="attestation", meta=json.dumps(meta))
    assert (statut, accepte["expire_le"]) == (200, "2028-03-01")
    statut, lien = _deposer(console, "P.1", "lien.txt", b"PNG 4211", genre="lien-plateforme-test")
    assert (statut, lien["a_verifier"]) == (200, "officiel")
    assert _deposer(console, "P.1", "x.png", b"PNG x", genre="video")[0] == 422
    assert _deposer(console, "P.1", "x.png", b"PNG x", meta='{"inconnu": "1"}')[0] == 422
    assert console.poster("/reponse", {"numero": 1, "issue": "fait"})[0] == 200
    assert [(p.genre, p.meta) for p in futur.result(5).pieces] == [("attestation", meta), (genres[1], None)]


def test_depot_hors_demande(console: Console) -> None:
    """Un fichier pour une preuve qui n'est pas demandée, ou pour une demande passée, n'entre pas."""
    console.demande(pieces=(PieceDemandee("P.1", "un écran", ("capture",)),))
    assert _deposer(console, "P.9", "a.png", b"PNG")[0] == 422
    assert _deposer(console, "P.1", "a.png", b"PNG", demande=0)[0] == 422
    assert not (console.dossier / "depots").exists() or not list((console.dossier / "depots").iterdir())


def test_depot_enorme(console: Console) -> None:
    """Un dépôt au-delà de la borne s'arrête en route : rien n'en reste."""
    console.demande(pieces=(PieceDemandee("P.1", "une vidéo", ("video",)),))
    statut, lu = _deposer(console, "P.1", "v.mp4", b"PNG" + bytes(1 << 18))
    assert statut == 422 and "plus courte" in lu["erreur"]
    assert not list((console.dossier / "depots").iterdir())
    assert console.demander("GET", "/")[0] == 200


# -- fin -------------------------------------------------------------------------------------------------------------


def test_fin(console: Console) -> None:
    """À la fin, les pages l'apprennent, le flux se ferme, et le port est rendu."""
    flux = console.flux()
    flux.attendre("demande")
    console.tableau.finir("La campagne est finie.")
    while not flux.attendre("campagne")["fin"]:
        continue
    port = urlsplit(console.serveur.origine).port
    console.serveur.fermer()
    flux.fermer()
    with socket.socket() as prise:
        assert prise.connect_ex(("127.0.0.1", port)) != 0
    console.serveur.fermer()


def _deposer(
    console: Console, preuve: str, nom: str, octets: bytes, demande: int = 1, **dit: str
) -> tuple[int, dict[str, Any]]:
    adresse = "/depots?" + urlencode({"demande": demande, "preuve": preuve, "nom": nom, **dit})
    statut, _, corps = console.demander("POST", adresse, octets, Content_Type="application/octet-stream")
    lu: dict[str, Any] = json.loads(corps)
    return statut, lu


def _non_conforme(retenu: ScenarioRetenu) -> ResultatScenario:
    constat = Constat("X-1", Verdict.NON_CONFORME, "Écart", attendu="A", recu="B")
    cle = retenu.cle
    return ResultatScenario(
        cle.rem, cle.exigence, cle.scenario, "t", "s", 2, "p", Verdict.NON_CONFORME, constats=(constat,)
    )
