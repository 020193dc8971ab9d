"""Les documents d'où viennent les règles Pro Santé Connect, cités de la même façon partout.

Le référentiel PSC (annexe de l'arrêté du 4 avril 2022) n'a pas pu être lu : ce qui en est cité vient de l'énoncé des
exigences du REM, ou de pages officielles qui en reprennent une ligne. Une obligation qu'aucun texte lu ne dit reste
« déduite » : son manquement est au plus à vérifier.
"""

DOC = "ANS, documentation technique de Pro Santé Connect (page publique)"
VOLET = "ANS, CI-SIS, Sécurisation de la couche transport API REST Pro Santé Connectée (guide 1.2.0)"
REM = "REM, exigence {} (travaux de concertation 2023)"
REFERENTIEL = "Référentiel PSC v1.8.4, EX PSC {}, cité par le REM (travaux de concertation 2023)"
RFC6749 = "RFC 6749 (OAuth 2.0), § {}"
RFC6750 = "RFC 6750 (jetons au porteur), § {}"
RFC7636 = "RFC 7636 (PKCE), § {}"
RFC8705 = "RFC 8705 (TLS mutuel), § {}"
RFC8725 = "RFC 8725 (bonnes pratiques des JWT), § {}"
RFC9207 = "RFC 9207 (émetteur dans le retour), § {}"
RFC9700 = "RFC 9700 (sécurité d'OAuth 2.0), § {}"
CORE = "OpenID Connect Core 1.0, § {}"
DECOUVERTE = "OpenID Connect Discovery 1.0, § {}"
SORTIE = "OpenID Connect RP-Initiated Logout 1.0, § {}"
CIBA = "OpenID Connect CIBA Core 1.0, § {}"
EXEMPLES = "Exemples publiés par l'ANS (dépôts du proxy e-Santé et du connecteur PSC)"
RELEVES = "Réponses du bac à sable et code client publics"
DECLARATION = "Déclaration de l'éditeur (logiciel.yaml)"
BANC = "Déduction du banc"
