"""Les règles de refus et d'acceptation, et la panne du simulateur que chacune juge.

La signature de l'ID token a sa propre place : reçu directement du point de jetons en TLS,
OpenID Connect Core (§ 3.1.3.7,
étape 6) laisse le client s'en remettre au certificat du serveur, et la certification OpenID l'admet. L'accepter sans la
vérifier est donc au plus à vérifier tant que le texte du référentiel PSC n'a pas été lu.
"""

from __future__ import annotations

from reports.constat import Confiance, Regle
from steps.verifications.psc import sources

_OFF, _DED = Confiance.OFFICIELLE, Confiance.DEDUITE


def _core(paragraphe: str) -> str:
    return sources.CORE.format(paragraphe)


STATE = Regle(
    "PSC-REF-01", "Un retour au state faux ou absent n'ouvre pas de session", sources.RFC6749.format("10.12"), _OFF,
    "Comparer le state du retour à celui gardé dans la session du navigateur, avant tout autre traitement.",
)  # fmt: skip
SANS_CODE = Regle(
    "PSC-REF-02", "Un retour en erreur ou sans code n'ouvre pas de session",
    f"{sources.RFC6749.format('4.1.2.1')} ; {_core('3.1.2.6')}", _OFF,
    "Afficher l'échec à l'utilisateur et revenir à l'écran de connexion.",
)  # fmt: skip
ISS_RETOUR = Regle(
    "PSC-REF-03", "Un retour dont iss n'est pas l'émetteur n'ouvre pas de session",
    f"{sources.RFC9207.format('2.4')}, si le client l'applique ; {sources.BANC} pour l'obligation", _DED,
    "Comparer le paramètre iss du retour à l'émetteur du fournisseur.",
)  # fmt: skip
REJEU = Regle(
    "PSC-REF-04", "Un retour rejoué ne fait pas renvoyer le code", sources.RFC6749.format("4.1.2"), _OFF,
    "Oublier le state au premier retour ; refuser le second.",
)  # fmt: skip
DOUBLE = Regle(
    "PSC-REF-05", "Un retour dont les paramètres sont répétés n'ouvre pas de session",
    f"{sources.RFC6749.format('3.1')}, qui l'interdit au fournisseur ; {sources.BANC} pour le client", _DED,
    "Refuser un retour où code ou state figurent deux fois.",
)  # fmt: skip
EMETTEUR = Regle(
    "PSC-REF-10", "Un ID token d'un autre émetteur est refusé", f"{_core('3.1.3.7')}, étape 2", _OFF,
    "Comparer iss à l'émetteur de la découverte, à l'octet près.",
)  # fmt: skip
AUDIENCE = Regle(
    "PSC-REF-11", "Un ID token destiné à un autre client est refusé", f"{_core('3.1.3.7')}, étape 3", _OFF,
    "Refuser un aud qui ne contient pas le client_id du logiciel.",
)  # fmt: skip
AZP = Regle(
    "PSC-REF-12", "Un ID token destiné aussi à un autre client, et délivré à lui (azp), est refusé",
    f"{_core('3.1.3.7')}, étapes 3 (audience de trop) à 5", _OFF,
    "Refuser un aud qui contient un autre client que le logiciel ; comparer azp au client_id.",
)  # fmt: skip
NONCE = Regle(
    "PSC-REF-13", "Un ID token sans le nonce de la demande est refusé", f"{_core('3.1.3.7')}, étape 11", _OFF,
    "Comparer le nonce de l'ID token à celui de la demande ; refuser s'il manque.",
)  # fmt: skip
EXPIRE = Regle(
    "PSC-REF-14", "Un ID token expiré est refusé", f"{_core('3.1.3.7')}, étape 9", _OFF,
    "Refuser un exp passé, à quelques secondes près.",
)  # fmt: skip
FUTUR = Regle(
    "PSC-REF-15", "Un ID token émis dans le futur est refusé", f"{_core('3.1.3.7')}, étape 10, laissée au client", _DED,
    "Refuser un iat à venir, à quelques secondes près.",
)  # fmt: skip
SUJET = Regle(
    "PSC-REF-16", "Un ID token sans sub est refusé", _core("2"), _OFF, "Refuser un ID token sans sub.",
)  # fmt: skip
NIVEAU = Regle(
    "PSC-REF-17", "Un ID token d'un autre niveau (acr) est refusé",
    f"{sources.RELEVES} ; {_core('3.1.3.7')}, étape 12, le conseille", Confiance.DOCUMENTEE,
    "Refuser un acr autre que eidas1.",
)  # fmt: skip
NIVEAU_ABSENT = Regle(
    "PSC-REF-18", "Un ID token sans acr est refusé",
    f"{sources.BANC} ; {_core('3.1.3.7')}, étape 12, conseille de contrôler le niveau demandé", _DED,
    "Refuser un ID token qui ne dit pas son niveau.",
)  # fmt: skip
SIGNATURE = Regle(
    "PSC-REF-19", "Un ID token dont la signature n'est pas celle du fournisseur est refusé",
    f"{sources.BANC} ; {_core('3.1.3.7')}, étape 6, admet de s'en remettre au TLS du point de jetons", _DED,
    "Vérifier la signature par le JWKS, avec les seuls algorithmes attendus (RS256), jamais none ni HS256.",
)  # fmt: skip
ALGORITHME = Regle(
    "PSC-REF-33", "Un ID token non signé, ou d'un algorithme inattendu, est refusé",
    f"{sources.RFC8725.format('3.1')} ; {_core('2')} : none n'est admis que si le client l'a demandé", _OFF,
    "N'accepter que les algorithmes attendus (RS256), lus dans la configuration et jamais dans le jeton.",
)  # fmt: skip
CONDENSAT = Regle(
    "PSC-REF-20", "Un at_hash faux fait refuser le jeton d'accès",
    f"{_core('3.1.3.8')}, facultatif dans ce flux", _DED, "Comparer at_hash au jeton d'accès reçu.",
)  # fmt: skip
ILLISIBLE = Regle(
    "PSC-REF-21", "Une réponse sans ID token lisible n'ouvre pas de session", f"{_core('3.1.3.3')} et 3.1.3.5", _OFF,
    "Refuser une réponse de jetons sans ID token, ou dont l'ID token ne se lit pas.",
)  # fmt: skip
SUJET_USERINFO = Regle(
    "PSC-REF-22", "Un UserInfo dont le sub n'est pas celui de l'ID token est écarté", _core("5.3.2"), _OFF,
    "Comparer le sub d'UserInfo à celui de l'ID token ; ne rien reprendre s'ils diffèrent ou s'il manque.",
)  # fmt: skip
ERREUR = Regle(
    "PSC-REF-23", "Une erreur du point de jetons n'ouvre pas de session", sources.RFC6749.format("5.2"), _OFF,
    "Sans jeton, pas de session : le dire à l'utilisateur.",
)  # fmt: skip
INDISPONIBLE = Regle(
    "PSC-REF-24", "Un UserInfo refusé n'ouvre pas de session à l'identité incomplète", sources.BANC, _DED,
    "Dire l'échec à l'utilisateur, ou n'ouvrir la session que sur l'identité de l'ID token.",
)  # fmt: skip
CIBA = Regle(
    "PSC-REF-25", "Une demande CIBA refusée ou expirée n'ouvre pas de session", sources.CIBA.format("11"), _OFF,
    "Sans jeton, pas de session : le dire à l'utilisateur et proposer de recommencer.",
)  # fmt: skip
USAGE = Regle(
    "PSC-REF-30", "Un jeton d'une réponse fautive n'est présenté à aucun service", f"{_core('3.1.3.5')}", _OFF,
    "N'employer les jetons qu'une fois la réponse entière vérifiée.",
)  # fmt: skip
CODE_ECHANGE = Regle(
    "PSC-REF-31", "Le code d'un retour fautif n'est pas échangé", f"{sources.BANC} ; {sources.RFC9700.format('4.7.1')}",
    _DED, "Vérifier state (et iss) avant d'appeler le point de jetons.",
)  # fmt: skip
USERINFO_AVANT = Regle(
    "PSC-REF-32", "L'ID token est vérifié avant d'appeler UserInfo", sources.BANC, _DED,
    "Vérifier l'ID token dès la réponse du point de jetons.",
)  # fmt: skip
ROTATION = Regle(
    "PSC-ACC-01", "Un ID token signé par une clé neuve et publiée est accepté", _core("10.1.1"), _OFF,
    "Relire le JWKS quand le kid de l'en-tête n'est pas connu.",
)  # fmt: skip
RELECTURE = Regle(
    "PSC-ACC-02", "Le JWKS est relu quand le kid n'est pas connu",
    f"{sources.BANC} ; {_core('3.1.3.7')}, étape 6, admet de s'en remettre au TLS du point de jetons", _DED,
    "Relire le JWKS quand le kid de l'en-tête n'est pas connu, et vérifier la signature.",
)  # fmt: skip
USERINFO_SIGNE = Regle(
    "PSC-ACC-03", "Un UserInfo signé (application/jwt) est accepté",
    f"{sources.RELEVES} ; {_core('5.3.2')} le lie à l'enregistrement du client", Confiance.SECONDAIRE,
    "Lire UserInfo selon son Content-Type : JSON, ou JWT signé.",
)  # fmt: skip
SANS_EXERCICE = Regle(
    "PSC-ACC-04", "Un UserInfo sans exercice ne fait pas échouer la connexion : elle s'ouvre, ou le refus s'explique",
    f"{sources.RELEVES} : exercices et activités peuvent manquer", Confiance.DOCUMENTEE,
    "Accepter zéro, un ou plusieurs exercices et activités ; à défaut, dire pourquoi l'accès est refusé.",
)  # fmt: skip

