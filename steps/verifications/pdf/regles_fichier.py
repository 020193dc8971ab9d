"""Les règles d'un fichier PDF : structure, protection, contenu actif, déclaration PDF/A, concordance avec un CDA."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_ISO = "ISO 32000-1"
_MSS = "REM BIO, exigence MSS/CONF.23 (un document de santé voyage aussi en PDF/A-1)"
_CONF_26 = "REM BIO, exigence MSS/CONF.26 (travaux de concertation 2023) ; MSSanté référentiel #2, ECO.2.1.5"
_ECO_2_1_6 = "REM BIO, exigence MSS/va1.01 (étape du nommage) ; MSSanté référentiel #2, ECO.2.1.6"

EN_TETE = Regle(
    "PDF-FIC-01", "Le fichier est un PDF", f"{_ISO}, § 7.5.2", Confiance.DOCUMENTEE,
    "Joindre le fichier PDF tel que le logiciel l'écrit.",
)  # fmt: skip
FIN = Regle(
    "PDF-FIC-02", "Le fichier est entier jusqu'à sa fin", f"{_ISO}, § 7.5.5", Confiance.DOCUMENTEE,
    "Transmettre tous les octets : la fin est startxref, une position, puis %%EOF.",
)  # fmt: skip
TABLE = Regle(
    "PDF-FIC-03", "La table des références croisées désigne bien les objets", f"{_ISO}, § 7.5.4", Confiance.DOCUMENTEE,
    "Écrire le fichier en binaire, sans conversion de fins de ligne ni retouche après coup.",
)  # fmt: skip
OUVERTURE = Regle(
    "PDF-FIC-04", "Le fichier s'ouvre sans réparation", f"{_ISO}, § 7.5 (contrôlé par qpdf)", Confiance.DOCUMENTEE,
    "Produire un PDF que les lecteurs n'ont pas à réparer.",
)  # fmt: skip
PAGES = Regle(
    "PDF-FIC-05", "Le PDF a des pages, et toutes s'ouvrent", f"{_ISO}, § 7.7.3 (contrôlé par pdfium)",
    Confiance.DOCUMENTEE, "Produire au moins une page dont le contenu se lit.",
)  # fmt: skip
CHIFFREMENT = Regle(
    "PDF-SEC-01", "Le PDF n'est pas chiffré", f"ISO 19005-1, § 6.1.3 (vu dans les profils publics de veraPDF) ; {_MSS}",
    Confiance.DOCUMENTEE, "Produire le PDF sans mot de passe ni restriction de droits.",
)  # fmt: skip
ACTIF = Regle(
    "PDF-SEC-02", "Le PDF ne porte ni script ni commande",
    "Déduction du banc : un document de santé ne fait rien exécuter à celui qui l'ouvre", Confiance.DEDUITE,
    "Retirer JavaScript, Launch, formulaires XFA, envois et imports de formulaire, contenus multimédias.",
)  # fmt: skip
JOINTS = Regle(
    "PDF-SEC-03", "Le PDF n'embarque pas de fichier",
    "Déduction du banc : un fichier embarqué échappe à la lecture et aux contrôles", Confiance.DEDUITE,
    "Joindre les fichiers à côté du PDF, pas dedans.",
)  # fmt: skip
DECLARE = Regle(
    "PDF-DEC-01", "Le PDF se déclare PDF/A-1", f"{_MSS} ; ANS, structuration minimale, corps N1", Confiance.OFFICIELLE,
    "Exporter en PDF/A-1 (a ou b) : métadonnées XMP pdfaid:part=1 et pdfaid:conformance.",
)  # fmt: skip
IDENTIQUE = Regle(
    "PDF-CDA-01", "Le PDF est celui que le CDA N1 encapsule, octet pour octet", _CONF_26, Confiance.OFFICIELLE,
    "Joindre les octets mêmes qui sont encapsulés dans le CDA N1.",
)  # fmt: skip
TRANSCRIT = Regle(
    "PDF-CDA-02", "Le PDF d'un CDA N3 porte les données de l'en-tête", _CONF_26, Confiance.OFFICIELLE,
    "Éditer le titre, le type, la date de création, l'auteur ou responsable et l'organisation du CDA.",
)  # fmt: skip
PATIENT = Regle(
    "PDF-CDA-03", "Le PDF est celui du patient du CDA", "Déduction du banc : un PDF joint parle du même patient",
    Confiance.DEDUITE, "Éditer le PDF à partir des mêmes données que le CDA.",
)  # fmt: skip
NOM_DE_FICHIER = Regle(
    "PDF-NOM-01", "Le nom du fichier suit la règle de nommage des documents joints",
    "MSSanté référentiel #2, ECO.2.1.6, vu à travers la documentation publique d'un éditeur", Confiance.SECONDAIRE,
    "Nommer AAAAMMJJ_type_NOM_prenom.pdf (type : 40 caractères au plus ; _numéro de dossier facultatif).",
)  # fmt: skip
NOM_JOINT = Regle(
    "PDF-NOM-02", "Le nom d'un PDF joint à un courriel de santé a ses quatre parties", _ECO_2_1_6,
    Confiance.DOCUMENTEE,
    "Nommer AAAAMMJJ_type_NOM_prenom.pdf (type : 40 caractères au plus ; _numéro de dossier facultatif).",
)  # fmt: skip
NOM_PATIENT = Regle(
    "PDF-NOM-03", "Le nom d'un PDF joint porte le NOM et le prénom du patient du CDA", _ECO_2_1_6,
    Confiance.DOCUMENTEE, "Écrire dans le nom du fichier le nom en capitales et le prénom du patient du CDA.",
)  # fmt: skip
NOM_ACTE = Regle(
    "PDF-NOM-04", "Le nom d'un PDF joint porte la date de l'acte et le libellé du type du CDA",
    "MSSanté référentiel #2, ECO.2.1.6 (origine des champs), vu à travers la documentation publique d'un éditeur",
    Confiance.SECONDAIRE, "Prendre la date dans serviceEvent/effectiveTime/low, le type dans code/@displayName.",
)  # fmt: skip
