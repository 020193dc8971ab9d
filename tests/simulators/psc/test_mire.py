"""La mire : une personne la parcourt, l'abandonne, se trompe ; personne d'autre ne peut la finir à sa place."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import requests

from tests.simulators.psc.parcours import DEUX, RETOUR, SORTIE, UN, Essai, champ_cache, parametres


class _Lecture(HTMLParser):
    """Ce qu'une page contient, pour juger de son accessibilité."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.balises: list[tuple[str, dict[str, str | None]]] = []
        self.champs_hors_label: list[str] = []
        self._dans_label = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        champs = dict(attrs)
        self.balises.append((tag, champs))
        self._dans_label += tag == "label"
        if tag == "input" and champs.get("type") != "hidden" and not self._dans_label:
            self.champs_hors_label.append(str(champs.get("name")))

    def handle_endtag(self, tag: str) -> None:
        self._dans_label -= tag == "label"

    def noms(self) -> list[str]:
        """Noms des balises, dans l'ordre."""
        return [tag for tag, _ in self.balises]


def _pages(psc: Essai) -> list[requests.Response]:
    """Toutes les pages qu'une personne peut voir."""
    choix = psc.ouvrir(suivre=True)
    identification = psc.envoyer(choix, "choix", moyen="e-CPS")
    refusee = psc.envoyer(identification, "identification", identifiant="0")
    confirmation = psc.envoyer(refusee, "identification", personne=UN)
    psc.psc.horloge.avancer(timedelta(minutes=11))
    expiration = psc.navigateur.get(confirmation.url, timeout=20)
    erreur = psc.ouvrir(psc.demande(redirect_uri="https://pirate.test/"))
    psc.connecter()
    deconnexion = psc.navigateur.get(psc.url("fin_session"), timeout=20)
    deconnecte = psc.serveur.get(psc.url("fin_session"), timeout=20)
    formulaire = psc.ouvrir(psc.demande(response_mode="form_post"))
    return [choix, identification, refusee, confirmation, expiration, erreur, deconnexion, deconnecte, formulaire]


