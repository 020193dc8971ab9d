"""Le journal d'un côté, Allure, JUnit et le classeur de l'autre : les mêmes verdicts partout ?"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree
from openpyxl import load_workbook

from reports.allure import STATUTS
from reports.campagne import Campagne
from reports.convergence import COLONNES_BANC, COLONNES_CONVERGENCE, FEUILLE, rendre_convergence
from reports.convergence import NOM as CONVERGENCE
from reports.junit import NOM as JUNIT
from reports.junit import rendre_junit
from reports.resultat import ResultatScenario
from reports.sceau import limites
from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.contenu import ALLURE_XZ
from reports.texte import affichable
from requirements.catalogue import Catalogue

_CLES_CLASSEUR = ("Périmètre", "ID", "N° scénario", "N° preuve")
_COLONNES = (*COLONNES_CONVERGENCE, *COLONNES_BANC)
ResultatAllure = tuple[tuple[str, str], float, Mapping[str, Any]]
"""Clé (exigence, scénario), instant de fin, contenu."""


def comparer_allure(campagne: Campagne, lus: Sequence[ResultatAllure]) -> Iterator[Anomalie]:
    """Le dernier résultat Allure de chaque scénario : statut, phrase, étiquettes."""
    derniers: dict[tuple[str, str], tuple[float, Mapping[str, Any]]] = {}
    for cle, fin, contenu in lus:
        if cle not in derniers or fin >= derniers[cle][0]:
            derniers[cle] = (fin, contenu)
    for resultat in campagne.resultats:
        lu = derniers.pop((resultat.exigence, resultat.scenario), None)
        if lu is None:
            yield ecart(ALLURE_XZ, "aucun résultat pour ce scénario", resultat)
            continue
        contenu = lu[1]
        if contenu.get("status") != (voulu := STATUTS[resultat.verdict]):
            yield ecart(ALLURE_XZ, "le statut n'est pas celui du verdict", resultat, voulu, str(contenu.get("status")))
            continue
        message = str((contenu.get("statusDetails") or {}).get("message") or "")
        libelle = resultat.verdict.libelle
        if message and voulu != "passed" and not re.match(rf"(?:[\w.]+: )?{libelle}(?:\W|$)", message):
            yield ecart(ALLURE_XZ, "la phrase ne dit pas le verdict", resultat, libelle, message[:120])
        yield from _etiquettes(resultat, contenu)
    for exigence, scenario in derniers:
        yield Anomalie(
            Domaine.ACCORD, f"{ALLURE_XZ} : résultat d'un scénario absent du journal", ALLURE_XZ, scenario=scenario,
            recu=f"exigence {exigence}",
        )  # fmt: skip


def _etiquettes(resultat: ResultatScenario, contenu: Mapping[str, Any]) -> Iterator[Anomalie]:
    portees: dict[str, set[str]] = defaultdict(set)
    for etiquette in contenu.get("labels") or ():
        portees[str(etiquette.get("name"))].add(str(etiquette.get("value")))
    voulues = {"exigence": resultat.exigence, "scenario": resultat.scenario, "rem": resultat.rem}
    voulues |= {"vague": str(resultat.vague), "section": resultat.section}
    for nom, valeur in voulues.items():
        if portees.get(nom) and affichable(valeur) not in portees[nom]:
            yield ecart(ALLURE_XZ, f"étiquette « {nom} »", resultat, valeur, ", ".join(sorted(portees[nom])))


def comparer_junit(campagne: Campagne, octets: bytes) -> Iterator[Anomalie]:
    """Chaque cas JUnit : verdict, moyen, preuves, issue ; puis les comptes."""
    try:
        lu = etree.fromstring(octets, _analyseur_xml())
    except etree.XMLSyntaxError as erreur:
        yield ecart(JUNIT, f"XML illisible ({erreur})")
        return
    voulu = etree.fromstring(rendre_junit(campagne), _analyseur_xml())
    trouves = dict(_cas(lu))
    for resultat, (cle, faits) in zip(_par_section(campagne), _cas(voulu), strict=True):
        recus = trouves.pop(cle, None)
        if recus is None:
            yield ecart(JUNIT, "ce scénario n'y est pas", resultat)
        elif recus != faits:
            yield ecart(JUNIT, "le cas ne dit pas ce que dit le journal", resultat, dire(faits), dire(recus))
    for cle in trouves:
        yield ecart(JUNIT, f"cas absent du journal : {' '.join(cle)[:200]}")
    for attribut in ("tests", "failures", "errors", "skipped"):
        if lu.get(attribut) != voulu.get(attribut):
            yield ecart(JUNIT, f"compte « {attribut} »", None, str(voulu.get(attribut)), str(lu.get(attribut)))


def _par_section(campagne: Campagne) -> list[ResultatScenario]:
    """Les résultats dans l'ordre du fichier JUnit : une suite par section."""
    sections: dict[str, list[ResultatScenario]] = {}
    for resultat in campagne.resultats:
        sections.setdefault(resultat.section, []).append(resultat)
    return [resultat for groupe in sections.values() for resultat in groupe]


