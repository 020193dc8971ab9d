"""La connexion par un fournisseur d'identité : demande, retour, session, situations, déconnexion."""

from __future__ import annotations

import json

import pytest

from steps.personne.parcours import RETOUR, se_deconnecter
from tests.simulators.logiciel_temoin.psc_essai import (
    BIOLOGISTE_1,
    BIOLOGISTE_2,
    EDIT,
    SANS_PROFESSION,
    SECRETAIRE,
    Essai,
    Fabrique,
)


@pytest.fixture
def essai(psc: Fabrique) -> Essai:
    return psc()


def test_connexion_web(essai: Essai) -> None:
    """Demande entière, code échangé une fois, identité de la personne, session ouverte."""
    lue, parcours = essai.connecter()
    session = lue.donnees["session"]
    assert (parcours.issue, session["ouverte"]) == (RETOUR, True)
    assert (session["identifiant_national"], session["compte"], session["moyens"]) == (
        BIOLOGISTE_1, "biologiste_1", ["psc"],
    )  # fmt: skip
    [jeton] = essai.echanges("jeton")
    attendus = {"pkce": "conforme", "redirect_uri_identique": "oui", "authentification": "client_secret_basic"}
    assert attendus.items() <= jeton.notes.items()
    assert "OU=1990000001" in jeton.notes["certificat"]
    demande = essai.demande()
    assert demande["scope"] == "openid scope_all"
    assert (demande["acr_values"], demande["response_type"]) == ("eidas1", "code")
    assert min(len(demande["state"]), len(demande["nonce"])) >= 43


def test_declaration(essai: Essai) -> None:
    """/apropos dit les modalités et les adresses, sur la boucle locale."""
    declaration = essai.declaration
    assert declaration["modalites"] == ["web", "navigateur_externe", "ciba"]
    assert all(uri.startswith("http://localhost:") for uri in declaration["redirect_uris"])
    assert len(set(declaration["redirect_uris"])) == 2


def test_deux_demandes_neuves(essai: Essai) -> None:
    """state, nonce et défi changent à chaque demande, pour deux personnes comme pour la même."""
    for qui in (BIOLOGISTE_1, BIOLOGISTE_2, BIOLOGISTE_1):
        essai.session(qui)
    for champ in ("state", "nonce", "code_challenge"):
        assert len({essai.demande(rang)[champ] for rang in range(3)}) == 3


def test_navigateur_externe(essai: Essai) -> None:
    """Le logiciel donne l'adresse du fournisseur ; la page de retour ne pose aucune session dans le navigateur."""
    navigateur = essai.navigateur()
    lue, parcours = essai.connecter(modalite="navigateur_externe", navigateur=navigateur)
    assert lue.donnees["session"]["ouverte"]
    assert "revenir au logiciel" in parcours.fin.texte
    assert not any("labo_session" in cookie for passage in parcours.passages for cookie in passage.cookies)


def test_navigateur_interne_non_gere(essai: Essai) -> None:
    """La modalité que le produit n'a pas est dite telle."""
    assert essai("ouvrir_connexion", fournisseur="psc", modalite="navigateur_interne").resultat == "non_gere"


def test_etablissement(essai: Essai) -> None:
    """Le fournisseur de l'établissement se découvre par le nom standard ; sa session ouverte évite la mire."""
    navigateur = essai.navigateur()
    lue, _ = essai.connecter(fournisseur="etablissement", navigateur=navigateur)
    assert lue.donnees["session"]["compte"] == "biologiste_1"
    assert lue.donnees["session"]["moyens"] == ["oidc"]
    demande = essai.demande(service="etablissement")
    assert "acr_values" not in demande
    lue, parcours = essai.connecter(fournisseur="etablissement", navigateur=navigateur)
    assert (lue.donnees["session"]["ouverte"], parcours.authentifiee) == (True, False)


