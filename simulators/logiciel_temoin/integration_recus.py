"""L'intégration automatique des documents reçus par messagerie : à quel dossier un document entre de lui-même."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.logiciel_temoin.cda_lecture import EnteteCda
from simulators.logiciel_temoin.identite import QUAL, RECUP, Patient
from simulators.logiciel_temoin.labo import Labo

_REGLAGE = "integration_automatique_mss"
_TRAITS = ("nom_naissance", "premier_prenom_naissance", "prenoms_naissance", "date_naissance", "sexe")


def dossier_de(labo: Labo, entetes: Sequence[EnteteCda]) -> Patient | None:
    """Le dossier dont l'INS qualifiée est, trait pour trait, celle de tous ces documents ; None : à la main."""
    leve = not labo.reglages.lire(_REGLAGE)
    if leve and not (labo.reglages.touche(_REGLAGE) and labo.defaut("recus_auto_malgre_le_reglage")):
        return None
    if labo.defaut("recus_auto_sans_effet"):
        return None
    patients = list(labo.base.patients.values())
    trouve = next((p for p in patients if all(_le_meme(labo, p, entete) for entete in entetes)), None)
    if trouve is not None and labo.defaut("recus_auto_autre_dossier"):
        return next((p for p in patients if p is not trouve), trouve)
    return trouve


def _le_meme(labo: Labo, patient: Patient, entete: EnteteCda) -> bool:
    statuts = (QUAL, RECUP) if labo.defaut("recus_auto_identite_recuperee") else (QUAL,)
    if patient.statut not in statuts or entete.ins is None:
        return False
    matricule = entete.ins[0] == patient.matricule or labo.defaut("recus_auto_par_traits")
    return matricule and (_memes_traits(patient, entete) or labo.defaut("recus_auto_par_matricule"))


def _memes_traits(patient: Patient, entete: EnteteCda) -> bool:
    return all(
        str(entete.identite.get(champ) or "").casefold() == (patient.trait(champ) or "").casefold() for champ in _TRAITS
    )
