"""Les règles du datamatrix INS, avec leur source."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_FORMAT = "ANS, « Format datamatrix » INS v2.2 (26/09/2023), vu à travers deux codes publics concordants"
_REM_03 = "REM BIO, exigence INS/va1.03, règle 32 (travaux de concertation 2023)"
_REM_59 = "REM BIO, exigence INS/va1.59, règle 28 (travaux de concertation 2023)"

PRESENT = Regle(
    "EDI-DMX-01",
    "L'édition d'une identité qualifiée porte un datamatrix INS lisible",
    _REM_03,
    Confiance.OFFICIELLE,
    "Imprimer le datamatrix INS (ECC200), assez grand et entouré d'une marge blanche, sur le document de santé.",
)


def _regle(numero: int, titre: str, a_faire: str) -> Regle:
    return Regle(f"EDI-DMX-{numero:02d}", titre, _FORMAT, Confiance.DOCUMENTEE, a_faire)


STRUCTURE = _regle(
    2,
    "Le datamatrix INS a l'en-tête et les blocs du format publié",
    "Écrire IS01, 22 zéros, puis S1 à S7 ; finir par GS un champ variable plus court que son maximum.",
)
CHAMPS = {
    "S1": _regle(3, "S1 est le matricule INS de 15 caractères", "Écrire en S1 le matricule et sa clé."),
    "S2": _regle(4, "S2 est l'OID de l'INS", "Écrire en S2 l'OID rendu par INSi avec le matricule."),
    "S3": _regle(
        5, "S3 est la liste des prénoms de naissance", "Écrire en S3 tous les prénoms, séparés par un espace."
    ),
    "S4": _regle(6, "S4 est le nom de naissance", "Écrire en S4 le nom de naissance, et non le nom utilisé."),
    "S5": _regle(7, "S5 est le sexe, M ou F", "Écrire en S5 le sexe rendu par INSi."),
    "S6": _regle(8, "S6 est la date de naissance JJ-MM-AAAA", "Écrire en S6 la date de naissance, jour d'abord."),
    "S7": _regle(9, "S7 est le code du lieu de naissance", "Écrire en S7 le code INSEE du lieu de naissance."),
}
ABSENT = Regle(
    "EDI-DMX-10",
    "L'édition d'une identité non qualifiée ne porte pas l'INS dans un code à barres",
    _REM_59,
    Confiance.OFFICIELLE,
    "N'imprimer le datamatrix INS que pour une identité qualifiée.",
)
