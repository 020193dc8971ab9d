"""Identité, fins de session, déconnexion, CIBA, fuites, écrans : chaque faute prise par son code."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.psc.personnes import PERSONNES
from steps.verifications.psc import ClientDeclare, Tentative, ecran, fuites, identite, jetons, lire, sessions, usages
from steps.verifications.psc import ciba as regles_ciba
from steps.verifications.psc.deconnexion import Deconnexion, deconnexion
from steps.verifications.psc.portees import Portee
from steps.verifications.psc.situations import activites as activites_de
from tests.verifications.psc import fabrique as f

NC, AV, CO, RIEN = Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.CONFORME, Verdict.NON_CONCLUANT
CLIENT = ClientDeclare(f.CLIENT, (f.RETOUR,), (f.SORTIE,))


def fautes(constats: Iterable[Constat] | Constat) -> set[tuple[str, Verdict]]:
    liste = [constats] if isinstance(constats, Constat) else list(constats)
    assert liste
    return {(c.code, c.verdict) for c in liste if c.verdict is not CO}


def connexion(identifiant: str = f.MEDECIN, *, session: str = "s1", **champs: Any) -> Tentative:
    return Tentative(
        identifiant, f.session(identifiant, **champs), f.Fil().connexion(identifiant, session=session).echanges
    )


# ---------------------------------------------------------------------------------------------- identité


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


# ---------------------------------------------------------------------------------------------- fins de session


@pytest.mark.parametrize(("cause", "regle"), list(sessions.CAUSES.items()))
def test_fin_de_session(cause: str, regle: Any) -> None:
    """Fermée : conforme ; restée ouverte : non conforme (à vérifier si close ailleurs) ; rien de montré : rien."""
    assert fautes(sessions.session_apres(cause, f.session(), f.session(ouverte=False), [])) == set()
    attendu = AV if cause == "terminee_ailleurs" else NC
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
    ("relance", lambda: _sortie([*_fin(), *_apres(lambda fil: fil.autorisation())]), {("PSC-FIN-09", AV)}),
    ("reconnexion demandée", lambda: _sortie(reconnexion=connexion(session="s2")), set()),
    ("reconnexion sans demande", lambda: _sortie(reconnexion=Tentative(f.MEDECIN, f.session())), {("PSC-FIN-07", NC)}),
    ("reconnexion manquée", lambda: _sortie(reconnexion=Tentative(f.MEDECIN, None)), {("PSC-FIN-07", RIEN)}),
]  # fmt: skip


def _apres(faire: Callable[[f.Fil], object]) -> list[Any]:
    fil = f.Fil().fin()
    faire(fil)
    return fil.echanges[1:]


@pytest.mark.parametrize(("faits", "attendu"), [x[1:] for x in FINS], ids=[x[0] for x in FINS])
def test_deconnexion(faits: Callable[[], Deconnexion], attendu: set[tuple[str, Verdict]]) -> None:
    """Une faute de déconnexion, un code ; les façons légitimes de se déconnecter passent."""
    assert fautes(deconnexion(faits())) == attendu


# ---------------------------------------------------------------------------------------------- CIBA


def _ciba(*messages: str, etats: tuple[str, ...] = ("pending", "remis"), **choix: Any) -> f.Fil:
    fil = f.Fil()
    for message in messages or ("42", "07"):
        demande = fil.demande_ciba(message=message, **choix)
        for rang, etat in enumerate(etats):
            fil.interroger(demande, etat, intervalle="0.1" if rang == 0 else "5.0")
    return fil


def _cadence(*appels: tuple[str, str]) -> f.Fil:
    fil = f.Fil()
    demande = fil.demande_ciba()
    for etat, intervalle in appels:
        fil.interroger(demande, etat, intervalle=intervalle)
    return fil


CIBA: list[tuple[str, Callable[[], f.Fil], dict[str, Any], set[tuple[str, Verdict]]]] = [
    ("ordinaire", _ciba, {"affiches": ["42", "07"], "canaux": ["MOBILE"] * 2, "identifiants": [f.MEDECIN] * 2}, set()),
    ("carte", lambda: _ciba(channel="CARD"), {"canaux": ["CARD", "CARD"]}, set()),
    ("scope dans un autre ordre", lambda: _ciba(scope="scope_all openid profile"), {}, set()),
    ("zéro zéro", lambda: _ciba("00", "99"), {}, set()),
    ("lent", lambda: _cadence(("pending", "0.2"), ("pending", "4.8"), ("slow_down", "5.0"), ("remis", "10.0")), {},
     set()),
    ("canal absent", lambda: _ciba(retires=("channel",)), {}, {("PSC-CIBA-01", NC)}),
    ("canal inconnu", lambda: _ciba(channel="SMS"), {}, {("PSC-CIBA-01", NC)}),
    ("autre canal", _ciba, {"canaux": ["CARD", "CARD"]}, {("PSC-CIBA-01", NC)}),
    ("lettres", lambda: _ciba("AB", "CD"), {}, {("PSC-CIBA-02", NC)}),
    ("trois chiffres", lambda: _ciba("123", "124"), {}, {("PSC-CIBA-02", NC)}),
    ("chiffres d'ailleurs", lambda: _ciba("٤٢", "٠٧"), {}, {("PSC-CIBA-02", NC)}),
    ("non affiché", _ciba, {"affiches": ["", ""]}, {("PSC-CIBA-03", NC)}),
    ("autre affiché", _ciba, {"affiches": ["24", "70"]}, {("PSC-CIBA-03", NC)}),
    ("deux fois le même", lambda: _ciba("42", "42"), {}, {("PSC-CIBA-04", AV)}),
    ("toujours le même", lambda: _ciba("42", "42", "42"), {}, {("PSC-CIBA-04", NC)}),
    ("scope", lambda: _ciba(scope="openid"), {}, {("PSC-CIBA-05", NC)}),
    ("acr absent", lambda: _ciba(retires=("acr_values",)), {}, {("PSC-CIBA-06", NC)}),
    ("acr autre", lambda: _ciba(acr_values="eidas2"), {}, {("PSC-CIBA-06", NC)}),
    ("autre personne", lambda: _ciba(login_hint=f.MEDECIN[1:]), {"identifiants": [f.MEDECIN] * 2},
     {("PSC-CIBA-07", NC)}),
    ("trop vite", lambda: _cadence(("pending", "0.2"), ("pending", "0.5"), ("remis", "0.5")), {},
     {("PSC-CIBA-08", NC)}),
    ("ralentir ignoré", lambda: _cadence(("pending", "0"), ("slow_down", "5"), ("remis", "5")), {},
     {("PSC-CIBA-08", NC)}),
    ("sans fin après refus", lambda: _cadence(("pending", "0"), ("denied", "5"), ("denied", "5")), {},
     {("PSC-CIBA-09", NC)}),
    ("sans fin après expiration", lambda: _cadence(("expired", "0"), ("expired", "5")), {}, {("PSC-CIBA-09", NC)}),
    ("après les jetons", lambda: _cadence(("remis", "0"), ("", "5")), {}, {("PSC-CIBA-09", NC)}),
]  # fmt: skip


@pytest.mark.parametrize(("fil", "faits", "attendu"), [x[1:] for x in CIBA], ids=[x[0] for x in CIBA])
def test_ciba(fil: Callable[[], f.Fil], faits: dict[str, Any], attendu: set[tuple[str, Verdict]]) -> None:
    """Une faute CIBA, un code."""
    assert fautes(regles_ciba.verifier_ciba(lire(fil().echanges), CLIENT, **faits)) == attendu


def test_ciba_absent() -> None:
    """Sans demande CIBA, rien n'est conforme."""
    assert fautes(regles_ciba.verifier_ciba(lire([]), CLIENT)) == {("PSC-CIBA-01", RIEN)}


