"""Les règles des jetons, avec leur source ; celles de Pro Santé Connect ont la confiance de ce qui en est public."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_JWS, _JWT = "RFC 7515 (JWS)", "RFC 7519 (JWT)"
_BONNES_PRATIQUES = "RFC 8725 (bonnes pratiques JWT)"
_OIDC = "OpenID Connect Core 1.0, errata 2"
_PSC = "Pro Santé Connect, documentation technique (industriels.esante.gouv.fr)"
_PSC_VU = "Pro Santé Connect, jetons relevés dans des dépôts publics de l'ANS et des clients publics"

LISIBLE = Regle(
    "JWT-LEC-01", "Le jeton est un JWS lisible : trois parties base64url, en-tête et contenu en objets JSON",
    f"{_JWS}, § 3.1 et § 7.1 ; {_JWT}, § 7.2", Confiance.OFFICIELLE,
    "Fournir le jeton tel que reçu, sans blanc ni coupure, en base64url sans remplissage.",
)  # fmt: skip
MEMBRES = Regle(
    "JWT-LEC-02", "Aucun membre n'est répété dans l'en-tête ni dans le contenu", f"{_JWS}, § 4 ; {_JWT}, § 4",
    Confiance.OFFICIELLE, "N'écrire chaque membre qu'une fois : un lecteur prendrait l'un ou l'autre.",
)  # fmt: skip
ALG = Regle(
    "JWT-ALG-01", "Le jeton est signé par un algorithme connu, jamais « none »",
    f"{_BONNES_PRATIQUES}, § 3.1 et § 3.2 ; {_OIDC}, § 2 ; RFC 7518, § 3.1", Confiance.OFFICIELLE,
    "Refuser tout jeton sans signature ; n'accepter que les algorithmes attendus (RS256 chez Pro Santé Connect).",
)  # fmt: skip
SYMETRIQUE = Regle(
    "JWT-ALG-02", "Le jeton n'est pas signé par un secret partagé (HS256, HS384, HS512)",
    f"{_PSC_VU} : RS256 ; {_BONNES_PRATIQUES}, § 2.1", Confiance.DEDUITE,
    "Attendre RS256 ; un HMAC n'est acceptable que si le secret du client a été convenu avec le fournisseur.",
)  # fmt: skip
CONFUSION = Regle(
    "JWT-ALG-03", "Le HMAC n'est pas calculé avec la clé publique du fournisseur",
    f"{_BONNES_PRATIQUES}, § 2.1 et § 3.1 (confusion d'algorithmes)", Confiance.OFFICIELLE,
    "Jeton forgé : fixer l'algorithme attendu dans le client au lieu de croire celui du jeton.",
)  # fmt: skip
TYPE = Regle(
    "JWT-ENT-01", "L'en-tête typ, s'il est donné, annonce un jeton JWT", f"{_JWT}, § 5.1 ; {_BONNES_PRATIQUES}, § 3.11",
    Confiance.DEDUITE, "Attendre typ JWT, ou at+jwt pour un jeton d'accès de la RFC 9068.",
)  # fmt: skip
KID = Regle(
    "JWT-ENT-02", "L'en-tête kid désigne la clé de signature", f"{_PSC_VU} ; {_OIDC}, § 10.1", Confiance.DEDUITE,
    "Attendre kid, et relire le JWKS du fournisseur quand il est inconnu.",
)  # fmt: skip
CRITIQUES = Regle(
    "JWT-ENT-03", "L'en-tête ne déclare critique aucune extension que personne ne comprend",
    f"{_JWS}, § 4.1.11 ; RFC 7797, § 7", Confiance.OFFICIELLE,
    "Refuser un jeton dont crit est vide, désigne un membre absent ou une extension inconnue.",
)  # fmt: skip
CLE_EMBARQUEE = Regle(
    "JWT-ENT-04", "L'en-tête ne fournit pas lui-même sa clé (jwk, jku, x5u, x5c)", f"{_BONNES_PRATIQUES}, § 3.10",
    Confiance.DEDUITE, "Ne jamais prendre la clé que donne le jeton : elle vient du JWKS du fournisseur.",
)  # fmt: skip
OBLIGATOIRES = Regle(
    "JWT-REV-01", "Les revendications obligatoires du jeton sont présentes", f"{_OIDC}, § 2 (iss, sub, aud, exp, iat)",
    Confiance.OFFICIELLE, "Exiger iss, sub, aud, exp et iat d'un ID token.",
)  # fmt: skip
TYPES = Regle(
    "JWT-REV-02", "Chaque revendication enregistrée a son type", f"{_JWT}, § 2 et § 4.1 ; {_OIDC}, § 2",
    Confiance.OFFICIELLE, "Écrire exp, nbf, iat et auth_time en secondes, aud en texte ou liste, le reste en texte.",
)  # fmt: skip
DUREE = Regle(
    "JWT-TPS-01", "Le jeton expire après son émission et son début de validité", f"{_JWT}, § 4.1.4, § 4.1.5 et § 4.1.6",
    Confiance.OFFICIELLE, "Écrire exp après iat et nbf.",
)  # fmt: skip
AUTHENTIFICATION = Regle(
    "JWT-TPS-02", "auth_time précède iat", f"{_OIDC}, § 2 (auth_time : quand l'utilisateur s'est authentifié)",
    Confiance.DEDUITE, "Vérifier l'horloge du fournisseur : l'authentification précède le jeton.",
)  # fmt: skip
VALIDITE = Regle(
    "JWT-TPS-03", "Le jeton est valide à l'instant du contrôle", f"{_JWT}, § 4.1.4 à § 4.1.6 ; {_OIDC}, § 3.1.3.7",
    Confiance.OFFICIELLE, "Refuser le jeton ; en demander un autre, et mettre le poste à l'heure.",
)  # fmt: skip
AUDIENCE = Regle(
    "JWT-REV-03", "azp est l'un des destinataires de l'ID token", f"{_OIDC}, § 2 et § 3.1.3.7", Confiance.OFFICIELLE,
    "Attendre azp égal au client_id, lui-même dans aud ; azp est attendu quand aud a plusieurs valeurs.",
)  # fmt: skip
AT_HASH = Regle(
    "JWT-REV-04", "at_hash est le condensat du jeton d'accès rendu avec l'ID token", f"{_OIDC}, § 3.1.3.6",
    Confiance.OFFICIELLE, "Recalculer at_hash : moitié gauche du condensat du jeton d'accès, en base64url.",
)  # fmt: skip
LIAISON = Regle(
    "JWT-REV-05", "cnf.x5t#S256 est un SHA-256 de certificat", "RFC 8705, § 3.1 ; exemples de l'ANS",
    Confiance.DOCUMENTEE, "Écrire le SHA-256 du certificat en base64url (l'ANS encode son écriture hexadécimale).",
)  # fmt: skip
EMETTEUR = Regle(
    "JWT-PSC-01", "iss est un émetteur de Pro Santé Connect", f"{_PSC}, environnements", Confiance.OFFICIELLE,
    "Comparer iss, à l'octet près, à l'émetteur de l'environnement visé (bac à sable ou production).",
)  # fmt: skip
ACR = Regle(
    "JWT-PSC-02", "acr vaut eidas1", f"{_PSC} ; {_PSC_VU}", Confiance.DOCUMENTEE,
    "Demander acr_values=eidas1 et refuser un ID token d'un autre niveau.",
)  # fmt: skip
IDENTIFIANT = Regle(
    "JWT-PSC-03", "sub a la forme f:<UUID>:<identifiant>, et finit par SubjectNameID", _PSC_VU, Confiance.DEDUITE,
    "Prendre l'identité dans SubjectNameID ; sub est technique.",
)  # fmt: skip
NATIONAL = Regle(
    "JWT-PSC-04", "SubjectNameID est un identifiant national et égale preferred_username", _PSC_VU, Confiance.DEDUITE,
    "Attendre 8 suivi du RPPS ; d'autres formes existent (ANS…, structure/identifiant local).",
)  # fmt: skip
DUREE_ACCES = Regle(
    "JWT-PSC-05", "Un jeton d'accès vit deux minutes au plus",
    "ANS, CI-SIS, volet de transport PSC, rapporté par un tiers", Confiance.SECONDAIRE,
    "Renouveler par le jeton de rafraîchissement ; ne pas garder un jeton d'accès plus longtemps.",
)  # fmt: skip
SIGNATURE = Regle(
    "JWT-SIG-01", "La signature est valide par une clé du JWKS donné", f"{_JWS}, § 5.2 ; {_OIDC}, § 3.1.3.7",
    Confiance.OFFICIELLE, "Refuser le jeton ; relire le JWKS de l'émetteur si sa clé est inconnue (rotation).",
)  # fmt: skip
TAILLE_CLE = Regle(
    "JWT-SIG-02", "La clé qui vérifie le jeton est assez longue et faite pour cet usage",
    "RFC 7518, § 3.3 (RSA d'au moins 2048 bits) ; RFC 7517, § 4.2 (use)", Confiance.OFFICIELLE,
    "Employer une clé RSA d'au moins 2048 bits, dont use vaut sig.",
)  # fmt: skip
