"""Les règles de l'enveloppe zip d'une archive d'échange."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_APPNOTE = "PKWARE, APPNOTE.TXT 6.3"


def _regle(rang: int, titre: str, a_faire: str, source: str, confiance: Confiance = Confiance.DOCUMENTEE) -> Regle:
    return Regle(f"XDM-ZIP-{rang:02d}", titre, source, confiance, a_faire)


ENTIERE = _regle(
    1, "L'archive est entière et son répertoire se lit", "Transmettre tous les octets de l'archive.",
    f"{_APPNOTE}, § 4.3.6 et 4.3.16",
)  # fmt: skip
NOMS = _regle(
    2, "Les noms restent dans l'archive",
    "Écrire des noms relatifs, séparés par « / », sans « .. », lettre de lecteur ni antislash.",
    f"{_APPNOTE}, § 4.4.17 ; MITRE, CWE-22",
)  # fmt: skip
DOUBLONS = _regle(
    3, "Aucun nom n'est écrit deux fois, même à la casse près", "Écrire chaque fichier une fois.",
    "ISO 9660, niveau 1 (noms sans casse) ; déduction du banc : deux fichiers de même nom s'écrasent",
    Confiance.DEDUITE,
)  # fmt: skip
LIENS = _regle(
    4, "L'archive ne porte que des fichiers et des dossiers", "Archiver les fichiers eux-mêmes, pas des liens.",
    "MITRE, CWE-59 ; IHE ITI TF-2, § 3.32 (ITI-32)",
)  # fmt: skip
CHIFFREMENT = _regle(
    5, "L'archive n'est pas chiffrée", "Produire l'archive sans mot de passe : la messagerie chiffre le transport.",
    "IHE ITI TF-2, § 3.32 (ITI-32) ; CI-SIS, volet Échange de documents de santé",
)  # fmt: skip
METHODE = _regle(
    6, "Les fichiers sont stockés ou compressés par deflate", "Employer la méthode 0 (stockée) ou 8 (deflate).",
    "Déduction du banc : tous les lecteurs ne savent lire que ces deux méthodes", Confiance.DEDUITE,
)  # fmt: skip
ENTETES = _regle(
    7, "En-têtes locaux et répertoire central disent la même chose",
    "Produire l'archive d'un seul jet, avec une bibliothèque zip.", f"{_APPNOTE}, § 4.3.7 et 4.3.12",
)  # fmt: skip
INTEGRITE = _regle(
    8, "Chaque fichier se décompresse, à la taille et au CRC annoncés", "Transmettre l'archive sans l'altérer.",
    f"{_APPNOTE}, § 4.4.7 à 4.4.9",
)  # fmt: skip
DEBORDS = _regle(
    9, "L'archive ne contient que ses fichiers", "Ne rien écrire avant, après ni entre les fichiers de l'archive.",
    "Déduction du banc : des octets hors de tout fichier échappent aux contrôles", Confiance.DEDUITE,
)  # fmt: skip
ZIP64 = _regle(
    10, "L'archive n'a pas besoin de zip64", "Écrire une archive zip ordinaire : zip64 n'est pas lu partout.",
    "Déduction du banc : une archive de messagerie tient dans le format d'origine", Confiance.DEDUITE,
)  # fmt: skip
IMBRIQUEE = _regle(
    11, "L'archive ne contient pas d'autre archive", "Mettre les documents eux-mêmes dans l'archive.",
    "Déduction du banc : une archive dans l'archive échappe aux contrôles", Confiance.DEDUITE,
)  # fmt: skip
