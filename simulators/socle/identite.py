"""Identités de test : personnes fictives, matricules non attribuables, un cas par difficulté connue d'INSi.

Les matricules sont bâtis sur le département 99 et la commune 999 (2A999, 2B999 pour la Corse) : aucun n'est attribué.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

OID_INS_NIR = "1.2.250.1.213.1.4.8"
OID_INS_NIA = "1.2.250.1.213.1.4.9"
OID_INS_NIR_TEST = "1.2.250.1.213.1.4.10"
OID_INS_NIR_DEMO = "1.2.250.1.213.1.4.11"
OIDS_PRODUCTION = frozenset({OID_INS_NIR, OID_INS_NIA})

_MATRICULE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2A|2B)[0-9]{6}")
_NOMS: tuple[str, ...] = (
    "AUBRIOT",
    "BELLECOMBE",
    "CHANTELOUBE",
    "DESORMIERS",
    "ESPARBES",
    "FONTENILLE",
    "GRANDIDIER",
    "LAVERGNOLLE",
)
_NOMS += ("MONTCHARMONT", "NOIRFALISE", "PEYREBRUNE", "ROQUETAILLADE", "SAINTVERAN", "TREMOLIERES", "VALCOURBE")
_PRENOMS = {
    "F": ("ALIENOR", "BLANDINE", "CAPUCINE", "DOROTHEE", "ELEONORE", "FAUSTINE", "GWENAELLE", "ISAURE"),
    "M": ("AMBROISE", "BAPTISTIN", "CORENTIN", "DONATIEN", "EUSTACHE", "FULBERT", "GONTRAN", "HIPPOLYTE"),
}
_COMMUNES = ("63113", "37261", "69123", "29019", "67482", "33063", "59350", "21231", "87085", "14118")


def cle_nir(matricule: str) -> str:
    """Clé de contrôle d'un matricule de 13 caractères : 97 − (n mod 97), avec 2A → 19 et 2B → 18."""
    if not _MATRICULE.fullmatch(matricule):
        raise ValueError("matricule attendu sur 13 caractères : des chiffres, ou 2A / 2B au département")
    return f"{97 - int(matricule.replace('2A', '19').replace('2B', '18')) % 97:02d}"


@dataclass(frozen=True)
class AncienIns:
    """INS que la personne a porté auparavant (INSHISTO) ; dates `AAAA-MM-JJ` si elles sont connues."""

    matricule: str
    cle: str
    oid: str
    debut: str | None = None
    fin: str | None = None

    @property
    def matricule_ins(self) -> str:
        """Matricule et clé, 15 caractères."""
        return self.matricule + self.cle


@dataclass(frozen=True)
class IdentiteTest:
    """Une personne fictive telle qu'INSi la connaît, et ce que la recherche de ses traits doit rendre.

    `attendu` : code d'INSi à la recherche par les traits, sans lieu de naissance (`00`, `01`, `02`).
    `cog_requis` : `02` sans le code du lieu de naissance, `00` avec.
    `prenom_reconnu` : seul prénom envoyé qui aboutit (un autre donne `01`) ; vide : le premier de la liste.
    `traits_retournes` : traits de la réponse qui diffèrent de ceux de la recherche (clés : noms des champs).
    """

    matricule: str
    cle: str
    oid: str
    nom_naissance: str
    prenoms: tuple[str, ...]
    sexe: str
    date_naissance: str
    lieu_naissance: str | None
    historique: tuple[AncienIns, ...] = ()
    cas: str = ""
    attendu: str = "00"
    cog_requis: bool = False
    prenom_reconnu: str = ""
    traits_retournes: Mapping[str, str] = field(default_factory=dict, hash=False)
    note: str = ""

    @property
    def matricule_ins(self) -> str:
        """Matricule et clé, 15 caractères."""
        return self.matricule + self.cle

    @property
    def matricules(self) -> frozenset[str]:
        """Le matricule actif et les anciens, sur 13 caractères."""
        return frozenset({self.matricule, *(ancien.matricule for ancien in self.historique)})

    def en_dict(self) -> dict[str, object]:
        """Forme JSON du fichier d'environnement."""
        return {
            "cas": self.cas,
            "note": self.note,
            "matricule_ins": self.matricule_ins,
            "oid": self.oid,
            "nom_naissance": self.nom_naissance,
            "prenoms": list(self.prenoms),
            "sexe": self.sexe,
            "date_naissance": self.date_naissance,
            "lieu_naissance": self.lieu_naissance,
            "attendu": {
                "code": self.attendu,
                "cog_requis": self.cog_requis,
                "prenom_reconnu": self.prenom_reconnu or (self.prenoms[0] if self.prenoms else ""),
                "traits_retournes": dict(self.traits_retournes),
                "historique": [
                    {"matricule_ins": a.matricule_ins, "oid": a.oid, "debut": a.debut, "fin": a.fin}
                    for a in self.historique
                ],
            },
        }


