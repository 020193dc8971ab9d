"""`GET <issuer>/.well-known/…` : la découverte, sous le nom propre à Pro Santé Connect et le nom standard."""

from __future__ import annotations

from typing import Any

from simulators.psc.clients import METHODES
from simulators.psc.contexte import Contexte
from simulators.psc.erreurs import en_json_public
from simulators.psc.point import Appel, PointAcces, octrois
from simulators.psc.profil import STANDARD, Profil
from simulators.socle.requete import ReponseSimulee, texte_simple

_PSC = (
    "sub", "iss", "auth_time", "acr", "name", "given_name", "family_name", "preferred_username", "SubjectNameID",
    "SubjectRole", "SubjectOrganization", "SubjectOrganizationID", "SubjectRefPro", "otherIds", "Secteur_Activite",
)  # fmt: skip


def handle(appel: Appel) -> ReponseSimulee:
    """Le document ; 404 sous le nom standard si le réglage l'ôte."""
    nom = appel.requete.chemin.rpartition("/")[2]
    appel.noter("document", nom)
    if appel.prendre("decouverte_indisponible"):
        return texte_simple(503, "Banc de test : découverte indisponible, exprès.")
    propre = appel.contexte.profil.documents[0]
    if nom == STANDARD and propre != STANDARD and not appel.contexte.reglages.decouverte_standard:
        return texte_simple(404, "Banc de test : le document de Pro Santé Connect a un autre nom.")
    return en_json_public(document(appel.contexte))


def document(contexte: Contexte) -> dict[str, Any]:
    """Capacités annoncées : ce qui est servi, pas ce que le référentiel permet."""
    profil, chemins = contexte.profil, contexte.profil.chemins
    contenu: dict[str, Any] = {
        "issuer": contexte.issuer,
        "authorization_endpoint": contexte.url_autorisation,
        "token_endpoint": contexte.url_jeton,
        "introspection_endpoint": contexte.url(chemins.introspection),
        "userinfo_endpoint": contexte.url(chemins.userinfo),
        "end_session_endpoint": contexte.url(chemins.fin_session),
        "revocation_endpoint": contexte.url(chemins.revocation),
        "jwks_uri": contexte.url(chemins.jwks),
        "grant_types_supported": [nom for nom, un in octrois().items() if profil.service in un.profils],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "userinfo_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": list(METHODES),
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256", "HS256"],
        "introspection_endpoint_auth_methods_supported": list(METHODES),
        "revocation_endpoint_auth_methods_supported": list(METHODES),
        "claim_types_supported": ["normal"],
        "claims_supported": list(_PSC) if profil.revendications_psc else ["sub", "name", "email"],
        "claims_parameter_supported": False,
        "scopes_supported": list(profil.scopes),
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["fr"],
    }
    if profil.acr_annonces:
        contenu["acr_values_supported"] = list(profil.acr_annonces)
    if profil.revendications_psc:
        contenu |= {
            "tls_client_certificate_bound_access_tokens": True,
            "backchannel_authentication_endpoint": contexte.url(chemins.ciba),
            "backchannel_token_delivery_modes_supported": ["poll"],
            "mtls_endpoint_aliases": {
                "token_endpoint": contexte.url_jeton,
                "introspection_endpoint": contexte.url(chemins.introspection),
                "revocation_endpoint": contexte.url(chemins.revocation),
                "backchannel_authentication_endpoint": contexte.url(chemins.ciba),
            },
        }
    return contenu


def _chemins(profil: Profil) -> tuple[str, ...]:
    return tuple(f"{profil.royaume}/.well-known/{nom}" for nom in profil.documents)


POINT = PointAcces("decouverte", "royaume", ("GET",), _chemins, handle)
