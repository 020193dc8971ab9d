"""Vérification des jetons d'identité et lecture d'UserInfo : variantes légitimes acceptées, fautes refusées."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwk, jwt

from simulators.logiciel_temoin import psc_verification as v
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.psc_environnement import Fournisseur
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur, lire_identite

NOUS = Fournisseur("psc", "https://localhost/royaume", "", "labo", "secret", acr_values="eidas1")
MAINTENANT = datetime(2026, 11, 22, 12, tzinfo=UTC)
INSTANT = int(MAINTENANT.timestamp())
JUSTE = {
    "iss": NOUS.issuer, "aud": "labo", "sub": "f:1:899900000011", "iat": INSTANT, "exp": INSTANT + 120,
    "nonce": "n", "acr": "eidas1", "azp": "labo",
}  # fmt: skip


def verifier(contenu: dict[str, Any], nonce: str | None = "n", heures: tuple[datetime, ...] = (MAINTENANT,)) -> None:
    v.verifier_jeton_identite(
        contenu, NOUS, Defauts(), nonce=nonce, jeton_acces="acces", instants=heures, algorithme="RS256"
    )


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"aud": ["labo"]},
        {"aud": ["labo", "autre"]},
        {"azp": None},
        {"at_hash": v.empreinte("acces", "RS256")},
        {"iat": INSTANT + 20},
        {"exp": INSTANT - 20},
        {"inconnu": {"de": "nous"}},
    ],
)
def test_variantes_legitimes(change: dict[str, Any]) -> None:
    """Une audience en liste, un azp absent, un léger écart d'horloge ne font rien refuser."""
    verifier({cle: valeur for cle, valeur in (JUSTE | change).items() if valeur is not None})


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://localhost/royaume/"},
        {"aud": "autre"},
        {"aud": ["labo", "autre"], "azp": None},
        {"azp": "autre"},
        {"exp": INSTANT - 31},
        {"exp": None},
        {"exp": "demain"},
        {"iat": INSTANT + 31},
        {"iat": None},
        {"nonce": "autre"},
        {"nonce": None},
        {"acr": "eidas2"},
        {"acr": None},
        {"at_hash": v.empreinte("autre", "RS256")},
        {"sub": ""},
        {"sub": None},
    ],
)
def test_fautes(change: dict[str, Any]) -> None:
    """Chaque faute suffit, et le message ne cite aucune valeur du jeton."""
    with pytest.raises(ErreurFournisseur) as refus:
        verifier({cle: valeur for cle, valeur in (JUSTE | change).items() if valeur is not None})
    assert "899900000011" not in str(refus.value)


def test_horloge_d_essai() -> None:
    """Les deux dates doivent convenir à une même heure, pas l'une à l'heure vraie et l'autre à l'heure d'essai."""
    avancee = MAINTENANT + timedelta(hours=4)
    verifier(JUSTE, heures=(avancee, MAINTENANT))
    with pytest.raises(ErreurFournisseur):
        verifier(JUSTE | {"iat": INSTANT + 3600, "exp": INSTANT + 3720}, heures=(avancee, MAINTENANT))


@pytest.mark.parametrize(
    ("sorte", "algorithme"), [("RSA", "RS256"), ("RSA", "PS256"), ("P-256", "ES256"), ("P-384", "ES384")]
)
def test_signatures(sorte: str, algorithme: str) -> None:
    """Toute signature à clé publique annoncée se vérifie ; celle d'une autre clé du même nom est refusée."""

    def cle() -> jwk.RSAKey | jwk.ECKey:
        options: jwk.KeyParameters = {"kid": "k1", "use": "sig"}
        return jwk.RSAKey.generate_key(2048, options) if sorte == "RSA" else jwk.ECKey.generate_key(sorte, options)

    bonne, autre = cle(), cle()
    publiees = {"keys": [bonne.as_dict(private=False)]}
    for signataire, attendu in ((bonne, JUSTE), (autre, None)):
        jeton = jwt.encode({"alg": algorithme, "kid": "k1"}, JUSTE, signataire, algorithms=[algorithme])
        if attendu:
            assert v.dechiffrer_signature(jeton, lambda relire: publiees, NOUS, Defauts()) == attendu
        else:
            with pytest.raises(ErreurFournisseur, match="signature"):
                v.dechiffrer_signature(jeton, lambda relire: publiees, NOUS, Defauts())


