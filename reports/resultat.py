"""Le résultat d'un scénario de conformité : verdict, constats, étapes jouées, preuves et pièces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from reports.constat import Constat
from reports.verdict import Moyen, Verdict


class CleScenario(NamedTuple):
    """Ce qui désigne un scénario sans ambiguïté : un numéro se répète d'un REM, voire d'une exigence, à l'autre."""

    rem: str
    exigence: str
    scenario: str


class EtatPreuve(StrEnum):
    """Où en est une preuve demandée par le REM."""

    PRODUITE = "produite"
    MANQUANTE = "manquante"
    A_APPORTER = "a_apporter"
    A_VERIFIER = "a_verifier"
    """Quelque chose a été apporté qu'une personne doit encore regarder : un lien vers une plateforme officielle, ou une
    attestation que le banc n'a pas pu rapprocher du logiciel."""
    SANS_OBJET = "sans_objet"

    @property
    def libelle(self) -> str:
        """L'état tel qu'une personne le lit."""
        return {
            "produite": "produite",
            "manquante": "manquante",
            "a_apporter": "à apporter",
            "a_verifier": "à vérifier",
            "sans_objet": "sans objet",
        }[self.value]


class EtatEtape(StrEnum):
    """Ce qu'est devenue une étape Gherkin."""

    PASSEE = "passee"
    ECHOUEE = "echouee"
    NON_JOUEE = "non_jouee"

    @property
    def libelle(self) -> str:
        """L'état tel qu'une personne le lit."""
        return {"passee": "passée", "echouee": "échouée", "non_jouee": "non jouée"}[self.value]


class OriginePiece(StrEnum):
    """Qui a produit une pièce."""

    MACHINE = "machine"
    PERSONNE = "personne"


@dataclass(frozen=True, slots=True)
class PieceJointe:
    """Un fichier produit ou déposé. `chemin` et `vignette` : relatifs au dossier de campagne, avec des `/`.

    `genre` : la forme de pièce acceptée à laquelle une personne la rattache (`TypePiece`), vide pour la machine.
    `details` : ce que l'examen en a lu (largeur, hauteur, duree_s, pages, numero, date, expire_le…), JSON.
    """

    chemin: str
    sha256: str
    taille: int
    type: str
    description: str = ""
    origine: OriginePiece = OriginePiece.MACHINE
    depose_par: str = ""
    depose_le: str = ""
    genre: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    vignette: str = ""

    @property
    def de_personne(self) -> bool:
        """Une personne l'a déposée."""
        return self.origine is OriginePiece.PERSONNE

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "chemin": self.chemin,
            "sha256": self.sha256,
            "taille": self.taille,
            "type": self.type,
            "description": self.description,
            "origine": self.origine.value,
            "depose_par": self.depose_par,
            "depose_le": self.depose_le,
            "genre": self.genre,
            "details": dict(self.details),
            "vignette": self.vignette,
        }

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any]) -> PieceJointe:
        """Relit une pièce écrite par `en_dict`."""
        return cls(
            chemin=brut["chemin"],
            sha256=brut["sha256"],
            taille=brut["taille"],
            type=brut["type"],
            description=brut.get("description", ""),
            origine=OriginePiece(brut.get("origine") or OriginePiece.MACHINE),
            depose_par=brut.get("depose_par", ""),
            depose_le=brut.get("depose_le", ""),
            genre=brut.get("genre", ""),
            details=dict(brut.get("details") or {}),
            vignette=brut.get("vignette", ""),
        )


@dataclass(frozen=True, slots=True)
class PreuveProduite:
    """Une preuve demandée par le REM et les fichiers qui y répondent.

    `id` peut être vide ou répété dans le REM ; `repere` désigne alors la preuve sans ambiguïté.
    """

    id: str
    attendu: str
    etat: EtatPreuve
    pieces_acceptees: tuple[str, ...] = ()
    fichiers: tuple[PieceJointe, ...] = ()
    repere: str = ""

    @property
    def designation(self) -> str:
        """Le repère, ou le numéro pour un résultat écrit avant que le repère n'y figure."""
        return self.repere or self.id

    @property
    def reste_a_apporter(self) -> bool:
        """Une personne doit encore fournir une pièce."""
        return self.etat in (EtatPreuve.A_APPORTER, EtatPreuve.MANQUANTE)

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "id": self.id,
            "repere": self.repere,
            "attendu": self.attendu,
            "pieces_acceptees": list(self.pieces_acceptees),
            "etat": self.etat.value,
            "fichiers": [piece.en_dict() for piece in self.fichiers],
        }

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any]) -> PreuveProduite:
        """Relit une preuve écrite par `en_dict`."""
        return cls(
            id=brut["id"],
            attendu=brut.get("attendu", ""),
            etat=EtatPreuve(brut["etat"]),
            pieces_acceptees=tuple(brut.get("pieces_acceptees", ())),
            fichiers=tuple(PieceJointe.depuis_dict(piece) for piece in brut.get("fichiers", ())),
            repere=brut.get("repere", ""),
        )