def _cas(racine: etree._Element) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """La clé de chaque cas, et ce qu'il dit : verdict, moyen, preuves, issue."""
    for cas in racine.iter("testcase"):
        valeurs: dict[str, list[str]] = defaultdict(list)
        for propriete in cas.iter("property"):
            valeurs[str(propriete.get("name"))].append(str(propriete.get("value")))
        issue = next((str(e.tag) for e in cas if e.tag in ("failure", "error", "skipped")), "réussi")
        cle = tuple(" ".join(valeurs[nom]) for nom in ("rem", "exigence", "scenario"))
        yield cle, (*valeurs["verdict"], *valeurs["moyen"], issue, *valeurs["preuve"])


def dire(faits: Iterable[str]) -> str:
    """Des faits en une ligne."""
    return ", ".join(fait for fait in faits if fait)[:300]


def comparer_convergence(campagne: Campagne, catalogue: Catalogue, octets: bytes) -> Iterator[Anomalie]:
    """Chaque ligne du classeur contre celle qu'on écrirait : verdict, moyen, raison, pièces et empreintes."""
    trouvees: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for ligne in lire_classeur(octets):
        trouvees[tuple(ligne[nom] for nom in _CLES_CLASSEUR)].append(ligne)
    for voulue in lire_classeur(rendre_convergence(campagne, catalogue)):
        cle = tuple(voulue[nom] for nom in _CLES_CLASSEUR)
        ou = f"ligne du scénario {voulue['N° scénario']}, preuve {voulue['N° preuve'] or 'sans numéro'}"
        scenario = voulue["N° scénario"]
        if not trouvees[cle]:
            yield Anomalie(Domaine.ACCORD, f"{CONVERGENCE} : {ou} absente", CONVERGENCE, scenario=scenario)
            continue
        lue = trouvees[cle].pop(0)
        for colonne in COLONNES_BANC:
            if lue.get(colonne, "") != voulue.get(colonne, ""):
                yield Anomalie(
                    Domaine.ACCORD,
                    f"{CONVERGENCE} : {ou}, colonne « {colonne} »",
                    CONVERGENCE,
                    scenario=scenario,
                    attendu=voulue.get(colonne, "")[:300] or "vide",
                    recu=lue.get(colonne, "")[:300] or "vide",
                )
    for cle, reste in trouvees.items():
        if reste:
            yield Anomalie(
                Domaine.ACCORD, f"{CONVERGENCE} : ligne absente du journal : {' · '.join(cle)[:200]}", CONVERGENCE
            )


def lire_classeur(octets: bytes) -> list[dict[str, str]]:
    """Les lignes de la feuille des exigences, par colonne ; `DossierIllisible` si le classeur n'en est pas un."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            if sum(membre.file_size for membre in archive.infolist()) > limites.CLASSEUR_MAX:
                raise DossierIllisible(f"{CONVERGENCE} : taille décompressée démesurée")
        classeur = load_workbook(io.BytesIO(octets), read_only=True)
        try:
            lignes = classeur[FEUILLE].iter_rows(values_only=True, max_col=len(_COLONNES))
            entete = [str(valeur or "") for valeur in next(lignes)]
            if entete != list(_COLONNES):
                raise DossierIllisible(f"{CONVERGENCE} : les colonnes attendues ne sont pas là")
            return [
                {nom: "" if valeur is None else str(valeur) for nom, valeur in zip(_COLONNES, ligne, strict=False)}
                for ligne in lignes
            ]
        finally:
            classeur.close()
    except DossierIllisible:
        raise
    except Exception as erreur:
        raise DossierIllisible(f"{CONVERGENCE} : classeur illisible ({type(erreur).__name__} : {erreur})") from erreur


def _analyseur_xml() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def ecart(
    membre: str, message: str, resultat: ResultatScenario | None = None, attendu: str = "", recu: str = ""
) -> Anomalie:
    """Une trace qui ne dit pas la même chose que le journal."""
    scenario = resultat.scenario if resultat is not None else ""
    return Anomalie(Domaine.ACCORD, f"{membre} : {message}", membre, scenario=scenario, attendu=attendu, recu=recu)