# ---------------------------------------------------------------------------------------------- rythme, liaison, fuites


def test_rythme_et_liaison() -> None:
    """Un jeton sert à plusieurs appels ; un rafraîchissement par appel se voit ; un jeton non lié aussi."""
    fil = f.Fil().connexion().usage().usage().usage()
    assert fautes(jetons.rythme_des_rafraichissements(lire(fil.echanges), usages(fil.echanges))) == set()
    assert fautes(jetons.jetons_lies(usages(fil.echanges))) == set()
    a_chaque = f.Fil()
    for _ in range(4):
        a_chaque.rafraichir(f.jeton())
        a_chaque.usage()
    assert fautes(jetons.rythme_des_rafraichissements(lire(a_chaque.echanges), usages(a_chaque.echanges))) == {
        ("PSC-JET-04", AV)
    }
    assert fautes(jetons.rythme_des_rafraichissements(lire([]), ())) == {("PSC-JET-04", RIEN)}
    assert fautes(jetons.jetons_lies(usages(f.Fil().usage(etat="non_lie").echanges))) == {("PSC-CLI-06", NC)}
    assert fautes(jetons.jetons_lies(())) == {("PSC-CLI-06", RIEN)}


def _jwt(emetteur: str) -> str:
    parties = ({"alg": "RS256", "typ": "JWT"}, {"iss": emetteur, "sub": "moi"})
    segments = [urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parties]
    return ".".join((*segments, "c2lnbmF0dXJl"))


