"""Ce qu'un jeton d'accès vaut, ici et maintenant : pour UserInfo, et pour les services à qui on le présente."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from simulators.psc.contexte import Contexte
from simulators.psc.etat import Jeton
from simulators.psc.liaison import est_lie
from simulators.socle.jetons import JetonRefuse, JetonVerifie, rpps_de

_PAS_UN_ACCES = "ce jeton de Pro Santé Connect n'est pas un jeton d'accès"
_MESSAGES = {"expire": "jeton expiré", "revoque": "jeton révoqué, ou session Pro Santé Connect terminée"}


class Verificateur:
    """L'interface `VerificateurJetons`, sur l'état d'un fournisseur.

    `liaison` faux : pour un service dont rien ne dit qu'il exige le certificat auquel un jeton est lié.
    """

    def __init__(self, contexte: Contexte, *, liaison: bool = True) -> None:
        self._contexte = contexte
        self._liaison = liaison

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        """`JetonRefuse` si le jeton est inconnu, expiré, révoqué, ou lié à un autre certificat."""
        connu = self.lire(jeton, certificat_der=certificat_der)
        expire = connu.expire or datetime.max.replace(tzinfo=UTC)
        return JetonVerifie(connu.identifiant, rpps_de(connu.identifiant), connu.session, expire, connu.client)

    def lire(self, jeton: str, *, certificat_der: bytes | None = None) -> Jeton:
        """Le jeton d'accès connu sous cette valeur ; `JetonRefuse` comme `verifier`."""
        etat = self._contexte.etat
        with etat.verrou:
            connu = etat.jetons.get(jeton)
            if connu is None:
                raise self._inconnu(jeton)
            if connu.sorte != "acces":
                raise JetonRefuse(_PAS_UN_ACCES, "autre_audience", identifiant=connu.identifiant, session=connu.session)
            etat_du_jeton = etat.etat_du_jeton(connu)
        if etat_du_jeton != "valide":
            raise JetonRefuse(
                _MESSAGES[etat_du_jeton], etat_du_jeton, identifiant=connu.identifiant, session=connu.session
            )
        if self._liaison and connu.cnf and not est_lie(connu.cnf, certificat_der):
            raise JetonRefuse(
                "jeton lié à un autre certificat TLS", "non_lie", identifiant=connu.identifiant, session=connu.session
            )
        return connu

    def _inconnu(self, jeton: str) -> JetonRefuse:
        """Un ID token émis ici, fait pour le logiciel seul ; ou rien que ce fournisseur connaisse."""
        contenu = lire_hint(self._contexte, jeton)
        if contenu is None:
            return JetonRefuse("jeton inconnu de ce fournisseur")
        identifiant, session = (str(contenu.get(nom, "")) for nom in ("preferred_username", "sid"))
        return JetonRefuse(_PAS_UN_ACCES, "autre_audience", identifiant=identifiant, session=session)


def lire_hint(contexte: Contexte, jeton: str) -> Mapping[str, Any] | None:
    """Le contenu d'un ID token émis ici, même expiré ; None s'il ne l'a pas été."""
    from joserfc import errors, jwt
    from joserfc.jwk import KeySet

    try:
        cles = KeySet([cle for nom in contexte.cles.kids if (cle := contexte.cles.publique(nom)) is not None])
        contenu = jwt.decode(jeton, cles, algorithms=["RS256"]).claims
    except (errors.JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return contenu if contenu.get("iss") == contexte.issuer and contenu.get("typ") == "ID" else None
