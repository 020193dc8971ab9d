"""Le catalogue d'un petit laboratoire de démonstration ; les codes LOINC déjà saisis datent de l'installation."""

from __future__ import annotations

from datetime import UTC, datetime

from simulators.logiciel_temoin.catalogue_modele import AnalyseCatalogue, Catalogue, Examen, Rubrique, SousChapitre

INSTALLATION = datetime(2025, 3, 14, 8, 30, tzinfo=UTC)

# code | libellé | code LOINC déjà saisi ; un chapitre n'a pas toujours de code.
_CHAPITRES = """
BIO|Biochimie|18719-5
HEM|Hématologie|
COA|Hémostase ; coagulation|
MIC|Bactériologie et parasitologie|
|Hormonologie|
IMM|Immunologie – sérologie|
"""
# chapitre | code | libellé | code LOINC déjà saisi
_SOUS_CHAPITRES = """
BIO|BIO-SG|Biochimie du sang|18719-5
BIO|BIO-UR|Biochimie des urines|
BIO|BIO-LCR|Biochimie du L.C.R. ; liquides de ponction|
HEM|HEM-NF|Numération et formule|
HEM||Immuno-hématologie (« groupage »)|
COA|COA-1|Bilan d'hémostase|
MIC|MIC-UR|Cytobactériologie des urines|
Hormonologie|HOR-TH|Thyroïde|
IMM|IMM-VI|Sérologies virales|
"""
# code, libellé, synonyme, grandeur, code unité, unité, temporalité, code milieu, milieu, échelle, technique, NABM
_ANALYSES = """
NA|Sodium|Natrémie|Concentration en substance|MMOLL|mmol/L|PT|SG|Sérum/plasma|QN|Potentiométrie|1610
K|Potassium|Kaliémie|Concentration en substance|MMOLL|mmol/L|PT|SG|Sérum/plasma|QN|Potentiométrie|1609
CL|Chlorure|Chlorémie|Concentration en substance|MMOLL|mmol/L|PT|SG|Sérum/plasma|QN|Potentiométrie|1608
CREA|Créatinine|Créatininémie|Concentration en substance|UMOLL|µmol/L|PT|SG|Sérum/plasma|QN|Enzymatique|0592
DFG|Débit de filtration glomérulaire estimé ; CKD-EPI|DFG|Débit|MLMN|mL/min/1,73 m²|PT|SG|Sérum/plasma|QN|Calcul|
UREE|Urée|Azotémie|Concentration en substance|MMOLL|mmol/L|PT|SG|Sérum/plasma|QN||0591
GLY|Glucose|Glycémie|Concentration en substance|MMOLL|mmol/L|PT|SG|Sérum/plasma|QN|Hexokinase|0552
PRU24|Protéines des urines de 24 heures|Protéinurie|Masse par 24 h|G24H|g/24 h|24H|UR|Urine|QN|Rouge de pyrogallol|2004
HB|Hémoglobine|Hb|Concentration en masse|GDL|g/dL|PT|ST|Sang total|QN|Photométrie|1104
HT|Hématocrite|Ht|Fraction volumique|PCT|%|PT|ST|Sang total|QN|Calcul|1104
GR|Hématies|Globules rouges|Nombre|T|10*12/L|PT|ST|Sang total|QN|Impédance|1104
GB|Leucocytes|Globules blancs|Nombre|G|10*9/L|PT|ST|Sang total|QN|Cytométrie|1104
PLAQ|Plaquettes|Thrombocytes|Nombre|G|10*9/L|PT|ST|Sang total|QN|Impédance|1104
TP|Taux de prothrombine ; temps de Quick|TP|Fraction d'activité|PCT|%|PT|PC|Plasma citraté|QN|Chronométrie|0126
INR|International normalized ratio|INR|Rapport||1|PT|PC|Plasma citraté|QN|Chronométrie|0126
FIB|Fibrinogène|Facteur I|Concentration en masse|GL|g/L|PT|PC|Plasma citraté|QN|von Clauss|0174
TSH|Thyréostimuline ultra-sensible|TSH « us »|Activité|MUIL|mUI/L|PT|SG|Sérum/plasma|QN|Immuno-dosage|1208
T4L|Thyroxine libre|T4L|Concentration en substance|PMOLL|pmol/L|PT|SG|Sérum/plasma|QN|Immuno-dosage|1209
AGHBS|Antigène HBs|Ag HBs|Présence||||SG|Sérum/plasma|ORD|Immuno-dosage|0322
NITU|Nitrites des urines|Nitrites|Présence|||PT|UR|Urine|ORD|Bandelette|HN
LEUU|Leucocytes des urines|Leucocyturie|Nombre|ML|/mL|PT|UR|Urine|QN|Microscopie|5201
RAI|Recherche d'agglutinines irrégulières|RAI|Présence|||PT|ST|Sang total|ORD|Hémagglutination|1140
"""
# code | libellé | synonyme | chapitre | sous-chapitre | milieu | NABM | analyses
_EXAMENS = """
IONO|Ionogramme sanguin|Iono ; Na K Cl|BIO|BIO-SG|Sérum/plasma|1610, 1609, 1608|NA CL K
NAS|Sodium seul|Natrémie|BIO|BIO-SG|Sérum/plasma|1610|NA
CREAT|Créatinine et débit de filtration|Fonction rénale|BIO|BIO-SG|Sérum/plasma|0592|CREA DFG
UREES|Urée|Azotémie|BIO|BIO-SG|Sérum/plasma|0591|UREE
GLYC|Glycémie à jeun|Glucose|BIO|BIO-SG|Sérum/plasma|0552|GLY
PROT24|Protéinurie des 24 heures||BIO|BIO-UR|Urine|2004|PRU24
NFS|Numération formule sanguine ; plaquettes|Hémogramme|HEM|HEM-NF|Sang total|1104|HB HT GR GB PLAQ
PLAQS|Plaquettes seules|Thrombocytes|HEM|HEM-NF|Sang total|1104|PLAQ
COAG|Bilan de coagulation|Hémostase|COA|COA-1|Plasma citraté|0126 0174|TP INR FIB
INRS|INR (suivi d'antivitamine K)|AVK|COA|COA-1|Plasma citraté|0126|INR
THYR|Bilan thyroïdien|TSH, T4|Hormonologie|HOR-TH|Sérum/plasma|1208 1209|TSH T4L
TSHS|TSH|Thyréostimuline|Hormonologie|HOR-TH|Sérum/plasma|1208|TSH
HBS|Dépistage de l'hépatite B|Ag HBs|IMM|IMM-VI|Sérum/plasma|0322|AGHBS
ECBU|Examen cytobactériologique des urines|E.C.B.U.|MIC|MIC-UR|Urine|5201|LEUU NITU
BU|Bandelette urinaire à l'accueil|Nitrites|MIC|MIC-UR|Urine|HN|NITU
RAIS|Recherche d'agglutinines irrégulières|R.A.I.|HEM|Immuno-hématologie (« groupage »)|Sang total|1140|RAI
"""
_LOINC = {"IONO": "24326-1", "GLYC": "14749-6", "NA": "2951-2", "HB": "718-7"}


