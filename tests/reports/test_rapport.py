"""`rapport.html` : page seule, sans script ni adresse extérieure, rien d'inséré sans échappement, tout s'y trouve."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from urllib.parse import unquote

import pytest
from lxml import etree, html

from reports.options import TextesOfficiels
from reports.rapport import rendre_rapport
from reports.verdict import Verdict
from reports.vues import lien_ancre, lien_local
from simulators.socle.echange import CorpsMemoire
from tests.reports.fabrique import (
    HOSTILES,
    campagne,
    catalogue,
    echange,
    exigence,
    jeu_complet,
    jeu_hostile,
    resultat,
)


def _page(texte: str) -> html.HtmlElement:
    return html.document_fromstring(texte)


def _texte(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


@pytest.fixture(scope="module")
def hostile() -> str:
    """La page d'une campagne dont chaque texte est hostile."""
    return rendre_rapport(*jeu_hostile())


@pytest.mark.parametrize("jeu", [jeu_complet(12), jeu_hostile()], ids=["plausible", "hostile"])
def test_aucune_adresse_exterieure_ni_script(jeu: tuple) -> None:  # type: ignore[type-arg]
    """La page n'appelle rien : ni script, ni image, ni lien hors d'elle-même et de son dossier."""
    texte = rendre_rapport(*jeu)
    page = _page(texte)
    balises = Counter(element.tag for element in page.iter(etree.Element))
    assert not {"script", "iframe", "object", "embed", "link", "base", "form", "svg", "video"} & set(balises)
    for element in page.iter(etree.Element):
        for nom, valeur in element.attrib.items():
            assert not nom.startswith("on"), (element.tag, nom)
            assert nom not in ("srcset", "action", "formaction", "data", "background")
            if nom == "src":
                assert element.tag == "img" and valeur.startswith("data:image/jpeg;base64,"), valeur
            if nom == "href":
                assert valeur.startswith(("#", "./")), valeur
            if nom == "style":
                assert re.fullmatch(r"width: [\d.]+%|border-top: 0; margin-top: 0", valeur), valeur
    [style] = page.iter("style")
    assert not re.search(r"url\(|@import|//", style.text or "")


def test_textes_hostiles_montres_tels_quels(hostile: str) -> None:
    """Un texte hostile se lit dans la page, mot pour mot ; aucune commande invisible n'y reste."""
    contenu = _page(hostile).text_content()
    for texte in HOSTILES[:5] + HOSTILES[6:9]:
        assert texte.strip() in contenu
    assert "␀␁␛[31m␡" in contenu
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", hostile)
    assert "49" not in re.findall(r"\{\{ 7\*7 \}\}|49", _page(hostile).findtext(".//title") or "")


def test_ancres_uniques_et_liens_suivis(hostile: str) -> None:
    """Chaque ancre est unique et chaque lien interne arrive quelque part."""
    for texte in (hostile, rendre_rapport(*jeu_complet(12))):
        page = _page(texte)
        ancres = [element.get("id") for element in page.iter(etree.Element) if element.get("id")]
        assert [ancre for ancre, nombre in Counter(ancres).items() if nombre > 1] == []
        for lien in page.iter("a"):
            cible = lien.get("href") or ""
            if cible.startswith("#"):
                assert unquote(cible[1:]) in ancres, cible


def test_adressable_par_numero() -> None:
    """Scénarios et preuves se joignent par leur numéro ; un numéro répété reçoit un rang."""
    ex = exigence("INS/va1.02")
    double = replace(ex, id="INS/va1.03")
    lue = campagne(*(resultat(e, ex.scenarios[0], Verdict.CONFORME) for e in (ex, double)))
    page = _page(rendre_rapport(lue, catalogue(ex, double), {}))
    for ancre in ("scenario-INS/va1.02.01", "preuve-INS/va1.02.01.01", "preuve-INS/va1.02.01.01~2"):
        assert page.get_element_by_id(ancre) is not None


def test_non_conformes_d_abord_et_complets() -> None:
    """Un non conforme vient avant tout autre scénario, avec attendu, reçu, où, source, à faire et son échange."""
    page = _page(rendre_rapport(*jeu_complet(12)))
    premier = page.find_class("scenario")[0]
    assert "v-non_conforme" in premier.get("class", "")
    texte = _texte(premier)
    for attendu in (
        "Attendu CHARLES",
        "Reçu CHARLES OGIER",
        "Où /Envelope/Body/RECSANSVITALE/Prenom",
        "Guide d'intégration INSi v4.0, § 4.2",
        "envoyer le premier prénom de naissance seul au premier appel",
        "rechercherInsAvecTraitsIdentite",
        "<NomNaissance>D'ARTAGNAN</NomNaissance>",
    ):
        assert attendu in texte, attendu


def test_tout_y_est() -> None:
    """Chaque scénario, chaque preuve et chaque exigence sans scénario figurent, avec raison et pièces à apporter."""
    lue, livre, echanges = jeu_complet(12)
    page = _page(rendre_rapport(lue, livre, echanges))
    identifiants = {element.get("id") for element in page.iter(etree.Element)}
    for fait in lue.resultats:
        assert f"scenario-{fait.scenario}" in identifiants
        for preuve in fait.preuves:
            assert f"preuve-{preuve.id}" in identifiants
    texte = _texte(page)
    assert "LOI.09" in texte
    assert "les données de concertation n'écrivent aucun scénario" in texte
    assert "4 preuves restent à apporter par une personne ; 4 preuves manquent" in texte
    for attendu in ("LaboTest 4.2", "NIL-0001", "banc-sons 0.1.0", "cd" * 32, "ef" * 32, "21 novembre 2026 à 14:03:11"):
        assert attendu in texte


