"""Règles de la mise à jour en masse : ce que l'extraction d'après montre, comparé à celle d'avant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.contexte import REM, Compte, ecarts, en_phrase, en_texte, lister
from steps.verifications.acces.lecture import LigneExtraite, ligne_de, lire_fichier
from steps.verifications.cda.jugement import juger
from steps.verifications.fichier_tabulaire import FichierIllisible
from steps.verifications.registre import verification

_COMPTES = REM.format("SSI/IAM.88, scénario SSI/IAM.88.01")
_PERMISSIONS = REM.format("SSI/IAM.88, scénario SSI/IAM.88.02")

R_CREATION = Regle(
    "ACC-MAS-01", "Un compte créé en masse apparaît dans l'extraction, avec ses données", _COMPTES,
    Confiance.OFFICIELLE, "Créez chaque compte que le fichier demande, avec tous les champs donnés.",
)  # fmt: skip
R_MODIFICATION = Regle(
    "ACC-MAS-02", "Un compte modifié en masse porte ses nouvelles données dans l'extraction", _COMPTES,
    Confiance.OFFICIELLE, "Appliquez chaque modification du fichier au compte qu'elle désigne.",
)  # fmt: skip
R_SUPPRESSION = Regle(
    "ACC-MAS-03", "Un compte supprimé en masse n'apparaît plus dans l'extraction", _COMPTES,
    Confiance.OFFICIELLE, "Retirez de la base, et de l'extraction, chaque compte que le fichier supprime.",
)  # fmt: skip
R_AJOUT = Regle(
    "ACC-MAS-04", "Une permission ajoutée en masse s'ajoute à celles du compte", _PERMISSIONS,
    Confiance.OFFICIELLE, "Ajoutez la permission demandée sans toucher aux autres.",
)  # fmt: skip
R_RETRAIT = Regle(
    "ACC-MAS-05", "Une permission retirée en masse n'est plus celle du compte", _PERMISSIONS,
    Confiance.OFFICIELLE, "Retirez la permission demandée sans toucher aux autres.",
)  # fmt: skip
R_TEMOINS = Regle(
    "ACC-MAS-06", "Les comptes que le fichier ne désigne pas restent inchangés", REM.format("SSI/IAM.88"),
    Confiance.OFFICIELLE, "N'appliquez une ligne du fichier qu'au compte qu'elle désigne.",
)  # fmt: skip
R_FICHIER = Regle(
    "ACC-MAS-07", "Le fichier extrait porte tous les comptes, tels qu'ils sont", _COMPTES,
    Confiance.OFFICIELLE, "L'extraction porte l'ensemble des comptes, avec données et permissions du moment.",
)  # fmt: skip

_COMPARES = ("nom", "prenom", "courriel")
"""Données qu'une extraction porte toujours ; elles se cherchent dans la ligne du compte."""


@dataclass(frozen=True)
class Extraction:
    """Une extraction : les comptes lus par l'adaptateur, et les lignes que le banc a lues dans le fichier."""

    comptes: Sequence[Compte]
    lignes: tuple[LigneExtraite, ...] = field(default=(), repr=False)
    illisible: str = ""

    @classmethod
    def depuis(cls, comptes: Sequence[Compte], fichier: bytes) -> Extraction:
        """Lit le fichier ; s'il n'est pas lisible, dit pourquoi."""
        try:
            return cls(comptes, tuple(lire_fichier(fichier))) if fichier else cls(comptes, illisible="aucun fichier")
        except FichierIllisible as erreur:
            return cls(comptes, illisible=str(erreur))

    def compte(self, identifiant: str) -> Compte | None:
        return next((c for c in self.comptes if c.get("identifiant") == identifiant), None)


@verification(R_CREATION)
def compte_cree(avant: Extraction, apres: Extraction, identifiant: str, champs: Mapping[str, Any]) -> Constat:
    """Absent avant, présent après avec les champs demandés."""
    if avant.compte(identifiant):
        return R_CREATION.sans_objet(f"le compte {identifiant} était déjà dans l'extraction d'avant")
    return _comparer(R_CREATION, apres, identifiant, champs, "le compte créé n'a pas les données du fichier")


@verification(R_MODIFICATION)
def compte_modifie(avant: Extraction, apres: Extraction, identifiant: str, champs: Mapping[str, Any]) -> Constat:
    """Présent avant avec d'autres valeurs, présent après avec les nouvelles."""
    if avant.compte(identifiant) is None or not ecarts(avant.compte(identifiant), champs):
        return R_MODIFICATION.sans_objet(f"le compte {identifiant} n'était pas à modifier dans l'extraction d'avant")
    return _comparer(R_MODIFICATION, apres, identifiant, champs, "le compte n'a pas les nouvelles données")


