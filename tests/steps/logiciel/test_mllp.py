"""La prise HL7 v2 déclarée par logiciel.yaml : lecture, aiguillage, messages reçus et émis par de vrais sockets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hl7.client import MLLPClient

from simulators.hl7v2 import SimulateurHl7v2
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from steps.diagnostic_logiciel import _prise
from steps.logiciel.configuration import ConfigurationInvalide, lire_configuration
from steps.logiciel.mllp import AdaptateurPrise
from steps.logiciel.prise_declaree import ACTIONS, PriseDeclaree
from steps.logiciel.protocole import AdaptateurInjoignable, ReponseAction
from tests.simulators.hl7v2.conftest import adt
from tests.simulators.hl7v2.test_emission import produit

ENTETE = "logiciel: {nom: Produit, version: '1'}\nprofils: [Général]\n"
HTTP = "adaptateur: {type: http, url: 'http://127.0.0.1:1'}\n"


class Poste:
    """Un adaptateur qui émet par la prise quand on lui demande de transmettre."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reponse = ReponseAction("fait", donnees={"message": "celui que l'action prétend"})

    def actions(self) -> frozenset[str]:
        return frozenset({"transmettre_identite"})

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        if self.reponse.fait and self.port:
            with MLLPClient("localhost", self.port) as client:
                client.send_message(adt("EMIS"))
        return self.reponse


@pytest.fixture
def banc(tmp_path: Path) -> Iterator[Any]:
    with JournalEchanges.creer(tmp_path / "campagne") as journal, demarrer_socle(journal, tmp_path / "ssl") as socle:
        pair = SimulateurHl7v2(journal, socle.igc)
        pair.monter(socle.serveur)
        yield SimpleNamespace(hl7v2=pair, journal=journal)


def test_lecture(tmp_path: Path) -> None:
    """Valeurs par défaut, actions choisies, faute dite avec sa place."""
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_text(f"{ENTETE}{HTTP}mllp: {{port: 2575}}\n", encoding="utf-8")
    prise = lire_configuration(fichier).prise
    assert prise == PriseDeclaree(port=2575) and prise.actions == ACTIONS
    fichier.write_text(f"{ENTETE}{HTTP}mllp: {{port: 2575, actions: [], tls: true}}\n", encoding="utf-8")
    lue = lire_configuration(fichier).prise
    assert lue is not None and (lue.actions, lue.tls) == ((), True)
    fichier.write_text(f"{ENTETE}{HTTP}", encoding="utf-8")
    assert lire_configuration(fichier).prise is None
    for faute, attendu in (
        ("{port: 0}", "mllp.port"),
        ("{prot: 1}", "port"),
        ("{actions: [x]}", "actions"),
    ):
        fichier.write_text(f"{ENTETE}{HTTP}mllp: {faute}\n", encoding="utf-8")
        with pytest.raises(ConfigurationInvalide, match=attendu):
            lire_configuration(fichier)
    deux = "adaptateurs: {mllp: {type: http, url: 'http://127.0.0.1:1'}}\nmllp: {port: 2575}\n"
    fichier.write_text(f"{ENTETE}{deux}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalide, match="réservé"):
        lire_configuration(fichier)


def test_un_message_recu_par_la_prise(banc: Any) -> None:
    """L'acquittement dit ce que le logiciel en a fait ; personne à l'écoute n'est pas un refus."""
    recus: list[str] = []
    with produit(recus) as adresse:
        prise = AdaptateurPrise(PriseDeclaree(port=adresse.port), banc, {}, "")
        reponse = prise.jouer("recevoir_message", "agent", {"contenu": adt("R1").decode(), "emetteur": {}})
    assert reponse.fait and "MSA|AA|R1" in reponse.donnees["acquittement"]
    assert [message.encode() for message in recus] == [adt("R1")]
    assert "recevoir_message" in prise.actions()
    with pytest.raises(AdaptateurInjoignable, match="personne n'écoute"):
        prise.jouer("recevoir_message", "agent", {"contenu": adt("R2").decode(), "emetteur": {}})
    muet = AdaptateurPrise(PriseDeclaree(), banc, {}, "")
    assert muet.actions() == {"lire_messages_emis"}
    with pytest.raises(AdaptateurInjoignable, match=r"mllp\.port"):
        muet.jouer("recevoir_message", "agent", {"contenu": adt("R3").decode(), "emetteur": {}})


def test_les_messages_emis_sont_ceux_du_fil(banc: Any) -> None:
    """Le message transmis est celui que le banc a reçu ; ceux d'un autre patient ou d'avant ne sont pas relevés."""
    port = banc.hl7v2.adresses()["port"]
    poste = Poste(port)
    prise = AdaptateurPrise(PriseDeclaree(delai_s=0.2), banc, {"poste": poste}, "poste")  # type: ignore[dict-item]
    assert "transmettre_identite" in prise.actions()
    with MLLPClient("localhost", port) as client:
        client.send_message(adt("AVANT"))
        prise.debuter_scenario(None)  # type: ignore[arg-type]
        client.send_message(adt("AUTRE").replace(b"|||12^", b"|||13^"))
    transmis = prise.jouer("transmettre_identite", "agent", {"patient_id": "12", "destinataire": "X"})
    assert transmis.donnees["message"].encode() == adt("EMIS")
    emis = prise.jouer("lire_messages_emis", "agent", {"patient_id": "12"}).donnees["messages_hl7"]
    assert [message.encode() for message in emis] == [adt("EMIS")]
    tous = prise.jouer("lire_messages_emis", "agent", {"patient_id": "inconnu"}).donnees["messages_hl7"]
    assert len(tous) == 2
    with MLLPClient("localhost", port) as client:
        client.send_message(adt("LATIN").decode().encode("iso-8859-15"))
    emis = prise.jouer("lire_messages_emis", "agent", {"patient_id": "12"}).donnees["messages_hl7"]
    assert "DELÉTOILE" in emis[-1]
    poste.port = 0
    assert "message" not in prise.jouer("transmettre_identite", "agent", {"patient_id": "12"}).donnees
    poste.reponse = ReponseAction("refuse", ("non qualifiée",))
    assert prise.jouer("transmettre_identite", "agent", {"patient_id": "12"}) == poste.reponse
    assert prise.jouer("creer_patient", "agent", {}).resultat == "non_gere"


def test_le_diagnostic_dit_si_quelqu_un_ecoute() -> None:
    """Une prise fermée se dit sans arrêter la campagne ; sans port déclaré, il n'y a rien à dire."""
    logiciel = SimpleNamespace(prise=PriseDeclaree())
    assert list(_prise(logiciel, {})) == []  # type: ignore[arg-type]
    with produit([]) as adresse:
        logiciel.prise = PriseDeclaree(port=adresse.port)
        (point,) = _prise(logiciel, {})  # type: ignore[arg-type]
        assert point.bon and str(adresse) in point.recu
    (point,) = _prise(logiciel, {})  # type: ignore[arg-type]
    assert not point.bon and not point.arrete and "mllp.port" in point.que_faire
