"""Écrit un fichier JUnit : un cas par scénario de conformité, nommé par son numéro et son titre."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from reports.campagne import Campagne
from reports.constat import Constat
from reports.ecarts import bilan_de
from reports.fichiers import ecrire_atomique
from reports.options import MENTION_DEMONSTRATION
from reports.resultat import ResultatScenario
from reports.texte import abreger, affichable
from reports.verdict import Verdict

NOM = "junit.xml"
_TEXTE_MAX = 20_000

# Un outil d'intégration ne connaît que quatre issues : un manquement est un échec, une panne du banc une erreur.
_ISSUES = {
    Verdict.NON_CONFORME: "failure",
    Verdict.NON_CONCLUANT: "error",
    Verdict.A_VERIFIER: "skipped",
    Verdict.NON_EXECUTE: "skipped",
    Verdict.NON_APPLICABLE: "skipped",
}


def ecrire_junit(chemin: Path, campagne: Campagne) -> Path:
    """Écrit le fichier JUnit à l'endroit demandé."""
    return ecrire_atomique(chemin, rendre_junit(campagne))


def rendre_junit(campagne: Campagne) -> bytes:
    """Les octets du fichier JUnit : une suite par section."""
    racine = etree.Element("testsuites", name=f"REM {affichable(campagne.rem)} ({affichable(campagne.couloir)})")
    _compter(racine, campagne.resultats)
    ecarts = bilan_de(campagne)
    sections: dict[str, list[ResultatScenario]] = {}
    for resultat in campagne.resultats:
        sections.setdefault(resultat.section, []).append(resultat)
    for section, resultats in sections.items():
        suite = etree.SubElement(racine, "testsuite", name=affichable(section) or "sans section")
        if campagne.debut:
            suite.set("timestamp", affichable(campagne.debut))
        _compter(suite, resultats)
        _proprietes(suite, _identite(campagne))
        for resultat in resultats:
            _ajouter_cas(suite, campagne, resultat, ecarts.phrase(resultat))
    etree.indent(racine)
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8") + b"\n"


def _identite(campagne: Campagne) -> list[tuple[str, str]]:
    return [
        ("couloir", campagne.couloir),
        ("rem", campagne.rem),
        ("logiciel", campagne.logiciel.designation),
        ("banc", campagne.produit_banc),
        ("catalogue", str(campagne.catalogue.get("empreinte", ""))),
        *([("mention", MENTION_DEMONSTRATION)] if campagne.demonstration else []),
    ]


def _compter(element: etree._Element, resultats: Iterable[ResultatScenario]) -> None:
    resultats = list(resultats)
    issues = [_ISSUES.get(resultat.verdict) for resultat in resultats]
    element.set("tests", str(len(resultats)))
    for attribut, issue in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribut, str(issues.count(issue)))
    element.set("time", f"{sum(resultat.duree_s for resultat in resultats):.3f}")


def _proprietes(parent: etree._Element, couples: Iterable[tuple[str, str]]) -> None:
    proprietes = etree.SubElement(parent, "properties")
    for nom, valeur in couples:
        etree.SubElement(proprietes, "property", name=nom, value=abreger(affichable(valeur), 2000))


def _ajouter_cas(suite: etree._Element, campagne: Campagne, resultat: ResultatScenario, ecart: str) -> None:
    cas = etree.SubElement(
        suite,
        "testcase",
        classname=affichable(f"{campagne.couloir}.vague-{resultat.vague}.{resultat.section}"),
        name=abreger(affichable(f"{resultat.scenario} {resultat.titre}"), 500),
        time=f"{resultat.duree_s:.3f}",
    )
    _proprietes(
        cas,
        [
            ("rem", resultat.rem),
            ("exigence", resultat.exigence),
            ("scenario", resultat.scenario),
            ("verdict", resultat.verdict.value),
            ("moyen", resultat.moyen.value if resultat.moyen else ""),
            ("profil", resultat.profil),
            *(("preuve", preuve.id) for preuve in resultat.preuves if preuve.id),
            *([("ecart_connu", ecart)] if ecart else []),
            *(
                [("declare", f"{resultat.declaration['issue']} par {resultat.declaration['par']}")]
                if resultat.declaration
                else []
            ),
            *([("rejoue", "oui")] if resultat.rejoue else []),
        ],
    )
    issue = _ISSUES.get(resultat.verdict)
    if issue is None:
        return
    concernes = [constat for constat in resultat.constats if constat.verdict is resultat.verdict]
    message = f"[{ecart}] {_message(resultat, concernes)}" if ecart else _message(resultat, concernes)
    element = etree.SubElement(cas, issue, message=abreger(affichable(message), 1000))
    if issue != "skipped":
        element.set("type", resultat.verdict.value)
    element.text = abreger(affichable("\n\n".join(constat.en_texte() for constat in concernes)), _TEXTE_MAX)


def _message(resultat: ResultatScenario, concernes: list[Constat]) -> str:
    cause = resultat.raison or (concernes[0].message if concernes else "")
    return f"{resultat.verdict.libelle} : {cause}" if cause else resultat.verdict.libelle
