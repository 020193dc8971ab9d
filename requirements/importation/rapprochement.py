"""Rapprochement d'un classeur avec notre catalogue : par numéro seulement ; la ressemblance ne fait que proposer."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from requirements import numeros
from requirements.catalogue import Catalogue
from requirements.importation.contenu import Contenu, ExigenceLue, ScenarioLu
from requirements.modele import Exigence

IDENTIQUE = "numéro identique"
SANS_PREFIXE = "même numéro sans préfixe"
DU_SOCLE = "numéro du socle commun"
CONFIRMEE = "confirmée par l'utilisateur"
AMBIGUE = "plusieurs numéros possibles"

_SEUIL = 0.2
_PROPOSITIONS = 3
_LONGUEUR_MOT = 3


@dataclass(frozen=True, slots=True)
class Proposition:
    """Une exigence du classeur qui ressemble à une exigence du catalogue : à une personne de décider."""

    classeur: str
    catalogue: str
    score: float
    contre: str
    """Ce qui a été comparé : notre résumé, ou l'énoncé d'un import précédent."""


def rapprocher(contenu: Contenu, catalogue: Catalogue, confirmees: Mapping[str, str]) -> None:
    """Pose les correspondances d'exigence, de scénario et de preuve, quand le numéro désigne une seule cible."""
    prefixe = catalogue.couloir.prefixe
    exacts = {exigence.id: exigence for exigence in catalogue.exigences}
    nus: dict[str, list[Exigence]] = defaultdict(list)
    socles: dict[str, list[Exigence]] = defaultdict(list)
    for exigence in catalogue.exigences:
        nus[numeros.sans_prefixe(exigence.id, prefixe)].append(exigence)
        if exigence.id_socle:
            socles[numeros.sans_prefixe(exigence.id_socle, prefixe)].append(exigence)
    prises = {lue.id for lue in contenu.exigences if lue.id in exacts}
    for lue in contenu.exigences:
        candidates = [e for e in nus.get(numeros.sans_prefixe(lue.id, prefixe), []) if e.id not in prises]
        if lue.id in confirmees and confirmees[lue.id] in exacts:
            lue.correspondance, lue.methode = confirmees[lue.id], CONFIRMEE
        elif lue.id in exacts:
            lue.correspondance, lue.methode = lue.id, IDENTIQUE
        elif len(candidates) == 1:
            lue.correspondance, lue.methode = candidates[0].id, SANS_PREFIXE
        elif candidates:
            lue.methode = AMBIGUE
        elif len(du_socle := socles.get(numeros.sans_prefixe(lue.id, prefixe), [])) == 1:
            lue.correspondance, lue.methode = du_socle[0].id, DU_SOCLE
    _retirer_les_doubles(contenu)
    for lue in contenu.exigences:
        if lue.correspondance:
            _scenarios(lue, exacts[lue.correspondance], prefixe)


def _retirer_les_doubles(contenu: Contenu) -> None:
    """Deux lignes du classeur qui visent la même exigence : seule une correspondance plus sûre que les autres reste."""
    par_cible: dict[str, list[ExigenceLue]] = defaultdict(list)
    for lue in contenu.exigences:
        if lue.correspondance:
            par_cible[lue.correspondance].append(lue)
    force = {CONFIRMEE: 0, IDENTIQUE: 1, SANS_PREFIXE: 2, DU_SOCLE: 3}
    for lues in par_cible.values():
        meilleure = min(force[lue.methode] for lue in lues)
        premieres = [lue for lue in lues if force[lue.methode] == meilleure]
        for lue in lues:
            if lue not in premieres or len(premieres) > 1:
                lue.correspondance, lue.methode = "", AMBIGUE


def _scenarios(lue: ExigenceLue, exigence: Exigence, prefixe: str) -> None:
    restants = {scenario.id: scenario for scenario in exigence.scenarios}
    for scenario in lue.scenarios:
        trouve = _apparier(scenario.id, restants, prefixe)
        if trouve:
            scenario.correspondance = trouve
            _preuves(scenario, {p.repere: p.id for p in restants.pop(trouve).preuves}, prefixe)


