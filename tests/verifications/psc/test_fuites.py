"""Rythme des jetons, liaison au certificat, fuites."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable

from reports.verdict import Verdict
from steps.verifications.psc import fuites, jetons, lire, usages
from tests.verifications.psc import fabrique as f
from tests.verifications.psc.aides import AV, NC, RIEN, fautes


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


def _jwt(emetteur: str, sujet: str = "moi") -> str:
    parties = ({"alg": "RS256", "typ": "JWT"}, {"iss": emetteur, "sub": sujet})
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


def test_un_jeton_du_fournisseur_se_voit_quelle_que_soit_sa_longueur() -> None:
    """Un segment de JWT s'écrit sans le bourrage de la base 64 : il en manque zéro, un ou deux signes."""
    for sujet in ("a", "ab", "abc"):
        trace = fuites.Vu("trace", f"jeton={_jwt(f.EMETTEUR, sujet)}")
        assert fautes(fuites.rien_dans_les_traces([trace], frozenset(), emetteur=f.EMETTEUR)) == {("PSC-SEC-03", NC)}


def test_un_jwt_au_contenu_inattendu_n_est_pas_un_jeton_du_fournisseur() -> None:
    """Un contenu illisible, ou trop profond pour être lu, n'arrête pas le jugement du reste."""
    for contenu in (b'{"iss" : oui', b'{"a":' * 30_000):
        vu = fuites.Vu("page", f"eyJhbGciOiJub25lIn0.{urlsafe_b64encode(contenu).rstrip(b'=').decode()}.")
        assert fautes(fuites.rien_dans_le_navigateur([vu], frozenset(), emetteur=f.EMETTEUR)) == set()


def test_un_cookie_du_logiciel_n_est_garde_que_par_son_empreinte() -> None:
    """Ni valeur de session, ni signature au dossier ; un jeton connu ou du fournisseur y reste visible."""
    propre, jeton = "empreinte:" + "a" * 32, "empreinte:" + "b" * 32
    jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3BzYyJ9.c2lnbmF0dXJl"
    assert fuites.reste_utile("s3ss10n-t0ut-à-fait-ordinaire", propre) == propre
    assert fuites.reste_utile(f"v1|{jeton}|suite", propre) == jeton
    vu = fuites.Vu("cookie", fuites.reste_utile(f"id={jwt}", propre))
    assert "c2lnbmF0dXJl" not in vu.texte
    assert fuites.rien_dans_le_navigateur([vu], frozenset(), emetteur="https://psc").verdict is Verdict.NON_CONFORME
    assert fuites.rien_dans_le_navigateur([vu], frozenset(), emetteur="https://autre").verdict is Verdict.CONFORME
