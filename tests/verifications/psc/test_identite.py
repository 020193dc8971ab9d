"""L'identité montrée, portée, tracée ; les situations d'exercice ; deux personnes de suite."""

from __future__ import annotations

import pytest

from simulators.psc.personnes import PERSONNES
from steps.verifications.psc import Tentative, identite, usages
from steps.verifications.psc.portees import Portee
from steps.verifications.psc.situations import activites as activites_de
from tests.verifications.psc import fabrique as f
from tests.verifications.psc.aides import AV, NC, RIEN, connexion, fautes


def test_identite_montree() -> None:
    """L'identifiant entier ; tronqué, d'un autre ou fermée : non conforme ; non montré : à vérifier."""
    assert fautes(identite.session_de(connexion())) == set()
    echanges = f.Fil().connexion().echanges
    for montree, attendu in (
        (f.session(f.PHARMACIENNE), {("PSC-IDE-01", NC)}),
        (f.session(f.MEDECIN[1:]), {("PSC-IDE-01", NC)}),
        (f.session(ouverte=False), {("PSC-IDE-01", NC)}),
        (f.session(None), {("PSC-IDE-01", AV)}),
        (None, {("PSC-IDE-01", RIEN)}),
    ):
        assert fautes(identite.session_de(Tentative(f.MEDECIN, montree, echanges))) == attendu
    assert fautes(identite.session_de(Tentative(f.MEDECIN, f.session()))) == {("PSC-IDE-01", RIEN)}
    refusee = Tentative(f.MEDECIN, None, echanges, resultat="refuse")
    assert fautes(identite.session_de(refusee)) == {("PSC-IDE-01", NC)}


@pytest.mark.parametrize("national", ["ANS20260101000001", "100000000000001/SIM0001"])
def test_identifiant_d_une_autre_forme(national: str) -> None:
    """Un identifiant qui n'est pas un RPPS est gardé entier."""
    echanges = f.Fil().connexion(national).echanges
    assert fautes(identite.non_rpps(Tentative(national, f.session(national), echanges))) == set()
    assert fautes(identite.non_rpps(Tentative(national, f.session(national[-11:]), echanges))) == {("PSC-IDE-02", NC)}
    assert fautes(identite.non_rpps(Tentative(national, f.session(ouverte=False), echanges))) == {("PSC-IDE-02", AV)}
    assert fautes(identite.non_rpps(Tentative(national, f.session(national)))) == {("PSC-IDE-02", RIEN)}


@pytest.mark.parametrize("identifiant", list(PERSONNES))
def test_situations(identifiant: str) -> None:
    """Pour chaque personne fictive : une situation par activité passe ; en inventer une ou en oublier se voit."""
    userinfo = PERSONNES[identifiant].userinfo()
    activites = activites_de(userinfo)
    justes = [
        {"structure": a.get("raisonSocialeSite", ""), "profession": a.get("codeProfession", "")} for a in activites
    ]
    assert fautes(identite.situations({"situations": justes}, userinfo, ())) == set()
    invente = [*justes, {"structure": "Clinique inventée"}]
    assert fautes(identite.situations({"situations": invente}, userinfo, ())) == {("PSC-IDE-09", NC)}
    attendu = {("PSC-IDE-09", NC)} if len(activites) > 1 else set()
    assert fautes(identite.situations({"situations": justes[:1] if len(justes) > 1 else []}, userinfo, ())) == attendu


@pytest.mark.parametrize(
    ("service", "code"), [("dmp", "PSC-IDE-03"), ("insi", "PSC-IDE-04"), ("mssante", "PSC-IDE-05")]
)
def test_identite_portee(service: str, code: str) -> None:
    """La requête porte l'identifiant de la personne, tel quel."""
    assert fautes(identite.propagee(f.MEDECIN, [Portee(3, service, f.MEDECIN, "NameID")])) == set()
    for autre in (f.PHARMACIENNE, f.MEDECIN[1:], "", "899999999999"):
        constats = identite.propagee(f.MEDECIN, [Portee(3, service, f.MEDECIN, "a"), Portee(4, service, autre, "a")])
        assert fautes(constats) == {(code, NC)}
    assert fautes(identite.propagee(f.MEDECIN, [])) == {("PSC-IDE-03", RIEN)}


