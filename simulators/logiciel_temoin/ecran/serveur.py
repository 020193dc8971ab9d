"""Le serveur web de l'écran, sur la boucle locale : un fil par connexion, un compte par navigateur."""

from __future__ import annotations

import json
import threading
import traceback
from collections import OrderedDict
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from simulators.logiciel_temoin.ecran.contrat import Fonction
from simulators.logiciel_temoin.ecran.envoi import Envoi, EnvoiIllisible, lire_envoi, lire_requete
from simulators.logiciel_temoin.ecran.formulaire import Etat
from simulators.logiciel_temoin.ecran.libelles import COMPTES
from simulators.logiciel_temoin.ecran.pages import Pages, Resultat
from simulators.logiciel_temoin.ecran.saisie import SaisieInvalide, champs_remplis, lire_parametres
from simulators.logiciel_temoin.ecran.valeurs import fichier, trouver
from simulators.logiciel_temoin.erreurs import ParametreInvalide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.logiciel_temoin.erreurs import Enveloppe

COOKIE = "labo_compte"
CORPS_MAX = 64 * 1024 * 1024
GARDES = 200
"""Résultats gardés : les plus anciens s'oublient, pour qu'une longue journée n'emplisse pas la mémoire."""
API = ("/actions", "/apropos", "/defauts")
_ENTETES = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    ),
)


