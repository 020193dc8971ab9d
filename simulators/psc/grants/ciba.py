"""`urn:openid:params:grant-type:ciba` : la personne a-t-elle répondu ? (OpenID CIBA Core 1.0, 10.1 et 11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.psc.ciba import GRANT, RALENTI, DemandeCiba
from simulators.psc.clients import Client
from simulators.psc.emission import Emission, emettre
from simulators.psc.erreurs import RefusOAuth, octroi_refuse, requete_invalide
from simulators.psc.pannes import NOMS_ID_TOKEN
from simulators.psc.point import Appel, Octroi

_PANNES = ("ciba_refus", "ciba_expire", "ciba_muet")


def servir(appel: Appel, valeurs: Mapping[str, str], client: Client) -> dict[str, Any]:
    """Les jetons, une fois que la personne a accepté ; sinon le refus qui dit où en est la demande."""
    auth_req_id = valeurs.get("auth_req_id", "")
    if not auth_req_id:
        raise requete_invalide("auth_req_id absent")
    contexte = appel.contexte
    appel.noter("auth_req_id", contexte.journal.empreinte_secret(auth_req_id))
    with contexte.etat.verrou:
        demande = contexte.etat.attentes.get(auth_req_id)
        if not isinstance(demande, DemandeCiba) or demande.client_id != client.client_id:
            raise octroi_refuse("auth_req_id inconnu, ou d'un autre client")
        appel.noter("transaction", demande.numero)
        appel.noter("identifiant", demande.identifiant)
        if demande.remis:
            raise octroi_refuse("auth_req_id déjà échangé")
        _juger(appel, demande)
        demande.remis = True
        session = contexte.etat.ouvrir_session(demande.identifiant, demande.reponse.moyen if demande.reponse else "")
    appel.noter("ciba", "remis")
    appel.noter("session", session.identifiant_session)
    panne = appel.prendre(*NOMS_ID_TOKEN)
    appel.noter("defaut_jeton", panne.nom if panne else "")
    return emettre(
        contexte,
        Emission(
            client, session, demande.scope, transaction=demande.numero, certificat_der=appel.certificat_der,
            defaut=panne.nom if panne else "",
        ),
    )  # fmt: skip


def _juger(appel: Appel, demande: DemandeCiba) -> None:
    """Lève tant que les jetons ne sont pas à remettre ; l'appel compte pour l'intervalle."""
    maintenant = appel.contexte.horloge()
    appel.noter("intervalle", f"{(maintenant - (demande.dernier_appel or demande.creee)).total_seconds():.1f}")
    trop_tot = demande.trop_tot(maintenant)
    demande.dernier_appel = maintenant
    if not demande.panne and (panne := appel.prendre(*_PANNES)) is not None:
        demande.panne = panne.nom
    issue = demande.issue(maintenant)
    if issue == "expiree":
        raise _refus(appel, "expired", "expired_token", "la demande a expiré")
    if issue == "refusee":
        raise _refus(appel, "denied", "access_denied", "la personne a refusé")
    if trop_tot or appel.prendre("ciba_slow_down") is not None:
        demande.intervalle += RALENTI
        raise _refus(appel, "slow_down", "slow_down", f"interroger toutes les {demande.intervalle} s au plus")
    if issue == "attente":
        raise _refus(appel, "pending", "authorization_pending", "la personne n'a pas encore répondu")


def _refus(appel: Appel, note: str, code: str, description: str) -> RefusOAuth:
    appel.noter("ciba", note)
    return RefusOAuth(code, description)


OCTROI = Octroi(GRANT, servir, ("psc",))
