"""API HTTP de pilotage, sur la boucle locale : une action par appel, un fil par appel."""

from __future__ import annotations

import json
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from simulators.logiciel_temoin import (  # noqa: F401
    actions_annuaire,
    actions_appels,
    actions_catalogue,
    actions_comptes,
    actions_confidentialite,
    actions_correspondants,
    actions_dispositifs,
    actions_dmp,
    actions_documents,
    actions_drim,
    actions_identite,
    actions_medicales,
    actions_mss,
    actions_plateforme,
    actions_portabilite,
    actions_presentation,
    actions_psc,
    actions_reception,
    actions_recus,
    actions_reglages,
    actions_sessions,
    actions_soins,
    actions_tableau,
    actions_usagers,
)
from simulators.logiciel_temoin.erreurs import Echec, Enveloppe, ParametreInvalide, Refus
from simulators.logiciel_temoin.labo import EDITEUR, NOM, VERSION, Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import ACTIONS, METIERS, actions_de
from simulators.logiciel_temoin.traces import PREUVE

TAILLE_MAX = 64 * 1024 * 1024
SANS_PERSONNE = frozenset({"laisser_passer"})
"""Actions où personne n'agit : elles ne comptent pas comme une activité de la session ouverte."""


def jouer(labo: Labo, nom: str, corps: dict[str, Any]) -> Enveloppe:
    """Joue une action ; une règle métier qui l'empêche donne « refuse », une panne donne « echec »."""
    valeurs = dict(corps)
    utilisateur = labo.annuaire.ouvrir(str(valeurs.pop("utilisateur", "")))
    if nom not in SANS_PERSONNE:
        utilisateur = labo.identifier(utilisateur)
    connu = dict(utilisateur.preuve)
    if connu and labo.defaut("psc_mode_non_trace"):
        del connu["mode"]
    preuve = PREUVE.set(connu)
    if labo.type_logiciel not in METIERS.get(nom, (labo.type_logiciel,)):
        return Enveloppe("non_gere", (f"Un {labo.type_logiciel} n'a pas cette fonction.",))
    try:
        return ACTIONS[nom](labo, utilisateur, Parametres(valeurs))
    except Refus as refus:
        return Enveloppe("refuse", refus.messages, refus.donnees)
    except Echec as echec:
        return Enveloppe("echec", echec.messages, echec.donnees)
    finally:
        PREUVE.reset(preuve)


class Interface:
    """Ce par quoi l'on fait agir le logiciel, qu'un programme ou une personne le demande."""

    def __init__(self, labo: Labo) -> None:
        self.labo = labo
        self._verrou = threading.RLock()

    def jouer(self, nom: str, valeurs: dict[str, Any]) -> Enveloppe:
        """Joue une action ; plusieurs peuvent l'être en même temps, sauf défaut voulu."""
        tenue = self._verrou.acquire(blocking=False) or (
            self.labo.defaut("interface_bloquee_pendant_dmp") and self._verrou.acquire()
        )
        try:
            return jouer(self.labo, nom, valeurs)
        finally:
            if tenue:
                self._verrou.release()


def declaration(labo: Labo) -> dict[str, Any]:
    """Ce que le produit dit de sa connexion par Pro Santé Connect, si l'installation en a un."""
    return {"pro_sante_connect": labo.fournisseurs.a_propos()} if labo.environnement.fournisseurs else {}


def apropos(labo: Labo) -> dict[str, Any]:
    """Ce que le produit dit de lui."""
    return {
        "nom": NOM,
        "version": VERSION,
        "editeur": EDITEUR,
        "type_logiciel": labo.type_logiciel,
        "defauts": sorted(labo.defauts.actifs),
        **declaration(labo),
    }


class ServeurLabo(ThreadingHTTPServer):
    """Serveur HTTP du logiciel."""

    daemon_threads = True
    block_on_close = False
    # Au-delà du défaut (5) : plusieurs actions peuvent partir ensemble.
    request_queue_size = 64

    def __init__(self, labo: Labo, port: int) -> None:
        self.labo = labo
        self.interface = Interface(labo)
        super().__init__(("127.0.0.1", port), Gestionnaire)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Gestionnaire(BaseHTTPRequestHandler):
    """`GET /apropos`, `GET /actions`, `POST /actions/<nom>`."""

    protocol_version = "HTTP/1.1"
    # En-têtes et corps partent ensemble, sans attendre l'accusé : sinon chaque action coûte 40 ms en local.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: ServeurLabo

    def do_GET(self) -> None:
        labo = self.server.labo
        if self.path == "/apropos":
            self._repondre(200, apropos(labo))
        elif self.path == "/actions":
            self._repondre(200, actions_de(labo.type_logiciel))
        elif self.path == "/defauts":
            self._repondre(200, labo.defauts.rencontres())
        else:
            self._repondre(404, {"erreur": f"adresse inconnue : {self.path}"})

    def do_POST(self) -> None:
        prefixe, _, nom = self.path.rpartition("/")
        corps = self._corps()
        if corps is None:
            return
        if prefixe != "/actions" or nom not in ACTIONS:
            self._repondre(404, {"erreur": f"action inconnue : {nom}"})
            return
        try:
            valeurs = json.loads(corps or b"{}")
            if not isinstance(valeurs, dict):
                raise ParametreInvalide("un objet JSON est attendu")
            self._repondre(200, self.server.interface.jouer(nom, valeurs).en_dict())
        except (ParametreInvalide, json.JSONDecodeError, UnicodeDecodeError) as erreur:
            self._repondre(400, {"erreur": str(erreur)})
        except Exception as erreur:  # noqa: BLE001 - frontière du produit : une erreur interne se dit, elle ne coupe pas
            traceback.print_exc()
            self._repondre(500, {"erreur": f"erreur interne du logiciel : {erreur}"})

    def _corps(self) -> bytes | None:
        taille = int(self.headers.get("Content-Length") or 0)
        if taille > TAILLE_MAX:
            self.close_connection = True
            self._repondre(413, {"erreur": "appel trop volumineux"})
            return None
        return self.rfile.read(taille)

    def _repondre(self, statut: int, objet: dict[str, Any] | list[str]) -> None:
        octets = json.dumps(objet, ensure_ascii=False).encode()
        self.send_response(statut)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Rien sur la sortie d'erreur : les traces du produit suffisent."""
