"""Les règles des avis : accusés (MDN), avis de distribution (DSN), comptes rendus d'intégration."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_VOLET = "ANS, volet de transmission au LPS de documents CDA provenant d'un courriel MSSanté, 1.1.3"

RAPPORT = Regle(
    "MSS-AVI-01", "L'avis est un multipart/report : texte, partie machine, message d'origine",
    "RFC 6522, § 3 ; RFC 8098 ; RFC 3464", Confiance.DOCUMENTEE,
    "Écrire multipart/report; report-type=… : un texte, la partie que nomme report-type, le message d'origine.",
)  # fmt: skip
TROIS_PARTIES = Regle(
    "MSS-AVI-02", "Le compte rendu d'intégration a trois parties, dont le message d'origine entier", _VOLET,
    Confiance.DOCUMENTEE, "Joindre le message d'origine entier en troisième partie, message/rfc822.",
)  # fmt: skip
CHAMPS_MDN = Regle(
    "MSS-AVI-03", "L'accusé porte Final-Recipient et Disposition", "RFC 8098, § 3.2", Confiance.DOCUMENTEE,
    "Écrire Final-Recipient: rfc822; <adresse> et Disposition.",
)  # fmt: skip
CHAMPS_VOLET = Regle(
    "MSS-AVI-04", "Le compte rendu d'intégration porte Original-Message-ID et Original-Recipient", _VOLET,
    Confiance.DOCUMENTEE, "Écrire Original-Message-ID et Original-Recipient: rfc822; <adresse>.",
)  # fmt: skip
AGENT = Regle(
    "MSS-AVI-05", "Le compte rendu nomme le logiciel qui le produit", f"{_VOLET} (conseillé)", Confiance.DOCUMENTEE,
    "Écrire Reporting-UA: <logiciel>; <version>.",
)  # fmt: skip
DISPOSITION = Regle(
    "MSS-AVI-06", "Disposition suit la grammaire de la RFC 8098, et pour une intégration la valeur du volet",
    f"RFC 8098, § 3.2.6 ; {_VOLET}", Confiance.DOCUMENTEE,
    "Écrire automatic-action/MDN-sent-automatically; processed (ou processed/error, et un champ Error).",
)  # fmt: skip
ERREUR = Regle(
    "MSS-AVI-07", "Un échec d'intégration est dit dans le champ Error : code^libellé, d'un code connu", _VOLET,
    Confiance.DOCUMENTEE, "Écrire Error: 902^patient inconnu (900 à 906, ou code HL7), et rien après processed/error.",
)  # fmt: skip
OBJET = Regle(
    "MSS-AVI-08", "L'objet d'un compte rendu d'intégration reprend celui du message, précédé du code en cas d'échec",
    _VOLET, Confiance.DOCUMENTEE,
    "Reprendre l'objet d'origine ; en cas d'échec écrire devant [KO Intégration système !][code].",
)  # fmt: skip
DESTINATAIRE = Regle(
    "MSS-AVI-09", "L'accusé va à l'adresse qui l'a demandé et désigne le message d'origine", "RFC 8098, § 2.1 et 3.2.5",
    Confiance.DOCUMENTEE, "Adresser l'accusé à Disposition-Notification-To et reprendre le Message-ID d'origine.",
)  # fmt: skip
AUTOMATIQUE = Regle(
    "MSS-AVI-10", "Un accusé ne part pas seul vers une adresse qui n'est pas celle de retour", "RFC 8098, § 2.1",
    Confiance.DOCUMENTEE, "Demander à l'utilisateur quand Disposition-Notification-To diffère de Return-Path.",
)  # fmt: skip
CHAMPS_DSN = Regle(
    "MSS-AVI-11", "L'avis de distribution porte Reporting-MTA, puis Final-Recipient, Action et Status",
    "RFC 3464, § 2.2 et 2.3", Confiance.DOCUMENTEE, "Écrire ces champs, avec une action et un statut de la RFC.",
)  # fmt: skip
STATUT_DSN = Regle(
    "MSS-AVI-12", "Le statut de l'avis de distribution s'accorde avec l'action", "RFC 3464, § 2.3.3 et 2.3.4",
    Confiance.DOCUMENTEE, "Écrire 5.x.y pour failed, 4.x.y pour delayed, 2.x.y pour delivered.",
)  # fmt: skip
RECONNU = Regle(
    "MSS-AVI-13", "L'avis de Mon espace santé dit pourquoi le message n'est pas distribué",
    "Mon espace santé, messagerie, v1.3, vu à travers la documentation publique d'un éditeur", Confiance.SECONDAIRE,
    "Relire l'avis : le banc n'en connaît pas la phrase exacte.",
)  # fmt: skip
