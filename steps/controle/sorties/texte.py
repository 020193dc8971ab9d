"""Mots et signes partagés par les sorties lisibles."""

from __future__ import annotations

from reports.verdict import Verdict
from steps.controle.modele import Gravite, TypeFichier
from steps.controle.registre import LIBELLES

ORDRE = (Verdict.NON_CONFORME, Verdict.NON_CONCLUANT, Verdict.A_VERIFIER, Verdict.CONFORME)
SIGNES = {Verdict.NON_CONFORME: "✗", Verdict.NON_CONCLUANT: "!", Verdict.A_VERIFIER: "?", Verdict.CONFORME: "✓"}
GRAVITES = {
    Gravite.ERREUR: "manquement",
    Gravite.AVERTISSEMENT: "à vérifier",
    Gravite.INDETERMINE: "non concluant",
    Gravite.REMARQUE: "remarque",
    Gravite.RESPECTEE: "règle respectée",
}
SIGNES_GRAVITES = {
    Gravite.ERREUR: "✗",
    Gravite.AVERTISSEMENT: "?",
    Gravite.INDETERMINE: "!",
    Gravite.REMARQUE: "·",
    Gravite.RESPECTEE: "✓",
}
VERDICT_DE_GRAVITE = {
    Gravite.ERREUR: Verdict.NON_CONFORME,
    Gravite.AVERTISSEMENT: Verdict.A_VERIFIER,
    Gravite.INDETERMINE: Verdict.NON_CONCLUANT,
    Gravite.REMARQUE: Verdict.NON_APPLICABLE,
    Gravite.RESPECTEE: Verdict.CONFORME,
}
CONFIANCES = {
    "officielle": "source officielle",
    "documentee": "source documentée",
    "secondaire": "source secondaire",
    "deduite": "règle déduite par le banc",
}


def compter(nombre: int, verdict: Verdict) -> str:
    """« 3 non conformes », « 1 à vérifier »."""
    mot = verdict.libelle if nombre < 2 or verdict is Verdict.A_VERIFIER else verdict.libelle + "s"
    return f"{nombre} {mot}"


def libelle_type(valeur: str) -> str:
    """« CDA niveau 3 » pour `cda_n3`."""
    return LIBELLES[TypeFichier(valeur)]


def nom_lisible(fichier: str) -> str:
    """Le nom d'un fichier tel qu'on l'affiche : octets non UTF-8 rendus visibles."""
    if fichier == "-":
        return "entrée standard"
    return fichier.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