class ServeurEcran(ThreadingHTTPServer):
    """L'écran. `jouer(action, corps)` fait agir le logiciel ; `apropos` : ce que la page « À propos » en dit."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self,
        fonctions: Mapping[str, Fonction],
        jouer: Callable[[str, dict[str, Any]], Enveloppe],
        apropos: Mapping[str, Any],
        port: int = 0,
    ) -> None:
        self.fonctions = fonctions
        self.jouer = jouer
        self.apropos = apropos
        self.pages = Pages(f"{apropos['nom']} {apropos['version']}", fonctions)
        self._resultats: OrderedDict[int, Resultat] = OrderedDict()
        self._joues = 0
        self._verrou = threading.Lock()
        super().__init__(("127.0.0.1", port), _Gestionnaire)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def garder(self, fonction: Fonction, compte: str, enveloppe: Enveloppe) -> Resultat:
        """Numérote un résultat."""
        with self._verrou:
            self._joues += 1
            resultat = Resultat(self._joues, fonction, compte, datetime.now().astimezone(), enveloppe)
            self._resultats[resultat.numero] = resultat
            if len(self._resultats) > GARDES:
                self._resultats.popitem(last=False)
        return resultat

    def resultats(self) -> list[Resultat]:
        with self._verrou:
            return list(self._resultats.values())

    def resultat(self, numero: str) -> Resultat | None:
        with self._verrou:
            return self._resultats.get(int(numero)) if numero.isdecimal() else None


class _Gestionnaire(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: ServeurEcran

    # -- entrées -------------------------------------------------------------------------------------------------

    def do_GET(self) -> None:
        if self._hote_inattendu():
            return
        decoupee = urlsplit(self.path)
        morceaux = [unquote(m) for m in decoupee.path.split("/")[1:]]
        compte, pages = self._compte(), self.server.pages
        match morceaux:
            case [""]:
                self._envoyer(200, pages.accueil(compte))
            case ["compte"]:
                self._envoyer(200, pages.comptes(compte, "/"))
            case ["a-propos"]:
                self._envoyer(200, pages.a_propos(self.server.apropos, compte))
            case ["fonctions", nom] if fonction := self.server.fonctions.get(nom):
                self._montrer(fonction, compte, decoupee.query)
            case ["resultats"]:
                self._envoyer(200, pages.resultats(self.server.resultats(), compte))
            case ["resultats", numero, *suite] if resultat := self.server.resultat(numero):
                self._resultat(resultat, suite)
            case _:
                self._introuvable(decoupee.path)

    def do_POST(self) -> None:
        taille = int(self.headers.get("Content-Length") or 0)
        if taille > CORPS_MAX:
            self.close_connection = True
            self._message(413, "Envoi trop volumineux", f"attendu moins de {CORPS_MAX >> 20} Mo")
            return
        corps = self.rfile.read(taille)
        if self._hote_inattendu():
            return
        chemin = urlsplit(self.path).path
        if chemin.startswith(API):
            self._introuvable(chemin)
            return
        try:
            envoi = lire_envoi(self.headers.get("Content-Type") or "", corps)
        except EnvoiIllisible as erreur:
            self._message(400, "Envoi illisible", str(erreur))
            return
        fonction = self.server.fonctions.get(chemin.removeprefix("/fonctions/"))
        if chemin == "/compte":
            self._ouvrir(envoi)
        elif fonction is not None and chemin.startswith("/fonctions/"):
            self._recevoir(fonction, envoi)
        else:
            self._introuvable(chemin)

    # -- actions -------------------------------------------------------------------------------------------------

    def _ouvrir(self, envoi: Envoi) -> None:
        compte, retour = envoi.champs.get("compte", ""), envoi.champs.get("retour", "/")
        if compte not in COMPTES:
            self._message(422, "Compte inconnu", f"attendu l'un de {', '.join(COMPTES)}, reçu « {compte} »")
            return
        # `Strict` : une page d'un autre site ne peut rien faire faire au compte ouvert.
        ouvert = ("Set-Cookie", f"{COOKIE}={compte}; Path=/; HttpOnly; SameSite=Strict")
        self._rediriger(retour if retour.startswith("/") and not retour.startswith("//") else "/", ouvert)

    def _montrer(self, fonction: Fonction, compte: str, requete: str) -> None:
        if not compte:
            self._envoyer(200, self.server.pages.comptes("", f"/fonctions/{fonction.nom}"))
            return
        try:
            self._envoyer(200, self.server.pages.fonction(fonction, compte, Etat(lire_requete(requete).champs)))
        except EnvoiIllisible as erreur:
            self._message(400, "Adresse illisible", str(erreur))

    def _recevoir(self, fonction: Fonction, envoi: Envoi) -> None:
        compte, pages = self._compte(), self.server.pages
        if not compte:
            self._message(403, "Aucune session ouverte", "choisissez d'abord le compte qui agit")
            return
        champs = champs_remplis(fonction, envoi)
        ajout, retrait = champs.pop("_ajouter", ""), champs.pop("_retirer", "")
        if retrait:
            champs = {n: v for n, v in champs.items() if not f"{n}.".replace("@", ".").startswith(f"{retrait}.")}
        if ajout or retrait:
            self._envoyer(200, pages.fonction(fonction, compte, Etat(champs, ajout, retrait)))
            return
        try:
            parametres = lire_parametres(fonction, champs)
            enveloppe = self.server.jouer(fonction.nom, {"utilisateur": compte, **parametres})
        except SaisieInvalide as erreur:
            etat = Etat(champs, fautif=erreur.chemin, message=str(erreur))
            self._envoyer(422, pages.fonction(fonction, compte, etat))
        except ParametreInvalide as erreur:
            self._envoyer(422, pages.fonction(fonction, compte, Etat(champs, message=f"Saisie refusée : {erreur}")))
        except Exception as erreur:  # noqa: BLE001 - frontière du produit : une erreur interne se dit, elle ne coupe pas
            traceback.print_exc()
            self._message(500, "Erreur interne du logiciel", str(erreur))
        else:
            self._rediriger(f"/resultats/{self.server.garder(fonction, compte, enveloppe).numero}")

    def _resultat(self, resultat: Resultat, suite: list[str]) -> None:
        donnees = resultat.enveloppe.donnees
        match suite:
            case []:
                self._envoyer(200, self.server.pages.resultat(resultat))
            case ["donnees.json"]:
                octets = json.dumps(donnees, ensure_ascii=False, indent=2).encode()
                self._telecharger("donnees.json", "application/json; charset=utf-8", octets)
            case ["fichiers", chemin] if (trouve := trouver(donnees, chemin)) and (lu := fichier(*trouve)):
                self._telecharger(lu.nom, lu.type_contenu, lu.octets)
            case _:
                self._introuvable(self.path)

    # -- réponses ------------------------------------------------------------------------------------------------

    def _introuvable(self, chemin: str) -> None:
        if chemin.startswith(API):
            erreur = "l'API d'actions est fermée : ce logiciel se pilote à l'écran ; ouvrez / dans un navigateur"
            octets = json.dumps({"erreur": erreur}, ensure_ascii=False).encode()
            self._octets(404, octets, "application/json; charset=utf-8")
        else:
            self._message(404, "Page introuvable", f"aucune page à l'adresse {chemin}, ou résultat trop ancien")

    def _message(self, statut: int, titre: str, texte: str) -> None:
        self._envoyer(statut, self.server.pages.message(titre, texte, self._compte()))

    def _envoyer(self, statut: int, html: str) -> None:
        self._octets(statut, html.encode(), "text/html; charset=utf-8")

    def _rediriger(self, vers: str, *entetes: tuple[str, str]) -> None:
        self._octets(303, b"", "text/html; charset=utf-8", ("Location", vers), *entetes)

    def _telecharger(self, nom: str, type_contenu: str, octets: bytes) -> None:
        # Une image s'affiche dans la page ; le reste s'enregistre, un document reçu ne s'ouvre jamais dans l'écran.
        forme = "inline" if type_contenu == "image/png" else "attachment"
        self._octets(200, octets, type_contenu, ("Content-Disposition", f'{forme}; filename="{nom}"'))

    def _octets(self, statut: int, octets: bytes, type_contenu: str, *entetes: tuple[str, str]) -> None:
        self.send_response(statut)
        for nom, valeur in (*_ENTETES, *entetes):
            self.send_header(nom, valeur)
        self.send_header("Content-Type", type_contenu)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)
        self.wfile.flush()

    def _hote_inattendu(self) -> bool:
        """Vrai, et répondu, si l'adresse n'est pas celle de ce poste : un nom public peut désigner 127.0.0.1."""
        hote = (self.headers.get("Host") or "").partition(":")[0]
        if hote in ("localhost", "127.0.0.1"):
            return False
        self._octets(421, b"Adresse inattendue.", "text/plain; charset=utf-8")
        return True

    def _compte(self) -> str:
        pot: SimpleCookie = SimpleCookie()
        try:
            pot.load(self.headers.get("Cookie") or "")
        except CookieError:
            return ""
        compte = pot[COOKIE].value if COOKIE in pot else ""
        return compte if compte in COMPTES else ""

    def log_message(self, format: str, *args: Any) -> None:
        """Rien sur la sortie d'erreur : les traces du produit suffisent."""
