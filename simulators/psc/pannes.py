"""Les pannes propres à un fournisseur OpenID Connect ; celles du transport sont communes à tous.

Les noms valent promesse : les scénarios les arment.
"""

from __future__ import annotations

from simulators.socle.pannes import Panne

_DUREE = {"duree": "secondes (5 par défaut)"}

PANNES_ID_TOKEN: tuple[Panne, ...] = (
    Panne("signature_fausse", "ID token : un octet de la signature est changé."),
    Panne("emetteur_faux", "ID token : iss d'un autre émetteur."),
    Panne("audience_fausse", "ID token : aud d'un autre client."),
    Panne("azp_faux", "ID token : deux audiences, azp d'un autre client."),
    Panne("alg_none", "ID token sans signature (alg=none)."),
    Panne("hs256_confusion", "ID token signé en HS256 avec la clé publique pour secret."),
    Panne("nonce_faux", "ID token : un autre nonce."),
    Panne("nonce_absent", "ID token sans nonce."),
    Panne("id_token_expire", "ID token périmé depuis une heure."),
    Panne("iat_futur", "ID token émis dans une heure."),
    Panne("cle_inconnue", "ID token signé d'une clé jamais publiée."),
    Panne("cle_tournee", "Clé neuve, publiée au JWKS : rien de fautif, le client doit relire le JWKS et accepter."),
    Panne("acr_faux", "ID token : acr eidas0."),
    Panne("acr_absent", "ID token sans acr."),
    Panne("sub_absent", "ID token sans sub."),
    Panne("at_hash_faux", "ID token : at_hash d'un autre jeton d'accès."),
    Panne("jeton_illisible", "À la place de l'ID token, un texte qui n'est pas un JWT."),
)
PANNES_JETON: tuple[Panne, ...] = (
    Panne("id_token_absent", "Réponse sans ID token."),
    Panne("refresh_absent", "Réponse sans jeton de rafraîchissement ; rien de fautif."),
    Panne("jeton_500", "500 à la demande de jeton.", {"statut": "code HTTP (500)"}),
    Panne("jeton_lent", "Réponse du point d'accès des jetons retardée.", _DUREE),
    Panne("jeton_invalid_grant", "400 invalid_grant."),
    Panne("session_terminee", "La session est close au fournisseur juste avant que le jeton présenté soit lu."),
)
PANNES_USERINFO: tuple[Panne, ...] = (
    Panne("userinfo_autre_sub", "UserInfo d'une autre personne (sub, identifiant et nom)."),
    Panne("userinfo_401", "401 invalid_token."),
    Panne("userinfo_jwt", "UserInfo en JWT signé ; légitime."),
    Panne("userinfo_sans_exercice", "UserInfo sans SubjectRefPro ni rôle ; légitime."),
    Panne("userinfo_sub_absent", "UserInfo sans sub."),
)
PANNES_RETOUR: tuple[Panne, ...] = (
    Panne("state_faux", "Retour au logiciel avec un autre state."),
    Panne("state_absent", "Retour au logiciel sans state."),
    Panne("code_absent", "Retour au logiciel sans code ni erreur."),
    Panne("iss_faux", "Retour au logiciel avec l'iss d'un autre fournisseur."),
    Panne("retour_double", "Retour au logiciel où code et state figurent deux fois ; le second code est inconnu."),
    Panne("refus_personne", "La personne refuse : retour access_denied."),
)
PANNES_AUTORISATION: tuple[Panne, ...] = (
    Panne("autorisation_lente", "Réponse du point d'autorisation retardée.", _DUREE),
    Panne("autorisation_erreur", "Retour immédiat d'une erreur.", {"erreur": "code OAuth (server_error)"}),
)
PANNES_CIBA: tuple[Panne, ...] = (
    Panne("ciba_refus", "CIBA : la personne refuse (access_denied)."),
    Panne("ciba_expire", "CIBA : la demande expire (expired_token)."),
    Panne("ciba_slow_down", "CIBA : slow_down à l'interrogation."),
    Panne("ciba_muet", "CIBA : authorization_pending, sans fin."),
)
PANNES_DIVERSES: tuple[Panne, ...] = (
    Panne("fin_session_indisponible", "503 à la fin de session ; la session reste ouverte."),
    Panne("decouverte_indisponible", "503 au document de découverte."),
    Panne("jwks_indisponible", "503 aux clés publiques."),
)
PANNES: tuple[Panne, ...] = (
    *PANNES_ID_TOKEN,
    *PANNES_JETON,
    *PANNES_USERINFO,
    *PANNES_RETOUR,
    *PANNES_AUTORISATION,
    *PANNES_CIBA,
    *PANNES_DIVERSES,
)
NOMS_ID_TOKEN = tuple(panne.nom for panne in PANNES_ID_TOKEN)
NOMS_RETOUR = tuple(panne.nom for panne in PANNES_RETOUR)
LENTEURS = {"jeton": "jeton_lent", "autorisation": "autorisation_lente"}
"""Panne qui retarde la réponse, par opération."""
