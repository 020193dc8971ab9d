"""Retrouver un résultat dans un texte : la valeur entière, à côté de son libellé, quelle que soit la mise en page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from reports.constat import Constat, Regle
from steps.verifications.compte_rendu.attendu import Resultat

PORTEE = 240
"""Caractères au-delà du libellé où sa valeur est cherchée : une ligne de tableau, intervalle de référence compris."""
_UNITE = re.compile(r"\s*[^\s;,|]*[/%*\[][^\s;,|]*")
"""Ce qui ressemble à une unité, juste après une valeur."""
_MILLIERS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")


class Lecture(StrEnum):
    """Où la valeur se lit par rapport à son libellé."""

    LUE = "lue à côté de son libellé"
    AILLEURS = "lue, mais loin de son libellé"
    SANS_LIBELLE = "lue, mais son libellé n'est pas celui qui a été saisi"
    AUTRE_UNITE = "lue à côté de son libellé, dans une unité écrite autrement"
    ABSENTE = "introuvable"


def plier(texte: str) -> str:
    """Espaces réduits, casse pliée, signes unifiés, virgule décimale en point, milliers resserrés."""
    nu = unicodedata.normalize("NFKC", texte).casefold().replace("µ", "u").replace("μ", "u")
    nu = nu.replace("’", "'").replace("‑", "-").replace("–", "-")
    nu = " ".join(nu.split())
    return _MILLIERS.sub("", re.sub(r"(?<=\d),(?=\d)", ".", nu))


def positions(texte: str, mot: str) -> list[int]:
    """Rangs où commence ce mot entier dans un texte plié ; « 14 » n'est ni dans « 140 » ni dans « 14.2 »."""
    voulu = plier(mot)
    if not voulu:
        return []
    avant = r"(?<![\w.])" if voulu[0].isalnum() else ""
    apres = r"(?!\w)(?!\.\d)" if voulu[-1].isalnum() else ""
    return [trouve.start() for trouve in re.finditer(avant + re.escape(voulu) + apres, texte)]


def contient(texte: str, mot: str) -> bool:
    """Vrai si ce mot se lit, entier, dans le texte plié ; aux coupures de ligne près pour plusieurs mots."""
    if positions(texte, mot):
        return True
    serre = plier(mot).replace(" ", "")
    return " " in plier(mot) and serre in texte.replace(" ", "")


def situer(texte: str, libelle: str, valeur: str, unite: str = "") -> Lecture:
    """Cherche la valeur, puis son unité, après le libellé dans un texte plié.

    Une unité locale (« G/L » pour « 10*9/L ») est permise : une autre écriture va à une personne. Sans aucune unité
    là où il en faut une, le résultat n'est pas lu.
    """
    fins = [rang + len(plier(libelle)) for rang in positions(texte, libelle)]
    autre = False
    for fin in fins:
        morceau = texte[fin : fin + PORTEE]
        for rang in positions(morceau, valeur):
            if not unite or positions(morceau, unite):
                return Lecture.LUE
            autre = autre or _UNITE.match(morceau[rang + len(plier(valeur)) :]) is not None
    if autre:
        return Lecture.AUTRE_UNITE
    if not positions(texte, valeur) or (unite and not positions(texte, unite)):
        return Lecture.ABSENTE
    return Lecture.AILLEURS if fins else Lecture.SANS_LIBELLE


def juger_resultats(regle: Regle, texte: str, resultats: Sequence[Resultat], quoi: str, temoin: str) -> Constat:
    """Chaque résultat rendu se lit dans ce texte, valeur et unité ; `temoin` : un texte dont on sait qu'il y est.

    Sans le témoin, rien ne prouve que le texte s'extrait : une personne regarde. Un résultat lu loin de son libellé,
    ou sous un autre libellé, lui est confié aussi.
    """
    plie = plier(texte)
    if temoin and not contient(plie, temoin):
        return regle.a_regarder(
            f"rien ne montre que le texte de {quoi} s'extrait (« {temoin} » n'y est pas) : une personne doit le lire",
            recu=f"{len(plie)} caractères",
            ou=quoi,
        )
    rendus = [resultat for resultat in resultats if resultat.valeur]
    if not rendus:
        return regle.sans_objet(f"aucun résultat à chercher dans {quoi}")
    lus = {r: situer(plie, r.libelle, r.valeur, r.unite) for r in rendus}
    absents = [r.ecrit for r, lecture in lus.items() if lecture is Lecture.ABSENTE]
    if absents:
        return regle.enfreinte(
            f"{len(absents)} résultat(s) saisis ne se lisent pas dans {quoi}",
            attendu=" ; ".join(absents),
            recu=plie[:300] or "rien",
            ou=quoi,
        )
    douteux = [f"{r.ecrit} ({lecture.value})" for r, lecture in lus.items() if lecture is not Lecture.LUE]
    if douteux:
        return regle.a_regarder(f"à lire dans {quoi} : {' ; '.join(douteux)}", recu=plie[:300], ou=quoi)
    return regle.respectee(recu=" ; ".join(r.ecrit for r in rendus), ou=quoi)


def juger_mots(regle: Regle, texte: str, mots: Sequence[tuple[str, str]], message: str, ou: str) -> Constat:
    """Chaque (nature, valeur) se lit dans ce texte."""
    plie = plier(texte)
    absents = [f"{nature} « {mot} »" for nature, mot in mots if not contient(plie, mot)]
    if absents:
        return regle.enfreinte(message, attendu=", ".join(absents), recu=plie[:300] or "rien", ou=ou)
    return regle.respectee(recu=", ".join(mot for _, mot in mots), ou=ou)
