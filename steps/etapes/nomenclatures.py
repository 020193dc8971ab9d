"""Étapes des terminologies d'un logiciel de cabinet : les consulter, y chercher à la frappe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_bdd import then
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.verifications import nomenclatures as regles

_ROLE = "biologiste_1"
_CODES = {
    "CIM 10 ou suivante": (
        ("CIM", (("E11", "diab"), ("I10", "hypertension"))),
        ("CIM", (("5A11", "diab"), ("BA00", "hypertension"))),
    ),
    "CISP2 ou DRC": (("CISP2", (("T90", "diab"), ("K86", "hypertension"))),),
    "circuit de la biologie": (("BIOLOGIE", (("718-7", "hémoglobine"), ("2823-3", "potassium"))),),
    "CCAM": (("CCAM", (("HHFA001", "appendic"), ("DEQP003", "électrocardio"))),),
    "ATC": (("ATC", (("A10BA02", "metformin"), ("C09AA05", "ramipril"))),),
}
"""Terminologie → les codes courants qu'on y demande ; une variante par version que l'exigence admet."""
_RECHERCHES = {
    "CIM 10 ou suivante": "CIM",
    "CCAM": "CCAM",
    "ATC": "ATC",
    "base médicamenteuse": "MEDICAMENTS",
}


@then(parse("la terminologie « {quoi} » se consulte dans le logiciel"))
def consultable(essai: Essai, quoi: str) -> None:
    """Deux codes courants, dont le libellé se reconnaît."""
    if quoi not in _CODES:
        raise vocabulaire.PhraseInconnue(f"terminologie inconnue : {quoi!r} ; attendu l'une de {list(_CODES)}")
    essais = [tuple(_consulter(essai, ou, *code) for code in codes) for ou, codes in _CODES[quoi]]
    retenus = next((consultes for consultes in essais if any(c.montrees for c in consultes)), essais[0])
    if quoi == "CISP2 ou DRC" and not any(c.montrees for c in retenus) and _drc(essai):
        essai.bilan.constater(
            regles.CONSULTABLE.a_regarder(
                "le logiciel a le DRC plutôt que la CISP2 : montrez-en quelques codes et leur libellé", ou=quoi
            )
        )
        return
    essai.bilan.constater(regles.terminologie_consultable(quoi, retenus))


def _consulter(essai: Essai, ou: str, code: str, mot: str) -> regles.CodeConsulte:
    reponse = essai.tenter("consulter_nomenclature", _ROLE, nomenclature=ou, code=code)
    if reponse.resultat not in ("fait", "refuse"):
        raise NonConcluant(f"consulter_nomenclature, {ou} {code} : {reponse.en_phrase()}")
    if not reponse.fait:
        return regles.CodeConsulte(code, mot, None)
    entrees: list[Mapping[str, Any]] = list(reponse.donnees.get("entrees") or ())
    montrees = tuple((str(e.get("code") or ""), str(e.get("libelle") or "")) for e in entrees)
    return regles.CodeConsulte(code, mot, montrees)


def _drc(essai: Essai) -> bool:
    """Vrai si le logiciel a le DRC, dont les codes ne sont pas publics."""
    return essai.tenter("consulter_nomenclature", _ROLE, nomenclature="DRC", code="1").fait


@then("la recherche propose des entrées dès trois lettres tapées, sans rien valider")
def proposees(essai: Essai, datatable: Table) -> None:
    """Colonnes : « où », « lettres »."""
    for ligne in vocabulaire.table(datatable):
        quoi, lettres = ligne["où"], ligne["lettres"]
        if quoi not in _RECHERCHES:
            raise vocabulaire.PhraseInconnue(f"recherche inconnue : {quoi!r} ; attendu l'une de {list(_RECHERCHES)}")
        reponse = essai.jouer("proposer_nomenclature", _ROLE, nomenclature=_RECHERCHES[quoi], texte=lettres)
        if reponse.resultat not in ("fait", "refuse"):
            raise NonConcluant(f"proposer_nomenclature, {quoi} : {reponse.en_phrase()}")
        propositions = reponse.donnees.get("propositions") or [] if reponse.fait else []
        essai.bilan.constater(regles.propositions_des_trois_lettres(quoi, lettres, propositions))
