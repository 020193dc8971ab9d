"""`GET|POST /e-cps` : une demande CIBA vue du téléphone, et la réponse de la personne. La page est du banc."""

from __future__ import annotations

import hmac

from simulators.psc import pages
from simulators.psc.ciba import en_cours, repondre
from simulators.psc.demande import uniques
from simulators.psc.erreurs import RefusPage
from simulators.psc.point import Appel, PointAcces
from simulators.psc.profil import Profil
from simulators.socle.requete import ReponseSimulee

CHEMIN = "/e-cps"
_FAITS = {"accepter": "Demande acceptée : le logiciel va ouvrir la session.", "refuser": "Demande refusée."}


def handle(appel: Appel) -> ReponseSimulee:
    """Les demandes en attente ; ou ce que la réponse a donné."""
    return _page(appel) if appel.requete.methode == "GET" else _repondre(appel)


def _repondre(appel: Appel) -> ReponseSimulee:
    valeurs, _ = uniques(appel.paires_corps)
    action = valeurs.get("action", "")
    appel.noter("etape", action[:20])
    contexte = appel.contexte
    demande = next((d for d in en_cours(contexte) if d.numero == valeurs.get("demande")), None)
    if demande is None:
        return _page(appel, "Cette demande n'attend plus de réponse.")
    appel.noter("transaction", demande.numero)
    appel.noter("identifiant", demande.identifiant)
    if action not in _FAITS or not hmac.compare_digest(valeurs.get("jeton", "").encode(), demande.formulaire.encode()):
        raise RefusPage("invalid_request", "Réponse refusée", "Ce formulaire ne vient pas de cette page.", 403)
    repondre(contexte, demande, "accepter" if action == "accepter" else "refuser")
    return _page(appel, _FAITS[action], fait=action == "accepter")


def _page(appel: Appel, message: str = "", *, fait: bool = False) -> ReponseSimulee:
    contexte = appel.contexte
    return pages.rendre(
        "ecps.html", contexte, demandes=en_cours(contexte), personnes=contexte.personnes, message=message, fait=fait
    )


def _chemins(profil: Profil) -> tuple[str, ...]:
    return (CHEMIN,) if profil.service == "psc" else ()


POINT = PointAcces("ecps", "wallet", ("GET", "POST"), _chemins, handle)
