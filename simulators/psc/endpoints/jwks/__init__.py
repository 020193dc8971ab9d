"""`GET …/certs` : les clés publiques, la courante et les précédentes."""

from __future__ import annotations

from simulators.psc.erreurs import en_json_public
from simulators.psc.point import Appel, PointAcces, du_royaume
from simulators.socle.requete import ReponseSimulee, texte_simple


def handle(appel: Appel) -> ReponseSimulee:
    """Le JWK Set."""
    if appel.prendre("jwks_indisponible"):
        return texte_simple(503, "Banc de test : clés publiques indisponibles, exprès.")
    appel.noter("cles", " ".join(appel.contexte.cles.kids))
    return en_json_public(appel.contexte.cles.jwks())


POINT = PointAcces("jwks", "royaume", ("GET",), du_royaume("jwks"), handle)
