"""Jetons : variantes valides sans alerte, un défaut par mutant et le bon code, entrées hostiles, jeton jamais écrit."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.verdict import Verdict
from steps.controle.examens.jwt import examiner_jwt
from steps.controle.modele import ContexteControle, Examen
from steps.verifications.registre import REGLES
from tests.controle.aides_examens import HOSTILE_S, en_cause, en_texte
from tests.controle.jwt import fabrique as f

INSTANT = datetime.fromtimestamp(f.EMISSION + 30, UTC)
AVEC_CLES = ContexteControle(jwks=f.jwks(), a_l_instant=INSTANT)
Fabrique = Callable[[], str]


def _examiner(texte: str | bytes, contexte: ContexteControle = AVEC_CLES) -> Examen:
    return examiner_jwt(texte.encode() if isinstance(texte, str) else texte, contexte)


def _j(base: dict[str, object] = f.ID, **choix: object) -> Fabrique:
    return lambda: f.jeton(base, **choix)  # type: ignore[arg-type]


def _json_general() -> str:
    tete, contenu, signature = f.jeton().split(".")
    return json.dumps({"payload": contenu, "signatures": [{"protected": tete, "signature": signature}]})


def _json_aplati() -> str:
    tete, contenu, signature = f.jeton().split(".")
    return json.dumps({"payload": contenu, "protected": tete, "signature": signature})


def _reponse(at_hash: str | None = None) -> str:
    acces = f.jeton(f.ACCES)
    condensat = f.b64(hashlib.sha256(acces.encode()).digest()[:16])
    ident = f.jeton(at_hash=condensat if at_hash is None else at_hash)
    return json.dumps({"access_token": acces, "id_token": ident, "token_type": "Bearer", "expires_in": 120})


_X5T = base64.urlsafe_b64encode(b"\x01" * 32).rstrip(b"=").decode()
_X5T_ANS = base64.b64encode(("01" * 32).encode()).decode()
VALIDES: dict[str, Fabrique] = {
    "ID token RS256": _j(),
    "ES256": _j(nom="ec"),
    "EdDSA": _j(nom="ed"),
    "Bearer": lambda: f"Bearer {f.jeton()}\r\n",
    "en-tête Authorization": lambda: f"Authorization: Bearer {f.jeton()}",
    "entre guillemets": lambda: f'"{f.jeton()}"\n',
    "JWS en JSON général": _json_general,
    "JWS en JSON aplati": _json_aplati,
    "réponse de jetons": _reponse,
    "jeton d'accès": _j(f.ACCES),
    "jeton d'accès RFC 9068": _j(f.ACCES, entete={"typ": "at+jwt"}),
    "sans typ": _j(entete={"typ": f.RETIRE}),
    "aud en liste": _j(aud=["client-du-banc", "autre"]),
    "sans nonce (CIBA)": _j(nonce=f.RETIRE),
    "production": _j(iss="https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet"),
    "nbf et auth_time nuls (Keycloak)": _j(nbf=0, auth_time=0),
    "identité EDIT": _j(
        sub="f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:ANS20260101000001",
        SubjectNameID="ANS20260101000001", preferred_username="ANS20260101000001",
    ),
    "cnf de la RFC 8705": _j(f.ACCES, cnf={"x5t#S256": _X5T}),
    "cnf de l'ANS": _j(f.ACCES, cnf={"x5t#S256": _X5T_ANS}),
    "dates à virgule": _j(iat=f.EMISSION + 0.5),
}  # fmt: skip


@cache
def _valide(nom: str) -> Examen:
    return _examiner(VALIDES[nom]())


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    """Un jeton conforme, ou une variante légitime, ne lève aucune alerte."""
    assert _valide(nom).verdict is Verdict.CONFORME, en_texte(_valide(nom))


def _none(alg: str) -> Fabrique:
    def fabriquer() -> str:
        _, contenu, _ = f.jeton().split(".")
        return f"{f.b64(json.dumps({'alg': alg, 'kid': 'rsa', 'typ': 'JWT'}).encode())}.{contenu}."

    return fabriquer


def _abime(rang: int) -> str:
    parties = f.jeton().split(".")
    autre = "A" if parties[rang][10] != "A" else "B"
    parties[rang] = parties[rang][:10] + autre + parties[rang][11:]
    return ".".join(parties)


def _contenu_change() -> str:
    tete, _, signature = f.jeton().split(".")
    return f"{tete}.{f.b64(json.dumps({**f.ID, 'nonce': 'autre'}).encode())}.{signature}"


def _confusion() -> str:
    return f.par_hmac(f.cle("rsa").as_pem(private=False), kid="rsa")  # type: ignore[union-attr]


_ALG_FAUX = {"JWT-ALG-01", "JWT-SIG-01"}
MUTANTS: dict[str, tuple[Fabrique, set[str]]] = {
    "deux parties": (lambda: f.jeton().rpartition(".")[0], {"JWT-LEC-01"}),
    "remplissage": (lambda: f.jeton() + "=", {"JWT-LEC-01"}),
    "retour à la ligne au milieu": (lambda: f.jeton().replace(".", ".\n", 1), {"JWT-LEC-01"}),
    "contenu qui n'est pas un objet": (lambda: f.signer_a_la_main('{"alg":"RS256"}', "[1]"), {"JWT-LEC-01"}),
    "JSON illisible": (lambda: f.signer_a_la_main('{"alg":"RS256"}', "{iss:1}"), {"JWT-LEC-01"}),
    "membre répété": (
        lambda: f.signer_a_la_main(
            '{"alg":"RS256","kid":"rsa","typ":"JWT"}', json.dumps(f.ID).replace('{"iss"', '{"acr": "eidas1", "iss"')
        ),
        {"JWT-LEC-02"},
    ),
    "alg none": (_none("none"), _ALG_FAUX),
    "alg NonE": (_none("NonE"), _ALG_FAUX),
    "RS256 sans signature": (lambda: f.jeton().rpartition(".")[0] + ".", _ALG_FAUX),
    "alg inconnu": (lambda: f.signer_a_la_main('{"alg":"RS1","kid":"rsa"}', json.dumps(f.ID)), _ALG_FAUX),
    "alg absent": (lambda: f.signer_a_la_main('{"kid":"rsa"}', json.dumps(f.ID)), _ALG_FAUX),
    "secret partagé": (lambda: f.par_hmac(b"secret du client"), {"JWT-ALG-02", "JWT-SIG-01"}),
    "clé publique en secret": (_confusion, {"JWT-ALG-02", "JWT-ALG-03", "JWT-SIG-01"}),
    "ID token typé jeton d'accès": (_j(entete={"typ": "at+jwt"}), {"JWT-ENT-01"}),
    "ID token typé déconnexion": (_j(entete={"typ": "logout+jwt"}), {"JWT-ENT-01"}),
    "typ JWE": (_j(entete={"typ": "JWE"}), {"JWT-ENT-01"}),
    "sans kid": (_j(entete={"kid": f.RETIRE}), {"JWT-ENT-02"}),
    "kid qui n'est pas un texte": (_j(entete={"kid": 3}), {"JWT-ENT-02", "JWT-SIG-01"}),
    "crit inconnu": (_j(entete={"crit": ["x"], "x": 1}), {"JWT-ENT-03", "JWT-SIG-01"}),
    "b64 faux": (_j(entete={"b64": False}), {"JWT-ENT-03", "JWT-SIG-01"}),
    "clé embarquée": (_j(entete={"jku": "https://ailleurs.test/jwks"}), {"JWT-ENT-04"}),
    "sans exp": (_j(exp=f.RETIRE), {"JWT-REV-01"}),
    "sub vide": (_j(sub=""), {"JWT-REV-01"}),
    "exp nul": (_j(exp=0), {"JWT-TPS-01", "JWT-TPS-03"}),
    "SubjectNameID en liste": (_j(SubjectNameID=[f.NATIONAL]), {"JWT-REV-02"}),
    "scope en liste": (_j(f.ACCES, scope=["openid"]), {"JWT-REV-02"}),
    "jeton d'accès sans fin": (_j(f.ACCES, exp=f.RETIRE), {"JWT-PSC-05"}),
    "exp en texte": (_j(exp=str(f.EMISSION + 120)), {"JWT-REV-02"}),
    "iat booléen": (_j(iat=True), {"JWT-REV-02"}),
    "aud en objet": (_j(aud={"a": 1}), {"JWT-REV-02"}),
    "azp d'un autre client": (_j(azp="autre"), {"JWT-REV-03"}),
    "plusieurs aud sans azp": (_j(aud=["a", "b"], azp=f.RETIRE), {"JWT-REV-03"}),
    "cnf trop court": (_j(f.ACCES, cnf={"x5t#S256": "AAAA"}), {"JWT-REV-05"}),
    "exp avant iat": (_j(exp=f.EMISSION - 5), {"JWT-TPS-01", "JWT-TPS-03"} - {"JWT-TPS-03"}),
    "auth_time dans le futur": (_j(auth_time=f.EMISSION + 100), {"JWT-TPS-02"}),
    "expiré": (_j(exp=f.EMISSION - 100, iat=f.EMISSION - 300, auth_time=f.EMISSION - 300), {"JWT-TPS-03"}),
    "émis dans le futur": (_j(iat=f.EMISSION + 100), {"JWT-TPS-03"}),
    "pas encore valable": (_j(nbf=f.EMISSION + 110), {"JWT-TPS-03"}),
    "émetteur presque juste": (_j(iss=f.ISS + "/"), {"JWT-PSC-01"}),
    "émetteur en http": (_j(iss=f.ISS.replace("https", "http")), {"JWT-PSC-01"}),
    "ancien bac à sable": (_j(iss="https://auth.bas.esw.esante.gouv.fr/auth/realms/esante-wallet"), {"JWT-PSC-01"}),
    "autre fournisseur": (_j(iss="https://idp.hopital.test", acr="0", sub="x"), {"JWT-PSC-01"}),
    "acr eidas0": (_j(acr="eidas0"), {"JWT-PSC-02"}),
    "acr absent": (_j(acr=f.RETIRE), {"JWT-PSC-02"}),
    "sub d'un autre": (_j(sub="f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899900000029"), {"JWT-PSC-03"}),
    "sub sans UUID": (_j(sub=f.NATIONAL), {"JWT-PSC-03"}),
    "preferred_username d'un autre": (_j(preferred_username="899900000029"), {"JWT-PSC-04"}),
    "jeton d'accès d'une heure": (_j(f.ACCES, exp=f.EMISSION + 3600), {"JWT-PSC-05"}),
    "contenu changé": (_contenu_change, {"JWT-SIG-01"}),
    "signature abîmée": (lambda: _abime(2), {"JWT-SIG-01"}),
    "autre clé, même kid": (_j(nom="autre", entete={"kid": "rsa"}), {"JWT-SIG-01"}),
    "clé inconnue": (_j(nom="autre"), {"JWT-SIG-01"}),
}


@cache
def _mutant(nom: str) -> Examen:
    return _examiner(MUTANTS[nom][0]())


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Un défaut est pris par son code, et par lui seul."""
    assert en_cause(_mutant(nom)) == MUTANTS[nom][1], en_texte(_mutant(nom))


