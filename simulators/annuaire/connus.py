"""Ceux que le banc connaît par leur nom, tels que l'annuaire les publie : laboratoire, biologistes, correspondants."""

from __future__ import annotations

from simulators.annuaire.modele import BalPubliee, Metier, Professionnel, SavoirFaire, Situation, Structure
from simulators.annuaire.population import METIERS, REFERENCE, SPECIALITES
from simulators.socle.acteurs import PROFESSIONNELS, STRUCTURE
from simulators.socle.correspondants import CORRESPONDANTS, Correspondant, LieuExercice

DOMAINE_LABORATOIRE = "labo.formation.mssante.fr"
_METIERS = {metier.code: metier for metier in METIERS}
_SPECIALITES = {savoir.code: savoir for savoir in SPECIALITES}


def _biologistes() -> tuple[Professionnel, ...]:
    return tuple(
        Professionnel(
            rpps=acteur.rpps,
            nom=acteur.nom,
            prenom=acteur.prenom,
            metier=_METIERS[acteur.profession],
            maj=REFERENCE,
            civilite_exercice="DR",
            savoir_faire=_SPECIALITES[acteur.specialite],
            situations=(Situation(f"970000000{rang:02d}", STRUCTURE.finess, "S"),),
            bals=(BalPubliee(f"{acteur.prenom}.{acteur.nom}@{DOMAINE_LABORATOIRE}".lower(), "PER", 1),),
        )
        for rang, acteur in enumerate(PROFESSIONNELS, 1)
    )


def _publie(rang: int, correspondant: Correspondant) -> Professionnel:
    savoir = correspondant.specialite
    connu = _METIERS.get(correspondant.profession, METIERS[0])
    metier = Metier(correspondant.profession, correspondant.profession_libelle, connu.diplome, connu.libelle_diplome)
    return Professionnel(
        rpps=correspondant.rpps,
        nom=correspondant.nom,
        prenom=correspondant.prenom,
        metier=metier,
        maj=REFERENCE,
        civilite=correspondant.civilite,
        civilite_exercice="DR" if metier.code == "10" else "",
        savoir_faire=SavoirFaire(savoir, correspondant.specialite_libelle) if savoir else None,
        situations=(Situation(f"970000001{rang:02d}", correspondant.structure.finess, "L"),),
        bals=(BalPubliee(correspondant.bal, "PER", 1),),
    )


def _lieu(lieu: LieuExercice) -> Structure:
    numero, _, voie = lieu.adresse.partition(" ")
    return Structure(
        finess=lieu.finess,
        nom=lieu.nom,
        maj=REFERENCE,
        numero_voie=numero,
        type_voie="",
        libelle_type_voie="",
        voie=voie,
        code_postal=lieu.code_postal,
        code_commune=lieu.code_postal,
        commune=lieu.ville,
        departement=lieu.code_postal[:2],
        libelle_departement=f"Département {lieu.code_postal[:2]}",
        courriel=f"contact.{lieu.finess}@structures.test",
    )


def _laboratoire() -> Structure:
    return Structure(
        finess=STRUCTURE.finess,
        nom=STRUCTURE.nom,
        maj=REFERENCE,
        secteur=STRUCTURE.secteur_activite,
        libelle_secteur="Laboratoire de biologie médicale",
        bals=(
            BalPubliee(f"secretariat@{DOMAINE_LABORATOIRE}", "ORG", None, "Secrétariat", "SECRETARIAT"),
            BalPubliee(f"crbio@{DOMAINE_LABORATOIRE}", "APP", None, "Envoi des comptes rendus", "BIOLOGIE"),
        ),
    )


PERSONNES_CONNUES: tuple[Professionnel, ...] = (
    *_biologistes(),
    *(_publie(rang, correspondant) for rang, correspondant in enumerate(CORRESPONDANTS, 1)),
)
STRUCTURES_CONNUES: tuple[Structure, ...] = (
    _laboratoire(),
    *(_lieu(lieu) for lieu in dict.fromkeys(correspondant.structure for correspondant in CORRESPONDANTS)),
)
