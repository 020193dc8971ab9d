"""Pannes : nommées, comptées, visées, écrites au journal et sur l'échange."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import requests

from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import PANNES_TRANSPORT, Panne, PanneInconnue, RegistrePannes
from simulators.socle.serveur import Port, ReponseSimulee, RequeteRecue, Route, ServeurBanc


class Service:
    """Service d'essai qui compte ses traitements."""

    def __init__(self, serveur: ServeurBanc) -> None:
        self.traitees = 0
        self.pannes = RegistrePannes("dmp", serveur.journal, [Panne("refus_metier", "Refus du service.")])
        routes = [Route("POST", "/*", self.traiter, lambda requete: requete.corps.octets.decode())]
        self.port: Port = serveur.ajouter("dmp", routes, pannes=self.pannes)

    async def traiter(self, requete: RequeteRecue) -> ReponseSimulee:
        """Répond, ou joue sa propre panne."""
        self.traitees += 1
        if (armee := self.pannes.prendre(requete)) is not None:
            return ReponseSimulee(200, str(armee.parametres.get("code")).encode())
        return ReponseSimulee(200, b"reponse entiere")

    def poster(self, operation: str = "TD2.1", delai: float = 10) -> requests.Response:
        """Une demande de cette opération."""
        return requests.post(self.port.url, operation, timeout=delai)


@pytest.fixture
def service(serveur: ServeurBanc) -> Service:
    """Service monté."""
    return Service(serveur)


def test_cible_sans_secret(service: Service, journal: JournalEchanges) -> None:
    """La panne dit la demande qu'elle a touchée, sans le jeton ni le code que son adresse porte."""
    service.pannes.armer("indisponible")
    requests.post(f"{service.port.url}/r?code=code-inconnu-du-banc&state=clair", "TD2.1", timeout=10)
    (panne,) = journal.enregistrements("panne")
    assert panne.donnees["cible"] == f"/r?code={journal.empreinte_secret('code-inconnu-du-banc')}&state=clair"
    assert panne.donnees["cible"] == journal.echanges("dmp")[0].requete.cible


REMPLACANTES: dict[str, Callable[[requests.Response], bool]] = {
    "indisponible": lambda r: r.status_code == 503,
    "erreur_500_html": lambda r: r.status_code == 500 and "<h1>" in r.text,
    "html_200": lambda r: r.status_code == 200 and r.headers["Content-Type"].startswith("text/html"),
    "corps_vide": lambda r: r.status_code == 200 and r.content == b"",
}


@pytest.mark.parametrize("nom", REMPLACANTES)
def test_reponses_remplacees(service: Service, journal: JournalEchanges, nom: str) -> None:
    """La panne remplace la réponse sans que le service traite la demande, puis le service revient."""
    service.pannes.armer(nom, fois=2)
    for _ in range(2):
        assert REMPLACANTES[nom](service.poster())
    assert service.traitees == 0
    assert service.poster().text == "reponse entiere"
    assert [e.panne for e in journal.echanges("dmp")] == [nom, nom, None]
    assert [(p.donnees["nom"], p.donnees["operation"]) for p in journal.enregistrements("panne")] == [
        (nom, "TD2.1")
    ] * 2


@pytest.mark.parametrize("apres", [False, True])
def test_coupure(service: Service, journal: JournalEchanges, apres: bool) -> None:
    """La connexion est coupée ; le service a traité la demande, ou non, selon le paramètre."""
    service.pannes.armer("coupure", apres_traitement=apres)
    with pytest.raises(requests.ConnectionError):
        service.poster()
    assert service.traitees == int(apres)
    [echange] = journal.echanges("dmp")
    assert (echange.reponse, echange.panne, echange.operation) == (None, "coupure", "TD2.1")


def test_reponse_tronquee(service: Service, journal: JournalEchanges) -> None:
    """Le client voit une réponse incomplète ; le journal garde ce qui est parti et la longueur annoncée."""
    service.pannes.armer("reponse_tronquee", octets=7)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        service.poster()
    [echange] = journal.echanges("dmp")
    assert echange.reponse is not None
    assert echange.reponse.corps.octets == b"reponse"
    assert echange.reponse.entete("Content-Length") == "15"


