"""`refresh_token` : de nouveaux jetons tant que la session vit (RFC 6749, 6).

Un jeton de rafraîchissement neuf est rendu à chaque fois. L'ancien reste bon jusqu'à son terme, sauf réglage
`rotation_stricte` : son rejeu révoque alors tout ce qui vient du même code (RFC 9700, 4.14.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.psc.clients import Client
from simulators.psc.emission import Emission, emettre
from simulators.psc.erreurs import octroi_refuse, requete_invalide, scope_refuse
from simulators.psc.etat import Jeton
from simulators.psc.point import Appel, Octroi


def servir(appel: Appel, valeurs: Mapping[str, str], client: Client) -> dict[str, Any]:
    """Les nouveaux jetons de la session."""
    if "refresh_token" not in valeurs:
        raise requete_invalide("refresh_token absent")
    etat = appel.contexte.etat
    with etat.verrou:
        jeton = etat.jetons.get(valeurs["refresh_token"])
        if jeton is None or jeton.sorte != "rafraichissement":
            raise octroi_refuse("jeton de rafraîchissement inconnu")
        appel.noter("transaction", jeton.transaction)
        appel.noter("session", jeton.session)
        appel.noter("identifiant", jeton.identifiant)
        # Une session que le banc tient ouverte d'avance sert au client du logiciel, quel qu'il soit.
        if jeton.client != client.client_id and jeton.expire is not None:
            raise octroi_refuse("jeton de rafraîchissement d'un autre client")
        if etat.etat_du_jeton(jeton) != "valide":
            if appel.contexte.reglages.rotation_stricte and jeton.revoque:
                etat.revoquer_famille(jeton.famille)
            raise octroi_refuse("jeton de rafraîchissement périmé ou révoqué, ou session finie")
        session = etat.session_vivante(jeton.session)
        assert session is not None, "un jeton valide a une session vivante"
        scope = _scope(jeton, valeurs.get("scope", ""))
        if appel.contexte.reglages.rotation_stricte and jeton.expire is not None:
            jeton.revoque = True
    reponse = emettre(
        appel.contexte,
        Emission(
            client, session, scope, famille=jeton.famille, transaction=jeton.transaction,
            certificat_der=appel.certificat_der, avec_rafraichissement=jeton.expire is not None,
        ),
    )  # fmt: skip
    if jeton.expire is None:
        reponse["refresh_token"] = jeton.valeur
    return reponse


def _scope(jeton: Jeton, demande: str) -> str:
    accordes = jeton.scope.split()
    if set(demande.split()) - set(accordes):
        raise scope_refuse("scope plus large que celui d'origine")
    return " ".join(demande.split() or accordes)


OCTROI = Octroi("refresh_token", servir)
