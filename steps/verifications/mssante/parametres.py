"""`Content-Type` et `Content-Disposition` : la valeur et ses paramètres (RFC 2045, 2183, 2231)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from steps.verifications.mssante.jetons import Jeton, decouper, sans_guillemets
from steps.verifications.mssante.mots import decoder_mots, jeu_de_caracteres

_RANG = re.compile(r"(.+?)\*(\d{1,4})\Z")


@dataclass(frozen=True, slots=True)
class ValeurParametree:
    """`Content-Type` ou `Content-Disposition` : la valeur en minuscules, ses paramètres décodés, les défauts.

    `formes` : façons employées d'écrire un caractère hors ASCII (`2231`, `2047`, `brut`).
    """

    valeur: str = ""
    parametres: dict[str, str] = field(default_factory=dict)
    defauts: tuple[str, ...] = ()
    formes: frozenset[str] = frozenset()


def lire_parametres(valeur: str) -> ValeurParametree:
    """Lit `valeur; nom=valeur; nom*=charset''valeur; nom*0=…` ; une répétition est un défaut, la première vaut."""
    jetons, defauts = decouper(valeur)
    segments: list[list[Jeton]] = [[]]
    for jeton in jetons:
        if jeton == Jeton("signe", ";"):
            segments.append([])
        elif jeton.genre != "commentaire":
            segments[-1].append(jeton)
    principale = "".join(j.texte for j in segments[0] if j.genre != "blanc").lower()
    simples: dict[str, str] = {}
    continues: dict[str, dict[int, tuple[str, bool]]] = {}
    formes: set[str] = set()
    for segment in segments[1:]:
        nom, contenu, dit = _parametre(segment)
        defauts += dit
        if not nom:
            continue
        encode = nom.endswith("*")
        base = nom[:-1] if encode else nom
        if rang := _RANG.match(base):
            if int(rang[2]) in continues.setdefault(rang[1], {}):
                defauts.append(f"paramètre {nom} écrit deux fois")
            else:
                continues[rang[1]][int(rang[2])] = (contenu, encode)
        elif encode:
            continues.setdefault(base, {})[-1] = (contenu, True)
        elif base in simples:
            defauts.append(f"paramètre {base} écrit deux fois")
        else:
            simples[base] = contenu
    parametres = {}
    for nom, contenu in simples.items():
        parametres[nom], dit = decoder_mots(contenu)
        defauts += dit
        if "=?" in contenu and parametres[nom] != contenu:
            formes.add("2047")
        if not contenu.isascii():
            formes.add("brut")
    for nom, morceaux in continues.items():
        formes.add("2231")
        parametres[nom], dit = _recoller(nom, morceaux)
        defauts += dit
    return ValeurParametree(principale, parametres, tuple(dict.fromkeys(defauts)), frozenset(formes))


def _parametre(segment: list[Jeton]) -> tuple[str, str, list[str]]:
    """(nom en minuscules, valeur, défauts) d'un segment ; le nom est vide si ce n'est pas un paramètre."""
    texte = "".join(j.texte for j in segment).strip()
    if not texte:
        return "", "", []
    nom, egal, reste = texte.partition("=")
    nom, reste = nom.strip().lower(), reste.strip()
    if not egal or not nom or " " in nom or '"' in nom:
        return "", "", [f"paramètre illisible : {texte[:40]}"]
    if len(reste) >= 2 and reste[0] == reste[-1] == '"':
        return nom, sans_guillemets(reste), []
    defauts = (
        [f"valeur de {nom} sans guillemets : {reste[:40]}"] if re.search(r"[\s\"(),:;<>@\[\\\]/?=]", reste) else []
    )
    return nom, reste.replace('"', ""), defauts if not nom.endswith("*") else []


def _recoller(nom: str, morceaux: dict[int, tuple[str, bool]]) -> tuple[str, list[str]]:
    """Valeur d'un paramètre de la RFC 2231, en un ou plusieurs morceaux."""
    defauts: list[str] = []
    if -1 in morceaux:
        morceaux = {0: morceaux[-1]}
    rangs = sorted(morceaux)
    if rangs != list(range(len(rangs))):
        defauts.append(f"morceaux de {nom} manquants ou mal numérotés")
    octets, codec = b"", "utf-8"
    parties: list[bytes] = []
    for place, rang in enumerate(rangs):
        contenu, encode = morceaux[rang]
        if encode and place == 0:
            charset, separe, reste = contenu.partition("'")
            _, separe2, valeur = reste.partition("'")
            if not (separe and separe2):
                defauts.append(f"paramètre {nom}* sans jeu de caractères")
                valeur, charset = contenu, "utf-8"
            codec = jeu_de_caracteres(charset)
            if not codec:
                defauts.append(f"jeu de caractères inconnu : {charset[:40] or 'vide'}")
                codec = "latin-1"
            contenu = valeur
        if encode and re.search(r"%(?![0-9A-Fa-f]{2})", contenu):
            defauts.append(f"paramètre {nom}* : « % » sans deux chiffres hexadécimaux")
        parties.append(unquote_to_bytes(contenu) if encode else contenu.encode("utf-8", "replace"))
    octets = b"".join(parties)
    try:
        return octets.decode(codec), defauts
    except (UnicodeError, ValueError):
        return octets.decode("utf-8", "replace"), [*defauts, f"paramètre {nom}* : octets qui ne sont pas du {codec}"]