def test_pages_accessibles_et_fermees(psc: Essai) -> None:
    """Langue, titre unique, champs étiquetés, aucun script ni ressource d'ailleurs, encadrement et cache interdits."""
    titres = set()
    for page in _pages(psc):
        lue = _Lecture(page.text)
        noms = lue.noms()
        assert ("html", {"lang": "fr"}) in lue.balises
        assert noms.count("h1") == noms.count("main") == noms.count("title") == 1
        assert not {"script", "img", "link", "iframe", "object", "base"} & set(noms)
        assert not [cle for _, champs in lue.balises for cle in champs if cle.startswith("on") or cle == "style"]
        assert lue.champs_hors_label == []
        assert "Serveur de test" in page.text and "fictives" in page.text
        entetes = page.headers
        assert entetes["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in entetes["Content-Security-Policy"]
        assert entetes["X-Frame-Options"] == "DENY" and entetes["Referrer-Policy"] == "no-referrer"
        assert entetes["Cache-Control"] == "no-store"
        trouve = re.search("<title>(.*)</title>", page.text)
        assert trouve
        titres.add(trouve[1])
    assert len(titres) >= 7, "chaque page a son titre"


def test_parcours_et_notes(psc: Essai) -> None:
    """Chaque étape est notée ; l'identifiant, une fois la personne authentifiée ; le code est une empreinte."""
    depuis = psc.journal.position()
    reponse = psc.parcourir(psc.ouvrir(suivre=True), DEUX, moyen="e-CPS")
    passages = psc.journal.echanges(service="psc", operation="mire", depuis=depuis)
    assert [(p.requete.methode, p.notes["etape"]) for p in passages] == [
        ("GET", "choix"),
        ("POST", "choix"),
        ("GET", "identification"),
        ("POST", "identification"),
        ("GET", "confirmation"),
        ("POST", "confirmation"),
    ]
    (demande,) = psc.journal.echanges(service="psc", operation="autorisation", depuis=depuis)
    assert {p.notes["transaction"] for p in passages} == {demande.notes["transaction"]}
    assert [p.notes.get("identifiant") for p in passages] == [None] * 5 + [DEUX]
    assert passages[-1].notes["moyen"] == "e-CPS"
    assert passages[-1].reponse is not None
    location = passages[-1].reponse.entete("Location") or ""
    lus = parametres(reponse.headers["Location"])
    assert parametres(location) == {**lus, "code": psc.journal.empreinte_secret(lus["code"])}


def test_e_cps_montre_un_nombre_cps_non(psc: Essai) -> None:
    """Le nombre à comparer ne concerne que le téléphone."""
    for moyen, attendu in (("e-CPS", True), ("CPS", False)):
        page = psc.envoyer(psc.ouvrir(suivre=True), "choix", moyen=moyen)
        page = psc.envoyer(page, "identification", personne=UN)
        assert bool(re.search(r'class="nombre">\d\d<', page.text)) is attendu


def test_saisies_refusees(psc: Essai) -> None:
    """Sans choix, ou avec un identifiant inconnu, la personne reste sur la page, qui dit quoi faire."""
    page = psc.envoyer(psc.ouvrir(suivre=True), "choix", moyen="mot de passe")
    assert "Choisissez un moyen" in page.text
    page = psc.envoyer(page, "choix", moyen="CPS")
    page = psc.envoyer(page, "identification")
    assert "Choisissez une personne" in page.text
    page = psc.envoyer(page, "identification", identifiant="899999999999", personne=UN)
    assert "899999999999" in page.text and 'role="alert"' in page.text
    page = psc.envoyer(page, "identification", identifiant=f" {DEUX} ", personne=UN)
    assert DEUX in page.text and "Confirmer" in page.text
    psc.envoyer(page, "confirmation")
    assert psc.dernier("mire").notes["identifiant"] == DEUX, "ce qui est saisi l'emporte"


def test_etapes_dans_l_ordre(psc: Essai) -> None:
    """Confirmer sans s'être identifié ne donne rien ; « changer » revient en arrière."""
    page = psc.ouvrir(suivre=True)
    assert "Moyen de connexion" in psc.envoyer(page, "confirmation").text
    assert "Moyen de connexion" in psc.envoyer(page, "identification", personne=UN).text
    page = psc.envoyer(page, "choix", moyen="CPS")
    page = psc.envoyer(page, "identification", personne=UN)
    page = psc.envoyer(page, "retour")
    assert f'value="{UN}" checked' in page.text
    assert "Moyen de connexion" in psc.envoyer(page, "retour").text


def test_annuler_a_chaque_etape(psc: Essai) -> None:
    """La personne renonce : access_denied, avec le state ; rien d'ouvert."""
    for etapes in (0, 1, 2):
        demande = psc.demande()
        page = psc.ouvrir(demande, suivre=True)
        if etapes:
            page = psc.envoyer(page, "choix", moyen="CPS")
        if etapes == 2:
            page = psc.envoyer(page, "identification", personne=UN)
        lus = parametres(psc.envoyer(page, "annuler").headers["Location"])
        assert (lus["error"], lus["state"]) == ("access_denied", demande["state"])
        assert psc.dernier("mire").notes["etape"] == "annulation"
    assert psc.psc.sessions.toutes() == ()


def test_demande_expiree(psc: Essai) -> None:
    """Dix minutes plus tard, la page le dit ; le seul chemin est le retour au logiciel."""
    page = psc.envoyer(psc.ouvrir(suivre=True), "choix", moyen="CPS")
    psc.psc.horloge.avancer(timedelta(minutes=11))
    expiree = psc.envoyer(page, "identification", personne=UN)
    assert "a expiré" in expiree.text
    assert parametres(psc.envoyer(expiree, "annuler").headers["Location"])["error"] == "access_denied"


def test_csrf(psc: Essai) -> None:
    """Un formulaire sans le jeton de la page, ou avec celui d'une autre, est refusé."""
    page, autre = psc.ouvrir(suivre=True), psc.ouvrir(suivre=True)
    for jeton in ("", "faux", champ_cache(autre.text, "jeton")):
        champs = {"jeton": jeton, "action": "annuler"}
        reponse = psc.navigateur.post(page.url, data=champs, allow_redirects=False, timeout=20)
        assert reponse.status_code == 403 and "Location" not in reponse.headers


def test_autre_navigateur(psc: Essai) -> None:
    """Une mire ne se poursuit que dans le navigateur qui l'a ouverte, même avec son jeton."""
    page = psc.ouvrir(suivre=True)
    with psc.neuf() as autre:
        assert autre.get(page.url, timeout=20).status_code == 403
        champs = {"jeton": champ_cache(page.text, "jeton"), "action": "annuler"}
        assert autre.post(page.url, data=champs, allow_redirects=False, timeout=20).status_code == 403
    assert psc.envoyer(page, "annuler").status_code == 302


def test_une_seule_reponse(psc: Essai) -> None:
    """Une mire finie ne se rejoue pas : ni second code, ni annulation."""
    page = psc.ouvrir(suivre=True)
    confirmation = psc.envoyer(psc.envoyer(page, "choix", moyen="CPS"), "identification", personne=UN)
    assert psc.envoyer(confirmation, "confirmation").status_code == 302
    for action in ("confirmation", "annuler"):
        rejouee = psc.envoyer(confirmation, action)
        assert rejouee.status_code == 410 and "Location" not in rejouee.headers
    assert len(psc.psc.etat.codes) == 1


def test_cookies(psc: Essai) -> None:
    """HttpOnly, Secure, SameSite, sans Domain ; la session n'est posée qu'à la fin."""
    ouverture = psc.ouvrir()
    pose = ouverture.headers["Set-Cookie"]
    assert pose.startswith("__Host-psc-mire-")
    page = psc.navigateur.get(ouverture.headers["Location"], timeout=20)
    assert "Set-Cookie" not in page.headers
    fin = psc.parcourir(page, UN)
    assert "__Host-psc-sso=" in fin.headers["Set-Cookie"]
    for entete in (pose, *fin.headers["Set-Cookie"].split(", ")):
        assert all(mot in entete for mot in ("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"))
        assert "Domain" not in entete


def test_cookies_etrangers(psc: Essai) -> None:
    """Un cookie étrange d'un autre service de localhost ne cache pas les nôtres."""
    psc.connecter()
    sso = next(c.value for c in psc.navigateur.cookies if c.name == "__Host-psc-sso")
    with psc.neuf() as autre:
        entete = {"Cookie": f'bizarre={{"a":"b c"}}; =; sans; __Host-psc-sso={sso}; a=b=c'}
        url = psc.psc.contexte.url_autorisation
        reponse = autre.get(url, params=psc.demande(), headers=entete, allow_redirects=False, timeout=20)
    assert "code" in parametres(reponse.headers["Location"])


def test_sso_entre_deux_logiciels(psc: Essai) -> None:
    """Le second logiciel est servi sans mire, par la même session ; `prompt` et `max_age` en décident autrement."""
    premiere = psc.connecter()
    psc.psc.clients.declarer("second", redirect_uris=[RETOUR])
    demande = psc.demande(client_id="second")
    reponse = psc.ouvrir(demande)
    lus = parametres(reponse.headers["Location"])
    assert lus["session_state"] == premiere.jetons["session_state"] and lus["state"] == demande["state"]
    notes = psc.dernier("autorisation").notes
    assert (notes["sso"], notes["identifiant"]) == ("oui", UN)
    assert "code" in parametres(psc.ouvrir(psc.demande(prompt="none")).headers["Location"])
    assert psc.ouvrir(psc.demande(prompt="login")).status_code == 303
    assert psc.ouvrir(psc.demande(max_age="60")).status_code == 302
    psc.psc.horloge.avancer(timedelta(seconds=61))
    assert psc.ouvrir(psc.demande(max_age="60")).status_code == 303
    assert parametres(psc.ouvrir(psc.demande(max_age="60", prompt="none")).headers["Location"])["error"] == (
        "login_required"
    )


def test_id_token_hint(psc: Essai) -> None:
    """Le logiciel peut exiger que la session soit celle de cette personne."""
    un = psc.connecter(UN).id_token
    assert "code" in parametres(psc.ouvrir(psc.demande(prompt="none", id_token_hint=un)).headers["Location"])
    psc.navigateur.cookies.clear()
    psc.connecter(DEUX)
    refus = parametres(psc.ouvrir(psc.demande(prompt="none", id_token_hint=un)).headers["Location"])
    assert refus["error"] == "login_required"
    faux = parametres(psc.ouvrir(psc.demande(prompt="none", id_token_hint="a.b.c")).headers["Location"])
    assert faux["error"] == "invalid_request"


def test_nouvelle_authentification(psc: Essai) -> None:
    """`prompt=login` : la même personne garde sa session, une autre en ouvre une et ferme la première."""
    premiere = psc.connecter(UN)
    psc.psc.horloge.avancer(timedelta(seconds=30))
    seconde = psc.connecter(UN, prompt="login")
    assert seconde.jetons["session_state"] == premiere.jetons["session_state"]
    avant, apres = (psc.revendications(c.id_token)["auth_time"] for c in (premiere, seconde))
    assert apres >= avant + 30
    autre = psc.connecter(DEUX, prompt="login")
    assert [s.identifiant_session for s in psc.psc.sessions.ouvertes()] == [autre.jetons["session_state"]]
    assert psc.userinfo(premiere.acces).status_code == 401


def test_login_hint(psc: Essai) -> None:
    """La personne suggérée est cochée d'avance, pas authentifiée."""
    page = psc.envoyer(psc.ouvrir(psc.demande(login_hint=DEUX), suivre=True), "choix", moyen="CPS")
    assert f'value="{DEUX}" checked' in page.text and page.text.count(" checked") == 1


@pytest.mark.parametrize("cible", ["prochaine", "transaction"])
def test_repondre_a_la_place_de_la_personne(psc: Essai, cible: str) -> None:
    """D'avance, ou à une mire ouverte : la page suivante ramène au logiciel, au nom de cette personne."""
    if cible == "prochaine":
        psc.psc.repondre(cible, identifiant=DEUX, moyen="CPS")
    ouverture = psc.ouvrir()
    if cible == "transaction":
        psc.psc.repondre(psc.dernier("autorisation").notes["transaction"], identifiant=DEUX, moyen="CPS")
    retour = psc.navigateur.get(ouverture.headers["Location"], allow_redirects=False, timeout=20)
    assert "code" in parametres(retour.headers["Location"])
    notes = psc.dernier("mire").notes
    assert (notes["etape"], notes["identifiant"], notes["moyen"]) == ("confirmation", DEUX, "CPS")
    psc.navigateur.cookies.clear()
    assert psc.ouvrir(suivre=True).status_code == 200, "une réponse ne sert qu'une fois"


def test_repondre_non(psc: Essai) -> None:
    """Refuser ramène avec access_denied ; expirer laisse la page qui le dit."""
    psc.psc.repondre("prochaine", identifiant=UN, decision="refuser")
    refus = psc.navigateur.get(psc.ouvrir().headers["Location"], allow_redirects=False, timeout=20)
    assert parametres(refus.headers["Location"])["error"] == "access_denied"
    psc.psc.repondre("prochaine", decision="expirer")
    assert "a expiré" in psc.ouvrir(suivre=True).text


def test_repondre_a_tort(psc: Essai) -> None:
    """Une personne, un moyen, une décision ou une demande qui n'existent pas sont refusés tout de suite."""
    for champs in ({"identifiant": "0"}, {"identifiant": UN, "moyen": "SMS"}, {"identifiant": UN, "decision": "oui"}):
        with pytest.raises((LookupError, ValueError)):
            psc.psc.repondre("prochaine", **champs)
    with pytest.raises(LookupError):
        psc.psc.repondre("inconnue", identifiant=UN)


def test_etablissement(etablissement: Essai, psc: Essai) -> None:
    """Le fournisseur d'établissement : deux étapes, ses propres revendications, sa propre session."""
    connexion = etablissement.connecter(DEUX)
    lues = etablissement.revendications(connexion.id_token)
    personne = etablissement.psc.personnes[DEUX]
    assert (lues["preferred_username"], lues["email"]) == (DEUX, personne.courriel)
    assert not {"SubjectNameID", "acr", "SubjectRole"} & set(lues)
    assert set(etablissement.userinfo(connexion.acces).json()) == {
        "sub", "preferred_username", "given_name", "family_name", "name", "email", "email_verified",
    }  # fmt: skip
    psc.navigateur.cookies.update(etablissement.navigateur.cookies)
    assert psc.ouvrir().status_code == 303, "la session de l'un n'ouvre pas l'autre"
    assert psc.userinfo(connexion.acces).status_code == 401
    fin = {"id_token_hint": connexion.id_token, "post_logout_redirect_uri": SORTIE}
    reponse = etablissement.navigateur.get(
        etablissement.url("fin_session"), params=fin, allow_redirects=False, timeout=20
    )
    assert reponse.headers["Location"] == SORTIE
    assert etablissement.psc.sessions.ouvertes(DEUX) == ()
