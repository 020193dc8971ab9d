"""La connexion déclarée : lue et validée, complétée par le produit, enregistrée, et ce qu'elle écarte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reports.verdict import Verdict
from requirements.catalogue import Catalogue, charger
from requirements.modele import Fournisseur
from steps.logiciel.configuration import ConfigurationInvalide, lire_configuration
from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree, DeclarationInvalide, enregistrer
from steps.logiciel.http import AdaptateurHttp
from steps.logiciel.protocole import AdaptateurInjoignable
from steps.selection import ScenarioRetenu, selectionner
from tests.steps.produit import APROPOS, ServeurProduit, logiciel

RETOUR = ("https://labo.test/retour",)
PSC, ETABLISSEMENT = Fournisseur.PSC, Fournisseur.ETABLISSEMENT
BON = {
    "modalites": ["web", "ciba"],
    "redirect_uris": ["https://labo.test/retour?x=1", "labo.test:/retour"],
    "post_logout_redirect_uris": [],
    "authentification": "tls_client_auth",
    "pkce": False,
    "seul_moyen": True,
}


def test_la_declaration_se_lit_et_se_rend() -> None:
    """Ce que l'éditeur écrit se relit ; ce qu'il ne dit pas n'apparaît pas, un « non » reste dit."""
    lue = ConnexionDeclaree.lire(BON, "logiciel.yaml")
    assert (lue.modalites, lue.pkce, lue.seul_moyen, lue.client_id) == (("web", "ciba"), False, True, "")
    assert lue.en_dict() == {k: v for k, v in BON.items() if v != []}


@pytest.mark.parametrize(
    ("brut", "message"),
    [
        ({"modalites": []}, "pro_sante_connect.modalites : attendu une modalité au moins"),
        ({"modalites": ["web", "web"]}, "attendu des valeurs distinctes"),
        ({"modalites": ["mobile"]}, "attendu l'un de web, navigateur_externe, ciba, navigateur_interne, reçu 'mobile'"),
        ({"modalite": ["web"]}, "champ inconnu : modalite ; attendu : modalites"),
        ({"redirect_uris": ["/retour"]}, "attendu une adresse entière, sans blanc ni fragment, reçu '/retour'"),
        ({"redirect_uris": ["https://a.test/#f"]}, "sans blanc ni fragment"),
        ({"authentification": "none"}, "attendu l'un de client_secret_basic"),
        ({"pkce": "oui"}, "attendu un booléen, reçu 'oui'"),
        ({"client_id": ""}, "attendu un texte non vide"),
        ([], "attendu un objet"),
    ],
)
def test_une_declaration_fautive_est_refusee_en_francais(brut: Any, message: str) -> None:
    """Chaque faute nomme son champ et ce qui était attendu."""
    with pytest.raises(DeclarationInvalide) as refus:
        ConnexionDeclaree.lire(brut, "logiciel.yaml")
    assert message in str(refus.value) and "logiciel.yaml" in str(refus.value)


