"""La prise HL7 v2 du logiciel : ce que `mllp:` déclare dans logiciel.yaml, et les actions qui passent par elle.

Un éditeur qui la déclare n'écrit ni `recevoir_message` ni `lire_messages_emis` : le banc envoie le message à la prise
du logiciel et lit son acquittement, et il relève lui-même ce que le logiciel lui a envoyé.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.hl7v2.emission import Envoi
from simulators.hl7v2.entete import champs_de, en_texte
from steps.logiciel.prise_declaree import LIRE, NOM, RECEVOIR, TRANSMETTRE, PriseDeclaree
from steps.logiciel.protocole import Adaptateur, AdaptateurInjoignable, AproposInconnu, ReponseAction

if TYPE_CHECKING:
    from simulators.banc import Banc
    from steps.essai import Essai
    from steps.logiciel.configuration import ConfigurationLogiciel
    from steps.selection import ScenarioRetenu

_ATTENTE_EMISSION_S = 5.0


class AdaptateurPrise:
    """Joue par la prise ce qui s'y joue ; `autres` : les adaptateurs de logiciel.yaml, pour le reste d'une action."""

    def __init__(self, declaree: PriseDeclaree, banc: Banc, autres: Mapping[str, Adaptateur], defaut: str) -> None:
        self._declaree = declaree
        self._banc = banc
        self._autres = autres
        self._defaut = defaut
        self._debut = 0

    def apropos(self) -> Any:
        raise AproposInconnu("une prise HL7 v2 ne dit ni le nom ni la version du logiciel")

    def actions(self) -> frozenset[str]:
        offertes = set()
        if self._declaree.adresse(self._autres) is not None:
            offertes.add(RECEVOIR)
        if self._declaree.emet:
            offertes.add(LIRE)
            if self._defaut in self._autres and TRANSMETTRE in self._autres[self._defaut].actions():
                offertes.add(TRANSMETTRE)
        return frozenset(offertes)

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        if action == RECEVOIR:
            return self._recevoir(str(parametres["contenu"]))
        if action == LIRE:
            return ReponseAction("fait", donnees={"messages_hl7": self._emis(str(parametres["patient_id"]))})
        if action == TRANSMETTRE:
            return self._transmettre(utilisateur, parametres)
        return ReponseAction("non_gere", (f"une prise HL7 v2 ne joue pas {action}",))

    def debuter_scenario(self, retenu: ScenarioRetenu) -> None:
        """Les messages d'un scénario précédent ne sont pas relevés."""
        self._debut = self._banc.journal.position()

    def finir_scenario(self, essai: Essai) -> None:
        """Rien à rendre."""

    def fermer(self) -> None:
        """Rien à fermer : une connexion par message."""

    def _recevoir(self, contenu: str) -> ReponseAction:
        adresse = self._declaree.adresse(self._autres)
        if adresse is None:
            raise AdaptateurInjoignable("logiciel.yaml, mllp.port : le banc ne sait pas où le logiciel écoute")
        envoi = self._banc.hl7v2.envoyer(adresse, contenu.encode(), delai=self._declaree.delai_s)
        return reponse_de(envoi)

    def _emis(self, patient_id: str) -> list[str]:
        """Les messages du patient si l'un d'eux porte cet identifiant en PID-3 ; sinon tous ceux du scénario.

        Un logiciel peut écrire en PID-3 un autre identifiant que celui de ses actions : les étapes comparent alors
        avant et après.
        """
        messages = [message.octets for message in self._banc.hl7v2.recus(depuis=self._debut)]
        siens = [octets for octets in messages if patient_id in champs_de(octets, "PID", 3)]
        return [en_texte(octets) for octets in siens or messages]

    def _transmettre(self, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        """L'action est jouée ailleurs ; le message est celui que le banc a reçu, jamais celui qu'elle rend."""
        depuis = self._banc.journal.position()
        reponse = self._autres[self._defaut].jouer(TRANSMETTRE, utilisateur, parametres)
        if not reponse.fait:
            return reponse
        recu = self._banc.hl7v2.attendre(
            lambda message: message.operation.startswith("ADT"),
            depuis=depuis,
            delai=min(self._declaree.delai_s, _ATTENTE_EMISSION_S),
        )
        donnees = {nom: valeur for nom, valeur in reponse.donnees.items() if nom != "message"}
        if recu is not None:
            donnees["message"] = en_texte(recu.octets)
        return ReponseAction(reponse.resultat, reponse.messages, donnees, reponse.trace)


def reponse_de(envoi: Envoi) -> ReponseAction:
    """Ce qu'un acquittement veut dire dans les mots du contrat ; sans acquittement, le banc ne sait rien."""
    if envoi.issue != "acquitte":
        raise AdaptateurInjoignable(f"prise HL7 v2 : {envoi.detail}")
    texte = en_texte(envoi.acquittement)
    resultat = {"A": "fait", "E": "echec", "R": "refuse"}.get(envoi.code[1:2], "echec")
    return ReponseAction(resultat, (f"acquittement {envoi.code}",), {"acquittement": texte})


def brancher(
    logiciel: ConfigurationLogiciel, banc: Banc, adaptateurs: Mapping[str, Adaptateur]
) -> tuple[dict[str, Adaptateur], dict[str, str]]:
    """Les adaptateurs et les actions confiées, la prise comprise si logiciel.yaml la déclare."""
    if logiciel.prise is None:
        return dict(adaptateurs), dict(logiciel.actions)
    porteur = logiciel.actions.get(TRANSMETTRE, logiciel.defaut)
    prise = AdaptateurPrise(logiciel.prise, banc, dict(adaptateurs), porteur)
    siennes = sorted(prise.actions() & set(logiciel.prise.actions))
    return {**adaptateurs, NOM: prise}, {**dict.fromkeys(siennes, NOM), **logiciel.actions}
