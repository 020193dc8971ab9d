"""Les situations d'exercice proposées par le logiciel, comparées à celles d'UserInfo."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.psc import sources
from steps.verifications.registre import verification

SITUATIONS = Regle(
    "PSC-IDE-09", "Les situations d'exercice proposées sont celles d'UserInfo",
    f"{sources.RELEVES}, SubjectRefPro", Confiance.DOCUMENTEE,
    "Proposer une situation par activité de chaque exercice d'UserInfo, ni plus ni moins.",
)  # fmt: skip

_LIEUX = (
    "raisonSocialeSite", "enseigneCommercialeSite", "identifiantTechniqueDeLaStructure", "numeroFinessSite",
    "numeroSiretSite", "numeroFinessetablissementJuridique", "ancienIdentifiantDeLaStructure",
)  # fmt: skip


@verification(SITUATIONS)
def situations(session: Mapping[str, Any], userinfo: Mapping[str, Any], echanges: tuple[int, ...]) -> list[Constat]:
    """Autant de situations que d'activités, chacune d'un lieu d'UserInfo ; une seule n'a pas à être proposée.

    La structure de rattachement (SubjectOrganization) est un lieu d'UserInfo comme un autre.
    """
    attendues = activites(userinfo)
    proposees = [s for s in session.get("situations") or () if isinstance(s, Mapping)]
    ou = "situations d'exercice proposées"
    noms = [_lieu(activite) for activite in attendues]
    recu = ", ".join(str(s.get("structure") or s.get("secteur") or s.get("profession") or "?") for s in proposees)
    rattachement = {"raisonSocialeSite": userinfo.get("SubjectOrganization", ""),
                    "identifiantTechniqueDeLaStructure": userinfo.get("SubjectOrganizationID", "")}  # fmt: skip
    connues = [a for a in (*attendues, rattachement) if any(a.get(nom) for nom in _LIEUX)]
    inconnues = [s for s in proposees if s.get("structure") and not any(_parle_de(s, a) for a in connues)]
    if len(attendues) <= 1 and not proposees:
        return [SITUATIONS.respectee("aucun choix à faire", recu=f"{len(attendues)} situation(s)", ou=ou,
                                     echanges=echanges)]  # fmt: skip
    manquantes = [a for a in attendues if not any(_parle_de(s, a) for s in proposees)] if len(attendues) > 1 else []
    if inconnues or manquantes or len(proposees) > max(len(attendues), 1):
        return [
            SITUATIONS.enfreinte(
                "Les situations d'exercice proposées ne sont pas celles d'UserInfo.",
                attendu=", ".join(noms) or "aucune", recu=recu or "aucune", ou=ou, echanges=echanges,
            )
        ]  # fmt: skip
    return [SITUATIONS.respectee(recu=recu, ou=ou, echanges=echanges)]


def activites(userinfo: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Une par activité ; un exercice sans activité en compte une, sans lieu."""
    lues: list[Mapping[str, Any]] = []
    reference = userinfo.get("SubjectRefPro")
    exercices = reference.get("exercices") if isinstance(reference, Mapping) else None
    for exercice in exercices if isinstance(exercices, list) else ():
        if not isinstance(exercice, Mapping):
            continue
        propres = [a for a in exercice.get("activities") or () if isinstance(a, Mapping)]
        lues += [{**exercice, **a} for a in propres] or [exercice]
    return lues


def _parle_de(situation: Mapping[str, Any], activite: Mapping[str, Any]) -> bool:
    """La situation montre l'un des noms ou identifiants du lieu ; sans lieu des deux côtés, la profession suffit."""
    lieux = [_plat(activite.get(nom)) for nom in _LIEUX if activite.get(nom)]
    montre = _plat(situation.get("structure"))
    if not lieux or not montre:
        return not lieux or not montre
    return any(lieu in montre or montre in lieu for lieu in lieux)


def _lieu(activite: Mapping[str, Any]) -> str:
    return next((str(activite[nom]) for nom in _LIEUX if activite.get(nom)), "sans structure")


def _plat(valeur: object) -> str:
    decompose = unicodedata.normalize("NFD", str(valeur or "").casefold())
    return " ".join("".join(c for c in decompose if not unicodedata.combining(c)).replace("-", " ").split())
