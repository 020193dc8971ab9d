"""UserInfo : sa forme, et la diversité des personnes qu'un logiciel doit savoir accueillir."""

from __future__ import annotations

import re
from typing import Any

import pytest

from simulators.psc.personnes import PERSONNES, activite
from simulators.socle.acteurs import PROFESSIONNELS
from tests.simulators.psc.parcours import DEUX, UN, Essai


def _textes(valeur: Any) -> list[Any]:
    """Toutes les feuilles d'un JSON."""
    if isinstance(valeur, dict):
        return [feuille for element in valeur.values() for feuille in _textes(element)]
    if isinstance(valeur, list):
        return [feuille for element in valeur for feuille in _textes(element)]
    return [valeur]


@pytest.mark.parametrize("identifiant", PERSONNES)
def test_forme(psc: Essai, identifiant: str) -> None:
    """Chaque personne se connecte ; le `sub` est celui de l'ID token ; SubjectRefPro ne porte que des textes."""
    connexion = psc.connecter(identifiant)
    reponse = psc.userinfo(connexion.acces)
    assert reponse.headers["Content-Type"] == "application/json"
    lu = reponse.json()
    assert lu["sub"] == psc.revendications(connexion.id_token)["sub"]
    assert lu["SubjectNameID"] == lu["preferred_username"] == identifiant
    assert lu["given_name"] and lu["family_name"]
    assert all(isinstance(feuille, str) for feuille in _textes(lu.get("SubjectRefPro", {})))
    for exercice in lu.get("SubjectRefPro", {}).get("exercices", []):
        for une in exercice.get("activities", []):
            assert set(une) == set(activite()) and len(une) == 30
    for role in lu.get("SubjectRole", []):
        assert re.fullmatch(r"[A-Z0-9]+\^1\.2\.250\.1\.213\.1\.1\.5\.5", role)
    for autre in lu["otherIds"]:
        assert isinstance(autre["qualite"], int) and autre["origine"] and autre["identifiant"]


def test_diversite() -> None:
    """Zéro, une ou plusieurs situations ; RPPS, ADELI, employé de structure, identité de test ; accents."""
    exercices = {nom: p.userinfo().get("SubjectRefPro", {}).get("exercices", []) for nom, p in PERSONNES.items()}
    nombres = {len(liste) for liste in exercices.values()}
    assert nombres >= {0, 1, 2}
    activites = {
        len(e.get("activities", [])) if "activities" in e else None for liste in exercices.values() for e in liste
    }
    assert activites >= {None, 1, 2}
    formes = [r"8\d{11}", r"0\d{9}", r"ANS\d{14}", r"\d{15}/SIM\d{4}"]
    assert all(any(re.fullmatch(forme, nom) for nom in PERSONNES) for forme in formes)
    noms = "".join(p.nom_complet for p in PERSONNES.values())
    assert set("éèÉÎÔŒë-'’ ") & set(noms) >= set("éÉÎ-' ")
    assert any(not e["codeSavoirFaire"] for liste in exercices.values() for e in liste)
    vide = [
        u for liste in exercices.values() for e in liste for u in e.get("activities", []) if not u["raisonSocialeSite"]
    ]
    assert vide, "une activité sans structure"


def test_les_biologistes_du_banc_en_sont() -> None:
    """Les professionnels des certificats sont ceux de la mire, sous le même identifiant."""
    assert [p.identifiant_national for p in PROFESSIONNELS] == [UN, DEUX]
    for professionnel in PROFESSIONNELS:
        personne = PERSONNES[professionnel.identifiant_national]
        assert (personne.nom, personne.prenom, personne.rpps) == (
            professionnel.nom,
            professionnel.prenom,
            professionnel.rpps,
        )


def _luhn(chiffres: str) -> bool:
    somme = sum(
        (d * 2 - 9 if d * 2 > 9 else d * 2) if rang % 2 else d for rang, d in enumerate(map(int, reversed(chiffres)))
    )
    return somme % 10 == 0


def test_rpps_fictifs() -> None:
    """En 999, clé de Luhn juste."""
    rpps = [p.rpps for p in PERSONNES.values() if p.rpps]
    assert len(rpps) >= 6 and all(r.startswith("999") and _luhn(r) for r in rpps)


def test_sub_stable_et_distinct() -> None:
    """Le `sub` ne change pas d'un banc à l'autre et n'est pas l'identifiant national."""
    subs = [p.sub for p in PERSONNES.values()]
    assert len(set(subs)) == len(subs)
    assert PERSONNES[UN].sub.endswith(f":{UN}") and PERSONNES[UN].sub == PERSONNES[UN].sub
    assert all(re.match(r"f:[0-9a-f-]{36}:", sub) for sub in subs)


def test_jeton_presente_autrement(psc: Essai) -> None:
    """Corps permis, adresse refusée, deux fois refusé ; le porteur est noté, l'adresse n'est qu'une empreinte."""
    acces = psc.connecter().acces
    url = psc.url("userinfo")
    assert psc.serveur.post(url, data={"access_token": acces}, timeout=20).status_code == 200
    assert psc.dernier("userinfo").notes["porteur"] == "corps"
    assert psc.serveur.get(url, params={"access_token": acces}, timeout=20).status_code == 400
    echange = psc.dernier("userinfo")
    assert (echange.notes["porteur"], echange.notes["refus"]) == ("parametre", "invalid_request")
    assert psc.journal.empreinte_secret(acces) in echange.requete.cible
    entetes = {"Authorization": f"Bearer {acces}"}
    assert psc.serveur.post(url, data={"access_token": acces}, headers=entetes, timeout=20).status_code == 400
    assert psc.serveur.get(url, headers={"Authorization": "bearer   " + acces}, timeout=20).status_code == 200
    assert psc.serveur.get(url, headers={"Authorization": f"Basic {acces}"}, timeout=20).status_code == 400
    sans = psc.serveur.get(url, timeout=20)
    assert sans.status_code == 401 and "error=" not in sans.headers["WWW-Authenticate"]
