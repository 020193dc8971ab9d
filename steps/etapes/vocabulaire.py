"""Les mots des features et ce qu'ils désignent dans le contrat : rôles, statuts, champs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steps.patients import LIBELLES_CHAMPS

ROLES: Mapping[str, str] = {
    "le professionnel": "biologiste_1",
    "un autre professionnel": "biologiste_2",
    "l'agent d'accueil": "agent_accueil",
    "le super utilisateur": "super_utilisateur",
    "une personne sans droit sur l'INS": "sans_acces_ins",
    "une personne sans droit sur INSi": "sans_acces_insi",
    "l'administrateur": "administrateur",
    "la personne morale": "personne_morale",
}

STATUTS: Mapping[str, str] = {
    "identité provisoire": "PROV",
    "identité récupérée": "RECUP",
    "identité validée": "VALI",
    "identité qualifiée": "QUAL",
}

LIBELLES_STATUTS: Mapping[str, str] = {code: libelle for libelle, code in STATUTS.items()}

CHAMPS: Mapping[str, str] = {libelle: champ for champ, libelle in LIBELLES_CHAMPS.items()}


class PhraseInconnue(ValueError):
    """Un mot d'une feature ne fait pas partie du vocabulaire : faute dans la feature."""


def role(phrase: str) -> str:
    """Le rôle du contrat que désigne « le professionnel », « l'agent d'accueil »…"""
    return _chercher(ROLES, phrase, "rôle")


def statut(phrase: str) -> str:
    """Le code PROV, RECUP, VALI ou QUAL d'« identité qualifiée »…"""
    return _chercher(STATUTS, phrase, "statut")


def champ(phrase: str) -> str:
    """Le champ du contrat que désigne « nom de naissance »…"""
    return _chercher(CHAMPS, phrase, "champ")


def table(lignes: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Un tableau Gherkin en liste de lignes nommées par son en-tête."""
    entete, *reste = lignes
    return [dict(zip(entete, ligne, strict=True)) for ligne in reste]


def valeurs(lignes: Sequence[Sequence[str]] | None) -> dict[str, str]:
    """Un tableau Gherkin à deux colonnes (champ, valeur) en dictionnaire de champs du contrat."""
    if not lignes:
        return {}
    return {champ(ligne["champ"]): ligne["valeur"] for ligne in table(lignes)}


def _chercher(mots: Mapping[str, str], phrase: str, genre: str) -> str:
    try:
        return mots[phrase.strip()]
    except KeyError:
        raise PhraseInconnue(f"{genre} inconnu dans la feature : {phrase!r} ; attendu l'un de {list(mots)}") from None
