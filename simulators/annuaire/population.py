"""Une population de professionnels fictifs : de quelques-uns à des millions, la même pour une même taille.

Rien n'est tiré au hasard : chaque trait vient du rang de la personne, si bien que la personne de rang n se refait sans
avoir fait les autres. Les prénoms et noms sont courants ; un même couple revient, avec d'autres RPPS (homonymes).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice

from simulators.annuaire.modele import (
    BalPubliee,
    Equipement,
    Metier,
    Professionnel,
    SavoirFaire,
    Service,
    Situation,
    Structure,
    finess_de_test,
    luhn,
)
from simulators.annuaire.noms import NOMS, PRENOMS, PRENOMS_FEMININS

PREMIER_RANG = 1_000_000
"""Les rangs d'avant sont aux acteurs et aux correspondants du banc."""
DOMAINE_BAL = "annuaire.formation.mssante.fr"
"""BAL de la population : publiées, mais servies par aucun opérateur du banc."""
REFERENCE = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
STRUCTURES_MAX = 5_000
PREMIERE_STRUCTURE = 100_000

MEDECIN = Metier("10", "Médecin", "DE09", "DE Docteur en médecine")
PHARMACIEN = Metier("21", "Pharmacien", "DE01", "DE Docteur en pharmacie")
METIERS = (
    MEDECIN,
    MEDECIN,
    MEDECIN,
    PHARMACIEN,
    Metier("40", "Chirurgien-Dentiste", "DE05", "DE Docteur en chirurgie dentaire"),
    Metier("50", "Sage-Femme", "DE10", "DE Sage-Femme"),
    Metier("60", "Infirmier", "DE04", "DE Infirmier"),
    Metier("60", "Infirmier", "DE04", "DE Infirmier"),
    Metier("70", "Masseur-Kinésithérapeute", "DE06", "DE Masseur-Kinésithérapeute"),
)
SPECIALITES = (
    SavoirFaire("SM26", "Qualifié en Médecine Générale (SM)"),
    SavoirFaire("SM04", "Cardiologie et maladies vasculaires (SM)"),
    SavoirFaire("SM02", "Anesthésie-réanimation (SM)"),
    SavoirFaire("SM15", "Dermatologie et Vénéréologie (SM)"),
    SavoirFaire("SM27", "Médecine interne (SM)"),
    SavoirFaire("SM41", "Pneumologie (SM)"),
    SavoirFaire("SM03", "Biologie médicale (SM)"),
)
SECTEURS = (("SA08", "Cabinet de groupe"), ("SA07", "Cabinet individuel"), ("SA05", "Centre de santé"))
COMMUNES = (
    ("99010", "SAINT-ESSAI", "99", "Département fictif"),
    ("99120", "VILLENEUVE-L'ÉPREUVE", "99", "Département fictif"),
    ("99230", "LA BANCALE", "99", "Département fictif"),
    ("99340", "MONT-DU-TÉMOIN", "99", "Département fictif"),
    ("99450", "CONSTAT SUR MER", "99", "Département fictif"),
)
VOIES = (("R", "Rue", "DES ESSAIS"), ("AV", "Avenue", "DU CONSTAT"), ("PL", "Place", "DE L'ÉPREUVE"))

_JOURS = tuple(REFERENCE + timedelta(minutes=7 * rang) for rang in range(1_440))


def jeton(texte: str) -> str:
    """Le texte réduit à ce qu'une partie locale d'adresse admet partout : minuscules, chiffres, tirets."""
    sans_accent = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()
    return "".join(c if c.isalnum() else "-" for c in sans_accent.lower()).strip("-")


_CIVILITES = tuple("MME" if prenom in PRENOMS_FEMININS else "M" for prenom in PRENOMS)
_JETONS_NOMS = tuple(map(jeton, NOMS))
_JETONS_PRENOMS = tuple(map(jeton, PRENOMS))
_MELANGE = 2_654_435_761
"""Constante de hachage multiplicatif (Knuth) : deux rangs voisins n'ont presque aucun trait commun."""