FAUTES: dict[str, Regle] = {
    "state_faux": STATE, "state_absent": STATE,
    "code_absent": SANS_CODE, "refus_personne": SANS_CODE, "autorisation_erreur": SANS_CODE,
    "iss_faux": ISS_RETOUR, "retour_double": DOUBLE,
    "emetteur_faux": EMETTEUR, "audience_fausse": AUDIENCE, "azp_faux": AZP,
    "nonce_faux": NONCE, "nonce_absent": NONCE,
    "id_token_expire": EXPIRE, "iat_futur": FUTUR, "sub_absent": SUJET,
    "acr_faux": NIVEAU, "acr_absent": NIVEAU_ABSENT,
    "signature_fausse": SIGNATURE, "cle_inconnue": SIGNATURE, "alg_none": ALGORITHME, "hs256_confusion": ALGORITHME,
    "at_hash_faux": CONDENSAT,
    "id_token_absent": ILLISIBLE, "jeton_illisible": ILLISIBLE,
    "userinfo_autre_sub": SUJET_USERINFO, "userinfo_sub_absent": SUJET_USERINFO,
    "jeton_500": ERREUR, "jeton_invalid_grant": ERREUR,
    "userinfo_401": INDISPONIBLE,
    "ciba_refus": CIBA, "ciba_expire": CIBA,
}  # fmt: skip
"""Panne du simulateur → règle de refus."""

ADMISES: dict[str, Regle] = {
    "cle_tournee": ROTATION, "userinfo_jwt": USERINFO_SIGNE, "userinfo_sans_exercice": SANS_EXERCICE,
}  # fmt: skip
"""Panne du simulateur → règle d'acceptation : ces réponses-là sont justes."""