def test_fuites_dans_les_adresses() -> None:
    """Un jeton ou un code dans une adresse ou un Referer se voit ; la déconnexion peut porter l'ID token."""
    fil = f.Fil().connexion().fin()
    secrets = fuites.secrets_du_dialogue(lire(fil.echanges))
    acces = next(iter(lire(fil.echanges).emis)).rendu["access_token"]
    assert fautes(fuites.adresses_sans_jeton(fil.echanges, secrets)) == set()
    code = lire(fil.echanges).retours[0].un("code")
    gestes: tuple[Callable[[f.Fil], object], ...] = (
        lambda fil: fil.userinfo(porteur="parametre", acces=acces),
        lambda fil: fil.ajouter("appel", "GET", f"/api?jeton={acces}", service="dmp"),
        lambda fil: fil.ajouter("jwks", "GET", "/certs", entetes={"Referer": f"{f.RETOUR}?code={code}"}),
        lambda fil: fil.ajouter("jwks", "GET", f"/certs?t={_jwt(f.EMETTEUR)}"),
    )
    for faire in gestes:
        autre = f.Fil()
        autre.echanges = [*fil.echanges]
        faire(autre)
        constat = fuites.adresses_sans_jeton(autre.echanges, secrets)
        assert fautes(constat) == {("PSC-SEC-01", NC)} and acces not in json.dumps(constat.en_dict())
    assert fautes(fuites.adresses_sans_jeton(fil.echanges, frozenset())) == {("PSC-SEC-01", RIEN)}


def test_fuites_au_navigateur() -> None:
    """Le navigateur ne reçoit que l'identifiant de session, et le code à l'adresse de retour seulement."""
    dialogue = lire(f.Fil().connexion().echanges)
    secrets = fuites.secrets_du_dialogue(dialogue)
    acces, code = dialogue.emis[0].rendu["access_token"], dialogue.retours[0].un("code")
    sains = [
        fuites.Vu("adresse", f"{f.RETOUR}?code={code}&state=abc"),
        fuites.Vu("adresse", f"https://localhost/logout?id_token_hint={_jwt(f.EMETTEUR)}&state=a"),
        fuites.Vu("cookie SESSION", _jwt("https://lps.exemple.fr")),
        fuites.Vu("page", "<p>Bonjour</p>"),
    ]
    juger = fuites.rien_dans_le_navigateur
    assert fautes(juger(sains, secrets, emetteur=f.EMETTEUR, retours=[f.RETOUR])) == set()
    for vu in (
        fuites.Vu("adresse", f"https://lps.exemple.fr/accueil?code={code}"),
        fuites.Vu("adresse", f"https://lps.exemple.fr/accueil#{acces}"),
        fuites.Vu("cookie JETON", _jwt(f.EMETTEUR)),
        fuites.Vu("stockage local", json.dumps({"t": acces})),
        fuites.Vu("page", f"<script>var t='{_jwt(f.EMETTEUR)}'</script>"),
    ):
        constat = juger([*sains, vu], secrets, emetteur=f.EMETTEUR, retours=[f.RETOUR])
        assert fautes(constat) == {("PSC-SEC-02", NC)}
        assert not [s for s in (acces, code, _jwt(f.EMETTEUR)) if s in json.dumps(constat.en_dict())]
    assert fautes(juger([], secrets)) == {("PSC-SEC-02", RIEN)}


