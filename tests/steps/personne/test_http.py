"""Le navigateur HTTP : redirections une à une, cookies par origine, formulaires, ce qu'il ne sait pas faire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from steps.personne.http import NavigateurHttp
from steps.personne.navigateur import Navigateur, NavigationImpossible
from tests.steps.personne.serveurs import Rendu, Site, site


@pytest.fixture
def sites() -> Iterator[tuple[Site, Site]]:
    """Deux origines : le logiciel et le fournisseur."""
    with ExitStack() as pile:
        yield pile.enter_context(site()), pile.enter_context(site())


@pytest.fixture
def navigateur() -> Iterator[Navigateur]:
    ouvert = NavigateurHttp(delai_s=5)
    yield ouvert
    ouvert.fermer()


def test_chaque_redirection_est_un_passage(sites: tuple[Site, Site], navigateur: Navigateur) -> None:
    """Ce par quoi le navigateur passe se lit en entier, dans l'ordre."""
    labo, psc = sites
    labo.rediriger("/depart", f"{psc.url}/auth?state=x")
    psc.rediriger("/auth", f"{labo.url}/retour?code=1", 303)
    labo.page("/retour", "<title>Accueil</title>")
    page = navigateur.aller(f"{labo.url}/depart")
    assert page.titre == "Accueil"
    assert [(p.genre, p.statut, p.url) for p in navigateur.passages] == [
        ("redirection", 302, f"{labo.url}/depart"),
        ("redirection", 303, f"{psc.url}/auth?state=x"),
        ("page", 200, f"{labo.url}/retour?code=1"),
    ]


def test_un_cookie_ne_va_qu_a_l_origine_qui_l_a_pose(sites: tuple[Site, Site], navigateur: Navigateur) -> None:
    """Deux ports d'un même hôte sont deux services ; la valeur n'est dans aucun passage."""
    labo, psc = sites
    labo.pages["/"] = lambda _: Rendu(entetes=(("Set-Cookie", "s=secret-du-labo; Path=/; HttpOnly; SameSite=Lax"),))
    psc.page("/", "")
    for url in (labo.url, psc.url, labo.url):
        navigateur.aller(f"{url}/")
    assert [d.entetes.get("Cookie") for d in labo.demandes] == [None, "s=secret-du-labo"]
    assert [d.entetes.get("Cookie") for d in psc.demandes] == [None]
    assert navigateur.passages[0].cookies == ("s; Path=/; HttpOnly; SameSite=Lax",)
    assert "secret-du-labo" not in repr(navigateur.passages)
    (trace,) = navigateur.traces()
    assert (trace.nom, trace.valeur) == ("s", "secret-du-labo")


def test_un_cookie_expire_ou_hors_chemin_n_est_pas_envoye(sites: tuple[Site, Site], navigateur: Navigateur) -> None:
    """Max-Age=0 efface ; un chemin plus étroit ne sert que là."""
    labo, _ = sites
    entetes = (("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/prive"))
    labo.pages["/pose"] = lambda _: Rendu(entetes=entetes)
    labo.pages["/efface"] = lambda _: Rendu(entetes=(("Set-Cookie", "a=; Path=/; Max-Age=0"),))
    for chemin in ("/pose", "/prive/x", "/autre", "/efface", "/prive/x"):
        navigateur.aller(labo.url + chemin)
    assert [d.entetes.get("Cookie") for d in labo.demandes] == [None, "b=2; a=1", "a=1", "a=1", "b=2"]


def test_un_formulaire_envoie_ce_que_la_personne_a_saisi(sites: tuple[Site, Site], navigateur: Navigateur) -> None:
    """Champs cachés gardés, bouton envoyé, puis la redirection 303 se suit en GET."""
    labo, _ = sites
    labo.page(
        "/",
        "<form method=post action=/envoi><input type=hidden name=etat value=é&amp;1><input name=qui>"
        "<input type=checkbox name=non value=1><button name=b value=ok>Aller</button></form>",
    )
    labo.rediriger("/envoi", "/fin", 303)
    labo.page("/fin", "fini")
    formulaire = navigateur.aller(f"{labo.url}/").formulaires[0]
    navigateur.envoyer(formulaire, {"qui": "ZOÉ"})
    assert labo.demandes[1].formulaire == {"etat": "é&1", "qui": "ZOÉ", "b": "ok"}
    assert [d.methode for d in labo.demandes] == ["GET", "POST", "GET"]
    with pytest.raises(ValueError, match="absents du formulaire"):
        navigateur.envoyer(formulaire, {"inconnu": ""})


