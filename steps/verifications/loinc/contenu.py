"""Ce qu'un export dit, comparé à ce que le logiciel montre du même catalogue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from reports.constat import Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.loinc.catalogue import Objet, de_nature, designations, lire_objets
from steps.verifications.loinc.fichiers import Objets, ouvrir
from steps.verifications.loinc.rattachement import chapitre_de_ligne, partie_de_ligne
from steps.verifications.loinc.regles_export import R_CHAPITRES, R_DEMANDES, R_FACULTATIFS, R_LIGNES, R_RESULTATS
from steps.verifications.registre import verification

Ecart = tuple[str, str, str]
"""Attendu, reçu, où."""


def _conclure(regle: Regle, ecarts: Sequence[Ecart], message: str, compte: str, ou: str) -> Constat:
    if not ecarts:
        return regle.respectee(recu=compte, ou=ou)
    attendu, recu, place = ecarts[0]
    return juger(regle, False, f"{message} ({len(ecarts)} écart(s)).", attendu=attendu, recu=recu, ou=place)


def _a_comparer(regle: Regle, fichier: str) -> Constat:
    """Personne n'a relevé le catalogue montré."""
    return regle.a_regarder("Comparez le fichier exporté à ce que l'écran montre du catalogue.", ou=fichier)


@verification(R_CHAPITRES)
def chapitres_exportes(octets: bytes, objets: Objets) -> Constat:
    """LOINC_1 contre les chapitres et sous-chapitres montrés, dans les deux sens."""
    if not objets:
        return _a_comparer(R_CHAPITRES, "LOINC_1")
    lus = lire_objets(objets)
    chapitres, parties = de_nature(lus, "chapitre"), de_nature(lus, "sous_chapitre")
    vus: set[tuple[str, str, str]] = set()
    ecarts: list[Ecart] = []
    export = ouvrir("LOINC_1", octets, objets)
    for ligne, (code, libelle, code_partie, libelle_partie) in zip(export.donnees, export.lignes(), strict=True):
        ou = f"LOINC_1, ligne {ligne.rang}"
        chapitre = chapitre_de_ligne((code, libelle), chapitres)
        if chapitre is None:
            ecarts.append(("un chapitre que le logiciel montre", f"{code} ; {libelle}", ou))
            continue
        vus.add(chapitre.cle)
        if not code_partie and not libelle_partie:
            continue
        partie = partie_de_ligne(("", "", code_partie, libelle_partie), chapitre, parties)
        if partie is None:
            attendu = f"un sous-chapitre que le logiciel montre dans « {libelle} »"
            ecarts.append((attendu, f"{code_partie} ; {libelle_partie}", ou))
            continue
        vus.add(partie.cle)
    ecarts += [(o.nom, "absent de l'export", "LOINC_1") for o in (*chapitres, *parties) if o.cle not in vus]
    compte = f"{len(chapitres)} chapitres et {len(parties)} sous-chapitres, les mêmes des deux côtés"
    return _conclure(R_CHAPITRES, ecarts, "L'export et le catalogue montré diffèrent", compte, "LOINC_1")


@verification(R_DEMANDES, R_LIGNES)
def demandes_exportees(octets: bytes, objets: Objets) -> list[Constat]:
    """LOINC_2 contre les examens montrés, leurs chapitres, et les analyses qui disent appartenir à chacun."""
    if not objets:
        return [_a_comparer(R_DEMANDES, "LOINC_2"), _a_comparer(R_LIGNES, "LOINC_2")]
    lus = lire_objets(objets)
    examens = {e.code: e for e in de_nature(lus, "examen")}
    analyses = {a.code: a for a in de_nature(lus, "analyse")}
    portees = {code: {a.code for a in analyses.values() if code in a.examens} for code in examens}
    lignes: dict[str, Counter[str]] = {code: Counter() for code in examens}
    ecarts: list[Ecart] = []
    export = ouvrir("LOINC_2", octets, objets)
    for ligne, champs in zip(export.donnees, export.lignes(), strict=True):
        ou = f"LOINC_2, ligne {ligne.rang}"
        examen, analyse = examens.get(champs[0]), analyses.get(champs[7])
        if examen is None:
            ecarts.append(("un examen que le logiciel montre", f"{champs[0]} ; {champs[1]}", ou))
            continue
        lignes[examen.code][champs[7]] += 1
        for nature, champ, montre in (
            ("chapitre", champs[3], examen.chapitre),
            ("sous_chapitre", champs[4], examen.sous_chapitre),
        ):
            if champ and montre and champ not in designations(lus, nature, montre):
                ecarts.append((f"{nature.replace('_', '-')} {montre}", champ, ou))
        if examen.libelle != champs[1]:
            ecarts.append((examen.libelle, champs[1], f"{ou}, libellé de l'examen"))
        if analyse is None or analyse.libelle != champs[8]:
            attendu = f"{analyse.code} ; {analyse.libelle}" if analyse else "une analyse que le logiciel montre"
            ecarts.append((attendu, f"{champs[7]} ; {champs[8]}", ou))
    absents = [e for code, e in examens.items() if not lignes[code] and (portees[code] or not any(portees.values()))]
    ecarts += [(examen.nom, "absent de l'export", "LOINC_2") for examen in absents]
    compte = f"{len(examens)} examens sur {len(export.donnees)} lignes, comme le logiciel les montre"
    return [
        _conclure(R_DEMANDES, ecarts, "L'export et le catalogue montré diffèrent", compte, "LOINC_2"),
        _lignes_par_analyse(examens, portees, lignes),
    ]


