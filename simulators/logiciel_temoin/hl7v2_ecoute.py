"""Écoute HL7 v2 : identités, documents que la plateforme transmet, accusés métier ; chaque message est acquitté."""

from __future__ import annotations

import base64
import binascii
import socket
import socketserver
import threading
from collections.abc import Callable

from simulators.logiciel_temoin import documents_entrants, hl7v2, plateforme_relais
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.erreurs import Echec, ParametreInvalide, Refus
from simulators.logiciel_temoin.hl7v2_cadre import Lecteur, MessageTropLong, Recu, encadrer, lire
from simulators.logiciel_temoin.hl7v2_emission import Retour
from simulators.logiciel_temoin.horloge import PARIS, maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import ACTIONS
from simulators.logiciel_temoin.soap import ReponseIllisible

PLATEFORME = "PFI"
"""Type de logiciel qui relaie les documents des autres ; un autre ne reçoit pas d'ORU."""
COMPTE = "agent_accueil"
COMPTE_DOCUMENTS = "biologiste_1"
_OPERATIONS = {"ACK_RECEPTION_DMP": "dmp", "ACK_RECEPTION_MSS": "mssante", "ACK_LECTURE_MSS": "lecture"}
_TEXTES = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "200": "Unsupported message type",
    "203": "Unsupported version",
    "207": "Application error",
}


class Rejet(Exception):
    """Le message n'est pas pris en charge : code de la table 0357, lieu, et détail."""

    def __init__(self, code: str, lieu: str = "", detail: str = "") -> None:
        super().__init__(detail or _TEXTES[code])
        self.code, self.lieu, self.detail = code, lieu, detail


class ServeurHl7v2(socketserver.ThreadingTCPServer):
    """La prise du logiciel."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, labo: Labo, port: int = 0) -> None:
        self.labo = labo
        self.vus: dict[tuple[str, str], str] = {}
        self.verrou = threading.Lock()
        super().__init__(("127.0.0.1", port), _Connexion)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Connexion(socketserver.BaseRequestHandler):
    server: ServeurHl7v2
    request: socket.socket

    def handle(self) -> None:
        self.request.settimeout(60)
        lecteur = Lecteur(self.request)
        try:
            while (octets := lecteur.suivant()) is not None:
                recu = lire(octets)
                if recu is not None:
                    self._traiter(recu, octets)
        except (OSError, MessageTropLong):
            return

    def _traiter(self, recu: Recu, octets: bytes) -> None:
        serveur, defaut = self.server, self.server.labo.defaut
        cle = (recu.champ("MSH", 3) + "|" + recu.champ("MSH", 4), recu.champ("MSH", 10))
        with serveur.verrou:
            accuse = serveur.vus.get(cle, "")
            if not accuse or defaut("prise_doublon_integre"):
                accuse = _accuser(serveur.labo, recu, octets)
                if "\rMSA|AA|" in accuse and cle[1]:
                    serveur.vus[cle] = accuse
        if defaut("prise_sans_acquittement") or (defaut("prise_zam_muet") and recu.valeur("MSH", 9) == "ZAM"):
            return
        reponse = encadrer(accuse, "iso-8859-15" if recu.champ("MSH", 18).startswith("8859") else "utf-8")
        self.request.sendall(reponse[:-2] if defaut("prise_cadre_ouvert") else reponse)
        while serveur.labo.relais:
            serveur.labo.relais.pop(0).start()


def _accuser(labo: Labo, recu: Recu, octets: bytes) -> str:
    try:
        _verifier(labo, recu)
        _TRAITEMENTS[recu.valeur("MSH", 9)](labo, recu, octets)
    except Rejet as rejet:
        if not labo.defaut("prise_accord_systematique"):
            return _acquittement(labo, recu, "AE", rejet)
    return _acquittement(labo, recu, "AA", None)


def _verifier(labo: Labo, recu: Recu) -> None:
    code = recu.valeur("MSH", 9)
    if not recu.champ("MSH", 10):
        raise Rejet("101", "MSH^1^10")
    if code not in _TRAITEMENTS or (code in ("ORU", "OUL") and labo.type_logiciel != PLATEFORME):
        raise Rejet("200", "MSH^1^9")
    if not recu.valeur("MSH", 12).startswith("2."):
        raise Rejet("203", "MSH^1^12")
    if code != "ZAM" and not recu.compte("PID"):
        raise Rejet("100", "PID^1")


def _acquittement(labo: Labo, recu: Recu, code: str, rejet: Rejet | None) -> str:
    evenement, numero = recu.valeur("MSH", 9, 2), recu.champ("MSH", 10)
    type_ = "ACK" if labo.defaut("prise_ack_sans_evenement") else f"ACK^{evenement}^ACK"
    version = "2.3" if labo.defaut("prise_ack_version") else recu.champ("MSH", 12)
    if labo.defaut("prise_msa_2_faux"):
        numero = f"{numero[::-1]}X"
    jeu = recu.champ("MSH", 18) or "UNICODE UTF-8"
    lignes = [
        f"MSH|^~\\&|{recu.champ('MSH', 5)}|{recu.champ('MSH', 6)}|{recu.champ('MSH', 3)}|{recu.champ('MSH', 4)}|"
        f"{maintenant().astimezone(PARIS).strftime('%Y%m%d%H%M%S')}||{type_}|{labo.numero_message()}|"
        f"{recu.champ('MSH', 11) or 'P'}|{version}|||||FRA|{jeu}",
        f"MSA|{code}|{numero}",
    ]
    if rejet is not None and not labo.defaut("prise_refus_sans_raison"):
        erreur = f"{rejet.code}^{_TEXTES[rejet.code]}^HL70357"
        detail = f"|{hl7v2.echapper(rejet.detail)}" if rejet.detail else ""
        lignes.append(f"ERR||{rejet.lieu}|{erreur}|E{detail}")
    return "\r".join(lignes) + "\r"


# ------------------------------------------------------------------------------------------------------- traiter
def _identite(labo: Labo, recu: Recu, octets: bytes) -> None:
    jeu = "iso-8859-15" if recu.champ("MSH", 18).startswith("8859") else "utf-8"
    autorite = recu.champ("PID", 3).split("~")[0].split("^")
    domaine = autorite[3].split("&")[1] if len(autorite) > 3 and "&" in autorite[3] else ""
    parametres = {
        "contenu": octets.decode(jeu, "replace"),
        "emetteur": {"nom": recu.valeur("MSH", 3), "domaine": domaine},
    }
    try:
        ACTIONS["recevoir_message"](labo, labo.annuaire.ouvrir(COMPTE), Parametres(parametres))
    except (Echec, Refus, ParametreInvalide) as erreur:
        raise Rejet("207", detail=str(erreur)) from erreur


def _document(labo: Labo, recu: Recu, octets: bytes) -> None:
    """Un CDA que la plateforme a reçu par MSSanté : intégré au dossier, ou mis de côté et dit à l'émetteur."""
    cda = _cda(recu)
    if labo.type_logiciel == PLATEFORME:
        _confier(labo, recu, cda)
        return
    if labo.defaut("prise_document_perdu"):
        return
    utilisateur = labo.annuaire.ouvrir(COMPTE_DOCUMENTS)
    try:
        document, integre, messages = documents_entrants.recevoir(labo, utilisateur, cda, recu.valeur("MSH", 3), "")
    except (ReponseIllisible, ValueError, Refus, Echec) as erreur:
        raise Rejet("207", "OBX^1^5", str(erreur)) from erreur
    if not integre:
        raise Rejet("207", detail=" ".join(messages))
    _apres_integration(labo, document)