def test_relecture_des_cles() -> None:
    """Une clé inconnue fait relire le jeu une fois ; toujours inconnue, le jeton est refusé."""
    ancienne, neuve = (jwk.RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("k1", "k2"))
    lectures: list[bool] = []

    def jwks(relire: bool) -> dict[str, Any]:
        lectures.append(relire)
        return {"keys": [(neuve if relire else ancienne).as_dict(private=False)]}

    jeton = jwt.encode({"alg": "RS256", "kid": "k2"}, JUSTE, neuve)
    assert v.dechiffrer_signature(jeton, jwks, NOUS, Defauts()) == JUSTE
    assert lectures == [False, True]
    inconnue = jwt.encode({"alg": "RS256", "kid": "k3"}, JUSTE, neuve)
    with pytest.raises(ErreurFournisseur, match="ne publie pas"):
        v.dechiffrer_signature(inconnue, jwks, NOUS, Defauts())
    assert lectures == [False, True, False, True]


@pytest.mark.parametrize("jeton", ["", "a.b", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.e30.x", "eyJhbGciOiJub25lIn0.e30."])
def test_jetons_illisibles(jeton: str) -> None:
    """Ni jeton tronqué, ni HMAC, ni `none`."""
    with pytest.raises(ErreurFournisseur):
        v.dechiffrer_signature(jeton, lambda relire: {"keys": []}, NOUS, Defauts())


def test_userinfo_signe_d_un_autre() -> None:
    """Un UserInfo signé pour un autre, ou par un autre, est écarté ; sans `iss` ni `aud`, il est admis."""
    v.verifier_origine({"sub": "x"}, NOUS)
    v.verifier_origine({"iss": NOUS.issuer, "aud": ["labo"]}, NOUS)
    for faute in ({"iss": "https://autre"}, {"aud": "autre"}):
        with pytest.raises(ErreurFournisseur):
            v.verifier_origine(faute, NOUS)


@pytest.mark.parametrize(
    ("reference", "attendues"),
    [
        (None, []),
        ({}, []),
        ({"exercices": []}, []),
        ({"exercices": "illisible"}, []),
        ({"exercices": [{"codeProfession": "60"}]}, [("60", "")]),
        ({"exercices": [{"codeProfession": "10", "activities": []}]}, [("10", "")]),
        (
            {
                "exercices": [
                    {
                        "codeProfession": "10",
                        "activities": [{"raisonSocialeSite": "A"}, {"enseigneCommercialeSite": "B"}],
                    },
                    {"codeProfession": "21", "activities": [{"raisonSocialeSite": "C", "codeSectionPharmacien": "A"}]},
                ]
            },
            [("10", "A"), ("10", "B"), ("21", "C")],
        ),
    ],
)
def test_situations(reference: Any, attendues: list[tuple[str, str]]) -> None:
    """Zéro, un ou plusieurs exercices, avec ou sans activités."""
    claims = {"sub": "x", "SubjectNameID": "899900000011", "SubjectRefPro": reference}
    lues = lire_identite(claims, psc=True).situations
    assert [(s.profession, s.structure) for s in lues] == attendues


@pytest.mark.parametrize(
    ("identifiant", "rpps"),
    [
        ("899900000011", "99900000011"),
        ("ANS20260101000001", None),
        ("100000000000001/SIM0001", None),
        ("0990000070", None),
    ],
)
def test_identifiants(identifiant: str, rpps: str | None) -> None:
    """L'identifiant national est gardé tel quel ; le RPPS n'en est tiré que s'il en est un."""
    lue = lire_identite({"sub": "x", "SubjectNameID": identifiant, "family_name": "D’ÎLE"}, psc=True)
    assert (lue.identifiant_national, lue.rpps, lue.nom) == (identifiant, rpps, "D’ÎLE")
    with pytest.raises(ErreurFournisseur):
        lire_identite({"sub": "x"}, psc=True)