def _preuves(scenario: ScenarioLu, restantes: dict[str, str], prefixe: str) -> None:
    for preuve in scenario.preuves:
        par_numero = {numero: repere for repere, numero in reversed(restantes.items()) if numero}
        trouvee = _apparier(preuve.id, par_numero, prefixe)
        if trouvee:
            preuve.correspondance = par_numero[trouvee]
            del restantes[preuve.correspondance]


def _apparier(numero: str, connus: Iterable[str], prefixe: str) -> str:
    """Le numéro connu égal, à défaut égal sans préfixe, à défaut le seul dont l'un a perdu le début ; sinon rien."""
    if not numero:
        return ""
    nu = numeros.sans_prefixe(numero, prefixe)
    nus = {connu: numeros.sans_prefixe(connu, prefixe) for connu in connus}
    if numero in nus:
        return numero
    for egaux in (
        [connu for connu, forme in nus.items() if forme == nu],
        [connu for connu, forme in nus.items() if f".{forme}".endswith(f".{nu}") or f".{nu}".endswith(f".{forme}")],
    ):
        if len(egaux) == 1:
            return egaux[0]
    return ""


def proposer(contenu: Contenu, catalogue: Catalogue, precedents: Mapping[str, str]) -> list[Proposition]:
    """Pour chaque exigence sans correspondance, les exigences libres du catalogue dont le texte ressemble le plus.

    `precedents` : énoncés d'un import précédent, par numéro du catalogue.
    """
    orphelines = [lue for lue in contenu.exigences if not lue.correspondance and lue.texte]
    prises = {lue.correspondance for lue in contenu.exigences}
    libres = [exigence for exigence in catalogue.exigences if exigence.id not in prises]
    textes = {(exigence.id, "notre résumé"): exigence.resume for exigence in libres}
    textes |= {
        (exigence.id, "l'énoncé importé précédemment"): precedents[exigence.id]
        for exigence in libres
        if precedents.get(exigence.id)
    }
    sacs = {cle: _mots(texte) for cle, texte in textes.items()}
    frequence = Counter(mot for sac in sacs.values() for mot in set(sac))
    propositions: list[Proposition] = []
    for lue in orphelines:
        sac = _mots(lue.texte)
        scores: dict[str, tuple[float, str]] = {}
        for (numero, contre), autre in sacs.items():
            score = _ressemblance(sac, autre, frequence, len(sacs))
            if score >= _SEUIL and score > scores.get(numero, (0.0, ""))[0]:
                scores[numero] = (score, contre)
        meilleurs = sorted(scores.items(), key=lambda couple: (-couple[1][0], couple[0]))[:_PROPOSITIONS]
        propositions += [
            # Une exigence de vague 1 a pu être scindée ou réunie : son ancien numéro ne suffit pas à la rattacher.
            Proposition(lue.id, exigence.id, 1.0, "son ancien numéro de vague 1")
            for exigence in libres
            if lue.id in exigence.ids_vague1
        ]
        propositions += [Proposition(lue.id, numero, round(score, 2), contre) for numero, (score, contre) in meilleurs]
    return propositions


def _mots(texte: str) -> Counter[str]:
    plat = unicodedata.normalize("NFKD", texte.lower())
    plat = "".join(signe for signe in plat if not unicodedata.combining(signe))
    return Counter(mot for mot in re.findall(r"[a-z0-9]+", plat) if len(mot) >= _LONGUEUR_MOT)


def _ressemblance(un: Counter[str], autre: Counter[str], frequence: Counter[str], nombre: int) -> float:
    """Cosinus pondéré : un mot rare dans le catalogue compte plus qu'un mot courant."""

    def poids(sac: Counter[str]) -> dict[str, float]:
        return {mot: n * math.log((1 + nombre) / (1 + frequence[mot])) for mot, n in sac.items()}

    a, b = poids(un), poids(autre)
    norme = math.sqrt(sum(p * p for p in a.values()) * sum(p * p for p in b.values()))
    return sum(p * b[mot] for mot, p in a.items() if mot in b) / norme if norme else 0.0