def test_secrets_cote_serveur(essai: Essai) -> None:
    """Ni cookie, ni page, ni réponse d'action ne portent un jeton."""
    navigateur = essai.navigateur()
    session_id = essai.session(navigateur=navigateur)
    ouverte = essai.labo.fournisseurs.ouvertes.de_session(session_id)
    assert ouverte is not None
    secrets = (ouverte.jetons.acces, ouverte.jetons.identite, ouverte.jetons.rafraichissement)
    vu = json.dumps(
        [
            [trace.valeur for trace in navigateur.traces()],
            navigateur.page.html,
            [p.url for p in navigateur.passages],
            essai("lire_session", session_id=session_id).en_dict(),
            essai("lire_traces", categorie="comptes").en_dict(),
        ]
    )
    assert all(secrets) and not any(secret in vu for secret in secrets)
    produit = [
        t for t in navigateur.traces() if t.origine == essai.declaration["redirect_uris"][0].partition("/retour")[0]
    ]
    assert produit and all("HttpOnly" in t.attributs and "SameSite=Lax" in t.attributs for t in produit)
    assert "eyJ" not in repr(ouverte)


def test_personnes_sans_compte(essai: Essai) -> None:
    """Une identité qu'aucun compte ne désigne n'ouvre pas de session, et ses jetons sont révoqués."""
    for qui in (SANS_PROFESSION, SECRETAIRE):
        lue, _ = essai.connecter(qui)
        assert (lue.resultat, lue.donnees["session"]["ouverte"]) == ("refuse", False)
        assert "rapprochement" in lue.messages[0]
    assert len(essai.echanges("revocation")) == 2


@pytest.mark.parametrize("qui", [SANS_PROFESSION, SECRETAIRE, EDIT])
def test_rapprochement(essai: Essai, qui: str) -> None:
    """Le titulaire d'un compte prouve une identité sans RPPS : elle l'ouvre ensuite, entière, sous le même compte."""
    compte = essai(
        "creer_compte", "administrateur", compte={"identifiant": f"u-{qui[-4:]}"}, mot_de_passe="Un-mot-de-passe-2026!"
    )
    compte_id = compte.donnees["compte"]["compte_id"]
    locale = essai("ouvrir_session", identifiant=f"u-{qui[-4:]}", mot_de_passe="Un-mot-de-passe-2026!")
    session_id = locale.donnees["session"]["session_id"]
    lue, _ = essai.connecter(qui, session_id=session_id)
    assert lue.donnees["session"]["session_id"] == session_id
    assert essai("lire_compte", compte_id=compte_id).donnees["compte"]["associe_psc"]
    essai("fermer_session", session_id=session_id)
    session = essai.connecter(qui)[0].donnees["session"]
    assert (session["compte"], session["identifiant_national"]) == (compte_id, qui)
    autre, _ = essai.connecter(BIOLOGISTE_2)
    assert autre.donnees["session"]["compte"] == "biologiste_2"


def test_rapprochement_d_un_autre(essai: Essai) -> None:
    """Un compte dont le RPPS est celui d'un autre n'est pas rapproché, et sa session reste la sienne."""
    local = essai.session(BIOLOGISTE_1)
    lue, _ = essai.connecter(BIOLOGISTE_2, session_id=local)
    assert lue.resultat == "refuse"
    session = essai("lire_session", session_id=local).donnees["session"]
    assert (session["compte"], session["identifiant_national"]) == ("biologiste_1", BIOLOGISTE_1)


def test_situations(essai: Essai) -> None:
    """Deux activités : deux situations proposées, l'une choisie ; aucune : la session s'ouvre quand même."""
    lue, parcours = essai.connecter(BIOLOGISTE_2)
    session = lue.donnees["session"]
    assert [s["structure"] for s in session["situations"]] == ["LABORATOIRE DU BANC", "CENTRE HOSPITALIER D'ESSAI"]
    assert "situation" in parcours.fin.url
    choisie = essai("choisir_situation", session_id=session["session_id"], rang=2)
    assert choisie.donnees["session"]["situation"] == 2
    assert essai("choisir_situation", session_id=session["session_id"], rang=3).resultat == "refuse"
    essai.banc.psc.panne("userinfo_sans_exercice")
    lue, _ = essai.connecter(BIOLOGISTE_1)
    assert (lue.donnees["session"]["ouverte"], lue.donnees["session"]["situations"]) == (True, [])


