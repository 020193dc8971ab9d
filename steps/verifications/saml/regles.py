"""Les règles SAML 2.0 communes à toutes les assertions, avec leur source."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_CORE = "OASIS, SAML 2.0 Core (15/03/2005)"

LISIBLE = Regle(
    "SAML-LEC-01", "Le fichier porte une assertion SAML 2.0 lisible sans danger", f"{_CORE}, § 2.3.3 ; XML 1.0",
    Confiance.OFFICIELLE, "Fournir l'assertion elle-même, en XML bien formé et sans DOCTYPE.",
)  # fmt: skip
PROFIL = Regle(
    "SAML-LEC-02", "L'assertion est un VIHF ou une assertion de professionnel INSi", "Profils connus du banc",
    Confiance.DEDUITE, "Vérifier que le fichier est bien l'assertion envoyée au DMP ou à INSi.",
)  # fmt: skip
FORME = Regle(
    "SAML-FOR-01", "L'assertion porte Version 2.0, un ID et un IssueInstant en temps universel",
    f"{_CORE}, § 1.3.3, § 1.3.4 et § 2.3.3", Confiance.OFFICIELLE,
    'Écrire Version="2.0", un ID qui est un NCName (commençant par _ ou une lettre) et IssueInstant en UTC.',
)  # fmt: skip
ORDRE = Regle(
    "SAML-FOR-02", "Les éléments de l'assertion sont ceux du schéma, dans son ordre", f"{_CORE}, § 2.3.3",
    Confiance.OFFICIELLE,
    "Écrire Issuer, Signature, Subject, Conditions, Advice, puis les déclarations, dans cet ordre.",
)  # fmt: skip
STRUCTURE = Regle(
    "SAML-FOR-03", "Sous l'assertion, éléments et attributs sont ceux du schéma", f"{_CORE}, § 2.2 à § 2.7 et schéma",
    Confiance.OFFICIELLE,
    "Retirer ce que le schéma ne prévoit pas, n'écrire qu'une fois ce qui est unique, garder l'espace de noms.",
)  # fmt: skip
INSTANTS = Regle(
    "SAML-FOR-04", "AuthnInstant et SessionNotOnOrAfter sont des instants en temps universel",
    f"{_CORE}, § 1.3.3 et § 2.7.2", Confiance.OFFICIELLE, "Écrire ces instants en UTC (AAAA-MM-JJThh:mm:ssZ).",
)  # fmt: skip
AUTHENTIFICATION = Regle(
    "SAML-CON-03", "L'authentification précède l'émission de l'assertion", f"{_CORE}, § 2.7.2 (lecture du banc)",
    Confiance.DEDUITE, "Écrire dans AuthnInstant l'heure à laquelle l'utilisateur s'est authentifié.",
)  # fmt: skip
CONDITIONS = Regle(
    "SAML-CON-01", "Les bornes de validité se tiennent entre elles", f"{_CORE}, § 2.5.1.2 et § 2.4.1.2",
    Confiance.OFFICIELLE, "Écrire NotBefore avant NotOnOrAfter, et IssueInstant avant la fin de validité.",
)  # fmt: skip
VALIDITE = Regle(
    "SAML-CON-02", "L'assertion est valide à l'instant du contrôle", f"{_CORE}, § 2.5.1.2 et § 2.4.1.2",
    Confiance.OFFICIELLE, "Refaire l'assertion, ou mettre à l'heure le poste qui la produit.",
)  # fmt: skip
SUJET = Regle(
    "SAML-SUJ-01", "Le sujet est désigné par un NameID et un seul, non vide", f"{_CORE}, § 2.4.1",
    Confiance.OFFICIELLE, "Écrire l'identifiant du professionnel dans Subject/NameID.",
)  # fmt: skip
COMMENTAIRES = Regle(
    "SAML-SUJ-02", "Aucun commentaire ni instruction ne coupe une valeur qui dit l'identité ou l'authentification",
    "CERT/CC, VU#475445 (texte tronqué au commentaire par des lecteurs SAML)", Confiance.DEDUITE,
    "Écrire ces valeurs d'un seul tenant : certains lecteurs s'arrêtent au commentaire et lisent une autre identité.",
)  # fmt: skip
ATTRIBUTS = Regle(
    "SAML-ATT-01", "Chaque attribut est nommé, une seule fois", f"{_CORE}, § 2.7.3.1 (Name obligatoire)",
    Confiance.DEDUITE, "Réunir les valeurs d'un attribut dans un seul élément Attribute, qui porte Name.",
)  # fmt: skip
EN_PLACE = Regle(
    "SAML-XSW-01", "Toute assertion du message est à sa place, enfant direct de wsse:Security",
    "OASIS, WS-Security SAML Token Profile 1.1, § 3.1 ; attaques par enveloppement de signature",
    Confiance.DOCUMENTEE, "N'envoyer d'assertion que dans l'en-tête Security, et nulle part ailleurs.",
)  # fmt: skip
IDENTIFIANTS = Regle(
    "SAML-XSW-02", "Aucun identifiant XML n'est porté par deux éléments",
    f"{_CORE}, § 1.3.4 ; W3C, XML Signature (référence à un identifiant)", Confiance.OFFICIELLE,
    "Donner à chaque élément un ID unique dans le document : une signature ne doit désigner qu'un élément.",
)  # fmt: skip
SIGNATURE = Regle(
    "SAML-SIG-01", "La signature est valide et couvre l'assertion elle-même",
    f"{_CORE}, § 5.4 ; W3C, XML Signature", Confiance.OFFICIELLE,
    "Signer l'assertion entière (référence #ID, transformations enveloped-signature et exc-C14N), sans la retoucher.",
)  # fmt: skip
ALGORITHME = Regle(
    "SAML-SIG-02", "La signature n'emploie ni SHA-1 ni MD5", "ANSSI, RGS annexe B1 ; pratique des clients actuels",
    Confiance.DEDUITE, "Signer en RSA-SHA256 ou ECDSA-SHA256, condensat SHA-256.",
)  # fmt: skip
AUTORITE = Regle(
    "SAML-CRT-01", "Le certificat du signataire vient d'une autorité de confiance donnée au contrôle",
    "RFC 5280, § 6 ; autorités données par l'utilisateur", Confiance.OFFICIELLE,
    "Signer avec un certificat de l'IGC attendue, ou donner au contrôle l'autorité qui l'a émis.",
)  # fmt: skip
CERTIFICAT = Regle(
    "SAML-CRT-02", "Le certificat du signataire est valable à la date de l'assertion et peut signer",
    "RFC 5280, § 4.1.2.5 et § 4.2.1.3", Confiance.OFFICIELLE,
    "Signer avec le certificat de signature (cachet ou carte), en cours de validité.",
)  # fmt: skip
