"""L'échange de jetons avant une API : chaque faute prise par son code, les demandes légitimes passent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reports.verdict import Verdict
from steps.verifications.psc import lire
from steps.verifications.psc.api import ECHANGE, TYPES, verifier_echanges_de_jetons
from tests.verifications.psc import fabrique as f
from tests.verifications.psc.aides import NC, RIEN, fautes


def _fil(
    *, connexion: dict[str, Any] | None = None, secret: bool = False, certificat: bool = True, **champs: str
) -> f.Fil:
    fil = f.Fil().connexion(echange={"der": f.certificat()} if connexion is None else connexion)
    envoyes = {
        "grant_type": ECHANGE, "subject_token": f.jeton(), "subject_token_type": TYPES[0], "scope": "dmp",
        "client_id": f.CLIENT,
    } | champs  # fmt: skip
    fil.ajouter(
        "echange_jeton", "POST", "/echange", service="api_psc", der=f.certificat() if certificat else None,
        champs={nom: valeur for nom, valeur in envoyes.items() if valeur},
        entetes={"Authorization": f.jeton()} if secret else None,
        notes={"session": "s1", "identifiant": f.MEDECIN, "jeton_etat": "valide", "jeton_session": "s1"},
    )  # fmt: skip
    return fil


@pytest.mark.parametrize(
    ("fil", "attendu"),
    [
        (_fil(), set()),
        (_fil(subject_token_type=TYPES[1]), set()),
        (_fil(subject_issuer="psc", audience="dmp"), set()),
        (_fil(subject_token=""), {("PSC-API-01", NC)}),
        (_fil(scope=""), {("PSC-API-01", NC)}),
        (_fil(subject_token_type="urn:ietf:params:oauth:token-type:id_token"), {("PSC-API-01", NC)}),
        (_fil(secret=True), {("PSC-API-02", NC)}),
        (_fil(client_secret="empreinte:0"), {("PSC-API-02", NC)}),
        (_fil(certificat=False), {("PSC-API-02", NC)}),
        (_fil(connexion={}), {("PSC-API-03", NC)}),
        (f.Fil().connexion(), {("PSC-API-01", RIEN)}),
    ],
    ids=["ordinaire", "jwt", "avec d'autres", "sans jeton", "sans scope", "ID token", "Basic", "secret",
         "sans certificat", "jeton PSC sans certificat", "pas d'échange"],
)  # fmt: skip
def test_echange(fil: f.Fil, attendu: set[tuple[str, Verdict]]) -> None:
    """Une faute, un code."""
    assert fautes(verifier_echanges_de_jetons(fil.echanges, lire(fil.echanges))) == attendu


def test_jeton_obtenu_en_clair() -> None:
    """Un point de jetons joint sans TLS n'a vu aucun certificat."""
    echanges = [replace(e, tls=None) if e.operation == "jeton" else e for e in _fil().echanges]
    assert fautes(verifier_echanges_de_jetons(echanges, lire(echanges))) == {("PSC-API-03", NC)}