class Population:
    """`nombre` professionnels et leurs structures, refaits à la demande."""

    def __init__(self, nombre: int = 1_000) -> None:
        if not 0 <= nombre <= 9_000_000 - PREMIER_RANG:
            raise ValueError(f"nombre de professionnels : de 0 à {9_000_000 - PREMIER_RANG}, reçu {nombre}")
        self.nombre = nombre

    def __len__(self) -> int:
        return self.nombre

    def __iter__(self) -> Iterator[Professionnel]:
        return map(self.professionnel, range(self.nombre))

    def rang(self, rpps: str) -> int | None:
        """Le rang de ce RPPS dans la population ; None s'il n'en est pas."""
        if len(rpps) != 11 or not rpps.isdecimal() or not rpps.startswith("999"):
            return None
        rang = int(rpps[3:10]) - PREMIER_RANG
        return rang if 0 <= rang < self.nombre and self.rpps(rang) == rpps else None

    @staticmethod
    def rpps(rang: int) -> str:
        """RPPS du rang ; la clé est celle de `rpps_de_test`, calculée par moitiés."""
        numero = PREMIER_RANG + rang
        haut, bas = divmod(numero, 10_000)
        return f"999{numero:07d}{-(_CLES_HAUTES[haut] + _CLES_BASSES[bas]) % 10}"

    @cached_property
    def structures(self) -> tuple[Structure, ...]:
        """Les lieux d'exercice, au plus `STRUCTURES_MAX`."""
        nombre = min(max(20, self.nombre // 25), STRUCTURES_MAX) if self.nombre else 0
        return tuple(_structure(rang) for rang in range(nombre))

    @cached_property
    def juridiques(self) -> tuple[Structure, ...]:
        """Une entité juridique pour dix lieux d'exercice."""
        return tuple(_juridique(rang) for rang in range((len(self.structures) + 9) // 10))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Une activité de soins pour quatre lieux d'exercice."""
        return tuple(
            Service(
                f"99-99-{7_000 + rang}", structure.finess, f"{1 + rang % 9:02d}", "00", f"{1 + rang % 3:02d}", REFERENCE
            )
            for rang, structure in enumerate(islice(self.structures, 0, None, 4))
        )  # fmt: skip

    @cached_property
    def equipements(self) -> tuple[Equipement, ...]:
        """Un équipement lourd pour cinq lieux d'exercice."""
        return tuple(
            Equipement(
                f"99-99-{4_000 + rang}", structure.finess, ("05602", "06201")[rang % 2], "MARQUE D'ESSAI",
                f"MODÈLE {rang % 7}", f"SERIE{rang:05d}", REFERENCE, "inactive" if rang % 6 == 5 else "active",
            )
            for rang, structure in enumerate(islice(self.structures, 0, None, 5))
        )  # fmt: skip

    def professionnel(self, rang: int) -> Professionnel:
        """La personne de ce rang."""
        h = (rang * _MELANGE + 97) & 0xFFFFFFFF
        i_nom, i_prenom = (h >> 7) % len(NOMS), (h >> 16) % len(PRENOMS)
        nom = NOMS[i_nom]
        metier = METIERS[h % 9]
        rpps = self.rpps(rang)
        if rang % 11 == 5:
            nom = f"{nom} {NOMS[(h >> 11) % len(NOMS)]}"
        bals: tuple[BalPubliee, ...] = ()
        en_situation: tuple[BalPubliee, ...] = ()
        if rang % 5 < 3 or rang % 20 == 13:
            local = f"{_JETONS_PRENOMS[i_prenom]}.{_JETONS_NOMS[i_nom]}.{rpps[3:10]}"
        if rang % 5 < 3:
            bals = (BalPubliee(f"{local}@{DOMAINE_BAL}", "PER", 1, "", "", True, rang % 31 == 0),)
            if rang % 17 == 3:
                bals = (*bals, BalPubliee(f"{local}.2@{DOMAINE_BAL}", "PER", 2))
        elif rang % 20 == 13:
            en_situation = (BalPubliee(f"{local}.cabinet@{DOMAINE_BAL}", "PER"),)
        return Professionnel(
            rpps,
            nom,
            PRENOMS[i_prenom],
            metier,
            _JOURS[rang % 1_440],
            _CIVILITES[i_prenom],
            "DR" if metier.code == "10" else "",
            "M" if rang % 97 == 96 else "C",
            SPECIALITES[(h >> 21) % 7] if metier.code == "10" else None,
            self._situations(rang, h, en_situation),
            bals,
            f"99{rpps[3:10]}" if rang % 3 == 0 else "",
        )

    def _situations(self, rang: int, h: int, bals: tuple[BalPubliee, ...]) -> tuple[Situation, ...]:
        """Aucune situation pour une personne sur treize, deux pour une sur neuf, une pour les autres."""
        structures = self.structures
        if rang % 13 == 12 and not bals:
            return ()
        premiere = Situation(
            f"99{rang:08d}1", structures[h % len(structures)].finess, "S" if h & 4 else "L", "FON-AU", bals
        )
        if rang % 9 != 8:
            return (premiere,)
        autre = structures[(h // 3 + 1) % len(structures)].finess
        return (premiere, Situation(f"99{rang:08d}2", autre, "S")) if autre != premiere.finess else (premiere,)


def _structure(rang: int) -> Structure:
    secteur, libelle = SECTEURS[rang % len(SECTEURS)]
    code_postal, commune, departement, libelle_departement = COMMUNES[rang % len(COMMUNES)]
    type_voie, libelle_type_voie, voie = VOIES[rang % len(VOIES)]
    siren = f"99{rang:06d}"
    base = siren + luhn(siren) + "0001"
    finess = finess_de_test(PREMIERE_STRUCTURE + rang)
    return Structure(
        finess=finess,
        nom=f"{libelle.upper()} {NOMS[rang % len(NOMS)]} N°{rang}",
        maj=REFERENCE,
        finess_juridique=finess_de_test(2 * PREMIERE_STRUCTURE + rang // 10),
        siret=base + luhn(base),
        secteur=secteur,
        libelle_secteur=libelle,
        numero_voie=str(1 + rang % 90),
        type_voie=type_voie,
        libelle_type_voie=libelle_type_voie,
        voie=voie,
        code_postal=code_postal,
        code_commune=code_postal,
        commune=commune,
        departement=departement,
        libelle_departement=libelle_departement,
        telephone=f"01990{rang % 100_000:05d}",
        courriel=f"contact.{finess}@structures.test",
        bals=(BalPubliee(f"secretariat.{finess}@{DOMAINE_BAL}", "ORG", None, "Secrétariat", "SECRETARIAT"),)
        if rang % 4 == 1
        else (),
    )


def _juridique(rang: int) -> Structure:
    return Structure(
        finess=finess_de_test(2 * PREMIERE_STRUCTURE + rang),
        nom=f"GROUPE FICTIF {NOMS[rang % len(NOMS)]} N°{rang}",
        maj=REFERENCE,
        juridique=True,
        secteur="SA01",
        libelle_secteur="Etablissement public de santé",
    )


def _contribution(chiffres: str, decalage: int) -> int:
    """Part de ces chiffres dans la somme de Luhn, `decalage` chiffres les séparant de la clé."""
    somme = 0
    for rang, chiffre in enumerate(reversed(chiffres), decalage):
        valeur = int(chiffre) * (2 if rang % 2 == 0 else 1)
        somme += valeur - 9 if valeur > 9 else valeur
    return somme


_CLES_BASSES = tuple(_contribution(f"{numero:04d}", 0) for numero in range(10_000))
_CLES_HAUTES = tuple(_contribution(f"999{numero:03d}", 4) for numero in range(1_000))
