"""Les jetons d'API : liés au certificat TLS de qui les obtient, quatre heures au plus, finis avec leur session.

Sources : ANS, guide de sécurisation du transport d'API REST (durée), exemples publiés (forme de `cnf`) ; RFC 8705 (3).
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from simulators.psc.cles import Cles
from simulators.psc.etat import valeur_secrete
from simulators.psc.falsification import signer
from simulators.psc.liaison import empreinte_ans, empreinte_rfc, est_lie
from simulators.psc.simulateur import SimulateurPSC
from simulators.socle.jetons import JetonRefuse, JetonVerifie, rpps_de
from simulators.socle.journal import JournalEchanges

SERVICE = "api_psc"
TYPE_ACCES = "urn:ietf:params:oauth:token-type:access_token"
DUREE = 4 * 3600
JETONS_MAX = 2000
_FINS_DE_TEMPS = ("inactivité", "durée maximale atteinte")


@dataclass
class JetonApi:
    """Un jeton d'API, ou celui qui le rafraîchit (`sorte`)."""

    valeur: str
    sorte: str
    client: str
    identifiant: str
    session: str
    scope: str
    expire: datetime
    cnf: str


class JetonsApi:
    """`verifier` : l'interface `VerificateurJetons`, pour les API ; `cnf_rfc8705` : forme de `cnf` de la RFC."""

    def __init__(self, journal: JournalEchanges, psc: SimulateurPSC) -> None:
        self.cles = Cles(SERVICE)
        self.cnf_rfc8705 = False
        self._journal = journal
        self._psc = psc
        self._verrou = threading.Lock()
        self._jetons: dict[str, JetonApi] = {}

    def vider(self) -> None:
        """Oublie tous les jetons."""
        self.cnf_rfc8705 = False
        with self._verrou:
            oublies, self._jetons = list(self._jetons), {}
        self._journal.oublier(oublies)

    def connu(self, valeur: str) -> JetonApi | None:
        """Le jeton émis sous cette valeur."""
        with self._verrou:
            return self._jetons.get(valeur)

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        """Un jeton d'API, émis ici, vivant, présenté avec le certificat auquel il est lié."""
        connu = self.connu(jeton)
        if connu is None or connu.sorte != "acces":
            du_fournisseur = self._psc.etat.jetons.get(jeton)
            if du_fournisseur is not None:
                raise JetonRefuse(
                    "jeton de Pro Santé Connect présenté sans échange : ce n'est pas un jeton d'API", "autre_audience",
                    identifiant=du_fournisseur.identifiant, session=du_fournisseur.session,
                )  # fmt: skip
            raise JetonRefuse("jeton inconnu du serveur d'autorisation des API")
        self.exiger_vivant(connu)
        if not est_lie(connu.cnf, certificat_der):
            raise JetonRefuse(
                "jeton lié à un autre certificat TLS", "non_lie", identifiant=connu.identifiant, session=connu.session
            )
        identifiant = connu.identifiant
        return JetonVerifie(identifiant, rpps_de(identifiant), connu.session, connu.expire, connu.client)

    def exiger_vivant(self, jeton: JetonApi) -> None:
        """`JetonRefuse` s'il est périmé, ou si la session est finie."""
        contexte = {"identifiant": jeton.identifiant, "session": jeton.session}
        if self._psc.horloge() >= jeton.expire:
            raise JetonRefuse("jeton expiré", "expire", **contexte)
        session = self._psc.etat.sessions.get(jeton.session)
        # L'inactivité d'une session ne touche pas un jeton d'API qui sert ; y mettre fin, si.
        if session is None or (session.terminee and session.terminee not in _FINS_DE_TEMPS):
            raise JetonRefuse("session Pro Santé Connect terminée", "revoque", **contexte)

    def neuf(self, client: str, identifiant: str, session: str, scope: str, certificat: bytes) -> JetonApi:
        """Un jeton à émettre : son terme ne dépasse pas celui de la session."""
        maintenant = self._psc.horloge()
        ouverte = self._psc.etat.sessions.get(session)
        expire = maintenant + timedelta(seconds=DUREE)
        if ouverte is not None and not ouverte.permanente:
            expire = min(expire, ouverte.ouverte + timedelta(seconds=self._psc.profil.durees.session))
        cnf = empreinte_rfc(certificat) if self.cnf_rfc8705 else empreinte_ans(certificat)
        return JetonApi("", "acces", client, identifiant, session, scope, expire, cnf)

    def emettre(self, source: JetonApi, emetteur: str, panne: str = "") -> dict[str, Any]:
        """La réponse de l'échange ; `panne` : ce que le jeton rendu a de fautif."""
        maintenant = self._psc.horloge()
        if panne == "jeton_api_expire":
            source = replace(source, expire=maintenant - timedelta(seconds=60))
        if panne == "jeton_api_autre_certificat":
            source = replace(source, cnf=empreinte_ans(b"un autre certificat"))
        acces = self._ranger(
            replace(source, valeur=signer(self.cles.courante, self._contenu(source, emetteur, maintenant)))
        )
        duree = max(1, int((acces.expire - maintenant).total_seconds())) if not panne else DUREE
        rendu: dict[str, Any] = {
            "access_token": acces.valeur,
            "issued_token_type": TYPE_ACCES,
            "token_type": "Bearer",
            "expires_in": duree,
            "scope": acces.scope,
        }
        if panne != "jeton_api_sans_rafraichissement":
            terme = maintenant + timedelta(seconds=DUREE)
            suite = replace(source, valeur=valeur_secrete("rt-api-"), sorte="rafraichissement", expire=terme)
            rendu["refresh_token"] = self._ranger(suite).valeur
            rendu["refresh_expires_in"] = DUREE
        return rendu

    def _contenu(self, jeton: JetonApi, emetteur: str, maintenant: datetime) -> dict[str, Any]:
        personne = self._psc.personnes[jeton.identifiant]
        return {
            "iss": emetteur,
            "aud": SERVICE,
            "azp": jeton.client,
            "sub": personne.sub,
            "iat": int(min(maintenant, jeton.expire).timestamp()),
            "exp": int(jeton.expire.timestamp()),
            "jti": secrets.token_hex(16),
            "typ": "Bearer",
            "acr": self._psc.profil.acr,
            "scope": jeton.scope,
            "sid": jeton.session,
            "session_state": jeton.session,
            "preferred_username": jeton.identifiant,
            "SubjectNameID": jeton.identifiant,
            "given_name": personne.prenom,
            "family_name": personne.nom,
            "cnf": {"x5t#S256": jeton.cnf},
        }

    def _ranger(self, jeton: JetonApi) -> JetonApi:
        self._journal.proteger(jeton.valeur)
        with self._verrou:
            self._jetons[jeton.valeur] = jeton
            while len(self._jetons) > JETONS_MAX:
                self._jetons.pop(next(iter(self._jetons)))
        return jeton