def test_at_hash_faux() -> None:
    """at_hash se compare au jeton d'accès de la même réponse."""
    examen = _examiner(_reponse("AAAAAAAAAAAAAAAAAAAAAA"))
    assert {nom: en_cause(inclus) for nom, inclus in examen.inclus} == {
        "access_token": set(),
        "id_token": {"JWT-REV-04"},
    }


def test_cle_courte_ou_de_chiffrement() -> None:
    """Une clé RSA courte, ou faite pour chiffrer, ne vaut pas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        courte = _examiner(f.jeton(nom="courte"), replace(AVEC_CLES, jwks=f.jwks("courte")))
    assert en_cause(courte) == {"JWT-SIG-02"}
    assert en_cause(_examiner(f.jeton(), replace(AVEC_CLES, jwks=f.jwks("rsa", use="enc")))) == {"JWT-SIG-02"}


def test_sans_jwks_au_plus_a_verifier() -> None:
    """Sans clé, la signature n'est pas vérifiée : jamais conforme, et le périmètre le dit."""
    examen = _examiner(f.jeton(), ContexteControle())
    assert examen.verdict is Verdict.A_VERIFIER and en_cause(examen) == {"JWT-SIG-01"}
    assert any("signature non vérifiée" in ligne for ligne in examen.perimetre)
    assert any("aucun instant" in ligne for ligne in examen.perimetre)