def test_deconnexion(essai: Essai) -> None:
    """PSC et le logiciel se ferment ; le bouton redemande ensuite de s'authentifier."""
    navigateur = essai.navigateur()
    session_id = essai.session(navigateur=navigateur)
    fermee = essai("fermer_session", session_id=session_id)
    assert not essai.ouverte(session_id)
    parcours = se_deconnecter(navigateur, fermee.donnees["url"], essai.fournisseur("psc"))
    assert (parcours.issue, "déconnecté" in parcours.fin.titre) == (RETOUR, True)
    [fin] = essai.echanges("fin_session")
    assert (fin.notes["id_token_hint"], fin.notes["terminee"]) == ("oui", "oui")
    assert not essai.banc.psc.sessions.ouvertes(BIOLOGISTE_1)
    assert essai.connecter(navigateur=navigateur)[1].authentifiee


def test_deconnexion_du_fournisseur_en_panne(essai: Essai) -> None:
    """PSC ne ferme pas la sienne : celle du logiciel est fermée quand même."""
    navigateur = essai.navigateur()
    session_id = essai.session(navigateur=navigateur)
    essai.banc.psc.panne("fin_session_indisponible")
    fermee = essai("fermer_session", session_id=session_id)
    se_deconnecter(navigateur, fermee.donnees["url"], essai.fournisseur("psc"))
    assert not essai.ouverte(session_id)


def test_deux_personnes_sur_un_poste(essai: Essai) -> None:
    """La seconde, dans le même navigateur, a sa propre identité et ses propres jetons."""
    navigateur = essai.navigateur()
    premiere = essai.session(BIOLOGISTE_1, navigateur=navigateur)
    url = essai("fermer_session", session_id=premiere).donnees["url"]
    se_deconnecter(navigateur, url, essai.fournisseur("psc"))
    seconde = essai.session(BIOLOGISTE_2, navigateur=navigateur)
    session = essai("lire_session", session_id=seconde).donnees["session"]
    assert (session["identifiant_national"], session["compte"]) == (BIOLOGISTE_2, "biologiste_2")


def test_ecran_de_connexion(essai: Essai) -> None:
    """Le bouton, les autres moyens, et les conditions qui parlent de PSC, avant toute connexion."""
    lu = essai("lire_ecran_connexion").donnees
    assert "Pro Santé Connect" in lu["html"] and "Pro Santé Connect" in lu["cgu"]
    assert lu["moyens"] == ["psc", "etablissement", "mot_de_passe"]
    navigateur = essai.navigateur()
    racine = essai.declaration["redirect_uris"][0].partition("/retour")[0]
    assert "Pro Santé Connect" in navigateur.aller(f"{racine}/cgu").texte
    assert navigateur.aller(f"{racine}/accueil").url.endswith("/connexion")
    assert navigateur.aller(f"{racine}/inconnue").statut == 404


def test_mot_de_passe_dans_la_page(essai: Essai) -> None:
    """Le formulaire ouvre la session d'un compte ; un formulaire venu d'ailleurs n'ouvre rien."""
    essai("creer_compte", "administrateur", compte={"identifiant": "local"}, mot_de_passe="Un-mot-de-passe-2026!")
    navigateur = essai.navigateur()
    racine = essai.declaration["redirect_uris"][0].partition("/retour")[0]
    page = navigateur.aller(f"{racine}/connexion")
    [formulaire] = page.formulaires
    faux = {"identifiant": "local", "mot_de_passe": "Un-mot-de-passe-2026!", "jeton": "0" * 64}
    assert navigateur.envoyer(formulaire, faux).statut == 403
    page = navigateur.aller(f"{racine}/connexion")
    page = navigateur.envoyer(page.formulaires[0], {n: v for n, v in faux.items() if n != "jeton"})
    assert page.url.endswith("/accueil")
    assert navigateur.envoyer(page.formulaires[0]).url.endswith("/deconnexion/retour")
    assert navigateur.aller(f"{racine}/accueil").url.endswith("/connexion")