def test_demonstration_et_interruption() -> None:
    """La mention de démonstration et l'avis d'interruption ne paraissent que s'ils sont vrais."""
    lue, livre, echanges = jeu_complet(2)
    simple = rendre_rapport(lue, livre, echanges)
    assert "DÉMONSTRATION" not in simple
    assert "interrompue" not in _page(simple).find("body").text_content()
    demo = rendre_rapport(replace(lue, demonstration=True, interrompue=True), livre, echanges)
    assert demo.count("DÉMONSTRATION, non recevable") >= 3
    assert "Campagne interrompue" in demo


def test_textes_officiels_a_cote() -> None:
    """Un texte importé s'affiche à côté de notre résumé, avec son origine."""
    ex = exigence("INS/va1.02")
    textes = TextesOfficiels("REM-BIO.xlsx", {ex.id: "TEXTE A"}, {ex.scenarios[0].id: "TEXTE B"}, {})
    page = rendre_rapport(campagne(resultat(ex, ex.scenarios[0], Verdict.CONFORME)), catalogue(ex), {}, textes)
    assert "REM-BIO.xlsx" in page
    lu = _texte(_page(page))
    assert all(texte in lu for texte in ("TEXTE A", "TEXTE B", ex.resume))


def test_determinisme() -> None:
    """Mêmes données, mêmes octets."""
    assert rendre_rapport(*jeu_complet(12)) == rendre_rapport(*jeu_complet(12))


def test_catalogue_change_signale() -> None:
    """Un catalogue qui n'est plus celui de la campagne est dit dans les limites."""
    lue, livre, echanges = jeu_complet(1)
    assert "n'est plus celui de la campagne" in _texte(_page(rendre_rapport(lue, livre, echanges)))
    pareil = replace(lue, catalogue={"empreinte": livre.empreinte})
    assert "n'est plus celui de la campagne" not in _texte(_page(rendre_rapport(pareil, livre, echanges)))


def test_taille_bornee() -> None:
    """300 scénarios de 20 gros échanges tiennent en moins de 10 Mo, les non conformes gardant leurs extraits."""
    lue, livre, _ = jeu_complet(300)
    gros = b"<a>" + b"<b c='&lt;'>du texte</b>" * 400 + b"</a>"
    echanges = {n: echange(n, corps=gros, reponse=gros) for n in range(1, 6001)}
    larges = tuple(
        replace(fait, echanges=tuple(range(rang * 20 + 1, rang * 20 + 21)), constats=(), etapes=())
        for rang, fait in enumerate(lue.resultats)
    )
    texte = rendre_rapport(replace(lue, resultats=larges), livre, echanges)
    assert len(texte.encode()) < 10_000_000
    page = _page(texte)
    [premier] = [bloc for bloc in page.find_class("v-non_conforme") if bloc.tag == "details"][:1]
    assert premier.findall(".//pre")


def test_echange_partage_montre_une_fois() -> None:
    """Un échange cité par deux scénarios est montré avec le plus grave ; l'autre y renvoie."""
    un, deux = exigence("INS.01"), exigence("INS.02")
    lue = campagne(
        resultat(un, un.scenarios[0], Verdict.CONFORME, numero=7),
        resultat(deux, deux.scenarios[0], Verdict.NON_CONFORME, numero=7),
    )
    page = _page(rendre_rapport(lue, catalogue(un, deux), {7: echange(7)}))
    bloc = page.get_element_by_id("echange-7")
    assert any(parent.get("id") == "scenario-INS.02.01" for parent in bloc.iterancestors())
    assert "montré avec un autre scénario" in page.get_element_by_id("scenario-INS.01.01").text_content()


def test_echange_absent_du_journal() -> None:
    """Un numéro d'échange inconnu du journal est cité sans lien mort."""
    ex = exigence("INS.01")
    page = rendre_rapport(campagne(resultat(ex, ex.scenarios[0], Verdict.NON_CONFORME, numero=99)), catalogue(ex), {})
    assert "n° 99" in page
    assert "#echange-99" not in page


def test_reponse_coupee_et_corps_vide() -> None:
    """Une connexion coupée et un corps vide se disent."""
    ex = exigence("INS.01")
    modele = echange(1)
    coupe = replace(modele, reponse=None, requete=replace(modele.requete, corps=CorpsMemoire(b"")))
    page = rendre_rapport(campagne(resultat(ex, ex.scenarios[0], Verdict.CONFORME)), catalogue(ex), {1: coupe})
    assert "la connexion a été coupée" in page
    assert "Corps vide" in page


@pytest.mark.parametrize(
    "chemin", ["javascript:alert(1)", "//mal.example/x", "a\"b'c<d", "é t/1.xml", "..\\x", "\ud800"]
)
def test_liens_locaux(chemin: str) -> None:
    """Un lien vers une pièce reste relatif et ne peut pas casser l'attribut qui le porte."""
    for lien in (lien_local(chemin), lien_ancre(chemin)):
        assert lien.startswith(("./", "#"))
        assert not set(lien) & set("\"'<> :\\")
        assert not lien.startswith(".//")
