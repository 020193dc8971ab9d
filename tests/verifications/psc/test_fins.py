"""Fins de session et déconnexion : chaque faute prise par son code, les façons légitimes passent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reports.verdict import Verdict
from steps.verifications.psc import Tentative, sessions
from steps.verifications.psc.deconnexion import Deconnexion, deconnexion
from tests.verifications.psc import fabrique as f
from tests.verifications.psc.aides import AV, NC, RIEN, connexion, fautes


@pytest.mark.parametrize(("cause", "regle"), list(sessions.CAUSES.items()))
def test_fin_de_session(cause: str, regle: Any) -> None:
    """Fermée : conforme ; restée ouverte : non conforme, ou à vérifier ; rien de montré : rien."""
    assert fautes(sessions.session_apres(cause, f.session(), f.session(ouverte=False), [])) == set()
    attendu = AV if cause in ("terminee_ailleurs", "inactivite") else NC
    assert fautes(sessions.session_apres(cause, f.session(), f.session(), [])) == {(regle.code, attendu)}
    assert fautes(sessions.session_apres(cause, f.session(), None, [], resultat="refuse")) == set()
    assert fautes(sessions.session_apres(cause, f.session(), None, [])) == {(regle.code, RIEN)}
    assert fautes(sessions.session_apres(cause, None, f.session(ouverte=False), [])) == {(regle.code, RIEN)}


def test_jetons_morts() -> None:
    """Après un rafraîchissement refusé : ni jeton mort présenté, ni même refus redemandé sans fin."""
    fil = f.Fil()
    employe = f.jeton()
    fil.rafraichir(employe, statut=400, refus="invalid_grant")
    fermee = f.session(ouverte=False)
    assert fautes(sessions.session_apres("inactivite", f.session(), fermee, fil.echanges)) == set()
    for _ in range(3):
        fil.rafraichir(employe, statut=400, refus="invalid_grant")
    assert fautes(sessions.session_apres("inactivite", f.session(), fermee, fil.echanges)) == {("PSC-SES-06", AV)}
    autre = f.Fil()
    autre.rafraichir(employe, statut=400, refus="invalid_grant")
    autre.usage(etat="revoque")
    assert fautes(sessions.session_apres("inactivite", f.session(), fermee, autre.echanges)) == {("PSC-SES-05", AV)}
    survivante = sessions.session_apres("terminee_ailleurs", f.session(), f.session(), fil.echanges[:1])
    assert fautes(survivante) == {("PSC-SES-03", NC), ("PSC-SES-04", AV)}


def _fin(**choix: Any) -> list[Any]:
    return f.Fil().fin(**choix).echanges


def _sortie(echanges: list[Any] | None = None, **choix: Any) -> Deconnexion:
    faits = {"avant": f.session(), "apres": f.session(ouverte=False), "post_logout_redirect_uris": (f.SORTIE,)} | choix
    return Deconnexion("s1", echanges=_fin() if echanges is None else echanges, **faits)


FINS: list[tuple[str, Callable[[], Deconnexion], set[tuple[str, Verdict]]]] = [
    ("ordinaire", _sortie, set()),
    ("par le serveur", lambda: _sortie(_fin(sortie="", state=""), par_navigateur=False), set()),
    ("sans state", lambda: _sortie(_fin(state="")), set()),
    ("sans adresse de sortie", lambda: _sortie(_fin(sortie="")), set()),
    ("fournisseur indisponible, fermée quand même", lambda: _sortie(
        _fin(statut=503, panne="fin_session_indisponible"), panne="fin_session_indisponible"), set()),
    ("refus dit par l'action", lambda: _sortie(apres=None, resultat="refuse"), set()),
    ("locale seule", lambda: _sortie([]), {("PSC-FIN-01", AV)}),
    ("sans hint", lambda: _sortie(_fin(hint=False)), {("PSC-FIN-02", AV)}),
    ("autre session", lambda: _sortie(_fin(session="s9")), {("PSC-FIN-03", NC)}),
    ("sortie inconnue", lambda: _sortie(_fin(sortie="https://ailleurs.fr/")), {("PSC-FIN-04", NC)}),
    ("restée ouverte", lambda: _sortie(apres=f.session()), {("PSC-FIN-06", NC)}),
    ("restée ouverte, panne", lambda: _sortie(_fin(statut=503), apres=f.session(), panne="fin_session_indisponible"),
     {("PSC-FIN-06", NC)}),
    ("rien de montré", lambda: _sortie(apres=None), {("PSC-FIN-06", RIEN)}),
    ("rien avant", lambda: _sortie(avant=f.session(ouverte=False)), {("PSC-FIN-06", RIEN)}),
    ("jeton encore présenté", lambda: _sortie(f.Fil().fin().usage().echanges), {("PSC-FIN-08", AV)}),
    ("jeton d'une autre session", lambda: _sortie(f.Fil().fin().usage(session="s2").echanges), set()),
    ("relance", lambda: _sortie([*_fin(), *_apres(lambda fil: fil.autorisation())]), {("PSC-FIN-09", AV)}),
    ("reconnexion demandée", lambda: _sortie(reconnexion=connexion(session="s2")), set()),
    ("reconnexion sans mire, sortie non demandée", lambda: _sortie([], reconnexion=_sans_mire()),
     {("PSC-FIN-01", AV), ("PSC-FIN-07", NC)}),
    ("reconnexion sans mire, malgré la sortie", lambda: _sortie(reconnexion=_sans_mire()), set()),
    ("reconnexion sans demande", lambda: _sortie(reconnexion=Tentative(f.MEDECIN, f.session())), {("PSC-FIN-07", NC)}),
    ("reconnexion manquée", lambda: _sortie(reconnexion=Tentative(f.MEDECIN, None)), {("PSC-FIN-07", RIEN)}),
]  # fmt: skip


def _sans_mire() -> Tentative:
    fil = f.Fil()
    fil.ajouter("autorisation", "GET", "/auth", statut=302, notes={"sso": "oui", "transaction": "sso-1"})
    return Tentative(f.MEDECIN, f.session(), fil.echanges)


def _apres(faire: Callable[[f.Fil], object]) -> list[Any]:
    fil = f.Fil().fin()
    faire(fil)
    return fil.echanges[1:]


def test_la_session_visee_ne_se_juge_pas_sans_connaitre_la_sienne() -> None:
    """Sans session du fournisseur connue, rien ne dit que la déconnexion désigne la bonne."""
    faits = Deconnexion("", avant=f.session(), apres=f.session(ouverte=False), echanges=_fin())
    assert "PSC-FIN-03" not in {c.code for c in deconnexion(faits)}
    assert "PSC-FIN-03" in {c.code for c in deconnexion(_sortie())}


@pytest.mark.parametrize(("faits", "attendu"), [x[1:] for x in FINS], ids=[x[0] for x in FINS])
def test_deconnexion(faits: Callable[[], Deconnexion], attendu: set[tuple[str, Verdict]]) -> None:
    """Une faute de déconnexion, un code ; les façons légitimes de se déconnecter passent."""
    assert fautes(deconnexion(faits())) == attendu
