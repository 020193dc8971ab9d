"""Un jeton ou un retour fautif accepté est pris par le code de sa panne ; refusé, il passe ; sans témoin, rien."""

from __future__ import annotations

from typing import Any

import pytest

from reports.constat import Confiance, Constat
from reports.verdict import Verdict
from simulators.psc.pannes import PANNES
from steps.verifications.psc.refus import acceptation_attendue, refus_attendu, retour_rejoue
from steps.verifications.psc.regles_refus import ADMISES, FAUTES
from steps.verifications.psc.tentative import Tentative
from tests.verifications.psc import fabrique as f

NC, AV, CO, RIEN = Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.CONFORME, Verdict.NON_CONCLUANT
RETOURS = ("state_faux", "state_absent", "code_absent", "iss_faux", "refus_personne", "autorisation_erreur")
USERINFO = ("userinfo_autre_sub", "userinfo_sub_absent", "userinfo_401")
TOLEREES = {
    "refresh_absent", "jeton_lent", "session_terminee", "autorisation_lente", "ciba_slow_down", "ciba_muet",
    "fin_session_indisponible", "decouverte_indisponible", "jwks_indisponible", "userinfo_jwt", "cle_tournee",
    "userinfo_sans_exercice",
}  # fmt: skip
"""Pannes qui ne demandent pas de refus : lenteurs, indisponibilités, réponses justes ; d'autres règles les jugent."""


def temoin(identifiant: str = f.MEDECIN) -> Tentative:
    return Tentative(identifiant, f.session(identifiant), f.Fil().connexion(identifiant, session="s0").echanges)


def tentative(
    panne: str, *, ouverte: bool | None, echange: bool = True, usage: bool = False, nonce: bool = True, **champs: Any
) -> Tentative:
    """Une tentative où cette panne est jouée à sa place."""
    fil = f.Fil().decouverte()
    retour = panne in (*RETOURS, "retour_double")
    transaction, parametres = fil.autorisation(panne=panne if retour else None, retires=() if nonce else ("nonce",))
    code = fil.mire(transaction, parametres)
    if echange:
        fautif = panne if not retour and panne not in USERINFO and panne not in ADMISES else ""
        erreur = {"jeton_500": 500, "jeton_invalid_grant": 400}.get(panne, 200)
        fil.jeton(transaction, code, panne=panne if panne == "cle_tournee" else fautif, statut=erreur)
        if panne in (*USERINFO, "userinfo_jwt", "userinfo_sans_exercice"):
            fil.userinfo(panne=panne)
    if usage:
        fil.usage("dmp")
    montree = None if ouverte is None else f.session(ouverte=False) if not ouverte else f.session(**champs)
    return Tentative(f.MEDECIN, montree, fil.echanges)


def fautes(constats: list[Constat]) -> set[tuple[str, Verdict]]:
    return {(c.code, c.verdict) for c in constats if c.verdict is not CO}


def test_pannes_connues() -> None:
    """Chaque panne du simulateur est jugée ici, ou tolérée par écrit ; aucune règle n'attend une panne inconnue."""
    assert {p.nom for p in PANNES} == {*FAUTES, *TOLEREES}
    assert set(ADMISES) <= TOLEREES


@pytest.mark.parametrize("panne", [p for p in FAUTES if not p.startswith("ciba")])
def test_accepte(panne: str) -> None:
    """Une session ouverte malgré la faute : non conforme si un texte le dit, à vérifier sinon."""
    regle = FAUTES[panne]
    attendu = NC if regle.confiance in (Confiance.OFFICIELLE, Confiance.DOCUMENTEE) else AV
    situations = [{"structure": "Cabinet"}] if panne.startswith("userinfo") else []
    autre: dict[str, Any] = {"identifiant_national": f.PHARMACIENNE} if panne == "userinfo_401" else {}
    constats = refus_attendu(
        panne, tentative(panne, ouverte=True, echange=panne not in RETOURS, situations=situations, **autre), temoin()
    )
    assert fautes(constats) == {(regle.code, attendu)}


@pytest.mark.parametrize("panne", [p for p in FAUTES if not p.startswith("ciba")])
def test_refuse(panne: str) -> None:
    """La faute refusée : tout est conforme, et le constat principal est là."""
    constats = refus_attendu(panne, tentative(panne, ouverte=False, echange=panne not in RETOURS), temoin())
    assert fautes(constats) == set() and FAUTES[panne].code in {c.code for c in constats}


