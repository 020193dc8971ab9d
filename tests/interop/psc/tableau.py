"""Ce que chaque client fait de chaque panne : constaté par `test_connexion.py`, recopié dans docs/simulateurs.md."""

from __future__ import annotations

CLIENTS = ("openid-client", "authlib", "mod_auth_openidc")
REFUSE, ACCEPTE, N_EXAMINE_PAS = "refusé", "accepté", "pas examiné"
R, A, N = REFUSE, ACCEPTE, N_EXAMINE_PAS

ISSUES: dict[str, tuple[str, str, str]] = {
    # À refuser au retour, avant ou avec l'ID token.
    "signature_fausse": (R, R, R),
    "cle_inconnue": (R, R, R),
    "alg_none": (R, R, R),
    "hs256_confusion": (R, R, R),
    "jeton_illisible": (R, R, R),
    "id_token_absent": (R, R, R),
    "emetteur_faux": (R, R, R),
    "audience_fausse": (R, R, R),
    "azp_faux": (R, R, R),
    "nonce_faux": (R, R, R),
    "nonce_absent": (R, R, R),
    "id_token_expire": (R, R, R),
    "iat_futur": (N, R, R),
    "sub_absent": (R, R, R),
    "at_hash_faux": (N, R, R),
    "acr_faux": (N, R, R),
    "acr_absent": (N, R, R),
    "state_faux": (R, R, R),
    "state_absent": (R, R, R),
    "code_absent": (R, R, R),
    "iss_faux": (R, N, R),
    "retour_double": (R, N, R),
    "refus_personne": (R, R, R),
    "autorisation_erreur": (R, R, R),
    "jeton_500": (R, R, R),
    "jeton_invalid_grant": (R, R, R),
    # À refuser à la lecture de l'identité.
    "userinfo_401": (R, R, R),
    "userinfo_autre_sub": (R, N, R),
    "userinfo_sub_absent": (R, N, R),
    # Légitime : à accepter.
    "cle_tournee": (A, A, A),
    "refresh_absent": (A, A, A),
    "userinfo_sans_exercice": (A, A, A),
    "userinfo_jwt": (A, R, R),
}
"""Panne → issue par client, dans l'ordre de `CLIENTS`. « pas examiné » : la connexion se fait, ce contrôle est laissé à
l'application."""


def en_markdown() -> str:
    """Le tableau tel que la documentation le porte."""
    lignes = [f"| Panne | {' | '.join(CLIENTS)} |", f"| --- |{' --- |' * len(CLIENTS)}"]
    lignes += [f"| `{panne}` | {' | '.join(issues)} |" for panne, issues in ISSUES.items()]
    return "\n".join(lignes)
