"""Les adresses d'un en-tête (RFC 5322, § 3.4) : libellé décodé, adresse, défauts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from steps.verifications.mssante.jetons import Jeton, decouper, sans_guillemets
from steps.verifications.mssante.mots import decoder_mots

_ATOMES = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_POINTS = rf"{_ATOMES}(?:\.{_ATOMES})*"
_MOTS = ("atome", "guillemets")
_LOCALE = re.compile(_POINTS)
_DOMAINE = re.compile(rf"{_POINTS}|\[[^\[\]\\\x00-\x20]*\]")


@dataclass(frozen=True, slots=True)
class Adresse:
    """Une adresse d'en-tête. `libelle` : décodé ; `libelle_brut` : tel qu'écrit ; `adresse` : sans commentaire."""

    libelle: str
    libelle_brut: str
    adresse: str
    defauts: tuple[str, ...] = ()

    @property
    def locale(self) -> str:
        return self.adresse.rpartition("@")[0]

    @property
    def domaine(self) -> str:
        return self.adresse.rpartition("@")[2].lower()

    @property
    def cle(self) -> str:
        """Forme de comparaison : en minuscules."""
        return self.adresse.lower()


def lire_adresses(valeur: str) -> tuple[list[Adresse], list[str]]:
    """Les adresses d'un en-tête, groupes ouverts, et les défauts de la liste."""
    jetons, defauts = decouper(valeur)
    adresses: list[Adresse] = []
    courant: list[Jeton] = []
    angle = False
    for jeton in [*jetons, Jeton("signe", ",")]:
        signe = jeton.texte if jeton.genre == "signe" else ""
        if signe == "<":
            angle = True
        elif signe == ">":
            angle = False
        if signe == ":" and not angle:
            courant = []
        elif signe in (",", ";") and not angle:
            adresses += _adresse(courant)
            courant = []
        else:
            courant.append(jeton)
    if angle:
        defauts.append("« < » jamais fermé")
        adresses += _adresse(courant[:-1])  # La virgule qui finit la liste y est restée.
    return adresses, defauts


def _adresse(jetons: list[Jeton]) -> list[Adresse]:
    utiles = [j for j in jetons if j.genre not in ("blanc", "commentaire")]
    if not utiles:
        return []
    ouvrant = next((rang for rang, j in enumerate(jetons) if j == Jeton("signe", "<")), -1)
    if ouvrant < 0:
        brute, phrase, suite = utiles, [], []
    else:
        fermant = next(
            (rang for rang, j in enumerate(jetons) if j == Jeton("signe", ">") and rang > ouvrant), len(jetons)
        )
        brute = [j for j in jetons[ouvrant + 1 : fermant] if j.genre not in ("blanc", "commentaire")]
        phrase = jetons[:ouvrant]
        suite = [j for j in jetons[fermant + 1 :] if j.genre not in ("blanc", "commentaire")]
    adresse = "".join(j.texte for j in brute)
    defauts = ["texte après l'adresse"] if suite else []
    if ouvrant < 0 and _espacee(jetons):
        defauts.append("adresse coupée par un espace")
    if not adresse_juste(adresse):
        defauts.append(f"adresse mal formée : {adresse[:80] or 'vide'}")
    libelle, dit = _libelle(phrase)
    brut = "".join(j.texte for j in phrase).strip()
    return [Adresse(libelle, brut, adresse, (*defauts, *dit))]


def _espacee(jetons: list[Jeton]) -> bool:
    """Vrai si un blanc sépare deux mots d'une adresse sans chevrons."""
    visibles = [j for j in jetons if j.genre != "commentaire"]
    return any(
        milieu.genre == "blanc" and avant.genre in _MOTS and apres.genre in _MOTS
        for avant, milieu, apres in zip(visibles, visibles[1:], visibles[2:], strict=False)
    )


def _libelle(phrase: list[Jeton]) -> tuple[str, list[str]]:
    """Le nom affiché : mots encodés décodés hors des guillemets, chaînes ouvertes, commentaires ôtés."""
    defauts: list[str] = []
    morceaux: list[str] = []
    libre: list[str] = []

    def vider() -> None:
        if libre:
            texte, dit = decoder_mots("".join(libre))
            defauts.extend(dit)
            morceaux.append(texte)
            libre.clear()

    for jeton in phrase:
        if jeton.genre == "guillemets":
            vider()
            contenu = sans_guillemets(jeton.texte)
            if decoder_mots(contenu)[0] != contenu:
                # La RFC 2047 (§ 5) l'interdit, beaucoup de lecteurs le décodent quand même.
                defauts.append("mot encodé entre guillemets")
                contenu = decoder_mots(contenu)[0]
            morceaux.append(contenu)
        elif jeton.genre != "commentaire":
            libre.append(jeton.texte)
    vider()
    return " ".join("".join(morceaux).split()), defauts


def adresse_juste(adresse: str) -> bool:
    """Vrai pour `locale@domaine` (RFC 5322) : atomes ou chaîne entre guillemets, domaine international admis."""
    locale, arobase, domaine = adresse.rpartition("@")
    if not arobase or not _DOMAINE.fullmatch(domaine):
        return False
    return _LOCALE.fullmatch(locale) is not None or (len(locale) >= 2 and locale[0] == locale[-1] == '"')
