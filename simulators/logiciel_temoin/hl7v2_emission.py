"""Envoi des messages HL7 v2 aux partenaires : acquittement attendu, renvoi quand il manque, suivi par document."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass, field

from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.hl7v2_cadre import Lecteur, MessageTropLong, encadrer, lire

ATTENTE_S = 1.0
ESSAIS = 3
_MSH_10 = re.compile(r"^(MSH\|(?:[^|\r]*\|){8})([^|\r]*)")


@dataclass
class Retour:
    """Ce qu'un accusé métier de la plateforme dit d'une opération : `dmp`, `mssante` ou `lecture`."""

    operation: str
    reussi: bool
    destinataire: str = ""
    detail: str = ""


@dataclass
class Suivi:
    """Un message émis. `etat` : `acquitte`, `refuse` ou `attente`."""

    identifiant: str
    document_id: str
    etat: str = "attente"
    detail: str = ""
    retours: list[Retour] = field(default_factory=list)


class Emission:
    """Une connexion par message ; sans adresse, rien n'est émis."""

    def __init__(self, adresse: tuple[str, int] | None, defauts: Defauts) -> None:
        self._adresse = adresse
        self._defauts = defauts
        self._verrou = threading.Lock()
        self.suivis: dict[str, Suivi] = {}

    def envoyer(self, message: str, document_id: str = "") -> Suivi:
        """Envoie le message, et le renvoie tel quel tant qu'il n'est ni accepté ni refusé pour de bon."""
        trouve = _MSH_10.match(message)
        suivi = Suivi(trouve[2] if trouve else "", document_id)
        with self._verrou:
            self.suivis[suivi.identifiant] = suivi
        if self._adresse is None:
            return suivi
        essais = 1 if self._defauts.actif("prise_sans_renvoi") else ESSAIS
        for essai in range(essais):
            if essai and self._defauts.actif("prise_renvoi_renumerote"):
                message = _MSH_10.sub(rf"\g<1>{suivi.identifiant}-{essai}", message)
            code, detail = self._un_essai(message, suivi.identifiant)
            if code == "AA" or (code == "AE" and self._defauts.actif("prise_refus_ignore")):
                suivi.etat, suivi.detail = "acquitte", ""
                break
            suivi.detail = detail
            if code == "AE":
                suivi.etat = "refuse"
                break
        else:
            if self._defauts.actif("prise_silence_vaut_accord"):
                suivi.etat = "acquitte"
        if suivi.etat == "acquitte" and self._defauts.actif("prise_envoi_double"):
            self._un_essai(message, suivi.identifiant)
        return suivi

    def _un_essai(self, message: str, identifiant: str) -> tuple[str, str]:
        assert self._adresse is not None
        try:
            with socket.create_connection(self._adresse, timeout=ATTENTE_S) as prise:
                prise.sendall(encadrer(message))
                return self._acquittement(Lecteur(prise), identifiant)
        except (OSError, MessageTropLong) as erreur:
            return "", f"pas d'acquittement ({type(erreur).__name__})"

    def _acquittement(self, lecteur: Lecteur, identifiant: str) -> tuple[str, str]:
        while (octets := lecteur.suivant()) is not None:
            recu = lire(octets)
            if recu is None:
                continue
            if recu.champ("MSA", 2) == identifiant or self._defauts.actif("prise_msa_2_ignore"):
                code = {"CA": "AA", "CE": "AE", "CR": "AR"}.get(c := recu.champ("MSA", 1), c)
                return code, f"{code} {recu.champ('ERR', 3)}".strip()
        return "", "connexion fermée sans acquittement"

    def du_document(self, document_id: str) -> list[Suivi]:
        with self._verrou:
            return [suivi for suivi in self.suivis.values() if suivi.document_id == document_id]

    def noter_retour(self, identifiant: str, retour: Retour) -> bool:
        """Porte un accusé métier au message dont il parle ; faux si personne ne l'a émis."""
        with self._verrou:
            suivi = self.suivis.get(identifiant)
            if self._defauts.actif("prise_accuse_au_dernier") and self.suivis:
                suivi = [s for s in self.suivis.values() if s.document_id][-1]
            if suivi is None:
                return False
            if not self._defauts.actif("prise_accuse_non_garde"):
                suivi.retours.append(retour)
            return True