@pytest.mark.parametrize(
    "octets", [b"", b"{}", b"[]", b'{"keys": []}', b'{"keys": [{"kty": "oct", "k": "AA"}]}', b"[" * 99999]
)
def test_jwks_illisible(octets: bytes) -> None:
    """Un JWKS illisible, vide ou sans clé publique est dit, et rien n'est conforme."""
    examen = _examiner(f.jeton(), replace(AVEC_CLES, jwks=octets))
    assert examen.verdict is Verdict.NON_CONCLUANT


def test_jeton_chiffre_non_concluant() -> None:
    """Un JWE est un jeton que le banc ne peut pas lire, pas un jeton fautif."""
    tete = f.b64(b'{"alg":"RSA-OAEP","enc":"A256GCM"}')
    assert _examiner(f"{tete}.AA.AA.AA.AA").verdict is Verdict.NON_CONCLUANT


@pytest.mark.parametrize("nom", [*MUTANTS, *VALIDES])
def test_le_jeton_n_est_jamais_ecrit(nom: str) -> None:
    """Ni le jeton ni sa signature n'apparaissent dans un constat ou le périmètre."""
    texte = (MUTANTS[nom][0] if nom in MUTANTS else VALIDES[nom])()
    examen = _mutant(nom) if nom in MUTANTS else _valide(nom)
    examens = [examen, *(inclus for _, inclus in examen.inclus)]
    ecrit = "\n".join(c.en_texte() for e in examens for c in e.constats) + "".join(
        p for e in examens for p in e.perimetre
    )
    for partie in texte.replace('"', ".").split("."):
        if len(partie) > 60:
            assert partie[20:60] not in ecrit


