"""Règles de l'intégration des codes LOINC, de son rapport, des corrections à la main et des dates."""

from __future__ import annotations

from reports.constat import Confiance, Regle
from steps.verifications.sources import REM_BIO

_INTEGRER = "Donnez à chaque objet le code LOINC de sa ligne, et rien aux autres."

R_ACCEPTE = Regle(
    "LOI-INT-01",
    "Le logiciel intègre un fichier du transcodeur nommé et formé comme l'exigence le dit",
    REM_BIO.format("SGL.LOI/va1.04, va1.05 ou va1.06"),
    Confiance.OFFICIELLE,
    "Acceptez les champs de l'export suivis des codes et libellés LOINC, sous le nom prévu.",
)
R_INTEGRES = {
    "LOINC_4": Regle(
        "LOI-INT-02",
        "Chaque chapitre et chaque sous-chapitre porte le code LOINC que le fichier LOINC_4 lui donne",
        REM_BIO.format("SGL.LOI/va1.04"),
        Confiance.OFFICIELLE,
        _INTEGRER,
    ),
    "LOINC_5": Regle(
        "LOI-INT-03",
        "Chaque examen prescriptible porte le code LOINC que le fichier LOINC_5 lui donne",
        REM_BIO.format("SGL.LOI/va1.05"),
        Confiance.OFFICIELLE,
        _INTEGRER,
    ),
    "LOINC_6": Regle(
        "LOI-INT-04",
        "Chaque analyse de résultat porte le code LOINC que le fichier LOINC_6 lui donne",
        REM_BIO.format("SGL.LOI/va1.06"),
        Confiance.OFFICIELLE,
        _INTEGRER,
    ),
}
R_AUTRES = Regle(
    "LOI-INT-05",
    "L'intégration d'un fichier ne change pas le code LOINC des objets dont il ne parle pas",
    REM_BIO.format("SGL.LOI/va1.04, va1.05 ou va1.06"),
    Confiance.OFFICIELLE,
    _INTEGRER,
)
_RAPPORT = REM_BIO.format("SGL.LOI/va1.07")
R_RAPPORT = Regle(
    "LOI-RAP-01",
    "L'intégration d'un fichier donne un rapport d'import",
    _RAPPORT,
    Confiance.OFFICIELLE,
    "Produisez un rapport à chaque intégration.",
)
R_ABSENT = Regle(
    "LOI-RAP-02",
    "Le rapport signale chaque code LOINC absent du jeu de valeurs, sur l'objet qui le reçoit",
    _RAPPORT,
    Confiance.OFFICIELLE,
    "Cherchez chaque code du fichier dans le jeu « circuit de la biologie » à jour.",
)
R_NON_BLOQUANT = Regle(
    "LOI-RAP-03",
    "Un code LOINC absent du jeu de valeurs est une erreur non bloquante : il est intégré",
    _RAPPORT,
    Confiance.OFFICIELLE,
    "Signalez le code et intégrez-le.",
)
R_DISTINGUE = Regle(
    "LOI-RAP-04",
    "Un code LOINC du jeu de valeurs s'intègre sans être signalé",
    _RAPPORT,
    Confiance.OFFICIELLE,
    "Ne signalez que les codes absents du jeu de valeurs.",
)
R_NULLE_PART = Regle(
    "LOI-RAP-05",
    "Le rapport ne signale rien d'autre que les codes absents du jeu donné par le banc",
    "Déduit de SGL.LOI/va1.07 : le jeu du logiciel peut être plus étroit que celui du banc",
    Confiance.DEDUITE,
    "Vérifiez que chaque code signalé est bien absent du jeu à jour.",
)
R_CONTENU = Regle(
    "LOI-RAP-06",
    "Le rapport d'import lui-même nomme chaque objet en anomalie et ses codes LOINC",
    _RAPPORT,
    Confiance.OFFICIELLE,
    "Écrivez dans le rapport le code de l'objet et les codes LOINC en cause.",
)
R_MULTIPLE = Regle(
    "LOI-RAP-07",
    "Plusieurs codes LOINC pour une même analyse sont signalés comme une erreur bloquante",
    _RAPPORT,
    Confiance.OFFICIELLE,
    "Repérez une analyse qui revient avec un autre code LOINC.",
)
R_BLOQUE = Regle(
    "LOI-RAP-08",
    "Une analyse à plusieurs codes LOINC n'en prend aucun",
    _RAPPORT,
    Confiance.OFFICIELLE,
    "Laissez à l'analyse le code qu'elle avait tant que le fichier n'est pas corrigé.",
)
R_COLONNES = Regle(
    "LOI-RAP-09",
    "Plusieurs codes LOINC côte à côte sur la ligne d'une analyse sont aussi une erreur bloquante",
    "Déduit de SGL.LOI/va1.06 et va1.07 : le texte ne dit pas comment plusieurs codes s'écrivent",
    Confiance.DEDUITE,
    "Lisez tous les codes LOINC qui suivent les champs repris de l'export.",
)
R_MODIFIE = Regle(
    "LOI-MOD-01",
    "Un code LOINC changé à la main est enregistré sur l'objet choisi",
    REM_BIO.format("SGL.LOI/va1.08"),
    Confiance.OFFICIELLE,
    "Permettez de changer le code LOINC d'un chapitre, d'un sous-chapitre, d'un examen et d'une analyse.",
)
R_MODIFIE_SEUL = Regle(
    "LOI-MOD-02",
    "Changer un code LOINC à la main ne change celui d'aucun autre objet",
    REM_BIO.format("SGL.LOI/va1.08"),
    Confiance.OFFICIELLE,
    "N'enregistrez que l'objet choisi.",
)
R_DATE = Regle(
    "LOI-DATE-01",
    "Le logiciel garde la date de création ou de modification de chaque code LOINC",
    REM_BIO.format("SGL.LOI/va1.09"),
    Confiance.OFFICIELLE,
    "Datez chaque création et chaque modification d'un code LOINC, à la main ou par import, et montrez cette date.",
)
R_DATE_SEULE = Regle(
    "LOI-DATE-02",
    "Changer un code LOINC ne change pas les dates des autres",
    REM_BIO.format("SGL.LOI/va1.09"),
    Confiance.OFFICIELLE,
    "Datez le code LOINC de l'objet changé, et lui seul.",
)
