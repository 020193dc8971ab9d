"""Ce qu'un scénario en cours accumule : constats, pièces, et pourquoi il s'est arrêté."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reports.constat import Constat
from reports.declaration import CODE_PERSONNE
from reports.verdict import Verdict, cumuler


class NonConcluant(Exception):
    """Le banc ne peut pas juger : précondition manquante, adaptateur en panne, rien d'observé."""


class ScenarioArrete(Exception):
    """Un constat déjà enregistré empêche la suite d'avoir un sens."""


class ActionAbandonnee(Exception):
    """La personne qui devait agir s'arrête là, et dit pourquoi ; `verdict` : ce que le scénario en devient."""

    def __init__(self, verdict: Verdict, raison: str) -> None:
        super().__init__(raison)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Piece:
    """Une pièce produite par le scénario. `genre` : genre de pièce du catalogue (message, trace/log, document…).

    `complement` : aide à préparer la preuve et à la comprendre, sans la tenir pour apportée. `preuve` : la seule
    qu'elle apporte, quand plusieurs acceptent ce genre.
    """

    nom: str
    genre: str
    octets: bytes
    description: str
    complement: bool = False
    preuve: str = ""


@dataclass
class Bilan:
    """Constats et pièces d'un scénario de conformité ; un seul verdict en sort.

    `jugements` : les enregistrements du journal qui gardent les vérifications dont les constats sortent.
    """

    constats: list[Constat] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    raison: str = ""
    jugements: list[int] = field(default_factory=list)

    def constater(self, constats: Constat | Iterable[Constat]) -> None:
        """Ajoute des constats ; le verdict n'est calculé qu'à la fin."""
        self.constats.extend([constats] if isinstance(constats, Constat) else constats)

    def exiger(self, constat: Constat) -> None:
        """Ajoute le constat et arrête le scénario s'il n'est pas conforme."""
        self.constater(constat)
        if constat.verdict is not Verdict.CONFORME:
            raise ScenarioArrete(constat.message)

    def echouer(self, verdict: Verdict, raison: str) -> None:
        """Retient une issue qui ne vient d'aucune règle (banc, environnement, arrêt)."""
        self.raison = self.raison or raison
        self.constats.append(Constat(code=_CODES[verdict], verdict=verdict, message=raison))

    def confier(self, verdict: Verdict, raison: str) -> None:
        """Laisse à une personne un scénario qu'aucune feature ne joue : elle seule pourra le déclarer conforme."""
        self.raison = self.raison or raison
        self.constats.append(Constat(code=CODE_PERSONNE, verdict=verdict, message=raison))

    def joindre(
        self, nom: str, genre: str, octets: bytes, description: str, *, complement: bool = False, preuve: str = ""
    ) -> None:
        """Garde une pièce pour les preuves qui acceptent ce genre, ou pour celle-là seulement."""
        self.pieces.append(Piece(nom, genre, octets, description, complement, preuve))

    def verdict(self) -> Verdict:
        """Le verdict cumulé ; sans constat : non concluant."""
        return cumuler(constat.verdict for constat in self.constats)

    def motif(self) -> str:
        """La phrase qui explique le verdict : premier constat du même rang que le verdict."""
        verdict = self.verdict()
        if not self.constats:
            return "aucune vérification n'a été faite : le silence n'est pas une preuve"
        if verdict is Verdict.CONFORME:
            return ""
        return next((c.message for c in self.constats if c.verdict is verdict), self.raison)


_CODES = {
    Verdict.NON_CONCLUANT: "BANC-CONDUITE-01",
    Verdict.NON_CONFORME: "BANC-CONDUITE-02",
    Verdict.A_VERIFIER: "BANC-CONDUITE-03",
    Verdict.NON_EXECUTE: "BANC-CONDUITE-04",
    Verdict.NON_APPLICABLE: "BANC-CONDUITE-05",
    Verdict.CONFORME: "BANC-CONDUITE-06",
}
