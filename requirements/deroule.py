"""Le déroulé d'un scénario qu'une personne juge : ce qu'elle fait, ce qu'elle voit, ce qui ne serait pas conforme."""

from __future__ import annotations

import yaml

from requirements.lecture import Champs, Lecture
from requirements.modele import Classe, EtapeGuidee, Preuve

_ETAPE = frozenset(("faire", "voir", "ecart"))


def lire_deroule(lecture: Lecture, ligne: Champs, scenario: yaml.Node, quoi: str) -> tuple[EtapeGuidee, ...]:
    """Les étapes, dans l'ordre ; un déroulé qui ne dit jamais ce qui serait non conforme est une anomalie."""
    etapes = []
    for rang, noeud in enumerate(lecture.elements(ligne, "deroule", scenario, quoi, facultatif=True), start=1):
        champs = lecture.table(noeud, _ETAPE, "étape du déroulé")
        dite = f"l'étape {rang} du déroulé, {quoi}"
        etapes.append(
            EtapeGuidee(
                faire=lecture.redaction(champs, "faire", noeud, dite),
                voir=lecture.redaction(champs, "voir", noeud, dite),
                ecart=lecture.redaction(champs, "ecart", noeud, dite, defaut=""),
            )
        )
    if etapes and not any(etape.ecart for etape in etapes):
        lecture.noter(
            ligne["deroule"],
            f"au moins un « ecart » dans le déroulé, {quoi}",
            "aucun",
            "dire ce qui ferait juger non conforme : un déroulé qui ne peut pas échouer ne juge rien",
        )
    return tuple(etapes)


def exiger_deroule(
    lecture: Lecture,
    scenario: yaml.Node,
    quoi: str,
    *,
    moyen: Classe,
    deroule: tuple[EtapeGuidee, ...],
    preuves: tuple[Preuve, ...],
) -> None:
    """Un scénario qu'une personne juge a un déroulé, et chacune de ses preuves un conseil."""
    if moyen is Classe.HUMAIN and not deroule:
        lecture.noter(
            scenario,
            f"« deroule » pour {quoi}, que seule une personne juge",
            "rien",
            "écrire les étapes : « faire », « voir », et « ecart » où quelque chose ne serait pas conforme",
        )
    if not deroule:
        return
    for preuve in preuves:
        if not preuve.conseil:
            lecture.noter(
                scenario,
                f"« conseil » pour la preuve {preuve.repere}, {quoi}",
                "rien",
                "dire quoi cadrer, les mentions voulues, ce qui fait refuser la pièce",
            )
