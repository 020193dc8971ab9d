"""Les fichiers LOINC_4, 5 et 6 que rendrait un transcodeur : l'export du logiciel, tel quel, suivi des codes LOINC."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from steps.verifications.loinc.catalogue import Cle, Objet
from steps.verifications.loinc.export import Export
from steps.verifications.loinc.lecture import Enregistrement
from steps.verifications.loinc.rattachement import objets_de_ligne


def _reserve(table: str) -> dict[str, str]:
    return {ligne[: ligne.index(" ")]: ligne[ligne.index(" ") + 1 :] for ligne in table.strip().splitlines()}


CHAPITRES = _reserve("""
18717-9 Immuno-hématologie
18718-7 Marqueurs cellulaires
18719-5 Biochimie
18720-3 Coagulation
18721-1 Suivi thérapeutique
18722-9 Fertilité
18723-7 Hématologie
18724-5 Groupage HLA
18725-2 Microbiologie
18727-8 Sérologie
18728-6 Toxicologie
18729-4 Examen des urines
18767-4 Gaz du sang
18768-2 Numération et formule
18769-0 Antibiogramme
26435-8 Biologie moléculaire
26436-6 Examens de laboratoire
26437-4 Épreuves dynamiques
""")
"""Codes LOINC de chapitres, du plus courant usage."""

ANALYSES = _reserve("""
2951-2 Sodium, sérum ou plasma
2823-3 Potassium, sérum ou plasma
2075-0 Chlorure, sérum ou plasma
14682-9 Créatinine, sérum ou plasma
22664-7 Urée, sérum ou plasma
14749-6 Glucose, sérum ou plasma
2000-8 Calcium, sérum ou plasma
14879-1 Phosphate, sérum ou plasma
2885-2 Protéines, sérum ou plasma
1751-7 Albumine, sérum ou plasma
1988-5 Protéine C réactive, sérum ou plasma
14647-2 Cholestérol, sérum ou plasma
14927-8 Triglycérides, sérum ou plasma
14646-4 Cholestérol HDL, sérum ou plasma
1742-6 Alanine aminotransférase, sérum ou plasma
1920-8 Aspartate aminotransférase, sérum ou plasma
2324-2 Gamma-glutamyltransférase, sérum ou plasma
6768-6 Phosphatase alcaline, sérum ou plasma
14631-6 Bilirubine totale, sérum ou plasma
2276-4 Ferritine, sérum ou plasma
14798-3 Fer, sérum ou plasma
3016-3 Thyréostimuline, sérum ou plasma
14920-3 Thyroxine libre, sérum ou plasma
4548-4 Hémoglobine A1c, sang
718-7 Hémoglobine, sang
4544-3 Hématocrite, sang
789-8 Hématies, sang
6690-2 Leucocytes, sang
777-3 Plaquettes, sang
787-2 Volume globulaire moyen
785-6 Teneur corpusculaire moyenne en hémoglobine
786-4 Concentration corpusculaire moyenne en hémoglobine
770-8 Polynucléaires neutrophiles, sang
736-9 Lymphocytes, sang
5902-2 Temps de Quick
6301-6 INR
3173-2 Temps de céphaline avec activateur
3255-7 Fibrinogène, plasma
2857-1 Antigène prostatique spécifique, sérum ou plasma
2157-6 Créatine kinase, sérum ou plasma
""")
"""Codes LOINC d'analyses courantes : ceux que le banc donne pour le jeu de valeurs, et que tout jeu à jour contient."""

HORS_JEU = _reserve("""
8302-2 Taille du corps
29463-7 Poids du corps
8867-4 Fréquence cardiaque
8310-5 Température du corps
8480-6 Pression artérielle systolique
9279-1 Fréquence respiratoire
""")
"""Vrais codes LOINC qui ne sont pas de la biologie : aucun jeu de valeurs de la biologie ne les contient."""

LIBELLES = {**CHAPITRES, **ANALYSES, **HORS_JEU}
JEU_DE_VALEURS = sorted({*CHAPITRES, *ANALYSES})