def test_un_formulaire_get_remplace_la_requete(sites: tuple[Site, Site], navigateur: Navigateur) -> None:
    """Comme dans un navigateur, les paramètres de l'action sont perdus."""
    labo, _ = sites
    labo.page("/", "<form action='/ici?perdu=1'><input name=a value='x y'></form>")
    labo.page("/ici", "")
    navigateur.envoyer(navigateur.aller(f"{labo.url}/").formulaires[0])
    assert labo.demandes[-1].requete == {"a": "x y"}


def test_la_page_d_envoi_automatique_et_le_rafraichissement_sont_suivis(
    sites: tuple[Site, Site], navigateur: Navigateur
) -> None:
    """`form_post` et `meta refresh` valent une redirection."""
    labo, psc = sites
    psc.page(
        "/auth",
        f"<body onload='document.forms[0].submit()'><form method=post action='{labo.url}/retour'>"
        "<input type=hidden name=code value=1></form>",
    )
    labo.page("/retour", "<meta http-equiv=refresh content='0;url=/accueil'>")
    labo.page("/accueil", "<title>Accueil</title>")
    assert navigateur.aller(f"{psc.url}/auth").titre == "Accueil"
    assert labo.demandes[0].formulaire == {"code": "1"}


def test_le_referer_ne_livre_l_adresse_entiere_qu_a_la_meme_origine(
    sites: tuple[Site, Site], navigateur: Navigateur
) -> None:
    """La politique par défaut des navigateurs : ailleurs, l'origine seule."""
    labo, psc = sites
    labo.page("/a", f"<a href='{psc.url}/b'>là</a><a href=/c>ici</a>")
    labo.page("/c", "")
    psc.page("/b", "")
    page = navigateur.aller(f"{labo.url}/a?code=1")
    navigateur.suivre(page.liens[0])
    navigateur.aller(f"{labo.url}/a?code=1")
    navigateur.suivre(page.liens[1])
    assert psc.demandes[0].entetes["Referer"] == f"{labo.url}/"
    assert labo.demandes[-1].entetes["Referer"] == f"{labo.url}/a?code=1"


def test_des_redirections_sans_fin_s_arretent(sites: tuple[Site, Site], navigateur: Navigateur) -> None:
    """Une boucle du logiciel ne bloque pas le banc."""
    labo, _ = sites
    labo.rediriger("/", "/")
    with pytest.raises(NavigationImpossible, match="redirections de suite"):
        navigateur.aller(f"{labo.url}/")


def test_ce_que_le_navigateur_ne_sait_pas_ouvrir_se_dit(sites: tuple[Site, Site], navigateur: Navigateur) -> None:
    """Un schéma propre au poste, un port fermé, un bouton à script : un message qui dit que faire."""
    labo, _ = sites
    labo.rediriger("/", "labo://retour?code=secret")
    with pytest.raises(NavigationImpossible, match="seul le poste") as refus:
        navigateur.aller(f"{labo.url}/")
    assert "secret" not in str(refus.value)
    with pytest.raises(NavigationImpossible, match="ne répond pas"):
        navigateur.aller("http://127.0.0.1:1/")
    labo.page("/b", "<button>Pro Santé Connect</button>")
    with pytest.raises(NavigationImpossible, match="chromium"):
        navigateur.cliquer(navigateur.aller(f"{labo.url}/b").boutons_libres[0])


def test_une_page_d_erreur_est_une_page(sites: tuple[Site, Site], navigateur: Navigateur) -> None:
    """Un 500 s'affiche : c'est au parcours de dire ce qu'il vaut."""
    labo, _ = sites
    labo.page("/", "<h1>Panne</h1>", statut=500)
    assert (navigateur.aller(f"{labo.url}/").statut, navigateur.page.texte) == (500, "Panne")
