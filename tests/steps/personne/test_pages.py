"""Lecture d'une page : formulaires, liens, boutons, mots, quelle que soit la façon dont ils sont écrits."""

from __future__ import annotations

import pytest

from steps.personne.navigateur import origine
from steps.personne.pages import Page, sans_accents


def page(html: str, url: str = "https://labo.test/connexion") -> Page:
    return Page(url, 200, html)


def test_un_formulaire_se_lit_avec_ses_champs_leurs_etiquettes_et_ses_boutons() -> None:
    """Champs, options, cases, étiquette liée ou entourante, bouton hors du formulaire mais lié à lui."""
    lue = page("""
        <form id=f action="/envoi?x=1" method=post>
          <input type=hidden name=etat value=abc>
          <label for=qui>Identifiant national</label><input id=qui name=u>
          <label>Moyen <select name=m><option value=e selected>e-CPS<option>Carte</select></label>
          <label><input type=radio name=p value=1 checked> Alix</label>
          <label><input type=radio name=p value=2> Zoé</label>
          <input type=checkbox name=cgu value=oui>
          <input name=mort disabled>
          <button name=go value=1>Se connecter</button>
        </form>
        <button form=f name=non>Annuler</button>""")
    (formulaire,) = lue.formulaires
    assert (formulaire.methode, formulaire.action) == ("POST", "https://labo.test/envoi?x=1")
    assert [(c.nom, c.genre, c.valeur) for c in formulaire.champs] == [
        ("etat", "hidden", "abc"),
        ("u", "text", ""),
        ("m", "select", "e"),
        ("cgu", "checkbox", ""),
        ("p", "radio", "1"),
    ]
    champ = formulaire.champ("u")
    assert champ is not None and "identifiant national" in champ.mots
    radio = formulaire.champ("p")
    assert radio is not None and [c.libelle for c in radio.choix] == ["Alix", "Zoé"]
    assert [(b.nom, b.libelle) for b in formulaire.boutons] == [("go", "Se connecter"), ("non", "Annuler")]
    assert lue.boutons_libres == ()


def test_un_lien_image_se_lit_par_son_texte_de_remplacement() -> None:
    """Le bouton officiel est une image : seul `alt` le dit."""
    (lien,) = page('<a href="/psc"><img src=b.svg alt="S\'identifier avec Pro Santé Connect"></a>').liens
    assert lien.url == "https://labo.test/psc"
    assert "pro sante connect" in lien.mots


def test_les_adresses_relatives_suivent_la_base_de_la_page() -> None:
    """`<base>` change le sens des adresses relatives."""
    lue = page('<head><base href="https://autre.test/a/"></head><a href=b>x</a><img src=c.png>')
    assert lue.liens[0].url == "https://autre.test/a/b"
    assert lue.images == ("https://autre.test/a/c.png",)


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        ("0; url=/suite", "https://labo.test/suite"),
        ("0;URL='suite'", "https://labo.test/suite"),
        ("300; url=/suite", ""),
        ("5", ""),
    ],
)
def test_seul_un_rafraichissement_immediat_est_une_suite(contenu: str, attendu: str) -> None:
    """Une page qui se rafraîchit dans cinq minutes ne va nulle part d'elle-même."""
    assert page(f'<meta http-equiv="Refresh" content="{contenu}">').suite == attendu


@pytest.mark.parametrize(
    "html", ["", "   ", "<", "du texte", "<?xml version='1.0' encoding='utf-8'?><html><p>x</p></html>"]
)
def test_une_page_vide_ou_mal_formee_se_lit_sans_erreur(html: str) -> None:
    """Rien de ce qu'un logiciel rend ne doit arrêter le banc."""
    lue = page(html)
    assert (lue.formulaires, lue.liens, lue.suite) == ((), (), "")


def test_ce_qui_n_est_pas_du_html_n_a_ni_lien_ni_formulaire() -> None:
    """Un JSON ou un PDF rendu par erreur est une page sans rien à cliquer."""
    lue = Page("https://labo.test/", 500, '{"erreur": "<a href=x>"}', "application/json")
    assert lue.liens == ()


def test_le_texte_lu_laisse_scripts_et_styles() -> None:
    """La personne ne lit ni scripts ni styles."""
    assert page("<style>a{}</style><p>Bon<b>jour</b></p><script>x()</script>").texte == "Bon jour"


def test_les_mots_se_comparent_sans_accents_ni_casse() -> None:
    """« SANTÉ » et « santé » sont le même mot."""
    assert sans_accents("  Pro  SANTÉ\nConnect, Œuvre ") == "pro sante connect, oeuvre"


@pytest.mark.parametrize(
    ("url", "attendue"),
    [
        ("https://A.test/x?y", "https://a.test:443"),
        ("http://a.test:8080", "http://a.test:8080"),
        ("labo://retour?code=1", ""),
        ("http://a.test:pas-un-port/", ""),
        ("data:text/html,x", ""),
    ],
)
def test_l_origine_dit_schema_hote_et_port(url: str, attendue: str) -> None:
    """Une adresse qui n'est pas du web n'a pas d'origine."""
    assert origine(url) == attendue
