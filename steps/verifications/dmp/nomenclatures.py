"""Systèmes de codage et codes des métadonnées du DMP, tels que relevés dans les références du projet.

Seuls les codes relevés figurent ici ; un jeu de valeurs dont la liste n'a pas été lue n'est jugé que sur son système.
"""

from __future__ import annotations

LOINC = "2.16.840.1.113883.6.1"
TRE_A05 = "1.2.250.1.213.1.1.4.12"
SYSTEMES_TYPE = frozenset({LOINC, TRE_A05})

SYSTEME_CLASSE = "1.2.250.1.213.1.1.4.1"
# JDV_J57, hors classe du document de signature.
CLASSES = frozenset({"10", "11", "31", "42", "43", "44", "45", "52", "60", "90", "95"})

SYSTEME_CONFIDENTIALITE = "2.16.840.1.113883.5.25"
CONFIDENTIALITES = frozenset({"N", "R", "V"})
SYSTEME_VISIBILITE = "1.2.250.1.213.1.1.4.13"
VISIBILITES = frozenset({"MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"})

# JDV_J60 : profils IHE, formats de l'ANS (TRE_A06), DICOM, signature.
SYSTEME_FORMAT_IHE = "1.3.6.1.4.1.19376.1.2.3"
SYSTEME_FORMAT_DICOM = "1.2.840.10008.2.6.1"
PREFIXES_FORMAT_ANS = ("urn:asip:ci-sis:", "urn:ans:ci-sis:")
PREFIXE_FORMAT_IHE = "urn:ihe:"

SYSTEME_SECTEUR = "1.2.250.1.71.4.2.4"
SYSTEME_SECTEUR_PATIENT = "1.2.250.1.213.1.1.4.6"
SECTEURS_PATIENT = frozenset({"EXP_PATIENT", "SNR"})

SYSTEME_CADRE = "1.2.250.1.213.1.1.4.9"
SYSTEME_CONTENU_LOT = "1.2.250.1.213.2.2"

SYSTEMES_EVENEMENT = frozenset(
    {
        "1.2.250.1.213.2.5",
        "2.16.840.1.113883.6.3",
        LOINC,
        "1.2.250.1.213.1.1.5.618",
        "1.2.250.1.213.1.1.5.695",
    }
)
TYPES_MIME = frozenset({"text/xml", "application/dicom", "application/xslt+xml"})
# JDV_J231.
TYPES_REFERENCE = frozenset(
    {
        "urn:ihe:iti:xds:2013:accession",
        "urn:ihe:iti:xds:2013:order",
        "urn:ihe:iti:xds:2016:studyInstanceUID",
    }
)

# Rôles du VIHF.
SYSTEME_PROFESSION = "1.2.250.1.71.1.2.7"
SYSTEME_SPECIALITE_MEDECIN = "1.2.250.1.71.4.2.5"
SYSTEME_AUTOMATE = "1.2.250.1.213.1.1.4.6"
MEDECIN, PHARMACIEN = "10", "21"
SYSTEME_USAGE = "1.2.250.1.213.1.1.4.248"
USAGES = frozenset({"normal", "bris_de_glace", "centre_15"})