def _lignes_par_analyse(
    examens: Mapping[str, Objet], portees: Mapping[str, set[str]], lignes: Mapping[str, Counter[str]]
) -> Constat:
    if not any(portees.values()):
        return R_LIGNES.a_regarder(
            "Le logiciel ne montre pas quelles analyses chaque examen porte : comptez les lignes de l'export.",
            recu=f"{sum(sum(c.values()) for c in lignes.values())} lignes pour {len(lignes)} examens",
            ou="LOINC_2",
        )
    if not any(len(codes) > 1 for codes in portees.values()):
        return R_LIGNES.sans_objet("aucun examen ne porte plusieurs analyses : ajoutez-en un à la base d'essai")
    ecarts = [
        (f"{len(codes)} ligne(s) : {', '.join(sorted(codes))}", _compter(lignes[code]), f"LOINC_2, {examens[code].nom}")
        for code, codes in portees.items()
        if lignes[code] != Counter(codes)
    ]
    plusieurs = sum(len(codes) > 1 for codes in portees.values())
    compte = f"{plusieurs} examens de plusieurs analyses, autant de lignes que d'analyses"
    return _conclure(R_LIGNES, ecarts, "Un examen n'a pas une ligne par analyse", compte, "LOINC_2")


def _compter(lignes: Counter[str]) -> str:
    return f"{sum(lignes.values())} ligne(s) : {', '.join(sorted(lignes.elements())) or 'aucune'}"


@verification(R_RESULTATS)
def resultats_exportes(octets: bytes, objets: Objets) -> Constat:
    """LOINC_3 contre les analyses montrées, dans les deux sens."""
    if not objets:
        return _a_comparer(R_RESULTATS, "LOINC_3")
    analyses = {a.code: a for a in de_nature(lire_objets(objets), "analyse")}
    export = ouvrir("LOINC_3", octets, objets)
    ecarts: list[Ecart] = []
    vues: set[str] = set()
    for ligne, champs in zip(export.donnees, export.lignes(), strict=True):
        analyse = analyses.get(champs[0])
        vues.add(champs[0])
        if analyse is None or analyse.libelle != champs[1]:
            attendu = f"{analyse.code} ; {analyse.libelle}" if analyse else "une analyse que le logiciel montre"
            ecarts.append((attendu, f"{champs[0]} ; {champs[1]}", f"LOINC_3, ligne {ligne.rang}"))
    ecarts += [(a.nom, "absente de l'export", "LOINC_3") for code, a in analyses.items() if code not in vues]
    compte = f"{len(analyses)} analyses, les mêmes des deux côtés"
    return _conclure(R_RESULTATS, ecarts, "L'export et le catalogue montré diffèrent", compte, "LOINC_3")


_COLONNES: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "LOINC_2": {"synonyme": (2,), "milieu": (5,), "nabm": (6,)},
    "LOINC_3": {
        "synonyme": (2,),
        "grandeur": (3,),
        "unite": (5, 4),
        "temporalite": (6,),
        "milieu": (8, 7),
        "echelle": (9,),
        "technique": (10,),
        "nabm": (11,),
    },
}
"""Champ montré → rangs où l'export le porte ; le premier est le libellé, le second le code."""
_CODES_NABM = re.compile(r"\d{3,4}|HN", re.IGNORECASE)
_INTRUS = {6: re.compile(r"(QN|ORD|NOM|NAR)", re.IGNORECASE), 9: re.compile(r"(PT|\d+ ?H)", re.IGNORECASE)}
"""LOINC_3 : une échelle n'est pas une temporalité, ni l'inverse."""


@verification(R_FACULTATIFS)
def facultatifs_exportes(fichier: str, octets: bytes, objets: Objets) -> list[Constat]:
    """Champs facultatifs remplis de LOINC_2 ou 3 contre ce que le logiciel montre ; aucun constat s'il n'y en a pas."""
    par_code = {o.code: o for o in de_nature(lire_objets(objets), "examen" if fichier == "LOINC_2" else "analyse")}
    colonnes = _COLONNES[fichier]
    rang_nabm = colonnes["nabm"][0]
    export = ouvrir(fichier, octets, objets)
    ecarts: list[Ecart] = []
    compares = 0
    for ligne, champs in zip(export.donnees, export.lignes(), strict=True):
        objet = par_code.get(champs[0])
        for nom, rangs in colonnes.items():
            remplis = [champs[rang] for rang in rangs if champs[rang]]
            montre = objet.champs.get(nom) if objet else None
            if not remplis or not montre:
                continue
            compares += 1
            if not any(_morceaux(champ) == _morceaux(montre) for champ in remplis):
                ou = f"{fichier}, ligne {ligne.rang}, {export.format.champs[rangs[0]]}"
                ecarts.append((montre, " ; ".join(remplis), ou))
        if champs[rang_nabm] and not _CODES_NABM.search(champs[rang_nabm]):
            ecarts.append(("codes NABM, ou HN", champs[rang_nabm], f"{fichier}, ligne {ligne.rang}, codes NABM ou HN"))
        for rang, intrus in _INTRUS.items() if fichier == "LOINC_3" else ():
            if intrus.fullmatch(champs[rang]):
                ou = f"{fichier}, ligne {ligne.rang}, {export.format.champs[rang]}"
                ecarts.append((f"une {export.format.champs[rang]}, ou rien", champs[rang], ou))
    if not compares and not ecarts:
        return []
    compte = f"{compares} champs comparés à ce que le logiciel montre"
    return [_conclure(R_FACULTATIFS, ecarts, "Un champ facultatif n'est pas à sa place", compte, fichier)]


def _morceaux(valeur: str) -> set[str]:
    """Les mots d'un champ, sans leur ordre : des codes ou des synonymes se séparent de bien des façons."""
    return set(re.findall(r"[^\s,;/|+]+", valeur.casefold()))
