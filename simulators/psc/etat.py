"""L'état d'un fournisseur : demandes en cours, sessions, codes, jetons. En mémoire, vidé avant chaque scénario."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from simulators.psc.demande import Demande
from simulators.psc.profil import Durees
from simulators.socle.horloge import Horloge
from simulators.socle.journal import JournalEchanges

GENERATIONS = 3
"""Remises à zéro pendant lesquelles les secrets d'avant restent cachés : un logiciel peut les garder en mémoire."""
JETONS_MAX = 5000
"""Au-delà, les plus anciens jetons sont oubliés : un client emballé ne remplit pas la mémoire."""


def valeur_secrete(prefixe: str = "", octets: int = 32) -> str:
    """Valeur imprévisible, sûre dans une URL."""
    return f"{prefixe}{secrets.token_urlsafe(octets)}"


@dataclass
class Reponse:
    """La réponse d'une personne, donnée par le banc à sa place. `decision` : accepter, refuser, expirer."""

    identifiant: str
    moyen: str = "e-CPS"
    decision: str = "accepter"


class EnAttente(Protocol):
    """Ce qui attend la réponse d'une personne : une mire ouverte, une demande CIBA."""

    @property
    def numero(self) -> str:
        """Numéro que le journal donne à la demande (note `transaction`)."""
        ...

    reponse: Reponse | None


@dataclass
class Transaction:
    """Une demande d'autorisation valable, de la redirection du logiciel au retour vers lui."""

    identifiant: str
    demande: Demande
    creee: datetime
    cookie: str
    jeton: str
    """Anti-CSRF : rendu dans chaque formulaire, attendu en retour."""
    etape: str = "choix"
    moyen: str = ""
    personne: str = ""
    """Identifiant national, une fois choisi."""
    nombre: str = ""
    """Deux chiffres à comparer avec ceux du téléphone."""
    finie: bool = False
    panne: str = ""
    """Panne de retour prise à la demande, jouée au retour."""
    reponse: Reponse | None = None
    message: str = ""
    """Ce que la page en cours doit dire (saisie refusée)."""


@dataclass
class Session:
    """Une session chez le fournisseur ; son identifiant est le `session_state` des jetons."""

    identifiant_session: str
    identifiant: str
    moyen: str
    ouverte: datetime
    activite: datetime
    authentifiee: datetime | None = None
    """Dernière authentification ; celle de l'ouverture si rien n'est dit."""
    cookie: str = ""
    clients: set[str] = field(default_factory=set)
    terminee: str = ""
    """Pourquoi elle est finie ; vide tant qu'elle est ouverte."""
    jeton_fin: str = ""
    """Anti-CSRF de la page qui confirme une déconnexion."""
    permanente: bool = False
    """Ouverte d'avance par le banc : ni le temps ni une remise à zéro ne la ferment."""

    @property
    def auth_time(self) -> datetime:
        """Quand la personne s'est authentifiée."""
        return self.authentifiee or self.ouverte


@dataclass
class Code:
    """Un code d'autorisation : une minute, un seul usage."""

    valeur: str
    transaction: str
    demande: Demande
    session: str
    emis: datetime
    famille: str
    utilise: bool = False


@dataclass
class Jeton:
    """Un jeton d'accès ou de rafraîchissement. `famille` : tous ceux qui viennent d'un même code."""

    valeur: str
    sorte: str
    """`acces` ou `rafraichissement`."""
    client: str
    session: str
    identifiant: str
    scope: str
    emis: datetime
    expire: datetime | None
    famille: str
    nonce: str = ""
    revoque: bool = False
    cnf: str = ""
    """Empreinte du certificat auquel le jeton est lié (`x5t#S256`), telle qu'écrite dans le jeton."""
    transaction: str = ""
    contenu: dict[str, Any] = field(default_factory=dict)