def fabriquer_identite(
    graine: str,
    *,
    cas: str = "",
    nom_naissance: str | None = None,
    prenoms: tuple[str, ...] | None = None,
    sexe: str | None = None,
    date_naissance: str | None = None,
    lieu_naissance: str | None = "",
    oid: str = OID_INS_NIR_TEST,
    departement: str = "99",
    anciens: int = 0,
    anciens_dates: bool = False,
    attendu: str = "00",
    cog_requis: bool = False,
    prenom_reconnu: str = "",
    traits_retournes: Mapping[str, str] | None = None,
    note: str = "",
) -> IdentiteTest:
    """Personne fictive tirée de la graine : même graine, même personne. Les choix donnés l'emportent.

    `lieu_naissance` : "" pour un lieu tiré de la graine, None pour un lieu inconnu.
    """
    alea = _Tirage(graine)
    sexe = alea.choisir(("F", "M")) if sexe is None else sexe
    jour = date(1930, 1, 1) + timedelta(days=alea.entier(365 * 90))
    naissance = jour.isoformat() if date_naissance is None else date_naissance
    matricule = _matricule(sexe, naissance, departement, alea.entier(999) + 1)
    return IdentiteTest(
        matricule=matricule,
        cle=cle_nir(matricule),
        oid=oid,
        nom_naissance=alea.choisir(_NOMS) if nom_naissance is None else nom_naissance,
        prenoms=(alea.choisir(_PRENOMS.get(sexe, _PRENOMS["F"])),) if prenoms is None else prenoms,
        sexe=sexe,
        date_naissance=naissance,
        lieu_naissance=alea.choisir(_COMMUNES) if lieu_naissance == "" else lieu_naissance,
        historique=tuple(_ancien(graine, rang, matricule, anciens_dates and rang == 0) for rang in range(anciens)),
        cas=cas,
        attendu=attendu,
        cog_requis=cog_requis,
        prenom_reconnu=prenom_reconnu,
        traits_retournes=dict(traits_retournes or {}),
        note=note,
    )


class _Tirage:
    """Suite d'entiers déterministe, indépendante de la version de Python."""

    def __init__(self, graine: str) -> None:
        self._graine = graine
        self._rang = 0

    def entier(self, borne: int) -> int:
        self._rang += 1
        condense = hashlib.sha256(f"{self._graine}/{self._rang}".encode()).digest()
        return int.from_bytes(condense[:8], "big") % borne

    def choisir(self, choix: tuple[str, ...]) -> str:
        return choix[self.entier(len(choix))]


def _matricule(sexe: str, naissance: str, departement: str, ordre: int) -> str:
    annee, mois, _ = naissance.split("-")
    # Mois inconnu : valeur de convention de l'état civil, hors de 01-12.
    return f"{'2' if sexe == 'F' else '1'}{annee[2:]}{mois if mois != '00' else '20'}{departement}999{ordre:03d}"


def _ancien(graine: str, rang: int, actif: str, dates: bool) -> AncienIns:
    ordre = _Tirage(f"{graine}#ancien").entier(900) + 1 + rang
    matricule = f"{actif[:10]}{ordre:03d}"
    if matricule == actif:
        matricule = f"{actif[:10]}{ordre + 50:03d}"
    debut, fin = ("2012-03-05", "2019-11-30") if dates else (None, None)
    return AncienIns(matricule, cle_nir(matricule), OID_INS_NIR_TEST, debut, fin)