def _lignes(table: str) -> list[list[str]]:
    return [[champ.strip() for champ in ligne.split("|")] for ligne in table.strip().splitlines()]


def _dater(objet: Rubrique, code_loinc: str) -> None:
    if code_loinc:
        objet.code_loinc = code_loinc
        objet.loinc_cree_le = objet.loinc_modifie_le = INSTALLATION


def catalogue_installe() -> Catalogue:
    """Le catalogue tel que l'installation le livre."""
    catalogue = Catalogue(
        chapitres=[Rubrique("chapitre", code, libelle) for code, libelle, _ in _lignes(_CHAPITRES)],
        sous_chapitres=[
            SousChapitre("sous_chapitre", code, libelle, chapitre=chapitre)
            for chapitre, code, libelle, _ in _lignes(_SOUS_CHAPITRES)
        ],
        examens=[_examen(champs) for champs in _lignes(_EXAMENS)],
        analyses=[_analyse(champs) for champs in _lignes(_ANALYSES)],
    )
    for objet, champs in zip(catalogue.chapitres, _lignes(_CHAPITRES), strict=True):
        _dater(objet, champs[-1])
    for partie, champs in zip(catalogue.sous_chapitres, _lignes(_SOUS_CHAPITRES), strict=True):
        _dater(partie, champs[-1])
    for rubrique in (*catalogue.examens, *catalogue.analyses):
        _dater(rubrique, _LOINC.get(rubrique.code, ""))
    return catalogue


def _analyse(champs: list[str]) -> AnalyseCatalogue:
    code, libelle, synonyme, grandeur, code_unite, unite, temps, code_milieu, milieu, echelle, technique, nabm = champs
    return AnalyseCatalogue(
        "analyse",
        code,
        libelle,
        synonyme=synonyme,
        grandeur=grandeur,
        code_unite=code_unite,
        unite=unite,
        temporalite=temps,
        code_milieu=code_milieu,
        milieu=milieu,
        echelle=echelle,
        technique=technique,
        nabm=nabm,
    )


def _examen(champs: list[str]) -> Examen:
    code, libelle, synonyme, chapitre, sous_chapitre, milieu, nabm, analyses = champs
    return Examen(
        "examen",
        code,
        libelle,
        synonyme=synonyme,
        chapitre=chapitre,
        sous_chapitre=sous_chapitre,
        milieu=milieu,
        nabm=nabm,
        analyses=tuple(analyses.split()),
    )
