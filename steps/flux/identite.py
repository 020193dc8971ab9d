"""L'identité d'un usager telle qu'elle voyage : les dix champs du guide d'implémentation de l'INS."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulators.socle.identites import (
    OID_INS_NIA,
    OID_INS_NIR,
    OID_INS_NIR_DEMO,
    OID_INS_NIR_TEST,
    IdentiteTest,
)

OIDS_INS = frozenset({OID_INS_NIR, OID_INS_NIA, OID_INS_NIR_TEST, OID_INS_NIR_DEMO})
"""OID qui disent qu'un identifiant est un matricule INS (le NIR d'ouvrant droit et l'INS-C n'en sont pas)."""

_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u2032\u00b4`]")
_COUPURES = re.compile(r"[\s.\-_/\u2010-\u2014\u00b7]")
_TIRETS = re.compile("[\u2010\u2011\u2012\u2013\u2212]")


@dataclass(frozen=True, slots=True)
class IdentiteUsager:
    """Traits et INS d'un usager. `date_naissance` : AAAA-MM-JJ, `00` pour un jour ou un mois inconnu."""

    nom_naissance: str
    premier_prenom_naissance: str
    prenoms_naissance: str
    date_naissance: str
    sexe: str
    code_lieu_naissance: str = ""
    nom_utilise: str = ""
    prenom_utilise: str = ""
    matricule_ins: str = ""
    oid_ins: str = ""

    @classmethod
    def depuis_reference(cls, reference: IdentiteTest) -> IdentiteUsager:
        """L'identité de test, avec son INS."""
        return cls(
            nom_naissance=reference.nom_naissance,
            premier_prenom_naissance=reference.prenoms[0] if reference.prenoms else "",
            prenoms_naissance=" ".join(reference.prenoms),
            date_naissance=reference.date_naissance,
            sexe=reference.sexe,
            code_lieu_naissance=reference.lieu_naissance or "",
            matricule_ins=reference.matricule_ins,
            oid_ins=reference.oid,
        )

    @classmethod
    def depuis_traits(cls, traits: Mapping[str, object]) -> IdentiteUsager:
        """Traits relevés dans un logiciel, dans les noms du contrat ; une valeur absente ou nulle devient vide."""
        valeurs = {champ: str(traits.get(champ) or "") for champ in cls.__slots__}
        if not valeurs["premier_prenom_naissance"] and valeurs["prenoms_naissance"]:
            valeurs["premier_prenom_naissance"] = valeurs["prenoms_naissance"].split(" ")[0]
        if not valeurs["prenoms_naissance"]:
            valeurs["prenoms_naissance"] = valeurs["premier_prenom_naissance"]
        return cls(**valeurs)

    @property
    def nature_ins(self) -> str:
        """« NIR » ou « NIA » d'après l'OID ; vide sans INS."""
        if self.oid_ins == OID_INS_NIA:
            return "NIA"
        return "NIR" if self.oid_ins in OIDS_INS else ""

    def sans_ins(self) -> IdentiteUsager:
        """La même personne, sans matricule ni OID."""
        return replace(self, matricule_ins="", oid_ins="")


def comparable(texte: str) -> str:
    """Forme de comparaison d'un nom : capitales, sans diacritique, apostrophes et espaces unifiés.

    Tirets et espaces restent distincts : le RNIV les conserve dans les noms.
    """
    texte = texte.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    decompose = unicodedata.normalize("NFD", texte)
    sans_accent = "".join(c for c in decompose if not unicodedata.combining(c))
    unifie = _APOSTROPHES.sub("'", _TIRETS.sub("-", sans_accent))
    return " ".join(unifie.upper().split())


def porte_suite(texte: str, suite: str) -> bool:
    """Vrai si `texte` porte `suite` (un matricule), quels que soient les espaces, points ou tirets qui la coupent."""
    return bool(suite) and suite in _COUPURES.sub("", texte)