@verification(R_SUPPRESSION)
def compte_supprime(avant: Extraction, apres: Extraction, identifiant: str) -> Constat:
    """Présent avant, absent après : de la liste comme du fichier."""
    if avant.compte(identifiant) is None:
        return R_SUPPRESSION.sans_objet(f"le compte {identifiant} n'était pas dans l'extraction d'avant")
    reste = apres.compte(identifiant) is not None or ligne_de(apres.lignes, identifiant) is not None
    return juger(
        R_SUPPRESSION, not reste, "le compte supprimé est encore dans l'extraction", attendu="absent",
        recu="encore présent" if reste else "présent avant, absent après", ou=f"compte {identifiant}",
    )  # fmt: skip


@verification(R_AJOUT, R_RETRAIT)
def permission_changee(
    avant: Extraction, apres: Extraction, identifiant: str, permission: str, *, ajout: bool
) -> Constat:
    """Les permissions d'après sont celles d'avant, à cette seule permission près."""
    regle = R_AJOUT if ajout else R_RETRAIT
    connues = set((avant.compte(identifiant) or {}).get("permissions") or ())
    if avant.compte(identifiant) is None or (permission in connues) is ajout:
        return regle.sans_objet(
            f"la permission {permission} de {identifiant} n'était pas à changer avant la mise à jour"
        )
    voulues = connues | {permission} if ajout else connues - {permission}
    recues = (apres.compte(identifiant) or {}).get("permissions")
    return juger(
        regle, isinstance(recues, list) and set(recues) == voulues,
        f"les permissions du compte ne sont pas celles d'avant {'plus' if ajout else 'moins'} « {permission} »",
        attendu=en_texte(voulues), recu=en_texte(recues), ou=f"compte {identifiant}",
    )  # fmt: skip


@verification(R_TEMOINS)
def temoins_inchanges(avant: Extraction, apres: Extraction, identifiants: Sequence[str]) -> Constat:
    """Chaque compte que le fichier ne nomme pas porte après ce qu'il portait avant."""
    temoins = [i for i in identifiants if avant.compte(i)]
    if not temoins:
        return R_TEMOINS.sans_objet("aucun compte témoin dans l'extraction d'avant")
    changes = []
    for identifiant in temoins:
        connu = avant.compte(identifiant) or {}
        suivis = {champ: connu.get(champ) for champ in (*_COMPARES, "permissions", "profession") if champ in connu}
        changes += [f"{identifiant} : {c} {a} devenu {r}" for c, a, r in ecarts(apres.compte(identifiant), suivis)]
    return juger(
        R_TEMOINS, not changes, "un compte que le fichier ne désigne pas a changé", attendu="comptes témoins inchangés",
        recu="; ".join(changes) or f"{len(temoins)} comptes témoins identiques", ou="extractions d'avant et d'après",
    )  # fmt: skip


@verification(R_FICHIER)
def fichier_fidele(extraction: Extraction, attendus: Sequence[Compte]) -> Constat:
    """Chaque compte attendu a sa ligne dans le fichier, avec ses données et toutes ses permissions."""
    if not attendus:
        return R_FICHIER.sans_objet("aucun compte à chercher dans le fichier")
    if extraction.illisible:
        return R_FICHIER.a_regarder(
            "le banc ne lit pas ce fichier : comparez-le aux comptes affichés", recu=extraction.illisible
        )
    manques = []
    for compte in attendus:
        identifiant = str(compte.get("identifiant"))
        ligne = ligne_de(extraction.lignes, identifiant)
        if ligne is None:
            manques.append(f"{identifiant} absent")
            continue
        voulues = [compte[champ] for champ in _COMPARES if compte.get(champ)]
        voulues += list(compte.get("permissions") or ())
        manques += [f"{identifiant} sans « {v} »" for v in voulues if not ligne.porte(v)]
    return juger(
        R_FICHIER, not manques, "le fichier extrait n'est pas l'état des comptes",
        attendu=f"{len(attendus)} comptes avec leurs données et permissions",
        recu="; ".join(manques) or f"{len(attendus)} comptes, avec leurs données", ou="fichier d'extraction",
    )  # fmt: skip


def _comparer(regle: Regle, apres: Extraction, identifiant: str, champs: Mapping[str, Any], message: str) -> Constat:
    differences = ecarts(apres.compte(identifiant), champs)
    attendu, recu = lister(differences)
    return juger(
        regle, not differences, message, attendu=attendu or en_phrase(champs), recu=recu or en_phrase(champs),
        ou=f"compte {identifiant}, extraction d'après",
    )  # fmt: skip