@pytest.mark.parametrize(
    ("panne", "codes"),
    [
        ("state_faux", {("PSC-REF-31", AV)}),
        ("iss_faux", {("PSC-REF-31", AV)}),
        ("nonce_faux", set()),
    ],
)
def test_refuse_trop_tard(panne: str, codes: set[tuple[str, Verdict]]) -> None:
    """Le code d'un retour fautif échangé quand même : à vérifier, sans session ouverte."""
    assert fautes(refus_attendu(panne, tentative(panne, ouverte=False, echange=True), temoin())) == codes


@pytest.mark.parametrize("panne", ["audience_fausse", "signature_fausse", "userinfo_autre_sub"])
def test_jeton_employe(panne: str) -> None:
    """Session fermée en apparence, jeton employé quand même."""
    constats = refus_attendu(panne, tentative(panne, ouverte=False, usage=True), temoin())
    assert fautes(constats) == {("PSC-REF-30", NC)}


def test_userinfo_lu_avant_le_refus() -> None:
    """UserInfo lu sur un ID token refusé ensuite se remarque ; ni lu, ni session ouverte par erreur, rien à en dire."""
    for lu, ouverte, remarque in ((True, False, True), (False, False, False), (True, True, False)):
        essai = tentative("audience_fausse", ouverte=ouverte)
        fil = f.Fil()
        fil.echanges = [*essai.echanges]
        if lu:
            fil.userinfo()
        constats = refus_attendu("audience_fausse", Tentative(f.MEDECIN, essai.session, fil.echanges), temoin())
        assert ("PSC-REF-32" in {c.code for c in constats}) is remarque


def test_signature_au_plus_a_verifier() -> None:
    """OpenID Connect Core admet de s'en remettre au TLS : la signature non vérifiée n'est jamais non conforme."""
    for panne in ("signature_fausse", "cle_inconnue"):
        [constat] = [c for c in refus_attendu(panne, tentative(panne, ouverte=True), temoin()) if c.verdict is not CO]
        assert constat.verdict is AV and "règle déduite" in constat.message


@pytest.mark.parametrize("panne", ["alg_none", "hs256_confusion"])
def test_algorithme_inattendu(panne: str) -> None:
    """Le TLS ne remplace pas le choix de l'algorithme : non signé, ou signé avec la clé publique, c'est refusé."""
    assert fautes(refus_attendu(panne, tentative(panne, ouverte=True), temoin())) == {("PSC-REF-33", NC)}
    assert fautes(refus_attendu(panne, tentative(panne, ouverte=False), temoin())) == set()


def test_sans_controle() -> None:
    """Panne non jouée, témoin manqué ou d'une autre personne, rien de montré, rien de vu : non concluant."""
    bonne = tentative("nonce_faux", ouverte=False)
    for panne, essai, controle in (
        ("audience_fausse", bonne, temoin()),
        ("nonce_faux", bonne, Tentative(f.MEDECIN, f.session(ouverte=False), f.Fil().connexion().echanges)),
        ("nonce_faux", bonne, Tentative(f.MEDECIN, f.session())),
        ("nonce_faux", bonne, temoin(f.PHARMACIENNE)),
        ("nonce_faux", tentative("nonce_faux", ouverte=None), temoin()),
        ("nonce_faux", Tentative(f.MEDECIN, None), temoin()),
    ):
        assert {c.verdict for c in refus_attendu(panne, essai, controle)} & {RIEN}


def test_refus_dit_par_l_action() -> None:
    """Sans session rendue, une action refusée montre que rien n'est ouvert."""
    sans = tentative("nonce_faux", ouverte=None)
    dite = Tentative(f.MEDECIN, None, sans.echanges, resultat="refuse")
    assert fautes(refus_attendu("nonce_faux", dite, temoin())) == set()


def test_nonce_jamais_envoye() -> None:
    """Sans nonce dans la demande, un ID token au nonce faux ne peut pas être reconnu : à vérifier."""
    constats = refus_attendu("nonce_faux", tentative("nonce_faux", ouverte=True, nonce=False), temoin())
    assert fautes(constats) == {("PSC-REF-13", AV)}


