"""Le codage des arguments : l'aller-retour est exact, ce qui ne se garde pas se dit, rien d'hostile ne s'exécute."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.constat import Confiance, Constat, Regle
from reports.verdict import Verdict
from simulators.socle.echange import CorpsMemoire
from steps.flux.identite import IdentiteUsager
from steps.jugements.classes import NonCodable
from steps.jugements.codage import ARGUMENT_LONG, PROFONDEUR, TEXTE_LONG, Codeur
from steps.jugements.decodage import Decodeur
from steps.verifications.cda.dates import PARIS
from steps.verifications.mssante.courriel_lecture import lire_courriel
from steps.verifications.registre import REGLES
from tests.steps.jugements.rangement import ECHANGE, POIGNEE, EnMemoire

FUSEAUX = st.sampled_from([None, UTC, PARIS, timezone(timedelta(hours=-3, minutes=-30)), UTC])
INSTANTS = st.builds(
    lambda instant, zone, fold: instant.replace(tzinfo=zone, fold=fold), st.datetimes(), FUSEAUX, st.integers(0, 1)
)
HEURES = st.builds(lambda heure, zone: heure.replace(tzinfo=zone), st.times(), st.sampled_from([None, UTC]))
TEXTES = st.text(st.characters(exclude_categories=[])) | st.just("é" * (TEXTE_LONG + 1)) | st.just("\ud800 seul")
CLES = st.text(max_size=8) | st.integers() | st.booleans() | st.tuples(st.integers(), st.text(max_size=3))
FEUILLES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | TEXTES
    | st.binary()
    | INSTANTS
    | HEURES
    | st.dates()
    | st.timedeltas()
    | st.sampled_from([ECHANGE, POIGNEE, *list(REGLES.values())[:3]])
    | st.builds(CorpsMemoire, st.binary())
    | st.builds(IdentiteUsager, *[st.text(max_size=5)] * 3)
)
VALEURS = st.recursive(
    FEUILLES,
    lambda feuilles: (
        st.lists(feuilles, max_size=4)
        | st.lists(feuilles, max_size=4).map(tuple)
        | st.dictionaries(CLES, feuilles, max_size=4)
        | st.sets(st.text(max_size=4) | st.integers(), max_size=4)
        | st.frozensets(st.binary(max_size=4), max_size=4)
        | st.dictionaries(st.text(max_size=4), st.integers(), max_size=4).map(Counter)
    ),
    max_leaves=12,
)


def aller_retour(valeur: Any) -> Any:
    """La valeur codée, écrite en JSON, relue et décodée."""
    magasin = EnMemoire()
    return Decodeur(magasin).decoder(json.loads(json.dumps(Codeur(magasin).argument(valeur, "argument"))))


def memes(un: Any, autre: Any) -> bool:
    """Égales, et de mêmes types jusqu'au fond : `1`, `1.0` et `True` ne se valent pas ici."""
    if type(un) is not type(autre):
        return False
    if isinstance(un, dict):
        return len(un) == len(autre) and all(
            memes(a, b)
            for couples in zip(un.items(), autre.items(), strict=True)
            for a, b in zip(*couples, strict=True)
        )
    if isinstance(un, list | tuple):
        return len(un) == len(autre) and all(map(memes, un, autre))
    if isinstance(un, datetime | time):
        return un.isoformat() == autre.isoformat() and un.fold == autre.fold and bool(un.tzinfo == autre.tzinfo)
    return repr(un) == repr(autre) if isinstance(un, float) else bool(un == autre)


@given(VALEURS)
def test_l_aller_retour_est_exact(valeur: Any) -> None:
    """Toute valeur codable se relit égale, de mêmes types, clés dans le même ordre."""
    assert memes(aller_retour(valeur), valeur)


@pytest.mark.parametrize("valeur", [float("inf"), float("-inf"), -0.0])
def test_un_flottant_hors_de_json_se_relit(valeur: float) -> None:
    """L'infini et le zéro négatif, que JSON ne sait pas dire ou confond, reviennent tels quels."""
    assert repr(aller_retour(valeur)) == repr(valeur)


def test_un_fuseau_garde_son_changement_d_heure() -> None:
    """Une date de Paris relue suit encore l'heure d'été : un écart de durée s'y calcule pareil."""
    hiver = datetime(2026, 10, 24, 12, tzinfo=PARIS)
    relue = aller_retour(hiver)
    assert relue.tzinfo is PARIS and (relue + timedelta(days=1)).utcoffset() == timedelta(hours=1)


def test_un_courriel_n_est_garde_que_par_ses_octets() -> None:
    """Un message déjà découpé se garde par ses octets seuls, et se relit par la même lecture."""
    courriel = lire_courriel(b"From: a@b.mssante.fr\r\nSubject: essai\r\n\r\nBonjour\r\n")
    magasin = EnMemoire()
    code = Codeur(magasin).coder(courriel)
    assert code["par"] == "courriel" and list(magasin.ranges.values()) == [courriel.octets]
    assert Decodeur(magasin).decoder(code).objet == "essai"


