"""Relais SMTP ordinaire d'essai : il accepte ce qui va à un domaine d'essai, le range, et n'envoie rien nulle part."""

from __future__ import annotations

from typing import Any

from simulators.courriels.boites import Boites, CourrielRecu
from simulators.courriels.smtp import SERVICE, Reception, SessionRelais, domaine_d_essai
from simulators.socle.gestion import DemandeRefusee
from simulators.socle.journal import JournalEchanges
from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, RequeteRecue
from simulators.socle.serveur import ConfigTls, ServeurBanc
from simulators.socle.tls import contexte_serveur

DOMAINE = "personnes.banc-sons.test"
"""Domaine des adresses que le banc donne à ses personnes fictives."""


class SimulateurCourriels:
    """`recus`, `attendre` : ce que les personnes fictives ont reçu ; `adresse` : en faire une."""

    def __init__(self, journal: JournalEchanges, igc: IgcTest) -> None:
        self._journal = journal
        self._igc = igc
        self._port: Port | None = None
        self.boites = Boites()

    def monter(self, serveur: ServeurBanc) -> None:
        """Ouvre le port SMTP ; STARTTLS y est offert, jamais exigé."""
        contexte = contexte_serveur(self._igc, ConfigTls(alpn=()))
        reception = Reception(self._journal, self.boites)
        self._port = serveur.ecouter(
            SERVICE, lambda: SessionRelais(self._journal, reception, contexte), protocole="smtp"
        )

    def adresses(self) -> dict[str, Any]:
        """Ce qu'on donne au logiciel."""
        if self._port is None:
            raise RuntimeError("le relais n'est pas monté : appelez monter() d'abord")
        return {"hote": "localhost", "port": self._port.numero}

    def recus(self, adresse: str, *, depuis: int = 0) -> list[CourrielRecu]:
        """Courriels reçus par cette adresse, dans l'ordre, au-delà des `depuis` premiers."""
        return self.boites.recus(adresse, depuis=depuis)

    def attendre(self, adresse: str, *, depuis: int = 0, delai: float = 5.0) -> CourrielRecu | None:
        """Premier courriel au-delà des `depuis` premiers ; None une fois le délai écoulé."""
        return self.boites.attendre(adresse, depuis=depuis, delai=delai)

    def remettre_a_zero(self) -> None:
        """Boîtes vides."""
        self.boites.vider()

    # -- gestion -----------------------------------------------------------------------------------------------

    def boites_en_json(self, requete: RequeteRecue) -> object:
        """`GET /courriels` : les adresses ; `?adresse=` : ses courriels, avec codes et liens trouvés."""
        adresse = (requete.parametres.get("adresse") or [""])[0]
        if not adresse:
            return {"adresses": {a: len(self.recus(a)) for a in self.boites.adresses()}}
        if not domaine_d_essai(adresse):
            raise DemandeRefusee("« adresse » : d'un domaine d'essai (.test, .example, .invalid…)")
        return {"adresse": adresse, "courriels": [_en_json(courriel) for courriel in self.recus(adresse)]}


def _en_json(courriel: CourrielRecu) -> dict[str, object]:
    return {
        "numero": courriel.numero,
        "expediteur": courriel.expediteur,
        "instant": courriel.instant.isoformat(timespec="milliseconds"),
        "objet": courriel.objet,
        "texte": courriel.texte,
        "codes": list(courriel.codes),
        "liens": list(courriel.liens),
    }