def test_userinfo_d_un_autre() -> None:
    """Ouverte sur l'ID token seul : à regarder ; l'identité de l'autre reprise : non conforme."""
    seule = tentative("userinfo_autre_sub", ouverte=True)
    assert fautes(refus_attendu("userinfo_autre_sub", seule, temoin())) == {("PSC-REF-22", AV)}
    reprise = tentative("userinfo_autre_sub", ouverte=True, identifiant=f.PHARMACIENNE)
    assert fautes(refus_attendu("userinfo_autre_sub", reprise, temoin())) == {("PSC-REF-22", NC)}


def test_userinfo_refuse_identite_juste() -> None:
    """UserInfo refusé, session ouverte à la bonne identité (celle de l'ID token) : admis."""
    assert fautes(refus_attendu("userinfo_401", tentative("userinfo_401", ouverte=True), temoin())) == set()


@pytest.mark.parametrize("panne", list(ADMISES))
def test_admise(panne: str) -> None:
    """Une réponse inhabituelle mais juste ouvre la session ; la refuser se voit."""
    juste = tentative(panne, ouverte=True)
    fil = f.Fil()
    fil.echanges = [*juste.echanges]
    fil.jwks()
    acceptee = Tentative(f.MEDECIN, f.session(), fil.echanges)
    assert fautes(acceptation_attendue(panne, acceptee, temoin())) == set()
    attendu = AV if panne == "userinfo_jwt" else NC
    refusee = Tentative(f.MEDECIN, f.session(ouverte=False), fil.echanges)
    assert fautes(acceptation_attendue(panne, refusee, temoin())) == {(ADMISES[panne].code, attendu)}
    autre = Tentative(f.MEDECIN, f.session(f.PHARMACIENNE), fil.echanges)
    assert fautes(acceptation_attendue(panne, autre, temoin())) == {(ADMISES[panne].code, attendu)}
    assert {c.verdict for c in acceptation_attendue(panne, temoin(), temoin())} == {RIEN}


def test_sans_exercice_refus_explique() -> None:
    """Un accès refusé et expliqué à qui n'a pas d'exercice est à vérifier ; l'échec muet est une faute."""
    sans = tentative("userinfo_sans_exercice", ouverte=False)
    dit = Tentative(f.MEDECIN, sans.session, sans.echanges, resultat="refuse", messages=["Aucun exercice déclaré."])
    assert fautes(acceptation_attendue("userinfo_sans_exercice", dit, temoin())) == {("PSC-ACC-04", AV)}
    muet = Tentative(f.MEDECIN, sans.session, sans.echanges, resultat="echec")
    assert fautes(acceptation_attendue("userinfo_sans_exercice", muet, temoin())) == {("PSC-ACC-04", NC)}


def test_cle_tournee_sans_relecture() -> None:
    """Clé neuve acceptée sans relire le JWKS : la signature n'est pas vérifiée, à vérifier."""
    assert fautes(acceptation_attendue("cle_tournee", tentative("cle_tournee", ouverte=True), temoin())) == {
        ("PSC-ACC-02", AV)
    }


def test_rejeu() -> None:
    """Le retour rouvert : un appel passe, deux appels avec le même code non, aucun ne dit rien."""
    fil = f.Fil().connexion()
    assert retour_rejoue(Tentative(f.MEDECIN, f.session(), fil.echanges)).verdict is CO
    code = next(e for e in fil.echanges if e.operation == "jeton").requete.corps.octets.decode().split("code=")[1][:74]
    fil.jeton("t1", code.split("&")[0].replace("%3A", ":"), statut=400)
    assert retour_rejoue(Tentative(f.MEDECIN, f.session(), fil.echanges)).verdict is NC
    assert retour_rejoue(Tentative(f.MEDECIN, None)).verdict is RIEN
    assert retour_rejoue(tentative("retour_double", ouverte=False, echange=False)).verdict is CO


@pytest.mark.parametrize("panne", ["ciba_refus", "ciba_expire"])
def test_ciba(panne: str) -> None:
    """Une demande CIBA refusée ou expirée n'ouvre pas de session."""
    fil = f.Fil()
    demande = fil.demande_ciba()
    etat = "denied" if panne == "ciba_refus" else "expired"
    fil.interroger(demande, etat, refus="access_denied")
    fil.ajouter("jeton", "POST", "/token", statut=400, panne=panne)
    for ouverte, attendu in ((True, {("PSC-REF-25", NC)}), (False, set())):
        essai = Tentative(f.MEDECIN, f.session(ouverte=ouverte), fil.echanges)
        assert fautes(refus_attendu(panne, essai, temoin())) == attendu
