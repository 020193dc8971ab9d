"""Un fournisseur OpenID Connect monté sur le serveur du banc : Pro Santé Connect, ou celui d'un établissement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulators.psc import pages
from simulators.psc.cles import Cles
from simulators.psc.clients import RegistreClients
from simulators.psc.contexte import Contexte, Reglages
from simulators.psc.emission import Emission, emettre, emettre_rafraichissement
from simulators.psc.erreurs import RefusOAuth, RefusPage
from simulators.psc.etat import EtatPSC, Reponse
from simulators.psc.pannes import LENTEURS, PANNES
from simulators.psc.personnes import PERSONNES, Personne
from simulators.psc.point import Appel, PointAcces, points_acces
from simulators.psc.profil import PSC, Profil
from simulators.psc.sessions import Sessions
from simulators.psc.verification import Verificateur
from simulators.socle.horloge import Horloge
from simulators.socle.jetons import JetonVerifie
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import AvecPannes, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.requete import ReponseSimulee, RequeteRecue, Route, texte_simple
from simulators.socle.serveur import ConfigTls, ModeClient, ServeurBanc

CORPS_MAX = 2**17
DECISIONS = ("accepter", "refuser", "expirer")
PROCHAINE = "prochaine"


class SimulateurPSC(AvecPannes):
    """`clients`, `personnes`, `sessions` ; `repondre` : à la place de la personne ; `verifier` : un jeton d'accès."""

    def __init__(
        self, journal: JournalEchanges, igc: IgcTest, *, profil: Profil = PSC, horloge: Horloge | None = None
    ) -> None:
        self.profil = profil
        self.horloge = horloge or Horloge()
        self.etat = EtatPSC(journal, self.horloge, profil.durees)
        self.clients = RegistreClients(journal)
        self.personnes: Mapping[str, Personne] = PERSONNES
        self.cles = Cles(profil.service)
        self.pannes = RegistrePannes(profil.service, journal, PANNES)
        self.reglages = Reglages()
        self.contexte = Contexte(
            profil, journal, self.horloge, self.etat, self.clients, self.personnes, self.cles, self.pannes,
            self.reglages,
        )  # fmt: skip
        self.sessions = Sessions(self.contexte)
        self._igc = igc
        self._verificateur = Verificateur(self.contexte)
        self.clients.declarer(profil.client_id)

    # -- montage -----------------------------------------------------------------------------------------------

    def monter(self, serveur: ServeurBanc, *, port_wallet: int = 0, port_royaume: int = 0) -> None:
        """Ouvre le port de la mire, sans certificat de client, et celui du royaume, où il est permis."""
        ports = self.contexte.ports
        if self.profil.deux_ports:
            ports.wallet = serveur.ajouter(
                self.profil.service, self._routes("wallet"), tls=ConfigTls(client=ModeClient.AUCUN), port=port_wallet,
                pannes=self.pannes, corps_max=CORPS_MAX,
            )  # fmt: skip
        noms = ("royaume",) if self.profil.deux_ports else ("wallet", "royaume")
        ports.royaume = serveur.ajouter(
            self.profil.service, self._routes(*noms), tls=ConfigTls(client=ModeClient.OPTIONNEL), port=port_royaume,
            pannes=self.pannes, corps_max=CORPS_MAX,
        )  # fmt: skip
        ports.wallet = ports.wallet or ports.royaume

    def _routes(self, *ports: str) -> list[Route]:
        return [
            Route("*", chemin, self._traitant(point), _operation(point))
            for point in points_acces()
            if point.port in ports
            for chemin in point.chemins(self.profil)
        ]

    def _traitant(self, point: PointAcces) -> Callable[[RequeteRecue], Any]:
        async def traiter(requete: RequeteRecue) -> ReponseSimulee:
            if requete.methode not in point.methodes:
                refus = texte_simple(405, f"Banc de test : méthode {requete.methode} non admise ici.")
                allow = (("Allow", ", ".join(point.methodes)),)
                return ReponseSimulee(405, refus.corps, refus.type_contenu, allow)
            lente = self.pannes.prendre(requete, LENTEURS[point.operation]) if point.operation in LENTEURS else None
            reponse = self.servir(point, requete)
            if lente is not None:
                await lente.retenir(float(str(lente.parametres.get("duree", 5))))
            return reponse

        return traiter

    def servir(self, point: PointAcces, requete: RequeteRecue) -> ReponseSimulee:
        """La réponse du point d'accès, ou de son refus, que le journal note."""
        try:
            return point.handle(Appel(requete, self.contexte))
        except RefusOAuth as refus:
            requete.noter("refus", refus.code)
            return refus.en_reponse()
        except RefusPage as refus:
            requete.noter("refus", refus.code)
            return pages.rendre(
                "erreur.html", self.contexte, statut=refus.statut, titre=refus.titre, explication=refus.explication,
                code=refus.code,
            )  # fmt: skip

    # -- ce qu'on donne au logiciel ----------------------------------------------------------------------------

    def adresses(self) -> dict[str, Any]:
        """Adresses, client d'office et valeurs à demander."""
        client = self.clients[self.profil.client_id]
        decouverte = f"{self.contexte.issuer}/.well-known/{self.profil.documents[0]}"
        communs: dict[str, Any] = {
            "issuer": self.contexte.issuer,
            "decouverte": decouverte,
            "client_id": client.client_id,
            "client_secret": client.secret,
            "scope": self.profil.scope,
        }
        if not self.profil.acr:
            return communs
        return {**communs, "autorisation": self.contexte.url_autorisation, "acr_values": self.profil.acr}

    def professionnels(self) -> list[dict[str, str]]:
        """Les personnes fictives de la mire."""
        return [personne.en_dict() for personne in self.personnes.values()]

    # -- piloter -----------------------------------------------------------------------------------------------

    def repondre(self, cible: str, *, identifiant: str = "", moyen: str = "", decision: str = "accepter") -> None:
        """Répond à la place de la personne : à une mire ouverte, à une demande CIBA, ou d'avance (« prochaine »)."""
        if decision not in DECISIONS:
            raise ValueError(f"décision {decision!r} inconnue (connues : {', '.join(DECISIONS)})")
        if decision == "accepter" and identifiant not in self.personnes:
            raise LookupError(f"aucune personne fictive {identifiant!r}")
        seul = len(self.profil.moyens) == 1
        choisi = self.profil.moyens[0] if seul or not moyen else moyen
        if choisi not in self.profil.moyens:
            raise ValueError(f"moyen {moyen!r} inconnu (connus : {', '.join(self.profil.moyens)})")
        reponse = Reponse(identifiant, choisi, decision)
        with self.etat.verrou:
            if cible == PROCHAINE:
                self.etat.reponse_prochaine = reponse
                return
            attente = self.etat.attente(cible)
            if attente is None:
                raise LookupError(f"aucune demande {cible!r} n'attend de réponse")
            attente.reponse = reponse

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        """Ce que vaut un jeton d'accès ; `JetonRefuse` sinon (son état dans `.etat`)."""
        return self._verificateur.verifier(jeton, certificat_der=certificat_der)

    def ouvrir(self, identifiant: str, *, client_id: str = "", moyen: str = "") -> dict[str, Any]:
        """Ouvre une session sans navigateur et rend ses jetons : pour les essais d'un service."""
        client = self.clients[client_id or self.profil.client_id]
        session = self.etat.ouvrir_session(self.personnes[identifiant].identifiant_national, moyen or "e-CPS")
        return emettre(self.contexte, Emission(client, session, self.profil.scope))

    def rafraichissement_permanent(self, identifiant: str, *, client_id: str = "") -> str:
        """Un jeton de rafraîchissement dont la session reste ouverte toute la campagne."""
        client = self.clients[client_id or self.profil.client_id]
        session = self.etat.ouvrir_session(self.personnes[identifiant].identifiant_national, "e-CPS", permanente=True)
        emission = Emission(client, session, self.profil.scope)
        famille = session.identifiant_session
        return emettre_rafraichissement(self.contexte, emission, famille, permanent=True).valeur

    def remettre_a_zero(self) -> None:
        """Ni session, ni code, ni jeton, ni panne ; l'heure vraie. Les clients restent, et les clés publiées."""
        self.etat.vider()
        self.pannes.vider()
        self.horloge.remettre()
        self.reglages.remettre()


def _operation(point: PointAcces) -> Callable[[RequeteRecue], str]:
    return lambda requete: point.operation
