"""Destinataires et demandeur : nommés dans l'en-tête, sous leur identifiant, avec la bonne adresse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.compte_rendu import destinataires as d
from tests.verifications.constats import en_liste

_PS = "1.2.250.1.71.4.2.1"
ANNE = d.Destinataire("DUPRÉ", "Anne", "99900000101", "anne.dupre@med.mssante.test")
JEAN = d.Destinataire("MARTIN-ROY", "Jean", "99900000102", "jean.martin@med.mssante.test")
SERVICE = d.Destinataire("Service de néphrologie, aile B")
_TOUS = (ANNE, JEAN, SERVICE)


def nommee(qui: d.Destinataire, rpps: str = "", famille: str = "", prenom: str | None = None) -> str:
    prenom = qui.prenom if prenom is None else prenom
    donne = f"<given>{prenom}</given>" if prenom else ""
    return (
        f'<informationRecipient><intendedRecipient><id root="{_PS}" extension="8{rpps or qui.rpps}"/>'
        f"<informationRecipient><name>{donne}<family>{famille or qui.nom}</family></name></informationRecipient>"
        "</intendedRecipient></informationRecipient>"
    )


_SERVICE = (
    "<informationRecipient><intendedRecipient><receivedOrganization><name>Service de néphrologie, aile B</name>"
    "</receivedOrganization></intendedRecipient></informationRecipient>"
)


def _referent(adresse: str, genre: str = "REF") -> str:
    return (
        f'<participant typeCode="{genre}"><associatedEntity classCode="PROV"><telecom value="mailto:{adresse}"/>'
        "<associatedPerson><name><family>DUPRÉ</family></name></associatedPerson></associatedEntity></participant>"
    )


def cda(*morceaux: str, recit: str = "Sodium") -> bytes:
    return (
        f'<ClinicalDocument xmlns="urn:hl7-org:v3">{"".join(morceaux)}<component><structuredBody><component><section>'
        f"<text><paragraph>{recit}</paragraph></text></section></component></structuredBody></component>"
        "</ClinicalDocument>"
    ).encode()


COMPLET = cda(nommee(ANNE), nommee(JEAN), _SERVICE)
_RECIT = "Copie : Anne Dupré, Jean Martin-Roy, Service de néphrologie, aile B (anne.dupre@med.mssante.test)"
Exemple = Callable[[], Constat | Sequence[Constat]]


def _nommes(octets: bytes, attendus: Sequence[d.Destinataire] = _TOUS) -> list[Constat]:
    return d.destinataires_nommes(octets, attendus, "« cr »")


CONFORMES: dict[str, Exemple] = {
    "tous": lambda: _nommes(COMPLET),
    "autre ordre, sans prénom, sans accent": lambda: _nommes(
        cda(_SERVICE, nommee(JEAN, prenom=""), nommee(ANNE, famille="DUPRE"))
    ),
    "prénom et nom ensemble": lambda: _nommes(cda(nommee(ANNE, famille="Anne DUPRÉ", prenom="")), (ANNE,)),
    "en copie, participant": lambda: _nommes(cda(nommee(ANNE), nommee(JEAN), _SERVICE, _referent("x@y")), _TOUS),
    "eux seuls": lambda: d.eux_seuls(cda(nommee(ANNE)), (JEAN, ANNE), (ANNE,), "« cr »"),
    "demandeur": lambda: d.adresse_du_demandeur(cda(_referent(ANNE.adresse_mss)), ANNE, "« cr »"),
    "demandeur, casse": lambda: d.adresse_du_demandeur(cda(_referent(ANNE.adresse_mss.upper())), ANNE, "« cr »"),
    "demandeur, deux adresses": lambda: d.adresse_du_demandeur(
        cda(_referent("cabinet@med.mssante.test"), _referent(ANNE.adresse_mss)), ANNE, "« cr »"
    ),
}
MANQUEMENTS: dict[str, tuple[str, Exemple]] = {
    "service oublié": ("CR-DEST-01", lambda: _nommes(cda(nommee(ANNE), nommee(JEAN)))),
    "aucun": ("CR-DEST-01", lambda: _nommes(cda())),
    "homonyme d'un autre prénom": (
        "CR-DEST-01",
        lambda: _nommes(cda(nommee(ANNE, rpps="99900000999", prenom="Paul")), (ANNE,)),
    ),
    "identifiant d'un autre": ("CR-DEST-02", lambda: _nommes(cda(nommee(ANNE, rpps="99900000999")), (ANNE,))),
    "destinataire d'un autre": (
        "CR-DEST-03",
        lambda: d.eux_seuls(cda(nommee(ANNE), nommee(JEAN)), (JEAN,), (ANNE,), "« cr »"),
    ),
    "demandeur sans adresse": ("CR-DEM-01", lambda: d.adresse_du_demandeur(cda(), ANNE, "« cr »")),
    "adresse d'un autre": (
        "CR-DEM-01",
        lambda: d.adresse_du_demandeur(cda(_referent(JEAN.adresse_mss)), ANNE, "« cr »"),
    ),
}
A_REGARDER: dict[str, Exemple] = {
    "dans le récit seulement": lambda: _nommes(cda(recit=_RECIT)),
    "personne à qui comparer": lambda: d.eux_seuls(cda(), (JEAN,), (ANNE,), "« cr »"),
    "adresse dans un autre participant": lambda: d.adresse_du_demandeur(
        cda(_referent(ANNE.adresse_mss, "INF")), ANNE, "« cr »"
    ),
    "adresse dans le récit": lambda: d.adresse_du_demandeur(cda(recit=_RECIT), ANNE, "« cr »"),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Ce que la règle demande, et ses écritures légitimes."""
    assert {c.verdict for c in en_liste(CONFORMES[nom]())} == {Verdict.CONFORME}


@pytest.mark.parametrize("nom", MANQUEMENTS)
def test_manquement(nom: str) -> None:
    """Chaque manquement est pris par sa règle, et par elle seule."""
    code, exemple = MANQUEMENTS[nom]
    assert {c.code for c in en_liste(exemple()) if c.verdict is Verdict.NON_CONFORME} == {code}


@pytest.mark.parametrize("nom", A_REGARDER)
def test_a_regarder(nom: str) -> None:
    """Ce qui est dit ailleurs que là où le volet le veut revient à une personne."""
    assert {c.verdict for c in en_liste(A_REGARDER[nom]())} == {Verdict.A_VERIFIER}


def test_rien_a_juger() -> None:
    """Un CDA illisible, ou aucun destinataire attendu, ne prouve rien."""
    for constats in (
        _nommes(b"<a"),
        _nommes(COMPLET, ()),
        [d.eux_seuls(b"<a", (), (), "c"), d.adresse_du_demandeur(b"<a", ANNE, "c")],
    ):
        assert {c.verdict for c in constats} == {Verdict.NON_CONCLUANT}
