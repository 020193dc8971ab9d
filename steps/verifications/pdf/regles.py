"""Les règles des éditions (documents de santé sur papier ou PDF), avec leur source."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_REM_15 = "REM BIO, exigence INS/va1.15, règle 32 (travaux de concertation 2023)"
_REM_10 = "REM BIO, exigence INS/va1.10, règle 32 (travaux de concertation 2023)"
_REM_59 = "REM BIO, exigence INS/va1.59, règle 28 (travaux de concertation 2023)"

OUVRABLE = Regle(
    "EDI-PDF-01",
    "L'édition est un PDF complet, qui s'ouvre",
    "ISO 32000-1, § 7.5 (structure d'un fichier PDF)",
    Confiance.DOCUMENTEE,
    "Joindre le fichier PDF tel que le logiciel l'édite, entier.",
)
EN_CLAIR = Regle(
    "EDI-PDF-02",
    "L'édition n'est pas chiffrée",
    "Déduction du banc : une preuve chiffrée ne se relit pas",
    Confiance.DEDUITE,
    "Joindre l'édition sans mot de passe ni restriction.",
)
TEXTE = Regle(
    "EDI-PDF-03",
    "Le texte de l'édition s'extrait",
    "Déduction du banc : sans texte, l'édition ne se vérifie que par une personne",
    Confiance.DEDUITE,
    "Joindre un PDF dont le texte est du texte ; un scan se vérifie à l'œil.",
)


def _champ(numero: str, quoi: str, exemples: str, source: str = _REM_15, sujet: str = "TRT") -> Regle:
    return Regle(
        f"EDI-{sujet}-{numero}",
        f"L'édition montre {quoi}, avec un intitulé sans équivoque",
        source,
        Confiance.OFFICIELLE,
        f"Afficher {quoi} à la suite de son intitulé ({exemples}).",
    )


NOM = _champ("01", "le nom de naissance", "« Nom de naissance » ou « N. Nais. »")
PRENOM = _champ("02", "le premier prénom de naissance", "« 1er prénom de naissance » ou « Pr. 1 »")
NAISSANCE = _champ("03", "la date de naissance", "« Date de naissance » ou « DDN »")
SEXE = _champ("04", "le sexe", "« Sexe » ou « S. »")
MATRICULE = _champ("01", "le matricule INS", "« Matricule INS » ou « INS »", sujet="INS")
NATURE = Regle(
    "EDI-INS-02",
    "Le matricule INS est suivi de sa nature, NIR ou NIA",
    _REM_15,
    Confiance.OFFICIELLE,
    "Écrire NIR ou NIA, selon l'OID, à la suite du matricule.",
)
SANS_INS = Regle(
    "EDI-INS-03",
    "L'édition d'une identité non qualifiée ne porte ni matricule INS ni OID",
    _REM_59,
    Confiance.OFFICIELLE,
    "N'éditer que les traits tant que l'identité n'est pas qualifiée.",
)
NOM_UTILISE = _champ("01", "le nom utilisé", "« Nom utilisé » ou « N. Ut. »", _REM_10, "SUP")
PRENOM_UTILISE = _champ("02", "le prénom utilisé", "« Prénom utilisé » ou « Pr. Ut. »", _REM_10, "SUP")
LIEU = _champ("03", "le code du lieu de naissance", "« Code lieu naissance » ou « INSEE Nais. »", _REM_10, "SUP")
AU_CHOIX = Regle(
    "EDI-SUP-04",
    "Un trait complémentaire que le site n'a pas choisi n'est pas édité",
    f"{_REM_10} : déduction du banc, un choix qui ne change rien n'en est pas un",
    Confiance.DEDUITE,
    "N'éditer les traits complémentaires que si le paramétrage du site le demande.",
)