def test_portees_lues() -> None:
    """Le VIHF et l'assertion INSi se lisent dans la requête, même dans un message en plusieurs parties."""
    assertion = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>'
        '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"><a:Subject>'
        f"<a:NameID>{f.MEDECIN}</a:NameID></a:Subject></a:Assertion></s:Header><s:Body/></s:Envelope>"
    ).encode()
    fil = f.Fil()
    fil.usage("dmp", corps=b"--x\r\nContent-Type: text/xml\r\n\r\n" + assertion + b"\r\n--x--").usage(
        "insi", corps=assertion
    )
    fil.usage("dmp", corps=b"<oups").usage("mssante", bal="Eve@labo.mssante.fr").usage("mssante", bal="labo@x.fr")
    assert [p.identifiant for p in identite.portees_dmp(fil.echanges)] == [f.MEDECIN]
    assert [p.identifiant for p in identite.portees_insi(fil.echanges)] == [f.MEDECIN]
    lues = identite.portees_mssante(fil.echanges, {"eve@labo.mssante.fr": f.MEDECIN})
    assert [p.identifiant for p in lues] == [f.MEDECIN]


def test_jetons_de_la_personne() -> None:
    """Un jeton d'un autre, ou d'une autre session, se voit."""
    assert fautes(identite.jetons_de(f.MEDECIN, usages(f.Fil().usage().echanges), ["s1"])) == set()
    d_un_autre = usages(f.Fil().usage().usage(identifiant=f.PHARMACIENNE, session="s2").echanges)
    assert fautes(identite.jetons_de(f.MEDECIN, d_un_autre)) == {("PSC-IDE-06", NC)}
    ancienne = usages(f.Fil().usage(session="s0").echanges)
    assert fautes(identite.jetons_de(f.MEDECIN, ancienne, ["s1"])) == {("PSC-IDE-06", NC)}
    assert fautes(identite.jetons_de(f.MEDECIN, ())) == {("PSC-IDE-06", RIEN)}


def test_traces() -> None:
    """La trace dit l'identifiant, ou son RPPS ; sinon c'est un manquement."""
    for texte in (f.MEDECIN, f.MEDECIN[1:]):
        assert fautes(identite.dans_les_traces(f.MEDECIN, [{"detail": {"utilisateur": texte}}])) == set()
    assert fautes(identite.dans_les_traces(f.MEDECIN, [{"detail": f.PHARMACIENNE}])) == {("PSC-IDE-07", NC)}
    assert fautes(identite.dans_les_traces(f.MEDECIN, [])) == {("PSC-IDE-07", NC)}


def test_deux_personnes() -> None:
    """La seconde personne a sa session, son identité, ses jetons."""
    premier = connexion()
    assert fautes(identite.sans_confusion(premier, connexion(f.PHARMACIENNE, session="s2"))) == set()
    fil = f.Fil().connexion(f.PHARMACIENNE, session="s2")
    for montree in (
        f.session(),
        f.session(f.PHARMACIENNE) | {"session_id": f"l-{f.MEDECIN}"},
        f.session(ouverte=False),
    ):
        second = Tentative(f.PHARMACIENNE, montree, fil.echanges)
        assert fautes(identite.sans_confusion(premier, second)) == {("PSC-IDE-08", NC)}
    ancien = Tentative(f.PHARMACIENNE, f.session(f.PHARMACIENNE), fil.usage().echanges)
    assert fautes(identite.sans_confusion(premier, ancien)) == {("PSC-IDE-08", NC)}
    assert fautes(identite.sans_confusion(premier, premier)) == {("PSC-IDE-08", RIEN)}
