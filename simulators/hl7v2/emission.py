"""Le pair émet : un message vers l'adresse où le logiciel écoute, et l'acquittement qu'il rend."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from simulators.hl7v2.cadre import Cadrage, Cadre, MessageTropGrand, encadrer
from simulators.hl7v2.entete import acquittement_lu, lire
from simulators.hl7v2.session import SERVICE
from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import PanneArmee, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, RequeteRecue

DELAI = 10.0
ACQUITTEMENT_MAX = 2**20
_MORCEAU = 7


@dataclass(frozen=True)
class AdressePair:
    """Où le logiciel écoute en MLLP."""

    hote: str
    port: int
    tls: bool = False

    def __str__(self) -> str:
        return f"mllp{'s' if self.tls else ''}://{self.hote}:{self.port}"


@dataclass(frozen=True)
class Envoi:
    """Ce qu'un envoi a donné. `issue` : `acquitte`, `sans_reponse`, `injoignable`, `coupe` ou `illisible`.

    `code`, `reference` : MSA-1 et MSA-2 de l'acquittement ; `detail` : ce qui s'est passé, en français.
    """

    echange: Echange
    issue: str
    code: str = ""
    reference: str = ""
    acquittement: bytes = b""
    detail: str = ""

    @property
    def accepte(self) -> bool:
        """Vrai si le logiciel dit avoir pris le message en charge."""
        return self.code in ("AA", "CA")


class Emetteur:
    """Une connexion par envoi ; tout est au journal, l'échec aussi."""

    def __init__(self, journal: JournalEchanges, igc: IgcTest, pannes: RegistrePannes) -> None:
        self._journal = journal
        self._igc = igc
        self._pannes = pannes

    def envoyer(self, adresse: AdressePair, message: bytes, *, delai: float = DELAI) -> Envoi:
        """Envoie ce message, sans cadre, et attend au plus `delai` secondes son acquittement."""
        debut = datetime.now(UTC)
        demande = self._demande(adresse, message, debut)
        panne = self._pannes.prendre(demande, *_PANNES)
        fil, coupe = _sur_le_fil(message, panne)
        try:
            cadre, issue, detail = self._dialoguer(adresse, fil, delai, panne, coupe=coupe)
        except OSError as erreur:
            # Une connexion perdue en attendant n'est pas une adresse où personne n'écoute.
            coupee = isinstance(erreur, ConnectionResetError | BrokenPipeError)
            cadre, issue, detail = None, "coupe" if coupee else "injoignable", _en_clair(erreur, adresse)
        return self._inscrire(adresse, fil, debut, panne, cadre, issue, detail)

    def _dialoguer(
        self, adresse: AdressePair, fil: bytes, delai: float, panne: PanneArmee | None, *, coupe: bool
    ) -> tuple[Cadre | None, str, str]:
        with self._ouvrir(adresse, delai) as prise:
            if panne is not None and panne.nom == "envoi_goutte_a_goutte":
                prise.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for rang in range(0, len(fil), max(_MORCEAU, len(fil) // 200)):
                    prise.sendall(fil[rang : rang + max(_MORCEAU, len(fil) // 200)])
            else:
                prise.sendall(fil)
            if coupe:
                return None, "coupe", "connexion coupée par le banc"
            return _lire_acquittement(prise, delai)

    def _ouvrir(self, adresse: AdressePair, delai: float) -> socket.socket:
        prise = socket.create_connection((adresse.hote, adresse.port), timeout=delai)
        if not adresse.tls:
            return prise
        contexte = ssl.create_default_context(cafile=str(self._igc.racines_pem))
        try:
            return contexte.wrap_socket(prise, server_hostname=adresse.hote)
        except OSError:
            prise.close()
            raise

    def _demande(self, adresse: AdressePair, message: bytes, instant: datetime) -> RequeteRecue:
        return RequeteRecue(
            service=SERVICE,
            methode="EMETTRE",
            cible=str(adresse),
            version_http="",
            entetes=(),
            port=Port(SERVICE, adresse.port, adresse.tls, "mllp"),
            pair=f"{adresse.hote}:{adresse.port}",
            instant=instant,
            scenario=self._journal.scenario_courant,
            corps=CorpsMemoire(message),
            operation="EMISSION",
        )

    def _inscrire(
        self,
        adresse: AdressePair,
        fil: bytes,
        debut: datetime,
        panne: PanneArmee | None,
        cadre: Cadre | None,
        issue: str,
        detail: str,
    ) -> Envoi:
        entete = lire(fil.removeprefix(b"\x0b"))
        code, reference = acquittement_lu(cadre.contenu) if cadre else ("", "")
        if cadre is not None and not code:
            issue, detail = "illisible", "la réponse n'est pas un acquittement HL7 v2 (segment MSA)"
        notes = {
            "protocole": "mllp",
            "sens": "envoye",
            "identifiant": entete.identifiant if entete else "",
            "issue": issue,
            "acquittement": code or "aucun",
            **({"cadre": cadre.defaut} if cadre and cadre.defaut else {}),
            **({"detail": detail} if detail else {}),
        }
        echange = self._journal.ajouter_echange(
            service=SERVICE,
            operation=entete.operation if entete else "",
            debut=debut,
            fin=datetime.now(UTC),
            requete=Requete("EMETTRE", str(adresse), (), CorpsMemoire(fil), ""),
            reponse=Reponse(0, (), CorpsMemoire(cadre.octets)) if cadre else None,
            pair=f"{adresse.hote}:{adresse.port}",
            panne=panne.nom if panne else None,
            notes=notes,
        )
        return Envoi(echange, issue, code, reference, cadre.contenu if cadre else b"", detail)


def _sur_le_fil(message: bytes, panne: PanneArmee | None) -> tuple[bytes, bool]:
    """Les octets à envoyer, et si la connexion est coupée aussitôt."""
    nom = panne.nom if panne else ""
    if nom == "envoi_autre_encodage":
        message = message.decode("utf-8").replace("UNICODE UTF-8", "8859/15", 1).encode("iso-8859-15", "replace")
    fil = encadrer(message)
    if nom == "envoi_coupe":
        return fil[: len(fil) // 2], True
    if nom == "envoi_sans_cadre":
        return message, False
    if nom == "envoi_deux_colles":
        return fil + fil, False
    return fil, nom == "envoi_sans_attendre"


def _lire_acquittement(prise: socket.socket, delai: float) -> tuple[Cadre | None, str, str]:
    """Le premier cadre reçu avant l'échéance."""
    cadrage = Cadrage(ACQUITTEMENT_MAX)
    echeance = time.monotonic() + delai
    while (reste := echeance - time.monotonic()) > 0:
        prise.settimeout(reste)
        try:
            bloc = prise.recv(65_536)
        except TimeoutError:
            break
        if not bloc:
            cadre = cadrage.reste()
            if cadre is not None:
                return cadre, "acquitte", ""
            return None, "coupe", "connexion fermée par le logiciel sans acquittement"
        try:
            cadres = cadrage.recevoir(bloc)
        except MessageTropGrand:
            return None, "illisible", f"réponse de plus de {ACQUITTEMENT_MAX} octets"
        if cadres:
            return cadres[0], "acquitte", ""
    if (cadre := cadrage.reste()) is not None:
        return cadre, "acquitte", ""
    return None, "sans_reponse", f"aucun acquittement en {delai:g} s"


def _en_clair(erreur: OSError, adresse: AdressePair) -> str:
    if isinstance(erreur, ConnectionRefusedError):
        return f"{adresse} : personne n'écoute à cette adresse"
    if isinstance(erreur, ConnectionResetError | BrokenPipeError):
        return f"{adresse} : connexion coupée par le logiciel"
    if isinstance(erreur, TimeoutError):
        return f"{adresse} : connexion ou envoi trop lents"
    if isinstance(erreur, ssl.SSLError):
        return f"{adresse} : TLS refusé ({erreur.reason or erreur})"
    return f"{adresse} : {erreur.strerror or erreur}"


_PANNES = (
    "envoi_goutte_a_goutte",
    "envoi_coupe",
    "envoi_sans_attendre",
    "envoi_autre_encodage",
    "envoi_deux_colles",
    "envoi_sans_cadre",
)
