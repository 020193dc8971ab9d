"""Le pair émet : un message vers l'adresse où le logiciel écoute, et l'acquittement qu'il rend."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
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
_GUET = 0.1
"""Secondes entre deux regards, une fois l'accusé de réception rendu."""


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

    `code`, `reference` : MSA-1 et MSA-2 de l'acquittement, l'applicatif s'il suit celui de réception (CA) ; `detail` :
    ce qui s'est passé, en français.
    """

    echange: Echange
    issue: str
    code: str = ""
    reference: str = ""
    acquittement: bytes = b""
    detail: str = ""
    reponse: bytes = b""
    """Ce que le logiciel a répondu, cadres compris : un acquittement applicatif différé suit celui de réception."""

    @property
    def accepte(self) -> bool:
        """Vrai si le logiciel dit avoir pris le message en charge."""
        return self.code in ("AA", "CA")


class Emetteur:
    """Une connexion par envoi ; tout est au journal, l'échec aussi."""

    def __init__(
        self,
        journal: JournalEchanges,
        igc: IgcTest,
        pannes: RegistrePannes,
        differe: Callable[[str, float], bytes] = lambda _identifiant, _delai: b"",
    ) -> None:
        """`differe` : l'acquittement applicatif de ce MSH-10 venu sur une autre connexion, attendu tant de secondes."""
        self._journal = journal
        self._igc = igc
        self._pannes = pannes
        self._differe = differe

    def envoyer(self, adresse: AdressePair, message: bytes, *, delai: float = DELAI) -> Envoi:
        """Envoie ce message, sans cadre, et attend au plus `delai` secondes son acquittement."""
        debut = datetime.now(UTC)
        demande = self._demande(adresse, message, debut)
        panne = self._pannes.prendre(demande, *_PANNES)
        fil, coupe = _sur_le_fil(message, panne)
        entete = lire(message)
        ecoute = _Ecoute(delai, entete.identifiant if entete else "", self._differe)
        try:
            issue, detail = self._dialoguer(adresse, fil, delai, panne, ecoute, coupe=coupe)
        except OSError as erreur:
            # Une connexion perdue en attendant n'est pas une adresse où personne n'écoute.
            coupee = isinstance(erreur, ConnectionResetError | BrokenPipeError)
            issue, detail = "coupe" if coupee else "injoignable", _en_clair(erreur, adresse)
        if ecoute.cadres:
            # Le premier acquittement est arrivé : ce qui manque ensuite n'est pas l'affaire de la connexion.
            issue, detail = "acquitte", ""
        return self._inscrire(adresse, fil, debut, panne, ecoute, issue, detail)

    def _dialoguer(
        self, adresse: AdressePair, fil: bytes, delai: float, panne: PanneArmee | None, ecoute: _Ecoute, *, coupe: bool
    ) -> tuple[str, str]:
        with self._ouvrir(adresse, delai) as prise:
            if panne is not None and panne.nom == "envoi_goutte_a_goutte":
                prise.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for rang in range(0, len(fil), max(_MORCEAU, len(fil) // 200)):
                    prise.sendall(fil[rang : rang + max(_MORCEAU, len(fil) // 200)])
            else:
                prise.sendall(fil)
            if coupe:
                return "coupe", "connexion coupée par le banc"
            return ecoute.lire(prise)

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
        ecoute: _Ecoute,
        issue: str,
        detail: str,
    ) -> Envoi:
        entete, cadre = lire(fil.removeprefix(b"\x0b")), ecoute.dernier
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
            **({"acquittement_differe": "oui"} if ecoute.differe else {}),
        }
        echange = self._journal.ajouter_echange(
            service=SERVICE,
            operation=entete.operation if entete else "",
            debut=debut,
            fin=datetime.now(UTC),
            requete=Requete("EMETTRE", str(adresse), (), CorpsMemoire(fil), ""),
            reponse=Reponse(0, (), CorpsMemoire(ecoute.octets)) if cadre else None,
            pair=f"{adresse.hote}:{adresse.port}",
            panne=panne.nom if panne else None,
            notes=notes,
        )
        return Envoi(echange, issue, code, reference, cadre.contenu if cadre else b"", detail, ecoute.octets)


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


class _Ecoute:
    """Ce que le logiciel répond : un acquittement ou, en mode étendu, celui de réception (CA) puis l'applicatif.

    L'applicatif vient sur la même connexion, ou sur une autre, que le banc reçoit (HL7 v2.5, § 2.9.3).
    """

    def __init__(self, delai: float, identifiant: str, ailleurs: Callable[[str, float], bytes]) -> None:
        self._delai = delai
        self._identifiant = identifiant
        self._ailleurs = ailleurs
        self._cadrage = Cadrage(ACQUITTEMENT_MAX)
        self.cadres: list[Cadre] = []

    @property
    def dernier(self) -> Cadre | None:
        """L'acquittement qui compte."""
        return self.cadres[-1] if self.cadres else None

    @property
    def differe(self) -> bool:
        """Vrai si l'acquittement applicatif a suivi celui de réception."""
        return len(self.cadres) > 1

    @property
    def octets(self) -> bytes:
        return b"".join(cadre.octets for cadre in self.cadres)

    def lire(self, prise: socket.socket) -> tuple[str, str]:
        """Attend au plus le délai ; rend l'issue et ce qui s'est passé."""
        echeance = time.monotonic() + self._delai
        while not self._complet() and (reste := echeance - time.monotonic()) > 0:
            if self.cadres and self._venu_d_ailleurs(0.0):
                break
            prise.settimeout(min(reste, _GUET) if self.cadres else reste)
            try:
                bloc = prise.recv(65_536)
            except TimeoutError:
                continue
            if not bloc:
                if not self.cadres:
                    return self._fin("coupe", "connexion fermée par le logiciel sans acquittement")
                self._venu_d_ailleurs(max(0.0, echeance - time.monotonic()))
                break
            try:
                self._garder(self._cadrage.recevoir(bloc))
            except MessageTropGrand:
                return "illisible", f"réponse de plus de {ACQUITTEMENT_MAX} octets"
        return self._fin("sans_reponse", f"aucun acquittement en {self._delai:g} s")

    def _fin(self, issue: str, detail: str) -> tuple[str, str]:
        if not self.cadres and (cadre := self._cadrage.reste()) is not None:
            self.cadres.append(cadre)
        return ("acquitte", "") if self.cadres else (issue, detail)

    def _garder(self, recus: list[Cadre]) -> None:
        """Le premier cadre ; après un accusé de réception, l'applicatif du même message."""
        for cadre in recus:
            if not self.cadres or (not self._complet() and _applicatif(cadre.contenu, self._identifiant)):
                self.cadres.append(cadre)

    def _complet(self) -> bool:
        return bool(self.cadres) and (self.differe or acquittement_lu(self.cadres[0].contenu)[0] != "CA")

    def _venu_d_ailleurs(self, delai: float) -> bool:
        """L'acquittement applicatif, venu sur une autre connexion."""
        message = self._ailleurs(self._identifiant, delai)
        if message:
            self.cadres.append(Cadre(encadrer(message)))
        return bool(message)


def _applicatif(message: bytes, identifiant: str) -> bool:
    code, reference = acquittement_lu(message)
    return code in ("AA", "AE", "AR") and reference == identifiant


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
