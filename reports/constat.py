"""Les faits établis par une vérification : règle, constat, confiance de la source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from reports.verdict import Verdict


class Confiance(StrEnum):
    """Ce que vaut la source d'une règle ; décide de ce qu'un manquement peut valoir."""

    OFFICIELLE = "officielle"
    """Texte officiel lu directement, ou énoncé de l'exigence elle-même."""
    DOCUMENTEE = "documentee"
    """Vu dans un schéma, un message enregistré ou un code publics."""
    SECONDAIRE = "secondaire"
    """Texte officiel rapporté par un tiers ; l'original n'a pas été lu."""
    DEDUITE = "deduite"
    """Déduction du banc."""

    @property
    def verdict_du_manquement(self) -> Verdict:
        """Une source seulement secondaire ou déduite ne prouve pas une non-conformité."""
        if self in (Confiance.OFFICIELLE, Confiance.DOCUMENTEE):
            return Verdict.NON_CONFORME
        return Verdict.A_VERIFIER


@dataclass(frozen=True, slots=True)
class Regle:
    """Une règle vérifiable : son code stable, ce qu'elle dit, d'où elle vient, que faire si elle n'est pas suivie.

    `code` : `<SERVICE>-<SUJET>-<NN>`, par exemple `INSI-TLS-01` ; jamais réutilisé pour une autre règle.
    `source` : document, version, section.
    """

    code: str
    titre: str
    source: str
    confiance: Confiance
    a_faire: str

    def respectee(self, message: str = "", *, recu: str = "", ou: str = "", echanges: tuple[int, ...] = ()) -> Constat:
        """Constat *conforme* ; `recu` dit ce qui a été vu, car la présence seule ne prouve rien."""
        return self._constat(Verdict.CONFORME, message or self.titre, "", recu, ou, echanges)

    def enfreinte(self, message: str, *, attendu: str, recu: str, ou: str, echanges: tuple[int, ...] = ()) -> Constat:
        """Constat de manquement ; *non conforme* ou *à vérifier* selon la confiance de la source."""
        verdict = self.confiance.verdict_du_manquement
        if self.confiance is Confiance.SECONDAIRE:
            message = f"{message} (source secondaire : {self.source} n'a pas pu être lu dans l'original)"
        elif self.confiance is Confiance.DEDUITE:
            message = f"{message} (règle déduite par le banc : aucun texte lu ne la dit)"
        return self._constat(verdict, message, attendu, recu, ou, echanges)

    def signalee(self, message: str, *, attendu: str, recu: str, ou: str, echanges: tuple[int, ...] = ()) -> Constat:
        """Remarque : constat *conforme* qui porte un `attendu` ; à regarder, sans effet sur le verdict."""
        return replace(self._constat(Verdict.CONFORME, message, attendu, recu, ou, echanges), a_faire=self.a_faire)

    def sans_objet(self, raison: str, *, echanges: tuple[int, ...] = ()) -> Constat:
        """Constat *non concluant* : rien à examiner, le banc ne peut pas juger."""
        return self._constat(Verdict.NON_CONCLUANT, raison, "", "", "", echanges)

    def a_regarder(self, message: str, *, recu: str = "", ou: str = "", echanges: tuple[int, ...] = ()) -> Constat:
        """Constat *à vérifier* : une personne doit regarder."""
        return self._constat(Verdict.A_VERIFIER, message, "", recu, ou, echanges)

    def _constat(
        self, verdict: Verdict, message: str, attendu: str, recu: str, ou: str, echanges: tuple[int, ...]
    ) -> Constat:
        return Constat(
            code=self.code,
            verdict=verdict,
            message=message,
            attendu=attendu,
            recu=recu,
            ou=ou,
            source=self.source,
            confiance=self.confiance,
            a_faire=self.a_faire if verdict is not Verdict.CONFORME else "",
            echanges=echanges,
        )


@dataclass(frozen=True, slots=True)
class Constat:
    """Un fait : attendu, reçu, où, selon quelle règle, que faire. `echanges` : numéros dans le journal."""

    code: str
    verdict: Verdict
    message: str
    attendu: str = ""
    recu: str = ""
    ou: str = ""
    source: str = ""
    confiance: Confiance | None = None
    a_faire: str = ""
    echanges: tuple[int, ...] = ()

    def en_dict(self) -> dict[str, Any]:
        """Forme écrite dans `verdicts.json` et dans le journal : types JSON seulement."""
        return {
            "code": self.code,
            "verdict": self.verdict.value,
            "message": self.message,
            "attendu": self.attendu,
            "recu": self.recu,
            "ou": self.ou,
            "source": self.source,
            "confiance": self.confiance.value if self.confiance else None,
            "a_faire": self.a_faire,
            "echanges": list(self.echanges),
        }

    @classmethod
    def depuis_dict(cls, brut: dict[str, Any]) -> Constat:
        """Relit un constat écrit par `en_dict`."""
        return cls(
            **{
                **brut,
                "verdict": Verdict(brut["verdict"]),
                "confiance": Confiance(brut["confiance"]) if brut.get("confiance") else None,
                "echanges": tuple(brut.get("echanges", ())),
            }
        )

    def en_texte(self) -> str:
        """Le constat en français, sur quelques lignes : message, attendu, reçu, où, source, à faire."""
        lignes = [f"[{self.code}] {self.verdict.libelle} : {self.message}"]
        for nom, valeur in (
            ("attendu", self.attendu),
            ("reçu", self.recu),
            ("où", self.ou),
            ("source", self.source),
            ("à faire", self.a_faire),
        ):
            if valeur:
                lignes.append(f"    {nom} : {valeur}")
        if self.echanges:
            lignes.append("    échanges : " + ", ".join(f"n° {numero}" for numero in self.echanges))
        return "\n".join(lignes)
