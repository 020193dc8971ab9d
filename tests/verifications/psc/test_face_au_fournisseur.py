"""Les règles PSC sur de vrais échanges : un logiciel de fortune parle au fournisseur simulé par de vraies sockets."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.psc import SimulateurPSC
from simulators.psc.profil import ETABLISSEMENT as PROFIL_ETABLISSEMENT
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from steps.verifications.psc import (
    ETABLISSEMENT,
    PSC,
    ClientDeclare,
    Fournisseur,
    Tentative,
    lire,
    usages,
    verifier_connexions,
)  # fmt: skip
from steps.verifications.psc.ciba import verifier_ciba
from steps.verifications.psc.deconnexion import Deconnexion, deconnexion
from steps.verifications.psc.fuites import adresses_sans_jeton, secrets_du_dialogue
from steps.verifications.psc.identite import session_de
from steps.verifications.psc.jetons import rotation
from steps.verifications.psc.refus import acceptation_attendue, refus_attendu
from steps.verifications.psc.regles_refus import ADMISES, FAUTES
from tests.simulators.psc.parcours import DEUX, RETOUR, SORTIE, UN, Essai, defi
from tests.verifications.psc import fabrique as f

CO = Verdict.CONFORME
RETOURS = ("state_faux", "state_absent", "code_absent", "iss_faux", "retour_double", "refus_personne",
           "autorisation_erreur")  # fmt: skip


@pytest.fixture(scope="module")
def _montes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Essai]]:
    dossier: Path = tmp_path_factory.mktemp("psc")
    with (
        JournalEchanges.creer(dossier / "journal") as journal,
        demarrer_socle(journal, dossier / "secrets") as socle,
    ):
        psc = SimulateurPSC(journal, socle.igc)
        autre = SimulateurPSC(journal, socle.igc, profil=PROFIL_ETABLISSEMENT, horloge=psc.horloge)
        for fournisseur in (psc, autre):
            fournisseur.monter(socle.serveur)
        essais = {"psc": Essai(journal, socle, psc), "etablissement": Essai(journal, socle, autre)}
        yield essais
        for essai in essais.values():
            essai.fermer()


@pytest.fixture
def psc(_montes: Mapping[str, Essai]) -> Essai:
    """Pro Santé Connect, dans son état de départ."""
    _montes["psc"].preparer()
    return _montes["psc"]


@pytest.fixture
def etablissement(_montes: Mapping[str, Essai]) -> Essai:
    """Le fournisseur de l'établissement, dans son état de départ."""
    _montes["etablissement"].preparer()
    return _montes["etablissement"]


def fautes(constats: list[Constat]) -> set[tuple[str, Verdict]]:
    assert constats
    return {(c.code, c.verdict) for c in constats if c.verdict is not CO}


def depuis(essai: Essai, position: int) -> list[Echange]:
    return essai.journal.echanges(depuis=position)


def client(essai: Essai, fournisseur: Fournisseur = PSC) -> ClientDeclare:
    return ClientDeclare(
        essai.client_id,
        (RETOUR,),
        (SORTIE,),
        authentification="client_secret_basic",
        pkce=True,
        fournisseur=fournisseur,
    )


def se_connecter(essai: Essai, identifiant: str = UN) -> dict[str, Any]:
    """Une connexion soigneuse, par un navigateur neuf ; rend les jetons."""
    essai.navigateur.cookies.clear()
    assert essai.document
    connexion = essai.connecter(identifiant)
    essai.cles()
    assert essai.userinfo(connexion.acces).status_code == 200
    return connexion.jetons


@pytest.mark.parametrize("nom", ["psc", "etablissement"])
def test_bonnes_connexions(nom: str, request: pytest.FixtureRequest) -> None:
    """Deux personnes, deux connexions justes : rien à redire, et chaque famille de règles s'est prononcée."""
    essai: Essai = request.getfixturevalue(nom)
    position = essai.journal.position()
    for personne in (UN, DEUX):
        se_connecter(essai, personne)
    echanges = depuis(essai, position)
    attendu = client(essai, ETABLISSEMENT if nom == "etablissement" else PSC)
    dialogue = lire(echanges, nom)
    constats = verifier_connexions(dialogue, attendu, usages(echanges))
    assert fautes(constats) == set()
    codes = {c.code.rpartition("-")[0] for c in constats}
    assert codes == {"PSC-AUT", "PSC-ALE", "PSC-PKC", "PSC-COD", "PSC-CLI", "PSC-JET", "PSC-TLS"}
    assert len(dialogue.sessions) == 2 and len(secrets_du_dialogue(dialogue)) >= 8


def test_identite_et_deconnexion(psc: Essai) -> None:
    """L'identité d'UserInfo, ses situations, le rafraîchissement, la déconnexion : tout se lit au journal."""
    position = psc.journal.position()
    jetons = se_connecter(psc, DEUX)
    suivants = psc.rafraichir(str(jetons["refresh_token"])).json()
    psc.rafraichir(str(suivants["refresh_token"]))
    echanges = depuis(psc, position)
    dialogue = lire(echanges)
    userinfo = psc.psc.personnes[DEUX].userinfo()
    situations = [
        {"structure": a["raisonSocialeSite"]} for e in userinfo["SubjectRefPro"]["exercices"] for a in e["activities"]
    ]
    montree = f.session(DEUX, situations=situations)
    assert fautes(session_de(Tentative(DEUX, montree, echanges), userinfo)) == set()
    assert fautes(rotation(dialogue)) == set()

    position = psc.journal.position()
    parametres = {"id_token_hint": jetons["id_token"], "post_logout_redirect_uri": SORTIE, "state": "abc"}
    psc.navigateur.get(psc.url("fin_session"), params=parametres, allow_redirects=False, timeout=20)
    faits = Deconnexion(
        dialogue.sessions[0], montree, f.session(ouverte=False), depuis(psc, position),
        post_logout_redirect_uris=(SORTIE,),
    )  # fmt: skip
    assert fautes(deconnexion(faits)) == set()
    secrets = secrets_du_dialogue(dialogue)
    assert fautes([adresses_sans_jeton(psc.journal.echanges(), secrets)]) == set()


