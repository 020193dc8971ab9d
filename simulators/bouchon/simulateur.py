"""Un bouchon monté sur le serveur du banc : il garde chaque appel et rend la réponse écrite pour lui."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.bouchon.appel import message_id, operation_de
from simulators.bouchon.reponses import Reponse
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import AvecPannes, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.serveur import ConfigTls, ModeClient, Port, ReponseSimulee, RequeteRecue, Route, ServeurBanc

BOUCHONS = ("eprescription", "apcv")
"""Les téléservices dont le contrat n'est pas public : base des ordonnances numériques (EP1 à EP4), ApCV."""
AVERTISSEMENT = "bouchon, contrat inconnu : ne prouve rien"
CORPS_MAX = 8 << 20


class SimulateurBouchon(AvecPannes):
    """Un téléservice sans contrat : HTTPS, certificat client permis, réponses écrites par l'utilisateur."""

    def __init__(self, journal: JournalEchanges, igc: IgcTest, nom: str, reponses: Sequence[Reponse]) -> None:
        """Lève ValueError si `nom` n'est pas l'un de `BOUCHONS`."""
        if nom not in BOUCHONS:
            raise ValueError(f"bouchon inconnu : {nom} ; attendu l'un de {', '.join(BOUCHONS)}")
        self.nom = nom
        self.pannes = RegistrePannes(nom, journal)
        self._igc = igc
        self._reponses = tuple(reponses)
        self._port: Port | None = None

    def monter(self, serveur: ServeurBanc, *, port: int = 0) -> None:
        """Ouvre son port."""
        self._port = serveur.ajouter(
            self.nom,
            [Route("*", "/*", self._traiter, operation_de)],
            tls=ConfigTls(client=ModeClient.OPTIONNEL),
            port=port,
            pannes=self.pannes,
            corps_max=CORPS_MAX,
        )

    def adresses(self) -> dict[str, str]:
        """Son adresse, et ce qu'elle vaut."""
        if self._port is None:
            raise RuntimeError("le bouchon n'est pas monté : appelez monter() d'abord")
        return {"url": self._port.url, "avertissement": AVERTISSEMENT}

    def remettre_a_zero(self) -> None:
        """Retire les pannes ; les réponses écrites restent."""
        self.pannes.vider()

    async def _traiter(self, requete: RequeteRecue) -> ReponseSimulee:
        requete.noter("bouchon", AVERTISSEMENT)
        texte = requete.corps.octets.decode("utf-8", "replace")
        operation = requete.operation or operation_de(requete)
        ecrite = next(
            (r for r in self._reponses if r.convient(requete.methode, requete.chemin, operation, texte)), None
        )
        entete = (("X-Banc-SONS-Bouchon", "contrat inconnu"),)
        if ecrite is None:
            return ReponseSimulee(
                501,
                f"Bouchon {self.nom} : aucune réponse écrite pour {operation}. Le contrat de ce téléservice n'est pas "
                "public : écrivez la réponse voulue dans votre fichier de réponses.\n".encode(),
                "text/plain; charset=utf-8",
                entete,
            )
        corps = ecrite.ecrite({"message_id": message_id(requete), "operation": operation})
        return ReponseSimulee(ecrite.statut, corps, ecrite.type_contenu, (*entete, *ecrite.entetes))