class EtatPSC:
    """Tout ce qui change. `verrou` : à tenir pour lire puis écrire, le banc et le serveur sont deux fils."""

    def __init__(self, journal: JournalEchanges, horloge: Horloge, durees: Durees) -> None:
        self.journal = journal
        self.horloge = horloge
        self.durees = durees
        self.verrou = threading.RLock()
        self.transactions: dict[str, Transaction] = {}
        self.sessions: dict[str, Session] = {}
        self.codes: dict[str, Code] = {}
        self.jetons: dict[str, Jeton] = {}
        self.assertions: dict[str, datetime] = {}
        """`jti` des assertions de client déjà vues."""
        self.attentes: dict[str, EnAttente] = {}
        """Autres demandes qui attendent une personne, par identifiant (CIBA : `auth_req_id`)."""
        self.reponse_prochaine: Reponse | None = None
        self.abonnes_fin: list[Callable[[str], None]] = []
        """Appelés, d'un fil quelconque, avec l'identifiant d'une session qu'on vient de finir ; sans attendre."""
        self._proteges: list[str] = []
        self._anciens: deque[list[str]] = deque()

    def attente(self, cible: str) -> Transaction | EnAttente | None:
        """La demande qui attend une personne : par sa transaction, ou, pour CIBA, par son `auth_req_id`."""
        with self.verrou:
            numerotees = (attente for attente in self.attentes.values() if attente.numero == cible)
            return self.transactions.get(cible) or self.attentes.get(cible) or next(numerotees, None)

    def proteger(self, valeur: str) -> str:
        """Déclare un secret au journal, jusqu'à la remise à zéro ; le rend."""
        self.journal.proteger(valeur)
        with self.verrou:
            self._proteges.append(valeur)
        return valeur

    # -- sessions ----------------------------------------------------------------------------------------------

    def ouvrir_session(self, identifiant: str, moyen: str, *, permanente: bool = False) -> Session:
        """Une session neuve de cette personne."""
        maintenant = self.horloge()
        session = Session(secrets.token_hex(16), identifiant, moyen, maintenant, maintenant, permanente=permanente)
        if not permanente:
            session.cookie = self.proteger(valeur_secrete("sso-"))
        with self.verrou:
            self.sessions[session.identifiant_session] = session
        return session

    def session_vivante(self, identifiant_session: str) -> Session | None:
        """La session, si ni le temps, ni l'inactivité, ni une fin de session ne l'ont close."""
        with self.verrou:
            session = self.sessions.get(identifiant_session)
            if session is None or session.terminee:
                return None
            if session.permanente:
                return session
            maintenant = self.horloge()
            if maintenant >= session.ouverte + timedelta(seconds=self.durees.session):
                session.terminee = "durée maximale atteinte"
            elif maintenant >= session.activite + timedelta(seconds=self.durees.inactivite):
                session.terminee = "inactivité"
            return None if session.terminee else session

    def toucher(self, session: Session) -> None:
        """La session vient de servir."""
        session.activite = self.horloge()

    def session_du_cookie(self, cookie: str) -> Session | None:
        """La session SSO que ce cookie désigne, si elle vit."""
        if not cookie:
            return None
        with self.verrou:
            trouvee = next((s for s in self.sessions.values() if s.cookie and s.cookie == cookie), None)
            return self.session_vivante(trouvee.identifiant_session) if trouvee else None

    def terminer(self, session: Session, motif: str) -> None:
        """Clôt la session ; ses jetons sont révoqués du même coup."""
        with self.verrou:
            if session.terminee:
                return
            session.terminee = motif
        for prevenir in self.abonnes_fin:
            prevenir(session.identifiant_session)

    # -- jetons ------------------------------------------------------------------------------------------------

    def ranger(self, jeton: Jeton) -> Jeton:
        """Garde un jeton émis, protégé au journal."""
        self.proteger(jeton.valeur)
        with self.verrou:
            self.jetons[jeton.valeur] = jeton
            while len(self.jetons) > JETONS_MAX:
                self.jetons.pop(next(valeur for valeur, connu in self.jetons.items() if connu.expire is not None))
        return jeton

    def revoquer_famille(self, famille: str) -> None:
        """Révoque tout ce qui vient d'un même code."""
        with self.verrou:
            for jeton in self.jetons.values():
                if jeton.famille == famille:
                    jeton.revoque = True

    def etat_du_jeton(self, jeton: Jeton) -> str:
        """`valide`, `expire` ou `revoque`."""
        with self.verrou:
            if jeton.revoque:
                return "revoque"
            if jeton.expire is not None and self.horloge() >= jeton.expire:
                return "expire"
            if self.session_vivante(jeton.session) is None:
                return "revoque"
            return "valide"

    def vider(self) -> None:
        """Oublie tout, sauf les sessions permanentes et leurs jetons, qui repartent ouvertes."""
        with self.verrou:
            gardees = {nom: session for nom, session in self.sessions.items() if session.permanente}
            for session in gardees.values():
                session.terminee = ""
            durables = {v: j for v, j in self.jetons.items() if j.expire is None and j.session in gardees}
            for jeton in durables.values():
                jeton.revoque = False
            self.transactions.clear()
            self.attentes.clear()
            self.codes.clear()
            self.assertions.clear()
            self.sessions, self.jetons = gardees, durables
            self.reponse_prochaine = None
            self._anciens.append([valeur for valeur in self._proteges if valeur not in durables])
            self._proteges = [valeur for valeur in self._proteges if valeur in durables]
            oublies = self._anciens.popleft() if len(self._anciens) > GENERATIONS else []
        self.journal.oublier(oublies)
