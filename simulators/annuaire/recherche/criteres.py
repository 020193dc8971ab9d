"""Lecture des critères d'une recherche : noms, modificateurs, préfixes, OU (virgule), ET (répétition)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from simulators.annuaire import erreurs
from simulators.annuaire.recherche.parametres import PARAMETRES, Parametre, replier
from simulators.annuaire.ressources import Ressource

Critere = Callable[[Ressource], bool]
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?\Z", re.ASCII
)
_SEPARATEUR = re.compile(r"(?<!\\),")


def lire(type_: str, nom_complet: str, valeur: str) -> Critere:
    """Le critère d'un paramètre ; refuse un nom, un modificateur ou une valeur que l'API n'admet pas."""
    nom, _, modificateur = nom_complet.partition(":")
    if nom == "name" and modificateur in ("family", "given") and type_ == "Practitioner":
        nom, modificateur = modificateur, ""
    connus = PARAMETRES[type_]
    parametre = connus.get(nom)
    if parametre is None:
        raise erreurs.parametre_inconnu(nom, type_, sorted(connus))
    alternatives = [_un_des(parametre, nom, modificateur, texte) for texte in _SEPARATEUR.split(valeur)]
    return alternatives[0] if len(alternatives) == 1 else lambda r: any(test(r) for test in alternatives)


def _un_des(parametre: Parametre, nom: str, modificateur: str, valeur: str) -> Critere:
    if parametre.genre == "string":
        return _texte(parametre, nom, modificateur, _nu(valeur))
    if modificateur:
        raise erreurs.modificateur_inconnu(nom, modificateur)
    if parametre.genre == "token":
        return _jeton(parametre, valeur)
    if parametre.genre == "date":
        return _date(parametre, nom, valeur)
    if parametre.genre == "reference":
        return _reference(parametre, nom, _nu(valeur))
    return lambda r: _nu(valeur) in parametre.valeurs(r)


def _nu(valeur: str) -> str:
    r"""La valeur sans ses échappements FHIR (`\,` `\|` `\$` `\\`)."""
    return re.sub(r"\\([,|$\\])", r"\1", valeur)


def _texte(parametre: Parametre, nom: str, modificateur: str, valeur: str) -> Critere:
    cherche = replier(valeur)
    tests: dict[str, Callable[[str], bool]] = {
        "": lambda texte: replier(texte).startswith(cherche),
        "contains": lambda texte: cherche in replier(texte),
        "exact": lambda texte: texte == valeur,
    }
    if modificateur not in tests:
        raise erreurs.modificateur_inconnu(nom, modificateur)
    test = tests[modificateur]
    return lambda r: any(test(texte) for texte in parametre.valeurs(r))


def _jeton(parametre: Parametre, valeur: str) -> Critere:
    morceaux = re.split(r"(?<!\\)\|", valeur)
    if len(morceaux) == 1:
        code = _nu(valeur)
        return lambda r: any(c == code for _, c in parametre.valeurs(r))
    systeme, code = _nu(morceaux[0]), _nu("|".join(morceaux[1:]))
    return lambda r: any(s == systeme and (c == code or not code) for s, c in parametre.valeurs(r))


def _reference(parametre: Parametre, nom: str, valeur: str) -> Critere:
    cible = valeur.rsplit("/", 2)
    if len(cible) > 1:
        attendue = "/".join(cible[-2:])
        return lambda r: attendue in parametre.valeurs(r)
    if not valeur:
        raise erreurs.valeur_invalide(nom, valeur, "un identifiant technique")
    return lambda r: any(reference.endswith(f"/{valeur}") for reference in parametre.valeurs(r))


def _date(parametre: Parametre, nom: str, valeur: str) -> Critere:
    # `_since` dit « depuis » par son nom même ; les autres dates valent « ce jour-là » sans préfixe.
    defaut = "ge" if nom == "_since" else "eq"
    prefixe, texte = (valeur[:2], valeur[2:]) if valeur[:2] in PREFIXES else (defaut, valeur)
    debut, fin = intervalle(nom, texte)
    marge = abs(datetime.now(UTC) - debut) / 10
    tests: dict[str, Callable[[datetime], bool]] = {
        "eq": lambda d: debut <= d < fin,
        "ne": lambda d: not debut <= d < fin,
        "gt": lambda d: d >= fin,
        "sa": lambda d: d >= fin,
        "ge": lambda d: d >= debut,
        "lt": lambda d: d < debut,
        "eb": lambda d: d < debut,
        "le": lambda d: d < fin,
        "ap": lambda d: debut - marge <= d < fin + marge,
    }
    test = tests[prefixe]
    return lambda r: any(test(instant) for instant in parametre.valeurs(r))


def intervalle(nom: str, texte: str) -> tuple[datetime, datetime]:
    """Début et fin (exclue) de la date, selon sa précision ; sans décalage, l'heure est UTC (règle de l'API)."""
    lue = _DATE.match(texte.replace(" ", "+"))
    if lue is None:
        raise erreurs.valeur_invalide(nom, texte, "une date AAAA, AAAA-MM, AAAA-MM-JJ ou AAAA-MM-JJThh:mm:ss")
    annee, mois, jour, heure, minute, seconde, zone = lue.groups()
    try:
        debut = datetime(
            int(annee), int(mois or 1), int(jour or 1), int(heure or 0), int(minute or 0), int(seconde or 0), tzinfo=UTC
        )
        if zone and zone != "Z":
            debut = datetime.fromisoformat(debut.strftime("%Y-%m-%dT%H:%M:%S") + zone)
        if heure:
            return debut, debut + timedelta(seconds=1 if seconde else 60)
        if jour:
            return debut, debut + timedelta(days=1)
        if mois:
            return debut, debut + timedelta(days=calendar.monthrange(debut.year, debut.month)[1])
        return debut, debut.replace(year=debut.year + 1)
    except (ValueError, OverflowError) as erreur:
        raise erreurs.valeur_invalide(nom, texte, f"une date possible ({erreur})") from erreur


def tous(criteres: Sequence[Critere], ressources: Iterable[Ressource]) -> list[Ressource]:
    """Les ressources qui répondent à tous les critères, dans leur ordre."""
    return [r for r in ressources if all(critere(r) for critere in criteres)]