def test_chaque_regle_a_ses_deux_exemples() -> None:
    """Toute règle des jetons est suivie par un exemple et enfreinte par un autre, qui dit tout."""
    suivies, enfreintes = set[str](), set[str]()
    examens = [*map(_valide, VALIDES), *map(_mutant, MUTANTS), _examiner(_reponse("AAAA"))]
    examens.append(_examiner(f.jeton(), replace(AVEC_CLES, jwks=f.jwks("rsa", use="enc"))))
    examens += [inclus for examen in examens for _, inclus in examen.inclus]
    for constat in (c for examen in examens for c in examen.constats):
        (suivies if constat.verdict is Verdict.CONFORME else enfreintes).add(constat.code)
        if constat.verdict is Verdict.NON_CONFORME:
            assert constat.message and constat.attendu and constat.recu and constat.ou and constat.a_faire
    regles = {code for code in REGLES if code.startswith("JWT-")}
    assert regles - suivies == set()
    assert regles - enfreintes == set()


def _brut(entete: bytes, contenu: bytes = b"{}") -> bytes:
    return f"{f.b64(entete)}.{f.b64(contenu)}.AA".encode()


_RS = b'{"alg":"RS256"}'
HOSTILES: dict[str, bytes] = {
    "vide": b"",
    "deux mégaoctets": b"A" * 2_000_000,
    "points": b"." * 100_000,
    "en-tête imbriqué": _brut(b"{" + b"[" * 50_000),
    "contenu imbriqué": _brut(b"{}", b'{"a":' * 20_000),
    "fichier JSON imbriqué": b'{"a":' * 100_000,
    "nombre géant": _brut(_RS, b'{"exp":' + b"9" * 100_000 + b"}"),
    "exp infini": _brut(_RS, b'{"exp":1e999,"iat":-1e999}'),
    "NaN": _brut(_RS, b'{"exp":NaN}'),
    "UTF-16": b"\xff\xfe" + "Bearer x.y.z".encode("utf-16-le"),
    "octets": bytes(range(256)) * 100,
    "quarante mille membres": _brut(json.dumps({str(i): i for i in range(40_000)}).encode()),
}


@pytest.mark.parametrize("nom", HOSTILES)
def test_hostile(nom: str) -> None:
    """Une entrée hostile est refusée en temps borné, sans exception ni conformité."""
    debut = time.perf_counter()
    examen = _examiner(HOSTILES[nom])
    assert time.perf_counter() - debut < HOSTILE_S
    assert examen.verdict is not Verdict.CONFORME


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_octets_quelconques(octets: bytes) -> None:
    """Aucun octet ne fait lever l'examen."""
    assert _examiner(octets).verdict is not Verdict.CONFORME


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda enfants: st.lists(enfants, max_size=3) | st.dictionaries(st.text(max_size=8), enfants, max_size=3),
    max_leaves=6,
)
_NOMS = st.sampled_from(
    ["alg", "kid", "typ", "crit", "iss", "sub", "aud", "exp", "iat", "nbf", "azp", "acr", "cnf", "nonce"]
)


@settings(max_examples=100)
@given(st.dictionaries(_NOMS, _JSON, max_size=6), st.dictionaries(_NOMS, _JSON, max_size=8), st.binary(max_size=40))
def test_revendications_quelconques(entete: dict[str, object], contenu: dict[str, object], signature: bytes) -> None:
    """Des valeurs de tout type, partout, ne font pas lever l'examen ; rien n'est conforme sans signature valide."""
    texte = f"{f.b64(json.dumps(entete).encode())}.{f.b64(json.dumps(contenu).encode())}.{f.b64(signature)}"
    assert _examiner(texte).verdict is not Verdict.CONFORME
