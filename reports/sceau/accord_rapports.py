"""Le journal d'un côté, Allure, JUnit, le classeur et le rapport de l'autre : les mêmes verdicts partout ?"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree, html
from openpyxl import load_workbook

from reports.allure import STATUTS
from reports.campagne import Campagne
from reports.convergence import COLONNES_BANC, COLONNES_CONVERGENCE, FEUILLE, rendre_convergence
from reports.convergence import NOM as CONVERGENCE
from reports.junit import NOM as JUNIT
from reports.junit import rendre_junit
from reports.rapport import NOM as RAPPORT
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
            yield _ecart(ALLURE_XZ, "aucun résultat pour ce scénario", resultat)
            continue
        contenu = lu[1]
        if contenu.get("status") != (voulu := STATUTS[resultat.verdict]):
            yield _ecart(ALLURE_XZ, "le statut n'est pas celui du verdict", resultat, voulu, str(contenu.get("status")))
            continue
        message = str((contenu.get("statusDetails") or {}).get("message") or "")
        libelle = resultat.verdict.libelle
        if message and voulu != "passed" and not re.match(rf"(?:[\w.]+: )?{libelle}(?:\W|$)", message):
            yield _ecart(ALLURE_XZ, "la phrase ne dit pas le verdict", resultat, libelle, message[:120])
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
            yield _ecart(ALLURE_XZ, f"étiquette « {nom} »", resultat, valeur, ", ".join(sorted(portees[nom])))


def comparer_junit(campagne: Campagne, octets: bytes) -> Iterator[Anomalie]:
    """Chaque cas JUnit : verdict, moyen, preuves, issue ; puis les comptes."""
    try:
        lu = etree.fromstring(octets, _analyseur_xml())
    except etree.XMLSyntaxError as erreur:
        yield _ecart(JUNIT, f"XML illisible ({erreur})")
        return
    voulu = etree.fromstring(rendre_junit(campagne), _analyseur_xml())
    trouves = dict(_cas(lu))
    for resultat, (cle, faits) in zip(_par_section(campagne), _cas(voulu), strict=True):
        recus = trouves.pop(cle, None)
        if recus is None:
            yield _ecart(JUNIT, "ce scénario n'y est pas", resultat)
        elif recus != faits:
            yield _ecart(JUNIT, "le cas ne dit pas ce que dit le journal", resultat, _dire(faits), _dire(recus))
    for cle in trouves:
        yield _ecart(JUNIT, f"cas absent du journal : {' '.join(cle)[:200]}")
    for attribut in ("tests", "failures", "errors", "skipped"):
        if lu.get(attribut) != voulu.get(attribut):
            yield _ecart(JUNIT, f"compte « {attribut} »", None, str(voulu.get(attribut)), str(lu.get(attribut)))


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


def _dire(faits: Iterable[str]) -> str:
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


def comparer_rapport(campagne: Campagne, octets: bytes) -> Iterator[Anomalie]:
    """Chaque verdict que le rapport montre, et aucun script qui en montrerait d'autres."""
    try:
        page = html.document_fromstring(octets, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.LxmlError, ValueError) as erreur:
        yield _ecart(RAPPORT, f"page illisible ({erreur})")
        return
    if page.xpath("//script | //iframe | //object | //embed | //@*[starts-with(name(), 'on')]"):
        yield _ecart(RAPPORT, "la page porte un script ou un objet : le banc n'en écrit jamais")
    voulus: dict[str, set[str]] = defaultdict(set)
    for resultat in campagne.resultats:
        voulus[affichable(resultat.scenario)].add(resultat.verdict.value)
    montres: dict[str, set[str]] = defaultdict(set)
    for numero, verdict in _verdicts_montres(page, voulus):
        montres[numero].add(verdict)
    for resultat in campagne.resultats:
        vus = montres.pop(affichable(resultat.scenario), set())
        attendus = voulus[affichable(resultat.scenario)]
        if not vus:
            yield _ecart(RAPPORT, "ce scénario n'y est pas montré", resultat)
        elif vus != attendus and len(attendus) == 1:
            yield _ecart(
                RAPPORT, "le verdict montré n'est pas celui du journal", resultat, _dire(attendus), _dire(sorted(vus))
            )
        montres[affichable(resultat.scenario)] = vus
    for numero in montres.keys() - voulus.keys():
        yield _ecart(RAPPORT, f"scénario montré et absent du journal : {numero[:120]}")


def _verdicts_montres(page: html.HtmlElement, connus: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """(numéro, verdict) à chaque endroit : l'entrée du scénario, sa couleur, et les tableaux qui le citent."""
    for bloc in page.xpath("//*[contains(concat(' ', @class, ' '), ' scenario ')]"):
        numeros = bloc.xpath("(.//*[contains(concat(' ', @class, ' '), ' num ')])[1]")
        if not numeros:
            continue
        numero = numeros[0].text_content().strip()
        for classe in str(bloc.get("class")).split():
            if classe.startswith("v-"):
                yield numero, classe.removeprefix("v-")
        for pastille in bloc.xpath("./*[contains(concat(' ', @class, ' '), ' entete ')]" + _PASTILLE):
            yield from ((numero, verdict) for verdict in _verdict(pastille))
    for rangee in page.xpath("//tr[.//a[starts-with(@href, '#scenario-')]]"):
        numeros = {a.text_content().strip() for a in rangee.xpath(".//a[starts-with(@href, '#scenario-')]")}
        if len(numeros) == 1 and (numero := numeros.pop()) in connus:
            for pastille in rangee.xpath("." + _PASTILLE):
                yield from ((numero, verdict) for verdict in _verdict(pastille))


_PASTILLE = "//span[contains(concat(' ', @class, ' '), ' verdict ')]"


def _verdict(pastille: html.HtmlElement) -> Iterator[str]:
    """La classe de la pastille, et le verdict dont elle porte le nom : les deux doivent s'accorder."""
    texte = pastille.text_content().strip()
    for verdict in STATUTS:
        if verdict.value in str(pastille.get("class")).split():
            yield verdict.value
        if texte.partition(" ")[2] == verdict.libelle:
            yield verdict.value


def _analyseur_xml() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _ecart(
    membre: str, message: str, resultat: ResultatScenario | None = None, attendu: str = "", recu: str = ""
) -> Anomalie:
    scenario = resultat.scenario if resultat is not None else ""
    return Anomalie(Domaine.ACCORD, f"{membre} : {message}", membre, scenario=scenario, attendu=attendu, recu=recu)