@dataclass(frozen=True, slots=True)
class EtapeJouee:
    """Une étape Gherkin. `mot` : le mot-clé français écrit dans la feature ; `echanges` : vus pendant l'étape."""

    mot: str
    texte: str
    etat: EtatEtape
    duree_s: float = 0.0
    echanges: tuple[int, ...] = ()

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "mot": self.mot,
            "texte": self.texte,
            "etat": self.etat.value,
            "duree_s": self.duree_s,
            "echanges": list(self.echanges),
        }

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any]) -> EtapeJouee:
        """Relit une étape écrite par `en_dict`."""
        return cls(
            mot=brut["mot"],
            texte=brut["texte"],
            etat=EtatEtape(brut["etat"]),
            duree_s=float(brut.get("duree_s") or 0.0),
            echanges=tuple(brut.get("echanges", ())),
        )


@dataclass(frozen=True, slots=True)
class ResultatScenario:
    """Un scénario de conformité jugé ; l'entrée de `verdicts.json` et l'enregistrement `verdict` du journal.

    `versions` : du logiciel, du banc, du catalogue et des vérifications quand il a été joué. `jugements` : numéros des
    enregistrements du journal dont ses constats sortent. `declaration` : ce qu'une personne en a dit. `rejoue` : des
    réponses de personne viennent d'un enregistrement.
    """

    rem: str
    exigence: str
    scenario: str
    titre: str
    section: str
    vague: int
    profil: str
    verdict: Verdict
    moyen: Moyen | None = None
    raison: str = ""
    constats: tuple[Constat, ...] = ()
    preuves: tuple[PreuveProduite, ...] = ()
    debut: str | None = None
    fin: str | None = None
    duree_s: float = 0.0
    echanges: tuple[int, ...] = ()
    etapes: tuple[EtapeJouee, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    jugements: tuple[int, ...] = ()
    declaration: Mapping[str, Any] | None = None
    rejoue: bool = False

    @property
    def cle(self) -> CleScenario:
        """La clé du scénario dans le catalogue."""
        return CleScenario(self.rem, self.exigence, self.scenario)

    @property
    def echanges_cites(self) -> tuple[int, ...]:
        """Tous les échanges du scénario, de ses étapes et de ses constats, chacun une fois, dans l'ordre du journal."""
        vus = set(self.echanges)
        for constat in self.constats:
            vus.update(constat.echanges)
        for etape in self.etapes:
            vus.update(etape.echanges)
        return tuple(sorted(vus))

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "rem": self.rem,
            "exigence": self.exigence,
            "scenario": self.scenario,
            "titre": self.titre,
            "section": self.section,
            "vague": self.vague,
            "profil": self.profil,
            "verdict": self.verdict.value,
            "moyen": self.moyen.value if self.moyen else None,
            "raison": self.raison,
            "constats": [constat.en_dict() for constat in self.constats],
            "preuves": [preuve.en_dict() for preuve in self.preuves],
            "debut": self.debut,
            "fin": self.fin,
            "duree_s": self.duree_s,
            "echanges": list(self.echanges),
            "etapes": [etape.en_dict() for etape in self.etapes],
            "versions": dict(self.versions),
            "jugements": list(self.jugements),
            "declaration": dict(self.declaration) if self.declaration else None,
            "rejoue": self.rejoue,
        }

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any]) -> ResultatScenario:
        """Relit un résultat écrit par `en_dict` ; `KeyError` ou `ValueError` si une valeur manque ou est inconnue."""
        return cls(
            rem=brut["rem"],
            exigence=brut["exigence"],
            scenario=brut["scenario"],
            titre=brut.get("titre", ""),
            section=brut.get("section", ""),
            vague=int(brut.get("vague") or 0),
            profil=brut.get("profil", ""),
            verdict=Verdict(brut["verdict"]),
            moyen=Moyen(brut["moyen"]) if brut.get("moyen") else None,
            raison=brut.get("raison") or "",
            constats=tuple(Constat.depuis_dict(constat) for constat in brut.get("constats", ())),
            preuves=tuple(PreuveProduite.depuis_dict(preuve) for preuve in brut.get("preuves", ())),
            debut=brut.get("debut"),
            fin=brut.get("fin"),
            duree_s=float(brut.get("duree_s") or 0.0),
            echanges=tuple(brut.get("echanges", ())),
            etapes=tuple(EtapeJouee.depuis_dict(etape) for etape in brut.get("etapes", ())),
            versions=dict(brut.get("versions") or {}),
            jugements=tuple(brut.get("jugements", ())),
            declaration=brut.get("declaration"),
            rejoue=bool(brut.get("rejoue", False)),
        )