def test_jeton_dans_l_adresse(psc: Essai) -> None:
    """Le jeton d'accès dans une adresse est reconnu à son empreinte."""
    position = psc.journal.position()
    jetons = se_connecter(psc)
    psc.serveur.get(psc.url("userinfo"), params={"access_token": jetons["access_token"]}, timeout=20)
    echanges = depuis(psc, position)
    constat = adresses_sans_jeton(echanges, secrets_du_dialogue(lire(echanges)))
    assert constat.code == "PSC-SEC-01" and constat.verdict is Verdict.NON_CONFORME


def tenter(essai: Essai, panne: str, *, ouverte: bool) -> Tentative:
    """Un logiciel qui va aussi loin qu'il peut malgré la panne."""
    essai.navigateur.cookies.clear()
    position = essai.journal.position()
    armee = essai.psc.panne(panne, fois=None)
    try:
        verifieur = secrets.token_urlsafe(48)
        demande = essai.demande(code_challenge=defi(verifieur), code_challenge_method="S256")
        reponse = essai.ouvrir(demande)
        if reponse.status_code == 303 and "/mire/" in reponse.headers["Location"]:
            page = essai.navigateur.get(reponse.headers["Location"], allow_redirects=False, timeout=20)
            reponse = essai.parcourir(page, UN) if page.status_code == 200 else page
        recus = parse_qs(urlsplit(reponse.headers["Location"]).query)
        if "code" in recus:
            jetons = essai.echanger(recus["code"][0], verifieur=verifieur).json()
            if "access_token" in jetons:
                essai.cles()
                essai.userinfo(jetons["access_token"])
    finally:
        armee.retirer()
    return Tentative(UN, f.session(UN, ouverte=ouverte), depuis(essai, position))


@pytest.fixture
def temoin(psc: Essai) -> Tentative:
    """La même personne, sans panne."""
    position = psc.journal.position()
    se_connecter(psc)
    return Tentative(UN, f.session(UN), depuis(psc, position))


@pytest.mark.parametrize("panne", [p for p in FAUTES if not p.startswith("ciba")])
def test_panne_reconnue(psc: Essai, temoin: Tentative, panne: str) -> None:
    """Chaque panne du simulateur laisse au journal de quoi dire qu'elle a été jouée ; l'accepter se voit."""
    acceptee = tenter(psc, panne, ouverte=True)
    assert acceptee.jouee(panne)
    constats = refus_attendu(panne, acceptee, temoin)
    if panne == "userinfo_401":  # session ouverte à la bonne identité, celle de l'ID token
        assert fautes(constats) == set()
    else:
        assert (FAUTES[panne].code, FAUTES[panne].confiance.verdict_du_manquement) in fautes(constats) or (
            panne.startswith("userinfo") and (FAUTES[panne].code, Verdict.A_VERIFIER) in fautes(constats)
        )
    refusee = Tentative(UN, f.session(ouverte=False), acceptee.echanges)
    restent = {code for code, _ in fautes(refus_attendu(panne, refusee, temoin))}
    assert restent <= {"PSC-REF-31"}, "session fermée : seul l'échange du code d'un retour fautif se remarque"


@pytest.mark.parametrize("panne", list(ADMISES))
def test_reponse_admise(psc: Essai, temoin: Tentative, panne: str) -> None:
    """Les réponses justes ouvrent la session sans alerte."""
    assert fautes(acceptation_attendue(panne, tenter(psc, panne, ouverte=True), temoin)) == set()


def test_ciba(psc: Essai) -> None:
    """Deux demandes CIBA justes ; un client trop pressé et qui insiste se voit."""
    psc.psc.clients.declarer(psc.client_id, redirect_uris=[RETOUR], ciba=True)
    position = psc.journal.position()
    for message in ("42", "07"):
        _demander(psc, message)
    echanges = depuis(psc, position)
    constats = verifier_ciba(lire(echanges), client(psc), ["42", "07"], ["MOBILE"] * 2, [UN] * 2)
    assert fautes(constats) == set()

    position = psc.journal.position()
    auth_req_id = _demander(psc, "99")
    psc.jeton({"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": auth_req_id})
    assert fautes(verifier_ciba(lire(depuis(psc, position)), client(psc))) >= {("PSC-CIBA-09", Verdict.NON_CONFORME)}


def _demander(psc: Essai, message: str) -> str:
    champs = {"scope": "openid scope_all", "acr_values": "eidas1", "login_hint": UN, "binding_message": message,
              "channel": "MOBILE"}  # fmt: skip
    adresse = psc.url("ciba")
    rendu = psc.serveur.post(adresse, data=champs, auth=(psc.client_id, psc.secret), timeout=20).json()
    auth_req_id = str(rendu["auth_req_id"])
    interroger = {"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": auth_req_id}
    psc.psc.horloge.avancer(timedelta(seconds=6))
    assert psc.jeton(interroger).json()["error"] == "authorization_pending"
    psc.psc.repondre(auth_req_id, identifiant=UN)
    psc.psc.horloge.avancer(timedelta(seconds=6))
    assert "access_token" in psc.jeton(interroger).json()
    return auth_req_id