def objets_de_l_export(export: Export) -> list[dict[str, str]]:
    """Les objets qu'un export nomme, à la manière du contrat : quand personne ne relève ce que l'écran montre."""
    objets: dict[tuple[str, ...], dict[str, str]] = {}
    for champs in export.lignes():
        if export.fichier == "LOINC_1":
            code, libelle, code_partie, libelle_partie = champs
            objets[("chapitre", code, libelle)] = {"nature": "chapitre", "code": code, "libelle": libelle}
            if code_partie or libelle_partie:
                partie = {"nature": "sous_chapitre", "code": code_partie, "libelle": libelle_partie}
                objets[("sous_chapitre", *champs)] = {**partie, "chapitre": code or libelle}
        else:
            nature = "examen" if export.fichier == "LOINC_2" else "analyse"
            objets[(nature, champs[0])] = {"nature": nature, "code": champs[0], "libelle": champs[1]}
    return list(objets.values())


def distribuer(objets: Sequence[Objet], reserve: Collection[str], graine: str) -> dict[Cle, str]:
    """Un code à chaque objet, autre que celui qu'il a ; tous différents tant que la réserve suffit."""
    codes = list(reserve)
    depart = int.from_bytes(hashlib.sha256(graine.encode()).digest()[:4], "big") % len(codes)
    tours = [[codes[(rang + depart + tour) % len(codes)] for rang in range(len(objets))] for tour in range(len(codes))]
    choisi = min(tours, key=lambda tour: sum(o.code_loinc == code for o, code in zip(objets, tour, strict=True)))
    return {objet.cle: code for objet, code in zip(objets, choisi, strict=True)}


def echanger(objets: Sequence[Objet]) -> dict[Cle, str]:
    """Un objet sur deux prend le code du suivant des mêmes ; les autres gardent le leur."""
    gardes = {objet.cle: objet.code_loinc for objet in objets if objet.code_loinc}
    pairs = list(gardes)[::2]
    return gardes | {cle: gardes[suivant] for cle, suivant in zip(pairs, [*pairs[1:], *pairs[:1]], strict=True)}


def composer(
    export: Export, objets: Sequence[Objet], codes: Mapping[Cle, Sequence[str]], *, cote_a_cote: bool = False
) -> bytes:
    """Chaque ligne de l'export, telle quelle, suivie de ses codes et libellés LOINC.

    Un objet à plusieurs codes revient sur autant de lignes, ou les porte `cote_a_cote` sur la sienne.
    """
    lignes: list[str] = []
    if export.entete:
        quoi = {"LOINC_1": ("chapitre", "sous-chapitre"), "LOINC_2": ("examen",), "LOINC_3": ("analyse",)}
        noms = [f"{nom} LOINC {objet}" for objet in quoi[export.fichier] for nom in ("code", "libellé")]
        lignes.append(_suivre(export, export.entete, noms))
    for ligne, champs in zip(export.donnees, export.lignes(), strict=True):
        portes = objets_de_ligne(export.fichier, champs, objets)
        suites = [codes.get(objet.cle, ()) if objet else () for objet in portes]
        fois = 1 if cote_a_cote else max((len(suite) for suite in suites), default=0) or 1
        for rang in range(fois):
            voulus = [(suite if cote_a_cote else suite[rang : rang + 1]) or ("",) for suite in suites]
            lignes.append(_suivre(export, ligne, [t for suite in voulus for code in suite for t in _paire(code)]))
    texte = "".join(ligne + export.csv.fin_de_ligne for ligne in lignes)
    return texte.encode(export.csv.encodage)


def _paire(code: str) -> list[str]:
    return [code, LIBELLES.get(code, "")]


def _suivre(export: Export, ligne: Enregistrement, champs: Sequence[str]) -> str:
    """La ligne, ramenée au nombre de champs prévu, puis ces champs."""
    de_trop = len(ligne.champs) - len(export.format.champs)
    reprise = ligne.texte.rstrip()[:-de_trop] if de_trop > 0 else ligne.texte + ";" * -de_trop
    return ";".join((reprise, *champs))