def _confier(labo: Labo, recu: Recu, cda: bytes) -> None:
    """En plateforme : le document est pris en charge, ses envois partent une fois l'acquittement rendu."""
    try:
        labo.relais.append(plateforme_relais.prendre(labo, recu, cda))
    except plateforme_relais.Inexploitable as erreur:
        raise Rejet("207", "OBX^1^5", str(erreur)) from erreur


def _apres_integration(labo: Labo, document: Document) -> None:
    document.etat_dmp = "alimente" if document.etat_dmp == "non_envoye" else document.etat_dmp
    if labo.defaut("prise_document_a_un_autre"):
        autres = [p for p in labo.base.patients.values() if p.patient_id != document.patient_id]
        document.patient_id = autres[-1].patient_id if autres else document.patient_id


def _cda(recu: Recu) -> bytes:
    for place in range(recu.compte("OBX")):
        if recu.champ("OBX", 2, place) == "ED":
            try:
                return base64.b64decode(recu.valeur("OBX", 5, 5, place), validate=True)
            except (binascii.Error, ValueError) as erreur:
                raise Rejet("102", "OBX^1^5", "base64 illisible") from erreur
    raise Rejet("100", "OBX^1", "aucun document")


def _accuse_metier(labo: Labo, recu: Recu, octets: bytes) -> None:
    """ZAM : ce que la plateforme a obtenu du DMP ou de la messagerie pour un document transmis."""
    operation = _OPERATIONS.get(recu.valeur("OBX", 3))
    if operation is None:
        raise Rejet("101", "OBX^1^3")
    reussi = recu.valeur("OBX", 5) == "Y" or labo.defaut("prise_accuse_toujours_positif")
    detail = " ".join(filter(None, (recu.valeur("ERR", 5), recu.valeur("ERR", 5, 2))))
    retour = Retour(operation, reussi, recu.valeur("OBX", 5, 4, 1), detail)
    if not labo.emission.noter_retour(recu.champ("OBX", 4), retour):
        raise Rejet("207", "OBX^1^4", "message inconnu")


_TRAITEMENTS: dict[str, Callable[[Labo, Recu, bytes], None]] = {
    "ADT": _identite,
    "MDM": _document,
    "ORU": _document,
    "OUL": _document,
    "ZAM": _accuse_metier,
}
