"""Ce que l'annuaire publie d'un professionnel, et la comparaison avec ce que le logiciel en montre."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from simulators.annuaire.modele import Professionnel

GUIDE = "ANS, guide de l'API FHIR Annuaire Santé, version 2 (juin 2026), {}"


@dataclass(frozen=True)
class PersonnePubliee:
    """Un professionnel tel que l'annuaire le publie ; `adresses` : BAL MSSanté publiées, sans la liste rouge."""

    rpps: str
    nom: str
    prenom: str
    profession: tuple[str, str]
    """Code (TRE_G15) et libellé."""
    specialite: tuple[str, str]
    """Code (TRE_R38) et libellé ; vides s'il n'y en a pas."""
    adresses: tuple[str, ...] = ()

    @classmethod
    def depuis(cls, personne: Professionnel) -> Self:
        """Depuis la publication simulée."""
        savoir = personne.savoir_faire
        return cls(
            rpps=personne.rpps,
            nom=personne.nom,
            prenom=personne.prenom,
            profession=(personne.metier.code, personne.metier.libelle),
            specialite=(savoir.code, savoir.libelle) if savoir else ("", ""),
            adresses=personne.adresses_publiees if personne.actif else (),
        )

    @classmethod
    def depuis_ligne(cls, ligne: Mapping[str, str]) -> Self:
        """Depuis une ligne de PS_LibreAcces_Personne_activite."""
        return cls(
            rpps=ligne["Identifiant PP"],
            nom=ligne["Nom d'exercice"],
            prenom=ligne["Prénom d'exercice"],
            profession=(ligne["Code profession"], ligne["Libellé profession"]),
            specialite=(ligne["Code savoir-faire"], ligne["Libellé savoir-faire"]),
        )

    @property
    def lisible(self) -> str:
        """Nom, prénom et RPPS."""
        return f"{self.prenom} {self.nom} (RPPS {self.rpps})"


def comparable(texte: object) -> str:
    """Forme comparée : sans accent, casse, ponctuation ni code de table entre parenthèses."""
    decompose = unicodedata.normalize("NFKD", str(texte or "").casefold())
    sans_accent = "".join(c for c in decompose if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", sans_accent).split())


def meme_texte(recu: object, attendu: str) -> bool:
    """Même nom ou prénom, à la casse, aux accents et à la ponctuation près ; un caractère abîmé se voit."""
    return comparable(recu) == comparable(attendu)


def meme_code(recu: object, attendu: tuple[str, str]) -> bool:
    """Le code, le libellé, ou les deux ensemble ; les mots entre parenthèses du libellé peuvent manquer.

    Sans valeur publiée, rien n'est attendu : le logiciel peut laisser le champ vide ou y mettre ce qu'il veut.
    """
    code, libelle = attendu
    if not code:
        return True
    mots = set(comparable(recu).split())
    if mots == set(comparable(code).split()):
        return True
    voulus = set(comparable(re.sub(r"\([^)]*\)", "", libelle)).split())
    return bool(voulus) and voulus <= mots


def resultat_de(resultats: Sequence[Mapping[str, Any]], personne: PersonnePubliee) -> Mapping[str, Any] | None:
    """Le résultat qui est cette personne : même RPPS, ou même nom et prénom si aucun RPPS n'est montré."""
    for resultat in resultats:
        if str(resultat.get("rpps") or "").removeprefix("8")[-11:] == personne.rpps:
            return resultat
    sans_rpps = [
        r
        for r in resultats
        if not r.get("rpps") and meme_texte(r.get("nom"), personne.nom) and meme_texte(r.get("prenom"), personne.prenom)
    ]
    return sans_rpps[0] if len(sans_rpps) == 1 else None


def ecarts(
    fiche: Mapping[str, Any], personne: PersonnePubliee, *, exiger_rpps: bool = False
) -> list[tuple[str, str, str]]:
    """Champs de la fiche qui ne disent pas ce que l'annuaire publie : (champ, attendu, reçu).

    Nom et prénom sont exigés ; profession, spécialité et adresse ne sont jugées que si la fiche les montre.
    """
    trouves: list[tuple[str, str, str]] = []
    rpps = str(fiche.get("rpps") or "")
    if (rpps or exiger_rpps) and rpps.removeprefix("8")[-11:] != personne.rpps:
        trouves.append(("rpps", personne.rpps, rpps or "absent"))
    for champ, voulu in (("nom", personne.nom), ("prenom", personne.prenom)):
        if not meme_texte(fiche.get(champ), voulu):
            trouves.append((champ, voulu, str(fiche.get(champ) or "absent")))
    for champ, couple in (("profession", personne.profession), ("specialite", personne.specialite)):
        if fiche.get(champ) is not None and not meme_code(fiche[champ], couple):
            trouves.append((champ, " ".join(couple), str(fiche[champ]) or "vide"))
    adresse = fiche.get("adresse_mss")
    if adresse and str(adresse).lower() not in {a.lower() for a in personne.adresses}:
        trouves.append(("adresse MSSanté", ", ".join(personne.adresses) or "aucune", str(adresse)))
    return trouves