def test_un_argument_long_est_range_a_part_une_seule_fois() -> None:
    """Deux jugements des mêmes faits ne gardent qu'un exemplaire d'un long argument."""
    magasin = EnMemoire()
    long = [{"ligne": rang, "texte": "x" * 40} for rang in range(ARGUMENT_LONG // 40)]
    codes = [Codeur(magasin).argument(long, "lignes") for _ in range(2)]
    assert codes[0] == codes[1] and codes[0]["@"] == "argument" and len(magasin.ranges) == 1
    assert Decodeur(magasin).decoder(codes[0]) == long


@pytest.mark.parametrize("nom", ["mot_de_passe", "Authorization", "refresh_token"])
def test_un_champ_secret_ne_s_ecrit_pas_en_clair(nom: str) -> None:
    """Un argument ou une clé dont le nom dit un secret n'est gardé que par son empreinte, comme au journal."""
    codeur = Codeur(EnMemoire())
    ecrit = json.dumps([codeur.argument("Tr0ub4dor", nom), codeur.coder({nom: "Tr0ub4dor"})])
    assert "Tr0ub4dor" not in ecrit and ecrit.count("empreinte:9") == 2


class _Inconnue:
    """Une classe d'ailleurs."""


INVENTEE = Regle("INVENTEE-01", "t", "s", Confiance.OFFICIELLE, "a")
CONSTAT = Constat("INVENTEE-01", Verdict.CONFORME, "m")


@pytest.mark.parametrize(
    ("valeur", "raison"),
    [
        ({"a": [_Inconnue()]}, r"lot\.a\[0\] : .*_Inconnue"),
        (lambda: 0, "function"),
        (INVENTEE, "reports.constat:Regle"),
        ([CONSTAT], "reports.constat:Constat"),
        (datetime(2026, 1, 1, tzinfo=type("Zone", (type(PARIS),), {})()), "fuseau"),
    ],
)
def test_ce_qui_ne_se_garde_pas_est_refuse_avec_son_chemin(valeur: object, raison: str) -> None:
    """Une classe d'ailleurs, une fonction, une règle inventée, un constat tout fait : refusés, et l'on sait où."""
    with pytest.raises(NonCodable, match=raison):
        Codeur(EnMemoire()).argument(valeur, "lot")


def test_un_emboitement_sans_fin_est_refuse() -> None:
    """Une liste qui se contient elle-même est refusée, sans épuiser la pile."""
    boucle: list[Any] = []
    boucle.append(boucle)
    with pytest.raises(NonCodable, match=f"plus de {PROFONDEUR} niveaux"):
        Codeur(EnMemoire()).coder(boucle)


@pytest.mark.parametrize(
    "code",
    [
        {"@": "objet", "classe": "subprocess:Popen", "champs": [["args", "touch /tmp/x"]]},
        {"@": "objet", "classe": "os:system", "champs": []},
        {"@": "objet", "classe": "steps.campagne_pytest:ConduitePytest", "champs": []},
        {"@": "objet", "classe": "simulators.logiciel_temoin.api:Api", "champs": []},
        {"@": "objet", "classe": "steps.verifications.__main__:X", "champs": []},
        {"@": "objet", "classe": "steps.verifications.psc.refus:refus_attendu", "champs": []},
        {"@": "objet", "classe": "steps.flux.identite:IdentiteUsager.__init__", "champs": []},
        {"@": "objet", "classe": "steps.flux.identite:IdentiteUsager", "champs": [["__class__", 1]]},
        {"@": "objet", "classe": "steps.flux.identite:IdentiteUsager", "champs": 3},
        {"@": "enum", "classe": "reports.verdict:Verdict", "nom": "CONFORME"},
        {"@": "n-uplet", "classe": "steps.flux.identite:IdentiteUsager", "elements": []},
        {"@": "lu", "par": "os:system", "octets": ""},
        {"@": "octets", "corps": "../../../etc/passwd", "taille": 3},
        {"@": "echange", "numero": 10**12},
        {"@": "regle", "code": "INVENTEE-01"},
        {"@": "datetime", "iso": "2026-13-01", "zone": None, "fold": 0},
        {"@": "timedelta", "microsecondes": 10**30},
        {"@": "set", "elements": [[1]]},
        {"@": "_octets"},
        {"@": ["tuple"]},
        {},
    ],
    ids=lambda code: str(code)[:60],
)
def test_un_code_hostile_est_refuse(code: Any) -> None:
    """Classe, lecture, empreinte, règle ou étiquette hors de la liste blanche : refus nommé, jamais d'exécution."""
    with pytest.raises(NonCodable):
        Decodeur(EnMemoire()).decoder(code)


@pytest.mark.parametrize("enveloppe", [lambda code: [code], lambda code: {"@": "tuple", "elements": [code]}])
def test_un_code_emboite_sans_mesure_est_refuse(enveloppe: Callable[[Any], Any]) -> None:
    """Des milliers de niveaux dans un dossier hostile donnent un refus, pas un arrêt de la relecture."""
    code: Any = 1
    for _ in range(5000):
        code = enveloppe(code)
    with pytest.raises(NonCodable, match="emboîtées"):
        Decodeur(EnMemoire()).decoder(code)


_CHAMPS = ["@", "classe", "champs", "elements", "paires", "corps", "taille", "numero", "iso", "zone"]
_MOTS = ["tuple", "set", "dict", "objet", "octets", "datetime", "lu", "argument", "compte"]
CODES = st.recursive(
    st.none() | st.integers() | st.text(max_size=6) | st.sampled_from(_MOTS),
    lambda codes: st.lists(codes, max_size=3) | st.dictionaries(st.sampled_from(_CHAMPS), codes, max_size=4),
    max_leaves=10,
)


@given(CODES)
def test_un_code_quelconque_se_relit_ou_se_refuse(code: Any) -> None:
    """Quoi que le journal contienne, la lecture rend une valeur ou `NonCodable`, jamais autre chose."""
    with contextlib.suppress(NonCodable):
        Decodeur(EnMemoire()).decoder(code)