def test_retenue(service: Service, journal: JournalEchanges) -> None:
    """La réponse est retenue jusqu'à la libération ; les autres demandes passent pendant ce temps."""
    armee = service.pannes.armer("retenue", operation="TD2.1")
    rendus: list[str] = []
    fil = threading.Thread(target=lambda: rendus.append(service.poster("TD2.1").text))
    fil.start()
    assert armee.attendre_jouee(10)
    assert service.poster("TD3.1").text == "reponse entiere"
    assert rendus == []
    assert [e.operation for e in journal.echanges("dmp")] == ["TD3.1"]
    armee.liberer()
    fil.join(10)
    assert rendus == ["reponse entiere"]
    assert [e.operation for e in journal.echanges("dmp")] == ["TD3.1", "TD2.1"]


def test_client_parti_pendant_la_retenue(service: Service, journal: JournalEchanges) -> None:
    """Si le client renonce, l'échange est noté sans réponse : personne ne l'a reçue."""
    armee = service.pannes.armer("retenue")
    with pytest.raises(requests.exceptions.ReadTimeout):
        service.poster(delai=0.2)
    armee.liberer()
    echange = journal.attendre(lambda e: True, depuis=0, delai=10, service="dmp")
    assert echange is not None
    assert echange.reponse is None
    assert "avant la réponse" in echange.notes["incident"]


def test_lente(service: Service) -> None:
    """Une réponse lente part au bout de sa durée, ou dès qu'elle est libérée."""
    service.pannes.armer("lente", duree=0.01)
    assert service.poster().text == "reponse entiere"
    armee = service.pannes.armer("lente", duree=600)

    def liberer() -> None:
        if armee.attendre_jouee(10):
            armee.liberer()

    threading.Thread(target=liberer).start()
    assert service.poster().text == "reponse entiere"


def test_panne_propre_et_visee(service: Service, journal: JournalEchanges) -> None:
    """La panne du service est jouée par lui, pour l'opération et la requête visées seulement."""
    service.pannes.armer(
        "refus_metier", operation="TD3.1", si=lambda requete: requete.methode == "POST", code="DMPClosed"
    )
    assert service.poster("TD2.1").text == "reponse entiere"
    assert service.poster("TD3.1").text == "DMPClosed"
    assert service.poster("TD3.1").text == "reponse entiere"
    assert [e.panne for e in journal.echanges("dmp")] == [None, "refus_metier", None]


def test_contexte_et_remise_a_zero(service: Service) -> None:
    """La sortie du contexte retire la panne sans fin ; vider les retire toutes et libère ce qui est retenu."""
    with service.pannes.armer("indisponible", fois=None) as armee:
        assert [service.poster().status_code for _ in range(3)] == [503] * 3
        assert armee.jouees == 3
    assert service.poster().status_code == 200
    retenue = service.pannes.armer("retenue")
    service.pannes.armer("indisponible")
    fil = threading.Thread(target=service.poster)
    fil.start()
    assert retenue.attendre_jouee(10)
    service.pannes.vider()
    fil.join(10)
    assert not fil.is_alive()
    assert service.pannes.armees() == ()


def test_refus(service: Service) -> None:
    """Un nom inconnu est refusé en nommant les pannes du service ; un compte nul aussi."""
    with pytest.raises(PanneInconnue, match="refus_metier"):
        service.pannes.armer("indisponibel")
    with pytest.raises(ValueError, match="au moins 1"):
        service.pannes.armer("indisponible", fois=0)
    assert {panne.nom for panne in PANNES_TRANSPORT} < set(service.pannes.noms)


def test_arret_pendant_une_retenue(service: Service, serveur: ServeurBanc) -> None:
    """Arrêter le banc libère les réponses retenues au lieu d'attendre."""
    armee = service.pannes.armer("retenue")
    fini = threading.Event()

    def demander() -> None:
        try:
            service.poster()
        except requests.ConnectionError:
            pass
        finally:
            fini.set()

    threading.Thread(target=demander).start()
    assert armee.attendre_jouee(10)
    serveur.arreter()
    assert fini.wait(10)
