"""`POST …/revoke` : révocation par le client (RFC 7009). Un jeton de rafraîchissement emporte toute sa famille."""

from __future__ import annotations

from simulators.psc.authentification import authentifier
from simulators.psc.erreurs import SANS_CACHE, client_non_autorise, requete_invalide
from simulators.psc.point import Appel, PointAcces, du_royaume
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """200, que le jeton soit connu ou non."""
    valeurs = appel.formulaire()
    client = authentifier(appel, valeurs)
    if "token" not in valeurs:
        raise requete_invalide("token absent")
    etat = appel.contexte.etat
    with etat.verrou:
        jeton = etat.jetons.get(valeurs["token"])
        appel.noter("type_jeton", jeton.sorte if jeton else "inconnu")
        appel.noter("actif", jeton is not None and etat.etat_du_jeton(jeton) == "valide")
        if jeton is not None:
            if jeton.client != client.client_id:
                raise client_non_autorise("jeton d'un autre client")
            if jeton.sorte == "rafraichissement":
                etat.revoquer_famille(jeton.famille)
            jeton.revoque = True
    return ReponseSimulee(200, b"", None, SANS_CACHE)


POINT = PointAcces("revocation", "royaume", ("POST",), du_royaume("revocation"), handle)