def test_logiciel_yaml_porte_la_connexion(tmp_path: Path) -> None:
    """Le bloc se lit avec le reste ; fautif, la configuration entière est refusée."""
    fichier = tmp_path / "logiciel.yaml"
    debut = "logiciel: {nom: A, version: 1.0.0}\nprofils: [Général]\nadaptateur: {type: temoin}\n"
    fichier.write_text(f"{debut}pro_sante_connect: {{modalites: [web]}}\n", encoding="utf-8")
    assert lire_configuration(fichier).connexion.modalites == ("web",)
    fichier.write_text(f"{debut}pro_sante_connect: {{modalites: [toile]}}\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalide, match="toile"):
        lire_configuration(fichier)
    fichier.write_text(debut, encoding="utf-8")
    assert lire_configuration(fichier).connexion == NON_DECLAREE


@pytest.mark.parametrize("dit", [{}, {"pro_sante_connect": {"modalites": ["ciba"]}}])
def test_apropos_peut_decrire_la_connexion(dit: Mapping[str, Any]) -> None:
    """Un logiciel dont les adresses changent à chaque démarrage les donne lui-même."""
    with ServeurProduit(lambda *_: (200, json.dumps({**APROPOS, **dit}).encode())) as serveur:
        connexion = AdaptateurHttp(serveur.url).apropos().pro_sante_connect
    assert connexion.modalites == (("ciba",) if dit else ())


def test_une_connexion_mal_dite_par_le_produit_arrete_le_banc() -> None:
    """C'est une faute de l'adaptateur, dite comme telle."""
    fautif = b'{"nom": "A", "version": "1", "pro_sante_connect": {"modalites": "web"}}'
    with (
        ServeurProduit(lambda *_: (200, fautif)) as serveur,
        pytest.raises(AdaptateurInjoignable, match="attendu une liste"),
    ):
        AdaptateurHttp(serveur.url).apropos()
    with ServeurProduit(logiciel()) as serveur:
        assert AdaptateurHttp(serveur.url).apropos().pro_sante_connect == NON_DECLAREE


def test_l_editeur_l_emporte_sur_son_produit() -> None:
    """logiciel.yaml d'abord ; /apropos comble ce qu'il ne dit pas, et un « non » n'est pas un silence."""
    editeur = ConnexionDeclaree(modalites=("web",), pkce=False)
    produit = ConnexionDeclaree(modalites=("ciba",), pkce=True, redirect_uris=("https://a.test/r",))
    somme = editeur.completer(produit)
    assert (somme.modalites, somme.pkce, somme.redirect_uris) == (("web",), False, ("https://a.test/r",))


class _Registre(dict[str, Any]):
    def declarer(self, client_id: str, **choix: Any) -> None:
        self[client_id] = choix


def test_le_logiciel_est_enregistre_tel_qu_il_se_decrit() -> None:
    """Adresses et méthode déclarées ; son propre client garde le secret que l'environnement lui donne."""
    clients = _Registre(banc=SimpleNamespace(secret="s"))
    connexion = ConnexionDeclaree.lire({**BON, "client_id": "le-mien"}, "x")
    assert enregistrer(connexion, clients, "banc", PSC) == "le-mien"
    recu = clients["le-mien"]
    assert (recu["redirect_uris"], recu["methodes"]) == (connexion.redirect_uris, ("tls_client_auth",))
    assert (recu["ciba"], recu["certificats_lies"], recu["secret"]) == (True, True, "s")
    assert enregistrer(connexion, clients, "banc", ETABLISSEMENT) == "banc"
    clients = _Registre(banc=SimpleNamespace(secret="s"))
    enregistrer(NON_DECLAREE, clients, "banc", PSC)
    assert "methodes" not in clients["banc"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return charger("biologie")


def retenus(catalogue: Catalogue, connexion: ConnexionDeclaree) -> dict[str, ScenarioRetenu]:
    demandes = ["PSC.01", "PSC.02", "SSI/IAM.80"]
    lus = selectionner(catalogue, exigences=demandes, profils_reclames=["Général", "IAM"])
    return {retenu.numero: retenu.selon(connexion) for retenu in lus}


def test_une_modalite_non_reclamee_n_est_pas_applicable_et_dit_pourquoi(catalogue: Catalogue) -> None:
    """Les modalités réclamées se jouent, les autres se disent ; ce qui n'en demande aucune reste."""
    vus = retenus(catalogue, ConnexionDeclaree(("web", "ciba"), ("web",), redirect_uris=RETOUR))
    joues = {numero for numero, retenu in vus.items() if retenu.ecarte is None}
    assert joues == {"PSC.01.01", "PSC.01.03", "PSC.02.01", "SSI/IAM.80.01"}
    verdict, raison = vus["PSC.01.04"].ecarte or (None, "")
    assert verdict is Verdict.NON_APPLICABLE
    assert "navigateur interne" in raison and "réclamée : mode web, application native en CIBA" in raison
    assert "l'établissement" in (vus["SSI/IAM.80.03"].ecarte or (None, ""))[1]


def test_sans_adresse_de_retour_une_connexion_par_navigateur_n_est_pas_executee(catalogue: Catalogue) -> None:
    """Le fournisseur la refuserait : la faute est dans la description, non dans le logiciel ; pas en CIBA."""
    vus = retenus(catalogue, ConnexionDeclaree(modalites=("web", "ciba")))
    for numero in ("PSC.01.01", "SSI/IAM.80.01"):
        verdict, raison = vus[numero].ecarte or (None, "")
        assert verdict is Verdict.NON_EXECUTE and "pro_sante_connect.redirect_uris" in raison
    assert vus["PSC.01.03"].ecarte is None


def test_sans_declaration_rien_n_est_tenu_pour_sans_objet(catalogue: Catalogue) -> None:
    """L'exigence demande une modalité au moins : se taire n'est pas y échapper."""
    vus = retenus(catalogue, NON_DECLAREE)
    for numero in ("PSC.01.01", "PSC.01.04", "SSI/IAM.80.02"):
        verdict, raison = vus[numero].ecarte or (None, "")
        assert verdict is Verdict.NON_EXECUTE and "pro_sante_connect.modalites" in raison
    assert vus["PSC.02.01"].ecarte is None


def test_un_profil_non_reclame_se_dit_avant_la_modalite(catalogue: Catalogue) -> None:
    """La première raison est la plus large."""
    (retenu,) = selectionner(catalogue, exigences=["SSI/IAM.80.01"], profils_reclames=["Général"])
    assert "profil « IAM »" in retenu.selon(ConnexionDeclaree(modalites=("ciba",))).hors_profil
