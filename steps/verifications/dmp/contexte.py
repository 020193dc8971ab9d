"""Ce que le banc sait du logiciel et du DMP au moment de juger, et qui n'est pas dans les octets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from simulators.dmp.ebrim import APPROVED, DocumentEntry


@dataclass(frozen=True, slots=True)
class EntreeConnue:
    """Une entrée du registre telle que le DMP la tient : de quoi juger remplacements et suppressions."""

    entry_uuid: str
    unique_id: str
    patient_id: str = ""
    statut: str = APPROVED
    lid: str = ""
    auteurs: tuple[str, ...] = ()

    @classmethod
    def depuis_fiche(cls, fiche: DocumentEntry) -> EntreeConnue:
        """L'entrée d'une fiche enregistrée."""
        return cls(
            fiche.id,
            fiche.unique_id,
            fiche.patient_id,
            fiche.status or APPROVED,
            fiche.lid,
            tuple(auteur.identifiant for auteur in fiche.authors if auteur.identifiant),
        )


@dataclass(frozen=True)
class ContexteDmp:
    """Paramètres des vérifications. Une valeur vide veut dire « inconnu » : la règle qui en dépend ne juge pas.

    `lps_nom`, `lps_version` : ce que montre la boîte « à propos ». `structure` : Struct_IdNat. `identifiant_attendu` :
    identifiant national de l'utilisateur à l'origine de la transaction (PS_IdNat, RPPS à 11 chiffres ou ADELI à 9).
    `ancres` : certificats DER des autorités de confiance, intermédiaires compris. `entrees_connues` : le registre.
    `validite_vihf` : aucun texte public ne la donne, c'est un choix du banc. `instant_connu` : faux quand l'heure de
    l'appel n'a pas été vue (fichier) ; la fraîcheur n'est alors pas jugée.
    """

    lps_nom: str = ""
    lps_version: str = ""
    lps_homologation: str = ""
    structure: str = ""
    identifiant_attendu: str = ""
    ancres: tuple[bytes, ...] = ()
    entrees_connues: tuple[EntreeConnue, ...] = ()
    oid_ins: str = ""
    validite_vihf: timedelta = timedelta(minutes=10)
    derive_horloge: timedelta = timedelta(seconds=60)
    versions_vihf: frozenset[str] = frozenset({"3.0", "4.0"})
    sha1_accepte: bool = False
    cumul_invisible_masque: bool = False
    signature_lot_exigee: bool = True
    instant_connu: bool = True

    @property
    def name_id_attendu(self) -> str:
        """PS_IdNat attendu dans NameID : 8 + RPPS, 0 + ADELI ; vide si l'utilisateur n'est pas donné."""
        brut = self.identifiant_attendu
        if brut.isalnum() and len(brut) == 11:
            return f"8{brut}"
        return f"0{brut}" if brut.isalnum() and len(brut) == 9 else brut

    def entree(self, reference: str) -> EntreeConnue | None:
        """Entrée du registre désignée par son entryUUID."""
        return next((entree for entree in self.entrees_connues if entree.entry_uuid == reference), None)

    def entree_du_document(self, unique_id: str) -> EntreeConnue | None:
        """Entrée la plus récente du document d'uniqueId donné."""
        return next((entree for entree in reversed(self.entrees_connues) if entree.unique_id == unique_id), None)
