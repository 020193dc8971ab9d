"""Un fournisseur quelconque et les appels aux services : chaque règle prise en faute, et ses variantes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reports.verdict import Verdict
from steps.verifications.appels_psc import appels_authentifies, mode_trace
from steps.verifications.oidc import jeton_reutilise, page_affichee, personne_reconnue, refus_de_la_personne
from steps.verifications.psc.tentative import Tentative
from tests.verifications.psc.fabrique import MEDECIN, Fil

OUVERTE = {"ouverte": True, "session_id": "s", "nom": "LÉVÊQUE-D’HÔTEL", "prenom": "Zoé"}
FERMEE = {"ouverte": False}


def connexion(*, sso: bool = False, emis: bool = True, mire: bool = True, **changes: Any) -> Fil:
    """Une demande, la page du fournisseur sauf en SSO, le jeton."""
    fil = Fil("etablissement")
    transaction, parametres = fil.autorisation(**changes)
    code = fil.mire(transaction, parametres) if mire and not sso else "c"
    if emis:
        fil.jeton(transaction, code)
    return fil


def tentative(fil: Fil, session: Mapping[str, Any] | None = OUVERTE, resultat: str = "fait") -> Tentative:
    return Tentative(MEDECIN, session, fil.echanges, resultat, service="etablissement")


@pytest.mark.parametrize(
    ("session", "verdict"),
    [
        (OUVERTE, Verdict.CONFORME),
        ({**OUVERTE, "nom": "leveque d'hotel"}, Verdict.CONFORME),
        ({**OUVERTE, "nom": "", "prenom": ""}, Verdict.A_VERIFIER),
        ({**OUVERTE, "nom": "BIOLOGUE", "prenom": "ALIX"}, Verdict.NON_CONFORME),
        (FERMEE, Verdict.NON_CONFORME),
        (None, Verdict.NON_CONCLUANT),
    ],
)
def test_la_personne_authentifiee_est_celle_que_le_logiciel_montre(
    session: Mapping[str, Any] | None, verdict: Verdict
) -> None:
    """Accents, casse et tirets ne comptent pas ; un autre nom, ou une porte fermée, est une faute."""
    assert personne_reconnue(tentative(connexion(), session), "LÉVÊQUE-D'HÔTEL", "Zoé").verdict is verdict


def test_sans_jeton_rendu_l_identite_ne_se_juge_pas() -> None:
    """Une connexion qui n'est pas allée au bout ne dit rien de la personne."""
    assert personne_reconnue(tentative(connexion(emis=False)), "A", "B").verdict is Verdict.NON_CONCLUANT


def test_la_page_du_fournisseur_s_affiche_d_elle_meme() -> None:
    """Une demande sans page affichée est une faute ; sans demande, rien n'est dit."""
    assert page_affichee(tentative(connexion())).verdict is Verdict.CONFORME
    assert page_affichee(tentative(connexion(mire=False, emis=False, prompt="none"))).verdict is Verdict.NON_CONFORME
    assert page_affichee(tentative(Fil("etablissement"))).verdict is Verdict.NON_CONCLUANT


@pytest.mark.parametrize(
    ("premiere", "seconde", "verdict"),
    [
        (tentative(connexion()), tentative(connexion(sso=True)), Verdict.CONFORME),
        (tentative(connexion()), tentative(connexion(prompt="login")), Verdict.NON_CONFORME),
        (tentative(connexion()), tentative(connexion(sso=True), FERMEE), Verdict.NON_CONFORME),
        (tentative(connexion()), tentative(Fil("etablissement")), Verdict.A_VERIFIER),
        (tentative(connexion()), tentative(Fil("etablissement"), FERMEE), Verdict.NON_CONCLUANT),
        (tentative(connexion(sso=True)), tentative(connexion(sso=True)), Verdict.NON_CONCLUANT),
        (tentative(connexion(), FERMEE), tentative(connexion(sso=True)), Verdict.NON_CONCLUANT),
    ],
)
def test_un_jeton_deja_valide_sert_a_la_connexion_suivante(
    premiere: Tentative, seconde: Tentative, verdict: Verdict
) -> None:
    """La première a fait s'authentifier la personne ; la seconde ne le fait plus, et ouvre sa session."""
    constat = jeton_reutilise(premiere, seconde)
    assert constat.verdict is verdict
    if verdict is Verdict.NON_CONFORME and seconde.ouverte:
        assert "prompt=login" in constat.recu


