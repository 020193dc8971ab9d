"""Le retour au logiciel : code ou erreur, par son adresse de retour enregistrée et par aucune autre."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from simulators.psc import pages
from simulators.psc.contexte import Contexte
from simulators.psc.demande import Demande, Retour
from simulators.psc.erreurs import SANS_CACHE
from simulators.psc.etat import valeur_secrete
from simulators.socle.requete import ReponseSimulee

AUTRE_EMETTEUR = "https://localhost.invalid/auth/realms/esante-wallet"


def rendre(
    contexte: Contexte, vers: Demande | Retour, reponse: Mapping[str, str], panne: str = "",
    cookies: tuple[tuple[str, str], ...] = (),
) -> ReponseSimulee:  # fmt: skip
    """Redirige (ou poste) vers le logiciel : la réponse, le state qu'il a donné, et `iss` (RFC 9207)."""
    paires = [*reponse.items()]
    if vers.state is not None:
        paires.append(("state", vers.state))
    paires.append(("iss", contexte.issuer))
    paires = _retoucher(paires, panne)
    entetes = (*SANS_CACHE, ("Referrer-Policy", "no-referrer"), *cookies)
    if vers.response_mode == "form_post":
        page = pages.rendre("retour.html", contexte, adresse=vers.redirect_uri, champs=paires)
        return ReponseSimulee(200, page.corps, page.type_contenu, (*page.entetes, *cookies))
    separateur = "#" if vers.response_mode == "fragment" else "&" if "?" in vers.redirect_uri else "?"
    cible = f"{vers.redirect_uri}{separateur}{urlencode(paires)}"
    return ReponseSimulee(302, b"", None, (("Location", cible), *entetes))


def erreur(code: str, description: str) -> dict[str, str]:
    """Les paramètres d'un refus."""
    return {"error": code, "error_description": description}


def _retoucher(paires: list[tuple[str, str]], panne: str) -> list[tuple[str, str]]:
    if panne == "state_faux":
        return [(nom, "state-que-le-client-n-a-pas-choisi" if nom == "state" else valeur) for nom, valeur in paires]
    if panne == "iss_faux":
        return [(nom, AUTRE_EMETTEUR if nom == "iss" else valeur) for nom, valeur in paires]
    if panne in ("state_absent", "code_absent"):
        return [(nom, valeur) for nom, valeur in paires if nom != panne.removesuffix("_absent")]
    if panne == "retour_double":
        doubles = [("code", valeur_secrete("c-")), *((nom, valeur) for nom, valeur in paires if nom == "state")]
        return [*paires, *doubles]
    return paires