def test_fuites_dans_les_traces() -> None:
    """Une trace ou un message sans jeton passe ; avec un jeton ou un code, non."""
    dialogue = lire(f.Fil().connexion().echanges)
    secrets = fuites.secrets_du_dialogue(dialogue)
    assert fautes(fuites.rien_dans_les_traces([fuites.Vu("trace", f"connexion de {f.MEDECIN}")], secrets)) == set()
    for texte in (dialogue.emis[0].rendu["refresh_token"], dialogue.retours[0].un("code"), _jwt(f.EMETTEUR)):
        assert fautes(
            fuites.rien_dans_les_traces([fuites.Vu("trace", f"jeton={texte}")], secrets, emetteur=f.EMETTEUR)
        ) == {("PSC-SEC-03", NC)}
    assert fautes(fuites.rien_dans_les_traces([], secrets)) == {("PSC-SEC-03", RIEN)}


# ---------------------------------------------------------------------------------------------- écrans, comptes


def test_ecran() -> None:
    """Jamais conforme par la machine : à vérifier avec la capture, non conforme quand il manque sûrement."""
    bon = {"html": "<button>S'identifier avec Pro&nbsp;Sant&eacute; Connect</button>", "cgu": "… PRO SANTÉ CONNECT …"}
    assert fautes(ecran.ecran_de_connexion(bon)) == {("PSC-ECR-01", AV), ("PSC-ECR-02", AV)}
    assert fautes(ecran.ecran_de_connexion({"moyens": ["mot_de_passe", "psc"]})) == {
        ("PSC-ECR-01", AV), ("PSC-ECR-02", AV),
    }  # fmt: skip
    assert fautes(ecran.ecran_de_connexion({})) == {("PSC-ECR-01", AV), ("PSC-ECR-02", AV)}
    sans = {"html": "<button>Connexion</button>", "moyens": ["mot_de_passe"], "cgu": "Conditions du service."}
    assert fautes(ecran.ecran_de_connexion(sans)) == {("PSC-ECR-01", NC), ("PSC-ECR-02", NC)}
    assert fautes(ecran.deconnexion_visible()) == {("PSC-ECR-03", AV)}


def test_rapprochement() -> None:
    """Les deux moyens mènent au même compte ; une identité d'un autre RPPS n'y est pas attachée."""
    locale = f.session() | {"moyens": ["mot_de_passe"]}
    assert fautes(ecran.meme_compte(f.session(), locale)) == set()
    assert fautes(ecran.meme_compte(f.session(), locale | {"compte": "c-2"})) == {("PSC-RAP-01", NC)}
    assert fautes(ecran.meme_compte(f.session(), locale | {"compte": None})) == {("PSC-RAP-01", AV)}
    assert fautes(ecran.meme_compte(f.session(), f.session(ouverte=False))) == {("PSC-RAP-01", RIEN)}
    autre = f.PHARMACIENNE
    refuse = ecran.rapprochement_refuse(locale, f.session(ouverte=False), identifiant=autre)
    assert fautes(refuse) == set()
    inchangee = ecran.rapprochement_refuse(locale, locale, identifiant=autre)
    assert fautes(inchangee) == set()
    mele = ecran.rapprochement_refuse(locale, locale | {"identifiant_national": autre}, identifiant=autre)
    assert fautes(mele) == {("PSC-RAP-02", NC)}
    assert fautes(ecran.rapprochement_refuse(None, None, identifiant=autre)) == {("PSC-RAP-02", RIEN)}


def test_seul_moyen() -> None:
    """Les moyens proposés sont ceux déclarés."""
    assert fautes(ecran.seul_moyen(True, ["psc"])) == set()
    assert fautes(ecran.seul_moyen(False, ["psc", "mot_de_passe"])) == set()
    assert fautes(ecran.seul_moyen(True, ["psc", "mot_de_passe"])) == {("PSC-RAP-03", AV)}
    assert fautes(ecran.seul_moyen(False, ["psc"])) == {("PSC-RAP-03", AV)}
    assert fautes(ecran.seul_moyen(True, [])) == {("PSC-RAP-03", RIEN)}