@pytest.mark.parametrize(
    ("fil", "session", "verdict"),
    [
        (connexion(emis=False), FERMEE, Verdict.CONFORME),
        (connexion(emis=False), OUVERTE, Verdict.NON_CONFORME),
        (connexion(emis=False), None, Verdict.NON_CONCLUANT),
        (connexion(), OUVERTE, Verdict.NON_CONCLUANT),
        (Fil("etablissement"), FERMEE, Verdict.NON_CONCLUANT),
    ],
)
def test_une_personne_qui_refuse_n_a_pas_de_session(
    fil: Fil, session: Mapping[str, Any] | None, verdict: Verdict
) -> None:
    """Sans demande vue, ou avec un jeton rendu, le refus n'a pas eu lieu."""
    assert refus_de_la_personne(tentative(fil, session)).verdict is verdict


# --------------------------------------------------------------- appels aux services
def test_chaque_appel_presente_le_jeton_de_la_personne() -> None:
    """Un appel sans jeton suffit à la faute ; aucun appel ne prouve rien ; un jeton refusé puis renouvelé passe."""
    jetons = Fil().usage("dmp").usage("dmp", etat="expire").usage("insi")
    assert appels_authentifies("dmp", jetons.echanges).verdict is Verdict.CONFORME
    assert appels_authentifies("mssante", jetons.echanges).verdict is Verdict.NON_CONCLUANT
    assert appels_authentifies("dmp", Fil().usage(etat="autre_audience").echanges).verdict is Verdict.NON_CONFORME
    refuse = Fil()
    refuse.ajouter("echange_jeton", "POST", "/token", service="api_psc", statut=400, notes={"refus": "invalid_grant"})
    constat = appels_authentifies("dmp", refuse.echanges)
    assert (constat.verdict, constat.recu) == (Verdict.NON_CONFORME, "invalid_grant")
    assert appels_authentifies("dmp", refuse.usage("dmp").echanges).verdict is Verdict.CONFORME
    sans = Fil().usage("dmp").usage("dmp", etat="")
    constat = appels_authentifies("dmp", sans.echanges)
    assert (constat.verdict, constat.echanges) == (Verdict.NON_CONFORME, (2,))
    # Où le REM veut aussi l'authentification indirecte renforcée, l'appel sans jeton se regarde.
    assert appels_authentifies("dmp", sans.echanges, renforcee=True).verdict is Verdict.A_VERIFIER
    assert appels_authentifies("dmp", jetons.echanges, renforcee=True).verdict is Verdict.CONFORME


@pytest.mark.parametrize(
    ("detail", "verdict"),
    [
        ({"mode": "psc"}, Verdict.CONFORME),
        ({"authentification": "Pro Santé Connect (e-CPS)"}, Verdict.CONFORME),
        ({"authentification": "PROSANTECONNECT"}, Verdict.CONFORME),
        ({"authentification": "carte CPS"}, Verdict.NON_CONFORME),
        ({"reponse": "pscore"}, Verdict.NON_CONFORME),
    ],
)
def test_la_trace_dit_le_mode(detail: Mapping[str, str], verdict: Verdict) -> None:
    """Le nom peut s'écrire de plusieurs façons ; un mot qui le contient n'est pas lui."""
    assert mode_trace([{"action": "x"}, {"detail": detail}], "dmp").verdict is verdict


def test_sans_trace_le_mode_n_est_pas_trace() -> None:
    """Le journal vide est une faute, et le message nomme le service."""
    constat = mode_trace([], "insi")
    assert constat.verdict is Verdict.NON_CONFORME and "INSi" in constat.message
