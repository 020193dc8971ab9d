"""Les droits que le DMP applique, selon le mode d'authentification, le mode d'accès et l'état du dossier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from simulators.dmp import erreurs
from simulators.dmp.ebrim import DELETED
from simulators.dmp.etat import Dossier, EntreeDocument
from simulators.dmp.vihf import Vihf

_INDIRECTE = "INDIRECTE"


@dataclass(frozen=True)
class TableDroits:
    """La matrice des droits, lue d'un fichier de données."""

    droits: Mapping[str, Mapping[str, frozenset[str]]]
    consultation: frozenset[str]
    sans_contenu: frozenset[str]

    @classmethod
    def charger(cls, chemin: Path | None = None) -> TableDroits:
        """Lit la table du banc, ou celle d'un éditeur."""
        texte = (chemin or Path(__file__).with_name("droits.yaml")).read_text(encoding="utf-8")
        brut = yaml.load(texte, Loader=yaml.CSafeLoader)
        return cls(
            {td: {mode: frozenset(acces) for mode, acces in modes.items()} for td, modes in brut["droits"].items()},
            frozenset(brut["consultation"]),
            frozenset(brut["sans_contenu"]),
        )

    def exiger(self, transaction: str, vihf: Vihf, dossier: Dossier | None) -> None:
        """Lève le refus du service des droits si l'appelant n'a pas droit à cette transaction sur ce dossier."""
        acces = self.droits.get(transaction, {}).get(vihf.mode)
        if acces is None:
            raise erreurs.acces_refuse(f"{transaction} n'est pas permise en authentification {vihf.mode}.")
        if vihf.usage not in acces:
            raise erreurs.acces_refuse(f"{transaction} n'est pas permise dans le mode d'accès « {vihf.usage} ».")
        if transaction == "TD3.2" and any(role.code in self.sans_contenu for role in vihf.roles):
            raise erreurs.acces_refuse("la médecine du travail n'a pas accès au contenu des documents.")
        if dossier is None or vihf.mode == _INDIRECTE:
            return
        autorisation = dossier.autorisation(vihf.name_id)
        if autorisation == "INTERDIT" and transaction != "TD0.2":
            raise erreurs.acces_refuse("le patient a bloqué ce professionnel.")
        if transaction not in self.consultation and not transaction.startswith("TD3"):
            return
        if vihf.usage == "bris_de_glace" and dossier.opposition_bris_de_glace:
            raise erreurs.acces_refuse("le patient s'oppose au bris de glace.")
        if vihf.usage == "centre_15" and dossier.opposition_acces_urgence:
            raise erreurs.acces_refuse("le patient s'oppose à l'accès de la régulation.")
        if transaction in self.consultation and vihf.usage == "normal" and autorisation != "VALIDE":
            raise erreurs.acces_refuse(f"autorisation du professionnel : {autorisation}.")


def est_medecin_traitant(vihf: Vihf, dossier: Dossier) -> bool:
    """Vrai si l'appelant est médecin traitant déclaré du patient."""
    return vihf.mode != _INDIRECTE and vihf.name_id in dossier.medecins_traitants


def est_sien(entree: EntreeDocument, vihf: Vihf) -> bool:
    """Vrai si le document est celui du professionnel (auteur, responsable, déposant) ; de la structure en indirect."""
    structures = {entree.structure, *(i for a in entree.fiche.authors for i in a.identifiants_institutions)}
    if vihf.mode == _INDIRECTE:
        return vihf.identifiant_structure in structures
    personnes = {
        entree.deposant,
        entree.fiche.legal_authenticator.split("^", 1)[0],
        *(auteur.identifiant for auteur in entree.fiche.authors),
    }
    return vihf.name_id in personnes


def est_visible(entree: EntreeDocument, vihf: Vihf, dossier: Dossier) -> bool:
    """Vrai si l'appelant peut voir ce document : ni supprimé, ni masqué pour lui."""
    if entree.statut == DELETED:
        return False
    if not entree.fiche.porte("MASQUE_PS") or est_medecin_traitant(vihf, dossier) or est_sien(entree, vihf):
        return True
    if vihf.usage == "bris_de_glace":
        return not dossier.opposition_bris_de_glace
    return vihf.usage == "centre_15" and not dossier.opposition_acces_urgence


def exiger_mise_a_jour(transaction: str, entree: EntreeDocument, vihf: Vihf, dossier: Dossier, *, masque: bool) -> None:
    """Droits de TD3.3 sur un document précis ; `masque` : la demande (a) masque, au lieu de démasquer."""
    traitant = est_medecin_traitant(vihf, dossier)
    if transaction == "TD3.3a" and masque:
        return
    if transaction == "TD3.3b":
        return
    if transaction == "TD3.3d" and entree.par_le_patient and not traitant:
        raise erreurs.acces_refuse("seul le médecin traitant archive un document déposé par le patient.")
    if est_sien(entree, vihf):
        return
    if transaction in ("TD3.3a", "TD3.3d") and traitant:
        return
    if transaction == "TD3.3d" and vihf.usage in ("bris_de_glace", "centre_15"):
        return
    raise erreurs.acces_refuse("ce document n'est pas celui de l'appelant.")
